"""The rule about where in a VPC a function stands, as far as its construct is told."""

from __future__ import annotations

from ..vocabulary import Rule, Violation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..view import View

MESSAGE = "{subnet} is public, and functions get no public address: this one cannot reach the internet from there"
FIX = "put it into private subnets, which go out through a NAT gateway"
SOURCE = "Lambda Developer Guide, Enabling internet access for VPC-connected Lambda functions"


def _said_public(view: View) -> Iterator[Violation]:
    if view.get("subnet_kind") == "public":
        yield Violation(("subnets",), subnet="its subnet")


RULES = (
    Rule(
        "VPC024", "awsdeck::LambdaFunction", "warning",
        MESSAGE,
        scope="construct",
        check=_said_public,
        fix=FIX,
        source=SOURCE,
        verified="docs",
        good={"subnet_kind": "private"},
        bad={"subnet_kind": "public"},
    ),
)  # fmt: skip
