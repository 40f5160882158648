"""Amazon API Gateway: APIs, stages, usage plans and domain names, one by one."""

from __future__ import annotations

import json
import re

from ..limits import (
    API_BURST_MOST,
    API_BURST_YOUNG,
    API_CACHE_SIZES,
    API_CACHE_TTL_MOST,
    API_COMPRESSION_MOST,
    API_KEY_LEAST,
    API_KEY_MOST,
    API_RATE_MOST,
    API_RATE_YOUNG,
    API_YOUNG_REGIONS,
)
from ..policies.access import literal, spelled
from ..vocabulary import (
    ABSENT,
    Between,
    Matches,
    OneOf,
    Rule,
    Violation,
    as_list,
    grouped,
    is_unknown,
    number,
    text,
    truth,
)
from .apipaths import PART_WORDS, is_part
from .definition import problems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..view import View

API = "AWS::ApiGateway::RestApi"
RESOURCE = "AWS::ApiGateway::Resource"
STAGE = "AWS::ApiGateway::Stage"
DEPLOYMENT = "AWS::ApiGateway::Deployment"
PLAN = "AWS::ApiGateway::UsagePlan"
DOMAIN = "AWS::ApiGateway::DomainName"
METHOD = "AWS::ApiGateway::Method"
KEY = "AWS::ApiGateway::ApiKey"
MAPPING = "AWS::ApiGateway::BasePathMapping"
MODEL = "AWS::ApiGateway::Model"
LINK = "AWS::ApiGateway::VpcLink"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"

ENDPOINTS = ("EDGE", "REGIONAL", "PRIVATE")
LEVELS = ("OFF", "ERROR", "INFO")
OFFSETS = {"DAY": 0, "WEEK": 6, "MONTH": 27}
"""The most requests' offset, by period. Source: terraform-provider-aws, usage plan validator."""
_STAGE_NAME = Matches(r"[A-Za-z0-9_-]{1,128}", "1 to 128 letters, digits, hyphens and underscores")
_SIZE = OneOf(*API_CACHE_SIZES)
_TTL = Between(0, API_CACHE_TTL_MOST, "seconds")
_COMPRESSION = Between(0, API_COMPRESSION_MOST, "bytes")
_GUIDE = "API Gateway Developer Guide"
_COURSE = "course notes, API Gateway"


# APIs


def _definition(view: View) -> Iterator[Violation]:
    body, elsewhere, cloned = view.get("Body"), view.get("BodyS3Location"), view.get("CloneFrom")
    if view.get("Name") is ABSENT and body is ABSENT and elsewhere is ABSENT:
        yield Violation(
            ("Name",),
            message="an API has a name, or a definition with one",
            fix="give Name, or a Swagger 2.0 or OpenAPI 3.0 definition in Body or BodyS3Location",
        )
    if body is not ABSENT and elsewhere is not ABSENT:
        yield Violation(
            ("BodyS3Location",), severity="warning", message="Body and BodyS3Location are two definitions of one API",
            fix="leave one of them out",
        )  # fmt: skip
    if cloned is not ABSENT and body is not ABSENT:
        yield Violation(
            ("CloneFrom",), severity="warning", message="the definition in Body takes the place of what was cloned",
            fix="leave one of them out",
        )  # fmt: skip
    data = _read(body)
    if data is None or any(key.startswith("Fn::") for key in data if isinstance(key, str)):
        return
    version = _version(data)
    if version is None:
        return
    if version == "":
        yield Violation(
            ("Body",),
            message="the definition is neither Swagger 2.0 nor OpenAPI 3.0",
            fix='write swagger: "2.0", or openapi: "3.0.1"',
            allowed='swagger: "2.0", openapi: "3.0.x"',
        )
        return
    if version.startswith("3.1"):
        yield Violation(
            ("Body", "openapi"), severity="warning",
            message="API Gateway is documented to import OpenAPI 2.0 and 3.0, not {version}",
            fix='write openapi: "3.0.1"', version=version,
        )  # fmt: skip
    for part in ("info", "paths"):
        if part not in data:
            yield Violation(
                ("Body",), severity="warning", message="the definition has no {part}", fix="add {part}", part=part
            )
    for path, said, fix in problems(data):
        yield Violation(
            ("Body", *path) if isinstance(body, dict) else ("Body",),
            severity="warning",
            message="{said}",
            said=said,
            fix=fix,
        )


