"""Changes of ElastiCache clusters that begin with an empty cache, or that AWS refuses."""

from __future__ import annotations

from ..policies.access import literal
from ..templates.update import changes, pairs
from ..vocabulary import ABSENT, Rule, Update, Violation, text, truth
from .cacheengines import TLS_LATER_SINCE, before, numbers
from .caches import CLUSTER, GROUP, engine_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

ONCE = (
    "AtRestEncryptionEnabled",
    "CacheSubnetGroupName",
    "DataTieringEnabled",
    "Engine",
    "KmsKeyId",
    "NetworkType",
    "Port",
    "SnapshotArns",
    "SnapshotName",
)
"""What is chosen when a cache is made; the schema says of which type."""


def _changes(before_: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before_, after, GROUP, CLUSTER):
        for path, effect in changes(old, new):
            if effect == "replace" and path[0] in ONCE:
                yield _rebuilt(new, str(path[0]), dropped=new.get(str(path[0])) is ABSENT)
        yield from _lowered(old, new)
        if new.type == GROUP:
            yield from _switched(old, new)


def _rebuilt(new: View, prop: str, *, dropped: bool) -> Violation:
    seeded = prop in ("SnapshotName", "SnapshotArns")
    return Violation(
        (prop,),
        view=new,
        prop_=prop,
        fix="leave {prop_} as it was: it only says what the cache began with"
        if seeded and dropped
        else "make a second cache with it, move the clients over, and remove this one afterwards",
    )


def _lowered(old: View, new: View) -> Iterator[Violation]:
    was, now = old.get("EngineVersion"), new.get("EngineVersion")
    engine = engine_of(new)
    if engine is not None and engine == engine_of(old) and before(now, numbers(was)):
        yield Violation(
            ("EngineVersion",),
            view=new,
            severity="error",
            message="{engine} does not go back from {was} to {now}",
            fix="keep {was}, or make another cache with the earlier version",
            engine=engine,
            was=text(was),
            now=text(now),
        )


def _switched(old: View, new: View) -> Iterator[Violation]:
    modes = [(literal(view.get("ClusterMode")) or "").lower() for view in (old, new)]
    if modes == ["disabled", "enabled"]:
        yield Violation(
            ("ClusterMode",),
            view=new,
            severity="error",
            message="cluster mode is not switched on in one step: clients have to change over in between",
            fix="deploy ClusterMode compatible first, and enabled once all clients use cluster mode",
        )
    kept = [(literal(view.get("Durability")) or "").lower() for view in (old, new)]
    if "disabled" in kept and ("async" in kept or "sync" in kept):
        yield Violation(
            ("Durability",),
            view=new,
            severity="error",
            message="durability is not switched on or off in a running group",
            fix="keep {was}, or make another group",
            was=kept[0],
        )
    tls = [truth(view.get("TransitEncryptionEnabled", False)) for view in (old, new)]
    if tls == [False, True]:
        mode = literal(new.get("TransitEncryptionMode"))
        if engine_of(new) == "redis" and before(new.get("EngineVersion"), TLS_LATER_SINCE):
            yield Violation(
                ("TransitEncryptionEnabled",),
                view=new,
                severity="error",
                message="encryption in transit is switched on later from Redis 7 on only",
                fix="upgrade the engine first, or make another group",
            )
        elif new.get("TransitEncryptionMode") is ABSENT or (mode is not None and mode.lower() == "required"):
            yield Violation(
                ("TransitEncryptionEnabled",),
                view=new,
                severity="error",
                message="encryption in transit is not switched on in one step: clients have to change over in between",
                fix="deploy TransitEncryptionMode preferred first, and required once all clients come over TLS",
            )


def _group(**properties: Any) -> dict[str, Any]:
    return {"Type": GROUP, "Properties": {"ReplicationGroupDescription": "sessions", **properties}}


def _cluster(**properties: Any) -> dict[str, Any]:
    return {
        "Type": CLUSTER,
        "Properties": {"CacheNodeType": "cache.t3.micro", "NumCacheNodes": 1, "Engine": "redis", **properties},
    }


RULES = (
    Rule(
        "UPD020", (GROUP, CLUSTER), "warning",
        "{prop_} is chosen when a cache is made: another one takes its place, which begins empty",
        scope="update",
        check=_changes,
        source="CloudFormation resource schema, AWS::ElastiCache::ReplicationGroup; ElastiCache API Reference, "
        "ModifyReplicationGroup",
        good=(
            Update(_group(NumCacheClusters=2), _group(NumCacheClusters=3)),
            Update(_group(Engine="redis"), _group(Engine="valkey", TransitEncryptionEnabled=False)),
            Update(_group(EngineVersion="6.2"), _group(EngineVersion="7.1")),
            Update(_group(ClusterMode="disabled"), _group(ClusterMode="compatible")),
            Update(_group(), _group(TransitEncryptionEnabled=True, TransitEncryptionMode="preferred")),
        ),
        bad=(
            Update(_group(AtRestEncryptionEnabled=False), _group(AtRestEncryptionEnabled=True)),
            Update(_group(SnapshotName="first"), _group()),
            Update(_cluster(), _cluster(Engine="valkey")),
            Update(_group(EngineVersion="7.1"), _group(EngineVersion="6.2")),
            Update(_group(ClusterMode="disabled"), _group(ClusterMode="enabled")),
            Update(_group(Durability="sync"), _group(Durability="disabled")),
            Update(_group(), _group(TransitEncryptionEnabled=True)),
            Update(_group(EngineVersion="6.2"), _group(EngineVersion="6.2", TransitEncryptionEnabled=True)),
        ),
    ),
)  # fmt: skip
