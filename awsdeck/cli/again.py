"""Does something again whenever a file it looks at changes."""

from __future__ import annotations

import os
import time

from ..errors import DeckError
from ..lint.files import ENDINGS, SKIPPED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .context import Context

PAUSE = 0.4
"""Seconds between two looks at the files."""
_ENDINGS = (*ENDINGS, ".py", ".toml", ".j2", ".txt")


def repeat(context: Context, paths: Iterable[str], written: Iterable[str], once: Callable[[], int]) -> int:
    """Call `once` now and after every change below the paths, until somebody interrupts, which is 0.

    `written` are files that `once` writes itself.
    """
    own = {os.path.abspath(file) for file in written}
    looked_at = [os.path.dirname(os.path.abspath(path)) if not os.path.isdir(path) else path for path in paths]
    seen: dict[str, tuple[int, int]] | None = None
    try:
        while True:
            now = {path: stamp for path, stamp in _stamps(looked_at) if path not in own}
            if now != seen:
                seen = now
                try:
                    once()
                except DeckError as error:
                    context.screen.error(error)
                context.screen.note("", "watching for changes; Ctrl-C ends it")
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        return 0


def _stamps(folders: Iterable[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    for folder in folders:
        for here, inner, files in os.walk(folder):
            inner[:] = [name for name in inner if not name.startswith(".") and name not in SKIPPED]
            for name in files:
                if name.lower().endswith(_ENDINGS):
                    path = os.path.join(here, name)
                    try:
                        known = os.stat(path)
                    except OSError:  # gone in this very moment
                        continue
                    yield path, (known.st_mtime_ns, known.st_size)
