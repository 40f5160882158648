"""Aspects: functions that look at every construct of a finished tree and may change it before names are final.

They run in ascending `order`, those of one order as they were given; each sees the constructs below its node once,
parents first. What an aspect adds is shown to all of them in the next round, until nothing new appears.
"""

from __future__ import annotations

from .errors import ConstructError, DeckError, Place
from .resource import Resource
from .sections import Element
from .source import HERE, caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from .constructs import Construct
    from .node import Node
    from .tree import App, AspectFunction

ROUNDS = 16
"""How often aspects may answer what other aspects have added."""


class Aspect:
    """One function, the node below which it works, and when: lower orders first."""

    __slots__ = ("function", "node", "order", "source")

    def __init__(self, function: AspectFunction, node: Node, order: int) -> None:
        if not callable(function):
            raise ConstructError(
                f"{function!r} is not an aspect", place=caller(), fix="give a function that takes one construct"
            )
        self.function = function
        self.node = node
        self.order = order
        self.source = caller()

    @property
    def name(self) -> str:
        """What the function is called."""
        return str(getattr(self.function, "__name__", type(self.function).__name__))


class Applied:
    """What one aspect did: how many constructs it saw, changed and added."""

    __slots__ = ("aspect", "seen", "changed", "added")

    def __init__(self, aspect: Aspect) -> None:
        self.aspect = aspect
        self.seen = 0
        self.changed = 0
        self.added = 0

    def __str__(self) -> str:
        where = self.aspect.node.path
        scope = f" on {where}" if where else ""
        return f"{self.aspect.name}{scope} (order {self.aspect.order}): {self.changed} changed, {self.added} added"


def apply(app: App) -> list[Applied]:
    """Run the app's aspects until the tree settles; what each of them did, in the order they ran.

    Raises `ConstructError` at the aspect's own line when it fails, or when aspects keep adding constructs.
    """
    done: dict[Aspect, Applied] = {}
    visited: dict[Aspect, set[Construct]] = {}
    for _ in range(ROUNDS):
        fresh = False
        for aspect in sorted(app.aspects, key=lambda aspect: aspect.order):
            seen = visited.setdefault(aspect, set())
            waiting = [construct for construct in aspect.node.walk() if construct not in seen]
            if waiting:
                fresh = True
                seen.update(waiting)
                record = done.setdefault(aspect, Applied(aspect))
                _run(app, record, waiting)
        if not fresh:
            return list(done.values())
    busiest = max(done.values(), key=lambda one: one.added)
    raise ConstructError(
        f"the aspect {busiest.aspect.name} added {busiest.added} constructs in {ROUNDS} rounds and goes on",
        place=busiest.aspect.source, fix="let it leave alone what it has made itself",
    )  # fmt: skip


def _run(app: App, record: Applied, constructs: list[Construct]) -> None:
    aspect = record.aspect
    before = _states(app)
    app.changing = f"{aspect.name}, given at {aspect.source}" if aspect.source else aspect.name
    for construct in constructs:
        try:
            aspect.function(construct)
        except DeckError:
            raise
        except Exception as error:
            place = _line(error.__traceback__) or aspect.source
            raise ConstructError(
                f"the aspect {aspect.name} failed at {construct.node.path or 'the app'}: {type(error).__name__}: {error}",
                place=place, fix="correct it, or let it leave this construct alone",
            ) from error  # fmt: skip
        finally:
            record.seen += 1
    app.changing = None
    after = _states(app)
    record.added += len(after.keys() - before.keys())
    record.changed += sum(1 for construct, state in before.items() if after.get(construct) != state)


def _states(app: App) -> dict[Construct, list[Any]]:
    """What an aspect can change of each construct."""
    found: dict[Construct, list[Any]] = {}
    for construct in app.node.walk():
        node = construct.node
        state: list[Any] = [
            node.tags, node.removal, node.ignored, node.fixed_id, None if node.dependencies is None else [*node.dependencies],
        ]  # fmt: skip
        if isinstance(construct, Resource):
            state += (dict(construct.properties), construct.body.get("Condition"), len(construct._overrides or ()))
        elif isinstance(construct, Element):
            state.append(construct.body)
        found[construct] = state
    return found


def _line(trace: TracebackType | None) -> Place | None:
    """The innermost line of the user's own code."""
    found = None
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(HERE):
            found = Place(trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return found
