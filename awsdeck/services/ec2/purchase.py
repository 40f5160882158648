"""How an instance is paid for and where it may run: on demand, Spot, reserved, on hardware of one's own.

Source: EC2 User Guide, Amazon EC2 billing and purchasing options; course notes, EC2.
"""

from __future__ import annotations

from ...errors import ConstructError
from ...rules.limits import COMMITMENT_PAYMENTS
from ...source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any, Literal

    from ...tokens import Token
    from .host import HostAccess

    OfferingClass = Literal["standard", "convertible", "scheduled"]
    Years = Literal[1, 3]
    Payment = Literal["no-upfront", "partial-upfront", "all-upfront"]
    Interruption = Literal["terminate", "stop", "hibernate"]


class Purchase:
    """What all purchase options answer; the plain one is `OnDemand`."""

    __slots__ = ()
    name = "on-demand"

    def market(self) -> dict[str, Any] | None:
        """The `InstanceMarketOptions` of a launch template; None for none."""
        return None

    def placement(self) -> dict[str, Any]:
        """`Tenancy`, `HostId`, `HostResourceGroupArn` and `Affinity`, as far as they are wanted."""
        return {}

    def hints(self) -> dict[str, Any]:
        """What the rules want to know of a purchase that no template shows."""
        return {"purchase": self.name}


class OnDemand(Purchase):
    """By the hour or second at a fixed rate, without commitment.

    Good for short, spiky or unpredictable work that must not be interrupted. Source: course notes, EC2.
    """

    __slots__ = ()


class Spot(Purchase):
    """Spare capacity, much cheaper, that AWS takes back with two minutes' notice when it needs it.

    - `max_price`: the most to pay, in USD an hour (0.05, or "0.05"), at least 0.001; left out, it is the current Spot
      price, which AWS advises: with a maximum an instance is interrupted more often.
    - `on_interruption`: "terminate" (default), "stop" or "hibernate"; the latter two come back when there is capacity,
      and need a persistent request.
    - `persistent`: ask again after an interruption; by itself when `on_interruption` is "stop" or "hibernate". A
      persistent request outlives the stack: cancel it (`aws ec2 cancel-spot-instance-requests`) before the stack is
      deleted or the instance replaced, or AWS starts another instance that belongs to no stack.
    - `valid_until`: when a persistent request ends: a `datetime` (UTC unless it says otherwise), or text such as
      "2027-01-01T00:00:00Z". With a launch template AWS takes 7 days from now when it is left out.

    Source: EC2 User Guide, Spot Instances; EC2 API Reference, SpotMarketOptions; course notes, EC2.
    """

    __slots__ = ("max_price", "on_interruption", "persistent", "valid_until")
    name = "spot"

    def __init__(
        self,
        max_price: float | str | None = None,
        on_interruption: Interruption | None = None,
        *,
        persistent: bool | None = None,
        valid_until: datetime | str | None = None,
    ) -> None:
        self.max_price = max_price
        self.on_interruption = on_interruption
        self.persistent = on_interruption in ("stop", "hibernate") if persistent is None else persistent
        self.valid_until = valid_until

    def market(self) -> dict[str, Any]:
        """The `InstanceMarketOptions` of a launch template."""
        return {
            "MarketType": "spot",
            "SpotOptions": {
                "MaxPrice": _price(self.max_price),
                "SpotInstanceType": "persistent" if self.persistent else "one-time",
                "InstanceInterruptionBehavior": self.on_interruption,
                "ValidUntil": _moment(self.valid_until),
            },
        }


