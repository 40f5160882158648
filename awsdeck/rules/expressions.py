"""Regular expressions that stand in templates, held against values in bounded time.

Python's own engine goes back and forth and may need ages for forty characters; here all ways through an expression are
followed at once. What this cannot follow, or not cheaply, is never said to miss.
"""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Step = tuple[str, Any, int]
    """What to do, with what, and where else to go on: "char", "at", "ahead", "not ahead", "either", "go" or "done"."""
    Program = list[Step]

LONGEST = 5_000
"""Steps of an expression, its repetitions written out."""
MOST_WORK = 300_000
"""Steps taken for one value."""
_CLASSES = {
    "CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W",
}  # fmt: skip
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT")


class _TooMuch(Exception):
    """An expression, or the way of a value through it, that is not followed."""


def of_java(pattern: str) -> bool:
    """Whether a pattern has something that Python reads otherwise than Java, or not at all."""
    return re.search(r"\\[pPQEGZzhHRX]|[*+?}]\+|\(\?[^:=!<]|&&|\[[^\]]*\[", pattern) is not None


def misses(pattern: str, text: str, *, whole: bool) -> bool:
    """Whether `pattern` certainly matches nowhere in `text`; with `whole`, not from its start to its end."""
    program = None if of_java(pattern) else _program(pattern)
    if program is None:
        return False
    try:
        return not _Reading(text).matches(program, 0, whole=whole, anywhere=not whole)
    except _TooMuch:
        return False


@lru_cache(maxsize=64)
def _program(pattern: str) -> Program | None:
    try:
        read = vars(re)["_parser"].parse(pattern)
        if read.state.flags & ~re.UNICODE:
            return None
        program: Program = []
        _write(program, read)
    except (_TooMuch, re.error, RecursionError, OverflowError, KeyError):
        return None
    program.append(("done", None, 0))
    return program


def _write(program: Program, items: Iterable[tuple[Any, Any]]) -> None:
    if len(program) > LONGEST:
        raise _TooMuch
    for op, given in items:
        name = str(op)
        if name in _REPEATS:
            _repeat(program, *given)
        elif name == "BRANCH":
            _branch(program, given[1])
        elif name == "SUBPATTERN":
            if given[1] or given[2]:
                raise _TooMuch
            _write(program, given[3])
        elif name == "AT" and given.name.startswith(("AT_BEGINNING", "AT_END")):
            program.append(("at", given.name, 0))
        elif name in ("ASSERT", "ASSERT_NOT") and given[0] == 1:
            inner: Program = []
            _write(inner, given[1])
            inner.append(("done", None, 0))
            program.append(("ahead" if name == "ASSERT" else "not ahead", inner, 0))
        else:
            program.append(("char", _test(name, given), 0))


def _repeat(program: Program, least: int, most: int, items: list[tuple[Any, Any]]) -> None:
    for _ in range(least):
        program.append(("go", None, len(program) + 1))  # repetitions of nothing are counted too
        _write(program, items)
    if most == vars(re)["_parser"].MAXREPEAT:
        start = len(program)
        program.append(("either", None, 0))
        _write(program, items)
        program.append(("go", None, start))
        program[start] = ("either", None, len(program))
        return
    ways: list[int] = []
    for _ in range(most - least):
        ways.append(len(program))
        program.append(("either", None, 0))
        _write(program, items)
    for way in ways:
        program[way] = ("either", None, len(program))


def _branch(program: Program, several: list[Any]) -> None:
    ends: list[int] = []
    for items in several[:-1]:
        start = len(program)
        program.append(("either", None, 0))
        _write(program, items)
        ends.append(len(program))
        program.append(("go", None, 0))
        program[start] = ("either", None, len(program))
    _write(program, several[-1])
    for end in ends:
        program[end] = ("go", None, len(program))


def _test(name: str, given: Any) -> Callable[[str], object]:
    if name == "LITERAL":
        return chr(given).__eq__
    if name == "NOT_LITERAL":
        return chr(given).__ne__
    if name == "ANY":
        return "\n".__ne__
    if name == "CATEGORY":
        return re.compile(_CLASSES[str(given)]).match
    if name == "RANGE":
        low, high = chr(given[0]), chr(given[1])
        return lambda char: low <= char <= high
    if name == "IN":
        refused = str(given[0][0]) == "NEGATE"
        tests = [_test(str(op), one) for op, one in given[refused:]]
        return lambda char: refused is not any(test(char) is not None and test(char) is not False for test in tests)
    raise _TooMuch


class _Reading:
    """One text, and what was found out about it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.work = 0
        self.ahead: dict[tuple[int, int], bool] = {}

    def matches(self, program: Program, start: int, *, whole: bool, anywhere: bool) -> bool:
        text, end, last = self.text, len(self.text), len(program) - 1
        going: set[int] = set()
        for at in range(start, end + 1):
            if anywhere or at == start:
                going.add(0)
            going = self.reached(program, going, at)
            if last in going and (at == end or not whole):
                return True
            if at == end or not (going or anywhere):
                return False
            char, after = text[at], set[int]()
            for step in going:
                what, test, _ = program[step]
                if what == "char" and test(char) not in (None, False):
                    after.add(step + 1)
            going = after
        return False

    def reached(self, program: Program, going: set[int], at: int) -> set[int]:
        """Every step that can be stood on without reading on."""
        seen: set[int] = set()
        waiting = list(going)
        while waiting:
            step = waiting.pop()
            if step in seen:
                continue
            seen.add(step)
            self.work += 1
            if self.work > MOST_WORK:
                raise _TooMuch
            what, given, other = program[step]
            if what == "either":
                waiting += [step + 1, other]
            elif what == "go":
                waiting.append(other)
            elif what in ("at", "ahead", "not ahead") and self.holds(what, given, at):
                waiting.append(step + 1)
        return seen

    def holds(self, what: str, given: Any, at: int) -> bool:
        if what == "at":
            if given.startswith("AT_BEGINNING"):
                return at == 0
            return at == len(self.text) or (given == "AT_END" and self.text[at:] == "\n")
        key = (id(given), at)
        if key not in self.ahead:
            self.ahead[key] = self.matches(given, at, whole=False, anywhere=False)
        return self.ahead[key] is (what == "ahead")
