"""What the type stubs of L1 say about values. Type checkers read this; a running program does not need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, SupportsIndex, TypeVar

from ..tokens import ListToken, Token

T = TypeVar("T")
Given = TypeVar("Given", contravariant=True)
Read = TypeVar("Read", covariant=True)
Item = TypeVar("Item", covariant=True)


class Items(Protocol[Item]):
    """A list or a tuple, and not a string, although that is a sequence of strings too."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Item]: ...
    def __reversed__(self) -> Iterator[Item]: ...
    def __getitem__(self, index: SupportsIndex, /) -> Item: ...
    def __contains__(self, value: object, /) -> bool: ...  # where str takes another str only


class Plain(Protocol):
    """Something that writes itself as plain data, such as a policy document."""

    def to_cloudformation(self) -> Any: ...


Bool = bool | Token
Int = int | Token
Number = float | Token
List = Items[T] | tuple[T, ...] | ListToken
Map = Mapping[str, T]
Json = Mapping[str, Any] | Plain


class Property(Protocol[Given]):
    """A property of a resource: assigning is checked; reading gives plain data as it stands in the template."""

    def __get__(self, resource: object, owner: type | None = None) -> Any: ...
    def __set__(self, resource: object, value: Given) -> None: ...


class Shared(Protocol[Given, Read]):
    """A property that is an attribute as well: reading gives what is known at deploy time."""

    def __get__(self, resource: object, owner: type | None = None) -> Read: ...
    def __set__(self, resource: object, value: Given) -> None: ...
