"""`awsdeck diff`: what a deploy would change."""

from __future__ import annotations

import os

from ..errors import InputError
from .account import OPTIONS, in_reach, open_account
from .command import Argument, Command, Option
from .deck import assemble, stacks_named
from .earlier import assembly_templates, given
from .synth import deck_report, failed
from .updates import deployed_templates, update_findings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..assembly import Assembly, StackArtifact
    from .context import Context

    Before = Mapping[str, Any] | None

DIFFERENT = 2
ENDINGS = (".json", ".yaml", ".yml", ".template")


def diff(
    context: Context,
    stacks: list[str],
    against: str | None,
    exit_code: bool,
    local: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Compare the deck's stacks, or a template that is named, with what is deployed or with an older state."""
    from ..diff import diff as compare
    from ..diff.moved import waiting
    from ..diff.nested import inner_pairs, whole
    from .changes import diff_lines, diff_summary

    if len(stacks) == 1 and stacks[0].lower().endswith(ENDINGS):
        pairs = _template(stacks[0], against)
        shown_against = against or ""
    else:
        loaded, assembly = assemble(context)
        if assembly is None:
            return failed(context, loaded, deck_report(context, loaded, None))
        names = stacks_named(assembly, stacks)
        old, shown_against = _before(context, assembly, names, against, local, profile, region, loaded.app.folder)
        pairs = [(assembly[name], old.get(name)) for name in names]
        if not stacks and against is not None:
            pairs += [(_gone(name), template) for name, template in old.items() if name not in assembly.stacks]
    different = False
    data: list[dict[str, Any]] = []
    for artifact, before in pairs:
        change = compare(before, artifact.template)
        findings = update_findings(context, artifact, before)
        different = different or not change.empty
        entry = {**change.to_dict(), "stack": artifact.name, "against": shown_against}
        del entry["version"]
        moves = list(waiting(artifact.name, artifact.origins, {one.name: template for one, template in pairs}))
        if moves:
            entry["moves"] = [
                {"from": {"stack": home, "logical_id": was}, "to": {"stack": artifact.name, "logical_id": id}}
                for home, was, id in moves
            ]
        data.append({**entry, "findings": [finding.to_dict() for finding in findings]})
        if change.empty:
            if not context.screen.quiet:
                context.screen.say(f"{context.screen.paint(artifact.name, 'bold')}: no changes against {shown_against}")
            continue
        context.screen.say(f"{context.screen.paint(artifact.name, 'bold')} against {shown_against}")
        context.screen.say(
            *diff_lines(context.screen, change, artifact.origins), f"  {diff_summary(context.screen, change)}"
        )
        for home, former, id in moves:
            name = former if home == artifact.name else f"{home}/{former}"
            context.screen.say(f"  {name} is {id} now: `awsdeck refactor` carries it over, and a deploy waits for that")
        for path, was, now in inner_pairs(before, whole(artifact)):
            inside = compare(was, now)
            if inside.empty:
                continue
            name = f"{artifact.name}/{path}"
            entry = {**inside.to_dict(), "stack": name, "against": shown_against, "findings": []}
            del entry["version"]
            data.append(entry)
            context.screen.say(f"{context.screen.paint(name, 'bold')}, nested")
            context.screen.say(*diff_lines(context.screen, inside, {}), f"  {diff_summary(context.screen, inside)}")
        if findings:
            context.screen.findings(findings)
    if context.json:
        context.screen.data({"version": 1, "stacks": data})
    return DIFFERENT if different and exit_code else 0


def _before(
    context: Context,
    assembly: Assembly,
    names: list[str],
    against: str | None,
    local: bool,
    profile: str | None,
    region: str | None,
    project: str,
) -> tuple[dict[str, Before], str]:
    """The older template of each stack, and in words what it is."""
    if against is not None:
        return given(context, against, names)
    if local or in_reach(context, profile):
        aws, engine = open_account(context, local, profile, region, start=True)
        found = deployed_templates(aws, assembly, names)
        return found, "the embedded CloudFormation" if engine else "what is deployed"
    folder = context.out(None, project)
    if not os.path.exists(folder):
        raise InputError(
            "there is nothing to compare with: no credentials for AWS and no earlier assembly",
            fix="use --local, --profile NAME, or --against FILE|FOLDER|REVISION",
        )
    return assembly_templates(folder), os.path.relpath(folder)


def _template(path: str, against: str | None) -> list[tuple[StackArtifact, Before]]:
    from ..assembly import StackArtifact
    from ..template import load

    if against is None:
        raise InputError(f"there is nothing to compare {path} with", fix="name the older template: --against FILE")
    new = load(path)
    return [(StackArtifact(new.name, new.data), load(against).data)]


def _gone(name: str) -> StackArtifact:
    from ..assembly import StackArtifact

    return StackArtifact(name, {})


COMMANDS = (
    Command(
        "diff",
        diff,
        "Show what a deploy would change.",
        Argument(
            "stacks", "Stacks by name or pattern (default: all), or one template file.", metavar="STACK", many=True
        ),
        Option("--against", "Compare with a template, an assembly, or a git revision.", metavar="FILE|FOLDER|REVISION"),
        Option("--exit-code", "Exit with 2 when there are differences.", "flag"),
        *OPTIONS,
        epilog="Without --against: what is deployed, or the last assembly when there are no credentials.",
    ),
)
