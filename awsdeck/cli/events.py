"""`awsdeck events`: what CloudFormation did to stacks, the last operation or all that it remembers."""

from __future__ import annotations

from ..errors import InputError
from .account import OPTIONS, open_account
from .command import Argument, Command, Option
from .subjects import ids_in, subjects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..assembly import Origin
    from ..deploy import EventRecord
    from .context import Context

BAD, DONE = "error", "good"


def events(
    context: Context,
    stacks: list[str],
    all: bool,
    last: bool,
    failed: bool,
    local: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Print events, oldest first, those of nested stacks among them."""
    from ..deploy import events as look

    if all and last:
        raise InputError("--all and --last exclude each other", fix="--last is what is shown without either")
    aws, _ = open_account(context, local, profile, region)
    assembly = subjects(context, aws, stacks)
    if isinstance(assembly, int):
        return assembly
    found = look(assembly, aws=aws, every=all, ids=ids_in(stacks))
    chosen = {
        name: [event for event in history if not failed or event.failed]
        for name, history in found.items()
    }  # fmt: skip
    if context.json:
        data = {
            name: [_data(event, assembly[name].origin(event.name)) for event in history if _shown(event)]
            for name, history in chosen.items()
        }
        context.screen.data({"version": 1, "stacks": data})
        return 0
    for name in assembly.stacks:
        if name not in chosen:
            context.screen.note(f"{name} is not deployed")
            continue
        context.screen.say(context.screen.paint(name, "bold"))
        shown = [event for event in chosen[name] if _shown(event)]
        if not shown:
            context.screen.say("  nothing has failed" if failed else "  nothing has happened")
        for event in shown:
            context.screen.say(_line(context, event, assembly[name].origin(event.name)))
    return 0


def _shown(event: EventRecord) -> bool:
    return not (event.path and event.of_stack)  # the stack around it says the same


def moment(seconds: float) -> str:
    """A time for people, in UTC."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _data(event: EventRecord, origin: Origin | None) -> dict[str, object]:
    where = {"construct": origin.construct, "file": origin.file, "line": origin.line} if origin else {}
    return {**event.to_dict(), **{name: value for name, value in where.items() if value is not None}}


def _line(context: Context, event: EventRecord, origin: Origin | None) -> str:
    from ..lint.report import printable

    style = BAD if event.status.endswith("FAILED") else DONE if event.status.endswith("COMPLETE") else "label"
    status = context.screen.paint(event.status.replace("_", " ").lower().ljust(20), style)
    where = f"  {origin.place()}" if origin is not None and origin.file and event.failed else ""
    reason = f"  {printable(event.reason)}" if event.reason else ""
    return f"  {moment(event.time)}  {status}  {event.name}  {event.type}{where}{reason}"


COMMANDS = (
    Command(
        "events", events, "Show what CloudFormation did to stacks.",
        Argument("stacks", "Stacks by name, pattern or ARN; all of the deck when none is named.", metavar="STACK", many=True),
        Option("--last", "The last operation (the default).", "flag"),
        Option("--all", "Everything that CloudFormation remembers.", "flag"),
        Option("--failed", "Only failures, and not what was cancelled because of them.", "flag"),
        *OPTIONS,
        epilog="Nested stacks are in it as Nested.Id. Needs no deck when a stack is named. Times are UTC.",
    ),
)  # fmt: skip
