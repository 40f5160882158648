"""Compare deployed stacks with their templates: what somebody has changed by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ..errors import DeployError
from .records import DriftRecord

if TYPE_CHECKING:
    from ..assembly import Assembly
    from .aws import AWS
    from .cloudformation import CloudFormation

WAIT = 900.0  # seconds for CloudFormation to look at every resource


@frozen
class StackDrift:
    """How a stack differs from its template; `unchecked` are resources that CloudFormation cannot compare."""

    name: str
    status: str  # IN_SYNC, DRIFTED, UNKNOWN, NOT_CHECKED
    drifted: tuple[DriftRecord, ...] = ()
    unchecked: tuple[DriftRecord, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "stack": self.name,
            "status": self.status,
            "drifted": [record.to_dict() for record in self.drifted],
            "unchecked": [record.logical_id for record in self.unchecked],
        }


def drift(assembly: Assembly, *, aws: AWS, stacks: Iterable[str] | None = None) -> dict[str, StackDrift]:
    """Look at every resource of the stacks; a stack that is not deployed is left out."""
    from .run import chosen_stacks

    started = []
    for name, artifact in chosen_stacks(assembly, stacks).items():
        cf = aws.cloudformation(artifact.region)
        record = cf.stack(name)
        if record is not None and not record.gone and record.status != "REVIEW_IN_PROGRESS":
            started.append((name, cf, record.id, cf.detect_drift(record.id)))
    return {name: _found(name, cf, stack_id, detection) for name, cf, stack_id, detection in started}


def _found(name: str, cf: CloudFormation, stack_id: str, detection: str) -> StackDrift:
    since = cf.now()
    while True:
        status, verdict, reason = cf.drift_detection(detection)
        if status == "DETECTION_FAILED":
            raise DeployError(f"{name}: the comparison failed: {reason or 'no reason given'}")
        if status == "DETECTION_COMPLETE":
            break
        if cf.now() - since > WAIT:
            raise DeployError(f"{name}: the comparison has not ended after {WAIT / 60:.0f} minutes")
        cf.pause(0.1 if cf.emulated else 3.0)
    records = cf.drifts(stack_id)
    return StackDrift(
        name,
        verdict,
        tuple(record for record in records if record.status in ("MODIFIED", "DELETED")),
        tuple(record for record in records if record.status in ("NOT_CHECKED", "UNKNOWN", "UNSUPPORTED")),
    )
