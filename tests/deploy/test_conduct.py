"""How operations are carried out: what is asked for in case of failure, and how much of them is waited for."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import Conduct, Refused, deploy
from awsdeck.deploy.fake import FakeCloudFormation, Script
from awsdeck.deploy.terms.conduct import OnFailure
from awsdeck.errors import (
    ApprovalNeeded,
    InputError,
    LeftBehind,
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
OTHER = {**TEMPLATE, "Resources": {**TEMPLATE["Resources"], "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}
THIRD = {**TEMPLATE, "Resources": {**TEMPLATE["Resources"], "New": {"Type": "AWS::SNS::Topic", "Properties": {}}}}
REPLACING = {
    **TEMPLATE,
    "Resources": {
        **TEMPLATE["Resources"],
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a", "TopicName": "new"}},
    },
}
EXPRESS = "Resource operation completed using Express Mode. It may continue becoming available in the background."


def asked(fake: FakeCloudFormation) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the last change set and its execution were asked for."""
    last = {call.operation: dict(call.arguments) for call in fake.calls}
    return last["CreateChangeSet"], last["ExecuteChangeSet"]


def left(fake: FakeCloudFormation) -> list[str]:
    """Change sets that wait, and stacks in review."""
    waiting = [made.arn for stack in fake.stacks for made in stack.change_sets if made.execution == "AVAILABLE"]
    return waiting + [stack.name for stack in fake.stacks if stack.status == "REVIEW_IN_PROGRESS"]


# what failure leads to


@pytest.mark.parametrize(
    ("conduct", "on_failure", "disable"),
    [
        (Conduct(), "ROLLBACK", None),
        (Conduct(on_create_failure="delete"), "DELETE", None),
        (Conduct(on_create_failure="keep"), None, "true"),
        (Conduct(rollback=False), None, "true"),
        (Conduct(rollback=False, on_create_failure="delete"), "DELETE", None),
    ],
)
def test_a_creation_says_what_its_failure_leads_to_in_one_place(
    fake: FakeCloudFormation, make: Any, conduct: Conduct, on_failure: str | None, disable: str | None
) -> None:
    deploy(make.shop(TEMPLATE), aws=fake.aws(), conduct=conduct)
    made, executed = asked(fake)
    assert (made.get("OnStackFailure"), executed.get("DisableRollback")) == (on_failure, disable)


@pytest.mark.parametrize(("conduct", "disable"), [(Conduct(), "false"), (Conduct(rollback=False), "true")])
def test_an_update_always_says_whether_it_may_be_rolled_back(
    fake: FakeCloudFormation, make: Any, conduct: Conduct, disable: str
) -> None:
    fake.add_stack("shop", TEMPLATE)
    deploy(make.shop(OTHER), aws=fake.aws(), conduct=conduct)
    made, executed = asked(fake)
    assert "OnStackFailure" not in made
    assert executed["DisableRollback"] == disable
    assert (executed.get("RetainExceptOnCreate") == "true") == (disable == "false")


@pytest.mark.parametrize(
    ("on_failure", "error", "status"),
    [("rollback", RolledBack, "ROLLBACK_COMPLETE"), ("delete", RolledBack, "DELETE_COMPLETE"), ("keep", NotClean, "CREATE_FAILED")],
)  # fmt: skip
def test_a_failed_creation_is_rolled_back_deleted_or_kept(
    fake: FakeCloudFormation, make: Any, on_failure: OnFailure, error: type[Exception], status: str
) -> None:
    fake.script("shop", Script(fail={"Topic": "no"}))
    with pytest.raises(error, match="Topic"):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), conduct=Conduct(on_create_failure=on_failure))
    assert fake.status("shop") == status


def test_a_creation_that_was_kept_goes_on_from_where_it_stopped(fake: FakeCloudFormation, make: Any) -> None:
    conduct = Conduct(rollback=False)
    fake.script("shop", Script(fail={"Topic": "no"}))
    with pytest.raises(NotClean, match="awsdeck destroy shop"):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), conduct=conduct)
    result = deploy(make.shop(OTHER), aws=fake.aws(), conduct=conduct)
    assert result.stacks["shop"].status == "updated"
    assert asked(fake)[0]["ChangeSetType"] == "UPDATE"


