"""Secrets written in plain text are an error in a deck, at the line that writes them."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from awsdeck import App, ConstraintError, Include, Parameter, Stack, secret_value
from awsdeck.catalog import find
from awsdeck.cfn import resource_class
from awsdeck.plaintext import secret_paths
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
