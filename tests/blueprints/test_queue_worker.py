"""What the blueprint queue-worker promises, for the answers at both ends of what it takes, and deployed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from awsdeck import blueprint
from awsdeck.deploy import AWS, deploy, destroy, outputs
from tests.blueprints.project import Project, Rendered
from tests.blueprints.promises import (
    eventually,
    test_cfn_lint_finds_no_error,
    test_it_synthesizes_and_lints_without_an_error_or_a_warning,
    test_its_code_is_as_ruff_wants_it,
)

if TYPE_CHECKING:
    from awsdeck.local import Engine

ANSWERS: dict[str, dict[str, Any]] = {
    "only a name": {"name": "shop"},
    "the least": {
        "name": "ab", "environment": "test", "region": "us-east-1", "prefix": "a/", "timeout": "1",
        "max_receives": "1", "keep_days": "1", "late_minutes": "1",
    },
    "the most": {
        "name": "a-quite-long-name-of-forty-characters-xx", "environment": "prod", "region": "ap-southeast-2",
        "email": "night-shift.operations+alarms@department.of.the-company.example.com",
        "prefix": "files/of_the/Producer-1/", "timeout": 900, "max_receives": 1000, "keep_days": 3650,
        "late_minutes": 1440,
    },
}  # fmt: skip


BLUEPRINT = "queue-worker"


@pytest.fixture(scope="module", params=list(ANSWERS.values()), ids=list(ANSWERS))
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return Rendered(BLUEPRINT, tmp_path_factory.mktemp("worker") / "project", request.param)


def test_a_project_is_complete(rendered: Rendered) -> None:
    assert rendered.files == [
        ".gitignore", "README.md", "awsdeck.toml", "deck.py", "src/worker/app.py", "tests/test_deck.py",
        "tests/test_worker.py",
    ]  # fmt: skip
    for name in rendered.files:
        text = (rendered.folder / name).read_text(encoding="utf-8")
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert "{%" not in text
        assert "{{" not in text


def test_its_own_tests_pass(rendered: Rendered) -> None:
    done = rendered.own_tests("-k", "not published_job")
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "failed" not in done.stdout
    assert "skipped" not in done.stdout


@pytest.mark.local
@pytest.mark.skipif(
    importlib.util.find_spec("ministack") is None and "CI" not in os.environ, reason="needs the embedded CloudFormation"
)
def test_its_own_test_on_this_machine_passes(tmp_path: Path) -> None:
    done = Project(BLUEPRINT, tmp_path / "project", ANSWERS["only a name"]).own_tests("-k", "published_job")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "broken"),
    [
        ("deck.py", "dead_letter=failed.after(5))", ")", "put_aside"),
        ("deck.py", "enforce_encryption=True", "enforce_encryption=False", "denies_a_put"),
        ("deck.py", 'worker.allow("dynamodb:PutItem", on=results.arn)', "results.grant_write(worker)", "nothing_else"),
        ("deck.py", "files.grant_read(worker, prefix=PREFIX)", "files.grant_read(worker)", "nothing_else"),
        ("deck.py", "partial_failure=True", "partial_failure=False", "only_what_failed"),
        ("deck.py", 'ttl="expires_at",', "", "expire"),
        ("deck.py", "queue_name", "arn", "is_told"),
        ("src/worker/app.py", "stopped.add(group)", "pass", "rest_of_the_group"),
        ("src/worker/app.py", "startswith(PREFIX)", "endswith('.pdf')", "below_the_prefix"),
        ("src/worker/app.py", "ConditionalCheckFailedException", "ResourceInUseException", "comes_twice"),
    ],
)
def test_its_own_tests_notice_what_is_taken_away(tmp_path: Path, file: str, old: str, new: str, broken: str) -> None:
    project = Project(BLUEPRINT, tmp_path / "project", ANSWERS["only a name"])
    changed = project.folder / file
    text = changed.read_text(encoding="utf-8")
    assert old in text
    changed.write_text(text.replace(old, new), encoding="utf-8")
    done = project.own_tests("-k", "not published_job")
    assert done.returncode == 1, done.stdout
    assert any(line.startswith("FAILED") and broken in line for line in done.stdout.splitlines()), done.stdout


def test_the_answers_reach_the_template(rendered: Rendered) -> None:
    answers = rendered.answers
    assert rendered.properties("Worker")["Timeout"] == answers["timeout"]
    assert rendered.properties("Jobs")["VisibilityTimeout"] == 6 * answers["timeout"]
    assert rendered.properties("Jobs")["RedrivePolicy"]["maxReceiveCount"] == answers["max_receives"]
    assert rendered.properties("JobsLate")["Threshold"] == 60 * answers["late_minutes"]
    assert rendered.properties("Worker")["Environment"]["Variables"] == {
        "TABLE": {"Ref": "Results"},
        "BUCKET": {"Ref": "Files"},
        "PREFIX": answers["prefix"],
        "KEEP_DAYS": str(answers["keep_days"]),
    }
    told = [rendered.properties(id) for id in rendered.ids("AWS::SNS::Subscription")]
    emails = [one["Endpoint"] for one in told if one["Protocol"] == "email"]
    assert emails == ([answers["email"]] if answers["email"] else [])
    manifest = json.loads((rendered.folder / "awsdeck.out" / "manifest.json").read_text(encoding="utf-8"))
    stack = manifest["stacks"][rendered.stack]
    assert stack["region"] == answers["region"]
    assert stack["tags"] == {"project": answers["name"], "environment": answers["environment"]}
    protected = answers["environment"] == "prod"
    assert stack.get("terminationProtection", False) is protected
    assert rendered.properties("Results").get("DeletionProtectionEnabled", False) is protected


def test_the_worker_may_do_what_it_needs_statement_by_statement(rendered: Rendered) -> None:
    jobs, bucket = {"Fn::GetAtt": ["Jobs", "Arn"]}, {"Fn::GetAtt": ["Files", "Arn"]}
    statements = [
        statement
        for id in rendered.ids("AWS::IAM::Policy")
        for statement in rendered.properties(id)["PolicyDocument"]["Statement"]
    ]
    assert all(statement["Effect"] == "Allow" for statement in statements)
    allowed = {
        action: (statement["Resource"], statement.get("Condition"))
        for statement in statements
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert allowed == {
        "sqs:ReceiveMessage": (jobs, None),
        "sqs:DeleteMessage": (jobs, None),
        "sqs:ChangeMessageVisibility": (jobs, None),
        "sqs:GetQueueAttributes": (jobs, None),
        "sqs:GetQueueUrl": (jobs, None),
        "dynamodb:PutItem": ({"Fn::GetAtt": ["Results", "Arn"]}, None),
        "s3:ListBucket": (bucket, {"StringLike": {"s3:prefix": [f"{rendered.answers['prefix']}*"]}}),
        "s3:GetObject": ({"Fn::Sub": f"${{Files.Arn}}/{rendered.answers['prefix']}*"}, None),
        "logs:CreateLogStream": ({"Fn::GetAtt": ["WorkerLogs", "Arn"]}, None),
        "logs:PutLogEvents": ({"Fn::GetAtt": ["WorkerLogs", "Arn"]}, None),
    }
    assert rendered.ids("AWS::IAM::Role") == ["WorkerRole"]
    assert "ManagedPolicyArns" not in rendered.properties("WorkerRole")


def test_only_these_alarms_may_publish_to_operations(rendered: Rendered) -> None:
    statements = rendered.properties("AlertsPolicy")["PolicyDocument"]["Statement"]
    assert [(one["Principal"], one["Action"], one["Condition"]) for one in statements] == [
        (
            {"Service": "cloudwatch.amazonaws.com"},
            "sns:Publish",
            {"ArnLike": {"aws:SourceArn": {"Fn::GetAtt": [alarm, "Arn"]}}},
        )
        for alarm in ("JobsPutAside", "JobsLate")
    ]


def test_the_outputs_are_what_publisher_reader_and_operations_need(rendered: Rendered) -> None:
    values = {name: output["Value"] for name, output in rendered.template["Outputs"].items()}
    assert values == {
        "TopicArn": {"Ref": "Incoming"},
        "QueueUrl": {"Ref": "Jobs"},
        "FailedQueueUrl": {"Ref": "Failed"},
        "TableName": {"Ref": "Results"},
        "StreamArn": {"Fn::GetAtt": ["Results", "StreamArn"]},
        "BucketName": {"Ref": "Files"},
        "FunctionName": {"Ref": "Worker"},
        "AlertsTopicArn": {"Ref": "Alerts"},
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Shop"), ("name", "a"), ("name", "a--b"), ("name", "a" * 41), ("name", '"; import os; "'),
        ("region", "europe"), ("environment", "staging"),
        ("email", "ops"), ("email", "ops@example"), ("email", 'ops"@example.com'), ("email", "a b@example.com"),
        ("prefix", "incoming"), ("prefix", "/"), ("prefix", "../"), ("prefix", "*/"),
        ("timeout", "0"), ("timeout", "901"), ("max_receives", "0"), ("max_receives", "1001"),
        ("keep_days", "0"), ("keep_days", "3651"), ("late_minutes", "0"), ("late_minutes", "1441"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_work_is_refused(name: str, value: str) -> None:
    from awsdeck.errors import InputError

    with pytest.raises(InputError, match=name):
        blueprint.find("queue-worker").check({"name": "shop", name: value})


def test_the_readme_explains_every_answer_with_its_default() -> None:
    text = (Path(blueprint.find("queue-worker").folder) / "README.md").read_text(encoding="utf-8")
    for question in blueprint.find("queue-worker").questions():
        default = "" if question.default is None else f"`{question.default}`" if question.default != "" else "none"
        assert f"| `{question.name}` | {default} |".replace("|  |", "| |") in text


# Deployed into the embedded CloudFormation


class Running:
    """The project as it runs: its outputs, and clients of the engine."""

    def __init__(self, outputs: dict[str, str], aws: AWS) -> None:
        self.outputs = outputs
        self.client: Callable[[str], Any] = aws.client

    def publish(self, body: str, group: str) -> None:
        self.client("sns").publish(TopicArn=self.outputs["TopicArn"], Message=body, MessageGroupId=group)

    def results(self, group: str) -> list[dict[str, Any]]:
        """The items of a group, in the order of the index."""
        answer = self.client("dynamodb").query(
            TableName=self.outputs["TableName"], IndexName="by-group", KeyConditionExpression="group_id = :group",
            ExpressionAttributeValues={":group": {"S": group}},
        )  # fmt: skip
        items: list[dict[str, Any]] = answer["Items"]
        return items

    def waiting(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        asked = {"QueueUrl": self.outputs["QueueUrl"], "AttributeNames": names}
        counts = self.client("sqs").get_queue_attributes(**asked)["Attributes"]
        return sum(int(counts[name]) for name in names)


@pytest.fixture(scope="module")
def running(local_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The project with the least answers: a job that fails is put aside after one try, six seconds later."""
    from awsdeck.cli.context import Context
    from awsdeck.cli.deck import assemble

    folder = tmp_path_factory.mktemp("running") / "project"
    answers = {**ANSWERS["the least"], "name": f"t{secrets.token_hex(4)}", "region": "eu-west-1"}
    blueprint.find("queue-worker").render(answers, str(folder))
    here = Path.cwd()
    os.chdir(folder)
    try:
        _, assembly = assemble(Context({}))
    finally:
        os.chdir(here)
    assert assembly is not None
    keys = (local_engine.access_key, local_engine.secret_key)
    aws = AWS(endpoint_url=local_engine.url, region="eu-west-1", credentials=keys)
    deploy(assembly, aws=aws, confirm=lambda plan: True)
    ((_, values),) = outputs(assembly, aws=aws).items()
    yield Running(dict(values), aws)
    destroy(assembly, aws=aws, confirm=lambda plan: True)


