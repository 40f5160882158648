"""What every blueprint promises, whatever it makes: imported by the tests of each, which bring `rendered`."""

from __future__ import annotations

import importlib.util
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.blueprints.project import Rendered
from tests.collected import errors_in


def test_it_synthesizes_and_lints_without_an_error_or_a_warning(rendered: Rendered) -> None:
    assert rendered.synth.returncode == 0, rendered.synth.stderr
    done = rendered.run("-m", "awsdeck", "lint", "--format", "json")
    found = json.loads(done.stdout)
    assert found["findings"] == []
    assert found["summary"]["templates"] == 1
    assert done.returncode == 0


def test_cfn_lint_finds_no_error(rendered: Rendered, tmp_path: Path) -> None:
    pytest.importorskip("cfnlint")
    shutil.copy(rendered.folder / "awsdeck.out" / f"{rendered.stack}.template.json", tmp_path / "t.json")
    assert errors_in(tmp_path) == []


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="ruff is not installed")
def test_its_code_is_as_ruff_wants_it(rendered: Rendered) -> None:
    options = ("--isolated", "--line-length", "120", "--no-cache", ".")
    for words in (("check", "--select", "E,F,I,UP,B,SIM,RUF"), ("format", "--check", "--diff")):
        done = rendered.run("-m", "ruff", *words, *options)
        assert done.returncode == 0, done.stdout


def eventually(holds: Callable[[], Any], seconds: float = 60) -> Any:
    """What a call gives as soon as that is true, or in the end."""
    until = time.monotonic() + seconds
    while not (found := holds()) and time.monotonic() < until:
        time.sleep(0.1)
    return found
