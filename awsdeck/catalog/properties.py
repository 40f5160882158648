"""A type's properties by path: their shape, what a change of them does, what can be said of them."""

from __future__ import annotations

from .words import allowed_of, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, Literal

    from .store import ResourceType, Table

    Step = str | int

NAMES = {
    "s": "string",
    "i": "integer",
    "n": "number",
    "b": "boolean",
    "o": "object",
    "a": "list",
    "": "any",
    "z": "null",
}


class Shape:
    """One place in a type: what kind of value stands there, and what is below it."""

    __slots__ = ("table", "spec")

    def __init__(self, table: Table, at: int) -> None:
        self.table = table
        spec = table.specs[at]
        self.spec: dict[str, Any] = spec if isinstance(spec, dict) else {"t": spec} if spec else {}
        if "$" in self.spec:
            self.spec = {**Shape(table, self.spec["$"]).spec, **self.spec}

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name or ''}>".replace(" >", ">")

    @property
    def kind(self) -> str:
        """string, integer, number, boolean, list, map, object, json (an object of any kind), union or any."""
        types: str = self.spec.get("t", "")
        if self.spec.get("f") == "json":
            return "json"
        if not types:
            if "p" in self.spec:
                return "object"
            if "l" in self.spec:
                return "list"
            if "q" in self.spec:
                return "map"
            if "one" in self.spec or "any" in self.spec:
                return "union"
            return "string" if self.spec.keys() & {"m", "sa", "sz", "f"} else "any"
        if types in ("o", "os") or (len(types) > 1 and "o" in types and "p" in self.spec):
            if "p" in self.spec:
                return "object"
            if self.item is not None:
                return "map"
            return "union" if "one" in self.spec or "any" in self.spec else "json"
        if len(types) > 1:
            return "union"
        return NAMES[types]

    @property
    def name(self) -> str | None:
        """An object's name: its definition's, or that of the property it stands in."""
        return self.spec.get("n")

    @property
    def types(self) -> tuple[str, ...]:
        """The JSON types a value may have; empty when nothing is said."""
        return tuple(NAMES[letter] for letter in self.spec.get("t", ""))

    @property
    def item(self) -> Shape | None:
        """What stands in a list or a map."""
        if "l" in self.spec:
            return Shape(self.table, self.spec["l"])
        for at in self.spec.get("q", {}).values():
            return Shape(self.table, at)
        extra = self.spec.get("+")
        return Shape(self.table, extra[0]) if isinstance(extra, list) else None

    @property
    def properties(self) -> dict[str, Shape]:
        return {name: Shape(self.table, at) for name, at in self.spec.get("p", {}).items()}

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(self.spec.get("r", ()))

    @property
    def enum(self) -> tuple[Any, ...] | None:
        """The values that are allowed, when they are listed."""
        listed = self.spec.get("e") or self.spec.get("ei")
        if listed is None and "k" in self.spec:
            return (self.spec["k"],)
        return None if listed is None else tuple(listed)

    @property
    def ordered(self) -> bool:
        """Whether the order of a list's items means something."""
        return self.spec.get("io", True) is not False

    @property
    def alternatives(self) -> tuple[Shape, ...]:
        """The shapes of `oneOf` and `anyOf`."""
        return tuple(Shape(self.table, at) for at in (*self.spec.get("one", ()), *self.spec.get("any", ())))

    def below(self, name: str) -> Shape | None:
        """The shape one step down: a property's, or with `"*"` an item's."""
        if name == "*":
            return self.item
        at = self.spec.get("p", {}).get(name)
        if at is not None:
            return Shape(self.table, at)
        if self.kind == "map":
            return self.item
        for one in (*self.alternatives, *(Shape(self.table, at) for at in self.spec.get("all", ()))):
            found = one.below(name)
            if found is not None:
                return found
        return None


def shape(kind: ResourceType, path: Sequence[Step]) -> Shape | None:
    """The shape at a path of names, numbers and `"*"`; a list's items may be stepped over, as the schemas do."""
    at: Shape | None = Shape(kind.table, kind.root)
    for step in _general(path):
        if at is None:
            return None
        below = at.below(step)
        if below is None and at.kind in ("list", "map") and at.item is not None:
            below = at.item.below(step)
        at = below
    return at


def _general(path: Sequence[Step]) -> Iterator[str]:
    """The steps without those through `Fn::If`, numbers as `*`."""
    steps = iter(path)
    for step in steps:
        if step == "Fn::If":
            next(steps, None)
        else:
            yield "*" if isinstance(step, int) else step


