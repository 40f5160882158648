"""Stack sets: what is planned, gated, started, watched, and how it ends in every account and region."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy.fake import Cut, Expired, FakeCloudFormation, Rejected, SetScript, Throttled
from awsdeck.deploy.sets import (
    SetPlan,
    SetResult,
    deploy_sets,
    destroy_sets,
    drift_set,
    follow_set,
    stop_set,
    view_set,
)
from awsdeck.errors import (
    ApprovalNeeded,
    CredentialsError,
    DeployError,
    InputError,
    NotClean,
    StackBusy,
    StoppedWatching,
)

from .conftest import Listener

ONE, TWO, THREE = "111122223333", "222233334444", "333344445555"
WORK, TEST = "ou-ab12-workload1", "ou-ab12-testing01"
TOPIC: dict[str, Any] = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}
TEMPLATE: dict[str, Any] = {"Resources": {"Topic": TOPIC}}
OTHER: dict[str, Any] = {"Resources": {"Topic": {**TOPIC, "Properties": {"DisplayName": "b"}}}}
SIZED: dict[str, Any] = {**TEMPLATE, "Parameters": {"Size": {"Type": "String", "Default": "small"}}}
TABLE: dict[str, Any] = {
    "Resources": {"Topic": TOPIC, "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders"}}}
}


@define
class Watcher(Listener):
    set_plans: list[SetPlan] = field(factory=list)
    set_results: list[SetResult] = field(factory=list)

    def set_planned(self, plan: SetPlan) -> None:
        self.on("plan", plan)
        self.set_plans.append(plan)

    def set_finished(self, result: SetResult) -> None:
        self.set_results.append(result)


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


def spread(**fields: Any) -> dict[str, Any]:
    preferences = {"failureTolerance": 0, "maxConcurrent": 1, "parallelRegions": False, "keepSpeed": False}
    return {
        "regions": ["eu-west-1"],
        "managedExecution": True,
        **fields,
        "preferences": {**preferences, **fields.get("preferences", {})},
    }


def guards(template: dict[str, Any] = TEMPLATE, parameters: dict[str, str] | None = None, **fields: Any) -> Assembly:
    given = fields if {"accounts", "units"} & fields.keys() else {"accounts": [ONE, TWO], **fields}
    return Assembly([StackArtifact("guards", template, spread=spread(**given), parameters=parameters)])


def run(fake: FakeCloudFormation, assembly: Assembly, watcher: Watcher, **options: Any) -> SetResult:
    return deploy_sets(assembly, aws=fake.aws(), observer=watcher, **options)["guards"]


def instances(fake: FakeCloudFormation) -> dict[str, str]:
    [one] = fake.stack_sets
    one.advance(fake.clock.now())
    return {where: instance.status for where, instance in one.instances.items()}


def starts(fake: FakeCloudFormation) -> list[str]:
    kinds = ("CreateStackSet", "UpdateStackSet", "DeleteStackSet", "StackInstances")
    return [
        call.operation
        for call in fake.calls
        if call.operation.endswith(kinds) and not call.operation.startswith("List")
    ]


def arguments(fake: FakeCloudFormation, operation: str) -> list[dict[str, Any]]:
    return [dict(call.arguments) for call in fake.calls if call.operation == operation]


# accounts


def test_a_new_stack_set_gets_an_instance_in_every_account_and_region(
    fake: FakeCloudFormation, watcher: Watcher
) -> None:
    result = run(fake, guards(regions=["eu-west-1", "us-east-1"]), watcher)
    assert result.status == "created"
    assert instances(fake) == {f"{a}/{r}": "CURRENT" for a in (ONE, TWO) for r in ("eu-west-1", "us-east-1")}
    assert starts(fake) == ["CreateStackSet", "CreateStackInstances"]
    assert {one.status for one in result.results} == {"SUCCEEDED"}
    assert [row.action for row in watcher.set_plans[0].placements] == ["create"] * 4
    assert [call["Regions"] for call in arguments(fake, "CreateStackInstances")] == [["eu-west-1", "us-east-1"]]


def test_what_is_as_it_should_be_is_left_alone(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(), watcher)
    fake.calls.clear()
    assert run(fake, guards(), watcher).status == "unchanged"
    assert starts(fake) == []


def test_a_changed_template_goes_to_every_instance(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(), watcher)
    fake.calls.clear()
    result = run(fake, guards(OTHER, accounts=[ONE, TWO, THREE]), watcher)
    assert result.status == "updated"
    assert starts(fake) == ["UpdateStackSet", "CreateStackInstances"]
    assert [change.logical_id for change in watcher.set_plans[1].changes] == ["Topic"]
    assert {row.where: row.action for row in watcher.set_plans[1].placements} == {
        f"{ONE}/eu-west-1": "keep", f"{TWO}/eu-west-1": "keep", f"{THREE}/eu-west-1": "create",
    }  # fmt: skip
    assert set(instances(fake).values()) == {"CURRENT"}


def test_instances_that_go_are_removed_first(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(regions=["eu-west-1", "us-east-1"]), watcher)
    fake.calls.clear()
    run(fake, guards(OTHER, accounts=[ONE], regions=["us-east-1"]), watcher)
    assert starts(fake) == ["DeleteStackInstances", "DeleteStackInstances", "UpdateStackSet"]
    assert instances(fake) == {f"{ONE}/us-east-1": "CURRENT"}


def test_every_operation_has_an_id_and_is_started_once(fake: FakeCloudFormation, watcher: Watcher) -> None:
    for operation in ("CreateStackSet", "CreateStackInstances", "UpdateStackSet", "DeleteStackInstances"):
        fake.fault(operation, Cut("after"))
    run(fake, guards(), watcher)
    run(fake, guards(OTHER, accounts=[ONE]), watcher)
    [one] = fake.stack_sets
    assert [operation.action for operation in reversed(one.operations)] == ["CREATE", "DELETE", "UPDATE"]
    assert all(operation.id.startswith("awsdeck-") for operation in one.operations)
    assert instances(fake) == {f"{ONE}/eu-west-1": "CURRENT"}


def test_a_storm_of_trouble_makes_it_slow_and_nothing_else(fake: FakeCloudFormation, watcher: Watcher) -> None:
    fake.choose = lambda operation, number: (Throttled(), Cut(), None)[number % 3]
    assert run(fake, guards(), watcher).ok


def test_preferences_are_sent_as_they_were_said(fake: FakeCloudFormation, watcher: Watcher) -> None:
    preferences = {"failureTolerance": "10%", "maxConcurrent": 5, "parallelRegions": True, "keepSpeed": True}
    run(fake, guards(preferences=preferences, regions=["eu-west-1", "us-east-1"]), watcher)
    [call] = arguments(fake, "CreateStackInstances")
    assert call["OperationPreferences"] == {
        "FailureTolerancePercentage": "10", "MaxConcurrentCount": "5", "RegionConcurrencyType": "PARALLEL",
        "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
    }  # fmt: skip


def test_one_account_can_have_values_of_its_own(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(SIZED, overrides={ONE: {"Size": "big"}}), watcher)
    [one] = fake.stack_sets
    assert {where: instance.values for where, instance in one.instances.items()} == {
        f"{ONE}/eu-west-1": {"Size": "big"}, f"{TWO}/eu-west-1": {},
    }  # fmt: skip
    fake.calls.clear()
    assert run(fake, guards(SIZED, overrides={ONE: {"Size": "big"}}), watcher).status == "unchanged"
    run(fake, guards(SIZED, overrides={ONE: {}, f"{TWO}/eu-west-1": {"Size": "huge"}}), watcher)
    assert {instance.values.get("Size") for instance in one.instances.values()} == {None, "huge"}
    assert starts(fake) == ["UpdateStackInstances", "UpdateStackInstances"]


def test_values_of_the_stack_set_are_compared_and_sent(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(SIZED), watcher)
    run(fake, guards(SIZED, parameters={"Size": "big"}), watcher, tags={"team": "shop"})
    settings = {name: (before, after) for name, before, after in watcher.set_plans[1].settings}
    assert settings == {"parameter Size": ("small", "big"), "tag team": ("", "shop")}
    assert run(fake, guards(SIZED, parameters={"Size": "big"}), watcher, tags={"team": "shop"}).status == "unchanged"


def test_a_secret_is_nowhere_to_be_seen(fake: FakeCloudFormation, watcher: Watcher) -> None:
    secret = {**TEMPLATE, "Parameters": {"Key": {"Type": "String", "NoEcho": True}}}
    fake.set_scripts["guards"] = [SetScript(fail={f"{ONE}/eu-west-1": "hunter2hunter2 is not allowed"})]
    with pytest.raises(DeployError) as caught:
        run(fake, guards(secret), watcher, parameters={"Key": "hunter2hunter2"})
    told = [str(caught.value), *(str(one.to_dict()) for one in watcher.set_plans)]
    told += [str(event.to_dict()) for event in watcher.events]
    assert not any("hunter2" in text for text in told)


# units of an organization


@pytest.fixture
def organization(fake: FakeCloudFormation) -> FakeCloudFormation:
    fake.organization = {WORK: [ONE, TWO], TEST: [THREE]}
    return fake


def test_units_are_given_and_accounts_are_found_by_aws(organization: FakeCloudFormation, watcher: Watcher) -> None:
    assembly = guards(units=[WORK, TEST], autoDeploy=True, retainOnLeaving=True)
    assert run(organization, assembly, watcher).status == "created"
    assert set(instances(organization)) == {f"{account}/eu-west-1" for account in (ONE, TWO, THREE)}
    [call] = arguments(organization, "CreateStackSet")
    assert call["PermissionModel"] == "SERVICE_MANAGED"
    assert call["AutoDeployment"] == {"Enabled": "true", "RetainStacksOnAccountRemoval": "true"}
    assert [row.where for row in watcher.set_plans[0].placements] == [f"{TEST}/eu-west-1", f"{WORK}/eu-west-1"]
    organization.calls.clear()
    assert run(organization, assembly, watcher).status == "unchanged"
    assert starts(organization) == []


def test_a_unit_that_goes_takes_all_its_instances_along(organization: FakeCloudFormation, watcher: Watcher) -> None:
    run(organization, guards(units=[WORK, TEST], autoDeploy=True), watcher)
    run(organization, guards(units=[TEST], autoDeploy=True), watcher)
    assert set(instances(organization)) == {f"{THREE}/eu-west-1"}
    [call] = arguments(organization, "DeleteStackInstances")
    assert call["DeploymentTargets"] == {"OrganizationalUnitIds": [WORK]}


def test_accounts_can_be_left_out_of_a_unit(organization: FakeCloudFormation, watcher: Watcher) -> None:
    run(organization, guards(units=[WORK], without=[TWO], autoDeploy=False), watcher)
    assert set(instances(organization)) == {f"{ONE}/eu-west-1"}
    run(organization, guards(units=[WORK], without=[ONE, TWO], autoDeploy=False), watcher)
    assert instances(organization) == {}


def test_only_some_accounts_of_a_unit_can_be_meant(organization: FakeCloudFormation, watcher: Watcher) -> None:
    run(organization, guards(units=[WORK], only=[ONE], autoDeploy=False), watcher)
    assert set(instances(organization)) == {f"{ONE}/eu-west-1"}
    run(organization, guards(units=[WORK], only=[ONE, TWO], autoDeploy=False), watcher)
    assert set(instances(organization)) == {f"{ONE}/eu-west-1", f"{TWO}/eu-west-1"}


def test_one_account_of_a_unit_can_have_values_of_its_own(organization: FakeCloudFormation, watcher: Watcher) -> None:
    run(organization, guards(SIZED, units=[WORK], overrides={ONE: {"Size": "big"}}, autoDeploy=True), watcher)
    [one] = organization.stack_sets
    assert one.instances[f"{ONE}/eu-west-1"].values == {"Size": "big"}
    assert one.instances[f"{TWO}/eu-west-1"].values == {}


def test_without_trusted_access_it_is_said_before_anything_is_made(
    organization: FakeCloudFormation, watcher: Watcher
) -> None:
    organization.trusted = False
    with pytest.raises(DeployError, match="no trusted access"):
        run(organization, guards(units=[WORK], autoDeploy=True), watcher)
    assert starts(organization) == []


def test_a_delegated_administrator_says_so_in_every_call(organization: FakeCloudFormation, watcher: Watcher) -> None:
    organization.delegated = True
    run(organization, guards(units=[WORK], autoDeploy=True, delegatedAdmin=True), watcher)
    calls = [call for call in organization.calls if call.operation != "GetCallerIdentity"]
    assert {call.arguments.get("CallAs") for call in calls} == {"DELEGATED_ADMIN"}
    with pytest.raises(DeployError, match="delegated_admin=True"):
        run(organization, guards(units=[WORK], autoDeploy=True), watcher)


def test_a_stack_set_does_not_change_between_accounts_and_units(
    organization: FakeCloudFormation, watcher: Watcher
) -> None:
    run(organization, guards(), watcher)
    with pytest.raises(InputError, match="stackset destroy guards"):
        run(organization, guards(units=[WORK], autoDeploy=True), watcher)


# how it ends


def test_a_failure_is_told_by_instance_with_its_reason_and_what_to_do(
    fake: FakeCloudFormation, watcher: Watcher
) -> None:
    reason = (
        f"Account {TWO} should have 'AWSCloudFormationStackSetExecutionRole' role with trust relationship to Role 'x'."
    )
    fake.set_scripts["guards"] = [SetScript(fail={f"{TWO}/eu-west-1": reason})]
    with pytest.raises(DeployError, match=f"{TWO}/eu-west-1: Account") as caught:
        run(fake, guards(accounts=[ONE, TWO, THREE], regions=["eu-west-1", "us-east-1"]), watcher)
    assert caught.value.exit_code == 1
    assert "make the role AWSCloudFormationStackSetExecutionRole in each of those accounts" in str(caught.value)
    assert "not begun" in str(caught.value)
    [result] = watcher.set_results
    assert result.status == "failed"
    assert {one.where: one.status for one in result.results}[f"{ONE}/eu-west-1"] == "SUCCEEDED"
    assert {one.where: one.status for one in result.results}[f"{THREE}/us-east-1"] == "CANCELLED"


def test_the_next_deploy_tries_what_has_failed_again(fake: FakeCloudFormation, watcher: Watcher) -> None:
    fake.set_scripts["guards"] = [SetScript(fail={f"{TWO}/eu-west-1": "no"})]
    with pytest.raises(DeployError):
        run(fake, guards(), watcher)
    assert run(fake, guards(), watcher).status == "updated"
    assert [row.action for row in watcher.set_plans[1].placements] == ["keep", "retry"]
    assert set(instances(fake).values()) == {"CURRENT"}


def test_failures_within_the_tolerance_are_told_and_no_failure(fake: FakeCloudFormation, watcher: Watcher) -> None:
    fake.set_scripts["guards"] = [SetScript(fail={f"{ONE}/eu-west-1": "no such luck"})]
    assert run(fake, guards(preferences={"failureTolerance": 1}), watcher).ok
    assert any("no such luck" in notice.message for notice in watcher.notices)


def test_what_the_instances_do_is_told_as_it_happens(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(), watcher)
    story = [(event.record.logical_id, event.record.status) for event in watcher.events]
    assert story.index((f"{ONE}/eu-west-1", "SUCCEEDED")) < story.index((f"{TWO}/eu-west-1", "SUCCEEDED"))
    assert watcher.steps[-1].done == watcher.steps[-1].total == 2


def test_trouble_with_reading_results_does_not_change_the_verdict(fake: FakeCloudFormation, watcher: Watcher) -> None:
    fake.choose = lambda operation, number: (
        Rejected("AccessDenied") if operation == "ListStackSetOperationResults" else None
    )
    assert run(fake, guards(), watcher).ok
    assert any("does not need it" in notice.message for notice in watcher.notices)


# gates


def test_instances_with_data_are_not_removed_by_accident(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(TABLE), watcher)
    with pytest.raises(ApprovalNeeded, match=f"Table .* in 1 instance: {TWO}/eu-west-1") as caught:
        run(fake, guards(TABLE, accounts=[ONE]), watcher)
    assert "--allow-destroy Table" in str(caught.value)
    assert "DeleteStackInstances" not in fake.operations()
    assert run(fake, guards(TABLE, accounts=[ONE]), watcher, allow_destroy=["Table"]).ok


def test_stacks_can_be_kept_when_their_instances_go(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(TABLE), watcher)
    assert run(fake, guards(TABLE, accounts=[ONE]), watcher, retain_stacks=True).ok
    [call] = arguments(fake, "DeleteStackInstances")
    assert call["RetainStacks"] == "true"


def test_a_template_that_loses_data_is_refused_as_for_a_stack(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(TABLE), watcher)
    with pytest.raises(ApprovalNeeded, match="--allow-destroy Table"):
        run(fake, guards(TEMPLATE), watcher)
    assert "UpdateStackSet" not in fake.operations()


def test_a_declined_plan_starts_nothing(fake: FakeCloudFormation, watcher: Watcher) -> None:
    with pytest.raises(ApprovalNeeded, match="declined"):
        run(fake, guards(), watcher, confirm=lambda plan: False)
    assert starts(fake) == []
    assert watcher.set_results[0].status == "refused"


def test_a_plan_alone_starts_nothing(fake: FakeCloudFormation, watcher: Watcher) -> None:
    assert run(fake, guards(), watcher, plan_only=True).status == "planned"
    assert starts(fake) == []
    assert [str(step) for step in watcher.set_plans[0].steps] == [
        "make the stack set", f"make instances for {ONE}, {TWO} in eu-west-1",
    ]  # fmt: skip


def test_a_plan_shows_everything_before_a_gate_closes(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(TABLE), watcher)
    with pytest.raises(ApprovalNeeded, match="--allow-destroy Table"):
        run(fake, guards(TABLE, accounts=[ONE]), watcher, plan_only=True)
    assert [row.action for row in watcher.set_plans[1].placements] == ["keep", "remove"]


# several at once, stopping, going on


def busy(fake: FakeCloudFormation, watcher: Watcher, **fields: Any) -> None:
    """A stack set in the middle of an operation of somebody else's."""
    run(fake, guards(**fields), watcher)
    fake.set_scripts["guards"] = [SetScript(seconds=3_600)]
    cf = fake.aws().client("cloudformation")
    body = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "theirs"}}}}'
    cf.update_stack_set(StackSetName="guards", TemplateBody=body, OperationId="theirs")


