"""`python -m awsdeck`, and what the `awsdeck` script calls."""

from __future__ import annotations

import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

INTERRUPTED = 130


def main() -> int:
    """Run the command line of this process; Ctrl-C while it still loads, or while it ends, is one word as well.

    SIGTERM, with which CI systems end a job, means what Ctrl-C does.
    """
    try:
        signal.signal(signal.SIGTERM, _interrupted)
        from .cli.main import main as run

        return run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
