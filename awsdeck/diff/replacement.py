"""Which change makes CloudFormation build a new physical resource, and what that drags along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ..references import references
from .changes import Action, Cause, Follower, Path, PropertyChange, Replacement, ResourceChange
from .compare import leaves

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..catalog import ResourceType

    Find = Callable[[str], ResourceType | None]

_RANK: dict[Replacement, int] = {"no": 0, "maybe": 1, "replace": 2}


def judged(change: PropertyChange, kind: ResourceType | None, type_name: str) -> PropertyChange:
    """The change with its replacement verdict; a type that nobody knows may always be replaced."""
    return evolve(change, replacement=verdict(change.path, kind, type_name, change.before, change.after))


def verdict(path: Path, kind: ResourceType | None, type_name: str, *sides: Any) -> Replacement:
    """The worst that a change at `path`, or anywhere inside the values that come and go there, leads to."""
    if kind is None:
        return "no" if type_name.startswith(("Custom::", "AWS::CloudFormation::CustomResource")) else "maybe"
    paths = {inner for side in sides if isinstance(side, (dict, list)) for inner in leaves(side, path)} or {path}
    return max((kind.replacement(inner) for inner in paths), key=_RANK.__getitem__)


def uses(properties: Any) -> Iterator[tuple[Path, str]]:
    """The places in a resource's properties that take their value from another resource, with its logical id."""
    seen = set()
    for reference in references(properties):
        if reference.kind in ("Ref", "GetAtt", "Sub"):
            at = next(
                (n for n, step in enumerate(reference.path) if step == "Ref" or str(step).startswith("Fn::")), None
            )
            use = (reference.path[:at], reference.target)
            if use not in seen:
                seen.add(use)
                yield use


def cascade(changes: dict[str, ResourceChange], template: Mapping[str, Any], find: Find) -> dict[str, ResourceChange]:
    """`changes` with those that follow: who refers to a replaced resource in a create-only property is replaced too."""
    resources = {name: body for name, body in template.get("Resources", {}).items() if isinstance(body, dict)}
    users: dict[str, list[tuple[str, Path]]] = {}
    for name, body in resources.items():
        for path, target in uses(body.get("Properties", {})):
            if target in resources and target != name:
                users.setdefault(target, []).append((name, path))
    result = dict(changes)
    queue = [name for name, change in changes.items() if change.action in ("replace", "maybe-replace")]
    while queue:
        origin = queue.pop(0)
        for name, path in users.get(origin, ()):
            type_name = str(resources[name].get("Type", ""))
            effect = verdict(path, find(type_name), type_name)
            if effect == "replace" and result[origin].action == "maybe-replace":
                effect = "maybe"
            follower = Follower("Resources", name, path, effect)
            result[origin] = evolve(result[origin], followers=(*result[origin].followers, follower))
            change = result.get(name) or ResourceChange(name, type_name, "metadata")
            if effect == "no" or change.action == "create" or change.was is not None:
                continue
            if any(cause.through == origin and cause.path == path for cause in change.causes):
                continue
            action: Action = "replace" if "replace" in (effect, change.action) else "maybe-replace"
            cause = Cause(path, certain=effect == "replace", through=origin)
            stronger = change.action != action
            result[name] = evolve(change, action=action, causes=(*change.causes, cause))
            if stronger:
                result[name] = evolve(result[name], followers=())
                queue.append(name)
    return _with_outputs(result, template)


def _with_outputs(changes: dict[str, ResourceChange], template: Mapping[str, Any]) -> dict[str, ResourceChange]:
    for output, body in sorted(template.get("Outputs", {}).items()):
        for path, target in uses(body):
            change = changes.get(target)
            if change is not None and change.action in ("replace", "maybe-replace"):
                effect: Replacement = "replace" if change.action == "replace" else "maybe"
                follower = Follower("Outputs", output, path, effect)
                changes[target] = evolve(change, followers=(*change.followers, follower))
    return changes
