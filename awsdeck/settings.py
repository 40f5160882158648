"""What the command line or the project's configuration has decided before a deck is loaded."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .rules.vocabulary import Mode
    from .tree import App

FILE = "awsdeck.toml"
PYPROJECT = "pyproject.toml"

limits: Mode | None = None
"""Set by `--limits`: goes before what the app says."""

config_limits: Mode | None = None
"""What the configuration says that the command line has read: what an app that says nothing gets."""

hosted = False
"""The command line runs the deck: `app.synth()` writes nothing."""

gathering = False
"""Mistakes are collected on the app and reported together, rather than raised at the first."""

apps: list[App] = []
"""The apps made since the deck began to load."""


def configured_limits(file: str | None) -> Mode | None:
    """What the configuration says of limits, if it says anything: the one that the command line has read, or the one in
    `file` when Python runs the deck. Raises `InputError` for one that is wrong.
    """
    if hosted or file is None:
        return config_limits
    from .config import read

    said: Mode | None = read(file).get("limits")
    return said


def nearest(folder: str) -> str | None:
    """The project's configuration: the first `awsdeck.toml`, or `pyproject.toml` with a part for awsdeck, upwards."""
    while True:
        path = os.path.join(folder, FILE)
        if os.path.isfile(path):
            return path
        path = os.path.join(folder, PYPROJECT)
        try:
            with open(path, "rb") as stream:
                if b"[tool.awsdeck" in stream.read():
                    return path
        except OSError:
            pass
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def proven_file(folder: str, mode: str) -> str | None:
    """Where verdicts on the app of a folder are kept: below `AWSDECK_CACHE`, or the user's cache folder.

    None when that is "off", or no absolute path.
    """
    from zlib import crc32

    home = os.environ.get("AWSDECK_CACHE")
    if not home:
        above = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/.cache")
        home = os.path.join(above, "awsdeck")
    if not os.path.isabs(home):
        return None
    text = os.fsencode(folder)
    return os.path.join(home, f"{crc32(text):08x}{crc32(text[::-1]):08x}-{mode}.proven")
