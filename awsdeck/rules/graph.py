"""All resources of one or several templates that belong together, and what refers to what."""

from __future__ import annotations

import re

from ..references import sub_parts
from .conditions import Ways
from .view import View, texts
from .vocabulary import ABSENT, NO_VALUE, is_unknown, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, TypeVar

    from ..template import Template
    from .vocabulary import Mode

    T = TypeVar("T")
    Path = tuple[str | int, ...]

_ONE_NAME = r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}"
_LINKS = frozenset(("Ref", "GetAtt", "Sub", "DependsOn"))
_ALWAYS: dict[str, bool] = {}
_NAMELESS = (
    "AWS::LanguageExtensions", "AWS::CodeDeployBlueGreen", "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
)  # fmt: skip
"""Transforms that add no names (loops are looked for on their own)."""
_PARTITIONS = (
    ("aws-us-gov", r"us-gov-[a-z]+-\d"),
    ("aws-cn", r"cn-[a-z]+-\d"),
    ("aws", r"(?!cn)[a-z]{2}-[a-z]{4,}-\d"),
)


class Target:
    """What a reference names: a resource, and the attribute asked for (None for `Ref`)."""

    __slots__ = ("view", "attribute")

    def __init__(self, view: View, attribute: str | None) -> None:
        self.view = view
        self.attribute = attribute


class Edge:
    """One mention of another part of the template: by `source` (a resource), of `target` (any name).

    `kind` is "Ref", "GetAtt", "Sub", "DependsOn", "If" (a condition), "Map" or "Import" (an export's name, "" where it
    is not known); `path` starts at the resource's body; `when` are the conditions the mention stands under, the
    resource's own among them.
    """

    __slots__ = ("source", "target", "attribute", "kind", "path", "when")

    def __init__(
        self, source: str, target: str, attribute: str | None, kind: str, path: Path, when: Mapping[str, bool]
    ) -> None:
        self.source = source
        self.target = target
        self.attribute = attribute
        self.kind = kind
        self.path = path
        self.when = when

    def __repr__(self) -> str:
        return (
            f"Edge({self.source!r}, {self.target!r}, {self.attribute!r}, {self.kind!r}, {self.path!r}, {self.when!r})"
        )


