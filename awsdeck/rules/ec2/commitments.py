"""What is told of how an instance is used and paid for, held against what the purchase options are for."""

from __future__ import annotations

from ..limits import COMMITMENT_DISCOUNT_MOST, COMMITMENT_PAYMENTS, COMMITMENT_YEARS
from ..vocabulary import ABSENT, Is, Limit, OneOf, Rule, Violation, is_unknown, number
from .instancetypes import architecture_of, family_of
from .usecases import BY_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

BOX = "awsdeck::EC2Instance"
HOST = "awsdeck::EC2Host"
OFFERINGS = ("standard", "convertible", "scheduled")
SOLD = Limit(True, False, "2023-06")
"""Whether Scheduled Reserved Instances can be bought."""


def _known(value: Any) -> bool:
    return value is not ABSENT and value is not None and not is_unknown(value)


def _interrupted(view: View) -> Iterator[Violation]:
    if view.get("purchase") != "spot":
        return
    if view.get("interruptible") is False:
        yield Violation(("interruptible",), problem="work that must not be interrupted runs on Spot capacity")
    elif view.get("stateful") is True:
        yield Violation(("stateful",), problem="what keeps state on its disks runs on Spot capacity")


def _offering(view: View) -> Iterator[Violation]:
    offering = view.get("offering")
    if not _known(offering):
        return
    if offering not in (*OFFERINGS, "host"):
        yield Violation(
            ("offering",),
            message="there are no {value} Reserved Instances",
            value=offering,
            allowed=", ".join(OFFERINGS),
        )
        return
    limit, discount = COMMITMENT_DISCOUNT_MOST.get(str(offering)), number(view.get("discount"))
    if limit is None or discount is None:
        return
    percent, most = discount * 100, limit.of(view.mode)
    if not 0 <= percent <= most:
        what = "a Dedicated Host" if offering == "host" else f"a {offering} Reserved Instance"
        hint = ""
        if view.mode == "documented" and 0 <= percent <= limit.current:
            hint = f" (AWS offers up to {limit.current} % since {limit.as_of}: use limits='current')"
        yield Violation(
            ("discount",),
            message=f"{{what}} saves up to {{most}} % of the price on demand, not {{percent}} %{hint}",
            severity="error" if view.mode == "documented" else "warning",
            allowed=f"0 to {most / 100:g}",
            what=what,
            most=most,
            percent=round(percent, 1),
        )


def _exchange(view: View) -> Iterator[Violation]:
    target = view.get("exchange_to")
    if not _known(target):
        return
    if view.get("offering") != "convertible":
        yield Violation(
            ("exchange_to",),
            message="a {value} Reserved Instance cannot be exchanged",
            value=view.get("offering"),
            fix='plan a convertible one: Reserved("convertible", …)',
        )
        return
    worth, other = number(view.get("value")), number(view.get("exchange_value"))
    if worth is not None and other is not None and other < worth:
        yield Violation(("exchange_value",), worth=worth, other=other, target=target, allowed=f"at least {worth:g}")


def _scheduled(view: View) -> Iterator[Violation]:
    if view.get("offering") != "scheduled":
        return
    if not SOLD.of(view.mode):
        yield Violation(
            ("offering",),
            message="Scheduled Reserved Instances are not sold any more (since {since})",
            fix="keep capacity on demand, and commit to a Savings Plan",
            since=SOLD.as_of,
        )
    elif not _known(view.get("recurrence")):
        yield Violation(("recurrence",), allowed="daily, weekly, monthly")


def _workload(view: View) -> Iterator[Violation]:
    workload, kind = view.get("workload"), view.get("instance_type")
    family = family_of(kind)
    if not _known(workload):
        return
    case = BY_KEY.get(str(workload))
    if case is None:
        yield Violation(
            ("workload",), message="no use case is called {value}", value=workload, allowed=", ".join(BY_KEY)
        )
    elif family is not None and family not in (*case.families, *case.today):
        yield Violation(
            ("instance_type",), kind=kind, words=case.words, noted=", ".join(case.families), today=", ".join(case.today)
        )


def _architecture(view: View) -> Iterator[Violation]:
    image, machine = view.get("architecture"), architecture_of(view.get("instance_type"))
    if isinstance(image, str) and machine is not None and image != machine:
        yield Violation(
            ("instance_type",),
            kind=view.get("instance_type"),
            machine=machine,
            image=image,
            fix=f'take an image for {machine} (architecture="{machine}"), or an instance type for {image}, '
            f"such as {'m7g.large' if image == 'arm64' else 'm7i.large'}",
        )


MISMATCH = "{kind} has {machine} processors, and the image is made for {image}"
ARCHITECTURES = (
    "EC2 User Guide, Amazon Machine Images, architecture; EC2 API Reference, DescribeInstanceTypes (2026-11)"
)

