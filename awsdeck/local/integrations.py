"""Services that state machines can call here beside those MiniStack lets them call."""

from __future__ import annotations

from ministack.services import stepfunctions

ADDED = {"autoscaling": {"protocol": "query"}}
"""How each is spoken to, as MiniStack writes it."""


def install() -> None:
    """Let state machines call them; again is harmless."""
    for name, how in ADDED.items():
        stepfunctions._AWS_SDK_SERVICE_MAP.setdefault(name, how)
