"""Elastic Load Balancing: listeners and their rules."""

from __future__ import annotations

from ..limits import CONDITION_VALUES_MOST, LISTENER_RULE_LAST, NETWORK_PROTOCOLS
from ..policies.access import only, together
from ..vocabulary import ABSENT, Between, Rule, Stacks, Violation, as_list, is_unknown, number
from .balancing import (
    BALANCER,
    HTTP,
    LISTENER,
    LISTENER_RULE,
    NAMES,
    SECURE,
    TARGET_GROUP,
    Balancers,
    attributes,
    kind,
    known,
)
from .listenerrules import (
    AGAIN,
    ELSEWHERE,
    actions,
    conditions,
    content,
    contents,
    loops,
    priority,
    same_priority,
    taken_priority,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

PROTOCOLS = {"application": HTTP, "network": NETWORK_PROTOCOLS.current}
"""What a load balancer of each type listens on, in both modes: younger protocols are not forbidden ones."""

# Source: User Guide for Network Load Balancers, target groups, routing configuration; Elastic Load Balancing API
# Reference, CreateTargetGroup, Protocol. QUIC listeners are left alone.
FORWARDS = {
    "HTTP": HTTP, "HTTPS": HTTP, "TCP": ("TCP", "TCP_UDP"), "TLS": ("TCP", "TLS"), "UDP": ("UDP", "TCP_UDP"),
    "TCP_UDP": ("TCP_UDP",), "TCP_QUIC": ("TCP_QUIC",),
}  # fmt: skip
CERTIFICATES = "AWS::ElasticLoadBalancingV2::ListenerCertificate"
LISTENERS = ("awsdeck::ALBListener", "awsdeck::NLBListener")
RULE = "awsdeck::ListenerRule"
_FLOW = Between(60, 6_000, "seconds")


# Listeners and load balancers


def _unfit(its: str | None, protocol: Any, port: Any, path: Path, view: View | None = None) -> Iterator[Violation]:
    if its == "gateway":
        for name, value in (("Protocol", protocol), ("Port", port)):
            if value is not ABSENT:
                yield Violation(
                    (name,), view=view, message="the listener of a Gateway Load Balancer has neither protocol nor port",
                    fix="leave {prop} out",
                )  # fmt: skip
        return
    allowed = PROTOCOLS.get(its or "")
    if allowed is None or not isinstance(protocol, str) or is_unknown(protocol) or protocol in allowed:
        return
    other = "an ALB" if its == "network" else "an NLB"
    yield Violation(
        path, view=view, its=NAMES[its or ""], value=protocol, allowed=", ".join(allowed),
        fix=f"choose one of them, or use {other}",
    )  # fmt: skip


def _protocols(graph: Graph) -> Iterator[Violation]:
    found = graph.kept(Balancers)
    for listener in graph.of(LISTENER):
        balancer = found.of(listener)
        if balancer is None:
            continue
        for world, its in together(only(listener, "Protocol", "Port"), only(balancer, "Type")):
            yield from _unfit(kind(its), world.get("Protocol"), world.get("Port"), ("Protocol",), world)


def _protocol(view: View) -> Iterator[Violation]:
    its = view.get("balancer")
    yield from _unfit(its if isinstance(its, str) else None, view.get("protocol"), ABSENT, ("protocol",))


def _fits(listener: str | None, protocol: str | None, its: str | None) -> bool | None:
    """Whether a listener may forward to a target group of this protocol and type."""
    if listener is None or its is None:
        return None
    if its == "lambda":
        return listener in HTTP if listener in FORWARDS else None
    if its == "alb":  # only TCP listeners forward to an Application Load Balancer
        return listener == "TCP" and protocol in ("TCP", None)
    allowed = FORWARDS.get(listener)
    if protocol == "GENEVE":
        return False
    return None if allowed is None or protocol is None else protocol in allowed


def _targets(graph: Graph) -> Iterator[Violation]:
    found = graph.kept(Balancers)
    for source in graph.of(LISTENER, LISTENER_RULE):
        listener = source if source.type == LISTENER else found.listener(source)
        if listener is None:
            continue
        for world in source.worlds():
            for path, group in found.forwards(world):
                for heard, sent in together(only(listener, "Protocol"), only(group, "Protocol", "TargetType")):
                    speaks, takes, its = (
                        known(heard, "Protocol"),
                        known(sent, "Protocol"),
                        known(sent, "TargetType", "instance"),
                    )
                    if any(heard.world.get(name, holds) != holds for name, holds in world.world.items()):
                        continue
                    if sent.get("Protocol") is ABSENT and its not in ("lambda", "alb"):
                        continue
                    if _fits(speaks, takes, its) is False:
                        yield Violation(path, view=world, listener=speaks, group=group.id, takes=takes or its)


def _target(view: View) -> Iterator[Violation]:
    speaks, takes, its = (known(view, name) for name in ("listener_protocol", "group_protocol", "target_type"))
    if _fits(speaks, takes, its or "instance") is False:
        group = view.get("group")
        yield Violation(
            ("default" if view.type != RULE else "to",), listener=speaks, group=group if isinstance(group, str) else "it",
            takes=takes if its not in ("lambda", "alb") else its,
        )  # fmt: skip


def _certificates(view: View) -> Iterator[Violation]:
    protocol, given = known(view, "Protocol"), view.get("Certificates")
    if protocol is None or (given is not ABSENT and not isinstance(given, list)):
        return
    held = as_list(given)
    if protocol in SECURE and (given is ABSENT or len(held) != 1):
        if any(isinstance(entry, dict) and is_unknown(entry) for entry in held):
            return
        yield Violation(("Certificates",), protocol=protocol, n=len(held))
    elif protocol in ("HTTP", "TCP", "UDP", "TCP_UDP") and held:
        yield Violation(
            ("Certificates",),
            message="a listener for {protocol} has no certificate",
            fix="leave it out, or listen on HTTPS" if protocol == "HTTP" else "leave it out, or listen on TLS",
            protocol=protocol,
        )


def _certified_elsewhere(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(LISTENER, CERTIFICATES):
        region = view.member.region if view.member is not None else None
        for path, arn in view.values("Certificates/*/CertificateArn"):
            parts = arn.split(":") if isinstance(arn, str) and not is_unknown(arn) else []
            if region is not None and parts[:1] == ["arn"] and parts[2:3] == ["acm"] and parts[3] != region:
                yield Violation(path, view=view, there=parts[3], here=region)


def _same_port(graph: Graph) -> Iterator[Violation]:
    found = graph.kept(Balancers)
    for balancer in graph.of(BALANCER):
        listeners = found.listeners(balancer)
        for place, listener in enumerate(listeners):
            for earlier in listeners[:place]:
                if any(
                    number(one.get("Port")) is not None and number(one.get("Port")) == number(two.get("Port"))
                    for one, two in together(only(listener, "Port"), only(earlier, "Port"))
                ):
                    yield Violation(("Port",), view=listener, other=earlier.id)
                    break


def _taken_port(view: View) -> Iterator[Violation]:
    other = view.get("port_taken_by")
    if isinstance(other, str):
        yield Violation(("port",), other=other)


def _settings(view: View) -> Iterator[Violation]:
    for key, (path, value) in attributes(view, "ListenerAttributes").items():
        if key == "tcp.idle_timeout.seconds" and _FLOW(value) is False:
            yield Violation(path, key=key, value=value, allowed=_FLOW.allowed(view.mode))
        elif key == "tcp.idle_timeout.seconds" and known(view, "Protocol") in HTTP:
            yield Violation(
                path, message="{key} is for Network Load Balancers", key=key,
                fix="set idle_timeout.timeout_seconds on the Application Load Balancer",
            )  # fmt: skip


# Examples


_BALANCER_ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef"
_LISTENER_ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/0123456789abcdef/0123456789abcdef"
_GROUP_ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
_FORWARD = {"Type": "forward", "TargetGroupArn": _GROUP_ARN}
_CERTIFICATE = {"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/a"}
_TWO = ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]


def _listener(protocol: str, *actions: Any, port: int = 443, **more: Any) -> dict[str, Any]:
    body = {
        "LoadBalancerArn": _BALANCER_ARN, "Port": port, "Protocol": protocol, "DefaultActions": list(actions) or [_FORWARD],
    }  # fmt: skip
    if protocol in SECURE:
        body["Certificates"] = [_CERTIFICATE]
    return {name: value for name, value in {**body, **more}.items() if value is not None}


def _standing() -> dict[str, Any]:
    return {"Resources": {"Door": {"Type": LISTENER, "Properties": _listener("HTTPS")}}}


def _rule(*conditions: Any, priority: Any = 10, **more: Any) -> dict[str, Any]:
    return {
        "ListenerArn": _LISTENER_ARN,
        "Priority": priority,
        "Actions": [_FORWARD],
        "Conditions": list(conditions),
        **more,
    }


def _ruled(*conditions: Any, **more: Any) -> dict[str, Any]:
    return {"Type": LISTENER_RULE, "Properties": _rule(*conditions, **more)}


def _path(*values: str) -> dict[str, Any]:
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}


