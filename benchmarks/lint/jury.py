"""What a linter says of every file of a folder: `python -m benchmarks.lint.jury JUDGE FOLDER`, for one in JUDGES."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

Said = set[tuple[str, str, str]]
"""Severity, rule and place of each finding that is an error or a warning."""

Judge = Callable[[str], Said]
"""Judges the template in a file."""


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

    rules: Any = Runner(ConfigMixIn(regions=["us-east-1"])).rules

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
    """cloudformation-validate with its engine made once."""
    linter: Any = import_module("cloudformation_validate")
    engine = linter.CompositeEngine()

    def judge(file: str) -> Said:
        try:
            report = engine.validate_template(file)
        except linter.ValidationError as error:
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


def checkov() -> Judge:
    """checkov's CloudFormation checks; it runs in an environment of its own."""
    import logging

    logging.disable(logging.CRITICAL)
    runner: Any = import_module("checkov.cloudformation.runner")
    filters: Any = import_module("checkov.runner_filter")

    def judge(file: str) -> Said:
        chosen = filters.RunnerFilter(framework=["cloudformation"])
        try:
            report = runner.Runner().run(root_folder=None, files=[file], runner_filter=chosen)
        except Exception as error:  # noqa: BLE001  (a crash is an answer too)
            return {("error", type(error).__name__, "")}
        found = {("error", str(check.check_id), str(check.resource)) for check in report.failed_checks}
        return found | {("error", "unreadable", Path(str(name)).name) for name in report.parsing_errors}

    return judge


JUDGES: dict[str, Callable[[], Judge]] = {
    "awsdeck": lambda: awsdeck("current"),
    "awsdeck, documented limits": lambda: awsdeck("documented"),
    "cfn-lint": cfn_lint,
    "cloudformation-validate": validate,
    "checkov": checkov,
}


def main() -> None:
    """Judge every file, after one that does not count, and write what was said and the CPU seconds it took."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    files = sorted(file for file in folder.iterdir() if not file.name.startswith("verdicts"))
    judge = JUDGES[name]()
    judge(str(files[0]))
    verdicts: dict[str, dict[str, Any]] = {}
    for file in files:
        started = time.process_time()
        said = judge(str(file))
        verdicts[file.name] = {"seconds": time.process_time() - started, "said": sorted(said)}
    (folder / f"verdicts-{name}.json").write_text(json.dumps(verdicts), encoding="utf-8")


if __name__ == "__main__":
    main()
