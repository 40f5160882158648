"""JSON templates: read strictly, and find where a value stands only when somebody asks."""

from __future__ import annotations

import json
import re
from bisect import bisect_right

from .errors import Place, TemplateError
from .marks import MAX_PROBLEMS, is_deeper, shorten, together

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

PIECE = r'(?s:"[^"\\]*(?:\\.[^"\\]*)*"|[][{}:,]|[^][{}:,"\s]+)'  # compiled on first use, which is rare


class _Refused(Exception):
    """The text is JSON, but not what a template may hold."""


def read(text: str, file: str) -> Any:
    """The data of a JSON text; keys given twice, NaN, Infinity and half characters are errors with their line."""
    try:
        data = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse, parse_float=_finite)
    except json.JSONDecodeError as error:
        message, fix = _explain(text, error)
        raise TemplateError(message, place=Place(file, error.lineno, error.colno), fix=fix) from None
    except RecursionError:
        raise TemplateError("the template is nested too deeply", place=Place(file)) from None
    except (_Refused, ValueError):
        _point_at_refused(text, file)
    if isinstance(data, (dict, list)) and is_deeper(data):
        raise TemplateError("the template is nested too deeply", place=Place(file))
    if "\\ud" in text or "\\uD" in text:
        try:
            json.dumps(data, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            _point_at_half_character(text, file)
    return data


class Marks:
    """Where the values of a JSON text stand; a container is looked into when a path leads through it."""

    __slots__ = ("_text", "_lines", "_members", "_decode", "_space")

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [0] + [match.end() for match in re.finditer("\n", text)]
        self._members: dict[int, dict[str | int, tuple[int, int]]] = {}
        self._decode = json.JSONDecoder().raw_decode
        self._space = re.compile(r"[ \t\r\n]*").match

    def find(self, path: Sequence[str | int], key: bool) -> tuple[int, int]:
        """Line and column of the value at `path`, or of its key; of the nearest container that exists."""
        key_at = at = self._skip(0)
        for step in path:
            member = self._inside(at).get(step)
            if member is None:
                break
            key_at, at = member
        return self.line_column(key_at if key else at)

    def line_column(self, offset: int) -> tuple[int, int]:
        """The line and column of a character, both from 1."""
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def _skip(self, at: int) -> int:
        space = self._space(self._text, at)
        return space.end() if space else at

    def _inside(self, at: int) -> dict[str | int, tuple[int, int]]:
        """For each member of the container that opens at `at`: where its key and its value stand."""
        known = self._members.get(at)
        if known is not None:
            return known
        members: dict[str | int, tuple[int, int]] = {}
        self._members[at] = members
        text = self._text
        opening = text[at]
        if opening not in "{[":
            return members
        at = self._skip(at + 1)
        while text[at] not in "}]":
            key_at = at
            name: str | int = len(members)
            if opening == "{":
                name, at = self._decode(text, at)
                at = self._skip(self._skip(at) + 1)
            members[name] = (key_at, at)
            at = self._skip(self._decode(text, at)[1])
            if text[at] == ",":
                at = self._skip(at + 1)
        return members


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise _Refused
    return mapping


def _refuse(_constant: str) -> NoReturn:
    raise _Refused


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise _Refused
    return number


def _explain(text: str, error: json.JSONDecodeError) -> tuple[str, str | None]:
    here, before = text[error.pos : error.pos + 2], text[: error.pos].rstrip()[-1:]
    if (before == "," and here[:1] in ("}", "]")) or "trailing comma" in error.msg:
        return "this is not JSON: a comma before the closing bracket", "remove the comma"
    if here in ("//", "/*") or here[:1] == "#":
        return "this is not JSON: JSON has no comments", "remove the comment, or keep it under Metadata"
    if here[:1] == "'":
        return "this is not JSON: text in single quotes", "use double quotes"
    if not here:
        return "this is not JSON: it ends too early", "close every bracket and quote"
    return f"this is not JSON: {error.msg[0].lower()}{error.msg[1:]}", None


def _point_at_refused(text: str, file: str) -> NoReturn:
    """Say where keys stand twice and where a number is none; the text is well-formed JSON up to the first of these."""
    marks = Marks(text)
    problems: list[tuple[Place, str]] = []
    open_keys: list[dict[str, int] | None] = []
    expect_key = False
    for match in re.finditer(PIECE, text):
        word = match.group()
        keys = open_keys[-1] if open_keys else None
        if word in "{[":
            open_keys.append({} if word == "{" else None)
            expect_key = word == "{"
        elif word in "}]":
            if not open_keys:
                break
            open_keys.pop()
            expect_key = False
        elif word == ",":
            expect_key = keys is not None
        elif word[0] == '"':
            if expect_key and keys is not None:
                try:
                    name = json.loads(word)
                except ValueError:
                    break
                place = Place(file, *marks.line_column(match.start()))
                if name in keys:
                    first = marks.line_column(keys[name])[0]
                    problems.append((place, f"the key {shorten(name)!r} is given twice; the first is on line {first}"))
                keys.setdefault(name, match.start())
            expect_key = False
        elif word != ":" and not _is_sound(word):
            problems.append(
                (Place(file, *marks.line_column(match.start())), f"{shorten(word)} is not a number JSON knows")
            )
        if len(problems) >= MAX_PROBLEMS:
            break
    raise together(problems)


def _is_sound(word: str) -> bool:
    if word in ("true", "false", "null"):
        return True
    try:
        number = json.loads(word)
        return bool(number - number == 0)
    except ValueError:
        return False


def _point_at_half_character(text: str, file: str) -> NoReturn:
    marks = Marks(text)
    for match in re.finditer(PIECE, text):
        if match.group()[0] == '"':
            try:
                json.loads(match.group()).encode("utf-8")
            except UnicodeEncodeError:
                place = Place(file, *marks.line_column(match.start()))
                raise TemplateError("this text holds half a character (a lone surrogate)", place=place) from None
    raise AssertionError("a half character was seen, and is gone")
