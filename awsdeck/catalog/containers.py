"""Checks of lists and objects, and of what the properties of an object demand of each other."""

from __future__ import annotations

import json
import re

from .deploytime import LEFT_ALONE, absent, function, is_function, opens, present, resolved_later
from .problem import KINDS, SUBJECT, Problem, both, wrong_type
from .scalars import anything, as_text, odd
from .words import allowed_of, listing, meant, number, shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .problem import Check, Found
    from .validate import Checks


def list_check(checks: Checks, spec: dict[str, Any], whole: list[Check]) -> Check:
    """A list; functions inside count as items, and what may be absent is counted neither way."""
    item: Check = checks.of(spec["l"]) if "l" in spec else anything
    first: list[Check] = [checks.branch(at) for at in spec.get("li", ())]
    fewest: int = spec.get("la", 0)
    most: int = spec.get("lz", 1 << 60)
    unique = bool(spec.get("u"))
    keys: list[str] = spec.get("uk", [])
    most_unique: int = spec.get("uz", 0)

    def check(value: Any) -> Found:
        if value.__class__ is not list:
            if value.__class__ is dict and is_function(value):
                return function(value, "a", whole[0])
            if value.__class__ in (dict, str, int, float, bool):
                if value.__class__ is str and resolved_later(value):
                    return None
                return [wrong_type(value, KINDS["a"])]
            return odd(value, KINDS["a"], check)
        found: Found = None
        at = gone = unsure = 0
        for one in value:
            if one.__class__ is dict and len(one) == 1:
                missing = absent(one)
                if missing is True:
                    gone += 1
                    at += 1
                    continue
                if missing is None or opens(one):
                    unsure += 1
            below = item(one)
            if first and at < len(first) and not gone and not unsure and below is None:
                below = first[at](one)
            if below is not None:
                for problem in below:
                    problem.path = (at, *problem.path)
                found = below if found is None else found + below
            at += 1
        size = at - gone
        if size < fewest and not unsure:
            found = [*(found or ()), _count(size, fewest, most)]
        elif size - unsure > most:
            found = [*(found or ()), _count(size - unsure, fewest, most)]
        if at > 1:
            if unique or most_unique:
                repeated = _repeated(value)
                if unique and repeated:
                    found = [*(found or ()), *repeated]
                if most_unique and size - unsure - len(repeated) > most_unique:
                    found = [*(found or ()), _count(size - unsure - len(repeated), 0, most_unique)]
            if keys:
                found = [*(found or ()), *_same_keys(value, keys)] or None
        return found

    return check


def _count(size: int, fewest: int, most: int) -> Problem:
    allowed = allowed_of(fewest or None, most if most < 1 << 60 else None, "item")
    what = f"has {number(size)} item{'' if size == 1 else 's'}" if size else "is empty"
    return Problem("items", f"{SUBJECT} {what}, but must have {allowed}", allowed)


def _repeated(items: list[Any]) -> list[Problem]:
    if len(items) < 9 and not any(one in items[:at] for at, one in enumerate(items)):
        return []
    found = []
    seen: dict[str, int] = {}
    for at, one in enumerate(items):
        if absent(one) is not False:
            continue
        key = one if one.__class__ is str else json.dumps(one, sort_keys=True, default=str)
        if key in seen:
            message = f"{SUBJECT} repeats item {seen[key]}; every item must be different"
            found.append(Problem("items", message, "every item once", "leave one of them out", (at,)))
        else:
            seen[key] = at
    return found


def _same_keys(items: list[Any], keys: list[str]) -> list[Problem]:
    found = []
    seen: set[tuple[str, ...]] = set()
    for at, one in enumerate(items):
        if one.__class__ is not dict or is_function(one):
            continue
        values = [one.get(key) for key in keys]
        if all(value.__class__ in (str, int, float, bool) for value in values):
            marks = tuple(as_text(value) for value in values)
            if marks in seen:
                names = " and ".join(keys)
                shown = " and ".join(repr(mark) for mark in marks)
                message = f"{SUBJECT} has the {names} {shown} of an earlier item; it must be used once"
                found.append(Problem("items", message, f"every {names} once", path=(at,)))
            seen.add(marks)
    return found


