"""Every rule is proved by its own examples, through the functions that constructs, lint, diff and deploy call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pytest

from awsdeck import App, Stack, catalog
from awsdeck.cfn import lambda_, sqs
from awsdeck.errors import Finding
from awsdeck.rules import (
    Graph,
    Rule,
    View,
    all_rules,
    check_graph,
    check_hints,
    check_references,
    check_resource,
    check_update,
)
from awsdeck.rules.policies.policy import DOCUMENTS
from awsdeck.rules.vocabulary import Stacks, Update
from awsdeck.template import Template

UNFILLED = re.compile(r"(?<!\$)\{\w+\}")
RULES = all_rules()
CASES = [
    pytest.param(rule, kind, example, id=f"{rule.id}-{kind}-{number}")
    for rule in RULES
    for kind, examples in (("good", rule.good), ("bad", rule.bad))
    for number, example in enumerate(examples, 1)
]
ALONE = [case for case in CASES if isinstance(case.values[0], Rule) and case.values[0].scope == "resource"]


def template(rule: Rule, example: Mapping[str, Any]) -> dict[str, Any]:
    """The template an example stands for: itself, or one with the example as its only resource."""
    if "Resources" in example:
        return dict(example)
    body = example if "Type" in example else {"Type": rule.types[0], "Properties": example}
    return {"Resources": {"It": dict(body)}}


def graph(rule: Rule, example: Mapping[str, Any] | Stacks) -> Graph:
    stacks = example if isinstance(example, Stacks) else Stacks({"shop": template(rule, example)})
    found = Graph(complete=stacks.complete)
    for name, data in stacks.templates.items():
        found.add(Template.from_dict(dict(data), name), **stacks.known.get(name, {}))
    return found


def doors(rule: Rule, example: Any) -> Iterator[tuple[str, list[Finding]]]:
    """What every way in says about an example."""
    if rule.scope == "construct":
        yield "construct", check_hints(rule.types[0].removeprefix("awsdeck::"), "It", example, "documented")
    elif rule.scope == "update":
        assert isinstance(example, Update)
        yield "diff", check_update(graph(rule, example.old), graph(rule, example.new))
    elif rule.scope == "graph":
        yield "template", check_graph(graph(rule, example))
    else:
        yield "template", [finding for view in graph(rule, example) for finding in check_resource(view)]
        if not isinstance(example, Stacks) and "Resources" not in example:
            body = template(rule, example)["Resources"]["It"]
            yield "construct", check_resource(View("It", body["Type"], body))


@pytest.mark.parametrize(("rule", "kind", "example"), CASES)
def test_a_rule_is_silent_on_its_good_examples_and_speaks_on_its_bad_ones(rule: Rule, kind: str, example: Any) -> None:
    for door, findings in doors(rule, example):
        ours = [finding for finding in findings if finding.rule == rule.id]
        assert bool(ours) is (kind == "bad"), f"{rule.id} through {door}: {findings}"
        for finding in ours:
            assert finding.severity in ("error", "warning", "info")
            assert finding.source
            assert not UNFILLED.search(f"{finding.message} {finding.fix}"), finding


@pytest.mark.parametrize(("rule", "kind", "example"), ALONE)
def test_a_deck_hears_of_a_resource_what_its_template_would(rule: Rule, kind: str, example: Any) -> None:
    def ours(findings: list[Finding]) -> list[tuple[Any, ...]]:
        said = ((found.rule, found.resource, found.path, found.severity) for found in findings if found.rule == rule.id)
        return sorted(said, key=str)

    whole = graph(rule, example)
    alone = [found for view in whole for found in check_resource(View(view.id, view.type, view.body, mode=view.mode))]
    template = [found for view in whole for found in check_resource(view)]
    assert ours([*alone, *check_references(whole)]) == ours(template)


def test_a_rule_has_one_part_for_each_scope_it_shows_in() -> None:
    parts = [(rule.id, rule.scope) for rule in RULES]
    assert sorted(set(parts)) == sorted(parts)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_who_says_so_and_is_worded_as_a_sentence(rule: Rule) -> None:
    assert rule.types
    assert rule.source.strip()
    assert rule.good
    assert rule.bad
    assert len(rule.message) > 8
    assert rule.severity in ("error", "warning", "info")
    assert not rule.message.endswith(".")


ODD: list[Any] = [
    None, [], {}, "", 5, True, {"Ref": "X"}, {"Ref": 5}, {"Ref": []}, [None], {"a": None}, [[]], [{}],
    {"Fn::Sub": "${A}"},
    {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}, {"Fn::If": [{}, 1, 2]}, {"Fn::GetAtt": []}, {"Fn::Join": ["", 5]},
    {"Fn::FindInMap": [1, 2, 3]}, {"Fn::Transform": {}},
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every path inside a value, but no more than three items of one list or twelve entries of one map."""
    yield path
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items)[: 12 if isinstance(value, dict) else 3]:
        yield from places(item, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, dict):
        return {**value, path[0]: put(value[path[0]], path[1:], new)}
    return [put(item, path[1:], new) if index == path[0] else item for index, item in enumerate(value)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.id}-{rule.scope}")
