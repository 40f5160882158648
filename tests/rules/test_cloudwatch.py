"""Rules about alarms, log groups and parameters: what they must leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.errors import Finding
from awsdeck.rules import Graph, View, check_graph, check_resource
from awsdeck.template import Template

ALARM = "AWS::CloudWatch::Alarm"
GROUP = "AWS::Logs::LogGroup"
P = {"Ref": "P"}
OURS = ("CWA", "LOG", "SSM")


def found(type: str, properties: dict[str, Any]) -> list[Finding]:
    view = View("It", type, {"Type": type, "Properties": properties})
    return [one for one in check_resource(view) if one.rule.startswith(OURS)]


def graph(resources: dict[str, Any]) -> list[Finding]:
    made = Graph()
    made.add(Template.from_dict({"Resources": resources, "Parameters": {"P": {"Type": "String"}}}, "shop"))
    return [one for one in check_graph(made) if one.rule.startswith(OURS)]


def alarm(**properties: Any) -> dict[str, Any]:
    whole = {
        "Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Statistic": "Sum", "Period": 300,
        "EvaluationPeriods": 1, "Threshold": 10, "ComparisonOperator": "GreaterThanThreshold", **properties,
    }  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}


STAT = {"Metric": {"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent"}, "Stat": "p99.9", "Period": 60}
NONE = dict.fromkeys(("Namespace", "MetricName", "Statistic", "Period"))


def math(*entries: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return alarm(**{**NONE, "Metrics": list(entries), **properties})


@pytest.mark.parametrize(
    "properties",
    [
        alarm(Period=P, EvaluationPeriods=P, DatapointsToAlarm=P, Threshold=P, ComparisonOperator=P, Statistic=P),
        alarm(Period="60", EvaluationPeriods="1440"),
        alarm(Period=86_400, EvaluationPeriods=7),
        alarm(Period=604_800, EvaluationPeriods=4, EvaluationWindow={"Type": "WallClockWindow"}),
        alarm(EvaluationPeriods=5, DatapointsToAlarm=5),
        alarm(Statistic=None, ExtendedStatistic=P),
        alarm(Statistic=None, ExtendedStatistic="TM(10%:90%)"),
        alarm(Statistic=None, ExtendedStatistic="PR(100:)"),
        math({"Id": "a", "MetricStat": STAT}),
        math({"Id": "a", "MetricStat": STAT, "ReturnData": False}, {"Id": "b", "Expression": "a * 2"}),
        math({"Id": "q", "Expression": 'SELECT MAX(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId)', "Period": 300}),
        math(P),
        math({"Id": P, "MetricStat": STAT}, {"Id": "b", "Expression": "a"}),
        math({"Fn::If": ["C", {"Id": "a", "MetricStat": STAT}, {"Ref": "AWS::NoValue"}]}),
        alarm(**{**NONE, "Metrics": P}),
        alarm(AlarmActions=P),
        alarm(AlarmActions=["arn:aws:sns:eu-west-1:123456789012:told", P, {"Fn::Sub": "arn:aws:ssm:${AWS::Region}:1:opsitem:1"}]),
        alarm(AlarmActions=["arn:aws:automate:eu-west-1:ec2:stop"], Dimensions=P),
        alarm(AlarmActions=["arn:aws:automate:eu-west-1:ec2:stop"], Dimensions=[{"Name": P, "Value": "i-1"}]),
        {"EvaluationCriteria": {"PromQLCriteria": {}}, "EvaluationInterval": 60},
    ],
)  # fmt: skip
def test_alarms_that_cloudwatch_takes_or_only_the_deploy_knows_are_left_alone(properties: dict[str, Any]) -> None:
    assert not found(ALARM, properties)


@pytest.mark.parametrize(
    "rule",
    [
        P,
        'ALARM("cpu too high") AND NOT ALARM(deploying)',
        "not (ok(a) or insufficient_data(b)) and true",
        'ALARM("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a (b)")',
        {"Fn::Join": [" OR ", [{"Fn::Sub": "ALARM(${A})"}, "FALSE"]]},
        {"Fn::Sub": ["ALARM(${Name}) OR ${Rest}", {"Name": {"Ref": "A"}, "Rest": "ALARM(b)"}]},
    ],
)
def test_rules_that_can_be_read_are_left_alone(rule: Any) -> None:
    assert not found("AWS::CloudWatch::CompositeAlarm", {"AlarmRule": rule})


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("ALARM(a) ALARM(b)", "AND or OR should stand"),
        ("ALARM(a) XOR ALARM(b)", "AND or OR should stand"),
        ("((ALARM(a))", "does not close"),
        ("ALARM(a))", "AND or OR should stand"),
        ('ALARM("a)', "quotation mark"),
        ("ALARM", "needs an alarm in parentheses"),
        ("", "ends where an alarm should stand"),
    ],
)
def test_a_rule_that_cannot_be_read_is_told_where(rule: str, said: str) -> None:
    messages = [
        one.message for one in found("AWS::CloudWatch::CompositeAlarm", {"AlarmRule": rule}) if one.rule == "CWA009"
    ]
    assert any(said in message for message in messages), messages


def topic(*statements: dict[str, Any]) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {
        "Told": {"Type": "AWS::SNS::Topic"},
        "May": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [{"Ref": "Told"}], "PolicyDocument": document},
        },
        "Old": {"Type": ALARM, "Properties": alarm(AlarmActions=[{"Ref": "Told"}])},
        "New": {"Type": ALARM, "Properties": alarm()},
    }


def publish(**more: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish",
        "Resource": {"Ref": "Told"}, **more,
    }  # fmt: skip


def by(arn: Any) -> dict[str, Any]:
    return publish(Condition={"ArnLike": {"aws:SourceArn": arn}})


def test_a_topic_that_lets_another_alarm_alone_publish_is_told_of() -> None:
    assert [one.rule for one in graph(topic(by({"Fn::GetAtt": ["New", "Arn"]})))] == ["CWA011"]


@pytest.mark.parametrize(
    "statement",
    [
        publish(),
        by({"Fn::GetAtt": ["Old", "Arn"]}),
        by([{"Fn::GetAtt": ["New", "Arn"]}, {"Fn::GetAtt": ["Old", "Arn"]}]),
        by({"Fn::Sub": "arn:aws:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"}),
        by(P),
        publish(Principal="*", Condition={"StringEquals": {"aws:SourceOwner": {"Ref": "AWS::AccountId"}}}),
    ],
)
def test_a_topic_that_may_let_the_alarm_publish_is_left_alone(statement: dict[str, Any]) -> None:
    assert not graph(topic(statement))


@pytest.mark.parametrize(
    "properties",
    [
        {"RetentionInDays": P, "KmsKeyId": P},
        {"RetentionInDays": "30", "KmsKeyId": {"Fn::ImportValue": "key"}},
        {"LogGroupClass": "DELIVERY"},
        {"RetentionInDays": {"Fn::If": ["C", 30, {"Ref": "AWS::NoValue"}]}},
    ],
)
def test_log_groups_that_only_the_deploy_knows_are_left_alone(properties: dict[str, Any]) -> None:
    assert not [one for one in found(GROUP, properties) if one.severity == "error"]


def test_filters_of_groups_that_are_not_here_or_never_together_are_left_alone() -> None:
    filters = {
        f"To{n}": {
            "Type": "AWS::Logs::SubscriptionFilter",
            "Condition": f"C{n}",
            "Properties": {"LogGroupName": {"Ref": "Logs"}, "FilterPattern": "", "DestinationArn": P},
        }
        for n in range(3)
    }
    elsewhere = {
        f"Far{n}": {
            "Type": "AWS::Logs::SubscriptionFilter",
            "Properties": {"LogGroupName": "web", "FilterPattern": "", "DestinationArn": P},
        }
        for n in range(3)
    }
    assert not graph({"Logs": {"Type": GROUP, "Properties": {"RetentionInDays": 1}}, **filters, **elsewhere})


@pytest.mark.parametrize(
    "properties",
    [
        {"Type": "String", "Value": "{{resolve:ssm:other}}" * 300},
        {"Type": "String", "Value": P, "Name": P, "Tier": P},
        {"Type": "String", "Value": "x" * 8_192, "Tier": "Intelligent-Tiering"},
        {"Type": "String", "Value": "x", "Name": "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o"},
        {"Type": "String", "Value": "x", "Name": "awesome/size"[3:]},
        {"Type": "String", "Value": "x", "Name": {"Fn::Sub": "/${AWS::StackName}/size"}},
    ],
)
def test_parameters_that_the_store_takes_are_left_alone(properties: dict[str, Any]) -> None:
    assert not found("AWS::SSM::Parameter", properties)
