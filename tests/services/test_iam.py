"""IAM constructs: trust, permissions statement by statement, merging and splitting."""

from __future__ import annotations

import json
from typing import Any

import pytest

from awsdeck import (
    VIA_MFA,
    WITHOUT_MFA,
    App,
    ConstraintError,
    ConstructError,
    IAMGroup,
    IAMManagedPolicy,
    IAMPasswordPolicy,
    IAMPolicy,
    IAMRole,
    IAMUser,
    Parameter,
    Principal,
    Stack,
    Statement,
    allow,
    deny,
    secret_value,
)  # fmt: skip
from awsdeck.synth import synthesize


@pytest.fixture
def stack() -> Stack:
    app = App()
    stack = Stack(app, "shop")
    stack.app = app  # type: ignore[attr-defined]
    return stack


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)["shop"].template["Resources"]
    return found


def trust(stack: Stack, id: str = "Role") -> Any:
    return resources(stack)[id]["Properties"]["AssumeRolePolicyDocument"]["Statement"]


def statements(stack: Stack, id: str) -> Any:
    return resources(stack)[id]["Properties"]["PolicyDocument"]["Statement"]


def root(account: str) -> dict[str, str]:
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::{account}:root"}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("ec2.amazonaws.com", {"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}),
        ("123456789012", {"Principal": {"AWS": root("123456789012")}, "Action": "sts:AssumeRole"}),
        (
            "arn:aws:iam::123456789012:role/x",
            {"Principal": {"AWS": "arn:aws:iam::123456789012:role/x"}, "Action": "sts:AssumeRole"},
        ),
        (
            Principal.account("123456789012", external_id="e"),
            {
                "Principal": {"AWS": root("123456789012")}, "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "e"}},
            },
        ),
        (
            Principal.oidc("graph.facebook.com", audience="123"),
            {
                "Principal": {"Federated": "graph.facebook.com"}, "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {"graph.facebook.com:app_id": "123"}},
            },
        ),
        (
            Principal.oidc(
                "arn:aws:iam::123456789012:oidc-provider/token.example.com", audience="sts", subject="repo:shop/*"
            ),
            {
                "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.example.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {"token.example.com:aud": "sts"}, "StringLike": {"token.example.com:sub": "repo:shop/*"},
                },
            },
        ),
        (
            Principal.saml("arn:aws:iam::123456789012:saml-provider/ad"),
            {
                "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/ad"},
                "Action": "sts:AssumeRoleWithSAML",
                "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
            },
        ),
    ],
)  # fmt: skip
def test_a_trust_policy_says_who_and_how_for_every_kind_of_principal(stack: Stack, who: Any, expected: Any) -> None:
    IAMRole(stack, "Role", assumed_by=who)
    assert trust(stack) == [{"Effect": "Allow", **expected}]


def test_services_together_stand_in_statements_of_their_own(stack: Stack) -> None:
    role = IAMRole(stack, "Role", assumed_by=["ec2.amazonaws.com", "lambda.amazonaws.com"])
    role.trust("ssm.amazonaws.com", when={"StringEquals": {"aws:SourceAccount": "123456789012"}})
    assert [s["Principal"] for s in trust(stack)] == [
        {"Service": "ec2.amazonaws.com"}, {"Service": "lambda.amazonaws.com"}, {"Service": "ssm.amazonaws.com"},
    ]  # fmt: skip
    assert trust(stack)[2]["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_a_role_can_demand_a_second_factor(stack: Stack) -> None:
    IAMRole(stack, "Role", assumed_by="123456789012", require_mfa=True)
    assert trust(stack)[0]["Condition"] == VIA_MFA


@pytest.mark.parametrize("who", ["ec2", "12345", "", "role/x", 7, ["x"]])
def test_what_is_no_principal_is_refused(stack: Stack, who: Any) -> None:
    with pytest.raises(ConstructError, match="not a principal"):
        IAMRole(stack, "Role", assumed_by=who)


def test_a_group_cannot_be_a_principal(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="cannot be a principal"):
        IAMRole(stack, "Role", assumed_by=IAMGroup(stack, "Devs"))


def test_statements_that_differ_in_actions_or_resources_only_become_one(stack: Stack) -> None:
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    role.allow("s3:GetObject", on="arn:aws:s3:::a/*")
    role.allow("s3:PutObject", on="arn:aws:s3:::a/*")
    role.allow("s3:PutObject", on="arn:aws:s3:::a/*")
    role.allow("sqs:SendMessage", on="arn:aws:sqs:eu-west-1:123456789012:a")
    role.allow("sqs:SendMessage", on=["arn:aws:sqs:eu-west-1:123456789012:b"])
    role.allow("sqs:SendMessage", on="*", when=VIA_MFA)
    role.deny("s3:DeleteObject", on="arn:aws:s3:::a/*")
    assert statements(stack, "RolePolicy") == [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::a/*"},
        {
            "Effect": "Allow", "Action": "sqs:SendMessage",
            "Resource": ["arn:aws:sqs:eu-west-1:123456789012:a", "arn:aws:sqs:eu-west-1:123456789012:b"],
        },
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": VIA_MFA},
        {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::a/*"},
    ]  # fmt: skip


def test_a_policy_too_long_for_one_is_split_into_managed_policies(stack: Stack) -> None:
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    for number in range(200):
        role.allow(f"s3:GetObject{'' if number % 2 else 'Acl'}", on=f"arn:aws:s3:::bucket-{number:04}-{'x' * 80}/*",
                   when={"StringEquals": {"aws:PrincipalTag/n": str(number)}})  # fmt: skip
    made = resources(stack)
    inline = made["RolePolicy"]["Properties"]["PolicyDocument"]
    managed = [body["Properties"] for id, body in made.items() if body["Type"] == "AWS::IAM::ManagedPolicy"]
    assert len(json.dumps(inline, separators=(",", ":"))) <= 10_240
    assert managed
    assert all(len(json.dumps(p["PolicyDocument"], separators=(",", ":"))) <= 6_144 for p in managed)
    assert all(p["Roles"] == [{"Ref": "Role"}] for p in managed)
    total = len(inline["Statement"]) + sum(len(p["PolicyDocument"]["Statement"]) for p in managed)
    assert total == 200


def test_an_action_without_a_service_is_refused_at_the_line(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="'GetObject' is not an action"):
        IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com").allow("GetObject", on="*")


def test_managed_policies_are_taken_by_name_arn_or_construct(stack: Stack) -> None:
    own = IAMManagedPolicy(stack, "Own", statements=[allow("s3:GetObject", on="arn:aws:s3:::a/*")])
    IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com", permissions_boundary=own,
            managed_policies=["ReadOnlyAccess", "arn:aws:iam::aws:policy/x", own])  # fmt: skip
    properties = resources(stack)["Role"]["Properties"]
    assert properties["ManagedPolicyArns"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"}, "arn:aws:iam::aws:policy/x", {"Ref": "Own"},
    ]  # fmt: skip
    assert properties["PermissionsBoundary"] == {"Ref": "Own"}


def test_the_instance_profile_is_made_once(stack: Stack) -> None:
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    assert role.instance_profile() == role.instance_profile()
    made = [body for body in resources(stack).values() if body["Type"] == "AWS::IAM::InstanceProfile"]
    assert [body["Properties"] for body in made] == [{"Roles": [{"Ref": "Role"}]}]


def test_passing_and_assuming_a_role_name_exactly_that_role(stack: Stack) -> None:
    role = IAMRole(stack, "Role", assumed_by="ecs-tasks.amazonaws.com")
    ci = IAMUser(stack, "Ci")
    role.grant_pass(ci, to="ecs-tasks.amazonaws.com")
    role.grant_assume(ci)
    arn = {"Fn::GetAtt": ["Role", "Arn"]}
    assert statements(stack, "CiPolicy") == [
        {
            "Effect": "Allow", "Action": "iam:PassRole", "Resource": arn,
            "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        },
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn},
    ]  # fmt: skip
    assert trust(stack)[1]["Principal"] == {"AWS": {"Fn::GetAtt": ["Ci", "Arn"]}}


def test_users_get_their_permissions_through_groups_and_change_their_first_password(stack: Stack) -> None:
    devs = IAMGroup(stack, "Devs", require_mfa=True, managed_policies=["ReadOnlyAccess"])
    IAMUser(stack, "Ada", groups=[devs], password=secret_value("ada", "password"))
    assert resources(stack)["Ada"]["Properties"] == {
        "Groups": [{"Ref": "Devs"}],
        "LoginProfile": {
            "Password": "{{resolve:secretsmanager:ada:SecretString:password::}}", "PasswordResetRequired": True,
        },
    }  # fmt: skip
    refused = statements(stack, "DevsPolicy")[1]
    assert refused["Effect"] == "Deny"
    assert refused["Condition"] == WITHOUT_MFA
    assert "NotAction" in refused


def test_a_policy_attached_to_nothing_is_an_error(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        IAMPolicy(stack, "P", statements=[deny("s3:*", on="*")])
    assert "IAM011" in {finding.rule for finding in caught.value.findings}


def test_a_session_outside_one_to_twelve_hours_is_an_error_but_a_parameter_is_not(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        IAMRole(stack, "Short", assumed_by="ec2.amazonaws.com", max_session=900)
    assert [finding.rule for finding in caught.value.findings] == ["IAM012"]
    IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com", max_session=Parameter(stack, "Hours", type="Number").ref)


def test_conditions_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ConstructError, match="twice with different values"):
        Statement(["s3:GetObject"], ["*"], principal=Principal.organization("o-a").when(
            {"StringEquals": {"aws:PrincipalOrgID": "o-b"}}))  # fmt: skip


def test_a_password_policy_is_checked_and_speaks_boto3s_words() -> None:
    assert IAMPasswordPolicy(max_age_days=None).settings() == {
        "MinimumPasswordLength": 14, "PasswordReusePrevention": 24, "AllowUsersToChangePassword": True,
        "HardExpiry": False, "RequireSymbols": True, "RequireNumbers": True, "RequireUppercaseCharacters": True,
        "RequireLowercaseCharacters": True,
    }  # fmt: skip
    with pytest.raises(ConstraintError) as caught:
        IAMPasswordPolicy(minimum_length=5, max_age_days=0, reuse_prevention=25)
    assert [finding.rule for finding in caught.value.findings] == ["IAM019"] * 3
    assert "6 to 128" in str(caught.value)
