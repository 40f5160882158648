"""What resources refer to: names that do not exist, rings of resources that need each other, needless waiting."""

from __future__ import annotations

from ... import catalog
from ...catalog.words import meant
from ..vocabulary import Rule, Violation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from ..graph import Edge, Graph, Member

    Path = tuple[str | int, ...]

PSEUDO = frozenset((
    "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId",
    "AWS::StackName", "AWS::URLSuffix",
))  # fmt: skip

# Names


def _dangling(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        names = _Names(member)
        for edge in member.mentions:
            problem = names.problem(edge)
            if problem:
                yield at_mention(member, edge, *problem)
        for edge in member.elsewhere():
            problem = names.problem(edge)
            if problem:
                yield at_mention(member, edge, *problem)
        yield from _dangling_conditions(member, names)


def at_mention(member: Member, edge: Edge, problem: str, fix: str | None) -> Violation:
    """What is wrong with a mention, at the place where it stands."""
    view = member.views.get(edge.source)
    path = ("/", *edge.path) if view else edge.path
    element = None
    if edge.kind == "Sub":
        element = f"${{{edge.target}.{edge.attribute}}}" if edge.attribute else f"${{{edge.target}}}"
    return Violation(path, view=view, member=member, problem=problem, fix=fix, element=element)


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
        near = meant(edge.attribute, known.attributes)
        listed = ", ".join(sorted(known.attributes)) or "none"
        return (
            f"{edge.target} ({type}) has no attribute {edge.attribute}",
            f"did you mean {near}?" if near else f"its attributes: {listed}",
        )


def _missing(what: str, name: str, known: Iterable[str]) -> tuple[str, str | None]:
    near = meant(name, known)
    return f"there is no {what} {name}", f"did you mean {near}?" if near else None


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


# Rings


def _cycles(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        edges = member.edges()
        place = {id: number for number, id in enumerate(member.views)}
        below = [edge for edge in edges if place[edge.target] >= place[edge.source]]
        if {edge.source for edge in edges}.isdisjoint(edge.target for edge in below):
            continue  # each needs only what stands above it, or what needs nothing itself
        downwards = dict.fromkeys(edge.source for edge in below)
        links: dict[str, list[Edge]] = {}
        for edge in edges:
            links.setdefault(edge.source, []).append(edge)
        for group in _knots(links, links) if _knots(links, downwards) else ():
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


def _knots(links: Mapping[str, list[Edge]], roots: Iterable[str]) -> list[list[str]]:
    """The groups of resources that reach each other and are reached from the roots.

    These are Tarjan's components with more than one resource, or with a loop.
    """
    found: list[list[str]] = []
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    for root in roots:
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


# Waiting


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


# Rules


def _resources(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def _topic(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def _uploads(source: Any) -> dict[str, Any]:
    """A bucket that calls a function, which a permission for `source` allows."""
    notifying = {"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": {"Fn::GetAtt": ["Work", "Arn"]}}]}
    allowed = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "Work"},
        "Principal": "s3.amazonaws.com",
        "SourceArn": source,
    }
    work = {"Role": "arn:aws:iam::123456789012:role/work", "Code": {"ZipFile": "pass"}}
    return _resources(
        Uploads={
            "Type": "AWS::S3::Bucket",
            "Properties": {"NotificationConfiguration": notifying},
            "DependsOn": "Call",
        },
        Work={"Type": "AWS::Lambda::Function", "Properties": work},
        Call={"Type": "AWS::Lambda::Permission", "Properties": allowed},
    )


RULES: tuple[Rule, ...] = (
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
            _resources(Bucket={"Type": "AWS::S3::Bucket"}, T=_topic(DisplayName={"Ref": "Buket"})),
            _resources(Bucket={"Type": "AWS::S3::Bucket"}, T=_topic(DisplayName={"Fn::GetAtt": ["Bucket", "Adn"]})),
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
        "XSV015", "*", "warning",
        "DependsOn {other} says nothing new: a reference to {other} makes {id} wait already",
        scope="graph",
        check=_redundant,
        fix="leave {other} out of DependsOn",
        source="CloudFormation User Guide, DependsOn attribute",
        good=_resources(A=_topic(), B={**_topic(DisplayName="b"), "DependsOn": "A"}),
        bad=_resources(A=_topic(), B={**_topic(DisplayName={"Fn::GetAtt": ["A", "TopicName"]}), "DependsOn": ["A"]}),
    ),
)  # fmt: skip
