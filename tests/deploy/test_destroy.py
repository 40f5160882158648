"""Destroying stacks: what holds data is named, what is kept is listed, what is protected stays."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import deploy, destroy
from awsdeck.deploy.fake import FakeCloudFormation, Script, Throttled
from awsdeck.errors import ApprovalNeeded, DeployError, NotClean, StackBusy

BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {}}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {}}


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def test_a_stack_is_deleted_and_followed_to_the_end(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.add_stack("shop", template(Topic=TOPIC))
    result = destroy(make.shop(), aws=fake.aws(), observer=listener)
    assert result.stacks["shop"].status == "deleted"
    assert listener.story()[-1] == ("shop", "DELETE_COMPLETE")
    [call] = [call for call in fake.calls if call.operation == "DeleteStack"]
    assert call.arguments["StackName"].startswith("arn:")
    assert call.arguments["ClientRequestToken"]


def test_a_stack_that_is_not_there_is_fine(fake: FakeCloudFormation, make: Any) -> None:
    assert destroy(make.shop(), aws=fake.aws()).stacks["shop"].status == "absent"


def test_data_that_would_be_lost_has_to_be_named(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.add_stack("shop", template(Topic=TOPIC, Bucket=BUCKET))
    with pytest.raises(ApprovalNeeded, match="--allow-destroy Bucket"):
        destroy(make.shop(), aws=fake.aws(), confirm=lambda plan: True, observer=listener)
    assert "DeleteStack" not in fake.operations()
    assert [(change.logical_id, change.data) for change in listener.plans[0].changes] == [
        ("Bucket", "lost"),
        ("Topic", None),
    ]
    assert destroy(make.shop(), aws=fake.aws(), allow_destroy=["Bucket"]).ok


def test_what_is_kept_is_listed_with_its_physical_id(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", template(Topic=TOPIC, Bucket={**BUCKET, "DeletionPolicy": "Retain"}))
    [left] = destroy(make.shop(), aws=fake.aws()).stacks["shop"].leftovers
    assert left.logical_id == "Bucket"
    assert left.physical_id.startswith("shop-Bucket-")


def test_a_protected_stack_stays(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", template(Topic=TOPIC), protected=True)
    with pytest.raises(ApprovalNeeded, match="termination protection"):
        destroy(make.shop(), aws=fake.aws(), confirm=lambda plan: True)
    assert "DeleteStack" not in fake.operations()


def test_a_busy_stack_stays(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", template(Topic=TOPIC), status="UPDATE_IN_PROGRESS")
    with pytest.raises(StackBusy):
        destroy(make.shop(), aws=fake.aws())


def test_a_declined_destruction_does_nothing(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", template(Topic=TOPIC))
    with pytest.raises(ApprovalNeeded):
        destroy(make.shop(), aws=fake.aws(), confirm=lambda plan: False)
    assert fake.status("shop") == "CREATE_COMPLETE"


def test_exports_in_use_are_said_before_anything_is_deleted(fake: FakeCloudFormation, make: Any) -> None:
    stack = {**template(Topic=TOPIC), "Outputs": {"Arn": {"Value": "x", "Export": {"Name": "shop-arn"}}}}
    fake.add_stack("shop", stack)
    fake.imports["shop-arn"] = ["billing"]
    with pytest.raises(DeployError, match="shop-arn by billing"):
        destroy(make.shop(), aws=fake.aws())
    assert "DeleteStack" not in fake.operations()


def test_what_cannot_be_deleted_is_listed_and_the_second_try_works(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", template(Topic=TOPIC, Other=TOPIC))
    fake.script("shop", Script(stuck={"Topic": "the topic is in use"}))
    with pytest.raises(NotClean, match="the topic is in use") as caught:
        destroy(make.shop(), aws=fake.aws())
    assert "left over: Topic" in str(caught.value)
    assert fake.status("shop") == "DELETE_FAILED"
    assert destroy(make.shop(), aws=fake.aws()).ok


def test_a_second_failure_to_delete_is_not_taken_from_the_first(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", template(Topic=TOPIC), status="DELETE_FAILED")
    fake.script("shop", Script(stuck={"Topic": "still in use"}, seconds=30))
    with pytest.raises(NotClean, match="still in use"):
        destroy(make.shop(), aws=fake.aws())


def test_a_deletion_that_runs_already_is_followed(fake: FakeCloudFormation, make: Any) -> None:
    stack = fake.add_stack("shop", template(Topic=TOPIC))
    stack.delete("somebody", Script(seconds=30), fake.clock.now(), [])
    assert destroy(make.shop(), aws=fake.aws()).stacks["shop"].status == "deleted"
    assert "DeleteStack" not in fake.operations()


def test_throttling_does_not_delete_twice(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", template(Topic=TOPIC))
    fake.fault("DeleteStack", Throttled(), times=4)
    fake.fault("DescribeStacks", Throttled(), times=4)
    assert destroy(make.shop(), aws=fake.aws()).ok
    assert [event["ResourceStatus"] for event in fake.stacks[0].events].count("DELETE_IN_PROGRESS") == 1


def test_a_stack_is_not_deleted_while_another_holds_a_value_of_it(fake: FakeCloudFormation) -> None:
    output = {"Resources": {"Q": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"Name": {"Value": "orders"}}}
    taker = {
        "Parameters": {"FromName": {"Type": "String"}},
        "Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "FromName"}}}},
    }
    given = Assembly(
        [
            StackArtifact("giver", output),
            StackArtifact("taker", taker, dependencies=["giver"], inputs={"FromName": ("giver", "Name")}),
        ]
    )
    fake.script("giver", Script(outputs={"Name": "orders"}))
    deploy(given, aws=fake.aws())
    with pytest.raises(DeployError, match="taker uses Name of giver as its FromName"):
        destroy(given, aws=fake.aws(), stacks=["giver"])
    assert "DeleteStack" not in fake.operations()
    destroy(given, aws=fake.aws(), stacks=["taker"])
    destroy(given, aws=fake.aws(), stacks=["giver"])
    assert fake.status("giver") in (None, "DELETE_COMPLETE")


def test_stacks_that_share_a_value_are_deleted_together(fake: FakeCloudFormation) -> None:
    given = Assembly(
        [
            StackArtifact("giver", {"Resources": {"Q": {"Type": "AWS::SNS::Topic"}}}),
            StackArtifact(
                "taker", {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}, dependencies=["giver"],
                inputs={"FromName": ("giver", "Name")},
            ),
        ]
    )  # fmt: skip
    destroy(given, aws=fake.aws())
