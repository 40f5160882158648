"""A type that one API operation makes and another takes away, whose properties are called as the operation calls them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region

from .call import call
from .kind import Made, Properties, made_up

Shape = Callable[[Properties], Properties]


def found(answer: Any, path: str) -> Any:
    """What stands in an answer at `A/0/B`."""
    for step in path.split("/"):
        answer = answer[int(step)] if step.isdigit() else answer[step]
    return answer


def listed(tags: Any) -> list[dict[str, str]]:
    """Tags as a list of pairs, however the template gives them."""
    pairs = tags.items() if isinstance(tags, dict) else ((tag["Key"], tag.get("Value", "")) for tag in tags or [])
    return [{"Key": key, "Value": str(value)} for key, value in pairs]


class Called:
    """One such type.

    - `make` and `away`: the operations; `id`: where the answer of `make` has what `Ref` gives, `by` what `away` calls it.
    - `shape`: what the operation takes, from the properties; `away_shape` what `away` takes beside the id.
    - `named`: the property that a name is made up for, of at most `longest` characters.
    - `change`: the operation that changes what is `in_place`; without one, what is in place is kept and changes nothing.
    - `attributes`: what `GetAtt` gives, by paths into the answer; `same`: attributes that are what `Ref` gives.
    """

    def __init__(
        self,
        service: str,
        make: str,
        id: str,
        away: str | None,
        by: str,
        *,
        shape: Shape | None = None,
        away_shape: Shape | None = None,
        named: str | None = None,
        longest: int = 64,
        change: str | None = None,
        in_place: Iterable[str] = (),
        attributes: Mapping[str, str] | None = None,
        same: Iterable[str] = (),
        lower: bool = False,
    ) -> None:
        self.service = service
        self.make, self.id, self.away, self.by = make, id, away, by
        self.shape = shape or (lambda properties: properties)
        self.away_shape = away_shape or (lambda _: {})
        self.named, self.longest, self.lower = named, longest, lower
        self.change = change
        self.in_place = frozenset(in_place)
        self.attributes = dict(attributes or {})
        self.same = tuple(same)
        self._given: dict[tuple[str, str, str], dict[str, Any]] = {}

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        given = dict(properties)
        if self.named is not None and not given.get(self.named):
            name = made_up(stack, logical_id, self.longest)
            given[self.named] = name.lower() if self.lower else name
        answer = call(self.service, self.make, **self.shape(given))
        physical_id = str(given[self.id[1:]] if self.id.startswith("=") else found(answer, self.id))
        return physical_id, self._attributes(physical_id, answer)

    def _place(self, physical_id: str) -> tuple[str, str, str]:
        return get_account_id(), get_region(), physical_id

    def _attributes(self, physical_id: str, answer: Any) -> dict[str, Any]:
        told = {name: found(answer, path) for name, path in self.attributes.items()}
        given = self._given[self._place(physical_id)] = {**told, **dict.fromkeys(self.same, physical_id)}
        return given

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        changed = [key for key in self.in_place if old.get(key) != new.get(key) and key != "Tags"]
        if self.change is not None and changed:
            call(self.service, self.change, **{**self.shape(new), self.by: physical_id})
        return physical_id, self._given[self._place(physical_id)]

    def delete(self, physical_id: str, properties: Properties) -> None:
        if self.away is not None:
            call(self.service, self.away, **{self.by: physical_id}, **self.away_shape(properties))
        self._given.pop(self._place(physical_id), None)
