"""What a plan consists of: frozen steps that an executor follows without asking what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from .request import Request


@frozen
class DeleteShell:
    """Remove what a rolled back creation left: a stack with no resources in it."""

    stack_id: str
    token: str


@frozen
class UploadAssets:
    """Send the stack's files to a bucket."""

    bucket: str


@frozen
class MakeChangeSet:
    """Make the change set now, because there was a shell in its place when the plan was made."""

    request: Request = field(repr=False)


@frozen
class ExecuteChangeSet:
    """Start the operation; `change_set` is None when an earlier step makes it."""

    token: str
    change_set: str | None
    stack_id: str | None
    disable_rollback: bool | None = None


@frozen
class DeleteStack:
    """Start deleting a stack; after a failure the resources in `retain` stay, with `force` all that cannot go."""

    stack_id: str
    token: str
    retain: tuple[str, ...] = ()
    force: bool = False


@frozen
class RollBack:
    """Start undoing a failed creation or update."""

    stack_id: str
    token: str


@frozen
class ContinueRollback:
    """Start a failed rollback again, leaving out what cannot be rolled back."""

    stack_id: str
    token: str
    skip: tuple[str, ...] = ()
    force: bool = False


@frozen
class CancelUpdate:
    """Break an update off."""

    stack_id: str
    token: str


@frozen
class Join:
    """Take up the watch over an operation that is running: the last one, or the one with that token."""

    stack_id: str
    token: str = ""


@frozen
class Follow:
    """Watch the operation until it ends, in one of the statuses that are `good`."""

    token: str
    good: tuple[str, ...]


@frozen
class Detach:
    """Leave the operation to itself; only its start was wanted."""


@frozen
class Protect:
    """Turn termination protection on or off."""

    enabled: bool
    stack_id: str | None


@frozen
class SetPolicy:
    """Give the stack another policy for updates."""

    policy: Mapping[str, Any] = field(hash=False)
    stack_id: str | None


Start = ExecuteChangeSet | DeleteStack | RollBack | ContinueRollback | CancelUpdate | Join
Step = Start | UploadAssets | DeleteShell | MakeChangeSet | Follow | Detach | Protect | SetPolicy
