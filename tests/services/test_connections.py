"""Who may connect to whom: rules as narrow as what was asked for, merged, and placed so that stacks need no circle."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    VPC,
    App,
    ConstraintError,
    ConstructError,
    LambdaFunction,
    NestedStack,
    Parameter,
    SecurityGroup,
    Stack,
    inline,
)
from awsdeck.cfn import ec2
from awsdeck.services.vpc.connections import Connections
from awsdeck.services.vpc.securitygroup import connected
from awsdeck.synth import synthesize


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def vpc(stack: Stack) -> VPC:
    return VPC(stack, "Vpc")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def rules(made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of every rule that is a resource, by logical id, descriptions left out."""
    kinds = ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress")
    return {
        id: {name: value for name, value in body["Properties"].items() if name != "Description"}
        for id, body in made.items()
        if body["Type"] in kinds
    }


def group_id(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "GroupId"]}


def refused(caught: pytest.ExceptionInfo[ConstructError], *said: str) -> None:
    text = str(caught.value)
    assert "test_connections.py:" in text, text
    for words in said:
        assert words in text, text


# The groups themselves


def test_a_group_lets_nothing_in_and_everything_out(stack: Stack, vpc: VPC) -> None:
    SecurityGroup(stack, "Web", vpc=vpc)
    assert resources(stack)["Web"]["Properties"] == {
        "GroupDescription": "shop/Web", "VpcId": {"Ref": "Vpc"},
        "SecurityGroupEgress": [{"CidrIp": "0.0.0.0/0", "Description": "everything out", "IpProtocol": "-1"}],
    }  # fmt: skip


def test_a_group_that_lets_nothing_out_says_so_in_a_rule_that_leads_nowhere(stack: Stack, vpc: VPC) -> None:
    SecurityGroup(stack, "Web", vpc=vpc, egress="none", description="web servers")
    (out,) = resources(stack)["Web"]["Properties"]["SecurityGroupEgress"]
    assert out["CidrIp"] == "127.0.0.1/32"


def test_a_description_that_ec2_does_not_take_is_refused_at_the_line(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstraintError) as caught:
        SecurityGroup(stack, "Web", vpc=vpc, description="the shop's web servers")
    assert {finding.rule for finding in caught.value.findings} == {"VPC006"}
    assert "test_connections.py:" in str(caught.value)


def test_a_group_in_a_network_with_ipv6_lets_that_out_too(stack: Stack) -> None:
    vpc = VPC(stack, "Six", ipv6=True)
    web = SecurityGroup(stack, "Web", vpc=vpc)
    web.connections.allow_from_anywhere(443)
    made = resources(stack)
    assert [rule.get("CidrIpv6") for rule in made["Web"]["Properties"]["SecurityGroupEgress"]] == [None, "::/0"]
    assert [rule.get("CidrIp", rule.get("CidrIpv6")) for rule in rules(made).values()] == ["0.0.0.0/0", "::/0"]


def test_a_group_is_named_and_described_as_ec2_takes_it(stack: Stack, vpc: VPC) -> None:
    SecurityGroup(stack, "Größe & Co", vpc=vpc)
    assert resources(stack)["GrECo"]["Properties"]["GroupDescription"] == "shop/Gr--e & Co"


# Rules


def test_a_rule_opens_one_port_to_one_group(stack: Stack, vpc: VPC) -> None:
    web, data = SecurityGroup(stack, "Web", vpc=vpc), SecurityGroup(stack, "Data", vpc=vpc)
    data.connections.allow_from(web, 5432)
    made = resources(stack)
    assert rules(made) == {
        "DataFromShopWebTcp5432": {
            "GroupId": group_id("Data"), "SourceSecurityGroupId": group_id("Web"), "IpProtocol": "tcp",
            "FromPort": 5432, "ToPort": 5432,
        }
    }  # fmt: skip
    assert made["DataFromShopWebTcp5432"]["Properties"]["Description"] == "tcp 5432 from shop/Web"


