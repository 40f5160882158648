"""Lint: one template or a folder of them in a cold process, and templates in a warm one. Mistakes are planted in all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import sources
from .contest import Bench, Budget, Contender, Contest, Failed
from .process import Usage

PROGRAMS = Path(__file__).parent / "programs"

PLANTED: dict[str, dict[str, Any]] = {
    "WrongName": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimout": 30}},
    "WrongValue": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 31}},
    "WrongType": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16", "EnableDnsSupport": "perhaps"}},
    "WrongForLack": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String"}},
    "WrongReference": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": {"Ref": "Nobody"}}},
}
FOLDER = 300
QUICK_FOLDER = 60
WARM = 24

Found = Callable[[Path], set[str]]


def template(resources: int) -> dict[str, Any]:
    """A template with so many resources; the last ones are wrong."""
    data = sources.many("many", resources)
    for _ in PLANTED:
        data["Resources"].popitem()
    data["Resources"].update(PLANTED)
    return data


def one_of_many(number: int) -> dict[str, Any]:
    """A template of about twenty resources, its mistake one of the planted ones, no two templates alike."""
    kind = ("many", "l2")[number % 2]
    resources: dict[str, Any] = {}
    for n in range(1 if kind == "many" else 3):
        resources.update(sources.filled(kind, str(n), f"{number}-{n}")["Resources"])
    name = list(PLANTED)[number % len(PLANTED)]
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {**resources, name: PLANTED[name]}}


def _write(path: Path, data: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=2), encoding="utf-8")
    return path


def _folder(bench: Bench, name: str, size: int) -> Path:
    folder = bench.runs / "templates" / name
    shutil.rmtree(folder, ignore_errors=True)
    for number in range(size):
        _write(folder / f"{number:03}.json", one_of_many(number))
    return folder


def by_awsdeck(folder: Path) -> set[str]:
    said = json.loads((folder / "stdout").read_text(encoding="utf-8"))
    return {f"{_stem(one['file'])}{one['resource']}" for one in said["findings"] if one["severity"] == "error"}


def by_cfn_lint(folder: Path) -> set[str]:
    said = json.loads((folder / "stdout").read_text(encoding="utf-8"))
    return {f"{_stem(one['Filename'])}{one['Location']['Path'][1]}" for one in said if one["Level"] == "Error"}


def by_validate(folder: Path) -> set[str]:
    said = json.loads((folder / "stdout").read_text(encoding="utf-8"))
    return {f"{_stem(file)}{id}" for file, ids in said.items() for id in ids}


def _stem(file: str) -> str:
    """Which template of a folder."""
    return Path(file).stem + "/"


FINDS: dict[str, Found] = {"awsdeck": by_awsdeck, "cfn-lint": by_cfn_lint, "cloudformation-validate": by_validate}


def _same(planted: set[str]) -> Callable[[dict[str, Path]], str]:
    def same(folders: dict[str, Path]) -> str:
        """Raise `Failed` when awsdeck or cfn-lint misses a planted mistake; say what the others miss."""
        told = []
        for name, find in FINDS.items():
            if name in folders:
                missed = planted - find(folders[name])
                if missed and name != "cloudformation-validate":
                    raise Failed(f"{name} does not see what is wrong with {', '.join(sorted(missed)[:5])}")
                told.append(f"{name} {len(planted) - len(missed)}")
        note = "; checkov looks for other things" if "checkov" in folders else ""
        return f"found of {len(planted)} planted mistakes: {', '.join(told)}{note}"

    return same


def _contenders(target: Path, *, slow: int) -> list[Contender]:
    validate = PROGRAMS / "validate_once.py"
    flag = "-d" if target.is_dir() else "-f"
    checkov = ["--framework", "cloudformation", "--output", "json", "--compact", "--quiet", "--skip-download"]
    within = f"{target.name}/*.json" if target.is_dir() else target.name
    return [
        Contender("awsdeck", ["{awsdeck}", "lint", "--format", "json", target.name], [target], codes=[0, 4]),
        Contender("cfn-lint", ["{cfn-lint}", "--format", "json", within], [target], codes=range(16), rounds=slow),
        Contender("cloudformation-validate", ["{python}", validate.name, target.name], [validate, target], rounds=3),
        Contender(
            "checkov", ["{checkov-python}", "{checkov}", flag, target.name, *checkov], [target], codes=[0, 1],
            needs=["checkov"], rounds=min(slow, 2), extra={"LOG_LEVEL": "ERROR"},
        ),
    ]  # fmt: skip


def _cold(bench: Bench, name: str, resources: int, limit: float | None, rounds: int, slow: int) -> Contest:
    file = _write(bench.runs / "templates" / f"{resources}.json", template(resources))
    return Contest(
        name,
        f"lint of a template with {resources} resources in a cold process",
        _contenders(file, slow=slow),
        [Budget("awsdeck", "cfn-lint", limit), Budget("awsdeck", "cloudformation-validate", None)],
        _same({f"{resources}/{id}" for id in PLANTED}),
        rounds=rounds,
        quick=2,
    )


def _many(bench: Bench) -> Contest:
    size = QUICK_FOLDER if bench.quick else FOLDER
    folder = _folder(bench, "folder", size)
    planted = list(PLANTED)
    return Contest(
        "lint-folder",
        f"lint of a folder with {size} templates of about 20 resources in a cold process",
        _contenders(folder, slow=1),
        [Budget("awsdeck", "cfn-lint", None), Budget("awsdeck", "cloudformation-validate", None)],
        _same({f"{number:03}/{planted[number % len(planted)]}" for number in range(size)}),
        rounds=3,
        quick=1,
    )


def printed(folder: Path, usage: Usage) -> float:
    """The figure that a program measured itself."""
    value: float = json.loads((folder / "stdout").read_text(encoding="utf-8"))["value"]
    return value


def _found_warm(folders: dict[str, Path]) -> str:
    expected = [[list(PLANTED)[number % len(PLANTED)]] for number in range(WARM // 2, WARM)]
    told = []
    for name, folder in folders.items():
        found = json.loads((folder / "stdout").read_text(encoding="utf-8"))["found"]
        right = sum(one == other for one, other in zip(found, expected, strict=True))
        if name in ("awsdeck", "cfn-lint") and right != len(expected):
            raise Failed(f"{name} found {right} of {len(expected)} planted mistakes")
        told.append(f"{name} {right}")
    return f"found of {len(expected)} planted mistakes: {', '.join(told)}"


def _warm(bench: Bench) -> Contest:
    program = PROGRAMS / "warm_lint.py"
    folder = _folder(bench, "warm", WARM)

    def judge(linter: str, python: str = "{python}", **more: Any) -> Contender:
        command = [python, program.name, linter, folder.name]
        return Contender(linter, command, [program, folder], value=printed, **more)

    return Contest(
        "lint-warm",
        f"lint in a process that is warm: the median of {WARM // 2} templates of about 20 resources",
        [
            judge("awsdeck"),
            judge("cfn-lint", rounds=1),
            judge("cloudformation-validate"),
            judge("checkov", "{checkov-python}", needs=["checkov"], rounds=1),
        ],
        [Budget("awsdeck", "cloudformation-validate", 1.0), Budget("awsdeck", "cfn-lint", None)],
        _found_warm,
        rounds=5,
        quick=2,
        whole=False,
    )


def contests(bench: Bench) -> list[Contest]:
    return [
        _cold(bench, "lint-small", 20, None, rounds=7, slow=3),
        _cold(bench, "lint-100", 100, None, rounds=5, slow=2),
        _cold(bench, "lint-large", 500, 1 / 30, rounds=5, slow=2),
        _many(bench),
        _warm(bench),
    ]
