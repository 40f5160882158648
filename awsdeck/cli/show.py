"""How things look: streams, colours, errors, and tables for terminals and for programs."""

from __future__ import annotations

import json
import os
import sys

from ..errors import ConstraintError, DeckError, Finding, InputError, Place
from ..lint.report import Report, excerpt, finding_lines, last_line, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, TextIO

STYLES = {
    "error": "31;1",
    "warning": "33",
    "info": "36",
    "good": "32",
    "file": "1;4",
    "rule": "1",
    "label": "2",
    "bold": "1",
    "create": "32",
    "update": "33",
    "delete": "31",
    "replace": "35",
    "loss": "31;1",
}
SPACES = "  "


class Screen:
    """Where words and data go. With `data_only`, standard output holds JSON and nothing else.

    A reader that has gone away (`| head`) is not an error; whatever is written after that is dropped.
    """

    def __init__(self, *, data_only: bool = False, color: bool | None = None, quiet: bool = False) -> None:
        self.data_only = data_only
        self.quiet = quiet
        self._lines: dict[str, list[str]] = {}
        self.out = sys.stdout
        self.err = sys.stderr
        self.color = _wants_color(self.err if data_only else self.out) if color is None else color
        self.color_errors = _wants_color(self.err) if color is None else color

    def say(self, *lines: str) -> None:
        """What the user has asked for, in words."""
        self.put(self.err if self.data_only else self.out, "".join(f"{line}\n" for line in lines))

    def note(self, *lines: str) -> None:
        """What is good to know on the way; silent with `--quiet`."""
        if not self.quiet:
            self.put(self.err, "".join(f"{line}\n" for line in lines))

    def complain(self, *lines: str) -> None:
        """What went wrong."""
        self.put(self.err, "".join(f"{line}\n" for line in lines))

    def data(self, value: Any) -> None:
        """One JSON document for programs."""
        self.put(self.out, json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")

    def record(self, value: Any) -> None:
        """One line of NDJSON."""
        self.put(self.out, json.dumps(value, ensure_ascii=False, default=str) + "\n", flush=True)

    def put(self, stream: TextIO | None, text: str, *, flush: bool = False) -> None:
        """Write text to a stream, whatever has become of its other end."""
        if stream is None or not text:
            return
        try:
            try:
                stream.write(text)
            except UnicodeEncodeError:
                encoding = stream.encoding or "ascii"
                stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            if flush:
                stream.flush()
        except OSError as error:
            _lost(stream, error)

    def paint(self, text: str, style: str) -> str:
        """The text in the colour of a style, on a terminal."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.color and style in STYLES else text

    def paint_error(self, text: str, style: str) -> str:
        """The same for standard error."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.color_errors and style in STYLES else text

    def flush(self) -> None:
        """Let go of everything that is still held back; raises `InputError` when it does not fit anywhere."""
        for stream in (self.out, self.err):
            if stream is None or stream.closed:
                continue
            try:
                stream.flush()
            except OSError as error:
                _lost(stream, error)

    def report(self, report: Report, *, stream: TextIO | None = None) -> None:
        """A report of lint for people."""
        from ..lint.report import as_text

        text = as_text(report, self.source_line, self.paint)
        self.put(stream or (self.err if self.data_only else self.out), text)

    def findings(self, findings: Sequence[Finding], *, counts: bool = True) -> None:
        """Findings as part of an error message."""
        report = Report()
        report.findings = list(findings)
        out: list[str] = []
        file: str | None = ""
        for finding in report.sorted().findings:
            if finding.file != file:
                file = finding.file
                out.append(self.paint_error(printable(file or "template"), "file"))
            out.extend(finding_lines(finding, self.source_line, self.paint_error))
            out.append("")
        if counts:
            out.append(last_line(report, self.paint_error))
        self.complain(*out)

    def error(self, error: DeckError) -> None:
        """A mistake with its line, and what to do."""
        if isinstance(error, ConstraintError) and error.findings:
            self.findings([shortened(finding) for finding in error.findings])
            return
        place = short_place(error.place)
        head, *more = error.message.split("\n")
        start = f"{place}: " if place else ""
        lines = [f"{self.paint_error('error:', 'error')} {printable(start + head)}"]
        if place and place.line:
            text = self.source_line(place.file, place.line)
            lines.extend(excerpt(text, place.line, place.column, self.paint_error, "error"))
        lines.extend(printable(line) for line in more)
        if error.fix:
            lines.append(f"  {self.paint_error('fix:', 'label')} {printable(error.fix)}")
        self.complain(*lines)

    def source_line(self, file: str, line: int) -> str:
        """A line of a file, counted from 1; nothing where it cannot be read."""
        if file not in self._lines:
            try:
                with open(file, encoding="utf-8-sig", errors="replace") as text:
                    self._lines[file] = text.read(10 * 1024 * 1024).split("\n")
            except (OSError, ValueError):
                self._lines[file] = []
        lines = self._lines[file]
        return lines[line - 1] if 0 < line <= len(lines) else ""

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Columns side by side, as wide as what stands in them."""
        table = [list(head), *([printable(str(cell)) for cell in row] for row in rows)]
        widths = [max(len(row[column]) for row in table) for column in range(len(head))]
        lines = [
            SPACES.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
        ]
        self.say(self.paint(lines[0], "label"), *lines[1:])


def error_data(error: DeckError) -> dict[str, Any]:
    """An error for programs."""
    place = short_place(error.place)
    fields = {
        "type": type(error).__name__,
        "message": error.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "fix": error.fix,
        "exit_code": error.exit_code,
    }
    data: dict[str, Any] = {"version": 1, "error": {name: value for name, value in fields.items() if value is not None}}
    if isinstance(error, ConstraintError):
        data["findings"] = [shortened(finding).to_dict() for finding in error.findings]
    return data


def shortened(finding: Finding) -> Finding:
    """The finding with its file as seen from the current folder."""
    return finding.replace(file=short(finding.file)) if finding.file else finding


def short_place(place: Place | None) -> Place | None:
    """The place with its file as seen from the current folder."""
    return Place(short(place.file), place.line, place.column) if place else None


def short(file: str) -> str:
    """A path as seen from the current folder, when it is below it."""
    here = os.getcwd() + os.sep
    return file.removeprefix(here) if file.startswith(here) else file


def _wants_color(stream: TextIO | None) -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream is not None and stream.isatty()


def _lost(stream: TextIO, error: OSError) -> None:
    """Let a stream lead nowhere from now on; only a reader that has gone away is no mistake."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass
    if not isinstance(error, BrokenPipeError):
        raise InputError(f"cannot write the output: {(error.strerror or str(error)).lower()}") from None
