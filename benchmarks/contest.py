"""A contest: several programs that do the same work, run in turns, and what they cost beside each other."""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import process
from .peers import Bench, Written
from .process import Failed, Usage

SLOW = 3
"""Whoever takes part in no more rounds runs once when it has to be quick."""


def of_cpu(folder: Path, usage: Usage) -> float:
    """What is measured unless a contender says otherwise: milliseconds of CPU."""
    return usage.cpu


@dataclass(frozen=True)
class Contender:
    """One program of a contest; `{python}`, `{awsdeck}`, `{cdk}`, … in its command are filled in.

    `files` are copied into the folder it runs in; a program that is written from a source is called `app.py` there.
    `codes` are the exit codes that mean it did its work, `needs` the peers without which it cannot run. It takes part
    in `rounds` of the rounds at most, evenly spread; with one, the run that others warm up with is the one that counts.
    `prepare` is called once before all rounds, `clear` before each.
    """

    name: str
    command: Sequence[str]
    files: Sequence[Path | Written] = ()
    codes: Sequence[int] = (0,)
    needs: Sequence[str] = ()
    rounds: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Bench, Path], None] | None = None
    clear: Callable[[Path], None] | None = None
    value: Callable[[Path, Usage], float] = of_cpu


@dataclass(frozen=True)
class Budget:
    """At most `limit` times what `peer` takes for `contender`, or `limit` itself without a peer. None: shown only.

    `less` is taken from both first. `per` divides: what one resource takes. `peak` asks for memory.
    """

    contender: str
    peer: str | None
    limit: float | None
    less: str | None = None
    per: float = 1.0
    unit: str = "×"
    peak: bool = False


@dataclass(frozen=True)
class Contest:
    """`same(folders)` raises unless the contenders, each in its folder, did the same work."""

    name: str
    title: str
    contenders: Sequence[Contender]
    budgets: Sequence[Budget]
    same: Callable[[dict[str, Path]], str]
    rounds: int = 15
    quick: int = 5
    unit: str = "ms CPU"
    whole: bool = True
    """Whether clock and memory of the whole process say something."""


@dataclass
class Score:
    """One budget's outcome: the ratio, or the figure, of each round."""

    contest: Contest
    budget: Budget
    ratios: list[float]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def within(self) -> bool | None:
        """Whether the budget is kept; None when there is none."""
        return None if self.budget.limit is None else self.ratio <= self.budget.limit


@dataclass
class Result:
    """For every contender its figure of each round it took part in, and what the comparison of their work found."""

    contest: Contest
    times: dict[str, dict[int, float]]
    usages: dict[str, dict[int, Usage]]
    same: str
    skipped: dict[str, str]
    seconds: float = 0.0
    scores: list[Score] = field(default_factory=list)


def run(contest: Contest, bench: Bench, *, quick: bool = False) -> Result:
    """One warm-up round, which also writes bytecode and is compared; then the rounds that count, taking turns."""
    began = time.perf_counter()
    contenders, skipped = _present(contest, bench)
    result = Result(contest, {}, {}, "", skipped)
    if not contenders:
        return result
    shutil.rmtree(bench.runs / contest.name, ignore_errors=True)
    folders = {one.name: _folder(contest, one, bench) for one in contenders}
    first = {one.name: _run(one, folders, bench) for one in contenders}
    result.same = contest.same(folders)
    result.times = {one.name: {} for one in contenders}
    result.usages = {one.name: {} for one in contenders}
    rounds = contest.quick if quick else contest.rounds
    for number in range(rounds):
        for one in contenders:
            if _takes_part(one, number, rounds, quick):
                used = first[one.name] if _once(one, quick) else _run(one, folders, bench)
                result.usages[one.name][number] = used
                result.times[one.name][number] = one.value(folders[one.name], used)
    result.scores = [score(budget, result) for budget in contest.budgets if _measured(budget, result)]
    result.seconds = time.perf_counter() - began
    return result


def _present(contest: Contest, bench: Bench) -> tuple[list[Contender], dict[str, str]]:
    """Who can take part, and why others cannot."""
    contenders, skipped = [], {}
    for one in contest.contenders:
        lacking = [reason for peer in one.needs if (reason := bench.lacks(peer))]
        if lacking:
            skipped[one.name] = lacking[0]
            print(f"{contest.name}: {one.name} is skipped: {lacking[0]}", file=sys.stderr)
        else:
            contenders.append(one)
    return contenders, skipped


def _once(contender: Contender, quick: bool) -> bool:
    """Whether it runs a single time."""
    return contender.rounds is not None and contender.rounds <= (SLOW if quick else 1)


def _takes_part(contender: Contender, number: int, rounds: int, quick: bool) -> bool:
    """Every n-th round for those that take long; the first one always."""
    share = 1 if _once(contender, quick) else min(contender.rounds or rounds, rounds)
    return number == 0 or number * share // rounds != (number - 1) * share // rounds


def _measured(budget: Budget, result: Result) -> bool:
    return all(name is None or result.times.get(name) for name in (budget.contender, budget.peer, budget.less))


def score(budget: Budget, result: Result) -> Score:
    """What a budget came to, round by round, so that a machine that is busy for a while slows both sides of a ratio."""
    figures = result.times
    if budget.peak:
        figures = {name: {n: used.peak for n, used in rounds.items()} for name, rounds in result.usages.items()}
    names = [name for name in (budget.contender, budget.peer, budget.less) if name]
    shared = sorted(set.intersection(*(set(figures[name]) for name in names)))
    ratios = []
    for number in shared:
        less = figures[budget.less][number] if budget.less else 0.0
        peer = figures[budget.peer][number] - less if budget.peer else 1.0
        ratios.append((figures[budget.contender][number] - less) / peer / budget.per)
    return Score(result.contest, budget, ratios)


def _folder(contest: Contest, contender: Contender, bench: Bench) -> Path:
    folder = bench.runs / contest.name / contender.name.replace("/", "-")
    folder.mkdir(parents=True)
    for file in contender.files:
        if isinstance(file, Written):
            shutil.copy(bench.written(file), folder / "app.py")
        elif file.is_dir():
            shutil.copytree(file, folder / file.name)
        else:
            shutil.copy(file, folder)
    if contender.prepare:
        contender.prepare(bench, folder)
    return folder


def _run(contender: Contender, folders: dict[str, Path], bench: Bench) -> Usage:
    folder = folders[contender.name]
    if contender.clear:
        contender.clear(folder)
    command = [bench.fill(word) for word in contender.command]
    if not command:
        return Usage(0.0, 0.0, 0.0)
    extra = {name: bench.fill(value) for name, value in contender.extra.items()}
    return process.usage(command, folder, codes=contender.codes, extra=extra)


__all__ = ["Bench", "Budget", "Contender", "Contest", "Failed", "Result", "Score", "Written", "run", "score"]
