"""Undoing and breaking off, as the fake does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .stack import Refusal

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation


def rollback_stack(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return _undo(fake, call, {"UPDATE_FAILED", "CREATE_FAILED"})


def continue_update_rollback(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return _undo(fake, call, {"UPDATE_ROLLBACK_FAILED"})


def cancel_update_stack(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return _undo(fake, call, {"UPDATE_IN_PROGRESS"})


def _undo(fake: FakeCloudFormation, call: Call, states: set[str]) -> dict[str, Any]:
    stack = fake.find_stack(call.arguments["StackName"])
    if stack.status not in states:
        raise Refusal("ValidationError", f"Stack:{stack.id} is in {stack.status} state and can not be rolled back")
    script = fake.next_script(stack.name)
    stack.undo(
        call.arguments.get("ClientRequestToken", ""),
        script,
        fake.clock.now(),
        call.arguments.get("ResourcesToSkip", []),
    )
    return {}


ANSWERS: dict[str, Answer] = {
    "RollbackStack": rollback_stack,
    "ContinueUpdateRollback": continue_update_rollback,
    "CancelUpdateStack": cancel_update_stack,
}
