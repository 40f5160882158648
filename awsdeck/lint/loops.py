"""Findings about what the loops of a template come to, told where the loops are written."""

from __future__ import annotations

from .own import UNUSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..errors import Finding
    from ..rules.templates.foreach import Unrolled
    from .suppress import Suppressions


def written(finding: Finding, loop: Unrolled) -> Finding:
    """The finding at the path that its place was written at."""
    return finding.replace(path=loop.written(finding.path), ring=[loop.written(step) for step in finding.ring])


def once_a_loop(findings: Iterable[Finding], loop: Unrolled) -> list[Finding]:
    """The findings where they were written, each once, however many turns of a loop have it."""
    several = list(findings)
    named = {finding.path[:2] for finding in several if finding.rule == "TPL020"}
    kept: dict[Any, Finding] = {}
    for finding in several:
        said = written(finding, loop)
        made = loop.made(finding.path)
        if made and finding.rule == "XSV013" and len(finding.path) == 2 and said.path[:2] in named:
            continue  # a name that the loop cannot make, and has been told of
        if made and finding.rule == "TPL002":
            continue  # not all that a loop makes need be used
        kept.setdefault((said.rule, said.path) if made else (said.rule, said.path, said.message), said)
    return list(kept.values())


def needed(finding: Finding, suppressions: Suppressions, loop: Unrolled) -> bool:
    """Whether another turn of a loop needs the suppression that is said to be unused."""
    if finding.rule != UNUSED:
        return False
    path = loop.written(finding.path)
    return any(entry.used and loop.written(entry.path) == path for entry in suppressions.entries)
