"""A template written out as YAML for people: blocks, short tags, and quotes only where YAML would misread."""

from __future__ import annotations

import re

from .errors import TemplateError
from .jsontext import TOO_DEEP, unwritable
from .yamlmarks import TAGS
from .yamlscalars import read_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SECTIONS = (
    "AWSTemplateFormatVersion", "Description", "Metadata", "Transform", "Parameters", "Rules", "Mappings",
    "Conditions", "Resources", "Outputs",
)  # fmt: skip
SHORT = {name: tag for tag, name in TAGS.items()}
MAX_SIMPLE_KEY = 500  # YAML ends a key without `?` after 1,024 characters

_INSIDE = r"[A-Za-z0-9_./@%+=,$*(){}\[\]<>?&!^~;'\"\\|-]"
_PLAIN = re.compile(f"[A-Za-z0-9_/$](?:{_INSIDE}|[: ](?=[^ ]))*")
_PLAIN_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
_NUMBER_LIKE = re.compile(r"[0-9][0-9a-fA-FxXoObBtTzZ_.:eE+ -]*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def render_yaml(data: Any) -> str:
    """`data` as YAML text that `loads` reads back unchanged; sections in CloudFormation's order, keys sorted."""
    problem = unwritable(data)
    if problem is not None:
        raise TemplateError(problem)
    if not isinstance(data, dict):
        raise TemplateError(f"a template is a mapping, not a {type(data).__name__}")
    lines: list[str] = []
    try:
        _mapping(data, "", lines, "", _section_order)
    except RecursionError:
        raise TemplateError(TOO_DEEP) from None
    text = "\n".join(lines) + "\n"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise TemplateError("a text in the template holds half a character (a lone surrogate)") from None
    return text


def _section_order(key: str) -> tuple[int, str]:
    return (SECTIONS.index(key), "") if key in SECTIONS else (len(SECTIONS), key)


def _type_first(key: str) -> tuple[int, str]:
    return (key != "Type", key)


def _mapping(mapping: dict[str, Any], pad: str, lines: list[str], start: str, order: Any = _type_first) -> None:
    """The members, one after the other; `start` is what already stands on the first line."""
    if not mapping:
        lines.append(f"{start or pad}{{}}")
    for key in sorted(mapping, key=order):
        shown = _key(key)
        if len(shown) > MAX_SIMPLE_KEY:
            lines.append(f"{start or pad}? {shown}")
            _value(mapping[key], pad, lines, f"{pad}:")
        else:
            _value(mapping[key], pad, lines, f"{start or pad}{shown}:")
        start = ""


def _sequence(items: Any, pad: str, lines: list[str]) -> None:
    for item in items:
        function = _function(item)
        if isinstance(item, dict) and item and function is None:
            _mapping(item, pad + "  ", lines, f"{pad}- ")
        elif isinstance(item, (list, tuple)) and item:
            lines.append(f"{pad}-")
            _sequence(item, pad + "  ", lines)
        else:
            _value(item, pad, lines, f"{pad}-")


def _value(value: Any, pad: str, lines: list[str], start: str) -> None:
    """A value after `key:` or `-`, on the same line where it fits, else indented below."""
    function = _function(value)
    if function is not None:
        tag, value = function
        start = f"{start} {tag}"
    if isinstance(value, dict):
        if value:
            lines.append(start)
            _mapping(value, pad + "  ", lines, "")
        else:
            lines.append(f"{start} {{}}")
    elif isinstance(value, (list, tuple)):
        if value:
            lines.append(start)
            _sequence(value, pad + "  ", lines)
        else:
            lines.append(f"{start} []")
    else:
        lines.append(f"{start} {_scalar(value, pad + '  ')}")


def _function(value: Any) -> tuple[str, Any] | None:
    """The short tag and the argument, if `value` is a function that reads back the same from its short form."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((name, argument),) = value.items()
    tag = SHORT.get(name)
    if tag is None or _function(argument) is not None:
        return None
    if name == "Fn::GetAtt":
        if isinstance(argument, str):
            return None
        if isinstance(argument, list) and len(argument) == 2 and all(isinstance(part, str) for part in argument):
            target, attribute = argument
            if "." not in target:
                return tag, f"{target}.{attribute}"
    return (tag, argument) if isinstance(argument, (str, dict, list, tuple)) else None


def _key(key: str) -> str:
    return key if _reads_as_itself(key) else _quoted(key)


def _scalar(value: Any, pad: str) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        text = float.__repr__(value)
        return text if "." in text else text.replace("e", ".0e")
    if _reads_as_itself(value):
        return str(value)
    return _block(value, pad) or _quoted(value)


def _reads_as_itself(text: str) -> bool:
    if not _PLAIN.fullmatch(text) or text.lower() in _PLAIN_WORDS or _NUMBER_LIKE.fullmatch(text):
        return False
    return read_plain(text) == (text, None)


def _block(text: str, pad: str) -> str | None:
    """A text of several lines as a literal block; None where a block could not hold it."""
    lines = text.split("\n")
    if len(lines) == 1 or not lines[0] or lines[0][0] in " \t":
        return None
    if not all(line.replace("\t", "").isprintable() for line in lines):
        return None
    body = text.rstrip("\n")
    if any(line and not line.strip() for line in lines):
        return None
    ending = len(text) - len(body)
    marker = ("|-", "|")[ending] if ending < 2 else "|+"
    kept = body.split("\n") + [""] * (ending - 1)
    return "\n".join([marker] + [pad + line if line else "" for line in kept])


def _quoted(text: str) -> str:
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(character if _is_plain(character) else _escape(character) for character in text) + '"'


def _is_plain(character: str) -> bool:
    return character.isprintable() and character not in '"\\'


def _escape(character: str) -> str:
    code = ord(character)
    return _ESCAPES.get(character) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
