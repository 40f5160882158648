"""What Amazon RDS demands of instances and clusters alike: their engine, encryption, names and logs."""

from __future__ import annotations

import re

from ..vocabulary import ABSENT, Present, Rule, Violation, is_unknown, truth
from .dbengines import (
    AURORA,
    CLUSTER_ENGINES,
    COPIED_CLUSTER,
    INSTANCE_ENGINES,
    LOGS,
    MEANT,
    REPLICATED,
    RESTORED,
    RETIRED,
    engine_of,
    family,
    given,
    is_aurora,
    is_custom,
    is_member,
    is_new,
    says,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

INSTANCE = "AWS::RDS::DBInstance"
CLUSTER = "AWS::RDS::DBCluster"


# Which engine


def _engine(view: View) -> Iterator[Violation]:
    engine = engine_of(view)
    engines = INSTANCE_ENGINES if view.type == INSTANCE else CLUSTER_ENGINES
    copied = (*REPLICATED, *RESTORED) if view.type == INSTANCE else COPIED_CLUSTER
    if engine is None:
        if view.get("Engine") in (ABSENT, "") and not says(view, *copied):
            yield Violation(
                ("Engine",), message="a new database needs its Engine", fix="name it", allowed=", ".join(engines)
            )  # fmt: skip
        return
    if engine in engines:
        return
    if engine in RETIRED:
        # the course notes list Aurora when "aurora" was its name: there it is no more than out of date
        later = "aurora-mysql" if engine == "aurora" else "oracle-se2"
        yield Violation(
            ("Engine",),
            severity="warning" if view.mode == "documented" or engine != "aurora" else "error",
            message="the engine {value} is retired: no new database can be made of it",
            fix=f"write {later}",
            value=view.get("Engine"),
        )
        return
    meant = MEANT.get(engine)
    yield Violation(
        ("Engine",),
        value=view.get("Engine"),
        fix=f"write {meant}" if meant else None,
        allowed=", ".join(engines),
    )


def _logs(view: View) -> Iterator[Violation]:
    engine = engine_of(view)
    if engine is None or (is_aurora(engine) and view.type == INSTANCE) or is_custom(engine):
        return
    allowed = LOGS.get(family(engine))
    if allowed is None:
        return
    for path, value in view.values("EnableCloudwatchLogsExports/*"):
        if isinstance(value, str) and not is_unknown(value) and value not in allowed:
            yield Violation(path, value=value, engine=engine, allowed=", ".join(allowed))


# Encryption


def _begins_here(view: View) -> bool:
    """Whether this is where a database begins, so that its encryption is chosen here and nowhere else."""
    if view.type == CLUSTER:
        return not says(view, *COPIED_CLUSTER)
    return is_new(view) and not is_member(view)


def _key_without_encryption(view: View) -> Iterator[Violation]:
    encrypted = view.get("StorageEncrypted", False)
    if truth(encrypted) is not False or is_custom(engine_of(view)):
        return
    if _begins_here(view) and given(view.get("KmsKeyId")):
        yield Violation(("StorageEncrypted",))


def _unencrypted(view: View) -> Iterator[Violation]:
    engine = engine_of(view)
    if truth(view.get("StorageEncrypted", False)) is not False or given(view.get("KmsKeyId")) or is_custom(engine):
        return
    if view.type == CLUSTER:
        told = engine in AURORA and view.mode == "documented" and view.get("EngineMode", "provisioned") == "provisioned"
        if not told and engine not in ("mysql", "postgres"):
            return  # Aurora encrypts new clusters by itself now, as its first Serverless always did
    if _begins_here(view) and engine != "sqlserver-ex":  # which may not have it; RDS024 speaks of that
        yield Violation(("StorageEncrypted",))


# Who gets in


_NAME = {"mysql": 32, "mariadb": 32, "postgres": 63, "sqlserver": 128, "oracle": 30, "db2": 16,
         "aurora-mysql": 32, "aurora-postgresql": 63}  # fmt: skip
_NAME_STATED = 16
"""Characters of a MySQL user's name according to the text of the property; the engines take 32."""


def _username(view: View) -> Iterator[Violation]:
    name, engine = view.get("MasterUsername"), engine_of(view)
    if not isinstance(name, str) or is_unknown(name) or not name:
        return
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]{0,127}", name):
        yield Violation(
            ("MasterUsername",), value=name, why="it begins with a letter and goes on with letters, digits and _",
            allowed="a letter, then letters, digits and _",
        )  # fmt: skip
        return
    kind = family(engine) if engine is not None else None
    if name.lower() == "rdsadmin" or (name.lower() == "admin" and kind in ("postgres", "aurora-postgresql")):
        yield Violation(("MasterUsername",), value=name, why="the name is reserved", fix="take another, such as app")
        return
    most = _NAME.get(kind or "")
    if most is not None and len(name) > most:
        yield Violation(
            ("MasterUsername",), value=name, why=f"{kind} takes {most} characters", allowed=f"at most {most} characters"
        )
    elif most == _NAME["mysql"] and len(name) > _NAME_STATED:
        yield Violation(
            ("MasterUsername",),
            severity="warning",
            value=name,
            why=f"the documentation states {_NAME_STATED} characters for {kind}, though newer versions take {most}",
            allowed=f"at most {_NAME_STATED} characters",
        )