def _together(
    type: str, protocol: str, takes: str = "HTTP", *conditions: Any, ports: tuple[int, ...] = (80,), **more: Any
) -> dict[str, Any]:
    resources: dict[str, Any] = {
        "Web": {"Type": BALANCER, "Properties": {"Type": type, "Subnets": _TWO, **more}},
        "Boxes": {"Type": TARGET_GROUP, "Properties": {"Port": 80, "Protocol": takes, "VpcId": "vpc-0a1b2c3d"}},
    }
    for place, port in enumerate(ports):
        forward = {"Type": "forward", "TargetGroupArn": {"Ref": "Boxes"}}
        body = _listener(protocol, forward, port=port, LoadBalancerArn={"Ref": "Web"})
        resources[f"L{place}"] = {"Type": LISTENER, "Properties": body}
    for place, condition in enumerate(conditions):
        body = _rule(condition, priority=10 * (place + 1), ListenerArn={"Ref": "L0"})
        resources[f"R{place}"] = {"Type": LISTENER_RULE, "Properties": body}
    return {"Resources": resources}


def _two_rules(first: Any, second: Any) -> dict[str, Any]:
    whole = _together("application", "HTTP", "HTTP", _path("/a"), _path("/b"))
    whole["Resources"]["R0"]["Properties"]["Priority"] = first
    whole["Resources"]["R1"]["Properties"]["Priority"] = second
    return whole


