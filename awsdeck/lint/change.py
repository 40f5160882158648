"""What is wrong with going from an older template to a newer one."""

from __future__ import annotations

from ..rules import Graph, check_update
from ..template import Template
from .files import spot
from .run import follow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..errors import Finding
    from ..rules.vocabulary import Mode


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
    loop = None
    for template in (before, after):
        graph = Graph(limits)
        loop = follow(template, parameters or {})
        whole = template if loop is None else Template.from_dict(loop.data, name=template.name, file=template.file)
        graph.add(
            whole,
            region=region,
            parameters=dict(parameters or {}),
            use_defaults=bool(parameters),
            written=template.data,
        )
        graphs.append(graph)
    found = [finding.replace(stack=None) for finding in check_update(*graphs)]
    if loop is not None:
        from .loops import once_a_loop

        found = once_a_loop(found, loop)
    return [finding.at(spot(after, finding.path, finding.element)) for finding in found]
