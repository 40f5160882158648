"""Amazon EBS: what the documentation demands of volumes and block devices beyond the resource schema."""

from __future__ import annotations

from ..limits import (
    GP2_IOPS_MOST,
    GP3_IOPS_DEFAULT,
    GP3_IOPS_MOST,
    IO1_IOPS_MOST,
    IO2_IOPS_MOST,
    MULTI_ATTACH_MOST,
    PROVISIONED_IOPS_LEAST,
    VOLUME_CHANGES_MOST,
    VOLUME_TYPES,
)
from ..vocabulary import ABSENT, AtMost, Is, Limit, OneOf, Rule, Violation, is_unknown, number
from .attachments import boot_volumes, named_twice, shared, zones
from .blockdevices import DISKS, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, MAPPINGS, VOLUME
from .disks import (
    boots,
    cheaper,
    devices,
    initialization,
    iops,
    key_alone,
    magnetic,
    multi_attach,
    no_iops,
    plain,
    provisioned,
    ratio,
    removal,
    required,
    root_hint,
    sizes,
    throughput,
    types,
    ways,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

ATTACHMENT = "AWS::EC2::VolumeAttachment"
LIFECYCLE = "AWS::DLM::LifecyclePolicy"
CONSTRUCT = "awsdeck::EBSVolume"
MACHINES = ("awsdeck::EC2Instance", "awsdeck::LaunchTemplate", "awsdeck::AutoScalingGroup")

_TYPES_NOW = Limit(tuple(kind for kind in VOLUME_TYPES if kind not in ("gp3", "io2")), VOLUME_TYPES, "2020-12")
_SPANS = (1, 2, 3, 4, 6, 8, 12, 24)
"""Hours between the snapshots of a lifecycle policy."""


def _schedules(view: View) -> Iterator[Violation]:
    for path, schedule in view.values("PolicyDetails/Schedules/*"):
        if not isinstance(schedule, dict) or is_unknown(schedule):
            continue
        rule, keeps = schedule.get("CreateRule"), schedule.get("RetainRule")
        if isinstance(rule, dict) and not is_unknown(rule):
            yield from _rhythm((*path, "CreateRule"), rule)
        if isinstance(keeps, dict) and not is_unknown(keeps):
            count, span = keeps.get("Count", ABSENT), keeps.get("Interval", ABSENT)
            if count is not ABSENT and span is not ABSENT:
                yield Violation(
                    (*path, "RetainRule"), problem="snapshots are kept by number or by age, and both are given",
                    fix="keep Count, or Interval with IntervalUnit",
                )  # fmt: skip
            elif number(count) == 0:
                yield Violation(
                    (*path, "RetainRule", "Count"), problem="a schedule that keeps no snapshot takes none",
                    allowed="1 to 1,000", fix="keep one at least, or set State: DISABLED", value=count,
                )  # fmt: skip
            elif span is not ABSENT and "IntervalUnit" not in keeps:
                yield Violation(
                    (*path, "RetainRule", "IntervalUnit"), problem="Interval needs IntervalUnit",
                    allowed="DAYS, WEEKS, MONTHS, YEARS", fix="say which unit it is in",
                )  # fmt: skip


def _rhythm(path: tuple[str | int, ...], rule: dict[str, Any]) -> Iterator[Violation]:
    span, cron = rule.get("Interval", ABSENT), rule.get("CronExpression", ABSENT)
    if (span is ABSENT) is (cron is ABSENT):
        yield Violation(
            path, problem="a schedule runs by CronExpression, or every Interval of hours",
            fix="keep one of them" if span is not ABSENT else "add one of them",
        )  # fmt: skip
    elif span is not ABSENT and OneOf(*_SPANS)(span) is False:
        yield Violation(
            (*path, "Interval"), problem="snapshots are taken every so many hours", allowed=_WORDS, value=span
        )
    elif cron is not ABSENT and "Times" in rule:
        yield Violation((*path, "Times"), problem="a CronExpression says the time itself", fix="leave Times out")


_WORDS = ", ".join(map(str, _SPANS))


def _volume(**given: Any) -> dict[str, Any]:
    return {"AvailabilityZone": "us-east-1a", "Size": 100, "Encrypted": True, **given}


def _kept(**given: Any) -> dict[str, Any]:
    return {"Type": VOLUME, "Properties": _volume(**given), "DeletionPolicy": "Snapshot"}


def _instance(*mappings: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::EC2::Instance",
        "Properties": {"ImageId": "ami-12345678", "BlockDeviceMappings": list(mappings)},
    }


def _template(*mappings: Any) -> dict[str, Any]:
    return {"Type": LAUNCH_TEMPLATE, "Properties": {"LaunchTemplateData": {"BlockDeviceMappings": list(mappings)}}}


def _configuration(*mappings: Any) -> dict[str, Any]:
    return {
        "Type": LAUNCH_CONFIGURATION,
        "Properties": {"ImageId": "ami-12345678", "InstanceType": "m5.large", "BlockDeviceMappings": list(mappings)},
    }


def _disk(name: str = "/dev/sdf", **ebs: Any) -> dict[str, Any]:
    return {"DeviceName": name, "Ebs": {"VolumeSize": 200, **ebs}}


def _policy(rule: Any, keeps: Any) -> dict[str, Any]:
    schedule = {"Name": "Daily", "CreateRule": rule, "RetainRule": keeps}
    return {
        "Description": "Daily",
        "State": "ENABLED",
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/snapshots",
        "PolicyDetails": {
            "ResourceTypes": ["VOLUME"],
            "TargetTags": [{"Key": "backup", "Value": "daily"}],
            "Schedules": [schedule],
        },
    }


def _two(first: str, second: str) -> dict[str, Any]:
    """An instance with a disk of its own, /dev/sdb, and two volumes attached."""
    box = {"ImageId": "ami-12345678", **_HERE, "BlockDeviceMappings": [_disk("/dev/sdb")]}
    resources: dict[str, Any] = {"Box": {"Type": "AWS::EC2::Instance", "Properties": box}}
    for place, device in enumerate((first, second)):
        tie = {"VolumeId": f"vol-0123456{place}", "InstanceId": {"Ref": "Box"}, "Device": device}
        resources[f"Tie{place}"] = {"Type": ATTACHMENT, "Properties": tie}
    return {"Resources": resources}


def _attached(volume: dict[str, Any], *instances: dict[str, Any], device: str = "/dev/sdf") -> dict[str, Any]:
    """A template with a volume that is attached to each of the instances."""
    resources: dict[str, Any] = {"Disk": {"Type": VOLUME, "Properties": _volume(**volume)}}
    for place, properties in enumerate(instances):
        resources[f"Box{place}"] = {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-1", **properties}}
        resources[f"Attach{place}"] = {
            "Type": ATTACHMENT,
            "Properties": {"VolumeId": {"Ref": "Disk"}, "InstanceId": {"Ref": f"Box{place}"}, "Device": device},
        }
    return {"Resources": resources}


_HERE = {"AvailabilityZone": "us-east-1a"}
_THERE = {"AvailabilityZone": "us-east-1b"}

RULES: tuple[Rule, ...] = (
    Rule(
        "EBS001", tuple(MAPPINGS), "error",
        "an instance cannot boot from {kind}, and {device} is its root",
        check=boots,
        fix="use gp3, gp2, io1, io2 or standard for the root",
        source="EC2 API Reference, CreateVolume, VolumeType; course notes, EBS",
        good=(
            _instance(_disk("/dev/xvda", VolumeType="gp2"), _disk("/dev/sdf", VolumeType="st1")),
            _instance(_disk("/dev/xvda", VolumeType="st1"), _disk("/dev/sda1", VolumeType="gp2")),
            _instance(_disk("/dev/sdb", VolumeType="st1")),
        ),
        bad=(
            _instance(_disk("/dev/xvda", VolumeType="st1")),
            _template(_disk("/dev/sda1", VolumeType="sc1")),
            _configuration(_disk("/dev/sda1", VolumeType="sc1")),
        ),
    ),
    Rule(
        "EBS001", (VOLUME, ATTACHMENT, "AWS::EC2::Instance"), "error",
        "an instance cannot boot from {kind}, and {volume} is attached as its root, {device}",
        scope="graph",
        check=boot_volumes,
        fix="use gp3, gp2, io1, io2 or standard for the root, or attach it under another name",
        source="EC2 API Reference, CreateVolume, VolumeType; course notes, EBS",
        good=_attached({"VolumeType": "st1", "Size": 500}, _HERE),
        bad=_attached({"VolumeType": "st1", "Size": 500}, _HERE, device="/dev/xvda"),
    ),
    Rule(
        "EBS001", MACHINES, "error",
        "an instance cannot boot from {kind}, and {device} is its root",
        scope="construct",
        check=root_hint,
        fix="use gp3, gp2, io1, io2 or standard for the root",
        source="EC2 API Reference, CreateVolume, VolumeType; course notes, EBS",
        good={"root_type": "gp3", "root_device": "/dev/nvme0n1"},
        bad={"root_type": "st1", "root_device": "/dev/nvme0n1"},
    ),
    Rule(
        "EBS002", DISKS, "error",
        "EBS has no volume type {value}",
        check=types,
        limit=_TYPES_NOW,
        source="CloudFormation resource schema, AWS::EC2::Volume; EC2 API Reference, CreateVolume; course notes, EBS",
        good=(_volume(VolumeType="gp2"), _volume(VolumeType="GP3"), _instance(_disk(VolumeType="io2", Iops=100))),
        bad=(
            _volume(VolumeType="ssd"),
            _instance(_disk(VolumeType="GP2")),
            _configuration(_disk(VolumeType="io2", Iops=100)),
        ),
    ),
    Rule(
        "EBS003", DISKS, "error",
        "an {kind} volume needs Iops",
        check=provisioned,
        fix="say how many, or use gp3, which has 3,000 without",
        source="CloudFormation resource schema, AWS::EC2::Volume Iops; course notes, EBS",
        good=_volume(VolumeType="io1", Iops=1_000),
        bad=(
            _volume(VolumeType="io1"),
            _template(_disk(VolumeType="io2")),
            _configuration(_disk(VolumeType="io1")),
        ),
    ),
    Rule(
        "EBS004", DISKS, "error",
        "io1 does not take so many IOPS in one volume{now}",
        check=iops("io1", PROVISIONED_IOPS_LEAST, IO1_IOPS_MOST),
        fix="ask for fewer, stripe several volumes, or use io2",
        limit=IO1_IOPS_MOST,
        source="EC2 API Reference, CreateVolume, Iops; course notes, EBS",
        good=_volume(VolumeType="io1", Size=2_000, Iops=20_000),
        bad=(
            _volume(VolumeType="io1", Size=2_000, Iops=70_000),
            _volume(VolumeType="io1", Size=2_000, Iops=30_000),
            _instance(_disk(VolumeType="io1", Iops=99)),
        ),
    ),
    Rule(
        "EBS005", DISKS, "error",
        "io2 does not take so many IOPS in one volume",
        check=iops("io2", PROVISIONED_IOPS_LEAST, IO2_IOPS_MOST),
        fix="ask for fewer, or stripe several volumes",
        source="CloudFormation resource schema, AWS::EC2::Volume Iops",
        good=_volume(VolumeType="io2", Size=2_000, Iops=20_000),
        bad=(_volume(VolumeType="io2", Size=2_000, Iops=300_000), _template(_disk(VolumeType="io2", Iops=10))),
    ),
    Rule(
        "EBS006", DISKS, "error",
        "gp3 does not take so many IOPS in one volume",
        check=iops("gp3", GP3_IOPS_DEFAULT, GP3_IOPS_MOST),
        fix="leave Iops out for 3,000, or use io2 for more",
        source="CloudFormation resource schema, AWS::EC2::Volume Iops; EC2 API Reference, CreateVolume",
        good=(_volume(VolumeType="gp3", Size=500, Iops=3_000), _volume(VolumeType="gp3", Size=500, Iops="80000")),
        bad=(_volume(VolumeType="gp3", Size=500, Iops=1_000), _volume(VolumeType="gp3", Size=500, Iops=80_001)),
    ),
    Rule(
        "EBS007", DISKS, "error",
        "the Throughput of a volume is outside what EBS takes",
        check=throughput,
        source="CloudFormation resource schema, AWS::EC2::Volume Throughput; EC2 API Reference, CreateVolume",
        good=_volume(VolumeType="gp3", Size=500, Iops=4_000, Throughput=1_000),
        bad=(
            _volume(VolumeType="gp3", Size=500, Throughput=1_000),
            _volume(VolumeType="gp3", Size=500, Throughput=124),
            _volume(Throughput=125),
            _template(_disk(VolumeType="gp2", Throughput=125)),
        ),
    ),
    Rule(
        "EBS008", DISKS, "error",
        "a {kind} takes no Iops; its speed follows its size",
        check=no_iops,
        fix="leave Iops out, or use gp3 or io1",
        source="EC2 API Reference, CreateVolume, Iops; course notes, EBS",
        good=(_volume(VolumeType="gp2"), _instance(_disk(Iops=500))),
        bad=(_volume(VolumeType="gp2", Iops=500), _volume(Iops=500), _instance(_disk(VolumeType="gp2", Iops=500))),
    ),
    Rule(
        "EBS009", DISKS, "error",
        "a {kind} does not come in this size",
        check=sizes,
        source="CloudFormation resource schema, AWS::EC2::Volume Size; EC2 API Reference, CreateVolume",
        good=(_volume(VolumeType="st1", Size=125), _volume(VolumeType="gp3", Size=65_536)),
        bad=(
            _volume(VolumeType="st1", Size=50),
            _volume(Size=16_385),
            _volume(VolumeType="standard", Size=1_025),
            _instance(_disk(VolumeType="sc1", VolumeSize=100)),
            _template(_disk(VolumeSize=65_537)),
        ),
    ),
    Rule(
        "EBS010", DISKS, "error",
        "{iops} IOPS are too many for {size} GiB of {kind}, which carries {ratio} for each GiB",
        check=ratio,
        source="EBS User Guide, Provisioned IOPS SSD volumes; General Purpose SSD volumes",
        verified="docs",
        good=(
            _volume(VolumeType="io1", Size=400, Iops=20_000),
            _volume(VolumeType="gp3", Size=1, Iops=3_000),
        ),
        bad=(
            _volume(VolumeType="io1", Iops=20_000),
            _volume(VolumeType="gp3", Size=10, Iops=6_000),
            _template(_disk(VolumeType="io2", VolumeSize=10, Iops=10_001)),
        ),
    ),
    Rule(
        "EBS011", CONSTRUCT, "warning",
        "this {kind} volume delivers {baseline} IOPS for sure, and {wanted} are required",
        scope="construct",
        check=required,
        limit=GP2_IOPS_MOST,
        source="EBS User Guide, General Purpose SSD volumes; course notes, EBS",
        verified="docs",
        good=(
            {"type": "io1", "size": 1_000, "iops": 12_000, "required_iops": 12_000},
            {"type": "gp2", "size": 1_000, "required_iops": 3_000},
            {"type": "gp3", "size": 10, "required_iops": 3_000},
        ),
        bad=(
            {"type": "gp2", "size": 1_000, "required_iops": 12_000},
            {"type": "gp2", "size": 5_000, "required_iops": 12_000},
            {"type": "gp3", "size": 1_000, "required_iops": 3_001},
        ),
    ),
    Rule(
        "EBS012", DISKS, "info",
        "gp2 has {iops} IOPS on {size} GiB too, and costs less; provisioned IOPS pay above {most}",
        check=cheaper,
        fix="use gp2 or gp3",
        limit=GP2_IOPS_MOST,
        source="EBS User Guide, General Purpose SSD volumes; course notes, EBS",
        verified="docs",
        good=(_volume(VolumeType="gp2", Size=1_000), _volume(VolumeType="io1", Size=5_000, Iops=12_000)),
        bad=(_volume(VolumeType="io1", Size=1_000, Iops=2_000), _volume(VolumeType="io2", Size=1_000, Iops=3_000)),
    ),
    Rule(
        "EBS013", DISKS, "info",
        "magnetic is a type of the previous generation, for test and development data that is rarely accessed",
        check=magnetic,
        fix="use gp3, or sc1 for data that is not booted from",
        limit=Limit("cheapest type that boots", "previous generation", "2026-10"),
        source="EBS User Guide, Amazon EBS volume types; course notes, EBS",
        verified="docs",
        good=_volume(VolumeType="gp2", Size=10),
        bad=(_volume(VolumeType="standard", Size=10), _instance(_disk(VolumeType="standard"))),
    ),
    Rule(
        "EBS014", VOLUME, "error",
        "a volume needs a zone, and a size or a snapshot",
        check=ways,
        fix="give AvailabilityZone with Size or SnapshotId, or SourceVolumeId",
        source="CloudFormation resource schema, AWS::EC2::Volume",
        good=(
            {"AvailabilityZone": "us-east-1a", "Size": 10},
            {"AvailabilityZoneId": "use1-az1", "SnapshotId": "snap-0123456789abcdef0"},
            {"SourceVolumeId": "vol-0123456789abcdef0"},
        ),
        bad=({"AvailabilityZone": "us-east-1a"}, {"Size": 10}, {}),
    ),
    Rule(
        "EBS015", DISKS, "error",
        "KmsKeyId needs Encrypted: true beside it, even where the account encrypts by default",
        check=key_alone,
        fix="set Encrypted: true",
        source="EC2 API Reference, CreateVolume, KmsKeyId; EBS User Guide, encryption by default",
        verified="docs",
        good=(_volume(KmsKeyId="alias/k"), {"SourceVolumeId": "vol-0123456789abcdef0", "KmsKeyId": "alias/k"}),
        bad=(
            {"AvailabilityZone": "us-east-1a", "Size": 10, "KmsKeyId": "alias/k"},
            _volume(KmsKeyId="alias/k", Encrypted=False),
            _template(_disk(KmsKeyId="alias/k")),
        ),
    ),
    Rule(
        "EBS016", VOLUME, "error",
        "{problem}; Multi-Attach is for io1 and io2",
        when={"MultiAttachEnabled": Is(True)},
        check=multi_attach,
        fix="use io2, or leave MultiAttachEnabled out",
        source="EC2 API Reference, CreateVolume, MultiAttachEnabled",
        good=(
            _volume(VolumeType="io2", Iops=1_000, MultiAttachEnabled=True),
            _volume(VolumeType="gp3", MultiAttachEnabled=False),
            _volume(),
        ),
        bad=(_volume(MultiAttachEnabled=True), _volume(VolumeType="gp3", MultiAttachEnabled="true")),
    ),
    Rule(
        "EBS016", (VOLUME, ATTACHMENT, "AWS::EC2::Instance"), "error",
        "a volume attaches to one instance, with Multi-Attach to 16",
        scope="graph",
        check=shared,
        fix="give every instance a volume of its own, or make it an io2 volume with MultiAttachEnabled",
        source="EC2 API Reference, AttachVolume; EBS User Guide, EBS Multi-Attach",
        verified="docs",
        good=(
            _attached({}, _HERE),
            _attached({"VolumeType": "io2", "Iops": 500, "MultiAttachEnabled": True}, _HERE, _HERE),
        ),
        bad=(
            _attached({}, _HERE, _HERE),
            _attached(
                {"VolumeType": "io2", "Iops": 500, "MultiAttachEnabled": True}, *[_HERE] * (MULTI_ATTACH_MOST + 1)
            ),
        ),
    ),
    Rule(
        "EBS017", (VOLUME, ATTACHMENT, "AWS::EC2::Instance"), "error",
        "the volume {volume} is in {there} and the instance {instance} in {here}, and a volume attaches within its zone only",
        scope="graph",
        check=zones,
        fix="make both in one zone: AvailabilityZone: !GetAtt {instance}.AvailabilityZone",
        source="EC2 API Reference, AttachVolume, VolumeId; course notes, EBS",
        good=(
            _attached({}, _HERE),
            _attached({"AvailabilityZone": {"Fn::GetAtt": ["Box0", "AvailabilityZone"]}}, _THERE),
        ),
        bad=_attached({}, _THERE),
    ),
    Rule(
        "EBS018", tuple(MAPPINGS), "error",
        "a block device has a name of its own and is exactly one of Ebs, VirtualName and NoDevice",
        check=devices,
        source="CloudFormation resource schema, AWS::EC2::Instance BlockDeviceMapping; "
        "Auto Scaling API Reference, BlockDeviceMapping",
        good=(
            _instance(_disk("/dev/sdb"), _disk("/dev/sdc")),
            _configuration({**_disk("/dev/sdb"), "NoDevice": False}),
        ),
        bad=(
            _instance({"DeviceName": "/dev/sdb"}),
            _instance({**_disk("/dev/sdb"), "VirtualName": "ephemeral0"}),
            _configuration(_disk("/dev/sdb"), _disk("/dev/sdb")),
            _template(_disk("/dev/sdb"), _disk("/dev/sdb")),
            _template({"Ebs": {"VolumeSize": 8}}),
        ),
    ),
    Rule(
        "EBS019", VOLUME, "warning",
        "the volume is not encrypted unless the account encrypts by default",
        check=plain,
        fix="set Encrypted: true",
        source="EBS User Guide, Amazon EBS encryption",
        verified="docs",
        good=(_volume(), {"AvailabilityZone": "us-east-1a", "SnapshotId": "snap-0123456789abcdef0"}),
        bad=({"AvailabilityZone": "us-east-1a", "Size": 10}, _volume(Encrypted=False)),
    ),
    Rule(
        "EBS020", VOLUME, "warning",
        "the volume and its data go with the stack",
        check=removal,
        fix="set DeletionPolicy and UpdateReplacePolicy to Snapshot or Retain",
        source="CloudFormation User Guide, DeletionPolicy attribute",
        verified="docs",
        good=(_kept(), {**_kept(), "DeletionPolicy": "Retain"}),
        bad=(_volume(), {**_kept(), "DeletionPolicy": "Delete"}),
    ),
    Rule(
        "EBS021", LIFECYCLE, "error",
        "a schedule runs by a cron expression or every so many hours, and keeps by number or by age",
        check=_schedules,
        source="CloudFormation User Guide, AWS::DLM::LifecyclePolicy CreateRule; RetainRule",
        verified="docs",
        good=(
            _policy({"Interval": 24, "IntervalUnit": "HOURS", "Times": ["03:00"]}, {"Count": 7}),
            _policy({"CronExpression": "cron(0 3 ? * SUN *)"}, {"Interval": 3, "IntervalUnit": "MONTHS"}),
        ),
        bad=(
            _policy({"Interval": 5, "IntervalUnit": "HOURS"}, {"Count": 7}),
            _policy({}, {"Count": 7}),
            _policy({"Interval": 24, "IntervalUnit": "HOURS"}, {"Count": 0}),
            _policy({"Interval": 24, "CronExpression": "cron(0 3 ? * SUN *)"}, {"Count": 7}),
            _policy({"CronExpression": "cron(0 3 ? * SUN *)", "Times": ["03:00"]}, {"Count": 7}),
            _policy({"Interval": 24, "IntervalUnit": "HOURS"}, {"Count": 7, "Interval": 1, "IntervalUnit": "DAYS"}),
            _policy({"Interval": 24, "IntervalUnit": "HOURS"}, {"Interval": 1}),
        ),
    ),
    Rule(
        "EBS022", (VOLUME, LAUNCH_TEMPLATE), "error",
        "blocks of a snapshot are fetched at 100 to 300 MiB/s",
        check=initialization,
        source="EC2 API Reference, CreateVolume, VolumeInitializationRate",
        verified="docs",
        good={
            "AvailabilityZone": "us-east-1a", "SnapshotId": "snap-0123456789abcdef0", "VolumeInitializationRate": 300,
        },
        bad=(
            _volume(VolumeInitializationRate=200),
            _template(_disk(SnapshotId="snap-0123456789abcdef0", VolumeInitializationRate=301)),
        ),
    ),
    Rule(
        "EBS023", (ATTACHMENT, "AWS::EC2::Instance"), "error",
        "{device} of {instance} is taken already, by {other}",
        scope="graph",
        check=named_twice,
        fix="attach it under another name, such as /dev/sdg",
        source="EC2 API Reference, AttachVolume, Device; EC2 User Guide, device names for volumes on Amazon EC2 instances",
        verified="docs",
        good=_two("/dev/sdf", "/dev/sdg"),
        bad=(_two("/dev/sdf", "/dev/sdf"), _two("/dev/sdf", "/dev/sdb")),
    ),
    Rule(
        "UPD012", CONSTRUCT, "warning",
        "a volume takes {allowed} changes in 24 hours, each after the one before is done",
        scope="construct",
        then={"changes_per_day": AtMost(VOLUME_CHANGES_MOST)},
        fix="join the changes, or spread them over days",
        source="EC2 API Reference, ModifyVolume",
        verified="docs",
        good={"changes_per_day": 4},
        bad={"changes_per_day": 5},
    ),
)  # fmt: skip
