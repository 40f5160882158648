"""What type checkers say of programs that use awsdeck: nothing of the right ones, and of each wrong line what is wrong.

Both checkers see awsdeck as a wheel has it: the package with its stubs in a folder of libraries.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import awsdeck
from awsdeck.cfn import stubs
from awsdeck.errors import DeckError, Finding

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "awsdeck"
PROGRAMS = sorted(path.relative_to(HERE).as_posix() for path in HERE.glob("*/*.py"))
MARK = re.compile(r"  # wrong: (.+)$")

Said = dict[str, dict[int, list[str]]]
"""Messages by program and line."""

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("typing")]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's project beside the installed package."""
    top = tmp_path_factory.mktemp("typing")
    shutil.copytree(PACKAGE, top / "libraries" / "awsdeck", ignore=shutil.ignore_patterns("__pycache__", "*.pyi"))
    stubs.write(top / "libraries" / "awsdeck" / "cfn")
    for program in PROGRAMS:
        (top / program).parent.mkdir(exist_ok=True)
        shutil.copy(HERE / program, top / program)
    (top / "mypy.ini").write_text(
        "[mypy]\nstrict = True\nexplicit_package_bases = True\n[mypy-awsdeck.*]\nfollow_imports = silent\n"
    )
    settings = {"include": ["right", "wrong"], "extraPaths": ["libraries"], "typeCheckingMode": "strict"}
    (top / "pyrightconfig.json").write_text(json.dumps(settings))
    return top


def run(top: Path, *command: str) -> subprocess.CompletedProcess[str]:
    if importlib.util.find_spec(command[0]) is None:
        pytest.skip(f"needs pip install {command[0]}")
    env = {**os.environ, "MYPYPATH": str(top / "libraries"), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=top, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="session")
def mypy(project: Path) -> Said:
    done = run(project, "mypy", "--config-file=mypy.ini", "--no-error-summary", "--no-pretty", *PROGRAMS)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    said: Said = {program: {} for program in PROGRAMS}
    for line in done.stdout.splitlines():
        found = re.match(r"(.+?):(\d+): error: (.+)", line)
        if found:
            said[Path(found[1]).as_posix()].setdefault(int(found[2]), []).append(found[3])
    return said


@pytest.fixture(scope="session")
def pyright(project: Path) -> Said:
    done = run(project, "pyright", "--outputjson")
    assert done.returncode in (0, 1), done.stdout + done.stderr
    said: Said = {program: {} for program in PROGRAMS}
    for finding in json.loads(done.stdout)["generalDiagnostics"]:
        program = Path(finding["file"]).relative_to(project).as_posix()
        said[program].setdefault(finding["range"]["start"]["line"] + 1, []).append(finding["message"])
    return said


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_type_checkers_report_the_lines_that_are_wrong_and_no_others(
    checker: str, program: str, request: pytest.FixtureRequest
) -> None:
    said: Said = request.getfixturevalue(checker)
    lines = (HERE / program).read_text().splitlines()
    expected = {number: mark[1] for number, line in enumerate(lines, 1) if (mark := MARK.search(line))}
    assert bool(expected) == program.startswith("wrong/")
    found = said[program]
    missed = {number: part for number, part in expected.items() if part not in " ".join(found.get(number, ()))}
    alarms = {number: messages for number, messages in found.items() if number not in expected}
    assert (missed, alarms) == ({}, {}), {number: found.get(number) for number in missed}


@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_every_public_class_stands_in_a_program_that_is(kind: str) -> None:
    written = "".join(path.read_text() for path in (HERE / kind).glob("*.py"))
    used = set(re.findall(r"\w+", re.sub(r"(?s)from awsdeck import \(.*?\)", "", written)))
    classes = {name for name in awsdeck.__dict__["__all__"] if inspect.isclass(getattr(awsdeck, name))}
    if kind == "wrong":
        classes = {name for name in classes if not issubclass(getattr(awsdeck, name), DeckError | Finding)}
    assert sorted(classes - used) == []
