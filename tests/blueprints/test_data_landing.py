"""What the blueprint data-landing promises, for the answers at both ends of what it takes, and deployed."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck import blueprint
from awsdeck.deploy import AWS, deploy, destroy, outputs
from tests.blueprints.project import Project, Rendered
from tests.blueprints.promises import (
    eventually,
    test_cfn_lint_finds_no_error,
    test_it_synthesizes_and_lints_without_an_error_or_a_warning,
)

if TYPE_CHECKING:
    from awsdeck.local import Engine

BLUEPRINT = "data-landing"
ANSWERS: dict[str, dict[str, Any]] = {
    "only a name": {"name": "drop"},
    "the least": {
        "name": "ab", "environment": "test", "region": "us-east-1", "at": "00:00", "time_zone": "UTC", "hours": "1",
        "hosts": "1", "disk": "125", "max_receives": "2", "warm_days": "30", "cool_days": "30", "versioned": "no",
        "encryption": "s3",
    },
    "the most": {
        "name": "a-quite-long-name-of-forty-characters-xx", "environment": "prod", "region": "ap-southeast-2",
        "email": "night-shift.operations+alarms@department.of.the-company.example.com",
        "at": "23:59", "time_zone": "America/Argentina/ComodRivadavia", "hours": 23, "hosts": 50, "disk": 16_384,
        "max_receives": 1000, "warm_days": 3650, "cool_days": 3650, "versioned": True, "encryption": "kms",
    },
}  # fmt: skip
DEPLOYED = "this_machine"
"""What the name of the project's own test says that deploys."""


@pytest.fixture(scope="module", params=list(ANSWERS.values()), ids=list(ANSWERS))
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return Rendered(BLUEPRINT, tmp_path_factory.mktemp("landing") / "project", request.param)


def test_a_project_is_complete(rendered: Rendered) -> None:
    assert rendered.files == [
        ".gitignore", "README.md", "awsdeck.toml", "deck.py", "src/host/process", "src/host/start.sh.j2",
        "src/host/worker.py", "tests/test_deck.py", "tests/test_host.py", "tests/test_night.py",
    ]  # fmt: skip
    for name in rendered.files:
        text = (rendered.folder / name).read_text(encoding="utf-8")
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert name == "src/host/start.sh.j2" or ("{%" not in text and "{{" not in text)


def test_its_own_tests_pass(rendered: Rendered) -> None:
    done = rendered.own_tests("-k", f"not {DEPLOYED}")
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "failed" not in done.stdout
    assert ("skipped" in done.stdout) is (rendered.answers["hours"] > 4)  # that many looks are not tried out


