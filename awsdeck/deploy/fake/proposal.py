"""A change set of the fake: what it would do, made from the stack as it is."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import define, field

from ...diff import diff
from . import nested
from .refusal import Refusal
from .script import Script

if TYPE_CHECKING:
    from .stack import FakeStack


@define
class FakeChangeSet:
    """A change set: what it would do, and whether it was done."""

    arn: str
    token: str
    template: dict[str, Any]
    parameters: dict[str, str]
    tags: dict[str, str]
    changes: list[dict[str, Any]]
    script: Script
    ready: float
    status: str = "CREATE_COMPLETE"
    reason: str = ""
    execution: str = "AVAILABLE"
    inner: list[str] = field(factory=list)  # change sets of nested stacks
    started_with: str = ""
    imports: dict[str, str] = field(factory=dict)  # logical to physical ids, in a change set that imports
    asked: Mapping[str, Any] = field(factory=dict)  # the request that made it
    terms: dict[str, Any] | None = None  # topics, alarms and role once it is executed; None leaves them

    def describe(self, now: float) -> dict[str, Any]:
        """As DescribeChangeSet answers, without the changes."""
        pending = now < self.ready
        execution = "UNAVAILABLE" if pending or self.status == "FAILED" else self.execution
        return {
            "ChangeSetId": self.arn,
            "ChangeSetName": self.arn.split("/")[1],
            "Status": "CREATE_IN_PROGRESS" if pending else self.status,
            "StatusReason": "" if pending else self.reason,
            "ExecutionStatus": execution,
        }

    def summary(self, now: float, stack: FakeStack) -> dict[str, Any]:
        """As ListChangeSets has it."""
        created = self.ready - self.script.change_set_seconds
        return {**self.describe(now), "StackId": stack.id, "StackName": stack.name, "CreationTime": created}


def propose(stack: FakeStack, given: Mapping[str, Any], template: str, script: Script, prefix: str) -> FakeChangeSet:
    """Make a change set."""
    new: dict[str, Any] = json.loads(template)
    parameters = {}
    for item in given.get("Parameters", []):
        key = item["ParameterKey"]
        if item.get("UsePreviousValue") == "true":
            if key not in stack.parameters:
                raise Refusal(
                    "ValidationError", f"Invalid input for parameter key {key}. Cannot specify usePreviousValue"
                )
            parameters[key] = stack.parameters[key]
        else:
            parameters[key] = item["ParameterValue"]
    for key, body in new.get("Parameters", {}).items():
        if key not in parameters and "Default" not in body:
            raise Refusal("ValidationError", f"Parameters: [{key}] must have values")
        parameters.setdefault(key, str(body.get("Default", "")))
    if any(key not in new.get("Parameters", {}) for key in parameters):
        raise Refusal("ValidationError", "Parameters do not exist in the template")
    _check_capabilities(nested.whole_of(stack, new), given.get("Capabilities", []))
    old = stack.template if stack.status != "REVIEW_IN_PROGRESS" else {}
    changes = _changes(old, new, script)
    tags = {item["Key"]: item["Value"] for item in given.get("Tags", [])}
    made = FakeChangeSet(
        f"{prefix}{given['ChangeSetName']}/{uuid.uuid4()}",
        given.get("ClientToken", ""),
        new,
        parameters,
        tags,
        changes,
        script,
        stack.latest + script.change_set_seconds,
        asked=given,
    )
    same = (old, stack.parameters, stack.tags) == (new, parameters, tags)
    if script.refuse:
        made.status, made.reason = "FAILED", script.refuse
    elif script.no_changes or (same and stack.status != "REVIEW_IN_PROGRESS"):
        made.status = "FAILED"
        made.reason = (
            "The submitted information didn't contain changes. Submit different information to create a change set."
        )
    stack.change_sets.append(made)
    return made


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], script: Script) -> list[dict[str, Any]]:
    """What a change set says; a rename is a removal and an addition, as for the real one."""
    changes = []
    before, after = old.get("Resources", {}), new.get("Resources", {})
    difference = {change.logical_id: change for change in diff(old, new).resources}
    for name in [*after, *(name for name in before if name not in after)]:
        if name in script.hidden or before.get(name) == after.get(name):
            continue
        body = after.get(name) or before[name]
        item: dict[str, Any] = {"LogicalResourceId": name, "ResourceType": body["Type"]}
        if name not in before:
            item["Action"] = "Add"
        elif name not in after:
            item["Action"] = "Remove"
            item["PolicyAction"] = script.policy_action.get(
                name, _policy(body, "DeletionPolicy", "", item["ResourceType"])
            )
        else:
            change = difference.get(name)
            guess = {"replace": "True", "maybe-replace": "Conditional"}.get(change.action if change else "", "False")
            item["Action"], item["Replacement"] = "Modify", script.replacement.get(name, guess)
            if item["Replacement"] == "True":
                policy = _policy(body, "UpdateReplacePolicy", "ReplaceAnd", item["ResourceType"])
                item["PolicyAction"] = script.policy_action.get(name, policy)
            item["Details"] = [
                {"Target": {"Attribute": "Properties", "Name": str(part.path[0])}, "Evaluation": "Static"}
                for part in (change.properties if change else ())
                if part.path
            ]
        changes.append({"Type": "Resource", "ResourceChange": item})
    for name, replacement in script.dynamic.items():
        property, entity = script.through.get(name, ("Parameter", "Parameter"))
        target = {"Attribute": "Properties", "Name": property, "RequiresRecreation": "Always"}
        item = {"LogicalResourceId": name, "ResourceType": after[name]["Type"], "Action": "Modify"}
        item |= {"Replacement": replacement, "Details": [
            {"Target": target, "Evaluation": "Dynamic", "CausingEntity": entity}
        ]}  # fmt: skip
        changes.append({"Type": "Resource", "ResourceChange": item})
    return changes


def _policy(body: Mapping[str, Any], attribute: str, prefix: str, type_name: str) -> str:
    default = "Snapshot" if attribute == "DeletionPolicy" and type_name.startswith("AWS::RDS::DB") else "Delete"
    policy = str(body.get(attribute, default))
    return prefix + ("Retain" if policy.startswith("Retain") else policy)


def _check_capabilities(template: Mapping[str, Any], given: Sequence[str]) -> None:
    from ..terms.capabilities import capabilities

    missing = set(capabilities(template)) - set(given) - {"CAPABILITY_AUTO_EXPAND"}
    if "CAPABILITY_NAMED_IAM" in given:
        missing.discard("CAPABILITY_IAM")
    if missing:
        raise Refusal("InsufficientCapabilitiesException", f"Requires capabilities : [{', '.join(sorted(missing))}]")
