"""Rules about the addresses of instances: private ones of their subnet, and Elastic IPs that can be reached."""

from __future__ import annotations

from ..vocabulary import ABSENT, Rule, Violation, is_unknown
from ..vpc.blocks import block
from ..vpc.routing import SUBNET, Routing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

INSTANCE = "AWS::EC2::Instance"
INTERFACE = "AWS::EC2::NetworkInterface"
EIP = "AWS::EC2::EIP"
EIP_ASSOCIATION = "AWS::EC2::EIPAssociation"
RESERVED_FIRST = 4
"""Addresses at the beginning of a subnet that AWS keeps; the last one it keeps too."""


def _given(view: View) -> Iterator[tuple[Path, Any, Any]]:
    """Fixed private addresses with where they stand and the subnet they must be of."""
    yield ("PrivateIpAddress",), view.get("PrivateIpAddress"), view.get("SubnetId")
    for path, card in view.values("NetworkInterfaces/*"):
        if isinstance(card, dict) and not is_unknown(card):
            yield (*path, "PrivateIpAddress"), card.get("PrivateIpAddress", ABSENT), card.get("SubnetId", ABSENT)


def _outside(graph: Graph) -> Iterator[Violation]:
    import ipaddress

    routing = graph.kept(Routing)
    for view in graph.of(INSTANCE, INTERFACE):
        for path, text, where in _given(view):
            subnet = None if where is ABSENT else routing.find(view, where, SUBNET)
            space = None if subnet is None else block(subnet.get("CidrBlock"))
            if subnet is None or space is None or not isinstance(text, str) or is_unknown(text):
                continue
            try:
                address = ipaddress.ip_address(text)
            except ValueError:
                continue
            if address.version != space.version:
                continue
            place = int(address) - int(space.network_address)
            last = space.num_addresses - 1
            allowed = f"{space[RESERVED_FIRST]} to {space[last - 1]}"
            if address not in space:
                yield Violation(path, view=view, address=text, subnet=subnet.id, block=str(space), allowed=allowed)
            elif place < RESERVED_FIRST or place == last:
                yield Violation(
                    path, view=view, address=text, subnet=subnet.id, block=str(space), allowed=allowed,
                    message="AWS keeps the first four addresses of {subnet} ({block}) and the last, and {address} is one",
                )  # fmt: skip


def _unreached(graph: Graph) -> Iterator[Violation]:
    routing = graph.kept(Routing)
    for view in graph.of(EIP, EIP_ASSOCIATION):
        machine = routing.find(view, view.get("InstanceId"), INSTANCE)
        if machine is None:
            continue
        where = machine.get("SubnetId")
        if where is ABSENT:
            where = machine.get("NetworkInterfaces/0/SubnetId")
        subnet = routing.find(machine, where, SUBNET)
        if subnet is not None and routing.leads_out(subnet, "internet") is False:
            yield Violation(("InstanceId",), view=view, instance=machine.id, subnet=subnet.id)


def _net(gateway: dict[str, Any], **more: Any) -> dict[str, Any]:
    net = {"Ref": "Net"}
    return {
        "Resources": {
            "Net": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
            "One": {"Type": SUBNET, "Properties": {"VpcId": net, "CidrBlock": "10.0.16.0/20"}},
            "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": net}},
            "Tied": {
                "Type": "AWS::EC2::SubnetRouteTableAssociation",
                "Properties": {"SubnetId": {"Ref": "One"}, "RouteTableId": {"Ref": "Table"}},
            },
            "Out": {
                "Type": "AWS::EC2::Route",
                "Properties": {"RouteTableId": {"Ref": "Table"}, "DestinationCidrBlock": "0.0.0.0/0", **gateway},
            },
            **more,
        }
    }


def _box(**more: Any) -> dict[str, Any]:
    given = {"ImageId": "ami-12345678", "InstanceType": "m5.large", "SubnetId": {"Ref": "One"}, **more}
    return {"Type": INSTANCE, "Properties": given}


_INTERNET = {"GatewayId": "igw-0a1b2c3d"}
_NAT = {"NatGatewayId": "nat-0a1b2c3d4e5f67890"}
_ADDRESS = {"Type": EIP, "Properties": {"Domain": "vpc", "InstanceId": {"Ref": "Box"}}}

RULES: tuple[Rule, ...] = (
    Rule(
        "EC2041", (INSTANCE, INTERFACE), "error",
        "{address} is no address of {subnet}, which has {block}",
        scope="graph",
        check=_outside,
        fix="choose one of the subnet's, or leave it out",
        source="Amazon VPC User Guide, Subnet CIDR blocks; EC2 API Reference, RunInstances, PrivateIpAddress",
        verified="docs",
        good=(
            _net(_NAT, Box=_box(PrivateIpAddress="10.0.16.4")),
            _net(_NAT, Box=_box(PrivateIpAddress={"Ref": "AWS::StackName"})),
        ),
        bad=(
            _net(_NAT, Box=_box(PrivateIpAddress="10.0.0.9")),
            _net(_NAT, Box=_box(PrivateIpAddress="10.0.16.3")),
            _net(_NAT, Box=_box(PrivateIpAddress="10.0.31.255")),
        ),
    ),
    Rule(
        "VPC027", (EIP, EIP_ASSOCIATION), "warning",
        "nobody reaches {instance} by its Elastic IP: {subnet} has no route to an internet gateway",
        scope="graph",
        check=_unreached,
        fix="place the instance in a public subnet, or leave the address out",
        source="Amazon VPC User Guide, Enable internet access for a VPC using an internet gateway",
        verified="docs",
        good=_net(_INTERNET, Box=_box(), Address=_ADDRESS),
        bad=_net(_NAT, Box=_box(), Address=_ADDRESS),
    ),
)  # fmt: skip
