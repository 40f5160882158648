"""Include: a template that exists already, as a part of a stack."""

from __future__ import annotations

import os
import re

from .cfn import resource_class
from .constructs import Construct, construct, field
from .errors import ConstraintError, ConstructError, Place, TemplateError
from .node import Node
from .resource import Resource
from .sections import Condition, Element, Mapping, Output, Parameter
from .source import caller
from .template import load
from .tokens import ListToken, Token, has_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Mapping as MappingType
    from os import PathLike
    from typing import Any, ClassVar

    from .errors import Finding
    from .resource import Untyped
    from .template import Template

_VARIABLE = r"\$\{([^!}][^}]*)\}"
_KEPT = ("AWSTemplateFormatVersion", "Description")


@construct
class Include(Construct):
    """A CloudFormation template in JSON or YAML whose resources join the stack under the logical ids they have.

    - `file`: its path, from the project's folder: that of `awsdeck.toml`, else of the deck.
    - `parameters`: values that take the place of its parameters; the others become parameters of the stack.

    `resource("Queue")` gives a resource to refer to and to change: it has `.ref`, attributes and properties under
    CloudFormation's names. What the template says stays as it is, deletion policies too; what is wrong with it is
    reported at its own lines. Conditions, mappings and outputs join the stack's, and a name that is taken is an error.
    Its description is left out. Source: CloudFormation User Guide, template sections.
    """

    file: str | PathLike[str]
    parameters: MappingType[str, Any] = field(factory=dict)

    def build(self) -> None:
        """Read the template and make everything in it."""
        self.complete = False
        self.template = template = self._read()
        self._sections_known()
        given = _Values(self)
        sections: tuple[tuple[str, type[_Included]], ...] = (
            ("Parameters", IncludedParameter),
            ("Mappings", IncludedMapping),
            ("Conditions", IncludedCondition),
            ("Outputs", IncludedOutput),
            ("Rules", IncludedRule),
        )
        for section, kind in sections:
            for name, body in self._entries(section):
                if section != "Parameters" or name not in given.replaced:
                    if section == "Parameters" and name in given.defaults:
                        body = {**body, "Default": given.defaults[name]}  # noqa: PLW2901
                    kind(self, f"{section}.{name}", name, given.into(body), self._place(section, name))
        for name, body in self._entries("Resources"):
            if not isinstance(body.get("Type"), str):
                raise self._wrong(f"the resource {name} has no Type", "Resources", name)
            _written(body["Type"])(self, name, given.into(body), self._place("Resources", name))
        self._merge(template)
        self.complete = True
        self._check()

    def _read(self) -> Template:
        path = os.path.normpath(os.path.join(self.node.root_app.folder, os.fspath(self.file)))
        if self.node.stack is None:
            raise ConstructError(
                f"Include {self.node.path} stands outside a stack", place=caller(), fix="give it a Stack as its scope"
            )
        try:
            return load(path)
        except TemplateError as error:
            raise TemplateError(error.message, place=error.place or caller(), fix=error.fix) from None

    def _sections_known(self) -> None:
        known = (
            "Parameters",
            "Mappings",
            "Conditions",
            "Outputs",
            "Rules",
            "Resources",
            "Transform",
            "Metadata",
            *_KEPT,
        )
        for section in self.template.data:
            if section not in known:
                raise self._wrong(f"a template with the section {section} cannot be included", section)

    def _entries(self, section: str) -> Iterable[tuple[str, Any]]:
        found = self.template.data.get(section) or {}
        if not isinstance(found, dict):
            raise self._wrong(f"{section} is a mapping of names", section)
        for name, body in found.items():
            if name.startswith("Fn::"):
                raise self._wrong(
                    f"{name} is a loop that CloudFormation itself unrolls, so what it makes cannot be known here",
                    section, name, fix="write its resources out, or deploy the template by itself",
                )  # fmt: skip
            if not isinstance(body, dict):
                raise self._wrong(f"{section} {name} is a mapping", section, name)
            yield name, body

    def _merge(self, template: Template) -> None:
        stack = self.node.stack
        assert stack is not None
        transforms = template.data.get("Transform") or []
        for transform in [transforms] if isinstance(transforms, str | dict) else transforms:
            if transform not in stack.transform:
                stack.transform.append(transform)
        for key, value in (template.data.get("Metadata") or {}).items():
            if stack.metadata.setdefault(key, value) != value:
                raise self._wrong(f"the stack has other Metadata under {key} already", "Metadata", key)

    def _check(self) -> None:
        """Every resource, and all that is wrong at once."""
        found: list[Finding] = []
        for child in self.node.children.values():
            if isinstance(child, Written):
                try:
                    child.check()
                except ConstraintError as error:
                    found.extend(error.findings)
        if found:
            raise ConstraintError(found)

    def _place(self, *path: str) -> Place:
        return self.template.place(path, key=True) or Place(self.template.file or "<text>")

    def _wrong(self, message: str, *path: str, fix: str | None = None) -> ConstructError:
        return ConstructError(message, place=self._place(*path), fix=fix)

    def resource(self, logical_id: str) -> Untyped:
        """A resource of the template by its logical id."""
        found: Untyped = self._find(logical_id, "Resources", logical_id)
        return found

    def parameter(self, name: str) -> Parameter:
        """A parameter of the template that no value has replaced."""
        found: Parameter = self._find(name, "Parameters", f"Parameters.{name}")
        return found

    def condition(self, name: str) -> Condition:
        """A condition of the template, for other constructs to use."""
        found: Condition = self._find(name, "Conditions", f"Conditions.{name}")
        return found

    def mapping(self, name: str) -> Mapping:
        """A mapping of the template, for other constructs to use."""
        found: Mapping = self._find(name, "Mappings", f"Mappings.{name}")
        return found

    def _find(self, name: str, section: str, id: str) -> Any:
        made = self.node.children.get(id)
        if made is not None:
            return made
        from difflib import get_close_matches

        word = section[:-1].lower()
        known = [key for key in self.template.data.get(section) or {} if self._made(section, key)]
        close = get_close_matches(name, known, 1)
        replaced = section == "Parameters" and name in (self.template.data.get(section) or {})
        raise ConstructError(
            f"{self.file} has no {word} {name!r}" if not replaced else f"the parameter {name!r} is replaced by a value",
            place=caller(),
            fix=f"did you mean {close[0]!r}?" if close else f"it has {', '.join(known) or 'none'}",
        )

    def _made(self, section: str, name: str) -> bool:
        return (name if section == "Resources" else f"{section}.{name}") in self.node.children


