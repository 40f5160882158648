"""What each linter says of a template, in one process: `python -m benchmarks.jury FOLDER` judges every file there."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, Protocol

Said = set[tuple[str, str, str]]
"""Severity, rule and place of each finding that is an error or a warning."""


class Judge(Protocol):
    """Judges the template in a file."""

    def __call__(self, file: str) -> Said: ...


def awsdeck(limits: Any) -> Judge:
    """awsdeck with the limits of the notes, or those of today."""
    from awsdeck.lint import lint

    def judge(file: str) -> Said:
        found = lint(file, limits=limits, regions=["us-east-1"])
        return {(one.severity, one.rule, "/".join(map(str, one.path))) for one in found}

    return judge


def cfn_lint() -> Judge:
    """cfn-lint as its documentation embeds it, with its rules read once."""
    from cfnlint.api import lint
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    rules = Runner(ConfigMixIn(regions=["us-east-1"])).rules

    def judge(file: str) -> Said:
        found = lint(Path(file).read_text(encoding="utf-8"), rules, ["us-east-1"])
        levels = {"E": "error", "W": "warning"}
        return {
            (levels[one.rule.id[0]], one.rule.id, "/".join(map(str, getattr(one, "path", None) or ())))
            for one in found
            if one.rule.id[0] in levels
        }

    return judge


def validate() -> Judge:
    from cloudformation_validate import CompositeEngine, ValidationError

    engine = CompositeEngine()

    def judge(file: str) -> Said:
        try:
            report = engine.validate_template(file)
        except ValidationError as error:
            return {("error", type(error).__name__, "")}
        kept = [one for one in report.diagnostics if one.severity.name.lower() in ("error", "fatal", "warn", "warning")]
        return {
            (
                "warning" if one.severity.name.lower().startswith("warn") else "error",
                one.rule_id,
                f"{one.entity.logical_id if one.entity else ''}/{one.property_path or ''}",
            )
            for one in kept
        }

    return judge


def judges() -> dict[str, Judge]:
    """Every judge by its name."""
    return {
        "awsdeck, current limits": awsdeck("current"),
        "awsdeck, documented limits": awsdeck("documented"),
        "cfn-lint": cfn_lint(),
        "cloudformation-validate": validate(),
    }


def main() -> None:
    """Judge every file, each tool in turn, and write what was said and the CPU seconds it took."""
    folder = Path(sys.argv[1])
    files = sorted(file for file in folder.iterdir() if file.name != "verdicts.json")
    jury = judges()
    for judge in jury.values():
        judge(str(files[0]))
    verdicts: dict[str, dict[str, Any]] = {name: {} for name in jury}
    for number, file in enumerate(files):
        names = list(jury)
        turn = number % len(names)
        for name in (*names[turn:], *names[:turn]):
            started = time.process_time()
            said = jury[name](str(file))
            verdicts[name][file.name] = {"seconds": time.process_time() - started, "said": sorted(said)}
    (folder / "verdicts.json").write_text(json.dumps(verdicts), encoding="utf-8")


if __name__ == "__main__":
    main()
