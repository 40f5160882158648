"""What a deploy does inside nested stacks, which the stack's own template and change set do not show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from ..assembly import StackArtifact
from ..diff import Broadening, diff
from ..diff.nested import nested_stacks, template_of
from .merge import PlannedChange, merged
from .template import deployed

if TYPE_CHECKING:
    from .cloudformation import CloudFormation


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


def inside(
    artifact: StackArtifact,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    cf: CloudFormation,
    stack_id: str,
    prefix: str = "",
) -> Inside:
    """What becomes of the nested stacks of a deployed stack when its template `old` becomes `new`.

    Templates that are not among the stack's files are not looked at.
    """
    before, after = nested_stacks(old), nested_stacks(new)
    if not before:
        return Inside()
    changes: list[PlannedChange] = []
    broadening: list[Broadening] = []
    for resource in cf.resources(stack_id):
        name = resource.logical_id
        if name not in before or not resource.physical_id or resource.status == "DELETE_COMPLETE":
            continue
        if name in after:
            template = template_of(artifact, after[name])
            if template is None:
                continue
        elif str(before[name].get("DeletionPolicy", "")).startswith("Retain"):
            continue
        else:
            template = {"Resources": {}}
        now = deployed(cf, resource.physical_id)
        difference = diff(now, template)
        path = f"{prefix}{name}."
        for change in merged(difference, None):
            was = f"{path}{change.was}" if change.was else None
            changes.append(evolve(change, logical_id=f"{path}{change.logical_id}", was=was))
        broadening.extend(difference.broadening)
        deeper = inside(artifact, now, template, cf, resource.physical_id, path)
        changes.extend(deeper.changes)
        broadening.extend(deeper.broadening)
    return Inside(tuple(changes), tuple(broadening))
