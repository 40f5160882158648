"""Who may do what, answered from the policies of a synthesized app and without AWS."""

from __future__ import annotations

from .answer import Answer, Condition, Line
from .question import can

__all__ = ["Answer", "Condition", "Line", "can"]
