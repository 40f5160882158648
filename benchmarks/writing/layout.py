"""Python code that is laid out in lines: what is too long is broken at its commas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from keyword import iskeyword

WIDTH = 118


@dataclass(frozen=True)
class Group:
    """`open`, parts with commas between them, `close`."""

    open: str
    parts: tuple[tuple[str, Code], ...]
    close: str


Code = str | Group


def call(name: str, parts: Iterable[tuple[str, Code]]) -> Group:
    """`name(…)`: each part is `key=` or nothing, and its code."""
    return Group(f"{name}(", tuple(parts), ")")


def flat(code: Code) -> str:
    if isinstance(code, str):
        return code
    return code.open + ", ".join(key + flat(part) for key, part in code.parts) + code.close


def lay(code: Code, indent: int = 0, used: int = 0) -> str:
    """The code in lines; `used` characters already stand on its first line."""
    line = flat(code)
    if isinstance(code, str) or used + len(line) <= WIDTH or not code.parts:
        return line
    inner = " " * (indent + 4)
    lines = [f"{inner}{key}{lay(part, indent + 4, indent + 4 + len(key))}," for key, part in code.parts]
    return "\n".join([code.open, *lines, " " * indent + code.close])


def assign(name: str, code: Code, indent: int = 4) -> str:
    """`name = code` as a statement."""
    start = " " * indent + (f"{name} = " if name else "")
    return start + lay(code, indent, len(start))


def text(value: str) -> str:
    """A literal, or an f-string where it speaks of `<n>` and `<mark>`."""
    for mark in ("n", "mark"):
        if value == f"<{mark}>":
            return mark
    if "<n>" not in value and "<mark>" not in value:
        return repr(value)
    braced = value.replace("{", "{{").replace("}", "}}")
    return "f" + repr(braced.replace("<n>", "{n}").replace("<mark>", "{mark}"))


def variable(id: str, taken: Iterable[str] = ()) -> str:
    """`uploads_policy` for `Uploads<n>Policy`, and nothing that is taken."""
    plain = id.replace("<n>", "")
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in plain).strip("_")
    while iskeyword(name) or name in taken:
        name += "_"
    return name
