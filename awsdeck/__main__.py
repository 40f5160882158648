"""`python -m awsdeck`, and what the `awsdeck` script calls."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> int:
    """Run the command line of this process; Ctrl-C while it still loads, or while it ends, is one word as well."""
    try:
        from .cli.main import main as run

        return run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
