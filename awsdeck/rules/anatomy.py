"""The anatomy of a template beside its properties: outputs, mappings, rules, and what stands around a resource."""

from __future__ import annotations

import json
import re

from ..catalog.words import meant
from .calls import EXTENSIONS, transforms
from .vocabulary import Rule, Violation, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from .graph import Graph, Member

    Path = tuple[str | int, ...]
    Said = Iterator[tuple[Path, str, str | None]]

OUTPUT = ("Condition", "Description", "Export", "Value")
RULE = ("Assertions", "RuleCondition")
ASSERTION = ("Assert", "AssertDescription")
# Source: CloudFormation User Guide, CreationPolicy attribute; UpdatePolicy attribute.
SIGNALLING = {
    "AWS::AppStream::Fleet": ("StartFleet",),
    "AWS::AutoScaling::AutoScalingGroup": ("AutoScalingCreationPolicy", "ResourceSignal"),
    "AWS::CloudFormation::WaitCondition": ("ResourceSignal",),
    "AWS::EC2::Instance": ("ResourceSignal",),
}
UPDATING = {
    "AWS::AppStream::Fleet": ("StopBeforeUpdate", "StartAfterUpdate"),
    "AWS::AutoScaling::AutoScalingGroup": (
        "AutoScalingInstanceRefresh", "AutoScalingReplacingUpdate", "AutoScalingRollingUpdate",
        "AutoScalingScheduledAction",
    ),
    "AWS::ElastiCache::ReplicationGroup": ("UseOnlineResharding",),
    "AWS::Elasticsearch::Domain": ("EnableVersionUpgrade",),
    "AWS::Lambda::Alias": ("CodeDeployLambdaAliasUpdate",),
    "AWS::OpenSearchService::Domain": ("EnableVersionUpgrade",),
}  # fmt: skip
LONGEST_WAIT = 12 * 3600  # seconds, of ResourceSignal


