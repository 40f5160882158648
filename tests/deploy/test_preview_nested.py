"""What a plan shows of nested stacks: their own change sets, laid over their templates."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from awsdeck.assembly import ASSETS_BUCKET, Assembly, Origin, StackArtifact
from awsdeck.deploy import Conduct, Options, Refused, StackPlan, deploy, plan
from awsdeck.deploy.caller.policy import caller_policy
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Script
from awsdeck.errors import ApprovalNeeded
from awsdeck.template import render_json

BUCKET: dict[str, Any] = {"bucket": "files"}


def planned(fake: FakeCloudFormation, assembly: Assembly, **options: Any) -> StackPlan:
    """The plan of a stack named shop."""
    return plan(assembly, aws=fake.aws(), options=Options(**options)).plans["shop"]


def show(plan: StackPlan, logical_id: str) -> Any:
    return next(change for change in (*plan.changes, *plan.within) if change.logical_id == logical_id)


def nest(tmp_path: Path, inner: dict[str, Any], **more: Any) -> Assembly:
    """A stack named shop with a nested one, whose template is among its files."""
    text = render_json(inner)
    name = f"{hashlib.sha256(text.encode()).hexdigest()}.template.json"
    (tmp_path / name).write_text(text)
    url = {"Fn::Sub": "https://${AssetsBucket}.s3.amazonaws.com/assets/" + name}
    template = {
        "Parameters": {ASSETS_BUCKET: {"Type": "String"}},
        "Resources": {
            "Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}, **more},
        },
    }
    asset = {"key": f"assets/{name}", "path": name, "source": "inner"}
    artifact = StackArtifact(
        "shop",
        template,
        assets=[asset],
        files={asset["key"]: lambda: str(tmp_path / name)},
        origins={"Inner": Origin("shop/Inner", "deck.py", 10)},
        nested={"Inner.Topic": Origin("shop/Inner/Topic", "deck.py", 12)},
    )
    return Assembly([artifact])


def test_what_changes_inside_a_nested_stack_is_shown_by_its_own_change_set(
    fake: FakeCloudFormation, make: Any, tmp_path: Path
) -> None:
    old = {"Resources": {"Topic": make.topic(), "Table": make.table()}}
    deploy(nest(tmp_path, old), aws=fake.aws(), **BUCKET)
    renamed = make.table(Properties={"TableName": "other"})
    assembly = nest(tmp_path, {"Resources": {"Topic": make.topic("new"), "Table": renamed}})
    with pytest.raises(ApprovalNeeded, match=r"--allow-replace Inner\.Table"):
        planned(fake, assembly, **BUCKET)
    found = planned(fake, assembly, allow_replace=["Inner.Table"], **BUCKET)
    assert [(one.logical_id, one.action, one.confirmed) for one in found.within] == [
        ("Inner.Table", "replace", True), ("Inner.Topic", "update", True),
    ]  # fmt: skip
    assert show(found, "Inner.Topic").properties[0].after == "new"
    created = [call for call in fake.calls if call.operation == "CreateChangeSet"]
    assert all(call.arguments["IncludeNestedStacks"] == "true" for call in created)
    assert not any(stack.change_sets for stack in fake.stacks if stack.name.startswith("shop-"))


def test_a_nested_stack_that_a_plan_has_put_into_review_goes_with_the_plan(
    fake: FakeCloudFormation, make: Any, tmp_path: Path
) -> None:
    found = planned(fake, nest(tmp_path, {"Resources": {"Topic": make.topic()}}), **BUCKET)
    assert [(one.logical_id, one.action) for one in found.within] == [("Inner.Topic", "create")]
    assert {stack.status for stack in fake.stacks} == {"DELETE_COMPLETE"}
    assert len(fake.stacks) == 2


def test_a_nested_change_set_that_fails_is_the_reason(fake: FakeCloudFormation, make: Any, tmp_path: Path) -> None:
    fake.script("shop", Script(nested={"Inner": Script(refuse="Template error: no such mapping")}))
    with pytest.raises(Refused) as refused:
        plan(nest(tmp_path, {"Resources": {"Topic": make.topic()}}), aws=fake.aws(), options=Options(**BUCKET))
    assert "in the nested stack shop-Inner-" in str(refused.value)
    assert "no such mapping" in str(refused.value)


def test_without_the_right_to_upload_nested_templates_the_plan_says_that_it_does_not_look_into_them(
    fake: FakeCloudFormation, make: Any, tmp_path: Path
) -> None:
    fake.fault("PutObject", Denied(), times=9)
    found = planned(fake, nest(tmp_path, {"Resources": {"Topic": make.topic()}}), **BUCKET)
    assert any("does not look into nested stacks" in note for note in found.notes)
    created = next(call for call in fake.calls if call.operation == "CreateChangeSet")
    assert "IncludeNestedStacks" not in created.arguments


def test_nested_change_sets_that_may_not_be_read_leave_it_to_the_templates(
    fake: FakeCloudFormation, make: Any, tmp_path: Path
) -> None:
    deploy(nest(tmp_path, {"Resources": {"Topic": make.topic()}}), aws=fake.aws(), **BUCKET)
    denied = 0

    def choose(operation: str, number: int) -> Any:
        nonlocal denied
        nested = operation == "DescribeChangeSet" and "-Inner/" in fake.calls[-1].arguments["ChangeSetName"]
        denied += nested
        return Denied() if nested else None

    fake.choose = choose
    found = planned(fake, nest(tmp_path, {"Resources": {"Topic": make.topic("new")}}), **BUCKET)
    assert denied == 1
    assert [(one.logical_id, one.action) for one in found.within] == [("Inner.Topic", "update")]


def test_the_policy_for_planning_reaches_nested_stacks_and_their_templates(make: Any, tmp_path: Path) -> None:
    document = caller_policy(nest(tmp_path, {"Resources": {"Topic": make.topic()}}), "plan").document
    statements = {one["Sid"]: one for one in document["Statement"]}
    assert "arn:aws:cloudformation:*:*:stack/shop-*/*" in statements["Stacks"]["Resource"]
    assert "s3:PutObject" in statements["Files"]["Action"]
    assert not any("Delete" in action and "ChangeSet" not in action for action in statements["Stacks"]["Action"])


def test_reverting_drift_does_not_look_into_nested_stacks_because_it_cannot(
    fake: FakeCloudFormation, make: Any, tmp_path: Path
) -> None:
    deploy(nest(tmp_path, {"Resources": {"Topic": make.topic()}}), aws=fake.aws(), **BUCKET)
    assembly = nest(tmp_path, {"Resources": {"Topic": make.topic("new")}})
    planned(fake, assembly, conduct=Conduct(revert_drift=True), **BUCKET)
    created = [call for call in fake.calls if call.operation == "CreateChangeSet"]
    assert [call.arguments.get("IncludeNestedStacks") for call in created] == ["true", None]
    assert created[-1].arguments["DeploymentMode"] == "REVERT_DRIFT"


def test_a_stack_without_nested_ones_is_not_asked_to_look_into_them(fake: FakeCloudFormation, make: Any) -> None:
    plan(make.shop(), aws=fake.aws())
    created = next(call for call in fake.calls if call.operation == "CreateChangeSet")
    assert "IncludeNestedStacks" not in created.arguments


def test_warnings_about_nested_stacks_are_told_with_their_line(
    fake: FakeCloudFormation, make: Any, tmp_path: Path
) -> None:
    deploy(nest(tmp_path, {"Resources": {"Topic": make.topic()}}), aws=fake.aws(), **BUCKET)
    fake.script("shop", Script(nested={"Inner": Script(warnings={"/Resources/Topic": "nearly at the quota"})}))
    found = planned(fake, nest(tmp_path, {"Resources": {"Topic": make.topic("new")}}), **BUCKET)
    assert [one.message for one in found.warnings] == ["deck.py:12: shop/Inner/Topic: nearly at the quota"]


def test_reverting_drift_asks_for_no_nested_change_sets_which_cloudformation_would_refuse(
    fake: FakeCloudFormation, make: Any, tmp_path: Path
) -> None:
    assembly = nest(tmp_path, {"Resources": {"Topic": make.topic()}})
    deploy(assembly, aws=fake.aws(), **BUCKET)
    fake.drifted["shop/Inner"] = {"/Tags": ("a", "by hand")}
    deploy(assembly, aws=fake.aws(), conduct=Conduct(revert_drift=True), **BUCKET)
    first, second = [call.arguments for call in fake.calls if call.operation == "CreateChangeSet"][-2:]
    assert first.get("IncludeNestedStacks") == "true"
    assert (second.get("DeploymentMode"), second.get("IncludeNestedStacks")) == ("REVERT_DRIFT", None)
