"""`awsdeck stackset …`: one template in many accounts and regions."""

from __future__ import annotations

from ..errors import ApprovalNeeded, InputError
from .account import OPTIONS, open_account
from .command import Argument, Command, Option
from .deck import assemble, sets_named
from .subjects import deck_if_any
from .synth import deck_report, failed, show_warnings
from .terms import agreed
from .watching import PROGRESS, watched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..assembly import StackArtifact
    from ..deploy import AWS
    from ..deploy.sets import SetPlan
    from .context import Context
    from .progress import Shown
    from .setwatch import SetLines, SetRecords

DRIFTED = 2
_ACCOUNT = tuple(option for option in OPTIONS if option.name != "local")


def plan(context: Context, sets: list[str], **more: Any) -> int:
    """Show what a deploy of stack sets would do."""
    return _deploy(context, sets, plan_only=True, approve=True, timeout=None, progress=None, **more)


def deploy(context: Context, sets: list[str], **more: Any) -> int:
    """Bring stack sets to where the deck wants them."""
    return _deploy(context, sets, plan_only=False, **more)


def _deploy(
    context: Context,
    sets: list[str],
    *,
    plan_only: bool,
    parameters: list[str],
    parameters_file: str | None,
    tags: list[str],
    approve: bool,
    allow_replace: list[str],
    allow_destroy: list[str],
    retain_stacks: bool,
    bucket: str | None,
    timeout: int | None,
    progress: Shown | None,
    force: bool,
    profile: str | None,
    region: str | None,
) -> int:
    from ..deploy.sets import deploy_sets
    from .deploy import from_file, pairs, tags_given, words

    loaded, assembly = assemble(context)
    report = deck_report(context, loaded, assembly)
    if assembly is None:
        return failed(context, loaded, report)
    show_warnings(context, report)
    assembly = agreed(context, assembly)
    names = sets_named(assembly, sets)
    if not names:
        raise InputError(
            "the deck has no stack sets", fix='make one: StackSet(app, "baseline", accounts=[…], regions=[…])'
        )
    aws, _ = open_account(context, False, profile, region)
    watch = _watching(context, progress)

    def work() -> Any:
        return deploy_sets(
            assembly,
            aws=aws,
            observer=watch,
            sets=names,
            parameters={**from_file(parameters_file), **pairs(parameters)},
            tags=tags_given(tags),
            confirm=_confirming(context, approve=approve),
            allow_replace=words(allow_replace),
            allow_destroy=words(allow_destroy),
            retain_stacks=retain_stacks,
            bucket=bucket or context.config.get("deploy.bucket"),
            timeout=timeout,
            force=force,
            plan_only=plan_only,
        )

    return watched(context, watch, work)[0]


def destroy(
    context: Context,
    sets: list[str],
    allow_destroy: list[str],
    retain_stacks: bool,
    delegated_admin: bool,
    timeout: int | None,
    progress: Shown | None,
    profile: str | None,
    region: str | None,
) -> int:
    """Remove all instances of stack sets, and the sets."""
    from ..deploy.sets import destroy_sets
    from .deploy import words

    aws, _ = open_account(context, False, profile, region)
    artifacts = [_subject(context, name) for name in sets]
    watch = _watching(context, progress)

    def work() -> Any:
        return destroy_sets(
            artifacts,
            aws=aws,
            observer=watch,
            confirm=_confirming(context, approve=True),
            allow_destroy=words(allow_destroy),
            retain_stacks=retain_stacks,
            delegated=delegated_admin,
            timeout=timeout,
        )

    return watched(context, watch, work)[0]


def status(context: Context, sets: list[str], delegated_admin: bool, profile: str | None, region: str | None) -> int:
    """The state of stack sets; 1 when an instance is not up to date."""
    from ..deploy.sets import view_set

    aws, _ = open_account(context, False, profile, region)
    if sets:
        artifacts = [_subject(context, name) for name in sets]
    else:
        loaded, assembly = assemble(context)
        if assembly is None:
            return failed(context, loaded, deck_report(context, loaded, None))
        artifacts = list(assembly.sets.values())
    views = [view_set(artifact, aws=aws, delegated=delegated_admin) for artifact in artifacts]
    if context.json:
        context.screen.data({"version": 1, "stack_sets": [view.to_dict() for view in views]})
    else:
        from .setwatch import view_lines

        for view in views:
            context.screen.say(*view_lines(context.screen, view))
    return 1 if any(view.record is not None and not view.healthy for view in views) else 0


def follow(
    context: Context,
    set: str,
    operation: str | None,
    delegated_admin: bool,
    timeout: int | None,
    progress: Shown | None,
    profile: str | None,
    region: str | None,
) -> int:
    """Watch the operation on a stack set; the exit code is its own."""
    from ..deploy.sets import follow_set

    def work(artifact: StackArtifact, aws: AWS, watch: SetLines | SetRecords) -> Any:
        return follow_set(
            artifact, aws=aws, observer=watch, operation=operation, delegated=delegated_admin, timeout=timeout
        )

    return _on(context, set, progress, profile, region, work)


def cancel(
    context: Context,
    set: str,
    delegated_admin: bool,
    timeout: int | None,
    progress: Shown | None,
    profile: str | None,
    region: str | None,
) -> int:
    """Stop the operation on a stack set: no further instance is begun."""
    from ..deploy.sets import stop_set

    def work(artifact: StackArtifact, aws: AWS, watch: SetLines | SetRecords) -> Any:
        return stop_set(artifact, aws=aws, observer=watch, delegated=delegated_admin, timeout=timeout)

    return _on(context, set, progress, profile, region, work)