def test_a_busy_stack_set_is_not_touched(fake: FakeCloudFormation, watcher: Watcher) -> None:
    busy(fake, watcher, managedExecution=False)
    with pytest.raises(StackBusy, match="the operation theirs") as caught:
        run(fake, guards(OTHER, managedExecution=False), watcher)
    assert caught.value.exit_code == 6


def test_with_managed_execution_an_operation_waits_its_turn(fake: FakeCloudFormation, watcher: Watcher) -> None:
    busy(fake, watcher)
    assert run(fake, guards(OTHER), watcher).ok
    assert any("waits its turn behind the operation theirs" in note for note in watcher.set_plans[1].notes)
    assert '"b"' in fake.stack_sets[0].settings["TemplateBody"]


def test_ctrl_c_stops_watching_and_nothing_else(fake: FakeCloudFormation, watcher: Watcher) -> None:
    class Pressed(type(fake.clock)):  # type: ignore[misc]
        def sleep(self, seconds: float, stop: Any) -> None:
            super().sleep(seconds, stop)
            if "CreateStackInstances" in fake.operations():
                raise KeyboardInterrupt

    with pytest.raises(StoppedWatching, match="stackset follow guards") as caught:
        deploy_sets(guards(), aws=fake.aws(clock=Pressed()), observer=watcher)
    assert "stackset cancel guards" in str(caught.value)
    assert "StopStackSetOperation" not in fake.operations()
    fake.finish()
    assert set(instances(fake).values()) == {"CURRENT"}


