"""What users tell of how a construct will be used, held against the rules that speak of it."""

from __future__ import annotations

from ..rules import check_hints
from ..tokens import render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..tree import Construct


def check(construct: Construct, **hints: Any) -> None:
    """Report what the rules say of the hints given; those left as None say nothing."""
    node = construct.node
    app = node.root_app
    assert node.stack is not None
    given = render(hints, node.stack.wiring.provisional, [])
    findings = check_hints(type(construct).__name__, node.plain_id, given, app.limits)
    if findings:
        app.report(findings, node)