class Reserved(Purchase):
    """Capacity kept for this instance, and a commitment that makes it cheaper, which awsdeck plans and never buys.

    Makes an `AWS::EC2::CapacityReservation` for the instance's type and zone, which the instance alone uses; it costs
    as much as the running instance until a commitment covers it. No template can buy that one: it goes into the plan
    that `awsdeck purchases` prints, with the search for the offerings it stands for.

    - `offering`: "standard" (up to 75 % off in the course notes, 72 % today), "convertible" (54 %, 66 % today; can be
      exchanged for one of equal or higher value), or "scheduled" (with `recurrence`; AWS sells no new ones).
    - `years`: 1 or 3. `payment`: "no-upfront", "partial-upfront" or "all-upfront".
    - `capacity`: False plans the commitment alone.
    - `until`: when the reservation of capacity ends, as a `datetime` or text; it stays otherwise.
    - `recurrence`: "daily", "weekly" or "monthly", how often a scheduled one is used, for `hours` at a time.
    - `discount`: the part of the on-demand price expected to be saved, 0.4 for 40 %; it is checked against the most
      that AWS offers. `exchange_to`: the instance type a convertible one is to be exchanged for, with `value` and
      `exchange_value`, what both are worth in USD.

    Source: EC2 User Guide, Reserved Instances, On-Demand Capacity Reservations; course notes, EC2.
    """

    __slots__ = (
        "offering", "years", "payment", "capacity", "until", "recurrence", "hours", "discount", "exchange_to", "value",
        "exchange_value",
    )  # fmt: skip
    name = "reserved"

    def __init__(
        self,
        offering: OfferingClass = "standard",
        *,
        years: Years = 1,
        payment: Payment = "no-upfront",
        capacity: bool = True,
        until: datetime | str | None = None,
        recurrence: Literal["daily", "weekly", "monthly"] | None = None,
        hours: int | None = None,
        discount: float | None = None,
        exchange_to: str | None = None,
        value: float | None = None,
        exchange_value: float | None = None,
    ) -> None:
        self.offering = offering
        self.years = years
        self.payment = payment
        self.capacity = capacity
        self.until = until
        self.recurrence = recurrence
        self.hours = hours
        self.discount = discount
        self.exchange_to = exchange_to
        self.value = value
        self.exchange_value = exchange_value

    def ends(self) -> str | None:
        """When the reservation of capacity ends."""
        return _moment(self.until)

    def hints(self) -> dict[str, Any]:
        """What the rules want to know of the commitment."""
        return {
            "purchase": self.name,
            "offering": self.offering,
            "years": self.years,
            "payment": self.payment,
            "recurrence": self.recurrence,
            "hours": self.hours,
            "discount": self.discount,
            "exchange_to": self.exchange_to,
            "value": self.value,
            "exchange_value": self.exchange_value,
        }


class DedicatedHost(Purchase):
    """On a physical server of one's own, for licences bound to it or rules that forbid shared ones.

    - `host`: an `EC2Host` or the id of one (`h-…`); left out, any host of the account with automatic placement takes it.
    - `resource_group`: the ARN of a host resource group instead of a host.
    - `affinity`: "host" lets a stopped instance start on the same host again; "default" on any.

    Source: EC2 User Guide, Dedicated Hosts; course notes, EC2.
    """

    __slots__ = ("host", "resource_group", "affinity")
    name = "dedicated-host"

    def __init__(
        self,
        host: HostAccess | str | None = None,
        *,
        resource_group: str | None = None,
        affinity: Literal["host", "default"] | None = None,
    ) -> None:
        if host is not None and resource_group is not None:
            raise ConstructError(
                "an instance runs on one host, or on those of a resource group", place=caller(),
                fix="leave host= or resource_group= out",
            )  # fmt: skip
        self.host = host
        self.resource_group = resource_group
        self.affinity = affinity

    def placement(self) -> dict[str, Any]:
        """Where the instance goes."""
        host: str | Token | None = self.host if self.host is None or isinstance(self.host, str) else self.host.id
        return {
            "Tenancy": "host",
            "HostId": host,
            "HostResourceGroupArn": self.resource_group,
            "Affinity": self.affinity,
        }


class DedicatedInstance(Purchase):
    """On hardware that no other account shares, wherever AWS puts it.

    Source: EC2 User Guide, Dedicated Instances.
    """

    __slots__ = ()
    name = "dedicated-instance"

    def placement(self) -> dict[str, Any]:
        """Where the instance goes."""
        return {"Tenancy": "dedicated"}


def checked_payment(payment: Payment) -> Payment:
    """The payment option as it was given. Raises `ConstructError` for one that there is not."""
    if payment not in COMMITMENT_PAYMENTS:
        raise ConstructError(f"payment={payment!r}", place=caller(), fix=f"one of: {', '.join(COMMITMENT_PAYMENTS)}")
    return payment


def _price(price: float | str | None) -> str | None:
    if price is None or isinstance(price, str):
        return price
    if isinstance(price, bool) or not isinstance(price, int | float):
        raise ConstructError(f"max_price={price!r}", place=caller(), fix="USD an hour, such as 0.05")
    return f"{price:.6f}".rstrip("0").rstrip(".")


def _moment(when: datetime | str | None) -> str | None:
    """A point in time as EC2 reads it, in UTC."""
    if when is None or isinstance(when, str):
        return when
    if not hasattr(when, "utcoffset"):
        raise ConstructError(
            f"{when!r} is no point in time", place=caller(), fix='a datetime, or "2027-01-01T00:00:00Z"'
        )
    offset = when.utcoffset()
    return (when if offset is None else when - offset).strftime("%Y-%m-%dT%H:%M:%SZ")
