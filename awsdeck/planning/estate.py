"""What the resources of a template carry, let through, and cost: the figures of a whole deck.

Functions on templates as they are, plain dictionaries. A figure that only the deploy knows is None, and its name stands
among the `unknown` of its entry; one that is a parameter's default stands among the `assumed`.
"""

from __future__ import annotations

from ..rules import limits as known
from .fleet import PURCHASES
from .gates import APIS, account
from .lambdaprice import lambda_price
from .reading import Reading, readings
from .units import global_table, scaling, table
from .volumes import gp2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from ..rules.vocabulary import Mode

    Entry = dict[str, Any]

DURATION = 100
"""Milliseconds of a call, when nothing else is said."""
MILLION = 1_000_000
KINDS = ("tables", "apis", "functions", "instances", "volumes", "databases")


def estate(
    template: Mapping[str, Any],
    *,
    region: str | None = None,
    duration_ms: float = DURATION,
    limits: Mode = "documented",
) -> dict[str, list[Entry]]:
    """The figures of a template's resources by what they are: tables, apis, functions, instances, volumes, databases.

    - `region`: where it is deployed, which says what an account may do there
    - `duration_ms`: how long a call of a function takes
    - `limits`: whose numbers count
    """
    found: dict[str, list[Entry]] = {kind: [] for kind in KINDS}
    bounds = scaling(template)
    for reading in readings(template):
        type = reading.body.get("Type")
        if type == "AWS::DynamoDB::Table":
            found["tables"].append(table(reading, bounds))
        elif type == "AWS::DynamoDB::GlobalTable":
            found["tables"].append(global_table(reading, region))
        elif type in APIS:
            found["apis"] += APIS[type](reading, region)
        elif type == "AWS::Lambda::Function":
            found["functions"].append(_function(reading, duration_ms, limits))
        elif type in ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster"):
            found["databases"] += _database(reading)
        if type in PURCHASES:
            found["instances"] += PURCHASES[type](reading)
        if type in _DISKS:
            found["volumes"] += [
                _volume(reading, name, disk, keys, limits) for name, disk, keys in _DISKS[type](reading)
            ]
    return found


def totals(found: Mapping[str, list[Entry]], region: str | None = None) -> dict[str, Any]:
    """What the tables, databases and functions of a stack come to together; entries with unknown figures are counted."""
    tables, databases = found["tables"], found["databases"]
    return {
        "read_units": sum(table["total_read_units"] or 0 for table in tables),
        "write_units": sum(table["total_write_units"] or 0 for table in tables),
        "free_backup_gib": sum(one["free_backup_gib"] or 0 for one in databases),
        "account_rate": account(region)[0],
        "account_burst": account(region)[1],
        "with_unknown_figures": sum(1 for kind in KINDS for entry in found[kind] if entry["unknown"]),
    }


# Lambda


def _function(reading: Reading, duration_ms: float, limits: Mode) -> Entry:
    memory = reading.number("MemorySize", name="memory_mb", default=known.FUNCTION_MEMORY_DEFAULT)
    timeout = reading.number("Timeout", name="timeout_s", default=known.FUNCTION_TIMEOUT_DEFAULT)
    usual = None if timeout is None else min(duration_ms, timeout * 1_000)
    return reading.entry(
        memory_mb=memory,
        timeout_s=timeout,
        duration_ms=usual,
        price=_price(memory, usual, limits),
        price_at_timeout=_price(memory, None if timeout is None else timeout * 1_000, limits),
        reserved_concurrency=reading.number("ReservedConcurrentExecutions", name="reserved_concurrency"),
    )


def _price(memory: Any, duration: Any, limits: Mode) -> Any:
    """USD for a million calls, nothing of them free; None where memory or duration are not known, or not allowed."""
    bounds = known.FUNCTION_MEMORY_DEFAULT, known.FUNCTION_MEMORY_MOST
    if memory is None or duration is None or not bounds[0] <= memory <= bounds[1]:
        return None
    if not 0 <= duration <= known.FUNCTION_TIMEOUT_MOST * 1_000:
        return None
    price = lambda_price(
        requests=MILLION, duration_ms=duration, memory_mb=int(memory), free_tier="none", limits=limits
    )  # fmt: skip
    return price.total


# EBS and RDS


def _own_volume(reading: Reading) -> Iterator[tuple[str, Any, tuple[str, str]]]:
    yield "", reading.properties, ("VolumeType", "Size")


def _mapped(*steps: str) -> Callable[[Reading], Iterator[tuple[str, Any, tuple[str, str]]]]:
    def disks(reading: Reading) -> Iterator[tuple[str, Any, tuple[str, str]]]:
        for mapping in reading.entries(*steps, name="disks"):
            disk = mapping.get("Ebs")
            if isinstance(disk, dict):
                yield str(mapping.get("DeviceName", "")), disk, ("VolumeType", "VolumeSize")

    return disks


_DISKS: dict[Any, Callable[[Reading], Iterator[tuple[str, Any, tuple[str, str]]]]] = {
    "AWS::EC2::Volume": _own_volume,
    "AWS::EC2::Instance": _mapped("BlockDeviceMappings"),
    "AWS::EC2::LaunchTemplate": _mapped("LaunchTemplateData", "BlockDeviceMappings"),
    "AWS::AutoScaling::LaunchConfiguration": _mapped("BlockDeviceMappings"),
}


def _volume(reading: Reading, device: str, disk: Any, keys: tuple[str, str], limits: Mode) -> Entry:
    reading = Reading(reading.id, reading.body, reading.parameters)
    kind = reading.get(keys[0], name="type", holder=disk)
    if kind is None and "type" not in reading.unknown:
        kind = known.VOLUME_TYPE_DEFAULT
    size = reading.number(keys[1], name="size_gib", holder=disk)
    if size is None and "size_gib" not in reading.unknown:
        reading.unknown.append("size_gib")  # that of the image or snapshot
    iops = reading.number("Iops", name="iops", holder=disk, default=known.GP3_IOPS_DEFAULT if kind == "gp3" else None)
    burst = seconds = None
    if kind == "gp2":
        least, most = known.VOLUME_SIZES["gp2"]
        iops = None
        if size is not None and least <= size <= most:
            figures = gp2(size_gib=int(size), limits=limits)
            iops, burst, seconds = figures.baseline, figures.burst, figures.burst_seconds
    return reading.entry(
        device=device, type=kind, size_gib=size, iops=iops, burst_iops=burst, burst_seconds=seconds
    )  # fmt: skip


def _database(reading: Reading) -> list[Entry]:
    if reading.properties.get("DBClusterIdentifier") is not None or reading.properties.get(
        "SourceDBInstanceIdentifier"
    ):
        return []
    engine = reading.get("Engine", name="engine")
    aurora = isinstance(engine, str) and engine.startswith("aurora")
    size = None if aurora else reading.number("AllocatedStorage", name="allocated_gib")
    if size is None and "allocated_gib" not in reading.unknown:
        reading.unknown.append("allocated_gib")  # that of a snapshot, or what Aurora grows to
    days = reading.number("BackupRetentionPeriod", name="backup_days", default=1)
    free = size if days else 0
    return [reading.entry(engine=engine, allocated_gib=size, backup_days=days, free_backup_gib=free)]
