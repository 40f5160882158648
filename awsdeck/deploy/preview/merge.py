"""Two views of what changes, the templates' and CloudFormation's change set, as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ... import catalog
from ...diff import Diff, Follower
from ...diff.replacement import uses, verdict
from ..records import ChangeRecord, Detail
from .properties import PlannedProperty, Private, planned_properties

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ...catalog import ResourceType
    from ...diff import ResourceChange
    from ...diff.changes import Data


@frozen
class PlannedChange:
    """What happens to one resource, as the templates and CloudFormation's change set say together.

    `confirmed` is False for what only the templates show: change sets are known to leave things out. `followers` is who
    refers to a resource that is, or may be, replaced.
    """

    logical_id: str
    type: str
    action: str
    because: str = ""
    data: str | None = None
    guarded: bool = False
    was: str | None = None
    confirmed: bool = True
    physical_id: str = ""
    policy_action: str = ""
    properties: tuple[PlannedProperty, ...] = field(default=(), repr=False)
    followers: tuple[Follower, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is empty is left out."""
        fields: dict[str, Any] = {
            "logical_id": self.logical_id,
            "resource_type": self.type,
            "action": self.action,
            "because": self.because,
            "data": self.data,
            "was": self.was,
            "confirmed": self.confirmed,
            "physical_id": self.physical_id,
            "policy_action": self.policy_action,
            "properties": [one.to_dict() for one in self.properties],
            "followers": [one.to_dict() for one in self.followers],
        }
        return {name: value for name, value in fields.items() if value not in (None, "", [])}


def merged(
    difference: Diff,
    records: tuple[ChangeRecord, ...] | None,
    there: Mapping[str, Any] | None = None,
    *,
    new: Mapping[str, Any] | None = None,
    private: Private | None = None,
    stateful: Collection[str] = (),
) -> tuple[PlannedChange, ...]:
    """The two views of what changes as one; `records` is None while there is no change set, `there` are the resources
    of the template that is deployed, and `new` is the template that is to be.

    CloudFormation's word counts where it is definite. Its silence does not: a change that only the templates show
    stays, unconfirmed. Types in `stateful` hold data, whatever the catalog says.
    """
    private = private or Private()
    changes = {change.logical_id: change for change in difference.resources}
    by_aws = {record.logical_id: record for record in records or ()}
    renamed = {change.was: change.logical_id for change in difference.resources if change.was}
    planned = []
    for logical_id in sorted(changes.keys() | by_aws.keys()):
        change, record = changes.get(logical_id), by_aws.get(logical_id)
        if change is None and logical_id in renamed:
            continue  # the deletion half of a rename
        if change is not None and change.action == "metadata" and record is None:
            continue
        type_name = change.type if change else record.type if record else ""
        kind = catalog.find(type_name)
        body = (there or {}).get((change and change.was) or logical_id)
        nothing = _keeps_nothing(kind, change, body)
        own = type_name in stateful and not (kind is not None and kind.stateful)
        holds = own or (kind is not None and kind.stateful and not nothing)
        action: str = change.action if change is not None else "update"
        data: str | None = change.data if change is not None else None
        if record is not None and action != "rename":
            action = _action(record, action if change is not None else None, changes, by_aws)
        if own:
            data = _by_policies(action, body, ((new or {}).get("Resources") or {}).get(logical_id))
        if record is not None and action != "rename":
            data = _data(record, action, holds, data)
        causes = change.causes if change is not None else ()
        because = ", ".join(
            dict.fromkeys(
                ".".join(str(step) for step in cause.path) + (f" (through {cause.through})" if cause.through else "")
                for cause in causes
            )
        )
        planned.append(
            PlannedChange(
                logical_id,
                type_name,
                action,
                because or (_recreating_names(record) if "replace" in action else ""),
                data,
                own or (kind is not None and kind.guarded and not nothing),
                change.was if change else None,
                record is not None or records is None,
                record.physical_id if record else "",
                record.policy_action if record else "",
                planned_properties(change, record, private, replaced="replace" in action),
                _followers(change, logical_id, action, new),
            )
        )
    return tuple(planned)


def _followers(
    change: ResourceChange | None, logical_id: str, action: str, new: Mapping[str, Any] | None
) -> tuple[Follower, ...]:
    """Who refers to a resource that is replaced, when CloudFormation alone knows that it is."""
    if action not in ("replace", "maybe-replace"):
        return ()
    if new is None or (change is not None and change.followers):
        return change.followers if change is not None else ()
    return tuple(_referring(logical_id, action == "replace", new))


