"""What the blueprint mail-intake promises, for the answers at both ends of what it takes, and deployed."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck import blueprint
from awsdeck.deploy import AWS, deploy, destroy, outputs
from awsdeck.rules.ses.receiving import REGIONS
from tests.blueprints.project import Project, Rendered
from tests.blueprints.promises import (
    eventually,
    test_cfn_lint_finds_no_error,
    test_it_synthesizes_and_lints_without_an_error_or_a_warning,
    test_its_code_is_as_ruff_wants_it,
)

if TYPE_CHECKING:
    from awsdeck.local import Engine

BLUEPRINT = "mail-intake"
ANSWERS: dict[str, dict[str, Any]] = {
    "only what must be": {"name": "shop", "zone": "example.com"},
    "the least": {
        "name": "ab", "zone": "a.de", "environment": "test", "region": "us-east-1", "host": "a", "mailbox": "b",
        "keep_days": "1", "timeout": "1", "max_receives": "1", "late_minutes": "1",
    },
    "the most": {
        "name": "a-quite-long-name-of-forty-characters-xx", "zone": "shop.of-the-company.example-websites.com",
        "zone_id": "Z1D633PJN98FT9", "environment": "prod", "region": "ap-southeast-2", "host": "a-host-of-20-letters",
        "mailbox": "a.mailbox_20-letters", "rule_set": "the-rules-of-the-company." + "x" * 39,
        "email": "night-shift.operations+alarms@department.of.the-company.example.com", "keep_days": 3650, "timeout": 900,
        "max_receives": 1000, "late_minutes": 1440,
    },
}  # fmt: skip
DEPLOYED = "arrives"
"""What the name of the project's own test says that deploys."""


@pytest.fixture(scope="module", params=list(ANSWERS.values()), ids=list(ANSWERS))
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return Rendered(BLUEPRINT, tmp_path_factory.mktemp("mail") / "project", request.param)


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
    done = rendered.own_tests("-k", f"not {DEPLOYED}")
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "failed" not in done.stdout
    assert "skipped" not in done.stdout


@pytest.mark.local
@pytest.mark.skipif(
    importlib.util.find_spec("ministack") is None and "CI" not in os.environ, reason="needs the embedded CloudFormation"
)
@pytest.mark.parametrize("rule_set", ["", "default"])
def test_its_own_test_on_this_machine_passes(tmp_path: Path, rule_set: str) -> None:
    answers = {**ANSWERS["only what must be"], "rule_set": rule_set}
    done = Project(BLUEPRINT, tmp_path / "project", answers).own_tests("-k", DEPLOYED)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "broken"),
    [
        ("deck.py", "topic=arrived)", ")", "is_announced"),
        ("deck.py", "mails, INCOMING", 'mails, "mail/"', "where_mail_belongs"),
        ("deck.py", "dead_letter=failed.after(5))", ")", "put_aside"),
        ("deck.py", "partial_failure=True", "partial_failure=False", "only_what_failed"),
        ("deck.py", "mails.grant_read(worker, prefix=INCOMING)", "mails.grant_read_write(worker)", "nothing_else"),
        ("deck.py", "expire_after=90, ", "", "go_away"),
        ("deck.py", "alarm.notify(alerts)", "pass", "is_told"),
        ("deck.py", 'inbox.receive(zone, "inbox")', "", "leads_here"),
        ("src/worker/app.py", "failed.append", "print", "comes_again"),
        ("src/worker/app.py", '"FAIL"', '"BAD"', "left_alone"),
        ("src/worker/app.py", "startswith(INCOMING)", "endswith('m1')", "lies_elsewhere"),
        ("src/worker/app.py", '!= "Received"', '== "Bounce"', "passed_over"),
    ],
)
def test_its_own_tests_notice_what_is_taken_away(tmp_path: Path, file: str, old: str, new: str, broken: str) -> None:
    project = Project(BLUEPRINT, tmp_path / "project", ANSWERS["only what must be"])
    changed = project.folder / file
    text = changed.read_text(encoding="utf-8")
    assert old in text
    changed.write_text(text.replace(old, new), encoding="utf-8")
    done = project.own_tests("-k", f"not {DEPLOYED}")
    assert done.returncode == 1, done.stdout
    assert any(line.startswith("FAILED") and broken in line for line in done.stdout.splitlines()), done.stdout


