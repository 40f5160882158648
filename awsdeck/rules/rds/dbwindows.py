"""When Amazon RDS backs databases up and maintains them."""

from __future__ import annotations

import re

from ..limits import BACKUP_WINDOW_LEAST
from ..vocabulary import Rule, Violation, is_unknown
from .databases import CLUSTER, INSTANCE, cluster, database

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..view import View

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 1_440  # minutes
_CLOCK = r"([01]?\d|2[0-3]):([0-5]\d)"


def _windows(view: View) -> Iterator[Violation]:
    backup, upkeep = view.get("PreferredBackupWindow"), view.get("PreferredMaintenanceWindow")
    daily = _daily(backup) if isinstance(backup, str) and backup and not is_unknown(backup) else None
    weekly = _weekly(upkeep) if isinstance(upkeep, str) and upkeep and not is_unknown(upkeep) else None
    if daily is not None:
        start, length = daily
        if length < 0:
            yield Violation(
                ("PreferredBackupWindow",), value=backup, problem="a backup window reads hh:mm-hh:mm, in UTC",
                fix='such as "03:00-04:00"',
            )  # fmt: skip
        elif length < BACKUP_WINDOW_LEAST:
            yield Violation(
                ("PreferredBackupWindow",), value=backup, problem="a backup window lasts 30 minutes at least",
                allowed=f"at least {BACKUP_WINDOW_LEAST} minutes",
            )  # fmt: skip
        elif weekly is not None and weekly[1] >= 0 and _meet(start, length, *weekly):
            yield Violation(
                ("PreferredBackupWindow",), value=backup,
                problem=f"the backup window meets the maintenance window {upkeep}", fix="move one of the two",
            )  # fmt: skip
    if weekly is not None and weekly[1] < BACKUP_WINDOW_LEAST:
        yield Violation(
            ("PreferredMaintenanceWindow",), value=upkeep,
            problem="a maintenance window reads ddd:hh:mm-ddd:hh:mm, in UTC, and lasts 30 minutes at least",
            fix='such as "sun:05:00-sun:06:00"',
        )  # fmt: skip


def _daily(text: str) -> tuple[int, int]:
    """When a backup window begins and how long it lasts, in minutes; -1 where it cannot be read."""
    found = re.fullmatch(f"{_CLOCK}-{_CLOCK}", text)
    if found is None:
        return 0, -1
    start, end = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
    return start, (end - start) % _DAY


def _weekly(text: str) -> tuple[int, int]:
    day = f"({'|'.join(_DAYS)})"
    found = re.fullmatch(f"{day}:{_CLOCK}-{day}:{_CLOCK}", text.lower())
    if found is None:
        return 0, -1
    start, end = (_DAYS.index(found[i]) * _DAY + int(found[i + 1]) * 60 + int(found[i + 2]) for i in (1, 4))
    return start, (end - start) % (7 * _DAY)


def _meet(start: int, length: int, week_start: int, week_length: int) -> bool:
    """Whether a daily window meets a weekly one on any day."""
    week = 7 * _DAY
    for day in range(7):
        begins = day * _DAY + start
        if (week_start - begins) % week < length or (begins - week_start) % week < week_length:
            return True
    return False


RULES: tuple[Rule, ...] = (
    Rule(
        "RDS041", (INSTANCE, CLUSTER), "error",
        "{problem}",
        check=_windows,
        source="RDS API Reference, CreateDBInstance: PreferredBackupWindow; PreferredMaintenanceWindow",
        good=(
            database(PreferredBackupWindow="03:00-04:00", PreferredMaintenanceWindow="Sun:05:00-Sun:06:00"),
            database(PreferredBackupWindow="23:45-00:15", PreferredMaintenanceWindow="sun:22:00-sun:23:00"),
        ),
        bad=(
            database(PreferredBackupWindow="03:00-03:10"),
            database(PreferredBackupWindow="3 am"),
            database(PreferredBackupWindow="05:30-06:30", PreferredMaintenanceWindow="sun:05:00-sun:06:00"),
            database(PreferredMaintenanceWindow="sunday"),
            cluster(PreferredBackupWindow="05:30-06:30", PreferredMaintenanceWindow="sun:05:00-sun:06:00"),
        ),
    ),
)  # fmt: skip
