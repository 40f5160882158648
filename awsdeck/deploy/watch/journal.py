"""What this machine has started: a record of every run, so that a watch can be taken up again.

A record is written before an operation is started and after it has ended. It says what is needed to find the operation
again and how long everything took, never values. That a record cannot be written keeps nobody from deploying.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from statistics import median
from typing import Any

from attrs import define, evolve, field, frozen

from ... import __version__
from ...errors import InputError
from ...output import reason, write_atomic
from ..records import SUCCESSES

VERSION = 1
FOLDER = os.path.join(".awsdeck", "runs")
KEPT, MOST = 50, 200  # records; what is not over is kept longer
LEARNED = 10  # earlier runs of a stack whose durations are looked at
GOOD_ENDS = SUCCESSES | {"DELETE_COMPLETE"}


@frozen
class StackRun:
    """One stack's part in a run. `status` is "running" until it has ended or nobody watched any more ("stopped")."""

    name: str
    region: str
    stack_id: str
    token: str
    operation: str
    change_set: str | None = None
    started: float = 0.0
    ended: float | None = None
    status: str = "running"
    durations: Mapping[str, float] = field(factory=dict)  # seconds by `Id` or `Nested.Id`
    local: bool = False  # in an emulator and not in AWS

    @property
    def open(self) -> bool:
        """True while its end has not been seen."""
        return self.status in ("running", "stopped")

    def to_dict(self) -> dict[str, Any]:
        """As the file has it; what is not known is left out."""
        fields: dict[str, Any] = {
            "region": self.region,
            "stack_id": self.stack_id,
            "change_set": self.change_set,
            "token": self.token,
            "operation": self.operation,
            "started": self.started,
            "ended": self.ended,
            "status": self.status,
            "durations": dict(self.durations),
            "local": self.local,
        }
        return {name: value for name, value in fields.items() if value not in (None, {}, False)}

    @classmethod
    def from_dict(cls, name: str, entry: Mapping[str, Any]) -> StackRun:
        """The part that a file describes."""
        return cls(
            name,
            str(entry["region"]),
            str(entry["stack_id"]),
            str(entry["token"]),
            str(entry["operation"]),
            entry.get("change_set"),
            float(entry["started"]),
            entry.get("ended"),
            str(entry["status"]),
            {str(id): float(seconds) for id, seconds in entry.get("durations", {}).items()},
            bool(entry.get("local")),
        )


@frozen
class RunRecord:
    """One run of `awsdeck deploy` or the like, as its file has it."""

    id: str
    awsdeck: str
    stacks: Mapping[str, StackRun]

    @property
    def open(self) -> bool:
        """True while a stack of it has no end that was seen."""
        return any(stack.open for stack in self.stacks.values())

    @property
    def local(self) -> bool:
        """True for a run in an emulator."""
        return any(stack.local for stack in self.stacks.values())

    def to_dict(self) -> dict[str, Any]:
        """As the file has it."""
        return {
            "version": VERSION,
            "id": self.id,
            "awsdeck": self.awsdeck,
            "stacks": {name: stack.to_dict() for name, stack in self.stacks.items()},
        }


