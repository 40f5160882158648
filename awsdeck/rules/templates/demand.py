"""What services demand of single properties and their schemas do not say: values, forms, what goes with what.

A demand says at which path which test must hold, and when. A path with `*` goes into lists; a demand below a list is
asked of each item, and its conditions are then paths inside that item.
"""

from __future__ import annotations

import json
import re

from ...references import sub_parts
from ..vocabulary import ABSENT, Is, Rule, Test, Unset, Violation, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..view import View
    from ..vocabulary import Mode, Verdict

    Path = tuple[str | int, ...]


class Demand:
    """A test of the value at `path`, where all conditions in `when` hold; `within` is the list whose items are meant."""

    __slots__ = ("path", "test", "when", "within", "fix", "on")

    def __init__(
        self, path: str, test: Test, when: Mapping[str, Test] | None = None, *, within: str = "", fix: str | None = None
    ) -> None:
        self.path = path
        self.test = test
        self.when = {tuple(key.split("/")): value for key, value in (when or {}).items()}
        self.within = within
        self.fix = fix
        first = (within or path).partition("/")[0]
        self.on = first if within or "*" in path or test(ABSENT) is not False else None
        """The property without which there is nothing to ask."""


class Distinct(Test):
    """A list whose entries all have another value of one property."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def judge(self, value: Any, mode: Mode) -> Verdict:
        if not isinstance(value, list):
            return None
        given = [item.get(self.name) for item in value if isinstance(item, dict)]
        known = [one for one in given if isinstance(one, str) and not is_unknown(one)]
        return len(set(known)) == len(known)

    def allowed(self, mode: Mode) -> str:
        return f"each {self.name} once"


class JsonText(Test):
    """Text that is JSON; what is no text passes."""

    __slots__ = ()

    def judge(self, value: Any, mode: Mode) -> Verdict:
        if not isinstance(value, str):
            return True
        try:
            json.loads(value)
        except RecursionError:
            return None
        except ValueError:
            return False
        return True

    def allowed(self, mode: Mode) -> str:
        return "JSON"


class Keys(Test):
    """A map whose keys all match a regular expression; `words` describe it."""

    __slots__ = ("pattern", "words")

    def __init__(self, pattern: str, words: str) -> None:
        self.pattern, self.words = pattern, words

    def judge(self, value: Any, mode: Mode) -> Verdict:
        if not isinstance(value, dict) or any(str(key).startswith("Fn::") for key in value):
            return None
        return all(re.fullmatch(self.pattern, str(key)) for key in value)

    def allowed(self, mode: Mode) -> str:
        return f"keys such as {self.words}"


class ArnOf(Test):
    """The ARN of something of one of several services, also where only its beginning is written down."""

    __slots__ = ("services",)

    def __init__(self, *services: str) -> None:
        self.services = services

    def __call__(self, value: Any, mode: Mode = "documented") -> Verdict:
        if type(value) is dict and len(value) == 1 and "Fn::Sub" in value:
            text = value["Fn::Sub"]
            value = text[0] if isinstance(text, list) and text else text
        return super().__call__(value, mode)

    def judge(self, value: Any, mode: Mode) -> Verdict:
        found = re.match(r"arn:(?:[\w-]+|\$\{[\w:]+\}):([a-z0-9-]+):", value) if isinstance(value, str) else None
        return None if found is None else found[1] in self.services

    def allowed(self, mode: Mode) -> str:
        return "an ARN of " + " or ".join(self.services)


class Pieces(Test):
    """Text whose literal pieces, also those of a Sub, match a regular expression; `words` describe it."""

    __slots__ = ("pattern", "words")

    def __init__(self, pattern: str, words: str) -> None:
        self.pattern, self.words = pattern, words

    def __call__(self, value: Any, mode: Mode = "documented") -> Verdict:
        if type(value) is dict and len(value) == 1 and "Fn::Sub" in value:
            text = value["Fn::Sub"]
            text = text[0] if isinstance(text, list) and text else text
            if not isinstance(text, str) or "{{resolve:" in text:
                return None
            parts = [literal for kind, literal in sub_parts(text) if kind == "text"]
            return None if all(re.fullmatch(self.pattern, part) for part in parts) else False
        return super().__call__(value, mode)

    def judge(self, value: Any, mode: Mode) -> Verdict:
        return re.fullmatch(self.pattern, str(value)) is not None

    def allowed(self, mode: Mode) -> str:
        return self.words


def demanded(
    id: str, message: str, table: Mapping[str, tuple[Demand, ...]], *, good: tuple[Any, ...], bad: tuple[Any, ...]
) -> Rule:
    """The rule that holds resources against a table of demands."""

    def check(view: View) -> Iterator[Violation]:
        for demand in table.get(view.type, ()):
            if demand.on is not None and not view.has(demand.on):
                continue
            if demand.within:
                for at, item in view.values(demand.within):
                    if isinstance(item, dict) and not is_unknown(item):
                        yield from _asked(view, demand, at, item)
            elif all(_holds(test, view.at(steps), view.mode) for steps, test in demand.when.items()):
                yield from _tested(view, demand)

    return Rule(
        id, tuple(table), "error",
        message,
        check=check,
        source="CloudFormation Template Reference, properties of the type",
        verified="docs",
        good=good,
        bad=bad,
    )  # fmt: skip


def _holds(test: Test, value: Any, mode: Mode) -> bool:
    """Whether a condition holds; a property that is not there has none of the values a condition names."""
    if value is ABSENT and not isinstance(test, Is | Unset):
        return False
    return test(value, mode) is True


def _asked(view: View, demand: Demand, at: Path, item: Any) -> Iterator[Violation]:
    if all(_holds(test, _inside(item, steps), view.mode) for steps, test in demand.when.items()):
        steps = tuple(demand.path.split("/"))
        value = _inside(item, steps)
        if _open(item, steps[:-1]) and demand.test(value, view.mode) is False:
            yield _said(demand, (*at, *steps), value, view)


def _tested(view: View, demand: Demand) -> Iterator[Violation]:
    if "*" in demand.path:
        for at, value in view.values(demand.path):
            if demand.test(value, view.mode) is False:
                yield _said(demand, at, value, view)
        return
    steps = tuple(demand.path.split("/"))
    value = view.at(steps)
    if demand.test(value, view.mode) is False and (len(steps) == 1 or _open(view.at(steps[:1]), steps[1:-1])):
        yield _said(demand, steps, value, view)


def _open(value: Any, steps: Path) -> bool:
    """Whether what holds a property is there, and is written down."""
    for step in steps:
        value = value.get(step, ABSENT) if isinstance(value, dict) else ABSENT
    return isinstance(value, dict) and not is_unknown(value) and not any(str(key).startswith("Fn::") for key in value)


def _inside(value: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        if not isinstance(value, dict):
            return ABSENT
        if is_unknown(value):
            return value
        value = value.get(step, ABSENT)
    return value


def _said(demand: Demand, at: Path, value: Any, view: View) -> Violation:
    name = "/".join(str(step) for step in at)
    if isinstance(demand.test, Unset):
        problem = f"{name} cannot be given here"
    elif value is ABSENT:
        problem = f"{name} is missing"
    else:
        written = value.get("Fn::Sub") if isinstance(value, dict) and len(value) == 1 else None
        written = written[0] if isinstance(written, list) and written else value if written is None else written
        shown = written if isinstance(written, str | int | float) else f"{len(value)} long"
        problem = f"{name} is {str(shown)[:80]}"
    return Violation(at, problem=problem, allowed=demand.test.allowed(view.mode), fix=demand.fix)
