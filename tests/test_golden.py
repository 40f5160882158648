"""Programs and the templates they must give, byte for byte. `UPDATE_GOLDEN=1` writes what comes out now."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

CASES = sorted(path.parent for path in (pathlib.Path(__file__).parent / "golden").glob("*/deck.py"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_program_gives_the_templates_kept_beside_it(case: pathlib.Path, tmp_path: pathlib.Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    (tmp_path / "deck.py").write_text((case / "deck.py").read_text(encoding="utf-8"), encoding="utf-8")
    done = subprocess.run([sys.executable, "deck.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = {path.name: path.read_text(encoding="utf-8") for path in sorted((tmp_path / "awsdeck.out").iterdir())}
    for name, text in made.items():
        if name.endswith(".template.json"):
            (pathlib.Path(os.environ["AWSDECK_TEST_TEMPLATES"]) / f"{case.name}-{name}").write_text(
                text, encoding="utf-8"
            )
    kept_in = case / "out"
    if os.environ.get("UPDATE_GOLDEN"):
        kept_in.mkdir(exist_ok=True)
        for old in kept_in.iterdir():
            old.unlink()
        for name, text in made.items():
            (kept_in / name).write_text(text, encoding="utf-8")
    kept = {path.name: path.read_text(encoding="utf-8") for path in sorted(kept_in.iterdir())}
    assert made == kept
