"""Write a source as a program of one peer."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from .program import Program


def words(peer: str, source: dict[str, Any]) -> Program:
    """The writer of a peer; only where it is installed can it be imported."""
    if peer == "awsdeck":
        from .deck import Deck

        return Deck(source)
    if peer == "troposphere":
        from .troposphere import Troposphere

        return Troposphere(source)
    from .cdk import Cdk

    return Cdk(source)


peer, given, target = sys.argv[1:]
source = json.loads(Path(given).read_text(encoding="utf-8"))
Path(target).write_text(words(peer, source).program(), encoding="utf-8")
