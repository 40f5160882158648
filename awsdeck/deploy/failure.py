"""From an operation that did not end well to an error that says why, where, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import DeployError, NotClean, RolledBack
from .errors import shortened
from .request import masked
from .result import Failure, Leftover

if TYPE_CHECKING:
    from .follow import Outcome
    from .plan import StackPlan
    from .records import EventRecord

_UNDONE = {
    "UPDATE_ROLLBACK_COMPLETE": "the stack is as it was before",
    "IMPORT_ROLLBACK_COMPLETE": "the stack is as it was before",
    "ROLLBACK_COMPLETE": "its resources are deleted again; the next deploy removes the empty stack and starts anew",
    "DELETE_COMPLETE": "the stack is deleted again",
}
_HINTS = {
    "UPDATE_ROLLBACK_FAILED": "run `awsdeck rollback {name}` to continue the rollback, then deploy again",
    "UPDATE_FAILED": "correct the template and deploy again, or undo it with `awsdeck rollback {name}`",
    "ROLLBACK_FAILED": "remove what is left by hand, then run `awsdeck destroy {name}`",
    "CREATE_FAILED": "run `awsdeck destroy {name}`, then deploy again",
    "DELETE_FAILED": "empty or release what is left, then run `awsdeck destroy {name}` again",
}


def root_cause(events: tuple[EventRecord, ...]) -> EventRecord | None:
    """The first failure that is not merely the echo of another; a resource's before the stack's own."""
    failed = [event for event in events if event.failed]
    of_resources = [event for event in failed if not event.of_stack]
    if of_resources:
        return of_resources[0]
    told = [event for event in events if event.of_stack and event.reason and "ROLLBACK" in event.status]
    return failed[0] if failed else told[0] if told else None


def explain(plan: StackPlan, outcome: Outcome) -> tuple[Failure, DeployError]:
    """The failure as data, and the error to raise."""
    cause = root_cause(outcome.events)
    reason = masked(
        shortened((cause.reason if cause else "") or outcome.record.reason or "no reason given"), plan.secrets
    )
    origin = plan.artifact.origins.get(cause.logical_id) if cause and not cause.of_stack else None
    others = [event for event in outcome.events if event.failed and event is not cause and not event.of_stack]
    failure = Failure(
        plan.name,
        outcome.status,
        reason,
        cause.logical_id if cause and not cause.of_stack else "",
        cause.type if cause else "",
        origin.construct if origin else None,
        origin.place() if origin else None,
        tuple(others),
    )
    verb = {"delete": "destroy", "rollback": "rollback"}.get(plan.operation, "deploy")
    undone = plan.operation != "delete" and outcome.status in _UNDONE
    subject = f"{failure.logical_id} ({failure.type})" if failure.logical_id else plan.name
    lines = [f"{subject} failed: {reason}"]
    if failure.construct:
        lines.append(f"    in {failure.construct}")
    state = _UNDONE[outcome.status] if undone else "the stack needs a hand"
    lines.append(f"    {verb} of {plan.name} ended in {outcome.status}: {state}")
    left = [event for event in outcome.leftovers if event.status == "DELETE_FAILED"]
    lines += [
        f"    left over: {event.logical_id} ({event.physical_id}): {shortened(event.reason, 300)}" for event in left
    ]
    kind = RolledBack if undone else NotClean
    hint = _HINTS.get(outcome.status, "look at it with `awsdeck status {name}`")
    return failure, kind(
        masked("\n".join(lines), plan.secrets),
        place=failure.place,
        fix=None if undone else hint.format(name=plan.name),
    )


def leftovers(outcome: Outcome) -> tuple[Leftover, ...]:
    """What outlives the operation, with its physical ids."""
    return tuple(
        Leftover(event.logical_id, event.physical_id, event.type, event.reason or event.status)
        for event in outcome.leftovers
    )
