r"""Patterns of resource schemas, as Python's `re` can run them.

The schemas' authors write for several engines. What means the same in Python is rewritten; Unicode properties
(`\p{L}`) are kept exact for ASCII and let every other character pass, so a right value is never refused.
"""

from __future__ import annotations

import re
import unicodedata
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    How = Literal["same", "rewritten", "loosened", "dropped"]

BEYOND_ASCII = "\\x80-\\U0010ffff"
BEYOND_16_BITS = "\\U00010000-\\U0010ffff"
POSIX = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": "\\s",
    "punct": "!-/:-@\\[-`{-~",
    "print": " -~",
    "graph": "!-~",
    "word": "\\w",
    "xdigit": "0-9a-fA-F",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "ascii": "\\x00-\\x7f",
}
_PROPERTY = re.compile(r"\\([pP])(?:\{(\^?)([A-Za-z_]+)\}|([A-Z]))")
_FLAGS = re.compile(r"\(\?([imsx]+)\)")
_HIGH = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}|[\ud800-\udfff]")
_LONG_RANGE = re.compile(r"\\u10000-\\u10FFFF", re.IGNORECASE)
_POSIX = re.compile(r"\[:(\^?)([a-z]+):\]")


# The same in another way: Python's engine would take ages to refuse a text of forty characters.
QUICK = {
    r"^[a-zA-Z](?:-?[a-zA-Z0-9]+)*$": r"^[a-zA-Z](?:-?[a-zA-Z0-9]++)*+$",
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9]){0,39}?$": r"^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$",
    r"^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$": r"^[a-z0-9*]++(?:[._\-/][a-z0-9*]++)*+$",
    r"^[ \t]*[^\x00-\x1F\x7F]+([ \t]+[^\x00-\x1F\x7F]+)*[ \t]*$": r"^\t*[^\x00-\x1F\x7F][^\x00-\x08\x0A-\x1F\x7F]*$",
    r"^[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*$": r"^\t*[\x20-\x7E][\t\x20-\x7E]*$",
    r"^([A-Za-z0-9]+[A-Za-z0-9-.]*)*[A-Za-z0-9-]*[A-Za-z0-9]$": (
        r"^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[A-Za-z0-9-]*[A-Za-z0-9])$"
    ),
    r"^([ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*|\{%[\s\S]+?%\})$": (
        r"^(?:\t*[\x20-\x7E][\t\x20-\x7E]*|\{%[\s\S]+?%\})$"
    ),
    r"^(?:[\._\-/#A-Za-z0-9]+|\$\{[A-Za-z]+(?:\.[A-Za-z]+){1,2}\})+$": (
        r"^(?:[._\-/#A-Za-z0-9]++|\$\{[A-Za-z]+(?:\.[A-Za-z]+){1,2}\})++$"
    ),
}


class Translation:
    """A pattern for Python, or None; `how` says what became of the original."""

    __slots__ = ("python", "how")

    def __init__(self, python: str | None, how: How) -> None:
        self.python = python
        self.how: How = how


class _Untranslatable(Exception):
    pass


def translate(pattern: str) -> Translation:
    """The pattern for Python's `re`."""
    if pattern in QUICK:
        return Translation(QUICK[pattern], "rewritten")
    writer = _Writer(pattern)
    try:
        text = writer.run()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(text)
    except (_Untranslatable, re.error, Warning, OverflowError, RecursionError):
        return Translation(None, "dropped")
    if writer.loosened:
        return Translation(text, "loosened")
    return Translation(text, "same" if text == pattern else "rewritten")


def ascii_members(name: str) -> str | None:
    """The ASCII part of a Unicode or POSIX property, as the inside of a character class; None for an unknown name."""
    if name.lower() in POSIX:
        return POSIX[name.lower()]
    name = name.removeprefix("Is")
    if name in ("Latin", "Alphabetic"):
        name = "L"
    if not re.fullmatch(r"[LMNPSZC][a-z]?", name):
        return None
    return _ranges([code for code in range(128) if unicodedata.category(chr(code)).startswith(name)])


def _ranges(codes: list[int]) -> str:
    text = ""
    start = 0
    while start < len(codes):
        end = start
        while end + 1 < len(codes) and codes[end + 1] == codes[end] + 1:
            end += 1
        text += _readable(codes[start]) + (f"-{_readable(codes[end])}" if end > start else "")
        start = end + 1
    return text


def _readable(code: int) -> str:
    char = chr(code)
    return char if char.isalnum() or char == " " else f"\\{char}" if char.isprintable() else f"\\x{code:02x}"


