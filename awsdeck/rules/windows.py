"""Weekly and daily windows of time, as AWS writes them: `sun:05:00-sun:06:00`, `05:00-06:00`."""

from __future__ import annotations

import re

from .policies.access import literal
from .vocabulary import Violation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .view import View

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR = 60  # minutes
_DAY = 24 * _HOUR
_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_DAILY = re.compile(rf"{_TIME}-{_TIME}")
_WEEKLY = re.compile(rf"({'|'.join(_DAYS)}):{_TIME}-({'|'.join(_DAYS)}):{_TIME}", re.IGNORECASE)


def daily_minutes(window: str) -> int | None:
    """How long a window of every day lasts; None when it is not written as one."""
    found = _DAILY.fullmatch(window)
    if not found:
        return None
    start, end = (int(found[n]) * _HOUR + int(found[n + 1]) for n in (1, 3))
    return (end - start) % _DAY


def weekly_minutes(window: str) -> int | None:
    """How long a window of every week lasts; None when it is not written as one."""
    found = _WEEKLY.fullmatch(window)
    if not found:
        return None
    start, end = (_DAYS.index(found[n].lower()) * _DAY + int(found[n + 1]) * _HOUR + int(found[n + 2]) for n in (1, 4))
    return (end - start) % (7 * _DAY)


def weekly(view: View, prop: str, least: int) -> Iterator[Violation]:
    """What is wrong with a weekly window of at least so many minutes."""
    window = literal(view.get(prop))
    length = None if window is None else weekly_minutes(window)
    if window is not None and (length is None or length < least):
        yield Violation((prop,), value=window, allowed=f"ddd:hh:mm-ddd:hh:mm in UTC, at least {least} minutes long")


def daily(view: View, prop: str, least: int) -> Iterator[Violation]:
    """What is wrong with a daily window of at least so many minutes."""
    window = literal(view.get(prop))
    length = None if window is None else daily_minutes(window)
    if window is not None and (length is None or length < least):
        yield Violation((prop,), value=window, allowed=f"hh:mm-hh:mm in UTC, at least {least} minutes long")
