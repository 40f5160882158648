"""`awsdeck deploy` and `awsdeck destroy`."""

from __future__ import annotations

import os

from ..errors import ApprovalNeeded, DeckError, InputError
from .account import OPTIONS, open_account
from .command import Argument, Command, Option
from .deck import assemble, stacks_named
from .synth import deck_report, failed, show_warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..assembly import Assembly
    from ..deploy import Result, StackPlan
    from ..local import Engine
    from .context import Context
    from .progress import Lines, Records


def deploy(
    context: Context,
    stacks: list[str],
    parameters: list[str],
    parameters_file: str | None,
    tags: list[str],
    approve: bool,
    allow_replace: list[str],
    allow_destroy: list[str],
    outputs_file: str | None,
    concurrency: int | None,
    keep_going: bool,
    bucket: str | None,
    role: str | None,
    timeout: int | None,
    force: bool,
    local: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Bring stacks to where the deck wants them."""
    from ..deploy import deploy as run

    loaded, assembly = assemble(context)
    report = deck_report(context, loaded, assembly)
    if assembly is None:
        return failed(context, loaded, report)
    show_warnings(context, report)
    config = context.config
    names = stacks_named(assembly, stacks)
    values = {
        **_configured(config.get("parameters", {}), assembly, names),
        **_file(parameters_file),
        **_pairs(parameters),
    }
    aws, engine = open_account(context, local, profile, region, start=True)
    watch = _watch(context)

    def work() -> Result:
        return run(
            assembly,
            aws=aws,
            stacks=names,
            parameters=values,
            tags={**config.get("deploy.tags", {}), **_pairs(tags)},
            confirm=_confirm(context, watch, approve=approve or local, local=local),
            allow_replace=_words(allow_replace),
            allow_destroy=_words(allow_destroy),
            observer=watch,
            concurrency=concurrency or config.get("deploy.concurrency", 4),
            keep_going=keep_going,
            bucket=bucket or config.get("deploy.bucket"),
            role=role or config.get("deploy.role"),
            timeout=timeout,
            force=force,
        )

    code, result = _run(context, watch, work)
    if engine is not None:
        _say_recorded(context, engine, assembly, names, aws.region)
    if outputs_file and result is not None:
        _write_outputs(outputs_file, result.outputs)
    return code


def destroy(
    context: Context,
    stacks: list[str],
    allow_destroy: list[str],
    concurrency: int | None,
    keep_going: bool,
    timeout: int | None,
    local: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Delete stacks, those that others need last."""
    from ..deploy import destroy as run

    loaded, assembly = assemble(context)
    if assembly is None:
        return failed(context, loaded, deck_report(context, loaded, None))
    names = stacks_named(assembly, stacks)
    aws, _ = open_account(context, local, profile, region)
    watch = _watch(context)

    def work() -> Result:
        return run(
            assembly,
            aws=aws,
            stacks=names,
            confirm=_confirm(context, watch, approve=True, local=False),
            allow_destroy=_words(allow_destroy),
            observer=watch,
            concurrency=concurrency or context.config.get("deploy.concurrency", 4),
            keep_going=keep_going,
            timeout=timeout,
        )

    return _run(context, watch, work)[0]


def _run(context: Context, watch: Lines | Records, work: Callable[[], Result]) -> tuple[int, Result | None]:
    """Do it; what the observer has told of a stack's end is not told again."""
    result: Result | None = None
    code = 0
    try:
        result = work()
    except KeyboardInterrupt:
        code = 130
        raise
    except DeckError as error:
        code = error.exit_code
        if not watch.told or context.debug:
            raise
    finally:
        watch.close()
        if context.json:
            context.screen.record({"type": "summary", "exit_code": code})
    return code, result


def _watch(context: Context) -> Lines | Records:
    from .progress import Lines, Live, Records

    if context.json:
        return Records(context.screen)
    out = context.screen.out
    if out is not None and out.isatty() and context.screen.color and not context.screen.quiet:
        return Live(context.screen)
    return Lines(context.screen)


def _confirm(context: Context, watch: Lines | Records, *, approve: bool, local: bool) -> Callable[[StackPlan], bool]:
    """Who says yes to a plan: `--yes` to what is ordinary, `--approve` to what is not, a person to both."""

    def confirm(plan: StackPlan) -> bool:
        watch.close()
        beyond = plan.asks and not approve and plan.operation != "create"
        if local or (context.yes and not beyond):
            return True
        if context.yes or context.json:
            flag = "--approve" if beyond else "--yes"
            what = "\n  ".join((f"{plan.name} needs a yes for:", *plan.asks)) if beyond else f"{plan.name} needs a yes"
            raise ApprovalNeeded(what, fix=f"look at it, then say {flag}")
        verb = "Delete" if plan.operation == "delete" else "Deploy"
        return context.confirm(f"{verb} {plan.name}?")

    return confirm


def _say_recorded(context: Context, engine: Engine, assembly: Assembly, names: list[str], region: str | None) -> None:
    for name in names:
        recorded = engine.recorded(name, region=assembly[name].region or region or "")
        if recorded:
            listed = ", ".join(f"{item['logical_id']} ({item['type']})" for item in recorded)
            context.screen.note(f"{name}: recorded, not emulated: {listed}")


def _configured(values: dict[str, str], assembly: Assembly, names: list[str]) -> dict[str, str]:
    """The configured parameters that a stack of this run has."""
    kept = {}
    for key, value in values.items():
        stack, colon, name = key.rpartition(":")
        holders = [one for one in names if not colon or one == stack]
        if any(name in (assembly[one].template.get("Parameters") or {}) for one in holders):
            kept[key] = value
    return kept


def _file(path: str | None) -> dict[str, str]:
    if path is None:
        return {}
    from .context import parameters_file

    return parameters_file(path)


def _pairs(given: Iterable[str]) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InputError(f"{text!r} is no NAME=VALUE")
        pairs[name] = value
    return pairs


def _words(given: Iterable[str]) -> list[str]:
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


def _write_outputs(path: str, outputs: dict[str, dict[str, str]]) -> None:
    """Merge outputs into a JSON file; stacks of other runs stay in it."""
    import json

    from ..output import write_atomic

    before: dict[str, dict[str, str]] = {}
    if os.path.exists(path):
        try:
            with open(path, encoding="utf-8") as file:
                known = json.load(file)
            before = known if isinstance(known, dict) else {}
        except (OSError, ValueError) as error:
            raise InputError(f"cannot add to {path}: {error}") from None
    write_atomic(path, json.dumps({**before, **outputs}, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


STACKS = Argument("stacks", "Stacks by name or pattern; all when none is named.", metavar="STACK", many=True)
MANY = (
    Option("--concurrency", "How many stacks at once (default 4).", "number", metavar="N"),
    Option("--keep-going", "Go on with stacks that do not need the one that failed.", "flag"),
    Option("--timeout", "Stop watching after so long; the operation goes on.", "number", metavar="SECONDS"),
)
DESTROY = Option("--allow-destroy", "This resource may be deleted with its data.", "list", metavar="ID[,…]")

COMMANDS = (
    Command(
        "deploy",
        deploy,
        "Bring stacks to where the deck wants them.",
        STACKS,
        Option(
            "--parameters",
            "A value for a template parameter; STACK:NAME=VALUE for one stack.",
            "list",
            metavar="NAME=VALUE",
        ),
        Option("--parameters-file", "Values for template parameters, in JSON, YAML or TOML.", metavar="FILE"),
        Option("--tags", "A tag for every stack.", "list", metavar="KEY=VALUE"),
        Option("--approve", "Say yes to what is beyond the ordinary: wider access, waiting messages that go.", "flag"),
        Option("--allow-replace", "This resource may be replaced, and its data lost.", "list", metavar="ID[,…]"),
        DESTROY,
        Option("--outputs-file", "Write the outputs to a JSON file; other stacks' stay in it.", metavar="FILE"),
        *MANY,
        Option("--bucket", "The bucket for templates that are too large for a request.", metavar="NAME"),
        Option("--role", "The role that CloudFormation works with.", metavar="ARN"),
        Option("--force", "Ask CloudFormation even when nothing seems to change.", "flag"),
        *OPTIONS,
    ),
    Command("destroy", destroy, "Delete stacks.", STACKS, DESTROY, *MANY, *OPTIONS),
)
