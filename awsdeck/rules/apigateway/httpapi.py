"""HTTP and WebSocket APIs of API Gateway."""

from __future__ import annotations

from ..policies.access import literal
from ..vocabulary import ABSENT, Rule, Violation, as_list, is_unknown, number, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

API = "AWS::ApiGatewayV2::Api"
AUTHORIZER = "AWS::ApiGatewayV2::Authorizer"
ROUTE = "AWS::ApiGatewayV2::Route"
CALL = "AWS::ApiGatewayV2::Integration"
_REFERENCE = "API Gateway V2 API Reference"


def _authorizer(view: View) -> Iterator[Violation]:
    kind = literal(view.get("AuthorizerType"))
    if kind == "JWT":
        given = view.get("JwtConfiguration")
        for prop in ("Issuer", "Audience") if not is_unknown(given) else ():
            if view.get(f"JwtConfiguration/{prop}") is ABSENT:
                yield Violation(("JwtConfiguration",), kind=kind, lacks=f"JwtConfiguration.{prop}")
        issuer = literal(view.get("JwtConfiguration/Issuer"))
        if issuer is not None and not issuer.startswith(("https://", "${")):
            yield Violation(
                ("JwtConfiguration", "Issuer"), message="an issuer is known by its https address, not as {value}",
                fix="such as https://login.example.com", value=issuer,
            )  # fmt: skip
        if view.get("IdentitySource") is ABSENT:
            yield Violation(("IdentitySource",), kind=kind, lacks="IdentitySource")
    if kind == "REQUEST" and view.get("AuthorizerUri") is ABSENT:
        yield Violation(("AuthorizerUri",), kind=kind, lacks="AuthorizerUri")
    ttl = number(view.get("AuthorizerResultTtlInSeconds"))
    if ttl is not None and not 0 <= ttl <= 3_600:
        yield Violation(
            ("AuthorizerResultTtlInSeconds",), message="an authorizer's answer is remembered for 0 to 3,600 seconds",
            fix="give a time in that range", value=ttl, allowed="0 to 3,600 seconds",
        )  # fmt: skip


def _cors(view: View) -> Iterator[Violation]:
    origins = [literal(one) for one in as_list(view.get("CorsConfiguration/AllowOrigins"))]
    if "*" in origins and truth(view.get("CorsConfiguration/AllowCredentials")) is True:
        yield Violation(("CorsConfiguration", "AllowCredentials"))
    if view.get("CorsConfiguration") is not ABSENT and literal(view.get("ProtocolType")) == "WEBSOCKET":
        yield Violation(
            ("CorsConfiguration",), severity="error", message="CORS is for HTTP APIs alone",
            fix="leave CorsConfiguration out",
        )  # fmt: skip


def _route(view: View) -> Iterator[Violation]:
    kind = literal(view.get("AuthorizationType"))
    if kind in ("JWT", "CUSTOM") and view.get("AuthorizerId") is ABSENT:
        yield Violation(
            ("AuthorizerId",), severity="error", message="a route with AuthorizationType {kind} names its authorizer",
            fix="give AuthorizerId", kind=kind,
        )  # fmt: skip
    target = literal(view.get("Target"))
    if view.get("Target") is ABSENT:
        yield Violation(
            ("Target",), message="the route leads nowhere: its callers get 404 or 500",
            fix="give Target, as in integrations/<id>",
        )  # fmt: skip
    elif target is not None and not target.startswith("integrations/"):
        yield Violation(
            ("Target",), severity="error", message="{value} is no target of a route", fix="write integrations/<id>",
            value=target, allowed="integrations/<id>",
        )  # fmt: skip


_METHODS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_KEY = "$default, or a method (or ANY), a blank and a path, such as GET /pets"


def _spoken(graph: Graph) -> Iterator[Violation]:
    """What routes and integrations of an HTTP API cannot have: things of WebSocket APIs."""
    for view in graph.of(CALL, ROUTE):
        found = graph.target(view, view.get("ApiId"))
        if found is None or found.view.type != API or literal(found.view.get("ProtocolType")) != "HTTP":
            continue
        if view.type == ROUTE:
            yield from _http_route(view)
            continue
        kind = literal(view.get("IntegrationType"))
        if kind in ("AWS", "HTTP", "MOCK"):
            yield Violation(
                ("IntegrationType",), view=view, problem=f"an HTTP API has no integration of type {kind}",
                allowed="AWS_PROXY, HTTP_PROXY",
            )  # fmt: skip
        elif kind == "AWS_PROXY" and all(
            view.get(name) is ABSENT for name in ("IntegrationSubtype", "PayloadFormatVersion")
        ):
            yield Violation(
                (), view=view, problem="an HTTP API wants to know the PayloadFormatVersion of a function",
                allowed="1.0, 2.0", fix='write PayloadFormatVersion: "2.0"',
            )  # fmt: skip


