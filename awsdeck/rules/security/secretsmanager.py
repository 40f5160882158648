"""AWS Secrets Manager: what the documentation demands of secrets and their rotation beyond the resource schema."""

from __future__ import annotations

import json
import re

from ..limits import SECRET_LENGTH_MOST, SECRET_ROTATION_MOST, SECRET_WINDOW_MOST
from ..policies.policy import documents
from ..vocabulary import ABSENT, Between, Matches, Present, Rule, Violation, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

SECRET = "AWS::SecretsManager::Secret"  # noqa: S105  (a type)
ROTATION = "AWS::SecretsManager::RotationSchedule"
POLICY = "AWS::SecretsManager::ResourcePolicy"
ATTACHMENT = "AWS::SecretsManager::SecretTargetAttachment"
_TRANSFORMS = ("AWS::SecretsManager-2024-09-16", "AWS::SecretsManager-2020-07-23")
_KINDS = ("DocDB::DBCluster", "DocDB::DBInstance", "RDS::DBCluster", "RDS::DBInstance", "Redshift::Cluster")
TARGETS = (
    *(f"AWS::{kind}" for kind in _KINDS), "AWS::DocDBElastic::Cluster", "AWS::RedshiftServerless::Namespace",
)  # fmt: skip


def _value(view: View) -> Iterator[Violation]:
    if view.get("SecretString") is not ABSENT and view.get("GenerateSecretString") is not ABSENT:
        yield Violation(
            ("SecretString",), problem="a secret is made up or given, not both",
            fix="put what is known into SecretStringTemplate, or leave GenerateSecretString out",
        )  # fmt: skip
    made_up = view.get("GenerateSecretString")
    if not isinstance(made_up, dict) or is_unknown(made_up):
        return
    template, key = made_up.get("SecretStringTemplate"), made_up.get("GenerateStringKey")
    if (template is None) is not (key is None):
        missing = "GenerateStringKey" if key is None else "SecretStringTemplate"
        yield Violation(
            ("GenerateSecretString", missing), problem="SecretStringTemplate and GenerateStringKey go together",
            fix=f"give {missing} too, or leave both out for a password alone",
        )  # fmt: skip
    if isinstance(template, str) and not is_unknown(template):
        try:
            sound = isinstance(json.loads(template), dict)
        except ValueError:
            sound = False
        if not sound:
            yield Violation(
                ("GenerateSecretString", "SecretStringTemplate"), problem="SecretStringTemplate is no JSON object",
                fix='such as {"username": "app"}',
            )  # fmt: skip


def _rotated_by(view: View) -> Iterator[Violation]:
    function, hosted = view.get("RotationLambdaARN"), view.get("HostedRotationLambda")
    if function is not ABSENT and hosted is not ABSENT:
        yield Violation(
            ("HostedRotationLambda",), problem="a secret is rotated by one function",
            fix="leave RotationLambdaARN or HostedRotationLambda out",
        )  # fmt: skip
    rules = view.get("RotationRules")
    if isinstance(rules, dict) and "AutomaticallyAfterDays" in rules and "ScheduleExpression" in rules:
        yield Violation(
            ("RotationRules", "ScheduleExpression"), problem="rotation follows a number of days or a schedule",
            fix="leave one of the two out",
        )  # fmt: skip


def _schedules(graph: Graph) -> Iterator[Violation]:
    seen: dict[int, View] = {}
    for view in graph.of(ROTATION):
        if view.member is None:
            continue
        found = graph.target(view, view.get("SecretId"))
        if found is not None:
            secret = found.view
            beyond = graph.target(secret, secret.get("SecretId")) if secret.type == ATTACHMENT else None
            secret = beyond.view if beyond is not None else secret
            first = seen.setdefault(id(secret.body), view)
            if first is not view and not view.member.exclusive(first, view):
                yield Violation(
                    ("SecretId",), view=view, problem=f"{first.id} rotates this secret already", fix="keep one"
                )
        transforms = view.member.data.get("Transform", [])
        given = transforms if isinstance(transforms, list) else [transforms]
        hosted = view.get("HostedRotationLambda") is not ABSENT
        if hosted and not any(name in _TRANSFORMS for name in given if isinstance(name, str)):
            yield Violation(
                ("HostedRotationLambda",), view=view, problem="a transform makes HostedRotationLambda, and none is named",
                fix=f"write Transform: {_TRANSFORMS[0]} at the top of the template",
            )  # fmt: skip


