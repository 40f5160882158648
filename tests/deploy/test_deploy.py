"""A deploy against the scripted CloudFormation: what is asked, what is told, what is raised."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import AWS, EventRecord, Refused, deploy, outputs, status
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Rejected, Script
from awsdeck.deploy.watch.failure import root_cause
from awsdeck.errors import (
    ApprovalNeeded,
    CredentialsError,
    InputError,
    NotClean,
    RollbackFirst,
    RolledBack,
    StackBusy,
    StoppedWatching,
)

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}},
        "Other": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "b"}},
    },
    "Outputs": {"Name": {"Value": "shop-topic"}},
}
OTHER = {
    **TEMPLATE,
    "Resources": {**TEMPLATE["Resources"], "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "c"}}},
}
TABLE = {
    "Resources": {
        "Topic": TEMPLATE["Resources"]["Topic"],
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "a"}},
    }
}

WRITES = {"CreateChangeSet", "ExecuteChangeSet", "DeleteStack", "DeleteChangeSet", "UpdateTerminationProtection"}


def writes(fake: FakeCloudFormation) -> list[str]:
    return [name for name in fake.operations() if name in WRITES]


def leaves_nothing(fake: FakeCloudFormation) -> bool:
    """No change set that is not executed, no stack in review."""
    fake.finish()
    waiting = [made for stack in fake.stacks for made in stack.change_sets if made.execution == "AVAILABLE"]
    return not waiting and all(stack.status != "REVIEW_IN_PROGRESS" for stack in fake.stacks)


# it goes well


def test_a_new_stack_is_created_through_a_change_set(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    result = deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=listener)
    assert result.stacks["shop"].status == "created"
    assert result.outputs == {"shop": {"Name": "shop-topic"}}
    assert writes(fake) == ["CreateChangeSet", "ExecuteChangeSet"]
    assert fake.status("shop") == "CREATE_COMPLETE"
    assert listener.story() == [
        ("shop", "CREATE_IN_PROGRESS"),
        ("Other", "CREATE_IN_PROGRESS"),
        ("Other", "CREATE_COMPLETE"),
        ("Topic", "CREATE_IN_PROGRESS"),
        ("Topic", "CREATE_COMPLETE"),
        ("shop", "CREATE_COMPLETE"),
    ]
    assert listener.events[1].to_dict()["line"] == 11
    assert [one.status for one in listener.results] == ["created"]


def test_an_update_touches_what_has_changed(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    result = deploy(make.shop(OTHER), aws=fake.aws(), observer=listener)
    assert result.stacks["shop"].status == "updated"
    [plan] = listener.plans
    assert [(change.logical_id, change.action) for change in plan.changes] == [("Topic", "update")]
    assert {name for name, _ in listener.story()} == {"shop", "Topic"}


def test_after_create_every_call_goes_by_arn(fake: FakeCloudFormation, make: Any) -> None:
    deploy(make.shop(TEMPLATE), aws=fake.aws())
    at = fake.operations().index("CreateChangeSet")
    named = [call.arguments.get("StackName") or call.arguments["ChangeSetName"] for call in fake.calls[at + 1 :]]
    assert all(name.startswith("arn:") for name in named)


def test_every_start_of_an_operation_carries_a_token(fake: FakeCloudFormation, make: Any) -> None:
    deploy(make.shop(TEMPLATE), aws=fake.aws())
    calls = {call.operation: call.arguments for call in fake.calls}
    assert calls["CreateChangeSet"]["ClientToken"]
    assert calls["ExecuteChangeSet"]["ClientRequestToken"]
    assert calls["CreateChangeSet"]["ChangeSetName"].startswith("awsdeck-")


def test_two_runs_never_take_the_same_name(fake: FakeCloudFormation, make: Any) -> None:
    deploy(make.shop(TEMPLATE), aws=fake.aws())
    deploy(make.shop(OTHER), aws=fake.aws())
    names = [call.arguments["ChangeSetName"] for call in fake.calls if call.operation == "CreateChangeSet"]
    assert len(set(names)) == 2


def test_a_stack_that_is_as_it_should_be_is_left_alone(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    result = deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert result.stacks["shop"].status == "unchanged"
    assert result.outputs["shop"] == {"Name": "shop-topic"}
    assert writes(fake) == []


def test_a_change_set_without_changes_is_taken_away_again(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(no_changes=True))
    assert deploy(make.shop(OTHER), aws=fake.aws()).stacks["shop"].status == "unchanged"
    assert writes(fake) == ["CreateChangeSet", "DeleteChangeSet"]
    assert fake.status("shop") == "CREATE_COMPLETE"


def test_long_histories_are_read_in_pages_and_only_as_far_as_needed(make: Any, listener: Any) -> None:
    fake = FakeCloudFormation(page=3)
    stack = fake.add_stack("shop", TEMPLATE)
    for number in range(100):
        stack._event("Topic", "t", "AWS::SNS::Topic", "UPDATE_COMPLETE", fake.clock.now() - 1000 + number, "")
    deploy(make.shop(OTHER), aws=fake.aws(), observer=listener)
    assert listener.story()[0] == ("shop", "UPDATE_IN_PROGRESS")
    assert len(listener.events) == 4
    assert fake.operations().count("DescribeStackEvents") < 15


def test_all_pages_of_a_change_set_are_read(make: Any, listener: Any) -> None:
    fake = FakeCloudFormation(page=2)
    topics = {f"T{n}": make.topic(str(n)) for n in range(7)}
    deploy(make.shop({"Resources": topics}), aws=fake.aws(), observer=listener)
    assert listener.plans[0].total == 7
    assert all(change.confirmed for change in listener.plans[0].changes)


def test_what_the_change_set_does_not_show_is_still_in_the_plan(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(hidden=["Topic"]))
    new = {**OTHER, "Resources": {**OTHER["Resources"], "Third": make.topic()}}
    deploy(make.shop(new), aws=fake.aws(), observer=listener)
    assert {change.logical_id: change.confirmed for change in listener.plans[0].changes} == {
        "Topic": False,
        "Third": True,
    }


def test_termination_protection_follows_the_deck(fake: FakeCloudFormation, make: Any) -> None:
    deploy(make.shop(TEMPLATE, termination_protection=True), aws=fake.aws())
    assert fake.stacks[0].protected
    deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert not fake.stacks[0].protected


def test_tags_are_those_of_the_stack_and_of_the_run(fake: FakeCloudFormation, make: Any) -> None:
    deploy(make.shop(TEMPLATE, tags={"team": "shop"}), aws=fake.aws(), tags={"run": "7"})
    assert fake.stacks[0].tags == {"team": "shop", "run": "7"}


def test_outputs_and_status_only_look(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    assert outputs(make.shop(TEMPLATE), aws=fake.aws()) == {"shop": {"Name": "shop-topic"}}
    assert status(make.shop(TEMPLATE), aws=fake.aws())["shop"].healthy
    empty = Assembly([StackArtifact("missing", TEMPLATE)])
    assert outputs(empty, aws=fake.aws()) == {}
    assert status(empty, aws=fake.aws())["missing"].to_dict()["status"] == "NOT_DEPLOYED"
    assert writes(fake) == []


# it fails


def test_a_failed_update_names_the_resource_its_line_and_the_reason(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(fail={"Topic": "Invalid parameter: DisplayName"}))
    with pytest.raises(RolledBack) as caught:
        deploy(make.shop(OTHER), aws=fake.aws(), observer=listener)
    assert str(caught.value).startswith("deck.py:10: Topic (AWS::SNS::Topic) failed: Invalid parameter: DisplayName")
    assert "in shop/Topic" in str(caught.value)
    assert fake.status("shop") == "UPDATE_ROLLBACK_COMPLETE"
    [result] = listener.results
    assert result.failure is not None
    assert result.failure.to_dict()["logical_id"] == "Topic"
    assert result.outputs == {}


def test_a_failed_creation_leaves_a_shell_that_the_next_deploy_replaces(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.script("shop", Script(fail={"Other": "no"}))
    with pytest.raises(RolledBack, match="starts anew"):
        deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert fake.status("shop") == "ROLLBACK_COMPLETE"
    fake.calls.clear()
    result = deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=listener)
    assert result.stacks["shop"].status == "recreated"
    assert writes(fake) == ["DeleteStack", "CreateChangeSet", "ExecuteChangeSet"]
    assert "deleted and made anew" in listener.plans[0].notes[0]
    assert any("without resources" in notice.message for notice in listener.notices)


def test_a_failed_creation_that_still_holds_something_is_not_deleted(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE, status="ROLLBACK_COMPLETE", kept={"Topic": "DELETE_SKIPPED"})
    with pytest.raises(NotClean, match="Topic"):
        deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert writes(fake) == []


def test_a_rollback_that_fails_is_not_clean(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(fail={"Topic": "first"}, rollback_fails={"Topic": "second"}))
    with pytest.raises(NotClean) as caught:
        deploy(make.shop(OTHER), aws=fake.aws())
    assert "failed: first" in caught.value.message
    assert "awsdeck rollback shop" in str(caught.value)


def test_without_rollback_the_stack_needs_a_hand(fake: FakeCloudFormation, make: Any) -> None:
    fake.script("shop", Script(fail={"Topic": "no"}, keep_failed=True))
    with pytest.raises(NotClean):
        deploy(make.shop(TEMPLATE), aws=fake.aws())


def test_a_refused_change_set_says_what_validation_found_and_leaves_nothing(
    fake: FakeCloudFormation, make: Any
) -> None:
    fake.script(
        "shop", Script(refuse="The following validation failed: use DescribeEvents", invalid={"Topic": "bad name"})
    )
    with pytest.raises(Refused, match="Topic: bad name") as caught:
        deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert caught.value.exit_code == 4
    assert leaves_nothing(fake)


def test_what_the_check_at_the_start_of_an_operation_refuses_is_told_with_its_line(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", TEMPLATE)
    changed = {"Resources": {**TEMPLATE["Resources"], "Topic": {"Type": "AWS::SNS::Topic"}}}
    for reason in ("old news", "this name is taken"):
        fake.script("shop", Script(invalid={"Topic": reason}))
        with pytest.raises(RolledBack) as caught:
            deploy(make.shop(changed), aws=fake.aws(), observer=listener)
        assert f"Topic (AWS::SNS::Topic) failed: {reason}" in str(caught.value)
        assert str(caught.value).startswith("deck.py:")
        failure = listener.results[-1].failure
        assert (failure.logical_id, failure.reason, failure.others) == ("Topic", reason, ())
        fake.clock.sleep(60, threading.Event())


def test_leftovers_of_a_successful_update_are_reported(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(stuck={"Other": "in use"}))
    result = deploy(make.shop({"Resources": {"Topic": TEMPLATE["Resources"]["Topic"]}}), aws=fake.aws())
    assert result.ok
    assert [(item.logical_id, item.reason) for item in result.stacks["shop"].leftovers] == [("Other", "in use")]


# the state before


@pytest.mark.parametrize(
    "state", ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"]
)
def test_a_busy_stack_is_left_alone(fake: FakeCloudFormation, make: Any, state: str) -> None:
    fake.add_stack("shop", TEMPLATE, status=state)
    with pytest.raises(StackBusy, match=state):
        deploy(make.shop(OTHER), aws=fake.aws())
    assert writes(fake) == []


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("UPDATE_FAILED", RollbackFirst),
        ("UPDATE_ROLLBACK_FAILED", RollbackFirst),
        ("CREATE_FAILED", NotClean),
        ("ROLLBACK_FAILED", NotClean),
        ("DELETE_FAILED", NotClean),
    ],
)
def test_a_broken_stack_is_left_to_its_owner(
    fake: FakeCloudFormation, make: Any, state: str, error: type[Exception]
) -> None:
    fake.add_stack("shop", TEMPLATE, status=state)
    with pytest.raises(error, match=state):
        deploy(make.shop(OTHER), aws=fake.aws())
    assert writes(fake) == []


def test_somebody_elses_stack_in_review_is_created_and_never_deleted(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", {}, status="REVIEW_IN_PROGRESS")
    with pytest.raises(ApprovalNeeded):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), confirm=lambda plan: False)
    assert writes(fake) == ["CreateChangeSet", "DeleteChangeSet"]
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).stacks["shop"].status == "created"


def test_a_stack_being_deleted_is_waited_for(fake: FakeCloudFormation, make: Any) -> None:
    stack = fake.add_stack("shop", TEMPLATE)
    stack.delete("other", Script(), fake.clock.now(), [])
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).stacks["shop"].status == "created"


# what is sent


def test_an_empty_stack_is_refused(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    with pytest.raises(InputError, match="awsdeck destroy shop"):
        deploy(Assembly([StackArtifact("shop", {"Resources": {}})]), aws=fake.aws())
    assert writes(fake) == []


def test_the_wrong_account_is_noticed_before_anything_is_read_or_written(fake: FakeCloudFormation, make: Any) -> None:
    with pytest.raises(InputError, match="999999999999"):
        deploy(make.shop(TEMPLATE, account="999999999999"), aws=fake.aws())
    assert fake.operations() == ["GetCallerIdentity"]


def test_missing_parameters_are_listed_together(fake: FakeCloudFormation, make: Any) -> None:
    template = {**TEMPLATE, "Parameters": {name: {"Type": "String"} for name in ("A", "B")}}
    with pytest.raises(InputError, match="no value for A, B"):
        deploy(make.shop(template), aws=fake.aws())


def test_a_parameter_that_nobody_declares_is_a_mistake(fake: FakeCloudFormation, make: Any) -> None:
    with pytest.raises(InputError, match="Tyop"):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), parameters={"Tyop": "x"})


def test_parameters_keep_their_value_until_another_is_given(fake: FakeCloudFormation, make: Any) -> None:
    declared = {"Size": {"Type": "String", "Default": "1"}, "New": {"Type": "String", "Default": "n"}}
    fake.add_stack("shop", TEMPLATE, parameters={"Size": "2", "Gone": "x"})
    template = {**OTHER, "Parameters": declared}
    deploy(make.shop(template), aws=fake.aws())
    assert fake.stacks[0].parameters == {"Size": "2", "New": "n"}
    deploy(make.shop(template), aws=fake.aws(), parameters={"shop:Size": "3"})
    assert fake.stacks[0].parameters["Size"] == "3"


def test_a_secret_is_sent_and_never_told(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    template = {**TEMPLATE, "Parameters": {"Password": {"Type": "String", "NoEcho": True}}}
    fake.script("shop", Script(fail={"Topic": "hunter2 is too short"}))
    with pytest.raises(RolledBack) as caught:
        deploy(make.shop(template), aws=fake.aws(), parameters={"Password": "hunter2"}, observer=listener)
    assert fake.stacks[0].parameters == {"Password": "hunter2"}
    told = [
        str(caught.value),
        repr(listener.plans),
        json.dumps([one.to_dict() for one in listener.plans + listener.results]),
    ]
    assert all("hunter2" not in text for text in told)


def test_a_secret_in_what_aws_refuses_is_masked(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    template = {**TEMPLATE, "Parameters": {"Password": {"Type": "String", "NoEcho": True}}}
    fake.fault("CreateChangeSet", Rejected("ValidationError", "Value 'hunter2' is too short"))
    with pytest.raises(Refused) as caught:
        deploy(make.shop(template), aws=fake.aws(), parameters={"Password": "hunter2"}, observer=listener)
    assert "****" in str(caught.value)
    assert "hunter2" not in repr(caught.value) + repr(listener.results)


def test_the_cause_is_the_first_failure_that_is_not_an_echo() -> None:
    def event(logical_id: str, status: str, reason: str = "", type_name: str = "AWS::SNS::Topic") -> EventRecord:
        return EventRecord(logical_id, 0.0, logical_id, logical_id, type_name, status, reason, stack_id="shop")

    stack = event("shop", "CREATE_FAILED", "The following resources failed", "AWS::CloudFormation::Stack")
    echo = event("A", "CREATE_FAILED", "Resource creation cancelled")
    cause = event("B", "CREATE_FAILED", "no such subnet")
    later = event("C", "DELETE_FAILED", "in use")
    assert root_cause((stack, echo, cause, later)) is cause
    assert root_cause((echo, stack)) is stack
    assert root_cause((echo,)) is None


@pytest.mark.parametrize(
    ("resources", "needed"),
    [
        ({"T": {"Type": "AWS::SNS::Topic"}}, ()),
        ({"R": {"Type": "AWS::IAM::Role", "Properties": {}}}, ("CAPABILITY_IAM",)),
        (
            {"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "x"}}},
            ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"),
        ),
        ({"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": {"Ref": "AWS::NoValue"}}}}, ("CAPABILITY_IAM",)),
        (
            {"T": {"Type": "AWS::SNS::Topic", "Properties": {"Fn::Transform": {"Name": "M"}}}},
            ("CAPABILITY_AUTO_EXPAND",),
        ),
    ],
)
def test_capabilities_are_exactly_those_the_template_needs(
    fake: FakeCloudFormation, make: Any, resources: dict[str, Any], needed: tuple[str, ...]
) -> None:
    deploy(make.shop({"Resources": resources}), aws=fake.aws(), confirm=lambda plan: True)
    [sent] = [call.arguments.get("Capabilities", []) for call in fake.calls if call.operation == "CreateChangeSet"]
    assert tuple(sent or ()) == needed


def big(make: Any, fill: str) -> dict[str, Any]:
    return {"Resources": {f"Topic{n}": make.topic(fill * 100) for n in range(400)}}


def test_the_size_of_a_template_is_counted_in_bytes(fake: FakeCloudFormation, make: Any) -> None:
    template = {"Resources": {f"T{n}": make.topic("ä" * 100) for n in range(300)}}
    assert len(json.dumps(template, ensure_ascii=False, separators=(",", ":"))) < 51_200
    with pytest.raises(InputError, match="bucket"):
        deploy(make.shop(template), aws=fake.aws())
    assert writes(fake) == []


def test_a_large_template_goes_through_a_bucket_once(fake: FakeCloudFormation, make: Any) -> None:
    assembly = make.shop(big(make, "a"))
    deploy(assembly, aws=fake.aws(), bucket="assets", tags={"run": "1"})
    deploy(assembly, aws=fake.aws(), bucket="assets", tags={"run": "2"})
    sent = [call.arguments for call in fake.calls if call.operation == "CreateChangeSet"]
    assert "TemplateBody" not in sent[0]
    assert sent[0]["TemplateURL"].startswith("https://assets.s3.eu-west-1.amazonaws.com/awsdeck/")
    assert fake.operations().count("PutObject") == 1


def test_a_template_above_the_last_limit_is_refused(fake: FakeCloudFormation, make: Any) -> None:
    template = {"Resources": {f"Topic{n}": make.topic("a" * 3000) for n in range(400)}}
    with pytest.raises(InputError, match="split the stack"):
        deploy(make.shop(template), aws=fake.aws(), bucket="assets")


def test_an_unknown_stack_is_named(fake: FakeCloudFormation, make: Any) -> None:
    with pytest.raises(InputError, match="the stacks are shop"):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), stacks=["shpo"])


# approval


def test_a_declined_plan_leaves_nothing_behind(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    with pytest.raises(ApprovalNeeded, match="nothing was changed"):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), confirm=lambda plan: False, observer=listener)
    assert listener.results[0].status == "declined"
    assert leaves_nothing(fake)
    assert fake.status("shop") == "DELETE_COMPLETE"


def test_a_declined_update_keeps_the_stack(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    with pytest.raises(ApprovalNeeded):
        deploy(make.shop(OTHER), aws=fake.aws(), confirm=lambda plan: False)
    assert writes(fake) == ["CreateChangeSet", "DeleteChangeSet"]
    assert fake.status("shop") == "CREATE_COMPLETE"


def test_replacing_a_table_is_refused_without_its_flag(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.add_stack("shop", TABLE)
    new = {
        "Resources": {**TABLE["Resources"], "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "b"}}}
    }
    with pytest.raises(ApprovalNeeded) as caught:
        deploy(make.shop(new), aws=fake.aws(), confirm=lambda plan: True, observer=listener)
    assert "Table (AWS::DynamoDB::Table) is replaced because TableName changes" in str(caught.value)
    assert "--allow-replace Table" in str(caught.value)
    assert listener.results[0].status == "refused"
    assert leaves_nothing(fake)
    assert deploy(make.shop(new), aws=fake.aws(), allow_replace=["Table"]).ok


def test_deleting_a_table_is_refused_without_its_flag(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TABLE)
    new = {"Resources": {"Topic": TABLE["Resources"]["Topic"]}}
    with pytest.raises(ApprovalNeeded, match="--allow-destroy Table"):
        deploy(make.shop(new), aws=fake.aws(), allow_replace=["Table"])
    assert deploy(make.shop(new), aws=fake.aws(), allow_destroy=["shop/Table"]).ok


def test_a_retained_table_may_go(fake: FakeCloudFormation, make: Any) -> None:
    kept = {**TABLE["Resources"]["Table"], "DeletionPolicy": "Retain"}
    fake.add_stack("shop", {"Resources": {**TABLE["Resources"], "Table": kept}})
    result = deploy(make.shop({"Resources": {"Topic": TABLE["Resources"]["Topic"]}}), aws=fake.aws())
    assert [item.logical_id for item in result.stacks["shop"].leftovers] == ["Table"]


def test_what_cloudformation_says_of_the_policy_counts_more_than_the_template(
    fake: FakeCloudFormation, make: Any
) -> None:
    fake.add_stack("shop", TABLE)
    fake.script("shop", Script(replacement={"Table": "True"}, policy_action={"Table": "ReplaceAndDelete"}))
    new = {
        "Resources": {
            **TABLE["Resources"],
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {"TableName": "a", "BillingMode": "PAY_PER_REQUEST"},
            },
        }
    }
    with pytest.raises(ApprovalNeeded, match="--allow-replace Table"):
        deploy(make.shop(new), aws=fake.aws())


@pytest.mark.parametrize(
    ("policy", "data"), [("ReplaceAndDelete", "lost"), ("ReplaceAndRetain", "kept"), ("ReplaceAndSnapshot", "snapshot")]
)
def test_the_policy_in_the_change_set_decides_what_becomes_of_the_data(
    fake: FakeCloudFormation, make: Any, listener: Any, policy: str, data: str
) -> None:
    kept = {"UpdateReplacePolicy": "Retain"} if data == "lost" else {}
    fake.add_stack("shop", TABLE)
    fake.script("shop", Script(policy_action={"Table": policy}))
    other = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "b"}, **kept}
    new = {"Resources": {**TABLE["Resources"], "Table": other}}
    deploy(make.shop(new), aws=fake.aws(), observer=listener, allow_replace=["Table"] if data == "lost" else [])
    assert {change.logical_id: change.data for change in listener.plans[0].changes} == {"Table": data}


def test_a_copy_of_a_database_goes_without_a_flag(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    source = {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "postgres", "BackupRetentionPeriod": 7}}
    reader = {"Type": "AWS::RDS::DBInstance", "Properties": {"SourceDBInstanceIdentifier": {"Ref": "Source"}}}
    fake.add_stack("shop", {"Resources": {"Source": source, "First": reader, "Second": reader}})
    fake.script("shop", Script(replacement={"Source": "Conditional", "Second": "Conditional"}))
    longer = {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "postgres", "BackupRetentionPeriod": 14}}
    assert deploy(make.shop({"Resources": {"Source": longer, "Second": reader}}), aws=fake.aws(), observer=listener).ok
    planned = {change.logical_id: (change.action, change.data) for change in listener.plans[0].changes}
    assert planned["First"] == ("delete", None)
    assert planned["Source"] == ("update", None)


def test_it_depends_is_not_believed_where_the_schema_knows(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.add_stack("shop", TABLE)
    fake.script("shop", Script(replacement={"Table": "Conditional"}))
    tagged = {"TableName": "a", "Tags": [{"Key": "a", "Value": "b"}]}
    new = {"Resources": {**TABLE["Resources"], "Table": {"Type": "AWS::DynamoDB::Table", "Properties": tagged}}}
    deploy(make.shop(new), aws=fake.aws(), observer=listener)
    assert [change.action for change in listener.plans[0].changes] == ["update"]


def test_a_name_that_stays_replaces_nothing_that_refers_to_it(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    def body(delay: int) -> dict[str, Any]:
        subscription = {"Protocol": "sqs", "TopicArn": {"Ref": "Topic"}, "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]}}
        return {
            "Resources": {
                "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": delay}},
                "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": subscription},
                "Topic": {"Type": "AWS::SNS::Topic"},
            }
        }

    seen = []
    for delay, entity in ((1, "Queue.Arn"), (2, "Queue.QueueName"), (3, "Topic.TopicArn")):
        fake.add_stack("shop", body(0))
        fake.script(
            "shop", Script(dynamic={"Subscription": "Conditional"}, through={"Subscription": ("Endpoint", entity)})
        )
        deploy(make.shop(body(delay)), aws=fake.aws(), observer=listener)
        seen.append({change.logical_id: change.action for change in listener.plans[-1].changes})
        fake.stacks.clear()
    assert seen == [
        {"Queue": "update", "Subscription": "update"},
        {"Queue": "update", "Subscription": "maybe-replace"},
        {"Queue": "update", "Subscription": "maybe-replace"},
    ]


def test_a_parameter_that_may_replace_a_table_is_refused(fake: FakeCloudFormation, make: Any) -> None:
    body = {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": {"Ref": "Name"}}}},
    }
    fake.add_stack("shop", body, parameters={"Name": "a"})
    fake.script("shop", Script(dynamic={"Table": "Conditional"}))
    with pytest.raises(ApprovalNeeded, match="--allow-replace Table"):
        deploy(make.shop(body), aws=fake.aws(), parameters={"Name": "b"})


def test_wider_permissions_need_a_yes(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
    }
    assembly = make.shop({"Resources": {"Role": role}})
    with pytest.raises(ApprovalNeeded, match="AdministratorAccess"):
        deploy(assembly, aws=fake.aws())
    assert leaves_nothing(fake)
    assert deploy(assembly, aws=fake.aws(), confirm=lambda plan: bool(plan.asks), observer=listener).ok


# permissions and credentials


def test_events_that_may_not_be_read_do_not_change_the_verdict(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.fault("DescribeStackEvents", Denied(), times=1000)
    assert deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=listener).ok
    assert len([notice for notice in listener.notices if "events cannot be read" in notice.message]) == 1


def test_a_denied_call_names_the_permission(fake: FakeCloudFormation, make: Any) -> None:
    fake.fault("CreateChangeSet", Denied())
    with pytest.raises(Refused, match="cloudformation:CreateChangeSet"):
        deploy(make.shop(TEMPLATE), aws=fake.aws())


def test_no_credentials_is_an_error_of_its_own(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CredentialsError):
        deploy(make.shop(TEMPLATE), aws=AWS(region="eu-west-1"))


def test_an_unknown_profile_is_an_error_of_its_own(make: Any) -> None:
    with pytest.raises(CredentialsError, match="nobody"):
        deploy(make.shop(TEMPLATE), aws=AWS(region="eu-west-1", profile="nobody"))


def test_no_region_says_what_to_do(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    with pytest.raises(InputError, match="region"):
        deploy(make.shop(TEMPLATE), aws=AWS(credentials=("a", "b")))


def test_the_region_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    assert AWS(credentials=("a", "b")).where() == "eu-west-2"
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert AWS(credentials=("a", "b")).where() == "eu-north-1"
    assert AWS(credentials=("a", "b"), region="eu-west-1").where() == "eu-west-1"


def test_watching_may_end_before_the_operation(fake: FakeCloudFormation, make: Any) -> None:
    fake.script("shop", Script(seconds=3600))
    with pytest.raises(StoppedWatching, match="awsdeck follow shop"):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), timeout=60)
    assert fake.status("shop") == "CREATE_IN_PROGRESS"
    assert "DeleteStack" not in fake.operations()
