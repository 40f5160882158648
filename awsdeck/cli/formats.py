"""The forms a report of lint takes, on the screen and in files."""

from __future__ import annotations

from ..errors import InputError
from ..lint.report import as_json, as_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..lint import Report
    from .show import Screen

NAMES = ("text", "json", "sarif", "junit", "github")


class Formats:
    """Which form goes to standard output (`main`), and which into which files.

    Raises `InputError` for forms that do not exist, or two of them for standard output.
    """

    __slots__ = ("main", "files")

    def __init__(self, given: Sequence[str], *, json: bool) -> None:
        words = [word for text in given for word in text.split(",")]
        self.files: list[tuple[str, str]] = []
        shown: list[str] = []
        for word in words:
            name, equals, file = word.partition("=")
            if name not in NAMES:
                raise InputError(f"there is no format {name!r}", fix=f"one of: {', '.join(NAMES)}")
            if equals and not file:
                raise InputError(f"--format {word} names no file", fix=f"write {name}=FILE")
            if equals:
                self.files.append((name, file))
            elif name not in shown:
                shown.append(name)
        if json and "json" not in shown:
            shown.append("json")
        if len(shown) > 1:
            raise InputError(
                f"standard output takes one format, not {' and '.join(shown)}",
                fix=f"write one of them into a file: --format {shown[-1]}=FILE",
            )
        self.main = shown[0] if shown else "text"

    def show(self, screen: Screen, report: Report) -> None:
        """Write the report wherever it is wanted."""
        from ..output import write_atomic

        for name, file in self.files:
            write_atomic(file, _text(name, report) if name != "text" else as_text(report, screen.source_line, _plain))
        if self.main != "text":
            screen.put(screen.out, _text(self.main, report))
        elif report.findings or not screen.quiet:
            screen.report(report)


def _plain(text: str, style: str) -> str:
    return text


def _text(name: str, report: Report) -> str:
    if name == "json":
        return as_json(report)
    if name == "sarif":
        from ..lint.sarif import as_sarif

        return as_sarif(report)
    if name == "junit":
        from ..lint.junit import as_junit

        return as_junit(report)
    from ..lint.annotations import as_annotations

    return as_annotations(report)
