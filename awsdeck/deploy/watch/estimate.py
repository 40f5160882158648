"""How long what is left should take, judged by how long it took before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from ..preview.needs import Needs, needs_of
from .timeline import spans

if TYPE_CHECKING:
    from ..records import EventRecord
    from ..stackplan import StackPlan
    from .history import Operation


@frozen
class Expectation:
    """What is to be done: the types of the resources that are touched, what needs what, and seconds from earlier."""

    types: Mapping[str, str]
    needs: Needs = field(factory=lambda: Needs({}))
    earlier: Mapping[str, float] = field(factory=dict)
    backwards: bool = False  # users go before what they use
    usual: float | None = None  # seconds that the whole of it takes, where nothing is known of its parts


_KINDS = {"CREATE_IN_PROGRESS": "create", "UPDATE_IN_PROGRESS": "update", "DELETE_IN_PROGRESS": "delete"}


def expected(plan: StackPlan, earlier: Mapping[str, float], lengths: Mapping[str, float]) -> Expectation:
    """What a plan lets expect, with the seconds that its resources and operations like it took before."""
    types = {change.logical_id: change.type for change in plan.changes if change.action not in ("keep", "metadata")}
    kind: str | None = plan.operation
    if plan.operation == "follow":
        kind = _KINDS.get(plan.before.status) if plan.before is not None else None
    usual = lengths.get(kind) if kind is not None else None
    return Expectation(types, needs_of(plan.artifact.template), earlier, plan.operation == "delete", usual)


@define
class Estimate:
    """The remaining time of one operation; None for as long as too little is known."""

    expectation: Expectation | None
    by_id: dict[str, float] = field(factory=dict)
    by_type: dict[str, float] = field(factory=dict)
    begun: dict[str, float] = field(factory=dict)
    done: set[str] = field(factory=set)

    def learn(self, past: Iterable[Operation]) -> None:
        """Take in what a stack's history tells of earlier operations."""
        types: dict[str, list[float]] = {}
        for operation in past:
            for span in spans(operation.events):
                if span.seconds is not None and span.status.endswith("_COMPLETE"):
                    self.by_id[span.name] = span.seconds
                    types.setdefault(span.type, []).append(span.seconds)
        self.by_type.update({type: median(seconds) for type, seconds in types.items()})

    def observe(self, event: EventRecord, now: float) -> None:
        """Something has happened, seen at `now`."""
        if event.path or event.of_stack or event.hook:
            return
        if event.status.endswith("_IN_PROGRESS"):
            self.begun.setdefault(event.logical_id, now)
        else:
            self.done.add(event.logical_id)

    def remaining(self, now: float, since: float) -> float | None:
        """Seconds until the last of it should be done: the longest chain of what is left, or what is left of the usual.

        `since` is when it began.
        """
        wanted = self.expectation
        if wanted is None:
            return None
        usual = None if wanted.usual is None else max(0.0, wanted.usual - (now - since))
        if not wanted.types:
            return usual
        times = {name: self._seconds(name, type) for name, type in wanted.types.items()}
        open = [name for name in times if name not in self.done]
        known = [seconds for name in open if (seconds := times[name]) is not None]
        if not open:
            return 0.0
        if len(known) * 2 < len(open):
            return usual
        typical = median(known)
        left = {}
        for name in open:
            seconds = times[name]
            whole = typical if seconds is None else seconds
            left[name] = max(0.0, whole - (now - self.begun[name])) if name in self.begun else whole
        return self._longest(left, wanted)

    def _seconds(self, name: str, type: str) -> float | None:
        wanted = self.expectation
        earlier = wanted.earlier.get(name) if wanted is not None else None
        return earlier if earlier is not None else self.by_id.get(name, self.by_type.get(type))

    def _longest(self, left: Mapping[str, float], wanted: Expectation) -> float:
        ends: dict[str, float] = {}
        for start in left:
            waiting = [start]
            while waiting:
                name = waiting[-1]
                if name in ends:
                    waiting.pop()
                    continue
                before = wanted.needs.users(name) if wanted.backwards else wanted.needs.of(name)
                needs = [one for one in before if one in left and one not in waiting]
                missing = [one for one in needs if one not in ends]
                if missing:
                    waiting.extend(missing)
                    continue
                ends[name] = left[name] + max((ends[one] for one in needs), default=0.0)
                waiting.pop()
        return max(ends.values(), default=0.0)
