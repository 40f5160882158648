"""`awsdeck rollback` and `cancel`: what can be done about an operation that runs or went wrong.

They take any stack by name or ARN, from any machine; a deck only adds the lines that made the resources.
"""

from __future__ import annotations

from .account import OPTIONS, open_account
from .command import Argument, Command, Option
from .subjects import subjects
from .watching import PROGRESS, confirming, watched, watching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..assembly import Assembly
    from ..deploy import AWS, Result
    from .context import Context
    from .progress import Lines, Shown
    from .records import Records


def rollback(
    context: Context,
    stacks: list[str],
    skip: list[str],
    force: bool,
    timeout: int | None,
    progress: Shown | None,
    local: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Undo a failed operation, or continue a rollback that failed."""
    from ..deploy import rollback as run

    ids = [word.strip() for text in skip for word in text.split(",") if word.strip()]

    def work(assembly: Assembly, aws: AWS, watch: Lines | Records) -> Result:
        confirm = confirming(context, watch, approve=True, local=local)
        return run(
            assembly,
            aws=aws,
            stacks=assembly.stacks,
            skip=ids,
            force=force,
            confirm=confirm,
            observer=watch,
            timeout=timeout,
        )

    return _on(context, stacks, progress, local, profile, region, work)


def cancel(
    context: Context,
    stacks: list[str],
    delete: bool,
    timeout: int | None,
    progress: Shown | None,
    local: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Break running updates off; delete a creation that runs, when told so."""
    from ..deploy import cancel as run

    def work(assembly: Assembly, aws: AWS, watch: Lines | Records) -> Result:
        confirm = confirming(context, watch, approve=True, local=local)
        return run(
            assembly,
            aws=aws,
            stacks=assembly.stacks,
            delete=delete,
            confirm=confirm,
            observer=watch,
            timeout=timeout,
        )

    return _on(context, stacks, progress, local, profile, region, work)


def _on(
    context: Context,
    stacks: list[str],
    progress: Shown | None,
    local: bool,
    profile: str | None,
    region: str | None,
    work: Callable[[Assembly, AWS, Lines | Records], Result],
) -> int:
    aws, _ = open_account(context, local, profile, region)
    assembly = subjects(context, aws, stacks)
    if isinstance(assembly, int):
        return assembly
    watch = watching(context, progress)
    return watched(context, watch, lambda: work(assembly, aws, watch))[0]


SOME = Argument("stacks", "Stacks by name, pattern or ARN.", metavar="STACK", many=True, required=True)
TIMEOUT = Option("--timeout", "Stop watching after so long; the operation goes on.", "number", metavar="SECONDS")

COMMANDS = (
    Command(
        "rollback", rollback, "Undo a failed deploy that was left as it was, or continue a rollback that failed.",
        SOME,
        Option("--skip", "Take this resource for rolled back although it is not; Nested.ID in a nested stack.", "list", metavar="ID[,…]"),
        Option("--force", "Skip every resource that the rollback has failed on.", "flag"),
        TIMEOUT, PROGRESS, *OPTIONS,
        epilog="What is skipped stays as it is and differs from the template: make them agree before the next deploy.",
    ),
    Command(
        "cancel", cancel, "Break a running update off; CloudFormation rolls it back.",
        SOME,
        Option("--delete", "Where a creation runs, delete the stack with what it has made: there is no other way.", "flag"),
        TIMEOUT, PROGRESS, *OPTIONS,
    ),
)  # fmt: skip
