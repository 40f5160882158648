"""What rules are remembered to have found sound never hides what they say of another resource."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from awsdeck import App, Stack
from awsdeck.cfn import sqs
from awsdeck.errors import ConstraintError, Finding
from awsdeck.rules import Graph, View, all_rules, engine, registry
from awsdeck.rules.memory import TRIES, Memory, Watched
from awsdeck.rules.view import may_vary, texts
from awsdeck.rules.vocabulary import Rule, Stacks, Update, Violation
from awsdeck.template import Template


def resources() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every resource of every example of a rule."""
    for rule in all_rules():
        for example in (*rule.good, *rule.bad):
            if rule.scope not in ("resource", "graph") or isinstance(example, Update):
                continue
            for template in example.templates.values() if isinstance(example, Stacks) else (example,):
                if "Resources" in template:
                    bodies = list(template["Resources"].values())
                else:
                    bodies = [template if "Type" in template else {"Type": rule.types[0], "Properties": template}]
                for body in bodies:
                    if isinstance(body, dict) and isinstance(body.get("Type"), str) and body["Type"] != "*":
                        yield body["Type"], body


def by_type() -> dict[str, list[View]]:
    found: dict[str, list[View]] = {}
    for type, body in resources():
        if not may_vary(texts(body.get("Properties"))):
            found.setdefault(type, []).append(View("It", type, body, asked=frozenset()))
    return {type: views for type, views in found.items() if registry.plan(type).rules}


EXAMPLES = by_type()


def said(findings: list[Finding]) -> set[tuple[str, Any, str]]:
    return {(finding.rule, finding.path, finding.message) for finding in findings}


def agrees(found: list[Finding] | None, plain: list[Finding]) -> bool:
    """Whether a memory gave what the rules say, or left it to them where several speak."""
    if found is None:
        return len({finding.rule for finding in plain}) > 1
    return said(found) == said(plain)


@pytest.mark.parametrize("type", EXAMPLES)
def test_a_memory_says_the_same_as_the_rules(type: str) -> None:
    plan = registry.plan(type)
    memory = Memory(plan.rules)
    for view in EXAMPLES[type] * 3:
        if view.settled:
            plain = engine._ruled(plan, view, ())
            assert agrees(memory.check(view, engine._run), plain), view.body


@pytest.mark.parametrize("type", EXAMPLES)
def test_a_memory_says_the_same_of_resources_in_templates(type: str) -> None:
    plan = registry.plan(type)
    memory = Memory(plan.rules)
    for region in ("eu-west-1", "us-east-1", "eu-west-1"):
        for example in EXAMPLES[type]:
            graph = Graph()
            graph.add(Template.from_dict({"Resources": {"It": dict(example.body)}}), region=region)
            (view,) = graph
            if view.settled and "Condition" not in view.body:
                plain = engine._ruled(plan, view, ())
                assert agrees(memory.check(view, engine._run), plain), view.body


def queue(rule: Rule, seconds: int, delay: int) -> View:
    body = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": seconds, "DelaySeconds": delay}}
    return View("It", rule.types[0], body, asked=frozenset())


def counting(runs: list[int]) -> Rule:
    def check(view: View) -> Iterator[Violation]:
        runs.append(view.get("VisibilityTimeout"))
        if runs[-1] > 10:
            yield Violation(("VisibilityTimeout",))

    return Rule("MEM001", "AWS::SQS::Queue", "error", "too long", source="this test", good={}, bad={}, check=check)


def test_a_rule_is_not_asked_again_about_what_it_has_read() -> None:
    runs: list[int] = []
    memory = Memory([rule := counting(runs)])
    memory.check(queue(rule, 5, 0), engine._run)  # here it turns out what the rule reads
    for delay in range(10):
        assert memory.check(queue(rule, 5, delay), engine._run) == []
    assert runs == [5, 5]
    assert [finding.rule for finding in memory.check(queue(rule, 11, 0), engine._run) or ()] == ["MEM001"]
    assert [finding.rule for finding in memory.check(queue(rule, 11, 0), engine._run) or ()] == ["MEM001"]


def test_what_is_different_in_every_resource_is_not_remembered_for_ever() -> None:
    memory = Memory([rule := counting([])])
    for number in range(2 * TRIES):
        memory.check(queue(rule, -number, 0), engine._run)
    assert memory.groups == []
    assert [one for one, _ in memory.loose] == [rule]
    assert [finding.rule for finding in memory.check(queue(rule, 11, 0), engine._run) or ()] == ["MEM001"]


def test_what_has_no_bytes_is_left_to_the_rules() -> None:
    memory = Memory([rule := counting([])])
    memory.check(queue(rule, 5, 0), engine._run)
    body = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": date(2012, 10, 17)}}
    assert memory.check(View("It", rule.types[0], body, asked=frozenset()), engine._run) is None


def test_a_rule_that_hangs_on_the_day_is_always_asked() -> None:
    runs: list[int] = []
    rule = counting(runs)
    rule.dated = True
    memory = Memory([rule])
    for _ in range(3):
        memory.check(queue(rule, 5, 0), engine._run)
    assert runs == [5, 5, 5]


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda view: view.get("A/B"), {"A"}),
        (lambda view: view.at(("A", 0)), {"A"}),
        (lambda view: list(view.values("A/*")), {"A"}),
        (lambda view: list(view.branches("B/C")), {"B"}),
        (lambda view: view.has("C"), {"C"}),
        (lambda view: view.kept("x", lambda one: one.get("A")), {"A"}),
        (lambda view: [view.kept("x", lambda one: one.get("A")), view.get("B")], {"A", "B"}),
        (lambda view: view.type, set()),
        (lambda view: view.properties, None),
        (lambda view: view.body, None),
        (lambda view: view.id, None),
        (lambda view: list(view.values("*")), None),
        (lambda view: list(view.worlds()), None),
        (lambda view: view.written(("A",)), None),
        (lambda view: [view.get("A"), view.kept("x", lambda one: one.body)], None),
    ],
)
def test_it_is_noted_what_a_rule_reads(read: Any, expected: set[str] | None) -> None:
    view = Watched(View("It", "AWS::SQS::Queue", {"Properties": {"A": [1], "B": {}}}, asked=frozenset()))
    read(view)
    assert view.read == expected


def test_a_memory_of_what_is_kept_counts_for_every_rule_that_asks_for_it() -> None:
    view = Watched(View("It", "AWS::SQS::Queue", {"Properties": {"A": [1], "B": {}}}, asked=frozenset()))
    for _ in range(2):
        view.read = set()
        assert view.kept("x", lambda one: one.get("A")) == [1]
        assert view.read == {"A"}


def test_the_hundredth_resource_is_held_to_the_rules_like_the_first() -> None:
    stack = Stack(App(), "shop", region="eu-west-1")
    for number in range(100):
        sqs.Queue(stack, f"Q{number}", VisibilityTimeout=30, Tags=[{"Key": "n", "Value": str(number)}])
    with pytest.raises(ConstraintError, match="VisibilityTimeout"):
        sqs.Queue(stack, "Long", VisibilityTimeout=50_000)
