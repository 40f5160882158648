"""Amazon API Gateway: methods and authorizers, one by one."""

from __future__ import annotations

import re

from ..limits import API_TIMEOUT_LEAST, API_TIMEOUT_MOST, API_TIMEOUT_STREAMED, AUTHORIZER_TTL_MOST
from ..policies.access import literal, spelled
from ..vocabulary import ABSENT, Between, Rule, Violation, as_list, is_unknown, number, text
from .apiexamples import (
    A_CALL,
    LAMBDA_URI,
    authorizing,
    method,
    mock,
)
from .apigateway import API, METHOD, MODEL
from .apipaths import VERBS, VERBS_WORDS
from .apis import AUTHORIZER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View


TYPES = ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK")
KINDS = {"CUSTOM": ("TOKEN", "REQUEST"), "COGNITO_USER_POOLS": ("COGNITO_USER_POOLS",), "JWT": ("JWT",)}
"""The types of authorizers that an authorization type asks."""
_ORIGINS = re.compile(r"'(\*|null|[A-Za-z][A-Za-z0-9+.-]*://[^/\s']+|\$\{.*|)'")
_TTL = Between(0, AUTHORIZER_TTL_MOST, "seconds")
_URI = re.compile(r"arn:[^:]+:apigateway:[^:]+:[^:]+:(path|action)/.+", re.DOTALL)
_INVOCATION = re.compile(r"/(response-streaming-)?invocations$")
_POOL = re.compile(r"arn:[^:]+:cognito-idp:[^:]+:[^:]+:userpool/.")
_HOLES = re.compile(r"(?<!\$)\{([A-Za-z0-9._:-]+)\+?\}")
_GUIDE = "API Gateway Developer Guide"
_COURSE = "course notes, API Gateway"


def _integration(view: View) -> Iterator[Violation]:
    for steps in ("HttpMethod", "Integration/IntegrationHttpMethod"):
        verb = literal(view.get(steps))
        if verb is not None and verb.upper() not in VERBS:
            yield Violation(
                tuple(steps.split("/")), message="{value} is no method", value=verb, allowed=VERBS_WORDS,
                fix="one of: {allowed}",
            )  # fmt: skip
    for steps in ("MethodResponses/*/StatusCode", "Integration/IntegrationResponses/*/StatusCode"):
        for path, value in view.values(steps):
            if not is_unknown(value) and re.fullmatch(r"[1-5]\d\d", text(value)) is None:
                yield Violation(
                    path, message="{value} is no status of HTTP", value=value, allowed="100 to 599", fix="such as 200"
                )
    given = view.get("Integration")
    if given is ABSENT:
        yield Violation(
            ("Integration",), message="the method leads nowhere: an API with such a method cannot be deployed",
            fix='give Integration, such as {"Type": "MOCK"}',
        )  # fmt: skip
        return
    if not isinstance(given, dict) or is_unknown(given):
        return
    kind = literal(given.get("Type", ABSENT))
    if kind is not None and kind not in TYPES:
        yield Violation(
            ("Integration", "Type"), message="{value} is no type of integration", fix=", ".join(TYPES), value=kind,
            allowed=", ".join(TYPES),
        )  # fmt: skip
        return
    if "Type" not in given:
        yield Violation(("Integration", "Type"), message="an integration has a type", fix=", ".join(TYPES))
        return
    yield from _led(given, kind)


