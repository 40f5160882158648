"""Checks a resource's properties, by closures compiled from a service's table the first time each spec is met.

A closure takes a value and returns None, or the list of its problems with paths relative to the value. It says only
what is certain: a value that is known at deploy time alone never makes a problem.
"""

from __future__ import annotations

import marshal

from .alternatives import combined
from .containers import instead, list_check, object_check
from .deploytime import absent, function, is_function
from .problem import KINDS, SUBJECT, Problem, finish, wrong_type
from .scalars import (
    anything,
    boolean_check,
    document_check,
    format_test,
    json_check,
    number_check,
    odd,
    plain_text,
    text_check,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .problem import Check, Found
    from .store import ResourceType


# Properties where the path of a local file stands until it is packaged.
# Source: AWS CLI Command Reference, cloudformation package.
PACKAGED = {
    "AWS::ApiGateway::RestApi": "BodyS3Location",
    "AWS::ElasticBeanstalk::ApplicationVersion": "SourceBundle",
    "AWS::Lambda::Function": "Code",
    "AWS::Lambda::LayerVersion": "Content",
    "AWS::StepFunctions::StateMachine": "DefinitionS3Location",
}


SOUND_MOST = 1_000
"""So many values of one property are remembered, a hundred bytes or two each."""
_SINGLE = frozenset("sinbz")


def checker(kind: ResourceType) -> Callable[[object, tuple[str | int, ...]], list[Problem]]:
    """The check of one resource type's properties."""
    table = kind.table
    if table.checks is None:
        table.checks = Checks(table.specs, [record["s"] for record in table.types.values()])
    root = table.checks.of(kind.root)
    read_only = kind.read_only
    deep = tuple(path for path in kind.read_only_paths if len(path) > 1)
    never = read_only | {path[0] for path in deep}
    packaged = (PACKAGED.get(kind.name),)

    def check(properties: object, path: tuple[str | int, ...]) -> list[Problem]:
        if properties is None or absent(properties) is True:
            properties = {}
        try:
            found = root(properties)
        except RecursionError:
            found = [Problem("type", f"{SUBJECT} is nested too deeply to be checked")]
        if isinstance(properties, dict) and not never.isdisjoint(properties):
            for name in properties:
                if name in read_only and absent(properties[name]) is not True:
                    found = [*(found or ()), _read_only((name,))]
            for steps in deep:
                if steps[0] in properties:
                    found = [*(found or ()), *map(_read_only, _places(properties, steps))]
        if found is None:
            return []
        for problem in found:
            if problem.kind == "type" and problem.path == packaged and isinstance(properties[packaged[0]], str):  # type: ignore[index]
                _after_packaging(problem)
            elif problem.kind == "unknown-property" and len(problem.path) == 1:
                problem.allowed, problem.fix = instead(str(problem.path[0]), kind.property_names())
            finish(problem, kind.name)
            problem.path = (*path, *problem.path)
        return found

    return check


def _read_only(path: tuple[str | int, ...]) -> Problem:
    return Problem("read-only", f"{SUBJECT} is set by AWS and cannot be given", fix="leave it out", path=path)


def _after_packaging(problem: Problem) -> None:
    problem.kind = "package"
    problem.message += "; text stands here only until `aws cloudformation package` has run"


def _places(value: Any, steps: tuple[str, ...]) -> list[tuple[str | int, ...]]:
    """The paths below `value` that `steps` stand for."""
    if not steps:
        return [()] if absent(value) is not True else []
    if isinstance(value, dict):
        if len(value) == 1 and "Fn::If" in value and isinstance(value["Fn::If"], list):
            return [
                ("Fn::If", at, *rest) for at, one in enumerate(value["Fn::If"]) if at for rest in _places(one, steps)
            ]
        names = list(value) if steps[0] == "*" else [steps[0]] if steps[0] in value else []
        return [(name, *rest) for name in names for rest in _places(value[name], steps[1:])]
    if isinstance(value, list):
        below = steps[1:] if steps[0] == "*" else steps
        return [(at, *rest) for at, one in enumerate(value) for rest in _places(one, below)]
    return []


class Checks:
    """The closures of one table, each made when it is first asked for; `roots` are the specs of whole resources."""

    __slots__ = ("specs", "roots", "made", "remembering")

    def __init__(self, specs: list[Any], roots: Iterable[int] = ()) -> None:
        self.specs = specs
        self.roots = frozenset(id(specs[at]) for at in roots)
        self.made: list[Check | None] = [None] * len(specs)
        self.remembering: dict[int, Check] = {}

    def below(self, spec: dict[str, Any], at: int) -> Check:
        """The check of a property of an object with this spec; whole properties of resources are often alike."""
        if id(spec) not in self.roots or not _holds_others(self.specs[at]):
            return self.of(at)
        check = self.remembering.get(at)
        if check is None:
            check = self.remembering[at] = _remembering(self.of(at))
        return check

    def of(self, at: int) -> Check:
        """The check of a spec."""
        check = self.made[at]
        if check is None:
            made = self.made

            def later(value: Any) -> Found:  # a spec that contains itself finds this while it is built
                return made[at](value)  # type: ignore[misc]

            made[at] = later
            check = made[at] = _build(self, self.specs[at], True)
        return check

    def branch(self, at: int) -> Check:
        """The check of a spec as part of another: without a type it says nothing of values of other types."""
        spec = self.specs[at]
        return _build(self, spec, False) if spec.__class__ is dict and "t" not in spec else self.of(at)


def _holds_others(spec: Any) -> bool:
    """Whether values of a spec may be lists or objects."""
    return spec.__class__ is dict and (not spec.get("t") or not _SINGLE.issuperset(spec["t"]))


def _remembering(check: Check) -> Check:
    """A check that takes lists and objects for sound that are equal to one it has found sound."""
    sound: set[bytes] = set()

    def again(value: Any) -> Found:
        if value.__class__ is not list and value.__class__ is not dict:
            return check(value)
        try:
            content = marshal.dumps(value, 2)
        except ValueError:  # a class of the user's own
            return check(value)
        if content in sound:
            return None
        found = check(value)
        if found is None and len(sound) < SOUND_MOST:
            sound.add(content)
        return found

    return again


def _build(checks: Checks, spec: Any, strict: bool) -> Check:
    if spec.__class__ is str:
        return PLAIN[spec]
    kinds: str = spec.get("t", "")
    whole: list[Check] = []
    more = combined(checks, spec)
    if not kinds and strict and ("p" in spec or "q" in spec):
        kinds = "o"
    if spec.get("f") == "json":
        base, kind = json_check(spec, whole), "j"
    elif len(kinds) == 1:
        base, kind = _single(checks, spec, kinds, whole), kinds
        if kinds == "o" and _free(spec):
            kind = "j"
    elif kinds:
        base, kind = _several(checks, spec, kinds, whole), "j" if "o" in kinds or "a" in kinds else "s"
    else:
        base, kind = _untyped(checks, spec, whole), ""
    if not more:
        whole.append(base)
        return base
    own = spec.get("p", ())

    def check(value: Any) -> Found:
        is_object = value.__class__ is dict
        if is_object and is_function(value) and not any(key in own for key in value):
            return function(value, kind, check)
        found = base(value)
        if found is not None and not is_object:
            return found
        for one in more:
            others = one(value)
            if others is not None:
                found = others if found is None else found + others
        return found

    whole.append(check)
    return check


def _free(spec: dict[str, Any]) -> bool:
    """Whether an object may hold anything."""
    return not ("p" in spec or "q" in spec or spec.get("+").__class__ is list)


def _single(checks: Checks, spec: dict[str, Any], kind: str, whole: list[Check]) -> Check:
    if kind == "s":
        return text_check(spec, whole)
    if kind in "in":
        return number_check(spec, kind, whole)
    if kind == "b":
        return boolean_check(spec, whole)
    if kind == "a":
        return list_check(checks, spec, whole)
    if kind == "o":
        return (
            document_check(whole)
            if _free(spec) and not _OBJECT_ONLY & spec.keys()
            else object_check(checks, spec, whole)
        )
    return anything


_OBJECT_ONLY = {"r", "pn", "pa", "pz", "rx", "ro", "dr", "dx"}
_TEXT_ONLY = {"m", "sa", "sz", "f", "ei"}
_NUMBER_ONLY = {"lo", "hi", "xlo", "xhi", "mo"}
_LIST_ONLY = {"l", "li", "la", "lz", "u", "uk", "uz"}


def _several(checks: Checks, spec: dict[str, Any], kinds: str, whole: list[Check]) -> Check:
    """A value of one of several types."""
    by = {kind: _single(checks, spec, kind, whole) for kind in kinds if kind != "z"}
    own = spec.get("p", ())
    document = "o" in kinds or "a" in kinds
    words = " or ".join(KINDS[kind] for kind in kinds if kind != "z")
    for_text = by.get("s") or by.get("n") or by.get("i") or by.get("b")
    for_number = by.get("n") or by.get("i") or by.get("s")
    for_boolean = by.get("b") or by.get("s")

    def check(value: Any) -> Found:
        is_a = value.__class__
        if is_a is dict:
            if is_function(value) and not any(key in own for key in value):
                return function(value, "j" if document else "s", whole[0])
            one = by.get("o")
        elif is_a is str:
            one = for_text or (by.get("o") if value[:1] in ("{", "[") else None)
        elif is_a is list:
            one = by.get("a")
        elif is_a is bool:
            one = for_boolean
        elif is_a is int or is_a is float:
            one = for_number
        else:
            return odd(value, words, check)
        if one is None:
            return [wrong_type(value, words)]
        return one(value)

    return check


def _untyped(checks: Checks, spec: dict[str, Any], whole: list[Check]) -> Check:
    """Constraints without a type; each looks only at the values it speaks of."""
    keys = spec.keys()
    texts = text_check(spec, whole) if keys & _TEXT_ONLY or "e" in spec or "k" in spec else None
    numbers = number_check(spec, "n", whole) if keys & _NUMBER_ONLY else None
    objects = object_check(checks, spec, whole) if keys & _OBJECT_ONLY or not _free(spec) else None
    lists = list_check(checks, spec, whole) if keys & _LIST_ONLY else None
    if texts is not None and not keys & {"e", "k", "ei", "m", "sa", "sz"} and not format_test(spec.get("f")):
        texts = None
    if texts is numbers is objects is lists:
        return anything
    own = spec.get("p", ())

    def check(value: Any) -> Found:
        is_a = value.__class__
        if is_a is dict:
            if is_function(value) and not any(key in own for key in value):
                return function(value, "", whole[0])
            one = objects
        elif is_a is str:
            one = texts
        elif is_a is list:
            one = lists
        elif is_a is int or is_a is float:
            one = numbers or (texts if "e" in spec or "k" in spec else None)
        elif is_a is bool:
            one = texts if "e" in spec or "k" in spec else None
        else:
            return None
        return None if one is None else one(value)

    return check


def _unconstrained() -> dict[str, Check]:
    made: dict[str, Check] = {"": anything, "z": anything, "s": plain_text}
    for kind in "inbao":
        whole: list[Check] = []
        made[kind] = _single(Checks([]), {}, kind, whole)
        whole.append(made[kind])
    return made


PLAIN = _unconstrained()
