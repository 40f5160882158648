"""What EBS demands of disks, one question at a time: `view` is a volume, or a resource with block devices."""

from __future__ import annotations

from ..limits import (
    GP2_IOPS_LEAST,
    GP2_IOPS_MOST,
    GP2_IOPS_PER_GIB,
    GP3_IOPS_DEFAULT,
    GP3_IOPS_MOST,
    GP3_THROUGHPUT_DEFAULT,
    GP3_THROUGHPUT_MOST,
    GP3_THROUGHPUT_PER_IOPS,
    IO1_IOPS_MOST,
    IO2_IOPS_MOST,
    MAGNETIC_IOPS_MOST,
    PROVISIONED_IOPS_LEAST,
    VOLUME_IOPS_PER_GIB,
    VOLUME_SIZES,
    VOLUME_TYPES,
)
from ..vocabulary import ABSENT, Between, OneOf, Violation, grouped, is_unknown, number, text, truth
from .blockdevices import LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, cannot_boot, disks, lists, of_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View
    from ..vocabulary import Mode
    from .blockdevices import Disk

_KEPT = ("Retain", "RetainExceptOnCreate", "Snapshot")
_NITRO_IOPS = 32_000


def _of(disk: Disk) -> str:
    return f"{disk.type} volume"


# Types


def boots(view: View) -> Iterator[Violation]:
    """Roots of a type that none can be."""
    for mappings in lists(view):
        for mapping in cannot_boot(mappings):
            assert mapping.disk is not None
            yield Violation(mapping.disk.at("VolumeType"), kind=mapping.disk.type, device=mapping.name)


def root_hint(view: View) -> Iterator[Violation]:
    """The same for a root whose name only the construct knows."""
    kind = view.get("root_type")
    if kind in ("st1", "sc1"):
        yield Violation(("root_type",), kind=kind, device=view.get("root_device", "the root"))


def types(view: View) -> Iterator[Violation]:
    """Types that EBS does not have."""
    for disk in disks(view):
        given = disk.get("VolumeType")
        if given is ABSENT or given is None or is_unknown(given) or isinstance(given, dict | list):
            continue
        known = OneOf(*VOLUME_TYPES, any_case=disk.home not in _EXACT)
        if known(given, view.mode) is False:
            lower = text(given).lower()
            fix = f"write {lower}" if lower in VOLUME_TYPES else None
            yield Violation(disk.at("VolumeType"), value=given, allowed=known.allowed(view.mode), fix=fix)
        elif disk.home == LAUNCH_CONFIGURATION and disk.type == "io2":
            yield Violation(
                disk.at("VolumeType"),
                severity="warning",
                message="the Auto Scaling API does not name io2 among the types of a launch configuration",
                fix="use a launch template, or io1",
                value=given,
            )


_EXACT = ("AWS::EC2::Instance", LAUNCH_TEMPLATE)
"""Where the schema lists the types in small letters."""


def magnetic(view: View) -> Iterator[Violation]:
    """Disks of the oldest type."""
    for disk in of_type(view, "standard"):
        message = None
        if view.mode == "documented":
            message = "magnetic is the cheapest type that boots, for test and development data that is rarely accessed"
        yield Violation(disk.at("VolumeType"), message=message)


# Speed


def provisioned(view: View) -> Iterator[Violation]:
    """io1 and io2 without IOPS."""
    for disk in of_type(view, "io1", "io2"):
        if disk.get("Iops") is ABSENT:
            most = IO1_IOPS_MOST.of(view.mode) if disk.type == "io1" else IO2_IOPS_MOST
            yield Violation(
                disk.at("Iops"), kind=disk.type, allowed=f"{PROVISIONED_IOPS_LEAST} to {grouped(most)}"
            )  # fmt: skip


def iops(kind: str, least: int, most: Any) -> Any:
    """A check of the IOPS that disks of one type are given."""
    bounds = Between(least, most, "IOPS")

    def check(view: View) -> Iterator[Violation]:
        for disk in of_type(view, kind):
            value = disk.get("Iops")
            if bounds(value, view.mode) is False:
                yield Violation(
                    disk.at("Iops"), value=value, allowed=bounds.allowed(view.mode), now=_now(bounds, value, view.mode)
                )  # fmt: skip
        if kind == "io2":
            yield from _fast(view)

    return check


def _fast(view: View) -> Iterator[Violation]:
    # The warning that was planned here would meet everybody who does use a Nitro instance; so it is a hint.
    for disk in of_type(view, "io2"):
        if disk.iops is not None and _NITRO_IOPS < disk.iops <= IO2_IOPS_MOST:
            yield Violation(
                disk.at("Iops"),
                severity="info",
                message="more than {nitro} IOPS are reached on instances of the Nitro system only",
                nitro=_NITRO_IOPS,
                value=disk.iops,
            )


def _now(bounds: Between, value: Any, mode: Mode) -> str:
    limit = bounds.moved()
    if limit is None or mode != "documented" or bounds(value, "current") is not True:
        return ""
    return f" (AWS allows {bounds.allowed('current')} since {limit.as_of}: use limits='current')"


