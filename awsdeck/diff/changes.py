"""What a diff is made of: frozen records that a terminal, JSON and the deploy gate read alike."""

from __future__ import annotations

from typing import Any, Final, Literal

from attrs import field, frozen

Action = Literal["create", "delete", "replace", "maybe-replace", "update", "rename", "metadata"]
Replacement = Literal["no", "maybe", "replace"]
Data = Literal["lost", "maybe", "snapshot", "kept"]
Path = tuple[str | int, ...]


class Absent:
    """The side of a change where there is no value."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@frozen
class PropertyChange:
    """One value that differs: `path` below the resource's properties, or an attribute such as `DependsOn`.

    Numbers in a path count list items: of the new list for an item that was added, of the old list otherwise.
    """

    path: Path
    before: Any = ABSENT
    after: Any = ABSENT
    replacement: Replacement = "no"

    def to_dict(self) -> dict[str, Any]:
        """Plain data; a side without a value is left out."""
        sides = {"before": self.before, "after": self.after}
        return {
            "path": list(self.path),
            **{name: value for name, value in sides.items() if value is not ABSENT},
            "replacement": self.replacement,
        }


@frozen
class Cause:
    """Why a resource is replaced: one of its own properties, or what the property refers to (`through`)."""

    path: Path
    certain: bool = True
    through: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"path": list(self.path), "certain": self.certain, "through": self.through}


@frozen
class Follower:
    """Something that refers to a replaced resource and gets another value when it is replaced."""

    section: Literal["Resources", "Outputs"]
    name: str
    path: Path
    effect: Replacement

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"section": self.section, "name": self.name, "path": list(self.path), "effect": self.effect}


@frozen
class ResourceChange:
    """What happens to one resource.

    `action` speaks of the physical resource: `metadata` changes the template only. `was` is the old logical id of a
    rename, which CloudFormation carries out as a creation and a deletion. `data` says what becomes of what it stores.
    """

    logical_id: str
    type: str
    action: Action
    properties: tuple[PropertyChange, ...] = ()
    attributes: tuple[PropertyChange, ...] = ()
    causes: tuple[Cause, ...] = ()
    followers: tuple[Follower, ...] = ()
    data: Data | None = None
    was: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def replaced(self) -> bool:
        """True when CloudFormation will, or may, make a new physical resource in place of the old one."""
        return self.action in ("replace", "maybe-replace", "rename")

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is empty is left out."""
        fields: dict[str, Any] = {
            "logical_id": self.logical_id,
            "type": self.type,
            "action": self.action,
            "properties": [change.to_dict() for change in self.properties],
            "attributes": [change.to_dict() for change in self.attributes],
            "causes": [cause.to_dict() for cause in self.causes],
            "followers": [follower.to_dict() for follower in self.followers],
            "data": self.data,
            "was": self.was,
            "notes": list(self.notes),
        }
        return {name: value for name, value in fields.items() if value}


@frozen
class EntryChange:
    """A parameter, output, condition, mapping or other part of the template that differs.

    For parts without names of their own (`Description`, `Transform`, …) the name is the section's.
    """

    section: str
    name: str
    action: Literal["create", "delete", "update"]
    before: Any = ABSENT
    after: Any = ABSENT

    def to_dict(self) -> dict[str, Any]:
        """Plain data; a side without a value is left out."""
        sides = {"before": self.before, "after": self.after}
        return {
            "section": self.section,
            "name": self.name,
            "action": self.action,
            **{name: value for name, value in sides.items() if value is not ABSENT},
        }


@frozen
class Export:
    """An export that other stacks may import and that the new template no longer has."""

    output: str
    name: Any

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"output": self.output, "name": self.name}


@frozen
class Broadening:
    """Somebody may do more than before, or can be reached from more places.

    `kind` is one of `statement`, `deny-removed`, `trust`, `managed-policy`, `boundary`, `ingress` and `exposure`;
    `message` is one sentence for people, `details` the same for programs.
    """

    kind: str
    logical_id: str
    message: str
    details: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "kind": self.kind,
            "logical_id": self.logical_id,
            "message": self.message,
            "details": self.details,
        }


@frozen
class Diff:
    """Everything that differs between two templates, sorted by logical id."""

    resources: tuple[ResourceChange, ...] = ()
    entries: tuple[EntryChange, ...] = ()
    exports_removed: tuple[Export, ...] = ()
    broadening: tuple[Broadening, ...] = ()

    def __getitem__(self, logical_id: str) -> ResourceChange:
        """The change of one resource; raises KeyError when it does not change."""
        for change in self.resources:
            if change.logical_id == logical_id:
                return change
        raise KeyError(logical_id)

    def _section(self, section: str) -> tuple[EntryChange, ...]:
        return tuple(entry for entry in self.entries if entry.section == section)

    @property
    def parameters(self) -> tuple[EntryChange, ...]:
        """Parameters that differ."""
        return self._section("Parameters")

    @property
    def outputs(self) -> tuple[EntryChange, ...]:
        """Outputs that differ."""
        return self._section("Outputs")

    @property
    def conditions(self) -> tuple[EntryChange, ...]:
        """Conditions that differ."""
        return self._section("Conditions")

    @property
    def mappings(self) -> tuple[EntryChange, ...]:
        """Mappings that differ."""
        return self._section("Mappings")

    @property
    def replacements(self) -> tuple[ResourceChange, ...]:
        """Resources that are, or may be, replaced; renames are among them."""
        return tuple(change for change in self.resources if change.replaced)

    @property
    def data_loss(self) -> tuple[ResourceChange, ...]:
        """Resources whose data is, or may be, lost."""
        return tuple(change for change in self.resources if change.data in ("lost", "maybe"))

    @property
    def empty(self) -> bool:
        """True when the templates mean the same to CloudFormation."""
        return not self.resources and not self.entries

    def to_dict(self) -> dict[str, Any]:
        """Plain data for `--output json`."""
        return {
            "version": 1,
            "resources": [change.to_dict() for change in self.resources],
            "entries": [entry.to_dict() for entry in self.entries],
            "replacements": [change.logical_id for change in self.replacements],
            "data_loss": [change.logical_id for change in self.data_loss],
            "exports_removed": [export.to_dict() for export in self.exports_removed],
            "broadening": [item.to_dict() for item in self.broadening],
        }
