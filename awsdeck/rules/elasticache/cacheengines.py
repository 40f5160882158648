"""What ElastiCache offers: engines with their versions and families of parameters, and node types."""

from __future__ import annotations

from ..vocabulary import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MEMCACHED = "memcached"
REPLICATED = ("redis", "valkey")
"""Engines with replicas, snapshots and users."""
ENGINES = (MEMCACHED, *REPLICATED)

# Source: ElastiCache API Reference, DescribeCacheEngineVersions, as cfn-lint E3695 had it in 2026-10.
VERSIONS = {
    MEMCACHED: (
        "1.4.5", "1.4.14", "1.4.24", "1.4.33", "1.4.34", "1.5.10", "1.5.16", "1.6.6", "1.6.12", "1.6.17", "1.6.22",
    ),
    "redis": ("4.0.10", "5.0.6", "6.0", "6.2", "7.0", "7.1"),
    "valkey": ("7.2", "8.0", "8.1", "8.2", "9.0", "9.1"),
}  # fmt: skip
DEFAULT_VERSION = {MEMCACHED: "1.6.22", "redis": "7.1", "valkey": "8.2"}
"""What a construct asks for when nothing else is said; written out, so that a later default of AWS changes nothing."""

# Source: ElastiCache User Guide, supported node types, as cfn-lint E3647 had it in 2026-10.
_WIDE = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")
_M5 = ("large", "xlarge", "2xlarge", "4xlarge", "12xlarge", "24xlarge")
_SMALL = ("micro", "small", "medium")
NODE_TYPES = {
    "c7gn": _WIDE,
    "c8gn": _WIDE,
    "m4": ("large", "xlarge", "2xlarge", "4xlarge", "10xlarge"),
    "m5": _M5,
    "m6g": _WIDE,
    "m7g": _WIDE,
    "m8g": _WIDE,
    "r4": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"),
    "r5": _M5,
    "r6g": _WIDE,
    "r6gd": _WIDE[1:],
    "r7g": _WIDE,
    "r8g": _WIDE,
    "t2": _SMALL,
    "t3": _SMALL,
    "t4g": _SMALL,
}
RETIRED = ("c1", "m1", "m2", "m3", "r3", "t1")
"""Families that run on in clusters made long ago; AWS makes no new ones."""
TIERED = "r6gd"
"""The family that keeps seldom used values on SSDs."""

TLS_SINCE = {MEMCACHED: (1, 6, 12), "redis": (3, 2, 6)}
"""Versions from which on clients can be asked to come over TLS; every Valkey can."""
TLS_LATER_SINCE = (7,)
"""The version of Redis from which on encryption in transit can be switched in a running group."""
IAM_SINCE = {"redis": (7, 0)}
USERS_SINCE = {"redis": (6, 0)}
LOGS_SINCE = {"slow-log": (6, 0), "engine-log": (6, 2)}
"""Versions of Redis that deliver a log."""
TIERING_SINCE = {"redis": (6, 2)}


def numbers(version: Any) -> tuple[int, ...] | None:
    """The numbers of a version (`"7.1"` and 7.1 are 7 and 1); None for `6.x` and what only the deploy knows."""
    if isinstance(version, bool) or not isinstance(version, str | int | float):
        return None
    parts = text(version).split(".")
    return tuple(map(int, parts)) if all(part.isascii() and part.isdigit() for part in parts) else None


def before(version: Any, bound: tuple[int, ...] | None) -> bool:
    """Whether a version is certainly older than another, as far as both are written out."""
    held = numbers(version)
    if held is None or bound is None:
        return False
    size = min(len(held), len(bound))
    return held[:size] < bound[:size]


def spelled_out(bound: tuple[int, ...]) -> str:
    """A version as people write it."""
    return ".".join(map(str, bound))


def family(engine: str, version: str) -> str | None:
    """The parameter group family of an engine's version (`redis7`), None when it does not tell.

    Source: ElastiCache API Reference, CreateCacheParameterGroup, CacheParameterGroupFamily.
    """
    known = numbers(version.removesuffix(".x"))
    if known is None:
        return None
    major, minor = known[0], known[1] if len(known) > 1 else 0
    if engine == MEMCACHED:
        return f"memcached{major}.{minor}"
    if engine == "valkey" or major >= 7:
        return f"{engine}{major}"
    return "redis6.x" if major == 6 else f"redis{major}.{minor}"
