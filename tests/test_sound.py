"""Equal resources are checked once, and nothing that is wrong is ever taken for sound."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import App, SQSQueue, Stack, catalog, resource
from awsdeck.cfn import sqs, ssm
from awsdeck.errors import ConstraintError, Finding
from awsdeck.rules import View, all_rules, check_resource


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The logical ids of the resources that go through the catalog and the rules."""
    ids: list[str] = []

    def noting(view: View) -> Any:
        ids.append(view.id)
        return check_resource(view)

    monkeypatch.setattr(resource, "check_resource", noting)
    return ids


def test_stacks_that_are_alike_are_checked_once(checked: list[str]) -> None:
    app = App()
    for region in ("eu-west-1", "us-east-1"):
        stack = Stack(app, f"shop-{region}", region=region)
        ssm.Parameter(stack, "Size", Type="String", Value="large")
        ssm.Parameter(stack, "Mode", Type="String", Value="live")
    assert checked == ["Size", "Mode"]


def test_a_mistake_is_told_of_every_resource_that_has_it() -> None:
    stack = Stack(App(), "shop")
    for id in ("A", "B"):
        with pytest.raises(ConstraintError, match=id):
            sqs.Queue(stack, id, DelaySeconds=901)


def test_a_hint_is_told_of_every_resource_that_it_fits() -> None:
    stack = Stack(App(), "shop")
    for id in ("A", "B"):
        sqs.Queue(stack, id, ReceiveMessageWaitTimeSeconds=0)
    assert [finding.resource for finding in stack.node.root_app.findings if finding.rule == "SQS012"] == ["A", "B"]


@pytest.mark.parametrize("pair", [(1, True), (1, 1.0), ("1", 1)])
def test_values_that_python_takes_for_equal_are_told_apart(checked: list[str], pair: tuple[Any, Any]) -> None:
    stack = Stack(App(), "shop")
    for number, value in enumerate(pair):
        ssm.Parameter(stack, f"P{number}", Type="String", Value=value)
    assert checked == ["P0", "P1"]


def test_a_resource_that_mentions_its_own_name_is_checked_by_itself(checked: list[str]) -> None:
    stack = Stack(App(), "shop")
    for id in ("A", "B"):
        ssm.Parameter(stack, id, Type="String", Value="A or B")
    assert checked == ["A", "B"]


def test_what_outlives_its_stack_is_not_taken_for_what_does_not(checked: list[str]) -> None:
    stack = Stack(App(), "shop")
    ssm.Parameter(stack, "First", Type="String", Value="x")
    stack.node.retain()
    ssm.Parameter(stack, "Second", Type="String", Value="x")
    assert checked == ["First", "Second"]


ALONE = [rule for rule in all_rules() if rule.scope == "resource"]


@pytest.mark.parametrize("rule", ALONE, ids=[rule.id for rule in ALONE])
def test_no_rule_about_one_resource_asks_how_it_is_called(rule: Any) -> None:
    for example in (*rule.good, *rule.bad):
        if not isinstance(example, dict) or "Resources" in example:
            continue
        body = example if "Type" in example else {"Type": rule.types[0], "Properties": example}
        found = [{one.rule for one in check_resource(View(id, body["Type"], body))} for id in ("A", "Long2name")]
        assert found[0] == found[1]


def test_hints_that_break_a_rule_are_told_of_every_construct() -> None:
    stack = Stack(App(), "shop")
    for id in ("A", "B"):
        SQSQueue(stack, id, idempotent=False)
    SQSQueue(stack, "C", idempotent=True)
    told = [finding.construct for finding in stack.node.root_app.findings if finding.rule == "SQS014"]
    assert told == ["shop/A", "shop/B"]


def test_a_property_that_is_wrong_is_wrong_every_time_and_a_sound_one_never() -> None:
    known = catalog.find("AWS::DynamoDB::Table")
    assert known is not None
    sound = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    wrong = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASHED"}]}
    told = [[problem.kind for problem in known.check(given)] for given in (sound, wrong, sound, wrong)]
    assert told == [[], ["enum"], [], ["enum"]]


def test_an_error_that_only_a_hint_shows_is_not_hidden_by_a_warning_of_the_same_rule() -> None:
    app = App()
    queue = SQSQueue(Stack(app, "shop"), "Queue")
    words: dict[str, Any] = {"construct": "shop/Queue", "resource": "Queue"}
    warning = Finding("SQS003", "warning", "in the template", type="AWS::SQS::Queue", **words)
    hints = [
        Finding("SQS003", severity, "in words", type="awsdeck::SQSQueue", **words) for severity in ("error", "warning")
    ]
    for finding in (warning, *hints):
        app.note(finding, queue.node)
    assert [(one.severity, one.message) for one in app.findings if one.rule == "SQS003"] == [
        ("warning", "in the template"), ("error", "in words"),
    ]  # fmt: skip
