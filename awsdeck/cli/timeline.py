"""`awsdeck timeline`: what took how long in an operation, and what everything else was waiting for."""

from __future__ import annotations

from .account import OPTIONS, emulator, open_account
from .command import Argument, Command
from .events import moment
from .follow import of_run, run_named
from .progress import span
from .subjects import ids_in, subjects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..deploy import Span, Timeline
    from .context import Context

WIDTH = 30  # characters of a bar
CRITICAL, OTHER = "█", "░"


def timeline(context: Context, stacks: list[str], local: bool, profile: str | None, region: str | None) -> int:
    """Print the timeline of the last operation on each stack, or of those of a run."""
    from ..deploy import timelines

    run = run_named(context, stacks) if stacks else None
    aws, _ = open_account(context, local or (run is not None and run.local and emulator() is None), profile, region)
    assembly = of_run(context, aws, run) if run is not None else subjects(context, aws, stacks)
    if isinstance(assembly, int):
        return assembly
    tokens = {name: entry.token for name, entry in run.stacks.items()} if run is not None else {}
    ids = {name: entry.stack_id for name, entry in run.stacks.items()} if run is not None else ids_in(stacks)
    found = timelines(assembly, aws=aws, tokens=tokens, ids=ids)
    if context.json:
        context.screen.data({"version": 1, "stacks": [one.to_dict() for one in found.values()]})
        return 0
    for name in assembly.stacks:
        if name in found:
            _say(context, found[name])
        else:
            context.screen.note(f"{name}: nothing is known of any operation")
    return 0


def _say(context: Context, one: Timeline) -> None:
    screen = context.screen
    took = "still at work" if one.seconds is None else f"took {_took(one.seconds)}"
    end = one.status.replace("_", " ").lower()
    screen.say(f"{screen.paint(one.stack, 'bold')}: {one.kind} of {moment(one.started)} UTC {took}, {end}")
    if not one.spans:
        screen.say("  no resource was touched")
        return
    until = one.ended if one.ended is not None else max(max(each.start, each.end or 0.0) for each in one.spans)
    whole = max(until - one.started, 0.001)
    critical = set(one.critical)
    rows = [
        (
            _mark(each, critical),
            each.name,
            each.type,
            each.action + ("" if each.status.endswith(("COMPLETE", "IN_PROGRESS")) else " failed"),
            _took(each.start - one.started),
            _took(each.seconds),
            _bar(each, one.started, whole, until, critical),
        )
        for each in one.spans
    ]
    screen.table(("", "RESOURCE", "TYPE", "ACTION", "AFTER", "TOOK", ""), rows)
    if one.critical:
        screen.say(f"  waited for: {' → '.join(one.critical)}")
    screen.say(f"  {one.parallelism:.1f} resources at once on average")


def _took(seconds: float | None) -> str:
    if seconds is None:
        return "…"
    return f"{seconds:.1f} s" if seconds < 10 else span(seconds)


def _mark(each: Span, critical: set[str]) -> str:
    return "*" if each.name in critical else ""


def _bar(each: Span, started: float, whole: float, until: float, critical: set[str]) -> str:
    first = int((each.start - started) / whole * WIDTH)
    last = max(first + 1, round(((each.end if each.end is not None else until) - started) / whole * WIDTH))
    return " " * first + (CRITICAL if each.name in critical else OTHER) * (min(last, WIDTH + 1) - first)


COMMANDS = (
    Command(
        "timeline", timeline, "Show what took how long in the last operation, and what it was waiting for.",
        Argument(
            "stacks", "Stacks by name, pattern or ARN, or the id of a run; all of the deck when none is named.",
            metavar="STACK|RUN", many=True,
        ),
        *OPTIONS,
        epilog="What is marked with * decided how long it took: each waited for the one before it.",
    ),
)  # fmt: skip
