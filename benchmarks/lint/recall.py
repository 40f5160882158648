"""How many known mistakes each linter finds.

A mistake counts as found when a tool says something, as an error or a warning, that it does not say of the good
template. Findings about names that nobody uses count only where that is the mistake: they come with many others.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from ..peers import FOLDER, ROOT, Bench, clean
from .jury import JUDGES
from .mutants import HELD_OUT, TUNED, Mutant, bases, mutants

SETS = {"tuned": TUNED, "held out": HELD_OUT}
IDLE = frozenset(("TPL002", "W2001", "W7001", "W8001"))
"""The rules of the tools about names that nobody uses."""
SLOW = ("cfn-lint", "checkov")


@dataclass(frozen=True)
class Rate:
    """What one tool made of one set: of how many mistakes, shares that it found, and found as an error; milliseconds of
    CPU for a template, the median; its findings on good templates."""

    collection: str
    tool: str
    tried: int
    found: float
    errors: float
    cost: float
    good_errors: int
    good_warnings: int
    missed: tuple[Mutant, ...]


def rates(bench: Bench, every: int, every_slow: int) -> list[Rate]:
    """Both sets judged by every tool that is there, as many at a time as there are cores.

    Each tool is given every n-th of the mistakes, and those in `SLOW` fewer than the others.
    """
    tools = [name for name in JUDGES if name != "checkov" or not bench.lacks("checkov")]
    steps = {tool: every_slow if tool in SLOW else every for tool in tools}
    folders = {(name, step): _write(name, step) for name in SETS for step in set(steps.values())}
    jobs = [(tool, name) for tool in tools for name in SETS]
    jobs.sort(key=lambda job: job[0] not in SLOW)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        said = pool.map(lambda job: _judge(bench, job[0], folders[job[1], steps[job[0]]]), jobs)
        verdicts = dict(zip(jobs, said, strict=True))
    return [
        _rate(name, tool, verdicts[tool, name], mutants(SETS[name])[:: steps[tool]]) for name in SETS for tool in tools
    ]


def _write(name: str, every: int) -> Path:
    """The good templates of a set and every n-th of its mistakes as files."""
    folder = FOLDER / "runs" / "recall" / f"{name.replace(' ', '-')}-{every}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for base in bases(SETS[name]):
        (folder / f"base-{base.name}").write_text(base.text, encoding="utf-8")
    for mutant in mutants(SETS[name])[::every]:
        (folder / f"{mutant.name}{mutant.suffix}").write_text(mutant.text, encoding="utf-8")
    return folder


def _judge(bench: Bench, tool: str, folder: Path) -> dict[str, Any]:
    python = bench.programs["{checkov-python}" if tool == "checkov" else "{python}"]
    command = [python, "-m", "benchmarks.lint.jury", tool, str(folder)]
    subprocess.run(command, check=True, cwd=ROOT, env=clean(), stdout=subprocess.DEVNULL)
    said: dict[str, Any] = json.loads((folder / f"verdicts-{tool}.json").read_text(encoding="utf-8"))
    return said


def _rate(collection: str, tool: str, verdicts: dict[str, Any], chosen: Sequence[Mutant]) -> Rate:
    said = {name: {tuple(one) for one in told["said"]} for name, told in verdicts.items()}
    missed, errors = [], 0
    for mutant in chosen:
        idle = "nobody uses" in mutant.why
        new = said[f"{mutant.name}{mutant.suffix}"] - said[f"base-{mutant.base}"]
        new = {one for one in new if idle or one[1] not in IDLE}
        if not new:
            missed.append(mutant)
        errors += any(severity == "error" for severity, _, _ in new)
    good = [severity for name, told in said.items() if name.startswith("base-") for severity, _, _ in told]
    return Rate(
        collection, tool, len(chosen), 1 - len(missed) / len(chosen), errors / len(chosen),
        median(told["seconds"] for told in verdicts.values()) * 1000,
        good.count("error"), good.count("warning"), tuple(missed),
    )  # fmt: skip
