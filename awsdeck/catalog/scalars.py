"""Checks of single values: text, numbers, true and false, JSON.

They take what CloudFormation takes: numbers as text, true and false as text, numbers where text is wanted.
"""

from __future__ import annotations

import json
import re

from .deploytime import function, is_function, resolved_later
from .problem import KINDS, QUOTE, SUBJECT, Problem, wrong_type
from .words import allowed_of, cut, listing, meant, number, shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .problem import Check, Found

# What a value of a known format begins with.
PREFIXES: dict[str, tuple[tuple[str, ...], str]] = {
    "AWS::ACM::Certificate.Arn": (("arn:",), "the ARN of a certificate (arn:…)"),
    "AWS::EC2::Image.Id": (("ami-", "resolve:ssm:"), "the id of an image (ami-…)"),
    "AWS::EC2::SecurityGroup.Id": (("sg-",), "the id of a security group (sg-…)"),
    "AWS::EC2::Subnet.Id": (("subnet-",), "the id of a subnet (subnet-…)"),
    "AWS::EC2::VPC.Id": (("vpc-",), "the id of a VPC (vpc-…)"),
    "AWS::IAM::Role.Arn": (("arn:",), "the ARN of a role (arn:…)"),
    "AWS::Lambda::Function.Arn": (("arn:",), "the ARN of a function (arn:…)"),
    "AWS::SNS::Topic.Arn": (("arn:",), "the ARN of a topic (arn:…)"),
}
_IPV4 = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
FORMS: dict[str, tuple[str, str]] = {
    "ipv4-network": (rf"{_IPV4}(?:\.{_IPV4}){{3}}/(?:3[0-2]|[12]?\d)\Z", "an IPv4 range such as 10.0.0.0/16"),
    "ipv6-network": (
        r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/(?:12[0-8]|1[01]\d|\d?\d)\Z",
        "an IPv6 range such as 2001:db8::/56",
    ),
    "date-time": (r"\d{4}-\d\d-\d\d", "a date and time such as 2030-01-31T12:00:00Z"),
}

_whole = re.compile(r"[+-]?\d+\Z").match
_decimal = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\Z").match


def anything(value: Any) -> Found:
    return None


def odd(value: Any, words: str, again: Check) -> Found:
    """A value whose class is none of JSON's: a subclass is looked at as its JSON class, anything else is wrong."""
    if value is None:
        return [Problem("type", f"{SUBJECT} is null, which CloudFormation refuses", words, "leave it out")]
    kinds: tuple[Any, ...] = (bool, int, float, str, dict, list)
    for kind in kinds:
        if isinstance(value, kind):
            if value.__class__ is kind:
                return None
            plain: Any = str.__str__(value) if kind is str else kind(value)
            return again(plain)
    if isinstance(value, tuple):
        return again(list(value))
    iso = getattr(value, "isoformat", None)
    if iso is not None:
        return again(iso())
    return [wrong_type(value, words)]


def plain_text(value: Any) -> Found:
    is_a = value.__class__
    if is_a is str or is_a is int or is_a is bool or is_a is float:
        return None
    if is_a is dict and is_function(value):
        return function(value, "s", plain_text)
    if is_a is dict or is_a is list:
        return [wrong_type(value, "text")]
    return odd(value, "text", plain_text)


def format_test(name: str | None) -> tuple[Callable[[str], object], str] | None:
    """A test of a format and the words for it; None for a format that is not looked into."""
    if name in PREFIXES:
        beginnings, words = PREFIXES[name]
        return lambda text: text.startswith(beginnings), words
    if name in FORMS:
        form, words = FORMS[name]
        return re.compile(form).match, words
    return None


def text_check(spec: dict[str, Any], whole: list[Check]) -> Check:
    folded: list[str] | None = spec.get("ei")
    listed = spec.get("e") or ([spec["k"]] if "k" in spec else None) or folded
    enum = None if listed is None else frozenset(as_text(one) for one in listed)
    shortest: int = spec.get("sa", 0)
    longest: int = spec.get("sz", 1 << 60)
    pattern: str | None = spec.get("m")
    form = format_test(spec.get("f"))
    matches: Callable[[str], object] | None = None

    def check(value: Any) -> Found:
        nonlocal matches
        text = value
        if text.__class__ is not str:
            is_a = text.__class__
            if is_a is int or is_a is bool:
                text = as_text(text)
            elif is_a is float:
                text = (
                    str(int(text)) if enum is not None and text.is_integer() and repr(text) not in enum else repr(text)
                )
            elif is_a is dict and is_function(text):
                return function(text, "s", whole[0])
            elif is_a is dict or is_a is list:
                return [wrong_type(value, "text")]
            else:
                return odd(value, "text", check)
        if enum is not None:
            if text in enum or (folded is not None and text.lower() in enum):
                return None
            if value.__class__ is bool and text.capitalize() in enum:
                return None
            return None if resolved_later(text) else [_not_listed(value, enum)]
        size = len(text)
        if size < shortest or size > longest:
            return None if resolved_later(text) else [_length(text, shortest, longest)]
        if pattern is not None:
            if matches is None:
                matches = re.compile(pattern).search
            if not matches(text):
                if resolved_later(text):
                    return None
                message = f"{SUBJECT} is {QUOTE}{shorten(value)}{QUOTE}, which does not have the form it must have"
                return [Problem("pattern", message, f"text that matches {cut(pattern, 160)}")]
        if form is not None and not form[0](text) and not resolved_later(text):
            message = f"{SUBJECT} is {QUOTE}{shorten(value)}{QUOTE}, but must be {form[1]}"
            return [Problem("format", message, form[1])]
        return None

    return check


