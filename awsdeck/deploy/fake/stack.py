"""One stack of the fake: its state, and the timetable of the operation that is running."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import define, field

from ...diff.nested import STACK
from . import nested, operation
from .hooks import result_id
from .proposal import FakeChangeSet, propose
from .refusal import Refusal
from .script import Script

if TYPE_CHECKING:
    from .cloud import FakeCloudFormation

UPDATABLE = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
}


@define
class FakeStack:
    """A stack; `advance` does what is due on its timetable."""

    id: str
    name: str
    created: float
    status: str = "REVIEW_IN_PROGRESS"
    reason: str = ""
    updated: float | None = None
    deleted: float | None = None
    template: dict[str, Any] = field(factory=dict)
    parameters: dict[str, str] = field(factory=dict)
    tags: dict[str, str] = field(factory=dict)
    outputs: dict[str, str] = field(factory=dict)
    protected: bool = False
    terms: dict[str, Any] = field(factory=dict)  # topics, alarms and role, as DescribeStacks tells them
    policy: str = ""
    events: list[dict[str, Any]] = field(factory=list)
    resources: dict[str, dict[str, Any]] = field(factory=dict)
    change_sets: list[FakeChangeSet] = field(factory=list)
    earlier: dict[str, Any] | None = None
    alias: str = ""
    objections: list[tuple[float, Mapping[str, str]]] = field(factory=list)
    cloud: FakeCloudFormation | None = field(default=None, repr=False, eq=False)  # where nested stacks are found
    timetable: list[tuple[float, Callable[[float], None]]] = field(factory=list)
    token: str = ""
    before: tuple[dict[str, Any], dict[str, str], dict[str, str]] = field(factory=lambda: ({}, {}, {}))
    touched: list[tuple[str, str]] = field(factory=list)

    # state

    def advance(self, now: float) -> None:
        """Do everything that is due."""
        while self.timetable and self.timetable[0][0] <= now:
            when, action = self.timetable.pop(0)
            action(when)

    def must_be_updatable(self) -> None:
        """Refuse as CloudFormation does when the stack cannot take an operation now."""
        if self.status not in UPDATABLE and self.status != "REVIEW_IN_PROGRESS":
            raise Refusal("ValidationError", f"Stack:{self.id} is in {self.status} state and can not be updated.")

    def has_resources(self) -> bool:
        """True while anything is in the stack."""
        return any(item["ResourceStatus"] != "DELETE_COMPLETE" for item in self.resources.values())

    def describe(self) -> dict[str, Any]:
        """As DescribeStacks answers; values of NoEcho parameters are masked."""
        declared = self.template.get("Parameters", {})
        exports = {name: body.get("Export", {}).get("Name") for name, body in self.template.get("Outputs", {}).items()}
        return {
            "StackId": self.id,
            "StackName": self.name,
            "StackStatus": self.status,
            "StackStatusReason": self.reason or None,
            "CreationTime": self.created,
            "LastUpdatedTime": self.updated,
            "DeletionTime": self.deleted,
            "EnableTerminationProtection": self.protected,
            "AliasName": self.alias or None,
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": "****" if declared.get(name, {}).get("NoEcho") else value}
                for name, value in self.parameters.items()
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
            **self.terms,
            "Outputs": [
                {"OutputKey": name, "OutputValue": value, "ExportName": exports.get(name)}
                for name, value in self.outputs.items()
            ],
        }

    def list_resources(self) -> list[dict[str, Any]]:
        """As ListStackResources answers."""
        return list(self.resources.values())

    def settle(self, status: str, kept: Mapping[str, str]) -> None:
        """Put the stack into a state without an operation that leads there."""
        gone = status in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE")
        for name in self.template.get("Resources", {}):
            self.resource_event(
                name, kept.get(name, "DELETE_COMPLETE" if gone else "CREATE_COMPLETE"), self.created, ""
            )
        self.stack_event(status, self.created)
        if status.endswith("_COMPLETE") and not gone:
            self.set_outputs({})

    def review(self, now: float) -> None:
        """A stack that only holds a change set."""
        self.stack_event("REVIEW_IN_PROGRESS", now)

    # change sets and operations

    @property
    def latest(self) -> float:
        """When something has happened to it last."""
        return max((event["Timestamp"] for event in self.events), default=self.created)

    def propose(self, given: Mapping[str, Any], template: str, script: Script, prefix: str) -> FakeChangeSet:
        """Make a change set."""
        return propose(self, given, template, script, prefix)

    def execute(self, made: FakeChangeSet, token: str, script: Script, now: float) -> None:
        """Start creating or updating."""
        operation.execute(self, made, token, script, now)

    def undo(self, token: str, script: Script, now: float, skip: Sequence[str] = ()) -> None:
        """Start rolling back what failed, what is stuck, or what is still running."""
        operation.undo(self, token, script, now, skip)

    def delete(self, token: str, script: Script, now: float, retain: Sequence[str]) -> None:
        """Start deleting."""
        operation.delete(self, token, script, now, retain)

    # nested stacks

    def open(self, name: str) -> FakeStack:
        """A stack for this one to hold."""
        assert self.cloud is not None
        return self.cloud.new_stack(name)

    def child(self, stack_id: str) -> FakeStack | None:
        """The nested stack of that ARN."""
        return next((one for one in self.cloud.stacks if one.id == stack_id), None) if self.cloud else None

    def template_of(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The uploaded template that a nested stack is made from."""
        return nested.template_at(self.cloud.objects, body) if self.cloud else None

    def begin(self, made: FakeChangeSet, token: str, now: float) -> None:
        """Take a change set up; nothing has happened yet."""
        self.earlier = self.describe()
        made.execution, made.started_with = "EXECUTE_IN_PROGRESS", token
        self.change_sets[:] = [made]
        self.updated, self.token = now, token

    def hook_event(self, name: str, word: str, hook: str, at: float) -> None:
        """A hook has stopped a resource."""
        item = self.resources[name]
        self._event(name, item["PhysicalResourceId"], item["ResourceType"], f"{word}_IN_PROGRESS", at, "")
        self.events[-1] |= {
            "HookType": hook,
            "HookStatus": "HOOK_COMPLETE_FAILED",
            "HookStatusReason": "it does not comply",
            "HookInvocationId": result_id(f"{hook}/{name}"),
            "HookInvocationPoint": "PRE_PROVISION",
            "HookFailureMode": "FAIL",
        }

    def later(self, when: float, action: Callable[[float], None]) -> None:
        """Put something on the timetable."""
        self.timetable.append((when, action))
        self.timetable.sort(key=lambda entry: entry[0])

    def set_outputs(self, scripted: Mapping[str, str]) -> None:
        """The outputs of the template, with the values that were said beforehand."""
        self.outputs = {
            name: scripted.get(
                name, str(body.get("Value")) if isinstance(body.get("Value"), str) else f"value-of-{name}"
            )
            for name, body in self.template.get("Outputs", {}).items()
        }

    def stack_event(self, status: str, at: float, reason: str = "") -> None:
        """The stack gets into a status."""
        self.status, self.reason = status, reason if "ROLLBACK" in status or "FAILED" in status else ""
        self._event(self.name, self.id, STACK, status, at, reason)

    def resource_event(self, name: str, status: str, at: float, reason: str) -> None:
        """A resource gets into a status."""
        known = self.resources.get(name)
        body = self.template.get("Resources", {}).get(name, {})
        physical = known["PhysicalResourceId"] if known else f"{self.name}-{name}-{uuid.uuid4().hex[:8]}"
        type_name = known["ResourceType"] if known else str(body.get("Type", "Custom::Unknown"))
        self.resources[name] = {
            "LogicalResourceId": name,
            "PhysicalResourceId": physical,
            "ResourceType": type_name,
            "ResourceStatus": status,
            "LastUpdatedTimestamp": at,
        }
        self._event(name, physical, type_name, status, at, reason)

    def _event(self, logical: str, physical: str, type_name: str, status: str, at: float, reason: str) -> None:
        self.events.append(
            {
                "StackId": self.id,
                "EventId": str(uuid.uuid4()),
                "StackName": self.name,
                "LogicalResourceId": logical,
                "PhysicalResourceId": physical,
                "ResourceType": type_name,
                "Timestamp": at,
                "ResourceStatus": status,
                "ResourceStatusReason": reason or None,
                "ClientRequestToken": self.token or None,
            }
        )
