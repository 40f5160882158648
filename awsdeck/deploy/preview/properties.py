"""What changes inside a resource: the templates' view, with the values that CloudFormation knows laid over it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from ...diff import ABSENT
from ...diff.secrets import MASK, is_secret, masked_value
from ..request import masked

if TYPE_CHECKING:
    from ...diff import PropertyChange, ResourceChange
    from ...diff.changes import Path, Replacement
    from ..records import ChangeRecord, Detail

_EFFECT: dict[str, Replacement] = {"Always": "replace", "Conditionally": "maybe"}


@frozen
class PlannedProperty:
    """One property or attribute that changes: `path` below the resource's properties, or an attribute such as `Tags`.

    Values are as CloudFormation resolves them where it says so, else as the templates have them; a side without a
    value is `ABSENT`. `confirmed` is False when CloudFormation does not mention it, `entity` is the parameter or
    attribute of another resource whose new value is the reason.
    """

    path: Path
    before: Any = ABSENT
    after: Any = ABSENT
    replacement: Replacement = "no"
    confirmed: bool = True
    entity: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data; a side without a value is left out."""
        sides = {"before": self.before, "after": self.after}
        return {
            "path": list(self.path),
            **{name: value for name, value in sides.items() if value is not ABSENT},
            "replacement": self.replacement,
            **({} if self.confirmed else {"confirmed": False}),
            **({"entity": self.entity} if self.entity else {}),
        }


@frozen
class Private:
    """What must not be shown: parameters that are NoEcho, and the secret values that this run knows."""

    parameters: Collection[str] = ()
    values: Collection[str] = field(default=(), repr=False)

    def hide(self, value: Any, path: Path, entity: str = "") -> Any:
        """`value` at `path`, masked where somebody could read a secret in it."""
        if value is ABSENT:
            return value
        if entity.partition(".")[0] in self.parameters or (is_secret(path) and isinstance(value, str) and value):
            return MASK
        return _without(masked_value(value, path), self.values)


def _without(value: Any, secrets: Collection[str]) -> Any:
    if not secrets:
        return value
    if isinstance(value, str):
        return masked(value, secrets)
    if isinstance(value, list):
        return [_without(item, secrets) for item in value]
    return {key: _without(item, secrets) for key, item in value.items()} if isinstance(value, dict) else value


def planned_properties(
    change: ResourceChange | None, record: ChangeRecord | None, private: Private, *, replaced: bool
) -> tuple[PlannedProperty, ...]:
    """The two views of one resource's properties as one, by path; nothing for what is made or deleted as a whole.

    Unless the resource is, or may be, `replaced`, none of them is said to replace it.
    """
    if change is not None and change.action in ("create", "delete", "rename"):
        return ()
    told = dict(_told(record, private)) if record is not None else {}
    names = {path[0] for path in told if path}
    found: dict[Path, PlannedProperty] = {}
    for item in (*change.properties, *change.attributes) if change is not None else ():
        confirmed = not names or not item.path or item.path[0] in names
        found[item.path] = _laid_over(item, told.pop(item.path, None), private, confirmed)
    for path, one in told.items():
        if not any(_within(path, other) or _within(other, path) for other in found):
            found[path] = one
    ordered = [found[path] for path in sorted(found, key=lambda path: tuple(map(str, path)))]
    return tuple(ordered if replaced else (evolve(one, replacement="no") for one in ordered))


def _within(inner: Path, outer: Path) -> bool:
    return inner[: len(outer)] == outer


def _laid_over(
    item: PropertyChange, told: PlannedProperty | None, private: Private, confirmed: bool
) -> PlannedProperty:
    own = PlannedProperty(
        item.path,
        private.hide(item.before, item.path),
        private.hide(item.after, item.path),
        item.replacement,
        confirmed,
    )
    if told is None:
        return own
    if told.before == told.after and own.before != own.after:  # the templates know more: "known later" on both sides
        return evolve(own, entity=told.entity, confirmed=True)
    sides = {name: getattr(told, name) for name in ("before", "after") if getattr(told, name) not in (ABSENT, "")}
    return evolve(own, **sides, entity=told.entity, confirmed=True)


def _told(record: ChangeRecord, private: Private) -> Iterator[tuple[Path, PlannedProperty]]:
    for detail in record.details:
        path = _path(detail)
        if not path:
            continue
        before, after = (
            private.hide(ABSENT if side is None else _value(side), path, detail.entity)
            for side in (detail.before, detail.after)
        )
        yield path, PlannedProperty(path, before, after, _EFFECT.get(detail.recreation, "no"), entity=detail.entity)


def _path(detail: Detail) -> Path:
    """Below the properties for a property, else the attribute and what is below that."""
    steps: Path = tuple(int(step) if step.isdigit() else step for step in detail.path.split("/") if step)
    if steps[:1] == ("Properties",):
        return steps[1:]
    return steps or tuple(step for step in (detail.name or detail.attribute,) if step)


def _value(text: str) -> Any:
    if text[:1] in ("{", "[") and not text.startswith("{{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
