"""Unquoted YAML scalars, read as CloudFormation's YAML 1.1 reads them, or kept as written where that would surprise.

CloudFormation takes `0300` for 192, `1:30` for 90, `012345678901` for 1.2345678901E10 and `off` for false. A number
written in one of those ways stays the text it is, a word becomes its boolean, and both come with their meaning.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

UNCERTAIN_START = frozenset("0123456789+-.~nNyYtTfFoO").union([""])
MAX_DIGITS = 4000  # Python refuses to convert more than 4,300 unless told otherwise

_WHOLE = re.compile("0|-?[1-9][0-9]*")
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_OCTAL = re.compile("[-+]?0[0-7_]+")
_BINARY = re.compile("[-+]?0b[01_]+")
_HEXADECIMAL = re.compile("[-+]?0x[0-9a-fA-F_]+")
_UNDERSCORED = re.compile("[-+]?(?:0|[1-9][0-9_]*)")
_SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_SCIENTIFIC = re.compile(r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?")
_UNBOUNDED = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

WORDS: dict[str, bool | None] = {
    form: value
    for word, value in (("true", True), ("yes", True), ("on", True), ("false", False), ("no", False), ("off", False))
    for form in (word, word.capitalize(), word.upper())
}
WORDS.update(dict.fromkeys(("", "~", "null", "Null", "NULL")))


def read_plain(text: str) -> tuple[Any, str | None]:
    """The value of a plain scalar, and what CloudFormation makes of it if that is not what is written."""
    if text[:1] not in UNCERTAIN_START:
        return text, None
    if text in WORDS:
        value = WORDS[text]
        if value is None or text.lower() in ("true", "false"):
            return value, None
        return value, f"the boolean {str(value).lower()}"
    if len(text) > MAX_DIGITS:
        return text, None
    if _WHOLE.fullmatch(text):
        return int(text), None
    if _DECIMAL.fullmatch(text):
        number = float(text)
        if number - number == 0:
            changed = "e" not in text.lower() and repr(number) != text
            return number, f"the number {number!r}" if changed else None
    return text, _number_meant(text)


def _number_meant(text: str) -> str | None:
    """The number YAML 1.1 sees in a text that is written unlike one."""
    digits = text.replace("_", "")
    bare = digits.lstrip("+-")
    sign = "-" if digits.startswith("-") else ""
    for pattern, base, prefix in ((_OCTAL, 8, "0"), (_BINARY, 2, "0b"), (_HEXADECIMAL, 16, "0x")):
        if pattern.fullmatch(text):
            return f"the number {sign}{int(bare.removeprefix(prefix) or '0', base)}"
    if _UNDERSCORED.fullmatch(text):
        return f"the number {int(digits)}"
    if _SIXTIES.fullmatch(text):
        *whole, last = bare.split(":")
        total: float = 0
        for part in whole:
            total = total * 60 + int(part)
        total = total * 60 + (float(last) if "." in last else int(last))
        return f"the number {sign}{total}"
    if _SCIENTIFIC.fullmatch(text):
        number = float(digits)
        return f"the number {_double(number)}" if number - number == 0 else "a number without bound"
    return "not a finite number" if _UNBOUNDED.fullmatch(text) else None


def _double(number: float) -> str:
    """A number as CloudFormation shows it: from ten million on with an exponent."""
    if abs(number) < 10_000_000:
        return repr(number)
    from decimal import Decimal

    return f"{Decimal(repr(number)).normalize():E}".replace("E+", "E")
