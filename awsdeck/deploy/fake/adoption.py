"""Imports into the fake's stacks: what is out there, what may be taken in, and how that goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ... import catalog
from .proposal import FakeChangeSet
from .refusal import Refusal
from .script import Script
from .stack import FakeStack

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation


def import_change_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    """Answer CreateChangeSet of the type IMPORT."""
    name, wanted = call.arguments["StackName"], call.arguments.get("ResourcesToImport", [])
    if not wanted:
        raise Refusal("ValidationError", "Must Provide at least one resource to import")
    stack = next((one for one in fake.stacks if name in (one.name, one.id) and one.status != "DELETE_COMPLETE"), None)
    if stack is not None:
        stack.must_be_updatable()
    new = stack is None or stack.status == "REVIEW_IN_PROGRESS"
    template = json.loads(
        call.arguments.get("TemplateBody") or fake.objects[call.arguments["TemplateURL"].split("/", 3)[-1]]
    )
    imports = {one["LogicalResourceId"]: (one["ResourceType"], _pairs(one["ResourceIdentifier"])) for one in wanted}
    _check({} if new or stack is None else stack.template, template, imports)
    if stack is None:
        stack = fake.new_stack(name)
        stack.review(fake.clock.now())
    made = stack.propose(
        call.arguments,
        json.dumps(template),
        fake.coming_script(stack.name),
        f"arn:aws:cloudformation:{fake.region}:{fake.account}:changeSet/",
    )
    made.imports = {logical_id: "|".join(identifier.values()) for logical_id, (_, identifier) in imports.items()}
    made.changes = [
        {
            "Type": "Resource",
            "ResourceChange": {
                "Action": "Import",
                "LogicalResourceId": logical_id,
                "PhysicalResourceId": made.imports[logical_id],
                "ResourceType": type_name,
            },
        }
        for logical_id, (type_name, _) in imports.items()
    ]
    problem = next(_problems(fake, made.imports, imports), None)
    if problem is not None:
        made.status, made.reason = "FAILED", problem
    return {"Id": made.arn, "StackId": stack.id}


def _pairs(entry: Any) -> dict[str, str]:
    """A map as the query protocol has it: entries with a key and a value each."""
    items = entry["entry"]
    return {items[index]["key"]: items[index]["value"] for index in sorted(items, key=int)}


def _check(old: Mapping[str, Any], new: Mapping[str, Any], imports: Mapping[str, tuple[str, dict[str, str]]]) -> None:
    before, after = old.get("Resources", {}), new.get("Resources", {})
    for logical_id, (type_name, identifier) in imports.items():
        kind = catalog.find(type_name)
        if logical_id not in after:
            raise Refusal("ValidationError", f"The logical resource ids [{logical_id}] do not exist in the template.")
        if kind is not None and sorted(identifier) != sorted(kind.primary_identifier):
            expected = ", ".join(kind.primary_identifier)
            raise Refusal(
                "ValidationError", f"Invalid resource identifier for resource type {type_name}. Expected [{expected}]"
            )
    added = [name for name in after if name not in before]
    strangers = [name for name in added if name not in imports]
    if strangers:
        raise Refusal("ValidationError", f"Resources [{', '.join(strangers)}] is missing from ResourceToImport list")
    if any(after.get(name) != body for name, body in before.items()):
        raise Refusal("ValidationError", "You have modified resources in your template that are not being imported.")
    bare = [name for name in imports if "DeletionPolicy" not in after[name]]
    if bare:
        raise Refusal(
            "ValidationError",
            f"The following resources to import [{', '.join(bare)}] must have DeletionPolicy attribute specified in "
            "the template.",
        )
    if new.get("Outputs", {}) != old.get("Outputs", {}):
        raise Refusal("ValidationError", "As part of the import operation, you cannot modify or add [Outputs]")


def _problems(fake: FakeCloudFormation, physical: Mapping[str, str], imports: Mapping[str, Any]) -> Any:
    for logical_id, value in physical.items():
        type_name = imports[logical_id][0]
        holder = next((one for one in fake.stacks if _holds(one, type_name, value)), None)
        if holder is not None:
            yield f"{value} already exists in stack {holder.id}"
        elif value not in fake.existing.get(type_name, ()):
            yield f"Resource of type '{type_name}' with identifier '{value}' was not found."


def _holds(stack: FakeStack, type_name: str, physical_id: str) -> bool:
    return stack.status != "DELETE_COMPLETE" and any(
        (item["ResourceType"], item["PhysicalResourceId"]) == (type_name, physical_id)
        for item in stack.resources.values()
    )


def adopt(stack: FakeStack, made: FakeChangeSet, token: str, script: Script, now: float) -> None:
    """Start an import; a resource that cannot be read rolls it back."""
    new, before = stack.status == "REVIEW_IN_PROGRESS", stack.template
    stack.begin(made, token, now)
    stack.stack_event("IMPORT_IN_PROGRESS", now, "User Initiated")
    stack.template = made.template
    when = now
    for name, physical_id in made.imports.items():
        stack.later(when, _event(stack, name, "IMPORT_IN_PROGRESS", physical_id))
        when += script.seconds
        if name in script.fail:
            stack.later(when, _event(stack, name, "IMPORT_FAILED", physical_id, script.fail[name]))
            stack.later(when, lambda at: stack.stack_event("IMPORT_ROLLBACK_IN_PROGRESS", at, "an import failed"))
            stack.later(
                when + 0.5, _over(stack, made, "ROLLBACK_COMPLETE" if new else "IMPORT_ROLLBACK_COMPLETE", before)
            )
            return
        stack.later(when, _event(stack, name, "IMPORT_COMPLETE", physical_id))
    stack.later(when + 0.5, _over(stack, made, "IMPORT_COMPLETE", made.template))


def _event(stack: FakeStack, name: str, status: str, physical_id: str, reason: str = "") -> Callable[[float], None]:
    def happen(at: float) -> None:
        body = stack.template["Resources"][name]
        stack.resources.setdefault(name, {"PhysicalResourceId": physical_id, "ResourceType": body["Type"]})
        stack.resource_event(name, status, at, reason)

    return happen


def _over(stack: FakeStack, made: FakeChangeSet, status: str, template: dict[str, Any]) -> Callable[[float], None]:
    def end(at: float) -> None:
        if status != "IMPORT_COMPLETE":
            for name in made.imports:
                stack.resources.pop(name, None)
        made.execution = "EXECUTE_COMPLETE" if status == "IMPORT_COMPLETE" else "EXECUTE_FAILED"
        stack.template = template
        stack.stack_event(status, at)

    return end


def get_template_summary(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    template = json.loads(call.arguments["TemplateBody"])
    by_type: dict[str, list[str]] = {}
    for name, body in template.get("Resources", {}).items():
        by_type.setdefault(body["Type"], []).append(name)
    kinds = {name: catalog.find(name) for name in by_type}
    return {
        "ResourceTypes": sorted(by_type),
        "ResourceIdentifierSummaries": [
            {
                "ResourceType": name,
                "LogicalResourceIds": ids,
                "ResourceIdentifiers": list(kind.primary_identifier),
            }
            for name, ids in by_type.items()
            if (kind := kinds[name]) is not None and name not in fake.unimportable
        ],
    }


ANSWERS: dict[str, Answer] = {"GetTemplateSummary": get_template_summary}
