"""Disks: the near misses of each rule, and what depends on the limits in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules import Graph, check_update
from awsdeck.template import Template

if TYPE_CHECKING:
    from .conftest import Ask, AskHints

VOLUME = "AWS::EC2::Volume"
INSTANCE = "AWS::EC2::Instance"
TEMPLATE = "AWS::EC2::LaunchTemplate"
ATTACHMENT = "AWS::EC2::VolumeAttachment"
SUBNET = "AWS::EC2::Subnet"
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
STAGE = {"Stage": {"Type": "String"}}


def volume(**properties: Any) -> dict[str, Any]:
    given = {"AvailabilityZone": "eu-west-1a", "Size": 500, "Encrypted": True, **properties}
    return {"Type": VOLUME, "Properties": given, "DeletionPolicy": "Snapshot"}


def device(name: Any, **ebs: Any) -> dict[str, Any]:
    return {"DeviceName": name, "Ebs": {"VolumeSize": 500, **ebs}}


def instance(*devices: Any, **properties: Any) -> dict[str, Any]:
    mappings = {"BlockDeviceMappings": list(devices)} if devices else {}
    return {"Type": INSTANCE, "Properties": {"ImageId": "ami-0123456789abcdef0", **mappings, **properties}}


def template(*devices: Any) -> dict[str, Any]:
    return {"Type": TEMPLATE, "Properties": {"LaunchTemplateData": {"BlockDeviceMappings": list(devices)}}}


def attachment(box: Any, disk: Any = "Disk", device: Any = "/dev/sdf", **attributes: Any) -> dict[str, Any]:
    named = [{"Ref": one} if isinstance(one, str) else one for one in (disk, box)]
    properties = {"VolumeId": named[0], "InstanceId": named[1], "Device": device}
    return {"Type": ATTACHMENT, "Properties": properties, **attributes}


# Roots


@pytest.mark.parametrize(
    "devices",
    [
        [device("/dev/sdf", VolumeType="st1")],
        [device("/dev/xvda", VolumeType="st1"), device("/dev/sda1", VolumeType="gp3")],
        [device("/dev/xvda", VolumeType="st1"), device("/dev/sda1")],
        [device("/dev/xvda", VolumeType="st1"), device({"Ref": "Root"}, VolumeType="gp3")],
        [device("/dev/xvda", VolumeType="st1"), {"Ref": "More"}],
        [device("/dev/xvda", VolumeType={"Ref": "Kind"})],
        [device("/dev/xvda")],
        [{"DeviceName": "/dev/xvda", "NoDevice": {}}, device("/dev/sdf", VolumeType="sc1")],
    ],
)
def test_only_a_disk_that_is_the_root_for_sure_must_be_bootable(ask: Ask, devices: list[Any]) -> None:
    parameters = {name: {"Type": "String"} for name in ("Root", "More", "Kind")}
    for box in (instance(*devices), template(*devices)):
        assert not ask({"Box": box}, Parameters=parameters).of("EBS001")


@pytest.mark.parametrize("name", ["/dev/xvda", "/dev/sda1", "/dev/sda"])
@pytest.mark.parametrize("kind", ["st1", "sc1"])
def test_a_slow_root_is_an_error_at_its_type(ask: Ask, name: str, kind: str) -> None:
    said = ask({"Box": instance(device("/dev/sdf"), device(name, VolumeType=kind))})
    assert said.where("EBS001") == [("Box", "Properties", "BlockDeviceMappings", 1, "Ebs", "VolumeType")]
    (finding,) = said.of("EBS001")
    assert kind in finding.message
    assert name in finding.message


def test_a_root_is_judged_in_fleets_too(ask: Ask) -> None:
    specification = {"ImageId": "ami-1", "BlockDeviceMappings": [device("/dev/sda1", VolumeType="sc1")]}
    fleet = {
        "IamFleetRole": "arn:aws:iam::123456789012:role/f",
        "TargetCapacity": 1,
        "LaunchSpecifications": [specification],
    }
    said = ask({"Fleet": {"Type": "AWS::EC2::SpotFleet", "Properties": {"SpotFleetRequestConfigData": fleet}}})
    assert said.severities("EBS001") == ["error"]


def test_a_slow_volume_may_be_attached_anywhere_but_at_the_root(ask: Ask) -> None:
    disk = volume(VolumeType="st1")
    assert not ask({"Disk": disk, "Box": instance(), "Tie": attachment("Box")}).of("EBS001")
    said = ask({"Disk": disk, "Box": instance(), "Tie": attachment("Box", device="/dev/sda1")})
    assert said.where("EBS001") == [("Tie", "Properties", "VolumeId")]
    entry = {"VolumeId": {"Ref": "Disk"}, "Device": "/dev/xvda"}
    assert ask({"Disk": disk, "Box": instance(Volumes=[entry])}).severities("EBS001") == ["error"]


def test_the_branch_with_the_slow_root_is_named(ask: Ask) -> None:
    root = device("/dev/xvda", VolumeType={"Fn::If": ["Prod", "gp3", "st1"]})
    said = ask({"Box": instance(root)}, Conditions=PROD, Parameters=STAGE)
    assert [path[-2:] for path in said.where("EBS001")] == [("Fn::If", 2)]


# Types


@pytest.mark.parametrize("kind", ["gp2", "gp3", "io1", "io2", "st1", "sc1", "standard", "GP3", {"Ref": "Kind"}])
def test_a_volume_may_be_of_any_type_that_there_is_in_both_modes(ask: Ask, kind: Any) -> None:
    for mode in ("documented", "current"):
        said = ask({"V": volume(VolumeType=kind)}, mode, Parameters={"Kind": {"Type": "String"}})
        assert not said.of("EBS002")


def test_a_type_in_capitals_is_told_how_it_is_written(ask: Ask) -> None:
    (finding,) = ask({"Box": instance(device("/dev/sdf", VolumeType="GP2"))}).of("EBS002")
    assert finding.fix == "write gp2"


def test_magnetic_is_told_differently_by_the_notes_and_today(ask: Ask) -> None:
    disk = {"V": volume(VolumeType="standard")}
    assert "cheapest" in ask(disk).of("EBS013")[0].message
    assert "previous generation" in ask(disk, "current").of("EBS013")[0].message


# Speed


@pytest.mark.parametrize(
    ("iops", "documented", "current"),
    [
        (99, ["error"], ["error"]),
        (20_000, [], []),
        (20_001, ["error"], []),
        (64_000, ["error"], []),
        (64_001,) + (["error"],) * 2,
    ],
)
def test_io1_knows_what_the_notes_say_and_what_aws_allows_today(
    ask: Ask, iops: int, documented: list[str], current: list[str]
) -> None:
    disk = {"V": volume(VolumeType="io1", Size=16_384, Iops=iops)}
    assert ask(disk).severities("EBS004") == documented
    assert ask(disk, "current").severities("EBS004") == current


def test_iops_beyond_the_notes_say_how_to_allow_them(ask: Ask) -> None:
    (finding,) = ask({"V": volume(VolumeType="io1", Size=1_000, Iops=30_000)}).of("EBS004")
    assert "limits='current'" in finding.message
    assert finding.allowed == "100 to 20,000 IOPS"


@pytest.mark.parametrize(
    "properties",
    [
        {"VolumeType": "gp3", "Iops": 80_000, "Size": 160, "Throughput": 2_000},
        {"VolumeType": "gp3", "Throughput": 750},
        {"VolumeType": "gp3", "Throughput": 1_000, "Iops": {"Ref": "N"}},
        {"VolumeType": "gp3", "Throughput": {"Ref": "N"}},
        {"VolumeType": "io2", "Iops": "256000", "Size": 256},
        {"VolumeType": "io1", "Iops": {"Ref": "N"}},
        {"VolumeType": {"Ref": "Kind"}, "Iops": 500, "Throughput": 1_000, "Size": 50},
        {"VolumeType": "io1", "Iops": 5_000, "Size": {"Ref": "N"}},
        {"VolumeType": "st1", "Size": 125},
        {"VolumeType": "gp2", "Size": 16_384},
        {"VolumeType": "io1", "Iops": 25_000 - 5_000, "Size": 400},
    ],
)
def test_speed_and_size_at_their_bounds_or_unknown_are_fine(ask: Ask, properties: dict[str, Any]) -> None:
    parameters = {"N": {"Type": "Number"}, "Kind": {"Type": "String"}}
    said = ask({"V": volume(**properties)}, Parameters=parameters)
    assert not [found for found in said.findings if found.rule.startswith("EBS") and found.severity == "error"]


def test_a_device_without_a_type_has_that_of_its_image(ask: Ask) -> None:
    said = ask({"T": template(device("/dev/sdf", Iops=5_000, Throughput=500, VolumeSize=60_000))})
    assert not [found for found in said.findings if found.rule.startswith("EBS")]


def test_a_copy_has_the_type_of_its_original(ask: Ask) -> None:
    copy = {
        "Type": VOLUME,
        "DeletionPolicy": "Retain",
        "Properties": {"SourceVolumeId": "vol-0123456789abcdef0", "Iops": 5_000},
    }
    assert not [found for found in ask({"V": copy}).findings if found.rule.startswith("EBS")]


def test_iops_of_a_device_that_takes_none_are_refused_as_ec2_does(ask: Ask) -> None:
    assert ask({"Box": instance(device("/dev/sdf", VolumeType="gp2", Iops=500))}).severities("EBS008") == ["error"]
    assert ask({"V": volume(Iops=500)}).severities("EBS008") == ["error"]


def test_the_ratio_says_how_large_the_volume_must_be(ask: Ask) -> None:
    (finding,) = ask({"V": volume(VolumeType="io1", Size=100, Iops=20_000)}).of("EBS010")
    assert finding.fix is not None
    assert "400" in finding.fix
    assert "5,000" in finding.fix


@pytest.mark.parametrize(
    ("mode", "size", "found"), [("documented", 4_000, []), ("current", 4_000, ["info"]), ("documented", 4_001, [])]
)
def test_provisioned_iops_pay_above_what_gp2_has(ask: Ask, mode: Any, size: int, found: list[str]) -> None:
    assert ask({"V": volume(VolumeType="io1", Size=size, Iops=12_000)}, mode).severities("EBS012") == found


@pytest.mark.parametrize(
    ("hints", "said"),
    [
        ({"type": "gp2", "size": 33, "required_iops": 100}, 0),
        ({"type": "gp2", "size": 10_000, "required_iops": 10_000}, 0),
        ({"type": "gp2", "size": 10_000, "required_iops": 10_001}, 1),
        ({"type": "gp2", "size": {"Ref": "N"}, "required_iops": 10_001}, 1),
        ({"type": "gp2", "size": {"Ref": "N"}, "required_iops": 9_999}, 0),
        ({"type": "gp3", "size": 100, "iops": {"Ref": "N"}, "required_iops": 9_000}, 0),
        ({"type": "io1", "size": 100, "iops": 1_000, "required_iops": 1_001}, 1),
        ({"type": "st1", "size": 500, "required_iops": 1_000}, 1),
        ({"type": "st1", "size": 500, "required_iops": 500}, 0),
        ({"type": {"Ref": "T"}, "size": 500, "required_iops": 90_000}, 0),
    ],
)
def test_required_iops_are_held_against_what_is_sure(ask_hints: AskHints, hints: dict[str, Any], said: int) -> None:
    assert len(ask_hints("EBSVolume", **hints).of("EBS011")) == said


def test_gp2_reaches_more_today(ask_hints: AskHints) -> None:
    hints = {"type": "gp2", "size": 6_000, "required_iops": 16_000}
    assert ask_hints("EBSVolume", **hints).of("EBS011")
    assert not ask_hints("EBSVolume", "current", **hints).of("EBS011")


# Encryption, removal


@pytest.mark.parametrize("encrypted", [True, "true", {"Ref": "Yes"}])
def test_encryption_may_come_from_a_parameter(ask: Ask, encrypted: Any) -> None:
    said = ask({"V": volume(Encrypted=encrypted, KmsKeyId="alias/k")}, Parameters={"Yes": {"Type": "String"}})
    assert not said.of("EBS015")
    assert not said.of("EBS019")


def test_a_volume_from_a_snapshot_has_its_encryption(ask: Ask) -> None:
    made = volume(SnapshotId="snap-0123456789abcdef0")
    del made["Properties"]["Encrypted"]
    assert not ask({"V": made}).of("EBS019")


def test_a_deletion_policy_may_come_from_a_parameter_or_be_the_milder_retain(ask: Ask) -> None:
    for policy in ("RetainExceptOnCreate", {"Ref": "Policy"}):
        assert not ask({"V": {**volume(), "DeletionPolicy": policy}}).of("EBS020")


# Block devices


def test_names_of_devices_repeat_between_lists_and_not_within_one(ask: Ask) -> None:
    said = ask({"A": instance(device("/dev/sdf")), "B": instance(device("/dev/sdf"))})
    assert not said.of("EBS018")
    twice = [device("/dev/sdf"), device("/dev/sdf")]
    assert ask({"A": instance(*twice)}).severities("EBS018") == ["error"]
    assert ask({"A": template(*twice)}).severities("EBS018") == ["warning"]
    unknown = [device({"Ref": "One"}), device({"Ref": "One"})]
    assert not ask({"A": instance(*unknown)}, Parameters={"One": {"Type": "String"}}).of("EBS018")


def test_a_device_that_a_condition_leaves_out_is_not_counted(ask: Ask) -> None:
    maybe = {"Fn::If": ["Prod", device("/dev/sdf"), {"Ref": "AWS::NoValue"}]}
    other = {"Fn::If": ["Prod", {"Ref": "AWS::NoValue"}, device("/dev/sdf")]}
    assert not ask({"A": instance(maybe, other)}, Conditions=PROD, Parameters=STAGE).of("EBS018")


# Attachments


def test_attachments_that_never_exist_together_are_no_sharing(ask: Ask) -> None:
    resources = {
        "Disk": volume(), "A": instance(), "B": instance(),
        "One": attachment("A", Condition="Prod"), "Two": attachment("B", Condition="Test"),
    }  # fmt: skip
    assert not ask(resources, Conditions=PROD, Parameters=STAGE).of("EBS016")


def test_sharing_is_counted_over_attachments_and_instances(ask: Ask) -> None:
    entry = {"VolumeId": {"Ref": "Disk"}, "Device": "/dev/sdf"}
    resources = {"Disk": volume(), "A": instance(Volumes=[entry]), "B": instance(), "Tie": attachment("B")}
    assert ask(resources).severities("EBS016") == ["error"]


def test_multi_attach_from_a_parameter_may_be_on(ask: Ask) -> None:
    resources = {
        "Disk": volume(VolumeType="io2", Iops=500, MultiAttachEnabled={"Ref": "Shared"}),
        "A": instance(), "B": instance(), "One": attachment("A"), "Two": attachment("B"),
    }  # fmt: skip
    assert not ask(resources, Parameters={"Shared": {"Type": "String"}}).of("EBS016")


def subnet(zone: Any) -> dict[str, Any]:
    return {"Type": SUBNET, "Properties": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": zone}}


def select(place: int) -> dict[str, Any]:
    return {"Fn::Select": [place, {"Fn::GetAZs": ""}]}


@pytest.mark.parametrize(
    ("there", "here", "apart"),
    [
        ("eu-west-1a", {"AvailabilityZone": "eu-west-1b"}, True),
        ("eu-west-1a", {"AvailabilityZone": "eu-west-1a"}, False),
        ("eu-west-1a", {"AvailabilityZone": {"Ref": "Zone"}}, False),
        ({"Ref": "Zone"}, {"AvailabilityZone": {"Ref": "Zone"}}, False),
        ({"Fn::GetAtt": ["Box", "AvailabilityZone"]}, {"SubnetId": {"Ref": "B"}}, False),
        ({"Fn::GetAtt": ["A", "AvailabilityZone"]}, {"SubnetId": {"Ref": "B"}}, True),
        ("eu-west-1a", {"SubnetId": {"Ref": "A"}}, False),
        ("eu-west-1a", {"NetworkInterfaces": [{"DeviceIndex": "0", "SubnetId": {"Ref": "B"}}]}, True),
        ("eu-west-1a", {"SubnetId": "subnet-0123456789abcdef0"}, False),
        ("eu-west-1a", {}, False),
        (select(0), {"AvailabilityZone": select(0)}, False),
        (select(0), {"AvailabilityZone": select(1)}, True),
        (select(0), {"AvailabilityZone": "eu-west-1b"}, False),
    ],
)
def test_volume_and_instance_are_apart_only_when_both_zones_are_known(
    ask: Ask, there: Any, here: Any, apart: bool
) -> None:
    resources = {
        "A": subnet("eu-west-1a"), "B": subnet("eu-west-1b"),
        "Disk": volume(AvailabilityZone=there), "Box": instance(**here), "Tie": attachment("Box"),
    }  # fmt: skip
    said = ask(resources, Parameters={"Zone": {"Type": "String"}})
    assert bool(said.of("EBS017")) is apart


def test_zones_that_parameters_tell_apart_are_an_error(ask: Ask) -> None:
    resources = {
        "Disk": volume(AvailabilityZone={"Ref": "One"}), "Box": instance(AvailabilityZone={"Ref": "Two"}),
        "Tie": attachment("Box"),
    }  # fmt: skip
    parameters = {name: {"Type": "String"} for name in ("One", "Two")}
    known = {"parameters": {"One": "eu-west-1a", "Two": "eu-west-1b"}}
    assert not ask(resources, Parameters=parameters).of("EBS017")
    (finding,) = ask(resources, member=known, Parameters=parameters).of("EBS017")
    assert "eu-west-1a" in finding.message
    assert "GetAtt Box.AvailabilityZone" in str(finding.fix)


def test_a_zone_name_is_never_held_against_a_zone_id(ask: Ask) -> None:
    disk = volume(AvailabilityZoneId="euw1-az1")
    del disk["Properties"]["AvailabilityZone"]
    box = instance(AvailabilityZone="eu-west-1a")
    assert not ask({"Disk": disk, "Box": box, "Tie": attachment("Box")}).of("EBS017")


# Snapshots


@pytest.mark.parametrize(
    "rule",
    [
        {"Interval": {"Ref": "Hours"}, "IntervalUnit": "HOURS"},
        {"Ref": "Rule"},
        {"CronExpression": "cron(0 3 ? * SUN *)"},
        {"Interval": "12", "IntervalUnit": "HOURS", "Times": ["03:00"]},
    ],
)
def test_schedules_that_fit_or_are_unknown_are_fine(ask: Ask, rule: Any) -> None:
    details = {
        "ResourceTypes": ["VOLUME"],
        "TargetTags": [{"Key": "a", "Value": "b"}],
        "Schedules": [{"Name": "Daily", "CreateRule": rule, "RetainRule": {"Count": {"Ref": "Hours"}}}],
    }
    policy = {
        "Description": "d",
        "State": "ENABLED",
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/r",
        "PolicyDetails": details,
    }
    parameters = {"Hours": {"Type": "Number"}, "Rule": {"Type": "String"}}
    assert not ask({"P": {"Type": "AWS::DLM::LifecyclePolicy", "Properties": policy}}, Parameters=parameters).of(
        "EBS021"
    )


# Updates


def update(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, Any]]:
    graphs = []
    for resource in (old, new):
        graph = Graph()
        data = {"Resources": {"V": resource}, "Parameters": {"N": {"Type": "Number"}, "K": {"Type": "String"}}}
        graph.add(Template.from_dict(data, "shop"))
        graphs.append(graph)
    found = check_update(*graphs)
    return [(one.rule, one.severity, one.path[-1]) for one in found if one.rule in ("UPD012", "UPD013")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"Size": 100}, {"Size": 200}, []),
        ({"Size": "100"}, {"Size": 100}, []),
        ({"Size": 100}, {"Size": {"Ref": "N"}}, []),
        ({"Size": 100}, {"Size": 99}, [("UPD012", "error", "Size")]),
        ({"Encrypted": False}, {"Encrypted": True}, [("UPD012", "error", "Encrypted")]),
        ({"KmsKeyId": {"Ref": "K"}}, {"KmsKeyId": {"Ref": "K"}}, []),
        ({"VolumeType": "gp2"}, {"VolumeType": "io2", "Iops": 500}, []),
        ({"VolumeType": "gp2"}, {"VolumeType": "st1"}, []),
        ({"MultiAttachEnabled": False}, {"MultiAttachEnabled": {"Ref": "K"}}, []),
        (
            {"VolumeType": "io2", "Iops": 500},
            {"VolumeType": "io2", "Iops": 500, "MultiAttachEnabled": True},
            [("UPD013", "error", "MultiAttachEnabled")],
        ),
    ],
)
def test_changes_of_a_volume_that_aws_refuses_and_their_neighbours(old: Any, new: Any, said: list[Any]) -> None:
    assert update(volume(**old), volume(**new)) == said
