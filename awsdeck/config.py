"""The project's configuration: `awsdeck.toml`, or `[tool.awsdeck]` in pyproject.toml.

    app = "deck.py"                  # the deck, or MODULE:NAME
    limits = "documented"            # or "current"
    out = "awsdeck.out"

    [lint]
    ignore = ["XSV016"]
    severity = "warning"

    [deploy]
    profile = "shop"
    before = ["checks:freeze"]       # functions to call around deploys

    [deploy.stacks.shop]
    monitoring = 15                  # terms of one stack

    [parameters]
    Stage = "test"                   # for every stack that has it; "shop:Stage" for one

Its shape is `schemas/config.schema.json`. Paths are relative to the file.
"""

from __future__ import annotations

import json
import os
import re

from .catalog.store import SCHEMAS
from .errors import InputError, Place
from .output import reason
from .settings import PYPROJECT, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEMA = "config.schema.json"
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
}  # fmt: skip


class Config:
    """What a project has settled; `file` is None and `data` empty where there is no configuration."""

    __slots__ = ("file", "data")

    def __init__(self, data: dict[str, Any] | None = None, file: str | None = None) -> None:
        self.data = data or {}
        self.file = file

    @property
    def folder(self) -> str:
        """The folder that paths in the configuration start from; the current one where there is none."""
        return os.path.dirname(os.path.abspath(self.file)) if self.file else _here()

    def get(self, name: str, default: Any = None) -> Any:
        """A value by its name; `lint.ignore` looks inside `[lint]`."""
        value: Any = self.data
        for step in name.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        return default if value is None else value


def read(file: str | None = None, start: str | None = None) -> Config:
    """The configuration in `file`, or the nearest one at or above `start` (the current folder).

    Raises `InputError` for a file that is missing, is not TOML, or says something the schema does not know.
    """
    if file is None:
        file = nearest(os.path.abspath(start or _here()))
    if file is None:
        return Config()
    return _parsed(_text(file), file, inside="tool.awsdeck" if os.path.basename(file) == PYPROJECT else "")


def _here() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        raise InputError("the current folder does not exist any more", fix="change to one that does") from None


def _text(file: str) -> str:
    try:
        with open(file, encoding="utf-8-sig") as stream:
            return stream.read(1024 * 1024)
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8") from None
    except OSError as error:
        raise InputError(f"cannot read {file}: {reason(error, file)}") from None


def _parsed(text: str, file: str, inside: str = "") -> Config:
    import tomllib

    try:
        data: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, where = str(error).partition(" (at ")
        numbers = [int(found) for found in re.findall(r"\d+", where)]
        place = Place(file, *numbers[:2]) if numbers else Place(file, text.count("\n") + 1)
        raise InputError(f"this is not TOML: {message}", place=place) from None
    for step in inside.split(".") if inside else ():
        data = data.get(step, {}) if isinstance(data, dict) else {}
    with open(os.path.join(SCHEMAS, SCHEMA), encoding="utf-8") as stream:
        schema = json.load(stream)
    if not fits(data, schema):
        raise _misfit(data, schema, text, file)
    return Config(data, file)


def fits(data: Any, schema: dict[str, Any]) -> bool:
    """Whether data is in the shape of a schema that uses no more than the words read here.

    Answers only yes or no; what is wrong is said by jsonschema, which costs more to load than a small deck to run.
    """
    kind = schema.get("type")
    if kind is not None:
        if kind == "integer" and isinstance(data, float) and data.is_integer():
            data = int(data)
        wanted = _TYPES[kind]
        if not isinstance(data, wanted) or (isinstance(data, bool) and kind != "boolean"):
            return False
    if "enum" in schema and data not in schema["enum"]:
        return False
    if "minLength" in schema and isinstance(data, str) and len(data) < schema["minLength"]:
        return False
    if "pattern" in schema and isinstance(data, str):
        import re

        if re.search(schema["pattern"], data) is None:
            return False
    if "minimum" in schema and isinstance(data, int) and data < schema["minimum"]:
        return False
    if isinstance(data, list) and "items" in schema:
        return all(fits(item, schema["items"]) for item in data)
    if isinstance(data, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties", True)
        for name, value in data.items():
            rule = known.get(name, other)
            if rule is False or (isinstance(rule, dict) and not fits(value, rule)):
                return False
    return True


def _misfit(data: Any, schema: dict[str, Any], text: str, file: str) -> InputError:
    """Everything that is wrong with a configuration, the first at its line."""
    from jsonschema import Draft202012Validator

    problems: list[tuple[int | None, str]] = []
    for error in sorted(Draft202012Validator(schema).iter_errors(data), key=lambda error: error.json_path):
        where = ".".join(str(step) for step in error.absolute_path)
        if error.validator == "additionalProperties":
            known = sorted(error.schema.get("properties", {}))
            for name in sorted(error.instance.keys() - set(known)):
                full = f"{where}.{name}" if where else name
                problems.append((_line(text, name), f"there is no setting {full}{_close(name, known)}"))
        else:
            named = next((step for step in reversed(error.absolute_path) if isinstance(step, str)), "")
            problems.append((_line(text, named), f"{where}: {_allowed(error)}"))
    (line, message), *others = problems
    return InputError("\n".join([message, *(other for _, other in others)]), place=Place(file, line))


_KINDS = {
    "array": "a list", "object": "a table", "string": "a text", "integer": "a whole number", "number": "a number",
    "boolean": "true or false",
}  # fmt: skip


def _allowed(error: Any) -> str:
    """What a setting may be, in words."""
    if error.validator == "enum":
        return f"one of: {', '.join(map(str, error.validator_value))}"
    if error.validator == "type":
        kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
        return f"{error.instance!r} is not {' or '.join(_KINDS.get(kind, kind) for kind in kinds)}"
    if error.validator == "pattern" and "examples" in error.schema:
        return f"{error.instance!r} is not written like {' or '.join(error.schema['examples'])}"
    if error.validator in ("minimum", "maximum"):
        return f"{error.instance!r} is not {'at least' if error.validator == 'minimum' else 'at most'} {error.validator_value}"
    return str(error.message)


def _close(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, 1)
    return f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(known)}"


def _line(text: str, name: str) -> int | None:
    found = re.search(rf"(?m)^\s*\[?\"?{re.escape(name)}\b", text) if name else None
    return text.count("\n", 0, found.start()) + 1 + found.group().count("\n") if found else None