@pytest.mark.local
@pytest.mark.skipif(
    importlib.util.find_spec("ministack") is None and "CI" not in os.environ, reason="needs the embedded CloudFormation"
)
def test_its_own_test_on_this_machine_passes(tmp_path: Path) -> None:
    done = Project(BLUEPRINT, tmp_path / "project", ANSWERS["only a name"]).own_tests("-k", DEPLOYED)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "broken"),
    [
        ("deck.py", '"GLACIER": 90', '"GLACIER": 120', "cheaper_storage"),
        ("deck.py", 'landing.notify(arrived, "s3:ObjectCreated:*", prefix=PREFIX)', "arrived.node", "told_of_new"),
        ("deck.py", "dead_letter=failed.after(5),", "", "told_of_new"),
        ("deck.py", "min=0", "min=1", "no_hosts"),
        ("deck.py", "update=None,", "", "no_hosts"),
        ("deck.py", 'type="st1"', 'type="gp3"', "large_disk"),
        ("deck.py", "arrived.grant_consume(hosts)", "hosts.connections.allow_from_anywhere(22)", "nobody_can_connect"),
        ("deck.py", "landing.grant_read(hosts, prefix=PREFIX)", "landing.grant_read(hosts)", "nothing_else"),
        ("deck.py", "on=hosts.arn,", 'on="*",', "this_group_alone"),
        ("deck.py", "alarm.notify(alerts)", 'alarm.notify(alerts, on="insufficient")', "goes_wrong"),
        ("deck.py", "broken >> stop", "broken >> tell", "whatever_fails"),
        ("deck.py", "stop.catch(running)", "stop.catch(tell)", "could_not_be_stopped"),
        ("deck.py", ".when(left, pause, assign", ".when(~left, pause, assign", "hosts_stay"),
        ("deck.py", '.when(var("$looks", "number") >= HOURS * 3_600 // PAUSE, late)', '.when(var("$looks", "number") < 0, late)', "time_is_over"),
        ("src/host/worker.py", "hide(receipt, VISIBILITY)", "pass", "stays_hidden"),
        ("src/host/worker.py", "hide(receipt, 0)", "pass", "given_back"),
        ("src/host/worker.py", 'sqs("delete-message"', 'str("delete-message"', "becomes_a_result"),
        ("src/host/worker.py", "if not made.exists()", "if False", "no_result"),
        ("src/host/worker.py", "spot/instance-action", "spot/termination-time", "notice_of_an_interruption"),
    ],
)  # fmt: skip
def test_its_own_tests_notice_what_is_taken_away(tmp_path: Path, file: str, old: str, new: str, broken: str) -> None:
    project = Project(BLUEPRINT, tmp_path / "project", ANSWERS["only a name"])
    changed = project.folder / file
    text = changed.read_text(encoding="utf-8")
    assert old in text
    changed.write_text(text.replace(old, new), encoding="utf-8")
    done = project.own_tests("-k", f"not {DEPLOYED}")
    assert done.returncode != 0, done.stdout
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    assert any(broken in line for line in failed), done.stdout


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="ruff is not installed")
def test_its_code_is_as_ruff_wants_it(rendered: Rendered) -> None:
    options = ("--isolated", "--line-length", "120", "--no-cache", ".", "src/host/process")
    for words in (("check", "--select", "E,F,I,UP,B,SIM,RUF"), ("format", "--check", "--diff")):
        done = rendered.run("-m", "ruff", *words, *options)
        assert done.returncode == 0, done.stdout


