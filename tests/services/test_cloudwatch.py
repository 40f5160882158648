"""Alarms: what they watch, whom they tell and who lets them, how they are combined; metrics of the services."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    Alarm,
    AllAlarms,
    AnyAlarm,
    App,
    CompositeAlarm,
    ConstraintError,
    ConstructError,
    DynamoDBTable,
    LambdaFunction,
    Metric,
    MetricMath,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    Stack,
    inline,
)
from awsdeck.services.cloudwatch.cloudwatch import AlarmAccess
from awsdeck.synth import synthesize

ARN = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu"


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def made(stack: Stack, id: str = "Alarm") -> dict[str, Any]:
    found: dict[str, Any] = resources(stack)[id]["Properties"]
    return found


def alarm(stack: Stack, id: str = "Alarm", **given: Any) -> Alarm:
    return Alarm(stack, id, **{"metric": Metric("Shop", "Orders"), "threshold": 10, **given})


def test_an_alarm_on_one_metric_says_it_plainly(stack: Stack) -> None:
    alarm(stack, metric=Metric("Shop", "Orders", {"Kind": "web"}, statistic="Sum", period=60, unit="Count"))
    assert made(stack) == {
        "Namespace": "Shop", "MetricName": "Orders", "Dimensions": [{"Name": "Kind", "Value": "web"}], "Statistic": "Sum",
        "Period": 60, "Unit": "Count", "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 10,
        "EvaluationPeriods": 1,
    }  # fmt: skip


def test_what_an_alarm_is_told_stands_in_the_template(stack: Stack) -> None:
    alarm(
        stack, metric=Metric("Shop", "Latency", statistic="p99"), comparison="<", periods=5, datapoints=3,
        missing="not-breaching", ignore_low_samples=True, enabled=False, description="Slow", name="slow",
    )  # fmt: skip
    found = made(stack)
    assert (found["ExtendedStatistic"], "Statistic" in found) == ("p99", False)
    assert {name: found[name] for name in (
        "ComparisonOperator", "EvaluationPeriods", "DatapointsToAlarm", "TreatMissingData",
        "EvaluateLowSampleCountPercentile", "ActionsEnabled", "AlarmDescription", "AlarmName",
    )} == {
        "ComparisonOperator": "LessThanThreshold", "EvaluationPeriods": 5, "DatapointsToAlarm": 3,
        "TreatMissingData": "notBreaching", "EvaluateLowSampleCountPercentile": "ignore", "ActionsEnabled": False,
        "AlarmDescription": "Slow", "AlarmName": "slow",
    }  # fmt: skip


def test_metrics_and_numbers_can_be_calculated_with(stack: Stack) -> None:
    errors, calls = Metric("Shop", "Errors"), Metric("Shop", "Calls")
    alarm(stack, metric=100 - (errors + 1) / calls * 100)
    queries = made(stack)["Metrics"]
    assert [(one["Id"], one["ReturnData"], one.get("Expression")) for one in queries] == [
        ("watched", True, "100 - (((m1 + 1) / m2) * 100)"), ("m1", False, None), ("m2", False, None),
    ]  # fmt: skip
    assert queries[1]["MetricStat"]["Metric"]["MetricName"] == "Errors"


def test_one_metric_used_twice_in_a_calculation_is_asked_for_once(stack: Stack) -> None:
    errors = Metric("Shop", "Errors")
    alarm(stack, metric=errors / (errors + Metric("Shop", "Successes")))
    assert made(stack)["Metrics"][0]["Expression"] == "m1 / (m1 + m2)"
    assert len(made(stack)["Metrics"]) == 3


def test_names_in_an_expression_are_the_keywords(stack: Stack) -> None:
    part = MetricMath("reads + writes", reads=Metric("Shop", "R"), writes=Metric("Shop", "W"))
    alarm(stack, metric=MetricMath("IF(part > 5, part, 0)", part=part, label="Much"))
    assert [(one["Id"], one.get("Expression")) for one in made(stack)["Metrics"]] == [
        ("watched", "IF(part > 5, part, 0)"), ("part", "reads + writes"), ("reads", None), ("writes", None),
    ]  # fmt: skip


def test_what_cannot_be_calculated_with_is_refused_at_the_users_line(stack: Stack) -> None:
    metric = Metric("Shop", "Orders")
    with pytest.raises(ConstructError, match=r"test_cloudwatch.py:\d+: a str is no metric"):
        metric + "1"  # type: ignore[operator]
    with pytest.raises(ConstructError, match="'Errors' cannot name a metric"):
        MetricMath("Errors", Errors=metric)
    with pytest.raises(ConstructError, match="m= is a int"):
        MetricMath("m", m=5)  # type: ignore[arg-type]
    nested = MetricMath("m", m=Metric("Shop", "Other"))
    with pytest.raises(ConstructError, match="two metrics of the calculation are called 'm'"):
        alarm(stack, metric=MetricMath("m + n", m=metric, n=nested))


def test_an_alarm_on_the_unusual_compares_with_a_band(stack: Stack) -> None:
    alarm(stack, threshold=None, band=2.5, comparison="above")
    found = made(stack)
    assert (found["ThresholdMetricId"], found["ComparisonOperator"]) == ("band", "GreaterThanUpperThreshold")
    assert "Threshold" not in found
    assert [(one["Id"], one.get("Expression"), one["ReturnData"]) for one in found["Metrics"]] == [
        ("band", "ANOMALY_DETECTION_BAND(watched, 2.5)", True), ("watched", None, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [{"threshold": None}, {"band": 2}, {"threshold": None, "band": 2, "comparison": ">"}, {"comparison": "above"}],
)
def test_an_alarm_has_a_threshold_or_a_band_and_a_comparison_that_fits(stack: Stack, given: dict[str, Any]) -> None:
    with pytest.raises(ConstructError, match="either with a threshold or with the band"):
        alarm(stack, **given)


@pytest.mark.parametrize("given", [{"comparison": "=="}, {"comparison": [">"]}, {"missing": "zero"}])
def test_an_alarm_knows_its_words(stack: Stack, given: dict[str, Any]) -> None:
    with pytest.raises(ConstructError, match=f"{next(iter(given))}="):
        alarm(stack, **given)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"metric": Metric("Shop", "Orders", period=45)}, "CWA001"),
        ({"metric": Metric("Shop", "Orders", period=45) / 2}, "CWA001"),
        ({"periods": 300}, "CWA002"),
        ({"periods": 2, "datapoints": 3}, "CWA003"),
        ({"metric": Metric("Shop", "Orders", statistic="median")}, "CWA006"),
    ],
)
def test_what_cloudwatch_refuses_is_refused_at_the_users_line(stack: Stack, given: dict[str, Any], rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        alarm(stack, **given)
    assert [finding.rule for finding in caught.value.findings] == [rule]
    assert "test_cloudwatch.py:" in str(caught.value)


# Whom alarms tell


def test_a_topic_lets_the_alarms_that_tell_it_publish_and_no_others(stack: Stack) -> None:
    topic = SNSTopic(stack, "Told")
    first, second = alarm(stack, "First"), alarm(stack, "Second")
    for one in (first, second):
        one.notify(topic)
        one.notify(topic, on="ok")
    found = resources(stack)
    assert found["ToldPolicy"]["Properties"]["PolicyDocument"]["Statement"] == [
        {
            "Sid": "FromAlarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": {"Ref": "Told"},
            "Condition": {
                "ArnLike": {"aws:SourceArn": [{"Fn::GetAtt": ["First", "Arn"]}, {"Fn::GetAtt": ["Second", "Arn"]}]}
            },
        }
    ]
    assert (
        found["First"]["Properties"]["AlarmActions"] == found["First"]["Properties"]["OKActions"] == [{"Ref": "Told"}]
    )


def test_telling_the_same_topic_twice_is_telling_it_once(stack: Stack) -> None:
    topic, one = SNSTopic(stack, "Told"), alarm(stack)
    one.notify(topic, topic)
    one.notify(topic)
    assert made(stack)["AlarmActions"] == [{"Ref": "Told"}]


def test_existing_topics_and_actions_by_arn_are_only_named(stack: Stack) -> None:
    arn = "arn:aws:sns:eu-west-1:123456789012:told"
    alarm(stack).notify(
        SNSTopic.from_arn(stack, "Told", arn), "arn:aws:ssm:eu-west-1:123456789012:opsitem:1", on="insufficient"
    )
    assert resources(stack)["Alarm"]["Properties"]["InsufficientDataActions"] == [
        arn, "arn:aws:ssm:eu-west-1:123456789012:opsitem:1",
    ]  # fmt: skip
    assert list(resources(stack)) == ["Alarm"]


def test_a_function_may_be_invoked_by_this_alarm(stack: Stack) -> None:
    worker = LambdaFunction(stack, "Worker", code=inline("def handler(e, c): ..."), runtime="python3.13")
    live = worker.alias("live")
    alarm(stack).notify(live)
    found = resources(stack)
    assert found["Alarm"]["Properties"]["AlarmActions"] == [{"Ref": "WorkerLive"}]
    (permission,) = (body["Properties"] for body in found.values() if body["Type"] == "AWS::Lambda::Permission")
    assert permission == {
        "Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "WorkerLive"},
        "Principal": "lambda.alarms.cloudwatch.amazonaws.com", "SourceArn": {"Fn::GetAtt": ["Alarm", "Arn"]},
    }  # fmt: skip


def test_what_cannot_be_told_is_refused_with_what_can(stack: Stack) -> None:
    one = alarm(stack)
    with pytest.raises(ConstructError, match=r"cannot tell a SQSQueue[\s\S]*a topic, a function, or the ARN"):
        one.notify(SQSQueue(stack, "Q"))  # type: ignore[arg-type]
    with pytest.raises(ConstructError, match=r'on=\'ALARM\'[\s\S]*"alarm", "ok" or "insufficient"'):
        one.notify(SNSTopic(stack, "T"), on="ALARM")  # type: ignore[arg-type]


def test_an_action_on_a_state_that_there_is_not_is_refused(stack: Stack) -> None:
    alarm = Alarm(stack, "A", metric=Metric("AWS/EC2", "StatusCheckFailed", {"InstanceId": "i-1"}), threshold=1)
    with pytest.raises(ConstructError, match="on='never'"):
        alarm.act("stop", on="never")  # type: ignore[arg-type]


@pytest.mark.parametrize("action", ["recover", "reboot", "stop", "terminate"])
def test_an_alarm_on_a_machine_acts_on_it(stack: Stack, action: Any) -> None:
    metric = Metric("AWS/EC2", "StatusCheckFailed_System", {"InstanceId": "i-0123456789abcdef0"}, period=60)
    alarm(stack, metric=metric).act(action)
    assert made(stack)["AlarmActions"] == [
        {"Fn::Sub": f"arn:${{AWS::Partition}}:automate:${{AWS::Region}}:ec2:{action}"}
    ]


def test_an_alarm_on_something_else_acts_on_no_machine(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="whose only dimension is InstanceId"):
        alarm(stack).act("stop")


# Composite alarms


def test_alarms_are_combined_as_they_read(stack: Stack) -> None:
    a, b, c = (alarm(stack, id) for id in "ABC")
    composite = CompositeAlarm(
        stack, "Any", rule=(a | b) & ~c.is_ok() & c.lacks_data(), suppressed_by=Alarm.from_arn(stack, "Cpu", ARN),
        suppressor_wait=60, suppressor_extension=30,
    )  # fmt: skip
    composite.notify(SNSTopic(stack, "Told"))
    found = made(stack, "Any")
    assert found["AlarmRule"] == {
        "Fn::Sub": '(ALARM("${A.Arn}") OR ALARM("${B.Arn}")) AND NOT (OK("${C.Arn}")) AND INSUFFICIENT_DATA("${C.Arn}")'
    }
    assert (found["ActionsSuppressor"], found["ActionsSuppressorWaitPeriod"]) == (ARN, 60)
    assert found["AlarmActions"] == [{"Ref": "Told"}]


def test_any_and_all_take_as_many_alarms_as_there_are(stack: Stack) -> None:
    alarms: list[AlarmAccess] = [alarm(stack, id) for id in "ABC"]
    CompositeAlarm(stack, "Any", rule=AnyAlarm(*alarms))
    CompositeAlarm(stack, "All", rule=AllAlarms(AnyAlarm(*alarms[:2]), alarms[2]))
    assert made(stack, "Any")["AlarmRule"]["Fn::Sub"].count(" OR ") == 2
    assert (
        made(stack, "All")["AlarmRule"]["Fn::Sub"] == '(ALARM("${A.Arn}") OR ALARM("${B.Arn}")) AND ALARM("${C.Arn}")'
    )
    assert AnyAlarm(alarms[0]).text == alarms[0].in_alarm().text


def test_a_suppressor_without_periods_is_refused(stack: Stack) -> None:
    one = alarm(stack)
    with pytest.raises(ConstraintError) as caught:
        CompositeAlarm(stack, "Any", rule=AnyAlarm(one), suppressed_by=one)
    assert {finding.rule for finding in caught.value.findings} == {"CWA010"}


def test_what_is_no_alarm_is_not_combined(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="a str is no alarm"):
        AnyAlarm("cpu")  # type: ignore[arg-type]
    with pytest.raises(ConstructError, match="nothing is no alarm"):
        AllAlarms()
    with pytest.raises(ConstructError, match=r"exists already[\s\S]*CompositeAlarm"):
        Alarm.from_arn(stack, "Cpu", ARN).notify(SNSTopic(stack, "T"))


# Metrics of the services


def test_every_service_names_its_metrics_as_cloudwatch_does(stack: Stack) -> None:
    worker = LambdaFunction(stack, "Worker", code=inline("def handler(e, c): ..."), runtime="python3.13")
    table = DynamoDBTable(stack, "Table", partition_key="id")
    metrics = {
        "queue": SQSQueue(stack, "Q").metric("NumberOfMessagesSent", statistic="Sum", period=60),
        "topic": SNSTopic(stack, "T").metric("NumberOfMessagesPublished"),
        "function": worker.metric("Errors"),
        "duration": worker.metric("Duration"),
        "alias": worker.alias("live").metric("Throttles"),
        "table": table.metric("ThrottledRequests", operation="GetItem"),
        "index": table.metric("ReadThrottleEvents", index="by-day"),
        "bucket": S3Bucket(stack, "B").metric("BucketSizeBytes"),
        "objects": S3Bucket(stack, "C").metric("NumberOfObjects"),
    }
    for id, metric in metrics.items():
        alarm(stack, id, metric=metric)
    found = resources(stack)
    said = {}
    for id in metrics:
        body = found[id]["Properties"]
        dimensions = {one["Name"]: one["Value"] for one in body["Dimensions"]}
        said[id] = (body["Namespace"], body["Statistic"], body["Period"], dimensions)
    assert said == {
        "queue": ("AWS/SQS", "Sum", 60, {"QueueName": {"Fn::GetAtt": ["Q", "QueueName"]}}),
        "topic": ("AWS/SNS", "Sum", 300, {"TopicName": {"Fn::GetAtt": ["T", "TopicName"]}}),
        "function": ("AWS/Lambda", "Sum", 300, {"FunctionName": {"Ref": "Worker"}}),
        "duration": ("AWS/Lambda", "Average", 300, {"FunctionName": {"Ref": "Worker"}}),
        "alias": (
            "AWS/Lambda", "Sum", 300, {"FunctionName": {"Ref": "Worker"}, "Resource": {"Fn::Sub": "${Worker}:live"}},
        ),
        "table": ("AWS/DynamoDB", "Sum", 300, {"TableName": {"Ref": "Table"}, "Operation": "GetItem"}),
        "index": ("AWS/DynamoDB", "Sum", 300, {"TableName": {"Ref": "Table"}, "GlobalSecondaryIndexName": "by-day"}),
        "bucket": ("AWS/S3", "Average", 86_400, {"BucketName": {"Ref": "B"}, "StorageType": "StandardStorage"}),
        "objects": ("AWS/S3", "Average", 86_400, {"BucketName": {"Ref": "C"}, "StorageType": "AllStorageTypes"}),
    }  # fmt: skip


def test_existing_queues_topics_and_functions_have_metrics_too(stack: Stack) -> None:
    alarm(stack, "Queue", metric=SQSQueue.from_name(stack, "Q", "orders").metric("NumberOfMessagesSent"))
    alarm(stack, "Function", metric=LambdaFunction.from_name(stack, "F", "worker").metric("Errors"))
    assert made(stack, "Queue")["Dimensions"] == [{"Name": "QueueName", "Value": "orders"}]
    assert made(stack, "Function")["Dimensions"] == [{"Name": "FunctionName", "Value": "worker"}]


def test_a_metric_is_asked_for_with_another_statistic(stack: Stack) -> None:
    metric = SQSQueue(stack, "Q").metric("ApproximateAgeOfOldestMessage").of(statistic="p90", period=60)
    alarm(stack, metric=metric)
    assert (made(stack)["ExtendedStatistic"], made(stack)["Period"]) == ("p90", 60)


def test_a_metric_of_another_account_is_a_query(stack: Stack) -> None:
    alarm(stack, metric=Metric("Shop", "Orders", account="210987654321"))
    (query,) = made(stack)["Metrics"]
    assert (query["AccountId"], query["ReturnData"]) == ("210987654321", True)
