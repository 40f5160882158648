"""Where blueprints are found: those that come with awsdeck, and any folder that holds one."""

from __future__ import annotations

import os
from difflib import get_close_matches

from ..errors import InputError
from .manifest import MANIFEST, Blueprint, read


def _shelf() -> str:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = os.path.join(package, "blueprints")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), "blueprints")


SHELF = _shelf()  # "awsdeck/blueprints" in a wheel, "blueprints" beside the package in a checkout


def available() -> list[Blueprint]:
    """The blueprints that come with awsdeck, by name."""
    return [read(os.path.join(SHELF, name)) for name in _names()]


def find(name_or_path: str) -> Blueprint:
    """A blueprint by its name, or by the path of a folder with a `blueprint.json`.

    The name of one that comes with awsdeck goes before a folder of the same name. Raises `InputError` when there is
    none, or when its manifest is wrong.
    """
    names = _names()
    if name_or_path in names:
        return read(os.path.join(SHELF, name_or_path))
    if os.path.isfile(os.path.join(name_or_path, MANIFEST)):
        return read(name_or_path)
    if os.path.isdir(name_or_path):
        raise InputError(f"the folder {name_or_path} holds no {MANIFEST}")
    close = get_close_matches(name_or_path, names, 1)
    raise InputError(
        f"there is no blueprint {name_or_path!r}" + (f"; did you mean {close[0]!r}?" if close else ""),
        fix=f"one of: {', '.join(names)}; or the path of a folder with a {MANIFEST}",
    )


def _names() -> list[str]:
    if not os.path.isdir(SHELF):
        return []
    return sorted(name for name in os.listdir(SHELF) if os.path.isfile(os.path.join(SHELF, name, MANIFEST)))
