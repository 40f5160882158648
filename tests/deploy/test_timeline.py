"""What took how long, what everything waited for, and how long it should still take."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import EventRecord, deploy, details, events, timelines
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Script
from awsdeck.deploy.preview.needs import needs_of
from awsdeck.deploy.watch.estimate import Estimate, Expectation
from awsdeck.deploy.watch.history import last_operation, operations
from awsdeck.deploy.watch.timeline import critical_path, spans, timeline
from awsdeck.errors import RolledBack

STACK = "AWS::CloudFormation::Stack"
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {}},
        "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}}},
        "Db": {"Type": "AWS::RDS::DBInstance", "Properties": {"X": {"Fn::GetAtt": ["Subnet", "SubnetId"]}}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {}, "DependsOn": "Topic"},
    }
}


def event(
    name: str, status: str, at: float, *, token: str = "t", type: str = "AWS::X::Y", path: str = ""
) -> EventRecord:
    return EventRecord(f"{path}{name}{status}{at}", at, name, f"id-{name}", type, status, "", token, "arn:s", path)


def own(status: str, at: float, *, token: str = "t", reason: str = "") -> EventRecord:
    return EventRecord(f"s{status}{at}", at, "shop", "arn:s", STACK, status, reason, token, "arn:s")


def made(*steps: tuple[str, float, float]) -> list[EventRecord]:
    both = [(name, "CREATE_IN_PROGRESS", start) for name, start, _ in steps]
    both += [(name, "CREATE_COMPLETE", end) for name, _, end in steps]
    return [event(*one) for one in sorted(both, key=lambda one: one[2])]


HISTORY = [
    own("CREATE_IN_PROGRESS", 0),
    *made(("Vpc", 1, 11), ("Topic", 1, 3), ("Alarm", 3, 4), ("Subnet", 11, 16), ("Db", 16, 316)),
    own("CREATE_COMPLETE", 317),
]


def test_the_critical_path_is_the_chain_of_what_was_waited_for() -> None:
    line = timeline("shop", "arn:s", operations(HISTORY)[0], {"": TEMPLATE})
    assert line.critical == ("Vpc", "Subnet", "Db")
    assert line.seconds == 317
    assert line.durations == {"Vpc": 10, "Topic": 2, "Alarm": 1, "Subnet": 5, "Db": 300}
    assert round(line.parallelism, 2) == 1.0
    data = line.to_dict()
    assert [one["logical_id"] for one in data["resources"]][:2] == ["Topic", "Vpc"]
    assert [one["logical_id"] for one in data["resources"] if one["critical"]] == ["Vpc", "Subnet", "Db"]


def test_what_merely_ended_before_is_no_link_of_the_chain() -> None:
    events = [
        own("CREATE_IN_PROGRESS", 0),
        *made(("Vpc", 0, 50), ("Topic", 0, 100), ("Alarm", 100, 110)),
        own("CREATE_COMPLETE", 111),
    ]
    assert timeline("shop", "arn:s", operations(events)[0], {"": TEMPLATE}).critical == ("Topic", "Alarm")


def test_a_deletion_waits_for_the_users() -> None:
    steps = [
        ("Db", 0.0, 100.0),
        ("Alarm", 0.0, 120.0),
        ("Subnet", 100.0, 105.0),
        ("Vpc", 105.0, 106.0),
        ("Topic", 120.0, 121.0),
    ]
    found = spans(
        [event(n, "DELETE_IN_PROGRESS", a) for n, a, _ in steps] + [event(n, "DELETE_COMPLETE", b) for n, _, b in steps]
    )
    assert critical_path(found, {"": needs_of(TEMPLATE)}, backwards=True) == ("Alarm", "Topic")


def test_a_nested_stack_is_followed_by_the_chain_inside_it() -> None:
    inner = {"Resources": {"A": {"Type": "X"}, "B": {"Type": "X", "DependsOn": ["A"]}}}
    outer = {"Resources": {"Nest": {"Type": STACK}, "After": {"Type": "X", "Properties": {"Y": {"Ref": "Nest"}}}}}
    events = [
        own("CREATE_IN_PROGRESS", 0),
        event("Nest", "CREATE_IN_PROGRESS", 1, type=STACK),
        event("A", "CREATE_IN_PROGRESS", 2, path="Nest"),
        event("A", "CREATE_COMPLETE", 9, path="Nest"),
        event("B", "CREATE_IN_PROGRESS", 9, path="Nest"),
        event("B", "CREATE_COMPLETE", 20, path="Nest"),
        event("Nest", "CREATE_COMPLETE", 21, type=STACK),
        event("After", "CREATE_IN_PROGRESS", 21),
        event("After", "CREATE_COMPLETE", 25),
        own("CREATE_COMPLETE", 26),
    ]
    line = timeline("shop", "arn:s", operations(events)[0], {"": outer, "Nest": inner})
    assert line.critical == ("Nest", "Nest.A", "Nest.B", "After")
    assert round(line.parallelism, 2) == round((7 + 11 + 4) / 26, 2), "the nested stack itself is no work"


def test_a_history_is_cut_into_its_operations() -> None:
    history = [
        own("REVIEW_IN_PROGRESS", 0, token="plan"),
        own("CREATE_IN_PROGRESS", 1, token="a", reason="User Initiated"),
        event("Vpc", "CREATE_COMPLETE", 2, token="a"),
        own("CREATE_COMPLETE", 3, token="a"),
        own("UPDATE_IN_PROGRESS", 5, token=""),
        own("UPDATE_ROLLBACK_IN_PROGRESS", 6, token=""),
        own("UPDATE_ROLLBACK_FAILED", 7, token=""),
        own("UPDATE_ROLLBACK_IN_PROGRESS", 9, token="", reason="User Initiated"),
        own("UPDATE_ROLLBACK_COMPLETE", 10, token=""),
        own("DELETE_IN_PROGRESS", 12, token="b"),
    ]
    found = operations(history)
    assert [(one.kind, one.status, one.ended) for one in found] == [
        ("create", "CREATE_COMPLETE", 3),
        ("update", "UPDATE_ROLLBACK_FAILED", 7),
        ("rollback", "UPDATE_ROLLBACK_COMPLETE", 10),
        ("delete", "DELETE_IN_PROGRESS", None),
    ]
    assert operations(history[2:])[0].whole is False


@pytest.mark.parametrize("page", [1, 3, 100])
def test_the_last_operation_is_read_no_further_than_it_goes(make: Any, page: int) -> None:
    fake = FakeCloudFormation(page=page)
    assembly = Assembly([StackArtifact("shop", {"Resources": {f"T{n}": make.topic() for n in range(40)}})])
    assert deploy(assembly, aws=fake.aws()).ok
    more = {"Resources": {**assembly["shop"].template["Resources"], "New": make.topic()}}
    assert deploy(Assembly([StackArtifact("shop", more)]), aws=fake.aws()).ok
    fake.calls.clear()
    last = last_operation(fake.aws().cloudformation(), "shop")
    assert last is not None
    assert {one.name for one in last.events} == {"shop", "New"}
    assert fake.operations().count("DescribeStackEvents") <= 5 // page + 1
    every = events(assembly, aws=fake.aws(), every=True)["shop"]
    assert {"T0", "T39", "New"} <= {one.name for one in every}
    assert [one.time for one in every] == sorted(one.time for one in every)


def test_timelines_and_details_need_no_template_of_ours(fake: FakeCloudFormation) -> None:
    fake.script("shop", Script(seconds=20, outputs={"Url": "x"}))
    template = {**TEMPLATE, "Outputs": {"Url": {"Value": "x"}}}
    assert deploy(Assembly([StackArtifact("shop", template)]), aws=fake.aws()).ok
    bare = Assembly([StackArtifact("shop", {})])
    line = timelines(bare, aws=fake.aws())["shop"]
    assert (line.kind, line.status) == ("create", "CREATE_COMPLETE")
    assert set(line.durations.values()) == {20.0}
    detail = details(bare, aws=fake.aws())["shop"]
    assert {one.logical_id for one in detail.resources} == set(TEMPLATE["Resources"])
    assert detail.to_dict()["outputs"] == {"Url": "x"}
    assert detail.to_dict()["operation"]["kind"] == "create"
    fake.choose = lambda operation, number: Denied() if operation == "DescribeStackEvents" else None
    blind = details(bare, aws=fake.aws())["shop"]
    assert blind.operation is None
    assert "DescribeStackEvents" in blind.blind


def test_every_result_carries_its_timeline_failures_too(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.script("shop", Script(fail={"Topic": "no"}, seconds=7))
    with pytest.raises(RolledBack):
        deploy(make.shop(), aws=fake.aws(), observer=listener)
    line = listener.results[0].timeline
    assert (line.kind, line.status) == ("create", "ROLLBACK_COMPLETE")
    first = line.spans[0]
    assert (first.name, first.action, first.status, first.seconds) == (
        "Topic",
        "create",
        "CREATE_FAILED",
        7.0,
    )
    assert "Topic" not in {name for name, seconds in line.durations.items() if seconds == 7.0}


# what is left


def expectation(**earlier: float) -> Expectation:
    types = {name: body["Type"] for name, body in TEMPLATE["Resources"].items()}
    return Expectation(types, needs_of(TEMPLATE), earlier)


def test_what_is_left_is_the_longest_chain_of_what_is_not_done() -> None:
    estimate = Estimate(expectation(Vpc=10, Subnet=5, Db=300, Topic=2, Alarm=1))
    assert estimate.remaining(0, 0) == 315
    estimate.observe(event("Vpc", "CREATE_IN_PROGRESS", 0), 0)
    assert estimate.remaining(4, 0) == 311
    assert estimate.remaining(40, 0) == 305, "it takes longer than it did, and still has to end"
    for name in ("Vpc", "Subnet", "Topic", "Alarm"):
        estimate.observe(event(name, "CREATE_COMPLETE", 50), 50)
    estimate.observe(event("Db", "CREATE_IN_PROGRESS", 50), 50)
    assert estimate.remaining(150, 0) == 200
    estimate.observe(event("Db", "CREATE_COMPLETE", 350), 350)
    assert estimate.remaining(350, 0) == 0


def test_nothing_is_estimated_where_too_little_is_known() -> None:
    assert Estimate(None).remaining(0, 0) is None
    assert Estimate(expectation()).remaining(0, 0) is None
    assert Estimate(expectation(Vpc=1)).remaining(0, 0) is None
    assert Estimate(Expectation({})).remaining(0, 0) is None


def test_the_usual_length_stands_in_where_nothing_is_known_of_the_parts() -> None:
    assert Estimate(Expectation({}, usual=90)).remaining(130, 100) == 60
    assert Estimate(Expectation({}, usual=90)).remaining(500, 100) == 0
    types = {name: body["Type"] for name, body in TEMPLATE["Resources"].items()}
    assert Estimate(Expectation(types, usual=90)).remaining(100, 100) == 90


def test_a_ring_in_what_needs_what_ends_the_estimate_and_not_the_program() -> None:
    ring = {"Resources": {"A": {"Type": "X", "DependsOn": "B"}, "B": {"Type": "X", "DependsOn": "A"}}}
    left = Estimate(Expectation({"A": "X", "B": "X"}, needs_of(ring), {"A": 5, "B": 7})).remaining(0, 0)
    assert left == 12


def test_the_stacks_own_history_tells_where_no_run_was_recorded(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    first = make.shop({"Resources": {"Topic": make.topic("a")}})
    fake.script("shop", Script(seconds=60), Script(seconds=60))
    assert deploy(first, aws=fake.aws(), observer=listener).ok
    assert [one.remaining for one in listener.steps] == [None] * len(listener.steps), "nothing is known the first time"
    listener.steps.clear()
    assert deploy(make.shop({"Resources": {"Topic": make.topic("b")}}), aws=fake.aws(), observer=listener).ok
    known = [one.remaining for one in listener.steps if one.remaining is not None]
    assert known
    assert known[0] == pytest.approx(60, abs=5)
    assert known == sorted(known, reverse=True)
    assert "remaining" in listener.steps[1].to_dict()


def test_earlier_runs_tell_better_than_the_history(fake: FakeCloudFormation, make: Any, keeper: Any) -> None:
    fake.script("shop", Script(seconds=100))
    assert deploy(make.shop(), aws=fake.aws(), observer=keeper).ok
    stack = fake.stacks[0]
    stack.events.clear()  # CloudFormation forgets, in time
    keeper.steps.clear()
    fake.script("shop", Script(seconds=100))
    assert deploy(make.shop({"Resources": {"Topic": make.topic("b")}}), aws=fake.aws(), observer=keeper).ok
    known = [one.remaining for one in keeper.steps if one.remaining is not None]
    assert known[0] == pytest.approx(100, abs=5)
