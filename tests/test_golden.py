"""Programs and the templates they must give, byte for byte. `UPDATE_GOLDEN=1` writes what comes out now."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

CASES = sorted(path.parent for path in (pathlib.Path(__file__).parent / "golden").glob("*/deck.py"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_program_gives_the_templates_kept_beside_it(case: pathlib.Path, tmp_path: pathlib.Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    shutil.copytree(case, tmp_path, ignore=shutil.ignore_patterns("out"), dirs_exist_ok=True)
    done = subprocess.run(
        [sys.executable, "deck.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    made = texts(tmp_path / "awsdeck.out")
    for name, text in made.items():
        if name.endswith(".template.json"):
            (pathlib.Path(os.environ["AWSDECK_TEST_TEMPLATES"]) / f"{case.name}-{pathlib.Path(name).name}").write_text(
                text, encoding="utf-8"
            )
    kept_in = case / "out"
    if os.environ.get("UPDATE_GOLDEN"):
        kept_in.mkdir(exist_ok=True)
        for name in texts(kept_in):
            (kept_in / name).unlink()
        for name, text in made.items():
            (kept_in / name).parent.mkdir(exist_ok=True)
            (kept_in / name).write_text(text, encoding="utf-8")
    assert made == texts(kept_in)


def texts(folder: pathlib.Path) -> dict[str, str]:
    """Everything but zips, which the manifest names by their hashes."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in found if path.suffix != ".zip"
    }
