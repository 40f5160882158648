"""One resource as rules see it: its properties, with what can be known of them."""

from __future__ import annotations

import marshal
from itertools import product

from .vocabulary import ABSENT, NO_VALUE, UNKNOWN, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from .graph import Graph, Member
    from .vocabulary import Mode

    Path = tuple[str | int, ...]

MOST_WORLDS = 64


class View:
    """A resource of a template: `id`, `type`, `properties`, and its whole `body` (DeletionPolicy, Condition, …).

    `graph` and `member` (the template it stands in) are None when a construct is checked on its own. `world` says how
    conditions fall where they have been decided, and `asked` which ones the properties ask about (None: not looked).
    Those of a `settled` resource are all there is to it, however conditions fall.
    """

    __slots__ = ("id", "type", "properties", "body", "mode", "graph", "member", "world", "asked", "settled", "_kept")

    def __init__(
        self,
        id: str,
        type: str,
        body: Mapping[str, Any],
        *,
        mode: Mode = "documented",
        graph: Graph | None = None,
        member: Member | None = None,
        properties: Any = None,
        world: Mapping[str, bool] | None = None,
        asked: frozenset[str] | None = None,
    ) -> None:
        self.id = id
        self.type = type
        self.body = body
        given = body.get("Properties") if properties is None else properties
        self.properties: dict[str, Any] = given if isinstance(given, dict) else {}
        self.settled = asked is not None and not asked and not is_transformed(self.properties)
        self.mode: Mode = mode
        self.graph = graph
        self.member = member
        self.world = world or {}
        self.asked = asked
        self._kept: dict[str, Any] | None = None

    def get(self, path: str, default: Any = ABSENT) -> Any:
        """The value at `A/B/0/C`: `default` when it is not there, an intrinsic when that is all there is.

        A step into a value that is only known at deploy time gives UNKNOWN.
        """
        if "/" in path:
            return self.at(path.split("/"), default)
        properties = self.properties
        if len(properties) == 1 and is_unknown(properties):
            return UNKNOWN
        value = properties.get(path, ABSENT)
        return default if value is ABSENT or (type(value) is dict and value == NO_VALUE) else value

    def has(self, property: str) -> bool:
        """Whether a property is written, whatever its value."""
        return property in self.properties

    def at(self, steps: Iterable[str | int], default: Any = ABSENT) -> Any:
        """Like `get`, for a path in steps."""
        value: Any = self.properties
        for step in steps:
            if type(value) is dict:
                if len(value) == 1 and is_unknown(value):
                    return UNKNOWN
                value = value.get(step, ABSENT)
            elif type(value) is list and (isinstance(step, int) or step.isdigit()):
                value = value[int(step)] if int(step) < len(value) else ABSENT
            else:
                return UNKNOWN if is_unknown(value) else default
            if value is ABSENT or (type(value) is dict and value == NO_VALUE):
                return default
        return value

    def values(self, path: str) -> Iterator[tuple[Path, Any]]:
        """Every value at `A/*/B` with its path; `*` is each item of a list or entry of a map.

        Both branches of `Fn::If` are walked, `AWS::NoValue` is skipped, ABSENT is never given.
        """
        steps = path.split("/")
        properties = self.properties
        if steps[0] not in properties and steps[0] != "*" and "Fn::If" not in properties:
            return iter(())
        return spread(properties, steps)

    def branches(self, path: str) -> Iterator[tuple[Path, Any]]:
        """Like `values`, and ABSENT with the place where it would stand when the last step is missing."""
        steps = path.split("/")
        for where, holder in spread(self.properties, steps[:-1]):
            if isinstance(holder, dict) and not is_unknown(holder):
                if steps[-1] == "*" or holder.get(steps[-1], NO_VALUE) != NO_VALUE:
                    yield from ((where + found, value) for found, value in spread(holder, steps[-1:]))
                else:
                    yield (*where, steps[-1]), ABSENT
            elif isinstance(holder, list):
                yield from ((where + found, value) for found, value in spread(holder, steps[-1:]))

    def kept(self, name: str, make: Callable[[View], Any]) -> Any:
        """What `make` gives for this resource, made once and shared by the rules that ask for it by `name`."""
        if self._kept is None:
            self._kept = {}
        if name not in self._kept:
            self._kept[name] = make(self)
        return self._kept[name]

    def worlds(self) -> Iterable[View]:
        """This resource once for every way its conditions can fall, each without `Fn::If` and `AWS::NoValue`.

        Nothing is given where nothing can be told: the resource never exists, its properties come from a macro, or
        there are too many conditions.
        """
        own = self.body.get("Condition")
        if self.settled and own is None:
            return (self,)
        if not self.settled and is_transformed(self.properties):
            return ()
        if self.member is not None and isinstance(own, str) and not self.member.possible({own: True}):
            return ()
        asked = self.asked
        if asked is None and not may_vary(texts(self.properties)):
            return (self,)
        if asked is None:
            asked, gaps = conditions_in(self.properties)
            if gaps and not asked:
                return (self._in({}),)
        return self._decided(asked, own) if asked else (self,)

    def _decided(self, asked: frozenset[str], own: Any) -> Iterator[View]:
        names = sorted(asked | {own} if isinstance(own, str) else asked)
        ways: Iterable[tuple[bool, ...]] | None
        if self.member is not None:
            ways = self.member.ways.of(names)
        else:
            ways = None if 2 ** len(names) > MOST_WORLDS else product((True, False), repeat=len(names))
        for number, way in enumerate(sorted(ways or (), reverse=True)):
            if number == MOST_WORLDS:
                break
            world = dict(zip(names, way, strict=True))
            if not isinstance(own, str) or world.get(own, True):
                yield self._in(world)

    def _in(self, world: Mapping[str, bool]) -> View:
        return View(
            self.id, self.type, self.body, mode=self.mode, graph=self.graph, member=self.member,
            properties=in_world(self.properties, world), world=world, asked=frozenset(),
        )  # fmt: skip

    def written(self, path: Iterable[str | int]) -> Path:
        """The path in the template as it was written, for a path in these properties.

        The branch of each `Fn::If` that was taken is put back, and items that fell away are counted again. A path may
        lead on into a text that is JSON.
        """
        found: list[str | int] = []
        value: Any = self.body.get("Properties")
        steps = (*path, None)
        for number, step in enumerate(steps):
            while (branch := _taken(value, self.world)) and step != "Fn::If":
                found += ["Fn::If", branch]
                value = value["Fn::If"][branch]
            if step is None:
                break
            if type(value) is list and (isinstance(step, int) or step.isdigit()):
                stays = [i for i, item in enumerate(value) if in_world(item, self.world) != NO_VALUE]
                if int(step) >= len(stays):
                    break
                found.append(stays[int(step)])
                value = value[stays[int(step)]]
            elif type(value) is dict and (step in value or not is_unknown(value)):
                found.append(step)
                value = value.get(step)
            else:
                if type(value) is str or (type(value) is dict and "Fn::Sub" in value):
                    found += [inner for inner in steps[number:] if inner is not None]
                break
        return tuple(found)


