"""Compare deployed stacks with their templates: what somebody has changed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ...errors import DeckError
from ..errors import Refused
from ..files.template import deployed
from ..records import STACK_TYPE, DriftRecord
from .discretion import discreet

if TYPE_CHECKING:
    from ...assembly import Assembly
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation

WAIT = 900.0  # seconds for CloudFormation to look at every resource of a stack
COMPARABLE = frozenset({
    "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
})  # fmt: skip
"""The states in which CloudFormation compares. Source: CloudFormation User Guide, Detect drift on an entire stack."""
MODIFIED = ("MODIFIED", "DELETED")
_RUNS_ALREADY = "drift detection is already in progress"


@frozen
class StackDrift:
    """How a stack differs from its template, and the stacks nested in it, which are called `shop/Nested`.

    `unchecked` are resources whose type CloudFormation does not compare, `unknown` those where it tried and cannot
    tell. `failed` says why the comparison did not come to its end; what it found until then is there all the same.
    """

    name: str
    status: str  # IN_SYNC, DRIFTED, UNKNOWN, NOT_CHECKED, FAILED
    drifted: tuple[DriftRecord, ...] = ()
    unchecked: tuple[DriftRecord, ...] = ()
    unknown: tuple[DriftRecord, ...] = ()
    failed: str = ""
    nested: tuple[StackDrift, ...] = ()

    @property
    def differs(self) -> bool:
        """True when a resource in it, or in a stack nested in it, is not as its template says."""
        return any(one.drifted for one in self.walk())

    def walk(self) -> Iterator[StackDrift]:
        """This stack and those nested in it."""
        yield self
        for inner in self.nested:
            yield from inner.walk()

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        fields: dict[str, Any] = {
            "stack": self.name,
            "status": self.status,
            "drifted": [record.to_dict() for record in self.drifted],
            "unchecked": [record.logical_id for record in self.unchecked],
            "unknown": [record.logical_id for record in self.unknown],
        }
        if self.failed:
            fields["failed"] = self.failed
        if self.nested:
            fields["nested"] = [inner.to_dict() for inner in self.nested]
        return fields


def drift(assembly: Assembly, *, aws: AWS, stacks: Iterable[str] | None = None) -> dict[str, StackDrift]:
    """Look at every resource of the stacks and of the stacks nested in them; a stack that is not deployed is left out.

    A comparison that fails is told in its stack's `failed`, so that it does not hide what the others have found.
    """
    from ..run import chosen_stacks

    started = []
    for name, artifact in chosen_stacks(assembly, stacks).items():
        cf = aws.of(artifact).cloudformation(artifact.region)
        record = cf.stack(name)
        if record is None or record.gone or record.status == "REVIEW_IN_PROGRESS":
            continue
        if record.status in COMPARABLE:
            started.append((name, cf, record.id, *_begin(cf, record.id)))
        else:
            why = f"it is in {record.status}, and CloudFormation compares only a stack whose last operation is over"
            started.append((name, cf, record.id, "", why))
    return {name: _found(*one) for one in started for name in one[:1]}


def _begin(cf: CloudFormation, stack_id: str) -> tuple[str, str]:
    """The id of a comparison of our own, or why there is none; one that runs already is waited for."""
    since = cf.now()
    while True:
        try:
            return cf.detect_drift(stack_id), ""
        except Refused as refused:
            if _RUNS_ALREADY not in refused.message.lower():
                if refused.kind in ("credentials", "outage"):
                    raise
                return "", refused.message
            if cf.now() - since > WAIT:
                return "", f"somebody else's comparison has not ended after {WAIT / 60:.0f} minutes"
        cf.pause(0.2 if cf.emulated else 5.0)


def _found(name: str, cf: CloudFormation, stack_id: str, detection: str, failed: str) -> StackDrift:
    since, verdict = cf.now(), ""
    while not failed:
        status, verdict, reason = cf.drift_detection(detection)
        if status == "DETECTION_COMPLETE":
            break
        if status == "DETECTION_FAILED":
            failed = f"the comparison failed: {reason or 'no reason given'}"
        elif cf.now() - since > WAIT:
            failed = f"the comparison has not ended after {WAIT / 60:.0f} minutes"
        else:
            cf.pause(0.1 if cf.emulated else 3.0)
    records = discreet(cf.drifts(stack_id), lambda: _template(cf, stack_id)) if detection else []
    drifted = tuple(record for record in records if record.status in MODIFIED)
    return StackDrift(
        name,
        # A stack has been seen IN_SYNC while resources of it were MODIFIED, so the resources decide.
        "DRIFTED" if drifted else "FAILED" if failed else verdict,
        drifted,
        tuple(record for record in records if record.status in ("NOT_CHECKED", "UNSUPPORTED")),
        tuple(record for record in records if record.status == "UNKNOWN"),
        failed,
        tuple(_nested(name, cf, stack_id)),
    )


def _nested(name: str, cf: CloudFormation, stack_id: str) -> Iterator[StackDrift]:
    """The stacks inside, each compared by itself: CloudFormation does not look into them."""
    for resource in cf.resources(stack_id):
        if resource.type != STACK_TYPE or not resource.physical_id or resource.status == "DELETE_COMPLETE":
            continue
        detection, failed = _begin(cf, resource.physical_id)
        yield _found(f"{name}/{resource.logical_id}", cf, resource.physical_id, detection, failed)


def _template(cf: CloudFormation, stack_id: str) -> dict[str, Any] | None:
    """The template, which tells what must not be shown; None for who may not read it."""
    try:
        return deployed(cf, stack_id)
    except DeckError:
        return None
