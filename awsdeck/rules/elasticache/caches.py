"""What ElastiCache clusters, replication groups and serverless caches can be together with what."""

from __future__ import annotations

import json
import re

from ..limits import (
    CACHE_NODES_MOST,
    CACHE_NODES_TOGETHER,
    CACHE_REPLICAS_MOST,
    CACHE_SHARDS_MOST,
    CACHE_WINDOW_LEAST,
)
from ..policies.access import literal
from ..vocabulary import ABSENT, Violation, is_unknown, number, text, truth
from ..windows import daily, weekly
from .cacheengines import (
    LOGS_SINCE,
    MEMCACHED,
    NODE_TYPES,
    REPLICATED,
    RETIRED,
    TIERED,
    TIERING_SINCE,
    TLS_SINCE,
    VERSIONS,
    before,
    numbers,
    spelled_out,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View
    from ..vocabulary import Verdict

CLUSTER = "AWS::ElastiCache::CacheCluster"
GROUP = "AWS::ElastiCache::ReplicationGroup"
SERVERLESS = "AWS::ElastiCache::ServerlessCache"
GLOBAL = "AWS::ElastiCache::GlobalReplicationGroup"
SUBNETS = "AWS::ElastiCache::SubnetGroup"
PARAMETERS = "AWS::ElastiCache::ParameterGroup"
USER = "AWS::ElastiCache::User"
USERS = "AWS::ElastiCache::UserGroup"
SUBNET = "AWS::EC2::Subnet"

_SNAPSHOTS = ("SnapshotWindow", "SnapshotName", "SnapshotArns")


def engine_of(view: View) -> str | None:
    """The engine in small letters; a replication group without one is Redis, and None is what cannot be told."""
    value = view.get("Engine")
    if value is ABSENT and view.type == GROUP and view.get("GlobalReplicationGroupId") is ABSENT:
        return "redis"
    written = literal(value)
    return None if written is None else written.lower()


def has(view: View, name: str) -> bool:
    """Whether a property is given, as whatever."""
    return view.get(name) is not ABSENT


def switched(view: View, name: str) -> Verdict:
    """Whether a switch is on; off when it is left out, None when only the deploy knows."""
    value = view.get(name, False)
    return None if is_unknown(value) else truth(value) is True


# Clusters of nodes


def single(view: View) -> Iterator[Violation]:
    nodes = number(view.get("NumCacheNodes"))
    if engine_of(view) in REPLICATED and nodes is not None and nodes != 1:
        yield Violation(("NumCacheNodes",), allowed="1", value=nodes)


def pool(view: View) -> Iterator[Violation]:
    nodes = number(view.get("NumCacheNodes"))
    if engine_of(view) != MEMCACHED or nodes is None:
        return
    if nodes < 1:
        yield Violation(("NumCacheNodes",), allowed=f"1 to {CACHE_NODES_MOST}", value=nodes)
    elif nodes > CACHE_NODES_MOST:
        yield Violation(
            ("NumCacheNodes",),
            severity="warning",
            message="{value} nodes need a raised quota: a Memcached cluster has {allowed} by default",
            fix="ask AWS for more nodes first, or choose a larger node type",
            allowed=f"1 to {CACHE_NODES_MOST}",
            value=nodes,
        )


def persistence(view: View) -> Iterator[Violation]:
    if engine_of(view) != MEMCACHED:
        return
    days = number(view.get("SnapshotRetentionLimit"))
    if days is not None and days > 0:
        yield Violation(("SnapshotRetentionLimit",))
    for name in _SNAPSHOTS:
        if has(view, name):
            yield Violation((name,))


def zones(view: View) -> Iterator[Violation]:
    if view.type == GROUP:
        yield from _group_zones(view)
        return
    engine, nodes = engine_of(view), number(view.get("NumCacheNodes"))
    mode, wanted = literal(view.get("AZMode")), view.get("PreferredAvailabilityZones")
    across = mode is not None and mode.lower() == "cross-az"
    if engine in REPLICATED:
        if across:
            yield Violation(
                ("AZMode",),
                message="a single {engine} node lies in one zone",
                fix="use a replication group with MultiAZEnabled, or leave AZMode out",
                engine=engine,
            )
        elif mode is not None:
            yield _useless("AZMode", engine)
        if wanted is not ABSENT:
            yield _useless("PreferredAvailabilityZones", engine)
    elif engine == MEMCACHED:
        if across and nodes == 1:
            yield Violation(
                ("AZMode",),
                message="one node cannot lie in several zones",
                fix="set NumCacheNodes to 2 or more, or AZMode to single-az",
            )
        yield from _one_for_each("PreferredAvailabilityZones", wanted, nodes)


def _group_zones(view: View) -> Iterator[Violation]:
    if view.get("PreferredCacheClusterAZs") is ABSENT:
        return
    shards = number(view.get("NumNodeGroups"))
    if (shards is not None and shards > 1) or view.get("NodeGroupConfiguration") is not ABSENT:
        yield Violation(
            ("PreferredCacheClusterAZs",),
            severity="warning",
            message="PreferredCacheClusterAZs is not heeded in cluster mode, where each shard has zones of its own",
            fix="name zones in NodeGroupConfiguration, or leave them to ElastiCache",
        )
    elif shards is None and view.get("NumNodeGroups") is ABSENT:
        nodes = number(view.get("NumCacheClusters"))
        yield from _one_for_each("PreferredCacheClusterAZs", view.get("PreferredCacheClusterAZs"), nodes)


def _one_for_each(prop: str, wanted: Any, nodes: float | None) -> Iterator[Violation]:
    known = isinstance(wanted, list) and not any(isinstance(zone, dict) and "Fn::If" in zone for zone in wanted)
    if known and nodes is not None and len(wanted) != nodes:
        yield Violation(
            (prop,),
            message="{count} zones are named for {nodes} nodes",
            fix="name one zone for each node, in the order in which nodes are made",
            count=len(wanted),
            nodes=f"{nodes:g}",
        )


def _useless(prop: str, engine: str | None) -> Violation:
    return Violation(
        (prop,),
        severity="warning",
        message="{prop} is for Memcached, {engine} does not heed it",
        fix="leave it out; PreferredAvailabilityZone names the zone of a single node",
        engine=engine,
    )


# Replication groups


def cluster_mode(view: View) -> Verdict:
    """Whether a replication group has shards; None when it cannot be told."""
    given, count = view.get("ClusterMode"), view.get("NumNodeGroups", 1)
    mode, shards = (literal(given) or "").lower(), number(count)
    if mode == "enabled" or (shards is not None and shards > 1):
        return True
    if given is not ABSENT or shards is None:
        return False if mode == "disabled" else None
    parameters = view.get("CacheParameterGroupName")
    if parameters is ABSENT:
        return False
    name = literal(parameters)
    if name is not None:
        return True if name.endswith(".cluster.on") else False if name.startswith("default.") else None
    found = view.graph.target(view, parameters) if view.graph is not None else None
    if found is None or found.view.type != PARAMETERS:
        return None
    enabled = found.view.get("Properties/cluster-enabled", "no")
    held = text(truth(enabled)) if isinstance(enabled, bool) else literal(enabled)
    return None if held is None else held.lower() in ("yes", "true")


def replicas(view: View) -> Iterator[Violation]:
    clusters, beside = number(view.get("NumCacheClusters")), number(view.get("ReplicasPerNodeGroup"))
    if clusters is not None and not 1 <= clusters <= CACHE_REPLICAS_MOST + 1:
        yield Violation(
            ("NumCacheClusters",), message=_COUNT, fix=_COUNT_FIX, allowed=f"1 to {CACHE_REPLICAS_MOST + 1}",
            value=clusters,
        )  # fmt: skip
    if beside is not None and not 0 <= beside <= CACHE_REPLICAS_MOST:
        yield Violation(
            ("ReplicasPerNodeGroup",), message=_COUNT, fix=_COUNT_FIX, allowed=f"0 to {CACHE_REPLICAS_MOST}",
            value=beside,
        )  # fmt: skip
    if has(view, "GlobalReplicationGroupId"):
        return
    if switched(view, "AutomaticFailoverEnabled") and clusters == 1 and cluster_mode(view) is False:
        yield Violation(("NumCacheClusters",), allowed=f"2 to {CACHE_REPLICAS_MOST + 1}", value=clusters)
    if switched(view, "MultiAZEnabled") and beside == 0:
        yield Violation(
            ("ReplicasPerNodeGroup",),
            message="without replicas there is nothing in another zone",
            fix="set ReplicasPerNodeGroup to 1 or more, or MultiAZEnabled to false",
            allowed=f"1 to {CACHE_REPLICAS_MOST}",
            value=beside,
        )


_COUNT = f"a shard has one primary and at most {CACHE_REPLICAS_MOST} replicas"
_COUNT_FIX = "add shards for more room, in cluster mode"


def sharded(view: View) -> Iterator[Violation]:
    alone = not has(view, "GlobalReplicationGroupId")
    if alone and switched(view, "AutomaticFailoverEnabled") is False and cluster_mode(view) is True:
        yield Violation(("AutomaticFailoverEnabled",))
    for name in ("NumNodeGroups", "ReplicasPerNodeGroup"):
        several = number(view.get("NumNodeGroups"))
        if has(view, "NumCacheClusters") and has(view, name) and (name[0] == "R" or (several or 0) > 1):
            yield Violation(
                ("NumCacheClusters",),
                severity="warning",
                message="NumCacheClusters is for groups without shards, {other} for those with",
                fix="leave NumCacheClusters out: ReplicasPerNodeGroup says how many replicas each shard has",
                other=name,
            )
            break


def shards(view: View) -> Iterator[Violation]:
    count, beside = number(view.get("NumNodeGroups")), number(view.get("ReplicasPerNodeGroup"))
    if count is None:
        return
    if not 1 <= count <= CACHE_SHARDS_MOST:
        yield Violation(("NumNodeGroups",), allowed=f"1 to {CACHE_SHARDS_MOST}", value=count)
        return
    nodes = count * (1 + (beside or 0))
    if nodes > CACHE_SHARDS_MOST:
        yield Violation(
            ("NumNodeGroups",),
            message="{nodes} nodes are more than one cluster can have",
            fix="use fewer shards or replicas of a larger node type",
            allowed=f"at most {CACHE_SHARDS_MOST} nodes in all shards together",
            nodes=nodes,
        )
    elif nodes > CACHE_NODES_TOGETHER:
        yield Violation(
            ("NumNodeGroups",),
            severity="warning",
            message="{nodes} nodes need a raised quota: a cluster has {allowed} by default",
            fix="ask AWS for more nodes first, or choose a larger node type",
            allowed=f"at most {CACHE_NODES_TOGETHER} nodes",
            nodes=nodes,
        )


def tiering(view: View) -> Iterator[Violation]:
    kind = literal(view.get("CacheNodeType"))
    parts = kind.split(".") if kind is not None else []
    group = parts[1] if len(parts) == 3 else None
    on = switched(view, "DataTieringEnabled")
    if group == TIERED and on is False:
        yield Violation(
            ("DataTieringEnabled",),
            message="{kind} keeps part of the data on SSDs, which must be said",
            fix="set DataTieringEnabled to true, or choose a node type without SSDs",
            kind=kind,
        )
    elif group is not None and group != TIERED and on:
        yield Violation(
            ("DataTieringEnabled",),
            message="{kind} has no SSDs to keep data on",
            fix="choose a node type such as cache.r6gd.xlarge, or leave DataTieringEnabled out",
            kind=kind,
        )
    elif on and before(view.get("EngineVersion"), TIERING_SINCE.get(engine_of(view) or "")):
        yield Violation(
            ("EngineVersion",),
            message="data tiering needs Redis 6.2, or later",
            fix="choose a later EngineVersion",
        )
    if group == "t1":
        for name in ("AutomaticFailoverEnabled", "MultiAZEnabled"):
            if switched(view, name):
                yield Violation((name,), message="T1 nodes have no failover", fix="choose a later node type")


def at_rest(view: View) -> Iterator[Violation]:
    engine, on = engine_of(view), view.get("AtRestEncryptionEnabled")
    if engine == MEMCACHED:
        yield Violation(
            ("Engine",),
            message="Memcached has no replicas",
            fix="choose redis or valkey, or make an AWS::ElastiCache::CacheCluster",
            allowed=", ".join(REPLICATED),
        )
    if not has(view, "KmsKeyId") or has(view, "GlobalReplicationGroupId"):
        return
    off = (truth(on) is False) if engine == "valkey" else (on is ABSENT or truth(on) is False)
    if engine in REPLICATED and off:
        yield Violation(("KmsKeyId",))


def node_type(view: View) -> Iterator[Violation]:
    kind = literal(view.get("CacheNodeType"))
    if kind is None:
        return
    found = re.fullmatch(r"cache\.([a-z0-9-]+)\.([a-z0-9]+)", kind)
    if not found:
        yield Violation(("CacheNodeType",), value=kind, fix="write cache.<family>.<size>, such as cache.t4g.small")
    elif found[1] in RETIRED:
        yield Violation(
            ("CacheNodeType",),
            severity="warning",
            message="AWS makes no new clusters of {value} nodes",
            fix="choose a current node type, such as cache.t4g.small",
            value=kind,
        )
    elif found[2] not in NODE_TYPES.get(found[1], ()):
        sizes = NODE_TYPES.get(found[1])
        yield Violation(
            ("CacheNodeType",),
            severity="warning",
            message="{value} is not among the node types known here",
            allowed=", ".join(f"cache.{found[1]}.{size}" for size in sizes)
            if sizes
            else f"families {', '.join(sorted(NODE_TYPES))}",
            value=kind,
        )


def version(view: View) -> Iterator[Violation]:
    engine, given = engine_of(view), view.get("EngineVersion")
    held = None if is_unknown(given) else numbers(given)
    if engine not in VERSIONS or held is None:
        return
    assert engine is not None
    names = VERSIONS[engine]
    lowest, highest = numbers(names[0]) or (), numbers(names[-1]) or ()
    size = min(2, len(held))
    impossible = (
        held[0] != 1
        if engine == MEMCACHED
        else held[:size] > highest[:size]
        if engine == "redis"
        else held[:size] < lowest[:size]
    )
    if impossible:
        yield Violation(("EngineVersion",), engine=engine, version=text(given), allowed=", ".join(names))
    elif text(given) not in names and not _else_known(engine, held):
        yield Violation(
            ("EngineVersion",),
            severity="warning",
            message="{engine} {version} is not among the versions known here",
            engine=engine,
            version=text(given),
            allowed=", ".join(names),
        )


def _else_known(engine: str, held: tuple[int, ...]) -> bool:
    """Versions that run on in old clusters, and those of a line that goes on."""
    if engine == "redis":
        return len(held) == 1 or held < (4, 0, 10)
    return engine == "valkey" and (len(held) == 1 or held[0] >= 8)


def encrypted_since(view: View) -> Iterator[Violation]:
    engine = engine_of(view)
    since = TLS_SINCE.get(engine or "")
    if switched(view, "TransitEncryptionEnabled") and since and before(view.get("EngineVersion"), since):
        yield Violation(
            ("TransitEncryptionEnabled",), engine=(engine or "").capitalize(), version=spelled_out(since)
        )  # fmt: skip


# What goes with both


def names(view: View) -> Iterator[Violation]:
    prop, most = ("ClusterName", 50) if view.type == CLUSTER else ("ReplicationGroupId", 40)
    name = literal(view.get(prop))
    if name is not None and not (re.fullmatch(r"[A-Za-z](-?[A-Za-z0-9])*", name) and len(name) <= most):
        yield Violation(
            (prop,), allowed=f"1 to {most} letters, digits and single hyphens, a letter first", value=name
        )  # fmt: skip


def windows(view: View) -> Iterator[Violation]:
    yield from weekly(view, "PreferredMaintenanceWindow", CACHE_WINDOW_LEAST)
    if engine_of(view) != MEMCACHED:
        yield from daily(view, "SnapshotWindow", CACHE_WINDOW_LEAST)


def logs(view: View) -> Iterator[Violation]:
    engine, version = engine_of(view), view.get("EngineVersion")
    taken: dict[str, int] = {}
    for path, one in view.values("LogDeliveryConfigurations/*"):
        if not isinstance(one, dict) or is_unknown(one):
            continue
        kind, to = literal(one.get("LogType")), literal(one.get("DestinationType"))
        since = LOGS_SINCE.get(kind or "") if engine == "redis" else None
        if engine == MEMCACHED:
            yield Violation(path, message="Memcached delivers no logs", fix="leave LogDeliveryConfigurations out")
        elif since is not None and before(version, since):
            yield Violation(
                (*path, "LogType"),
                message="{engine} writes a {kind} from version {since} on",
                fix="choose a later EngineVersion, or leave this log out",
                engine=engine,
                kind=kind,
                since=spelled_out(since),
            )
        if kind is not None and taken.setdefault(kind, 1) > 1:
            yield Violation(
                (*path, "LogType"),
                message="the {kind} goes to one place",
                fix="name each log once",
                kind=kind,
            )
        if kind is not None:
            taken[kind] += 1
        details = one.get("DestinationDetails")
        wanted = {"cloudwatch-logs": "CloudWatchLogsDetails", "kinesis-firehose": "KinesisFirehoseDetails"}.get(
            to or ""
        )
        if wanted is not None and isinstance(details, dict) and not is_unknown(details) and wanted not in details:
            yield Violation(
                (*path, "DestinationDetails"),
                message="a log that goes to {to} needs {wanted}",
                fix="add DestinationDetails/{wanted}",
                to=to,
                wanted=wanted,
            )


def scaling(view: View) -> Iterator[Violation]:
    for what in ("DataStorage", "ECPUPerSecond"):
        least, most = (number(view.get(f"CacheUsageLimits/{what}/{end}")) for end in ("Minimum", "Maximum"))
        if least is not None and most is not None and least > most:
            yield Violation(
                ("CacheUsageLimits", what, "Minimum"),
                message="the least is more than the most",
                fix="swap Minimum and Maximum",
                value=least,
            )


def final_snapshot(view: View) -> Iterator[Violation]:
    for attribute in ("DeletionPolicy", "UpdateReplacePolicy"):
        if engine_of(view) == MEMCACHED and view.body.get(attribute) == "Snapshot":
            yield Violation(("/", attribute), attribute=attribute)


# What shows across resources


def one_zone(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(CLUSTER, GROUP):
        prop = "AZMode" if view.type == CLUSTER else "MultiAZEnabled"
        for world in view.worlds():
            value = world.get(prop)
            if (literal(value) or "").lower() == "cross-az" or truth(value) is True:
                found = graph.target(view, world.get("CacheSubnetGroupName"))
                if found is not None and found.view.type == SUBNETS and lies_in_one_zone(graph, found.view):
                    yield Violation((prop,), view=view, group=found.view.id)


def lies_in_one_zone(graph: Graph, group: View) -> bool:
    """Whether all subnets of a subnet group are certainly in one availability zone."""
    ids = group.get("SubnetIds")
    if not isinstance(ids, list) or not ids or any(_grows(value) for value in ids):
        return False
    if len(ids) == 1:
        return True
    places = set()
    for value in ids:
        found = graph.target(group, value)
        if found is None or found.view.type != SUBNET:
            return False
        zone = found.view.get("AvailabilityZone", found.view.get("AvailabilityZoneId"))
        if zone is ABSENT or (isinstance(zone, dict) and "Fn::If" in zone):
            return False
        places.add(zone if isinstance(zone, str) else f"{id(found.view.member)} {json.dumps(zone, sort_keys=True)}")
    return len(places) == 1


def _grows(value: Any) -> bool:
    """Whether one entry may turn out to be none, or a list of several."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    return next(iter(value)) not in ("Ref", "Fn::GetAtt", "Fn::Select", "Fn::ImportValue", "Fn::Sub")
