"""`awsdeck clean`: take away what earlier runs have left in the account."""

from __future__ import annotations

from ..errors import ApprovalNeeded, InputError
from ..lint.report import counted, printable
from .account import OPTIONS, open_account
from .command import Argument, Command, Option
from .subjects import subjects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..deploy import Stale
    from .context import Context

FAILED = 1
HOURS = 1


def clean(
    context: Context,
    stacks: list[str],
    all: bool,
    older_than: int | None,
    local: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Delete our own change sets that were never executed, and the empty stacks in review that hold nothing else."""
    from ..deploy import find_stale, find_stale_anywhere, remove_stale

    if all and stacks:
        raise InputError("--all and names exclude each other")
    aws, _ = open_account(context, local, profile, region)
    age = (HOURS if older_than is None else older_than) * 3_600.0
    if all:
        found = find_stale_anywhere(aws, older=age)
    else:
        assembly = subjects(context, aws, stacks)
        if isinstance(assembly, int):
            return assembly
        found = find_stale(assembly, aws=aws, older=age)
    context.screen.note(*(printable(note) for note in found.notes))
    if not context.json:
        for one in found.stale:
            context.screen.say(_line(context, one))
    if not found.stale:
        if context.json:
            context.screen.data({"version": 1, "removed": [], "left": []})
        else:
            context.screen.say("there is nothing of ours to clean")
        return 0
    if not context.yes:
        if context.json:
            raise ApprovalNeeded(f"{counted(len(found.stale), 'change set')} would be deleted", fix="say --yes")
        if not context.confirm(f"Delete {counted(len(found.stale), 'change set')}?"):
            raise ApprovalNeeded("declined; nothing was deleted")
    gone = remove_stale(found.stale, lambda message: context.screen.complain(printable(message)))
    left = [one for one in found.stale if one not in gone]
    if context.json:
        data = {"removed": [one.to_dict() for one in gone], "left": [one.to_dict() for one in left]}
        context.screen.data({"version": 1, **data})
    else:
        context.screen.say(f"{counted(len(gone), 'change set')} deleted")
    return FAILED if left else 0


def _line(context: Context, one: Stale) -> str:
    from datetime import UTC, datetime

    day = datetime.fromtimestamp(one.created, UTC).strftime("%Y-%m-%d %H:%M")
    mark = context.screen.paint("-", "delete")
    stack = ", with the empty stack in review" if one.with_stack else ""
    return f"  {mark} {one.stack}: {one.name} of {day} ({one.status}){stack}"


COMMANDS = (
    Command(
        "clean", clean, "Delete change sets of earlier runs that nobody executes, and the empty stacks they stand on.",
        Argument("stacks", "Stacks by name, pattern or ARN; all of the deck when none is named.", metavar="STACK", many=True),
        Option("--all", "Look at every stack of the region.", "flag"),
        Option("--older-than", "Only what is older (default 1); a younger one may be in use.", "number", metavar="HOURS"),
        *OPTIONS,
        epilog="Only change sets that awsdeck has named are touched, and only stacks without any resource.",
    ),
)  # fmt: skip
