"""What can go wrong, as a tree; every leaf is one sentence.

    DeckError                     anything awsdeck tells a user about; carries an exit code
    ├── InputError                what was given cannot be read or understood              (exit 4)
    │   ├── DeckLoadError         the deck does not import, raises, or has no single App
    │   ├── TemplateError         a file is not a CloudFormation template
    │   ├── ConstructError        a construct is used wrongly: a keyword, an id, a place
    │   ├── TokenError            a deploy-time value is used as if it were known
    │   ├── CycleError            constructs or stacks need each other in a ring
    │   └── ConstraintError       documented constraints are violated; carries findings    (also ValueError)
    └── DeployError               AWS or the local engine refused or failed
        ├── RolledBack            the deploy failed and left the stack as it was           (exit 1)
        ├── ApprovalNeeded        declined, or a flag is needed                            (exit 3)
        ├── NotClean              failed, and the stack needs a hand                       (exit 5)
        ├── StackBusy             another operation is running                             (exit 6)
        ├── RollbackFirst         the stack must be rolled back before it can be updated   (exit 7)
        ├── LeftBehind            the deploy succeeded and could not remove everything     (exit 8)
        ├── StoppedWatching       the operation goes on without us                         (exit 9)
        └── CredentialsError      no, wrong or expired credentials                         (exit 20)

A `Finding` is one mistake with its place; errors carry them, lint returns them.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Literal

    Severity = Literal["error", "warning", "info"]

SEVERITIES = ("error", "warning", "info")


class Place:
    """A spot in a user's file: `file`, and `line` and `column` counted from 1.

    As text it is short: a file below the current folder is named from there.
    """

    __slots__ = ("file", "line", "column")

    def __init__(self, file: str, line: int | None = None, column: int | None = None) -> None:
        self.file = file
        self.line = line
        self.column = column

    def __str__(self) -> str:
        try:
            file = self.file.removeprefix(os.getcwd() + os.sep)
        except OSError:  # the current folder is gone
            file = self.file
        return ":".join(str(part) for part in (file, self.line, self.column) if part is not None)

    def __repr__(self) -> str:
        return f"Place({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Place):
            return NotImplemented
        return (self.file, self.line, self.column) == (other.file, other.line, other.column)

    def __hash__(self) -> int:
        return hash((self.file, self.line, self.column))


class Finding:
    """One mistake: which rule, what is wrong, where, what is allowed, how to fix it, who says so.

    `path` is the place inside a template, from the top (`("Resources", "Db", "Properties", …)`);
    `construct` the construct's path in the tree (`shop/Db`); `source` the page that states the rule;
    `ring`, for a cycle, the template path of every step on the way round; `element` what it is about in a text that
    holds things by name, such as a state of a definition.
    """

    __slots__ = (
        "rule", "severity", "message", "file", "line", "column", "stack", "resource", "type",
        "path", "construct", "source", "allowed", "fix", "ring", "element",
    )  # fmt: skip

    def __init__(
        self,
        rule: str,
        severity: Severity,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        stack: str | None = None,
        resource: str | None = None,
        type: str | None = None,
        path: Sequence[str | int] = (),
        construct: str | None = None,
        source: str | None = None,
        allowed: str | None = None,
        fix: str | None = None,
        ring: Sequence[Sequence[str | int]] = (),
        element: str | None = None,
    ) -> None:
        self.rule = rule
        self.severity: Severity = severity
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.stack = stack
        self.resource = resource
        self.type = type
        self.path = tuple(path)
        self.construct = construct
        self.source = source
        self.allowed = allowed
        self.fix = fix
        self.ring = tuple(tuple(step) for step in ring)
        self.element = element

    def replace(self, **changes: Any) -> Finding:
        """The same finding with some fields changed."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return Finding(**{**fields, **changes})

    def at(self, place: Place | None) -> Finding:
        """The same finding with its file, line and column set."""
        if place is None:
            return self
        return self.replace(file=place.file, line=place.line, column=place.column)

    def along(self, places: Iterable[Place | None]) -> Finding:
        """The same finding, saying where every step of its ring stands."""
        known = ", ".join(str(place) for place in places if place is not None)
        return self.replace(message=f"{self.message}, at {known}") if known else self

    def to_dict(self) -> dict[str, Any]:
        """Plain data in the shape of `schemas/finding.schema.json`; empty fields are left out."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        fields["path"] = list(self.path)
        del fields["ring"], fields["element"]  # the message says it in words
        return {name: value for name, value in fields.items() if value is not None}

    def sort_key(self) -> tuple[object, ...]:
        """Order for people: by file, line and column, then by resource, path and rule."""
        return (
            self.file or "", self.line or 0, self.column or 0, self.stack or "", self.resource or "",
            tuple(str(step) for step in self.path), self.rule, self.message,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Finding):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __hash__(self) -> int:
        return hash((self.rule, self.message, self.file, self.line, self.resource, self.path))

    def __repr__(self) -> str:
        return f"Finding({self.rule}, {self.severity}, {self.message!r}, {self.file}:{self.line})"

    def __str__(self) -> str:
        where = Place(self.file, self.line, self.column) if self.file else None
        lines = [f"{where or self.resource or ''}: {self.rule} {self.message}".lstrip(": ")]
        subject = self.construct or self.resource
        if subject:
            detail = "/".join(str(step) for step in self.path[3:]) if self.path[2:3] == ("Properties",) else ""
            lines.append(
                f"    in {subject}" + (f" ({self.type})" if self.type else "") + (f", {detail}" if detail else "")
            )
        if self.allowed:
            lines.append(f"    allowed: {self.allowed}")
        if self.fix:
            lines.append(f"    fix: {self.fix}")
        if self.source:
            lines.append(f"    source: {self.source}")
        return "\n".join(lines)


class DeckError(Exception):
    """Anything awsdeck has to tell a user; `exit_code` is what the command line returns."""

    exit_code = 4

    def __init__(self, message: str, *, place: Place | None = None, fix: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.fix = fix

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text}\n    fix: {self.fix}" if self.fix else text


class InputError(DeckError):
    """What was given cannot be read or understood."""


class DeckLoadError(InputError):
    """The deck does not import, raises, or has no single App."""


class TemplateError(InputError):
    """A file is not a CloudFormation template."""


class ConstructError(InputError):
    """A construct is used wrongly: an unknown keyword, an id twice, a place it cannot stand."""


class TokenError(InputError):
    """A value that is only known at deploy time is used as if it were known now."""


class CycleError(InputError):
    """Constructs or stacks need each other in a ring; the message prints the way round."""


class ConstraintError(InputError, ValueError):
    """Documented constraints are violated; `findings` has every one of them."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(findings, key=Finding.sort_key))
        first = self.findings[0] if self.findings else None
        place = Place(first.file, first.line) if first and first.file else None
        super().__init__("\n".join(str(finding) for finding in self.findings), place=place)

    def __str__(self) -> str:
        return self.message


class DeployError(DeckError):
    """AWS or the local engine refused or failed."""

    exit_code = 1


class RolledBack(DeployError):
    """The deploy failed and CloudFormation left the stack as it was before."""

    exit_code = 1


class ApprovalNeeded(DeployError):
    """The change was declined, or needs a flag that was not given."""

    exit_code = 3


class NotClean(DeployError):
    """The deploy failed and the stack was left in a state that needs a hand."""

    exit_code = 5


class StackBusy(DeployError):
    """Another operation is running on the stack."""

    exit_code = 6


class RollbackFirst(DeployError):
    """The stack must be rolled back before it can be updated."""

    exit_code = 7


class LeftBehind(DeployError):
    """The deploy succeeded, and something that it replaced or removed is still there."""

    exit_code = 8


class StoppedWatching(DeployError):
    """The operation goes on in AWS; awsdeck no longer follows it."""

    exit_code = 9


class CredentialsError(DeployError):
    """There are no credentials, or they are wrong or expired."""

    exit_code = 20
