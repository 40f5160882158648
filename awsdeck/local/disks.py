"""The volumes of an instance: MiniStack gives every one the same small root, whatever was asked for."""

from __future__ import annotations

from typing import Any

from .call import call
from .kind import Properties

ROOTS = ("/dev/sda1", "/dev/xvda")
SETTINGS = {
    "Encrypted": "Encrypted",
    "Iops": "Iops",
    "KmsKeyId": "KmsKeyId",
    "SnapshotId": "SnapshotId",
    "Throughput": "Throughput",
    "VolumeSize": "Size",
    "VolumeType": "VolumeType",
}
"""Settings of a block device, and what CreateVolume calls them."""


def held(instance: str) -> dict[str, str]:
    """The volumes of an instance by device."""
    mine = {"Name": "attachment.instance-id", "Values": [instance]}
    found = call("ec2", "DescribeVolumes", Filters=[mine])["Volumes"]
    places = [(one, volume["VolumeId"]) for volume in found for one in volume["Attachments"]]
    return {one["Device"]: volume for one, volume in places if one["InstanceId"] == instance}


def make(instance: str, zone: str, mappings: Any) -> None:
    """Give an instance the volumes it asks for; the root it has gives way to the one that is described."""
    for mapping in mappings or []:
        settings: Properties = mapping.get("Ebs") or {}
        device = mapping["DeviceName"]
        if not settings:
            continue
        asked = {name: settings[key] for key, name in SETTINGS.items() if settings.get(key) is not None}
        volume = call("ec2", "CreateVolume", AvailabilityZone=zone, **asked)["VolumeId"]
        if device in ROOTS:
            for root in ROOTS:
                old = held(instance).get(root)
                if old is not None:
                    call("ec2", "DetachVolume", VolumeId=old)
                    call("ec2", "DeleteVolume", VolumeId=old)
        call("ec2", "AttachVolume", VolumeId=volume, InstanceId=instance, Device=device)


def going(instance: str, mappings: Any) -> list[str]:
    """The volumes that go with an instance; those it was attached to later, or that are to stay, do not."""
    asked = {mapping["DeviceName"]: mapping.get("Ebs") or {} for mapping in mappings or []}
    stays = {
        device for device, given in asked.items() if str(given.get("DeleteOnTermination", True)).lower() == "false"
    }
    with_it = {*asked, *ROOTS} - stays
    return [volume for device, volume in held(instance).items() if device in with_it]
