"""Definitions of state machines that are written in a file of the project, with names for what only the deck knows.

Source: Step Functions Developer Guide, using Amazon States Language.
"""

from __future__ import annotations

import json
import os
import re

from ...errors import ConstructError, TemplateError
from ...source import caller
from ...template import loads
from ...tokens import has_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from os import PathLike
    from typing import Any, TypeAlias

    from ...errors import Place
    from ...template import Template
    from ..dynamodb.dynamodb import TableAccess
    from ..functions.invocable import Invocable
    from ..messaging.sns import TopicAccess
    from ..messaging.sqs import QueueAccess
    from .stateflow import Need
    from .stepfunctions import MachineAccess

    Filling: TypeAlias = (
        "str | int | float | bool | Invocable | QueueAccess | TopicAccess | TableAccess | MachineAccess"
    )

_NAME = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


class DefinitionFile:
    """A file in Amazon States Language and what stands for its `${Name}`s."""

    __slots__ = ("path", "texts", "needs", "places")

    def __init__(self, path: str | PathLike[str], substitutions: Mapping[str, Filling]) -> None:
        self.path = os.fspath(path)
        self.needs: list[Need] = []
        self.places: dict[str, Place | None] = {}
        """Where the states stand in the file, by name, once it is read."""
        self.texts: dict[str, str | int | float | bool] = {}
        for name, value in substitutions.items():
            self.texts[name] = value if isinstance(value, str | int | float) else self._used(name, value)

    def read(self, folder: str) -> dict[str, Any]:
        """The definition. Raises `ConstructError` for a file that cannot be read, or whose names are not these."""
        place = os.path.normpath(os.path.join(folder, self.path))
        try:
            with open(place, encoding="utf-8") as file:
                text = file.read()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise ConstructError(
                f"{place} cannot be read: {why}", place=caller(), fix="paths start at the project's folder"
            ) from None
        wrong = list(self._differences(text))
        if wrong:
            raise ConstructError("\n".join(wrong), place=caller(), fix="substitutions= holds exactly the file's names")
        try:
            read = loads(_NAME.sub(self._written, text), file=place)
        except TemplateError as error:
            raise TemplateError(error.message, place=error.place or caller(), fix=error.fix) from None
        self.places = dict(_places(read, read.data, ()))
        filled: dict[str, Any] = self._fill(read.data)
        return filled

    def _differences(self, text: str) -> Iterator[str]:
        names = list(dict.fromkeys(_NAME.findall(text)))
        for name in names:
            if name not in self.texts:
                yield f"{self.path} holds ${{{name}}}, and nothing stands for it"
        for name in self.texts:
            if name not in names:
                yield f"{self.path} does not hold ${{{name}}}"

    def _written(self, match: re.Match[str]) -> str:
        value = self.texts[match[1]]
        if isinstance(value, str):
            return match[0] if has_marker(value) else json.dumps(value)[1:-1]
        return json.dumps(value)

    def _fill(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._fill(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._fill(item) for item in value]
        if isinstance(value, str) and "${" in value:
            pieces = _NAME.split(value)
            pieces[1::2] = [str.__str__(text) for text in map(self.texts.get, pieces[1::2]) if isinstance(text, str)]
            return "".join(pieces)
        return value

    def _used(self, name: str, what: Any) -> str:
        """The text for a construct, and what a role needs to use it."""
        from ..dynamodb.dynamodb import TableAccess
        from ..messaging.sns import TopicAccess
        from ..messaging.sqs import QueueAccess
        from ..security.keys import grant_key
        from .stepfunctions import MachineAccess

        text: str
        if hasattr(what, "invoke_arn"):
            self.needs.append(lambda _machine, role: what.grant_invoke(role))
            text = what.invoke_arn
        elif isinstance(what, QueueAccess):

            def send(_machine: Any, role: Any) -> None:
                grant_key(what, what.key, role, ("kms:GenerateDataKey", "kms:Decrypt"), via="sqs")
                role.allow("sqs:SendMessage", on=what.arn)

            self.needs.append(send)
            text = what.url
        elif isinstance(what, TopicAccess):
            self.needs.append(lambda _machine, role: what.grant_publish(role))
            text = what.arn
        elif isinstance(what, TableAccess):
            self.needs.append(lambda _machine, role: what.grant_read_write(role))
            text = what.table_name
        elif isinstance(what, MachineAccess):
            self.needs.append(lambda _machine, role: what.grant_start(role))
            text = what.start_arn
        else:
            raise ConstructError(
                f"{name} is a {type(what).__name__}", place=caller(),
                fix="give text, a number, or a function, queue, topic, table or state machine",
            )  # fmt: skip
        return text


def _places(file: Template, value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, Place | None]]:
    """The names of all states below a value, and where they are written."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        if path[-1:] == ("States",) and isinstance(name, str):
            yield name, file.place((*path, name), key=True)
        yield from _places(file, item, (*path, name))
