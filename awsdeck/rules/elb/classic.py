"""Elastic Load Balancing: Classic Load Balancers, the generation before."""

from __future__ import annotations

import re

from ..policies.access import literal
from ..vocabulary import ABSENT, Between, Rule, Violation, as_list, is_unknown, number
from .balancing import CLASSIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

    Path = tuple[str | int, ...]

_LAYERS = {"HTTP": 7, "HTTPS": 7, "TCP": 4, "SSL": 4}
_PORT = Between(1, 65_535)
_TARGET = r"(?i:(TCP|SSL):(\d+)|(HTTP|HTTPS):(\d+)(/.*))"
_CHECKS = {
    "Interval": Between(5, 300, "seconds"),
    "Timeout": Between(2, 60, "seconds"),
    "HealthyThreshold": Between(2, 10, "checks"),
    "UnhealthyThreshold": Between(2, 10, "checks"),
}


def _legacy(view: View) -> Iterator[Violation]:
    yield Violation(("/",))


def _listeners(view: View) -> Iterator[tuple[int, dict[str, Any]]]:
    given = view.get("Listeners")
    for place, body in enumerate(given if isinstance(given, list) else ()):
        if isinstance(body, dict) and not is_unknown(body):
            yield place, body


def _protocol(body: dict[str, Any], name: str) -> str | None:
    """A protocol in capitals; letters count as they are nowhere in this service."""
    written = literal(body.get(name, ABSENT))
    return None if written is None else written.upper()


def _wired(view: View) -> Iterator[Violation]:
    ports: dict[int | float, int] = {}
    for place, body in _listeners(view):
        front, back = _protocol(body, "Protocol"), _protocol(body, "InstanceProtocol")
        where: Path = ("Listeners", place)
        if front is not None and front not in _LAYERS:
            yield Violation(
                (*where, "Protocol"), problem=f"there is no protocol {front} here", allowed=", ".join(_LAYERS)
            )
        elif front in _LAYERS and back in _LAYERS and _LAYERS[front] != _LAYERS[back]:
            yield Violation(
                (*where, "InstanceProtocol"),
                problem=f"{front} comes in and {back} goes out, and these are of different layers",
                fix="use HTTP and HTTPS on both sides, or TCP and SSL",
            )
        if front in ("HTTPS", "SSL") and "SSLCertificateId" not in body:
            yield Violation(
                (*where, "SSLCertificateId"),
                problem=f"a listener for {front} needs a certificate",
                fix="set SSLCertificateId to the ARN of a certificate",
            )
        for name in ("LoadBalancerPort", "InstancePort"):
            if _PORT(body.get(name, ABSENT)) is False:
                yield Violation(
                    (*where, name), problem="there is no such port", value=body[name], allowed="1 to 65,535"
                )
        port = number(body.get("LoadBalancerPort"))
        if port is not None and ports.setdefault(port, place) != place:
            yield Violation(
                (*where, "LoadBalancerPort"),
                problem=f"another listener has port {port:g} already",
                fix="choose another port",
            )


def _cookies(view: View) -> Iterator[Violation]:
    sticky = {
        literal(policy.get("PolicyName"))
        for name in ("AppCookieStickinessPolicy", "LBCookieStickinessPolicy")
        for policy in as_list(view.get(name))
        if isinstance(policy, dict)
    } - {None}
    for place, body in _listeners(view):
        front = _protocol(body, "Protocol")
        for at, name in enumerate(as_list(body.get("PolicyNames", ABSENT))):
            if front in ("TCP", "SSL") and isinstance(name, str) and name in sticky:
                yield Violation(("Listeners", place, "PolicyNames", at), protocol=front)
            elif isinstance(name, str) and not is_unknown(name) and _nowhere(view, name, sticky):
                yield Violation(
                    ("Listeners", place, "PolicyNames", at), message="no policy here is called {value}", value=name,
                    fix="name one of Policies, AppCookieStickinessPolicy or LBCookieStickinessPolicy",
                )  # fmt: skip


def _nowhere(view: View, name: str, sticky: set[str | None]) -> bool:
    """Whether a policy is certainly not among those of the balancer, nor one that AWS predefines."""
    own = as_list(view.get("Policies"))
    made = [
        policy
        for kind in ("AppCookieStickinessPolicy", "LBCookieStickinessPolicy")
        for policy in as_list(view.get(kind))
    ]
    names = {literal(policy.get("PolicyName")) for policy in own if isinstance(policy, dict)} | sticky
    known = all(isinstance(policy, dict) and not is_unknown(policy) for policy in (*own, *made))
    known = known and all(literal(policy.get("PolicyName")) is not None for policy in (*own, *made))
    return known and name not in names and not name.startswith("ELBSecurityPolicy-")


