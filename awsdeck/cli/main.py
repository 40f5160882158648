"""From the words of a command line to an exit code."""

from __future__ import annotations

import os
import signal
import sys

from .. import __version__
from ..errors import DeckError
from . import commands, quick
from .command import COMMON
from .context import Context
from .show import error_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .command import Command

INTERRUPTED = 130
BUG = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; the exit codes are those of the contract in `awsdeck --help`.

    SIGTERM, with which CI systems end a job, means what Ctrl-C does.
    """
    args = list(sys.argv[1:] if argv is None else argv)
    context = Context(_guess(args))
    before = _heed_termination()
    try:
        code = _run(args, context)
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
    try:
        context.screen.flush()
    except DeckError as error:
        context.screen.error(error)
        code = error.exit_code
    return code


def _heed_termination() -> Any:
    """What SIGTERM meant before, or None where it cannot be given another meaning."""

    def interrupted(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    try:
        return signal.signal(signal.SIGTERM, interrupted)
    except ValueError:  # not the main thread
        return None


def _run(args: list[str], context: Context) -> int:
    try:
        chosen = _chosen(args)
        if isinstance(chosen, int):
            return chosen
        command, values = chosen
        context.settle(values)
        own = {name: value for name, value in values.items() if name not in _COMMON}
        return command.run(context, **own)
    except DeckError as error:
        if context.debug:
            _traceback(context)
        context.screen.error(error)
        if context.json:
            context.screen.data(error_data(error))
        return error.exit_code
    except KeyboardInterrupt:
        if context.debug:
            _traceback(context)
        context.screen.complain("interrupted")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _bug(context, error)


_COMMON = frozenset(option.name for option in COMMON)


def _chosen(args: list[str]) -> tuple[Command, dict[str, Any]] | int:
    """The command that the words mean and its values; an exit code when they only ask for help."""
    if args == ["--version"]:
        sys.stdout.write(f"awsdeck {__version__}\n")
        return 0
    if "_AWSDECK_COMPLETE" not in os.environ:
        words = quick.common_first(args)
        if words:
            args = words
            for command in commands.of_word(words[0]):
                size = len(command.words)
                if tuple(words[:size]) == command.words:
                    values = quick.read(command, words[size:])
                    if values is not None:
                        return command, values
    from . import careful

    return careful.read(args, __version__)


def _guess(args: Sequence[str]) -> dict[str, Any]:
    """What can be told of the common options before the words are understood: how to complain."""
    joined = " ".join(args)
    as_json = any(f"{flag}{mark}json" in joined for flag in ("--output", "--format") for mark in (" ", "="))
    return {"output": "json" if as_json else "text", "no_color": "--no-color" in args, "debug": "--debug" in args}


def _traceback(context: Context) -> None:
    import traceback

    context.screen.complain(traceback.format_exc().rstrip())


def _bug(context: Context, error: Exception) -> int:
    """Say that awsdeck itself is at fault, and where."""
    import traceback

    if context.debug:
        context.screen.complain(traceback.format_exc().rstrip())
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    text = f"{type(error).__name__}: {error}{where}"
    context.screen.complain(
        f"{context.screen.paint_error('error:', 'error')} awsdeck has failed, which is its fault and not yours: {text}",
        "  run it again with --debug to see the whole traceback",
    )
    if context.json:
        context.screen.data({"version": 1, "error": {"type": "Bug", "message": text, "exit_code": BUG}})
    return BUG
