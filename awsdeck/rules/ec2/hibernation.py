"""Rules about instances that hibernate: their memory goes to the root disk, which must be encrypted."""

from __future__ import annotations

from ..vocabulary import Rule, Violation, truth
from .blockdevices import ROOTS, lists
from .launching import DATA, INSTANCE, TEMPLATE, launches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph

BEHAVIOUR = "InstanceMarketOptions/SpotOptions/InstanceInterruptionBehavior"


def _open(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        asked = truth(launch.get("HibernationOptions/Configured")) is True
        if not asked and launch.told(BEHAVIOUR) != "hibernate":
            continue
        _, view, _ = launch.find("BlockDeviceMappings")
        for mappings in () if view is None else lists(view):
            for one in mappings:
                if one.name in ROOTS and one.disk is not None and truth(one.disk.get("Encrypted")) is False:
                    yield Violation(one.disk.at("Encrypted"), view=view, device=one.name)


def _box(encrypted: bool, **more: Any) -> dict[str, Any]:
    disk = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 60, "VolumeType": "gp3", "Encrypted": encrypted}}
    return {"ImageId": "ami-12345678", "InstanceType": "m5.large", "BlockDeviceMappings": [disk], **more}


_ASLEEP = {"HibernationOptions": {"Configured": True}}
_SPOT = {"InstanceMarketOptions": {"MarketType": "spot", "SpotOptions": {"InstanceInterruptionBehavior": "hibernate"}}}

RULES: tuple[Rule, ...] = (
    Rule(
        "EC2042", (INSTANCE, TEMPLATE), "warning",
        "the instance hibernates to its root disk {device}, which must be encrypted, and Encrypted is false",
        scope="graph",
        check=_open,
        fix="set Encrypted: true",
        source="EC2 User Guide, Prerequisites for EC2 instance hibernation",
        verified="docs",
        good=(
            {"Type": INSTANCE, "Properties": _box(True, **_ASLEEP)},
            {"Type": INSTANCE, "Properties": _box(False)},
        ),
        bad=(
            {"Type": INSTANCE, "Properties": _box(False, **_ASLEEP)},
            {"Type": TEMPLATE, "Properties": {DATA: _box(False, **_SPOT)}},
        ),
    ),
)  # fmt: skip