def _fields(graph: Graph) -> Iterator[Violation]:
    """Fields asked of secrets that are a password alone."""
    attached = {
        id(found.view.body) for view in graph.of(ATTACHMENT) if (found := graph.target(view, view.get("SecretId")))
    }
    for secret in graph.of(SECRET):
        made = secret.get("GenerateSecretString")
        if not isinstance(made, dict) or is_unknown(made) or secret.member is None or id(secret.body) in attached:
            continue
        if "Fn::If" in made or "SecretStringTemplate" in made or "GenerateStringKey" in made:
            continue
        begins = f"resolve:secretsmanager:${{{secret.id}}}"
        asked = re.compile(re.escape(begins) + r":SecretString:([^:}\s]+)")
        for user in secret.member.views.values():
            if begins.encode() in secret.member.texts.get(user.id, b""):
                for path, text in _texts(user.properties, ()):
                    if hit := asked.search(text):
                        yield Violation(path, view=user, secret=secret.id, field=hit[1])


def _texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text inside a value, with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(inner, (*path, step))


def _open_policy(view: View) -> Iterator[Violation]:
    if view.get("BlockPublicPolicy") is not ABSENT:
        return
    for document in documents(view):
        for statement in document.statements:
            principal = statement.body.get("Principal")
            broad = principal == "*" or (isinstance(principal, dict) and principal.get("AWS") == "*")
            if broad and statement.body.get("Effect") == "Allow":
                yield Violation(("BlockPublicPolicy",))
                return


def _asking(made: dict[str, Any], field: str) -> dict[str, Any]:
    asked = {"Fn::Sub": "{{resolve:secretsmanager:${Secret}" + field + "}}"}
    return {
        "Resources": {
            "Secret": {"Type": SECRET, "Properties": {"GenerateSecretString": made}},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": asked}},
        }
    }


def _statement(principal: Any) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
        ],
    }


def _rotation(**properties: Any) -> dict[str, Any]:
    sound = {"SecretId": {"Ref": "Secret"}, "RotationLambdaARN": {"Fn::GetAtt": ["Rotate", "Arn"]}}
    return {"Type": ROTATION, "Properties": {**sound, **properties}}


_HOSTED = {
    "Type": ROTATION,
    "Properties": {"SecretId": {"Ref": "Secret"}, "HostedRotationLambda": {"RotationType": "MySQLSingleUser"}},
}
_SECRET = {"Type": SECRET, "Properties": {"GenerateSecretString": {"PasswordLength": 32}}}

