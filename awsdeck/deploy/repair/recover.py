"""Decide what can be done about an operation that runs or went wrong: watch it, break it off, undo it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import catalog
from ...assembly import StackArtifact
from ...errors import ApprovalNeeded, InputError, NotClean
from .. import request as requests
from ..preview.merge import PlannedChange
from ..records import SUCCESSES, StackRecord
from ..stackplan import StackPlan
from ..state import busy
from ..steps import CancelUpdate, ContinueRollback, DeleteStack, Follow, Join, RollBack, Step
from .stuck import Stuck, if_readable, stuck, to_skip

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation

_ENDS = {
    "CREATE_IN_PROGRESS": "CREATE_COMPLETE",
    "UPDATE_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "IMPORT_IN_PROGRESS": "IMPORT_COMPLETE",
    "DELETE_IN_PROGRESS": "DELETE_COMPLETE",
}
"""Where each operation should end; a rollback that runs is a failure already."""
_TOO_LATE = {
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "the update has succeeded, and only what it replaced is being removed",
    "DELETE_IN_PROGRESS": "a deletion cannot be broken off",
    "IMPORT_IN_PROGRESS": "an import cannot be broken off",
    "REVIEW_IN_PROGRESS": "nothing of it has been started",
}
_SKIPPED = (
    "is taken for rolled back as it is: from then on it and the template differ, make them agree before the next deploy"
)


def plan_follow(artifact: StackArtifact, cf: CloudFormation) -> StackPlan:
    """Watch what is running; when nothing is, the last operation's end is the verdict."""
    record = cf.stack(artifact.name)
    if record is None or record.gone or record.status == "REVIEW_IN_PROGRESS":
        return StackPlan(artifact.name, cf.region, "none", artifact)
    end = _ENDS.get(record.status)
    good = () if record.busy and end is None else (end,) if end else tuple(sorted(SUCCESSES))
    return StackPlan(artifact.name, cf.region, "follow", artifact, record, steps=(Join(record.id), Follow("", good)))


def plan_rollback(
    artifact: StackArtifact, cf: CloudFormation, skip: tuple[str, ...] = (), *, force: bool = False
) -> StackPlan:
    """Undo a failed creation or update, or continue a rollback that failed.

    A resource in `skip`, or with `force` each that the rollback has failed on, is taken for rolled back although it is
    not. Raises `InputError` for one that it has not failed on.
    """
    record = _there(artifact, cf)
    if skip and force:
        raise InputError("--skip and --force exclude each other", fix="--force skips everything that failed")
    if record.status == "UPDATE_ROLLBACK_FAILED":
        return _continued(artifact, cf, record, skip, force=force)
    if record.busy:
        raise busy(record)
    if record.status == "ROLLBACK_FAILED":
        raise NotClean(
            f"{record.name} is in ROLLBACK_FAILED: its creation failed and so did undoing it; CloudFormation has no "
            "second rollback for that",
            fix=f"look at what is left with `awsdeck status {record.name}`, then run `awsdeck destroy {record.name}`",
        )
    if record.status not in ("UPDATE_FAILED", "CREATE_FAILED"):
        raise InputError(f"{record.name} is in {record.status}: there is nothing to roll back")
    if skip or force:
        flag = "--skip" if skip else "--force"
        raise InputError(f"{flag} is for a rollback that failed, and {record.name} is in {record.status}")
    token = requests.token()
    changes: tuple[PlannedChange, ...] = ()
    notes: tuple[str, ...] = ()
    ends: tuple[str, ...] = ("UPDATE_ROLLBACK_COMPLETE",)
    if record.status == "CREATE_FAILED":
        ends = ("ROLLBACK_COMPLETE", "DELETE_COMPLETE")
        changes = _made_so_far(cf, record)
        notes = (
            "it was never complete, so undoing it deletes everything it has made, kept by a DeletionPolicy or not",
        )
    steps = (RollBack(record.id, token), Follow(token, ends))
    return StackPlan(artifact.name, cf.region, "rollback", artifact, record, changes=changes, steps=steps, notes=notes)


