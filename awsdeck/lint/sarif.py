"""A report in SARIF 2.1.0, as code scanning services read it."""

from __future__ import annotations

import json
import os
from urllib.parse import quote

from .. import __version__
from ..rules import find
from .own import OWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..errors import Finding
    from .report import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
ROOT = "SRCROOT"


def as_sarif(report: Report) -> str:
    """The report as one run of one tool; what is suppressed is in it, with the reason that was given."""
    told: list[tuple[Finding, str | None]] = [*((finding, None) for finding in report.findings), *report.silenced]
    ids = sorted({finding.rule for finding, _ in told})
    run = {
        "tool": {
            "driver": {
                "name": "awsdeck",
                "semanticVersion": __version__,
                "rules": [_rule(id, told) for id in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder that lint was called in."}}},
        "results": [_result(finding, ids.index(finding.rule), reason) for finding, reason in told],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(id: str, told: list[tuple[Finding, str | None]]) -> dict[str, Any]:
    rule = find(id)
    if rule is not None:
        severity, text, source = rule.severity, rule.message, rule.source
    elif id in OWN:
        (severity, text), source = OWN[id], None
    else:
        first = next(finding for finding, _ in told if finding.rule == id)
        severity, text, source = first.severity, first.message, first.source
    shown: dict[str, Any] = {
        "id": id,
        "shortDescription": {"text": text},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "help": {"text": f"{text}. `awsdeck explain {id}` tells more."},
    }
    if source:
        shown["fullDescription"] = {"text": f"{text}. Source: {source}"}
    return shown


def _result(finding: Finding, index: int, reason: str | None) -> dict[str, Any]:
    text = [finding.message]
    text.extend(f"{name}: {said}" for name, said in (("allowed", finding.allowed), ("fix", finding.fix)) if said)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": "\n".join(text)},
        "partialFingerprints": {"awsdeck/v1": _fingerprint(finding)},
    }
    if finding.file:
        result["locations"] = [_location(finding)]
    if reason is not None:
        result["suppressions"] = [{"kind": "inSource", "justification": reason}]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(finding.file or "")}
    if finding.line:
        physical["region"] = {"startLine": finding.line}
        if finding.column:
            physical["region"]["startColumn"] = finding.column
    location: dict[str, Any] = {"physicalLocation": physical}
    name = finding.construct or finding.resource
    if name:
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "resource"}]
    return location


def _artifact(file: str) -> dict[str, str]:
    here = os.path.relpath(file) if os.path.isabs(file) else file
    if here.startswith(os.pardir):
        return {"uri": "file://" + quote(os.path.abspath(file).replace(os.sep, "/"))}
    return {"uri": quote(here.replace(os.sep, "/")), "uriBaseId": ROOT}


def _fingerprint(finding: Finding) -> str:
    """The same for the same mistake, also when lines above it come and go."""
    from hashlib import sha256

    parts = (finding.rule, finding.file, finding.stack, finding.resource, *map(str, finding.path))
    return sha256("\0".join(part or "" for part in parts).encode()).hexdigest()[:32]
