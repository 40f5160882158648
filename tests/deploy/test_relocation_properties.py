"""Whatever is moved wherever: every resource is still there once, and everything it refers to is still the same thing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from awsdeck.deploy.repair.moves import Move
from awsdeck.deploy.repair.relocation import relocated
from awsdeck.errors import InputError

STACKS = ("a", "b", "c")
Spot = tuple[str, str]


def meaning(templates: Mapping[str, Any], names: Mapping[Spot, Spot], stack: str, value: Any) -> Any:
    """A value as a deploy would work it out; `names` says which original resource stands somewhere."""
    if isinstance(value, list):
        return [meaning(templates, names, stack, item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return f"<{'/'.join(names[stack, value['Ref']])}>"
    if set(value) == {"Fn::GetAtt"}:
        target, attribute = (
            value["Fn::GetAtt"] if isinstance(value["Fn::GetAtt"], list) else value["Fn::GetAtt"].split(".")
        )
        return f"<{'/'.join(names[stack, target])}.{attribute}>"
    if set(value) == {"Fn::ImportValue"}:
        [(home, output)] = [
            (home, output)
            for home, template in templates.items()
            for output in template.get("Outputs", {}).values()
            if output.get("Export", {}).get("Name") == value["Fn::ImportValue"]
        ]
        return meaning(templates, names, home, output["Value"])
    if set(value) == {"Fn::Sub"}:
        text, own = value["Fn::Sub"] if isinstance(value["Fn::Sub"], list) else (value["Fn::Sub"], {})

        def worth(found: re.Match[str]) -> str:
            name = found[1]
            inner = own.get(name) or ({"Fn::GetAtt": name.split(".")} if "." in name else {"Ref": name})
            return str(meaning(templates, names, stack, inner))

        return re.sub(r"\$\{([^!}]+)\}", worth, text).replace("${!", "${")
    return {key: meaning(templates, names, stack, item) for key, item in value.items() if key != "DependsOn"}


@st.composite
def estates(draw: st.DrawFn) -> tuple[dict[str, Any], list[Move]]:
    """Stacks whose resources refer to each other, inside and across, and some of them moved."""
    sizes = {stack: draw(st.integers(2, 4)) for stack in STACKS}
    spots = [(stack, f"R{number}") for stack, size in sizes.items() for number in range(size)]
    templates: dict[str, Any] = {stack: {"Resources": {}, "Outputs": {}} for stack in STACKS}

    def reference(stack: str, target: Spot) -> Any:
        home, id = target
        attribute = draw(st.booleans())
        value = {"Fn::GetAtt": [id, "Arn"]} if attribute else {"Ref": id}
        if home == stack:
            if draw(st.booleans()):
                return {"Fn::Sub": f"x-${{{id}.Arn}}-${{!kept}}" if attribute else f"x-${{{id}}}"}
            return value
        key = f"E{id}{'Arn' if attribute else ''}"
        templates[home]["Outputs"][key] = {"Value": value, "Export": {"Name": f"{home}:{key}"}}
        return {"Fn::ImportValue": f"{home}:{key}"}

    for number, (stack, id) in enumerate(spots):
        body: dict[str, Any] = {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": f"{stack}-{id}", "Type": "String"},
        }
        earlier = spots[:number]
        if earlier:
            targets = draw(st.lists(st.sampled_from(earlier), max_size=3))
            body["Properties"]["Uses"] = [reference(stack, target) for target in targets]
            inside = [name for home, name in targets if home == stack]
            if inside:
                body["DependsOn"] = inside if draw(st.booleans()) else inside[0]
        templates[stack]["Resources"][id] = body
    moved = draw(st.lists(st.sampled_from(spots), unique=True, max_size=4))
    moves = [
        Move(home, was, draw(st.sampled_from(STACKS)), f"N{number}", "AWS::SSM::Parameter")
        for number, (home, was) in enumerate(moved)
    ]
    return templates, moves


@given(estates())
@settings(max_examples=300, deadline=None)
def test_a_move_changes_where_things_are_and_nothing_of_what_they_are(
    estate: tuple[dict[str, Any], list[Move]],
) -> None:
    old, moves = estate
    places = {(move.home, move.was): (move.stack, move.id) for move in moves}
    before = {(stack, id): (stack, id) for stack, template in old.items() for id in template["Resources"]}
    after = {places.get(spot, spot): spot for spot in before}
    deck = {
        stack: {
            "Outputs": {
                f"D{id}{attribute}": {
                    "Value": {"Fn::GetAtt": [id, attribute]} if attribute else {"Ref": id},
                    "Export": {"Name": f"{stack}:new:{id}{attribute}"},
                }
                for home, id in after
                if home == stack
                for attribute in ("", "Arn")
            }
        }
        for stack in STACKS
    }
    try:
        changed = relocated(old, moves, deck)
    except InputError as error:
        assert "without resources" in error.message  # noqa: PT017 - the one thing that stands in the way here
        return
    new: dict[str, Any] = {stack: changed.get(stack, old[stack]) for stack in STACKS}
    assert {(stack, id) for stack, template in new.items() for id in template["Resources"]} == set(after)
    for (stack, id), origin in after.items():
        was = meaning(old, before, origin[0], old[origin[0]]["Resources"][origin[1]])
        now = meaning(new, after, stack, new[stack]["Resources"][id])
        assert now == was
        order = new[stack]["Resources"][id].get("DependsOn", [])
        assert set([order] if isinstance(order, str) else order) <= set(new[stack]["Resources"])
    for template in new.values():
        own = {output["Export"]["Name"] for output in template.get("Outputs", {}).values()}
        for body in template["Resources"].values():
            assert not own & _imports(body)
    assert set(changed) == {stack for stack in STACKS if new[stack] != old[stack]}
    assert not moves or changed


def _imports(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["Fn::ImportValue"]} if "Fn::ImportValue" in value else set()
        return own.union(*(_imports(item) for item in value.values()))
    return set().union(*(_imports(item) for item in value)) if isinstance(value, list) else set()
