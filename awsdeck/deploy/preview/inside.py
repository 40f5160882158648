"""What a deploy does inside nested stacks, which the stack's own template and change set do not show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from ...assembly import StackArtifact
from ...diff import Broadening, Diff, diff
from ...diff.nested import nested_stacks, template_of
from ..files.template import deployed
from .merge import PlannedChange, merged
from .properties import Private

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation
    from ..records import ChangeSetRecord


@frozen
class Inside:
    """Changes of resources in nested stacks, named `Nested.Id`, and the access that gets wider there."""

    changes: tuple[PlannedChange, ...] = ()
    broadening: tuple[Broadening, ...] = field(default=())

    def notes(self) -> Iterator[str]:
        """What happens in which nested stack, for people."""
        by_stack: dict[str, list[str]] = {}
        for change in self.changes:
            stack, _, logical_id = change.logical_id.rpartition(".")
            by_stack.setdefault(stack, []).append(f"{change.action} {logical_id}")
        for stack, said in by_stack.items():
            yield f"in {stack}: {', '.join(said)}"


@frozen
class Within:
    """How to look: `records` are the change sets of nested stacks by path, `stateful` the project's own such types."""

    records: Mapping[str, ChangeSetRecord] = field(factory=dict)
    private: Private = field(factory=Private)
    stateful: Collection[str] = ()


def inside(
    artifact: StackArtifact,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    cf: CloudFormation,
    stack_id: str | None,
    prefix: str = "",
    *,
    how: Within | None = None,
) -> Inside:
    """What becomes of the nested stacks of a stack when its template `old` becomes `new`; `stack_id` is None for one
    that is not there yet.

    Where a nested stack's template is not among the stack's files, CloudFormation's nested change set has to do; without
    one either, it is not looked at.
    """
    how = how or Within()
    before, after = nested_stacks(old), nested_stacks(new)
    physical = _physical(cf, stack_id, before)
    changes: list[PlannedChange] = []
    broadening: list[Broadening] = []
    for name in sorted({*physical, *after}):
        there = physical.get(name)
        if there is None and name in before:
            continue  # it is in the template and was never made, or is gone
        record = how.records.get(f"{prefix}{name}")
        template = template_of(artifact, after[name]) if name in after else {"Resources": {}}
        if name not in after and str(before[name].get("DeletionPolicy", "")).startswith("Retain"):
            continue
        if template is None and record is None:
            continue
        now = deployed(cf, there) if there is not None else None
        known = template is not None
        difference = diff(now, template or {}) if known else Diff()
        path = f"{prefix}{name}."
        found = merged(
            difference,
            record.changes if record is not None else None,
            (now or {}).get("Resources"),
            new=template,
            private=how.private,
            stateful=how.stateful,
        )
        changes.extend(_named(change, path) for change in found)
        broadening.extend(difference.broadening)
        if template is not None:
            deeper = inside(artifact, now or {}, template, cf, there, path, how=how)
            changes.extend(deeper.changes)
            broadening.extend(deeper.broadening)
    return Inside(tuple(changes), tuple(broadening))


def _physical(cf: CloudFormation, stack_id: str | None, before: Mapping[str, Any]) -> dict[str, str]:
    """The nested stacks that are there, by logical id, with their ARNs."""
    if stack_id is None or not before:
        return {}
    return {
        resource.logical_id: resource.physical_id
        for resource in cf.resources(stack_id)
        if resource.logical_id in before and resource.physical_id and resource.status != "DELETE_COMPLETE"
    }


def _named(change: PlannedChange, path: str) -> PlannedChange:
    was = f"{path}{change.was}" if change.was else None
    followers = tuple(evolve(one, name=f"{path}{one.name}") for one in change.followers)
    return evolve(change, logical_id=f"{path}{change.logical_id}", was=was, followers=followers)