def test_an_operation_can_be_followed_by_anybody(fake: FakeCloudFormation, watcher: Watcher) -> None:
    busy(fake, watcher)
    result = follow_set(guards().sets["guards"], aws=fake.aws(), observer=watcher)
    assert [operation.id for operation in result.operations] == ["theirs"]
    assert result.operations[0].status == "SUCCEEDED"
    assert fake.clock.now() - fake.stack_sets[0].operations[0].created > 3_600


def test_a_stopped_operation_begins_with_no_further_instance(fake: FakeCloudFormation, watcher: Watcher) -> None:
    busy(fake, watcher)
    result = stop_set(guards().sets["guards"], aws=fake.aws(), observer=watcher)
    assert result.operations[0].status == "STOPPED"
    assert {one.where: one.status for one in result.results}[f"{TWO}/eu-west-1"] == "CANCELLED"


def test_a_timeout_ends_the_watch_and_not_the_operation(fake: FakeCloudFormation, watcher: Watcher) -> None:
    fake.set_scripts["guards"] = [SetScript(seconds=3_600)]
    with pytest.raises(StoppedWatching) as caught:
        run(fake, guards(), watcher, timeout=60)
    assert caught.value.exit_code == 9


def test_credentials_that_expire_under_way_say_how_to_go_on(fake: FakeCloudFormation, watcher: Watcher) -> None:
    fake.choose = lambda operation, number: Expired() if operation == "DescribeStackSetOperation" else None
    with pytest.raises(CredentialsError, match="stackset follow guards"):
        run(fake, guards(), watcher)


