"""How a table will be used, as its construct is told, held against what DynamoDB does."""

from __future__ import annotations

from ..limits import (
    BILLING_SWITCHES_MOST,
    ITEM_MOST,
    PARTITION_KEY_MOST,
    READ_UNIT,
    SORT_KEY_MOST,
    STREAM_HOURS,
    TRANSACTION_ITEMS_MOST,
    TRANSACTION_SIZE_MOST,
    WRITE_UNIT,
)
from ..policies.policy import keeps_to_own
from ..vocabulary import ABSENT, Violation, as_list, grouped, is_unknown, number, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction
    from typing import Any

    from ..view import View

SHORT_LIVED = ("session", "event-log", "temporary")
CARRIES = {
    "keys-only": (),
    "new-image": ("new",),
    "old-image": ("old",),
    "new-and-old-images": ("new", "old"),
}
STEADY = ("steady", "predictable")
CHANGING = ("spiky", "unpredictable", "unknown")
SPREAD = 10
"""How many values a partition key should have for each partition."""


def _word(value: Any) -> str:
    """A hint as it is compared: `NEW_IMAGE` and `new-image` are the same."""
    return value.lower().replace("_", "-") if isinstance(value, str) and not is_unknown(value) else ""


def kind_of_data(view: View) -> Iterator[Violation]:
    kind = _word(view.get("data_kind"))
    if kind in SHORT_LIVED and view.get("ttl") is ABSENT:
        yield Violation(("ttl",), kind=kind)
    if truth(view.get("exact_expiry")) is True and view.get("ttl") is not ABSENT:
        yield Violation(
            ("exact_expiry",),
            message="expired items are deleted within a few days, not at the second",
            fix="filter expired items out when reading",
        )


def stream(view: View) -> Iterator[Violation]:
    kind = _word(view.get("stream"))
    needs = [_word(need) for need in as_list(view.get("stream_needs"))]
    if kind in CARRIES:
        lacking = [need for need in needs if need in ("new", "old") and need not in CARRIES[kind]]
        if lacking:
            yield Violation(
                ("stream",),
                kind=kind,
                need=" and ".join(f"{need} images" for need in lacking),
                fix='set stream="new-and-old-images"',
            )
    hours = number(view.get("stream_hours"))
    if hours is not None and hours > STREAM_HOURS:
        yield Violation(
            ("stream_hours",),
            message="records stay in a stream for 24 hours",
            fix="send the changes to a Kinesis data stream, which keeps them longer",
            allowed=f"at most {STREAM_HOURS}",
            value=hours,
        )


def view_type(view: View) -> Iterator[Violation]:
    given = view.get("StreamSpecification")
    if isinstance(given, dict) and not is_unknown(given) and "StreamViewType" not in given:
        yield Violation(
            ("StreamSpecification", "StreamViewType"), allowed="KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or both images"
        )


def query(view: View) -> Iterator[Violation]:
    operation = _word(view.get("operation"))
    if operation == "scan" and view.get("scan_index_forward") is not ABSENT:
        yield Violation(
            ("scan_index_forward",),
            message="a scan has no order; ScanIndexForward is for queries",
            fix="leave it out, or query",
        )
    attributes, keys = view.get("attributes"), view.get("keys")
    if operation != "query" or not isinstance(attributes, list) or not isinstance(keys, list):
        return
    if not any(isinstance(key, list) and key and key[0] in attributes for key in keys):
        yield Violation(("attributes",), attributes=", ".join(str(name) for name in attributes))


def scan(view: View) -> Iterator[Violation]:
    if _word(view.get("operation")) != "scan":
        return
    careful = view.get("limit") is not ABSENT and view.get("projection") is not ABSENT
    if truth(view.get("large")) is True or not careful:
        yield Violation(("operation",))


def consistency(view: View) -> Iterator[Violation]:
    if truth(view.get("consistent_read")) is not True:
        return
    if _word(view.get("index")) == "global":
        yield Violation(("consistent_read",))
    elif truth(view.get("dax")) is True:
        yield Violation(
            ("consistent_read",),
            severity="warning",
            message="DAX answers strongly consistent reads from the table, not from its cache",
            fix="leave consistent_read out, or read without DAX",
        )