def test_the_port_of_the_one_that_is_reached_is_the_default_from_both_sides(stack: Stack, vpc: VPC) -> None:
    web = SecurityGroup(stack, "Web", vpc=vpc)
    data = Connections(web, [SecurityGroup(stack, "Data", vpc=vpc)], 5432)
    data.allow_from(web)
    web.connections.allow_to(Behind(data))
    assert [(rule["FromPort"], rule["ToPort"]) for rule in rules(resources(stack)).values()] == [(5432, 5432)]


class Behind:
    """Something behind security groups, as constructs are."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections


@pytest.mark.parametrize(
    ("port", "protocol", "expected"),
    [
        (443, None, {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}),
        ((8000, 8010), "udp", {"IpProtocol": "udp", "FromPort": 8000, "ToPort": 8010}),
        ("all", None, {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65_535}),
        (None, "all", {"IpProtocol": "-1"}),
        ("all", "all", {"IpProtocol": "-1"}),
        (None, "icmp", {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}),
        (8, "icmp", {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1}),
        (0, "tcp", {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 0}),
    ],
)
def test_ports_and_protocols(stack: Stack, vpc: VPC, port: Any, protocol: Any, expected: dict[str, Any]) -> None:
    SecurityGroup(stack, "Web", vpc=vpc).connections.allow_from("10.0.0.0/8", port, protocol=protocol)
    (rule,) = rules(resources(stack)).values()
    assert rule == {"GroupId": group_id("Web"), "CidrIp": "10.0.0.0/8", **expected}


def test_a_port_may_be_known_only_at_deploy(stack: Stack, vpc: VPC) -> None:
    port = Parameter(stack, "Port", type="Number", default=8080)
    SecurityGroup(stack, "Web", vpc=vpc).connections.allow_from("10.0.0.0/8", port.ref)
    (rule,) = rules(resources(stack)).values()
    assert (rule["FromPort"], rule["ToPort"]) == ({"Ref": "Port"}, {"Ref": "Port"})


def test_peers_are_groups_blocks_and_prefix_lists(stack: Stack, vpc: VPC) -> None:
    web = SecurityGroup(stack, "Web", vpc=vpc)
    clients = ec2.PrefixList(stack, "Clients", PrefixListName="clients", AddressFamily="IPv4", MaxEntries=1)
    given = Parameter(stack, "Group", type="AWS::EC2::SecurityGroup::Id", default="sg-0123abcd")
    bare = ec2.SecurityGroup(stack, "Bare", GroupDescription="bare", VpcId=vpc.id)
    for peer in (
        "10.0.0.0/8", "2001:db8::/32", "sg-0123abcd", "pl-0123abcd", clients.PrefixListId, given.ref, bare.GroupId,
        Parameter(stack, "Block", default="10.0.0.0/8").ref, SecurityGroup.from_id(stack, "Old", "sg-89abcdef"),
    ):  # fmt: skip
        web.connections.allow_from(peer, 443)
    ends = [
        (name, value)
        for rule in rules(resources(stack)).values()
        for name, value in rule.items()
        if name.startswith(("Cidr", "Source"))
    ]
    assert sorted(ends, key=str) == sorted(
        [
            ("CidrIp", "10.0.0.0/8"), ("CidrIpv6", "2001:db8::/32"), ("SourceSecurityGroupId", "sg-0123abcd"),
            ("SourcePrefixListId", "pl-0123abcd"), ("SourcePrefixListId", {"Fn::GetAtt": ["Clients", "PrefixListId"]}),
            ("SourceSecurityGroupId", {"Ref": "Group"}), ("SourceSecurityGroupId", group_id("Bare")),
            ("CidrIp", {"Ref": "Block"}), ("SourceSecurityGroupId", "sg-89abcdef"),
        ],
        key=str,
    )  # fmt: skip


def test_the_same_rule_is_made_once(stack: Stack, vpc: VPC) -> None:
    web, data = SecurityGroup(stack, "Web", vpc=vpc), SecurityGroup(stack, "Data", vpc=vpc)
    old = [SecurityGroup.from_id(stack, name, "sg-0123abcd") for name in ("One", "Other")]
    data.connections.allow_from(web, 5432)
    web.connections.allow_to(data, 5432, description="again")
    for client in old:
        data.connections.allow_from(client, 5432)
    assert len(rules(resources(stack))) == 2


def test_what_everything_is_open_to_needs_no_further_rule(stack: Stack, vpc: VPC) -> None:
    web = SecurityGroup(stack, "Web", vpc=vpc)
    web.connections.allow_from("10.0.0.0/8", protocol="all")
    web.connections.allow_from("10.0.0.0/8", 443)
    assert [rule["IpProtocol"] for rule in rules(resources(stack)).values()] == ["-1"]


def test_a_client_that_lets_nothing_out_gets_the_way_to_its_server(stack: Stack, vpc: VPC) -> None:
    web = SecurityGroup(stack, "Web", vpc=vpc, egress="none")
    data = SecurityGroup(stack, "Data", vpc=vpc, egress="none")
    data.connections.allow_from(web, 5432)
    made = rules(resources(stack))
    assert made["DataShopWebToShopDataTcp5432"] == {
        "GroupId": group_id("Web"), "DestinationSecurityGroupId": group_id("Data"), "IpProtocol": "tcp",
        "FromPort": 5432, "ToPort": 5432,
    }  # fmt: skip
    assert len(made) == 2


def test_a_way_out_to_a_block_is_only_needed_where_nothing_is_let_out(stack: Stack, vpc: VPC) -> None:
    open, shut = SecurityGroup(stack, "Open", vpc=vpc), SecurityGroup(stack, "Shut", vpc=vpc, egress="none")
    for group in (open, shut):
        group.connections.allow_to("10.9.0.0/16", 443)
        group.connections.allow_to("pl-0123abcd", 443)
    made = rules(resources(stack))
    assert [(rule["GroupId"], rule.get("CidrIp"), rule.get("DestinationPrefixListId")) for rule in made.values()] == [
        (group_id("Shut"), "10.9.0.0/16", None), (group_id("Shut"), None, "pl-0123abcd"),
    ]  # fmt: skip


def test_members_of_a_group_reach_each_other_when_they_may(stack: Stack, vpc: VPC) -> None:
    nodes = SecurityGroup(stack, "Nodes", vpc=vpc)
    nodes.connections.allow_internally(7000)
    (rule,) = rules(resources(stack)).values()
    assert rule["GroupId"] == rule["SourceSecurityGroupId"] == group_id("Nodes")


def test_groups_that_exist_get_rules_unless_that_is_forbidden(stack: Stack, vpc: VPC) -> None:
    old = SecurityGroup.from_id(stack, "Old", "sg-0123abcd")
    fixed = SecurityGroup.from_id(stack, "Fixed", "sg-89abcdef", mutable=False)
    web = SecurityGroup(stack, "Web", vpc=vpc, egress="none")
    for group in (old, fixed):
        group.connections.allow_from(web, 443)
    made = rules(resources(stack)).values()
    assert [rule["GroupId"] for rule in made if "SourceSecurityGroupId" in rule] == ["sg-0123abcd"]
    assert [rule["DestinationSecurityGroupId"] for rule in made if rule["GroupId"] == group_id("Web")] == [
        "sg-0123abcd", "sg-89abcdef",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("peer", "port", "protocol", "said"),
    [
        ("10.0.0.0/8", None, None, "shop/Web listens on no port of its own"),
        ("10.0.0.0/8", 65_536, None, "port=65536 is no port"),
        ("10.0.0.0/8", (90, 80), None, "with the lower one first"),
        ("10.0.0.0/8", "http", None, "port='http' is no port"),
        ("10.0.0.0/8", True, None, "port=True is no port"),
        ("10.0.0.0/8", 443, "sctp", "one of 'tcp', 'udp', 'icmp', 'icmpv6', 'all'"),
        ("10.0.0.0/8", 443, "all", 'protocol="all" has no ports'),
        ("10.0.0.0/8", 256, "icmp", "port=256 is no ICMP type"),
        ("10.0.0.1/8", 443, None, "write 10.0.0.0/8"),
        ("everybody", 443, None, "'everybody' is no peer"),
        ("sg-1", 443, None, "'sg-1' is no peer"),
        (7, 443, None, "a int has no security group"),
    ],
)
def test_connections_that_cannot_be_are_refused(
    stack: Stack, vpc: VPC, peer: Any, port: Any, protocol: Any, said: str
) -> None:
    web = SecurityGroup(stack, "Web", vpc=vpc)
    with pytest.raises(ConstructError) as caught:
        web.connections.allow_from(peer, port, protocol=protocol)
    refused(caught, said)


# Between stacks


def test_between_stacks_the_rule_stands_with_the_client(stack: Stack, vpc: VPC) -> None:
    shop = Stack(stack.node.root_app, "front", region="eu-west-1")
    data = SecurityGroup(stack, "Data", vpc=vpc)
    web = SecurityGroup(shop, "Web", vpc=vpc, egress="none")
    data.connections.allow_from(web, 5432)
    assembly = synthesize(stack.node.root_app)
    assert rules(assembly["shop"].template["Resources"]) == {}
    made = rules(assembly["front"].template["Resources"])
    assert [rule["GroupId"] for rule in made.values()] == [
        {"Fn::ImportValue": "shop:Data-GroupId"}, group_id("Web"),
    ]  # fmt: skip


def test_a_client_whose_stack_the_others_relies_on_leaves_the_rules_there(stack: Stack, vpc: VPC) -> None:
    """The network's stack holds the client: everything else refers to it, so nothing there may refer back."""
    front = Stack(stack.node.root_app, "front", region="eu-west-1")
    monitor = SecurityGroup(stack, "Monitor", vpc=vpc, egress="none")
    web = SecurityGroup(front, "Web", vpc=vpc)
    web.connections.allow_from(monitor, 9100)
    assembly = synthesize(stack.node.root_app)
    assert rules(assembly["shop"].template["Resources"]) == {}
    assert len(rules(assembly["front"].template["Resources"])) == 2