def test_no_value_in_any_place_makes_a_rule_stumble(rule: Rule) -> None:
    if rule.scope == "construct":
        return
    for example in (*rule.good, *rule.bad):
        sides = [example.old, example.new] if isinstance(example, Update) else [example]
        datas = [
            data
            for side in sides
            for data in (side.templates.values() if isinstance(side, Stacks) else [template(rule, side)])
        ]
        for data in datas:
            if len(data["Resources"]) > 50:
                continue  # an example of how many there may be
            whole = graph(rule, data)
            for number, path in enumerate(islice(places(data), 80)):
                for odd in (ODD[(number + shift) % len(ODD)] for shift in (0, 7)):
                    if path[1:]:
                        changed = graph(rule, put(data, path, odd))
                        for view in changed:
                            check_resource(view)
                        check_graph(changed)
                        if rule.scope == "update":
                            check_update(whole, changed)
                            check_update(changed, whole)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.id}-{rule.scope}")
def test_a_rule_speaks_of_types_and_properties_that_exist(rule: Rule) -> None:
    if rule.scope == "construct":
        return
    types = [type for type in rule.types if type != "*"]
    assert [type for type in types if catalog.find(type) is None] == []
    for steps, _ in (*rule.gates, *rule.tests):
        shapes = [known.shape(steps) for type in types if (known := catalog.find(type)) is not None]
        assert any(shape is not None for shape in shapes), f"{rule.types} has no property {'/'.join(steps)}"


def test_policy_documents_stand_where_the_schemas_have_them() -> None:
    for type, places in DOCUMENTS.items():
        known = catalog.find(type)
        assert known is not None, type
        for place, _ in places:
            assert known.shape(place.split("/")) is not None, f"{type} has no property {place}"


def test_what_a_reference_leads_to_is_told_of_a_deck_once_and_can_be_ignored() -> None:
    def told(*, ignored: bool) -> list[tuple[str, str | None]]:
        app = App()
        stack = Stack(app, "shop", region="eu-west-1")
        failed = sqs.Queue(stack, "Failed", FifoQueue=True)
        work = lambda_.Function(
            stack, "Work", Runtime="python3.13", Handler="index.handle", Code={"ZipFile": "def handle(*_): ..."},
            Role="arn:aws:iam::123456789012:role/r", DeadLetterConfig={"TargetArn": failed.Arn},
        )  # fmt: skip
        if ignored:
            work.node.ignore("LAM025", reason="as an example")
        app.synth()
        return [(finding.rule, finding.construct) for finding in app.findings if finding.rule == "LAM025"]

    assert told(ignored=False) == [("LAM025", "shop/Work")]
    assert told(ignored=True) == []
