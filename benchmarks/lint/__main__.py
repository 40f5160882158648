"""`python -m benchmarks.lint [--quick]`: what awsdeck's linter and its peers cost and find, in one run on this machine."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from awsdeck import __version__

from .. import checking, report
from ..contest import Contest, Result, run
from ..peers import FOLDER, Bench, set_up
from ..process import Failed
from . import cost, recall
from .cost import Figure
from .recall import Rate

CONTESTS = ("lint-warm", "lint-small", "lint-large")
LEAST = 0.95
SAMPLE = {"quick": (3, 20), "usual": (1, 6), "whole": (1, 1)}
"""Every how many mistakes are tried: with tools that are quick, and with those that are slow."""


def main() -> int:
    """Measure, print, and write `.bench/lint.md`; 2 when a budget is not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lint", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and fewer mistakes, for a first look")
    parser.add_argument("--whole", action="store_true", help="every mistake for every tool; takes a quarter of an hour")
    parser.add_argument("--missed", action="store_true", help="name what awsdeck does not find")
    arguments = parser.parse_args()
    began = time.perf_counter()
    bench = set_up()
    try:
        results = []
        for contest in _contests(bench):
            print(f"{contest.name}: {contest.title}", file=sys.stderr)
            results.append(run(contest, bench, quick=arguments.quick))
        print("awsdeck alone: memory, cores, growth", file=sys.stderr)
        figures = cost.figures(bench, 1 if arguments.quick else 3)
        print("recall: mistakes that were planted, and who finds them", file=sys.stderr)
        rates = recall.rates(bench, *SAMPLE["quick" if arguments.quick else "whole" if arguments.whole else "usual"])
    except Failed as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    versions = {"awsdeck": __version__, **bench.versions}
    text = "\n\n".join([
        "\n".join(report.machine(versions)),
        report.table(results),
        _columns(("awsdeck alone", "measured", "budget", ""), [_figure(one) for one in figures]),
        _columns(("set", "tool", "tried", "found", "as an error", "CPU ms", "on good ones"), [_rate(one) for one in rates]),
    ])  # fmt: skip
    print(text)
    if arguments.missed:
        for rate in rates:
            if rate.tool == "awsdeck":
                print(*(f"{rate.collection}: {one.name}: {one.why}" for one in rate.missed), sep="\n")
    written = FOLDER / "lint.md"
    written.write_text(f"# Lint\n\n```\n{text}\n```\n", encoding="utf-8")
    print(f"\n{time.perf_counter() - began:.0f} s; wrote {written}")
    return 0 if _kept(results, figures, rates, whole=not arguments.quick) else 2


def _contests(bench: Bench) -> list[Contest]:
    """What linting costs beside the two linters that judge validity; `python -m benchmarks lint` has checkov too."""
    chosen = [one for one in checking.contests(bench) if one.name in CONTESTS]
    return [replace(one, contenders=[who for who in one.contenders if who.name != "checkov"]) for one in chosen]


def _figure(figure: Figure) -> tuple[str, ...]:
    sign = "≥" if figure.least else "≤"
    return (
        figure.what,
        f"{figure.value:.3g} {figure.unit}",
        "" if figure.limit is None else f"{sign} {figure.limit:g} {figure.unit}",
        {True: "kept", False: "OVER", None: "shown only"}[figure.kept],
    )


def _rate(rate: Rate) -> tuple[str, ...]:
    good = f"{rate.good_errors} errors, {rate.good_warnings} warnings"
    shares = (f"{rate.found:.1%}", f"{rate.errors:.1%}")
    return (rate.collection, rate.tool, str(rate.tried), *shares, f"{rate.cost:.1f}", good)


def _columns(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _kept(results: Sequence[Result], figures: Sequence[Figure], rates: Sequence[Rate], *, whole: bool) -> bool:
    """Whether costs are within their budgets; what is found counts when all mistakes were tried."""
    costs = [score.within is not False for result in results for score in result.scores] + [
        one.kept is not False for one in figures
    ]
    own = [rate for rate in rates if rate.tool == "awsdeck"]
    found = [rate.found >= LEAST and not rate.good_errors for rate in own] if whole else []
    return all(costs) and all(found)


if __name__ == "__main__":
    sys.exit(main())
