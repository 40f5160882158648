"""What CloudFormation tells, as frozen records; nothing of boto3's shapes goes further than here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

SUCCESSES = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
HEALTHY = SUCCESSES | {"UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}
STACK_TYPE = "AWS::CloudFormation::Stack"


@frozen
class StackRecord:
    """A stack as DescribeStacks shows it."""

    id: str
    name: str
    status: str
    reason: str = ""
    parameters: Mapping[str, str] = field(factory=dict)
    outputs: Mapping[str, str] = field(factory=dict)
    exports: Mapping[str, str] = field(factory=dict)  # export name to output key
    tags: Mapping[str, str] = field(factory=dict)
    protected: bool = False
    role: str = ""
    topics: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()  # ARNs of alarms, `composite:arn:…` for composite ones
    monitoring: int = 0  # minutes
    operation: str = ""  # the id of the last operation
    created: float = 0.0
    updated: float | None = None
    deleted: float | None = None

    @property
    def busy(self) -> bool:
        """True while an operation runs; a stack in review is waiting, not busy."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    @property
    def gone(self) -> bool:
        """True when the stack was deleted; CloudFormation goes on describing it by its ARN."""
        return self.status == "DELETE_COMPLETE"

    @property
    def stamp(self) -> tuple[str, float | None, float | None]:
        """What is bound to differ once another operation has started."""
        return (self.status, self.updated, self.deleted)


@frozen
class EventRecord:
    """One line of a stack's history."""

    id: str
    time: float
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""
    token: str = ""
    stack_id: str = ""
    path: str = ""  # `Outer.Inner` for an event of a nested stack
    hook: str = ""  # the type of the hook it speaks of
    hook_id: str = ""  # what to ask for that hook's findings with

    @property
    def name(self) -> str:
        """What it speaks of, as seen from the outermost stack: `Id`, or `Nested.Id`."""
        own = "" if self.path and self.of_stack else self.logical_id
        return ".".join(filter(None, (self.path, own)))

    @property
    def of_stack(self) -> bool:
        """True when the event speaks of the stack itself whose history it is in."""
        return self.type == STACK_TYPE and self.physical_id == self.stack_id

    @property
    def of_root(self) -> bool:
        """True when it speaks of the outermost stack itself."""
        return self.of_stack and not self.path

    @property
    def of_nested(self) -> bool:
        """True when it speaks of a nested stack, in the history of the stack around it."""
        return self.type == STACK_TYPE and not self.of_stack

    @property
    def failed(self) -> bool:
        """True for a failure of its own, not for one that was cancelled because another failed first."""
        return self.status.endswith("_FAILED") and not self.cancelled

    @property
    def still_settling(self) -> bool:
        """True for a resource that express mode calls done before it need be ready."""
        done = self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
        return done and not self.of_stack and "express mode" in self.reason.lower()

    @property
    def cancelled(self) -> bool:
        """True for what CloudFormation stopped because something else had failed."""
        text = self.reason.lower()
        return "cancelled" in text and ("resource creation" in text or "resource update" in text or "update of" in text)

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is empty is left out."""
        fields = {
            "id": self.id,
            "time": self.time,
            "logical_id": self.name,
            "physical_id": self.physical_id,
            "resource_type": self.type,
            "status": self.status,
            "reason": self.reason,
            "hook": self.hook,
        }
        return {name: value for name, value in fields.items() if value != ""}


@frozen
class ResourceRecord:
    """A resource of a deployed stack."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""


@frozen
class Detail:
    """Why a change set touches a resource: which of its parts, and whether that needs a new one."""

    attribute: str
    name: str
    recreation: str  # Never, Conditionally, Always
    evaluation: str  # Static, Dynamic
    entity: str = ""  # the parameter, resource or attribute (`Queue.Arn`) that has another value
    path: str = ""  # a JSON pointer such as /Properties/Tags/0/Value
    before: str | None = field(default=None, repr=False)
    after: str | None = field(default=None, repr=False)


@frozen
class ChangeRecord:
    """One resource in a change set."""

    logical_id: str
    type: str
    action: str  # Add, Modify, Remove, Import, Dynamic
    physical_id: str = ""
    replacement: str = ""  # True, False, Conditional
    policy_action: str = ""
    details: tuple[Detail, ...] = ()
    nested: str = ""  # the change set of the nested stack that this resource is


@frozen
class ChangeSetRecord:
    """A change set with all its pages."""

    arn: str
    stack_id: str
    status: str
    reason: str = ""
    execution: str = ""
    changes: tuple[ChangeRecord, ...] = ()


@frozen
class PropertyDrift:
    """A property that is not what the template says."""

    path: str
    expected: str
    actual: str
    kind: str  # ADD, REMOVE, NOT_EQUAL

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"path": self.path, "expected": self.expected, "actual": self.actual, "kind": self.kind}


@frozen
class DriftRecord:
    """A resource as it is, compared with how the template wants it."""

    logical_id: str
    physical_id: str
    type: str
    status: str  # IN_SYNC, MODIFIED, DELETED, NOT_CHECKED, UNKNOWN
    differences: tuple[PropertyDrift, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "logical_id": self.logical_id,
            "physical_id": self.physical_id,
            "resource_type": self.type,
            "status": self.status,
            "differences": [difference.to_dict() for difference in self.differences],
        }
