"""Many files at once, on every processor."""

from __future__ import annotations

import os
import sys

from .report import Report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .files import Candidate, Unreadable

    Judge = Callable[[Candidate | Unreadable], Report]

FEWEST = 64
"""Files from which on a second process is worth its start."""
_judge: list[Judge] = []


def judged(several: Sequence[Candidate | Unreadable], judge: Judge) -> Iterator[Report]:
    """What `judge` says of each, in their order; by several processes where there are many, and fork is safe."""
    workers = min(len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1, len(several) // (FEWEST // 2))
    if workers < 2 or len(several) < FEWEST:
        yield from map(judge, several)
        return
    import gc
    from multiprocessing import get_context

    _judge[:] = [judge]
    gc.freeze()  # what is there already is shared, and stays so
    try:
        with get_context("fork").Pool(workers, _quietly) as pool:
            yield from pool.imap(_one, several, chunksize=max(1, len(several) // (workers * 8)))
    finally:
        gc.unfreeze()
        _judge.clear()


def _quietly() -> None:
    """Let the first process alone answer Ctrl-C, and end a worker without a word."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _one(candidate: Candidate | Unreadable) -> Report:
    report = _judge[0](candidate)
    report.texts = {}  # whoever shows a finding reads its line again
    return report
