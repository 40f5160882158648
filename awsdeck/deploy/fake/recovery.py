"""Undoing and breaking off, as the fake does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .refusal import Refusal

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation


def rollback_stack(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return _undo(fake, call, {"UPDATE_FAILED", "CREATE_FAILED"})


def continue_update_rollback(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    skipped, forced = call.arguments.get("ResourcesToSkip", []), call.arguments.get("ForceRollback") == "true"
    if skipped and forced:
        raise Refusal("ValidationError", "ForceRollback and ResourcesToSkip cannot be specified together")
    stack = fake.find_stack(call.arguments["StackName"])
    homes = {one.name: one for one in fake.stacks if one.status != "DELETE_COMPLETE"}
    for word in skipped:
        home, _, name = word.rpartition(".")
        held = homes[home].resources if home in homes else stack.resources if not home else {}
        if held.get(name, {}).get("ResourceStatus") != "UPDATE_FAILED":
            raise Refusal("ValidationError", f"Resources to skip [{word}] are not in the state UPDATE_FAILED")
    return _undo(fake, call, {"UPDATE_ROLLBACK_FAILED"})


def cancel_update_stack(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return _undo(fake, call, {"UPDATE_IN_PROGRESS"})


def _undo(fake: FakeCloudFormation, call: Call, states: set[str]) -> dict[str, Any]:
    stack = fake.find_stack(call.arguments["StackName"])
    if stack.status not in states:
        raise Refusal("ValidationError", f"Stack:{stack.id} is in {stack.status} state and can not be rolled back")
    script = fake.next_script(stack.name)
    forced = call.arguments.get("ForceRollback") == "true"
    skip = list(script.rollback_fails) if forced else call.arguments.get("ResourcesToSkip", [])
    stack.undo(call.arguments.get("ClientRequestToken", ""), script, fake.clock.now(), skip)
    return {}


ANSWERS: dict[str, Answer] = {
    "RollbackStack": rollback_stack,
    "ContinueUpdateRollback": continue_update_rollback,
    "CancelUpdateStack": cancel_update_stack,
}
