"""Every status that CloudFormation has leads somewhere, and a stack that a person has to look after is never touched."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import botocore.session
import pytest

from awsdeck.deploy import Conduct, deploy
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Script
from awsdeck.deploy.records import StackRecord
from awsdeck.deploy.state import way
from awsdeck.errors import DeployError, NotClean, RollbackFirst, StackBusy

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}},
        "Other": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "b"}},
    }
}
CHANGED = {"Resources": {**TEMPLATE["Resources"], "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}
WAYS: dict[str, str | type[DeployError]] = {
    "CREATE_IN_PROGRESS": StackBusy,
    "CREATE_FAILED": NotClean,
    "CREATE_COMPLETE": "updated",
    "ROLLBACK_IN_PROGRESS": StackBusy,
    "ROLLBACK_FAILED": NotClean,
    "ROLLBACK_COMPLETE": "recreated",
    "DELETE_IN_PROGRESS": "created",
    "DELETE_FAILED": NotClean,
    "DELETE_COMPLETE": "created",
    "UPDATE_IN_PROGRESS": StackBusy,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": StackBusy,
    "UPDATE_COMPLETE": "updated",
    "UPDATE_FAILED": RollbackFirst,
    "UPDATE_ROLLBACK_IN_PROGRESS": StackBusy,
    "UPDATE_ROLLBACK_FAILED": RollbackFirst,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": StackBusy,
    "UPDATE_ROLLBACK_COMPLETE": "updated",
    "REVIEW_IN_PROGRESS": "created",
    "IMPORT_IN_PROGRESS": StackBusy,
    "IMPORT_COMPLETE": "updated",
    "IMPORT_ROLLBACK_IN_PROGRESS": StackBusy,
    "IMPORT_ROLLBACK_FAILED": NotClean,
    "IMPORT_ROLLBACK_COMPLETE": "updated",
}
"""What a deploy with nothing special asked for makes of a stack in each status."""
WRITES = {
    "CreateChangeSet", "ExecuteChangeSet", "DeleteStack", "DeleteChangeSet", "UpdateTerminationProtection",
    "SetStackPolicy", "RollbackStack", "ContinueUpdateRollback", "CancelUpdateStack",
}  # fmt: skip
FAILED = [status for status, end in WAYS.items() if end in (NotClean, RollbackFirst)]


def settled(fake: FakeCloudFormation, status: str) -> None:
    stack = fake.add_stack("shop", TEMPLATE, status=status)
    if status == "DELETE_IN_PROGRESS":
        stack.status = "CREATE_COMPLETE"
        stack.delete("theirs", Script(), fake.clock.now(), [])


def test_no_status_of_cloudformations_is_left_out() -> None:
    model = botocore.session.get_session().get_service_model("cloudformation")
    assert set(WAYS) == set(model.shape_for("StackStatus").enum)


@pytest.mark.parametrize("status", WAYS)
def test_each_status_leads_somewhere(fake: FakeCloudFormation, make: Any, status: str) -> None:
    settled(fake, status)
    end = WAYS[status]
    if isinstance(end, str):
        assert deploy(make.shop(CHANGED), aws=fake.aws()).stacks["shop"].status == end
        return
    with pytest.raises(end, match=status) as caught:
        deploy(make.shop(CHANGED), aws=fake.aws())
    assert caught.value.fix
    assert not WRITES & set(fake.operations())


@pytest.mark.parametrize("status", FAILED)
@pytest.mark.parametrize(
    "conduct", [Conduct(), Conduct(auto_rollback=True), Conduct(rollback=False), Conduct(wait_in_progress=60)]
)
def test_no_failed_stack_is_ever_deleted_by_a_deploy(
    fake: FakeCloudFormation, make: Any, status: str, conduct: Conduct
) -> None:
    settled(fake, status)
    with suppress(DeployError):
        deploy(make.shop(CHANGED), aws=fake.aws(), conduct=conduct)
    assert "DeleteStack" not in fake.operations()
    assert fake.status("shop") is not None


@pytest.mark.parametrize(
    ("conduct", "goes_on"),
    [
        (Conduct(), set()),
        (Conduct(rollback=False), {"CREATE_FAILED", "UPDATE_FAILED"}),
        (Conduct(auto_rollback=True), {"UPDATE_FAILED"}),
        (Conduct(wait_in_progress=60), set()),
    ],
)
def test_only_what_can_go_on_goes_on(fake: FakeCloudFormation, make: Any, conduct: Conduct, goes_on: set[str]) -> None:
    for status in FAILED:
        fake.stacks.clear()
        settled(fake, status)
        if status in goes_on:
            assert deploy(make.shop(CHANGED), aws=fake.aws(), conduct=conduct).ok
            continue
        with pytest.raises((NotClean, RollbackFirst), match=status):
            deploy(make.shop(CHANGED), aws=fake.aws(), conduct=conduct)


@pytest.mark.parametrize("status", FAILED)
def test_a_failed_stack_is_told_with_what_it_still_holds(fake: FakeCloudFormation, make: Any, status: str) -> None:
    fake.add_stack("shop", TEMPLATE, status=status, kept={"Other": "DELETE_COMPLETE"})
    physical = fake.stacks[0].resources["Topic"]["PhysicalResourceId"]
    with pytest.raises(DeployError, match="it still holds") as caught:
        deploy(make.shop(CHANGED), aws=fake.aws())
    assert f"Topic ({physical})" in str(caught.value)
    assert "Other (" not in str(caught.value)


def test_who_may_not_list_resources_is_still_told_of_the_state(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE, status="ROLLBACK_FAILED")
    fake.fault("ListStackResources", Denied(), times=9)
    with pytest.raises(NotClean, match="ROLLBACK_FAILED"):
        deploy(make.shop(CHANGED), aws=fake.aws())


@pytest.mark.parametrize("kept", ["DELETE_SKIPPED", "DELETE_FAILED", "CREATE_COMPLETE"])
def test_a_rolled_back_creation_is_made_anew_only_when_nothing_of_it_is_left(
    fake: FakeCloudFormation, make: Any, kept: str
) -> None:
    fake.add_stack("shop", TEMPLATE, status="ROLLBACK_COMPLETE", kept={"Topic": kept})
    with pytest.raises(NotClean, match="still holds Topic"):
        deploy(make.shop(CHANGED), aws=fake.aws())
    assert not WRITES & set(fake.operations())


def test_a_stack_being_deleted_that_fails_to_go_is_told(fake: FakeCloudFormation, make: Any) -> None:
    stack = fake.add_stack("shop", TEMPLATE)
    stack.delete("theirs", Script(stuck={"Topic": "in use"}), fake.clock.now(), [])
    with pytest.raises(NotClean, match="DELETE_FAILED"):
        deploy(make.shop(CHANGED), aws=fake.aws())
    assert not WRITES & set(fake.operations())


def test_a_status_from_the_future_is_left_to_a_person() -> None:
    with pytest.raises(NotClean, match="does not know that status"):
        way(StackRecord("arn", "shop", "TELEPORT_COMPLETE"))
