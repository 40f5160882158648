"""Paths and functions of Amazon States Language over plain data, as far as they are needed to try a definition out.

Source: Step Functions Developer Guide, using JSONPath paths; intrinsic functions for JSONPath states.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

_STEP = re.compile(r"\.([A-Za-z_][\w-]*|\*)|\['([^']*)'\]|\[\"([^\"]*)\"\]|\[(-?\d+|\*)\]")
_START = re.compile(r"\$\$|\$[A-Za-z_]\w*|\$")


class StateError(Exception):
    """An error inside an execution, by the name that Retry and Catch know it by."""

    def __init__(self, name: str, cause: str = "") -> None:
        super().__init__(f"{name}: {cause}" if cause else name)
        self.name = name
        self.cause = cause


class Scope:
    """What paths lead into: the state's data (`$`), the context (`$$`), and variables (`$name`)."""

    def __init__(self, data: Any, context: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
        self.data = data
        self.context = context
        self.variables = variables

    def find(self, path: str) -> Any:
        """What stands at a path, or what a function gives. Raises `StateError` where there is nothing."""
        if path.startswith("States."):
            value, rest = self._call(path)
            if rest.strip():
                raise _unread(path)
            return value
        start = _START.match(path)
        if start is None:
            raise _unread(path)
        name = start[0]
        if name not in ("$", "$$") and name[1:] not in self.variables:
            raise StateError("States.QueryEvaluationError", f"there is no variable {name}")
        top = self.data if name == "$" else self.context if name == "$$" else self.variables[name[1:]]
        return _walk(top, path[start.end() :], path)

    def has(self, path: str) -> bool:
        """Whether there is anything at a path."""
        try:
            self.find(path)
        except StateError:
            return False
        return True

    def fill(self, template: Any) -> Any:
        """A template with what stands at its paths."""
        if isinstance(template, dict):
            return {
                name.removesuffix(".$"): self.find(item) if name.endswith(".$") else self.fill(item)
                for name, item in template.items()
            }
        return [self.fill(item) for item in template] if isinstance(template, list) else template

    def _call(self, text: str) -> tuple[Any, str]:
        name, _, rest = text.partition("(")
        arguments: list[Any] = []
        rest = rest.lstrip()
        while not rest.startswith(")"):
            value, rest = self._argument(rest)
            arguments.append(value)
            rest = rest.lstrip().removeprefix(",").lstrip()
        function = _FUNCTIONS.get(name.removeprefix("States."))
        if function is None:
            raise _unread(text)
        try:
            return function(*arguments), rest[1:]
        except (TypeError, ValueError, LookupError) as error:
            raise StateError("States.IntrinsicFailure", f"{name}: {error}") from None

    def _argument(self, text: str) -> tuple[Any, str]:
        if text.startswith("States."):
            return self._call(text)
        quoted = re.match(r"'((?:\\.|[^'\\])*)'", text)
        if quoted:
            return re.sub(r"\\(.)", r"\1", quoted[1]), text[quoted.end() :]
        if text.startswith("$"):
            path = re.match(r"\$\$?\w*(?:\.[\w-]+|\.\*|\['[^']*'\]|\[\"[^\"]*\"\]|\[[-\d*]+\])*", text)
            assert path is not None
            return self.find(path[0]), text[path.end() :]
        plain = re.match(r"-?\d+(\.\d+)?|true|false|null", text)
        if plain is None:
            raise _unread(text)
        return json.loads(plain[0]), text[plain.end() :]


def put(data: Any, path: str, value: Any) -> Any:
    """The data with a value put at a path of plain names, which is made where it does not exist."""
    names = re.findall(r"\.([\w-]+)|\['([^']*)'\]", path)
    if not names:
        return value
    top = dict(data) if isinstance(data, dict) else {}
    inner = top
    *way, last = [first or second for first, second in names]
    for name in way:
        held = inner.get(name)
        inner[name] = dict(held) if isinstance(held, dict) else {}
        inner = inner[name]
    inner[last] = value
    return top


def _walk(value: Any, steps: str, path: str) -> Any:
    at = 0
    while at < len(steps):
        step = _STEP.match(steps, at)
        if step is None:
            raise _unread(path)
        at = step.end()
        name, index = step[1] or step[2] or step[3], step[4]
        if "*" in (name, index):
            items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
            return [_walk(item, steps[at:], path) for item in items]
        if index is not None and isinstance(value, list) and -len(value) <= int(index) < len(value):
            value = value[int(index)]
        elif name is not None and isinstance(value, dict) and name in value:
            value = value[name]
        else:
            raise StateError("States.ParameterPathFailure", f"there is nothing at {path}")
    return value


def _unread(path: str) -> AssertionError:
    return AssertionError(f"{path!r} is not tried out here: names, indexes and * are, filters and slices are not")


def _merge(first: Any, second: Any, deep: bool) -> Any:
    if deep:
        raise ValueError("only shallow merging is known")
    return {**first, **second}


def _format(template: str, *values: Any) -> str:
    pieces = template.split("{}")
    if len(pieces) != len(values) + 1:
        raise ValueError(f"{len(pieces) - 1} gaps for {len(values)} values")
    shown = [value if isinstance(value, str) else json.dumps(value) for value in values]
    return "".join(piece + value for piece, value in zip(pieces, [*shown, ""], strict=True))


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Array": lambda *items: list(items),
    "ArrayPartition": lambda items, size: [items[at : at + size] for at in range(0, len(items), size)],
    "ArrayContains": lambda items, item: item in items,
    "ArrayRange": lambda first, last, step: list(range(first, last + (1 if step > 0 else -1), step)),
    "ArrayGetItem": lambda items, index: items[index],
    "ArrayLength": len,
    "ArrayUnique": lambda items: [item for at, item in enumerate(items) if item not in items[:at]],
    "Base64Encode": lambda text: base64.b64encode(text.encode()).decode(),
    "Base64Decode": lambda text: base64.b64decode(text).decode(),
    "Hash": lambda data, how: hashlib.new(how.replace("-", "").lower(), _text(data).encode()).hexdigest(),
    "JsonMerge": _merge,
    "JsonToString": lambda data: json.dumps(data, separators=(",", ":")),
    "StringToJson": json.loads,
    "MathRandom": lambda low, high, seed=None: random.Random(seed).randrange(low, high),  # noqa: S311
    "MathAdd": lambda first, second: first + second,
    "StringSplit": lambda text, signs: [part for part in re.split(f"[{re.escape(signs)}]", text) if part],
    "UUID": lambda: str(uuid.uuid4()),
    "Format": _format,
}


def _text(data: Any) -> str:
    return data if isinstance(data, str) else json.dumps(data)
