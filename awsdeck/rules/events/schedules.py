"""Expressions of time, as EventBridge rules and EventBridge Scheduler read them.

Source: EventBridge User Guide, setting a schedule pattern; EventBridge Scheduler User Guide, schedule types.
"""

from __future__ import annotations

import re

_UNITS = ("minute", "hour", "day")
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("minutes", 0, 59, []),
    ("hours", 0, 23, []),
    ("day of month", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("day of week", 1, 7, _DAYS),
    ("year", 1970, 2199, []),
)
_AT = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d")


def schedule_problem(written: str, *, scheduler: bool = False) -> tuple[str, str] | None:
    """What is wrong with an expression and how it should read; None when it is right. `scheduler` takes `at(…)` too."""
    match = re.fullmatch(r"(rate|cron|at)\((.*)\)", written)
    if match is None or (match[1] == "at" and not scheduler):
        kinds = "rate(…), cron(…) or at(…)" if scheduler else "rate(…) or cron(…)"
        return f"{written!r} is no schedule", f"write {kinds}, such as rate(5 minutes)"
    kind, inside = match[1], match[2]
    if kind == "at":
        return None if _AT.fullmatch(inside) else (f"{inside!r} is no point in time", "such as at(2026-12-24T18:00:00)")
    if kind == "rate":
        return _rate(written, inside, scheduler=scheduler)
    fields = inside.split()
    if len(fields) != len(_FIELDS):
        return (
            f"{written!r} is no schedule: it has {len(fields)} fields",
            "six: minutes, hours, day of month, month, day of week, year, such as cron(0 12 * * ? *)",
        )
    if fields[2:5:2].count("?") != 1:
        return f"{written!r} is no schedule: one of the two days must be ?", "such as cron(0 12 * * ? *)"
    for field, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        if field != "?" and not all(_part(part, name, low, high, names) for part in field.upper().split(",")):
            return (
                f"{written!r} is no schedule: {field!r} is no {name}",
                f"{low} to {high}{' or ' + names[0] + '-' + names[-1] if names else ''}, * or lists",
            )
    return None


def _rate(written: str, inside: str, *, scheduler: bool) -> tuple[str, str] | None:
    number, unit = [*inside.split(), "", ""][:2] if len(inside.split()) == 2 else ("", "")
    if number.isdecimal() and int(number):
        singular, plural = unit in _UNITS, unit.removesuffix("s") in _UNITS and unit.endswith("s")
        if (singular and (number == "1" or scheduler)) or (plural and (number != "1" or scheduler)):
            return None
    return f"{written!r} is no schedule", "rate(1 minute), rate(5 minutes); also hours and days"


def _part(part: str, name: str, low: int, high: int, names: list[str]) -> bool:
    base, slash, step = part.partition("/")
    if slash and not step.isdecimal():
        return False
    if name == "day of month" and re.fullmatch(r"L(W|-\d+)?|\d+W", base):
        return True
    if name == "day of week" and re.fullmatch(r"L|([1-7]|[A-Z]{3})(L|#[1-5])", base):
        return True
    if base == "*":
        return True
    ends = base.split("-")
    return len(ends) <= 2 and all((end.isdecimal() and low <= int(end) <= high) or end in names for end in ends)
