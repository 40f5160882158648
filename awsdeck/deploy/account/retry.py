"""Insisting: a call is said again while that can help, on the run's clock, and in turn with all others."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import botocore.exceptions
from attrs import frozen

from ..errors import Kind
from .clock import Clock, Interrupted
from .kinds import classify, refusal, stale

if TYPE_CHECKING:
    from .pace import Pace

PLAN_PATIENCE = 60.0  # seconds: nothing runs yet, so soon say what is wrong
FOLLOW_PATIENCE = 900.0  # seconds: the stack goes on without us, so wait for the network to come back
THROTTLE_PATIENCE = 600.0  # seconds: it passes, and nothing is wrong


class Door(Protocol):
    """Where credentials come from, and come from again."""

    @property
    def generation(self) -> int: ...  # goes up whenever they have been got anew

    def renew(self, seen: int) -> bool: ...  # get them anew unless that has happened since; False where it is no use


@frozen
class Retry:
    """How long to insist, and on whose clock; `who` names whose credentials these are."""

    clock: Clock
    stop: threading.Event
    patience: float
    lost: Callable[[Kind, float], None] | None = None  # told of every failed attempt
    throttled: float = THROTTLE_PATIENCE  # how long to put up with throttling, unless `patience` is more
    pace: Pace | None = None
    door: Door | None = None
    who: str = ""

    def call(self, operation: str, ask: Callable[[], Any]) -> Any:
        """The answer of `ask`; tries again while AWS is throttling or out of reach, and raises everything else.

        Credentials that have run out are got anew once.
        """
        failing: float | None = None
        attempt, renewed = 0, False
        while True:
            self._turn(operation)
            generation = self.door.generation if self.door is not None else 0
            try:
                return ask()
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, ConnectionError) as error:
                problem: Exception = error
            except Exception as error:
                if type(error).__name__ != "ResponseParserError" and classify(error) != "credentials":
                    raise
                problem = error
            kind, now = classify(problem), self.clock.now()
            if kind == "credentials" and not renewed and stale(problem) and self.door is not None:
                renewed = True
                if self.door.renew(generation):
                    continue
            failing = now if failing is None else failing
            waited = now - failing
            limit = max(self.patience, self.throttled) if kind == "throttled" else self.patience
            if kind == "throttled" and self.pace is not None:
                self.pace.slow(operation, now)
            if kind not in ("throttled", "outage") or waited >= limit:
                raise refusal(problem, kind, operation, now=now, who=self.who) from None
            if self.lost is not None:
                self.lost(kind, waited)
            attempt += 1
            delay = min(20.0, 0.5 * 2 ** min(attempt, 6)) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
            self.pause(min(delay, max(0.1, limit - waited)))

    def _turn(self, operation: str) -> None:
        wait = self.pace.take(operation, self.clock.now()) if self.pace is not None else 0.0
        if wait > 0:
            self.pause(wait)

    def pause(self, seconds: float) -> None:
        """Wait; raises `Interrupted` when the user wants to stop."""
        self.clock.sleep(seconds, self.stop)
        if self.stop.is_set():
            raise Interrupted
