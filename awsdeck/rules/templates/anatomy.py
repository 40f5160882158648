"""The anatomy of a template beside its properties: outputs, mappings, rules, and what stands around a resource."""

from __future__ import annotations

import json
import re

from ...catalog.words import meant
from ..vocabulary import Rule, Violation, is_unknown
from .calls import EXTENSIONS, transforms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..graph import Graph, Member

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
SERVERLESS = "AWS::Serverless-2016-10-31"
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
    yield from _transforms(transforms(member))
    for name in member.section("Parameters"):
        if name in member.views:
            yield ("Parameters", name), f"{name} is the name of a parameter and of a resource", "rename one of them"
    for name, table in member.section("Mappings").items():
        if not str(name).startswith("Fn::"):
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


def _transforms(named: list[Any]) -> Said:
    for name in named:
        if not isinstance(name, str) and not (isinstance(name, dict) and isinstance(name.get("Name"), str)):
            yield (
                ("Transform",),
                "Transform takes the names of transforms and macros",
                "such as AWS::LanguageExtensions",
            )
            return
    if EXTENSIONS in named and SERVERLESS in named and named.index(EXTENSIONS) > named.index(SERVERLESS):
        yield ("Transform",), f"{EXTENSIONS} stands after {SERVERLESS}, and works only before it", "change their order"


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
        if not re.fullmatch(r"[A-Za-z0-9.-]+", str(first)):
            yield (*path, first), f"{first} cannot be the first key of a mapping", "use letters, digits, . and -"
        if not isinstance(row, dict):
            yield (*path, first), f"the mapping {name} has two levels of keys", "put the value under a second key"
            continue
        for second, value in row.items():
            if not re.fullmatch("[A-Za-z0-9]+", str(second)) and not str(second).startswith("Fn::"):
                yield (
                    (*path, first, second),
                    f"{second} cannot be the second key of a mapping",
                    "use letters and digits",
                )
            if isinstance(value, dict) and not is_unknown(value):
                yield (*path, first, second), "a mapping ends after two keys, in text or a list", None


_MANY = frozenset(("Fn::Cidr", "Fn::GetAZs", "Fn::Split"))


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
    elif isinstance(body["Value"], dict) and not _MANY.isdisjoint(body["Value"]):
        yield (
            (*path, "Value"),
            "the value of an output is text, and this function gives a list",
            "join it with Fn::Join",
        )
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
    elif _UNEXPORTED.search(_written(export["Name"])):
        yield (*path, "Export", "Name"), "the name of an export has letters, digits, colons and hyphens alone", None


def _written(name: Any) -> str:
    """What is certain of the text of a name: a literal, or what stands between the names of a Fn::Sub."""
    if isinstance(name, dict) and len(name) == 1:
        name = name.get("Fn::Sub")
        name = name[0] if isinstance(name, list) and name else name
    if not isinstance(name, str) or "{{resolve:" in name:
        return ""
    return _FILLED.sub("", name) if "$" in name else name


_UNEXPORTED = re.compile("[^A-Za-z0-9:-]")
_FILLED = re.compile(r"\$\{[^}]*\}")


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
    for path, wanted in _imports(member) if taken else ():
        known = json.dumps(member.simplify(wanted), sort_keys=True, default=str)
        if known in taken:
            yield (
                path,
                f"{taken[known][0]} exports this name itself, and a stack cannot import from itself",
                "use Ref or Fn::GetAtt",
            )


def _imports(member: Member) -> Iterator[tuple[Path, Any]]:
    """The names that a template imports, each with its place."""
    waiting: list[tuple[Path, Any]] = [((section,), member.section(section)) for section in ("Resources", "Outputs")]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, dict) and "Fn::ImportValue" in item:
            yield (*path, "Fn::ImportValue"), item["Fn::ImportValue"]
        entries = item.items() if isinstance(item, dict) else enumerate(item)
        waiting.extend(((*path, key), entry) for key, entry in entries if isinstance(entry, dict | list))


_OF_RULES = (
    "Fn::And", "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::Equals", "Fn::If", "Fn::Not", "Fn::Or",
    "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll",
)  # fmt: skip


def _functions(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every function inside a value, with its place."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        if isinstance(key, str) and key.startswith("Fn::"):
            yield (*path, key), key
        yield from _functions(entry, (*path, key))


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
    for at, function in _functions(body, path):
        if function not in _OF_RULES:
            yield (
                at,
                f"{function} has no place in a rule, which knows parameters alone",
                f"rules take {', '.join(_OF_RULES)}",
            )
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
    elif (count := _count(given)) is not None and not re.fullmatch(r"\d+", count):
        yield (*path, "ResourceSignal", "Count"), f"{count} is no whole number", "such as 1"
    elif type != "AWS::AutoScaling::AutoScalingGroup":  # whose policies have rules of their own
        yield from _keys(attribute, path, given, known[type])
        signal = given.get("ResourceSignal")
        timeout = signal.get("Timeout") if isinstance(signal, dict) else None
        if isinstance(timeout, str) and _length(timeout) > LONGEST_WAIT:
            yield (*path, "ResourceSignal", "Timeout"), f"{timeout} is no time of 12 hours at most", "such as PT15M"


def _count(given: dict[str, Any]) -> str | None:
    """How many signals are waited for, as it is written; None when it is not, or only known later."""
    signal = given.get("ResourceSignal")
    count = signal.get("Count") if isinstance(signal, dict) else None
    return str(count) if isinstance(count, str | int | float) and not is_unknown(count) else None


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
            _output_of(Value="a", Export={"Name": {"Fn::Sub": ["${AWS::StackName}:${A_b}-t", {"A_b": "a"}]}}),
            _whole(Mappings={"Sizes": {"eu-west-1.a": {"Small": [1, "b"]}}}),
            {"Resources": {"T": _topic(DependsOn=["U"], Metadata={}), "U": _topic(DeletionPolicy="Retain")}},
            {"Resources": {"T": _topic(DeletionPolicy={"Ref": "P"})}, "Transform": EXTENSIONS},
            _whole(Transform=["MyMacro", EXTENSIONS, SERVERLESS]),
            _whole(Transform={"Name": "AWS::Include", "Parameters": {"Location": "s3://b/k"}}),
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
            _output_of(Value="a", Export={"Name": "a_b"}), _output_of(Value="a", Export={"Name": {"Fn::Sub": "${A}.b"}}),
            _whole(Mappings={"M": {"10.0.0.0/8": {"a": "b"}}}), _whole(Mappings={"M": {"a": {"b_c": "d"}}}),
            _whole(Mappings={"M": {"a": "b"}}), _whole(Mappings={"M": {"a": {"b": {"c": "d"}}}}),
            _whole(Transform=[SERVERLESS, EXTENSIONS]), _whole(Transform=5), _whole(Rules={"R": {}}), _whole(Rules={"R": {"Assertions": [{"AssertDescription": "a"}]}}),
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
