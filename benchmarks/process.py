"""What a whole process costs, as the operating system counts it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class Failed(Exception):
    """A program of a contest did not end as it should."""


def environment(folder: Path) -> dict[str, str]:
    """What a measured program sees: nothing that changes how Python starts, and no AWS account."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(folder), "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true"}


def cpu(
    command: Sequence[str], folder: Path, *, codes: Sequence[int] = (0,), extra: Mapping[str, str] | None = None
) -> float:
    """Milliseconds of CPU, user and system, of one run; what it prints goes to files in its folder."""
    with open(folder / "stdout", "wb") as out, open(folder / "stderr", "wb") as err:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            env={**environment(folder), **(extra or {})},
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        said = (folder / "stderr").read_text(errors="replace") or (folder / "stdout").read_text(errors="replace")
        raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{said[-2000:]}")
    return (usage.ru_utime + usage.ru_stime) * 1000
