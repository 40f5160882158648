"""Amazon Aurora: clusters, their writers and readers, copies of them, and clusters across regions."""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.limits import BACKUP_DAYS_DEFAULT
from ...rules.rds.dbengines import parameter_family
from ...source import caller
from ..security.keys import KeyAccess, key_arn
from ..security.policy import give
from ..security.secretsmanager import SecretAccess
from ..vpc.securitygroup import SecurityGroupAccess, connected
from ..vpc.subnet import VPCAccess
from .dbaccess import DatabaseAccess, MasterUser
from .dbgroups import Group, RDSClusterParameterGroup, group_name
from .dbsettings import parameters, port_of, subnet_group, watching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal, TypeAlias

    from ...tokens import Token
    from ..security.policy import Conditions, Grant, Grantee, Principal
    from ..vpc.subnet import SubnetChoice
    from .dbgroups import Value

    AuroraEngine: TypeAlias = Literal["aurora-mysql", "aurora-postgresql"]
    AuroraLog: TypeAlias = Literal[
        "audit", "error", "general", "iam-db-auth-error", "instance", "postgresql", "slowquery"
    ]

CLUSTER = "AWS::RDS::DBCluster"
INSTANCE = "AWS::RDS::DBInstance"
GLOBAL_CLUSTER = "AWS::RDS::GlobalCluster"
SERVERLESS = "db.serverless"
DATA_API = (
    "rds-data:BatchExecuteStatement",
    "rds-data:BeginTransaction",
    "rds-data:CommitTransaction",
    "rds-data:ExecuteStatement",
    "rds-data:RollbackTransaction",
)


class ClusterCopy:
    """Where a cluster begins: another one, as it is or was, for `AuroraCluster(…, restore=ClusterCopy(…))`.

    - `source`: an `AuroraCluster`, or the identifier or ARN of a cluster.
    - `at`: a time in UTC ("2026-11-25T10:00:00Z") within the source's retention period; the latest possible otherwise.
    - `clone`: share the source's storage and copy only what changes: made in minutes, at any size. Not with `at`.

    Source: Aurora User Guide, restoring a DB cluster to a specified time; cloning a volume for an Aurora DB cluster.
    """

    __slots__ = ("source", "at", "clone")

    def __init__(self, source: AuroraCluster | str, at: str | None = None, *, clone: bool = False) -> None:
        if clone and at is not None:
            raise ConstructError(
                "a clone of another time", place=caller(), fix="a clone is of now: leave at= or clone=True out"
            )
        self.source = source
        self.at = at
        self.clone = clone

    def properties(self) -> dict[str, Any]:
        """What says so on the new cluster."""
        return {
            "SourceDBClusterIdentifier": self.source if isinstance(self.source, str) else self.source.cluster_id,
            "RestoreType": "copy-on-write" if self.clone else "full-copy",
            "RestoreToTime": self.at,
            "UseLatestRestorableTime": True if self.at is None else None,
        }


@construct
class AuroraInstance(DatabaseAccess):
    """One instance of a cluster, a writer or a reader; made by `AuroraCluster` and its `add_reader`."""

    cluster: AuroraCluster
    instance_class: str
    availability_zone: str | None = None
    promotion_tier: int | None = None
    publicly_accessible: bool | Token = False
    name: str | None = None

    arn = attribute("DBInstanceArn")
    instance_id = ref()
    endpoint = attribute("Endpoint.Address")
    port = attribute("Endpoint.Port")
    if not TYPE_CHECKING:
        resource_id = attribute("DbiResourceId")

    def build(self) -> None:
        """Make the instance."""
        home = self.cluster
        self.connections = home.connections
        resource_class(INSTANCE)(
            self,
            MAIN,
            DBInstanceIdentifier=self.name,
            DBClusterIdentifier=home.cluster_id,
            Engine=home.engine,
            DBInstanceClass=self.instance_class,
            AvailabilityZone=self.availability_zone,
            PromotionTier=self.promotion_tier,
            PubliclyAccessible=self.publicly_accessible,
            AutoMinorVersionUpgrade=home.auto_minor_upgrades,
            CACertificateIdentifier=home.ca_certificate,
            DBParameterGroupName=home.instance_group,
            PreferredMaintenanceWindow=home.maintenance_window,
        )

    def _identity(self) -> str:
        return self.instance_id

    def _signs_in(self) -> None:
        self.cluster.sign_in_with_iam()


