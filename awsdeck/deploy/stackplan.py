"""What is about to be done to one stack, and what the user decides for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from attrs import field, frozen

from ..assembly import StackArtifact
from ..diff import Diff
from .files.uploads import Upload
from .gate import Verdict
from .preview.changeset import Made
from .preview.exports import ExportInUse
from .preview.merge import PlannedChange
from .preview.policychange import PolicyChange
from .preview.stackpolicy import Denial
from .preview.validation import Validation
from .records import StackRecord
from .steps import Step
from .terms.conduct import Conduct

Operation = Literal["create", "update", "recreate", "none", "delete", "follow", "rollback", "cancel", "import"]


@frozen
class StackPlan:
    """What a deploy or destroy is about to do to one stack; shown, confirmed and executed as it is.

    `within` are the changes inside nested stacks, named `Nested.Id`. `warnings` is what CloudFormation's own check has
    found and lets pass. `later` says why there is no change set yet: the plan is made when the stack's turn comes.
    `policy` is the stack's own policy where it becomes another. After a plan that is only a first step the stack is
    planned `again`.
    """

    name: str
    region: str
    operation: Operation
    artifact: StackArtifact = field(eq=False, repr=False)
    before: StackRecord | None = None
    diff: Diff = field(factory=Diff)
    changes: tuple[PlannedChange, ...] = ()
    gate: Verdict = field(factory=Verdict)
    steps: tuple[Step, ...] = ()
    parameters: Mapping[str, str] = field(factory=dict)  # as they may be shown
    capabilities: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(factory=dict)
    notes: tuple[str, ...] = ()
    bucket: str | None = None
    made: Made | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    within: tuple[PlannedChange, ...] = ()
    exports: tuple[ExportInUse, ...] = ()
    denials: tuple[Denial, ...] = ()
    warnings: tuple[Validation, ...] = ()
    uploads: tuple[Upload, ...] = ()
    settings: tuple[tuple[str, str, str], ...] = ()  # parameters and tags that change: name, before, after
    later: str = ""
    old: Mapping[str, Any] | None = field(default=None, repr=False, eq=False)  # the template that is deployed
    phase: tuple[int, int] | None = None  # which of how many; None for a stack that is deployed in one
    policy: PolicyChange | None = None
    conduct: Conduct = field(factory=Conduct)
    again: bool = False

    @property
    def total(self) -> int:
        """How many resources are touched; what progress counts up to."""
        return len(self.changes)

    @property
    def asks(self) -> tuple[str, ...]:
        """What a yes includes beyond the ordinary: wider access, waiting messages that go."""
        return self.gate.ask

    def to_dict(self) -> dict[str, Any]:
        """One line of NDJSON."""
        return {
            "type": "plan",
            "stack": self.name,
            "region": self.region,
            "operation": self.operation,
            "changes": [change.to_dict() for change in self.changes],
            "within": [change.to_dict() for change in self.within],
            "diff": self.diff.to_dict(),
            "asks": list(self.asks),
            "refused": [refusal.message for refusal in self.gate.refused],
            "denied": [denial.to_dict() for denial in self.denials],
            "exports": [export.to_dict() for export in self.exports],
            "warned": list(self.gate.warned),
            "warnings": [warning.to_dict() for warning in self.warnings],
            "uploads": [upload.to_dict() for upload in self.uploads],
            "settings": [{"name": name, "before": one, "after": other} for name, one, other in self.settings],
            "protected": self.before.protected if self.before is not None else False,
            "later": self.later,
            "parameters": dict(self.parameters),
            "capabilities": list(self.capabilities),
            "tags": dict(self.tags),
            "notes": list(self.notes),
            **({"phase": self.phase[0], "phases": self.phase[1]} if self.phase else {}),
            "steps": [type(step).__name__ for step in self.steps],
        }


@frozen
class Options:
    """What the user decides for all stacks of a run."""

    parameters: Mapping[str, str] = field(factory=dict, repr=False)
    tags: Mapping[str, str] = field(factory=dict)
    allow_replace: Collection[str] = ()
    allow_destroy: Collection[str] = ()
    bucket: str | None = None
    role: str | None = None
    force: bool = False
    conduct: Conduct = field(factory=Conduct)
    stateful: Collection[str] = ()  # types of resources that hold data, besides those the catalog knows
    terms: Mapping[str, Any] = field(
        factory=dict
    )  # of all stacks, in place of their own: monitoring, notification_arns, …
