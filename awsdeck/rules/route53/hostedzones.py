"""Hosted zones and health checks of Route 53: what the documentation demands of them beyond the resource schema."""

from __future__ import annotations

import re

from ..limits import CHILD_CHECKS_MOST
from ..vocabulary import ABSENT, Rule, Violation, is_unknown, number
from .recordsets import ZONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

CHECK = "AWS::Route53::HealthCheck"
SIGNING_KEY = "AWS::Route53::KeySigningKey"
KEY = "AWS::KMS::Key"

ENDPOINTS = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")
"""Types of health checks that call an address."""
KINDS = (*ENDPOINTS, "CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL")
_PRIVATE = re.compile(
    r"(10|127)\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|(22[4-9]|23\d)\.|f[cd]|fe80|::1$", re.IGNORECASE
)
"""Addresses that Route 53 does not check. Source: Route 53 API Reference, HealthCheckConfig, IPAddress."""
QUERY_LOG_REGION = "us-east-1"
"""Where the log group of a zone's queries stands. Source: Route 53 API Reference, CreateQueryLoggingConfig."""


def _health_check(view: View) -> Iterator[Violation]:
    config = view.get("HealthCheckConfig")
    if not isinstance(config, dict) or is_unknown(config):
        return
    kind = config.get("Type")

    def wrong(problem: str, *steps: str, fix: str | None = None, allowed: str | None = None) -> Violation:
        return Violation(("HealthCheckConfig", *steps), problem=problem, fix=fix, allowed=allowed)

    if isinstance(kind, str) and not is_unknown(kind):
        if kind not in KINDS:
            yield wrong(f"there is no health check of type {kind}", "Type", allowed=", ".join(KINDS))
            return
        for needs, name, fix in (
            (kind == "CLOUDWATCH_METRIC", "AlarmIdentifier", "give the alarm's Name and Region"),
            (kind.endswith("_STR_MATCH"), "SearchString", "give the text that the answer must hold"),
            (kind == "CALCULATED", "ChildHealthChecks", f"give 1 to {CHILD_CHECKS_MOST} other health checks"),
            (kind == "RECOVERY_CONTROL", "RoutingControlArn", "give the routing control's ARN"),
        ):
            if needs and config.get(name) in (None, [], ""):
                yield wrong(f"a {kind} check needs {name}", "Type", fix=fix)
        if kind in ENDPOINTS and not config.get("IPAddress") and not config.get("FullyQualifiedDomainName"):
            yield wrong(
                f"a {kind} check needs something to call", "Type", fix="give IPAddress or FullyQualifiedDomainName"
            )
        if kind == "TCP" and not config.get("Port"):
            yield wrong("a TCP check needs Port", "Type", fix="give the port that must answer", allowed="1 to 65,535")
        address = config.get("IPAddress")
        if kind in ENDPOINTS and isinstance(address, str) and not is_unknown(address) and _PRIVATE.match(address):
            yield wrong(
                f"{address} cannot be reached from the internet, where the checkers are", "IPAddress",
                fix="check an alarm of CloudWatch instead (CLOUDWATCH_METRIC)",
            )  # fmt: skip
    children = config.get("ChildHealthChecks")
    least = number(config.get("HealthThreshold"))
    if (
        isinstance(children, list)
        and least is not None
        and least > len(children)
        and not any(isinstance(one, dict) and "Fn::If" in one for one in children)
    ):
        yield Violation(
            ("HealthCheckConfig", "HealthThreshold"), severity="warning", fix="ask for as many as there are, or fewer",
            problem=f"{least:g} of {len(children)} health checks can never be healthy, so this one never is",
        )  # fmt: skip
    if isinstance(children, list) and len(children) > CHILD_CHECKS_MOST:
        yield wrong("too many health checks in one", "ChildHealthChecks", allowed=f"at most {CHILD_CHECKS_MOST}")
    interval = number(config.get("RequestInterval"))
    if interval is not None and interval not in (10, 30):
        yield wrong(f"Route 53 checks every 10 or 30 seconds, not every {interval:g}", "RequestInterval",
                    allowed="10 or 30 seconds")  # fmt: skip
    failures = number(config.get("FailureThreshold"))
    if failures is not None and not 1 <= failures <= 10:
        yield wrong(f"a threshold of {failures:g} failures", "FailureThreshold", allowed="1 to 10")
    regions = config.get("Regions")
    if isinstance(regions, list) and len(regions) < 3 and not any(isinstance(one, dict) for one in regions):
        yield wrong("Route 53 checks from at least three regions", "Regions", fix="name three, or leave Regions out")


def _query_log(view: View) -> Iterator[Violation]:
    logging = view.get("QueryLoggingConfig")
    if logging is ABSENT:
        return
    vpcs = view.get("VPCs")
    if isinstance(vpcs, list) and vpcs:
        yield Violation(
            ("QueryLoggingConfig",),
            message="queries of a private hosted zone cannot be logged by the zone",
            fix="log them with AWS::Route53Resolver::ResolverQueryLoggingConfig of the VPC",
        )
    parts = _plain_arn(view.get("QueryLoggingConfig/CloudWatchLogsLogGroupArn")).split(":")
    if len(parts) > 5 and re.fullmatch("[a-z0-9-]+", parts[3]) and parts[3] != QUERY_LOG_REGION:
        yield Violation(
            ("QueryLoggingConfig", "CloudWatchLogsLogGroupArn"),
            message="Route 53 writes the log of queries in us-east-1, and the log group is in {region}",
            fix="make the log group in us-east-1",
            region=parts[3],
        )


