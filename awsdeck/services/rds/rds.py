"""Amazon RDS: database instances, their read replicas, and what they are restored from."""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.limits import BACKUP_DAYS_DEFAULT
from ...rules.rds.dbengines import INSTANCE_ENGINES, STORAGE_LEAST, family
from ...source import caller
from ...tokens import AWS
from ...wiring import across
from ..existing import Existing, arn_here, checked_name
from ..hints import check
from ..security.keys import KeyAccess, key_arn
from ..security.secretsmanager import SecretAccess
from ..vpc.connections import Connections
from ..vpc.securitygroup import SecurityGroup, SecurityGroupAccess, connected
from ..vpc.subnet import VPCAccess
from .dbaccess import DatabaseAccess, MasterUser
from .dbgroups import Group, group_name
from .dbsettings import parameters, port_of, subnet_group, watching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, Literal, TypeAlias

    from ...tokens import Token
    from ..vpc.subnet import SubnetChoice
    from .dbgroups import Value

    Engine: TypeAlias = Literal[
        "mysql", "mariadb", "postgres",
        "oracle-ee", "oracle-ee-cdb", "oracle-se2", "oracle-se2-cdb",
        "sqlserver-ee", "sqlserver-se", "sqlserver-ex", "sqlserver-web", "sqlserver-dev-ee",
        "db2-ae", "db2-se", "db2-ce",
    ]  # fmt: skip
    StorageType: TypeAlias = Literal["gp2", "gp3", "io1", "io2", "standard"]
    Log: TypeAlias = Literal[
        "agent", "alert", "audit", "diag.log", "error", "general", "iam-db-auth-error", "listener", "notify.log",
        "oemagent", "postgresql", "slowquery", "trace", "upgrade",
    ]  # fmt: skip
    License: TypeAlias = Literal[
        "license-included", "bring-your-own-license", "general-public-license", "marketplace-license",
    ]  # fmt: skip

INSTANCE = "AWS::RDS::DBInstance"


class PointInTime:
    """Where a restored database begins: another one's automated backups, for `RDSInstance(…, restore=PointInTime(…))`.

    - `source`: an `RDSInstance`, the identifier of an instance of this region, or the ARN of retained backups
      (`arn:aws:rds:…:auto-backup:…`).
    - `at`: a time in UTC ("2026-11-25T10:00:00Z") within the source's retention period; the latest possible otherwise.

    Source: RDS User Guide, restoring a DB instance to a specified time.
    """

    __slots__ = ("source", "at")

    def __init__(self, source: InstanceAccess | str, at: str | None = None) -> None:
        self.source = source
        self.at = at

    def properties(self) -> dict[str, Any]:
        """What says so on the new instance."""
        source = self.source if isinstance(self.source, str) else self.source.instance_id
        backups = type(source) is str and ":auto-backup:" in source
        return {
            "SourceDBInstanceAutomatedBackupsArn" if backups else "SourceDBInstanceIdentifier": source,
            "RestoreTime": self.at,
            "UseLatestRestorableTime": True if self.at is None else None,
        }


class InstanceAccess(DatabaseAccess):
    """A database instance, whether it is made here or exists already."""

    arn = attribute("DBInstanceArn")
    instance_id = ref()
    endpoint = attribute("Endpoint.Address")
    port = attribute("Endpoint.Port")
    if not TYPE_CHECKING:
        resource_id = attribute("DbiResourceId")

    def _identity(self) -> str:
        return self.instance_id

    def attached_as(self) -> tuple[str, str]:
        """How Secrets Manager knows the database: its type and its identifier."""
        return INSTANCE, self.instance_id


