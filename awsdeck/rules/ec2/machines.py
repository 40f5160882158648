"""Instance types wherever they are named: instances, groups of them, databases, caches."""

from __future__ import annotations

import re

from ..vocabulary import Limit, Rule, Violation, is_unknown
from .instancetypes import NOTED, PREVIOUS, WELL_FORMED, close_to, families, family_of
from .launching import DATA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..view import View

NAMED = {
    "AWS::AutoScaling::LaunchConfiguration": "InstanceType",
    "AWS::EC2::CapacityReservation": "InstanceType",
    "AWS::EC2::Host": "InstanceType",
    "AWS::EC2::Instance": "InstanceType",
    "AWS::EC2::LaunchTemplate": f"{DATA}/InstanceType",
}
"""Where the instance types of EC2 are named."""
CLASSES = {
    **{type: path for type, path in NAMED.items() if type not in ("AWS::EC2::CapacityReservation", "AWS::EC2::Host")},
    "AWS::ElastiCache::CacheCluster": "CacheNodeType",
    "AWS::ElastiCache::ReplicationGroup": "CacheNodeType",
    "AWS::RDS::DBInstance": "DBInstanceClass",
}
"""Where a type of which there are generations is named."""
_OTHERS = {"c7i": "m7i", "i4i": "r7i", "d3": "r7i", "g6": "m7i", "p5": "m7i", "f2": "m7i", "x2idn": "r7i"}
"""What databases and caches have instead, which come in fewer families."""


def _exists(view: View) -> Iterator[Violation]:
    path = NAMED[view.type]
    value = view.get(path)
    if isinstance(value, int | float):
        yield Violation(path.split("/"), value=value, fix="write the type as text, such as m5.large")
    if not isinstance(value, str) or is_unknown(value):
        return
    family, _, size = value.partition(".")
    known = families().get(family)
    if known is not None and size in known.sizes:
        return
    near = close_to(value)
    well = re.fullmatch(WELL_FORMED, value) is not None
    if near is not None:
        fix = f"did you mean {near}?"
        if known is not None:
            fix += f" The family {family} has {', '.join(known.sizes)}"
    else:
        fix = "write a family and a size, such as m5.large"
    yield Violation(
        path.split("/"), value=value, fix=fix, severity="warning" if well else "error",
        message="{value} is not among the instance types known" if well else None,
    )  # fmt: skip


def _previous(view: View) -> Iterator[Violation]:
    path = CLASSES[view.type]
    value = view.get(path)
    family = family_of(value)
    newer = PREVIOUS.get(family or "")
    if newer is None or is_unknown(value) or (view.mode == "documented" and family in NOTED):
        return
    engine = "db." if view.type.startswith("AWS::RDS") else "cache." if "ElastiCache" in view.type else ""
    yield Violation(path.split("/"), value=value, newer=engine + (_OTHERS.get(newer, newer) if engine else newer))


def _resource(type: str, kind: str | int) -> dict[str, object]:
    if type == "AWS::EC2::LaunchTemplate":
        return {"Type": type, "Properties": {DATA: {"InstanceType": kind}}}
    if type.startswith("AWS::RDS"):
        return {"Type": type, "Properties": {"DBInstanceClass": kind, "Engine": "postgres", "AllocatedStorage": "20"}}
    if type == "AWS::ElastiCache::CacheCluster":
        return {"Type": type, "Properties": {"CacheNodeType": kind, "Engine": "redis", "NumCacheNodes": 1}}
    return {"Type": type, "Properties": {"ImageId": "ami-12345678", "InstanceType": kind}}


RULES: tuple[Rule, ...] = (
    Rule(
        "EC2017", tuple(NAMED), "error",
        "{value} is not an instance type",
        check=_exists,
        source="EC2 API Reference, InstanceType (2026-11); course notes, EC2 Instance Types",
        good=(
            _resource("AWS::EC2::Instance", "t2.large"),
            _resource("AWS::EC2::Instance", "u7i-12tb.224xlarge"),
            _resource("AWS::EC2::LaunchTemplate", "m7i-flex.large"),
        ),
        bad=(
            _resource("AWS::EC2::Instance", "t2.huge"),
            _resource("AWS::EC2::LaunchTemplate", "m5large"),
            _resource("AWS::EC2::Instance", "z99.large"),
            _resource("AWS::EC2::Instance", 5),
        ),
    ),
    Rule(
        "EC2019", tuple(CLASSES), "info",
        "{value} is of a previous generation; newer ones do more for less",
        check=_previous,
        fix="consider {newer}",
        source="EC2 User Guide, instance types, previous generation; course notes, EC2 Instance Types",
        limit=Limit(
            "F1, I3, G3, H1, T2, D2, R4, M5, C5, P3 and X1 are the families to use", "all of these have newer ones", "2026-10"
        ),
        good=(_resource("AWS::EC2::Instance", "m5.large"), _resource("AWS::RDS::DBInstance", "db.m7g.large")),
        bad=(
            _resource("AWS::EC2::Instance", "m1.small"),
            _resource("AWS::RDS::DBInstance", "db.m3.medium"),
            _resource("AWS::ElastiCache::CacheCluster", "cache.r3.large"),
        ),
    ),
)  # fmt: skip
