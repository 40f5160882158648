"""Elastic Load Balancing: Application, Network and Gateway Load Balancers themselves."""

from __future__ import annotations

import re

from ..limits import (
    IDLE_TIMEOUT_CLASSIC,
    IDLE_TIMEOUT_DEFAULT,
    IDLE_TIMEOUT_MOST,
)
from ..policies.access import BUCKET, literal
from ..vocabulary import (
    ABSENT,
    Between,
    Matches,
    Present,
    Rule,
    Violation,
    grouped,
    is_unknown,
    number,
    text,
    truth,
)
from .balancing import (
    BALANCER,
    CLASSIC,
    LISTENER,
    TARGET_GROUP,
    attributes,
    kind,
    known,
    setting,
)
from .traffic import (
    ATTRIBUTES,
    BUCKET_POLICY,
    CROSS_ZONE,
    IDLE,
    INSTANCE,
    LOGS,
    SUBNET,
    empty_zones,
    logs,
    plain_listener,
    slow_functions,
    subnet_of,
    subnets_of,
    zone_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..view import View

    Path = tuple[str | int, ...]

BALANCERS = ("awsdeck::ALB", "awsdeck::NLB", "awsdeck::CLB")

_LOCAL_ZONE = r"[a-z]{2}(-[a-z]+)+-\d-[a-z0-9]+-\d+[a-z]"
_NAME = Matches(
    r"(?!-)(?!internal-)[A-Za-z0-9-]{1,32}(?<!-)",
    '1 to 32 of A-Z a-z 0-9 -, no hyphen at either end, not beginning with "internal-"',
)
_GROUP_NAME = Matches(r"(?!-)[A-Za-z0-9-]{1,32}(?<!-)", "1 to 32 of A-Z a-z 0-9 -, no hyphen at either end")

# Source: Elastic Load Balancing API Reference, LoadBalancerAttribute.
_APPLICATION_ONLY = (
    IDLE, "client_keep_alive.seconds", "routing.http.", "routing.http2.enabled", "waf.fail_open.enabled",
    "connection_logs.s3.", "health_check_logs.s3.",
)  # fmt: skip
_NETWORK_ONLY = ("dns_record.client_routing_policy", "secondary_ips.auto_assigned.per_subnet")
_NOT_GATEWAY = ("access_logs.s3.", "ipv6.deny_all_igw_traffic", "zonal_shift.config.enabled")
_WORDS = {
    "routing.http.desync_mitigation_mode": ("monitor", "defensive", "strictest"),
    "routing.http.xff_header_processing.mode": ("append", "preserve", "remove"),
    "dns_record.client_routing_policy": (
        "availability_zone_affinity", "partial_availability_zone_affinity", "any_availability_zone",
    ),
}  # fmt: skip
_NUMBERS = {
    "client_keep_alive.seconds": Between(60, 604_800, "seconds"),
    "secondary_ips.auto_assigned.per_subnet": Between(0, 7, "addresses"),
}
_IDLE = Between(1, IDLE_TIMEOUT_MOST, "seconds")


# Where it stands


def _zones(view: View) -> Iterator[Violation]:
    found = subnets_of(view)
    if found is None:
        return
    name, entries = found
    if kind(view) == "application" and len(entries) < 2 and not any(_perhaps_alone(view, entry) for entry in entries):
        yield Violation((name,), n=len(entries))
        return
    seen: dict[str, str] = {}
    for place, entry in enumerate(entries):
        subnet = subnet_of(view, entry)
        zone = None if subnet is None else zone_of(subnet)
        if subnet is None or zone is None:
            continue
        first = seen.setdefault(zone, subnet.id)
        if first != subnet.id:
            yield Violation(
                (name, place),
                message="a load balancer takes one subnet in each Availability Zone, and {first} and {second} are both in "
                "{zone}",
                fix="give one of them",
                first=first,
                second=subnet.id,
                zone=zone,
            )


def _perhaps_alone(view: View, value: Any) -> bool:
    """Whether a subnet may stand for several, or be one that may be alone: of an Outpost, or in a Local Zone."""
    if literal(value) is not None:
        return False
    subnet = subnet_of(view, value)
    if subnet is None:
        return True
    zone = subnet.get("AvailabilityZone")
    if subnet.get("OutpostArn") is not ABSENT:
        return True
    return _is_local(literal(zone))


def _is_local(zone: str | None) -> bool:
    """Whether a zone is one of those near a city, where a load balancer may stand alone."""
    return zone is not None and re.fullmatch(_LOCAL_ZONE, zone) is not None


def _placed(view: View) -> Iterator[Violation]:
    zones = view.get("zones")
    if isinstance(zones, list) and len(zones) < 2 and not any(_is_local(literal(zone)) for zone in zones):
        yield Violation(("subnets",), n=len(zones))


def _mappings(view: View) -> Iterator[Violation]:
    subnets, mappings = view.get("Subnets"), view.get("SubnetMappings")
    if subnets is not ABSENT and mappings is not ABSENT:
        if not is_unknown(subnets) and not is_unknown(mappings):
            yield Violation(
                ("SubnetMappings",), message="Subnets and SubnetMappings say the same", fix="give one of them"
            )
    elif subnets is ABSENT and mappings is ABSENT:
        yield Violation(("Subnets",), message="a load balancer needs subnets", fix="give Subnets, or SubnetMappings")
    its, scheme = kind(view), known(view, "Scheme", "internet-facing")
    for place, entry in enumerate(mappings if isinstance(mappings, list) else ()):
        if not isinstance(entry, dict) or is_unknown(entry):
            continue
        if "AllocationId" in entry:
            path = ("SubnetMappings", place, "AllocationId")
            if its in {"application", "gateway"}:
                yield Violation(path, its=its)
            elif scheme == "internal":
                yield Violation(
                    path,
                    message="an internal load balancer has private addresses only, no Elastic IPs",
                    fix="set PrivateIPv4Address, or make it internet-facing",
                )
        elif "PrivateIPv4Address" in entry:
            yield from _inside(view, entry, ("SubnetMappings", place, "PrivateIPv4Address"))
        if "PrivateIPv4Address" in entry and scheme == "internet-facing" and its != "gateway":
            yield Violation(
                ("SubnetMappings", place, "PrivateIPv4Address"),
                message="an internet-facing load balancer does not let its private addresses be chosen",
                fix="set AllocationId, or make it internal (Scheme: internal)",
            )


def _inside(view: View, entry: dict[str, Any], path: Path) -> Iterator[Violation]:
    subnet = subnet_of(view, entry.get("SubnetId"))
    block, address = None if subnet is None else literal(subnet.get("CidrBlock")), literal(entry["PrivateIPv4Address"])
    if subnet is None or block is None or address is None:
        return
    from ipaddress import ip_address, ip_network

    try:
        inside = ip_address(address) in ip_network(block)
    except ValueError:
        return
    if not inside:
        yield Violation(path, message="{value} is not an address of {subnet}", value=address, subnet=subnet.id,
                        allowed=f"addresses in {block}", fix="choose one of its own")  # fmt: skip


def _own_groups(view: View) -> Iterator[Violation]:
    given = view.get("SecurityGroups")
    if kind(view) == "gateway" and isinstance(given, list) and given:
        yield Violation(("SecurityGroups",))


# What can be set


def _keys(view: View) -> Iterator[Violation]:
    its, given = kind(view), view.get(ATTRIBUTES)
    seen: set[str] = set()
    for place, entry in enumerate(given if isinstance(given, list) else ()):
        key = entry.get("Key") if isinstance(entry, dict) else None
        if not isinstance(key, str) or is_unknown(key):
            continue
        path = (ATTRIBUTES, place, "Key")
        if key in seen:
            yield Violation(path, message="the attribute {key} is given twice", fix="leave one out", key=key)
        seen.add(key)
        if its is None:
            continue
        wrong = (
            (key.startswith(_APPLICATION_ONLY) and its != "application")
            or (key.startswith(_NETWORK_ONLY) and its != "network")
            or (key.startswith(_NOT_GATEWAY) and its == "gateway")
        )
        if wrong:
            yield Violation(path, key=key, its=its)
        elif key == CROSS_ZONE and its == "application" and truth(entry.get("Value")) is False:
            yield Violation(
                (ATTRIBUTES, place, "Value"),
                message="cross-zone load balancing cannot be switched off for an Application Load Balancer, only for its "
                "target groups",
                fix="set the attribute of that name on the target group to false",
            )


def _values(view: View) -> Iterator[Violation]:
    found = attributes(view, ATTRIBUTES)
    for key, (path, value) in found.items():
        if is_unknown(value):
            continue
        words = _WORDS.get(key)
        if words is not None and value not in words:
            yield Violation(path, key=key, value=value, allowed=", ".join(words))
        elif key in _NUMBERS and _NUMBERS[key](value) is False:
            yield Violation(path, key=key, value=value, allowed=_NUMBERS[key].allowed(view.mode))
        elif key.endswith(".enabled") and truth(value) is None and key != CROSS_ZONE:
            yield Violation(path, key=key, value=value, allowed="true, false")
    for log in LOGS:
        on, bucket, prefix = (found.get(f"{log}.{end}") for end in ("enabled", "bucket", "prefix"))
        if (
            on is not None
            and truth(on[1]) is True
            and bucket is None
            and setting(view, ATTRIBUTES, f"{log}.bucket", "") == ""
        ):
            yield Violation(
                on[0],
                message="{key} is on and no bucket is named",
                fix="set {log}.bucket",
                key=f"{log}.enabled",
                log=log,
            )
        written = None if prefix is None else literal(prefix[1])
        if prefix is not None and written is not None and "AWSLogs" in written:
            yield Violation(
                prefix[0],
                message="the prefix of logs must not hold AWSLogs, which Elastic Load Balancing puts behind it",
                fix="leave that part out",
                value=written,
            )


def _idle(view: View) -> Iterator[Violation]:
    if view.type == CLASSIC:
        path: Path = ("ConnectionSettings", "IdleTimeout")
        value = view.at(path)
    else:
        found = attributes(view, ATTRIBUTES).get(IDLE)
        if found is None:
            return
        path, value = found
    if _IDLE(value) is False:
        yield Violation(path, value=value, allowed=_IDLE.allowed(view.mode))
    elif view.type == CLASSIC and (number(value) or 0) > IDLE_TIMEOUT_CLASSIC:
        yield Violation(
            path,
            severity="warning",
            message="the API of Classic Load Balancers takes an idle timeout of up to 3,600 seconds, their user guide says "
            "4,000",
            fix="stay at 3,600 or below",
            value=value,
        )


def _named(view: View) -> Iterator[Violation]:
    prop = "LoadBalancerName" if view.type == CLASSIC else "Name"
    test = _GROUP_NAME if view.type == TARGET_GROUP else _NAME
    value = view.get(prop)
    if test(value) is False:
        yield Violation((prop,), value=value, allowed=test.allowed(view.mode))


# The 504 of the notes


def _slow_answers(view: View) -> Iterator[Violation]:
    seconds, idle = number(view.get("response_seconds")), number(view.get("idle_timeout", IDLE_TIMEOUT_DEFAULT))
    if seconds is not None and idle is not None and seconds > idle:
        who = view.get("what")
        yield Violation(
            ("idle_timeout",), what=who if isinstance(who, str) else "its targets", seconds=seconds, idle=idle,
            allowed=f"at least {grouped(seconds)} seconds",
        )  # fmt: skip


def _client_address(view: View) -> Iterator[Violation]:
    """Whether the targets learn where a request comes from, when they need to.

    A Network Load Balancer that preserves client addresses lets targets see them without any header, so it is not told
    of; only the one that hides them is.
    """
    if truth(view.get("needs_client_ip")) is not True:
        return
    protocol, mode = view.get("protocol"), view.get("x_forwarded_for")
    if mode == "remove":
        yield Violation(
            ("x_forwarded_for",),
            message="the targets need the client's address, and the load balancer removes the X-Forwarded-For header",
            fix='write x_forwarded_for="append"',
        )
    elif view.type.endswith("NLB") and truth(view.get("hidden")) is True:
        yield Violation(
            ("needs_client_ip",),
            message="the targets need the client's address, and behind this listener they see the load balancer's: a "
            "Network Load Balancer adds no X-Forwarded-For header",
            fix="use an ALB, or give the target group proxy_protocol=True or preserve_client_ip=True",
        )
    elif (
        view.type.endswith("CLB") and text(protocol).upper() in ("TCP", "SSL") and truth(view.get("proxy")) is not True
    ):
        yield Violation(
            ("needs_client_ip",),
            message="the targets need the client's address, and a {protocol} listener adds no X-Forwarded-For header",
            fix="listen on HTTP or HTTPS, or switch the proxy protocol on (proxy_protocol=True)",
            protocol=protocol,
        )


# Examples


_TWO = {"Subnets": ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]}
_ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"