@define
class Journal:
    """The record of one run that is being made, in `folder`; safe to use on several threads.

    `started` and `ended` return why a record could not be written, the first time, and else None.
    """

    folder: str
    id: str = ""  # made when the first operation starts
    stacks: dict[str, StackRun] = field(factory=dict)
    _lost: bool = False
    _lock: threading.Lock = field(factory=threading.Lock, repr=False)

    @classmethod
    def again(cls, folder: str, run: RunRecord) -> Journal:
        """The journal of a run that is taken up again."""
        return cls(folder, run.id, dict(run.stacks))

    def started(self, stack: StackRun) -> str | None:
        """Write down that an operation is about to start."""
        with self._lock:
            if not self.id:
                moment = datetime.fromtimestamp(stack.started, UTC).strftime("%Y%m%dT%H%M%SZ")
                self.id = f"{moment}-{secrets.token_hex(4)}"
            self.stacks[stack.name] = stack
            return self._write()

    def ended(self, name: str, status: str, now: float, durations: Mapping[str, float] | None = None) -> str | None:
        """Write down how a stack's operation ended; nothing for a stack of which none was started."""
        with self._lock:
            known = self.stacks.get(name)
            if known is None:
                return None
            closed = status not in ("running", "stopped")
            took = durations or known.durations
            self.stacks[name] = evolve(known, ended=now if closed else None, status=status, durations=took)
            return self._write()

    def _write(self) -> str | None:
        record = RunRecord(self.id, __version__, self.stacks)
        try:
            _make(self.folder)
            write_atomic(os.path.join(self.folder, f"{self.id}.json"), json.dumps(record.to_dict(), indent=2) + "\n")
            _prune(self.folder)
        except (OSError, InputError) as error:
            told, self._lost = self._lost, True
            why = reason(error, self.folder) if isinstance(error, OSError) else str(error)
            lost = f"the run cannot be recorded in {self.folder}, so `awsdeck follow` needs the stack's name: {why}"
            return None if told else lost
        return None


def journal_of(observer: object) -> Journal | None:
    """The journal that an observer keeps, in its attribute `journal`; None when it keeps none."""
    found = getattr(observer, "journal", None)
    return found if isinstance(found, Journal) else None


def runs(folder: str) -> Iterator[RunRecord]:
    """The records in a folder, the newest first; what is not a record is passed over."""
    for name in _names(folder):
        found = _read(os.path.join(folder, name))
        if found is not None:
            yield found


def find_run(folder: str, id: str) -> RunRecord | None:
    """The run of that id, or of an id that begins so when there is only one."""
    names = [name for name in _names(folder) if name.startswith(id)] if id else []
    exact = [name for name in names if name == f"{id}.json"]
    chosen = exact or names
    return _read(os.path.join(folder, chosen[0])) if len(chosen) == 1 else None


def durations(folder: str, stack_id: str) -> dict[str, float]:
    """How long the resources of a stack took when they were last worked on, by `Id` or `Nested.Id`, in seconds.

    `stack_id` is its ARN; a stack of the same name that was deleted since counts too.
    """
    found: dict[str, float] = {}
    seen = 0
    for run in runs(folder):
        for stack in run.stacks.values():
            if stack.durations and _same(stack.stack_id, stack_id):
                found = {**stack.durations, **found}
                seen += 1
        if seen >= LEARNED:
            break
    return found


def lengths(folder: str, stack_id: str) -> dict[str, float]:
    """How long operations on a stack usually take that end well, in seconds by their name."""
    found: dict[str, list[float]] = {}
    for run in runs(folder):
        for stack in run.stacks.values():
            if stack.ended is not None and stack.status in GOOD_ENDS and _same(stack.stack_id, stack_id):
                found.setdefault(stack.operation, []).append(stack.ended - stack.started)
    return {operation: median(seconds[:LEARNED]) for operation, seconds in found.items()}


def _same(one: str, other: str) -> bool:
    return one.split("/")[:2] == other.split("/")[:2]


def _names(folder: str) -> list[str]:
    try:
        return sorted((name for name in os.listdir(folder) if name.endswith(".json")), reverse=True)
    except OSError:
        return []


def _read(path: str) -> RunRecord | None:
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        if data["version"] != VERSION:
            return None
        stacks = {str(name): StackRun.from_dict(name, entry) for name, entry in data["stacks"].items()}
        return RunRecord(str(data["id"]), str(data["awsdeck"]), stacks)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _make(folder: str) -> None:
    """The folder, which git is told to leave alone: records name accounts."""
    if os.path.isdir(folder):
        return
    os.makedirs(folder, exist_ok=True)
    write_atomic(os.path.join(folder, ".gitignore"), "*\n")


def _prune(folder: str) -> None:
    for number, name in enumerate(_names(folder)[KEPT:], KEPT):
        path = os.path.join(folder, name)
        record = _read(path)
        if number >= MOST or record is None or not record.open:
            os.unlink(path)
