"""`awsdeck advise`: the decisions of the course notes."""

from __future__ import annotations

from functools import partial
from importlib import import_module

from ..planning import GUIDES
from .command import Command
from .figures import call, keywords, summary, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..planning import Advice
    from ..planning.advice import Guide
    from .context import Context


def _find(word: str) -> tuple[Callable[..., Any], Guide]:
    module, _, name = GUIDES[word].partition(":")
    room = import_module(f"..planning.{module}", __package__)
    return getattr(room, name), getattr(room, name.upper())


def _advise(word: str, context: Context, **options: Any) -> int:
    function, guide = _find(word)
    if not any(options.values()):
        return _choices(context, word, guide)
    advice: Advice = call(context, function, options)
    if context.json:
        context.screen.data({"version": 1, "guide": word, "advice": advice.to_dict()})
        return 0
    context.screen.say(context.screen.paint(advice.choice, "bold"))
    rows = [("when", advice.when), ("why", advice.why), ("today", advice.today), ("source", advice.source)]
    table(context.screen, [(name, said) for name, said in rows if said])
    for note in advice.notes:
        context.screen.note(f"  {context.screen.paint('note', 'label')}  {note}")
    return 0


def _choices(context: Context, word: str, guide: Guide) -> int:
    """Without a word about the need: all there is to choose from."""
    import attrs

    if context.json:
        choices = [attrs.asdict(choice) for choice in guide.choices.values()]
        context.screen.data(
            {"version": 1, "guide": word, "question": guide.question, "choices": choices, "source": guide.source}
        )
        return 0
    context.screen.say(context.screen.paint(guide.question, "bold"))
    for choice in guide.choices.values():
        context.screen.say(f"  {context.screen.paint(choice.name, 'rule')}: {choice.when}")
        context.screen.say(f"    {choice.why}{f'; today: {choice.today}' if choice.today else ''}")
    context.screen.note(f"Say what is needed to get one of them: awsdeck advise {word} --help")
    return 0


def _command(word: str) -> Command:
    function, _ = _find(word)
    options = [keyword.option() for keyword in keywords(function)]
    return Command(f"advise {word}", partial(_advise, word), summary(function), *options)


COMMANDS = tuple(_command(word) for word in GUIDES)
