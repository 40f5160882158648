"""Loops of the transform AWS::LanguageExtensions: how they are put together, and what they come to.

Source: CloudFormation Template Reference Guide, Fn::ForEach; AWS::LanguageExtensions transform.
"""

from __future__ import annotations

import re

from ..view import texts
from ..vocabulary import Rule, Violation, text
from .calls import EXTENSIONS, KNOWN, transforms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..graph import Graph, Member

    Path = tuple[str | int, ...]
    Said = Iterator[tuple[Path, str, str | None]]
    Items = tuple[list[str], bool]  # what a loop runs over, and whether another deployment may run over something else

LOOP = "Fn::ForEach"
SECTIONS = ("Conditions", "Outputs", "Resources")
"""Where loops may stand."""
MOST_VALUES = 50_000
"""Values that loops are followed to; what makes more is left as it is."""
_FORM = "write Fn::ForEach::Name with a list of an identifier, the items, and a mapping of what each turn makes"


class Unrolled:
    """A template with its loops followed.

    `guessed` says whether a loop runs over the default of a parameter, so that names may differ in a deployment.
    """

    __slots__ = ("data", "guessed", "_origins", "_parameters", "_known", "_mappings", "_left")

    def __init__(self, data: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        self.guessed = False
        self._origins: dict[Path, Path] = {}
        self._parameters = _section(data, "Parameters")
        self._mappings = _section(data, "Mappings")
        self._known = known
        self._left = MOST_VALUES
        self.data: dict[str, Any] = {
            name: self._walk(body, (name,), (name,), {}) if name in SECTIONS else body for name, body in data.items()
        }

    def written(self, path: Path) -> Path:
        """Where the value at a path of `data` is written in the template."""
        for size in range(len(path), 0, -1):
            origin = self._origins.get(path[:size])
            if origin is not None:
                return (*origin, *path[size:])
        return path

    def made(self, path: Path) -> bool:
        """Whether what stands at a path comes out of a loop."""
        return any(path[:size] in self._origins for size in range(1, len(path) + 1))

    def _walk(self, value: Any, at: Path, origin: Path, names: Mapping[str, str]) -> Any:
        self._left -= 1
        if self._left < 0:
            raise OverflowError
        if type(value) is str:
            return _filled(value, names)
        if type(value) is list:
            return [self._walk(item, (*at, n), (*origin, n), names) for n, item in enumerate(value)]
        if type(value) is not dict:
            return value
        if len(value) == 1:
            name = value.get("Ref")
            if type(name) is str and name in names:
                return names[name]
        made: dict[str, Any] = {}
        for key, item in value.items():
            self._member(made, key, item, at, (*origin, key), names)
        whole = made.get("Fn::Sub") if len(made) == 1 and names else None
        return whole if type(whole) is str and "${" not in whole else made

    def _member(
        self, made: dict[str, Any], key: Any, item: Any, at: Path, origin: Path, names: Mapping[str, str]
    ) -> None:
        """Put what a key stands for into a mapping: one value, or all that a loop makes."""
        found = self._items(item[1], names) if _is_loop(key) and _well_formed(item) else None
        if found is None:
            shown = _filled(key, names) if type(key) is str else key
            if shown in made:
                return  # a loop that cannot be followed, inside another
            if shown != key or (names and origin[-3:-2] and _is_loop(origin[-3])):
                self._origins[*at, shown] = origin
            made[shown] = self._walk(item, (*at, shown), origin, names)
            return
        items, guessed = found
        self.guessed |= guessed
        for one in items:
            inside = {**names, item[0]: one}
            for inner, value in item[2].items():
                self._member(made, inner, value, at, (*origin, 2, inner), inside)

    def _items(self, collection: Any, names: Mapping[str, str]) -> Items | None:
        """What a loop runs over, where that is known."""
        if isinstance(collection, list):
            items = [self._walk(item, (), (), names) for item in collection]
            return (
                None if any(isinstance(item, dict | list) for item in items) else ([text(one) for one in items], False)
            )
        if not isinstance(collection, dict) or len(collection) != 1:
            return None
        ((call, argument),) = collection.items()
        if call == "Ref" and isinstance(argument, str):
            body = self._parameters.get(argument)
            if not isinstance(body, dict) or "List" not in str(body.get("Type")) or "SSM" in str(body.get("Type")):
                return None
            value = self._known.get(argument, body.get("Default"))
            given = value.split(",") if isinstance(value, str) else value
            if not isinstance(given, list) or not given:
                return None
            return [text(one).strip() for one in given], argument not in self._known
        if call == "Fn::FindInMap" and isinstance(argument, list) and len(argument) >= 3:
            level: Any = self._mappings
            for key in self._walk(argument[:3], (), (), names):
                level = level.get(key) if isinstance(level, dict) and isinstance(key, str) else None
            if isinstance(level, list) and not any(isinstance(one, dict | list) for one in level):
                return [text(one) for one in level], False
        return None


def unrolled(data: Mapping[str, Any], known: Mapping[str, Any]) -> Unrolled | None:
    """A template with its loops followed, as far as `known` parameters and defaults tell; None where there are none."""
    named = data.get("Transform")
    if EXTENSIONS not in (named if isinstance(named, list) else [named]) or LOOP.encode() not in texts(data):
        return None
    try:
        return Unrolled(data, known)
    except (OverflowError, RecursionError):
        return None


def _section(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _is_loop(key: Any) -> bool:
    return isinstance(key, str) and key.startswith(LOOP + "::")


def _well_formed(loop: Any) -> bool:
    return isinstance(loop, list) and len(loop) == 3 and isinstance(loop[0], str) and isinstance(loop[2], dict)


def _filled(value: str, names: Mapping[str, str]) -> str:
    """A text with the item of every loop in it; `&{X}` takes only its letters and digits."""
    if names and "{" in value:
        for name, item in names.items():
            value = value.replace(f"${{{name}}}", item).replace(f"&{{{name}}}", re.sub("[^A-Za-z0-9]", "", item))
    return value


# What is wrong with loops


def _loops(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        named = transforms(member)
        if EXTENSIONS not in named or LOOP.encode() not in texts(member.written):
            continue
        if any(not isinstance(name, str) or name not in KNOWN for name in named):
            continue  # a macro of somebody's own comes first, and may write the loops anew
        taken: set[str] = set()
        for section, body in member.written.items():
            for path, loop in _all(body, (section,)):
                for steps, problem, fix in _judged(member, section, path, loop, taken):
                    yield Violation((*path, *steps), member=member, problem=problem, fix=fix)


def _all(value: Any, at: Path) -> Iterator[tuple[Path, Any]]:
    """Every loop inside a value, outer ones first."""
    waiting: list[tuple[Path, Any]] = [(at, value)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, dict):
            for key, inner in item.items():
                if isinstance(key, str) and key.startswith(LOOP):
                    yield (*path, key), inner
                waiting.append(((*path, key), inner))
        elif isinstance(item, list):
            waiting.extend(((*path, n), inner) for n, inner in enumerate(item))


def _judged(member: Member, section: str, path: Path, loop: Any, taken: set[str]) -> Said:
    key = str(path[-1])
    name = key.removeprefix(LOOP).removeprefix("::")
    if section not in SECTIONS:
        yield (), f"a loop stands in {section}, where none is followed", f"loops stand in {', '.join(SECTIONS)}"
        return
    if not _is_loop(key) or not re.fullmatch("[A-Za-z0-9]+", name):
        yield (), f"{key} has no name of letters and digits", _FORM
    elif name in taken or name in member.written.get("Resources", ()):
        yield (), f"the name {name} of the loop is taken", "give every loop a name of its own"
    taken.add(name)
    if not _well_formed(loop):
        yield (), "a loop takes a list of an identifier, a collection and a mapping", _FORM
        return
    identifier, collection, body = loop
    yield from _collection(member, identifier, collection, path)
    placed = tuple(f"{sign}{{{identifier}}}" for sign in "$&")
    for inner, value in body.items():
        if isinstance(inner, str) and not inner.startswith(LOOP) and not any(one in inner for one in placed):
            yield (
                (2, inner),
                f"{inner} is the same in every turn of the loop",
                f"put the identifier {identifier} into the key, in braces after $ or &",
            )
        elif isinstance(inner, str) and inner.startswith(LOOP) and _well_formed(value) and value[0] == identifier:
            yield (2, inner), f"the loop inside has the identifier {identifier} too", "give it another one"
    if section == "Resources" and len(path) == 2 and isinstance(collection, list):
        yield from _ids(identifier, collection, body)


def _ids(identifier: str, collection: list[Any], body: dict[Any, Any]) -> Said:
    """Items that logical ids are made of, and that no id can hold."""
    if any(isinstance(key, str) and f"${{{identifier}}}" in key for key in body):
        for place, item in enumerate(collection):
            if isinstance(item, str) and item and not (item.isascii() and item.isalnum()) and "{" not in item:
                yield (
                    (1, place), f"{item} cannot stand in the name of a resource, which has letters and digits alone",
                    f"write & in the key, before the braces around {identifier}: it takes only the letters and digits",
                )  # fmt: skip


def _collection(member: Member, identifier: str, collection: Any, path: Path) -> Said:
    if isinstance(collection, list):
        known = [text(item) for item in collection if not isinstance(item, dict | list)]
        for place, item in enumerate(collection):
            if isinstance(item, list):
                yield (1, place), "an item of a loop is text", None
        if not collection:
            yield (1,), "the loop runs over nothing", "list at least one item"
        twice = sorted({item for item in known if known.count(item) > 1})
        if twice:
            yield (
                (1,),
                f"{', '.join(twice)} stands there twice, so the loop makes one key twice",
                "list every item once",
            )
        return
    if not isinstance(collection, dict) or len(collection) != 1:
        yield (1,), "a loop runs over a list of texts, or a parameter that is one", _FORM
        return
    name = collection.get("Ref")
    body = member.section("Parameters").get(name) if isinstance(name, str) else None
    kind = body.get("Type") if isinstance(body, dict) else None
    if isinstance(kind, str) and "List" not in kind:
        yield (1,), f"the parameter {name} ({kind}) is no list", "make it a CommaDelimitedList"
    elif isinstance(name, str) and body is None and not any(_is_loop(step) for step in path[:-1]):
        yield (1,), f"there is no parameter {name} to run over", "declare a parameter of the type CommaDelimitedList"


# Rules


def _topics(*loop: Any, name: str = "Topics", **sections: Any) -> dict[str, Any]:
    return {"Transform": EXTENSIONS, "Resources": {f"{LOOP}::{name}": list(loop)}, **sections}


_TOPIC = {"Type": "AWS::SNS::Topic"}
_NAMES = {"Names": {"Type": "CommaDelimitedList", "Default": "a,b"}}

RULES: tuple[Rule, ...] = (
    Rule(
        "TPL020", "*", "error",
        "a loop has a name, an identifier, a collection, and keys that differ from turn to turn",
        scope="graph",
        check=_loops,
        source="CloudFormation Template Reference Guide, Fn::ForEach; AWS::LanguageExtensions transform",
        verified="docs",
        good=(
            _topics("X", ["a", "b"], {"Topic${X}": _TOPIC}),
            _topics("X", ["a-1", "b-1"], {"Topic&{X}": _TOPIC}),
            _topics("X", {"Ref": "Names"}, {"Topic${X}": _TOPIC}, Parameters=_NAMES),
            _topics("X", ["a"], {f"{LOOP}::Inner": ["Y", ["b"], {"T${X}${Y}": _TOPIC}]}),
        ),
        bad=(
            _topics("X", ["a", "b"]),
            _topics("X", "a,b", {"Topic${X}": _TOPIC}),
            _topics("X", ["a", "b"], {"Topic": _TOPIC}),
            _topics("X", ["a", "a"], {"Topic${X}": _TOPIC}),
            _topics("X", ["a-1"], {"Topic${X}": _TOPIC}),
            _topics("X", {"Ref": "Nobody"}, {"Topic${X}": _TOPIC}),
            _topics("X", {"Ref": "One"}, {"Topic${X}": _TOPIC}, Parameters={"One": {"Type": "String"}}),
            _topics("X", ["a"], {"Topic${X}": _TOPIC}, name="no-name"),
        ),
    ),
)  # fmt: skip
