"""EventBridge, Scheduler, Kinesis and X-Ray in any template: what stays silent, and what is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules.events.patterns import pattern_problems
from awsdeck.rules.events.schedules import schedule_problem

if TYPE_CHECKING:
    from .conftest import Ask, AskHints

RULE = "AWS::Events::Rule"
EC2 = {"source": ["aws.ec2"]}


def rule(**properties: Any) -> dict[str, Any]:
    return {"Type": RULE, "Properties": {"EventPattern": EC2, **properties}}


@pytest.mark.parametrize(
    "written",
    [
        "rate(1 minute)", "rate(5 minutes)", "rate(1 day)", "cron(0 12 * * ? *)", "cron(0/15 8-17 ? * MON-FRI *)",
        "cron(0 8 1 * ? *)", "cron(0 0 L * ? *)", "cron(0 0 15W * ? *)", "cron(0 0 ? * 6L *)", "cron(0 0 ? * FRI#2 *)",
        "cron(0,30 * ? jan,feb SUN 2026-2030)", "cron(*/5 * * * ? *)",
    ],
)  # fmt: skip
def test_right_schedules_of_a_rule(written: str) -> None:
    assert schedule_problem(written) is None
    assert schedule_problem(written, scheduler=True) is None


@pytest.mark.parametrize("written", ["at(2026-12-24T18:00:00)", "rate(1 minutes)", "rate(5 minute)"])
def test_scheduler_takes_more_than_a_rule(written: str) -> None:
    assert schedule_problem(written, scheduler=True) is None
    assert schedule_problem(written) is not None


@pytest.mark.parametrize(
    "written",
    [
        "rate(0 minutes)", "rate(-1 hours)", "rate(5 weeks)", "rate(5)", "cron(60 12 * * ? *)", "cron(0 24 * * ? *)",
        "cron(0 12 32 * ? *)", "cron(0 12 * 13 ? *)", "cron(0 12 ? * 8 *)", "cron(0 12 ? * MOO *)", "cron(0 12 * * ?)",
        "cron(0 12 1 * 2 *)", "every day", "at(2026-13-01T00:00:00)", "at(2026-12-24)",
    ],
)  # fmt: skip
def test_wrong_schedules(written: str) -> None:
    assert schedule_problem(written) is not None
    assert schedule_problem(written, scheduler=True) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["a", 1, None, True, ""]},
        {"detail": {"a": {"b": [{"exists": False}]}}},
        {"detail": {"a": [{"numeric": [">", 0, "<=", 5]}], "b": [{"numeric": ["=", 3.5]}]}},
        {"detail": {"a": [{"anything-but": ["x", "y"]}, {"anything-but": {"wildcard": "*/a/*"}}, {"anything-but": 5}]}},
        {"detail": {"a": [{"prefix": {"equals-ignore-case": "x"}}, {"suffix": ".png"}, {"cidr": "10.0.0.0/24"}]}},
        {"$or": [{"source": ["a"]}, {"source": ["b"]}]},
        {"detail": {"$or": [{"a": [1]}, {"b": [{"wildcard": "x*"}]}]}},
        {"source": {"Ref": "Source"}, "detail": {"a": [{"Ref": "A"}, {"prefix": {"Ref": "B"}}]}},
    ],
)
def test_right_patterns(pattern: Any) -> None:
    assert list(pattern_problems(pattern)) == []


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ([], "dictionary"),
        ({}, "dictionary"),
        ({"source": "a"}, "lists what fits"),
        ({"source": []}, "lists nothing"),
        ({"detail": {}}, "is empty"),
        ({"source": [["a"]]}, "list inside a list"),
        ({"source": [{"begins": "a"}]}, "no comparison"),
        ({"source": [{"prefix": "a", "suffix": "b"}]}, "no comparison"),
        ({"source": [{"prefix": 5}]}, "prefix is 5"),
        ({"source": [{"exists": 1}]}, "exists is 1"),
        ({"source": [{"numeric": [">"]}]}, "once or twice"),
        ({"source": [{"numeric": ["above", 5]}]}, "no sign"),
        ({"source": [{"anything-but": {"begins": "a"}}]}, "one comparison"),
        ({"$or": []}, "$or lists"),
    ],
)
def test_wrong_patterns(pattern: Any, words: str) -> None:
    ((_, problem, _),) = list(pattern_problems(pattern))
    assert words in problem


@pytest.mark.parametrize(
    "properties",
    [
        {"EventPattern": {"Ref": "P"}},
        {"ScheduleExpression": {"Fn::Sub": "rate(${P} minutes)"}},
        {"EventBusName": {"Ref": "P"}, "ScheduleExpression": "rate(1 hour)"},
        {"EventBusName": "default", "ScheduleExpression": "rate(1 hour)"},
        {"Targets": {"Ref": "P"}},
        {"Targets": [{"Id": {"Ref": "P"}, "Arn": "arn:aws:a"}, {"Id": {"Ref": "P"}, "Arn": "arn:aws:b"}]},
        {"Targets": [{"Id": "A", "Arn": {"Ref": "P"}, "InputTransformer": {
            "InputTemplate": '"<a> <aws.events.event.json>"', "InputPathsMap": {"a": "$.a"}}}]},
    ],
)  # fmt: skip
def test_what_only_the_deploy_knows_of_a_rule_is_left_alone(ask: Ask, properties: dict[str, Any]) -> None:
    said = ask({"R": rule(**properties)}, Parameters={"P": {"Type": "String"}})
    assert [finding for finding in said.findings if finding.rule.startswith("EVB")] == []


@pytest.mark.parametrize(
    "policy",
    [
        {"Queues": [{"Ref": "Q"}]},
        {"Queues": [{"Fn::GetAtt": ["Q", "QueueUrl"]}]},
        {"Queues": [{"Ref": "Other"}]},
    ],
)
def test_a_queue_that_may_be_open_to_events_is_not_told(ask: Ask, policy: dict[str, Any]) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:*",
        "Resource": "*",
    }
    resources = {
        "R": rule(Targets=[{"Id": "A", "Arn": {"Fn::GetAtt": ["Q", "Arn"]}}]),
        "Q": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "P": {"Type": "AWS::SQS::QueuePolicy", "Properties": {**policy, "PolicyDocument": {"Statement": statement}}},
    }
    assert not ask(resources, Parameters={"Other": {"Type": "String"}}).of("EVB006")
    del resources["P"]
    assert ask(resources).severities("EVB006") == ["warning"]


@pytest.mark.parametrize(
    ("permission", "severities"),
    [
        ({"Principal": "events.amazonaws.com"}, []),
        ({"Principal": "events.amazonaws.com", "SourceArn": {"Fn::GetAtt": ["R", "Arn"]}}, []),
        ({"Principal": "events.amazonaws.com", "SourceArn": {"Ref": "Other"}}, []),
        ({"Principal": "sns.amazonaws.com"}, ["warning"]),
    ],
)
def test_a_function_needs_a_permission_for_the_rule(
    ask: Ask, permission: dict[str, Any], severities: list[str]
) -> None:
    invoke = {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "F"}, **permission}
    function = {"Code": {"ZipFile": ""}, "Role": "arn:aws:iam::123456789012:role/f"}
    resources = {
        "R": rule(Targets=[{"Id": "A", "Arn": {"Fn::GetAtt": ["F", "Arn"]}}]),
        "F": {"Type": "AWS::Lambda::Function", "Properties": function},
        "P": {"Type": "AWS::Lambda::Permission", "Properties": invoke},
    }
    assert ask(resources, Parameters={"Other": {"Type": "String"}}).severities("EVB006") == severities


def test_a_role_of_the_rule_counts_for_its_targets(ask: Ask) -> None:
    targets = [{"Id": "A", "Arn": {"Fn::GetAtt": ["S", "Arn"]}}]
    stream = {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}}
    assert ask({"R": rule(Targets=targets), "S": stream}).severities("EVB005") == ["error"]
    assert not ask({"R": rule(Targets=targets, RoleArn="arn:aws:iam::123456789012:role/r"), "S": stream}).of("EVB005")


@pytest.mark.parametrize(
    "properties",
    [
        {"StreamModeDetails": {"StreamMode": {"Ref": "Mode"}}},
        {"StreamModeDetails": {"StreamMode": "PROVISIONED"}, "ShardCount": {"Ref": "Mode"}},
        {"ShardCount": "2", "RetentionPeriodHours": "24"},
    ],
)
def test_streams_that_may_be_right_are_silent(ask: Ask, properties: dict[str, Any]) -> None:
    said = ask(
        {"S": {"Type": "AWS::Kinesis::Stream", "Properties": properties}}, Parameters={"Mode": {"Type": "String"}}
    )
    assert [one.rule for one in said.findings if one.rule in ("KIN001", "KIN002", "KIN003")] == []


def test_a_role_whose_policies_are_not_all_known_may_trace(ask: Ask) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role: dict[str, Any] = {"AssumeRolePolicyDocument": {"Statement": trust}}
    function = {"Code": {"ZipFile": ""}, "Role": {"Fn::GetAtt": ["R", "Arn"]}, "TracingConfig": {"Mode": "Active"}}

    def said(**more: Any) -> list[str]:
        resources = {
            "R": {"Type": "AWS::IAM::Role", "Properties": {**role, **more}},
            "F": {"Type": "AWS::Lambda::Function", "Properties": function},
        }
        return ask(resources, Parameters={"Given": {"Type": "String"}}).severities("XRY001")

    assert said() == ["warning"]
    assert said(ManagedPolicyArns=["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]) == ["warning"]
    assert said(ManagedPolicyArns=["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"]) == []
    assert said(ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]) == []
    assert said(ManagedPolicyArns=[{"Ref": "Given"}]) == []


@pytest.mark.parametrize("services", [["lambda"], ["sns"], ["eventbridge", "load-balancer"]])
def test_services_that_joined_x_ray_after_the_notes_are_not_refused(ask_hints: AskHints, services: list[str]) -> None:
    for mode in ("documented", "current"):
        assert not ask_hints("XRayTracing", mode, services=services).findings


@pytest.mark.parametrize(
    ("service", "severities"),
    [("events.amazonaws.com", {"R": [], "S": ["error"]}), ("scheduler.amazonaws.com", {"R": ["warning"], "S": []})],
)
def test_a_role_must_trust_who_sends(ask: Ask, service: str, severities: dict[str, list[str]]) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": trust}}}
    target = {"Arn": "arn:aws:states:eu-west-1:123456789012:stateMachine:m", "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}
    planned = {"ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}
    senders = {
        "R": rule(Targets=[{"Id": "A", **target}]),
        "S": {"Type": "AWS::Scheduler::Schedule", "Properties": planned},
    }
    for id, sender in senders.items():
        assert ask({"Role": role, id: sender}).severities("XSV007") == severities[id]
