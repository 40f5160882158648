"""What CloudFormation's functions cannot work with, and where it takes no functions at all."""

from __future__ import annotations

import re

from .calls import BESIDE
from .links import at_mention
from .template import scanned
from .view import texts
from .vocabulary import Rule, Violation, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from .graph import Graph, Member

    Path = tuple[str | int, ...]

# Source: CloudFormation User Guide, Fn::Cidr.
BLOCKS_MOST = 256
BITS_MOST = 128


def _arguments(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        yield from _conditions(member)
        yield from _tables(member)
        if not _worth_a_look(scanned(member)):
            continue
        for section in ("Resources", "Outputs", "Conditions"):
            for name, body in member.section(section).items():
                if section == "Resources" and _sound(member, name, body):
                    continue
                if isinstance(body, dict) and _worth_a_look(_texts(member, section, name, body)):
                    yield from _calls(member, body, (section, name))


def _sound(member: Member, name: str, body: Any) -> bool:
    """Whether all functions of a resource can work with what they are given."""
    calls = member.calls.get(name)
    if calls is None or not BESIDE.issuperset(body):
        return False
    return not calls or not any(call in _JUDGES and _JUDGES[call](member, given) for call, given in calls)


def _texts(member: Member, section: str, name: str, body: dict[str, Any]) -> bytes:
    """The texts of a resource or other element; those of properties are known already."""
    known = member.texts.get(name) if section == "Resources" else None
    return texts(body) if known is None or not BESIDE.issuperset(body) else known


def _conditions(member: Member) -> Iterator[Violation]:
    """Conditions are decided before there is any resource to ask."""
    for edge in member.elsewhere():
        if edge.path[0] == "Conditions" and edge.kind in ("Ref", "GetAtt", "Sub") and edge.target in member.views:
            yield at_mention(
                member,
                edge,
                f"a condition asks about the resource {edge.target}, which there is not yet when it is decided",
                "ask about a parameter, a pseudo parameter or a mapping",
            )


def _tables(member: Member) -> Iterator[Violation]:
    """Parameters and mappings hold what is written there."""
    rows: list[tuple[Path, Any]] = [
        (("Parameters", name, key), value)
        for name, body in member.section("Parameters").items()
        for key, value in (body.items() if isinstance(body, dict) else ())
    ]
    rows += [
        (("Mappings", name, first, second), value)
        for name, table in member.section("Mappings").items()
        for first, row in (table.items() if isinstance(table, dict) else ())
        for second, value in (row.items() if isinstance(row, dict) else ())
        if not is_unknown(row)
    ]
    for path, value in rows:
        if isinstance(value, dict) and is_unknown(value) and "Fn::Transform" not in value:
            problem = f"{next(iter(value))} stands in {path[0]}, where no function is worked out"
            yield Violation(path, member=member, problem=problem, fix="write the value itself")


def _calls(member: Member, value: Any, path: Path) -> Iterator[Violation]:
    waiting: list[tuple[Path, Any]] = [(path, value)]
    while waiting:
        at, item = waiting.pop()
        if isinstance(item, dict):
            if len(item) == 1:
                ((name, argument),) = item.items()
                problem = _JUDGES[name](member, argument) if name in _JUDGES else None
                if problem:
                    view = member.views.get(str(at[1])) if at[0] == "Resources" else None
                    where = ("/", *at[2:], name) if view else (*at, name)
                    yield Violation(where, view=view, member=member, problem=problem)
            waiting.extend(((*at, key), entry) for key, entry in item.items() if isinstance(entry, dict | list))
        elif isinstance(item, list):
            waiting.extend(((*at, place), entry) for place, entry in enumerate(item) if isinstance(entry, dict | list))


def _number(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _select(_: Member, argument: Any) -> str | None:
    if not isinstance(argument, list) or len(argument) != 2:
        return None
    index, entries = _number(argument[0]), argument[1]
    if index is None or (index >= 0 and not (isinstance(entries, list) and index >= len(entries))):
        return None
    held = f"; there are {len(entries)}" if isinstance(entries, list) else ""
    return f"Fn::Select asks for entry {index}, counted from 0{held}"  # noqa: S608  (no SQL)


def _split(_: Member, argument: Any) -> str | None:
    empty = isinstance(argument, list) and argument[:1] == [""]
    return "Fn::Split needs a separator of at least one character" if empty else None


def _cidr(_: Member, argument: Any) -> str | None:
    for number, what, most in (
        zip(argument[1:], ("blocks", "bits"), (BLOCKS_MOST, BITS_MOST), strict=False)
        if isinstance(argument, list)
        else ()
    ):
        given = _number(number)
        if given is not None and not 1 <= given <= most:
            return f"Fn::Cidr makes 1 to {most} {what}, not {given}"
    return None


def _sub(_: Member, argument: Any) -> str | None:
    text = argument[0] if isinstance(argument, list) and argument else argument
    held = isinstance(text, str) and _NO_VALUE in text
    return "AWS::NoValue stands inside text, where there is nothing to leave out" if held else None


def _find(member: Member, argument: Any) -> str | None:
    if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
        return None
    table = member.section("Mappings").get(argument[0])
    first, second = argument[1:]
    if not isinstance(table, dict) or is_unknown(table) or any(is_unknown(row) for row in table.values()):
        return None
    if member.generated or "${" in f"{first}{second}":  # a loop or macro fills it in
        return None
    rows = list(table.values()) if is_unknown(first) else [table.get(str(first), {})]
    if any(row if is_unknown(second) else str(second) in map(str, row) for row in rows if isinstance(row, dict)):
        return None
    shown = ", ".join("…" if is_unknown(key) else str(key) for key in (first, second))
    return f"the mapping {argument[0]} has nothing at {shown}"


_JUDGES: dict[str, Callable[[Member, Any], str | None]] = {
    "Fn::Cidr": _cidr,
    "Fn::FindInMap": _find,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
}
_NO_VALUE = "${AWS::NoValue}"
_NAMES = [(_NO_VALUE if name == "Fn::Sub" else name).encode() for name in _JUDGES]


def _worth_a_look(found: bytes) -> bool:
    return b"Fn::" in found and any(name in found for name in _NAMES)


# Rules


def _topic(name: Any) -> dict[str, Any]:
    return {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}}}


