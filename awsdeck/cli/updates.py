"""What the update rules say of going from deployed templates to new ones."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..assembly import Assembly, StackArtifact
    from ..deploy import AWS
    from ..errors import Finding
    from .context import Context

    Before = Mapping[str, Any] | None

GATED = frozenset(("UPD001", "UPD003", "UPD004", "UPD006", "UPD007", "UPD011"))
"""Rules about replacement and lost data: a plan shows both, and its gate refuses the second until a flag allows it."""


def deployed_templates(aws: AWS, assembly: Assembly, names: Iterable[str]) -> dict[str, Before]:
    """The templates of the stacks as they are now; None for a stack that is not there."""
    from ..deploy.template import deployed

    found: dict[str, Before] = {}
    for name in names:
        cf = aws.cloudformation(assembly[name].region)
        record = cf.stack(name)
        there = record is not None and not record.gone and record.status != "REVIEW_IN_PROGRESS"
        found[name] = deployed(cf, record.id) if record is not None and there else None
    return found


def update_findings(context: Context, artifact: StackArtifact, before: Before) -> list[Finding]:
    """Errors and warnings about the update of one stack, with the lines that made the resources."""
    if before is None:
        return []
    from ..rules import Graph, check_update
    from ..template import Template

    graphs = []
    for template in (before, artifact.template):
        graph = Graph(context.mode)
        graph.add(
            Template.from_dict(dict(template), name=artifact.name),
            region=artifact.region,
            parameters=dict(artifact.parameters),
        )
        graphs.append(graph)
    found = [finding for finding in check_update(*graphs) if finding.severity != "info"]
    return [_located(finding, artifact) for finding in found]


def _located(finding: Finding, artifact: StackArtifact) -> Finding:
    origin = artifact.origins.get(finding.resource or "")
    return finding.replace(construct=origin.construct).at(origin.place()) if origin is not None else finding
