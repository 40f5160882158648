"""Rules about the resources of a network together: blocks that overlap, routes, what waits for what."""

from __future__ import annotations

from ..functions.placement import FIX, MESSAGE, SOURCE
from ..vocabulary import ABSENT, Rule, Stacks, Violation, is_unknown, number, truth
from .blocks import block, inside, overlap
from .routing import (
    ASSOCIATION,
    ATTACHMENT,
    DEFAULT,
    DESTINATIONS,
    ENDPOINT,
    INTERNET_GATEWAY,
    ROUTE,
    SUBNET,
    TABLE,
    VPC,
    Routing,
    differ,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

NAT = "AWS::EC2::NatGateway"
ADDRESS = "AWS::EC2::EIP"
CIDR_BLOCK = "AWS::EC2::VPCCidrBlock"
PEERING = "AWS::EC2::VPCPeeringConnection"
ACL = "AWS::EC2::NetworkAcl"
ENTRY = "AWS::EC2::NetworkAclEntry"
ACL_ASSOCIATION = "AWS::EC2::SubnetNetworkAclAssociation"
FUNCTION = "AWS::Lambda::Function"


def _always(view: View) -> bool:
    return view.body.get("Condition") is None


def _blocks(graph: Graph, routing: Routing, vpc: View) -> list[tuple[View, Any]] | None:
    """The IPv4 blocks of a VPC; None when one is not known."""
    found = []
    for one in (vpc, *graph.of(CIDR_BLOCK)):
        if one is not vpc and routing.find(one, one.get("VpcId"), VPC) is not vpc:
            continue
        value = one.get("CidrBlock")
        if value is not ABSENT:
            known = block(value)
            if known is None:
                return None
            found.append((one, known))
        elif one is vpc or one.get("Ipv4IpamPoolId") is not ABSENT:
            return None
    return found


def _vpcs(graph: Graph) -> list[tuple[View, list[tuple[View, Any]], list[tuple[View, Any]]]]:
    """Every VPC with its blocks, and with its subnets and theirs."""
    routing = graph.kept(Routing)
    inside: dict[int, list[tuple[View, Any]]] = {}
    for view in graph.of(SUBNET):
        home, own = routing.find(view, view.get("VpcId"), VPC), block(view.get("CidrBlock"))
        if home is not None and own is not None:
            inside.setdefault(id(home), []).append((view, own))
    return [(vpc, _blocks(graph, routing, vpc) or [], inside.get(id(vpc), [])) for vpc in graph.of(VPC)]


def _outside(graph: Graph) -> Iterator[Violation]:
    for vpc, blocks, subnets in graph.kept(_vpcs):
        if not blocks or any(view.member is not vpc.member and not graph.complete for view, _ in subnets):
            continue
        for view, own in subnets:
            if not any(inside(own, known) for _, known in blocks):
                yield Violation(
                    ("CidrBlock",), view=view, own=str(own), vpc=vpc.id, blocks=", ".join(str(b) for _, b in blocks)
                )


def _overlapping(graph: Graph) -> Iterator[Violation]:
    yield from _alike(graph)
    for _vpc, blocks, subnets in graph.kept(_vpcs):
        for group, what in ((subnets, "the subnet"), (blocks, "the block of")):
            for index, (view, own) in enumerate(group):
                for other, known in group[:index]:
                    if overlap(own, known) and not _exclusive(view, other):
                        yield Violation(
                            ("CidrBlock",), view=view, own=str(own), other=other.id, known=str(known), what=what
                        )


def _alike(graph: Graph) -> Iterator[Violation]:
    """Subnets of one VPC whose block is the same expression."""
    routing = graph.kept(Routing)
    seen: dict[tuple[int, str], list[View]] = {}
    for view in graph.of(SUBNET):
        home, own = routing.find(view, view.get("VpcId"), VPC), view.get("CidrBlock")
        if home is None or not isinstance(own, dict) or "Fn::If" in own:
            continue
        for other in seen.setdefault((id(home), str(own)), []):
            if other.member is view.member and not _exclusive(view, other):
                yield Violation(
                    ("CidrBlock",), view=view, message="{id} and {other} have the same block", id=view.id, other=other.id,
                    fix="give each subnet a block of its own",
                )  # fmt: skip
        seen[id(home), str(own)].append(view)


def _exclusive(one: View, other: View) -> bool:
    return one.member is not None and one.member.exclusive(one, other)


def _peered(graph: Graph) -> Iterator[Violation]:
    routing = graph.kept(Routing)
    for view in graph.of(PEERING):
        ends = [routing.find(view, view.get(name), VPC) for name in ("VpcId", "PeerVpcId")]
        if ends[0] is None or ends[1] is None:
            continue
        if ends[0] is ends[1]:
            yield Violation(("PeerVpcId",), view=view, message="a VPC cannot be peered with itself",
                            fix="name another VPC")  # fmt: skip
            continue
        first, second = (_blocks(graph, routing, end) or [] for end in ends if end is not None)
        both = next(((one, other) for _, one in first for _, other in second if overlap(one, other)), None)
        if both is not None:
            yield Violation(("PeerVpcId",), view=view, first=str(both[0]), second=str(both[1]))


def _planned(view: View) -> Iterator[Violation]:
    for one in view.get("blocks", []):
        for other in view.get("peer_blocks", []):
            first, second = block(one), block(other)
            if first is not None and second is not None and overlap(first, second):
                yield Violation(("peer",), first=one, second=other)


def _waiting(graph: Graph) -> Iterator[Violation]:
    """What goes through an internet gateway must not be made before the gateway is attached."""
    from ..templates.wiring import Order

    routing, order = graph.kept(Routing), Order()
    for attachment in graph.of(ATTACHMENT):
        gateway = routing.find(attachment, attachment.get("InternetGatewayId"), INTERNET_GATEWAY)
        member = attachment.member
        if gateway is None or member is None or not _always(attachment):
            continue
        for route in graph.of(ROUTE):
            if (
                routing.find(route, route.get("GatewayId"), INTERNET_GATEWAY) is not gateway
                or route.member is not member
            ):
                continue
            if order.after(route, attachment) is False:
                yield Violation(("/", "DependsOn"), view=route, attachment=attachment.id)


def _stranded(graph: Graph) -> Iterator[Violation]:
    routing = graph.kept(Routing)
    for view in graph.of(NAT):
        subnet = routing.find(view, view.get("SubnetId"), SUBNET)
        if subnet is None or view.get("ConnectivityType", "public") != "public":
            continue
        if routing.leads_out(subnet, "internet", "CarrierGatewayId") is False:
            yield Violation(("SubnetId",), view=view, subnet=subnet.id)


def _names(graph: Graph) -> Iterator[Violation]:
    routing = graph.kept(Routing)
    for view in graph.of(ENDPOINT):
        vpc = routing.find(view, view.get("VpcId"), VPC)
        if (
            vpc is None
            or view.get("VpcEndpointType") != "Interface"
            or truth(view.get("PrivateDnsEnabled")) is not True
        ):
            continue
        for name, default in (("EnableDnsSupport", True), ("EnableDnsHostnames", False)):
            if truth(vpc.get(name, default)) is False:
                yield Violation(("PrivateDnsEnabled",), view=view, vpc=vpc.id, name=name)


def _crowded(graph: Graph) -> Iterator[Violation]:
    routing = graph.kept(Routing)
    for view in graph.of(ENDPOINT):
        if view.get("VpcEndpointType") != "Interface":
            continue
        zones: dict[str, str] = {}
        for path, value in view.values("SubnetIds/*"):
            subnet = routing.find(view, value, SUBNET)
            zone = None if subnet is None or "Fn::If" in path else _zone(subnet)
            if subnet is None or zone is None:
                continue
            other = zones.setdefault(zone, subnet.id)
            if other != subnet.id:
                yield Violation(path, view=view, subnet=subnet.id, other=other)


def _zone(subnet: View) -> str | None:
    """The zone of a subnet as something that can be compared: its name, or the place among all of the region."""
    zone = subnet.get("AvailabilityZone")
    if isinstance(zone, str):
        return None if is_unknown(zone) else zone
    choice = zone.get("Fn::Select") if type(zone) is dict else None
    if not isinstance(choice, list) or len(choice) != 2 or number(choice[0]) is None:
        return None
    zones = choice[1].get("Fn::GetAZs") if type(choice[1]) is dict else None
    return None if zones is None else f"zone {choice[0]} of {zones} in {id(subnet.member)}"


def _twice(graph: Graph) -> Iterator[Violation]:
    routing = graph.kept(Routing)
    seen: dict[Any, View] = {}
    for type, what in ((ASSOCIATION, "route table"), (ACL_ASSOCIATION, "network ACL")):
        for view in filter(_always, graph.of(type)):
            subnet = routing.find(view, view.get("SubnetId"), SUBNET)
            if subnet is not None and (other := seen.setdefault((type, id(subnet)), view)) is not view:
                yield Violation(
                    ("SubnetId",), view=view, message="{other} ties {subnet} to a {what} already: a subnet has one",
                    fix="leave one of them out", other=other.id, subnet=subnet.id, what=what,
                )  # fmt: skip
    for view in filter(_always, graph.of(ROUTE)):
        table = routing.find(view, view.get("RouteTableId"), TABLE)
        for name in DESTINATIONS:
            value = view.get(name)
            if table is None or not isinstance(value, str) or is_unknown(value):
                continue
            if (other := seen.setdefault((id(table), name, str(block(value) or value)), view)) is not view:
                yield Violation(
                    (name,), view=view, message="{other} leads {value} somewhere already in {table}",
                    fix="leave one of them out", other=other.id, table=table.id, value=value,
                )  # fmt: skip
    for view in filter(_always, graph.of(ENTRY)):
        acl = routing.find(view, view.get("NetworkAclId"), ACL)
        order, out = number(view.get("RuleNumber")), truth(view.get("Egress", False))
        if acl is None or order is None or out is None:
            continue
        if (other := seen.setdefault((id(acl), order, out), view)) is not view:
            yield Violation(
                ("RuleNumber",), view=view, message="{other} has the number {value} already in {acl}",
                fix="give each entry of a direction its own number", other=other.id, acl=acl.id, value=order,
            )  # fmt: skip


def _unready(graph: Graph) -> Iterator[Violation]:
    """A subnet whose IPv6 block comes from its VPC waits for the block to be there."""
    from ..templates.wiring import Order

    routing, order = graph.kept(Routing), Order()
    for view in graph.of(SUBNET):
        given = view.get("Ipv6CidrBlock")
        vpc = routing.find(view, view.get("VpcId"), VPC)
        if vpc is None or vpc.member is not view.member or "Ipv6CidrBlocks" not in str(given):
            continue
        own = [one for one in graph.of(CIDR_BLOCK) if routing.find(one, one.get("VpcId"), VPC) is vpc]
        six = [one for one in own if one.get("CidrBlock") is ABSENT and _always(one) and one.member is view.member]
        if len(six) == 1 and order.after(view, six[0]) is False:
            yield Violation(("Ipv6CidrBlock",), view=view, block=six[0].id)


def _in_public(graph: Graph) -> Iterator[Violation]:
    routing = graph.kept(Routing)
    for view in graph.of(FUNCTION):
        for path, value in view.values("VpcConfig/SubnetIds/*"):
            subnet = routing.find(view, value, SUBNET)
            if subnet is not None and routing.leads_out(subnet, "internet") is True:
                yield Violation(path, view=view, subnet=subnet.id)
                break


def _apart(graph: Graph) -> Iterator[Violation]:
    """A route table, and a subnet tied to it, of two VPCs."""
    routing = graph.kept(Routing)
    for view in graph.of(ASSOCIATION):
        subnet = routing.find(view, view.get("SubnetId"), SUBNET)
        table = routing.find(view, view.get("RouteTableId"), TABLE)
        if subnet is not None and table is not None and differ(routing.home(subnet), routing.home(table)):
            yield Violation(("RouteTableId",), view=view, subnet=subnet.id, table=table.id)


# Examples


def _net(**more: Any) -> dict[str, Any]:
    """A VPC with a public subnet, and whatever else there is."""
    resources = {
        "Net": {"Type": VPC, "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "One": _subnet("10.0.0.0/20", AvailabilityZone="eu-west-1a"),
        "Gateway": {"Type": INTERNET_GATEWAY},
        "Attached": {
            "Type": ATTACHMENT,
            "Properties": {"VpcId": {"Ref": "Net"}, "InternetGatewayId": {"Ref": "Gateway"}},
        },
        "Table": {"Type": TABLE, "Properties": {"VpcId": {"Ref": "Net"}}},
        "Out": _out("Table"),
        "Tied": _tied("One", "Table"),
        **more,
    }
    return {"Resources": {name: body for name, body in resources.items() if body is not None}}


def _subnet(cidr: str, vpc: str = "Net", **more: Any) -> dict[str, Any]:
    return {"Type": SUBNET, "Properties": {"VpcId": {"Ref": vpc}, "CidrBlock": cidr, **more}}


def _out(table: str, *, waits: bool = True) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Type": ROUTE,
        "Properties": {
            "RouteTableId": {"Ref": table}, "DestinationCidrBlock": DEFAULT, "GatewayId": {"Ref": "Gateway"},
        },
    }  # fmt: skip
    return {**body, "DependsOn": "Attached"} if waits else body


def _tied(subnet: str, table: str) -> dict[str, Any]:
    return {"Type": ASSOCIATION, "Properties": {"SubnetId": {"Ref": subnet}, "RouteTableId": {"Ref": table}}}


def _two(cidr: str) -> dict[str, Any]:
    peering = {"Type": PEERING, "Properties": {"VpcId": {"Ref": "Net"}, "PeerVpcId": {"Ref": "Other"}}}
    return _net(Other={"Type": VPC, "Properties": {"CidrBlock": cidr}}, Peering=peering)


def _nat(subnet: str) -> dict[str, Any]:
    return _net(
        Inner=_subnet("10.0.16.0/20"),
        Nat={"Type": NAT, "Properties": {"SubnetId": {"Ref": subnet}, "AllocationId": "eipalloc-1"}},
    )


def _endpoint(dns: bool, *subnets: str) -> dict[str, Any]:
    found = _net(
        Two=_subnet("10.0.16.0/20", AvailabilityZone="eu-west-1a"),
        Three=_subnet("10.0.32.0/20", AvailabilityZone="eu-west-1b"),
        Queues={
            "Type": ENDPOINT,
            "Properties": {
                "VpcId": {"Ref": "Net"}, "VpcEndpointType": "Interface", "PrivateDnsEnabled": True,
                "ServiceName": {"Fn::Sub": "com.amazonaws.${AWS::Region}.sqs"},
                "SubnetIds": [{"Ref": subnet} for subnet in subnets],
            },
        },
    )  # fmt: skip
    found["Resources"]["Net"]["Properties"] |= {"EnableDnsHostnames": dns}
    return found


def _six(*, waits: bool) -> dict[str, Any]:
    subnet = _subnet("10.0.16.0/20", Ipv6CidrBlock={"Fn::Select": [0, {"Fn::GetAtt": ["Net", "Ipv6CidrBlocks"]}]})
    whole = {"Type": CIDR_BLOCK, "Properties": {"VpcId": {"Ref": "Net"}, "AmazonProvidedIpv6CidrBlock": True}}
    return _net(Six={**subnet, "DependsOn": "Whole"} if waits else subnet, Whole=whole)


def _function(subnet: str) -> dict[str, Any]:
    where = {"SubnetIds": [{"Ref": subnet}], "SecurityGroupIds": ["sg-1"]}
    role = "arn:aws:iam::123456789012:role/worker"
    return _net(
        Inner=_subnet("10.0.16.0/20"),
        Worker={"Type": FUNCTION, "Properties": {"Role": role, "Code": {"ZipFile": "pass"}, "VpcConfig": where}},
    )


def _second(cidr: str) -> dict[str, Any]:
    return {"Type": CIDR_BLOCK, "Properties": {"VpcId": {"Ref": "Net"}, "CidrBlock": cidr}}


_ENTRY = {
    "NetworkAclId": {"Ref": "Acl"},
    "RuleNumber": 100,
    "Protocol": -1,
    "RuleAction": "allow",
    "CidrBlock": DEFAULT,
}

RULES = (
    Rule(
        "VPC015", SUBNET, "error",
        "{own} is outside the blocks of {vpc}, {blocks}",
        scope="graph",
        check=_outside,
        fix="choose a block inside the VPC's, or give the VPC another one with AWS::EC2::VPCCidrBlock",
        source="Amazon VPC User Guide, Subnet CIDR blocks",
        verified="docs",
        good=(_net(), _net(More=_second("10.1.0.0/16"), Two=_subnet("10.1.0.0/20"))),
        bad=_net(Two=_subnet("10.1.0.0/20")),
    ),
    Rule(
        "VPC016", (SUBNET, VPC), "error",
        "{own} overlaps {known} of {what} {other}",
        scope="graph",
        check=_overlapping,
        fix="choose blocks that have no address in common",
        source="Amazon VPC User Guide, Subnet CIDR blocks; VPC CIDR blocks",
        verified="docs",
        good=(
            _net(Two=_subnet("10.0.16.0/20")),
            Stacks({"net": _net(), "other": _net()}),
        ),
        bad=(
            _net(Two=_subnet("10.0.8.0/24")),
            _net(More=_second("10.0.128.0/20")),
        ),
    ),
    Rule(
        "VPC017", PEERING, "error",
        "{first} and {second} overlap, and peered VPCs may have no address in common",
        scope="graph",
        check=_peered,
        fix="give one of the VPCs another block",
        source="Amazon VPC Peering Guide, VPC peering limitations",
        verified="docs",
        good=_two("10.1.0.0/16"),
        bad=_two("10.0.128.0/17"),
    ),
    Rule(
        "VPC017", "awsdeck::VPCPeering", "error",
        "{first} and {second} overlap, and peered VPCs may have no address in common",
        scope="construct",
        check=_planned,
        fix="give one of the VPCs another block",
        source="Amazon VPC Peering Guide, VPC peering limitations",
        verified="docs",
        good={"blocks": ["10.0.0.0/16"], "peer_blocks": ["10.1.0.0/16"]},
        bad={"blocks": ["10.0.0.0/16"], "peer_blocks": ["10.1.0.0/16", "10.0.0.0/20"]},
    ),
    Rule(
        "VPC018", ROUTE, "warning",
        "the route does not wait for {attachment}, which attaches its gateway: creating the stack may fail",
        scope="graph",
        check=_waiting,
        fix="add {attachment} to its DependsOn",
        source="CloudFormation User Guide, DependsOn attribute, VPC-gateway attachment",
        verified="docs",
        good=_net(),
        bad=_net(Out=_out("Table", waits=False)),
    ),
    Rule(
        "VPC019", NAT, "warning",
        "the NAT gateway stands in {subnet}, which has no route to an internet gateway: it leads nowhere",
        scope="graph",
        check=_stranded,
        fix="put it into a public subnet, or make it private",
        source="Amazon VPC User Guide, NAT gateway basics",
        verified="docs",
        good=_nat("One"),
        bad=_nat("Inner"),
    ),
    Rule(
        "VPC020", ENDPOINT, "error",
        "private DNS needs {name} of {vpc}, which is off",
        scope="graph",
        check=_names,
        fix="set EnableDnsSupport and EnableDnsHostnames of {vpc} to true, or PrivateDnsEnabled to false",
        source="Amazon EC2 API Reference, CreateVpcEndpoint, PrivateDnsEnabled",
        verified="docs",
        good=_endpoint(True, "One", "Three"),
        bad=_endpoint(False, "One", "Three"),
    ),
    Rule(
        "VPC021", ENDPOINT, "error",
        "{subnet} and {other} are in one zone, and an interface endpoint stands in one subnet of each",
        scope="graph",
        check=_crowded,
        fix="leave one of them out",
        source="AWS PrivateLink Guide, Subnets and Availability Zones",
        verified="docs",
        good=_endpoint(True, "One", "Three"),
        bad=_endpoint(True, "One", "Two"),
    ),
    Rule(
        "VPC022", (ASSOCIATION, ACL_ASSOCIATION, ROUTE, ENTRY), "error",
        "it repeats what another one says",
        scope="graph",
        check=_twice,
        source="Amazon VPC User Guide, Subnet route tables; Network ACL rules",
        verified="docs",
        good=_net(Two=_subnet("10.0.16.0/20"), AlsoTied=_tied("Two", "Table")),
        bad=(
            _net(Second={"Type": TABLE, "Properties": {"VpcId": {"Ref": "Net"}}}, AlsoTied=_tied("One", "Second")),
            _net(AlsoOut=_out("Table")),
            _net(
                Acl={"Type": ACL, "Properties": {"VpcId": {"Ref": "Net"}}},
                First={"Type": ENTRY, "Properties": _ENTRY},
                Again={"Type": ENTRY, "Properties": {**_ENTRY, "RuleAction": "deny"}},
            ),
        ),
    ),
    Rule(
        "VPC023", SUBNET, "warning",
        "the subnet does not wait for {block}, which brings the IPv6 addresses: creating the stack may fail",
        scope="graph",
        check=_unready,
        fix="add {block} to its DependsOn",
        source="CloudFormation Template Reference, AWS::EC2::VPCCidrBlock",
        verified="docs",
        good=_six(waits=True),
        bad=_six(waits=False),
    ),
    Rule(
        "VPC024", FUNCTION, "warning",
        MESSAGE,
        scope="graph",
        check=_in_public,
        fix=FIX,
        source=SOURCE,
        verified="docs",
        good=_function("Inner"),
        bad=_function("One"),
    ),
    Rule(
        "VPC025", ASSOCIATION, "error",
        "{subnet} and {table} belong to different VPCs",
        scope="graph",
        check=_apart,
        fix="tie the subnet to a route table of its own VPC",
        source="Amazon VPC User Guide, Subnet route tables",
        verified="docs",
        good=_net(),
        bad=_net(
            Other={"Type": VPC, "Properties": {"CidrBlock": "10.1.0.0/16"}},
            Foreign={"Type": TABLE, "Properties": {"VpcId": {"Ref": "Other"}}},
            Tied=_tied("One", "Foreign"),
        ),
    ),
)  # fmt: skip
