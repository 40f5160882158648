"""How it ended, for each stack and for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from attrs import field, frozen

from ..errors import DeckError, Place
from .records import EventRecord
from .watch.objections import Objection
from .watch.timeline import Timeline

Status = Literal[
    "created", "updated", "unchanged", "recreated", "imported", "deleted", "absent", "rolled-back", "failed", "skipped", "declined",
    "refused", "stopped", "interrupted",
]  # fmt: skip
GOOD = frozenset({"created", "updated", "unchanged", "recreated", "imported", "deleted", "absent", "rolled-back"})


@frozen
class Failure:
    """What went wrong first: the resource (`Nested.Id`), its construct and line, and the state the stack is in now.

    `fix` is what usually helps and `source` who says so; `objections` are the findings of hooks.
    """

    stack: str
    status: str
    reason: str
    logical_id: str = ""
    type: str = ""
    construct: str | None = None
    place: Place | None = None
    others: tuple[EventRecord, ...] = ()
    fix: str = ""
    source: str = ""
    objections: tuple[Objection, ...] = ()
    state: str = ""  # what the stack's status means for it
    next: str = ""  # what to do then

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is empty is left out."""
        fields: dict[str, Any] = {
            "stack": self.stack,
            "status": self.status,
            "reason": self.reason,
            "logical_id": self.logical_id,
            "resource_type": self.type,
            "construct": self.construct,
            "file": self.place.file if self.place else None,
            "line": self.place.line if self.place else None,
            "others": [event.to_dict() for event in self.others],
            "fix": self.fix,
            "source": self.source,
            "objections": [objection.to_dict() for objection in self.objections],
            "state": self.state,
            "next": self.next,
        }
        return {name: value for name, value in fields.items() if value}


@frozen
class Leftover:
    """Something that outlives its stack, or an update that was to remove it; `failed` when it was not meant to."""

    logical_id: str
    physical_id: str
    type: str
    reason: str = ""
    failed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "logical_id": self.logical_id,
            "physical_id": self.physical_id,
            "resource_type": self.type,
            "reason": self.reason,
        }


@frozen
class StackResult:
    """How it ended for one stack; `outputs` are there only when it ended well."""

    name: str
    status: Status
    stack_id: str | None = None
    outputs: Mapping[str, str] = field(factory=dict)
    seconds: float = 0.0
    error: DeckError | None = None
    failure: Failure | None = None
    leftovers: tuple[Leftover, ...] = ()
    phase: tuple[int, int] | None = None  # which of how many; None for a stack that is done in one
    timeline: Timeline | None = None

    @property
    def ok(self) -> bool:
        """True when the stack is as it should be."""
        return self.status in GOOD

    def to_dict(self) -> dict[str, Any]:
        """One line of NDJSON."""
        fields: dict[str, Any] = {
            "type": "result",
            "stack": self.name,
            "status": self.status,
            "stack_id": self.stack_id,
            "outputs": dict(self.outputs),
            "seconds": round(self.seconds, 3),
            "error": str(self.error) if self.error else None,
            "failure": self.failure.to_dict() if self.failure else None,
            "leftovers": [leftover.to_dict() for leftover in self.leftovers],
            "phase": self.phase[0] if self.phase else None,
            "phases": self.phase[1] if self.phase else None,
        }
        return {name: value for name, value in fields.items() if value not in (None, [])}


@frozen
class Result:
    """How it ended for all stacks, in the order of the assembly."""

    stacks: Mapping[str, StackResult]

    @property
    def ok(self) -> bool:
        """True when every stack is as it should be."""
        return all(result.ok for result in self.stacks.values())

    @property
    def outputs(self) -> dict[str, dict[str, str]]:
        """The outputs of the stacks that ended well."""
        return {name: dict(result.outputs) for name, result in self.stacks.items() if result.ok}

    @property
    def error(self) -> DeckError | None:
        """The error that matters most: what is not clean before what is, what failed before what was declined."""
        return heaviest(result.error for result in self.stacks.values())

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"version": 1, "stacks": [result.to_dict() for result in self.stacks.values()]}


def heaviest(errors: Iterable[DeckError | None]) -> DeckError | None:
    """The error that matters most of several."""
    there = [error for error in errors if error is not None]
    return min(there, key=lambda error: _WEIGHT.get(error.exit_code, 9), default=None)


# exit codes, the heaviest first
_WEIGHT = {code: rank for rank, code in enumerate((5, 20, 9, 1, 7, 6, 4, 3, 8))}