def test_an_update_that_was_left_as_it_was_goes_on_from_where_it_stopped(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE, status="UPDATE_FAILED")
    assert deploy(make.shop(OTHER), aws=fake.aws(), conduct=Conduct(rollback=False)).ok


def test_a_failed_stack_without_changes_is_not_called_up_to_date(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE, status="UPDATE_FAILED")
    with pytest.raises(RollbackFirst, match="finds nothing to change"):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), conduct=Conduct(rollback=False))
    assert left(fake) == []
    fake.add_stack("half", TEMPLATE, status="CREATE_FAILED")
    half = Assembly([StackArtifact("half", TEMPLATE)])
    with pytest.raises(NotClean, match="finds nothing to change"):
        deploy(half, aws=fake.aws(), conduct=Conduct(rollback=False))


def test_a_replacement_without_rollback_is_refused_before_anything_is_executed(
    fake: FakeCloudFormation, make: Any
) -> None:
    fake.add_stack("shop", TEMPLATE)
    with pytest.raises(InputError, match=r"would replace Topic \(AWS::SNS::Topic\) because of TopicName"):
        deploy(make.shop(REPLACING), aws=fake.aws(), conduct=Conduct(rollback=False))
    assert "ExecuteChangeSet" not in fake.operations()
    assert left(fake) == []
    assert deploy(make.shop(REPLACING), aws=fake.aws()).ok


@pytest.mark.parametrize(
    "given",
    [
        {"rollback": False, "on_create_failure": "rollback"},
        {"rollback": False, "auto_rollback": True},
        {"express": True, "on_create_failure": "delete"},
        {"on_create_failure": "explode"},
    ],
)
def test_what_does_not_go_together_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Conduct(**given)


# an earlier failure


def test_an_earlier_failed_update_is_undone_as_a_step_of_its_own(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(fail={"Topic": "no"}))
    with pytest.raises(NotClean):
        deploy(make.shop(OTHER), aws=fake.aws(), conduct=Conduct(rollback=False))
    asked_about: list[str] = []

    def confirm(plan: Any) -> bool:
        asked_about.append(plan.operation)
        return True

    conduct = Conduct(auto_rollback=True)
    result = deploy(make.shop(THIRD), aws=fake.aws(), conduct=conduct, confirm=confirm, observer=listener)
    assert result.stacks["shop"].status == "updated"
    assert asked_about == ["rollback", "update"]
    assert [plan.operation for plan in listener.plans] == ["rollback", "update"]
    assert fake.operations().index("RollbackStack") < len(fake.operations()) - 1 - fake.operations()[::-1].index(
        "CreateChangeSet"
    )
    assert [one.status for one in listener.results] == ["updated"]


def test_who_declines_to_undo_it_gets_no_deploy(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE, status="UPDATE_FAILED")
    with pytest.raises(ApprovalNeeded):
        deploy(make.shop(OTHER), aws=fake.aws(), conduct=Conduct(auto_rollback=True), confirm=lambda plan: False)
    assert not {"RollbackStack", "CreateChangeSet"} & set(fake.operations())


def test_undoing_it_that_fails_too_ends_the_deploy(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(fail={"Topic": "no"}), Script(rollback_fails={"Topic": "never"}))
    with pytest.raises(NotClean):
        deploy(make.shop(OTHER), aws=fake.aws(), conduct=Conduct(rollback=False))
    fake.calls.clear()
    with pytest.raises(NotClean, match="UPDATE_ROLLBACK_FAILED"):
        deploy(make.shop(OTHER), aws=fake.aws(), conduct=Conduct(auto_rollback=True))
    assert "CreateChangeSet" not in fake.operations()


# somebody else's operation


