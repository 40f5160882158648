"""Addresses, zones, device names and groups of machines: what looks wrong and is not, and what is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Ask

PROD = {"Prod": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
GIVEN = {"Device": {"Type": "String", "Default": "/dev/sdf"}, "Zone": {"Type": "AWS::EC2::AvailabilityZone::Name"}}


def box(**given: Any) -> dict[str, Any]:
    condition = {"Condition": given.pop("when")} if "when" in given else {}
    return {
        "Type": "AWS::EC2::Instance",
        "Properties": {"ImageId": "ami-12345678", "InstanceType": "m5.large", **given},
        **condition,
    }


def tie(device: Any, volume: str = "vol-01234567", instance: Any = None, **more: Any) -> dict[str, Any]:
    where = {"VolumeId": volume, "InstanceId": instance or {"Ref": "Box"}, "Device": device}
    return {"Type": "AWS::EC2::VolumeAttachment", "Properties": where, **more}


def disk(name: str, **given: Any) -> dict[str, Any]:
    return {"DeviceName": name, **(given or {"Ebs": {"VolumeSize": 8}})}


TWICE: dict[str, tuple[dict[str, Any], int]] = {
    "two volumes under one name": ({"Box": box(), "A": tie("/dev/sdf"), "B": tie("/dev/sdf", "vol-2")}, 1),
    "two volumes under two names": ({"Box": box(), "A": tie("/dev/sdf"), "B": tie("/dev/sdg", "vol-2")}, 0),
    "one name at two instances": (
        {"Box": box(), "Two": box(), "A": tie("/dev/sdf"), "B": tie("/dev/sdf", "vol-2", {"Ref": "Two"})}, 0,
    ),
    "one or the other": (
        {"Box": box(), "A": tie("/dev/sdf", Condition="Prod"), "B": tie("/dev/sdf", "vol-2", Condition="Test")}, 0,
    ),
    "a name from a parameter": (
        {"Box": box(), "A": tie("/dev/sdf"), "B": tie({"Ref": "Device"}, "vol-2")}, 0,
    ),
    "a disk of the instance's own": ({"Box": box(BlockDeviceMappings=[disk("/dev/sdf")]), "A": tie("/dev/sdf")}, 1),
    "a disk of the image that is left out": (
        {"Box": box(BlockDeviceMappings=[disk("/dev/sdf", NoDevice={})]), "A": tie("/dev/sdf")}, 0,
    ),
    "an instance that exists": (
        {"A": tie("/dev/sdf", instance="i-01234567"), "B": tie("/dev/sdf", "vol-2", "i-01234567")}, 1,
    ),
    "instances from one parameter": (
        {"A": tie("/dev/sdf", instance={"Ref": "Device"}), "B": tie("/dev/sdf", "vol-2", {"Ref": "Device"})}, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TWICE)
def test_a_device_name_is_taken_once(ask: Ask, name: str) -> None:
    resources, findings = TWICE[name]
    assert len(ask(resources, Conditions=PROD, Parameters=GIVEN).of("EBS023")) == findings


def near(**given: Any) -> dict[str, Any]:
    return {
        "Near": {"Type": "AWS::EC2::PlacementGroup", "Properties": {"Strategy": given.pop("strategy", "cluster")}},
        **{name: box(PlacementGroupName={"Ref": "Near"}, **more) for name, more in given.items()},
    }


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        (near(A={"AvailabilityZone": "eu-west-1a"}, B={"AvailabilityZone": "eu-west-1b"}), True),
        (near(A={"AvailabilityZone": "eu-west-1a"}, B={"AvailabilityZone": "eu-west-1a"}), False),
        (near(A={"AvailabilityZone": "eu-west-1a"}, B={"AvailabilityZone": {"Ref": "Zone"}}), False),
        (near(A={"AvailabilityZone": "eu-west-1a"}, B={}), False),
        (near(strategy="spread", A={"AvailabilityZone": "eu-west-1a"}, B={"AvailabilityZone": "eu-west-1b"}), False),
        (
            near(
                A={"AvailabilityZone": "eu-west-1a", "when": "Prod"},
                B={"AvailabilityZone": "us-east-1a", "when": "Test"},
            ),
            False,
        ),
        (near(A={"AvailabilityZone": {"Fn::If": ["Prod", "eu-west-1a", "us-east-1a"]}}), False),
    ],
)
def test_a_cluster_of_instances_lies_in_one_zone(ask: Ask, resources: dict[str, Any], wrong: bool) -> None:
    assert bool(ask(resources, Conditions=PROD, Parameters=GIVEN).of("EC2040")) is wrong


def net(**more: Any) -> dict[str, Any]:
    home = {"Ref": "Net"}
    return {
        "Net": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "One": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": home, "CidrBlock": "10.0.16.0/20"}},
        "Planned": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": home, "CidrBlock": {"Fn::Select": [0, {"Fn::Cidr": ["10.0.32.0/20", 2, 8]}]}},
        },
        **more,
    }


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"SubnetId": {"Ref": "One"}, "PrivateIpAddress": "10.0.31.254"}, False),
        ({"SubnetId": {"Ref": "One"}, "PrivateIpAddress": "10.0.32.9"}, True),
        ({"SubnetId": {"Ref": "One"}, "PrivateIpAddress": "10.0.16.1"}, True),
        ({"SubnetId": {"Ref": "Planned"}, "PrivateIpAddress": "10.0.0.9"}, False),
        ({"SubnetId": "subnet-0a1b2c3d", "PrivateIpAddress": "10.9.0.9"}, False),
        ({"SubnetId": {"Ref": "One"}, "PrivateIpAddress": {"Ref": "Device"}}, False),
        ({"SubnetId": {"Ref": "One"}, "PrivateIpAddress": "an address"}, False),
        (
            {"NetworkInterfaces": [{"DeviceIndex": "0", "SubnetId": {"Ref": "One"}, "PrivateIpAddress": "10.9.0.9"}]},
            True,
        ),
    ],
)
def test_a_private_address_is_one_of_the_subnets(ask: Ask, given: dict[str, Any], wrong: bool) -> None:
    assert bool(ask(net(Box=box(**given)), Parameters=GIVEN).of("EC2041")) is wrong


def test_an_elastic_ip_is_not_doubted_where_the_routes_are_not_known(ask: Ask) -> None:
    address = {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc", "InstanceId": {"Ref": "Box"}}}
    for subnet in ("subnet-0a1b2c3d", {"Ref": "Device"}, {"Fn::ImportValue": "net-subnet"}):
        assert ask({"Box": box(SubnetId=subnet), "Address": address}, Parameters=GIVEN).of("VPC027") == []


def fleet(data: Any, version: Any = None, *overrides: Any) -> dict[str, Any]:
    named = {
        "LaunchTemplateId": {"Ref": "Start"}, "Version": version or {"Fn::GetAtt": ["Start", "LatestVersionNumber"]},
    }  # fmt: skip
    made: dict[str, Any] = {"MinSize": "1", "MaxSize": "2", "AvailabilityZones": {"Fn::GetAZs": ""}}
    if overrides:
        both = {"LaunchTemplateSpecification": named, "Overrides": list(overrides)}
        made["MixedInstancesPolicy"] = {"LaunchTemplate": both}
    else:
        made["LaunchTemplate"] = named
    return {
        "Start": {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": data}},
        "Fleet": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": made},
    }


@pytest.mark.parametrize(
    ("resources", "severities"),
    [
        (fleet({"InstanceType": "m5.large"}), ["error"]),
        (fleet({"ImageId": "ami-12345678"}), ["warning"]),
        (fleet({"InstanceType": "m5.large"}, "$Latest"), ["error"]),
        (fleet({"InstanceType": "m5.large"}, "3"), []),
        (fleet({"InstanceType": "m5.large", "ImageId": {"Ref": "Device"}}), []),
        (
            fleet(
                {"InstanceType": "m5.large", "ImageId": {"Fn::If": ["Prod", "ami-12345678", {"Ref": "AWS::NoValue"}]}}
            ),
            [],
        ),
        (fleet({"ImageId": "ami-12345678"}, None, {"InstanceType": "m5.large"}), []),
        (
            fleet({"ImageId": "ami-12345678"}, None, {"InstanceType": "m5.large"}, {"WeightedCapacity": "1"}),
            ["warning"],
        ),
        (fleet({"ImageId": "ami-12345678"}, None, {"InstanceRequirements": {"VCpuCount": {"Min": 1}}}), []),
        (fleet({"InstanceType": "m5.large"}, None, {"ImageId": "ami-12345678", "InstanceType": "m5.large"}), []),
        (fleet({"Fn::Transform": {"Name": "Include"}}), []),
    ],
)
def test_a_group_starts_machines_of_a_known_image_and_type(
    ask: Ask, resources: dict[str, Any], severities: list[str]
) -> None:
    assert ask(resources, Conditions=PROD, Parameters=GIVEN).severities("ASG019") == severities


def test_an_override_with_an_image_of_its_own_has_processors_of_its_own(ask: Ask) -> None:
    arm = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
    other = {"InstanceType": "m5.large", "ImageId": "ami-12345678"}
    mixed = fleet({"ImageId": arm}, None, {"InstanceType": "m6g.large"}, other)
    assert ask(mixed).of("EC2026") == []
    assert len(ask(fleet({"ImageId": arm}, None, {"InstanceType": "m5.large"})).of("EC2026")) == 1


@pytest.mark.parametrize(("target", "severities"), [(50, []), ("75", []), (150, ["warning"]), (0, ["warning"])])
def test_the_use_of_processors_is_a_percentage(ask: Ask, target: Any, severities: list[str]) -> None:
    follows = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}}
    policy = {
        "Type": "AWS::AutoScaling::ScalingPolicy",
        "Properties": {
            "AutoScalingGroupName": "web", "PolicyType": "TargetTrackingScaling",
            "TargetTrackingConfiguration": {"TargetValue": target, **follows},
        },
    }  # fmt: skip
    assert ask({"OnCpu": policy}).severities("ASG008") == severities


def test_a_list_with_a_conditional_entry_is_counted_in_one_way(ask: Ask) -> None:
    maybe = {"Fn::If": ["Prod", disk("/dev/sdg"), {"Ref": "AWS::NoValue"}]}
    fast = disk("/dev/sdf", Ebs={"VolumeType": "gp2", "Iops": 500, "VolumeSize": 10})
    (said,) = ask({"Box": box(BlockDeviceMappings=[maybe, fast])}, Conditions=PROD).of("EBS008")
    assert "BlockDeviceMappings/1/Ebs/Iops is 500" in said.message
