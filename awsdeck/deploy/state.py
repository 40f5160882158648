"""What can be done with a stack in the state it is in."""

from __future__ import annotations

from typing import Literal

from ..errors import NotClean, RollbackFirst, StackBusy
from .records import StackRecord

Way = Literal["create", "update", "recreate", "wait-and-create"]

_BY_HAND = {
    "CREATE_FAILED": "its creation failed and was not rolled back",
    "ROLLBACK_FAILED": "its creation failed, and so did undoing it",
    "DELETE_FAILED": "its deletion failed half way",
    "IMPORT_ROLLBACK_FAILED": "an import failed, and so did undoing it",
}


def way(record: StackRecord | None) -> Way:
    """How a deploy gets from this state to the template; raises when a person has to decide first.

    A stack in review has never been executed, so it is created. A rolled back creation leaves an empty shell, which
    CloudFormation will not update: it is deleted and made anew.
    """
    if record is None or record.gone or record.status == "REVIEW_IN_PROGRESS":
        return "create"
    if record.status == "DELETE_IN_PROGRESS":
        return "wait-and-create"
    if record.busy:
        raise busy(record)
    if record.status == "ROLLBACK_COMPLETE":
        return "recreate"
    if record.status in ("UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED"):
        raise RollbackFirst(
            f"{record.name} is in {record.status}: its last update failed and is not undone" + _because(record),
            fix=f"run `awsdeck rollback {record.name}`, then deploy again",
        )
    if record.status in _BY_HAND:
        raise NotClean(
            f"{record.name} is in {record.status}: {_BY_HAND[record.status]}" + _because(record),
            fix=f"look at what is left with `awsdeck status {record.name}`; `awsdeck destroy {record.name}` removes it",
        )
    return "update"


def busy(record: StackRecord) -> StackBusy:
    """The error for a stack on which another operation is running."""
    return StackBusy(
        f"{record.name} is in {record.status}: another operation is running" + _because(record),
        fix=f"wait for it with `awsdeck follow {record.name}`",
    )


def _because(record: StackRecord) -> str:
    return f" ({record.reason})" if record.reason else ""
