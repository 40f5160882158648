"""`awsdeck permissions`: the IAM policy of whoever deploys the deck, or only looks."""

from __future__ import annotations

from .command import Argument, Command, Option
from .deck import assemble, stacks_named
from .synth import deck_report, failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .context import Context


def permissions(context: Context, stacks: list[str], for_: str | None) -> int:
    """Print a policy document."""
    import json

    from ..deploy.policy import LIMIT, caller_policy

    loaded, assembly = assemble(context)
    if assembly is None:
        return failed(context, loaded, deck_report(context, loaded, None))
    names = stacks_named(assembly, stacks)
    made = caller_policy((assembly[name] for name in names), "plan" if for_ == "plan" else "deploy")
    if context.json:
        context.screen.data({
            "version": 1, "policy": made.document, "types": made.types, "unknown": made.unknown, "size": made.size,
        })  # fmt: skip
    else:
        context.screen.say(json.dumps(made.document, indent=2))
    if made.unknown:
        context.screen.note(f"nobody says what these need; add it yourself: {', '.join(made.unknown)}")
    if made.size > LIMIT:
        context.screen.note(
            f"it has {made.size:,} characters and a managed policy takes {LIMIT:,}: make one policy of each statement"
        )
    if context.config.get("deploy.role"):
        context.screen.note(
            f"CloudFormation works as {context.config.get('deploy.role')}: that role needs Create, Update, Delete and Read; "
            "the caller needs the rest and iam:PassRole for it"
        )
    return 0


COMMANDS = (
    Command(
        "permissions", permissions, "Print the IAM policy that deploying the deck needs.",
        Argument("stacks", "Stacks by name or pattern; all when none is named.", metavar="STACK", many=True),
        Option("--for", "What for: to deploy, or to show plans and drift and change nothing.", choices=("deploy", "plan")),
    ),
)  # fmt: skip
