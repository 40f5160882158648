"""The terms of a deploy from the command line, the deck and the configuration: what goes before what, and whether it can be.

A flag goes before what the deck says of a stack, and that before the configuration: `[deploy.stacks.NAME]`, then
`[deploy]`. Tags are put together from all of them.
"""

from __future__ import annotations

import copy
import sys

from ..errors import DeckError, InputError, Place
from .command import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from typing import Any

    from ..assembly import Assembly, StackArtifact
    from ..deploy import Conduct, Hooks
    from ..terms import Problem
    from .context import Context

WAIT = 1_800
"""Seconds for which somebody else's operation is waited for, when no other number is given."""
NONE = "none"

SETTINGS = "Stack settings"
FAILURE = "Operations"
TERMS = (
    Option("--role --role-arn", "The role that CloudFormation works with.", metavar="ARN", group=SETTINGS),
    Option(
        "--notification-arn", "A topic that CloudFormation tells of everything; `none` removes them.", "list",
        metavar="ARN[,…]", group=SETTINGS,
    ),
    Option(
        "--rollback-alarm", "An alarm that undoes the deploy, composite:ARN a composite one; `none` removes them.", "list",
        metavar="ARN[,…]", group=SETTINGS,
    ),
    Option("--monitoring", "How long after the deploy the alarms count.", "number", metavar="MINUTES", group=SETTINGS),
)  # fmt: skip
CONDUCT = (
    Option("--no-rollback", "Leave what fails as it is; deploying again so goes on from there.", "flag", group=FAILURE),
    Option(
        "--on-create-failure", "What becomes of a stack whose creation fails (default rollback).",
        choices=("delete", "rollback", "keep"), group=FAILURE,
    ),
    Option("--auto-rollback", "Undo an update that failed and was left as it was, then deploy.", "flag", group=FAILURE),
    Option("--express", "Be done when all is configured, not when it is ready.", "flag", group=FAILURE),
    Option("--revert-drift", "Bring what was changed by hand back to the template.", "flag", group=FAILURE),
    Option("--import-existing", "Take resources in that exist already under the same name.", "flag", group=FAILURE),
    Option("--skip-validation", "Do without CloudFormation's check before the deploy.", "flag", group=FAILURE),
    Option(
        "--wait-in-progress", f"Wait for somebody else's operation (default {WAIT} seconds).", "number",
        metavar="[=SECONDS]", bare=WAIT, group=FAILURE,
    ),
    Option("--no-wait", "Start the operations and leave them to themselves (exit 9).", "flag", group=FAILURE),
    Option("--strict-cleanup", "Exit 8 when something that was replaced could not be removed.", "flag", group=FAILURE),
)  # fmt: skip
OUTAGE = Option(
    "--poll-outage", "How long to watch on without a connection (default 900).", "number", metavar="SECONDS",
    group=FAILURE,
)  # fmt: skip


def conduct(context: Context, flags: Mapping[str, Any]) -> Conduct:
    """How operations are to be carried out, by the flags of `CONDUCT`."""
    from ..deploy import Conduct

    return Conduct(
        rollback=not flags["no_rollback"],
        on_create_failure=flags["on_create_failure"],
        auto_rollback=flags["auto_rollback"],
        express=flags["express"],
        revert_drift=flags["revert_drift"],
        import_existing=flags["import_existing"],
        validate=not flags["skip_validation"],
        wait_in_progress=flags["wait_in_progress"],
        wait=not flags["no_wait"],
        strict_cleanup=flags["strict_cleanup"],
        capabilities=context.config.get("deploy.capabilities"),
    )


def said(flags: Mapping[str, Any]) -> dict[str, Any]:
    """The terms by the flags of `TERMS`, which go before what stacks have; raises `InputError` for what cannot be."""
    given = {
        "execution_role": flags["role"],
        "notification_arns": _several(flags["notification_arn"]),
        "rollback_triggers": _several(flags["rollback_alarm"]),
        "monitoring": flags["monitoring"],
    }
    names = {
        "execution_role": "--role",
        "notification_arns": "--notification-arn",
        "rollback_triggers": "--rollback-alarm",
        "monitoring": "--monitoring",
    }
    _refuse([(f"{names[one.name]}: ", one) for one in _problems(given)], None)
    return {name: value for name, value in given.items() if value is not None}


