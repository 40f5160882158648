"""Figures of DynamoDB tables: the capacity a load needs, and what a capacity carries."""

from __future__ import annotations

import attrs

from ..rules.limits import ITEM_MOST, KIB, READ_UNIT, WRITE_UNIT
from .inputs import within
from .load import read_units as units_to_read
from .load import write_units as units_to_write
from .result import Result, value


@attrs.frozen(kw_only=True)
class Capacity(Result):
    """The capacity a load needs."""

    read_units: int = value("units a second")
    write_units: int = value("units a second")


def capacity(
    *,
    reads: float = 0,
    writes: float = 0,
    item_kb: float = 1,
    consistent: bool = False,
    transactional: bool = False,
) -> Capacity:
    """The read and write capacity of a table, from how often items are read and written.

    - `reads`: items read a second
    - `writes`: items written a second
    - `item_kb`: KB (1,024 bytes) of one item
    - `consistent`: strongly consistent reads
    - `transactional`: reads and writes in transactions

    Source: course notes, DynamoDB capacity calculations.
    """
    within(reads=(reads, 0, None), writes=(writes, 0, None), item_kb=(item_kb, 0, None))
    return Capacity(
        read_units=units_to_read(reads, item_kb, consistent=consistent, transactional=transactional),
        write_units=units_to_write(writes, item_kb, transactional=transactional),
        notes=(f"a table takes no item of more than {ITEM_MOST // KIB} KB",) if item_kb * KIB > ITEM_MOST else (),
    )


@attrs.frozen(kw_only=True)
class Throughput(Result):
    """What a capacity carries in a second."""

    strong_read: int = value("KB/s")
    eventual_read: int = value("KB/s")
    write: int = value("KB/s")


def throughput(*, read_units: int, write_units: int) -> Throughput:
    """How many KB a second a table's capacity carries.

    - `read_units`: read capacity units
    - `write_units`: write capacity units

    Source: course notes, DynamoDB throughput.
    """
    within(read_units=(read_units, 0, None), write_units=(write_units, 0, None))
    strong = read_units * READ_UNIT // KIB
    return Throughput(strong_read=strong, eventual_read=strong * 2, write=write_units * WRITE_UNIT // KIB)
