"""Moves that a deck declares and that are still to be done, seen from two states of its templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..assembly import Origin


def waiting(
    stack: str, origins: Mapping[str, Origin], old: Mapping[str, Mapping[str, Any] | None]
) -> Iterator[tuple[str, str, str]]:
    """The stack and logical id that a resource had, and the id it has now; `old` are the earlier templates by stack."""
    now = _resources(old.get(stack))
    for id, origin in origins.items():
        for was in origin.moved:
            home, _, former = was.partition("/")
            if former in _resources(old.get(home)) and id not in now:
                yield home, former, id


def _resources(template: Mapping[str, Any] | None) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (template or {}).get("Resources") or {}
    return found
