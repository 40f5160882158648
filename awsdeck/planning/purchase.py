"""What reserved and spot instances cost."""

from __future__ import annotations

from decimal import Decimal
from math import ceil, floor

import attrs

from ..errors import ConstructError
from ..rules.vocabulary import Limit
from ..source import caller
from .inputs import exact, within
from .result import Result, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ..rules.vocabulary import Mode

HOURS = 730
"""Hours of a month, on average."""
SPOT_LEAST = 60
"""Seconds that a spot instance is billed at least, where it is billed by the second."""
DISCOUNTS = {
    "standard": Limit(75, 72, "2026"),
    "convertible": Limit(54, 66, "2026"),
    "dedicated-host": Limit(70, 70, "2026"),
}
"""The greatest discount on the on-demand price, in percent. The notes print 4 for convertible, which stands for 54."""


@attrs.frozen(kw_only=True)
class ReservedPrice(Result):
    """A month of one instance."""

    on_demand: Decimal = value("USD a month")
    reserved: Decimal = value("USD a month")
    saved: Decimal = value("USD a month")


def reserved(
    *,
    on_demand_hour: float,
    discount: float,
    offering: Literal["standard", "convertible", "dedicated-host"] = "standard",
    limits: Mode = "documented",
) -> ReservedPrice:
    """What an instance costs in a month when it is reserved.

    - `on_demand_hour`: USD an hour without reservation
    - `discount`: percent that the reservation saves
    - `offering`: what is reserved; it bounds the discount

    Raises `ConstructError` for more discount than AWS gives. Source: course notes, EC2 purchase options.
    """
    most: int = DISCOUNTS[offering].of(limits)
    within(on_demand_hour=(on_demand_hour, 0, None), discount=(discount, 0, 100))
    if discount > most:
        raise ConstructError(
            f"a {offering} reservation saves at most {most} percent, not {discount:g}", place=caller(),
            fix=f"0 to {most}",
        )  # fmt: skip
    full = Decimal(str(on_demand_hour)) * HOURS
    price = full * (100 - Decimal(str(discount))) / 100
    return ReservedPrice(on_demand=full, reserved=price, saved=full - price)


@attrs.frozen(kw_only=True)
class SpotHours(Result):
    """What of a spot instance's time is billed."""

    billed_seconds: int = value("s")
    billed_hours: Decimal = value("h")


def spot_hours(*, hours: float, ended_by: Literal["aws", "user"] = "aws", limits: Mode = "documented") -> SpotHours:
    """How much of a spot instance's running time is billed.

    - `hours`: hours it ran
    - `ended_by`: "aws" took it back, or the "user" ended it

    In the course notes a begun hour is free when AWS takes the instance back, and billed in full when the user ends it;
    today most Linux instances are billed by the second, from a minute on. Source: course notes, spot instances.
    """
    within(hours=(hours, 0, None))
    if limits == "documented":
        whole = floor(exact(hours)) if ended_by == "aws" else ceil(exact(hours))
        return SpotHours(billed_seconds=whole * 3_600, billed_hours=Decimal(whole))
    seconds = max(SPOT_LEAST, ceil(exact(hours) * 3_600)) if hours else 0
    return SpotHours(billed_seconds=seconds, billed_hours=Decimal(seconds) / 3_600)
