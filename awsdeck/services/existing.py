"""What exists already and is only referred to: its values come from its name or ARN."""

from __future__ import annotations

import re

from ..constructs import Construct, construct
from ..errors import ConstructError
from ..source import caller
from ..tokens import AWS, has_marker, select, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import ClassVar, NoReturn

    from .security.keys import KeyAccess
    from .security.policy import Statement


_PATTERN = re.compile(r"[*?\s]|\$\{")
"""What a policy would take for more than one name."""


@construct
class Existing(Construct):
    """Something made elsewhere. Roles, users and groups get permissions for it; its own policy is not ours to change.

    - `values`: what its attributes are, by the names they have on a construct.
    - `key`: the customer key it is encrypted with, or its ARN; grants include it.
    """

    WHAT: ClassVar[str] = ""
    values: Mapping[str, str]
    key: KeyAccess | str | None = None

    def build(self) -> None:
        """Take the values as attributes; nothing is added to the template."""
        if self.key is not None and not isinstance(self.key, str):
            from .security.keys import checked_key

            checked_key(self.key, self.node.path)
        vars(self).update(self.values)

    def _state(self, statement: Statement) -> NoReturn:
        raise ConstructError(
            f"the {self.WHAT} {self.node.path} exists already, so its own policy cannot be changed here", place=caller(),
            fix="give the permission to a role, a user or a group, or have the owner add it to the policy",
        )  # fmt: skip


def arn_here(service: str, resource: str) -> str:
    """The ARN of something in the account and region of the stack that names it."""
    return f"arn:{AWS.Partition}:{service}:{AWS.Region}:{AWS.AccountId}:{resource}"


def part(arn: str, index: int) -> str:
    """One of the six parts of an ARN, counted from 0, also of one that only the deploy knows."""
    if has_marker(arn):
        return select(index, split(":", arn))
    return arn.split(":", 5)[index]


def checked_arn(arn: object, service: str, example: str, resource: str = ".+") -> str:
    """The ARN as it was given. Raises `ConstructError` for text that is no ARN of the service, or of several things.

    `resource` is a pattern of what stands behind the account.
    """
    if isinstance(arn, str):
        if has_marker(arn):
            return arn
        parts = arn.split(":", 5)
        right = len(parts) == 6 and parts[0] == "arn" and parts[2] == service
        if right and re.fullmatch(resource, parts[5]) and not _PATTERN.search(arn):
            return arn
    raise ConstructError(f"{arn!r} is not the ARN of something of {service}", place=caller(), fix=f"such as {example}")


def checked_name(name: object, method: str = "from_arn", pattern: str = "[^:]+") -> str:
    """The name as it was given. Raises `ConstructError` for an ARN, a pattern, or something that is no name."""
    if isinstance(name, str):
        if has_marker(name):
            return name
        if re.fullmatch(pattern, name) and not name.startswith("arn:") and not _PATTERN.search(name):
            return name
    wrong = isinstance(name, str) and name.startswith("arn:")
    start = re.match(r"[a-z]+-(?=\[0-9a-f\])", pattern)
    if start:
        example = f"such as {start[0]}0123456789abcdef0"
        raise ConstructError(f"{name!r} is not an id", place=caller(), fix=example)
    raise ConstructError(
        f"{name!r} is not a name", place=caller(), fix=f"for an ARN use {method}" if wrong else "give the name alone",
    )  # fmt: skip
