"""Rules about single resources of a network: blocks of addresses, routes, gateways, endpoints, flow logs, ACLs."""

from __future__ import annotations

import re

from ..vocabulary import ABSENT, Is, IsNot, Rule, Violation, is_unknown, number, text, truth
from .blocks import MASK_LARGEST, MASK_SMALLEST, block
from .routing import DESTINATIONS, ENDPOINT, ROUTE, SUBNET, TARGETS, VPC
from .securitygroups import RULES as GROUP_RULES
from .subnets import RULES as SUBNET_RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

NAT = "AWS::EC2::NatGateway"
FLOW_LOG = "AWS::EC2::FlowLog"
ENTRY = "AWS::EC2::NetworkAclEntry"
CIDR_BLOCK = "AWS::EC2::VPCCidrBlock"
ENTRY_MOST = 32_766
GATEWAY_SERVICES = ("s3", "dynamodb")
"""What gateway endpoints lead to. Source: AWS PrivateLink Guide, Gateway endpoints."""


def _block(view: View) -> Iterator[Violation]:
    value = view.get("CidrBlock")
    if not isinstance(value, str) or is_unknown(value):
        return
    found = block(value)
    if found is None or found.version != 4:
        yield Violation(("CidrBlock",), message="{prop} is {value}, which is no block of IPv4 addresses", value=value)
        return
    if not MASK_LARGEST <= found.prefixlen <= MASK_SMALLEST:
        yield Violation(
            ("CidrBlock",), message="{prop} {value} has {n} addresses, and there may be 65,536 to 16", value=value,
            n=found.num_addresses, allowed=f"/{MASK_LARGEST} to /{MASK_SMALLEST}",
        )  # fmt: skip
    elif str(found) != value.strip():
        yield Violation(
            ("CidrBlock",), severity="warning", fix=f"write {found}", value=value,
            message="{prop} is {value}, an address inside a block: EC2 takes it for the whole block",
        )  # fmt: skip


def _route(view: View) -> Iterator[Violation]:
    for names, what in ((TARGETS, "target"), (DESTINATIONS, "destination")):
        given = [name for name in names if view.get(name) is not ABSENT]
        if not given:
            yield Violation((names[0] if what == "destination" else "GatewayId",), message=f"the route has no {what}",
                            allowed=f"one of {', '.join(names)}")  # fmt: skip
        elif len(given) > 1:
            yield Violation((given[1],), message=f"the route has {len(given)} {what}s, {' and '.join(given)}",
                            allowed=f"one of {', '.join(names)}")  # fmt: skip
    if view.get("EgressOnlyInternetGatewayId") is not ABSENT and isinstance(view.get("DestinationCidrBlock"), str):
        yield Violation(
            ("EgressOnlyInternetGatewayId",),
            message="an egress-only internet gateway is for IPv6, and the route is about IPv4",
            fix="set DestinationIpv6CidrBlock to ::/0, or lead IPv4 to a NAT gateway",
        )


def _nat(view: View) -> Iterator[Violation]:
    kind, mode = view.get("ConnectivityType", "public"), view.get("AvailabilityMode", "zonal")
    if is_unknown(kind) or is_unknown(mode):
        return
    address = view.get("AllocationId")
    if kind == "private" and address is not ABSENT:
        yield Violation(
            ("AllocationId",), message="a private NAT gateway has no public address",
            fix="leave AllocationId out, or make it public",
        )  # fmt: skip
    elif kind == "public" and mode == "zonal" and address is ABSENT:
        yield Violation(
            ("AllocationId",), message="a public NAT gateway needs an Elastic IP address",
            fix="set AllocationId to the AllocationId of an AWS::EC2::EIP, or ConnectivityType to private",
        )  # fmt: skip
    if mode == "zonal" and view.get("SubnetId") is ABSENT:
        yield Violation(("SubnetId",), message="a NAT gateway stands in a subnet", fix="set SubnetId")


