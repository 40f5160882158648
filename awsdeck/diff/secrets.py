"""Values that nobody may read in a diff: what a property's name says is a password, a token or a key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import evolve

from .changes import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .changes import Path, PropertyChange, ResourceChange

MASK = "****"
_TELLING = re.compile(
    r"password|passwd|passphrase|secret|credential|connectionstring"
    r"|(auth|access|api|bearer|refresh|oauth|private|session|signing|encryption|shared)_?(token|key)$|_token$|^token$",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"(arns?|names?|ids?|ur[il]s?|type|policy|length|age|enabled|required|path|endpoint|format|template|version"
    r"|validity|units|mode|location|rotation|manager|schedule|attachment|keyid)$",
    re.IGNORECASE,
)
_PLAIN = frozenset(("", "true", "false", MASK))


def is_secret(path: Iterable[str | int]) -> bool:
    """Whether a value at this path is one that nobody may see, by the last name on the way to it."""
    names = [step for step in path if isinstance(step, str)]
    return bool(names) and _TELLING.search(names[-1]) is not None and _HARMLESS.search(names[-1]) is None


def masked_value(value: Any, path: Path) -> Any:
    """`value`, which stands at `path`, with every secret in it masked; references and intrinsic functions stay."""
    if isinstance(value, str):
        hide = value.lower() not in _PLAIN and not value.startswith("{{resolve:") and is_secret(path)
        return MASK if hide else value
    if isinstance(value, list):
        return [masked_value(item, (*path, place)) for place, item in enumerate(value)]
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in ("Ref", "Fn::GetAtt", "Fn::ImportValue"):
            return value
        # {"Name": "DB_PASSWORD", "Value": "…"}: what says what it is stands beside it
        label = value.get("Name") if value.keys() == {"Name", "Value"} else None
        return {
            key: masked_value(item, (*path, label if key == "Value" and isinstance(label, str) else key))
            for key, item in value.items()
        }
    return value


def masked(change: ResourceChange) -> ResourceChange:
    """The change without the secrets in its values; that they differ still shows."""
    properties = tuple(_property(one) for one in change.properties)
    return change if properties == change.properties else evolve(change, properties=properties)


def _property(change: PropertyChange) -> PropertyChange:
    sides = {
        name: side if side is ABSENT else masked_value(side, change.path)
        for name, side in (("before", change.before), ("after", change.after))
    }
    if sides["before"] == change.before and sides["after"] == change.after:
        return change
    return evolve(change, before=sides["before"], after=sides["after"])