def _others(members: str) -> str:
    inside = re.compile(f"[{members}]") if members else None
    return _ranges([code for code in range(128) if not (inside and inside.match(chr(code)))])


class _Writer:
    """One walk over a pattern, left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.loosened = False

    def run(self) -> str:
        pattern, out = self.pattern, ""
        flags: list[list[str]] = [[]]  # inline flags switched on inside each open group
        while self.at < len(pattern):
            char = pattern[self.at]
            if char == "\\":
                out += self.escape()
            elif char == "[":
                out += self.char_class()
            elif char == "(":
                found = _FLAGS.match(pattern, self.at)
                if found:
                    self.at = found.end()
                    flags[-1].append(found[1])
                    out += f"(?{found[1]}:"
                    continue
                flags.append([])
                if pattern.startswith("(?<", self.at) and pattern[self.at + 3 : self.at + 4] not in ("=", "!"):
                    out += "(?P<"
                    self.at += 3
                else:
                    out += "("
                    self.at += 1
            elif char == ")":
                out += ")" * len(flags.pop() if len(flags) > 1 else []) + ")"
                self.at += 1
            elif char == "|" and flags[-1]:
                out += ")" * len(flags[-1]) + "|" + "".join(f"(?{flag}:" for flag in flags[-1])
                self.at += 1
            else:
                out += char
                self.at += 1
        return out + ")" * len(flags[0])

    def escape(self) -> str:
        """An escape outside a character class."""
        found = _PROPERTY.match(self.pattern, self.at)
        if found:
            self.at = found.end()
            return f"[{self.property(found)}{BEYOND_ASCII if self.loose(found) else ''}]"
        if _HIGH.match(self.pattern, self.at):
            raise _Untranslatable
        pair = self.pattern[self.at : self.at + 2]
        self.at += 2
        return "\\Z" if pair == "\\z" else pair

    def property(self, found: re.Match[str]) -> str:
        """The ASCII characters that have a property, or lack it."""
        members = ascii_members(found[3] or found[4])
        if members is None:
            raise _Untranslatable
        return _others(members) if (found[1] == "P") != (found[2] == "^") else members

    def loose(self, found: re.Match[str]) -> bool:
        """Whether other characters may have the property too."""
        if found[3] == "ASCII":
            return False
        self.loosened = True
        return True

    def char_class(self) -> str:
        pattern = self.pattern
        self.at += 1
        negated = pattern.startswith("^", self.at)
        if negated:
            self.at += 1
        out, first, after_set, high, beyond = "", True, False, False, False
        while True:
            if self.at >= len(pattern):
                raise _Untranslatable
            char = pattern[self.at]
            if char == "]" and not first:
                self.at += 1
                break
            first = False
            posix = _POSIX.match(pattern, self.at)
            found = _PROPERTY.match(pattern, self.at)
            surrogate = _HIGH.match(pattern, self.at)
            long_range = _LONG_RANGE.match(pattern, self.at)
            if posix:
                if posix[1] or posix[2] not in POSIX:
                    raise _Untranslatable
                out += POSIX[posix[2]]
                self.at, after_set = posix.end(), True
            elif found:
                out += self.property(found)
                self.at, after_set, beyond = found.end(), True, beyond or self.loose(found)
            elif long_range:
                self.at, high = long_range.end(), True
            elif surrogate:
                # Halves of a character beyond 16 bits; Python has the whole character.
                self.at, high = surrogate.end(), True
                if pattern.startswith("-", self.at) and _HIGH.match(pattern, self.at + 1):
                    self.at = _HIGH.match(pattern, self.at + 1).end()  # type: ignore[union-attr]
            elif char == "\\":
                pair = pattern[self.at : self.at + 2]
                out += pair
                self.at += 2
                after_set = pair in ("\\w", "\\W", "\\d", "\\D", "\\s", "\\S")
            elif char == "-" and after_set and not pattern.startswith("]", self.at + 1):
                out += "\\-"
                self.at, after_set = self.at + 1, False
            elif char == "[":
                out += "\\["
                self.at, after_set = self.at + 1, False
            elif char == "&" and pattern.startswith("&&", self.at):
                if pattern.startswith("[", self.at + 2):
                    raise _Untranslatable
                out += "&\\&"
                self.at, after_set = self.at + 2, False
            elif char in "-~|" and out.endswith(char):
                out += "\\" + char
                self.at, after_set = self.at + 1, False
            else:
                out += char
                self.at, after_set = self.at + 1, False
        if beyond and not negated:
            out += BEYOND_ASCII
        elif high and not negated:
            out += BEYOND_16_BITS
        return f"[{'^' if negated else ''}{out}]"
