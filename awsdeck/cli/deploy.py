"""`awsdeck deploy` and `awsdeck destroy`."""

from __future__ import annotations

import os

from ..errors import ConstraintError, InputError
from .account import LOCAL, OPTIONS, open_account
from .command import Argument, Command, Option
from .deck import assemble, stacks_named
from .synth import deck_report, failed, show_warnings
from .updates import GATED, deployed_templates, update_findings
from .watching import confirming, watched, watching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..assembly import Assembly
    from ..deploy import Result
    from ..errors import Finding
    from ..local import Engine
    from .context import Context
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
    wrong = _impossible(context, assembly, deployed_templates(aws, assembly, names))
    if wrong:
        raise ConstraintError(wrong)
    watch = watching(context)

    def work() -> Result:
        return run(
            assembly,
            aws=aws,
            stacks=names,
            parameters=values,
            tags={**config.get("deploy.tags", {}), **_pairs(tags)},
            confirm=confirming(context, watch, approve=approve or local, local=local),
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

    code, result = watched(context, watch, work)
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
    watch = watching(context)

    def work() -> Result:
        return run(
            assembly,
            aws=aws,
            stacks=names,
            confirm=confirming(context, watch, approve=True, local=False),
            allow_destroy=_words(allow_destroy),
            observer=watch,
            concurrency=concurrency or context.config.get("deploy.concurrency", 4),
            keep_going=keep_going,
            timeout=timeout,
        )

    return watched(context, watch, work)[0]


def _impossible(context: Context, assembly: Assembly, before: Mapping[str, Before]) -> list[Finding]:
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
        Option("--bucket", "The bucket for files, and for templates that are too large for a request.", metavar="NAME"),
        Option("--role", "The role that CloudFormation works with.", metavar="ARN"),
        Option("--force", "Ask CloudFormation even when nothing seems to change.", "flag"),
        Option("--local", f"{LOCAL.help[:-1]}, asks nothing and implies --approve.", "flag", group=LOCAL.group),
        *(option for option in OPTIONS if option is not LOCAL),
    ),
    Command("destroy", destroy, "Delete stacks.", STACKS, DESTROY, *MANY, *OPTIONS),
)
