"""Elastic Load Balancing: target groups."""

from __future__ import annotations

from ..limits import COOKIE_SECONDS_MOST, DEREGISTRATION_MOST, SLOW_START_LEAST, SLOW_START_MOST
from ..policies.access import only
from ..vocabulary import ABSENT, AnyOf, Between, Is, OneOf, Rule, Violation, is_unknown, number, truth
from .balancing import BALANCER, HTTP, LISTENER, TARGET_GROUP, Balancers, attributes, known, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

ATTRIBUTES = "TargetGroupAttributes"
ALONE = ("lambda", "alb")
"""Kinds of targets of which a group holds one."""
_UNCHECKED = ("GENEVE", "QUIC", "TCP_QUIC", "TCP_UDP", "TLS", "UDP")
"""Protocols that no health check speaks."""
_NETWORK = ("QUIC", "TCP", "TCP_QUIC", "TCP_UDP", "TLS", "UDP")
_NOT_LAMBDA = ("Port", "Protocol", "VpcId", "ProtocolVersion", "HealthCheckPort", "HealthCheckProtocol")
_INTERVAL = Between(5, 300, "seconds")
_TIMEOUT = Between(2, 120, "seconds")
_THRESHOLD = Between(2, 10, "checks")
_COOKIE = Between(1, COOKIE_SECONDS_MOST, "seconds")
_STICKY = {
    "lb_cookie": HTTP, "app_cookie": HTTP, "source_ip": ("TCP", "UDP", "TCP_UDP", "TLS"), "source_ip_dest_ip": ("GENEVE",),
    "source_ip_dest_ip_proto": ("GENEVE",),
}  # fmt: skip
# Source: Elastic Load Balancing API Reference, TargetGroupAttribute.
_HTTP_ONLY = (
    "load_balancing.algorithm.",
    "slow_start.duration_seconds",
    "stickiness.app_cookie.",
    "stickiness.lb_cookie.",
)
_NETWORK_ONLY = (
    "deregistration_delay.connection_termination.enabled", "preserve_client_ip.enabled", "proxy_protocol_v2.enabled",
    "target_health_state.unhealthy.",
)  # fmt: skip
_GATEWAY_ONLY = ("target_failover.", "send_tcp_reset.")
_VALUES: dict[str, Any] = {
    "deregistration_delay.timeout_seconds": Between(0, DEREGISTRATION_MOST, "seconds"),
    "slow_start.duration_seconds": AnyOf(Is(0), Between(SLOW_START_LEAST, SLOW_START_MOST, "seconds")),
    "load_balancing.algorithm.type": OneOf("round_robin", "least_outstanding_requests", "weighted_random"),
    "load_balancing.algorithm.anomaly_mitigation": OneOf("on", "off"),
    "load_balancing.cross_zone.enabled": OneOf("true", "false", "use_load_balancer_configuration"),
}


def _type(view: View) -> str | None:
    return known(view, "TargetType", "instance")


def _shape(view: View) -> Iterator[Violation]:
    its = _type(view)
    if its is None:
        return
    if its == "lambda":
        for name in _NOT_LAMBDA:
            if view.get(name) is not ABSENT:
                yield Violation((name,), message="a target group for a function has no {prop}", fix="leave {prop} out")
    else:
        for name in ("Port", "Protocol", "VpcId"):
            if view.get(name) is ABSENT:
                yield Violation((name,), message="a target group needs {prop}, unless its target is a function",
                                fix="give {prop}, or set TargetType: lambda")  # fmt: skip
    targets = view.get("Targets")
    if its in ALONE and isinstance(targets, list) and len(targets) > 1:
        yield Violation(("Targets",), n=len(targets), its=its)


