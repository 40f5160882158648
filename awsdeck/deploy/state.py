"""What can be done with a stack in the state it is in: every status that CloudFormation has leads somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..errors import NotClean, RollbackFirst, StackBusy
from .records import HEALTHY, StackRecord
from .terms.conduct import Conduct

if TYPE_CHECKING:
    from .watch.history import Operation

Way = Literal["create", "update", "recreate", "wait-and-create", "undo-first"]

_BUSY = {
    "CREATE_IN_PROGRESS": "it is being created",
    "ROLLBACK_IN_PROGRESS": "its creation failed and is being undone",
    "UPDATE_IN_PROGRESS": "it is being updated",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "an update has succeeded, and what it replaced is being removed",
    "UPDATE_ROLLBACK_IN_PROGRESS": "an update failed and is being undone",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "an update is undone, and what it had made is being removed",
    "IMPORT_IN_PROGRESS": "resources are being imported into it",
    "IMPORT_ROLLBACK_IN_PROGRESS": "an import failed and is being undone",
    "DELETE_IN_PROGRESS": "it is being deleted",
}
_FAILED = {
    "CREATE_FAILED": "its creation failed and was not rolled back",
    "ROLLBACK_FAILED": "its creation failed, and so did undoing it",
    "UPDATE_FAILED": "its last update failed and is not undone",
    "UPDATE_ROLLBACK_FAILED": "its last update failed, and so did undoing it",
    "DELETE_FAILED": "its deletion failed half way",
    "IMPORT_ROLLBACK_FAILED": "an import failed, and so did undoing it",
}


def way(record: StackRecord | None, conduct: Conduct | None = None, *, kept: tuple[str, ...] = ()) -> Way:
    """How a deploy gets from this state to the template; raises when a person has to decide first.

    A stack in review has never been executed, so it is created. A rolled back creation leaves an empty shell, which
    CloudFormation will not update: it is deleted and made anew. What failed and was left as it was goes on where it
    stopped when this run does not roll back either. `kept` are the resources of a failed stack, for the message.
    """
    conduct = conduct or Conduct()
    if record is None or record.gone or record.status == "REVIEW_IN_PROGRESS":
        return "create"
    if record.status == "DELETE_IN_PROGRESS":
        return "wait-and-create"
    if record.busy:
        raise busy(record)
    if record.status == "ROLLBACK_COMPLETE":
        return "recreate"
    if record.status in HEALTHY:
        return "update"
    if record.status in ("CREATE_FAILED", "UPDATE_FAILED") and not conduct.rollback:
        return "update"
    if record.status == "UPDATE_FAILED" and conduct.auto_rollback:
        return "undo-first"
    raise _stopped(record, kept)


def _stopped(record: StackRecord, kept: tuple[str, ...]) -> RollbackFirst | NotClean:
    """The error for a stack that somebody has to look after first."""
    name, status = record.name, record.status
    said = f"{name} is in {status}: {_FAILED.get(status, 'this version of awsdeck does not know that status')}"
    said += _because(record) + (f"; it still holds {', '.join(kept)}" if kept else "")
    if status == "UPDATE_FAILED":
        return RollbackFirst(
            said,
            fix=f"run `awsdeck rollback {name}`, or let --auto-rollback do it as the first step of the deploy; "
            "--no-rollback goes on from where it stopped",
        )
    if status == "UPDATE_ROLLBACK_FAILED":
        return RollbackFirst(said, fix=f"run `awsdeck rollback {name}`, then deploy again")
    fixes = {
        "CREATE_FAILED": f"`awsdeck rollback {name}` or `awsdeck destroy {name}` removes what was made; "
        "`awsdeck deploy --no-rollback` goes on from where it stopped",
        "IMPORT_ROLLBACK_FAILED": "put right in AWS what the reason names, or ask AWS Support; no call of "
        "CloudFormation's goes on from here but deleting the stack",
    }
    look = f"look at what is left with `awsdeck status {name}`; `awsdeck destroy {name}` removes it"
    return NotClean(said, fix=fixes.get(status, look))


def unmoved(record: StackRecord) -> RollbackFirst | NotClean:
    """The error for a failed stack in which CloudFormation finds nothing to change: it is not up to date for that."""
    kind = RollbackFirst if record.status == "UPDATE_FAILED" else NotClean
    return kind(
        f"{record.name} is in {record.status}, and CloudFormation finds nothing to change in it: {_FAILED[record.status]}"
        + _because(record),
        fix=f"run `awsdeck rollback {record.name}`, or correct the template and deploy again",
    )


def busy(record: StackRecord, running: Operation | None = None) -> StackBusy:
    """The error for a stack on which another operation is running; `running` tells more of it."""
    return StackBusy(
        f"{record.name} is in {record.status}: another operation is running, {told(record, running)}",
        fix=f"watch it with `awsdeck follow {record.name}`; `awsdeck deploy --wait-in-progress` waits for it",
    )


def told(record: StackRecord, running: Operation | None = None) -> str:
    """What is known of an operation that runs: what it does, since when, by whom, its id."""
    parts = [_BUSY.get(record.status, record.status)]
    if running is not None:
        from datetime import UTC, datetime

        parts.append(f"since {datetime.fromtimestamp(running.started, UTC):%Y-%m-%d %H:%M:%S} UTC")
        if running.token.startswith("awsdeck-"):
            parts.append("started by another run of awsdeck")
        elif running.token:
            parts.append(f"token {running.token}")
    if record.operation:
        parts.append(f"operation {record.operation}")
    return ", ".join(parts) + _because(record)


def _because(record: StackRecord) -> str:
    return f" ({record.reason})" if record.reason else ""
