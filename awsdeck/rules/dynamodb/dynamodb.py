"""Amazon DynamoDB: what the documentation demands beyond the resource schema."""

from __future__ import annotations

from ..functions import eventsource
from ..limits import (
    GLOBAL_INDEXES_DEFAULT,
    INDEX_KEY_MOST,
    LOCAL_INDEXES_MOST,
    PROJECTED_MOST,
    PROJECTED_TOGETHER_MOST,
)
from ..policies.access import conditions, everyone, service_stem, spelled
from ..policies.policy import documents
from ..vocabulary import (
    ABSENT,
    Between,
    Length,
    Limit,
    Matches,
    OneOf,
    Present,
    Rule,
    Violation,
    is_unknown,
    number,
    truth,
)
from . import workload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..view import View

    Path = tuple[str | int, ...]

TABLE = "AWS::DynamoDB::Table"
GLOBAL_TABLE = "AWS::DynamoDB::GlobalTable"
MAPPING = "AWS::Lambda::EventSourceMapping"
LOCAL = "LocalSecondaryIndexes"
GLOBAL = "GlobalSecondaryIndexes"
VECTOR = "VectorIndexes"

VIEWS = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")
PROJECTIONS = ("ALL", "KEYS_ONLY", "INCLUDE")
_NAME = Matches(r"[a-zA-Z0-9_.-]{3,255}", "3 to 255 of A-Z a-z 0-9 _ . -")
_UNITS = Between(1, 10**12)


# Keys and indexes


class Key:
    """The attributes of a key in order, as (name, kind) pairs; `whole` tells whether all of it can be read."""

    __slots__ = ("path", "parts", "whole")

    def __init__(self, path: Path, parts: list[tuple[str, str]], whole: bool) -> None:
        self.path = path
        self.parts = parts
        self.whole = whole

    def names(self, kind: str) -> list[str]:
        return [name for name, its in self.parts if its == kind]


class Index:
    """A secondary index: its `name` (None when it cannot be read), where it stands, and its key."""

    __slots__ = ("group", "name", "path", "body", "key")

    def __init__(self, group: str, name: str | None, path: Path, body: dict[str, Any], key: Key) -> None:
        self.group = group
        self.name = name
        self.path = path
        self.body = body
        self.key = key

    def __str__(self) -> str:
        return self.name or f"{self.group}[{self.path[1]}]"


def key_of(value: Any, path: Path) -> Key:
    """The key that a KeySchema gives."""
    parts = []
    whole = isinstance(value, list)
    for entry in value if isinstance(value, list) else ():
        name, kind = (entry.get("AttributeName"), entry.get("KeyType")) if isinstance(entry, dict) else (None, None)
        if isinstance(name, str) and isinstance(kind, str) and not is_unknown(name) and not is_unknown(kind):
            parts.append((name, kind))
        else:
            whole = False
    return Key(path, parts, whole)


def table_key(view: View) -> Key:
    return key_of(view.get("KeySchema"), ("KeySchema",))


def indexes(view: View, *groups: str) -> list[Index]:
    """The secondary indexes of a table that can be read, in one way its conditions fall."""
    found = []
    for group in groups or (LOCAL, GLOBAL):
        given = view.get(group)
        for number_, body in enumerate(given if isinstance(given, list) else ()):
            if not isinstance(body, dict) or is_unknown(body):
                continue
            name, path = body.get("IndexName"), (group, number_)
            name = name if isinstance(name, str) and not is_unknown(name) else None
            found.append(Index(group, name, path, body, key_of(body.get("KeySchema"), (*path, "KeySchema"))))
    return found


def _readable(view: View) -> bool:
    """Whether every key of the table and its indexes can be read."""
    for group in (LOCAL, GLOBAL):
        given = view.get(group)
        if given is not ABSENT and (
            not isinstance(given, list) or any(not isinstance(item, dict) or is_unknown(item) for item in given)
        ):
            return False
    return table_key(view).whole and all(index.key.whole for index in indexes(view))


def _primary_key(view: View) -> Iterator[Violation]:
    key = table_key(view)
    if not key.whole:
        return
    kinds = [kind for _, kind in key.parts]
    if len(key.parts) not in (1, 2):
        yield Violation(key.path, problem=f"has {len(key.parts)} attributes")
    elif kinds[0] != "HASH":
        yield Violation((*key.path, 0, "KeyType"), problem=f"begins with {kinds[0]}")
    elif len(kinds) == 2 and kinds[1] != "RANGE":
        yield Violation((*key.path, 1, "KeyType"), problem=f"has {kinds[1]} in second place")
    elif len(kinds) == 2 and key.parts[0][0] == key.parts[1][0]:
        yield Violation((*key.path, 1, "AttributeName"), problem=f"names {key.parts[0][0]} twice")


