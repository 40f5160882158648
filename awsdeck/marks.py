"""What reading JSON and reading YAML have in common: bounds, doubts, and problems told together."""

from __future__ import annotations

from .errors import TemplateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Protocol

    from .errors import Place

    class Marks(Protocol):
        """Knows where the values of one text stand."""

        def find(self, path: Sequence[str | int], key: bool) -> tuple[int, int]:
            """Line and column of the value at `path`, or of its key; of the nearest container that exists."""
            ...


MAX_PROBLEMS = 20  # in one text; reading stops there
MAX_DEPTH = 128  # containers inside containers; real templates stay below 40


class Doubt:
    """An unquoted YAML scalar that CloudFormation reads as something else than what is written.

    `text` is what stands there (`0300`), `meaning` what CloudFormation makes of it (`the number 192`), `path` leads
    to the value, or, where `is_key`, to the member whose key it is. Quotes remove the doubt.
    """

    __slots__ = ("text", "meaning", "path", "place", "is_key")

    def __init__(self, text: str, meaning: str, path: tuple[str | int, ...], place: Place, is_key: bool) -> None:
        self.text = text
        self.meaning = meaning
        self.path = path
        self.place = place
        self.is_key = is_key

    def __repr__(self) -> str:
        return f"Doubt({self.text!r}, {self.meaning!r}, {self.path!r}, {self.place!r})"


def is_deeper(data: Any, most: int = MAX_DEPTH) -> bool:
    """Whether more than `most` containers stand inside each other."""
    level = [data]
    for _ in range(most):
        level = [
            item
            for container in level
            for item in (container.values() if type(container) is dict else container)
            if type(item) is dict or type(item) is list
        ]
        if not level:
            return False
    return True


def shorten(text: str, most: int = 60) -> str:
    """`text`, or its start and its length when it would fill the screen."""
    return text if len(text) <= most else f"{text[:20]}… ({len(text)} characters)"


def together(problems: list[tuple[Place, str]]) -> TemplateError:
    """All problems as one error: the first at its own place, the others as further lines."""
    (place, message), *others = problems
    return TemplateError("\n".join([message] + [f"{at}: {text}" for at, text in others]), place=place)
