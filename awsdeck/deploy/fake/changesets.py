"""Change sets of the fake: made, shown, executed, taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..request import INLINE_LIMIT
from .stack import Refusal

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation


def create_change_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    name, create = call.arguments["StackName"], call.arguments.get("ChangeSetType", "UPDATE") == "CREATE"
    if len(call.arguments.get("TemplateBody", "").encode()) > INLINE_LIMIT:
        raise Refusal("ValidationError", "Value at 'templateBody' must have length less than or equal to 51200")
    for holder in fake.stacks:
        for made in holder.change_sets:
            if made.token and made.token == call.arguments.get("ClientToken"):
                return {"Id": made.arn, "StackId": holder.id}
    stack = next((one for one in fake.stacks if name in (one.name, one.id) and one.status != "DELETE_COMPLETE"), None)
    if create and stack is not None and stack.status != "REVIEW_IN_PROGRESS":
        raise Refusal("ValidationError", f"Stack [{name}] already exists and cannot be created again")
    if not create and (stack is None or stack.status == "REVIEW_IN_PROGRESS"):
        raise Refusal("ValidationError", f"Stack [{name}] does not exist")
    if stack is not None and not create:
        stack.must_be_updatable()
    script = fake.coming_script(name)
    template = (
        call.arguments.get("TemplateBody") or fake.objects[call.arguments["TemplateURL"].split("/", 3)[-1]].decode()
    )
    if stack is None:
        stack = fake.new_stack(name)
        stack.review(fake.clock.now())
    made = stack.propose(
        call.arguments, template, script, f"arn:aws:cloudformation:{fake.region}:{fake.account}:changeSet/"
    )
    return {"Id": made.arn, "StackId": stack.id}


def describe_change_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack, made = fake.find_change_set(call.arguments["ChangeSetName"])
    head = made.describe(fake.clock.now())
    return {**head, "StackId": stack.id, "StackName": stack.name, **fake.paged(call.arguments, "Changes", made.changes)}


def list_change_sets(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack = fake.find_stack(call.arguments["StackName"])
    return {"Summaries": [{"ChangeSetId": made.arn, "StackId": stack.id} for made in stack.change_sets]}


def delete_change_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack, made = fake.find_change_set(call.arguments["ChangeSetName"])
    if made.execution.startswith("EXECUTE_"):
        raise Refusal("InvalidChangeSetStatus", f"ChangeSet [{made.arn}] is in {made.execution} state")
    stack.change_sets.remove(made)
    return {}


def execute_change_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack, made = fake.find_change_set(call.arguments["ChangeSetName"])
    token = call.arguments.get("ClientRequestToken", "")
    if made.execution.startswith("EXECUTE_"):
        if made.started_with == token and not fake.forgets_tokens:
            return {}
        raise Refusal("InvalidChangeSetStatus", f"ChangeSet [{made.arn}] cannot be executed in {made.execution} state")
    stack.must_be_updatable()
    script = fake.next_script(stack.name)
    stack.execute(made, token, script, fake.clock.now())
    return {}


ANSWERS: dict[str, Answer] = {
    "CreateChangeSet": create_change_set,
    "DescribeChangeSet": describe_change_set,
    "ListChangeSets": list_change_sets,
    "DeleteChangeSet": delete_change_set,
    "ExecuteChangeSet": execute_change_set,
}
