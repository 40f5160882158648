"""Amazon VPC: networks with their subnets, and the ways in and out of them.

Source: Amazon VPC User Guide.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, field, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import cidr as blocks_of
from ...tokens import get_azs, has_marker, select
from ..existing import Existing, checked_name
from .addressplan import GROUPS_MOST, MASK_FEWEST, MASK_MOST, ROOM, SLOTS, Request, default_mask, network, plan
from .subnet import KINDS, ExistingSubnet, Subnet, SubnetAccess
from .subnet import VPCAccess as VPCAccess  # noqa: PLC0414

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from ipaddress import IPv4Network
    from typing import Any, Literal

    from ...resource import Resource
    from .subnet import Kind

VPC_TYPE = "AWS::EC2::VPC"
CIDR_BLOCK = "AWS::EC2::VPCCidrBlock"
ROUTE = "AWS::EC2::Route"
ROUTE_TABLE = "AWS::EC2::RouteTable"
INTERNET_GATEWAY = "AWS::EC2::InternetGateway"
EGRESS_GATEWAY = "AWS::EC2::EgressOnlyInternetGateway"
NAT_GATEWAY = "AWS::EC2::NatGateway"


class SubnetGroup:
    """Subnets of one kind, one in each zone of a VPC.

    - `kind`: "public" (reached from the internet), "private" (reaches it through a NAT gateway) or "isolated".
    - `mask`: the size of each subnet, 16 (65,536 addresses) to 28 (16); by default sixteen of them fill the VPC.
    - `name`: how to call the group, the kind by default; of several groups of a kind all but one need a name.
    - `cidrs`: the blocks of the subnets themselves, one for each zone, in place of planned ones.
    - `block`: the secondary block of the VPC in which they are planned; its first one by default.
    - `public_ips`: instances get a public IPv4 address at launch; on in public groups.

    A group that goes leaves its place to those behind it, which may then move there; to keep them where they are, write
    their blocks as `cidrs`. Raises `ConstructError` with every mistake. Source: Amazon VPC User Guide, Subnets for your
    VPC.
    """

    __slots__ = ("kind", "mask", "name", "cidrs", "block", "public_ips")

    def __init__(
        self,
        kind: Kind,
        mask: int | None = None,
        *,
        name: str | None = None,
        cidrs: Sequence[str] | None = None,
        block: str | None = None,
        public_ips: bool | None = None,
    ) -> None:
        wrong = []
        if kind not in KINDS:
            wrong.append(f"kind= takes {', '.join(map(repr, KINDS))}, not {kind!r}")
        if mask is not None and (type(mask) is not int or not MASK_FEWEST <= mask <= MASK_MOST):
            wrong.append(f"mask= takes a whole number from {MASK_FEWEST} to {MASK_MOST}, not {mask!r}")
        if name is not None and not (isinstance(name, str) and re.fullmatch(r"[A-Za-z][\w -]*", name)):
            wrong.append(f"name= takes a letter, then letters, digits, hyphens and spaces, not {name!r}")
        if cidrs is not None and (not isinstance(cidrs, list | tuple) or mask is not None or block is not None):
            wrong.append("cidrs= takes a list of blocks, one for each zone, and neither mask nor block beside it")
        if wrong:
            raise ConstructError("\n".join(f"SubnetGroup: {words}" for words in wrong), place=caller())
        self.kind: Kind = kind
        self.mask = mask
        self.name = kind if name is None else name
        self.cidrs = cidrs
        self.block = block
        self.public_ips = kind == "public" if public_ips is None else public_ips


@construct
class VPC(VPCAccess):
    """A network of its own, with subnets in every zone and the ways in and out of them.

    - `cidr`: its block of addresses, /16 to /28. `secondary_cidrs`: more blocks, for the groups that name them.
    - `availability_zones`: how many zones of the stack's region, or their names. Add zones at the end.
    - `subnets`: groups of them, each by its kind or as a `SubnetGroup`: `["public", SubnetGroup("isolated", mask=24)]`;
      by default a public and a private one, without NAT gateways a public and an isolated one. Add groups at the end.
    - `nat_gateways`: "one" for all zones (cheaper; when its zone fails, all private subnets lose the internet),
      "per-zone", or "none". They stand in the first public group, and only when there are private subnets.
    - `nat_addresses`: the allocation ids of Elastic IP addresses for them, one each; by default they are made.
    - `zone_room`: for how many zones (1, 2, 4, 8) each group keeps one block of addresses; twice as many zones are
      possible. Groups and zones added at the end never move the addresses of others; changing this, a mask or `cidr`
      does, and makes CloudFormation replace the subnets.
    - `ipv6`: an IPv6 block of Amazon's, with a /64 for every subnet; private subnets reach the internet over IPv6
      through an egress-only gateway.
    - `dns_support`: the resolver of the VPC answers; `dns_hostnames`: instances with public addresses get DNS names,
      and endpoints their private ones.
    - `tenancy`: "dedicated" starts every instance on hardware of this account alone.

    Makes the VPC; an internet gateway when there are public subnets; a route table for each public and isolated group,
    and for each private subnet; the subnets ("public 1", …); NAT gateways with their addresses; routes. Raises
    `ConstructError` with every mistake. Source: Amazon VPC User Guide.
    """

    cidr: str = "10.0.0.0/16"
    availability_zones: int | Sequence[str] = 2
    subnet_groups: Sequence[SubnetGroup | Kind] | None = field(factory=lambda: None, alias="subnets")
    nat_gateways: Literal["one", "per-zone", "none"] = "one"
    nat_addresses: Sequence[str] | None = None
    secondary_cidrs: Sequence[str] = ()
    zone_room: Literal[1, 2, 4, 8] = ROOM
    ipv6: bool = False
    dns_support: bool = True
    dns_hostnames: bool = True
    tenancy: Literal["default", "dedicated"] = "default"

    id = ref()
    default_security_group = attribute("DefaultSecurityGroup")

    def build(self) -> None:
        """Plan the addresses, and make the network."""
        kinds: list[Kind] = ["public", "isolated" if self.nat_gateways == "none" else "private"]
        wanted = [self._asked(one) for one in (kinds if self.subnet_groups is None else self.subnet_groups)]
        count = self._count()
        self._check(wanted, count)
        given = self.availability_zones
        self.zones = [select(index, get_azs()) for index in range(count)] if isinstance(given, int) else list(given)
        blocks = self._plan(wanted)
        self.cidrs = [self.cidr, *self.secondary_cidrs]
        resource_class(VPC_TYPE)(
            self,
            MAIN,
            CidrBlock=self.cidr,
            EnableDnsHostnames=self.dns_hostnames,
            EnableDnsSupport=self.dns_support,
            InstanceTenancy=None if self.tenancy == "default" else self.tenancy,
            Tags=self._name(),
        )
        self._extra = {
            block: resource_class(CIDR_BLOCK)(self, f"Block{number}", VpcId=self.id, CidrBlock=block)
            for number, block in enumerate(self.secondary_cidrs, 2)
        }
        self._ipv6_block: Resource | None = None
        if self.ipv6:
            self._ipv6_block = resource_class(CIDR_BLOCK)(
                self, "Ipv6Block", VpcId=self.id, AmazonProvidedIpv6CidrBlock=True
            )
        made = {kind: any(one.kind == kind for one in wanted) for kind in KINDS}
        self._gateway: Resource | None = None
        self._attachment: Resource | None = None
        if made["public"]:
            self._open_to_internet()
        self._egress_gateway: Resource | None = None
        if self.ipv6 and made["private"]:
            self._egress_gateway = resource_class(EGRESS_GATEWAY)(self, "EgressGateway", VpcId=self.id)
        self.groups: dict[str, list[SubnetAccess]] = {one.name: [] for one in wanted}
        self.nat_gateway_ids: list[str] = []
        for number, one in enumerate(wanted):
            if one.kind == "public":
                self._make(number, one, blocks[number])
                if made["private"] and not self.nat_gateway_ids:
                    self._make_nat_gateways(self.groups[one.name])
        for number, one in enumerate(wanted):
            if one.kind != "public":
                self._make(number, one, blocks[number])

    # what was asked for

    def _asked(self, one: object) -> SubnetGroup:
        if isinstance(one, SubnetGroup):
            return one
        if one in KINDS:
            return SubnetGroup(one)  # type: ignore[arg-type]
        raise ConstructError(
            f"{self.node.path}: subnets= holds {one!r}", place=caller(),
            fix=f"a kind ({', '.join(map(repr, KINDS))}), or a SubnetGroup",
        )  # fmt: skip

    def _count(self) -> int:
        given = self.availability_zones
        wrong = ""
        if isinstance(given, int):
            wrong = "" if 1 <= given <= 2 * self.zone_room else f"takes 1 to {2 * self.zone_room}, not {given}"
        elif isinstance(given, str) or not isinstance(given, list | tuple) or not given:
            wrong = 'takes a number, or a list of zones such as ["eu-west-1a", "eu-west-1b"]'
        elif len({str.__str__(zone) for zone in given}) < len(given):
            wrong = "names a zone twice"
        elif len(given) > 2 * self.zone_room:
            wrong = f"takes at most {2 * self.zone_room} zones, not {len(given)}"
        if wrong:
            raise ConstructError(
                f"{self.node.path}: availability_zones= {wrong}", place=caller(),
                fix="zone_room= sets how many there is room for; set it before the VPC is made" if "most" in wrong else None,
            )  # fmt: skip
        return given if isinstance(given, int) else len(given)

    def _check(self, wanted: list[SubnetGroup], zones: int) -> None:
        names = [one.name for one in wanted]
        kinds = {one.kind for one in wanted}
        wrong = [
            f"two groups are called {name!r}: give name=" for name in dict.fromkeys(names) if names.count(name) > 1
        ]
        if not wanted:
            wrong.append("subnets= is empty: leave it out, or give kinds or SubnetGroups")
        if len(wanted) > GROUPS_MOST:
            wrong.append(f"{len(wanted)} groups: at most {GROUPS_MOST}")
        wrong += [
            f"the group {one.name!r} is called like the kind {one.name!r} and is {one.kind}: give it another name"
            for one in wanted
            if one.name in KINDS and one.name != one.kind
        ]
        for one in wanted:
            if one.cidrs is not None and len(one.cidrs) != zones:
                wrong.append(f"the group {one.name!r} has {len(one.cidrs)} cidrs for {zones} zones: give one for each")
            if one.block is not None and one.block not in self.secondary_cidrs:
                wrong.append(f"the group {one.name!r} is planned in {one.block}: add it to secondary_cidrs=")
        if "private" in kinds and self.nat_gateways == "none":
            wrong.append('private subnets go out through a NAT gateway: set nat_gateways="one", or make them isolated')
        if "private" in kinds and "public" not in kinds and self.nat_gateways != "none":
            wrong.append("NAT gateways stand in public subnets: add a public group, or make the private ones isolated")
        gateways = 0 if "private" not in kinds else {"one": 1, "per-zone": zones, "none": 0}[self.nat_gateways]
        if self.nat_addresses is not None and len(self.nat_addresses) != gateways:
            wrong.append(f"{len(self.nat_addresses)} nat_addresses for {gateways} NAT gateways: give one for each")
        for address in self.nat_addresses or ():
            if not has_marker(address) and not re.fullmatch(r"eipalloc-[0-9a-f]+", address):
                wrong.append(f"nat_addresses= takes allocation ids such as eipalloc-0123456789abcdef0, not {address!r}")
        if self.dns_hostnames and not self.dns_support:
            wrong.append("dns_hostnames needs dns_support: set dns_hostnames=False too")
        if wrong:
            raise ConstructError("\n".join(f"{self.node.path}: {words}" for words in wrong), place=caller())

    def _plan(self, wanted: list[SubnetGroup]) -> list[list[str]]:
        """The blocks of every group's subnets, planned in the block that each stands in."""
        path = self.node.path
        whole = {text: network(text, f"{path}: cidr") for text in (self.cidr, *self.secondary_cidrs)}
        for text, block in whole.items():
            other = next((one for one in whole if one != text and whole[one].overlaps(block)), None)
            if other is not None:
                raise ConstructError(
                    f"{path}: the blocks {other} and {text} overlap", place=caller(),
                    fix="give the VPC blocks that have no address in common",
                )  # fmt: skip
        homes = [self._home(one, whole) for one in wanted]
        found: dict[str, list[str]] = {}
        for text, block in whole.items():
            here = [one for one, home in zip(wanted, homes, strict=True) if home == text]
            requests = [Request(one.name, one.mask or default_mask(block), len(self.zones), one.cidrs) for one in here]
            planned = plan(path, block, requests, self.zone_room)
            found.update(zip((one.name for one in here), planned, strict=True))
        return [found[one.name] for one in wanted]

    def _home(self, group: SubnetGroup, whole: dict[str, IPv4Network]) -> str:
        if group.block is not None or not group.cidrs:
            return group.block or self.cidr
        first = network(group.cidrs[0], f"{self.node.path}: the subnet's block")
        return next((text for text, block in whole.items() if first.subnet_of(block)), self.cidr)

    # what is made

    def _name(self, what: str = "") -> list[dict[str, str]]:
        return [{"Key": "Name", "Value": f"{self.node.path}/{what}" if what else self.node.path}]

    def _open_to_internet(self) -> None:
        self._gateway = resource_class(INTERNET_GATEWAY)(self, "InternetGateway", Tags=self._name())
        self._attachment = resource_class("AWS::EC2::VPCGatewayAttachment")(
            self, "InternetAttachment", VpcId=self.id, InternetGatewayId=self._gateway.ref
        )

    def _make(self, number: int, group: SubnetGroup, cidrs: list[str]) -> None:
        table: Resource | None = None
        way_out: Resource | None = None
        for zone, cidr in enumerate(cidrs):
            if table is None or group.kind == "private":
                suffix = f" {zone + 1}" if group.kind == "private" else ""
                table = resource_class(ROUTE_TABLE)(
                    self, f"{group.name} routes{suffix}", VpcId=self.id, Tags=self._name(f"{group.name}{suffix}")
                )
                way_out = self._way_out(group, table, zone, suffix)
            subnet = Subnet(
                self,
                f"{group.name} {zone + 1}",
                vpc=self.id,
                cidr=cidr,
                availability_zone=self.zones[zone],
                kind=group.kind,
                route_table=table.ref,
                ipv6_cidr=self._ipv6_cidr(number * SLOTS + zone) if self.ipv6 else None,
                public_ips=group.public_ips,
            )
            subnet.way_out = way_out
            self._wait(subnet, group, cidr)
            self.groups[group.name].append(subnet)

    def _wait(self, subnet: Subnet, group: SubnetGroup, cidr: str) -> None:
        """Let the subnet wait for the block that it is cut from."""
        main = subnet.node.resource
        if self._ipv6_block is not None:
            main.node.depends_on(self._ipv6_block)
        if self._extra and (group.block is not None or group.cidrs is not None):
            home = next((b for t, b in self._extra.items() if network(cidr, "").subnet_of(network(t, ""))), None)
            if home is not None:
                main.node.depends_on(home)

    def _ipv6_cidr(self, slot: int) -> str:
        """One of the 256 blocks of 64 bits; the slot of a subnet is its own whatever is added later."""
        whole: Any = self.node.resource.Ipv6CidrBlocks
        return select(slot, blocks_of(select(0, whole), 256, 64))

    def _way_out(self, group: SubnetGroup, table: Resource, zone: int, suffix: str) -> Resource | None:
        """The routes to the internet of a route table; the one that what starts there should wait for."""
        if group.kind == "public" and self._gateway is not None:
            target: dict[str, str] = {"GatewayId": self._gateway.ref}
            target6 = target
        elif group.kind == "private" and self.nat_gateway_ids:
            target = {"NatGatewayId": self.nat_gateway_ids[min(zone, len(self.nat_gateway_ids) - 1)]}
            gateway = self._egress_gateway
            target6 = {} if gateway is None else {"EgressOnlyInternetGatewayId": gateway.ref}
        else:
            return None
        name = f"{group.name}{suffix} to internet"
        route = resource_class(ROUTE)(
            self, name, RouteTableId=table.ref, DestinationCidrBlock="0.0.0.0/0", **target
        )  # fmt: skip
        routes = [route]
        if self.ipv6 and target6:
            routes.append(
                resource_class(ROUTE)(
                    self, f"{name} over IPv6", RouteTableId=table.ref, DestinationIpv6CidrBlock="::/0", **target6
                )
            )
        if group.kind == "public" and self._attachment is not None:
            for one in routes:
                one.node.depends_on(self._attachment)
        return route

    def _make_nat_gateways(self, subnets: list[SubnetAccess]) -> None:
        for number, subnet in enumerate(subnets if self.nat_gateways == "per-zone" else subnets[:1], 1):
            if self.nat_addresses is not None:
                allocation = self.nat_addresses[number - 1]
            else:
                address = resource_class("AWS::EC2::EIP")(
                    self, f"NatAddress{number}", Domain="vpc", Tags=self._name(f"nat {number}")
                )
                if self._attachment is not None:
                    address.node.depends_on(self._attachment)
                allocation = address.get_att("AllocationId")
            made = resource_class(NAT_GATEWAY)(
                self, f"NatGateway{number}", SubnetId=subnet.id, AllocationId=allocation,
                Tags=self._name(f"nat {number}"),
            )  # fmt: skip
            if subnet.way_out is not None:
                made.node.depends_on(subnet.way_out)
            self.nat_gateway_ids.append(made.ref)

    @staticmethod
    def from_ids(
        scope: Construct,
        id: str,
        vpc_id: str,
        *,
        availability_zones: Sequence[str],
        public: Sequence[str] = (),
        private: Sequence[str] = (),
        isolated: Sequence[str] = (),
        cidr: str | None = None,
        ipv6: bool = False,
        route_tables: Mapping[str, Sequence[str]] | None = None,
    ) -> ExistingVPC:
        """A VPC that exists already.

        - `availability_zones`: their names. `public`, `private`, `isolated`: the ids of its subnets, those of each kind
          in the order of the zones (several rounds of them when a zone has several).
        - `cidr`: its block of addresses, for what must know it; `ipv6`: whether it has an IPv6 block.
        - `route_tables`: ids by kind, one for all subnets of the kind or one for each; endpoints and peerings need them.
        """
        checked_name(vpc_id, "the id alone", "vpc-[0-9a-f]{8,17}")
        return ExistingVPC(
            scope, id, values={"id": vpc_id}, cidr=cidr, availability_zones=availability_zones,
            public=public, private=private, isolated=isolated, ipv6=ipv6, route_tables=route_tables,
        )  # fmt: skip


