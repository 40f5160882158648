"""X-Ray: sampling rules, groups, and tracing across a stack, with what each service needs for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from awsdeck import (
    App,
    ConstraintError,
    ConstructError,
    LambdaFunction,
    SNSTopic,
    Stack,
    StateMachine,
    XRayGroup,
    XRaySamplingRule,
    XRayTracing,
    inline,
    states,
)
from awsdeck.cfn import apigateway, elasticbeanstalk
from awsdeck.synth import synthesize


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def function(stack: Stack, id: str = "F", **keywords: Any) -> LambdaFunction:
    return LambdaFunction(stack, id, code=inline("def handler(event, context): ..."), runtime="python3.13", **keywords)


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    return {finding.rule for finding in caught.value.findings}


def test_a_sampling_rule_says_everything_it_must(stack: Stack) -> None:
    XRaySamplingRule(stack, "R", name="checkout", priority=100, rate=0.05, path="/checkout")
    assert resources(stack)["R"]["Properties"]["SamplingRule"] == {
        "RuleName": "checkout", "Priority": 100, "FixedRate": 0.05, "ReservoirSize": 1, "ServiceName": "*",
        "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "/checkout", "ResourceARN": "*", "Version": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"priority": 0}, "Priority"),
        ({"rate": 5}, "FixedRate"),
        ({"reservoir": -1}, "Reservoir"),
        ({"name": "n" * 33}, "33"),
    ],
)
def test_a_wrong_sampling_rule_is_told_at_its_line(stack: Stack, keywords: Any, words: str) -> None:
    with pytest.raises(ConstraintError, match=words) as caught:
        XRaySamplingRule(stack, "R", **{"name": "r", "priority": 1, "rate": 0.1, **keywords})
    assert rules(caught) == {"XRY004"}
    assert "test_xray.py" in str(caught.value)


def test_a_group_has_a_filter_and_a_name_that_is_free(stack: Stack) -> None:
    XRayGroup(stack, "G", name="slow", filter="responsetime > 5", notifications=True)
    with pytest.raises(ConstraintError) as caught:
        XRayGroup(stack, "H", name="Default", filter="fault")
    assert rules(caught) == {"XRY006"}
    assert resources(stack)["G"]["Properties"]["InsightsConfiguration"] == {
        "InsightsEnabled": True, "NotificationsEnabled": True,
    }  # fmt: skip


def test_tracing_turns_on_everything_that_traces_also_what_comes_later(stack: Stack) -> None:
    XRayTracing(stack, "Tracing")
    function(stack)
    StateMachine(stack, "M", definition=states.Succeed("Done"))
    SNSTopic(stack, "T")
    SNSTopic(stack, "Fifo", fifo=True)
    apigateway.Stage(stack, "Live", RestApiId="a", DeploymentId="b", StageName="live")
    elasticbeanstalk.Environment(stack, "Web", ApplicationName="a", SolutionStackName="s")
    found = resources(stack)
    assert found["F"]["Properties"]["TracingConfig"] == {"Mode": "Active"}
    assert found["M"]["Properties"]["TracingConfiguration"] == {"Enabled": True}
    assert found["T"]["Properties"]["TracingConfig"] == "Active"
    assert found["Fifo"]["Properties"]["TracingConfig"] == "Active"
    assert found["Live"]["Properties"]["TracingEnabled"] is True
    assert found["Web"]["Properties"]["OptionSettings"] == [
        {"Namespace": "aws:elasticbeanstalk:xray", "OptionName": "XRayEnabled", "Value": "true"}
    ]
    for policy, action in (("FRolePolicy", "xray:PutTraceSegments"), ("MRolePolicy", "xray:GetSamplingRules")):
        (statement,) = found[policy]["Properties"]["PolicyDocument"]["Statement"]
        assert action in statement["Action"]
    document = json.loads(found["TracingTopics"]["Properties"]["PolicyDocument"]["Fn::Sub"])
    assert document["Statement"][0]["Principal"] == {"Service": "sns.amazonaws.com"}


def test_tracing_leaves_alone_what_says_already_and_what_is_not_wanted(stack: Stack) -> None:
    XRayTracing(stack, "Tracing", services=["lambda", "sqs"])
    function(stack, tracing=True)
    function(stack, "Lent", role="arn:aws:iam::123456789012:role/lent")
    SNSTopic(stack, "T")
    found = resources(stack)
    assert "FRolePolicy" not in found
    assert found["Lent"]["Properties"]["TracingConfig"] == {"Mode": "Active"}
    assert "Properties" not in found["T"]
    assert "TracingTopics" not in found


def test_a_service_that_x_ray_does_not_know_and_a_language_without_sdk_are_told_at_once(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        XRayTracing(stack, "Tracing", services=["rds"], languages=["rust", "Python"])  # type: ignore[list-item]
    assert rules(caught) == {"XRY002", "XRY003"}
    assert "test_xray.py" in str(caught.value)


def test_services_that_joined_later_are_never_refused(stack: Stack) -> None:
    XRayTracing(stack, "Tracing", services=["sns", "step-functions", "load-balancer"])


def test_tracing_of_a_whole_app_is_told_where_it_stands() -> None:
    with pytest.raises(ConstructError, match="stands in a stack") as caught:
        XRayTracing(App(), "Tracing")
    assert (caught.value.fix or "").startswith("make one in every stack")
