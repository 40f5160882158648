"""Lint of one template in a cold process; both linters must find every mistake that was planted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .contest import Budget, Contender, Contest
from .peers import Bench
from .process import Failed, cpu
from .sameness import templates

PROGRAMS = Path(__file__).parent / "programs"

PLANTED: dict[str, dict[str, Any]] = {
    "WrongName": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimout": 30}},
    "WrongValue": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 31}},
    "WrongType": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsSupport": "perhaps"}},
    "WrongForLack": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String"}},
    "WrongReference": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": {"Ref": "Nobody"}}},
}


def template(bench: Bench, resources: int) -> Path:
    """A template as troposphere writes it, with some mistakes added to it."""
    folder = bench.runs / "templates" / str(resources)
    folder.mkdir(parents=True, exist_ok=True)
    program = PROGRAMS / "many_troposphere.py"
    copy = folder / program.name
    copy.write_bytes(program.read_bytes())
    cpu([bench.programs["{python}"], copy.name, str(resources), "1"], folder)
    (data,) = templates(folder).values()
    for _ in PLANTED:
        data["Resources"].popitem()
    data["Resources"].update(PLANTED)
    made = folder / f"{resources}.template.json"
    made.write_text(json.dumps(data, indent=2), encoding="utf-8")
    return made


def found_by_awsdeck(folder: Path) -> set[str]:
    said = json.loads((folder / "stdout").read_text(encoding="utf-8"))
    return {finding["resource"] for finding in said["findings"] if finding["severity"] == "error"}


def found_by_cfn_lint(folder: Path) -> set[str]:
    said = json.loads((folder / "stdout").read_text(encoding="utf-8"))
    return {finding["Location"]["Path"][1] for finding in said if finding["Level"] == "Error"}


def same(folders: dict[str, Path]) -> str:
    """Raise `Failed` when a linter misses a planted mistake."""
    found = {"awsdeck": found_by_awsdeck(folders["awsdeck"]), "cfn-lint": found_by_cfn_lint(folders["cfn-lint"])}
    for name, resources in found.items():
        missed = PLANTED.keys() - resources
        if missed:
            raise Failed(f"{name} does not see what is wrong with {', '.join(sorted(missed))}")
    return f"both found the {len(PLANTED)} planted mistakes"


def _contest(bench: Bench, name: str, resources: int, limit: float | None, **rounds: int) -> Contest:
    file = template(bench, resources)
    return Contest(
        name,
        f"lint of a template with {resources} resources in a cold process",
        [
            Contender("awsdeck", ["{awsdeck}", "lint", "--format", "json", file.name], [file], codes=[0, 4]),
            Contender("cfn-lint", ["{cfn-lint}", "--format", "json", file.name], [file], codes=range(16)),
        ],
        [Budget("awsdeck", "cfn-lint", limit)],
        same,
        **rounds,
    )


def contests(bench: Bench) -> list[Contest]:
    return [
        _contest(bench, "lint-large", 500, 1 / 30, rounds=5, quick=2),
        _contest(bench, "lint-small", 20, None, rounds=9, quick=3),
    ]
