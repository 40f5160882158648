"""What CloudFormation's functions cannot work with, and where it takes no functions at all."""

from __future__ import annotations

import re

from ..view import texts
from ..vocabulary import Rule, Violation, is_unknown
from .calls import BESIDE
from .kinds import gives_many, is_list_type
from .links import at_mention
from .template import scanned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ..graph import Edge, Graph, Member

    Path = tuple[str | int, ...]

# Source: CloudFormation User Guide, Fn::Cidr.
BLOCKS_MOST = 256
BITS_MOST = 128


def _arguments(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        yield from _conditions(member)
        yield from _tables(member)
        if any(name in scanned(member) for name in _TAKING):
            yield from _lists_and_texts(member)
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


def _lists_and_texts(member: Member) -> Iterator[Violation]:
    for edge in (*member.mentions, *member.elsewhere()):
        kind = edge.kind
        if kind == "Sub":
            if edge.attribute is None and edge.target in member.views:
                continue  # Ref of a resource is one text
        elif kind not in ("Ref", "GetAtt") or len(edge.path) < 3:
            continue
        else:
            inside = edge.path[-2]
            if type(inside) is not int and inside != "Fn::Base64":
                continue  # the value of a property as it stands
        said = _list_or_text(member, edge)
        if said:
            yield at_mention(member, edge, *said)


def _list_or_text(member: Member, edge: Edge) -> tuple[str, str | None] | None:
    """What is wrong with a list given to a function that takes a text, or a text to one that takes a list."""
    if edge.kind == "Sub":
        many = _gives_many(member, edge)
        said = f"{_named(edge)} is a list, and Fn::Sub puts texts into a text"
        return (said, "join it with Fn::Join, and give Fn::Sub that") if many else None
    steps = edge.path[:-1]
    while steps[-2:-1] == ("Fn::If",) and steps[-1] in (1, 2):
        steps = steps[:-2]
    for ending, name, wanted in _TAKES:
        size = len(ending)
        if len(steps) >= size and all(one in (step, "*") for one, step in zip(ending, steps[-size:], strict=True)):
            many = _gives_many(member, edge)
            if many is None or many is wanted:
                return None
            if many:
                return (
                    f"{_named(edge)} is a list, and {name} takes a text here",
                    "choose one with Fn::Select, or join them",
                )
            return f"{_named(edge)} is one value, and {name} takes a list", "cut it with Fn::Split, or write a list"
    return None


_TAKES: tuple[tuple[tuple[str | int, ...], str, bool], ...] = (
    (("Fn::Join", 1), "Fn::Join", True),
    (("Fn::Join", 1, "*"), "Fn::Join", False),
    (("Fn::Select", 1), "Fn::Select", True),
    (("Fn::Split", 1), "Fn::Split", False),
    (("Fn::Base64",), "Fn::Base64", False),
    (("Fn::Cidr", 0), "Fn::Cidr", False),
)
"""What functions take where: how the path to it ends, the function, and whether it is a list."""
_TAKING = tuple({name.encode() for _, name, _ in _TAKES} | {b"Fn::Sub"})


def _named(edge: Edge) -> str:
    return f"{edge.target}.{edge.attribute}" if edge.attribute else edge.target


def _gives_many(member: Member, edge: Edge) -> bool | None:
    """Whether what a mention gives is a list; None where that is not known."""
    view = member.views.get(edge.target)
    if view is not None:
        return gives_many(view.type, edge.attribute) if edge.attribute or edge.kind != "GetAtt" else None
    body = member.section("Parameters").get(edge.target)
    kind = body.get("Type") if isinstance(body, dict) else None
    return is_list_type(kind) if isinstance(kind, str) and not edge.attribute else None


def _number(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _pieces(entries: Any) -> Any:
    """What `Fn::Split` makes of a text that is written down; anything else as it is."""
    given = entries.get("Fn::Split") if isinstance(entries, dict) and len(entries) == 1 else None
    if not isinstance(given, list) or len(given) != 2 or not all(isinstance(one, str) and one for one in given):
        return entries
    return entries if is_unknown(given[1]) else given[1].split(given[0])


def _select(_: Member, argument: Any) -> str | None:
    if not isinstance(argument, list) or len(argument) != 2:
        return None
    index, entries = _number(argument[0]), _pieces(argument[1])
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


def _dynamic(graph: Graph) -> Iterator[Violation]:
    if any(b"{{resolve:" in scanned(member) for member in graph.members):
        from .dynamic import dynamic_references

        yield from dynamic_references(graph)


# Rules


def _topic(name: Any) -> dict[str, Any]:
    return {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}}}


