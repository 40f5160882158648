"""Storage of Amazon RDS: how much, of which type, how fast.

Source: RDS User Guide, Amazon RDS DB instance storage; RDS API Reference, CreateDBInstance.
"""

from __future__ import annotations

from ..vocabulary import ABSENT, Rule, Violation, grouped, is_unknown, number
from .databases import INSTANCE, database, member, replica
from .dbengines import REPLICATED, RESTORED, STORAGE_LEAST, engine_of, family, is_aurora, is_custom, says

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

TYPES = ("gp2", "gp3", "io1", "io2", "standard")
FAST = ("io1", "io2")

_MOST = 65_536
_MAGNETIC = {"oracle": (10, 3_072), "sqlserver": (20, 1_024)}
_MAGNETIC_ELSEWHERE = (5, 3_072)
_CUSTOM_LEAST = 40
_SQLSERVER_USUAL = 16_384
"""GiB beyond which SQL Server needs more than one volume."""
_IOPS_LEAST = 1_000
_RATIO = {"io1": (0.5, 50), "io2": (0.5, 1_000), "gp3": (0, 500)}
"""IOPS to each GiB."""
STRIPED = {"mysql": 400, "mariadb": 400, "postgres": 400, "db2": 400, "oracle": 200}
"""GiB from which gp3 takes IOPS and throughput of one's own: there the data lies on four volumes."""
_GP3_BASE = 3_000
_GP3_STRIPED_BASE = 12_000
GROWN = 11
"""Tenths of a size that has grown by the least there is."""


def _type(view: View) -> str | None:
    """The storage type that counts: what is said, else what comes of it; None when the deploy decides."""
    given, iops = view.get("StorageType"), view.get("Iops")
    if given is ABSENT or given == "":
        return None if is_unknown(iops) else ("io1" if number(iops) else "gp3")
    return given.lower() if isinstance(given, str) and not is_unknown(given) else None


def _sized(view: View) -> bool:
    """Whether the instance has storage of its own; a cluster's is the cluster's."""
    return not says(view, "DBClusterIdentifier") and not is_aurora(engine_of(view))


def _size(view: View) -> Iterator[Violation]:
    if not _sized(view):
        return
    given, engine = view.get("AllocatedStorage"), engine_of(view)
    if given is ABSENT or given == "":
        if engine is not None and not says(view, *REPLICATED, *RESTORED):
            yield Violation(
                ("AllocatedStorage",), message="a new database needs its AllocatedStorage, in GiB", fix='such as "20"'
            )
        return
    size, kind = number(given), _type(view)
    if size is None or engine is None or kind is None or kind not in TYPES:
        return
    low, high = _bounds(engine, kind)
    values = {"value": given, "engine": engine, "kind": kind}
    if not low <= size <= high or size != int(size):
        # without a type CloudFormation made magnetic disks for long, and published samples still ask for 5 GiB
        lenient = kind == "gp3" and view.get("StorageType") in (ABSENT, "") and _MAGNETIC_ELSEWHERE[0] <= size < low
        yield Violation(
            ("AllocatedStorage",),
            severity="warning" if lenient else "error",
            allowed=f"{grouped(low)} to {grouped(high)} GiB",
            **values,
        )
    elif family(engine) == "sqlserver" and (size > _SQLSERVER_USUAL or (kind in FAST and size < STORAGE_LEAST[kind])):
        yield _seldom(values)


def _seldom(values: dict[str, Any]) -> Violation:
    return Violation(
        ("AllocatedStorage",),
        severity="warning",
        message="{value} GiB of {kind} are not offered everywhere for {engine}",
        allowed=f"100 to {grouped(_SQLSERVER_USUAL)} GiB everywhere",
        **values,
    )


def _bounds(engine: str, kind: str) -> tuple[int, int]:
    if is_custom(engine):
        return _CUSTOM_LEAST, _MOST
    group = family(engine)
    if kind == "standard":
        return _MAGNETIC.get(group, _MAGNETIC_ELSEWHERE)
    return (20 if group == "sqlserver" else STORAGE_LEAST[kind]), _MOST


def _speed(view: View) -> Iterator[Violation]:
    if not _sized(view):
        return
    given = view.get("StorageType")
    if given not in (ABSENT, "") and isinstance(given, str) and not is_unknown(given) and given.lower() not in TYPES:
        yield Violation(("StorageType",), problem="RDS has no such storage type", value=given, allowed=", ".join(TYPES))
        return
    kind, iops, size = _type(view), view.get("Iops"), number(view.get("AllocatedStorage"))
    if kind == "standard":
        yield Violation(
            ("StorageType",),
            severity="warning",
            problem="magnetic storage is kept for old databases and not recommended",
            fix="take gp3",
        )
    if kind is None:
        return
    rate = number(iops)
    if kind in FAST:
        yield from _provisioned(view, kind, rate, size)
    elif kind == "gp3":
        yield from _gp3(view, rate, size)
    elif rate:
        yield Violation(
            ("Iops",), severity="warning", problem=f"{kind} has no IOPS to choose", fix="leave Iops out, or take gp3"
        )


