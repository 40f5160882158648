"""What many types demand and their schemas do not say: ids, tags, user data, pairs of bounds."""

from __future__ import annotations

import re

from ..expressions import misses
from ..vocabulary import (
    Rule,
    Violation,
    is_unknown,
    number,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..view import View

    Path = tuple[str | int, ...]


_ELSEWHERE = frozenset(("ImageId", "InstanceId", "VolumeId"))
"""Names under which other services than EC2 have ids of their own."""
_IDS = {
    "ImageId": "ami", "InstanceId": "i", "InternetGatewayId": "igw", "NatGatewayId": "nat", "NetworkInterfaceId": "eni",
    "RouteTableId": "rtb", "SourceSecurityGroupId": "sg", "SubnetId": "subnet", "VolumeId": "vol", "VpcId": "vpc",
    "AllocationId": "eipalloc", "LaunchTemplateId": "lt",
}  # fmt: skip


_PLACES = ("AWS::EC2::Instance", "AWS::EC2::LaunchTemplate")


# Ids that are written down


def _written_ids(view: View) -> Iterator[Violation]:
    ours = view.type.startswith(("AWS::EC2::", "AWS::AutoScaling::"))
    for name in sorted(_IDS.keys() & view.properties.keys()):
        if name in _ELSEWHERE and not ours:
            continue
        start, value = _IDS[name], view.get(name)
        if isinstance(value, str) and not is_unknown(value) and _no_id(value, start):
            yield Violation(
                (name,), problem=f"{name} is {value[:60]}, which is no id", allowed=f"{start}-… in hexadecimal"
            )


def _no_id(value: str, start: str) -> bool:
    if start == "ami" and value.startswith("resolve:ssm:"):
        return False
    return re.fullmatch(rf"{start}-[0-9a-z]{{6,}}", value) is None


# User data


def _user_data(view: View) -> Iterator[Violation]:
    path = "UserData" if view.type == _PLACES[0] else "LaunchTemplateData/UserData"
    for at, value in view.values(path):
        text = value.get("Fn::Sub") if isinstance(value, dict) and len(value) == 1 else value
        text = text[0] if isinstance(text, list) and text else text
        if isinstance(text, str) and "{{resolve:" not in text and re.search(r"[^A-Za-z0-9+/=\s${}:.]|^#|\S[ ]\S", text):
            yield Violation(
                at, problem="user data is given in Base64, and this is plain text", fix="put it into Fn::Base64"
            )


# Tags


def _tags(view: View) -> Iterator[Violation]:
    tags = view.get("Tags")
    if not isinstance(tags, list) or view.type == "AWS::AutoScaling::AutoScalingGroup":
        return
    keys = [tag.get("Key") if type(tag) is dict else None for tag in tags]
    if all(type(key) is str and key[:4].lower() != "aws:" for key in keys) and len(set(keys)) == len(keys):
        return  # as nearly always
    seen: set[str] = set()
    for at, tag in view.values("Tags/*"):
        key = tag.get("Key") if isinstance(tag, dict) else None
        if not isinstance(key, str) or is_unknown(key):
            continue
        if key.lower().startswith("aws:"):
            yield Violation((*at, "Key"), problem=f"the tag {key} begins with aws:, which is kept for AWS")
        elif key in seen and "Fn::If" not in at:
            yield Violation((*at, "Key"), problem=f"the tag {key} is given twice")
        seen.add(key)


_TARGET, _POOL = "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::RDS::DBProxyTargetGroup"
_CONNECTIONS = "ConnectionPoolConfigurationInfo"
_PAIRS = {
    _POOL: ((f"{_CONNECTIONS}/MaxIdleConnectionsPercent", f"{_CONNECTIONS}/MaxConnectionsPercent"),),
    _TARGET: (("MinCapacity", "MaxCapacity"),),
}
"""Properties of which the first is no more than the second."""


def _unfinished(pattern: str) -> bool:
    """Whether a pattern leaves a bracket open in every dialect."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return str(error).startswith(("unterminated character set", "missing ), unterminated subpattern"))
    return False


def _scales(view: View) -> Iterator[Violation]:
    for low, high in _PAIRS.get(view.type, ()):
        least, most = number(view.get(low)), number(view.get(high))
        if least is not None and most is not None and least > most:
            yield Violation(tuple(low.split("/")), problem=f"{low} {least} is more than {high} {most}")


def _pattern(view: View) -> Iterator[Violation]:
    pattern, value = view.get("AllowedPattern"), view.get("Value")
    if isinstance(pattern, str) and not is_unknown(pattern) and _unfinished(pattern):
        yield Violation(("AllowedPattern",), problem=f"{pattern} is no regular expression: a bracket is not closed")
        return
    if not isinstance(pattern, str) or not isinstance(value, str) or is_unknown(value) or is_unknown(pattern):
        return
    if misses(pattern, value, whole=False):
        yield Violation(("Value",), problem=f"the value does not match AllowedPattern {pattern}")


def _policy_names(view: View) -> Iterator[Violation]:
    seen: set[str] = set()
    for at, name in view.values("Policies/*/PolicyName"):
        if isinstance(name, str) and not is_unknown(name) and "Fn::If" not in at:
            if name in seen:
                yield Violation(
                    at, problem=f"two inline policies are called {name}, and the later takes the earlier's place"
                )
            seen.add(name)


# Rules

_TAKEN = {"Key": "team", "Value": "a"}

RULES: tuple[Rule, ...] = (
    Rule(
        "TPL012", "*", "error",
        "an id that is written down has the form of one",
        check=_written_ids,
        on=tuple(_IDS),
        source="EC2 User Guide, Resource IDs",
        verified="docs",
        good=(
            {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-0a1b2c3d", "CidrBlock": "10.0.0.0/24"}},
            {"Type": "AWS::ServiceDiscovery::Instance", "Properties": {
                "InstanceId": "printer", "ServiceId": "srv-1", "InstanceAttributes": {"AWS_INSTANCE_CNAME": "a.example.com"}}},
            {"Type": "AWS::FSx::Snapshot", "Properties": {"Name": "s", "VolumeId": "fsvol-0123456789abcdef0"}},
        ),
        bad={"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "main", "CidrBlock": "10.0.0.0/24"}},
    ),
    Rule(
        "TPL013", _PLACES, "error",
        "user data is given in Base64",
        check=_user_data,
        source="CloudFormation Template Reference, AWS::EC2::Instance UserData",
        verified="docs",
        good=(
            {"Type": _PLACES[0], "Properties": {"UserData": {"Fn::Base64": "#!/bin/sh"}}},
            {"Type": _PLACES[0], "Properties": {"UserData": "IyEvYmluL3No"}},
        ),
        bad={"Type": _PLACES[0], "Properties": {"UserData": "#!/bin/sh"}},
    ),
    Rule(
        "TPL014", "*", "error",
        "tags have different keys, none of them kept for AWS",
        check=_tags,
        on=("Tags",),
        source="AWS General Reference, tagging AWS resources",
        verified="docs",
        good={"Type": "AWS::SQS::Queue", "Properties": {"Tags": [_TAKEN, {"Key": "Team", "Value": "b"}]}},
        bad=(
            {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [_TAKEN, _TAKEN]}},
            {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "aws:team", "Value": "a"}]}},
        ),
    ),
    Rule(
        "TPL016", tuple(_PAIRS), "error",
        "what is at least there is not above what is at most",
        check=_scales,
        source="CloudFormation Template Reference, AWS::ApplicationAutoScaling::ScalableTarget; "
        "AWS::RDS::DBProxyTargetGroup ConnectionPoolConfigurationInfoFormat",
        verified="docs",
        good={"Type": _TARGET, "Properties": {"MinCapacity": 1, "MaxCapacity": 1}},
        bad=(
            {"Type": _TARGET, "Properties": {"MinCapacity": 2, "MaxCapacity": 1}},
            {"Type": _POOL, "Properties": {
                _CONNECTIONS: {"MaxConnectionsPercent": 50, "MaxIdleConnectionsPercent": 60}}},
        ),
    ),
    Rule(
        "TPL017", "AWS::SSM::Parameter", "error",
        "the value of a parameter matches its own pattern",
        check=_pattern,
        source="CloudFormation Template Reference, AWS::SSM::Parameter AllowedPattern",
        verified="docs",
        good={"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "3", "AllowedPattern": "^[0-9]$"}},
        bad={"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "a", "AllowedPattern": "^[0-9]$"}},
    ),
    Rule(
        "TPL018", ("AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::User"), "error",
        "the inline policies of one identity have different names",
        check=_policy_names,
        source="IAM User Guide, managed policies and inline policies",
        verified="docs",
        good={"Policies": [{"PolicyName": "a"}, {"PolicyName": "b"}]},
        bad={"Policies": [{"PolicyName": "a"}, {"PolicyName": "a"}]},
    ),
)  # fmt: skip
