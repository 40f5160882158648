"""Decide how to delete a stack: what goes, what stays, and what stands in the way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from ... import catalog
from ...assembly import StackArtifact
from ...diff import Diff, deletion_verdict, diff
from ...errors import ApprovalNeeded, DeployError, InputError
from .. import request as requests
from ..files.template import deployed
from ..gate import allowed, judge
from ..preview.inside import inside
from ..preview.merge import PlannedChange
from ..records import ResourceRecord, StackRecord
from ..stackplan import StackPlan
from ..state import busy
from ..steps import DeleteStack, Follow, Join, Protect, Step
from .contents import full, protected

if TYPE_CHECKING:
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation


@frozen
class Removal:
    """What the user decides about deleting: data that may go, what is left behind after a failure, protection."""

    allow_destroy: Collection[str] = ()
    retain: Collection[str] = ()
    force: bool = False
    unprotect: bool = False


def plan_destroy(artifact: StackArtifact, cf: CloudFormation, removal: Removal, aws: AWS | None = None) -> StackPlan:
    """The plan to delete one stack; raises when it is protected, busy, or still imported from.

    With `aws`, buckets and repositories that CloudFormation will not delete because they are not empty are named.
    """
    record = cf.stack(artifact.name)
    if record is None or record.gone:
        return StackPlan(artifact.name, cf.region, "none", artifact)
    if record.busy and record.status != "DELETE_IN_PROGRESS":
        raise busy(record)
    if record.protected and not removal.unprotect:
        raise ApprovalNeeded(
            f"{record.name} has termination protection, so it is not deleted",
            fix="say --disable-protection to take it off first",
        )
    _check_imports(cf, record)
    physical = {resource.logical_id: resource for resource in cf.resources(record.id)}
    left = [resource for resource in physical.values() if resource.status != "DELETE_COMPLETE"]
    staying = _staying(record, left, removal)
    template = deployed(cf, record.id) if record.status != "REVIEW_IN_PROGRESS" else {}
    changes = _changes(template, physical, staying)
    within = inside(artifact, template, {}, cf, record.id)
    notes = [*within.notes(), *_notes(record, removal)]
    if record.status == "REVIEW_IN_PROGRESS":
        waiting = sorted(arn.rsplit("/", 2)[-2] for arn in cf.change_sets(record.id))
        if waiting:
            notes.append(
                f"nothing of it was ever made; change sets that wait for somebody go with it: {', '.join(waiting)}"
            )
    going = {change.logical_id for change in changes if change.action == "delete"}
    notes += protected(going, template)
    if aws is not None and not removal.force:
        notes += full(aws, cf.region, [one for one in left if one.logical_id in going], template)
    operation = requests.token()
    start: Step = (
        Join(record.id)
        if record.status == "DELETE_IN_PROGRESS"
        else DeleteStack(record.id, operation, tuple(sorted(staying)) if removal.retain else (), removal.force)
    )
    plan = StackPlan(
        artifact.name, cf.region, "delete", artifact, record, diff(template, {}) if template else Diff(), changes
    )
    return evolve(
        plan,
        gate=judge(artifact.name, (*changes, *within.changes), (), allow_destroy=removal.allow_destroy),
        notes=tuple(notes),
        steps=(
            *((Protect(False, record.id),) if record.protected else ()),
            start,
            Follow(operation, ("DELETE_COMPLETE",)),
        ),
    )


def _check_imports(cf: CloudFormation, record: StackRecord) -> None:
    importers = {export: cf.importers(export) for export in record.exports}
    users = [f"{export} by {', '.join(names)}" for export, names in importers.items() if names]
    if users:
        raise DeployError(
            f"{record.name} cannot be deleted: its exports are in use, {'; '.join(users)}",
            fix="destroy or change those stacks first",
        )


def _staying(record: StackRecord, left: list[ResourceRecord], removal: Removal) -> dict[str, str]:
    """What the user leaves behind, with the reason: the resources he names, with `force` those that failed."""
    if not removal.retain and not removal.force:
        return {}
    if removal.retain and removal.force:
        raise InputError(
            "--retain and --force-delete exclude each other", fix="--force-delete leaves all that cannot go"
        )
    flag = "--retain" if removal.retain else "--force-delete"
    if record.status != "DELETE_FAILED":
        raise InputError(
            f"{flag} is for a stack in DELETE_FAILED, and {record.name} is in {record.status}",
            fix=f"run `awsdeck destroy {record.name}` without it; to keep a resource, give it a DeletionPolicy of Retain",
        )
    if removal.force:
        return {one.logical_id: "could not be deleted" for one in left if one.status == "DELETE_FAILED"}
    named = {one.logical_id for one in left if allowed(record.name, one.logical_id, removal.retain)}
    known = {word for name in named for word in (name, f"{record.name}/{name}", f"{record.name}:{name}")}
    strangers = [word for word in removal.retain if word not in known]
    if strangers:
        able = ", ".join(one.logical_id for one in left)
        raise InputError(
            f"{record.name}: there is nothing left of {', '.join(strangers)}", fix=f"what is left: {able or 'nothing'}"
        )
    return dict.fromkeys(named, "left behind, as told")


def _changes(
    template: Mapping[str, Any], physical: Mapping[str, ResourceRecord], staying: Mapping[str, str]
) -> tuple[PlannedChange, ...]:
    changes = []
    for logical_id, body in sorted((template.get("Resources") or {}).items()):
        there = physical.get(logical_id)
        if not isinstance(body, dict) or (there is not None and there.status == "DELETE_COMPLETE"):
            continue
        kind = catalog.find(str(body.get("Type", "")))
        keeps = str(body.get("DeletionPolicy", "")).startswith("Retain") or logical_id in staying
        data = "kept" if logical_id in staying and kind and kind.stateful else deletion_verdict(kind, body)
        changes.append(
            PlannedChange(
                logical_id,
                str(body.get("Type", "")),
                "keep" if keeps else "delete",
                because=staying.get(logical_id, ""),
                data=data,
                guarded=not keeps and kind is not None and kind.guarded and not (kind.stateful and data is None),
                physical_id=there.physical_id if there else "",
            )
        )
    return tuple(changes)


def _notes(record: StackRecord, removal: Removal) -> list[str]:
    notes = []
    if record.protected:
        notes.append("its termination protection is taken off first")
    if removal.force:
        notes.append("CloudFormation leaves behind whatever it cannot delete; from then on nobody looks after it")
    return notes
