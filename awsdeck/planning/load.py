"""Read and write capacity of DynamoDB tables."""

from __future__ import annotations

from math import ceil

from ..rules.dynamodb import workload
from ..rules.limits import KIB
from .inputs import exact, within


def read_units(reads: float, item_kb: float, *, consistent: bool = False, transactional: bool = False) -> int:
    """Read capacity units for so many reads a second of items of so many KB (1,024 bytes).

    Each read is rounded up to 4 KB first. A strongly consistent read costs that, an eventually consistent one (the
    default) half of it, a transactional one twice. Raises `ConstructError` for negative numbers.

    Source: course notes, DynamoDB read capacity; DynamoDB Developer Guide, read/write capacity units.
    """
    within(reads=(reads, 0, None), item_kb=(item_kb, 0, None))
    return workload.read_units(exact(reads), exact(item_kb) * KIB, strong=consistent, transactions=transactional)


def write_units(writes: float, item_kb: float, *, transactional: bool = False) -> int:
    """Write capacity units for so many writes a second of items of so many KB; each is rounded up to 1 KB first.

    Raises `ConstructError` for negative numbers. Source: course notes, DynamoDB write capacity.
    """
    within(writes=(writes, 0, None), item_kb=(item_kb, 0, None))
    return workload.write_units(exact(writes), exact(item_kb) * KIB, transactions=transactional)


class Load:
    """What a table will be asked for: `DynamoDBTable(…, expected=Load(reads=80, item_kb=3, consistent=True))`.

    - `reads`, `writes`: items a second; `item_kb`: KB (1,024 bytes) of one item.
    - `consistent`: reads see every earlier write, for twice the price; `transactional`: several items or none.

    Raises `ConstructError` at the user's line. Source: course notes, DynamoDB capacity.
    """

    __slots__ = ("reads", "writes", "item_kb", "consistent", "transactional")

    def __init__(
        self,
        *,
        item_kb: float,
        reads: float = 0,
        writes: float = 0,
        consistent: bool = False,
        transactional: bool = False,
    ) -> None:
        within(reads=(reads, 0, None), writes=(writes, 0, None), item_kb=(item_kb, 0, None))
        self.reads = reads
        self.writes = writes
        self.item_kb = item_kb
        self.consistent = consistent
        self.transactional = transactional

    @property
    def item_bytes(self) -> int:
        """The size of one item in bytes."""
        return ceil(exact(self.item_kb) * KIB)

    @property
    def read_units(self) -> int:
        """The read capacity that carries this load, at least 1."""
        units = read_units(self.reads, self.item_kb, consistent=self.consistent, transactional=self.transactional)
        return max(1, units)

    @property
    def write_units(self) -> int:
        """The write capacity that carries this load, at least 1."""
        return max(1, write_units(self.writes, self.item_kb, transactional=self.transactional))
