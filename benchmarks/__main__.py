"""`python -m benchmarks [--quick] [CONTEST…]`: awsdeck beside its peers, in one run on this machine."""

from __future__ import annotations

import argparse
import sys
import time

from awsdeck import __version__

from . import checking, comparing, completing, picture, report, resources, smallapp, startup, typecheck, weighing
from .contest import Contest, Result, run
from .peers import FOLDER, Bench, set_up
from .process import Failed

CONTESTS = (startup, smallapp, resources, checking, comparing, typecheck, completing, weighing)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("contest", nargs="*", help="names, or beginnings of names; all of them by default")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, for a first look")
    arguments = parser.parse_args()
    began = time.perf_counter()
    bench = set_up(quick=arguments.quick)
    try:
        chosen = choose(bench, arguments.contest)
    except Failed as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    results: list[Result] = []
    failures: dict[str, str] = {}
    for contest in chosen:
        print(f"{contest.name}: {contest.title}", file=sys.stderr)
        try:
            results.append(run(contest, bench, quick=bench.quick))
        except Failed as failure:
            print(f"error: {contest.name}: {failure}", file=sys.stderr)
            failures[contest.name] = str(failure).splitlines()[0]
    versions = {"awsdeck": __version__, **bench.versions}
    print("\n".join(report.machine(versions)), report.table(results), sep="\n\n")
    written = FOLDER / "results.md"
    written.write_text(report.markdown(results, versions, failures), encoding="utf-8")
    drawn = FOLDER / "results.svg"
    drawn.write_text(picture.draw(results), encoding="utf-8")
    print(f"\n{time.perf_counter() - began:,.0f} s; wrote {written} and {drawn}")
    if failures:
        print(f"error: {', '.join(failures)} could not be measured", file=sys.stderr)
        return 1
    return 0 if all(score.within is not False for result in results for score in result.scores) else 2


def choose(bench: Bench, names: list[str]) -> list[Contest]:
    """The contests whose names begin with one of the given names."""
    every = [contest for module in CONTESTS for contest in module.contests(bench)]
    strays = [name for name in names if not any(contest.name.startswith(name) for contest in every)]
    if strays:
        raise Failed(f"no contest is called {strays[0]}; there are {', '.join(contest.name for contest in every)}")
    return [contest for contest in every if not names or contest.name.startswith(tuple(names))]


if __name__ == "__main__":
    sys.exit(main())
