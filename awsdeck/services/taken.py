"""Arguments of functions and value classes, held against their annotations as keywords of constructs are."""

from __future__ import annotations

from functools import wraps

from ..errors import ConstructError
from ..keywords import complaint
from ..source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Taking = TypeVar("Taking", bound=Callable[..., Any])


def taken(*own: str) -> Callable[[Taking], Taking]:
    """Let a function refuse what its annotations do not allow: `ConstructError` with all of it, at the user's line.

    The arguments that are its `own` the function looks at itself, as it must at those whose annotation names what its
    module does not know when it runs.
    """

    def around(function: Taking) -> Taking:
        code = function.__code__
        names = code.co_varnames[: code.co_argcount]
        kinds = {name: kind for name, kind in function.__annotations__.items() if name not in own}
        module = function.__module__
        spoken = function.__qualname__.removesuffix(".__init__")

        @wraps(function)
        def heard(*args: Any, **kwargs: Any) -> Any:
            given: dict[str, Any] = {**dict(zip(names, args, strict=False)), **kwargs}
            said = [
                f"{spoken}(…): {name}= {words}"
                for name, value in given.items()
                if name in kinds and (words := complaint(kinds[name], module, value)) is not None
            ]
            if said:
                raise ConstructError("\n".join(said), place=caller())
            return function(*args, **kwargs)

        return heard  # type: ignore[return-value]

    return around