def drift(
    context: Context,
    set: str,
    exit_code: bool,
    delegated_admin: bool,
    timeout: int | None,
    progress: Shown | None,
    profile: str | None,
    region: str | None,
) -> int:
    """Compare every instance of a stack set with its template."""
    from ..deploy.sets import drift_set
    from .setwatch import drift_lines

    differs: list[bool] = []

    def work(artifact: StackArtifact, aws: AWS, watch: SetLines | SetRecords) -> Any:
        view = drift_set(artifact, aws=aws, observer=watch, delegated=delegated_admin, timeout=timeout)
        differs.append(bool(view.drifted))
        if context.json:
            context.screen.record({"type": "drift", **view.to_dict()})
        else:
            context.screen.say(*drift_lines(context.screen, view))
        return view

    code = _on(context, set, progress, profile, region, work)
    return DRIFTED if code == 0 and exit_code and any(differs) else code


def _on(
    context: Context,
    name: str,
    progress: Shown | None,
    profile: str | None,
    region: str | None,
    work: Callable[[StackArtifact, AWS, SetLines | SetRecords], Any],
) -> int:
    aws, _ = open_account(context, False, profile, region)
    artifact = _subject(context, name)
    watch = _watching(context, progress)
    return watched(context, watch, lambda: work(artifact, aws, watch))[0]


def _subject(context: Context, name: str) -> StackArtifact:
    """A stack set of the deck, or one that only AWS knows."""
    from ..assembly import StackArtifact
    from ..deploy.request import is_stack_name

    deck = deck_if_any(context)
    if name in deck.sets:
        return deck.sets[name]
    if not is_stack_name(name):
        raise InputError(f"{name!r} is no name for a stack set")
    return StackArtifact(name, {})


def _watching(context: Context, progress: Shown | None) -> SetLines | SetRecords:
    from .setwatch import SetLines, SetRecords

    if context.json:
        return SetRecords(context.screen, progress or "bar")
    return SetLines(context.screen, "events" if progress in (None, "bar") else progress)


def _confirming(context: Context, *, approve: bool) -> Callable[[SetPlan], bool]:
    def confirm(plan: SetPlan) -> bool:
        beyond = plan.asks and not approve and plan.operation != "create"
        if context.yes and not beyond:
            return True
        if context.yes or context.json:
            flag = "--approve" if beyond else "--yes"
            what = "\n  ".join((f"{plan.name} needs a yes for:", *plan.asks)) if beyond else f"{plan.name} needs a yes"
            raise ApprovalNeeded(what, fix=f"look at it, then say {flag}")
        return context.confirm(f"{'Delete' if plan.operation == 'delete' else 'Deploy'} {plan.name}?")

    return confirm


SETS = Argument("sets", "Stack sets by name or pattern; all of the deck when none is named.", metavar="SET", many=True)
ONE = Argument("set", "A stack set by name; it need not be in the deck.", metavar="SET", required=True)
RETAIN = Option("--retain-stacks", "Take instances out of the set and leave their stacks where they are.", "flag")
DESTROY = Option("--allow-destroy", "This resource may be deleted with its data.", "list", metavar="ID[,…]")
DELEGATED = Option("--delegated-admin", "This account acts for the management account.", "flag", group="Account")
TIMEOUT = Option("--timeout", "Stop watching after so long; the operation goes on.", "number", metavar="SECONDS")
VALUES = (
    Option("--parameters", "A value for a parameter; SET:NAME=VALUE for one set.", "list", metavar="NAME=VALUE"),
    Option("--parameters-file", "Values for parameters, in JSON, YAML or TOML.", metavar="FILE"),
    Option("--tags", "A tag for every stack set, and by it for its stacks.", "list", metavar="KEY=VALUE"),
    Option("--allow-replace", "This resource may be replaced, and its data lost.", "list", metavar="ID[,…]"),
    DESTROY,
    RETAIN,
    Option("--bucket", "The bucket for files and large templates.", metavar="NAME"),
    Option("--force", "Update every instance even when nothing seems to change.", "flag"),
)

COMMANDS = (
    Command("stackset plan", plan, "Show what a deploy of stack sets would do.", SETS, *VALUES, *_ACCOUNT),
    Command(
        "stackset deploy", deploy, "Bring stack sets to where the deck wants them.", SETS, *VALUES,
        Option("--approve", "Say yes to what is beyond the ordinary: wider access, waiting messages that go.", "flag"),
        TIMEOUT, PROGRESS, *_ACCOUNT,
        epilog="Instances that failed before are tried again.",
    ),
    Command("stackset status", status, "Show stack sets with their instances.", SETS, DELEGATED, *_ACCOUNT),
    Command(
        "stackset follow", follow, "Watch the operation that runs on a stack set, or the last one.", ONE,
        Option("--operation", "This operation.", metavar="ID"), DELEGATED, TIMEOUT, PROGRESS, *_ACCOUNT,
    ),
    Command(
        "stackset cancel", cancel, "Stop the operation that runs on a stack set.", ONE, DELEGATED, TIMEOUT, PROGRESS, *_ACCOUNT,
        epilog="Instances that are under way are ended, no further one is begun.",
    ),
    Command(
        "stackset drift", drift, "Compare every instance of a stack set with its template.", ONE,
        Option("--exit-code", "Exit with 2 when something differs.", "flag"), DELEGATED, TIMEOUT, PROGRESS, *_ACCOUNT,
    ),
    Command(
        "stackset destroy", destroy, "Remove all instances of stack sets, and the sets.",
        Argument("sets", "Stack sets by name.", metavar="SET", many=True, required=True),
        DESTROY, RETAIN, DELEGATED, TIMEOUT, PROGRESS, *_ACCOUNT,
    ),
)  # fmt: skip
