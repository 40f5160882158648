"""Reads a command line that is right. Whatever it does not understand is left to `careful`, which says what is wrong."""

from __future__ import annotations

from .command import COMMON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .command import Command, Option

_COMMON = {flag: option for option in COMMON for flag in option.flags}


def common_first(args: Sequence[str]) -> list[str] | None:
    """The same words with common options that stand before the command moved to the end; None when that fails."""
    index = 0
    while index < len(args) and args[index].startswith("-"):
        option = _COMMON.get(args[index].partition("=")[0])
        if option is None:
            return None
        index += 1 if option.kind == "flag" or "=" in args[index] else 2
    if not index or index >= len(args):
        return list(args) if not index else None
    rest = list(args[index:])
    cut = rest.index("--") if "--" in rest else len(rest)
    return [*rest[:cut], *args[:index], *rest[cut:]]


def read(command: Command, args: Sequence[str]) -> dict[str, Any] | None:
    """Every argument and option of the command by name, or None when the words are not simply right."""
    known = {flag: option for option in (*command.options, *COMMON) for flag in option.flags}
    values: dict[str, Any] = {option.name: option.absent for option in known.values()}
    given: set[str] = set()
    words: list[str] = []
    index = 0
    while index < len(args):
        word = args[index]
        index += 1
        if word == "--":
            words.extend(args[index:])
            break
        if not word.startswith("-") or word == "-":
            words.append(word)
            continue
        flag, equals, value = word.partition("=")
        option = known.get(flag)
        if option is None or (equals and (option.kind == "flag" or not flag.startswith("--"))):
            return None
        if option.kind == "flag":
            values[option.name] = True
            continue
        if not equals and option.bare is not None:
            value = str(option.bare)
        elif not equals:
            if index >= len(args) or (args[index].startswith("-") and args[index] != "-"):
                return None
            value = args[index]
            index += 1
        if not _take(option, value, values, given):
            return None
    return values if _place(command, words, values) else None


def _take(option: Option, value: str, values: dict[str, Any], given: set[str]) -> bool:
    if option.choices and value not in option.choices:
        return False
    if option.kind == "list":
        if option.name not in given:
            values[option.name] = []
        values[option.name].append(value)
    elif option.kind == "number":
        if not value.isdigit() or not value.isascii() or int(value) < option.least:
            return False
        values[option.name] = int(value)
    else:
        values[option.name] = value
    given.add(option.name)
    return True


def _place(command: Command, words: list[str], values: dict[str, Any]) -> bool:
    """Give the plain words to the arguments; False when there are too many or too few."""
    left = list(words)
    for argument in command.arguments:
        if argument.many:
            values[argument.name], left = left, []
        else:
            values[argument.name] = left.pop(0) if left else None
        if argument.required and not values[argument.name]:
            return False
    return not left
