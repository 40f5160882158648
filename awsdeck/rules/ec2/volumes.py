"""Changes of EBS volumes that AWS refuses."""

from __future__ import annotations

from ..templates.update import differs, pairs
from ..vocabulary import ABSENT, Rule, Update, Violation, is_unknown, truth
from .attachments import ATTACHMENT, apart, zone
from .blockdevices import INSTANCE, ROOTS, VOLUME, Disk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..graph import Graph
    from ..view import View

_FIXED = ("AvailabilityZone", "AvailabilityZoneId", "Encrypted", "KmsKeyId", "SnapshotId", "SourceVolumeId")


def _sizes(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, VOLUME):
        was, now = Disk((), old.properties, VOLUME), Disk((), new.properties, VOLUME)
        if was.size is not None and now.size is not None and now.size < was.size:
            yield Violation(
                ("Size",), view=new, problem=f"a volume only grows: {was.size:,} GiB cannot become {now.size:,}",
                fix="make a smaller volume beside it, and copy the files", value=now.size,
            )  # fmt: skip
        for name in _FIXED:
            default = False if name == "Encrypted" else ABSENT
            if differs(old.get(name, default), new.get(name, default)):
                yield Violation((name,), view=new, problem=f"the {name} of a volume cannot be changed")
        there, here = zone(before, old), zone(after, new)
        direct = differs(old.get("AvailabilityZone"), new.get("AvailabilityZone"))
        if there is not None and here is not None and not direct and apart(there, here):
            yield Violation(
                ("AvailabilityZone",), view=new,
                problem="what the volume stands beside moves to another zone, and a volume stays in its own",
                fix="leave it in its zone, or give the volume's own zone, and a new volume from a snapshot of this one there",
            )  # fmt: skip


def _types(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, VOLUME):
        was, now = Disk((), old.properties, VOLUME), Disk((), new.properties, VOLUME)
        shared, shares = (truth(view.get("MultiAttachEnabled", False)) for view in (old, new))
        if shared is None or shares is None:
            continue
        if shared is not shares:
            yield Violation(
                ("MultiAttachEnabled",), view=new, problem="Multi-Attach is switched neither on nor off in a template",
                fix="make a new volume from a snapshot of this one",
            )  # fmt: skip
        elif shared:
            for name in ("VolumeType", "Size", "Iops"):
                if differs(old.get(name), new.get(name)):
                    yield Violation((name,), view=new, problem=f"the {name} of a Multi-Attach volume cannot be changed")
        if now.type in ("st1", "sc1") and was.type not in ("st1", "sc1") and _boots(after, new):
            yield Violation(
                ("VolumeType",), view=new, problem=f"a volume that an instance boots from cannot become {now.type}",
                fix="keep gp3, gp2, io1 or io2", value=now.type,
            )  # fmt: skip


def _boots(graph: Graph, volume: View) -> bool:
    """Whether an instance has the volume as its root."""
    for view in graph.of(ATTACHMENT):
        if view.get("Device") in ROOTS and _is(graph, view, view.get("VolumeId"), volume):
            return True
    return any(
        isinstance(entry, dict)
        and not is_unknown(entry)
        and entry.get("Device") in ROOTS
        and _is(graph, view, entry.get("VolumeId"), volume)
        for view in graph.of(INSTANCE)
        for _, entry in view.values("Volumes/*")
    )


def _is(graph: Graph, view: View, value: Any, volume: View) -> bool:
    target = graph.target(view, value)
    return target is not None and target.view.id == volume.id and target.view.member is volume.member


def _volume(**given: Any) -> dict[str, Any]:
    return {"AvailabilityZone": "us-east-1a", "Size": 100, "Encrypted": True, **given}


def _change(old: Mapping[str, Any], new: Mapping[str, Any]) -> Update:
    return Update({"Type": VOLUME, "Properties": old}, {"Type": VOLUME, "Properties": new})


def _beside(place: str, **more: Any) -> dict[str, Any]:
    box = {"ImageId": "ami-12345678", "AvailabilityZone": place, **more}
    return {
        "Resources": {
            "Box": {"Type": INSTANCE, "Properties": box},
            "Disk": {
                "Type": VOLUME, "Properties": _volume(AvailabilityZone={"Fn::GetAtt": ["Box", "AvailabilityZone"]}),
            },
        }
    }  # fmt: skip


def _root(kind: str) -> dict[str, Any]:
    return {
        "Resources": {
            "Disk": {"Type": VOLUME, "Properties": _volume(VolumeType=kind, Size=500)},
            "Attach": {
                "Type": ATTACHMENT,
                "Properties": {"VolumeId": {"Ref": "Disk"}, "InstanceId": "i-0123", "Device": "/dev/xvda"},
            },
        }
    }


_SHARED = _volume(VolumeType="io2", Iops=1_000, MultiAttachEnabled=True)

RULES: tuple[Rule, ...] = (
    Rule(
        "UPD012", VOLUME, "error",
        "a volume only grows, and its zone, encryption and origin stay as they are",
        scope="update",
        check=_sizes,
        fix="make a volume under a new id, from a snapshot of this one",
        source="EC2 API Reference, ModifyVolume, Size; CloudFormation User Guide, AWS::EC2::Volume",
        verified="docs",
        good=(
            _change(_volume(), _volume(Size=200)),
            _change(_volume(Encrypted="true"), _volume(VolumeType="gp3", Iops=4_000)),
            _change({"AvailabilityZone": "us-east-1a", "Size": 1}, {**_volume(Size=1), "Encrypted": False}),
            Update(_beside("us-east-1a"), _beside("us-east-1a", ImageId="ami-87654321")),
        ),
        bad=(
            _change(_volume(), _volume(Size=50)),
            _change(_volume(), _volume(AvailabilityZone="us-east-1b")),
            _change(_volume(Encrypted=False), _volume()),
            _change(_volume(), _volume(KmsKeyId="alias/k")),
            Update(_beside("us-east-1a"), _beside("us-east-1b")),
        ),
    ),
    Rule(
        "UPD013", VOLUME, "error",
        "a volume that is shared, or that an instance boots from, does not change its type so",
        scope="update",
        check=_types,
        source="CloudFormation resource schema, AWS::EC2::Volume MultiAttachEnabled; EBS User Guide, requirements for "
        "EBS volume modifications; course notes, EBS",
        verified="docs",
        good=(
            _change(_volume(VolumeType="gp2"), _volume(VolumeType="io1", Iops=1_000)),
            _change(_volume(VolumeType="gp2", Size=500), _volume(VolumeType="st1", Size=500)),
        ),
        bad=(
            Update(_root("gp2"), _root("st1")),
            _change(_SHARED, {**_SHARED, "Iops": 2_000}),
            _change(_SHARED, _volume(VolumeType="io2", Iops=1_000)),
        ),
    ),
)  # fmt: skip
