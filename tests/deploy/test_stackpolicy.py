"""What a stack's own policy denies, found out before CloudFormation stops half-way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from awsdeck.assembly import Assembly
from awsdeck.deploy import Options, StackPlan, deploy, plan
from awsdeck.deploy.fake import FakeCloudFormation, Script
from awsdeck.errors import ApprovalNeeded


def planned(fake: FakeCloudFormation, assembly: Assembly, **options: Any) -> StackPlan:
    """The plan of a stack named shop."""
    return plan(assembly, aws=fake.aws(), options=Options(**options)).plans["shop"]


def statement(effect: str, action: str = "Update:*", **more: Any) -> dict[str, Any]:
    resource = {} if "NotResource" in more else {"Resource": more.pop("Resource", "*")}
    return {"Effect": effect, "Action": action, "Principal": "*", **resource, **more}


ALLOW = statement("Allow")


@pytest.mark.parametrize(
    ("statements", "denied"),
    [
        ([ALLOW], set()),
        ([ALLOW, statement("Deny", Resource="LogicalResourceId/Topic")], {"Topic"}),
        ([ALLOW, statement("Deny", "Update:Replace")], {"Named"}),
        ([ALLOW, statement("Deny", "Update:Delete")], {"Gone"}),
        ([ALLOW, statement("Deny", "Update:Modify", Resource="LogicalResourceId/T*")], {"Topic"}),
        ([ALLOW, statement("Deny", NotResource="LogicalResourceId/Topic")], {"Named", "Gone"}),
        ([ALLOW, statement("Deny", Condition={"StringEquals": {"ResourceType": ["AWS::SQS::Queue"]}})], {"Gone"}),
        ([ALLOW, statement("Deny", Condition={"StringLike": {"ResourceType": "AWS::SNS::*"}})], {"Topic", "Named"}),
        ([statement("Allow", Resource="LogicalResourceId/Topic")], {"Named", "Gone"}),
        ([statement("Allow", "Update:Modify")], {"Named", "Gone"}),
    ],
)  # fmt: skip
def test_what_the_stack_policy_denies_is_refused_with_its_statement(
    fake: FakeCloudFormation, make: Any, statements: list[dict[str, Any]], denied: set[str]
) -> None:
    named = make.topic(Properties={"TopicName": "one"})
    stack = fake.add_stack("shop", {"Resources": {"Topic": make.topic(), "Named": named, "Gone": make.queue()}})
    stack.policy = json.dumps({"Statement": statements})
    new = {"Resources": {"Topic": make.topic("new"), "Named": make.topic(Properties={"TopicName": "two"})}}
    if not denied:
        assert planned(fake, make.shop(new)).denials == ()
        return
    with pytest.raises(ApprovalNeeded) as refused:
        deploy(make.shop(new), aws=fake.aws(), confirm=lambda plan: True)
    text = str(refused.value)
    assert all(f" {name} (" in text for name in denied)
    assert not any(f" {name} (" in text for name in {"Topic", "Named", "Gone"} - denied)
    assert ('"Effect": "Deny"' in text) == any(one["Effect"] == "Deny" for one in statements)
    assert "ExecuteChangeSet" not in fake.operations()
    assert not stack.change_sets


def test_what_the_policy_denies_only_if_it_is_replaced_is_warned_of(fake: FakeCloudFormation, make: Any) -> None:
    stack = fake.add_stack("shop", {"Resources": {"Topic": make.topic()}})
    stack.policy = json.dumps({"Statement": [ALLOW, statement("Deny", "Update:Replace")]})
    stack.template = {"Resources": {"Topic": {"Type": "Company::Own::Thing", "Properties": {"A": 1}}}}
    fake.script("shop", Script(replacement={"Topic": "Conditional"}))
    found = planned(fake, make.shop({"Resources": {"Topic": {"Type": "Company::Own::Thing", "Properties": {"A": 2}}}}))
    assert [one.sure for one in found.denials] == [False]
    assert found.gate.opens
