"""Which volume is attached to which instance, and whether that can be."""

from __future__ import annotations

from ..limits import MULTI_ATTACH_MOST
from ..vocabulary import ABSENT, Violation, is_unknown, truth
from .blockdevices import INSTANCE, ROOTS, VOLUME, disks, lists
from .launching import template_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

ATTACHMENT = "AWS::EC2::VolumeAttachment"
SUBNET = "AWS::EC2::Subnet"


class Attached:
    """One attachment: what it says it at, and the volume and instance where they are in the graph."""

    __slots__ = ("view", "path", "volume", "instance", "machine", "device")

    def __init__(self, view: View, path: Path, volume: View, instance: View | None, machine: Any, device: Any) -> None:
        self.view = view
        self.path = path
        self.volume = volume
        self.instance = instance
        self.machine = machine
        self.device = device


def attached(graph: Graph) -> list[Attached]:
    """Every attachment of a volume of the graph."""
    return graph.kept(_attached)


def _attached(graph: Graph) -> list[Attached]:
    found = []
    for view in graph.of(ATTACHMENT):
        volume = _resource(graph, view, view.get("VolumeId"), VOLUME)
        if volume is not None:
            machine = view.get("InstanceId")
            instance = _resource(graph, view, machine, INSTANCE)
            found.append(Attached(view, ("VolumeId",), volume, instance, machine, view.get("Device")))
    for view in graph.of(INSTANCE):
        for path, entry in view.values("Volumes/*"):
            if isinstance(entry, dict) and not is_unknown(entry):
                volume = _resource(graph, view, entry.get("VolumeId"), VOLUME)
                if volume is not None:
                    found.append(
                        Attached(view, (*path, "VolumeId"), volume, view, {"Ref": view.id}, entry.get("Device", ABSENT))
                    )
    return found


def _resource(graph: Graph, view: View, value: Any, type: str) -> View | None:
    target = graph.target(view, value)
    if target is None or target.view.type != type or target.attribute not in (None, "VolumeId", "InstanceId"):
        return None
    return target.view


def boot_volumes(graph: Graph) -> Iterator[Violation]:
    """Attachments that make a volume the root of an instance which cannot be booted from."""
    for one in attached(graph):
        if not isinstance(one.device, str) or one.device not in ROOTS:
            continue
        for disk in disks(one.volume):
            if disk.type in ("st1", "sc1"):
                yield Violation(one.path, view=one.view, kind=disk.type, volume=one.volume.id, device=one.device)


def shared(graph: Graph) -> Iterator[Violation]:
    """Volumes that more instances share than they can."""
    by_volume: dict[int, list[Attached]] = {}
    for one in attached(graph):
        by_volume.setdefault(id(one.volume), []).append(one)
    for group in by_volume.values():
        volume = group[0].volume
        several = truth(volume.get("MultiAttachEnabled", False))
        if several is None:
            continue
        most = MULTI_ATTACH_MOST if several else 1
        together: list[Attached] = []
        for one in group:
            if all(not _exclusive(one, other) for other in together):
                together.append(one)
        if len(together) <= most:
            continue
        how = f"{len(together)} instances share the volume {volume.id}"
        if several:
            yield Violation(
                together[most].path, view=together[most].view, allowed=f"at most {most}",
                problem=f"{how}, and Multi-Attach goes to {most} at most", fix="spread them over several volumes",
            )  # fmt: skip
        else:
            yield Violation(
                together[1].path, view=together[1].view, problem=f"{how}, which attaches to one at a time"
            )  # fmt: skip


def named_twice(graph: Graph) -> Iterator[Violation]:
    """Device names of an instance that two disks have."""
    taken: dict[tuple[Any, str], list[View]] = {}
    for view, path, instance, machine, device in _named(graph):
        if instance is not None and device in _own(instance):
            yield Violation(path, view=view, device=device, instance=instance.id, other="one of its own block devices")
            continue
        key = (id(instance) if instance is not None else machine, device)
        others = taken.setdefault(key, [])
        other = next((one for one in others if not _never_together(view, one)), None)
        if other is not None:
            name = instance.id if instance is not None else machine
            yield Violation(path, view=view, device=device, instance=name, other=f"the volume of {other.id}")
        others.append(view)


