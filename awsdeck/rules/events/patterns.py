"""Patterns of events, as EventBridge reads them.

Source: EventBridge User Guide, creating event patterns; comparison operators for use in event patterns.
"""

from __future__ import annotations

from ..vocabulary import is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Path = tuple[str | int, ...]

OPERATORS = (
    "prefix", "suffix", "anything-but", "numeric", "exists", "equals-ignore-case", "wildcard", "cidr",
)  # fmt: skip
"""What a field may be compared with besides plain values."""
_CASELESS = ("prefix", "suffix")
_BUT = ("prefix", "suffix", "equals-ignore-case", "wildcard")
_SIGNS = ("=", "<", "<=", ">", ">=")
TOP = (
    "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "replay-name", "$or",
)  # fmt: skip
"""What an event has at its top."""


def pattern_problems(pattern: Any, path: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """Everything wrong with a pattern: where, what, and how it should read."""
    if is_unknown(pattern):
        return
    if not isinstance(pattern, dict) or not pattern:
        yield path, "a pattern is a dictionary of fields", 'such as {"source": ["aws.ec2"]}'
        return
    for name, value in pattern.items():
        place = (*path, name)
        if is_unknown(value):
            continue
        if name == "$or":
            if not isinstance(value, list) or not value:
                yield place, "$or lists patterns", '{"$or": [{…}, {…}]}'
            else:
                for index, one in enumerate(value):
                    yield from pattern_problems(one, (*place, index))
        elif isinstance(value, dict):
            if value:
                yield from pattern_problems(value, place)
            else:
                yield place, f"{name} is empty", "list what fits, or leave it out"
        elif not isinstance(value, list):
            yield place, f"{name} is {value!r}, and a field lists what fits", f"write [{value!r}]"
        elif not value:
            yield place, f"{name} lists nothing, so no event fits", "list what fits, or leave it out"
        else:
            for index, one in enumerate(value):
                yield from _matched(one, (*place, index))


def _matched(value: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    if is_unknown(value) or not isinstance(value, dict | list):
        return
    if isinstance(value, list):
        yield path, "a list inside a list", "list the values themselves"
        return
    if len(value) != 1 or next(iter(value)) not in OPERATORS:
        named = ", ".join(map(str, value)) or "nothing"
        yield path, f"{named} is no comparison", f"one of {', '.join(OPERATORS)}"
        return
    ((operator, argument),) = value.items()
    if is_unknown(argument):
        return
    wrong = _argument(operator, argument)
    if wrong is not None:
        yield (*path, operator), *wrong


def _argument(operator: str, argument: Any) -> tuple[str, str] | None:
    if operator == "numeric":
        return _numeric(argument)
    if operator == "exists":
        return None if isinstance(argument, bool | str) else (f"exists is {argument!r}", "true or false")
    if operator == "anything-but":
        if isinstance(argument, dict):
            right = len(argument) == 1 and next(iter(argument)) in _BUT
            return None if right else ("anything-but takes one comparison", f"one of {', '.join(_BUT)}, or values")
        items = argument if isinstance(argument, list) else [argument]
        if items and not any(isinstance(item, dict | list) and not is_unknown(item) for item in items):
            return None
        return "anything-but without values", "text, numbers, or a list of them"
    if isinstance(argument, dict) and operator in _CASELESS and set(argument) == {"equals-ignore-case"}:
        return None
    return None if isinstance(argument, str) else (f"{operator} is {argument!r}", "give text")


def _numeric(argument: Any) -> tuple[str, str] | None:
    fix = '[">", 0] or [">", 0, "<=", 100]'
    if not isinstance(argument, list) or len(argument) not in (2, 4):
        return "numeric takes a sign and a number, once or twice", fix
    for sign, number in zip(argument[::2], argument[1::2], strict=True):
        if is_unknown(sign) or is_unknown(number):
            continue
        if sign not in _SIGNS:
            return f"{sign!r} is no sign of comparison", ", ".join(_SIGNS)
        if isinstance(number, bool) or not isinstance(number, int | float | str):
            return f"{number!r} is no number", fix
    return None
