"""What the fake says no to."""

from __future__ import annotations


class Refusal(Exception):
    """What the fake refuses, with AWS's code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