def test_reliance_is_seen_through_stacks_between_and_explicit_orders(stack: Stack, vpc: VPC) -> None:
    app = stack.node.root_app
    middle, last = Stack(app, "middle", region="eu-west-1"), Stack(app, "last", region="eu-west-1")
    client = SecurityGroup(stack, "Client", vpc=vpc)
    SecurityGroup(middle, "Between", vpc=vpc)
    last.node.depends_on(middle)
    old = VPC.from_ids(
        last, "Old", "vpc-0123abcd", availability_zones=["eu-west-1a"], private=["subnet-0123abcd"]
    )  # fmt: skip
    SecurityGroup(last, "Server", vpc=old).connections.allow_from(client, 443)
    assembly = synthesize(app)
    assert rules(assembly["shop"].template["Resources"]) == {}
    assert len(rules(assembly["last"].template["Resources"])) == 1


def test_two_groups_of_two_stacks_may_connect_in_both_directions(stack: Stack, vpc: VPC) -> None:
    front = Stack(stack.node.root_app, "front", region="eu-west-1")
    one, other = SecurityGroup(stack, "One", vpc=vpc), SecurityGroup(front, "Other", vpc=vpc)
    one.connections.allow_from(other, 443)
    one.connections.allow_to(other, 8443)
    assert len(rules(synthesize(stack.node.root_app)["front"].template["Resources"])) == 2