def _plain_arn(value: Any) -> str:
    """An ARN as far as it is known, what only the deploy knows as "?"."""
    given = value.get("Fn::Sub") if isinstance(value, dict) else value
    return re.sub(r"\$\{[^}]*\}", "?", given) if isinstance(given, str) else ""


def _signing_key(graph: Graph) -> Iterator[Violation]:
    for signing in graph.of(SIGNING_KEY):
        found = graph.target(signing, signing.get("KeyManagementServiceArn"))
        if found is None or found.view.type != KEY:
            continue
        spec, usage = found.view.get("KeySpec", "SYMMETRIC_DEFAULT"), found.view.get("KeyUsage", "ENCRYPT_DECRYPT")
        if isinstance(spec, str) and isinstance(usage, str) and (spec, usage) != ("ECC_NIST_P256", "SIGN_VERIFY"):
            yield Violation(("KeyManagementServiceArn",), view=signing, key=found.view.id, spec=spec, usage=usage)


# Examples


def _check(type: str, **config: Any) -> dict[str, Any]:
    return {"HealthCheckConfig": {"Type": type, **config}}


def _called(type: str, **config: Any) -> dict[str, Any]:
    return _check(type, FullyQualifiedDomainName="www.example.com", **config)


def _together(**resources: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": resources}


_GUIDE = "Route 53 Developer Guide"
_API = "Route 53 API Reference"

ZONE_RULES: tuple[Rule, ...] = (
    Rule(
        "R53015", CHECK, "error",
        "{problem}",
        check=_health_check,
        source="CloudFormation resource schema, AWS::Route53::HealthCheck; Route 53 API Reference, HealthCheckConfig",
        good=(
            _called("HTTP", RequestInterval=10),
            _called("HTTPS_STR_MATCH", SearchString="ok", Regions=["eu-west-1", "us-east-1", "us-west-2"]),
            _check("TCP", IPAddress="192.0.2.1", Port=22),
            _check("CALCULATED", ChildHealthChecks=[{"Ref": "One"}], HealthThreshold=1),
            _check("CLOUDWATCH_METRIC", AlarmIdentifier={"Name": "slow", "Region": "eu-west-1"}),
        ),
        bad=(
            _called("HTTP", RequestInterval=15),
            _called("HTTP", FailureThreshold=11),
            _called("HTTP", Regions=["eu-west-1"]),
            _called("HTTP_STR_MATCH"),
            _called("PING"),
            _check("HTTP", IPAddress="10.0.0.1"),
            _check("CALCULATED", ChildHealthChecks=[{"Ref": "One"}], HealthThreshold=2),
            _check("HTTP"),
            _check("CALCULATED"),
            _check("CLOUDWATCH_METRIC"),
            _check("TCP", IPAddress="192.0.2.1"),
        ),
    ),
    Rule(
        "R53017", ZONE, "error",
        "the queries of this zone cannot be logged",
        check=_query_log,
        source=f"{_API}, CreateQueryLoggingConfig; {_GUIDE}, public DNS query logging",
        verified="docs",
        good=(
            {"Name": "example.com", "QueryLoggingConfig": {
                "CloudWatchLogsLogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/example.com",
            }},
            {"Name": "example.com", "VPCs": [{"VPCId": "vpc-0a1b2c3d4e5f60718", "VPCRegion": "eu-west-1"}]},
        ),
        bad=(
            {"Name": "example.com", "QueryLoggingConfig": {
                "CloudWatchLogsLogGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/route53/example.com",
            }},
            {"Name": "example.com", "QueryLoggingConfig": {
                "CloudWatchLogsLogGroupArn": {"Fn::Sub": "arn:aws:logs:eu-west-1:${AWS::AccountId}:log-group:/aws/route53/x"},
            }},
            {
                "Name": "example.com",
                "VPCs": [{"VPCId": "vpc-0a1b2c3d4e5f60718", "VPCRegion": "eu-west-1"}],
                "QueryLoggingConfig": {"CloudWatchLogsLogGroupArn": {"Fn::GetAtt": ["Log", "Arn"]}},
            },
        ),
    ),
    Rule(
        "R53018", SIGNING_KEY, "error",
        "DNSSEC signs with a key of ECC_NIST_P256 for SIGN_VERIFY, and {key} is {spec} for {usage}",
        scope="graph",
        check=_signing_key,
        fix="give the key KeySpec: ECC_NIST_P256 and KeyUsage: SIGN_VERIFY",
        source=f"{_GUIDE}, working with customer managed keys for DNSSEC",
        verified="docs",
        good=_together(
            Signing={"Type": SIGNING_KEY, "Properties": {
                "HostedZoneId": "Z1D633PJN98FT9", "Name": "main", "Status": "ACTIVE",
                "KeyManagementServiceArn": {"Fn::GetAtt": ["Key", "Arn"]},
            }},
            Key={"Type": KEY, "Properties": {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}},
        ),
        bad=_together(
            Signing={"Type": SIGNING_KEY, "Properties": {
                "HostedZoneId": "Z1D633PJN98FT9", "Name": "main", "Status": "ACTIVE",
                "KeyManagementServiceArn": {"Fn::GetAtt": ["Key", "Arn"]},
            }},
            Key={"Type": KEY, "Properties": {}},
        ),
    ),
)  # fmt: skip
