"""`python -m benchmarks [--quick] [CONTEST…]`: awsdeck beside its peers, in one run on this machine."""

from __future__ import annotations

import argparse
import sys

from awsdeck import __version__

from . import linting, report, resources, smallapp, startup
from .contest import Contest, Result, run
from .peers import FOLDER, Bench, set_up
from .process import Failed

CONTESTS = (startup, smallapp, resources, linting)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("contest", nargs="*", help="names, or beginnings of names; all of them by default")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, for a first look")
    arguments = parser.parse_args()
    bench = set_up()
    try:
        chosen = choose(bench, arguments.contest)
        results: list[Result] = []
        for contest in chosen:
            print(f"{contest.name}: {contest.title}", file=sys.stderr)
            results.append(run(contest, bench, quick=arguments.quick))
    except Failed as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    versions = {"awsdeck": __version__, **bench.versions}
    print("\n".join(report.machine(versions)), report.table(results), sep="\n\n")
    written = FOLDER / "results.md"
    written.write_text(report.markdown(results, versions), encoding="utf-8")
    print(f"\nwrote {written}")
    return 0 if all(score.within is not False for result in results for score in result.scores) else 2


def choose(bench: Bench, names: list[str]) -> list[Contest]:
    """The contests whose names begin with one of the given names."""
    every = [contest for module in CONTESTS for contest in module.contests(bench)]
    strays = [name for name in names if not any(contest.name.startswith(name) for contest in every)]
    if strays:
        raise Failed(f"no contest is called {strays[0]}; there are {', '.join(contest.name for contest in every)}")
    return [contest for contest in every if not names or contest.name.startswith(tuple(names))]


sys.exit(main())
