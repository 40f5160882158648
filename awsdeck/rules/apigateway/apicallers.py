"""Amazon API Gateway: who may call which methods, and what lets API Gateway call on."""

from __future__ import annotations

import re

from ..functions.aliases import called
from ..limits import API_TIMEOUT_MOST, HTTP_API_TIMEOUT
from ..policies.access import Permissions, generated, literal, spelled
from ..vocabulary import ABSENT, Rule, Violation, as_list, number, truth
from .apiexamples import (
    A_CALL,
    A_FUNCTION,
    A_LINK,
    A_PLAN,
    A_TOKEN,
    app,
    get,
    mock,
    of,
    path_of,
)
from .apigateway import API, DEPLOYMENT, METHOD, PLAN, STAGE
from .apis import AUTHORIZER, Apis
from .httpapi import CALL, ROUTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

PERMISSION = "AWS::Lambda::Permission"
PLAN_KEY = "AWS::ApiGateway::UsagePlanKey"
API_KEY = "AWS::ApiGateway::ApiKey"

KINDS = {"CUSTOM": ("TOKEN", "REQUEST"), "COGNITO_USER_POOLS": ("COGNITO_USER_POOLS",), "JWT": ("JWT",)}
"""The types of authorizers that an authorization type asks."""
_GUIDE = "API Gateway Developer Guide"
_COURSE = "course notes, API Gateway"


def _lasting(seconds: int) -> dict[str, Any]:
    return of(A_FUNCTION["Type"], **A_FUNCTION["Properties"], Timeout=seconds)


def _closed(graph: Graph) -> Iterator[Violation]:
    for api in graph.kept(Apis).all:
        view = api.view
        types = [literal(one) for one in as_list(view.get("EndpointConfiguration/Types"))]
        if types != ["PRIVATE"] or any(view.get(prop) is not ABSENT for prop in ("Policy", "Body", "BodyS3Location")):
            continue
        yield Violation(
            ("Policy",), view=view, severity="error" if api.deployments else "warning",
            message="a private API without a policy refuses every call, and cannot be deployed",
            fix="allow execute-api:Invoke on execute-api:/* under a condition on aws:SourceVpce",
        )  # fmt: skip


def _keys(graph: Graph) -> Iterator[Violation]:
    apis = graph.kept(Apis)
    plans = graph.of(PLAN)
    asked = [method for api in apis.all for method in api.methods if truth(method.get("ApiKeyRequired")) is True]
    if any(generated(view) for view in (*asked, *plans)):
        return
    linked = bool(graph.of(PLAN_KEY))
    for api in apis.all:
        mine = [method for method in api.methods if truth(method.get("ApiKeyRequired")) is True]
        covered = [plan for plan in plans if apis.covers(plan, api) is not False]
        for method in mine if not covered and api.deployments else ():
            yield Violation(
                ("ApiKeyRequired",), view=method,
                message="every call gets 403 Forbidden: a key is asked for, and no usage plan has a stage of the API",
                fix="add an AWS::ApiGateway::UsagePlan with the stage, and a UsagePlanKey for each key",
            )  # fmt: skip
        if mine and covered and not linked and graph.of(API_KEY):
            yield Violation(
                ("ApiStages",), view=covered[0],
                message="no key belongs to the plan, so every call of {method} gets 403 Forbidden",
                fix="add an AWS::ApiGateway::UsagePlanKey", method=mine[0].id,
            )  # fmt: skip
    for plan in plans:
        if plan.get("ApiStages") is ABSENT or plan.get("ApiStages") == []:
            yield Violation(
                ("ApiStages",), view=plan, message="the plan is for no stage, so its keys open nothing",
                fix="name an API and a stage in ApiStages",
            )  # fmt: skip
            continue
        told = [api for api in apis.all if apis.covers(plan, api) is True]
        known = told and all(not api.is_imported and not api.methods_elsewhere for api in told)
        keyed = any(method.get("ApiKeyRequired", False) is not False for api in told for method in api.methods)
        if known and not keyed and len(told) == len(as_list(plan.get("ApiStages"))):
            yield Violation(
                ("ApiStages",), view=plan, message="no method of {api} asks for a key, so the plan limits nobody",
                fix="set ApiKeyRequired: true on the methods", api=told[0].view.id,
            )  # fmt: skip


