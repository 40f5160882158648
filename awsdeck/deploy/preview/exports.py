"""Exports that other stacks import, and that an update would take away or give another value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from ...diff import ABSENT, diff
from ...references import references, sub_parts
from ..records import StackRecord

if TYPE_CHECKING:
    from ...diff import Diff
    from ..account.cloudformation import CloudFormation


@frozen
class ExportInUse:
    """An export that CloudFormation will not let go of or change, because the stacks `importers` use it.

    `output` is its logical id in the template that is deployed; `sure` is False when only the deploy can tell whether
    its value becomes another.
    """

    export: str
    output: str
    fate: Literal["removed", "changed"]
    importers: tuple[str, ...]
    sure: bool = True

    @property
    def message(self) -> str:
        """One sentence for people."""
        verb = {"removed": "goes", "changed": "gets another value"}[self.fate]
        verb = verb if self.sure else "may get another value"
        return f"the export {self.export} {verb}, and {', '.join(self.importers)} import{'s' * (len(self.importers) == 1)} it"

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "export": self.export,
            "output": self.output,
            "fate": self.fate,
            "importers": list(self.importers),
            "sure": self.sure,
        }


def exports_in_use(
    cf: CloudFormation,
    record: StackRecord,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    difference: Diff | None = None,
    parameters: Mapping[str, str] | None = None,
) -> tuple[ExportInUse, ...]:
    """What stands in the way of going from the deployed template `old` to `new`: exports in use that go or change.

    `record` is the stack as it is; `parameters` are the values it is going to have, as far as they are known. Asks
    ListImports for those exports alone. Raises `Refused` when that is not allowed.
    """
    found = []
    for export, fate, sure in _touched(record, old, new, difference or diff(old, new), parameters or {}):
        importers = tuple(sorted(cf.importers(export)))
        if importers:
            found.append(ExportInUse(export, record.exports[export], fate, importers, sure))
    return tuple(found)


def _touched(
    record: StackRecord, old: Mapping[str, Any], new: Mapping[str, Any], difference: Diff, parameters: Mapping[str, str]
) -> list[tuple[str, Literal["removed", "changed"], bool]]:
    after = _outputs(new)
    named = {_name(body, record, parameters, new): output for output, body in after.items() if _exported(body)}
    found: list[tuple[str, Literal["removed", "changed"], bool]] = []
    for export, output in sorted(record.exports.items()):
        before = _outputs(old).get(output, {})
        now = output if _same_name(before, after.get(output)) else named.get(export)
        if now is None:
            if None not in named:  # a name that is made of what only AWS knows may be this one
                found.append((export, "removed", True))
            continue
        verdict = _value(output, before.get("Value"), after[now].get("Value"), record, new, difference, parameters)
        if verdict is not None:
            found.append((export, "changed", verdict))
    return found


def _outputs(template: Mapping[str, Any]) -> dict[str, Any]:
    outputs = template.get("Outputs")
    found = outputs.items() if isinstance(outputs, dict) else ()
    return {name: body for name, body in found if isinstance(body, dict)}


def _exported(body: Any) -> bool:
    return isinstance(body, dict) and isinstance(body.get("Export"), dict) and "Name" in body["Export"]


def _same_name(before: Any, after: Any) -> bool:
    return _exported(before) and _exported(after) and before["Export"]["Name"] == after["Export"]["Name"]


def _name(body: Any, record: StackRecord, parameters: Mapping[str, str], template: Mapping[str, Any]) -> str | None:
    """The export's name as far as it can be known without AWS."""
    return resolved(body["Export"]["Name"], _known(record, parameters, template))


def _known(record: StackRecord, parameters: Mapping[str, str], template: Mapping[str, Any]) -> dict[str, str]:
    """What `Ref` gives for parameters, where nobody hides it, and for the stack itself."""
    region, account = record.id.split(":")[3:5] if record.id.count(":") > 5 else ("", "")
    declared = template.get("Parameters") or {}
    values = {
        **{key: str(one["Default"]) for key, one in declared.items() if isinstance(one, dict) and "Default" in one},
        **record.parameters,
        **parameters,
    }
    return {
        **{key: value for key, value in values.items() if value != "****"},
        "AWS::StackName": record.name,
        "AWS::Region": region,
        "AWS::AccountId": account,
        "AWS::StackId": record.id,
    }


def export_names(
    template: Mapping[str, Any], record: StackRecord | None, stack: str, parameters: Mapping[str, str]
) -> set[str | None]:
    """The names of a template's exports; None stands for those that only AWS can tell."""
    there = record or StackRecord("", stack, "")
    return {_name(body, there, parameters, template) for body in _outputs(template).values() if _exported(body)}


def resolved(value: Any, known: Mapping[str, str]) -> str | None:
    """A value's text as far as these names make it known; None for what only AWS can tell."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        return None
    [(function, argument)] = value.items()
    if function == "Ref":
        return known.get(argument)
    if function == "Fn::Sub" and isinstance(argument, str):
        parts = [text if kind == "text" else known.get(text) for kind, text in sub_parts(argument)]
        return None if None in parts else "".join(part for part in parts if part)
    if function == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        texts = [resolved(part, known) for part in argument[1]]
        return None if None in texts else str(argument[0]).join(text for text in texts if text is not None)
    return None


def _value(
    output: str,
    before: Any,
    after: Any,
    record: StackRecord,
    new: Mapping[str, Any],
    difference: Diff,
    parameters: Mapping[str, str],
) -> bool | None:
    """Whether an exported value becomes another: True for certain, False when it may, None when it stays."""
    verdict: bool | None = None
    if before != after:
        now = resolved(after, _known(record, parameters, new))
        if now is not None:
            return None if now == record.outputs.get(output) else True
        # Another expression may give the same: the ARN of a topic is its Ref too. Of another resource it never does.
        verdict = bool(_targets(before)) and not _targets(before) & _targets(after)
    replaced = {change.logical_id: change.action != "maybe-replace" for change in difference.replacements}
    for reference in references(after):
        if reference.kind not in ("Ref", "GetAtt", "Sub"):
            continue
        target = reference.target
        if target in replaced:
            verdict = verdict or replaced[target]
        elif target in (new.get("Parameters") or {}) and reference.attribute is None:
            given = parameters.get(target)
            if given is not None and given != record.parameters.get(target, ABSENT):
                verdict = True
    return verdict


def _targets(value: Any) -> set[str]:
    """What a value refers to in its own template."""
    return {
        reference.target
        for reference in references(value)
        if reference.kind in ("Ref", "GetAtt", "Sub") and not reference.target.startswith("AWS::")
    }
