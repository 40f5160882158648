"""Destroying stacks: what holds data is named, what is kept is listed, what is protected stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import deploy, destroy
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Script, Throttled
from awsdeck.errors import ApprovalNeeded, DeployError, InputError, NotClean, StackBusy

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


def failed(fake: FakeCloudFormation, make: Any) -> None:
    """A stack whose deletion has failed on Topic."""
    fake.add_stack("shop", template(Topic=TOPIC, Other=TOPIC))
    fake.script("shop", Script(stuck={"Topic": "in use"}))
    with pytest.raises(NotClean) as caught:
        destroy(make.shop(), aws=fake.aws())
    assert "--retain" in str(caught.value.fix)
    assert caught.value.exit_code == 5
    fake.script("shop", Script(stuck={"Topic": "in use"}))


def test_a_resource_that_cannot_go_is_left_behind_when_it_is_named(fake: FakeCloudFormation, make: Any) -> None:
    failed(fake, make)
    physical = fake.stacks[0].resources["Topic"]["PhysicalResourceId"]
    with pytest.raises(InputError, match="nothing left of Other") as caught:
        destroy(make.shop(), aws=fake.aws(), retain=["Other"])
    assert "Topic" in str(caught.value.fix)
    result = destroy(make.shop(), aws=fake.aws(), retain=["Topic"]).stacks["shop"]
    assert result.status == "deleted"
    assert [(left.logical_id, left.physical_id) for left in result.leftovers] == [("Topic", physical)]
    assert fake.calls[-1].operation != "DeleteStack"
    [call] = [call for call in fake.calls if "RetainResources" in call.arguments]
    assert call.arguments["RetainResources"] == ["Topic"]


def test_whatever_cannot_go_is_left_behind_by_force(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    failed(fake, make)
    result = destroy(make.shop(), aws=fake.aws(), force_delete=True, observer=listener).stacks["shop"]
    assert result.status == "deleted"
    assert [left.logical_id for left in result.leftovers] == ["Topic"]
    assert [(change.logical_id, change.action) for change in listener.plans[-1].changes] == [("Topic", "keep")]
    assert any("leaves behind whatever it cannot delete" in note for note in listener.plans[-1].notes)
    [call] = [call for call in fake.calls if "DeletionMode" in call.arguments]
    assert call.arguments["DeletionMode"] == "FORCE_DELETE_STACK"


@pytest.mark.parametrize("options", [{"retain": ["Topic"]}, {"force_delete": True}])
def test_leaving_behind_is_only_for_a_deletion_that_failed(
    fake: FakeCloudFormation, make: Any, options: dict[str, Any]
) -> None:
    fake.add_stack("shop", template(Topic=TOPIC))
    with pytest.raises(InputError, match="DELETE_FAILED"):
        destroy(make.shop(), aws=fake.aws(), **options)
    with pytest.raises(InputError, match="exclude each other"):
        destroy(make.shop(), aws=fake.aws(), retain=["Topic"], force_delete=True)
    assert "DeleteStack" not in fake.operations()


def test_of_several_stacks_the_one_is_named_whose_resource_stays(fake: FakeCloudFormation) -> None:
    both = Assembly([StackArtifact(name, template(Topic=TOPIC)) for name in ("a", "b")])
    with pytest.raises(InputError, match="needs to know whose"):
        destroy(both, aws=fake.aws(), retain=["Topic"])
    for name in ("a", "b"):
        fake.add_stack(name, template(Topic=TOPIC), status="DELETE_FAILED")
    assert destroy(both, aws=fake.aws(), retain=["a/Topic"]).ok
    assert [call.arguments["RetainResources"] for call in fake.calls if "RetainResources" in call.arguments] == [
        ["Topic"]
    ]


def test_protection_is_taken_off_only_when_that_is_said(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.add_stack("shop", template(Topic=TOPIC), protected=True)
    with pytest.raises(ApprovalNeeded) as caught:
        destroy(make.shop(), aws=fake.aws())
    assert "--disable-protection" in str(caught.value.fix)
    with pytest.raises(ApprovalNeeded):
        destroy(make.shop(), aws=fake.aws(), disable_protection=True, confirm=lambda plan: False)
    assert fake.stacks[0].protected
    assert destroy(make.shop(), aws=fake.aws(), disable_protection=True, observer=listener).ok
    assert any("termination protection" in note for note in listener.plans[-1].notes)


def test_what_is_not_empty_is_said_before_it_fails(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    repository = {"Type": "AWS::ECR::Repository", "Properties": {}}
    stack = fake.add_stack("shop", template(Bucket=BUCKET, Images=repository, Empty=BUCKET))
    for name, many in (("Bucket", 3), ("Images", 1), ("Empty", 0)):
        stack.resources[name]["PhysicalResourceId"] = f"shop-{name.lower()}-1"
        fake.contents[f"shop-{name.lower()}-1"] = many
    allowed = ["Bucket", "Images", "Empty"]
    with pytest.raises(ApprovalNeeded):
        destroy(make.shop(), aws=fake.aws(), allow_destroy=allowed, confirm=lambda plan: False, observer=listener)
    assert [note.split()[0] for note in listener.plans[0].notes] == ["Bucket", "Images"]
    fake.fault("ListObjectVersions", Denied(), times=2)
    fake.fault("ListImages", Denied())
    destroy(make.shop(), aws=fake.aws(), allow_destroy=allowed, observer=listener)
    assert listener.plans[1].notes == ()


def test_a_stack_in_review_tells_whose_change_sets_go_with_it(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.aws().client("cloudformation").create_change_set(
        StackName="shop", ChangeSetName="colleague", ChangeSetType="CREATE",
        TemplateBody=json.dumps(template(Topic=TOPIC)),
    )  # fmt: skip
    with pytest.raises(ApprovalNeeded):
        destroy(make.shop(), aws=fake.aws(), confirm=lambda plan: False, observer=listener)
    assert "change sets that wait for somebody go with it: colleague" in listener.plans[0].notes[0]
    assert fake.status("shop") == "REVIEW_IN_PROGRESS"
    assert destroy(make.shop(), aws=fake.aws()).ok


def test_what_is_protected_by_a_property_is_said_before_it_fails(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    table = make.table()
    kept = {**table, "DeletionPolicy": "Retain", "Properties": {"DeletionProtectionEnabled": True}}
    table["Properties"]["DeletionProtectionEnabled"] = True
    pool = {"Type": "AWS::Cognito::UserPool", "Properties": {"DeletionProtection": "ACTIVE"}}
    fake.add_stack("shop", template(Table=table, Pool=pool, Kept=kept, Topic=TOPIC))
    with pytest.raises(ApprovalNeeded):
        destroy(
            make.shop(), aws=fake.aws(), allow_destroy=["Table", "Pool"], confirm=lambda plan: False, observer=listener
        )
    assert [note.split(",")[0] for note in listener.plans[0].notes] == [
        "Pool has DeletionProtection",
        "Table has DeletionProtectionEnabled",
    ]


def test_only_what_holds_messages_goes_with_what_is_waiting() -> None:
    from awsdeck.deploy.gate import judge
    from awsdeck.deploy.preview.merge import PlannedChange

    changes = [
        PlannedChange("Net", "AWS::CloudFormation::Stack", "delete", guarded=True),
        PlannedChange("Orders", "AWS::SQS::Queue", "delete", guarded=True),
    ]
    assert judge("shop", changes, ()).ask == (
        "Net (AWS::CloudFormation::Stack) is deleted, with what is in it",
        "Orders (AWS::SQS::Queue) is deleted, with what is waiting in it",
    )