def test_the_answers_reach_the_template(rendered: Rendered) -> None:
    answers = rendered.answers
    (rule,) = [rendered.properties(id) for id in rendered.ids("AWS::SES::ReceiptRule")]
    assert rule["Rule"]["Name"] == rendered.stack
    assert rule["Rule"]["Recipients"] == [f"{answers['mailbox']}@{answers['host']}.{answers['zone']}"]
    assert rule["RuleSetName"] == (answers["rule_set"] or {"Ref": "Inbox"})
    assert len(rendered.ids("AWS::SES::ReceiptRuleSet")) == (0 if answers["rule_set"] else 1)
    assert len(rendered.ids("AWS::Route53::HostedZone")) == (0 if answers["zone_id"] else 1)
    assert rendered.properties("Domain")["EmailIdentity"] == f"{answers['host']}.{answers['zone']}"
    assert rendered.properties("Worker")["Timeout"] == answers["timeout"]
    assert rendered.properties("Queue")["VisibilityTimeout"] == 6 * answers["timeout"]
    assert rendered.properties("Queue")["RedrivePolicy"]["maxReceiveCount"] == answers["max_receives"]
    assert rendered.properties("MailLate")["Threshold"] == 60 * answers["late_minutes"]
    told = [rendered.properties(id) for id in rendered.ids("AWS::SNS::Subscription")]
    emails = [one["Endpoint"] for one in told if one["Protocol"] == "email"]
    assert emails == ([answers["email"]] if answers["email"] else [])
    manifest = json.loads((rendered.folder / "awsdeck.out" / "manifest.json").read_text(encoding="utf-8"))
    stack = manifest["stacks"][rendered.stack]
    assert stack["region"] == answers["region"]
    assert stack["tags"] == {"project": answers["name"], "environment": answers["environment"]}
    assert stack.get("terminationProtection", False) is (answers["environment"] == "prod")


def test_the_worker_may_do_what_it_needs_statement_by_statement(rendered: Rendered) -> None:
    queue, bucket = {"Fn::GetAtt": ["Queue", "Arn"]}, {"Fn::GetAtt": ["Mails", "Arn"]}
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
        "sqs:ReceiveMessage": (queue, None),
        "sqs:DeleteMessage": (queue, None),
        "sqs:ChangeMessageVisibility": (queue, None),
        "sqs:GetQueueAttributes": (queue, None),
        "sqs:GetQueueUrl": (queue, None),
        "s3:ListBucket": (bucket, {"StringLike": {"s3:prefix": ["incoming/*"]}}),
        "s3:GetObject": ({"Fn::Sub": "${Mails.Arn}/incoming/*"}, None),
        "s3:PutObject": ({"Fn::Sub": "${Mails.Arn}/summaries/*"}, None),
        "logs:CreateLogStream": ({"Fn::GetAtt": ["WorkerLogs", "Arn"]}, None),
        "logs:PutLogEvents": ({"Fn::GetAtt": ["WorkerLogs", "Arn"]}, None),
    }
    assert rendered.ids("AWS::IAM::Role") == ["WorkerRole"]


