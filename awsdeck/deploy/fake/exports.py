"""Exports of the fake: who imports them, and which may not go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..preview.exports import resolved
from .refusal import Refusal

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation
    from .stack import FakeStack


def importers(fake: FakeCloudFormation, export: str) -> list[str]:
    """The stacks that import an export: by their templates, and those that were said to."""
    by_template = {
        stack.name
        for stack in fake.stacks
        if stack.status not in ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS") and export in _imports(stack.template)
    }
    return sorted({*fake.imports.get(export, ()), *by_template})


def held(fake: FakeCloudFormation, stack: FakeStack, template: Mapping[str, Any]) -> str:
    """Why an update to this template comes to nothing: an export in use goes, or gets another value."""
    after = {name: body for _, name, body in _exports(stack, template)}
    for _, name, body in _exports(stack, stack.template):
        users = importers(fake, name)
        if users and name not in after:
            return f"Export {name} cannot be deleted as it is in use by {', '.join(users)}"
        if users and after[name].get("Value") != body.get("Value"):
            return f"Cannot update export {name} as it is in use by {', '.join(users)}"
    return ""


def _exports(stack: FakeStack, template: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    known = {"AWS::StackName": stack.name}
    for output, body in (template.get("Outputs") or {}).items():
        name = resolved(body.get("Export", {}).get("Name"), known)
        if name is not None:
            yield output, name, body


def _imports(node: Any) -> set[str]:
    found: set[str] = set()
    waiting = [node]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            name = value.get("Fn::ImportValue")
            if isinstance(name, str):
                found.add(name)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return found


def list_imports(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    users = importers(fake, call.arguments["ExportName"])
    if not users:
        raise Refusal("ValidationError", f"Export '{call.arguments['ExportName']}' is not imported by any stack.")
    return {"Imports": users}


def list_exports(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    found = [
        {"ExportingStackId": stack.id, "Name": name, "Value": stack.outputs.get(output)}
        for stack in fake.stacks
        if stack.status not in ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")
        for output, name, _ in _exports(stack, stack.template)
    ]
    return fake.paged(call.arguments, "Exports", found)


ANSWERS: dict[str, Answer] = {"ListExports": list_exports, "ListImports": list_imports}