def _read(body: Any) -> dict[str, Any] | None:
    if isinstance(body, str) and not is_unknown(body):
        try:
            body = json.loads(body)
        except ValueError:
            return None  # it may be YAML
    return body if isinstance(body, dict) and not is_unknown(body) else None


def _version(data: dict[str, Any]) -> str | None:
    """The version of OpenAPI, "" for none that API Gateway reads, None when only the deploy knows."""
    for key, wanted in (("swagger", "2.0"), ("openapi", "3.")):
        value = data.get(key)
        if is_unknown(value):
            return None
        if key in data and text(value).startswith(wanted):
            return text(value)
    return ""


def _api(view: View) -> Iterator[Violation]:
    given = view.get("EndpointConfiguration/Types")
    types = given if isinstance(given, list) else []
    for place, value in enumerate(types):
        written = literal(value)
        if written is not None and written not in ENDPOINTS:
            yield Violation(
                ("EndpointConfiguration", "Types", place),
                message="{value} is no kind of endpoint",
                fix="REGIONAL, EDGE or PRIVATE",
                value=written,
                allowed=", ".join(ENDPOINTS),
            )
    if len(types) > 1 and not any(is_unknown(one) for one in types):
        yield Violation(
            ("EndpointConfiguration", "Types"), message="an API has one kind of endpoint", fix="name one of them"
        )
    endpoints = as_list(view.get("EndpointConfiguration/VpcEndpointIds"))
    known = types and all(literal(one) is not None for one in types)
    if endpoints and (known or given is ABSENT) and "PRIVATE" not in types:
        yield Violation(
            ("EndpointConfiguration", "VpcEndpointIds"),
            message="VPC endpoints lead to private APIs alone",
            fix="make it PRIVATE, or leave the endpoints out",
        )
    source = literal(view.get("ApiKeySourceType"))
    if source is not None and source not in ("HEADER", "AUTHORIZER"):
        yield Violation(
            ("ApiKeySourceType",), message="API keys come in the X-API-Key header or from an authorizer, not {value}",
            fix="HEADER or AUTHORIZER", value=source, allowed="HEADER, AUTHORIZER",
        )  # fmt: skip
    size = view.get("MinimumCompressionSize")
    if _COMPRESSION(size, view.mode) is False:
        yield Violation(
            ("MinimumCompressionSize",), message="answers are compressed from {allowed} on", value=size,
            allowed=_COMPRESSION.allowed(view.mode), fix="give a size in that range, or leave it out",
        )  # fmt: skip


# Stages


def _rows(view: View) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """The method settings of a stage, or of the stage that a deployment makes, with their places."""
    top = ("MethodSettings",) if view.type == STAGE else ("StageDescription", "MethodSettings")
    for path, row in view.values(f"{'/'.join(top)}/*"):
        if isinstance(row, dict) and not is_unknown(row):
            yield path, row


def _stage_name(view: View) -> Iterator[Violation]:
    name = view.get("StageName")
    if view.type == DEPLOYMENT and name is ABSENT:
        return
    if name is ABSENT or _STAGE_NAME(name, view.mode) is False:
        yield Violation(("StageName",), value=None if name is ABSENT else name, allowed=_STAGE_NAME.allowed(view.mode))


def _cluster(view: View) -> Iterator[Violation]:
    size, on = view.get("CacheClusterSize"), view.get("CacheClusterEnabled")
    if _SIZE(size) is False:
        yield Violation(("CacheClusterSize",), value=size, allowed=_SIZE.allowed(view.mode))
    if truth(on) is True and size is ABSENT:
        yield Violation(
            ("CacheClusterEnabled",), severity="warning", message="the cache has no size",
            fix='give CacheClusterSize, "0.5" GB at least',
        )  # fmt: skip
    if size is not ABSENT and (on is ABSENT or truth(on) is False):
        yield Violation(
            ("CacheClusterSize",), severity="warning", message="the cache has a size, but is not switched on",
            fix="set CacheClusterEnabled: true, or leave the size out",
        )  # fmt: skip


