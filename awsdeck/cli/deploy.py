"""`awsdeck deploy`."""

from __future__ import annotations

import os

from ..errors import ConstraintError, InputError, Place
from .account import LOCAL, OPTIONS, open_account
from .command import Argument, Command, Option
from .deck import assemble, stacks_named, with_needs
from .synth import deck_report, failed, show_warnings
from .terms import CONDUCT, OUTAGE, TERMS, agreed, conduct, hooks, printing_aside, said
from .updates import GATED, deployed_templates, update_findings
from .watching import PROGRESS, confirming, watched, watching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..assembly import Assembly
    from ..deploy import Result
    from ..errors import Finding
    from ..local import Engine
    from .context import Context
    from .progress import Shown
    from .updates import Before


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
    exclusively: bool,
    bucket: str | None,
    timeout: int | None,
    progress: Shown | None,
    force: bool,
    local: bool,
    profile: str | None,
    region: str | None,
    **more: Any,
) -> int:
    """Bring stacks to where the deck wants them; `more` are the options of `TERMS` and `CONDUCT`."""
    from ..deploy import deploy as run

    earlier_outputs(outputs_file)
    loaded, assembly = assemble(context)
    report = deck_report(context, loaded, assembly)
    if assembly is None:
        return failed(context, loaded, report)
    show_warnings(context, report)
    config = context.config
    ways, terms, called, labels = conduct(context, more), said(more), hooks(context), tags_given(tags)
    holding = stateful(context)
    if assembly.sets and not stacks:
        context.screen.note(f"left out: {', '.join(assembly.sets)}; `awsdeck stackset deploy` is for stack sets")
    assembly = agreed(context, assembly)
    names = with_needs(context, assembly, stacks_named(assembly, stacks), exclusively=exclusively)
    if not assembly.everything:
        context.screen.note("the deck has no stacks")
    values = {
        **configured(config.get("parameters", {}), assembly, names),
        **from_file(parameters_file),
        **pairs(parameters),
    }
    aws, engine = open_account(context, local, profile, region, start=True)
    if more["poll_outage"] is not None:
        aws.outage_budget = more["poll_outage"]
    wrong = impossible(context, assembly, deployed_templates(aws, assembly, names))
    if wrong:
        raise ConstraintError(wrong)
    watch = watching(context, progress)

    def work() -> Result:
        return run(
            assembly,
            aws=aws,
            stacks=names,
            parameters=values,
            tags=labels,
            confirm=confirming(context, watch, approve=approve or local, local=local),
            allow_replace=words(allow_replace),
            allow_destroy=words(allow_destroy),
            observer=watch,
            concurrency=concurrency or config.get("deploy.concurrency", 4),
            keep_going=keep_going,
            bucket=bucket or config.get("deploy.bucket"),
            timeout=timeout,
            force=force,
            conduct=ways,
            hooks=called,
            terms=terms,
            stateful=holding,
        )

    with printing_aside(context):
        code, result = watched(context, watch, work)
    if engine is not None:
        _say_recorded(context, engine, assembly, names, aws.region)
    if outputs_file and result is not None:
        write_outputs(outputs_file, result.outputs)
    return code


def impossible(context: Context, assembly: Assembly, before: Mapping[str, Before]) -> list[Finding]:
    """What AWS will not do, told before anything is started; data that would be lost is left to the gate."""
    found = [
        finding
        for name, template in before.items()
        for finding in update_findings(context, assembly[name], template)
        if finding.rule not in GATED
    ]
    warnings = [finding for finding in found if finding.severity == "warning"]
    if warnings and not context.screen.quiet:
        context.screen.findings(warnings)
    return [finding for finding in found if finding.severity == "error"]


def _say_recorded(context: Context, engine: Engine, assembly: Assembly, names: list[str], region: str | None) -> None:
    for name in names:
        recorded = engine.recorded(name, region=assembly[name].region or region or "")
        if recorded:
            listed = ", ".join(f"{item['logical_id']} ({item['type']})" for item in recorded)
            context.screen.note(f"{name}: recorded, not emulated: {listed}")


def configured(values: dict[str, str], assembly: Assembly, names: list[str]) -> dict[str, str]:
    """The configured parameters that a stack of this run has."""
    kept = {}
    for key, value in values.items():
        stack, colon, name = key.rpartition(":")
        holders = [one for one in names if not colon or one == stack]
        if any(name in (assembly[one].template.get("Parameters") or {}) for one in holders):
            kept[key] = value
    return kept


def from_file(path: str | None) -> dict[str, str]:
    """Values of parameters from a file, when one is named."""
    if path is None:
        return {}
    from .context import parameters_file

    return parameters_file(path)


def pairs(given: Iterable[str], flag: str = "--parameters") -> dict[str, str]:
    """The names and values of an option that takes NAME=VALUE; raises `InputError` for anything else."""
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            told = flag != "--parameters"  # a value of those may be a secret
            shown = f"{text!r} has no =" if told and not equals else f"one has no {'name' if equals else '='}"
            raise InputError(f"{flag} takes NAME=VALUE: {shown}", fix=f"write {flag} NAME=VALUE")
        pairs[name] = value
    return pairs


