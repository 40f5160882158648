"""Secrets: what is made up, who may read them, how they are rotated and attached."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    App,
    ConstraintError,
    ConstructError,
    Generate,
    HostedRotation,
    IAMRole,
    KMSKey,
    LambdaFunction,
    Parameter,
    Secret,
    Stack,
    inline,
)
from awsdeck.deploy.terms.capabilities import capabilities
from awsdeck.synth import synthesize


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


def template(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template
    return found


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = template(stack)["Resources"]
    return found


def function(stack: Stack) -> LambdaFunction:
    return LambdaFunction(
        stack, "Rotate", code=inline("def handler(*_): ..."), runtime="python3.13", handler="index.handler"
    )


def role(stack: Stack) -> IAMRole:
    return IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")


def statements(stack: Stack, policy: str = "RolePolicy") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources(stack)[policy]["Properties"]["PolicyDocument"]["Statement"]
    return found


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> list[str]:
    return sorted({finding.rule for finding in caught.value.findings})


def test_a_plain_secret_is_a_password_that_is_kept(stack: Stack) -> None:
    Secret(stack, "Token")
    made = resources(stack)["Token"]
    assert made["Properties"] == {"GenerateSecretString": {"PasswordLength": 32}}
    assert made["DeletionPolicy"] == "Retain"


def test_a_username_makes_json_with_the_password_in_it(stack: Stack) -> None:
    Secret(
        stack, "Db", generate=Generate(username="app", fields={"dbname": "shop"}, length=40, exclude="/@", each=False)
    )
    assert resources(stack)["Db"]["Properties"]["GenerateSecretString"] == {
        "SecretStringTemplate": '{"username": "app", "dbname": "shop"}', "GenerateStringKey": "password",
        "PasswordLength": 40, "ExcludeCharacters": "/@", "RequireEachIncludedType": False,
    }  # fmt: skip


def test_fields_take_what_the_deploy_knows(stack: Stack) -> None:
    given = Parameter(stack, "ApiKey", secret=True)
    Secret(stack, "Api", fields={"key": given.ref})
    assert "ApiKey" in str(resources(stack)["Api"]["Properties"]["SecretString"])


def test_a_value_is_a_dynamic_reference_to_the_secret(stack: Stack) -> None:
    secret = Secret(stack, "Db", generate=Generate(username="app"))
    IAMRole(stack, "R", assumed_by="ec2.amazonaws.com", description=secret.value("username"))
    assert resources(stack)["R"]["Properties"]["Description"] == {
        "Fn::Sub": "{{resolve:secretsmanager:${Db}:SecretString:username::}}"
    }
    with pytest.raises(ConstructError, match="both stage= and version="):
        secret.value("username", stage="AWSCURRENT", version="1")


def test_reading_is_granted_on_this_secret_alone(stack: Stack) -> None:
    Secret(stack, "Db").grant_read(role(stack))
    assert statements(stack) == [
        {
            "Effect": "Allow",
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            "Resource": {"Ref": "Db"},
        }
    ]


def test_one_stage_is_granted_without_what_knows_no_stages(stack: Stack) -> None:
    Secret(stack, "Db").grant_read(role(stack), stage="AWSPREVIOUS")
    assert statements(stack) == [
        {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": {"Ref": "Db"},
            "Condition": {"ForAnyValue:StringEquals": {"secretsmanager:VersionStage": "AWSPREVIOUS"}},
        }
    ]


def test_others_are_let_in_by_a_policy_that_cannot_be_public(stack: Stack) -> None:
    secret = Secret(stack, "Db")
    secret.grant_read("123456789012")
    secret.grant_write("123456789012")
    made = resources(stack)["DbPolicy"]["Properties"]
    assert made["BlockPublicPolicy"] is True
    assert made["SecretId"] == {"Ref": "Db"}
    (statement,) = made["ResourcePolicy"]["Statement"]
    assert "secretsmanager:PutSecretValue" in statement["Action"]
    assert statement["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::123456789012:root"}}


def test_a_customer_key_is_granted_with_the_secret(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    Secret(stack, "Db", key=key).grant_read(role(stack))
    assert resources(stack)["Db"]["Properties"]["KmsKeyId"] == {"Fn::GetAtt": ["Key", "Arn"]}
    decrypt = next(one for one in statements(stack) if one["Action"] == "kms:Decrypt")
    assert decrypt["Resource"] == {"Fn::GetAtt": ["Key", "Arn"]}


def test_replicas_stand_in_other_regions_with_their_keys(stack: Stack) -> None:
    Secret(stack, "One", replicas=["us-east-1"])
    Secret(stack, "Two", replicas={"us-east-1": "alias/there"})
    made = resources(stack)
    assert made["One"]["Properties"]["ReplicaRegions"] == [{"Region": "us-east-1"}]
    assert made["Two"]["Properties"]["ReplicaRegions"] == [{"Region": "us-east-1", "KmsKeyId": "alias/there"}]


def test_a_rotation_function_gets_what_it_needs_before_the_schedule_is_made(stack: Stack) -> None:
    Secret(stack, "Db", generate=Generate(username="app")).rotate(by=function(stack))
    made = resources(stack)
    assert made["DbRotation"]["Properties"] == {
        "SecretId": {"Ref": "Db"}, "RotationLambdaARN": {"Fn::GetAtt": ["Rotate", "Arn"]},
        "RotationRules": {"AutomaticallyAfterDays": 30},
    }  # fmt: skip
    assert made["DbRotation"]["DependsOn"] == ["RotateInvokeByDb", "RotateRolePolicy"]
    assert made["RotateInvokeByDb"]["Properties"]["Principal"] == "secretsmanager.amazonaws.com"
    assert made["RotateInvokeByDb"]["Properties"]["SourceArn"] == {"Ref": "Db"}
    turns, passwords = statements(stack, "RotateRolePolicy")
    assert turns["Resource"] == {"Ref": "Db"}
    assert passwords["Action"] == "secretsmanager:GetRandomPassword"


def test_a_hosted_rotation_says_its_transform(stack: Stack) -> None:
    secret = Secret(stack, "Db", generate=Generate(username="app"))
    rotation = HostedRotation("postgres", subnets=["subnet-1", "subnet-2"], security_groups=["sg-1"])
    secret.rotate(schedule="rate(4 hours)", window=2, by=rotation, immediately=False)
    made = template(stack)
    assert made["Transform"] == ["AWS::SecretsManager-2024-09-16"]
    assert capabilities(made) == ("CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM")
    assert made["Resources"]["DbRotation"]["Properties"] == {
        "SecretId": {"Ref": "Db"},
        "HostedRotationLambda": {
            "RotationType": "PostgreSQLSingleUser", "VpcSubnetIds": "subnet-1,subnet-2", "VpcSecurityGroupIds": "sg-1",
        },
        "RotationRules": {"ScheduleExpression": "rate(4 hours)", "Duration": "2h"},
        "RotateImmediatelyOnUpdate": False,
    }  # fmt: skip


def test_alternating_users_take_the_secret_of_a_superuser(stack: Stack) -> None:
    root = Secret(stack, "Root", generate=Generate(username="root"))
    app = Secret(stack, "App", generate=Generate(username="app"))
    app.rotate(by=HostedRotation("mysql", users="alternating", superuser=root))
    hosted = resources(stack)["AppRotation"]["Properties"]["HostedRotationLambda"]
    assert (hosted["RotationType"], hosted["SuperuserSecretArn"]) == ("MySQLMultiUser", {"Ref": "Root"})
    with pytest.raises(ConstructError, match="without a superuser"):
        HostedRotation("mysql", users="alternating")
    with pytest.raises(ConstructError, match="no hosted rotation for engine='sqlite'"):
        HostedRotation("sqlite")  # type: ignore[arg-type]


class Db:
    def attached_as(self) -> tuple[str, str]:
        return "AWS::RDS::DBInstance", "main"


@pytest.mark.parametrize("first", ["attach", "rotate"])
def test_a_schedule_waits_until_the_secret_knows_its_database(stack: Stack, first: str) -> None:
    secret = Secret(stack, "Db", generate=Generate(username="app"))
    if first == "attach":
        secret.attach(Db())
    secret.rotate(by=HostedRotation("mysql"))
    if first == "rotate":
        secret.attach(Db())
    made = resources(stack)
    assert made["DbAttachment"]["Properties"]["TargetId"] == "main"
    assert made["DbRotation"]["DependsOn"] == ["DbAttachment"]


def test_what_cannot_be_is_said_at_the_line_with_the_fix(stack: Stack) -> None:
    secret = Secret(stack, "Db")
    with pytest.raises(ConstructError, match="both generate= and fields="):
        Secret(stack, "A", generate=Generate(), fields={"a": "b"})
    with pytest.raises(ConstructError, match="both after_days= and schedule="):
        secret.rotate(1, schedule="rate(1 day)", by=HostedRotation("mysql"))
    with pytest.raises(ConstructError, match="cannot be attached to a str"):
        secret.attach("db")  # type: ignore[arg-type]
    secret.rotate(1, by=HostedRotation("mysql"))
    with pytest.raises(ConstructError, match="rotated already") as caught:
        secret.rotate(1, by=HostedRotation("mysql"))
    assert "test_secretsmanager.py" in str(caught.value)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda secret: secret.rotate(1_001, by=HostedRotation("mysql")), "SEC003"),
        (lambda secret: secret.rotate(schedule="daily", by=HostedRotation("mysql")), "SEC003"),
        (lambda secret: secret.rotate(1, window=25, by=HostedRotation("mysql")), "SEC003"),
    ],
)
def test_schedules_out_of_bounds_are_refused(stack: Stack, make: Any, rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        make(Secret(stack, "Db"))
    assert rules(caught) == [rule]


def test_a_password_longer_than_any_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        Secret(stack, "Db", generate=Generate(length=5_000))
    assert rules(caught) == ["SEC002"]


def test_existing_secrets_are_read_by_name_or_whole_arn(stack: Stack) -> None:
    named = Secret.from_name(stack, "Named", "shop/db")
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/api-a1B2c3"
    whole = Secret.from_arn(stack, "Whole", arn)
    who = role(stack)
    named.grant_read(who)
    whole.grant_read(who)
    (statement,) = statements(stack)
    assert statement["Resource"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:shop/db-??????"},
        arn,
    ]
    assert named.value("user") == "{{resolve:secretsmanager:shop/db:SecretString:user::}}"
    assert whole.value() == f"{{{{resolve:secretsmanager:{arn}:SecretString:::}}}}"
    with pytest.raises(ConstructError, match="exists already"):
        named.grant_read("123456789012")


def test_half_an_arn_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="six characters"):
        Secret.from_arn(stack, "Half", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop")


def test_a_field_of_a_password_alone_is_refused(stack: Stack) -> None:
    secret = Secret(stack, "Token")
    IAMRole(stack, "R", assumed_by="ec2.amazonaws.com", description=secret.value("token"))
    with pytest.raises(ConstraintError, match="SEC007 Token is a password alone, which has no field token"):
        synthesize(stack.node.root_app)


def test_numbers_may_stand_in_a_secret(stack: Stack) -> None:
    Secret(stack, "Db", generate=Generate(username="app", fields={"port": 5432}))  # type: ignore[dict-item]
    made = synthesize(stack.node.root_app)["shop"].template["Resources"]["Db"]["Properties"]
    assert '"port": 5432' in made["GenerateSecretString"]["SecretStringTemplate"]


@pytest.mark.parametrize("by", [None, "postgres", 5])
def test_what_rotates_a_secret_is_a_function(stack: Stack, by: Any) -> None:
    with pytest.raises(ConstructError, match="rotates no secret"):
        Secret(stack, "Token").rotate(by=by)