def _health(view: View) -> Iterator[Violation]:
    protocol, checked = known(view, "Protocol"), known(view, "HealthCheckProtocol")
    given = view.get("HealthCheckProtocol")
    if checked in _UNCHECKED:
        yield Violation(("HealthCheckProtocol",), value=checked, allowed="HTTP, HTTPS, TCP")
        return
    if checked == "TCP" and protocol in HTTP:
        yield Violation(
            ("HealthCheckProtocol",),
            message="targets that take {protocol} are checked with HTTP or HTTPS, not TCP",
            fix="choose HTTP or HTTPS, or leave it out",
            protocol=protocol,
        )
        return
    by_tcp = checked == "TCP" or (
        given is ABSENT and protocol in (*_NETWORK, "GENEVE") and _type(view) not in ("alb", "lambda", None)
    )
    for name in ("HealthCheckPath", "Matcher"):
        if by_tcp and view.get(name) is not ABSENT and not is_unknown(view.get(name)):
            yield Violation(
                (name,),
                message="a health check over TCP only connects: it has no {prop}",
                fix="leave it out, or set HealthCheckProtocol: HTTP",
            )


def _times(view: View) -> Iterator[Violation]:
    interval, timeout = view.get("HealthCheckIntervalSeconds"), view.get("HealthCheckTimeoutSeconds")
    for name, test in (
        ("HealthCheckIntervalSeconds", _INTERVAL),
        ("HealthCheckTimeoutSeconds", _TIMEOUT),
        ("HealthyThresholdCount", _THRESHOLD),
        ("UnhealthyThresholdCount", _THRESHOLD),
    ):
        if test(view.get(name)) is False:
            yield Violation((name,), value=view.get(name), allowed=test.allowed(view.mode))
    path = view.get("HealthCheckPath")
    checked = known(view, "HealthCheckProtocol") or known(view, "Protocol")
    if isinstance(path, str) and not is_unknown(path) and not path.startswith("/") and checked in HTTP:
        yield Violation(
            ("HealthCheckPath",),
            message="the path of a health check begins with a slash",
            value=path,
            fix=f"write /{path}",
        )
    every, within = number(interval), number(timeout)
    by_http = known(view, "Protocol") in HTTP or _type(view) == "lambda"
    if not by_http or every is None:
        return
    if within is not None and within >= every:
        yield Violation(
            ("HealthCheckTimeoutSeconds",),
            message="a health check begins every {every} seconds and may take {within}: it must end before the next one",
            fix="make the timeout shorter than the interval",
            every=every,
            within=within,
        )
    elif timeout is ABSENT and every == 5:
        yield Violation(
            ("HealthCheckIntervalSeconds",),
            severity="warning",
            message="health checks begin every 5 seconds and may take 5 or more, as no timeout is given",
            fix="set HealthCheckTimeoutSeconds to 4 or less",
        )


def _sticky(view: View) -> Iterator[Violation]:
    found, protocol = attributes(view, ATTRIBUTES), known(view, "Protocol")
    given = _of(found, "stickiness.type")
    its = given if isinstance(given, str) else None
    on = truth(_of(found, "stickiness.enabled", False))
    fits = _STICKY.get(its or "")
    if fits is not None and protocol is not None and not protocol.endswith("QUIC") and protocol not in fits:
        yield Violation(found["stickiness.type"][0], value=its, protocol=protocol, allowed=_kinds_of(protocol))
    elif on and protocol == "TLS":
        yield Violation(
            found["stickiness.enabled"][0],
            message="a target group for TLS cannot be sticky",
            fix="leave stickiness out, or let the targets take TCP",
        )
    elif on and its == "app_cookie" and "stickiness.app_cookie.cookie_name" not in found and whole(view, ATTRIBUTES):
        yield Violation(
            found["stickiness.type"][0],
            message="stickiness by the application's cookie needs the name of that cookie",
            fix="set stickiness.app_cookie.cookie_name",
        )
    for key in ("stickiness.lb_cookie.duration_seconds", "stickiness.app_cookie.duration_seconds"):
        if key in found and _COOKIE(found[key][1]) is False:
            path, value = found[key]
            yield Violation(
                path, message="a client stays with its target for 1 second to 7 days", value=value,
                allowed=_COOKIE.allowed(view.mode),
            )  # fmt: skip
    name = found.get("stickiness.app_cookie.cookie_name")
    if name is not None and isinstance(name[1], str) and name[1].startswith("AWSALB"):
        yield Violation(name[0], message="cookies that begin with AWSALB belong to the load balancer", value=name[1],
                        fix="name the application's own cookie")  # fmt: skip


def _kinds_of(protocol: str) -> str:
    return ", ".join(name for name, fits in _STICKY.items() if protocol in fits)