@construct
class ExistingVPC(Existing, VPCAccess):
    """A VPC made elsewhere; see `VPC.from_ids`."""

    WHAT = "VPC"
    availability_zones: Sequence[str] = ()
    public: Sequence[str] = ()
    private: Sequence[str] = ()
    isolated: Sequence[str] = ()
    cidr: str | None = None
    ipv6: bool = False
    route_tables: Mapping[str, Sequence[str]] | None = None

    def build(self) -> None:
        """Take the ids; nothing is added to the template."""
        super().build()
        self.zones = list(self.availability_zones)
        if self.cidr is not None and not has_marker(self.cidr):
            network(self.cidr, f"{self.node.path}: cidr")
        self.cidrs = [] if self.cidr is None else [self.cidr]
        wrong = list(self._mistakes())
        if wrong:
            raise ConstructError("\n".join(f"{self.node.path}: {words}" for words in wrong), place=caller())
        self.groups: dict[str, list[SubnetAccess]] = {}
        for kind, ids in self._given():
            tables = (self.route_tables or {}).get(kind, ())
            made: list[SubnetAccess] = []
            for number, one in enumerate(ids):
                subnet = ExistingSubnet(
                    self, f"{kind} {number + 1}", values={"id": one}, kind=kind,
                    availability_zone=self.zones[number % len(self.zones)],
                )  # fmt: skip
                if tables:
                    subnet.route_table = tables[number if len(tables) > 1 else 0]
                made.append(subnet)
            self.groups[kind] = made

    def _given(self) -> Iterator[tuple[Kind, Sequence[str]]]:
        kinds: tuple[tuple[Kind, Sequence[str]], ...] = (
            ("public", self.public), ("private", self.private), ("isolated", self.isolated)
        )  # fmt: skip
        yield from [pair for pair in kinds if pair[1]]

    def _mistakes(self) -> Iterator[str]:
        if not self.zones:
            yield "availability_zones= is empty: name the zones of its subnets"
        for kind, ids in self._given():
            if self.zones and len(ids) % len(self.zones):
                yield (
                    f"{len(ids)} {kind} subnets for {len(self.zones)} zones: give one for each zone, in the order of "
                    "availability_zones"
                )
            for one in ids:
                if not has_marker(one) and not re.fullmatch(r"subnet-[0-9a-f]+", one):
                    yield f"{one!r} is no subnet's id, such as subnet-0123456789abcdef0"
            tables = (self.route_tables or {}).get(kind, ())
            if tables and len(tables) not in (1, len(ids)):
                yield f"{len(tables)} {kind} route tables for {len(ids)} subnets: give one for all, or one for each"
        for name in self.route_tables or ():
            if name not in KINDS:
                yield f"route_tables= goes by kind: {', '.join(map(repr, KINDS))}, not {name!r}"