RULES: tuple[Rule, ...] = (
    Rule(
        "EC2006", BOX, "warning",
        "Spot capacity is taken back with two minutes' notice",
        scope="construct",
        check=_interrupted,
        fix="buy it with OnDemand() or Reserved(…)",
        source="EC2 User Guide, Spot Instance interruptions; course notes, EC2",
        verified="docs",
        good={"purchase": "on-demand", "interruptible": False},
        bad=({"purchase": "spot", "interruptible": False}, {"purchase": "spot", "stateful": True}),
    ),
    Rule(
        "EC2007", (BOX, HOST), "error",
        "a commitment is made for 1 or 3 years",
        scope="construct",
        then={"years": OneOf(COMMITMENT_YEARS)},
        source="EC2 User Guide, Reserved Instances, term commitment; course notes, EC2",
        verified="docs",
        good={"offering": "standard", "years": 3},
        bad={"offering": "standard", "years": 2},
    ),
    Rule(
        "EC2043", BOX, "error",
        "a commitment cannot be paid {value}",
        scope="construct",
        then={"payment": OneOf(*COMMITMENT_PAYMENTS)},
        source="EC2 User Guide, Reserved Instances, payment options; course notes, EC2",
        verified="docs",
        good={"offering": "standard", "payment": "all-upfront"},
        bad={"offering": "standard", "payment": "later"},
    ),
    Rule(
        "EC2008", (BOX, HOST), "error",
        "what a commitment saves has a bound",
        scope="construct",
        check=_offering,
        source="course notes, EC2; AWS whitepaper, Amazon EC2 Reserved Instances and other reservation models (72 %; the "
        "66 % for convertible ones were not found on a page of AWS's)",
        verified="partly",
        limit=COMMITMENT_DISCOUNT_MOST["standard"],
        good=({"offering": "standard", "discount": 0.6}, {"offering": "convertible", "discount": 0.54}),
        bad=({"offering": "standard", "discount": 0.8}, {"offering": "host", "discount": 0.71}, {"offering": "light"}),
    ),
    Rule(
        "EC2009", BOX, "error",
        "what is worth {worth} USD is not exchanged for {target} at {other} USD, only for equal or higher value",
        scope="construct",
        check=_exchange,
        fix="exchange it for something of at least the same value",
        source="EC2 API Reference, ReservedInstancesOffering; course notes, EC2",
        good={"offering": "convertible", "exchange_to": "r5.large", "value": 100, "exchange_value": 120},
        bad=(
            {"offering": "standard", "exchange_to": "r5.large"},
            {"offering": "convertible", "exchange_to": "r5.large", "value": 100, "exchange_value": 80},
        ),
    ),
    Rule(
        "EC2010", BOX, "error",
        "a Scheduled Reserved Instance is for a time that comes again: a part of a day, a week or a month",
        scope="construct",
        check=_scheduled,
        fix='say how often: Reserved("scheduled", recurrence="weekly", hours=4)',
        source="EC2 User Guide, Scheduled Reserved Instances; course notes, EC2",
        verified="docs",
        limit=SOLD,
        good={"offering": "scheduled", "recurrence": "weekly", "hours": 4},
        bad={"offering": "scheduled"},
    ),
    Rule(
        "EC2018", BOX, "info",
        "for {words} the course notes have {noted} (today {today}), not {kind}",
        scope="construct",
        check=_workload,
        source="course notes, EC2 Instance Types",
        verified="notes",
        good=(
            {"workload": "sap-hana", "instance_type": "x1.16xlarge"},
            {"workload": "web-server", "instance_type": "t4g.small"},
        ),
        bad=({"workload": "sap-hana", "instance_type": "t2.large"}, {"workload": "chess", "instance_type": "t2.large"}),
    ),
    Rule(
        "EC2026", BOX, "error",
        MISMATCH,
        scope="construct",
        check=_architecture,
        source=ARCHITECTURES,
        good=(
            {"architecture": "arm64", "instance_type": "t4g.small"},
            {"architecture": "arm64", "instance_type": {"Ref": "Type"}},
        ),
        bad=({"architecture": "arm64", "instance_type": "m5.large"}, {"architecture": "x86_64", "instance_type": "m7g.large"}),
    ),
    Rule(
        "EC2033", BOX, "info",
        "nobody says how the image calls its root disk; {root_device_assumed} is taken",
        scope="construct",
        when={"root_device_assumed": Is("/dev/xvda")},
        check=lambda view: iter([Violation(("root",), root_device_assumed=view.get("root_device_assumed"))]),
        fix='say it: image=Image("ami-…", root_device="/dev/sda1"); under a wrong name it would be a second disk',
        source="EC2 User Guide, device names for volumes on Amazon EC2 instances",
        verified="docs",
        good={"purchase": "on-demand"},
        bad={"root_device_assumed": "/dev/xvda"},
    ),
)  # fmt: skip