class Member:
    """One template of a graph: its sections, its resources, its conditions, and every mention in its resources.

    `parameters` are values known for it; `use_defaults` lets a parameter's default count as its value. `generated` says
    whether a transform, macro, module or loop may add names that are not written here; `texts` are those of the
    properties of each resource. `calls` are the functions in the properties of a resource with what they are given,
    where all of them stand where functions may; `nameless` are the resources with a `Ref` to something that is no name.
    `written` is the template before its loops were followed, and `regions` are all that it is meant for.
    """

    def __init__(
        self,
        template: Template,
        graph: Graph,
        *,
        region: str | None = None,
        account: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        use_defaults: bool = False,
        capabilities: Iterable[str] | None = None,
        written: Mapping[str, Any] | None = None,
        regions: Iterable[str] = (),
    ) -> None:
        self.template = template
        self.name = template.name
        self.data: dict[str, Any] = template.data if isinstance(template.data, dict) else {}
        self.written = self.data if written is None else written
        self.graph = graph
        self.region = region
        self.regions = tuple(regions) or ((region,) if region else ())
        self.account = account
        self.capabilities = None if capabilities is None else frozenset(capabilities)
        self.known = dict(parameters or {})
        if use_defaults:
            for name, body in self.section("Parameters").items():
                if isinstance(body, dict) and "Default" in body:
                    self.known.setdefault(name, body["Default"])
        self.ways = Ways(self.section("Conditions"), self.section("Parameters"), self.simplify)
        self.mentions: list[Edge] = []
        self.texts: dict[str, bytes] = {}
        self.calls: dict[str, list[tuple[str, Any]]] = {}
        self.nameless: set[str] = set()
        self.scanned: bytes | None = None
        self._edges: list[Edge] | None = None
        self._elsewhere: list[Edge] | None = None
        self.views: dict[str, View] = {}
        for id, body in self.section("Resources").items():
            if isinstance(body, dict) and isinstance(body.get("Type"), str):
                self.views[id] = self._view(id, body)
        self.generated = self._generated()

    def _view(self, id: str, body: dict[str, Any]) -> View:
        reading = Reading(self, id, self.mentions)
        condition = body.get("Condition")
        when = {condition: True} if isinstance(condition, str) else _ALWAYS
        properties: Any = {}
        asked: frozenset[str] = frozenset()
        for key, value in body.items():
            if key == "Properties":
                found = texts(value)
                self.texts[id] = found
                if b"Ref" not in found and b"Fn::" not in found:  # nothing to simplify, and nothing is mentioned
                    properties = value
                    self.calls[id] = []
                    continue
                properties = reading.read(value, (key,), when)
                asked = frozenset(reading.asked)
                if len(reading.calls) == found.count(b"Fn::"):
                    self.calls[id] = reading.calls
            elif key == "DependsOn":
                for target in value if isinstance(value, list) else [value]:
                    if isinstance(target, str):
                        self.mentions.append(Edge(id, target, None, "DependsOn", (key,), when))
            elif type(value) is dict:
                reading.read(value, (key,), when)
        return View(
            id, body["Type"], body, mode=self.graph.mode, graph=self.graph, member=self,
            properties=properties if isinstance(properties, dict) else {}, asked=asked,
        )  # fmt: skip

    def section(self, name: str) -> dict[str, Any]:
        """A top-level section, empty when it is missing or not a mapping."""
        found = self.data.get(name)
        return found if isinstance(found, dict) else {}

    def _generated(self) -> bool:
        transforms = self.data.get("Transform", [])
        if any(name not in _NAMELESS for name in (transforms if isinstance(transforms, list) else [transforms])):
            return True
        sections = (self.data, self.section("Resources"), self.section("Conditions"), self.section("Mappings"))
        if any(isinstance(key, str) and key.startswith("Fn::") for section in sections for key in section):
            return True
        return any(type.endswith("::MODULE") for type in {view.type for view in self.views.values()})

    def simplify(self, value: Any) -> Any:
        """The value with every function replaced that can be worked out now: parameters known, maps, joins, subs.

        `AWS::NoValue` is left out. What needs no change is the same object.
        """
        return Reading(self, "", []).read(value, (), {})

    def pseudo(self, name: str, whole: Any) -> Any:
        """The value of a parameter or pseudo parameter as far as it is known, else `whole`."""
        if name in self.known:
            body = self.section("Parameters").get(name)
            kind = str(body.get("Type", "String")) if isinstance(body, dict) else "String"
            value = self.known[name]
            if kind.startswith("AWS::SSM::"):
                return whole
            if kind == "CommaDelimitedList" or kind.startswith("List<"):
                return [part.strip() for part in str(value).split(",")] if not isinstance(value, list) else value
            return value
        if name == "AWS::Region":
            return self.region or whole
        if name == "AWS::AccountId":
            return self.account or whole
        if name == "AWS::Partition" and self.region:
            return next((name for name, regions in _PARTITIONS if re.fullmatch(regions, self.region)), whole)
        return whole

    def find_in_map(self, argument: list[Any]) -> Any:
        """What `Fn::FindInMap` with these arguments gives, ABSENT when it cannot be told."""
        level: Any = self.section("Mappings")
        for key in argument[:3]:
            if _open(key) or not isinstance(level, dict):
                return ABSENT
            level = level.get(text(key), level.get(key, ABSENT))
            if level is ABSENT:
                default = argument[3] if len(argument) > 3 else None
                return default.get("DefaultValue", ABSENT) if isinstance(default, dict) else ABSENT
        return level

    def target(self, value: Any) -> Target | None:
        """The resource that a value refers to by `Ref`, `Fn::GetAtt`, a one-name `Fn::Sub` or an import."""
        if type(value) is not dict or len(value) != 1:
            return None
        ((name, argument),) = value.items()
        id: Any
        attribute: str | None = None
        if name == "Ref":
            id = argument
        elif name == "Fn::GetAtt":
            parts = argument if isinstance(argument, list) else str(argument).split(".", 1)
            if len(parts) == 2:
                id, attribute = parts
            elif len(parts) < 2 or not all(isinstance(part, str) for part in parts):
                return None
            else:
                id, attribute = parts[0], ".".join(parts[1:])
            if not isinstance(attribute, str):
                return None
        elif name == "Fn::Sub" and isinstance(argument, str):
            match = re.fullmatch(_ONE_NAME, argument)
            if not match:
                return None
            id, attribute = match[1], match[2]
        elif name == "Fn::ImportValue":
            export = self.graph.export(self, argument)
            return None if export is None else export[0].target(export[1])
        else:
            return None
        view = self.views.get(id) if isinstance(id, str) else None
        return None if view is None else Target(view, attribute)

    def exclusive(self, one: View, other: View) -> bool:
        """Whether two resources never exist together, as far as their conditions tell."""
        first, second = one.body.get("Condition"), other.body.get("Condition")
        if not isinstance(first, str) or not isinstance(second, str) or one.member is not other.member:
            return False
        return first != second and not self.possible({first: True, second: True})

    def possible(self, world: Mapping[str, bool]) -> bool:
        """Whether conditions can fall this way together; True when it cannot be told."""
        return self.ways.possible(world)

    def edges(self) -> list[Edge]:
        """Every reference from one resource of this template to another, in the order of the template."""
        if self._edges is None:
            self._edges = [edge for edge in self.mentions if edge.target in self.views and edge.kind in _LINKS]
        return self._edges

    def elsewhere(self) -> list[Edge]:
        """What outputs and conditions mention; the paths start at the top of the template and `source` is empty."""
        if self._elsewhere is not None:
            return self._elsewhere
        found: list[Edge] = []
        self._elsewhere = found
        for section in ("Conditions", "Outputs"):
            for name, body in self.section(section).items():
                condition = body.get("Condition") if isinstance(body, dict) and section == "Outputs" else None
                when = {condition: True} if isinstance(condition, str) else {}
                Reading(self, "", found).read(body, (section, name), when)
        return found


