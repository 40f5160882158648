"""What an instance does when it starts for the first time.

Source: EC2 User Guide, run commands when you launch an EC2 instance with user data input.
"""

from __future__ import annotations

import os

from ...errors import ConstructError, DeckError, Place
from ...source import caller
from ...tokens import Token, base64, express
from ..functions.code import within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from ...constructs import Construct

TEMPLATE = ".j2"


class UserData:
    """A script or cloud-init text for the first start: text that may hold deploy-time values, or a file.

    At most 16 KB before it is encoded. Linux runs what begins with `#!`, Windows what stands in `<powershell>`.
    """

    __slots__ = ("text", "path", "values", "place")

    def __init__(self, text: str) -> None:
        self.text = text
        self.path: str | None = None
        self.values: dict[str, Any] = {}
        self.place = caller()

    @classmethod
    def file(cls, path: str | os.PathLike[str], **values: Any) -> UserData:
        """A file of the project; one that ends in `.j2` is a Jinja template, filled with `values`.

        `path` starts at the project's folder: that of `awsdeck.toml`, else of the deck. Values may be deploy-time
        values: `UserData.file("boot.sh.j2", queue=orders.url)`. A name that no value was given for is an error.
        """
        made = cls("")
        made.path = os.fspath(path)
        made.values = values
        return made

    def render(self, owner: Construct) -> str:
        """The text, with the values filled in."""
        if self.path is None:
            return self.text
        project = owner.node.root_app.folder
        path = os.path.normpath(os.path.join(project, self.path))
        within(path, self.path, project)
        if not os.path.isfile(path):
            raise ConstructError(
                f"{owner.node.path}: there is no file {self.path}", place=self.place,
                fix="a path from the project's folder on",
            )  # fmt: skip
        if path.endswith(TEMPLATE):
            return _filled(path, self.values, self.place)
        if self.values:
            raise ConstructError(
                f"{owner.node.path}: {self.path} is no template, so it takes no values", place=self.place,
                fix=f"call the file {self.path}{TEMPLATE}, or leave {', '.join(self.values)} out",
            )  # fmt: skip
        try:
            with open(path, encoding="utf-8") as text:
                return text.read()
        except UnicodeDecodeError:
            raise ConstructError(
                f"{owner.node.path}: {self.path} is not text in UTF-8", place=self.place, fix="save it as UTF-8"
            ) from None


def user_data(owner: Construct, given: str | UserData | None) -> Token | None:
    """The property's value: what was given, in base64 at deploy; what is `base64(…)` already stays as it is."""
    if given is None:
        return None
    if isinstance(given, UserData):
        return base64(given.render(owner))
    if isinstance(given, Token):
        expression = express(given)
        if isinstance(expression, dict) and "Fn::Base64" in expression:
            return given
    return base64(given)


def _filled(path: str, values: dict[str, Any], place: Place | None) -> str:
    """A template with its values. Raises `ConstructError` with the template's own line."""
    from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    jinja = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(os.path.dirname(path)),
        undefined=StrictUndefined,
        autoescape=False,  # shell and PowerShell are written, not HTML
        keep_trailing_newline=True,
    )
    del jinja.globals["lipsum"], jinja.filters["random"]  # the same deck makes the same template
    try:
        return jinja.get_template(os.path.basename(path)).render(**values)
    except DeckError as error:
        raise ConstructError(
            f"{_spot(error.__traceback__, path)}: {error.message}", place=place, fix=error.fix
        ) from None
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, OSError) as error:
        line = getattr(error, "lineno", None)
        where = Place(getattr(error, "filename", None) or path, line) if line else _spot(error.__traceback__, path)
        known = f"it gets {', '.join(values)}" if values else "it gets no values"
        raise ConstructError(
            f"{where}: {error}", place=place, fix=f"mend the template, or give it another value: {known}"
        ) from None


def _spot(trace: TracebackType | None, path: str) -> Place:
    """The innermost line of a template that led here; Jinja puts the templates' own lines into the traceback."""
    folder = os.path.dirname(path) + os.sep
    found = Place(path)
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(folder) and name.endswith(TEMPLATE):
            found = Place(name, trace.tb_lineno)
        trace = trace.tb_next
    return found
