"""Where a value of a finished resource comes from: a keyword, a default, a later call, an override, a tag."""

from __future__ import annotations

import re

from .errors import Place
from .node import MAIN
from .resource import Resource
from .source import calls_at, text_at
from .tree import Stack

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator
    from typing import Any, Literal

    from .node import Node

    Kind = Literal["keyword", "default", "construct", "made", "set", "override", "tag", "removal", "type"]

_WORDS = r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+"
_ALIKE = 6
"""Letters that two words share at their beginning when they speak of the same: `versioned` and `Versioning`."""


class Writer:
    """One who had a say in a value: how (`kind`), in which words, at which place of the user's code."""

    __slots__ = ("kind", "text", "place")

    def __init__(self, kind: Kind, text: str, spot: tuple[str, int] | None = None) -> None:
        self.kind: Kind = kind
        self.text = text
        self.place = Place(*spot) if spot else None

    def __repr__(self) -> str:
        return f"Writer({self.kind}, {self.text!r}, {self.place})"


def writers(resource: Resource, property: str) -> list[Writer]:
    """Everybody who had a say in a property of a resource, in the order in which they spoke; the last one won."""
    later = list(_later(resource, property))
    found = [writer for writer, _ in later]
    known = resource.type
    tags = known is not None and property == known.tag_property
    given = later[0][1] if later else property in resource.properties
    if given:
        begun = _beginning(resource, property)
        if not tags or begun.kind == "keyword":
            found.insert(0, begun)
    if tags:
        found.extend(_tags(resource.node))
    return found


def removal(resource: Resource) -> list[Writer]:
    """Who decides what becomes of a resource when it leaves the template."""
    for node in resource.node.above():
        if node.removal is not None:
            return [Writer("removal", f"{node.path or 'the app'} is to be {_kept(node.removal)}", node.spot)]
    known = resource.type
    if known is None or not known.stateful:
        return []
    return [Writer("type", f"{resource.TYPE} holds data, so it outlives its removal by default")]


def statement_places(resource: Resource, property: str, number: int) -> list[Place]:
    """The lines that a statement of a policy document says what it says for; `number` counts from 1.

    Statements given when the resource was made have the resource's own line.
    """
    for _, _, values, _ in reversed(resource.history):
        for document in _documents(values.get(property)):
            if 0 < number <= len(document.statements):
                spots = [spot for spot in document.statements[number - 1].spots if spot is not None]
                return [Place(*spot) for spot in spots]
    source = resource.node.source
    return [source] if source is not None else []


def _documents(value: Any) -> Iterator[Any]:
    if hasattr(value, "statements"):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _documents(item)


def _kept(policy: str) -> str:
    return "kept" if policy == "Retain" else "deleted"


def _later(resource: Resource, property: str) -> Iterator[tuple[Writer, bool]]:
    """Who changed a property after the resource was made, and whether it had a value then; one line counts once."""
    seen: set[object] = set()
    for kind, spot, values, held in resource.history:
        steps = [path.split(".") for path in values] if kind == "override" else []
        meant = any(path[:2] == ["Properties", property] for path in steps) if steps else property in values
        if meant and (kind, spot) not in seen:
            seen.add((kind, spot))
            text = text_at(*spot) if spot else ""
            yield Writer("override" if kind == "override" else "set", text or ", ".join(values), spot), property in held


def _tags(node: Node) -> Iterator[Writer]:
    for above in node.above():
        for key, value in (above.tags or {}).items():
            yield Writer("tag", f"{key}={value}, a tag of {above.path or 'the app'}", above.spot)
    stack = node.stack
    if isinstance(stack, Stack) and stack.tags:
        told = ", ".join(f"{key}={value}" for key, value in sorted(stack.tags.items()))
        yield Writer("tag", f"{told}: tags of the stack, which CloudFormation adds", stack.node.spot)


def _beginning(resource: Resource, property: str) -> Writer:
    """Who said it when the resource was made."""
    node = resource.node
    spot = node.spot
    if spot is None:
        return Writer("made", f"where {node.path} was made")
    host = node.scope.node if node.id == MAIN and node.scope is not None else node
    kind = type(host.host).__name__
    call = _call(spot, host.id, kind)
    if call is None or (host is node and not _is_its_own(call, resource)):
        return Writer("made", f"made by {_owner(node)}: {text_at(*spot)}", spot)
    given = {keyword.arg: keyword for keyword in call.keywords if keyword.arg}
    if host is node:
        keyword = given.get(property)
        if keyword is not None:
            return _said([keyword], spot[0])
        return Writer("made", f"with {kind}: {text_at(*spot)}", spot)
    said = [keyword for name, keyword in given.items() if _speaks(name, keyword.value, property, resource.properties)]
    if said:
        return _said(said, spot[0])
    others = [
        name
        for name, keyword in given.items()
        if not any(_speaks(name, keyword.value, other, resource.properties) for other in resource.properties)
    ]
    if others:
        return Writer(
            "construct", f"{kind} works it out: a default, or from {', '.join(f'{n}=' for n in others)}", spot
        )
    return Writer("default", f"default of {kind}", spot)


def _owner(node: Node) -> str:
    above = node.scope.node if node.scope is not None else node
    return f"{type(above.host).__name__} {above.path}"


def _said(keywords: Iterable[ast.keyword], file: str) -> Writer:
    import ast

    keywords = list(keywords)
    texts = [f"{keyword.arg}={ast.unparse(keyword.value)}" for keyword in keywords]
    return Writer("keyword", ", ".join(text if len(text) <= 100 else text[:99] + "…" for text in texts),
                  (file, keywords[0].value.lineno))  # fmt: skip


def _call(spot: tuple[str, int], id: str, kind: str) -> ast.Call | None:
    """The call that made a construct: the one that names its id, else the one of its class."""
    import ast

    calls = calls_at(*spot)
    for call in calls:
        if any(isinstance(argument, ast.Constant) and argument.value == id for argument in call.args):
            return call
    return next((call for call in calls if _callee(call) == kind), None)


def _callee(call: ast.Call) -> str:
    import ast

    function = call.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _is_its_own(call: ast.Call, resource: Resource) -> bool:
    """Whether the call makes this very resource, and not a construct that makes it in turn."""
    return _callee(call) in (type(resource).__name__, "CustomType")


def _speaks(keyword: str, value: ast.expr, property: str, properties: dict[str, Any]) -> bool:
    """Whether a keyword of a construct seems to be about a property: by its words, or because its values stand there."""
    import ast

    standing = properties.get(property)
    for name in (property, *_names(standing)):
        words = {word.lower() for word in re.findall(_WORDS, name)}
        if all(any(_alike(one, other) for other in words) for one in keyword.split("_")):
            return True
    held = {str(scalar) for scalar in _scalars(standing)}
    given = [node.value for node in ast.walk(value) if isinstance(node, ast.Constant)]
    telling = [str(one) for one in given if not isinstance(one, bool) and len(str(one)) > 1]
    return bool(telling) and any(one in held for one in telling)


def _alike(one: str, other: str) -> bool:
    """Whether a word of a keyword means a word of a property: `max` is `maximum`, `versioned` is `versioning`."""
    if len(one) > 2 and other.startswith(one):
        return True
    return one == other or (len(one) >= _ALIKE and one[:_ALIKE] == other[:_ALIKE])


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from _scalars(item)
    elif value is not None:
        yield value


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _names(item)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item)