class Reading:
    """One walk through a value that simplifies it, and writes down what it mentions and which conditions it asks."""

    __slots__ = ("member", "source", "mentions", "asked", "calls")

    def __init__(self, member: Member | None, source: str, mentions: list[Edge]) -> None:
        self.member = member
        self.source = source
        self.mentions = mentions
        self.asked: set[str] = set()
        self.calls: list[tuple[str, Any]] = []

    def read(self, value: Any, path: Path, when: Mapping[str, bool]) -> Any:
        """The value simplified; the same object when nothing changes."""
        if type(value) is dict:
            if len(value) == 1:
                for name in value:
                    if name == "Ref":
                        return self._ref(value, path, when)
                    if type(name) is str and name[:4] == "Fn::":
                        return self._function(name, value, (*path, name), when)
            changed: dict[str, Any] | None = None
            for key, item in value.items():
                kind = type(item)
                if kind is dict or kind is list:
                    simple = self.read(item, (*path, key), when)
                    if simple is not item or simple == NO_VALUE:
                        changed = dict(value) if changed is None else changed
                        if simple == NO_VALUE:
                            del changed[key]
                        else:
                            changed[key] = simple
            return value if changed is None else changed
        if type(value) is list:
            items: list[Any] | None = None
            for index, item in enumerate(value):
                simple = self.read(item, (*path, index), when) if type(item) is dict or type(item) is list else item
                if items is None and (simple is not item or simple == NO_VALUE):
                    items = value[:index]
                if items is not None and simple != NO_VALUE:
                    items.append(simple)
            return value if items is None else items
        return value

    def _ref(self, value: dict[str, Any], path: Path, when: Mapping[str, bool]) -> Any:
        name = value["Ref"]
        if type(name) is not str:
            if self.member is not None:
                self.member.nameless.add(self.source)
            self.read(name, (*path, "Ref"), when)
            return value
        self.mentions.append(Edge(self.source, name, None, "Ref", (*path, "Ref"), when))
        return value if self.member is None else self.member.pseudo(name, value)

    def _function(self, name: str, value: dict[str, Any], path: Path, when: Mapping[str, bool]) -> Any:
        argument = value[name]
        self.calls.append((name, argument))
        if name == "Fn::GetAtt":
            parts = argument if isinstance(argument, list) else str(argument).split(".", 1)
            if parts and isinstance(parts[0], str):
                known = len(parts) > 1 and all(isinstance(part, str) for part in parts)
                attribute = ".".join(parts[1:]) if known else None
                self.mentions.append(Edge(self.source, parts[0], attribute, "GetAtt", path, when))
            return value
        if name == "Fn::Sub":
            return self._sub(value, path, when)
        if name == "Fn::If":
            return self._if(value, path, when)
        given = argument
        argument = self.read(argument, path, when)
        if name == "Fn::ImportValue":
            known = isinstance(argument, str) and not is_unknown(argument)
            self.mentions.append(Edge(self.source, argument if known else "", None, "Import", path, when))
            return value
        if name == "Fn::FindInMap" and isinstance(given, list) and len(given) == 3 and isinstance(given[0], str):
            self.mentions.append(Edge(self.source, given[0], None, "Map", path, when))
        result = self._call(name, argument)
        if result is not ABSENT:
            return result
        return value if argument is given else {name: argument}

    def _if(self, value: dict[str, Any], path: Path, when: Mapping[str, bool]) -> Any:
        argument = value["Fn::If"]
        if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
            self.read(argument, path, when)
            return value
        name, first, second = argument
        self.asked.add(name)
        self.mentions.append(Edge(self.source, name, None, "If", path, when))
        yes = self.read(first, (*path, 1), {**when, name: True})
        no = self.read(second, (*path, 2), {**when, name: False})
        return value if yes is first and no is second else {"Fn::If": [name, yes, no]}

    def _sub(self, value: dict[str, Any], path: Path, when: Mapping[str, bool]) -> Any:
        argument = value["Fn::Sub"]
        local: Any = {}
        whole = argument
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], dict):
            whole = argument[0]
            local = self.read(argument[1], (*path, 1), when)
        if not isinstance(whole, str):
            return value
        filled: str | None = ""
        for kind, part in sub_parts(whole):
            if kind == "text":
                found: Any = part
            elif part in local:
                found = local[part]
            else:
                target, _, attribute = part.strip().partition(".")
                self.mentions.append(Edge(self.source, target, attribute or None, "Sub", path, when))
                found = None if attribute or self.member is None else self.member.pseudo(target, None)
            filled = None if filled is None or found is None or _open(found) else filled + text(found)
        return value if filled is None else filled

    def _call(self, name: str, argument: Any) -> Any:
        if name == "Fn::FindInMap":
            if isinstance(argument, list) and len(argument) >= 3 and self.member is not None:
                return self.member.find_in_map(argument)
        elif name == "Fn::Length":
            if isinstance(argument, list) and argument and not any(_open(part) for part in argument):
                return len(argument)
        elif isinstance(argument, list) and len(argument) == 2:
            first, second = argument
            if name == "Fn::Join":
                if isinstance(first, str) and isinstance(second, list) and not any(_open(part) for part in second):
                    return first.join(text(part) for part in second)
            elif name == "Fn::Select":
                if isinstance(second, list) and str(first).isdigit() and int(str(first)) < len(second):
                    return second[int(str(first))]
            elif name == "Fn::Split" and isinstance(first, str) and first and isinstance(second, str):
                return ABSENT if is_unknown(second) else second.split(first)
        return ABSENT


