"""Functions, their versions, aliases, permissions and sources: the near misses of each rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules import View, check_resource
from awsdeck.rules.functions import runtimes
from awsdeck.rules.functions.aliases import qualifier

if TYPE_CHECKING:
    from .conftest import Ask, AskHints

FUNCTION = "AWS::Lambda::Function"
QUEUE = "AWS::SQS::Queue"
ROLE = "AWS::IAM::Role"
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
STAGE = {"Stage": {"Type": "String"}, "Text": {"Type": "String"}}
NOTHING = {"Ref": "AWS::NoValue"}


def of(type: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties}


def function(**properties: Any) -> dict[str, Any]:
    given = {
        "Role": "arn:aws:iam::123456789012:role/r",
        "Code": {"S3Bucket": "code-bucket", "S3Key": "k.zip"},
        "Handler": "a.b",
        "Runtime": "python3.14",
        **properties,
    }
    return {"Type": FUNCTION, "Properties": {name: value for name, value in given.items() if value is not None}}


def mapping(source: Any, **properties: Any) -> dict[str, Any]:
    return of("AWS::Lambda::EventSourceMapping", FunctionName={"Ref": "Work"}, EventSourceArn=source, **properties)


def alias(**properties: Any) -> dict[str, Any]:
    given = {"FunctionName": {"Ref": "Work"}, "FunctionVersion": "1", "Name": "live", **properties}
    return {"Type": "AWS::Lambda::Alias", "Properties": given}


def version(**properties: Any) -> dict[str, Any]:
    return of("AWS::Lambda::Version", **{"FunctionName": {"Ref": "Work"}, **properties})


def permission(**properties: Any) -> dict[str, Any]:
    given = {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "Work"}, **properties}
    return {"Type": "AWS::Lambda::Permission", "Properties": given}


def table(**properties: Any) -> dict[str, Any]:
    return of(
        "AWS::DynamoDB::Table",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **properties,
    )


def arn_of(id: str, attribute: str = "Arn") -> dict[str, Any]:
    return {"Fn::GetAtt": [id, attribute]}


def queue(**properties: Any) -> dict[str, Any]:
    return of(QUEUE, **properties)


# Functions


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"Handler": None}, ["Handler"]),
        ({"Handler": None, "Runtime": None}, ["Handler", "Runtime"]),
        ({"Handler": {"Ref": "Text"}, "Runtime": {"Ref": "Text"}}, []),
        ({"Handler": {"Fn::If": ["Prod", "a.b", NOTHING]}}, ["Handler"]),
        ({"PackageType": {"Ref": "Text"}, "Handler": None}, []),
        ({"PackageType": "Image", "Code": {"ImageUri": "x"}, "Handler": None, "Runtime": None}, []),
        ({"PackageType": "Image", "Code": {"ImageUri": "x"}}, ["Handler", "Runtime"]),
    ],
)
def test_a_package_has_what_its_kind_needs(ask: Ask, changes: dict[str, Any], places: list[str]) -> None:
    said = ask({"F": function(**changes)}, Conditions=PROD, Parameters=STAGE)
    assert sorted(place[2] for place in said.where("LAM001")) == places


def test_a_function_without_code_is_reported_once_by_the_schema(ask: Ask) -> None:
    said = ask({"F": function(Code=None)})
    assert said.severities("XSV018") == ["error"]
    assert not said.of("LAM005")


@pytest.mark.parametrize(
    ("seconds", "managed", "wrong"),
    [
        (1, False, False), ("900", False, False), (901, False, True), (0, False, True), (901, True, False),
        (5_401, True, True), ({"Ref": "Text"}, False, False),
    ],
)  # fmt: skip
def test_a_timeout_is_at_most_15_minutes_and_more_on_managed_instances(
    ask: Ask, seconds: Any, managed: bool, wrong: bool
) -> None:
    provider = {"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": {"Ref": "Text"}}}
    properties = {"Timeout": seconds, **({"CapacityProviderConfig": provider} if managed else {})}
    assert bool(ask({"F": function(**properties)}, Parameters=STAGE).of("LAM002")) is wrong


@pytest.mark.parametrize(("size", "wrong"), [(127, True), (128, False), (129, False), (10_240, False), (10_241, True)])
def test_memory_is_any_number_of_megabytes_up_to_10_240(ask: Ask, size: int, wrong: bool) -> None:
    said = ask({"F": function(MemorySize=size)})
    assert bool(said.of("LAM003")) is wrong
    assert not said.of("XSV018")


@pytest.mark.parametrize(
    ("runtime", "day", "severities"),
    [
        ("python3.9", "2025-12-14", []),
        ("python3.9", "2025-12-15", ["warning"]),
        ("python3.9", "2027-02-01", ["error"]),
        ("python3.15", "2026-11-25", []),
        ("cobol85", "2026-11-25", ["error"]),
        ("python3", "2026-11-25", ["error"]),
        ("go1.x", "2026-11-25", ["error"]),
        ({"Ref": "Text"}, "2026-11-25", []),
    ],
)
def test_a_runtime_is_judged_by_the_day(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, runtime: Any, day: str, severities: list[str]
) -> None:
    monkeypatch.setattr(runtimes, "today", lambda: day)
    assert ask({"F": function(Runtime=runtime)}, Parameters=STAGE).severities("LAM006") == severities


def test_a_runtime_later_than_all_that_are_known_is_only_a_warning(ask: Ask) -> None:
    assert ask({"F": function(Runtime="nodejs98.x")}).severities("LAM006") == ["warning"]
    assert runtimes.newer("python3.99")
    assert not runtimes.newer("dotnet9")
    assert not runtimes.newer("cobol99")


def test_every_runtime_is_of_a_family_that_has_a_successor_and_a_version() -> None:
    for runtime in (*runtimes.LIFECYCLE, *runtimes.WITHOUT_DATES):
        assert runtimes.NEWEST[runtimes.family(runtime)] in runtimes.LIFECYCLE
        assert not runtimes.newer(runtime)


def test_the_runtimes_are_those_of_the_schema() -> None:
    for runtime in (*runtimes.LIFECYCLE, *runtimes.WITHOUT_DATES):
        body = function(Runtime=runtime)
        assert not [f for f in check_resource(View("F", FUNCTION, body)) if f.rule == "XSV018"], runtime


@pytest.mark.parametrize(
    ("runtime", "works"),
    [
        ("java8.al2", False), ("java11", True), ("java25", True), ("python3.11", False), ("python3.12", True),
        ("python3.14", True), ("dotnet6", False), ("dotnet8", True), ("dotnetcore3.1", False), ("nodejs24.x", False),
        ("provided.al2023", False), ("ruby3.4", False),
    ],
)  # fmt: skip
def test_snapstart_works_with_later_java_python_and_net(runtime: str, works: bool) -> None:
    assert runtimes.snapshots(runtime) is works


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("AWS_REGION", True), ("aws_region", False), ("AWS_LAMBDA_EXEC_WRAPPER", False), ("AWS_XRAY_CONTEXT_MISSING", False),
        ("_HANDLER", True), ("X", True), ("XY", False), ("9X", True), ("A-B", True),
    ],
)  # fmt: skip
def test_reserved_and_impossible_names_of_variables_are_errors(ask: Ask, name: str, wrong: bool) -> None:
    said = ask({"F": function(Environment={"Variables": {name: "x"}})})
    assert len(said.of("LAM007")) == int(wrong)


def test_the_size_of_variables_counts_what_is_known(ask: Ask) -> None:
    def size(value: Any) -> bool:
        return bool(ask({"F": function(Environment={"Variables": {"LONG": value}})}, Parameters=STAGE).of("LAM007"))

    assert not size("x" * 4_092)
    assert size("x" * 4_093)
    assert not size({"Ref": "Text"})


@pytest.mark.parametrize(
    ("network", "wrong"),
    [
        ({"SubnetIds": [], "SecurityGroupIds": []}, False),
        ({"SubnetIds": ["subnet-1"]}, True),
        ({"SubnetIds": ["subnet-1"], "SecurityGroupIds": []}, True),
        ({"SubnetIds": {"Ref": "Text"}, "SecurityGroupIds": ["sg-1"]}, False),
        ({"SubnetIds": {"Fn::If": ["Prod", ["subnet-1"], []]}, "SecurityGroupIds": ["sg-1"]}, True),
    ],
)
def test_subnets_and_security_groups_go_together(ask: Ask, network: dict[str, Any], wrong: bool) -> None:
    said = ask({"F": function(VpcConfig=network)}, Conditions=PROD, Parameters=STAGE)
    assert bool(said.of("LAM008")) is wrong


def test_the_arn_of_a_function_is_a_name_too(ask: Ask) -> None:
    assert not ask({"F": function(FunctionName="arn:aws:lambda:eu-west-1:123456789012:function:f")}).of("LAM008")


def test_failed_events_may_go_to_a_topic_but_not_to_a_fifo_queue(ask: Ask) -> None:
    def severities(target: dict[str, Any]) -> list[str]:
        return ask({"F": function(DeadLetterConfig={"TargetArn": {"Ref": "T"}}), "T": target}).severities("LAM025")

    assert severities(of("AWS::SNS::Topic")) == []
    assert severities(of("AWS::SNS::Topic", FifoTopic=True, TopicName="t.fifo")) == ["warning"]
    assert severities(of("AWS::Kinesis::Stream")) == ["error"]


def test_code_in_the_template_has_at_most_4_megabytes(ask: Ask) -> None:
    def wrong(size: int) -> bool:
        return bool(ask({"F": function(Code={"ZipFile": "#" * size}, Handler="index.x")}).of("LAM005"))

    assert not wrong(4 * 1_048_576)
    assert wrong(4 * 1_048_576 + 1)


# Versions and aliases


@pytest.mark.parametrize(
    ("name", "behind"),
    [
        ("orders", None),
        ("orders:live", "live"),
        ("123456789012:function:orders", None),
        ("arn:aws:lambda:eu-west-1:123456789012:function:orders", None),
        ("arn:aws:lambda:eu-west-1:123456789012:function:orders:$LATEST", "$LATEST"),
        ("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:orders", None),
        ("${Work}:3", "3"),
        ("${Work.Arn}", None),
    ],
)
def test_what_stands_behind_a_functions_name_is_its_qualifier(name: str, behind: str | None) -> None:
    assert qualifier(name) == behind


def test_routing_to_latest_is_refused_and_pointing_at_it_is_not(ask: Ask) -> None:
    split = {"AdditionalVersionWeights": [{"FunctionVersion": arn_of("V2", "Version"), "FunctionWeight": 0.5}]}
    base = {"Work": function(), "V1": version(), "V2": version()}
    assert not ask({**base, "A": alias(FunctionVersion=arn_of("V1", "Version"), RoutingConfig=split)}).of("LAM012")
    assert not ask({**base, "A": alias(FunctionVersion="$LATEST")}).of("LAM012")
    assert ask({**base, "A": alias(FunctionVersion="$LATEST", RoutingConfig=split)}).severities("LAM012") == ["error"]


@pytest.mark.parametrize(
    ("weight", "wrong"), [(0, False), (1, False), ("0.25", False), (1.01, True), (10, True), (-0.1, True)]
)
def test_a_weight_is_a_share(ask: Ask, weight: Any, wrong: bool) -> None:
    split = {"AdditionalVersionWeights": [{"FunctionVersion": "2", "FunctionWeight": weight}]}
    assert bool(ask({"A": alias(FunctionName="f", RoutingConfig=split)}).of("LAM013")) is wrong


def test_routing_without_entries_goes_with_provisioned_concurrency(ask: Ask) -> None:
    empty: dict[str, Any] = {"AdditionalVersionWeights": []}
    concurrency = {"ProvisionedConcurrentExecutions": 1}
    said = ask({"A": alias(FunctionName="f", RoutingConfig=empty, ProvisionedConcurrencyConfig=concurrency)})
    assert not said.of("LAM014")


@pytest.mark.parametrize(
    ("id", "properties", "warned"),
    [
        ("Current", {}, True),
        ("Version7", {}, False),
        ("Current", {"CodeSha256": "abc"}, False),
        ("Current", {"Description": {"Ref": "Text"}}, False),
        ("Current", {"FunctionName": {"Ref": "Text"}}, False),
    ],
)
def test_a_version_that_nothing_can_renew_is_a_warning(
    ask: Ask, id: str, properties: dict[str, Any], warned: bool
) -> None:
    said = ask({"Work": function(), id: version(**properties)}, Parameters=STAGE)
    assert bool(said.of("LAM010")) is warned


def api(uri: Any) -> dict[str, Any]:
    return of(
        "AWS::ApiGateway::Method",
        HttpMethod="POST", ResourceId="r", RestApiId="a", AuthorizationType="NONE",
        Integration={"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri},
    )  # fmt: skip


def uri(of: str) -> dict[str, Any]:
    start = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    return {"Fn::Sub": f"{start}{of}/invocations"}


@pytest.mark.parametrize(
    ("written", "warned"),
    [("${Work.Arn}", True), ("${Live}", False), ("${Work.Arn}:live", False), ("${Work.Arn}:${!stageVariables.alias}", False),
     ("${Work.Arn}:$LATEST", True), ("${Other}", False)],
)  # fmt: skip
def test_an_api_that_goes_past_the_alias_is_a_warning(ask: Ask, written: str, warned: bool) -> None:
    said = ask({"Work": function(), "Live": alias(), "M": api(uri(written))}, Parameters={"Other": {"Type": "String"}})
    assert bool(said.of("LAM016")) is warned


def test_an_alias_of_latest_is_no_reason_to_go_through_it(ask: Ask) -> None:
    said = ask({"Work": function(), "Live": alias(FunctionVersion="$LATEST"), "M": api(uri("${Work.Arn}"))})
    assert not said.of("LAM016")


@pytest.mark.parametrize(
    ("called", "allowed", "warned"),
    [
        ("${Live}", {"Ref": "Live"}, False),
        ("${Live}", {"Ref": "Work"}, True),
        ("${Work.Arn}:live", {"Ref": "Live"}, False),
        ("${Live}", {"Fn::Sub": "${Work}:live"}, False),
        ("${Live}", {"Fn::Sub": "${Work}:${Text}"}, False),
        ("${Live}", {"Ref": "Text"}, False),
        ("${Work.Arn}", {"Ref": "Live"}, True),
    ],
)
def test_a_permission_is_for_the_qualifier_that_is_called(
    ask: Ask, called: str, allowed: dict[str, Any], warned: bool
) -> None:
    resources = {
        "Work": function(), "Live": alias(), "M": api(uri(called)),
        "P": permission(FunctionName=allowed, Principal="apigateway.amazonaws.com"),
    }  # fmt: skip
    assert bool(ask(resources, Parameters=STAGE).of("LAM017")) is warned


def test_a_second_permission_on_the_right_qualifier_makes_it_good(ask: Ask) -> None:
    resources = {
        "Work": function(), "Live": alias(), "M": api(uri("${Live}")),
        "P": permission(Principal="apigateway.amazonaws.com"),
        "Q": permission(FunctionName={"Ref": "Live"}, Principal="apigateway.amazonaws.com"),
    }  # fmt: skip
    assert not ask(resources).of("LAM017")


@pytest.mark.parametrize(
    ("properties", "severities"),
    [
        ({"Principal": "sns.amazonaws.com", "SourceArn": {"Ref": "T"}}, []),
        ({"Principal": "s3.amazonaws.com", "SourceArn": {"Ref": "T"}}, ["warning"]),
        ({"Principal": {"Fn::Sub": "sns.${AWS::URLSuffix}"}, "SourceArn": {"Ref": "T"}}, []),
        ({"Principal": {"Ref": "Text"}, "SourceArn": {"Ref": "T"}}, []),
        ({"Principal": "123456789012"}, []),
        ({"Principal": "s3.amazonaws.com", "SourceArn": {"Fn::Sub": "arn:aws:s3:::${Text}"}}, ["warning"]),
        ({"Principal": "s3.amazonaws.com", "SourceAccount": {"Ref": "AWS::AccountId"}}, []),
        ({"Principal": "*", "FunctionUrlAuthType": "NONE", "Action": "lambda:InvokeFunctionUrl"}, []),
        ({"Principal": "events.amazonaws.com", "SourceAccount": "123456789012", "Action": "invoke"}, ["error"]),
    ],
)
def test_a_permission_fits_its_source(ask: Ask, properties: dict[str, Any], severities: list[str]) -> None:
    resources = {"Work": function(), "T": of("AWS::SNS::Topic"), "P": permission(**properties)}
    assert ask(resources, Parameters=STAGE).severities("LAM024") == severities


# Sources


def test_where_reading_begins_depends_on_the_source(ask: Ask) -> None:
    stream = table(StreamSpecification={"StreamViewType": "NEW_IMAGE"})
    base = {"Work": function(), "T": stream, "Q": queue(), "K": of("AWS::Kinesis::Stream")}

    def severities(source: Any, **properties: Any) -> list[str]:
        said = ask({**base, "M": mapping(source, **properties)}, Conditions=PROD, Parameters=STAGE)
        return said.severities("LAM018")

    assert severities(arn_of("T", "StreamArn")) == ["error"]
    assert severities(arn_of("T", "StreamArn"), StartingPosition={"Ref": "Text"}) == []
    assert severities(arn_of("T", "StreamArn"), StartingPosition={"Fn::If": ["Prod", "LATEST", NOTHING]}) == ["error"]
    assert severities(arn_of("K")) == ["error"]
    assert severities(arn_of("K"), StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=1) == []
    assert severities(arn_of("Q")) == []
    assert severities(arn_of("Q"), StartingPosition="LATEST") == ["error"]
    assert severities({"Ref": "Text"}) == []


@pytest.mark.parametrize(
    ("fifo", "properties", "wrong"),
    [
        (False, {"BatchSize": 10}, False),
        (False, {"BatchSize": 11}, True),
        (False, {"BatchSize": 11, "MaximumBatchingWindowInSeconds": 1}, False),
        (False, {"BatchSize": 11, "MaximumBatchingWindowInSeconds": {"Ref": "Text"}}, False),
        (True, {"BatchSize": 10}, False),
        (True, {"BatchSize": "11"}, True),
        (True, {"MaximumBatchingWindowInSeconds": 0}, False),
        (True, {"MaximumBatchingWindowInSeconds": 1}, True),
        ({"Fn::If": ["Prod", True, NOTHING]}, {"BatchSize": 11}, False),
    ],
)
def test_a_batch_is_as_large_as_the_kind_of_queue_allows(
    ask: Ask, fifo: Any, properties: dict[str, Any], wrong: bool
) -> None:
    source = queue(FifoQueue=fifo) if fifo else queue()
    resources = {"Work": function(), "Q": source, "M": mapping(arn_of("Q"), **properties)}
    assert bool(ask(resources, Conditions=PROD, Parameters=STAGE).of("LAM019")) is wrong


def test_a_property_that_says_nothing_is_taken_for_every_source(ask: Ask) -> None:
    idle = {
        "ParallelizationFactor": 1, "TumblingWindowInSeconds": 0, "BisectBatchOnFunctionError": False,
        "MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": -1, "DestinationConfig": {}, "ScalingConfig": {},
    }  # fmt: skip
    assert not ask({"Work": function(), "Q": queue(), "M": mapping(arn_of("Q"), **idle)}).of("LAM020")
    busy = {"BisectBatchOnFunctionError": "true", "MaximumRetryAttempts": 3}
    said = ask({"Work": function(), "Q": queue(), "M": mapping(arn_of("Q"), **busy)})
    assert sorted(place[2] for place in said.where("LAM020")) == sorted(busy)


def test_a_table_needs_a_stream_in_every_way_its_conditions_fall(ask: Ask) -> None:
    def wrong(stream: Any) -> bool:
        resources = {
            "Work": function(), "T": table(**({"StreamSpecification": stream} if stream else {})),
            "M": mapping(arn_of("T", "StreamArn"), StartingPosition="LATEST"),
        }  # fmt: skip
        return bool(ask(resources, Conditions=PROD, Parameters=STAGE).of("LAM021"))

    assert not wrong({"StreamViewType": "KEYS_ONLY"})
    assert wrong(None)
    assert wrong({"Fn::If": ["Prod", {"StreamViewType": "KEYS_ONLY"}, NOTHING]})


@pytest.mark.parametrize(
    ("visible", "timeout", "window", "severities"),
    [
        (None, None, None, []),
        (None, 5, None, []),
        (None, 6, None, ["warning"]),
        (None, 31, None, ["error"]),
        (360, 60, None, []),
        (360, 60, 1, ["warning"]),
        (59, 60, None, ["error"]),
        ({"Ref": "Text"}, 60, None, []),
        (30, {"Ref": "Text"}, None, []),
    ],
)
def test_messages_stay_hidden_for_as_long_as_the_function_runs(
    ask: Ask, visible: Any, timeout: Any, window: Any, severities: list[str]
) -> None:
    hidden = {} if visible is None else {"VisibilityTimeout": visible}
    gathered = {} if window is None else {"MaximumBatchingWindowInSeconds": window}
    resources = {"Work": function(Timeout=timeout), "Q": queue(**hidden), "M": mapping(arn_of("Q"), **gathered)}
    assert ask(resources, Parameters=STAGE).severities("LAM022") == severities


def test_a_queue_and_a_function_that_change_together_are_compared_together(ask: Ask) -> None:
    resources = {
        "Work": function(Timeout={"Fn::If": ["Prod", 300, 10]}),
        "Q": queue(VisibilityTimeout={"Fn::If": ["Prod", 1_800, 60]}),
        "M": mapping(arn_of("Q")),
    }
    assert not ask(resources, Conditions=PROD, Parameters=STAGE).of("LAM022")


def test_a_stream_role_that_only_lacks_the_listing_is_a_warning(ask: Ask) -> None:
    actions = ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"]

    def severities(*actions: str) -> list[str]:
        allowed = {"Effect": "Allow", "Action": list(actions), "Resource": arn_of("T", "StreamArn")}
        policy = {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]}}
        resources = {
            "Work": function(Role=arn_of("R")), "T": table(StreamSpecification={"StreamViewType": "NEW_IMAGE"}),
            "M": mapping(arn_of("T", "StreamArn"), StartingPosition="LATEST"),
            "R": of(ROLE, AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": []}, Policies=[policy]),
        }  # fmt: skip
        return ask(resources).severities("LAM023")

    assert severities(*actions) == ["warning"]
    assert severities(*actions[1:]) == ["error"]
    assert severities("dynamodb:*") == []


def test_reserved_executions_are_summed_where_they_share_an_account(ask: Ask) -> None:
    resources = {name: function(ReservedConcurrentExecutions=450) for name in ("A", "B")}
    assert not ask(resources).of("LAM027")
    assert ask({**resources, "C": function(ReservedConcurrentExecutions=1)}).severities("LAM027") == ["warning"]


def test_snapstart_without_a_version_is_a_warning_and_with_provisioned_concurrency_an_error(ask: Ask) -> None:
    snapped = function(SnapStart={"ApplyOn": "PublishedVersions"})
    assert ask({"Work": snapped}).severities("LAM028") == ["warning"]
    assert ask({"Work": snapped, "V1": version()}).severities("LAM028") == []
    fast = alias(ProvisionedConcurrencyConfig={"ProvisionedConcurrentExecutions": 1})
    assert ask({"Work": snapped, "V1": version(), "Live": fast}).severities("LAM028") == ["error"]
    assert not ask({"Work": snapped}, Transform="AWS::Serverless-2016-10-31").of("LAM028")


def test_a_canary_goes_up_in_its_declared_steps(ask_hints: AskHints) -> None:
    assert not ask_hints("LambdaAlias", weight=0.3, previous_weight=0.2, canary_step=0.1).of("UPD022")
    assert ask_hints("LambdaAlias", weight=0.31, previous_weight=0.2, canary_step=0.1).severities("UPD022") == [
        "warning"
    ]


# What functions write to and reach


def test_a_filtered_trigger_is_no_loop(ask: Ask) -> None:
    allowed = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn_of("Q")}
    policy = {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]}}
    trust = {"Version": "2012-10-17", "Statement": []}
    base = {
        "Work": function(Role=arn_of("R"), Environment={"Variables": {"NEXT": {"Ref": "Q"}}}), "Q": queue(),
        "R": of(ROLE, AssumeRolePolicyDocument=trust, Policies=[policy]),
    }  # fmt: skip
    assert ask({**base, "M": mapping(arn_of("Q"))}).severities("XSV006") == ["warning"]
    filtered = mapping(arn_of("Q"), FilterCriteria={"Filters": [{"Pattern": "{}"}]})
    assert not ask({**base, "M": filtered}).of("XSV006")
    quiet = function(Role=arn_of("R"))
    assert ask({**base, "Work": quiet, "M": mapping(arn_of("Q"))}).severities("XSV006") == ["info"]


@pytest.mark.parametrize(
    ("database", "warned"),
    [
        ({}, False),
        ({"PubliclyAccessible": False}, True),
        ({"PubliclyAccessible": True}, False),
        ({"PubliclyAccessible": {"Ref": "Text"}}, False),
    ],
)
def test_only_a_database_that_is_certainly_private_is_out_of_reach(
    ask: Ask, database: dict[str, Any], warned: bool
) -> None:
    told = {"Variables": {"HOST": arn_of("Db", "Endpoint.Address")}}
    resources = {"Work": function(Environment=told), "Db": of("AWS::RDS::DBInstance", **database)}
    assert bool(ask(resources, Parameters=STAGE).of("XSV019")) is warned


def test_the_arn_of_a_cache_is_not_its_address(ask: Ask) -> None:
    told = {"Variables": {"CACHE": arn_of("C", "ARN")}}
    assert not ask({"Work": function(Environment=told), "C": of("AWS::ElastiCache::ServerlessCache")}).of("XSV019")
