"""Changes of DynamoDB tables that AWS refuses, or that lose something."""

from __future__ import annotations

from ..limits import BILLING_SWITCHES_MOST
from ..templates.update import differs, pairs
from ..vocabulary import ABSENT, Rule, Update, Violation, is_unknown, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

TABLE = "AWS::DynamoDB::Table"
LOCAL = "LocalSecondaryIndexes"
GLOBAL = "GlobalSecondaryIndexes"
_SHAPE = ("KeySchema", "Projection")


def _renewed(old: View, new: View) -> bool:
    """Whether the change makes a new table, or may."""
    return any(differs(old.get(name), new.get(name)) is not False for name in ("TableName", "KeySchema"))


def _moved(old: View, new: View, group: str) -> tuple[list[str], list[str], list[str]] | None:
    """The names of indexes that come, go, and change their key or projection; None when it cannot be told."""
    before, after = _named(old, group), _named(new, group)
    if before is None or after is None:
        given = old.get(group), new.get(group)
        return ([], [], []) if given[0] == given[1] else None
    changed = [
        name
        for name in after
        if name in before
        and any(differs(before[name].get(part, ABSENT), after[name].get(part, ABSENT)) is True for part in _SHAPE)
    ]
    return [n for n in after if n not in before], [n for n in before if n not in after], changed


def _named(view: View, group: str) -> dict[str, dict[str, Any]] | None:
    given = view.get(group, [])
    if not isinstance(given, list):
        return None
    found = {}
    for body in given:
        name = body.get("IndexName") if isinstance(body, dict) and not is_unknown(body) else None
        if not isinstance(name, str) or is_unknown(name):
            return None
        found[name] = body
    return found


def _global_indexes(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, TABLE):
        moved = None if _renewed(old, new) else _moved(old, new, GLOBAL)
        if moved is None:
            continue
        come, go, changed = moved
        n = len(come) + len(go) + 2 * len(changed)
        if n > 1:
            said = [*(f"+{name}" for name in come), *(f"-{name}" for name in go), *(f"~{name}" for name in changed)]
            fix = "give a changed index a new name: add that first, and remove the old one in a later update"
            yield Violation(
                (GLOBAL,),
                view=new,
                n=n,
                names=", ".join(said),
                fix=fix if changed else f"make it {n} updates, one by one",
            )


def _local_indexes(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, TABLE):
        moved = None if _renewed(old, new) else _moved(old, new, LOCAL)
        if moved is not None and any(moved):
            yield Violation((LOCAL,), view=new, names=", ".join(name for names in moved for name in names))


def _key(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, TABLE):
        if differs(old.get("KeySchema"), new.get("KeySchema")):
            yield Violation(("KeySchema",), view=new)
            continue
        was, now = _types(old), _types(new)
        for path, name in new.values("KeySchema/*/AttributeName"):
            if isinstance(name, str) and name in was and name in now and was[name] != now[name]:
                yield Violation(
                    path,
                    view=new,
                    message="the type of the key attribute {name} changes from {was} to {now}, and a key cannot be changed",
                    name=name,
                    was=was[name],
                    now=now[name],
                )


def _types(view: View) -> dict[str, str]:
    found = {}
    for _, entry in view.values("AttributeDefinitions/*"):
        if isinstance(entry, dict):
            name, kind = entry.get("AttributeName"), entry.get("AttributeType")
            if isinstance(name, str) and isinstance(kind, str):
                found[name] = kind
    return found


def _expiry(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, TABLE):
        if not all(truth(view.get("TimeToLiveSpecification/Enabled")) is True for view in (old, new)):
            continue
        was, now = (view.get("TimeToLiveSpecification/AttributeName") for view in (old, new))
        if differs(was, now) and not _renewed(old, new):
            yield Violation(("TimeToLiveSpecification", "AttributeName"), view=new, was=was, now=now)


def _stream(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, TABLE):
        was, now = old.get("StreamSpecification"), new.get("StreamSpecification")
        if was is ABSENT or is_unknown(was) or is_unknown(now):
            continue
        readers = _readers(new)
        if now is ABSENT:
            if readers:
                yield Violation(
                    ("StreamSpecification",),
                    view=new,
                    severity="error",
                    message="the stream goes, and {readers} still refers to it",
                    fix="remove what reads the stream first",
                    readers=", ".join(readers),
                )
        elif differs(old.get("StreamSpecification/StreamViewType"), new.get("StreamSpecification/StreamViewType")):
            yield Violation(
                ("StreamSpecification", "StreamViewType"),
                view=new,
                follows=f", and {', '.join(readers)} follows it" if readers else "",
            )


def _readers(table: View) -> list[str]:
    """The resources and outputs of the template that refer to a table's stream."""
    if table.member is None:
        return []
    edges = (*table.member.mentions, *table.member.elsewhere())
    found = [edge for edge in edges if edge.target == table.id and edge.attribute == "StreamArn"]
    return sorted({edge.source or f"output {edge.path[1]}" for edge in found})


def _billing(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, TABLE):
        was, now = (view.get("BillingMode", "PROVISIONED") for view in (old, new))
        if was == "PROVISIONED" and now == "PAY_PER_REQUEST" and not _renewed(old, new):
            yield Violation(
                ("BillingMode",), view=new, severity="info", message="a table goes over to on-demand at most {most} times in "
                "24 hours, and this is one of them", most=BILLING_SWITCHES_MOST,
            )  # fmt: skip


# Examples


