"""Queues: the near misses of each rule, and what depends on the limits in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Ask, AskAll, AskHints

QUEUE = "AWS::SQS::Queue"
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
STAGE = {"Stage": {"Type": "String"}}


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": QUEUE, "Properties": properties}


def redrive(target: Any, receives: Any = 5) -> dict[str, Any]:
    return {"deadLetterTargetArn": target, "maxReceiveCount": receives}


def arn_of(id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [id, "Arn"]}


@pytest.mark.parametrize("value", [60, "60", 1_209_600, {"Ref": "Days"}])
def test_retention_from_a_minute_to_14_days_is_fine_also_as_text_or_parameter(ask: Ask, value: Any) -> None:
    assert not ask({"Q": queue(MessageRetentionPeriod=value)}, Parameters={"Days": {"Type": "Number"}}).of("SQS001")


@pytest.mark.parametrize("value", [59, "59", 1_209_601])
def test_other_retention_is_an_error(ask: Ask, value: Any) -> None:
    assert ask({"Q": queue(MessageRetentionPeriod=value)}).severities("SQS001") == ["error"]


def test_each_branch_of_a_condition_is_judged_and_placed(ask: Ask) -> None:
    said = ask({"Q": queue(VisibilityTimeout={"Fn::If": ["Prod", 30, 50_000]})}, Conditions=PROD, Parameters=STAGE)
    assert said.where("SQS002") == [("Q", "Properties", "VisibilityTimeout", "Fn::If", 2)]


@pytest.mark.parametrize(
    ("size", "documented", "current"),
    [
        (1_023, ["error"], ["error"]),
        (1_024, [], []),
        (262_144, [], []),
        (262_145, ["warning"], []),
        (1_048_576, ["warning"], []),
        (1_048_577, ["error"], ["error"]),
    ],
)
def test_message_size_knows_what_the_notes_say_and_what_aws_allows_today(
    ask: Ask, size: int, documented: list[str], current: list[str]
) -> None:
    resources = {"Q": queue(MaximumMessageSize=size)}
    assert ask(resources).severities("SQS003") == documented
    assert ask(resources, "current").severities("SQS003") == current


def test_a_size_beyond_the_notes_says_how_to_allow_it(ask: Ask) -> None:
    (finding,) = ask({"Q": queue(MaximumMessageSize=300_000)}).of("SQS003")
    assert "1,048,576" in finding.message
    assert "limits='current'" in finding.message
    assert finding.allowed == "1,024 to 262,144 bytes"


@pytest.mark.parametrize(
    "properties",
    [
        {"QueueName": {"Fn::Sub": "${AWS::StackName}-orders.fifo"}, "FifoQueue": True},
        {"QueueName": {"Fn::Sub": "orders-${Suffix}"}, "FifoQueue": True},
        {"QueueName": {"Ref": "Name"}, "FifoQueue": "true"},
        {"QueueName": "orders.fifo", "FifoQueue": {"Ref": "Fifo"}},
        {"QueueName": "orders.fifo2"},
        {"FifoQueue": {"Fn::If": ["Prod", True, {"Ref": "AWS::NoValue"}]}},
    ],
)
def test_a_fifo_name_that_may_be_right_is_left_alone(ask: Ask, properties: dict[str, Any]) -> None:
    names = {name: {"Type": "String"} for name in ("Name", "Suffix", "Fifo", "Stage")}
    assert not ask({"Q": queue(**properties)}, Parameters=names, Conditions=PROD).of("SQS005")


@pytest.mark.parametrize(
    "properties",
    [
        {"QueueName": {"Fn::Sub": "${AWS::StackName}-orders"}, "FifoQueue": True},
        {"QueueName": {"Fn::Sub": "${AWS::StackName}.fifo"}},
        {"FifoQueue": "false"},
        {"QueueName": "orders.fifo", "FifoQueue": False},
    ],
)
def test_a_fifo_name_that_cannot_be_right_is_one_error(ask: Ask, properties: dict[str, Any]) -> None:
    assert ask({"Q": queue(**properties)}).severities("SQS005") == ["error"]


def test_name_and_kind_that_change_together_fit(ask: Ask) -> None:
    both = queue(
        QueueName={"Fn::If": ["Prod", "orders.fifo", "orders"]},
        FifoQueue={"Fn::If": ["Prod", True, {"Ref": "AWS::NoValue"}]},
        ContentBasedDeduplication={"Fn::If": ["Prod", True, {"Ref": "AWS::NoValue"}]},
    )
    said = ask({"Q": both}, Conditions=PROD, Parameters=STAGE)
    assert not said.of("SQS005")
    assert not said.of("SQS006")


def test_name_and_kind_that_change_against_each_other_do_not(ask: Ask) -> None:
    crossed = queue(
        QueueName={"Fn::If": ["Prod", "orders", "orders.fifo"]},
        FifoQueue={"Fn::If": ["Prod", True, {"Ref": "AWS::NoValue"}]},
    )
    said = ask({"Q": crossed}, Conditions=PROD, Parameters=STAGE)
    assert said.where("SQS005") == [
        ("Q", "Properties", "QueueName", "Fn::If", 1),
        ("Q", "Properties", "QueueName", "Fn::If", 2),
    ]


def test_fifo_options_on_a_queue_that_may_be_fifo_are_left_alone(ask: Ask) -> None:
    said = ask(
        {"Q": queue(FifoQueue={"Ref": "Fifo"}, ContentBasedDeduplication=False)},
        Parameters={"Fifo": {"Type": "String"}},
    )
    assert not said.of("SQS006")


def test_high_throughput_with_an_unknown_scope_is_left_alone(ask: Ask) -> None:
    properties = {"FifoQueue": True, "FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": {"Ref": "Scope"}}
    assert not ask({"Q": queue(**properties)}, Parameters={"Scope": {"Type": "String"}}).of("SQS007")


def test_messages_group_wide_deduplication_without_the_limit_is_fine(ask: Ask) -> None:
    assert not ask({"Q": queue(FifoQueue=True, DeduplicationScope="messageGroup")}).of("SQS007")


@pytest.mark.parametrize(
    ("hints", "speaks"),
    [
        ({"fifo": True, "expected_tps": 301}, True),
        ({"fifo": False, "expected_tps": 9_000}, False),
        ({"fifo": True, "expected_tps": 3_001, "batch_size": 10}, True),
        ({"fifo": True, "expected_tps": 70_000, "high_throughput": True, "region": "eu-west-1"}, False),
        ({"fifo": True, "expected_tps": 70_000, "high_throughput": True, "region": "eu-central-1"}, True),
        ({"fifo": True, "expected_tps": 70_000, "high_throughput": True}, False),
        ({"fifo": {"Ref": "Fifo"}, "expected_tps": 500}, False),
    ],
)
def test_fifo_throughput_counts_batches_and_regions(ask_hints: AskHints, hints: dict[str, Any], speaks: bool) -> None:
    assert bool(ask_hints("SQSQueue", **hints).of("SQS008")) is speaks


def test_one_name_in_two_regions_is_fine_and_in_one_region_is_not(ask_all: AskAll) -> None:
    stacks = {"one": {"Q": queue(QueueName="orders")}, "two": {"R": queue(QueueName="orders")}}
    apart = {"one": {"region": "eu-west-1"}, "two": {"region": "us-east-1"}}
    same = {"one": {"region": "eu-west-1"}, "two": {"region": "eu-west-1"}}
    assert not ask_all(stacks).of("SQS009")
    assert not ask_all(stacks, apart).of("SQS009")
    assert ask_all(stacks, same).where("SQS009") == [("R", "Properties", "QueueName")]


def test_one_name_twice_in_a_template_is_told_once(ask: Ask) -> None:
    said = ask({"A": queue(QueueName="orders"), "B": queue(QueueName="orders")}, member={"region": "eu-west-1"})
    assert not said.of("SQS009")
    assert len(said.of("XSV014")) == 1


@pytest.mark.parametrize(
    ("receives", "severities"),
    [(1, []), ("1000", []), (0, ["error"]), (1_001, ["error"]), ({"Ref": "Count"}, [])],
)
def test_receives_before_the_dead_letter_queue(ask: Ask, receives: Any, severities: list[str]) -> None:
    resources = {"Q": queue(RedrivePolicy=redrive(arn_of("D"), receives)), "D": queue(MessageRetentionPeriod=1_209_600)}
    assert ask(resources, Parameters={"Count": {"Type": "Number"}}).severities("SQS010") == severities


def test_a_redrive_policy_may_be_json_text(ask: Ask) -> None:
    text = '{"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:dead", "maxReceiveCount": 0}'
    assert ask({"Q": queue(RedrivePolicy=text)}).severities("SQS010") == ["error"]


def test_missing_count_and_own_queue_are_warnings(ask: Ask) -> None:
    assert ask({"Q": queue(RedrivePolicy={"deadLetterTargetArn": arn_of("Q")})}).severities("SQS010") == ["warning"] * 2


def test_a_dead_letter_arn_is_compared_with_kind_region_and_account(ask: Ask) -> None:
    here = {"region": "eu-west-1", "account": "123456789012"}

    def said(arn: str, **properties: Any) -> list[str]:
        return ask({"Q": queue(RedrivePolicy=redrive(arn), **properties)}, member=here).severities("SQS010")

    assert said("arn:aws:sqs:eu-west-1:123456789012:dead") == []
    assert said("arn:aws:sqs:us-east-1:123456789012:dead") == ["error"]
    assert said("arn:aws:sqs:eu-west-1:210987654321:dead") == ["warning"]
    assert said("arn:aws:sqs:eu-west-1:123456789012:dead", FifoQueue=True) == ["error"]
    assert said("arn:aws:sqs:eu-west-1:123456789012:dead.fifo", FifoQueue=True) == []


def test_both_queues_switching_to_fifo_together_fit(ask: Ask) -> None:
    fifo = {"Fn::If": ["Prod", True, {"Ref": "AWS::NoValue"}]}
    resources = {"Q": queue(FifoQueue=fifo, RedrivePolicy=redrive(arn_of("D"))), "D": queue(FifoQueue=fifo)}
    assert not ask(resources, Conditions=PROD, Parameters=STAGE).of("SQS010")
    resources["D"] = queue(FifoQueue={"Fn::If": ["Test", True, {"Ref": "AWS::NoValue"}]})
    assert ask(resources, Conditions=PROD, Parameters=STAGE).severities("SQS010") == ["error", "error"]


@pytest.mark.parametrize(
    ("source", "dead", "speaks"),
    [
        ({}, {}, True),
        ({"MessageRetentionPeriod": 60}, {}, False),
        ({"MessageRetentionPeriod": 1_209_600}, {"MessageRetentionPeriod": 1_209_600}, False),
        ({"FifoQueue": True}, {"FifoQueue": True}, False),
        ({"MessageRetentionPeriod": {"Ref": "Days"}}, {}, False),
    ],
)
def test_a_dead_letter_queue_keeps_longer_than_its_source(
    ask: Ask, source: dict[str, Any], dead: dict[str, Any], speaks: bool
) -> None:
    resources = {"Q": queue(RedrivePolicy=redrive(arn_of("D")), **source), "D": queue(**dead)}
    said = ask(resources, Parameters={"Days": {"Type": "Number"}})
    assert said.where("SQS011") == ([("D", "Properties", "MessageRetentionPeriod")] if speaks else [])


@pytest.mark.parametrize(
    ("hints", "severities"),
    [
        ({"task_seconds": 30}, []),
        ({"task_seconds": 31}, ["warning"]),
        ({"task_seconds": 100, "visibility_timeout": 100}, []),
        ({"task_seconds": 43_201, "visibility_timeout": 43_200}, ["error"]),
        ({"task_seconds": 60, "visibility_timeout": {"Ref": "Seconds"}}, []),
    ],
)
def test_a_task_fits_into_the_visibility_timeout(
    ask_hints: AskHints, hints: dict[str, Any], severities: list[str]
) -> None:
    assert ask_hints("SQSQueue", **hints).severities("SQS013") == severities


def policy(queue: Any, **statement: Any) -> dict[str, Any]:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn_of("Q"), **statement}
    document = {"Version": "2012-10-17", "Statement": [allow]}
    return {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [queue], "PolicyDocument": document}}


@pytest.mark.parametrize(
    "statement",
    [
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"Effect": "Deny"},
        {"Principal": {"AWS": ["arn:aws:iam::123456789012:root"]}},
        {"Principal": {"Service": "sns.amazonaws.com"}},
    ],
)
def test_a_policy_that_names_somebody_is_fine(ask: Ask, statement: dict[str, Any]) -> None:
    assert not ask({"Q": queue(), "P": policy({"Ref": "Q"}, **statement)}).of("SQS016")


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*"]}])
def test_a_policy_for_everybody_is_a_warning(ask: Ask, principal: Any) -> None:
    said = ask({"Q": queue(), "P": policy({"Ref": "Q"}, Principal=principal)})
    assert said.severities("SQS016") == ["warning"]


@pytest.mark.parametrize(
    "value", [arn_of("Q"), {"Fn::GetAtt": "Q.Arn"}, {"Fn::Sub": "${Q.Arn}"}, "arn:aws:sqs:eu-west-1:123456789012:q"]
)
def test_an_arn_where_a_url_belongs_is_an_error(ask: Ask, value: Any) -> None:
    said = ask({"Q": queue(), "P": policy(value, Principal={"Service": "s3.amazonaws.com"})})
    assert said.severities("SQS016") == ["error"]


def test_two_policies_that_never_meet_are_fine(ask: Ask) -> None:
    one = {**policy({"Ref": "Q"}, Effect="Deny"), "Condition": "Prod"}
    two = {**policy({"Ref": "Q"}, Effect="Deny"), "Condition": "Test"}
    assert not ask({"Q": queue(), "A": one, "B": two}, Conditions=PROD, Parameters=STAGE).of("SQS016")
    del two["Condition"]
    assert ask({"Q": queue(), "A": one, "B": two}, Conditions=PROD, Parameters=STAGE).severities("SQS016") == [
        "warning"
    ]


@pytest.mark.parametrize(
    ("policy", "speaks"),
    [
        ({"redrivePermission": "allowAll"}, False),
        ({"redrivePermission": "byQueue", "sourceQueueArns": [arn_of("Q")]}, False),
        ({"redrivePermission": "byQueue", "sourceQueueArns": {"Ref": "Stage"}}, False),
        ({"redrivePermission": {"Ref": "Stage"}}, False),
        ({"redrivePermission": "byQueue", "sourceQueueArns": []}, True),
        ({"redrivePermission": "ByQueue"}, True),
    ],
)
def test_who_may_use_a_dead_letter_queue_is_said_in_full(ask: Ask, policy: Any, speaks: bool) -> None:
    said = ask({"Q": queue(), "D": queue(RedriveAllowPolicy=policy)}, Parameters=STAGE)
    assert bool(said.of("SQS018")) is speaks


def test_a_queue_that_lets_nobody_use_it_is_no_dead_letter_queue(ask: Ask) -> None:
    closed = queue(RedriveAllowPolicy={"redrivePermission": "denyAll"})
    said = ask({"Q": queue(RedrivePolicy=redrive(arn_of("D"))), "D": closed})
    assert said.where("SQS018") == [("Q", "Properties", "RedrivePolicy", "deadLetterTargetArn")]
