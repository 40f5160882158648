"""Watch an operation to its end: the stack's status is the truth, its events are decoration.

Only a final status of our own operation counts. CloudFormation's answers may be old for a while after a start, so a
final status is ours when the stack's record has moved on since, or when an event with our token says the same.
Trouble with reading events never changes the verdict; throttling and cut networks only make it come later.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from ..errors import DeckError, StoppedWatching
from .errors import Kind
from .observer import Notice, Progress, StackEvent
from .records import EventRecord, StackRecord

if TYPE_CHECKING:
    from ..assembly import Origin
    from .cloudformation import CloudFormation
    from .observer import Observer

FIRST, MOST, THROTTLED_MOST = 2.0, 15.0, 30.0  # seconds between two looks
MISSING = 60.0  # seconds for which a stack that was just made may be unknown
EVIDENCE = 120.0  # seconds in which our operation has to show


@frozen
class Outcome:
    """How an operation ended: the stack then, and everything it did, oldest first."""

    record: StackRecord
    status: str
    events: tuple[EventRecord, ...]

    @property
    def leftovers(self) -> tuple[EventRecord, ...]:
        """What should have been deleted and is still there, or was kept on purpose."""
        last = {(event.logical_id, event.physical_id): event for event in self.events if not event.of_stack}
        return tuple(event for event in last.values() if event.status in ("DELETE_FAILED", "DELETE_SKIPPED"))


@define
class Follower:
    """The watch over one operation; `before` is the stack's record from just before it was started."""

    cf: CloudFormation
    name: str
    stack_id: str
    token: str
    before: StackRecord | None
    observer: Observer
    total: int = 0
    origins: dict[str, Origin] = field(factory=dict)
    change_set: str | None = None
    deleting: bool = False
    timeout: float | None = None
    outage_budget: float = 900.0
    started: float = 0.0
    known: set[str] = field(factory=set)
    seen: list[EventRecord] = field(factory=list)
    warned: bool = False
    lost: bool = False
    pace: float = FIRST

    def mark(self) -> None:
        """Remember which events are older than the operation; called before it starts."""
        self.started = self.cf.now()
        try:
            for page in self.cf.events(self.stack_id):
                self.known.update(event.id for event in page)
                break
        except DeckError:
            pass

    def join(self) -> None:
        """Take up an operation that runs already, or the last one: the newest event's token tells which."""
        self.started, self.before = self.cf.now(), None
        page = next(self.cf.events(self.stack_id), [])
        self.token = page[0].token if page else ""
        self.known.update(event.id for event in page if event.token != self.token)

    def run(self) -> Outcome:
        """Watch until the end; raises `StoppedWatching` when that cannot be seen."""
        self.cf = self.cf.patient(self.outage_budget, self.slower)
        least = FIRST / 10 if self.cf.emulated else FIRST
        self.pace = least
        while True:
            record = self._look()
            news = self._read_events()
            if record is not None and not record.busy and self._is_ours(record):
                return self._finish(record)
            waited = self.cf.now() - self.started
            if record is None and waited > MISSING:
                raise self.goes_on("CloudFormation does not know the stack")
            if self.timeout is not None and waited > self.timeout:
                raise self.goes_on(f"stopped watching after {waited:.0f} seconds")
            self.pace = least if news else min(max(self.pace, least) * 1.2, MOST)
            self.cf.pause(self.pace * random.uniform(0.8, 1.2))  # noqa: S311 - jitter

    def slower(self, kind: Kind, waited: float) -> None:
        """Called for every failed attempt: throttling makes the watch look less often, an outage is told once."""
        if kind == "throttled":
            self.pace = min(self.pace * 1.5, THROTTLED_MOST)
        elif not self.lost:
            self.lost = True
            self._warn("the connection is lost; the stack goes on in AWS, and so does the watch when it is back")

    def _look(self) -> StackRecord | None:
        record = self.cf.stack(self.stack_id)
        self.lost = False
        if record is None:
            gone = self.deleting or any(event.of_stack and event.status == "DELETE_COMPLETE" for event in self.seen)
            if gone and self.before is not None:
                return evolve(self.before, status="DELETE_COMPLETE")
            return None
        done = len(
            {event.logical_id for event in self.seen if event.status.endswith("_COMPLETE") and not event.of_stack}
        )
        waited = self.cf.now() - self.started
        self.observer.progress(Progress(self.name, min(done, self.total or done), self.total, record.status, waited))
        return record

    def _is_ours(self, record: StackRecord) -> bool:
        """True when a final status belongs to our operation and not to one before it."""
        if record.status == "REVIEW_IN_PROGRESS":
            return False
        if self.before is None or record.stamp != self.before.stamp:
            return True
        if any(event.of_stack and event.token == self.token and event.status == record.status for event in self.seen):
            return True
        if self.cf.now() - self.started < EVIDENCE:
            return False
        if self.change_set is not None and self.cf.change_set(self.change_set, changes=False).execution in (
            "EXECUTE_COMPLETE",
            "EXECUTE_FAILED",
        ):
            return True
        raise self.goes_on("CloudFormation does not show that the operation has started")

    def _read_events(self) -> bool:
        """Pass new events on, oldest first; True when there were any."""
        fresh: list[EventRecord] = []
        try:
            for page in self.cf.events(self.stack_id):
                new = [event for event in page if event.id not in self.known]
                fresh += new
                if len(new) < len(page):
                    break
        except DeckError as error:
            if not self.warned:
                self.warned = True
                self._warn(f"events cannot be read, the verdict does not need them: {error.message}")
            return False
        self.known.update(event.id for event in fresh)
        fresh = [event for event in fresh if event.token in ("", self.token)]
        for event in reversed(fresh):
            self.seen.append(event)
            self.observer.event(StackEvent(self.name, event, self.origins.get(event.logical_id)))
        return bool(fresh)

    def _finish(self, record: StackRecord) -> Outcome:
        """Read the last events, which may come late; if they name the end of our operation, that is the verdict."""
        for attempt in range(3):
            if self._end() is not None:
                break
            if attempt:
                self.cf.pause(0.05 if self.cf.emulated else 1.0)
            self._read_events()
        if any(event.failed for event in self.seen) and all(event.of_stack for event in self.seen if event.failed):
            self._read_objections()
        return Outcome(record, self._end() or record.status, tuple(self.seen))

    def _read_objections(self) -> None:
        """Nothing but the stack itself has failed: ask which resources its check has refused."""
        try:
            found = self.cf.objections(self.stack_id, min(event.time for event in self.seen))
        except DeckError:  # only an explanation is lost: the call is new, and not everybody may make it
            return
        for event in found:
            self.seen.append(event)
            self.observer.event(StackEvent(self.name, event, self.origins.get(event.logical_id)))

    def _end(self) -> str | None:
        ends = [
            e.status
            for e in self.seen
            if e.of_stack and e.token == self.token and not e.status.endswith("_IN_PROGRESS")
        ]
        return ends[-1] if ends else None

    def goes_on(self, why: str) -> StoppedWatching:
        """The error for an operation that is out of sight and not over."""
        return StoppedWatching(
            f"{self.name}: {why}; the operation on {self.stack_id} goes on in AWS",
            fix=f"watch it again with `awsdeck follow {self.name}`",
        )

    def _warn(self, message: str) -> None:
        self.observer.notice(Notice(self.name, message, "warning"))
