"""Whatever happens on the way, the verdict is what became of our operation, and only our own things are removed."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import Result, deploy
from awsdeck.deploy.fake import Cut, Denied, FakeCloudFormation, Fault, Script, ServerError, Stale, Throttled
from awsdeck.errors import DeckError, DeployError, StoppedWatching

READS = (
    "DescribeStacks",
    "DescribeStackEvents",
    "DescribeChangeSet",
    "GetTemplate",
    "ListStackResources",
    "ListChangeSets",
)
WRITES = ("CreateChangeSet", "ExecuteChangeSet", "DeleteStack", "DeleteChangeSet")
START = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}


def template(*names: str, display: str = "a") -> dict[str, Any]:
    return {"Resources": {name: {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": display}} for name in names}}


passing = st.sampled_from([None, None, None, Throttled(), ServerError(), Cut("before"), Cut("after")])
reading = st.one_of(passing, st.just(Stale()))
faults = st.fixed_dictionaries(
    {
        **{name: st.lists(passing, max_size=4) for name in WRITES},
        **{name: st.lists(passing, max_size=4) for name in READS},
        "DescribeStacks": st.lists(reading, max_size=12),
        "DescribeStackEvents": st.lists(st.one_of(passing, st.just(Denied())), max_size=8),
    }
)
scripts = st.builds(
    Script,
    fail=st.dictionaries(st.sampled_from(["A", "B"]), st.just("no"), max_size=1),
    rollback_fails=st.dictionaries(st.sampled_from(["A", "B"]), st.just("stuck"), max_size=1),
    keep_failed=st.booleans(),
    no_changes=st.sampled_from([False, False, True]),
    refuse=st.sampled_from(["", "", "", "Template error"]),
    seconds=st.sampled_from([0.0, 0.1, 5.0, 90.0]),
    change_set_seconds=st.sampled_from([0.0, 3.0]),
)
states = st.sampled_from(
    [None, "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_FAILED", *sorted(START)]
)


class Planned(FakeCloudFormation):
    """Faults in the order given for each operation; a read is only stale once something has been started."""

    def plan(self, faults: dict[str, list[Fault | None]]) -> None:
        waiting = {name: list(items) for name, items in faults.items()}

        def choose(operation: str, number: int) -> Fault | None:
            left = waiting.get(operation)
            fault = left.pop(0) if left else None
            started = "ExecuteChangeSet" in self.operations()[:-1]
            return None if isinstance(fault, Stale) and not started else fault

        self.choose = choose


@settings(deadline=None, max_examples=150)
@given(
    state=states,
    script=scripts,
    faults=faults,
    confirmed=st.sampled_from([True, True, True, False]),
    page=st.sampled_from([1, 2, 100]),
)
def test_the_verdict_is_the_end_of_our_operation(
    state: str | None, script: Script, faults: dict[str, list[Fault | None]], confirmed: bool, page: int
) -> None:
    fake = Planned(page=page)
    neighbour = fake.add_stack("neighbour", template("A"))
    before = fake.add_stack("shop", template("A"), status=state) if state else None
    fake.script("shop", script)
    fake.plan(faults)
    assembly = Assembly([StackArtifact("shop", template("A", "B", display="b"))])
    error: DeckError | None = None
    result: Result | None = None
    try:
        result = deploy(assembly, aws=fake.aws(), confirm=lambda plan: confirmed)
    except DeckError as raised:
        error = raised
    if result is not None:
        status = result.stacks["shop"].status
        executed = [made for stack in fake.stacks for made in stack.change_sets if made.execution == "EXECUTE_COMPLETE"]
        assert fake.status("shop") in START
        assert (status == "unchanged") == (not executed)
        if status != "unchanged":
            assert confirmed
            assert not script.fail
    elif error is not None and not isinstance(error, StoppedWatching):
        fake.finish()
        done = [made for stack in fake.stacks for made in stack.change_sets if made.execution == "EXECUTE_COMPLETE"]
        assert not done
        assert error.exit_code in (1, 3, 4, 5, 6, 7)
    # every start of an operation carries a token
    for call in fake.calls:
        if call.operation in ("CreateChangeSet", "ExecuteChangeSet", "DeleteStack"):
            assert call.arguments.get("ClientToken") or call.arguments.get("ClientRequestToken")
    # nothing is deleted that this run did not make, except the shell of a failed creation
    deleted = {call.arguments["StackName"] for call in fake.calls if call.operation == "DeleteStack"}
    assert neighbour.id not in deleted
    if before is not None and state != "ROLLBACK_COMPLETE":
        assert before.id not in deleted
    # and nothing is left that is no use: no change set of ours that waits
    if not isinstance(error, StoppedWatching):
        assert not [
            made
            for stack in fake.stacks
            if stack is not before
            for made in stack.change_sets
            if made.execution == "AVAILABLE" and stack.status != "DELETE_COMPLETE"
        ]


@settings(deadline=None, max_examples=60)
@given(script=scripts, faults=faults)
def test_one_start_is_one_operation(script: Script, faults: dict[str, list[Fault | None]]) -> None:
    fake = Planned()
    fake.add_stack("shop", template("A"))
    fake.script("shop", script)
    fake.plan(faults)
    with contextlib.suppress(DeployError):
        deploy(Assembly([StackArtifact("shop", template("A", "B", display="b"))]), aws=fake.aws())
    starts = [
        event
        for event in fake.stacks[0].events
        if event["ResourceStatus"] == "UPDATE_IN_PROGRESS" and event["LogicalResourceId"] == "shop"
    ]
    assert len(starts) <= 1
    assert len(fake.stacks[0].change_sets) <= 1
