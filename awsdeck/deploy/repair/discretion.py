"""What a comparison of a stack with its template may show: no passwords, and nothing a secret parameter stands for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve

from ... import catalog
from ...diff.secrets import MASK, is_secret, masked_value
from .. import request
from ..records import DriftRecord, PropertyDrift

_RESOLVED = ("{{resolve:secretsmanager:", "{{resolve:ssm-secure:")


def discreet(records: Iterable[DriftRecord], template: Callable[[], Mapping[str, Any] | None]) -> list[DriftRecord]:
    """The records without values that nobody may see; the template is asked for when something differs.

    Without a template nobody knows which those are, so none is shown.
    """
    found = list(records)
    if not any(record.differences for record in found):
        return found
    made = template()
    return [
        evolve(
            record,
            differences=tuple(_part(part, record.type, record.logical_id, made) for part in record.differences),
        )
        for record in found
    ]


def discreet_differences(item: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, Any]:
    """The same for one resource as CloudFormation tells of those in the instances of a stack set."""
    parts = []
    for one in item.get("PropertyDifferences") or ():
        part = PropertyDrift(one.get("PropertyPath", ""), one.get("ExpectedValue", ""), one.get("ActualValue", ""), "")
        shown = _part(part, item.get("ResourceType", ""), item.get("LogicalResourceId", ""), template)
        parts.append({**one, "ExpectedValue": shown.expected, "ActualValue": shown.actual})
    return {**item, "PropertyDifferences": parts}


def _part(part: PropertyDrift, type_name: str, logical_id: str, template: Mapping[str, Any] | None) -> PropertyDrift:
    steps = tuple(step for step in part.path.split("/") if step)
    if template is None or _written_only(type_name, steps) or _from_secret(template, logical_id, steps):
        return evolve(part, expected=MASK, actual=MASK)
    return evolve(part, expected=_text(part.expected, steps), actual=_text(part.actual, steps))


def _text(value: str, steps: tuple[str, ...]) -> str:
    """A value as CloudFormation tells it, which is JSON for lists and objects."""
    if value and is_secret(steps):
        return MASK
    try:
        parsed = json.loads(value)
    except ValueError:
        return value
    if not isinstance(parsed, (list, dict)):
        return value
    shown = masked_value(parsed, steps)
    return value if shown == parsed else json.dumps(shown)


def _written_only(type_name: str, steps: tuple[str, ...]) -> bool:
    kind = catalog.find(type_name)
    names = tuple(step for step in steps if not step.isdigit())
    hidden = kind.write_only if kind is not None else ()
    return any(tuple(step for step in one if step != "*") == names[: len(one)] for one in hidden)


def _from_secret(template: Mapping[str, Any], logical_id: str, steps: tuple[str, ...]) -> bool:
    """Whether a secret parameter or a looked-up secret is in a value, by the template.

    Where the template has nothing at the path, such as in a list of another length, the whole property counts.
    """
    body = (template.get("Resources") or {}).get(logical_id)
    here: Any = body.get("Properties") if isinstance(body, dict) else None
    secret = {name for name, parameter in (template.get("Parameters") or {}).items() if request.is_secret(parameter)}
    whole = here.get(steps[0]) if isinstance(here, dict) and steps else here
    for step in steps:
        if isinstance(here, dict) and step in here:
            here = here[step]
        elif isinstance(here, list) and step.isdigit() and int(step) < len(here):
            here = here[int(step)]
        else:
            here = whole
            break
    return any(_tells(text, referred, secret) for text, referred in _texts(here))


def _tells(text: str, referred: bool, secret: set[str]) -> bool:
    if referred:
        return text in secret
    return text.startswith(_RESOLVED) or any(f"${{{name}}}" in text for name in secret)


def _texts(value: Any) -> Iterator[tuple[str, bool]]:
    """Every text in a value, and whether it is what a `Ref` names."""
    if isinstance(value, str):
        yield value, False
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "Ref" and isinstance(item, str):
                yield item, True
            else:
                yield from _texts(item)
