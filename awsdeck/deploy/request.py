"""What is sent to CloudFormation: template text, parameters, names."""

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
LONGEST_VALUE = 4_096  # bytes of a parameter's value
PREFIX = "awsdeck-"


@frozen
class Parameter:
    """One parameter of a request: a value, or what the stack has now (`value` None).

    One that is `looked_up` names an entry of Parameter Store, whose value may be another at every deploy.
    """

    name: str
    value: str | None = field(default=None, repr=False)
    secret: bool = False
    looked_up: bool = False

    def to_request(self) -> dict[str, Any]:
        """As CloudFormation takes it."""
        if self.value is None:
            return {"ParameterKey": self.name, "UsePreviousValue": True}
        return {"ParameterKey": self.name, "ParameterValue": self.value}

    def shown(self) -> str:
        """What people and logs may see of it."""
        if self.secret and self.value is not None:
            return "****"
        if self.looked_up:
            return "(looked up again)" if self.value is None else f"{self.value} (looked up)"
        return "(unchanged)" if self.value is None else self.value


@frozen
class Request:
    """A change set to be made; `create` is for a stack that does not exist yet, `nested` looks into nested stacks."""

    stack: str
    name: str
    token: str
    create: bool
    body: str = field(repr=False)
    parameters: tuple[Parameter, ...]
    tags: Mapping[str, str]
    capabilities: tuple[str, ...]
    role: str | None = None
    nested: bool = False
    more: Mapping[str, Any] = field(factory=dict)  # members of the request that only some deploys need


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
    template: Mapping[str, Any],
    given: Mapping[str, str],
    record: StackRecord | None,
    *,
    stack: str,
    old: Mapping[str, Any] | None = None,
) -> tuple[Parameter, ...]:
    """What to send: the given value, else what the stack has now, else nothing when there is a default.

    What the stack has now counts only where it means the same in its template, `old`: the name of an entry in Parameter
    Store is no value, and a value no name.
    Raises `InputError` with all that is missing, that does not fit, and that the template does not declare.
    """
    declared = template.get("Parameters") or {}
    previous = record.parameters if record is not None and record.status != "REVIEW_IN_PROGRESS" else {}
    before = (old or {}).get("Parameters") or {}
    found, missing, problems = [], [], []
    for name, body in sorted(declared.items()):
        secret = is_secret(body)
        if name in given:
            found.append(Parameter(name, str(given[name]), secret, _looked_up(body)))
            problems += _unfit(name, body, str(given[name]))
        elif name in previous and _looked_up(body) == _looked_up(before.get(name, body)):
            found.append(Parameter(name, None, secret, _looked_up(body)))
        elif not (isinstance(body, dict) and "Default" in body):
            missing.append(name)
    unknown = sorted(given.keys() - declared.keys())
    if unknown:
        problems.insert(0, f"the template has no parameter {', '.join(unknown)}")
    if missing:
        problems.insert(0, f"no value for {', '.join(missing)}")
    if problems:
        fix = f"--parameters {stack}:{missing[0]}=…" if missing else None
        fix = fix or (
            "leave out what is not declared" if unknown else "give values that the template's Parameters allow"
        )
        raise InputError(f"{stack}: {'; '.join(problems)}", fix=fix)
    return tuple(found)


def _unfit(name: str, body: object, value: str) -> list[str]:
    if len(value.encode()) > LONGEST_VALUE:
        return [f"{name}: the value has {len(value.encode()):,} bytes, and CloudFormation takes {LONGEST_VALUE:,}"]
    if not isinstance(body, dict):
        return []
    from ..rules.templates.parameters import unfit

    told = f": {body['ConstraintDescription']}" if isinstance(body.get("ConstraintDescription"), str) else ""
    return [f"{name}: {problem}{told}" for problem in unfit(body, value, "the value", shown=not is_secret(body))]


def _looked_up(body: object) -> bool:
    return isinstance(body, dict) and str(body.get("Type", "")).startswith("AWS::SSM::Parameter::Value")


def dropped(template: Mapping[str, Any], record: StackRecord) -> list[str]:
    """The parameters that the stack has now and the template does not declare any more."""
    return sorted(record.parameters.keys() - (template.get("Parameters") or {}).keys())


def is_secret(parameter: object) -> bool:
    """True for a parameter whose value nobody may see."""
    return isinstance(parameter, dict) and str(parameter.get("NoEcho", "")).lower() == "true"


def from_ssm(template: Mapping[str, Any]) -> bool:
    """True when a parameter's value is looked up in SSM, so that it can change while the template does not."""
    return any(_looked_up(body) for body in (template.get("Parameters") or {}).values())


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
    """Raise `InputError` for parameters that no stack is waiting for, and for values that do not fit, of all stacks."""
    strays = [name for name in sorted(given) if not any(_fits(name, stack, body) for stack, body in templates.items())]
    if strays:
        raise InputError(f"no stack of this deploy has the parameter {', '.join(strays)}", fix="check the spelling")
    problems = [
        f"{stack}: {problem}"
        for stack, template in templates.items()
        for name, value in sorted(for_stack(given, stack, template, {}).items())
        for problem in _unfit(name, template["Parameters"].get(name), value)
    ]
    if problems:
        raise InputError("\n".join(problems), fix="give values that the Parameters of the template allow")


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
