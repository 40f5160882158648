"""Places inside a text of a template: a name in a `Fn::Sub`, a value in JSON that stands there as text."""

from __future__ import annotations

import json
import re

from ..errors import Place
from ..jsonmarks import Marks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..template import Template

    Path = tuple[str | int, ...]

BROKEN = "JSON"
"""What a finding is about that speaks of the place where JSON ends to be JSON."""
_ESCAPED = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[0-9a-fA-F]{4}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|.)"
)
_BEFORE = re.compile(r"(?:[!&][^\s]*\s+)*")
_TOKEN = re.compile(r'"[^"\n]*"|\$\{[^}\n]*\}|[^\s"]+')
_PLACEHOLDER = re.compile(r"\$\{[^{}\"\n]*\}")


def text_at(data: Any, path: Path) -> tuple[str, Path, Path] | None:
    """The text that a path leads into, the path of that text, and what of the path is left; None when it leads to none."""
    value = data
    for number, step in enumerate(path):
        here, rest = path[:number], path[number:]
        if isinstance(value, str):
            return value, here, rest
        if isinstance(value, dict) and step not in value and len(value) == 1 and "Fn::Sub" in value:
            given = value["Fn::Sub"]
            several = isinstance(given, list) and given
            found = given[0] if several else given
            return (found, (*here, "Fn::Sub", *((0,) if several else ())), rest) if isinstance(found, str) else None
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    if path[-1:] == ("Fn::Sub",) and isinstance(value, list) and value and isinstance(value[0], str):
        return value[0], (*path, 0), ()
    return (value, path, ()) if isinstance(value, str) else None


def inside(template: Template, path: Path, element: str | None) -> Place | None:
    """Where in a text the thing stands that a finding is about; None when that is the whole text, or cannot be told."""
    found = text_at(template.data, path)
    if found is None:
        return None
    value, here, rest = found
    offset = _offset(value, rest, element)
    start = template.place(here) if offset is not None else None
    if offset is None or start is None or start.line is None or start.column is None:
        return None
    at = _spot(template, value, offset, start.line, start.column)
    return Place(start.file, *at) if at is not None else None


def _offset(value: str, rest: Path, element: str | None) -> int | None:
    """How many characters of the text stand before what is meant."""
    if element == BROKEN:
        try:
            json.loads(value)
        except ValueError as error:
            return min(getattr(error, "pos", 0), max(0, len(value.rstrip()) - 1))
        return None
    if rest:
        return _in_json(value, rest)
    if element and element.startswith("${"):
        match = re.search(rf"\$\{{\s*{re.escape(element[2:-1])}\s*\}}", value)
        return match.start() if match else None
    return None


def _in_json(value: str, rest: Sequence[str | int]) -> int | None:
    """Where a value of a JSON text stands, or its key when it is an object or a list, or is not there."""
    solid = _PLACEHOLDER.sub(lambda match: "1" * len(match.group()), value)
    lines = solid.split("\n")
    try:
        data: Any = json.loads(solid)
    except ValueError:
        return None
    for step in rest:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
    line, column = Marks(solid).find(rest, key=data is None or isinstance(data, dict | list))
    return sum(len(text) + 1 for text in lines[: line - 1]) + column - 1


def _spot(template: Template, value: str, offset: int, line: int, column: int) -> tuple[int, int] | None:
    """The line and column of a character of a text that begins at a line and column."""
    shown = template.source_line(line)
    if template.format == "json":
        return (line, _raw(shown, column, offset)) if shown[column - 1 : column] == '"' else None
    before = _BEFORE.match(shown, column - 1)
    at = before.end() if before else column - 1
    style = shown[at : at + 1]
    if style == "|":
        return _literal(template, value, offset, line, shown[at:])
    if style == '"' and "\\" in shown[at:]:
        return line, _raw(shown, at + 1, offset)
    return _counted(template, value, offset, line, at)


def _raw(shown: str, column: int, offset: int) -> int:
    """The column of a character of a text in double quotes, which may be escaped."""
    at = column  # after the quote
    for _ in range(offset):
        escaped = _ESCAPED.match(shown, at)
        at = escaped.end() if escaped else at + 1
    return at + 1


def _literal(template: Template, value: str, offset: int, line: int, head: str) -> tuple[int, int] | None:
    """In a literal block every line of the text is a line of the file, further in."""
    before = value[:offset]
    row = before.count("\n")
    given = re.match(r"\|[+-]?([1-9])", head)
    written = value.split("\n")[row]
    shown = template.source_line(line + 1 + row)
    indent = len(shown) - len(written.rstrip("\r"))
    if given is None and not shown.endswith(written):
        return None
    return line + 1 + row, indent + offset - (before.rfind("\n") + 1) + 1


def _counted(template: Template, value: str, offset: int, line: int, at: int) -> tuple[int, int] | None:
    """In other texts lines are joined: the word is looked for, as often as it stands in the text before."""
    word = _TOKEN.match(value, offset)
    if word is None:
        return None
    times = value.count(word.group(), 0, offset) + 1
    number = line
    for _ in range(value.count("\n") * 2 + len(value) // 20 + 50):
        shown = template.source_line(number)
        start = at if number == line else 0
        while (found := shown.find(word.group(), start)) >= 0:
            times -= 1
            if not times:
                return number, found + 1
            start = found + len(word.group())
        number += 1
    return None
