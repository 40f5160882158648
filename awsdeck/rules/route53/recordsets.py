"""The DNS records of templates, whether they stand alone or in a group: their names, their zones, their policies."""

from __future__ import annotations

import json

from ..vocabulary import ABSENT, NO_VALUE, is_unknown, text, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph, Target
    from ..view import Path, View

RECORD = "AWS::Route53::RecordSet"
GROUP = "AWS::Route53::RecordSetGroup"
ZONE = "AWS::Route53::HostedZone"
RECORDS = (RECORD, GROUP)

POLICIES = (
    "Weight", "Region", "Failover", "GeoLocation", "GeoProximityLocation", "MultiValueAnswer", "CidrRoutingConfig",
)  # fmt: skip
"""What makes Route 53 choose between records of one name. Source: Route 53 API Reference, ResourceRecordSet."""


class Entry:
    """One record: the resource it stands in, its place there, its properties, and what is known of its zone.

    `zone` is the same for records of one zone (None when that cannot be told); `zone_name` is its name, `zone_view` its
    resource, where they are known.
    """

    __slots__ = ("view", "path", "body", "zone", "zone_name", "zone_view")

    def __init__(self, view: View, path: Path, body: dict[str, Any]) -> None:
        self.view = view
        self.path = path
        self.body = body
        self.zone, self.zone_name, self.zone_view = _zone(view, body)

    def get(self, name: str) -> Any:
        """A property of the record; ABSENT when it is not given."""
        value = self.body.get(name, ABSENT)
        return ABSENT if value == NO_VALUE else value

    def under(self, *steps: str | int) -> Path:
        """The path of something of the record, from the resource's properties."""
        return (*self.path, *steps)

    @property
    def name(self) -> str | None:
        """The record's name as Route 53 compares names, when it is known."""
        return normal(self.get("Name"))

    @property
    def type(self) -> str | None:
        """The record's type, when it is known."""
        value = self.get("Type")
        return value if isinstance(value, str) and not is_unknown(value) else None

    @property
    def apex(self) -> bool:
        """Whether the record's name is certainly that of its zone."""
        return self.name is not None and self.name == self.zone_name

    def policies(self) -> list[str]:
        """The routing policies given; a multivalue answer counts only when it is true."""
        return [name for name in POLICIES if self.get(name) is not ABSENT and not _off(name, self.get(name))]

    def target(self, value: Any) -> Target | None:
        """The resource that a value in the record refers to, when the others are known."""
        return None if self.view.graph is None else self.view.graph.target(self.view, value)


def entries(view: View) -> Iterator[Entry]:
    """Every record of one resource."""
    if view.type == RECORD:
        yield Entry(view, (), view.properties)
    elif view.type == GROUP:
        for path, body in view.values("RecordSets/*"):
            if isinstance(body, dict) and not is_unknown(body):
                yield Entry(view, path, body)


def everywhere(graph: Graph) -> Iterator[Entry]:
    """Every record of every template, once for every way its conditions can fall."""
    for view in graph.of(*RECORDS):
        for world in view.worlds():
            yield from entries(world)


def normal(name: Any) -> str | None:
    """A domain name as Route 53 compares it: small letters, no dot at the end; None when it is not known."""
    if not isinstance(name, str) or is_unknown(name):
        return None
    return name.strip().lower().removesuffix(".").replace("\\052", "*")


def inside(name: str, zone: str) -> bool:
    """Whether a name, both as `normal` gives them, lies in a zone."""
    return name == zone or name.endswith(f".{zone}") or not zone


def _off(name: str, value: Any) -> bool:
    return name == "MultiValueAnswer" and truth(value) is False


def _zone(view: View, body: dict[str, Any]) -> tuple[tuple[Any, ...] | None, str | None, View | None]:
    """What tells the zone apart from others, its name, and its resource."""
    for holder in (body, view.properties):
        value = holder.get("HostedZoneId", ABSENT)
        if value is not ABSENT and value != NO_VALUE:
            found = None if view.graph is None else view.graph.target(view, value)
            if found is not None and found.view.type == ZONE:
                return ("zone", id(found.view)), normal(found.view.get("Name")), found.view
            if isinstance(value, str) and not is_unknown(value):
                return ("id", value.removeprefix("/hostedzone/")), None, None
            member = view.member.name if view.member is not None else None
            return ("value", member, json.dumps(value, sort_keys=True, default=text)), None, None
        name = normal(holder.get("HostedZoneName"))
        if name is not None:  # other accounts may have a zone of that name too
            account = None if view.member is None else view.member.account
            return ("name", account or id(view.member), name), name, None
    return None, None, None
