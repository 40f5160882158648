"""Where in the user's code something was written."""

from __future__ import annotations

import os
import sys

from .errors import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def caller() -> Place | None:
    """The nearest line outside awsdeck that led here."""
    spot = caller_spot()
    return Place(*spot) if spot else None


def caller_spot() -> tuple[str, int] | None:
    """File and line of the nearest frame outside awsdeck; cheap enough for every construct."""
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith(HERE):
            return None if name.startswith("<") else (name, frame.f_lineno)
        frame = frame.f_back  # type: ignore[assignment]
    return None


def keyword_line(file: str, line: int, names: Iterable[str]) -> int:
    """The line of the innermost named argument or dictionary entry of the call that starts at `line`.

    `names` go from the outside in (`"KeySchema", "AttributeName"`); the call's own line when none is written there.
    """
    import ast

    try:
        with open(file, encoding="utf-8") as text:
            tree = ast.parse(text.read())
    except (OSError, SyntaxError, ValueError):
        return line
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.lineno <= line <= (node.end_lineno or 0)]
    for call in sorted(calls, key=lambda node: (node.end_lineno or 0) - node.lineno):
        found = line
        holder: ast.AST = call
        for name in names:
            entry = _entry(holder, name)
            if entry is None:
                break
            found, holder = entry.lineno, entry
        if holder is not call:
            return found
    return line


def _entry(holder: object, name: str) -> object:
    import ast

    if isinstance(holder, ast.Call):
        return next((kw.value for kw in holder.keywords if kw.arg == name), None)
    if isinstance(holder, ast.Dict):
        pairs = zip(holder.keys, holder.values, strict=True)
        return next((v for k, v in pairs if isinstance(k, ast.Constant) and str(k.value) == name), None)
    if isinstance(holder, ast.List | ast.Tuple):
        return holder.elts[int(name)] if name.isdigit() and int(name) < len(holder.elts) else None
    return None
