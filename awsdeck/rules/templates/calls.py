"""The grammar of CloudFormation's functions: which there are, where each may stand, and what it is given."""

from __future__ import annotations

import re
from functools import lru_cache

from ...catalog.words import meant
from ..vocabulary import Rule, Violation, is_unknown
from .template import scanned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ..graph import Graph, Member

    Path = tuple[str | int, ...]

# Source: CloudFormation User Guide, Intrinsic function reference; Rule functions; AWS::LanguageExtensions transform.
EVERYWHERE = frozenset((
    "Fn::Base64", "Fn::Cidr", "Fn::FindInMap", "Fn::GetAZs", "Fn::GetAtt", "Fn::GetStackOutput", "Fn::If",
    "Fn::ImportValue", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::Sub", "Fn::Transform",
))  # fmt: skip
LOGICAL = frozenset(("Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"))
EXTENDED = frozenset(("Fn::Length", "Fn::ToJsonString"))
OF_RULES = frozenset((
    "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll",
))  # fmt: skip
_LOOP = "Fn::ForEach"
EXTENSIONS = "AWS::LanguageExtensions"
KNOWN = frozenset((
    "AWS::CodeDeployBlueGreen", "AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16",
    "AWS::Serverless-2016-10-31", EXTENSIONS,
))  # fmt: skip
"""Transforms that leave the functions of a template alone, or add the known ones."""
_TEXT_GIVING = frozenset(("Fn::Base64", "Fn::Join", "Fn::Sub", "Fn::ToJsonString", "Fn::ImportValue", "Fn::Length"))
MOST_PARTS = 10


def transforms(member: Member) -> list[Any]:
    """The transforms that a template names."""
    named = member.data.get("Transform", [])
    return named if isinstance(named, list) else [named]


