"""A resource of a type nobody emulates: its properties are kept, and `Ref` and `GetAtt` get values that look right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ministack.core.responses import get_account_id, get_region

from ..catalog import find
from .kind import Made, Properties, made_up

if TYPE_CHECKING:
    from ..catalog import ResourceType


class Recorded:
    """One such type; what can change in place is what CloudFormation says of it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def known(self) -> ResourceType:
        known = find(self.name)
        if known is None:
            raise ValueError(f"Unrecognized resource type: {self.name}")
        return known

    @property
    def in_place(self) -> frozenset[str]:
        known = self.known()
        return frozenset(known.properties) - {path[0] for path in known.create_only}

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        given = value_at(properties, self.known().ref or "")
        physical_id = given or made_up(stack, logical_id)
        if not given and (self.known().ref or "").lower().endswith("arn"):
            physical_id = self.arn(physical_id)
        return physical_id, self.attributes(physical_id, properties)

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        return physical_id, self.attributes(physical_id, new)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Nothing exists that could be deleted."""

    def attributes(self, physical_id: str, properties: Properties) -> dict[str, str]:
        return {name: self.attribute(name, physical_id, properties) for name in self.known().attributes}

    def attribute(self, name: str, physical_id: str, properties: Properties) -> str:
        if name == self.known().ref:
            return physical_id
        given = value_at(properties, name)
        if given is not None:
            return given
        plain = physical_id.rpartition("/")[2]
        if name.lower().endswith("arn"):
            return self.arn(plain)
        if name.lower().endswith("port"):
            return "0"
        return f"{plain}.{name}.recorded"

    def arn(self, physical_id: str) -> str:
        _, service, kind = self.name.split("::", 2)
        return f"arn:aws:{service.lower()}:{get_region()}:{get_account_id()}:{kind.lower()}/{physical_id}"


def value_at(properties: Any, dotted: str) -> str | None:
    """A scalar the template gives, as text."""
    for step in dotted.split("."):
        properties = properties.get(step) if isinstance(properties, dict) else None
    return None if properties is None or isinstance(properties, dict | list) else str(properties)
