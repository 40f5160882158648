"""Questions and answers: what a blueprint's schema asks, and whether what was answered fits it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from attrs import frozen

from ..errors import InputError

LONGEST = 1000  # characters of one answer
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_KINDS = {"integer": "a whole number", "number": "a number", "boolean": "yes or no", "string": "a text"}


@frozen
class Question:
    """One thing a blueprint wants to know; `default` is None where it has to be answered."""

    name: str
    title: str
    type: str = "string"
    description: str = ""
    default: Any = None
    choices: tuple[Any, ...] = ()
    pattern: str | None = None

    @property
    def text(self) -> str:
        """The question as a person is asked it, with what may be answered."""
        allowed = ", ".join(map(str, self.choices)) or self.description
        return f"{self.title} ({allowed})" if allowed else self.title


def questions(schema: Mapping[str, Any]) -> list[Question]:
    """What the schema asks, in its order."""
    return [
        Question(
            name=name,
            title=asked["title"],
            type=asked["type"],
            description=asked.get("description", ""),
            default=asked.get("default"),
            choices=tuple(asked.get("enum", ())),
            pattern=asked.get("pattern"),
        )
        for name, asked in schema["properties"].items()
    ]


def check(schema: Mapping[str, Any], given: Mapping[str, Any], blueprint: str) -> dict[str, Any]:
    """The answers converted and with defaults. Raises one `InputError` with every mistake."""
    asked = schema["properties"]
    problems = [_unknown(name, list(asked)) for name in given if name not in asked]
    typed: dict[str, Any] = {}
    for name, question in asked.items():
        if name in given:
            value = _converted(given[name], question["type"])
            wrong = _unwritable(value)
            if wrong:
                problems.append(f"{name}: {wrong}")
            else:
                typed[name] = value
        elif "default" in question:
            typed[name] = question["default"]
        else:
            problems.append(f"{name}: not answered; {question['title']}")
    problems.extend(misfits(schema, typed))
    if problems:
        raise InputError(
            "\n  ".join((f"{blueprint} cannot be made with these answers", *problems)),
            fix=f"give answers with --set {problems[0].partition(':')[0] if len(problems) == 1 else 'NAME'}=VALUE",
        )
    return typed


def misfits(schema: Mapping[str, Any], answers: Mapping[str, Any]) -> list[str]:
    """What is wrong with answers, in words; what is not answered is not looked at."""
    from jsonschema import Draft202012Validator

    problems: list[str] = []
    for name, question in schema["properties"].items():
        if name in answers:
            errors = list(Draft202012Validator(question).iter_errors(answers[name]))
            problems.extend(f"{name}: {_in_words(error, question)}" for error in errors[:1])
    return problems


def bad_pattern(question: Mapping[str, Any]) -> str | None:
    """Why a question's pattern does not compile; None when it does, or there is none."""
    try:
        re.compile(question.get("pattern", ""))
    except re.error as error:
        return str(error)
    return None


def _in_words(error: Any, question: Mapping[str, Any]) -> str:
    value, bound = error.instance, error.validator_value
    if error.validator == "enum":
        return f"{value!r} is none of {', '.join(map(str, bound))}"
    if error.validator == "type":
        return f"{value!r} is not {_KINDS[bound]}"
    if error.validator == "minimum":
        return f"{value} is less than {bound}"
    if error.validator == "maximum":
        return f"{value} is more than {bound}"
    if error.validator in ("minLength", "maxLength"):
        few = "few" if error.validator == "minLength" else "many"
        return f"{value!r} has too {few} characters ({bound} at {'least' if few == 'few' else 'most'})"
    return f"{value!r} does not fit; {question.get('description') or f'the pattern is {bound}'}"


def _converted(value: Any, kind: str) -> Any:
    """Text as the schema's type, where it can be read as that; anything else as it is."""
    if not isinstance(value, str) or kind == "string":
        return value
    text = value.strip()
    if kind == "boolean":
        return _WORDS.get(text.lower(), value)
    try:
        return int(text) if kind == "integer" else float(text)
    except ValueError:
        return value


def _unwritable(value: Any) -> str | None:
    """Why a text cannot stand in a line of a file."""
    if not isinstance(value, str):
        return None
    if len(value) > LONGEST:
        return f"longer than {LONGEST} characters"
    if not value.isprintable():
        return "line breaks and control characters cannot be part of an answer"
    return None


def _unknown(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, 1)
    return f"{name}: nobody asked for it; " + (f"did you mean {close[0]}?" if close else f"asked is {', '.join(known)}")
