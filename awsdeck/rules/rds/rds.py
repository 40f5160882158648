"""Amazon RDS: what the documentation demands of a database instance beyond the resource schema."""

from __future__ import annotations

import re

from ..limits import BACKUP_DAYS_MOST, INSIGHTS_DAYS, MONITORING_SECONDS
from ..vocabulary import (
    ABSENT,
    UNKNOWN,
    Between,
    Is,
    Matches,
    OneOf,
    Present,
    Rule,
    Unset,
    Violation,
    is_unknown,
    number,
    truth,
)
from .databases import INSTANCE, database, member, replica
from .dbengines import (
    REPLICATED,
    RESTORED,
    engine_of,
    family,
    given,
    is_aurora,
    is_custom,
    is_member,
    is_replica,
    says,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..view import View

CONSTRUCT = "awsdeck::RDSInstance"

_PRODUCTION = ("prod", "production")
_STAGES = ("env", "environment", "stage")


def has_backups_off(view: View) -> bool:
    """Whether automated backups are surely off; left out, CloudFormation keeps one day."""
    return number(view.get("BackupRetentionPeriod")) == 0


def _no_backups(view: View) -> Iterator[Violation]:
    if not has_backups_off(view) or is_member(view) or says(view, *REPLICATED):
        return
    yield Violation(("BackupRetentionPeriod",))


# Zones


def _multi_az(view: View) -> Iterator[Violation]:
    if truth(view.get("MultiAZ")) is not True:
        return
    engine = engine_of(view)
    if is_aurora(engine) or says(view, "DBClusterIdentifier"):
        yield Violation(("MultiAZ",), engine=engine or "a cluster's instance")
    elif engine == "sqlserver-ex":
        yield Violation(
            ("MultiAZ",),
            message="SQL Server Express has no Multi-AZ; the Standard, Enterprise and Web editions have it",
            fix="leave MultiAZ out, or take sqlserver-se or sqlserver-web",
        )


def _production(view: View) -> Iterator[Violation]:
    engine = engine_of(view)
    if engine is None or is_member(view) or says(view, *REPLICATED) or is_custom(engine) or engine == "sqlserver-ex":
        return
    if truth(view.get("MultiAZ", False)) is not False:
        return
    for _, tag in view.values("Tags/*"):
        key, value = (tag.get("Key"), tag.get("Value")) if isinstance(tag, dict) else (None, None)
        if not isinstance(key, str) or not isinstance(value, str):
            continue
        if key.lower() in _STAGES and value.lower() in _PRODUCTION:
            yield Violation(("MultiAZ",), tag=f"{key}={value}")
            return


# Encryption


_PLAIN_CLASSES = re.compile(r"db\.(m1\.(small|medium|large|xlarge)|m2\.([24]?xlarge)|t2\.micro)")


def _class_encrypts(view: View) -> Iterator[Violation]:
    if truth(view.get("StorageEncrypted")) is not True or says(view, *REPLICATED, *RESTORED):
        return
    size = view.get("DBInstanceClass")
    if isinstance(size, str) and _PLAIN_CLASSES.fullmatch(size):
        yield Violation(("DBInstanceClass",), value=size)
    if engine_of(view) == "sqlserver-ex":
        yield Violation(
            ("StorageEncrypted",),
            severity="warning",
            message="the user guide of 2023 knows no encryption for SQL Server Express; a newer page may",
            fix="try it, or take sqlserver-web or a larger edition",
        )


# Where the data comes from


_FROM_SNAPSHOT = (
    "CharacterSetName", "DBClusterIdentifier", "KmsKeyId", "MasterUsername", "StorageEncrypted", "Timezone",
    "PromotionTier",
)  # fmt: skip
_BEFORE_SNAPSHOT = ("SourceDBInstanceIdentifier", "RestoreTime", "UseLatestRestorableTime")


def _from_snapshot(view: View) -> Iterator[Violation]:
    if not says(view, "DBSnapshotIdentifier"):
        return
    if says(view, "DBSystemId"):
        yield Violation(
            ("DBSystemId",), severity="error", message="DBSystemId cannot be said beside a snapshot", fix="remove it"
        )  # fmt: skip
    engine = engine_of(view)
    named = [name for name in _FROM_SNAPSHOT if says(view, name)]
    if says(view, "DBName") and engine is not None and family(engine) not in ("oracle", "sqlserver"):
        named.append("DBName")
    for name in named:
        yield Violation((name,), name=name)
    for name in _BEFORE_SNAPSHOT:
        if says(view, name):
            yield Violation(
                ("DBSnapshotIdentifier",),
                message=f"{name} goes before a snapshot: the snapshot is ignored",
                fix=f"keep DBSnapshotIdentifier or {name}, not both",
            )
            return


# Who gets in

_COPIED = (*REPLICATED, *RESTORED, "DBClusterIdentifier")
_PASSWORD = {"mysql": (8, 41), "mariadb": (8, 41), "postgres": (8, 128), "sqlserver": (8, 128), "oracle": (8, 30),
             "db2": (8, 255)}  # fmt: skip


def _password(view: View) -> Iterator[Violation]:
    password, managed = view.get("MasterUserPassword"), view.get("ManageMasterUserPassword")
    engine = engine_of(view)
    if is_aurora(engine):
        return  # of the cluster; RDS019 speaks of it
    if truth(managed) is True and given(password):
        yield Violation(
            ("MasterUserPassword",),
            message="RDS manages the master password, so the template cannot set it too",
            fix="leave MasterUserPassword out",
        )
    elif password is ABSENT and truth(managed if managed is not ABSENT else False) is False:
        by_iam = view.get("MasterUserAuthenticationType")
        if engine is not None and not says(view, *_COPIED) and by_iam != "iam-db-auth" and not is_unknown(by_iam):
            yield Violation(
                ("ManageMasterUserPassword",),
                message="a new database needs a master password",
                fix="set ManageMasterUserPassword: true, so that RDS keeps it in Secrets Manager",
            )
    if isinstance(password, str) and not is_unknown(password) and engine is not None:
        yield from _measured(password, family(engine))


def _measured(password: str, kind: str) -> Iterator[Violation]:
    low, high = _PASSWORD.get(kind, (8, 255))
    refused = '/"@ ' + ("&'" if kind == "oracle" else "")
    if not low <= len(password) <= high:
        yield Violation(
            ("MasterUserPassword",),
            message=f"a master password of {kind} has {low} to {high} characters, this one {len(password)}",
            fix="set ManageMasterUserPassword: true instead",
            allowed=f"{low} to {high} characters",
        )
    elif set(password) & set(refused):
        yield Violation(
            ("MasterUserPassword",),
            message=f"a master password of {kind} has no {' '.join(refused.replace(' ', ''))} and no space in it",
            fix="set ManageMasterUserPassword: true instead",
        )


# What belongs to a cluster

_OF_CLUSTER = (
    "AllocatedStorage", "DeletionProtection", "EnableIAMDatabaseAuthentication", "MasterUserPassword",
)  # fmt: skip


def _cluster_settings(view: View) -> Iterator[Violation]:
    if not is_aurora(engine_of(view)):
        return
    for name in _OF_CLUSTER:
        if given(view.get(name)):
            yield Violation((name,), name=name)
    if given(view.get("CopyTagsToSnapshot")):
        yield Violation(
            ("CopyTagsToSnapshot",),
            severity="warning",
            message="CopyTagsToSnapshot of an Aurora instance has no effect: its cluster decides",
            fix="set it on the DBCluster",
        )
    if view.get("DBClusterIdentifier") in (ABSENT, "") and not says(view, "SourceDBInstanceIdentifier"):
        yield Violation(
            ("DBClusterIdentifier",),
            message="an Aurora instance stands in a cluster",
            fix="make a DBCluster and name it in DBClusterIdentifier",
        )


def _member_backups(view: View) -> Iterator[Violation]:
    if not says(view, "DBClusterIdentifier"):
        return
    if given(view.get("BackupRetentionPeriod")):
        yield Violation(("BackupRetentionPeriod",), name="BackupRetentionPeriod")
    if given(view.get("PreferredBackupWindow")):
        yield Violation(("PreferredBackupWindow",), severity="warning", name="PreferredBackupWindow")


# Watching it


def _monitoring(view: View) -> Iterator[Violation]:
    interval, role = view.get("MonitoringInterval", 0), view.get("MonitoringRoleArn")
    if interval is UNKNOWN or is_unknown(interval) or role is UNKNOWN:
        return
    seconds = number(interval)
    if seconds not in MONITORING_SECONDS:
        yield Violation(
            ("MonitoringInterval",), value=interval, problem="enhanced monitoring looks at fixed intervals",
            allowed=f"{', '.join(map(str, MONITORING_SECONDS))} seconds",
        )  # fmt: skip
    elif seconds and role is ABSENT:
        yield Violation(
            ("MonitoringRoleArn",), problem="enhanced monitoring needs a role that may write its logs",
            fix="set MonitoringRoleArn to a role with AmazonRDSEnhancedMonitoringRole, or MonitoringInterval 0",
        )  # fmt: skip
    elif not seconds and given(role):
        yield Violation(
            ("MonitoringInterval",), problem="a monitoring role without an interval is never used",
            fix="set MonitoringInterval to 1, 5, 10, 15, 30 or 60, or leave MonitoringRoleArn out",
        )  # fmt: skip
    days = view.get("PerformanceInsightsRetentionPeriod")
    if days is not ABSENT and not is_unknown(days) and number(days) not in INSIGHTS_DAYS:
        yield Violation(
            ("PerformanceInsightsRetentionPeriod",), value=days,
            problem="Performance Insights keeps data 7 days, whole months, or two years",
            allowed="7, a multiple of 31 up to 713, or 731 days",
        )  # fmt: skip


# When it is gone


def _member_policy(view: View) -> Iterator[Violation]:
    policy = view.body.get("DeletionPolicy")
    if policy == "Snapshot" and says(view, "DBClusterIdentifier"):
        cluster = view.get("DBClusterIdentifier")
        yield Violation(
            ("/", "DeletionPolicy"), cluster=cluster if isinstance(cluster, str) else "it stands in", policy=policy
        )
    elif policy in ("Snapshot", "Retain") and is_replica(view) and not says(view, "DBClusterIdentifier"):
        yield Violation(
            ("/", "DeletionPolicy"),
            severity="warning",
            message=f"a read replica knows no DeletionPolicy: {policy} is ignored",
            fix="put it on the source",
            policy=policy,
        )


# What engines do not have

_SID_MOST = 8


def _name(view: View) -> Iterator[Violation]:
    name, engine = view.get("DBName"), engine_of(view)
    if (
        not isinstance(name, str)
        or not name
        or engine is None
        or says(view, *REPLICATED, *RESTORED)
        or is_custom(engine)
    ):
        return
    if family(engine) == "sqlserver":
        yield Violation(("DBName",), engine=engine, why="it makes no database of its own", fix="leave DBName out")
    elif family(engine) == "oracle" and not is_unknown(name) and len(name) > _SID_MOST:
        yield Violation(
            ("DBName",), engine=engine, value=name, why="it is the SID, of 8 characters at most",
            allowed=f"at most {_SID_MOST} characters",
        )  # fmt: skip


def _iam(view: View) -> Iterator[Violation]:
    engine = engine_of(view)
    if engine is not None and not is_custom(engine) and family(engine) in ("oracle", "sqlserver"):
        yield Violation(("EnableIAMDatabaseAuthentication",), engine=engine)


# What it is for


def _reads(view: View) -> Iterator[Violation]:
    if (
        truth(view.get("multi_az")) is True
        and truth(view.get("read_heavy")) is True
        and number(view.get("replicas")) == 0
    ):
        yield Violation(("multi_az",))


# Rules


_PROD = [{"Key": "env", "Value": "production"}]

RULES: tuple[Rule, ...] = (
    Rule(
        "RDS001", INSTANCE, "error",
        "automated backups are kept 1 to 35 days; 0 switches them off",
        then={"BackupRetentionPeriod": Between(0, BACKUP_DAYS_MOST, "days")},
        fix="set BackupRetentionPeriod to 1 to 35",
        source="course notes, RDS: retention period; RDS API Reference, CreateDBInstance",
        good=(database(BackupRetentionPeriod=35), database(BackupRetentionPeriod="7"), database()),
        bad=(database(BackupRetentionPeriod=40), database(BackupRetentionPeriod="-1")),
    ),
    Rule(
        "RDS002", INSTANCE, "warning",
        "automated backups are off, so the database cannot be brought back to a point in time",
        when={"BackupRetentionPeriod": Is(0)},
        check=_no_backups,
        fix="set BackupRetentionPeriod to 1 to 35; 7 is usual",
        source="course notes, RDS: automated backups; RDS API Reference, CreateDBInstance",
        good=(database(BackupRetentionPeriod=7), replica(BackupRetentionPeriod=0)),
        bad=database(BackupRetentionPeriod=0),
    ),
    Rule(
        "RDS014", INSTANCE, "error",
        "RDS places a Multi-AZ instance and its standby itself, so no AvailabilityZone can be chosen",
        when={"MultiAZ": Is(True)},
        then={"AvailabilityZone": Unset()},
        fix="leave AvailabilityZone or MultiAZ out",
        source="CloudFormation resource schema, AWS::RDS::DBInstance; course notes, RDS: Multi-AZ",
        good=(database(MultiAZ=True), database(AvailabilityZone="us-east-1a")),
        bad=database(MultiAZ=True, AvailabilityZone="us-east-1a"),
    ),
    Rule(
        "RDS015", INSTANCE, "error",
        "Multi-AZ is not for {engine}: Aurora is spread over zones by the instances of its cluster",
        when={"MultiAZ": Is(True)},
        check=_multi_az,
        fix="leave MultiAZ out, and add a reader in another zone",
        source="CloudFormation resource schema, AWS::RDS::DBInstance; course notes, RDS: Multi-AZ; RDS User Guide, "
        "Multi-AZ deployments for Amazon RDS for Microsoft SQL Server",
        good=(database("mariadb", MultiAZ=True), member(MultiAZ=False), database("db2-se", MultiAZ=True)),
        bad=(member(MultiAZ=True), database("sqlserver-ex", MultiAZ=True, StorageEncrypted=False)),
    ),
    Rule(
        "RDS016", CONSTRUCT, "warning",
        "the standby of a Multi-AZ database serves no reads; it is there for disasters only",
        scope="construct",
        check=_reads,
        fix="add_replica(…) for reads, or put a cache in front",
        source="course notes, RDS: Multi-AZ, read replicas; RDS User Guide, Multi-AZ DB instance deployments",
        verified="docs",
        good=({"multi_az": True, "read_heavy": True, "replicas": 2}, {"multi_az": True, "replicas": 0}),
        bad={"multi_az": True, "read_heavy": True, "replicas": 0},
    ),
    Rule(
        "RDS017", INSTANCE, "warning",
        "{tag}: a production database without Multi-AZ has nothing to fail over to",
        when={"Tags": Present()},
        check=_production,
        fix="set MultiAZ: true",
        source="course notes, RDS: Multi-AZ; RDS User Guide, Multi-AZ DB instance deployments",
        verified="docs",
        good=(database(Tags=_PROD, MultiAZ=True), database(), database("sqlserver-ex", Tags=_PROD)),
        bad=(
            database(Tags=_PROD),
            database("postgres", Tags=[{"Key": "Environment", "Value": "prod"}], MultiAZ="false"),
        ),
    ),
    Rule(
        "RDS019", INSTANCE, "error",
        "{name} of an Aurora database is set on its cluster",
        when={"Engine": Present()},
        check=_cluster_settings,
        fix="move it to the DBCluster",
        source="CloudFormation resource schema, AWS::RDS::DBInstance; RDS API Reference, CreateDBInstance",
        good=(member(), database(DeletionProtection=True)),
        bad=(member(AllocatedStorage="20"), member(DBClusterIdentifier=None), member(CopyTagsToSnapshot=True)),
    ),
    Rule(
        "RDS020", INSTANCE, "error",
        "{name} of an instance in a cluster is set on the cluster",
        when={"DBClusterIdentifier": Present()},
        check=_member_backups,
        fix="move it to the DBCluster",
        source="CloudFormation resource schema, AWS::RDS::DBInstance; RDS API Reference, CreateDBInstance",
        good=(member(), database(BackupRetentionPeriod=7, PreferredBackupWindow="03:00-04:00")),
        bad=(member(BackupRetentionPeriod=7), member(PreferredBackupWindow="03:00-04:00")),
    ),
    Rule(
        "RDS024", INSTANCE, "error",
        "this class of instance cannot encrypt its storage",
        when={"StorageEncrypted": Is(True)},
        check=_class_encrypts,
        fix="take db.t3, db.t4g or a newer class",
        source="RDS User Guide, Encrypting Amazon RDS resources, availability",
        verified="docs",
        good=(database(), database(DBInstanceClass="db.t2.micro", StorageEncrypted=False)),
        bad=(database(DBInstanceClass="db.t2.micro"), database("sqlserver-ex", LicenseModel="license-included")),
    ),
    Rule(
        "RDS025", INSTANCE, "warning",
        "{name} comes from the snapshot and has no effect beside it",
        when={"DBSnapshotIdentifier": Present()},
        check=_from_snapshot,
        fix="leave it out",
        source="CloudFormation resource schema, AWS::RDS::DBInstance; course notes, RDS: snapshots",
        good=(
            {"DBInstanceClass": "db.t3.small", "DBSnapshotIdentifier": "before", "ManageMasterUserPassword": True},
            database(DBSnapshotIdentifier=""),
        ),
        bad=(
            {"DBInstanceClass": "db.t3.small", "DBSnapshotIdentifier": "before", "StorageEncrypted": True},
            {"DBInstanceClass": "db.t3.small", "DBSnapshotIdentifier": "before", "SourceDBInstanceIdentifier": "main"},
        ),
    ),
    Rule(
        "RDS028", INSTANCE, "error",
        "{problem}",
        check=_monitoring,
        source="CloudFormation resource schema, AWS::RDS::DBInstance; RDS User Guide, Enhanced Monitoring",
        good=(
            database(MonitoringInterval=60, MonitoringRoleArn={"Fn::GetAtt": ["Watcher", "Arn"]}),
            database(MonitoringInterval=0),
            database(EnablePerformanceInsights=True, PerformanceInsightsRetentionPeriod=62),
        ),
        bad=(
            database(MonitoringInterval=60),
            database(MonitoringInterval=20, MonitoringRoleArn="arn:aws:iam::123456789012:role/w"),
            database(MonitoringRoleArn="arn:aws:iam::123456789012:role/w"),
            database(EnablePerformanceInsights=True, PerformanceInsightsRetentionPeriod=30),
        ),
    ),
    Rule(
        "RDS029", INSTANCE, "error",
        "a new database has one master password, which the template does not show",
        check=_password,
        source="RDS API Reference, CreateDBInstance; CloudFormation resource schema, AWS::RDS::DBInstance",
        good=(
            database(),
            database(ManageMasterUserPassword=None, MasterUserPassword="{{resolve:secretsmanager:db:SecretString:p}}"),
            replica(),
            member(),
        ),
        bad=(
            database(ManageMasterUserPassword=None),
            database(MasterUserPassword={"Ref": "Password"}),
            database(ManageMasterUserPassword=None, MasterUserPassword="short"),
            database("oracle-ee", ManageMasterUserPassword=None, MasterUserPassword="rock&roll"),
        ),
    ),
    Rule(
        "RDS031", INSTANCE, "error",
        "an identifier is 1 to 63 letters, digits and single hyphens, with a letter first and no hyphen last",
        then={"DBInstanceIdentifier": Matches(
            r"|[a-zA-Z](?:-?[a-zA-Z0-9]){0,62}", "a letter, then up to 62 letters, digits and single hyphens"
        )},
        source="CloudFormation resource schema, AWS::RDS::DBInstance",
        good=database(DBInstanceIdentifier="my-db"),
        bad=(database(DBInstanceIdentifier="my--db"), database(DBInstanceIdentifier="1st")),
    ),
    Rule(
        "RDS036", INSTANCE, "error",
        "an instance of a cluster cannot have DeletionPolicy Snapshot: the snapshot is the cluster's, {cluster}",
        check=_member_policy,
        fix="leave it out here, and put it on the DBCluster",
        source="CloudFormation User Guide, DeletionPolicy attribute; resource schema of AWS::RDS::DBInstance",
        good=({**member(), "DeletionPolicy": "Delete"}, database()),
        bad=({**member(), "DeletionPolicy": "Snapshot"}, {**replica(), "DeletionPolicy": "Retain"}),
    ),
    Rule(
        "RDS037", INSTANCE, "warning",
        "the database can be reached from the internet",
        then={"PubliclyAccessible": OneOf(False)},
        fix="set PubliclyAccessible: false and place it in private subnets",
        source="CloudFormation resource schema, AWS::RDS::DBInstance",
        good=database(PubliclyAccessible=False),
        bad=database(PubliclyAccessible=True),
    ),
    Rule(
        "RDS038", INSTANCE, "error",
        "a class of instance reads db.family.size, or db.serverless in an Aurora cluster",
        then={"DBInstanceClass": Matches(
            r"db\.serverless|db\.[a-z0-9-]+\.(nano|micro|small|medium|large|\d*xlarge|metal)(\..+)?", "such as db.t3.small"
        )},
        fix="write it with db. in front",
        source="RDS User Guide, DB instance classes",
        good=(database(), member(DBInstanceClass="db.serverless")),
        bad=(database(DBInstanceClass="t3.micro"), database(DBInstanceClass="db.t3"), database(DBInstanceClass="db.t3.big")),
    ),
    Rule(
        "RDS039", CONSTRUCT, "info",
        "RDS is for many small transactions; queries over very large sets of data belong into a warehouse",
        scope="construct",
        then={"workload": OneOf("oltp", "mixed")},
        fix="keep what is analysed in Amazon Redshift",
        source="course notes, RDS: OLTP and OLAP, data warehousing",
        verified="notes",
        good={"workload": "oltp"},
        bad={"workload": "olap"},
    ),
    Rule(
        "RDS048", INSTANCE, "error",
        "{engine} takes no such DBName: {why}",
        when={"DBName": Present()},
        check=_name,
        source="RDS API Reference, CreateDBInstance: DBName",
        good=(database(DBName="shop"), database("oracle-ee", DBName="ORCL")),
        bad=(database("sqlserver-se", DBName="shop"), database("oracle-ee", DBName="WAREHOUSE")),
    ),
    Rule(
        "RDS049", INSTANCE, "error",
        "{engine} lets nobody sign in with IAM",
        when={"EnableIAMDatabaseAuthentication": Is(True)},
        check=_iam,
        fix="leave it out, and read the password from its secret",
        source="RDS User Guide, IAM database authentication for MariaDB, MySQL, and PostgreSQL",
        good=database("postgres", EnableIAMDatabaseAuthentication=True),
        bad=database("sqlserver-se", EnableIAMDatabaseAuthentication=True),
    ),
)  # fmt: skip