# destroy, status, drift


def test_destroy_removes_all_instances_and_the_set(organization: FakeCloudFormation, watcher: Watcher) -> None:
    assembly = guards(units=[WORK, TEST], autoDeploy=True)
    run(organization, assembly, watcher)
    [result] = destroy_sets(assembly.sets.values(), aws=organization.aws(), observer=watcher).values()
    assert result.status == "deleted"
    assert organization.stack_sets == []
    again = destroy_sets(assembly.sets.values(), aws=organization.aws(), observer=watcher)
    assert again["guards"].status == "absent"


def test_destroy_keeps_data_unless_it_is_named(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(TABLE), watcher)
    with pytest.raises(ApprovalNeeded, match="--allow-destroy Table"):
        destroy_sets(guards(TABLE).sets.values(), aws=fake.aws(), observer=watcher)
    assert "DeleteStackInstances" not in fake.operations()


def test_an_instance_that_cannot_go_leaves_it_unclean(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(), watcher)
    fake.set_scripts["guards"] = [SetScript(fail={f"{ONE}/eu-west-1": "the bucket is not empty"})]
    with pytest.raises(NotClean, match="the bucket is not empty") as caught:
        destroy_sets(guards().sets.values(), aws=fake.aws(), observer=watcher)
    assert caught.value.exit_code == 5
    assert "DeleteStackSet" not in fake.operations()


