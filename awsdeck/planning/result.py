"""What a calculator or a guide answers with."""

from __future__ import annotations

import attrs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def value(unit: str = "") -> Any:
    """A field of a result, with the unit it is counted in."""
    return attrs.field(metadata={"unit": unit})


@attrs.frozen(kw_only=True)
class Result:
    """Figures with their units; `notes` say what the figures alone do not."""

    notes: tuple[str, ...] = ()

    def rows(self) -> list[tuple[str, Any, str]]:
        """Name, value and unit of every figure, in the order they are declared."""
        return [
            (field.name.replace("_", " "), getattr(self, field.name), field.metadata.get("unit", ""))
            for field in attrs.fields(type(self))
            if field.name != "notes"
        ]

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return attrs.asdict(self)
