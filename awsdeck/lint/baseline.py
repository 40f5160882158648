"""The findings that a repository had when it began to be checked; only new ones count.

A baseline knows a finding by its rule, its file and its place in the template, not by its line, so that it lasts while
files change around it.
"""

from __future__ import annotations

import json
import os
from collections import Counter

from ..errors import InputError, Place
from ..output import reason, write_atomic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..errors import Finding

    Key = tuple[str, str, str, str, str]

VERSION = 1
_FIELDS = ("rule", "file", "stack", "resource", "path")


class Baseline:
    """The known findings, from a file; `gone` is how many of them nobody finds any more."""

    __slots__ = ("file", "known", "gone")

    def __init__(self, file: str, known: Counter[Key]) -> None:
        self.file = file
        self.known = known
        self.gone = 0

    @classmethod
    def read(cls, file: str) -> Baseline:
        """Read a baseline. Raises `InputError` when it cannot be read or is none."""
        try:
            with open(file, encoding="utf-8") as stream:
                data: Any = json.load(stream)
        except OSError as error:
            raise InputError(
                f"cannot read the baseline {file}: {reason(error, file)}", fix="make it with --update-baseline"
            ) from None
        except ValueError as error:
            raise InputError(f"the baseline is not JSON: {error}", place=Place(file)) from None
        entries = data.get("findings") if isinstance(data, dict) and data.get("version") == VERSION else None
        if not isinstance(entries, list) or not all(_is_entry(entry) for entry in entries):
            raise InputError("this is no baseline", place=Place(file), fix="make it anew with --update-baseline")
        known: Counter[Key] = Counter()
        for entry in entries:
            known[_key_of(entry)] += entry.get("count", 1)
        return cls(file, known)

    def split(self, findings: Iterable[Finding]) -> tuple[list[Finding], int]:
        """The findings that are new, and how many are known already."""
        left = Counter(self.known)
        fresh = []
        hidden = 0
        for finding in findings:
            key = _key(finding, self.file)
            if left[key] > 0:
                left[key] -= 1
                hidden += 1
            else:
                fresh.append(finding)
        self.gone = sum(left.values())
        return fresh, hidden


def write(file: str, findings: Iterable[Finding]) -> int:
    """Write the findings as the new baseline, sorted, and say how many there are."""
    counted = Counter(_key(finding, file) for finding in findings)
    entries = []
    for key, count in sorted(counted.items()):
        entry: dict[str, Any] = {name: part for name, part in zip(_FIELDS, key, strict=True) if part}
        entries.append({**entry, **({"count": count} if count > 1 else {})})
    write_atomic(file, json.dumps({"version": VERSION, "findings": entries}, indent=2, ensure_ascii=False) + "\n")
    return sum(counted.values())


def _key(finding: Finding, baseline: str) -> Key:
    file = ""
    if finding.file:
        folder = os.path.dirname(os.path.abspath(baseline))
        file = os.path.relpath(os.path.abspath(finding.file), folder).replace(os.sep, "/")
    path = "/".join(str(step) for step in finding.path)
    return finding.rule, file, finding.stack or "", finding.construct or finding.resource or "", path


def _key_of(entry: dict[str, Any]) -> Key:
    rule, file, stack, resource, path = (entry.get(name, "") for name in _FIELDS)
    return rule, file, stack, resource, path


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("rule"), str):
        return False
    count = entry.get("count", 1)
    return isinstance(count, int) and count > 0 and all(isinstance(entry.get(name, ""), str) for name in _FIELDS)
