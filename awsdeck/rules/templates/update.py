"""What is wrong with going from one template to another: replacement, data loss, and changes AWS refuses."""

from __future__ import annotations

import json

from ... import catalog
from ..vocabulary import ABSENT, Rule, Stacks, Update, Violation, is_unknown, number, text, truth
from .template import physical_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Literal

    from ..graph import Graph, Member
    from ..view import View

    Path = tuple[str | int, ...]
    Effect = Literal["replace", "maybe"]

BUCKET = "AWS::S3::Bucket"
QUEUE = "AWS::SQS::Queue"
TOPIC = "AWS::SNS::Topic"
GROUP = "AWS::IAM::Group"
ROLE = "AWS::IAM::Role"
USER = "AWS::IAM::User"

KEPT = ("Retain", "RetainExceptOnCreate", "Snapshot")
# Source: CloudFormation User Guide, DeletionPolicy attribute: the default for these is a snapshot.
SNAPSHOT_BY_DEFAULT = frozenset(("AWS::RDS::DBCluster", "AWS::RDS::DBInstance"))
FIFO = {QUEUE: ("FifoQueue", "QueueName"), TOPIC: ("FifoTopic", "TopicName")}
NEW_IDENTITY = {ROLE: ("Path", "RoleName"), USER: ("UserName",), GROUP: ("GroupName",)}


# Pairs


def members(before: Graph, after: Graph) -> Iterator[tuple[Member, Member]]:
    """The templates of one stack before and after; a single one on both sides belongs together whatever its name."""
    if len(before.members) == len(after.members) == 1:
        yield before.members[0], after.members[0]
        return
    later = {member.name: member for member in after.members}
    for member in before.members:
        if member.name in later:
            yield member, later[member.name]


def pairs(before: Graph, after: Graph, *types: str) -> Iterator[tuple[View, View]]:
    """Every resource that stays, before and after; all types when none is given."""
    for old_member, new_member in members(before, after):
        for id, new in new_member.views.items():
            old = old_member.views.get(id)
            if old is None or old.type != new.type or (types and new.type not in types):
                continue
            if exists(old) and exists(new):
                yield old, new


def removed(before: Graph, after: Graph) -> Iterator[tuple[View, Member]]:
    """Every resource that goes, with the template it goes from; one whose type changes goes too."""
    for old_member, new_member in members(before, after):
        for id, old in old_member.views.items():
            new = new_member.views.get(id)
            if exists(old) and (new is None or new.type != old.type or not exists(new)):
                yield old, new_member


def exists(view: View) -> bool:
    """Whether the resource can exist, as far as its condition tells."""
    condition = view.body.get("Condition")
    return view.member is None or not isinstance(condition, str) or view.member.possible({condition: True})


def differs(old: Any, new: Any) -> bool | None:
    """Whether two values differ as CloudFormation reads them; None when that is only known at deploy time."""
    if old is ABSENT or new is ABSENT:
        return None if _open(old) or _open(new) else old is not new
    if isinstance(old, dict) and isinstance(new, dict) and not is_unknown(old) and not is_unknown(new):
        return _any(differs(old.get(key, ABSENT), new.get(key, ABSENT)) for key in sorted({*old, *new}))
    if isinstance(old, list) and isinstance(new, list):
        return True if len(old) != len(new) else _any(differs(*both) for both in zip(old, new, strict=True))
    if is_unknown(old) or is_unknown(new):
        return False if old == new else None
    if isinstance(old, dict | list) or isinstance(new, dict | list):
        return True
    if number(old) is not None and number(old) == number(new):
        return False
    return text(old) != text(new)


def _any(verdicts: Iterator[bool | None]) -> bool | None:
    found = set(verdicts)
    return True if True in found else None if None in found else False


def _open(value: Any) -> bool:
    """Whether a value may turn out to be nothing."""
    return isinstance(value, dict) and "Fn::If" in value


