"""`awsdeck follow`: the watch over what runs, taken up from any machine by a stack's name or from here by the run."""

from __future__ import annotations

import copy
import os

from ..errors import InputError
from .account import OPTIONS, emulator, open_account
from .command import Argument, Command, Option
from .subjects import deck_if_any, in_account, subjects
from .watching import PROGRESS, runs_folder, watched, watching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..assembly import Assembly
    from ..deploy import AWS, RunRecord
    from .context import Context
    from .progress import Shown


def follow(
    context: Context,
    stacks: list[str],
    timeout: int | None,
    progress: Shown | None,
    local: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Watch what runs on stacks, or take the last run up again; the exit code is that of the operation."""
    from ..deploy import follow as run
    from ..deploy import resume

    record = run_named(context, stacks)
    here = local or (record is not None and record.local and emulator() is None)
    aws, _ = open_account(context, here, profile, region)
    if record is None:
        assembly = subjects(context, aws, stacks)
        if isinstance(assembly, int):
            return assembly
        watch = watching(context, progress)
        return watched(context, watch, lambda: run(assembly, aws=aws, observer=watch, timeout=timeout))[0]
    found = of_run(context, aws, record)
    if not context.json:
        context.screen.note(f"run {record.id}: {', '.join(found.stacks)}")
    watch = watching(context, progress, record)
    return watched(context, watch, lambda: resume(record, found, aws=aws, observer=watch, timeout=timeout))[0]


def run_named(context: Context, words: list[str]) -> RunRecord | None:
    """The run that is meant: the one whose id is given, or the last one when nothing is; None for stacks.

    Raises `InputError` for an id that no record has.
    """
    from ..deploy.watch.journal import find_run, runs

    folder = runs_folder(context)
    if not words:
        return next(runs(folder), None)
    if len(words) > 1 or not words[0][:1].isdigit():
        return None
    found = find_run(folder, words[0])
    if found is None:
        latest = ", ".join(run.id for _, run in zip(range(3), runs(folder), strict=False))
        raise InputError(
            f"there is no record of the run {words[0]} in {os.path.relpath(folder)}",
            fix=f"the last ones are {latest}" if latest else "name a stack instead, or its ARN",
        )
    return found


def of_run(context: Context, aws: AWS, run: RunRecord) -> Assembly:
    """The stacks of a run: as the deck has them where it has them, else as the account does."""
    from ..assembly import Assembly, StackArtifact

    deck = deck_if_any(context)
    chosen: list[StackArtifact] = []
    for name, entry in run.stacks.items():
        known = deck[name] if name in deck.stacks else None
        if known is not None and known.region in (None, entry.region):
            here = copy.copy(known)
            here.region = entry.region
            chosen.append(here)
        else:
            chosen.append(in_account(aws, entry.stack_id, deck))
    return Assembly(chosen)


COMMANDS = (
    Command(
        "follow", follow, "Watch what runs on stacks, whoever started it.",
        Argument(
            "stacks", "Stacks by name, pattern or ARN, or the id of a run; the last run when nothing is named.",
            metavar="STACK|RUN", many=True,
        ),
        Option("--timeout", "Stop watching after so long; the operation goes on.", "number", metavar="SECONDS"),
        PROGRESS, *OPTIONS,
        epilog="When nothing runs, the end of the last operation is the verdict. Needs no deck when a stack is named.",
    ),
)  # fmt: skip
