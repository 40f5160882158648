"""`--output json` of what runs for a while: every line is in the shape that `schemas/record.schema.json` promises."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

import pytest
from jsonschema import Draft202012Validator

from awsdeck.catalog.store import SCHEMAS
from awsdeck.cli import deploy, destroy, follow, recover
from awsdeck.deploy.fake import FakeCloudFormation, Script
from awsdeck.deploy.result import Status
from awsdeck.deploy.stackplan import Operation

if TYPE_CHECKING:
    from .conftest import Project

with open(f"{SCHEMAS}/record.schema.json", encoding="utf-8") as _file:
    SCHEMA: dict[str, Any] = json.load(_file)
RECORD = Draft202012Validator(SCHEMA)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeCloudFormation:
    """A scripted CloudFormation in place of every account."""
    fake = FakeCloudFormation()
    for module in (deploy, destroy, follow, recover):
        monkeypatch.setattr(module, "open_account", lambda *_, **__: (fake.aws(), None))
    return fake


def told(project: Project, *words: str) -> list[dict[str, Any]]:
    """The records of a run, each checked."""
    answer = project.run(*words, "--output", "json")
    found = [json.loads(line) for line in answer.out.splitlines()]
    for record in found:
        assert RECORD.is_valid(record), record
    assert found[0]["type"] == "version"
    assert found[-1] == {"type": "summary", "exit_code": answer.code}
    return found


def test_a_deploy_a_failure_and_what_comes_after(project: Project, fake: FakeCloudFormation) -> None:
    events = [record for record in told(project, "deploy", "-y") if record["type"] == "event"]
    created = next(event for event in events if event["logical_id"] == "Orders")
    assert (created["resource_type"], created["construct"], created["line"]) == ("AWS::SQS::Queue", "shop/Orders", 6)
    fake.script("shop", Script(fail={"Orders": "no"}, rollback_fails={"Orders": "locked"}))
    (project.folder / "deck.py").write_text((project.folder / "deck.py").read_text().replace("=5", "=6"))
    failed = next(record for record in told(project, "deploy", "-y") if record["type"] == "result")
    assert failed["status"] == "failed"
    assert failed["failure"]["resource_type"] == "AWS::SQS::Queue"
    assert {"reason", "state"} <= failed["failure"].keys()
    undone = told(project, "rollback", "shop", "-y", "--skip", "Orders")
    assert [record["status"] for record in undone if record["type"] == "result"] == ["rolled-back"]
    assert told(project, "follow")[-1]["exit_code"] == 0, "the last run was the rollback, and it went well"
    assert told(project, "follow", "shop")[-1]["exit_code"] == 1, "the stack is not what was wanted of it"
    assert told(project, "cancel", "shop", "-y")[-1]["exit_code"] == 4
    assert told(project, "destroy")[-1]["exit_code"] == 3
    assert told(project, "destroy", "-y")[-1]["exit_code"] == 0


def test_every_kind_of_record_is_told_in_its_order(project: Project, fake: FakeCloudFormation) -> None:
    kinds = [record["type"] for record in told(project, "deploy", "-y")]
    assert {"version", "plan", "change", "event", "progress", "outputs", "timeline", "result", "summary"} == set(kinds)
    first = {kind: kinds.index(kind) for kind in kinds}
    assert list(first) == sorted(first, key=first.__getitem__)
    assert first["plan"] < first["change"] < first["progress"] < first["outputs"] < first["timeline"] < first["result"]


def test_less_is_told_when_less_is_wanted(project: Project, fake: FakeCloudFormation) -> None:
    fake.script("shop", Script(fail={"Orders": "no"}))
    kinds = [record["type"] for record in told(project, "deploy", "-y", "--progress", "errors")]
    assert (kinds.count("event"), kinds.count("progress")) == (1, 0)
    kinds = [record["type"] for record in told(project, "deploy", "-y", "--progress", "none")]
    assert not {"event", "progress"} & set(kinds)
    kinds = [record["type"] for record in told(project, "destroy", "-y", "--progress", "events")]
    assert "event" in kinds
    assert "progress" not in kinds


def test_an_error_without_a_stack_is_a_record_too(project: Project, fake: FakeCloudFormation) -> None:
    found = told(project, "deploy", "-y", "--parameters", "Nobody=1")
    assert [record["type"] for record in found] == ["version", "error", "summary"]
    assert found[1]["error"]["exit_code"] == 4


def test_the_schema_knows_every_operation_and_every_end() -> None:
    assert SCHEMA["$defs"]["plan"]["properties"]["operation"]["enum"] == list(get_args(Operation))
    assert SCHEMA["$defs"]["result"]["properties"]["status"]["enum"] == list(get_args(Status))
