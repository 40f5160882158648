"""A project folder, and the command line run in this process or in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from awsdeck.cli.main import main

ROOT = Path(__file__).resolve().parents[2]

DECK = """
from awsdeck import App, Output, Stack
from awsdeck.cfn import sns, sqs

app = App()
stack = Stack(app, "shop", region="eu-west-1")
orders = sqs.Queue(stack, "Orders", DelaySeconds=5)
sns.Topic(stack, "Placed", DisplayName="placed")
Output(stack, "Url", value=orders.ref)
app.synth()
"""


class Answer:
    """What a run of the command line came to."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def data(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


class Project:
    """A folder with a deck, and `awsdeck` in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    def run(self, *words: str) -> Answer:
        """In this process."""
        self.capsys.readouterr()
        code = main(words)
        out, err = self.capsys.readouterr()
        return Answer(code, out, err)

    def python(self, *words: str) -> Answer:
        """Python itself, in a process of its own."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, *words], cwd=self.folder, env=environment, text=True, capture_output=True, check=False
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        """In a process of its own."""
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "awsdeck", *words],
            cwd=self.folder,
            env=environment,
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options},
        )

    def call(self, *words: str, **options: Any) -> Answer:
        """In a process of its own, to its end."""
        with self.start(*words, **options) as process:
            out, err = process.communicate(timeout=60)
        return Answer(process.returncode, out or "", err or "")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    """A project without a deck."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWSDECK_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return Project(tmp_path, capsys)


@pytest.fixture
def project(empty: Project) -> Project:
    """A project with a deck of one stack."""
    empty.write("deck.py", DECK)
    return empty
