"""What is said of a resource's properties, and above all what is not said."""

from __future__ import annotations

import copy
import datetime as dt
import enum
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsdeck import catalog
from tests.catalog.estate import KINDS, estate

QUEUE = "AWS::SQS::Queue"
BUCKET = "AWS::S3::Bucket"
TABLE = "AWS::DynamoDB::Table"
LAMBDA = "AWS::Lambda::Function"
NOTHING = {"Ref": "AWS::NoValue"}
LEFT_OUT = object()


def problems(type_name: str, properties: Any) -> list[catalog.Problem]:
    kind = catalog.find(type_name)
    assert kind is not None
    return kind.check(properties, ())


def only(type_name: str, properties: Any) -> catalog.Problem:
    found = problems(type_name, properties)
    assert len(found) == 1, found
    return found[0]


def changed(type_name: str, path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The right properties of a type with one value set, or left out."""
    properties = copy.deepcopy(KINDS[type_name])
    at: Any = properties
    for step in path[:-1]:
        at = at[step]
    if value is LEFT_OUT:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return properties


@pytest.mark.parametrize("type_name", KINDS)
def test_right_properties_give_no_problem(type_name: str) -> None:
    assert problems(type_name, KINDS[type_name]) == []


# One mistake each: what is changed, what kind of problem it is, where it is reported, what the message names.
MISTAKES: list[tuple[str, tuple[str | int, ...], Any, str, tuple[str | int, ...], str]] = [
    (QUEUE, ("DelaySeconds",), 901, "range", ("DelaySeconds",), "DelaySeconds is 901"),
    (QUEUE, ("DelaySeconds",), "901", "range", ("DelaySeconds",), "DelaySeconds is 901"),
    (QUEUE, ("DelaySeconds",), 1.5, "type", ("DelaySeconds",), "a whole number, but is 1.5"),
    (QUEUE, ("DelaySeconds",), True, "type", ("DelaySeconds",), "a whole number, but is true"),
    (QUEUE, ("VisibilityTimeout",), "soon", "type", ("VisibilityTimeout",), "'soon'"),
    (QUEUE, ("FifoQueue",), 1, "type", ("FifoQueue",), "true or false, but is 1"),
    (QUEUE, ("FifoQueue",), "yes", "type", ("FifoQueue",), "'yes'"),
    (QUEUE, ("QueueNam",), "orders", "unknown-property", ("QueueNam",), "Queue has no property 'QueueNam'"),
    (QUEUE, ("QueueName",), {"Fn::GetAZs": ""}, "type", ("QueueName",), "Fn::GetAZs gives a list"),
    (QUEUE, ("QueueName",), ["orders"], "type", ("QueueName",), "must be text, but is a list"),
    (QUEUE, ("QueueName",), None, "type", ("QueueName",), "QueueName is null"),
    (QUEUE, ("Arn",), "arn:aws:sqs:eu-west-1:1:q", "read-only", ("Arn",), "Arn is set by AWS"),
    (QUEUE, ("Tags", 0, "Value"), LEFT_OUT, "missing", ("Tags", 0), "Tag needs Value"),
    (QUEUE, ("Tags", 0, "Key"), "a" * 129, "length", ("Tags", 0, "Key"), "129 characters"),
    (
        QUEUE,
        ("MessageRetentionPeriod",),
        {"Fn::If": ["IsProd", 59, 60]},
        "range",
        ("MessageRetentionPeriod", "Fn::If", 1),
        "MessageRetentionPeriod is 59",
    ),
    (
        BUCKET,
        ("VersioningConfiguration", "Status"),
        "Enable",
        "enum",
        ("VersioningConfiguration", "Status"),
        "'Enable'",
    ),
    (BUCKET, ("VersioningConfiguration",), "Enabled", "type", ("VersioningConfiguration",), "must be an object"),
    (
        BUCKET,
        ("PublicAccessBlockConfiguration",),
        {"Fn::Sub": "${X}"},
        "type",
        ("PublicAccessBlockConfiguration",),
        "gives text",
    ),
    (TABLE, ("KeySchema",), [], "items", ("KeySchema",), "KeySchema is empty"),
    (TABLE, ("KeySchema", 0, "KeyType"), "RANGE", "enum", ("KeySchema", 0, "KeyType"), "can only be 'HASH'"),
    (TABLE, ("KeySchema", 1, "AttributeName"), "customer", "items", ("KeySchema", 1), "'customer' of an earlier item"),
    (TABLE, ("SSESpecification", "SSEType"), LEFT_OUT, "dependent", ("SSESpecification", "KMSMasterKeyId"), "SSEType"),
    (LAMBDA, ("Role",), "worker", "pattern", ("Role",), "'worker'"),
    (LAMBDA, ("Role",), LEFT_OUT, "missing", (), "Function needs Role"),
    (LAMBDA, ("Code",), "./src", "package", ("Code",), "aws cloudformation package"),
    (LAMBDA, ("MemorySize",), {"Fn::Split": [",", "1,2"]}, "type", ("MemorySize",), "Fn::Split gives a list"),
    (LAMBDA, ("Timeout",), {"Fn::If": ["IsProd", 1]}, "function", ("Timeout",), "Fn::If takes a condition"),
    ("AWS::EC2::Subnet", ("VpcId",), "main", "format", ("VpcId",), "the id of a VPC"),
    ("AWS::EC2::Subnet", ("CidrBlock",), LEFT_OUT, "missing", (), "one of: CidrBlock"),
    (
        "AWS::EC2::Subnet",
        ("AvailabilityZoneId",),
        "euw1-az1",
        "exclusive",
        ("AvailabilityZone",),
        "cannot stand together",
    ),
    ("AWS::EC2::Instance", ("SecurityGroupIds",), {"Fn::Join": [",", ["sg-1"]]}, "type", ("SecurityGroupIds",), "text"),
    ("AWS::EC2::Instance", ("SecurityGroupIds",), "sg-12345678", "type", ("SecurityGroupIds",), "must be a list"),
    ("AWS::Logs::LogGroup", ("RetentionInDays",), 15, "enum", ("RetentionInDays",), "RetentionInDays cannot be 15"),
    ("AWS::Events::Rule", ("ScheduleExpression",), LEFT_OUT, "missing", (), "ScheduleExpression"),
    (
        "AWS::ECS::TaskDefinition",
        ("ContainerDefinitions", 0, "Image"),
        LEFT_OUT,
        "missing",
        ("ContainerDefinitions", 0),
        "Image",
    ),
    ("AWS::CloudWatch::Alarm", ("ExtendedStatistic",), "p99", "exclusive", ("ExtendedStatistic",), "Statistic"),
    ("AWS::KMS::Key", ("PendingWindowInDays",), 6, "range", ("PendingWindowInDays",), "7 to 30"),
]


@pytest.mark.parametrize(
    ("type_name", "path", "value", "kind", "where", "words"),
    MISTAKES,
    ids=[f"{one[0].split('::')[-1]}.{'.'.join(map(str, one[1]))}-{one[3]}-{at}" for at, one in enumerate(MISTAKES)],
)
def test_one_mistake_is_one_problem_at_its_place(
    type_name: str, path: tuple[str | int, ...], value: Any, kind: str, where: tuple[str | int, ...], words: str
) -> None:
    problem = only(type_name, changed(type_name, path, value))
    assert (problem.kind, problem.path) == (kind, where)
    assert words in problem.message


def test_every_mistake_in_a_resource_is_told_at_once() -> None:
    found = problems(QUEUE, {"DelaySeconds": -1, "FifoQueue": "no", "Arn": "x", "Tagz": [], "Tags": [{"Key": "a"}]})
    assert sorted(problem.kind for problem in found) == ["missing", "range", "read-only", "type", "unknown-property"]


def test_what_is_allowed_is_said_with_thousands_separated() -> None:
    assert only(QUEUE, {"VisibilityTimeout": 43_201}).allowed == "0 to 43,200"


def test_a_long_list_of_values_is_cut_and_the_rest_counted() -> None:
    allowed = only("AWS::Logs::LogGroup", {"RetentionInDays": 2}).allowed
    assert allowed is not None
    assert allowed.startswith("one of: ")
    assert allowed.endswith(" more")
    assert allowed.count(",") == 11


@pytest.mark.parametrize(
    ("properties", "fix"),
    [
        ({"QueueNam": "a"}, "did you mean 'QueueName'?"),
        ({"queue_name": "a"}, "did you mean 'QueueName'?"),
        ({"Name": "a"}, "did you mean 'QueueName'?"),
        ({"Url": "a"}, None),
    ],
)
def test_a_near_miss_gets_a_suggestion(properties: dict[str, Any], fix: str | None) -> None:
    assert only(QUEUE, properties).fix == fix


def test_an_enum_value_in_the_wrong_case_gets_a_suggestion() -> None:
    assert only(TABLE, {**KINDS[TABLE], "BillingMode": "pay-per-request"}).fix == "did you mean 'PAY_PER_REQUEST'?"


def test_a_wrong_enum_value_is_not_a_wrong_pattern_too() -> None:
    kind = catalog.add({
        "typeName": "Test::Enum::Pattern",
        "properties": {"A": {"type": "string", "enum": ["on", "off"], "pattern": "^o", "minLength": 2}},
        "additionalProperties": False,
    })  # fmt: skip
    assert [problem.kind for problem in kind.check({"A": "x"})] == ["enum"]


# What CloudFormation takes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DelaySeconds", "5"),
        ("DelaySeconds", 5.0),
        ("FifoQueue", "true"),
        ("FifoQueue", "False"),
        ("QueueName", 12345),
        ("QueueName", True),
        ("RedrivePolicy", '{"deadLetterTargetArn": "arn", "maxReceiveCount": 3}'),
    ],
)
def test_scalars_may_be_written_as_other_types(name: str, value: Any) -> None:
    assert problems(QUEUE, {name: value}) == []


@pytest.mark.parametrize(
    "policy", [{"Version": "2012-10-17", "Statement": []}, '{"Version": "2012-10-17", "Statement": []}']
)
def test_json_may_be_an_object_or_text(policy: Any) -> None:
    assert problems("AWS::IAM::ManagedPolicy", {"PolicyDocument": policy}) == []


def test_text_that_should_be_json_and_is_not_is_told() -> None:
    assert "is not JSON" in only("AWS::IAM::ManagedPolicy", {"PolicyDocument": "{not json"}).message


def test_a_date_that_a_yaml_reader_made_is_text() -> None:
    document = {"AssumeRolePolicyDocument": {}, "Description": dt.date(2026, 1, 2)}
    assert problems("AWS::IAM::Role", document) == []


def test_subclasses_of_plain_values_are_taken_as_these() -> None:
    class Name(str):
        __slots__ = ()

    class Delay(enum.IntEnum):
        LONG = 900

    class Tags(list[Any]):
        pass

    assert problems(QUEUE, {"QueueName": Name("orders"), "DelaySeconds": Delay.LONG, "Tags": Tags()}) == []


# What only a deploy can tell

UNKNOWN: list[Any] = [
    {"Ref": "Something"},
    {"Fn::GetAtt": ["Something", "Arn"]},
    {"Fn::FindInMap": ["A", "B", "C"]},
    {"Fn::ImportValue": "exported"},
    {"Fn::Select": [0, {"Ref": "List"}]},
    {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://a/b"}}},
    {"Fn::If": ["Condition", {"Ref": "A"}, {"Ref": "B"}]},
    "{{resolve:ssm:/shop/setting}}",
]


@pytest.mark.parametrize("value", UNKNOWN, ids=str)
@pytest.mark.parametrize(
    "name", ["DelaySeconds", "FifoQueue", "QueueName", "DeduplicationScope", "RedrivePolicy", "Tags"]
)
def test_a_value_known_at_deploy_time_alone_is_no_problem(name: str, value: Any) -> None:
    assert problems(QUEUE, {name: value}) == []


def test_any_property_of_any_kind_may_be_a_reference() -> None:
    for type_name, properties in KINDS.items():
        assert problems(type_name, {name: {"Ref": "Something"} for name in properties}) == []


def test_no_value_counts_as_absent() -> None:
    assert only(LAMBDA, {**KINDS[LAMBDA], "Role": NOTHING}).kind == "missing"
    assert problems(QUEUE, {"Arn": NOTHING, "QueueName": NOTHING}) == []


def test_a_required_property_in_one_branch_may_be_there() -> None:
    assert problems(LAMBDA, {**KINDS[LAMBDA], "Role": {"Fn::If": ["C", NOTHING, {"Ref": "Role"}]}}) == []


def test_a_required_property_in_no_branch_is_missing() -> None:
    found = only(LAMBDA, {**KINDS[LAMBDA], "Role": {"Fn::If": ["C", NOTHING, {"Fn::If": ["D", NOTHING, NOTHING]}]}})
    assert found.message == "Function needs Role"


def test_a_branch_that_is_wrong_in_itself_is_told() -> None:
    encryption = {"Fn::If": ["C", {"Status": "Enabled"}, {}]}
    found = only(BUCKET, {"VersioningConfiguration": encryption})
    assert (found.kind, found.path) == ("missing", ("VersioningConfiguration", "Fn::If", 2))


def test_items_that_may_be_absent_are_counted_neither_way() -> None:
    maybe = {"Fn::If": ["C", {"AttributeName": "a", "KeyType": "HASH"}, NOTHING]}
    assert problems(TABLE, {"KeySchema": [maybe]}) == []
    three = [{"AttributeName": name, "KeyType": kind} for name, kind in (("a", "HASH"), ("b", "RANGE"))]
    assert problems(TABLE, {"KeySchema": [*three, maybe]}) == []
    assert problems(TABLE, {"KeySchema": [*three, NOTHING]}) == []


@pytest.mark.parametrize("key", ["Fn::Transform", "Fn::ForEach::Rule"])
def test_keys_that_add_properties_are_left_alone(key: str) -> None:
    assert problems(LAMBDA, {key: {"Name": "AWS::Include"}, "Timeout": 5}) == []


def test_an_exclusive_property_that_may_be_absent_is_no_problem() -> None:
    alarm = changed("AWS::CloudWatch::Alarm", ("ExtendedStatistic",), {"Fn::If": ["C", "p99", NOTHING]})
    assert problems("AWS::CloudWatch::Alarm", alarm) == []


@pytest.mark.parametrize(("value", "wrong"), [({"Fn::Split": [",", "a,b"]}, False), ({"Fn::Join": [",", []]}, True)])
def test_functions_are_held_against_what_they_give(value: Any, wrong: bool) -> None:
    assert bool(problems("AWS::EC2::Instance", {"SecurityGroupIds": value})) is wrong


# Constraints of every kind, each on a type of its own


def private(**schema: Any) -> catalog.ResourceType:
    return catalog.add({"typeName": "Test::Made::Up", "additionalProperties": False, **schema})


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        ({"properties": {"A": {"type": "number", "exclusiveMinimum": 0}}}, {"A": 0.1}, {"A": 0}),
        ({"properties": {"A": {"type": "number", "exclusiveMaximum": 5}}}, {"A": 4.9}, {"A": "5"}),
        ({"properties": {"A": {"type": "number", "multipleOf": 0.01}}}, {"A": 0.07}, {"A": 0.075}),
        ({"properties": {"A": {"type": "integer", "multipleOf": 64}}}, {"A": 128}, {"A": 100}),
        ({"properties": {"A": {"const": "x"}}}, {"A": "x"}, {"A": "y"}),
        ({"properties": {"A": {"type": "array", "uniqueItems": True}}}, {"A": [1, 2]}, {"A": [{"b": 1}, {"b": 1}]}),
        (
            {"properties": {"A": {"type": "object", "patternProperties": {"^[a-z]+$": {"type": "integer"}}, "additionalProperties": False}}},
            {"A": {"abc": 1}},
            {"A": {"ABC": 1}},
        ),
        (
            {"properties": {"A": {"type": "object", "additionalProperties": {"type": "integer"}}}},
            {"A": {"any": "1"}},
            {"A": {"any": "one"}},
        ),
        (
            {"properties": {"A": {"type": "object", "propertyNames": {"maxLength": 2}}}},
            {"A": {"ab": 1}},
            {"A": {"abc": 1}},
        ),
        (
            {"properties": {"A": {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}}},
            {"A": {"a": "b"}},
            {"A": {}},
        ),
        (
            {"properties": {"A": {"type": "object", "patternProperties": {".*": {"type": "string"}}, "maxProperties": 1}}},
            {"A": {"a": "b"}},
            {"A": {"a": "b", "c": "d"}},
        ),
        ({"properties": {"A": {}, "B": {}}, "requiredXor": ["A", "B"]}, {"A": 1}, {"A": 1, "B": 2}),
        ({"properties": {"A": {}, "B": {}}, "requiredXor": ["A", "B"]}, {"B": 1}, {}),
        ({"properties": {"A": {}, "B": {}}, "requiredOr": ["A", "B"]}, {"A": 1, "B": 2}, {}),
        ({"properties": {"A": {}, "B": {}}, "dependentRequired": {"A": ["B"]}}, {"B": 1}, {"A": 1}),
        ({"properties": {"A": {}, "B": {}}, "dependencies": {"A": ["B"]}}, {"A": 1, "B": 1}, {"A": 1}),
        ({"properties": {"A": {}, "B": {}}, "dependentExcluded": {"A": ["B"]}}, {"A": 1}, {"A": 1, "B": 1}),
        (
            {"properties": {"A": {}, "B": {}}, "oneOf": [{"required": ["A"]}, {"required": ["B"]}]},
            {"A": 1},
            {"A": 1, "B": 1},
        ),
        ({"properties": {"A": {}, "B": {}}, "anyOf": [{"required": ["A"]}, {"required": ["B"]}]}, {"A": 1, "B": 1}, {}),
        ({"properties": {"A": {"allOf": [{"minLength": 2}, {"maxLength": 3}]}}}, {"A": "abc"}, {"A": "abcd"}),
        ({"properties": {"A": {"anyOf": [{"type": "integer"}, {"type": "array"}]}}}, {"A": []}, {"A": "text"}),
        (
            {"properties": {"A": {"oneOf": [{"type": "string", "enum": ["on"]}, {"type": "string", "pattern": "^v"}]}}},
            {"A": "v1"},
            {"A": "off"},
        ),
        ({"properties": {"A": {"type": "string", "not": {"enum": ["admin"]}}}}, {"A": "shop"}, {"A": "admin"}),
        (
            {
                "properties": {"Mode": {}, "Size": {"type": "integer"}},
                "if": {"properties": {"Mode": {"const": "big"}}, "required": ["Mode"]},
                "then": {"required": ["Size"]},
                "else": {"properties": {"Size": {"maximum": 5}}},
            },
            {"Mode": "small", "Size": 5},
            {"Mode": "big"},
        ),
        (
            {
                "properties": {"Mode": {}, "Size": {"type": "integer"}},
                "if": {"properties": {"Mode": {"const": "big"}}, "required": ["Mode"]},
                "else": {"properties": {"Size": {"maximum": 5}}},
            },
            {"Mode": "big", "Size": 6},
            {"Mode": "small", "Size": 6},
        ),
        ({"properties": {"A": {"type": "string", "enumCaseInsensitive": ["on"]}}}, {"A": "ON"}, {"A": "off"}),
        ({"properties": {"A": {"type": ["string", "array"]}}}, {"A": []}, {"A": {"b": 1}}),
        ({"properties": {"A": {"type": "array", "maxUniqueItems": 1}}}, {"A": ["a", "a"]}, {"A": ["a", "b"]}),
        (
            {"properties": {"A": {"type": "array", "prefixItems": [{"type": "integer"}], "items": {}}}},
            {"A": [1, "b"]},
            {"A": ["b", 1]},
        ),
        (
            {"properties": {"A": {"$ref": "#/definitions/L", "maxItems": 1}}, "definitions": {"L": {"type": "array"}}},
            {"A": [1]},
            {"A": [1, 2]},
        ),
        ({"properties": {"A": {"type": "object", "properties": {}, "additionalProperties": False}}}, {"A": {}}, {"A": {"b": 1}}),
    ],
)  # fmt: skip
def test_each_constraint_is_checked(schema: dict[str, Any], right: dict[str, Any], wrong: dict[str, Any]) -> None:
    kind = private(**schema)
    assert kind.check(right) == []
    assert len(kind.check(wrong)) == 1, kind.check(wrong)


@pytest.mark.parametrize(
    "properties",
    [{"Mode": {"Ref": "Mode"}}, {"Mode": {"Fn::If": ["C", "big", NOTHING]}}, {"Mode": "{{resolve:ssm:mode}}"}],
)
def test_a_condition_on_an_unknown_value_asks_for_nothing(properties: dict[str, Any]) -> None:
    kind = private(
        properties={"Mode": {}, "Size": {}},
        **{"if": {"properties": {"Mode": {"const": "big"}}, "required": ["Mode"]}, "then": {"required": ["Size"]}},
    )
    assert kind.check(properties) == []


def test_the_alternative_that_came_nearest_is_reported() -> None:
    kind = private(
        properties={"A": {"oneOf": [{"$ref": "#/definitions/Big"}, {"$ref": "#/definitions/Small"}]}},
        definitions={
            name: {
                "type": "object",
                "properties": {"Type": {"const": name.lower()}, "Size": {"type": "integer", "maximum": most}},
                "required": ["Type", "Size"],
                "additionalProperties": False,
            }
            for name, most in (("Big", 100), ("Small", 10))
        },
    )
    (problem,) = kind.check({"A": {"Type": "small", "Size": 50}}, ())
    assert (problem.path, problem.allowed) == (("A", "Size"), "at most 10")


def test_a_type_inside_itself_is_checked_at_every_depth() -> None:
    kind = private(
        properties={"Tree": {"$ref": "#/definitions/Node"}},
        definitions={
            "Node": {
                "type": "object",
                "properties": {
                    "Size": {"type": "integer"},
                    "Children": {"type": "array", "items": {"$ref": "#/definitions/Node"}},
                },
                "additionalProperties": False,
            }
        },
    )
    tree: dict[str, Any] = {"Size": "x"}
    for _ in range(5):
        tree = {"Size": 1, "Children": [tree]}
    (problem,) = kind.check({"Tree": tree}, ())
    assert problem.path == ("Tree", *("Children", 0) * 5, "Size")
    for _ in range(3 * sys.getrecursionlimit()):
        tree = {"Children": [tree]}
    assert "nested too deeply" in kind.check({"Tree": tree})[0].message


def test_a_secret_is_never_shown() -> None:
    found = only("AWS::RDS::DBInstance", {"MasterUserPassword": ["hunter2"]}).message
    assert "hunter2" not in found
    kind = private(properties={"AuthToken": {"type": "string", "pattern": "^[0-9]+$"}})
    assert "hunter2" not in kind.check({"AuthToken": "hunter2"})[0].message


def test_what_no_template_should_hold_is_reported_and_not_raised() -> None:
    for value in (None, object(), {1: 2}, [None], float("nan"), float("inf"), "9" * 5_000, b"bytes", {"Fn::If": "x"}):
        for name in ("DelaySeconds", "QueueName", "FifoQueue", "Tags", "RedrivePolicy"):
            problems(QUEUE, {name: value})
    assert only(QUEUE, ["a"]).message == "AWS::SQS::Queue must be an object, but is a list"
    assert problems(QUEUE, None) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.sampled_from(["Ref", "Fn::If"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_nothing_raises_whatever_stands_there(type_name: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(KINDS[type_name])))
    for problem in problems(type_name, {**KINDS[type_name], name: data.draw(JSON)}):
        assert problem.message
        assert "\0" not in problem.message
        assert "\1" not in problem.message


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_replacing_a_right_value_by_a_reference_makes_no_problem(type_name: str, data: st.DataObject) -> None:
    properties = copy.deepcopy(KINDS[type_name])
    at: Any = properties
    while True:
        steps = list(at) if isinstance(at, dict) else list(range(len(at))) if isinstance(at, list) else []
        if not steps or any(str(step).startswith(("Fn::", "Ref")) for step in steps):
            return
        step = data.draw(st.sampled_from(steps))
        if data.draw(st.booleans()):
            at[step] = {"Ref": "Something"}
            break
        at = at[step]
    assert problems(type_name, properties) == []


def test_checking_leaves_the_properties_as_they_were() -> None:
    before = estate(20)
    after = copy.deepcopy(before)
    for type_name, properties in after:
        problems(type_name, properties)
    assert after == before