def _grammar(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        if any(not isinstance(name, str) or name not in KNOWN for name in transforms(member)):
            continue  # a macro may understand what CloudFormation does not
        extended = EXTENSIONS in transforms(member)
        yield from _of_conditions(member, extended)
        blob = scanned(member)
        if b"Fn::" not in blob and b"Ref" not in blob:
            continue
        for section in ("Resources", "Outputs", "Conditions", "Rules"):
            for name, body in member.section(section).items():
                if section == "Resources" and _as_usual(member, name, body):
                    continue
                if not extended and str(name).startswith(_LOOP):
                    problem, fix = _judged(str(name), body, {}, section, extended)
                    yield Violation((section, name), member=member, problem=problem, fix=fix)
                    continue
                if isinstance(body, dict | list) and not str(name).startswith(_LOOP):
                    yield from _inside(member, section, str(name), body, extended)


def _as_usual(member: Member, id: str, body: Any) -> bool:
    """Whether a resource has no functions but for attributes of others, by name, in its properties."""
    calls = member.calls.get(id)
    if calls is None or id in member.nameless or not BESIDE.issuperset(body):
        return False
    for name, argument in calls:
        if name != "Fn::GetAtt" or type(argument) is not list or len(argument) != 2:
            return False
        if type(argument[0]) is not str or type(argument[1]) is not str:
            return False
    return True


BESIDE = frozenset(("Type", "Properties", "DeletionPolicy", "UpdateReplacePolicy", "DependsOn", "Condition"))
"""Attributes of a resource that hold no functions, but for its properties."""


def _inside(member: Member, section: str, name: str, body: Any, extended: bool) -> Iterator[Violation]:
    view = member.views.get(name) if section == "Resources" else None
    calls = member.calls.get(name) if view is not None and name not in member.nameless else None
    if calls is not None and not any(_judged(*call, _ALONE, section, extended)[0] for call in calls):
        beside = [value for key, value in body.items() if key != "Properties" and type(value) is not str]
        if not beside or _sound(beside, section, extended):
            return
    elif _sound(body, section, extended):
        return
    waiting: list[tuple[Path, Any]] = [((), body)]
    while waiting:
        at, item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(((*at, place), part) for place, part in enumerate(item) if isinstance(part, dict | list))
            continue
        for key, argument in item.items():
            if isinstance(key, str) and (key[:4] == "Fn::" or key == "Ref"):
                problem, fix = _judged(key, argument, item, section, extended)
                if problem:
                    where = ("/", *at, key) if view else (section, name, *at, key)
                    yield Violation(where, view=view, member=member, problem=problem, fix=fix)
                    continue
            if isinstance(argument, dict | list):
                waiting.append(((*at, key), argument))


def _sound(body: Any, section: str, extended: bool) -> bool:
    """Whether all functions inside are as they should be."""
    waiting = [body]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            for key in item:
                named = type(key) is str and (key[:4] == "Fn::" or key == "Ref")
                if named and _judged(key, item[key], item, section, extended)[0]:
                    return False
            waiting += [part for part in item.values() if type(part) is not str]
        elif type(item) is list:
            waiting += [part for part in item if type(part) is not str]
        elif isinstance(item, dict | list):
            return False  # a class of the user's own, looked at with care
    return True


_ALONE: dict[str, Any] = {}
"""What a function stands in beside which there is nothing."""


@lru_cache(16)
def _known_in(section: str, extended: bool) -> frozenset[str]:
    """The functions that may stand in a section."""
    known = EVERYWHERE | (LOGICAL if section in ("Conditions", "Rules") else frozenset())
    known |= OF_RULES if section == "Rules" else frozenset()
    return known | EXTENDED if extended else known


def _judged(
    name: str, argument: Any, holder: dict[str, Any], section: str, extended: bool
) -> tuple[str | None, str | None]:
    if name.startswith(_LOOP):
        return (None, None) if extended else (f"{_LOOP} needs the transform {EXTENSIONS}", _ADD)
    if name == "Fn::Transform":
        argument = argument[0] if isinstance(argument, list) and len(argument) == 1 else argument
        good = isinstance(argument, dict) and isinstance(argument.get("Name"), str)
        return (None, None) if good else ("Fn::Transform names its macro under Name", None)
    if name == "Ref":
        if len(holder) > 1:
            return None, None  # perhaps a key of somebody's own
        good = isinstance(argument, str) or (extended and isinstance(argument, dict))
        return (None, None) if good else ("Ref takes the name of a resource or parameter, as text", None)
    known = _known_in(section, extended)
    if name not in known:
        if name in EXTENDED:
            return f"{name} needs the transform {EXTENSIONS}", _ADD
        if name in LOGICAL:
            return f"{name} stands in Conditions and Rules alone", "declare a condition, and ask for it with Fn::If"
        if name in OF_RULES:
            return f"{name} stands in Rules alone", None
        near = meant(name, known)
        return f"there is no function {name}", f"did you mean {near}?" if near else None
    if len(holder) > 1 and not any(str(key).startswith((_LOOP, "Fn::Transform")) for key in holder):
        return f"{name} stands beside other keys, where a function stands alone", None
    judge = _JUDGES.get(name)
    return (judge(argument, extended) if judge else None), None


_ADD = f"add {EXTENSIONS} to Transform"


def _texty(value: Any) -> bool:
    """Whether a value is text, or a function that may give text."""
    return isinstance(value, str | int | float) or (isinstance(value, dict) and is_unknown(value))


def _listy(value: Any) -> bool:
    """Whether a value is a list, or a function that may give one."""
    if isinstance(value, list):
        return True
    return isinstance(value, dict) and is_unknown(value) and next(iter(value)) not in _TEXT_GIVING


def _get_att(argument: Any, extended: bool) -> str | None:
    if isinstance(argument, str):
        ends = argument.partition(".")
        return None if ends[0] and ends[2] else "Fn::GetAtt takes a resource and an attribute of it"
    if not isinstance(argument, list) or len(argument) < 2:
        return "Fn::GetAtt takes a resource and an attribute of it"
    first = isinstance(argument[0], str) or extended
    if not first and isinstance(argument[0], dict) and is_unknown(argument[0]):
        return f"a function inside of Fn::GetAtt needs the transform {EXTENSIONS}"
    return None if first and all(map(_texty, argument[1:])) else "Fn::GetAtt takes two texts"


def _sub(argument: Any, _: bool) -> str | None:
    if isinstance(argument, dict) and "Fn::Transform" in argument:
        return None
    if isinstance(argument, list):
        if len(argument) != 2 or not isinstance(argument[0], str) or not isinstance(argument[1], dict):
            return "Fn::Sub takes a text, or a list of a text and a map of its names"
        strange = [name for name, value in argument[1].items() if not _texty(value)]
        if strange:
            return f"Fn::Sub puts in texts, and {strange[0]} is none"
        argument = argument[0]
    if not isinstance(argument, str):
        return "Fn::Sub takes a text, or a list of a text and a map of its names"
    return "there is no name between the braces of ${}" if re.search(r"\$\{\s*\}", argument) else None


def _join(argument: Any, _: bool) -> str | None:
    if not isinstance(argument, list) or len(argument) != 2:
        return "Fn::Join takes a separator and a list"
    if not isinstance(argument[0], str):
        return "the separator of Fn::Join is text"
    if isinstance(argument[1], list) and not all(map(_texty, argument[1])):
        return "Fn::Join joins texts, and among them stands something else"
    return None if _listy(argument[1]) else "Fn::Join takes a list of what is joined"


def _select(argument: Any, _: bool) -> str | None:
    if not isinstance(argument, list) or len(argument) != 2:
        return "Fn::Select takes an index and a list"
    index, entries = argument
    if isinstance(index, bool) or (isinstance(index, str) and not re.fullmatch(r"-?\d+", index)):
        return f"the index of Fn::Select is a whole number, not {index}"
    if not _listy(entries):
        return "Fn::Select takes a list to choose from"
    cidr = entries.get("Fn::Cidr") if isinstance(entries, dict) else None
    count = cidr[1] if isinstance(cidr, list) and len(cidr) > 1 else None
    if str(count).isdigit() and str(index).isdigit() and int(str(index)) >= int(str(count)):
        return f"Fn::Select asks for block {index}, counted from 0; Fn::Cidr makes {count}"  # noqa: S608
    return None


def _split(argument: Any, _: bool) -> str | None:
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
        return "Fn::Split takes a separator and a text"
    return None if _texty(argument[1]) else "Fn::Split takes a text to cut"


def _if(argument: Any, extended: bool) -> str | None:
    name = str | dict if extended else str
    if isinstance(argument, list) and len(argument) == 3 and isinstance(argument[0], name):
        return None
    return "Fn::If takes the name of a condition, the value when true and the value when false"


def _find_in_map(argument: Any, extended: bool) -> str | None:
    if isinstance(argument, list) and len(argument) == 4 and not extended:
        return f"a default of Fn::FindInMap needs the transform {EXTENSIONS}"
    if not isinstance(argument, list) or len(argument) not in (3, 4):
        return "Fn::FindInMap takes a mapping, a first key and a second key"
    if not all(map(_texty, argument[:3])):
        return "Fn::FindInMap takes texts"
    if len(argument) == 4 and not (isinstance(argument[3], dict) and set(argument[3]) == {"DefaultValue"}):
        return "the fourth entry of Fn::FindInMap is a map with DefaultValue"
    return None


def _text_only(name: str) -> Callable[[Any, bool], str | None]:
    def judge(argument: Any, _: bool) -> str | None:
        return None if _texty(argument) else f"{name} takes a text"

    return judge


def _length(argument: Any, _: bool) -> str | None:
    return None if _listy(argument) else "Fn::Length takes a list"


def _to_json(argument: Any, _: bool) -> str | None:
    return None if isinstance(argument, dict | list) else "Fn::ToJsonString takes a mapping or a list"


def _cidr(argument: Any, _: bool) -> str | None:
    if isinstance(argument, dict) and is_unknown(argument):
        return None
    good = isinstance(argument, list) and len(argument) in (2, 3) and all(map(_texty, argument))
    return None if good else "Fn::Cidr takes a block, a count, and the bits of each part"


def _parts(name: str) -> Callable[[Any, bool], str | None]:
    def judge(argument: Any, _: bool) -> str | None:
        if not isinstance(argument, list) or not 2 <= len(argument) <= MOST_PARTS:
            return f"{name} takes a list of 2 to {MOST_PARTS} conditions"
        return None if all(isinstance(part, dict) for part in argument) else f"{name} takes conditions"

    return judge


def _not(argument: Any, _: bool) -> str | None:
    good = isinstance(argument, list) and len(argument) == 1 and isinstance(argument[0], dict)
    return None if good else "Fn::Not takes a list of one condition"


def _equals(argument: Any, _: bool) -> str | None:
    return None if isinstance(argument, list) and len(argument) == 2 else "Fn::Equals takes a list of two values"


_JUDGES: dict[str, Callable[[Any, bool], str | None]] = {
    "Fn::And": _parts("Fn::And"),
    "Fn::Base64": _text_only("Fn::Base64"),
    "Fn::Cidr": _cidr,
    "Fn::Equals": _equals,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _text_only("Fn::GetAZs"),
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::ImportValue": _text_only("Fn::ImportValue"),
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Not": _not,
    "Fn::Or": _parts("Fn::Or"),
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json,
}


# Conditions


def _of_conditions(member: Member, extended: bool) -> Iterator[Violation]:
    conditions = member.section("Conditions")
    needs: dict[str, list[str]] = {}
    for name, body in conditions.items():
        if str(name).startswith("Fn::"):
            continue
        first = next(iter(body), None) if isinstance(body, dict) and len(body) == 1 else None
        if first not in LOGICAL and first != "Condition" and not str(first).startswith("Fn::"):
            yield Violation(
                ("Conditions", name), member=member, problem=f"the condition {name} is no function",
                fix="write Fn::Equals, Fn::Not, Fn::And, Fn::Or or another Condition",
            )  # fmt: skip
        elif first in EVERYWHERE - {"Fn::Transform"}:
            yield Violation(
                ("Conditions", name), member=member, problem=f"{first} is neither true nor false",
                fix="compare it: Fn::Equals",
            )  # fmt: skip
        needs[name] = _asked(body)
    done: set[str] = set()
    for name in needs:
        way = _round(name, needs, done)
        if way:
            yield Violation(
                ("Conditions", name), member=member, problem=f"the conditions ask each other: {' -> '.join(way)}",
                fix="let one of them ask a parameter",
            )  # fmt: skip


def _asked(body: Any) -> list[str]:
    found, waiting = [], [body]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            name = item.get("Condition")
            if isinstance(name, str) and len(item) == 1:
                found.append(name)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found


def _round(start: str, needs: dict[str, list[str]], done: set[str]) -> list[str] | None:
    """The way from a condition back to one on the way, if there is one; each condition is walked through once."""
    way, waiting = [start], [iter(needs.get(start, ()))]
    while waiting:
        following = next(waiting[-1], None)
        if following is None:
            done.add(way.pop())
            waiting.pop()
        elif following in way:
            done.update(way)
            return [*way[way.index(following) :], following]
        elif following not in done:
            way.append(following)
            waiting.append(iter(needs.get(following, ())))
    return None


# Names in texts


def _idle_names(graph: Graph) -> Iterator[Violation]:
    """Names that a `Fn::Sub` is given and does not use."""
    for member in graph.members:
        if b"Fn::Sub" not in scanned(member):
            continue
        for id, view in member.views.items():
            calls = member.calls.get(id)
            if calls is not None and not any(name == "Fn::Sub" and isinstance(given, list) for name, given in calls):
                continue
            for path, argument in _subs(view.body.get("Properties")):
                for name in argument[1]:
                    if not re.search(rf"\$\{{\s*{re.escape(str(name))}\s*\}}", argument[0]):
                        yield Violation(
                            ("/", "Properties", *path), view=view, problem=f"Fn::Sub has no place for {name}",
                            fix=f"write {name} where it belongs, in braces after a $, or take it out",
                        )  # fmt: skip


def _subs(value: Any) -> Iterator[tuple[Path, Any]]:
    waiting: list[tuple[Path, Any]] = [((), value)]
    while waiting:
        at, item = waiting.pop()
        if isinstance(item, dict):
            given = item.get("Fn::Sub") if len(item) == 1 else None
            if isinstance(given, list) and len(given) == 2:
                text, names = given
                if isinstance(text, str) and isinstance(names, dict):
                    yield (*at, "Fn::Sub"), given
            waiting.extend(((*at, key), part) for key, part in item.items() if isinstance(part, dict | list))
        elif isinstance(item, list):
            waiting.extend(((*at, place), part) for place, part in enumerate(item) if isinstance(part, dict | list))


# Rules


def _topic(name: Any, **sections: Any) -> dict[str, Any]:
    return {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}}, **sections}


