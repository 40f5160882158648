"""Ctrl-C and SIGTERM to the real command at every phase, held there by a door in front of the embedded CloudFormation."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.deploy import AWS
from tests.deploy.proxy import Proxy, before

if TYPE_CHECKING:
    from awsdeck.local import Engine

pytestmark = [
    pytest.mark.local,
    pytest.mark.timeout(90),
    pytest.mark.skipif(os.name == "nt", reason="signals of POSIX"),
]

ROOT = Path(__file__).resolve().parents[2]
DECK = """
from awsdeck import App, SQSQueue, Stack

app = App()
SQSQueue(Stack(app, "{name}", region="eu-west-1"), "Orders", visibility_timeout={timeout})
app.synth()
"""


@pytest.fixture
def proxy(local_engine: Engine) -> Iterator[Proxy]:
    with before(local_engine.url) as door:
        yield door


COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # even where the tests themselves run in the background
from awsdeck.__main__ import main
sys.exit(main())
"""


class Project:
    """A folder with a deck of one stack, and the command in it as a process of its own."""

    def __init__(self, folder: Path, proxy: Proxy, engine: Engine) -> None:
        self.folder, self.proxy, self.engine = folder, proxy, engine
        self.name = f"signal-{secrets.token_hex(4)}"
        self.write(30)

    def write(self, timeout: int) -> None:
        (self.folder / "deck.py").write_text(DECK.format(name=self.name, timeout=timeout))

    def start(self, *words: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": self.proxy.url,
            "AWS_ACCESS_KEY_ID": self.engine.access_key,
            "AWS_SECRET_ACCESS_KEY": self.engine.secret_key,
            "PYTHONPATH": str(ROOT),
        }
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, *words],
            cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def run(self, *words: str) -> int:
        process = self.start(*words)
        process.communicate(timeout=60)
        return process.returncode

    @property
    def client(self) -> Any:
        keys = (self.engine.access_key, self.engine.secret_key)
        return AWS(endpoint_url=self.engine.url, region="eu-west-1", credentials=keys).client("cloudformation")

    def status(self) -> str | None:
        """The state of the stack, asked of the engine itself."""
        found = [one for one in self.client.describe_stacks()["Stacks"] if one["StackName"] == self.name]
        return str(found[0]["StackStatus"]) if found else None

    def change_sets(self) -> list[str]:
        listed = self.client.list_change_sets(StackName=self.name)["Summaries"]
        return [one["ChangeSetName"] for one in listed if one.get("ExecutionStatus") == "AVAILABLE"]


@pytest.fixture
def project(tmp_path: Path, proxy: Proxy, local_engine: Engine) -> Project:
    return Project(tmp_path, proxy, local_engine)


SIGNALS = [signal.SIGINT, signal.SIGTERM]
BEFORE = [
    ("DescribeStacks", signal.SIGTERM),
    ("CreateChangeSet", signal.SIGINT),
    ("DescribeChangeSet", signal.SIGTERM),
]


def struck(process: subprocess.Popen[str], door: tuple[Any, Any], *signals: int) -> tuple[int, str, str]:
    """Send signals while the door is held, let it go, and wait for the end."""
    arrived, go = door
    assert arrived.wait(30), process.communicate(timeout=10)
    for number in signals:
        process.send_signal(number)
    threading.Event().wait(0.7)  # until the process has surely heard of it
    go.set()
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.mark.parametrize(("operation", "number"), BEFORE)
def test_before_anything_is_executed_a_signal_leaves_nothing_of_this_run(
    project: Project, proxy: Proxy, operation: str, number: int
) -> None:
    door = proxy.hold(operation)
    code, _, err = struck(project.start("deploy", "-y"), door, number)
    assert code == 130, err
    assert "Traceback" not in err
    assert project.status() in (None, "DELETE_COMPLETE")


@pytest.mark.parametrize(("operation", "number"), BEFORE)
def test_an_update_that_is_broken_off_leaves_the_stack_as_it_was(
    project: Project, proxy: Proxy, operation: str, number: int
) -> None:
    assert project.run("deploy", "-y") == 0
    project.write(60)
    door = proxy.hold(operation)
    code, _, err = struck(project.start("deploy", "-y"), door, number)
    assert code == 130, err
    assert project.status() == "CREATE_COMPLETE"
    assert project.change_sets() == []


@pytest.mark.parametrize("number", SIGNALS)
def test_what_has_begun_goes_on_and_the_user_is_told_how_to_follow_it(
    project: Project, proxy: Proxy, number: int
) -> None:
    proxy.endless = True
    door = proxy.hold("ExecuteChangeSet")
    code, out, err = struck(project.start("deploy", "-y"), door, number)
    assert code == 9, err
    assert f"awsdeck follow {project.name}" in out + err
    assert "Traceback" not in err
    proxy.endless = False
    assert project.run("follow", project.name, "--region", "eu-west-1") == 0
    assert project.status() == "CREATE_COMPLETE"


@pytest.mark.parametrize("number", SIGNALS)
def test_an_end_that_comes_before_the_signal_is_heard_is_the_verdict(
    project: Project, proxy: Proxy, number: int
) -> None:
    door = proxy.hold("ExecuteChangeSet")
    code, out, err = struck(project.start("deploy", "-y"), door, number)
    assert code == 0, err
    assert f"{project.name}: created" in out


@pytest.mark.parametrize("number", SIGNALS)
def test_a_second_signal_ends_the_command_at_once(project: Project, proxy: Proxy, number: int) -> None:
    arrived, go = proxy.hold("ExecuteChangeSet")
    process = project.start("deploy", "-y")
    assert arrived.wait(30)
    for _ in range(2):
        process.send_signal(number)
        threading.Event().wait(0.7)
    code = process.wait(15)  # the door is still shut
    go.set()
    _, err = process.communicate(timeout=30)
    assert code == 130, err
    assert "Traceback" not in err


@pytest.mark.parametrize("number", SIGNALS)
def test_a_deletion_goes_on_when_nobody_watches(project: Project, proxy: Proxy, number: int) -> None:
    assert project.run("deploy", "-y") == 0
    proxy.calls.clear()
    proxy.endless = True
    door = proxy.hold("DeleteStack")
    code, out, err = struck(project.start("destroy", "-y"), door, number)
    assert code == 9, err
    assert "awsdeck follow" in out + err
    proxy.endless = False
    assert project.run("destroy", "-y") == 0
    assert project.status() in (None, "DELETE_COMPLETE")
