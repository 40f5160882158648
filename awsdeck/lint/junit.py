"""A report as JUnit XML, as CI servers show test results."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from .report import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..errors import Finding
    from .report import Report


def as_junit(report: Report) -> str:
    """A suite for each file: a failed test for each error or warning, a passed one for a file without any."""
    by_file: dict[str, list[tuple[Finding, str | None]]] = {file: [] for file in report.files}
    told = [*((finding, None) for finding in report.findings), *report.silenced]
    for finding, reason in told:
        by_file.setdefault(finding.file or "template", []).append((finding, reason))
    suites = ET.Element("testsuites", name="awsdeck lint")
    failures = 0
    for file, found in by_file.items():
        failed = sum(reason is None and finding.severity != "info" for finding, reason in found)
        failures += failed
        suite = ET.SubElement(
            suites, "testsuite", name=file, tests=str(len(found) or 1), failures=str(failed), errors="0",
            skipped=str(sum(reason is not None for _, reason in found)),
        )  # fmt: skip
        if not found:
            ET.SubElement(suite, "testcase", classname=file, name="no findings")
        for finding, reason in found:
            _case(suite, file, finding, reason)
    suites.set("tests", str(sum(int(suite.get("tests", "0")) for suite in suites)))
    suites.set("failures", str(failures))
    ET.indent(suites)
    text: str = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _case(suite: ET.Element, file: str, finding: Finding, reason: str | None) -> None:
    where = ":".join(str(part) for part in (finding.line, finding.column) if part is not None)
    name = f"{finding.rule} {finding.construct or finding.resource or ''} {where}"
    case = ET.SubElement(suite, "testcase", classname=printable(file), name=printable(" ".join(name.split())))
    if finding.line:
        case.set("file", printable(file))
        case.set("line", str(finding.line))
    if reason is not None:
        ET.SubElement(case, "skipped", message=printable(reason))
    elif finding.severity == "info":
        ET.SubElement(case, "system-out").text = _lines(finding)
    else:
        head = printable(finding.message.partition("\n")[0])
        ET.SubElement(case, "failure", type=finding.severity, message=head).text = _lines(finding)


def _lines(finding: Finding) -> str:
    return "\n".join(printable(line) for line in str(finding).split("\n"))
