"""`awsdeck init`: a new project from a blueprint."""

from __future__ import annotations

import os
import sys

from ..errors import InputError
from ..lint.report import counted
from .command import Argument, Command, Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..blueprint import Blueprint, Question
    from .context import Context


def init(
    context: Context,
    blueprint: str | None,
    target: str | None,
    set: list[str],
    answers: str | None,
    force: bool,
) -> int:
    """Render a blueprint into a folder; asks for what is not answered when somebody is there to ask."""
    from .. import blueprint as blueprints

    if blueprint is None:
        return _list(context)
    plan = blueprints.find(blueprint)
    given = _answers(answers, set)
    if not context.yes and sys.stdin is not None and sys.stdin.isatty():
        for question in plan.missing(given):
            given[question.name] = _ask(context, plan, question)
    folder = target or "."
    written = plan.render(given, folder, force=force)
    if context.json:
        context.screen.data({"version": 1, "blueprint": plan.name, "folder": folder, "files": written})
        return 0
    head = f"{context.screen.paint('wrote', 'good')} {counted(len(written), 'file')} to {folder}"
    context.screen.say(head, *(f"  {name}" for name in written))
    steps = list(plan.next) or ["awsdeck synth"]
    if os.path.abspath(folder) != os.getcwd():
        steps.insert(0, f"cd {folder}")
    context.screen.note("next:", *(f"  {step}" for step in steps))
    return 0


def _list(context: Context) -> int:
    from .. import blueprint as blueprints

    found = blueprints.available()
    if context.json:
        context.screen.data({"version": 1, "blueprints": [{"name": one.name, "summary": one.summary} for one in found]})
        return 0
    context.screen.table(("BLUEPRINT", "WHAT IT MAKES"), [(one.name, one.summary) for one in found])
    context.screen.note("awsdeck init BLUEPRINT [FOLDER] renders one")
    return 0


def _ask(context: Context, plan: Blueprint, question: Question) -> Any:
    """An answer that fits; asks again until there is one."""
    from ..blueprint.answers import check

    schema = {"properties": {question.name: plan.answers["properties"][question.name]}}
    default = f" [{question.default}]" if question.default is not None else ""
    while True:
        context.screen.put(context.screen.err, f"{question.text}{default}: ", flush=True)
        line = sys.stdin.readline()
        if not line:
            raise InputError("the answers end before the questions do")
        given = {question.name: line.strip()} if line.strip() or question.default is None else {}
        try:
            return check(schema, given, plan.name)[question.name]
        except InputError as error:
            context.screen.error(InputError(error.message.rpartition("\n  ")[2]))


def _answers(file: str | None, pairs: list[str]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    if file is not None:
        answers.update(_answers_file(file))
    for text in pairs:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InputError(f"{text!r} is no NAME=VALUE")
        answers[name] = value
    return answers


def _answers_file(path: str) -> dict[str, Any]:
    """Answers from a JSON, YAML or TOML file."""
    import tomllib

    from ..output import reason
    from ..template import loads

    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read()
        return tomllib.loads(text) if path.endswith(".toml") else dict(loads(text, file=path).data)
    except OSError as error:
        raise InputError(f"cannot read {path}: {reason(error, path)}") from None
    except ValueError as error:
        raise InputError(f"cannot read {path}: {error}") from None


COMMANDS = (
    Command(
        "init",
        init,
        "Start a project from a blueprint; without one, list them.",
        Argument("blueprint", "The blueprint."),
        Argument("target", "The folder to write to (default: this one).", metavar="FOLDER"),
        Option("--set", "An answer.", "list", metavar="NAME=VALUE"),
        Option("--answers", "Answers in JSON, YAML or TOML.", metavar="FILE"),
        Option("--force", "Write over files that are there.", "flag"),
    ),
)
