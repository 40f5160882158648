"""REST APIs: the table, what each target takes, stages, plans, names, files, and when a deployment is made anew."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

import awsdeck
from awsdeck import (
    ApiAccount,
    ApiCache,
    ApiCanary,
    ApiKey,
    ApiModel,
    App,
    Authorizer,
    Certificate,
    ConstraintError,
    ConstructError,
    Cors,
    DynamoDBTable,
    HttpApi,
    IAMRole,
    JwtAuthorizer,
    KMSKey,
    LambdaFunction,
    MethodSettings,
    Parameter,
    Principal,
    RestApi,
    SNSTopic,
    SQSQueue,
    Stack,
    StateMachine,
    Throttle,
    UserPool,
    VpcLink,
    call_service,
    call_table,
    http,
    inline,
    invoke,
    mock,
    publish_message,
    route,
    send_message,
    soap,
    states,
)
from awsdeck.cfn import apigateway
from awsdeck.errors import DeckError
from awsdeck.synth import synthesize

CODE = "def handler(event, context):\n    return 1\n"


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def function(stack: Stack) -> LambdaFunction:
    return made_function(stack)


def made_function(stack: Stack, id: str = "F", text: str = CODE) -> LambdaFunction:
    return LambdaFunction(stack, id, code=inline(text), runtime="python3.13")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def properties(stack: Stack, id: str) -> dict[str, Any]:
    found: dict[str, Any] = resources(stack)[id]["Properties"]
    return found


def deployment(stack: Stack) -> str:
    (id,) = (id for id, body in resources(stack).items() if body["Type"] == "AWS::ApiGateway::Deployment")
    return id


def statements(stack: Stack, id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = properties(stack, id)["PolicyDocument"]["Statement"]
    return found


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    return {finding.rule for finding in caught.value.findings}


PING = {"GET /ping": mock({"ok": True})}
URI = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"
EXECUTE = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}"


# The table


def test_a_function_is_invoked_whole_and_by_this_method_and_path_alone(stack: Stack, function: LambdaFunction) -> None:
    RestApi(stack, "Api", routes={"GET /orders/{id}": function, "ANY /all/{proxy+}": function})
    made = resources(stack)
    assert made["ApiGETOrdersId"]["Properties"]["Integration"] == {
        "Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": {"Fn::Sub": URI},
    }  # fmt: skip
    assert made["ApiGETOrdersIdPermission"]["Properties"] == {
        "Action": "lambda:InvokeFunction", "FunctionName": {"Fn::GetAtt": ["F", "Arn"]},
        "Principal": "apigateway.amazonaws.com", "SourceArn": {"Fn::Sub": f"{EXECUTE}/*/GET/orders/*"},
    }  # fmt: skip
    assert made["ApiANYAllProxyPermission"]["Properties"]["SourceArn"] == {"Fn::Sub": f"{EXECUTE}/*/*/all/*"}
    assert made["ApiPathOrdersId"]["Properties"] == {
        "RestApiId": {"Ref": "Api"}, "ParentId": {"Ref": "ApiPathOrders"}, "PathPart": "{id}",
    }  # fmt: skip


def test_the_deployment_waits_for_every_method_and_the_stage_shows_it(stack: Stack) -> None:
    api = RestApi(stack, "Api", routes=PING)
    api.add_route("GET /", mock())
    made = resources(stack)
    assert made[deployment(stack)]["DependsOn"] == ["ApiGET", "ApiGETPing"]
    assert made["ApiStage"]["Properties"] == {
        "RestApiId": {"Ref": "Api"}, "StageName": "prod",
        "DeploymentId": {"Fn::GetAtt": [deployment(stack), "DeploymentId"]},
    }  # fmt: skip
    assert made["Api"]["Properties"] == {"Name": "Api", "EndpointConfiguration": {"Types": ["REGIONAL"]}}
    assert made["ApiGET"]["Properties"]["ResourceId"] == {"Fn::GetAtt": ["Api", "RootResourceId"]}


def test_aliases_and_versions_are_targets_too(stack: Stack, function: LambdaFunction) -> None:
    RestApi(stack, "Api", routes={"GET /a": function.alias("live"), "GET /v": function.version()})
    made = resources(stack)
    assert made["ApiGETAPermission"]["Properties"]["FunctionName"] == {"Ref": "FLive"}
    version = made["ApiGETVPermission"]["Properties"]["FunctionName"]["Ref"]
    assert made[version]["Type"] == "AWS::Lambda::Version"
    assert f"functions/${{{version}}}/" in made["ApiGETV"]["Properties"]["Integration"]["Uri"]["Fn::Sub"]


def test_a_function_of_another_stack_closes_no_circle() -> None:
    app = App()
    work, front = Stack(app, "work", region="eu-west-1"), Stack(app, "front", region="eu-west-1")
    RestApi(front, "Api", routes={"GET /a": made_function(work)})
    found = synthesize(app)
    assert list(found["front"].dependencies) == ["work"]
    assert "ApiGETAPermission" in found["front"].template["Resources"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["GET /a", "get /a"], "'get /a' is there twice, the other one as 'GET /a'"),
        (["FETCH /a"], "FETCH is no method"),
        (["GET"], "'GET' is not a method and a path"),
        (["GET a"], "a path begins with a slash"),
        (["GET /a/"], "none at its end"),
        (["GET /a//b"], "one between its parts"),
        (["GET /{id}.html"], "'{id}.html' cannot be part of a path"),
        (["GET /{rest+}/x"], "{rest+} takes all that follows, so it is the last part"),
        (["GET /{a}/x/{a}"], "{a} is there twice"),
        (["GET /o/{id}", "POST /o/{order}/x"], "'POST /o/{order}/x' has {order} where 'GET /o/{id}' has {id}"),
        (["GET /o/{id}", "ANY /o/{proxy+}"], "below /o there is one variable"),
    ],
)
def test_a_row_that_cannot_be_is_told_at_the_users_line(stack: Stack, rows: list[str], said: str) -> None:
    with pytest.raises(ConstructError) as caught:
        RestApi(stack, "Api", routes={row: mock() for row in rows})
    assert said in caught.value.message
    assert caught.value.place is not None
    assert caught.value.place.file == __file__
    assert "GET /orders/{id}" in str(caught.value.fix)


def test_several_wrong_rows_are_told_at_once(stack: Stack) -> None:
    with pytest.raises(ConstructError) as caught:
        RestApi(stack, "Api", routes={"FETCH /a": mock(), "GET b": mock(), "GET /c": mock()})
    assert len(caught.value.message.splitlines()) == 2


def test_a_row_added_later_is_held_against_the_others(stack: Stack) -> None:
    api = RestApi(stack, "Api", routes={"GET /o/{id}": mock()})
    with pytest.raises(ConstructError, match=r"where 'GET /o/\{id\}' has \{id\}"):
        api.add_route("GET /o/{order}/x", mock())


@pytest.mark.parametrize("target", [5, None, object()])
def test_what_is_no_target_is_refused_by_name(stack: Stack, target: Any) -> None:
    with pytest.raises(ConstructError, match="GET /a leads to a "):
        RestApi(stack, "Api", routes={"GET /a": target})


def test_an_api_without_methods_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="without methods cannot be deployed"):
        RestApi(stack, "Api")


# Targets


def test_a_queue_takes_bodies_through_a_role_that_may_send_to_it_alone(stack: Stack) -> None:
    RestApi(stack, "Api", routes={"POST /jobs": SQSQueue(stack, "Q")})
    made = properties(stack, "ApiPOSTJobs")["Integration"]
    assert made["Uri"] == {
        "Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/${Q.QueueName}"
    }
    assert made["RequestTemplates"]["application/json"] == "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
    assert made["PassthroughBehavior"] == "NEVER"
    assert made["Credentials"] == {"Fn::GetAtt": ["ApiPOSTJobsRole", "Arn"]}
    assert statements(stack, "ApiPOSTJobsRolePolicy") == [
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Q", "Arn"]}}
    ]
    trust = properties(stack, "ApiPOSTJobsRole")["AssumeRolePolicyDocument"]["Statement"]
    assert [one["Principal"] for one in trust] == [{"Service": "apigateway.amazonaws.com"}]


def test_an_encrypted_queue_lets_the_role_use_its_key(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    RestApi(stack, "Api", routes={"POST /jobs": SQSQueue(stack, "Q", encryption="kms", key=key)})
    (used,) = [one for one in statements(stack, "ApiPOSTJobsRolePolicy") if one["Action"] != "sqs:SendMessage"]
    assert used["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert used["Resource"] == {"Fn::GetAtt": ["Key", "Arn"]}


def test_a_fifo_queue_takes_a_group_from_the_request(stack: Stack) -> None:
    queue = SQSQueue(stack, "Q", fifo=True)
    with pytest.raises(ConstructError, match="messages need a group"):
        send_message(queue)
    RestApi(stack, "Api", routes={"POST /j/{c}": send_message(queue, group="$input.params('c')", deduplication="x")})
    text = properties(stack, "ApiPOSTJC")["Integration"]["RequestTemplates"]["application/json"]
    assert text.endswith(
        "&MessageGroupId=$util.urlEncode($input.params('c'))&MessageDeduplicationId=$util.urlEncode('x')"
    )


def test_an_existing_queue_is_named_by_its_own_account_and_region(stack: Stack) -> None:
    queue = SQSQueue.from_arn(stack, "Q", "arn:aws:sqs:eu-central-1:210987654321:jobs")
    RestApi(stack, "Api", routes={"POST /jobs": queue})
    assert properties(stack, "ApiPOSTJobs")["Integration"]["Uri"] == {
        "Fn::Sub": "arn:${AWS::Partition}:apigateway:eu-central-1:sqs:path/210987654321/jobs"
    }


def test_a_topic_takes_bodies_and_its_role_may_publish_to_it_alone(stack: Stack) -> None:
    topic = SNSTopic(stack, "T")
    RestApi(stack, "Api", routes={"POST /news": publish_message(topic, subject="news")})
    assert statements(stack, "ApiPOSTNewsRolePolicy") == [
        {"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "T"}}
    ]
    text = properties(stack, "ApiPOSTNews")["Integration"]["RequestTemplates"]["application/json"]["Fn::Sub"]
    assert "TopicArn=$util.urlEncode('${T}')" in text
    assert text.endswith("&Subject=$util.urlEncode('news')")


def test_a_fifo_topic_is_not_published_to_without_a_group(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="first-in-first-out"):
        publish_message(SNSTopic(stack, "Fifo", fifo=True))


def test_a_table_is_called_without_a_function_with_one_action(stack: Stack) -> None:
    table = DynamoDBTable(stack, "Table", partition_key="id", billing="on-demand")
    RestApi(
        stack,
        "Api",
        routes={"GET /o/{id}": call_table(table, "GetItem", {"Key": {"id": {"S": "$input.params('id')"}}})},
    )
    made = properties(stack, "ApiGETOId")["Integration"]
    text = made["RequestTemplates"]["application/json"]["Fn::Sub"].replace("${Table}", "orders")
    assert json.loads(text) == {"TableName": "orders", "Key": {"id": {"S": "$input.params('id')"}}}
    assert statements(stack, "ApiGETOIdRolePolicy") == [
        {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": {"Fn::GetAtt": ["Table", "Arn"]}}
    ]


def test_a_query_of_an_index_may_read_that_index_alone(stack: Stack) -> None:
    table = DynamoDBTable(stack, "Table", partition_key="id", billing="on-demand")
    RestApi(stack, "Api", routes={"GET /o": call_table(table, "Query", {"IndexName": "by-day"})})
    (one,) = statements(stack, "ApiGETORolePolicy")
    assert one["Resource"] == {"Fn::Sub": "${Table.Arn}/index/by-day"}


def test_a_web_server_gets_the_variables_of_the_path(stack: Stack) -> None:
    RestApi(stack, "Api", routes={"ANY /x/{proxy+}": "https://example.com/{proxy}"})
    made = properties(stack, "ApiANYXProxy")
    assert made["Integration"] == {
        "Type": "HTTP_PROXY", "IntegrationHttpMethod": "ANY", "Uri": "https://example.com/{proxy}",
        "PassthroughBehavior": "WHEN_NO_MATCH",
        "RequestParameters": {"integration.request.path.proxy": "method.request.path.proxy"},
    }  # fmt: skip
    assert made["RequestParameters"] == {"method.request.path.proxy": True}
    with pytest.raises(ConstructError, match="is no web address"):
        http("example.com")


def test_soap_is_posted_on_unchanged_and_its_xml_is_not_checked_as_json(stack: Stack) -> None:
    api = RestApi(stack, "Api", routes={"POST /soap": soap("https://example.com/soap")}, binary=["text/xml"])
    made = properties(stack, "ApiPOSTSoap")["Integration"]
    assert (made["Type"], made["IntegrationHttpMethod"]) == ("HTTP_PROXY", "POST")
    assert "API016" in {finding.rule for finding in api.node.root_app.findings}


def test_a_server_inside_a_vpc_is_reached_through_a_link(stack: Stack) -> None:
    arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/inner/1234567890123456"
    link = VpcLink(stack, "Link", balancer=arn)
    RestApi(stack, "Api", routes={"GET /x": http("http://inner.example.com/x", link=link)})
    made = resources(stack)
    assert made["Link"]["Properties"] == {"Name": "Link", "TargetArns": [arn]}
    integration = made["ApiGETX"]["Properties"]["Integration"]
    assert (integration["ConnectionType"], integration["ConnectionId"]) == ("VPC_LINK", {"Ref": "Link"})


def test_any_service_can_be_called_with_what_its_role_is_allowed(stack: Stack) -> None:
    RestApi(
        stack,
        "Api",
        routes={
            "POST /e": call_service(
                "events",
                "PutEvents",
                {"Entries": []},
                allow="events:PutEvents",
                on="arn:aws:events:eu-west-1:123456789012:event-bus/b",
            )
        },
    )
    (one,) = statements(stack, "ApiPOSTERolePolicy")
    assert (one["Action"], one["Resource"]) == ("events:PutEvents", "arn:aws:events:eu-west-1:123456789012:event-bus/b")


@pytest.mark.parametrize(("timeout", "rule"), [(49, "API010"), (900_001, "API010")])
def test_an_integration_waits_as_long_as_api_gateway_does(
    stack: Stack, function: LambdaFunction, timeout: int, rule: str
) -> None:
    with pytest.raises(ConstraintError) as caught:
        RestApi(stack, "Api", routes={"GET /a": invoke(function, timeout=timeout)})
    assert rule in rules(caught)


# Who may call


def test_an_open_method_is_warned_about_until_a_reason_is_given(stack: Stack) -> None:
    app = stack.node.root_app
    RestApi(stack, "Api", routes={**PING, "GET /docs": route(mock(), public="the documentation")})
    synthesize(app)
    warned = [finding.resource for finding in app.findings if finding.rule == "API015"]
    assert warned == ["ApiGETPing"]


def test_a_user_pool_authorizes_with_one_authorizer_for_all_rows(stack: Stack) -> None:
    pool = UserPool(stack, "Users")
    RestApi(stack, "Api", routes={"GET /a": mock(), "GET /b": route(mock(), scopes=["openid"])}, auth=pool)
    made = resources(stack)
    assert made["ApiUsers"]["Properties"] == {
        "RestApiId": {"Ref": "Api"}, "Name": "Users", "Type": "COGNITO_USER_POOLS",
        "IdentitySource": "method.request.header.Authorization", "ProviderARNs": [{"Fn::GetAtt": ["Users", "Arn"]}],
    }  # fmt: skip
    for id in ("ApiGETA", "ApiGETB"):
        assert made[id]["Properties"]["AuthorizationType"] == "COGNITO_USER_POOLS"
        assert made[id]["Properties"]["AuthorizerId"] == {"Ref": "ApiUsers"}
    assert made["ApiGETB"]["Properties"]["AuthorizationScopes"] == ["openid"]
    assert "ApiUsers" in made[deployment(stack)]["DependsOn"]


def test_a_function_authorizes_and_only_for_this_authorizer(stack: Stack, function: LambdaFunction) -> None:
    tokens = Authorizer.token(function, header="X-Token", ttl=0, name="Tokens")
    RestApi(stack, "Api", routes={"GET /a": route(mock(), auth=tokens), "GET /b": route(mock(), auth=tokens)})
    made = resources(stack)
    assert made["ApiTokens"]["Properties"]["AuthorizerResultTtlInSeconds"] == 0
    assert made["ApiTokens"]["Properties"]["IdentitySource"] == "method.request.header.X-Token"
    assert made["ApiTokensPermission"]["Properties"]["SourceArn"] == {
        "Fn::Sub": f"{EXECUTE}/authorizers/${{ApiTokens}}"
    }
    assert made["ApiGETA"]["Properties"]["AuthorizationType"] == "CUSTOM"


def test_a_request_authorizer_tells_callers_apart_by_what_is_named(stack: Stack, function: LambdaFunction) -> None:
    given = Authorizer.request(function, sources=["header:A", "query:t", "context:identity.sourceIp", "stage:env"])
    RestApi(stack, "Api", routes=PING, auth=given)
    assert properties(stack, "ApiAuthorizer")["IdentitySource"] == (
        "method.request.header.A, method.request.querystring.t, context.identity.sourceIp, stageVariables.env"
    )
    with pytest.raises(ConstructError, match="tells no callers apart"):
        Authorizer.request(function, sources=["cookie"])


def test_answers_of_an_authorizer_are_remembered_for_an_hour_at_most(stack: Stack, function: LambdaFunction) -> None:
    with pytest.raises(ConstraintError) as caught:
        RestApi(stack, "Api", routes=PING, auth=Authorizer.token(function, ttl=3_601))
    assert rules(caught) == {"API011"}


def test_scopes_without_a_user_pool_are_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="scopes= are those of a user pool's tokens"):
        RestApi(stack, "Api", routes={"GET /a": route(mock(), auth="iam", scopes=["x"])})


def test_roles_are_let_call_by_method_and_path(stack: Stack) -> None:
    api = RestApi(stack, "Api", routes={"GET /a/{id}": mock()}, auth="iam")
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    api.grant_invoke(role, "get", "/a/{id}", stage="prod")
    assert statements(stack, "RolePolicy") == [
        {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": {"Fn::Sub": f"{EXECUTE}/prod/GET/a/*"}}
    ]
    assert "Policy" not in properties(stack, "Api")


def test_others_are_let_call_in_the_apis_own_policy(stack: Stack) -> None:
    api = RestApi(stack, "Api", routes=PING, auth="iam")
    api.grant_invoke(Principal.account("210987654321"), "GET", "/ping")
    (one,) = properties(stack, "Api")["Policy"]["Statement"]
    assert one["Resource"] == "execute-api:/*/GET/ping"
    assert one["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::210987654321:root"}}


def test_a_private_api_is_open_to_its_endpoints_alone(stack: Stack) -> None:
    RestApi(stack, "Api", routes=PING, endpoint="private", vpc_endpoints=["vpce-0a1b2c3d4e5f60718"])
    made = properties(stack, "Api")
    assert made["EndpointConfiguration"] == {"Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-0a1b2c3d4e5f60718"]}
    (one,) = made["Policy"]["Statement"]
    assert one["Condition"] == {"StringEquals": {"aws:SourceVpce": ["vpce-0a1b2c3d4e5f60718"]}}
    assert "API015" not in {finding.rule for finding in stack.node.root_app.findings}


def test_a_private_api_that_nobody_may_call_is_an_error(stack: Stack) -> None:
    RestApi(stack, "Api", routes=PING, endpoint="private")
    with pytest.raises(ConstraintError) as caught:
        synthesize(stack.node.root_app)
    assert rules(caught) == {"API002"}


def test_vpc_endpoints_of_an_api_that_is_not_private_are_an_error(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        RestApi(stack, "Api", routes=PING, vpc_endpoints=["vpce-1"], minimum_compression=-1)
    assert rules(caught) == {"API002"}
    assert len(caught.value.findings) == 2


# Models, parameters


def test_bodies_and_parameters_are_checked_by_as_few_validators_as_it_takes(stack: Stack) -> None:
    order = ApiModel("Order", {"type": "object"})
    RestApi(
        stack,
        "Api",
        routes={
            "POST /a": route(mock(), body=order),
            "POST /b": route(mock(), body=order, headers=["X-Id"]),
            "GET /a": route(mock(), query={"page": False}),
            "GET /b": route(mock(), query=["page"], cache_by=["page"]),
        },
    )
    made = resources(stack)
    validators = {
        id: body["Properties"] for id, body in made.items() if body["Type"] == "AWS::ApiGateway::RequestValidator"
    }
    assert {one["Name"] for one in validators.values()} == {"Bodies", "Requests", "Parameters"}
    assert made["ApiPOSTA"]["Properties"]["RequestModels"] == {"application/json": {"Ref": "ApiModelOrder"}}
    assert made["ApiModelOrder"]["Properties"]["Schema"]["type"] == "object"
    assert made["ApiGETA"]["Properties"]["RequestParameters"] == {"method.request.querystring.page": False}
    assert "RequestValidatorId" not in made["ApiGETA"]["Properties"]
    assert made["ApiGETB"]["Properties"]["Integration"]["CacheKeyParameters"] == ["method.request.querystring.page"]


def test_two_models_of_one_name_and_cache_keys_that_are_no_parameters_are_refused(stack: Stack) -> None:
    rows = {f"POST /{n}": route(mock(), body=ApiModel("Order", {"title": str(n)})) for n in range(2)}
    with pytest.raises(ConstructError, match="another model 'Order'"):
        RestApi(stack, "A", routes=rows)
    with pytest.raises(ConstructError, match="cache_by= names 'page'"):
        RestApi(stack, "B", routes={"GET /": route(mock(), cache_by=["page"])})


# CORS


def test_every_path_answers_browsers_with_its_own_methods(stack: Stack) -> None:
    RestApi(
        stack, "Api", routes={"GET /a": mock(), "PUT /a": mock(), "ANY /b": mock()}, cors=Cors(["https://x.example"])
    )
    made = resources(stack)
    answer = made["ApiOPTIONSA"]["Properties"]["Integration"]["IntegrationResponses"][0]["ResponseParameters"]
    assert answer["method.response.header.Access-Control-Allow-Methods"] == "'GET,OPTIONS,PUT'"
    assert answer["method.response.header.Access-Control-Allow-Origin"] == "'https://x.example'"
    every = made["ApiOPTIONSB"]["Properties"]["Integration"]["IntegrationResponses"][0]["ResponseParameters"]
    assert "PATCH" in every["method.response.header.Access-Control-Allow-Methods"]
    assert made["ApiOPTIONSA"]["Properties"]["AuthorizationType"] == "NONE"
    for kind in ("4XX", "5XX"):
        told = made[f"ApiResponse{kind}"]["Properties"]["ResponseParameters"]
        assert told["gatewayresponse.header.Access-Control-Allow-Origin"] == "'https://x.example'"
    declared = made["ApiGETA"]["Properties"]["MethodResponses"][0]["ResponseParameters"]
    assert declared["method.response.header.Access-Control-Allow-Origin"] is True


def test_of_several_origins_the_one_that_asks_is_named(stack: Stack) -> None:
    RestApi(stack, "Api", routes=PING, cors=Cors(["https://a.example", "https://b.example"]))
    (answer,) = properties(stack, "ApiOPTIONSPing")["Integration"]["IntegrationResponses"]
    text = answer["ResponseTemplates"]["application/json"]
    assert '$origin == "https://a.example" || $origin == "https://b.example"' in text
    assert "responseOverride.header.Access-Control-Allow-Origin = $origin" in text


def test_an_options_method_of_the_users_own_is_left_alone(stack: Stack) -> None:
    RestApi(stack, "Api", routes={"GET /a": mock(), "OPTIONS /a": mock("mine")}, cors=Cors(["*"]))
    (answer,) = properties(stack, "ApiOPTIONSA")["Integration"]["IntegrationResponses"]
    assert answer["ResponseTemplates"]["application/json"] == "mine"


def test_credentials_for_every_origin_are_warned_about(stack: Stack) -> None:
    RestApi(stack, "Api", routes=PING, cors=Cors(["*"], credentials=True))
    assert "API020" in {finding.rule for finding in stack.node.root_app.findings}


# Stages


def test_a_stage_is_cached_throttled_logged_and_traced(stack: Stack) -> None:
    ApiAccount(stack, "Account")
    RestApi(
        stack, "Api", routes={"GET /a/{id}": mock(), "GET /": mock()}, throttle=Throttle(100, 50), cache=ApiCache("1.6", 60),
        methods={"GET /a/{id}": MethodSettings(throttle=Throttle(rate=1), cached=False), "GET /": MethodSettings(cache_ttl=5)},
        access_log=True, log="info", log_bodies=True, metrics=True, tracing=True, variables={"env": "prod"},
    )  # fmt: skip
    made = resources(stack)
    stage = made["ApiStage"]
    common = {
        "CachingEnabled": True, "CacheTtlInSeconds": 60, "CacheDataEncrypted": True, "ThrottlingRateLimit": 100,
        "ThrottlingBurstLimit": 50, "LoggingLevel": "INFO", "DataTraceEnabled": True, "MetricsEnabled": True,
    }  # fmt: skip
    assert stage["Properties"]["MethodSettings"] == [
        {"HttpMethod": "*", "ResourcePath": "/*", **common},
        {
            "HttpMethod": "GET",
            "ResourcePath": "/~1a~1{id}",
            **common,
            "CachingEnabled": False,
            "ThrottlingRateLimit": 1,
        },
        {"HttpMethod": "GET", "ResourcePath": "/", **common, "CacheTtlInSeconds": 5},
    ]
    assert (stage["Properties"]["CacheClusterEnabled"], stage["Properties"]["CacheClusterSize"]) == (True, "1.6")
    assert stage["Properties"]["TracingEnabled"] is True
    assert stage["Properties"]["Variables"] == {"env": "prod"}
    log = stage["Properties"]["AccessLogSetting"]
    assert log["DestinationArn"] == {"Fn::GetAtt": ["ApiStageLogs", "Arn"]}
    assert json.loads(log["Format"])["requestId"] == "$context.requestId"
    assert stage["DependsOn"] == ["Account", "AccountRole"]


def test_stages_wait_for_the_account_whichever_is_made_first(stack: Stack) -> None:
    RestApi(stack, "Api", routes=PING, log="error")
    ApiAccount(stack, "Account")
    assert resources(stack)["ApiStage"]["DependsOn"] == ["Account", "AccountRole"]
    assert resources(stack)["Account"]["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"stage_name": "v 1"}, "API003"),
        ({"cache": ApiCache("7")}, "API004"),  # type: ignore[arg-type]
        ({"cache": ApiCache(ttl=3_601)}, "API005"),
        ({"throttle": Throttle(-1)}, "API006"),
        ({"variables": {"a-b": "c"}}, "API018"),
        ({"minimum_compression": 10_485_761}, "API002"),
    ],
)
def test_a_setting_out_of_range_is_told_at_the_users_line(stack: Stack, keywords: dict[str, Any], rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        RestApi(stack, "Api", routes=PING, **keywords)
    assert rules(caught) == {rule}
    (finding,) = caught.value.findings
    assert finding.file == __file__
    assert finding.fix


def test_a_rate_above_the_accounts_is_warned_about(stack: Stack) -> None:
    RestApi(stack, "Api", routes=PING, throttle=Throttle(10_001, 5_001))
    warned = [finding for finding in stack.node.root_app.findings if finding.rule == "API006"]
    assert len(warned) == 2
    assert "429" in warned[0].message


def test_a_stage_of_a_name_that_is_taken_and_settings_of_no_row_are_refused(stack: Stack) -> None:
    api = RestApi(stack, "Api", routes=PING)
    with pytest.raises(ConstructError, match="has a stage 'prod' already"):
        api.stage("prod")
    with pytest.raises(ConstructError, match="methods= names 'GET /pong'") as caught:
        api.stage("test", methods={"GET /pong": MethodSettings(cached=False)})
    assert "GET /ping" in str(caught.value.fix)


def test_a_canary_shows_the_newest_deployment_to_a_share(stack: Stack) -> None:
    canary = ApiCanary(10, base="a1b2c3", variables={"color": "green"})
    with pytest.raises(ConstructError, match="would be deleted once there is a newer one"):
        RestApi(stack, "A", routes=PING, canary=canary)
    RestApi(stack, "Api", routes=PING, canary=canary, keep_deployments=True)
    made = resources(stack)
    stage = made["ApiStage"]["Properties"]
    assert stage["DeploymentId"] == "a1b2c3"
    newest = stage["CanarySetting"]["DeploymentId"]["Fn::GetAtt"][0]
    assert made[newest]["DeletionPolicy"] == "Retain"
    assert stage["CanarySetting"]["PercentTraffic"] == 10


def test_addresses_and_metrics_name_the_api_and_the_stage(stack: Stack) -> None:
    api = RestApi(stack, "Api", routes=PING, name="front")
    test = api.stage("test")
    metric = test.metric("Latency", statistic="p99")
    assert (metric.namespace, metric.statistic) == ("AWS/ApiGateway", "p99")
    assert metric.dimensions["ApiName"] == "front"
    assert (api.metric("Count").statistic, api.metric("Latency").statistic) == ("Sum", "Average")
    from awsdeck import Output

    Output(stack, "Url", test.url)
    template = synthesize(stack.node.root_app)["shop"].template
    assert template["Outputs"]["Url"]["Value"] == {
        "Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${ApiStageTest}/"
    }


# Plans


def test_a_usage_plan_limits_each_key_on_the_stages(stack: Stack) -> None:
    api = RestApi(stack, "Api", routes=PING, api_key=True)
    known = ApiKey(stack, "Known", name="known")
    api.usage_plan(
        "basic",
        rate=10,
        burst=5,
        quota=(10_000, "month"),
        keys=["Partner", known],
        methods={"GET /ping": Throttle(1, 1)},
    )
    made = resources(stack)
    assert made["ApiPlanBasic"]["Properties"] == {
        "UsagePlanName": "basic", "Throttle": {"RateLimit": 10, "BurstLimit": 5},
        "Quota": {"Limit": 10_000, "Period": "MONTH"},
        "ApiStages": [
            {"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "ApiStage"},
             "Throttle": {"/ping/GET": {"RateLimit": 1, "BurstLimit": 1}}},
        ],
    }  # fmt: skip
    assert made["ApiPlanBasicLinkPartner"]["Properties"]["KeyId"] == {"Ref": "ApiPlanBasicPartner"}
    assert made["ApiPlanBasicLinkKnown"]["Properties"]["KeyId"] == {"Ref": "Known"}
    assert made["ApiGETPing"]["Properties"]["ApiKeyRequired"] is True
    assert {finding.rule for finding in stack.node.root_app.findings} == {"API014"}


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"quota": (10, "year")}, "API007"),
        ({"quota": (10, "day"), "quota_offset": 1}, "API007"),
        ({"rate": -1}, "API006"),
    ],
)
def test_a_plan_out_of_range_is_told(stack: Stack, keywords: dict[str, Any], rule: str) -> None:
    api = RestApi(stack, "Api", routes=PING, api_key=True)
    with pytest.raises(ConstraintError) as caught:
        api.usage_plan("basic", **keywords)
    assert rules(caught) == {rule}


def test_a_key_that_no_plan_takes_is_warned_about(stack: Stack) -> None:
    RestApi(stack, "Api", routes=PING, api_key=True)
    synthesize(stack.node.root_app)
    assert [finding.rule for finding in stack.node.root_app.findings] == ["API014", "API008"]


# Names


CERTIFICATE = "arn:aws:acm:{}:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def test_a_name_of_its_own_leads_to_the_first_stage(stack: Stack) -> None:
    api = RestApi(
        stack, "Api", routes=PING, domain="api.example.com", certificate=CERTIFICATE.format("eu-west-1"), base_path="v1",
        default_endpoint=False,
    )  # fmt: skip
    made = resources(stack)
    assert made["ApiDomain"]["Properties"] == {
        "DomainName": "api.example.com", "RegionalCertificateArn": CERTIFICATE.format("eu-west-1"),
        "EndpointConfiguration": {"Types": ["REGIONAL"]}, "SecurityPolicy": "TLS_1_2",
    }  # fmt: skip
    assert made["ApiDomainPathV1"]["Properties"]["BasePath"] == "v1"
    assert made["Api"]["Properties"]["DisableExecuteApiEndpoint"] is True
    assert api.alias_target().evaluate_health is True


def test_an_edge_name_needs_a_certificate_of_us_east_1(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        RestApi(
            stack, "Api", routes=PING, endpoint="edge", domain="api.example.com",
            certificate=CERTIFICATE.format("eu-west-1"),
        )  # fmt: skip
    assert rules(caught) == {"API023"}
    made = Certificate.from_arn(stack, "C", CERTIFICATE.format("eu-west-1"))
    with pytest.raises(
        ConstructError, match="the certificate is in eu-west-1, and this domain name needs one in us-east-1"
    ):
        RestApi(stack, "Other", routes=PING, endpoint="edge", domain="api.example.com", certificate=made)


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"domain": "api.example.com"}, "needs a certificate"),
        ({"base_path": "v1"}, "go with a name"),
        (
            {"domain": "x.example.com", "certificate": CERTIFICATE.format("eu-west-1"), "endpoint": "private"},
            "private APIs",
        ),
    ],
)
def test_half_a_name_is_refused(stack: Stack, keywords: dict[str, Any], said: str) -> None:
    with pytest.raises(ConstructError, match=said):
        RestApi(stack, "Api", routes=PING, **keywords)


def test_an_api_without_a_name_is_no_target_of_an_alias(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="no name of its own"):
        RestApi(stack, "Api", routes=PING).alias_target()


def test_an_existing_api_can_be_called_and_measured(stack: Stack) -> None:
    api = RestApi.from_id(stack, "Api", "a1b2c3d4e5", name="front")
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    api.grant_invoke(role, "GET", "/ping", stage="prod")
    (one,) = statements(stack, "RolePolicy")
    assert one["Resource"]["Fn::Sub"].endswith(":a1b2c3d4e5/prod/GET/ping")
    assert api.metric("Count").dimensions == {"ApiName": "front"}
    with pytest.raises(ConstructError, match="exists already"):
        api.grant_invoke(Principal.account("210987654321"))


# When a deployment is made anew


def made_again(change: Any = None, **keywords: Any) -> str:
    app = App()
    stack = Stack(app, "shop", region="eu-west-1")
    function = made_function(stack)
    api = RestApi(stack, "Api", **{"routes": {"GET /a": function, "GET /b": mock()}, **keywords})
    if change is not None:
        change(stack, api)
    return deployment(stack)


SAME = made_again()


@pytest.mark.parametrize(
    ("change", "keywords"),
    [
        (None, {"description": "for customers"}),
        (None, {"throttle": Throttle(1, 1), "tracing": True}),
        (None, {"stage_name": "test"}),
        (lambda stack, api: api.stage("test"), {}),
        (lambda stack, api: api.node.override("Metadata.Owner", "shop"), {}),
        (lambda stack, api: api.node.children["GET a"].node.resource.override("DependsOn", "F"), {}),
        (lambda stack, api: stack.node.tag("team", "shop"), {}),
        (lambda stack, api: SQSQueue(stack, "Other"), {}),
        (lambda stack, api: RestApi(stack, "Second", routes=PING).node.resource, {"stage_name": "prod"}),
    ],
)
def test_a_deployment_stays_when_the_api_does(change: Any, keywords: dict[str, Any]) -> None:
    if change is not None and "Second" in str(change.__code__.co_consts):
        app = App()
        stack = Stack(app, "shop", region="eu-west-1")
        RestApi(stack, "Api", routes={"GET /a": made_function(stack), "GET /b": mock()})
        change(stack, None)
        assert SAME in resources(stack)
        return
    assert made_again(change, **keywords) == SAME


def test_the_order_of_the_routes_makes_no_other_deployment() -> None:
    def made(*rows: str) -> str:
        stack = Stack(App(), "shop", region="eu-west-1")
        function = made_function(stack)
        table = DynamoDBTable(stack, "T", partition_key="id")
        order = ApiModel("Order", {"type": "object"})
        targets = {
            "GET /a": function, "POST /a": route(function, body=order), "GET /b/{id}": call_table(table, "GetItem", {"Key": {}}),
            "GET /c": route(mock(), query=["page"]), "PUT /c": route(function, auth=Authorizer.token(function, name="Own")),
        }  # fmt: skip
        RestApi(stack, "Api", routes={row: targets[row] for row in rows}, cors=Cors(["https://shop.example.com"]))  # type: ignore[misc]
        return deployment(stack)

    rows = ("GET /a", "POST /a", "GET /b/{id}", "GET /c", "PUT /c")
    assert made(*rows) == made(*reversed(rows)) == made(*sorted(rows, key=lambda row: row[-2:]))


@pytest.mark.parametrize(
    ("change", "keywords"),
    [
        (None, {"routes": {"GET /a": mock(), "GET /b": mock()}}),
        (None, {"auth": "iam"}),
        (None, {"cors": Cors(["*"])}),
        (None, {"binary": ["image/png"]}),
        (lambda stack, api: api.add_route("GET /c", mock()), {}),
        (lambda stack, api: stack.node.children["F"].node.override_logical_id("Other"), {}),
        (lambda stack, api: api.grant_invoke(Principal.account("210987654321")), {}),
        (lambda stack, api: api.node.resource.override("Properties.MinimumCompressionSize", 5), {}),
        (lambda stack, api: api.node.children["GET a"].node.resource.set(OperationName="getA"), {}),
        (
            lambda stack, api: apigateway.GatewayResponse(
                stack, "Mine", RestApiId=api.api_id, ResponseType="THROTTLED", StatusCode="429"
            ),
            {},
        ),
        (
            lambda stack, api: stack.node.aspect(
                lambda one: one.node.resource.set(OperationName="x") if one.node.path == "shop/Api/GET a" else None
            ),
            {},
        ),
    ],
)
def test_a_deployment_is_made_anew_whenever_a_stage_would_show_something_else(
    change: Any, keywords: dict[str, Any]
) -> None:
    assert made_again(change, **keywords) != SAME


def test_a_deployment_follows_the_version_it_shows_and_not_the_alias() -> None:
    def one(text: str, pick: Any) -> str:
        stack = Stack(App(), "shop", region="eu-west-1")
        RestApi(stack, "Api", routes={"GET /a": pick(made_function(stack, text=text))})
        return deployment(stack)

    other = CODE.replace("1", "2")
    assert one(CODE, lambda f: f.version()) != one(other, lambda f: f.version())
    assert one(CODE, lambda f: f.alias("live")) == one(other, lambda f: f.alias("live"))


# Files


FILE = """\
swagger: "2.0"
info: {title: items, version: "1"}
paths:
  /items/{id}:
    get:
      operationId: getItem
      responses: {"200": {description: one}}
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration: {type: mock}
"""


@pytest.fixture
def project(tmp_path: Path) -> Stack:
    app = App()
    app.folder = str(tmp_path)
    return Stack(app, "shop", region="eu-west-1")


def written(stack: Stack, text: str) -> None:
    Path(stack.node.root_app.folder, "api.yaml").write_text(text, encoding="utf-8")


def test_a_file_becomes_the_body_with_the_targets_in_it(project: Stack) -> None:
    written(project, FILE)
    api = RestApi.from_openapi(project, "Api", "api.yaml", integrations={"getItem": made_function(project)})
    made = resources(project)
    body = made["Api"]["Properties"]["Body"]
    assert body["paths"]["/items/{id}"]["get"]["x-amazon-apigateway-integration"] == {
        "type": "aws_proxy", "httpMethod": "POST", "uri": {"Fn::Sub": URI},
    }  # fmt: skip
    assert made["ApiGETItemsIdPermission"]["Properties"]["SourceArn"] == {"Fn::Sub": f"{EXECUTE}/*/GET/items/*"}
    assert made["Api"]["Properties"]["FailOnWarnings"] is True
    assert api.route_keys == ["GET /items/{id}", "ANY /items/{id}"]


def test_a_deployment_of_a_file_follows_the_file(project: Stack) -> None:
    def one(text: str) -> str:
        app = App()
        app.folder = project.node.root_app.folder
        stack = Stack(app, "shop", region="eu-west-1")
        written(stack, text)
        RestApi.from_openapi(stack, "Api", "api.yaml", integrations={"getItem": mock()})
        return deployment(stack)

    assert one(FILE) == one(FILE)
    assert one(FILE) != one(FILE.replace("one}", "an item}"))


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('"2.0"', '"1.2"', 1, "neither Swagger 2.0"),
        ("operationId: getItem", "summary: x", 5, "GET /items/{id} leads nowhere"),
        ("/items/{id}", "/items/{id}.json", 5, "cannot be part of a path"),
        ("    get:", "    get: 5\n    put:", 5, "get of /items/{id} is no operation"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_at_its_own_line(
    project: Stack, old: str, new: str, line: int, said: str
) -> None:
    written(project, FILE.replace(old, new, 1))
    with pytest.raises(ConstructError) as caught:
        RestApi.from_openapi(project, "Api", "api.yaml")
    assert said in caught.value.message
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("api.yaml")
    assert caught.value.place.line == line


def test_targets_of_no_operation_and_keywords_that_the_file_decides_are_refused(project: Stack) -> None:
    written(project, FILE)
    with pytest.raises(
        ConstructError, match="integrations= names 'getitem', no operationId of the file; there are: getItem"
    ):
        RestApi.from_openapi(project, "A", "api.yaml", integrations={"getItem": mock(), "getitem": mock()})
    with pytest.raises(ConstructError, match="say routes, auth, api_key and cors in the file"):
        RestApi.from_openapi(project, "B", "api.yaml", integrations={"getItem": mock()}, auth="iam")  # type: ignore[call-arg]
    with pytest.raises(Exception, match="cannot read"):
        RestApi.from_openapi(project, "C", "missing.yaml")


# Mistakes of other kinds


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (lambda stack: RestApi(stack, "A", routes=PING, auth=5), "a int cannot authorize"),  # type: ignore[arg-type]
        (lambda stack: RestApi(stack, "A", routes=PING, integrations={"x": mock()}), "integrations= gives targets"),
        (lambda stack: RestApi(stack, "A", routes=["GET /"]), "routes= takes a dictionary"),  # type: ignore[arg-type]
        (lambda stack: RestApi(stack, "A", routes=PING, methods={"GET /ping": Throttle(1)}), "methods= has a Throttle"),  # type: ignore[dict-item]
        (
            lambda stack: RestApi(stack, "A", routes=PING).usage_plan("x", methods={"GET /ping": 5}),  # type: ignore[dict-item]
            "methods= has a int",
        ),
        (lambda stack: RestApi(stack, "A", routes=PING).usage_plan("x", quota=5), "quota"),  # type: ignore[arg-type]
        (lambda stack: RestApi(stack, "A", routes=PING).usage_plan("x", keys=[5]), "keys"),  # type: ignore[list-item]
        (lambda stack: RestApi(stack, "A", routes=PING, cors=["*"]), "cors= takes a Cors"),  # type: ignore[arg-type]
        (lambda stack: RestApi(stack, "A", routes=PING, stage_name=None).url, "has no stage"),
        (lambda stack: RestApi(stack, "A", routes={5: mock()}), "5 is not a method and a path"),  # type: ignore[dict-item]
        (lambda stack: route(mock(), body={"type": "object"}), "body= takes an ApiModel, not a dict"),  # type: ignore[arg-type]
        (lambda stack: Authorizer.token("f"), "a str cannot decide who may call"),  # type: ignore[arg-type]
        (lambda stack: Authorizer.cognito(), "without a user pool"),
        (lambda stack: Authorizer.cognito("arn", name="a b"), "cannot name an authorizer"),
        (lambda stack: Cors(5), "Cors without origins"),  # type: ignore[arg-type]
        (lambda stack: call_table(5, "GetItem", {}), "a int is no table"),  # type: ignore[arg-type]
        (lambda stack: send_message("url"), "a str is no queue"),  # type: ignore[arg-type]
        (lambda stack: publish_message("arn"), "a str is no topic"),  # type: ignore[arg-type]
        (lambda stack: invoke("arn"), "a str is no function"),  # type: ignore[arg-type]
    ],
)
def test_a_mistake_is_told_at_the_users_line_and_never_as_a_traceback(stack: Stack, mistake: Any, said: str) -> None:
    with pytest.raises(ConstructError) as caught:
        mistake(stack)
    assert said in caught.value.message
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


def test_a_key_that_stands_in_the_template_is_warned_about(stack: Stack) -> None:
    ApiKey(stack, "Key", value="a1b2c3d4e5f6a7b8c9d0e1f2")
    assert "API029" in {finding.rule for finding in stack.node.root_app.findings}


def test_a_base_path_of_several_parts_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        RestApi(
            stack, "Api", routes=PING, domain="api.example.com", certificate=CERTIFICATE.format("eu-west-1"), base_path="a/b"
        )  # fmt: skip
    assert rules(caught) == {"API030"}


loose: Any = awsdeck
"""Everything, without types: for what a type checker would refuse."""


def a_stack() -> tuple[Stack, LambdaFunction, SQSQueue]:
    stack = Stack(App(), "shop", region="eu-west-1")
    return stack, made_function(stack), SQSQueue(stack, "Q")


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (lambda s, f, q: loose.RestApi(s, "A", routes=PING, auth="cognito"), "'cognito' cannot authorize"),
        (
            lambda s, f, q: loose.RestApi(s, "A", routes={"GET /a": loose.route(f, auth="basic")}),
            "'basic' cannot authorize",
        ),
        (lambda s, f, q: loose.route(f, query=5), "query= takes a list of text or a dictionary, not 5"),
        (lambda s, f, q: loose.route(f, query={"page": "yes"}), "query= takes names"),
        (lambda s, f, q: loose.route(f, scopes="read"), "scopes= takes a list of text, not 'read'"),
        (lambda s, f, q: loose.route(f, public=True), "public= takes text or None, not True"),
        (lambda s, f, q: loose.route(f, api_key="yes", operation=5), "operation= takes text or None, not 5"),
        (lambda s, f, q: loose.ApiModel("M", "{}"), "schema= takes a dictionary, not '{}'"),
        (lambda s, f, q: loose.Cors(["https://x"], methods="GET"), "methods= takes a list of text, not 'GET'"),
        (lambda s, f, q: loose.Cors(["shop.example.com"]), "'shop.example.com': browsers name an origin by scheme"),
        (lambda s, f, q: loose.Cors(["https://shop.example.com/"]), "without a path"),
        (lambda s, f, q: loose.Cors(["*", "https://shop.example.com"]), "'*' stands for all origins"),
        (lambda s, f, q: loose.Cors(["*"], headers=["it's"]), "holds a quote"),
        (lambda s, f, q: loose.Cors(["*"], max_age=-5), "max_age=-5"),
        (lambda s, f, q: loose.http(None), "url= takes text, not None"),
        (lambda s, f, q: loose.http("https://x", headers=["a"]), "headers= takes a dictionary or None, not a list"),
        (lambda s, f, q: loose.http("https://x", headers={"A": "it's"}), "the header 'A' cannot be"),
        (lambda s, f, q: loose.http("https://x", method="FETCH"), "method='FETCH' is no method"),
        (lambda s, f, q: loose.http("https://x", link=q), "link= takes a VpcLink or text or None, not a SQSQueue"),
        (lambda s, f, q: loose.soap(f), "url= takes text, not a LambdaFunction"),
        (lambda s, f, q: loose.mock("x", status="ok"), "status= takes a whole number, not 'ok'"),
        (lambda s, f, q: loose.send_message(q, group=5), "group= takes text or None, not 5"),
        (lambda s, f, q: loose.Authorizer.token(f, name=5), "name= takes text, not 5"),
        (lambda s, f, q: loose.Authorizer.cognito(q), "a SQSQueue is no user pool"),
        (
            lambda s, f, q: loose.RestApi(s, "A", routes=PING).usage_plan("p", stages=["prod"]),
            "stages= takes a list of an ApiStage",
        ),
        (lambda s, f, q: loose.RestApi(s, "A", routes=PING).arn_for_execute("FETCH"), "'FETCH' is no method"),
        (
            lambda s, f, q: loose.RestApi(s, "A", routes=PING).grant_invoke("123456789012", 5),
            "method= takes text, not 5",
        ),
        (lambda s, f, q: loose.RestApi.from_openapi(s, "A", 5), "openapi= takes the path of a file, not a int"),
        (
            lambda s, f, q: loose.start_execution(StateMachine(s, "M", definition=states.Pass("A")), sync=True),
            "the result of a standard workflow cannot be waited for",
        ),
        (
            lambda s, f, q: loose.ApiDomain(
                s, "D", domain="api.example.com", certificate=CERTIFICATE.format("us-east-1")
            ),
            "the certificate is in us-east-1, and this domain name needs one in eu-west-1",
        ),
        (
            lambda s, f, q: loose.ApiDomain(s, "D", domain="a.b", certificate=CERTIFICATE.format("eu-west-1")).map(
                "prod"
            ),
            "a str is no stage",
        ),
    ],
)
def test_what_cannot_be_meant_is_told_at_the_users_line(mistake: Any, said: str) -> None:
    with pytest.raises(ConstructError) as caught:
        mistake(*a_stack())
    assert said in caught.value.message
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


def test_all_rows_that_lead_nowhere_come_in_one_error(stack: Stack) -> None:
    with pytest.raises(ConstructError) as caught:
        RestApi(stack, "Api", routes={"GET /a": 5, "GET /b": None, "GET /c": "ftp://x"})  # type: ignore[dict-item]
    assert [line.partition(": ")[2] for line in caught.value.message.splitlines()] == [
        "GET /a leads to a int", "GET /b leads to a NoneType", "GET /c: 'ftp://x' is no web address",
    ]  # fmt: skip


def test_what_only_the_deploy_knows_may_stand_wherever_text_does(stack: Stack, function: LambdaFunction) -> None:
    name, number = Parameter(stack, "Name").ref, Parameter(stack, "Number", type="Number").ref
    api = RestApi(
        stack, "Api",
        routes={
            "GET /a": http(name, method=name, headers={"X-A": name}, timeout=number), "GET /b": mock({"id": name}, headers={"X": name}),
            "GET /c": route(function, auth=Authorizer.token(function, ttl=number, header=name)),
        },
        cors=Cors([name], methods=[name], headers=[name]), cache=ApiCache(ttl=number), throttle=Throttle(number, number),
        stage_name=name, variables={"a": name},
    )  # fmt: skip
    assert api.arn_for_execute("GET", name, name)
    HttpApi(stack, "Http", routes={"GET /a": function}, auth=JwtAuthorizer(name, [name])).arn_for_execute(name, name)
    assert {finding.severity for finding in stack.node.root_app.findings} <= {"info", "warning"}
    made = resources(stack)
    assert made["ApiGETA"]["Properties"]["Integration"]["Uri"] == {"Ref": "Name"}
    with pytest.raises(ConstructError, match="'GET /Name' holds a deploy-time value"):
        api.add_route(f"GET /{name}", function)


HEAD = 'openapi: "3.0.1"\ninfo: {title: t, version: "1"}\npaths:\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("  /a: {$ref: other.yaml#/a}", 4, "$ref leads out of the definition: other.yaml#/a"),
        (
            "  /a: {get: {operationId: a, responses: {'200': {$ref: ../../x}}}}",
            4,
            "$ref leads out of the definition: ../../x",
        ),
        (
            "  /a: {get: {operationId: a, responses: {'200': {$ref: '#/no'}}}}",
            4,
            "$ref leads to nothing: there is no #/no",
        ),
        (
            "  /a: {get: {operationId: a}}\n  /b: {get: {operationId: a}}",
            5,
            "get of /b is called a, as get of /a is already",
        ),
        ("  /a: {GET: {operationId: a}}", 4, "GET of /a is written in small letters"),
        ("  /a: {fetch: {operationId: a}}", 4, "/a has fetch, which is no method of API Gateway"),
        ("  /a: {get: {operationId: [a]}}", 4, "the operationId of get of /a is no text"),
        ("  /a: {get: {x-amazon-apigateway-integration: }}", 4, "the integration of get of /a is no mapping"),
        ("  /a: {get: {x-amazon-apigateway-integration: {type: x}}}", 4, "x is no type of integration"),
        ("  /a: !!python/object/apply:os.system [x]", 4, "is not one CloudFormation knows"),
    ],
)
def test_what_a_file_cannot_be_imported_with_is_told_at_its_line(
    project: Stack, tmp_path: Path, text: str, line: int, said: str
) -> None:
    (tmp_path / "odd.yaml").write_text(HEAD + text)
    with pytest.raises(DeckError) as caught:
        RestApi.from_openapi(project, "Api", str(tmp_path / "odd.yaml"), integrations={"a": mock()})
    assert said in caught.value.message
    assert caught.value.place is not None
    assert (caught.value.place.file.endswith("odd.yaml"), caught.value.place.line) == (True, line)


def test_references_inside_a_file_and_to_models_of_api_gateway_are_let_through(project: Stack, tmp_path: Path) -> None:
    text = (
        "  /a:\n    parameters: []\n    x-own: 1\n    get:\n      operationId: a\n      responses:\n"
        "        '200': {$ref: '#/components/responses/Fine'}\n"
        "        '400': {$ref: 'https://apigateway.amazonaws.com/restapis/a1/models/M'}\n"
        "components: {responses: {Fine: {description: fine}}}\n"
    )
    (tmp_path / "fine.yaml").write_text(HEAD + text)
    RestApi.from_openapi(project, "Api", str(tmp_path / "fine.yaml"), integrations={"a": mock()})
    assert {finding.rule for finding in project.node.root_app.findings} == {"API014"}


def test_words_for_readers_in_a_file_make_no_other_deployment(tmp_path: Path) -> None:
    def made(text: str, info: str = "t") -> str:
        (tmp_path / "api.yaml").write_text(HEAD.replace("title: t", f"title: {info}") + text)
        stack = Stack(App(), "shop", region="eu-west-1")
        RestApi.from_openapi(stack, "Api", str(tmp_path / "api.yaml"), integrations={"a": mock()})
        return deployment(stack)

    plain = made("  /a: {get: {operationId: a}}")
    assert plain == made("  /a: {summary: s, get: {operationId: a, description: d, summary: s}}", "other")
    assert plain != made("  /a: {get: {operationId: a, parameters: [{name: q, in: query}]}}")


def test_many_operations_are_read_in_a_time_that_grows_with_their_number(project: Stack, tmp_path: Path) -> None:
    own = "{x-amazon-apigateway-integration: {type: mock}, responses: {'200': {description: fine}}}"
    (tmp_path / "many.yaml").write_text(HEAD + "".join(f"  /p{place}: {{get: {own}}}\n" for place in range(1_000)))
    before = time.process_time()
    api = RestApi.from_openapi(project, "Api", str(tmp_path / "many.yaml"))
    assert len(api.route_keys) == 1_000
    assert time.process_time() - before < 3
