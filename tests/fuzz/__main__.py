"""`python -m tests.fuzz [TARGET …] [--seconds N]`: feed each target with what its own code is curious about.

Every target runs in a process of its own, guided by the coverage of awsdeck. An input that breaks a promise ends its
target, is written down, and is to be copied into `tests/fuzz/found/<target>/`, which the tests replay.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

SECONDS = 60
LONGEST_INPUT = 16_384
MOST_CPU = 5.0
"""Seconds for one input."""
TIMEOUT = 60
MEGABYTES = 1_024


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    scratch = Path(tempfile.gettempdir()) / "awsdeck-fuzz"
    if asked.run:
        return _run(asked.run, asked.seconds, scratch / asked.run)
    from .targets import TARGETS, seeds

    unknown = [name for name in asked.targets if name not in TARGETS]
    if unknown:
        parser.error(f"there is no target {unknown[0]}; there are {', '.join(TARGETS)}")
    broken = []
    for name in asked.targets or TARGETS:
        _sow(scratch / name / "corpus", list(seeds(name)))
        print(f"fuzz: {name}, {asked.seconds} s", flush=True)
        command = [sys.executable, "-m", "tests.fuzz", "--run", name, "--seconds", str(asked.seconds)]
        if subprocess.run(command, check=False).returncode:
            broken.append(name)
    print(f"fuzz: broken: {', '.join(broken)}; inputs below {scratch}" if broken else "fuzz: every promise was kept")
    return 1 if broken else 0


def _sow(corpus: Path, several: list[bytes]) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(several):
        (corpus / f"seed-{number}").write_bytes(one)


def _run(name: str, seconds: int, folder: Path) -> int:
    atheris: Any = import_module("atheris")  # of the extra `fuzz`
    with atheris.instrument_imports(include=["awsdeck"]):
        from .targets import TARGETS, seeds

        target = TARGETS[name]
        for one in seeds(name):  # what is loaded late is loaded now, and watched
            target(one)

    def timed(content: bytes) -> None:
        begun = time.process_time()
        target(content)
        assert time.process_time() - begun < MOST_CPU, "this took too long"

    found = folder / "found"
    found.mkdir(parents=True, exist_ok=True)
    atheris.Setup(
        [
            sys.argv[0], str(folder / "corpus"), f"-max_total_time={seconds}", f"-timeout={TIMEOUT}",
            f"-rss_limit_mb={MEGABYTES}", f"-max_len={LONGEST_INPUT}", f"-artifact_prefix={found}{os.sep}",
            "-print_final_stats=1", "-verbosity=0",
        ],
        timed,
    )  # fmt: skip
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
