"""Where in the user's code something was written."""

from __future__ import annotations

import os
import re
import sys
from functools import lru_cache

from .errors import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable
    from types import FrameType, TracebackType

HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def caller() -> Place | None:
    """The nearest line outside awsdeck that led here."""
    spot = caller_spot()
    return Place(*spot) if spot else None


_own: dict[str, bool] = {}


def caller_spot(above: int = 1) -> tuple[str, int] | None:
    """File and line of the nearest frame outside awsdeck; cheap enough for every construct.

    `above` is how many frames up the first stands that need be looked at.
    """
    frame: FrameType | None = sys._getframe(above)
    while frame is not None:
        name = frame.f_code.co_filename
        own = _own.get(name)
        if own is None:
            own = _own[name] = name.startswith(HERE)
        if not own:
            return None if name.startswith("<") else (name, frame.f_lineno)
        frame = frame.f_back
    return None


def raised_at(trace: TracebackType | None, file: str | None) -> Place | None:
    """The innermost line of the user's own: in `file`, or not of awsdeck, Python itself, or an installed package."""
    own: Place | None = None
    standard = os.path.dirname(os.__file__) + os.sep
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name == file or not (name.startswith((HERE, "<", standard)) or "site-packages" in name):
            own = Place(name, trace.tb_lineno)
        trace = trace.tb_next
    return own


def keyword_line(file: str, line: int, names: Iterable[str]) -> int:
    """The line of the innermost named argument or dictionary entry of the call that starts at `line`.

    `names` go from the outside in (`"KeySchema", "AttributeName"`); the call's own line when none is written there.
    """
    try:
        written = os.stat(file).st_mtime_ns
    except OSError:
        return line
    return _keyword_line(file, written, line, tuple(names))


@lru_cache(1024)
def _keyword_line(file: str, written: int, line: int, names: tuple[str, ...]) -> int:
    for call in _calls(file, written):
        if not call.lineno <= line <= (call.end_lineno or 0):
            continue
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


@lru_cache(8)
def _calls(file: str, written: int) -> list[ast.Call]:
    """The calls in a file as it was last written, short ones first."""
    import ast

    try:
        with open(file, encoding="utf-8") as text:
            tree = ast.parse(text.read())
    except (OSError, SyntaxError, ValueError):
        return []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return sorted(calls, key=lambda node: (node.end_lineno or 0) - node.lineno)


def _closest(name: str, keywords: Iterable[str]) -> str | None:
    """The keyword all of whose words stand in a property's name: `delay` for DelaySeconds, `name` for QueueName."""
    words = {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+", name)}
    fitting = [keyword for keyword in keywords if words.issuperset(keyword.split("_"))]
    return max(fitting, key=len, default=None)


def _entry(holder: ast.AST, name: str) -> ast.expr | None:
    import ast

    if isinstance(holder, ast.Call):
        given = {keyword.arg: keyword.value for keyword in holder.keywords if keyword.arg}
        return given.get(name) or given.get(_closest(name, given) or "")
    if isinstance(holder, ast.Dict):
        pairs = zip(holder.keys, holder.values, strict=True)
        return next((v for k, v in pairs if isinstance(k, ast.Constant) and str(k.value) == name), None)
    if isinstance(holder, ast.List | ast.Tuple):
        return holder.elts[int(name)] if name.isdigit() and int(name) < len(holder.elts) else None
    return None


def calls_at(file: str, line: int) -> list[ast.Call]:
    """The calls in the user's code that a line is part of, the innermost first."""
    try:
        written = os.stat(file).st_mtime_ns
    except OSError:
        return []
    return [call for call in _calls(file, written) if call.lineno <= line <= (call.end_lineno or 0)]


def text_at(file: str, line: int) -> str:
    """A line of the user's code without its indentation; nothing where it cannot be read."""
    import linecache

    return linecache.getline(file, line).strip()