def _of(found: dict[str, tuple[Path, Any]], key: str, default: Any = None) -> Any:
    value = found[key][1] if key in found else default
    return None if is_unknown(value) else value


def _attributes(view: View) -> Iterator[Violation]:
    protocol, its = known(view, "Protocol"), _type(view)
    given = view.get(ATTRIBUTES)
    seen: set[str] = set()
    for place, entry in enumerate(given if isinstance(given, list) else ()):
        key = entry.get("Key") if isinstance(entry, dict) else None
        if not isinstance(key, str) or is_unknown(key):
            continue
        if key in seen:
            yield Violation((ATTRIBUTES, place, "Key"), message="the attribute {key} is given twice",
                            fix="leave one out", key=key)  # fmt: skip
        seen.add(key)
        value = entry.get("Value", ABSENT)
        wrong = its is not None and (
            (key.startswith("lambda.") and its != "lambda")
            or (key == "deregistration_delay.timeout_seconds" and its == "lambda")
            or (
                key.startswith(_HTTP_ONLY)
                and not key.startswith("stickiness")
                and (protocol in _NETWORK or its in ALONE)
            )
            or (key.startswith(_NETWORK_ONLY) and (protocol in HTTP or its == "lambda" or protocol == "GENEVE"))
            or (key.startswith(_GATEWAY_ONLY) and protocol is not None and protocol != "GENEVE")
        )
        test = _VALUES.get(key)
        if wrong:
            what = "a function" if its == "lambda" else f"targets that take {protocol}" if protocol else f"kind {its}"
            yield Violation((ATTRIBUTES, place, "Key"), key=key, what=what)
        elif test is not None and test(value) is False:
            yield Violation((ATTRIBUTES, place, "Value"), message="{key} takes {allowed}", key=key, value=value,
                            allowed=test.allowed(view.mode), fix="choose one of them")  # fmt: skip
        elif key == "preserve_client_ip.enabled" and truth(value) is False and protocol in ("UDP", "TCP_UDP"):
            yield Violation(
                (ATTRIBUTES, place, "Value"),
                message="targets that take {protocol} always see the client's address; that cannot be switched off",
                fix="leave the attribute out",
                protocol=protocol,
            )
    found = attributes(view, ATTRIBUTES)
    if _of(found, "load_balancing.algorithm.anomaly_mitigation") == "on" and whole(view, ATTRIBUTES):
        algorithm = _of(found, "load_balancing.algorithm.type", "round_robin")
        if algorithm not in ("weighted_random", None):
            yield Violation(
                found["load_balancing.algorithm.anomaly_mitigation"][0],
                message="anomalies are only mitigated with the algorithm weighted_random",
                fix="set load_balancing.algorithm.type to weighted_random",
            )


def _addresses(view: View) -> Iterator[Violation]:
    """Source: Elastic Load Balancing API Reference, CreateTargetGroup, TargetType."""
    if _type(view) != "ip":
        return
    for path, value in view.values("Targets/*/Id"):
        if isinstance(value, str) and not is_unknown(value):
            from ipaddress import ip_address

            try:
                address = ip_address(value)
            except ValueError:
                yield Violation(path, message="{value} is no IP address", value=value, fix="such as 10.0.1.5")
                continue
            if address.version == 4 and address.is_global:
                yield Violation(path, value=value)


def _forwarded(graph: Graph) -> Iterator[Violation]:
    """An Application Load Balancer as a target must listen on the target's port, and do so before it is registered."""
    found = graph.kept(Balancers)
    for group in graph.of(TARGET_GROUP):
        for world in only(group, "TargetType", "Targets", "Port").worlds():
            if known(world, "TargetType") != "alb":
                continue
            for path, entry in world.values("Targets/*"):
                target = graph.target(group, entry.get("Id")) if isinstance(entry, dict) else None
                if target is None or target.view.type != BALANCER:
                    continue
                port = number(entry.get("Port", world.get("Port")))
                listeners = found.listeners(target.view)
                ports = [number(listener.get("Port")) for listener in listeners]
                if port is None or None in ports or any(listener.asked for listener in listeners):
                    continue
                if port not in ports and listeners:
                    yield Violation(path, view=world, balancer=target.view.id, port=port)
                elif listeners and world.member is not None and not _waits(world, listeners, port):
                    yield Violation(
                        path,
                        view=world,
                        severity="warning",
                        message="the target group does not wait for the listener of {balancer} on port {port}, without which "
                        "it cannot be registered: creating the stack may fail",
                        fix="add that listener to DependsOn",
                        balancer=target.view.id,
                        port=port,
                    )


