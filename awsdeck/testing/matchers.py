"""What a value in a template must be like, where it need not be exactly so; and how far another one is from it."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Path = tuple[str | int, ...]


class _Missing:
    """Nothing stands there."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "absent"


class _Anything:
    """Whatever stands there, as long as something does."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "any value"


MISSING = _Missing()
absent: Any = MISSING
"""The property is not set."""

any_value: Any = _Anything()
"""The property is set, to whatever."""


class like:  # noqa: N801  (reads like a word where it is used)
    """A part of a value: a dictionary with at least these entries, a list with at least these items in any order.

    What is inside is taken in the same way.
    """

    __slots__ = ("part",)

    def __init__(self, part: Any) -> None:
        self.part = part

    def __repr__(self) -> str:
        return f"like({self.part!r})"


class Difference:
    """One place where a value is not as it should be."""

    __slots__ = ("path", "wanted", "found")

    def __init__(self, path: Path, wanted: Any, found: Any) -> None:
        self.path = path
        self.wanted = wanted
        self.found = found

    @property
    def place(self) -> str:
        """Where it is: `RedrivePolicy.maxReceiveCount`."""
        return ".".join(str(step) for step in self.path)


def differences(
    wanted: Any, found: Any, plain: Callable[[str], Any] = lambda text: text, path: Path = (), *, part: bool = False
) -> Iterator[Difference]:
    """Every place where `found` is not as wanted. `plain` gives what a string stands for in the template."""
    if isinstance(wanted, like):
        yield from differences(wanted.part, found, plain, path, part=True)
    elif wanted is MISSING:
        if found is not MISSING:
            yield Difference(path, wanted, found)
    elif found is MISSING or wanted is any_value:
        if found is MISSING:
            yield Difference(path, wanted, found)
    elif isinstance(wanted, re.Pattern):
        if not isinstance(found, str) or not wanted.fullmatch(found):
            yield Difference(path, f"text that matches {wanted.pattern}", found)
    elif isinstance(wanted, dict) and isinstance(found, dict):
        for key in wanted if part else {**wanted, **found}:
            one = wanted.get(key, MISSING)
            yield from differences(one, found.get(key, MISSING), plain, (*path, key), part=part)
    elif isinstance(wanted, list | tuple) and isinstance(found, list):
        yield from _items(list(wanted), found, plain, path, part)
    else:
        stands = plain(wanted) if isinstance(wanted, str) else wanted
        if isinstance(stands, dict | list) and not isinstance(wanted, dict | list):
            yield from differences(stands, found, lambda text: text, path)
        elif type(stands) is not type(found) or stands != found:
            yield Difference(path, stands, found)


def _items(
    wanted: list[Any], found: list[Any], plain: Callable[[str], Any], path: Path, part: bool
) -> Iterator[Difference]:
    if part:
        for item in wanted:
            if not any(not list(differences(item, one, plain, part=True)) for one in found):
                closest = min((list(differences(item, one, plain, (*path, n), part=True)) for n, one in enumerate(found)),
                              key=len, default=None)  # fmt: skip
                yield from closest or [Difference(path, item, MISSING)]
        return
    for number in range(max(len(wanted), len(found))):
        one = wanted[number] if number < len(wanted) else MISSING
        other = found[number] if number < len(found) else MISSING
        yield from differences(one, other, plain, (*path, number))
