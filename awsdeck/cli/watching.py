"""Runs an operation on stacks while somebody watches: what is shown of it, who says yes, and how it ended."""

from __future__ import annotations

import os

from ..errors import ApprovalNeeded, DeckError
from .command import Option
from .show import error_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..deploy import Result, RunRecord, StackPlan
    from .context import Context
    from .progress import Lines, Shown
    from .records import Records

QUESTIONS = {
    "delete": "Delete {}?",
    "rollback": "Roll {} back?",
    "cancel": "Break the update of {} off?",
    "import": "Import this into {}?",
}


PROGRESS = Option(
    "--progress", "What is shown while it runs (default: bar, or events where there is no terminal).",
    choices=("bar", "events", "errors", "none"),
)  # fmt: skip


def watching(context: Context, shown: Shown | None = None, run: RunRecord | None = None) -> Lines | Records:
    """The observer that fits where the output goes; it keeps the record of the run, or goes on with that of `run`."""
    from ..deploy import Journal
    from .live import Live
    from .progress import Lines
    from .records import Records

    folder = runs_folder(context)
    journal = Journal(folder) if run is None else Journal.again(folder, run)
    if context.json:
        return Records(context.screen, shown or "bar", journal)
    out = context.screen.out
    if shown in (None, "bar") and out is not None and out.isatty() and context.screen.color:
        return Lines(context.screen, "none", journal) if context.screen.quiet else Live(context.screen, "bar", journal)
    return Lines(context.screen, "events" if shown in (None, "bar") else shown, journal)


def runs_folder(context: Context) -> str:
    """Where the records of runs are kept: beside the configuration."""
    from ..deploy.watch.journal import FOLDER

    return os.path.join(context.config.folder, FOLDER)


def watched(context: Context, watch: Lines | Records, work: Callable[[], Result]) -> tuple[int, Result | None]:
    """Do it; what the observer has told of a stack's end is not told again."""
    result: Result | None = None
    code = 0
    try:
        result = work()
    except KeyboardInterrupt:
        code = 130
        raise
    except DeckError as error:
        code = error.exit_code
        if context.json and not watch.told:
            context.screen.error(error)
            context.screen.record({"type": "error", "error": error_data(error)["error"]})
        elif not watch.told or context.debug:
            raise
    finally:
        watch.close()
        if context.json:
            context.screen.record({"type": "summary", "exit_code": code})
    return code, result


def confirming(context: Context, watch: Lines | Records, *, approve: bool, local: bool) -> Callable[[StackPlan], bool]:
    """Who says yes to a plan: `--yes` to what is ordinary, `--approve` to what is not, a person to both."""

    def confirm(plan: StackPlan) -> bool:
        watch.close()
        beyond = plan.asks and not approve and plan.operation != "create"
        if local or (context.yes and not beyond):
            return True
        if context.yes or context.json:
            flag = "--approve" if beyond else "--yes"
            what = "\n  ".join((f"{plan.name} needs a yes for:", *plan.asks)) if beyond else f"{plan.name} needs a yes"
            raise ApprovalNeeded(what, fix=f"look at it, then say {flag}")
        return context.confirm(QUESTIONS.get(plan.operation, "Deploy {}?").format(plan.name))

    return confirm