@construct
class AuroraCluster(MasterUser):
    """A cluster of Aurora: storage in three zones, a writer, and readers that can take its place.

    - `engine`: "aurora-mysql" or "aurora-postgresql"; `version`: such as "16.4" or "8.0.mysql_aurora.3.08.0".
    - `instance_class`: of the writer and of readers that name none, such as "db.r7g.large"; or `capacity`: the least
      and the most units of Serverless, (0.5, 8), for instances that grow and shrink by themselves, 0 to 256 in halves;
      with 0 they pause when nobody connects. Both together: the writer is of the class, readers may be
      `add_reader(…, serverless=True)`.
    - `readers`: how many, at most 15; or `add_reader(…)` one by one. A cluster without any has nothing to fail over to
      but a new instance.
    - `vpc`, `subnets`: where it stands, isolated subnets by default; or `subnet_group`. `security_groups`: one of its
      own by default, which lets nobody in until `connections.allow_from(…)`.
    - `credentials`, `username`, `secret_key`: as for `RDSInstance`; a cluster of a global one keeps a "generated"
      secret, since RDS manages none there, and a secondary one none at all.
    - `database`: the name of a first database in it.
    - `backup_retention`: days, 1 to 35, cannot be off; `backup_window`, `maintenance_window`; `backtrack`: seconds that
      a MySQL cluster can be turned back in place, up to 259,200 (72 hours).
    - `encrypted`: on, chosen once and for all; `key`: a customer key.
    - `iam_authentication`: sign in with IAM; `grant_connect` switches it on. `data_api`: SQL over HTTPS;
      `grant_data_api` switches it on.
    - `io_optimized`: storage without a price for each request.
    - `parameters`: settings of the cluster by name (then `version` tells the family), or an `RDSClusterParameterGroup`;
      `instance_parameters`: of its instances, or an `RDSParameterGroup`.
    - `logs`: which logs go to CloudWatch; `monitoring`: seconds between two looks at the operating system, with a role
      of its own ("Monitoring"); `insights`: "standard" or "advanced".
    - `deletion_protection`: on; `auto_minor_upgrades`: on; `major_upgrades`: allow them; `ca_certificate`; `listen`:
      its port; `name`: a fixed identifier.
    - `snapshot`: begin with the data of a snapshot; `restore`: with that of `ClusterCopy(…)`.
    - `global_cluster`: the `AuroraGlobalCluster` it belongs to; `secondary`: it follows the primary of another region.

    `.endpoint` is the writer's, `.reader_endpoint` is spread over the readers, and each instance has its own. Made with
    it as they are needed: "Writer", "Reader1" …, "SubnetGroup", "SecurityGroup", "Parameters", "InstanceParameters",
    "Monitoring", "Secret". The cluster is snapshotted before it leaves the stack or is replaced; its instances hold
    nothing of their own.

    Source: Aurora User Guide; course notes, RDS.
    """

    engine: AuroraEngine
    vpc: VPCAccess
    instance_class: str | None = None
    capacity: tuple[float, float] | None = None
    readers: int = 0
    version: str | None = None
    subnets: SubnetChoice = None
    subnet_group: Group | str | None = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    credentials: SecretAccess | Literal["managed", "generated"] | None = None
    username: str | None = None
    secret_key: KeyAccess | str | None = None
    database: str | None = None
    backup_retention: int | Token = BACKUP_DAYS_DEFAULT
    backup_window: str | None = None
    maintenance_window: str | None = None
    backtrack: int | None = None
    encrypted: bool = True
    key: KeyAccess | str | None = None
    iam_authentication: bool | None = None
    data_api: bool | None = None
    io_optimized: bool = False
    parameters: Mapping[str, Value] | Group | str | None = None
    instance_parameters: Mapping[str, Value] | Group | str | None = None
    logs: Sequence[AuroraLog] = ()
    monitoring: int = 0
    insights: Literal["standard", "advanced"] | None = None
    deletion_protection: bool | Token = True
    auto_minor_upgrades: bool | Token = True
    major_upgrades: bool = False
    ca_certificate: str | None = None
    listen: int | None = None
    name: str | None = None
    snapshot: str | None = None
    restore: ClusterCopy | None = None
    global_cluster: AuroraGlobalCluster | str | None = None
    secondary: bool = False

    arn = attribute("DBClusterArn")
    cluster_id = ref()
    endpoint = attribute("Endpoint.Address")
    reader_endpoint = attribute("ReadEndpoint.Address")
    port = attribute("Endpoint.Port")
    if not TYPE_CHECKING:
        resource_id = attribute("DBClusterResourceId")

    _NAMED = "DBClusterIdentifier"

    def build(self) -> None:
        """Make the cluster, its writer and its readers."""
        if self.instance_class is None and self.capacity is None:
            raise ConstructError(
                f"{self.node.path}: neither instance_class= nor capacity=", place=caller(),
                fix='instance_class="db.r7g.large", or capacity=(0.5, 8) for Serverless',
            )  # fmt: skip
        if self.capacity is not None and len(self.capacity) != len(_RANGE):
            raise ConstructError(
                f"{self.node.path}: capacity= takes the least and the most units, not {len(self.capacity)} numbers",
                place=caller(), fix="such as (0.5, 8)",
            )  # fmt: skip
        if self.secondary and self.global_cluster is None:
            raise ConstructError(
                f"{self.node.path}: secondary= without global_cluster=", place=caller(), fix="name the global cluster"
            )
        begun = self.snapshot is not None or self.restore is not None
        listen = port_of(self, self.engine, self.listen)
        self.connections = connected(self, self.vpc, self.security_groups, port=listen)
        self.instances: list[AuroraInstance] = []
        self.instance_group = parameters(
            self, self.instance_parameters, self.engine, self.version, "InstanceParameters"
        )
        watched = watching(self, self.monitoring, self.insights)
        watched["PerformanceInsightsEnabled"] = watched.pop("EnablePerformanceInsights")
        origin: dict[str, Any] = {} if self.restore is None else self.restore.properties()
        units = self.capacity
        resource_class(CLUSTER)(
            self,
            MAIN,
            DBClusterIdentifier=self.name,
            Engine=self.engine,
            EngineVersion=self.version,
            DatabaseName=None if self.secondary else self.database,
            SnapshotIdentifier=self.snapshot,
            **origin,
            GlobalClusterIdentifier=self._global_name(),
            ServerlessV2ScalingConfiguration=None if units is None else dict(zip(_RANGE, units, strict=True)),
            DBSubnetGroupName=subnet_group(self, self.vpc, self.subnets, self.subnet_group),
            VpcSecurityGroupIds=self.connections.group_ids,
            Port=listen,
            BackupRetentionPeriod=self.backup_retention,
            PreferredBackupWindow=self.backup_window,
            PreferredMaintenanceWindow=self.maintenance_window,
            BacktrackWindow=self.backtrack,
            CopyTagsToSnapshot=True,
            StorageEncrypted=None if begun else self.encrypted,
            KmsKeyId=key_arn(self.key),
            StorageType="aurora-iopt1" if self.io_optimized else None,
            **self._users(begun),
            **watched,
            DBClusterParameterGroupName=self._parameters(),
            EnableIAMDatabaseAuthentication=self.iam_authentication,
            EnableHttpEndpoint=self.data_api,
            EnableCloudwatchLogsExports=list(self.logs) or None,
            DeletionProtection=self.deletion_protection,
        )
        self._attach()
        size = SERVERLESS if self.instance_class is None else self.instance_class
        self.writer = AuroraInstance(self, "Writer", cluster=self, instance_class=size, promotion_tier=1)
        self.instances.append(self.writer)
        for number in range(1, self.readers + 1):
            self.add_reader(f"Reader{number}")

    def add_reader(
        self,
        id: str,
        *,
        instance_class: str | None = None,
        serverless: bool = False,
        availability_zone: str | None = None,
        promotion_tier: int | None = None,
        name: str | None = None,
    ) -> AuroraInstance:
        """Add a reader; it shares the cluster's storage, so it is behind the writer by milliseconds.

        - `instance_class`: the writer's unless given; `serverless=True` takes the cluster's `capacity`.
        - `promotion_tier`: 0 to 15, the smallest is first to take the writer's place. Serverless readers of tiers 0 and
          1 keep the writer's size.
        """
        if serverless and instance_class is not None:
            raise ConstructError(
                f"{self.node.path}: a reader with a class and serverless=True",
                place=caller(),
                fix="give one of the two",
            )
        size = SERVERLESS if serverless else instance_class or self.writer.instance_class
        made = AuroraInstance(
            self, id, cluster=self, instance_class=size, availability_zone=availability_zone,
            promotion_tier=promotion_tier, name=name,
        )  # fmt: skip
        made.node.depends_on(self.writer)
        self.instances.append(made)
        return made

    def _users(self, begun: bool) -> dict[str, Any]:
        if self.secondary:
            return {}
        if self.global_cluster is not None and self.credentials is None:
            self.credentials = "generated"
        return self._signing(begun)

    @property
    def secret(self) -> SecretAccess:
        """The secret of the master user: `username` and `password`, for `grant_read` and `value`."""
        if self.secondary:
            raise ConstructError(
                f"{self.node.path}: a secondary cluster has the users of its primary", place=caller(),
                fix="ask the primary for its secret",
            )  # fmt: skip
        return super().secret

    def _global_name(self) -> str | None:
        given = self.global_cluster
        return given.name_for(self) if isinstance(given, AuroraGlobalCluster) else given

    def _parameters(self) -> str | None:
        given = self.parameters
        if given is None or isinstance(given, str | Group):
            return group_name(self, given)
        named = None if self.version is None else parameter_family(self.engine, self.version)
        if named is None:
            raise ConstructError(
                f"{self.node.path}: parameters= belong to an engine and version, and the version is not known",
                place=caller(),
                fix='say version="…" too, or give an RDSClusterParameterGroup',
            )
        return RDSClusterParameterGroup(self, "Parameters", family=named, parameters=given).group_name

    def _identity(self) -> str:
        return self.cluster_id

    def _signs_in(self) -> None:
        self.sign_in_with_iam()

    def sign_in_with_iam(self) -> None:
        """Switch IAM authentication on; raises `ConstructError` where it was switched off."""
        if self.iam_authentication is False:
            raise ConstructError(
                f"{self.node.path}: IAM authentication is off", place=caller(),
                fix="leave iam_authentication=False out; grant_connect switches it on",
            )  # fmt: skip
        if self.iam_authentication is None:
            self.iam_authentication = True
            self.node.resource.set(EnableIAMDatabaseAuthentication=True)

    def grant_data_api(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let a role, user, group or function send SQL over HTTPS, as the master user, whose secret it may read then.

        Source: Aurora User Guide, using the Amazon RDS Data API.
        """
        if self.data_api is False:
            raise ConstructError(
                f"{self.node.path}: the Data API is off", place=caller(),
                fix="leave data_api=False out; grant_data_api switches it on",
            )  # fmt: skip
        if self.data_api is None:
            self.data_api = True
            self.node.resource.set(EnableHttpEndpoint=True)
        granted = give(who, DATA_API, on=[self.arn], through=self._refuse, when=when)
        self.secret.grant_read(who, when=when)
        return granted

    def attached_as(self) -> tuple[str, str]:
        """How Secrets Manager knows the database: its type and its identifier."""
        return CLUSTER, self.cluster_id

    @staticmethod
    def from_snapshot(
        scope: Construct, id: str, snapshot: str, *, engine: AuroraEngine, vpc: VPCAccess, **more: Any
    ) -> AuroraCluster:
        """A new cluster with the data of a snapshot, by its name or ARN, and with endpoints of its own.

        `more` are keywords of `AuroraCluster`. User, database name and encryption come with the snapshot.
        """
        return AuroraCluster(scope, id, engine=engine, vpc=vpc, snapshot=snapshot, **more)


_RANGE = ("MinCapacity", "MaxCapacity")


@construct
class AuroraGlobalCluster(Construct):
    """A cluster of clusters: a primary that is written to, and secondaries in other regions that follow it.

    - `name`: its identifier, 1 to 63 letters, digits and single hyphens; other regions name it by that.
    - `engine`, `version`: of all its clusters. `encrypted`: on.
    - `deletion_protection`: on.

    Make it in the stack of the primary, give it to `AuroraCluster(…, global_cluster=…)` there, and to
    `AuroraCluster(…, global_cluster=…, secondary=True)` in stacks of other regions, each with a `key` of its region;
    those are deployed after the primary. Source: Aurora User Guide, using Amazon Aurora Global Database.
    """

    name: str
    engine: AuroraEngine
    version: str | None = None
    encrypted: bool = True
    deletion_protection: bool | Token = True

    identifier = ref()
    endpoint = attribute("GlobalEndpoint.Address")

    def build(self) -> None:
        """Make the global cluster."""
        resource_class(GLOBAL_CLUSTER)(
            self,
            MAIN,
            GlobalClusterIdentifier=self.name,
            Engine=self.engine,
            EngineVersion=self.version,
            StorageEncrypted=self.encrypted,
            DeletionProtection=self.deletion_protection,
        )

    def name_for(self, cluster: Construct) -> str:
        """How a cluster names it: by reference in the same region, by its fixed name in others."""
        here, there = self.node.stack, cluster.node.stack
        if here is None or there is None or here.region == there.region:
            return self.identifier
        return self.name