def _anatomy(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        for path, problem, fix in _said(member):
            view = member.views.get(str(path[1])) if path[0] == "Resources" and len(path) > 1 else None
            where = ("/", *path[2:]) if view else path
            yield Violation(where, view=view, member=member, problem=problem, fix=fix)


def _said(member: Member) -> Said:
    description = member.data.get("Description")
    if description is not None and not isinstance(description, str):
        yield ("Description",), "the description of a template is text", None
    for section in ("Parameters", "Mappings", "Conditions", "Outputs", "Rules", "Metadata"):
        given = member.data.get(section)
        if given is not None and not isinstance(given, dict):
            yield (section,), f"{section} is a mapping of names", None
    for name in member.section("Parameters"):
        if name in member.views:
            yield ("Parameters", name), f"{name} is the name of a parameter and of a resource", "rename one of them"
    for name, table in member.section("Mappings").items():
        yield from _mapping(name, table)
    for name, body in member.section("Outputs").items():
        if not str(name).startswith("Fn::"):
            yield from _output(name, body)
    yield from _exports(member)
    for name, body in member.section("Rules").items():
        yield from _rule(name, body)
    extended = EXTENSIONS in transforms(member)
    for id, view in member.views.items():
        if len(view.body) > 2 or "Properties" not in view.body:
            yield from _resource(id, view.body, view.type, extended)


def _keys(what: str, path: Path, body: dict[str, Any], known: tuple[str, ...]) -> Said:
    for key in body:
        if key not in known and not str(key).startswith("Fn::"):
            near = meant(str(key), known)
            yield (
                (*path, key),
                f"{what} has no {key}",
                f"did you mean {near}?" if near else f"it has {', '.join(known)}",
            )


def _mapping(name: str, table: Any) -> Said:
    path: Path = ("Mappings", name)
    if not isinstance(table, dict):
        yield path, f"the mapping {name} has two levels of keys", None
        return
    for first, row in table.items():
        if str(first).startswith("Fn::"):
            continue
        if not isinstance(row, dict):
            yield (*path, first), f"the mapping {name} has two levels of keys", "put the value under a second key"
            continue
        for second, value in row.items():
            if isinstance(value, dict) and not is_unknown(value):
                yield (*path, first, second), "a mapping ends after two keys, in text or a list", None


def _output(name: str, body: Any) -> Said:
    path: Path = ("Outputs", name)
    if not isinstance(body, dict):
        yield path, f"the output {name} is no mapping", "write its Value"
        return
    yield from _keys("an output", path, body, OUTPUT)
    if "Value" not in body:
        yield path, f"the output {name} has no Value", None
    elif isinstance(body["Value"], list) or (isinstance(body["Value"], dict) and not is_unknown(body["Value"])):
        yield (*path, "Value"), "the value of an output is text", "join a list with Fn::Join"
    if "Description" in body and not isinstance(body["Description"], str):
        yield (*path, "Description"), "the description of an output is text, and no function", None
    if "Condition" in body and not isinstance(body["Condition"], str):
        yield (*path, "Condition"), "Condition takes the name of a condition", None
    export = body.get("Export")
    if export is None:
        return
    if not isinstance(export, dict):
        yield (*path, "Export"), "Export is a mapping with a Name", None
        return
    yield from _keys("an export", (*path, "Export"), export, ("Name",))
    if "Name" not in export:
        yield (*path, "Export"), "the export has no Name", None


def _exports(member: Member) -> Said:
    taken: dict[str, tuple[str, Any]] = {}
    for name, body in member.section("Outputs").items():
        export = body.get("Export") if isinstance(body, dict) else None
        if not isinstance(export, dict) or "Name" not in export:
            continue
        known = json.dumps(member.simplify(export["Name"]), sort_keys=True, default=str)
        condition = body.get("Condition")
        if known in taken:
            other, when = taken[known]
            both = {one: True for one in (condition, when) if isinstance(one, str)}
            if len(both) < 2 or member.possible(both):
                yield ("Outputs", name, "Export"), f"{name} and {other} are exported under one name", None
        else:
            taken[known] = name, condition


def _rule(name: str, body: Any) -> Said:
    path: Path = ("Rules", name)
    if not isinstance(body, dict):
        yield path, f"the rule {name} is no mapping", None
        return
    yield from _keys("a rule", path, body, RULE)
    given = body.get("Assertions")
    if not isinstance(given, list) or not given:
        yield path, f"the rule {name} has no list of Assertions", None
        return
    for number, one in enumerate(given):
        at = (*path, "Assertions", number)
        if not isinstance(one, dict):
            yield at, "an assertion is a mapping with Assert", None
            continue
        yield from _keys("an assertion", at, one, ASSERTION)
        if "Assert" not in one:
            yield at, "the assertion has no Assert", None


def _resource(id: str, body: Mapping[str, Any], type: str, extended: bool) -> Said:
    path: Path = ("Resources", id)
    if "Condition" in body and not isinstance(body["Condition"], str):
        yield (*path, "Condition"), "Condition takes the name of a condition", None
    waits = body.get("DependsOn")
    for at, one in [((), waits)] if not isinstance(waits, list) else [((n,), one) for n, one in enumerate(waits)]:
        if one is not None and not isinstance(one, str) and not (extended and isinstance(one, dict)):
            yield (*path, "DependsOn", *at), "DependsOn takes names of resources, and no functions", None
    if "Metadata" in body and not isinstance(body["Metadata"], dict):
        yield (*path, "Metadata"), "Metadata is a mapping", None
    if not extended and not type.startswith("AWS::Serverless::"):
        for attribute in ("DeletionPolicy", "UpdateReplacePolicy"):
            if isinstance(body.get(attribute), dict):
                yield (
                    (*path, attribute), f"{attribute} takes a value, and no function",
                    f"with {EXTENSIONS} in Transform it may be a function of parameters",
                )  # fmt: skip
    if type.startswith("AWS::"):
        for attribute, known in (("CreationPolicy", SIGNALLING), ("UpdatePolicy", UPDATING)):
            yield from _attribute((*path, attribute), attribute, body.get(attribute), type, known)


def _attribute(path: Path, attribute: str, given: Any, type: str, known: dict[str, tuple[str, ...]]) -> Said:
    if given is None or (isinstance(given, dict) and any(str(key).startswith(("Fn::", "Ref")) for key in given)):
        return
    if type not in known:
        yield path, f"{attribute} does nothing for {type}", f"it is for {', '.join(known)}"
    elif not isinstance(given, dict):
        yield path, f"{attribute} is a mapping", None
    elif type != "AWS::AutoScaling::AutoScalingGroup":  # whose policies have rules of their own
        yield from _keys(attribute, path, given, known[type])
        signal = given.get("ResourceSignal")
        timeout = signal.get("Timeout") if isinstance(signal, dict) else None
        if isinstance(timeout, str) and _length(timeout) > LONGEST_WAIT:
            yield (*path, "ResourceSignal", "Timeout"), f"{timeout} is no time of 12 hours at most", "such as PT15M"


def _length(timeout: str) -> float:
    """The seconds of an ISO 8601 duration as these attributes take it; endless when it is none."""
    found = re.fullmatch(r"PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", timeout)
    if found is None:
        return float("inf")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


# Mappings that are looked into


def _gaps(graph: Graph) -> Iterator[Violation]:
    """Values that a parameter may have, for which a mapping has nothing."""
    for member in graph.members:
        mappings = member.section("Mappings")
        if not mappings or EXTENSIONS in transforms(member):
            continue
        for edge in member.mentions:
            view = member.views.get(edge.source)
            if edge.kind != "Map" or edge.when or view is None:
                continue
            argument = _at(view.body, edge.path)
            table = mappings.get(edge.target)
            if not isinstance(argument, list) or len(argument) != 3 or not isinstance(table, dict):
                continue
            first, second = argument[1:]
            name = first.get("Ref") if isinstance(first, dict) and len(first) == 1 else None
            parameter = member.section("Parameters").get(name) if isinstance(name, str) else None
            allowed = parameter.get("AllowedValues") if isinstance(parameter, dict) else None
            if (
                not isinstance(name, str)
                or name in member.known
                or not isinstance(allowed, list)
                or not isinstance(second, str)
            ):
                continue
            if any(is_unknown(row) for row in (table, *table.values())):
                continue
            rows = {str(key): row for key, row in table.items()}
            lacking = [
                str(value) for value in allowed
                if not isinstance(value, dict | list)
                and not (isinstance(rows.get(str(value)), dict) and second in rows[str(value)])
            ]  # fmt: skip
            if lacking:
                yield Violation(("/", *edge.path), view=view, map=edge.target, name=name, lacking=", ".join(lacking))


def _at(value: Any, path: Path) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


# Rules


def _topic(**more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", **more}


def _whole(**sections: Any) -> dict[str, Any]:
    return {"Resources": {"T": _topic()}, **sections}


def _output_of(**body: Any) -> dict[str, Any]:
    return _whole(Outputs={"O": body})


def _sized(**rows: Any) -> dict[str, Any]:
    return {
        "Parameters": {"Stage": {"Type": "String", "AllowedValues": ["dev", "prod"]}},
        "Mappings": {"Sizes": rows},
        "Resources": {"T": _topic(Properties={"DisplayName": {"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Name"]}})},
    }


_LOW = {"Conditions": {"Dev": {"Fn::Equals": [{"Ref": "AWS::Region"}, "a"]}}}

RULES: tuple[Rule, ...] = (
    Rule(
        "TPL007", "*", "error",
        "the sections of a template and the attributes of its resources are put together as they must be",
        scope="graph",
        check=_anatomy,
        source="CloudFormation User Guide, Template anatomy; Resource attribute reference; Rules",
        verified="docs",
        good=(
            _output_of(Value={"Ref": "T"}, Export={"Name": "t"}, Description="the topic"),
            {"Resources": {"T": _topic(DependsOn=["U"], Metadata={}), "U": _topic(DeletionPolicy="Retain")}},
            {"Resources": {"T": _topic(DeletionPolicy={"Ref": "P"})}, "Transform": EXTENSIONS},
            {
                **_LOW, "Resources": {"T": _topic()},
                "Outputs": {
                    "A": {"Value": "a", "Export": {"Name": "n"}, "Condition": "Dev"},
                    "B": {"Value": "b", "Export": {"Name": {"Fn::Sub": "n-${AWS::StackName}"}}},
                },
            },
        ),
        bad=(
            _output_of(Valeu="a"), _output_of(Value=["a"]), _output_of(Value="a", Export="t"), _output_of(),
            _output_of(Value="a", Description={"Ref": "T"}), _output_of(Value="a", Export={"Nam": "t"}),
            _whole(Outputs={one: {"Value": "a", "Export": {"Name": "t"}} for one in "AB"}),
            _whole(Mappings={"M": {"a": "b"}}), _whole(Mappings={"M": {"a": {"b": {"c": "d"}}}}),
            _whole(Rules={"R": {}}), _whole(Rules={"R": {"Assertions": [{"AssertDescription": "a"}]}}),
            _whole(Parameters={"T": {"Type": "String"}}), _whole(Parameters=[]), _whole(Description=["a"]),
            *({"Resources": {"T": _topic(**{key: value})}} for key, value in (
                ("Condition", {"Condition": "Dev"}), ("DependsOn", {"Ref": "U"}), ("Metadata", "a"),
                ("DeletionPolicy", {"Ref": "P"}), ("UpdatePolicy", {"AutoScalingRollingUpdate": {}}),
            )),
            {"Resources": {"T": {"Type": "AWS::EC2::Instance", "CreationPolicy": {"ResourceSignal": {"Timeout": "5m"}}}}},
        ),
    ),
    Rule(
        "TPL008", "*", "warning",
        "the mapping {map} has nothing for {lacking}, which the parameter {name} may be",
        scope="graph",
        check=_gaps,
        fix="add what is missing to the mapping, or take the value out of AllowedValues",
        source="CloudFormation User Guide, Fn::FindInMap",
        good=_sized(dev={"Name": "a"}, prod={"Name": "b"}),
        bad=(_sized(dev={"Name": "a"}), _sized(dev={"Name": "a"}, prod={"Nam": "b"})),
    ),
)  # fmt: skip
