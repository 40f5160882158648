"""Amazon ElastiCache Serverless: caches without nodes to choose, that grow and shrink with their use.

Source: ElastiCache User Guide, ElastiCache Serverless.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.elasticache.cacheengines import MEMCACHED
from ...rules.limits import CACHE_PORTS, CACHE_SNAPSHOT_DAYS_DEFAULT
from ...source import caller
from ..cloudwatch.metric import Metric
from ..hints import check
from ..security.keys import KeyAccess, checked_key, key_arn
from ..vpc.connections import Connections
from ..vpc.securitygroup import connected
from ..vpc.subnet import VPCAccess
from .elasticache import NAMESPACE, CacheStrategy, fixed_name, hints
from .redis import connect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from ...tokens import Token
    from ..security.policy import Grant, Grantee, Principal
    from ..vpc.securitygroup import SecurityGroupAccess
    from ..vpc.subnet import SubnetChoice
    from .cacheusers import CacheUser, CacheUserGroupAccess

CACHE = "AWS::ElastiCache::ServerlessCache"


@construct
class ServerlessCache(Construct):
    """A cache that scales by itself, over TLS and encrypted at rest, in several zones.

    Makes the cache and, unless told otherwise, a security group of its own ("SecurityGroup").

    - `vpc`, `subnets`, `security_groups`: where it can be reached; nobody is let in until `connections.allow_from(…)`
      says so.
    - `engine`: "redis", "valkey" or "memcached"; `major_version`: such as "7", AWS's newest unless given.
    - `storage`: (least, most) GB, 1 to 5,000; `units`: (least, most) ECPUs a second, 1,000 to 15,000,000. What is None
      is left to AWS; a most keeps costs down, a least is paid for whether it is used or not.
    - `snapshot_retention`: days that daily snapshots are kept, 0 to 35; 1 by default, 0 for none. `snapshot_time`:
      when they are taken, "03:00" in UTC.
    - `restore_from`: ARNs of snapshots that it begins with. `final_snapshot`: the name of the one taken when it goes.
    - `key`: a customer key; it cannot change later. ElastiCache's own otherwise.
    - `users`: a `CacheUserGroup` (or its id) of those who may sign in; not with Memcached.
    - `name`: its name, at most 40 letters, digits and hyphens; made of the stack and the path unless given. It is fixed:
      a change that makes a new cache needs another one.

    What it is used for can be told, and is checked: `strategy` (a `CacheStrategy`), `write_ratio` (0 to 1).

    Source: ElastiCache User Guide, ElastiCache Serverless.
    """

    vpc: VPCAccess
    engine: Literal["redis", "valkey", "memcached"] = "redis"
    major_version: str | Token | None = None
    storage: tuple[int | None, int | None] | None = None
    units: tuple[int | None, int | None] | None = None
    subnets: SubnetChoice = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    snapshot_retention: int | Token = CACHE_SNAPSHOT_DAYS_DEFAULT
    snapshot_time: str | None = None
    restore_from: Sequence[str] | None = None
    final_snapshot: str | None = None
    key: KeyAccess | str | None = None
    users: CacheUserGroupAccess | str | None = None
    description: str | None = None
    name: str | None = None
    strategy: CacheStrategy | None = None
    write_ratio: float | None = None

    cache_name = ref()
    arn = attribute("ARN")
    endpoint = attribute("Endpoint.Address")
    reader_endpoint = attribute("ReaderEndpoint.Address")
    """The same cache on the next port, for reads that may be a little behind; not with Memcached."""

    def build(self) -> None:
        """Make the cache and what belongs to it."""
        checked_key(self.key, self.node.path)
        self.port = CACHE_PORTS[self.engine]
        told = hints(self.strategy, self.write_ratio)
        # Readers come to the port above. Source: ElastiCache User Guide, Create a security group for the cache.
        self.connections: Connections = connected(self, self.vpc, self.security_groups, port=(self.port, self.port + 1))
        resource_class(CACHE)(
            self,
            MAIN,
            ServerlessCacheName=fixed_name(self) if self.name is None else self.name,
            Description=self.node.path if self.description is None else self.description,
            Engine=self.engine,
            MajorEngineVersion=self.major_version,
            CacheUsageLimits=self._limits(),
            SecurityGroupIds=self.connections.group_ids,
            SubnetIds=self.vpc.choose(self.subnets).ids,
            SnapshotRetentionLimit=self.snapshot_retention,
            DailySnapshotTime=self.snapshot_time,
            SnapshotArnsToRestore=self.restore_from,
            FinalSnapshotName=self.final_snapshot,
            KmsKeyId=key_arn(self.key),
            UserGroupId=self._users(),
        )
        check(self, **told)

    @property
    def url(self) -> str:
        """The endpoint as clients take it: `rediss://…:6379`."""
        if self.engine == MEMCACHED:
            raise ConstructError(
                f"{self.node.path}: Memcached has no addresses of this kind",
                place=caller(),
                fix="use endpoint and port",
            )
        return f"rediss://{self.endpoint}:{self.port}"

    def grant_connect(self, who: str | Principal | Grantee, user: CacheUser | str) -> Grant:
        """Let somebody sign in with IAM as `user`: a `CacheUser` with `authentication="iam"`, or the ARN of one.

        The network has to let them in too: `cache.connections.allow_from(…)`.
        Source: ElastiCache User Guide, Authenticating with IAM.
        """
        return connect(self, who, self.arn, user)

    def metric(self, name: str, *, statistic: str = "Average", period: int = 300) -> Metric:
        """What the cache measures: `BytesUsedForCache`, `ElastiCacheProcessingUnits`, `ThrottledCmds`, `CacheHitRate`, …

        Source: ElastiCache User Guide, Serverless cache metrics.
        """
        return Metric(NAMESPACE, name, {"clusterId": self.cache_name}, statistic=statistic, period=period)

    def _limits(self) -> dict[str, Any] | None:
        found: dict[str, Any] = {}
        for keyword, prop, unit in (("storage", "DataStorage", {"Unit": "GB"}), ("units", "ECPUPerSecond", {})):
            given: Any = getattr(self, keyword)
            if given is None:
                continue
            if not isinstance(given, tuple | list) or len(given) != 2:
                raise ConstructError(
                    f"{self.node.path}: {keyword}= takes the least and the most", place=caller(),
                    fix=f"{keyword}=(1, 10), or None in place of one of the two",
                )  # fmt: skip
            found[prop] = {"Minimum": given[0], "Maximum": given[1], **unit}
        return found or None

    def _users(self) -> str | None:
        users: Any = self.users
        if users is None or isinstance(users, str):
            return users
        id: str | None = getattr(users, "user_group_id", None)
        if id is None:
            raise ConstructError(
                f"{self.node.path}: users= is a {type(users).__name__}", place=caller(),
                fix="give a CacheUserGroup, or the id of one",
            )  # fmt: skip
        return id
