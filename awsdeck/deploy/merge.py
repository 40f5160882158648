"""Two views of what changes, the templates' and CloudFormation's change set, as one."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from .. import catalog
from ..diff import Diff
from .records import ChangeRecord


@frozen
class PlannedChange:
    """What happens to one resource, as the templates and CloudFormation's change set say together.

    `confirmed` is False for what only the templates show: change sets are known to leave things out.
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
        }
        return {name: value for name, value in fields.items() if value not in (None, "")}


def merged(difference: Diff, records: tuple[ChangeRecord, ...] | None) -> tuple[PlannedChange, ...]:
    """The two views of what changes as one; `records` is None while there is no change set.

    CloudFormation's word counts where it is definite. Its silence does not: a change that only the templates show
    stays, unconfirmed.
    """
    by_template = {change.logical_id: change for change in difference.resources}
    by_aws = {record.logical_id: record for record in records or ()}
    renamed = {change.was: change.logical_id for change in difference.resources if change.was}
    planned = []
    for logical_id in sorted(by_template.keys() | by_aws.keys()):
        change, record = by_template.get(logical_id), by_aws.get(logical_id)
        if change is None and logical_id in renamed:
            continue  # the deletion half of a rename
        if change is not None and change.action == "metadata" and record is None:
            continue
        type_name = change.type if change else record.type if record else ""
        kind = catalog.find(type_name)
        stateful = kind is not None and kind.stateful
        action: str = change.action if change is not None else "update"
        data: str | None = change.data if change is not None else None
        if record is not None and action != "rename":
            action = _action(record, action if change is not None else None, _names(difference, logical_id))
            data = _data(record, action, stateful, data)
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
                because or _recreating_names(record),
                data,
                kind is not None and kind.guarded,
                change.was if change else None,
                record is not None or records is None,
                record.physical_id if record else "",
                record.policy_action if record else "",
            )
        )
    return tuple(planned)


def _action(record: ChangeRecord, templates: str | None, changed: frozenset[str]) -> str:
    if record.action == "Add":
        return "create"
    if record.action == "Remove":
        return "delete"
    if record.action == "Import":
        return "import"
    if record.replacement == "True":
        return "replace"
    if record.replacement == "False":
        return "metadata" if templates == "metadata" else "update"
    if record.replacement == "Conditional" or record.action == "Dynamic":
        # The schema knows better than "it depends", when all that CloudFormation names stands in the templates.
        named = {detail.name for detail in record.details if detail.attribute == "Properties"}
        if templates in ("update", "metadata", "replace") and named <= changed:
            return templates
        return "maybe-replace"
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


def _names(difference: Diff, logical_id: str) -> frozenset[str]:
    for change in difference.resources:
        if change.logical_id == logical_id:
            return frozenset(str(item.path[0]) for item in change.properties if item.path)
    return frozenset()


def _recreating_names(record: ChangeRecord | None) -> str:
    if record is None:
        return ""
    return ", ".join(
        dict.fromkeys(d.name for d in record.details if d.recreation in ("Always", "Conditionally") and d.name)
    )
