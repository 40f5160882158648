"""Policy documents: what each rule about their grammar and their names must leave alone, and what it must not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules.policies.names import meant_action, meant_policy, meant_service

if TYPE_CHECKING:
    from .conftest import Ask, AskAll

READ: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
TRUST: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}


def managed(*statements: Any, **document: Any) -> dict[str, Any]:
    body = {"Version": "2012-10-17", "Statement": list(statements), **document}
    return {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": body}}}


def role(**statement: Any) -> dict[str, Any]:
    body = {"Version": "2012-10-17", "Statement": [{**TRUST, **statement}]}
    return {"R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": body}}}


@pytest.mark.parametrize(
    "statement",
    [
        {**READ, "Resource": {"Fn::Sub": "${Arn}/*"}},
        {**READ, "Resource": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::reports"]]}},
        {**READ, "Resource": {"Ref": "Text"}},
        {**READ, "Resource": "arn:*:s3:::reports"},
        {**READ, "Condition": {"stringlikeifexists": {"s3:prefix": "a*"}}},
        {**READ, "Condition": {"ForAllValues:ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a"}}},
        {**READ, "Condition": {"Fn::If": ["C", {"Bool": {"aws:SecureTransport": "true"}}, {"Ref": "AWS::NoValue"}]}},
        {"Fn::Transform": {"Name": "Statements"}},
    ],
)
def test_a_well_formed_statement_is_left_alone(ask: Ask, statement: Any) -> None:
    said = ask(managed(statement), Parameters={"Text": {"Type": "String"}, "Arn": {"Type": "String"}},
               Conditions={"C": {"Fn::Equals": [{"Ref": "Text"}, "x"]}})  # fmt: skip
    assert not said.of("IAM023")


@pytest.mark.parametrize(
    ("document", "where", "fix"),
    [
        (managed(READ, Verzion="2012-10-17"), ("Verzion",), "did you mean Version?"),
        (managed({**READ, "Actoin": "s3:*"}), ("Statement", 0, "Actoin"), "did you mean Action?"),
        (managed({**READ, "Condition": {"Stringlik": {"a": "b"}}}), ("Statement", 0, "Condition", "Stringlik"),
         "did you mean StringLike?"),
        (managed({**READ, "Condition": {"NullIfExist": {"a": "true"}}}), ("Statement", 0, "Condition", "NullIfExist"),
         None),
        (managed({**READ, "Resource": ["*", "reports/*"]}), ("Statement", 0, "Resource", 1), None),
        (managed({**READ, "Resource": {"Fn::Sub": "reports-${AWS::Region}"}}), ("Statement", 0, "Resource"), None),
    ],
)  # fmt: skip
def test_what_iam_cannot_read_is_an_error_at_its_place(ask: Ask, document: Any, where: Any, fix: str | None) -> None:
    said = ask(document)
    assert said.severities("IAM023") == ["error"]
    assert said.where("IAM023") == [("P", "Properties", "PolicyDocument", *where)]
    assert fix is None or said.of("IAM023")[0].fix == fix


def test_policies_of_an_api_may_shorten_their_arns(ask: Ask) -> None:
    body = {"Version": "2012-10-17", "Statement": [{**READ, "Principal": "*", "Resource": "execute-api:/*"}]}
    assert not ask({"A": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a", "Policy": body}}}).of(
        "IAM023"
    )


def test_a_policy_without_statements_is_a_warning(ask: Ask) -> None:
    assert ask(managed()).severities("IAM023") == ["warning"]


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": "*", "Effect": "Deny"},
        {"Principal": "*", "Condition": {"Ref": "Text"}},
        {"Principal": {"AWS": {"Ref": "Text"}}},
    ],
)
def test_trust_that_is_not_open_to_everybody_is_left_alone(ask: Ask, statement: Any) -> None:
    assert not ask(role(**statement), Parameters={"Text": {"Type": "String"}}).of("IAM024")


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": {"Service": "ec2.amazonaws.com"}, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}},
        {"Principal": {"Service": "ec2.amazonaws.com"},
         "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}},
        {"Principal": {"AWS": "123456789012"}, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
        {"Principal": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
    ],
)  # fmt: skip
def test_a_second_factor_is_asked_of_whom_may_have_one(ask: Ask, statement: Any) -> None:
    assert not ask(role(**statement)).of("IAM025")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("s3:GetObjct", "s3:GetObject"),
        ("S3:getobjct", "s3:GetObject"),
        ("dynmodb:GetItem", "dynamodb:GetItem"),
        ("s3:GetObject", None),
        ("s3:GETOBJECT", None),
        ("s3:Get*", None),
        ("s3:Frobnicate", None),
        ("glue:WhateverComesNext", None),
        ("*", None),
    ],
)
def test_only_an_action_that_looks_like_a_slip_is_reported(written: str, meant: str | None) -> None:
    assert meant_action(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ReadOnlyAcess", "ReadOnlyAccess"),
        ("AWSLambdaBasicExecutionRole", "service-role/AWSLambdaBasicExecutionRole"),
        ("service-role/AWSLambdaBasicExecutionRole", None),
        ("SomethingQuiteNew", None),
    ],
)
def test_only_a_managed_policy_that_looks_like_a_slip_is_reported(written: str, meant: str | None) -> None:
    assert meant_policy(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("lamda.amazonaws.com", "lambda.amazonaws.com"),
        ("edgelambda.lambda.amazonaws.com", None),
        ("logs.eu-west-1.amazonaws.com", None),
        ("es.amazonaws.com", None),
        ("vpc-flow-logs.amazonaws.com", None),
        ("ec2.amazonaws.com.cn", None),
        ("ec2.${AWS::URLSuffix}", None),
        ("accounts.google.com", None),
    ],
)
def test_only_a_service_that_looks_like_a_slip_is_reported(written: str, meant: str | None) -> None:
    assert meant_service(written) == meant


def topic(name: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}


HERE = {"region": "eu-west-1", "account": "123456789012"}


@pytest.mark.parametrize(
    ("second", "speaks"),
    [
        (HERE, True),
        ({**HERE, "region": "us-east-1"}, False),
        ({**HERE, "account": "210987654321"}, False),
    ],
)
def test_a_name_is_taken_once_in_a_region_and_account(ask_all: AskAll, second: dict[str, Any], speaks: bool) -> None:
    stacks = {"one": {"A": topic("orders")}, "two": {"B": topic("orders")}}
    said = ask_all(stacks, {"one": HERE, "two": second})
    assert bool(said.of("XSV014")) is speaks


def test_names_of_roles_are_taken_in_all_regions(ask_all: AskAll) -> None:
    named = {"Type": "AWS::IAM::Role", "Properties": {
        "RoleName": "worker", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [TRUST]},
    }}  # fmt: skip
    said = ask_all({"one": {"A": named}, "two": {"B": named}}, {"one": HERE, "two": {**HERE, "region": "us-east-1"}})
    assert [finding.message for finding in said.of("XSV014")] == [
        "the name worker is already taken by A in one, a resource of the same type"
    ]


def test_names_of_templates_whose_place_is_unknown_are_left_alone(ask_all: AskAll) -> None:
    assert not ask_all({"one": {"A": topic("orders")}, "two": {"B": topic("orders")}}).of("XSV014")


def test_copies_of_one_template_are_left_alone(ask_all: AskAll) -> None:
    assert not ask_all({"one": {"A": topic("o")}, "two": {"A": topic("o")}}, {"one": HERE, "two": HERE}).of("XSV014")
