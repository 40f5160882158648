"""What a call can run into on its way to AWS and back."""

from __future__ import annotations

from typing import Literal

from attrs import frozen


@frozen
class Throttled:
    """AWS asks to slow down."""


@frozen
class ServerError:
    """AWS fails for a moment."""


@frozen
class Denied:
    """The caller lacks the permission."""


@frozen
class Expired:
    """The credentials have run out."""


@frozen
class Cut:
    """The network is cut: before the request arrives, or after AWS has done what was asked."""

    when: Literal["before", "after"] = "before"


@frozen
class Rejected:
    """AWS says no, in its own words."""

    code: str
    message: str = "no"


@frozen
class Skewed:
    """This machine's clock and AWS's are so many seconds apart."""

    seconds: float = 1_200.0


@frozen
class Stale:
    """A read shows how the stack was before its last operation."""


Fault = Throttled | ServerError | Denied | Expired | Rejected | Cut | Skewed | Stale

ANSWERS: dict[type, tuple[int, str, str]] = {
    Throttled: (400, "Throttling", "Rate exceeded"),
    ServerError: (503, "ServiceUnavailable", "Service is unavailable, try again"),
    Denied: (403, "AccessDenied", "User is not authorized to perform this action"),
    Expired: (403, "ExpiredToken", "The security token included in the request is expired"),
}