def _definitions(view: View) -> Iterator[Violation]:
    given = view.get("AttributeDefinitions", [])
    if not isinstance(given, list):
        return
    names: list[str] = []
    for place, entry in enumerate(given):
        name = entry.get("AttributeName") if isinstance(entry, dict) and not is_unknown(entry) else None
        if not isinstance(name, str) or is_unknown(name):
            return
        if name in names:
            yield Violation(
                ("AttributeDefinitions", place), message="{name} is defined already", name=name, fix="leave one out"
            )
        names.append(name)
    for path, value in view.values("AttributeDefinitions/*/AttributeType"):
        if OneOf("S", "N", "B")(value) is False:
            yield Violation(
                path,
                message="a key attribute is a string (S), a number (N) or binary (B), not {value}",
                value=value,
                allowed="S, N, B",
            )
    if not _readable(view):
        return
    keys = [table_key(view), *(index.key for index in indexes(view))]
    used = [name for key in keys for name, _ in key.parts]
    missing = sorted({*used} - {*names})
    unused = [] if view.get(VECTOR) is not ABSENT else sorted({*names} - {*used})
    if missing:
        yield Violation(
            ("AttributeDefinitions",),
            message="the key attributes {names} are not defined",
            fix="add them to AttributeDefinitions with their types",
            names=", ".join(missing),
        )
    if unused:
        yield Violation(
            ("AttributeDefinitions",),
            message="{names} is in no key, and only key attributes are defined",
            fix="leave {names} out; items may have any other attributes undefined",
            names=", ".join(unused),
        )


def _local_count(view: View) -> Iterator[Violation]:
    given = view.get(LOCAL)
    if isinstance(given, list) and Length(0, LOCAL_INDEXES_MOST)(given) is False:
        yield Violation((LOCAL,), n=len(given), most=LOCAL_INDEXES_MOST)


def _global_count(view: View) -> Iterator[Violation]:
    given = view.get(GLOBAL)
    if isinstance(given, list) and Length(0, GLOBAL_INDEXES_DEFAULT)(given) is False:
        yield Violation((GLOBAL,), n=len(given), most=GLOBAL_INDEXES_DEFAULT)


def _local_keys(view: View) -> Iterator[Violation]:
    found, key = indexes(view, LOCAL), table_key(view)
    if not found or not key.whole or not key.parts:
        return
    partition, sort = key.names("HASH")[:1], key.names("RANGE")[:1]
    if not sort:
        yield Violation(
            (LOCAL,),
            message="a local index sorts a table's partitions another way, and this table has no sort key",
            fix="give the table a sort key, or use a global index",
        )
        return
    for index in found:
        if not index.key.whole:
            continue
        kinds = [kind for _, kind in index.key.parts]
        if kinds != ["HASH", "RANGE"]:
            yield Violation(
                index.key.path,
                message="the key of the local index {index} is a partition key (HASH) followed by a sort key (RANGE)",
                fix="give it these two",
                index=str(index),
            )
        elif index.key.names("HASH") != partition:
            yield Violation(
                (*index.key.path, 0, "AttributeName"), index=str(index), partition="".join(partition),
                value=index.key.parts[0][0],
            )  # fmt: skip
        elif index.key.names("RANGE") == sort:
            yield Violation(
                (*index.key.path, 1, "AttributeName"),
                severity="warning",
                message="the local index {index} has the table's own key, and serves no query that the table does not",
                fix="give it another sort key, or leave it out",
                index=str(index),
            )


def _global_keys(view: View) -> Iterator[Violation]:
    own = table_key(view)
    for index in indexes(view, GLOBAL):
        key, name = index.key, str(index)
        if not key.whole:
            continue
        kinds = [kind for _, kind in key.parts]
        names = [attribute for attribute, _ in key.parts]
        if (
            not kinds
            or kinds[0] != "HASH"
            or kinds != sorted(kinds)
            or any(kinds.count(kind) > INDEX_KEY_MOST for kind in ("HASH", "RANGE"))
        ):
            yield Violation(key.path, index=name)
        elif len(set(names)) < len(names):
            yield Violation(key.path, message="the key of the index {index} names an attribute twice", index=name)
        elif own.whole and key.parts == own.parts:
            yield Violation(
                key.path,
                severity="warning",
                message="the index {index} has the table's own key",
                fix="leave it out, or give it another key",
                index=name,
            )


def _names(view: View) -> Iterator[Violation]:
    name = view.get("TableName")
    if _NAME(name) is False and not (isinstance(name, str) and name.startswith("arn:")):
        yield Violation(("TableName",), what="a table", value=name, allowed=_NAME.allowed(view.mode))
    seen: set[str] = set()
    for index in indexes(view, LOCAL, GLOBAL, VECTOR):
        if index.name is None:
            continue
        where = (*index.path, "IndexName")
        if _NAME(index.name) is False:
            yield Violation(where, what="an index", value=index.name, allowed=_NAME.allowed(view.mode))
        elif index.name in seen:
            yield Violation(where, message="another index of the table is called {value} already", value=index.name)
        seen.add(index.name)


