"""A stack policy that becomes another: what an update may do from then on, and what it no longer may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from ...terms import OPEN_POLICY, policy_text
from .stackpolicy import decision

_DOING = {"Update:Modify": "changing", "Update:Replace": "replacing", "Update:Delete": "deleting"}


@frozen
class PolicyChange:
    """The policy that is wanted, and what it allows and forbids that the one before did not, in sentences."""

    wanted: Mapping[str, Any] = field(hash=False)
    wider: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What is said of it in a plan besides what a yes is asked for."""
        if self.wider or self.narrower:
            return self.narrower
        return ("the stack policy is written in another way and means the same for the resources of this stack",)


def policy_change(
    before: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None, old: Mapping[str, Any], new: Mapping[str, Any]
) -> PolicyChange | None:
    """How a stack's policy changes; None when it does not, or when nobody says what it should be.

    `old` and `new` are the stack's templates: what matters is what becomes of their resources.
    """
    if wanted is None or policy_text(before or {}) == policy_text(wanted):
        return None
    wider, narrower = [], []
    resources = {**(old.get("Resources") or {}), **(new.get("Resources") or {})}
    for logical_id, body in sorted(resources.items()):
        kind = str(body.get("Type", "")) if isinstance(body, dict) else ""
        allowed, forbidden = [], []
        for action, doing in _DOING.items():
            was = decision(before or OPEN_POLICY, action, logical_id, kind)[0]
            now = decision(wanted or OPEN_POLICY, action, logical_id, kind)[0]
            if now and not was:
                allowed.append(doing)
            elif was and not now:
                forbidden.append(doing)
        if allowed:
            wider.append(f"the stack policy allows {' and '.join(allowed)} {logical_id} ({kind}), which it forbids now")
        if forbidden:
            narrower.append(f"the stack policy forbids {' and '.join(forbidden)} {logical_id} ({kind}) from now on")
    return PolicyChange(wanted or OPEN_POLICY, tuple(wider), tuple(narrower))