def test_what_a_host_does_when_it_starts_is_a_script_that_bash_and_python_can_read(
    rendered: Rendered, tmp_path: Path
) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    written = rendered.properties("HostsLaunchTemplate")["LaunchTemplateData"]["UserData"]["Fn::Base64"]["Fn::Sub"]
    text = written[0] if isinstance(written, list) else written
    assert text.startswith("#!/bin/bash\n")
    assert len(text.encode()) < 16_384 - 1_000  # what names become at deploy is longer
    script = tmp_path / "start.sh"
    script.write_text(text, encoding="utf-8")
    done = subprocess.run([bash, "-n", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("process", "worker.py"):
        held = text.partition(f"cat > /opt/landing/{name} <<'END'\n")[2].partition("\nEND\n")[0]
        assert f"{held}\n" == (rendered.folder / "src" / "host" / name).read_text(encoding="utf-8")
    assert "QUEUE=${Arrived}\n" in text
    assert "RESULTS=${Results}\n" in text


def test_the_answers_reach_the_template(rendered: Rendered) -> None:
    answers = rendered.answers
    (rule,) = rendered.properties("Landing")["LifecycleConfiguration"]["Rules"]
    assert rule["Transitions"] == [
        {"StorageClass": "STANDARD_IA", "TransitionInDays": answers["warm_days"]},
        {"StorageClass": "GLACIER", "TransitionInDays": answers["warm_days"] + answers["cool_days"]},
    ]
    assert ("NoncurrentVersionExpiration" in rule) is answers["versioned"]
    for bucket in ("Landing", "Results"):
        assert ("VersioningConfiguration" in rendered.properties(bucket)) is answers["versioned"]
    assert rendered.properties("Hosts")["MaxSize"] == str(answers["hosts"])
    assert rendered.properties("Arrived")["RedrivePolicy"]["maxReceiveCount"] == answers["max_receives"]
    assert rendered.properties("HostsLeft")["EvaluationPeriods"] == answers["hours"] + 1
    definition = json.loads(rendered.properties("Night")["DefinitionString"]["Fn::Sub"])
    branch = definition["States"]["Work"]["Branches"][0]["States"]
    assert branch["Start the hosts"]["Parameters"]["DesiredCapacity"] == answers["hosts"]
    assert branch["Is it done?"]["Choices"][0]["NumericGreaterThanEquals"] == answers["hours"] * 60
    hour, _, minute = answers["at"].partition(":")
    schedule = rendered.properties("EveryNight")
    assert schedule["ScheduleExpression"] == f"cron({int(minute)} {int(hour)} * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == answers["time_zone"]
    told = [rendered.properties(id)["Endpoint"] for id in rendered.ids("AWS::SNS::Subscription")]
    assert told == ([answers["email"]] if answers["email"] else [])
    manifest = json.loads((rendered.folder / "awsdeck.out" / "manifest.json").read_text(encoding="utf-8"))
    stack = manifest["stacks"][rendered.stack]
    assert stack["region"] == answers["region"]
    assert stack["tags"] == {"project": answers["name"], "environment": answers["environment"]}
    assert stack.get("terminationProtection", False) is (answers["environment"] == "prod")


def test_buckets_and_disks_are_encrypted_as_it_was_answered(rendered: Rendered) -> None:
    own = rendered.answers["encryption"] == "kms"
    assert rendered.ids("AWS::KMS::Key") == (["Key"] if own else [])
    key = {"Fn::GetAtt": ["Key", "Arn"]} if own else None
    for bucket in ("Landing", "Results"):
        (rule,) = rendered.properties(bucket)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        said = rule["ServerSideEncryptionByDefault"]
        assert (said["SSEAlgorithm"], said.get("KMSMasterKeyID")) == ("aws:kms" if own else "AES256", key)
    data = rendered.properties("HostsLaunchTemplate")["LaunchTemplateData"]
    assert [(one["Ebs"]["Encrypted"], one["Ebs"].get("KmsKeyId")) for one in data["BlockDeviceMappings"]] == [
        (True, key),
        (True, key),
    ]


def test_everybody_may_do_what_is_needed_statement_by_statement(rendered: Rendered) -> None:
    queue, key = {"Fn::GetAtt": ["Arrived", "Arn"]}, {"Fn::GetAtt": ["Key", "Arn"]}
    own = rendered.answers["encryption"] == "kms"

    def allowed(policy: str) -> dict[str, Any]:
        statements = rendered.properties(policy)["PolicyDocument"]["Statement"]
        assert all(statement["Effect"] == "Allow" for statement in statements)
        return {
            action: statement["Resource"]
            for statement in statements
            for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
        }

    hosts = allowed("HostsLaunchTemplateRolePolicy")
    managed = {action for action, on in hosts.items() if on == "*"}
    assert managed == {
        "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
    }  # fmt: skip
    results = [{"Fn::Sub": f"${{Results.Arn}}/{folder}/*"} for folder in ("results", "failed")]
    read = {"Fn::Sub": "${Landing.Arn}/incoming/*"}
    assert {action: on for action, on in hosts.items() if action not in managed} == {
        "sqs:ReceiveMessage": queue, "sqs:DeleteMessage": queue, "sqs:ChangeMessageVisibility": queue,
        "sqs:GetQueueAttributes": queue, "sqs:GetQueueUrl": queue,
        "s3:ListBucket": {"Fn::GetAtt": ["Landing", "Arn"]}, "s3:GetObject": read,
        "s3:PutObject": results, "s3:AbortMultipartUpload": results,
        **({"s3:GetObjectVersion": read} if rendered.answers["versioned"] else {}),
        **({"kms:Decrypt": key, "kms:GenerateDataKey": key} if own else {}),
    }  # fmt: skip
    assert allowed("NightRolePolicy") == {
        "sqs:GetQueueAttributes": queue,
        "autoscaling:SetDesiredCapacity": {"Fn::GetAtt": ["Hosts", "AutoScalingGroupARN"]},
        "sns:Publish": {"Ref": "Alerts"},
    }
    assert allowed("EveryNightRolePolicy") == {"states:StartExecution": {"Fn::GetAtt": ["Night", "Arn"]}}
    assert rendered.ids("AWS::IAM::Role") == ["EveryNightRole", "HostsLaunchTemplateRole", "NightRole"]
    assert not any("ManagedPolicyArns" in rendered.properties(id) for id in rendered.ids("AWS::IAM::Role"))


def test_only_s3_of_this_account_may_send_to_the_queue_and_only_these_alarms_to_the_topic(rendered: Rendered) -> None:
    (statement,) = rendered.properties("ArrivedPolicy")["PolicyDocument"]["Statement"]
    assert (statement["Principal"], statement["Action"]) == ({"Service": "s3.amazonaws.com"}, "sqs:SendMessage")
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    (statement,) = rendered.properties("AlertsPolicy")["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    named = statement["Condition"]["ArnLike"]["aws:SourceArn"]
    assert sorted(one["Fn::GetAtt"][0] for one in named) == rendered.ids("AWS::CloudWatch::Alarm")


def test_a_host_reaches_out_and_nobody_in_and_s3_is_reached_for_nothing(rendered: Rendered) -> None:
    assert rendered.ids("AWS::EC2::NatGateway") == []
    assert rendered.ids("AWS::EC2::SecurityGroupIngress") == []
    assert "SecurityGroupIngress" not in rendered.properties("HostsLaunchTemplateSecurityGroup")
    (endpoint,) = rendered.ids("AWS::EC2::VPCEndpoint")
    assert rendered.properties(endpoint)["VpcEndpointType"] == "Gateway"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Drop"), ("name", "a"), ("name", "a--b"), ("name", '"; import os; "'), ("region", "europe"),
        ("environment", "staging"), ("email", "ops"), ("at", "24:00"), ("at", "2:00"), ("at", "02:60"),
        ("time_zone", "berlin"), ("time_zone", "Europe/"), ("time_zone", 'A"'), ("hours", "0"), ("hours", "24"),
        ("hosts", "0"), ("hosts", "51"), ("disk", "124"), ("disk", "16385"), ("max_receives", "1"),
        ("warm_days", "29"), ("cool_days", "29"), ("versioned", "perhaps"), ("encryption", "none"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_work_is_refused(name: str, value: str) -> None:
    from awsdeck.errors import InputError

    with pytest.raises(InputError, match=name):
        blueprint.find(BLUEPRINT).check({"name": "drop", name: value})


def test_the_readme_explains_every_answer_with_its_default() -> None:
    text = (Path(blueprint.find(BLUEPRINT).folder) / "README.md").read_text(encoding="utf-8")
    for question in blueprint.find(BLUEPRINT).questions():
        default = "" if question.default is None else f"`{question.default}`" if question.default != "" else "none"
        assert f"| `{question.name}` | {default} |".replace("|  |", "| |") in text


# Deployed into the embedded CloudFormation


class Running:
    """The project as it runs: its outputs, and clients of the engine."""

    def __init__(self, outputs: dict[str, str], aws: AWS) -> None:
        self.outputs = outputs
        self.client: Callable[[str], Any] = aws.client

    def size(self) -> int:
        """How many hosts there are to be."""
        asked = {"AutoScalingGroupNames": [self.outputs["GroupName"]]}
        (group,) = self.client("autoscaling").describe_auto_scaling_groups(**asked)["AutoScalingGroups"]
        found: int = group["DesiredCapacity"]
        return found

    def start(self) -> str:
        """A night, by hand."""
        asked = {"stateMachineArn": self.outputs["StateMachineArn"]}
        found: str = self.client("stepfunctions").start_execution(**asked)["executionArn"]
        return found

    def status(self, night: str) -> str:
        found: str = self.client("stepfunctions").describe_execution(executionArn=night)["status"]
        return found

    def receive(self) -> list[dict[str, Any]]:
        asked = {"QueueUrl": self.outputs["QueueUrl"], "WaitTimeSeconds": 1, "VisibilityTimeout": 0}
        found: list[dict[str, Any]] = self.client("sqs").receive_message(**asked).get("Messages", [])
        return found

    def empty(self) -> None:
        self.client("sqs").purge_queue(QueueUrl=self.outputs["QueueUrl"])


@pytest.fixture(scope="module")
def running(local_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The project with two hosts and an address to tell."""
    from awsdeck.cli.context import Context
    from awsdeck.cli.deck import assemble

    folder = tmp_path_factory.mktemp("running") / "project"
    answers = {"name": f"t{secrets.token_hex(4)}", "hosts": 2, "email": "ops@example.com", "time_zone": "Europe/Berlin"}
    blueprint.find(BLUEPRINT).render(answers, str(folder))
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


def test_the_buckets_are_as_they_were_written(running: Running) -> None:
    s3, name = running.client("s3"), running.outputs["LandingBucketName"]
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    moves = sorted((one["Days"], one["StorageClass"]) for one in rule["Transitions"])
    assert moves == [(30, "STANDARD_IA"), (90, "GLACIER")]
    (told,) = s3.get_bucket_notification_configuration(Bucket=name)["QueueConfigurations"]
    assert told["Events"] == ["s3:ObjectCreated:*"]
    for bucket in (name, running.outputs["ResultsBucketName"]):
        rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_hosts_would_be_spot_with_a_disk_of_st1(running: Running) -> None:
    asked = {"AutoScalingGroupNames": [running.outputs["GroupName"]]}
    (group,) = running.client("autoscaling").describe_auto_scaling_groups(**asked)["AutoScalingGroups"]
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"]) == (0, 2, 0)
    assert len(group["VPCZoneIdentifier"].split(",")) == 2
    stack = running.outputs["GroupName"].rpartition("-Hosts")[0]
    template = running.client("cloudformation").describe_stack_resource(
        StackName=stack, LogicalResourceId="HostsLaunchTemplate"
    )["StackResourceDetail"]["PhysicalResourceId"]
    versions = running.client("ec2").describe_launch_template_versions(LaunchTemplateId=template)
    disks = versions["LaunchTemplateVersions"][-1]["LaunchTemplateData"]["BlockDeviceMappings"]
    assert {one["DeviceName"]: one["Ebs"]["VolumeType"] for one in disks} == {"/dev/xvda": "gp3", "/dev/sdf": "st1"}


def test_the_schedule_is_read_in_its_time_zone(running: Running) -> None:
    scheduler = running.client("scheduler")
    found = [scheduler.get_schedule(Name=one["Name"]) for one in scheduler.list_schedules()["Schedules"]]
    (ours,) = [one for one in found if one["Target"]["Arn"] == running.outputs["StateMachineArn"]]
    assert (ours["ScheduleExpression"], ours["ScheduleExpressionTimezone"]) == ("cron(0 2 * * ? *)", "Europe/Berlin")


def test_a_night_in_which_nothing_has_landed_starts_no_host(running: Running) -> None:
    running.empty()
    night = running.start()
    assert eventually(lambda: running.status(night) != "RUNNING")
    assert running.status(night) == "SUCCEEDED"
    events = running.client("stepfunctions").get_execution_history(executionArn=night)["events"]
    entered = [one["stateEnteredEventDetails"]["name"] for one in events if "stateEnteredEventDetails" in one]
    assert "Start the hosts" not in entered
    assert entered[-1] == "No news"
    assert running.size() == 0


def test_what_lands_is_told_and_starts_the_hosts(running: Running) -> None:
    running.empty()
    for key in ("elsewhere/a.csv", "incoming/a b.csv"):
        running.client("s3").put_object(Bucket=running.outputs["LandingBucketName"], Key=key, Body=b"1")
    (message,) = eventually(running.receive) or [{"Body": "{}"}]
    (record,) = json.loads(message["Body"])["Records"]
    assert record["s3"]["object"]["key"] == "incoming/a+b.csv"
    night = running.start()
    assert eventually(lambda: running.size() == 2)
    assert running.status(night) == "RUNNING"
    running.client("stepfunctions").stop_execution(executionArn=night)
    running.empty()
    again = running.start()  # the next night stops what an aborted one left
    assert eventually(lambda: running.status(again) != "RUNNING")
    assert running.size() == 0


def test_alarms_are_told_to_operations_and_operations_to_a_person(running: Running) -> None:
    topic = running.outputs["AlertsTopicArn"]
    alarms = running.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len([one for one in alarms if one["AlarmActions"] == [topic]]) == 4
    (told,) = running.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (told["Protocol"], told["Endpoint"]) == ("email", "ops@example.com")
