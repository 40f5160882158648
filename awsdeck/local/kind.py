"""What a CloudFormation type is to the embedded engine."""

from __future__ import annotations

import secrets
from typing import Any, Protocol

Properties = dict[str, Any]
Made = tuple[str, dict[str, Any]]


class Kind(Protocol):
    """How a type is made, changed and taken away; a change of anything that is not `in_place` replaces it."""

    @property
    def in_place(self) -> frozenset[str]: ...

    def create(self, logical_id: str, properties: Properties, stack: str, /) -> Made: ...

    def update(self, physical_id: str, old: Properties, new: Properties, /) -> Made: ...

    def delete(self, physical_id: str, properties: Properties, /) -> None: ...


class Fixed:
    """A type that nothing can be changed of."""

    in_place: frozenset[str] = frozenset()

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        return physical_id, {}


def made_up(stack: str, logical_id: str, longest: int = 128) -> str:
    """A physical name of the kind CloudFormation gives: stack, logical id, random letters."""
    return f"{f'{stack}-{logical_id}'[: longest - 13]}-{secrets.token_hex(6).upper()}"
