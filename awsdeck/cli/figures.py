"""Commands made from typed functions: their keywords are the options, their docstrings the help."""

from __future__ import annotations

import inspect
import re
from datetime import datetime

from ..errors import ConstructError, InputError
from .command import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .context import Context
    from .show import Screen

_KEYWORD = re.compile(r"- `(\w+)`: (.+?)(?=\n\s*- `|\n\s*\n|\Z)", re.DOTALL)
_LITERAL = re.compile(r"Literal\[(.*)\]", re.DOTALL)
_CHOICE = re.compile(r"[\"']([^\"']*)[\"']|(\d+)")


class Keyword:
    """A keyword of a function, as an option of a command line."""

    __slots__ = ("name", "kind", "choices", "required", "help")

    def __init__(self, parameter: inspect.Parameter, help: str) -> None:
        said = str(parameter.annotation)
        literal = _LITERAL.search(said)
        self.name = parameter.name
        self.kind = "Literal" if literal else said.removesuffix(" | None")
        self.choices = tuple(text or digits for text, digits in _CHOICE.findall(literal[1])) if literal else ()
        self.required = parameter.default is inspect.Parameter.empty
        default = parameter.default
        shown = isinstance(default, int | float) and not isinstance(default, bool) and not self.choices
        self.help = f"{help[:1].upper()}{help[1:]}{f' (default: {default:,})' if shown else ''}."

    @property
    def flag(self) -> str:
        """The option's word."""
        return f"--{self.name.replace('_', '-')}"

    def option(self) -> Option:
        """The option that stands for it."""
        kind: Any = "flag" if self.kind == "bool" else "list" if self.kind.startswith("Sequence") else "text"
        words = {"int": "N", "float": "N", "datetime": "TIME", "Sequence[datetime]": "TIME"}
        return Option(self.flag, self.help, kind, metavar=words.get(self.kind, ""), choices=self.choices)

    def read(self, given: Any) -> Any:
        """The value that was written, as the function takes it. Raises `ValueError` when it is none."""
        if self.kind in ("bool", "str"):
            return given
        if self.kind == "Literal":
            return int(given) if given.isdigit() else given
        if self.kind.startswith("Sequence"):
            return [_moment(one) for one in given]
        readers: dict[str, Callable[[str], Any]] = {"int": int, "float": _number, "datetime": _moment}
        return readers[self.kind](given)


def keywords(function: Callable[..., Any]) -> list[Keyword]:
    """The keywords of a function that its docstring describes, in their order."""
    said = {name: " ".join(text.split()) for name, text in _KEYWORD.findall(inspect.getdoc(function) or "")}
    parameters = inspect.signature(function).parameters.values()
    return [Keyword(one, said[one.name].rstrip(".")) for one in parameters if one.name in said]


def summary(function: Callable[..., Any]) -> str:
    """The first line of a function's docstring."""
    return (inspect.getdoc(function) or "").partition("\n")[0]


def call(context: Context, function: Callable[..., Any], options: dict[str, Any]) -> Any:
    """Call the function with what the command line says; the limits too, where they count."""
    given: dict[str, Any] = {}
    wrong = []
    for keyword in keywords(function):
        value = options[keyword.name]
        if value is None or value == [] or value is False:
            if keyword.required and keyword.kind != "bool":
                wrong.append(f"{keyword.flag} is missing: {keyword.help}")
            elif keyword.required:
                given[keyword.name] = False
            continue
        try:
            given[keyword.name] = keyword.read(value)
        except ValueError:
            wrong.append(f"{keyword.flag} {value}: {_WANTED.get(keyword.kind, 'not understood')}")
    if wrong:
        raise InputError("\n".join(wrong))
    if "limits" in inspect.signature(function).parameters:
        given["limits"] = context.mode
    try:
        return function(**given)
    except ConstructError as error:
        raise InputError(_in_flags(error.message, function), fix=_in_flags(error.fix or "", function) or None) from None


_WANTED = {
    "int": "a whole number is wanted",
    "float": "a number is wanted",
    "datetime": "a time is wanted, such as 2026-03-14T15:09:26",
    "Sequence[datetime]": "times are wanted, such as 2026-03-14T15:09:26",
}


def _in_flags(said: str, function: Callable[..., Any]) -> str:
    """What a function says of its keywords, said of the options that stand for them."""
    for keyword in keywords(function):
        said = re.sub(rf"\b{keyword.name}=|^{keyword.name}(?= is )", keyword.flag, said, flags=re.MULTILINE)
    return said


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def table(screen: Screen, rows: Iterable[tuple[str, str]]) -> None:
    """Names and values in two columns."""
    shown = list(rows)
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        screen.say(f"  {screen.paint(name.ljust(width), 'label')}  {value}")


def amount(value: Any, unit: str) -> str:
    """A figure with its unit, as people read it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if value is None or value == () or isinstance(value, str):
        return str(value or "-") if not value else f"{value} {unit}".rstrip()
    if isinstance(value, tuple | list):
        said = ", ".join(f"{one:,}" for one in value[:_SHOWN])
        if len(value) > _SHOWN:
            said += f", … {value[-1]:,} ({len(value):,} in all)"
    else:
        from decimal import Decimal

        said = f"{round(Decimal(str(value)), _PLACES):,f}" if not isinstance(value, int) else f"{value:,}"
        if "." in said:
            said = said.rstrip("0").rstrip(".")
    word, space, rest = unit.partition(" ")
    return f"{said} {_ONE.get(word, word) if said == '1' else word}{space}{rest}".rstrip()


_SHOWN = 20
_PLACES = 12
_ONE = {
    "messages": "message", "prefixes": "prefix", "queues": "queue", "requests": "request", "retries": "retry",
    "units": "unit",
}  # fmt: skip