def running(fake: FakeCloudFormation, script: Script | None = None) -> Any:
    """An update by somebody else that is under way."""
    stack = fake.add_stack("shop", TEMPLATE)
    given = {"ChangeSetName": "theirs", "Parameters": [], "Tags": []}
    import json

    made = stack.propose(given, json.dumps(OTHER), Script(), "arn:x/")
    stack.execute(made, "awsdeck-theirs", script or Script(seconds=30), fake.clock.now())
    return stack


def test_a_busy_stack_is_refused_with_what_is_known_of_the_operation(fake: FakeCloudFormation, make: Any) -> None:
    running(fake)
    with pytest.raises(StackBusy) as caught:
        deploy(make.shop(THIRD), aws=fake.aws())
    text = str(caught.value)
    assert "UPDATE_IN_PROGRESS" in text
    assert "since 2025-" in text
    assert "another run of awsdeck" in text
    assert "--wait-in-progress" in text


def test_somebody_elses_operation_is_waited_for_and_the_plan_made_from_its_end(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    running(fake)
    result = deploy(make.shop(THIRD), aws=fake.aws(), conduct=Conduct(wait_in_progress=600), observer=listener)
    assert result.stacks["shop"].status == "updated"
    changed = {change.logical_id: change.action for change in listener.plans[0].changes}
    assert changed == {"Topic": "update", "New": "create"}
    said = " ".join(notice.message for notice in listener.notices)
    assert "waiting up to 600 seconds" in said
    assert "the other operation ended in UPDATE_COMPLETE" in said


def test_the_failure_of_somebody_elses_operation_is_not_ours(fake: FakeCloudFormation, make: Any) -> None:
    running(fake, Script(seconds=30, fail={"Topic": "theirs"}))
    result = deploy(make.shop(THIRD), aws=fake.aws(), conduct=Conduct(wait_in_progress=600))
    assert result.stacks["shop"].status == "updated"


def test_the_success_of_somebody_elses_operation_is_not_ours(fake: FakeCloudFormation, make: Any) -> None:
    running(fake)
    fake.script("shop", Script(fail={"New": "ours"}))
    with pytest.raises(RolledBack, match="ours"):
        deploy(make.shop(THIRD), aws=fake.aws(), conduct=Conduct(wait_in_progress=600))


def test_waiting_that_takes_too_long_is_a_busy_stack(fake: FakeCloudFormation, make: Any) -> None:
    running(fake, Script(seconds=5000))
    with pytest.raises(StackBusy, match="stopped watching after"):
        deploy(make.shop(THIRD), aws=fake.aws(), conduct=Conduct(wait_in_progress=60))
    assert "CreateChangeSet" not in fake.operations()


def test_ctrl_c_while_waiting_for_somebody_else_ends_the_wait_and_nothing_else(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    stack = running(fake, Script(seconds=500))

    class Pressed(type(fake.clock)):  # type: ignore[misc]
        def sleep(self, seconds: float, stop: Any) -> None:
            super().sleep(seconds, stop)
            stop.set()

    aws = fake.aws(clock=Pressed(fake.clock.now()))
    with pytest.raises(KeyboardInterrupt):
        deploy(make.shop(THIRD), aws=aws, conduct=Conduct(wait_in_progress=9000), observer=listener)
    assert listener.results[0].status == "interrupted"
    assert stack.status == "UPDATE_IN_PROGRESS"
    assert not {"CancelUpdateStack", "DeleteStack", "CreateChangeSet"} & set(fake.operations())


def test_an_operation_that_ends_in_trouble_leads_to_the_gate(fake: FakeCloudFormation, make: Any) -> None:
    running(fake, Script(seconds=30, fail={"Topic": "a"}, rollback_fails={"Topic": "b"}))
    with pytest.raises(RollbackFirst, match="UPDATE_ROLLBACK_FAILED"):
        deploy(make.shop(THIRD), aws=fake.aws(), conduct=Conduct(wait_in_progress=600))


# started and left


def test_who_does_not_wait_gets_the_arn_and_exit_code_9(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    with pytest.raises(StoppedWatching, match="awsdeck follow shop") as caught:
        deploy(make.shop(TEMPLATE), aws=fake.aws(), conduct=Conduct(wait=False), observer=listener)
    assert fake.stacks[0].id in str(caught.value)
    assert caught.value.exit_code == 9
    assert [one.status for one in listener.results] == ["stopped"]
    fake.finish()
    assert fake.status("shop") == "CREATE_COMPLETE"


def test_every_stack_is_started_but_those_that_need_another(fake: FakeCloudFormation, listener: Any) -> None:
    stacks = Assembly(
        [
            StackArtifact("a", TEMPLATE), StackArtifact("b", TEMPLATE),
            StackArtifact("c", TEMPLATE, dependencies=["a"]),
        ]
    )  # fmt: skip
    with pytest.raises(StoppedWatching):
        deploy(stacks, aws=fake.aws(), conduct=Conduct(wait=False), observer=listener)
    assert {one.name: one.status for one in listener.results} == {"a": "stopped", "b": "stopped", "c": "skipped"}


def test_a_stack_that_is_left_still_gets_its_protection_and_policy(fake: FakeCloudFormation, make: Any) -> None:
    policy = {"Statement": [{"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
    with pytest.raises(StoppedWatching):
        deploy(
            make.shop(TEMPLATE, termination_protection=True, stack_policy=policy),
            aws=fake.aws(), conduct=Conduct(wait=False),
        )  # fmt: skip
    assert fake.stacks[0].protected
    assert fake.stacks[0].policy


def test_who_does_not_wait_and_has_nothing_to_do_is_done(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    assert deploy(make.shop(TEMPLATE), aws=fake.aws(), conduct=Conduct(wait=False)).ok


# express mode


@pytest.mark.parametrize("rollback", [True, False])
@pytest.mark.parametrize("exists", [True, False])
def test_express_mode_always_says_whether_to_roll_back(
    fake: FakeCloudFormation, make: Any, rollback: bool, exists: bool
) -> None:
    if exists:
        fake.add_stack("shop", TEMPLATE)
    deploy(make.shop(OTHER), aws=fake.aws(), conduct=Conduct(express=True, rollback=rollback))
    made, executed = asked(fake)
    assert made["DeploymentConfig"] == {"Mode": "EXPRESS", "DisableRollback": "false" if rollback else "true"}
    assert "OnStackFailure" not in made
    assert "DisableRollback" not in executed


def test_express_mode_is_refused_where_readiness_matters(fake: FakeCloudFormation, make: Any) -> None:
    conduct = Conduct(express=True)
    with pytest.raises(ApprovalNeeded, match="termination protection"):
        deploy(make.shop(TEMPLATE, termination_protection=True), aws=fake.aws(), conduct=conduct)
    fake.add_stack("shop", TEMPLATE, protected=True)
    with pytest.raises(ApprovalNeeded, match="termination protection"):
        deploy(make.shop(OTHER), aws=fake.aws(), conduct=conduct)
    two = Assembly([StackArtifact("net", TEMPLATE), StackArtifact("app", TEMPLATE, dependencies=["net"])])
    with pytest.raises(ApprovalNeeded, match="app needs net"):
        deploy(two, aws=fake.aws(), conduct=conduct)
    assert "CreateChangeSet" not in fake.operations()
    assert deploy(two, aws=fake.aws(), stacks=["net"], conduct=conduct).ok


def test_what_may_not_be_ready_yet_is_named(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.script("shop", Script(said={"Topic": EXPRESS}))
    deploy(make.shop(TEMPLATE), aws=fake.aws(), conduct=Conduct(express=True), observer=listener)
    assert any("perhaps not ready yet: Topic" in notice.message for notice in listener.notices)


# what a change set is asked for


@pytest.mark.parametrize(
    ("conduct", "member", "value"),
    [
        (Conduct(revert_drift=True), "DeploymentMode", "REVERT_DRIFT"),
        (Conduct(import_existing=True), "ImportExistingResources", "true"),
        (Conduct(validate=False), "DisableValidation", "true"),
    ],
)
def test_what_is_asked_for_is_in_the_change_set(
    fake: FakeCloudFormation, make: Any, conduct: Conduct, member: str, value: str
) -> None:
    fake.add_stack("shop", TEMPLATE)
    deploy(make.shop(OTHER), aws=fake.aws(), conduct=conduct)
    assert asked(fake)[0][member] == value


@pytest.mark.parametrize(
    ("conduct", "flag"),
    [
        (Conduct(express=True), "--express"), (Conduct(validate=False), "--skip-validation"),
        (Conduct(import_existing=True), "--import-existing"), (Conduct(revert_drift=True), "--revert-drift"),
    ],
)  # fmt: skip
def test_a_boto3_that_does_not_know_it_is_told_before_anything_is_made(
    fake: FakeCloudFormation, make: Any, conduct: Conduct, flag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from awsdeck.deploy.account.cloudformation import CloudFormation

    fake.add_stack("shop", TEMPLATE)
    monkeypatch.setattr(CloudFormation, "knows", lambda self, operation, member=None: member is None)
    with pytest.raises(InputError, match="upgrade boto3") as caught:
        deploy(make.shop(OTHER), aws=fake.aws(), conduct=conduct)
    assert str(caught.value).startswith(flag)
    assert "CreateChangeSet" not in fake.operations()


def test_drift_is_reverted_though_the_template_is_the_same(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.drifted["shop/Topic"] = {"/DisplayName": ("a", "by hand")}
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).stacks["shop"].status == "unchanged"
    result = deploy(make.shop(TEMPLATE), aws=fake.aws(), conduct=Conduct(revert_drift=True), observer=listener)
    assert result.stacks["shop"].status == "updated"
    assert [change.logical_id for change in listener.plans[0].changes] == ["Topic"]


def test_a_new_stack_has_no_drift_to_revert(fake: FakeCloudFormation, make: Any) -> None:
    assert deploy(make.shop(TEMPLATE), aws=fake.aws(), conduct=Conduct(revert_drift=True)).ok
    assert "DeploymentMode" not in asked(fake)[0]


# leftovers


def test_leftovers_are_a_failure_only_for_those_who_say_so(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    less = {"Resources": {"Topic": TEMPLATE["Resources"]["Topic"]}}
    for conduct in (Conduct(), Conduct(strict_cleanup=True)):
        fake.stacks.clear()
        fake.add_stack("shop", TEMPLATE)
        fake.script("shop", Script(stuck={"Other": "in use"}))
        if not conduct.strict_cleanup:
            assert deploy(make.shop(less), aws=fake.aws(), conduct=conduct).ok
            continue
        with pytest.raises(LeftBehind, match="Other") as caught:
            deploy(make.shop(less), aws=fake.aws(), conduct=conduct, observer=listener)
        assert caught.value.exit_code == 8
        assert listener.results[0].status == "updated"


def test_what_is_kept_on_purpose_is_no_leftover(fake: FakeCloudFormation, make: Any) -> None:
    kept = {**TEMPLATE["Resources"]["Other"], "DeletionPolicy": "Retain"}
    fake.add_stack("shop", {"Resources": {**TEMPLATE["Resources"], "Other": kept}})
    less = {"Resources": {"Topic": TEMPLATE["Resources"]["Topic"]}}
    assert deploy(make.shop(less), aws=fake.aws(), conduct=Conduct(strict_cleanup=True)).ok


def test_the_fake_refuses_what_cloudformation_refuses(fake: FakeCloudFormation, make: Any) -> None:
    aws = fake.aws()
    cf = aws.cloudformation("eu-west-1")
    arn, _ = cf.create_change_set(
        stack="shop", name="x", create=True, body='{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}', url=None,
        parameters=[], tags={}, capabilities=(), token="t", more={"OnStackFailure": "ROLLBACK"},
    )  # fmt: skip
    with pytest.raises(Refused, match="DisableRollback"):
        cf.execute_change_set(arn, token="e", disable_rollback=False)
