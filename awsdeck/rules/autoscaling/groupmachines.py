"""Rules about the machines of Auto Scaling groups: what launch template and overrides together say of them."""

from __future__ import annotations

from ..ec2.instancetypes import architecture_of
from ..ec2.launching import DATA, TEMPLATE, image_architecture, image_name
from ..vocabulary import ABSENT, Rule, Violation, is_unknown
from ..vpc.routing import GROUP as SECURITY_GROUP
from ..vpc.routing import SUBNET, Routing, differ
from .groups import OVERRIDES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

GROUP = "AWS::AutoScaling::AutoScalingGroup"
PLAIN = ("LaunchTemplate",)
MIXED = ("MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification")
NEWEST = ("$Latest", "$Default")


def _made_from(graph: Graph) -> Iterator[tuple[View, View, Path, list[Any]]]:
    """Groups with the launch template that they are certainly made from, where they name it, and their overrides."""
    for group in graph.of(GROUP):
        for path in (PLAIN, MIXED):
            named = group.at(path)
            if not isinstance(named, dict) or is_unknown(named):
                continue
            target = graph.target(group, named.get("LaunchTemplateId"))
            if target is None or target.view.type != TEMPLATE:
                continue
            version = named.get("Version")
            read = graph.target(group, version)
            if version not in NEWEST and (read is None or read.view is not target.view):
                continue
            data = target.view.get(DATA)
            several = group.get(OVERRIDES, [])
            if isinstance(data, dict) and not is_unknown(data) and isinstance(several, list):
                yield group, target.view, path, several


def _lacking(graph: Graph) -> Iterator[Violation]:
    for group, template, path, several in _made_from(graph):
        if any(not isinstance(one, dict) or is_unknown(one) or "LaunchTemplateSpecification" in one for one in several):
            continue
        own = [set(one) for one in several]
        if template.get(f"{DATA}/ImageId") is ABSENT and not (own and all("ImageId" in one for one in own)):
            yield Violation(path, view=group, template=template.id, what="image", name="ImageId")
        typed = any(template.get(f"{DATA}/{name}") is not ABSENT for name in ("InstanceType", "InstanceRequirements"))
        if not typed and not (own and all(one & {"InstanceType", "InstanceRequirements"} for one in own)):
            yield Violation(
                path, view=group, severity="warning", template=template.id, what="instance type", name="InstanceType"
            )


def processors(graph: Graph) -> Iterator[Violation]:
    """Overrides with other processors than the image of the launch template is made for."""
    for group, template, _, several in _made_from(graph):
        image = template.get(f"{DATA}/ImageId")
        name = None if image is ABSENT else image_name(template, image)
        made_for = None if name is None else image_architecture(name)
        if made_for is None:
            continue
        for number, one in enumerate(several):
            if not isinstance(one, dict) or is_unknown(one) or {"ImageId", "LaunchTemplateSpecification"} & set(one):
                continue
            kind = one.get("InstanceType")
            machine = architecture_of(kind)
            if machine is not None and machine != made_for:
                where: Path = (*OVERRIDES.split("/"), number, "InstanceType")
                yield Violation(
                    where, view=group, kind=kind, machine=machine, image=made_for,
                    fix="take types with {image} processors, or give the override a launch template of its own",
                )  # fmt: skip


def guarded_elsewhere(graph: Graph) -> Iterator[Violation]:
    """Security groups of a launch template that are of another VPC than the group's subnets."""
    routing = graph.kept(Routing)
    for group, template, path, _ in _made_from(graph):
        homes = []
        for _, value in group.values("VPCZoneIdentifier/*"):
            subnet = routing.find(group, value, SUBNET)
            if subnet is not None:
                homes.append((subnet.id, routing.home(subnet)))
        for guard in ("SecurityGroupIds/*", "NetworkInterfaces/*/Groups/*"):
            for _, value in template.values(f"{DATA}/{guard}"):
                made = routing.find(template, value, SECURITY_GROUP)
                home = None if made is None else routing.home(made)
                other = next((pair for pair in homes if differ(home, pair[1])), None)
                if made is not None and home is not None and other is not None and other[1] is not None:
                    yield Violation(
                        path, view=group, group=made.id, template=template.id, first=str(home[-1]), subnet=other[0],
                        second=str(other[1][-1]), message="{group} of the launch template {template} is a security group of "
                        "{first}, and {subnet} is a subnet of {second}",
                    )  # fmt: skip


ARM = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
VERSION = {"Fn::GetAtt": ["Start", "LatestVersionNumber"]}
START = {"LaunchTemplateId": {"Ref": "Start"}, "Version": VERSION}


def fleet(data: dict[str, Any], *overrides: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An example: a group made from a launch template, in a VPC "Net"."""
    given: dict[str, Any] = {"MinSize": "1", "MaxSize": "2", "VPCZoneIdentifier": [{"Ref": "One"}]}
    if overrides:
        both = {"LaunchTemplateSpecification": START, "Overrides": list(overrides)}
        given["MixedInstancesPolicy"] = {"LaunchTemplate": both}
    else:
        given["LaunchTemplate"] = START
    return {
        "Parameters": {"Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": ARM}},
        "Resources": {
            "Net": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
            "Other": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}},
            "One": {"Type": SUBNET, "Properties": {"VpcId": {"Ref": "Net"}, "CidrBlock": "10.0.0.0/20"}},
            "Start": {"Type": TEMPLATE, "Properties": {DATA: data}},
            "Fleet": {"Type": GROUP, "Properties": given},
            **more,
        },
    }


def door(net: str) -> dict[str, Any]:
    """An example: a security group of a VPC."""
    return {"Type": SECURITY_GROUP, "Properties": {"GroupDescription": "web", "VpcId": {"Ref": net}}}


BOTH = {"ImageId": "ami-12345678", "InstanceType": "m5.large"}
GUARDED = {**BOTH, "SecurityGroupIds": [{"Fn::GetAtt": ["Door", "GroupId"]}]}

RULES: tuple[Rule, ...] = (
    Rule(
        "ASG019", (GROUP, TEMPLATE), "error",
        "the launch template {template} has no {what}, without which Auto Scaling starts no instances",
        scope="graph",
        check=_lacking,
        fix="set {name} in the launch template, or in every override",
        source="EC2 Auto Scaling User Guide, create an Auto Scaling group using a launch template",
        verified="docs",
        good=(
            fleet(BOTH),
            fleet({"ImageId": "ami-12345678"}, {"InstanceType": "m5.large"}, {"InstanceType": "m5a.large"}),
            fleet({"ImageId": {"Ref": "Image"}, "InstanceRequirements": {"VCpuCount": {"Min": 1}}}),
        ),
        bad=(fleet({"InstanceType": "m5.large"}), fleet({"ImageId": "ami-12345678"})),
    ),
)  # fmt: skip
