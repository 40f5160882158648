"""The results as a picture: SVG, written by hand, because a plotting library is larger than all of awsdeck."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from .contest import Result

COLOURS = {
    "troposphere": "#c77d15", "cfn-lint": "#2a8c4a", "cloudformation-validate": "#8250c4", "checkov": "#777777",
    "Sceptre": "#777777", "aws-cdk": "#c43c3c", "cdk": "#c43c3c", "python": "#aaaaaa", "sceptre": "#777777",
}  # fmt: skip
OWN = "#1f6feb"
WIDTH = 900
LEFT = 250
RIGHT = 90
ROW = 15
GAP = 24
GROWTH = 230
FONT = "font-family='sans-serif'"


@dataclass(frozen=True)
class Line:
    """One line of a diagram: points of resources and what one of them takes."""

    name: str
    points: Sequence[tuple[float, float]]


def draw(results: Sequence[Result]) -> str:
    """Bars for every contest, on a logarithmic scale of its own, and lines for growth."""
    parts = [_text(8, GAP, "Bars: the median, on a logarithmic scale; thin lines: least to most. Blue is awsdeck.")]
    top = 2 * GAP
    for result in results:
        if result.times and result.contest.name != "growth":
            drawn, top = _bars(result, top)
            parts += drawn
    for result in results:
        if result.contest.name == "growth" and result.times:
            for title, lines in _growth(result):
                parts += _lines(title, lines, top)
                top += GROWTH + 2 * GAP
    head = f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{top}' viewBox='0 0 {WIDTH} {top}' {FONT} font-size='11'>"
    return "\n".join([head, f"<rect width='{WIDTH}' height='{top}' fill='white'/>", *parts, "</svg>", ""])


def _colour(name: str) -> str:
    return next(
        (colour for start, colour in COLOURS.items() if name.startswith(start) and name != "python deck.py"), OWN
    )


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' {more}>{escape(text)}</text>"


def _bars(result: Result, top: int) -> tuple[list[str], int]:
    """A bar for each program; ten times as long on paper is a power, so that all can be seen."""
    contest = result.contest
    parts = [_text(8, top, f"{contest.name}: {contest.title} ({contest.unit})", "font-weight='bold'")]
    values = {name: list(rounds.values()) for name, rounds in result.times.items()}
    positive = [value for rounds in values.values() for value in rounds if value > 0]
    least, most = _decades(positive or [1.0])
    room = WIDTH - LEFT - RIGHT

    def reach(value: float) -> float:
        return room * (math.log10(max(value, least)) - math.log10(least)) / (math.log10(most) - math.log10(least))

    top += 6
    for name, rounds in values.items():
        median = statistics.median(rounds)
        low, high, length = reach(min(rounds)), reach(max(rounds)), reach(median)
        middle = top + ROW / 2
        parts += [
            _text(LEFT - 6, middle + 4, name, "text-anchor='end'"),
            f"<rect x='{LEFT}' y='{top + 2}' width='{max(length, 1):.1f}' height='{ROW - 4}' fill='{_colour(name)}'/>",
            f"<path d='M{LEFT + low:.1f} {middle}H{LEFT + high:.1f}' stroke='black'/>",
            _text(LEFT + max(high, 1) + 5, middle + 4, f"{median:,.0f}" if median >= 100 else f"{median:.3g}"),
        ]
        top += ROW
    return parts, top + GAP


def _decades(values: Iterable[float]) -> tuple[float, float]:
    """The powers of ten around the values."""
    found = list(values)
    least, most = math.floor(math.log10(min(found))), math.ceil(math.log10(max(found)))
    return 10.0**least, 10.0 ** max(most, least + 1)


def _growth(result: Result) -> list[tuple[str, list[Line]]]:
    time: dict[str, list[tuple[float, float]]] = {}
    memory: dict[str, list[tuple[float, float]]] = {}
    for name, rounds in result.times.items():
        who, _, number = name.rpartition(", ")
        resources = int(re.sub(r"\D", "", number))
        peaks = [used.peak for used in result.usages[name].values()]
        time.setdefault(who or "awsdeck", []).append((resources, statistics.median(rounds.values()) * 1000 / resources))
        memory.setdefault(who or "awsdeck", []).append((resources, max(peaks) * 1024 / resources))
    return [
        (
            "growth: µs of CPU for each resource, the start of the process included",
            [Line(*one) for one in time.items()],
        ),
        ("growth: KB of memory for each resource, the process itself included", [Line(*one) for one in memory.items()]),
    ]


def _lines(title: str, lines: Sequence[Line], top: int) -> list[str]:
    """Lines over a logarithmic axis of resources."""
    xs = sorted({x for line in lines for x, _ in line.points})
    most = max(y for line in lines for _, y in line.points) * 1.1
    room = WIDTH - LEFT - RIGHT
    foot = top + GROWTH

    def at(x: float, y: float) -> tuple[float, float]:
        share = math.log(x / xs[0]) / math.log(xs[-1] / xs[0]) if len(xs) > 1 else 0.5
        return LEFT + room * share, foot - (GROWTH - 20) * y / most

    parts = [
        _text(8, top, title, "font-weight='bold'"),
        f"<path d='M{LEFT} {top + 10}V{foot}H{WIDTH - RIGHT}' stroke='#888' fill='none'/>",
    ]
    parts += [_text(at(x, 0)[0], foot + 14, f"{x:,.0f}", "text-anchor='middle'") for x in xs]
    for step in range(5):
        y = most / 1.1 * step / 4
        parts.append(_text(LEFT - 6, at(xs[0], y)[1] + 4, f"{y:.3g}", "text-anchor='end'"))
    for line in lines:
        points = [at(x, y) for x, y in sorted(line.points)]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        parts.append(f"<path d='{path}' stroke='{_colour(line.name)}' stroke-width='2' fill='none'/>")
        parts += [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='{_colour(line.name)}'/>" for x, y in points]
        parts.append(_text(points[-1][0] + 8, points[-1][1] + 4, line.name, f"fill='{_colour(line.name)}'"))
    return parts
