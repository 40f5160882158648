"""Decide how to delete a stack: what goes, what stays, and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from .. import catalog
from ..assembly import StackArtifact
from ..diff import Diff, deletion_verdict, diff
from ..errors import ApprovalNeeded, DeployError
from . import request as requests
from .gate import judge
from .inside import inside
from .merge import PlannedChange
from .plan import Options, StackPlan
from .state import busy
from .steps import DeleteStack, Follow, Join, Step
from .template import deployed

if TYPE_CHECKING:
    from .cloudformation import CloudFormation


def plan_destroy(artifact: StackArtifact, cf: CloudFormation, options: Options) -> StackPlan:
    """The plan to delete one stack; raises when it is protected, busy, or still imported from."""
    record = cf.stack(artifact.name)
    if record is None or record.gone:
        return StackPlan(artifact.name, cf.region, "none", artifact)
    if record.busy and record.status != "DELETE_IN_PROGRESS":
        raise busy(record)
    if record.protected:
        raise ApprovalNeeded(
            f"{record.name} has termination protection",
            fix="set termination_protection=False on the stack and deploy it, then destroy it",
        )
    importers = {export: cf.importers(export) for export in record.exports}
    users = [f"{export} by {', '.join(names)}" for export, names in importers.items() if names]
    if users:
        raise DeployError(
            f"{record.name} cannot be deleted: its exports are in use, {'; '.join(users)}",
            fix="destroy or change those stacks first",
        )
    template = deployed(cf, record.id) if record.status != "REVIEW_IN_PROGRESS" else {}
    physical = {resource.logical_id: resource for resource in cf.resources(record.id)}
    changes = []
    for logical_id, body in sorted((template.get("Resources") or {}).items()):
        there = physical.get(logical_id)
        if not isinstance(body, dict) or (there is not None and there.status == "DELETE_COMPLETE"):
            continue
        kind = catalog.find(str(body.get("Type", "")))
        data = deletion_verdict(kind, body)
        keeps = str(body.get("DeletionPolicy", "")).startswith("Retain")
        changes.append(
            PlannedChange(
                logical_id,
                str(body.get("Type", "")),
                "keep" if keeps else "delete",
                data=data,
                guarded=kind is not None and kind.guarded and not (kind.stateful and data is None),
                physical_id=there.physical_id if there else "",
            )
        )
    plan = StackPlan(
        artifact.name, cf.region, "delete", artifact, record, diff(template, {}) if template else Diff(), tuple(changes)
    )
    within = inside(artifact, template, {}, cf, record.id)
    operation = requests.token()
    start: Step = Join(record.id) if record.status == "DELETE_IN_PROGRESS" else DeleteStack(record.id, operation)
    return evolve(
        plan,
        gate=judge(artifact.name, (*changes, *within.changes), (), allow_destroy=options.allow_destroy),
        notes=tuple(within.notes()),
        steps=(start, Follow(operation, ("DELETE_COMPLETE",))),
    )
