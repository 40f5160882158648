"""What becomes of the data of a resource that is deleted or replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .changes import Action, Data

if TYPE_CHECKING:
    from ..catalog import ResourceType

_KEEPS = ("Retain", "RetainExceptOnCreate")


def data_verdict(
    kind: ResourceType | None, action: Action, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Data | None:
    """None when nothing is at stake: the resource holds no data of its own, or it stays.

    A deletion obeys the DeletionPolicy that is deployed (`old`), a replacement the UpdateReplacePolicy that comes with
    the update (`new`); neither looks at the other. RetainExceptOnCreate keeps whatever was once created in full.
    """
    if kind is None or kind.removal_of(old.get("Properties") or {}) is None:
        return None
    if action in ("delete", "rename"):
        return _under(old.get("DeletionPolicy", _default_deletion(kind.name)), kind)
    if action in ("replace", "maybe-replace"):
        fate = _under(new.get("UpdateReplacePolicy", "Delete"), kind)
        return "maybe" if fate == "lost" and action == "maybe-replace" else fate
    if old.get("Condition") != new.get("Condition") and action != "create":
        fate = _under(old.get("DeletionPolicy", _default_deletion(kind.name)), kind)
        return "maybe" if fate == "lost" else None
    return None


def deletion_verdict(kind: ResourceType | None, resource: Mapping[str, Any]) -> Data | None:
    """What deleting the stack does to this resource's data."""
    return data_verdict(kind, "delete", resource, {})


def _under(policy: Any, kind: ResourceType) -> Data:
    if policy in _KEEPS:
        return "kept"
    if policy == "Snapshot" and kind.snapshot:
        return "snapshot"
    return "maybe" if isinstance(policy, dict) else "lost"


def _default_deletion(type_name: str) -> str:
    """RDS takes a snapshot unless told otherwise."""
    return "Snapshot" if type_name in ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance") else "Delete"
