"""What a template declares beside its resources: parameters that fit together, and names that somebody uses."""

from __future__ import annotations

import json
import re

from ..expressions import misses, of_java
from ..vocabulary import Rule, Violation, number, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..graph import Graph, Member
    from ..view import View

_OF_AWS = (
    r"AWS::EC2::(?:AvailabilityZone::Name|Image::Id|Instance::Id|KeyPair::KeyName|SecurityGroup::GroupName"
    r"|SecurityGroup::Id|Subnet::Id|Volume::Id|VPC::Id)|AWS::Route53::HostedZone::Id"
)
PARAMETER_TYPES = (
    r"String|Number|List<Number>|CommaDelimitedList|List<String>"
    rf"|AWS::SSM::Parameter::(?:Name|Value<(?:String|CommaDelimitedList|List<String>|(?:{_OF_AWS})|List<(?:{_OF_AWS})>)>)"
    rf"|{_OF_AWS}|List<(?:{_OF_AWS})>"
)
"""What `Type` of a parameter may be. Source: CloudFormation User Guide, Parameters."""
KEYS = {
    "AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description", "MaxLength", "MaxValue",
    "MinLength", "MinValue", "NoEcho", "Type",
}  # fmt: skip
VALUE_MOST = 4_096  # bytes
DESCRIPTION_MOST = 4_000  # characters
_PAIRS = (("MinLength", "MaxLength"), ("MinValue", "MaxValue"))