def _waits(group: View, listeners: list[View], port: float) -> bool:
    from ..templates.wiring import Order

    order = Order()
    right = [listener for listener in listeners if number(listener.get("Port")) == port]
    return any(order.after(group, listener) is not False for listener in right)


# Examples


def _group(protocol: str = "HTTP", *pairs: tuple[str, Any], **more: Any) -> dict[str, Any]:
    body = {"Port": 80, "Protocol": protocol, "VpcId": "vpc-0a1b2c3d", **more}
    if pairs:
        body[ATTRIBUTES] = [{"Key": key, "Value": value} for key, value in pairs]
    return body


def _chained(port: int, *, waits: bool = True) -> dict[str, Any]:
    group: dict[str, Any] = {
        "Type": TARGET_GROUP,
        "Properties": _group("TCP", TargetType="alb", Port=port, Targets=[{"Id": {"Ref": "Web"}}]),
    }
    if waits:
        group["DependsOn"] = "Http"
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    return {
        "Resources": {
            "Web": {"Type": BALANCER, "Properties": {"Subnets": ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]}},
            "Http": {
                "Type": LISTENER,
                "Properties": {
                    "LoadBalancerArn": {"Ref": "Web"},
                    "Port": 80,
                    "Protocol": "HTTP",
                    "DefaultActions": [answer],
                },
            },
            "Behind": group,
        }
    }


_ON = ("stickiness.enabled", "true")
_API = "Elastic Load Balancing API Reference"

