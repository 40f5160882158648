"""What of a stack cannot be planned yet, because another stack of the same run only gives it once it is deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ..records import StackRecord
from .exports import export_names
from .keep import importing

if TYPE_CHECKING:
    from ..stackplan import StackPlan
    from .phases import Leg


def waits_for(leg: Leg, legs: Mapping[str, Leg], plans: Mapping[str, StackPlan]) -> str:
    """Why a leg is planned when its turn comes; empty when it can be planned now. Those it needs have their plans."""
    if leg.phase > 1:
        return "an earlier phase of the same stack comes first"
    return next(filter(None, (_because(leg, legs[need], plans[need]) for need in sorted(leg.needs))), "")


def _because(leg: Leg, producer: Leg, plan: StackPlan) -> str:
    name = producer.artifact.name
    if name == leg.artifact.name:
        return "an earlier phase of the same stack comes first"
    outputs = sorted({output for stack, output in leg.artifact.inputs.values() if stack == name})
    new = plan.operation in ("create", "recreate")
    moving = [output for output in outputs if new or plan.later or _moves(plan, output)]
    if moving:
        return f"it takes {', '.join(moving)} of {name}, which {'is not deployed yet' if new else 'changes'}"
    imports = sorted(_imported(leg, plan, new))
    return f"it imports {', '.join(imports)} of {name}, which does not export that yet" if imports else ""


def _moves(plan: StackPlan, output: str) -> bool:
    """Whether an output is bound to be new or to have another value, as far as the plan shows."""
    if plan.before is None or output not in plan.before.outputs:
        return True
    if any(entry.name == output for entry in plan.diff.outputs):
        return True
    return any(one.section == "Outputs" and one.name == output for change in plan.changes for one in change.followers)


def _imported(leg: Leg, plan: StackPlan, new: bool) -> Iterator[str]:
    """The exports that a stack gets with its plan and that the leg's template imports."""
    if "Fn::ImportValue" not in json.dumps(leg.artifact.template):
        return
    before = plan.before.exports if plan.before is not None and not new else {}
    for name in export_names(plan.artifact.template, plan.before, plan.name, plan.parameters):
        if name is None:
            if new:
                yield "a value"
        elif name not in before and importing(leg.artifact, name, plan.before or StackRecord("", plan.name, "")):
            yield name


def exporter_of(export: str, leg: Leg, legs: Mapping[str, Leg]) -> str | None:
    """The stack that the leg needs and whose template has an export of that name."""
    for need in sorted(leg.needs):
        artifact = legs[need].artifact
        if export in export_names(artifact.template, None, artifact.name, artifact.parameters):
            return artifact.name
    return None