def _continued(
    artifact: StackArtifact, cf: CloudFormation, record: StackRecord, skip: tuple[str, ...], *, force: bool
) -> StackPlan:
    token = requests.token()
    forced = force and cf.knows("ContinueUpdateRollback", "ForceRollback")
    left: tuple[Stuck, ...]
    if skip:
        left = to_skip(record.name, stuck(cf, record.id), skip)
    elif force:
        left = tuple(one for one in stuck(cf, record.id) if not one.cancelled)
        if not left and not forced:
            raise InputError(
                f"{record.name}: no resource has failed because of the rollback, so there is nothing to skip",
                fix=f"run `awsdeck rollback {record.name}` without --force",
            )
    else:
        left = ()
    notes = [f"{one.name} ({one.type}) {_SKIPPED}" for one in left]
    if not left and not force:
        notes += [
            f"{one.name} ({one.type}) could not be rolled back: {one.reason}"
            for one in if_readable(cf, record.id)
            if not one.cancelled
        ]
    names = () if forced else tuple(one.skip for one in left)
    steps = (ContinueRollback(record.id, token, names, forced), Follow(token, ("UPDATE_ROLLBACK_COMPLETE",)))
    return StackPlan(artifact.name, cf.region, "rollback", artifact, record, steps=steps, notes=tuple(notes))


def plan_cancel(artifact: StackArtifact, cf: CloudFormation, *, delete: bool = False) -> StackPlan:
    """Break a running update off; CloudFormation rolls it back.

    A creation cannot be broken off, only deleted: with `delete` that is the plan, without it an `InputError`.
    """
    record = _there(artifact, cf)
    token = requests.token()
    steps: tuple[Step, ...]
    if record.status == "CREATE_IN_PROGRESS" and delete and record.protected:
        raise ApprovalNeeded(
            f"{record.name} has termination protection, so it is not deleted",
            fix=f"`awsdeck protect off {record.name}` takes it off",
        )
    if record.status == "CREATE_IN_PROGRESS" and delete:
        notes = ("a creation cannot be broken off: the stack is deleted, with everything it has made so far",)
        steps = (DeleteStack(record.id, token), Follow(token, ("DELETE_COMPLETE",)))
        changes = _made_so_far(cf, record)
        return StackPlan(
            artifact.name, cf.region, "cancel", artifact, record, changes=changes, steps=steps, notes=notes
        )
    if record.status != "UPDATE_IN_PROGRESS":
        _refuse_cancel(record)
    ends = ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_COMPLETE")  # it may have been too late
    steps = (CancelUpdate(record.id, token), Follow(token, ends))
    return StackPlan(artifact.name, cf.region, "cancel", artifact, record, steps=steps)


def _refuse_cancel(record: StackRecord) -> None:
    if record.status == "CREATE_IN_PROGRESS":
        raise InputError(
            f"{record.name} is in CREATE_IN_PROGRESS: a creation cannot be broken off, only deleted",
            fix=f"`awsdeck cancel {record.name} --delete` deletes the stack with everything it has made so far",
        )
    if "ROLLBACK_IN_PROGRESS" in record.status or record.status.endswith("ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"):
        raise InputError(
            f"{record.name} is in {record.status}: it is being undone already",
            fix=f"watch it with `awsdeck follow {record.name}`",
        )
    raise InputError(f"{record.name} is in {record.status}: {_TOO_LATE.get(record.status, 'no update runs')}")


def _made_so_far(cf: CloudFormation, record: StackRecord) -> tuple[PlannedChange, ...]:
    """What is deleted with a stack that was never complete."""
    changes = []
    for resource in cf.resources(record.id):
        if resource.status == "DELETE_COMPLETE" or not resource.physical_id:
            continue
        kind = catalog.find(resource.type)
        data = "lost" if kind is not None and kind.stateful else None
        changes.append(
            PlannedChange(resource.logical_id, resource.type, "delete", data=data, physical_id=resource.physical_id)
        )
    return tuple(changes)


def _there(artifact: StackArtifact, cf: CloudFormation) -> StackRecord:
    record = cf.stack(artifact.name)
    if record is None or record.gone:
        raise InputError(f"{artifact.name} is not deployed")
    return record
