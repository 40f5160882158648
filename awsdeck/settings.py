"""What the command line has decided before a deck is loaded."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .rules.vocabulary import Mode
    from .tree import App

limits: Mode | None = None
"""Set by `--limits`: goes before what the app says."""

config_limits: Mode | None = None
"""Set from `awsdeck.toml`: what an app that says nothing gets."""

hosted = False
"""The command line runs the deck: `app.synth()` writes nothing."""

gathering = False
"""Mistakes are collected on the app and reported together, rather than raised at the first."""

apps: list[App] = []
"""The apps made since the deck began to load."""


def configured_limits() -> Mode | None:
    """What the project's configuration says of limits, if it says anything."""
    return config_limits
