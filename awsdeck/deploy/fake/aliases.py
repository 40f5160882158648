"""Second names of the fake's stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .refusal import Refusal

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation


def set_alias(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack, alias = fake.find_stack(call.arguments["StackName"]), call.arguments["AliasName"]
    taken = any(alias in (one.name, one.alias) for one in fake.stacks if one.status != "DELETE_COMPLETE")
    if taken:
        raise Refusal("AlreadyExistsException", f"{alias} is already in use")
    if stack.alias:
        raise Refusal("LimitExceededException", f"Stack {stack.name} already has an alias")
    stack.alias = alias
    return {}


def remove_alias(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    for stack in fake.stacks:
        if stack.alias == call.arguments["AliasName"]:
            stack.alias = ""
            return {}
    raise Refusal("ValidationError", f"Alias {call.arguments['AliasName']} does not exist")


ANSWERS: dict[str, Answer] = {"SetAlias": set_alias, "RemoveAlias": remove_alias}