class Replicated(InstanceAccess):
    """A database that read replicas can be made of."""

    if TYPE_CHECKING:
        engine: Engine

    def _replicated(self) -> None:
        """Get ready for one more replica."""

    def add_replica(
        self,
        id: str,
        *,
        scope: Construct | None = None,
        instance_class: str | None = None,
        vpc: VPCAccess | None = None,
        subnets: SubnetChoice = None,
        subnet_group: Group | str | None = None,
        security_groups: Sequence[SecurityGroupAccess | str] | None = None,
        multi_az: bool | Token = False,
        availability_zone: str | None = None,
        backup_retention: int | Token | None = None,
        maintenance_window: str | None = None,
        key: KeyAccess | str | None = None,
        mode: Literal["open-read-only", "mounted"] | None = None,
        storage: int | Token | None = None,
        max_storage: int | Token | None = None,
        storage_type: StorageType | Token | None = None,
        iops: int | Token | None = None,
        throughput: int | Token | None = None,
        iam_authentication: bool | None = None,
        parameters: Mapping[str, Value] | Group | str | None = None,
        options: Group | str | None = None,
        logs: Sequence[Log] | None = None,
        monitoring: int | None = None,
        insights: Literal["standard", "advanced"] | None = None,
        deletion_protection: bool | Token = False,
        publicly_accessible: bool | Token = False,
        ca_certificate: str | None = None,
        listen: int | None = None,
        name: str | None = None,
    ) -> RDSReplica:
        """Make a read replica, with an endpoint of its own; the database's backups must be on.

        At most 5 by the course notes' limits; today 15 of MySQL, MariaDB and PostgreSQL, 5 of Oracle, 3 of Db2. A
        replica can have replicas, which are behind it as it is behind its source: it then needs `backup_retention`.

        - `scope`: a stack, also of another region; there it needs `vpc`, and of an encrypted database `key`, one of that
          region (`"alias/aws/rds"` is AWS's own).
        - `instance_class`, `logs`, `monitoring`, `insights`, `listen`: the source's unless given. Subnets and security
          groups too, unless `vpc` is given.
        - `multi_az`: the replica has a standby. `mode`: of Oracle and Db2, "open-read-only" or "mounted".
        - `iam_authentication`: `replica.grant_connect` switches it on. The master user is the source's.
        - `storage` and its like, `parameters`, `options`: the source's unless given.

        A replica holds nothing of its own, so no snapshot is taken when it goes. `replica.promoted()` makes it a
        database of its own. Source: RDS User Guide, working with DB instance read replicas; course notes, RDS.
        """
        self._replicated()

        def of_source(name: str, value: Any, otherwise: Any) -> Any:
            return getattr(self, name, otherwise) if value is None else value

        size = of_source("instance_class", instance_class, None)
        if size is None:
            raise ConstructError(
                f"a replica of {self.node.path} needs its class", place=caller(), fix='instance_class="db.…"'
            )
        return RDSReplica(
            self if scope is None else scope, id, source=self, engine=self.engine, instance_class=size, vpc=vpc,
            subnets=subnets, subnet_group=subnet_group, security_groups=security_groups, multi_az=multi_az,
            availability_zone=availability_zone, backup_retention=backup_retention,
            maintenance_window=maintenance_window, key=key, mode=mode, storage=storage, max_storage=max_storage,
            storage_type=storage_type, iops=iops, throughput=throughput, iam_authentication=iam_authentication,
            parameters=parameters, options=options, logs=of_source("logs", logs, ()),
            monitoring=of_source("monitoring", monitoring, 0), insights=of_source("insights", insights, None),
            deletion_protection=deletion_protection, publicly_accessible=publicly_accessible,
            auto_minor_upgrades=getattr(self, "auto_minor_upgrades", True), ca_certificate=ca_certificate,
            listen=of_source("listen", listen, None), name=name,
        )  # fmt: skip


class Signing(InstanceAccess):
    """What can be signed in to with IAM when it is switched on here."""

    if TYPE_CHECKING:
        iam_authentication: bool | None

    def _signs_in(self) -> None:
        if self.iam_authentication is False:
            raise ConstructError(
                f"{self.node.path}: IAM authentication is off", place=caller(),
                fix="leave iam_authentication=False out; grant_connect switches it on",
            )  # fmt: skip
        if self.iam_authentication is None:
            self.iam_authentication = True
            self.node.resource.set(EnableIAMDatabaseAuthentication=True)


