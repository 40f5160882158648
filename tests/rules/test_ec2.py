"""Machines that look wrong at first sight and are not, and what only shows across resources."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.errors import Finding
from awsdeck.rules import Graph, check_graph, check_resource, check_update
from awsdeck.rules.ec2.instancetypes import PREVIOUS, architecture_of, close_to, families, family_of
from awsdeck.rules.ec2.launching import image_architecture, script
from awsdeck.rules.ec2.usecases import USE_CASES
from awsdeck.template import Template

BOX = "AWS::EC2::Instance"
START = "AWS::EC2::LaunchTemplate"
ARM = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
LOOKED_UP = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
PROD = {"Prod": {"Fn::Equals": [{"Ref": "AWS::StackName"}, "prod"]}}
FROM = {"LaunchTemplateId": {"Ref": "Start"}, "Version": {"Fn::GetAtt": ["Start", "LatestVersionNumber"]}}
SPOT = {"InstanceMarketOptions": {"MarketType": "spot"}}
FOREVER = {"InstanceMarketOptions": {"MarketType": "spot", "SpotOptions": {"SpotInstanceType": "persistent"}}}


def found(data: dict[str, Any], mode: Any = "documented", **known: Any) -> list[Finding]:
    graph = Graph(mode)
    graph.add(Template.from_dict(data), **known)
    return [finding for view in graph for finding in check_resource(view)] + check_graph(graph)


def ours(data: dict[str, Any], mode: Any = "documented", **known: Any) -> list[tuple[str, str, str | None]]:
    said = found(data, mode, **known)
    return sorted((one.rule, one.severity, one.resource) for one in said if one.rule.startswith("EC2"))


def box(**properties: Any) -> dict[str, Any]:
    return {"Type": BOX, "Properties": {"ImageId": "ami-12345678", "InstanceType": "m5.large", **properties}}


def alone(**properties: Any) -> dict[str, Any]:
    return {"Resources": {"Box": box(**properties)}}


def started(data: dict[str, Any], spec: Any = FROM, **properties: Any) -> dict[str, Any]:
    start = {"Type": START, "Properties": {"LaunchTemplateData": data}}
    return {"Resources": {"Start": start, "Box": box(LaunchTemplate=spec, **properties)}}


def typed(type: str, **properties: Any) -> dict[str, Any]:
    return {"Resources": {"It": {"Type": type, "Properties": properties}}}


SILENT: dict[str, dict[str, Any]] = {
    "an image and a type from parameters": {
        **alone(ImageId={"Ref": "Image"}, InstanceType={"Ref": "Kind"}),
        "Parameters": {
            "Image": {"Type": LOOKED_UP, "Default": ARM}, "Kind": {"Type": "String", "Default": "m5.large"},
        },
    },
    "an image parameter without a default": {
        **alone(ImageId={"Ref": "Image"}), "Parameters": {"Image": {"Type": "AWS::EC2::Image::Id"}},
    },
    "an image whose name does not tell its processor": {
        **alone(ImageId={"Ref": "Image"}),
        "Parameters": {"Image": {"Type": LOOKED_UP, "Default": "/images/web-arm64"}},
    },
    "an image that a condition chooses to fit the type": {
        **alone(
            ImageId={"Fn::If": ["Prod", f"{{{{resolve:ssm:{ARM}}}}}", "ami-12345678"]},
            InstanceType={"Fn::If": ["Prod", "m7g.large", "m5.large"]},
        ),
        "Conditions": PROD,
    },
    "spot in one world and a host in the other": {
        "Conditions": PROD,
        "Resources": {
            "Start": {"Type": START, "Properties": {"LaunchTemplateData": {
                "InstanceMarketOptions": {"Fn::If": ["Prod", {"Ref": "AWS::NoValue"}, {"MarketType": "spot"}]},
            }}},
            "Box": box(LaunchTemplate=FROM, Tenancy={"Fn::If": ["Prod", "host", "default"]}),
        },
    },
    "a launch template in a version that may say something else": started(
        SPOT, {"LaunchTemplateId": {"Ref": "Start"}, "Version": "1"}, Tenancy="host"
    ),
    "an image in a launch template that is not here": typed(
        BOX, LaunchTemplate={"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1"}
    ),
    "an image in a launch template that another stack gives": typed(
        BOX, LaunchTemplate={"LaunchTemplateId": {"Fn::ImportValue": "start"}, "Version": "1"}
    ),
    "a host of the account's own choice": alone(Tenancy="host"),
    "a resource group without a tenancy": alone(
        HostResourceGroupArn="arn:aws:resource-groups:eu-west-1:123456789012:group/hosts"
    ),
    "an affinity that depends on a condition": {
        **alone(
            Affinity={"Fn::If": ["Prod", "host", {"Ref": "AWS::NoValue"}]},
            Tenancy={"Fn::If": ["Prod", "host", {"Ref": "AWS::NoValue"}]},
        ),
        "Conditions": PROD,
    },
    "a host by id that nobody knows": alone(Tenancy="host", HostId="h-0123456789abcdef0"),
    "a host in a zone from a parameter": {
        "Parameters": {"Zone": {"Type": "AWS::EC2::AvailabilityZone::Name"}},
        "Resources": {
            "Host": {"Type": "AWS::EC2::Host", "Properties": {
                "AvailabilityZone": {"Ref": "Zone"}, "InstanceFamily": "m5",
            }},
            "Box": box(Tenancy="host", HostId={"Ref": "Host"}, AvailabilityZone="eu-west-1a"),
        },
    },
    "a host family from a parameter": {
        **typed("AWS::EC2::Host", AvailabilityZone="eu-west-1a", InstanceFamily={"Ref": "Family"}),
        "Parameters": {"Family": {"Type": "String", "Default": "t2"}},
    },
    "a host with a family younger than the table": typed(
        "AWS::EC2::Host", AvailabilityZone="eu-west-1a", InstanceFamily="m12i"
    ),
    "a persistent request of an instance that hibernates": started(FOREVER, HibernationOptions={"Configured": "true"}),
    "a persistent request whose end a parameter decides": {
        **started({"InstanceMarketOptions": {"MarketType": "spot", "SpotOptions": {
            "SpotInstanceType": {"Ref": "Kind"}, "ValidUntil": "2027-01-01T00:00:00Z",
        }}}),
        "Parameters": {"Kind": {"Type": "String"}},
    },
    "market options that a condition takes away": {
        "Conditions": PROD,
        "Resources": {"Start": {"Type": START, "Properties": {"LaunchTemplateData": {
            "InstanceMarketOptions": {"Fn::If": ["Prod", {"MarketType": "spot"}, {"Ref": "AWS::NoValue"}]},
        }}}},
    },
    "a price from a parameter": {
        **typed(START, LaunchTemplateData={"InstanceMarketOptions": {
            "MarketType": "spot", "SpotOptions": {"MaxPrice": {"Ref": "Price"}},
        }}),
        "Parameters": {"Price": {"Type": "String"}},
    },
    "an empty list of interfaces beside a subnet": alone(NetworkInterfaces=[], SubnetId="subnet-0a1b2c3d"),
    "words about aws in user data that call nothing": alone(
        UserData={"Fn::Base64": "#!/bin/sh\n# aws s3 cp x y\necho runs on aws\nyum install -y aws-cli\ncurl saws s3 ls\n"}
    ),
    "a public bucket read without credentials": alone(
        UserData={"Fn::Base64": "aws s3 cp --no-sign-request s3://public/x ."}
    ),
    "user data as large as it may be": alone(UserData={"Fn::Base64": {"Fn::Sub": "${A}" + "#" * 16_000}}),
    "user data from a parameter": {
        **alone(UserData={"Ref": "Boot"}), "Parameters": {"Boot": {"Type": "String"}},
    },
    "a capacity reservation by id": started({"CapacityReservationSpecification": {
        "CapacityReservationTarget": {"CapacityReservationId": "cr-0123456789abcdef0"},
    }}),
    "credits for a type from a parameter": {
        **alone(InstanceType={"Ref": "Kind"}, CreditSpecification={"CPUCredits": "unlimited"}),
        "Parameters": {"Kind": {"Type": "String"}},
    },
    "a placement group that another stack makes": started(
        {"Placement": {"GroupName": {"Fn::ImportValue": "near"}, "PartitionNumber": 9}}
    ),
    "the families of the course notes": {
        "Resources": {
            f"Box{number}": box(InstanceType=kind)
            for number, kind in enumerate(["i3.large", "t2.micro", "r4.large", "x1.16xlarge", "d2.xlarge", "h1.2xlarge"])
        }
    },
}  # fmt: skip


@pytest.mark.parametrize("name", SILENT)
def test_what_is_right_or_cannot_be_told_is_left_alone(name: str) -> None:
    assert ours(SILENT[name]) == []


def test_a_launch_template_alone_is_warned_about_and_one_in_use_refused() -> None:
    used = started(FOREVER)
    assert ours(used) == [("EC2002", "error", "Start")]
    del used["Resources"]["Box"]
    assert ours(used) == [("EC2002", "warning", "Start")]


def test_what_an_instance_says_itself_goes_before_its_launch_template() -> None:
    assert ours(started({**SPOT, "Placement": {"Tenancy": "host"}}, Tenancy="default")) == [
        ("EC2001", "error", "Start")
    ]
    assert ours(started({"Placement": {"Tenancy": "host"}}, Tenancy="default", HostId="h-0123456789abcdef0")) == [
        ("EC2013", "error", "Box")
    ]
    arm = {"ImageId": f"resolve:ssm:{ARM}", "InstanceType": "m7g.large"}
    assert ours(started(arm)) == []
    mixed = {"Start": {"Type": START, "Properties": {"LaunchTemplateData": arm}}}
    mixed["Box"] = {"Type": BOX, "Properties": {"LaunchTemplate": FROM, "InstanceType": "m5.large"}}
    assert ours({"Resources": mixed}) == [("EC2026", "error", "Box")]


def test_a_value_given_for_a_parameter_counts() -> None:
    data = {
        **alone(InstanceType={"Ref": "Kind"}, ImageId=f"{{{{resolve:ssm:{ARM}}}}}"),
        "Parameters": {"Kind": {"Type": "String", "Default": "m7g.large"}},
    }
    assert ours(data) == []
    assert ours(data, parameters={"Kind": "m5.large"}) == [("EC2026", "error", "Box")]
    assert ours(data, use_defaults=True) == []
    assert ours(data, parameters={"Kind": "m5.gigantic"}) == [("EC2017", "error", "Box"), ("EC2026", "error", "Box")]


def test_a_subnet_tells_the_zone_of_its_instance() -> None:
    data = {
        "Resources": {
            "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {
                "VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "eu-west-1b",
            }},
            "Host": {"Type": "AWS::EC2::Host", "Properties": {
                "AvailabilityZone": "eu-west-1a", "InstanceFamily": "m5",
            }},
            "Box": box(Tenancy="host", HostId={"Fn::GetAtt": ["Host", "HostId"]}, SubnetId={"Ref": "Subnet"}),
        }
    }  # fmt: skip
    assert ours(data) == [("EC2014", "error", "Box")]
    data["Resources"]["Subnet"]["Properties"]["AvailabilityZone"] = "eu-west-1a"
    assert ours(data) == []


def test_a_reservation_for_linux_does_not_keep_capacity_for_windows() -> None:
    data: dict[str, Any] = {
        "Parameters": {
            "Image": {"Type": LOOKED_UP, "Default": "/aws/service/ami-windows-latest/Windows_Server-2022-x"}
        },
        **started(
            {
                "CapacityReservationSpecification": {
                    "CapacityReservationTarget": {"CapacityReservationId": {"Ref": "Kept"}}
                }
            },
            ImageId={"Ref": "Image"},
        ),
    }
    data["Resources"]["Kept"] = {
        "Type": "AWS::EC2::CapacityReservation",
        "Properties": {
            "InstanceType": "m5.large", "InstancePlatform": "Linux/UNIX", "AvailabilityZone": "eu-west-1a",
            "InstanceCount": 1,
        },
    }  # fmt: skip
    assert ours(data) == [("EC2016", "error", "Box")]
    data["Resources"]["Kept"]["Properties"]["InstancePlatform"] = "Windows"
    assert ours(data) == []


def test_a_bid_is_normal_in_the_course_notes_and_discouraged_today() -> None:
    market = {"MarketType": "spot", "SpotOptions": {"MaxPrice": "0.05"}}
    data = typed(START, LaunchTemplateData={"InstanceMarketOptions": market})
    assert ours(data) == []
    assert ours(data, "current") == [("EC2005", "warning", "It")]


def test_the_families_of_the_notes_have_newer_ones_today() -> None:
    assert ours(alone(InstanceType="m5.large")) == []
    assert ours(alone(InstanceType="m5.large"), "current") == [("EC2019", "info", "Box")]
    (finding,) = [one for one in found(alone(InstanceType="p3.2xlarge"), "current") if one.rule == "EC2019"]
    assert finding.fix == "consider p5"


def updated(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str]]:
    graphs = [Graph(), Graph()]
    for graph, data in zip(graphs, (old, new), strict=True):
        graph.add(Template.from_dict(data, "shop"))
    return [(one.severity, one.resource or "", one.message) for one in check_update(*graphs) if one.rule == "UPD029"]


@pytest.mark.parametrize(
    ("change", "severity", "words"),
    [
        ({"KeyName": "ops"}, "warning", "replaces Box: a new one is made"),
        ({"ImageId": "ami-87654321"}, "warning", "does not come along"),
        ({"SubnetId": "subnet-0a1b2c3d"}, "warning", "private address change"),
        ({"UserData": {"Fn::Base64": "x"}}, "info", "stops and starts"),
        ({"InstanceType": "m5.xlarge"}, "info", "stops and starts"),
    ],
)
def test_a_change_of_an_instance_says_what_it_costs(change: dict[str, Any], severity: str, words: str) -> None:
    ((level, resource, message),) = updated(alone(), alone(**change))
    assert (level, resource) == (severity, "Box")
    assert words in message


def test_a_change_that_costs_nothing_is_not_told() -> None:
    assert updated(alone(), alone(Monitoring=True, Tags=[{"Key": "a", "Value": "b"}])) == []
    assert updated(started(SPOT), started({**SPOT})) == []


def test_a_changed_launch_template_replaces_the_instances_that_follow_it() -> None:
    ((level, resource, message),) = updated(started(SPOT), started({**SPOT, "KeyName": "ops"}))
    assert (level, resource) == ("warning", "Start")
    assert "replaces Box, which starts from its newest version" in message
    pinned = {"LaunchTemplateId": {"Ref": "Start"}, "Version": "1"}
    assert updated(started(SPOT, pinned), started({**SPOT, "KeyName": "ops"}, pinned)) == []


# The table


def test_every_family_says_what_it_is() -> None:
    table = families()
    assert len(table) > 200
    assert {family.architecture for family in table.values()} == {"x86_64", "arm64", "x86_64_mac", "arm64_mac"}
    assert all(family.sizes for family in table.values())
    assert set(PREVIOUS) <= set(table)
    assert set(PREVIOUS.values()) <= set(table)
    assert {name for case in USE_CASES for name in (*case.families, *case.today)} <= set(table)


@pytest.mark.parametrize(
    ("kind", "architecture"),
    [
        ("m5.large", "x86_64"), ("t4g.small", "arm64"), ("a1.medium", "arm64"), ("im4gn.large", "arm64"),
        ("g5g.xlarge", "arm64"), ("mac2.metal", "arm64_mac"), ("u7i-12tb.224xlarge", "x86_64"),
        ("p6e-gb200.36xlarge", "arm64"), ("m12g.large", "arm64"), ("m12i.large", "x86_64"), ("m12a.large", "x86_64"),
        ("m12.large", None), ("mac9-x.metal", None), ("large", None), (5, None), ({"Ref": "Kind"}, None),
    ],
)  # fmt: skip
def test_the_processor_of_a_type_is_known_also_of_one_that_is_new(kind: Any, architecture: str | None) -> None:
    assert architecture_of(kind) == architecture


def test_names_that_are_nearly_right_are_understood() -> None:
    assert close_to("m5.larg") == "m5.large"
    assert close_to("M5.LARGE") == "m5.large"
    assert close_to("m5large") == "m5.large"
    assert close_to("a horse") is None
    assert family_of("db.m5.large") == "m5"
    assert family_of("cache.r6g.large") == "r6g"


def test_the_processor_of_a_public_image_is_read_from_its_name() -> None:
    assert image_architecture(ARM) == "arm64"
    assert image_architecture(ARM.replace("arm64", "x86_64")) == "x86_64"
    assert image_architecture("/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/x") == "x86_64"
    assert image_architecture("/aws/service/ami-windows-latest/Windows_Server-2022") == "x86_64"
    assert image_architecture("/images/arm64") is None


@pytest.mark.parametrize(
    ("value", "text", "whole"),
    [
        ({"Fn::Base64": "echo"}, "echo", True),
        ("ZWNobw==", "echo", True),
        ({"Fn::Base64": {"Fn::Sub": "a ${B} ${!C}"}}, "a   ${!C}", False),
        ({"Fn::Base64": {"Fn::Join": ["", ["a ", {"Ref": "B"}, " c"]]}}, "a  c", False),
        ({"Fn::Base64": {"Ref": "Boot"}}, "", False),
        ({"Ref": "Boot"}, "", False),
        ("not base64 at all!", "", False),
    ],
)
def test_of_user_data_as_much_is_read_as_is_written_there(value: Any, text: str, whole: bool) -> None:
    assert script(value) == (text, whole)
