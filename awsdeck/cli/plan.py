"""`awsdeck plan` and `awsdeck apply`: see everything before it happens, and let exactly that happen."""

from __future__ import annotations

from ..errors import ConstraintError, DeckError
from .account import OPTIONS, open_account
from .command import Argument, Command, Option
from .deck import assemble, stacks_named, with_needs
from .deploy import (
    APPROVE,
    BUCKET,
    DESTROY,
    EXCLUSIVELY,
    FORCE,
    MANY,
    PARAMETERS,
    REPLACE,
    STACKS,
    configured,
    from_file,
    impossible,
    pairs,
    stateful,
    tags_given,
    words,
)
from .show import error_data
from .synth import deck_report, failed, show_warnings
from .terms import CONDUCT, OUTAGE, TERMS, agreed, conduct, hooks, printing_aside, said
from .updates import deployed_templates
from .watching import confirming, watched, watching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..deploy import Planned, Result
    from .context import Context
    from .progress import Shown

DIFFERENT = 2


def plan(
    context: Context,
    stacks: list[str],
    out: str | None,
    exit_code: bool,
    parameters: list[str],
    parameters_file: str | None,
    tags: list[str],
    approve: bool,
    allow_replace: list[str],
    allow_destroy: list[str],
    concurrency: int | None,
    exclusively: bool,
    bucket: str | None,
    force: bool,
    local: bool,
    profile: str | None,
    region: str | None,
    **more: Any,
) -> int:
    """Show what a deploy would do, from real change sets; `more` are the options of `TERMS` and `CONDUCT`."""
    from ..deploy import Options
    from ..deploy import plan as run
    from ..output import check_writable
    from .progress import Lines
    from .records import Records

    if out is not None:
        check_writable(out)
    loaded, assembly = assemble(context)
    report = deck_report(context, loaded, assembly)
    if assembly is None:
        return failed(context, loaded, report)
    show_warnings(context, report)
    config = context.config
    assembly = agreed(context, assembly)
    names = with_needs(context, assembly, stacks_named(assembly, stacks), exclusively=exclusively)
    if not assembly.everything:
        context.screen.note("the deck has no stacks")
    values = {
        **configured(config.get("parameters", {}), assembly, names),
        **from_file(parameters_file),
        **pairs(parameters),
    }
    options = Options(
        parameters=values,
        tags=tags_given(tags),
        allow_replace=words(allow_replace),
        allow_destroy=words(allow_destroy),
        bucket=bucket or config.get("deploy.bucket"),
        force=force,
        conduct=conduct(context, more),
        terms=said(more),
        stateful=stateful(context),
    )
    aws, _ = open_account(context, local, profile, region, start=True)
    wrong = impossible(context, assembly, deployed_templates(aws, assembly, names))
    if wrong:
        raise ConstraintError(wrong)
    watch = Records(context.screen, "none") if context.json else Lines(context.screen, "none")
    code = 0
    try:
        planned = run(
            assembly,
            aws=aws,
            stacks=names,
            options=options,
            approve=approve,
            keep=out is not None,
            observer=watch,
            concurrency=concurrency or config.get("deploy.concurrency", 4),
        )
        code = DIFFERENT if exit_code and planned.changes else 0
        _keep(context, planned, out, " --local" if local else "")
    except KeyboardInterrupt:
        code = 130
        raise
    except DeckError as error:
        code = error.exit_code
        if context.json and not watch.told:
            context.screen.error(error)
            context.screen.record({"type": "error", "error": error_data(error)["error"]})
        elif not watch.told or context.debug:
            raise
    finally:
        if context.json:
            context.screen.record({"type": "summary", "exit_code": code})
    return code


def _keep(context: Context, planned: Planned, out: str | None, where: str) -> None:
    """Say how it stands, and write the file."""
    from shlex import quote

    screen = context.screen
    if not context.json:
        idle = [plan.name for plan in planned.plans.values() if plan.operation == "none" and not plan.steps]
        for name in idle:
            screen.say(f"{screen.paint(name, 'bold')}: nothing to do")
    if out is None or planned.saved is None:
        if planned.changes:
            screen.note(f"nothing was changed; keep the plan with -o FILE, or `awsdeck deploy{where}`")
        return
    planned.write(out)
    screen.note(f"the plan is kept in {out}; carry it out with `awsdeck apply {quote(out)}{where}`")


def apply(
    context: Context,
    plan: str,
    parameters: list[str],
    parameters_file: str | None,
    approve: bool,
    outputs_file: str | None,
    concurrency: int | None,
    keep_going: bool,
    timeout: int | None,
    progress: Shown | None,
    poll_outage: int | None,
    local: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Carry out a kept plan."""
    from ..deploy import apply as run
    from ..deploy import read_plan
    from .deploy import earlier_outputs, write_outputs

    earlier_outputs(outputs_file)
    saved = read_plan(plan)
    loaded, assembly = assemble(context)
    if assembly is None:
        return failed(context, loaded, deck_report(context, loaded, None))
    assembly, called = agreed(context, assembly), hooks(context)
    aws, _ = open_account(context, local, profile, region)
    if poll_outage is not None:
        aws.outage_budget = poll_outage
    watch = watching(context, progress)
    yes = approve or saved.approve or local

    def work() -> Result:
        return run(
            assembly,
            saved,
            aws=aws,
            parameters={**from_file(parameters_file), **pairs(parameters)},
            confirm=confirming(context, watch, approve=yes, local=local),
            observer=watch,
            concurrency=concurrency or context.config.get("deploy.concurrency", 4),
            keep_going=keep_going,
            timeout=timeout,
            hooks=called,
        )

    with printing_aside(context):
        code, result = watched(context, watch, work)
    if outputs_file and result is not None:
        write_outputs(outputs_file, result.outputs)
    return code


COMMANDS = (
    Command(
        "plan",
        plan,
        "Show everything that a deploy would do, and keep it for `apply`.",
        STACKS,
        Option("--out -o", "Keep the plan in a file, with its change sets.", metavar="FILE"),
        Option("--exit-code", "Exit with 2 when anything would be done.", "flag"),
        *PARAMETERS,
        Option("--tags", "A tag for every stack.", "list", metavar="KEY=VALUE"),
        APPROVE,
        REPLACE,
        DESTROY,
        MANY[0],
        EXCLUSIVELY,
        BUCKET,
        FORCE,
        *TERMS,
        *CONDUCT,
        *OPTIONS,
        epilog="Without -o the change sets are taken away again. Everything is shown before a gate closes (exit 3).",
    ),
    Command(
        "apply",
        apply,
        "Carry out a plan that was kept: exactly what was shown, or nothing.",
        Argument("plan", "The file that `awsdeck plan -o` has written.", metavar="PLAN", required=True),
        *PARAMETERS,
        APPROVE,
        Option("--outputs-file", "Write the outputs to a JSON file; other stacks' stay in it.", metavar="FILE"),
        *MANY,
        OUTAGE,
        *OPTIONS,
        epilog="Refuses when a stack or its change set is not what was planned any more, and says what is different.",
    ),
)