def _led(given: dict[str, Any], kind: str | None) -> Iterator[Violation]:
    verb, uri = given.get("IntegrationHttpMethod", ABSENT), given.get("Uri", ABSENT)
    written = spelled(uri)
    if kind is not None and kind != "MOCK":
        if verb is ABSENT:
            yield Violation(
                ("Integration", "IntegrationHttpMethod"), message="an integration of type {kind} is called with a method",
                fix="POST for Lambda and most AWS services, else what the server expects", kind=kind,
            )  # fmt: skip
        if uri is ABSENT and given.get("IntegrationTarget", ABSENT) is ABSENT:
            yield Violation(("Integration", "Uri"), message="an integration of type {kind} has an address", fix="give Uri",
                            kind=kind)  # fmt: skip
    if written is not None and _INVOCATION.search(written) and literal(verb) not in (None, "POST"):
        yield Violation(
            ("Integration", "IntegrationHttpMethod"), message="Lambda is always invoked with POST, not {value}",
            fix="write POST; the function sees the caller's method in the event", value=verb,
        )  # fmt: skip
    if literal(given.get("ConnectionType")) == "VPC_LINK" and given.get("ConnectionId", ABSENT) is ABSENT:
        yield Violation(
            ("Integration", "ConnectionId"),
            message="an integration through a VPC link names it",
            fix="give ConnectionId",
        )


def _address(view: View) -> Iterator[Violation]:
    kind, uri = literal(view.get("Integration/Type")), view.get("Integration/Uri")
    written = spelled(uri)
    if written is None or kind not in TYPES:
        return
    plain = re.sub(r"\$\{AWS::(\w+)\}", r"<\1>", written)
    if kind in ("HTTP", "HTTP_PROXY"):
        if not plain.startswith(("http://", "https://", "${", "arn:")):
            yield Violation(
                ("Integration", "Uri"), message="{value} is no address of a web server",
                fix="begin it with https:// or http://", value=written,
            )  # fmt: skip
        return
    if kind == "MOCK" or plain.startswith("${") or _URI.fullmatch(plain):
        return
    bare = plain.startswith("arn:") and ":lambda:" in plain and ":apigateway:" not in plain
    if not plain.startswith("arn:") and not plain.startswith(("http", "/")):
        return
    region = "${AWS::Region}"
    yield Violation(
        ("Integration", "Uri"), value=written,
        fix=f"write arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/<ARN of the function>/invocations"
        if bare else f"write arn:aws:apigateway:{region}:<service>:path/… or :action/…",
    )  # fmt: skip


def _timeout(view: View) -> Iterator[Violation]:
    value = view.get("Integration/TimeoutInMillis")
    amount = number(value)
    if amount is None:
        return
    where = ("Integration", "TimeoutInMillis")
    streamed = literal(view.get("Integration/ResponseTransferMode"))
    if view.get("Integration/ResponseTransferMode") is not ABSENT and streamed is None:
        return
    most = API_TIMEOUT_STREAMED if streamed == "STREAM" else API_TIMEOUT_MOST
    if amount < API_TIMEOUT_LEAST or amount > API_TIMEOUT_STREAMED:
        yield Violation(where, value=value, allowed=f"{API_TIMEOUT_LEAST} to {most:,} milliseconds")
    elif amount > most:
        if view.graph is None and is_unknown(view.get("RestApiId")):
            return  # whether the API is edge-optimized shows when its reference leads somewhere
        edge = _is_edge(view)
        yield Violation(
            where, value=value, severity="error" if edge else "warning",
            message="an integration of an edge-optimized API answers within 29,000 milliseconds" if edge
            else "an integration answers within 29,000 milliseconds, unless the account's quota for Regional and private "
            "APIs has been raised",
            allowed=f"{API_TIMEOUT_LEAST} to {most:,} milliseconds",
            fix="stay below, or answer at once and work in the background",
        )  # fmt: skip


def _is_edge(view: View) -> bool:
    found = view.graph.target(view, view.get("RestApiId")) if view.graph is not None else None
    if found is None or found.view.type != API:
        return False
    api = found.view
    given = api.get("EndpointConfiguration/Types")
    if given is not ABSENT or api.get("EndpointConfiguration") is not ABSENT:
        return [literal(one) for one in as_list(given)] == ["EDGE"]
    if any(api.get(prop) is not ABSENT for prop in ("Body", "BodyS3Location", "CloneFrom")):
        return False
    region = api.member.region if api.member is not None else None
    return region is not None and not region.startswith(("cn-", "us-gov-", "us-iso", "eu-isoe-"))  # the default is EDGE


