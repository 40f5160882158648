"""What one part of a template says about another: Ref, GetAtt, Sub, DependsOn, conditions, mappings, imports."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Literal

    Kind = Literal["Ref", "GetAtt", "Sub", "DependsOn", "Condition", "ImportValue", "FindInMap"]
    Path = tuple[str | int, ...]


class Reference:
    """One mention of another part of the template: `target` is its name, `attribute` what is asked of it.

    `path` leads to the value that names the target. For FindInMap, `attribute` is `top.second` when both are known.
    """

    __slots__ = ("kind", "target", "attribute", "path")

    def __init__(self, kind: Kind, target: str, attribute: str | None = None, path: Path = ()) -> None:
        self.kind: Kind = kind
        self.target = target
        self.attribute = attribute
        self.path = path

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reference):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __hash__(self) -> int:
        return hash((self.kind, self.target, self.attribute, self.path))

    def __repr__(self) -> str:
        return f"Reference({self.kind!r}, {self.target!r}, {self.attribute!r}, {self.path!r})"


def sub_parts(text: str) -> list[tuple[Literal["text", "name"], str]]:
    """A Fn::Sub string as its pieces in order: `("text", …)` as it will stand, `("name", …)` for each `${…}`.

    `${!Literal}` is the text `${Literal}`; a `${` that is never closed is text too.
    """
    parts: list[tuple[Literal["text", "name"], str]] = []
    literal, *rest = text.split("${")
    for piece in rest:
        inside, closed, after = piece.partition("}")
        if not closed or "{" in inside:
            literal += "${" + piece
        elif inside.startswith("!"):
            literal += "${" + inside[1:] + "}" + after
        else:
            if literal:
                parts.append(("text", literal))
            parts.append(("name", inside))
            literal = after
    if literal:
        parts.append(("text", literal))
    return parts


def references(node: Any) -> Iterator[Reference]:
    """Every reference inside `node` (a template, a resource, any value), in the order they stand.

    Pseudo parameters such as `AWS::Region` are targets too. Names that a Sub or a Fn::ForEach defines itself are
    not; nor is what stands in a template's own Metadata, which CloudFormation does not resolve.
    """
    is_template = isinstance(node, dict) and isinstance(node.get("Resources"), dict)
    waiting: list[tuple[Path, Any, frozenset[str]]] = [((), node, frozenset())]
    while waiting:
        path, value, own = waiting.pop()
        if isinstance(value, dict):
            if is_template and path == ("Metadata",):
                continue
            yield from _named_here(path, value, own)
            for key in reversed(value):
                item = value[key]
                names = own | _loop_names(key, item)
                if isinstance(item, (dict, list)):
                    waiting.append(((*path, key), item, names))
        elif isinstance(value, list):
            inside = [((*path, index), item, own) for index, item in enumerate(value) if isinstance(item, (dict, list))]
            waiting.extend(reversed(inside))


def _named_here(path: Path, mapping: dict[str, Any], own: frozenset[str]) -> Iterator[Reference]:
    if len(mapping) == 1:
        ((key, value),) = mapping.items()
        at = (*path, key)
        if key == "Ref":
            if isinstance(value, str) and value not in own:
                yield Reference("Ref", value, None, at)
        elif key == "Condition":
            if isinstance(value, str):
                yield Reference("Condition", value, None, at)
        elif isinstance(key, str) and key.startswith("Fn::"):
            yield from _function(key, value, at, own)
    elif "Properties" not in path:
        if isinstance(mapping.get("Type"), str):
            yield from _depends(mapping.get("DependsOn"), (*path, "DependsOn"))
        if isinstance(mapping.get("Condition"), str) and ("Type" in mapping or "Value" in mapping):
            yield Reference("Condition", mapping["Condition"], None, (*path, "Condition"))


def _function(name: str, value: Any, at: Path, own: frozenset[str]) -> Iterator[Reference]:
    if name == "Fn::GetAtt":
        parts = value.split(".") if isinstance(value, str) else value
        if isinstance(parts, list) and parts and isinstance(parts[0], str) and parts[0] not in own:
            known = all(isinstance(part, str) for part in parts[1:])
            yield Reference("GetAtt", parts[0], ".".join(parts[1:]) or None if known else None, at)
    elif name == "Fn::Sub":
        listed = isinstance(value, list) and bool(value)
        text = value[0] if listed else value
        if listed and len(value) > 1 and isinstance(value[1], dict):
            own = own | frozenset(value[1])
        for kind, part in sub_parts(text) if isinstance(text, str) else ():
            target, _, attribute = part.partition(".")
            if kind == "name" and part and part not in own and target not in own:
                yield Reference("Sub", target, attribute or None, (*at, 0) if listed else at)
    elif name == "Fn::If":
        if isinstance(value, list) and value and isinstance(value[0], str):
            yield Reference("Condition", value[0], None, (*at, 0))
    elif name == "Fn::ImportValue":
        if isinstance(value, str):
            yield Reference("ImportValue", value, None, at)
    elif name == "Fn::FindInMap" and isinstance(value, list) and value and isinstance(value[0], str):
        keys = value[1:3]
        known = len(keys) == 2 and all(isinstance(key, str) for key in keys)
        yield Reference("FindInMap", value[0], ".".join(keys) if known else None, (*at, 0))


def _depends(value: Any, at: Path) -> Iterator[Reference]:
    if isinstance(value, str):
        yield Reference("DependsOn", value, None, at)
    elif isinstance(value, list):
        for index, target in enumerate(value):
            if isinstance(target, str):
                yield Reference("DependsOn", target, None, (*at, index))


def _loop_names(key: Any, value: Any) -> frozenset[str]:
    """The names a Fn::ForEach gives to the items it goes through: `Name`, or `[Name, …]`."""
    if not (isinstance(key, str) and key.startswith("Fn::ForEach") and isinstance(value, list) and value):
        return frozenset()
    names = value[0] if isinstance(value[0], list) else [value[0]]
    return frozenset(name for name in names if isinstance(name, str))
