"""Amazon ElastiCache: what the documentation demands beyond the resource schema."""

from __future__ import annotations

from ..limits import (
    CACHE_NODES_MOST,
    CACHE_SNAPSHOT_DAYS_MOST,
    SERVERLESS_CACHE_STORAGE_MOST,
    SERVERLESS_CACHE_UNITS_LEAST,
    SERVERLESS_CACHE_UNITS_MOST,
    WRITES_PAY_OFF,
)
from ..vocabulary import (
    ABSENT,
    Between,
    Is,
    Limit,
    OneOf,
    Present,
    Rule,
    Unset,
    Violation,
    as_list,
    number,
    truth,
)
from . import caches, cacheusers
from .caches import CLUSTER, GLOBAL, GROUP, PARAMETERS, SERVERLESS, SUBNET, SUBNETS, USER, USERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

MEMCACHED = "awsdeck::MemcachedCluster"
REDIS = "awsdeck::RedisCluster"
CONSTRUCTS = (REDIS, MEMCACHED, "awsdeck::ServerlessCache")

NEEDS = {
    "auth": "a password or users to sign in with",
    "backups": "backups",
    "data-types": "lists, hashes and sets",
    "failover": "replicas that take over",
    "persistence": "data that outlives a node",
    "pub-sub": "publishing and subscribing",
    "ranking": "sorting and ranking, as for leaderboards",
}
"""What Redis and Valkey have and Memcached has not, by the words of a construct's `needs`."""


# Hints


def _needs(view: View) -> Iterator[Violation]:
    for need in as_list(view.get("needs")):
        if isinstance(need, str) and need in NEEDS:
            yield Violation(("needs",), feature=NEEDS[need])


def _unmet(view: View) -> Iterator[Violation]:
    needs = as_list(view.get("needs"))
    if "failover" in needs and number(view.get("replicas")) == 0:
        yield Violation(("replicas",), feature=NEEDS["failover"], fix="set replicas to 1 or more")
    for need in ("persistence", "backups"):
        if need in needs and number(view.get("snapshot_retention")) == 0:
            yield Violation(("snapshot_retention",), feature=NEEDS[need], fix="set snapshot_retention to 1 day or more")
    if "auth" in needs and truth(view.get("signs_in")) is False:
        yield Violation(("auth_token",), feature=NEEDS["auth"], fix='set auth_token="generate", or users')


def _strategy(view: View) -> Iterator[Violation]:
    patterns, ttl = as_list(view.get("strategy")), view.get("ttl")
    seconds = number(ttl)
    if seconds is not None and seconds < 0:
        yield Violation(
            ("ttl",), severity="error", message="a value cannot expire before it is written",
            fix="give the seconds that a value may be old, 1 or more", value=seconds,
        )  # fmt: skip
    elif "lazy" in patterns and (ttl is ABSENT or ttl is None or seconds == 0):
        yield Violation(
            ("ttl",),
            message="what is loaded lazily stays as it was until it is evicted, however the database changes",
            fix="set ttl to the seconds that a value may be old",
        )
    if "write-through" in patterns and "lazy" not in patterns:
        yield Violation(
            ("strategy",),
            message="a new or replaced node has only what is written from then on",
            fix='add "lazy" to the strategy, so that what is missing is loaded when it is asked for',
        )


def _writes(view: View) -> Iterator[Violation]:
    ratio = number(view.get("write_ratio"))
    if ratio is not None and ratio > WRITES_PAY_OFF:
        yield Violation(("write_ratio",), value=ratio)


# Examples


def _cluster(**properties: Any) -> dict[str, Any]:
    return {
        "Type": CLUSTER,
        "Properties": {"CacheNodeType": "cache.t3.micro", "NumCacheNodes": 1, "Engine": "memcached", **properties},
    }


def _redis(**properties: Any) -> dict[str, Any]:
    return _cluster(Engine="redis", **properties)


def _group(**properties: Any) -> dict[str, Any]:
    return {"Type": GROUP, "Properties": {"ReplicationGroupDescription": "sessions", **properties}}


def _failing_over(**properties: Any) -> dict[str, Any]:
    return _group(AutomaticFailoverEnabled=True, **properties)