def _credentials(view: View) -> Iterator[Violation]:
    for path, answer in view.values("Integration/IntegrationResponses/*"):
        headers = answer.get("ResponseParameters") if isinstance(answer, dict) else None
        if not isinstance(headers, dict):
            continue
        told = {str(name).rpartition(".")[2].lower(): literal(value) for name, value in headers.items()}
        origin = told.get("access-control-allow-origin")
        if origin is not None and origin.startswith("'") and not _ORIGINS.fullmatch(origin):
            yield Violation(
                (*path, "ResponseParameters"), message="no browser names its origin as {value}", value=origin,
                fix="scheme, host and port without a path, as in 'https://shop.example.com'",
            )  # fmt: skip
        if (
            told.get("access-control-allow-origin") == "'*'"
            and told.get("access-control-allow-credentials") == "'true'"
        ):
            yield Violation((*path, "ResponseParameters"))


def _holes(view: View) -> Iterator[Violation]:
    if literal(view.get("Integration/Type")) not in ("HTTP", "HTTP_PROXY"):
        return
    uri = literal(view.get("Integration/Uri"))
    given = view.get("Integration/RequestParameters", {})
    if uri is None or not isinstance(given, dict) or is_unknown(given):
        return
    filled = {name.rpartition("integration.request.path.")[2] for name in given if isinstance(name, str)}
    for name in _HOLES.findall(uri):
        if name not in filled:
            yield Violation(("Integration", "Uri"), name=name)


def _model(view: View) -> Iterator[Violation]:
    name = literal(view.get("Name"))
    if name is not None and re.fullmatch(r"[A-Za-z0-9]+", name) is None:
        yield Violation(("Name",), value=name)


def _authorizer(view: View) -> Iterator[Violation]:
    kind, ttl = literal(view.get("Type")), view.get("AuthorizerResultTtlInSeconds")
    if kind in ("TOKEN", "REQUEST") and _TTL(ttl, view.mode) is False:
        yield Violation(
            ("AuthorizerResultTtlInSeconds",), message="an authorizer's answer is remembered for {allowed}",
            fix="give a time in that range", value=ttl, allowed=_TTL.allowed(view.mode),
        )  # fmt: skip
    needs = {
        "TOKEN": ("AuthorizerUri", "IdentitySource"), "REQUEST": ("AuthorizerUri",), "COGNITO_USER_POOLS": ("ProviderARNs",),
    }  # fmt: skip
    for path, pool in view.values("ProviderARNs/*") if kind == "COGNITO_USER_POOLS" else ():
        written = spelled(pool)
        if written is not None and not written.startswith("${") and not _POOL.match(written):
            yield Violation(
                path, message="{value} is not the ARN of a user pool", value=written,
                fix="such as arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aB3dE6gH9",
            )  # fmt: skip
    for prop in needs.get(kind or "", ()):
        if view.get(prop) is ABSENT:
            yield Violation((prop,), message="an authorizer of type {kind} needs {prop}", fix="give {prop}", kind=kind)
    if (
        kind == "REQUEST"
        and view.get("IdentitySource") is ABSENT
        and number(view.get("AuthorizerResultTtlInSeconds", 300))
    ):
        yield Violation(
            ("IdentitySource",),
            message="answers cannot be remembered when nothing tells callers apart",
            fix="give IdentitySource, or set AuthorizerResultTtlInSeconds: 0",
        )


def _unasked(view: View) -> Iterator[Violation]:
    kind = view.get("AuthorizationType")
    if view.get("AuthorizerId") is not ABSENT and (kind is ABSENT or literal(kind) in ("NONE", "AWS_IAM")):
        yield Violation(
            ("AuthorizationType",), severity="warning",
            message="the authorizer is not asked: AuthorizationType is {given}",
            fix="set it to CUSTOM or COGNITO_USER_POOLS, or leave AuthorizerId out",
            given="not given" if kind is ABSENT else literal(kind),
        )  # fmt: skip
    if literal(kind) in KINDS and view.get("AuthorizerId") is ABSENT:
        yield Violation(
            ("AuthorizerId",), message="a method with AuthorizationType {kind} names its authorizer",
            fix="give AuthorizerId", kind=literal(kind),
        )  # fmt: skip


