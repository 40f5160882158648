"""`awsdeck status` and `awsdeck outputs`: stacks as they are."""

from __future__ import annotations

from .account import OPTIONS, open_account
from .command import Argument, Command, Option
from .subjects import subjects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .context import Context


def status(context: Context, stacks: list[str], local: bool, profile: str | None, region: str | None) -> int:
    """The state of each stack; 1 when one that is deployed is not healthy."""
    from ..deploy import status as look

    aws, _ = open_account(context, local, profile, region)
    assembly = subjects(context, aws, stacks)
    if isinstance(assembly, int):
        return assembly
    found = look(assembly, aws=aws)
    if context.json:
        context.screen.data({"version": 1, "stacks": [one.to_dict() for one in found.values()]})
    else:
        rows = [
            (
                one.name,
                one.region,
                one.record.status if one.record else "not deployed",
                one.record.reason if one.record else "",
            )
            for one in found.values()
        ]
        context.screen.table(("STACK", "REGION", "STATUS", "REASON"), rows)
    return 1 if any(one.record is not None and not one.healthy for one in found.values()) else 0


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
    Command("status", status, "Show the state of stacks.", STACKS, *OPTIONS),
    Command(
        "outputs", outputs, "Show what deployed stacks give out.", STACKS,
        Option("--key", "Only this output, and only its value.", metavar="NAME"), *OPTIONS,
    ),
)  # fmt: skip