def _endpoint(view: View) -> Iterator[Violation]:
    kind = view.get("VpcEndpointType", "Gateway")
    if is_unknown(kind):
        return
    service = view.get("ServiceName")
    name = _service(service)
    if kind == "Gateway":
        if name is not None and name not in GATEWAY_SERVICES:
            yield Violation(
                ("VpcEndpointType",), message=f"there are gateway endpoints for S3 and DynamoDB alone, not for {name}",
                fix="set VpcEndpointType to Interface",
            )  # fmt: skip
        for prop in ("SubnetIds", "SecurityGroupIds", "PrivateDnsEnabled"):
            given = view.get(prop)
            if given is not ABSENT and not is_unknown(given) and given != [] and truth(given) is not False:
                yield Violation((prop,), message="a gateway endpoint works through route tables and has no {prop}",
                                fix="set RouteTableIds, or VpcEndpointType to Interface")  # fmt: skip
    elif kind == "Interface" and view.get("RouteTableIds", []) != [] and not is_unknown(view.get("RouteTableIds")):
        yield Violation(
            ("RouteTableIds",), message="an interface endpoint stands in subnets and is in no route table",
            fix="set SubnetIds, or VpcEndpointType to Gateway",
        )  # fmt: skip


def _service(value: Any) -> str | None:
    """The short name of an AWS service's endpoint, as far as it can be read."""
    if type(value) is dict and set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
        value = value["Fn::Sub"].replace("${AWS::Region}", "region")
    elif type(value) is dict and set(value) == {"Fn::Join"}:
        argument = value["Fn::Join"]
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
            parts = ["region" if part == {"Ref": "AWS::Region"} else part for part in argument[1]]
            if isinstance(argument[0], str) and all(isinstance(part, str) for part in parts):
                value = argument[0].join(parts)
    if not isinstance(value, str) or is_unknown(value) or "${" in value:
        return None
    match = re.fullmatch(r"(?:cn\.)?com\.amazonaws\.[\w-]+\.([\w.-]+)", value)
    return match[1] if match is not None and not value.startswith("com.amazonaws.vpce.") else None


def _flow_log(view: View) -> Iterator[Violation]:
    kind = view.get("LogDestinationType", "cloud-watch-logs")
    if is_unknown(kind):
        return
    role, group, target = (
        view.get(name) for name in ("DeliverLogsPermissionArn", "LogGroupName", "LogDestination")
    )  # fmt: skip
    if kind == "cloud-watch-logs":
        if role is ABSENT:
            yield Violation(
                ("DeliverLogsPermissionArn",), message="to write to CloudWatch Logs a flow log needs a role",
                fix="set DeliverLogsPermissionArn to a role that vpc-flow-logs.amazonaws.com may assume",
            )  # fmt: skip
        if group is ABSENT and target is ABSENT:
            yield Violation(("LogGroupName",), message="the flow log has no log group", fix="set LogGroupName")
    elif kind == "s3":
        if role is not ABSENT:
            yield Violation(
                ("DeliverLogsPermissionArn",), message="delivery to S3 takes no role: the bucket's policy allows it",
                fix="leave DeliverLogsPermissionArn out",
            )  # fmt: skip
        if target is ABSENT:
            yield Violation(("LogDestination",), message="the flow log has no bucket",
                            fix="set LogDestination to the bucket's ARN")  # fmt: skip
    if group is not ABSENT and target is not ABSENT:
        yield Violation(("LogGroupName",), message="LogGroupName and LogDestination both say where records go",
                        fix="give one of them")  # fmt: skip
    if view.get("TrafficType") is ABSENT and view.get("ResourceType") in ("NetworkInterface", "Subnet", "VPC"):
        yield Violation(("TrafficType",), message="the flow log does not say which traffic it records",
                        allowed="ACCEPT, REJECT, ALL")  # fmt: skip
    interval = view.get("MaxAggregationInterval")
    if number(interval) is not None and number(interval) not in (60, 600):
        yield Violation(("MaxAggregationInterval",), message="{prop} is {value}", value=interval, allowed="60, 600")


def _entry(view: View) -> Iterator[Violation]:
    order = number(view.get("RuleNumber"))
    if order is not None and not 1 <= order <= ENTRY_MOST:
        yield Violation(("RuleNumber",), message="{prop} is {value}", value=order, allowed=f"1 to {ENTRY_MOST:,}")
    blocks = [name for name in ("CidrBlock", "Ipv6CidrBlock") if view.get(name) is not ABSENT]
    if len(blocks) != 1:
        yield Violation(
            ("CidrBlock",), message="the entry names a block of IPv4 addresses and one of IPv6" if blocks else
            "the entry names no block of addresses", allowed="one of CidrBlock, Ipv6CidrBlock",
        )  # fmt: skip
    protocol = view.get("Protocol")
    if protocol is ABSENT or is_unknown(protocol) or isinstance(protocol, dict | list):
        return
    ports = view.get("PortRange")
    if text(protocol) in ("6", "17") and ports is ABSENT:
        yield Violation(("PortRange",), message=f"protocol {text(protocol)} needs a range of ports",
                        fix="set PortRange, From 0 To 65535 for all of them")  # fmt: skip
    if text(protocol) in ("1", "58") and view.get("Icmp") is ABSENT:
        yield Violation(("Icmp",), message=f"protocol {text(protocol)} needs an ICMP type and code",
                        fix="set Icmp, Type -1 and Code -1 for all of them")  # fmt: skip
    first, last = number(view.get("PortRange/From")), number(view.get("PortRange/To"))
    if first is not None and last is not None and first > last:
        yield Violation(("PortRange", "From"), message=f"the range goes from {first:,} down to {last:,}")
    for name, port in (("From", first), ("To", last)):
        if port is not None and not -1 <= port <= 65_535:
            yield Violation(("PortRange", name), message="{prop} is {value}", value=port, allowed="0 to 65,535")


