"""Take the watch over a run up again, from its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..run import each
from ..stackplan import StackPlan
from ..steps import Follow, Join
from .past import ends

if TYPE_CHECKING:
    from ...assembly import Assembly, StackArtifact
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation
    from ..observer import Observer
    from ..result import Result
    from .journal import RunRecord, StackRun


def resume(
    run: RunRecord, assembly: Assembly, *, aws: AWS, observer: Observer | None = None, timeout: float | None = None
) -> Result:
    """Watch the operations of a run to their end; each operation of the run is meant, whatever happened after it.

    `assembly` has an artifact for every stack of the run. Errors are those of `deploy`.
    """

    def plan(artifact: StackArtifact, cf: CloudFormation) -> StackPlan:
        return _plan(artifact, cf, run.stacks[artifact.name])

    return each(assembly, list(run.stacks), aws, None, observer, timeout, plan)


def _plan(artifact: StackArtifact, cf: CloudFormation, entry: StackRun) -> StackPlan:
    record = cf.stack(entry.stack_id)
    if record is None or record.status == "REVIEW_IN_PROGRESS":
        return StackPlan(artifact.name, cf.region, "none", artifact)
    steps = (Join(record.id, entry.token), Follow(entry.token, ends(entry.operation)))
    return StackPlan(artifact.name, cf.region, "follow", artifact, record, steps=steps)
