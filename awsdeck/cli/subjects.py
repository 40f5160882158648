"""Which stacks a command about deployed stacks means: those of the deck, or any that is there, by name or ARN.

What runs in AWS does not depend on a deck, so neither does watching it or undoing it. Where the deck can be read, it
gives the lines that made the resources.
"""

from __future__ import annotations

import os
import re

from ..assembly import Assembly, StackArtifact
from ..errors import DeckError, InputError
from .deck import assemble
from .synth import deck_report, failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..deploy import AWS
    from .context import Context

_ARN = re.compile(r"arn:[\w-]+:cloudformation:([\w-]+):(\d{12}):stack/([A-Za-z][A-Za-z0-9-]*)/[\w-]+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")


def subjects(context: Context, aws: AWS, given: Sequence[str]) -> Assembly | int:
    """The stacks that names, patterns and ARNs mean; all of the deck when there are none.

    An exit code when the deck is needed and has errors, which are told then. Raises `InputError` for a stack that is
    neither in the deck nor in the account.
    """
    if not given:
        loaded, assembly = assemble(context)
        return assembly if assembly is not None else failed(context, loaded, deck_report(context, loaded, None))
    return Assembly(_chosen(aws, given, deck_if_any(context)).values())


def amid_deck(context: Context, aws: AWS, given: Sequence[str]) -> tuple[Assembly, list[str]]:
    """The same for what has to know the other stacks of the deck, too: all of them, and the names that are meant."""
    deck = deck_if_any(context)
    chosen = _chosen(aws, given, deck)
    everything = Assembly({**deck.stacks, **chosen}.values())
    return everything, [name for name in everything.stacks if name in chosen]


def _chosen(aws: AWS, given: Sequence[str], deck: Assembly) -> dict[str, StackArtifact]:
    chosen: dict[str, StackArtifact] = {}
    for name in given:
        for artifact in _in_deck(deck, name) or [in_account(aws, name, deck)]:
            other = chosen.setdefault(artifact.name, artifact)
            if other.region != artifact.region:
                raise InputError(
                    f"two stacks are called {artifact.name}, in {other.region} and {artifact.region}",
                    fix="name one at a time",
                )
    return chosen


def ids_in(given: Sequence[str]) -> dict[str, str]:
    """The ARNs among the words, by the names of their stacks."""
    return {found[3]: word for word in given if (found := _ARN.fullmatch(word))}


def deck_if_any(context: Context) -> Assembly:
    """The deck's stacks; none where there is no deck, or it does not get to its end."""
    target = context.deck()
    if context.app is None and target.endswith(".py") and not os.path.exists(target):
        return Assembly(())
    try:
        _, assembly = assemble(context)
        why = "has errors"
    except DeckError as error:
        assembly, why = None, f"does not run ({error.message.splitlines()[0]})"
    if assembly is None:
        context.screen.note(f"the deck {why}, so the lines that made the resources are not shown")
    return assembly if assembly is not None else Assembly(())  # one of stack sets alone is empty, too


def _in_deck(deck: Assembly, name: str) -> list[StackArtifact]:
    from fnmatch import fnmatchcase

    return [stack for stack in deck if stack.name == name or fnmatchcase(stack.name, name)]


def in_account(aws: AWS, given: str, deck: Assembly) -> StackArtifact:
    """A stack by its name or ARN; raises `InputError` when it is not there, or was deleted and made anew.

    One by ARN is asked for with the role that the deck names for it, else with the profile of its account.
    """
    arn = _ARN.fullmatch(given)
    region, account, name = (arn[1], arn[2], arn[3]) if arn else (None, None, given)
    known = deck.stacks.get(name)
    role = known.role if known is not None else None
    found = StackArtifact(name, {}, region=region, account=account, role=role)
    cf = aws.of(found).cloudformation(region)
    record = cf.stack(given) if arn or _NAME.fullmatch(given) else None
    if record is None and not arn and name in deck.sets:
        raise InputError(f"{name} is a stack set, no stack", fix="use `awsdeck stackset`")
    if record is None:
        from difflib import get_close_matches

        close = get_close_matches(name, list(deck.stacks), 1)
        raise InputError(
            f"there is no stack {given}" + ("" if arn else f" in the deck, nor in {cf.region}"),
            fix=f"did you mean {close[0]}?"
            if close
            else "stacks that were deleted long ago are forgotten"
            if arn
            else "name its region with --region, or give its ARN",
        )
    newer = cf.stack(name) if arn and record.gone else None
    if newer is not None and newer.id != given:
        raise InputError(f"{given} was deleted; the stack that is called {name} now is {newer.id}")
    if known is not None:
        found.origins, found.nested = known.origins, known.nested
    return found