def _made(body: Mapping[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    return {"Type": BALANCER, "Properties": {**(body or {}), **properties}}


def _mapping(**more: str) -> dict[str, str]:
    return {"SubnetId": "subnet-0a1b2c3d", **more}


def _with(*pairs: tuple[str, Any], **properties: Any) -> dict[str, Any]:
    return _made(_set(*pairs, **properties))


def _set(*pairs: tuple[str, Any], **properties: Any) -> dict[str, Any]:
    return {**_TWO, ATTRIBUTES: [{"Key": key, "Value": value} for key, value in pairs], **properties}


def _resources(**resources: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {"Resources": {id: {"Type": type, "Properties": body} for id, (type, body) in resources.items()}}


def _behind(timeout: int, *pairs: tuple[str, Any]) -> dict[str, Any]:
    return _resources(
        Web=(BALANCER, _set(*pairs)),
        Http=(LISTENER, _listening("Web", 80, "HTTP", "Work")),
        Work=(TARGET_GROUP, {"TargetType": "lambda", "Targets": [{"Id": {"Fn::GetAtt": ["Worker", "Arn"]}}]}),
        Worker=(
            "AWS::Lambda::Function",
            {
                "Runtime": "python3.13", "Handler": "index.handle", "Code": {"ZipFile": "def handle(*_): ..."},
                "Role": "arn:aws:iam::123456789012:role/r", "Timeout": timeout,
            },
        ),
    )  # fmt: skip


def _listening(balancer: str, port: int, protocol: str, group: str | None, **more: Any) -> dict[str, Any]:
    action: dict[str, Any] = {"Type": "forward", "TargetGroupArn": {"Ref": group}}
    if group is None:
        action = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
    body = {
        "LoadBalancerArn": {"Ref": balancer},
        "Port": port,
        "Protocol": protocol,
        "DefaultActions": [action],
        **more,
    }
    if protocol in ("HTTPS", "TLS"):
        body.setdefault("Certificates", [{"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/a"}])
    return body


def _zoned(*pairs: tuple[str, Any], targets: tuple[str, ...] = ("A",)) -> dict[str, Any]:
    subnets: dict[str, Any] = {
        id: (
            SUBNET,
            {"VpcId": "vpc-0a1b2c3d", "CidrBlock": f"10.0.{n}.0/24", "AvailabilityZone": f"eu-west-1{id.lower()}"},
        )
        for n, id in enumerate(("A", "B"))
    }
    machines: dict[str, Any] = {
        f"Box{id}": (INSTANCE, {"ImageId": "ami-0a1b2c3d", "SubnetId": {"Ref": id}}) for id in targets
    }
    group = {
        "Port": 80, "Protocol": "TCP", "VpcId": "vpc-0a1b2c3d", "Targets": [{"Id": {"Ref": id}} for id in machines],
    }  # fmt: skip
    return _resources(
        Net=(BALANCER, _set(*pairs, Type="network", Subnets=[{"Ref": "A"}, {"Ref": "B"}])),
        Tcp=(LISTENER, _listening("Net", 80, "TCP", "Boxes")),
        Boxes=(TARGET_GROUP, group),
        **subnets,
        **machines,
    )


def _logging(*, policy: bool, algorithm: str = "AES256") -> dict[str, Any]:
    rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
    resources = _resources(
        Web=(BALANCER, _set(("access_logs.s3.enabled", "true"), ("access_logs.s3.bucket", {"Ref": "Logs"}))),
        Logs=(BUCKET, {"BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]}}),
    )
    if policy:
        statement = {
            "Effect": "Allow", "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject", "Resource": {"Fn::Sub": "${Logs.Arn}/AWSLogs/${AWS::AccountId}/*"},
        }  # fmt: skip
        document = {"Version": "2012-10-17", "Statement": [statement]}
        body = {"Bucket": {"Ref": "Logs"}, "PolicyDocument": document}
        resources["Resources"]["MayLog"] = {"Type": BUCKET_POLICY, "Properties": body}
    return resources


def _two_subnets(*zones: str) -> dict[str, Any]:
    return _resources(
        Web=(BALANCER, {"Subnets": [{"Ref": f"S{n}"} for n, _ in enumerate(zones)]}),
        **{
            f"S{n}": (SUBNET, {"VpcId": "vpc-0a1b2c3d", "CidrBlock": f"10.0.{n}.0/24", "AvailabilityZone": zone})
            for n, zone in enumerate(zones)
        },
    )


def _addressed(address: str) -> dict[str, Any]:
    whole = _two_subnets("eu-west-1a")
    mapping = {"SubnetId": {"Ref": "S0"}, "PrivateIPv4Address": address}
    whole["Resources"]["Web"]["Properties"] = {"Type": "network", "Scheme": "internal", "SubnetMappings": [mapping]}
    return whole


_API = "Elastic Load Balancing API Reference"

RULES = (
    Rule(
        "ELB004", BALANCER, "error",
        "an Application Load Balancer needs subnets in at least two Availability Zones, one in each (got {n})",
        check=_zones,
        refers=True,
        fix="add a subnet in another zone",
        source=f"{_API}, CreateLoadBalancer, Subnets",
        good=(
            _TWO,
            _made(Type="network", Subnets=["subnet-0a1b2c3d"]),
            {"Subnets": {"Ref": "SubnetIds"}},
            _two_subnets("eu-west-1a", "eu-west-1b"),
            _two_subnets("us-west-2-lax-1a"),
        ),
        bad=(
            {"Subnets": ["subnet-0a1b2c3d"]},
            {"SubnetMappings": [{"SubnetId": "subnet-0a1b2c3d"}]},
            _two_subnets("eu-west-1a"),
            _two_subnets("eu-west-1a", "eu-west-1a"),
        ),
    ),
    Rule(
        "ELB004", "awsdeck::ALB", "error",
        "an Application Load Balancer needs subnets in at least two Availability Zones, one in each (got {n})",
        scope="construct",
        check=_placed,
        fix="give the VPC availability_zones=2 or more, or name subnets in another zone",
        source=f"{_API}, CreateLoadBalancer, Subnets",
        good=({"zones": ["eu-west-1a", "eu-west-1b"]}, {"zones": ["us-west-2-lax-1a"]}),
        bad={"zones": ["eu-west-1a"]},
    ),
    Rule(
        "ELB005",
        BALANCER,
        "error",
        "Elastic IPs are for internet-facing Network Load Balancers; this one is of type {its}",
        check=_mappings,
        refers=True,
        fix="leave AllocationId out, or make it a Network Load Balancer (Type: network)",
        source=f"CloudFormation resource schema, {BALANCER}; {_API}, CreateLoadBalancer, SubnetMappings",
        good=(
            _made(Type="network", SubnetMappings=[_mapping(AllocationId="eipalloc-1")]),
            _made(Type="network", Scheme="internal", SubnetMappings=[_mapping(PrivateIPv4Address="10.0.1.5")]),
            _addressed("10.0.0.5"),
        ),
        bad=(
            _made(SubnetMappings=[_mapping(AllocationId="eipalloc-1"), {"SubnetId": "subnet-1a2b3c4d"}]),
            _made(_TWO, SubnetMappings=[_mapping(), {"SubnetId": "subnet-1a2b3c4d"}]),
            _made(Name="web"),
            _made(Type="network", Scheme="internal", SubnetMappings=[_mapping(AllocationId="eipalloc-1")]),
            _made(Type="network", SubnetMappings=[_mapping(PrivateIPv4Address="10.0.1.5")]),
            _addressed("10.0.1.5"),
        ),
    ),
    Rule(
        "ELB006",
        BALANCER,
        "error",
        "a Gateway Load Balancer has no security groups",
        check=_own_groups,
        fix="leave SecurityGroups out",
        source=f"{_API}, SetSecurityGroups",
        good=(
            _made(_TWO, SecurityGroups=["sg-0a1b2c3d"]),
            _made(_TWO, Type="network", SecurityGroups=["sg-0a1b2c3d"]),
        ),
        bad=_made(Type="gateway", Subnets=["subnet-0a1b2c3d"], SecurityGroups=["sg-0a1b2c3d"]),
    ),
    Rule(
        "ELB007", BALANCER, "error",
        "the attribute {key} is not for load balancers of type {its}",
        when={ATTRIBUTES: Present()},
        check=_keys,
        fix="leave it out",
        source=f"{_API}, LoadBalancerAttribute; course notes, Elastic Load Balancers",
        good=(
            _with((IDLE, "120"), Type="application"),
            _with((CROSS_ZONE, "true"), Type="network"),
            _with(("something.new", "1"), Type="network"),
        ),
        bad=(
            _with((IDLE, "120"), Type="network"),
            _with(("dns_record.client_routing_policy", "any_availability_zone")),
            _with(("access_logs.s3.enabled", "false"), Type="gateway"),
            _with((CROSS_ZONE, "false")),
            _with((IDLE, "60"), (IDLE, "120")),
        ),
    ),
    Rule(
        "ELB008", (BALANCER, CLASSIC), "error",
        f"the idle timeout is 1 to {grouped(IDLE_TIMEOUT_MOST)} seconds ({IDLE_TIMEOUT_DEFAULT} when left out); when a target "
        "does not answer within it, clients get HTTP 504",
        check=_idle,
        fix="choose a value in between",
        source=f"{_API}, LoadBalancerAttribute; User Guide for Classic Load Balancers, configure the idle connection timeout; "
        "course notes, Load Balancer Errors",
        verified="docs",
        good=(
            _with((IDLE, "120")),
            {"Type": CLASSIC, "Properties": {"Listeners": [], "ConnectionSettings": {"IdleTimeout": 3_600}}},
        ),
        bad=(
            _with((IDLE, "5000")),
            _with((IDLE, "0")),
            {"Type": CLASSIC, "Properties": {"Listeners": [], "ConnectionSettings": {"IdleTimeout": 4_000}}},
            {"Type": CLASSIC, "Properties": {"Listeners": [], "ConnectionSettings": {"IdleTimeout": 4_001}}},
        ),
    ),
    Rule(
        "ELB009", BALANCER, "warning",
        "{what} may take {seconds} seconds to answer and the load balancer waits for {idle}: clients will get HTTP 504",
        scope="graph",
        check=slow_functions,
        fix=f"raise {IDLE}, or lower the Timeout of {{what}}",
        source="User Guide for Application Load Balancers, troubleshooting, HTTP 504; course notes, Load Balancer Errors",
        verified="docs",
        good=(_behind(60), _behind(120, (IDLE, "130"))),
        bad=_behind(120),
    ),
    Rule(
        "ELB009", ("awsdeck::ALB", "awsdeck::CLB"), "warning",
        "{what} may take {seconds} seconds to answer and the load balancer waits for {idle}: clients will get HTTP 504",
        scope="construct",
        check=_slow_answers,
        fix="raise idle_timeout=, or make the web server or the database behind it faster",
        source="User Guide for Application Load Balancers, troubleshooting, HTTP 504; course notes, Load Balancer Errors",
        verified="docs",
        good=({"response_seconds": 60}, {"response_seconds": 100, "idle_timeout": 120}),
        bad={"response_seconds": 100, "idle_timeout": 60},
    ),
    Rule(
        "ELB010", BALANCERS, "warning",
        "the targets need the client's address and do not get it",
        scope="construct",
        check=_client_address,
        source="User Guide for Application Load Balancers, X-Forwarded headers; User Guide for Network Load Balancers, edit "
        "target group attributes, client IP preservation; course notes, X-Forwarded-For Header",
        verified="docs",
        good=(
            {"needs_client_ip": True, "x_forwarded_for": "append"},
            {"needs_client_ip": True, "protocol": "TCP", "hidden": False},
        ),
        bad={"needs_client_ip": True, "x_forwarded_for": "remove"},
    ),
    Rule(
        "ELB017", (BALANCER, TARGET_GROUP, CLASSIC), "error",
        "the name cannot be {value}",
        check=_named,
        fix="choose another, or leave it out",
        source=f"{_API}, CreateLoadBalancer, CreateTargetGroup",
        good=(
            {**_TWO, "Name": "web"},
            {"Type": TARGET_GROUP, "Properties": {"Name": "internal-web", "Port": 80, "Protocol": "HTTP", "VpcId": "vpc-1"}},
        ),
        bad=(
            {**_TWO, "Name": "internal-web"},
            {**_TWO, "Name": "web-"},
            {**_TWO, "Name": "w" * 33},
            {"Type": TARGET_GROUP, "Properties": {"Name": "a_b", "Port": 80, "Protocol": "HTTP", "VpcId": "vpc-1"}},
            {"Type": CLASSIC, "Properties": {"Listeners": [], "LoadBalancerName": "a b"}},
        ),
    ),
    Rule(
        "ELB023", LISTENER, "warning",
        "serves plain HTTP on port 80 while {other} speaks HTTPS: send clients there instead",
        scope="graph",
        check=plain_listener,
        fix="make the default action a redirect to HTTPS (HTTP_301)",
        source="Security Hub User Guide, ELB.1; course notes, SSL/TLS (HTTPS)",
        verified="docs",
        good=_resources(
            Web=(BALANCER, _TWO),
            Plain=(LISTENER, _listening("Web", 80, "HTTP", None)),
            Secure=(LISTENER, _listening("Web", 443, "HTTPS", "Boxes")),
            Boxes=(TARGET_GROUP, {"Port": 80, "Protocol": "HTTP", "VpcId": "vpc-0a1b2c3d"}),
        ),
        bad=_resources(
            Web=(BALANCER, _TWO),
            Plain=(LISTENER, _listening("Web", 80, "HTTP", "Boxes")),
            Secure=(LISTENER, _listening("Web", 443, "HTTPS", "Boxes")),
            Boxes=(TARGET_GROUP, {"Port": 80, "Protocol": "HTTP", "VpcId": "vpc-0a1b2c3d"}),
        ),
    ),
    Rule(
        "ELB024", BALANCER, "warning",
        "{group} has no targets in {zones}, and without cross-zone load balancing the load balancer's address there "
        "answers nobody",
        scope="graph",
        check=empty_zones,
        fix=f"set {CROSS_ZONE} to true, or add targets there",
        source=f"{_API}, LoadBalancerAttribute; User Guide for Network Load Balancers, cross-zone load balancing",
        good=(_zoned((CROSS_ZONE, "true")), _zoned(targets=("A", "B"))),
        bad=_zoned(),
    ),
    Rule(
        "ELB025", BALANCER, "error",
        "the attribute {key} takes {allowed}",
        when={ATTRIBUTES: Present()},
        check=_values,
        source=f"{_API}, LoadBalancerAttribute",
        good=_with(("routing.http.desync_mitigation_mode", "strictest"), ("client_keep_alive.seconds", "60")),
        bad=(
            _with(("routing.http.desync_mitigation_mode", "strict")),
            _with(("client_keep_alive.seconds", "30")),
            _with(("deletion_protection.enabled", "on")),
            _with(("access_logs.s3.enabled", "true")),
            _with(
                ("access_logs.s3.enabled", "true"), ("access_logs.s3.bucket", "logs"), ("access_logs.s3.prefix", "AWSLogs/web")
            ),
        ),
    ),
    Rule(
        "ELB026", (BALANCER, CLASSIC), "error",
        "Elastic Load Balancing may not write logs to {bucket}: no policy of the bucket lets anybody put objects",
        scope="graph",
        check=logs,
        fix="add a bucket policy that allows logdelivery.elasticloadbalancing.amazonaws.com (for a Network Load Balancer "
        "delivery.logs.amazonaws.com) s3:PutObject below AWSLogs/<account>/, and let the load balancer wait for it",
        source="User Guides for Application, Network and Classic Load Balancers, enable access logs",
        verified="docs",
        good=_logging(policy=True),
        bad=(_logging(policy=False), _logging(policy=True, algorithm="aws:kms")),
    ),
)  # fmt: skip
