"""What users tell of how a construct will be used, held against the rules that speak of it."""

from __future__ import annotations

import marshal

from ..errors import ConstraintError
from ..rules import check_hints
from ..source import caller
from ..tokens import render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..constructs import Construct
    from ..rules.vocabulary import Mode


def check(construct: Construct, **hints: Any) -> None:
    """Report what the rules say of the hints given; those left as None say nothing."""
    node = construct.node
    app = node.root_app
    kind = type(construct).__name__
    content: bytes | None
    try:
        content = marshal.dumps((kind, hints), 2)
    except ValueError:  # deploy-time values, or classes that stand for plain data
        content = None
    if content is not None and app.is_sound(content):
        return
    given = render(hints, node.own_stack.wiring.provisional, [])
    findings = check_hints(kind, node.plain_id, given, app.limits)
    if findings:
        app.report(findings, node)
    elif content is not None:
        app.remember(content, node.plain_id, findings)


def hold(kind: str, mode: Mode, **hints: Any) -> None:
    """Hold a plan that stands in no tree against the rules that speak of it.

    Raises `ConstraintError` at the user's line for errors; warnings have nowhere to be kept and are left out.
    """
    given = {name: value for name, value in hints.items() if value is not None}
    errors = [finding for finding in check_hints(kind, kind, given, mode) if finding.severity == "error"]
    if errors:
        raise ConstraintError(finding.at(caller()) for finding in errors)
