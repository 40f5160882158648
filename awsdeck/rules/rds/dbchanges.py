"""Changes of databases that lose data, cut replication or cannot be done in place."""

from __future__ import annotations

import re

from ..templates.update import differs, pairs, removed
from ..vocabulary import ABSENT, Rule, Update, Violation, is_unknown, number, truth
from .databases import CLUSTER, INSTANCE, cluster, database, replica
from .dbengines import engine_of, family, given, is_aurora, says
from .dbreplicas import SOURCE, origin
from .dbstorage import GROWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..graph import Graph
    from ..view import View

BOTH = (INSTANCE, CLUSTER)
_SNAPSHOT = {INSTANCE: "DBSnapshotIdentifier", CLUSTER: "SnapshotIdentifier"}
_SAME_DATA = {
    ("oracle-ee", "oracle-ee-cdb"), ("oracle-se2", "oracle-se2-cdb"), ("oracle-se", "oracle-se2"),
    ("oracle-se1", "oracle-se2"), ("aurora", "aurora-mysql"),
}  # fmt: skip
"""Engines that a database can change between with its data. Source: RDS User Guide, upgrading a DB engine version."""


def _encryption(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, *BOTH):
        if says(new, "DBClusterIdentifier"):
            continue
        was, now = (truth(view.get("StorageEncrypted", False)) for view in (old, new))
        key = differs(old.get("KmsKeyId"), new.get("KmsKeyId")) is True
        turned_on = was is False and now is True
        if not turned_on and not (key and was is not False):
            continue
        restored = new.get(_SNAPSHOT[new.type])
        if given(restored) and differs(old.get(_SNAPSHOT[old.type]), restored) is not False:
            continue  # the data comes along
        name = "StorageEncrypted" if turned_on else "KmsKeyId"
        yield Violation(
            (name,),
            view=new,
            does="encrypted" if turned_on else "encrypted with another key",
            fix=f"take a snapshot, copy it with encryption and the key, and set {_SNAPSHOT[new.type]} to the copy "
            "(without StorageEncrypted and KmsKeyId)",
        )


def _storage(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, INSTANCE):
        engine = engine_of(new)
        was, now = number(old.get("AllocatedStorage")), number(new.get("AllocatedStorage"))
        if was is None or now is None or was == now or is_aurora(engine):
            continue
        values: dict[str, Any] = {"view": new, "was": int(was), "now": int(now)}
        if now < was:
            yield Violation(("AllocatedStorage",), fix="restore the data into a smaller database beside it", **values)
            continue
        if now * 10 < was * GROWN and (engine is None or family(engine) != "sqlserver"):
            yield Violation(
                ("AllocatedStorage",), severity="warning",
                message="storage grows by 10 percent at least: {was} to {now} GiB is rounded up", **values,
            )  # fmt: skip
        if new.get("StorageType") in ("io1", "io2") and new.get("Iops") is ABSENT:
            yield Violation(
                ("Iops",), severity="warning", message="storage with IOPS of its own grows together with its Iops",
                fix="say Iops too", **values,
            )  # fmt: skip


def _backups(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, INSTANCE):
        was, now = (number(view.get("BackupRetentionPeriod", 1)) for view in (old, new))
        if was is None or now is None or says(new, "DBClusterIdentifier", SOURCE) or bool(was) is bool(now):
            continue
        copies = [view.id for view in after.of(INSTANCE) if _copies(after, view, new)] if not now else []
        if copies:
            yield Violation(("BackupRetentionPeriod",), view=new, replicas=", ".join(copies))
        else:
            yield Violation(
                ("BackupRetentionPeriod",),
                view=new,
                severity="warning",
                message="switching backups {on} interrupts the database for a moment",
                fix="do it when that does no harm",
                on="on" if now else "off",
            )


def _copies(graph: Graph, view: View, source: View) -> bool:
    found = origin(graph, view) if SOURCE in view.properties else None
    return found is not None and found.view is not None and found.view.body is source.body


def _promotion(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, INSTANCE):
        was, now = old.get(SOURCE), new.get(SOURCE)
        if not given(was) or (isinstance(was, dict) and "Fn::If" in was):
            continue
        if not given(now):
            yield Violation((SOURCE,), view=new)
        elif differs(was, now) is True:
            yield Violation(
                (SOURCE,), view=new, fix="add a replica of the other source, and take this one away later",
                message="another source makes another replica, with an endpoint of its own",
            )  # fmt: skip


def _engine(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, INSTANCE):
        was, now = engine_of(old), engine_of(new)
        if was is not None and now is not None and was != now:
            if (was, now) not in _SAME_DATA:
                yield Violation(
                    ("Engine",), view=new, problem=f"{was} becomes {now}: a new, empty database takes its place",
                    fix="add the new database under another id, and move the data over",
                )  # fmt: skip
            continue
        if not says(new, "DBClusterIdentifier"):
            yield from _version(old, new, now or was)
    for old, new in pairs(before, after, CLUSTER):
        yield from _back(old, new)  # a new major version needs no leave here: CloudFormation allows it by itself
    yield from _lost_sources(before, after)


