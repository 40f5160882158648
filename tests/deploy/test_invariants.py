"""Whatever the weather: the verdict is the end of our operation, and nothing is lost, doubled, left over or given away."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import (
    Options,
    Result,
    apply,
    deploy,
    destroy,
    import_resources,
    plan,
    read_plan,
    rollback,
)
from awsdeck.deploy.fake import Cut, Denied, Script
from awsdeck.errors import DeckError
from tests.deploy.storm import SECRET, Rival, Storm, Weather, scripts, template, weathers

VALUES = {"Password": SECRET}
STATES = [None, "CREATE_COMPLETE", "CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE",
          "UPDATE_IN_PROGRESS", "UPDATE_FAILED", "DELETE_FAILED"]  # fmt: skip


def often(examples: int) -> settings:
    return settings(
        deadline=None,
        max_examples=examples,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def shop(storm: Storm, body: dict[str, Any] | None = None, **more: Any) -> StackArtifact:
    return StackArtifact("shop", body or template("A", "B", display="b"), role=storm.role, account=None, **more)


def start(weather: Weather, script: Script, state: str | None = None, body: dict[str, Any] | None = None) -> Storm:
    storm = Storm().brew(weather)
    storm.add_stack("neighbour", template("A"), parameters={"Password": "x"})
    if state is not None:
        storm.add_stack("shop", body or template("A"), status=state, parameters={"Password": "x"})
    storm.script("shop", script)
    return storm


@often(25)
@given(weather=weathers, script=scripts, state=st.sampled_from(STATES))
def test_a_deploy_in_any_weather(weather: Weather, script: Script, state: str | None) -> None:
    storm = start(weather, script, state)
    with storm.over():
        end = storm.go(
            lambda: deploy(
                Assembly([shop(storm)]), aws=storm.aws(), parameters=VALUES, observer=storm.listener,
                confirm=lambda plan: weather.confirmed,
            )
        )  # fmt: skip
    storm.judge(end)
    if not weather.confirmed and state != "UPDATE_FAILED":
        assert not storm.started()


@often(12)
@given(weather=weathers, script=scripts, state=st.sampled_from([None, "CREATE_COMPLETE", "CREATE_COMPLETE"]))
def test_a_replacement_and_a_removal_in_any_weather(weather: Weather, script: Script, state: str | None) -> None:
    old = template("A", Gone={})
    old["Resources"] |= {
        "Gone": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}},
        "Moved": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "old"}},
    }
    old.pop("Gone")
    new = template("A", display="b")
    new["Resources"]["Moved"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "new"}}
    storm = start(weather, evolve(script, stuck={"Gone": "in use"} if script.stuck else {}), state, old)
    with storm.over():
        end = storm.go(
            lambda: deploy(Assembly([shop(storm, new)]), aws=storm.aws(), parameters=VALUES, observer=storm.listener,
                           confirm=lambda plan: weather.confirmed)
        )  # fmt: skip
    storm.judge(end)


@often(12)
@given(weather=weathers, script=scripts, state=st.sampled_from([None, *STATES]))
def test_a_destruction_in_any_weather(weather: Weather, script: Script, state: str | None) -> None:
    storm = start(weather, script, state)
    with storm.over():
        end = storm.go(
            lambda: destroy(Assembly([shop(storm)]), aws=storm.aws(), observer=storm.listener,
                            confirm=lambda plan: weather.confirmed)
        )  # fmt: skip
    storm.judge(end, deletes=frozenset({"shop"}), secret=False)
    asked = [call for call in storm.calls if call.operation == "DeleteStack"]
    if isinstance(end, Result) and asked:
        gone = {stack.id for stack in storm.stacks if stack.status == "DELETE_COMPLETE"}
        assert end.stacks["shop"].status == "deleted"
        assert {call.arguments["StackName"] for call in asked} <= gone
    if not weather.confirmed:
        assert not asked


@often(12)
@given(weather=weathers, script=scripts, state=st.sampled_from(["UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED"]))
def test_a_rollback_in_any_weather(weather: Weather, script: Script, state: str) -> None:
    storm = start(weather, script, state)
    shop_stack = storm.stacks[-1]
    shop_stack.touched = [("A", "UPDATE")]
    shop_stack.before = (template("A"), {"Password": "x"}, {})
    with storm.over():
        end = storm.go(
            lambda: rollback(Assembly([shop(storm)]), aws=storm.aws(), stacks=["shop"], observer=storm.listener,
                             confirm=lambda plan: weather.confirmed)
        )  # fmt: skip
    storm.judge(end, secret=False)
    began = {call.operation for call in storm.calls} & {"RollbackStack", "ContinueUpdateRollback"}
    if isinstance(end, Result) and began and not storm.foreign:
        assert storm.status("shop") == "UPDATE_ROLLBACK_COMPLETE"


@often(12)
@given(weather=weathers, script=scripts, state=st.sampled_from([None, "CREATE_COMPLETE", "CREATE_COMPLETE"]))
def test_an_import_in_any_weather(weather: Weather, script: Script, state: str | None) -> None:
    storm = start(weather, script, state)
    storm.existing["AWS::S3::Bucket"] = {"uploads-1"}
    new = template("A")
    new["Resources"]["B"] = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {}}
    with storm.over():
        end = storm.go(
            lambda: import_resources(
                Assembly([shop(storm, new)]), aws=storm.aws(), stack="shop", identifiers={"B": "uploads-1"},
                parameters=VALUES, observer=storm.listener, confirm=lambda plan: weather.confirmed,
            )
        )  # fmt: skip
    storm.judge(end)


@often(12)
@given(weather=weathers, script=scripts, state=st.sampled_from(STATES))
def test_a_plan_that_is_carried_out_later_in_any_weather(weather: Weather, script: Script, state: str | None) -> None:
    storm = start(weather, script, state)
    with storm.over() as folder:
        assembly = Assembly([shop(storm)])

        def both() -> Result | None:
            made = plan(assembly, aws=storm.aws(), keep=True, options=Options(VALUES), observer=storm.listener)
            try:
                made.write(str(folder / "plan.json"))
                return apply(assembly, read_plan(str(folder / "plan.json")), aws=storm.aws(), parameters=VALUES,
                             observer=storm.listener, confirm=lambda plan: weather.confirmed)  # fmt: skip
            except (DeckError, KeyboardInterrupt):
                made.discard()
                raise

        end = storm.go(both)
    storm.judge(end)


@often(12)
@given(weather=weathers, script=scripts, other=scripts)
def test_stacks_that_hold_each_other_in_any_weather(weather: Weather, script: Script, other: Script) -> None:
    """shop gives up an export that web lets go of in the same deploy: two phases of shop, and web between them."""
    exported = {"Kept": {"Value": "k", "Export": {"Name": "shop:A"}}}
    old = template("A", "B", Outputs={**exported, "Held": {"Value": "h", "Export": {"Name": "shop:B"}}})
    user: dict[str, Any] = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::ImportValue": "shop:B"}}}
    storm = start(weather, script, "CREATE_COMPLETE", old)
    storm.add_stack("web", template("A") | {"Resources": {"Uses": user}}, parameters={"Password": "x"})
    storm.script("shop", other)
    new = template("A", "C", Outputs=exported)
    web = StackArtifact("web", template("Own"), dependencies=("shop",), role=storm.role)
    with storm.over():
        end = storm.go(
            lambda: deploy(Assembly([shop(storm, new), web]), aws=storm.aws(), parameters=VALUES, concurrency=2,
                           observer=storm.listener, confirm=lambda plan: weather.confirmed)
        )  # fmt: skip
    storm.judge(end)
    if isinstance(end, Result) and not storm.foreign:
        done = [storm.status(one.name) == "UPDATE_COMPLETE" or one.status == "unchanged" for one in end.stacks.values()]
        assert end.ok == all(done)


@pytest.mark.parametrize("at", [12, 13, 14, 15, 16])
@pytest.mark.parametrize("state", [None, "CREATE_COMPLETE"])
@pytest.mark.parametrize("fails", [True, False])
def test_without_events_somebody_elses_end_is_not_taken_for_ours(at: int, state: str | None, fails: bool) -> None:
    weather = Weather({"DescribeStackEvents": [Denied()] * 99}, Rival("update", at, 0.0))
    storm = start(weather, Script(fail={"A": "no"} if fails else {}, seconds=0.0), state)
    with storm.over():
        end = storm.go(
            lambda: deploy(
                Assembly([shop(storm)]),
                aws=storm.aws(),
                parameters=VALUES,
                observer=storm.listener,
                confirm=lambda _: True,
            )
        )
    storm.judge(end)


def test_ctrl_c_while_an_answer_is_lost_leaves_no_change_set() -> None:
    """The change set was made, its answer was lost, and the user stops before the request is said again."""
    for state in (None, "CREATE_COMPLETE"):
        asked = 4 if state is None else 5
        for struck in range(2, asked + 3):
            storm = start(Weather({"CreateChangeSet": [Cut("after")]}, struck=struck), Script(), state)
            with storm.over():
                end = storm.go(
                    lambda storm=storm: deploy(  # type: ignore[misc]
                        Assembly([shop(storm)]), aws=storm.aws(), parameters=VALUES, observer=storm.listener
                    )
                )
            storm.judge(end)
