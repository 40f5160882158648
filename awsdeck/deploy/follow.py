"""Watch an operation to its end: the stack's status is the truth, its events are decoration.

Only a final status of our own operation counts. CloudFormation's answers may be old for a while after a start, so a
final status is ours when the stack's record has moved on since, or when an event with our token says the same.
Trouble with reading events never changes the verdict; throttling and cut networks only make it come later.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen

from ..errors import DeckError, StoppedWatching
from .errors import Kind
from .observer import Notice, Progress, StackEvent
from .records import EventRecord, StackRecord
from .request import masked
from .watch.estimate import Estimate, Expectation
from .watch.feed import SKEW, Feed, Source
from .watch.history import Operation, last_operation, operations
from .watch.objections import Objection, objections
from .watch.timeline import Timeline, timeline

if TYPE_CHECKING:
    from ..assembly import Origin
    from .account.cloudformation import CloudFormation
    from .observer import Observer

FIRST, MOST, THROTTLED_MOST = 2.0, 15.0, 30.0  # seconds between two looks
MISSING = 60.0  # seconds for which a stack that was just made may be unknown
EVIDENCE = 120.0  # seconds in which our operation has to show
EVENT_PATIENCE = 5.0  # seconds for which one reading of events is insisted on; the verdict does not wait for them
LAST_PATIENCE = 20.0  # the same once everything is over, when events only explain
CLEANUP = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"


@frozen
class Outcome:
    """How an operation ended: the stack then, and everything it did, oldest first."""

    record: StackRecord
    status: str
    events: tuple[EventRecord, ...]
    objections: tuple[Objection, ...] = ()  # what hooks say of what they have stopped
    blind: str = ""  # why events could not be read
    timeline: Timeline | None = None

    @property
    def leftovers(self) -> tuple[EventRecord, ...]:
        """What should have been deleted and is still there, or was kept on purpose."""
        last = {(event.name, event.physical_id): event for event in self.events if not event.of_stack}
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
    updating: bool = False  # an update, which can be broken off
    good: tuple[str, ...] = ()  # where it is to end
    timeout: float | None = None
    outage_budget: float = 900.0
    secrets: tuple[str, ...] = field(default=(), repr=False)
    template: Mapping[str, Any] = field(factory=dict, repr=False)
    expectation: Expectation | None = None
    started: float = 0.0  # when the watch began
    began: float = 0.0  # when the operation did
    feed: Feed = field(init=False)
    estimate: Estimate = field(init=False)
    seen: list[EventRecord] = field(factory=list)
    past: list[Operation] = field(factory=list)
    joined: bool = False
    begun: bool = False  # the stack was seen at work
    cleaning: bool = False
    warned: bool = False
    lost: bool = False
    pace: float = FIRST

    def __attrs_post_init__(self) -> None:
        self.feed = Feed(Source(self.stack_id, token=self.token))
        self.estimate = Estimate(self.expectation)

    def mark(self) -> None:
        """Remember which events are older than the operation; called before it starts."""
        self.started = self.began = self.cf.now()
        self.feed.root.since = self.started - SKEW
        try:
            page = next(self.cf.events(self.stack_id), [])
        except DeckError:
            return
        self.feed.root.known.update(event.id for event in page)
        self.past = operations(reversed(page))
        self.estimate.learn(self.past)

    def join(self, token: str = "") -> None:
        """Take up an operation that runs already, or the last one; `token` names one that need not be the last."""
        self.started, self.before, self.joined = self.cf.now(), None, True
        found = last_operation(self.cf, self.stack_id, token=token, nested=False)
        self.token = found.token if found is not None else token
        self.feed.root.token = self.token
        self.feed.root.since = self.began = found.started if found is not None else self.started

    def run(self) -> Outcome:
        """Watch until the end; raises `StoppedWatching` when that cannot be seen."""
        with self.cf.watching(self.stack_id):
            return self._watch()

    def _watch(self) -> Outcome:
        events, self.cf = self.cf, self.cf.patient(self.outage_budget, self.slower, throttled=math.inf)
        events = events.patient(EVENT_PATIENCE, self.slower)
        listens = getattr(self.observer, "listens", True)
        least = FIRST / 10 if self.cf.emulated else FIRST
        self.pace = least
        while True:
            record = self._look()
            ends = self.joined or (record is not None and not record.busy)  # they may be all that tells of the end
            news = (listens or ends) and self._read_events(events)
            if record is not None and self._is_over(record):
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
        record = self.cf.look(self.stack_id)
        self.lost = False
        if record is None:
            gone = self.deleting or any(event.of_root and event.status == "DELETE_COMPLETE" for event in self.seen)
            if gone and self.before is not None:
                return evolve(self.before, status="DELETE_COMPLETE")
            return None
        self.begun = self.begun or record.busy
        if record.status == CLEANUP and not self.cleaning:
            self.cleaning = True
            self._tell("the update is done; what it has replaced or removed is being deleted")
        done = len({e.logical_id for e in self.seen if e.status.endswith("_COMPLETE") and not (e.path or e.of_stack)})
        now = self.cf.now()
        left = self.estimate.remaining(now, self.began) if record.busy and "ROLLBACK" not in record.status else None
        shown = min(done, self.total or done)
        self.observer.progress(Progress(self.name, shown, self.total, record.status, now - self.started, left))
        return record

    def _is_over(self, record: StackRecord) -> bool:
        if self.joined and self.token and self._end() is not None:
            return True  # whatever runs on the stack now
        return not record.busy and self._is_ours(record)

    def _is_ours(self, record: StackRecord) -> bool:
        """True when a status that is no longer in progress belongs to our operation and not to one before it."""
        reviewed = record.status == "REVIEW_IN_PROGRESS"
        if reviewed and self.begun:
            return False  # an old answer: nothing goes back into review
        if not reviewed:
            if self.before is None or record.stamp != self.before.stamp:
                return True
            if any(e.of_root and e.token == self.token and e.status == record.status for e in self.seen):
                return True
        if self.cf.now() - self.started < EVIDENCE:
            return False
        if self.change_set is not None and self.cf.change_set(self.change_set, changes=False).execution in (
            "EXECUTE_COMPLETE",
            "EXECUTE_FAILED",
        ):
            return not reviewed
        raise self.goes_on("CloudFormation does not show that the operation has started")

    def _read_events(self, cf: CloudFormation, *, last: bool = False, finished: bool = False) -> bool:
        """Pass new events on, oldest first; True when there were any."""
        fresh = self.feed.read(cf, last=last, finished=finished)
        if self.feed.trouble is not None and not self.warned:
            self.warned = True
            error = self.feed.trouble
            why = f"{error.message} ({error.fix})" if self.feed.closed and error.fix else error.message
            self._warn(f"events cannot be read, the verdict does not need them: {why}")
        self._pass_on(fresh)
        return bool(fresh)

    def _pass_on(self, events: list[EventRecord]) -> None:
        for event in events:
            told = evolve(event, reason=masked(event.reason, self.secrets)) if event.reason else event
            self.seen.append(told)
            self.estimate.observe(told, self.cf.now())
            self.begun = self.begun or (told.of_root and told.status.endswith("_IN_PROGRESS"))
            if not (told.path and told.of_stack):  # the stack around it says the same
                self.observer.event(StackEvent(self.name, told, self.origins.get(told.name)))

    def _finish(self, record: StackRecord) -> Outcome:
        """Read the last events, which may come late; if they name the end of our operation, that is the verdict."""
        cf = self.cf.patient(LAST_PATIENCE, self.slower)
        for attempt in range(1 if self.cf.emulated else 3):  # emulators are not late, and may not know tokens
            if self._end() is not None:
                break
            if attempt:
                self.cf.pause(1.0)
            self._read_events(cf, last=True)
        failed = any(event.failed for event in self.seen)
        self._read_events(cf, last=True, finished=failed)
        if failed and all(event.of_stack for event in self.seen if event.failed):
            self._read_objections()
        hooks = objections(cf, self.seen) if failed else ()
        blind = self.feed.trouble.message if self.feed.trouble is not None and self._end() is None else ""
        return Outcome(record, self._verdict(cf, record), tuple(self.seen), hooks, blind, self._timeline())

    def _verdict(self, cf: CloudFormation, record: StackRecord) -> str:
        """How our own operation ended: what its last event says, else the stack, unless the change set knows better.

        Without events the stack's status may be that of an operation which somebody else has started since.
        """
        end = self._end()
        made = not self.updating and record.status.startswith(("CREATE_", "ROLLBACK_"))  # of which there is only one
        if end is not None or self.change_set is None or cf.emulated or record.gone or made:
            return end or record.status
        well = record.status in self.good
        try:
            execution = cf.change_set(self.change_set, changes=False).execution
        except DeckError as error:
            if getattr(error, "kind", "") != "missing":
                return record.status
            raise StoppedWatching(
                f"{self.name}: it is over, somebody else has changed the stack since, and events cannot be read, so "
                f"nobody can tell how it ended",
                fix=f"ask for permission for cloudformation:DescribeStackEvents, then run `awsdeck events {self.name}`",
            ) from None
        if execution == "EXECUTE_COMPLETE" and self.good and not well:
            return self.good[0]
        if execution == "EXECUTE_FAILED" and well:
            return "UPDATE_ROLLBACK_COMPLETE" if self.updating else "ROLLBACK_COMPLETE"
        return record.status

    def _timeline(self) -> Timeline | None:
        found = operations(sorted(self.seen, key=lambda event: event.time))
        if not found:
            return None
        templates = {"": self.template} if self.template else {}
        return timeline(self.name, self.stack_id, found[-1], templates)

    def _read_objections(self) -> None:
        """Nothing but the stack itself has failed: ask which resources its check has refused."""
        try:
            found = self.cf.objections(self.stack_id, min(event.time for event in self.seen))
        except DeckError:  # only an explanation is lost: the call is new, and not everybody may make it
            return
        self._pass_on(found)

    def _end(self) -> str | None:
        ends = [
            e.status for e in self.seen if e.of_root and e.token == self.token and not e.status.endswith("_IN_PROGRESS")
        ]
        return ends[-1] if ends else None

    def goes_on(self, why: str) -> StoppedWatching:
        """The error for an operation that is out of sight and not over."""
        done = "; the update itself is done, and only what it has replaced is still being deleted"
        return StoppedWatching(
            f"{self.name}: {why}; the operation on {self.stack_id} goes on in AWS" + (done if self.cleaning else ""),
            fix=f"watch it again with `awsdeck follow {self.name}`"
            + (f", or break it off with `awsdeck cancel {self.name}`" if self.updating and not self.cleaning else ""),
        )

    def _tell(self, message: str) -> None:
        self.observer.notice(Notice(self.name, message))

    def _warn(self, message: str) -> None:
        self.observer.notice(Notice(self.name, message, "warning"))
