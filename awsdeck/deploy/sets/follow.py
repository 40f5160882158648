"""Watch an operation on a stack set to its end: its status is the truth, what single instances do is decoration."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from ...errors import DeckError, StoppedWatching
from ..account.clock import Interrupted
from ..errors import Kind, Refused
from ..observer import Notice, Progress, StackEvent
from ..records import EventRecord
from ..request import masked
from .records import InstanceResult, OperationRecord

if TYPE_CHECKING:
    from ..observer import Observer
    from .calls import StackSets

FIRST, MOST, THROTTLED_MOST = 2.0, 15.0, 30.0  # seconds between two looks
MISSING = 60.0  # seconds for which an operation that was just started may be unknown
TYPE = "AWS::CloudFormation::StackSet"


@frozen
class OperationEnd:
    """How an operation ended, and how in every account and region."""

    operation: OperationRecord
    results: tuple[InstanceResult, ...]

    @property
    def failed(self) -> tuple[InstanceResult, ...]:
        """Where it went wrong."""
        return tuple(one for one in self.results if one.status == "FAILED")


@define
class OperationWatch:
    """The watch over one operation; what its instances do is told as events of resources named `account/region`."""

    sets: StackSets
    name: str
    operation: str
    observer: Observer
    expected: int = 0
    timeout: float | None = None
    outage_budget: float = 900.0
    secrets: tuple[str, ...] = ()
    pace: float = FIRST
    lost: bool = False
    warned: bool = False
    told: dict[str, str] = field(factory=dict)

    def run(self) -> OperationEnd:
        """Watch until the end; raises `StoppedWatching` when that is out of sight, also for Ctrl-C."""
        try:
            return self._watch()
        except (KeyboardInterrupt, Interrupted):
            raise self.goes_on("no longer watching") from None

    def _watch(self) -> OperationEnd:
        sets = self.sets.patient(self.outage_budget, self.slower, math.inf)
        cf = sets.cf
        started = cf.now()
        least = FIRST / 10 if cf.emulated else FIRST
        while True:
            record = self._look(sets, started)
            results = self._results(record, cf.now() - started)
            if record is not None and not record.running:
                return OperationEnd(record, tuple(self._results(record, cf.now() - started, last=True) or results))
            waited = cf.now() - started
            if self.timeout is not None and waited > self.timeout:
                raise self.goes_on(f"stopped watching after {waited:.0f} seconds")
            self.pace = min(max(self.pace, least) * 1.2, MOST)
            cf.pause(self.pace * random.uniform(0.8, 1.2))  # noqa: S311 - jitter

    def _look(self, sets: StackSets, started: float) -> OperationRecord | None:
        try:
            record = sets.operation(self.name, self.operation)
        except Refused as refused:
            if refused.kind == "missing" and sets.cf.now() - started < MISSING:
                return None
            if refused.kind == "outage":
                raise self.goes_on(refused.message) from None
            raise
        self.lost = False
        return record

    def _results(self, record: OperationRecord | None, waited: float, *, last: bool = False) -> list[InstanceResult]:
        try:
            results = self.sets.hasty(20.0 if last else 5.0).results(self.name, self.operation)
        except DeckError as error:
            if not self.warned:
                self.warned = True
                self._warn(f"what the instances do cannot be read, the verdict does not need it: {error.message}")
            return []
        for one in results:
            if self.told.get(one.where) != one.status:
                self.pace = FIRST
                self.told[one.where] = one.status
                self.observer.event(StackEvent(self.name, self._event(one)))
        done = sum(one.over for one in results)
        total = max(self.expected, len(results))
        status = record.status if record is not None else "QUEUED"
        self.observer.progress(Progress(self.name, done, total, status, waited))
        return results

    def _event(self, one: InstanceResult) -> EventRecord:
        reason = masked(one.reason, self.secrets)
        return EventRecord(
            f"{self.operation}/{one.where}/{one.status}", self.sets.cf.now(), one.where, "", TYPE, one.status, reason
        )

    def slower(self, kind: Kind, waited: float) -> None:
        """Called for every failed attempt."""
        if kind == "throttled":
            self.pace = min(self.pace * 1.5, THROTTLED_MOST)
        elif not self.lost:
            self.lost = True
            self._warn("the connection is lost; the operation goes on in AWS, and so does the watch when it is back")

    def goes_on(self, why: str) -> StoppedWatching:
        """The error for an operation that is out of sight and not over."""
        return StoppedWatching(
            f"{self.name}: {why}; the operation {self.operation} goes on in AWS",
            fix=f"watch it again with `awsdeck stackset follow {self.name}`, or end it early with "
            f"`awsdeck stackset cancel {self.name}`",
        )

    def _warn(self, message: str) -> None:
        self.observer.notice(Notice(self.name, message, "warning"))
