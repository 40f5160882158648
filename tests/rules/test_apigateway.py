"""What the rules about REST APIs leave alone, and what they say of whole templates."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.errors import Finding
from awsdeck.rules import Graph, View, check_graph, check_references, check_resource, check_update
from awsdeck.template import Template

API = "AWS::ApiGateway::RestApi"
METHOD = "AWS::ApiGateway::Method"
RESOURCE = "AWS::ApiGateway::Resource"
STAGE = "AWS::ApiGateway::Stage"
DEPLOYMENT = "AWS::ApiGateway::Deployment"
PLAN = "AWS::ApiGateway::UsagePlan"
ROOT = {"Fn::GetAtt": ["Api", "RootResourceId"]}


def of(type: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties}


def method(verb: str = "GET", **properties: Any) -> dict[str, Any]:
    given = {
        "RestApiId": {"Ref": "Api"}, "ResourceId": ROOT, "HttpMethod": verb, "AuthorizationType": "AWS_IAM",
        "Integration": {"Type": "MOCK"}, **properties,
    }  # fmt: skip
    return of(METHOD, **given)


def app(**more: Any) -> dict[str, Any]:
    resources = {
        "Api": of(API, Name="a"),
        "Get": method(),
        "Deployment": {**of(DEPLOYMENT, RestApiId={"Ref": "Api"}), "DependsOn": ["Get"]},
        "Stage": of(STAGE, RestApiId={"Ref": "Api"}, DeploymentId={"Ref": "Deployment"}, StageName="prod"),
        **more,
    }
    return {id: body for id, body in resources.items() if body is not None}


def graph(resources: dict[str, Any], *, region: str | None = None, **sections: Any) -> Graph:
    found = Graph(complete=True)
    found.add(Template.from_dict({**sections, "Resources": resources}, "shop"), region=region)
    return found


def said(resources: dict[str, Any], *, region: str | None = None, **sections: Any) -> dict[str, list[Finding]]:
    whole = graph(resources, region=region, **sections)
    findings = [found for view in whole for found in check_resource(view)]
    every: dict[str, list[Finding]] = {}
    for finding in (*findings, *check_graph(whole), *check_references(whole)):
        if finding.rule.startswith("API"):
            every.setdefault(finding.rule, []).append(finding)
    return every


def alone(type: str, **properties: Any) -> list[str]:
    view = View("It", type, of(type, **properties))
    return [finding.rule for finding in check_resource(view) if finding.rule.startswith("API")]


def test_a_plain_api_hears_that_nothing_is_logged_and_no_more() -> None:
    assert set(said(app())) == {"API014"}


@pytest.mark.parametrize(
    ("type", "properties"),
    [
        (API, {"Name": {"Ref": "Name"}}),
        (API, {"Body": {"Ref": "Body"}}),
        (API, {"Body": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://b/api.yaml"}}}}),
        (API, {"Body": {"openapi": {"Ref": "Version"}, "info": {}, "paths": {}}}),
        (API, {"Body": "swagger: '2.0'\ninfo: {}\npaths: {}\n"}),
        (API, {"BodyS3Location": {"Bucket": "b", "Key": "k"}}),
        (API, {"Name": "a", "EndpointConfiguration": {"Types": [{"Ref": "Kind"}], "VpcEndpointIds": ["vpce-1"]}}),
        (API, {"Name": "a", "EndpointConfiguration": {"Ref": "Whole"}}),
        (API, {"Name": "a", "MinimumCompressionSize": {"Ref": "Size"}}),
        (STAGE, {"StageName": {"Ref": "Name"}, "AccessLogSetting": {"Format": "x"}}),
        (STAGE, {"StageName": "p", "MethodSettings": {"Ref": "Settings"}}),
        (STAGE, {
            "StageName": "p", "CacheClusterEnabled": {"Ref": "On"}, "CacheClusterSize": {"Ref": "Size"},
            "MethodSettings": [{"CachingEnabled": True, "CacheTtlInSeconds": {"Ref": "Ttl"}, "LoggingLevel": {"Ref": "L"}}],
        }),
        (PLAN, {"Quota": {"Limit": {"Ref": "L"}, "Period": {"Ref": "P"}, "Offset": 27}}),
        (METHOD, {"Integration": {"Ref": "I"}, "AuthorizationType": "AWS_IAM"}),
        (METHOD, {"Integration": {"Type": {"Ref": "T"}}, "AuthorizationType": "AWS_IAM"}),
        (METHOD, {"AuthorizationType": {"Ref": "T"}, "AuthorizerId": "x", "Integration": {"Type": "MOCK"}}),
        (RESOURCE, {"PathPart": {"Fn::Sub": "${Name}-x"}, "ParentId": "r"}),
    ],
)  # fmt: skip
def test_what_only_the_deploy_knows_is_left_alone(type: str, properties: dict[str, Any]) -> None:
    assert alone(type, **{**({"RestApiId": "a"} if type not in (API, PLAN) else {}), **properties}) == []


def test_both_branches_of_a_condition_are_held_against_the_cache_sizes() -> None:
    size = {"Fn::If": ["Big", "6.1", "7"]}
    given = {"RestApiId": "a", "StageName": "p", "CacheClusterEnabled": True, "CacheClusterSize": size}
    assert "API004" in alone(STAGE, **given)


def test_an_account_begins_with_less_in_younger_regions() -> None:
    settings = [{"HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": 3_000}]
    stage = of(
        STAGE, RestApiId={"Ref": "Api"}, DeploymentId={"Ref": "Deployment"}, StageName="p", MethodSettings=settings
    )
    assert "API006" not in said(app(Stage=stage), region="eu-west-1")
    (finding,) = said(app(Stage=stage), region="ca-west-1")["API006"]
    assert finding.severity == "warning"
    assert "2,500" in finding.message


@pytest.mark.parametrize(
    "body",
    [
        {"Type": "AWS", "IntegrationHttpMethod": "POST", "Uri": {"Fn::Sub": "arn:aws:apigateway:${R}:sqs:action/X"}},
        {"Type": "AWS", "IntegrationHttpMethod": "POST", "Uri": {"Fn::GetAtt": ["F", "Arn"]}},
        {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": {"Fn::Sub": "${Whole}/x"}},
        {"Type": "HTTP_PROXY", "IntegrationHttpMethod": "GET", "Uri": "http://${stageVariables.host}"},
        {"Type": "HTTP_PROXY", "IntegrationHttpMethod": "GET", "IntegrationTarget": "x", "ConnectionType": "INTERNET"},
        {"Type": "MOCK", "TimeoutInMillis": 29_000},
    ],
)
def test_integrations_that_api_gateway_takes_are_left_alone(body: dict[str, Any]) -> None:
    found = alone(
        METHOD, RestApiId="a", ResourceId="r", HttpMethod="GET", AuthorizationType="AWS_IAM", Integration=body
    )
    assert found == []


def test_a_long_wait_is_an_error_where_nobody_can_raise_it() -> None:
    slow = method(Integration={"Type": "MOCK", "TimeoutInMillis": 60_000})
    edge = of(API, Name="a", EndpointConfiguration={"Types": ["EDGE"]})
    assert {one.severity for one in said(app(Get=slow))["API010"]} == {"warning"}
    assert "error" in [one.severity for one in said(app(Get=slow, Api=edge))["API010"]]
    assert "error" in [one.severity for one in said(app(Get=slow), region="eu-west-1")["API010"]]  # EDGE by default
    assert {one.severity for one in said(app(Get=slow), region="cn-north-1")["API010"]} == {"warning"}
    regional = of(API, Name="a", EndpointConfiguration={"Types": ["REGIONAL"]})
    assert {one.severity for one in said(app(Get=slow, Api=regional), region="eu-west-1")["API010"]} == {"warning"}


def test_methods_behind_a_policy_or_a_vpc_are_not_open_to_everyone() -> None:
    plain = method(AuthorizationType="NONE")
    policy = {"Version": "2012-10-17", "Statement": []}
    assert "API015" in said(app(Get=plain))
    assert "API015" not in said(app(Get=plain, Api=of(API, Name="a", Policy=policy)))
    private = of(API, Name="a", Policy=policy, EndpointConfiguration={"Types": ["PRIVATE"]})
    assert "API015" not in said(app(Get=plain, Api=private))


def test_a_deployment_that_reaches_its_methods_by_way_of_others_is_late_for_none() -> None:
    waits = {**of("AWS::CloudFormation::WaitConditionHandle"), "DependsOn": "Get"}
    assert "API012" not in said(
        app(Handle=waits, Deployment={**of(DEPLOYMENT, RestApiId={"Ref": "Api"}), "DependsOn": "Handle"})
    )


def test_a_deployment_of_a_definition_or_of_an_api_elsewhere_needs_no_methods() -> None:
    body = {"swagger": "2.0", "info": {}, "paths": {}}
    assert "API012" not in said(
        app(Api=of(API, Body=body), Get=None, Deployment=of(DEPLOYMENT, RestApiId={"Ref": "Api"}))
    )
    assert "API012" not in said({"D": of(DEPLOYMENT, RestApiId={"Fn::ImportValue": "api"})})


def test_stages_of_one_name_under_conditions_that_exclude_each_other_are_fine() -> None:
    conditions = {
        "Live": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
        "Dead": {"Fn::Not": [{"Condition": "Live"}]},
    }
    stage = app()["Stage"]
    found = said(app(Stage={**stage, "Condition": "Live"}, Other={**stage, "Condition": "Dead"}), Conditions=conditions)
    assert "API003" not in found


def test_a_stage_of_one_name_in_two_apis_is_fine() -> None:
    other = {
        "Second": of(API, Name="b"),
        "Post": method(RestApiId={"Ref": "Second"}, ResourceId={"Fn::GetAtt": ["Second", "RootResourceId"]}),
        "Again": {**of(DEPLOYMENT, RestApiId={"Ref": "Second"}), "DependsOn": "Post"},
        "Next": of(STAGE, RestApiId={"Ref": "Second"}, DeploymentId={"Ref": "Again"}, StageName="prod"),
    }
    assert set(said(app(**other))) == {"API014"}


def test_keys_are_left_alone_where_plans_may_be_elsewhere() -> None:
    keyed = method(ApiKeyRequired=True)
    plan = of(PLAN, ApiStages=[{"ApiId": {"Ref": "Parameter"}, "Stage": "prod"}])
    assert "API008" not in said(app(Get=keyed, Plan=plan))
    assert "API008" not in said({"Get": method(ApiKeyRequired=True, RestApiId="a", ResourceId="r")})
    body = of(API, Body={"swagger": "2.0", "info": {}, "paths": {}})
    covered = of(PLAN, ApiStages=[{"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Stage"}}])
    assert "API008" not in said(app(Api=body, Get=None, Plan=covered))


def test_a_function_that_a_role_invokes_or_everybody_may_needs_no_permission_more() -> None:
    function = of("AWS::Lambda::Function", Role="r", Code={"ZipFile": "x"})
    uri = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}
    call = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri}
    permission = {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "F"}}
    assert "API017" in said(app(F=function, Get=method(Integration=call)))
    with_role = method(Integration={**call, "Credentials": "arn:aws:iam::123456789012:role/r"})
    assert "API017" not in said(app(F=function, Get=with_role))
    for principal in ("*", "apigateway.amazonaws.com", {"Ref": "Who"}):
        let = of("AWS::Lambda::Permission", **permission, Principal=principal)
        assert "API017" not in said(app(F=function, Get=method(Integration=call), Let=let))
    named = of("AWS::Lambda::Permission", Action="lambda:InvokeFunction", FunctionName={"Ref": "Any"}, Principal="x")
    assert "API017" not in said(app(F=function, Get=method(Integration=call), Let=named))


def test_variables_and_words_may_stand_side_by_side_and_one_variable_below_each() -> None:
    def path(part: str, parent: Any) -> dict[str, Any]:
        return of(RESOURCE, RestApiId={"Ref": "Api"}, ParentId=parent, PathPart=part)

    found = said(
        app(
            A=path("a", ROOT), B=path("{x}", ROOT), C=path("{y}", {"Ref": "A"}), D=path("{z}", {"Ref": "B"}),
            E=path("{w}", {"Ref": "Parent"}),
        )
    )  # fmt: skip
    assert "API019" not in found


def test_one_verb_for_two_paths_is_fine_and_any_beside_get_too() -> None:
    orders = of(RESOURCE, RestApiId={"Ref": "Api"}, ParentId=ROOT, PathPart="orders")
    found = said(app(Orders=orders, Also=method(ResourceId={"Ref": "Orders"}), Any=method("ANY")))
    assert "API024" not in found
    assert "API022" not in found


def test_browsers_ask_the_backend_where_any_is_passed_on() -> None:
    options = method("OPTIONS", AuthorizationType="NONE")
    orders = of(RESOURCE, RestApiId={"Ref": "Api"}, ParentId=ROOT, PathPart="orders")
    proxy = {"Type": "HTTP_PROXY", "IntegrationHttpMethod": "ANY", "Uri": "https://example.com"}
    passed = method("ANY", ResourceId={"Ref": "Orders"}, Integration=proxy)
    assert "API013" not in said(app(Options=options, Orders=orders, Put=passed))
    assert "API013" in said(app(Options=options, Orders=orders, Put=method("PUT", ResourceId={"Ref": "Orders"})))


def test_a_deployment_may_stay_when_only_its_stages_or_descriptions_change() -> None:
    def moved(after: dict[str, Any], before: dict[str, Any] | None = None) -> set[str]:
        return {one.rule for one in check_update(graph(before or app()), graph(after)) if one.rule == "UPD028"}

    assert moved(app(Api=of(API, Name="a", Description="x"))) == set()
    assert (
        moved(app(Stage={**app()["Stage"], "Properties": {**app()["Stage"]["Properties"], "TracingEnabled": True}}))
        == set()
    )
    assert moved(app(Api=of(API, Name="a", BinaryMediaTypes=["image/png"]))) == {"UPD028"}
    assert moved(app(Post=method("POST"))) == {"UPD028"}
    later = app(Post=method("POST"), Deployment=None, Later=of(DEPLOYMENT, RestApiId={"Ref": "Api"}))
    assert moved(later) == set()
    unknown = app(Get=method(OperationName={"Ref": "P"}))
    assert moved(unknown, app(Get=method(OperationName={"Ref": "P"}))) == set()


@pytest.mark.parametrize(
    ("type", "properties"),
    [
        ("Authorizer", {"Name": "n", "AuthorizerType": {"Ref": "Kind"}}),
        (
            "Authorizer",
            {"Name": "n", "AuthorizerType": "JWT", "JwtConfiguration": {"Ref": "C"}, "IdentitySource": {"Ref": "S"}},
        ),
        ("Route", {"RouteKey": "GET /a", "Target": {"Fn::Join": ["/", ["integrations", {"Ref": "I"}]]}}),
        ("Route", {"RouteKey": "GET /a", "Target": "integrations/x", "AuthorizationType": {"Ref": "T"}}),
        ("Api", {"Name": "a", "CorsConfiguration": {"AllowOrigins": [{"Ref": "O"}], "AllowCredentials": True}}),
        ("Api", {"Name": "a", "CorsConfiguration": {"AllowOrigins": ["*"], "AllowCredentials": {"Ref": "C"}}}),
    ],
)
def test_of_http_apis_too_what_only_the_deploy_knows_is_left_alone(type: str, properties: dict[str, Any]) -> None:
    assert alone(f"AWS::ApiGatewayV2::{type}", **properties) == []


def test_routes_of_websocket_apis_are_not_asked_who_may_call() -> None:
    route = of("AWS::ApiGatewayV2::Route", ApiId={"Ref": "Socket"}, RouteKey="$connect", Target="integrations/x")
    socket = of(
        "AWS::ApiGatewayV2::Api", Name="a", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )
    assert "API015" not in said({"Socket": socket, "Connect": route})
    assert "API015" in said({"Socket": of("AWS::ApiGatewayV2::Api", Name="a", ProtocolType="HTTP"), "Connect": route})


FUNCTION = "AWS::Lambda::Function"


def lasting(seconds: Any) -> dict[str, Any]:
    return of(
        FUNCTION, Role="arn:aws:iam::123456789012:role/r", Code={"ZipFile": "x"}, Handler="index.h", Runtime="python3.13",
        Timeout=seconds,
    )  # fmt: skip


def calling(id: str = "F", **integration: Any) -> dict[str, Any]:
    uri = f"arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{id}.Arn}}/invocations"
    return method(
        Integration={"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": {"Fn::Sub": uri}, **integration}
    )


def permission(principal: str) -> dict[str, Any]:
    return of("AWS::Lambda::Permission", Action="lambda:InvokeFunction", FunctionName={"Ref": "F"}, Principal=principal)


def test_a_function_that_outlasts_the_api_is_told_unless_others_call_it_or_nobody_waits() -> None:
    def told(**resources: Any) -> bool:
        return "API010" in said(app(**{"F": lasting(60), "Get": calling(), **resources}))

    assert told()
    assert told(Let=permission("apigateway.amazonaws.com"))
    assert not told(F=lasting(29))
    assert not told(F=lasting({"Ref": "Seconds"}))
    assert not told(Let=permission("events.amazonaws.com"))
    assert not told(Get=calling(TimeoutInMillis={"Ref": "Wait"}))
    assert not told(Get=calling(ResponseTransferMode="STREAM"))
    event = {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
    assert not told(Get=calling(Type="AWS", RequestParameters=event))


def test_a_method_that_moves_to_another_function_needs_another_deployment() -> None:
    two = {"F": lasting(3), "G": lasting(3)}

    def moved(before: dict[str, Any], after: dict[str, Any]) -> bool:
        return "UPD028" in {one.rule for one in check_update(graph(app(**two, **before)), graph(app(**two, **after)))}

    assert moved({"Get": calling("F")}, {"Get": calling("G")})
    assert not moved({"Get": calling("F")}, {"Get": calling("F")})
    swagger = {"swagger": "2.0", "info": {"title": "a"}, "paths": {"/a": {"get": {"summary": "x"}}}}
    other = {**swagger, "info": {"title": "b"}, "paths": {"/a": {"get": {"summary": "y"}}}}
    assert not moved({"Api": of(API, Body=swagger)}, {"Api": of(API, Body=other)})
    assert moved({"Api": of(API, Body=swagger)}, {"Api": of(API, Body={**swagger, "paths": {"/b": {"get": {}}}})})


@pytest.mark.parametrize(
    ("type", "properties"),
    [
        (API, {"Body": {"openapi": "3.0.1", "info": {}, "paths": {"Fn::Transform": {"Name": "AWS::Include"}}}}),
        (API, {"Body": {"openapi": "3.0.1", "info": {}, "paths": {"/a": {"get": {"operationId": {"Ref": "Id"}}}}}}),
        (
            API,
            {
                "Body": {
                    "openapi": "3.0.1",
                    "info": {},
                    "components": {"schemas": {"Fn::Transform": {"Name": "AWS::Include"}}},
                    "paths": {"/a": {"parameters": [], "get": {"x": {"$ref": "#/components/schemas/Order"}}}},
                }
            },
        ),
        ("AWS::ApiGateway::VpcLink", {"Name": "l", "TargetArns": [{"Ref": "Balancer"}]}),
        ("AWS::ApiGateway::Model", {"RestApiId": "a", "ContentType": "application/json", "Name": {"Ref": "Name"}}),
        ("AWS::ApiGateway::ApiKey", {"Value": {"Ref": "Key"}}),
    ],
)
def test_of_definitions_links_models_and_keys_what_only_the_deploy_knows_is_left_alone(
    type: str, properties: dict[str, Any]
) -> None:
    assert alone(type, **properties) == []


def test_a_permission_for_this_api_or_for_one_that_is_not_known_lets_it_call() -> None:
    def told(source: Any) -> bool:
        let = permission("apigateway.amazonaws.com")
        let["Properties"]["SourceArn"] = source
        return "API017" in said(app(F=lasting(3), Get=calling(), Let=let, Other=of(API, Name="b")))

    assert told({"Fn::Sub": "arn:aws:execute-api:eu-west-1:123456789012:${Other}/*/*"})
    assert not told({"Fn::Sub": "arn:aws:execute-api:eu-west-1:123456789012:${Api}/*/*"})
    assert not told({"Fn::Sub": "arn:aws:execute-api:eu-west-1:123456789012:${Id}/*/*"})
    assert not told({"Fn::Join": ["", ["arn:aws:execute-api:eu-west-1:123456789012:", {"Ref": "Api"}, "/*"]]})
