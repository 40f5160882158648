"""Queues and topics: defaults, wiring, permissions statement by statement, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import App, ConstraintError, ConstructError, IAMRole, Principal, SNSTopic, SQSQueue, Stack
from awsdeck.cfn import kms
from awsdeck.synth import synthesize


@pytest.fixture
def stack() -> Stack:
    app = App()
    stack = Stack(app, "shop", region="eu-west-1")
    stack.app = app  # type: ignore[attr-defined]
    return stack


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    return {finding.rule for finding in caught.value.findings}


def test_a_plain_queue_is_encrypted_and_polls_long(stack: Stack) -> None:
    SQSQueue(stack, "Q")
    assert resources(stack)["Q"]["Properties"] == {
        "VisibilityTimeout": 30, "MessageRetentionPeriod": 345_600, "ReceiveMessageWaitTimeSeconds": 20,
        "SqsManagedSseEnabled": True,
    }  # fmt: skip


def test_a_dead_letter_queue_keeps_messages_longest_unless_told_otherwise(stack: Stack) -> None:
    failed, brief = SQSQueue(stack, "Failed"), SQSQueue(stack, "Brief", retention=600_000)
    SQSQueue(stack, "Q", dead_letter=failed.after(5))
    SQSQueue(stack, "R", dead_letter=brief.after(1))
    made = resources(stack)
    assert made["Failed"]["Properties"]["MessageRetentionPeriod"] == 1_209_600
    assert made["Brief"]["Properties"]["MessageRetentionPeriod"] == 600_000
    assert made["Q"]["Properties"]["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["Failed", "Arn"]}, "maxReceiveCount": 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"retention": 59}, "SQS001"),
        ({"visibility_timeout": 43_201}, "SQS002"),
        ({"max_message_size": 1_023}, "SQS003"),
        ({"receive_wait": 21}, "SQS004"),
        ({"delay": 901}, "SQS004"),
        ({"fifo": True, "name": "orders"}, "SQS005"),
        ({"name": "orders.fifo"}, "SQS005"),
        ({"deduplication": "content"}, "SQS006"),
        ({"high_throughput": True}, "SQS006"),
        ({"name": "a b"}, "SQS009"),
    ],
)
def test_a_value_the_documentation_forbids_is_an_error_at_the_line(stack: Stack, keywords: Any, rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        SQSQueue(stack, "Q", **keywords)
    assert rule in rules(caught)
    for finding in caught.value.findings:
        assert finding.file is not None
        assert finding.file.endswith("test_messaging.py")
        assert finding.source


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"fifo": True, "expected_tps": 500}, "SQS008"),
        ({"task_seconds": 60}, "SQS013"),
        ({"needs_order": True}, "SQS014"),
        ({"idempotent": False}, "SQS014"),
    ],
)
def test_hints_that_do_not_fit_are_warnings(stack: Stack, keywords: Any, rule: str) -> None:
    SQSQueue(stack, "Q", **keywords)
    findings = stack.node.root_app.findings
    assert [(finding.rule, finding.severity) for finding in findings if finding.severity != "info"] == [
        (rule, "warning")
    ]
    assert findings[0].construct == "shop/Q"


def test_a_task_longer_than_any_message_can_be_hidden_is_an_error(stack: Stack) -> None:
    with pytest.raises(ConstraintError):
        SQSQueue(stack, "Q", task_seconds=50_000)


def test_sending_and_receiving_are_granted_on_this_queue_only(stack: Stack) -> None:
    queue = SQSQueue(stack, "Q")
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    queue.grant_send(role)
    queue.grant_consume(role)
    assert resources(stack)["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": [
                "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
                "sqs:ReceiveMessage", "sqs:SendMessage",
            ],
            "Resource": {"Fn::GetAtt": ["Q", "Arn"]},
        }
    ]  # fmt: skip


def test_a_customer_key_is_granted_with_the_queue(stack: Stack) -> None:
    key = kms.Key(stack, "Key", KeyPolicy={"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}]})  # fmt: skip
    queue = SQSQueue(stack, "Q", encryption="kms", key=key.Arn)
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    queue.grant_consume(role)
    made = resources(stack)
    assert made["Q"]["Properties"]["KmsMasterKeyId"] == {"Fn::GetAtt": ["Key", "Arn"]}
    assert made["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"][0] == {
        "Effect": "Allow", "Action": "kms:Decrypt", "Resource": {"Fn::GetAtt": ["Key", "Arn"]},
    }  # fmt: skip


def test_another_account_is_granted_in_the_queues_own_policy(stack: Stack) -> None:
    queue = SQSQueue(stack, "Q", tls_only=True)
    queue.grant_send("123456789012")
    policy = resources(stack)["QPolicy"]["Properties"]
    assert policy["Queues"] == [{"Ref": "Q"}]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Sid": "DenyPlainHttp", "Effect": "Deny", "Principal": "*", "Action": "sqs:*",
            "Resource": {"Fn::GetAtt": ["Q", "Arn"]}, "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Effect": "Allow", "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::123456789012:root"}},
            "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": ["Q", "Arn"]},
        },
    ]  # fmt: skip


def test_a_subscription_gives_the_queue_the_policy_it_needs_and_nothing_wider(stack: Stack) -> None:
    topic, queue, failed = SNSTopic(stack, "Placed"), SQSQueue(stack, "Q"), SQSQueue(stack, "Failed")
    topic.subscribe(queue, filter={"kind": ["a"]}, filter_on="body", raw=True, dead_letter=failed)
    made = resources(stack)
    for id in ("Q", "Failed"):
        assert made[f"{id}Policy"]["Properties"]["PolicyDocument"]["Statement"] == [
            {
                "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                "Resource": {"Fn::GetAtt": [id, "Arn"]}, "Condition": {"ArnEquals": {"aws:SourceArn": {"Ref": "Placed"}}},
            }
        ]  # fmt: skip
    assert made["QFromPlaced"]["DependsOn"] == ["QPolicy"]
    assert made["QFromPlaced"]["Properties"] == {
        "TopicArn": {"Ref": "Placed"}, "Protocol": "sqs", "Endpoint": {"Fn::GetAtt": ["Q", "Arn"]},
        "FilterPolicy": {"kind": ["a"]}, "FilterPolicyScope": "MessageBody", "RawMessageDelivery": True,
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Failed", "Arn"]}},
    }  # fmt: skip


def test_a_subscription_across_stacks_needs_the_topic_only_one_way(stack: Stack) -> None:
    topic = SNSTopic(stack, "Placed")
    consumer = Stack(stack.node.root_app, "consumer", region="eu-west-1")
    topic.subscribe(SQSQueue(consumer, "Q"))
    made = synthesize(stack.node.root_app)
    assert made["consumer"].dependencies == ("shop",)
    assert made["shop"].dependencies == ()


@pytest.mark.parametrize(
    ("target", "protocol"),
    [
        ("ops@example.com", "email"), ("+4915112345678", "sms"), ("https://example.com/hook", "https"),
        ("http://example.com/hook", "http"),
    ],
)  # fmt: skip
def test_a_text_tells_by_itself_how_to_deliver(stack: Stack, target: str, protocol: str) -> None:
    SNSTopic(stack, "T").subscribe(target)
    made = [body for body in resources(stack).values() if body["Type"] == "AWS::SNS::Subscription"]
    assert [(b["Properties"]["Protocol"], b["Properties"]["Endpoint"]) for b in made] == [(protocol, target)]


def test_every_other_protocol_has_a_verb_of_its_own(stack: Stack) -> None:
    topic = SNSTopic(stack, "T")
    function = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    topic.subscribe_function("Worker", function)
    topic.subscribe_firehose(
        "Lake", "arn:aws:firehose:eu-west-1:123456789012:deliverystream/d", "arn:aws:iam::123456789012:role/r"
    )
    topic.subscribe_application("Phone", "arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/app/1")
    topic.subscribe_email("ops@example.com", json=True)
    topic.subscribe_sms("+4915112345678")
    topic.subscribe_url("https://example.com/hook", raw=True)
    made = resources(stack)
    assert {b["Properties"]["Protocol"] for b in made.values() if b["Type"] == "AWS::SNS::Subscription"} == {
        "lambda", "firehose", "application", "email-json", "sms", "https",
    }  # fmt: skip
    assert made["TInvokeWorker"]["Properties"] == {
        "Action": "lambda:InvokeFunction", "FunctionName": function, "Principal": "sns.amazonaws.com",
        "SourceArn": {"Ref": "T"},
    }  # fmt: skip


@pytest.mark.parametrize("target", ["nobody", "arn:aws:lambda:eu-west-1:123456789012:function:f", 7, None])
def test_a_target_that_says_nothing_is_refused(stack: Stack, target: Any) -> None:
    with pytest.raises(ConstructError, match="cannot tell how to deliver"):
        SNSTopic(stack, "T").subscribe(target)


def test_a_standard_topic_cannot_deliver_to_a_fifo_queue(stack: Stack) -> None:
    SNSTopic(stack, "T").subscribe(SQSQueue(stack, "Q", fifo=True))
    with pytest.raises(ConstraintError) as caught:
        resources(stack)
    assert rules(caught) == {"SNS004"}


def test_a_topic_that_is_meant_to_be_polled_is_an_error(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        SNSTopic(stack, "T", pull=True)
    assert rules(caught) == {"SNS011"}


def test_publishing_is_granted_on_this_topic_only(stack: Stack) -> None:
    topic = SNSTopic(stack, "T")
    topic.grant_publish(
        Principal.service("events.amazonaws.com"), when={"ArnLike": {"aws:SourceArn": "arn:aws:events:*"}}
    )
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    topic.grant_publish(role)
    made = resources(stack)
    assert made["TPolicy"]["Properties"]["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish",
            "Resource": {"Ref": "T"}, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:*"}},
        }
    ]  # fmt: skip
    assert made["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "T"}}
    ]


def test_a_key_with_another_encryption_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match='encryption="kms"'):
        SQSQueue(stack, "Q", key="alias/mine", encryption="sqs")
