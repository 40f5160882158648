"""Tests of decks: what a template holds, snapshots, permissions, a deploy on this machine, state machines tried out.

The names load on first use, so that the pytest plugin costs nothing where it is not asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..permissions import Answer as Answer
    from ..permissions import can as can
    from .assertions import Assertions as Assertions
    from .assertions import template_of as template_of
    from .engine import Deployed as Deployed
    from .execution import Execution as Execution
    from .execution import run as run
    from .matchers import absent as absent
    from .matchers import any_value as any_value
    from .matchers import like as like
    from .paths import StateError as StateError

_HOMES = {
    "Answer": "awsdeck.permissions",
    "Assertions": "awsdeck.testing.assertions",
    "Deployed": "awsdeck.testing.engine",
    "Execution": "awsdeck.testing.execution",
    "StateError": "awsdeck.testing.paths",
    "absent": "awsdeck.testing.matchers",
    "any_value": "awsdeck.testing.matchers",
    "can": "awsdeck.permissions",
    "like": "awsdeck.testing.matchers",
    "run": "awsdeck.testing.execution",
    "template_of": "awsdeck.testing.assertions",
}

if not TYPE_CHECKING:
    __all__ = sorted(_HOMES)  # noqa: PLE0605

    def __getattr__(name):
        from importlib import import_module

        if name not in _HOMES:
            raise AttributeError(f"awsdeck.testing has no {name!r}; it has {', '.join(sorted(_HOMES))}")
        found = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return found