def test_status_shows_the_set_its_instances_and_operations(fake: FakeCloudFormation, watcher: Watcher) -> None:
    artifact = guards().sets["guards"]
    assert view_set(artifact, aws=fake.aws()).to_dict()["status"] == "NOT_DEPLOYED"
    run(fake, guards(), watcher)
    view = view_set(artifact, aws=fake.aws())
    assert view.healthy
    assert [one["status"] for one in view.to_dict()["instances"]] == ["CURRENT", "CURRENT"]
    assert view.to_dict()["operations"][0]["action"] == "CREATE"


def test_drift_is_found_in_every_instance(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(), watcher)
    fake.drifted[f"guards/{TWO}/eu-west-1"] = {"Topic/DisplayName": ("a", "by hand")}
    view = drift_set(guards().sets["guards"], aws=fake.aws(), observer=watcher)
    assert [one.where for one in view.drifted] == [f"{TWO}/eu-west-1"]
    [found] = view.drifts[f"{TWO}/eu-west-1"]
    assert found["PropertyDifferences"][0]["ActualValue"] == "by hand"


# files and large templates


def test_files_and_large_templates_go_through_the_bucket(
    fake: FakeCloudFormation, watcher: Watcher, tmp_path: Path
) -> None:
    zipped = tmp_path / "code.zip"
    zipped.write_bytes(b"code")
    key = f"awsdeck/{'0' * 64}.zip"
    topics = {f"Topic{n}": {**TOPIC, "Properties": {"DisplayName": "x" * 200}} for n in range(200)}
    template = {"Resources": topics, "Parameters": {"AssetsBucket": {"Type": "String"}}}
    artifact = StackArtifact(
        "guards",
        template,
        spread=spread(accounts=[ONE], regions=["eu-west-1", "us-east-1"]),
        assets=[{"id": "Worker", "hash": "0" * 64, "key": key, "kind": "zip", "path": "assets/x", "source": "src"}],
        files={key: lambda: str(zipped)},
    )
    assert run(fake, Assembly([artifact]), watcher, bucket="shop-files").ok
    assert fake.objects[key] == b"code"
    assert any(name.endswith(".template.json") for name in fake.objects)
    [call] = arguments(fake, "CreateStackSet")
    assert call["Parameters"] == [{"ParameterKey": "AssetsBucket", "ParameterValue": "shop-files"}]
    assert any("bucket of their own region" in note for note in watcher.set_plans[0].notes)
    fake.calls.clear()
    assert run(fake, Assembly([artifact]), watcher, bucket="shop-files").status == "unchanged"


def test_a_comparison_that_fails_is_no_comparison(fake: FakeCloudFormation, watcher: Watcher) -> None:
    run(fake, guards(), watcher)
    fake.set_scripts["guards"] = [SetScript(fail={f"{ONE}/eu-west-1": "not supported"})]
    with pytest.raises(DeployError, match="detect drift"):
        drift_set(guards().sets["guards"], aws=fake.aws(), observer=watcher)