def _belongs(graph: Graph) -> Iterator[Violation]:
    apis = graph.kept(Apis)
    for method in graph.of(METHOD):
        found = graph.target(method, method.get("AuthorizerId"))
        if found is None or found.view.type != AUTHORIZER:
            continue
        kind, type = literal(method.get("AuthorizationType")), literal(found.view.get("Type"))
        if kind in KINDS and type is not None and type not in KINDS[kind]:
            yield Violation(
                ("AuthorizerId",), view=method,
                message="{other} is an authorizer of type {type}, which AuthorizationType {kind} does not ask",
                fix="set AuthorizationType to the one that fits: "
                + ", ".join(f"{name} for {' and '.join(types)}" for name, types in KINDS.items()),
                other=found.view.id, type=type, kind=kind,
            )  # fmt: skip
    for view, prop in (
        *((one, "AuthorizerId") for one in graph.of(METHOD)),
        *((one, "DeploymentId") for one in graph.of(STAGE)),
    ):
        found = graph.target(view, view.get(prop))
        if found is None or found.view.type not in (AUTHORIZER, DEPLOYMENT):
            continue
        mine, its = apis.name_of(view), apis.name_of(found.view)
        if mine is not None and its is not None and mine != its:
            yield Violation((prop,), view=view, other=found.view.id)


def _preflight(graph: Graph) -> Iterator[Violation]:
    for api in graph.kept(Apis).all:
        for method in api.methods:
            if literal(method.get("HttpMethod")) not in ("OPTIONS", "options"):
                continue
            kind = literal(method.get("AuthorizationType"))
            if kind not in (None, "NONE") or truth(method.get("ApiKeyRequired")) is True:
                yield Violation(("AuthorizationType",), view=method)
        if any(literal(method.get("HttpMethod")) == "OPTIONS" for method in api.methods):
            for place, methods in api.places().items():
                verbs = {literal(method.get("HttpMethod")) for method in methods}
                proxied = any(
                    literal(method.get("HttpMethod")) == "ANY"
                    and str(literal(method.get("Integration/Type"))).endswith("_PROXY")
                    for method in methods
                )
                if "OPTIONS" not in verbs and not proxied and None not in verbs and verbs - {"GET", "HEAD", "POST"}:
                    yield Violation(
                        ("HttpMethod",), view=methods[0],
                        message="other paths of the API answer the OPTIONS requests of browsers, and this one does not",
                        fix="add an OPTIONS method of type MOCK with the Access-Control-Allow-* headers", place=place,
                    )  # fmt: skip


def _open(graph: Graph) -> Iterator[Violation]:
    guarded = {id(api.view) for api in graph.kept(Apis).all if api.is_guarded}
    for method in graph.of(METHOD):
        verb, kind = literal(method.get("HttpMethod")), method.get("AuthorizationType")
        if verb is None or verb.upper() == "OPTIONS" or method.get("ApiKeyRequired", False) not in (False, "false"):
            continue
        found = graph.target(method, method.get("RestApiId"))
        if found is not None and id(found.view) in guarded:
            continue
        if kind is ABSENT or literal(kind) == "NONE":
            yield Violation(("AuthorizationType",), view=method)
    for route in graph.of(ROUTE):
        api = graph.target(route, route.get("ApiId"))
        kind = route.get("AuthorizationType")
        spoken = api is not None and literal(api.view.get("ProtocolType")) == "WEBSOCKET"
        if not spoken and (kind is ABSENT or literal(kind) == "NONE"):
            yield Violation(("AuthorizationType",), view=route)


def _permitted(graph: Graph) -> Iterator[Violation]:
    permissions = graph.kept(Permissions)
    for method in graph.of(METHOD):
        if method.get("Integration/Credentials") is not ABSENT or literal(method.get("Integration/Type")) == "MOCK":
            continue
        for path, uri in method.values("Integration/Uri"):
            found = called(graph, method, uri)
            if found is None or generated(method, found.function):
                continue
            letting = [*permissions.of(found.function)]
            if any(permissions.unclear(view) for view in (found.function,)) or any(
                graph.target(view, view.get("FunctionName")) is None and literal(view.get("FunctionName")) is None
                for view in graph.of(PERMISSION)
            ):
                continue
            letting += [
                view for view in graph.of(PERMISSION)
                if (one := called(graph, view, view.get("FunctionName"))) is not None and one.function is found.function
            ]  # fmt: skip
            if not any(_may_let(view) and not _for_another(graph, view, method) for view in letting):
                yield Violation(path, view=method, function=found.function.id)


def _may_let(permission: View) -> bool:
    principal = permission.get("Principal")
    return literal(principal) is None or literal(principal) in ("*", "apigateway.amazonaws.com")