def _http_route(view: View) -> Iterator[Violation]:
    key = literal(view.get("RouteKey"))
    if key is not None and key != "$default" and "${" not in key:
        method, _, path = key.partition(" ")
        if method not in _METHODS or not path.strip().startswith("/"):
            yield Violation(("RouteKey",), view=view, problem=f"{key} is no route of an HTTP API", allowed=_KEY)
    if truth(view.get("ApiKeyRequired")) is True:
        yield Violation(
            ("ApiKeyRequired",), view=view, problem="HTTP APIs know no API keys", fix="leave ApiKeyRequired out"
        )


def _of(type: str, /, **properties: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": {"ApiId": "a", **properties}}


def _api(**cors: Any) -> dict[str, Any]:
    return {"Name": "a", "ProtocolType": "HTTP", "CorsConfiguration": cors}


_JWT = {"Issuer": "https://login.example.com", "Audience": ["a"]}
_HEADER = ["$request.header.Authorization"]


def _with(one: dict[str, Any], protocol: str = "HTTP") -> dict[str, Any]:
    api = {"Type": API, "Properties": {"Name": "a", "ProtocolType": protocol}}
    return {"Resources": {"Api": api, "One": {**one, "Properties": {**one["Properties"], "ApiId": {"Ref": "Api"}}}}}


RULES: tuple[Rule, ...] = (
    Rule(
        "API026", AUTHORIZER, "error",
        "an authorizer of type {kind} needs {lacks}",
        check=_authorizer,
        fix="give {lacks}",
        source=f"{_REFERENCE}, CreateAuthorizer",
        verified="docs",
        good=(
            _of(AUTHORIZER, Name="n", AuthorizerType="JWT", IdentitySource=_HEADER, JwtConfiguration=_JWT),
            _of(AUTHORIZER, Name="n", AuthorizerType="REQUEST", AuthorizerUri="x", AuthorizerResultTtlInSeconds=3_600),
        ),
        bad=(
            _of(AUTHORIZER, Name="n", AuthorizerType="JWT", IdentitySource=_HEADER),
            _of(AUTHORIZER, Name="n", AuthorizerType="JWT", JwtConfiguration=_JWT),
            _of(AUTHORIZER, Name="n", AuthorizerType="REQUEST"),
            _of(AUTHORIZER, Name="n", AuthorizerType="JWT", IdentitySource=_HEADER,
                JwtConfiguration={**_JWT, "Issuer": "login.example.com"}),
            _of(AUTHORIZER, Name="n", AuthorizerType="REQUEST", AuthorizerUri="x", AuthorizerResultTtlInSeconds=3_601),
        ),
    ),
    Rule(
        "API027", API, "warning",
        "credentials cannot be allowed to all origins",
        check=_cors,
        fix="name the origins instead of *, or leave AllowCredentials out",
        source="API Gateway Developer Guide, configure CORS for HTTP APIs",
        verified="docs",
        good=(_api(AllowOrigins=["*"]), _api(AllowOrigins=["https://example.com"], AllowCredentials=True)),
        bad=(
            _api(AllowOrigins=["*"], AllowCredentials=True),
            {"Name": "a", "ProtocolType": "WEBSOCKET", "CorsConfiguration": {"AllowOrigins": ["*"]}},
        ),
    ),
    Rule(
        "API028", ROUTE, "warning",
        "a route has a target and the authorizer that it asks",
        check=_route,
        source=f"{_REFERENCE}, CreateRoute",
        verified="docs",
        good=(
            _of(ROUTE, RouteKey="GET /a", Target="integrations/x"),
            _of(ROUTE, RouteKey="GET /a", Target={"Fn::Sub": "integrations/${I}"}, AuthorizationType="JWT", AuthorizerId="x"),
        ),
        bad=(
            _of(ROUTE, RouteKey="GET /a"), _of(ROUTE, RouteKey="GET /a", Target="x"),
            _of(ROUTE, RouteKey="GET /a", Target="integrations/x", AuthorizationType="JWT"),
        ),
    ),
    Rule(
        "API034", (ROUTE, CALL), "error",
        "{problem}",
        scope="graph",
        check=_spoken,
        source=f"{_REFERENCE}, CreateIntegration, CreateRoute; API Gateway Developer Guide, HTTP API routes",
        verified="docs",
        good=(
            _with(_of(ROUTE, RouteKey="GET /a")), _with(_of(ROUTE, RouteKey="$default")),
            _with(_of(CALL, IntegrationType="AWS_PROXY", PayloadFormatVersion="2.0")),
            _with(_of(CALL, IntegrationType="AWS_PROXY", IntegrationSubtype="SQS-SendMessage")),
            _with(_of(CALL, IntegrationType="MOCK"), protocol="WEBSOCKET"),
            _with(_of(ROUTE, RouteKey="send", ApiKeyRequired=True), protocol="WEBSOCKET"),
        ),
        bad=(
            _with(_of(ROUTE, RouteKey="/a")), _with(_of(ROUTE, RouteKey="FETCH /a")),
            _with(_of(ROUTE, RouteKey="GET /a", ApiKeyRequired=True)),
            _with(_of(CALL, IntegrationType="MOCK")), _with(_of(CALL, IntegrationType="AWS_PROXY")),
        ),
    ),
)  # fmt: skip
