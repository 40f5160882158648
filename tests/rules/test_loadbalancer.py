"""Load balancers: the near misses of each rule, and what references, conditions and parameters change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules import Graph, check_update
from awsdeck.template import Template

if TYPE_CHECKING:
    from .conftest import Ask, AskAll, AskHints

V2 = "AWS::ElasticLoadBalancingV2"
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
STAGE = {"Stage": {"Type": "String"}}
TWO = ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]
CERTIFICATE = {"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/a"}
NOTHING = {"Ref": "AWS::NoValue"}


def balancer(**properties: Any) -> dict[str, Any]:
    return {"Type": f"{V2}::LoadBalancer", "Properties": {"Subnets": TWO, **properties}}


def settings(**attributes: Any) -> list[dict[str, Any]]:
    return [{"Key": key.replace("__", "."), "Value": value} for key, value in attributes.items()]


def forward(group: Any = "Boxes") -> dict[str, Any]:
    return {"Type": "forward", "TargetGroupArn": {"Ref": group}}


def listener(protocol: Any, port: Any = 80, *, of: Any = "Web", group: Any = "Boxes", **more: Any) -> dict[str, Any]:
    body = {
        "LoadBalancerArn": {"Ref": of},
        "Port": port,
        "Protocol": protocol,
        "DefaultActions": [forward(group)],
        **more,
    }
    if protocol in ("HTTPS", "TLS"):
        body.setdefault("Certificates", [CERTIFICATE])
    return {"Type": f"{V2}::Listener", "Properties": body}


def group(protocol: Any = "HTTP", **more: Any) -> dict[str, Any]:
    return {"Type": f"{V2}::TargetGroup", "Properties": {"Port": 80, "Protocol": protocol, "VpcId": "vpc-1", **more}}


def rule(priority: Any, *conditions: Any, of: Any = "L", **more: Any) -> dict[str, Any]:
    found = list(conditions) or [{"Field": "path-pattern", "Values": ["/a"]}]
    body = {"ListenerArn": {"Ref": of}, "Priority": priority, "Conditions": found, "Actions": [forward()], **more}
    return {"Type": f"{V2}::ListenerRule", "Properties": body}


def subnet(zone: Any = NOTHING, **more: Any) -> dict[str, Any]:
    body = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": zone, **more}
    return {"Type": "AWS::EC2::Subnet", "Properties": body}


def classic(*listeners: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::ElasticLoadBalancing::LoadBalancer",
        "Properties": {"Listeners": list(listeners), "Subnets": ["subnet-1"], **more},
    }


# ELB001, ELB002, ELB003, ELB027


@pytest.mark.parametrize(
    ("type", "protocol", "severities"),
    [
        ({"Ref": "Kind"}, "TCP", []),
        ("network", {"Ref": "Protocol"}, []),
        ("network", "TLS", []),
        ("network", "TCP_QUIC", []),
        ("application", "TCP", ["error"]),
        (NOTHING, "TCP", ["error"]),
    ],
)
@pytest.mark.parametrize("mode", ["documented", "current"])
def test_what_a_listener_speaks_is_held_against_the_kind_of_load_balancer(
    ask: Ask, type: Any, protocol: Any, severities: list[str], mode: Any
) -> None:
    parameters = {name: {"Type": "String"} for name in ("Kind", "Protocol")}
    said = ask({"Web": balancer(Type=type), "L": listener(protocol)}, mode, Parameters=parameters)
    assert said.severities("ELB001") == severities


def test_kind_and_protocol_that_change_together_fit(ask: Ask) -> None:
    web = balancer(Type={"Fn::If": ["Prod", "network", "application"]})
    right, wrong = ({"Fn::If": ["Prod", *pair]} for pair in (("TCP", "HTTP"), ("HTTP", "TCP")))
    assert not ask({"Web": web, "L": listener(right)}, Conditions=PROD, Parameters=STAGE).of("ELB001")
    said = ask({"Web": web, "L": listener(wrong)}, Conditions=PROD, Parameters=STAGE)
    assert len(said.where("ELB001")) == 2


def test_a_load_balancer_in_another_template_is_found_through_its_export(ask_all: AskAll) -> None:
    assert not ask_all({"one": {"L": {**listener("TCP"), "Properties": {
        **listener("TCP")["Properties"], "LoadBalancerArn": {"Fn::ImportValue": "web"}}}}}).of("ELB001")  # fmt: skip


@pytest.mark.parametrize(
    ("protocol", "target", "speaks"),
    [
        ("HTTP", group("HTTPS"), False),
        ("HTTP", {"Type": f"{V2}::TargetGroup", "Properties": {"TargetType": "lambda"}}, False),
        ("TCP", group("TCP", TargetType="alb"), False),
        ("TLS", group("TCP", TargetType="alb"), True),
        ("TCP", group({"Ref": "Protocol"}), False),
        ("QUIC", group("QUIC"), False),
        ("UDP", group("TCP"), True),
    ],
)
def test_listeners_and_target_groups_fit_or_do_not(ask: Ask, protocol: str, target: Any, speaks: bool) -> None:
    kind = "application" if protocol == "HTTP" else "network"
    said = ask(
        {"Web": balancer(Type=kind), "L": listener(protocol), "Boxes": target},
        Parameters={"Protocol": {"Type": "String"}},
    )
    assert bool(said.of("ELB002")) is speaks


def test_a_rule_is_held_against_the_protocol_of_its_listener(ask: Ask) -> None:
    resources = {
        "Web": balancer(),
        "L": listener("HTTP", group="Good"),
        "Good": group(),
        "Boxes": group("TCP"),
        "R": rule(1),
    }
    assert ask(resources).where("ELB002") == [("R", "Properties", "Actions", 0, "TargetGroupArn")]


def test_protocols_that_change_together_with_the_action_fit(ask: Ask) -> None:
    chosen = {"Fn::If": ["Prod", forward("Plain"), forward("Raw")]}
    resources = {
        "Web": balancer(Type={"Fn::If": ["Prod", "application", "network"]}),
        "L": listener({"Fn::If": ["Prod", "HTTP", "TCP"]}, DefaultActions=[chosen]),
        "Plain": group(),
        "Raw": group("TCP"),
    }
    assert not ask(resources, Conditions=PROD, Parameters=STAGE).of("ELB002")


@pytest.mark.parametrize(
    ("protocol", "certificates", "severities"),
    [
        ("HTTPS", {"Ref": "Certificates"}, []),
        ("HTTPS", [{"CertificateArn": {"Ref": "Arn"}}], []),
        ("HTTPS", [{"Fn::If": ["Prod", CERTIFICATE, NOTHING]}], ["error"]),
        ("HTTPS", [], ["error"]),
        ({"Ref": "Protocol"}, [CERTIFICATE], []),
        ("HTTP", [], []),
    ],
)
def test_certificates_are_counted_where_they_can_be(
    ask: Ask, protocol: Any, certificates: Any, severities: Any
) -> None:
    said = ask(
        {"Web": balancer(), "L": listener(protocol, Certificates=certificates), "Boxes": group()},
        Conditions=PROD,
        Parameters={**STAGE, **{name: {"Type": "String"} for name in ("Certificates", "Arn", "Protocol")}},
    )
    assert said.severities("ELB003") == severities


def test_one_port_twice_is_told_unless_only_one_of_them_is_ever_made(ask: Ask) -> None:
    both = {"Web": balancer(), "Boxes": group(), "A": listener("HTTP"), "B": listener("HTTP", "80")}
    assert ask(both).where("ELB027") == [("B", "Properties", "Port")]
    either = {**both, "A": {**both["A"], "Condition": "Prod"}, "B": {**both["B"], "Condition": "Test"}}
    assert not ask(either, Conditions=PROD, Parameters=STAGE).of("ELB027")
    elsewhere = {**both, "Other": balancer(), "B": listener("HTTP", of="Other")}
    assert not ask(elsewhere).of("ELB027")
    unknown = {**both, "B": listener("HTTP", {"Ref": "Port"})}
    assert not ask(unknown, Parameters={"Port": {"Type": "Number"}}).of("ELB027")


# ELB004, ELB005, ELB006


@pytest.mark.parametrize(
    "subnets",
    [
        {"Ref": "Ids"},
        {"Fn::Split": [",", {"Ref": "Ids"}]},
        [{"Ref": "Ids"}],
        [{"Fn::If": ["Prod", {"Ref": "A"}, {"Ref": "B"}]}, "subnet-1"],
        [{"Ref": "Far"}],
        [{"Ref": "Local"}],
        [{"Ref": "A"}, {"Ref": "B"}],
        [{"Ref": "A"}, {"Ref": "Unplaced"}],
    ],
)
def test_subnets_that_may_be_enough_are_left_alone(ask: Ask, subnets: Any) -> None:
    resources = {
        "Web": balancer(Subnets=subnets),
        "A": subnet("eu-west-1a"),
        "B": subnet("eu-west-1b"),
        "Unplaced": subnet(),
        "Far": subnet("eu-west-1a", OutpostArn="arn:aws:outposts:eu-west-1:123456789012:outpost/op-1"),
        "Local": subnet("us-west-2-lax-1a"),
    }
    assert not ask(
        resources, Conditions=PROD, Parameters={**STAGE, "Ids": {"Type": "List<AWS::EC2::Subnet::Id>"}}
    ).of("ELB004")  # fmt: skip


def test_a_gateway_load_balancer_may_stand_in_one_zone_but_not_twice_in_it(ask: Ask) -> None:
    one = {"Web": balancer(Type="gateway", Subnets=["subnet-1"])}
    assert not ask(one).of("ELB004")
    twice = {
        "Web": balancer(Type="network", Subnets=[{"Ref": "A"}, {"Ref": "B"}]), "A": subnet("eu-west-1a"), "B": subnet("eu-west-1a"),
    }  # fmt: skip
    assert ask(twice).where("ELB004") == [("Web", "Properties", "Subnets", 1)]


@pytest.mark.parametrize(
    "properties",
    [
        {"Subnets": {"Fn::If": ["Prod", TWO, NOTHING]}, "SubnetMappings": {"Fn::If": ["Prod", NOTHING, {"Ref": "Maps"}]}},
        {"Type": {"Ref": "Kind"}, "Subnets": NOTHING, "SubnetMappings": [{"SubnetId": "subnet-1", "AllocationId": "e"}]},
        {
            "Type": "network", "Scheme": {"Ref": "Kind"}, "Subnets": NOTHING,
            "SubnetMappings": [{"SubnetId": "subnet-1", "PrivateIPv4Address": "10.0.0.5"}],
        },
        {
            "Type": "network", "Scheme": "internal", "Subnets": NOTHING,
            "SubnetMappings": [{"SubnetId": {"Ref": "A"}, "PrivateIPv4Address": {"Ref": "Kind"}}],
        },
    ],
)  # fmt: skip
def test_mappings_that_may_be_right_are_left_alone(ask: Ask, properties: dict[str, Any]) -> None:
    said = ask(
        {"Web": balancer(**properties), "A": subnet("eu-west-1a")},
        Conditions=PROD,
        Parameters={**STAGE, "Kind": {"Type": "String"}, "Maps": {"Type": "String"}},
    )
    assert not said.of("ELB005")


def change(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    graphs = []
    for resources in (old, new):
        graph = Graph()
        graph.add(Template.from_dict({"Resources": resources}, "shop"))
        graphs.append(graph)
    return [finding.rule for finding in check_update(*graphs)]


def test_security_groups_come_to_an_nlb_only_when_it_is_made(ask: Ask) -> None:
    bare, guarded = balancer(Type="network"), balancer(Type="network", SecurityGroups=["sg-1"])
    assert "ELB006" in change({"Web": bare}, {"Web": guarded})
    assert "ELB006" not in change({"Web": guarded}, {"Web": bare})
    assert "ELB006" not in change({"Web": balancer()}, {"Web": balancer(SecurityGroups=["sg-1"])})
    moved = balancer(Type="network", SecurityGroups=["sg-1"], Scheme="internal")
    assert "ELB006" not in change({"Web": bare}, {"Web": moved})
    assert not ask({"Web": balancer(Type={"Ref": "AWS::Region"}, SecurityGroups=["sg-1"])}).of("ELB006")


# ELB007, ELB008, ELB025


@pytest.mark.parametrize(
    "properties",
    [
        {"LoadBalancerAttributes": {"Ref": "Attributes"}},
        {"LoadBalancerAttributes": [{"Key": {"Ref": "Key"}, "Value": "1"}, {"Key": {"Ref": "Key"}, "Value": "2"}]},
        {"Type": {"Ref": "Kind"}, "LoadBalancerAttributes": settings(idle_timeout__timeout_seconds="60")},
        {"Type": "network", "LoadBalancerAttributes": settings(access_logs__s3__enabled="false")},
        {"LoadBalancerAttributes": settings(load_balancing__cross_zone__enabled="true")},
        {"LoadBalancerAttributes": settings(routing__http2__enabled=True, idle_timeout__timeout_seconds=4000)},
        {"LoadBalancerAttributes": settings(idle_timeout__timeout_seconds={"Ref": "Seconds"})},
        {
            "LoadBalancerAttributes": [
                *settings(access_logs__s3__enabled="true"),
                {"Fn::If": ["Prod", *settings(access_logs__s3__bucket="a"), *settings(access_logs__s3__bucket="b")]},
            ]
        },
    ],
)
def test_attributes_that_may_be_right_are_left_alone(ask: Ask, properties: dict[str, Any]) -> None:
    parameters = {name: {"Type": "String"} for name in ("Attributes", "Key", "Kind", "Seconds", "Stage")}
    said = ask({"Web": balancer(**properties)}, Parameters=parameters, Conditions=PROD)
    assert not [finding for name in ("ELB007", "ELB008", "ELB025") for finding in said.of(name)]


@pytest.mark.parametrize(
    ("seconds", "severities"),
    [(1, []), (3_600, []), (3_601, ["warning"]), (4_000, ["warning"]), (4_001, ["error"]), (0, ["error"])],
)
def test_the_idle_timeout_of_a_classic_one_is_told_apart_by_who_says_so(
    ask: Ask, seconds: int, severities: list[str]
) -> None:
    assert ask({"Old": classic(ConnectionSettings={"IdleTimeout": seconds})}).severities("ELB008") == severities


# ELB009


def behind(timeout: Any, *, idle: Any = None, function: Any = None, kind: str = "application") -> dict[str, Any]:
    attributes = {} if idle is None else {"LoadBalancerAttributes": settings(idle_timeout__timeout_seconds=idle)}
    worker = {
        "Runtime": "python3.13", "Handler": "index.handle", "Code": {"ZipFile": "def handle(*_): ..."},
        "Role": "arn:aws:iam::123456789012:role/r", "Timeout": timeout,
    }  # fmt: skip
    work = {"TargetType": "lambda", "Targets": [{"Id": function or {"Fn::GetAtt": ["Worker", "Arn"]}}]}
    return {
        "Web": balancer(Type=kind, **attributes),
        "L": listener("HTTP", group="Work"),
        "Work": {"Type": f"{V2}::TargetGroup", "Properties": work},
        "Worker": {"Type": "AWS::Lambda::Function", "Properties": worker},
        "Live": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {"FunctionName": {"Ref": "Worker"}, "FunctionVersion": "$LATEST", "Name": "live"},
        },
    }


@pytest.mark.parametrize(
    ("resources", "speaks"),
    [
        (behind(60), False),
        (behind(61), True),
        (behind(61, function={"Ref": "Live"}), True),
        (behind(NOTHING), False),
        (behind({"Ref": "Seconds"}), False),
        (behind(120, idle={"Ref": "Seconds"}), False),
        (behind(120, idle="120"), False),
        (behind({"Fn::If": ["Prod", 30, 90]}), True),
        (behind({"Fn::If": ["Prod", 90, 30]}, idle={"Fn::If": ["Prod", "90", "60"]}), False),
    ],
)
def test_a_function_slower_than_the_idle_timeout(ask: Ask, resources: dict[str, Any], speaks: bool) -> None:
    said = ask(resources, Conditions=PROD, Parameters={**STAGE, "Seconds": {"Type": "Number"}})
    assert bool(said.of("ELB009")) is speaks


def test_a_function_reached_by_a_rule_counts_and_is_told_once(ask: Ask) -> None:
    resources = {**behind(120), "R": rule(1, Actions=[forward("Work")])}
    assert len(ask(resources).of("ELB009")) == 1


# ELB010


@pytest.mark.parametrize(
    ("type", "hints", "speaks"),
    [
        ("ALB", {"x_forwarded_for": "append", "needs_client_ip": True}, False),
        ("ALB", {"x_forwarded_for": "remove", "needs_client_ip": True}, True),
        ("ALB", {"x_forwarded_for": "remove"}, False),
        ("NLB", {"hidden": True, "needs_client_ip": True}, True),
        ("NLB", {"hidden": False, "needs_client_ip": True}, False),
        ("CLB", {"protocol": "SSL", "needs_client_ip": True}, True),
        ("CLB", {"protocol": "TCP", "proxy": True, "needs_client_ip": True}, False),
        ("CLB", {"protocol": "HTTPS", "needs_client_ip": True}, False),
    ],
)
def test_targets_that_need_the_clients_address(
    ask_hints: AskHints, type: str, hints: dict[str, Any], speaks: bool
) -> None:
    assert bool(ask_hints(type, **hints).of("ELB010")) is speaks


# ELB011 to ELB014, ELB029 to ELB031


@pytest.mark.parametrize(
    "properties",
    [
        {"TargetType": {"Ref": "Kind"}},
        {"TargetType": "lambda", "HealthCheckEnabled": True, "HealthCheckPath": "/up"},
        {"Protocol": {"Ref": "Kind"}, "Port": 80, "VpcId": "vpc-1", "HealthCheckPath": "/up"},
        {"Protocol": "TCP", "Port": 80, "VpcId": "vpc-1", "HealthCheckProtocol": {"Ref": "Kind"}, "HealthCheckPath": "/up"},
        {"Protocol": "TLS", "Port": 443, "VpcId": "vpc-1", "HealthCheckTimeoutSeconds": 10, "HealthCheckIntervalSeconds": 10},
        {"Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1", "HealthCheckIntervalSeconds": {"Ref": "Kind"}},
        {
            "Protocol": "TLS", "Port": 80, "VpcId": "vpc-1",
            "TargetGroupAttributes": settings(stickiness__enabled="false", stickiness__type="source_ip"),
        },
        {
            "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1",
            "TargetGroupAttributes": [*settings(stickiness__enabled="true", stickiness__type="app_cookie"), {"Ref": "Kind"}],
        },
        {"Protocol": "QUIC", "Port": 80, "VpcId": "vpc-1", "TargetGroupAttributes": settings(stickiness__type="lb_cookie")},
        {
            "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1",
            "TargetGroupAttributes": settings(slow_start__duration_seconds="0", load_balancing__cross_zone__enabled="false"),
        },
        {
            "Protocol": "TCP", "Port": 80, "VpcId": "vpc-1",
            "TargetGroupAttributes": settings(target_health_state__unhealthy__connection_termination__enabled="false"),
        },
        {"TargetType": "ip", "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1", "Targets": [{"Id": "172.16.0.1"}]},
        {"TargetType": "instance", "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1", "Targets": [{"Id": "i-1"}]},
    ],
)  # fmt: skip
def test_target_groups_that_may_be_right_are_left_alone(ask: Ask, properties: dict[str, Any]) -> None:
    said = ask({"G": {"Type": f"{V2}::TargetGroup", "Properties": properties}}, Parameters={"Kind": {"Type": "String"}})
    assert not [finding for finding in said.findings if finding.rule.startswith("ELB")]


def test_an_interval_of_five_seconds_without_a_timeout_is_warned_about(ask: Ask) -> None:
    assert ask({"G": group(HealthCheckIntervalSeconds=5)}).severities("ELB013") == ["warning"]
    assert not ask({"G": group("TCP", HealthCheckIntervalSeconds=5)}).of("ELB013")


def chained(**more: Any) -> dict[str, Any]:
    behind = {**group("TCP", TargetType="alb", Targets=[{"Id": {"Ref": "Web"}}]), **more}
    return {"Web": balancer(), "L": listener("HTTP", group="Boxes"), "Boxes": group(), "Behind": behind}


def test_a_group_with_an_alb_waits_for_its_listener(ask: Ask) -> None:
    assert ask(chained()).severities("ELB031") == ["warning"]
    assert not ask(chained(DependsOn="L")).of("ELB031")
    elsewhere = {**chained(), "L": listener("HTTP", of="Other")}
    assert not ask(elsewhere).of("ELB031")
    unknown = {**chained(), "L": listener("HTTP", {"Ref": "Port"})}
    assert not ask(unknown, Parameters={"Port": {"Type": "Number"}}).of("ELB031")


# ELB015, ELB016, ELB028


def test_priorities_are_compared_within_a_listener_alone(ask: Ask) -> None:
    base = {"Web": balancer(), "L": listener("HTTP"), "M": listener("HTTP", 81), "Boxes": group()}
    assert ask({**base, "A": rule(1), "B": rule("1")}).where("ELB015") == [("B", "Properties", "Priority")]
    assert not ask({**base, "A": rule(1), "B": rule(1, of="M")}).of("ELB015")
    assert not ask({**base, "A": rule(1), "B": rule({"Ref": "P"})}, Parameters={"P": {"Type": "Number"}}).of("ELB015")
    either = {**base, "A": {**rule(1), "Condition": "Prod"}, "B": {**rule(1), "Condition": "Test"}}
    assert not ask(either, Conditions=PROD, Parameters=STAGE).of("ELB015")
    arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/1/2"
    written = {id: {**rule(1), "Properties": {**rule(1)["Properties"], "ListenerArn": arn}} for id in ("A", "B")}
    assert ask(written).where("ELB015") == [("B", "Properties", "Priority")]


@pytest.mark.parametrize(
    "conditions",
    [
        [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a", "/b", "/c", "/d", "/e"]}}],
        [{"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["a", "b", "c", "d", "e", "f"]}}],
        [{"Field": "path-pattern", "PathPatternConfig": {"Values": {"Ref": "Paths"}}}],
        [
            {
                "Fn::If": [
                    "Prod",
                    {"Field": "path-pattern", "Values": ["/a"]},
                    {"Field": "path-pattern", "Values": ["/b"]},
                ]
            }
        ],
        [
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "A", "Values": ["1"]}},
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "B", "Values": ["1"]}},
        ],
        [{"Field": {"Ref": "Paths"}, "Values": ["/a"]}, {"Field": {"Ref": "Paths"}, "Values": ["/b"]}],
    ],
)
def test_conditions_that_may_be_right_are_left_alone(ask: Ask, conditions: list[Any]) -> None:
    said = ask(
        {"Web": balancer(), "L": listener("HTTP"), "Boxes": group(), "R": rule(1, *conditions)},
        Conditions=PROD,
        Parameters={**STAGE, "Paths": {"Type": "CommaDelimitedList"}},
    )
    assert not said.of("ELB016")


def test_rules_on_a_load_balancer_of_unknown_kind_are_left_alone(ask: Ask) -> None:
    resources = {"Web": balancer(Type={"Ref": "Kind"}), "L": listener("HTTP"), "Boxes": group(), "R": rule(1)}
    assert not ask(resources, Parameters={"Kind": {"Type": "String"}}).of("ELB016")


@pytest.mark.parametrize(
    "actions",
    [
        [{"Type": {"Ref": "Kind"}}, forward()],
        [{"Fn::If": ["Prod", forward(), {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]}],
        [{"Type": "redirect", "RedirectConfig": {"Port": "8443", "StatusCode": "HTTP_301"}}],
        [{"Type": "redirect", "RedirectConfig": {"Protocol": {"Ref": "Kind"}, "StatusCode": "HTTP_301"}}],
        [{"Type": "jwt-validation", "Order": 1}, {**forward(), "Order": 2}],
    ],
)
def test_actions_that_may_be_right_are_left_alone(ask: Ask, actions: list[Any]) -> None:
    resources = {"Web": balancer(), "L": listener("HTTPS", DefaultActions=actions), "Boxes": group()}
    said = ask(resources, Conditions=PROD, Parameters={**STAGE, "Kind": {"Type": "String"}})
    assert not said.of("ELB028")


# ELB017 to ELB022


@pytest.mark.parametrize(
    "name", ["a", "a" * 32, "internal", {"Fn::Sub": "${AWS::StackName}-web-that-is-long-enough-already"}]
)
def test_names_that_may_be_right_are_left_alone(ask: Ask, name: Any) -> None:
    assert not ask({"Web": balancer(Name=name), "G": group(Name=name)}).of("ELB017")


@pytest.mark.parametrize(
    "body",
    [
        {"Protocol": "http", "InstanceProtocol": "HTTPS", "LoadBalancerPort": 80, "InstancePort": 443},
        {"Protocol": "SSL", "InstanceProtocol": "TCP", "LoadBalancerPort": 443, "InstancePort": 1, "SSLCertificateId": {"Ref": "C"}},
        {"Protocol": {"Ref": "C"}, "InstanceProtocol": "TCP", "LoadBalancerPort": {"Ref": "C"}, "InstancePort": {"Ref": "C"}},
    ],
)  # fmt: skip
def test_classic_listeners_that_may_be_right_are_left_alone(ask: Ask, body: dict[str, Any]) -> None:
    said = ask({"Old": classic(body)}, Parameters={"C": {"Type": "String"}})
    assert not said.of("ELB019")


def test_a_policy_that_is_no_cookie_goes_with_tcp(ask: Ask) -> None:
    data = {"Protocol": "TCP", "LoadBalancerPort": 25, "InstancePort": 25, "PolicyNames": ["proxy"]}
    policies = [{"PolicyName": "proxy", "PolicyType": "ProxyProtocolPolicyType", "Attributes": []}]
    assert not ask({"Old": classic(data, Policies=policies, LBCookieStickinessPolicy=[{"PolicyName": "c"}])}).of(
        "ELB020"
    )


def test_zones_or_subnets_chosen_by_a_condition_are_fine(ask: Ask) -> None:
    chosen = {
        "Subnets": {"Fn::If": ["Prod", ["subnet-1"], NOTHING]},
        "AvailabilityZones": {"Fn::If": ["Prod", NOTHING, {"Fn::GetAZs": ""}]},
    }
    assert not ask({"Old": classic(**chosen)}, Conditions=PROD, Parameters=STAGE).of("ELB022")


# ELB023, ELB024, ELB026


def test_plain_http_is_told_beside_https_alone(ask: Ask) -> None:
    web, plain, secure = balancer(), listener("HTTP"), listener("HTTPS", 443)
    base = {"Web": web, "Boxes": group(), "Plain": plain}
    assert not ask(base).of("ELB023")
    assert ask({**base, "Secure": secure}).severities("ELB023") == ["warning"]
    assert not ask({**base, "Secure": secure, "Plain": listener("HTTP", 8080)}).of("ELB023")
    either = {**base, "Plain": {**plain, "Condition": "Test"}, "Secure": {**secure, "Condition": "Prod"}}
    assert not ask(either, Conditions=PROD, Parameters=STAGE).of("ELB023")


def zoned(**more: Any) -> dict[str, Any]:
    return {
        "Web": balancer(Type="network", Subnets=[{"Ref": "A"}, {"Ref": "B"}], **more),
        "L": listener("TCP"),
        "A": subnet("eu-west-1a"),
        "B": subnet("eu-west-1b"),
        "Box": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-1", "SubnetId": {"Ref": "A"}}},
    }


@pytest.mark.parametrize(
    ("target", "speaks"),
    [
        (group("TCP", Targets=[{"Id": {"Ref": "Box"}}]), True),
        (group("TCP", Targets=[{"Id": {"Ref": "Box"}}, {"Id": "i-1"}]), False),
        (group("TCP"), False),
        (group("TCP", TargetType="ip", Targets=[{"Id": "10.0.0.5"}]), False),
        (
            group(
                "TCP", Targets=[{"Id": {"Ref": "Box"}}],
                TargetGroupAttributes=settings(load_balancing__cross_zone__enabled="true"),
            ),
            False,
        ),
    ],
)  # fmt: skip
def test_zones_without_targets_are_told_when_all_targets_are_known(ask: Ask, target: Any, speaks: bool) -> None:
    assert bool(ask({**zoned(), "Boxes": target}).of("ELB024")) is speaks


def test_zones_may_be_counted_instead_of_named(ask: Ask) -> None:
    first, second = ({"Fn::Select": [n, {"Fn::GetAZs": ""}]} for n in (0, 1))
    boxes = group("TCP", Targets=[{"Id": {"Ref": "Box"}}])
    assert ask({**zoned(), "Boxes": boxes, "A": subnet(first), "B": subnet(second)}).of("ELB024")
    assert not ask({**zoned(), "Boxes": boxes, "A": subnet(first), "B": subnet("eu-west-1b")}).of("ELB024")
    assert ask({**zoned(), "A": subnet(first), "B": subnet(first)}).where("ELB004") == [
        ("Web", "Properties", "Subnets", 1)
    ]


def test_an_auto_scaling_group_counts_as_targets(ask: Ask) -> None:
    scaling = {
        "Type": "AWS::AutoScaling::AutoScalingGroup",
        "Properties": {
            "MinSize": "1", "MaxSize": "2", "TargetGroupARNs": [{"Ref": "Boxes"}], "VPCZoneIdentifier": [{"Ref": "B"}],
            "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "1"},
        },
    }  # fmt: skip
    boxes = group("TCP", Targets=[{"Id": {"Ref": "Box"}}])
    assert not ask({**zoned(), "Boxes": boxes, "Scaling": scaling}).of("ELB024")
    assert ask({**zoned(), "Boxes": group("TCP"), "Scaling": scaling}).severities("ELB024") == ["warning"]


def test_targets_that_a_container_service_registers_are_not_known(ask: Ask) -> None:
    service = {"Type": "AWS::ECS::Service", "Properties": {"LoadBalancers": [{"TargetGroupArn": {"Ref": "Boxes"}}]}}
    boxes = group("TCP", Targets=[{"Id": {"Ref": "Box"}}])
    assert not ask({**zoned(), "Boxes": boxes, "Service": service}).of("ELB024")


def logging(bucket: Any, policy: Any = None, **more: Any) -> dict[str, Any]:
    attributes = settings(access_logs__s3__enabled="true", access_logs__s3__bucket=bucket)
    found = {
        "Web": balancer(LoadBalancerAttributes=attributes, **more),
        "Logs": {"Type": "AWS::S3::Bucket", "Properties": {}},
    }
    if policy is not None:
        document = {"Version": "2012-10-17", "Statement": [policy]}
        found["MayLog"] = {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Logs"}, "PolicyDocument": document},
        }
    return found


OLD_WAY = {
    "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::156460612806:root"}, "Action": "s3:PutObject",
    "Resource": {"Fn::Sub": "${Logs.Arn}/*"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("resources", "speaks"),
    [
        (logging({"Ref": "Logs"}), True),
        (logging({"Ref": "Logs"}, OLD_WAY), False),
        (logging({"Ref": "Logs"}, {**OLD_WAY, "Action": "s3:GetBucketAcl"}), True),
        (logging({"Ref": "Logs"}, {**OLD_WAY, "Action": {"Ref": "Actions"}}), False),
        (logging("central-logs"), False),
        (logging({"Ref": "Somewhere"}), False),
    ],
)
def test_logs_need_a_policy_where_the_bucket_is_known(ask: Ask, resources: dict[str, Any], speaks: bool) -> None:
    parameters = {name: {"Type": "String"} for name in ("Somewhere", "Actions")}
    assert bool(ask(resources, Parameters=parameters).of("ELB026")) is speaks


def test_kms_is_fine_for_the_logs_of_a_network_load_balancer(ask: Ask) -> None:
    kms = {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
        }
    }
    bucket = {"Type": "AWS::S3::Bucket", "Properties": kms}
    assert ask({**logging({"Ref": "Logs"}, OLD_WAY), "Logs": bucket}).of("ELB026")
    assert not ask({**logging({"Ref": "Logs"}, OLD_WAY, Type="network"), "Logs": bucket}).of("ELB026")


# UPD024, UPD025


def test_what_follows_a_new_name_is_told() -> None:
    record = {
        "Type": "AWS::Route53::RecordSet",
        "Properties": {
            "Name": "www.example.com", "Type": "A", "HostedZoneId": "Z1",
            "AliasTarget": {"DNSName": {"Fn::GetAtt": ["Web", "DNSName"]}, "HostedZoneId": "Z2"},
        },
    }  # fmt: skip
    graphs = []
    for scheme in ("internal", "internet-facing"):
        graph = Graph()
        graph.add(Template.from_dict({"Resources": {"Web": balancer(Scheme=scheme), "Www": record}}, "shop"))
        graphs.append(graph)
    (finding,) = [one for one in check_update(*graphs) if one.rule == "UPD024"]
    assert finding.severity == "warning"
    assert "Www will follow" in finding.message


def test_another_set_of_subnets_replaces_nothing() -> None:
    assert "UPD024" not in change({"Web": balancer()}, {"Web": balancer(Subnets=["subnet-1", "subnet-2"])})
    assert "UPD024" in change({"G": group()}, {"G": group("HTTPS")})
    assert "UPD024" not in change({"G": group()}, {"G": group(HealthCheckPath="/up")})


@pytest.mark.parametrize(
    ("old", "new", "speaks"),
    [
        ({"A": 10, "B": 20}, {"A": 20, "B": 10}, True),
        ({"A": 10, "B": 20}, {"A": 30, "B": 20}, False),
        ({"A": 10, "B": 20}, {"A": 20, "B": 30}, True),
        ({"A": 10, "B": 20}, {"A": 10, "B": 20, "C": 30}, False),
        ({"A": 10, "B": 20}, {"A": 10, "C": 20}, True),
        ({"A": 10}, {"A": "10"}, False),
        ({"A": 10}, {"A": {"Ref": "P"}}, False),
    ],
)
def test_a_priority_is_free_once_nobody_holds_it(old: dict[str, Any], new: dict[str, Any], speaks: bool) -> None:
    base = {"L": listener("HTTP"), "Web": balancer(), "Boxes": group()}
    before, after = ({**base, **{id: rule(number) for id, number in rules.items()}} for rules in (old, new))
    assert ("UPD025" in change(before, after)) is speaks


def test_the_same_priority_on_another_listener_is_free() -> None:
    base = {"L": listener("HTTP"), "M": listener("HTTP", 81), "Web": balancer(), "Boxes": group()}
    assert "UPD025" not in change({**base, "A": rule(10)}, {**base, "A": rule(10), "B": rule(10, of="M")})
