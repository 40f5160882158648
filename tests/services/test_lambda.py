"""Functions: defaults, permissions statement by statement, versions, aliases, what invokes them, what is refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from awsdeck import (
    App,
    ConstraintError,
    ConstructError,
    DynamoDBTable,
    IAMRole,
    LambdaFunction,
    LambdaLayer,
    Parameter,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    Stack,
    asset,
    image,
    inline,
)
from awsdeck.cfn import cloudwatch, dynamodb, kinesis, kms
from awsdeck.rules.functions.runtimes import LIFECYCLE
from awsdeck.synth import synthesize

CODE = inline("def handler(event, context): ...\n")
PYTHON: dict[str, Any] = {"code": CODE, "runtime": "python3.13"}
LOGS = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": {"Fn::GetAtt": ["FLogs", "Arn"]},
}
ACCOUNT = "123456789012"


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    app = App()
    app.folder = str(tmp_path)
    stack = Stack(app, "shop", region="eu-west-1")
    stack.app = app  # type: ignore[attr-defined]
    return stack


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def warnings(stack: Stack) -> set[str]:
    return {finding.rule for finding in stack.node.root_app.findings if finding.severity == "warning"}


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    return {finding.rule for finding in caught.value.findings}


def statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = policy["Properties"]["PolicyDocument"]["Statement"]
    return found


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def arn(id: str, attribute: str = "Arn") -> dict[str, Any]:
    return {"Fn::GetAtt": [id, attribute]}


def table(stack: Stack, id: str = "Table") -> Any:
    return dynamodb.Table(
        stack, id, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamViewType": "NEW_IMAGE"},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )  # fmt: skip


# what is made


def test_a_plain_function_has_a_role_a_log_group_and_may_write_to_it_and_nothing_else(stack: Stack) -> None:
    LambdaFunction(stack, "F", **PYTHON)
    made = resources(stack)
    assert {id: body["Type"] for id, body in made.items()} == {
        "F": "AWS::Lambda::Function", "FRole": "AWS::IAM::Role", "FLogs": "AWS::Logs::LogGroup", "FPolicy": "AWS::IAM::Policy",
    }  # fmt: skip
    assert made["F"]["Properties"] == {
        "Code": {"ZipFile": "def handler(event, context): ...\n"}, "Handler": "index.handler", "Runtime": "python3.13",
        "Architectures": ["x86_64"], "Role": arn("FRole"), "Timeout": 3, "MemorySize": 128,
        "LoggingConfig": {"LogGroup": {"Ref": "FLogs"}},
    }  # fmt: skip
    assert made["F"]["DependsOn"] == ["FPolicy"]
    assert statements(made["FPolicy"]) == [LOGS]
    assert made["FPolicy"]["Properties"]["Roles"] == [{"Ref": "FRole"}]
    assert made["FLogs"]["Properties"] == {"RetentionInDays": 30}
    assert made["FRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]


def test_everything_a_function_can_be_told_stands_in_its_properties(stack: Stack) -> None:
    failed = SQSQueue(stack, "Failed")
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
    LambdaFunction(
        stack, "F", **PYTHON, architecture="arm64", name="worker", description="d", timeout=900, memory=10_240,
        environment={"URL": failed.url}, key=key, dead_letter=failed, tracing=True,
        subnets=["subnet-0123456789abcdef0"], security_groups=["sg-0123456789abcdef0"], log_format="json",
        log_retention=None, reserved_concurrency=0, snap_start=True,
        layers=[f"arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:tools:3"],
    ).version()  # fmt: skip
    made = resources(stack)
    properties = made["F"]["Properties"]
    assert {name: properties[name] for name in properties if name not in ("Code", "Role", "Runtime", "Handler")} == {
        "Architectures": ["arm64"], "FunctionName": "worker", "Description": "d", "Timeout": 900, "MemorySize": 10_240,
        "Environment": {"Variables": {"URL": {"Ref": "Failed"}}}, "KmsKeyArn": key,
        "DeadLetterConfig": {"TargetArn": arn("Failed")}, "TracingConfig": {"Mode": "Active"},
        "VpcConfig": {"SubnetIds": ["subnet-0123456789abcdef0"], "SecurityGroupIds": ["sg-0123456789abcdef0"]},
        "LoggingConfig": {"LogGroup": {"Ref": "FLogs"}, "LogFormat": "JSON"}, "ReservedConcurrentExecutions": 0,
        "SnapStart": {"ApplyOn": "PublishedVersions"}, "Layers": [f"arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:tools:3"],
    }  # fmt: skip
    assert "Properties" not in made["FLogs"]
    assert statements(made["FPolicy"]) == [
        LOGS,
        {
            "Effect": "Allow",
            "Action": [
                "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
                "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
                "xray:PutTelemetryRecords", "xray:PutTraceSegments",
            ],
            "Resource": "*",
        },
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn("Failed")},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key},
    ]  # fmt: skip


@pytest.mark.parametrize("given", ["uri", "image"])
def test_an_image_brings_its_own_handler_and_runtime(stack: Stack, given: str) -> None:
    uri = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop:1"
    LambdaFunction(stack, "F", code=uri if given == "uri" else image(uri, command=["app.handle"]))
    properties = resources(stack)["F"]["Properties"]
    assert properties["Code"] == {"ImageUri": uri}
    assert properties["PackageType"] == "Image"
    assert properties.get("ImageConfig") == (None if given == "uri" else {"Command": ["app.handle"]})
    assert "Handler" not in properties


def test_code_in_the_template_may_hold_values_of_the_deploy(stack: Stack) -> None:
    queue = SQSQueue(stack, "Q")
    LambdaFunction(stack, "F", code=inline(f"URL = '{queue.url}'\ndef handler(e, c): ...\n"), runtime="python3.13")
    assert resources(stack)["F"]["Properties"]["Code"]["ZipFile"] == {
        "Fn::Sub": "URL = '${Q}'\ndef handler(e, c): ...\n"
    }


def test_a_variable_can_be_added_later(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", **PYTHON, environment={"ONE": "1"}, storage=1_024)
    function.add_environment("TWO", "2")
    properties = resources(stack)["F"]["Properties"]
    assert properties["Environment"] == {"Variables": {"ONE": "1", "TWO": "2"}}
    assert properties["EphemeralStorage"] == {"Size": 1_024}


def test_a_layer_is_an_asset_that_functions_share(stack: Stack, tmp_path: Path) -> None:
    write(tmp_path, "shared/python/tools.py", "")
    layer = LambdaLayer(stack, "Shared", code="shared", runtimes=["python3.13"], architectures=["x86_64"])
    LambdaFunction(stack, "F", **PYTHON, layers=[layer])
    made = resources(stack)
    assert made["F"]["Properties"]["Layers"] == [{"Ref": "Shared"}]
    assert made["Shared"]["Properties"]["Content"]["S3Bucket"] == {"Ref": "AssetsBucket"}
    assert made["Shared"]["Properties"]["CompatibleRuntimes"] == ["python3.13"]


def test_destinations_and_retries_stand_for_the_function_and_every_alias(stack: Stack) -> None:
    failed, told = SQSQueue(stack, "Failed"), SNSTopic(stack, "Told")
    function = LambdaFunction(stack, "F", **PYTHON, on_failure=failed, on_success=told, retries=0, max_age=60)
    function.alias("live")
    made = resources(stack)
    for id, qualifier in (("FAsynchronous", "$LATEST"), ("FLiveAsynchronous", "live")):
        assert made[id]["Properties"] == {
            "FunctionName": {"Ref": "F"}, "Qualifier": qualifier, "MaximumRetryAttempts": 0,
            "MaximumEventAgeInSeconds": 60,
            "DestinationConfig": {
                "OnFailure": {"Destination": arn("Failed")}, "OnSuccess": {"Destination": {"Ref": "Told"}},
            },
        }  # fmt: skip
        assert "FRolePolicy" in made[id]["DependsOn"]
    assert statements(made["FRolePolicy"]) == [
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn("Failed")},
        {"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "Told"}},
    ]  # fmt: skip


def test_a_dead_letter_queue_with_a_customer_key_can_be_used(stack: Stack) -> None:
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
    LambdaFunction(stack, "F", **PYTHON, dead_letter=SQSQueue(stack, "Failed", encryption="kms", key=key))
    assert statements(resources(stack)["FPolicy"])[1:] == [
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn("Failed")},
        {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": key},
    ]


# roles


def test_a_dead_letter_queue_and_a_destination_whose_key_is_known_by_an_alias_can_be_used(stack: Stack) -> None:
    failed = SQSQueue(stack, "Failed", encryption="kms", key="alias/mine")
    LambdaFunction(stack, "F", **PYTHON, dead_letter=failed)
    LambdaFunction(stack, "G", **PYTHON, on_failure=failed)
    made = resources(stack)
    key = {
        "Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": {"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"},
        "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/mine"}},
    }  # fmt: skip
    send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn("Failed")}
    assert statements(made["FPolicy"]) == [LOGS, send, key]
    assert statements(made["GRolePolicy"]) == [key, send]


def test_a_key_of_awss_own_asks_for_no_permission(stack: Stack) -> None:
    failed = SQSQueue(stack, "Failed", encryption="kms", key="alias/aws/sqs")
    LambdaFunction(stack, "F", **PYTHON, dead_letter=failed)
    send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn("Failed")}
    assert statements(resources(stack)["FPolicy"]) == [LOGS, send]


def test_a_role_of_the_app_gets_what_the_function_needs(stack: Stack) -> None:
    role = IAMRole(stack, "R", assumed_by="lambda.amazonaws.com")
    LambdaFunction(stack, "F", **PYTHON, role=role).on(SQSQueue(stack, "Q"))
    made = resources(stack)
    assert made["F"]["Properties"]["Role"] == arn("R")
    assert made["FPolicy"]["Properties"]["Roles"] == [{"Ref": "R"}]
    assert statements(made["RPolicy"])[0]["Resource"] == arn("Q")
    assert "FRole" not in made


def test_a_role_by_arn_is_left_alone(stack: Stack) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/worker"
    function = LambdaFunction(stack, "F", **PYTHON, role=role)
    function.on(SQSQueue(stack, "Q"))
    made = resources(stack)
    assert made["F"]["Properties"]["Role"] == role
    assert {body["Type"] for body in made.values()} == {
        "AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::SQS::Queue", "AWS::Lambda::EventSourceMapping",
    }  # fmt: skip


def test_a_role_that_lambda_cannot_take_on_is_an_error(stack: Stack) -> None:
    LambdaFunction(stack, "F", **PYTHON, role=IAMRole(stack, "R", assumed_by="ec2.amazonaws.com"))
    with pytest.raises(ConstraintError) as caught:
        resources(stack)
    assert rules(caught) == {"XSV007"}


def test_what_is_granted_to_a_function_goes_to_its_role(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    S3Bucket(stack, "B").grant_read(function, prefix="in/")
    SQSQueue(stack, "Q").grant_send("123456789012")
    made = resources(stack)
    assert statements(made["FRolePolicy"]) == [
        {
            "Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn("B"),
            "Condition": {"StringLike": {"s3:prefix": ["in/*"]}},
        },
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "${B.Arn}/in/*"}},
    ]  # fmt: skip


def test_invoking_is_granted_on_exactly_the_function_or_the_alias(stack: Stack) -> None:
    function, caller = LambdaFunction(stack, "F", **PYTHON), LambdaFunction(stack, "Caller", **PYTHON)
    live = function.alias("live")
    live.grant_invoke(caller)
    function.grant_invoke(caller)
    function.grant_invoke("123456789012")
    rule = f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/nightly"
    live.grant_invoke("events.amazonaws.com", when={"ArnLike": {"aws:SourceArn": rule}})
    made = resources(stack)
    assert statements(made["CallerRolePolicy"]) == [
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": [{"Ref": "FLive"}, arn("F")]}
    ]
    assert {id: body["Properties"] for id, body in made.items() if body["Type"] == "AWS::Lambda::Permission"} == {
        "FLiveInvokeByRuleNightly": {
            "Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "FLive"}, "Principal": "events.amazonaws.com",
            "SourceArn": rule,
        },
        "FInvokeByRoot": {
            "Action": "lambda:InvokeFunction", "FunctionName": arn("F"),
            "Principal": {"Fn::Sub": "arn:${AWS::Partition}:iam::123456789012:root"},
        },
    }  # fmt: skip


def test_of_several_sources_in_one_condition_each_gets_a_permission_of_its_own(stack: Stack) -> None:
    apis = [f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:{id}/*" for id in ("one", "two")]
    when = {"ArnLike": {"aws:SourceArn": apis}, "StringEquals": {"aws:SourceAccount": [ACCOUNT]}}
    LambdaFunction(stack, "F", **PYTHON).grant_invoke("apigateway.amazonaws.com", when=when)
    made = [body["Properties"] for body in resources(stack).values() if body["Type"] == "AWS::Lambda::Permission"]
    assert made == [
        {
            "Action": "lambda:InvokeFunction", "FunctionName": arn("F"), "Principal": "apigateway.amazonaws.com",
            "SourceArn": api, "SourceAccount": ACCOUNT,
        }
        for api in apis
    ]  # fmt: skip


def test_a_condition_without_a_value_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="a condition without a value"):
        LambdaFunction(stack, "F", **PYTHON).grant_invoke(
            "apigateway.amazonaws.com", when={"ArnLike": {"aws:SourceArn": []}}
        )


def test_a_condition_that_a_functions_policy_cannot_hold_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="cannot hold the condition Bool aws:SecureTransport"):
        LambdaFunction(stack, "F", **PYTHON).grant_invoke(
            "s3.amazonaws.com", when={"Bool": {"aws:SecureTransport": "true"}}
        )


# the handler and the code


def told(stack: Stack, **keywords: Any) -> ConstructError:
    """What is said of a function, at the line that makes it."""
    line = sys._getframe().f_lineno + 2
    with pytest.raises(ConstructError) as caught:
        LambdaFunction(stack, "F", **keywords)
    place = caught.value.place
    assert place is not None
    assert (Path(place.file).name, place.line) == ("test_lambda.py", line)
    assert caught.value.message.startswith("shop/F: ")
    return caught.value


@pytest.mark.parametrize(
    ("files", "handler", "message", "fix"),
    [
        ({"app.py": "def handle(e, c): ..."}, "ap.handle", "needs a file ap.py", "did you mean app.handle?"),
        ({"app.py": "def handle(e, c): ..."}, "app.handel", "app.py has no function handel", "did you mean app.handle?"),
        ({"a/b.py": "def go(e, c): ..."}, "a.c.go", "needs a file a/c.py", "did you mean a.b.go?"),
        ({"app.py": "x = 1\n"}, "app.handle", "app.py has no function handle", None),
        ({"app.py": "def handle(e, c): ..."}, "app", "is no FILE.FUNCTION", "such as app.handle for handle in app.py"),
        ({"app.py": "def handle(e c): ..."}, "app.handle", "app.py:1 is not Python", None),
        ({"app.py": "def handle(event): ..."}, "app.handle", "app.py:1: Lambda calls handle with two arg", "def handle(event, context):"),
        ({"app.py": "def handle(a, b, c): ..."}, "app.handle", "with two arguments", "def handle(event, context):"),
        ({"app.py": "def handle(a, b, *, c): ..."}, "app.handle", "with two arguments", "def handle(event, context):"),
        ({"app.py": "\nasync def handle(e, c): ..."}, "app.handle", "app.py:2: handle is async", "make it a plain function that calls asyncio.run(…)"),
        ({"app.py": "class A:\n  def handle(e, c): ..."}, "app.handle", "app.py has no function handle", None),
    ],
)  # fmt: skip
def test_a_handler_that_is_not_there_is_told_with_what_is(
    stack: Stack, tmp_path: Path, files: dict[str, str], handler: str, message: str, fix: str | None
) -> None:
    for name, text in files.items():
        write(tmp_path, f"src/{name}", text)
    error = told(stack, code="src", handler=handler, runtime="python3.13")
    assert message in error.message
    assert error.fix == fix


@pytest.mark.parametrize(
    ("files", "handler"),
    [
        ({"app.py": "def handle(event, context, more=1): ..."}, "app.handle"),
        ({"app.py": "def handle(*args): ..."}, "app.handle"),
        ({"app.py": "from lib import handle"}, "app.handle"),
        ({"app.py": "from lib import *"}, "app.anything"),
        ({"app.py": "import other\nhandle = other.wrap(lambda e, c: 1)"}, "app.handle"),
        ({"app.py": "if True:\n    def handle(e, c): ...\nelse:\n    handle = None"}, "app.handle"),
        ({"app.py": "try:\n    from a import handle\nexcept ImportError:\n    handle = None"}, "app.handle"),
        ({"app.py": "def __getattr__(name): ..."}, "app.handle"),
        ({"app.py": "@traced\ndef handle(event): ..."}, "app.handle"),
        ({"app.py": "class Handle:\n    def __init__(self, e, c): ..."}, "app.Handle"),
        ({"a/b/__init__.py": "def handle(e, c): ..."}, "a.b.handle"),
        ({"a/b.py": "def handle(e, c): ..."}, "a/b.handle"),
    ],
)
def test_a_handler_that_is_there_or_may_be_is_not_refused(
    stack: Stack, tmp_path: Path, files: dict[str, str], handler: str
) -> None:
    for name, text in files.items():
        write(tmp_path, f"src/{name}", text)
    LambdaFunction(stack, "F", code="src", handler=handler, runtime="python3.13")


def test_a_handler_that_a_layer_may_bring_is_not_refused(stack: Stack, tmp_path: Path) -> None:
    write(tmp_path, "src/app.py", "")
    layers = [f"arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:wrapper:1"]
    LambdaFunction(stack, "F", code="src", handler="wrapper.handle", runtime="python3.13", layers=layers)


@pytest.mark.parametrize(
    ("text", "handler", "message"),
    [
        ("export const handler = async () => {}", "index.handler", None),
        ("exports.handler = () => {}", "index.handler", None),
        ("module.exports = require('./app')", "index.handler", None),
        ("exports.handle = () => {}", "index.handler", "index.mjs exports no handler"),
        ("exports.handler = () => {}", "main.handler", "needs a file main.mjs or main.js"),
    ],
)
def test_a_handler_of_node_is_looked_for_too(
    stack: Stack, tmp_path: Path, text: str, handler: str, message: str | None
) -> None:
    write(tmp_path, "src/index.mjs", text)
    if message is None:
        LambdaFunction(stack, "F", code="src", handler=handler, runtime="nodejs24.x")
    else:
        assert message in told(stack, code="src", handler=handler, runtime="nodejs24.x").message


def test_a_handler_of_code_in_the_template_is_looked_for_too(stack: Stack) -> None:
    error = told(stack, code=inline("def main(e, c): ..."), runtime="python3.13")
    assert "index.py has no function handler" in error.message


def test_layers_count_towards_the_limit(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from awsdeck.assets import packing

    monkeypatch.setattr(packing, "UNZIPPED_MOST", 3_000)
    write(tmp_path, "layer/python/a.py", "#" * 2_000)
    write(tmp_path, "src/app.py", "def handle(e, c): ...\n" + "#" * 2_000)
    layer = LambdaLayer(stack, "L", code="layer")
    error = told(stack, code="src", handler="app.handle", runtime="python3.13", layers=[layer])
    assert "4,022 bytes unzipped and Lambda takes 3,000" in error.message
    assert "shop/L" in error.message


def test_code_that_is_nothing_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="code=7"):
        LambdaFunction(stack, "F", code=7, runtime="python3.13")  # type: ignore[arg-type]
    with pytest.raises(ConstructError, match="a layer is made of files"):
        LambdaLayer(stack, "L", code=CODE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"timeout": 901}, "LAM002"),
        ({"memory": 64}, "LAM003"),
        ({"storage": 511}, "LAM004"),
        ({"code": inline("x"), "runtime": "java21"}, "LAM005"),
        ({"runtime": "python2.7"}, "LAM006"),
        ({"environment": {"AWS_REGION": "x"}}, "LAM007"),
        ({"environment": {"A1": "x" * 4_100}}, "LAM007"),
        ({"architecture": "arm"}, "LAM008"),
        ({"name": "a b"}, "LAM008"),
        ({"subnets": ["subnet-1"]}, "LAM008"),
        ({"layers": [f"arn:aws:lambda:eu-west-1:{ACCOUNT}:layer:l:{n}" for n in range(6)]}, "LAM008"),
        ({"reserved_concurrency": -1}, "LAM027"),
        ({"retries": 3}, "LAM027"),
        ({"max_age": 59}, "LAM027"),
        ({"runtime": "python3.11", "snap_start": True}, "LAM028"),
    ],
)
def test_a_value_the_documentation_forbids_is_an_error_at_the_line(stack: Stack, keywords: Any, rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        LambdaFunction(stack, "F", **{**PYTHON, **keywords})
    assert rule in rules(caught)
    for finding in caught.value.findings:
        assert finding.file is not None
        assert finding.file.endswith("test_lambda.py")


def test_no_runtime_and_no_handler_are_missed(stack: Stack, tmp_path: Path) -> None:
    write(tmp_path, "src/app.py", "")
    with pytest.raises(ConstraintError) as caught:
        LambdaFunction(stack, "F", code="src")
    assert rules(caught) == {"LAM001"}


def test_every_runtime_in_the_types_is_one_that_new_functions_may_have() -> None:
    text = Path(LambdaFunction.build.__code__.co_filename).read_text()
    listed = text.partition("Runtime = Literal[")[2].partition("]")[0]
    named = {word.strip().strip('"') for word in listed.split(",") if word.strip()}
    assert named
    assert [runtime for runtime in named if LIFECYCLE[runtime][1] <= "2026-11-25"] == []
    lasting = {runtime for runtime, dates in LIFECYCLE.items() if dates[0] > "2027-01-01"}
    assert lasting <= named


# versions and aliases


def version_of(keywords: dict[str, Any], change: Any = None) -> str:
    app = App()
    stack = Stack(app, "shop", region="eu-west-1")
    function = LambdaFunction(stack, "F", **{**PYTHON, **keywords})
    function.version()
    if change is not None:
        change(function)
    (id,) = (id for id, body in resources(stack).items() if body["Type"] == "AWS::Lambda::Version")
    return id


@pytest.mark.parametrize("number", ["abc", "", "1.0"])
def test_a_version_is_known_by_its_number(stack: Stack, number: str) -> None:
    with pytest.raises(ConstructError, match="is no version"):
        LambdaFunction(stack, "F", **PYTHON).version(number)


@pytest.mark.parametrize("uri", ["nginx:latest", "public.ecr.aws/lambda/python:3.13", ""])
def test_an_image_of_another_registry_is_refused(uri: str) -> None:
    with pytest.raises(ConstructError, match="is not the URI of an image in ECR"):
        image(uri)


@pytest.mark.parametrize("reserved", [0, 1])
def test_no_more_is_kept_ready_than_may_run_at_once(stack: Stack, reserved: int) -> None:
    function = LambdaFunction(stack, "F", **PYTHON, reserved_concurrency=reserved)
    function.alias("live", provisioned_concurrency=2)
    with pytest.raises(ConstraintError) as caught:
        resources(stack)
    assert rules(caught) == {"LAM014"}


def test_nothing_kept_ready_is_an_error_at_the_line(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        LambdaFunction(stack, "F", **PYTHON).alias("live", provisioned_concurrency=0)
    assert rules(caught) == {"LAM014"}


@pytest.mark.parametrize(
    ("layer", "warned"),
    [
        ({"runtimes": ["nodejs24.x"]}, True),
        ({"architectures": ["arm64"]}, True),
        ({"runtimes": ["python3.13"], "architectures": ["arm64", "x86_64"]}, False),
        ({}, False),
    ],
)
def test_a_layer_that_is_made_for_others_is_a_warning(stack: Stack, tmp_path: Path, layer: Any, warned: bool) -> None:
    write(tmp_path, "shared/python/tools.py", "")
    LambdaFunction(stack, "F", **PYTHON, layers=[LambdaLayer(stack, "Shared", code="shared", **layer)])
    resources(stack)
    assert ("LAM030" in warnings(stack)) is warned


def test_an_outcome_cannot_go_to_a_first_in_first_out_queue(stack: Stack) -> None:
    LambdaFunction(stack, "F", **PYTHON, on_failure=SQSQueue(stack, "Q", fifo=True))
    resources(stack)
    assert "LAM029" in warnings(stack)


@pytest.mark.parametrize("keywords", [{}, {"when": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::uploads"}}}])
def test_a_function_for_everybody_is_a_warning(stack: Stack, keywords: Any) -> None:
    LambdaFunction(stack, "F", **PYTHON).grant_invoke("*", **keywords)
    resources(stack)
    assert ("LAM024" in warnings(stack)) is (not keywords)


@pytest.mark.parametrize(
    "schedule",
    [
        "rate(1 minutes)", "rate(0 minutes)", "rate(5 minute)", "rate(5 seconds)", "rate(5)", "rate(-1 minutes)",
        "cron(0 12 * * ?)", "cron(0 12 * * * *)", "cron(0 12 ? * ? *)",
    ],
)  # fmt: skip
def test_a_schedule_that_event_bridge_does_not_take_is_refused(stack: Stack, schedule: str) -> None:
    with pytest.raises(ConstructError, match="is no schedule"):
        LambdaFunction(stack, "F", **PYTHON).on(schedule)


@pytest.mark.parametrize("schedule", ["rate(1 minute)", "rate(12 hours)", "cron(0/5 8-17 ? * MON-FRI *)"])
def test_a_schedule_that_event_bridge_takes_is_not_refused(stack: Stack, schedule: str) -> None:
    LambdaFunction(stack, "F", **PYTHON).on(schedule)
    assert schedule in [
        body["Properties"].get("ScheduleExpression")
        for body in resources(stack).values()
        if body["Type"] == "AWS::Events::Rule"
    ]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ({}, "{} is no pattern"),
        ({"source": "x"}, "source of the pattern is 'x'"),
        ({"source": []}, r"source of the pattern is \[\]"),
        ({"detail": {}}, "{} of detail is no pattern"),
        ({"detail": {"state": 5}}, "detail.state of the pattern is 5"),
    ],
)
def test_a_pattern_that_lists_nothing_is_refused(stack: Stack, pattern: Any, message: str) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    with pytest.raises(ConstructError, match=message):
        function.on(pattern)
    with pytest.raises(ConstructError, match=message):
        function.on(SQSQueue(stack, "Q"), filters=[pattern])


def test_a_pattern_may_hold_values_of_the_deploy(stack: Stack) -> None:
    bucket = S3Bucket(stack, "B")
    function = LambdaFunction(stack, "F", **PYTHON)
    function.on({"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket.bucket_name]}}, "$or": [{"a": [1]}]})
    found = [body["Properties"] for body in resources(stack).values() if body["Type"] == "AWS::Events::Rule"]
    assert found[0]["EventPattern"]["detail"] == {"bucket": {"name": [{"Ref": "B"}]}}


def test_a_version_changes_with_code_and_configuration_and_with_nothing_else() -> None:
    plain = version_of({})
    assert version_of({}) == plain
    for same in ({"reserved_concurrency": 5}, {"log_retention": 90}, {"retries": 1}):
        assert version_of(same) == plain
    assert version_of({}, lambda function: function.node.tag("team", "shop")) == plain
    assert version_of({}, lambda function: function.on(SQSQueue(function.node.stack, "Q"))) == plain
    changes: list[dict[str, Any]] = [
        {"code": inline("def handler(event, context): pass\n")}, {"memory": 256}, {"timeout": 4}, {"tracing": True},
        {"environment": {"A1": "1"}}, {"environment": {"A1": "2"}}, {"architecture": "arm64"}, {"description": "d"},
    ]  # fmt: skip
    later = [version_of({}, lambda function: function.add_environment("LATER", "1"))]
    ids = [plain, *(version_of(change) for change in changes), *later]
    assert len(set(ids)) == len(ids)


def test_a_version_of_a_directory_changes_with_its_files(stack: Stack, tmp_path: Path) -> None:
    def made() -> str:
        app = App()
        app.folder = str(tmp_path)
        function = LambdaFunction(
            Stack(app, "shop"), "F", code=asset("src", ignore=["*.md"]), handler="app.handle", runtime="python3.13"
        )
        function.version()
        template = synthesize(app)["shop"].template["Resources"]
        return next(str(id) for id, body in template.items() if body["Type"] == "AWS::Lambda::Version")

    write(tmp_path, "src/app.py", "def handle(e, c): ...\n")
    first = made()
    write(tmp_path, "src/README.md", "not code")
    assert made() == first
    write(tmp_path, "src/app.py", "def handle(e, c): pass\n")
    assert made() != first


@pytest.mark.parametrize("by", ["construct", "reference"])
def test_a_version_changes_with_the_files_of_its_layers(stack: Stack, tmp_path: Path, by: str) -> None:
    def version() -> str:
        app = App()
        app.folder = str(tmp_path)
        again = Stack(app, "shop")
        layer = LambdaLayer(again, "Lay", code="lay", runtimes=["python3.13"])
        LambdaFunction(again, "F", **PYTHON, layers=[layer if by == "construct" else layer.arn]).version()
        return next(id for id, body in resources(again).items() if body["Type"] == "AWS::Lambda::Version")

    write(tmp_path, "lay/python/tools.py", "a = 1\n")
    first = version()
    assert version() == first
    write(tmp_path, "lay/python/tools.py", "a = 2\n")
    assert version() != first


def test_earlier_versions_stay_and_an_alias_leads_to_the_newest(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    assert function.version().arn == function.version().arn
    function.alias("live", description="what callers use")
    made = resources(stack)
    (id,) = (id for id, body in made.items() if body["Type"] == "AWS::Lambda::Version")
    assert id.startswith("FVersion")
    assert (made[id]["DeletionPolicy"], made[id]["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert made["FLive"]["Properties"] == {
        "FunctionName": {"Ref": "F"}, "FunctionVersion": arn(id, "Version"), "Name": "live",
        "Description": "what callers use",
    }  # fmt: skip


def test_an_alias_splits_between_two_versions(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    function.alias("live", weights={function.version("8"): 0.1})
    function.alias("old", "7", provisioned_concurrency=5)
    made = resources(stack)
    assert made["FLive"]["Properties"]["RoutingConfig"] == {
        "AdditionalVersionWeights": [{"FunctionVersion": "8", "FunctionWeight": 0.1}]
    }
    assert made["FOld"]["Properties"]["FunctionVersion"] == "7"
    assert made["FOld"]["Properties"]["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 5}


@pytest.mark.parametrize(
    ("arguments", "keywords", "rule"),
    [
        (("7",), {}, "LAM011"),
        (("live", "newest"), {}, "LAM011"),
        (("live", "$LATEST"), {"weights": {"8": 0.1}}, "LAM012"),
        (("live",), {"weights": {"$LATEST": 0.1}}, "LAM012"),
        (("live",), {"weights": {"8": 0.1, "7": 0.1}}, "LAM013"),
        (("live",), {"weights": {"8": 10}}, "LAM013"),
        (("live",), {"weights": {"8": 0.1}, "provisioned_concurrency": 1}, "LAM014"),
        (("live", "$LATEST"), {"provisioned_concurrency": 1}, "LAM014"),
    ],
)
def test_what_an_alias_cannot_do_is_an_error(stack: Stack, arguments: Any, keywords: Any, rule: str) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    with pytest.raises(ConstraintError) as caught:
        function.alias(*arguments, **keywords)
    assert rule in rules(caught)


def test_a_share_that_grows_faster_than_planned_is_a_warning(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    function.alias("live", weights={"8": 0.5}, previous_weight=0.1, canary_step=0.1)
    assert warnings(stack) == {"UPD022"}


def test_an_alias_on_a_version_of_another_function_is_refused(stack: Stack) -> None:
    first, second = LambdaFunction(stack, "F", **PYTHON), LambdaFunction(stack, "G", **PYTHON)
    several: list[dict[str, Any]] = [{"version": second.version()}, {"weights": {second.version("3"): 0.1}}]
    for options in several:
        with pytest.raises(ConstructError, match="of shop/F cannot lead to a version of shop/G") as caught:
            first.alias("live", **options)
        assert caught.value.place is not None
        assert caught.value.place.file.endswith("test_lambda.py")


# gradual deployment


def alarm(stack: Stack) -> Any:
    return cloudwatch.Alarm(
        stack, "Errors", Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=0, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip


def test_publishing_moves_the_alias_step_by_step_and_back_when_an_alarm_rings(stack: Stack) -> None:
    function, check = LambdaFunction(stack, "F", **PYTHON), LambdaFunction(stack, "Check", **PYTHON)
    function.publish("live", canary=10, every="5m", rollback_on=alarm(stack), before=check)
    made = resources(stack)
    assert made["FLive"]["UpdatePolicy"] == {
        "CodeDeployLambdaAliasUpdate": {
            "ApplicationName": {"Ref": "FLiveRolloutApplication"}, "DeploymentGroupName": {"Ref": "FLiveRolloutGroup"},
            "BeforeAllowTrafficHook": {"Ref": "Check"},
        }
    }  # fmt: skip
    group = made["FLiveRolloutGroup"]
    assert group["Properties"] == {
        "ApplicationName": {"Ref": "FLiveRolloutApplication"}, "ServiceRoleArn": arn("FLiveRolloutRole"),
        "DeploymentConfigName": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
        "DeploymentStyle": {"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"},
        "AlarmConfiguration": {"Enabled": True, "Alarms": [{"Name": {"Ref": "Errors"}}]},
        "AutoRollbackConfiguration": {
            "Enabled": True, "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", "DEPLOYMENT_STOP_ON_ALARM"],
        },
    }  # fmt: skip
    assert group["DependsOn"] == ["FLiveRolloutRolePolicy"]
    assert made["FLiveRolloutApplication"]["Properties"] == {"ComputePlatform": "Lambda"}
    assert statements(made["FLiveRolloutRolePolicy"]) == [
        {
            "Effect": "Allow",
            "Action": ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"],
            "Resource": [arn("F"), {"Fn::Sub": "${F.Arn}:*"}],
        },
        {"Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": "*"},
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn("Check")},
    ]
    group_arn = (
        "arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:"
        "${FLiveRolloutApplication}/${FLiveRolloutGroup}"
    )
    assert statements(made["CheckRolePolicy"]) == [
        {
            "Effect": "Allow",
            "Action": "codedeploy:PutLifecycleEventHookExecutionStatus",
            "Resource": {"Fn::Sub": group_arn},
        }
    ]


def test_a_hook_that_calls_the_alias_makes_no_circle(stack: Stack) -> None:
    function, check = LambdaFunction(stack, "F", **PYTHON), LambdaFunction(stack, "Check", **PYTHON)
    live = function.publish("live", after=check)
    live.grant_invoke(check)
    assert [statement["Action"] for statement in statements(resources(stack)["CheckRolePolicy"])] == [
        "codedeploy:PutLifecycleEventHookExecutionStatus", "lambda:InvokeFunction",
    ]  # fmt: skip


def test_a_hook_that_exists_already_brings_its_own_permission(stack: Stack) -> None:
    LambdaFunction(stack, "F", **PYTHON).publish("live", before=LambdaFunction.from_name(stack, "Check", "check"))
    made = resources(stack)
    assert made["FLive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["BeforeAllowTrafficHook"] == "check"
    policies = {id for id, body in made.items() if body["Type"] == "AWS::IAM::Policy"}
    assert policies == {"FPolicy", "FLiveRolloutRolePolicy"}


def test_a_hook_is_a_function_and_no_alias(stack: Stack) -> None:
    check = LambdaFunction(stack, "Check", **PYTHON).alias("live")
    with pytest.raises(ConstructError, match="before= is an alias, and CodeDeploy calls a function by its name"):
        LambdaFunction(stack, "F", **PYTHON).publish("live", before=check)


@pytest.mark.parametrize(
    ("keywords", "name"),
    [
        ({}, "CodeDeployDefault.LambdaAllAtOnce"),
        ({"canary": 10, "every": "30m"}, "CodeDeployDefault.LambdaCanary10Percent30Minutes"),
        ({"linear": 10, "every": 1}, "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"),
        ({"linear": 10, "every": "10 min"}, "CodeDeployDefault.LambdaLinear10PercentEvery10Minutes"),
        ({"canary": 25, "every": "1h"}, {"Type": "TimeBasedCanary", "TimeBasedCanary": {"CanaryPercentage": 25, "CanaryInterval": 60}}),
        ({"linear": 20, "every": "1m"}, {"Type": "TimeBasedLinear", "TimeBasedLinear": {"LinearPercentage": 20, "LinearInterval": 1}}),
    ],
)  # fmt: skip
def test_ready_made_steps_are_used_where_there_are_some(stack: Stack, keywords: Any, name: Any) -> None:
    LambdaFunction(stack, "F", **PYTHON).publish("live", **keywords)
    made = resources(stack)
    if isinstance(name, str):
        assert made["FLiveRolloutGroup"]["Properties"]["DeploymentConfigName"] == name
        assert "FLiveRolloutConfig" not in made
    else:
        assert made["FLiveRolloutConfig"]["Properties"] == {"ComputePlatform": "Lambda", "TrafficRoutingConfig": name}


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"canary": 10}, "canary= needs every="),
        ({"every": "5m"}, "every= goes with canary= or linear="),
        ({"canary": 10, "linear": 10, "every": "5m"}, "two ways"),
        ({"canary": 0, "every": "5m"}, "canary=0"),
        ({"canary": 0.1, "every": "5m"}, "canary= takes a whole number"),
        ({"canary": 10, "every": "5s"}, "every='5s'"),
        ({"canary": 10, "every": "49h"}, "every='49h'"),
        ({"rollback_on": 5}, "a int is not an alarm"),
    ],
)
def test_steps_that_make_no_sense_are_refused(stack: Stack, keywords: Any, message: str) -> None:
    with pytest.raises(ConstructError, match=message) as caught:
        LambdaFunction(stack, "F", **PYTHON).publish("live", **keywords)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_lambda.py")


# what invokes it


def test_a_queue_is_polled_with_the_role_of_the_function(stack: Stack) -> None:
    queue = SQSQueue(stack, "Orders", visibility_timeout=60)
    LambdaFunction(stack, "F", **PYTHON).on(
        queue, batch_size=100, batch_window=5, partial_failure=True, max_concurrency=2, filters=[{"body": {"a": [1]}}]
    )
    made = resources(stack)
    assert made["FFromOrders"] == {
        "Type": "AWS::Lambda::EventSourceMapping", "DependsOn": ["FRolePolicy"],
        "Properties": {
            "FunctionName": arn("F"), "EventSourceArn": arn("Orders"), "BatchSize": 100,
            "MaximumBatchingWindowInSeconds": 5, "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": {"MaximumConcurrency": 2}, "FilterCriteria": {"Filters": [{"Pattern": '{"body":{"a":[1]}}'}]},
        },
    }  # fmt: skip
    assert statements(made["FRolePolicy"]) == [
        {
            "Effect": "Allow",
            "Action": [
                "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
                "sqs:ReceiveMessage",
            ],
            "Resource": arn("Orders"),
        }
    ]  # fmt: skip
    assert warnings(stack) == set()


def test_a_queue_with_a_customer_key_can_be_read(stack: Stack) -> None:
    key = kms.Key(stack, "Key", KeyPolicy={"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}]})  # fmt: skip
    LambdaFunction(stack, "F", **PYTHON).on(SQSQueue(stack, "Q", encryption="kms", key=key.Arn))
    assert statements(resources(stack)["FRolePolicy"])[0] == {
        "Effect": "Allow", "Action": "kms:Decrypt", "Resource": arn("Key"),
    }  # fmt: skip


def test_a_message_that_reappears_while_the_function_runs_is_an_error_at_the_line(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", **PYTHON, timeout=60)
    line = sys._getframe().f_lineno + 1
    function.on(SQSQueue(stack, "Q"))
    with pytest.raises(ConstraintError) as caught:
        resources(stack)
    assert rules(caught) == {"LAM022"}
    assert caught.value.findings[0].line == line


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"batch_size": 11}, "LAM019"),
        ({"batch_window": 1}, "LAM019"),
        ({"max_concurrency": 1}, "LAM020"),
    ],
)
def test_what_a_first_in_first_out_queue_cannot_do_is_an_error(stack: Stack, options: Any, rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:  # noqa: PT012 - some show at once, some across resources
        LambdaFunction(stack, "F", **PYTHON).on(SQSQueue(stack, "Q", fifo=True), **options)
        resources(stack)
    assert rules(caught) == {rule}


@pytest.mark.parametrize("given", ["resource", "token", "arn"])
def test_a_table_is_followed_through_its_stream(stack: Stack, given: str) -> None:
    made_table, failed = table(stack), SNSTopic(stack, "Failed")
    stream = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders/stream/2026-01-01T00:00:00.000"
    source = {"resource": made_table, "token": made_table.StreamArn, "arn": stream}[given]
    LambdaFunction(stack, "F", **PYTHON).on(
        source, start="oldest", batch_size=1_000, parallel=10, retries=2, max_age=60, split_on_error=True,
        tumbling_window=900, on_failure=failed, partial_failure=True,
    )  # fmt: skip
    made = resources(stack)
    where = stream if given == "arn" else arn("Table", "StreamArn")
    mapping = made["FFromOrders" if given == "arn" else "FFromTable"]
    assert mapping["Properties"] == {
        "FunctionName": arn("F"), "EventSourceArn": where, "StartingPosition": "TRIM_HORIZON", "BatchSize": 1_000,
        "ParallelizationFactor": 10, "MaximumRetryAttempts": 2, "MaximumRecordAgeInSeconds": 60,
        "BisectBatchOnFunctionError": True, "TumblingWindowInSeconds": 900,
        "DestinationConfig": {"OnFailure": {"Destination": {"Ref": "Failed"}}},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }  # fmt: skip
    assert statements(made["FRolePolicy"]) == [
        {
            "Effect": "Allow",
            "Action": [
                "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
            ],
            "Resource": where,
        },
        {"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "Failed"}},
    ]  # fmt: skip


def test_a_table_gives_its_stream_and_the_permission_to_read_it(stack: Stack) -> None:
    orders = DynamoDBTable(stack, "Orders", partition_key="id", stream="new-image")
    function = LambdaFunction(stack, "F", **PYTHON)
    function.on(orders, batch_size=10)
    orders.grant_read(function)
    made = resources(stack)
    assert made["FFromOrders"]["Properties"] == {
        "FunctionName": arn("F"), "EventSourceArn": arn("Orders", "StreamArn"), "StartingPosition": "LATEST",
        "BatchSize": 10,
    }  # fmt: skip
    assert made["FFromOrders"]["DependsOn"] == ["FRolePolicy"]


def test_a_table_without_a_stream_cannot_invoke_anything(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    with pytest.raises(ConstructError, match="has no stream") as caught:
        function.on(DynamoDBTable(stack, "Plain", partition_key="id"))
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_lambda.py")


def test_a_kinesis_stream_may_be_read_from_a_moment_on(stack: Stack) -> None:
    stream = kinesis.Stream(stack, "S", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    LambdaFunction(stack, "F", **PYTHON).on(stream.Arn, start=1_700_000_000)
    made = resources(stack)
    assert made["FFromS"]["Properties"]["StartingPosition"] == "AT_TIMESTAMP"
    assert made["FFromS"]["Properties"]["StartingPositionTimestamp"] == 1_700_000_000
    assert statements(made["FRolePolicy"]) == [
        {
            "Effect": "Allow",
            "Action": [
                "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords",
                "kinesis:GetShardIterator", "kinesis:ListShards",
            ],
            "Resource": arn("S"),
        }
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["arn", "resource", "reference"])
def test_a_consumer_of_its_own_is_subscribed_to_and_the_stream_behind_it_read(stack: Stack, by: str) -> None:
    stream: Any = f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/clicks"
    consumer: Any = f"{stream}/consumer/worker:1700000000"
    source = consumer
    if by != "arn":
        made = kinesis.StreamConsumer(stack, "Worker", StreamARN=stream, ConsumerName="worker")
        source = made if by == "resource" else made.ConsumerARN
        stream, consumer = arn("Worker", "StreamARN"), arn("Worker", "ConsumerARN")
    LambdaFunction(stack, "F", **PYTHON).on(source)
    found = resources(stack)
    mappings = [body["Properties"] for body in found.values() if body["Type"] == "AWS::Lambda::EventSourceMapping"]
    assert [mapping["EventSourceArn"] for mapping in mappings] == [consumer]
    assert statements(found["FRolePolicy"]) == [
        {"Effect": "Allow", "Action": "kinesis:SubscribeToShard", "Resource": consumer},
        {
            "Effect": "Allow",
            "Action": [
                "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator",
                "kinesis:ListShards",
            ],
            "Resource": stream,
        },
    ]  # fmt: skip


def test_a_bucket_that_exists_already_cannot_be_told_to_notify(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="the bucket shop/B exists already") as caught:
        LambdaFunction(stack, "F", **PYTHON).on(S3Bucket.from_name(stack, "B", "uploads"))
    assert "EventBridge" in str(caught.value)


def test_a_table_that_exists_already_is_followed_when_its_stream_is_known(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    with pytest.raises(ConstructError, match="stream of shop/T is not known") as caught:
        function.on(DynamoDBTable.from_name(stack, "T", "orders"))
    assert "stream_arn=" in str(caught.value)
    table_arn = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders"
    stream = f"{table_arn}/stream/2026-11-01T00:00:00.000"
    function.on(DynamoDBTable.from_arn(stack, "U", table_arn, stream_arn=stream))
    assert statements(resources(stack)["FRolePolicy"]) == [
        {"Effect": "Allow", "Action": "dynamodb:ListStreams", "Resource": f"{table_arn}/stream/*"},
        {
            "Effect": "Allow", "Resource": stream,
            "Action": ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        },
    ]  # fmt: skip


def test_more_readers_of_a_stream_than_it_bears_are_refused_with_their_lines(stack: Stack) -> None:
    source = table(stack)
    for id in ("F", "G"):
        LambdaFunction(stack, id, **PYTHON).on(source)
    third = LambdaFunction(stack, "H", **PYTHON)
    with pytest.raises(
        ConstructError, match=r"Table\.StreamArn has 2 readers already, shop/F \(.+test_lambda"
    ) as caught:
        third.on(source)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_lambda.py")


def test_one_source_twice_is_refused(stack: Stack) -> None:
    function, queue = LambdaFunction(stack, "F", **PYTHON), SQSQueue(stack, "Q")
    function.on(queue)
    with pytest.raises(ConstructError, match=r"shop/F reads Q\.Arn already"):
        function.on(queue)


def test_a_bucket_notifies_a_function_that_it_may_call(stack: Stack) -> None:
    function, bucket = LambdaFunction(stack, "F", **PYTHON), S3Bucket(stack, "B")
    function.on(bucket, prefix="in/", suffix=".json")
    bucket.notify(function, "s3:ObjectRemoved:*")
    made = resources(stack)
    assert made["B"]["Properties"]["NotificationConfiguration"] == {
        "LambdaConfigurations": [
            {
                "Event": "s3:ObjectCreated:*", "Function": arn("F"),
                "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".json"}]}},
            },
            {"Event": "s3:ObjectRemoved:*", "Function": arn("F")},
        ]
    }  # fmt: skip
    assert made["B"]["DependsOn"] == ["FInvokeByS3"]
    permissions = {id: body["Properties"] for id, body in made.items() if body["Type"] == "AWS::Lambda::Permission"}
    assert permissions == {
        "FInvokeByS3": {
            "Action": "lambda:InvokeFunction", "FunctionName": arn("F"), "Principal": "s3.amazonaws.com",
            "SourceAccount": {"Ref": "AWS::AccountId"},
        }
    }  # fmt: skip


def test_a_bucket_with_a_fixed_name_is_the_only_one_that_may_call(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    bucket, queue, topic = S3Bucket(stack, "B", name="uploads"), SQSQueue(stack, "Q"), SNSTopic(stack, "T")
    function.on(bucket)
    bucket.notify(queue, "s3:ObjectRemoved:*", prefix="q/")
    bucket.notify(topic, "s3:ObjectRemoved:*", prefix="t/")
    made = resources(stack)
    known = {"Fn::Sub": "arn:${AWS::Partition}:s3:::uploads"}
    assert [body["Properties"] for body in made.values() if body["Type"] == "AWS::Lambda::Permission"] == [
        {
            "Action": "lambda:InvokeFunction", "FunctionName": arn("F"), "Principal": "s3.amazonaws.com",
            "SourceAccount": {"Ref": "AWS::AccountId"}, "SourceArn": known,
        }
    ]  # fmt: skip
    for policy in ("QPolicy", "TPolicy"):
        assert statements(made[policy])[0]["Condition"] == {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}, "ArnLike": {"aws:SourceArn": known},
        }  # fmt: skip


def test_a_topic_pushes_to_a_function_that_it_may_call(stack: Stack) -> None:
    function, topic, failed = LambdaFunction(stack, "F", **PYTHON), SNSTopic(stack, "T"), SQSQueue(stack, "Failed")
    function.on(topic, filter={"kind": ["a"]}, filter_on="body", dead_letter=failed)
    made = resources(stack)
    assert made["FFromT"]["Properties"] == {
        "TopicArn": {"Ref": "T"}, "Protocol": "lambda", "Endpoint": arn("F"), "FilterPolicy": {"kind": ["a"]},
        "FilterPolicyScope": "MessageBody", "RedrivePolicy": {"deadLetterTargetArn": arn("Failed")},
    }  # fmt: skip
    assert made["FInvokeByT"]["Properties"] == {
        "Action": "lambda:InvokeFunction", "FunctionName": arn("F"), "Principal": "sns.amazonaws.com",
        "SourceArn": {"Ref": "T"},
    }  # fmt: skip


def test_a_topic_in_another_stack_does_not_need_the_functions_stack(stack: Stack) -> None:
    topic = SNSTopic(stack, "T")
    consumer = Stack(stack.node.root_app, "consumer", region="eu-west-1")
    topic.subscribe(LambdaFunction(consumer, "F", **PYTHON))
    made = synthesize(stack.node.root_app)
    assert made["consumer"].dependencies == ("shop",)
    assert made["shop"].dependencies == ()


def test_a_schedule_and_a_pattern_are_rules_of_event_bridge(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    function.on("rate(5 minutes)", input={"task": "tidy"})
    function.on("cron(0 12 * * ? *)", enabled=False)
    function.on({"source": ["aws.s3"]})
    made = resources(stack)
    assert made["FOnRate5Minutes"]["Properties"] == {
        "ScheduleExpression": "rate(5 minutes)", "State": "ENABLED",
        "Targets": [{"Id": "Function", "Arn": arn("F"), "Input": '{"task":"tidy"}'}],
    }  # fmt: skip
    assert made["FOnCron012"]["Properties"]["State"] == "DISABLED"
    assert made["FOnEvent"]["Properties"]["EventPattern"] == {"source": ["aws.s3"]}
    for rule in ("FOnRate5Minutes", "FOnCron012", "FOnEvent"):
        assert made[f"FInvokeBy{rule.removeprefix('F')}"]["Properties"] == {
            "Action": "lambda:InvokeFunction", "FunctionName": arn("F"), "Principal": "events.amazonaws.com",
            "SourceArn": arn(rule),
        }  # fmt: skip


def test_sources_call_the_alias_when_they_are_given_to_the_alias(stack: Stack) -> None:
    live = LambdaFunction(stack, "F", **PYTHON).alias("live")
    live.on(SQSQueue(stack, "Q"))
    live.on(S3Bucket(stack, "B"))
    live.on("rate(1 hour)")
    made = resources(stack)
    assert made["FLiveFromQ"]["Properties"]["FunctionName"] == {"Ref": "FLive"}
    assert made["FLiveInvokeByS3"]["Properties"]["FunctionName"] == {"Ref": "FLive"}
    assert made["FLiveOnRate1Hour"]["Properties"]["Targets"][0]["Arn"] == {"Ref": "FLive"}
    assert warnings(stack) == set()


def test_a_source_that_goes_past_the_alias_is_a_warning(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    function.alias("live")
    function.on(SQSQueue(stack, "Q"))
    resources(stack)
    assert "LAM016" in warnings(stack)


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("queue", {"start": "latest"}, "start= says nothing of a queue"),
        ("queue", {"parallel": 2, "events": ["x"]}, "events=, parallel= says nothing of a queue"),
        ("rate(1 hour)", {"batch_size": 1}, "batch_size= says nothing of a schedule"),
        ("hourly", {}, "'hourly' cannot invoke a function"),
        (7, {}, "a int cannot invoke a function"),
        (f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t/stream/1", {"start": "middle"}, "start='middle'"),
    ],
)
def test_options_that_do_not_fit_the_source_are_refused(stack: Stack, source: Any, options: Any, message: str) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    with pytest.raises(ConstructError, match=message) as caught:
        function.on(SQSQueue(stack, "Q") if source == "queue" else source, **options)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_lambda.py")


# an address


def test_an_address_for_everybody_says_so_twice(stack: Stack) -> None:
    function = LambdaFunction(stack, "F", **PYTHON)
    function.alias("live").add_url(auth="none", origins=["https://example.com"], methods=["GET"], streaming=True)
    made = resources(stack)
    assert made["FLiveUrl"]["Properties"] == {
        "TargetFunctionArn": arn("F"), "Qualifier": "live", "AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM",
        "Cors": {"AllowOrigins": ["https://example.com"], "AllowMethods": ["GET"]},
    }  # fmt: skip
    assert made["FLiveUrl"]["DependsOn"] == ["FLive"]
    assert made["FLiveUrlCall"]["Properties"] == {
        "Action": "lambda:InvokeFunctionUrl", "FunctionName": {"Ref": "FLive"}, "FunctionUrlAuthType": "NONE",
        "Principal": "*",
    }  # fmt: skip
    assert made["FLiveUrlInvoke"]["Properties"] == {
        "Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "FLive"}, "InvokedViaFunctionUrl": True,
        "Principal": "*",
    }  # fmt: skip


def test_a_signed_address_is_granted_to_roles(stack: Stack) -> None:
    url = LambdaFunction(stack, "F", **PYTHON).add_url()
    url.grant_call(LambdaFunction(stack, "Caller", **PYTHON))
    made = resources(stack)
    assert made["FUrl"]["Properties"] == {"TargetFunctionArn": arn("F"), "AuthType": "AWS_IAM"}
    assert statements(made["CallerRolePolicy"]) == [
        {
            "Effect": "Allow", "Action": "lambda:InvokeFunctionUrl", "Resource": arn("F"),
            "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
        },
        {
            "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn("F"),
            "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
        },
    ]  # fmt: skip
    assert not [body for body in made.values() if body["Type"] == "AWS::Lambda::Permission"]


# what exists already


@pytest.mark.parametrize("by", ["name", "arn"])
def test_a_function_that_exists_can_be_invoked_and_given_sources(stack: Stack, by: str) -> None:
    written = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:worker"
    old = (
        LambdaFunction.from_name(stack, "Old", "worker")
        if by == "name"
        else LambdaFunction.from_arn(stack, "Old", written)
    )
    old.grant_invoke(LambdaFunction(stack, "Caller", **PYTHON))
    old.on(SNSTopic(stack, "T"))
    made = resources(stack)
    named = {"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:worker"}
    assert statements(made["CallerRolePolicy"])[0]["Resource"] == (named if by == "name" else written)
    assert made["OldInvokeByT"]["Properties"]["SourceArn"] == {"Ref": "T"}
    with pytest.raises(ConstructError, match="its role is not known here"):
        old.allow("s3:GetObject", on="*")


def test_a_parameter_may_stand_for_numbers_and_runtimes(stack: Stack) -> None:
    timeout, runtime = Parameter(stack, "Timeout", type="Number", default=5), Parameter(stack, "Runtime")
    LambdaFunction(stack, "F", code=CODE, timeout=timeout.ref, runtime=runtime.ref)
    assert resources(stack)["F"]["Properties"]["Timeout"] == {"Ref": "Timeout"}


def test_one_event_of_a_bucket_may_be_given_as_it_is() -> None:
    stack = Stack(App(), "shop", region="eu-west-1")
    function = LambdaFunction(stack, "F", **PYTHON)
    bucket = S3Bucket(stack, "B")
    function.on(bucket, events="s3:ObjectRemoved:*")
    made = synthesize(stack.node.root_app)["shop"].template["Resources"]["B"]["Properties"]
    (entry,) = made["NotificationConfiguration"]["LambdaConfigurations"]
    assert entry["Event"] == "s3:ObjectRemoved:*"


@pytest.mark.parametrize(
    ("filters", "said"),
    [([{"a": [1]}] * 6, "6 filters, 1 of them different"), ([{"a": [n]} for n in range(11)], "has 11 filters")],
)
def test_too_many_filters_and_equal_ones_are_told_once(filters: list[dict[str, Any]], said: str) -> None:
    stack = Stack(App(), "shop", region="eu-west-1")
    function = LambdaFunction(stack, "F", **PYTHON)
    with pytest.raises(ConstructError, match=said) as caught:
        function.on(SQSQueue(stack, "Q"), filters=filters)
    assert "at most 5" in (caught.value.fix or "")
    assert caught.value.place is not None


def test_an_environment_that_a_reference_must_overfill_is_refused() -> None:
    stack = Stack(App(), "shop", region="eu-west-1")
    queue = SQSQueue(stack, "Q")
    with pytest.raises(ConstraintError, match=r"at least 4,?110 bytes"):
        LambdaFunction(stack, "F", environment={"AA": "x" * 4_090, "BB": queue.arn}, **PYTHON)
    LambdaFunction(stack, "G", environment={"AA": "x" * 4_000, "BB": queue.arn}, **PYTHON)