def _provisioned(view: View, kind: str, rate: float | None, size: float | None) -> Iterator[Violation]:
    if view.get("Iops") is ABSENT:
        if not says(view, *REPLICATED, *RESTORED):
            yield Violation(
                ("Iops",), problem=f"{kind} needs its Iops", fix=f"set Iops, {grouped(_IOPS_LEAST)} at least"
            )
        return
    if rate is None:
        return
    if rate < _IOPS_LEAST:
        yield Violation(
            ("Iops",), value=view.get("Iops"), problem=f"{kind} has {grouped(_IOPS_LEAST)} IOPS at least",
            allowed=f"at least {grouped(_IOPS_LEAST)}",
        )  # fmt: skip
        return
    yield from _ratio(view, kind, rate, size)


def _gp3(view: View, rate: float | None, size: float | None) -> Iterator[Violation]:
    engine = engine_of(view)
    if engine is None or size is None:
        return
    threshold = STRIPED.get(family(engine)) if not is_custom(engine) else None
    throughput = number(view.get("StorageThroughput"))
    if threshold is not None and size < threshold:
        for name, given in (("Iops", rate), ("StorageThroughput", throughput)):
            if given:
                yield Violation(
                    (name,), value=given,
                    problem=f"gp3 of {engine} takes {name} of your own from {threshold} GiB on; this has {size:g}",
                    fix=f"leave {name} out, or allocate {threshold} GiB",
                )  # fmt: skip
        return
    if rate:
        base = _GP3_STRIPED_BASE if threshold is not None else _GP3_BASE
        if rate < base:
            yield Violation(
                ("Iops",), value=rate, problem=f"gp3 of {engine} with {size:g} GiB has {grouped(base)} IOPS by itself",
                allowed=f"at least {grouped(base)}", fix="leave Iops out, or ask for more",
            )  # fmt: skip
        else:
            yield from _ratio(view, "gp3", rate, size)


def _ratio(view: View, kind: str, rate: float, size: float | None) -> Iterator[Violation]:
    if not size:
        return
    low, high = _RATIO[kind]
    engine = engine_of(view)
    if kind != "gp3" and engine is not None and family(engine) == "sqlserver":
        low = 1
    if not low * size <= rate <= high * size:
        yield Violation(
            ("Iops",), value=view.get("Iops"), problem=f"{grouped(int(rate))} IOPS on {size:g} GiB of {kind}",
            allowed=f"{grouped(int(max(low * size, _IOPS_LEAST)))} to {grouped(int(high * size))} IOPS for this size",
        )  # fmt: skip


def _growth(view: View) -> Iterator[Violation]:
    size, most = number(view.get("AllocatedStorage")), number(view.get("MaxAllocatedStorage"))
    if size is None or most is None:
        return
    if most * 10 < size * GROWN and most != size:  # the size itself switches growth off
        yield Violation(
            ("MaxAllocatedStorage",), value=most, allowed=f"at least {grouped(-int(-size * GROWN // 10))} GiB",
            problem="storage that grows by itself needs room for 10 percent at least",
        )  # fmt: skip


RULES: tuple[Rule, ...] = (
    Rule(
        "RDS026", INSTANCE, "error",
        "{value} GiB of {kind} are not what {engine} can have",
        check=_size,
        source="RDS API Reference, CreateDBInstance: AllocatedStorage; RDS User Guide, Amazon RDS DB instance storage",
        verified="docs",
        good=(
            database(), database(AllocatedStorage="5", StorageType="standard"), replica(), member(),
            database(StorageType="io1", AllocatedStorage="100", Iops=1_000),
        ),
        bad=(
            database(AllocatedStorage="5"),
            database(AllocatedStorage=None),
            database(AllocatedStorage="50", StorageType="io1", Iops=1_000),
            database(AllocatedStorage="70000", StorageType="gp3"),
            database(AllocatedStorage="5", StorageType=None),
        ),
    ),
    Rule(
        "RDS027", INSTANCE, "error",
        "{problem}",
        check=_speed,
        source="RDS User Guide, Amazon RDS DB instance storage; RDS API Reference, CreateDBInstance: Iops",
        verified="docs",
        good=(
            database(StorageType="io1", AllocatedStorage="100", Iops=1_000),
            database(StorageType="gp3"),
            database(StorageType="gp3", AllocatedStorage="400", Iops=12_000, StorageThroughput=500),
            database("sqlserver-se", StorageType="gp3", Iops=4_000, LicenseModel="license-included"),
        ),
        bad=(
            database(StorageType="io1", AllocatedStorage="100"),
            database(StorageType="io1", AllocatedStorage="100", Iops=900),
            database(StorageType="io1", AllocatedStorage="100", Iops=6_000),
            database(StorageType="gp3", Iops=4_000),
            database(StorageType="gp3", AllocatedStorage="500", Iops=5_000),
            database(StorageType="ssd"),
            database(StorageType="standard"),
            database(Iops=1_000),
        ),
    ),
    Rule(
        "RDS043", INSTANCE, "error",
        "{problem}",
        check=_growth,
        source="RDS User Guide, Managing capacity automatically with Amazon RDS storage autoscaling",
        good=(database(MaxAllocatedStorage=100), database(MaxAllocatedStorage=20), database()),
        bad=(database(MaxAllocatedStorage=10), database(AllocatedStorage="100", MaxAllocatedStorage=105)),
    ),
)  # fmt: skip
