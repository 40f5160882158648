"""Which subnet of a VPC gets which block of addresses, so that whatever is added later moves nothing.

A group of subnets keeps room for `room` zones (4 by default) in one aligned block. The blocks of the groups follow each
other from the start of the VPC's block, each at the first free place behind or between those of earlier groups; the
subnet of a zone stands at the zone's number in it. Zones beyond the room stand in a second block of the same size,
planned the same way from the end of the VPC's block backwards. So the place of a subnet depends on its own zone's
number, on its own group and on those before it, and on nothing else: zones and groups added at the end move none. The
two ends may only meet when the VPC is full, which is an error.
"""

from __future__ import annotations

from ...errors import ConstructError
from ...source import caller
from ...tokens import has_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from ipaddress import IPv4Network
    from typing import Literal

ROOM: Literal[4] = 4
SLOTS = 8
"""IPv6 blocks kept for each group."""
GROUPS_MOST = 256 // SLOTS
MASK_FEWEST = 16
MASK_MOST = 28
"""The blocks of VPCs and subnets have 65,536 to 16 addresses. Source: Amazon VPC User Guide, VPC CIDR blocks."""


class Request:
    """The subnets that one group wants: their mask, how many zones, or their blocks as the user wrote them."""

    __slots__ = ("name", "mask", "zones", "given")

    def __init__(self, name: str, mask: int, zones: int, given: Sequence[str] | None = None) -> None:
        self.name = name
        self.mask = mask
        self.zones = zones
        self.given = given


def network(text: str, what: str) -> IPv4Network:
    """The block of addresses that a text says. Raises `ConstructError` at the user's line when it is none."""
    import ipaddress

    if has_marker(text):
        raise ConstructError(
            f"{what} is a deploy-time value, and addresses are planned when the template is made", place=caller(),
            fix='write the block itself, such as "10.0.0.0/16"',
        )  # fmt: skip
    try:
        block = ipaddress.IPv4Network(text if "/" in text else "", strict=False)
    except ValueError:
        raise ConstructError(
            f"{what} {text!r} is no block of IPv4 addresses", place=caller(), fix='such as "10.0.0.0/16"'
        ) from None
    if str(block) != text:
        raise ConstructError(f"{what} {text!r} is not a whole block of addresses", place=caller(), fix=f"write {block}")
    if not MASK_FEWEST <= block.prefixlen <= MASK_MOST:
        raise ConstructError(
            f"{what} {text} has {block.num_addresses:,} addresses", place=caller(),
            fix=f"from /{MASK_FEWEST} (65,536) to /{MASK_MOST} (16)",
        )  # fmt: skip
    return block


def default_mask(block: IPv4Network) -> int:
    """The mask of subnets when none is said: sixteen of them fill the VPC."""
    return min(block.prefixlen + 4, MASK_MOST)


def plan(vpc: str, block: IPv4Network, requests: Iterable[Request], room: int = ROOM) -> list[list[str]]:
    """The blocks of every group's subnets, in the order of the zones.

    Raises `ConstructError` at the user's line when they do not fit, or overlap.
    """
    first: list[tuple[int, int]] = []
    last: list[tuple[int, int]] = []
    found: list[list[str]] = []
    taken: list[tuple[IPv4Network, str]] = []
    for request in requests:
        if request.given is not None:
            blocks = [network(text, f"{vpc}: the subnet's block") for text in request.given]
        else:
            blocks = _planned(vpc, block, request, room, first, last)
        for subnet in blocks:
            if not subnet.subnet_of(block):
                raise ConstructError(
                    f"{vpc}: {subnet} of the group {request.name!r} is outside {block}", place=caller(),
                    fix="choose a block inside the VPC's, or give the VPC a secondary one",
                )  # fmt: skip
            other = next((pair for pair in taken if pair[0].overlaps(subnet)), None)
            if other is not None:
                raise ConstructError(
                    f"{vpc}: {subnet} of the group {request.name!r} overlaps {other[0]} of {other[1]!r}",
                    place=caller(),
                    fix=_roomier(block, [subnet for subnet, _ in taken], room),
                )
            taken.append((subnet, request.name))
        found.append([str(subnet) for subnet in blocks])
    return found


def _planned(
    vpc: str, block: IPv4Network, request: Request, room: int, first: list[tuple[int, int]], last: list[tuple[int, int]]
) -> list[IPv4Network]:
    from ipaddress import IPv4Network

    one = 2 ** (32 - request.mask)
    size = one * room
    base, whole = int(block.network_address), block.num_addresses
    if request.zones > 2 * room:
        raise ConstructError(
            f"{vpc}: {request.zones} zones, and there is room for {2 * room}", place=caller(),
            fix="set zone_room= (1, 2, 4 or 8) before the VPC is made: on an existing one it moves subnets",
        )  # fmt: skip
    starts: list[int] = []
    lower = _lowest(size, whole, first)
    if lower is not None:
        first.append((lower, lower + size))
        starts += [lower + one * zone for zone in range(min(request.zones, room))]
    if request.zones > room:
        upper = _lowest(size, whole, [(whole - end, whole - start) for start, end in last])
        if upper is not None:
            upper = whole - upper - size
            last.append((upper, upper + size))
            starts += [upper + one * zone for zone in range(request.zones - room)]
    if len(starts) < request.zones:
        raise ConstructError(
            f"{vpc}: {block} has no room for the group {request.name!r}, {room} zones of /{request.mask} "
            f"({size:,} addresses)",
            place=caller(),
            fix=_roomier(block, [], room),
        )
    return [IPv4Network((base + start, request.mask)) for start in starts]


def _lowest(size: int, whole: int, taken: list[tuple[int, int]]) -> int | None:
    """The first aligned place of this size that overlaps none of those taken."""
    places = sorted({0, *(-(-end // size) * size for _, end in taken)})
    for start in places:
        if start + size <= whole and all(end <= start or start + size <= low for low, end in taken):
            return start
    return None


def _roomier(block: IPv4Network, taken: Iterable[IPv4Network], room: int) -> str:
    ways = []
    if block.prefixlen > MASK_FEWEST:
        ways.append(f"a larger block for the VPC, up to /{MASK_FEWEST}")
    ways += ["smaller subnets (a mask up to /28)", f"less room for later zones (zone_room={max(room // 2, 1)})"]
    ways.append("or a secondary block for the group (block=)")
    return ", ".join(ways)
