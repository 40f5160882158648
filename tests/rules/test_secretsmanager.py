"""Secrets and their rotation: the near misses of each rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Ask

PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
PARAMETERS = {"Stage": {"Type": "String"}, "Given": {"Type": "String"}, "Days": {"Type": "Number"}}


def secret(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SecretsManager::Secret", "Properties": properties}


def rotation(**properties: Any) -> dict[str, Any]:
    sound = {"SecretId": {"Ref": "Secret"}, "RotationLambdaARN": "arn:aws:lambda:eu-west-1:123456789012:function:r"}
    found = {name: value for name, value in {**sound, **properties}.items() if value is not None}
    return {"Type": "AWS::SecretsManager::RotationSchedule", "Properties": found}


@pytest.mark.parametrize(
    "body",
    [
        secret(),
        secret(SecretString={"Ref": "Given"}),
        secret(
            GenerateSecretString={"SecretStringTemplate": {"Fn::Sub": '{"a": "${Given}"}'}, "GenerateStringKey": "p"}
        ),
        secret(GenerateSecretString={"PasswordLength": {"Ref": "Days"}}),
        secret(GenerateSecretString={"Fn::If": ["Prod", {"PasswordLength": 32}, {"Ref": "AWS::NoValue"}]}),
        secret(
            GenerateSecretString={"Fn::If": ["Prod", {}, {"Ref": "AWS::NoValue"}]},
            SecretString={"Fn::If": ["Prod", {"Ref": "AWS::NoValue"}, {"Ref": "Given"}]},
        ),
        rotation(SecretId="elsewhere", RotationRules={"AutomaticallyAfterDays": {"Ref": "Days"}}),
        rotation(SecretId="elsewhere", RotationRules={"ScheduleExpression": "cron(0 3 1 * ? *)", "Duration": "24h"}),
        rotation(SecretId="elsewhere", RotationRules={"AutomaticallyAfterDays": "1000"}),
    ],
)
def test_what_may_be_right_is_left_alone(ask: Ask, body: dict[str, Any]) -> None:
    said = ask({"It": body}, Conditions=PROD, Parameters=PARAMETERS)
    assert [finding for finding in said.findings if finding.rule.startswith("SEC")] == []


@pytest.mark.parametrize("duration", ["0h", "25h", "90m", "2"])
def test_a_window_is_told_in_hours(ask: Ask, duration: str) -> None:
    rules = {"AutomaticallyAfterDays": 7, "Duration": duration}
    assert ask({"It": rotation(SecretId="elsewhere", RotationRules=rules)}).severities("SEC003") == ["error"]


def test_a_secret_is_rotated_once_directly_or_through_its_attachment(ask: Ask) -> None:
    tied = {
        "Type": "AWS::SecretsManager::SecretTargetAttachment",
        "Properties": {"SecretId": {"Ref": "Secret"}, "TargetId": "db", "TargetType": "AWS::RDS::DBInstance"},
    }
    found = {"Secret": secret(), "Tied": tied, "One": rotation(SecretId={"Ref": "Tied"})}
    assert not ask(found).of("SEC004")
    assert ask({**found, "Two": rotation()}).severities("SEC004") == ["error"]


def test_schedules_that_never_exist_together_may_be_of_one_secret(ask: Ask) -> None:
    one, two = ({**rotation(), "Condition": condition} for condition in ("Prod", "Test"))
    found = {"Secret": secret(), "One": one, "Two": two}
    assert not ask(found, Conditions=PROD, Parameters=PARAMETERS).of("SEC004")


@pytest.mark.parametrize("transform", ["AWS::SecretsManager-2020-07-23", ["Mine", "AWS::SecretsManager-2024-09-16"]])
def test_either_transform_makes_a_hosted_function(ask: Ask, transform: Any) -> None:
    hosted = rotation(RotationLambdaARN=None, HostedRotationLambda={"RotationType": "MySQLSingleUser"})
    assert not ask({"Secret": secret(), "It": hosted}, Transform=transform).of("SEC004")
    assert ask({"Secret": secret(), "It": hosted}, Transform="AWS::Serverless-2016-10-31").of("SEC004")


def test_a_policy_for_named_people_or_one_that_cannot_be_public_is_fine(ask: Ask) -> None:
    def policy(principal: Any, **properties: Any) -> dict[str, Any]:
        statement = {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        }
        document = {"Version": "2012-10-17", "Statement": [statement]}
        return {
            "Type": "AWS::SecretsManager::ResourcePolicy",
            "Properties": {"SecretId": "s", "ResourcePolicy": document, **properties},
        }

    assert ask({"It": policy({"AWS": "*"})}).severities("SEC005") == ["warning"]
    assert not ask({"It": policy({"AWS": "*"}, BlockPublicPolicy={"Ref": "Given"})}, Parameters=PARAMETERS).of("SEC005")
    assert not ask({"It": policy({"Service": "lambda.amazonaws.com"})}).of("SEC005")