def _slower(graph: Graph) -> Iterator[Violation]:
    for type, prop, most in ((METHOD, "Integration/Uri", API_TIMEOUT_MOST), (CALL, "IntegrationUri", HTTP_API_TIMEOUT)):
        for view in graph.of(type):
            limit = number(view.get("Integration/TimeoutInMillis" if type == METHOD else "TimeoutInMillis", most))
            if limit is None or view.get("Integration/ResponseTransferMode") is not ABSENT or _in_background(view):
                continue
            for path, uri in view.values(prop):
                found = called(graph, view, uri)
                seconds = None if found is None else number(found.function.get("Timeout"))
                if (
                    found is None
                    or seconds is None
                    or seconds * 1_000 <= limit
                    or _works_elsewhere(graph, found.function)
                ):
                    continue
                yield Violation(
                    path, view=view, function=found.function.id, seconds=seconds, limit=f"{limit / 1_000:g}"
                )  # fmt: skip


def _in_background(view: View) -> bool:
    """Whether the caller does not wait for the function: the invocation is an event."""
    given = view.get("Integration/RequestParameters")
    return isinstance(given, dict) and any("x-amz-invocation-type" in str(name).lower() for name in given)


def _works_elsewhere(graph: Graph, function: View) -> bool:
    """Whether others than APIs call a function too, for whom it may need the time."""
    for permission in graph.kept(Permissions).of(function):
        if literal(permission.get("Principal")) != "apigateway.amazonaws.com":
            return True
    return any(
        (found := called(graph, view, view.get("FunctionName"))) is not None and found.function is function
        for view in graph.of("AWS::Lambda::EventSourceMapping")
    )


def _for_another(graph: Graph, permission: View, method: View) -> bool:
    """Whether a permission names another API of the graph than the method's."""
    found = graph.target(method, method.get("RestApiId"))
    named = [
        one.view for name in re.findall(r"\$\{([A-Za-z0-9]+)\}", spelled(permission.get("SourceArn")) or "")
        if (one := graph.target(permission, {"Ref": name})) is not None and one.view.type == API
    ]  # fmt: skip
    return found is not None and bool(named) and not any(one is found.view for one in named)


