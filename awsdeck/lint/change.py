"""What is wrong with going from an older template to a newer one."""

from __future__ import annotations

from ..rules import Graph, check_update
from .files import spot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..errors import Finding
    from ..rules.vocabulary import Mode
    from ..template import Template


def check_change(
    before: Template,
    after: Template,
    *,
    limits: Mode = "documented",
    parameters: Mapping[str, Any] | None = None,
    region: str | None = None,
) -> list[Finding]:
    """What the update rules say: replacement, lost data, and changes that AWS refuses; at their lines in `after`."""
    graphs = []
    for template in (before, after):
        graph = Graph(limits)
        graph.add(template, region=region, parameters=dict(parameters or {}), use_defaults=bool(parameters))
        graphs.append(graph)
    return [finding.at(spot(after, finding.path)).replace(stack=None) for finding in check_update(*graphs)]
