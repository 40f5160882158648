"""Rules about parameters of the Parameter Store: how long they are, how they are called, what their tier allows."""

from __future__ import annotations

from ..limits import PARAMETER_MOST
from ..vocabulary import ABSENT, Matches, Rule, Violation, grouped, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

PARAMETER = "AWS::SSM::Parameter"


def _size(view: View) -> Iterator[Violation]:
    value, tier = view.get("Value"), view.get("Tier", "Standard")
    most = PARAMETER_MOST.get(tier) if isinstance(tier, str) else None
    if not isinstance(value, str) or is_unknown(value) or most is None:
        return
    size = len(value.encode("utf-8", "surrogatepass"))
    if size > most:
        bigger = "Advanced" if tier == "Standard" and size <= PARAMETER_MOST["Advanced"] else None
        yield Violation(
            ("Value",),
            size=size,
            most=most,
            tier=tier,
            fix=f"set Tier: {bigger}" if bigger else "keep it in S3, and its address in the parameter",
        )


def _policies(view: View) -> Iterator[Violation]:
    tier = view.get("Tier", "Standard")
    if view.get("Policies") is not ABSENT and tier == "Standard":
        yield Violation(("Policies",))


def _parameter(**properties: Any) -> dict[str, Any]:
    return {"Type": "String", "Value": "x", **properties}


def _whole(**properties: Any) -> dict[str, Any]:
    return {"Type": PARAMETER, "Properties": _parameter(**properties)}


_EXPIRES = '[{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"2030-01-01T00:00:00.000Z"}}]'

RULES: tuple[Rule, ...] = (
    Rule(
        "SSM001", PARAMETER, "error",
        "the value has {size} bytes, and a parameter of the tier {tier} takes " + grouped(PARAMETER_MOST["Standard"])
        + " (Standard) or " + grouped(PARAMETER_MOST["Advanced"]) + " (Advanced)",
        check=_size,
        source="Systems Manager API Reference, PutParameter, Tier",
        good=(_whole(), _whole(Tier="Advanced", Value="x" * 8_192)),
        bad=(_whole(Value="x" * 4_097), _whole(Tier="Advanced", Value="x" * 8_193)),
    ),
    Rule(
        "SSM002", PARAMETER, "error",
        "a parameter's name is {allowed}",
        then={
            "Name": Matches(
                r"(?i)(?!/?(aws|ssm))/?[a-z0-9_.-]+(/[a-z0-9_.-]+){0,14}",
                "made of letters, digits, _, . and -, in at most 15 levels parted by /, and does not begin with aws or ssm",
            )
        },
        source="Systems Manager API Reference, PutParameter, Name",
        good=(_whole(Name="/shop/queue-url"), _whole(Name="size")),
        bad=(_whole(Name="/aws/shop"), _whole(Name="queue url"), _whole(Name="arn:aws:ssm:eu-west-1:1:parameter/x")),
    ),
    Rule(
        "SSM003", PARAMETER, "error",
        "only parameters of the tier Advanced have policies",
        check=_policies,
        fix="set Tier: Advanced",
        source="Systems Manager API Reference, PutParameter, Tier; Policies",
        good=_whole(Tier="Advanced", Policies=_EXPIRES),
        bad=_whole(Policies=_EXPIRES),
    ),
)  # fmt: skip
