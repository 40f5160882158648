"""Many stacks: each after those it needs, side by side where that is possible."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import deploy, destroy
from awsdeck.deploy.fake import FakeCloudFormation, Script
from awsdeck.deploy.order import Desk, Walk, side_by_side
from awsdeck.errors import ApprovalNeeded, RolledBack

TEMPLATE = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}


def chain(**needs: tuple[str, ...]) -> Assembly:
    return Assembly([StackArtifact(name, TEMPLATE, dependencies=before) for name, before in needs.items()])


def first_calls(fake: FakeCloudFormation, operation: str) -> list[str]:
    return [call.arguments["StackName"] for call in fake.calls if call.operation == operation]


def test_stacks_are_deployed_after_those_they_need(fake: FakeCloudFormation) -> None:
    result = deploy(chain(net=(), data=("net",), shop=("data", "net")), aws=fake.aws())
    assert list(result.stacks) == ["net", "data", "shop"]
    assert first_calls(fake, "CreateChangeSet") == ["net", "data", "shop"]


def test_what_depends_on_a_failure_is_skipped(fake: FakeCloudFormation, listener: Any) -> None:
    fake.script("net", Script(fail={"Topic": "no"}))
    with pytest.raises(RolledBack):
        deploy(chain(net=(), data=("net",), shop=("data",)), aws=fake.aws(), observer=listener)
    assert {result.name: result.status for result in listener.results} == {
        "net": "failed",
        "data": "skipped",
        "shop": "skipped",
    }
    assert fake.status("shop") is None


def test_other_branches_go_on_only_when_asked(fake: FakeCloudFormation, listener: Any) -> None:
    fake.script("bad", Script(fail={"Topic": "no"}))
    assembly = chain(bad=(), good=(), after=("good",))
    with pytest.raises(RolledBack):
        deploy(assembly, aws=fake.aws(), observer=listener, concurrency=1, keep_going=True)
    assert {result.name: result.status for result in listener.results} == {
        "bad": "failed",
        "good": "created",
        "after": "created",
    }


def test_nothing_new_is_begun_after_a_failure(fake: FakeCloudFormation, listener: Any) -> None:
    fake.script("bad", Script(fail={"Topic": "no"}))
    with pytest.raises(RolledBack):
        deploy(chain(bad=(), good=()), aws=fake.aws(), observer=listener, concurrency=1)
    assert fake.status("good") is None


def test_a_declined_stack_skips_those_after_it(fake: FakeCloudFormation, listener: Any) -> None:
    with pytest.raises(ApprovalNeeded):
        deploy(chain(net=(), shop=("net",)), aws=fake.aws(), observer=listener, confirm=lambda plan: plan.name != "net")
    assert {result.name: result.status for result in listener.results} == {"net": "declined", "shop": "skipped"}


def test_a_refusal_with_words_of_its_own_is_passed_on(fake: FakeCloudFormation, listener: Any) -> None:
    def confirm(plan: Any) -> bool:
        raise ApprovalNeeded("say --yes")

    with pytest.raises(ApprovalNeeded, match="say --yes"):
        deploy(chain(net=()), aws=fake.aws(), observer=listener, confirm=confirm)
    assert listener.results[0].status == "declined"
    assert fake.status("net") == "DELETE_COMPLETE"


def test_only_the_chosen_stacks_are_deployed(fake: FakeCloudFormation) -> None:
    result = deploy(chain(net=(), shop=("net",)), aws=fake.aws(), stacks=["shop"])
    assert list(result.stacks) == ["shop"]
    assert fake.status("net") is None


def test_stacks_are_destroyed_before_those_they_need(fake: FakeCloudFormation) -> None:
    assembly = chain(net=(), data=("net",), shop=("data",))
    deploy(assembly, aws=fake.aws())
    result = destroy(assembly, aws=fake.aws())
    assert [result.stacks[name].status for name in ("net", "data", "shop")] == ["deleted"] * 3
    assert [name.split("/")[1] for name in first_calls(fake, "DeleteStack")] == ["shop", "data", "net"]


def test_the_observer_and_the_question_stay_on_the_calling_thread(fake: FakeCloudFormation, listener: Any) -> None:
    threads = set()
    listener.on = lambda kind, what: threads.add(threading.current_thread().name)

    def confirm(plan: Any) -> bool:
        threads.add(threading.current_thread().name)
        return True

    deploy(chain(a=(), b=(), c=()), aws=fake.aws(), observer=listener, confirm=confirm)
    assert threads == {threading.current_thread().name}


def test_things_done_side_by_side_keep_their_order_and_their_errors() -> None:
    together = threading.Barrier(4)

    def slow(number: int) -> int:
        together.wait(5)
        return number * number

    assert side_by_side(slow, list(range(8)), 4) == [number * number for number in range(8)]
    assert side_by_side(slow, [], 4) == []
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda number: 1 // number, [1, 0, 2], 2)


@settings(deadline=None)
@given(
    st.integers(1, 9).flatmap(
        lambda n: st.tuples(
            st.lists(st.sets(st.integers(0, 8)), min_size=n, max_size=n),
            st.sets(st.integers(0, n - 1)),
            st.integers(1, 4),
            st.booleans(),
        )
    )
)
def test_every_walk_ends_in_order_and_without_the_dependents_of_failures(case: Any) -> None:
    graph, failing, concurrency, keep_going = case
    needs = {str(n): frozenset(str(m) for m in before if m < n) for n, before in enumerate(graph)}
    done: list[str] = []
    running, most = set(), [0]
    lock = threading.Lock()

    def work(name: str) -> str:
        with lock:
            assert all(need in done for need in needs[name])
            running.add(name)
            most[0] = max(most[0], len(running))
        with lock:
            running.discard(name)
            done.append(name)
        return "bad" if int(name) in failing else "good"

    walk = Walk(
        needs,
        work,
        lambda name, blocker: "skipped",
        lambda r: r == "good",
        concurrency=concurrency,
        stops=lambda failure, name: not keep_going,
    )
    results = walk.run(Desk())
    assert results.keys() == needs.keys()
    assert most[0] <= concurrency
    for name, result in results.items():
        bad = [need for need in needs[name] if results[need] != "good"]
        assert not (bad and result != "skipped")
        if keep_going and not bad:
            assert result != "skipped"