@construct
class RDSInstance(MasterUser, Replicated, Signing):
    """A database: encrypted, backed up for 7 days, in subnets without a way to the internet, protected from deletion.

    - `engine`: "mysql", "mariadb", "postgres", "oracle-…", "sqlserver-…", "db2-…"; `version`: such as "16.4" (AWS's
      default unless given; then a new major version needs `major_upgrades=True`); `license`.
    - `instance_class`: such as "db.t4g.micro" or "db.m7g.large".
    - `vpc`, `subnets`: where it stands, isolated subnets by default; or `subnet_group`. `security_groups`: one of its
      own by default, which lets nobody in until `connections.allow_from(…)`.
    - `storage`: GiB, 20 (100 for io1 and io2) to 65,536; `max_storage`: GiB to which it may grow by itself.
      `storage_type`: "gp3" (default), "gp2", "io1", "io2" or "standard"; `iops`; `throughput` in MB/s. gp3 takes them
      from 400 GiB on (Oracle 200, SQL Server any size).
    - `multi_az`: a standby in another zone that takes over, and serves no reads; `availability_zone`: of one that has
      none.
    - `backup_retention`: days that automated backups are kept, 1 to 35; 0 switches them off, and with them point in
      time recovery and read replicas. `backup_window` ("03:00-04:00"), `maintenance_window` ("sun:05:00-sun:06:00"), in
      UTC. `keep_backups`: keep them after the database is deleted, until they expire.
    - `encrypted`: on, chosen once and for all when the database is made; `key`: a customer key, AWS's own
      (`aws/rds`) otherwise. To encrypt a database that is not: copy a snapshot of it with a key, and restore the copy
      (`snapshot=`).
    - `credentials`: where the master user's password is, never in the template. "managed": RDS keeps it in Secrets
      Manager and changes it every seven days. "generated": a `Secret` of one's own ("Secret"), made up there and
      attached to the database; or a `Secret` given. Left out: managed, or generated as soon as the database has
      replicas, since RDS makes none of a database whose password it manages (SQL Server apart). `username`:
      "dbadmin" by default; `secret_key`: the customer key of the secret. `.secret` is the secret, for `grant_read`.
    - `iam_authentication`: sign in with IAM; `grant_connect` switches it on.
    - `database`: the name of a first database in it (not for SQL Server; the SID of Oracle).
    - `parameters`: settings by name (then `version` tells the family), or an `RDSParameterGroup`; `options`: an
      `RDSOptionGroup`.
    - `logs`: which logs go to CloudWatch; `monitoring`: seconds between two looks at the operating system (1, 5, 10,
      15, 30 or 60; 0 for none), with a role of its own ("Monitoring"); `insights`: "standard" keeps 7 days of what
      queries cost, "advanced" 465.
    - `deletion_protection`: on; `publicly_accessible`: off; `auto_minor_upgrades`: on; `major_upgrades`: allow them;
      `ca_certificate`: the authority of its TLS certificate, such as "rds-ca-rsa2048-g1"; `listen`: its port;
      `name`: a fixed identifier, which stands in the way of replacements; `timezone`, `character_set`; `network`:
      "ipv4" or "dual".
    - `snapshot`: begin with the data of a snapshot, by name or ARN; `restore`: with that of `PointInTime(…)`. Both make
      a new instance with a new endpoint; user, database and encryption come with the data.

    What it is used for can be told, and is checked: `workload` ("oltp", "olap" …), `read_heavy`.

    Made with it as they are needed: "SubnetGroup", "SecurityGroup", "Parameters", "Monitoring", "Secret". It is
    snapshotted before it leaves the stack or is replaced. Blue/green deployments are made outside CloudFormation,
    and not of a database whose password RDS manages.

    Source: RDS User Guide; course notes, RDS.
    """

    engine: Engine
    instance_class: str
    vpc: VPCAccess
    subnets: SubnetChoice = None
    subnet_group: Group | str | None = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    version: str | None = None
    license: License | None = None
    storage: int | Token | None = None
    max_storage: int | Token | None = None
    storage_type: StorageType | Token = "gp3"
    iops: int | Token | None = None
    throughput: int | Token | None = None
    multi_az: bool | Token = False
    availability_zone: str | None = None
    backup_retention: int | Token = BACKUP_DAYS_DEFAULT
    backup_window: str | None = None
    maintenance_window: str | None = None
    keep_backups: bool = False
    encrypted: bool = True
    key: KeyAccess | str | None = None
    credentials: SecretAccess | Literal["managed", "generated"] | None = None
    username: str | None = None
    secret_key: KeyAccess | str | None = None
    iam_authentication: bool | None = None
    database: str | None = None
    parameters: Mapping[str, Value] | Group | str | None = None
    options: Group | str | None = None
    logs: Sequence[Log] = ()
    monitoring: int = 0
    insights: Literal["standard", "advanced"] | None = None
    deletion_protection: bool | Token = True
    publicly_accessible: bool | Token = False
    auto_minor_upgrades: bool | Token = True
    major_upgrades: bool = False
    ca_certificate: str | None = None
    listen: int | None = None
    name: str | None = None
    timezone: str | None = None
    character_set: str | None = None
    network: Literal["ipv4", "dual"] | None = None
    snapshot: str | None = None
    restore: PointInTime | None = None
    workload: Literal["oltp", "mixed", "olap", "analytics", "data-warehouse"] | None = None
    read_heavy: bool | None = None

    def build(self) -> None:
        """Make the instance and what belongs to it."""
        self._readers = 0
        begun = self.snapshot is not None or self.restore is not None
        self.connections = connected(self, self.vpc, self.security_groups, port=port_of(self, self.engine, self.listen))
        origin: dict[str, Any] = {} if self.restore is None else self.restore.properties()
        resource_class(INSTANCE)(
            self,
            MAIN,
            DBInstanceIdentifier=self.name,
            Engine=self.engine,
            EngineVersion=self.version,
            LicenseModel=self.license,
            DBInstanceClass=self.instance_class,
            DBName=self.database,
            DBSnapshotIdentifier=self.snapshot,
            **origin,
            **self._storage(begun),
            MultiAZ=self.multi_az,
            AvailabilityZone=self.availability_zone,
            DBSubnetGroupName=subnet_group(self, self.vpc, self.subnets, self.subnet_group),
            VPCSecurityGroups=self.connections.group_ids,
            PubliclyAccessible=self.publicly_accessible,
            Port=None if self.listen is None else str(self.listen),
            NetworkType=None if self.network is None else self.network.upper(),
            BackupRetentionPeriod=self.backup_retention,
            PreferredBackupWindow=self.backup_window,
            PreferredMaintenanceWindow=self.maintenance_window,
            DeleteAutomatedBackups=False if self.keep_backups else None,
            CopyTagsToSnapshot=True,
            StorageEncrypted=None if begun else self.encrypted,
            KmsKeyId=key_arn(self.key),
            **self._signing(begun),
            **watching(self, self.monitoring, self.insights),
            DBParameterGroupName=parameters(self, self.parameters, self.engine, self.version),
            OptionGroupName=group_name(self, self.options),
            EnableIAMDatabaseAuthentication=self.iam_authentication,
            EnableCloudwatchLogsExports=list(self.logs) or None,
            DeletionProtection=self.deletion_protection,
            AutoMinorVersionUpgrade=self.auto_minor_upgrades,
            AllowMajorVersionUpgrade=True if self.major_upgrades else None,
            CACertificateIdentifier=self.ca_certificate,
            Timezone=self.timezone,
            CharacterSetName=self.character_set,
        )
        self._attach()
        self._hint()

    def _storage(self, begun: bool) -> dict[str, Any]:
        size: Any = self.storage
        if size is None and not begun:
            kind = self.storage_type if isinstance(self.storage_type, str) else "gp3"
            size = STORAGE_LEAST.get(kind, STORAGE_LEAST["gp3"])
        return {
            "AllocatedStorage": size if size is None or isinstance(size, str) else str(size),
            "MaxAllocatedStorage": self.max_storage,
            "StorageType": self.storage_type,
            "Iops": self.iops,
            "StorageThroughput": self.throughput,
        }

    def _hint(self) -> None:
        check(self, workload=self.workload, read_heavy=self.read_heavy, multi_az=self.multi_az, replicas=self._readers)

    def _replicated(self) -> None:
        """Get ready for one more replica."""
        self._readers += 1
        if self.read_heavy:
            self.node.root_app.forget(self.node)
            self._hint()
        if family(self.engine) != "sqlserver":
            begun = self.snapshot is not None or self.restore is not None
            self._keep_own("RDS makes no read replica of a database whose password it manages", begun)

    @staticmethod
    def from_snapshot(
        scope: Construct, id: str, snapshot: str, *, engine: Engine, instance_class: str, vpc: VPCAccess, **more: Any
    ) -> RDSInstance:
        """A new instance with the data of a snapshot, by its name or ARN, and with an endpoint of its own.

        `more` are keywords of `RDSInstance`. User, database name, encryption and its key come with the snapshot: to
        encrypt what was not, copy the snapshot with a key before.
        """
        return RDSInstance(
            scope, id, engine=engine, instance_class=instance_class, vpc=vpc, snapshot=snapshot, **more
        )  # fmt: skip

    @staticmethod
    def from_id(
        scope: Construct,
        id: str,
        instance_id: str,
        *,
        engine: Engine,
        endpoint: str,
        port: int | None = None,
        security_groups: Sequence[SecurityGroupAccess | str] = (),
        resource_id: str | None = None,
        secret: SecretAccess | None = None,
    ) -> ExistingRDSInstance:
        """A database of this account and region that exists already.

        - `endpoint`: its host name; `port`: the engine's unless given.
        - `security_groups`: those it stands behind; `connections` add rules to them.
        - `resource_id` ("db-ABC…"): for `grant_connect`. `secret`: where its master password is.
        """
        return ExistingRDSInstance(
            scope, id, values={"instance_id": checked_name(instance_id, "its identifier"), "endpoint": endpoint},
            engine=engine, listen=port, security_groups=security_groups, db_resource_id=resource_id,
            master_secret=secret,
        )  # fmt: skip


