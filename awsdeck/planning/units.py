"""Capacity of the DynamoDB tables of a template: units, what they carry, and how far they scale."""

from __future__ import annotations

from .reading import Reading, readings
from .tables import throughput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Entry = dict[str, Any]


def scaling(template: Mapping[str, Any]) -> dict[tuple[str, str | None, str], tuple[Any, Any]]:
    """Least and most units that Application Auto Scaling sets, by table, index and "read" or "write"."""
    found = {}
    for reading in readings(template):
        if reading.body.get("Type") != "AWS::ApplicationAutoScaling::ScalableTarget":
            continue
        dimension = reading.get("ScalableDimension", name="dimension")
        if not isinstance(dimension, str) or not dimension.startswith("dynamodb:"):
            continue
        table, index = _scaled(reading.properties.get("ResourceId"))
        if table is None:
            continue
        way = "read" if "Read" in dimension else "write"
        bounds = reading.number("MinCapacity", name="least"), reading.number("MaxCapacity", name="most")
        found[table, index, way] = bounds
    return found


def _scaled(given: Any) -> tuple[str | None, str | None]:
    """The table, by logical id or name, and the index that a `ResourceId` speaks of."""
    text = given.get("Fn::Sub") if isinstance(given, dict) else given
    if isinstance(given, dict) and isinstance(given.get("Fn::Join"), list):
        separator, pieces = (given["Fn::Join"] + ["", []])[:2]
        if isinstance(pieces, list):
            text = str(separator).join(
                f"${{{one['Ref']}}}" if isinstance(one, dict) and "Ref" in one else str(one) for one in pieces
            )
    if not isinstance(text, str):
        return None, None
    parts = text.split("/")
    if len(parts) < 2 or parts[0] != "table":
        return None, None
    return parts[1].removeprefix("${").removesuffix("}"), parts[3] if len(parts) > 3 else None


def table(reading: Reading, scaling: Mapping[tuple[str, str | None, str], tuple[Any, Any]]) -> Entry:
    """What a table and its indexes provision."""
    billing = reading.get("BillingMode", name="mode")
    if billing == "PAY_PER_REQUEST" or "mode" in reading.unknown:
        most = reading.get("OnDemandThroughput", name="most")
        return _on_demand(reading, most, "on-demand" if billing is not None else None)
    names = {reading.id, str(reading.get("TableName", name="name"))}
    reading.unknown = [one for one in reading.unknown if one != "name"]
    reading.assumed = [one for one in reading.assumed if one != "name"]

    def units(way: str, index: str | None, holder: Any) -> tuple[Any, Any]:
        bounds = next((scaling[name, index, way] for name in names if (name, index, way) in scaling), None)
        label = f"{way}_units" if index is None else f"{index} {way}_units"
        given = reading.number("ProvisionedThroughput", f"{way.capitalize()}CapacityUnits", name=label, holder=holder)
        return given, None if bounds is None else list(bounds)

    own = [units(way, None, reading.properties) for way in ("read", "write")]
    indexes = []
    for place, index in enumerate(reading.entries("GlobalSecondaryIndexes", name="indexes"), 1):
        name = reading.plain(index.get("IndexName"), f"index {place}")
        name = name if isinstance(name, str) else f"index {place}"
        found = [units(way, name, index) for way in ("read", "write")]
        indexes.append({
            "name": name, "read_units": found[0][0], "write_units": found[1][0],
            "read_scaling": found[0][1], "write_scaling": found[1][1],
        })  # fmt: skip
    return _provisioned(reading, own, indexes)


def _provisioned(reading: Reading, own: list[tuple[Any, Any]], indexes: list[Entry]) -> Entry:
    (reads, read_scaling), (writes, write_scaling) = own
    carried = None
    if reads is not None and writes is not None and reads >= 0 and writes >= 0:
        rate = throughput(read_units=int(reads), write_units=int(writes))
        carried = {"strong_read": rate.strong_read, "eventual_read": rate.eventual_read, "write": rate.write}
    sums = [
        None if any(one[f"{way}_units"] is None for one in indexes) or base is None
        else base + sum(one[f"{way}_units"] for one in indexes)
        for way, base in (("read", reads), ("write", writes))
    ]  # fmt: skip
    return reading.entry(
        mode="provisioned",
        read_units=reads,
        write_units=writes,
        read_scaling=read_scaling,
        write_scaling=write_scaling,
        kb_per_second=carried,
        indexes=indexes,
        total_read_units=sums[0],
        total_write_units=sums[1],
    )


def _on_demand(reading: Reading, most: Any, mode: str | None) -> Entry:
    reads = reading.number("MaxReadRequestUnits", name="read_units_most", holder=most or {})
    writes = reading.number("MaxWriteRequestUnits", name="write_units_most", holder=most or {})
    return reading.entry(
        mode=mode, read_units=None, write_units=None, read_units_most=reads, write_units_most=writes, kb_per_second=None,
        indexes=[], total_read_units=None, total_write_units=None,
    )  # fmt: skip


def global_table(reading: Reading, region: str | None) -> Entry:
    """What a global table provisions in its replica of this region, else in the first."""
    billing = reading.get("BillingMode", name="mode")
    if billing == "PAY_PER_REQUEST" or "mode" in reading.unknown:
        return _on_demand(reading, None, "on-demand" if billing is not None else None)
    replicas = reading.entries("Replicas", name="replicas")
    here = next((one for one in replicas if region is not None and one.get("Region") == region), None)
    here = here or (replicas[0] if replicas else {})

    def units(way: str, holder: Any, label: str) -> tuple[Any, Any]:
        settings = reading.get(f"{way}ProvisionedThroughputSettings", name=label, holder=holder) or {}
        scaled = reading.get(f"{way}CapacityAutoScalingSettings", name=label, holder=settings)
        fixed = reading.number(f"{way}CapacityUnits", name=label, holder=settings)
        if not isinstance(scaled, dict):
            return fixed, None
        least = reading.number("MinCapacity", name=label, holder=scaled)
        return least if fixed is None else fixed, [least, reading.number("MaxCapacity", name=label, holder=scaled)]

    own = [units("Read", here, "read_units"), units("Write", reading.properties, "write_units")]
    readers = {
        str(one.get("IndexName")): one for one in reading.entries("GlobalSecondaryIndexes", name="indexes", holder=here)
    }
    indexes = []
    for index in reading.entries("GlobalSecondaryIndexes", name="indexes"):
        name = str(index.get("IndexName"))
        read = units("Read", readers.get(name, {}), f"{name} read_units")
        write = units("Write", index, f"{name} write_units")
        indexes.append({
            "name": name, "read_units": read[0], "write_units": write[0], "read_scaling": read[1],
            "write_scaling": write[1],
        })  # fmt: skip
    found = _provisioned(reading, own, indexes)
    found["replicas"] = len(replicas)
    return found
