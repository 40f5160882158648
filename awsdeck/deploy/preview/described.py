"""A change set read in full: every page, with the values before and after, and nothing left out for their sake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ..records import ChangeRecord, ChangeSetRecord, Detail

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation

INCOMPLETE = "option can return incomplete changeset data"
"""CloudFormation's own warning, in its StatusReason, that asking for values made it drop resources."""


def described(cf: CloudFormation, arn: str) -> ChangeSetRecord:
    """The change set with the values of properties; read a second time without them when that is incomplete."""
    record = _read(cf, arn, values=True)
    if INCOMPLETE not in record.reason.lower():
        return record
    valued = {change.logical_id: change for change in record.changes}
    whole = _read(cf, arn, values=False)
    changes = [_with_values(change, valued.pop(change.logical_id, None)) for change in whole.changes]
    return evolve(record, changes=(*changes, *valued.values()))


def _with_values(change: ChangeRecord, valued: ChangeRecord | None) -> ChangeRecord:
    """The change as the complete answer has it, with the details of the one that has values."""
    return change if valued is None or not valued.details else evolve(change, details=valued.details)


def _read(cf: CloudFormation, arn: str, *, values: bool) -> ChangeSetRecord:
    first: dict[str, Any] = {}
    found: list[ChangeRecord] = []
    pages = cf.pages(
        "DescribeChangeSet", "describe_change_set", ChangeSetName=arn, IncludePropertyValues=values or None
    )
    for page in pages:
        first = first or page
        found += [_change(item["ResourceChange"]) for item in page.get("Changes") or () if "ResourceChange" in item]
    return ChangeSetRecord(
        str(first.get("ChangeSetId", arn)),
        str(first.get("StackId", "")),
        str(first.get("Status", "")),
        str(first.get("StatusReason") or ""),
        str(first.get("ExecutionStatus", "")),
        tuple(found),
    )


def _change(item: Mapping[str, Any]) -> ChangeRecord:
    return ChangeRecord(
        logical_id=item.get("LogicalResourceId", ""),
        type=item.get("ResourceType", ""),
        action=item.get("Action", ""),
        physical_id=item.get("PhysicalResourceId", ""),
        replacement=item.get("Replacement", ""),
        policy_action=item.get("PolicyAction", ""),
        details=tuple(_detail(detail) for detail in item.get("Details") or ()),
        nested=item.get("ChangeSetId", ""),
    )


def _detail(item: Mapping[str, Any]) -> Detail:
    target = item.get("Target") or {}
    return Detail(
        attribute=target.get("Attribute", ""),
        name=target.get("Name", ""),
        recreation=target.get("RequiresRecreation", ""),
        evaluation=item.get("Evaluation", ""),
        entity=item.get("CausingEntity", ""),
        path=target.get("Path", ""),
        before=target.get("BeforeValue"),
        after=target.get("AfterValue"),
    )
