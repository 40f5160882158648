"""Backups of databases: what they cost, and the way back to a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs

from ..errors import ConstructError
from ..rules.limits import BACKUP_DAYS_MOST
from ..source import caller
from .inputs import within
from .result import Result, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


@attrs.frozen(kw_only=True)
class BackupStorage(Result):
    """What of the backups is billed."""

    free_gib: float = value("GiB")
    billable_gib: float = value("GiB")


def backup_storage(*, allocated_gib: float, backup_gib: float) -> BackupStorage:
    """How much backup storage of RDS is billed: what goes beyond the size of the database.

    - `allocated_gib`: GiB of storage of the database
    - `backup_gib`: GiB of all its automated backups and snapshots

    Source: course notes, RDS backups.
    """
    within(allocated_gib=(allocated_gib, 0, None), backup_gib=(backup_gib, 0, None))
    billable = max(0, backup_gib - allocated_gib)
    return BackupStorage(free_gib=backup_gib - billable, billable_gib=billable)


@attrs.frozen(kw_only=True)
class RestorePlan(Result):
    """The daily snapshot to begin with, and the logs to replay on it."""

    snapshot: datetime = value()
    replay_seconds: int = value("s of transaction logs")
    target: datetime = value()


def restore_plan(
    *,
    target: datetime,
    snapshots: Sequence[datetime],
    retention_days: int,
    latest_log: datetime | None = None,
    now: datetime | None = None,
) -> RestorePlan:
    """How RDS brings a database back to a second: the newest snapshot before it, then the logs from there.

    - `target`: the moment to go back to
    - `snapshots`: when the daily snapshots were taken
    - `retention_days`: days that backups are kept, 1 to 35
    - `latest_log`: until when transaction logs are there; now when it is not given
    - `now`: what counts as now; the clock's time when it is not given

    Times without a zone are UTC. The result is a new instance with a new endpoint. Raises `ConstructError` for a moment that cannot be reached.
    Source: course notes, RDS automated backups.
    """
    within(retention_days=(retention_days, 1, BACKUP_DAYS_MOST))
    target, now = _utc(target), datetime.now(UTC) if now is None else _utc(now)
    newest = now if latest_log is None else _utc(latest_log)
    oldest = max(now, _FIRST + timedelta(days=retention_days)) - timedelta(days=retention_days)
    if not oldest <= target <= newest:
        raise ConstructError(
            f"{target:%Y-%m-%d %H:%M:%S} UTC cannot be restored", place=caller(),
            fix=f"between {oldest:%Y-%m-%d %H:%M:%S} and {newest:%Y-%m-%d %H:%M:%S} UTC",
        )  # fmt: skip
    before = [moment for moment in map(_utc, snapshots) if oldest <= moment <= target]
    if not before:
        raise ConstructError(
            f"no kept snapshot is older than {target:%Y-%m-%d %H:%M:%S} UTC", place=caller(),
            fix="restore to a moment after the first snapshot that is still kept",
        )  # fmt: skip
    start = max(before)
    return RestorePlan(
        snapshot=start,
        replay_seconds=int((target - start).total_seconds()),
        target=target,
        notes=("the restored database is a new instance with an endpoint of its own",),
    )


_FIRST = datetime.min.replace(tzinfo=UTC)


def _utc(moment: datetime) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:  # the first or the last day of the calendar, in a zone beyond it
        raise ConstructError(
            f"{moment} lies outside the calendar", place=caller(), fix="give a time of these years"
        ) from None
