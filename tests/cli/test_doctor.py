"""`awsdeck doctor` and `awsdeck permissions`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import awsdeck.deploy
from awsdeck.cli import doctor
from awsdeck.deploy import AWS
from awsdeck.deploy.fake import Expired, FakeCloudFormation
from awsdeck.deploy.policy import LIMIT
from awsdeck.lint import lint

if TYPE_CHECKING:
    from .conftest import Answer, Project


def checks(answer: Answer) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in answer.data["checks"]}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeCloudFormation:
    """An account that answers."""
    fake = FakeCloudFormation()
    monkeypatch.setattr(doctor, "open_account", lambda *_, **__: (fake.aws(), None))
    monkeypatch.setattr(doctor, "_trouble", lambda _: None)
    return fake


def test_a_doctor_who_finds_nothing_says_so_and_shows_no_secret(project: Project, fake: FakeCloudFormation) -> None:
    answer = project.run("doctor")
    assert answer.code == 0, answer.out
    assert re.search(r"ok  account +123456789012", answer.out)
    assert re.search(r"ok  region +eu-west-1", answer.out)
    assert re.search(r"ok  schemas +1,\d{3} types, of 20\d\d-\d\d-\d\d", answer.out)
    assert "secret" not in answer.out
    assert "AKIDFAKE" not in answer.out


def test_credentials_that_have_run_out_are_told(project: Project, fake: FakeCloudFormation) -> None:
    fake.fault("GetCallerIdentity", Expired())
    answer = project.run("doctor", "--output", "json")
    assert answer.code == 1
    assert checks(answer)["account"]["ok"] is False


def test_what_is_missing_is_told_with_what_to_do(
    empty: Project, fake: FakeCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(empty.folder / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(doctor, "open_account", lambda *_, **__: (AWS(), None))
    answer = empty.run("doctor", "--output", "json")
    assert answer.code == 1
    found = checks(answer)
    assert found["region"]["ok"] is found["credentials"]["ok"] is False
    assert "--profile" in found["credentials"]["fix"]
    assert "ok" not in found["deck"]
    assert empty.run("doctor", "--local").code == 1


def test_an_endpoint_that_nobody_answers_at_is_told() -> None:
    assert "does not answer" in str(doctor._trouble("http://127.0.0.1:9/"))


def test_a_policy_names_the_stacks_and_what_their_types_need(project: Project) -> None:
    answer = project.run("permissions", "--output", "json")
    policy = answer.data["policy"]
    said = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert said["Stacks"]["Resource"] == ["arn:aws:cloudformation:eu-west-1:*:stack/shop/*"]
    assert "sqs:CreateQueue" in said["Create"]["Action"]
    assert "sqs:DeleteQueue" in said["Delete"]["Action"]
    assert "sqs:DeleteQueue" not in said["Create"]["Action"]
    assert set(answer.data["types"]) == {"AWS::SNS::Topic", "AWS::SQS::Queue"}
    assert json.loads(project.run("permissions").out) == policy
    template = {"Resources": {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}}}
    assert [finding.message for finding in lint(template) if finding.severity == "error"] == []
    assert answer.data["size"] == len(json.dumps(policy, separators=(",", ":"))) < LIMIT


def test_a_policy_for_plans_changes_no_resource(project: Project) -> None:
    policy = project.run("permissions", "--for", "plan", "--output", "json").data["policy"]
    actions = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert "cloudformation:CreateChangeSet" in actions
    assert not [
        action for action in actions if re.search(r":(Execute|Delete(?!ChangeSet)|Create(?!ChangeSet)|Set)", action)
    ]


def test_a_type_whose_needs_nobody_knows_is_told(empty: Project) -> None:
    empty.write(
        "deck.py",
        """
        from awsdeck import App, Stack
        from awsdeck.cfn import resource_class
        app = App()
        token = "arn:aws:lambda:eu-west-1:123456789012:function:shelf"
        resource_class("Custom::Shelf")(Stack(app, "s"), "S", ServiceToken=token)
        """,
    )
    answer = empty.run("permissions")
    assert answer.code == 0, answer.err
    assert "Custom::Shelf" in answer.err


def test_every_call_that_a_deploy_makes_is_in_its_policy(project: Project) -> None:
    folder = Path(awsdeck.deploy.__file__).parent
    calls = set(re.findall(r'_(?:call|pages)\(\s*"(\w+)"', (folder / "cloudformation.py").read_text(encoding="utf-8")))
    assert len(calls) > 15
    policy = project.run("permissions", "--output", "json").data["policy"]
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert {f"cloudformation:{call}" for call in calls} <= allowed
