"""Many stacks at once: no more calls than CloudFormation takes, and none that one answer can spare."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import Refused, deploy
from awsdeck.deploy.account.board import MANY, Board
from awsdeck.deploy.account.pace import LEAST, RATES, Pace
from awsdeck.deploy.fake import FakeCloudFormation, Rejected, Script, Throttled

TEMPLATE: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}


def stacks(count: int) -> Assembly:
    return Assembly([StackArtifact(f"stack-{number}", TEMPLATE) for number in range(count)])


def times(fake: FakeCloudFormation, *operations: str) -> list[float]:
    return [call.time for call in fake.calls if call.operation in operations]


@given(st.lists(st.floats(0, 3), min_size=20, max_size=80))
def test_no_window_holds_more_calls_than_the_rate_and_the_burst(gaps: list[float]) -> None:
    pace, now = Pace(), 1_000.0
    rate, burst = RATES["look"]
    taken = []
    for gap in gaps:
        now += gap
        taken.append(now + pace.take("DescribeStacks", now))
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= burst + rate * (taken[last] - taken[first]) + 1


def test_throttling_makes_all_slower_and_rest_makes_them_faster_again() -> None:
    pace, now = Pace(), 0.0
    lane = pace.lanes["look"]
    pace.take("DescribeStacks", now)
    for _ in range(20):
        pace.slow("DescribeStacks", now)
        now += 2
    assert lane.rate == LEAST
    pace.take("DescribeStacks", now)
    for _ in range(60):
        now += 10
        pace.take("DescribeStacks", now)
    assert lane.rate == RATES["look"][0]
    assert pace.take("CreateChangeSet", now) == 0.0


def test_a_hundred_stacks_keep_within_the_rate(fake: FakeCloudFormation) -> None:
    assert deploy(stacks(100), aws=fake.aws(), concurrency=16).ok
    looks = times(fake, "DescribeStacks")
    rate, burst = RATES["look"]
    for first in range(0, len(looks), 7):
        window = [moment for moment in looks if looks[first] <= moment < looks[first] + 10]
        assert len(window) <= burst + rate * 10 + 16
    assert len(fake.calls) / 100 < 25


def test_a_storm_that_only_hits_crowds_dies_down(fake: FakeCloudFormation) -> None:
    recent: list[float] = []

    def choose(operation: str, number: int) -> Throttled | None:
        now = fake.clock.now()
        recent[:] = [moment for moment in recent if now - moment < 1.0]
        recent.append(now)
        return Throttled() if len(recent) > 6 else None

    fake.choose = choose
    assert deploy(stacks(20), aws=fake.aws(), concurrency=8).ok


def test_many_watched_stacks_are_asked_for_together() -> None:
    fake = FakeCloudFormation()
    cf = fake.aws().cloudformation()
    ids = [fake.add_stack(f"stack-{number}", TEMPLATE).id for number in range(MANY + 2)]
    board = cf.board
    assert board is not None
    for stack in ids:
        board.watch(stack)
    for round in range(3):
        shown = [board.look(cf, stack) for stack in ids]
        assert [one.id for one in shown if one is not None] == ids
        assert fake.operations().count("DescribeStacks") == round + 1
    assert all("StackName" not in call.arguments for call in fake.calls)


def test_few_stacks_are_asked_for_one_by_one(fake: FakeCloudFormation) -> None:
    cf = fake.aws().cloudformation()
    ids = [fake.add_stack(f"stack-{number}", TEMPLATE).id for number in range(MANY)]
    for stack in ids:
        with cf.watching(stack):
            cf.look(stack)
    assert [call.arguments["StackName"] for call in fake.calls] == ids


def test_nobody_gets_an_answer_to_a_question_from_before_he_watched() -> None:
    fake = FakeCloudFormation()
    cf = fake.aws().cloudformation()
    board = Board()
    ids = [fake.add_stack(f"stack-{number}", TEMPLATE).id for number in range(MANY + 2)]
    for stack in ids[:-1]:
        board.watch(stack)
    for stack in ids[:-1]:
        board.look(cf, stack)
    board.watch(ids[-1])
    before = len(fake.calls)
    board.look(cf, ids[-1])
    assert len(fake.calls) > before


def test_a_deleted_stack_is_asked_for_by_itself(fake: FakeCloudFormation) -> None:
    cf = fake.aws().cloudformation()
    ids = [fake.add_stack(f"stack-{number}", TEMPLATE).id for number in range(MANY + 2)]
    gone = fake.add_stack("gone", TEMPLATE, status="DELETE_COMPLETE").id
    board = Board()
    for stack in (*ids, gone):
        board.watch(stack)
    record = board.look(cf, gone)
    assert record is not None
    assert record.gone


def test_trouble_with_the_common_question_leaves_each_to_its_own(fake: FakeCloudFormation) -> None:
    cf = fake.aws().cloudformation()
    ids = [fake.add_stack(f"stack-{number}", TEMPLATE).id for number in range(MANY + 2)]
    board = Board()
    for stack in ids:
        board.watch(stack)
    fake.fault("DescribeStacks", Rejected("AccessDenied", "only by name"))
    record = board.look(cf, ids[0])
    assert record is not None
    assert record.id == ids[0]


def test_a_crowd_that_asks_at_once_is_served_by_one_answer() -> None:
    fake = FakeCloudFormation()
    cf = fake.aws().cloudformation()
    board = Board()
    ids = [fake.add_stack(f"stack-{number}", TEMPLATE).id for number in range(40)]
    together = threading.Barrier(len(ids))
    for stack in ids:
        board.watch(stack)

    def watch(stack: str) -> None:
        for _ in range(5):
            together.wait(30)
            board.look(cf, stack)

    threads = [threading.Thread(target=watch, args=(stack,)) for stack in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fake.operations().count("DescribeStacks") == 5


def test_throttling_never_ends_the_watch_over_a_stack(fake: FakeCloudFormation, make: Any) -> None:
    fake.script("shop", Script(seconds=10))
    begun: list[float] = []

    def choose(operation: str, number: int) -> Throttled | None:
        if operation == "ExecuteChangeSet":
            begun.append(fake.clock.now())
        lasts = bool(begun) and fake.clock.now() - begun[0] < 4 * 3_600
        return Throttled() if lasts and operation != "ExecuteChangeSet" else None

    fake.choose = choose
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).ok


def test_a_used_up_quota_is_told_with_what_the_account_may_have(fake: FakeCloudFormation, make: Any) -> None:

    fake.limits = {"StackLimit": 2_000}
    fake.fault("CreateChangeSet", Rejected("LimitExceededException", "Stack limit exceeded"))
    with pytest.raises(Refused, match="2,000 stacks"):
        deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert fake.operations().count("CreateChangeSet") == 1
