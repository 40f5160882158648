"""`awsdeck status` and `awsdeck outputs`: stacks as they are."""

from __future__ import annotations

from .account import OPTIONS, open_account
from .command import Argument, Command, Option
from .events import moment
from .subjects import subjects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..deploy import StackDetail, StackStatus
    from .context import Context


def status(context: Context, stacks: list[str], local: bool, profile: str | None, region: str | None) -> int:
    """The state of each stack, and all of it for one that is named; 1 when one that is deployed is not healthy."""
    from ..deploy import details
    from ..deploy import status as look

    aws, _ = open_account(context, local, profile, region)
    assembly = subjects(context, aws, stacks)
    if isinstance(assembly, int):
        return assembly
    found = look(assembly, aws=aws)
    full = context.json or context.verbose or len(assembly) == 1
    more = details(assembly, aws=aws) if full else {}
    if context.json:
        data = [{**one.to_dict(), **(more[name].to_dict() if name in more else {})} for name, one in found.items()]
        context.screen.data({"version": 1, "stacks": data})
    else:
        rows = [_row(one) for one in found.values()]
        context.screen.table(("STACK", "REGION", "STATUS", "SINCE (UTC)", "REASON"), rows)
        for name, detail in more.items():
            _say(context, name, detail)
    return 1 if any(one.record is not None and not one.healthy for one in found.values()) else 0


def _row(one: StackStatus) -> tuple[str, ...]:
    record = one.record
    if record is None:
        return (one.name, one.region, "not deployed", "", "")
    return (one.name, one.region, record.status, moment(record.updated or record.created), record.reason)


def _say(context: Context, name: str, detail: StackDetail) -> None:
    screen = context.screen
    screen.say("")
    screen.say(screen.paint(name, "bold"))
    last = detail.operation
    if last is not None:
        state = "at work" if last.ended is None else f"{last.status.replace('_', ' ').lower()} at {moment(last.ended)}"
        screen.say(f"  {last.kind} since {moment(last.started)} UTC: {state}")
    elif detail.blind:
        screen.note(f"  what happened last cannot be read: {detail.blind}")
    if detail.resources:
        rows = [(one.logical_id, one.type, one.status, one.physical_id, one.reason) for one in detail.resources]
        screen.table(("RESOURCE", "TYPE", "STATUS", "PHYSICAL ID", "REASON"), rows)
    if detail.record.outputs:
        width = max(len(output) for output in detail.record.outputs)
        rows_of = sorted(detail.record.outputs.items())
        screen.say("  outputs", *(f"  {output.ljust(width)}  {value}" for output, value in rows_of))


def outputs(
    context: Context, stacks: list[str], key: str | None, local: bool, profile: str | None, region: str | None
) -> int:
    """What the deployed stacks give out; one bare value with --key."""
    from ..deploy import outputs as look
    from ..errors import InputError

    aws, _ = open_account(context, local, profile, region)
    assembly = subjects(context, aws, stacks)
    if isinstance(assembly, int):
        return assembly
    found = look(assembly, aws=aws)
    if key is not None:
        values = [values[key] for values in found.values() if key in values]
        if len(values) != 1:
            known = ", ".join(sorted({name for one in found.values() for name in one})) or "none"
            what = "no stack has" if not values else f"{len(values)} stacks have"
            raise InputError(f"{what} the output {key}", fix=f"name the stack; the outputs are: {known}")
        if context.json:
            context.screen.data({"version": 1, "value": values[0]})
        else:
            context.screen.say(values[0])
        return 0
    if context.json:
        context.screen.data({"version": 1, "stacks": found})
        return 0
    for name in assembly.stacks:
        if name not in found:
            context.screen.note(f"{name} is not deployed")
            continue
        context.screen.say(context.screen.paint(name, "bold"))
        width = max((len(output) for output in found[name]), default=0)
        context.screen.say(*(f"  {output.ljust(width)}  {value}" for output, value in sorted(found[name].items())))
    return 0


STACKS = Argument(
    "stacks", "Stacks by name, pattern or ARN; all of the deck when none is named.", metavar="STACK", many=True
)

COMMANDS = (
    Command(
        "status", status, "Show the state of stacks, and everything of one that is named.", STACKS, *OPTIONS,
        epilog="With --verbose everything of all: resources, what runs and since when, outputs.",
    ),
    Command(
        "outputs", outputs, "Show what deployed stacks give out.", STACKS,
        Option("--key", "Only this output, and only its value.", metavar="NAME"), *OPTIONS,
    ),
)  # fmt: skip