def _user(password: Any) -> dict[str, Any]:
    return {"Resources": {"U": {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": password}}}}}


_LISTED = {
    "Parameters": {
        "One": {"Type": "String"}, "Many": {"Type": "CommaDelimitedList"},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<List<String>>"},
    },
    "Conditions": {"C": {"Fn::Equals": ["a", {"Ref": "AWS::Region"}]}},
}  # fmt: skip
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
            *({**_LISTED, **_topic(name)} for name in (
                {"Fn::Sub": "a ${One}"}, {"Fn::Join": ["", [{"Ref": "One"}]]}, {"Fn::Join": [",", {"Ref": "Many"}]},
                {"Fn::Select": [0, {"Ref": "Many"}]}, {"Fn::Split": [",", {"Ref": "One"}]},
                {"Fn::Select": [0, {"Ref": "Stored"}]}, {"Fn::Select": [{"Ref": "One"}, ["a", {"Ref": "One"}]]},
            )),
            {"Conditions": {"Far": {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}}, **_topic("a")},
        ),
        bad=(
            _topic({"Fn::Select": [-1, ["a", "b"]]}),
            _topic({"Fn::Select": [2, ["a", "b"]]}),
            _topic({"Fn::Select": [0, {"Fn::Split": ["", "a"]}]}),
            _topic({"Fn::Select": [0, {"Fn::Cidr": ["10.0.0.0/8", 0, 8]}]}),
            _topic({"Fn::Sub": "${AWS::NoValue}x"}),
            *({**_LISTED, **_topic(name)} for name in (
                {"Fn::Sub": "a ${Many}"}, {"Fn::Join": ["", [{"Ref": "Many"}]]}, {"Fn::Join": [",", {"Ref": "One"}]},
                {"Fn::Select": [0, {"Ref": "One"}]}, {"Fn::Split": [",", {"Ref": "Many"}]},
                {"Fn::Base64": {"Ref": "Many"}}, {"Fn::Select": [0, {"Fn::If": ["C", {"Ref": "One"}, {"Ref": "Many"}]}]},
            )),
            {**_TABLE, **_topic({"Fn::FindInMap": ["Sizes", "large", "arm"]})},
            {**_topic("a"), "Conditions": {"Far": {"Fn::Equals": [{"Ref": "T"}, "x"]}}},
            {**_topic("a"), "Parameters": {"P": {"Type": "String", "Default": {"Ref": "AWS::Region"}}}},
            {**_topic("a"), "Mappings": {"M": {"a": {"b": {"Ref": "AWS::Region"}}}}},
        ),
    ),
    Rule(
        "TPL023", "*", "error",
        "a dynamic reference is written as one, and stands where it is looked up",
        scope="graph",
        check=_dynamic,
        source="CloudFormation User Guide, Get values stored in other services using dynamic references",
        verified="docs",
        good=(
            _topic("{{resolve:ssm:/a/b:3}}"),
            _topic("{{resolve:ssm:/a/b}} and {{resolve:ssm:/a/c:1}}"),
            _topic("{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:a:SecretString:key::}}"),
            _topic({"Fn::Sub": "{{resolve:secretsmanager:${AWS::StackName}:SecretString:key}}"}),
            _user("{{resolve:ssm-secure:password:1}}"),
            _user({"Fn::Join": ["", ["{{resolve:ssm-secure:", {"Ref": "AWS::StackName"}, ":1}}"]]}),
        ),
        bad=(
            _topic("{{resolve:smm:/a/b}}"), _topic("{{resolve:ssm}}"), _topic("{{resolve:ssm:/a/b:latest}}"),
            _topic("{{resolve:ssm-secure:/a/b}}"), _topic("{{resolve:ssm:/a/b"),
            _topic("{{resolve:secretsmanager:a:SecretBinary}}"),
            _topic("{{resolve:secretsmanager:a:SecretString:key:AWSCURRENT:11111111-2222-3333-4444-555555555555}}"),
            {**_topic("a"), "Outputs": {"O": {"Value": "{{resolve:secretsmanager:a}}"}}},
        ),
    ),
)  # fmt: skip
