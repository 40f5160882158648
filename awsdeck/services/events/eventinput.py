"""What a target of events gets instead of the event: fixed data, or data made of the event's own.

Source: EventBridge User Guide, input transformation.
"""

from __future__ import annotations

import json
import re

from ...errors import ConstructError
from ...source import caller
from ...tokens import Token, has_marker, to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_KEYS = 100
"""Values that one transformer takes from the event. Source: EventBridge API Reference, InputTransformer."""


class EventField:
    """A value of the event itself; made by `event_field("$.detail.id")`."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"event_field({self.path!r})"


def event_field(path: str) -> EventField:
    """What stands at a path of the event.

    It goes into the input of a rule's target: `{"order": event_field("$.detail.id")}`. Raises `ConstructError` for what is no path into an event: `$` and names joined by dots.
    """
    if not re.fullmatch(r"\$(\.[^.\s]+)*", path):
        raise ConstructError(f"{path!r} is no path into an event", place=caller(), fix="such as $.detail.id")
    return EventField(path)


def _is_input(text: str) -> bool:
    """Whether a text is JSON as it stands, or may be once the deploy has filled it in; a target takes nothing else."""
    if has_marker(text):
        return True
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def made_input(value: Any) -> dict[str, Any]:
    """The properties of a rule's target that say what it gets."""
    if value is None:
        return {}
    if isinstance(value, EventField):
        return {"InputPath": value.path}
    names: dict[str, str] = {}
    held = _held(value, names)
    if not names:
        return {"Input": value if isinstance(value, str) and _is_input(value) else to_json(value)}
    if len(names) > _KEYS:
        raise ConstructError(f"{len(names)} values of the event", place=caller(), fix=f"at most {_KEYS}")
    text = str.__str__(to_json(held))
    for name in names.values():
        text = text.replace(json.dumps(_mark(name)), f"<{name}>")
    template = Token(text) if has_marker(text) else text
    return {
        "InputTransformer": {
            "InputPathsMap": {name: path for path, name in names.items()},
            "InputTemplate": template,
        }
    }


def _mark(name: str) -> str:
    return f"\ufdd0{name}\ufdd0"  # what no text of a user holds


def _held(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, EventField):
        if value.path not in names:
            word = re.sub(r"\W", "", value.path.rpartition(".")[2]) or "event"
            taken = set(names.values())
            number = 1
            while (word if number == 1 else f"{word}{number}") in taken:
                number += 1
            names[value.path] = word if number == 1 else f"{word}{number}"
        return _mark(names[value.path])
    if isinstance(value, dict):
        return {name: _held(item, names) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_held(item, names) for item in value]
    return value
