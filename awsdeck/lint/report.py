"""Findings for people and for programs."""

from __future__ import annotations

import json
import re

from ..errors import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..template import Template
    from .filters import Filter

    Paint = Callable[[str, str], str]  # a text and the name of a style
    Lines = Callable[[str, int], str]  # a file and a line number

VERSION = 1
WIDTH = 110  # of a source line that is shown
_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s,:}\]]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Report:
    """What a run of lint has found, and how much it has looked at."""

    __slots__ = ("findings", "silenced", "known", "templates", "resources", "files", "texts", "imports", "exports")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.silenced: list[tuple[Finding, str]] = []  # suppressed, with the reason
        self.known = 0  # how many a baseline hides
        self.templates = 0
        self.resources = 0
        self.files: dict[str, None] = {}  # what was looked at, in order
        self.texts: dict[str, Template] = {}  # by file, where there are findings
        self.imports: list[Finding] = []  # of names that no template seen so far exports
        self.exports: set[tuple[str, str]] = set()  # names and files

    def add(self, other: Report) -> None:
        """Take in what another run has found."""
        self.findings.extend(other.findings)
        self.silenced.extend(other.silenced)
        self.known += other.known
        self.templates += other.templates
        self.resources += other.resources
        self.files.update(other.files)
        self.texts.update(other.texts)
        self.imports.extend(other.imports)
        self.exports.update(other.exports)

    def settled(self, wanted: Filter) -> Report:
        """This report with what is left to say of imports, once every template has been looked at."""
        if self.imports:
            from .together import settled_imports

            self.findings.extend(one for one in settled_imports(self.imports, self.exports) if wanted.passes(one))
            self.imports = []
        return self

    def sorted(self) -> Report:
        """This report with its findings in the order of files and lines, each once."""
        self.findings = sorted(dict.fromkeys(self.findings), key=Finding.sort_key)
        return self

    @property
    def suppressed(self) -> int:
        """How many findings are suppressed."""
        return len(self.silenced)

    def count(self, severity: str) -> int:
        """How many findings of a severity there are."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(finding.severity == "error" for finding in self.findings)

    def summary(self) -> dict[str, int]:
        """The numbers at the end."""
        return {
            "errors": self.count("error"),
            "warnings": self.count("warning"),
            "info": self.count("info"),
            "suppressed": self.suppressed,
            "templates": self.templates,
            "resources": self.resources,
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain data; every finding is in the shape of `schemas/finding.schema.json`."""
        return {
            "version": VERSION,
            "findings": [finding.to_dict() for finding in self.findings],
            "summary": self.summary(),
        }


def as_json(report: Report) -> str:
    """The report as JSON."""
    return json.dumps(report.to_dict(), indent=2, ensure_ascii=False, default=str) + "\n"


def as_text(report: Report, lines: Lines, paint: Paint) -> str:
    """The report for people: grouped by file, each finding with its line and a mark under the spot."""

    def line(file: str, number: int) -> str:
        known = report.texts.get(file)
        return known.source_line(number) if known is not None else lines(file, number)

    out: list[str] = []
    file: str | None = ""
    for finding in report.findings:
        if finding.file != file:
            file = finding.file
            out.append(paint(printable(file or "template"), "file"))
        out.extend(finding_lines(finding, line, paint))
        out.append("")
    out.append(last_line(report, paint))
    return "\n".join(out) + "\n"


def finding_lines(finding: Finding, lines: Lines, paint: Paint) -> list[str]:
    """One finding: what and where, the source line with a mark, then allowed, fix and source."""
    where = ":".join(str(part) for part in (finding.line, finding.column) if part is not None)
    head, *more = finding.message.split("\n")
    start = f"  {where}  " if where else "  "
    out = [f"{start}{paint(finding.severity, finding.severity)} {paint(finding.rule, 'rule')} {printable(head)}"]
    out.extend("      " + printable(line) for line in more)
    if finding.file and finding.line:
        out.extend(excerpt(lines(finding.file, finding.line), finding.line, finding.column, paint, finding.severity))
    subject = finding.construct or finding.resource
    if subject:
        detail = "/".join(str(step) for step in finding.path[3:]) if finding.path[2:3] == ("Properties",) else ""
        kind = f" ({finding.type})" if finding.type else ""
        out.append("      " + printable(f"in {subject}{kind}" + (f", {detail}" if detail else "")))
    for name, text in (("allowed", finding.allowed), ("fix", finding.fix), ("source", finding.source)):
        if text:
            out.append(f"      {paint(f'{name}:', 'label')} {printable(text)}")
    return out


def excerpt(text: str, line: int, column: int | None, paint: Paint, severity: str) -> list[str]:
    """A source line with its number, and a mark below the spot; a long line is cut around it."""
    text = _CONTROL.sub(" ", text)
    if not text.strip():
        return []
    at = min(column - 1, len(text)) if column else len(text) - len(text.lstrip())
    found = _TOKEN.match(text, at) if column else None
    size = max(1, found.end() - at) if found else 1 if column else len(text.strip())
    start = max(0, at - WIDTH // 3) if len(text) > WIDTH else 0
    shown = text[start : start + WIDTH].rstrip()
    size = min(size, max(1, len(shown) - (at - start)))
    number = f"{line:>6}"
    mark = paint("^" * size, severity)
    return [
        f"{paint(f'{number} |', 'label')} {shown}",
        f"{paint(' ' * len(number) + ' |', 'label')} {' ' * (at - start)}{mark}",
    ]


def last_line(report: Report, paint: Paint) -> str:
    """The counts in one sentence."""
    counts = [
        paint(counted(report.count(severity), word), severity)
        for severity, word in (("error", "error"), ("warning", "warning"), ("info", "hint"))
        if report.count(severity)
    ]
    found = ", ".join(counts) if counts else paint("nothing found", "good")
    hidden = f", {report.suppressed} suppressed" if report.suppressed else ""
    hidden += f", {report.known} in the baseline" if report.known else ""
    if not report.templates:
        return found + hidden
    return f"{found} in {counted(report.templates, 'template')}, {counted(report.resources, 'resource')}{hidden}"


def counted(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def printable(text: str) -> str:
    """The text without characters that would move a terminal's cursor."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