def _asked(view: View) -> Iterator[Violation]:
    yield from _authorizer(view) if view.type == AUTHORIZER else _unasked(view)


def _soap(view: View) -> Iterator[Violation]:
    if view.get("soap") is not True:
        return
    model, binary = view.get("model"), view.get("binary")
    if isinstance(model, str) and "json" in model:
        yield Violation(("model",), message="SOAP bodies are XML, and the model checks JSON", fix="leave body= out")
    if isinstance(binary, list) and any(one in ("text/xml", "application/soap+xml") for one in binary):
        yield Violation(
            ("binary",), message="SOAP bodies are text: as a binary type they only take longer",
            fix="leave text/xml and application/soap+xml out of binary=",
        )  # fmt: skip


RULES: tuple[Rule, ...] = (
    Rule(
        "API009", METHOD, "error",
        "the integration of the method is not whole",
        check=_integration,
        source=f"{_COURSE} (serverless-ly connect to services like Lambda and DynamoDB); API Gateway API Reference, "
        "Integration; PutIntegration",
        good=(method(Type="AWS_PROXY", IntegrationHttpMethod="POST", Uri=LAMBDA_URI), method(Type="MOCK")),
        bad=(
            method(Type="AWS_PROXY", IntegrationHttpMethod="GET", Uri=LAMBDA_URI), method(Type="LAMBDA"),
            method(Type="HTTP", Uri="https://example.com"), method(Type="AWS", IntegrationHttpMethod="POST"),
            method(Type="HTTP", IntegrationHttpMethod="GET", Uri="https://example.com", ConnectionType="VPC_LINK"),
            {"RestApiId": "a", "ResourceId": "r", "HttpMethod": "GET", "AuthorizationType": "AWS_IAM"},
            mock(HttpMethod="FETCH"), mock(MethodResponses=[{"StatusCode": "999"}]),
            method(Type="HTTP", IntegrationHttpMethod="FETCH", Uri="https://example.com"),
            method(Type="MOCK", IntegrationResponses=[{"StatusCode": "ok"}]),
        ),
    ),
    Rule(
        "API010", METHOD, "error",
        "an integration waits {allowed}",
        check=_timeout,
        fix="give a time in that range",
        refers=True,
        source="CloudFormation resource schema, AWS::ApiGateway::Method Integration; API Gateway Developer Guide, quotas; "
        "response streaming",
        verified="docs",
        good=(
            method(Type="MOCK", TimeoutInMillis=29_000), method(Type="MOCK", TimeoutInMillis={"Ref": "T"}),
            method(Type="MOCK", TimeoutInMillis=900_000, ResponseTransferMode="STREAM"),
        ),
        bad=(
            method(Type="MOCK", TimeoutInMillis=20), method(Type="MOCK", TimeoutInMillis=60_000),
            method(Type="MOCK", TimeoutInMillis=900_001, ResponseTransferMode="STREAM"),
        ),
    ),
    Rule(
        "API011", (METHOD, AUTHORIZER), "error",
        "a method and its authorizer do not fit",
        check=_asked,
        source="API Gateway API Reference, PutMethod, authorizationType and authorizerId; CreateAuthorizer",
        good=(
            mock(), mock(AuthorizationType="CUSTOM", AuthorizerId="x"),
            authorizing(Type="TOKEN", AuthorizerResultTtlInSeconds=3_600),
            authorizing(Type="REQUEST", IdentitySource=None, AuthorizerResultTtlInSeconds=0),
        ),
        bad=(
            mock(AuthorizerId="x"), mock(AuthorizationType="CUSTOM"),
            authorizing(Type="TOKEN", AuthorizerResultTtlInSeconds=3_601), authorizing(Type="TOKEN", IdentitySource=None),
            authorizing(Type="REQUEST", IdentitySource=None), authorizing(Type="COGNITO_USER_POOLS"),
            authorizing(Type="COGNITO_USER_POOLS", ProviderARNs=["eu-west-1_aB3dE6gH9"]),
        ),
    ),
    Rule(
        "API016", "awsdeck::ApiMethod", "warning",
        "SOAP passes through unchanged",
        scope="construct",
        check=_soap,
        source=f"{_COURSE} (can configure API Gateway as a SOAP web service passthrough)",
        verified="notes",
        good={"soap": True, "binary": ["image/png"]},
        bad=({"soap": True, "model": "application/json"}, {"soap": True, "binary": ["text/xml"]}),
    ),
    Rule(
        "API020", METHOD, "warning",
        "browsers refuse an answer to all origins that allows credentials",
        check=_credentials,
        fix="name the origin instead of *, or leave Access-Control-Allow-Credentials out",
        source=f"{_GUIDE}, CORS for REST APIs; Fetch Standard, CORS protocol and credentials",
        verified="docs",
        good=method(Type="MOCK", IntegrationResponses=[
            {"StatusCode": "200", "ResponseParameters": {"method.response.header.Access-Control-Allow-Origin": "'*'"}},
        ]),
        bad=method(Type="MOCK", IntegrationResponses=[
            {"StatusCode": "200", "ResponseParameters": {
                "method.response.header.Access-Control-Allow-Origin": "'*'",
                "method.response.header.Access-Control-Allow-Credentials": "'true'",
            }},
        ]),
    ),
    Rule(
        "API021", METHOD, "error",
        "{value} is not how an integration names an AWS service",
        check=_address,
        source="API Gateway API Reference, PutIntegration, uri",
        good=(
            method(**A_CALL), method(Type="AWS", IntegrationHttpMethod="POST", Uri={"Ref": "Uri"}),
            method(Type="AWS", IntegrationHttpMethod="POST", Uri="arn:aws:apigateway:eu-west-1:sqs:path/123456789012/q"),
            method(Type="HTTP", IntegrationHttpMethod="GET", Uri="https://${stageVariables.host}/x"),
        ),
        bad=(
            method(Type="AWS_PROXY", IntegrationHttpMethod="POST", Uri="arn:aws:lambda:us-east-1:123456789012:function:f"),
            method(Type="AWS", IntegrationHttpMethod="POST", Uri="https://sqs.eu-west-1.amazonaws.com"),
            method(Type="HTTP_PROXY", IntegrationHttpMethod="GET", Uri="example.com/x"),
        ),
    ),
    Rule(
        "API031", MODEL, "error",
        "a model's name is of letters and digits, and {value} is not",
        check=_model,
        fix="leave the other signs out",
        source="API Gateway API Reference, CreateModel, name",
        good={"RestApiId": "a", "ContentType": "application/json", "Name": "Order2", "Schema": {}},
        bad={"RestApiId": "a", "ContentType": "application/json", "Name": "new-order", "Schema": {}},
    ),
    Rule(
        "API032", METHOD, "warning",
        "nothing fills the variable {name} of the address, so the server is asked for its braces and name",
        check=_holes,
        fix="name the variable as the method's path does; in a template, map integration.request.path.{name} in RequestParameters",
        source=f"{_GUIDE}, set up HTTP integrations, path parameters; PutIntegration, requestParameters",
        verified="partly",
        good=(
            method(Type="HTTP_PROXY", IntegrationHttpMethod="GET", Uri="https://example.com/{id}",
                   RequestParameters={"integration.request.path.id": "method.request.path.id"}),
            method(Type="HTTP_PROXY", IntegrationHttpMethod="GET", Uri="https://${stageVariables.host}/x"),
        ),
        bad=method(Type="HTTP_PROXY", IntegrationHttpMethod="GET", Uri="https://example.com/{order}",
                   RequestParameters={"integration.request.path.id": "method.request.path.id"}),
    ),
)  # fmt: skip
