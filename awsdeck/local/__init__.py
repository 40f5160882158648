"""CloudFormation on this machine: MiniStack in a process of its own, without an account (extra `local`)."""

from __future__ import annotations

from .lifetime import Engine, down, ensure, status, up
from .state import ACCOUNT

__all__ = ["ACCOUNT", "Engine", "down", "ensure", "status", "up"]
