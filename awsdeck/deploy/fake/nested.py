"""Nested stacks of the fake: made, changed and deleted with the stack around them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...diff.nested import STACK, Whole, nested_stacks

if TYPE_CHECKING:
    from .script import Script
    from .stack import FakeStack


def template_at(objects: Mapping[str, bytes], body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The template of a nested stack among the objects that were uploaded; None when it is not there."""
    address = json.dumps((body.get("Properties") or {}).get("TemplateURL"))
    found = next((content for key, content in objects.items() if key.split("/")[-1] in address), None)
    return None if found is None else json.loads(found)


def whole_of(stack: FakeStack, template: Mapping[str, Any]) -> Whole:
    """A template with those of its nested stacks that were uploaded; of the others nothing is known."""
    inner = {name: stack.template_of(body) or {} for name, body in nested_stacks(template).items()}
    return Whole(template, {name: whole_of(stack, found) for name, found in inner.items()})


def begin(parent: FakeStack, name: str, body: Mapping[str, Any], script: Script, when: float) -> tuple[float, str]:
    """Put what happens in a nested stack on the timetables; when it is over, and why it fails ("" when it does not)."""
    known = parent.resources.get(name)
    child = parent.child(known["PhysicalResourceId"]) if known else None
    template = parent.template_of(body)
    if template is None:
        return when + script.seconds, script.fail.get(name, "")
    own = script.nested.get(name) or type(script)(seconds=script.seconds)
    word = "UPDATE" if child is not None else "CREATE"
    if child is None:
        child = parent.open(f"{parent.name}-{name}-{uuid.uuid4().hex[:12].upper()}")
        parent.resources[name] = {
            "LogicalResourceId": name,
            "PhysicalResourceId": child.id,
            "ResourceType": STACK,
            "ResourceStatus": "CREATE_IN_PROGRESS",
            "LastUpdatedTimestamp": when,
        }
    before, child.template = child.template, template
    stack = child
    child.later(when, lambda at: stack.stack_event(f"{word}_IN_PROGRESS", at, "User Initiated"))
    failed = ""
    for id, inner in template.get("Resources", {}).items():
        if before.get("Resources", {}).get(id) == inner:
            continue
        verb = "UPDATE" if id in before.get("Resources", {}) else "CREATE"
        child.later(when, lambda at, n=id, v=verb: stack.resource_event(n, f"{v}_IN_PROGRESS", at, ""))  # type: ignore[misc]
        if inner.get("Type") == STACK:
            when, why = begin(child, id, inner, own, when)
        else:
            when, why = when + own.seconds, own.fail.get(id, "")
        if why:
            child.later(when, lambda at, n=id, v=verb, r=why: stack.resource_event(n, f"{v}_FAILED", at, r))  # type: ignore[misc]
            failed = f"The following resource(s) failed to {verb.lower()}: [{id}]."
            break
        child.later(when, lambda at, n=id, v=verb: stack.resource_event(n, f"{v}_COMPLETE", at, ""))  # type: ignore[misc]
    end = f"{word}_FAILED" if failed else f"{word}_COMPLETE"
    reason = failed
    child.later(when, lambda at: stack.stack_event(end, at, reason))
    if failed:
        failed = f"Embedded stack {child.id} was not successfully {word.lower()}d: {failed}"
    return when, failed


def remove(parent: FakeStack, name: str, script: Script, when: float) -> str:
    """Put the deletion of a nested stack on its timetable; why it fails, or ""."""
    child = parent.child(parent.resources[name]["PhysicalResourceId"])
    own = script.nested.get(name)
    if child is None:
        return ""
    stuck = own.stuck if own is not None else {}
    stack = child
    child.later(when, lambda at: stack.stack_event("DELETE_IN_PROGRESS", at, "User Initiated"))
    for id in reversed(list(child.resources)):
        status, reason = ("DELETE_FAILED", stuck[id]) if id in stuck else ("DELETE_COMPLETE", "")
        child.later(when, lambda at, n=id, s=status, r=reason: stack.resource_event(n, s, at, r))  # type: ignore[misc]
    end = "DELETE_FAILED" if stuck else "DELETE_COMPLETE"
    child.later(when, lambda at: stack.stack_event(end, at, ""))
    return f"Embedded stack {child.id} was not successfully deleted: [{', '.join(stuck)}]." if stuck else ""
