"""What rules have found sound: a rule need not be asked again about properties that it has read before.

While a rule runs, what it reads of a resource is written down. It says the same of every other resource that has the
same there, whatever else is different; only that it said nothing is remembered.
"""

from __future__ import annotations

import marshal

from .view import View
from .vocabulary import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from ..errors import Finding
    from .vocabulary import Rule

    Path = tuple[str | int, ...]
    Run = Callable[[Rule, View, list[Finding]], None]

MOST = 1_000
"""So many values of the same properties are remembered."""
TRIES = 20
"""What was not met again after so many is taken for different in every resource."""


class Watched(View):
    """A resource that notes which of its properties are read; `read` is None when something else counts too."""

    __slots__ = ("read", "_view", "_making", "_more")

    def __init__(self, view: View) -> None:
        self.read: set[str] | None = set()
        self._view = view
        self._making: dict[str, set[str] | None] = {}
        self._kept = None
        self._more = _ALONE if view.member is None else _AMONG_OTHERS
        for name in ("type", "mode", "graph", "member", "world", "asked", "settled"):
            setattr(self, name, getattr(view, name))

    def __getattribute__(self, name: str) -> Any:
        if name not in _AMONG_OTHERS or name not in self._more:
            return object.__getattribute__(self, name)
        self.read = None
        return getattr(self._view, name)

    def get(self, path: str, default: Any = ABSENT) -> Any:
        self._note(path.partition("/")[0])
        return self._view.get(path, default)

    def has(self, property: str) -> bool:
        self._note(property)
        return self._view.has(property)

    def at(self, steps: Iterable[str | int], default: Any = ABSENT) -> Any:
        steps = tuple(steps)
        self._note(steps[0] if steps else "*")
        return self._view.at(steps, default)

    def values(self, path: str) -> Iterator[tuple[Path, Any]]:
        self._note(path.partition("/")[0])
        return self._view.values(path)

    def branches(self, path: str) -> Iterator[tuple[Path, Any]]:
        self._note(path.partition("/")[0])
        return self._view.branches(path)

    def kept(self, name: str, make: Callable[[View], Any]) -> Any:
        before, self.read = self.read, self._making.get(name, set())
        found = View.kept(self, name, make)
        read = self._making[name] = self.read
        self.read = None if before is None or read is None else before | read
        return found

    def _note(self, property: str | int) -> None:
        if property == "*" or not isinstance(property, str):
            self.read = None
        elif self.read is not None:
            self.read.add(property)


_ALONE = frozenset(("id", "body", "properties"))
_AMONG_OTHERS = _ALONE | {"graph", "member"}


class _Group:
    """Rules that have read the same properties so far, and the values of these of which they said nothing."""

    __slots__ = ("names", "rules", "triggers", "sound", "met", "missed")

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self.rules: list[Rule] = []
        self.triggers: frozenset[str] | None = frozenset()
        self.sound: set[bytes] = set()
        self.met = self.missed = 0

    def content(self, properties: dict[str, Any]) -> bytes:
        names = self.names
        return marshal.dumps({name: value for name, value in properties.items() if name in names}, 2)

    def knows(self, content: bytes) -> bool:
        if content in self.sound:
            self.met += 1
            return True
        self.missed += 1
        return False

    def remember(self, content: bytes) -> None:
        if len(self.sound) < MOST:
            self.sound.add(content)


class Memory:
    """What the rules of one type have found sound in one mode, of resources alone or of those in a graph."""

    __slots__ = ("rules", "reads", "varied", "groups", "loose", "whole")

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = [(rule, rule.triggers) for rule in rules]
        self.reads: dict[Rule, frozenset[str] | None] = {
            rule: None if rule.dated else triggers or _NONE for rule, triggers in self.rules
        }
        self.varied: set[frozenset[str]] = set()
        self._group()

    def _group(self) -> None:
        """Put the rules together by what they read; those that read anything, or what always differs, stay loose."""
        groups: dict[frozenset[str], _Group] = {}
        self.loose: list[tuple[Rule, frozenset[str] | None]] = []
        for rule, triggers in self.rules:
            names = self.reads[rule]
            if names is None or names in self.varied:
                self.loose.append((rule, triggers))
                continue
            group = groups.setdefault(names, _Group(names))
            group.rules.append(rule)
            group.triggers = None if triggers is None or group.triggers is None else group.triggers | triggers
        self.groups = list(groups.values())
        self.whole = _Group(frozenset().union(*groups))

    def check(self, view: View, run: Run) -> list[Finding] | None:
        """What the rules say of a resource in which nothing hangs on conditions.

        None where they must all be asked: several have something to say, or it holds what has no bytes.
        """
        properties = view.properties
        findings: list[Finding] = []
        for rule, triggers in self.loose:
            if triggers is None or not triggers.isdisjoint(properties):
                run(rule, view, findings)
        try:
            self._check_groups(view, run, findings)
        except ValueError:  # a date, or a class of the user's own
            return None
        return findings if len({finding.rule for finding in findings}) < 2 else None

    def _check_groups(self, view: View, run: Run, findings: list[Finding]) -> None:
        properties, whole = view.properties, self.whole
        steady = whole.missed < TRIES or whole.met > whole.missed
        everything = whole.content(properties) if steady else b""
        if steady and whole.knows(everything):
            return
        watched: Watched | None = None
        before = len(findings)
        changed = False
        for group in self.groups:
            if group.triggers is not None and group.triggers.isdisjoint(properties):
                continue
            content = group.content(properties)
            if group.knows(content):
                continue
            watched = watched or Watched(view)
            said = len(findings)
            grown = self._ask(group, watched, findings, run)
            changed = changed or grown
            if not grown and len(findings) == said:
                group.remember(content)
            if group.missed > TRIES and group.met < group.missed:
                self.varied.add(group.names)
                changed = True
        if changed:
            self._group()
        elif steady and len(findings) == before:
            whole.remember(everything)

    def _ask(self, group: _Group, view: Watched, findings: list[Finding], run: Run) -> bool:
        """Run a group's rules; whether one of them read more than before."""
        grown = False
        for rule in group.rules:
            view.read = set()
            run(rule, view, findings)
            known, read = self.reads[rule], view.read
            if read is None or known is None:
                self.reads[rule] = None
                grown = True
            elif not read <= known:
                self.reads[rule] = known | read
                grown = True
        return grown


_NONE: frozenset[str] = frozenset()
