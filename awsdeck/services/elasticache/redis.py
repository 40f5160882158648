"""Amazon ElastiCache for Redis and Valkey: replicas, shards, snapshots, and how clients sign in.

Source: ElastiCache User Guide; course notes, ElastiCache.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.elasticache.cacheengines import DEFAULT_VERSION, TIERED
from ...rules.limits import CACHE_PORTS, CACHE_SNAPSHOT_DAYS_DEFAULT
from ...source import caller
from ...tokens import has_marker
from ..cloudwatch.metric import Metric
from ..existing import Existing, arn_here, checked_name
from ..hints import check
from ..security.keys import KeyAccess, checked_key, key_arn
from ..vpc.connections import Connections
from ..vpc.securitygroup import SecurityGroup, connected
from ..vpc.subnet import VPCAccess
from .elasticache import (
    NAMESPACE,
    CacheLog,
    CacheStrategy,
    each,
    family_of,
    fixed_name,
    hints,
    parameter_group,
    subnet_group,
    topic_arn,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...tokens import Token
    from ..messaging.sns import TopicAccess
    from ..security.policy import Grant, Grantee, Principal
    from ..security.secretsmanager import SecretAccess
    from ..vpc.securitygroup import SecurityGroupAccess
    from ..vpc.subnet import SubnetChoice
    from .cacheusers import CacheUser, CacheUserGroupAccess
    from .elasticache import Need

GROUP = "AWS::ElastiCache::ReplicationGroup"
GLOBAL = "AWS::ElastiCache::GlobalReplicationGroup"
CONNECT = ("elasticache:Connect",)
TOKEN_LENGTH = 64
"""Characters of a token that is made up here."""


class RedisAccess(Construct):
    """Who may reach a Redis or Valkey cluster, whether it is made here or exists already."""

    connections: Connections
    port: int | Token
    sharded: bool
    replication_group_id = ref()

    @property
    def arn(self) -> str:
        """The ARN of the cluster."""
        return arn_here("elasticache", f"replicationgroup:{self.replication_group_id}")

    def grant_connect(self, who: str | Principal | Grantee, user: CacheUser | str) -> Grant:
        """Let somebody sign in with IAM as `user`: a `CacheUser` with `authentication="iam"`, or the ARN of one.

        The network has to let them in too: `cluster.connections.allow_from(…)`.
        Source: ElastiCache User Guide, Authenticating with IAM.
        """
        return connect(self, who, self.arn, user)

    def metric(
        self, name: str, *, node: int = 1, shard: int = 1, statistic: str = "Average", period: int = 300
    ) -> Metric:
        """What a node measures: `EngineCPUUtilization`, `DatabaseMemoryUsagePercentage`, `Evictions`, `CacheHitRate`, …

        `node` counts from 1 within its shard, `shard` from 1; after a failover another node is the primary.
        Source: ElastiCache User Guide, Metrics for Valkey and Redis OSS.
        """
        place = f"{shard:04}-{node:03}" if self.sharded else f"{node:03}"
        dimensions = {"CacheClusterId": f"{self.replication_group_id}-{place}"}
        return Metric(NAMESPACE, name, dimensions, statistic=statistic, period=period)


def connect(owner: Construct, who: Any, arn: str, user: CacheUser | str) -> Grant:
    """Let somebody sign in to a cache as one of its users."""
    if isinstance(who, str) or not hasattr(who, "allow"):
        raise ConstructError(
            f"{owner.node.path}: only a role, a user or a function can sign in with IAM", place=caller(),
            fix="grant it to one of these",
        )  # fmt: skip
    signing: str | None = user if isinstance(user, str) else getattr(user, "arn", None)
    if signing is None:
        raise ConstructError(
            f"{owner.node.path}: a {type(user).__name__} is no user of a cache", place=caller(),
            fix="give a CacheUser, or the ARN of one",
        )  # fmt: skip
    if getattr(user, "authentication", "iam") != "iam":
        raise ConstructError(
            f"{owner.node.path}: the user signs in with a password, not with IAM", place=caller(),
            fix='make it with authentication="iam"',
        )  # fmt: skip
    granted: Grant = who.allow(*CONNECT, on=[arn, signing])
    return granted


@construct
class RedisCluster(RedisAccess):
    """A Redis or Valkey cluster: a primary that is written to, replicas that are read from and take over.

    Makes the replication group, its subnet group ("Subnets") and, unless told otherwise, a security group of its own
    ("SecurityGroup"); a parameter group ("Parameters") for `parameters`, a secret ("AuthToken") for
    `auth_token="generate"`.

    - `vpc`, `subnets`, `security_groups`: where it stands; nobody is let in until `connections.allow_from(…)` says so.
    - `node_type`: such as "cache.t4g.small" (default) or "cache.r7g.large".
    - `engine`: "redis" or "valkey"; `engine_version`: 7.1 for Redis, 8.2 for Valkey unless given.
    - `replicas`: 0 to 5 for each primary; 1 by default. `shards`: how many primaries share the keys, 1 to 500; given,
      the cluster is in cluster mode and clients use `configuration_endpoint`.
    - `failover`: whether a replica takes over by itself; `multi_az`: whether replicas lie in other zones than their
      primary. Both are on where there are replicas; cluster mode always fails over.
    - `availability_zones`: one for each node, the primary's first; not in cluster mode.
    - `snapshot_retention`: days that daily snapshots are kept, 0 to 35; 1 by default, 0 for none.
      `snapshot_window`: when they are taken, "03:00-04:00" in UTC, an hour or more.
    - `restore_from`: what it begins with: the name of a snapshot, or the ARNs of `.rdb` files in S3, as a list where
      only the deploy knows them. Changing or removing it later makes a new cluster.
    - `tls`: clients must come over TLS (default); "preferred" lets them do without while they change over; False.
    - `encryption`: at rest, with `key` (a customer key) or ElastiCache's own. It cannot change later.
    - `auth_token`: what clients sign in with: a `Secret`, a dynamic reference (`secret.value("token")`), or "generate"
      for a secret of its own, `auth_secret`. Never plain text.
    - `users`: in place of it, a `CacheUserGroup` (or its id), whose users have rights of their own.
    - `parameters`: values such as `{"maxmemory-policy": "allkeys-lru"}`, or the name of a parameter group.
    - `logs`: `CacheLog`s. `notifications`: the topic that hears of failovers and the like.
    - `maintenance_window`: "sun:05:00-sun:06:00" in UTC; `auto_minor_version_upgrade`: on.
    - `data_tiering`: part of the values lies on SSDs; on for `cache.r6gd` nodes, which have them.
    - `network_type`: "ipv4", "ipv6" or "dual_stack". `durability`: "async", "sync" or "disabled", as AWS has it by
      default unless given.
    - `global_datastore`: the id of a `GlobalDatastore` of which this is a copy in another region; engine, node type,
      shards and encryption are then the primary's.
    - `name`: a fixed name, 1 to 40 letters, digits and hyphens; then it cannot be replaced. Leave it out unless
      somebody else needs to know it.

    What it is used for can be told, and is checked: `strategy` (a `CacheStrategy`), `write_ratio` (the share of
    writes, 0 to 1), `needs` ("persistence", "backups", "failover", "auth", "data-types", "ranking", "pub-sub").

    Source: ElastiCache User Guide; course notes, ElastiCache.
    """

    vpc: VPCAccess
    node_type: str | Token = "cache.t4g.small"
    engine: Literal["redis", "valkey"] = "redis"
    engine_version: str | Token | None = None
    replicas: int = 1
    shards: int | Token | None = None
    failover: bool | None = None
    multi_az: bool | None = None
    availability_zones: Sequence[str] | None = None
    subnets: SubnetChoice = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    port: int | Token = CACHE_PORTS["redis"]
    snapshot_retention: int | Token = CACHE_SNAPSHOT_DAYS_DEFAULT
    snapshot_window: str | None = None
    restore_from: str | Sequence[str] | None = None
    tls: bool | Literal["preferred"] = True
    encryption: bool = True
    key: KeyAccess | str | None = None
    auth_token: SecretAccess | str | None = None
    users: CacheUserGroupAccess | str | None = None
    parameters: Mapping[str, Any] | str | None = None
    logs: Sequence[CacheLog] = ()
    notifications: TopicAccess | str | None = None
    maintenance_window: str | None = None
    auto_minor_version_upgrade: bool = True
    data_tiering: bool | None = None
    network_type: Literal["ipv4", "ipv6", "dual_stack"] | None = None
    durability: Literal["default", "async", "sync", "disabled"] | None = None
    global_datastore: str | None = None
    description: str | None = None
    name: str | None = None
    strategy: CacheStrategy | None = None
    write_ratio: float | None = None
    needs: Sequence[Need] = ()

    _primary = attribute("PrimaryEndPoint.Address")
    _reader = attribute("ReaderEndPoint.Address")
    _configuration = attribute("ConfigurationEndPoint.Address")

    def build(self) -> None:
        """Make the cluster and what belongs to it."""
        checked_key(self.key, self.node.path)
        self.sharded = self.shards is not None
        self._version = DEFAULT_VERSION[self.engine] if self.engine_version is None else self.engine_version
        told = hints(self.strategy, self.write_ratio)
        self.connections = connected(self, self.vpc, self.security_groups, port=self.port)
        placement = self.vpc.choose(self.subnets)
        resource_class(GROUP)(
            self,
            MAIN,
            ReplicationGroupId=self.name,
            ReplicationGroupDescription=self.node.path if self.description is None else self.description,
            CacheSubnetGroupName=subnet_group(self, placement),
            SecurityGroupIds=self.connections.group_ids,
            Port=self.port,
            KmsKeyId=key_arn(self.key),
            **self._size(),
            **self._kept(),
            **self._signing_in(),
            NotificationTopicArn=topic_arn(self, self.notifications),
            PreferredMaintenanceWindow=self.maintenance_window,
            AutoMinorVersionUpgrade=self.auto_minor_version_upgrade,
            LogDeliveryConfigurations=each(self.logs),
            NetworkType=self.network_type,
            Durability=self.durability,
            GlobalReplicationGroupId=self.global_datastore,
        )
        check(self, **told, **self._needed())

    @property
    def primary_endpoint(self) -> Token:
        """The host name that is written to; not in cluster mode."""
        self._alone("primary_endpoint")
        return self._primary

    @property
    def reader_endpoint(self) -> Token:
        """The host name that spreads reads over the replicas; not in cluster mode."""
        self._alone("reader_endpoint")
        return self._reader

    @property
    def configuration_endpoint(self) -> Token:
        """The host name from which clients in cluster mode learn of the shards."""
        if not self.sharded:
            raise ConstructError(
                f"{self.node.path} is not in cluster mode, so it has no configuration endpoint", place=caller(),
                fix="use primary_endpoint and reader_endpoint, or give it shards=",
            )  # fmt: skip
        return self._configuration

    @property
    def endpoint(self) -> Token:
        """The host name that clients are given: of the primary, or in cluster mode the configuration endpoint."""
        return self._configuration if self.sharded else self._primary

    @property
    def url(self) -> str:
        """`endpoint` and `port` as clients take them: `rediss://…:6379`, `redis://` without TLS."""
        return f"{'rediss' if self.tls is True else 'redis'}://{self.endpoint}:{self.port}"

    @property
    def auth_secret(self) -> SecretAccess:
        """The secret with the token that clients sign in with, for `auth_secret.grant_read(…)`."""
        if self._secret is None:
            raise ConstructError(
                f"{self.node.path} has no secret with a token", place=caller(),
                fix='give it auth_token="generate", or a Secret',
            )  # fmt: skip
        return self._secret

    def _alone(self, name: str) -> None:
        if self.sharded:
            raise ConstructError(
                f"{self.node.path} is in cluster mode, so it has no {name}", place=caller(),
                fix="use configuration_endpoint, or leave shards= out",
            )  # fmt: skip

    def _size(self) -> dict[str, Any]:
        """Nodes, what runs on them, and how they stand in for each other."""
        if self.global_datastore is not None:
            beside: dict[str, Any] = {"NumCacheClusters": 1 + self.replicas}
            if self.sharded:
                beside = {"ReplicasPerNodeGroup": self.replicas}
            return {**beside, "PreferredCacheClusterAZs": self.availability_zones}
        failover = self.failover
        if failover is None:
            failover = self.sharded or self.replicas > 0 or self.multi_az is True
        zones = self.replicas > 0 and failover if self.multi_az is None else self.multi_az
        nodes: dict[str, Any] = (
            {"NumNodeGroups": self.shards, "ReplicasPerNodeGroup": self.replicas, "ClusterMode": "enabled"}
            if self.sharded
            else {"NumCacheClusters": 1 + self.replicas}
        )
        tiered = isinstance(self.node_type, str) and not has_marker(self.node_type) and f".{TIERED}." in self.node_type
        tiering = self.data_tiering if self.data_tiering is not None else tiered or None
        return {
            "Engine": self.engine,
            "EngineVersion": self._version,
            "CacheNodeType": self.node_type,
            "CacheParameterGroupName": self._parameters(),
            "AutomaticFailoverEnabled": failover,
            "MultiAZEnabled": zones,
            "DataTieringEnabled": tiering,
            "AtRestEncryptionEnabled": self.encryption,
            "TransitEncryptionEnabled": bool(self.tls),
            "TransitEncryptionMode": "preferred" if self.tls == "preferred" else None,
            "PreferredCacheClusterAZs": self.availability_zones,
            **nodes,
        }

    def _parameters(self) -> Any:
        parameters = self.parameters
        if not self.sharded:
            return parameter_group(self, self.engine, self._version, parameters)
        if parameters is None:
            return f"default.{family_of(self, self.engine, self._version)}.cluster.on"
        if not isinstance(parameters, str):
            parameters = {**parameters, "cluster-enabled": "yes"}
        return parameter_group(self, self.engine, self._version, parameters)

    def _kept(self) -> dict[str, Any]:
        """Snapshots, and what it begins with."""
        given = self.restore_from
        several = given if isinstance(given, list | tuple) else None
        if type(given) is str and given.startswith("arn:"):
            several = [given]
        return {
            "SnapshotRetentionLimit": self.snapshot_retention,
            "SnapshotWindow": self.snapshot_window,
            "SnapshotName": given if several is None else None,
            "SnapshotArns": several,
        }

    def _signing_in(self) -> dict[str, Any]:
        """The token or the group of users."""
        given: Any = self.auth_token
        token: str | None = None
        self._secret: SecretAccess | None = None
        if type(given) is str and given == "generate":
            from ..security.secretsmanager import Generate, Secret

            given = Secret(self, "AuthToken", generate=Generate(length=TOKEN_LENGTH, punctuation=False), key=self.key)
        if given is not None and not isinstance(given, str):
            if not hasattr(given, "value"):
                raise ConstructError(
                    f"{self.node.path}: auth_token= is a {type(given).__name__}", place=caller(), fix=_ADVICE
                )
            self._secret = given
            token = given.value()
        elif given is not None:
            if not has_marker(given) and "{{resolve:" not in given:
                raise ConstructError(
                    f"{self.node.path}: auth_token= in plain text can be read by everybody who may read the stack",
                    place=caller(),
                    fix=_ADVICE,
                )
            token = given
        users: Any = self.users
        if users is not None and not isinstance(users, str):
            if not hasattr(users, "user_group_id"):
                raise ConstructError(
                    f"{self.node.path}: users= is a {type(users).__name__}", place=caller(),
                    fix="give a CacheUserGroup, or the id of one",
                )  # fmt: skip
            users = users.user_group_id
        return {"AuthToken": token, "UserGroupIds": None if users is None else [users]}

    def _needed(self) -> dict[str, Any]:
        return {
            "needs": list(self.needs),
            "replicas": self.replicas,
            "snapshot_retention": self.snapshot_retention,
            "signs_in": self.auth_token is not None or self.users is not None,
        }

    @staticmethod
    def from_endpoint(
        scope: Construct,
        id: str,
        endpoint: str,
        *,
        name: str,
        reader: str | None = None,
        port: int = CACHE_PORTS["redis"],
        sharded: bool = False,
        security_groups: Sequence[str] = (),
    ) -> ExistingRedisCluster:
        """A cluster that exists already.

        - `endpoint`: the host name of its primary, of its configuration endpoint when it is `sharded`; `reader`: that
          of its replicas, the same unless given.
        - `name`: the id of the replication group. `security_groups`: ids of those it stands behind.
        """
        checked_name(name, "the id of the replication group", r"[A-Za-z][A-Za-z0-9-]*")
        values = {"replication_group_id": name, "endpoint": endpoint, "reader_endpoint": reader or endpoint}
        return ExistingRedisCluster(
            scope, id, values=values, port=port, sharded=sharded, security_groups=security_groups
        )


_ADVICE = 'give a Secret, secret.value("field"), or "generate"'


@construct
class ExistingRedisCluster(Existing, RedisAccess):
    """A cluster made elsewhere; see `RedisCluster.from_endpoint`."""

    WHAT = "cluster"
    port: int | Token = CACHE_PORTS["redis"]
    sharded: bool = False
    security_groups: Sequence[str] = ()

    @property
    def endpoint(self) -> str:
        """The host name of the primary, or in cluster mode the configuration endpoint."""
        return self.values["endpoint"]

    @property
    def reader_endpoint(self) -> str:
        """The host name that reads go to."""
        return self.values["reader_endpoint"]

    def build(self) -> None:
        """Take the values; nothing is added to the template."""
        super().build()
        groups = [
            SecurityGroup.from_id(self, f"SecurityGroup{number}", one)
            for number, one in enumerate(self.security_groups, 1)
        ]
        self.connections = Connections(self, groups, self.port)


@construct
class GlobalDatastore(Construct):
    """One Redis or Valkey data set in several regions: a primary cluster, and copies that only read.

    - `primary`: the cluster that is written to, of this region and of nodes of size large or more.
    - `suffix`: the end of its id; AWS puts a prefix of the region before it. By default the stack and the path.
    - `failover`: whether a replica of each cluster takes over by itself; as the primary has it by default.

    The clusters of the other regions (two at most) are `RedisCluster(…, global_datastore="…")` with the id that this
    one has after its deploy: references do not reach across regions.

    Source: ElastiCache User Guide, Replication across AWS Regions using global datastores.
    """

    primary: RedisCluster
    suffix: str | None = None
    failover: bool | None = None
    description: str | None = None

    id = attribute("GlobalReplicationGroupId")

    def build(self) -> None:
        """Make the datastore."""
        stack = self.primary.node.stack
        resource_class(GLOBAL)(
            self,
            MAIN,
            GlobalReplicationGroupIdSuffix=fixed_name(self) if self.suffix is None else self.suffix,
            GlobalReplicationGroupDescription=self.node.path if self.description is None else self.description,
            AutomaticFailoverEnabled=self.failover,
            Members=[
                {
                    "ReplicationGroupId": self.primary.replication_group_id,
                    "ReplicationGroupRegion": stack.region if stack is not None else None,
                    "Role": "PRIMARY",
                }
            ],
        )
