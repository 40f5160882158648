"""How long to wait before asking again."""

from __future__ import annotations

import attrs

from ..errors import ConstructError
from ..source import caller
from .inputs import within
from .result import Result, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from random import Random

FIRST_MS = 50
GIVE_UP_MS = 60_000
RETRIES_MOST = 100_000
"""Waits of one plan; more are a cap far too small."""


@attrs.frozen(kw_only=True)
class Backoff(Result):
    """The waits before each retry, until they would take longer than a minute together."""

    delays_ms: tuple[int, ...] = value("ms")
    retries: int = value("retries")
    together_ms: int = value("ms")


def backoff(
    *, base_ms: int = FIRST_MS, give_up_ms: int = GIVE_UP_MS, cap_ms: int | None = None, jitter: Random | None = None
) -> Backoff:
    """The waits of exponential backoff: 50 ms, then twice as long each time, for one minute.

    - `base_ms`: milliseconds before the first retry, 1 or more
    - `give_up_ms`: milliseconds that all waits may take together
    - `cap_ms`: milliseconds that one wait takes at most

    `jitter`, a random generator, makes each wait anything from nothing to its full length; the bounds count with full
    lengths. Source: course notes, DynamoDB exponential backoff; AWS General Reference, error retries.
    """
    within(base_ms=(base_ms, 1, None), give_up_ms=(give_up_ms, 0, 24 * 3_600_000), cap_ms=(cap_ms, 1, None))
    delays: list[int] = []
    together, delay = 0, base_ms if cap_ms is None else min(base_ms, cap_ms)
    while together + delay <= give_up_ms:
        if len(delays) == RETRIES_MOST:
            raise ConstructError(
                f"waits of {delay:,} ms for {give_up_ms:,} ms are more than {RETRIES_MOST:,} retries", place=caller(),
                fix="raise cap_ms=, or lower give_up_ms=",
            )  # fmt: skip
        together += delay
        delays.append(delay)
        delay = delay * 2 if cap_ms is None else min(delay * 2, cap_ms)
    waits = tuple(delays if jitter is None else [jitter.randint(0, delay) for delay in delays])
    return Backoff(
        delays_ms=waits,
        retries=len(waits),
        together_ms=sum(waits),
        notes=(
            ("if the last retry fails too, the requests may be larger than the table's capacity carries",)
            if delays
            else (f"the first wait of {delay:,} ms is longer than all may take together",)
        ),
    )