def _named(graph: Graph) -> Iterator[tuple[View, Path, View | None, Any, str]]:
    """Every attachment of a volume to an instance that is known, by its device name."""
    for view in graph.of(ATTACHMENT):
        machine, device = view.get("InstanceId"), view.get("Device")
        instance = _resource(graph, view, machine, INSTANCE)
        known = instance is not None or (isinstance(machine, str) and not is_unknown(machine))
        if known and isinstance(device, str) and not is_unknown(device):
            yield view, ("Device",), instance, machine, device
    for view in graph.of(INSTANCE):
        for path, entry in view.values("Volumes/*"):
            device = entry.get("Device") if isinstance(entry, dict) and not is_unknown(entry) else None
            if isinstance(device, str) and not is_unknown(device):
                yield view, (*path, "Device"), view, None, device


def _own(instance: View) -> set[str]:
    """The names of the disks that come with an instance for sure."""
    found = lists(instance)
    if instance.get("BlockDeviceMappings") is ABSENT:
        template = template_of(instance)[1]
        found = [] if template is None else lists(template)
    return {one.name for mappings in found for one in mappings if one.name is not None and one.disk is not None}


def _never_together(one: View, other: View) -> bool:
    return one.member is not None and one.member is other.member and one.member.exclusive(one, other)


def _exclusive(one: Attached, other: Attached) -> bool:
    member = one.view.member
    return member is not None and member.exclusive(one.view, other.view)


# Zones


def zones(graph: Graph) -> Iterator[Violation]:
    """Attachments of a volume to an instance of another zone."""
    for one in attached(graph):
        if one.instance is None:
            continue
        for name in ("AvailabilityZone", "AvailabilityZoneId"):
            there, here = zone(graph, one.volume, name), zone(graph, one.instance, name)
            if there is not None and here is not None and apart(there, here):
                yield Violation(
                    one.path,
                    view=one.view,
                    volume=one.volume.id,
                    instance=one.instance.id,
                    there=_shown(there),
                    here=_shown(here),
                )


def zone(graph: Graph, view: View, name: str = "AvailabilityZone", depth: int = 4) -> Any:
    """The zone (by name, or by id) that a volume, instance or subnet stands in, as far as it is known, else None."""
    value = view.get(name)
    if value is ABSENT and view.type == INSTANCE:
        subnet = view.get("SubnetId")
        if subnet is ABSENT:
            subnet = view.get("NetworkInterfaces/0/SubnetId")
        target = graph.target(view, subnet)
        return zone(graph, target.view, name, depth - 1) if target is not None and target.view.type == SUBNET else None
    if value is ABSENT or value is None:
        return None
    target = graph.target(view, value)
    if target is not None:
        known = target.attribute == name and target.view.type in (INSTANCE, SUBNET, VOLUME) and depth > 0
        return zone(graph, target.view, name, depth - 1) if known else None
    return value


def apart(one: Any, other: Any) -> bool:
    """Whether two zones are certainly not the same: two names, or two places in one list of zones."""
    if isinstance(one, str) and isinstance(other, str):
        return not is_unknown(one) and not is_unknown(other) and one != other
    first, second = _place(one), _place(other)
    return first is not None and second is not None and first[1] == second[1] and first[0] != second[0]


def _place(value: Any) -> tuple[str, Any] | None:
    picked = value.get("Fn::Select") if isinstance(value, dict) else None
    if not isinstance(picked, list) or len(picked) != 2 or not str(picked[0]).isdigit():
        return None
    of = picked[1]
    return (str(picked[0]), of) if isinstance(of, dict) and "Fn::GetAZs" in of else None


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    place = _place(value)
    return f"zone number {int(place[0]) + 1} of the region" if place is not None else "a zone"