def _cached(view: View) -> Iterator[Violation]:
    top = "" if view.type == STAGE else "StageDescription/"
    on = view.get(f"{top}CacheClusterEnabled", False)
    for path, row in _rows(view):
        ttl = row.get("CacheTtlInSeconds", ABSENT)
        if _TTL(ttl, view.mode) is False:
            yield Violation((*path, "CacheTtlInSeconds"), value=ttl, allowed=_TTL.allowed(view.mode))
        if truth(row.get("CachingEnabled")) is True and truth(on) is False:
            yield Violation(
                (*path, "CachingEnabled"), severity="warning", message="the stage has no cache to keep answers in",
                fix="set CacheClusterEnabled: true and CacheClusterSize",
            )  # fmt: skip
    if view.type == DEPLOYMENT:
        ttl = view.get("StageDescription/CacheTtlInSeconds")
        if _TTL(ttl, view.mode) is False:
            yield Violation(("StageDescription", "CacheTtlInSeconds"), value=ttl, allowed=_TTL.allowed(view.mode))


def _throttled(view: View) -> Iterator[Violation]:
    region = view.member.region if view.member is not None else None
    young = region in API_YOUNG_REGIONS
    most = {"rate": API_RATE_YOUNG if young else API_RATE_MOST, "burst": API_BURST_YOUNG if young else API_BURST_MOST}
    places: list[tuple[tuple[str | int, ...], str, Any]] = []
    if view.type == PLAN:
        for name, kind in (("RateLimit", "rate"), ("BurstLimit", "burst")):
            for steps in (f"Throttle/{name}", f"ApiStages/*/Throttle/*/{name}"):
                places += [(where, kind, value) for where, value in view.values(steps)]
    else:
        for path, row in _rows(view):
            for name, kind in (("ThrottlingRateLimit", "rate"), ("ThrottlingBurstLimit", "burst")):
                if name in row:
                    places.append(((*path, name), kind, row[name]))
    for where, kind, value in places:
        amount = number(value)
        if amount is None:
            continue
        if amount < 0:
            yield Violation(where, value=value, allowed="0 or more")
        elif amount > most[kind]:
            yield Violation(
                where,
                severity="warning",
                message="{value} is more than the {limit} that an account has for all its APIs of a region, so it limits "
                "nothing; requests beyond get 429 Too Many Requests",
                fix="stay below, or have AWS raise the account's rate first",
                value=value,
                limit=f"{grouped(most[kind])} requests {'a second' if kind == 'rate' else 'at once'}",
            )


def _levels(view: View) -> Iterator[Violation]:
    for path, row in _rows(view):
        level, where = literal(row.get("LoggingLevel")), literal(row.get("ResourcePath"))
        if level is not None and level not in LEVELS:
            yield Violation(
                (*path, "LoggingLevel"), severity="error", message="{value} is no level of logging",
                fix="OFF, ERROR or INFO", value=level, allowed=", ".join(LEVELS),
            )  # fmt: skip
        if where is not None and not where.startswith("/"):
            yield Violation(
                (*path, "ResourcePath"), severity="error", message="{value} is no path: it begins with a slash",
                fix="/* for all, / for the root, /~1orders~1lines for /orders/lines", value=where,
            )  # fmt: skip
    if view.type != STAGE or view.get("AccessLogSetting") is not ABSENT:
        return
    settings = view.get("MethodSettings")
    told = [row.get("LoggingLevel") for _, row in _rows(view)]
    if not is_unknown(settings) and all(level is None or literal(level) == "OFF" for level in told):
        yield Violation(("MethodSettings",))


def _variables(view: View) -> Iterator[Violation]:
    given = view.get("Variables")
    for name, value in given.items() if isinstance(given, dict) and not is_unknown(given) else ():
        if re.fullmatch(r"\w+", text(name), re.ASCII) is None:
            yield Violation(("Variables", name), part=f"the name {name}", allowed="letters, digits and underscores")
        written = literal(value)
        if written is not None and re.fullmatch(r"[A-Za-z0-9\-._~:/?#&=,]+", written) is None:
            yield Violation(
                ("Variables", name), part=f"the value of {name}", allowed="letters, digits and - . _ ~ : / ? # & = ,"
            )


