"""Definitions of state machines in any template: what stays silent, and where what is wrong is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Ask

MACHINE = "AWS::StepFunctions::StateMachine"
RULES = [f"SFN{number:03}" for number in range(1, 13)]
RETRY = [{"ErrorEquals": ["Lambda.ServiceException"]}]
SUCCEED = {"Type": "Succeed"}


def machine(definition: Any = None, **properties: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"RoleArn": "arn:aws:iam::123456789012:role/r", **properties}
    if definition is not None:
        body["Definition"] = definition
    return {"Type": MACHINE, "Properties": body}


def flow(*states: dict[str, Any], start: str = "A", **more: Any) -> dict[str, Any]:
    return {"StartAt": start, "States": {chr(65 + index): state for index, state in enumerate(states)}, **more}


def silent(ask: Ask, resources: dict[str, Any], **rest: Any) -> None:
    said = ask(resources, **rest)
    assert [finding for finding in said.findings if finding.rule in RULES] == []


@pytest.mark.parametrize(
    "definition",
    [
        flow({"Type": "Pass", "Next": "B"}, SUCCEED),
        flow({"Type": "Wait", "SecondsPath": "$.n", "End": True}),
        flow({"Type": "Wait", "Seconds": 0, "End": True}),
        flow({"Type": "Wait", "Timestamp": "2026-01-01T00:00:00+01:00", "End": True}),
        flow({"Type": "Fail", "CausePath": "States.Format('{}', $.a)"}),
        flow({"Type": "Pass", "ResultPath": None, "InputPath": None, "End": True}),
        flow({"Type": "Pass", "Parameters": {"a.$": "$['odd key'].b[0]", "b.$": "$", "c": "$5", "d": "$.50 each"}, "End": True}),
        flow({"Type": "Pass", "Parameters": {"a.$": "$$.Execution.Input.x", "b.$": "$count"}, "End": True}),
        flow({"Type": "Pass", "Parameters": {"a.$": "States.ArrayGetItem(States.StringSplit($.a, ','), 0)"}, "End": True}),
        flow({"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"a": "{% $states.input.b %}", "n": 5}, "End": True}),
        flow({"Type": "Succeed"}, QueryLanguage="JSONata"),
        flow({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": False, "Next": "B"}, SUCCEED),
        flow({"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:startSyncExecution", "End": True}),
        flow({"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:batchGetItem", "End": True, "TimeoutSeconds": 5,
              "HeartbeatSecondsPath": "$.h"}),
        flow({"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f", "End": True,
              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}]}, {"Type": "Fail"}),
        flow({"Type": "Choice", "Default": "A", "Choices": [{"Not": {"Variable": "$.a", "IsNull": True}, "Next": "B"}]}, SUCCEED),
        flow({"Type": "Choice", "Default": "B", "Choices": [
            {"And": [{"Variable": "$.a", "TimestampGreaterThan": "2026-01-01T00:00:00Z"},
                     {"Variable": "$.b", "BooleanEqualsPath": "$.c"}], "Next": "B"}]}, SUCCEED),
        flow({"Type": "Parallel", "End": True, "Branches": [flow(SUCCEED | {"Comment": "x"}) | {
            "States": {"X": SUCCEED}, "StartAt": "X"}]}),
        flow({"Type": "Map", "End": True, "Iterator": {"StartAt": "X", "States": {"X": SUCCEED}}}),
        flow({"Type": "Map", "End": True, "Label": "l", "ToleratedFailurePercentage": 5, "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "X", "States": {"X": SUCCEED}}}),
    ],
)  # fmt: skip
def test_a_right_definition_is_right_as_an_object_and_as_text(ask: Ask, definition: dict[str, Any]) -> None:
    silent(ask, {"M": machine(definition)})
    silent(ask, {"M": machine(DefinitionString=json.dumps(definition))})
    silent(ask, {"M": machine(DefinitionString={"Fn::Sub": json.dumps(definition)})})


@pytest.mark.parametrize(
    "properties",
    [
        {"DefinitionString": {"Ref": "Text"}},
        {"DefinitionString": {"Fn::Sub": "${Text}"}},
        {"DefinitionString": {"Fn::Sub": '{"StartAt": "A", "States": ${Text}}'}},
        {"DefinitionString": {"Fn::Sub": '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "${Text}"}, "B": {"Type": "Succeed"}}}'}},
        {"DefinitionString": {"Fn::Join": ["", ['{"StartAt":"', {"Ref": "Text"}, '","States":{"A":{"Type":"Succeed"}}}']]}},
        {"DefinitionString": {"Fn::Sub": ['{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"${R}","End":true}}}',
                                          {"R": {"Ref": "Text"}}]}},
        {"DefinitionS3Location": {"Bucket": "b", "Key": "k"}},
        {"Definition": {"StartAt": {"Ref": "Text"}, "States": {"A": SUCCEED}}},
        {"Definition": {"StartAt": "A", "States": {"Fn::Transform": {"Name": "AWS::Include"}}}},
        {"Definition": flow({"Type": "Task", "Resource": {"Fn::GetAtt": ["M", "Arn"]}, "End": True})},
        {"Definition": flow({"Type": "Pass", "Next": {"Ref": "Text"}}, {"Type": "Pass", "End": True})},
        {"Definition": flow({"Type": "Wait", "Seconds": {"Ref": "Text"}, "End": True})},
        {"Definition": flow({"Type": "Task", "Resource": "${Task}", "End": True}),
         "DefinitionSubstitutions": {"Task": {"Ref": "Text"}}},
        {"DefinitionString": '{"StartAt":"A","TimeoutSeconds":${T},"States":{"A":{"Type":"Succeed"}}}',
         "DefinitionSubstitutions": {"T": 5}},
        {"DefinitionString": '{"StartAt":"A","States":{"A":{"Type":"Succeed","Comment":"${Odd}"}}}'},
        {"Definition": flow(SUCCEED), "StateMachineType": {"Ref": "Text"}},
        {"Definition": flow(SUCCEED), "LoggingConfiguration": {"Level": {"Ref": "Text"}}},
        {"Definition": flow(SUCCEED), "LoggingConfiguration": {"Level": "ALL", "Destinations": {"Ref": "Text"}}},
    ],
)  # fmt: skip
def test_what_only_the_deploy_knows_is_left_alone(ask: Ask, properties: dict[str, Any]) -> None:
    silent(ask, {"M": machine(**properties)}, Parameters={"Text": {"Type": "String"}})


def test_substitutions_are_filled_in_before_the_definition_is_read(ask: Ask) -> None:
    text = '{"StartAt":"${First}","States":{"A":{"Type":"Wait","Seconds":${Wait},"End":true}}}'
    silent(ask, {"M": machine(DefinitionString=text, DefinitionSubstitutions={"First": "A", "Wait": 5})})
    said = ask({"M": machine(DefinitionString=text, DefinitionSubstitutions={"First": "B", "Wait": -5})})
    assert said.severities("SFN002") == ["error"]
    assert said.severities("SFN004") == ["error"]
    said = ask({"M": machine(DefinitionString=text, DefinitionSubstitutions={"First": "A"})})
    assert said.severities("SFN010") == ["warning"]


def test_a_finding_stands_at_its_place_in_an_object_and_in_text(ask: Ask) -> None:
    definition = flow({"Type": "Pass", "Next": "C"}, SUCCEED)
    said = ask({"M": machine(definition)})
    assert ("M", "Properties", "Definition", "States", "A", "Next") in said.where("SFN002")
    text = json.dumps(definition)
    said = ask({"M": machine(DefinitionString=text)})
    assert ("M", "Properties", "DefinitionString", "States", "A", "Next") in said.where("SFN002")


def test_a_close_name_is_offered(ask: Ask) -> None:
    definition = {"StartAt": "Check", "States": {"Check": {"Type": "Pass", "Next": "Shipped"}, "Shipping": SUCCEED}}
    (finding,) = ask({"M": machine(definition)}).of("SFN002")
    assert finding.fix == "did you mean Shipping?"


def test_every_branch_of_a_condition_is_read(ask: Ask) -> None:
    definition = flow({"Type": "Pass", "Next": {"Fn::If": ["Prod", "B", "X"]}}, SUCCEED)
    conditions = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    said = ask({"M": machine(definition)}, Conditions=conditions, Parameters={"Stage": {"Type": "String"}})
    assert len(said.of("SFN002")) == 1
    assert len(said.of("SFN003")) == 1


def test_an_error_inside_a_branch_is_found_and_counts_by_itself(ask: Ask) -> None:
    branch = {"StartAt": "X", "States": {"X": {"Type": "Pass", "Next": "A"}, "Y": SUCCEED}}
    said = ask({"M": machine(flow({"Type": "Parallel", "Branches": [branch], "End": True}))})
    assert len(said.of("SFN002")) == 1
    assert len(said.of("SFN003")) == 1


@pytest.mark.parametrize(("length", "severity"), [(80, []), (81, ["warning"]), (128, ["warning"]), (129, ["error"])])
def test_names_are_warned_about_before_they_are_refused(ask: Ask, length: int, severity: list[str]) -> None:
    name = "n" * length
    assert ask({"M": machine({"StartAt": name, "States": {name: SUCCEED}})}).severities("SFN002") == severity


@pytest.mark.parametrize(
    "retry",
    [
        {"ErrorEquals": ["A"], "IntervalSeconds": 1, "MaxAttempts": 0, "BackoffRate": 1, "MaxDelaySeconds": 2},
        {"ErrorEquals": ["States.Timeout", "A"], "JitterStrategy": "NONE"},
        {"ErrorEquals": ["A"], "MaxAttempts": {"Ref": "N"}},
        {"ErrorEquals": ["A"], "IntervalSeconds": {"Ref": "N"}, "MaxDelaySeconds": 1},
    ],
)
def test_right_retries_are_silent(ask: Ask, retry: dict[str, Any]) -> None:
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Retry": [retry], "End": True}
    silent(ask, {"M": machine(flow(task))}, Parameters={"N": {"Type": "Number"}})


def test_only_tasks_that_call_lambda_are_asked_for_a_retry(ask: Ask) -> None:
    function = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    task = {"Type": "Task", "Resource": function, "End": True}
    assert ask({"M": machine(flow(task))}).severities("SFN003") == ["warning"]
    assert not ask({"M": machine(flow({**task, "Retry": RETRY}))}).of("SFN003")
    assert not ask({"M": machine(flow({**task, "Resource": "arn:aws:states:::sns:publish"}))}).of("SFN003")


@pytest.mark.parametrize("resource", ["arn:aws:states:::sqs:sendMessage.waitForTaskToken", "${Task}.waitForTaskToken"])
def test_an_express_machine_that_waits_is_found_also_behind_a_partition(ask: Ask, resource: str) -> None:
    text = {"Fn::Sub": json.dumps(flow({"Type": "Task", "Resource": resource.replace("aws:", "${AWS::Partition}:"),
                                        "TimeoutSeconds": 5, "End": True}))}  # fmt: skip
    said = ask(
        {"M": machine(DefinitionString=text, StateMachineType="EXPRESS")}, Parameters={"Task": {"Type": "String"}}
    )
    assert said.severities("SFN005") == ["error"]


def test_a_definition_of_a_megabyte_is_the_most(ask: Ask) -> None:
    start = '{"StartAt":"A","States":{"A":{"Type":"Succeed","Comment":"'
    fits = start + "x" * (1_048_576 - len(start) - 4) + '"}}}'
    assert len(fits) == 1_048_576
    assert not ask({"M": machine(DefinitionString=fits)}).of("SFN001")
    assert ask({"M": machine(DefinitionString=fits.replace("xx", "xxx", 1))}).of("SFN001")


ROLE: dict[str, Any] = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "states.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        }
    },
}
FUNCTION = {
    "Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": ""}, "Role": "arn:aws:iam::123456789012:role/f"},
}  # fmt: skip


def invoking(**state: Any) -> dict[str, Any]:
    task = {"Type": "Task", "Retry": RETRY, "End": True, **state}
    made = machine(flow(task))
    made["Properties"]["RoleArn"] = {"Fn::GetAtt": ["R", "Arn"]}
    return {"M": made, "R": ROLE, "F": FUNCTION}


@pytest.mark.parametrize(
    "state",
    [
        {"Resource": {"Fn::GetAtt": ["F", "Arn"]}},
        {"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": {"Fn::GetAtt": ["F", "Arn"]}}},
        {"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": {"Ref": "F"}}},
    ],
)
def test_a_role_that_may_not_invoke_is_warned_of(ask: Ask, state: dict[str, Any]) -> None:
    assert ask(invoking(**state)).severities("SFN006") == ["warning"]


def test_a_role_that_may_or_is_somebody_elses_is_not(ask: Ask) -> None:
    resources = invoking(Resource={"Fn::GetAtt": ["F", "Arn"]})
    document: dict[str, Any] = {
        "Statement": {"Effect": "Allow", "Action": "lambda:*", "Resource": {"Fn::Sub": "${F.Arn}:*"}}
    }
    policy = {"Roles": [{"Ref": "R"}], "PolicyName": "P", "PolicyDocument": document}
    document["Statement"]["Resource"] = [{"Fn::GetAtt": ["F", "Arn"]}, {"Fn::Sub": "${F.Arn}:*"}]
    silent(ask, {**resources, "P": {"Type": "AWS::IAM::Policy", "Properties": policy}})
    silent(ask, {**resources, "R": {**ROLE, "Properties": {**ROLE["Properties"], "ManagedPolicyArns": [{"Ref": "Given"}]}}},
           Parameters={"Given": {"Type": "String"}})  # fmt: skip
    silent(ask, {**resources, "M": machine(resources["M"]["Properties"]["Definition"])})
    silent(
        ask,
        invoking(Resource={"Fn::GetAtt": ["F", "Arn"]}, Credentials={"RoleArn": "arn:aws:iam::123456789012:role/x"}),
    )


def test_a_role_that_does_not_trust_step_functions_is_refused(ask: Ask) -> None:
    resources = invoking(Resource="arn:aws:states:::sns:publish")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": trust}}}
    assert ask({**resources, "R": role}).severities("XSV007") == ["error"]


@pytest.mark.parametrize(
    ("more", "where", "fix"),
    [
        ({"Timeout": 5}, "Timeout", "take it out"),
        ({"StartsAt": "A"}, "StartsAt", "did you mean StartAt?"),
        ({"TimeoutSeconds": 0}, "TimeoutSeconds", "a whole number"),
        ({"TimeoutSeconds": "5"}, "TimeoutSeconds", "a whole number"),
    ],
)
def test_what_a_definition_says_beside_its_states_is_looked_at(ask: Ask, more: Any, where: str, fix: str) -> None:
    said = ask({"M": machine(flow(SUCCEED, **more))})
    (finding,) = [one for one in said.findings if one.rule in RULES]
    assert (finding.path[-1], finding.severity) == (where, "error")
    assert (finding.fix or "").startswith(fix)
    text = ask({"M": machine(DefinitionString=json.dumps(flow(SUCCEED, **more)))})
    assert [one.rule for one in text.findings if one.rule in RULES] == [finding.rule]


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"TimeoutSeconds": {"Ref": "T"}}, {}),
        ({"Version": "1.0", "Comment": "c"}, {}),
        ({"${Field}": 5}, {"Field": {"Ref": "F"}}),
        ({"TimeoutSeconds": "${T}"}, {"T": {"Ref": "T"}}),
    ],
)
def test_what_may_stand_beside_the_states_is_let_be(ask: Ask, more: Any, named: Any) -> None:
    silent(ask, {"M": machine(flow(SUCCEED, **more), **({"DefinitionSubstitutions": named} if named else {}))})


@pytest.mark.parametrize("what", ["sqs:sendMesage", "dynamodb:query", "states:startSyncExecution"])
def test_an_integration_that_step_functions_has_not_is_told_with_those_it_has(ask: Ask, what: str) -> None:
    said = ask({"M": machine(flow({"Type": "Task", "Resource": f"arn:aws:states:::{what}", "End": True}))})
    assert what.partition(":")[0] in (said.of("SFN004")[0].fix or "")


@pytest.mark.parametrize(
    "what",
    [
        "states:startExecution.sync:2",
        "ecs:runTask.waitForTaskToken",
        "eks:call",
        "aws-sdk:sqs:receiveMessage",
        "${What}",
    ],
)
def test_an_integration_that_step_functions_has_or_that_is_not_known_is_let_be(ask: Ask, what: str) -> None:
    said = ask({"M": machine(flow({"Type": "Task", "Resource": f"arn:aws:states:::{what}", "End": True}))})
    assert not said.of("SFN004")