def test_a_client_in_a_nested_stack_brings_its_rule_along(stack: Stack, vpc: VPC) -> None:
    inner = NestedStack(stack, "Inner")
    data = SecurityGroup(stack, "Data", vpc=vpc)
    data.connections.allow_from(SecurityGroup(inner, "Web", vpc=vpc), 5432)
    assert rules(resources(stack)) == {}


# What stands behind groups


def test_a_construct_gets_a_group_of_its_own_or_those_given(stack: Stack, vpc: VPC) -> None:
    own = connected(SecurityGroup(stack, "Owner", vpc=vpc), vpc, port=6379)
    assert own.groups[0].node.path == "shop/Owner/SecurityGroup"
    assert own.groups[0].words == "shop/Owner"
    web = SecurityGroup(stack, "Web", vpc=vpc)
    given = connected(web, vpc, [web, "sg-0123abcd"])
    assert [str.__str__(id) for id in given.group_ids] == [str.__str__(web.id), "sg-0123abcd"]
    for wrong, said in (([], "takes a list of one or more"), ("sg-1", "takes a list"), ([5], "a int is not")):
        with pytest.raises(ConstructError) as caught:
            connected(web, vpc, wrong)  # type: ignore[arg-type]
        refused(caught, said)


def test_what_has_no_group_cannot_be_opened(stack: Stack, vpc: VPC) -> None:
    web = SecurityGroup(stack, "Web", vpc=vpc)
    for open in (Connections(web, []).allow_from, web.connections.allow_from):
        with pytest.raises(ConstructError) as caught:
            open(Behind(Connections(web, [])), 443)
        refused(caught, "has no security group that is known here")


