"""Many stacks of one region looked at with one question instead of one each.

CloudFormation takes few DescribeStacks calls a second. Asked without a name it shows all stacks, a page for some dozens
of them, so from a certain number on one answer serves everybody who watches.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from attrs import define, field

from ..errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..records import StackRecord
    from .cloudformation import CloudFormation

MANY = 10  # stacks watched at once, up to which each is asked for by itself


@define
class Board:
    """What the last look at all stacks of a region has shown; `watched` are the stacks that somebody waits for.

    Nobody gets an answer twice, nor one to a question that was put before he began to watch.
    """

    watched: dict[str, int] = field(factory=dict)  # to the number of the last look it was shown
    number: int = 0
    pages: int = 0
    asking: bool = False
    seen: Mapping[str, StackRecord] = field(factory=dict)
    _lock: threading.Lock = field(factory=threading.Lock)
    _looking: threading.Lock = field(factory=threading.Lock)

    def watch(self, stack: str) -> None:
        """Somebody begins to watch a stack, by ARN."""
        with self._lock:
            self.watched[stack] = self.number + self.asking  # a look that is under way may have passed it already

    def leave(self, stack: str) -> None:
        """Nobody watches it any more."""
        with self._lock:
            self.watched.pop(stack, None)

    def look(self, cf: CloudFormation, stack: str) -> StackRecord | None:
        """The stack as it is now, from everybody's answer or its own; by ARN a deleted one is still found."""
        if self._worth(stack):
            record = self._shared(cf, stack)
            if record is not None:
                return record
        return cf.stack(stack)

    def _worth(self, stack: str) -> bool:
        with self._lock:
            return stack in self.watched and len(self.watched) > MANY and self.pages < len(self.watched)

    def _shared(self, cf: CloudFormation, stack: str) -> StackRecord | None:
        while not self._looking.acquire(timeout=0.2):
            cf.pause(0.0)  # somebody is looking; ends when the user wants to stop
        try:
            if self.watched.get(stack, 0) >= self.number and not self._look(cf):
                return None
            with self._lock:
                self.watched[stack] = self.number
                return self.seen.get(stack)
        finally:
            self._looking.release()

    def _look(self, cf: CloudFormation) -> bool:
        """Ask once; trouble is left to those who ask for themselves, and insist."""
        with self._lock:
            self.asking = True
        try:
            pages, records = cf.hasty(0.0).stacks()
        except Refused:
            return False
        else:
            with self._lock:
                self.number += 1
                self.pages, self.seen = pages, {record.id: record for record in records}
            return True
        finally:
            with self._lock:
                self.asking = False
