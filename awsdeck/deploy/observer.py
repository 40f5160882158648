"""Who wants to know: a deploy tells everything to an observer, and neither prints nor exits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from attrs import frozen

from ..assembly import Origin
from .records import EventRecord

if TYPE_CHECKING:
    from .result import StackResult
    from .stackplan import StackPlan


@frozen
class Progress:
    """How far a stack is: resources done, of how many (0 when nobody knows), in which status, after how many seconds.

    `remaining` are the seconds it should still take, judged by earlier operations; None when nobody knows.
    """

    stack: str
    done: int
    total: int
    status: str
    seconds: float
    remaining: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """One line of NDJSON."""
        return {
            "type": "progress",
            "stack": self.stack,
            "done": self.done,
            "total": self.total,
            "status": self.status,
            "seconds": round(self.seconds, 3),
            **({} if self.remaining is None else {"remaining": round(self.remaining, 1)}),
        }


@frozen
class StackEvent:
    """Something happened to a resource; `origin` is the construct and the line that made it."""

    stack: str
    record: EventRecord
    origin: Origin | None = None

    def to_dict(self) -> dict[str, Any]:
        """One line of NDJSON."""
        where = (
            {"construct": self.origin.construct, "file": self.origin.file, "line": self.origin.line}
            if self.origin
            else {}
        )
        known = {name: value for name, value in where.items() if value is not None}
        return {"type": "event", "stack": self.stack, **self.record.to_dict(), **known}


@frozen
class Notice:
    """Something worth saying that changes nothing: a warning, or what is done on the way."""

    stack: str
    message: str
    level: Literal["info", "warning"] = "info"

    def to_dict(self) -> dict[str, Any]:
        """One line of NDJSON."""
        return {"type": "diagnostic", "stack": self.stack, "level": self.level, "message": self.message}


class Observer(Protocol):
    """What a deploy tells; every method is called on the thread that called `deploy`, one at a time.

    Three attributes are heeded where they are there: `journal`, a `Journal` in which the run is written down;
    `listens`, False for one who does not want events, so that they are read only where the verdict needs them; and
    `stays()`, which is asked at the first Ctrl-C and says True when what runs is to be watched on.
    """

    def plan_ready(self, plan: StackPlan) -> None:
        """A stack's plan stands, and nothing has been changed yet."""

    def progress(self, progress: Progress) -> None:
        """A stack has got further."""

    def event(self, event: StackEvent) -> None:
        """CloudFormation has done something to a resource."""

    def notice(self, notice: Notice) -> None:
        """Something worth saying."""

    def stack_finished(self, result: StackResult) -> None:
        """A stack is done, in whichever way."""


class Silent:
    """An observer that does not care."""

    listens = False

    def plan_ready(self, plan: StackPlan) -> None:
        pass

    def progress(self, progress: Progress) -> None:
        pass

    def event(self, event: StackEvent) -> None:
        pass

    def notice(self, notice: Notice) -> None:
        pass

    def stack_finished(self, result: StackResult) -> None:
        pass
