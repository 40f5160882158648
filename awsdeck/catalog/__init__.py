"""What CloudFormation says of each resource type: properties, limits, what a change does, what `Ref` gives."""

from __future__ import annotations

from .store import SCHEMAS, ResourceType, add, extended, file_name, find, services, suggest, type_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .problem import Problem
    from .properties import Shape

__all__ = [
    "SCHEMAS",
    "Problem",
    "ResourceType",
    "Shape",
    "add",
    "extended",
    "file_name",
    "find",
    "services",
    "suggest",
    "type_names",
]


def __getattr__(name: str) -> object:
    if name == "Problem":
        from .problem import Problem

        return Problem
    if name == "Shape":
        from .properties import Shape

        return Shape
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
