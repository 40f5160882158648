"""Starts programs for `benchmarks.process` and says what they cost: a JSON line in, a JSON line out.

It stays small, because a process never counts less memory than the one that it was forked from.
"""

import json
import os
import sys
import time


def run(command: list[str], folder: str, environment: dict[str, str]) -> dict[str, float]:
    """One program from start to end, as the operating system counts it."""
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        try:
            os.chdir(folder)
            for number, name in ((1, "stdout"), (2, "stderr")):
                os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), number)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.execvpe(command[0], command, environment)
        except OSError as error:
            os.write(2, f"{command[0]}: {error}".encode())
        finally:
            os._exit(127)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    in_mb = 1024 if sys.platform == "linux" else 1024 * 1024
    return {
        "code": os.waitstatus_to_exitcode(status),
        "cpu": (usage.ru_utime + usage.ru_stime) * 1000,
        "wall": wall * 1000,
        "peak": usage.ru_maxrss / in_mb,
    }


for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
