"""Parameters: how they are made, what CloudFormation cannot make, who reads and writes them."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import App, ConstraintError, ConstructError, IAMRole, KMSKey, Output, SSMParameter, Stack
from awsdeck.cfn import sqs
from awsdeck.synth import synthesize


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


def template(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template
    return found


def made(stack: Stack, id: str = "P") -> dict[str, Any]:
    found: dict[str, Any] = template(stack)["Resources"][id]["Properties"]
    return found


def test_text_is_a_string_and_a_list_a_string_list(stack: Stack) -> None:
    SSMParameter(stack, "P", value="large")
    SSMParameter(stack, "L", value=["eu-west-1a", "eu-west-1b"])
    assert (made(stack), made(stack, "L")) == (
        {"Type": "String", "Value": "large"}, {"Type": "StringList", "Value": "eu-west-1a,eu-west-1b"},
    )  # fmt: skip


def test_what_a_parameter_is_told_stands_in_the_template(stack: Stack) -> None:
    SSMParameter(
        stack, "P", value="ami-0123456789abcdef0", name="/shop/image", description="The image", pattern="^ami-",
        tier="advanced", data_type="image",
    )  # fmt: skip
    assert made(stack) == {
        "Type": "String", "Value": "ami-0123456789abcdef0", "Name": "/shop/image", "Description": "The image",
        "AllowedPattern": "^ami-", "Tier": "Advanced", "DataType": "aws:ec2:image",
    }  # fmt: skip


def test_a_value_of_the_deploy_can_stand_in_a_parameter_and_be_used_from_it(stack: Stack) -> None:
    queue = sqs.Queue(stack, "Q")
    parameter = SSMParameter(stack, "P", value=queue.ref)
    Output(stack, "Url", value=parameter.deployed_value)
    assert made(stack)["Value"] == {"Ref": "Q"}
    assert template(stack)["Outputs"]["Url"]["Value"] == {"Fn::GetAtt": ["P", "Value"]}


def test_a_secure_string_is_refused_with_where_secrets_belong(stack: Stack) -> None:
    with pytest.raises(
        ConstructError, match=r"test_ssm.py:\d+.*CloudFormation cannot make a SecureString[\s\S]*Secret"
    ):
        SSMParameter(stack, "P", value="x", type="secure-string")


@pytest.mark.parametrize(
    ("given", "said"),
    [({"value": ["a,b"]}, "commas part them"), ({"value": ["a"], "type": "string"}, "a list is no string")],
)
def test_a_list_that_would_not_stay_one_is_refused(stack: Stack, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConstructError, match=said):
        SSMParameter(stack, "P", **given)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"value": "x" * 4_097}, "SSM001"),
        ({"value": "x" * 8_193, "tier": "advanced"}, "SSM001"),
        ({"value": "x", "name": "/aws/shop"}, "SSM002"),
    ],
)
def test_what_the_parameter_store_refuses_is_refused(stack: Stack, given: dict[str, Any], rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        SSMParameter(stack, "P", **given)
    assert [finding.rule for finding in caught.value.findings] == [rule]


def test_identities_read_and_write_exactly_this_parameter(stack: Stack) -> None:
    parameter, clerk = SSMParameter(stack, "P", value="x"), IAMRole(stack, "Clerk", assumed_by="ec2.amazonaws.com")
    parameter.grant_read(clerk)
    parameter.grant_write(clerk)
    arn = {"Fn::GetAtt": ["P", "Arn"]}
    assert made(stack, "ClerkPolicy")["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters", "ssm:PutParameter"],
            "Resource": arn,
        }
    ]
    with pytest.raises(ConstructError, match="only an identity"):
        parameter.grant_read("210987654321")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["/shop/token", "token"])
def test_an_existing_secret_is_looked_up_when_the_stack_is_deployed(stack: Stack, name: str) -> None:
    token = SSMParameter.from_name(stack, "Token", name, secure=True, key=KMSKey(stack, "Key"))
    size = SSMParameter.from_name(stack, "Size", "/shop/size")
    token.grant_read(IAMRole(stack, "Clerk", assumed_by="ec2.amazonaws.com"))
    assert (token.deployed_value, size.deployed_value) == (
        f"{{{{resolve:ssm-secure:{name}}}}}",
        "{{resolve:ssm:/shop/size}}",
    )
    decrypt, read = made(stack, "ClerkPolicy")["PolicyDocument"]["Statement"]
    assert (decrypt["Action"], decrypt["Resource"]) == ("kms:Decrypt", {"Fn::GetAtt": ["Key", "Arn"]})
    assert read["Resource"]["Fn::Sub"].endswith(f":parameter/{name.removeprefix('/')}")
