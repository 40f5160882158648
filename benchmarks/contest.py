"""A contest: several programs that do the same work, run in turns, and what their CPU times are to each other."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import process
from .peers import Bench


@dataclass(frozen=True)
class Contender:
    """One program of a contest; `{python}`, `{awsdeck}` and `{cfn-lint}` in its command are filled in.

    `files` are copied into the folder it runs in. `codes` are the exit codes that mean it did its work.
    """

    name: str
    command: Sequence[str]
    files: Sequence[Path] = ()
    codes: Sequence[int] = (0,)


@dataclass(frozen=True)
class Budget:
    """At most `limit` times the CPU of `peer` for `contender`; `less` is taken from both first. None: shown only."""

    contender: str
    peer: str
    limit: float | None
    less: str | None = None


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


@dataclass
class Score:
    """One budget's outcome: the ratio of each round."""

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
    """Milliseconds of CPU for every contender and round, and what the comparison of their work found."""

    contest: Contest
    times: dict[str, list[float]]
    same: str
    scores: list[Score] = field(default_factory=list)


def run(contest: Contest, bench: Bench, *, quick: bool = False) -> Result:
    """One warm-up round, which also writes bytecode and is compared; then the rounds that count, taking turns."""
    folders = {one.name: _folder(contest, one, bench) for one in contest.contenders}
    for one in contest.contenders:
        _cpu(one, folders, bench)
    same = contest.same(folders)
    times: dict[str, list[float]] = {one.name: [] for one in contest.contenders}
    for _ in range(contest.quick if quick else contest.rounds):
        for one in contest.contenders:
            times[one.name].append(_cpu(one, folders, bench))
    result = Result(contest, times, same)
    result.scores = [Score(contest, budget, _ratios(budget, times)) for budget in contest.budgets]
    return result


def _ratios(budget: Budget, times: dict[str, list[float]]) -> list[float]:
    """Round by round, so that a machine that is busy for a while slows both sides of a ratio."""
    less = times[budget.less] if budget.less else [0.0] * len(times[budget.peer])
    return [
        (own - base) / (peer - base)
        for own, peer, base in zip(times[budget.contender], times[budget.peer], less, strict=True)
    ]


def _folder(contest: Contest, contender: Contender, bench: Bench) -> Path:
    folder = bench.runs / contest.name / contender.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in contender.files:
        shutil.copy(file, folder)
    return folder


def _cpu(contender: Contender, folders: dict[str, Path], bench: Bench) -> float:
    command = [bench.programs.get(word, word) for word in contender.command]
    return process.cpu(command, folders[contender.name], codes=contender.codes)