_TABLE = {"Mappings": {"Sizes": {"small": {"arm": "1"}}}}

RULES: tuple[Rule, ...] = (
    Rule(
        "XSV021", "*", "error",
        "a function of CloudFormation gets what it can work with, where it is worked out at all",
        scope="graph",
        check=_arguments,
        source="CloudFormation User Guide, Fn::Select; Fn::Split; Fn::Cidr; Fn::FindInMap; Conditions; Parameters",
        good=(
            _topic({"Fn::Select": [1, ["a", "b"]]}),
            _topic({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}),
            {**_TABLE, **_topic({"Fn::FindInMap": ["Sizes", "small", "arm"]})},
            {"Conditions": {"Far": {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}}, **_topic("a")},
        ),
        bad=(
            _topic({"Fn::Select": [-1, ["a", "b"]]}),
            _topic({"Fn::Select": [2, ["a", "b"]]}),
            _topic({"Fn::Select": [0, {"Fn::Split": ["", "a"]}]}),
            _topic({"Fn::Select": [0, {"Fn::Cidr": ["10.0.0.0/8", 0, 8]}]}),
            _topic({"Fn::Sub": "${AWS::NoValue}x"}),
            {**_TABLE, **_topic({"Fn::FindInMap": ["Sizes", "large", "arm"]})},
            {**_topic("a"), "Conditions": {"Far": {"Fn::Equals": [{"Ref": "T"}, "x"]}}},
            {**_topic("a"), "Parameters": {"P": {"Type": "String", "Default": {"Ref": "AWS::Region"}}}},
            {**_topic("a"), "Mappings": {"M": {"a": {"b": {"Ref": "AWS::Region"}}}}},
        ),
    ),
)  # fmt: skip