def replacement(kind: ResourceType, path: Sequence[Step]) -> Literal["replace", "maybe", "no"]:
    """What a change at `path` does.

    A change above a create-only property counts as a change of it, because which part changed is not known.
    """
    changed = [step for step in _general(path) if step != "*"]
    if not changed or changed[0] in kind.read_only:
        return "no"
    if not kind.updatable:
        return "replace"
    verdict: Literal["replace", "maybe", "no"] = "no"
    for paths, certain in ((kind.create_only, True), (kind.conditional_create_only, False)):
        for one in paths:
            steps = [step for step in one if step != "*"]
            both = min(len(steps), len(changed))
            if steps[:both] != changed[:both]:
                continue
            if certain and len(changed) >= len(steps):
                return "replace"
            verdict = "maybe"
    return verdict


def attributes(kind: ResourceType) -> tuple[str, ...]:
    """What `Fn::GetAtt` takes: read-only properties with those inside them, and what is known beyond the schema."""
    found: dict[str, None] = {}
    for path in kind.record.get("ro", ()):
        steps = path.split("/")
        if "*" in steps:
            continue
        found[".".join(steps)] = None
        inside = shape(kind, steps)
        if inside is not None:
            found.update(dict.fromkeys(".".join((*steps, *more)) for more in _leaves(inside, 3)))
    found.update(dict.fromkeys(kind.record.get("at", ())))
    if kind.name == "AWS::CloudFormation::Stack":
        found["Outputs.*"] = None
    return tuple(sorted(found))


def _leaves(at: Shape, depth: int) -> Iterator[tuple[str, ...]]:
    if depth and at.kind == "object":
        for name, below in at.properties.items():
            yield (name,)
            for rest in _leaves(below, depth - 1):
                yield (name, *rest)


def tags_as(kind: ResourceType) -> Literal["list", "map"] | None:
    """How tags are written."""
    at = shape(kind, kind.tag_property.split("/")) if kind.tag_property else None
    if at is None:
        return None
    if at.kind in ("map", "json"):
        return "map"
    if at.kind != "list" or at.item is None:
        return None
    pairs = any({"Key", "Value"} <= one.properties.keys() for one in (at.item, *at.item.alternatives))
    return "list" if pairs else None


def describe(kind: ResourceType, path: Sequence[Step]) -> dict[str, Any] | None:
    """What can be said of the property at `path`; the empty path describes the type itself."""
    at = shape(kind, path)
    if at is None:
        return None
    steps = list(_general(path))
    said: dict[str, Any] = {"type": _type_words(at)}
    if at.name:
        said["shape"] = at.name
    if steps:
        above = shape(kind, steps[:-1])
        said["required"] = above is not None and steps[-1] in above.required
        said["replacement"] = replacement(kind, steps)
        said["read_only"] = any(_starts(one, steps) for one in kind.read_only_paths)
        said["write_only"] = any(_starts(one, steps) for one in kind.write_only)
        said["deprecated"] = any(_starts(one, steps) for one in kind.deprecated)
    spec = at.spec
    if at.enum is not None:
        said["enum"] = list(at.enum)
    for key, noun in (("lo", ""), ("sa", "character"), ("la", "item"), ("pa", "")):
        low, high = spec.get(key), spec.get({"lo": "hi", "sa": "sz", "la": "lz", "pa": "pz"}[key])
        above_, below_ = (spec.get("xlo"), spec.get("xhi")) if key == "lo" else (None, None)
        if low is not None or high is not None or above_ is not None or below_ is not None:
            name = {"lo": "range", "sa": "length", "la": "items", "pa": "entries"}[key]
            said[name] = allowed_of(low, high, noun, above=above_, below=below_)
    if "mo" in spec:
        said["multiple_of"] = number(spec["mo"])
    if "m" in spec:
        said["pattern"] = spec["m"]
    if "f" in spec:
        said["format"] = spec["f"]
    if "d" in spec:
        said["default"] = spec["d"]
    if spec.get("u"):
        said["unique"] = True
    if at.kind == "list":
        said["ordered"] = at.ordered
    inner = at if at.kind == "object" else at.item
    if inner is not None and inner.kind == "object":
        said["properties"] = sorted(inner.properties)
        if inner.required:
            said["requires"] = sorted(inner.required)
    return said


def _starts(path: tuple[str, ...], steps: list[str]) -> bool:
    plain = [step for step in path if step != "*"]
    return plain == [step for step in steps if step != "*"][: len(plain)]


def _type_words(at: Shape) -> str:
    if at.kind in ("list", "map") and at.item is not None:
        return f"{at.kind} of {at.item.name or _type_words(at.item)}"
    if at.kind == "union":
        types = at.types or tuple(dict.fromkeys(_type_words(one) for one in at.alternatives))
        return " or ".join(types)
    return at.kind
