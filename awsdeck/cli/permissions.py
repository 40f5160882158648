"""`awsdeck permissions`: the IAM policy of whoever deploys the deck, or only looks."""

from __future__ import annotations

from .command import Argument, Command, Option
from .deck import anything_named, assemble
from .synth import deck_report, failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .context import Context


def permissions(context: Context, stacks: list[str], for_: str | None, split: str | None) -> int:
    """Print a policy document."""
    import json

    from ..deploy.caller.policy import LIMIT, caller_policy
    from .terms import agreed

    loaded, assembly = assemble(context)
    if assembly is None:
        return failed(context, loaded, deck_report(context, loaded, None))
    everything = agreed(context, assembly).everything
    chosen = [everything[name] for name in anything_named(assembly, stacks)]
    made = caller_policy(chosen, "plan" if for_ == "plan" else "deploy")
    if context.json:
        context.screen.data({
            "version": 1, "policy": made.document, "policies": made.parts(), "types": made.types,
            "unknown": made.unknown, "size": made.size,
        })  # fmt: skip
    elif split is None:
        context.screen.say(json.dumps(made.document, indent=2))
    if split is not None:
        _write(context, split, for_ or "deploy", made.parts())
    if made.unknown:
        context.screen.note(f"nobody says what these need; add it yourself: {', '.join(made.unknown)}")
    if made.size > LIMIT and split is None:
        context.screen.note(
            f"it has {made.size:,} characters and a managed policy takes {LIMIT:,}: --split DIR writes several"
        )
    roles = sorted({one.execution_role for one in chosen if one.execution_role and one.spread is None})
    if roles:
        context.screen.note(
            f"CloudFormation works as {', '.join(roles)}: that is who needs Create, Update, Delete and Read; the caller "
            "needs the rest"
        )
    return 0


def _write(context: Context, folder: str, purpose: str, policies: list[dict[str, Any]]) -> None:
    import json
    import os

    from ..errors import InputError
    from ..output import reason, write_atomic

    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as problem:
        raise InputError(f"cannot make the folder {folder}: {reason(problem, folder)}") from None
    for number, policy in enumerate(policies, 1):
        path = os.path.join(folder, f"{purpose}-{number}.json")
        write_atomic(path, json.dumps(policy, indent=2) + "\n")
        context.screen.note(f"wrote {path}")


COMMANDS = (
    Command(
        "permissions", permissions, "Print the IAM policy that deploying the deck needs.",
        Argument("stacks", "Stacks and stack sets by name or pattern; all when none is named.", metavar="STACK", many=True),
        Option("--split", "Write policies that are small enough to be managed policies into this folder.", metavar="DIR"),
        Option("--for", "What for: to deploy, or to show plans and drift and change nothing.", choices=("deploy", "plan")),
    ),
)  # fmt: skip
