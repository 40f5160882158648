"""`python -m awsdeck`, and what the `awsdeck` script calls."""

from __future__ import annotations

import sys

from .cli.main import main

if __name__ == "__main__":
    sys.exit(main())
