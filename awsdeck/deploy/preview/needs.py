"""Which resources of a template need which, and so the order they are made in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from ...references import references


@frozen
class Needs:
    """For each resource of one template those it refers to or depends on."""

    by_id: Mapping[str, frozenset[str]]

    def of(self, logical_id: str) -> frozenset[str]:
        """What has to be there before it."""
        return self.by_id.get(logical_id, frozenset())

    def users(self, logical_id: str) -> frozenset[str]:
        """What has to be gone before it."""
        return frozenset(name for name, needs in self.by_id.items() if logical_id in needs)


def needs_of(template: Mapping[str, Any]) -> Needs:
    """The needs of a template's resources."""
    resources = template.get("Resources")
    if not isinstance(resources, dict):
        return Needs({})
    return Needs(
        {
            name: frozenset(one.target for one in references(body) if one.target in resources) - {name}
            for name, body in resources.items()
            if isinstance(body, dict)
        }
    )