def _back(old: View, new: View) -> Iterator[Violation]:
    texts = old.get("EngineVersion"), new.get("EngineVersion")
    if any(not isinstance(one, str) or is_unknown(one) for one in texts):
        return
    was, now = (_numbers(one) for one in texts)
    length = min(len(was), len(now))
    if now[:length] < was[:length]:
        yield Violation(
            ("EngineVersion",), view=new, problem=f"a database cannot go back from {texts[0]} to {texts[1]}",
            fix="restore a snapshot taken before the upgrade",
        )  # fmt: skip


def _version(old: View, new: View, engine: str | None) -> Iterator[Violation]:
    texts = old.get("EngineVersion"), new.get("EngineVersion")
    if engine is None or any(not isinstance(one, str) or is_unknown(one) for one in texts):
        return
    if lower := list(_back(old, new)):
        yield from lower
        return
    was, now = (_numbers(one) for one in texts)
    size = 1 if family(engine) in ("postgres", "aurora-postgresql", "oracle", "sqlserver") else 2
    allowed = truth(new.get("AllowMajorVersionUpgrade", False))
    if now[:size] > was[:size] and len(was) >= size and len(now) >= size and allowed is False:
        yield Violation(
            ("EngineVersion",), view=new, problem=f"{texts[0]} to {texts[1]} is a new major version",
            fix="set AllowMajorVersionUpgrade: true, and try it on a restored snapshot before",
        )  # fmt: skip


def _numbers(version: str) -> list[int]:
    found = re.match(r"\d+(\.\d+)*", version.replace("mysql_aurora.", ""))
    return [int(part) for part in found[0].split(".")] if found else []


def _lost_sources(before: Graph, after: Graph) -> Iterator[Violation]:
    gone = {id(view.body): view for view, _ in removed(before, after) if view.type == INSTANCE}
    if not gone:
        return
    left = {(v.member.name if v.member is not None else None, v.id): v for v in after.of(INSTANCE)}
    for view in before.of(INSTANCE):
        found = origin(before, view) if SOURCE in view.properties else None
        stays = left.get((view.member.name if view.member is not None else None, view.id))
        if found is not None and found.view is not None and id(found.view.body) in gone and stays is not None:
            yield Violation(
                (SOURCE,) if SOURCE in stays.properties else ("/",),
                view=stays,
                severity="warning",
                problem=f"its source {found.view.id} goes: the replica becomes a database of its own",
                fix=f"say so by leaving {SOURCE} out, or take the replica away too",
            )


def _restored(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, *BOTH):
        name = _SNAPSHOT[new.type]
        was, now = old.get(name), new.get(name)
        if given(now) and differs(was if given(was) else ABSENT, now) is True:
            yield Violation((name,), view=new, name=name)


def _zones(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, INSTANCE):
        was, now = (truth(view.get("MultiAZ", False)) for view in (old, new))
        if was is None or now is None or was is now:
            continue
        if now and given(new.get("AvailabilityZone")):
            yield Violation(
                ("AvailabilityZone",), view=new, severity="error", fix="leave it out in the same update",
                message="a Multi-AZ database chooses its zones itself, so AvailabilityZone has to go with this update",
                on="on",
            )  # fmt: skip
        else:
            yield Violation(("MultiAZ",), view=new, on="on" if now else "off")


# Rules


def _to(old: Mapping[str, Any], new: Mapping[str, Any]) -> Update:
    return Update({"Resources": {"Db": old}}, {"Resources": {"Db": new}})


def _pair(source: Mapping[str, Any] | None, **properties: Any) -> dict[str, Any]:
    copy = replica(**{SOURCE: {"Ref": "Db"}, **properties})
    return {"Resources": {**({"Db": source} if source is not None else {}), "Reader": copy}}


