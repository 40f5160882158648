"""Secrets written in plain text are an error in a deck, at the line that writes them."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from awsdeck import (
    AWS,
    App,
    ConstraintError,
    ConstructError,
    CustomType,
    Include,
    LambdaFunction,
    Parameter,
    Stack,
    inline,
    secret_value,
)
from awsdeck.catalog import find
from awsdeck.cfn import resource_class
from awsdeck.plaintext import secret_paths
from awsdeck.rules.policies.secrets import is_secret
from awsdeck.synth import synthesize

DATABASE = {
    "Engine": "postgres", "DBInstanceClass": "db.m5.large", "AllocatedStorage": "100", "MasterUsername": "root",
}  # fmt: skip


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.mark.parametrize(
    ("type", "properties", "path"),
    [
        ("AWS::RDS::DBInstance", {**DATABASE, "MasterUserPassword": "hunter22"}, ("MasterUserPassword",)),
        (
            "AWS::IAM::User",
            {"LoginProfile": {"Password": "hunter22", "PasswordResetRequired": True}},
            ("LoginProfile", "Password"),
        ),
        ("AWS::SecretsManager::Secret", {"SecretString": '{"a": 1}'}, ("SecretString",)),
        (
            "AWS::ElastiCache::User",
            {"UserId": "u", "UserName": "u", "Engine": "redis", "Passwords": ["x" * 16]},
            ("Passwords", 0),
        ),
    ],
)
def test_a_secret_in_plain_text_is_refused_with_the_way_to_write_it(
    stack: Stack, type: str, properties: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    with pytest.raises(ConstraintError) as caught:
        resource_class(type)(stack, "R", **properties)
    (finding,) = (one for one in caught.value.findings if one.rule == "IAM017")
    assert finding.severity == "error"
    assert finding.path[3:] == path
    assert "secret_value(" in (finding.fix or "")
    assert finding.file is not None
    assert finding.file.endswith("test_plaintext.py")


def test_the_line_is_that_of_the_keyword(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        resource_class("AWS::RDS::DBInstance")(
            stack,
            "R",
            MasterUserPassword="hunter22",
            **DATABASE,
        )
    (finding,) = (one for one in caught.value.findings if one.rule == "IAM017")
    written = pathlib.Path(__file__).read_text(encoding="utf-8").splitlines()
    assert finding.line is not None
    assert written[finding.line - 1].strip() == 'MasterUserPassword="hunter22",'


@pytest.mark.parametrize("by", ["secret", "parameter", "ssm"])
def test_references_to_secrets_are_what_is_wanted(stack: Stack, by: str) -> None:
    word = Parameter(stack, "Word", secret=True)
    values = {
        "secret": secret_value("db", "password"),
        "parameter": word.ref,
        "ssm": "{{resolve:ssm-secure:/db/password}}",
    }
    resource_class("AWS::RDS::DBInstance")(stack, "R", MasterUserPassword=values[by], **DATABASE)
    assert "IAM017" not in {finding.rule for finding in stack.node.root_app.findings}
    synthesize(stack.node.root_app)


def test_whoever_has_a_reason_may_ignore_it(stack: Stack) -> None:
    stack.node.ignore("IAM017", reason="a database for an afternoon")
    resource_class("AWS::RDS::DBInstance")(stack, "R", MasterUserPassword="hunter22", **DATABASE)


def test_a_secret_in_an_included_template_is_told_at_its_line(tmp_path: pathlib.Path) -> None:
    app = App()
    app.folder = str(tmp_path)
    (tmp_path / "old.yaml").write_text(
        "Resources:\n  U:\n    Type: AWS::IAM::User\n    Properties:\n      LoginProfile:\n"
        "        Password: hunter22\n        PasswordResetRequired: true\n"
    )
    with pytest.raises(ConstraintError) as caught:
        Include(Stack(app, "shop"), "Old", file="old.yaml")
    (finding,) = (one for one in caught.value.findings if one.rule == "IAM017")
    assert (pathlib.Path(finding.file or "").name, finding.line) == ("old.yaml", 6)


@pytest.mark.parametrize(
    ("type", "held", "not_held"),
    [
        ("AWS::Redshift::Cluster", ("MasterUserPassword",), ("ManageMasterPassword",)),
        ("AWS::EC2::InstanceConnectEndpoint", None, ("ClientToken",)),
        ("AWS::CodeBuild::SourceCredential", ("Token",), ("Username",)),
        ("AWS::IAM::SAMLProvider", ("AddPrivateKey",), ("RemovePrivateKey",)),
        (
            "AWS::ElasticLoadBalancingV2::Listener",
            ("DefaultActions", "*", "AuthenticateOidcConfig", "ClientSecret"),
            ("Port",),
        ),
        ("AWS::SecretsManager::Secret", ("SecretString",), ("GenerateSecretString",)),
    ],
)
def test_the_schema_and_the_name_say_what_is_a_secret(type: str, held: Any, not_held: Any) -> None:
    known = find(type)
    assert known is not None
    paths = secret_paths(known)
    assert held is None or held in paths
    assert not_held not in paths


def refused(make: Any) -> Any:
    """The one finding about a secret, at a line of this file."""
    with pytest.raises(ConstraintError) as caught:
        make()
    (finding,) = (one for one in caught.value.findings if one.rule == "IAM017")
    assert finding.severity == "error"
    assert finding.file is not None
    assert finding.file.endswith("test_plaintext.py")
    return finding


HANDLER = "def handler(event, context): ...\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "hunter2hunter2"),
        ("DB_PASSWORD", f"hunter2-{AWS.Region}"),
        ("apiKey", "a1b2c3d4"),
        ("GITHUB_TOKEN", "ghp_a1b2c3"),
        ("CLIENT_SECRET", "Xy12"),
        ("AWSKEY", "AKIAQ2W3E4R5T6Y7U8I9"),
    ],
)
def test_a_secret_in_a_functions_environment_is_refused(stack: Stack, name: str, value: str) -> None:
    def make() -> None:
        LambdaFunction(stack, "F", code=inline(HANDLER), runtime="python3.13", environment={"A1": "x", name: value})

    assert refused(make).path[3:] == ("Environment", "Variables", name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD_NAME", "prod"),
        ("DB_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db"),
        ("DB_SECRET", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db"),
        ("DB_SECRET", "prod/db"),
        ("DB_SECRET", "orders-db"),
        ("API_KEY", "/prod/api-key"),
        ("REQUIRE_PASSWORD", "hunter2"),
        ("DB_PASSWORD", ""),
        ("USES_PASSWORD", "true"),
        ("MAX_TOKENS", "4096"),
        ("NEXT_TOKEN", "abc"),
        ("KEYBOARD", "qwerty"),
        ("MONKEY", "see-no-evil"),
        ("SAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ],
)
def test_a_name_that_only_sounds_like_a_secret_is_let_be(name: str, value: str) -> None:
    assert not is_secret(name, value)


def test_a_reference_to_a_secret_in_an_environment_is_let_be(stack: Stack) -> None:
    given = {"DB_PASSWORD": secret_value("db", "password"), "DB_SECRET": Parameter(stack, "Word").ref}
    LambdaFunction(stack, "F", code=inline(HANDLER), runtime="python3.13", environment=given)


def test_a_secret_in_a_containers_environment_is_refused(stack: Stack) -> None:
    containers = [{"Name": "c", "Image": "i", "Environment": [{"Name": "DB_PASSWORD", "Value": "hunter2hunter2"}]}]
    found = refused(lambda: resource_class("AWS::ECS::TaskDefinition")(stack, "T", ContainerDefinitions=containers))
    assert found.path[3:] == ("ContainerDefinitions", 0, "Environment", 0, "Value")


def test_a_secret_in_a_custom_resource_is_refused(stack: Stack) -> None:
    token = "arn:aws:lambda:eu-west-1:111122223333:function:x"
    found = refused(lambda: CustomType(stack, "C", type="Custom::X", ServiceToken=token, Login={"Password": "hunter2"}))
    assert found.path[3:] == ("Login", "Password")
    CustomType(stack, "D", type="Custom::X", ServiceToken=token, Password=secret_value("db", "password"), User="root")


def test_a_text_with_only_aws_own_parameters_in_it_is_plain(stack: Stack) -> None:
    database = resource_class("AWS::RDS::DBInstance")
    word = f"hunter2-{AWS.Region}"
    assert "plain text" in refused(lambda: database(stack, "R", MasterUserPassword=word, **DATABASE)).message
    hidden = Parameter(stack, "Word", secret=True)
    database(stack, "S", MasterUserPassword=f"{hidden.ref}-{AWS.Region}", **DATABASE)


@pytest.mark.parametrize("around", ["{}", "x-{}"])
def test_a_password_from_a_parameter_that_everybody_sees_is_refused(stack: Stack, around: str) -> None:
    word = around.format(Parameter(stack, "Word").ref)
    found = refused(lambda: resource_class("AWS::RDS::DBInstance")(stack, "R", MasterUserPassword=word, **DATABASE))
    assert "the parameter Word" in found.message


def test_a_secret_parameter_has_no_default(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="Parameter Word: the default of a secret") as caught:
        Parameter(stack, "Word", secret=True, default="hunter2")
    assert caught.value.place is not None
    Parameter(stack, "Empty", secret=True, default="")
