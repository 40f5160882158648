"""A project made from a blueprint, and what the tests of every blueprint do with it."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from awsdeck import blueprint

CHECKOUT = Path(__file__).resolve().parents[2]


class Project:
    """A project made from the blueprint with this name."""

    def __init__(self, name: str, folder: Path, answers: dict[str, Any]) -> None:
        self.folder = folder
        self.answers = blueprint.find(name).check(answers)
        self.files = blueprint.find(name).render(answers, str(folder))
        self.stack = f"{self.answers['name']}-{self.answers['environment']}"

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [sys.executable, *words], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    def own_tests(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The project's own tests, with the pytest plugin, whether it is installed here or not."""
        installed = any(point.name == "awsdeck" for point in importlib.metadata.entry_points(group="pytest11"))
        plugin = () if installed else ("-p", "awsdeck.testing.plugin")
        options = ("-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", ".")
        return self.run("-m", "pytest", *options, *plugin, *words)


class Rendered(Project):
    """A project with its template."""

    def __init__(self, name: str, folder: Path, answers: dict[str, Any]) -> None:
        super().__init__(name, folder, answers)
        self.synth = self.run("-m", "awsdeck", "synth")
        text = (folder / "awsdeck.out" / f"{self.stack}.template.json").read_text(encoding="utf-8")
        self.template: dict[str, Any] = json.loads(text)

    def properties(self, logical_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.template["Resources"][logical_id]["Properties"]
        return found

    def ids(self, type: str) -> list[str]:
        return sorted(id for id, body in self.template["Resources"].items() if body["Type"] == type)