def throughput(view: View) -> Iterator[Violation]:
    """Throughput of the wrong type, out of bounds, or more than the IOPS carry."""
    for disk in disks(view):
        value = disk.get("Throughput")
        if value is ABSENT or value is None or is_unknown(value):
            continue
        path = disk.at("Throughput")
        if disk.type is None:
            continue
        if disk.type != "gp3":
            yield Violation(
                path, message="a {kind} takes no Throughput; only gp3 does", kind=_of(disk), value=value,
                fix="leave Throughput out, or set VolumeType: gp3",
            )  # fmt: skip
            continue
        most = 1_000 if disk.home == LAUNCH_CONFIGURATION else GP3_THROUGHPUT_MOST
        bounds = Between(GP3_THROUGHPUT_DEFAULT, most, "MiB/s")
        if bounds(value, view.mode) is False:
            yield Violation(
                path, message="the Throughput of a gp3 volume is outside what EBS takes", value=value,
                allowed=bounds.allowed(view.mode),
            )  # fmt: skip
            continue
        iops = GP3_IOPS_DEFAULT if disk.get("Iops") is ABSENT else disk.iops
        if disk.throughput is not None and iops is not None and disk.throughput > iops * GP3_THROUGHPUT_PER_IOPS:
            needed = -int(-disk.throughput // GP3_THROUGHPUT_PER_IOPS)
            yield Violation(
                path,
                message="{iops} IOPS carry {most} MiB/s at most, 0.25 for each",
                iops=iops,
                most=int(iops * GP3_THROUGHPUT_PER_IOPS),
                value=value,
                fix=f"set Iops to at least {grouped(needed)}",
            )


def no_iops(view: View) -> Iterator[Violation]:
    """IOPS of types that take none."""
    for disk in of_type(view, "gp2", "st1", "sc1", "standard"):
        value = disk.get("Iops")
        if value is ABSENT or value is None or is_unknown(value):
            continue
        yield Violation(disk.at("Iops"), kind=_of(disk), value=value)


def ratio(view: View) -> Iterator[Violation]:
    """More IOPS than the size carries."""
    for disk in of_type(view, *VOLUME_IOPS_PER_GIB):
        if disk.iops is None or not disk.size or disk.size < 0:
            continue
        ratio = VOLUME_IOPS_PER_GIB[text(disk.type)]
        if disk.type == "gp3" and disk.iops <= GP3_IOPS_DEFAULT:
            continue
        if disk.iops > ratio * disk.size:
            needed = -int(-disk.iops // ratio)
            yield Violation(
                disk.at("Iops"),
                kind=disk.type,
                iops=disk.iops,
                size=disk.size,
                ratio=ratio,
                fix=f"set {disk.size_name} to at least {grouped(needed)}, or Iops to at most {grouped(int(ratio * disk.size))}",
            )


def cheaper(view: View) -> Iterator[Violation]:
    """Provisioned IOPS that gp2 has too."""
    most = GP2_IOPS_MOST.of(view.mode)
    for disk in of_type(view, "io1", "io2"):
        if disk.iops is None or disk.size is None:
            continue
        if PROVISIONED_IOPS_LEAST <= disk.iops <= min(GP2_IOPS_PER_GIB * disk.size, most):
            yield Violation(disk.at("Iops"), iops=disk.iops, size=disk.size, most=most)


def required(view: View) -> Iterator[Violation]:
    """More IOPS expected of a volume than it has for sure."""
    wanted, size, kind = number(view.get("required_iops")), number(view.get("size")), view.get("type")
    if wanted is None:
        return
    most = {
        "gp2": GP2_IOPS_MOST.of(view.mode), "gp3": GP3_IOPS_MOST, "io1": IO1_IOPS_MOST.of(view.mode), "io2": IO2_IOPS_MOST,
        **MAGNETIC_IOPS_MOST,
    }.get(kind) if isinstance(kind, str) else None  # fmt: skip
    if most is not None and wanted > most:
        yield Violation(
            ("required_iops",), severity="error", message="a {kind} volume delivers {baseline} IOPS at most, and {wanted} are "
            "required", kind=kind, baseline=most, wanted=wanted,
            fix="leave type= out, and the cheapest that gives them is taken", value=wanted,
        )  # fmt: skip
        return
    if kind == "gp2" and size is not None:
        baseline = min(max(GP2_IOPS_LEAST, GP2_IOPS_PER_GIB * size), GP2_IOPS_MOST.of(view.mode))
        enough = -int(-wanted // GP2_IOPS_PER_GIB)
        fix = f"take {grouped(enough)} GiB, or io1" if wanted <= GP2_IOPS_MOST.of(view.mode) else "take io1"
    elif kind == "gp3" and not is_unknown(view.get("iops")):
        baseline = number(view.get("iops")) or GP3_IOPS_DEFAULT
        fix = f"iops={grouped(int(wanted))}" if wanted <= GP3_IOPS_MOST else "take io2"
    elif kind in ("io1", "io2") and number(view.get("iops")) is not None:
        baseline = number(view.get("iops")) or 0
        fix = f"iops={grouped(int(wanted))}"
    else:
        return
    if wanted > baseline:
        yield Violation(("required_iops",), kind=kind, baseline=int(baseline), wanted=wanted, fix=fix)


# Sizes


def sizes(view: View) -> Iterator[Violation]:
    """Sizes out of bounds."""
    for disk in disks(view):
        value = disk.get(disk.size_name)
        if value is ABSENT or value is None or is_unknown(value):
            continue
        least, most = VOLUME_SIZES["gp3"] if disk.type is None else VOLUME_SIZES[disk.type]
        if disk.home == LAUNCH_CONFIGURATION:
            most = min(most, VOLUME_SIZES["gp2"][1])
        bounds = Between(least, most, "GiB")
        if bounds(value, view.mode) is False:
            yield Violation(
                disk.at(disk.size_name),
                kind="volume" if disk.type is None else _of(disk),
                value=value,
                allowed=bounds.allowed(view.mode),
            )


def ways(view: View) -> Iterator[Violation]:
    """Volumes without what one is made from."""

    def given(*names: str) -> bool:
        return any(view.get(name) is not ABSENT for name in names)

    if given("SourceVolumeId") or is_unknown(view.properties):
        return
    if not given("AvailabilityZone", "AvailabilityZoneId"):
        yield Violation(("AvailabilityZone",), problem="a volume stands in one Availability Zone, and none is given")
    if not given("Size", "SnapshotId"):
        yield Violation(("Size",), problem="a new volume needs its Size in GiB, unless it is made from a SnapshotId")


# Encryption


def key_alone(view: View) -> Iterator[Violation]:
    """Keys of what is not encrypted."""
    for disk in disks(view):
        encrypted = disk.get("Encrypted")
        if disk.get("KmsKeyId") is ABSENT or disk.get("SourceVolumeId") is not ABSENT:
            continue
        if encrypted is ABSENT or truth(encrypted) is False:
            yield Violation(disk.at("KmsKeyId"))


def plain(view: View) -> Iterator[Violation]:
    """Volumes that nothing encrypts."""
    for disk in disks(view):
        encrypted = disk.get("Encrypted")
        if not disk.copied and (encrypted is ABSENT or truth(encrypted) is False):
            yield Violation(disk.at("Encrypted"))


def removal(view: View) -> Iterator[Violation]:
    """Volumes that go with the stack."""
    policy = view.body.get("DeletionPolicy", "Delete")
    if policy not in _KEPT and not is_unknown(policy):
        yield Violation(("/", "DeletionPolicy"))


# Block devices


def devices(view: View) -> Iterator[Violation]:
    """Block devices without a name of their own, or of several kinds at once."""
    severity: Any = "warning" if view.type == LAUNCH_TEMPLATE else None
    for mappings in lists(view):
        seen: set[str] = set()
        for mapping in mappings:
            if not mapping.known:
                continue
            ways = [mapping.gives(name) for name in ("Ebs", "VirtualName", "NoDevice")]
            if ways.count(True) > 1 or not any(way is not False for way in ways):
                yield Violation(
                    mapping.path,
                    severity=severity,
                    problem="a block device is exactly one of Ebs, VirtualName and NoDevice",
                    fix="keep one of them" if any(ways) else "add Ebs with the disk's size and type",
                )
            if "DeviceName" not in mapping.body:
                yield Violation(
                    (*mapping.path, "DeviceName"), severity=severity, problem="a block device needs a DeviceName",
                    fix='such as "/dev/sdf"',
                )  # fmt: skip
            elif mapping.name in seen:
                yield Violation(
                    (*mapping.path, "DeviceName"), severity=severity,
                    problem=f"{mapping.name} stands twice in one list of block devices", fix="give it another name",
                )  # fmt: skip
            if mapping.name is not None:
                seen.add(mapping.name)


def multi_attach(view: View) -> Iterator[Violation]:
    """Multi-Attach of types that do not know it."""
    for disk in disks(view):
        if disk.type is not None and disk.type not in ("io1", "io2"):
            yield Violation(("MultiAttachEnabled",), problem=f"a {_of(disk)} attaches to one instance at a time")


def initialization(view: View) -> Iterator[Violation]:
    """Rates at which blocks are fetched that there are not, or from no snapshot."""
    bounds = Between(100, 300, "MiB/s")
    for disk in disks(view):
        value = disk.get("VolumeInitializationRate")
        if bounds(value, view.mode) is False:
            yield Violation(disk.at("VolumeInitializationRate"), value=value, allowed=bounds.allowed(view.mode))
        elif disk.alone and value is not ABSENT and not disk.copied:
            yield Violation(
                disk.at("VolumeInitializationRate"),
                message="only a volume from a snapshot has blocks to fetch, and this one begins empty",
                fix="leave VolumeInitializationRate out, or give SnapshotId",
            )
