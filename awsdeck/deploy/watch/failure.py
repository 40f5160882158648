"""From an operation that did not end well to an error that says why, where, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import DeployError, NotClean, RolledBack
from ..errors import shortened
from ..request import masked
from ..result import Failure, Leftover
from .remedies import advice

if TYPE_CHECKING:
    from ..follow import Outcome
    from ..records import EventRecord
    from ..stackplan import StackPlan

_UNDONE = {
    "UPDATE_ROLLBACK_COMPLETE": "the stack is as it was before",
    "IMPORT_ROLLBACK_COMPLETE": "the stack is as it was before",
    "ROLLBACK_COMPLETE": "its resources are deleted again; the next deploy removes the empty stack and starts anew",
    "DELETE_COMPLETE": "the stack is deleted again",
}
_HINTS = {
    "UPDATE_ROLLBACK_FAILED": "run `awsdeck rollback {name}` to continue the rollback, then deploy again",
    "UPDATE_FAILED": "correct the template and go on with `awsdeck deploy --no-rollback`, or undo it with "
    "`awsdeck rollback {name}`",
    "ROLLBACK_FAILED": "remove what is left by hand, then run `awsdeck destroy {name}`",
    "CREATE_FAILED": "correct the template and go on with `awsdeck deploy --no-rollback`, or remove what was made with "
    "`awsdeck destroy {name}`",
    "DELETE_FAILED": "empty or release what is left and run `awsdeck destroy {name}` again, or leave it behind: --retain ID, or "
    "--force-delete",
}
AGAIN = "correct what caused it, then run the same again"
MOST = 20  # other failures that are told


def root_cause(events: tuple[EventRecord, ...]) -> EventRecord | None:
    """The first failure that is not merely the echo of another; a resource's before the stack's own.

    A nested stack fails because of something in it, so the cause is looked for there, as deep as it goes.
    """
    failed = sorted((event for event in events if event.failed), key=lambda event: event.time)
    of_resources = [event for event in failed if not event.of_stack]
    if of_resources:
        return _deepest(of_resources[0], failed)
    told = [event for event in events if event.of_stack and event.reason and "ROLLBACK" in event.status]
    return failed[0] if failed else told[0] if told else None


def _deepest(cause: EventRecord, failed: list[EventRecord]) -> EventRecord:
    while cause.of_nested:
        inside = [one for one in failed if one.path == cause.name]
        first = next((one for one in inside if not one.of_stack), inside[0] if inside and inside[0].reason else None)
        if first is None:
            break
        cause = first
    return cause


def explain(plan: StackPlan, outcome: Outcome) -> tuple[Failure, DeployError]:
    """The failure as data, and the error to raise."""
    cause = root_cause(outcome.events)
    known = (cause.reason if cause else "") or outcome.record.reason
    reason = masked(shortened(known or _unknown(outcome)), plan.secrets)
    named = cause.name if cause and not cause.of_root else ""
    origin = plan.artifact.origin(named)
    type = cause.type if cause and named else ""
    others = [event for event in outcome.events if event.failed and not event.of_stack and _tells(event, cause)]
    help = advice(reason, type, stack=plan.name)
    undone = plan.operation != "delete" and outcome.status in _UNDONE
    state = _UNDONE[outcome.status] if undone else "it needs a hand"
    hint = _HINTS.get(outcome.status, "look at it with `awsdeck status {name}`").format(name=plan.name)
    failure = Failure(
        plan.name,
        outcome.status,
        reason,
        named,
        type,
        origin.construct if origin else None,
        origin.place() if origin else None,
        tuple(others[:MOST]),
        help.fix if help else "",
        help.source if help else "",
        outcome.objections,
        state,
        AGAIN if undone else hint,
    )
    verb = {"delete": "destroy", "rollback": "rollback", "import": "import"}.get(plan.operation, "deploy")
    subject = f"{failure.logical_id} ({failure.type})" if failure.logical_id else plan.name
    lines = [f"{subject} failed: {reason}"]
    if failure.construct:
        lines.append(f"    in {failure.construct}")
    lines += [f"    {objection}" for objection in outcome.objections]
    if failure.fix:
        lines.append(f"    likely fix: {failure.fix}")
    lines.append(f"    {verb} of {plan.name} ended in {outcome.status}: {state}")
    left = [event for event in outcome.leftovers if event.status == "DELETE_FAILED"]
    lines += [f"    left over: {event.name} ({event.physical_id}): {shortened(event.reason, 300)}" for event in left]
    kind = RolledBack if undone else NotClean
    return failure, kind(
        masked("\n".join(lines), plan.secrets),
        place=failure.place,
        fix=None if undone else hint,
    )


def _unknown(outcome: Outcome) -> str:
    return f"no reason given; events cannot be read: {outcome.blind}" if outcome.blind else "no reason given"


def _tells(event: EventRecord, cause: EventRecord | None) -> bool:
    """Whether a failure says more than the cause does: not the nested stacks around it, which only say that."""
    if cause is None or event is cause:
        return cause is None
    return not (event.of_nested and f"{cause.path}.".startswith(f"{event.name}."))


def leftovers(outcome: Outcome) -> tuple[Leftover, ...]:
    """What outlives the operation, with its physical ids."""
    return tuple(
        Leftover(
            event.name, event.physical_id, event.type, event.reason or event.status, event.status == "DELETE_FAILED"
        )
        for event in outcome.leftovers
    )