# When it is gone


def _deletion(view: View) -> Iterator[Violation]:
    if view.type == INSTANCE and says(view, "DBClusterIdentifier", *REPLICATED):
        return
    policy = view.body.get("DeletionPolicy")
    if policy is None:
        # CloudFormation takes a last snapshot by itself, so only the automated backups are at stake
        yield Violation(("/",), severity="info", policy="no DeletionPolicy")
    elif policy == "Delete":
        yield Violation(
            ("/", "DeletionPolicy"),
            message="with DeletionPolicy Delete the data goes with the database, and its automated backups too",
            policy="Delete",
        )


# Rules


def database(engine: str | None = "mysql", **properties: Any) -> dict[str, Any]:
    """A sound instance of an engine, with what an example is about."""
    sound = {
        "DBInstanceClass": "db.t3.small", "Engine": engine, "AllocatedStorage": "20", "StorageType": "gp2",
        "StorageEncrypted": True, "MasterUsername": "app", "ManageMasterUserPassword": True,
    }  # fmt: skip
    found = {name: value for name, value in {**sound, **properties}.items() if value is not None}
    return {"Type": INSTANCE, "DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Snapshot", "Properties": found}


def member(engine: str = "aurora-mysql", **properties: Any) -> dict[str, Any]:
    found = {"DBInstanceClass": "db.r5.large", "Engine": engine, "DBClusterIdentifier": "shop", **properties}
    return {"Type": INSTANCE, "Properties": {name: value for name, value in found.items() if value is not None}}


def replica(**properties: Any) -> dict[str, Any]:
    return {
        "Type": INSTANCE,
        "Properties": {"DBInstanceClass": "db.t3.small", "SourceDBInstanceIdentifier": "main", **properties},
    }


def cluster(engine: str = "aurora-mysql", **properties: Any) -> dict[str, Any]:
    """A sound Aurora cluster, with what an example is about."""
    sound = {"Engine": engine, "StorageEncrypted": True, "MasterUsername": "app", "ManageMasterUserPassword": True}
    found = {name: value for name, value in {**sound, **properties}.items() if value is not None}
    return {"Type": CLUSTER, "DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Snapshot", "Properties": found}


_BOTH = (INSTANCE, CLUSTER)

