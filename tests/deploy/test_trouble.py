"""Throttling, cut networks, old answers, expired credentials, Ctrl-C: none of them changes the verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest

from awsdeck.deploy import Refused, deploy
from awsdeck.deploy.fake import Cut, Expired, FakeCloudFormation, Rejected, Script, ServerError, Stale, Throttled
from awsdeck.errors import CredentialsError, RolledBack, StoppedWatching

TEMPLATE: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}}}
THIRD: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "c"}}}}
OTHER: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "b"}}}}


def left_behind(fake: FakeCloudFormation) -> list[str]:
    """What a run should have taken away again."""
    fake.finish()
    waiting = [made.arn for stack in fake.stacks for made in stack.change_sets if made.execution == "AVAILABLE"]
    return waiting + [stack.name for stack in fake.stacks if stack.status == "REVIEW_IN_PROGRESS"]


def executions(fake: FakeCloudFormation) -> int:
    return fake.operations().count("ExecuteChangeSet")


# AWS is slow or out of reach


@pytest.mark.parametrize(
    "operation", ["DescribeStacks", "DescribeStackEvents", "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet"]
)
@pytest.mark.parametrize("fault", [Throttled(), ServerError(), Cut("before"), Cut("after")])
def test_a_call_that_fails_for_a_moment_is_said_again(
    fake: FakeCloudFormation, make: Any, operation: str, fault: Any
) -> None:
    fake.fault(operation, fault, times=3)
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).ok
    assert fake.status("shop") == "CREATE_COMPLETE"
    assert len(fake.stacks) == 1
    assert len(fake.stacks[0].change_sets) == 1


def test_a_storm_of_throttling_makes_it_slow_and_nothing_else(fake: FakeCloudFormation, make: Any) -> None:
    fake.choose = lambda operation, number: Throttled() if number % 4 else None
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).ok


def test_a_watch_outlives_a_long_outage_and_tells_of_it_once(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    start = fake.clock.now()
    running = [False]

    def choose(operation: str, number: int) -> Any:
        running[0] = running[0] or operation == "ExecuteChangeSet"
        return Cut() if running[0] and operation == "DescribeStacks" and fake.clock.now() - start < 600 else None

    fake.choose = choose
    assert deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=listener).ok
    assert fake.clock.now() - start > 590
    assert len([notice for notice in listener.notices if "connection is lost" in notice.message]) == 1


def test_an_outage_longer_than_the_budget_ends_the_watch_and_not_the_operation(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    def choose(operation: str, number: int) -> Any:
        return (
            Cut()
            if executions(fake) and operation == "DescribeStacks" and fake.operations()[-2] != "DescribeStackEvents"
            else None
        )

    fake.choose = choose
    with pytest.raises(StoppedWatching, match="awsdeck follow shop"):
        deploy(make.shop(TEMPLATE), aws=fake.aws(outage_budget=120), observer=listener)
    assert "DeleteStack" not in fake.operations()
    fake.finish()
    assert fake.status("shop") == "CREATE_COMPLETE"


def test_before_anything_runs_an_outage_is_told_within_a_minute_or_two(fake: FakeCloudFormation, make: Any) -> None:
    start = fake.clock.now()
    fake.choose = lambda operation, number: Cut()
    with pytest.raises(Refused, match="check the network"):
        deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert fake.clock.now() - start < 120


def test_a_failed_start_that_did_start_is_followed_and_started_once(fake: FakeCloudFormation, make: Any) -> None:
    fake.fault("ExecuteChangeSet", Cut("after"))
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).ok
    assert [event["ResourceStatus"] for event in fake.stacks[0].events].count("CREATE_IN_PROGRESS") == 2


def test_a_start_that_is_refused_the_second_time_has_started(make: Any) -> None:
    fake = FakeCloudFormation(forgets_tokens=True)
    fake.fault("ExecuteChangeSet", Cut("after"))
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).ok


def test_an_exhausted_quota_is_not_taken_for_throttling(fake: FakeCloudFormation, make: Any) -> None:
    fake.fault("CreateChangeSet", Rejected("LimitExceededException", "ChangeSet limit exceeded"), times=9)
    with pytest.raises(Refused, match="limit exceeded") as caught:
        deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert "quota" in str(caught.value)
    assert fake.operations().count("CreateChangeSet") == 1


def test_the_text_of_an_error_is_cut_short(fake: FakeCloudFormation, make: Any) -> None:
    fake.fault("CreateChangeSet", Rejected("ValidationError", "Value '" + "x" * 50_000 + "' is wrong"))
    with pytest.raises(Refused) as caught:
        deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert len(str(caught.value)) < 2_500
    assert caught.value.exit_code == 4


def test_somebody_elses_success_after_our_failure_is_not_ours(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    stack = fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(fail={"Topic": "ours failed"}))
    theirs: list[str] = []

    def choose(operation: str, number: int) -> Any:
        if not executions(fake) or operation == "ExecuteChangeSet":
            return None
        if stack.status == "UPDATE_ROLLBACK_COMPLETE" and not theirs:
            given = {"ChangeSetName": "colleague", "Parameters": [], "Tags": []}
            made = stack.propose(given, json.dumps(THIRD), Script(), "arn:x/")
            stack.execute(made, "colleague", Script(seconds=0), fake.clock.now())
            stack.advance(float("inf"))
            theirs.append(stack.status)
        stack.advance(fake.clock.now())
        return None if theirs else Cut()

    fake.choose = choose
    with pytest.raises(RolledBack, match="ours failed"):
        deploy(make.shop(OTHER), aws=fake.aws(), observer=listener)
    assert theirs == ["UPDATE_COMPLETE"]
    assert all(event.record.token != "colleague" for event in listener.events)


def test_trouble_at_the_very_end_does_not_fail_a_good_deploy(fake: FakeCloudFormation, make: Any) -> None:
    fake.fault("DescribeStackEvents", Throttled(), times=500)
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).ok


# answers that are old


def test_an_old_answer_is_not_taken_for_the_end(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE, status="UPDATE_COMPLETE")
    fake.script("shop", Script(fail={"Topic": "no"}))

    def choose(operation: str, number: int) -> Any:
        return Stale() if executions(fake) and operation == "DescribeStacks" and number % 3 else None

    fake.choose = choose
    with pytest.raises(RolledBack):
        deploy(make.shop(OTHER), aws=fake.aws())
    assert fake.status("shop") == "UPDATE_ROLLBACK_COMPLETE"


def test_a_stack_still_shown_in_review_is_looked_at_again(fake: FakeCloudFormation, make: Any) -> None:
    count = [0]

    def choose(operation: str, number: int) -> Any:
        if executions(fake) and operation == "DescribeStacks" and count[0] < 5:
            count[0] += 1
            return Stale()
        return None

    fake.choose = choose
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).ok


def test_an_operation_that_never_shows_is_not_called_a_success(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", TEMPLATE, status="UPDATE_COMPLETE")
    fake.script("shop", Script(seconds=100_000))
    fake.choose = lambda operation, number: Stale() if executions(fake) and operation == "DescribeStacks" else None
    with pytest.raises(StoppedWatching):
        deploy(make.shop(OTHER), aws=fake.aws())


# credentials


def test_credentials_that_expire_under_way_say_how_to_go_on(fake: FakeCloudFormation, make: Any) -> None:
    fake.choose = lambda operation, number: Expired() if executions(fake) and operation == "DescribeStacks" else None
    with pytest.raises(CredentialsError, match="awsdeck follow shop") as caught:
        deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert caught.value.exit_code == 20
    assert "DeleteStack" not in fake.operations()


def test_credentials_that_expire_before_anything_runs(fake: FakeCloudFormation, make: Any) -> None:
    fake.fault("DescribeStacks", Expired(), times=9)
    with pytest.raises(CredentialsError):
        deploy(make.shop(TEMPLATE), aws=fake.aws())


# Ctrl-C


def interrupt(*_: Any) -> bool:
    raise KeyboardInterrupt


def pressed_once() -> Any:
    """Ctrl-C at the first event; a second one would mean at once."""
    pressed: list[str] = []

    def on(kind: str, what: Any) -> None:
        if not pressed and kind == "event":
            pressed.append(kind)
            raise KeyboardInterrupt

    return on


def test_ctrl_c_at_the_question_leaves_nothing_behind(fake: FakeCloudFormation, make: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), confirm=interrupt)
    assert executions(fake) == 0
    assert left_behind(fake) == []


def test_ctrl_c_while_the_change_set_is_made_leaves_nothing_behind(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(change_set_seconds=600))

    class Pressed(type(fake.clock)):  # type: ignore[misc]
        def sleep(self, seconds: float, stop: Any) -> None:
            super().sleep(seconds, stop)
            stop.set()

    with pytest.raises(KeyboardInterrupt):
        deploy(make.shop(OTHER), aws=fake.aws(clock=Pressed()), observer=listener)
    assert left_behind(fake) == []
    assert fake.status("shop") == "CREATE_COMPLETE"
    assert listener.results[0].status == "interrupted"


def test_ctrl_c_while_a_start_is_refused_again_and_again_leaves_nothing_behind(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.fault("ExecuteChangeSet", Throttled(), times=50)

    class Pressed(type(fake.clock)):  # type: ignore[misc]
        def sleep(self, seconds: float, stop: Any) -> None:
            super().sleep(seconds, stop)
            if fake.operations().count("ExecuteChangeSet") > 2:
                stop.set()

    fake.clock = Pressed()
    with pytest.raises(KeyboardInterrupt):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=listener)
    assert fake.status("shop") == "DELETE_COMPLETE"
    assert listener.results[0].status == "interrupted"


def test_ctrl_c_after_the_start_stops_watching_and_nothing_else(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.script("shop", Script(seconds=60))
    listener.on = pressed_once()
    with pytest.raises(StoppedWatching, match="awsdeck follow shop") as caught:
        deploy(make.shop(TEMPLATE), aws=Slow(fake), observer=listener)
    assert "arn:aws:cloudformation" in str(caught.value)
    assert "DeleteStack" not in fake.operations()
    assert listener.results[0].status == "stopped"
    fake.finish()
    assert fake.status("shop") == "CREATE_COMPLETE"


def Slow(fake: FakeCloudFormation) -> Any:  # noqa: N802 - stands for a class
    """An identity on a clock that gives the calling thread time to press Ctrl-C."""
    import time

    class Clock(type(fake.clock)):  # type: ignore[misc]
        def sleep(self, seconds: float, stop: Any) -> None:
            time.sleep(0.02)
            super().sleep(min(seconds, 1.0), stop)

    fake.clock = Clock()
    return fake.aws()


def test_an_observer_that_breaks_is_raised_after_the_watch_was_ended(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    def broken(kind: str, what: Any) -> None:
        raise ZeroDivisionError

    listener.on = broken
    with pytest.raises(ZeroDivisionError):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=listener)