@construct
class RDSReplica(Replicated, Signing):
    """A copy of a database for reading, which follows it after a moment; made by `add_replica`."""

    source: InstanceAccess
    engine: Engine
    instance_class: str
    vpc: VPCAccess | None = None
    subnets: SubnetChoice = None
    subnet_group: Group | str | None = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    multi_az: bool | Token = False
    availability_zone: str | None = None
    backup_retention: int | Token | None = None
    maintenance_window: str | None = None
    key: KeyAccess | str | None = None
    mode: Literal["open-read-only", "mounted"] | None = None
    storage: int | Token | None = None
    max_storage: int | Token | None = None
    storage_type: StorageType | Token | None = None
    iops: int | Token | None = None
    throughput: int | Token | None = None
    iam_authentication: bool | None = None
    parameters: Mapping[str, Value] | Group | str | None = None
    options: Group | str | None = None
    logs: Sequence[Log] = ()
    monitoring: int = 0
    insights: Literal["standard", "advanced"] | None = None
    deletion_protection: bool | Token = False
    publicly_accessible: bool | Token = False
    auto_minor_upgrades: bool | Token = True
    ca_certificate: str | None = None
    listen: int | None = None
    name: str | None = None

    def build(self) -> None:
        """Make the replica."""
        source, region = self.source, _region(self)
        away = region is not None and _region(self.source) not in (None, region)
        port = port_of(self, self.engine, self.listen)
        check(
            self,
            cross_region=away or None,
            source_encrypted=getattr(source, "encrypted", None),
            key=key_arn(self.key),
            vpc=None if self.vpc is None else self.vpc.node.path,
        )
        if self.vpc is not None:
            self.connections = connected(self, self.vpc, self.security_groups, port=port)
        elif self.security_groups is not None:
            raise ConstructError(
                f"{self.node.path}: security_groups= goes with vpc=", place=caller(), fix="name the VPC they belong to"
            )
        else:
            self.connections = Connections(self, source.connections.groups, port)
        subnets = None
        if self.vpc is not None and (away or self.subnets is not None or self.subnet_group is not None):
            subnets = subnet_group(self, self.vpc, self.subnets, self.subnet_group)
        resource_class(INSTANCE)(
            self,
            MAIN,
            DBInstanceIdentifier=self.name,
            Engine=self.engine,
            DBInstanceClass=self.instance_class,
            SourceDBInstanceIdentifier=_arn_from_afar(source) if away else source.instance_id,
            SourceRegion=_region(source) if away else None,
            ReplicaMode=self.mode,
            MultiAZ=self.multi_az,
            AvailabilityZone=self.availability_zone,
            DBSubnetGroupName=subnets,
            VPCSecurityGroups=self.connections.group_ids,
            PubliclyAccessible=self.publicly_accessible,
            Port=None if self.listen is None else str(self.listen),
            AllocatedStorage=None if self.storage is None else str(self.storage),
            MaxAllocatedStorage=self.max_storage,
            StorageType=self.storage_type,
            Iops=self.iops,
            StorageThroughput=self.throughput,
            KmsKeyId=key_arn(self.key),
            BackupRetentionPeriod=self.backup_retention,
            PreferredMaintenanceWindow=self.maintenance_window,
            CopyTagsToSnapshot=True,
            **watching(self, self.monitoring, self.insights),
            DBParameterGroupName=parameters(self, self.parameters, self.engine, getattr(source, "version", None)),
            OptionGroupName=group_name(self, self.options),
            EnableIAMDatabaseAuthentication=self.iam_authentication,
            EnableCloudwatchLogsExports=list(self.logs) or None,
            DeletionProtection=self.deletion_protection,
            AutoMinorVersionUpgrade=self.auto_minor_upgrades,
            CACertificateIdentifier=self.ca_certificate,
        )
        self._promoted = False

    def promoted(self, *, backup_retention: int = BACKUP_DAYS_DEFAULT, storage: int | None = None) -> RDSReplica:
        """Make the replica a database of its own; the update breaks the replication for good.

        Deploy it once with the replica as it is, and then with this line: the update takes the source away
        (`awsdeck diff` shows UPD016), and RDS promotes the replica with the data it has then, its encryption, and its
        endpoint. From then on it is backed up for `backup_retention` days, and RDS manages its password. `storage` is
        its size in GiB, the source's unless given. Returns the replica. Keep the line as long as it stands in the
        stack.

        Source: RDS User Guide, promoting a read replica to be a standalone DB instance.
        """
        size = storage if storage is not None else getattr(self.source, "storage", None)
        if size is None:
            size = self.storage if self.storage is not None else STORAGE_LEAST["gp3"]
        self.node.ignore("RDS023", reason="promoted from a replica, which is encrypted as its source was")
        self.node.ignore("TPL025", reason="promoted from a replica, whose master user is its source's")
        self.node.resource.set(
            SourceDBInstanceIdentifier=None, SourceRegion=None, ReplicaMode=None, AllocatedStorage=str(size),
            BackupRetentionPeriod=backup_retention, ManageMasterUserPassword=True,
        )  # fmt: skip
        return self