RULES = (
    Rule(
        "ELB011", TARGET_GROUP, "error",
        "a target group of type {its} holds one target, not {n}",
        check=_shape,
        fix="make a target group for each",
        source=f"{_API}, CreateTargetGroup, RegisterTargets",
        good=({"TargetType": "lambda"}, _group(), _group("TCP", TargetType="alb", Targets=[{"Id": "arn"}])),
        bad=(
            {"TargetType": "lambda", "Port": 80, "Protocol": "HTTP"},
            {"Port": 80, "Protocol": "HTTP"},
            {"TargetType": "lambda", "Targets": [{"Id": "arn:one"}, {"Id": "arn:two"}]},
        ),
    ),
    Rule(
        "ELB012", TARGET_GROUP, "error",
        "no health check speaks {value}",
        check=_health,
        fix="choose HTTP, HTTPS or TCP",
        source=f"{_API}, CreateTargetGroup, HealthCheckProtocol",
        good=(
            _group(HealthCheckProtocol="HTTP", HealthCheckPath="/up"),
            _group("TCP", HealthCheckProtocol="HTTP", HealthCheckPath="/up"),
            _group("TCP", TargetType="alb", HealthCheckPath="/up"),
            _group("UDP", HealthCheckProtocol="TCP"),
        ),
        bad=(
            _group(HealthCheckProtocol="TCP"),
            _group("UDP", HealthCheckProtocol="UDP"),
            _group("TCP", HealthCheckPath="/up"),
            _group("TCP", HealthCheckProtocol="TCP", Matcher={"HttpCode": "200"}),
        ),
    ),
    Rule(
        "ELB013", TARGET_GROUP, "error",
        "{prop} is outside what a health check takes",
        check=_times,
        fix="choose a value in between",
        source=f"CloudFormation resource schema, {TARGET_GROUP}; {_API}, CreateTargetGroup",
        good=(
            _group(HealthCheckIntervalSeconds=30, HealthCheckTimeoutSeconds=5),
            _group("TCP", HealthCheckIntervalSeconds=10, HealthCheckTimeoutSeconds=10),
        ),
        bad=(
            _group(HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=10),
            _group(HealthCheckIntervalSeconds=5),
            _group(HealthCheckIntervalSeconds=4, HealthCheckTimeoutSeconds=3),
            _group(HealthCheckTimeoutSeconds=121, HealthCheckIntervalSeconds=300),
            _group(HealthyThresholdCount=1),
            _group(HealthCheckPath="healthy"),
            _group(UnhealthyThresholdCount=11),
        ),
    ),
    Rule(
        "ELB014", TARGET_GROUP, "error",
        "stickiness by {value} does not go with targets that take {protocol}",
        check=_sticky,
        fix="choose another stickiness.type, or leave it out",
        source=f"{_API}, TargetGroupAttribute; User Guide for Network Load Balancers, edit target group attributes, sticky "
        "sessions; course notes, Elastic Load Balancers",
        verified="docs",
        good=(
            _group("HTTP", ("stickiness.type", "lb_cookie")),
            _group("HTTP", _ON, ("stickiness.type", "app_cookie"), ("stickiness.app_cookie.cookie_name", "SESSION")),
            _group("TLS", ("stickiness.type", "source_ip"), ("stickiness.enabled", "false")),
        ),
        bad=(
            _group("TCP", ("stickiness.type", "lb_cookie")),
            _group("TLS", _ON, ("stickiness.type", "source_ip")),
            _group("HTTP", _ON, ("stickiness.type", "app_cookie")),
            _group("HTTP", _ON, ("stickiness.lb_cookie.duration_seconds", "604801")),
            _group("HTTP", ("stickiness.app_cookie.cookie_name", "AWSALBAPP-0")),
        ),
    ),
    Rule(
        "ELB029", TARGET_GROUP, "error",
        "the attribute {key} is not for {what}",
        check=_attributes,
        fix="leave it out",
        source=f"{_API}, TargetGroupAttribute",
        good=(
            _group("HTTP", ("slow_start.duration_seconds", "30"), ("deregistration_delay.timeout_seconds", "0")),
            _group("TCP", ("proxy_protocol_v2.enabled", "true"), ("preserve_client_ip.enabled", "false")),
            {"TargetType": "lambda", ATTRIBUTES: [{"Key": "lambda.multi_value_headers.enabled", "Value": "true"}]},
        ),
        bad=(
            _group("HTTP", ("proxy_protocol_v2.enabled", "true")),
            _group("TCP", ("slow_start.duration_seconds", "30")),
            _group("HTTP", ("slow_start.duration_seconds", "20")),
            _group("HTTP", ("deregistration_delay.timeout_seconds", "3601")),
            _group("HTTP", ("load_balancing.algorithm.type", "random")),
            _group("HTTP", ("load_balancing.algorithm.anomaly_mitigation", "on")),
            _group("UDP", ("preserve_client_ip.enabled", "false")),
            _group("HTTP", ("lambda.multi_value_headers.enabled", "true")),
            _group("HTTP", ("slow_start.duration_seconds", "30"), ("slow_start.duration_seconds", "60")),
            {"TargetType": "lambda", ATTRIBUTES: [{"Key": "deregistration_delay.timeout_seconds", "Value": "10"}]},
        ),
    ),
    Rule(
        "ELB030", TARGET_GROUP, "error",
        "{value} is a public address, and targets are private ones",
        check=_addresses,
        fix="give the private address of the target",
        source=f"{_API}, CreateTargetGroup, TargetType",
        good=(
            _group(TargetType="ip", Targets=[{"Id": "10.0.1.5"}, {"Id": "100.64.0.1"}, {"Id": "fd00::5"}]),
            _group(TargetType="ip", Targets=[{"Id": {"Ref": "Address"}}]),
        ),
        bad=(_group(TargetType="ip", Targets=[{"Id": "8.8.8.8"}]), _group(TargetType="ip", Targets=[{"Id": "10.0.0"}])),
    ),
    Rule(
        "ELB031", TARGET_GROUP, "error",
        "{balancer} does not listen on port {port}, where this target group sends its requests",
        scope="graph",
        check=_forwarded,
        fix="choose the port of one of its listeners",
        source=f"{_API}, TargetDescription, Port; User Guide for Network Load Balancers, Application Load Balancers as targets",
        good=_chained(80),
        bad=(_chained(8080), _chained(80, waits=False)),
    ),
)  # fmt: skip