RULES: tuple[Rule, ...] = (
    Rule(
        "RDS018", _BOTH, "error",
        "RDS has no engine {value}",
        check=_engine,
        source="RDS API Reference, CreateDBInstance; CreateDBCluster; course notes, RDS: relational database types",
        good=(database("postgres"), database("MySQL"), database("db2-se"), cluster("aurora-postgresql"), replica()),
        bad=(database("postgresql"), database("oracle"), database(None), database("aurora"), cluster("mariadb")),
    ),
    Rule(
        "RDS022", _BOTH, "error",
        "a KmsKeyId says how to encrypt, and StorageEncrypted does not say to encrypt",
        when={"KmsKeyId": Present()},
        check=_key_without_encryption,
        fix="set StorageEncrypted: true",
        source="CloudFormation resource schema, AWS::RDS::DBInstance and DBCluster; course notes, RDS: encryption",
        good=(
            database(KmsKeyId="alias/k"),
            replica(KmsKeyId="alias/k"),
            cluster(KmsKeyId="alias/k", StorageEncrypted=None, SnapshotIdentifier="before"),
        ),
        bad=(database(KmsKeyId="alias/k", StorageEncrypted=None), cluster(KmsKeyId="alias/k", StorageEncrypted=False)),
    ),
    Rule(
        "RDS023", _BOTH, "warning",
        "the database is not encrypted, and that can be chosen only now, when it is made",
        check=_unencrypted,
        fix="set StorageEncrypted: true",
        source="course notes, RDS: encryption; resource schema of AWS::RDS::DBInstance; Aurora User Guide, "
        "Encrypting Amazon Aurora resources (clusters are encrypted by default since 2026-02-18)",
        verified="docs",
        good=(database(), replica(), member(), cluster("postgres"), database(StorageEncrypted={"Ref": "Encrypt"})),
        bad=(
            database(StorageEncrypted=None),
            cluster("mysql", StorageEncrypted=None, AllocatedStorage=100),
            cluster(StorageEncrypted=None),
        ),
    ),
    Rule(
        "RDS030", _BOTH, "error",
        "the master user cannot be called {value}: {why}",
        when={"MasterUsername": Present()},
        check=_username,
        source="resource schemas of AWS::RDS::DBInstance and DBCluster; RDS API Reference, CreateDBInstance",
        good=(database(MasterUsername="admin"), cluster("aurora-postgresql"), database("postgres", MasterUsername="a" * 9)),
        bad=(
            cluster("aurora-postgresql", MasterUsername="admin"),
            database(MasterUsername="1st"),
            database(MasterUsername="rdsadmin"),
            database("oracle-ee", MasterUsername="a" * 31),
            database(MasterUsername="a" * 17),
        ),
    ),
    Rule(
        "RDS035", _BOTH, "warning",
        "{policy}: automated backups go with the database; a snapshot or the database itself can stay",
        check=_deletion,
        fix="set DeletionPolicy and UpdateReplacePolicy to Snapshot or Retain, and DeletionProtection: true",
        source="course notes, RDS: automated backups, snapshots; CloudFormation User Guide, DeletionPolicy attribute",
        good=(database(), cluster(), replica(), member()),
        bad=({**database(), "DeletionPolicy": "Delete"}, {"Type": CLUSTER, "Properties": {"Engine": "aurora-mysql"}}),
    ),
    Rule(
        "RDS042", _BOTH, "error",
        "{engine} has no log {value} to send to CloudWatch",
        when={"EnableCloudwatchLogsExports": Present()},
        check=_logs,
        source="RDS API Reference, CreateDBInstance; CreateDBCluster: EnableCloudwatchLogsExports",
        verified="docs",
        good=(
            database("postgres", EnableCloudwatchLogsExports=["postgresql", "upgrade"]),
            cluster(EnableCloudwatchLogsExports=["audit", "slowquery"]),
        ),
        bad=(
            database("postgres", EnableCloudwatchLogsExports=["error"]),
            cluster("aurora-postgresql", EnableCloudwatchLogsExports=["upgrade"]),
        ),
    ),
)  # fmt: skip
