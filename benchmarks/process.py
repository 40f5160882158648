"""What a whole process costs, with all that it starts, as the operating system counts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path


class Failed(Exception):
    """A program of a contest did not end as it should."""


@dataclass(frozen=True)
class Usage:
    """Milliseconds of CPU (user and system) and of the clock; MB of the largest process among those that ran."""

    cpu: float
    wall: float
    peak: float


def environment(folder: Path) -> dict[str, str]:
    """What a measured program sees: nothing that changes how Python starts, and no AWS account."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(folder), "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true"}


def usage(
    command: Sequence[str], folder: Path, *, codes: Sequence[int] = (0,), extra: Mapping[str, str] | None = None
) -> Usage:
    """What one run costs; what it prints goes to files in its folder."""
    order = {"command": list(command), "folder": str(folder), "environment": {**environment(folder), **(extra or {})}}
    starter = _starter()
    assert starter.stdin is not None
    assert starter.stdout is not None
    starter.stdin.write(json.dumps(order) + "\n")
    starter.stdin.flush()
    said = json.loads(starter.stdout.readline())
    if said["code"] not in codes:
        printed = "".join((folder / name).read_text(errors="replace")[-2000:] for name in ("stdout", "stderr"))
        raise Failed(f"{' '.join(command)} ended with {said['code']}:\n{printed}")
    return Usage(said["cpu"], said["wall"], said["peak"])


def cpu(
    command: Sequence[str], folder: Path, *, codes: Sequence[int] = (0,), extra: Mapping[str, str] | None = None
) -> float:
    """Milliseconds of CPU of one run."""
    return usage(command, folder, codes=codes, extra=extra).cpu


@cache
def _starter() -> subprocess.Popen[str]:
    program = Path(__file__).with_name("starter.py")
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
