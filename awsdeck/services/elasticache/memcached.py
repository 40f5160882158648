"""Amazon ElastiCache for Memcached: a pool of nodes that share the keys, without copies.

Source: ElastiCache User Guide; course notes, ElastiCache.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.elasticache.cacheengines import DEFAULT_VERSION, MEMCACHED, TLS_SINCE, before
from ...rules.limits import CACHE_PORTS
from ...source import caller
from ...tokens import has_marker
from ..cloudwatch.metric import Metric
from ..hints import check
from ..vpc.connections import Connections
from ..vpc.securitygroup import connected
from ..vpc.subnet import VPCAccess
from .elasticache import NAMESPACE, CacheStrategy, hints, parameter_group, subnet_group, topic_arn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...tokens import Token
    from ..messaging.sns import TopicAccess
    from ..vpc.securitygroup import SecurityGroupAccess
    from ..vpc.subnet import SubnetChoice
    from .elasticache import Need

CLUSTER = "AWS::ElastiCache::CacheCluster"
FOREIGN = {
    "auth_token": "no tokens or users to sign in with",
    "data_tiering": "no data on SSDs",
    "durability": "no durability",
    "encryption": "no encryption at rest",
    "failover": "no replicas that take over",
    "global_datastore": "no copies in other regions",
    "key": "no encryption at rest",
    "logs": "no logs to deliver",
    "multi_az": "no replicas in other zones; its nodes are spread with cross_az=True",
    "replicas": "no replicas; it grows with nodes=",
    "restore_from": "no snapshots",
    "shards": "no shards; its nodes share the keys by themselves",
    "snapshot_retention": "no snapshots",
    "snapshot_window": "no snapshots",
    "users": "no tokens or users to sign in with",
}
"""Keywords of a `RedisCluster` that Memcached has nothing for."""


@construct
class MemcachedCluster(Construct):
    """A Memcached cluster: nodes that are each a part of the cache; a node that fails begins empty again.

    Makes the cluster, its subnet group ("Subnets") and, unless told otherwise, a security group of its own
    ("SecurityGroup"); a parameter group ("Parameters") for `parameters`. It is deleted with the stack: there is
    nothing to keep. Snapshots, replicas, failover and signing in are Redis's: see `RedisCluster`.

    - `vpc`, `subnets`, `security_groups`: where it stands; nobody is let in until `connections.allow_from(…)` says so.
    - `nodes`: 1 to 40, more when AWS raised it; 2 by default. `node_type`: such as "cache.t4g.small" (default).
    - `cross_az`: spread the nodes over zones; on with several nodes. `availability_zones`: one for each node.
    - `engine_version`: 1.6.22 unless given.
    - `tls`: clients must come over TLS; on from version 1.6.12. It cannot change later.
    - `parameters`: values such as `{"max_item_size": 4_194_304}`, or the name of a parameter group.
    - `notifications`: the topic that hears of replaced nodes and the like.
    - `maintenance_window`: "sun:05:00-sun:06:00" in UTC; `auto_minor_version_upgrade`: on.
    - `network_type`: "ipv4", "ipv6" or "dual_stack".
    - `name`: a fixed name, 1 to 50 letters, digits and hyphens; then it cannot be replaced. Leave it out unless
      somebody else needs to know it.

    What it is used for can be told, and is checked: `strategy` (a `CacheStrategy`), `write_ratio` (the share of
    writes, 0 to 1), `needs` ("persistence", "backups", "failover", "auth", "data-types", "ranking", "pub-sub"), none of
    which Memcached has.

    Source: ElastiCache User Guide; course notes, ElastiCache.
    """

    vpc: VPCAccess
    nodes: int | Token = 2
    node_type: str | Token = "cache.t4g.small"
    engine_version: str | Token | None = None
    cross_az: bool | None = None
    availability_zones: Sequence[str] | None = None
    subnets: SubnetChoice = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    port: int | Token = CACHE_PORTS[MEMCACHED]
    tls: bool | None = None
    parameters: Mapping[str, Any] | str | None = None
    notifications: TopicAccess | str | None = None
    maintenance_window: str | None = None
    auto_minor_version_upgrade: bool = True
    network_type: Literal["ipv4", "ipv6", "dual_stack"] | None = None
    name: str | None = None
    strategy: CacheStrategy | None = None
    write_ratio: float | None = None
    needs: Sequence[Need] = ()

    if not TYPE_CHECKING:

        def __init__(self, scope, id, **given):
            wrong = [f"{name}=: Memcached has {words}" for name, words in FOREIGN.items() if name in given]
            if wrong:
                raise ConstructError(
                    "\n".join(f"MemcachedCluster {id}: {line}" for line in wrong), place=caller(),
                    fix='leave it out, or make a RedisCluster, with engine="redis" or "valkey"',
                )  # fmt: skip
            super().__init__(scope, id, **given)

    cluster_name = ref()
    configuration_endpoint = attribute("ConfigurationEndpoint.Address")
    """The host name from which clients learn of the nodes."""

    def build(self) -> None:
        """Make the cluster and what belongs to it."""
        version = DEFAULT_VERSION[MEMCACHED] if self.engine_version is None else self.engine_version
        told = hints(self.strategy, self.write_ratio)
        check(self, needs=list(self.needs), **told)
        self.connections: Connections = connected(self, self.vpc, self.security_groups, port=self.port)
        placement = self.vpc.choose(self.subnets)
        resource_class(CLUSTER)(
            self,
            MAIN,
            ClusterName=self.name,
            Engine=MEMCACHED,
            EngineVersion=version,
            CacheNodeType=self.node_type,
            NumCacheNodes=self.nodes,
            AZMode=self._spread(),
            PreferredAvailabilityZones=self.availability_zones,
            CacheSubnetGroupName=subnet_group(self, placement),
            VpcSecurityGroupIds=self.connections.group_ids,
            CacheParameterGroupName=parameter_group(self, MEMCACHED, version, self.parameters),
            Port=self.port,
            TransitEncryptionEnabled=self._encrypted(version),
            NotificationTopicArn=topic_arn(self, self.notifications),
            PreferredMaintenanceWindow=self.maintenance_window,
            AutoMinorVersionUpgrade=self.auto_minor_version_upgrade,
            NetworkType=self.network_type,
        )

    @property
    def endpoint(self) -> Token:
        """The host name that clients are given: the configuration endpoint."""
        return self.configuration_endpoint

    def metric(self, name: str, *, node: int | None = None, statistic: str = "Average", period: int = 300) -> Metric:
        """What the cluster measures: `CPUUtilization`, `Evictions`, `GetHits`, `GetMisses`, `FreeableMemory`, …

        `node` counts from 1; left out, it is the cluster as a whole.
        Source: ElastiCache User Guide, Metrics for Memcached.
        """
        dimensions: dict[str, str] = {"CacheClusterId": self.cluster_name}
        if node is not None:
            dimensions["CacheNodeId"] = f"{node:04}"
        return Metric(NAMESPACE, name, dimensions, statistic=statistic, period=period)

    def _spread(self) -> str | None:
        if self.cross_az is not None:
            return "cross-az" if self.cross_az else "single-az"
        several = isinstance(self.nodes, int) and self.nodes > 1
        return "cross-az" if several else None

    def _encrypted(self, version: str) -> bool | None:
        if self.tls is not None:
            return self.tls
        return None if has_marker(version) or before(version, TLS_SINCE[MEMCACHED]) else True
