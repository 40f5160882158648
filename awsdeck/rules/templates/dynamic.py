"""Dynamic references: `{{resolve:ssm:name}}`, and where CloudFormation looks for them.

Source: CloudFormation User Guide, Get values stored in other services using dynamic references.
"""

from __future__ import annotations

import re

from ..vocabulary import Violation
from .template import scanned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph, Member
    from ..view import View

    Path = tuple[str | int, ...]

MOST = 60  # in one template
SERVICES = ("ssm", "ssm-secure", "secretsmanager")
SECURE = {
    "AWS::DirectoryService::MicrosoftAD": ("Password",),
    "AWS::DirectoryService::SimpleAD": ("Password",),
    "AWS::ElastiCache::ReplicationGroup": ("AuthToken",),
    "AWS::IAM::User": ("LoginProfile/Password",),
    "AWS::KinesisFirehose::DeliveryStream": ("RedshiftDestinationConfiguration/Password",),
    "AWS::OpsWorks::App": ("AppSource/Password",),
    "AWS::OpsWorks::Stack": ("CustomCookbooksSource/Password", "RdsDbInstances/*/DbPassword"),
    "AWS::RDS::DBCluster": ("MasterUserPassword",),
    "AWS::RDS::DBInstance": ("MasterUserPassword",),
    "AWS::Redshift::Cluster": ("MasterUserPassword",),
}
"""Where secure strings of Parameter Store may stand."""
_PIECE = re.compile(r"\{\{resolve:([^{}]*(?:\$\{[^{}]*\}[^{}]*)*)\}\}")
_NAME = re.compile(r"[a-zA-Z0-9_.\-/:]+")
_FORM = "write {{resolve:ssm:name}}, {{resolve:ssm-secure:name}} or {{resolve:secretsmanager:name:SecretString:key}}"
_INIT = "AWS::CloudFormation::Init"


def dynamic_references(graph: Graph) -> Iterator[Violation]:
    """What is wrong with the dynamic references of templates."""
    for member in graph.members:
        number = scanned(member).count(b"{{resolve:")
        if not number:
            continue
        if number > MOST:
            yield Violation(
                ("Resources",), member=member, severity="warning", fix="give values as parameters, or split the template",
                problem=f"{number} dynamic references; a template takes {MOST}", allowed=f"at most {MOST}",
            )  # fmt: skip
        for view in member.views.values():
            yield from _in_resource(view)
        for name, body in member.section("Outputs").items():
            for path, value in _texts(body, ("Outputs", name)):
                yield from _in_output(member, path, value)


def _in_output(member: Member, path: Path, value: str) -> Iterator[Violation]:
    for said in _PIECE.findall(value):
        service = said.partition(":")[0]
        if service in ("ssm-secure", "secretsmanager"):
            shown = "an output is shown to everybody, so secrets are not looked up there"
            fix = "leave the secret out of the outputs"
            yield Violation(path, member=member, problem=shown, severity="warning", fix=fix)
        elif problem := _misspelled(said):
            yield Violation(path, member=member, problem=problem, fix=_FORM)


def _in_resource(view: View) -> Iterator[Violation]:
    for path, value in _texts(view.body.get("Properties"), ()):
        found = _PIECE.findall(value)
        if "Fn::Join" not in path and "}}" not in value.rpartition("{{resolve:")[2]:
            yield Violation(
                ("/", "Properties", *path), view=view, problem="the dynamic reference has no end", fix=_FORM
            )
        for said in found:
            problem, severity = _misspelled(said), None
            misplaced = problem is None
            if misplaced:
                problem, severity = _misplaced(view, path, said)
            if problem:
                fix = None if misplaced else _FORM
                yield Violation(("/", "Properties", *path), view=view, problem=problem, severity=severity, fix=fix)
    start = view.body.get("Metadata")
    start = start.get(_INIT) if isinstance(start, dict) else None
    for path, value in _texts(start, ("/", "Metadata", _INIT)):
        if _PIECE.search(value):
            problem = "dynamic references are not looked up in the metadata of cfn-init, which gets this text as it is"
            yield Violation(path, view=view, problem=problem, severity="warning")


def _misspelled(said: str) -> str | None:
    """In what way a dynamic reference is not written as one."""
    service, colon, key = said.partition(":")
    if "${" in service:
        return None
    if service not in SERVICES:
        return f"there are no dynamic references to {service or 'nothing'}: they are to {', '.join(SERVICES)}"
    if not colon or not key:
        return "the dynamic reference does not say what it is to"
    if "${" in key:
        return None
    if service == "secretsmanager":
        return _secret(key.split(":"))
    if not _NAME.fullmatch(key):
        return f"{key} is not the name of a parameter and perhaps its version"
    _, colon, version = key.partition(":")
    if not colon or key.startswith("arn:") or version.isdigit():
        return None
    return f"the version of a parameter is a whole number, not {version}; labels are not looked up"


def _secret(parts: list[str]) -> str | None:
    if parts[0] == "arn":
        if len(parts) < 7:
            return "the ARN of the secret is not complete"
        parts = [":".join(parts[:7]), *parts[7:]]
    if len(parts) > 5:
        return "a dynamic reference to a secret has at most five parts: secret, SecretString, key, stage, version"
    if len(parts) > 1 and parts[1] not in ("SecretString", ""):
        return f"the second part of a dynamic reference to a secret is SecretString, not {parts[1]}"
    if len(parts) > 4 and parts[3] and parts[4]:
        return "a dynamic reference to a secret names a version's stage or its id, not both"
    return None


def _misplaced(view: View, path: Path, said: str) -> tuple[str | None, Any]:
    """Why a dynamic reference is not looked up where it stands, and how bad that is."""
    service = said.partition(":")[0]
    plain = [str(step) for step in path if not str(step).startswith("Fn::")]
    if "UserData" in plain and view.type.startswith(("AWS::AutoScaling::", "AWS::EC2::")):
        return "dynamic references are not looked up in user data, which gets this text as it is", "warning"
    secret = service in ("ssm-secure", "secretsmanager")
    if secret and view.type.startswith(("Custom::", "AWS::CloudFormation::CustomResource")):
        return "secrets are not looked up for custom resources, which get this text as it is", "warning"
    if service == "ssm-secure" and view.type.startswith("AWS::") and not _takes_secure(view.type, path):
        return "a secure string of Parameter Store may not stand here; use ssm or secretsmanager", None
    return None, None


def _takes_secure(type: str, path: Path) -> bool:
    steps = [str(step) for step in path]
    for known in SECURE.get(type, ()):
        wanted = known.split("/")
        place = 0
        for step in steps:  # between them stand functions and their arguments
            if place < len(wanted) and (wanted[place] == step or (wanted[place] == "*" and step.isdigit())):
                place += 1
        if place == len(wanted):
            return True
    return False


def _texts(value: Any, at: Path) -> Iterator[tuple[Path, str]]:
    """Every text with a dynamic reference inside a value."""
    waiting: list[tuple[Path, Any]] = [(at, value)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, str):
            if "{{resolve:" in item:
                yield path, item
        elif isinstance(item, dict):
            waiting.extend(((*path, key), inner) for key, inner in item.items())
        elif isinstance(item, list):
            waiting.extend(((*path, n), inner) for n, inner in enumerate(item))