def _taken(value: Any, world: Mapping[str, bool]) -> int | None:
    choice = value.get("Fn::If") if type(value) is dict and len(value) == 1 else None
    if isinstance(choice, list) and len(choice) == 3 and isinstance(choice[0], str) and choice[0] in world:
        return 1 if world[choice[0]] else 2
    return None


def spread(value: Any, steps: list[str]) -> Iterator[tuple[Path, Any]]:
    """Every value the steps lead to, with its path from here."""
    if type(value) is dict and len(value) == 1 and "Fn::If" in value:
        choice = value["Fn::If"]
        if isinstance(choice, list) and len(choice) == 3:
            for branch in (1, 2):
                for path, found in spread(choice[branch], steps):
                    yield ("Fn::If", branch, *path), found
        return
    if value == NO_VALUE:
        return
    if not steps:
        yield (), value
        return
    if is_unknown(value):
        return
    step, rest = steps[0], steps[1:]
    if step == "*":
        items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    elif isinstance(value, dict):
        items = [(step, value[step])] if step in value else []
    elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
        items = [(int(step), value[int(step)])]
    else:
        items = ()
    for key, item in items:
        if not rest and not (type(item) is dict and len(item) == 1):  # neither Fn::If nor AWS::NoValue
            yield (key,), item
            continue
        for path, found in spread(item, rest):
            yield (key, *path), found


def is_transformed(properties: dict[str, Any]) -> bool:
    """Whether what the properties are comes from a macro or function."""
    return "Fn::Transform" in properties or (len(properties) == 1 and is_unknown(properties))


def texts(value: Any) -> bytes:
    """All texts inside a value in one piece, good for looking whether something can occur at all."""
    try:
        return marshal.dumps(value, 2)  # ten times faster than any walk in Python
    except ValueError:  # a date, or a class of the user's own
        return repr(value).encode()


def may_vary(found: bytes) -> bool:
    """Whether there can be an `Fn::If` or `AWS::NoValue` inside the value of these texts; false alarms are possible."""
    return b"Fn::If" in found or b"AWS::NoValue" in found


def conditions_in(value: Any) -> tuple[frozenset[str], bool]:
    """The names of the conditions that `Fn::If` asks about anywhere inside a value, and whether it has AWS::NoValue."""
    names: set[str] = set()
    gaps = False
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            if len(item) == 1:
                choice = item.get("Fn::If")
                if isinstance(choice, list) and len(choice) == 3 and isinstance(choice[0], str):
                    names.add(choice[0])
                gaps = gaps or item == NO_VALUE
            waiting.extend(child for child in item.values() if type(child) is dict or type(child) is list)
        elif type(item) is list:
            waiting.extend(child for child in item if type(child) is dict or type(child) is list)
    return frozenset(names), gaps


def in_world(value: Any, world: Mapping[str, bool]) -> Any:
    """The value as it is when the conditions fall this way; what becomes AWS::NoValue is left out."""
    if type(value) is dict:
        if len(value) == 1:
            branch = _taken(value, world)
            if branch:
                return in_world(value["Fn::If"][branch], world)
            if value == NO_VALUE or "Fn::If" in value:
                return value
        pairs = ((key, in_world(item, world)) for key, item in value.items())
        return {key: item for key, item in pairs if item != NO_VALUE}
    if type(value) is list:
        items = (in_world(item, world) for item in value)
        return [item for item in items if item != NO_VALUE]
    return value
