"""One thing that is wrong with a resource's properties, and how it is put into words."""

from __future__ import annotations

import re

from .words import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Found = list["Problem"] | None
    Check = Callable[[Any], Found]

KINDS = {
    "s": "text",
    "i": "a whole number",
    "n": "a number",
    "b": "true or false",
    "o": "an object",
    "a": "a list",
    "z": "null",
}

# Values of properties with such names are never shown.
SENSITIVE = re.compile(r"passw|passphrase|secret|token|credential|private_?key|auth_?key|key_?material", re.IGNORECASE)

# Stand in messages for the property, and around the value, until the whole path is known.
SUBJECT = "\0"
QUOTE = "\1"


class Problem:
    """One thing that is wrong: where (`path`), in words, what is allowed, and perhaps what to write instead."""

    __slots__ = ("kind", "message", "path", "allowed", "fix")

    def __init__(
        self,
        kind: str,
        message: str,
        allowed: str | None = None,
        fix: str | None = None,
        path: tuple[str | int, ...] = (),
    ) -> None:
        self.kind = kind
        self.message = message
        self.allowed = allowed
        self.fix = fix
        self.path = path

    def __repr__(self) -> str:
        return f"Problem({self.kind}, {'/'.join(map(str, self.path))}: {self.message})"


def wrong_type(value: Any, words: str) -> Problem:
    """What is said of a value of another type than `words`."""
    is_a = value.__class__
    if is_a is dict:
        what = "an object"
    elif is_a is list:
        what = "a list"
    elif is_a is bool:
        what = "true" if value else "false"
    elif is_a in (str, int, float):
        what = f"{QUOTE}{shorten(value)}{QUOTE}"
    else:
        what = f"a {is_a.__name__}"
    return Problem("type", f"{SUBJECT} must be {words}, but is {what}", words)


def both(first: Found, second: Found) -> Found:
    """The problems of two checks."""
    return second if first is None else first if second is None else first + second


def finish(problem: Problem, type_name: str) -> None:
    """Put the property's name into the message, and take a value that may be a secret out of it."""
    steps = plain_path(problem.path)
    names = [at for at, step in enumerate(steps) if isinstance(step, str)]
    subject = type_name
    if names:
        subject = str(steps[names[-1]]) + "".join(f"[{step}]" for step in steps[names[-1] + 1 :])
    text = problem.message.replace(SUBJECT, subject)
    if QUOTE in text and SENSITIVE.search(subject):
        text = re.sub(f"{QUOTE}[^{QUOTE}]*{QUOTE}", "the value given", text)
    problem.message = text.replace(QUOTE, "")


def plain_path(path: tuple[str | int, ...]) -> list[str | int]:
    """A path without the steps through `Fn::If`."""
    steps: list[str | int] = []
    skip = False
    for step in path:
        if skip:
            skip = False
        elif step == "Fn::If":
            skip = True
        else:
            steps.append(step)
    return steps
