"""A report as the commands by which GitHub Actions marks lines of a pull request."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..errors import Finding
    from .report import Report

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def as_annotations(report: Report) -> str:
    """A line for each finding. Source: GitHub Actions, workflow commands."""
    return "".join(f"{_line(finding)}\n" for finding in report.findings)


def _line(finding: Finding) -> str:
    fields = {"file": finding.file, "line": finding.line, "col": finding.column, "title": f"awsdeck {finding.rule}"}
    given = ",".join(f"{name}={_property(str(value))}" for name, value in fields.items() if value is not None)
    text = [finding.message]
    text.extend(f"{name}: {said}" for name, said in (("allowed", finding.allowed), ("fix", finding.fix)) if said)
    return f"::{COMMANDS[finding.severity]} {given}::{_data(chr(10).join(text))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
