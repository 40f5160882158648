"""A watch that meets trouble: events that cannot be read, old answers, stacks that go, and what stays behind."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import StackRecord, deploy, destroy
from awsdeck.deploy.fake import Cut, Denied, FakeCloudFormation, Rejected, Script, ServerError, Stale, Throttled
from awsdeck.deploy.follow import EVIDENCE, Follower
from awsdeck.deploy.watch.feed import MOST as AT_ONCE
from awsdeck.deploy.watch.history import PAGES
from awsdeck.errors import DeployError, NotClean, RolledBack, StoppedWatching

TEMPLATE: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}}}
OTHER: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "b"}}}}


def started(fake: FakeCloudFormation) -> bool:
    return "ExecuteChangeSet" in fake.operations()[:-1]


# events


@pytest.mark.parametrize("fault", [Throttled(), ServerError(), Cut(), Denied(), Rejected("ValidationError", "odd")])
@pytest.mark.parametrize("fails", [False, True])
def test_events_that_cannot_be_read_never_change_the_verdict(
    fake: FakeCloudFormation, make: Any, listener: Any, fault: Any, fails: bool
) -> None:
    fake.script("shop", Script(seconds=30, fail={"Topic": "no"} if fails else {}))
    fake.choose = lambda operation, number: fault if operation == "DescribeStackEvents" else None
    if fails:
        with pytest.raises(RolledBack, match="ended in ROLLBACK_COMPLETE"):
            deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=listener)
    else:
        assert deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=listener).ok
    assert len([one for one in listener.notices if "events cannot be read" in one.message]) == 1
    assert listener.events == []


def test_events_do_not_hold_the_verdict_up(fake: FakeCloudFormation, make: Any) -> None:
    fake.script("shop", Script(seconds=30))
    fake.choose = lambda operation, number: (
        Throttled() if operation == "DescribeStackEvents" and started(fake) else None
    )
    before = fake.clock.now()
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).ok
    assert fake.clock.now() - before < 180


def test_events_that_may_not_be_read_are_not_asked_for_again(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.script("shop", Script(seconds=600))
    fake.choose = lambda operation, number: Denied() if operation == "DescribeStackEvents" and started(fake) else None
    assert deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=listener).ok
    after = fake.operations()[fake.operations().index("ExecuteChangeSet") :]
    assert after.count("DescribeStackEvents") == 1
    [notice] = [one for one in listener.notices if "events cannot be read" in one.message]
    assert "cloudformation:DescribeStackEvents" in notice.message


def test_a_failure_nobody_could_read_of_says_so(fake: FakeCloudFormation, make: Any) -> None:
    fake.script("shop", Script(fail={"Topic": "no"}))
    stack = fake.add_stack("shop", TEMPLATE)

    def choose(operation: str, number: int) -> Any:
        stack.reason = ""
        return Denied() if operation == "DescribeStackEvents" else None

    fake.choose = choose
    with pytest.raises(RolledBack, match="events cannot be read"):
        deploy(make.shop(OTHER), aws=fake.aws())


def test_events_come_once_although_reading_them_breaks_off(make: Any, listener: Any) -> None:
    fake = FakeCloudFormation(page=1)
    fake.script("shop", Script(seconds=40))
    fake.choose = lambda operation, number: (
        ServerError() if operation == "DescribeStackEvents" and started(fake) and number % 3 == 0 else None
    )
    names = {"Resources": {f"T{n}": make.topic() for n in range(6)}}
    assert deploy(Assembly([StackArtifact("shop", names)]), aws=fake.aws(), observer=listener).ok
    ids = [event.record.id for event in listener.events]
    assert len(ids) == len(set(ids))
    assert {event.record.logical_id for event in listener.events} == {"shop", *names["Resources"]}


def test_a_long_history_is_read_no_further_than_the_operation(make: Any, listener: Any) -> None:
    fake = FakeCloudFormation(page=5)
    assembly = Assembly([StackArtifact("shop", {"Resources": {f"T{n}": make.topic() for n in range(200)}})])
    assert deploy(assembly, aws=fake.aws()).ok
    fake.calls.clear()
    more = {"Resources": {**assembly["shop"].template["Resources"], "New": make.topic()}}
    assert deploy(Assembly([StackArtifact("shop", more)]), aws=fake.aws(), observer=listener).ok
    assert {event.record.logical_id for event in listener.events} == {"shop", "New"}
    looks = fake.operations().count("DescribeStacks")
    assert fake.operations().count("DescribeStackEvents") <= 2 * looks + 4


def test_nobody_asks_more_than_a_few_pages_or_stacks_at_once() -> None:
    assert PAGES <= 50
    assert AT_ONCE <= 5


# old answers


def follower(fake: FakeCloudFormation, listener: Any, before: StackRecord | None, **options: Any) -> Follower:
    stack = fake.stacks[0]
    return Follower(fake.aws().cloudformation(), stack.name, stack.id, "ours", before, listener, **options)


def test_a_stack_that_stays_in_review_is_given_up_after_two_minutes(fake: FakeCloudFormation, listener: Any) -> None:
    fake.new_stack("shop").review(fake.clock.now())
    watch = follower(fake, listener, fake.aws().cloudformation().stack("shop"))
    watch.mark()
    start = fake.clock.now()
    with pytest.raises(StoppedWatching, match="does not show that the operation has started"):
        watch.run()
    assert EVIDENCE <= fake.clock.now() - start < EVIDENCE + 60


def test_review_is_an_old_answer_once_the_stack_was_seen_at_work(fake: FakeCloudFormation, make: Any) -> None:
    fake.script("shop", Script(seconds=200))
    seen = [0]

    def choose(operation: str, number: int) -> Any:
        if operation != "DescribeStacks" or not started(fake):
            return None
        seen[0] += 1
        return Stale() if 3 < seen[0] < 12 else None

    fake.choose = choose
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).ok
    assert seen[0] > 12


def test_a_stack_that_is_unknown_for_a_moment_is_asked_for_again(fake: FakeCloudFormation, make: Any) -> None:
    unknown = Rejected("ValidationError", "Stack with id shop does not exist")
    count = [0]

    def choose(operation: str, number: int) -> Any:
        if operation == "DescribeStacks" and started(fake) and count[0] < 4:
            count[0] += 1
            return unknown
        return None

    fake.choose = choose
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).ok
    assert count[0] == 4


def test_a_stack_that_stays_unknown_is_no_success(fake: FakeCloudFormation, make: Any) -> None:
    unknown = Rejected("ValidationError", "Stack with id shop does not exist")
    fake.script("shop", Script(seconds=10_000))
    fake.choose = lambda operation, number: unknown if operation == "DescribeStacks" and started(fake) else None
    with pytest.raises(DeployError):
        deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert fake.status("shop") == "CREATE_IN_PROGRESS"


# stacks that go


def test_a_creation_that_deletes_itself_is_a_failure_that_left_nothing(
    fake: FakeCloudFormation, listener: Any, make: Any
) -> None:
    stack = fake.add_stack("shop", TEMPLATE, status="CREATE_IN_PROGRESS")
    stack.events.clear()
    stack.token = "ours"
    before = fake.aws().cloudformation().stack(stack.id)
    now = fake.clock.now()
    for after, step in (
        (1, lambda at: stack.resource_event("Topic", "CREATE_FAILED", at, "Placed already exists")),
        (
            2,
            lambda at: stack.stack_event(
                "DELETE_IN_PROGRESS", at, "The following resource(s) failed to create: [Topic]."
            ),
        ),
        (5, lambda at: stack.resource_event("Topic", "DELETE_COMPLETE", at, "")),
        (6, lambda at: stack.stack_event("DELETE_COMPLETE", at)),
    ):
        stack.later(now + after, step)
    outcome = follower(fake, listener, before).run()
    assert outcome.status == "DELETE_COMPLETE"
    from awsdeck.deploy.stackplan import StackPlan
    from awsdeck.deploy.watch.failure import explain

    artifact = make.shop(TEMPLATE)["shop"]
    failure, error = explain(StackPlan("shop", "eu-west-1", "create", artifact), outcome)
    assert isinstance(error, RolledBack)
    assert (failure.logical_id, failure.state) == ("Topic", "the stack is deleted again")
    assert error.exit_code == 1


# the end of an update


def test_cleaning_up_is_waited_for_and_told(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.add_stack("shop", {"Resources": {**TEMPLATE["Resources"], "Old": TEMPLATE["Resources"]["Topic"]}})
    fake.script("shop", Script(seconds=60))
    assert deploy(make.shop(OTHER), aws=fake.aws(), observer=listener).ok
    assert "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" in {step.status for step in listener.steps}
    assert len([one for one in listener.notices if "is being deleted" in one.message]) == 1
    assert ("Old", "DELETE_COMPLETE") in listener.story()


def test_who_stops_watching_while_it_cleans_up_learns_that_the_update_is_done(
    fake: FakeCloudFormation, make: Any
) -> None:
    fake.add_stack("shop", {"Resources": {**TEMPLATE["Resources"], "Old": TEMPLATE["Resources"]["Topic"]}})
    fake.script("shop", Script(seconds=60))
    with pytest.raises(StoppedWatching, match="the update itself is done"):
        deploy(make.shop(OTHER), aws=fake.aws(), timeout=90)


def test_what_an_update_could_not_delete_is_left_over_and_named(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", {"Resources": {**TEMPLATE["Resources"], "Old": TEMPLATE["Resources"]["Topic"]}})
    fake.script("shop", Script(stuck={"Old": "it is in use"}))
    result = deploy(make.shop(OTHER), aws=fake.aws()).stacks["shop"]
    assert result.ok
    [left] = result.leftovers
    assert (left.logical_id, left.reason) == ("Old", "it is in use")
    assert left.physical_id.startswith("shop-Old-")


def test_an_export_in_use_is_told_with_its_remedy(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    stack = fake.add_stack("shop", TEMPLATE, status="UPDATE_IN_PROGRESS")
    stack.token = "ours"
    before = fake.aws().cloudformation().stack(stack.id)
    reason = "Export shop-arn cannot be deleted as it is in use by web"
    now = fake.clock.now()
    stack.later(now + 3, lambda at: stack.stack_event("UPDATE_ROLLBACK_IN_PROGRESS", at, reason))
    stack.later(now + 9, lambda at: stack.stack_event("UPDATE_ROLLBACK_COMPLETE", at))
    watch = follower(fake, listener, before)
    outcome = watch.run()
    from awsdeck.deploy.stackplan import StackPlan
    from awsdeck.deploy.watch.failure import explain

    failure, error = explain(StackPlan("shop", "eu-west-1", "update", make.shop(TEMPLATE)["shop"]), outcome)
    assert failure.reason == reason
    assert "deploy the stacks that import it first" in failure.fix
    assert isinstance(error, RolledBack)


def test_a_role_that_cannot_be_assumed_is_told_with_what_to_do(fake: FakeCloudFormation, make: Any) -> None:
    role = "arn:aws:iam::123456789012:role/gone"
    fake.fault("CreateChangeSet", Rejected("ValidationError", f"Role {role} is invalid or cannot be assumed"))
    with pytest.raises(DeployError) as caught:
        deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert role in caught.value.message
    assert "--role" in (caught.value.fix or "")


def test_secrets_in_reasons_are_masked_in_every_event(fake: FakeCloudFormation, listener: Any) -> None:
    template = {**TEMPLATE, "Parameters": {"Key": {"Type": "String", "NoEcho": True}}}
    fake.script("shop", Script(fail={"Topic": "the value hunter2-secret is wrong"}))
    with pytest.raises(RolledBack):
        deploy(
            Assembly([StackArtifact("shop", template)]),
            aws=fake.aws(),
            observer=listener,
            parameters={"Key": "hunter2-secret"},
        )
    told = " ".join(str(event.to_dict()) for event in listener.events) + str(listener.results[0].to_dict())
    assert "hunter2" not in told
    assert "****" in told


def test_a_deletion_that_failed_names_what_is_left_and_what_to_do(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(stuck={"Topic": "resource sg-1 has a dependent object"}))
    with pytest.raises(NotClean) as caught:
        destroy(make.shop(TEMPLATE), aws=fake.aws(), confirm=lambda plan: True, observer=listener)
    assert "left over: Topic (shop-Topic-" in str(caught.value)
    assert listener.results[0].failure.next == caught.value.fix


# leaving


def test_who_wants_to_watch_on_does_and_nothing_new_is_begun(fake: FakeCloudFormation, listener: Any) -> None:
    asked: list[bool] = []

    class Stays(type(listener)):  # type: ignore[misc]
        def stays(self) -> bool:
            asked.append(True)
            return True

    pressed: list[str] = []

    def on(kind: str, what: Any) -> None:
        if kind == "event" and not pressed:
            pressed.append(kind)
            raise KeyboardInterrupt

    one, two = StackArtifact("first", TEMPLATE), StackArtifact("second", TEMPLATE, dependencies=["first"])
    watching = Stays(on=on)
    with pytest.raises(KeyboardInterrupt):
        deploy(Assembly([one, two]), aws=fake.aws(), observer=watching)
    assert asked == [True]
    assert fake.status("first") == "CREATE_COMPLETE"
    assert fake.status("second") is None
    assert {result.name: result.status for result in watching.results} == {"first": "created", "second": "interrupted"}


def test_a_second_ctrl_c_ends_it_at_once_whoever_wanted_to_stay(fake: FakeCloudFormation, listener: Any) -> None:
    class Stays(type(listener)):  # type: ignore[misc]
        def stays(self) -> bool:
            return True

    def on(kind: str, what: Any) -> None:
        if kind == "event":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deploy(Assembly([StackArtifact("shop", TEMPLATE)]), aws=fake.aws(), observer=Stays(on=on))
    assert "DeleteStack" not in fake.operations()
    fake.finish()
    assert fake.status("shop") == "CREATE_COMPLETE"


def test_who_leaves_an_update_learns_how_to_break_it_off(fake: FakeCloudFormation, make: Any) -> None:
    fake.script("shop", Script(seconds=60), Script(seconds=60))
    with pytest.raises(StoppedWatching) as caught:
        deploy(make.shop(TEMPLATE), aws=fake.aws(), timeout=5)
    assert "awsdeck cancel" not in (caught.value.fix or ""), "a creation cannot be broken off"
    fake.finish()
    with pytest.raises(StoppedWatching, match=r"awsdeck follow shop.*or break it off with `awsdeck cancel shop`"):
        deploy(make.shop(OTHER), aws=fake.aws(), timeout=5)


def test_events_are_read_while_somebody_listens_and_else_only_at_the_end(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.script("shop", Script(seconds=600), Script(seconds=600))
    assert deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=listener).ok
    listening = fake.operations().count("DescribeStackEvents")
    fake.calls.clear()
    result = deploy(make.shop(OTHER), aws=fake.aws())
    assert fake.operations().count("DescribeStackEvents") <= 4 < listening
    assert result.stacks["shop"].timeline is not None
