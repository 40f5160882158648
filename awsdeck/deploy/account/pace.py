"""How fast CloudFormation is asked: the calls of one account and region take turns, whichever stack they are for.

AWS does not say how many calls a second it takes. So this begins with what is known to work for many stacks at once,
halves it when AWS asks to slow down, and lets it grow again while it does not.
"""

from __future__ import annotations

import threading

from attrs import define, field

RATES = {"look": (5.0, 10.0), "read": (10.0, 20.0), "write": (4.0, 10.0)}  # calls a second, and at once after a rest
LEAST = 0.25  # calls a second
GROWTH = 1.25  # every QUIET seconds without throttling
QUIET = 10.0
_READS = ("Describe", "List", "Get", "Validate", "Estimate", "BatchDescribe")


@define
class Lane:
    """A token bucket; `take` may lend a token that is paid by waiting, so that nobody is passed over."""

    usual: float
    burst: float
    rate: float = 0.0
    tokens: float = 0.0
    last: float | None = None
    slowed: float | None = None

    def take(self, now: float) -> float:
        """Take a turn; returns how many seconds to wait for it."""
        if self.last is None:
            self.rate, self.tokens, self.last = self.usual, self.burst, now
        self._grow(now)
        self.tokens = min(self.burst, self.tokens + max(0.0, now - self.last) * self.rate)
        self.last = max(now, self.last)
        self.tokens -= 1
        return max(0.0, -self.tokens / self.rate)

    def slow(self, now: float) -> None:
        """AWS asks to slow down; what comes within a second of another such answer says nothing new."""
        if self.last is None or (self.slowed is not None and now - self.slowed < 1.0):
            return
        self.rate, self.slowed = max(LEAST, self.rate / 2), now
        self.tokens = min(self.tokens, 0.0)

    def _grow(self, now: float) -> None:
        if self.slowed is not None and now - self.slowed >= QUIET:
            periods = int((now - self.slowed) // QUIET)
            self.rate = min(self.usual, self.rate * GROWTH ** min(periods, 50))
            self.slowed = self.slowed + periods * QUIET if self.rate < self.usual else None


@define
class Pace:
    """The turns of one account and region: looks at stacks, other reads, and writes each in a lane of their own."""

    lanes: dict[str, Lane] = field(factory=lambda: {name: Lane(*numbers) for name, numbers in RATES.items()})
    _lock: threading.Lock = field(factory=threading.Lock)

    def take(self, operation: str, now: float) -> float:
        """Take a turn for an operation; returns how many seconds to wait for it."""
        with self._lock:
            return self.lanes[lane_of(operation)].take(now)

    def slow(self, operation: str, now: float) -> None:
        """AWS has throttled the operation."""
        with self._lock:
            self.lanes[lane_of(operation)].slow(now)


def lane_of(operation: str) -> str:
    """In which lane an operation waits."""
    if operation == "DescribeStacks":
        return "look"
    return "read" if operation.startswith(_READS) else "write"