RULES: tuple[Rule, ...] = (
    Rule(
        "API010", (METHOD, CALL), "warning",
        "{function} may work for {seconds} seconds, and the API waits for {limit}: callers then get 504 Gateway Timeout, "
        "while the function goes on",
        scope="graph",
        check=_slower,
        fix="give the function no more time than the API, or answer at once and work in the background",
        source=f"{_GUIDE}, quotas (integration timeout); API Gateway V2 API Reference, CreateIntegration, timeoutInMillis",
        verified="docs",
        good=(
            app(F=_lasting(29), Get=get(Integration=A_CALL)), app(F=A_FUNCTION, Get=get(Integration=A_CALL)),
            app(F=_lasting(60), Get=get(Integration={**A_CALL, "TimeoutInMillis": {"Ref": "T"}})),
            app(F=_lasting(60), Get=get(Integration={**A_CALL, "ResponseTransferMode": "STREAM"})),
            app(F=_lasting(60), Get=get(Integration=A_CALL), Source=of(
                "AWS::Lambda::EventSourceMapping", FunctionName={"Ref": "F"},
                EventSourceArn="arn:aws:sqs:eu-west-1:123456789012:q",
            )),
        ),
        bad=(
            app(F=_lasting(30), Get=get(Integration=A_CALL)),
            app(F=_lasting(10), Get=get(Integration={**A_CALL, "TimeoutInMillis": 5_000})),
            app(F=_lasting(60), Call=of(CALL, ApiId="a", IntegrationType="AWS_PROXY", IntegrationUri={"Fn::GetAtt": ["F", "Arn"]},
                                        PayloadFormatVersion="2.0")),
        ),
    ),
    Rule(
        "API011", (METHOD, STAGE), "error",
        "{id} and {other} belong to different APIs",
        scope="graph",
        check=_belongs,
        fix="name one of the same API",
        source="API Gateway API Reference, PutMethod; CreateStage; CreateAuthorizer",
        good=(
            app(), app(Auth=A_TOKEN, Get=get(AuthorizationType="CUSTOM", AuthorizerId={"Ref": "Auth"})),
        ),
        bad=(
            app(Other=of(API, Name="b"), Stage=of(STAGE, RestApiId={"Ref": "Other"}, DeploymentId={"Ref": "Deployment"}, StageName="p")),
            app(Auth=A_TOKEN, Get=get(AuthorizationType="COGNITO_USER_POOLS", AuthorizerId={"Ref": "Auth"})),
        ),
    ),
    Rule(
        "API002", API, "error",
        "a private API says who may call it",
        scope="graph",
        check=_closed,
        source=f"{_GUIDE}, create a private API; API Gateway resource policies",
        verified="docs",
        good=app(Api=of(API, Name="a", EndpointConfiguration={"Types": ["PRIVATE"]}, Policy={"Statement": []})),
        bad=app(Api=of(API, Name="a", EndpointConfiguration={"Types": ["PRIVATE"]})),
    ),
    Rule(
        "API008", (METHOD, PLAN), "warning",
        "API keys work with a usage plan alone, which links a stage and keys",
        scope="graph",
        check=_keys,
        source=f"{_COURSE} (track and control usage by API key); {_GUIDE}, usage plans and API keys for REST APIs",
        verified="docs",
        good=app(Get=get(ApiKeyRequired=True), Plan=A_PLAN, Link=A_LINK),
        bad=(
            app(Get=get(ApiKeyRequired=True)), app(Plan=A_PLAN, Link=A_LINK), app(Plan=of(PLAN, UsagePlanName="x")),
            app(Get=get(ApiKeyRequired=True), Plan=A_PLAN, Key=of(API_KEY, Enabled=True)),
        ),
    ),
    Rule(
        "API013", METHOD, "warning",
        "browsers ask with OPTIONS before they sign in, so the method that answers them asks for nothing",
        scope="graph",
        check=_preflight,
        fix="set AuthorizationType: NONE and no ApiKeyRequired on the OPTIONS method",
        source=f"{_COURSE} (ensure that you have enabled CORS on API Gateway; CORS is enforced by the client); {_GUIDE}, CORS "
        "for REST APIs",
        verified="docs",
        good=app(
            Options=get(HttpMethod="OPTIONS", AuthorizationType="NONE"),
            Deployment={**of(DEPLOYMENT, RestApiId={"Ref": "Api"}), "DependsOn": ["Get", "Options"]},
        ),
        bad=(
            app(Options=get(HttpMethod="OPTIONS")),
            app(Options=get(HttpMethod="OPTIONS", AuthorizationType="NONE"), **path_of("Orders", "orders"),
                 Put=get(HttpMethod="PUT", ResourceId={"Ref": "Orders"})),
        ),
    ),
    Rule(
        "API015", (METHOD, ROUTE), "warning",
        "{id} is open to everyone",
        scope="graph",
        check=_open,
        fix="set AuthorizationType: AWS_IAM, CUSTOM or COGNITO_USER_POOLS, or say why it is open: public= on the construct, "
        "Metadata in a template",
        source=f'{_COURSE} (acts as a "front door"); API Gateway API Reference, PutMethod, authorizationType',
        good=(mock(), mock(AuthorizationType="NONE", ApiKeyRequired=True), mock(AuthorizationType="NONE", HttpMethod="OPTIONS")),
        bad=(mock(AuthorizationType="NONE"), {"RestApiId": "a", "ResourceId": "r", "HttpMethod": "GET"}),
    ),
    Rule(
        "API017", METHOD, "warning",
        "nothing lets API Gateway invoke {function}: calls get 500 Internal Server Error",
        scope="graph",
        check=_permitted,
        fix="add an AWS::Lambda::Permission with Principal apigateway.amazonaws.com and the API's ARN as SourceArn",
        source=f"{_COURSE} (run your code in response to HTTP requests); Lambda Developer Guide, invoking a Lambda function "
        "using an Amazon API Gateway endpoint, permissions",
        verified="docs",
        good=app(
            F=A_FUNCTION, Get=get(Integration=A_CALL),
            Let=of(PERMISSION, Action="lambda:InvokeFunction", FunctionName={"Ref": "F"}, Principal="apigateway.amazonaws.com"),
        ),
        bad=(
            app(F=A_FUNCTION, Get=get(Integration=A_CALL)),
            app(F=A_FUNCTION, Get=get(Integration=A_CALL), Other=of(API, Name="b"), Let=of(
                PERMISSION, Action="lambda:InvokeFunction", FunctionName={"Ref": "F"}, Principal="apigateway.amazonaws.com",
                SourceArn={"Fn::Sub": "arn:aws:execute-api:eu-west-1:123456789012:${Other}/*"},
            )),
            app(F=A_FUNCTION, Get=get(Integration=A_CALL),
                 Let=of(PERMISSION, Action="lambda:InvokeFunction", FunctionName={"Ref": "F"}, Principal="s3.amazonaws.com")),
        ),
    ),
)  # fmt: skip