# Usage plans, paths, domain names


def _quota(view: View) -> Iterator[Violation]:
    quota = view.get("Quota")
    if not isinstance(quota, dict) or is_unknown(quota):
        return
    period, amount, offset = literal(quota.get("Period")), quota.get("Limit", ABSENT), number(quota.get("Offset"))
    if period is not None and period not in OFFSETS:
        yield Violation(
            ("Quota", "Period"), message="a quota is for a day, a week or a month, not {value}",
            fix="DAY, WEEK or MONTH", value=period, allowed=", ".join(OFFSETS),
        )  # fmt: skip
    if (number(amount) or 0) < 0:
        yield Violation(("Quota", "Limit"), message="a quota of {value} requests", fix="0 or more", value=amount)
    most = OFFSETS.get(period or "")
    if most is not None and offset is not None and not 0 <= offset <= most:
        yield Violation(
            ("Quota", "Offset"), message="the offset of a quota for a {period} is {allowed}, not {value}",
            fix="stay in that range, or leave it out", value=offset, period=(period or "").lower(),
            allowed="0" if most == 0 else f"0 to {most}",
        )  # fmt: skip
    if "Period" in quota and amount is ABSENT:
        yield Violation(
            ("Quota", "Limit"), severity="warning", message="a quota without a limit limits nothing", fix="give Limit"
        )


def _part(view: View) -> Iterator[Violation]:
    written = literal(view.get("PathPart"))
    if written is None or is_part(written):
        return
    certain = not written or "/" in written or "{" in written or "}" in written or re.search(r"\s", written)
    yield Violation(("PathPart",), severity=None if certain else "warning", value=written, allowed=PART_WORDS)


def _secret(view: View) -> Iterator[Violation]:
    value = view.get("Value")
    if isinstance(value, str) and not is_unknown(value):
        yield Violation(("Value",))
        if "{{resolve:" not in value and not API_KEY_LEAST <= len(value) <= API_KEY_MOST:
            yield Violation(
                ("Value",), severity="error", message="a key has {least} to {most} characters",
                fix="leave Value out, so that API Gateway makes it", least=API_KEY_LEAST, most=API_KEY_MOST,
            )  # fmt: skip


def _base(view: View) -> Iterator[Violation]:
    written = literal(view.get("BasePath"))
    if written is not None and ("/" in written or re.search(r"\s", written)):
        yield Violation(("BasePath",), value=written)


def _certificate(view: View) -> Iterator[Violation]:
    types = [literal(one) for one in as_list(view.get("EndpointConfiguration/Types"))]
    for prop, edge in (("CertificateArn", True), ("RegionalCertificateArn", False)):
        value = view.get(prop)
        if edge and types == ["REGIONAL"] and value is not ABSENT:
            yield Violation(
                (prop,), message="a Regional domain name takes its certificate as RegionalCertificateArn",
                fix="write RegionalCertificateArn",
            )  # fmt: skip
            continue
        written = spelled(value)
        parts = (written or "").split(":")
        if edge and len(parts) > 5 and "${" not in parts[3] and parts[2] == "acm" and parts[3] != "us-east-1":
            yield Violation((prop,), where=parts[3])
        here = view.member.region if view.member is not None else None
        if not edge and here is not None and len(parts) > 5 and "${" not in parts[3] and parts[3] not in ("", here):
            yield Violation(
                (prop,), message="a Regional domain name of {here} takes a certificate of {here}, and this one is of {where}",
                fix="request the certificate in {here}", here=here, where=parts[3],
            )  # fmt: skip
    name = literal(view.get("DomainName"))
    if name is not None and name != name.lower():
        yield Violation(
            ("DomainName",), message="a domain name of an API is written in lower case", fix="write it in lower case",
            value=name,
        )  # fmt: skip