def _health(view: View) -> Iterator[Violation]:
    check = view.get("HealthCheck")
    if not isinstance(check, dict) or is_unknown(check):
        return
    target = literal(check.get("Target"))
    if target is not None:
        match = re.fullmatch(_TARGET, target)
        port = None if match is None else int(match[2] or match[4])
        if port is None or not 1 <= port <= 65_535:
            yield Violation(
                ("HealthCheck", "Target"),
                message="a health check asks TCP:port, SSL:port, HTTP:port/path or HTTPS:port/path",
                value=target,
                fix="such as HTTP:80/health or TCP:5432",
            )
    for name, test in _CHECKS.items():
        value = check.get(name, ABSENT)
        if test(value) is False:
            yield Violation(("HealthCheck", name), value=value, allowed=test.allowed(view.mode))
    every, within = number(check.get("Interval")), number(check.get("Timeout"))
    if every is not None and within is not None and within >= every:
        yield Violation(
            ("HealthCheck", "Timeout"),
            message="a health check begins every {every} seconds and may take {within}: it must end before the next one",
            fix="make the timeout shorter than the interval",
            every=every,
            within=within,
        )


def _placed(view: View) -> Iterator[Violation]:
    zones, subnets = view.get("AvailabilityZones"), view.get("Subnets")
    if zones is ABSENT and subnets is ABSENT:
        yield Violation(("Subnets",), message="a load balancer needs a place to stand", fix="give Subnets")
    elif (
        zones not in (ABSENT, []) and subnets not in (ABSENT, []) and not is_unknown(zones) and not is_unknown(subnets)
    ):
        yield Violation(("AvailabilityZones",))


def _classic(*listeners: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Listeners": list(listeners) or [_WEB], "Subnets": ["subnet-0a1b2c3d"], **more}


def _check(target: str, **more: str) -> dict[str, Any]:
    times = {"Interval": "30", "Timeout": "5", "HealthyThreshold": "2", "UnhealthyThreshold": "2"}
    return _classic(HealthCheck={"Target": target, **times, **more})


_WEB = {"Protocol": "HTTP", "InstanceProtocol": "HTTP", "LoadBalancerPort": "80", "InstancePort": "80"}
_DATA = {"Protocol": "TCP", "LoadBalancerPort": "5432", "InstancePort": "5432"}
_COOKIE = [{"PolicyName": "sticky"}]
_GUIDE = "User Guide for Classic Load Balancers"
_API = "Elastic Load Balancing (version 2012-06-01) API Reference"

RULES = (
    Rule(
        "ELB018", CLASSIC, "warning",
        "{id} is a Classic Load Balancer, the legacy kind",
        check=_legacy,
        fix="use an Application Load Balancer for HTTP and HTTPS, or a Network Load Balancer for TCP",
        source=f"{_GUIDE}, migrate your Classic Load Balancer; course notes, Elastic Load Balancers",
        verified="docs",
        good={
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {"Subnets": ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]},
        },
        bad=_classic(),
    ),
    Rule(
        "ELB019", CLASSIC, "error",
        "{problem}",
        check=_wired,
        source=f"{_API}, Listener; course notes, Elastic Load Balancers",
        good=(
            _classic(_WEB, _DATA),
            _classic({**_WEB, "Protocol": "https", "SSLCertificateId": "arn:aws:acm:eu-west-1:123456789012:certificate/a"}),
        ),
        bad=(
            _classic({**_WEB, "InstanceProtocol": "TCP"}),
            _classic({**_WEB, "Protocol": "HTTPS"}),
            _classic({**_WEB, "Protocol": "UDP"}),
            _classic(_WEB, _WEB),
            _classic({**_WEB, "LoadBalancerPort": "70000"}),
        ),
    ),
    Rule(
        "ELB020", CLASSIC, "error",
        "sticky sessions use cookies, and a listener for {protocol} sees none",
        check=_cookies,
        fix="listen on HTTP or HTTPS, or leave the policy out",
        source=f"{_API}, CreateLBCookieStickinessPolicy, CreateAppCookieStickinessPolicy; course notes, Elastic Load Balancers",
        good=_classic({**_WEB, "PolicyNames": ["sticky"]}, LBCookieStickinessPolicy=_COOKIE),
        bad=(
            _classic({**_DATA, "PolicyNames": ["sticky"]}, LBCookieStickinessPolicy=_COOKIE),
            _classic({**_WEB, "PolicyNames": ["slippery"]}, LBCookieStickinessPolicy=_COOKIE),
        ),
    ),
    Rule(
        "ELB021", CLASSIC, "error",
        "{prop} is outside what a health check takes",
        check=_health,
        fix="choose a value in between",
        source=f"{_API}, HealthCheck",
        good=(_check("HTTP:80/ping"), _check("tcp:5432")),
        bad=(
            _check("HTTP:80"),
            _check("UDP:53"),
            _check("TCP:70000"),
            _check("TCP:80", Timeout="30"),
            _check("TCP:80", Interval="4", Timeout="3"),
            _check("TCP:80", HealthyThreshold="11"),
        ),
    ),
    Rule(
        "ELB022", CLASSIC, "error",
        "Subnets say where the load balancer stands in a VPC, AvailabilityZones where in the default one: not both",
        check=_placed,
        fix="leave AvailabilityZones out",
        source=f"CloudFormation Template Reference, {CLASSIC}",
        verified="docs",
        good=(_classic(), {"Listeners": [_WEB], "AvailabilityZones": ["eu-west-1a"], "SecurityGroups": ["sg-1"]}),
        bad=(_classic(AvailabilityZones=["eu-west-1a"]), {"Listeners": [_WEB]}),
    ),
)  # fmt: skip
