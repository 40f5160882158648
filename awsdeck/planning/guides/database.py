"""Caches, capacity, indexes, replicas: decisions about data stores."""

from __future__ import annotations

from ..advice import Advice, Choice, Guide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ...rules.vocabulary import Mode

CACHE = Guide(
    "Which cache engine?",
    "course notes, ElastiCache",
    {
        "memcached": Choice(
            "Memcached",
            "objects are cached in the simplest way, on nodes with many cores, growing and shrinking",
            "it is simple, multithreaded, and spreads over nodes",
        ),
        "redis": Choice(
            "Redis",
            "lists, hashes and sets, rankings, persistence, failover over zones, or publish and subscribe",
            "it has data types, replicas and snapshots",
            "Valkey or Redis",
        ),
    },
)


def cache(
    *,
    simple: bool = False,
    data_types: bool = False,
    ranking: bool = False,
    persistence: bool = False,
    failover: bool = False,
    publish_subscribe: bool = False,
    limits: Mode = "documented",
) -> Advice:
    """Memcached or Redis.

    - `simple`: objects are cached, in the simplest way, on nodes with many cores
    - `data_types`: lists, hashes or sets are stored, not only objects
    - `ranking`: data is sorted or ranked, as on a leaderboard
    - `persistence`: what is cached must outlive a restart
    - `failover`: another zone takes over when one fails
    - `publish_subscribe`: programs listen to each other through it
    """
    if not (data_types or ranking or persistence or failover or publish_subscribe):
        return CACHE.advise("memcached", limits)
    return CACHE.advise("redis", limits, *(("Memcached is simpler, and has nothing of that",) if simple else ()))


CAPACITY_MODE = Guide(
    "Which capacity mode for a DynamoDB table?",
    "course notes, DynamoDB capacity modes",
    {
        "on-demand": Choice(
            "On-demand",
            "the load is unknown or unpredictable, or comes in short peaks",
            "each request is paid for, and nothing has to be planned",
        ),
        "provisioned": Choice(
            "Provisioned",
            "the load is steady, grows slowly, or can be forecast",
            "known capacity costs less, and follows use by auto scaling",
        ),
    },
)


def capacity_mode(
    *,
    traffic: Literal["unknown", "unpredictable", "spiky", "steady", "growing", "predictable"],
    limits: Mode = "documented",
) -> Advice:
    """On-demand or provisioned capacity for a DynamoDB table.

    - `traffic`: how the load behaves
    """
    on_demand = traffic in ("unknown", "unpredictable", "spiky")
    return CAPACITY_MODE.advise("on-demand" if on_demand else "provisioned", limits)


CACHING = Guide(
    "How should a cache be filled?",
    "course notes, caching strategies",
    {
        "lazy": Choice(
            "Lazy loading with a time to live",
            "only what is asked for should be cached, and losing a node must not matter",
            "a miss costs a slower first read, and data may be old until its time is over",
        ),
        "write-through": Choice(
            "Write-through",
            "cached data must never be old, and writes may take longer",
            "every write goes to both, so much is cached that nobody reads",
        ),
        "both": Choice(
            "Write-through, with lazy loading and a time to live",
            "data must not be old, and a new node must not be empty for long",
            "each makes up for what the other lacks",
        ),
    },
)


def caching(*, never_stale: bool = False, survive_node_loss: bool = False, limits: Mode = "documented") -> Advice:
    """How to fill a cache: when data is read, when it is written, or both.

    - `never_stale`: cached data may never be old
    - `survive_node_loss`: a new, empty node must fill by itself
    """
    if not never_stale:
        return CACHING.advise("lazy", limits)
    return CACHING.advise("both" if survive_node_loss else "write-through", limits)


INDEX = Guide(
    "Which kind of DynamoDB index?",
    "course notes, DynamoDB indexes",
    {
        "local": Choice(
            "Local secondary index",
            "the partition key stays, the sort key differs, and the table is not made yet",
            "it can be read strongly consistently, and can only be made with the table",
        ),
        "global": Choice(
            "Global secondary index",
            "the partition key differs, or the table is there already",
            "it can be added and removed at any time, with capacity of its own",
        ),
        "none": Choice(
            "No index",
            "strongly consistent reads by another partition key, or on a table that is there already",
            "only a local index is strongly consistent, and it comes with the table: make a new table for it",
        ),
    },
)


