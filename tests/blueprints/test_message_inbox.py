"""What the blueprint message-inbox promises, for the answers at both ends of what it takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from awsdeck import blueprint
from tests.blueprints.project import Rendered
from tests.blueprints.promises import (
    test_cfn_lint_finds_no_error,
    test_it_synthesizes_and_lints_without_an_error_or_a_warning,
    test_its_code_is_as_ruff_wants_it,
)

ANSWERS: dict[str, dict[str, Any]] = {
    "only a name": {"name": "shop"},
    "the least": {
        "name": "ab", "environment": "test", "region": "us-east-1", "prefix": "a/", "retention_days": "1",
        "max_receives": "1",
    },
    "the most": {
        "name": "a-quite-long-name-of-forty-characters-xx", "environment": "prod", "region": "ap-southeast-2",
        "producer": "ecs-tasks.amazonaws.com", "consumer": "states.amazonaws.com", "prefix": "files/of_the/Producer-1/",
        "retention_days": 14, "max_receives": 1000,
    },
}  # fmt: skip


BLUEPRINT = "message-inbox"


@pytest.fixture(scope="module", params=list(ANSWERS.values()), ids=list(ANSWERS))
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return Rendered(BLUEPRINT, tmp_path_factory.mktemp("inbox") / "project", request.param)


def test_a_project_is_complete(rendered: Rendered) -> None:
    assert rendered.files == [".gitignore", "README.md", "awsdeck.toml", "deck.py", "tests/test_deck.py"]
    for name in rendered.files:
        text = (rendered.folder / name).read_text(encoding="utf-8")
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert "{%" not in text
        assert "{{" not in text


def test_its_own_tests_pass(rendered: Rendered) -> None:
    done = rendered.own_tests()
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "failed" not in done.stdout


def test_the_answers_reach_the_template(rendered: Rendered) -> None:
    answers = rendered.answers
    inbox = rendered.properties("Inbox")
    assert inbox["MessageRetentionPeriod"] == answers["retention_days"] * 86_400
    assert inbox["RedrivePolicy"]["maxReceiveCount"] == answers["max_receives"]
    for role, answer in (("Producer", "producer"), ("Consumer", "consumer")):
        (trust,) = rendered.properties(role)["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": answers[answer]}
    manifest = json.loads((rendered.folder / "awsdeck.out" / "manifest.json").read_text(encoding="utf-8"))
    stack = manifest["stacks"][rendered.stack]
    assert stack["region"] == answers["region"]
    assert stack["tags"] == {"project": answers["name"], "environment": answers["environment"]}
    assert stack.get("terminationProtection", False) is (answers["environment"] == "prod")


def test_nobody_may_do_more_than_named(rendered: Rendered) -> None:
    below = {"Fn::Sub": f"${{Files.Arn}}/{rendered.answers['prefix']}*"}
    allowed = {
        (role, action): statement["Resource"]
        for role in ("Producer", "Consumer")
        for statement in rendered.properties(f"{role}Policy")["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    inbox, bucket = {"Fn::GetAtt": ["Inbox", "Arn"]}, {"Fn::GetAtt": ["Files", "Arn"]}
    assert allowed == {
        ("Producer", "sns:Publish"): {"Ref": "Messages"},
        ("Producer", "s3:PutObject"): below,
        ("Producer", "s3:AbortMultipartUpload"): below,
        ("Consumer", "sqs:ReceiveMessage"): inbox,
        ("Consumer", "sqs:DeleteMessage"): inbox,
        ("Consumer", "sqs:ChangeMessageVisibility"): inbox,
        ("Consumer", "sqs:GetQueueAttributes"): inbox,
        ("Consumer", "sqs:GetQueueUrl"): inbox,
        ("Consumer", "s3:ListBucket"): bucket,
        ("Consumer", "s3:GetObject"): below,
    }


def test_the_outputs_are_what_producer_and_consumer_need(rendered: Rendered) -> None:
    outputs = {name: output["Value"] for name, output in rendered.template["Outputs"].items()}
    assert outputs == {
        "TopicArn": {"Ref": "Messages"},
        "QueueUrl": {"Ref": "Inbox"},
        "FailedQueueUrl": {"Ref": "Failed"},
        "BucketName": {"Ref": "Files"},
        "ProducerRoleArn": {"Fn::GetAtt": ["Producer", "Arn"]},
        "ConsumerRoleArn": {"Fn::GetAtt": ["Consumer", "Arn"]},
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Shop"), ("name", "a"), ("name", "a--b"), ("name", "a" * 41), ("name", '"; import os; "'),
        ("region", "europe"), ("environment", "staging"),
        ("producer", "ec2"), ("consumer", "*"), ("consumer", "arn:aws:iam::123456789012:root"),
        ("prefix", "incoming"), ("prefix", "/"), ("prefix", "../"), ("prefix", "*/"),
        ("retention_days", "0"), ("retention_days", "15"), ("max_receives", "0"), ("max_receives", "1001"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_work_is_refused(name: str, value: str) -> None:
    from awsdeck.errors import InputError

    with pytest.raises(InputError, match=name):
        blueprint.find("message-inbox").check({"name": "shop", name: value})


def test_the_readme_explains_every_answer_with_its_default() -> None:
    text = (Path(blueprint.find("message-inbox").folder) / "README.md").read_text(encoding="utf-8")
    for question in blueprint.find("message-inbox").questions():
        default = f"`{question.default}`" if question.default is not None else ""
        assert f"| `{question.name}` | {default} |".replace("|  |", "| |") in text
