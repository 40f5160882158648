"""The answer to "may it?", with who says so and under which conditions."""

from __future__ import annotations

from ..errors import ConstructError
from .match import readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ..errors import Place

    Status = Literal["allowed", "only_if", "denied", "unknown"]


class Condition:
    """One test of a statement that only a request can answer: `StringEquals aws:SourceArn = …`."""

    __slots__ = ("operator", "key", "values")

    def __init__(self, operator: str, key: str, values: Sequence[str]) -> None:
        self.operator = operator
        self.key = key
        self.values = tuple(values)

    def __str__(self) -> str:
        return f"{self.operator} {self.key} = {', '.join(map(readable, self.values))}"

    def __repr__(self) -> str:
        return f"Condition({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Condition):
            return NotImplemented
        return (self.operator, self.key, self.values) == (other.operator, other.key, other.values)

    def __hash__(self) -> int:
        return hash((self.operator, self.key, self.values))


class Line:
    """One statement that has a say: the construct whose policy it stands in, the user's lines, and the statement.

    `conditions` are those that only a request can answer; `certain` is False when it cannot be told before deploy
    whether the statement applies at all.
    """

    __slots__ = ("construct", "places", "statement", "conditions", "certain")

    def __init__(
        self,
        construct: str,
        places: Sequence[Place],
        statement: Mapping[str, Any],
        conditions: Sequence[Condition],
        *,
        certain: bool,
    ) -> None:
        self.construct = construct
        self.places = tuple(places)
        self.statement = statement
        self.conditions = tuple(conditions)
        self.certain = certain

    @property
    def place(self) -> Place | None:
        """The last of the user's lines."""
        return self.places[-1] if self.places else None

    def __str__(self) -> str:
        where = " and ".join(str(place) for place in self.places)
        return f"{self.construct}{f' ({where})' if where else ''}"

    def __repr__(self) -> str:
        return f"Line({str(self)!r})"


class Answer:
    """Whether somebody may do something: true when allowed, be it only under conditions.

    - `status`: "allowed", "only_if" (some requests are), "denied", or "unknown", which is neither true nor false.
    - `granted_by`: the statements that allow it; `denied_by`: those that forbid it.
    - `only_if`: the conditions one of which must hold; `unless`: those under which it is forbidden nevertheless.
    - `reasons`: what keeps an unknown answer from being told.
    """

    __slots__ = ("question", "status", "granted_by", "denied_by", "only_if", "unless", "reasons")

    def __init__(
        self,
        question: str,
        status: Status,
        *,
        granted_by: Sequence[Line] = (),
        denied_by: Sequence[Line] = (),
        only_if: Sequence[tuple[Condition, ...]] = (),
        unless: Sequence[tuple[Condition, ...]] = (),
        reasons: Sequence[str] = (),
    ) -> None:
        self.question = question
        self.status: Status = status
        self.granted_by = tuple(granted_by)
        self.denied_by = tuple(denied_by)
        self.only_if = tuple(only_if)
        self.unless = tuple(unless)
        self.reasons = tuple(reasons)

    @property
    def allowed(self) -> bool:
        """Allowed whatever the request is, but for what `unless` names."""
        return self.status == "allowed"

    @property
    def denied(self) -> bool:
        """Not allowed, or forbidden by a statement."""
        return self.status == "denied"

    def __bool__(self) -> bool:
        if self.status == "unknown":
            raise ConstructError(
                f"{self.question}: that cannot be told before deploy: {'; '.join(self.reasons) or 'values are open'}",
                fix="look at answer.status, or make the policy and its values known",
            )
        return self.status != "denied"

    def __str__(self) -> str:
        words = {"allowed": "yes", "only_if": "under conditions", "denied": "no", "unknown": "cannot be told"}
        lines = [f"{self.question}: {words[self.status]}"]
        lines += [f"    granted by {line}" for line in self.granted_by]
        lines += [f"    only if {' and '.join(map(str, group))}" for group in self.only_if]
        for line in self.denied_by:
            when = f"unless {' and '.join(map(str, line.conditions))}: " if line.conditions else ""
            lines.append(f"    {when}denied by {line}")
        lines += [f"    {reason}" for reason in self.reasons]
        return "\n".join(lines)

    __repr__ = __str__
