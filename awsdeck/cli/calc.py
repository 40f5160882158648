"""`awsdeck calc`: the arithmetic of the course notes."""

from __future__ import annotations

from functools import partial
from importlib import import_module

from ..planning import CALCULATORS
from .command import Argument, Command, Option
from .figures import amount, call, keywords, summary, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..planning import Result
    from .context import Context


def _function(home: str) -> Callable[..., Any]:
    module, _, name = home.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"..planning.{module}", __package__), name)
    return found


def _calculate(word: str, context: Context, **options: Any) -> int:
    result: Result = call(context, _function(CALCULATORS[word]), options)
    if context.json:
        context.screen.data({"version": 1, "calculator": word, "result": result.to_dict()})
        return 0
    table(context.screen, [(name, amount(value, unit)) for name, value, unit in result.rows()])
    for note in result.notes:
        context.screen.note(f"  {context.screen.paint('note', 'label')}  {note}")
    return 0


def _command(word: str) -> Command:
    function = _function(CALCULATORS[word])
    options = [keyword.option() for keyword in keywords(function)]
    return Command(f"calc {word}", partial(_calculate, word), summary(function), *options)


def _deck(context: Context, deck: str | None, duration_ms: str | None) -> int:
    from .estate import deck_figures

    return deck_figures(context, deck, duration_ms)


DECK = Command(
    "calc deck", _deck, "What a deck carries, lets through and costs: tables, APIs, functions, volumes, databases.",
    Argument("deck", "A deck, a template, or an assembly; the project's deck when none is named.", metavar="DECK"),
    Option("--duration-ms", "Milliseconds of one call of a function (default: 100).", metavar="N"),
)  # fmt: skip
COMMANDS = (*(_command(word) for word in CALCULATORS), DECK)
