"""`awsdeck refactor`: carry deployed resources over to other names and other stacks."""

from __future__ import annotations

from ..errors import ApprovalNeeded, InputError
from ..lint.report import counted, printable
from .account import LOCAL, OPTIONS, open_account
from .command import Argument, Command, Option
from .deck import assemble, stacks_named
from .subjects import subjects
from .synth import deck_report, failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..deploy import Findings, Move, Refactoring
    from .context import Context


def refactor(
    context: Context,
    stacks: list[str],
    auto: bool,
    check: bool,
    bucket: str | None,
    timeout: int | None,
    profile: str | None,
    region: str | None,
) -> int:
    """Do the moves that the deck declares; with --auto those that equal resources show, too."""
    from ..deploy import find_moves
    from ..deploy import refactor as run

    loaded, assembly = assemble(context)
    if assembly is None:
        return failed(context, loaded, deck_report(context, loaded, None))
    names = stacks_named(assembly, stacks)
    aws, _ = open_account(context, False, profile, region)
    found = find_moves(assembly, aws=aws, stacks=names if stacks else None, auto=auto)
    _hints(context, found)
    if not found.refactorings:
        if context.json:
            context.screen.data({"version": 1, "refactorings": [], **_beside(found)})
        else:
            context.screen.say("nothing is left to move")
        return 0
    done = [
        run(
            assembly,
            plan,
            aws=aws,
            confirm=lambda plan: _confirmed(context, plan, check=check),
            tell=lambda action: context.screen.note(f"  CloudFormation: {printable(action)}"),
            bucket=bucket or context.config.get("deploy.bucket"),
            check=check,
            timeout=timeout,
        )
        for plan in found.refactorings
    ]
    if context.json:
        context.screen.data({"version": 1, "refactorings": [one.to_dict() for one in done], **_beside(found)})
        return 0
    for one in done:
        what = counted(len(one.plan.moves), "resource")
        context.screen.say(
            f"{what} {context.screen.paint('moved', 'good')}"
            if one.status == "moved"
            else f"{what} can be moved; nothing was done, and the check {one.id} stays listed in the account"
        )
    return 0


def _beside(found: Findings) -> dict[str, Any]:
    return {"hints": [one.to_dict() for one in found.hints], "unclear": list(found.unclear)}


def _hints(context: Context, found: Findings) -> None:
    screen = context.screen
    for line in found.unclear:
        screen.note(screen.paint_error(line, "warning"))
    if found.hints:
        screen.note("these look as if they had moved; --auto moves them, or declare them with node.moved:")
        screen.note(*(f"  {printable(move.message)}" for move in found.hints))


def _confirmed(context: Context, plan: Refactoring, *, check: bool) -> bool:
    screen = context.screen
    if not context.json:
        screen.say(f"in {plan.region}: {', '.join(plan.templates)}", *_lines(context, plan.moves))
        if plan.created:
            screen.say(f"  {screen.paint('+', 'create')} new: {', '.join(plan.created)}")
    if check or context.yes:
        return True
    if context.json:
        raise ApprovalNeeded("moving needs a yes", fix="look at it with --check, then say --yes")
    return context.confirm("Move this? Nothing of the resources changes.")


def _lines(context: Context, moves: Iterable[Move]) -> list[str]:
    mark = context.screen.paint("~", "update")
    return [
        f"  {mark} {printable(move.message)}" + ("" if move.declared else "  (found, not declared)") for move in moves
    ]


def rename(
    context: Context,
    stack: str,
    name: str | None,
    remove: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Give a stack a second name, or take it away."""
    from ..deploy import plan_alias, set_alias

    if (name is None) != remove:
        raise InputError(
            "a new name is wanted" if name is None else "--remove takes no name",
            fix="rename STACK NEW, or rename STACK --remove",
        )
    account, _ = open_account(context, False, profile, region)
    assembly = subjects(context, account, [stack])
    if isinstance(assembly, int) or len(assembly) != 1:
        raise InputError(f"{stack} means several stacks", fix="name one stack")
    [artifact] = assembly
    aws = account.of(artifact)
    aws.belongs(artifact, artifact.region)
    plan = plan_alias(artifact.name, name, aws=aws, region=artifact.region)
    said = (
        [f"{plan.stack} answers to {plan.alias} too; its ARN, its own name and everything in it stay"]
        if plan.alias
        else []
    )
    if plan.before:
        said.insert(0, f"its second name {plan.before} goes: whoever uses that does not find the stack any more")
    if not context.json:
        context.screen.say(*said)
    if not context.yes and (context.json or not context.confirm("Do it?")):
        raise ApprovalNeeded("declined; nothing was changed", fix="say --yes" if context.json else None)
    set_alias(plan, aws=aws, region=artifact.region)
    if context.json:
        context.screen.data({"version": 1, "stack": plan.stack, "stack_id": plan.stack_id, "alias": plan.alias})
    else:
        context.screen.say("done")
    return 0


ACCOUNT = tuple(option for option in OPTIONS if option is not LOCAL)
"""The embedded CloudFormation knows neither refactoring nor second names."""

COMMANDS = (
    Command(
        "refactor", refactor, "Carry deployed resources over to other logical ids and other stacks, as they are.",
        Argument("stacks", "Only moves from or to these stacks.", metavar="STACK", many=True),
        Option("--auto", "Also move what has an equal under another name or in another stack of the deck.", "flag"),
        Option("--check", "Let CloudFormation say what it would do, and do nothing.", "flag"),
        Option("--bucket", "The bucket for templates that are too large for a request.", metavar="NAME"),
        Option("--timeout", "Stop watching after so long; the operation goes on.", "number", metavar="SECONDS"),
        *ACCOUNT,
        epilog="What has moved is declared in the deck, by node.moved('OldId') or node.moved('old-stack/OldId').",
    ),
    Command(
        "rename", rename, "Give a stack a second name that CloudFormation finds it by.",
        Argument("stack", "The stack, by name or ARN.", metavar="STACK", required=True),
        Argument("name", "The new name.", metavar="NEW"),
        Option("--remove", "Take the second name away.", "flag"),
        *ACCOUNT,
        epilog="CloudFormation cannot change a stack's own name: its ARN, exports and physical names keep the old one, and "
        "both names work. A stack has one second name at most. Needs boto3 1.44.",
    ),
)  # fmt: skip