def _projections(view: View) -> Iterator[Violation]:
    together = 0
    keys = {name for key in (table_key(view), *(index.key for index in indexes(view))) for name, _ in key.parts}
    for index in indexes(view):
        projection = index.body.get("Projection")
        if not isinstance(projection, dict) or is_unknown(projection):
            continue
        kind, names = projection.get("ProjectionType", ABSENT), projection.get("NonKeyAttributes", [])
        where = (*index.path, "Projection")
        if is_unknown(kind):
            continue
        if kind is not ABSENT and kind not in PROJECTIONS:
            yield Violation(
                (*where, "ProjectionType"), problem=f"there is no projection {kind}", index=str(index),
                allowed=", ".join(PROJECTIONS),
            )  # fmt: skip
            continue
        if not isinstance(names, list):
            continue
        if kind == "INCLUDE" and not names:
            yield Violation(
                (*where, "NonKeyAttributes"),
                problem="INCLUDE does not say which attributes",
                fix="list them in NonKeyAttributes",
                index=str(index),
            )
        elif kind in ("ALL", "KEYS_ONLY") and names:
            yield Violation(
                (*where, "NonKeyAttributes"),
                problem=f"NonKeyAttributes goes with INCLUDE, not with {kind}",
                fix="set ProjectionType: INCLUDE, or leave NonKeyAttributes out",
                index=str(index),
            )
        elif len(names) > PROJECTED_MOST:
            yield Violation(
                (*where, "NonKeyAttributes"),
                problem=f"an index names at most {PROJECTED_MOST} attributes, this one {len(names)}",
                fix="use ALL",
                index=str(index),
            )
        if kind == "INCLUDE":
            together += len(names)
            for place, name in enumerate(names):
                if isinstance(name, str) and name in keys and name in _own_keys(view, index):
                    yield Violation(
                        (*where, "NonKeyAttributes", place),
                        severity="warning",
                        problem=f"{name} is a key attribute, which every index has anyway",
                        fix="leave it out",
                        index=str(index),
                    )
    if together > PROJECTED_TOGETHER_MOST:
        yield Violation(
            (),
            message="the indexes of a table name at most {most} attributes together, these {n}",
            fix="use ALL where an index names many",
            most=PROJECTED_TOGETHER_MOST,
            n=together,
        )


def _own_keys(view: View, index: Index) -> set[str]:
    return {name for key in (table_key(view), index.key) for name, _ in key.parts}


# Capacity


def _billing(view: View) -> str | None:
    given = view.get("BillingMode", "PROVISIONED")
    return given if isinstance(given, str) and not is_unknown(given) else None


def _throughputs(view: View) -> Iterator[tuple[Path, Any, str]]:
    yield ("ProvisionedThroughput",), view.get("ProvisionedThroughput"), "the table"
    for index in indexes(view, GLOBAL):
        yield (
            (*index.path, "ProvisionedThroughput"), index.body.get("ProvisionedThroughput", ABSENT), f"index {index}",
        )  # fmt: skip


def _provisioned(view: View) -> Iterator[Violation]:
    if _billing(view) != "PROVISIONED":
        return
    for path, given, whose in _throughputs(view):
        if given is ABSENT:
            yield Violation(path, whose=whose)
        elif isinstance(given, dict) and not is_unknown(given):
            for name in ("ReadCapacityUnits", "WriteCapacityUnits"):
                value = given.get(name, ABSENT)
                if _UNITS(value) is False:
                    yield Violation(
                        (*path, name),
                        message="{whose} needs at least one unit, in whole units",
                        whose=whose,
                        value=value,
                        allowed="1 or more",
                    )


def _on_demand(view: View) -> Iterator[Violation]:
    billing = _billing(view)
    if billing == "PAY_PER_REQUEST":
        for path, given, whose in _throughputs(view):
            if given is ABSENT or is_unknown(given) or not isinstance(given, dict):
                continue
            if [number(given.get(name)) for name in ("ReadCapacityUnits", "WriteCapacityUnits")] != [0, 0]:
                yield Violation(path, whose=whose)
    elif billing == "PROVISIONED":
        places: Iterable[tuple[Path, Any]] = [
            (("OnDemandThroughput",), view.get("OnDemandThroughput")),
            *(
                ((*index.path, "OnDemandThroughput"), index.body.get("OnDemandThroughput", ABSENT))
                for index in indexes(view, GLOBAL)
            ),
        ]
        for path, given in places:
            if isinstance(given, dict) and not is_unknown(given):
                yield Violation(
                    path,
                    message="OnDemandThroughput is for on-demand tables, and this one is provisioned",
                    fix="leave it out, or set BillingMode: PAY_PER_REQUEST",
                )


def _index_writes(view: View) -> Iterator[Violation]:
    if _billing(view) != "PROVISIONED":
        return
    writes = number(view.get("ProvisionedThroughput/WriteCapacityUnits"))
    for index in indexes(view, GLOBAL):
        path = (*index.path, "ProvisionedThroughput", "WriteCapacityUnits")
        its = number(view.at(path))
        if writes is not None and its is not None and its < writes:
            yield Violation(path, index=str(index), its=int(its), writes=int(writes))


# Other settings


