"""`blueprint.json`: what a blueprint is called, what it asks, and what to do with what it made.

Its shape is `schemas/blueprint.schema.json`; the files to render lie beside it in `files/`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from .. import jsonmarks
from ..catalog.store import SCHEMAS
from ..errors import InputError, Place
from ..output import reason
from . import answers as answering
from .answers import Question
from .rendering import rendered
from .sources import gather
from .target import write

MANIFEST = "blueprint.json"
SCHEMA = "blueprint.schema.json"
FILES = "files"
LARGEST = 256 * 1024  # bytes of a manifest


@frozen
class Blueprint:
    """A kind of project. `folder` holds the manifest; `next` says what to do with what was rendered."""

    name: str
    description: str
    version: str
    folder: str
    answers: Mapping[str, Any] = field(eq=False, repr=False)
    next: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """The description's first sentence."""
        return self.description.split(". ")[0].rstrip(".")

    def questions(self) -> list[Question]:
        """What it asks, in the order of the manifest."""
        return answering.questions(self.answers)

    def missing(self, answers: Mapping[str, Any]) -> list[Question]:
        """The questions that have no answer yet, also those that a default would answer."""
        return [question for question in self.questions() if question.name not in answers]

    def check(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The answers as the schema wants them: text converted, defaults filled in.

        Raises one `InputError` with everything that is wrong with them.
        """
        return answering.check(self.answers, answers, self.name)

    def render(self, answers: Mapping[str, Any], target: str, force: bool = False) -> list[str]:
        """Write the project below `target`; the paths written, relative to it.

        All is rendered before anything is written, and what is there is only written over with `force`. Raises
        `InputError` for wrong answers and templates, and for files in the way.
        """
        typed = self.check(answers)
        sources = gather(os.path.join(self.folder, FILES))
        return write(rendered(self.name, sources, typed), target, force)


def read(folder: str) -> Blueprint:
    """The blueprint in a folder. Raises `InputError` with the line of what is wrong in its manifest."""
    path = os.path.join(folder, MANIFEST)
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read(LARGEST + 1)
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {reason(error, path)}") from None
    if len(text) > LARGEST:
        raise InputError(f"{path} is larger than {LARGEST // 1024} KiB")
    data = jsonmarks.read(text, path)
    problems = _problems(data)
    if problems:
        raise _together(problems, text, path)
    return Blueprint(
        name=data["name"],
        description=data["description"],
        version=data["version"],
        folder=os.path.abspath(folder),
        answers=data["answers"],
        next=tuple(data.get("next", ())),
    )


Problem = tuple[tuple[str | int, ...], str]


def _problems(data: Any) -> list[Problem]:
    from jsonschema import Draft202012Validator

    with open(os.path.join(SCHEMAS, SCHEMA), encoding="utf-8") as file:
        validator = Draft202012Validator(json.load(file))
    found = [(tuple(error.absolute_path), error.message) for error in validator.iter_errors(data)]
    return sorted(found, key=lambda problem: [str(step) for step in problem[0]]) or _contradictions(data["answers"])


def _contradictions(schema: Mapping[str, Any]) -> list[Problem]:
    """What a schema cannot say of a schema: patterns that do not compile, defaults that do not fit."""
    problems: list[Problem] = []
    questions = schema["properties"]
    required = set(schema.get("required", ()))
    wanted = {name for name, question in questions.items() if "default" not in question}
    for name in sorted(required ^ wanted):
        why = "has a default" if name in questions else "is not asked"
        text = f"{name} {why}, and is required" if name in required else f"{name} has no default, and is not required"
        problems.append((("answers", "required"), text))
    for name, question in questions.items():
        at = ("answers", "properties", name)
        wrong = answering.bad_pattern(question)
        if wrong is not None:
            problems.append(((*at, "pattern"), f"{name}: the pattern does not compile: {wrong}"))
        elif "default" in question:
            problems.extend(
                ((*at, "default"), f"{text}, and it is the default")
                for text in answering.misfits({"properties": {name: question}}, {name: question["default"]})
            )
    return problems


def _together(problems: list[Problem], text: str, path: str) -> InputError:
    marks = jsonmarks.Marks(text)
    places = [Place(path, *marks.find(steps, False)) for steps, _ in problems]
    lines = [problems[0][1], *(f"{at}: {message}" for at, (_, message) in zip(places[1:], problems[1:], strict=True))]
    return InputError("\n".join(lines), place=places[0])