def index(
    *, same_partition_key: bool, table_exists: bool = False, strong_reads: bool = False, limits: Mode = "documented"
) -> Advice:
    """A local or a global secondary index.

    - `same_partition_key`: items are still found by the table's partition key
    - `table_exists`: the table is made already
    - `strong_reads`: reads must see every earlier write
    """
    if same_partition_key and not table_exists:
        return INDEX.advise("local", limits)
    return INDEX.advise("none" if strong_reads else "global", limits)


AVAILABILITY = Guide(
    "Multi-AZ or read replicas for a database?",
    "course notes, RDS Multi-AZ and read replicas",
    {
        "multi-az": Choice(
            "Multi-AZ",
            "the database must survive the loss of an instance or a zone",
            "a synchronous standby takes over by itself under the same name; it serves no reads",
        ),
        "replicas": Choice(
            "Read replicas",
            "reads are more than one instance carries",
            "asynchronous copies with an endpoint each",
        ),
        "both": Choice(
            "Multi-AZ with read replicas",
            "the database must survive a zone, and reads are more than one instance carries",
            "replicas can be Multi-AZ themselves",
        ),
        "cross-region": Choice(
            "Cross-Region read replica",
            "readers are in another region, or the region may fail",
            "an asynchronous copy there, which can be made a database of its own",
        ),
        "aurora": Choice(
            "Several instances in the Aurora cluster",
            "the engine is Aurora",
            "its storage spans three zones, and a reader takes over when the writer fails",
        ),
        "single": Choice(
            "One instance with backups", "tests, and data whose loss for minutes is bearable", "it costs least"
        ),
    },
)


def availability(
    *,
    survive_zone: bool = False,
    more_reads: bool = False,
    other_region: bool = False,
    engine: str = "mysql",
    limits: Mode = "documented",
) -> Advice:
    """Multi-AZ, read replicas, or both.

    - `survive_zone`: another zone takes over by itself
    - `more_reads`: reads are more than one instance carries
    - `other_region`: readers or a copy stand in another region
    - `engine`: the engine, as CloudFormation names it
    """
    if other_region:
        return AVAILABILITY.advise("cross-region", limits)
    if engine.startswith("aurora"):
        return AVAILABILITY.advise("aurora", limits)
    if survive_zone and more_reads:
        return AVAILABILITY.advise("both", limits)
    return AVAILABILITY.advise("multi-az" if survive_zone else "replicas" if more_reads else "single", limits)


DATABASE_CACHE = Guide(
    "Which cache in front of a database?",
    "course notes, DAX and ElastiCache",
    {
        "dax": Choice(
            "DAX",
            "a DynamoDB table is mostly read, in bursts, within microseconds; old data for a moment is fine",
            "it answers DynamoDB's own calls from memory",
        ),
        "none": Choice(
            "No cache",
            "reads must be strongly consistent, most calls are writes, or data changes all the time",
            "a cache would pass every call on, and cost on top",
        ),
        "elasticache": Choice(
            "ElastiCache",
            "a relational database is mostly read and changes seldom, or results of long computations are kept",
            "programs keep there what they would ask for again",
        ),
    },
)


def database_cache(
    *,
    database: Literal["dynamodb", "relational", "computed"],
    strong_reads: bool = False,
    mostly_writes: bool = False,
    limits: Mode = "documented",
) -> Advice:
    """DAX, ElastiCache, or no cache at all.

    - `database`: what stands behind the cache: DynamoDB, a relational database, or results that were computed
    - `strong_reads`: reads must see every earlier write
    - `mostly_writes`: most calls write, or data changes all the time
    """
    if strong_reads or mostly_writes:
        return DATABASE_CACHE.advise("none", limits)
    return DATABASE_CACHE.advise("dax" if database == "dynamodb" else "elasticache", limits)
