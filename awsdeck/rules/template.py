"""What holds for every template and every resource of it, whatever the service."""

from __future__ import annotations

import marshal
import re

from .. import catalog
from .view import View, spread
from .vocabulary import ABSENT, Rule, Stacks, Violation, is_unknown, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from .graph import Edge, Graph, Member

    Path = tuple[str | int, ...]

PSEUDO = frozenset((
    "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId",
    "AWS::StackName", "AWS::URLSuffix",
))  # fmt: skip

SECTIONS = frozenset((
    "AWSTemplateFormatVersion", "Conditions", "Description", "Globals", "Hooks", "Mappings", "Metadata", "Outputs",
    "Parameters", "Resources", "Rules", "Transform",
))  # fmt: skip
RESOURCE_KEYS = frozenset((
    "Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdatePolicy",
    "UpdateReplacePolicy", "Version",
))  # fmt: skip

# Source: CloudFormation User Guide, understand CloudFormation quotas.
MOST = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
MAP_MOST = 200
BODY_MOST = 1_000_000  # bytes
DESCRIPTION_MOST = 1_024  # bytes
NAME_MOST = 255
FORMAT = "2010-09-09"

DELETION = ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot")
REPLACEMENT = ("Delete", "Retain", "Snapshot")

# The property that names the physical resource, where the schema's identifier is an ARN or URL that AWS makes.
NAMED_BY = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}

_ALNUM = r"[A-Za-z0-9]+"
_KEY_ID = r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
_ANY_KEY_ID = rb"(?:AKIA|ASIA)[A-Z0-9]{16}"
_SAMPLE_KEYS = frozenset(("AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"))
_LONG_KEY = r"[A-Za-z0-9/+=]{40}"
_SECRET_NAME = "aws_secret_access_key"  # noqa: S105
_ZONE = r"[a-z]{2}(?:-gov|-iso[a-z]?)?-(?:central|north|south|east|west|north(?:east|west)|south(?:east|west))-\d[a-z]?"
_ARN = r"arn:(aws[a-z-]*):[a-z0-9-]*:([a-z0-9-]*):(\d{12})?:?"
_ANY_ZONE = rb"-(?<=[a-z]-)\d"  # begins with plain text, which makes it forty times faster
_PASSWORDS = {
    "AWS::IAM::User": "LoginProfile/Password",
    "AWS::RDS::DBCluster": "MasterUserPassword",
    "AWS::RDS::DBInstance": "MasterUserPassword",
}
_CLOSE = 0.6
_MILD = frozenset(("package", "read-only"))
"""Departures from a schema that CloudFormation, or the packaging before it, puts right."""


# The resource schema


def nonconforming(view: View) -> list[Violation]:
    """Where a resource departs from its schema; `kind` among the values says in which way."""
    known = catalog.find(view.type)
    if known is None:
        return _no_such_type(view)
    given = view.body.get("Properties")
    problems = known.check(view.properties if view.member is not None and isinstance(given, dict) else given, ())
    return (
        [
            Violation(
                problem.path,
                severity="warning" if problem.kind in _MILD else None,
                problem=problem.message,
                kind=problem.kind,
                allowed=problem.allowed,
                fix=problem.fix,
            )
            for problem in problems
        ]
        if problems
        else []
    )


def _no_such_type(view: View) -> list[Violation]:
    """A type of AWS's own that is not in the schemas: a slip of the pen, or younger than they are."""
    type = view.type
    if not type.startswith("AWS::") or type.startswith("AWS::Serverless::") or type.endswith("::MODULE"):
        return []
    meant = catalog.suggest(type)
    return [
        Violation(
            ("/", "Type"),
            severity=None if meant else "warning",
            kind="unknown-type",
            problem=f"{type} is not a resource type that is known here",
            fix=f"did you mean {meant}?" if meant else "check the spelling, or update the schemas",
        )
    ]


# References


