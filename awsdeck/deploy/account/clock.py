"""Time that can be stopped: every wait of a deploy goes through a clock, so that tests need not wait."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Interrupted(Exception):
    """The user wants to stop; raised at the next wait of every stack that is being worked on."""


class Clock(Protocol):
    """What a deploy knows of time."""

    def now(self) -> float: ...  # seconds since 1970

    def sleep(self, seconds: float, stop: threading.Event) -> None: ...  # no longer than until `stop` is set


class SystemClock:
    """The real time."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        stop.wait(seconds)


class VirtualClock:
    """A clock that jumps: sleeping takes no time and moves it on."""

    def __init__(self, start: float = 1_750_000_000.0) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> float:
        with self._lock:
            return self._now

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        with self._lock:
            self._now += seconds