def billing(view: View) -> Iterator[Violation]:
    mode, traffic = _word(view.get("billing")), _word(view.get("traffic"))
    if mode == "on-demand" and traffic in STEADY:
        yield Violation(
            ("billing",), billing="on-demand", traffic=traffic, fix='set billing="provisioned", which costs less then'
        )
    elif mode == "provisioned" and traffic in CHANGING and truth(view.get("auto_scaling")) is not True:
        yield Violation(("billing",), billing="provisioned", traffic=traffic, fix='set billing="on-demand"')


def read_units(
    reads: float | Fraction, size: float | Fraction, *, strong: bool = False, transactions: bool = False
) -> int:
    """Read capacity units for so many reads a second of items of this size in bytes."""
    units = reads * _up(max(size, 1) / READ_UNIT)
    return _up(units * 2 if transactions else units if strong else units / 2)


def write_units(writes: float | Fraction, size: float | Fraction, *, transactions: bool = False) -> int:
    """Write capacity units for so many writes a second of items of this size in bytes."""
    return _up(writes * _up(max(size, 1) / WRITE_UNIT) * (2 if transactions else 1))


def _up(value: float | Fraction) -> int:
    return -int(-value // 1)


def capacity(view: View) -> Iterator[Violation]:
    size = number(view.get("item_size"))
    if size is None or _word(view.get("billing")) == "on-demand":
        return
    transactions = truth(view.get("expected_transactions")) is True
    reads, writes = number(view.get("expected_reads")), number(view.get("expected_writes"))
    has_reads, has_writes = number(view.get("read_capacity")), number(view.get("write_capacity"))
    if reads is not None and has_reads is not None:
        strong = truth(view.get("consistent_reads")) is True
        need = read_units(reads, size, strong=strong, transactions=transactions)
        if need > has_reads:
            yield Violation(("read_capacity",), need=need, unit="read units", have=has_reads)
    if writes is not None and has_writes is not None:
        need = write_units(writes, size, transactions=transactions)
        if need > has_writes:
            yield Violation(("write_capacity",), need=need, unit="write units", have=has_writes)


_SIZES = (
    ("item_size", "an item", ITEM_MOST, "bytes"),
    ("partition_key_size", "the value of a partition key", PARTITION_KEY_MOST, "bytes"),
    ("sort_key_size", "the value of a sort key", SORT_KEY_MOST, "bytes"),
    ("transaction_items", "a transaction", TRANSACTION_ITEMS_MOST, "items"),
    ("transaction_size", "a transaction", TRANSACTION_SIZE_MOST, "bytes"),
)


def sizes(view: View) -> Iterator[Violation]:
    for hint, what, most, unit in _SIZES:
        value = number(view.get(hint))
        if value is not None and value > most:
            words = f"{grouped(most)} {unit}"
            yield Violation((hint,), what=what, most=words, allowed=f"at most {words}", value=value)
    for hint in ("transaction_regions", "transaction_accounts"):
        if len({str(one) for one in as_list(view.get(hint))}) > 1:
            yield Violation(
                (hint,), message="a transaction stays within one account and region", fix="use one transaction in each"
            )


def own_records(view: View) -> Iterator[Violation]:
    statement = view.get("statement")
    if truth(view.get("own_records_only")) is not True or not isinstance(statement, dict):
        return
    if statement.get("Effect", "Allow") == "Allow" and keeps_to_own(statement) is False:
        yield Violation(("statement",))


def spread(view: View) -> Iterator[Violation]:
    values, partitions = number(view.get("partition_key_values")), number(view.get("expected_partitions")) or 1
    if values is not None and values < SPREAD * partitions:
        yield Violation(("partition_key_values",), values=values)


def switches(view: View) -> Iterator[Violation]:
    """How often a table went over to on-demand lately."""
    often = number(view.get("billing_switches"))
    if often is not None and often > BILLING_SWITCHES_MOST:
        yield Violation(("billing_switches",), value=often, most=BILLING_SWITCHES_MOST)