def _parameters(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        for name, body in member.section("Parameters").items():
            if not isinstance(body, dict):
                yield Violation(("Parameters", name), member=member, problem=f"the parameter {name} is no mapping")
                continue
            for key, problem, fix in _parameter(name, body):
                yield Violation(("Parameters", name, *((key,) if key else ())), member=member, problem=problem, fix=fix)
            for problem in _given(member, name, body):
                yield Violation(("Parameters", name), member=member, problem=problem, fix="give another value")


def _given(member: Member, name: str, body: dict[str, Any]) -> Iterator[str]:
    """In what way the value that is given for a parameter is none that it takes."""
    value = member.known.get(name)
    if value is None or isinstance(value, dict) or str(value) == str(body.get("Default")):
        return
    if isinstance(value, list):
        value = ",".join(map(str, value))
    text = str(value).lower() if isinstance(value, bool) else str(value)
    yield from unfit(body, text, f"the value given for {name}", shown=truth(body.get("NoEcho")) is not True)


def _parameter(name: str, body: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """What is wrong with one parameter: at which key, in which words, and how to mend it."""
    for key in body:
        if key not in KEYS and not str(key).startswith("Fn::"):
            yield str(key), f"a parameter has no {key}", f"one of: {', '.join(sorted(KEYS))}"
    kind = body.get("Type")
    if not isinstance(kind, str) or not re.fullmatch(PARAMETER_TYPES, kind):
        said = f"the parameter {name} has no Type" if kind is None else f"{kind} is not a type of parameters"
        yield (
            "" if kind is None else "Type", said,
            "String, Number, CommaDelimitedList, List<Number>, AWS::SSM::Parameter::Value<…> or AWS::EC2::…::Id",
        )  # fmt: skip
        return
    yield from _forms(body)
    for low, high in _PAIRS:
        least, most = number(body.get(low)), number(body.get(high))
        if least is not None and most is not None and least > most:
            yield high, f"{high} {body[high]} is less than {low} {body[low]}", None
        for key, word in ((low, kind), (high, kind)):
            if key in body and ("Length" in key) != (word == "String"):
                wanted = "String" if "Length" in key else "Number"
                if not (wanted == "Number" and word == "List<Number>"):
                    yield key, f"{key} goes with {wanted}, not {word}", None
    if "Default" in body and not kind.startswith("AWS::SSM::"):
        yield from ((("Default"), problem, None) for problem in _default(body))


def _forms(body: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Attributes of a parameter that are not what they must be, whatever its type."""
    for key in ("MaxLength", "MaxValue", "MinLength", "MinValue"):
        if key in body and number(body[key]) is None and not isinstance(body[key], dict):
            yield key, f"{key} is a number, not {body[key]}", None
        elif "Length" in key and (number(body.get(key)) or 0) < 0:
            yield key, f"{key} is at least 0, not {body[key]}", None
    if "AllowedValues" in body and not isinstance(body["AllowedValues"], list | dict):
        yield "AllowedValues", "AllowedValues is a list", "write [a, b]"
    if "NoEcho" in body and truth(body["NoEcho"]) is None and not isinstance(body["NoEcho"], dict):
        yield "NoEcho", f"NoEcho is true or false, not {body['NoEcho']}", None
    for key in ("Description", "ConstraintDescription"):
        if isinstance(body.get(key), list):
            yield key, f"{key} is text", None
    if isinstance(body.get("Description"), str) and len(body["Description"]) > DESCRIPTION_MOST:
        yield "Description", f"the description of a parameter has at most {DESCRIPTION_MOST:,} characters", None
    pattern = body.get("AllowedPattern")
    if isinstance(pattern, str) and not of_java(pattern):
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            yield "AllowedPattern", f"AllowedPattern is no pattern: {error}", None


def _default(body: dict[str, Any]) -> Iterator[str]:
    """In what way a default is none that the parameter takes."""
    default = body["Default"]
    if isinstance(default, dict | list) or default is None:
        yield "a default is text or a number"
        return
    if len(str(default).encode("utf-8", "surrogatepass")) > VALUE_MOST:
        yield f"the default is longer than {VALUE_MOST:,} bytes, which is what the value of a parameter may have"
    yield from unfit(body, str(default).lower() if isinstance(default, bool) else str(default), "the default")


def unfit(body: Mapping[str, Any], text: str, what: str, *, shown: bool = True) -> Iterator[str]:
    """In what way a text is no value of the parameter that `body` declares; `what` is what it is called.

    The text itself is only told when it may be `shown`. Values that AWS looks up are not judged.
    """
    kind = str(body.get("Type", ""))
    if kind.startswith("AWS::SSM::"):
        return
    chosen = [part.strip() for part in text.split(",")] if "List" in kind else [text]

    def told(one: str) -> str:
        return f"{what} {one!r}" if shown else what

    allowed = body.get("AllowedValues")
    if isinstance(allowed, list) and not any(isinstance(one, dict) for one in allowed):
        taken = {str(one).lower() if isinstance(one, bool) else str(one) for one in allowed}
        yield from (
            f"{told(one)} is not among AllowedValues ({', '.join(sorted(taken))})"
            for one in chosen
            if one not in taken and text not in taken
        )
    if kind in ("Number", "List<Number>"):
        for one in chosen:
            amount = number(one)
            if amount is None:
                yield f"{told(one)} is not a number"
                continue
            least, most = number(body.get("MinValue")), number(body.get("MaxValue"))
            if (least is not None and amount < least) or (most is not None and amount > most):
                yield f"{told(one)} is outside of MinValue and MaxValue"
    elif kind == "String":
        least, most = number(body.get("MinLength")), number(body.get("MaxLength"))
        if (least is not None and len(text) < least) or (most is not None and len(text) > most):
            yield f"{what} has {len(text)} characters, outside of MinLength and MaxLength"
        pattern = body.get("AllowedPattern")
        if isinstance(pattern, str) and misses(pattern, text, whole=True):
            yield f"{told(text)} does not match AllowedPattern {pattern}"


_LOOPED = ("Conditions", "Outputs", "Resources")
_SILENT = frozenset(("Parameters", "Metadata", "Description", "AWSTemplateFormatVersion"))


def _unused(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        declared = {name: member.section(name) for name in ("Parameters", "Mappings", "Conditions")}
        if not any(declared.values()) or _may_be_used(member):
            continue
        body = _text({name: section for name, section in member.written.items() if name not in _SILENT})
        for name in declared["Parameters"]:
            if not re.search(rf"(?<![A-Za-z0-9]){re.escape(str(name))}(?![A-Za-z0-9])", body):
                yield Violation(("Parameters", name), member=member, problem=f"nobody uses the parameter {name}")
        yield from _unused_mappings(member)
        yield from _unused_conditions(member)


def _may_be_used(member: Member) -> bool:
    """Whether a macro, or what it brings in, may use names that are not written anywhere."""
    if "Transform" not in member.written and not member.generated:
        return False
    from .calls import KNOWN, transforms
    from .template import scanned

    named = transforms(member)
    return any(not isinstance(name, str) or name not in KNOWN for name in named) or b"Fn::Transform" in scanned(member)


def _unused_mappings(member: Member) -> Iterator[Violation]:
    mappings = member.section("Mappings")
    if not mappings:
        return
    body = _text({name: section for name, section in member.written.items() if name not in ("Mappings", "Metadata")})
    if re.search(r'"Fn::FindInMap": \[\{', body) or "Fn::Transform" in mappings:  # the name is made, not written
        return
    for name in mappings:
        if f'"{name}"' not in body and f"{name}." not in body:
            yield Violation(
                ("Mappings", name), member=member, problem=f"nobody looks anything up in the mapping {name}"
            )


def _unused_conditions(member: Member) -> Iterator[Violation]:
    conditions = member.section("Conditions")
    if not conditions or any(str(key).startswith("Fn::ForEach") for name in _LOOPED for key in member.section(name)):
        return
    rest = _text({name: section for name, section in member.data.items() if name not in ("Conditions", "Metadata")})
    for name in conditions:
        others = _text([body for other, body in conditions.items() if other != name])
        if f'"{name}"' not in rest and f'"{name}"' not in others and not str(name).startswith("Fn::"):
            yield Violation(("Conditions", name), member=member, problem=f"nobody asks for the condition {name}")


def _text(value: Any) -> str:
    return json.dumps(value, default=str)


JSON_TEXTS = {
    "AWS::CloudWatch::Dashboard": "DashboardBody",
    "AWS::Logs::ResourcePolicy": "PolicyDocument",
    "AWS::Organizations::Policy": "Content",
    "AWS::SecretsManager::Secret": "GenerateSecretString/SecretStringTemplate",
    "AWS::StepFunctions::StateMachine": "DefinitionString",
    "AWS::XRay::ResourcePolicy": "PolicyDocument",
}
"""Properties that hold JSON as text, by type."""


def _json(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(*JSON_TEXTS):
        for path, problem in _no_json(view):
            yield Violation(path, view=view, problem=problem, element="JSON")


def _no_json(view: View) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for path, value in view.values(JSON_TEXTS[view.type]):
        if not isinstance(value, str) or "{{resolve:" in value or "${" in value:
            continue
        try:
            json.loads(value)
        except ValueError as error:
            where = getattr(error, "lineno", 1), getattr(error, "colno", 1)
            said = getattr(error, "msg", str(error))
            yield path, f"this text is not JSON: {said}, at its line {where[0]}, column {where[1]}"


# Rules


def _with(parameter: Any, **sections: Any) -> dict[str, Any]:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "P"}}}
    return {"Parameters": {"P": parameter}, "Resources": {"T": topic}, **sections}


_TOPIC = {"T": {"Type": "AWS::SNS::Topic"}}
_SIZES = {"Sizes": {"small": {"arm": "1"}}}

RULES: tuple[Rule, ...] = (
    Rule(
        "TPL001", "*", "error", "a parameter takes its own default, and its constraints fit its type",
        scope="graph",
        check=_parameters,
        source="CloudFormation User Guide, Parameters",
        good=(
            _with({"Type": "Number", "Default": "5", "MinValue": 1, "MaxValue": 5}),
            _with({"Type": "String", "Default": "live", "AllowedValues": ["live", "test"], "AllowedPattern": "[a-z]+"}),
            _with({"Type": "CommaDelimitedList", "Default": "a, b", "AllowedValues": ["a", "b"]}),
            _with({"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a/b", "AllowedPattern": "x"}),
            _with({"Type": "String", "Default": "A", "AllowedPattern": r"\\p{Upper}"}),
            _with({"Type": "AWS::EC2::VPC::Id"}),
            _with({"Type": "AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>"}),
            _with({"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": "/a"}),
            _with({"Type": "String", "Default": "a" * 4_096, "Description": "a" * 4_000, "MinLength": 0}),
        ),
        bad=(
            _with({"Type": "Number", "Default": "five"}),
            _with({"Type": "Number", "Default": 6, "MaxValue": 5}),
            _with({"Type": "String", "Default": "prod", "AllowedValues": ["live", "test"]}),
            _with({"Type": "String", "Default": "LIVE", "AllowedPattern": "[a-z]+"}),
            _with({"Type": "String", "Default": "a", "MinLength": 2}),
            _with({"Type": "String", "MinLength": 3, "MaxLength": 2}),
            _with({"Type": "String", "MinValue": 3}),
            _with({"Type": "Text"}),
            _with({"Default": "a"}),
            _with({"Type": "String", "Defualt": "a"}),
            _with({"Type": "String", "Default": ["a"]}),
            _with({"Type": "AWS::EC2::VPC"}),
            _with({"Type": "AWS::SSM::Parameter::Value<Number>"}),
            _with({"Type": "String", "Default": "a" * 4_097}),
            _with({"Type": "String", "Description": "a" * 4_001}),
            _with({"Type": "String", "MinLength": -1}),
            _with({"Type": "String", "AllowedValues": "a"}),
            _with({"Type": "String", "AllowedPattern": "[a-z"}),
            _with({"Type": "String", "NoEcho": "perhaps"}),
            _with({"Type": "String", "MaxLength": "long"}),
        ),
    ),
    Rule(
        "TPL002", "*", "warning", "what a template declares, somebody uses",
        scope="graph",
        check=_unused,
        fix="use it, or take it out",
        source="CloudFormation User Guide, Template sections",
        good=(
            _with({"Type": "String"}),
            {"Parameters": {"P": {"Type": "String"}}, "Resources": {"T": {
                "Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::Sub": "a ${P}"}}}}},
            {"Parameters": {"P": {"Type": "String"}}, "Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "a"]}},
             "Resources": {"T": {"Type": "AWS::SNS::Topic", "Condition": "C"}}},
            {"Mappings": _SIZES, "Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {
                "DisplayName": {"Fn::FindInMap": ["Sizes", "small", "arm"]}}}}},
            {"Transform": "MyMacro", "Parameters": {"P": {"Type": "String"}}, "Mappings": _SIZES, "Resources": _TOPIC},
            {"Conditions": {"C": {"Fn::Equals": ["a", "b"]}, "D": {"Fn::Not": [{"Condition": "C"}]}},
             "Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::If": ["D", "a", "b"]}}}}},
        ),
        bad=(
            {"Parameters": {"P": {"Type": "String"}}, "Resources": _TOPIC},
            {"Mappings": _SIZES, "Resources": _TOPIC},
            {"Transform": "AWS::Serverless-2016-10-31", "Parameters": {"P": {"Type": "String"}}, "Resources": _TOPIC},
            {"Conditions": {"C": {"Fn::Equals": ["a", "b"]}}, "Resources": _TOPIC},
        ),
    ),
    Rule(
        "TPL003", tuple(JSON_TEXTS), "error", "a property that holds JSON as text holds JSON",
        scope="graph",
        check=_json,
        source="CloudFormation resource schemas; RFC 8259",
        good=({"DashboardBody": '{"widgets": []}'}, {"DashboardBody": {"Fn::Sub": "{${x}"}}),
        bad={"DashboardBody": '{"widgets": ['},
    ),
)  # fmt: skip
