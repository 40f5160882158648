"""`awsdeck follow`, `events`, `timeline` and `status`: at any time, with a deck and without."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.cli import deploy, destroy, events, follow, recover, stacks, timeline
from awsdeck.cli.live import Live
from awsdeck.cli.progress import Lines, span
from awsdeck.cli.show import Screen
from awsdeck.deploy import EventRecord, Progress, StackEvent, VirtualClock
from awsdeck.deploy.fake import FakeCloudFormation, Script

if TYPE_CHECKING:
    from .conftest import Project

RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
NESTED = """
from awsdeck import App, NestedStack, Stack
from awsdeck.cfn import sns, sqs

app = App()
stack = Stack(app, "shop", region="eu-west-1")
inner = NestedStack(stack, "Intake")
orders = sqs.Queue(inner, "Orders", DelaySeconds=5)
app.synth()
"""


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeCloudFormation:
    """A scripted CloudFormation in place of every account."""
    fake = FakeCloudFormation()
    for module in (deploy, destroy, events, follow, recover, stacks, timeline):
        monkeypatch.setattr(module, "open_account", lambda *_, **__: (fake.aws(), None))
    return fake


@pytest.fixture
def left(project: Project, fake: FakeCloudFormation) -> Project:
    """A project with a deploy that goes on and that nobody watches any more."""
    fake.script("shop", Script(seconds=300))
    assert project.run("deploy", "-y", "--timeout", "5").code == 9
    return project


def only_run(project: Project) -> str:
    [name] = [name for name in os.listdir(project.folder / ".awsdeck" / "runs") if name.endswith(".json")]
    return name.removesuffix(".json")


def test_follow_with_nothing_takes_the_last_run_up_without_a_deck_too(left: Project) -> None:
    (left.folder / "deck.py").unlink()
    answer = left.run("follow")
    assert answer.code == 0, answer.err
    assert f"run {only_run(left)}: shop" in answer.err
    assert "shop: created in" in answer.out


def test_follow_takes_the_id_of_a_run_and_the_beginning_of_it(left: Project) -> None:
    id = only_run(left)
    assert RUN.fullmatch(id)
    assert left.run("follow", id[:15]).code == 0
    assert left.run("follow", id).code == 0, "and tells its end again"
    answer = left.run("follow", "20010101T000000Z-00000000")
    assert answer.code == 4
    assert id in answer.err


def test_the_verdict_of_a_run_is_that_of_its_operation(project: Project, fake: FakeCloudFormation) -> None:
    fake.script("shop", Script(seconds=300, fail={"Orders": "ours failed"}))
    assert project.run("deploy", "-y", "--timeout", "5").code == 9
    answer = project.run("follow")
    assert answer.code == 1
    assert "ours failed" in answer.err
    assert "deck.py:6" in answer.err
    assert project.run("follow").code == 1


def test_without_any_run_follow_means_the_deck(project: Project, fake: FakeCloudFormation) -> None:
    fake.add_stack("shop", {"Resources": {"Orders": {"Type": "AWS::SQS::Queue"}}})
    answer = project.run("follow")
    assert answer.code == 0
    assert "shop in eu-west-1: follow" in answer.out


def test_events_of_the_last_operation_and_of_all(project: Project, fake: FakeCloudFormation) -> None:
    assert "shop is not deployed" in project.run("events").err
    assert project.run("deploy", "-y").code == 0
    deck = project.folder / "deck.py"
    deck.write_text(deck.read_text().replace("=5", "=6"))
    fake.script("shop", Script(fail={"Orders": "no such key"}))
    assert project.run("deploy", "-y").code == 1
    answer = project.run("events")
    assert "update failed         Orders  AWS::SQS::Queue  deck.py:6  no such key" in answer.out
    assert "create complete" not in answer.out
    assert "create complete       Orders" in project.run("events", "shop", "--all").out
    failures = project.run("events", "--failed").out
    assert "no such key" in failures
    assert "update in progress" not in failures
    [found] = [
        one
        for one in project.run("events", "--output", "json").data["stacks"]["shop"]
        if "reason" in one and "line" in one
    ]
    assert (found["logical_id"], found["line"], found["reason"]) == ("Orders", 6, "no such key")
    assert project.run("events", "--all", "--last").code == 4
    deck.unlink()
    assert "no such key" in project.run("events", "shop").out


def test_the_timeline_marks_what_decided_how_long_it_took(project: Project, fake: FakeCloudFormation) -> None:
    fake.script("shop", Script(seconds=90))
    assert project.run("deploy", "-y").code == 0
    answer = project.run("timeline")
    assert answer.code == 0
    assert re.search(r"shop: create of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC took 3 min", answer.out)
    assert re.search(r"\n +Orders +AWS::SQS::Queue +create +0\.0 s +1 min 30 s +░+\n", answer.out)
    assert re.search(r"\n\* +Placed +AWS::SNS::Topic +create +1 min 30 s +1 min 30 s +█+\n", answer.out)
    assert "waited for:" in answer.out
    [found] = project.run("timeline", "shop", "--output", "json").data["stacks"]
    assert found["seconds"] == pytest.approx(180.5)
    assert {one["logical_id"]: one["seconds"] for one in found["resources"]} == {"Orders": 90.0, "Placed": 90.0}
    [same] = project.run("timeline", only_run(project), "--output", "json").data["stacks"]
    assert same == found


def test_the_timeline_of_a_run_is_that_of_its_operation(project: Project, fake: FakeCloudFormation) -> None:
    assert project.run("deploy", "-y").code == 0
    first = only_run(project)
    deck = project.folder / "deck.py"
    deck.write_text(deck.read_text().replace("=5", "=6"))
    assert project.run("deploy", "-y").code == 0
    assert project.run("timeline", "--output", "json").data["stacks"][0]["operation"] == "update"
    assert project.run("timeline", first, "--output", "json").data["stacks"][0]["operation"] == "create"


def test_what_is_gone_can_still_be_asked_about_by_its_arn_and_its_run(
    project: Project, fake: FakeCloudFormation
) -> None:
    assert project.run("deploy", "-y").code == 0
    first = only_run(project)
    arn = fake.stacks[0].id
    assert project.run("destroy", "-y").code == 0
    assert "is not deployed" in project.run("events").err
    assert "delete complete       Orders" in project.run("events", arn).out
    assert project.run("timeline", arn, "--output", "json").data["stacks"][0]["operation"] == "delete"
    assert project.run("timeline", first, "--output", "json").data["stacks"][0]["operation"] == "create"


def test_status_shows_resources_outputs_and_what_runs(left: Project) -> None:
    answer = left.run("status")
    assert answer.code == 1, "it is at work"
    assert re.search(r"create since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: at work", answer.out)
    assert re.search(r"Orders +AWS::SQS::Queue +CREATE_IN_PROGRESS +shop-Orders-", answer.out)
    assert left.run("follow").code == 0
    answer = left.run("status", "shop")
    assert answer.code == 0
    assert re.search(r"Orders +AWS::SQS::Queue +CREATE_COMPLETE +shop-Orders-", answer.out)
    assert re.search(r"Url +value-of-Url", answer.out)
    [found] = left.run("status", "--output", "json").data["stacks"]
    assert found["operation"]["kind"] == "create"
    assert {one["logical_id"] for one in found["resources"]} == {"Orders", "Placed"}
    assert found["outputs"] == {"Url": "value-of-Url"}


def test_nested_stacks_are_followed_with_the_lines_of_the_deck(
    empty: Project, fake: FakeCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty.write("deck.py", NESTED)
    fake.script("shop", Script(seconds=30, nested={"Intake": Script(seconds=60, fail={"Orders": "no such key"})}))
    answer = empty.run("deploy", "-y", "--bucket", "files")
    assert answer.code == 1, answer.err
    assert re.search(r"create failed +Intake\.Orders +AWS::SQS::Queue +deck\.py:7 +no such key", answer.out)
    assert "cause: shop/Intake/Orders (Intake.Orders, AWS::SQS::Queue): no such key" in answer.err
    assert "deck.py:7" in answer.err
    assert "orders = sqs.Queue" in answer.err
    [record] = [json.loads(Path(empty.folder, ".awsdeck", "runs", f"{only_run(empty)}.json").read_text())]
    assert record["stacks"]["shop"]["status"] == "ROLLBACK_COMPLETE"
    assert "Intake.Orders" in empty.run("events", "shop").out
    assert "Intake.Orders" in empty.run("timeline", "shop").out


def test_less_is_shown_when_less_is_wanted(project: Project, fake: FakeCloudFormation) -> None:
    fake.script("shop", Script(fail={"Orders": "no such key"}))
    answer = project.run("deploy", "-y", "--progress", "errors")
    assert "create failed         Orders" in answer.out
    assert "create in progress" not in answer.out
    answer = project.run("deploy", "-y", "--progress", "none")
    assert "in progress" not in answer.out
    assert "shop: made anew" in answer.out
    assert project.run("deploy", "-y", "--progress", "all").code == 4


def test_what_ran_before_tells_how_long_it_will_take(project: Project, fake: FakeCloudFormation) -> None:
    fake.script("shop", Script(seconds=60), Script(seconds=60))
    assert project.run("deploy", "-y").code == 0
    fake.stacks[0].events.clear()
    deck = project.folder / "deck.py"
    deck.write_text(deck.read_text().replace("=5", "=6"))
    told = [json.loads(line) for line in project.run("deploy", "-y", "--output", "json").out.splitlines()]
    left = [record["remaining"] for record in told if record["type"] == "progress" and "remaining" in record]
    assert left[0] == pytest.approx(60, abs=5)


def test_sigterm_means_what_ctrl_c_does(project: Project, fake: FakeCloudFormation) -> None:
    class Slow(VirtualClock):
        """Gives the signal time to arrive."""

        def sleep(self, seconds: float, stop: threading.Event) -> None:
            stop.wait(0.05)
            super().sleep(min(seconds, 1.0), stop)

    fake.clock = Slow()
    fake.script("shop", Script(seconds=600))
    sent: list[int] = []

    def choose(operation: str, number: int) -> None:
        if "ExecuteChangeSet" in fake.operations()[:-1] and not sent:
            sent.append(number)
            os.kill(os.getpid(), signal.SIGTERM)

    fake.choose = choose
    before = signal.getsignal(signal.SIGTERM)
    answer = project.run("deploy", "-y")
    assert answer.code == 9, answer.err
    assert "awsdeck follow shop" in answer.err
    assert signal.getsignal(signal.SIGTERM) is before
    fake.clock = VirtualClock(fake.clock.now())
    fake.choose = None
    assert project.run("follow").code == 0, "the run can be taken up again"


def test_whoever_presses_ctrl_c_on_a_terminal_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    typed = Terminal("w\n\n")
    monkeypatch.setattr("sys.stdin", typed)
    on = screen()
    on.err = io.StringIO()
    live = Live(on)
    assert not live.stays(), "nothing runs, so there is nothing to ask"
    live.progress(Progress("shop", 1, 11, "UPDATE_IN_PROGRESS", 65.0))
    assert live.stays()
    assert not live.stays()
    assert "awsdeck cancel shop" in on.err.getvalue()
    monkeypatch.setattr("sys.stdin", io.StringIO("w\n"))
    assert not live.stays(), "nobody is there"


# on a terminal


class Terminal(io.StringIO):
    """Takes everything, and is a terminal."""

    def isatty(self) -> bool:
        return True


def screen() -> Screen:
    made = Screen(color=True)
    made.out = Terminal()
    return made


def happening(name: str, status: str, stack: str = "shop", reason: str = "") -> StackEvent:
    return StackEvent(
        stack, EventRecord(f"{name}{status}", 0.0, name, name, "AWS::SQS::Queue", status, reason, stack_id="s")
    )


def test_bars_and_a_table_of_what_is_being_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "xterm")
    on = screen()
    live = Live(on)
    for name in (*"abcdefghij", "Orders"):
        live.event(happening(name, "CREATE_IN_PROGRESS"))
    live.event(happening("a", "CREATE_COMPLETE"))
    live.progress(Progress("shop", 1, 11, "CREATE_IN_PROGRESS", 65.0, 125.0))
    live.progress(Progress("other", 0, 0, "UPDATE_IN_PROGRESS", 1.0))
    live.close()
    assert isinstance(on.out, io.StringIO)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on.out.getvalue())
    last = text[text.rindex("and 2 more") :]
    assert re.search(r"shop +\S+ +1/11 +create in progress +1 min 5 s +about 2 min 5 s left", last)
    assert re.search(r"other .*update in progress +1 s", last)
    assert "left" not in last.split("other", 1)[1]
    assert not live.working.get(("shop", "a"))


def test_lines_of_parallel_stacks_stand_below_each_other() -> None:
    on = screen()
    lines = Lines(on)
    lines.event(happening("Orders", "CREATE_IN_PROGRESS", "long-name"))
    lines.event(happening("Orders", "CREATE_COMPLETE", "shop"))
    assert isinstance(on.out, io.StringIO)
    first, second = re.sub(r"\x1b\[[0-9;]*m", "", on.out.getvalue()).splitlines()
    assert first.index("create") == second.index("create")


def test_a_long_silence_is_broken_by_a_line_that_says_what_is_left() -> None:
    on = screen()
    lines = Lines(on)
    for seconds in (0, 30, 59):
        lines.progress(Progress("shop", 1, 3, "CREATE_IN_PROGRESS", seconds))
    assert on.out.getvalue() == ""  # type: ignore[union-attr]
    lines.progress(Progress("shop", 1, 3, "CREATE_IN_PROGRESS", 61, 125.0))
    lines.progress(Progress("shop", 1, 3, "CREATE_IN_PROGRESS", 62))
    lines.event(happening("Orders", "CREATE_COMPLETE"))
    lines.progress(Progress("shop", 2, 3, "CREATE_IN_PROGRESS", 122))
    lines.progress(Progress("shop", 2, 3, "CREATE_IN_PROGRESS", 183))
    said = [line for line in on.out.getvalue().splitlines() if "still" in line]  # type: ignore[union-attr]
    assert len(said) == 2
    assert said[0].endswith("shop  still create in progress, 1 of 3 done, about 2 min 5 s left")
    assert said[1].endswith("still create in progress, 2 of 3 done")
    quiet = Lines(screen(), "errors")
    for seconds in (0, 100, 200):
        quiet.progress(Progress("shop", 1, 3, "CREATE_IN_PROGRESS", seconds))
    assert quiet.screen.out.getvalue() == ""  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (61, "1 min 1 s"), (3600, "1 h"), (3725, "1 h 2 min")],
)
def test_spans_of_time_are_short(seconds: float, said: str) -> None:
    assert span(seconds) == said


def test_a_run_is_taken_up_in_the_region_it_went_to(monkeypatch: pytest.MonkeyPatch) -> None:
    deck = Assembly([StackArtifact("shop", {"Resources": {}})])
    monkeypatch.setattr(follow, "deck_if_any", lambda _: deck)
    entry: Any = SimpleNamespace(region="eu-north-1", stack_id="")
    run: Any = SimpleNamespace(stacks={"shop": entry})
    nothing: Any = None
    assert follow.of_run(nothing, nothing, run)["shop"].region == "eu-north-1"
    assert deck["shop"].region is None
