"""What AWS refuses, told without its template echoes and without anybody's secrets."""

from __future__ import annotations

from typing import Literal

from ..errors import DeployError

Kind = Literal[
    "throttled", "outage", "credentials", "denied", "missing", "exists", "status", "busy", "limit", "protected",
    "unchanged", "invalid",
]  # fmt: skip
LONGEST = 2_000  # characters of anything AWS says; it likes to send the whole template back


class Refused(DeployError):
    """AWS said no; `kind` is why, `code` is AWS's own word for it, `operation` what was asked."""

    def __init__(self, message: str, *, kind: Kind, code: str, operation: str, fix: str | None = None) -> None:
        super().__init__(message, fix=fix)
        self.kind: Kind = kind
        self.code = code
        self.operation = operation

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """4 when what was sent is wrong, 6 when the stack is busy, else 1."""
        return {"invalid": 4, "busy": 6}.get(self.kind, 1)


def shortened(text: str, limit: int = LONGEST) -> str:
    """`text` in at most `limit` characters."""
    text = text.strip()
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} more characters)"
