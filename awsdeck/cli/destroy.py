"""`awsdeck destroy`."""

from __future__ import annotations

from .account import OPTIONS, open_account
from .command import Argument, Command, Option
from .deck import assemble
from .subjects import amid_deck
from .synth import deck_report, failed
from .watching import PROGRESS, confirming, watched, watching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..deploy import Result
    from .context import Context
    from .progress import Shown


def destroy(
    context: Context,
    stacks: list[str],
    allow_destroy: list[str],
    retain: list[str],
    force_delete: bool,
    disable_protection: bool,
    concurrency: int | None,
    keep_going: bool,
    timeout: int | None,
    progress: Shown | None,
    local: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Delete stacks, those that others need last."""
    from ..deploy import destroy as run

    aws, _ = open_account(context, local, profile, region)
    if stacks:
        assembly, names = amid_deck(context, aws, stacks)
    else:
        loaded, whole = assemble(context)
        if whole is None:
            return failed(context, loaded, deck_report(context, loaded, None))
        assembly, names = whole, list(whole.stacks)
        if whole.sets:
            context.screen.note(f"left out: {', '.join(whole.sets)}; `awsdeck stackset destroy` is for stack sets")
    if len(names) > 1 and not context.json:
        context.screen.note(f"in this order: {', '.join(reversed(names))}")
    watch = watching(context, progress)

    def work() -> Result:
        return run(
            assembly,
            aws=aws,
            stacks=names,
            confirm=confirming(context, watch, approve=True, local=False),
            allow_destroy=_words(allow_destroy),
            retain=_words(retain),
            force_delete=force_delete,
            disable_protection=disable_protection,
            observer=watch,
            concurrency=concurrency or context.config.get("deploy.concurrency", 4),
            keep_going=keep_going,
            timeout=timeout,
        )

    return watched(context, watch, work)[0]


def _words(given: list[str]) -> list[str]:
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


COMMANDS = (
    Command(
        "destroy", destroy, "Delete stacks, those that others need last.",
        Argument("stacks", "Stacks by name, pattern or ARN; all of the deck when none is named.", metavar="STACK", many=True),
        Option("--allow-destroy", "This resource may be deleted with its data.", "list", metavar="ID[,…]"),
        Option("--disable-protection", "Take termination protection off first.", "flag"),
        Option("--retain", "In a stack in DELETE_FAILED: leave this resource behind.", "list", metavar="ID[,…]"),
        Option("--force-delete", "In a stack in DELETE_FAILED: leave everything behind that cannot be deleted.", "flag"),
        Option("--concurrency", "How many stacks at once (default 4).", "number", metavar="N", least=1),
        Option("--keep-going", "Go on with stacks that do not need the one that failed.", "flag"),
        Option("--timeout", "Stop watching after so long; the operation goes on.", "number", metavar="SECONDS"),
        PROGRESS,
        *OPTIONS,
        epilog="What is left behind is listed with its physical id; exit code 5 when the stack is still there.",
    ),
)  # fmt: skip
