"""HTTP APIs: routes, who may call, what API Gateway answers by itself."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    App,
    ConstraintError,
    ConstructError,
    Cors,
    HttpApi,
    IAMRole,
    JwtAuthorizer,
    LambdaFunction,
    Principal,
    Stack,
    Throttle,
    UserPool,
    inline,
)
from awsdeck.synth import synthesize

EXECUTE = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def function(stack: Stack) -> LambdaFunction:
    return LambdaFunction(stack, "F", code=inline("def handler(e, c):\n    return 1\n"), runtime="python3.13")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def test_routes_lead_to_a_function_through_one_integration(stack: Stack, function: LambdaFunction) -> None:
    HttpApi(
        stack, "Api", routes={"GET /a/{id}": function, "ANY /b/{proxy+}": function, "$default": function}, auth="iam"
    )
    made = resources(stack)
    (integration,) = (body for body in made.values() if body["Type"] == "AWS::ApiGatewayV2::Integration")
    assert integration["Properties"] == {
        "ApiId": {"Ref": "Api"}, "IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0",
        "IntegrationUri": {"Fn::GetAtt": ["F", "Arn"]},
    }  # fmt: skip
    assert made["ApiGETAId"]["Properties"] == {
        "ApiId": {"Ref": "Api"}, "RouteKey": "GET /a/{id}", "AuthorizationType": "AWS_IAM",
        "Target": {"Fn::Sub": "integrations/${ApiIntegration1}"},
    }  # fmt: skip
    sources = [body["Properties"]["SourceArn"] for body in made.values() if body["Type"] == "AWS::Lambda::Permission"]
    assert sources == [
        {"Fn::Sub": f"{EXECUTE}/GET/a/*"}, {"Fn::Sub": f"{EXECUTE}/*/b/*"}, {"Fn::Sub": f"{EXECUTE}/$default"},
    ]  # fmt: skip
    assert made["ApiStage"]["Properties"] == {"ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": True}


def test_a_web_server_is_passed_requests_on(stack: Stack) -> None:
    HttpApi(stack, "Api", routes={"GET /x": "https://example.com/x"}, auth="iam")
    assert resources(stack)["ApiIntegration1"]["Properties"] == {
        "ApiId": {"Ref": "Api"}, "IntegrationType": "HTTP_PROXY", "IntegrationMethod": "GET",
        "IntegrationUri": "https://example.com/x", "PayloadFormatVersion": "1.0",
    }  # fmt: skip


def test_users_of_a_pool_bring_tokens_made_for_its_clients(stack: Stack, function: LambdaFunction) -> None:
    pool = UserPool(stack, "Users")
    auth = JwtAuthorizer.cognito(pool, pool.client("Web"))
    HttpApi(stack, "Api", routes={"GET /a": function, "GET /health": function}, auth=auth, open_routes=["GET /health"])
    made = resources(stack)
    assert made["ApiAuthorizer"]["Properties"]["JwtConfiguration"] == {
        "Issuer": {"Fn::GetAtt": ["Users", "ProviderURL"]}, "Audience": [{"Ref": "UsersWeb"}],
    }  # fmt: skip
    assert made["ApiGETA"]["Properties"]["AuthorizerId"] == {"Ref": "ApiAuthorizer"}
    assert made["ApiGETHealth"]["Properties"]["AuthorizationType"] == "NONE"
    warned = [one.resource for one in stack.node.root_app.findings if one.rule == "API015"]
    assert warned == ["ApiGETHealth"]


def test_everybody_may_call_when_a_reason_is_given(stack: Stack, function: LambdaFunction) -> None:
    HttpApi(stack, "Api", routes={"GET /a": function}, public="a price list")
    synthesize(stack.node.root_app)
    assert "API015" not in {one.rule for one in stack.node.root_app.findings}


def test_browsers_are_answered_and_requests_throttled_and_logged(stack: Stack, function: LambdaFunction) -> None:
    HttpApi(
        stack, "Api", routes={"GET /a": function, "PUT /a": function}, auth="iam", throttle=Throttle(10, 5), access_log=True,
        cors=Cors(["https://x.example", "https://y.example"], max_age=60), variables={"a": "b"},
    )  # fmt: skip
    made = resources(stack)
    cors = made["Api"]["Properties"]["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["https://x.example", "https://y.example"]
    assert cors["AllowMethods"] == ["GET", "PUT", "OPTIONS"]
    stage = made["ApiStage"]["Properties"]
    assert stage["DefaultRouteSettings"] == {"ThrottlingRateLimit": 10, "ThrottlingBurstLimit": 5}
    assert stage["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": ["ApiLogs", "Arn"]}
    assert "$context.routeKey" in stage["AccessLogSettings"]["Format"]


def test_roles_are_let_call_and_nobody_else(stack: Stack, function: LambdaFunction) -> None:
    api = HttpApi(stack, "Api", routes={"GET /a": function}, auth="iam")
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    api.grant_invoke(role, "GET", "/a")
    (one,) = resources(stack)["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert one["Resource"] == {"Fn::Sub": f"{EXECUTE}/GET/a"}
    with pytest.raises(ConstructError, match="no policy of their own"):
        api.grant_invoke(Principal.account("123456789012"))  # type: ignore[arg-type]
    assert api.metric("5xx").statistic == "Sum"


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        ({}, "has no routes"),
        ({"GET a": "https://example.com"}, "begins with a slash"),
        ({"GET /a": "example.com"}, "is no web address"),
        ({"GET /a": 5}, "takes an Invocable or a LambdaVersion or text, not 5"),
    ],
)
def test_a_table_that_cannot_be_is_refused(stack: Stack, routes: Any, said: str) -> None:
    with pytest.raises(ConstructError, match=said) as caught:
        HttpApi(stack, "Api", routes=routes)
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


def test_tokens_for_nobody_and_open_routes_that_are_not_there_are_refused(
    stack: Stack, function: LambdaFunction
) -> None:
    with pytest.raises(ConstructError, match="made for somebody"):
        JwtAuthorizer("https://login.example.com", [])
    with pytest.raises(ConstructError, match="names 'GET /b', which is no route"):
        HttpApi(stack, "Api", routes={"GET /a": function}, open_routes=["GET /b"])


def test_a_wrong_rate_is_told_at_the_users_line(stack: Stack, function: LambdaFunction) -> None:
    with pytest.raises(ConstraintError) as caught:
        HttpApi(stack, "Api", routes={"GET /a": function}, throttle=Throttle("fast"))  # type: ignore[arg-type]
    assert caught.value.findings[0].file == __file__


def test_credentials_for_all_origins_are_warned_about(stack: Stack, function: LambdaFunction) -> None:
    HttpApi(stack, "Api", routes={"GET /a": function}, cors=Cors(["*"], credentials=True))
    assert "API027" in {one.rule for one in stack.node.root_app.findings}
