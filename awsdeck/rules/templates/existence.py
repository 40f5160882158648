"""References to resources that are not always there, from places that are."""

from __future__ import annotations

from ..vocabulary import Rule, Violation
from .links import at_mention

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Edge, Graph, Member


def _missing(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        if not any("Condition" in view.body for view in member.views.values()):
            continue
        for edge in (*member.edges(), *member.elsewhere()):
            if edge.kind == "DependsOn" or edge.path[:1] == ("Conditions",) or edge.target not in member.views:
                continue  # what is waited for in vain is not waited for
            found = _judged(member, edge)
            if found:
                yield found


def _judged(member: Member, edge: Edge) -> Violation | None:
    condition = member.views[edge.target].body.get("Condition")
    if not isinstance(condition, str) or edge.when.get(condition) is True:
        return None
    names = sorted({condition, *edge.when})
    ways = member.ways.of(names)
    if ways is None or any(name not in member.section("Conditions") for name in names):
        return None
    here = [
        dict(zip(names, way, strict=True)) for way in ways
        if all(value is edge.when.get(name, value) for name, value in zip(names, way, strict=True))
    ]  # fmt: skip
    lacking = [way for way in here if not way[condition]]
    if not lacking:
        return None
    never = len(lacking) == len(here)
    problem = (
        f"{edge.target} is never there when it is needed here: it exists under the condition {condition}"
        if never
        else f"{edge.target} exists only under the condition {condition}, and this needs it without"
    )
    found = at_mention(member, edge, problem, f"ask for {condition} here too, with Condition or Fn::If")
    found.severity = "error" if never else "warning"
    return found


def _branches(graph: Graph) -> Iterator[Violation]:
    """Branches of `Fn::If` that no setting of the conditions leads into."""
    for member in graph.members:
        conditions = member.section("Conditions")
        for edge in (*member.mentions, *member.elsewhere()) if conditions else ():
            if edge.kind != "If" or edge.target not in conditions or any(name not in conditions for name in edge.when):
                continue
            names = sorted({edge.target, *edge.when})
            ways = member.ways.of(names)
            place = names.index(edge.target)
            values = {
                way[place] for way in ways or ()
                if all(value is edge.when.get(name, value) for name, value in zip(names, way, strict=True))
            }  # fmt: skip
            if len(values) != 1 or (len(names) == 1 and not edge.when):
                continue  # all of it is dead, or it hangs on a condition that is fixed for all of the template
            branch = 2 if values == {True} else 1
            given = "always" if branch == 2 else "never"
            found = at_mention(
                member, edge,
                f"{edge.target} {given} holds here, where {_spoken(edge.when)}, so a branch is never taken",
                "write the other branch alone",
            )  # fmt: skip
            found.path = (*found.path, branch)
            yield found


def _spoken(when: Any) -> str:
    return " and ".join(name if value else f"not {name}" for name, value in sorted(when.items()))


# Rules


def _two(first: Any, second: Any, **conditions: Any) -> dict[str, Any]:
    prod = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}
    return {
        "Conditions": {"Prod": prod, "Dev": {"Fn::Not": [{"Condition": "Prod"}]}, **conditions},
        "Resources": {
            "A": {"Type": "AWS::SNS::Topic", "Condition": "Prod"},
            "B": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": first}, **second},
        },
    }


_NAME = {"Fn::GetAtt": ["A", "TopicName"]}

RULES: tuple[Rule, ...] = (
    Rule(
        "TPL010", "*", "warning",
        "what refers to a resource is there only when the resource is",
        scope="graph",
        check=_missing,
        source="CloudFormation User Guide, Condition functions; Associate conditions with resources",
        verified="docs",
        good=(
            _two(_NAME, {"Condition": "Prod"}),
            _two({"Fn::If": ["Prod", _NAME, "b"]}, {}),
            _two({"Fn::If": ["Dev", "b", _NAME]}, {}),
            _two("b", {"DependsOn": "A"}),
            _two(_NAME, {"Condition": "Both"}, Both={"Fn::And": [{"Condition": "Prod"}, {"Condition": "Prod"}]}),
        ),
        bad=(_two(_NAME, {}), _two(_NAME, {"Condition": "Dev"}), _two({"Fn::If": ["Dev", _NAME, "b"]}, {})),
    ),
    Rule(
        "TPL019", "*", "warning",
        "every branch of a Fn::If is taken in some setting",
        scope="graph",
        check=_branches,
        source="CloudFormation User Guide, Fn::If",
        good=(_two({"Fn::If": ["Dev", "b", "c"]}, {}), _two({"Fn::If": ["Dev", "b", {"Fn::If": ["Other", "c", "d"]}]}, {}, Other={
            "Fn::Equals": [{"Ref": "AWS::AccountId"}, "1"]})),
        bad=(_two({"Fn::If": ["Dev", "b", "c"]}, {"Condition": "Prod"}), _two({"Fn::If": ["Dev", {"Fn::If": ["Prod", "b", "c"]}, "d"]}, {})),
    ),
)  # fmt: skip
