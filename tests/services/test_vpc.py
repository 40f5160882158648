"""Networks: subnets and their routes, gateways, endpoints, flow logs, peerings, ACLs, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    AWS,
    VPC,
    App,
    ConstraintError,
    ConstructError,
    FlowLog,
    GatewayEndpoint,
    InterfaceEndpoint,
    NetworkAcl,
    Parameter,
    S3Bucket,
    Stack,
    SubnetGroup,
    VPCPeering,
    allow,
)
from awsdeck.services.cloudwatch.logs import LogGroup
from awsdeck.services.vpc.subnet import Placement
from awsdeck.synth import synthesize

EVERYWHERE = "0.0.0.0/0"


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def of(made: dict[str, Any], type: str) -> dict[str, Any]:
    """The properties of every resource of a type of EC2, by logical id."""
    return {id: body.get("Properties", {}) for id, body in made.items() if body["Type"] == f"AWS::EC2::{type}"}


def refused(caught: pytest.ExceptionInfo[Any], *said: str) -> None:
    text = str(caught.value)
    assert "test_vpc.py:" in text, text
    for words in said:
        assert words in text, text


# Subnets


def test_a_plain_vpc_has_a_public_and_a_private_subnet_in_two_zones_and_one_nat_gateway(stack: Stack) -> None:
    VPC(stack, "Vpc")
    made = resources(stack)
    subnets = of(made, "Subnet")
    assert {id: body["CidrBlock"] for id, body in subnets.items()} == {
        "VpcPublic1": "10.0.0.0/20", "VpcPublic2": "10.0.16.0/20",
        "VpcPrivate1": "10.0.64.0/20", "VpcPrivate2": "10.0.80.0/20",
    }  # fmt: skip
    assert [subnets[id].get("MapPublicIpOnLaunch") for id in ("VpcPublic1", "VpcPrivate1")] == [True, None]
    assert subnets["VpcPublic2"]["AvailabilityZone"] == {"Fn::Select": [1, {"Fn::GetAZs": ""}]}
    assert list(of(made, "NatGateway")) == ["VpcNatGateway1"]
    assert of(made, "VPC")["Vpc"] == {
        "CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": True, "EnableDnsSupport": True,
        "Tags": [{"Key": "Name", "Value": "shop/Vpc"}],
    }  # fmt: skip


def test_packets_leave_public_subnets_by_the_internet_gateway_and_private_ones_by_nat(stack: Stack) -> None:
    VPC(stack, "Vpc", nat_gateways="per-zone")
    made = resources(stack)
    routes = of(made, "Route")
    assert routes["VpcPublicToInternet"] == {
        "RouteTableId": {"Ref": "VpcPublicRoutes"}, "DestinationCidrBlock": EVERYWHERE,
        "GatewayId": {"Ref": "VpcInternetGateway"},
    }  # fmt: skip
    assert [routes[f"VpcPrivate{n}ToInternet"]["NatGatewayId"] for n in (1, 2)] == [
        {"Ref": "VpcNatGateway1"}, {"Ref": "VpcNatGateway2"},
    ]  # fmt: skip
    ties = of(made, "SubnetRouteTableAssociation")
    assert ties["VpcPublic1RouteTable"]["RouteTableId"] == ties["VpcPublic2RouteTable"]["RouteTableId"]
    assert ties["VpcPrivate2RouteTable"]["RouteTableId"] == {"Ref": "VpcPrivateRoutes2"}


def test_nothing_is_made_before_the_internet_gateway_is_attached(stack: Stack) -> None:
    VPC(stack, "Vpc")
    made = resources(stack)
    assert made["VpcPublicToInternet"]["DependsOn"] == ["VpcInternetAttachment"]
    assert made["VpcNatAddress1"]["DependsOn"] == ["VpcInternetAttachment"]
    assert made["VpcNatGateway1"]["DependsOn"] == ["VpcPublicToInternet"]


def test_one_nat_gateway_serves_all_zones(stack: Stack) -> None:
    VPC(stack, "Vpc", availability_zones=3)
    made = resources(stack)
    targets = [body["NatGatewayId"] for body in of(made, "Route").values() if "NatGatewayId" in body]
    assert targets == [{"Ref": "VpcNatGateway1"}] * 3
    assert len(of(made, "EIP")) == 1


def test_nat_gateways_take_addresses_that_exist(stack: Stack) -> None:
    VPC(
        stack,
        "Vpc",
        nat_gateways="per-zone",
        nat_addresses=["eipalloc-0123456789abcdef0", "eipalloc-0123456789abcdef1"],
    )
    made = resources(stack)
    assert of(made, "EIP") == {}
    assert [body["AllocationId"] for body in of(made, "NatGateway").values()] == [
        "eipalloc-0123456789abcdef0",
        "eipalloc-0123456789abcdef1",
    ]


def test_without_nat_gateways_the_inner_subnets_are_isolated(stack: Stack) -> None:
    vpc = VPC(stack, "Vpc", nat_gateways="none")
    made = resources(stack)
    assert of(made, "NatGateway") == {}
    assert [subnet.kind for subnet in vpc.subnets()] == ["public", "public", "isolated", "isolated"]
    assert [body["GatewayId"] for body in of(made, "Route").values()] == [{"Ref": "VpcInternetGateway"}]


def test_a_vpc_of_isolated_subnets_alone_has_no_way_out(stack: Stack) -> None:
    VPC(stack, "Vpc", subnets=[SubnetGroup("isolated")])
    made = resources(stack)
    assert {body["Type"].rpartition("::")[2] for body in made.values()} == {
        "VPC", "Subnet", "RouteTable", "SubnetRouteTableAssociation",
    }  # fmt: skip


def test_groups_have_masks_names_and_blocks_of_their_own(stack: Stack) -> None:
    vpc = VPC(
        stack, "Vpc", availability_zones=["eu-west-1a", "eu-west-1c"], secondary_cidrs=["100.64.0.0/20"],
        subnets=[
            SubnetGroup("public", 24), SubnetGroup("private", 22, name="app"),
            SubnetGroup("isolated", name="data", cidrs=["10.0.200.0/24", "10.0.201.0/24"]),
            SubnetGroup("isolated", name="pods", block="100.64.0.0/20"),
        ],
    )  # fmt: skip
    assert {name: [subnet.cidr for subnet in group] for name, group in vpc.groups.items()} == {
        "public": ["10.0.0.0/24", "10.0.1.0/24"],
        "app": ["10.0.16.0/22", "10.0.20.0/22"],
        "data": ["10.0.200.0/24", "10.0.201.0/24"],
        "pods": ["100.64.0.0/24", "100.64.1.0/24"],
    }
    assert [subnet.availability_zone for subnet in vpc.subnets("pods")] == ["eu-west-1a", "eu-west-1c"]
    made = resources(stack)
    assert made["VpcPods1"]["DependsOn"] == ["VpcBlock2"]
    assert "DependsOn" not in made["VpcData1"]


def test_ipv6_gives_every_subnet_a_block_that_later_groups_and_zones_leave_alone(stack: Stack) -> None:
    VPC(stack, "Vpc", ipv6=True)
    VPC(stack, "Wide", ipv6=True, availability_zones=3, subnets=[
        SubnetGroup("public"), SubnetGroup("private"), SubnetGroup("isolated"),
    ])  # fmt: skip
    made = resources(stack)

    def slots(vpc: str) -> dict[str, Any]:
        found = {id: body["Ipv6CidrBlock"] for id, body in of(made, "Subnet").items() if id.startswith(vpc)}
        return {id.removeprefix(vpc): body["Fn::Select"][0] for id, body in found.items()}

    small = slots("Vpc")
    assert small == {"Public1": 0, "Public2": 1, "Private1": 8, "Private2": 9}
    assert small.items() <= slots("Wide").items()
    assert made["VpcPublic1"]["DependsOn"] == ["VpcIpv6Block"]
    assert made["VpcPublic1"]["Properties"]["Ipv6CidrBlock"]["Fn::Select"][1] == {
        "Fn::Cidr": [{"Fn::Select": [0, {"Fn::GetAtt": ["Vpc", "Ipv6CidrBlocks"]}]}, 256, 64]
    }
    routes = of(made, "Route")
    assert routes["VpcPublicToInternetOverIPv6"]["GatewayId"] == {"Ref": "VpcInternetGateway"}
    assert routes["VpcPrivate1ToInternetOverIPv6"]["EgressOnlyInternetGatewayId"] == {"Ref": "VpcEgressGateway"}


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"cidr": "10.0.0.0/8"}, ["10.0.0.0/8 has 16,777,216 addresses", "from /16 (65,536) to /28 (16)"]),
        ({"cidr": "10.0.0.1/16"}, ["'10.0.0.1/16' is not a whole block", "write 10.0.0.0/16"]),
        ({"cidr": "ten"}, ["'ten' is no block of IPv4 addresses"]),
        ({"availability_zones": 0}, ["availability_zones= takes 1 to 8, not 0"]),
        ({"availability_zones": 3, "zone_room": 1}, ["takes 1 to 2, not 3"]),
        ({"availability_zones": []}, ["availability_zones= takes a number, or a list"]),
        ({"availability_zones": ["eu-west-1a", "eu-west-1a"]}, ["names a zone twice"]),
        ({"availability_zones": [f"eu-west-1{z}" for z in "abcdefghi"]}, ["at most 8 zones, not 9", "zone_room="]),
        ({"nat_gateways": "two"}, ["nat_gateways= takes 'one', 'per-zone', 'none', not 'two'"]),
        ({"subnets": []}, ["subnets= is empty"]),
        ({"subnets": [SubnetGroup("private")]}, ["add a public group, or make the private ones isolated"]),
        (
            {"subnets": [SubnetGroup("public"), SubnetGroup("private")], "nat_gateways": "none"},
            ['set nat_gateways="one", or make them isolated'],
        ),
        ({"subnets": [SubnetGroup("public"), SubnetGroup("public")]}, ["two groups are called 'public'"]),
        ({"subnets": [SubnetGroup("isolated", name="public")]}, ["is called like the kind 'public'"]),
        ({"subnets": [SubnetGroup("public", cidrs=["10.0.0.0/24"])]}, ["has 1 cidrs for 2 zones"]),
        ({"subnets": [SubnetGroup("public", block="10.9.0.0/16")]}, ["add it to secondary_cidrs="]),
        ({"subnets": [SubnetGroup("isolated", name=f"g{n}") for n in range(33)]}, ["33 groups: at most 32"]),
        ({"secondary_cidrs": ["10.0.128.0/20"]}, ["10.0.0.0/16 overlap", "no address in common"]),
        ({"nat_addresses": []}, ["0 nat_addresses for 1 NAT gateways"]),
        ({"nat_addresses": ["52.1.2.3"]}, ["allocation ids such as eipalloc-", "not '52.1.2.3'"]),
        ({"dns_support": False}, ["dns_hostnames needs dns_support"]),
        (
            {"subnets": [SubnetGroup("isolated", name="a", cidrs=["10.0.0.0/24", "10.0.0.128/25"])]},
            ["10.0.0.128/25 of the group 'a' overlaps 10.0.0.0/24 of 'a'"],
        ),
    ],
)
def test_a_network_that_cannot_be_is_refused_at_the_line(stack: Stack, keywords: Any, said: list[str]) -> None:
    with pytest.raises(ConstructError) as caught:
        VPC(stack, "Vpc", **keywords)
    refused(caught, "shop/Vpc", *said)


def test_several_mistakes_are_told_at_once(stack: Stack) -> None:
    with pytest.raises(ConstructError) as caught:
        VPC(stack, "Vpc", nat_gateways="none", dns_support=False, subnets=[SubnetGroup("private")])
    refused(caught, "private subnets go out through a NAT gateway", "dns_hostnames needs dns_support")
    with pytest.raises(ConstructError) as caught:
        SubnetGroup("inner", 29, name="1st", cidrs="10.0.0.0/24")  # type: ignore[arg-type]
    refused(caught, "kind= takes", "from 16 to 28, not 29", "not '1st'", "cidrs= takes a list of blocks")


def test_addresses_must_be_known_when_the_template_is_made(stack: Stack) -> None:
    with pytest.raises(ConstructError) as caught:
        VPC(stack, "Vpc", cidr=Parameter(stack, "Block", default="10.0.0.0/16").ref)
    refused(caught, "is a deploy-time value, and addresses are planned when the template is made")


def test_a_zone_of_another_region_is_told(stack: Stack) -> None:
    VPC(stack, "Vpc", availability_zones=["us-east-1a"])
    with pytest.raises(ConstraintError) as caught:
        synthesize(stack.node.root_app)
    assert {finding.rule for finding in caught.value.findings} == {"VPC026"}


# Choosing subnets


def chosen(placement: Placement) -> list[str]:
    return [subnet.node.id for subnet in placement.subnets]


def test_a_choice_is_a_kind_the_name_of_a_group_or_subnets(stack: Stack) -> None:
    vpc = VPC(stack, "Vpc", subnets=[
        SubnetGroup("public"), SubnetGroup("isolated", name="data"), SubnetGroup("isolated", name="more"),
    ])  # fmt: skip
    assert chosen(vpc.choose()) == ["data 1", "data 2"]
    assert chosen(vpc.choose("isolated")) == ["data 1", "data 2"]
    assert chosen(vpc.choose("more")) == ["more 1", "more 2"]
    assert chosen(vpc.choose(None, ("public",))) == ["public 1", "public 2"]
    picked = vpc.choose([vpc.subnets("more")[1], vpc.subnets("public")[0].id])
    assert chosen(picked) == ["more 2", "public 1"]
    assert picked.kind is None
    unknown = vpc.choose(["subnet-0123abcd"])
    assert (unknown.ids, unknown.subnets, unknown.kind) == (["subnet-0123abcd"], [], None)
    assert vpc.choose("subnet-0123abcd").ids == ["subnet-0123abcd"]
    assert vpc.choose("public").kind == "public"


def test_choices_that_mean_nothing_say_what_there_is(stack: Stack) -> None:
    vpc, other = VPC(stack, "Vpc", nat_gateways="none"), VPC(stack, "Other", cidr="10.1.0.0/16")
    for choice, said in (
        ("private", "shop/Vpc has no 'private' subnets"),
        ("data", "it has 'public', 'isolated'"),
        ([], "subnets= is empty"),
        ([5], "5 is not a subnet"),
        (7, "subnets= is a int"),
        (other.subnets("public"), "shop/Other/public 1 is not a subnet of shop/Vpc"),
    ):
        with pytest.raises(ConstructError) as caught:
            vpc.choose(choice)  # type: ignore[arg-type]
        refused(caught, said)
    with pytest.raises(ConstructError) as caught:
        vpc.choose(None, ("private",))
    refused(caught, "has no private subnets", "'public', 'isolated'")


def test_what_starts_in_a_subnet_can_wait_for_its_way_out(stack: Stack) -> None:
    vpc = VPC(stack, "Vpc")
    bucket = S3Bucket(stack, "Logs")
    vpc.choose("private").hold_back(bucket)
    assert resources(stack)["Logs"]["DependsOn"] == ["VpcPrivate1ToInternet", "VpcPrivate2ToInternet"]


# Networks that exist


def existing(stack: Stack, **more: Any) -> Any:
    return VPC.from_ids(
        stack, "Old", "vpc-0123abcd", availability_zones=["eu-west-1a", "eu-west-1b"],
        private=["subnet-0a", "subnet-0b"], **more,
    )  # fmt: skip


def test_an_existing_vpc_adds_nothing_and_knows_its_subnets(stack: Stack) -> None:
    vpc = existing(stack, isolated=["subnet-0c", "subnet-0d"], cidr="10.7.0.0/16")
    where = vpc.choose()
    assert (where.ids, where.availability_zones, where.kind) == (
        ["subnet-0a", "subnet-0b"], ["eu-west-1a", "eu-west-1b"], "private",
    )  # fmt: skip
    assert (vpc.id, vpc.cidr) == ("vpc-0123abcd", "10.7.0.0/16")
    VPC(stack, "Vpc", subnets=[SubnetGroup("isolated")])
    assert [id for id in resources(stack) if id.startswith("Old")] == []


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"public": ["subnet-0c"]}, "1 public subnets for 2 zones"),
        ({"public": ["sn-1", "subnet-0c"]}, "'sn-1' is no subnet's id"),
        ({"route_tables": {"inner": ["rtb-1"]}}, "route_tables= goes by kind"),
        ({"route_tables": {"private": ["rtb-1", "rtb-2", "rtb-3"]}}, "3 private route tables for 2 subnets"),
        ({"cidr": "10.7.0.0/33"}, "'10.7.0.0/33' is no block of IPv4 addresses"),
    ],
)
def test_ids_that_do_not_fit_together_are_refused(stack: Stack, keywords: Any, said: str) -> None:
    with pytest.raises(ConstructError) as caught:
        existing(stack, **keywords)
    refused(caught, said)


def test_an_existing_vpc_goes_by_its_id(stack: Stack) -> None:
    with pytest.raises(ConstructError) as caught:
        VPC.from_ids(stack, "Old", "my-vpc", availability_zones=["eu-west-1a"])
    refused(caught, "'my-vpc' is not an id")


# Endpoints


def test_a_gateway_endpoint_stands_in_the_route_tables_of_the_subnets(stack: Stack) -> None:
    vpc = VPC(stack, "Vpc")
    GatewayEndpoint(stack, "S3", vpc=vpc, service="s3")
    GatewayEndpoint(stack, "Tables", vpc=vpc, service="dynamodb", subnets="private", policy=[
        allow("dynamodb:GetItem", on=f"arn:{AWS.Partition}:dynamodb:{AWS.Region}:{AWS.AccountId}:table/orders"),
    ])  # fmt: skip
    made = of(resources(stack), "VPCEndpoint")
    assert made["S3"]["RouteTableIds"] == [
        {"Ref": "VpcPublicRoutes"}, {"Ref": "VpcPrivateRoutes1"}, {"Ref": "VpcPrivateRoutes2"},
    ]  # fmt: skip
    assert made["S3"]["ServiceName"] == {"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"}
    assert "PolicyDocument" not in made["S3"]
    assert len(made["Tables"]["RouteTableIds"]) == 2
    (statement,) = made["Tables"]["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Principal"]) == ("dynamodb:GetItem", "*")


def test_an_interface_endpoint_is_open_to_the_vpc_over_https_and_to_nobody_else(stack: Stack) -> None:
    vpc = VPC(stack, "Vpc", secondary_cidrs=["100.64.0.0/20"])
    endpoint = InterfaceEndpoint(stack, "Secrets", vpc=vpc, service="secretsmanager")
    made = resources(stack)
    assert of(made, "VPCEndpoint")["Secrets"] == {
        "VpcId": {"Ref": "Vpc"}, "VpcEndpointType": "Interface", "PrivateDnsEnabled": True,
        "ServiceName": {"Fn::Sub": "com.amazonaws.${AWS::Region}.secretsmanager"},
        "SubnetIds": [{"Ref": "VpcPrivate1"}, {"Ref": "VpcPrivate2"}],
        "SecurityGroupIds": [{"Fn::GetAtt": ["SecretsSecurityGroup", "GroupId"]}],
        "Tags": [{"Key": "Name", "Value": "shop/Secrets"}],
    }  # fmt: skip
    rules = list(of(made, "SecurityGroupIngress").values())
    assert [(rule["CidrIp"], rule["FromPort"], rule["ToPort"]) for rule in rules] == [
        ("10.0.0.0/16", 443, 443), ("100.64.0.0/20", 443, 443),
    ]  # fmt: skip
    target = endpoint.alias_target()
    assert target.evaluate_health


def test_an_interface_endpoint_of_somebody_else_keeps_its_own_name(stack: Stack) -> None:
    vpc = VPC(stack, "Vpc")
    name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
    InterfaceEndpoint(stack, "Theirs", vpc=vpc, service=name, open_to="none")
    InterfaceEndpoint(stack, "S3", vpc=vpc, service="s3", security_groups=["sg-0123abcd"], open_to="none")
    made = resources(stack)
    endpoints = of(made, "VPCEndpoint")
    assert (endpoints["Theirs"]["ServiceName"], endpoints["Theirs"]["PrivateDnsEnabled"]) == (name, False)
    assert (endpoints["S3"]["SecurityGroupIds"], endpoints["S3"]["PrivateDnsEnabled"]) == (["sg-0123abcd"], False)
    assert of(made, "SecurityGroupIngress") == {}


def test_private_dns_in_a_vpc_without_names_is_refused(stack: Stack) -> None:
    vpc = VPC(stack, "Vpc", dns_hostnames=False)
    InterfaceEndpoint(stack, "Secrets", vpc=vpc, service="secretsmanager")
    with pytest.raises(ConstraintError) as caught:
        synthesize(stack.node.root_app)
    assert [finding.rule for finding in caught.value.findings] == ["VPC020"]
    refused(caught, "EnableDnsHostnames")


def test_endpoints_say_what_they_miss_of_an_existing_vpc(stack: Stack) -> None:
    with pytest.raises(ConstructError) as caught:
        GatewayEndpoint(stack, "S3", vpc=existing(stack), service="s3")
    refused(caught, "the route tables of shop/Old are not known", "route_tables={…}")
    known = VPC.from_ids(
        stack, "Known", "vpc-0123abcd", availability_zones=["eu-west-1a"], private=["subnet-0a"],
        route_tables={"private": ["rtb-0a"]},
    )  # fmt: skip
    GatewayEndpoint(stack, "Tables", vpc=known, service="dynamodb")
    with pytest.raises(ConstructError) as caught:
        InterfaceEndpoint(stack, "Queues", vpc=known, service="sqs")
    refused(caught, "the addresses of shop/Known are not known")
    with pytest.raises(ConstructError) as caught:
        InterfaceEndpoint(stack, "Odd", vpc=known, service="SQS!")
    refused(caught, "service='SQS!'")
    assert of(resources(stack), "VPCEndpoint")["Tables"]["RouteTableIds"] == ["rtb-0a"]


# Flow logs


def test_a_flow_log_may_write_to_its_log_group_and_nothing_else(stack: Stack) -> None:
    FlowLog(stack, "Flows", of=VPC(stack, "Vpc"))
    made = resources(stack)
    assert of(made, "FlowLog")["Flows"] == {
        "ResourceId": {"Ref": "Vpc"}, "ResourceType": "VPC", "TrafficType": "ALL", "MaxAggregationInterval": 600,
        "LogDestinationType": "cloud-watch-logs", "LogGroupName": {"Ref": "FlowsLogs"},
        "DeliverLogsPermissionArn": {"Fn::GetAtt": ["FlowsRole", "Arn"]},
        "Tags": [{"Key": "Name", "Value": "shop/Flows"}],
    }  # fmt: skip
    assert made["FlowsLogs"]["Properties"]["RetentionInDays"] == 30
    assert made["FlowsPolicy"]["Properties"]["PolicyDocument"]["Statement"] == [{
        "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        "Resource": {"Fn::GetAtt": ["FlowsLogs", "Arn"]},
    }]  # fmt: skip
    (trust,) = made["FlowsRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike": {"aws:SourceArn": {
            "Fn::Sub": "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc-flow-log/*",
        }},
    }  # fmt: skip
    assert made["Flows"]["DependsOn"] == ["FlowsPolicy"]


def test_a_flow_log_in_a_bucket_is_let_in_by_its_policy_below_the_prefix(stack: Stack) -> None:
    bucket = S3Bucket(stack, "Records", tls_only=False)
    vpc = VPC(stack, "Vpc")
    FlowLog(
        stack, "Flows", of=vpc.subnets("private")[0], to=bucket, prefix="net/", parquet=True, traffic="reject",
        interval=60, fields=["srcaddr", "pkt-srcaddr"],
    )  # fmt: skip
    made = resources(stack)
    flow = of(made, "FlowLog")["Flows"]
    assert flow["LogDestination"] == {"Fn::Sub": "${Records.Arn}/net"}
    assert (flow["ResourceType"], flow["TrafficType"], flow["LogFormat"]) == (
        "Subnet", "REJECT", "${srcaddr} ${pkt-srcaddr}",
    )  # fmt: skip
    assert flow["DestinationOptions"]["FileFormat"] == "parquet"
    put, acl = made["RecordsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert put["Resource"] == {"Fn::Sub": "${Records.Arn}/net/AWSLogs/${AWS::AccountId}/*"}
    assert put["Condition"]["StringEquals"]["s3:x-amz-acl"] == "bucket-owner-full-control"
    assert (put["Action"], acl["Action"]) == ("s3:PutObject", "s3:GetBucketAcl")
    assert acl["Resource"] == {"Fn::GetAtt": ["Records", "Arn"]}
    assert made["Flows"]["DependsOn"] == ["RecordsPolicy"]
    assert not any(body["Type"] == "AWS::IAM::Role" for body in made.values())


def test_flow_logs_go_to_groups_and_buckets_that_are_given(stack: Stack) -> None:
    group = LogGroup(stack, "Group", retention=7)
    FlowLog(stack, "Interface", of="eni-0123abcd", to=group)
    FlowLog(stack, "Elsewhere", of="eni-0123abcd", to=S3Bucket.from_name(stack, "Old", "old-records"))
    made = resources(stack)
    flows = of(made, "FlowLog")
    assert flows["Interface"]["ResourceType"] == "NetworkInterface"
    assert flows["Interface"]["LogGroupName"] == {"Ref": "Group"}
    assert "DependsOn" not in made["Elsewhere"]


def test_flow_logs_that_make_no_sense_are_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError) as caught:
        FlowLog(stack, "Flows", of="i-1", prefix="net", fields=["Src"])
    refused(caught, "not 'i-1'", "prefix= and parquet= are for buckets", "not 'Src'")
    with pytest.raises(ConstructError) as caught:
        FlowLog(stack, "More", of=VPC(stack, "Vpc"), interval=300)  # type: ignore[arg-type]
    refused(caught, "interval= takes 60, 600, not 300")


# Peerings


def test_a_peering_leads_both_ways(stack: Stack) -> None:
    one, other = VPC(stack, "One", nat_gateways="none"), VPC(stack, "Other", cidr="10.1.0.0/16")
    VPCPeering(stack, "Peering", vpc=one, peer=other)
    made = resources(stack)
    assert of(made, "VPCPeeringConnection")["Peering"]["PeerVpcId"] == {"Ref": "Other"}
    routes = {id: body for id, body in of(made, "Route").items() if "VpcPeeringConnectionId" in body}
    assert {(body["RouteTableId"]["Ref"], body["DestinationCidrBlock"]) for body in routes.values()} == {
        ("OnePublicRoutes", "10.1.0.0/16"), ("OneIsolatedRoutes", "10.1.0.0/16"), ("OtherPublicRoutes", "10.0.0.0/16"),
        ("OtherPrivateRoutes1", "10.0.0.0/16"), ("OtherPrivateRoutes2", "10.0.0.0/16"),
    }  # fmt: skip


def test_peered_networks_that_overlap_are_refused_at_the_line(stack: Stack) -> None:
    one, other = VPC(stack, "One"), VPC(stack, "Other")
    with pytest.raises(ConstraintError) as caught:
        VPCPeering(stack, "Peering", vpc=one, peer=other)
    assert {finding.rule for finding in caught.value.findings} == {"VPC017"}
    refused(caught, "10.0.0.0/16 and 10.0.0.0/16 overlap", "give one of the VPCs another block")
    with pytest.raises(ConstraintError):
        VPCPeering(stack, "Abroad", vpc=one, peer="vpc-0123abcd", peer_cidrs=["10.0.4.0/24"])


def test_a_peering_with_a_vpc_of_another_account_leads_from_here(stack: Stack) -> None:
    VPCPeering(
        stack, "Peering", vpc=VPC(stack, "Vpc", nat_gateways="none"), peer="vpc-0123abcd", peer_cidrs=["10.9.0.0/16"],
        peer_account="123456789012", peer_role="arn:aws:iam::123456789012:role/peer", peer_region="eu-central-1",
    )  # fmt: skip
    made = resources(stack)
    assert of(made, "VPCPeeringConnection")["Peering"]["PeerOwnerId"] == "123456789012"
    assert [id for id in of(made, "Route") if id.startswith("Peering")] == ["PeeringOut1", "PeeringOut2"]


def test_a_peering_needs_to_know_where_the_other_one_is(stack: Stack) -> None:
    vpc = VPC(stack, "Vpc")
    with pytest.raises(ConstructError) as caught:
        VPCPeering(stack, "Peering", vpc=vpc, peer="other")
    refused(caught, "'other' is no VPC")
    with pytest.raises(ConstructError) as caught:
        VPCPeering(stack, "Blind", vpc=vpc, peer="vpc-0123abcd")
    refused(caught, "no addresses to lead over the peering", "peer_cidrs=")


# Network ACLs


def test_an_acl_guards_its_subnets_with_numbered_rules(stack: Stack) -> None:
    acl = NetworkAcl(stack, "Acl", vpc=VPC(stack, "Vpc"), subnets="private")
    acl.allow_in(100, "10.0.0.0/16", 5432)
    acl.allow_out(100, "10.0.0.0/16", (1024, 65_535))
    acl.deny_in(50, "::/0", protocol="all")
    acl.deny_out(60, EVERYWHERE, 8, protocol="icmp")
    made = resources(stack)
    entries = of(made, "NetworkAclEntry")
    assert entries["AclIn100"] == {
        "NetworkAclId": {"Ref": "Acl"}, "RuleNumber": 100, "Protocol": 6, "RuleAction": "allow", "Egress": False,
        "CidrBlock": "10.0.0.0/16", "PortRange": {"From": 5432, "To": 5432},
    }  # fmt: skip
    assert entries["AclOut100"]["PortRange"] == {"From": 1024, "To": 65_535}
    assert (entries["AclIn50"]["Protocol"], entries["AclIn50"]["Ipv6CidrBlock"]) == (-1, "::/0")
    assert entries["AclOut60"]["Icmp"] == {"Type": 8, "Code": -1}
    assert [body["SubnetId"]["Ref"] for body in of(made, "SubnetNetworkAclAssociation").values()] == [
        "VpcPrivate1", "VpcPrivate2",
    ]  # fmt: skip


def test_acl_rules_that_cannot_be_are_refused(stack: Stack) -> None:
    acl = NetworkAcl(stack, "Acl", vpc=VPC(stack, "Vpc"), subnets="public")
    acl.allow_in(100, EVERYWHERE, 443)
    with pytest.raises(ConstructError) as caught:
        acl.deny_in(100, EVERYWHERE, 80)
    refused(caught, "has a rule 100 in already", "its own number")
    with pytest.raises(ConstraintError) as caught_rule:
        acl.allow_in(32_767, EVERYWHERE)
    refused(caught_rule, "32,767", "1 to 32,766")
    with pytest.raises(ConstructError) as caught:
        acl.allow_out(100, "10.0.0.1/8")
    refused(caught, "'10.0.0.1/8' is not a whole block of addresses")


def test_groups_of_subnets_are_given_by_kind_or_in_full(stack: Stack) -> None:
    vpc = VPC(stack, "Vpc", subnets=["public", SubnetGroup("isolated", mask=24)])
    assert [subnet.kind for subnet in vpc.subnets()] == ["public", "public", "isolated", "isolated"]
    with pytest.raises(ConstructError) as caught:
        VPC(stack, "Other", subnets=["public", "privat"])  # type: ignore[list-item]
    refused(caught, "subnets= holds 'privat'", "'public', 'private', 'isolated'")
    with pytest.raises(ConstructError) as caught:
        VPC(stack, "Third", subnets="public")  # type: ignore[arg-type]
    refused(caught, "subnets= takes a list or None, not 'public'")
