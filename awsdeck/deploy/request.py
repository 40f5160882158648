"""What is sent to CloudFormation: template text, parameters, capabilities, names."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import field, frozen

from ..errors import InputError
from .records import StackRecord

INLINE_LIMIT = 51_200  # bytes of a template in the request itself
UPLOAD_LIMIT = 1_000_000  # bytes of a template in a bucket
PREFIX = "awsdeck-"

_NAMED_IAM = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
_NO_VALUE = {"Ref": "AWS::NoValue"}


@frozen
class Parameter:
    """One parameter of a request: a value, or what the stack has now (`value` None)."""

    name: str
    value: str | None = field(default=None, repr=False)
    secret: bool = False

    def to_request(self) -> dict[str, Any]:
        """As CloudFormation takes it."""
        if self.value is None:
            return {"ParameterKey": self.name, "UsePreviousValue": True}
        return {"ParameterKey": self.name, "ParameterValue": self.value}

    def shown(self) -> str:
        """What people and logs may see of it."""
        return "(unchanged)" if self.value is None else "****" if self.secret else self.value


@frozen
class Request:
    """A change set to be made; `create` is for a stack that does not exist yet."""

    stack: str
    name: str
    token: str
    create: bool
    body: str = field(repr=False)
    parameters: tuple[Parameter, ...]
    tags: Mapping[str, str]
    capabilities: tuple[str, ...]
    role: str | None = None


def minified(template: Mapping[str, Any]) -> str:
    """The template in as few bytes as JSON allows."""
    return json.dumps(template, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def change_set_name(now: float) -> tuple[str, str]:
    """A name that no other run takes, and a token to go with it."""
    moment = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    unique = secrets.token_hex(4)
    return f"{PREFIX}{moment}-{unique}", f"{PREFIX}{moment}-{unique}-{secrets.token_hex(8)}"


def token() -> str:
    """A token for a write that may be said twice and must be done once."""
    return f"{PREFIX}{secrets.token_hex(16)}"


def parameters(
    template: Mapping[str, Any], given: Mapping[str, str], record: StackRecord | None, *, stack: str
) -> tuple[Parameter, ...]:
    """What to send: the given value, else what the stack has now, else nothing when there is a default.

    Raises `InputError` with all that is missing and all that the template does not declare.
    """
    declared = template.get("Parameters") or {}
    unknown = sorted(given.keys() - declared.keys())
    previous = record.parameters if record is not None and record.status != "REVIEW_IN_PROGRESS" else {}
    found, missing = [], []
    for name, body in sorted(declared.items()):
        secret = is_secret(body)
        if name in given:
            found.append(Parameter(name, str(given[name]), secret))
        elif name in previous:
            found.append(Parameter(name, None, secret))
        elif not (isinstance(body, dict) and "Default" in body):
            missing.append(name)
    problems = []
    if missing:
        problems.append(f"no value for {', '.join(missing)}")
    if unknown:
        problems.append(f"the template has no parameter {', '.join(unknown)}")
    if problems:
        example = f"--parameters {stack}:{missing[0]}=…" if missing else "leave out what is not declared"
        raise InputError(f"{stack}: {'; '.join(problems)}", fix=example)
    return tuple(found)


def is_secret(parameter: object) -> bool:
    """True for a parameter whose value nobody may see."""
    return isinstance(parameter, dict) and str(parameter.get("NoEcho", "")).lower() == "true"


def from_ssm(template: Mapping[str, Any]) -> bool:
    """True when a parameter's value is looked up in SSM, so that it can change while the template does not."""
    declared = template.get("Parameters") or {}
    return any(
        isinstance(body, dict) and str(body.get("Type", "")).startswith("AWS::SSM::Parameter::Value")
        for body in declared.values()
    )


def capabilities(template: Mapping[str, Any]) -> tuple[str, ...]:
    """Exactly the acknowledgements the template needs.

    What is inside a nested stack is not known here, so one asks for everything.
    """
    needed = set()
    for body in (template.get("Resources") or {}).values():
        if not isinstance(body, dict):
            needed.add("CAPABILITY_AUTO_EXPAND")  # a Fn::ForEach stands for resources
            continue
        type_name, properties = str(body.get("Type", "")), body.get("Properties") or {}
        if type_name.startswith(("AWS::IAM::", "AWS::Serverless::")):
            needed.add("CAPABILITY_IAM")
            name = _NAMED_IAM.get(type_name)
            if name and isinstance(properties, dict) and properties.get(name, _NO_VALUE) != _NO_VALUE:
                needed.add("CAPABILITY_NAMED_IAM")
        elif type_name == "AWS::SecretsManager::RotationSchedule" and "HostedRotationLambda" in properties:
            needed |= {"CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"}  # its transform adds a function with its role
        elif type_name == "AWS::CloudFormation::Stack" or type_name.endswith("::MODULE"):
            needed |= {"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"}
    if template.get("Transform") or _has_transform(template.get("Resources")):
        needed.add("CAPABILITY_AUTO_EXPAND")
    return tuple(sorted(needed))


def _has_transform(value: Any) -> bool:
    if isinstance(value, dict):
        return "Fn::Transform" in value or any(_has_transform(item) for item in value.values())
    return isinstance(value, list) and any(_has_transform(item) for item in value)


def for_stack(
    given: Mapping[str, str], stack: str, template: Mapping[str, Any], own: Mapping[str, str]
) -> dict[str, str]:
    """The parameters meant for one stack: its own, `Key` where the template declares it, and `stack:Key`."""
    declared = template.get("Parameters") or {}
    chosen = {name: str(value) for name, value in own.items()}
    chosen.update({name: str(value) for name, value in given.items() if ":" not in name and name in declared})
    prefix = f"{stack}:"
    chosen.update({name.removeprefix(prefix): str(value) for name, value in given.items() if name.startswith(prefix)})
    return chosen


def check_given(given: Mapping[str, str], templates: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise `InputError` for a parameter that no stack is waiting for."""
    strays = [name for name in sorted(given) if not any(_fits(name, stack, body) for stack, body in templates.items())]
    if strays:
        raise InputError(f"no stack of this deploy has the parameter {', '.join(strays)}", fix="check the spelling")


def _fits(name: str, stack: str, template: Mapping[str, Any]) -> bool:
    key = name.removeprefix(f"{stack}:")
    return ":" not in key and key in (template.get("Parameters") or {})


def masked(text: str, values: Iterable[str]) -> str:
    """`text` without the secrets in it."""
    for value in sorted({value for value in values if len(value) > 3}, key=len, reverse=True):
        text = text.replace(value, "****")
    return text


def is_stack_name(name: str) -> bool:
    """True for a name that CloudFormation takes for a stack."""
    return re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", name) is not None
