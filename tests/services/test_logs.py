"""Log groups: how they are made, who writes and reads them, what is counted and forwarded."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    App,
    ConstraintError,
    ConstructError,
    IAMRole,
    KMSKey,
    LambdaFunction,
    LogGroup,
    Principal,
    SQSQueue,
    Stack,
    inline,
)
from awsdeck.synth import synthesize

CODE = inline("def handler(event, context):\n    return event")
READ = ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartLiveTail"]
WRITE = ["logs:CreateLogStream", "logs:PutLogEvents"]


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def statements(stack: Stack, role: str = "Clerk") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources(stack)[f"{role}Policy"]["Properties"]["PolicyDocument"]["Statement"]
    return found


def clerk(stack: Stack) -> IAMRole:
    return IAMRole(stack, "Clerk", assumed_by="ec2.amazonaws.com")


def test_a_plain_log_group_keeps_a_month_and_outlives_the_stack(stack: Stack) -> None:
    LogGroup(stack, "Logs")
    assert resources(stack)["Logs"] == {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"RetentionInDays": 30},
    }


def test_what_a_log_group_is_told_stands_in_the_template(stack: Stack) -> None:
    LogGroup(
        stack, "Logs", name="/shop/web", retention=365, log_class="infrequent-access", mask=["EmailAddress"],
        deletion_protection=True,
    )  # fmt: skip
    made = resources(stack)["Logs"]["Properties"]
    assert (made["LogGroupName"], made["LogGroupClass"], made["DeletionProtectionEnabled"]) == (
        "/shop/web", "INFREQUENT_ACCESS", True,
    )  # fmt: skip
    audit, mask = made["DataProtectionPolicy"]["Statement"]
    assert (
        audit["DataIdentifier"]
        == mask["DataIdentifier"]
        == [{"Fn::Sub": "arn:${AWS::Partition}:dataprotection::aws:data-identifier/EmailAddress"}]
    )
    assert mask["Operation"] == {"Deidentify": {"MaskConfig": {}}}


def test_a_length_of_time_that_cloudwatch_does_not_know_is_refused_with_those_it_does(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match=r"test_logs.py:\d+: LOG009[\s\S]*7, 14, 30, 60[\s\S]*3,653"):
        LogGroup(stack, "Logs", retention=45)


def test_keeping_for_ever_is_said_to_be_so(stack: Stack) -> None:
    LogGroup(stack, "Logs", retention=None)
    assert [finding.rule for finding in stack.node.root_app.findings] == ["LOG001"]


def test_a_key_by_its_alias_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match=r"LOG002.*by ARN"):
        LogGroup(stack, "Logs", key="alias/logs")
    with pytest.raises(ConstraintError, match="LOG002"):
        LogGroup(stack, "Other", key=KMSKey.from_alias(stack, "Key", "logs"))


def test_identities_get_the_permission_themselves(stack: Stack) -> None:
    logs = LogGroup(stack, "Logs", key=KMSKey(stack, "Key"))
    logs.grant_write(clerk(stack))
    logs.grant_read(stack.node.children["Clerk"])  # type: ignore[arg-type]
    arn = {"Fn::GetAtt": ["Logs", "Arn"]}
    assert statements(stack) == [
        {"Effect": "Allow", "Action": sorted([*WRITE, *READ]), "Resource": arn},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": {"Fn::GetAtt": ["Key", "Arn"]}},
    ]
    assert "ResourcePolicyDocument" not in resources(stack)["Logs"]["Properties"]


@pytest.mark.parametrize(("name", "own"), [(None, "*"), ("/shop/web", "/shop/web:*")])
def test_others_get_it_in_the_groups_own_policy_which_does_not_wait_for_the_group(
    stack: Stack, name: str | None, own: str
) -> None:
    LogGroup(stack, "Logs", name=name).grant_write(
        "route53.amazonaws.com", when={"StringEquals": {"aws:SourceAccount": "123456789012"}}
    )
    assert resources(stack)["Logs"]["Properties"]["ResourcePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "route53.amazonaws.com"},
            "Action": WRITE,
            "Resource": {
                "Fn::Sub": f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{own}"
            },
            "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
        }
    ]


def test_events_are_counted_as_a_metric(stack: Stack) -> None:
    metric = LogGroup(stack, "Logs").count("Errors", "ERROR", namespace="Shop")
    assert (metric.namespace, metric.name, metric.statistic) == ("Shop", "Errors", "Sum")
    assert resources(stack)["LogsErrors"]["Properties"] == {
        "LogGroupName": {"Ref": "Logs"},
        "FilterPattern": "ERROR",
        "MetricTransformations": [
            {"MetricName": "Errors", "MetricNamespace": "Shop", "MetricValue": "1", "DefaultValue": 0}
        ],
    }


def test_a_metric_by_dimensions_has_no_default(stack: Stack) -> None:
    LogGroup(stack, "Logs").count(
        "Latency", "{ $.latency = * }", namespace="Shop", value="$.latency", dimensions={"Path": "$.path"}
    )
    (made,) = resources(stack)["LogsLatency"]["Properties"]["MetricTransformations"]
    assert made == {
        "MetricName": "Latency", "MetricNamespace": "Shop", "MetricValue": "$.latency",
        "Dimensions": [{"Key": "Path", "Value": "$.path"}],
    }  # fmt: skip


def test_a_namespace_of_awss_own_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match="LOG006"):
        LogGroup(stack, "Logs").count("Errors", "ERROR", namespace="AWS/Lambda")


def test_events_are_forwarded_to_a_function_that_this_group_may_invoke(stack: Stack) -> None:
    logs = LogGroup(stack, "Logs")
    worker = LambdaFunction(stack, "Worker", code=CODE, runtime="python3.13")
    logs.forward("Copy", worker, "ERROR")
    found = resources(stack)
    ((id, permission),) = ((id, body) for id, body in found.items() if body["Type"] == "AWS::Lambda::Permission")
    assert permission["Properties"] == {
        "Action": "lambda:InvokeFunction", "FunctionName": {"Fn::GetAtt": ["Worker", "Arn"]},
        "Principal": "logs.amazonaws.com", "SourceArn": {"Fn::GetAtt": ["Logs", "Arn"]},
    }  # fmt: skip
    assert found["LogsCopy"]["DependsOn"] == [id]


def test_events_are_forwarded_to_a_stream_through_a_role(stack: Stack) -> None:
    stream, role = "arn:aws:kinesis:eu-west-1:123456789012:stream/logs", "arn:aws:iam::123456789012:role/logs"
    LogGroup(stack, "Logs").forward("Copy", stream, role=role, by_stream=False)
    assert resources(stack)["LogsCopy"]["Properties"] == {
        "LogGroupName": {"Ref": "Logs"}, "FilterPattern": "", "DestinationArn": stream, "RoleArn": role,
        "Distribution": "Random",
    }  # fmt: skip


def test_what_takes_no_events_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match=r"cannot forward to a SQSQueue[\s\S]*a function"):
        LogGroup(stack, "Logs").forward("Copy", SQSQueue(stack, "Q"))  # type: ignore[arg-type]


def test_a_third_subscription_and_filters_of_a_class_without_them_are_refused(stack: Stack) -> None:
    logs = LogGroup(stack, "Logs")
    for n in range(3):
        logs.forward(f"To{n}", "arn:aws:lambda:eu-west-1:123456789012:function:keep")
    LogGroup(stack, "Cold", log_class="infrequent-access").count("Errors", "ERROR", namespace="Shop")
    with pytest.raises(ConstraintError) as caught:
        resources(stack)
    assert {finding.rule for finding in caught.value.findings} == {"LOG004", "LOG005"}


def test_a_function_writes_to_the_group_it_is_given(stack: Stack) -> None:
    logs = LogGroup(stack, "Logs", retention=7)
    worker = LambdaFunction(stack, "Worker", code=CODE, runtime="python3.13", log_to=logs)
    assert worker.log_group is logs
    found = resources(stack)
    assert found["Worker"]["Properties"]["LoggingConfig"] == {"LogGroup": {"Ref": "Logs"}}
    assert [id for id, body in found.items() if body["Type"] == "AWS::Logs::LogGroup"] == ["Logs"]
    assert statements(stack, "Worker") == [
        {"Effect": "Allow", "Action": WRITE, "Resource": {"Fn::GetAtt": ["Logs", "Arn"]}}
    ]


def test_the_group_that_a_function_makes_can_be_counted_in(stack: Stack) -> None:
    worker = LambdaFunction(stack, "Worker", code=CODE, runtime="python3.13")
    worker.log_group.count("Timeouts", "timed out", namespace="Shop")
    assert resources(stack)["WorkerLogsTimeouts"]["Properties"]["LogGroupName"] == {"Ref": "WorkerLogs"}


def test_an_existing_group_by_name_or_arn(stack: Stack) -> None:
    by_name = LogGroup.from_name(stack, "A", "/shop/web")
    by_arn = LogGroup.from_arn(stack, "B", "arn:aws:logs:eu-west-1:123456789012:log-group:/shop/app:*")
    role = clerk(stack)
    by_name.grant_write(role)
    by_arn.grant_read(role)
    by_arn.count("Errors", "ERROR", namespace="Shop")
    assert [one["Resource"] for one in statements(stack)] == [
        {"Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/shop/web:*"},
        "arn:aws:logs:eu-west-1:123456789012:log-group:/shop/app:*",
    ]
    assert resources(stack)["BErrors"]["Properties"]["LogGroupName"] == "/shop/app"
    with pytest.raises(ConstructError, match="the log group shop/A exists already"):
        by_name.grant_write(Principal.service("route53.amazonaws.com"))
