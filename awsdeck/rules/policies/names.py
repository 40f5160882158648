"""Names that IAM knows: actions, managed policies of AWS, services that may be principals.

A name that is not in the tables may be younger than they are, so only one that looks like a slip of the pen is
reported, and only as a warning.
"""

from __future__ import annotations

import json
import os
import re
from functools import lru_cache

from ...catalog.store import SCHEMAS
from ..vocabulary import Rule, Violation, as_list
from .access import PERMISSION, literal, service_stem, spelled
from .policy import TYPES, Document, Statement, documents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..view import View

_HOLDERS = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
_OF_AWS = ":iam::aws:policy/"
_WRONG_DOMAIN = r"\.(?:amazon\.com|aws\.com|amazonaws\.(?!com)\w+|aws\.amazon\.com)$"


@lru_cache(1)
def _tables() -> dict[str, Any]:
    with open(os.path.join(SCHEMAS, "iam.json"), encoding="utf-8") as file:
        tables: dict[str, Any] = json.load(file)
    return tables


@lru_cache(16)
def _table(name: str) -> frozenset[str]:
    return frozenset(_tables()[name].split())


@lru_cache(64)
def _actions(service: str) -> dict[str, str]:
    """The actions of a service as they are written, by their small letters; none when the table has no such service."""
    return {name.lower(): name for name in _tables()["actions"].get(service, "").split()}


def _near(name: str, known: Iterable[str], least: float = 0.85) -> str | None:
    """The name that differs by a slip of the pen; a looser likeness would speak of names that are only new."""
    from difflib import get_close_matches

    names = sorted(known)
    folded = name.replace("-", "")
    alike = [other for other in names if other.replace("-", "") == folded]
    return next(iter(alike or get_close_matches(name, names, 1, least)), None)


@lru_cache(512)
def meant_action(action: str) -> str | None:
    """The action that somebody means who writes one that does not exist; None when there is nothing to say."""
    service, colon, name = action.partition(":")
    if not colon or "*" in action or "?" in action or "$" in action:
        return None
    service = service.lower()
    if service not in _table("prefixes"):
        near = _near(service, _table("prefixes"))
        return f"{near}:{name}" if near else None
    known = _actions(service)
    if not known or name.lower() in known:
        return None
    near = _near(name.lower(), known, 0.8)
    return f"{service}:{known[near]}" if near else None


@lru_cache(512)
def meant_policy(path: str) -> str | None:
    """The managed policy of AWS that somebody means who writes one that does not exist."""
    known = _table("managed_policies")
    if path in known or "$" in path or "*" in path:
        return None
    name = path.rpartition("/")[2]
    elsewhere = sorted(other for other in known if other.rpartition("/")[2] == name)
    return elsewhere[0] if elsewhere else _near(path, known)


@lru_cache(512)
def meant_service(principal: str) -> str | None:
    """The service that somebody means who names one that does not exist as a principal."""
    stem = service_stem(principal)
    if "$" in stem or (stem == principal and not re.search(_WRONG_DOMAIN, principal)) or stem in _table("principals"):
        return None
    if re.search(_WRONG_DOMAIN, principal) and principal.partition(".")[0] in _table("principals"):
        return f"{principal.partition('.')[0]}.amazonaws.com"
    near = _near(stem, _table("principals"))
    return f"{near}.amazonaws.com" if near else None


def _misspelt_actions(view: View) -> Iterator[Violation]:
    for document in documents(view):
        for statement in document.statements:
            for name in ("Action", "NotAction"):
                for index, action in enumerate(statement.all(name)):
                    written = literal(action)
                    near = meant_action(written) if written else None
                    if near:
                        yield Violation(_at(statement, name, index), action=written, near=near, n=statement.number)


def _at(statement: Statement, name: str, index: int) -> tuple[str | int, ...]:
    return statement.at(name, index) if isinstance(statement.body[name], list) else statement.at(name)


def _misspelt_policies(view: View) -> Iterator[Violation]:
    for prop in ("ManagedPolicyArns/*", "PermissionsBoundary"):
        for path, value in view.values(prop):
            _, of_aws, name = (spelled(value) or "").partition(_OF_AWS)
            near = meant_policy(name) if of_aws else None
            if near:
                yield Violation(path, policy=name, near=near)


def _misspelt_services(view: View) -> Iterator[Violation]:
    for path, value in _services(view, documents(view)):
        written = spelled(value)
        near = meant_service(written) if written else None
        if near:
            yield Violation(path, service=written, near=near)


def _services(view: View, found: list[Document]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for document in found:
        for statement in document.statements:
            yield from statement.principals("Service")
    if view.type == PERMISSION:
        for value in as_list(view.properties.get("Principal")):
            if isinstance(value, str) and value.endswith(".amazonaws.com"):
                yield ("Principal",), value


def _policy(**statement: Any) -> dict[str, Any]:
    body = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*", **statement}
    return {"PolicyDocument": {"Version": "2012-10-17", "Statement": [body]}}


def _role(service: str, *policies: Any) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    properties: dict[str, Any] = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}}
    if policies:
        properties["ManagedPolicyArns"] = list(policies)
    return {"Type": "AWS::IAM::Role", "Properties": properties}


RULES: tuple[Rule, ...] = (
    Rule(
        "IAM026", TYPES, "warning",
        "there is no action {action}, as far as is known here, so statement {n} does not speak of it",
        check=_misspelt_actions,
        fix="did you mean {near}?",
        source="Service Authorization Reference, actions of AWS services, as cfn-lint 1.58.0 has them (2026-10-20)",
        good=(
            _policy(Action=["s3:getobject", "s3:Get*", "sqs:SendMessage", "brandnew:DoThis"]),
            _policy(Action="quicksight:SomethingNew"),
        ),
        bad=(_policy(Action="s3:GetObjct"), _policy(Action=["sqs:SendMessage", "sqss:SendMessage"])),
    ),
    Rule(
        "IAM027", _HOLDERS, "warning",
        "AWS has no managed policy {policy}, as far as is known here",
        check=_misspelt_policies,
        fix="did you mean {near}?",
        source="AWS Managed Policy Reference, as aws-sam-translator 1.115.0 and moto 5.2.5 have it (2026)",
        good=(
            _role("lambda.amazonaws.com", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"),
            _role("lambda.amazonaws.com", "arn:aws:iam::123456789012:policy/ReadOnlyAcess"),
        ),
        bad=(
            _role("lambda.amazonaws.com", "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole"),
            _role("lambda.amazonaws.com", {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAcess"}),
        ),
    ),
    Rule(
        "IAM028", (*TYPES, PERMISSION), "warning",
        "there is no service {service}, as far as is known here",
        check=_misspelt_services,
        fix="did you mean {near}?",
        source="Service principals in AWS's managed policies, as moto 5.2.5 has them, and prefixes of IAM actions (2026)",
        good=(_role("lambda.amazonaws.com"), _role("states.eu-west-1.amazonaws.com"), _role("brandnew.amazonaws.com")),
        bad=(_role("lamda.amazonaws.com"), _role("api-gateway.amazonaws.com")),
    ),
)  # fmt: skip
