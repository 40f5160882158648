"""Rules about Availability Zones: of which region they are, and what cannot be spread over several."""

from __future__ import annotations

import re

from ..ec2.attachments import apart, zone
from ..ec2.launching import INSTANCE, TEMPLATE, launches
from ..vocabulary import Rule, Stacks, Violation
from .routing import SUBNET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

GROUP = "AWS::EC2::PlacementGroup"
ZONED = {
    "AWS::AutoScaling::AutoScalingGroup": "AvailabilityZones/*",
    "AWS::EC2::CapacityReservation": "AvailabilityZone",
    "AWS::EC2::Host": "AvailabilityZone",
    INSTANCE: "AvailabilityZone",
    TEMPLATE: "LaunchTemplateData/Placement/AvailabilityZone",
    SUBNET: "AvailabilityZone",
    "AWS::EC2::Volume": "AvailabilityZone",
}
"""Where types name zones."""
_ZONE = re.compile(r"(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)(?:-[a-z0-9]+-\d)?[a-z]")


def _abroad(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(*ZONED):
        region = view.member.region if view.member is not None else None
        for path, name in view.values(ZONED[view.type]):
            match = _ZONE.fullmatch(name) if isinstance(name, str) else None
            if region is not None and match is not None and match["region"] != region:
                yield Violation(path, view=view, zone=name, region=region)


def _cluster(graph: Graph) -> Iterator[Violation]:
    seen: dict[int, list[tuple[View, Any]]] = {}
    for launch in launches(graph):
        if launch.instance is None:
            continue
        value, view, path = launch.find("PlacementGroupName")
        target = None if view is None else graph.target(view, value)
        if target is None or target.view.type != GROUP or target.view.get("Strategy", "cluster") != "cluster":
            continue
        where = zone(graph, launch.instance)
        if where is None:
            continue
        others = seen.setdefault(id(target.view.body), [])
        for other, there in others:
            member = launch.instance.member
            never = member is not None and member is other.member and member.exclusive(launch.instance, other)
            if other.id != launch.instance.id and apart(where, there) and not never:
                yield Violation(path, view=view, group=target.view.id, other=other.id)
                break
        others.append((launch.instance, where))


def _near(one: str, other: str, strategy: str = "cluster") -> dict[str, Any]:
    boxes = {
        f"Box{number}": {
            "Type": INSTANCE,
            "Properties": {
                "ImageId": "ami-12345678", "InstanceType": "m5.large", "AvailabilityZone": place,
                "PlacementGroupName": {"Ref": "Near"},
            },
        }
        for number, place in enumerate((one, other))
    }  # fmt: skip
    return {"Resources": {"Near": {"Type": GROUP, "Properties": {"Strategy": strategy}}, **boxes}}


_SUBNET = {"VpcId": "vpc-0a1b2c3d", "CidrBlock": "10.0.0.0/20", "AvailabilityZone": "eu-west-1a"}
_NET: dict[str, Any] = {"Resources": {"One": {"Type": SUBNET, "Properties": _SUBNET}}}
_FLEET: dict[str, Any] = {
    "Resources": {
        "Fleet": {
            "Type": "AWS::AutoScaling::AutoScalingGroup",
            "Properties": {
                "MinSize": "1", "MaxSize": "2", "AvailabilityZones": ["eu-west-1a"], "LaunchConfigurationName": "web",
            },
        }
    }
}  # fmt: skip

RULES: tuple[Rule, ...] = (
    Rule(
        "VPC026", tuple(ZONED), "error",
        "{zone} is a zone of another region, and the stack goes to {region}",
        scope="graph",
        check=_abroad,
        fix="name a zone of {region}, or take one of its zones by number with Fn::GetAZs",
        source="Amazon EC2 User Guide, Regions and Zones",
        verified="docs",
        good=Stacks({"net": _NET}, known={"net": {"region": "eu-west-1"}}),
        bad=(
            Stacks({"net": _NET}, known={"net": {"region": "us-east-1"}}),
            Stacks({"net": _FLEET}, known={"net": {"region": "us-east-1"}}),
        ),
    ),
    Rule(
        "EC2040", (INSTANCE, GROUP), "error",
        "{group} is a cluster placement group, which lies in one zone, and {other} stands in another",
        scope="graph",
        check=_cluster,
        fix="place its instances in one zone, or use the strategy spread or partition",
        source="Amazon EC2 User Guide, Placement strategies for your placement groups",
        verified="docs",
        good=(_near("eu-west-1a", "eu-west-1a"), _near("eu-west-1a", "eu-west-1b", "spread")),
        bad=_near("eu-west-1a", "eu-west-1b"),
    ),
)  # fmt: skip
