"""Rollbacks that failed and creations that were left as they are: what is skipped, what is deleted, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from awsdeck.deploy import cancel, deploy, rollback
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Script
from awsdeck.errors import ApprovalNeeded, InputError, NotClean, StackBusy, StoppedWatching

OLD: dict[str, Any] = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}},
        "Zone": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}},
    }
}
NEW: dict[str, Any] = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "b"}},
        "Zone": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "b"}},
    }
}


@pytest.fixture
def stuck(fake: FakeCloudFormation, make: Any) -> FakeCloudFormation:
    """A stack whose rollback has failed on Topic."""
    fake.add_stack("shop", OLD)
    fake.script("shop", Script(fail={"Zone": "no"}, rollback_fails={"Topic": "locked"}))
    with pytest.raises(NotClean):
        deploy(make.shop(NEW), aws=fake.aws())
    assert fake.status("shop") == "UPDATE_ROLLBACK_FAILED"
    fake.script("shop", Script(rollback_fails={"Topic": "locked"}))
    return fake


def asked(fake: FakeCloudFormation) -> dict[str, Any]:
    [call] = [call for call in fake.calls if call.operation == "ContinueUpdateRollback"]
    return dict(call.arguments)


def test_force_skips_exactly_what_the_rollback_has_failed_on(
    stuck: FakeCloudFormation, make: Any, listener: Any
) -> None:
    assert rollback(make.shop(NEW), aws=stuck.aws(), stacks=["shop"], force=True, observer=listener).ok
    assert asked(stuck)["ResourcesToSkip"] == ["Topic"]
    assert "ForceRollback" not in asked(stuck)
    [note] = listener.plans[0].notes
    assert "Topic (AWS::SNS::Topic)" in note
    assert "differ" in note


def test_a_botocore_that_knows_it_lets_cloudformation_choose_what_to_skip(
    stuck: FakeCloudFormation, make: Any, listener: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "cloudformation" / "2010-05-15"
    folder.mkdir(parents=True)
    shapes = {
        "ForceRollback": {"type": "boolean"},
        "ContinueUpdateRollbackInput": {"members": {"ForceRollback": {"shape": "ForceRollback"}}},
    }
    extra = {"version": 1.0, "merge": {"shapes": shapes}}
    (folder / "service-2.sdk-extras.json").write_text(json.dumps(extra))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert rollback(make.shop(NEW), aws=stuck.aws(), stacks=["shop"], force=True, observer=listener).ok
    assert asked(stuck)["ForceRollback"] == "true"
    assert "ResourcesToSkip" not in asked(stuck)
    assert "Topic" in listener.plans[0].notes[0]


def test_a_resource_that_was_only_stopped_cannot_be_skipped(stuck: FakeCloudFormation, make: Any) -> None:
    stack = stuck.stacks[0]
    stack.resources["Zone"]["ResourceStatus"] = "UPDATE_FAILED"
    stack.events.append(
        {**stack.events[-1], "EventId": "e", "LogicalResourceId": "Zone", "PhysicalResourceId": "o",
         "ResourceType": "AWS::SNS::Topic", "ResourceStatus": "UPDATE_FAILED",
         "ResourceStatusReason": "Resource update cancelled"}
    )  # fmt: skip
    with pytest.raises(InputError, match="Zone has not failed in the rollback") as caught:
        rollback(make.shop(NEW), aws=stuck.aws(), stacks=["shop"], skip=["Zone"])
    assert "Topic" in str(caught.value.fix)
    assert "ContinueUpdateRollback" not in stuck.operations()
    rollback(make.shop(NEW), aws=stuck.aws(), stacks=["shop"], force=True)
    assert asked(stuck)["ResourcesToSkip"] == ["Topic"]


def test_an_unknown_resource_is_not_sent(stuck: FakeCloudFormation, make: Any) -> None:
    with pytest.raises(InputError, match="Topik has not failed"):
        rollback(make.shop(NEW), aws=stuck.aws(), stacks=["shop"], skip=["Topik"])
    with pytest.raises(InputError, match="exclude each other"):
        rollback(make.shop(NEW), aws=stuck.aws(), stacks=["shop"], skip=["Topic"], force=True)
    assert "ContinueUpdateRollback" not in stuck.operations()


def test_a_plain_continuation_tells_what_it_failed_on_and_needs_no_right_to_read_that(
    stuck: FakeCloudFormation, make: Any, listener: Any
) -> None:
    with pytest.raises(NotClean):
        rollback(make.shop(NEW), aws=stuck.aws(), stacks=["shop"], observer=listener)
    assert listener.plans[0].notes == ("Topic (AWS::SNS::Topic) could not be rolled back: locked",)
    stuck.fault("ListStackResources", Denied())
    assert rollback(make.shop(NEW), aws=stuck.aws(), stacks=["shop"], observer=listener).ok
    assert listener.plans[1].notes == ()


def test_a_resource_in_a_nested_stack_is_skipped_under_the_nested_stacks_own_name(
    fake: FakeCloudFormation, make: Any
) -> None:
    inner = fake.add_stack("shop-Inner-1ABC", OLD, status="UPDATE_ROLLBACK_FAILED", kept={"Topic": "UPDATE_FAILED"})
    outer = fake.add_stack(
        "shop",
        {"Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {}}}},
        status="UPDATE_ROLLBACK_FAILED",
        kept={"Inner": "UPDATE_FAILED"},
    )
    outer.resources["Inner"]["PhysicalResourceId"] = inner.id
    for names in (["Inner.Topic"], ["shop-Inner-1ABC.Topic"]):
        fake.calls.clear()
        outer.status = "UPDATE_ROLLBACK_FAILED"
        rollback(make.shop(NEW), aws=fake.aws(), stacks=["shop"], skip=names)
        assert asked(fake)["ResourcesToSkip"] == ["shop-Inner-1ABC.Topic"]
    outer.status = "UPDATE_ROLLBACK_FAILED"
    with pytest.raises(InputError, match=r"Inner has not failed"):
        rollback(make.shop(NEW), aws=fake.aws(), stacks=["shop"], skip=["Inner"])


def test_undoing_a_creation_lists_what_it_deletes(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.script("shop", Script(fail={"Zone": "no"}, keep_failed=True))
    with pytest.raises(NotClean):
        deploy(make.shop(OLD), aws=fake.aws())
    assert fake.status("shop") == "CREATE_FAILED"
    result = rollback(make.shop(OLD), aws=fake.aws(), stacks=["shop"], observer=listener)
    assert result.stacks["shop"].status == "rolled-back"
    assert [(change.logical_id, change.action) for change in listener.plans[0].changes] == [
        ("Topic", "delete"),
        ("Zone", "delete"),
    ]


def test_a_rollback_that_failed_at_creation_has_no_second_one(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", OLD, status="ROLLBACK_FAILED")
    with pytest.raises(NotClean, match="no second rollback") as caught:
        rollback(make.shop(OLD), aws=fake.aws(), stacks=["shop"])
    assert "awsdeck destroy shop" in str(caught.value.fix)


def test_skipping_is_only_for_a_rollback_that_failed(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", OLD, status="UPDATE_FAILED")
    with pytest.raises(InputError, match="--force is for a rollback that failed"):
        rollback(make.shop(OLD), aws=fake.aws(), stacks=["shop"], force=True)
    fake.stacks[0].status = "UPDATE_IN_PROGRESS"
    with pytest.raises(StackBusy):
        rollback(make.shop(OLD), aws=fake.aws(), stacks=["shop"])


def test_a_creation_is_only_deleted_when_that_is_said(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.script("shop", Script(seconds=300))
    with pytest.raises(StoppedWatching):
        deploy(make.shop(OLD), aws=fake.aws(), timeout=400)
    with pytest.raises(InputError, match="only deleted") as caught:
        cancel(make.shop(OLD), aws=fake.aws(), stacks=["shop"])
    assert "--delete" in str(caught.value.fix)
    assert "DeleteStack" not in fake.operations()
    fake.stacks[0].protected = True
    with pytest.raises(ApprovalNeeded, match="termination protection"):
        cancel(make.shop(OLD), aws=fake.aws(), stacks=["shop"], delete=True)
    fake.stacks[0].protected = False
    done = cancel(make.shop(OLD), aws=fake.aws(), stacks=["shop"], delete=True, observer=listener)
    assert done.stacks["shop"].status == "deleted"
    assert "Topic" in [change.logical_id for change in listener.plans[0].changes]
    assert fake.status("shop") == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "the update has succeeded"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "being undone already"),
        ("ROLLBACK_IN_PROGRESS", "being undone already"),
        ("DELETE_IN_PROGRESS", "a deletion cannot be broken off"),
        ("IMPORT_IN_PROGRESS", "an import cannot be broken off"),
        ("REVIEW_IN_PROGRESS", "nothing of it has been started"),
    ],
)
def test_what_cannot_be_broken_off_says_why(fake: FakeCloudFormation, make: Any, status: str, why: str) -> None:
    fake.add_stack("shop", OLD, status=status)
    with pytest.raises(InputError, match=why):
        cancel(make.shop(OLD), aws=fake.aws(), stacks=["shop"])
    assert "CancelUpdateStack" not in fake.operations()
