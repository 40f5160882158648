"""Capacity kept for an instance, and the commitments that a plan lists and nobody buys by accident.

Source: EC2 User Guide, On-Demand Capacity Reservations, Reserved Instances; EC2 API Reference,
DescribeReservedInstancesOfferings.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...errors import ConstructError
from ...rules.limits import COMMITMENT_PAYMENTS
from ...source import caller
from ...tokens import describe
from .purchase import Reserved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...constructs import Construct
    from ...resource import Resource
    from .ec2 import EC2Instance

RESERVATION = "AWS::EC2::CapacityReservation"
PLATFORMS = {"linux": "Linux/UNIX", "windows": "Windows"}
YEAR = 31_536_000  # seconds


def reserve(owner: EC2Instance, purchase: Reserved, instance_type: str | None, zone: str | None) -> Resource:
    """The reservation of capacity for one instance, in its zone, for nobody else."""
    if zone is None:
        raise ConstructError(
            f"{owner.node.path}: capacity is kept in one zone, and which one is not known", place=caller(),
            fix="give it a vpc=, or say in which zone=",
        )  # fmt: skip
    if instance_type is None:
        raise ConstructError(
            f"{owner.node.path}: capacity is kept for one type", place=caller(), fix="say which: instance_type="
        )
    ends = purchase.ends()
    made: Resource = resource_class(RESERVATION)(
        owner,
        "Reservation",
        InstanceType=instance_type,
        InstancePlatform=platform_of(owner),
        AvailabilityZone=zone,
        InstanceCount=1,
        InstanceMatchCriteria="targeted",
        EbsOptimized=owner.ebs_optimized,
        EndDateType="unlimited" if ends is None else "limited",
        EndDate=ends,
    )
    return made


def platform_of(owner: EC2Instance) -> str:
    """The platform of an instance as reservations call it."""
    return PLATFORMS["linux" if owner.machine_image is None else owner.machine_image.platform]


def commitment(owner: EC2Instance) -> dict[str, Any]:
    """What the plan of purchases says of a reserved instance."""
    bought = owner.purchase
    assert isinstance(bought, Reserved)
    return {
        "kind": "instance",
        "instance_type": None if owner.instance_type is None else describe(owner.instance_type),
        "platform": platform_of(owner),
        "offering": bought.offering,
        "years": bought.years,
        "payment": COMMITMENT_PAYMENTS.get(bought.payment, bought.payment),
        "recurrence": bought.recurrence,
        "hours": bought.hours,
        "exchange_to": bought.exchange_to,
    }


class PlannedPurchase:
    """One commitment of the plan: what it is, for how many, for which constructs, and how to find its offerings."""

    __slots__ = ("entry", "region", "constructs")

    def __init__(self, entry: dict[str, Any], region: str | None) -> None:
        self.entry = {name: value for name, value in entry.items() if value is not None}
        self.region = region
        self.constructs: list[str] = []

    @property
    def count(self) -> int:
        """How many instances or hosts it is for."""
        return len(self.constructs)

    def search(self) -> str:
        """The call that lists the offerings it stands for; it buys nothing."""
        return " ".join(_quoted(word) for word in [*self._call(), *(["--region", self.region] if self.region else [])])

    def _call(self) -> list[str]:
        entry, seconds = self.entry, str(self.entry["years"] * YEAR)
        if entry["kind"] == "dedicated-host":
            filters = [
                f"Name=instance-family,Values={entry['family']}",
                f"Name=payment-option,Values={_upfront(entry)}",
            ]
            bounds = ["--min-duration", seconds, "--max-duration", seconds]
            return ["aws", "ec2", "describe-host-reservation-offerings", *bounds, "--filter", *filters]
        if entry["offering"] == "scheduled":
            return ["aws", "ec2", "describe-scheduled-instance-availability", *_slots(entry)]
        return [
            "aws", "ec2", "describe-reserved-instances-offerings",
            "--instance-type", str(entry["instance_type"]),
            "--product-description", entry["platform"],
            "--offering-class", entry["offering"],
            "--offering-type", entry["payment"],
            "--instance-tenancy", "default",
            "--min-duration", seconds,
            "--max-duration", seconds,
            "--no-include-marketplace",
            "--filters", "Name=scope,Values=Region",
        ]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            **self.entry,
            "region": self.region,
            "count": self.count,
            "constructs": self.constructs,
            "search": self.search(),
        }


def purchase_plan(app: Construct) -> list[PlannedPurchase]:
    """Every commitment that the constructs of an app plan; equal ones are counted together."""
    import json

    found: dict[str, PlannedPurchase] = {}
    for construct in app.node.walk():
        plan = getattr(construct, "planned_purchase", None)
        entry = None if plan is None else plan()
        if entry is None or construct.node.stack is None:
            continue
        region = construct.node.stack.region
        known = found.setdefault(json.dumps([entry, region], sort_keys=True), PlannedPurchase(entry, region))
        known.constructs.append(construct.node.path)
    return list(found.values())


def _upfront(entry: dict[str, Any]) -> str:
    return "".join(str(entry["payment"]).split())


def _slots(entry: dict[str, Any]) -> list[str]:
    frequency = str(entry.get("recurrence", "weekly")).capitalize()
    hours = str(entry.get("hours", 4))
    return [
        "--first-slot-start-time-range", "EarliestTime=START,LatestTime=END",
        "--recurrence", f"Frequency={frequency},Interval=1",
        "--min-slot-duration-in-hours", hours,
        "--max-slot-duration-in-hours", hours,
        "--filters", f"Name=instance-type,Values={entry['instance_type']}",
    ]  # fmt: skip


def _quoted(word: str) -> str:
    import shlex

    return shlex.quote(word)