def changes(old: View, new: View) -> list[tuple[Path, Effect]]:
    """The properties whose change makes a new physical resource, or may; the sure ones first."""
    known = catalog.find(new.type)
    if known is None or old.properties == new.properties:
        return []
    found: dict[Path, Effect] = {}
    for paths, sure in ((known.create_only, "replace"), (known.conditional_create_only, "maybe")):
        for path in paths:
            verdict = _changed(old, new, path)
            if verdict is not False:
                place = path[: path.index("*")] if "*" in path else path
                found.setdefault(place, "replace" if sure == "replace" and verdict else "maybe")
    return sorted(found.items(), key=lambda item: item[1] != "replace")


def _changed(old: View, new: View, path: tuple[str, ...]) -> bool | None:
    if "*" not in path:
        return differs(old.at(path), new.at(path))
    return differs(_picked(old.properties, path), _picked(new.properties, path))


def _picked(value: Any, path: tuple[str, ...]) -> Any:
    """The value with only what lies on the path, so that two of them can be compared."""
    if not path or is_unknown(value):
        return value
    step, rest = path[0], path[1:]
    if step == "*":
        if isinstance(value, list):
            return [_picked(item, rest) for item in value]
        return {key: _picked(item, rest) for key, item in value.items()} if isinstance(value, dict) else value
    return _picked(value[step], rest) if isinstance(value, dict) and step in value else ABSENT


# Checks


def _replacement(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after):
        for path, effect in changes(old, new):
            will = "replaces" if effect == "replace" else "may replace"
            name = "/".join(str(step) for step in path)
            yield Violation(path, view=new, will=will, name=name, fate=fate_of(new))


def fate_of(new: View) -> str:
    """What becomes of a resource that is replaced, as the new template's UpdateReplacePolicy has it."""
    policy = new.body.get("UpdateReplacePolicy", "Delete")
    if is_unknown(policy):
        return "what becomes of the old one is decided by its UpdateReplacePolicy"
    if policy in ("Retain", "RetainExceptOnCreate"):
        return "the old one stays beside it"
    known = catalog.find(new.type)
    if policy == "Snapshot" and known is not None and known.snapshot:
        return "the old one is deleted after the update, with a snapshot of its data kept"
    return "the old one is deleted after the update"


def _fixed_name(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after):
        found = changes(old, new)
        name = physical_name(new) if found else None
        if name is None or name != physical_name(old):
            continue
        named = {property.partition(".")[0] for property, _ in name}
        others = [(path, effect) for path, effect in found if str(path[0]) not in named]
        if not others:
            continue
        path, effect = others[0]
        value = name[-1][1]
        yield Violation(
            path,
            view=new,
            severity="error" if effect == "replace" and len(name) == 1 else "warning",
            changed="/".join(str(step) for step in path),
            name=name[-1][0],
            kept=value if isinstance(value, str | int) else json.dumps(value),
            will="replaces" if effect == "replace" else "may replace",
        )