def _referring(logical_id: str, sure: bool, new: Mapping[str, Any]) -> Iterator[Follower]:
    for name, body in sorted((new.get("Resources") or {}).items()):
        if not isinstance(body, dict) or name == logical_id:
            continue
        type_name = str(body.get("Type", ""))
        for path, target in uses(body.get("Properties") or {}):
            if target == logical_id:
                effect = verdict(path, catalog.find(type_name), type_name)
                yield Follower("Resources", name, path, effect if sure or effect == "no" else "maybe")
    for name, body in sorted((new.get("Outputs") or {}).items()):
        for path, target in uses(body):
            if target == logical_id:
                yield Follower("Outputs", name, path, "replace" if sure else "maybe")


def _by_policies(action: str, old: Any, new: Any) -> Data | None:
    """What the templates' policies make of a resource that the project itself says holds data."""
    deletes = action in ("delete", "rename")
    if not deletes and action not in ("replace", "maybe-replace"):
        return None
    body = old if deletes else new
    name = "DeletionPolicy" if deletes else "UpdateReplacePolicy"
    policy = str(body.get(name, "Delete")) if isinstance(body, dict) else "Delete"
    if policy.startswith("Retain"):
        return "kept"
    if policy == "Snapshot":
        return "snapshot"
    return "lost" if action != "maybe-replace" else "maybe"


def _keeps_nothing(kind: ResourceType | None, change: ResourceChange | None, body: Any) -> bool:
    """Whether a resource of a type that holds data holds none itself: a read replica, a member of a cluster."""
    if kind is None or not kind.stateful:
        return False
    if change is not None and change.action in ("delete", "rename", "replace", "maybe-replace"):
        return change.data is None
    properties = body.get("Properties") if isinstance(body, dict) else None
    return isinstance(properties, dict) and kind.removal_of(properties) is None


def _action(
    record: ChangeRecord,
    templates: str | None,
    changes: Mapping[str, ResourceChange],
    records: Mapping[str, ChangeRecord],
) -> str:
    if record.action == "Add":
        return "create"
    if record.action == "Remove":
        return "delete"
    if record.action == "Import":
        return "import"
    if record.action == "SyncWithActual":
        return "metadata"  # the template catches up with what is there
    if record.replacement == "True":
        return "replace"
    if record.replacement == "False":
        return "metadata" if templates == "metadata" else "update"
    if record.replacement == "Conditional" or record.action == "Dynamic":
        # The schema knows better than "it depends", when all that CloudFormation names stands in the templates.
        of_properties = [detail for detail in record.details if detail.attribute == "Properties"]
        named = {detail.name for detail in of_properties if not _harmless(detail, record.type, changes, records)}
        own = changes.get(record.logical_id)
        changed = {str(item.path[0]) for item in own.properties if item.path} if own is not None else set()
        if templates in ("update", "metadata", "replace") and named <= changed:
            return templates
        return "maybe-replace" if named or not of_properties or templates is not None else "update"
    return templates or "update"


def _data(record: ChangeRecord, action: str, stateful: bool, templates: str | None) -> str | None:
    """What becomes of the data; CloudFormation's PolicyAction decides when it gives one."""
    if not stateful or action in ("create", "update", "metadata", "import"):
        return None
    policy = record.policy_action
    if policy in ("Delete", "ReplaceAndDelete"):
        return "lost" if action != "maybe-replace" else "maybe"
    if policy.endswith("Retain"):
        return "kept"
    if policy.endswith("Snapshot"):
        return "snapshot"
    if templates is not None:
        return "lost" if templates == "maybe" and action in ("replace", "delete") else templates
    return "maybe"


def _harmless(
    detail: Detail, type_name: str, changes: Mapping[str, ResourceChange], records: Mapping[str, ChangeRecord]
) -> bool:
    """Whether a property that CloudFormation names certainly replaces nothing: its schema says so where CloudFormation
    is not sure itself, or its value is the name or ARN of a resource that stays the one it is.
    """
    kind = catalog.find(type_name)
    known = detail.recreation != "Always" and kind is not None and detail.name in kind.properties
    if known and verdict((detail.name,), kind, type_name) == "no":
        return True
    source, _, attribute = detail.entity.partition(".")
    cause, told = changes.get(source), records.get(source)
    stays = ("update", "metadata")
    if (
        cause is None
        or cause.action not in stays
        or (told and _action(told, cause.action, changes, records) not in stays)
    ):
        return False
    of_source = catalog.find(cause.type)
    return of_source is not None and (attribute in ("", "Arn") or (attribute,) == of_source.primary_identifier)


def _recreating_names(record: ChangeRecord | None) -> str:
    if record is None:
        return ""
    return ", ".join(
        dict.fromkeys(d.name for d in record.details if d.recreation in ("Always", "Conditionally") and d.name)
    )
