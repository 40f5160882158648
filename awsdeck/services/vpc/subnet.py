"""Subnets, whether made here or existing, and how a construct says in which of them it stands.

Source: Amazon VPC User Guide, Subnets for your VPC.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker
from ..existing import Existing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal, TypeAlias

    from ...resource import Resource

    Kind = Literal["public", "private", "isolated"]
    SubnetChoice: TypeAlias = str | Sequence["SubnetAccess | str"] | None
    """A kind or the name of a group, subnets or their ids, or None for what fits the construct."""

SUBNET = "AWS::EC2::Subnet"
KINDS = ("public", "private", "isolated")
"""With a way in and out, with a way out through a NAT gateway, with neither."""


class SubnetAccess(Construct):
    """A subnet to stand in, whether it is made here or exists already."""

    if TYPE_CHECKING:
        kind: Kind
        availability_zone: str
        cidr: str | None
        route_table: str | None
        way_out: Resource | None

    id = ref()


@construct
class Subnet(SubnetAccess):
    """A subnet of a VPC made here; `VPC` makes them.

    - `vpc`: the id of its VPC; `cidr`: its block of addresses; `availability_zone`: where it stands.
    - `kind`: "public" (reached from the internet), "private" (reaches it through a NAT gateway) or "isolated".
    - `route_table`: the id of the table its packets follow.
    - `ipv6_cidr`: its IPv6 block, as Fn::Cidr gives it.
    - `public_ips`: instances get a public IPv4 address at launch.

    Makes the subnet and its association with the route table.
    """

    vpc: str
    cidr: str | None
    availability_zone: str
    kind: Kind
    route_table: str | None
    ipv6_cidr: str | None = None
    public_ips: bool = False
    name: str | None = None

    id = ref()
    way_out: Resource | None = None

    def build(self) -> None:
        """Make the subnet and tie it to its route table."""
        resource_class(SUBNET)(
            self,
            MAIN,
            VpcId=self.vpc,
            CidrBlock=self.cidr,
            AvailabilityZone=self.availability_zone,
            MapPublicIpOnLaunch=self.public_ips or None,
            Ipv6CidrBlock=self.ipv6_cidr,
            AssignIpv6AddressOnCreation=None if self.ipv6_cidr is None else True,
            Tags=[{"Key": "Name", "Value": self.node.path if self.name is None else self.name}],
        )
        resource_class("AWS::EC2::SubnetRouteTableAssociation")(
            self, "RouteTable", SubnetId=self.id, RouteTableId=self.route_table
        )


@construct
class ExistingSubnet(Existing, SubnetAccess):
    """A subnet made elsewhere; see `VPC.from_ids`."""

    WHAT = "subnet"
    kind: Kind
    availability_zone: str
    cidr: str | None = None
    route_table: str | None = None
    way_out: Resource | None = None


class Placement:
    """The subnets that were chosen for something.

    `ids` are theirs; `subnets` those of them that the VPC knows; `availability_zones` their zones, each once; `kind`
    is None when ids were given that the VPC does not know, or subnets of several kinds.
    """

    __slots__ = ("ids", "subnets", "kind", "availability_zones")

    def __init__(self, subnets: Sequence[SubnetAccess], ids: Sequence[str] | None = None) -> None:
        self.subnets = list(subnets)
        self.ids: list[str] = [subnet.id for subnet in subnets] if ids is None else list(ids)
        kinds: list[Kind] = list(dict.fromkeys(subnet.kind for subnet in subnets))
        known = len(self.subnets) == len(self.ids)
        self.kind: Kind | None = kinds[0] if len(kinds) == 1 and known else None
        self.availability_zones = list(dict.fromkeys(subnet.availability_zone for subnet in subnets))

    def hold_back(self, construct: Construct) -> None:
        """Let the construct wait until the way to the internet is there: what it does when it starts may need it."""
        ways = dict.fromkeys(subnet.way_out for subnet in self.subnets if subnet.way_out is not None)
        ways = {way: None for way in ways if way.node.stack is construct.node.stack}
        if ways:
            construct.node.depends_on(*ways)


class VPCAccess(Construct):
    """A network to stand in, whether it is made here or exists already."""

    if TYPE_CHECKING:
        cidr: Any
        cidrs: list[str]
        availability_zones: Any
        zones: list[str]
        groups: dict[str, list[SubnetAccess]]
        ipv6: bool

    id = ref()

    def subnets(self, of: str | None = None) -> list[SubnetAccess]:
        """The subnets of a group, by its name or as the first of a kind; all of them when nothing is said."""
        if of is None:
            return [subnet for group in self.groups.values() for subnet in group]
        found = self._group(of)
        if found is None:
            raise ConstructError(
                f"{self.node.path} has no {of!r} subnets", place=caller(),
                fix=f"it has {self._offers()}; {_advice(of)}",
            )  # fmt: skip
        return found

    def choose(
        self, subnets: SubnetChoice = None, default: Sequence[Kind] = ("private", "isolated", "public")
    ) -> Placement:
        """The subnets that a choice means.

        A kind stands for the first group of that kind, so that groups added later change nothing; other groups go by
        their names. With no choice it is the first kind of `default` that there is. Raises `ConstructError` when there
        is none.
        """
        if subnets is None:
            found = next((group for kind in default if (group := self._first(kind))), None)
            if found is None:
                raise ConstructError(
                    f"{self.node.path} has no {' or '.join(default)} subnets", place=caller(),
                    fix=f"it has {self._offers()}; name those to use with subnets=",
                )  # fmt: skip
            return Placement(found)
        if isinstance(subnets, str):
            if has_marker(subnets):
                raise ConstructError(
                    "subnets= is one deploy-time value", place=caller(), fix="give a list of ids, or a kind of subnet"
                )
            if re.fullmatch(r"subnet-[0-9a-f]+", subnets):
                return self._of_ids([subnets])
            return Placement(self.subnets(subnets))
        return self._of_ids(subnets)

    def _of_ids(self, given: Sequence[SubnetAccess | str]) -> Placement:
        if not isinstance(given, list | tuple):
            raise ConstructError(
                f"subnets= is a {type(given).__name__}", place=caller(),
                fix=f'a kind ("private"), the name of a group, or a list of subnets; there are {self._offers()}',
            )  # fmt: skip
        if not given:
            raise ConstructError("subnets= is empty", place=caller(), fix=f"choose some; there are {self._offers()}")
        known = {str.__str__(subnet.id): subnet for subnet in self.subnets()}
        ids: list[str] = []
        found: list[SubnetAccess] = []
        for one in given:
            if isinstance(one, SubnetAccess):
                own = known.get(str.__str__(one.id))
                if own is None:
                    raise ConstructError(
                        f"{one.node.path} is not a subnet of {self.node.path}", place=caller(),
                        fix=f"choose among its own: {self._offers()}",
                    )  # fmt: skip
                found.append(own)
                ids.append(own.id)
                continue
            if not isinstance(one, str) or not (has_marker(one) or re.fullmatch(r"subnet-[0-9a-f]+", one)):
                raise ConstructError(
                    f"{one!r} is not a subnet", place=caller(),
                    fix="give subnets of the VPC, or ids such as subnet-0123456789abcdef0",
                )  # fmt: skip
            ids.append(one)
            if str.__str__(one) in known:
                found.append(known[str.__str__(one)])
        return Placement(found, ids)

    def _group(self, name: str) -> list[SubnetAccess] | None:
        return self.groups.get(name) or self._first(name)

    def _first(self, kind: str) -> list[SubnetAccess] | None:
        return next((group for group in self.groups.values() if group and group[0].kind == kind), None)

    def _offers(self) -> str:
        return ", ".join(repr(name) for name, group in self.groups.items() if group) or "none"


def _advice(name: str) -> str:
    if name == "private":
        return "private subnets go out through a NAT gateway: make the VPC with nat_gateways="
    return "name one of these, or give the VPC another group"
