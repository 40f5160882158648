"""`awsdeck purchases`: what the deck plans to commit to, and how to find the offerings; it buys nothing."""

from __future__ import annotations

from .command import Command
from .deck import assemble
from .synth import deck_report, failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .context import Context


def purchases(context: Context) -> int:
    """Print the plan of Reserved Instances and Dedicated Host Reservations."""
    loaded, assembly = assemble(context)
    if assembly is None:
        return failed(context, loaded, deck_report(context, loaded, None))
    from ..services.ec2.reservation import purchase_plan

    plan = [purchase.to_dict() for purchase in purchase_plan(loaded.app)]
    if context.json:
        context.screen.data({"version": 1, "purchases": plan})
        return 0
    if not plan:
        context.screen.say("the deck plans no commitment")
        return 0
    for entry in plan:
        context.screen.say(context.screen.paint(title(entry), "bold"))
        rows = [("for", ", ".join(entry["constructs"])), ("find it", entry["search"])]
        if "exchange_to" in entry:
            rows.insert(1, ("later", f"exchanged for {entry['exchange_to']}"))
        for name, words in rows:
            context.screen.say(f"  {context.screen.paint(name.ljust(7), 'label')}  {words}")
    context.screen.note("nothing was bought: buying is up to you, with the id of an offering that the search finds")
    return 0


def title(entry: dict[str, Any]) -> str:
    """A commitment in a line."""
    years = f"{entry['years']} year{'s' if entry['years'] > 1 else ''}"
    if entry["kind"] == "dedicated-host":
        what = f"{entry['count']} x {entry['family']} host, reserved"
    else:
        often = f" {entry['recurrence']}" if "recurrence" in entry else ""
        what = f"{entry['count']} x {entry['instance_type']} ({entry['platform']}), {entry['offering']}{often}"
    where = f", {entry['region']}" if entry["region"] else ""
    return f"{what}, {years}, {entry['payment']}{where}"


COMMANDS = (Command("purchases", purchases, "Print what the deck plans to reserve, and buy nothing."),)
