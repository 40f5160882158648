"""Names that CloudFront wants to be unique in an account, whose distributions belong to no region."""

from __future__ import annotations

from ...tokens import AWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...constructs import Construct

LONGEST = 64
_REGION = 15
"""Characters of the longest region's name, with a hyphen."""
_DIGEST = 8


def own_name(owner: Construct, name: str | None, end: str = "") -> str:
    """A name as it was given, or one of the stack, its region and the construct; shortened to 64 characters by a hash."""
    if name is not None:
        return name
    stack = owner.node.own_stack
    region = AWS.Region if stack.region is None else stack.region
    stem, room = f"{stack.name}-{owner.node.plain_id}", LONGEST - _REGION - len(end)
    if len(stem) > room:
        import hashlib

        digest = hashlib.sha256(f"{stack.name}/{owner.node.path}".encode()).hexdigest()[:_DIGEST]
        stem = f"{stem[: room - _DIGEST - 1]}-{digest}"
    return f"{stem}-{region}{end}"
