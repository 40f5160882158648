"""What the fake says of stacks, and does to them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from . import previews
from .refusal import Refusal
from .script import Script

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation


def describe_stacks(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    if "StackName" not in call.arguments:
        there = [stack.describe() for stack in fake.stacks if stack.status != "DELETE_COMPLETE"]
        return fake.paged(call.arguments, "Stacks", there)
    stack = fake.find_stack(call.arguments["StackName"])
    return {"Stacks": [stack.earlier or stack.describe() if call.stale else stack.describe()]}


def describe_stack_events(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack = fake.find_stack(call.arguments["StackName"])
    return fake.paged(call.arguments, "StackEvents", list(reversed(stack.events)))


def list_stack_resources(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return fake.paged(
        call.arguments, "StackResourceSummaries", fake.find_stack(call.arguments["StackName"]).list_resources()
    )


def get_template(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return {"TemplateBody": fake.find_stack(call.arguments["StackName"]).template}


def delete_stack(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    try:
        stack = fake.find_stack(call.arguments["StackName"])
    except Refusal:
        return {}
    if stack.status in ("DELETE_COMPLETE", "DELETE_IN_PROGRESS"):
        return {}
    token = call.arguments.get("ClientRequestToken", "")
    if token and token == stack.token and not fake.forgets_tokens:
        return {}  # said a second time
    if stack.protected:
        raise Refusal("ValidationError", f"Stack [{stack.id}] cannot be deleted while TerminationProtection is enabled")
    retain = call.arguments.get("RetainResources", [])
    left = [name for name, item in stack.resources.items() if item["ResourceStatus"] != "DELETE_COMPLETE"]
    if retain and (stack.status != "DELETE_FAILED" or not set(retain) <= set(left)):
        raise Refusal("ValidationError", "Invalid operation on stack: RetainResources takes what failed to be deleted")
    if call.arguments.get("DeletionMode") == "FORCE_DELETE_STACK":
        if stack.status != "DELETE_FAILED":
            raise Refusal("ValidationError", "The stack is not in the state DELETE_FAILED")
        retain = [name for name in left if name in fake.coming_script(stack.name).stuck]
    review = stack.status == "REVIEW_IN_PROGRESS"
    script = fake.next_script(stack.name) if not review and stack.has_resources() else Script()
    stack.delete(token, script, fake.clock.now(), retain)
    return {}


def update_termination_protection(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack = fake.find_stack(call.arguments["StackName"])
    stack.protected = call.arguments["EnableTerminationProtection"] == "true"
    return {"StackId": stack.id}


def describe_events(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    if "StackName" in call.arguments:
        stack = fake.find_stack(call.arguments["StackName"])
        operation, events, warned = "UPDATE_STACK", list(stack.objections), []
        made_of = stack.template.get("Resources", {})
    else:
        stack, made = fake.find_change_set(call.arguments["ChangeSetName"])
        operation, events = "CREATE_CHANGESET", [(made.ready, made.script.invalid)]
        made_of = made.template.get("Resources", {})
        warned = list(previews.findings(made, stack))
    failed = [
        {
            "EventId": str(uuid.uuid4()),
            "EventType": "VALIDATION_ERROR",
            "OperationType": operation,
            "StackId": stack.id,
            "LogicalResourceId": where,
            "ResourceType": made_of.get(where, {}).get("Type", ""),
            "Timestamp": at,
            "ValidationStatusReason": reason,
        }
        for at, found in events
        for where, reason in found.items()
    ]
    return {"OperationEvents": [*warned, *failed]}


def describe_account_limits(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return {"AccountLimits": [{"Name": name, "Value": value} for name, value in fake.limits.items()]}


ANSWERS: dict[str, Answer] = {
    "DescribeAccountLimits": describe_account_limits,
    "DescribeStacks": describe_stacks,
    "DescribeStackEvents": describe_stack_events,
    "ListStackResources": list_stack_resources,
    "GetTemplate": get_template,
    "DeleteStack": delete_stack,
    "UpdateTerminationProtection": update_termination_protection,
    "DescribeEvents": describe_events,
}