def _address_source(view: View) -> Iterator[Violation]:
    names = [name for name in ("CidrBlock", "Ipv4IpamPoolId", "Ipv4NetmaskLength") if view.get(name) is not ABSENT]
    if view.get("CidrBlock") is not ABSENT and view.get("Ipv4NetmaskLength") is not ABSENT:
        yield Violation(("Ipv4NetmaskLength",), message="a block and the length of a mask both say how large it is",
                        fix="give CidrBlock, or a pool with the length of the mask")  # fmt: skip
    if not names and view.get("Ipv6Native") is ABSENT:
        yield Violation(("CidrBlock",), message="it has no addresses", fix="set CidrBlock, or Ipv4IpamPoolId")


def _vpc(**properties: Any) -> dict[str, Any]:
    return {"Type": VPC, "Properties": {"CidrBlock": "10.0.0.0/16", **properties}}


def _to(**properties: Any) -> dict[str, Any]:
    return {"Type": ROUTE, "Properties": {"RouteTableId": {"Ref": "Table"}, **properties}}


def _through(service: str, **properties: Any) -> dict[str, Any]:
    name = {"Fn::Sub": f"com.amazonaws.${{AWS::Region}}.{service}"}
    return {"Type": ENDPOINT, "Properties": {"VpcId": {"Ref": "Net"}, "ServiceName": name, **properties}}


def _records(**properties: Any) -> dict[str, Any]:
    return {
        "Type": FLOW_LOG,
        "Properties": {"ResourceId": {"Ref": "Net"}, "ResourceType": "VPC", "TrafficType": "ALL", **properties},
    }


def _numbered(**properties: Any) -> dict[str, Any]:
    given = {"NetworkAclId": {"Ref": "Acl"}, "RuleNumber": 100, "RuleAction": "allow", "Protocol": 6, **properties}
    return {"Type": ENTRY, "Properties": given}


