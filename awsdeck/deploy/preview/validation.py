"""What CloudFormation's check of a change set has found: failures that stop it, and warnings that do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from ..errors import shortened

if TYPE_CHECKING:
    from ...assembly import StackArtifact
    from ...errors import Place
    from ..account.cloudformation import CloudFormation


@frozen
class Validation:
    """One finding: the check's name, the place in the template, and the construct and line that stand behind it.

    `mode` is FAIL for what makes the change set fail, WARN for what makes the deploy fail unless somebody sees to it.
    """

    mode: Literal["FAIL", "WARN"]
    reason: str
    check: str = ""
    path: str = ""  # a JSON pointer into the template
    logical_id: str = ""
    type: str = ""
    construct: str | None = None
    place: Place | None = None

    @property
    def message(self) -> str:
        """One line for people: where, which property, and what is wrong."""
        subject = self.construct or self.logical_id
        steps = [step for step in self.path.split("/") if step][2:]
        below = ".".join(step for step in steps if step != "Properties")
        where = f"{self.place}: " if self.place else ""
        named = ", ".join(part for part in (subject, below) if part)
        return f"{where}{named}: {self.reason}" if named else f"{where}{self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is empty is left out."""
        fields: dict[str, Any] = {
            "mode": self.mode,
            "reason": self.reason,
            "check": self.check,
            "path": self.path,
            "logical_id": self.logical_id,
            "resource_type": self.type,
            "construct": self.construct,
            "file": self.place.file if self.place else None,
            "line": self.place.line if self.place else None,
        }
        return {name: value for name, value in fields.items() if value}


def validations(
    cf: CloudFormation, change_set: str, artifact: StackArtifact | None = None, within: str = ""
) -> tuple[Validation, ...]:
    """Everything the check has found, failures first; raises `Refused` when it may not be asked.

    `within` is the path of the nested stack that the change set is of, as seen from the stack of `artifact`.
    """
    if not cf.knows("DescribeEvents"):
        return ()
    found = [
        _validation(item, artifact, f"{within}." if within else "")
        for page in cf.pages("DescribeEvents", "describe_events", ChangeSetName=change_set)
        for item in page.get("OperationEvents") or ()
        if item.get("EventType") == "VALIDATION_ERROR" and item.get("ValidationStatus", "FAILED") == "FAILED"
    ]
    unique = {(one.mode, one.path, one.logical_id, one.reason): one for one in found}
    return tuple(sorted(unique.values(), key=lambda one: (one.mode != "FAIL", one.logical_id, one.path, one.reason)))


def _validation(item: Mapping[str, Any], artifact: StackArtifact | None, prefix: str) -> Validation:
    path = str(item.get("ValidationPath") or "")
    steps = [step for step in path.split("/") if step]
    logical_id = str(item.get("LogicalResourceId") or (steps[1] if steps[:1] == ["Resources"] and steps[1:] else ""))
    logical_id = f"{prefix}{logical_id}" if logical_id else prefix.rstrip(".")
    origin = artifact.origin(logical_id) if artifact is not None else None
    return Validation(
        "WARN" if item.get("ValidationFailureMode") == "WARN" else "FAIL",
        shortened(str(item.get("ValidationStatusReason") or item.get("ResourceStatusReason") or "")),
        str(item.get("ValidationName") or ""),
        path,
        logical_id,
        str(item.get("ResourceType") or ""),
        origin.construct if origin is not None else None,
        origin.place() if origin is not None else None,
    )
