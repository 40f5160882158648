"""Topics: what stays silent, what is only a warning, and what conditions do to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Ask, AskHints

TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {}}
FIFO_TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"FifoTopic": True}}
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {}}
FIFO_QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}}
FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {"Role": "arn:aws:iam::123456789012:role/r", "Code": {"ZipFile": "x"}},
}
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
STAGE = {"Stage": {"Type": "String"}, "Text": {"Type": "String"}}
FIFO_IN_PROD = {"Fn::If": ["Prod", True, {"Ref": "AWS::NoValue"}]}


def arn_of(id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [id, "Arn"]}


def subscription(protocol: Any, endpoint: Any, **more: Any) -> dict[str, Any]:
    given = {"TopicArn": {"Ref": "T"}, "Protocol": protocol, "Endpoint": endpoint, **more}
    return {"Type": "AWS::SNS::Subscription", "Properties": given}


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [
        ("sqs", {"Ref": "Text"}),
        ("sqs", {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders"}),
        ("sqs", {"Fn::ImportValue": "orders-arn"}),
        ("https", {"Fn::Sub": "https://${Text}/in"}),
        ("https", {"Fn::Join": ["", ["https://", {"Ref": "Text"}]]}),
        ("https", {"Fn::Sub": "${Text}/in"}),
        ("lambda", "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live"),
        ("email", "a@example.com"),
        ({"Ref": "Text"}, "anything"),
    ],
)
def test_an_endpoint_that_fits_or_may_fit_is_left_alone(ask: Ask, protocol: Any, endpoint: Any) -> None:
    said = ask({"T": TOPIC, "S": subscription(protocol, endpoint)}, Parameters=STAGE)
    assert not said.of("SNS001")
    assert not said.of("SNS002")


@pytest.mark.parametrize(
    ("protocol", "endpoint", "severity"),
    [
        ("https", {"Fn::Sub": "http://${Text}/in"}, "error"),
        ("lambda", "arn:aws:sqs:eu-west-1:123456789012:q", "error"),
        ("email", "nobody", "error"),
        ("sms", "01701234567", "warning"),
        ("application", "arn:aws:sns:eu-west-1:123456789012:topic", "error"),
        ("sqs", {"Ref": "Q"}, "error"),
        ("sqs", {"Fn::GetAtt": "Q.QueueName"}, "error"),
        ("lambda", arn_of("Q"), "error"),
        ("http", arn_of("Q"), "error"),
    ],
)
def test_an_endpoint_of_another_kind_is_told_once(ask: Ask, protocol: str, endpoint: Any, severity: str) -> None:
    said = ask({"T": TOPIC, "Q": QUEUE, "S": subscription(protocol, endpoint)}, Parameters=STAGE)
    assert said.severities("SNS002") == [severity]


def test_protocols_are_small_letters(ask: Ask) -> None:
    (finding,) = ask({"T": TOPIC, "S": subscription("SQS", arn_of("Q")), "Q": QUEUE}).of("SNS001")
    assert finding.allowed
    assert "firehose" in finding.allowed


def test_an_alias_is_an_endpoint_by_ref_and_a_function_is_not(ask: Ask) -> None:
    alias = {
        "Type": "AWS::Lambda::Alias",
        "Properties": {"FunctionName": {"Ref": "F"}, "FunctionVersion": "1", "Name": "live"},
    }
    resources = {"T": TOPIC, "F": FUNCTION, "A": alias}
    assert not ask({**resources, "S": subscription("lambda", {"Ref": "A"})}).of("SNS002")
    assert ask({**resources, "S": subscription("lambda", {"Ref": "F"})}).severities("SNS002") == ["error"]


def test_firehose_inside_a_topic_cannot_have_its_role(ask: Ask) -> None:
    endpoint = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/d"
    topic = {
        "Type": "AWS::SNS::Topic",
        "Properties": {"Subscription": [{"Protocol": "firehose", "Endpoint": endpoint}]},
    }
    (finding,) = ask({"T": topic}).of("SNS002")
    assert finding.fix
    assert "AWS::SNS::Subscription" in finding.fix


@pytest.mark.parametrize(
    ("properties", "severities"),
    [
        ({"ContentBasedDeduplication": False}, ["warning"]),
        ({"ContentBasedDeduplication": True}, ["error"]),
        ({"FifoThroughputScope": "Topic"}, ["error"]),
        ({"FifoTopic": {"Ref": "Text"}, "ContentBasedDeduplication": True, "TopicName": "t"}, []),
        ({"FifoTopic": True, "TopicName": {"Fn::Sub": "${Text}.fifo"}}, []),
        ({"FifoTopic": True, "TopicName": {"Ref": "Text"}}, []),
        ({"FifoTopic": False}, []),
    ],
)
def test_what_only_fifo_topics_have(ask: Ask, properties: dict[str, Any], severities: list[str]) -> None:
    said = ask({"T": {"Type": "AWS::SNS::Topic", "Properties": properties}}, Parameters=STAGE)
    assert said.severities("SNS003") == severities


def test_a_fifo_topic_delivers_to_both_kinds_of_queues(ask: Ask) -> None:
    for queue in (QUEUE, FIFO_QUEUE):
        assert not ask({"T": FIFO_TOPIC, "Q": queue, "S": subscription("sqs", arn_of("Q"))}).of("SNS004")


def test_topic_and_queue_that_become_fifo_together_fit(ask: Ask) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"FifoTopic": FIFO_IN_PROD}}
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": FIFO_IN_PROD}}
    resources = {"T": topic, "Q": queue, "S": subscription("sqs", arn_of("Q"))}
    assert not ask(resources, Conditions=PROD, Parameters=STAGE).of("SNS004")
    resources["T"] = TOPIC
    assert ask(resources, Conditions=PROD, Parameters=STAGE).severities("SNS004") == ["error"]
    resources["S"] = {**resources["S"], "Condition": "Test"}
    assert not ask(resources, Conditions=PROD, Parameters=STAGE).of("SNS004")


def test_a_queue_known_by_its_arn_alone_is_judged_by_its_name(ask: Ask) -> None:
    arn = "arn:aws:sqs:eu-west-1:123456789012:orders"
    assert not ask({"T": TOPIC, "S": subscription("sqs", arn)}).of("SNS004")
    assert ask({"T": TOPIC, "S": subscription("sqs", f"{arn}.fifo")}).severities("SNS004") == ["error"]


def queue_policy(**statement: Any) -> dict[str, Any]:
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of("Q"),
        **statement,
    }
    return {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": [{"Ref": "Q"}], "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow]}},
    }


def source(value: Any, key: str = "aws:SourceArn", operator: str = "ArnEquals") -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


@pytest.mark.parametrize(
    "statement",
    [
        {},
        {"Action": "SQS:*"},
        {"Action": ["sqs:ReceiveMessage", "sqs:Send*"]},
        {"Resource": "*"},
        {"Principal": "*", **source({"Ref": "T"})},
        {"Principal": {"AWS": "*"}, **source({"Ref": "T"}, "AWS:sourceArn", "StringEquals")},
        source({"Fn::Sub": "arn:aws:sns:${AWS::Region}:${AWS::AccountId}:${T.TopicName}"}),
        source("arn:aws:sns:eu-west-1:123456789012:*", operator="ArnLike"),
        source({"Ref": "AWS::AccountId"}, "aws:SourceAccount", "StringEquals"),
        source({"Ref": "Text"}),
        {"Principal": {"Service": {"Fn::Sub": "sns.${AWS::URLSuffix}"}}},
        {"Principal": {"Service": {"Ref": "Text"}}},
    ],
)
def test_a_queue_policy_that_lets_the_topic_in_or_may_do_so_is_enough(ask: Ask, statement: dict[str, Any]) -> None:
    resources = {"T": TOPIC, "Q": QUEUE, "S": subscription("sqs", arn_of("Q")), "P": queue_policy(**statement)}
    assert not ask(resources, Parameters=STAGE).of("SNS005")


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": {"Service": "events.amazonaws.com"}},
        {"Action": "sqs:ReceiveMessage"},
        {"Effect": "Deny"},
        {"Resource": arn_of("Other")},
        source({"Ref": "OtherTopic"}),
        source("arn:aws:sns:eu-west-1:123456789012:orders"),
    ],
)
def test_a_queue_policy_for_something_else_is_not_enough(ask: Ask, statement: dict[str, Any]) -> None:
    named = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "placed"}}
    resources = {
        "T": named,
        "OtherTopic": TOPIC,
        "Q": QUEUE,
        "Other": QUEUE,
        "S": subscription("sqs", arn_of("Q")),
        "P": queue_policy(**statement),
    }
    assert ask(resources).where("SNS005") == [("S", "Properties", "Endpoint")]


def test_policies_that_a_transform_may_add_are_not_missed(ask: Ask) -> None:
    resources = {"T": TOPIC, "Q": QUEUE, "S": subscription("sqs", arn_of("Q"))}
    assert ask(resources).of("SNS005")
    assert not ask(resources, Transform="AWS::Serverless-2016-10-31").of("SNS005")


def test_a_policy_whose_queue_is_a_parameter_may_be_the_one(ask: Ask) -> None:
    elsewhere = queue_policy()
    elsewhere["Properties"]["Queues"] = [{"Ref": "Text"}]
    resources = {"T": TOPIC, "Q": QUEUE, "S": subscription("sqs", arn_of("Q")), "P": elsewhere}
    assert not ask(resources, Parameters=STAGE).of("SNS005")


def test_an_inline_policy_resource_counts_too(ask: Ask) -> None:
    inline = queue_policy()
    inline = {
        "Type": "AWS::SQS::QueueInlinePolicy",
        "Properties": {"Queue": {"Ref": "Q"}, "PolicyDocument": inline["Properties"]["PolicyDocument"]},
    }
    assert not ask({"T": TOPIC, "Q": QUEUE, "S": subscription("sqs", arn_of("Q")), "P": inline}).of("SNS005")


def key(*statements: dict[str, Any]) -> dict[str, Any]:
    account = {
        "Effect": "Allow",
        "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}},
        "Action": "kms:*",
        "Resource": "*",
    }
    document = {"Version": "2012-10-17", "Statement": [account, *statements]}
    return {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": document}}


def test_an_encrypted_queue_needs_a_key_that_sns_may_use(ask: Ask) -> None:
    may = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
    }
    queue: dict[str, Any] = {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": {"Ref": "K"}}}
    resources = {"T": TOPIC, "Q": queue, "S": subscription("sqs", arn_of("Q")), "P": queue_policy()}
    assert not ask({**resources, "K": key(may)}).of("SNS005")
    (finding,) = ask({**resources, "K": key({**may, "Action": "kms:Decrypt"})}).of("SNS005")
    assert "K" in finding.message
    through_alias = {
        "Type": "AWS::KMS::Alias",
        "Properties": {"AliasName": "alias/q", "TargetKeyId": arn_of("K")},
    }
    queue["Properties"]["KmsMasterKeyId"] = {"Ref": "A"}
    assert ask({**resources, "A": through_alias, "K": key()}).severities("SNS005") == ["warning"]


def permission(**given: Any) -> dict[str, Any]:
    properties = {
        "FunctionName": {"Ref": "F"},
        "Action": "lambda:InvokeFunction",
        "Principal": "sns.amazonaws.com",
        **given,
    }
    return {"Type": "AWS::Lambda::Permission", "Properties": properties}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"SourceArn": {"Ref": "T"}},
        {"Principal": "sns.af-south-1.amazonaws.com"},
        {"FunctionName": arn_of("F")},
        {"FunctionName": {"Ref": "Text"}},
        {"SourceArn": {"Ref": "Text"}},
        {"Action": "lambda:*"},
    ],
)
def test_a_permission_that_lets_the_topic_invoke_or_may_do_so_is_enough(ask: Ask, given: dict[str, Any]) -> None:
    resources = {"T": TOPIC, "F": FUNCTION, "S": subscription("lambda", arn_of("F")), "P": permission(**given)}
    assert not ask(resources, Parameters=STAGE).of("SNS006")


@pytest.mark.parametrize(
    "given", [{"Principal": "123456789012"}, {"SourceArn": {"Ref": "Other"}}, {"Action": "lambda:GetFunction"}]
)
def test_a_permission_for_something_else_is_not_enough(ask: Ask, given: dict[str, Any]) -> None:
    resources = {
        "T": TOPIC,
        "Other": TOPIC,
        "F": FUNCTION,
        "S": subscription("lambda", arn_of("F")),
        "P": permission(**given),
    }
    assert ask(resources).severities("SNS006") == ["warning"]


@pytest.mark.parametrize(
    ("value", "severities"),
    [
        ({"Ref": "T"}, []),
        ({"Ref": "Text"}, []),
        ("arn:aws:sns:eu-west-1:123456789012:t", []),
        ({"Fn::GetAtt": ["T", "TopicName"]}, ["error"]),
    ],
)
def test_topic_policies_are_for_arns(ask: Ask, value: Any, severities: list[str]) -> None:
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": "*",
    }
    policy = {
        "Type": "AWS::SNS::TopicPolicy",
        "Properties": {"Topics": [value], "PolicyDocument": {"Version": "2012-10-17", "Statement": allow}},
    }
    assert ask({"T": TOPIC, "P": policy}, Parameters=STAGE).severities("SNS007") == severities


def test_a_topic_that_somebody_may_subscribe_to_by_parameter_is_left_alone(ask: Ask) -> None:
    other = subscription("email", "a@example.com")
    other["Properties"]["TopicArn"] = {"Ref": "Text"}
    assert ask({"T": TOPIC}).severities("SNS008") == ["info"]
    assert not ask({"T": TOPIC, "S": other}, Parameters=STAGE).of("SNS008")


@pytest.mark.parametrize(
    ("protocol", "endpoint", "raw", "severities"),
    [
        ("https", "https://example.com", True, []),
        ("sqs", "arn:aws:sqs:eu-west-1:123456789012:q", False, []),
        ("lambda", "arn:aws:lambda:eu-west-1:123456789012:function:f", False, ["error"]),
        ({"Ref": "Text"}, "x", True, []),
    ],
)
def test_raw_delivery_is_for_protocols_that_have_it(
    ask: Ask, protocol: Any, endpoint: str, raw: bool, severities: list[str]
) -> None:
    said = ask({"T": TOPIC, "S": subscription(protocol, endpoint, RawMessageDelivery=raw)}, Parameters=STAGE)
    assert said.severities("SNS009") == severities


@pytest.mark.parametrize(
    ("policy", "speaks"),
    [
        ({name: ["x"] for name in "abcde"}, False),
        ({"a": {name: ["x"] for name in "bcdefg"}}, False),
        ({"a": ["x"] * 15, "b": ["x"] * 10}, False),
        ({"a": ["x"] * 15, "b": ["x"] * 11}, True),
        ({"a": {"b": {"c": list("1234")}}, "d": {"e": list("123")}}, False),
        ({"a": {"b": {"c": list("12345678")}}, "d": {"e": list("1234")}}, True),
        ({"$or": [{"a": ["x"] * 200}, {"b": ["y"]}]}, False),
        ('{"a": ["1"], "b": ["1"], "c": ["1"], "d": ["1"], "e": ["1"], "f": ["1"]}', True),
    ],
)
def test_a_filter_policy_counts_names_and_combinations(ask: Ask, policy: Any, speaks: bool) -> None:
    endpoint = "arn:aws:sqs:eu-west-1:123456789012:q"
    said = ask({"T": TOPIC, "S": subscription("sqs", endpoint, FilterPolicy=policy)})
    assert said.severities("SNS009") == (["warning"] if speaks else [])


def test_the_same_subscription_in_two_worlds_that_never_meet_is_fine(ask: Ask) -> None:
    one = {**subscription("email", "a@example.com"), "Condition": "Prod"}
    two = {**subscription("email", "a@example.com"), "Condition": "Test"}
    assert not ask({"T": TOPIC, "A": one, "B": two}, Conditions=PROD, Parameters=STAGE).of("SNS009")
    del two["Condition"]
    said = ask({"T": TOPIC, "A": one, "B": two}, Conditions=PROD, Parameters=STAGE)
    assert said.where("SNS009") == [("B", "Properties", "Endpoint")]


@pytest.mark.parametrize(
    ("hints", "documented", "current"),
    [
        ({"message_bytes": 262_144}, [], []),
        ({"message_bytes": 300_000}, ["info"], ["info"]),
        ({"message_bytes": 300_000, "max_message_size": 1_048_576}, ["info"], []),
        ({"sms_bytes": 161}, ["info"], ["info"]),
    ],
)
def test_planned_messages_fit_the_limits_in_force(
    ask_hints: AskHints, hints: dict[str, Any], documented: list[str], current: list[str]
) -> None:
    assert ask_hints("SNSTopic", **hints).severities("SNS010") == documented
    assert ask_hints("SNSTopic", "current", **hints).severities("SNS010") == current


def test_large_messages_and_many_subscriptions_exclude_each_other(ask: Ask) -> None:
    def topic(count: int) -> dict[str, Any]:
        queues = [{"Protocol": "sqs", "Endpoint": f"arn:aws:sqs:eu-west-1:123456789012:q{n}"} for n in range(count)]
        return {"Type": "AWS::SNS::Topic", "Properties": {"MaximumMessageSize": 262_145, "Subscription": queues}}

    assert not ask({"T": topic(100)}).of("SNS010")
    assert ask({"T": topic(101)}).where("SNS010") == [("T", "Properties", "MaximumMessageSize")]


@pytest.mark.parametrize(
    ("policy", "severities"),
    [
        ({"kind": "paid"}, ["error"]),
        ({"price": 5, "kind": ["paid"]}, ["error"]),
        ({"kind": ["paid"], "$or": [{"a": ["b"]}, {"c": ["d"]}]}, []),
        ({"kind": {"Ref": "Text"}}, []),
        ({"order": {"kind": ["paid"]}}, []),
    ],
)
def test_a_filter_lists_its_values(ask: Ask, policy: Any, severities: list[str]) -> None:
    one = subscription("sqs", "arn:aws:sqs:eu-west-1:123456789012:q", FilterPolicy=policy)
    assert ask({"T": TOPIC, "S": one}, Parameters=STAGE).severities("SNS009") == severities


@pytest.mark.parametrize(
    ("key", "speaks"),
    [
        ("alias/aws/sqs", True),
        ("arn:aws:kms:eu-west-1:123456789012:alias/aws/sqs", True),
        ("alias/ours", False),
        ({"Ref": "Text"}, False),
        (None, False),
    ],
)
def test_sns_cannot_send_to_a_queue_with_the_key_that_aws_keeps(ask: Ask, key: Any, speaks: bool) -> None:
    body = {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": key} if key else {}}
    one = subscription("sqs", {"Fn::GetAtt": ["Q", "Arn"]})
    said = ask({"T": TOPIC, "S": one, "Q": body}, Parameters=STAGE)
    assert any("AWS's own key" in finding.message for finding in said.of("SNS005")) is speaks
