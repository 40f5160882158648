"""Two templates in, everything that differs out; plain dicts, no network, no constructs.

    diff(old, new)
      ├── rename        the same resource under another logical id
      ├── compare       what differs, with other spellings of the same thing hidden
      ├── replacement   which change builds a new physical resource, and what follows from it
      ├── loss          what becomes of the data
      ├── broadening    who may do more than before
      └── secrets       what of it nobody may read

`nested` pairs the templates of nested stacks, each of which is compared like any other.

Offline this is all there is; a deploy lays CloudFormation's own change set over it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from .. import catalog
from .broadening import broadening
from .changes import (
    ABSENT,
    Action,
    Broadening,
    Cause,
    Diff,
    EntryChange,
    Export,
    Follower,
    PropertyChange,
    ResourceChange,
)
from .compare import fingerprint, same, walk
from .loss import data_verdict, deletion_verdict
from .rename import renamed, renames
from .replacement import cascade, judged
from .secrets import is_secret, masked, masked_value

if TYPE_CHECKING:
    from ..catalog import ResourceType
    from .changes import Path
    from .compare import Unordered
    from .replacement import Find

__all__ = [
    "ABSENT", "Broadening", "Cause", "Diff", "EntryChange", "Export", "Follower", "PropertyChange", "ResourceChange",
    "deletion_verdict", "diff",
]  # fmt: skip

NAMED_SECTIONS = ("Parameters", "Outputs", "Conditions", "Mappings", "Rules")
REFUSES_TYPE_CHANGE = "CloudFormation refuses to change a resource's type; give the new one another logical id"


def diff(old: Mapping[str, Any] | None, new: Mapping[str, Any], *, find: Find | None = None) -> Diff:
    """What deploying `new` over `old` changes; `old` is None when there is no stack yet.

    Without parameter values: a replacement that only a parameter's new value causes is not seen here.
    """
    find = find or catalog.find
    before, after = dict(old or {}), dict(new)
    old_resources, new_resources = _section(before, "Resources"), _section(after, "Resources")
    moved = renames(old_resources, new_resources)
    changes: dict[str, ResourceChange] = {}
    for name in sorted(old_resources.keys() | new_resources.keys()):
        if name in moved:
            continue
        was = next((origin for origin, target in moved.items() if target == name), None)
        change = (
            _rename(was, name, old_resources[was], new_resources[name], find)
            if was is not None
            else _resource(name, old_resources.get(name, ABSENT), new_resources.get(name, ABSENT), find)
        )
        if change is not None:
            changes[name] = change
    changes = cascade(changes, {**after, "Resources": new_resources, "Outputs": _section(after, "Outputs")}, find)
    for name, change in changes.items():
        origin = _body(old_resources.get(change.was or name))
        data = data_verdict(find(change.type), change.action, origin, _body(new_resources.get(name)))
        changes[name] = evolve(change, data=data)
    return Diff(
        resources=tuple(masked(changes[name]) for name in sorted(changes)),
        entries=tuple(_entries(before, after)),
        exports_removed=tuple(_exports_removed(before, after)),
        broadening=broadening(
            {moved.get(name, name): renamed(b, moved) for name, b in old_resources.items()}, new_resources
        ),
    )


def _section(template: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = template.get(name)
    return dict(section) if isinstance(section, dict) else {}


def _body(resource: Any) -> Mapping[str, Any]:
    return resource if isinstance(resource, dict) else {}


def _resource(name: str, old: Any, new: Any, find: Find) -> ResourceChange | None:
    if fingerprint(old) == fingerprint(new):
        return None
    before, after = _body(old), _body(new)
    type_name = str((after or before).get("Type", ""))
    kind = find(type_name)
    if old is ABSENT or new is ABSENT:
        action: Action = "create" if old is ABSENT else "delete"
        return ResourceChange(name, type_name, action, (PropertyChange((), old, new),))
    if not isinstance(old, dict) or not isinstance(new, dict):
        return None if same(old, new) else ResourceChange(name, type_name, "update", (PropertyChange((), old, new),))
    if before.get("Type") != after.get("Type"):
        changed = PropertyChange(("Type",), before.get("Type"), after.get("Type"), "replace")
        properties = tuple(walk(before.get("Properties") or {}, after.get("Properties") or {}))
        return ResourceChange(
            name, type_name, "replace", properties, (changed, *_attributes(before, after, skip="Type")),
            causes=(Cause(("Type",)),), notes=(REFUSES_TYPE_CHANGE,),
        )  # fmt: skip
    properties = tuple(
        judged(change, kind, type_name)
        for change in walk(before.get("Properties") or {}, after.get("Properties") or {}, unordered=_order_of(kind))
    )
    attributes = tuple(_attributes(before, after, skip="Type"))
    if not properties and not attributes:
        return None
    causes = tuple(
        Cause(change.path, certain=change.replacement == "replace")
        for change in properties
        if change.replacement != "no"
    )
    verdicts = {change.replacement for change in properties}
    action = (
        "replace" if "replace" in verdicts
        else "maybe-replace" if "maybe" in verdicts
        else "update" if properties
        else "metadata"
    )  # fmt: skip
    return ResourceChange(name, type_name, action, properties, attributes, causes)


def _attributes(before: Mapping[str, Any], after: Mapping[str, Any], *, skip: str) -> Iterator[PropertyChange]:
    for name in sorted(before.keys() | after.keys()):
        if name in (skip, "Properties"):
            continue
        one, other = before.get(name, ABSENT), after.get(name, ABSENT)
        if name == "DependsOn" and sorted(_names(one)) == sorted(_names(other)):
            continue
        if one is ABSENT or other is ABSENT or not same(one, other):
            yield PropertyChange((name,), one, other)


def _names(value: Any) -> list[str]:
    return [] if value is ABSENT else [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _rename(was: str, name: str, old: Any, new: Any, find: Find) -> ResourceChange:
    type_name = str(_body(new).get("Type", ""))
    notes = [f"to CloudFormation this is not a rename: it makes {name} and deletes {was}"]
    kind = find(type_name)
    fixed = _fixed_name(kind, _body(new))
    if fixed:
        notes.append(f"{fixed} is given, so the new resource collides with the old one and the deploy fails")
    attributes = tuple(_attributes(_body(old), _body(new), skip="Type"))
    return ResourceChange(name, type_name, "rename", (), attributes, was=was, notes=tuple(notes))


def _fixed_name(kind: ResourceType | None, resource: Mapping[str, Any]) -> str | None:
    """The property that names the physical resource, when the template sets it to a known text."""
    properties = resource.get("Properties") or {}
    identifier = [str(part) for part in (kind.primary_identifier if kind else ())]
    return next((name for name in identifier if isinstance(properties.get(name), str)), None)


def _order_of(kind: ResourceType | None) -> Unordered:
    if kind is None:
        return _tags_only

    def unordered(path: Path) -> bool:
        shape = kind.shape(path)
        return _tags_only(path) or (shape is not None and not shape.ordered)

    return unordered


def _tags_only(path: Path) -> bool:
    return path == ("Tags",)


def _entries(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[EntryChange]:
    for section in NAMED_SECTIONS:
        before, after = _section(old, section), _section(new, section)
        for name in sorted(before.keys() | after.keys()):
            yield from _entry(section, name, before.get(name, ABSENT), after.get(name, ABSENT))
    for section in sorted((old.keys() | new.keys()) - {*NAMED_SECTIONS, "Resources"}):
        yield from _entry(section, section, old.get(section, ABSENT), new.get(section, ABSENT))


def _entry(section: str, name: str, before: Any, after: Any) -> Iterator[EntryChange]:
    if before is not ABSENT and after is not ABSENT and same(before, after):
        return
    if before is after:
        return
    if section == "Parameters":
        before, after = _masked(before, name), _masked(after, name)
    yield EntryChange(
        section,
        name,
        "create" if before is ABSENT else "delete" if after is ABSENT else "update",
        before if before is ABSENT else masked_value(before, (section, name)),
        after if after is ABSENT else masked_value(after, (section, name)),
    )


def _masked(parameter: Any, name: str) -> Any:
    """A secret parameter, by NoEcho or by its name, without its default."""
    secret = isinstance(parameter, dict) and (str(parameter.get("NoEcho", "")).lower() == "true" or is_secret((name,)))
    return {**parameter, "Default": "****"} if secret and "Default" in parameter else parameter


def _exports_removed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Export]:
    before, after = _exports(old), _exports(new)
    for output, name in sorted(before.items()):
        if not any(same(name, other) for other in after.values()):
            yield Export(output, name)


def _exports(template: Mapping[str, Any]) -> dict[str, Any]:
    return {
        output: body["Export"]["Name"]
        for output, body in _section(template, "Outputs").items()
        if isinstance(body, dict) and isinstance(body.get("Export"), dict) and "Name" in body["Export"]
    }
