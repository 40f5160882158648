"""What the programs of a contest have to make: templates in neutral words, from which every program is written."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
COMPANY = HERE.parent.parent / "tests" / "golden" / "company"


def read(name: str) -> dict[str, Any]:
    """A source by its name."""
    data: dict[str, Any] = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    return data


def company(python: Path, folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    """What the deck of the company makes, in a folder of its own, as a source of many stacks."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(COMPANY, folder, ignore=shutil.ignore_patterns("out", "__pycache__"))
    subprocess.run([python, "deck.py"], check=True, cwd=folder, env=environment)
    made = sorted((folder / "awsdeck.out").glob("*.template.json"))
    return {
        "Stacks": {
            file.name.removesuffix(".template.json"): json.loads(file.read_text(encoding="utf-8")) for file in made
        }
    }


def filled(name: str, n: str, mark: str) -> dict[str, Any]:
    """The source with its `<n>` and `<mark>` filled in: one group as a template."""
    text = json.dumps(read(name)).replace("<n>", n).replace("<mark>", mark)
    data: dict[str, Any] = json.loads(text)
    return data


def many(name: str, resources: int) -> dict[str, Any]:
    """A template with so many resources, no two groups alike."""
    size = len(read(name)["Resources"])
    made: dict[str, Any] = {}
    for number in range(-(-resources // size)):
        made.update(filled(name, str(number), f"0-{number}")["Resources"])
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": dict(list(made.items())[:resources])}