class Written(Resource):
    """What every included resource is beside its type: it stands in a file, and keeps what is said there."""

    __slots__ = ()

    if not TYPE_CHECKING:

        def __init__(self, scope, id, body, place):
            properties = body.get("Properties") or {}
            Resource.__init__(self, scope, id, **properties)
            node = self.node
            node.spot = (place.file, place.line)
            node.fixed_id = id
            rest = {name: value for name, value in body.items() if value is not None and name != "Properties"}
            object.__setattr__(self, "body", {**rest, "Properties": self.properties})
            for rule, reason, until in _ignored(body.get("Metadata")):
                node.ignore(rule, reason=reason, until=until)

    def check(self) -> None:
        """As every resource is checked, but not before the whole template is there."""
        if _include(self.node).complete:
            super().check()

    def written_at(self, path: Sequence[str | int]) -> Place | None:
        """The line that says what stands at a path of the finished template: of the file, or of a later change."""
        for _, spot, values, _ in reversed(self.history):
            if spot is not None and path[3:4] and path[3] in values:
                return Place(*spot)
        return _include(self.node).template.place(("Resources", self.node.id, *path[2:]))

    def removal_policy(self) -> str | None:
        """What was said of it in Python; None leaves the template's own word."""
        for node in self.node.above():
            if node.removal is not None:
                return super().removal_policy()
        return None


class _Included(Element):
    __slots__ = ()

    def __init__(self, scope: Construct, id: str, name: str, body: Any, place: Place) -> None:
        self._enter(scope, id)
        self.body = body
        self.node.fixed_id = name
        self.node.spot = (place.file, place.line or 1)


class IncludedParameter(_Included, Parameter):
    """A parameter as the file has it."""

    __slots__ = ()


class IncludedMapping(_Included, Mapping):
    """A mapping as the file has it."""

    __slots__ = ()


class IncludedCondition(_Included, Condition):
    """A condition as the file has it."""

    __slots__ = ()


class IncludedOutput(_Included, Output):
    """An output as the file has it."""

    __slots__ = ()

    def __init__(self, scope: Construct, id: str, name: str, body: Any, place: Place) -> None:
        super().__init__(scope, id, name, body, place)
        self.condition = None


