"""Change sets of the fake: made, shown, executed, taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from ..request import INLINE_LIMIT
from .adoption import adopt, import_change_set
from .exports import held
from .previews import leave, look_inside, nests, shown, unresolved
from .refusal import Refusal
from .terms import conducted, resumable, settle, terms_of

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation


def create_change_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    kind = call.arguments.get("ChangeSetType", "UPDATE")
    name, create = call.arguments["StackName"], kind == "CREATE"
    if len(call.arguments.get("TemplateBody", "").encode()) > INLINE_LIMIT:
        raise Refusal("ValidationError", "Value at 'templateBody' must have length less than or equal to 51200")
    for holder in fake.stacks:
        for made in holder.change_sets:
            if made.token and made.token == call.arguments.get("ClientToken"):
                if fake.forgets_tokens:
                    raise Refusal(
                        "AlreadyExistsException", f"ChangeSet {call.arguments['ChangeSetName']} already exists"
                    )
                return {"Id": made.arn, "StackId": holder.id}
    if kind == "IMPORT":
        return import_change_set(fake, call)
    stack = next((one for one in fake.stacks if name in (one.name, one.id) and one.status != "DELETE_COMPLETE"), None)
    if create and stack is not None and stack.status != "REVIEW_IN_PROGRESS":
        raise Refusal("ValidationError", f"Stack [{name}] already exists and cannot be created again")
    if not create and (stack is None or stack.status == "REVIEW_IN_PROGRESS"):
        raise Refusal("ValidationError", f"Stack [{name}] does not exist")
    if stack is not None and not create and not resumable(stack):
        stack.must_be_updatable()
    terms_of(call.arguments)
    script = fake.coming_script(stack.name if stack is not None else name)
    template = (
        call.arguments.get("TemplateBody") or fake.objects[call.arguments["TemplateURL"].split("/", 3)[-1]].decode()
    )
    if stack is None:
        stack = fake.new_stack(name)
        stack.review(fake.clock.now())
    made = stack.propose(
        call.arguments, template, script, f"arn:aws:cloudformation:{fake.region}:{fake.account}:changeSet/"
    )
    settle(fake, stack, made, call.arguments)
    unresolved(fake, made)
    if nests(made):
        look_inside(fake, stack, made, call.arguments["ChangeSetName"])
    return {"Id": made.arn, "StackId": stack.id}


def describe_change_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack, made = fake.find_change_set(call.arguments["ChangeSetName"], call.arguments.get("StackName", ""))
    head = made.describe(fake.clock.now())
    changes = shown(stack, made, head, call.arguments.get("IncludePropertyValues") == "true")
    there = changes if head["Status"] == "CREATE_COMPLETE" else []
    return {**head, "StackId": stack.id, "StackName": stack.name, **fake.paged(call.arguments, "Changes", there)}


def list_change_sets(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack = fake.find_stack(call.arguments["StackName"])
    return {"Summaries": [made.summary(fake.clock.now(), stack) for made in stack.change_sets]}


def delete_change_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack, made = fake.find_change_set(call.arguments["ChangeSetName"])
    if made.execution.startswith("EXECUTE_"):
        raise Refusal("InvalidChangeSetStatus", f"ChangeSet [{made.arn}] is in {made.execution} state")
    stack.change_sets.remove(made)
    leave(fake, made, stacks=False)
    return {}


def execute_change_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack, made = fake.find_change_set(call.arguments["ChangeSetName"])
    token = call.arguments.get("ClientRequestToken", "")
    if made.execution.startswith("EXECUTE_"):
        if made.started_with == token and not fake.forgets_tokens:
            return {}
        raise Refusal("InvalidChangeSetStatus", f"ChangeSet [{made.arn}] cannot be executed in {made.execution} state")
    if made.execution == "OBSOLETE":
        raise Refusal("InvalidChangeSetStatus", f"ChangeSet [{made.arn}] cannot be executed in OBSOLETE state")
    if not resumable(stack):
        stack.must_be_updatable()
    script = conducted(stack, made, call.arguments, fake.coming_script(stack.name))
    fake.next_script(stack.name)
    leave(fake, made, stacks=True)
    if stack.status != "REVIEW_IN_PROGRESS":
        script = evolve(script, held=script.held or held(fake, stack, made.template))
    if made.imports:
        adopt(stack, made, token, script, fake.clock.now())
    else:
        stack.execute(made, token, script, fake.clock.now())
    return {}


ANSWERS: dict[str, Answer] = {
    "CreateChangeSet": create_change_set,
    "DescribeChangeSet": describe_change_set,
    "ListChangeSets": list_change_sets,
    "DeleteChangeSet": delete_change_set,
    "ExecuteChangeSet": execute_change_set,
}
