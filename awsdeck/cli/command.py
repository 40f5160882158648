"""What a command line looks like, as data: said once, read by the quick parser and by typer."""

from __future__ import annotations

from keyword import iskeyword

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Literal

    Kind = Literal["flag", "text", "list", "number"]


class Argument:
    """A word without dashes: one, or any number with `many`; None or nothing when it is left out."""

    __slots__ = ("name", "help", "metavar", "many", "required")

    def __init__(self, name: str, help: str, *, metavar: str = "", many: bool = False, required: bool = False) -> None:
        self.name = name
        self.help = help
        self.metavar = metavar or name.upper()
        self.many = many
        self.required = required


class Option:
    """A word with dashes.

    "flag" is there or not, "text" takes a value, "number" a whole number, "list" may be given several times. `choices`
    are the only values allowed, `least` is the smallest number. With `bare` the value is only read after "=", and this is it when none is given.
    """

    __slots__ = ("name", "flags", "help", "kind", "metavar", "choices", "group", "bare", "least")

    def __init__(
        self,
        flags: str,
        help: str,
        kind: Kind = "text",
        *,
        metavar: str = "",
        choices: tuple[str, ...] = (),
        group: str = "Options",
        bare: int | None = None,
        least: int = 0,
    ) -> None:
        self.flags = tuple(flags.split())
        name = self.flags[0].lstrip("-").replace("-", "_")
        self.name = f"{name}_" if iskeyword(name) else name
        self.help = help
        self.kind: Kind = kind
        self.metavar = metavar
        self.choices = choices
        self.group = group
        self.bare = bare
        self.least = least

    @property
    def absent(self) -> Any:
        """What the command gets when the option is not given."""
        return False if self.kind == "flag" else [] if self.kind == "list" else None


class Command:
    """A command: the words that call it, the function that does it, and what it takes.

    The function gets the `Context` and every argument and option but the common ones by keyword.
    """

    __slots__ = ("words", "run", "help", "arguments", "options", "epilog")

    def __init__(
        self,
        words: str,
        run: Callable[..., int],
        help: str,
        *parameters: Argument | Option,
        epilog: str = "",
    ) -> None:
        self.words = tuple(words.split())
        self.run = run
        self.help = help
        self.arguments = tuple(item for item in parameters if isinstance(item, Argument))
        self.options = tuple(item for item in parameters if isinstance(item, Option))
        self.epilog = epilog

    @property
    def name(self) -> str:
        """Its last word."""
        return self.words[-1]


COMMON = (
    Option("--app", "The deck: a Python file, or MODULE:NAME of its App.", metavar="FILE|MODULE:NAME", group="Common"),
    Option("--config", "The configuration (default: awsdeck.toml here or above).", metavar="FILE", group="Common"),
    Option("--limits", "Whose numbers count: the course notes', or AWS's of today.", choices=("documented", "current"), group="Common"),
    Option("--output", "Text for people, or JSON on standard output.", choices=("text", "json"), group="Common"),
    Option("--yes -y", "Answer the ordinary confirmation with yes.", "flag", group="Common"),
    Option("--quiet -q", "Say only what matters.", "flag", group="Common"),
    Option("--verbose -v", "Say more: the hints of lint, the resources of each stack.", "flag", group="Common"),
    Option("--no-color", "No colours; NO_COLOR in the environment does the same.", "flag", group="Common"),
    Option("--debug", "Show Python's traceback when something goes wrong.", "flag", group="Common"),
)  # fmt: skip
"""Options that every command takes, before or after its own words."""
