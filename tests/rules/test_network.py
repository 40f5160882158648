"""Networks: what looks wrong at first sight and is not, what cannot be told, and the verdicts below the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules import Graph, check_graph, registry
from awsdeck.template import Template

if TYPE_CHECKING:
    from awsdeck.errors import Finding

    from .conftest import Ask, AskHints, Said

VPC = "AWS::EC2::VPC"
SUBNET = "AWS::EC2::Subnet"
GROUP = "AWS::EC2::SecurityGroup"
INGRESS = "AWS::EC2::SecurityGroupIngress"
TABLE = "AWS::EC2::RouteTable"
ROUTE = "AWS::EC2::Route"
TIE = "AWS::EC2::SubnetRouteTableAssociation"
EVERYWHERE = "0.0.0.0/0"
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
GIVEN = {"Stage": {"Type": "String"}, "Text": {"Type": "String"}, "Net2": {"Type": "AWS::EC2::VPC::Id"}}
NONE = {"Ref": "AWS::NoValue"}


def of(type: str, /, **properties: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties}


def when(condition: str, body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "Condition": condition}


def net(name: str = "Net", cidr: str = "10.0.0.0/16", **more: Any) -> dict[str, Any]:
    return of(VPC, CidrBlock=cidr, **more)


def subnet(cidr: Any, vpc: Any = "Net", **more: Any) -> dict[str, Any]:
    return of(SUBNET, VpcId={"Ref": vpc} if isinstance(vpc, str) else vpc, CidrBlock=cidr, **more)


def group(vpc: Any = "Net", **more: Any) -> dict[str, Any]:
    return of(GROUP, GroupDescription="web", VpcId={"Ref": vpc} if isinstance(vpc, str) else vpc, **more)


def id_of(group: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [group, "GroupId"]}


def rule(**more: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8", **more}


def tie(subnet: Any, table: Any) -> dict[str, Any]:
    return of(TIE, SubnetId={"Ref": subnet}, RouteTableId={"Ref": table})


def told(said: Said) -> list[Finding]:
    """What was found of the resources; the parameters and conditions that stand ready are not all used."""
    return [finding for finding in said.findings if not finding.rule.startswith("TPL")]


# Security groups


@pytest.mark.parametrize(
    "given",
    [
        rule(IpProtocol="TCP"),
        rule(IpProtocol=6),
        rule(IpProtocol="icmp", FromPort=-1, ToPort=-1),
        rule(IpProtocol="icmp", FromPort=8, ToPort=-1),
        rule(IpProtocol="-1", FromPort=-1, ToPort=-1),
        rule(IpProtocol=-1, FromPort=0, ToPort=65_535),
        rule(IpProtocol="50", FromPort=-1, ToPort=-1),
        {"IpProtocol": "58", "CidrIpv6": "2001:db8::/32"},
        rule(FromPort=0, ToPort=0),
        rule(FromPort="443", ToPort="443"),
        rule(FromPort={"Ref": "Text"}, ToPort={"Ref": "Text"}),
        rule(FromPort={"Ref": "Text"}, ToPort=80),
        rule(IpProtocol={"Ref": "Text"}),
        rule(CidrIp={"Ref": "Text"}),
        rule(CidrIp={"Fn::Sub": "${Text}/32"}),
        rule(CidrIp={"Fn::If": ["Prod", "10.0.0.0/8", "10.1.0.0/16"]}),
        {**rule(CidrIp={"Fn::If": ["Prod", "10.0.0.0/8", NONE]}), "CidrIpv6": {"Fn::If": ["Prod", NONE, "::1/128"]}},
        {**rule(CidrIp=NONE), "SourceSecurityGroupId": "sg-1", "SourceSecurityGroupOwnerId": "123456789012"},
        {**rule(CidrIp=NONE), "SourcePrefixListId": "pl-1"},
        rule(CidrIp=EVERYWHERE),
        rule(CidrIp=EVERYWHERE, FromPort=80, ToPort=443),
        rule(CidrIp="10.0.0.0/8", FromPort=22, ToPort=22),
        rule(CidrIp=EVERYWHERE, IpProtocol="icmp", FromPort=-1, ToPort=-1),
        rule(CidrIp=EVERYWHERE, IpProtocol="udp", FromPort=22, ToPort=22),
    ],
)
def test_rules_that_security_groups_take(ask: Ask, given: dict[str, Any]) -> None:
    said = ask({"Net": net(), "Web": group(SecurityGroupIngress=[given])}, Parameters=GIVEN, Conditions=PROD)
    assert told(said) == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (rule(FromPort=-2), "EC2023"),
        (rule(FromPort=-1, ToPort=-1), "EC2023"),
        (rule(ToPort=65_536), "EC2023"),
        (rule(FromPort=444), "EC2023"),
        ({"IpProtocol": "icmp", "CidrIp": "10.0.0.0/8"}, "EC2023"),
        (rule(IpProtocol="ICMP", FromPort=-1, ToPort=0), "EC2023"),
        (rule(IpProtocol="http"), "VPC001"),
        (rule(CidrIp={"Fn::If": ["Prod", "10.0.0.0/8", NONE]}), "VPC002"),
        (rule(CidrIp="10.0.0.0"), "VPC002"),
        (rule(CidrIp={"Fn::If": ["Prod", "10.0.0.0/8", EVERYWHERE]}, FromPort=22, ToPort=22), "EC2022"),
        (rule(CidrIp=EVERYWHERE, FromPort=1_000, ToPort=6_000), "EC2022"),
        (rule(CidrIp=EVERYWHERE, FromPort=4_000, ToPort=60_000), "VPC003"),
        (rule(CidrIp=EVERYWHERE, FromPort=5_432, ToPort=5_432), "VPC003"),
    ],
)
def test_rules_that_they_do_not_take_or_should_not(ask: Ask, given: dict[str, Any], found: str) -> None:
    said = ask({"Net": net(), "Web": group(SecurityGroupIngress=[given])}, Parameters=GIVEN, Conditions=PROD)
    assert {finding.rule for finding in told(said)} == {found}


def test_everything_open_to_everybody_is_told_once_with_what_it_means(ask: Ask) -> None:
    given = {"IpProtocol": "-1", "CidrIp": EVERYWHERE}
    (found,) = ask({"Net": net(), "Web": group(SecurityGroupIngress=[given])}).of("EC2022")
    assert "every port" in found.message
    assert found.severity == "warning"


def test_ports_that_a_rule_for_everything_names_are_a_warning(ask: Ask) -> None:
    given = {"IpProtocol": "-1", "CidrIp": "10.0.0.0/8", "FromPort": 443, "ToPort": 443}
    assert ask({"Net": net(), "Web": group(SecurityGroupEgress=[given])}).severities("VPC001") == ["warning"]


@pytest.mark.parametrize(
    ("one", "other", "twice"),
    [
        ({}, {}, True),
        ({"IpProtocol": "6"}, {}, True),
        ({}, {"Description": "again"}, True),
        ({}, {"CidrIp": "10.0.0.0/9"}, False),
        ({}, {"ToPort": 444}, False),
        ({"FromPort": {"Ref": "Text"}}, {"FromPort": {"Ref": "Text"}}, False),
        ({"GroupId": {"Ref": "Text"}}, {"GroupId": {"Ref": "Text"}}, False),
        ({"IpProtocol": "udp"}, {}, False),
    ],
)
def test_the_same_rule_twice_is_told_when_it_is_certain(ask: Ask, one: Any, other: Any, twice: bool) -> None:
    resources = {
        "Net": net(), "Web": group(),
        "One": of(INGRESS, **rule(**{"GroupId": id_of("Web"), **one})),
        "Other": of(INGRESS, **rule(**{"GroupId": id_of("Web"), **other})),
    }  # fmt: skip
    assert bool(ask(resources, Parameters=GIVEN).of("VPC005")) is twice


def test_the_same_rule_under_two_conditions_is_one_rule(ask: Ask) -> None:
    one = of(INGRESS, **rule(GroupId=id_of("Web")))
    resources = {"Net": net(), "Web": group(), "One": when("Prod", one), "Other": when("Test", one)}
    assert told(ask(resources, Parameters=GIVEN, Conditions=PROD)) == []


# Blocks of addresses


@pytest.mark.parametrize(
    "resources",
    [
        {"Net": of(VPC, CidrBlock={"Ref": "Text"}), "One": subnet("10.9.0.0/24")},
        {"Net": of(VPC, Ipv4IpamPoolId="pool", Ipv4NetmaskLength=16), "One": subnet("10.9.0.0/24")},
        {"Net": net(), "One": subnet({"Ref": "Text"}), "Two": subnet("10.0.0.0/24")},
        {"Net": net(), "One": subnet({"Fn::Select": [0, {"Fn::Cidr": ["10.0.0.0/16", 4, 8]}]})},
        {"One": subnet("10.9.0.0/24", {"Ref": "Net2"}), "Two": of(SUBNET, VpcId="vpc-0123abcd", CidrBlock="10.9.0.0/24")},
        {"Net": net(), "One": when("Prod", subnet("10.0.0.0/24")), "Two": when("Test", subnet("10.0.0.0/24"))},
        {"Net": net(), "Other": net(), "One": subnet("10.0.0.0/24"), "Two": subnet("10.0.0.0/24", "Other")},
        {
            "Net": net(), "One": subnet("10.2.0.0/24"),
            "More": of("AWS::EC2::VPCCidrBlock", VpcId={"Ref": "Net"}, CidrBlock={"Ref": "Text"}),
        },
        {
            "Net": net(), "One": subnet("10.0.0.0/24"),
            "Six": of("AWS::EC2::VPCCidrBlock", VpcId={"Ref": "Net"}, AmazonProvidedIpv6CidrBlock=True),
        },
    ],
)  # fmt: skip
def test_blocks_that_fit_or_cannot_be_told(ask: Ask, resources: dict[str, Any]) -> None:
    assert told(ask(resources, Parameters=GIVEN, Conditions=PROD)) == []


def test_a_subnet_outside_names_the_blocks_of_its_vpc_with_their_second_ones(ask: Ask) -> None:
    more = of("AWS::EC2::VPCCidrBlock", VpcId={"Ref": "Net"}, CidrBlock="10.1.0.0/16")
    (found,) = ask({"Net": net(), "More": more, "One": subnet("10.2.0.0/24")}).of("VPC015")
    assert "10.0.0.0/16, 10.1.0.0/16" in found.message


def test_subnets_of_a_vpc_of_another_stack_are_held_against_each_other() -> None:
    graph = Graph()
    outputs = {"Net": {"Value": {"Ref": "Net"}, "Export": {"Name": "net"}}}
    ground = {"Resources": {"Net": net(), "One": subnet("10.0.0.0/24")}, "Outputs": outputs}
    shop = {"Resources": {"Two": subnet("10.0.0.0/25", {"Fn::ImportValue": "net"})}}
    for name, data in (("ground", ground), ("shop", shop)):
        graph.add(Template.from_dict(data, name))
    assert [(finding.rule, finding.stack) for finding in check_graph(graph)] == [("VPC016", "shop")]


@pytest.mark.parametrize(
    ("cidr", "severities"),
    [("10.0.0.0/8", ["error"]), ("10.0.0.0/29", ["error"]), ("10.0.0.4/24", ["warning"]), ("10.0.0.0/24", [])],
)
def test_the_size_of_a_block(ask: Ask, cidr: str, severities: list[str]) -> None:
    assert ask({"Net": net(cidr=cidr)}).severities("VPC007") == severities


def test_peerings_of_blocks_that_are_not_known_are_left_alone(ask: Ask, ask_hints: AskHints) -> None:
    peering = of("AWS::EC2::VPCPeeringConnection", VpcId={"Ref": "Net"}, PeerVpcId={"Ref": "Other"})
    for other in (of(VPC, CidrBlock={"Ref": "Text"}), net(cidr="10.1.0.0/16")):
        assert told(ask({"Net": net(), "Other": other, "Peering": peering}, Parameters=GIVEN)) == []
    assert told(ask_hints("VPCPeering", blocks=["10.0.0.0/16"], peer_blocks=[])) == []


def test_a_vpc_is_not_peered_with_itself(ask: Ask) -> None:
    peering = of("AWS::EC2::VPCPeeringConnection", VpcId={"Ref": "Net"}, PeerVpcId={"Fn::GetAtt": ["Net", "VpcId"]})
    (found,) = ask({"Net": net(), "Peering": peering}).of("VPC017")
    assert "itself" in found.message


# Routes and what waits


def public(**more: Any) -> dict[str, Any]:
    """A public subnet, and whatever else there is."""
    return {
        "Net": net(), "One": subnet("10.0.0.0/24"), "Inner": subnet("10.0.1.0/24"),
        "Gateway": {"Type": "AWS::EC2::InternetGateway"},
        "Attached": of(
            "AWS::EC2::VPCGatewayAttachment", VpcId={"Ref": "Net"}, InternetGatewayId={"Ref": "Gateway"}
        ),
        "Table": of(TABLE, VpcId={"Ref": "Net"}), "Tie": tie("One", "Table"),
        "Out": {
            **of(ROUTE, RouteTableId={"Ref": "Table"}, DestinationCidrBlock=EVERYWHERE, GatewayId={"Ref": "Gateway"}),
            "DependsOn": "Attached",
        },
        **more,
    }  # fmt: skip


def nat(subnet: Any) -> dict[str, Any]:
    return of("AWS::EC2::NatGateway", SubnetId=subnet, AllocationId="eipalloc-1")


def test_a_route_may_wait_for_the_gateway_through_others(ask: Ask) -> None:
    table = {**of(TABLE, VpcId={"Ref": "Net"}), "DependsOn": "Attached"}
    out = of(ROUTE, RouteTableId={"Ref": "Table"}, DestinationCidrBlock=EVERYWHERE, GatewayId={"Ref": "Gateway"})
    assert told(ask(public(Table=table, Out=out))) == []
    by_attachment = {**out["Properties"], "GatewayId": {"Fn::GetAtt": ["Attached", "InternetGatewayId"]}}
    assert ask(public(Out=of(ROUTE, **by_attachment))).of("VPC018") == []


@pytest.mark.parametrize(
    ("more", "warned"),
    [
        ({"Nat": nat({"Ref": "Inner"})}, True),
        ({"Nat": nat({"Ref": "One"})}, False),
        ({"Nat": nat({"Ref": "Text"})}, False),
        ({"Nat": nat({"Ref": "Inner"}), "Tie2": of(TIE, SubnetId={"Ref": "Inner"}, RouteTableId="rtb-1")}, False),
        ({"Nat": nat({"Ref": "Inner"}), "Tie2": of(TIE, SubnetId={"Ref": "Text"}, RouteTableId="rtb-1")}, False),
        ({"Nat": nat({"Ref": "Inner"}), "Out": when("Prod", public()["Out"]), "Tie2": tie("Inner", "Table")}, False),
        (
            {
                "Nat": nat({"Ref": "Inner"}),
                "Inner": subnet("10.0.1.0/24", "vpc-0123abcd"),
            },
            False,
        ),
    ],
)
def test_a_nat_gateway_without_a_way_out_is_told_when_it_is_certain(ask: Ask, more: Any, warned: bool) -> None:
    assert bool(ask(public(**more), Parameters=GIVEN, Conditions=PROD).of("VPC019")) is warned


def test_a_subnet_that_other_templates_may_tie_is_left_alone(ask: Ask) -> None:
    outputs = {"Inner": {"Value": {"Ref": "Inner"}, "Export": {"Name": "inner"}}}
    assert ask(public(Nat=nat({"Ref": "Inner"})), Outputs=outputs).of("VPC019") == []


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"DestinationCidrBlock": EVERYWHERE, "GatewayId": {"Fn::If": ["Prod", "igw-1", NONE]}}, True),
        (
            {
                "DestinationCidrBlock": EVERYWHERE, "GatewayId": {"Fn::If": ["Prod", "igw-1", NONE]},
                "NatGatewayId": {"Fn::If": ["Prod", NONE, "nat-1"]},
            },
            False,
        ),
        ({"DestinationPrefixListId": "pl-1", "TransitGatewayId": "tgw-1"}, False),
        ({"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"}, False),
    ],
)  # fmt: skip
def test_a_route_has_one_destination_and_one_target_in_every_world(ask: Ask, given: Any, wrong: bool) -> None:
    resources = {
        "Net": net(),
        "Table": of(TABLE, VpcId={"Ref": "Net"}),
        "Way": of(ROUTE, RouteTableId={"Ref": "Table"}, **given),
    }
    assert bool(ask(resources, Parameters=GIVEN, Conditions=PROD).of("VPC010")) is wrong


def test_a_function_beside_a_nat_gateway_is_in_no_public_subnet(ask: Ask) -> None:
    def work(subnet: str) -> dict[str, Any]:
        return of(
            "AWS::Lambda::Function", Role="arn:aws:iam::123456789012:role/r", Code={"ZipFile": "x"},
            VpcConfig={"SubnetIds": [{"Ref": subnet}], "SecurityGroupIds": ["sg-1"]},
        )  # fmt: skip

    assert len(ask(public(Work=work("One"))).of("VPC024")) == 1
    assert ask(public(Work=work("Inner"))).of("VPC024") == []


# Endpoints, flow logs, entries


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"ServiceName": "com.amazonaws.eu-west-1.s3", "RouteTableIds": ["rtb-1"]}, False),
        ({"ServiceName": "com.amazonaws.eu-west-1.sqs", "RouteTableIds": ["rtb-1"]}, True),
        ({"ServiceName": {"Fn::Join": ["", ["com.amazonaws.", {"Ref": "AWS::Region"}, ".s3"]]}}, False),
        ({"ServiceName": {"Fn::Join": [".", ["com.amazonaws", {"Ref": "AWS::Region"}, "sqs"]]}}, True),
        ({"ServiceName": {"Fn::Sub": "com.amazonaws.${AWS::Region}.${Text}"}}, False),
        ({"ServiceName": {"Ref": "Text"}}, False),
        ({"ServiceName": "com.amazonaws.eu-west-1.s3", "VpcEndpointType": {"Ref": "Text"}, "SubnetIds": ["s"]}, False),
        ({"ServiceName": "com.amazonaws.eu-west-1.s3", "PrivateDnsEnabled": False}, False),
        ({"ServiceName": "com.amazonaws.eu-west-1.s3", "PrivateDnsEnabled": True}, True),
        ({"ServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0a", "VpcEndpointType": "GatewayLoadBalancer"}, False),
    ],
)
def test_endpoints_are_held_against_their_type_where_it_is_known(ask: Ask, given: Any, wrong: bool) -> None:
    endpoint = of("AWS::EC2::VPCEndpoint", VpcId={"Ref": "Net"}, **given)
    said = ask({"Net": net(), "Endpoint": endpoint}, Parameters=GIVEN)
    assert bool(said.of("VPC012")) is wrong


def test_zones_are_compared_by_name_and_by_number_never_with_each_other(ask: Ask) -> None:
    def zone(number: int) -> dict[str, Any]:
        return {"Fn::Select": [number, {"Fn::GetAZs": ""}]}

    def ask_of(one: Any, other: Any) -> bool:
        endpoint = of(
            "AWS::EC2::VPCEndpoint", VpcId={"Ref": "Net"}, VpcEndpointType="Interface",
            ServiceName="com.amazonaws.eu-west-1.sqs", SubnetIds=[{"Ref": "One"}, {"Ref": "Two"}],
        )  # fmt: skip
        resources = {
            "Net": net(), "One": subnet("10.0.0.0/24", AvailabilityZone=one),
            "Two": subnet("10.0.1.0/24", AvailabilityZone=other), "Endpoint": endpoint,
        }  # fmt: skip
        return bool(ask(resources, Parameters=GIVEN).of("VPC021"))

    assert ask_of(zone(0), zone(0))
    assert ask_of("eu-west-1a", "eu-west-1a")
    assert not ask_of(zone(0), zone(1))
    assert not ask_of(zone(0), "eu-west-1a")
    assert not ask_of({"Ref": "Text"}, {"Ref": "Text"})


@pytest.mark.parametrize(
    ("zone", "region", "wrong"),
    [
        ("us-east-1a", "us-east-1", False),
        ("us-west-2-lax-1a", "us-west-2", False),
        ("us-gov-west-1a", "us-gov-west-1", False),
        ("us-east-1a", None, False),
        ({"Ref": "Text"}, "us-east-1", False),
        ("us-east-2a", "us-east-1", True),
        ("us-west-2-lax-1a", "us-east-1", True),
    ],
)
def test_a_zone_is_one_of_the_stacks_region(ask: Ask, zone: Any, region: str | None, wrong: bool) -> None:
    resources = {"Net": net(), "One": subnet("10.0.0.0/24", AvailabilityZone=zone)}
    assert bool(ask(resources, member={"region": region}, Parameters=GIVEN).of("VPC026")) is wrong


def test_flow_logs_of_transit_gateways_record_all_their_traffic(ask: Ask) -> None:
    given = {"ResourceId": "tgw-1", "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::flows"}
    log = of("AWS::EC2::FlowLog", ResourceType="TransitGateway", **given)
    assert ask({"Flows": log}).of("VPC013") == []
    assert len(ask({"Flows": of("AWS::EC2::FlowLog", ResourceType="VPC", **given)}).of("VPC013")) == 1


def test_an_acl_numbers_each_direction_on_its_own(ask: Ask) -> None:
    def entry(**more: Any) -> dict[str, Any]:
        return of(
            "AWS::EC2::NetworkAclEntry", NetworkAclId={"Ref": "Acl"}, RuleNumber=100, Protocol=-1, RuleAction="allow",
            CidrBlock=EVERYWHERE, **more,
        )  # fmt: skip

    acl = {"Net": net(), "Acl": of("AWS::EC2::NetworkAcl", VpcId={"Ref": "Net"}), "In": entry()}
    assert told(ask({**acl, "Out": entry(Egress=True)})) == []
    assert told(ask({**acl, "Out": entry(Egress={"Ref": "Text"})}, Parameters=GIVEN)) == []
    assert len(ask({**acl, "Out": entry(Egress="false")}).of("VPC022")) == 1


# Networks together


def machine(subnet: Any, *groups: Any, **more: Any) -> dict[str, Any]:
    return of("AWS::EC2::Instance", ImageId="ami-1", SubnetId=subnet, SecurityGroupIds=list(groups), **more)


def two(**more: Any) -> dict[str, Any]:
    return {
        "Net": net(), "Other": net(cidr="10.1.0.0/16"), "One": subnet("10.0.0.0/24"),
        "Web": group("Other"), "Own": group(), **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"It": machine({"Ref": "One"}, id_of("Web"))}, True),
        ({"It": machine({"Ref": "One"}, id_of("Own"))}, False),
        ({"It": machine({"Ref": "One"}, {"Fn::If": ["Prod", id_of("Own"), "sg-1"]})}, False),
        ({"It": machine({"Ref": "One"}, {"Fn::If": ["Prod", id_of("Own"), id_of("Web")]})}, True),
        ({"It": machine({"Ref": "Text"}, id_of("Web"))}, False),
        ({"It": machine({"Ref": "One"}, id_of("Web")), "Web": group({"Ref": "Net2"})}, False),
        ({"It": machine({"Ref": "One"}, id_of("Web")), "Web": group("vpc-0123abcd")}, False),
        (
            {
                "It": machine({"Ref": "One"}, id_of("Web")),
                "Tie": of("AWS::EC2::SecurityGroupVpcAssociation", GroupId=id_of("Web"), VpcId={"Ref": "Net"}),
            },
            False,
        ),
        (
            {
                "It": of("AWS::RDS::DBInstance", DBSubnetGroupName={"Ref": "Places"}, VPCSecurityGroups=[id_of("Web")]),
                "Places": of("AWS::RDS::DBSubnetGroup", DBSubnetGroupDescription="d", SubnetIds=[{"Ref": "One"}]),
            },
            True,
        ),
    ],
)
def test_groups_and_subnets_of_two_networks_are_told_when_it_is_certain(ask: Ask, more: Any, wrong: bool) -> None:
    said = ask(two(**more), Parameters=GIVEN, Conditions=PROD).of("XSV008")
    assert bool(said) is wrong
    if wrong:
        assert "Net" in said[0].message


def balanced(target: dict[str, Any]) -> dict[str, Any]:
    listener = of(
        "AWS::ElasticLoadBalancingV2::Listener", LoadBalancerArn={"Ref": "Front"}, Port=80, Protocol="TCP",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}],
    )  # fmt: skip
    front = of("AWS::ElasticLoadBalancingV2::LoadBalancer", Type="network", Scheme="internal", Subnets=[{"Ref": "One"}])
    return two(Front=front, Listener=listener, Targets=target)


def test_a_target_group_belongs_to_the_network_of_its_load_balancer(ask: Ask) -> None:
    def targets(**more: Any) -> dict[str, Any]:
        return of("AWS::ElasticLoadBalancingV2::TargetGroup", Port=80, Protocol="TCP", **more)

    assert len(ask(balanced(targets(VpcId={"Ref": "Other"}))).of("XSV008")) == 1
    assert ask(balanced(targets(VpcId={"Ref": "Net"}))).of("XSV008") == []
    assert ask(balanced(of("AWS::ElasticLoadBalancingV2::TargetGroup", TargetType="lambda"))).of("XSV008") == []


# Clients of databases


def client(rules: dict[str, Any] | None = None, *, data: Any = None, told: Any = None, **more: Any) -> dict[str, Any]:
    database = of(
        "AWS::RDS::DBInstance", Engine="mysql", DBInstanceClass="db.t3.micro", AllocatedStorage="20",
        VPCSecurityGroups=[id_of("Data")], StorageEncrypted=True, ManageMasterUserPassword=True, MasterUsername="app",
    )  # fmt: skip
    told = {"Fn::GetAtt": ["Db", "Endpoint.Address"]} if told is None else told
    work = of(
        "AWS::Lambda::Function", Role="arn:aws:iam::123456789012:role/r", Code={"ZipFile": "x"},
        Environment={"Variables": {"HOST": told}},
        VpcConfig={"SubnetIds": [{"Ref": "One"}], "SecurityGroupIds": [id_of("Web")]},
    )  # fmt: skip
    return {
        "Net": net(), "One": subnet("10.0.0.0/24"), "Web": group(), "Data": group(),
        "Db": database if data is None else data, "Work": work,
        **({"In": of(INGRESS, GroupId=id_of("Data"), **rules)} if rules else {}), **more,
    }  # fmt: skip


def tcp(port: Any, **source: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}


def cache(**more: Any) -> dict[str, Any]:
    return of(
        "AWS::ElastiCache::CacheCluster", CacheNodeType="cache.t3.micro", NumCacheNodes=1,
        VpcSecurityGroupIds=[id_of("Data")], **more,
    )  # fmt: skip


FROM_WEB = {"SourceSecurityGroupId": id_of("Web")}


@pytest.mark.parametrize(
    ("resources", "warned"),
    [
        (client(), True),
        (client(tcp(3306, **FROM_WEB)), False),
        (client(tcp(5432, **FROM_WEB)), True),
        (client(tcp({"Ref": "Text"}, **FROM_WEB)), False),
        (client({"IpProtocol": "-1", **FROM_WEB}), False),
        (client(tcp(3306, SourceSecurityGroupId=id_of("Data"))), True),
        (client(tcp(3306, SourceSecurityGroupId={"Ref": "Text"})), False),
        (client(tcp(3306, CidrIp="10.0.0.0/16")), False),
        (client(tcp(3306, CidrIp="192.168.0.0/16")), True),
        (client(tcp(3306, CidrIp={"Ref": "Text"})), False),
        (client(tcp(3306, SourcePrefixListId="pl-1")), False),
        (client(Loose=of(INGRESS, GroupId={"Ref": "Text"}, **tcp(3306, **FROM_WEB))), False),
        (client(Data=group(SecurityGroupIngress=[tcp(3306, **FROM_WEB)])), False),
        (client(Data=group(SecurityGroupIngress={"Fn::If": ["Prod", [tcp(3306, **FROM_WEB)], NONE]})), False),
        (client(told={"Fn::Sub": "mysql://${Db.Endpoint.Address}:3306/shop"}), True),
        (client(told={"Fn::Join": ["", ["mysql://", {"Fn::GetAtt": "Db.Endpoint.Address"}]]}), True),
        (client(told={"Fn::Sub": ["mysql://${Host}", {"Host": {"Fn::GetAtt": ["Db", "Endpoint.Address"]}}]}), True),
        (client(told={"Ref": "Db"}), False),
        (client(data=of("AWS::RDS::DBInstance", Engine={"Ref": "Text"}, VPCSecurityGroups=[id_of("Data")])), False),
        (client(data=of("AWS::RDS::DBInstance", Engine="mysql", VPCSecurityGroups=["sg-1"])), False),
        (client(data=of("AWS::RDS::DBInstance", Engine="mysql")), False),
        (
            client(
                tcp(6379, **FROM_WEB), data=cache(Engine="redis"),
                told={"Fn::GetAtt": ["Db", "RedisEndpoint.Address"]},
            ),
            False,
        ),
        (
            client(
                tcp(6379, **FROM_WEB), data=cache(Engine="redis", Port=6380),
                told={"Fn::GetAtt": ["Db", "RedisEndpoint.Address"]},
            ),
            True,
        ),
        (
            client(
                tcp(8111, **FROM_WEB), told={"Fn::GetAtt": ["Db", "ClusterDiscoveryEndpoint"]},
                data=of(
                    "AWS::DAX::Cluster", NodeType="dax.t3.small", ReplicationFactor=1, SecurityGroupIds=[id_of("Data")],
                    IAMRoleARN="arn:aws:iam::123456789012:role/r", ClusterEndpointEncryptionType="TLS",
                ),
            ),
            True,
        ),
    ],
)  # fmt: skip
def test_a_client_that_is_not_let_in_is_told_when_it_is_certain(ask: Ask, resources: Any, warned: bool) -> None:
    assert bool(ask(resources, Parameters=GIVEN, Conditions=PROD).of("XSV009")) is warned


def test_the_fix_names_port_and_groups(ask: Ask) -> None:
    (found,) = ask(client()).of("XSV009")
    assert found.fix == "allow TCP 3306 from Web in Data"


# Target groups and load balancers


def grouped(**more: Any) -> dict[str, Any]:
    return {
        "Net": net(),
        "Targets": of("AWS::ElasticLoadBalancingV2::TargetGroup", VpcId={"Ref": "Net"}, Port=80, Protocol="HTTP"),
        "Machines": of("AWS::AutoScaling::AutoScalingGroup", MinSize="1", MaxSize="1", TargetGroupARNs=[{"Ref": "Targets"}]),
        **more,
    }  # fmt: skip


def test_a_target_group_that_nothing_forwards_to_stays_unused(ask: Ask) -> None:
    assert ask(grouped()).severities("XSV010") == ["warning"]


@pytest.mark.parametrize(
    "action",
    [
        {"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}},
        {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": {"Ref": "Targets"}, "Weight": 1}]}},
        {"Type": "forward", "TargetGroupArn": {"Ref": "Text"}},
        {"Type": "forward", "TargetGroupArn": {"Fn::If": ["Prod", {"Ref": "Targets"}, {"Ref": "Text"}]}},
    ],
)
def test_a_target_group_that_something_may_forward_to_is_left_alone(ask: Ask, action: dict[str, Any]) -> None:
    rule = of(
        "AWS::ElasticLoadBalancingV2::ListenerRule", ListenerArn="arn", Priority=1, Actions=[action], Conditions=[]
    )
    assert ask(grouped(Rule=rule), Parameters=GIVEN, Conditions=PROD).of("XSV010") == []


def test_a_target_group_that_is_exported_is_left_alone(ask: Ask) -> None:
    outputs = {"Targets": {"Value": {"Ref": "Targets"}, "Export": {"Name": "targets"}}}
    assert ask(grouped(), Outputs=outputs).of("XSV010") == []


def faced(**more: Any) -> dict[str, Any]:
    return public(
        Front=of("AWS::ElasticLoadBalancingV2::LoadBalancer", Type="network", Subnets=[{"Ref": "Inner"}], **more)
    )


def test_a_load_balancer_of_the_internet_needs_the_way_there(ask: Ask) -> None:
    assert ask(faced()).severities("XSV011") == ["warning"]
    assert ask(faced(Scheme="internal")).of("XSV011") == []
    assert ask(faced(Scheme={"Ref": "Text"}), Parameters=GIVEN).of("XSV011") == []
    assert ask({**faced(), "Tie2": tie("Inner", "Table")}).of("XSV011") == []


def test_a_public_name_of_an_internal_load_balancer_is_a_hint(ask: Ask) -> None:
    record = of(
        "AWS::Route53::RecordSet", HostedZoneId={"Ref": "Zone"}, Name="shop.example.com", Type="A",
        AliasTarget={
            "DNSName": {"Fn::GetAtt": ["Front", "DNSName"]},
            "HostedZoneId": {"Fn::GetAtt": ["Front", "CanonicalHostedZoneID"]},
        },
    )  # fmt: skip
    zone = of("AWS::Route53::HostedZone", Name="example.com")
    private = of(
        "AWS::Route53::HostedZone", Name="example.com", VPCs=[{"VPCId": {"Ref": "Net"}, "VPCRegion": "eu-west-1"}]
    )
    assert ask({**faced(Scheme="internal"), "Zone": zone, "Name": record}).severities("XSV011") == ["info"]
    assert ask({**faced(Scheme="internal"), "Zone": private, "Name": record}).of("XSV011") == []


# Which rules are loaded


@pytest.mark.parametrize(
    ("type", "modules"),
    [
        ("AWS::Net::Router", ("router", "wires")),
        ("AWS::Net::Wire", ("wires",)),
        ("AWS::Net::Plug", ("net", "wires")),
        ("AWS::Sea::Ship", ("sea",)),
        ("awsdeck::NetWire", ("net", "wires")),
        ("awsdeck::Router", ("router",)),
        ("awsdeck::SeaShip", ("sea",)),
        ("awsdeck::Thing", ()),
        ("Custom::Thing", ()),
        ("My::Net::Wire", ()),
    ],
)
def test_a_type_loads_the_rules_that_it_needs(
    type: str, modules: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "SERVICES", {
        "AWS::Net": ("net", "wires"), "AWS::Net::Router": ("router", "wires"), "AWS::Net::Wire": "wires",
        "AWS::Sea": "sea", "awsdeck::Router": "router",
    })  # fmt: skip
    assert registry.modules_of(type) == modules
