"""Before a deploy can be planned: somebody else's operation is waited for, an earlier failure undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from ...errors import CredentialsError, DeckError, StackBusy, StoppedWatching
from ..follow import Follower
from ..observer import Notice
from ..repair.recover import plan_rollback
from ..state import busy, told, way
from ..watch.history import Operation, last_operation

if TYPE_CHECKING:
    from ...assembly import StackArtifact
    from ..account.cloudformation import CloudFormation
    from ..observer import Observer
    from ..records import StackRecord
    from ..stackplan import StackPlan
    from .conduct import Conduct


def ready(artifact: StackArtifact, cf: CloudFormation, conduct: Conduct, observer: Observer) -> StackPlan | None:
    """None when the deploy can be planned; else a plan to be carried out before it is.

    Raises `StackBusy` for an operation that runs and is not to be waited for, `RollbackFirst` and `NotClean` for a stack
    that a person has to look after first.
    """
    record = cf.stack(artifact.name)
    if record is not None and record.busy and record.status != "DELETE_IN_PROGRESS":
        running = _running(cf, record)
        if conduct.wait_in_progress is None:
            raise busy(record, running)
        _wait(cf, record, running, conduct.wait_in_progress, observer)
        record = cf.stack(artifact.name)
    kept: tuple[str, ...] = ()
    if record is not None and record.status.endswith("_FAILED"):
        kept = _kept(cf, record)
    if way(record, conduct, kept=kept) != "undo-first":
        return None
    note = "its last update failed and was left as it was; that is undone first, then the deploy is planned"
    plan = plan_rollback(artifact, cf)
    return evolve(plan, again=True, notes=(note, *plan.notes))


def _wait(cf: CloudFormation, record: StackRecord, running: Operation | None, most: float, observer: Observer) -> None:
    """See somebody else's operation to its end; how it ends says nothing of ours."""
    observer.notice(
        Notice(record.name, f"waiting up to {most:.0f} seconds for another operation: {told(record, running)}")
    )
    follower = Follower(cf, record.name, record.id, "", None, observer, timeout=most)
    try:
        follower.join()
        outcome = follower.run()
    except StoppedWatching as error:
        now = cf.stack(record.id) or record
        if not now.busy:
            return
        raise StackBusy(f"{busy(now, running).message}; {error.message}", fix=busy(now).fix) from None
    observer.notice(Notice(record.name, f"the other operation ended in {outcome.status}; planning from there"))


def _running(cf: CloudFormation, record: StackRecord) -> Operation | None:
    """The operation that runs, as far as the stack's history may be read."""
    try:
        return last_operation(cf, record.id, nested=False)
    except CredentialsError:
        raise
    except DeckError:  # only words for the message are lost
        return None


def _kept(cf: CloudFormation, record: StackRecord) -> tuple[str, ...]:
    """What a failed stack still holds, with physical ids, as far as that may be asked."""
    try:
        found = cf.resources(record.id)
    except CredentialsError:
        raise
    except DeckError:
        return ()
    return tuple(
        f"{one.logical_id} ({one.physical_id})" for one in found if one.physical_id and one.status != "DELETE_COMPLETE"
    )