# Functions


def function(stack: Stack, **more: Any) -> LambdaFunction:
    return LambdaFunction(
        stack, "Work", code=inline("def handler(event, context): pass"), runtime="python3.13", **more
    )  # fmt: skip


def test_a_function_in_a_vpc_stands_in_private_subnets_behind_its_own_group(stack: Stack, vpc: VPC) -> None:
    work = function(stack, vpc=vpc)
    SecurityGroup(stack, "Data", vpc=vpc).connections.allow_from(work, 5432)
    made = resources(stack)
    assert made["Work"]["Properties"]["VpcConfig"] == {
        "SubnetIds": [{"Ref": "VpcPrivate1"}, {"Ref": "VpcPrivate2"}],
        "SecurityGroupIds": [group_id("WorkSecurityGroup")],
    }
    (rule,) = rules(made).values()
    assert rule["SourceSecurityGroupId"] == group_id("WorkSecurityGroup")
    actions = [s["Action"] for s in made["WorkPolicy"]["Properties"]["PolicyDocument"]["Statement"]]
    assert any("ec2:CreateNetworkInterface" in action for action in actions)


def test_a_function_takes_subnets_and_groups_that_are_given(stack: Stack, vpc: VPC) -> None:
    web = SecurityGroup(stack, "Web", vpc=vpc)
    function(stack, vpc=vpc, subnets=vpc.subnets("private")[:1], security_groups=[web, "sg-0123abcd"])
    assert resources(stack)["Work"]["Properties"]["VpcConfig"] == {
        "SubnetIds": [{"Ref": "VpcPrivate1"}], "SecurityGroupIds": [group_id("Web"), "sg-0123abcd"],
    }  # fmt: skip


def test_a_function_still_takes_bare_ids(stack: Stack) -> None:
    work = function(stack, subnets=["subnet-0123abcd"], security_groups=["sg-0123abcd"])
    assert work.connections.group_ids == ["sg-0123abcd"]
    assert resources(stack)["Work"]["Properties"]["VpcConfig"] == {
        "SubnetIds": ["subnet-0123abcd"], "SecurityGroupIds": ["sg-0123abcd"],
    }  # fmt: skip


def test_a_function_in_a_public_subnet_is_warned_about(stack: Stack, vpc: VPC) -> None:
    function(stack, vpc=vpc, subnets="public")
    synthesize(stack.node.root_app)
    assert "VPC024" in {finding.rule for finding in stack.node.root_app.findings}


def test_a_function_in_a_public_subnet_that_exists_is_warned_about(stack: Stack) -> None:
    old = VPC.from_ids(
        stack, "Old", "vpc-0123abcd", availability_zones=["eu-west-1a"], public=["subnet-0123abcd"]
    )  # fmt: skip
    function(stack, vpc=old, subnets="public")
    assert [finding.rule for finding in stack.node.root_app.findings] == ["VPC024"]


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"subnets": "private"}, "subnets='private' without vpc="),
        ({"vpc": "vpc-0123abcd"}, "a str is not a network"),
    ],
)
def test_a_function_says_what_it_misses_to_stand_in_a_vpc(stack: Stack, keywords: Any, said: str) -> None:
    with pytest.raises(ConstructError) as caught:
        function(stack, **keywords)
    refused(caught, said)


def test_a_function_outside_of_a_vpc_has_no_connections(stack: Stack, vpc: VPC) -> None:
    work = function(stack)
    with pytest.raises(ConstructError) as caught:
        SecurityGroup(stack, "Data", vpc=vpc).connections.allow_from(work, 5432)
    refused(caught, "shop/Work stands in no VPC")
