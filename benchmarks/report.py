"""What the contests found, as tables on the screen and as a Markdown file."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from .contest import Result, Score

Rows = list[tuple[str, ...]]

FIGURES = ("contest", "program", "median", "spread", "times the first", "clock s", "peak MB")
BUDGETS = ("contest", "what", "measured", "spread", "budget", "")


def figures(results: Sequence[Result]) -> Rows:
    """A line for every program: its median, what that is beside the first program, time on the clock, memory."""
    lines: Rows = []
    for result in results:
        first = next(iter(result.times.values()), {})
        for name, rounds in result.times.items():
            values = list(rounds.values())
            median = f"{_figure(statistics.median(values))} {result.contest.unit}"
            whole = ("", "")
            if result.contest.whole:
                usages = result.usages[name].values()
                clock = statistics.median(used.wall for used in usages) / 1000
                whole = (f"{clock:.2f}", f"{max(used.peak for used in usages):,.0f}")
            lines.append((result.contest.name, name, median, _spread(values), _beside(rounds, first), *whole))
        lines += [(result.contest.name, name, "skipped", "", "", "", "") for name in result.skipped]
    return lines


def budgets(results: Sequence[Result]) -> Rows:
    """A line for every comparison, and whether it is as it should be."""
    return [_budget(score) for result in results for score in result.scores]


def _budget(score: Score) -> tuple[str, ...]:
    budget = score.budget
    what = f"{budget.contender} ÷ {budget.peer}" if budget.peer else budget.contender
    if budget.less and budget.peer:
        what += f", both without {budget.less}"
    elif budget.less:
        what += f" above {budget.less.removeprefix('troposphere, ')}"
    if budget.peak and budget.peer:
        what += ", memory"
    unit = "" if budget.unit == "×" else f" {budget.unit}"
    verdict = {True: "kept", False: "OVER", None: "shown only"}[score.within]
    limit = "" if budget.limit is None else f"≤ {_figure(budget.limit)}{unit}"
    return (score.contest.name, what, f"{_figure(score.ratio)}{unit}", _spread(score.ratios), limit, verdict)


def _beside(rounds: Mapping[int, float], first: Mapping[int, float]) -> str:
    shared = [number for number in rounds if first.get(number)]
    if rounds is first or not shared:
        return ""
    return f"{_figure(statistics.median(rounds[number] / first[number] for number in shared))} ×"


def _figure(value: float) -> str:
    """Three digits that say something."""
    if abs(value) >= 100 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def _spread(values: Sequence[float]) -> str:
    least, most = _figure(min(values)), _figure(max(values))
    return f"{least}–{most}" if len(values) > 1 and least != most else ""


def table(results: Sequence[Result]) -> str:
    """Both tables in columns."""
    return "\n\n".join(_columns([head, *rows]) for head, rows in _tables(results))


def _tables(results: Sequence[Result]) -> list[tuple[tuple[str, ...], Rows]]:
    return [(FIGURES, figures(results)), (BUDGETS, budgets(results))]


def _columns(lines: Rows) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def markdown(results: Sequence[Result], versions: dict[str, str], failures: Mapping[str, str]) -> str:
    """The same with what was compared, on which machine."""
    lines = ["# Benchmarks", "", *(f"{line}  " for line in machine(versions)), "", "![results](results.svg)"]
    for title, (head, rows) in zip(("Figures", "Budgets"), _tables(results), strict=True):
        lines += ["", f"## {title}", "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        lines += ["| " + " | ".join(row) + " |" for row in rows]
    lines += ["", "## What was compared", ""]
    lines += [
        f"- **{result.contest.name}**: {result.contest.title}; {result.same or 'nobody took part'}."
        for result in results
    ]
    skipped = {f"{result.contest.name}, {name}": why for result in results for name, why in result.skipped.items()}
    lines += [f"- **{name}** was skipped: {why}" for name, why in skipped.items()]
    lines += [f"- **{name}** failed: {why}" for name, why in failures.items()]
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
