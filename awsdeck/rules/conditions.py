"""The ways in which a template's conditions can fall together."""

from __future__ import annotations

import json
from itertools import product

from .vocabulary import is_unknown, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    Way = tuple[bool, ...]
    Formula = bool | tuple[str, Any] | None

MOST_SETTINGS = 4096
MOST_WORK = 1_000_000
"""How many parts of conditions are looked at for one template, in all settings together, before it is given up."""


class Ways:
    """How conditions can fall together, worked out once for each group of names that is asked about.

    A condition is broken down to its `Fn::Equals`. One value takes one text at a time, and only texts that the
    parameter allows; whatever is not understood can fall either way.
    """

    def __init__(
        self, conditions: Mapping[str, Any], parameters: Mapping[str, Any], simplify: Callable[[Any], Any]
    ) -> None:
        self.conditions = conditions
        self.parameters = parameters
        self.simplify = simplify
        self._known: dict[tuple[str, ...], frozenset[Way] | None] = {}
        self._left = MOST_WORK

    def of(self, names: Iterable[str]) -> frozenset[Way] | None:
        """Every combination of truth values that the names (sorted) can take; None when there is too much to try."""
        key = tuple(sorted(names))
        if key not in self._known:
            self._known[key] = self._work_out(key)
        return self._known[key]

    def possible(self, world: Mapping[str, bool]) -> bool:
        """Whether the named conditions can have these truth values at once; True when it cannot be told."""
        ways = self.of(world)
        return ways is None or tuple(world[name] for name in sorted(world)) in ways

    def _work_out(self, names: tuple[str, ...]) -> frozenset[Way] | None:
        texts: dict[str, set[str] | None] = {}
        made: dict[str, Formula] = {}
        formulas = [self._formula({"Condition": name}, texts, (), made) for name in names]
        domains = [self._domain(subject, given) for subject, given in texts.items()]
        size = 1
        for domain in domains:
            size *= len(domain)
            if size > MOST_SETTINGS:
                return None
        self._left -= size * sum(map(_parts, made.values()))
        if self._left < 0:
            return None
        ways: set[Way] = set()
        for setting in product(*domains):
            values = dict(zip(texts, setting, strict=True))
            done: dict[int, bool | None] = {}
            verdicts = [_truth(formula, values, done) for formula in formulas]
            if 2 ** verdicts.count(None) > MOST_SETTINGS or len(ways) > MOST_SETTINGS:
                return None
            ways.update(product(*((True, False) if verdict is None else (verdict,) for verdict in verdicts)))
        return frozenset(ways)

    def _domain(self, subject: str, given: set[str] | None) -> list[str | bool]:
        """What a subject can be: one of the texts it is compared with or another one; for a free one, true or false."""
        if given is None:
            return [True, False]
        reference = json.loads(subject)
        name = reference.get("Ref") if isinstance(reference, dict) else None
        parameter = self.parameters.get(name) if isinstance(name, str) else None
        allowed = parameter.get("AllowedValues") if isinstance(parameter, dict) else None
        if not isinstance(allowed, list) or any(isinstance(value, dict | list) for value in allowed):
            return [*sorted(given), False]
        texts = {text(value) for value in allowed}
        return [*sorted(given & texts), *([False] if texts - given else [])] or [False]

    def _formula(
        self, node: Any, texts: dict[str, set[str] | None], seen: tuple[str, ...], made: dict[str, Formula]
    ) -> Formula:
        """A condition broken down; `made` holds those that are done, as many conditions may ask the same one."""
        if not isinstance(node, dict) or len(node) != 1:
            return None
        ((name, argument),) = node.items()
        if name == "Condition" and isinstance(argument, str):
            if argument in made:
                return made[argument]
            if argument in seen:
                return None
            if argument not in self.conditions:
                return self._free(f"Condition {argument}", texts)
            formula = self._formula(self.conditions[argument], texts, (*seen, argument), made)
            made[argument] = self._free(f"Condition {argument}", texts) if formula is None else formula
            return made[argument]
        parts = argument if isinstance(argument, list) else [argument]
        if name in ("Fn::And", "Fn::Or", "Fn::Not") and parts:
            return (name, [self._formula(part, texts, seen, made) for part in parts])
        if name != "Fn::Equals" or len(parts) != 2:
            return None
        left, right = (self.simplify(part) for part in parts)
        if not _literal(left) and not _literal(right):
            return self._free(json.dumps([left, right], sort_keys=True, default=str), texts)
        if _literal(left):
            left, right = right, left
        if _literal(left):
            return text(left) == text(right)
        subject = json.dumps(left, sort_keys=True, default=str)
        given = texts.setdefault(subject, set())
        if given is not None:
            given.add(text(right))
        return (subject, text(right))

    @staticmethod
    def _free(subject: str, texts: dict[str, set[str] | None]) -> Formula:
        texts[subject] = None
        return (subject, True)


def _literal(value: Any) -> bool:
    return isinstance(value, str | int | float) and not is_unknown(value)


def _parts(formula: Formula) -> int:
    """How much there is to look at in a formula itself, without the conditions it asks."""
    return 1 + len(formula[1]) if isinstance(formula, tuple) and isinstance(formula[1], list) else 1


def _truth(formula: Formula, values: Mapping[str, str | bool], done: dict[int, bool | None]) -> bool | None:
    """The verdict on a formula; `done` holds the verdicts on parts in the same setting, which many may share."""
    if formula is None or isinstance(formula, bool):
        return formula
    name, argument = formula
    if not isinstance(argument, list):
        return bool(values[name] == argument)
    known = id(argument)
    if known not in done:
        verdicts = [_truth(part, values, done) for part in argument]
        if name == "Fn::Not":
            done[known] = None if verdicts[0] is None else not verdicts[0]
        else:
            decisive = name == "Fn::Or"
            done[known] = decisive if decisive in verdicts else None if None in verdicts else not decisive
    return done[known]
