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
    """Render a blueprint into a folder; asks which, and for what is not answered, when somebody is there to ask."""
    from .. import blueprint as blueprints

    asks = not context.yes and sys.stdin is not None and sys.stdin.isatty()
    given = _answers(answers, set)
    if blueprint is not None:
        plan = blueprints.find(blueprint)
    elif asks and not context.json:
        plan = _choose(context)
    elif given:
        names = ", ".join(one.name for one in blueprints.available())
        raise InputError("answers, and no blueprint to ask for them", fix=f"name one of: {names}")
    else:
        return _list(context)
    if asks:
        for question in plan.missing(given):
            given[question.name] = _ask(context, plan, question)
    folder = target or "."
    if asks and blueprint is None:
        usual = str(given.get("name", "."))
        folder = _line(context, f"Folder to write to [{usual}]: ") or usual
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
    context.screen.note(
        "awsdeck init BLUEPRINT [FOLDER] renders one and asks for its answers, or takes them: --set NAME=VALUE, --answers FILE"
    )
    return 0


def _choose(context: Context) -> Blueprint:
    """The blueprint that somebody chooses by its number or name; asks again until there is one."""
    from .. import blueprint as blueprints

    found = blueprints.available()
    context.screen.table(("", "BLUEPRINT", "WHAT IT MAKES"), _numbered(found))
    while True:
        chosen = _line(context, "Which one (number, name, or the path of another): ")
        if chosen.isascii() and chosen.isdigit() and 0 < int(chosen) <= len(found):
            return found[int(chosen) - 1]
        try:
            return blueprints.find(chosen)
        except InputError as error:
            context.screen.error(error)


def _numbered(found: list[Blueprint]) -> list[tuple[str, str, str]]:
    """The rows of what can be chosen, with sentences broken where the terminal ends."""
    import shutil
    import textwrap

    taken = len(str(len(found))) + max((len(one.name) for one in found), default=0) + 2 * len("  ")
    width = max(shutil.get_terminal_size().columns - taken, 40)
    rows = []
    for number, one in enumerate(found, 1):
        first, *more = textwrap.wrap(one.summary, width) or [""]
        rows += [(str(number), one.name, first), *(("", "", line) for line in more)]
    return rows


def _line(context: Context, prompt: str) -> str:
    """What somebody types."""
    context.screen.put(context.screen.err, prompt, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise InputError("the answers end before the questions do")
    return line.strip()


def _ask(context: Context, plan: Blueprint, question: Question) -> Any:
    """An answer that fits; asks again until there is one."""
    from ..blueprint.answers import check

    schema = {"properties": {question.name: plan.answers["properties"][question.name]}}
    while True:
        line = _line(context, f"{question.text}{_default(question)}: ")
        given = {question.name: line} if line or question.default is None else {}
        try:
            return check(schema, given, plan.name)[question.name]
        except InputError as error:
            context.screen.error(InputError(error.message.rpartition("\n  ")[2]))


def _default(question: Question) -> str:
    """What an empty line stands for, as a person would type it."""
    default = question.default
    if isinstance(default, bool):
        return " [yes]" if default else " [no]"
    return "" if default is None else f" [{default if default != '' else 'empty'}]"


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
        "Start a project from a blueprint; without one, list them and ask which.",
        Argument("blueprint", "The blueprint: its name, or the path of a folder with one."),
        Argument("target", "The folder to write to (default: this one).", metavar="FOLDER"),
        Option("--set", "An answer.", "list", metavar="NAME=VALUE"),
        Option("--answers", "Answers in JSON, YAML or TOML.", metavar="FILE"),
        Option("--force", "Write over files that are there.", "flag"),
    ),
)