def _redirecting(**config: str) -> dict[str, Any]:
    whole = _together("application", "HTTPS", "HTTP", _path("/a"), ports=(443,))
    action = {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", **config}}
    whole["Resources"]["R0"]["Properties"]["Actions"] = [action]
    return whole


_API = "Elastic Load Balancing API Reference"
_PROTOCOL_SOURCE = (
    f"CloudFormation resource schema, {LISTENER}; {_API}, CreateListener; course notes, Elastic Load Balancers"
)
_PROTOCOL_MESSAGE = "{its} cannot listen on {value}"
_GROUP_MESSAGE = "a listener for {listener} cannot forward to {group}, whose targets take {takes}"
_GROUP_FIX = (
    "HTTP and HTTPS go to HTTP, HTTPS or lambda; TCP to TCP, TCP_UDP or alb; TLS to TCP or TLS; UDP to UDP or TCP_UDP; "
    "TCP_UDP to TCP_UDP"
)
_GROUP_SOURCE = f"User Guide for Network Load Balancers, target groups; {_API}, CreateTargetGroup"
_PRIORITY_MESSAGE = "another rule of this listener, {other}, has priority {priority} already"
_RULE_SOURCE = (
    f"{_API}, CreateRule; User Guide for Application Load Balancers, quotas; User Guide for Network Load Balancers, listener "
    "rules; course notes, Elastic Load Balancers"
)


RULES = (
    Rule(
        "ELB001", LISTENER, "error",
        _PROTOCOL_MESSAGE,
        scope="graph",
        check=_protocols,
        limit=NETWORK_PROTOCOLS,
        source=_PROTOCOL_SOURCE,
        good=(
            _together("application", "HTTP"),
            _together("network", "TCP", "TCP"),
            _together("network", "TLS", "TCP"),
        ),
        bad=(
            _together("application", "TCP", "TCP"),
            _together("network", "HTTP"),
            _together("gateway", "TCP", "GENEVE"),
        ),
    ),
    Rule(
        "ELB001", LISTENERS, "error",
        _PROTOCOL_MESSAGE,
        scope="construct",
        check=_protocol,
        limit=NETWORK_PROTOCOLS,
        source=_PROTOCOL_SOURCE,
        good=({"balancer": "application", "protocol": "HTTPS"}, {"balancer": "network", "protocol": "UDP"}),
        bad=({"balancer": "application", "protocol": "TCP"}, {"balancer": "network", "protocol": "HTTP"}),
    ),
    Rule(
        "ELB002", (LISTENER, LISTENER_RULE), "error",
        _GROUP_MESSAGE,
        scope="graph",
        check=_targets,
        fix=_GROUP_FIX,
        source=_GROUP_SOURCE,
        verified="docs",
        good=(
            _together("application", "HTTP", "HTTPS", _path("/a")),
            _together("network", "TCP", "TCP_UDP"),
            _together("network", "UDP", "TCP_UDP"),
        ),
        bad=(
            _together("application", "HTTP", "TCP"),
            _together("network", "TCP_UDP", "TCP"),
            _together("network", "TCP", "TLS"),
        ),
    ),
    Rule(
        "ELB002", (*LISTENERS, RULE), "error",
        _GROUP_MESSAGE,
        scope="construct",
        check=_target,
        fix=_GROUP_FIX,
        source=_GROUP_SOURCE,
        verified="docs",
        good=(
            {"listener_protocol": "TCP", "group_protocol": "TCP", "target_type": "alb"},
            {"listener_protocol": "HTTP", "target_type": "lambda"},
        ),
        bad=(
            {"listener_protocol": "HTTP", "group_protocol": "TCP"},
            {"listener_protocol": "TLS", "group_protocol": "TCP", "target_type": "alb"},
            {"listener_protocol": "TCP", "target_type": "lambda"},
        ),
    ),
    Rule(
        "ELB003", (LISTENER, CERTIFICATES), "error",
        "the certificate is one of {there}, and the load balancer stands in {here}",
        scope="graph",
        check=_certified_elsewhere,
        fix="request or import the certificate in {here}",
        source="AWS Certificate Manager User Guide, Services integrated with ACM",
        verified="docs",
        good=Stacks({"web": _standing()}, known={"web": {"region": "eu-west-1"}}),
        bad=Stacks({"web": _standing()}, known={"web": {"region": "us-east-1"}}),
    ),
    Rule(
        "ELB003", LISTENER, "error",
        "a listener for {protocol} needs exactly one certificate (got {n})",
        check=_certificates,
        fix="give the default certificate here, and more of them with a ListenerCertificate",
        source=f"CloudFormation resource schema, {LISTENER}; {_API}, CreateListener, Certificates",
        good=(_listener("HTTPS"), _listener("HTTP"), _listener("TLS", Certificates={"Ref": "Certificates"})),
        bad=(
            _listener("HTTPS", Certificates=None),
            _listener("TLS", Certificates=[_CERTIFICATE, {"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/b"}]),
            _listener("HTTP", Certificates=[_CERTIFICATE]),
        ),
    ),
    Rule(
        "ELB015", LISTENER_RULE, "error",
        "the priority of a rule is a whole number",
        check=priority,
        source=f"CloudFormation resource schema, {LISTENER_RULE}",
        good=(_rule(_path("/a"), priority=1), _rule(_path("/a"), priority="50000")),
        bad=(_rule(_path("/a"), priority=0), _rule(_path("/a"), priority=LISTENER_RULE_LAST + 1)),
    ),
    Rule(
        "ELB015", LISTENER_RULE, "error",
        _PRIORITY_MESSAGE,
        scope="graph",
        check=same_priority,
        fix="give one of them another priority",
        source=f"{_API}, CreateRule, Priority; course notes, Elastic Load Balancers",
        good=_two_rules(10, 20),
        bad=_two_rules(10, "10"),
    ),
    Rule(
        "ELB015", RULE, "error",
        _PRIORITY_MESSAGE,
        scope="construct",
        check=taken_priority,
        fix="choose another number, or leave priority= out: the next free one is taken",
        source=f"{_API}, CreateRule, Priority; course notes, Elastic Load Balancers",
        good={"priority": 20},
        bad={"priority": 10, "priority_taken_by": "shop/Web/Listener80/Rule10 (deck.py:7)"},
    ),
    Rule(
        "ELB016", LISTENER_RULE, "error",
        f"a rule has at most {CONDITION_VALUES_MOST} values in all its conditions together, not {{n}}",
        check=conditions,
        fix="spread them over several rules, or use patterns with *",
        source=_RULE_SOURCE,
        verified="docs",
        good=(
            _rule(_path("/a", "/b", "/c", "/d"), {"Field": "host-header", "HostHeaderConfig": {"Values": ["a.example.com"]}}),
            _rule(
                {"Field": "query-string", "QueryStringConfig": {"Values": [{"Value": "a"}]}},
                {"Field": "query-string", "QueryStringConfig": {"Values": [{"Value": "b"}]}},
            ),
        ),
        bad=(
            _rule(),
            _rule(_path("/a"), _path("/b")),
            _rule(_path("/a", "/b", "/c"), {"Field": "host-header", "Values": ["a.example.com", "b.example.com", "c.example.com"]}),
        ),
    ),
    Rule(
        "ELB016", LISTENER_RULE, "error",
        "this load balancer has no such rules",
        scope="graph",
        check=content,
        source=_RULE_SOURCE,
        verified="docs",
        good=(
            _together("application", "HTTP", "HTTP", _path("/a")),
            _together(
                "network", "TCP", "TCP", {"Field": "source-ip", "SourceIpConfig": {"IpAddressType": "ipv6"}},
                IpAddressType="dualstack",
            ),
        ),
        bad=(
            _together("network", "TCP", "TCP", _path("/a")),
            _together("network", "TCP", "TCP", _path("/a"), IpAddressType="dualstack"),
        ),
    ),
    Rule(
        "ELB027", LISTENER, "error",
        "{other} of the same load balancer listens on this port already",
        scope="graph",
        check=_same_port,
        fix="choose another port, or put rules on one listener (TCP_UDP for TCP and UDP on one port)",
        source=f"{_API}, CreateListener, DuplicateListener",
        good=_together("application", "HTTP", ports=(80, 8080)),
        bad=_together("application", "HTTP", ports=(80, 80)),
    ),
    Rule(
        "ELB027", LISTENERS, "error",
        "{other} of the same load balancer listens on this port already",
        scope="construct",
        check=_taken_port,
        fix="choose another port, or add rules to that listener",
        source=f"{_API}, CreateListener, DuplicateListener",
        good={"port": 80},
        bad={"port": 80, "port_taken_by": "shop/Web/Listener80 (deck.py:7)"},
    ),
    Rule(
        "ELB028", (LISTENER, LISTENER_RULE), "error",
        "the actions do not go together",
        check=actions,
        source=f"{_API}, Action, RedirectActionConfig, TargetGroupTuple; User Guide for Application Load Balancers, quotas",
        verified="docs",
        good=(
            _listener("HTTP", {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}}),
            _ruled(_path("/a"), Actions=[{"Type": "authenticate-cognito", "Order": 1}, {**_FORWARD, "Order": 2}]),
        ),
        bad=(
            _listener("HTTPS", {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTP", "StatusCode": "HTTP_301"}}),
            _listener("HTTP", {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"}}),
            _listener("HTTP", _FORWARD, {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}),
            _listener("HTTPS", {"Type": "authenticate-cognito"}),
            _listener("HTTP", {"Type": "authenticate-cognito", "Order": 1}, {**_FORWARD, "Order": 2}),
            _ruled(
                _path("/a"),
                Actions=[
                    {
                        "Type": "forward",
                        "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": f"{_GROUP_ARN}{n}"} for n in range(6)]},
                    }
                ],
            ),
            _ruled(
                _path("/a"),
                Actions=[
                    {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": _GROUP_ARN, "Weight": 1000}]}}
                ],
            ),
        ),
    ),
    Rule(
        "ELB028", LISTENER_RULE, "error",
        AGAIN,
        scope="graph",
        check=loops,
        fix=ELSEWHERE,
        source="User Guide for Application Load Balancers, rule action types, redirect actions",
        verified="docs",
        good=_redirecting(Protocol="HTTPS", Port="8443"),
        bad=_redirecting(Protocol="HTTPS", Port="443"),
    ),
    Rule(
        "ELB032", LISTENER_RULE, "error",
        "the value of a condition must be {what}",
        check=contents,
        fix="correct it",
        source=f"{_API}, RuleCondition, HttpHeaderConditionConfig, HttpRequestMethodConditionConfig, SourceIpConditionConfig",
        good=(
            _rule(_path("/a/*", "*.png"), {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8", "::/0"]}}),
            _rule({"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET", "X-PURGE"]}}),
            _rule({"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Tenant", "Values": ["a*"]}}),
        ),
        bad=(
            _rule(_path("images")),
            _rule({"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.1"]}}),
            _rule({"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["get"]}}),
            _rule({"Field": "host-header", "HostHeaderConfig": {"Values": ["a" * 129]}}),
            _rule({"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "Host", "Values": ["a"]}}),
        ),
    ),
    Rule(
        "ELB033", LISTENER, "error",
        "{key} is outside what a listener takes",
        check=_settings,
        fix="choose a value in between",
        source=f"{_API}, ListenerAttribute",
        good=_listener("TCP", ListenerAttributes=[{"Key": "tcp.idle_timeout.seconds", "Value": "60"}]),
        bad=(
            _listener("TCP", ListenerAttributes=[{"Key": "tcp.idle_timeout.seconds", "Value": "59"}]),
            _listener("HTTP", ListenerAttributes=[{"Key": "tcp.idle_timeout.seconds", "Value": "60"}]),
        ),
    ),
)  # fmt: skip
