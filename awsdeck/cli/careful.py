"""The typer app, made from the same data as the quick parser: help, completion, and what is wrong with the words.

It only reads: what comes back is the command and its values, and running it is left to `main`.
"""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Callable, Sequence
from typing import Annotated, Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # typer takes names from click that click 9 will not have
    import click
    import typer

from ..errors import InputError
from .command import COMMON, Argument, Command, Option
from .commands import GROUPS, every

Chosen = tuple[Command, dict[str, Any]]
EXIT_CODES = (
    "Exit codes: 0 fine or nothing to do, 1 failed and rolled back, 2 differences (with --exit-code), 3 declined or not "
    "approved, 4 wrong input or errors found, 5 failed and not clean, 6 stack busy, 7 roll back first, 8 leftovers, "
    "9 stopped watching, 20 credentials, 130 interrupted."
)
_TYPES: dict[str, Any] = {"flag": bool, "text": str | None, "number": int | None, "list": list[str] | None}
_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


def read(args: Sequence[str], version: str) -> Chosen | int:
    """The command that is meant and its values, or an exit code when help was all that was wanted.

    Raises `InputError` for words that make no command.
    """
    args = _filled(args)
    try:
        chosen: Any = parser(version).main(args or ["--help"], prog_name="awsdeck", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        word = error.ctx.command_path if error.ctx is not None else "awsdeck"
        raise InputError(f"`{word}` needs a command", fix="one of those above") from None
    except click.exceptions.UsageError as error:
        where = error.ctx.command_path if error.ctx is not None else "awsdeck"
        raise InputError(error.format_message(), fix=f"`{where} --help` shows what there is") from None
    except click.exceptions.ClickException as error:
        raise InputError(error.format_message()) from None
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    if isinstance(chosen, tuple):
        return chosen
    return chosen if isinstance(chosen, int) else 0


def _filled(args: Sequence[str]) -> list[str]:
    """The words with the value written out where an option goes without one; it never takes the next word for it."""
    bare = {flag: option.bare for command in every() for option in command.options for flag in option.flags}
    end = list(args).index("--") if "--" in args else len(args)
    filled = [word if bare.get(word) is None else f"{word}={bare[word]}" for word in args[:end]]
    return [*filled, *args[end:]]


def parser(version: str) -> click.Command:
    """The app as click runs it, with the help of arguments, which typer before 0.25 loses under click 8.5."""
    top = typer.main.get_command(app(version))
    for command in every():
        found: Any = top
        for word in command.words:
            found = found.commands[word]
        help = {argument.name: argument.help for argument in command.arguments}
        for parameter in found.params:
            if parameter.name in help:
                parameter.help = help[parameter.name]
    return top


def app(version: str) -> typer.Typer:
    """Every command as typer sees it."""
    top = typer.Typer(
        name="awsdeck",
        help="AWS infrastructure as plain Python, checked before anything is deployed.",
        epilog=EXIT_CODES,
        no_args_is_help=True,
        context_settings=_CONTEXT,
        rich_markup_mode=None if os.environ.get("NO_COLOR") else "rich",
        pretty_exceptions_enable=False,
    )
    top.callback()(_top(version))
    groups: dict[str, typer.Typer] = {}
    for command in every():
        home = top
        if len(command.words) > 1:
            name = command.words[0]
            if name not in groups:
                groups[name] = typer.Typer(help=GROUPS[name], no_args_is_help=True, context_settings=_CONTEXT)
                top.add_typer(groups[name], name=name)
            home = groups[name]
        home.command(command.name, help=command.help, epilog=command.epilog or None, context_settings=_CONTEXT)(
            _entry(command)
        )
    return top


def _top(version: str) -> Callable[..., None]:
    def show(value: bool) -> None:
        if value:
            typer.echo(f"awsdeck {version}")
            raise typer.Exit

    def top(**_: Any) -> None:
        pass

    shown = inspect.Parameter(
        "version",
        inspect.Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[bool, typer.Option("--version", callback=show, is_eager=True, help="Show the version.")],
    )
    return _with_signature(top, [shown])


def _entry(command: Command) -> Callable[..., Chosen]:
    """A function with the signature that typer wants; called with the values, it gives them back."""

    def entry(**values: Any) -> Chosen:
        for option in (*command.options, *COMMON):
            if option.kind == "list" and values[option.name] is None:
                values[option.name] = []
        for argument in command.arguments:
            if argument.many:
                values[argument.name] = list(values[argument.name] or ())
        return command, values

    items: list[Argument | Option] = [*command.arguments, *command.options, *COMMON]
    return _with_signature(entry, [_parameter(item) for item in items])


def _parameter(item: Argument | Option) -> inspect.Parameter:
    default: Any
    annotation: Any
    if isinstance(item, Argument):
        kind: Any = list[str] | None if item.many else str | None
        default = inspect.Parameter.empty if item.required else None
        if item.required:
            kind = list[str] if item.many else str
        annotation = Annotated[kind, typer.Argument(help=item.help, metavar=item.metavar, show_default=False)]
    else:
        default = False if item.kind == "flag" else None
        declared = typer.Option(
            *item.flags,
            help=item.help,
            metavar=item.metavar or None,
            click_type=_type(item),
            rich_help_panel=None if item.group == "Options" else item.group,
            show_default=False,
        )
        annotation = Annotated[_TYPES[item.kind], declared]
    return inspect.Parameter(item.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _type(option: Option) -> click.ParamType[Any] | None:
    if option.choices:
        return click.Choice(option.choices)
    return _Whole(option.least) if option.kind == "number" else None


class _Whole(click.IntRange):
    """A whole number that is not too small."""

    def __init__(self, least: int) -> None:
        super().__init__(min=least)
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if not text.isascii() or not text.isdigit() or int(text) < self.least:
            self.fail(f"{text!r} is not a whole number from {self.least} on.", param, ctx)
        return int(text)


def _with_signature(function: Callable[..., Any], parameters: list[inspect.Parameter]) -> Callable[..., Any]:
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return function