def _user(name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": USER, "Properties": {"UserId": name, "UserName": name, "Engine": "redis", **properties}}


def _users(*ids: Any, engine: str = "redis") -> dict[str, Any]:
    return {"Type": USERS, "Properties": {"UserGroupId": "app", "Engine": engine, "UserIds": list(ids)}}


def _in_zones(*zones: str) -> dict[str, Any]:
    subnets = {
        f"Subnet{n}": {
            "Type": SUBNET,
            "Properties": {"VpcId": "vpc-1", "CidrBlock": f"10.0.{n}.0/24", "AvailabilityZone": zone},
        }
        for n, zone in enumerate(zones, 1)
    }
    return {
        "Resources": {
            **subnets,
            "Subnets": {
                "Type": SUBNETS,
                "Properties": {"Description": "private", "SubnetIds": [{"Ref": name} for name in subnets]},
            },
            "Sessions": _failing_over(MultiAZEnabled=True, NumCacheClusters=2, CacheSubnetGroupName={"Ref": "Subnets"}),
        }
    }


def _signing_in(version: str) -> dict[str, Any]:
    return {
        "Resources": {
            "App": _user("app", AuthenticationMode={"Type": "iam"}),
            "Users": _users("default", {"Ref": "App"}),
            "Sessions": _group(EngineVersion=version, TransitEncryptionEnabled=True, UserGroupIds=[{"Ref": "Users"}]),
        }
    }


def _with_secret(made: dict[str, Any]) -> dict[str, Any]:
    token = {"Fn::Sub": "{{resolve:secretsmanager:${Token}:SecretString:::}}"}
    return {
        "Resources": {
            "Token": {"Type": cacheusers.SECRET, "Properties": {"GenerateSecretString": made}},
            "Sessions": _group(AuthToken=token, TransitEncryptionEnabled=True),
        }
    }


def _log(kind: str, **rest: Any) -> list[dict[str, Any]]:
    details = {"CloudWatchLogsDetails": {"LogGroup": "slow"}}
    one = {"LogType": kind, "LogFormat": "json", "DestinationType": "cloudwatch-logs", "DestinationDetails": details}
    return [{**one, **rest}]


def _scaled(**limits: Any) -> dict[str, Any]:
    return {
        "Type": SERVERLESS,
        "Properties": {"ServerlessCacheName": "sessions", "Engine": "valkey", "CacheUsageLimits": limits},
    }


_GUIDE = "ElastiCache User Guide"

RULES = (
    Rule(
        "ECA001", (CLUSTER, SERVERLESS), "error",
        "{value} is no engine of ElastiCache",
        then={"Engine": OneOf("memcached", "redis", "valkey", any_case=True)},
        source="ElastiCache API Reference, CreateCacheCluster, Engine; course notes, ElastiCache",
        # Valkey is younger than the notes, so it is taken in both modes.
        limit=Limit("memcached, redis", "memcached, redis, valkey", "2024-10"),
        good=(_cluster(), _redis(), _cluster(Engine="Valkey")),
        bad=(
            _cluster(Engine="hazelcast"),
            {"Type": SERVERLESS, "Properties": {"ServerlessCacheName": "a", "Engine": "keydb"}},
        ),
    ),
    Rule(
        "ECA002", CLUSTER, "error",
        "a cache cluster of {Engine} has exactly one node",
        check=caches.single,
        fix="make an AWS::ElastiCache::ReplicationGroup, which has replicas and failover",
        source="ElastiCache API Reference, CreateCacheCluster, NumCacheNodes; course notes, ElastiCache",
        good=(_redis(), _cluster(NumCacheNodes=2)),
        bad=(_redis(NumCacheNodes=2), _cluster(Engine="valkey", NumCacheNodes="3")),
    ),
    Rule(
        "ECA003", CLUSTER, "error",
        "a Memcached cluster has {allowed} nodes",
        check=caches.pool,
        source="ElastiCache API Reference, CreateCacheCluster, NumCacheNodes; course notes, ElastiCache",
        verified="docs",
        good=(_cluster(NumCacheNodes=3), _cluster(NumCacheNodes=CACHE_NODES_MOST)),
        bad=(_cluster(NumCacheNodes=0), _cluster(NumCacheNodes=CACHE_NODES_MOST + 1)),
    ),
    Rule(
        "ECA004", CLUSTER, "error",
        "Memcached keeps nothing beyond its nodes, so it has no snapshots",
        check=caches.persistence,
        fix="leave {prop} out, or choose redis or valkey",
        source="ElastiCache API Reference, CreateCacheCluster, SnapshotRetentionLimit; course notes, ElastiCache",
        good=(_redis(SnapshotRetentionLimit=5), _cluster(SnapshotRetentionLimit=0)),
        bad=(
            _cluster(SnapshotRetentionLimit=5),
            _cluster(SnapshotWindow="05:00-09:00"),
            _cluster(SnapshotName="yesterday"),
        ),
    ),
    Rule(
        "ECA005", (CLUSTER, GROUP), "error",
        "zones and nodes do not go together",
        check=caches.zones,
        source="ElastiCache API Reference, CreateCacheCluster, AZMode, PreferredAvailabilityZones; "
        "CreateReplicationGroup, PreferredCacheClusterAZs",
        good=(
            _cluster(NumCacheNodes=2, AZMode="cross-az", PreferredAvailabilityZones=["eu-west-1a", "eu-west-1b"]),
            _redis(PreferredAvailabilityZone="eu-west-1a"),
            _group(NumCacheClusters=2, PreferredCacheClusterAZs=["eu-west-1a", "eu-west-1b"]),
            _group(NumCacheClusters={"Ref": "Nodes"}, PreferredCacheClusterAZs=["eu-west-1a"]),
            _group(NumCacheClusters=2, PreferredCacheClusterAZs={"Fn::GetAZs": ""}),
        ),
        bad=(
            _group(NumCacheClusters=3, PreferredCacheClusterAZs=["eu-west-1a", "eu-west-1b"]),
            _group(NumNodeGroups=2, PreferredCacheClusterAZs=["eu-west-1a", "eu-west-1b"]),
            _redis(AZMode="cross-az"),
            _redis(AZMode="single-az"),
            _redis(PreferredAvailabilityZones=["eu-west-1a"]),
            _cluster(AZMode="Cross-AZ"),
            _cluster(NumCacheNodes=3, PreferredAvailabilityZones=["eu-west-1a", "eu-west-1b"]),
        ),
    ),
    Rule(
        "ECA006", MEMCACHED, "error",
        "Memcached is a plain cache of objects: it has no {feature}",
        scope="construct",
        check=_needs,
        fix='make a RedisCluster, with engine="redis" or "valkey"',
        source=f"{_GUIDE}, Comparing node-based Valkey, Memcached, and Redis OSS clusters; course notes, ElastiCache",
        verified="docs",
        good=({"needs": []}, {}),
        bad=({"needs": ["pub-sub"]}, {"needs": ["ranking", "persistence"]}),
    ),
    Rule(
        "ECA007", GROUP, "error",
        "several zones only help when a replica takes over by itself",
        when={"MultiAZEnabled": Is(True), "GlobalReplicationGroupId": Unset()},
        then={"AutomaticFailoverEnabled": Is(True)},
        fix="set AutomaticFailoverEnabled to true, or MultiAZEnabled to false",
        source=f"{_GUIDE}, Minimizing downtime in ElastiCache by using Multi-AZ; course notes, ElastiCache",
        verified="docs",
        good=_failing_over(MultiAZEnabled=True, NumCacheClusters=2),
        bad=_group(MultiAZEnabled=True, NumCacheClusters=2),
    ),
    Rule(
        "ECA008", GROUP, "error",
        "failover needs a replica that takes over",
        check=caches.replicas,
        refers=True,
        fix="set NumCacheClusters to 2 or more (the primary and its replicas), or AutomaticFailoverEnabled to false",
        source="ElastiCache API Reference, CreateReplicationGroup, NumCacheClusters, ReplicasPerNodeGroup",
        good=(
            _failing_over(NumCacheClusters=2),
            _failing_over(NumNodeGroups=2, ReplicasPerNodeGroup=0),
            _failing_over(GlobalReplicationGroupId="ldgnf-shop", NumCacheClusters=1),
        ),
        bad=(
            _failing_over(NumCacheClusters=1),
            _failing_over(NumNodeGroups=2, ReplicasPerNodeGroup=0, MultiAZEnabled=True),
            _group(NumCacheClusters=7),
            _failing_over(NumNodeGroups=2, ReplicasPerNodeGroup=6),
        ),
    ),
    Rule(
        "ECA009", GROUP, "error",
        "a group in cluster mode fails over by itself",
        check=caches.sharded,
        refers=True,
        fix="set AutomaticFailoverEnabled to true",
        source="ElastiCache API Reference, CreateReplicationGroup, AutomaticFailoverEnabled, NumCacheClusters",
        good=(
            _failing_over(NumNodeGroups=2, ReplicasPerNodeGroup=1),
            _group(NumNodeGroups=1, NumCacheClusters=1),
            {
                "Resources": {
                    "Plain": {
                        "Type": PARAMETERS,
                        "Properties": {"Description": "plain", "CacheParameterGroupFamily": "redis7"},
                    },
                    "Sessions": _group(CacheParameterGroupName={"Ref": "Plain"}),
                }
            },
        ),
        bad=(
            _group(NumNodeGroups=2),
            _group(ClusterMode="Enabled"),
            _group(CacheParameterGroupName="default.redis7.cluster.on"),
            _failing_over(NumNodeGroups=2, NumCacheClusters=4),
            {
                "Resources": {
                    "Sharded": {
                        "Type": PARAMETERS,
                        "Properties": {
                            "Description": "sharded",
                            "CacheParameterGroupFamily": "redis7",
                            "Properties": {"cluster-enabled": "yes"},
                        },
                    },
                    "Sessions": _group(CacheParameterGroupName={"Ref": "Sharded"}),
                }
            },
        ),
    ),
    Rule(
        "ECA010", GROUP, "error",
        "the node type does not fit",
        check=caches.tiering,
        source="ElastiCache API Reference, CreateReplicationGroup, DataTieringEnabled; CreateCacheCluster, CacheNodeType",
        good=_group(CacheNodeType="cache.r6gd.xlarge", DataTieringEnabled=True),
        bad=(
            _group(CacheNodeType="cache.r6gd.xlarge"),
            _group(CacheNodeType="cache.r6g.xlarge", DataTieringEnabled=True),
            _group(CacheNodeType="cache.r6gd.xlarge", DataTieringEnabled=True, EngineVersion="6.0"),
            _failing_over(CacheNodeType="cache.t1.micro", NumCacheClusters=2),
        ),
    ),
    Rule(
        "ECA011", GROUP, "error",
        "the token and the encryption do not go together",
        check=cacheusers.token,
        source="ElastiCache API Reference, CreateReplicationGroup, AuthToken, TransitEncryptionEnabled",
        good=(
            _group(AuthToken="{{resolve:secretsmanager:cache}}", TransitEncryptionEnabled=True),
            _group(Engine="valkey", TransitEncryptionEnabled=False),
        ),
        bad=(
            _group(AuthToken="0123456789abcdef"),
            _group(AuthToken="short", TransitEncryptionEnabled=True),
            _group(AuthToken="0123456789abcde@", TransitEncryptionEnabled=True),
            _group(AuthToken="0123456789abcdef", TransitEncryptionEnabled=True, UserGroupIds=["app"]),
            _group(Engine="valkey"),
        ),
    ),
    Rule(
        "ECA011", GROUP, "error",
        "{secret} makes tokens that ElastiCache does not take: 16 to 128 letters, digits and ! & # $ ^ < > -",
        scope="graph",
        check=cacheusers.made_up,
        fix="set ExcludePunctuation to true and PasswordLength to 16 or more in {secret}",
        source="ElastiCache API Reference, CreateReplicationGroup, AuthToken; Secrets Manager API Reference, "
        "GetRandomPassword",
        good=(
            _with_secret({"ExcludePunctuation": True, "PasswordLength": 64}),
            _with_secret({"ExcludeCharacters": "\"%'()*+,./:;=?@[\\]_`{|}~"}),
        ),
        bad=(
            _with_secret({}),
            _with_secret({"ExcludePunctuation": True, "PasswordLength": 8}),
            _with_secret({"ExcludePunctuation": True, "SecretStringTemplate": "{}", "GenerateStringKey": "token"}),
        ),
    ),
    Rule(
        "ECA012", GROUP, "error",
        "a key encrypts nothing as long as encryption at rest is off",
        check=caches.at_rest,
        fix="set AtRestEncryptionEnabled to true, or leave KmsKeyId out",
        source="ElastiCache API Reference, CreateReplicationGroup, AtRestEncryptionEnabled, Engine; course notes, ElastiCache",
        good=(
            _group(KmsKeyId="alias/k", AtRestEncryptionEnabled=True),
            _group(KmsKeyId="alias/k", Engine="valkey", TransitEncryptionEnabled=True),
        ),
        bad=(
            _group(KmsKeyId="alias/k"),
            _group(KmsKeyId="alias/k", Engine="valkey", AtRestEncryptionEnabled=False),
            _group(Engine="memcached"),
        ),
    ),
    Rule(
        "ECA013", (CLUSTER, GROUP, GLOBAL), "error",
        "{value} is no node type of ElastiCache",
        when={"CacheNodeType": Present()},
        check=caches.node_type,
        source=f"{_GUIDE}, Supported node types",
        good=(_cluster(), _group(CacheNodeType="cache.r7g.4xlarge")),
        bad=(
            _cluster(CacheNodeType="t3.micro"),
            _cluster(CacheNodeType="cache.t3.24xlarge"),
            _cluster(CacheNodeType="cache.m3.large"),
        ),
    ),
    Rule(
        "ECA014", (CLUSTER, GROUP), "error",
        "there is no {engine} {version}",
        when={"EngineVersion": Present()},
        check=caches.version,
        fix="choose a version that ElastiCache offers for it",
        source="ElastiCache API Reference, DescribeCacheEngineVersions",
        good=(_redis(EngineVersion=7.1), _redis(EngineVersion="6.x"), _cluster(EngineVersion="1.6.22")),
        bad=(
            _redis(EngineVersion="8.0"),
            _cluster(EngineVersion="2.0.1"),
            _cluster(EngineVersion="1.6.99"),
            _group(Engine="valkey", EngineVersion="7.1", TransitEncryptionEnabled=True),
        ),
    ),
    Rule(
        "ECA015", CONSTRUCTS, "warning",
        "the caching strategy leaves gaps",
        scope="construct",
        check=_strategy,
        source=f"{_GUIDE}, Caching strategies; course notes, ElastiCache",
        verified="docs",
        good=({"strategy": ["lazy"], "ttl": 300}, {"strategy": ["lazy", "write-through"], "ttl": 60}, {}),
        bad=(
            {"strategy": ["lazy"]},
            {"strategy": ["lazy"], "ttl": 0},
            {"strategy": ["write-through"], "ttl": 60},
            {"strategy": ["lazy"], "ttl": -5},
        ),
    ),
    Rule(
        "ECA016", CONSTRUCTS, "warning",
        "a cache pays off where much is read and little changes",
        scope="construct",
        check=_writes,
        fix="write to a database that scales with writes, or cache only what is read often",
        source=f"{_GUIDE}, Common ElastiCache use cases; course notes, ElastiCache",
        verified="docs",
        good={"write_ratio": 0.1},
        bad={"write_ratio": 0.8},
    ),
    # Without a subnet group a cluster goes to the account's default one, which spans all zones of the default VPC:
    # nothing is said of that.
    Rule(
        "ECA017", (CLUSTER, GROUP), "warning",
        "all subnets of {group} lie in one availability zone, so the nodes do too",
        scope="graph",
        check=caches.one_zone,
        fix="give {group} subnets in at least two zones",
        source=f"{_GUIDE}, Subnets and subnet groups; course notes, ElastiCache",
        verified="docs",
        good=_in_zones("eu-west-1a", "eu-west-1b"),
        bad=(_in_zones("eu-west-1a", "eu-west-1a"), _in_zones("eu-west-1a")),
    ),
    Rule(
        "ECA018", (CLUSTER, GROUP), "error",
        "{value} cannot be the name of a cache",
        check=caches.names,
        fix="choose such a name, or leave {prop} out",
        source="ElastiCache API Reference, CreateCacheCluster, CacheClusterId; CreateReplicationGroup, ReplicationGroupId",
        good=(_redis(ClusterName="cache-1"), _group(ReplicationGroupId="s" * 40)),
        bad=(
            _redis(ClusterName="1cache"),
            _redis(ClusterName="my--cache"),
            _redis(ClusterName="cache-"),
            _group(ReplicationGroupId="s" * 41),
        ),
    ),
    Rule(
        "ECA019", (CLUSTER, GROUP), "error",
        "a log does not fit",
        when={"LogDeliveryConfigurations": Present()},
        check=caches.logs,
        source=f"{_GUIDE}, Log delivery",
        verified="docs",
        good=_group(EngineVersion="7.1", LogDeliveryConfigurations=_log("slow-log")),
        bad=(
            _group(EngineVersion="6.0", LogDeliveryConfigurations=_log("engine-log")),
            _group(LogDeliveryConfigurations=_log("slow-log") * 2),
            _group(LogDeliveryConfigurations=_log("slow-log", DestinationType="kinesis-firehose")),
            _cluster(LogDeliveryConfigurations=_log("slow-log")),
        ),
    ),
    Rule(
        "ECA020", GROUP, "error",
        "users cannot sign in",
        when={"UserGroupIds": Present()},
        check=cacheusers.users,
        source=f"{_GUIDE}, Role-Based Access Control (RBAC); CloudFormation Template Reference, "
        "AWS::ElastiCache::ReplicationGroup UserGroupIds",
        verified="docs",
        good=_group(UserGroupIds=["app"], TransitEncryptionEnabled=True, EngineVersion="7.1"),
        bad=(
            _group(UserGroupIds=["app"]),
            _group(UserGroupIds=["app"], TransitEncryptionEnabled=True, EngineVersion="5.0.6"),
            _group(UserGroupIds=["app", "ops"], TransitEncryptionEnabled=True),
        ),
    ),
    Rule(
        "ECA021", USERS, "error",
        "a group for Redis has a user called default, which clients without a name are taken for",
        scope="graph",
        check=cacheusers.default_users,
        fix='add a user with UserName default, with the access string "off -@all" if nobody is to use it',
        source="ElastiCache API Reference, CreateUserGroup, DefaultUserRequired, DuplicateUserName",
        good=(
            {"Resources": {"App": _user("app"), "Users": _users("default", {"Ref": "App"})}},
            {"Resources": {"App": _user("app"), "Users": _users({"Ref": "App"}, engine="valkey")}},
        ),
        bad=(
            {"Resources": {"App": _user("app"), "Users": _users({"Ref": "App"})}},
            {
                "Resources": {
                    "App": _user("app"),
                    "Again": _user("app", UserId="other"),
                    "Users": _users("default", {"Ref": "App"}, {"Ref": "Again"}),
                }
            },
        ),
    ),
    Rule(
        "ECA022", USER, "error",
        "the way to sign in does not fit the user",
        check=cacheusers.identities,
        source=f"{_GUIDE}, Authenticating with IAM",
        verified="docs",
        good=_user("app", AuthenticationMode={"Type": "iam"}),
        bad=_user("app", AuthenticationMode={"Type": "iam"}, UserName="other"),
    ),
    Rule(
        "ECA022", GROUP, "error",
        "{engine} lets users sign in with IAM from version {since} on",
        scope="graph",
        check=cacheusers.iam_since,
        fix="choose a later EngineVersion, or let the users have passwords",
        source=f"{_GUIDE}, Authenticating with IAM",
        verified="docs",
        good=_signing_in("7.1"),
        bad=_signing_in("6.2"),
    ),
    Rule(
        "ECA023", (CLUSTER, GROUP), "error",
        "{value} is no window of time that ElastiCache takes",
        check=caches.windows,
        fix="write it as in sun:05:00-sun:06:00 (weekly) or 05:00-06:00 (daily)",
        source="ElastiCache API Reference, CreateReplicationGroup, PreferredMaintenanceWindow, SnapshotWindow",
        good=(_redis(PreferredMaintenanceWindow="sun:23:30-mon:00:30"), _redis(SnapshotWindow="23:30-00:30")),
        bad=(
            _redis(PreferredMaintenanceWindow="05:00-06:00"),
            _redis(PreferredMaintenanceWindow="sun:05:00-sun:05:30"),
            _redis(SnapshotWindow="5:00-6:00"),
            _redis(SnapshotWindow="05:00-05:30"),
        ),
    ),
    Rule(
        "ECA024", GROUP, "error",
        "a cluster has {allowed} shards",
        when={"NumNodeGroups": Present()},
        check=caches.shards,
        source="CloudFormation Template Reference, AWS::ElastiCache::ReplicationGroup",
        verified="docs",
        good=_failing_over(NumNodeGroups=15, ReplicasPerNodeGroup=5),
        bad=(
            _failing_over(NumNodeGroups=0),
            _failing_over(NumNodeGroups=501),
            _failing_over(NumNodeGroups=300, ReplicasPerNodeGroup=1),
            _failing_over(NumNodeGroups=91),
        ),
    ),
    Rule(
        "ECA025", (CLUSTER, GROUP, SERVERLESS), "error",
        "snapshots are kept for 35 days at most",
        then={"SnapshotRetentionLimit": Between(0, CACHE_SNAPSHOT_DAYS_MOST, "days")},
        source=f"{_GUIDE}, Scheduling automatic backups; ElastiCache API Reference, CreateServerlessCache",
        verified="docs",
        good=(_redis(SnapshotRetentionLimit=35), _redis(SnapshotRetentionLimit=0)),
        bad=(_redis(SnapshotRetentionLimit=36), _redis(SnapshotRetentionLimit=-1)),
    ),
    Rule(
        "ECA026", (CLUSTER, GROUP), "error",
        "{engine} can encrypt what is in transit from version {version} on",
        when={"TransitEncryptionEnabled": Is(True)},
        check=caches.encrypted_since,
        fix="choose a later EngineVersion",
        source=f"{_GUIDE}, ElastiCache in-transit encryption (TLS)",
        verified="docs",
        good=(_cluster(EngineVersion="1.6.22", TransitEncryptionEnabled=True), _cluster(TransitEncryptionEnabled=True)),
        bad=_cluster(EngineVersion="1.5.16", TransitEncryptionEnabled=True),
    ),
    Rule(
        "ECA027", USER, "error",
        "the passwords of the user do not fit",
        check=cacheusers.passwords,
        source="ElastiCache API Reference, CreateUser, AuthenticationMode, Passwords; ElastiCache User Guide, Role-Based "
        "Access Control (RBAC)",
        verified="docs",
        good=(
            _user("app", AuthenticationMode={"Type": "password", "Passwords": ["{{resolve:secretsmanager:app}}"]}),
            _user("app", AuthenticationMode={"Type": "no-password-required"}),
        ),
        bad=(
            _user("app", AuthenticationMode={"Type": "password"}),
            _user("app", AuthenticationMode={"Type": "iam", "Passwords": ["{{resolve:secretsmanager:app}}"]}),
            _user("app", Engine="valkey", AuthenticationMode={"Type": "no-password-required"}),
        ),
    ),
    Rule(
        "ECA028", SERVERLESS, "error",
        "{prop} is outside what a serverless cache scales to",
        then={
            "CacheUsageLimits/DataStorage/Minimum": Between(1, SERVERLESS_CACHE_STORAGE_MOST, "GB"),
            "CacheUsageLimits/DataStorage/Maximum": Between(1, SERVERLESS_CACHE_STORAGE_MOST, "GB"),
            "CacheUsageLimits/ECPUPerSecond/Minimum": Between(
                SERVERLESS_CACHE_UNITS_LEAST, SERVERLESS_CACHE_UNITS_MOST, "ECPUs a second"
            ),
            "CacheUsageLimits/ECPUPerSecond/Maximum": Between(
                SERVERLESS_CACHE_UNITS_LEAST, SERVERLESS_CACHE_UNITS_MOST, "ECPUs a second"
            ),
        },
        check=caches.scaling,
        source=f"{_GUIDE}, Scaling ElastiCache, setting scaling limits to manage costs",
        verified="docs",
        good=_scaled(DataStorage={"Minimum": 1, "Maximum": 5_000, "Unit": "GB"}),
        bad=(
            _scaled(DataStorage={"Maximum": 5_001, "Unit": "GB"}),
            _scaled(ECPUPerSecond={"Minimum": 500}),
            _scaled(ECPUPerSecond={"Minimum": 5_000, "Maximum": 1_000}),
        ),
    ),
    Rule(
        "ECA029", CLUSTER, "warning",
        "Memcached has no snapshot to take when the cluster goes, so deleting it fails",
        check=caches.final_snapshot,
        fix="set {attribute} to Delete",
        source="CloudFormation Template Reference, DeletionPolicy attribute; course notes, ElastiCache",
        verified="notes",
        good=({**_cluster(), "DeletionPolicy": "Delete"}, {**_redis(), "DeletionPolicy": "Snapshot"}),
        bad={**_cluster(), "DeletionPolicy": "Snapshot"},
    ),
    Rule(
        "ECA030", REDIS, "warning",
        "the cluster has not what is needed: {feature}",
        scope="construct",
        check=_unmet,
        source=f"{_GUIDE}, High availability using replication groups; Snapshot and restore; Authentication and "
        "authorization; course notes, ElastiCache",
        verified="docs",
        good=({"needs": ["failover", "persistence"], "replicas": 1, "snapshot_retention": 1}, {"needs": ["ranking"]}),
        bad=(
            {"needs": ["failover"], "replicas": 0},
            {"needs": ["persistence"], "snapshot_retention": 0},
            {"needs": ["auth"], "signs_in": False},
        ),
    ),
)  # fmt: skip
