"""Checks of CloudFormation templates, whoever wrote them.

`lint` takes a template in memory, a file, a folder, a glob or an assembly, and gives findings; it keeps no state, does
not print, and can run on several threads at once. Decks are Python and are run by whoever has loaded them: what is
found there is on the `App`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .files import Source as Source
    from .files import Unreadable as Unreadable
    from .files import sources as sources
    from .filters import Filter as Filter
    from .report import Report as Report
    from .run import check as check
    from .run import lint as lint

_HOMES = {
    "Filter": "filters",
    "Report": "report",
    "Source": "files",
    "Unreadable": "files",
    "check": "run",
    "lint": "run",
    "sources": "files",
}

__all__ = ["Filter", "Report", "Source", "Unreadable", "check", "lint", "sources"]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = found
    return found
