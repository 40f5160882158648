"""Checks made of several: `oneOf`, `anyOf`, `allOf`, `not`, `if`."""

from __future__ import annotations

from .containers import any_of, none_given, one_of
from .deploytime import is_function, present, resolved_later
from .problem import QUOTE, SUBJECT, Problem, wrong_type
from .scalars import anything
from .words import listing, shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .problem import Check, Found
    from .validate import Checks


def combined(checks: Checks, spec: dict[str, Any]) -> list[Check]:
    """The checks that `oneOf`, `anyOf`, `allOf`, `not`, `if` and a `$ref` with neighbours add."""
    found: list[Check] = []
    if "$" in spec:
        found.append(checks.branch(spec["$"]))
    found += [checks.branch(at) for at in spec.get("all", ())]
    for key in ("one", "any"):
        if key in spec:
            alternatives = _alternatives(checks, spec[key], key == "one")
            if alternatives is not None:
                found.append(alternatives)
    if "not" in spec:
        found.append(_refused(checks, spec["not"]))
    if "if" in spec and ("then" in spec or "else" in spec):
        found.append(_conditional(checks, spec))
    return [one for one in found if one is not anything]


def _alternatives(checks: Checks, places: list[int], exactly_one: bool) -> Check | None:
    specs = [checks.specs[at] for at in places]
    if all(spec.__class__ is dict and "r" in spec and spec.keys() <= {"r", "t", "n"} for spec in specs):
        groups = [spec["r"] for spec in specs]
        return one_of(groups) if exactly_one else any_of(groups)
    # More than one fitting is a mistake only where presence tells the alternatives apart: lenient scalars fit several.
    by_presence = [spec.get("r", []) if spec.__class__ is dict else [] for spec in specs]
    tests = [checks.branch(at) for at in places]
    if any(test is anything for test in tests):
        return None

    def check(value: Any) -> Found:
        best: list[Problem] = []
        score: tuple[int, ...] = (-1,)
        closest: list[Problem] = []
        for test in tests:
            found = test(value)
            if found is None:
                return None
            rank = _rank(found)
            if rank > score:
                best, score = found, rank
            closest += found
        if score[0] == 0 and all(problem.kind == "type" and not problem.path for problem in closest):
            words = " or ".join(dict.fromkeys(problem.allowed or "" for problem in closest))
            return [wrong_type(value, words)]
        if all(problem.kind == "missing" and not problem.path for problem in closest) and all(by_presence):
            return [none_given(by_presence, "exactly one of" if exactly_one else "one of")]
        if all(not problem.path for problem in closest) and value.__class__ is str:
            allowed = " or ".join(dict.fromkeys(problem.allowed for problem in closest if problem.allowed))
            best[0].allowed = allowed or None
            return best[:1]
        return best

    return check


def _rank(found: list[Problem]) -> tuple[int, ...]:
    """How near an alternative came: the right type first, then no wrong name or marker, then few problems."""
    wrong_type = any(problem.kind == "type" and not problem.path for problem in found)
    wrong_marker = sum(
        problem.kind in ("unknown-property", "enum", "missing") and len(problem.path) <= 1 for problem in found
    )
    return (not wrong_type, -wrong_marker, max(len(problem.path) for problem in found), -len(found))


def _refused(checks: Checks, at: int) -> Check:
    spec = checks.specs[at]
    enum = spec.get("e") if spec.__class__ is dict else None

    def check(value: Any) -> Found:
        if not _holds(checks, at, value):
            return None
        if enum:
            words = f"anything but {listing(map(str, enum))}"
            return [Problem("enum", f"{SUBJECT} cannot be {QUOTE}{shorten(value)}{QUOTE}", words)]
        return [Problem("exclusive", f"{SUBJECT} has a form that is refused")]

    return check


def _conditional(checks: Checks, spec: dict[str, Any]) -> Check:
    condition = spec["if"]
    then = checks.branch(spec["then"]) if "then" in spec else anything
    otherwise = checks.branch(spec["else"]) if "else" in spec else anything

    def check(value: Any) -> Found:
        holds = _holds(checks, condition, value)
        return None if holds is None else then(value) if holds else otherwise(value)

    return check


def _holds(checks: Checks, at: int, value: Any) -> bool | None:
    """Whether a value fits a spec: True, False, or None when only a deploy can tell."""
    if checks.branch(at)(value) is not None:
        return False
    return True if _certain(checks, at, value) else None


def _certain(checks: Checks, at: int, value: Any) -> bool:
    """Whether everything that a spec looks at is known before a deploy."""
    spec = checks.specs[at]
    if value.__class__ is dict:
        if is_function(value):
            return False
        if spec.__class__ is not dict:
            return True
        if any(present(value, name) is None for name in (*spec.get("r", ()), *spec.get("p", ()))):
            return False
        if not all(_certain(checks, child, value[name]) for name, child in spec.get("p", {}).items() if name in value):
            return False
        parts = [*spec.get("all", ()), *spec.get("any", ()), *spec.get("one", ())]
        parts += [spec[key] for key in ("not", "if", "then", "else", "$") if key in spec]
        return all(_certain(checks, child, value) for child in parts)
    if value.__class__ is list:
        return not any(one.__class__ is dict and is_function(one) for one in value)
    return not (value.__class__ is str and resolved_later(value))
