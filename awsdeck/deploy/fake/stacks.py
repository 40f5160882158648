"""What the fake says of stacks, and does to them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from .stack import Refusal, Script

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation


def describe_stacks(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    if "StackName" not in call.arguments:
        return {"Stacks": [stack.describe() for stack in fake.stacks if stack.status != "DELETE_COMPLETE"]}
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


def list_imports(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    users = fake.imports.get(call.arguments["ExportName"])
    if not users:
        raise Refusal("ValidationError", f"Export '{call.arguments['ExportName']}' is not imported by any stack.")
    return {"Imports": users}


def delete_stack(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    try:
        stack = fake.find_stack(call.arguments["StackName"])
    except Refusal:
        return {}
    if stack.status in ("DELETE_COMPLETE", "DELETE_IN_PROGRESS"):
        return {}
    if stack.protected:
        raise Refusal("ValidationError", f"Stack [{stack.id}] cannot be deleted while TerminationProtection is enabled")
    review = stack.status == "REVIEW_IN_PROGRESS"
    script = fake.next_script(stack.name) if not review and stack.has_resources() else Script()
    stack.delete(
        call.arguments.get("ClientRequestToken", ""),
        script,
        fake.clock.now(),
        call.arguments.get("RetainResources", []),
    )
    return {}


def update_termination_protection(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack = fake.find_stack(call.arguments["StackName"])
    stack.protected = call.arguments["EnableTerminationProtection"] == "true"
    return {"StackId": stack.id}


def describe_events(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    if "StackName" in call.arguments:
        stack = fake.find_stack(call.arguments["StackName"])
        operation, events = "UPDATE_STACK", list(stack.objections)
        made_of = stack.template.get("Resources", {})
    else:
        stack, made = fake.find_change_set(call.arguments["ChangeSetName"])
        operation, events = "CREATE_CHANGESET", [(made.ready, made.script.invalid)]
        made_of = made.template.get("Resources", {})
    return {
        "OperationEvents": [
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
    }


ANSWERS: dict[str, Answer] = {
    "DescribeStacks": describe_stacks,
    "DescribeStackEvents": describe_stack_events,
    "ListStackResources": list_stack_resources,
    "GetTemplate": get_template,
    "ListImports": list_imports,
    "DeleteStack": delete_stack,
    "UpdateTerminationProtection": update_termination_protection,
    "DescribeEvents": describe_events,
}