def _expiry(view: View) -> Iterator[Violation]:
    if truth(view.get("TimeToLiveSpecification/Enabled")) is not True:
        return
    where = ("TimeToLiveSpecification", "AttributeName")
    name = view.get("TimeToLiveSpecification/AttributeName")
    if name is ABSENT or Length(1, 255)(name) is False:
        yield Violation(where)
        return
    for _, entry in view.values("AttributeDefinitions/*"):
        if not isinstance(entry, dict) or entry.get("AttributeName") != name or is_unknown(name):
            continue
        kind = entry.get("AttributeType")
        if kind in ("S", "B"):
            yield Violation(
                where,
                severity="warning",
                message="{value} is a {kind}, and only numbers are taken for a time: no item ever expires",
                fix="use an attribute of type N that holds seconds since 1970",
                value=name,
                kind="string" if kind == "S" else "binary value",
            )


def _encryption(view: View) -> Iterator[Violation]:
    given = view.get("SSESpecification")
    if not isinstance(given, dict) or is_unknown(given):
        return
    kind, key = view.get("SSESpecification/SSEType"), view.get("SSESpecification/KMSMasterKeyId")
    if not is_unknown(kind) and kind not in (ABSENT, "KMS"):
        yield Violation(
            ("SSESpecification", "SSEType"), message="a table's own key is a KMS key", value=kind, allowed="KMS"
        )
    if key is ABSENT:
        return
    if kind is ABSENT:
        yield Violation(("SSESpecification", "KMSMasterKeyId"))
    if truth(view.get("SSESpecification/SSEEnabled")) is False:
        yield Violation(
            ("SSESpecification", "SSEEnabled"),
            severity="warning",
            message="the key is given, and SSEEnabled: false does not use it",
            fix="set SSEEnabled: true",
        )


def _safety(view: View) -> Iterator[Violation]:
    kept = view.body.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate") or is_unknown(
        view.body.get("DeletionPolicy")
    )
    protected = view.get("DeletionProtectionEnabled")
    if not kept and not is_unknown(protected) and truth(protected) is not True:
        yield Violation(
            ("/", "DeletionPolicy"),
            problem="the table goes with its stack, and all its data",
            fix="set DeletionPolicy: Retain, or DeletionProtectionEnabled: true",
        )
    recovery = view.get("PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled")
    if not is_unknown(recovery) and truth(recovery) is not True:
        yield Violation(
            ("PointInTimeRecoverySpecification",),
            problem="what is deleted or overwritten by mistake cannot be brought back",
            fix="set PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}",
        )


# Who gets in


_LIMITING = frozenset((
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount",
    "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:principalservicename",
    "aws:principalservicenameslist", "aws:principalisawsservice", "aws:ec2instancesourcevpc", "aws:sourceorgid",
    "aws:sourceorgpaths",
))  # fmt: skip
"""Conditions that make a policy less than public. Source: DynamoDB Developer Guide, Blocking public access."""

_UNDER_ROLES = frozenset((
    "apigateway", "appsync", "batch", "codebuild", "ec2", "ecs-tasks", "events", "lambda", "pipes", "states",
))  # fmt: skip
"""Services that come to a table with a role's permissions, and never by their own name."""


def _public(view: View) -> Iterator[Violation]:
    for document in documents(view):
        for statement in document.statements:
            if statement.body.get("Effect") == "Allow" and everyone(statement):
                keys = {key.lower() for _, key, _ in conditions(statement)}
                if "" not in keys and not keys & _LIMITING:
                    yield Violation(statement.at("Principal"), n=statement.number)


def _service(view: View) -> Iterator[Violation]:
    for document in documents(view):
        for statement in document.statements:
            for path, entry in statement.principals("Service"):
                name = spelled(entry)
                if name is not None and statement.body.get("Effect") == "Allow" and service_stem(name) in _UNDER_ROLES:
                    yield Violation(path, n=statement.number, service=name)


# Examples


