"""The engines of Amazon RDS and Aurora: their editions, ports, logs and what each can do."""

from __future__ import annotations

import re

from ..vocabulary import ABSENT, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..view import View

MYSQL = ("mysql", "mariadb")
OPEN = (*MYSQL, "postgres")
ORACLE = ("oracle-ee", "oracle-ee-cdb", "oracle-se2", "oracle-se2-cdb")
SQLSERVER = ("sqlserver-ee", "sqlserver-se", "sqlserver-ex", "sqlserver-web", "sqlserver-dev-ee")
DB2 = ("db2-ae", "db2-se", "db2-ce")
AURORA = ("aurora-mysql", "aurora-postgresql")
CUSTOM = (
    "custom-oracle-ee", "custom-oracle-ee-cdb", "custom-oracle-se2", "custom-oracle-se2-cdb", "custom-sqlserver-ee",
    "custom-sqlserver-se", "custom-sqlserver-web", "custom-sqlserver-dev",
)  # fmt: skip
INSTANCE_ENGINES = (*OPEN, *ORACLE, *SQLSERVER, *DB2, *AURORA, *CUSTOM)
CLUSTER_ENGINES = (*AURORA, "mysql", "postgres", "neptune")
RETIRED = ("aurora", "oracle-se", "oracle-se1")
"""Names that old databases still have and that cannot be created any more."""
MEANT = {
    "postgresql": "postgres",
    "pg": "postgres",
    "maria": "mariadb",
    "aurora-postgres": "aurora-postgresql",
    "oracle": "oracle-ee or oracle-se2",
    "sqlserver": "sqlserver-ee, sqlserver-se, sqlserver-web or sqlserver-ex",
    "db2": "db2-se or db2-ae",
}
"""What people write, and the engine it stands for."""

PORTS = {
    "mysql": 3306, "mariadb": 3306, "postgres": 5432, "oracle": 1521, "sqlserver": 1433, "db2": 50_000,
    "aurora-mysql": 3306, "aurora-postgresql": 5432,
}  # fmt: skip
"""The port an engine listens on unless told otherwise, by family."""
STORAGE_LEAST = {"gp2": 20, "gp3": 20, "io1": 100, "io2": 100, "standard": 20}
"""GiB that a new database has at least; magnetic storage begins lower still for some engines."""
_POSTGRES_ONE_NUMBER = 10
"""The PostgreSQL version from which one number names a major version."""
LOGS = {
    "mysql": ("audit", "error", "general", "iam-db-auth-error", "slowquery"),
    "mariadb": ("audit", "error", "general", "iam-db-auth-error", "slowquery"),
    "postgres": ("iam-db-auth-error", "postgresql", "upgrade"),
    "oracle": ("alert", "audit", "listener", "oemagent", "trace"),
    "sqlserver": ("agent", "error"),
    "db2": ("diag.log", "iam-db-auth-error", "notify.log"),
    "aurora-mysql": ("audit", "error", "general", "iam-db-auth-error", "instance", "slowquery"),
    "aurora-postgresql": ("iam-db-auth-error", "instance", "postgresql"),
}
"""Logs that go to CloudWatch, by family. Source: RDS API Reference, CreateDBInstance; CreateDBCluster."""


def engine_of(view: View) -> str | None:
    """The engine a resource names, in small letters; None where it names none or the deploy decides."""
    value = view.get("Engine")
    return value.lower() if type(value) is str and value and not is_unknown(value) else None


def family(engine: str) -> str:
    """What editions have in common: `oracle-ee` and `custom-oracle-se2` are "oracle"."""
    if engine in AURORA:
        return engine
    return engine.removeprefix("custom-").partition("-")[0]


def parameter_family(engine: str, version: str) -> str | None:
    """The family of parameter groups for an engine and version: `postgres16`, `mysql8.0`, `oracle-ee-19`.

    None where the version does not tell. Source: RDS User Guide, parameter groups.
    """
    numbers = re.match(r"(\d+)(?:\.(\d+))?", version)
    if numbers is None:
        return None
    first, second = numbers[1], numbers[2]
    group = family(engine)
    if group in ("postgres", "aurora-postgresql"):
        return f"{engine}{first}" if int(first) >= _POSTGRES_ONE_NUMBER else (second and f"{engine}{first}.{second}")
    if group in ("mysql", "mariadb", "aurora-mysql"):
        return second and f"{engine}{first}.{second}"
    if group == "oracle":
        return f"{engine}-{first}"
    if group == "sqlserver":
        return f"{engine}-{first}.0"
    return second and f"{engine}-{first}.{second}"


def is_aurora(engine: str | None) -> bool:
    """Whether this is an engine of Aurora, the retired one too."""
    return engine is not None and engine.startswith("aurora")


def is_custom(engine: str | None) -> bool:
    """Whether this is RDS Custom, whose machine is the customer's."""
    return engine is not None and engine.startswith("custom-")


def given(value: Any) -> bool:
    """Whether something is said that CloudFormation takes for a value; an empty text is none."""
    return value is not ABSENT and value is not None and value != ""


def says(view: View, *names: str) -> bool:
    """Whether a resource has one of these properties."""
    return any(given(view.get(name)) for name in names)


RESTORED = (
    "DBSnapshotIdentifier", "DBClusterSnapshotIdentifier", "RestoreTime", "UseLatestRestorableTime",
    "SourceDbiResourceId", "SourceDBInstanceAutomatedBackupsArn",
)  # fmt: skip
REPLICATED = ("SourceDBInstanceIdentifier", "SourceDBClusterIdentifier")
COPIED_CLUSTER = (
    "SnapshotIdentifier", "SourceDBClusterIdentifier", "SourceDbClusterResourceId", "ReplicationSourceIdentifier",
    "GlobalClusterIdentifier",
)  # fmt: skip
"""What a cluster inherits its encryption and its users from."""


def is_replica(view: View) -> bool:
    """Whether an instance is a read replica of another, and no restore of its backups."""
    return says(view, "SourceDBInstanceIdentifier") and not says(view, "RestoreTime", "UseLatestRestorableTime")


def is_new(view: View) -> bool:
    """Whether an instance begins empty and alone: no member of a cluster, no replica, no restore."""
    return not says(view, "DBClusterIdentifier", *REPLICATED, *RESTORED)


def is_member(view: View) -> bool:
    """Whether an instance is one of a cluster's, or of an engine that has clusters alone."""
    return says(view, "DBClusterIdentifier") or is_aurora(engine_of(view))
