"""Many files, linted by several processes: the same words in the same order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from awsdeck.lint import workers

if TYPE_CHECKING:
    import pytest

    from .conftest import Project


def test_several_processes_say_the_same_as_one(empty: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(150):
        body = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": number * 10}}
        empty.write(f"t{number:03}.json", json.dumps({"Resources": {"Q": body}}))
    empty.write("broken.json", '{"Resources": {"AWS::": ')
    together = empty.run("lint", ".")
    monkeypatch.setattr(workers, "FEWEST", 10_000)
    alone = empty.run("lint", ".")
    assert together.code == alone.code == 4
    assert together.out == alone.out
    assert "60 errors in 150 templates" in together.out
