"""Values that are known at deploy time alone: references, functions, what may be absent."""

from __future__ import annotations

from .problem import KINDS, SUBJECT, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .problem import Check, Found

LISTS = frozenset({"Fn::Split", "Fn::GetAZs", "Fn::Cidr"})
TEXTS = frozenset({"Fn::Join", "Fn::Sub", "Fn::Base64", "Fn::ToJsonString"})
LEFT_ALONE = ("Fn::Transform", "Fn::ForEach")


def is_function(value: dict[Any, Any]) -> bool:
    """Whether a dict is a reference or an intrinsic function."""
    if len(value) == 1:
        for key in value:
            return key in ("Ref", "Condition") or (key.__class__ is str and key[:4] == "Fn::")
    return False


def absent(value: Any) -> bool | None:
    """True for what is certainly `AWS::NoValue`, None for what may be, False for a value."""
    if value.__class__ is dict and len(value) == 1:
        if "Ref" in value:
            return bool(value["Ref"] == "AWS::NoValue")
        branches = value.get("Fn::If")
        if branches.__class__ is list and len(branches) == 3:
            first, second = absent(branches[1]), absent(branches[2])
            return first if first is second else None
        if "Fn::Transform" in value:
            return None
    return False


def present(value: dict[str, Any], name: str) -> bool | None:
    """Whether an object has a property: True, False, or None when only a deploy can tell, or it is empty."""
    if name not in value:
        return None if opens(value) else False
    if value[name] in ({}, [], None):
        return None
    gone = absent(value[name])
    return None if gone is None else not gone


def opens(value: dict[str, Any]) -> bool:
    """Whether a transform or a loop may add properties."""
    for key in value:  # noqa: SIM110  (this runs for every absent property)
        if key.__class__ is str and key[:4] == "Fn::" and key.startswith(LEFT_ALONE):
            return True
    return False


def function(value: dict[str, Any], kind: str, whole: Check) -> Found:
    """Problems of a reference or a function where `kind` is wanted; both branches of `Fn::If` are looked into."""
    for name, argument in value.items():
        if name == "Fn::If":
            if argument.__class__ is not list or len(argument) != 3:
                return [Problem("function", "Fn::If takes a condition, the value when true and the value when false")]
            found: Found = None
            for at in (1, 2):
                below = whole(argument[at])
                if below is not None:
                    for problem in below:
                        problem.path = ("Fn::If", at, *problem.path)
                    found = below if found is None else found + below
            return found
        if name in LISTS and kind and kind not in "aj":
            return [Problem("type", f"{SUBJECT} must be {KINDS[kind]}, but {name} gives a list", KINDS[kind])]
        if name in TEXTS and kind in ("a", "o"):
            return [Problem("type", f"{SUBJECT} must be {KINDS[kind]}, but {name} gives text", KINDS[kind])]
    return None


def resolved_later(value: str) -> bool:
    return "{{resolve:" in value
