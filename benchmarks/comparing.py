"""Diff of two templates, file against file: what was added, taken away and changed among 500 resources."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from . import sources
from .cdk import ENVIRONMENT
from .contest import Bench, Budget, Contender, Contest, Failed, Written
from .process import usage

PROGRAMS = Path(__file__).parent / "programs"
RESOURCES = 500
CHANGED = [f"Failed{n}" for n in range(0, 25, 2)]
GONE = [f"Setting{n}" for n in range(5)]
NEW = [f"Extra{n}" for n in range(5)]


def _new(template: dict[str, Any]) -> dict[str, Any]:
    resources = template["Resources"]
    for id in CHANGED:
        resources[id]["Properties"]["VisibilityTimeout"] = 45
    for id in GONE:
        del resources[id]
    for id in NEW:
        resources[id] = {"Type": "AWS::SNS::Topic"}
    return template


def _assembly(bench: Bench, folder: Path) -> None:
    """What CDK compares is an assembly: one that CDK made, with the new template in it."""
    shutil.copy(bench.written(Written("many", "cdk")), folder / "app.py")
    extra = {name: bench.fill(value) for name, value in ENVIRONMENT.items()}
    usage([bench.fill("{cdk-python}"), "app.py", str(RESOURCES), "1"], folder, extra=extra)
    shutil.copy(folder / "new.json", folder / "cdk.out" / "stack-0.template.json")


def _same(folders: dict[str, Path]) -> str:
    wanted = {*CHANGED, *GONE, *NEW}
    for name, folder in folders.items():
        said = "".join((folder / stream).read_text(encoding="utf-8") for stream in ("stdout", "stderr"))
        named = set(re.findall(r"\b(?:Failed|Setting|Extra)\d+\b", said))
        if named != wanted:
            raise Failed(f"{name} tells {len(named)} changed resources, not {len(wanted)}")
    return f"all tell the same {len(wanted)} changed resources"


def contests(bench: Bench) -> list[Contest]:
    folder = bench.runs / "templates" / "diff"
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "old.json", folder / "new.json"]
    for file, data in zip(files, (sources.many("many", RESOURCES), _new(sources.many("many", RESOURCES))), strict=True):
        file.write_text(json.dumps(data, indent=2), encoding="utf-8")
    sceptre = PROGRAMS / "diff_sceptre.py"
    compare = [
        "{node}",
        "{cdk}",
        "diff",
        "--no-color",
        "--no-notices",
        "--app",
        "cdk.out",
        "--template",
        "old.json",
        "stack-0",
    ]
    return [
        Contest(
            "diff",
            f"two templates of {RESOURCES} resources compared, file against file",
            [
                Contender("awsdeck diff", ["{awsdeck}", "diff", "new.json", "--against", "old.json"], files),
                Contender("cdk diff", compare, files, needs=["cdk"], rounds=3, extra=ENVIRONMENT, prepare=_assembly),
                Contender(
                    "Sceptre's differ", ["{sceptre-python}", sceptre.name, "old.json", "new.json"], [sceptre, *files],
                    needs=["sceptre"], rounds=3,
                ),
            ],
            [Budget("awsdeck diff", "cdk diff", None), Budget("awsdeck diff", "Sceptre's differ", None)],
            _same,
            rounds=7,
            quick=3,
        ),
    ]  # fmt: skip
