"""What Python prints when a deck that is run by itself ends with an error of ours."""

from __future__ import annotations

import os
import sys

from .errors import DeckError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


def speak_plainly() -> None:
    """From now on an uncaught `DeckError` is printed without a traceback, unless AWSDECK_DEBUG is set."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _report


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, DeckError) and not os.environ.get("AWSDECK_DEBUG"):
        sys.stderr.write(f"error: {error}\n")
    else:
        sys.__excepthook__(kind, error, trace)