def object_check(checks: Checks, spec: dict[str, Any], whole: list[Check]) -> Check:
    properties: dict[str, int] = spec.get("p", {})
    patterns = [(re.compile(key).search, checks.of(at), key) for key, at in spec.get("q", {}).items()]
    extra: Any = spec.get("+")
    other: Check | None = checks.of(extra[0]) if extra.__class__ is list else None
    closed = extra == -1 or (extra is None and "p" in spec)
    required: list[str] = spec.get("r", [])
    name: str = spec.get("n", "")
    among = among_check(spec)
    fewest: int = spec.get("pa", 0)
    most: int = spec.get("pz", 1 << 60)
    keys = checks.branch(spec["pn"]) if "pn" in spec else None
    known: dict[str, Check] = {}
    sized = "pa" in spec or "pz" in spec

    def one_more(key: Any, value: Any) -> Found:
        """A property met for the first time, or one without a name in the schema."""
        at = properties.get(key)
        if at is not None:
            check = known[key] = checks.below(spec, at)
            return check(value)
        text = key if key.__class__ is str else str(key)
        if text.startswith(LEFT_ALONE):
            return None
        found: Found = None
        matched = False
        for matches, check, _ in patterns:
            if matches(text):
                matched = True
                found = both(found, check(value))
        if matched:
            return found
        if other is not None:
            return other(value)
        if not closed:
            return None
        if properties:
            message = f"{name or 'The object'} has no property {shorten(text)}"
            return [Problem("unknown-property", message, *instead(text, properties))]
        if not patterns:
            return [Problem("unknown-property", f"{shorten(text)} stands in an object that must be empty")]
        allowed = " or ".join(f"keys that match {pattern}" for _, _, pattern in patterns)
        return [Problem("pattern", f"the key {shorten(text)} does not have the form it must have", allowed)]

    def check(value: Any) -> Found:
        if value.__class__ is not dict:
            if value.__class__ in (str, int, float, bool, list):
                if value.__class__ is str and resolved_later(value):
                    return None
                return [wrong_type(value, KINDS["o"])]
            return odd(value, KINDS["o"], check)
        if len(value) == 1 and is_function(value) and not any(key in properties for key in value):
            return function(value, "o", whole[0])
        found: Found = None
        for key, one in value.items():
            test = known.get(key)
            below = one_more(key, one) if test is None else test(one)
            if below is not None:
                for problem in below:
                    problem.path = (key, *problem.path)
                found = below if found is None else found + below
            if keys is not None and key.__class__ is str and not key.startswith(LEFT_ALONE):
                below = keys(key)
                if below is not None:
                    for problem in below:
                        problem.path = (key,)
                    found = both(found, below)
        for key in required:
            one = value.get(key, value)
            if (one is value or (one.__class__ is dict and absent(one))) and not opens(value):
                found = both(found, [Problem("missing", f"{name or SUBJECT} needs {key}", fix=f"add {key}")])
        if among is not None:
            found = both(found, among(value))
        if sized:
            gone = sum(absent(one) is True for one in value.values())
            unsure = sum(absent(one) is None for one in value.values())
            size = len(value) - gone
            if (size < fewest and not unsure and not opens(value)) or size - unsure > most:
                allowed = allowed_of(fewest or None, most if most < 1 << 60 else None, "entry", "entries")
                what = f"has {number(size)} {'entry' if size == 1 else 'entries'}" if size else "is empty"
                found = both(found, [Problem("items", f"{SUBJECT} {what}, but must have {allowed}", allowed)])
        return found

    return check


def instead(name: str, among: Iterable[str]) -> tuple[str | None, str | None]:
    """What is allowed in place of a name, and what was probably meant."""
    close = meant(name, among)
    return (None, f"did you mean {close!r}?") if close else (f"one of: {listing(among)}", None)


def among_check(spec: dict[str, Any]) -> Check | None:
    """What an object's properties demand of each other."""
    tests: list[Callable[[dict[str, Any]], Found]] = []
    if "rx" in spec:
        tests.append(one_of([[name] for name in spec["rx"]]))
    if "ro" in spec:
        tests.append(any_of([[name] for name in spec["ro"]]))
    needs: dict[str, list[str]] = spec.get("dr", {})
    refuses: dict[str, list[str]] = spec.get("dx", {})

    def dependent(value: dict[str, Any]) -> Found:
        found: list[Problem] = []
        for name, others in needs.items():
            if name in value and present(value, name):
                found += [
                    Problem("dependent", f"{name} needs {other} beside it", fix=f"add {other}", path=(name,))
                    for other in others
                    if present(value, other) is False
                ]
        told: set[frozenset[str]] = set()
        for name, others in refuses.items():
            if name in value and present(value, name):
                for other in others:
                    pair = frozenset((name, other))
                    if other in value and present(value, other) and pair not in told:
                        told.add(pair)
                        message = f"{name} and {other} cannot stand together"
                        found.append(Problem("exclusive", message, fix=f"leave out {name} or {other}", path=(name,)))
        return found or None

    if needs or refuses:
        tests.append(dependent)
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]

    def check(value: Any) -> Found:
        found: Found = None
        for test in tests:
            found = both(found, test(value))
        return found

    return check


def fits(value: dict[str, Any], group: list[str]) -> bool | None:
    """Whether all properties of a group are there: True, False or None."""
    states = [present(value, name) for name in group]
    return False if False in states else None if None in states else True


def together(groups: list[list[str]]) -> str:
    return listing([" with ".join(group) for group in groups], sort=False)


def one_of(groups: list[list[str]]) -> Check:
    single = [group[0] for group in groups] if all(len(group) == 1 for group in groups) else []

    def check(value: Any) -> Found:
        if value.__class__ is not dict:
            return None
        here = [name for name in single if name in value]
        if len(here) == 1 and value[here[0]].__class__ is str:
            return None
        states = [fits(value, group) for group in groups]
        given = [group for group, state in zip(groups, states, strict=True) if state]
        if len(given) > 1:
            names = " and ".join(dict.fromkeys(name for group in given for name in group))
            return [
                Problem("exclusive", f"{names} stand together, but only one can", f"exactly one of: {together(groups)}")
            ]
        return None if given or None in states else [none_given(groups, "exactly one of")]

    return check


def any_of(groups: list[list[str]]) -> Check:
    single = [group[0] for group in groups if len(group) == 1]

    def check(value: Any) -> Found:
        if value.__class__ is dict and any(name in value and value[name].__class__ is not dict for name in single):
            return None
        if value.__class__ is not dict or any(fits(value, group) is not False for group in groups):
            return None
        return [none_given(groups, "one of")]

    return check


def none_given(groups: list[list[str]], amount: str) -> Problem:
    names = together(groups)
    return Problem("missing", f"{SUBJECT} needs {amount}: {names}", f"{amount}: {names}", f"add {groups[0][0]}")
