"""What a template declares beside its resources: parameters that fit together, and names that somebody uses."""

from __future__ import annotations

import json
import re

from .vocabulary import Rule, Violation, number, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .graph import Graph, Member
    from .view import View

_OF_AWS = (
    r"AWS::EC2::(?:AvailabilityZone::Name|Image::Id|Instance::Id|KeyPair::KeyName|SecurityGroup::GroupName"
    r"|SecurityGroup::Id|Subnet::Id|Volume::Id|VPC::Id)|AWS::Route53::HostedZone::Id"
)
PARAMETER_TYPES = (
    r"String|Number|List<Number>|CommaDelimitedList|List<String>"
    rf"|AWS::SSM::Parameter::(Name|Value<.+>)|{_OF_AWS}|List<(?:{_OF_AWS})>"
)
"""What `Type` of a parameter may be. Source: CloudFormation User Guide, Parameters."""
KEYS = {
    "AllowedPattern", "AllowedValues", "ConstraintDescription", "Default", "Description", "MaxLength", "MaxValue",
    "MinLength", "MinValue", "NoEcho", "Type",
}  # fmt: skip
_PAIRS = (("MinLength", "MaxLength"), ("MinValue", "MaxValue"))


def _parameters(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        for name, body in member.section("Parameters").items():
            if not isinstance(body, dict):
                yield Violation(("Parameters", name), member=member, problem=f"the parameter {name} is no mapping")
                continue
            for key, problem, fix in _parameter(name, body):
                yield Violation(("Parameters", name, *((key,) if key else ())), member=member, problem=problem, fix=fix)


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
        yield from ((("Default"), problem, None) for problem in _default(kind, body))


def _forms(body: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Attributes of a parameter that are not what they must be, whatever its type."""
    for key in ("MaxLength", "MaxValue", "MinLength", "MinValue"):
        if key in body and number(body[key]) is None and not isinstance(body[key], dict):
            yield key, f"{key} is a number, not {body[key]}", None
    if "AllowedValues" in body and not isinstance(body["AllowedValues"], list | dict):
        yield "AllowedValues", "AllowedValues is a list", "write [a, b]"
    if "NoEcho" in body and truth(body["NoEcho"]) is None and not isinstance(body["NoEcho"], dict):
        yield "NoEcho", f"NoEcho is true or false, not {body['NoEcho']}", None
    for key in ("Description", "ConstraintDescription"):
        if isinstance(body.get(key), list):
            yield key, f"{key} is text", None
    pattern = body.get("AllowedPattern")
    if isinstance(pattern, str) and not _of_java(pattern):
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            yield "AllowedPattern", f"AllowedPattern is no pattern: {error}", None


def _of_java(pattern: str) -> bool:
    """Whether a pattern has something that Python reads otherwise than Java, or not at all."""
    return re.search(r"\\[pPQEGZzhHRX]|[*+?}]\+|\(\?[^:=!<]|&&|\[[^\]]*\[", pattern) is not None


def _default(kind: str, body: dict[str, Any]) -> Iterator[str]:
    """In what way a default is none that the parameter takes."""
    default = body["Default"]
    if isinstance(default, dict | list) or default is None:
        yield "a default is text or a number"
        return
    text = str(default).lower() if isinstance(default, bool) else str(default)
    chosen = [part.strip() for part in text.split(",")] if "List" in kind else [text]
    allowed = body.get("AllowedValues")
    if isinstance(allowed, list) and not any(isinstance(one, dict) for one in allowed):
        taken = {str(one).lower() if isinstance(one, bool) else str(one) for one in allowed}
        yield from (
            f"the default {one!r} is not among AllowedValues"
            for one in chosen
            if one not in taken and text not in taken
        )
    if kind in ("Number", "List<Number>"):
        for one in chosen:
            amount = number(one)
            if amount is None:
                yield f"the default {one!r} is not a number"
                continue
            least, most = number(body.get("MinValue")), number(body.get("MaxValue"))
            if (least is not None and amount < least) or (most is not None and amount > most):
                yield f"the default {one} is outside of MinValue and MaxValue"
    elif kind == "String":
        least, most = number(body.get("MinLength")), number(body.get("MaxLength"))
        if (least is not None and len(text) < least) or (most is not None and len(text) > most):
            yield f"the default has {len(text)} characters, outside of MinLength and MaxLength"
        if _misses(body.get("AllowedPattern"), text):
            yield f"the default {text!r} does not match AllowedPattern"


def _misses(pattern: Any, text: str) -> bool:
    """Whether a text certainly does not match; patterns are Java's, and what Python reads otherwise is left alone."""
    if not isinstance(pattern, str) or _of_java(pattern):
        return False
    try:
        return re.fullmatch(pattern, text) is None
    except (re.error, RecursionError):
        return False


_SILENT = frozenset(("Parameters", "Metadata", "Description", "AWSTemplateFormatVersion"))


def _unused(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        declared = {name: member.section(name) for name in ("Parameters", "Mappings", "Conditions")}
        if not any(declared.values()):
            continue
        body = _text({name: section for name, section in member.data.items() if name not in _SILENT})
        for name in declared["Parameters"]:
            if not re.search(rf"(?<![A-Za-z0-9]){re.escape(str(name))}(?![A-Za-z0-9])", body):
                yield Violation(("Parameters", name), member=member, problem=f"nobody uses the parameter {name}")
        yield from _unused_mappings(member)
        yield from _unused_conditions(member)


def _unused_mappings(member: Member) -> Iterator[Violation]:
    mappings = member.section("Mappings")
    if not mappings:
        return
    body = _text({name: section for name, section in member.data.items() if name not in ("Mappings", "Metadata")})
    if re.search(r'"Fn::FindInMap": \[\{', body) or "Fn::Transform" in mappings:  # the name is made, not written
        return
    for name in mappings:
        if f'"{name}"' not in body and f"{name}." not in body:
            yield Violation(
                ("Mappings", name), member=member, problem=f"nobody looks anything up in the mapping {name}"
            )


def _unused_conditions(member: Member) -> Iterator[Violation]:
    conditions = member.section("Conditions")
    if not conditions:
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
            yield Violation(path, view=view, problem=problem)


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
            {"Conditions": {"C": {"Fn::Equals": ["a", "b"]}, "D": {"Fn::Not": [{"Condition": "C"}]}},
             "Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::If": ["D", "a", "b"]}}}}},
        ),
        bad=(
            {"Parameters": {"P": {"Type": "String"}}, "Resources": _TOPIC},
            {"Mappings": _SIZES, "Resources": _TOPIC},
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
