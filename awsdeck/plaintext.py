"""Secrets written in plain text: in a deck they are an error, because everybody who reads the template reads them."""

from __future__ import annotations

import re

from .errors import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
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


def with_plain_secrets(
    findings: list[Finding], known: ResourceType, id: str, properties: dict[str, Any]
) -> list[Finding]:
    """The findings of a resource, with an error for every secret that stands in it as plain text."""
    plain = [
        path
        for steps in secret_paths(known)
        if steps[0] in properties
        for path, value in _spread(properties, steps, ())
        if type(value) is str and value not in ("", "true", "false") and "{{resolve:" not in value
    ]
    if not plain:
        return findings
    rest = [finding for finding in findings if finding.rule != RULE or finding.path[3:] not in plain]
    for path in plain:
        name = next(step for step in reversed(path) if isinstance(step, str))
        rest.append(
            Finding(
                RULE,
                "error",
                f"{name} is written in plain text, and so would stand in the template",
                resource=id,
                type=known.name,
                path=("Resources", id, "Properties", *path),
                fix='give secret_value("NAME", "KEY"), or the .ref of a Parameter with secret=True',
                source="CloudFormation User Guide, security best practices: do not embed credentials",
            )
        )
    return rest


def _spread(value: Any, steps: Sequence[str], path: Path) -> Iterator[tuple[Path, Any]]:
    """What stands at the steps, where `*` means every entry of a list."""
    if not steps:
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield (*path, index), item
        else:
            yield path, value
    elif steps[0] == "*":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _spread(item, steps[1:], (*path, index))
    elif isinstance(value, dict) and steps[0] in value:
        yield from _spread(value[steps[0]], steps[1:], (*path, steps[0]))
