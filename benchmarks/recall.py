"""`python -m benchmarks.recall [--every N]`: how many known mistakes each linter finds, and what that costs.

A mistake counts as found when a tool says something, as an error or a warning, that it does not say of the good
template. Findings about names that nobody uses count only where that is the mistake: they come with many others.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from statistics import median
from typing import Any

from .mutants import bases, mutants
from .peers import FOLDER, ROOT, set_up

EXTRA = "cloudformation-validate"
IDLE = frozenset(("TPL002", "W2001", "W7001", "W8001"))
"""The rules of the tools about names that nobody uses."""


def write(folder: Path, every: int) -> None:
    """The good templates and every n-th of the mistakes as files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for base in bases():
        (folder / f"base-{base.name}").write_text(base.text, encoding="utf-8")
    for mutant in mutants()[::every]:
        (folder / f"{mutant.name}{mutant.suffix}").write_text(mutant.text, encoding="utf-8")


def judge(folder: Path) -> dict[str, dict[str, Any]]:
    """What all tools say of the files; checkov in an environment of its own, where it can be installed."""
    python = set_up().programs["{python}"]
    _install(Path(python), EXTRA)
    subprocess.run([python, "-m", "benchmarks.jury", str(folder)], check=True, cwd=ROOT)
    verdicts: dict[str, dict[str, Any]] = json.loads((folder / "verdicts.json").read_text(encoding="utf-8"))
    home = FOLDER / "checkov"
    own = home / "bin" / "python"
    try:
        if not own.exists():
            venv.create(home, with_pip=True)
        _install(own, "checkov")
    except (OSError, subprocess.CalledProcessError):
        print("checkov cannot be installed here", file=sys.stderr)
        return verdicts
    program = ROOT / "benchmarks" / "programs" / "judge_checkov.py"
    subprocess.run([own, str(program), str(folder)], check=True)
    verdicts["checkov"] = json.loads((folder / "verdicts-checkov.json").read_text(encoding="utf-8"))
    return verdicts


def _install(python: Path, package: str) -> None:
    known = subprocess.run([python, "-m", "pip", "show", "-q", package], capture_output=True, check=False)
    if known.returncode:
        quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
        environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
        subprocess.run([python, "-m", "pip", "install", *quiet, package], check=True, env=environment)


def rates(verdicts: dict[str, Any], every: int = 1) -> tuple[float, float, float, int]:
    """The share that is found, the share found as an error, the median of milliseconds, and findings on good ones."""
    said = {name: {tuple(one) for one in told["said"]} for name, told in verdicts.items()}
    found = errors = 0
    chosen = mutants()[::every]
    for mutant in chosen:
        idle = "nobody uses" in mutant.why
        new = said[f"{mutant.name}{mutant.suffix}"] - said[f"base-{mutant.base}"]
        new = {one for one in new if idle or one[1] not in IDLE}
        found += bool(new)
        errors += any(severity == "error" for severity, _, _ in new)
    good = sum(len(said[f"base-{base.name}"]) for base in bases())
    cost = median(told["seconds"] for told in verdicts.values()) * 1000
    return found / len(chosen), errors / len(chosen), cost, good


def main() -> int:
    """Judge, and print one line for each tool."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recall", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take every n-th mistake, for a first look")
    every = parser.parse_args().every
    folder = FOLDER / "runs" / "recall"
    write(folder, every)
    verdicts = judge(folder)
    print(f"{len(mutants()[::every])} mistakes in {len(bases())} templates that deploy")
    print(f"{'':28}{'found':>8}{'as error':>10}{'ms each':>9}{'on good ones':>14}")
    for tool, told in verdicts.items():
        found, errors, cost, good = rates(told, every)
        print(f"{tool:28}{found:>8.1%}{errors:>10.1%}{cost:>9.1f}{good:>14}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