RULES = (
    *GROUP_RULES,
    *SUBNET_RULES,
    Rule(
        "VPC007", (VPC, SUBNET, CIDR_BLOCK), "error",
        "the block of addresses is none that EC2 takes",
        when={"CidrBlock": IsNot("")},
        check=_block,
        fix="such as 10.0.0.0/16 for a VPC and 10.0.0.0/20 for a subnet",
        source="Amazon VPC User Guide, VPC CIDR blocks; Subnet CIDR blocks",
        verified="docs",
        good=(_vpc(), _vpc(CidrBlock="10.0.0.0/28")),
        bad=(_vpc(CidrBlock="10.0.0.0/8"), _vpc(CidrBlock="10.0.0.0"), _vpc(CidrBlock="10.0.0.1/16")),
    ),
    Rule(
        "VPC008", VPC, "error",
        "the VPC has no addresses, or too many ways to get them",
        check=_address_source,
        source="CloudFormation Template Reference, AWS::EC2::VPC",
        verified="docs",
        good=(_vpc(), {"Type": VPC, "Properties": {"Ipv4IpamPoolId": "ipam-pool-1", "Ipv4NetmaskLength": 20}}),
        bad=({"Type": VPC, "Properties": {"EnableDnsSupport": True}}, _vpc(Ipv4NetmaskLength=20)),
    ),
    Rule(
        "VPC009", VPC, "error",
        "EnableDnsHostnames needs EnableDnsSupport, which is off",
        when={"EnableDnsHostnames": Is(True, default=False)},
        then={"EnableDnsSupport": Is(True, default=True)},
        fix="set EnableDnsSupport to true, or EnableDnsHostnames to false",
        source="CloudFormation Template Reference, AWS::EC2::VPC, EnableDnsHostnames",
        verified="docs",
        good=_vpc(EnableDnsHostnames=True),
        bad=_vpc(EnableDnsHostnames=True, EnableDnsSupport=False),
    ),
    Rule(
        "VPC010", ROUTE, "error",
        "the route needs one destination and one target",
        check=_route,
        source="CloudFormation Template Reference, AWS::EC2::Route",
        verified="docs",
        good=_to(DestinationCidrBlock="0.0.0.0/0", GatewayId={"Ref": "Gateway"}),
        bad=(
            _to(DestinationCidrBlock="0.0.0.0/0"),
            _to(GatewayId={"Ref": "Gateway"}),
            _to(DestinationCidrBlock="0.0.0.0/0", GatewayId={"Ref": "Gateway"}, NatGatewayId={"Ref": "Nat"}),
            _to(DestinationCidrBlock="0.0.0.0/0", EgressOnlyInternetGatewayId={"Ref": "Gateway"}),
        ),
    ),
    Rule(
        "VPC011", NAT, "error",
        "the NAT gateway lacks an address or a subnet, or has one too many",
        check=_nat,
        source="CloudFormation Template Reference, AWS::EC2::NatGateway",
        verified="docs",
        good=(
            {"Type": NAT, "Properties": {"SubnetId": "subnet-1", "AllocationId": "eipalloc-1"}},
            {"Type": NAT, "Properties": {"SubnetId": "subnet-1", "ConnectivityType": "private"}},
            {"Type": NAT, "Properties": {"VpcId": "vpc-1", "AvailabilityMode": "regional"}},
        ),
        bad=(
            {"Type": NAT, "Properties": {"SubnetId": "subnet-1"}},
            {"Type": NAT, "Properties": {
                "SubnetId": "subnet-1", "ConnectivityType": "private", "AllocationId": "eipalloc-1",
            }},
            {"Type": NAT, "Properties": {"AllocationId": "eipalloc-1"}},
        ),
    ),
    Rule(
        "VPC012", ENDPOINT, "error",
        "the endpoint has properties of another type of endpoint",
        check=_endpoint,
        source="AWS PrivateLink Guide, Gateway endpoints; CloudFormation Template Reference, AWS::EC2::VPCEndpoint",
        verified="docs",
        good=(
            _through("s3", RouteTableIds=[{"Ref": "Table"}]),
            _through("sqs", VpcEndpointType="Interface", SubnetIds=[{"Ref": "One"}], PrivateDnsEnabled=True),
        ),
        bad=(
            _through("sqs", RouteTableIds=[{"Ref": "Table"}]),
            _through("s3", SubnetIds=[{"Ref": "One"}]),
            _through("sqs", VpcEndpointType="Interface", RouteTableIds=[{"Ref": "Table"}]),
        ),
    ),
    Rule(
        "VPC013", FLOW_LOG, "error",
        "the flow log lacks what its destination takes, or has too much",
        check=_flow_log,
        source="CloudFormation Template Reference, AWS::EC2::FlowLog",
        verified="docs",
        good=(
            _records(LogGroupName="flows", DeliverLogsPermissionArn={"Fn::GetAtt": ["Role", "Arn"]}),
            _records(LogDestinationType="s3", LogDestination={"Fn::GetAtt": ["Flows", "Arn"]}),
        ),
        bad=(
            _records(LogGroupName="flows"),
            _records(LogDestinationType="s3"),
            _records(
                LogDestinationType="s3", LogDestination="arn:aws:s3:::flows",
                DeliverLogsPermissionArn={"Fn::GetAtt": ["Role", "Arn"]},
            ),
            _records(LogDestinationType="s3", LogDestination="arn:aws:s3:::flows", MaxAggregationInterval=300),
        ),
    ),
    Rule(
        "VPC014", ENTRY, "error",
        "the entry is none that a network ACL takes",
        check=_entry,
        source="CloudFormation Template Reference, AWS::EC2::NetworkAclEntry",
        verified="docs",
        good=(
            _numbered(CidrBlock="0.0.0.0/0", PortRange={"From": 443, "To": 443}),
            _numbered(Ipv6CidrBlock="::/0", Protocol=-1),
        ),
        bad=(
            _numbered(CidrBlock="0.0.0.0/0"),
            _numbered(CidrBlock="0.0.0.0/0", PortRange={"From": 443, "To": 80}),
            _numbered(CidrBlock="0.0.0.0/0", Protocol=1),
            _numbered(Protocol=-1),
            _numbered(CidrBlock="0.0.0.0/0", Protocol=-1, RuleNumber=32_767),
        ),
    ),
)  # fmt: skip
