"""`awsdeck follow`, `rollback`, `cancel` and `drift`: with a deck, without one, and with a broken one."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.cli import deploy, drift, follow, recover, stacks
from awsdeck.deploy import AWS
from awsdeck.deploy.fake import FakeCloudFormation, Script
from awsdeck.local import ACCOUNT

if TYPE_CHECKING:
    from .conftest import Project

OLD: dict[str, Any] = {"Resources": {"Orders": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 1}}}}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeCloudFormation:
    """A scripted CloudFormation in place of every account."""
    fake = FakeCloudFormation()
    for module in (deploy, drift, follow, recover, stacks):
        monkeypatch.setattr(module, "open_account", lambda *_, **__: (fake.aws(), None))
    return fake


@pytest.fixture
def running(project: Project, fake: FakeCloudFormation) -> Project:
    """A project with an update that goes on and that nobody watches any more."""
    fake.add_stack("shop", OLD)
    fake.script("shop", Script(seconds=300))
    answer = project.run("deploy", "-y", "--timeout", "5")
    assert answer.code == 9, answer.err
    assert "awsdeck follow shop" in answer.err
    return project


def failed(project: Project, fake: FakeCloudFormation) -> None:
    """An update that failed, and whose rollback failed."""
    fake.add_stack("shop", OLD)
    fake.script("shop", *[Script(fail={"Orders": "no"}, rollback_fails={"Orders": "locked"})] * 2)
    answer = project.run("deploy", "-y")
    assert answer.code == 5
    assert "awsdeck rollback shop" in answer.err


def records(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_what_nobody_watches_is_followed_to_its_end(running: Project) -> None:
    answer = running.run("follow")
    assert answer.code == 0, answer.err
    assert "shop in eu-west-1: follow (it is in UPDATE_IN_PROGRESS)" in answer.out
    assert "update complete       Orders" in answer.out
    assert "shop: updated in" in answer.out


def test_a_stack_is_followed_without_a_deck_by_name_and_by_arn(running: Project, fake: FakeCloudFormation) -> None:
    (running.folder / "deck.py").unlink()
    for name in ("shop", fake.stacks[0].id):
        answer = running.run("follow", name)
        assert answer.code == 0, answer.err
        assert "shop: updated in" in answer.out


def test_status_and_outputs_need_no_deck_either(empty: Project, fake: FakeCloudFormation) -> None:
    fake.add_stack("shop", OLD)
    assert "CREATE_COMPLETE" in empty.run("status", "shop").out
    assert empty.run("outputs", "shop", "--output", "json").data["stacks"] == {"shop": {}}
    assert empty.run("status", "shpo").code == 4
    assert empty.run("status").code == 4


def test_a_deck_that_does_not_run_keeps_nobody_from_watching(running: Project) -> None:
    running.write("deck.py", "1 / 0\n")
    answer = running.run("follow", "shop")
    assert answer.code == 0
    assert "the deck does not run (ZeroDivisionError" in answer.err


def test_a_failure_that_is_followed_names_the_line_of_the_deck(project: Project, fake: FakeCloudFormation) -> None:
    fake.add_stack("shop", OLD)
    fake.script("shop", Script(seconds=300, fail={"Orders": "no such key"}))
    assert project.run("deploy", "-y", "--timeout", "5").code == 9
    answer = project.run("follow", fake.stacks[0].id)
    assert answer.code == 1
    assert "no such key" in answer.err
    assert "deck.py:6" in answer.err


def test_a_stack_that_is_nowhere_is_told_with_the_one_that_was_meant(
    project: Project, fake: FakeCloudFormation
) -> None:
    answer = project.run("follow", "shpo")
    assert answer.code == 4
    assert "there is no stack shpo in the deck, nor in eu-west-1" in answer.err
    assert "did you mean shop?" in answer.err
    assert project.run("follow", "sh op").code == 4
    assert project.run("rollback").code == 4
    assert project.run("rollback", "shop").code == 4


def test_an_arn_means_that_stack_and_not_a_newer_one_of_its_name(empty: Project, fake: FakeCloudFormation) -> None:
    old = fake.add_stack("shop", OLD, status="DELETE_COMPLETE")
    assert empty.run("follow", old.id).code == 0
    new = fake.add_stack("shop", OLD)
    answer = empty.run("rollback", old.id, "-y")
    assert answer.code == 4
    assert new.id in answer.err
    assert "RollbackStack" not in fake.operations()


def test_a_rollback_that_failed_is_continued_after_a_yes(project: Project, fake: FakeCloudFormation) -> None:
    failed(project, fake)
    answer = project.run("rollback", "shop")
    assert answer.code == 3
    assert "ContinueUpdateRollback" not in fake.operations()
    answer = project.run("rollback", "shop", "-y")
    assert answer.code == 5
    assert "locked" in answer.err
    answer = project.run("rollback", "shop", "-y", "--skip", "Orders")
    assert answer.code == 0, answer.err
    assert "Orders (AWS::SQS::Queue) is taken for rolled back" in answer.out
    assert "shop: rolled back in" in answer.out
    assert fake.status("shop") == "UPDATE_ROLLBACK_COMPLETE"


def test_a_running_update_is_broken_off(running: Project, fake: FakeCloudFormation) -> None:
    assert running.run("cancel", "shop").code == 3
    answer = running.run("cancel", "shop", "-y")
    assert answer.code == 0, answer.err
    assert "break the update off" in answer.out
    assert fake.stacks[0].template == OLD
    answer = running.run("cancel", "shop", "-y")
    assert answer.code == 4
    assert "no update runs" in answer.err


def test_json_is_one_record_a_line(running: Project) -> None:
    answer = running.run("cancel", "shop", "-y", "--output", "json")
    told = records(answer.out)
    assert told[0] == {"type": "version", "version": 1}
    assert told[-1] == {"type": "summary", "exit_code": 0}
    assert [record["status"] for record in told if record["type"] == "result"] == ["rolled-back"]


def test_drift_tells_both_values_and_the_line(project: Project, fake: FakeCloudFormation) -> None:
    assert "shop is not deployed" in project.run("drift").err
    assert project.run("deploy", "-y").code == 0
    assert "shop: as the template says" in project.run("drift", "--exit-code").out
    fake.drifted["shop/Orders"] = {"/DelaySeconds": ("5", "7")}
    answer = project.run("drift", "--exit-code")
    assert answer.code == 2
    assert "~ Orders  AWS::SQS::Queue" in answer.out
    assert "deck.py:6" in answer.out
    assert "DelaySeconds: 5 -> 7" in answer.out
    assert project.run("drift").code == 0
    [stack] = project.run("drift", "--output", "json").data["stacks"]
    assert (stack["status"], stack["drifted"][0]["line"]) == ("DRIFTED", 6)
    (project.folder / "deck.py").unlink()
    assert "DelaySeconds: 5 -> 7" in project.run("drift", "shop").out


@pytest.mark.local
@pytest.mark.xdist_group("local")
@pytest.mark.skipif(importlib.util.find_spec("ministack") is None, reason="needs the extra `local`")
def test_the_embedded_engine_is_asked_with_local(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    try:
        assert project.run("local", "up").code == 0
        answer = project.run("deploy", "--local")
        assert answer.code == 0, answer.err
        assert "shop: created in" in project.run("follow", "--local").out
        assert project.run("rollback", "shop", "--local").code == 4
        assert project.run("cancel", "shop", "--local").code == 4
        (project.folder / "deck.py").unlink()
        assert project.run("follow", "shop", "--local", "--region", "eu-west-1").code == 0
        assert project.run("follow", "shop", "--local", "--region", "us-east-2").code == 4
        drifts = ("drift", "shop", "--local", "--region", "eu-west-1", "--exit-code")
        assert project.run(*drifts).code == 0
        url = project.run("local", "status", "--output", "json").data["url"]
        queues = AWS(region="eu-west-1", endpoint_url=url, credentials=(ACCOUNT, "local")).client("sqs")
        [queue] = queues.list_queues()["QueueUrls"]
        queues.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": "9"})
        answer = project.run(*drifts)
        assert answer.code == 2
        assert "DelaySeconds: 5 -> 9" in answer.out
    finally:
        assert project.run("local", "down").code == 0
