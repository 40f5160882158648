"""What a Lambda function costs."""

from __future__ import annotations

from decimal import Decimal
from math import ceil

import attrs

from ..rules.limits import FUNCTION_MEMORY_DEFAULT, FUNCTION_MEMORY_MOST, FUNCTION_TIMEOUT_MOST
from ..rules.vocabulary import Limit
from .inputs import exact, within
from .result import Result, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ..rules.vocabulary import Mode

REQUESTS_FREE = 1_000_000
MILLION_REQUESTS = Decimal("0.20")  # USD
GB_SECOND = Decimal("0.00001667")  # USD
GB_SECONDS_FREE = 400_000
BILLING_STEP = Limit(100, 1, "2020-12")  # milliseconds


@attrs.frozen(kw_only=True)
class LambdaPrice(Result):
    """The price of a month, in US dollars."""

    billed_ms: int = value("ms each")
    gb_seconds: Decimal = value("GB-s")
    requests: Decimal = value("USD")
    duration: Decimal = value("USD")
    total: Decimal = value("USD")


def lambda_price(
    *,
    requests: int,
    duration_ms: float,
    memory_mb: int = FUNCTION_MEMORY_DEFAULT,
    free_tier: Literal["requests", "full", "none"] = "requests",
    limits: Mode = "documented",
) -> LambdaPrice:
    """What the calls of a month cost.

    - `requests`: calls in the month
    - `duration_ms`: milliseconds of one call, up to 900,000
    - `memory_mb`: MB of memory, 128 to 10,240
    - `free_tier`: "requests" leaves out the first million calls, "full" 400,000 GB-seconds too, "none" nothing

    Durations are rounded up to 100 ms in the course notes, to 1 ms today. Source: course notes, Lambda pricing.
    """
    within(
        requests=(requests, 0, None),
        duration_ms=(duration_ms, 0, FUNCTION_TIMEOUT_MOST * 1000),
        memory_mb=(memory_mb, FUNCTION_MEMORY_DEFAULT, FUNCTION_MEMORY_MOST),
    )
    step: int = BILLING_STEP.of(limits)
    billed = max(1, ceil(exact(duration_ms) / step)) * step
    used = Decimal(requests) * billed * memory_mb / 1000 / 1024
    free = {"none": 0, "requests": 0, "full": GB_SECONDS_FREE}[free_tier]
    free_requests = 0 if free_tier == "none" else REQUESTS_FREE
    for_requests = max(0, requests - free_requests) * MILLION_REQUESTS / 1_000_000
    for_duration = max(Decimal(0), used - free) * GB_SECOND
    return LambdaPrice(
        billed_ms=billed,
        gb_seconds=used,
        requests=for_requests,
        duration=for_duration,
        total=for_requests + for_duration,
        notes=("list prices of the course notes; regions and architectures differ",),
    )
