"""Secrets written in plain text: in a deck they are an error, because everybody who reads the template reads them."""

from __future__ import annotations

import re

from .errors import Finding
from .rules.policies.secrets import ENVIRONMENTS, is_custom, named_secrets, reach, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .catalog import ResourceType

    Path = tuple[str | int, ...]

RULE = "IAM017"
_NAMES = (
    r"^(?!Generate|Manage|Remove|Rotate).*(Passwords?|PrivateKey|Secret|SecretKey|SecretString|ApiKey|ApiKeyValue"
    r"|(Access|Auth|Oauth|Secret)Token)$|^Token$"
)
"""What properties with secrets are called; of those that CloudFormation never shows again, see `write_only`."""


def secret_paths(known: ResourceType) -> tuple[tuple[str, ...], ...]:
    """The properties of a type that hold a password, key or token."""
    found = _known.get(known)
    if found is None:
        found = _known[known] = tuple(
            tuple(path)
            for path in known.write_only
            if re.search(_NAMES, next((step for step in reversed(path) if step != "*"), ""))
        )
    return found


_known: dict[ResourceType, tuple[tuple[str, ...], ...]] = {}


def may_hold(type: str, known: ResourceType | None) -> bool:
    """Whether a resource of a type has a place for a secret."""
    return type in ENVIRONMENTS or (bool(secret_paths(known)) if known is not None else is_custom(type))


def with_plain_secrets(
    findings: list[Finding],
    known: ResourceType | None,
    type: str,
    id: str,
    properties: dict[str, Any],
    shown: Callable[[str], bool],
) -> list[Finding]:
    """The findings of a resource, with an error for every secret that stands in it as plain text.

    `shown` tells whether a parameter of the stack is one whose value everybody sees.
    """
    plain: dict[Path, str] = {}
    for steps in secret_paths(known) if known is not None else ():
        if steps[0] in properties:
            for path, value in reach(properties, steps, ()):
                text = text_of(value)
                if text is not None and text not in ("", "true", "false"):
                    plain[path] = "is written in plain text, and so would stand in the template"
                elif isinstance(value, dict):
                    open_ones = [name for name in _parameters(value) if shown(name)]
                    if open_ones:
                        plain[path] = f"comes from the parameter {open_ones[0]}, which is shown to everybody"
    for path in named_secrets(type, properties):
        plain.setdefault(path, "is written in plain text, and so would stand in the template")
    if not plain:
        return findings
    rest = [finding for finding in findings if finding.rule != RULE or finding.path[3:] not in plain]
    for path, what in plain.items():
        name = next(step for step in reversed(path) if isinstance(step, str))
        if name == "Value" and type in ENVIRONMENTS:
            name = "a variable's value"
        rest.append(
            Finding(
                RULE,
                "error",
                f"{name} {what}",
                resource=id,
                type=type,
                path=("Resources", id, "Properties", *path),
                fix='give secret_value("NAME", "KEY"), or the .ref of a Parameter with secret=True'
                if type not in ENVIRONMENTS
                else "give the name of a secret, and let the program read it when it runs",
                source="CloudFormation User Guide, security best practices: do not embed credentials",
            )
        )
    return rest


def _parameters(value: dict[str, Any]) -> list[str]:
    """What a reference, or a text with references in it, names."""
    if len(value) == 1 and type(value.get("Ref")) is str:
        return [value["Ref"]]
    text = value.get("Fn::Sub")
    return re.findall(r"\$\{(\w+)\}", text) if type(text) is str else []
