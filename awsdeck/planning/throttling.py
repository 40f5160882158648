"""How API Gateway lets requests through: a bucket of tokens."""

from __future__ import annotations

from fractions import Fraction

import attrs

from ..rules.limits import API_BURST_MOST, API_RATE_MOST
from .inputs import exact, within
from .result import Result, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

SECOND = 1_000  # milliseconds


@attrs.frozen(kw_only=True)
class Throttling(Result):
    """How many requests of one second were answered, and how many got `429 Too Many Requests`."""

    served: int = value("requests")
    throttled: int = value("requests")


def token_bucket(requests: Iterable[int], *, rate: float = API_RATE_MOST, burst: int = API_BURST_MOST) -> Throttling:
    """Requests in each millisecond against a bucket of `burst` tokens that `rate` a second refill.

    The bucket is full at the start. Raises `ConstructError` for negative numbers.
    Source: course notes, API Gateway throttling; API Gateway Developer Guide, throttle requests.
    """
    within(rate=(rate, 0, None), burst=(burst, 0, None))
    tokens, capacity, refill = Fraction(burst), Fraction(burst), exact(rate) / SECOND
    served = throttled = 0
    for moment, asked in enumerate(requests):
        within(requests=(asked, 0, None))
        if moment:
            tokens = min(capacity, tokens + refill)
        answered = min(int(tokens), asked)
        tokens -= answered
        served += answered
        throttled += asked - answered
    return Throttling(served=served, throttled=throttled)


def throttle(
    *,
    requests: int,
    spread: Literal["even", "first-millisecond", "half-first"] = "even",
    rate: float = API_RATE_MOST,
    burst: int = API_BURST_MOST,
) -> Throttling:
    """How many of the requests of one second API Gateway answers.

    - `requests`: requests in the second
    - `spread`: "even" over the second, all in the "first-millisecond", or half there and half over the rest
    - `rate`: requests a second that refill the bucket; 2,500 in newer regions
    - `burst`: requests the bucket holds; 1,250 in newer regions

    Source: course notes, API Gateway throttling.
    """
    within(requests=(requests, 0, None))
    if spread == "first-millisecond":
        return token_bucket([requests, *[0] * (SECOND - 1)], rate=rate, burst=burst)
    if spread == "half-first":
        first = requests // 2
        return token_bucket([first, *_even(requests - first, SECOND - 1)], rate=rate, burst=burst)
    return token_bucket(_even(requests, SECOND), rate=rate, burst=burst)


def _even(amount: int, parts: int) -> list[int]:
    return [amount * (part + 1) // parts - amount * part // parts for part in range(parts)]