@construct
class ExistingRDSInstance(Existing, Replicated, InstanceAccess):
    """A database made elsewhere; see `RDSInstance.from_id`."""

    WHAT = "database"
    engine: Engine
    listen: int | None = None
    security_groups: Sequence[SecurityGroupAccess | str] = ()
    db_resource_id: str | None = None
    master_secret: SecretAccess | None = None

    def build(self) -> None:
        """Take what is known; nothing is added to the template."""
        super().build()
        port = port_of(self, self.engine, self.listen)
        if port is None:
            raise ConstructError(
                f"{self.node.path}: RDS has no engine {self.engine!r}", place=caller(),
                fix=f"it is one of {', '.join(INSTANCE_ENGINES)}",
            )  # fmt: skip
        vars(self).setdefault("port", str(port))
        vars(self).setdefault("arn", arn_here("rds", f"db:{self.instance_id}"))
        self.connections = Connections(self, list(_groups(self, self.security_groups)), port)

    @property
    def resource_id(self) -> str:
        """What IAM knows the database by."""
        if self.db_resource_id is None:
            raise ConstructError(
                f"{self.node.path}: what IAM knows the database by is not known", place=caller(),
                fix='from_id(…, resource_id="db-…"), as `aws rds describe-db-instances` shows it',
            )  # fmt: skip
        return self.db_resource_id

    @property
    def secret(self) -> SecretAccess:
        """The secret with its master password."""
        if self.master_secret is None:
            raise ConstructError(
                f"{self.node.path}: where its password is kept is not known", place=caller(), fix="from_id(…, secret=…)"
            )
        return self.master_secret


def _groups(owner: Construct, given: Sequence[SecurityGroupAccess | str]) -> Iterator[SecurityGroupAccess]:
    for number, one in enumerate(given, 1):
        yield SecurityGroup.from_id(owner, f"SecurityGroup{number}", one) if isinstance(one, str) else one


def _region(construct: Construct) -> str | None:
    stack = construct.node.stack
    return None if stack is None else stack.region


def _arn_from_afar(source: InstanceAccess) -> str:
    if isinstance(source, ExistingRDSInstance):
        return f"arn:{AWS.Partition}:rds:{_region(source)}:{AWS.AccountId}:db:{source.instance_id}"
    return across(source.arn)
