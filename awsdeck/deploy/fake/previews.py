"""What a change set of the fake shows beyond its list of resources: values, warnings, and what nested stacks will do."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...diff.nested import STACK, nested_stacks
from . import nested

if TYPE_CHECKING:
    from .cloud import FakeCloudFormation
    from .proposal import FakeChangeSet
    from .stack import FakeStack

INCOMPLETE = "[WARN] --include-property-values option can return incomplete ChangeSet data"


def shown(stack: FakeStack, made: FakeChangeSet, head: dict[str, Any], values: bool) -> list[dict[str, Any]]:
    """The changes as DescribeChangeSet answers; with values it leaves out what the script says, and warns in `head`."""
    for change in made.changes:
        there = stack.resources.get(change["ResourceChange"]["LogicalResourceId"])
        if there is not None and change["ResourceChange"]["Action"] in ("Modify", "Remove"):
            change["ResourceChange"].setdefault("PhysicalResourceId", there["PhysicalResourceId"])
    if not values:
        return made.changes
    if made.script.incomplete and head["Status"] == "CREATE_COMPLETE":
        head["StatusReason"] = INCOMPLETE
    return [
        {**change, "ResourceChange": _valued(change["ResourceChange"], stack, made)}
        for change in made.changes
        if change["ResourceChange"]["LogicalResourceId"] not in made.script.incomplete
    ]


def _valued(item: Mapping[str, Any], stack: FakeStack, made: FakeChangeSet) -> dict[str, Any]:
    name = item["LogicalResourceId"]
    sides = [
        (template.get("Resources", {}).get(name, {}).get("Properties", {}), template, parameters)
        for template, parameters in ((stack.template, stack.parameters), (made.template, made.parameters))
    ]
    details = []
    for detail in item.get("Details", ()):
        target = dict(detail["Target"])
        if target.get("Attribute") == "Properties":
            target["Path"] = f"/Properties/{target['Name']}"
            for key, side in zip(("BeforeValue", "AfterValue"), sides, strict=True):
                value = _resolved(side[0].get(target["Name"]), side[1], side[2])
                if value is not None:
                    target[key] = value if isinstance(value, str) else json.dumps(value)
        details.append({**detail, "Target": target})
    return {**item, "Details": details} if details else dict(item)


def _resolved(value: Any, template: Mapping[str, Any], parameters: Mapping[str, str]) -> Any:
    """A value with its parameters filled in, secret ones masked as CloudFormation does."""
    if isinstance(value, dict) and value.keys() == {"Ref"}:
        declared = template.get("Parameters", {}).get(value["Ref"])
        if declared is not None:
            return "****" if declared.get("NoEcho") else parameters.get(value["Ref"], "")
        return "{{changeSet:KNOWN_AFTER_APPLY}}"
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("Fn::"):
        return "{{changeSet:KNOWN_AFTER_APPLY}}"
    if isinstance(value, dict):
        return {key: _resolved(item, template, parameters) for key, item in value.items()}
    return [_resolved(item, template, parameters) for item in value] if isinstance(value, list) else value


def look_inside(fake: FakeCloudFormation, stack: FakeStack, made: FakeChangeSet, name: str) -> None:
    """Make the change sets of nested stacks, and the stacks in review for those that are new."""
    for change in made.changes:
        item = change["ResourceChange"]
        body = nested_stacks(made.template).get(item["LogicalResourceId"])
        template = nested.template_at(fake.objects, body) if body is not None else None
        if template is None or made.status == "FAILED":
            continue
        known = stack.resources.get(item["LogicalResourceId"])
        child = stack.child(known["PhysicalResourceId"]) if known else None
        if child is None:
            child = fake.new_stack(f"{stack.name}-{item['LogicalResourceId']}-{uuid.uuid4().hex[:12].upper()}")
            child.review(fake.clock.now())
        script = made.script.nested.get(item["LogicalResourceId"]) or type(made.script)()
        asked = {
            "ChangeSetName": f"{name}-{item['LogicalResourceId']}",
            "Capabilities": made.asked.get("Capabilities", []),
        }
        inner = child.propose(asked, json.dumps(template), script, made.arn.partition("changeSet/")[0] + "changeSet/")
        item["ChangeSetId"] = inner.arn
        made.inner.append(inner.arn)
        look_inside(fake, child, inner, name)
        if inner.status == "FAILED" and "didn't contain changes" not in inner.reason:
            made.status = "FAILED"
            made.reason = f"Nested change set {inner.arn} was not successfully created: Currently in FAILED."


def leave(fake: FakeCloudFormation, made: FakeChangeSet, *, stacks: bool) -> None:
    """Delete the change sets of nested stacks with the one around them; with `stacks` those that were in review too."""
    for holder in list(fake.stacks):
        for inner in [one for one in holder.change_sets if one.arn in made.inner]:
            holder.change_sets.remove(inner)
            leave(fake, inner, stacks=stacks)
            if stacks and holder.status == "REVIEW_IN_PROGRESS":
                fake.stacks.remove(holder)


def findings(made: FakeChangeSet, stack: FakeStack) -> Iterator[dict[str, Any]]:
    """The warnings of the check that a change set went through, as DescribeEvents answers."""
    for path, reason in made.script.warnings.items():
        steps = path.split("/")
        logical_id = steps[2] if len(steps) > 2 else path
        yield {
            "EventId": str(uuid.uuid4()),
            "EventType": "VALIDATION_ERROR",
            "OperationType": "CREATE_CHANGESET",
            "StackId": stack.id,
            "LogicalResourceId": logical_id,
            "ResourceType": made.template.get("Resources", {}).get(logical_id, {}).get("Type", ""),
            "Timestamp": made.ready,
            "ValidationName": "BUCKET_EMPTINESS_VALIDATION",
            "ValidationStatus": "FAILED",
            "ValidationFailureMode": "WARN",
            "ValidationPath": path,
            "ValidationStatusReason": reason,
        }


def unresolved(fake: FakeCloudFormation, made: FakeChangeSet) -> None:
    """Fail a change set whose template imports what nobody exports."""
    wanted = re.findall(r'"Fn::ImportValue": "([^"]+)"', json.dumps(made.template))
    there = {
        output["ExportName"]
        for stack in fake.stacks
        if stack.status not in ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")
        for output in stack.describe()["Outputs"]
        if output["ExportName"]
    }
    missing = next((name for name in wanted if name not in there and name not in fake.imports), None)
    if missing is not None:
        made.status, made.reason = "FAILED", f"No export named {missing} found. Rollback requested by user."


def nests(made: FakeChangeSet) -> bool:
    """Whether a change set was asked to look into nested stacks."""
    return made.asked.get("IncludeNestedStacks") == "true" and any(
        change["ResourceChange"]["ResourceType"] == STACK for change in made.changes
    )