def _dangling(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        names = _Names(member)
        for edge in member.mentions:
            problem = names.problem(edge)
            if problem:
                yield _at_mention(member, edge, *problem)
        for edge in member.elsewhere():
            problem = names.problem(edge)
            if problem:
                yield _at_mention(member, edge, *problem)
        yield from _dangling_conditions(member, names)


def _at_mention(member: Member, edge: Edge, problem: str, fix: str | None) -> Violation:
    view = member.views.get(edge.source)
    path = ("/", *edge.path) if view else edge.path
    return Violation(path, view=view, member=member, problem=problem, fix=fix)


class _Names:
    """What the names in a template can stand for."""

    __slots__ = ("member", "resources", "parameters", "conditions", "mappings", "generated")

    def __init__(self, member: Member) -> None:
        self.member = member
        self.resources = member.section("Resources")
        self.parameters = member.section("Parameters")
        self.conditions = member.section("Conditions")
        self.mappings = member.section("Mappings")
        self.generated = member.generated

    def problem(self, edge: Edge) -> tuple[str, str | None] | None:
        """What is wrong with a mention, and how to put it right."""
        kind, name = edge.kind, edge.target
        if name in self.resources and kind not in ("If", "Map", "Import"):
            return self._attribute(edge) if edge.attribute is not None else None
        if kind == "Import" or name in PSEUDO or self.generated:
            return None
        if kind == "If":
            return None if name in self.conditions else _missing("condition", name, self.conditions)
        if kind == "Map":
            return None if name in self.mappings else _missing("mapping", name, self.mappings)
        if kind == "DependsOn":
            if name in self.parameters:
                return f"{name} is a parameter, and DependsOn takes resources alone", "leave it out"
            return _missing("resource", name, self.resources)
        if name in self.parameters:
            if edge.attribute is None:
                return None
            return f"{name} is a parameter and has no attribute {edge.attribute}", f"write {name} alone"
        problem, fix = _missing("resource or parameter", name, [*self.resources, *self.parameters, *PSEUDO])
        if fix is None and kind == "Sub":
            fix = f"write ${{!{name}}} if the text is meant to stay as it is"
        return problem, fix

    def _attribute(self, edge: Edge) -> tuple[str, str | None] | None:
        body = self.resources[edge.target]
        type = body.get("Type") if isinstance(body, dict) else None
        known = catalog.find(type) if isinstance(type, str) else None
        if known is None or edge.attribute is None or known.has_attribute(edge.attribute) is not False:
            return None
        near = _close(edge.attribute, known.attributes)
        listed = ", ".join(sorted(known.attributes)) or "none"
        return (
            f"{edge.target} ({type}) has no attribute {edge.attribute}",
            f"did you mean {near}?" if near else f"its attributes: {listed}",
        )


def _missing(what: str, name: str, known: Iterable[str]) -> tuple[str, str | None]:
    near = _close(name, known)
    return f"there is no {what} {name}", f"did you mean {near}?" if near else None


def _close(name: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    close = get_close_matches(name, [one for one in known if isinstance(one, str)], 1, _CLOSE)
    return close[0] if close else None


def _dangling_conditions(member: Member, names: _Names) -> Iterator[Violation]:
    if names.generated:
        return
    for section in ("Resources", "Outputs"):
        for id, body in member.section(section).items():
            name = body.get("Condition") if isinstance(body, dict) else None
            if isinstance(name, str) and name not in names.conditions:
                view = member.views.get(id) if section == "Resources" else None
                problem, fix = _missing("condition", name, names.conditions)
                path: Path = ("/", "Condition") if view else (section, id, "Condition")
                yield Violation(path, view=view, member=member, problem=problem, fix=fix)
    for name, body in member.section("Conditions").items():
        for path, other in _named_conditions(body, ("Conditions", name)):
            if other not in names.conditions:
                problem, fix = _missing("condition", other, names.conditions)
                yield Violation(path, member=member, problem=problem, fix=fix)


def _named_conditions(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "Condition" and isinstance(item, str) and len(value) == 1:
                yield (*path, key), item
            else:
                yield from _named_conditions(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _named_conditions(item, (*path, index))


# Cycles


def _cycles(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        links: dict[str, list[Edge]] = {}
        for edge in member.edges():
            links.setdefault(edge.source, []).append(edge)
        for group in _knots(links):
            ring = _ring(member, group, links)
            if ring:
                yield _cycle(member, ring)


def _cycle(member: Member, ring: list[Edge]) -> Violation:
    first = ring[0]
    view = member.views[first.source]
    way = [first.source, *(edge.target for edge in ring)]
    steps = [f"{edge.source} needs {edge.target} ({_short(edge)})" for edge in ring]
    types = {member.views[edge.source].type for edge in ring}
    return Violation(
        ("/", *first.path),
        view=view,
        way=" -> ".join(way),
        steps="; ".join(steps),
        fix=next((hint for needed, hint in _TRAPS if needed <= types), None),
        ring=[("Resources", edge.source, *edge.path) for edge in ring],
    )


def _short(edge: Edge) -> str:
    steps = [str(step) for step in edge.path if step != "Properties" and not str(step).startswith("Fn::")]
    return "/".join(steps[:-1] if steps[-1:] == ["Ref"] else steps)


_TRAPS = (
    (
        {"AWS::S3::Bucket", "AWS::Lambda::Permission"},
        "give the bucket a name, and build the permission's SourceArn from it with Fn::Sub; or use SourceAccount alone",
    ),
    (
        {"AWS::EC2::SecurityGroup"},
        "take the rules out into AWS::EC2::SecurityGroupIngress and SecurityGroupEgress resources",
    ),
    (
        {"AWS::Lambda::Function", "AWS::ApiGateway::RestApi"},
        "let the function read the URL at run time, from a parameter store or from the request",
    ),
    (
        {"AWS::S3::Bucket"},
        "give the bucket a name, and build its ARN from that with Fn::Sub",
    ),
)


def _knots(links: Mapping[str, list[Edge]]) -> list[list[str]]:
    """The groups of resources that reach each other (Tarjan's components with more than one, or with a loop)."""
    found: list[list[str]] = []
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    for root in links:
        if root in index:
            continue
        work = [(root, iter(links[root]))]
        index[root] = low[root] = len(index)
        path.append(root)
        on_path.add(root)
        while work:
            node, edges = work[-1]
            for edge in edges:
                other = edge.target
                if other not in index:
                    index[other] = low[other] = len(index)
                    path.append(other)
                    on_path.add(other)
                    work.append((other, iter(links.get(other, ()))))
                    break
                if other in on_path:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    cut = path.index(node)
                    group = path[cut:]
                    del path[cut:]
                    on_path.difference_update(group)
                    if len(group) > 1 or any(edge.target == node for edge in links.get(node, ())):
                        found.append(group)
    return found


_MOST_STARTS = 50
_MOST_TRIES = 2_000


def _ring(member: Member, group: list[str], links: Mapping[str, list[Edge]]) -> list[Edge] | None:
    """The shortest way round inside a group whose conditions can hold together; None when there is none.

    In a large group not every start is tried, and a ring that is closed by conditions is looked for only so long.
    """
    inside = set(group)
    starts = [id for id in member.views if id in inside][:_MOST_STARTS]
    rings = [ring for start in starts if (ring := _plain_ring(start, inside, links))]
    if not rings:
        tries = [_MOST_TRIES]
        rings = [ring for start in starts if (ring := _conditional_ring(member, start, inside, links, tries))]
    return min(rings, key=len, default=None)


def _plain_ring(start: str, inside: set[str], links: Mapping[str, list[Edge]]) -> list[Edge] | None:
    """The shortest way from a resource back to it that stands under no condition."""
    came: dict[str, Edge] = {}
    waiting = [start]
    for node in waiting:
        for edge in links.get(node, ()):
            if edge.when or edge.target not in inside:
                continue
            if edge.target == start:
                way = [edge]
                while way[-1].source != start:
                    way.append(came[way[-1].source])
                return way[::-1]
            if edge.target not in came:
                came[edge.target] = edge
                waiting.append(edge.target)
    return None


def _conditional_ring(
    member: Member, start: str, inside: set[str], links: Mapping[str, list[Edge]], tries: list[int]
) -> list[Edge] | None:
    """The shortest way back whose conditions can hold together."""
    waiting: list[tuple[str, list[Edge], dict[str, bool]]] = [(start, [], {})]
    for node, way, when in waiting:
        tries[0] -= 1
        if tries[0] < 0:
            return None
        for edge in links.get(node, ()):
            if edge.target not in inside or (edge.target != start and any(edge.target == step.source for step in way)):
                continue
            together = {**when, **edge.when}
            if any(when.get(name, value) is not value for name, value in edge.when.items()):
                continue
            if len(together) > len(when) and not member.possible(together):
                continue
            if edge.target == start:
                return [*way, edge]
            waiting.append((edge.target, [*way, edge], together))
    return None


# Stacks


def _exports(graph: Graph) -> Iterator[Violation]:
    taken = _exporters(graph)
    for member in graph.members:
        yield from _export_names(graph, member, taken)
        for edge in (*member.mentions, *member.elsewhere()):
            if (
                "Fn::ImportValue" in edge.path[:-1]
                and edge.kind in ("Ref", "GetAtt", "Sub")
                and edge.target in member.views
            ):
                yield _at_mention(
                    member,
                    edge,
                    f"the name of an import cannot depend on the resource {edge.target}",
                    "build it from parameters and pseudo parameters",
                )
            elif edge.kind == "Import" and edge.target:
                found = _import(graph, member, edge)
                if found:
                    yield found
    yield from _stack_cycles(graph)


def _export_names(graph: Graph, member: Member, taken: Mapping[str, list[tuple[Member, str]]]) -> Iterator[Violation]:
    for output, body in member.section("Outputs").items():
        export = body.get("Export") if isinstance(body, dict) else None
        given = export.get("Name") if isinstance(export, dict) else None
        path = ("Outputs", output, "Export", "Name")
        for edge in member.elsewhere() if isinstance(given, dict) else ():
            if edge.path[:4] == path and edge.kind in ("Ref", "GetAtt", "Sub") and edge.target in member.views:
                yield _at_mention(
                    member,
                    edge,
                    f"the name of an export cannot depend on the resource {edge.target}",
                    "build it from parameters and pseudo parameters",
                )
        name = member.simplify(given)
        if not isinstance(name, str):
            continue
        for other, where in taken[name]:
            if other is member and where == output:
                break  # the later of two is the one that is wrong
            rival = other is member or (graph.complete and _same_place(member, other))
            if rival and _together(member, body, other, other.section("Outputs")[where]):
                stack = "this stack" if other is member else f"stack {other.name}"
                yield Violation(
                    path,
                    member=member,
                    problem=f"the export name {name} is taken by output {where} of {stack}",
                    fix="give each export a name of its own, for instance with ${AWS::StackName} in it",
                )
                break


def _exporters(graph: Graph) -> dict[str, list[tuple[Member, str]]]:
    """The outputs behind every export name that is known."""
    found: dict[str, list[tuple[Member, str]]] = {}
    for member in graph.members:
        for output, body in member.section("Outputs").items():
            export = body.get("Export") if isinstance(body, dict) else None
            name = member.simplify(export.get("Name")) if isinstance(export, dict) else None
            if isinstance(name, str):
                found.setdefault(name, []).append((member, output))
    return found


def _same_place(one: Member, other: Member) -> bool:
    return (one.region, one.account) == (other.region, other.account)


def _together(member: Member, body: Any, other: Member, against: Any) -> bool:
    """Whether two outputs can exist at once."""
    first, second = body.get("Condition"), against.get("Condition")
    if member is not other or not isinstance(first, str) or not isinstance(second, str):
        return True
    return first == second or member.possible({first: True, second: True})


def _import(graph: Graph, member: Member, edge: Edge) -> Violation | None:
    exporters = [other for other, _ in graph.exports().get(edge.target, ())]
    if any(_same_place(member, other) for other in exporters):
        return None
    if exporters:
        other = exporters[0]
        if None in (member.region, other.region) and member.account == other.account:
            return None
        there = "region" if member.region != other.region else "account"
        return _at_mention(
            member,
            edge,
            f"stack {other.name} exports {edge.target} in another {there}, from where it cannot be imported",
            "hand the value over as a parameter",
        )
    found = _at_mention(member, edge, f"no stack here exports {edge.target}", "export it, or correct the name")
    if not graph.complete:
        found.severity = "info"
    return found


def _stack_cycles(graph: Graph) -> Iterator[Violation]:
    needs: dict[str, dict[str, tuple[Member, Edge]]] = {}
    for member in graph.members:
        for edge in (*member.mentions, *member.elsewhere()):
            if edge.kind == "Import" and edge.target:
                export = graph.export(member, edge.target)
                if export is not None:
                    needs.setdefault(member.name, {}).setdefault(export[0].name, (member, edge))
    reported: set[frozenset[str]] = set()
    for start in needs:
        way = _way_round(start, needs)
        if way and frozenset(way) not in reported:
            reported.add(frozenset(way))
            member, edge = needs[start][way[1] if len(way) > 1 else start]
            yield _at_mention(
                member,
                edge,
                f"the stacks need each other: {' -> '.join([*way, start])}",
                "move what both need into a stack of its own",
            )


def _way_round(start: str, needs: Mapping[str, Mapping[str, object]]) -> list[str] | None:
    waiting = [[start]]
    seen: set[str] = set()
    while waiting:
        way = waiting.pop(0)
        for other in needs.get(way[-1], ()):
            if other == start:
                return way
            if other not in seen:
                seen.add(other)
                waiting.append([*way, other])
    return None


# Limits of a template


def _limits(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        for section, most in MOST.items():
            number = len(member.section(section))
            if number > most and not any(str(key).startswith("Fn::") for key in member.section(section)):
                yield _limit(
                    member, (section,), f"{number:,} {section.lower()}; a template takes {most:,}", f"at most {most:,}"
                )
        for name, rows in member.section("Mappings").items():
            for key, row in rows.items() if isinstance(rows, dict) else ():
                if isinstance(row, dict) and len(row) > MAP_MOST:
                    yield _limit(
                        member,
                        ("Mappings", name, key),
                        f"{len(row):,} values in one row of a map; {MAP_MOST} may stand there",
                    )
        description = member.data.get("Description")
        if isinstance(description, str) and len(description.encode()) > DESCRIPTION_MOST:
            yield _limit(member, ("Description",), f"the description is longer than {DESCRIPTION_MOST:,} bytes")
        if len(scanned(member)) > BODY_MOST * 0.9:
            yield from _body_size(member)
        yield from _shape(member)


def _body_size(member: Member) -> Iterator[Violation]:
    import json

    size = len(json.dumps(member.data, separators=(",", ":"), ensure_ascii=False, default=str).encode())
    if size > BODY_MOST:
        yield _limit(member, (), f"the template has {size:,} bytes without any white space; {BODY_MOST:,} are allowed")


def _limit(member: Member, path: Path, problem: str, allowed: str | None = None) -> Violation:
    return Violation(
        path, member=member, problem=problem, allowed=allowed, fix="split the template" if allowed else None
    )


def _shape(member: Member) -> Iterator[Violation]:
    for key in member.data:
        if key not in SECTIONS and not str(key).startswith("Fn::"):
            near = _close(str(key), SECTIONS)
            yield Violation(
                (key,),
                member=member,
                problem=f"{key} is not a section of a template",
                fix=f"did you mean {near}?" if near else "leave it out, or put it under Metadata",
            )
    version = member.data.get("AWSTemplateFormatVersion")
    if version is not None and str(version) != FORMAT:
        yield Violation(
            ("AWSTemplateFormatVersion",),
            member=member,
            problem=f"there is no template format {version}",
            allowed=FORMAT,
            fix=f"write {FORMAT}",
        )
    for section in (*MOST, "Conditions"):
        for name in member.section(section):
            if not isinstance(name, str) or name.startswith("Fn::"):
                continue
            plain = re.fullmatch(_ALNUM, name) if section in ("Resources", "Parameters", "Outputs") else True
            if not plain or len(name) > NAME_MOST:
                yield Violation(
                    (section, name),
                    member=member,
                    problem=f"{name[:60]} cannot be a name in {section}",
                    allowed=f"1 to {NAME_MOST} letters and digits",
                    fix="use letters and digits alone",
                )
    for id, body in member.section("Resources").items():
        if not str(id).startswith("Fn::"):
            yield from _resource_shape(member, id, body)


def _resource_shape(member: Member, id: str, body: Any) -> Iterator[Violation]:
    if not isinstance(body, dict) or not isinstance(body.get("Type"), str):
        if not (isinstance(body, dict) and any(str(key).startswith("Fn::") for key in body)):
            yield Violation(
                ("Resources", id), member=member, problem=f"{id} has no Type", fix="give it a resource type"
            )
        return
    for key in body:
        if key not in RESOURCE_KEYS and not str(key).startswith("Fn::") and body["Type"].startswith("AWS::"):
            if body["Type"].startswith("AWS::Serverless::"):
                continue
            near = _close(str(key), RESOURCE_KEYS)
            yield Violation(
                ("/", key),
                view=member.views[id],
                problem=f"{key} is not a part of a resource",
                fix=f"did you mean {near}?" if near else "properties stand under Properties",
            )


# Names


def physical_name(view: View) -> tuple[tuple[str, Any], ...] | None:
    """The properties that together name the physical resource, with their values; None unless all are given."""
    known = catalog.find(view.type)
    if known is None:
        return None
    named = NAMED_BY.get(view.type)
    properties = (named,) if named else known.primary_identifier
    found = []
    for property in properties:
        value = view.at(property.split("."))
        if value is ABSENT or value is None or property.partition(".")[0] in known.read_only:
            return None
        found.append((property, value))
    return tuple(found) or None


def _same_names(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        taken: dict[tuple[str, str], list[View]] = {}
        for view in member.views.values():
            name = physical_name(view)
            literal = [value for _, value in name or () if isinstance(value, str | int) and not is_unknown(value)]
            if name is None or not literal or any(_undecided(value) for _, value in name):
                continue
            key = (view.type, repr([text(value) if isinstance(value, str | int) else value for _, value in name]))
            for other in taken.setdefault(key, []):
                if not member.exclusive(view, other):
                    yield Violation(
                        name[-1][0].split("."),
                        view=view,
                        other=other.id,
                        name=text(literal[-1]),
                    )
                    break
            taken[key].append(view)


def _undecided(value: Any) -> bool:
    return isinstance(value, list) or (isinstance(value, dict) and ("Fn::If" in value or not is_unknown(value)))


# Smaller things


def _redundant(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        waits = [edge for edge in member.mentions if edge.kind == "DependsOn"]
        if not waits:
            continue
        links = {
            (edge.source, edge.target)
            for edge in member.edges()
            if edge.kind != "DependsOn" and len(edge.when) <= ("Condition" in member.views[edge.source].body)
        }
        for edge in waits:
            if (edge.source, edge.target) in links:
                yield Violation(("/", "DependsOn"), view=member.views[edge.source], other=edge.target)


def _hard_coded(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        blob = scanned(member)
        if b"arn:aws" not in blob and not re.search(_ANY_ZONE, blob):
            continue
        for view in member.views.values():
            for path, value in _strings(view.body.get("Properties"), ()):
                problem = _fixed_place(value, path)
                if problem:
                    yield Violation(("/", "Properties", *path), view=view, problem=problem)


def _fixed_place(value: str, path: Path) -> str | None:
    if value.startswith("arn:aws"):
        match = re.match(_ARN, value)
        if match is None:
            return None
        if match[3]:
            return f"the account {match[3]} is written into an ARN"
        if match[2]:
            return f"the region {match[2]} is written into an ARN"
        return f"the partition {match[1]} is written into an ARN"
    if "-" in value and len(value) < 20 and re.fullmatch(_ZONE, value) and "Fn::Equals" not in path:
        kind = "availability zone" if value[-1].isalpha() else "region"
        return f"the {kind} {value} is fixed"
    return None


def _strings(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text inside a value with its path."""
    waiting: list[tuple[Path, Any]] = [(path, value)]
    while waiting:
        where, item = waiting.pop()
        if type(item) is str:
            yield where, item
        elif type(item) is dict:
            for key, child in item.items():
                waiting.append(((*where, key), child))
        elif type(item) is list:
            for index, child in enumerate(item):
                waiting.append(((*where, index), child))


def scanned(member: Member) -> bytes:
    """All texts of a template in one piece, good for looking whether something occurs at all."""
    if member.scanned is None:
        try:
            member.scanned = marshal.dumps(member.data, 2)  # ten times faster than any walk in Python
        except ValueError:  # a date, or a class of the user's own
            member.scanned = repr(member.data).encode()
    return member.scanned


def _secrets(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        blob = scanned(member)
        if not re.search(_ANY_KEY_ID, blob) and _SECRET_NAME.encode() not in blob.lower():
            continue
        for path, value in _strings(member.data, ()):
            found = [key for key in re.findall(_KEY_ID, value) if key not in _SAMPLE_KEYS]
            if found or (re.fullmatch(_LONG_KEY, value) and _named_secret(member.data, path)):
                view = member.views.get(str(path[1])) if path[0] == "Resources" and len(path) > 2 else None
                yield Violation(("/", *path[2:]) if view else path, view=view, member=member)


def _named_secret(data: Any, path: Path) -> bool:
    """Whether what stands at the path is the value of a variable or option called AWS_SECRET_ACCESS_KEY."""
    if str(path[-1]).lower() == _SECRET_NAME:
        return True
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    return isinstance(holder, dict) and any(
        isinstance(name, str) and name.lower() == _SECRET_NAME for key, name in holder.items() if key != path[-1]
    )


def _passwords(view: View) -> Iterator[Violation]:
    for path, value in spread(view.body.get("Properties"), _PASSWORDS[view.type].split("/")):
        where = ("/", "Properties", *path)
        if isinstance(value, str):
            if "{{resolve:secretsmanager:" not in value and "{{resolve:ssm-secure:" not in value:
                shown = "is read from a plain parameter" if "{{resolve:" in value else "stands in the template"
                yield Violation(where, problem=shown)
        elif isinstance(value, dict) and isinstance(value.get("Ref"), str) and view.member is not None:
            parameter = view.member.section("Parameters").get(value["Ref"])
            if (
                isinstance(parameter, dict)
                and parameter.get("Type") == "String"
                and str(parameter.get("NoEcho")).lower() != "true"
            ):
                yield Violation(where, problem=f"comes from the parameter {value['Ref']}, which is shown to everybody")


def _policies(view: View) -> Iterable[Violation]:
    body = view.body
    return _attributes(view) if "DeletionPolicy" in body or "UpdateReplacePolicy" in body else ()


def _attributes(view: View) -> Iterator[Violation]:
    body = view.body
    for attribute, allowed in (("DeletionPolicy", DELETION), ("UpdateReplacePolicy", REPLACEMENT)):
        value = body.get(attribute)
        if value is None or is_unknown(value):
            continue
        if value not in allowed:
            yield Violation(
                ("/", attribute),
                attribute=attribute,
                value=value,
                problem=f"{attribute} {value} does not exist",
                allowed=", ".join(allowed),
                fix=f"choose one of {', '.join(allowed)}",
            )
        elif value == "Snapshot":
            known = catalog.find(view.type)
            in_cluster = view.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" in view.properties
            what = "an instance in a cluster" if in_cluster else view.type
            if in_cluster or (known is not None and not known.snapshot):
                yield Violation(
                    ("/", attribute),
                    attribute=attribute,
                    value=value,
                    severity="warning",
                    problem=f"{attribute} Snapshot saves nothing of {what}",
                    fix="put the policy on the cluster" if in_cluster else "choose Retain to keep the data",
                )


# Rules


def _resources(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def _topic(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def _bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def _networks(name: str, region: str = "eu-west-1") -> Stacks:
    network = {
        **_resources(Vpc={"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}),
        "Outputs": {"VpcId": {"Value": {"Ref": "Vpc"}, "Export": {"Name": "network-vpc"}}},
    }
    shop = _resources(
        Group={
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": "shop", "VpcId": {"Fn::ImportValue": name}},
        }
    )
    known = {"network": {"region": "eu-west-1"}, "shop": {"region": region}}
    return Stacks({"network": network, "shop": shop}, known, complete=True)


_NOTIFYING = {"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": {"Fn::GetAtt": ["Work", "Arn"]}}]}


def _instance(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-12345678", **properties}}


def _function(**properties: Any) -> dict[str, Any]:
    given = {"Role": "arn:aws:iam::123456789012:role/work", "Code": {"ZipFile": "pass"}, **properties}
    return {"Type": "AWS::Lambda::Function", "Properties": given}


def _user(password: Any) -> dict[str, Any]:
    return {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": password}}}


def _calling(source: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "Work"},
            "Principal": "s3.amazonaws.com",
            "SourceArn": source,
        },
    }


def _uploads(source: Any) -> dict[str, Any]:
    return _resources(
        Uploads={**_bucket(NotificationConfiguration=_NOTIFYING), "DependsOn": "Call"},
        Work=_function(),
        Call=_calling(source),
    )


SCHEMA = Rule(
    "XSV018", "*", "error",
    "properties follow the schema of their type",
    scope="schema",
    check=nonconforming,
    source="CloudFormation resource schema",
    good={
        "Type": "AWS::SNS::Subscription",
        "Properties": {"Protocol": "email", "TopicArn": {"Ref": "T"}, "Endpoint": "a@example.com"},
    },
    bad=(
        {"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "email"}},
        {"Type": "AWS::SQS::Queue", "Properties": {"DelaySecond": 5}},
        {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": "soon"}},
        {"Type": "AWS::SQS::Quue"},
    ),
)  # fmt: skip
"""The one rule that runs before all others: what it finds decides which of them may speak."""

RULES: tuple[Rule, ...] = (
    SCHEMA,
    Rule(
        "IAM002", "*", "warning",
        "an access key of AWS stands in the template at {path}",
        scope="graph",
        check=_secrets,
        fix="take it out, revoke the key, and give the resource a role instead",
        source="course notes, IAM: prefer roles; IAM User Guide, IAM identifiers, unique ID prefixes",
        verified="docs",
        good=(
            _resources(Web=_instance(IamInstanceProfile="web")),
            {"Description": "not AKIAIOSFODNN7EXAMPLE", **_resources(T=_topic())},
        ),
        bad=(
            _resources(Web=_instance(UserData={"Fn::Base64": "export AWS_ACCESS_KEY_ID=AKIAQ2W3E4R5T6Y7U8I9"})),
            {"Parameters": {"Key": {"Type": "String", "Default": "ASIAQ2W3E4R5T6Y7U8I9"}}, **_resources(T=_topic())},
            _resources(Work=_function(Environment={"Variables": {"AWS_SECRET_ACCESS_KEY": "a1B2" * 10}})),
        ),
    ),
    Rule(
        "IAM017", tuple(_PASSWORDS), "warning",
        "the password {problem}",
        check=_passwords,
        fix="refer to AWS Secrets Manager ({{resolve:secretsmanager:…}}), or to a parameter with NoEcho",
        source="CloudFormation User Guide, best practices, do not embed credentials; course notes, IAM",
        good=(
            {"LoginProfile": {"Password": "{{resolve:secretsmanager:dev:SecretString:password}}"}},
            {
                "Parameters": {"Password": {"Type": "String", "NoEcho": True}},
                **_resources(Dev=_user({"Ref": "Password"})),
            },
        ),
        bad=(
            {"LoginProfile": {"Password": "hunter2!"}},
            {"Type": "AWS::RDS::DBInstance", "Properties": {"MasterUserPassword": "{{resolve:ssm:password}}"}},
            {
                "Parameters": {"Password": {"Type": "String"}},
                **_resources(Dev=_user({"Ref": "Password"})),
            },
        ),
    ),
    Rule(
        "XSV001", "*", "error",
        "every name that a template refers to exists, and so does every attribute",
        scope="graph",
        check=_dangling,
        source="CloudFormation User Guide, Ref; Fn::GetAtt; Fn::Sub; DependsOn attribute; Condition functions",
        good=(
            _resources(T=_topic(), Say=_topic(DisplayName={"Fn::GetAtt": ["T", "TopicName"]})),
            _resources(T=_topic(DisplayName={"Fn::Sub": ["${Who} ${!Literal} ${AWS::Region}", {"Who": "me"}]})),
        ),
        bad=(
            _resources(Bucket=_bucket(), T=_topic(DisplayName={"Ref": "Buket"})),
            _resources(Bucket=_bucket(), T=_topic(DisplayName={"Fn::GetAtt": ["Bucket", "Adn"]})),
            _resources(T=_topic(DisplayName={"Fn::Sub": "${Nobody}"})),
            _resources(T={**_topic(), "DependsOn": ["Bucket"]}),
            _resources(T={**_topic(), "Condition": "IsProd"}),
            _resources(T=_topic(DisplayName={"Fn::If": ["IsProd", "a", "b"]})),
            {**_resources(T=_topic()), "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}}},
        ),
    ),
    Rule(
        "XSV002", "*", "error",
        "the resources need each other in a ring: {way} ({steps})",
        scope="graph",
        check=_cycles,
        fix="break the ring at one step: move the setting that closes it into a resource of its own",
        source="CloudFormation User Guide, troubleshooting, circular dependencies",
        good=(
            _uploads({"Fn::Sub": "arn:${AWS::Partition}:s3:::${AWS::StackName}-uploads"}),
            {
                "Conditions": {"First": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
                **_resources(
                    A=_topic(DisplayName={"Fn::If": ["First", {"Ref": "B"}, "x"]}),
                    B=_topic(DisplayName={"Fn::If": ["First", "x", {"Ref": "A"}]}),
                ),
            },
        ),
        bad=(
            _uploads({"Fn::GetAtt": ["Uploads", "Arn"]}),
            _resources(A=_topic(DisplayName={"Ref": "B"}), B=_topic(DisplayName={"Fn::Sub": "${A}"})),
            _resources(A=_topic(DisplayName={"Ref": "A"})),
        ),
    ),
    Rule(
        "XSV003", "*", "error",
        "an export has a name of its own, and an import finds it in its own region and account",
        scope="graph",
        check=_exports,
        source="CloudFormation User Guide, Outputs section, Export; Fn::ImportValue",
        verified="docs",
        good=_networks("network-vpc"),
        bad=(
            _networks("net-VpcId"),
            _networks("network-vpc", region="us-east-1"),
            {
                **_resources(T=_topic()),
                "Outputs": {name: {"Value": {"Ref": "T"}, "Export": {"Name": "topic"}} for name in ("A", "B")},
            },
            {**_resources(T=_topic()), "Outputs": {"A": {"Value": "x", "Export": {"Name": {"Ref": "T"}}}}},
            Stacks(
                {
                    "a": {**_resources(T=_topic(DisplayName={"Fn::ImportValue": "b"})),
                          "Outputs": {"O": {"Value": "x", "Export": {"Name": "a"}}}},
                    "b": {**_resources(T=_topic(DisplayName={"Fn::ImportValue": "a"})),
                          "Outputs": {"O": {"Value": "x", "Export": {"Name": "b"}}}},
                },
                complete=True,
            ),
        ),
    ),
    Rule(
        "XSV013", "*", "error",
        "a template keeps to CloudFormation's sections, names and limits",
        scope="graph",
        check=_limits,
        source="CloudFormation User Guide, understand CloudFormation quotas; template anatomy",
        verified="docs",
        good=(
            _resources(**dict.fromkeys((f"T{number}" for number in range(500)), _topic())),
            {"AWSTemplateFormatVersion": FORMAT, **_resources(T=_topic())},
        ),
        bad=(
            _resources(**dict.fromkeys((f"T{number}" for number in range(501)), _topic())),
            {**_resources(T=_topic()), "Output": {}},
            {**_resources(T=_topic()), "AWSTemplateFormatVersion": "2010-09-10"},
            _resources(**{"my-topic": _topic()}),
            {**_resources(T=_topic()), "Description": "a" * 1_025},
            {**_resources(T=_topic()), "Outputs": {f"O{number}": {"Value": "x"} for number in range(201)}},
            _resources(T={"Type": "AWS::SNS::Topic", "Propertis": {}}),
            _resources(T={"Properties": {}}),
        ),
    ),
    Rule(
        "XSV014", "*", "error",
        "the name {name} is already taken by {other}, a resource of the same type",
        scope="graph",
        check=_same_names,
        fix="give each its own name, or leave the name out to have one made",
        source="CloudFormation User Guide, resource names; CloudFormation resource schema, primaryIdentifier",
        good=(
            _resources(A=_topic(TopicName="orders"), B=_topic(TopicName="bills")),
            {
                "Conditions": {
                    "Fast": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
                    "Slow": {"Fn::Not": [{"Condition": "Fast"}]},
                },
                **_resources(
                    A={**_topic(TopicName="orders"), "Condition": "Fast"},
                    B={**_topic(TopicName="orders"), "Condition": "Slow"},
                ),
            },
        ),
        bad=(
            _resources(A=_topic(TopicName="orders"), B=_topic(TopicName="orders")),
            _resources(A=_bucket(BucketName="orders"), B=_bucket(BucketName="orders")),
        ),
    ),
    Rule(
        "XSV015", "*", "warning",
        "DependsOn {other} says nothing new: a reference to {other} makes {id} wait already",
        scope="graph",
        check=_redundant,
        fix="leave {other} out of DependsOn",
        source="CloudFormation User Guide, DependsOn attribute",
        good=_resources(A=_topic(), B={**_topic(DisplayName="b"), "DependsOn": "A"}),
        bad=_resources(A=_topic(), B={**_topic(DisplayName={"Fn::GetAtt": ["A", "TopicName"]}), "DependsOn": ["A"]}),
    ),
    Rule(
        "XSV016", "*", "info",
        "a template that fixes its region, zone, account or partition works in one place only",
        scope="graph",
        check=_hard_coded,
        fix="use AWS::Partition, AWS::Region, AWS::AccountId or Fn::GetAZs",
        source="CloudFormation User Guide, pseudo parameters; Fn::GetAZs",
        good=_resources(
            T=_topic(KmsMasterKeyId={"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/k"})
        ),
        bad=(
            _resources(S={
                "Type": "AWS::SNS::Subscription",
                "Properties": {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Protocol": "sms", "Endpoint": "+1"},
            }),
            _resources(V={"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "eu-west-1a", "Size": 1}}),
        ),
    ),
    Rule(
        "XSV017", "*", "error",
        "a DeletionPolicy or UpdateReplacePolicy is one that the type supports",
        check=_policies,
        source="CloudFormation User Guide, DeletionPolicy attribute; UpdateReplacePolicy attribute",
        verified="docs",
        good=(
            {**_bucket(), "UpdateReplacePolicy": "Retain", "DeletionPolicy": "RetainExceptOnCreate"},
            {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "a"}, "DeletionPolicy": "Snapshot"},
        ),
        bad=(
            {**_bucket(), "UpdateReplacePolicy": "RetainExceptOnCreate"},
            {**_bucket(), "DeletionPolicy": "Keep"},
            {**_bucket(), "DeletionPolicy": "Snapshot"},
        ),
    ),
)  # fmt: skip
