"""A stack's history, cut into the operations that made it, and read back with that of its nested stacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from attrs import evolve, frozen

from ..records import EventRecord

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation

Kind = Literal["create", "update", "delete", "import", "rollback", "unknown"]
STARTS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS")
SLACK = 1.0  # seconds by which a nested stack's first event may be older than its parent's word of it
PAGES = 50  # of one history, when only one operation of it is asked for
STACKS = 200  # nested ones that are looked into


@frozen
class Operation:
    """One operation on a stack: its events, oldest first. `whole` is False when its beginning is forgotten."""

    kind: Kind
    token: str
    events: tuple[EventRecord, ...]
    whole: bool = True

    @property
    def started(self) -> float:
        """When it began, in seconds since 1970, on CloudFormation's clock."""
        return self.events[0].time

    @property
    def last(self) -> EventRecord | None:
        """The stack's own latest event."""
        own = [event for event in self.events if event.of_root]
        return own[-1] if own else None

    @property
    def status(self) -> str:
        """The stack's status at the end, or so far."""
        return self.last.status if self.last is not None else ""

    @property
    def ended(self) -> float | None:
        """When it ended; None while it runs."""
        last = self.last
        return last.time if last is not None and not last.status.endswith("_IN_PROGRESS") else None


def operations(events: Iterable[EventRecord]) -> list[Operation]:
    """The operations behind a history that is given oldest first, in that order; waiting change sets are none."""
    groups: list[list[EventRecord]] = []
    for event in events:
        if event.of_root and event.status == "REVIEW_IN_PROGRESS":
            continue
        if not groups or _begins(event, groups[-1]):
            groups.append([])
        groups[-1].append(event)
    return [_operation(group) for group in groups]


def _begins(event: EventRecord, before: list[EventRecord]) -> bool:
    tokens = {one.token for one in before} - {""}
    if event.token and tokens:
        return event.token not in tokens
    if not event.of_root:
        return False
    return event.status in STARTS or (event.status.endswith("_IN_PROGRESS") and "User Initiated" in event.reason)


def _operation(events: list[EventRecord]) -> Operation:
    first = events[0]
    whole = first.of_root and first.status.endswith("_IN_PROGRESS")
    kinds: dict[str, Kind] = {"CREATE": "create", "UPDATE": "update", "DELETE": "delete", "IMPORT": "import"}
    kind: Kind = "unknown"
    if whole:
        kind = "rollback" if "ROLLBACK" in first.status else kinds.get(first.status.partition("_")[0], "unknown")
    token = next((event.token for event in events if event.token), "")
    return Operation(kind, token, tuple(events), whole)


def last_operation(cf: CloudFormation, stack: str, *, token: str = "", nested: bool = True) -> Operation | None:
    """The newest operation on a stack, or the one with `token`; None when it has none.

    Reads no more of the history than that, and of nested stacks only what happened meanwhile.
    """
    seen: list[EventRecord] = []
    found: list[Operation] = []
    for number, page in enumerate(cf.events(stack), 1):
        seen = [*reversed(page), *seen]
        found = operations(seen)
        wanted = [one for one in found if not token or one.token == token]
        if (wanted and wanted[-1].whole) or number >= PAGES:
            break
    wanted = [one for one in found if not token or one.token == token]
    if not wanted:
        return None
    if not nested:
        return wanted[-1]
    return evolve(wanted[-1], events=with_nested(cf, wanted[-1].events))


def with_nested(cf: CloudFormation, events: Iterable[EventRecord], path: str = "") -> tuple[EventRecord, ...]:
    """The events with those of the nested stacks they speak of, in the order of time."""
    given = tuple(events)
    inner = [event for one in _nested(given)[:STACKS] for event in _inside(cf, *one)]
    return tuple(sorted((*given, *inner), key=lambda event: event.time)) if inner else given


def _nested(events: Iterable[EventRecord]) -> list[tuple[str, str, float, float]]:
    """Each nested stack that is spoken of: its ARN, its path, and from when to when it was at work."""
    first: dict[str, float] = {}
    found: dict[str, tuple[str, float, float]] = {}
    for event in events:
        if not event.of_nested:
            continue
        first.setdefault(event.name, event.time)
        if event.physical_id.startswith("arn:"):
            end = float("inf") if event.status.endswith("_IN_PROGRESS") else event.time
            start = found[event.physical_id][1] if event.physical_id in found else first[event.name]
            found[event.physical_id] = (event.name, start, end)
    return [(arn, name, start, end) for arn, (name, start, end) in found.items()]


def _inside(cf: CloudFormation, arn: str, name: str, start: float, end: float) -> Iterator[EventRecord]:
    events: list[EventRecord] = []
    for number, page in enumerate(cf.events(arn), 1):
        events += [evolve(event, path=name) for event in page if start - SLACK <= event.time <= end + SLACK]
        if number >= PAGES or any(event.time < start - SLACK for event in page):
            break
    yield from with_nested(cf, reversed(events), name)
