"""Templates for the time between: with an export kept that is to go, or with an import's value written out."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...assembly import StackArtifact
from ...errors import InputError
from ...references import references
from ..files.template import deployed
from .exports import resolved

if TYPE_CHECKING:
    from ..account.aws import AWS
    from ..records import StackRecord

WRITTEN_OUT = "AwsdeckWrittenOut"
"""An output of a stack, for as long as it has values written out that it imports again later."""
_SECTIONS = {
    "Condition": ("Conditions",),
    "FindInMap": ("Mappings",),
    "DependsOn": ("Resources",),
    "GetAtt": ("Resources",),
}


def keeping(
    new: Mapping[str, Any], old: Mapping[str, Any], outputs: Iterable[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The template `new` with outputs of `old`, and everything they stand on that `new` has no longer.

    The second is the logical ids of resources that are kept for it.
    """
    template: dict[str, Any] = {**new}
    resources: list[str] = []
    waiting: list[Any] = []
    for name in outputs:
        body = old["Outputs"][name]
        taken = template.get("Outputs") or {}
        free = name if name not in taken else f"{name}Kept"
        template["Outputs"] = {**taken, free: body}
        waiting.append(body)
    while waiting:
        for reference in references(waiting.pop()):
            for section in _SECTIONS.get(reference.kind, ("Resources", "Parameters")):
                there = template.get(section) or {}
                if reference.target in there:
                    break
                before = (old.get(section) or {}).get(reference.target)
                if before is not None:
                    template[section] = {**there, reference.target: before}
                    waiting.append(before)
                    if section == "Resources":
                        resources.append(reference.target)
                    break
    return template, tuple(sorted(resources))


def imports(artifact: StackArtifact, near: StackRecord, values: Mapping[str, str]) -> set[str | None]:
    """The exports that a stack's template imports; None stands for those whose names only AWS can tell.

    `near` is a stack of the same account and region, `values` are those of the stack's parameters that are known.
    """
    return {_name(argument, artifact, near, values) for argument in _imports(artifact.template)}


def importing(artifact: StackArtifact, export: str, near: StackRecord) -> bool:
    """Whether a stack's template imports an export; one whose name only AWS can tell counts as if it were."""
    return not imports(artifact, near, artifact.parameters).isdisjoint({export, None})


def detached(artifact: StackArtifact, values: Mapping[str, str], aws: AWS) -> StackArtifact:
    """A stack as it is deployed now, with these exports' values written out where it imports them.

    Source: AWS re:Post, resolve the error that an export cannot be updated because a stack uses it. Raises `InputError` when the stack is not there.
    """
    cf = aws.of(artifact).cloudformation(artifact.region)
    record = cf.stack(artifact.name)
    if record is None or record.gone:
        raise InputError(f"{artifact.name} is not deployed any more", fix="deploy again")
    template = _written_out(copy.deepcopy(deployed(cf, record.id)), values, artifact, record)
    told = {
        WRITTEN_OUT: {"Value": ", ".join(sorted(values))}
    }  # a change also where CloudFormation sees none in the values
    template["Outputs"] = {**(template.get("Outputs") or {}), **told}
    return StackArtifact(
        artifact.name,
        template,
        region=artifact.region,
        account=artifact.account,
        tags=record.tags,
        termination_protection=record.protected,
        role=artifact.role,
        execution_role=artifact.execution_role,
        origins=artifact.origins,
        nested=artifact.nested,
    )


def _imports(node: Any) -> list[Any]:
    found: list[Any] = []
    waiting = [node]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if len(value) == 1 and "Fn::ImportValue" in value:
                found.append(value["Fn::ImportValue"])
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return found


def _name(argument: Any, artifact: StackArtifact, near: StackRecord, values: Mapping[str, str]) -> str | None:
    """The export that is imported, as far as it can be known."""
    region, account = near.id.split(":")[3:5] if near.id.count(":") > 5 else ("", "")
    parameters = artifact.template.get("Parameters") or {}
    known = {
        **{name: str(body["Default"]) for name, body in parameters.items() if "Default" in body},
        **values,
        "AWS::StackName": artifact.name,
        "AWS::Region": region,
        "AWS::AccountId": account,
    }
    return resolved(argument, known)


def _written_out(node: Any, values: Mapping[str, str], artifact: StackArtifact, record: StackRecord) -> Any:
    if isinstance(node, dict):
        if len(node) == 1 and "Fn::ImportValue" in node:
            name = _name(node["Fn::ImportValue"], artifact, record, record.parameters)
            if name is not None and name in values:
                return values[name]
        return {key: _written_out(value, values, artifact, record) for key, value in node.items()}
    if isinstance(node, list):
        return [_written_out(item, values, artifact, record) for item in node]
    return node
