"""The events of an operation as they come: those of the stack, and of the nested stacks that are at work in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, evolve, field

from ...errors import DeckError
from ..records import EventRecord
from .history import PAGES, SLACK, STACKS

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation

SKEW = 300.0  # seconds by which this machine's clock may be ahead of CloudFormation's
MOST = 5  # nested stacks that are asked about at one look; the others have their turn at the next
REST = 60.0  # seconds between two attempts at most, while events cannot be read


@define
class Source:
    """One stack's history: what of it is known, and what of it belongs to the operation."""

    stack_id: str
    path: str = ""
    since: float = 0.0
    token: str | None = None  # None for a nested stack, whose events need not carry it
    known: set[str] = field(factory=set)
    running: bool = True  # False once there is nothing more to come
    ending: bool = False  # to be read once more

    def read(self, cf: CloudFormation) -> list[EventRecord]:
        """What is new of the operation, oldest first; stops at what is known and at what is older than it."""
        fresh: list[EventRecord] = []
        for number, page in enumerate(cf.events(self.stack_id), 1):
            new = [event for event in page if event.id not in self.known]
            fresh += new
            if len(new) < len(page) or number >= PAGES or any(self._before(event) for event in new):
                break
        self.known.update(event.id for event in fresh)
        self.running = self.running and not self.ending
        return [evolve(event, path=self.path) for event in reversed(fresh) if self._ours(event)]

    def _ours(self, event: EventRecord) -> bool:
        if self.token is None:
            return event.time >= self.since
        return event.token == self.token if event.token else event.time >= self.since

    def _before(self, event: EventRecord) -> bool:
        """True for what happened before the operation, after which nothing of it comes."""
        return event.time < self.since and not (self.token and event.token == self.token)


@define
class Feed:
    """All sources of one operation. Trouble with reading is kept in `trouble` and never raised."""

    root: Source
    nested: dict[str, Source] = field(factory=dict)
    first: dict[str, float] = field(factory=dict)
    trouble: DeckError | None = None
    closed: bool = False
    again: float = 0.0
    rest: float = 1.0

    def read(self, cf: CloudFormation, *, last: bool = False, finished: bool = False) -> list[EventRecord]:
        """What is new, in the order of time; of a few nested stacks, of all when it is the `last` time.

        With `finished` those are read too that were thought to have ended. While reading fails, it is tried less and
        less often; what may not be read is not asked for again.
        """
        if self.closed or (cf.now() < self.again and not last):
            return []
        fresh = self._from(self.root, cf)
        self._take_up(fresh)
        asked: set[str] = set()
        most = STACKS if last else MOST
        while len(asked) < most:
            waiting = [one for one in self.nested.values() if (finished or one.running) and one.stack_id not in asked]
            if not waiting:
                break
            source = waiting[0]
            asked.add(source.stack_id)
            self.nested[source.stack_id] = self.nested.pop(source.stack_id)  # the last in line from now on
            inner = self._from(source, cf)
            fresh += inner
            self._take_up(inner)
        return sorted(fresh, key=lambda event: event.time)

    def _from(self, source: Source, cf: CloudFormation) -> list[EventRecord]:
        try:
            found = source.read(cf)
        except DeckError as error:
            self.trouble = error
            denied = getattr(error, "kind", "") == "denied"
            if source is not self.root:
                source.running = source.running and not denied
                return []
            self.closed = denied
            self.again, self.rest = cf.now() + self.rest, min(self.rest * 2, REST)
            return []
        if source is self.root:
            self.rest = 1.0
        return found

    def _take_up(self, events: list[EventRecord]) -> None:
        """Listen to nested stacks while they are at work, and once more after that."""
        for event in events:
            if not event.of_nested:
                continue
            since = self.first.setdefault(event.name, event.time)
            if event.physical_id.startswith("arn:"):
                source = self.nested.get(event.physical_id)
                if source is None:
                    source = Source(event.physical_id, event.name, since - SLACK)
                    self.nested[event.physical_id] = source
                source.running, source.ending = True, not event.status.endswith("_IN_PROGRESS")