def test_a_published_job_comes_out_as_an_item_and_the_queue_is_empty(running: Running) -> None:
    sent = [json.dumps({"id": f"order-{number}"}) for number in range(1, 6)]
    for body in sent:
        running.publish(body, "in-order")
    items = eventually(lambda: found if len(found := running.results("in-order")) == len(sent) else None)
    assert items is not None
    assert [item["job"]["S"] for item in items] == sent
    assert all(int(item["expires_at"]["N"]) > time.time() for item in items)
    assert eventually(lambda: running.waiting() == 0)


def test_a_file_below_the_prefix_is_read(running: Running) -> None:
    bucket, key = running.outputs["BucketName"], "a/order.pdf"
    running.client("s3").put_object(Bucket=bucket, Key=key, Body=b"12345", ServerSideEncryption="AES256")
    running.publish(json.dumps({"id": "with-a-file", "file": key}), "files")
    (item,) = eventually(lambda: running.results("files")) or [{}]
    assert item["bytes"] == {"N": "5"}


def test_a_put_that_does_not_ask_for_encryption_is_denied(running: Running) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        running.client("s3").put_object(Bucket=running.outputs["BucketName"], Key="a/b", Body=b"")


def test_a_job_that_fails_is_put_aside_and_the_others_are_done(running: Running) -> None:
    running.publish("no job", "broken")
    running.publish(json.dumps({"id": "behind"}), "whole")
    assert eventually(lambda: running.results("whole"))
    asked = {"QueueUrl": running.outputs["FailedQueueUrl"], "WaitTimeSeconds": 1}
    messages = eventually(lambda: running.client("sqs").receive_message(**asked).get("Messages"))
    assert [message["Body"] for message in messages or ()] == ["no job"]
    assert running.results("broken") == []


def test_table_and_alarms_are_as_the_deck_says(running: Running) -> None:
    dynamodb, name = running.client("dynamodb"), running.outputs["TableName"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by-group"]
    assert table["LatestStreamArn"] == running.outputs["StreamArn"]
    ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expires_at")
    failed = running.outputs["FailedQueueUrl"].rpartition("/")[2]
    alarms = running.client("cloudwatch").describe_alarms()["MetricAlarms"]
    (aside,) = [one for one in alarms if one["Dimensions"] == [{"Name": "QueueName", "Value": failed}]]
    assert aside["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert aside["AlarmActions"] == [running.outputs["AlertsTopicArn"]]