def _link(view: View) -> Iterator[Violation]:
    given = view.get("TargetArns")
    if isinstance(given, list) and len(given) > 1 and not any(is_unknown(one) for one in given):
        yield Violation(
            ("TargetArns",), message="a VPC link leads to one Network Load Balancer", fix="make a link for each"
        )
    for path, value in view.values("TargetArns/*"):
        written = spelled(value)
        if written is not None and not written.startswith("${") and ":loadbalancer/net/" not in written:
            yield Violation(path, value=written)
        found = view.graph.target(view, value) if view.graph is not None else None
        if found is not None and found.view.type != BALANCER:
            yield Violation(path, value=found.view.id)


def _of(type: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"Type": type, "Properties": dict(properties)}


def _row(**settings: Any) -> dict[str, Any]:
    return {
        "RestApiId": "a", "DeploymentId": "d", "StageName": "prod",
        "MethodSettings": [{"HttpMethod": "*", "ResourcePath": "/*", "LoggingLevel": "ERROR", **settings}],
    }  # fmt: skip


def _stage(**properties: Any) -> dict[str, Any]:
    return {"RestApiId": "a", "DeploymentId": "d", "StageName": "prod", **properties}


_SWAGGER = {"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}}

RULES: tuple[Rule, ...] = (
    Rule(
        "API001", API, "error",
        "give Name, or a Swagger 2.0 or OpenAPI 3.0 definition with info and paths",
        check=_definition,
        source=f"{_COURSE} (can import Swagger v2.0 definition files); {_GUIDE}, develop REST APIs using OpenAPI",
        verified="docs",
        good=(
            {"Name": "a"}, {"Body": _SWAGGER}, {"Body": {**_SWAGGER, "swagger": 2.0}},
            {"Body": {"openapi": "3.0.1", "info": {}, "paths": {}}},
            {"Body": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://b/k"}}}},
        ),
        bad=(
            {"Body": {"swagger": "1.2"}}, {"Description": "x"}, {"Body": {"openapi": "3.1.0", "info": {}, "paths": {}}},
            {"Body": {"swagger": "2.0"}}, {"Body": '{"info": {}}'},
            {"Body": {**_SWAGGER, "paths": {"/a": {"get": {"responses": {"200": {"$ref": "other.yaml#/x"}}}}}}},
            {"Body": {**_SWAGGER, "paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/responses/x"}}}}}}},
            {"Body": {**_SWAGGER, "paths": {"/a": {"GET": {}}, "/b": {"fetch": {}}}}},
            {"Body": {**_SWAGGER, "paths": {"/a": {"get": {"operationId": "a"}, "put": {"operationId": "a"}}}}},
            {"Body": {**_SWAGGER, "paths": {"/a": {"get": {"x-amazon-apigateway-integration": {"type": "lambda"}}}}}},
        ),
    ),
    Rule(
        "API002", API, "error",
        "an API's endpoint, key source or compression is none that API Gateway has",
        check=_api,
        source="API Gateway API Reference, CreateRestApi; EndpointConfiguration",
        good=(
            {"Name": "a", "MinimumCompressionSize": 1024}, {"Name": "a", "EndpointConfiguration": {"Types": ["EDGE"]}},
            {"Name": "a", "EndpointConfiguration": {"Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-1"]}},
        ),
        bad=(
            {"Name": "a", "MinimumCompressionSize": -1}, {"Name": "a", "MinimumCompressionSize": 10_485_761},
            {"Name": "a", "EndpointConfiguration": {"Types": ["GLOBAL"]}},
            {"Name": "a", "EndpointConfiguration": {"Types": ["EDGE", "REGIONAL"]}},
            {"Name": "a", "EndpointConfiguration": {"Types": ["REGIONAL"], "VpcEndpointIds": ["vpce-1"]}},
            {"Name": "a", "ApiKeySourceType": "QUERY"},
        ),
    ),
    Rule(
        "API003", (STAGE, DEPLOYMENT), "error",
        "a stage has a name of {allowed}",
        check=_stage_name,
        fix="such as prod or v2",
        source="API Gateway API Reference, CreateStage, stageName",
        good=(_stage(StageName="prod-v1"), _of(DEPLOYMENT, {"RestApiId": "a"})),
        bad=(_of(DEPLOYMENT, {"RestApiId": "a", "StageName": "prod v1"}), _stage(StageName="prod v1"), _stage(StageName="$default"), {"RestApiId": "a", "DeploymentId": "d"}),
    ),
    Rule(
        "API004", STAGE, "error",
        "a cache has one of these sizes in GB: {allowed}",
        check=_cluster,
        fix="choose one of them",
        source=f"{_COURSE} (can enable API caching in Amazon API Gateway); API Gateway API Reference, CreateStage, "
        "cacheClusterSize",
        good=(_stage(CacheClusterEnabled=True, CacheClusterSize="0.5"), _stage(CacheClusterEnabled="true", CacheClusterSize=118)),
        bad=(
            _stage(CacheClusterEnabled=True, CacheClusterSize="1"), _stage(CacheClusterEnabled=True),
            _stage(CacheClusterSize="0.5"), _stage(CacheClusterEnabled=False, CacheClusterSize="0.5"),
        ),
    ),
    Rule(
        "API005", (STAGE, DEPLOYMENT), "error",
        "answers are kept for {allowed}; 0 keeps none, and 300 is the default",
        check=_cached,
        fix="give a time in that range",
        source=f"{_COURSE} (a specified time to live period, in seconds); {_GUIDE}, cache settings for REST APIs; quotas",
        verified="docs",
        good=(
            _row(CacheTtlInSeconds=3_600), {**_row(CachingEnabled=True), "CacheClusterEnabled": True, "CacheClusterSize": "0.5"},
        ),
        bad=(
            _row(CacheTtlInSeconds=3_601), _row(CacheTtlInSeconds=-1), _row(CachingEnabled=True),
            _of(DEPLOYMENT, {"RestApiId": "a", "StageName": "p", "StageDescription": {"CacheTtlInSeconds": 7_200}}),
        ),
    ),
    Rule(
        "API006", (STAGE, PLAN, DEPLOYMENT), "error",
        "a limit of requests is {allowed}",
        check=_throttled,
        fix="give 0 or more, or leave it out for the account's limit",
        source="course notes, API Throttling (10,000 requests per second; 5,000 concurrent); API Gateway Developer Guide, "
        "quotas",
        verified="docs",
        good=(
            _row(ThrottlingRateLimit=5_000, ThrottlingBurstLimit=2_000), _row(ThrottlingRateLimit=0),
            _of(PLAN, {"Throttle": {"RateLimit": 10_000, "BurstLimit": 5_000}}),
        ),
        bad=(
            _row(ThrottlingRateLimit=-5), _row(ThrottlingRateLimit=10_001), _row(ThrottlingBurstLimit=5_001),
            _of(PLAN, {"Throttle": {"BurstLimit": -1}}), _of(PLAN, {"Throttle": {"RateLimit": 20_000}}),
            _of(PLAN, {"ApiStages": [{"ApiId": "a", "Stage": "p", "Throttle": {"/x/GET": {"BurstLimit": 6_000}}}]}),
        ),
    ),
    Rule(
        "API007", PLAN, "error",
        "a quota is a number of requests for a day, a week or a month",
        check=_quota,
        source=f"{_COURSE} (track and control usage by API key); API Gateway API Reference, QuotaSettings",
        good=({"Quota": {"Limit": 10, "Period": "MONTH"}}, {"Quota": {"Limit": 10, "Period": "WEEK", "Offset": 6}}),
        bad=(
            {"Quota": {"Limit": 10, "Period": "YEAR"}}, {"Quota": {"Limit": -1, "Period": "DAY"}},
            {"Quota": {"Limit": 10, "Period": "DAY", "Offset": 1}}, {"Quota": {"Period": "DAY"}},
        ),
    ),
    Rule(
        "API014", (STAGE, DEPLOYMENT), "info",
        "nothing is logged of what the stage is asked",
        check=_levels,
        fix="set AccessLogSetting, or a LoggingLevel; both take a role in AWS::ApiGateway::Account",
        source=f"{_COURSE} (connect to CloudWatch to log all requests for monitoring); CloudFormation Template Reference, "
        "AWS::ApiGateway::Stage MethodSetting",
        good=(_row(LoggingLevel="INFO"), _stage(AccessLogSetting={"DestinationArn": "arn:aws:logs:eu-west-1:1:log-group:x"})),
        bad=(_stage(), _row(LoggingLevel="DEBUG"), _row(ResourcePath="orders"), _row(LoggingLevel="OFF")),
    ),
    Rule(
        "API018", STAGE, "error",
        "{part} of a stage variable has {allowed} alone",
        check=_variables,
        fix="use those characters",
        source="API Gateway API Reference, CreateStage, variables",
        verified="docs",
        good=_stage(Variables={"lambda_alias": "live", "backend": "https://x.example.com/a?b=c&d"}),
        bad=(_stage(Variables={"a-b": "x"}), _stage(Variables={"a": "x y"})),
    ),
    Rule(
        "API019", RESOURCE, "error",
        "{value} cannot stand between two slashes",
        check=_part,
        fix="make a resource for each part, and give a variable a part of its own",
        source="API Gateway API Reference, CreateResource; API Gateway Developer Guide, important notes",
        verified="docs",
        good=tuple({"RestApiId": "a", "ParentId": "r", "PathPart": part} for part in ("orders", "{id}", "{proxy+}", "v1:batch")),
        bad=tuple({"RestApiId": "a", "ParentId": "r", "PathPart": part} for part in ("a/b", "{order-id}.html", "a b", "x+")),
    ),
    Rule(
        "API023", DOMAIN, "error",
        "an edge-optimized domain name takes a certificate of us-east-1, and this one is of {where}",
        check=_certificate,
        fix="request the certificate in us-east-1, or make the domain name REGIONAL",
        source=f"{_GUIDE}, edge-optimized custom domain names; custom domain names",
        verified="docs",
        good=(
            {"DomainName": "api.example.com", "CertificateArn": "arn:aws:acm:us-east-1:1:certificate/x"},
            {"DomainName": "api.example.com", "RegionalCertificateArn": "arn:aws:acm:eu-west-1:1:certificate/x",
             "EndpointConfiguration": {"Types": ["REGIONAL"]}},
        ),
        bad=(
            {"DomainName": "api.example.com", "CertificateArn": "arn:aws:acm:eu-west-1:1:certificate/x"},
            {"DomainName": "api.example.com", "CertificateArn": "arn:aws:acm:us-east-1:1:certificate/x",
             "EndpointConfiguration": {"Types": ["REGIONAL"]}},
            {"DomainName": "API.example.com"},
        ),
    ),
    Rule(
        "API029", KEY, "warning",
        "the key stands in the template, where whoever may read the stack finds it",
        check=_secret,
        fix="leave Value out, so that API Gateway makes it, or take it from a NoEcho parameter or a secret",
        source="API Gateway API Reference, CreateApiKey, value; CloudFormation best practices, do not embed credentials",
        verified="docs",
        good=({"Name": "a"}, {"Value": {"Ref": "Key"}}, {"Value": "{{resolve:secretsmanager:key}}"}),
        bad=({"Value": "a1b2c3d4e5f6a7b8c9d0e1f2"}, {"Value": "short"}),
    ),
    Rule(
        "API030", MAPPING, "error",
        "a base path is one part of a path, and {value} is not",
        check=_base,
        fix="leave the slash out; several parts take an AWS::ApiGatewayV2::ApiMapping",
        source="API Gateway API Reference, CreateBasePathMapping, basePath; API Gateway Developer Guide, map API stages to a "
        "custom domain name for REST APIs",
        verified="docs",
        good=({"DomainName": "d", "BasePath": "v1"}, {"DomainName": "d"}),
        bad=({"DomainName": "d", "BasePath": "/v1"}, {"DomainName": "d", "BasePath": "orders/v1"}),
    ),
    Rule(
        "API033", LINK, "error",
        "{value} is no Network Load Balancer, and a VPC link of REST APIs leads to nothing else",
        check=_link,
        fix="give the ARN of a Network Load Balancer of this account and region",
        refers=True,
        source="API Gateway API Reference, CreateVpcLink, targetArns",
        good=(
            {"Name": "l", "TargetArns": [{"Ref": "Balancer"}]},
            {"Name": "l", "TargetArns": ["arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/x/50dc6c495c0c9188"]},
        ),
        bad=(
            {"Name": "l", "TargetArns": ["arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/x/50dc6c495c0c9188"]},
        ),
    ),
)  # fmt: skip