RULES: tuple[Rule, ...] = (
    Rule(
        "UPD003", BOTH, "error",
        "an existing database cannot be {does}: the update makes a new, empty one",
        scope="update",
        check=_encryption,
        source="course notes, RDS: encryption; CloudFormation resource schema, AWS::RDS::DBInstance and DBCluster",
        good=(
            _to(database(), database()),
            _to(
                database(StorageEncrypted=None), database(StorageEncrypted=None, DBSnapshotIdentifier="encrypted-copy")
            ),
            _to(database(KmsKeyId={"Ref": "Key"}), database(KmsKeyId={"Ref": "Other"})),
        ),
        bad=(
            _to(database(StorageEncrypted=None), database()),
            _to(database(KmsKeyId="alias/a"), database(KmsKeyId="alias/b")),
            _to(cluster(StorageEncrypted=False), cluster()),
        ),
    ),
    Rule(
        "UPD014", INSTANCE, "error",
        "storage never shrinks: {was} to {now} GiB",
        scope="update",
        check=_storage,
        source="RDS API Reference, ModifyDBInstance: AllocatedStorage; RDS User Guide, increasing DB instance storage",
        good=(_to(database(AllocatedStorage="100"), database(AllocatedStorage="120")), _to(database(), database())),
        bad=(
            _to(database(AllocatedStorage="100"), database(AllocatedStorage="50")),
            _to(database(AllocatedStorage="100"), database(AllocatedStorage="105")),
        ),
    ),
    Rule(
        "UPD015", INSTANCE, "error",
        "backups cannot be switched off while there are replicas: {replicas}",
        scope="update",
        check=_backups,
        fix="keep BackupRetentionPeriod above 0, or take the replicas away first",
        source="course notes, RDS: read replicas; RDS API Reference, ModifyDBInstance: BackupRetentionPeriod",
        good=_to(database(BackupRetentionPeriod=7), database(BackupRetentionPeriod=14)),
        bad=(
            Update(_pair(database(BackupRetentionPeriod=7)), _pair(database(BackupRetentionPeriod=0))),
            _to(database(BackupRetentionPeriod=7), database(BackupRetentionPeriod=0)),
        ),
    ),
    Rule(
        "UPD016", INSTANCE, "warning",
        "without its source the replica becomes a database of its own, and the replication is cut for good",
        scope="update",
        check=_promotion,
        fix="keep SourceDBInstanceIdentifier unless that is what you want",
        source="course notes, RDS: read replicas; CloudFormation resource schema, AWS::RDS::DBInstance",
        good=Update(_pair(database()), _pair(database(), BackupRetentionPeriod=7)),
        bad=(
            Update(_pair(database()), _pair(database(), **{SOURCE: ""})),
            Update(_pair(database(), **{SOURCE: "main"}), _pair(database(), **{SOURCE: "other"})),
        ),
    ),
    Rule(
        "UPD017", BOTH, "error",
        "{problem}",
        scope="update",
        check=_engine,
        source="CloudFormation resource schema, AWS::RDS::DBInstance: Engine; RDS API Reference, ModifyDBInstance",
        good=(
            _to(database(EngineVersion="8.0.35"), database(EngineVersion="8.0.36")),
            _to(database(EngineVersion="8.0.36"), database(EngineVersion="8.0")),
            _to(
                database("postgres", EngineVersion="15.4"),
                database("postgres", EngineVersion="16.1", AllowMajorVersionUpgrade=True),
            ),
            _to(database("oracle-ee"), database("oracle-ee-cdb")),
            _to(
                cluster(EngineVersion="8.0.mysql_aurora.3.04.0"), cluster(EngineVersion="8.0.mysql_aurora.3.08.0")
            ),
            _to(cluster("aurora-postgresql", EngineVersion="15.4"), cluster("aurora-postgresql", EngineVersion="16.4")),
        ),
        bad=(
            _to(database(), database("postgres")),
            _to(database(EngineVersion="8.0.36"), database(EngineVersion="8.0.35")),
            _to(database(EngineVersion="8.0.36"), database(EngineVersion="8.4.3")),
            _to(
                cluster(EngineVersion="8.0.mysql_aurora.3.08.0"), cluster(EngineVersion="8.0.mysql_aurora.3.04.0")
            ),
            Update(_pair(database()), _pair(None, **{SOURCE: "db"})),
        ),
    ),
    Rule(
        "UPD018", BOTH, "warning",
        "another {name} makes a new database from the snapshot, with a new endpoint; the data there is now goes",
        scope="update",
        check=_restored,
        fix="restore beside it under another id, and move over; take a snapshot of the old one before",
        source="course notes, RDS: snapshots; CloudFormation resource schema, AWS::RDS::DBInstance and DBCluster",
        good=_to(database(DBSnapshotIdentifier="a"), database(DBSnapshotIdentifier="a")),
        bad=(
            _to(database(DBSnapshotIdentifier="a"), database(DBSnapshotIdentifier="b")),
            _to(cluster(), cluster(SnapshotIdentifier="a")),
        ),
    ),
    Rule(
        "UPD019", INSTANCE, "info",
        "Multi-AZ goes {on} without an outage, in the maintenance window unless changes apply at once",
        scope="update",
        check=_zones,
        source="RDS API Reference, ModifyDBInstance: MultiAZ; course notes, RDS: Multi-AZ",
        good=_to(database(MultiAZ=True), database(MultiAZ="true")),
        bad=(
            _to(database(AvailabilityZone="eu-west-1a"), database(AvailabilityZone="eu-west-1a", MultiAZ=True)),
            _to(database(), database(MultiAZ=True)),
        ),
    ),
)  # fmt: skip
