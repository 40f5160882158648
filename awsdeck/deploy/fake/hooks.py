"""What hooks have found, as the fake tells it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation


def result_id(name: str) -> str:
    """The id under which what a hook has found is asked for; `name` is "Hook::Name/Id"."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


def get_hook_result(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    from .refusal import Refusal

    id = call.arguments["HookResultId"]
    name = next((one for one in fake.hook_results if result_id(one) == id), None)
    if name is None:
        raise Refusal("HookResultNotFound", f"Hook result {id} does not exist")
    return {
        "HookResultId": id,
        "TypeName": name.rpartition("/")[0],
        "Status": "HOOK_COMPLETE_FAILED",
        "HookStatusReason": "it does not comply",
        "Annotations": fake.hook_results[name],
    }


def list_hook_results(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return {
        "HookResults": [
            {"HookResultId": result_id(name), "TypeName": name.rpartition("/")[0], "Status": "HOOK_COMPLETE_FAILED"}
            for name in fake.hook_results
            if fake.hook_targets.get(name, "") == call.arguments.get("TargetId", "")
        ]
    }


ANSWERS: dict[str, Answer] = {"GetHookResult": get_hook_result, "ListHookResults": list_hook_results}
