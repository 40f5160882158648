"""Nested stacks: a template together with those its own stack resources are made from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..assembly import StackArtifact

STACK = "AWS::CloudFormation::Stack"


class Whole(dict[str, Any]):
    """A template; `inner` are the templates of its nested stacks by logical id, as far as they are known."""

    __slots__ = ("inner",)

    def __init__(self, template: Mapping[str, Any], inner: Mapping[str, Whole] | None = None) -> None:
        super().__init__(template)
        self.inner = dict(inner or {})


def whole(artifact: StackArtifact, template: Mapping[str, Any] | None = None) -> Whole:
    """A stack's template with those of its nested stacks that are among its own files."""
    given = artifact.template if template is None else template
    inner: dict[str, Whole] = {}
    for name, body in nested_stacks(given).items():
        try:
            found = template_of(artifact, body)
        except FileNotFoundError:  # an assembly without its assets
            continue
        if found is not None:
            inner[name] = whole(artifact, found)
    return Whole(given, inner)


def nested_stacks(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The resources of a template that are nested stacks."""
    resources = template.get("Resources")
    found = resources.items() if isinstance(resources, dict) else ()
    return {name: body for name, body in found if isinstance(body, dict) and body.get("Type") == STACK}


def template_of(artifact: StackArtifact, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The file of the stack's own that a nested stack is made from."""
    address = json.dumps((body.get("Properties") or {}).get("TemplateURL"))
    for asset in artifact.assets:
        if asset["key"] in address:
            with open(artifact.files[asset["key"]](), encoding="utf-8") as file:
                template: dict[str, Any] = json.load(file)
            return template
    return None


def inner_pairs(old: Mapping[str, Any] | None, new: Whole) -> Iterator[tuple[str, Whole | None, Whole]]:
    """Every nested stack as `Outer/Inner` with its older and its newer template, outer ones first.

    The older is None for a stack that is new, the newer empty for one that goes. One that stays and whose older template
    is not known is left out, and so is one that goes and is kept.
    """
    before = nested_stacks(old or {})
    known = old.inner if isinstance(old, Whole) else {}
    for name in sorted({*new.inner, *known}):
        was, now = known.get(name), new.inner.get(name)
        if now is None:
            if name in nested_stacks(new) or str(before[name].get("DeletionPolicy", "")).startswith("Retain"):
                continue
            now = Whole({"Resources": {}})
        elif was is None and name in before:
            continue
        yield name, was, now
        for path, one, other in inner_pairs(was, now):
            yield f"{name}/{path}", one, other