def test_the_outputs_are_what_owner_and_operations_need(rendered: Rendered) -> None:
    values = {name: output["Value"] for name, output in rendered.template["Outputs"].items()}
    answers = rendered.answers
    assert ("Activate" in values) is (not answers["rule_set"])
    assert ("NameServer4" in values) is (not answers["zone_id"])
    assert values["Address"] == f"{answers['mailbox']}@{answers['host']}.{answers['zone']}"
    assert {name for name in values if not name.startswith(("Activate", "NameServer"))} == {
        "Address", "BucketName", "TopicArn", "QueueUrl", "FailedQueueUrl", "FunctionName", "AlertsTopicArn",
    }  # fmt: skip


def test_it_asks_for_regions_that_receive_mail() -> None:
    answers = json.loads((Path(blueprint.find(BLUEPRINT).folder) / "blueprint.json").read_text(encoding="utf-8"))[
        "answers"
    ]
    assert answers["properties"]["region"]["enum"] == sorted(REGIONS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Shop"), ("name", "a"), ("name", "a" * 41), ("name", '"; import os; "'), ("zone", "example"),
        ("zone", "example.com."), ("zone", 'a".com'), ("zone_id", "z1"), ("host", ""), ("host", "a.b"), ("host", "-a"),
        ("mailbox", "a b"), ("mailbox", "a@b"), ("mailbox", ".a"), ("rule_set", "a b"), ("rule_set", "a" * 65),
        ("region", "me-central-1"), ("environment", "staging"), ("email", "ops"), ("keep_days", "0"), ("keep_days", "3651"),
        ("timeout", "0"), ("timeout", "901"), ("max_receives", "0"), ("max_receives", "1001"), ("late_minutes", "0"),
        ("late_minutes", "1441"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_work_is_refused(name: str, value: str) -> None:
    from awsdeck.errors import InputError

    with pytest.raises(InputError, match=name):
        blueprint.find(BLUEPRINT).check({**ANSWERS["only what must be"], name: value})


def test_the_readme_explains_every_answer_with_its_default() -> None:
    text = (Path(blueprint.find(BLUEPRINT).folder) / "README.md").read_text(encoding="utf-8")
    for question in blueprint.find(BLUEPRINT).questions():
        default = "" if question.default is None else f"`{question.default}`" if question.default != "" else "none"
        assert f"| `{question.name}` | {default} |".replace("|  |", "| |") in text


# Deployed into the embedded CloudFormation


class Running:
    """The project as it runs: its outputs, and clients of the engine."""

    def __init__(self, stack: str, outputs: dict[str, str], aws: AWS) -> None:
        self.stack = stack
        self.outputs = outputs
        self.client: Callable[[str], Any] = aws.client

    def receive(self, id: str, *, stored: bool = True, **receipt: Any) -> None:
        """What SES does with a message: it puts it into the bucket and tells the topic."""
        bucket, address = self.outputs["BucketName"], self.outputs["Address"]
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "zoe@example.net", address, f"Order {id}"
        message.set_content("Two pairs, please.")
        if stored:
            self.client("s3").put_object(Bucket=bucket, Key=f"incoming/{id}", Body=message.as_bytes())
        action = {"type": "S3", "bucketName": bucket, "objectKey": f"incoming/{id}"}
        mail = {"messageId": id, "timestamp": "2026-11-25T10:00:00.000Z"}
        body = {
            "notificationType": "Received",
            "mail": mail,
            "receipt": {"recipients": [address], "action": action, **receipt},
        }
        self.client("sns").publish(TopicArn=self.outputs["TopicArn"], Message=json.dumps(body))

    def summary(self, id: str) -> dict[str, Any] | None:
        s3, bucket = self.client("s3"), self.outputs["BucketName"]
        if not s3.list_objects_v2(Bucket=bucket, Prefix=f"summaries/{id}.json").get("Contents"):
            return None
        found: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=f"summaries/{id}.json")["Body"].read())
        return found


