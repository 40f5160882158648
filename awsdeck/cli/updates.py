"""What the update rules say of going from deployed templates to new ones."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..assembly import Assembly, StackArtifact
    from ..deploy import AWS
    from ..deploy.account.cloudformation import CloudFormation
    from ..diff.nested import Whole
    from ..errors import Finding
    from .context import Context

    Before = Mapping[str, Any] | None

GATED = frozenset(("UPD001", "UPD003", "UPD004", "UPD006", "UPD007", "UPD011"))
"""Rules about replacement and lost data: a plan shows both, and its gate refuses the second until a flag allows it."""


def deployed_templates(aws: AWS, assembly: Assembly, names: Iterable[str]) -> dict[str, Before]:
    """The templates of the stacks as they are now, nested ones inside; None for a stack that is not there."""
    found: dict[str, Before] = {}
    for name in names:
        cf = aws.of(assembly[name]).cloudformation(assembly[name].region)
        record = cf.stack(name)
        there = record is not None and not record.gone and record.status != "REVIEW_IN_PROGRESS"
        found[name] = _deployed(cf, record.id) if record is not None and there else None
    return found


def _deployed(cf: CloudFormation, stack_id: str) -> Whole:
    """What a stack runs, with its nested stacks."""
    from ..deploy.files.template import deployed
    from ..diff.nested import Whole, nested_stacks

    template = deployed(cf, stack_id)
    names = nested_stacks(template)
    inner = {
        one.logical_id: _deployed(cf, one.physical_id)
        for one in (cf.resources(stack_id) if names else ())
        if one.logical_id in names and one.physical_id and one.status != "DELETE_COMPLETE"
    }
    return Whole(template, inner)


def update_findings(context: Context, artifact: StackArtifact, before: Before) -> list[Finding]:
    """Errors and warnings about the update of one stack and those nested in it, with the lines that made the resources."""
    if before is None:
        return []
    from ..diff.nested import inner_pairs, whole

    own = _update(context, artifact, before, artifact.template, artifact.parameters)
    found = [_located(finding, artifact, finding.resource) for finding in own]
    for path, old, new in inner_pairs(before, whole(artifact)):
        if old is not None:
            for finding in _update(context, artifact, old, new, {}):
                said = finding.replace(message=f"in {path}: {finding.message}", stack=f"{artifact.name}/{path}")
                found.append(_located(said, artifact, path.partition("/")[0]))
    return found


def _update(
    context: Context,
    artifact: StackArtifact,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    parameters: Mapping[str, str],
) -> list[Finding]:
    from ..rules import Graph, check_update
    from ..template import Template

    graphs = []
    for template in (before, after):
        graph = Graph(context.mode)
        graph.add(
            Template.from_dict(dict(template), name=artifact.name), region=artifact.region, parameters=dict(parameters)
        )
        graphs.append(graph)
    return [finding for finding in check_update(*graphs) if finding.severity != "info"]


def _located(finding: Finding, artifact: StackArtifact, resource: str | None) -> Finding:
    origin = artifact.origins.get(resource or "")
    return finding.replace(construct=origin.construct).at(origin.place()) if origin is not None else finding
