"""The worked examples of the course notes, and what follows from the same formulas."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from awsdeck import ConstructError, planning
from awsdeck.planning import Load

KB = 1024


@pytest.mark.parametrize(
    ("reads", "item_kb", "consistent", "units"),
    [
        (80, 3, True, 80),
        (80, 3, False, 40),
        (80, 4, True, 80),
        (80, 4097 / KB, True, 160),
        (1, 3, False, 1),
        (7, 9, False, 11),
        (5, 0, True, 5),
    ],
)
def test_a_read_is_rounded_up_to_four_kb_and_halved_only_then(
    reads: float, item_kb: float, consistent: bool, units: int
) -> None:
    assert planning.read_units(reads, item_kb, consistent=consistent) == units


@pytest.mark.parametrize(("writes", "item_kb", "units"), [(100, 0.5, 100), (100, 1, 100), (10, 1.5, 20)])
def test_a_write_is_rounded_up_to_one_kb(writes: float, item_kb: float, units: int) -> None:
    assert planning.write_units(writes, item_kb) == units


def test_a_transaction_uses_twice_the_units() -> None:
    assert planning.read_units(80, 3, transactional=True) == 160
    assert planning.write_units(10, 1.5, transactional=True) == 40


def test_a_load_says_both_capacities() -> None:
    load = Load(reads=80, writes=100, item_kb=3, consistent=True)
    assert (load.read_units, load.write_units) == (80, 300)
    found = planning.capacity(reads=80, writes=100, item_kb=3, consistent=True)
    assert (found.read_units, found.write_units) == (80, 300)


def test_five_units_carry_what_the_notes_say() -> None:
    carried = planning.throughput(read_units=5, write_units=5)
    assert (carried.strong_read, carried.eventual_read, carried.write) == (20, 40, 5)


@pytest.mark.parametrize(
    ("size", "documented", "current", "burst"),
    [
        (1, 100, 100, 3000),
        (100, 300, 300, 3000),
        (1000, 3000, 3000, 3000),
        (3333, 9999, 9999, 9999),
        (3334, 10000, 10002, None),
        (5334, 10000, 16000, None),
    ],
)
def test_gp2_gives_three_iops_a_gib_up_to_its_cap(size: int, documented: int, current: int, burst: int | None) -> None:
    noted = planning.gp2(size_gib=size)
    today = planning.gp2(size_gib=size, limits="current")
    assert (noted.baseline, today.baseline) == (documented, current)
    assert noted.burst == (documented if burst is None else burst)
    assert today.burst == (current if burst is None else burst)


def test_gp2_bursts_only_below_a_thousand_gib() -> None:
    assert planning.gp2(size_gib=100).burst_seconds == 2000
    assert planning.gp2(size_gib=1000).burst_seconds is None


def test_gp2_says_the_size_that_an_amount_of_iops_needs() -> None:
    assert planning.gp2(iops=10_000).size == 3334
    with pytest.raises(ConstructError, match="io1"):
        planning.gp2(iops=10_001)
    assert planning.gp2(iops=16_000, limits="current").size == 5334


@pytest.mark.parametrize(
    ("requests", "duration", "memory", "options", "for_requests", "gb_seconds", "for_duration", "total"),
    [
        (1_000_000, 100, 128, {}, "0", "12500", "0.208375", "0.208375"),
        (2_000_000, 100, 128, {}, "0.20", "25000", "0.41675", "0.61675"),
        (3_000_000, 1000, 512, {}, "0.40", "1500000", "25.005", "25.405"),
        (3_000_000, 1000, 512, {"free_tier": "full"}, "0.40", "1500000", "18.337", "18.737"),
        (1_000_000, 101, 1024, {}, "0", "200000", "3.334", "3.334"),
        (1_000_000, 101, 1024, {"limits": "current"}, "0", "101000", "1.68367", "1.68367"),
    ],
)
def test_lambda_costs_what_the_notes_calculate(
    requests: int, duration: int, memory: int, options: dict[str, str],
    for_requests: str, gb_seconds: str, for_duration: str, total: str,
) -> None:  # fmt: skip
    price = planning.lambda_price(requests=requests, duration_ms=duration, memory_mb=memory, **options)  # type: ignore[arg-type]
    assert price.requests == Decimal(for_requests)
    assert price.gb_seconds == Decimal(gb_seconds)
    assert price.duration == Decimal(for_duration)
    assert price.total == Decimal(total)


@pytest.mark.parametrize(
    ("requests", "spread", "served", "throttled"),
    [
        (10_000, "even", 10_000, 0),
        (10_000, "first-millisecond", 5_000, 5_000),
        (10_000, "half-first", 10_000, 0),
        (20_000, "even", 14_990, 5_010),
    ],
)
def test_the_token_bucket_serves_what_the_notes_say(requests: int, spread: str, served: int, throttled: int) -> None:
    answered = planning.throttle(requests=requests, spread=spread)  # type: ignore[arg-type]
    assert (answered.served, answered.throttled) == (served, throttled)


def test_newer_regions_have_a_smaller_bucket() -> None:
    answered = planning.throttle(requests=5_000, spread="first-millisecond", rate=2_500, burst=1_250)
    assert (answered.served, answered.throttled) == (1_250, 3_750)


@pytest.mark.parametrize(
    ("messages", "documented", "current", "batch"), [(300, 1, 1, 1), (500, 2, 1, 2), (3_000, 10, 1, 10)]
)
def test_fifo_queues_carry_300_calls_a_second(messages: int, documented: int, current: int, batch: int) -> None:
    assert planning.fifo(messages=messages).queues == documented
    today = planning.fifo(messages=messages, limits="current")
    assert (today.queues, today.batch) == (current, batch)


def test_high_throughput_depends_on_the_region() -> None:
    assert planning.fifo(messages=600_000, high_throughput=True, region="eu-west-1").queues == 1
    assert planning.fifo(messages=600_000, high_throughput=True).queues == 14


def test_backoff_doubles_and_gives_up_within_a_minute() -> None:
    waits = planning.backoff()
    assert waits.delays_ms == (50, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600)
    assert (waits.retries, waits.together_ms) == (10, 51_150)
    assert any("capacity" in note for note in waits.notes)


def test_jitter_waits_no_longer_than_the_full_delay() -> None:
    full = planning.backoff().delays_ms
    waits = planning.backoff(jitter=random.Random(7)).delays_ms
    assert waits != full
    assert all(0 <= wait <= most for wait, most in zip(waits, full, strict=True))


def test_a_cap_bounds_each_wait() -> None:
    waits = planning.backoff(cap_ms=1000)
    assert max(waits.delays_ms) == 1000
    assert waits.together_ms <= 60_000


@pytest.mark.parametrize(("hours", "by_aws", "by_user"), [(1.5, 1, 2), (0.4, 0, 1), (2, 2, 2)])
def test_an_interrupted_hour_of_spot_is_free_when_aws_ends_it(hours: float, by_aws: int, by_user: int) -> None:
    assert planning.spot_hours(hours=hours).billed_hours == by_aws
    assert planning.spot_hours(hours=hours, ended_by="user").billed_hours == by_user


def test_spot_is_billed_by_the_second_today() -> None:
    assert planning.spot_hours(hours=0.01, limits="current").billed_seconds == 60
    assert planning.spot_hours(hours=1.5, limits="current").billed_seconds == 5_400


def test_a_reserved_instance_saves_its_discount() -> None:
    assert planning.reserved(on_demand_hour=0.10, discount=75).reserved == Decimal("18.25")


def test_no_reservation_saves_more_than_aws_gives() -> None:
    with pytest.raises(ConstructError, match="at most 54 percent"):
        planning.reserved(on_demand_hour=0.10, discount=60, offering="convertible")
    assert planning.reserved(on_demand_hour=0.10, discount=60, offering="convertible", limits="current").saved > 0


def test_backups_as_large_as_the_database_are_free() -> None:
    storage = planning.backup_storage(allocated_gib=100, backup_gib=130)
    assert (storage.free_gib, storage.billable_gib) == (100, 30)
    assert planning.backup_storage(allocated_gib=100, backup_gib=80).billable_gib == 0


NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
DAILY = [NOW.replace(hour=3) - timedelta(days=day) for day in range(10)]


def test_a_restore_begins_with_the_newest_snapshot_before_the_moment() -> None:
    plan = planning.restore_plan(
        target=datetime(2026, 3, 12, 4, 30),  # noqa: DTZ001  (one without a zone counts as UTC)
        snapshots=DAILY,
        retention_days=7,
        now=NOW,
    )
    assert plan.snapshot == datetime(2026, 3, 12, 3, tzinfo=UTC)
    assert plan.replay_seconds == 5_400


@pytest.mark.parametrize("target", [NOW - timedelta(days=8), NOW + timedelta(seconds=1)])
def test_a_moment_outside_of_the_kept_backups_cannot_be_restored(target: datetime) -> None:
    with pytest.raises(ConstructError, match="cannot be restored"):
        planning.restore_plan(target=target, snapshots=DAILY, retention_days=7, now=NOW)


def test_a_moment_before_the_first_kept_snapshot_cannot_be_restored() -> None:
    with pytest.raises(ConstructError, match="no kept snapshot"):
        planning.restore_plan(target=NOW - timedelta(hours=10), snapshots=DAILY[:1], retention_days=7, now=NOW)


@pytest.mark.parametrize(("puts", "gets", "needed"), [(7_001, 0, 3), (0, 5_500, 1), (0, 5_501, 2), (0, 0, 1)])
def test_keys_spread_over_as_many_prefixes_as_the_requests_need(puts: int, gets: int, needed: int) -> None:
    found = planning.prefixes(puts=puts, gets=gets)
    assert found.prefixes == needed
    assert bool(found.notes) is (puts > 100 or gets > 300)


def test_everything_that_is_wrong_comes_in_one_error_at_the_callers_line() -> None:
    with pytest.raises(ConstructError) as caught:
        Load(reads=-1, writes=float("nan"), item_kb="3")  # type: ignore[arg-type]
    assert all(name in caught.value.message for name in ("reads", "writes", "item_kb"))
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


def test_every_public_name_is_there() -> None:
    for name in planning.__all__:
        assert getattr(planning, name) is not None


def test_large_and_small_amounts_are_counted_without_an_error_of_binary_fractions() -> None:
    assert planning.capacity(reads=999_999_999_999_999, item_kb=1, consistent=True).read_units == 999_999_999_999_999
    assert planning.capacity(writes=10, item_kb=0.1 + 0.2).write_units == 10
    assert planning.capacity(reads=1, item_kb=500).notes == ("a table takes no item of more than 400 KB",)
    for vast in (1e300, 10**400):
        with pytest.raises(ConstructError, match="reads is more than 1,000,000,000,000,000"):
            planning.capacity(reads=vast)


def test_waits_without_end_are_refused_and_waits_that_never_begin_are_told() -> None:
    with pytest.raises(ConstructError, match="more than 100,000 retries"):
        planning.backoff(give_up_ms=86_400_000, cap_ms=1)
    assert planning.backoff(base_ms=1_000, cap_ms=100, give_up_ms=250).delays_ms == (100, 100)
    none = planning.backoff(base_ms=70_000)
    assert none.retries == 0
    assert none.notes == ("the first wait of 70,000 ms is longer than all may take together",)


def test_times_at_the_ends_of_the_calendar_are_refused_like_others() -> None:
    far = timezone(timedelta(hours=14))
    first = datetime(1, 1, 1, tzinfo=far)
    with pytest.raises(ConstructError, match="outside the calendar"):
        planning.restore_plan(target=first, snapshots=[], retention_days=1)
    with pytest.raises(ConstructError, match="cannot be restored"):
        planning.restore_plan(
            target=datetime(2026, 1, 1, tzinfo=UTC), snapshots=[], retention_days=35, now=datetime(1, 1, 2, tzinfo=UTC)
        )