def as_text(value: Any) -> str:
    return value if value.__class__ is str else "true" if value is True else "false" if value is False else str(value)


def _not_listed(value: Any, enum: frozenset[str]) -> Problem:
    if len(enum) == 1:
        only = next(iter(enum))
        return Problem("enum", f"{SUBJECT} is {QUOTE}{shorten(value)}{QUOTE}, but can only be {only!r}", only)
    close = meant(as_text(value), enum)
    return Problem(
        "enum",
        f"{SUBJECT} cannot be {QUOTE}{shorten(value)}{QUOTE}",
        f"one of: {listing(enum)}",
        f"did you mean {close!r}?" if close else None,
    )


def _length(text: str, shortest: int, longest: int) -> Problem:
    size = len(text)
    what = f"has {number(size)} character{'' if size == 1 else 's'}" if size else "is empty"
    allowed = allowed_of(shortest or None, longest if longest < 1 << 60 else None, "character")
    shown = f" ({QUOTE}{shorten(text)}{QUOTE})" if size else ""
    return Problem("length", f"{SUBJECT} {what}{shown}, but must have {allowed}", allowed)


def number_check(spec: dict[str, Any], kind: str, whole: list[Check]) -> Check:
    words = KINDS[kind]
    is_whole = kind == "i"
    low, high = spec.get("lo"), spec.get("hi")
    above, below = spec.get("xlo"), spec.get("xhi")
    step = spec.get("mo")
    listed = spec.get("e") or ([spec["k"]] if "k" in spec else None)
    limited = any(key in spec for key in ("lo", "hi", "xlo", "xhi", "mo"))

    def check(value: Any) -> Found:
        is_a = value.__class__
        amount: Any = value
        if is_a is not int:
            if is_a is str:
                if _whole(value):
                    amount = int(value) if len(value) < 400 else float(value)
                elif _decimal(value):
                    amount = float(value)
                elif resolved_later(value):
                    return None
                else:
                    return [wrong_type(value, words)]
            elif is_a is dict and is_function(value):
                return function(value, kind, whole[0])
            elif is_a is dict or is_a is list or is_a is bool:
                return [wrong_type(value, words)]
            elif is_a is not float:
                return odd(value, words, check)
            if is_whole and amount.__class__ is float and not amount.is_integer():
                return [wrong_type(value, words)]
        if listed is not None:
            if amount in listed or as_text(value) in listed:
                return None
            return [_not_listed(value, frozenset(as_text(one) for one in listed))]
        if limited and (
            (low is not None and amount < low)
            or (high is not None and amount > high)
            or (above is not None and amount <= above)
            or (below is not None and amount >= below)
        ):
            allowed = allowed_of(low, high, above=above, below=below)
            shown = f"{QUOTE}{number(amount)}{QUOTE}"
            return [Problem("range", f"{SUBJECT} is {shown}, but must be {allowed}", allowed)]
        if step is not None and amount - amount == 0 and abs(amount / step - round(amount / step)) > 1e-9:
            allowed = f"a multiple of {number(step)}"
            return [Problem("range", f"{SUBJECT} is {QUOTE}{number(amount)}{QUOTE}, but must be {allowed}", allowed)]
        return None

    return check


def boolean_check(spec: dict[str, Any], whole: list[Check]) -> Check:
    listed = spec.get("e") or ([spec["k"]] if "k" in spec else None)
    enum = None if listed is None else frozenset(as_text(one).lower() for one in listed)

    def check(value: Any) -> Found:
        is_a = value.__class__
        if is_a is bool:
            if enum is None or as_text(value) in enum:
                return None
            return [_not_listed(value, enum)]
        if is_a is str:
            if value in ("true", "false") or value.lower() in ("true", "false"):
                return None if enum is None or value.lower() in enum else [_not_listed(value, enum)]
            return None if resolved_later(value) else [wrong_type(value, KINDS["b"])]
        if is_a is dict and is_function(value):
            return function(value, "b", whole[0])
        if is_a is dict or is_a is list or is_a is int or is_a is float:
            return [wrong_type(value, KINDS["b"])]
        return odd(value, KINDS["b"], check)

    return check


def document_check(whole: list[Check]) -> Check:
    """An object that may hold anything; its JSON as text is taken too."""

    def check(value: Any) -> Found:
        is_a = value.__class__
        if is_a is dict:
            return function(value, "j", whole[0]) if is_function(value) else None
        if is_a is str:
            if value.lstrip()[:1] in ("{", "[") or resolved_later(value):
                return None
            return [wrong_type(value, KINDS["o"])]
        if is_a is list or is_a is bool or is_a is int or is_a is float:
            return [wrong_type(value, KINDS["o"])]
        return odd(value, KINDS["o"], check)

    return check


def json_check(spec: dict[str, Any], whole: list[Check]) -> Check:
    """JSON, as an object or as text."""
    text = text_check({key: value for key, value in spec.items() if key in ("m", "sa", "sz")}, whole)
    lists = "a" in spec.get("t", "")
    words = "JSON, as an object or as text"

    def check(value: Any) -> Found:
        is_a = value.__class__
        if is_a is dict:
            return function(value, "j", whole[0]) if is_function(value) else None
        if is_a is str:
            found = text(value)
            if found is not None or resolved_later(value):
                return found
            if value.lstrip()[:1] not in ("{", "["):
                return [wrong_type(value, words)]
            try:
                json.loads(value)
            except ValueError as error:
                return [Problem("format", f"{SUBJECT} is not JSON: {error}", words)]
            except RecursionError:
                return None
            return None
        if is_a is list and lists:
            return None
        if is_a is list or is_a is bool or is_a is int or is_a is float:
            return [wrong_type(value, words)]
        return odd(value, words, check)

    return check
