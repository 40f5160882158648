"""How to buy instances, which family, which volume, which load balancer."""

from __future__ import annotations

from ...rules.limits import GP2_IOPS_MOST
from ..advice import Advice, Choice, Guide
from ..inputs import within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ...rules.vocabulary import Mode

PURCHASE = Guide(
    "How should instances be bought?",
    "course notes, EC2 purchase options",
    {
        "dedicated": Choice(
            "Dedicated Host",
            "rules forbid sharing hardware with others, or licences are bound to a server",
            "a whole physical server is yours, and existing licences can move to it",
        ),
        "spot": Choice(
            "Spot",
            "the work may stop and start at any time, or pays only at a very low price",
            "spare capacity costs a fraction, and can be taken back",
        ),
        "scheduled": Choice(
            "Reserved (Scheduled)",
            "the work comes back in the same window of every day, week or month",
            "only the window is paid for, and its capacity is there",
            "On-Demand Capacity Reservation with a Savings Plan",
        ),
        "convertible": Choice(
            "Reserved (Convertible)",
            "use is steady, for 1 or 3 years, but kinds of instances may change",
            "the reservation can be exchanged for one of other attributes, at a smaller discount",
        ),
        "standard": Choice(
            "Reserved (Standard)",
            "use is steady and predictable, for 1 or 3 years",
            "the greatest discount for a commitment, and capacity that is kept",
        ),
        "on-demand": Choice(
            "On-Demand",
            "work is short, spiky or unpredictable and may not be interrupted; or it is a first try",
            "nothing is paid in advance and nothing is promised",
        ),
    },
)


def purchase(
    *,
    dedicated_hardware: bool = False,
    interruptible: bool = False,
    predictable: bool = False,
    commitment_years: Literal[0, 1, 3] = 0,
    may_change: bool = False,
    recurring_window: bool = False,
    limits: Mode = "documented",
) -> Advice:
    """How to buy instances: on demand, reserved, spot, or on a dedicated host.

    - `dedicated_hardware`: rules or licences ask for hardware of one's own
    - `interruptible`: the work may be stopped at any time
    - `predictable`: use is steady
    - `commitment_years`: years that one can promise: 0, 1 or 3
    - `may_change`: the kind of instance may change in that time
    - `recurring_window`: the work runs in the same window of each day, week or month
    """
    if dedicated_hardware:
        return PURCHASE.advise("dedicated", limits)
    if interruptible:
        return PURCHASE.advise("spot", limits)
    if recurring_window:  # a window that comes back is predictable
        note = "" if commitment_years or limits == "current" else "it is reserved for a year"
        return PURCHASE.advise("scheduled", limits, *([note] if note else []))
    if predictable and commitment_years:
        return PURCHASE.advise("convertible" if may_change else "standard", limits)
    return PURCHASE.advise("on-demand", limits)


EBS = Guide(
    "Which type should an EBS volume have?",
    "course notes, EBS volume types",
    {
        "gp2": Choice("gp2", "boot volumes and general use", "it balances price and performance", "gp3"),
        "io1": Choice(
            "io1", "more IOPS than gp2 gives: large relational or NoSQL databases", "IOPS are provisioned", "io2"
        ),
        "st1": Choice(
            "st1",
            "big data, data warehouses, log processing; not to boot from",
            "high throughput for data that is read from end to end, at a low price",
        ),
        "sc1": Choice(
            "sc1", "file servers and data that is seldom read; not to boot from", "the lowest price of all types"
        ),
        "standard": Choice(
            "standard",
            "tests and seldom read data, with the lowest price of a type that boots",
            "magnetic storage of the previous generation",
            "gp3",
        ),
    },
)


def ebs(
    *,
    workload: Literal["general", "database", "throughput", "cold", "lowest-cost"] = "general",
    boot: bool = False,
    iops: int = 0,
    limits: Mode = "documented",
) -> Advice:
    """Which EBS volume type to use.

    - `workload`: general use, a database, throughput (big data, logs), cold (seldom read), or lowest-cost
    - `boot`: the system boots from it
    - `iops`: I/O operations a second it needs
    """
    within(iops=(iops, 0, None))
    if iops > GP2_IOPS_MOST.of(limits):
        return EBS.advise("io1", limits)
    key = {"general": "gp2", "database": "gp2", "throughput": "st1", "cold": "sc1", "lowest-cost": "standard"}[workload]
    if key in ("st1", "sc1") and iops:
        return EBS.advise("gp2", limits, f"{key} is made for throughput; it promises no IOPS")
    if boot and key in ("st1", "sc1"):
        return EBS.advise("gp2" if key == "st1" else "standard", limits, f"nothing boots from {key}")
    return EBS.advise(key if boot or key != "standard" else "sc1", limits)


LOAD_BALANCER = Guide(
    "Which load balancer?",
    "course notes, ELB",
    {
        "alb": Choice(
            "ALB", "HTTP and HTTPS, routing by what is asked for, WebSockets", "it understands requests (layer 7)"
        ),
        "nlb": Choice(
            "NLB",
            "TCP, TLS or UDP, extreme load, the lowest latency, static addresses",
            "it passes connections on (layer 4), millions a second",
        ),
        "clb": Choice(
            "Classic", "an existing system that was built on it", "it is the previous generation", "ALB or NLB"
        ),
    },
)


def load_balancer(
    *,
    protocol: Literal["http", "https", "websocket", "tcp", "tls", "udp"] = "https",
    static_ip: bool = False,
    lowest_latency: bool = False,
    legacy: bool = False,
    client_address: bool = False,
    limits: Mode = "documented",
) -> Advice:
    """Which load balancer to use.

    - `protocol`: what clients speak
    - `static_ip`: clients know the balancer by fixed addresses
    - `lowest_latency`: millions of requests a second or very short delays matter most
    - `legacy`: the system is built on a Classic Load Balancer already
    - `client_address`: servers need the client's IPv4 address
    """
    web = protocol in ("http", "https", "websocket")
    notes = ["servers find the client's address in the X-Forwarded-For header"] if client_address and web else []
    if legacy:
        return LOAD_BALANCER.advise("clb", limits, *notes)
    if web and not (static_ip or lowest_latency):
        return LOAD_BALANCER.advise("alb", limits, *notes)
    if web and client_address:
        notes = ["an NLB adds no header; it can keep the client's address, or say it by proxy protocol"]
    return LOAD_BALANCER.advise("nlb", limits, *notes)