def _table(**properties: Any) -> dict[str, Any]:
    return {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "alt")],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "BillingMode": "PAY_PER_REQUEST",
        **properties,
    }


def _index(name: str, *keys: str, projection: str = "ALL", **more: Any) -> dict[str, Any]:
    kinds = ("HASH", "RANGE")
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)],
        "Projection": {"ProjectionType": projection},
        **more,
    }


def _change(old: dict[str, Any], new: dict[str, Any]) -> Update:
    return Update({"Type": TABLE, "Properties": _table(**old)}, {"Type": TABLE, "Properties": _table(**new)})


def _indexed(group: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Update:
    return _change({group: old} if old else {}, {group: new} if new else {})


def _streamed(kind: str | None) -> dict[str, Any]:
    read = {
        "FunctionName": "f",
        "EventSourceArn": {"Fn::GetAtt": ["Orders", "StreamArn"]},
        "StartingPosition": "LATEST",
    }
    stream = {"StreamSpecification": {"StreamViewType": kind}} if kind else {}
    return {
        "Resources": {
            "Orders": {"Type": TABLE, "Properties": _table(**stream)},
            "Read": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": read},
        }
    }


def _expiring(name: str, *, enabled: bool = True) -> dict[str, Any]:
    return {"TimeToLiveSpecification": {"AttributeName": name, "Enabled": enabled}}


_A, _B = _index("by-alt", "alt"), _index("by-sort", "sk")
_CAPACITY = {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}

RULES: tuple[Rule, ...] = (
    Rule(
        "UPD005", TABLE, "error",
        "one update makes or removes one global index, this one needs {n} such steps ({names})",
        scope="update",
        check=_global_indexes,
        source="CloudFormation resource schema, AWS::DynamoDB::Table GlobalSecondaryIndexes; DynamoDB API Reference, "
        "UpdateTable; course notes, DynamoDB",
        good=(
            _indexed(GLOBAL, [_A], [_A, _B]),
            _indexed(GLOBAL, [_A, _B], [_B, _A]),
            _indexed(GLOBAL, [_A], [{**_A, "OnDemandThroughput": {"MaxReadRequestUnits": 5}}]),
        ),
        bad=(
            _indexed(GLOBAL, [], [_A, _B]),
            _indexed(GLOBAL, [_A], [_B]),
            _indexed(GLOBAL, [_A], [_index("by-alt", "alt", projection="KEYS_ONLY")]),
        ),
    ),
    Rule(
        "UPD006", TABLE, "error",
        "local indexes are made with their table and never change afterwards: {names}",
        scope="update",
        check=_local_indexes,
        fix="use a global index, or make a new table and copy the items over",
        source="CloudFormation resource schema, AWS::DynamoDB::Table LocalSecondaryIndexes; course notes, DynamoDB",
        good=(_indexed(GLOBAL, [], [_A]), _indexed(LOCAL, [_index("by-alt", "pk", "alt")], [_index("by-alt", "pk", "alt")])),
        bad=(
            _indexed(LOCAL, [], [_index("by-alt", "pk", "alt")]),
            _indexed(LOCAL, [_index("by-alt", "pk", "alt")], []),
        ),
    ),
    Rule(
        "UPD007", TABLE, "error",
        "a table's primary key cannot be changed: a new, empty table takes its place",
        scope="update",
        check=_key,
        fix="add a second table, copy the items over, and remove the old one afterwards",
        source="CloudFormation resource schema, AWS::DynamoDB::Table; course notes, DynamoDB",
        good=_change({}, {"TableClass": "STANDARD"}),
        bad=(
            _change({}, {"KeySchema": [{"AttributeName": "alt", "KeyType": "HASH"}]}),
            _change({}, {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}]}),
        ),
    ),
    Rule(
        "UPD008", TABLE, "error",
        "the attribute that says when items expire cannot go from {was} to {now} in one update",
        scope="update",
        check=_expiry,
        fix="set Enabled: false first, and the new attribute in an update at least an hour later",
        source="CloudFormation resource schema, AWS::DynamoDB::Table TimeToLiveSpecification; DynamoDB API Reference, "
        "UpdateTimeToLive",
        good=(
            _change(_expiring("ttl"), _expiring("ttl", enabled=False)),
            _change(_expiring("ttl", enabled=False), _expiring("expires")),
        ),
        bad=_change(_expiring("ttl"), _expiring("expires")),
    ),
    Rule(
        "UPD009", TABLE, "warning",
        "another StreamViewType makes a new stream{follows}; records not read yet stay in the old one for 24 hours",
        scope="update",
        check=_stream,
        fix="let the readers finish first, and give other stacks the new ARN",
        source="CloudFormation resource schema, AWS::DynamoDB::Table StreamSpecification; course notes, DynamoDB",
        good=Update(_streamed("NEW_IMAGE"), _streamed("NEW_IMAGE")),
        bad=(
            Update(_streamed("KEYS_ONLY"), _streamed("NEW_IMAGE")),
            Update(_streamed("KEYS_ONLY"), _streamed(None)),
        ),
    ),
    Rule(
        "UPD010", TABLE, "info",
        "a table goes over to on-demand a few times a day at most",
        scope="update",
        check=_billing,
        source="DynamoDB Developer Guide, Considerations when switching capacity modes; course notes, DynamoDB",
        verified="docs",
        good=_change({}, {"BillingMode": "PROVISIONED", **_CAPACITY}),
        bad=_change({"BillingMode": "PROVISIONED", **_CAPACITY}, {}),
    ),

)  # fmt: skip
