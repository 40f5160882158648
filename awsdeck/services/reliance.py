"""Which stack refers to which, as far as the tree has grown."""

from __future__ import annotations

from ..tokens import living

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..tree import Stack


def relies(stack: Stack, other: Stack) -> bool:
    """Whether what is in a stack so far refers to another stack, directly or through stacks between them."""
    waiting, seen = [stack], [stack]
    while waiting:
        for needed in _needs(waiting.pop()):
            if needed is other:
                return True
            if needed not in seen:
                seen.append(needed)
                waiting.append(needed)
    return False


def _needs(stack: Stack) -> Iterator[Stack]:
    for construct in stack.node.walk():
        for before in construct.node.dependencies or ():
            if before.node.stack is not None and before.node.stack is not stack:
                yield before.node.stack
        for site in getattr(construct, "_sites", ()) if construct._is_resource else ():
            for serial in _serials(site.expression):
                home = living(serial).node.stack
                if home is not None and home is not stack:
                    yield home


def _serials(expression: Any) -> Iterator[int]:
    if type(expression) is dict:
        if len(expression) == 1:
            ((name, argument),) = expression.items()
            if name == "Ref" and type(argument) is int:
                yield argument
                return
            if name == "Fn::GetAtt" and type(argument) is list and type(argument[0]) is int:
                yield argument[0]
                return
        for item in expression.values():
            yield from _serials(item)
    elif type(expression) is list:
        for item in expression:
            yield from _serials(item)
