"""The instance types of Amazon EC2 by family: processor, sizes, and where a family can run.

Source: EC2 API Reference, InstanceType and DescribeInstanceTypes (2026-11); cfn-lint's list of previous generations;
course notes, EC2 Instance Types.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

WELL_FORMED = r"[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?)"
NOTED = frozenset(("f1", "i3", "g3", "h1", "t2", "d2", "r4", "m5", "c5", "p3", "x1"))
"""The families that the course notes name."""

PREVIOUS = {
    "a1": "c7g", "c1": "c7i", "c3": "c7i", "c4": "c7i", "c5": "c7i", "cc2": "c7i", "cr1": "r7i", "d2": "d3", "f1": "f2",
    "g2": "g6", "g3": "g6", "g3s": "g6", "h1": "d3", "hs1": "d3", "i2": "i4i", "i3": "i4i", "m1": "m7i", "m2": "r7i",
    "m3": "m7i", "m4": "m7i", "m5": "m7i", "p2": "g6", "p3": "p5", "r3": "r7i", "r4": "r7i", "t1": "t3", "t2": "t3",
    "x1": "x2idn",
}  # fmt: skip
"""Families of a previous generation, and what to use now."""

BURSTABLE = frozenset(("t2", "t3", "t3a", "t4g", "t8i"))
NEVER_ON_HOSTS = frozenset(("t1", "t2", "t3a", "t4g", "m1", "m2", "c1"))
"""Families that Dedicated Hosts have never been offered for."""


class Family:
    """A family of instance types.

    - `architecture`: "x86_64", "arm64", "x86_64_mac" or "arm64_mac".
    - `sizes`: those that there are, small ones first.
    - `hosts`, `spot`, `cluster`: whether it runs on Dedicated Hosts, as Spot Instances, in cluster placement groups;
      None where nobody says.
    """

    __slots__ = ("name", "architecture", "sizes", "hosts", "spot", "cluster")

    def __init__(self, row: str) -> None:
        self.name, self.architecture, marks, *self.sizes = row.split()
        self.hosts, self.spot, self.cluster = (None if mark == "?" else mark != "-" for mark in marks)


def families() -> dict[str, Family]:
    """Every family by name."""
    if not _families:
        _families.update((family.name, family) for family in map(Family, _TABLE.strip().splitlines()))
    return _families


_families: dict[str, Family] = {}


def family_of(type: Any) -> str | None:
    """The family of an instance type (`c5` of `c5.large`), also of a database's or a cache's; None for anything else.

    What is only known at deploy time has none.
    """
    if not isinstance(type, str):
        return None
    match = _TYPE.fullmatch(type)
    return match[1] if match else None


_TYPE = re.compile(r"(?:db\.|cache\.)?([a-z][a-z0-9-]*)\.[a-z0-9-]+")


def architecture_of(type: Any) -> str | None:
    """The processor of an instance type; by the letters of its name for a family that is not in the table.

    Source: EC2 User Guide, instance type naming conventions: `g` after the generation stands for Graviton.
    """
    family = family_of(type)
    if family is None:
        return None
    known = families().get(family)
    if known is not None:
        return known.architecture
    match = _NAME.fullmatch(family)
    if match is None or match[1] == "mac":
        return None
    return "arm64" if match[2].startswith("g") else "x86_64" if match[2][:1] in ("a", "i") else None


_NAME = re.compile(r"([a-z]+)\d+([a-z]*)(?:-[a-z0-9]+)?")


def close_to(type: str) -> str | None:
    """The instance type that was meant, when a name is not far from it."""
    from difflib import get_close_matches

    family, _, size = type.lower().partition(".")
    known = families().get(family)
    if known is not None:
        near = get_close_matches(size, known.sizes, 1, 0.5)
        return f"{family}.{near[0] if near else known.sizes[0]}"
    return next(iter(get_close_matches(type.lower(), _all(), 1)), None)


def _all() -> Iterable[str]:
    return [f"{family.name}.{size}" for family in families().values() for size in family.sizes]


# Name, processor, whether on Dedicated Hosts (h), as Spot (s), in cluster placement groups (c), and the sizes.
_TABLE = """
a1 arm64 hsc medium large xlarge 2xlarge 4xlarge metal
c1 x86_64 -s- medium xlarge
c3 x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge
c4 x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge
c5 x86_64 hsc large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge metal
c5a x86_64 -sc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge
c5ad x86_64 -sc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge
c5d x86_64 hsc large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge metal
c5n x86_64 hsc large xlarge 2xlarge 4xlarge 9xlarge 18xlarge metal
c6a x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge metal
c6g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
c6gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
c6gn arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge
c6i x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal
c6id x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal
c6in x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal
c7a x86_64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge metal-48xl
c7g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
c7gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
c7gn arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
c7i x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
c7i-flex x86_64 -s- large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge
c8a x86_64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
c8g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
c8gb arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
c8gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
c8gn arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
c8i x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
c8i-flex x86_64 -s- large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge
c8ib x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
c8id x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
c8in x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
c8ine x86_64 -sc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge
c9g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-48xl
c9gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-48xl
cc1 x86_64 ??? 4xlarge
cc2 x86_64 ??? 8xlarge
cg1 x86_64 ??? 4xlarge
cr1 x86_64 ??? 8xlarge
d2 x86_64 hsc xlarge 2xlarge 4xlarge 8xlarge
d3 x86_64 -sc xlarge 2xlarge 4xlarge 8xlarge
d3en x86_64 -sc xlarge 2xlarge 4xlarge 6xlarge 8xlarge 12xlarge
dl1 x86_64 ??? 24xlarge
dl2q x86_64 hsc 24xlarge
f1 x86_64 ??? 2xlarge 4xlarge 16xlarge
f2 x86_64 hsc 6xlarge 12xlarge 48xlarge
g2 x86_64 ??? 2xlarge 8xlarge
g3 x86_64 ??? 4xlarge 8xlarge 16xlarge
g3s x86_64 ??? xlarge
g4ad x86_64 ??? xlarge 2xlarge 4xlarge 8xlarge 16xlarge
g4dn x86_64 hsc xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
g5 x86_64 hsc xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge
g5g arm64 hsc xlarge 2xlarge 4xlarge 8xlarge 16xlarge metal
g6 x86_64 hsc xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge
g6e x86_64 hsc xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge
g6f x86_64 -sc large xlarge 2xlarge 4xlarge
g7 x86_64 hsc 2xlarge 4xlarge 8xlarge 12xlarge 24xlarge 48xlarge
g7e x86_64 hsc 2xlarge 4xlarge 8xlarge 12xlarge 24xlarge 48xlarge
gr6 x86_64 -sc 4xlarge 8xlarge
gr6f x86_64 -sc 4xlarge
h1 x86_64 hsc 2xlarge 4xlarge 8xlarge 16xlarge
hi1 x86_64 ??? 4xlarge
hpc6a x86_64 --c 48xlarge
hpc6id x86_64 --c 32xlarge
hpc7a x86_64 --c 12xlarge 24xlarge 48xlarge 96xlarge
hpc7g arm64 --c 4xlarge 8xlarge 16xlarge
hpc8a x86_64 --c 96xlarge
hs1 x86_64 ??? 8xlarge
i2 x86_64 hsc xlarge 2xlarge 4xlarge 8xlarge
i3 x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 16xlarge metal
i3en x86_64 hsc large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 24xlarge metal
i4g arm64 hsc large xlarge 2xlarge 4xlarge 8xlarge 16xlarge
i4i x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal
i7i x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
i7ie x86_64 hsc large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 18xlarge 24xlarge 48xlarge metal-24xl metal-48xl
i8g arm64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
i8ge arm64 hsc large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 18xlarge 24xlarge 48xlarge metal-24xl metal-48xl
im4gn arm64 hsc large xlarge 2xlarge 4xlarge 8xlarge 16xlarge
inf1 x86_64 hsc xlarge 2xlarge 6xlarge 24xlarge
inf2 x86_64 hsc xlarge 8xlarge 24xlarge 48xlarge
is4gen arm64 -sc medium large xlarge 2xlarge 4xlarge 8xlarge
m1 x86_64 -s- small medium large xlarge
m2 x86_64 -s- xlarge 2xlarge 4xlarge
m3 x86_64 hs- medium large xlarge 2xlarge
m4 x86_64 hsc large xlarge 2xlarge 4xlarge 10xlarge 16xlarge
m5 x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal
m5a x86_64 -sc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge
m5ad x86_64 -sc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge
m5d x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal
m5dn x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal
m5n x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal
m5zn x86_64 hsc large xlarge 2xlarge 3xlarge 6xlarge 12xlarge metal
m6a x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge metal
m6g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
m6gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
m6i x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal
m6id x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal
m6idn x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal
m6in x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal
m7a x86_64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge metal-48xl
m7g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
m7gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
m7i x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
m7i-flex x86_64 -s- large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge
m8a x86_64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
m8azn x86_64 hsc medium large xlarge 3xlarge 6xlarge 12xlarge 24xlarge metal-12xl metal-24xl
m8g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
m8gb arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
m8gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
m8gn arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
m8i x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
m8i-flex x86_64 -s- large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge
m8ib x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
m8id x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
m8idb x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
m8idn x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
m8in x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
m8ine x86_64 -sc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge
m9g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
m9gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
mac-m3ultra arm64_mac h-- metal
mac-m4 arm64_mac h-- metal
mac-m4max arm64_mac h-- metal
mac-m4pro arm64_mac h-- metal
mac1 x86_64_mac h-- metal
mac2 arm64_mac h-- metal
mac2-m1ultra arm64_mac h-- metal
mac2-m2 arm64_mac h-- metal
mac2-m2pro arm64_mac h-- metal
p2 x86_64 ??? xlarge 8xlarge 16xlarge
p3 x86_64 ??? 2xlarge 8xlarge 16xlarge
p3dn x86_64 hsc 24xlarge
p4d x86_64 hsc 24xlarge
p4de x86_64 -sc 24xlarge
p5 x86_64 -sc 4xlarge 48xlarge
p5e x86_64 -sc 48xlarge
p5en x86_64 -sc 48xlarge
p6-b200 x86_64 -sc 48xlarge
p6-b300 x86_64 -sc 48xlarge
p6e-gb200 arm64 ??? 36xlarge
r3 x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge
r4 x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 16xlarge
r5 x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal
r5a x86_64 -sc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge
r5ad x86_64 -sc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge
r5b x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal
r5d x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal
r5dn x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal
r5n x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal
r6a x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge metal
r6g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
r6gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
r6i x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal
r6id x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal
r6idn x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal
r6in x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal
r7a x86_64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge metal-48xl
r7g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
r7gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
r7i x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
r7iz x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 32xlarge metal-16xl metal-32xl
r8a x86_64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
r8g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
r8gb arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
r8gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
r8gn arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
r8i x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
r8i-flex x86_64 -s- large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge
r8ib x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
r8id x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
r8idb x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
r8idn x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
r8in x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 96xlarge metal-48xl metal-96xl
r9g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-48xl
r9gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-48xl
t1 x86_64 -s- micro
t2 x86_64 -s- nano micro small medium large xlarge 2xlarge
t3 x86_64 hs- nano micro small medium large xlarge 2xlarge
t3a x86_64 -s- nano micro small medium large xlarge 2xlarge
t4g arm64 -s- nano micro small medium large xlarge 2xlarge
t8i x86_64 -s- nano micro small medium
trn1 x86_64 hsc 2xlarge 32xlarge
trn1n x86_64 -sc 32xlarge
trn2 x86_64 -sc 3xlarge 48xlarge
trn2u x86_64 --c 48xlarge
u-12tb1 x86_64 ??? 112xlarge metal
u-18tb1 x86_64 ??? 112xlarge metal
u-24tb1 x86_64 ??? 112xlarge metal
u-3tb1 x86_64 --c 56xlarge
u-6tb1 x86_64 h-c 56xlarge 112xlarge metal
u-9tb1 x86_64 ??? 112xlarge metal
u7i-12tb x86_64 h-c 224xlarge
u7i-6tb x86_64 h-c 112xlarge
u7i-8tb x86_64 h-c 112xlarge
u7ib-12tb x86_64 ??? 224xlarge
u7in-16tb x86_64 h-c 224xlarge
u7in-24tb x86_64 h-c 224xlarge
u7in-32tb x86_64 h-c 224xlarge
u7inh-32tb x86_64 ??? 480xlarge
vt1 x86_64 hs- 3xlarge 6xlarge 24xlarge
x1 x86_64 hsc 16xlarge 32xlarge
x1e x86_64 hsc xlarge 2xlarge 4xlarge 8xlarge 16xlarge 32xlarge
x2gd arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal
x2idn x86_64 hsc 16xlarge 24xlarge 32xlarge metal
x2iedn x86_64 hsc xlarge 2xlarge 4xlarge 8xlarge 16xlarge 24xlarge 32xlarge metal
x2iezn x86_64 hsc 2xlarge 4xlarge 6xlarge 8xlarge 12xlarge metal
x8aedz x86_64 hsc large xlarge 3xlarge 6xlarge 12xlarge 24xlarge metal-12xl metal-24xl
x8g arm64 hsc medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl metal-48xl
x8i x86_64 hsc large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge 64xlarge 96xlarge metal-48xl metal-96xl
z1d x86_64 hsc large xlarge 2xlarge 3xlarge 6xlarge 12xlarge metal
"""
