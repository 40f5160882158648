"""Where templates describe EBS disks: volumes, and the block devices of instances, templates and fleets."""

from __future__ import annotations

from ..limits import VOLUME_TYPE_DEFAULT, VOLUME_TYPES
from ..vocabulary import ABSENT, is_unknown, number, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

    Path = tuple[str | int, ...]

VOLUME = "AWS::EC2::Volume"
INSTANCE = "AWS::EC2::Instance"
LAUNCH_TEMPLATE = "AWS::EC2::LaunchTemplate"
LAUNCH_CONFIGURATION = "AWS::AutoScaling::LaunchConfiguration"
SPOT_FLEET = "AWS::EC2::SpotFleet"
FLEET = "AWS::EC2::EC2Fleet"

MAPPINGS = {
    INSTANCE: "BlockDeviceMappings",
    LAUNCH_TEMPLATE: "LaunchTemplateData/BlockDeviceMappings",
    LAUNCH_CONFIGURATION: "BlockDeviceMappings",
    SPOT_FLEET: "SpotFleetRequestConfigData/LaunchSpecifications/*/BlockDeviceMappings",
    FLEET: "LaunchTemplateConfigs/*/Overrides/*/BlockDeviceMappings",
}
"""Where lists of block devices stand, by type."""
DISKS = (VOLUME, *MAPPINGS)
ROOTS = frozenset(("/dev/sda", "/dev/sda1", "/dev/xvda"))
"""Names under which images have their root; of any other name only the image knows."""


class Disk:
    """One disk as a template has it, with what is known of it.

    `alone` tells a volume of its own from a block device, and `stored` one whose mistakes show at a launch only.
    """

    __slots__ = ("path", "body", "alone", "home", "stored", "size_name", "type", "size", "iops", "throughput")

    def __init__(self, path: Path, body: dict[str, Any], home: str) -> None:
        self.path = path
        self.body = body
        self.home = home
        self.alone = home == VOLUME
        self.stored = home == LAUNCH_TEMPLATE
        self.size_name = "Size" if self.alone else "VolumeSize"
        self.type = self._type()
        self.size = number(self.get(self.size_name))
        self.iops = number(self.get("Iops"))
        self.throughput = number(self.get("Throughput"))

    def get(self, name: str) -> Any:
        """One of its properties, or ABSENT."""
        return self.body.get(name, ABSENT)

    def at(self, name: str) -> Path:
        """Where one of its properties stands."""
        return (*self.path, name)

    @property
    def copied(self) -> bool:
        """Whether it begins as another volume or a snapshot."""
        return self.get("SnapshotId") is not ABSENT or self.get("SourceVolumeId") is not ABSENT

    def _type(self) -> str | None:
        """The type if it is known; a block device without one has that of its image, a copy that of its original."""
        given = self.get("VolumeType")
        if given is ABSENT:
            return VOLUME_TYPE_DEFAULT if self.alone and self.get("SourceVolumeId") is ABSENT else None
        if not isinstance(given, str) or is_unknown(given):
            return None
        return given.lower() if given.lower() in VOLUME_TYPES else None


class Mapping:
    """One entry of a list of block devices; `name` is None where it is not known, `disk` where it is no EBS disk.

    Of one that is not `known` only its place is.
    """

    __slots__ = ("path", "body", "known", "name", "disk")

    def __init__(self, path: Path, entry: Any, home: str) -> None:
        self.path = path
        self.known = isinstance(entry, dict) and not is_unknown(entry)
        body: dict[str, Any] = entry if self.known else {}
        self.body = body
        name = body.get("DeviceName")
        self.name = name if isinstance(name, str) and not is_unknown(name) else None
        ebs = body.get("Ebs")
        self.disk = Disk((*path, "Ebs"), ebs, home) if isinstance(ebs, dict) and not is_unknown(ebs) else None

    def gives(self, name: str) -> bool | None:
        """Whether one of its three ways is taken; None when that is not known."""
        value = self.body.get(name, ABSENT)
        if value is ABSENT or (name == "NoDevice" and truth(value) is False):
            return False
        return None if is_unknown(value) else True


def lists(view: View) -> list[list[Mapping]]:
    """The lists of block devices that a resource has, entry by entry."""
    return view.kept("block devices", _lists)  # type: ignore[no-any-return]


def _lists(view: View) -> list[list[Mapping]]:
    path = MAPPINGS.get(view.type)
    if path is None:
        return []
    found = []
    for where, value in view.values(path):
        if isinstance(value, list):
            found.append([Mapping((*where, place), entry, view.type) for place, entry in enumerate(value)])
    return found


def disks(view: View) -> list[Disk]:
    """Every disk that a resource describes."""
    return view.kept("disks", _disks)  # type: ignore[no-any-return]


def _disks(view: View) -> list[Disk]:
    if view.type == VOLUME:
        return [] if is_unknown(view.properties) else [Disk((), view.properties, VOLUME)]
    return [mapping.disk for mappings in lists(view) for mapping in mappings if mapping.disk is not None]


def of_type(view: View, *types: str) -> Iterator[Disk]:
    """The disks that are certainly of one of these types."""
    return (disk for disk in disks(view) if disk.type in types)


def cannot_boot(mappings: list[Mapping]) -> Iterator[Mapping]:
    """The entries that are certainly the root and of a type that none can be."""
    if any(mapping.name is None for mapping in mappings):
        return
    roots = [mapping for mapping in mappings if mapping.name in ROOTS]
    slow = [mapping for mapping in roots if mapping.disk is not None and mapping.disk.type in ("st1", "sc1")]
    if len(slow) == len(roots):
        yield from slow
