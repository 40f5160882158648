"""Mends in a file what can only be meant one way; comments and layout stay as they are.

An edit is kept when the file, read again, has changed in that one place and nowhere else.
"""

from __future__ import annotations

import copy
import re

from ..template import loads
from .inside import text_at
from .own import DOUBT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..errors import Finding
    from ..template import Template

    Path = tuple[str | int, ...]

_MEANT = re.compile(r"did you mean '?([^'?]+)'?\?")
_FIFO = ".fifo"
_TAG = re.compile(r"![A-Za-z:]+ +")


class Edit:
    """One piece of text replaced by another; `renames` tells a key that changes from a value that does."""

    __slots__ = ("line", "column", "old", "new", "path", "renames", "value")

    def __init__(
        self, finding: Finding, old: str, new: str, value: Any, *, renames: bool = False, path: Path | None = None
    ) -> None:
        self.line = finding.line or 0
        self.column = finding.column or 0
        self.old = old
        self.new = new
        self.path = finding.path if path is None else path
        self.renames = renames
        self.value = value


def mended(text: str, template: Template, findings: Iterable[Finding]) -> tuple[str, list[Finding]]:
    """The text of a file with everything mended that can be, and the findings that this answers.

    `template` is what was read from the text, which comes back unchanged when there is nothing to mend.
    """
    done: list[Finding] = []
    data = template.data
    edits = [(finding, edit) for finding in findings for edit in _edits(template, finding)]
    for finding, edit in sorted(edits, key=lambda pair: (pair[1].line, pair[1].column), reverse=True):
        tried = _replaced(text, edit)
        if tried is None:
            continue
        expected = _changed(data, edit)
        try:
            found = loads(tried, file=template.file or "").data
        except Exception:  # noqa: BLE001, S112  (whatever is wrong with the new text, the old one stays)
            continue
        if expected is not None and _same(found, expected):
            text, data = tried, expected
            done.append(finding)
    return text, done


def _edits(template: Template, finding: Finding) -> Iterator[Edit]:
    if not finding.path or finding.line is None or finding.column is None:
        return
    if finding.rule == DOUBT:
        doubt = next((one for one in template.doubts if one.path == finding.path and not one.is_key), None)
        if doubt is not None:
            yield Edit(finding, doubt.text, f"'{doubt.text}'", doubt.text)
        return
    value = _at(template.data, finding.path)
    key = finding.path[-1]
    meant = _MEANT.fullmatch(finding.fix or "")
    if finding.element and finding.element.startswith("${"):
        if meant is not None:
            yield from _inside(template, finding, finding.element, meant[1])
    elif meant is not None and isinstance(key, str) and finding.message.endswith(f"'{key}'"):
        yield Edit(finding, key, meant[1], value, renames=True)
    elif not isinstance(value, str):
        return
    elif meant is not None:
        yield Edit(finding, value, meant[1], meant[1])
    elif (finding.fix or "").startswith(f"add {_FIFO} to the name"):
        yield Edit(finding, value, value + _FIFO, value + _FIFO)
    else:
        allowed = (finding.allowed or "").removeprefix("one of: ").split(", ")
        same = [word for word in allowed if word.lower() == value.lower() and word != value]
        if len(same) == 1:
            yield Edit(finding, value, same[0], same[0])


def _inside(template: Template, finding: Finding, element: str, meant: str) -> Iterator[Edit]:
    """A name in a `Fn::Sub`, of which all else stays: the attribute after the dot, or what stands before it."""
    found = text_at(template.data, finding.path)
    if found is None or element not in found[0]:
        return
    value, path, _ = found
    target, dot, attribute = element[2:-1].partition(".")
    of_attribute = dot and finding.message.endswith(f" has no attribute {attribute}")
    new = f"${{{target}.{meant}}}" if of_attribute else f"${{{meant}{dot}{attribute}}}"
    yield Edit(finding, element, new, value.replace(element, new, 1), path=path)


def _replaced(text: str, edit: Edit) -> str | None:
    """The text with one edit in it; None when something else stands at its place."""
    lines = text.split("\n")
    if not 0 < edit.line <= len(lines):
        return None
    line, at = lines[edit.line - 1], edit.column - 1
    tag = _TAG.match(line, at)
    at = tag.end() if tag else at
    if line[at : at + 1] in ("'", '"') and line.startswith(edit.old, at + 1):
        at += 1
    if not line.startswith(edit.old, at):
        return None
    lines[edit.line - 1] = line[:at] + edit.new + line[at + len(edit.old) :]
    return "\n".join(lines)


def _changed(data: Any, edit: Edit) -> Any:
    """The data as it should be read after the edit."""
    fresh = copy.deepcopy(data)
    holder: Any = _at(fresh, edit.path[:-1])
    key: Any = edit.path[-1]
    if edit.renames:
        if not isinstance(holder, dict) or key not in holder or edit.new in holder:
            return None
        renamed = {edit.new if name == key else name: value for name, value in holder.items()}
        holder.clear()
        holder.update(renamed)
    elif isinstance(holder, dict | list):
        holder[key] = edit.value
    return fresh


def _same(found: Any, expected: Any) -> bool:
    """Equality that tells 1 from "1" and from true."""
    if type(found) is not type(expected):
        return False
    if isinstance(found, dict):
        return found.keys() == expected.keys() and all(_same(found[name], expected[name]) for name in found)
    if isinstance(found, list):
        return len(found) == len(expected) and all(map(_same, found, expected))
    return bool(found == expected)


def _at(data: Any, path: Path) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data
