"""Amazon EC2: what the documentation demands of instances, hosts and reservations beyond the resource schema."""

from __future__ import annotations

import re

from ..autoscaling.groupmachines import GROUP as SCALING_GROUP
from ..autoscaling.groupmachines import fleet, processors
from ..limits import RESERVATION_INSTANCES_MOST, USER_DATA_MOST
from ..vocabulary import ABSENT, Between, Is, Present, Rule, Unset, Violation, is_unknown
from . import commitments, hosts, spot
from .commitments import ARCHITECTURES, MISMATCH
from .instancetypes import BURSTABLE, architecture_of, families, family_of
from .launching import (
    DATA,
    INSTANCE,
    TEMPLATE,
    Launch,
    image_architecture,
    image_name,
    is_windows,
    launches,
    script,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

RESERVATION = "AWS::EC2::CapacityReservation"
TARGET = "CapacityReservationSpecification/CapacityReservationTarget/CapacityReservationId"
_SERVICES = (
    "autoscaling|cloudformation|cloudwatch|configure|dynamodb|ec2|ecr|ecs|efs|elbv2|events|iam|kinesis|kms|lambda|logs|rds"
    "|route53|s3|s3api|secretsmanager|ses|sns|sqs|ssm|stepfunctions|sts"
)
_CALL = re.compile(rf"(?:^|[\s;&|($`])aws\s+(?:--\S+\s+)*(?:{_SERVICES})\s+[a-z]")


def prefix(view: View) -> str:
    """Where a type says what an instance says at its top."""
    return f"{DATA}/" if view.type == TEMPLATE else ""


def _known(value: Any) -> bool:
    return value is not ABSENT and value is not None and not is_unknown(value)


# Images


def _image(view: View) -> Iterator[Violation]:
    if view.type == INSTANCE and view.get("ImageId") is ABSENT and view.get("LaunchTemplate") is ABSENT:
        yield Violation(("ImageId",))


def _launched_image(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        if launch.instance is None or launch.template is None or launch.get("ImageId") is not ABSENT:
            continue
        yield Violation(
            ("ImageId",), view=launch.instance, message="neither the instance nor its launch template {template} has an "
            "image", template=launch.template.id,
        )  # fmt: skip


def _architecture(view: View) -> Iterator[Violation]:
    """A public image on a type of another processor, both said by the same resource."""
    place = prefix(view)
    yield from _mismatch(
        view, view.get(f"{place}ImageId"), view, view.get(f"{place}InstanceType"), f"{place}InstanceType"
    )


def _launched_architecture(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        image, owner, _ = launch.find("ImageId")
        kind, said, path = launch.find("InstanceType")
        if owner is not None and said is not None and owner is not said:
            yield from _mismatch(owner, image, said, kind, "/".join(map(str, path)))
    yield from processors(graph)


def _mismatch(owner: View, image: Any, said: View, kind: Any, path: str) -> Iterator[Violation]:
    name, machine = image_name(owner, image), architecture_of(kind)
    made_for = None if name is None else image_architecture(name)
    if made_for is not None and machine is not None and made_for != machine:
        yield Violation(path.split("/"), view=said, kind=kind, machine=machine, image=made_for)


# Network


def _interfaces(view: View) -> Iterator[Violation]:
    given = view.get(f"{prefix(view)}NetworkInterfaces")
    if not isinstance(given, list) or not given:
        return
    groups = "GroupSet" if view.type == INSTANCE else "Groups"
    for name in ("SubnetId", "SecurityGroupIds", "SecurityGroups"):
        path = f"{prefix(view)}{name}"
        if view.get(path) is not ABSENT:
            yield Violation(path.split("/"), name=name, inside="SubnetId" if name == "SubnetId" else groups)


def _launched_interfaces(graph: Graph) -> Iterator[Violation]:
    """Interfaces of the launch template beside a subnet or groups of the instance, and the other way round."""
    for launch in launches(graph):
        given, owner, _ = launch.find("NetworkInterfaces")
        if launch.template is None or owner is None or not isinstance(given, list) or not given:
            continue
        for name in ("SubnetId", "SecurityGroupIds", "SecurityGroups"):
            _, view, path = launch.find(name)
            if view is not None and view is not owner:
                inside = "SubnetId" if name == "SubnetId" else "Groups" if owner is launch.template else "GroupSet"
                yield Violation(path, view=view, name=name, inside=f"{inside} (of {owner.id})")


# User data and permissions


def _user_data(view: View) -> Iterator[Violation]:
    path = f"{prefix(view)}UserData"
    text, whole = script(view.get(path))
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > USER_DATA_MOST:
        yield Violation(path.split("/"), size=size, least="" if whole else "at least ", most=USER_DATA_MOST)


def _calls(value: Any) -> bool:
    text, _ = script(value)
    lines = (line.strip() for line in text.splitlines())
    return any(_CALL.search(line) for line in lines if not line.startswith("#") and "--no-sign-request" not in line)


def _profile(view: View) -> Iterator[Violation]:
    alone = view.get("LaunchTemplate") is ABSENT and view.get("IamInstanceProfile") is ABSENT
    if alone and _calls(view.get("UserData")):
        yield Violation(("UserData",))


def _launched_profile(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        if launch.instance is None or launch.template is None or launch.get("IamInstanceProfile") is not ABSENT:
            continue
        value, view, path = launch.find("UserData")
        if view is not None and _calls(value):
            yield Violation(path, view=view)


# Reservations


def _ends(view: View) -> Iterator[Violation]:
    kind, end = view.get("EndDateType"), view.get("EndDate")
    if kind == "limited" and end is ABSENT:
        yield Violation(("EndDate",), problem="a reservation that is limited needs an EndDate")
    elif _known(end) and kind == "unlimited":
        yield Violation(
            ("EndDate",), problem="a reservation without limit has no EndDate", fix="set EndDateType to limited"
        )
    elif _known(end) and kind is ABSENT:
        yield Violation(
            ("EndDateType",), severity="warning", problem="an EndDate counts when EndDateType is limited",
            fix="set EndDateType to limited",
        )  # fmt: skip


def _reserved(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        template = launch.template
        target = None if template is None else graph.target(template, launch.told(TARGET))
        if target is None or target.view.type != RESERVATION:
            continue
        kept = target.view
        if launch.is_spot:
            yield Violation(
                (DATA, *TARGET.split("/")), view=template, message="a reservation of capacity is for instances on demand, "
                "not for Spot Instances", fix="leave InstanceMarketOptions out, or the reservation",
            )  # fmt: skip
        for name, default in (("InstanceType", ABSENT), ("AvailabilityZone", ABSENT), ("Tenancy", "default")):
            value, view, path = launch.zone(graph) if name == "AvailabilityZone" else launch.find(name)
            wanted = kept.get(name, default)
            value = default if value is ABSENT and name == "Tenancy" else value
            if _known(value) and _known(wanted) and value != wanted:
                yield Violation(
                    path, view=view or launch.instance or template, reservation=kept.id, name=name, value=value,
                    wanted=wanted,
                )  # fmt: skip
        yield from _platform(launch, kept)


def _platform(launch: Launch, kept: View) -> Iterator[Violation]:
    image, view, path = launch.find("ImageId")
    name = None if view is None else image_name(view, image)
    wanted = kept.get("InstancePlatform")
    if name is None or not isinstance(wanted, str) or is_unknown(wanted):
        return
    if is_windows(name) is not wanted.startswith("Windows"):
        yield Violation(
            path, view=view, reservation=kept.id, name="platform", wanted=wanted,
            value="Windows" if is_windows(name) else "Linux/UNIX",
        )  # fmt: skip


# Processor credits


def _credits(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        credit, view, path = launch.find("CreditSpecification/CPUCredits")
        family = family_of(launch.get("InstanceType"))
        if view is None or family is None or not _known(credit):
            continue
        if family == "t3" and credit == "unlimited" and launch.get("Tenancy") == "host":
            yield Violation(
                path, view=view, severity="error", problem="on a Dedicated Host a t3 instance has standard credits only",
                fix="set it to standard",
            )  # fmt: skip
        elif family not in BURSTABLE and family in families():
            yield Violation(path, view=view, problem=f"instances of the family {family} have no processor credits")


# Examples


def _box(**properties: Any) -> dict[str, Any]:
    given = {"ImageId": "ami-12345678", "InstanceType": "m5.large", **properties}
    return {"Type": INSTANCE, "Properties": {name: value for name, value in given.items() if value is not None}}


def _launched(data: dict[str, Any], *others: dict[str, Any], **properties: Any) -> dict[str, Any]:
    start = {"LaunchTemplateId": {"Ref": "Start"}, "Version": {"Fn::GetAtt": ["Start", "LatestVersionNumber"]}}
    resources = {
        "Start": {"Type": TEMPLATE, "Properties": {DATA: data}},
        "Box": {"Type": INSTANCE, "Properties": {"LaunchTemplate": start, **properties}},
    }
    return {"Resources": {**resources, **{f"Other{number}": body for number, body in enumerate(others)}}}


def _kept(**properties: Any) -> dict[str, Any]:
    given = {"InstanceType": "m5.large", "InstancePlatform": "Linux/UNIX", "AvailabilityZone": "eu-west-1a"}
    return {"Type": RESERVATION, "Properties": {**given, "InstanceCount": 1, **properties}}


def _looked_up(name: str, kind: str) -> dict[str, Any]:
    return {
        "Parameters": {"Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": name}},
        "Resources": {"Box": _box(ImageId={"Ref": "Image"}, InstanceType=kind)},
    }


_ARM = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
_INTO = {
    "CapacityReservationSpecification": {"CapacityReservationTarget": {"CapacityReservationId": {"Ref": "Other0"}}}
}
_CARD = [{"DeviceIndex": "0", "SubnetId": "subnet-0a1b2c3d"}]
_COPY = {"Fn::Base64": "#!/bin/bash\naws s3 cp s3://shop-code/app.zip .\n"}
_SPOT = {"InstanceMarketOptions": {"MarketType": "spot"}}

_OWN: tuple[Rule, ...] = (
    Rule(
        "EC2015", RESERVATION, "error",
        "a reservation of capacity ends as its EndDateType says",
        check=_ends,
        source="EC2 API Reference, CreateCapacityReservation",
        good=(_kept(EndDateType="unlimited"), _kept(EndDateType="limited", EndDate="2027-01-01T00:00:00Z")),
        bad=(
            _kept(EndDateType="limited"),
            _kept(EndDateType="unlimited", EndDate="2027-01-01T00:00:00Z"),
            _kept(EndDate="2027-01-01T00:00:00Z"),
        ),
    ),
    Rule(
        "EC2037", RESERVATION, "error",
        "one reservation keeps capacity for {allowed}",
        then={"InstanceCount": Between(1, RESERVATION_INSTANCES_MOST, "instances")},
        source="EC2 API Reference, CreateCapacityReservation, InstanceCount",
        good=_kept(InstanceCount=1000),
        bad=_kept(InstanceCount=1001),
    ),
    Rule(
        "EC2016", (INSTANCE, TEMPLATE, RESERVATION), "error",
        "the reservation {reservation} is for another {name}: {wanted}, not {value}",
        scope="graph",
        check=_reserved,
        fix="make them the same, or leave the reservation out",
        source="EC2 User Guide, On-Demand Capacity Reservations; EC2 API Reference, CapacityReservationSpecification; "
        "course notes, EC2",
        good=_launched({**_INTO, "ImageId": "ami-12345678"}, _kept(), InstanceType="m5.large"),
        bad=(
            _launched({**_INTO, "ImageId": "ami-12345678"}, _kept(), InstanceType="m5.xlarge"),
            _launched({**_INTO, **_SPOT, "ImageId": "ami-12345678"}, _kept(), InstanceType="m5.large"),
            _launched(
                {**_INTO, "ImageId": "ami-12345678"}, _kept(), InstanceType="m5.large", AvailabilityZone="eu-west-1b",
            ),
            _launched({**_INTO, "ImageId": "ami-12345678"}, _kept(), InstanceType="m5.large", Tenancy="dedicated"),
        ),
    ),
    Rule(
        "EC2020", INSTANCE, "error",
        "an instance starts from an image: ImageId, or a launch template that has one",
        check=_image,
        fix="set ImageId",
        source="EC2 API Reference, RunInstances, ImageId",
        good=(_box(), _box(ImageId=None, LaunchTemplate={"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1"})),
        bad=_box(ImageId=None),
    ),
    Rule(
        "EC2020", (INSTANCE, TEMPLATE), "error",
        "an instance starts from an image: ImageId, or a launch template that has one",
        scope="graph",
        check=_launched_image,
        fix="set ImageId on one of the two",
        source="EC2 API Reference, RunInstances, ImageId",
        good=(_launched({"ImageId": "ami-12345678"}), _launched({}, ImageId="ami-12345678")),
        bad=_launched({"InstanceType": "m5.large"}),
    ),
    Rule(
        "EC2021", (INSTANCE, TEMPLATE), "error",
        "with NetworkInterfaces, {name} belongs into the interface, as {inside}",
        check=_interfaces,
        fix="move it there",
        source="EC2 API Reference, RunInstances, SubnetId and SecurityGroupIds",
        good=_box(NetworkInterfaces=_CARD),
        bad=(
            _box(NetworkInterfaces=[{"DeviceIndex": "0"}], SubnetId="subnet-0a1b2c3d"),
            _box(NetworkInterfaces=_CARD, SecurityGroupIds=["sg-0a1b2c3d"]),
            {"Type": TEMPLATE, "Properties": {DATA: {
                "NetworkInterfaces": [{"DeviceIndex": 0}], "SecurityGroupIds": ["sg-0a1b2c3d"],
            }}},
        ),
    ),
    Rule(
        "EC2021", (INSTANCE, TEMPLATE), "error",
        "with NetworkInterfaces, {name} belongs into the interface, as {inside}",
        scope="graph",
        check=_launched_interfaces,
        fix="move it there, or give the instance NetworkInterfaces of its own",
        source="EC2 API Reference, RunInstances, SubnetId and SecurityGroupIds",
        good=(
            _launched({"NetworkInterfaces": [{"DeviceIndex": 0}]}, ImageId="ami-12345678"),
            _launched(
                {"NetworkInterfaces": [{"DeviceIndex": 0}]}, ImageId="ami-12345678", NetworkInterfaces=_CARD,
            ),
        ),
        bad=(
            _launched({"NetworkInterfaces": [{"DeviceIndex": 0}]}, ImageId="ami-12345678", SubnetId="subnet-0a1b2c3d"),
            _launched({"SecurityGroupIds": ["sg-0a1b2c3d"]}, ImageId="ami-12345678", NetworkInterfaces=_CARD),
        ),
    ),
    Rule(
        "EC2024", INSTANCE, "warning",
        "the instance calls AWS as it starts, and no role lets it",
        check=_profile,
        when={"UserData": Present(), "IamInstanceProfile": Unset()},
        fix="give it an IamInstanceProfile with a role that may do what the calls do",
        source="EC2 User Guide, IAM roles for Amazon EC2; course notes, IAM",
        verified="docs",
        good=(_box(UserData=_COPY, IamInstanceProfile="web"), _box(UserData={"Fn::Base64": "echo aws s3"})),
        bad=_box(UserData=_COPY),
    ),
    Rule(
        "EC2024", (INSTANCE, TEMPLATE), "warning",
        "the instance calls AWS as it starts, and no role lets it",
        scope="graph",
        check=_launched_profile,
        fix="give it or its launch template an instance profile with a role that may do what the calls do",
        source="EC2 User Guide, IAM roles for Amazon EC2; course notes, IAM",
        verified="docs",
        good=_launched({"ImageId": "ami-12345678", "IamInstanceProfile": {"Name": "web"}}, UserData=_COPY),
        bad=_launched({"ImageId": "ami-12345678", "UserData": _COPY}),
    ),
    Rule(
        "EC2026", (INSTANCE, TEMPLATE), "error",
        MISMATCH,
        check=_architecture,
        fix="take an image for {machine}, or an instance type with {image} processors",
        source=ARCHITECTURES,
        refers=True,
        good=(
            _looked_up(_ARM, "m7g.large"),
            _box(ImageId=f"{{{{resolve:ssm:{_ARM}}}}}", InstanceType="t4g.small"),
        ),
        bad=(
            _looked_up(_ARM, "m5.large"),
            _box(ImageId=f"{{{{resolve:ssm:{_ARM}}}}}", InstanceType="m5.large"),
            {"Type": TEMPLATE, "Properties": {DATA: {"ImageId": f"resolve:ssm:{_ARM}", "InstanceType": "m5.large"}}},
        ),
    ),
    Rule(
        "EC2026", (INSTANCE, TEMPLATE, SCALING_GROUP), "error",
        MISMATCH,
        scope="graph",
        check=_launched_architecture,
        fix="take an image for {machine}, or an instance type with {image} processors",
        source=ARCHITECTURES,
        good=(
            _launched({"ImageId": f"resolve:ssm:{_ARM}"}, InstanceType="t4g.small"),
            fleet({"ImageId": {"Ref": "Image"}}, {"InstanceType": "m6g.large"}, {"InstanceType": "c7g.large"}),
        ),
        bad=(
            _launched({"ImageId": f"resolve:ssm:{_ARM}"}, InstanceType="m5.large"),
            fleet({"ImageId": {"Ref": "Image"}}, {"InstanceType": "m6g.large"}, {"InstanceType": "m5.large"}),
        ),
    ),
    Rule(
        "EC2027", (INSTANCE, TEMPLATE), "error",
        "the user data has {least}{size} bytes, and EC2 takes {most}",
        check=_user_data,
        fix="keep the script in S3 and fetch it from there, or compress it",
        source="EC2 User Guide, run commands when you launch an EC2 instance with user data input",
        verified="docs",
        good=_box(UserData={"Fn::Base64": "#" * USER_DATA_MOST}),
        bad=(
            _box(UserData={"Fn::Base64": "#" * (USER_DATA_MOST + 1)}),
            {"Type": TEMPLATE, "Properties": {DATA: {
                "UserData": {"Fn::Base64": {"Fn::Sub": "${AWS::Region} ${Name} " + "#" * USER_DATA_MOST}},
            }}},
        ),
    ),
    Rule(
        "EC2030", (INSTANCE, TEMPLATE), "warning",
        "processor credits are for burstable instances",
        scope="graph",
        check=_credits,
        fix=f"leave CreditSpecification out, or choose a family with credits: {', '.join(sorted(BURSTABLE))}",
        source="EC2 API Reference, CreditSpecificationRequest, RunInstances",
        verified="docs",
        good=(_box(InstanceType="t3.small", CreditSpecification={"CPUCredits": "unlimited"}), _box()),
        bad=(
            _box(CreditSpecification={"CPUCredits": "unlimited"}),
            _box(InstanceType="t3.small", CreditSpecification={"CPUCredits": "unlimited"}, Tenancy="host"),
        ),
    ),
    Rule(
        "EC2038", (INSTANCE, TEMPLATE), "info",
        "the instance answers metadata requests without a session (IMDSv1)",
        when={"MetadataOptions/HttpTokens": Is("optional"), "MetadataOptions/HttpEndpoint": Is("enabled", default="enabled")},
        then={"MetadataOptions/HttpTokens": Is("required")},
        fix="set HttpTokens to required",
        source="EC2 User Guide, configure the instance metadata service; AWS Config, ec2-imdsv2-check",
        verified="docs",
        good=_box(MetadataOptions={"HttpTokens": "required"}),
        bad=_box(MetadataOptions={"HttpTokens": "optional"}),
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*_OWN, *hosts.RULES, *spot.RULES, *commitments.RULES)