def _data_loss(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, member in removed(before, after):
        if _holds_data(old) and not _keeps(old.body.get("DeletionPolicy")):
            yield Violation(
                ("/",),
                view=old,
                member=member,
                severity=_loss_severity(old),
                does="deletes",
                attribute="DeletionPolicy",
                fix=_loss_fix("DeletionPolicy"),
            )
    for old, new in pairs(before, after):
        if not _holds_data(new) or _keeps(new.body.get("UpdateReplacePolicy")):
            continue
        for path, effect in changes(old, new):
            if effect == "replace":
                yield Violation(
                    path,
                    view=new,
                    severity=_loss_severity(old),
                    does="replaces",
                    attribute="UpdateReplacePolicy",
                    fix=_loss_fix("UpdateReplacePolicy"),
                )
                break


_LOSS = "the update {does} {id} ({type}), and its data is lost"


def _loss_fix(attribute: str) -> str:
    return f"deploy {attribute} Retain (or Snapshot, where there is one) first, and this change afterwards"


def _holds_data(view: View) -> bool:
    known = catalog.find(view.type)
    return known is not None and (known.removal_of(view.properties) is not None or known.holds_messages)


def _keeps(policy: Any) -> bool:
    return policy in KEPT or is_unknown(policy)


def _loss_severity(old: View) -> Literal["error", "warning", "info"]:
    if old.type not in SNAPSHOT_BY_DEFAULT or "DeletionPolicy" in old.body:
        return "error"
    return "warning"


def _fifo(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, *FIFO):
        switch, name = FIFO[new.type]
        was, is_now = (truth(view.get(switch, False)) for view in (old, new))
        if was is not None and is_now is not None and was is not is_now:
            kind = "queue" if new.type == QUEUE else "topic"
            yield Violation((switch,), view=new, kind=kind, name=name, was="FIFO" if was else "a standard one")


def _bucket(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, BUCKET):
        was, now = old.get("VersioningConfiguration/Status"), new.get("VersioningConfiguration/Status")
        locked = truth(new.get("ObjectLockEnabled", False))
        if now == "Suspended" and was != "Suspended":
            keeps = (
                "Object Lock"
                if locked
                else "replication"
                if new.get("ReplicationConfiguration") is not ABSENT
                else None
            )
            if keeps:
                yield Violation(
                    ("VersioningConfiguration", "Status"),
                    view=new,
                    problem=f"versioning cannot be suspended while the bucket has {keeps}",
                    fix="leave versioning on",
                )
        if was == "Enabled" and now is ABSENT:
            yield Violation(
                ("VersioningConfiguration",),
                view=new,
                severity="warning",
                problem="a bucket whose versioning has been on never becomes unversioned again",
                fix="write Status: Suspended",
            )
        if differs(old.get("BucketName"), new.get("BucketName")):
            yield Violation(
                ("BucketName",),
                view=new,
                severity="warning",
                problem="another name means another, empty bucket; the old one is deleted only if nothing is in it",
                fix="copy the objects over before, and keep the old bucket with UpdateReplacePolicy Retain",
            )
        if truth(old.get("ObjectLockEnabled", False)) and locked is False:
            yield Violation(
                ("ObjectLockEnabled",),
                view=new,
                severity="warning",
                problem="Object Lock cannot be switched off again",
                fix="leave ObjectLockEnabled on",
            )


def _used_exports(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in members(before, after):
        had, has = _exported(old), _exported(new)
        for name, (output, value) in had.items():
            if name in has and not _changes_value(old, new, value, has[name][1]):
                continue
            now = _importers(after, new, name)
            then = [importer for importer in _importers(before, old, name) if importer not in now]
            happens = "changes its value" if name in has else "goes"
            if now:
                yield Violation(
                    ("Outputs", has[name][0] if name in has else output),
                    member=new,
                    name=name,
                    happens=happens,
                    stacks=", ".join(now),
                    fix="let the importing stacks do without it first, in an update of their own",
                )
            elif then:
                yield Violation(
                    ("Outputs", output),
                    member=new,
                    name=name,
                    happens=happens,
                    stacks=", ".join(then),
                    severity="warning",
                    message="the export {name} {happens} while {stacks} still imports it until its own update",
                    fix=f"update {', '.join(then)} first",
                )


def _exported(member: Member) -> dict[str, tuple[str, Any]]:
    found = {}
    for output, body in member.section("Outputs").items():
        export = body.get("Export") if isinstance(body, dict) else None
        name = member.simplify(export.get("Name")) if isinstance(export, dict) else None
        if isinstance(name, str):
            found[name] = (output, body.get("Value"))
        elif isinstance(name, dict):
            found[json.dumps(name, sort_keys=True)] = (output, body.get("Value"))
    return found


def _importers(graph: Graph, exporter: Member, name: str) -> list[str]:
    return sorted(
        {
            member.name
            for member in graph.members
            if (member.region, member.account) == (exporter.region, exporter.account)
            for edge in (*member.mentions, *member.elsewhere())
            if edge.kind == "Import" and edge.target == name
        }
    )


def _changes_value(old: Member, new: Member, was: Any, now: Any) -> bool:
    """Whether an exported value surely changes: it reads otherwise, or the resource behind it is replaced."""
    if differs(old.simplify(was), new.simplify(now)):
        return True
    target = new.target(now)
    before = old.views.get(target.view.id) if target is not None and target.view.member is new else None
    if target is None or before is None or was != now:
        return False
    return before.type != target.view.type or any(effect == "replace" for _, effect in changes(before, target.view))


def _identity(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, *NEW_IDENTITY):
        for name in NEW_IDENTITY[new.type]:
            if differs(
                old.get(name, "/" if name == "Path" else ABSENT), new.get(name, "/" if name == "Path" else ABSENT)
            ):
                yield Violation((name,), view=new, name=name, kind=new.type.rpartition("::")[2].lower())


# Rules


def _change(type: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Update:
    return Update({"Type": type, "Properties": old}, {"Type": type, "Properties": new})


def _stacks(value: str | None, *, imported: bool = True) -> Stacks:
    resources = {"Topic": {"Type": TOPIC, "Properties": {}}}
    outputs = {"Arn": {"Value": value, "Export": {"Name": "arn"}}} if value else {}
    shown = {"Fn::ImportValue": "arn"} if imported else "shop"
    return Stacks(
        {
            "base": {"Resources": resources, "Outputs": outputs},
            "shop": {"Resources": {"Topic": {"Type": TOPIC, "Properties": {"DisplayName": shown}}}},
        }
    )


_TRUST = {
    "AssumeRolePolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
}
_TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
}

RULES: tuple[Rule, ...] = (
    Rule(
        "UPD001", "*", "warning",
        "the change of {name} {will} {id} ({type}): a new one is made, and {fate}",
        scope="update",
        check=_replacement,
        source="CloudFormation resource schema, createOnlyProperties and conditionalCreateOnlyProperties",
        good=_change(TOPIC, {"DisplayName": "a"}, {"DisplayName": "b"}),
        bad=(
            _change("AWS::ECS::Cluster", {"ClusterName": "a"}, {"ClusterName": "b"}),
            _change("AWS::ECS::Cluster", {"ClusterName": {"Ref": "Old"}}, {"ClusterName": {"Ref": "New"}}),
        ),
    ),
    Rule(
        "UPD002", "*", "error",
        "the change of {changed} {will} {id}, which CloudFormation cannot do while {name} stays {kept}",
        scope="update",
        check=_fixed_name,
        fix="change {name} too, or leave it out",
        source="CloudFormation User Guide, resource names (Name type)",
        verified="docs",
        good=(
            _change(QUEUE, {"QueueName": "a"}, {"QueueName": "a.fifo", "FifoQueue": True}),
            _change(ROLE, {**_TRUST, "Path": "/"}, {**_TRUST, "Path": "/app/"}),
        ),
        bad=(
            _change(ROLE, {**_TRUST, "RoleName": "app", "Path": "/"}, {**_TRUST, "RoleName": "app", "Path": "/app/"}),
            _change(ROLE, {**_TRUST, "RoleName": {"Ref": "N"}}, {**_TRUST, "RoleName": {"Ref": "N"}, "Path": "/app/"}),
        ),
    ),
    Rule(
        "UPD004", "*", "error",
        _LOSS,
        scope="update",
        check=_data_loss,
        source="CloudFormation User Guide, DeletionPolicy attribute; UpdateReplacePolicy attribute",
        good=(
            Update(
                {"Resources": {"T": {**_TABLE, "DeletionPolicy": "Retain"}}},
                {"Resources": {}},
            ),
            Update(
                {"Type": BUCKET, "Properties": {"BucketName": "old"}},
                {"Type": BUCKET, "Properties": {"BucketName": "new"}, "UpdateReplacePolicy": "Retain"},
            ),
            Update({"Resources": {"T": {"Type": TOPIC}}}, {"Resources": {}}),
        ),
        bad=(
            Update({"Resources": {"T": _TABLE}}, {"Resources": {}}),
            _change(BUCKET, {"BucketName": "old"}, {"BucketName": "new"}),
        ),
    ),
    Rule(
        "UPD011", tuple(FIFO), "error",
        "{id} is {was} for good: the switch makes a new {kind} with a new ARN, and what waits in the old one is lost",
        scope="update",
        check=_fifo,
        fix="add a second {kind} under a new id, and move senders and receivers over",
        source="SQS API Reference, SetQueueAttributes, FifoQueue; CloudFormation resource schema, AWS::SNS::Topic",
        good=(
            Update(
                {"Resources": {"A": {"Type": QUEUE}}},
                {"Resources": {"A": {"Type": QUEUE}, "B": {"Type": QUEUE, "Properties": {"FifoQueue": True}}}},
            ),
            _change(QUEUE, {"FifoQueue": True}, {"FifoQueue": "true"}),
        ),
        bad=(_change(QUEUE, {}, {"FifoQueue": True}), _change(TOPIC, {"FifoTopic": "true"}, {})),
    ),
    Rule(
        "UPD021", BUCKET, "error",
        "a bucket's versioning, Object Lock and name change only in ways that S3 knows",
        scope="update",
        check=_bucket,
        source="S3 User Guide, using versioning in S3 buckets; Object Lock considerations",
        verified="docs",
        good=_change(
            BUCKET,
            {"VersioningConfiguration": {"Status": "Enabled"}},
            {"VersioningConfiguration": {"Status": "Suspended"}},
        ),
        bad=(
            _change(
                BUCKET,
                {"ObjectLockEnabled": True, "VersioningConfiguration": {"Status": "Enabled"}},
                {"ObjectLockEnabled": True, "VersioningConfiguration": {"Status": "Suspended"}},
            ),
            _change(BUCKET, {"VersioningConfiguration": {"Status": "Enabled"}}, {}),
            _change(BUCKET, {"BucketName": "old"}, {"BucketName": "new"}),
            _change(BUCKET, {"ObjectLockEnabled": True}, {"ObjectLockEnabled": False}),
        ),
    ),
    Rule(
        "UPD026", "*", "error",
        "the export {name} {happens}, but {stacks} imports it, so AWS refuses the update",
        scope="update",
        check=_used_exports,
        source="CloudFormation User Guide, get exported outputs from a deployed stack",
        verified="docs",
        good=(
            Update(_stacks("a"), _stacks("a")),
            Update(_stacks("a", imported=False), _stacks(None, imported=False)),
        ),
        bad=(
            Update(_stacks("a"), _stacks(None)),
            Update(_stacks("a"), _stacks("b")),
            Update(_stacks("a"), _stacks(None, imported=False)),
        ),
    ),
    Rule(
        "UPD030", tuple(NEW_IDENTITY), "warning",
        "with another {name} the {kind} {id} gets a new unique id; policies that name it as a principal stop matching",
        scope="update",
        check=_identity,
        fix="deploy the policies that name it once more after this update",
        source="IAM User Guide, IAM JSON policy elements: Principal; IAM identifiers, unique identifiers",
        verified="docs",
        good=(
            _change(ROLE, {**_TRUST, "Description": "a"}, {**_TRUST, "Description": "b"}),
            _change(USER, {"Path": "/"}, {"Path": "/app/"}),
        ),
        bad=(
            _change(ROLE, _TRUST, {**_TRUST, "Path": "/app/"}),
            _change(USER, {"UserName": "a"}, {"UserName": "b"}),
        ),
    ),
)  # fmt: skip
