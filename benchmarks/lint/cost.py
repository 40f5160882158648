"""Figures of awsdeck alone: memory, both cores, growth with size, conditions that hang together."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from statistics import median
from typing import Any

from ..checking import one_of_many, template
from ..peers import ROOT, Bench, clean
from ..process import usage
from .inside import INTERLOCKED, SIZES

REPOSITORY = 500


@dataclass(frozen=True)
class Figure:
    """Something measured, beside what is allowed; without a limit it is shown only. `least` turns the comparison round."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    least: bool = False

    @property
    def kept(self) -> bool | None:
        """Whether the budget is kept; None where there is none."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.least else self.value <= self.limit


def figures(bench: Bench, rounds: int) -> list[Figure]:
    """Measure it all."""
    return [*_memory(bench, rounds), *_repository(bench, rounds), *_inside(bench)]


def _folder(bench: Bench, name: str, files: dict[str, Any]) -> Any:
    folder = bench.runs / name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "templates").mkdir(parents=True)
    for file, data in files.items():
        (folder / "templates" / file).write_text(json.dumps(data, indent=2), encoding="utf-8")
    return folder


def _memory(bench: Bench, rounds: int) -> list[Figure]:
    folder = _folder(bench, "lint-memory", {"500.json": template(500)})
    command = [bench.programs["{awsdeck}"], "lint", "templates/500.json"]
    peak = max(usage(command, folder, codes=(0, 4)).peak for _ in range(rounds))
    return [Figure("memory, a template with 500 resources", peak, "MB", 80)]


def _repository(bench: Bench, rounds: int) -> list[Figure]:
    files = {f"{number:03}.json": one_of_many(number) for number in range(REPOSITORY)}
    folder = _folder(bench, "lint-repository", files)
    command = [bench.programs["{awsdeck}"], "lint", "templates"]
    runs = [usage(command, folder, codes=(0, 4)) for _ in range(rounds + 1)][1:]
    wall = median(run.wall for run in runs) / 1000
    cpu = median(run.cpu for run in runs) / 1000
    cores = median(run.cpu / run.wall for run in runs)
    free = os.getloadavg()[0] < (os.cpu_count() or 1) / 2  # on a busy machine others have the cores
    return [
        Figure(f"a folder of {REPOSITORY} templates, clock", wall, "s"),
        Figure(f"a folder of {REPOSITORY} templates, CPU", cpu, "s"),
        Figure(f"a folder of {REPOSITORY} templates, cores at work", cores, "cores", 1.5 if free else None, least=True),
    ]


def _inside(bench: Bench) -> list[Figure]:
    command = [bench.programs["{python}"], "-m", "benchmarks.lint.inside"]
    run = subprocess.run(command, check=True, cwd=ROOT, env=clean(), capture_output=True, text=True)
    said = json.loads(run.stdout)
    few, *_, many = SIZES
    growth = said["sizes"][str(many)] / said["sizes"][str(few)] / (many / few)
    return [
        Figure(f"one resource among {many} beside one among {few}", growth, "×", 1.25),
        Figure(f"{INTERLOCKED} conditions that hang together", said["interlocked"], "s", 1),
    ]