class Graph:
    """Templates that belong together. Iterating gives every resource of every template."""

    def __init__(self, mode: Mode = "documented", *, complete: bool = False) -> None:
        self.mode: Mode = mode
        self.complete = complete
        self.members: list[Member] = []
        self._by_type: dict[str, list[View]] = {}
        self._exports: dict[str, list[tuple[Member, Any]]] | None = None
        self._kept: dict[Any, Any] = {}

    def add(self, template: Template, **known: Any) -> Member:
        """Add a template; `known` are `Member`'s keywords (region, account, parameters, …)."""
        member = Member(template, self, **known)
        self.members.append(member)
        self._kept.clear()
        self._exports = None
        for view in member.views.values():
            self._by_type.setdefault(view.type, []).append(view)
        return member

    def __iter__(self) -> Iterator[View]:
        for member in self.members:
            yield from member.views.values()

    def kept(self, make: Callable[[Graph], T]) -> T:
        """What `make` gives for this graph, made once and shared by the rules that ask for it."""
        if make not in self._kept:
            self._kept[make] = make(self)
        found: T = self._kept[make]
        return found

    def of(self, *types: str) -> list[View]:
        """The resources of these types."""
        return [view for type in types for view in self._by_type.get(type, ())]

    def target(self, view: View, value: Any) -> Target | None:
        """The resource that a value inside `view` refers to, in its own template or through an export."""
        return view.member.target(value) if view.member is not None else None

    def exports(self) -> dict[str, list[tuple[Member, Any]]]:
        """Every literal export name with the templates that export it and the value exported."""
        if self._exports is None:
            self._exports = {}
            for member in self.members:
                for output in member.section("Outputs").values():
                    export = output.get("Export") if isinstance(output, dict) else None
                    name = member.simplify(export.get("Name")) if isinstance(export, dict) else None
                    if isinstance(name, str):
                        self._exports.setdefault(name, []).append((member, output.get("Value")))
        return self._exports

    def export(self, importer: Member, name: Any) -> tuple[Member, Any] | None:
        """The template and value behind an import in the importer's region and account, if it is known."""
        name = importer.simplify(name)
        if not isinstance(name, str):
            return None
        for member, value in self.exports().get(name, ()):
            if member.region == importer.region and member.account == importer.account:
                return member, value
        return None


def references(value: Any, *, path: Path = (), when: Mapping[str, bool] | None = None) -> list[Edge]:
    """Every name that a value refers to by Ref, GetAtt or Sub, with its path and the conditions it stands under."""
    found: list[Edge] = []
    Reading(None, "", found).read(value, path, when or {})
    return found


def _open(value: Any) -> bool:
    return isinstance(value, dict | list) or is_unknown(value) or value == NO_VALUE