def _condition(body: Any) -> dict[str, Any]:
    return _topic("a", Conditions={"C": body, "D": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}})


RULES: tuple[Rule, ...] = (
    Rule(
        "TPL004", "*", "error",
        "every function exists, stands where it may, and is given what it takes",
        scope="graph",
        check=_grammar,
        source="CloudFormation User Guide, Intrinsic function reference; Condition functions; Rule functions; "
        "AWS::LanguageExtensions transform",
        verified="docs",
        good=(
            _topic({"Fn::Join": ["-", [{"Ref": "AWS::StackName"}, "a"]]}),
            _topic({"Fn::Select": ["1", {"Fn::Split": [",", {"Ref": "AWS::StackName"}]}]}),
            _topic({"Fn::Length": ["a"]}, Transform=EXTENSIONS),
            _topic({"Fn::Mine": 1}, Transform="MyMacro"),
            _condition({"Fn::Not": [{"Condition": "D"}]}),
        ),
        bad=(
            _topic({"Fn::Join": ["-", "a"]}), _topic({"Fn::Joined": ["-", ["a"]]}), _topic({"Fn::Select": [0]}),
            _topic({"Fn::Select": [0, "a"]}), _topic({"Fn::Length": ["a"]}), _topic({"Fn::Base64": ["a"]}),
            _topic({"Fn::Equals": ["a", "b"]}), _topic({"Fn::Sub": ["${A}"]}), _topic({"Fn::Sub": "${}"}),
            _topic({"Fn::Join": ["", ["a", ["b"]]]}), _topic({"Fn::Sub": ["${A}", {"A": ["b"]}]}),
            _topic({"Fn::Sub": "a", "Fn::Join": ["", ["a"]]}), _topic({"Fn::FindInMap": ["a", "b"]}),
            _topic({"Ref": ["a"]}), _topic({"Fn::GetAtt": ["T"]}),
            _condition({"Fn::Equals": [1]}), _condition({"Fn::Not": {"Condition": "D"}}), _condition(True),
            _topic({"Fn::Length": "a"}, Transform=EXTENSIONS), _topic({"Fn::ToJsonString": "a"}, Transform=EXTENSIONS),
            {"Resources": {"Fn::ForEach::T": ["X", ["a"], {"T${X}": {"Type": "AWS::SNS::Topic"}}]}},
            _condition({"Fn::And": [{"Condition": "D"}]}), _condition({"Fn::Not": [{"Condition": "C"}]}),
        ),
    ),
    Rule(
        "TPL005", "*", "warning",
        "a Fn::Sub uses the names that it is given",
        scope="graph",
        check=_idle_names,
        source="CloudFormation User Guide, Fn::Sub",
        good=_topic({"Fn::Sub": ["${A}", {"A": "b"}]}),
        bad=_topic({"Fn::Sub": ["${B} ${AWS::Region}", {"A": "b", "B": "c"}]}),
    ),
)  # fmt: skip
