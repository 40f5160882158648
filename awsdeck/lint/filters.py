"""Which findings somebody wants to see."""

from __future__ import annotations

from ..errors import SEVERITIES, InputError
from .own import OWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..errors import Finding


class Filter:
    """Rules by id or by the beginning of one (`SQS`, `SQS0`), and the least severity; `info` is left out by default.

    What is selected is shown whatever its severity, so `select=["XSV016"]` shows a hint.
    """

    __slots__ = ("select", "ignore", "severity")

    def __init__(self, select: Iterable[str] = (), ignore: Iterable[str] = (), severity: str | None = None) -> None:
        if severity is not None and severity not in SEVERITIES:
            raise InputError(f"severity {severity!r} does not exist", fix=f"one of: {', '.join(SEVERITIES)}")
        self.select = tuple(name.upper() for name in select)
        self.ignore = tuple(name.upper() for name in ignore)
        self.severity = severity

    def wants(self, rule: str) -> bool:
        """Whether findings of this rule are wanted at all."""
        return (not self.select or rule.startswith(self.select)) and not (self.ignore and rule.startswith(self.ignore))

    def passes(self, finding: Finding) -> bool:
        """Whether this finding is shown."""
        if not self.wants(finding.rule):
            return False
        least = self.severity or ("info" if self.select else "warning")
        return SEVERITIES.index(finding.severity) <= SEVERITIES.index(least)

    def check(self, more: Iterable[str] = ()) -> None:
        """Raise `InputError` for a selector that no rule begins with, nor one of `more`.

        Loads every rule, unless nothing is selected.
        """
        if not self.select and not self.ignore:
            return
        from ..rules import all_rules

        ids = sorted({*OWN, *more, *(rule.id for rule in all_rules())})
        strays = [name for name in (*self.select, *self.ignore) if not any(id.startswith(name) for id in ids)]
        if strays:
            from difflib import get_close_matches

            close = get_close_matches(strays[0], [*ids, *sorted({id[:3] for id in ids})], 1)
            raise InputError(
                f"no rule is called {', '.join(strays)}, nor begins so",
                fix=f"did you mean {close[0]}?" if close else "`awsdeck lint --list-rules` shows them all",
            )
