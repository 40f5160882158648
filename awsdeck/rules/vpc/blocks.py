"""Blocks of addresses as templates write them."""

from __future__ import annotations

from ..vocabulary import is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network
    from typing import Any

EVERYWHERE = ("0.0.0.0/0", "::/0")
MASK_LARGEST = 16
MASK_SMALLEST = 28
"""Blocks of VPCs and subnets have 65,536 to 16 addresses. Source: Amazon VPC User Guide, VPC CIDR blocks."""


def block(value: Any) -> IPv4Network | IPv6Network | None:
    """The block that a literal value says, host bits cut off; None for what is none, or not known."""
    if not isinstance(value, str) or "/" not in value or is_unknown(value):
        return None
    import ipaddress

    try:
        return ipaddress.ip_network(value.strip(), strict=False)
    except ValueError:
        return None


def inside(one: Any, other: Any) -> bool:
    """Whether a block lies within another of the same kind."""
    return one.version == other.version and bool(one.subnet_of(other))


def overlap(one: Any, other: Any) -> bool:
    """Whether two blocks have an address in common."""
    return one.version == other.version and bool(one.overlaps(other))