def agreed(context: Context, assembly: Assembly) -> Assembly:
    """The assembly with the terms of the deck, and those of the configuration where the deck has none.

    Raises `InputError` with everything in the configuration that cannot be.
    """
    from ..assembly import Assembly

    config = context.config
    general: dict[str, Any] = config.get("deploy", {})
    by_stack: dict[str, dict[str, Any]] = general.get("stacks", {})
    defaults = _terms(general, general=True)
    wrong = [("deploy.", one) for one in _problems(defaults)]
    for name, own in by_stack.items():
        wrong += [(f"deploy.stacks.{name}.", one) for one in _problems(_terms(own))]
        if name not in assembly.everything and not context.screen.quiet:
            context.screen.note(f"{config.file}: deploy.stacks.{name} is about no stack of this deck")
    _refuse(wrong, config.file)
    return Assembly(
        _with_terms(artifact, {**defaults, **_terms(by_stack.get(artifact.name, {}))}, defaults.get("tags", {}))
        for artifact in assembly.everything.values()
    )


def hooks(context: Context) -> Hooks:
    """The functions that the configuration wants called around every deploy.

    Raises `InputError` for one that is not there, and tells what its module raises with its line.
    """
    from ..deploy import Hooks

    found = {
        when: tuple(_function(context, name) for name in context.config.get(f"deploy.{when}", ()))
        for when in ("before", "after")
    }
    return Hooks(before=found["before"], after=found["after"])


def printing_aside(context: Context) -> AbstractContextManager[object]:
    """While functions of the user's are called: what they print does not get among the records on standard output."""
    from contextlib import nullcontext, redirect_stdout

    return redirect_stdout(sys.stderr) if context.json else nullcontext()


def _terms(table: Mapping[str, Any], *, general: bool = False) -> dict[str, Any]:
    """What a table of the configuration says of stacks; `role` in `[deploy]` is what `--role` is."""
    known = ("notification_arns", "rollback_triggers", "monitoring", "stack_policy", "termination_protection", "tags")
    found = {name: table[name] for name in known if name in table}
    roles = {"execution_role": table.get("role")} if general else {
        name: table.get(name) for name in ("role", "execution_role")
    }  # fmt: skip
    return {**found, **{name: value for name, value in roles.items() if value is not None}}


def _with_terms(artifact: StackArtifact, configured: Mapping[str, Any], tags: Mapping[str, str]) -> StackArtifact:
    agreed = copy.copy(artifact)
    for name in ("role", "execution_role", "notification_arns", "rollback_triggers", "monitoring", "stack_policy"):
        value = configured.get(name)
        if getattr(artifact, name) is None and value is not None:
            setattr(agreed, name, tuple(value) if isinstance(value, list) else value)
    agreed.termination_protection = artifact.termination_protection or configured.get("termination_protection", False)
    agreed.tags = {**artifact.tags, **tags, **configured.get("tags", {})}
    return agreed


def _problems(terms: Mapping[str, Any]) -> list[Problem]:
    from ..terms import problems

    return problems(**{name: value for name, value in terms.items() if name != "termination_protection"})


def _several(words: Iterable[str]) -> list[str] | None:
    """The values of an option that may be given several times; none of them for `none`."""
    found = [word.strip() for text in words for word in text.split(",") if word.strip()]
    return None if not found else [word for word in found if word != NONE]


def _refuse(wrong: list[tuple[str, Problem]], file: str | None) -> None:
    if not wrong:
        return
    lines: list[str] = []
    for where, one in wrong:
        text = one.text if file else one.text.removeprefix(f"{one.name}: ")
        lines += [f"{where}{text}", f"    fix: {one.fix}"]
    raise InputError("\n".join(lines[:-1]), place=Place(file) if file else None, fix=wrong[-1][1].fix)


def _function(context: Context, name: str) -> Callable[[Any], object]:
    from importlib import import_module

    from .trouble import told

    module_name, _, attribute = name.partition(":")
    file = context.config.file or ""
    if not attribute:
        raise InputError(f"{name!r} names no function", place=Place(file), fix="write MODULE:FUNCTION")
    folder = context.config.folder
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        module = import_module(module_name)
    except DeckError:
        raise
    except ModuleNotFoundError as error:
        if error.name is None or not module_name.startswith(error.name):
            raise told(error, None) from error
        raise InputError(
            f"there is no module {error.name} for the function {name}", place=Place(file),
            fix=f"put it into {folder}, or install it where awsdeck is installed",
        ) from None  # fmt: skip
    except (Exception, SystemExit) as error:
        raise told(error, None) from error
    function = getattr(module, attribute, None)
    if not callable(function):
        raise InputError(f"{module_name} has no function {attribute}", place=Place(file))
    found: Callable[[Any], object] = function
    return found
