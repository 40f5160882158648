"""The record of a run: written before anything starts, enough to go on from, without values, and never in the way."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from awsdeck import __version__
from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import Journal, RunRecord, deploy, resume
from awsdeck.deploy.fake import Cut, FakeCloudFormation, Rejected, Script
from awsdeck.deploy.watch.journal import KEPT, MOST, StackRun, durations, find_run, runs
from awsdeck.errors import DeckError, RolledBack, StoppedWatching

TEMPLATE: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}}}
OTHER: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "b"}}}}


def only(folder: str) -> RunRecord:
    [run] = runs(folder)
    return run


def test_the_record_is_on_disk_before_the_operation_is_started(
    fake: FakeCloudFormation, make: Any, keeper: Any, folder: str
) -> None:
    seen: list[RunRecord] = []

    def choose(operation: str, number: int) -> None:
        if operation == "ExecuteChangeSet":
            seen.append(only(folder))

    fake.choose = choose
    assert deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=keeper).ok
    [entry] = seen[0].stacks.values()
    executed = next(call.arguments for call in fake.calls if call.operation == "ExecuteChangeSet")
    assert (entry.stack_id, entry.change_set) == (fake.stacks[0].id, executed["ChangeSetName"])
    assert entry.token == executed["ClientRequestToken"]
    assert (entry.status, entry.operation, entry.ended) == ("running", "create", None)
    assert seen[0].awsdeck == __version__
    assert seen[0].open


def test_the_end_and_what_everything_took_are_in_it(
    fake: FakeCloudFormation, make: Any, keeper: Any, folder: str
) -> None:
    fake.script("shop", Script(seconds=12))
    assert deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=keeper).ok
    run = only(folder)
    entry = run.stacks["shop"]
    assert (entry.status, run.open) == ("CREATE_COMPLETE", False)
    assert entry.ended is not None
    assert entry.ended >= entry.started
    assert entry.durations == {"Topic": 12.0}
    assert durations(folder, fake.stacks[0].id) == {"Topic": 12.0}
    assert durations(folder, fake.stacks[0].id.replace("/shop/", "/else/")) == {}


def test_nothing_is_recorded_of_what_starts_nothing(
    fake: FakeCloudFormation, make: Any, keeper: Any, folder: str
) -> None:
    fake.add_stack("shop", TEMPLATE)
    assert deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=keeper).ok
    assert not os.path.exists(folder)


def test_a_start_that_is_refused_leaves_no_run_to_go_on_with(
    fake: FakeCloudFormation, make: Any, keeper: Any, folder: str
) -> None:
    fake.fault("ExecuteChangeSet", Rejected("ValidationError", "no"))
    with pytest.raises(DeckError):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=keeper)
    assert only(folder).stacks["shop"].status == "refused"
    assert not only(folder).open


def test_a_failure_is_in_it(fake: FakeCloudFormation, make: Any, keeper: Any, folder: str) -> None:
    fake.script("shop", Script(fail={"Topic": "no"}))
    with pytest.raises(RolledBack):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=keeper)
    assert only(folder).stacks["shop"].status == "ROLLBACK_COMPLETE"


def test_no_value_of_a_parameter_is_ever_in_it(fake: FakeCloudFormation, keeper: Any, folder: str) -> None:
    template = {**TEMPLATE, "Parameters": {"Key": {"Type": "String", "NoEcho": True}, "Size": {"Type": "String"}}}
    assembly = Assembly([StackArtifact("shop", template)])
    deploy(assembly, aws=fake.aws(), observer=keeper, parameters={"Key": "hunter2-secret", "Size": "plain-value"})
    [name] = [name for name in os.listdir(folder) if name.endswith(".json")]
    text = Path(folder, name).read_text()
    assert "hunter2" not in text
    assert "plain-value" not in text
    assert Path(folder, ".gitignore").read_text() == "*\n"


def test_a_record_that_cannot_be_written_is_a_warning_and_fails_nothing(
    fake: FakeCloudFormation, make: Any, keeper: Any, tmp_path: Path
) -> None:
    (tmp_path / ".awsdeck").write_text("a file where the folder should be")
    assert deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=keeper).ok
    warnings = [notice for notice in keeper.notices if "cannot be recorded" in notice.message]
    assert [notice.level for notice in warnings] == ["warning"], "told once"


def test_a_run_that_was_left_is_taken_up_and_its_record_closed(
    fake: FakeCloudFormation, make: Any, keeper: Any, folder: str
) -> None:
    fake.script("shop", Script(seconds=300))
    with pytest.raises(StoppedWatching):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=keeper, timeout=5)
    left = only(folder)
    assert (left.open, left.stacks["shop"].status) == (True, "stopped")
    again = type(keeper)()
    again.journal = Journal.again(folder, left)
    assert resume(left, make.shop(TEMPLATE), aws=fake.aws(), observer=again).ok
    assert not only(folder).open
    assert only(folder).stacks["shop"].durations["Topic"] == 300.0


def test_who_takes_a_run_up_again_learns_how_long_it_usually_takes(
    fake: FakeCloudFormation, make: Any, keeper: Any, folder: str
) -> None:
    fake.script("shop", Script(), Script(seconds=100), Script(seconds=100))
    assert deploy(make.shop(TEMPLATE), aws=fake.aws()).ok
    assert deploy(make.shop(OTHER), aws=fake.aws(), observer=keeper).ok
    again = type(keeper)()
    again.journal = Journal(folder)
    with pytest.raises(StoppedWatching):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=again, timeout=20)
    third = type(keeper)()
    third.journal = Journal.again(folder, next(runs(folder)))
    assert resume(next(runs(folder)), make.shop(TEMPLATE), aws=fake.aws(), observer=third).ok
    left = [step.remaining for step in third.steps if step.remaining is not None]
    assert 70 < left[0] < 100


def test_what_happened_after_the_run_is_not_its_verdict(
    fake: FakeCloudFormation, make: Any, keeper: Any, folder: str
) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(seconds=60, fail={"Topic": "ours failed"}), Script())
    with pytest.raises(StoppedWatching):
        deploy(make.shop(OTHER), aws=fake.aws(), observer=keeper, timeout=5)
    fake.clock.sleep(500, None)  # type: ignore[arg-type]
    assert deploy(make.shop(OTHER), aws=fake.aws()).ok, "a colleague's deploy goes well"
    with pytest.raises(RolledBack, match="ours failed"):
        resume(only(folder), make.shop(OTHER), aws=fake.aws())


def test_a_run_is_judged_while_somebody_elses_operation_is_running(
    fake: FakeCloudFormation, make: Any, keeper: Any, folder: str
) -> None:
    fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(seconds=60), Script(seconds=10_000))
    with pytest.raises(StoppedWatching):
        deploy(make.shop(OTHER), aws=fake.aws(), observer=keeper, timeout=5)
    fake.clock.sleep(500, None)  # type: ignore[arg-type]
    with pytest.raises(StoppedWatching):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), timeout=5)
    before = fake.clock.now()
    assert resume(only(folder), make.shop(OTHER), aws=fake.aws()).ok
    assert fake.clock.now() - before < 60


def test_a_lost_answer_to_the_start_is_found_by_the_record(
    fake: FakeCloudFormation, make: Any, keeper: Any, folder: str
) -> None:
    fake.fault("ExecuteChangeSet", Cut("after"), times=500)
    with pytest.raises(StoppedWatching):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), observer=keeper)
    assert resume(only(folder), make.shop(TEMPLATE), aws=fake.aws()).ok


def test_old_records_are_removed_and_open_ones_kept(folder: str) -> None:
    for number in range(KEPT + 9):
        journal = Journal(folder)
        entry = StackRun("shop", "eu-west-1", "arn:aws:x/shop/1", "t", "create", started=1_000_000.0 + number * 100)
        journal.started(entry)
        if number != 3:
            journal.ended("shop", "CREATE_COMPLETE", 2_000_000.0)
    found = list(runs(folder))
    assert len(found) <= KEPT + 1
    assert [run.open for run in found].count(True) == 1
    assert [run.id for run in found] == sorted((run.id for run in found), reverse=True)


def test_runs_that_never_end_do_not_pile_up_for_ever(folder: str) -> None:
    for number in range(MOST + 3):
        entry = StackRun("shop", "eu-west-1", "arn:aws:x/shop/1", "t", "create", started=1_000_000.0 + number * 100)
        Journal(folder).started(entry)
    assert len(list(runs(folder))) == MOST


def test_a_run_is_found_by_the_beginning_of_its_id(folder: str) -> None:
    ids = []
    for started in (1_000_000_000.0, 1_100_000_000.0):
        journal = Journal(folder)
        journal.started(StackRun("shop", "eu-west-1", "arn:aws:x/shop/1", "t", "create", started=started))
        ids.append(journal.id)
    assert [find_run(folder, id).id for id in ids if find_run(folder, id)] == ids  # type: ignore[union-attr]
    short = find_run(folder, ids[0][:8])
    assert short is not None
    assert short.id == ids[0]
    assert find_run(folder, "2") is None, "two begin so"
    assert find_run(folder, "") is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"version": 99}', '{"version": 1, "id": "x", "awsdeck": "1", "stacks": {"a": 1}}']
)
def test_a_file_that_is_no_record_is_passed_over(folder: str, text: str) -> None:
    os.makedirs(folder)
    Path(folder, "20250101T000000Z-00000000.json").write_text(text)
    assert list(runs(folder)) == []
    assert durations(folder, "arn:aws:x/shop/1") == {}


def test_what_is_written_is_read_back_alike(folder: str) -> None:
    journal = Journal(folder)
    entry = StackRun("shop", "eu-west-1", "arn:aws:x/shop/1", "t", "update", "arn:cs", 5.0, local=True)
    assert journal.started(entry) is None
    assert only(folder).stacks == {"shop": entry}
    assert only(folder).local
    assert json.loads(Path(folder, f"{journal.id}.json").read_text())["version"] == 1
