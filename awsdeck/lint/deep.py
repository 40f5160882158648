"""What cfn-lint and cloudformation-validate find beside our own findings, one finding for each cause.

Both come with the extra `deep`. cfn-lint runs in a process of its own, on the file as it is or as it is synthesized.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from importlib import metadata
from importlib.util import find_spec

from ..errors import Finding, InputError
from ..template import render_json
from .serverless import Translation, is_serverless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ..errors import Severity
    from ..rules.vocabulary import Mode
    from ..template import Template
    from .files import Source

    Path = tuple[str | int, ...]

CFN_LINT = "cfn-lint"
VALIDATE = "cloudformation-validate"
TOOLS = {CFN_LINT: "cfnlint", VALIDATE: "cloudformation_validate"}
"""The tools by the name of their distribution, and the module that shows whether one is there."""
_LEVELS: dict[str, Severity] = {
    "error": "error", "fatal": "error", "warning": "warning", "warn": "warning", "informational": "info", "info": "info",
}  # fmt: skip
_MOST_SECONDS = 600
_RUN = "import sys; from cfnlint.runner import main; sys.exit(main())"


def tools() -> list[str]:
    """The tools that are installed. Raises `InputError` when none is."""
    found = [name for name, module in TOOLS.items() if find_spec(module) is not None]
    if not found:
        raise InputError(f"--deep needs {' or '.join(TOOLS)}", fix="pip install 'awsdeck[deep]'")
    return found


def deepened(
    source: Source,
    own: Sequence[Finding],
    regions: Sequence[str] = (),
    *,
    limits: Mode = "documented",
    parameters: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """Our findings, each saying which other tool found it too, and after them what only the others found.

    What SAM makes of a template is judged too, if `aws-sam-translator` is there.
    """
    merged = list(own)
    made: dict[str, Translation] = {}
    for template in source.templates:
        if is_serverless(template.data):
            home = source.stacks.get(template.name)
            region = home.region if home else regions[0] if regions else None
            found = made[template.name] = Translation(source, template, parameters, region)
            merged += found.judged(own, limits=limits, parameters=parameters, region=region)
    for name in tools():
        for template in source.templates:
            for finding in _said(name, source, template, regions, made.get(template.name)):
                place = next((i for i, known in enumerate(merged) if _one_cause(known, finding)), None)
                if place is None:
                    merged.append(finding)
                else:
                    merged[place] = _told_too(merged[place], finding, name)
    return merged


def _said(
    name: str, source: Source, template: Template, regions: Sequence[str], translation: Translation | None
) -> Iterator[Finding]:
    """What a tool says of a template, at its places there."""
    if name == VALIDATE and translation is not None and translation.made is not None:
        # it does not know the names that SAM makes, so it is shown what they become
        for said in _ask(name, translation.made, regions):
            finding = translation.back(said)
            if finding is not None:
                yield finding
        return
    stack = template.name if source.stacks else None
    for said in _ask(name, template, regions):
        finding = said.replace(stack=stack)
        if source.stacks or template.file is None:  # its lines are those of a file that nobody wrote
            finding = source.locate(finding.replace(file=None, line=None, column=None), template)
        yield finding


def _one_cause(known: Finding, other: Finding) -> bool:
    if known.file != other.file or known.stack != other.stack:
        return False
    if known.path and other.path:
        size = min(len(known.path), len(other.path))
        if size >= 4 and _words(known.path[:size]) == _words(other.path[:size]):
            return True
    return known.line is not None and known.line == other.line


def _words(path: Path) -> list[str]:
    return [str(step) for step in path]


def _told_too(known: Finding, other: Finding, tool: str) -> Finding:
    said = f"{tool} {other.rule}"
    if known.source and said in known.source:
        return known
    return known.replace(source=f"{known.source}; also found by {said}" if known.source else f"also found by {said}")


def _ask(name: str, template: Template, regions: Sequence[str]) -> Iterator[Finding]:
    ask = _cfn_lint if name == CFN_LINT else _validate
    version = metadata.version(name)
    with tempfile.TemporaryDirectory(prefix="awsdeck-") as folder:
        file = template.file
        if file is None or not os.path.isfile(file):
            file = os.path.join(folder, "template.json")
            with open(file, "w", encoding="utf-8") as stream:
                stream.write(render_json(template.data))
        for finding in ask(file, regions):
            yield finding.replace(file=template.file, source=f"{name} {version}")


def _cfn_lint(file: str, regions: Sequence[str]) -> Iterable[Finding]:
    words = [sys.executable, "-c", _RUN, "--format", "json", *(("--regions", *regions) if regions else ())]
    try:
        done = subprocess.run(
            [*words, "--template", file], capture_output=True, text=True, check=False, timeout=_MOST_SECONDS
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise InputError(
            f"cfn-lint has not come to an end in {_MOST_SECONDS} seconds", fix="leave --deep out"
        ) from None
    try:
        found: Any = json.loads(done.stdout or "[]")
    except ValueError:
        last = (done.stderr or done.stdout).strip().rpartition("\n")[2]
        raise InputError(f"cfn-lint failed: {last}", fix="run cfn-lint itself to see more") from None
    for match in found:
        start, path = match["Location"]["Start"], tuple(match["Location"].get("Path") or ())
        yield _finding(
            match["Rule"]["Id"], match["Level"], match["Message"], path, start["LineNumber"], start["ColumnNumber"]
        )


def _validate(file: str, regions: Sequence[str]) -> Iterable[Finding]:
    from cloudformation_validate import CompositeEngine

    try:
        report = CompositeEngine().validate_template(file)
    except Exception as error:  # noqa: BLE001  (its own errors are made by a generator of bindings)
        raise InputError(f"cloudformation-validate failed: {error}", fix="leave --deep out") from None
    diagnostics: list[Any] = list(report.diagnostics)
    for told in diagnostics:
        entity = told.entity
        name = entity.logical_id if entity is not None else None
        steps = re.split(r"[./]", told.property_path) if told.property_path else []
        if entity is not None and name and steps[:1] != ["Resources"] and entity.entity_type.name == "RESOURCE":
            steps = ["Resources", name, *steps]
        path = tuple(int(step) if step.isdigit() else step for step in steps)
        yield _finding(
            told.rule_id, told.severity.name, told.message, path, told.start_line, told.start_column,
            fix=told.suggested_fix,
        )  # fmt: skip


def _finding(
    rule: str, level: str, message: str, path: Path, line: int | None, column: int | None, fix: str | None = None
) -> Finding:
    resource = str(path[1]) if path[:1] == ("Resources",) and len(path) > 1 else None
    return Finding(
        rule, _LEVELS.get(level.lower(), "warning"), " ".join(message.split()), path=path, resource=resource,
        line=line or None, column=column or None, fix=fix,
    )  # fmt: skip
