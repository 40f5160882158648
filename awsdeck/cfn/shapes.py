"""The nested values of a resource type, each under a name: `RuleProperty` of `AWS::S3::Bucket`."""

from __future__ import annotations

from itertools import chain, count

from ..catalog.properties import Shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..catalog import ResourceType

SUFFIX = "Property"
"""Sets the names of nested values apart from the properties they stand in, which often have the same name."""


class Record:
    """One nested object: its keys with the specs they may have, and those keys that must be there.

    Alternatives are taken together, so each of their keys may be given.
    """

    __slots__ = ("name", "keys", "required")

    def __init__(self, name: str, keys: dict[str, list[int]], required: frozenset[str]) -> None:
        self.name = name
        self.keys = keys
        self.required = required


class Shapes:
    """Every nested object of a type; its name is its definition's, else that of the property it stands in."""

    def __init__(self, kind: ResourceType) -> None:
        self.kind = kind
        self.records: dict[int, Record] = {}
        self._taken = set(kind.properties)
        waiting = [(at, key, "") for key, at in kind.properties.items() if key not in kind.read_only]
        for at, key, above in waiting:  # grows: breadth first, so that short names go to what is near
            waiting.extend(self._enter(at, key, above))

    def shape(self, at: int) -> Shape:
        """The shape of a spec."""
        return Shape(self.kind.table, at)

    def record(self, at: int) -> Record | None:
        """The nested object a spec describes, None when it describes something else."""
        return self.records.get(at)

    def names(self) -> set[str]:
        """The names of all nested objects."""
        return {record.name for record in self.records.values()}

    def _enter(self, at: int, key: str, above: str) -> Iterator[tuple[int, str, str]]:
        if at in self.records:
            return
        shape = self.shape(at)
        parts = list(objects(shape))
        if not parts:
            yield from ((below, key, above) for below in within(shape))
            return
        keys: dict[str, list[int]] = {}
        for part in parts:
            for name, below in part.spec["p"].items():
                if below not in keys.setdefault(name, []):
                    keys[name].append(below)
        required = frozenset.intersection(*(frozenset(part.required) for part in parts))
        short = shape.name or key
        self.records[at] = Record(self._free(short, above), keys, required)
        for name, specs in keys.items():
            yield from ((below, name, short) for below in specs)

    def _free(self, short: str, above: str) -> str:
        stems = chain((short, above + short), (f"{above}{short}{n}" for n in count(2)))
        name = next(name for stem in stems if (name := f"{_word(stem)}{SUFFIX}") not in self._taken)
        self._taken.add(name)
        return name


def objects(shape: Shape) -> Iterator[Shape]:
    """The object itself, or the objects among its alternatives; nothing for a list, a map or a scalar."""
    if shape.kind == "object":
        yield shape
    elif shape.kind == "union":
        for one in shape.alternatives:
            yield from objects(one)


def within(shape: Shape) -> list[int]:
    """The specs of a list's or map's items, and those of the alternatives."""
    spec = shape.spec
    extra = spec.get("+")
    values = [*spec.get("q", {}).values(), *(extra if isinstance(extra, list) else ())]
    items = [spec["l"]] if "l" in spec else values[:1]
    return [*items, *spec.get("one", ()), *spec.get("any", ()), *spec.get("all", ())]


def _word(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum())