def tags_given(given: Iterable[str]) -> dict[str, str]:
    """The tags of `--tags`; raises `InputError` with every one that AWS does not take."""
    from ..terms import problems

    tags = pairs(given, "--tags")
    wrong = problems(tags=tags) if tags else []
    if wrong:
        lines = [one.text.removeprefix("tags: ") for one in wrong]
        raise InputError(f"--tags: {'; '.join(lines)}", fix="; ".join(dict.fromkeys(one.fix for one in wrong)))
    return tags


def stateful(context: Context) -> list[str]:
    """The types that the configuration says hold data; raises `InputError` for one of AWS that there is not."""
    from ..catalog.store import find, suggest

    types: list[str] = context.config.get("deploy.stateful", [])
    unknown = [name for name in types if name.startswith("AWS::") and find(name) is None]
    if unknown:
        close = [near for near in map(suggest, unknown) if near]
        raise InputError(
            f"deploy.stateful: there is no resource type {', '.join(unknown)}",
            place=Place(context.config.file or ""),
            fix=f"did you mean {', '.join(close)}?" if close else "look for it with `awsdeck explain`",
        )
    return types


def words(given: Iterable[str]) -> list[str]:
    """The words of an option that may be given several times, and several at a time."""
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


def earlier_outputs(path: str | None) -> dict[str, Any]:
    """What a file of outputs holds so far; raises `InputError` when it holds anything else or cannot be written.

    To be asked before a deploy, not after it.
    """
    import json

    from ..output import check_writable, reason

    if path is None:
        return {}
    check_writable(path)
    if not os.path.isfile(path) or not os.path.getsize(path):
        return {}
    fix = "name another file with --outputs-file, or take this one away"
    try:
        with open(path, encoding="utf-8") as file:
            known = json.load(file)
    except OSError as error:
        raise InputError(f"cannot add to {path}: {reason(error, path)}", fix=fix) from None
    except (ValueError, RecursionError):
        raise InputError(f"cannot add to {path}: it is not JSON", fix=fix) from None
    if not isinstance(known, dict):
        raise InputError(f"cannot add to {path}: it is not an object with the outputs of stacks", fix=fix)
    return known


def write_outputs(path: str, outputs: dict[str, dict[str, str]]) -> None:
    """Merge outputs into a JSON file; stacks of other runs stay in it."""
    import json

    from ..output import write_atomic

    merged = {**earlier_outputs(path), **outputs}
    write_atomic(path, json.dumps(merged, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


STACKS = Argument(
    "stacks", "Stacks by name or pattern, with those they need; all when none is named.", metavar="STACK", many=True
)
MANY = (
    Option("--concurrency", "How many stacks at once (default 4).", "number", metavar="N", least=1),
    Option("--keep-going", "Go on with stacks that do not need the one that failed.", "flag"),
    Option("--timeout", "Stop watching after so long; the operation goes on.", "number", metavar="SECONDS"),
    PROGRESS,
)
EXCLUSIVELY = Option("--exclusively", "Leave out the stacks that the named ones need.", "flag")
DESTROY = Option("--allow-destroy", "This resource may be deleted with its data.", "list", metavar="ID[,…]")

REPLACE = Option("--allow-replace", "This resource may be replaced, and its data lost.", "list", metavar="ID[,…]")
APPROVE = Option("--approve", "Say yes to what is beyond the ordinary: wider access, waiting messages that go.", "flag")
BUCKET = Option("--bucket", "The bucket for files, and for templates that are too large for a request.", metavar="NAME")
FORCE = Option("--force", "Ask CloudFormation even when nothing seems to change.", "flag")
PARAMETERS = (
    Option(
        "--parameters",
        "A value for a template parameter; STACK:NAME=VALUE for one stack.",
        "list",
        metavar="NAME=VALUE",
    ),
    Option("--parameters-file", "Values for template parameters, in JSON, YAML or TOML.", metavar="FILE"),
)

COMMANDS = (
    Command(
        "deploy",
        deploy,
        "Bring stacks to where the deck wants them.",
        STACKS,
        *PARAMETERS,
        Option("--tags", "A tag for every stack.", "list", metavar="KEY=VALUE"),
        APPROVE,
        REPLACE,
        DESTROY,
        Option("--outputs-file", "Write the outputs to a JSON file; other stacks' stay in it.", metavar="FILE"),
        *MANY,
        EXCLUSIVELY,
        BUCKET,
        *TERMS,
        *CONDUCT,
        OUTAGE,
        FORCE,
        Option("--local", f"{LOCAL.help[:-1]}, asks nothing and implies --approve.", "flag", group=LOCAL.group),
        *(option for option in OPTIONS if option is not LOCAL),
    ),
)
