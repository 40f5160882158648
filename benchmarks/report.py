"""What the contests found, as a table on the screen and as a Markdown file."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

from .contest import Result, Score

HEAD = ("contest", "program", "CPU ms", "spread", "ratio", "spread", "budget", "")


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """A line for every program: its median, and its ratio to the peer where there is one."""
    lines = []
    for result in results:
        scores = {score.budget.contender: score for score in result.scores}
        for name, times in result.times.items():
            measured = (result.contest.name, name, f"{statistics.median(times):,.1f}", _spread(times, ",.0f"))
            lines.append((*measured, *_ratio(scores.get(name))))
    return lines


def _ratio(score: Score | None) -> tuple[str, ...]:
    if score is None:
        return ("", "", "", "")
    limit = score.budget.limit
    verdict = {True: "kept", False: "OVER", None: ""}[score.within]
    return (
        f"{score.ratio:.3f} × {score.budget.peer}",
        _spread(score.ratios, ".3f"),
        "" if limit is None else f"≤ {limit:.3f}",
        verdict,
    )


def _spread(values: Sequence[float], form: str) -> str:
    return f"{min(values):{form}}–{max(values):{form}}"


def table(results: Sequence[Result]) -> str:
    """The rows in columns."""
    lines = [HEAD, *rows(results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def markdown(results: Sequence[Result], versions: dict[str, str]) -> str:
    """The same with what was compared, on which machine."""
    lines = ["# Benchmarks", "", *machine(versions), ""]
    lines += ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    lines += ["| " + " | ".join(row) + " |" for row in rows(results)]
    lines += ["", "CPU is user and system time of whole processes; a ratio is the median over rounds.", ""]
    lines += [f"- {result.contest.name}: {result.contest.title}; {result.same}." for result in results]
    return "\n".join([*lines, ""])


def machine(versions: dict[str, str]) -> list[str]:
    """What was measured where."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return [
        "; ".join(f"{name} {version}" for name, version in versions.items()) + f"; Python {platform.python_version()}",
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, load {load}",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