class IncludedRule(_Included):
    """A rule about parameters as the file has it."""

    __slots__ = ()
    SECTION: ClassVar[str] = "Rules"


class _Values:
    """What takes the place of parameters."""

    def __init__(self, include: Include) -> None:
        self.replaced: dict[str, Any] = {}
        self.defaults: dict[str, Any] = {}
        declared = include.template.data.get("Parameters") or {}
        for name, value in include.parameters.items():
            if name not in declared:
                from difflib import get_close_matches

                close = get_close_matches(name, list(declared), 1)
                raise ConstructError(
                    f"{include.file} has no parameter {name!r}", place=caller(),
                    fix=f"did you mean {close[0]!r}?" if close else f"it has {', '.join(declared) or 'none'}",
                )  # fmt: skip
            self._take(name, declared[name], value)

    def _take(self, name: str, body: MappingType[str, Any], value: Any) -> None:
        type = str(body.get("Type", "String"))
        plain = not isinstance(value, ListToken) and not (isinstance(value, str) and has_marker(value))
        if str(body.get("NoEcho", "")).lower() == "true" and plain and "{{resolve:" not in str(value):
            raise ConstructError(
                f"the parameter {name!r} is a secret, and a value written here would stand in the template",
                place=caller(), fix="leave it a parameter, or give secret_value(...)",
            )  # fmt: skip
        if type.startswith("AWS::SSM::Parameter::"):  # the value is a name to look up
            self.defaults[name] = value
            return
        if isinstance(value, bool):
            value = str(value).lower()
        if "List" in type and plain and isinstance(value, str):
            value = [item.strip() for item in value.split(",")]
        allowed = body.get("AllowedValues")
        for item in value if isinstance(value, list | tuple) else [value]:
            if allowed and plain and str(item) not in map(str, allowed):
                raise ConstructError(
                    f"the parameter {name!r} does not take {item!r}", place=caller(),
                    fix=f"one of: {', '.join(map(str, allowed))}",
                )  # fmt: skip
        self.replaced[name] = value

    def into(self, value: Any) -> Any:
        """A copy of a part of the template with the values in the places of their parameters."""
        if not self.replaced:
            return value
        if isinstance(value, list):
            return [self.into(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"Ref"} and isinstance(value["Ref"], str) and value["Ref"] in self.replaced:
            return self.replaced[value["Ref"]]
        if value.keys() == {"Fn::Sub"}:
            return self._sub(value["Fn::Sub"])
        return {name: self.into(item) for name, item in value.items()}

    def _sub(self, argument: Any) -> Any:
        text, *rest = argument if isinstance(argument, list) else [argument]
        if not isinstance(text, str):
            return {"Fn::Sub": argument}
        local: dict[str, Any] = dict(self.into(rest[0])) if rest else {}

        def put(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name in local or name not in self.replaced:
                return match[0]
            value = self.replaced[name]
            if isinstance(value, Token) or not isinstance(value, str | int | float) or has_marker(str(value)):
                local[name] = value
                return match[0]
            return str(value).replace("${", "${!")

        text = re.sub(_VARIABLE, put, text)
        if not re.search(_VARIABLE, text):
            return text.replace("${!", "${")
        return {"Fn::Sub": [text, local] if local else text}


def _include(node: Node) -> Include:
    for above in node.above():
        if isinstance(above.host, Include):
            return above.host
    raise AssertionError(node.path)


def _ignored(metadata: Any) -> Iterable[tuple[str, str, str | None]]:
    """The rules that a resource's own Metadata accepts, with the reasons it gives."""
    said = metadata.get("awsdeck") if isinstance(metadata, dict) else None
    if not isinstance(said, dict):
        return
    rules = said.get("ignore")
    for entry in [rules] if isinstance(rules, str | dict) else rules or ():
        one = {**said, "rule": entry} if isinstance(entry, str) else entry
        if isinstance(one, dict) and one.get("rule") and one.get("reason"):
            until = one.get("until")
            yield str(one["rule"]), str(one["reason"]), None if until is None else str(until)


def _written(type_name: str) -> Any:
    made = _classes.get(type_name)
    if made is None:
        base: Any = resource_class(type_name)
        made = _classes[type_name] = type(base)(base.__name__, (Written, base), {"__slots__": (), "TYPE": type_name})
    return made


_classes: dict[str, Any] = {}