@pytest.fixture(scope="module")
def running(local_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The project with the least answers: what fails is put aside after one try, six seconds later."""
    from awsdeck.cli.context import Context
    from awsdeck.cli.deck import assemble

    folder = tmp_path_factory.mktemp("running") / "project"
    name = f"t{secrets.token_hex(4)}"
    answers = {**ANSWERS["the least"], "name": name, "zone": f"{name}.example", "region": "eu-west-1", "timeout": "3"}
    blueprint.find(BLUEPRINT).render(blueprint.find(BLUEPRINT).check(answers), str(folder))
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
    ((stack, values),) = outputs(assembly, aws=aws).items()
    yield Running(stack, dict(values), aws)
    destroy(assembly, aws=aws, confirm=lambda plan: True)


def test_a_message_comes_out_as_a_summary(running: Running) -> None:
    running.receive("m1")
    summary = eventually(lambda: running.summary("m1"))
    assert (summary["subject"], summary["to"]) == ("Order m1", [running.outputs["Address"]])


def test_spam_is_left_alone_and_what_fails_is_put_aside(running: Running) -> None:
    running.receive("spam", spamVerdict={"status": "FAIL"})
    running.receive("gone", stored=False)
    asked = {"QueueUrl": running.outputs["FailedQueueUrl"], "WaitTimeSeconds": 1}
    messages = eventually(lambda: running.client("sqs").receive_message(**asked).get("Messages")) or []
    assert [json.loads(message["Body"])["mail"]["messageId"] for message in messages] == ["gone"]
    assert running.summary("spam") is None


def test_the_rule_set_waits_for_the_command_that_makes_it_the_active_one(running: Running) -> None:
    ses, command = running.client("ses"), running.outputs["Activate"].split()
    assert command[:3] == ["aws", "ses", "set-active-receipt-rule-set"]
    given = dict(zip(command[3::2], command[4::2], strict=True))
    assert given["--region"] == "eu-west-1"
    (rule,) = ses.describe_receipt_rule_set(RuleSetName=given["--rule-set-name"])["Rules"]
    assert rule["Recipients"] == [running.outputs["Address"]]
    assert rule["Enabled"] is True
    ses.set_active_receipt_rule_set(RuleSetName=given["--rule-set-name"])
    assert ses.describe_active_receipt_rule_set()["Metadata"]["Name"] == given["--rule-set-name"]
    ses.set_active_receipt_rule_set()


def test_the_domain_is_proved_and_its_mail_comes_here(running: Running) -> None:
    host = running.outputs["Address"].partition("@")[2]
    route53 = running.client("route53")
    zone = route53.list_hosted_zones_by_name(DNSName=host.partition(".")[2])["HostedZones"][0]
    records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    (mail,) = [one for one in records if one["Type"] == "MX"]
    assert mail["Name"] == f"{host}."
    assert mail["ResourceRecords"] == [{"Value": "10 inbound-smtp.eu-west-1.amazonaws.com"}]
    tokens = running.client("sesv2").get_email_identity(EmailIdentity=host)["DkimAttributes"]["Tokens"]
    proofs = {one["Name"] for one in records if one["Type"] == "CNAME"}
    assert proofs == {f"{token}._domainkey.{host}." for token in tokens}


def test_alarms_and_dashboard_are_as_the_deck_says(running: Running) -> None:
    cloudwatch, topic = running.client("cloudwatch"), running.outputs["AlertsTopicArn"]
    ours = [one for one in cloudwatch.describe_alarms()["MetricAlarms"] if one["AlarmActions"] == [topic]]
    assert {one["MetricName"] for one in ours} == {
        "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage",
    }  # fmt: skip
    (board,) = [
        one["DashboardName"]
        for one in cloudwatch.list_dashboards()["DashboardEntries"]
        if one["DashboardName"].startswith(running.stack)
    ]
    body = json.loads(cloudwatch.get_dashboard(DashboardName=board)["DashboardBody"])
    alarms = next(one["properties"]["alarms"] for one in body["widgets"] if one["type"] == "alarm")
    assert sorted(alarms) == sorted(one["AlarmArn"] for one in ours)
