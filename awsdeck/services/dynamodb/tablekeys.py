"""Keys of DynamoDB tables and their indexes."""

from __future__ import annotations

from ...errors import ConstructError
from ...source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from .tablecapacity import ScaledCapacity

    KeyType = Literal["S", "N", "B"]
    Key = str | tuple[str, KeyType]
    Projection = Literal["all", "keys-only"] | Sequence[str]

PROJECTIONS = {"all": "ALL", "keys-only": "KEYS_ONLY"}


class LocalIndex:
    """A second order of a table's items: the same partition key, another sort key. It is made with the table or never.

    - `sort_key`: `"total"` or `("total", "N")`.
    - `projection`: "all" attributes (default), "keys-only", or the names of attributes beside the keys.

    Source: DynamoDB Developer Guide, local secondary indexes; course notes, DynamoDB.
    """

    __slots__ = ("name", "sort_key", "projection")

    def __init__(self, name: str, *, sort_key: Key, projection: Projection = "all") -> None:
        self.name = name
        self.sort_key = sort_key
        self.projection = projection


class GlobalIndex:
    """A view of a table under other keys, with capacity of its own; it can come and go, one at a time.

    - `partition_key`, `sort_key`: as a table's; a list of up to four for a key of several attributes.
    - `projection`: "all" attributes (default), "keys-only", or the names of attributes beside the keys.
    - `read_capacity`, `write_capacity`: of a provisioned table; the table's own when left out.
    - `max_read_units`, `max_write_units`: of an on-demand table, what it may use in a second at most.

    Reads of it are eventually consistent. Source: DynamoDB Developer Guide, global secondary indexes; course notes,
    DynamoDB.
    """

    __slots__ = (
        "name", "partition_key", "sort_key", "projection", "read_capacity", "write_capacity", "max_read_units",
        "max_write_units",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        *,
        partition_key: Key | list[Key],
        sort_key: Key | list[Key] | None = None,
        projection: Projection = "all",
        read_capacity: int | ScaledCapacity | None = None,
        write_capacity: int | ScaledCapacity | None = None,
        max_read_units: int | None = None,
        max_write_units: int | None = None,
    ) -> None:
        self.name = name
        self.partition_key = partition_key
        self.sort_key = sort_key
        self.projection = projection
        self.read_capacity = read_capacity
        self.write_capacity = write_capacity
        self.max_read_units = max_read_units
        self.max_write_units = max_write_units


def several(keys: Key | list[Key] | None) -> Sequence[Key]:
    return [] if keys is None else keys if isinstance(keys, list) else [keys]


def typed(key: Key) -> tuple[str, str | None]:
    if isinstance(key, str):
        return key, None
    if isinstance(key, tuple) and len(key) == 2 and all(isinstance(one, str) for one in key):
        return key
    raise ConstructError(f"{key!r} is not a key", place=caller(), fix='write "id", or with its type ("placed_at", "N")')


def key_schema(partition: Key | list[Key], sort: Key | list[Key] | None) -> list[dict[str, str]]:
    return [
        {"AttributeName": typed(key)[0], "KeyType": kind}
        for keys, kind in ((partition, "HASH"), (sort, "RANGE"))
        for key in several(keys)
    ]


def projection_of(projection: Projection) -> dict[str, Any]:
    if isinstance(projection, str):
        if projection not in PROJECTIONS:
            raise ConstructError(
                f"projection={projection!r}", place=caller(), fix='"all", "keys-only", or a list of attribute names'
            )
        return {"ProjectionType": PROJECTIONS[projection]}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(projection)}
