"""How problems are put: values, numbers, ranges and lists for people."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

SHOWN = 12  # more values than these are counted, not listed


def shorten(value: Any) -> str:
    """A value as it stands in a message; text in quotes, cut after 60 characters."""
    if isinstance(value, str):
        text = cut(value, 60)
        return "'" + "".join(char if char.isprintable() else repr(char)[1:-1] for char in text) + "'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number(value)
    return type(value).__name__


def cut(text: str, most: int) -> str:
    """Text of at most so many characters; where more stood, an ellipsis says so."""
    return text if len(text) <= most else text[: most - 1] + "…"


def number(value: float) -> str:
    """43200 as 43,200; 1.0 as 1."""
    if isinstance(value, float) and not value.is_integer():
        return repr(value)
    if abs(value) >= 10**15:
        return f"{value:g}" if isinstance(value, float) else str(value)[:40]
    return f"{int(value):,}"


def listing(names: Iterable[str], sort: bool = True) -> str:
    """`a, b, c`; what comes after the twelfth is counted."""
    ordered = sorted(names) if sort else list(names)
    if len(ordered) <= SHOWN:
        return ", ".join(ordered)
    return f"{', '.join(ordered[:SHOWN])} and {len(ordered) - SHOWN} more"


def allowed_of(
    low: float | None,
    high: float | None,
    noun: str = "",
    nouns: str = "",
    *,
    above: float | None = None,
    below: float | None = None,
) -> str:
    """`0 to 43,200`, `at least 5`, `more than 0 and at most 10`, with a noun where things are counted."""
    if low is not None and high is not None and above is None and below is None:
        text = number(low) if low == high else f"{number(low)} to {number(high)}"
        last: float | None = high
    else:
        parts = [
            f"{words} {number(limit)}"
            for words, limit in (("at least", low), ("more than", above), ("at most", high), ("less than", below))
            if limit is not None
        ]
        text = " and ".join(parts)
        last = high if high is not None else low
    if not noun:
        return text
    return f"{text} {noun if last == 1 else nouns or noun + 's'}"


def meant(name: str, among: Iterable[str]) -> str | None:
    """The name that was probably meant."""
    names = list(among)
    folded = name.lower().replace("_", "").replace("-", "")
    for known in names:
        if known.lower().replace("_", "").replace("-", "") == folded:
            return known
    endings = [known for known in names if known.lower().endswith(folded)]
    if len(endings) == 1 and len(folded) > 2:
        return endings[0]
    from difflib import get_close_matches

    close = get_close_matches(name, names, 1)
    return close[0] if close else None
