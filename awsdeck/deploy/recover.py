"""Decide what can be done about an operation that runs or went wrong: watch it, break it off, undo it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..assembly import StackArtifact
from ..errors import InputError
from . import request as requests
from .plan import StackPlan
from .records import SUCCESSES, StackRecord
from .state import busy
from .steps import CancelUpdate, ContinueRollback, Follow, Join, RollBack

if TYPE_CHECKING:
    from .cloudformation import CloudFormation

_ENDS = {
    "CREATE_IN_PROGRESS": "CREATE_COMPLETE",
    "UPDATE_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "IMPORT_IN_PROGRESS": "IMPORT_COMPLETE",
    "DELETE_IN_PROGRESS": "DELETE_COMPLETE",
}
"""Where each operation should end; a rollback that runs is a failure already."""


def plan_follow(artifact: StackArtifact, cf: CloudFormation) -> StackPlan:
    """Watch what is running; when nothing is, the last operation's end is the verdict."""
    record = cf.stack(artifact.name)
    if record is None or record.gone or record.status == "REVIEW_IN_PROGRESS":
        return StackPlan(artifact.name, cf.region, "none", artifact)
    end = _ENDS.get(record.status)
    good = () if record.busy and end is None else (end,) if end else tuple(sorted(SUCCESSES))
    return StackPlan(artifact.name, cf.region, "follow", artifact, record, steps=(Join(record.id), Follow("", good)))


def plan_rollback(artifact: StackArtifact, cf: CloudFormation, skip: tuple[str, ...]) -> StackPlan:
    """Undo a failed creation or update, or continue a rollback that failed.

    A resource in `skip` is taken for rolled back although it is not: from then on the template and it differ.
    """
    record = _there(artifact, cf)
    token = requests.token()
    if record.status == "UPDATE_ROLLBACK_FAILED":
        start: RollBack | ContinueRollback = ContinueRollback(record.id, token, skip)
    elif record.status in ("UPDATE_FAILED", "CREATE_FAILED"):
        start = RollBack(record.id, token)
    elif record.busy:
        raise busy(record)
    else:
        raise InputError(f"{record.name} is in {record.status}: there is nothing to roll back")
    end = "ROLLBACK_COMPLETE" if record.status == "CREATE_FAILED" else "UPDATE_ROLLBACK_COMPLETE"
    notes = tuple(f"{id} is taken for rolled back: from then on it and the template may differ" for id in skip)
    steps = (start, Follow(token, (end,)))
    return StackPlan(artifact.name, cf.region, "rollback", artifact, record, steps=steps, notes=notes)


def plan_cancel(artifact: StackArtifact, cf: CloudFormation) -> StackPlan:
    """Break a running update off; CloudFormation rolls it back."""
    record = _there(artifact, cf)
    if record.status != "UPDATE_IN_PROGRESS":
        running = (
            "it can only be deleted once it has ended" if record.status == "CREATE_IN_PROGRESS" else "no update runs"
        )
        raise InputError(f"{record.name} is in {record.status}: {running}")
    token = requests.token()
    ends = ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_COMPLETE")  # it may have been too late
    steps = (CancelUpdate(record.id, token), Follow(token, ends))
    return StackPlan(artifact.name, cf.region, "cancel", artifact, record, steps=steps)


def _there(artifact: StackArtifact, cf: CloudFormation) -> StackRecord:
    record = cf.stack(artifact.name)
    if record is None or record.gone:
        raise InputError(f"{artifact.name} is not deployed")
    return record
