"""Rules of EventBridge, buses, schedules and streams: what they render, who is let in, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    App,
    ConstraintError,
    ConstructError,
    EventBus,
    EventRule,
    IAMRole,
    KinesisStream,
    KMSKey,
    LambdaFunction,
    Schedule,
    SNSTopic,
    SQSQueue,
    Stack,
    StateMachine,
    event_field,
    inline,
    states,
)
from awsdeck.synth import synthesize

EC2: Any = {"source": ["aws.ec2"]}
OWN_ACCOUNT = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def function(stack: Stack) -> LambdaFunction:
    return LambdaFunction(stack, "F", code=inline("def handler(event, context): ..."), runtime="python3.13")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def statements(stack: Stack, id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources(stack)[id]["Properties"]["PolicyDocument"]["Statement"]
    return found


def arn(id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [id, "Arn"]}


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    return {finding.rule for finding in caught.value.findings}


# rules


def test_a_function_lets_in_this_rule_alone(stack: Stack, function: LambdaFunction) -> None:
    EventRule(stack, "R", pattern=EC2).to(function)
    found = resources(stack)
    assert found["R"]["Properties"] == {
        "EventPattern": EC2, "State": "ENABLED", "Targets": [{"Id": "Target1", "Arn": arn("F")}],
    }  # fmt: skip
    (permission,) = [one["Properties"] for one in found.values() if one["Type"] == "AWS::Lambda::Permission"]
    assert (permission["Principal"], permission["SourceArn"]) == ("events.amazonaws.com", arn("R"))


def test_a_queue_and_a_topic_let_the_rule_in_by_their_policies(stack: Stack) -> None:
    queue, topic, lost = SQSQueue(stack, "Q", fifo=True), SNSTopic(stack, "T"), SQSQueue(stack, "Lost")
    EventRule(stack, "R", pattern=EC2).to(queue, group="g", dead_letter=lost, retries=3, max_age=60).to(topic)
    first, second = resources(stack)["R"]["Properties"]["Targets"]
    assert first == {
        "Id": "Target1", "Arn": arn("Q"), "SqsParameters": {"MessageGroupId": "g"},
        "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 60}, "DeadLetterConfig": {"Arn": arn("Lost")},
    }  # fmt: skip
    assert second == {"Id": "Target2", "Arn": {"Ref": "T"}}
    for policy, operator in (("QPolicy", "ArnEquals"), ("LostPolicy", "ArnEquals"), ("TPolicy", "ArnLike")):
        (statement,) = statements(stack, policy)
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
        assert statement["Condition"] == {operator: {"aws:SourceArn": arn("R")}}


def test_machines_streams_and_buses_are_reached_through_one_role(stack: Stack) -> None:
    machine = StateMachine(stack, "M", definition=states.Succeed("Done"))
    stream = KinesisStream(stack, "S")
    bus = EventBus(stack, "B", name="other")
    EventRule(stack, "R", pattern=EC2).to(machine).to(stream, partition="$.detail.id").to(bus)
    found = resources(stack)
    assert {target["RoleArn"]["Fn::GetAtt"][0] for target in found["R"]["Properties"]["Targets"]} == {"RRole"}
    assert found["R"]["Properties"]["Targets"][1]["KinesisParameters"] == {"PartitionKeyPath": "$.detail.id"}
    assert [(one["Action"], one["Resource"]) for one in statements(stack, "RRolePolicy")] == [
        ("states:StartExecution", arn("M")), (["kinesis:PutRecord", "kinesis:PutRecords"], arn("S")),
        ("events:PutEvents", arn("B")),
    ]  # fmt: skip
    (trust,) = found["RRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == OWN_ACCOUNT


def test_a_target_in_another_stack_lets_the_account_in(stack: Stack) -> None:
    other = Stack(stack.node.root_app, "other", region="eu-west-1")
    queue = SQSQueue(other, "Q")
    EventRule(stack, "R", pattern=EC2).to(queue)
    (statement,) = statements(other, "QPolicy")
    assert statement["Condition"] == OWN_ACCOUNT


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"a": 1}, {"Input": '{"a":1}'}),
        ("text", {"Input": '"text"'}),
        ('{"a": 1}', {"Input": '{"a": 1}'}),
        (event_field("$.detail"), {"InputPath": "$.detail"}),
        (
            {"id": event_field("$.detail.id"), "all": [event_field("$"), "x"], "other": event_field("$.other.id")},
            {
                "InputTransformer": {
                    "InputPathsMap": {"id": "$.detail.id", "event": "$", "id2": "$.other.id"},
                    "InputTemplate": '{"all":[<event>,"x"],"id":<id>,"other":<id2>}',
                }
            },
        ),
    ],
)
def test_a_target_gets_data_or_what_is_made_of_the_event(
    stack: Stack, function: LambdaFunction, given: Any, made: dict[str, Any]
) -> None:
    EventRule(stack, "R", pattern=EC2).to(function, input=given)
    (target,) = resources(stack)["R"]["Properties"]["Targets"]
    assert {name: value for name, value in target.items() if name.startswith("Input")} == made


def test_deploy_time_values_stay_in_the_input(stack: Stack, function: LambdaFunction) -> None:
    queue = SQSQueue(stack, "Q")
    EventRule(stack, "R", pattern=EC2).to(function, input={"url": queue.url, "id": event_field("$.id")})
    (target,) = resources(stack)["R"]["Properties"]["Targets"]
    assert target["InputTransformer"]["InputTemplate"] == {"Fn::Sub": '{"id":<id>,"url":"${Q}"}'}


@pytest.mark.parametrize(
    ("keywords", "rule", "words"),
    [
        ({}, "EVB001", "without a pattern"),
        ({"schedule": "rate(5 minute)"}, "EVB002", "is no schedule"),
        ({"schedule": "cron(0 12 * * *)"}, "EVB002", "5 fields"),
        ({"pattern": {"source": "aws.ec2"}}, "EVB003", "lists what fits"),
        ({"pattern": {"detail": {"n": [{"numeric": [">", "<"]}]}}}, None, ""),
        ({"pattern": {"detail": {"n": [{"begins": "a"}]}}}, "EVB003", "begins is no comparison"),
    ],
)
def test_a_wrong_rule_is_told_at_its_line(stack: Stack, keywords: Any, rule: str | None, words: str) -> None:
    if rule is None:  # what might be filled in at deploy time is not judged
        EventRule(stack, "R", **keywords)
        return
    with pytest.raises(ConstraintError, match=words) as caught:
        EventRule(stack, "R", **keywords)
    assert rule in rules(caught)
    assert "test_events.py" in str(caught.value)


def test_a_schedule_on_a_bus_of_ones_own_is_refused(stack: Stack) -> None:
    bus = EventBus.from_name(stack, "B", "orders")
    with pytest.raises(ConstraintError, match="default event bus alone"):
        EventRule(stack, "R", schedule="rate(1 hour)", bus=bus)


def test_more_than_five_targets_are_refused(stack: Stack) -> None:
    rule = EventRule(stack, "R", pattern=EC2)
    for number in range(5):
        rule.to(SQSQueue(stack, f"Q{number}"))
    with pytest.raises(ConstraintError) as caught:
        rule.to(SQSQueue(stack, "Q6"))
    assert rules(caught) == {"EVB004"}


def test_what_is_no_target_is_refused(stack: Stack) -> None:
    rule = EventRule(stack, "R", pattern=EC2)
    with pytest.raises(ConstructError, match="cannot be sent to a IAMRole"):
        rule.to(IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com"))  # type: ignore[arg-type]
    with pytest.raises(ConstructError, match="group= is for queues"):
        rule.to(SNSTopic(stack, "T"), group="g")
    with pytest.raises(ConstructError, match="no path into an event"):
        event_field("detail.id")


# buses


def test_a_bus_lets_in_identities_by_their_policy_and_accounts_by_its_own(
    stack: Stack, function: LambdaFunction
) -> None:
    bus = EventBus(stack, "B", name="orders")
    bus.grant_put(function)
    bus.grant_put("123456789012")
    bus.archive(days=7)
    bus.on("Placed", {"detail-type": ["OrderPlaced"]}, function)
    found = resources(stack)
    assert statements(stack, "FRolePolicy")[0]["Resource"] == arn("B")
    policy = found["BPolicy1"]["Properties"]
    assert policy["Statement"]["Action"] == "events:PutEvents"
    assert policy["Statement"]["Sid"] == policy["StatementId"]
    assert found["BArchive"]["Properties"] == {"SourceArn": arn("B"), "RetentionDays": 7}
    assert found["BPlaced"]["Properties"]["EventBusName"] == {"Ref": "B"}


def test_a_bus_with_a_key_lets_eventbridge_use_it(stack: Stack) -> None:
    EventBus(stack, "B", name="orders", key=KMSKey(stack, "Key"), dead_letter=SQSQueue(stack, "Lost"))
    found = resources(stack)
    assert found["B"]["Properties"]["KmsKeyIdentifier"] == arn("Key")
    allowed = [
        one for one in found["Key"]["Properties"]["KeyPolicy"]["Statement"]
        if one["Principal"] == {"Service": "events.amazonaws.com"}
    ]  # fmt: skip
    assert {action for one in allowed for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])} >= {
        "kms:Decrypt", "kms:GenerateDataKey",
    }  # fmt: skip


def test_the_default_bus_is_known_by_name(stack: Stack, function: LambdaFunction) -> None:
    bus = EventBus.from_name(stack, "Default", "default")
    bus.grant_put(function)
    named = EventBus.from_arn(stack, "Other", "arn:aws:events:eu-west-1:123456789012:event-bus/orders")
    assert named.bus_name == "orders"
    assert statements(stack, "FRolePolicy")[0]["Resource"]["Fn::Sub"].endswith(":event-bus/default")


# schedules


def test_a_schedule_has_a_role_for_its_target_alone(stack: Stack, function: LambdaFunction) -> None:
    lost = SQSQueue(stack, "Lost")
    Schedule(
        stack, "S", when="cron(0 8 ? * MON-FRI *)", time_zone="Europe/Berlin", window=15, target=function, input={"a": 1},
        retries=2, max_age=600, dead_letter=lost, start="2026-12-01T00:00:00Z",
    )  # fmt: skip
    made = resources(stack)["S"]["Properties"]
    assert made["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    assert made["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert made["Target"] == {
        "Arn": arn("F"), "RoleArn": arn("SRole"), "Input": '{"a":1}', "DeadLetterConfig": {"Arn": arn("Lost")},
        "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 600},
    }  # fmt: skip
    assert [(one["Action"], one["Resource"]) for one in statements(stack, "SRolePolicy")] == [
        ("lambda:InvokeFunction", arn("F")), ("sqs:SendMessage", arn("Lost")),
    ]  # fmt: skip
    (trust,) = resources(stack)["SRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert (trust["Principal"], trust["Condition"]) == ({"Service": "scheduler.amazonaws.com"}, OWN_ACCOUNT)


def test_every_kind_of_target_is_reached(stack: Stack) -> None:
    machine = StateMachine(stack, "M", definition=states.Succeed("Done"))
    Schedule(stack, "A", when="rate(1 day)", target=machine.alias("live"))
    Schedule(stack, "B", when="rate(1 day)", target=KinesisStream(stack, "K"), partition="one")
    Schedule(stack, "C", when="rate(1 day)", target=EventBus(stack, "Bus", name="b"), source="me", detail_type="Tick")
    Schedule(stack, "D", when="rate(1 day)", target=SQSQueue(stack, "Q", fifo=True), group="g")
    Schedule(stack, "E", when="rate(1 day)", target=SNSTopic(stack, "T"))
    instance = "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"
    Schedule(
        stack, "G", when="at(2026-12-24T18:00:00)", input={"InstanceIds": ["i-1"]},
        target=Schedule.call("ec2:stopInstances", allow=[("ec2:StopInstances", instance)]),
    )  # fmt: skip
    found = resources(stack)
    assert statements(stack, "ARolePolicy")[0]["Resource"] == arn("MLive")
    assert found["B"]["Properties"]["Target"]["KinesisParameters"] == {"PartitionKey": "one"}
    assert found["C"]["Properties"]["Target"]["EventBridgeParameters"] == {"Source": "me", "DetailType": "Tick"}
    assert found["D"]["Properties"]["Target"]["SqsParameters"] == {"MessageGroupId": "g"}
    assert statements(stack, "ERolePolicy") == [{"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "T"}}]
    assert found["G"]["Properties"]["Target"]["Arn"] == {
        "Fn::Sub": "arn:${AWS::Partition}:scheduler:::aws-sdk:ec2:stopInstances"
    }
    assert statements(stack, "GRolePolicy")[0]["Resource"] == instance


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"when": "at(tomorrow)"}, "EVB002"),
        ({"when": "rate(0 minutes)"}, "EVB002"),
        ({"when": "rate(1 day)", "window": 1_441}, "EVB007"),
        ({"when": "rate(1 day)", "start": "2026-12-01T00:00:00Z", "end": "2026-11-01T00:00:00Z"}, "EVB007"),
    ],
)
def test_a_wrong_schedule_is_told_at_its_line(stack: Stack, keywords: Any, rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        Schedule(stack, "S", target=SQSQueue(stack, "Q"), **keywords)
    assert rule in rules(caught)


def test_what_a_target_lacks_and_what_it_does_not_take_is_told_at_once(stack: Stack) -> None:
    with pytest.raises(ConstructError) as caught:
        Schedule(stack, "S", when="rate(1 day)", target=KinesisStream(stack, "K"), group="g", source="s")
    for words in ("a Kinesis stream needs partition=", "source= is for an event bus", "group= is for a queue"):
        assert words in str(caught.value)
    with pytest.raises(ConstructError, match="is no call"):
        Schedule.call("ec2:StopInstances", allow=[])


# streams


def test_a_stream_is_on_demand_and_encrypted_and_grants_by_name(stack: Stack, function: LambdaFunction) -> None:
    stream = KinesisStream(stack, "S", key=KMSKey(stack, "Key"))
    stream.grant_read_write(function)
    found = resources(stack)["S"]
    assert found["Properties"] == {
        "StreamModeDetails": {"StreamMode": "ON_DEMAND"}, "RetentionPeriodHours": 24,
        "StreamEncryption": {"EncryptionType": "KMS", "KeyId": arn("Key")},
    }  # fmt: skip
    assert found["DeletionPolicy"] == "Retain"
    keys, stream_actions = statements(stack, "FRolePolicy")
    assert keys == {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": arn("Key")}
    assert stream_actions["Resource"] == arn("S")
    assert "kinesis:PutRecord" in stream_actions["Action"]
    assert "kinesis:GetRecords" in stream_actions["Action"]


def test_a_function_reads_a_stream_and_a_consumer(stack: Stack, function: LambdaFunction) -> None:
    stream = KinesisStream(stack, "S", shards=2)
    function.on(stream, batch_size=10)
    other = LambdaFunction(stack, "G", code=inline("def handler(event, context): ..."), runtime="python3.13")
    other.on(stream.consumer("billing"), start="oldest")
    found = resources(stack)
    sources = {
        found[one]["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]
        for one in found if found[one]["Type"] == "AWS::Lambda::EventSourceMapping"
    }  # fmt: skip
    assert sources == {"S", "SBilling"}
    (read,) = statements(stack, "FRolePolicy")
    assert read["Resource"] == arn("S")
    subscribe, again = statements(stack, "GRolePolicy")
    assert (subscribe["Action"], subscribe["Resource"]) == (
        "kinesis:SubscribeToShard", {"Fn::GetAtt": ["SBilling", "ConsumerARN"]},
    )  # fmt: skip
    assert again["Resource"] == arn("S")


def test_a_function_reads_a_stream_of_another_team(stack: Stack, function: LambdaFunction) -> None:
    stream = KinesisStream.from_arn(stack, "Old", "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks")
    function.on(stream)
    assert statements(stack, "FRolePolicy")[0]["Resource"] == "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"
    assert stream.stream_name == "clicks"
    with pytest.raises(ConstructError, match="exists already"):
        stream.grant_read("123456789012")


def test_another_account_is_let_in_by_the_streams_policy(stack: Stack) -> None:
    KinesisStream(stack, "S").grant_read("123456789012")
    policy = resources(stack)["SPolicy"]["Properties"]
    assert policy["ResourceArn"] == arn("S")
    assert policy["ResourcePolicy"]["Statement"][0]["Resource"] == arn("S")


@pytest.mark.parametrize("retention", [23, 8_761])
def test_records_are_kept_a_day_to_a_year(stack: Stack, retention: int) -> None:
    with pytest.raises(ConstraintError) as caught:
        KinesisStream(stack, "S", retention=retention)
    assert rules(caught) == {"KIN003"}


def test_a_key_without_encryption_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="goes with encryption"):
        KinesisStream(stack, "S", encryption="none", key="alias/mine")
    KinesisStream(stack, "T", encryption="none")
    assert "StreamEncryption" not in resources(stack)["T"]["Properties"]