def _open_to(principal: Any, **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "dynamodb:GetItem", "Resource": "*", **more}
    return _table(ResourcePolicy={"PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}})


def _hash(name: str) -> dict[str, str]:
    return {"AttributeName": name, "KeyType": "HASH"}


def _range(name: str) -> dict[str, str]:
    return {"AttributeName": name, "KeyType": "RANGE"}


def _table(*keys: dict[str, str], also: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    keys = keys or (_hash("pk"),)
    names = [*(key["AttributeName"] for key in keys), *also]
    return {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in dict.fromkeys(names)],
        "KeySchema": list(keys),
        "BillingMode": "PAY_PER_REQUEST",
        **properties,
    }


def _index(name: str, *keys: dict[str, str], projection: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": list(keys), "Projection": projection or {"ProjectionType": "ALL"}, **more}


def _local(*indexes: dict[str, Any]) -> dict[str, Any]:
    return _table(_hash("pk"), _range("sk"), also=("alt",), LocalSecondaryIndexes=list(indexes))


def _global(*indexes: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return _table(_hash("pk"), also=("alt",), GlobalSecondaryIndexes=list(indexes), **properties)


def _units(reads: Any, writes: Any) -> dict[str, Any]:
    return {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}


def _streamed(mappings: int) -> dict[str, Any]:
    read = {
        "FunctionName": "f",
        "EventSourceArn": {"Fn::GetAtt": ["Orders", "StreamArn"]},
        "StartingPosition": "LATEST",
    }
    return {
        "Resources": {
            "Orders": {"Type": TABLE, "Properties": _table(StreamSpecification={"StreamViewType": "NEW_IMAGE"})},
            **{f"Read{n}": {"Type": MAPPING, "Properties": {**read, "FunctionName": f"f{n}"}} for n in range(mappings)},
        }
    }


_BY_ALT = _index("by-alt", _hash("alt"))
_SAFE: dict[str, Any] = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
CONSTRUCT = "awsdeck::DynamoDBTable"
QUERY = "awsdeck::DynamoDBQuery"
ITEM = "awsdeck::DynamoDBItem"
GRANT = "awsdeck::DynamoDBGrant"
_OWN = {
    "Effect": "Allow",
    "Action": ["dynamodb:GetItem", "dynamodb:Query"],
    "Resource": "*",
    "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${www.amazon.com:user_id}"]}},
}

RULES: tuple[Rule, ...] = (
    Rule(
        "DDB001", TABLE, "error",
        "the primary key {problem}; it is one partition key (HASH), or that and a sort key (RANGE)",
        check=_primary_key,
        source="CloudFormation resource schema, AWS::DynamoDB::Table; course notes, DynamoDB",
        good=(_table(), _table(_hash("pk"), _range("sk"))),
        bad=(
            _table(_range("pk")),
            _table(_hash("pk"), _hash("sk")),
            _table(_hash("pk"), _range("sk"), _range("more")),
        ),
    ),
    Rule(
        "DDB002", TABLE, "error",
        "the attributes that are defined are exactly those of the keys",
        check=_definitions,
        source="DynamoDB API Reference, CreateTable, AttributeDefinitions",
        good=(_table(), _global(_BY_ALT)),
        bad=(
            _table(also=("name",)),
            {**_global(_BY_ALT), "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]},
            {**_table(), "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "M"}]},
        ),
    ),
    Rule(
        "DDB003", TABLE, "error",
        "a provisioned table needs ProvisionedThroughput for {whose}",
        check=_provisioned,
        fix="set ReadCapacityUnits and WriteCapacityUnits, or BillingMode: PAY_PER_REQUEST",
        source="DynamoDB API Reference, ProvisionedThroughput; course notes, DynamoDB",
        good=(
            _table(BillingMode="PROVISIONED", ProvisionedThroughput=_units(5, "5")),
            _table(BillingMode={"Ref": "Mode"}),
        ),
        bad=(
            {key: value for key, value in _table().items() if key != "BillingMode"},
            _table(BillingMode="PROVISIONED", ProvisionedThroughput=_units(0, 5)),
            _global(_BY_ALT, BillingMode="PROVISIONED", ProvisionedThroughput=_units(5, 5)),
        ),
    ),
    Rule(
        "DDB004", TABLE, "error",
        "an on-demand table takes no ProvisionedThroughput, and {whose} has one",
        check=_on_demand,
        fix="leave it out, or set BillingMode: PROVISIONED",
        source="DynamoDB API Reference, CreateTable, BillingMode; course notes, DynamoDB",
        good=(_table(), _table(ProvisionedThroughput=_units(0, 0))),
        bad=(
            _table(ProvisionedThroughput=_units(5, 5)),
            _table(
                BillingMode="PROVISIONED",
                ProvisionedThroughput=_units(5, 5),
                OnDemandThroughput={"MaxReadRequestUnits": 10},
            ),
        ),
    ),
    Rule(
        "DDB005", TABLE, "error",
        "a table has at most {most} local secondary indexes, this one {n}",
        when={LOCAL: Present()},
        check=_local_count,
        fix="use global indexes",
        source="DynamoDB API Reference, CreateTable, LocalSecondaryIndexes",
        good=_local(*(_index(f"by-{n}", _hash("pk"), _range("alt")) for n in range(5))),
        bad=_local(*(_index(f"by-{n}", _hash("pk"), _range("alt")) for n in range(6))),
    ),
    Rule(
        "DDB006", TABLE, "warning",
        "a table has at most {most} global secondary indexes by default, this one {n}",
        when={GLOBAL: Present()},
        check=_global_count,
        fix="have the account's quota raised before you deploy",
        source="DynamoDB Developer Guide, Quotas, secondary indexes",
        verified="docs",
        limit=Limit(GLOBAL_INDEXES_DEFAULT, GLOBAL_INDEXES_DEFAULT, "2026-10"),
        good=_global(*(_index(f"by-{n}", _hash("alt")) for n in range(20))),
        bad=_global(*(_index(f"by-{n}", _hash("alt")) for n in range(21))),
    ),
    Rule(
        "DDB007", TABLE, "error",
        "the local index {index} keeps the table's partition key {partition} and sorts by another attribute",
        when={LOCAL: Present()},
        check=_local_keys,
        fix="begin its key with {partition}, or make it a global index",
        source="DynamoDB API Reference, CreateTable, LocalSecondaryIndexes; course notes, DynamoDB",
        good=_local(_index("by-alt", _hash("pk"), _range("alt"))),
        bad=(
            _local(_index("by-alt", _hash("alt"), _range("sk"))),
            _local(_index("by-sk", _hash("pk"), _range("sk"))),
            _local(_index("by-alt", _hash("pk"), _hash("alt"))),
            _table(also=("alt",), LocalSecondaryIndexes=[_index("by-alt", _hash("pk"), _range("alt"))]),
        ),
    ),
    Rule(
        "DDB008", TABLE, "error",
        "the key of the index {index} is 1 to 4 attributes to partition by (HASH), then up to 4 to sort by (RANGE)",
        when={GLOBAL: Present()},
        check=_global_keys,
        source="DynamoDB API Reference, CreateTable, GlobalSecondaryIndexes; course notes, DynamoDB",
        limit=Limit("one partition key and one sort key", "up to 4 of each", "2026-10"),
        good=(_global(_BY_ALT), _global(_index("by-both", _hash("alt"), _hash("pk")))),
        bad=(
            _global(_index("by-alt", _range("alt"))),
            _global(_index("by-pk", _hash("pk"))),
            _table(
                also=tuple("abcde"),
                GlobalSecondaryIndexes=[_index("many", *(_hash(name) for name in "abcde"))],
            ),
        ),
    ),
    Rule(
        "DDB009", TABLE, "error",
        "the name of {what} is {allowed}",
        check=_names,
        source="CloudFormation resource schema, AWS::DynamoDB::Table; DynamoDB API Reference, CreateTable",
        good=(_table(TableName="orders"), _table(TableName={"Ref": "Name"}), _global(_BY_ALT)),
        bad=(_table(TableName="t!"), _global(_index("x", _hash("alt"))), _global(_BY_ALT, _BY_ALT)),
    ),
    Rule(
        "DDB010", TABLE, "error",
        "index {index}: {problem}",
        check=_projections,
        source="DynamoDB API Reference, Projection; course notes, DynamoDB",
        good=_global(
            _index("by-alt", _hash("alt"), projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]})
        ),
        bad=(
            _global(_index("by-alt", _hash("alt"), projection={"ProjectionType": "ALL", "NonKeyAttributes": ["a"]})),
            _global(_index("by-alt", _hash("alt"), projection={"ProjectionType": "INCLUDE"})),
            _global(_index("by-alt", _hash("alt"), projection={"ProjectionType": "SOME"})),
            _global(
                _index("by-alt", _hash("alt"), projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["pk"]})
            ),
            _global(
                *(
                    _index(
                        f"by-{n}",
                        _hash("alt"),
                        projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": [f"a{n}x{m}" for m in range(20)]},
                    )
                    for n in range(6)
                )
            ),
        ),
    ),
    Rule(
        "DDB011", TABLE, "warning",
        "the index {index} takes {its} writes a second and the table {writes}: writes to the table wait for the index",
        when={GLOBAL: Present()},
        check=_index_writes,
        fix="give the index {writes} WriteCapacityUnits or more",
        source="DynamoDB Developer Guide, Global secondary indexes, provisioned throughput considerations",
        verified="docs",
        good=_global(
            {**_BY_ALT, "ProvisionedThroughput": _units(5, 10)},
            BillingMode="PROVISIONED",
            ProvisionedThroughput=_units(5, 10),
        ),
        bad=_global(
            {**_BY_ALT, "ProvisionedThroughput": _units(5, 1)},
            BillingMode="PROVISIONED",
            ProvisionedThroughput=_units(5, 10),
        ),
    ),
    Rule(
        "DDB012", TABLE, "error",
        "say which attribute holds the time at which an item expires",
        when={"TimeToLiveSpecification": Present()},
        check=_expiry,
        fix="set AttributeName to an attribute that holds a number, seconds since 1970",
        source="DynamoDB Developer Guide, Using time to live (TTL) in DynamoDB; course notes, DynamoDB",
        verified="docs",
        good=(
            _table(TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}),
            _table(TimeToLiveSpecification={"Enabled": False}),
        ),
        bad=(
            _table(TimeToLiveSpecification={"Enabled": True}),
            _table(TimeToLiveSpecification={"Enabled": True, "AttributeName": "pk"}),
        ),
    ),
    Rule(
        "DDB013", CONSTRUCT, "info",
        "{kind} data is of no use for ever, and deleting it by time to live costs nothing",
        scope="construct",
        check=workload.kind_of_data,
        fix="set ttl to the attribute that holds the time of expiry",
        source="DynamoDB Developer Guide, Using time to live (TTL) in DynamoDB; course notes, DynamoDB",
        verified="docs",
        good=({"data_kind": "session", "ttl": "expires"}, {"data_kind": "orders"}),
        bad=({"data_kind": "session"}, {"ttl": "expires", "exact_expiry": True}),
    ),
    Rule(
        "DDB014", TABLE, "error",
        "a stream shows {allowed}",
        when={"StreamSpecification": Present()},
        then={"StreamSpecification/StreamViewType": OneOf(VIEWS)},
        check=workload.view_type,
        source="CloudFormation resource schema, AWS::DynamoDB::Table StreamSpecification; course notes, DynamoDB",
        good=_table(StreamSpecification={"StreamViewType": "NEW_AND_OLD_IMAGES"}),
        bad=_table(StreamSpecification={"StreamViewType": "BOTH"}),
    ),
    Rule(
        "DDB015", CONSTRUCT, "warning",
        "a stream of {kind} does not carry {need}",
        scope="construct",
        check=workload.stream,
        source="DynamoDB Developer Guide, Change data capture for DynamoDB Streams; course notes, DynamoDB",
        verified="docs",
        good=({"stream": "new-image", "stream_needs": "new"}, {"stream": "new-and-old-images", "stream_hours": 24}),
        bad=({"stream": "keys-only", "stream_needs": "new"}, {"stream": "new-image", "stream_hours": 48}),
    ),
    Rule(
        "DDB016", TABLE, "warning",
        "{n} functions read the stream of {table}, and more than {most} of them wait for each other",
        scope="graph",
        check=eventsource.readers,
        fix="let one function read the stream and pass the records on, through SNS or EventBridge for instance",
        source="DynamoDB Developer Guide, Quotas, simultaneous readers of a shard",
        verified="docs",
        good=_streamed(2),
        bad=_streamed(3),
    ),
    Rule(
        "DDB017", TABLE, "error",
        "a key of your own needs SSEType beside it",
        when={"SSESpecification": Present()},
        check=_encryption,
        fix="set SSEEnabled: true and SSEType: KMS",
        source="CloudFormation resource schema, AWS::DynamoDB::Table SSESpecification",
        good=_table(SSESpecification={"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/k"}),
        bad=(
            _table(SSESpecification={"SSEEnabled": True, "KMSMasterKeyId": "alias/k"}),
            _table(SSESpecification={"SSEEnabled": True, "SSEType": "AES256"}),
            _table(SSESpecification={"SSEEnabled": False, "SSEType": "KMS", "KMSMasterKeyId": "alias/k"}),
        ),
    ),
    Rule(
        "DDB018", QUERY, "error",
        "a query needs the partition key of the table or of an index, and {attributes} is none",
        scope="construct",
        check=workload.query,
        fix="add a global index on it, or the query becomes a scan of the whole table",
        source="DynamoDB API Reference, Query; Scan; course notes, DynamoDB",
        good=(
            {"operation": "query", "attributes": ["pk", "sk"], "keys": [["pk", "sk"], ["email"]]},
            {"operation": "query", "attributes": ["email"], "keys": [["pk", "sk"], ["email"]]},
        ),
        bad=(
            {"operation": "query", "attributes": ["email"], "keys": [["pk", "sk"]]},
            {"operation": "query", "attributes": ["sk"], "keys": [["pk", "sk"]]},
            {"operation": "scan", "scan_index_forward": False},
        ),
    ),
    Rule(
        "DDB019", QUERY, "warning",
        "a scan reads every item of the table",
        scope="construct",
        check=workload.scan,
        fix="use a query or a batch of gets; else a smaller page (limit) and a projection",
        source="DynamoDB Developer Guide, Best practices for querying and scanning data; course notes, DynamoDB",
        verified="docs",
        good=({"operation": "query"}, {"operation": "scan", "limit": 50, "projection": ["id"]}),
        bad=({"operation": "scan"}, {"operation": "scan", "limit": 50, "projection": ["id"], "large": True}),
    ),
    Rule(
        "DDB020", QUERY, "error",
        "a global index is read eventually consistent, never strongly",
        scope="construct",
        check=workload.consistency,
        fix="leave consistent_read out, or read the table",
        source="DynamoDB API Reference, Query, ConsistentRead; DynamoDB Developer Guide, DAX and DynamoDB consistency models; "
        "course notes, DynamoDB",
        verified="docs",
        good=({"index": "local", "consistent_read": True}, {"index": "global"}),
        bad=({"index": "global", "consistent_read": True}, {"dax": True, "consistent_read": True}),
    ),
    Rule(
        "DDB021", CONSTRUCT, "warning",
        "{billing} capacity does not suit {traffic} traffic",
        scope="construct",
        check=workload.billing,
        source="DynamoDB Developer Guide, DynamoDB throughput capacity; course notes, DynamoDB",
        verified="docs",
        good=(
            {"billing": "on-demand", "traffic": "spiky"},
            {"billing": "provisioned", "traffic": "spiky", "auto_scaling": True},
        ),
        bad=({"billing": "provisioned", "traffic": "spiky"}, {"billing": "on-demand", "traffic": "steady"}),
    ),
    Rule(
        "DDB022", CONSTRUCT, "warning",
        "{need} {unit} are needed and {have} are provisioned: the rest is throttled",
        scope="construct",
        check=workload.capacity,
        fix="raise {prop}, or use on-demand capacity",
        source="DynamoDB Developer Guide, DynamoDB throughput capacity; course notes, DynamoDB",
        verified="docs",
        good=(
            {"read_capacity": 80, "expected_reads": 80, "item_size": 3_072, "consistent_reads": True},
            {"write_capacity": 6, "expected_writes": 3, "item_size": 1_500},
        ),
        bad=(
            {"read_capacity": 40, "expected_reads": 80, "item_size": 3_072, "consistent_reads": True},
            {"write_capacity": 100, "expected_writes": 100, "item_size": 512, "expected_transactions": True},
        ),
    ),
    Rule(
        "DDB023", ITEM, "error",
        "{what} has at most {most}",
        scope="construct",
        check=workload.sizes,
        source="DynamoDB Developer Guide, Quotas; DynamoDB API Reference, TransactWriteItems; course notes, DynamoDB",
        verified="docs",
        limit=Limit("one account and region", "100 items and 4 MB", "2026-10"),
        good=({"item_size": 409_600, "partition_key_size": 2_048}, {"transaction_items": 100}),
        bad=(
            {"item_size": 512_000},
            {"partition_key_size": 2_049},
            {"sort_key_size": 1_025},
            {"transaction_items": 101},
            {"transaction_size": 5_000_000},
            {"transaction_regions": ["eu-west-1", "us-east-1"]},
        ),
    ),
    Rule(
        "DDB024", GRANT, "error",
        "only a condition on dynamodb:LeadingKeys keeps a user to the items of their own",
        scope="construct",
        check=workload.own_records,
        fix="add Condition: {ForAllValues:StringEquals: {dynamodb:LeadingKeys: [...]}}, and do not allow Scan",
        source="DynamoDB Developer Guide, Using IAM policy conditions for fine-grained access control; course notes, "
        "DynamoDB",
        verified="docs",
        good=({"own_records_only": True, "statement": _OWN}, {"statement": {**_OWN, "Condition": {}}}),
        bad={"own_records_only": True, "statement": {**_OWN, "Condition": {}}},
    ),
    Rule(
        "DDB025", TABLE, "warning",
        "{problem}",
        check=_safety,
        source="CloudFormation User Guide, DeletionPolicy attribute; DynamoDB Developer Guide, Point-in-time backups",
        verified="docs",
        good=(
            {"Type": TABLE, "Properties": _table(**_SAFE), "DeletionPolicy": "Retain"},
            _table(**_SAFE, DeletionProtectionEnabled=True),
        ),
        bad=(_table(**_SAFE), {"Type": TABLE, "Properties": _table(), "DeletionPolicy": "Retain"}),
    ),
    Rule(
        "DDB026", CONSTRUCT, "warning",
        "the partition key {partition_key} has {values} values, too few to spread the load over partitions",
        scope="construct",
        check=workload.spread,
        fix="choose a key with many values that are used evenly, such as an id; or add a suffix to it",
        source="DynamoDB Developer Guide, Best practices for designing and using partition keys; course notes, DynamoDB",
        verified="docs",
        good={"partition_key": "user_id", "partition_key_values": 100_000, "expected_partitions": 10},
        bad=(
            {"partition_key": "status", "partition_key_values": 5},
            {"partition_key": "day", "partition_key_values": 50, "expected_partitions": 10},
        ),
    ),
    Rule(
        "DDB027", (TABLE, GLOBAL_TABLE), "error",
        "statement {n} lets everybody in, and DynamoDB refuses policies that are public",
        check=_public,
        fix="name accounts or roles, or add a condition such as aws:PrincipalOrgID",
        source="DynamoDB Developer Guide, Blocking public access with resource-based policies",
        verified="docs",
        good=(
            _open_to({"AWS": "arn:aws:iam::123456789012:role/reader"}),
            _open_to("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}),
            _open_to("*", Effect="Deny"),
        ),
        bad=(
            _open_to("*"),
            _open_to({"AWS": "*"}, Condition={"Bool": {"aws:SecureTransport": "true"}}),
        ),
    ),
    Rule(
        "DDB028", (TABLE, GLOBAL_TABLE), "warning",
        "{service} comes to a table with a role's permissions, never by its own name: statement {n} lets nobody in",
        check=_service,
        fix="give the permission to the role",
        source="DynamoDB Developer Guide, Using resource-based policies; IAM User Guide, Creating a role to delegate "
        "permissions to an AWS service",
        good=_open_to({"Service": "redshift.amazonaws.com"}),
        bad=_open_to({"Service": "ec2.amazonaws.com"}),
    ),
    Rule(
        "UPD010", CONSTRUCT, "warning",
        "a table goes over to on-demand at most {most} times in 24 hours",
        scope="construct",
        check=workload.switches,
        fix="wait until the first of them is a day ago",
        source="DynamoDB Developer Guide, Considerations when switching capacity modes; course notes, DynamoDB",
        verified="docs",
        limit=Limit("once in 24 hours (not in the course notes)", "4 in 24 hours", "2024"),
        good={"billing_switches": 4},
        bad={"billing_switches": 5},
    ),
)  # fmt: skip
