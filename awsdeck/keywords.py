"""What a construct's keywords take, read from their annotations: a mistake is told when the construct is made.

Understood are unions of None, bool, int, float, str, Token, Literal, list-like and dict-like types, and classes that
the construct's module knows at run time. Whatever else an annotation says is left to the type checker.
"""

from __future__ import annotations

import re
import sys

from .errors import ConstructError
from .source import caller
from .tokens import ListToken, Token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    Checked = TypeVar("Checked", bound=Callable[..., Any])

_LISTS = ("Sequence", "list", "tuple", "Iterable")
_MAPS = ("Mapping", "dict")
_VALUE = re.compile(r"""(["'])(.*?)\1|(-?\d+)""")


class Kind:
    """One member of an annotation's union: whether a value is of it, and how it is called."""

    __slots__ = ("words", "fits")

    def __init__(self, words: str, fits: Callable[[Any], bool]) -> None:
        self.words = words
        self.fits = fits


def complaint(annotation: Any, module: str, value: Any) -> str | None:
    """What is wrong with a value that an annotation does not allow; None when it fits or nothing can be said."""
    if value.__class__ in _PLAIN and (annotation, value.__class__) in _fitting:
        return None
    kinds = _kinds(annotation, module)
    if kinds is None or any(kind.fits(value) for kind in kinds):
        words = _PLAIN.get(value.__class__)
        if words is not None and any(kind.words == words for kind in kinds or ()):
            _fitting.add((annotation, value.__class__))
        return None
    said = " or ".join(kind.words for kind in kinds)
    if isinstance(value, Token | ListToken):
        return f"must be known when the template is made ({said}); it is given as a deploy-time value"
    shown = repr(value) if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
    return f"takes {said}, not {shown}"


def checked(function: Checked) -> Checked:
    """Let a function or an `__init__` refuse arguments that its annotations do not allow: all at once, at the user's line."""
    return checked_but()(function)


def checked_but(*own: str) -> Callable[[Checked], Checked]:
    """As `checked`, but for the arguments that the function looks at itself."""
    return lambda function: _checking(function, own)


def _checking(function: Checked, own: tuple[str, ...]) -> Checked:
    from functools import wraps

    plain: Any = function
    code, module = plain.__code__, plain.__module__
    kinds = {name: kind for name, kind in plain.__annotations__.items() if name not in own}
    places = code.co_varnames[: code.co_argcount]
    rest = code.co_varnames[code.co_argcount + code.co_kwonlyargcount] if code.co_flags & _TAKES_MORE else None
    name = plain.__qualname__.removesuffix(".__init__")

    @wraps(plain)
    def told(*values: Any, **given: Any) -> Any:
        several = [(rest, value) for value in values[len(places) :]]
        wrong = []
        for word, value in (*zip(places, values, strict=False), *several, *given.items()):
            words = complaint(kinds[word], module, value) if word in kinds else None
            if words is not None:
                wrong.append(f"{name}: {word}{'' if (word, value) in several else '='} {words}")
        if wrong:
            raise ConstructError("\n".join(wrong), place=caller())
        return plain(*values, **given)

    made: Any = told
    return made  # type: ignore[no-any-return]


_TAKES_MORE = 0x04  # a code object's flag for *values
_PLAIN = {str: "text", bool: "True or False", int: "a whole number", float: "a number", type(None): "None"}
_fitting: set[tuple[Any, type]] = set()
"""Annotations, and classes whose every value fits them."""
_read: dict[tuple[str, str], list[Kind] | None] = {}


def _kinds(annotation: Any, module: str) -> list[Kind] | None:
    if isinstance(annotation, type) and not hasattr(annotation, "__args__"):
        annotation = annotation.__name__
    text = str(annotation).replace("typing.", "").replace("collections.abc.", "")
    key = (module, text)
    if key not in _read:
        try:
            _read[key] = list(_parse(text, module))
        except _Unclear:
            _read[key] = None
    return _read[key]


class _Unclear(Exception):
    """The annotation holds something that only a type checker understands."""


def _parse(text: str, module: str) -> Iterator[Kind]:
    for part in _members(text):
        name, bracket, inside = part.partition("[")
        inside = inside[:-1]
        if name == "None":
            yield Kind("None", lambda value: value is None)
        elif name == "bool":
            yield Kind("True or False", lambda value: isinstance(value, bool))
        elif name == "int":
            yield Kind("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool))
        elif name == "float":
            yield Kind("a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool))
        elif name == "str":
            yield Kind("text", lambda value: isinstance(value, str))
        elif name == "Token":
            yield Kind("a deploy-time value", lambda value: isinstance(value, Token))
        elif name == "Literal" and bracket:
            yield _literal(inside)
        elif name in _LISTS:
            yield _list(inside, module)
        elif name in _MAPS:
            yield Kind("a dictionary", lambda value: hasattr(value, "keys"))
        else:
            yield _instance(name, module)


def _members(text: str) -> list[str]:
    """The members of a union, which may be written with `|` or as `Optional`."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in "[(") - (sign in "])")
        if sign == "|" and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return [*parts, text[start:].strip()]


def _literal(inside: str) -> Kind:
    values = [text or int(number) for _, text, number in _VALUE.findall(inside)]
    words = ", ".join(repr(value) for value in values)
    return Kind(
        words, lambda value: not isinstance(value, Token) and any(type(value) is type(v) and value == v for v in values)
    )


def _list(inside: str, module: str) -> Kind:
    try:
        of = list(_parse(inside.removesuffix(", ..."), module)) if inside else []
    except _Unclear:
        of = []
    words = f"a list of {' or '.join(kind.words for kind in of)}" if of else "a list"

    def fits(value: Any) -> bool:
        if isinstance(value, ListToken):
            return True
        if isinstance(value, str | bytes | bytearray) or not hasattr(value, "__iter__") or hasattr(value, "keys"):
            return False
        return not of or not hasattr(value, "__len__") or all(any(kind.fits(one) for kind in of) for one in value)

    return Kind(words, fits)


def _instance(name: str, module: str) -> Kind:
    known = getattr(sys.modules.get(module), name, None)
    if name in ("Any", "object") or not isinstance(known, type) or getattr(known, "_is_protocol", False):
        raise _Unclear
    return Kind(f"{'an' if name[0] in 'AEIOU' else 'a'} {name}", lambda value: isinstance(value, known))
