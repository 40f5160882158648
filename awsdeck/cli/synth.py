"""`awsdeck synth` and `awsdeck ls`: from a deck to templates."""

from __future__ import annotations

import os

from ..lint.filters import Filter
from ..lint.report import Report, counted
from .command import Argument, Command, Option
from .deck import assemble
from .show import error_data, short, short_place, shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..assembly import Assembly, StackArtifact
    from ..errors import Finding
    from ..tree import App
    from .context import Context
    from .deck import Loaded

FAILED = 4


def synth(context: Context, deck: str | None, out: str | None, yaml: bool, print: bool) -> int:
    """Write the templates of the deck; nothing is written when there are errors."""
    loaded, assembly = assemble(context, deck)
    report = deck_report(context, loaded, assembly)
    if assembly is None:
        return failed(context, loaded, report)
    screen = context.screen
    if print:
        from ..template import render_json, render_yaml

        render = render_yaml if yaml else render_json
        for number, stack in enumerate(assembly):
            head = f"# {stack.name}\n" if yaml and len(assembly) > 1 else ""
            screen.put(screen.out, ("---\n" if yaml and number else "") + head + render(stack.template))
        show_warnings(context, report)
        return 0
    folder = context.out(out, loaded.app.folder)
    assembly.write(folder, yaml=yaml)
    if context.json:
        screen.data(
            {"version": 1, "folder": folder, **summary(assembly), "findings": [f.to_dict() for f in report.findings]}
        )
    show_warnings(context, report)
    if not screen.quiet:
        everything = list(assembly.everything.values())
        width = max((len(stack.name) for stack in everything), default=0)
        lines = [
            f"  {stack.name.ljust(width)}  {counted(len(stack.template['Resources']), 'resource')}"
            for stack in everything
        ]
        if context.verbose:
            lines = [line for stack, head in zip(everything, lines, strict=True) for line in (head, *_resources(stack))]
            lines += _aspects(loaded.app)
        screen.say(
            f"{screen.paint('wrote', 'good')} {short(os.path.abspath(folder))}: {counted(len(assembly), 'stack')}"
            + (f", {counted(len(assembly.sets), 'stack set')}" if assembly.sets else ""),
            *lines,
        )
    return 0


def ls(context: Context, deck: str | None) -> int:
    """The stacks of the deck in the order they are deployed in."""
    loaded, assembly = assemble(context, deck)
    if assembly is None:
        return failed(context, loaded, deck_report(context, loaded, None))
    if context.json:
        context.screen.data({"version": 1, **summary(assembly)})
        return 0
    rows = [
        (stack.name, stack.region or "-", str(len(stack.template["Resources"])), ", ".join(stack.dependencies) or "-")
        for stack in assembly
    ]
    rows += [
        (stack.name, ", ".join((stack.spread or {})["regions"]), str(len(stack.template["Resources"])), "stack set")
        for stack in assembly.sets.values()
    ]
    context.screen.table(("STACK", "REGION", "RESOURCES", "NEEDS"), rows)
    return 0


def _resources(stack: StackArtifact) -> Iterator[str]:
    """The resources of a stack with the lines that made them."""
    for logical_id, body in stack.template["Resources"].items():
        origin = stack.origins.get(logical_id)
        where = f"  {origin.file}:{origin.line}" if origin is not None and origin.file else ""
        yield f"    {logical_id}  {body['Type']}{where}"


def _aspects(app: App) -> Iterator[str]:
    """What the aspects did, in the order they ran."""
    if app.applied:
        yield "  aspects"
    for applied in app.applied:
        place = short_place(applied.aspect.source)
        yield f"    {applied}{f'  {place}' if place else ''}"


def summary(assembly: Assembly) -> dict[str, object]:
    """The stacks and stack sets of an assembly for programs."""
    found: dict[str, object] = {"stacks": [_summed(stack) for stack in assembly]}
    if assembly.sets:
        found["stack_sets"] = [{**_summed(stack), "spread": stack.spread} for stack in assembly.sets.values()]
    return found


def _summed(stack: StackArtifact) -> dict[str, object]:
    return {
        "name": stack.name,
        "template": stack.template_file,
        "region": stack.region,
        "account": stack.account,
        "dependencies": list(stack.dependencies),
        "resources": len(stack.template["Resources"]),
    }


def deck_report(context: Context, loaded: Loaded, assembly: Assembly | None) -> Report:
    """What was found while the deck ran, but for what the configuration does not want to see; errors always."""
    config = context.config
    wanted = Filter(config.get("lint.select", ()), config.get("lint.ignore", ()), config.get("lint.severity"))
    report = Report()
    report.findings = [
        shortened(finding) for finding in loaded.app.findings if finding.severity == "error" or wanted.passes(finding)
    ]
    if assembly is not None:
        report.templates = len(assembly)
        report.resources = sum(len(stack.template["Resources"]) for stack in assembly)
    return report.sorted()


def failed(context: Context, loaded: Loaded, report: Report) -> int:
    """Tell every error of a deck; the exit code."""
    errors: list[Finding] = [finding for finding in report.findings if finding.severity == "error"]
    if errors:
        context.screen.findings(errors)
    if loaded.broken is not None:
        if context.debug:
            import traceback

            context.screen.complain("".join(traceback.format_exception(loaded.broken)).rstrip())
        context.screen.error(loaded.broken)
    if context.json:
        data: dict[str, object] = {"version": 1} if loaded.broken is None else error_data(loaded.broken)
        broken: object = data.get("findings", [])
        assert isinstance(broken, list)
        context.screen.data({**data, "findings": [*(finding.to_dict() for finding in errors), *broken]})
    return FAILED if loaded.broken is None else loaded.broken.exit_code


def show_warnings(context: Context, report: Report) -> None:
    """Warnings go to standard error and change nothing."""
    warnings = [finding for finding in report.findings if finding.severity == "warning"]
    if warnings and not context.screen.quiet:
        context.screen.findings(warnings)


DECK_ARGUMENT = Argument("deck", "The deck, like --app.")

COMMANDS = (
    Command(
        "synth",
        synth,
        "Write the CloudFormation templates of a deck.",
        DECK_ARGUMENT,
        Option("--out", "Where to (default: awsdeck.out beside the deck).", metavar="FOLDER"),
        Option("--yaml", "Write each template as YAML too; with --print, print YAML.", "flag"),
        Option("--print", "Print the templates and write nothing.", "flag"),
    ),
    Command("ls", ls, "List the stacks of a deck.", DECK_ARGUMENT),
)
