"""What a plan consists of: frozen steps that an executor follows without asking what they are for."""

from __future__ import annotations

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


@frozen
class DeleteStack:
    """Start deleting a stack."""

    stack_id: str
    token: str


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


@frozen
class CancelUpdate:
    """Break an update off."""

    stack_id: str
    token: str


@frozen
class Join:
    """Take up the watch over an operation that somebody else has started."""

    stack_id: str


@frozen
class Follow:
    """Watch the operation until it ends, in one of the statuses that are `good`."""

    token: str
    good: tuple[str, ...]


@frozen
class Protect:
    """Turn termination protection on or off."""

    enabled: bool
    stack_id: str | None


Start = ExecuteChangeSet | DeleteStack | RollBack | ContinueRollback | CancelUpdate | Join
Step = Start | UploadAssets | DeleteShell | MakeChangeSet | Follow | Protect