RULES: tuple[Rule, ...] = (
    Rule(
        "SEC001", SECRET, "error",
        "{problem}",
        check=_value,
        source="CloudFormation Template Reference, AWS::SecretsManager::Secret, GenerateSecretString",
        good=(
            _SECRET,
            {"GenerateSecretString": {"SecretStringTemplate": '{"username": "app"}', "GenerateStringKey": "password"}},
        ),
        bad=(
            {"GenerateSecretString": {"SecretStringTemplate": '{"username": "app"}'}},
            {"GenerateSecretString": {"SecretStringTemplate": "app", "GenerateStringKey": "password"}},
            {"GenerateSecretString": {}, "SecretString": {"Ref": "Given"}},
        ),
    ),
    Rule(
        "SEC002", SECRET, "error",
        "a password that is made up has 1 to 4,096 characters",
        then={"GenerateSecretString/PasswordLength": Between(1, SECRET_LENGTH_MOST, "characters")},
        source="Secrets Manager API Reference, GetRandomPassword",
        good=_SECRET,
        bad={"GenerateSecretString": {"PasswordLength": 5_000}},
    ),
    Rule(
        "SEC003", ROTATION, "error",
        "a secret is rotated every 1 to 1,000 days",
        then={
            "RotationRules/AutomaticallyAfterDays": Between(1, SECRET_ROTATION_MOST, "days"),
            "RotationRules/ScheduleExpression": Matches(r"(rate|cron)\(.+\)", "rate(…) or cron(…)"),
            "RotationRules/Duration": Matches(
                rf"([1-9]|1\d|2[0-{SECRET_WINDOW_MOST % 10}])h", f"1h to {SECRET_WINDOW_MOST}h"
            ),
        },
        source="Secrets Manager API Reference, RotationRulesType",
        good=(
            _rotation(RotationRules={"AutomaticallyAfterDays": 30}),
            _rotation(RotationRules={"ScheduleExpression": "rate(4 hours)", "Duration": "2h"}),
        ),
        bad=(
            _rotation(RotationRules={"AutomaticallyAfterDays": 1_001}),
            _rotation(RotationRules={"ScheduleExpression": "4 hours"}),
            _rotation(RotationRules={"AutomaticallyAfterDays": 1, "Duration": "25h"}),
        ),
    ),
    Rule(
        "SEC004", ROTATION, "error",
        "{problem}",
        check=_rotated_by,
        source="CloudFormation Template Reference, AWS::SecretsManager::RotationSchedule",
        good=(_rotation(), _HOSTED),
        bad=(
            _rotation(HostedRotationLambda={"RotationType": "MySQLSingleUser"}),
            _rotation(RotationRules={"AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(1 day)"}),
        ),
    ),
    Rule(
        "SEC004", ROTATION, "error",
        "{problem}",
        scope="graph",
        check=_schedules,
        source="CloudFormation Template Reference, AWS::SecretsManager transform; RotationSchedule",
        verified="docs",
        good=(
            {"Transform": _TRANSFORMS[0], "Resources": {"Secret": _SECRET, "Rotation": _HOSTED}},
            {"Resources": {"Secret": _SECRET, "Rotation": _rotation()}},
        ),
        bad=(
            {"Resources": {"Secret": _SECRET, "Rotation": _HOSTED}},
            {"Resources": {"Secret": _SECRET, "Rotation": _rotation(), "Again": _rotation()}},
        ),
    ),
    Rule(
        "SEC005", POLICY, "warning",
        "this policy lets everybody read the secret, and nothing keeps it from being public",
        when={"ResourcePolicy": Present()},
        check=_open_policy,
        fix="name the principals, and set BlockPublicPolicy: true",
        source="Secrets Manager User Guide, permissions policies, determine who has access; BlockPublicPolicy",
        good=(
            {"SecretId": "s", "ResourcePolicy": _statement({"AWS": "arn:aws:iam::123456789012:root"})},
            {"SecretId": "s", "ResourcePolicy": _statement("*"), "BlockPublicPolicy": True},
        ),
        bad={"SecretId": "s", "ResourcePolicy": _statement("*")},
    ),
    Rule(
        "SEC006", ATTACHMENT, "error",
        "a secret is attached to a database of a kind that Secrets Manager knows",
        then={"TargetType": Matches("|".join(TARGETS), ", ".join(TARGETS))},
        source="CloudFormation Template Reference, AWS::SecretsManager::SecretTargetAttachment",
        good={"SecretId": "s", "TargetId": "db", "TargetType": "AWS::RDS::DBInstance"},
        bad={"SecretId": "s", "TargetId": "db", "TargetType": "AWS::RDS::Instance"},
    ),
    Rule(
        "SEC007", SECRET, "error",
        "{secret} is a password alone, which has no field {field}",
        scope="graph",
        check=_fields,
        fix="leave the field out, or make JSON: SecretStringTemplate and GenerateStringKey {field}",
        source="Secrets Manager API Reference, CreateSecret; CloudFormation User Guide, dynamic references",
        verified="docs",
        good=(
            _asking({"PasswordLength": 20}, ""),
            _asking({"SecretStringTemplate": "{}", "GenerateStringKey": "token"}, ":SecretString:token"),
        ),
        bad=_asking({"PasswordLength": 20}, ":SecretString:token"),
    ),
)  # fmt: skip
