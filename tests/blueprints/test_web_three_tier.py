"""What the blueprint web-three-tier promises, for the answers at both ends of what it takes, and deployed."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck import blueprint
from awsdeck.deploy import AWS, deploy, destroy, outputs
from tests.blueprints.project import Project, Rendered
from tests.blueprints.promises import (
    test_cfn_lint_finds_no_error,
    test_it_synthesizes_and_lints_without_an_error_or_a_warning,
    test_its_code_is_as_ruff_wants_it,
)

if TYPE_CHECKING:
    from awsdeck.local import Engine

BLUEPRINT = "web-three-tier"
ANSWERS: dict[str, dict[str, Any]] = {
    "only what must be": {"name": "shop", "zone": "example.com"},
    "the least": {
        "name": "ab", "zone": "a.de", "zone_id": "", "environment": "test", "region": "us-east-1", "host": "a",
        "machines": "3", "more_machines": "1", "on_demand": "0", "engine": "mysql", "replicas": "0", "rotate_days": "1",
    },
    "the most": {
        "name": "a-quite-long-name-of-forty-characters-xx", "zone": "shop.of-the-company.example-websites.com",
        "zone_id": "Z1D633PJN98FT9", "environment": "prod", "region": "ap-southeast-2", "host": "a-host-of-20-letters",
        "email": "night-shift.operations+alarms@department.of.the-company.example.com", "machines": 99,
        "more_machines": 100, "on_demand": 99, "engine": "postgres", "replicas": 5, "rotate_days": 1000,
    },
}  # fmt: skip
DEPLOYED = "this_machine"
"""What the name of the project's own test says that deploys."""


@pytest.fixture(scope="module", params=list(ANSWERS.values()), ids=list(ANSWERS))
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return Rendered(BLUEPRINT, tmp_path_factory.mktemp("web") / "project", request.param)


def test_a_project_is_complete(rendered: Rendered) -> None:
    assert rendered.files == [
        ".gitignore", "README.md", "awsdeck.toml", "deck.py", "src/rotation/app.py", "src/web/start.sh.j2",
        "tests/test_deck.py", "tests/test_rotation.py",
    ]  # fmt: skip
    for name in rendered.files:
        text = (rendered.folder / name).read_text(encoding="utf-8")
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert "{%" not in text
        assert "{{" not in text or name == "src/web/start.sh.j2"


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
def test_its_own_test_on_this_machine_passes(tmp_path: Path) -> None:
    done = Project(BLUEPRINT, tmp_path / "project", ANSWERS["only what must be"]).own_tests("-k", DEPLOYED)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "broken"),
    [
        ("deck.py", "availability_zones=3", "availability_zones=2", "three_zones"),
        ("deck.py", ", redirect_http=True", "", "over_https"),
        ("deck.py", "zone.alias(HOST, front)", "", "over_https"),
        ("deck.py", "(database, *replicas, cache)", "(database, *replicas)", "nobody_else"),
        ("deck.py", "store.connections.allow_from(web)", "store.connections.allow_from_anywhere()", "nobody_else"),
        ("deck.py", "signals=Signals(timeout=600)", "signals=None", "one_by_one"),
        ("deck.py", "multi_az=True", "multi_az=False", "survives"),
        ("deck.py", 'auth_token="generate"', "auth_token=None", ""),
        ("deck.py", "rotate(30, by=rotation", "rotate(60, by=rotation", "made_up_and_changed"),
        ("deck.py", "secret.grant_read(web)", "secret.grant_write(web)", "change_nothing"),
        ("deck.py", '"rds:ModifyDBInstance", on=database.arn', '"rds:ModifyDBInstance", on="*"', "this_database"),
        ("deck.py", "alarm.notify(alerts)", 'alarm.notify(alerts, on="insufficient")', "is_told"),
        ("src/rotation/app.py", 'VersionStages=["AWSPENDING"]', 'VersionStages=["AWSCURRENT"]', "four_steps"),
        ("src/rotation/app.py", '    if "AWSCURRENT" in versions.get(version, []):\n        return', "    if False:\n        return", "left_alone"),
        ("src/rotation/app.py", "        wait()\n", "        pass\n", "only_when"),
    ],
)  # fmt: skip
def test_its_own_tests_notice_what_is_taken_away(tmp_path: Path, file: str, old: str, new: str, broken: str) -> None:
    project = Project(BLUEPRINT, tmp_path / "project", ANSWERS["only what must be"])
    changed = project.folder / file
    text = changed.read_text(encoding="utf-8")
    assert old in text
    changed.write_text(text.replace(old, new), encoding="utf-8")
    done = project.own_tests("-k", f"not {DEPLOYED}")
    assert done.returncode == 1, done.stdout
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    assert any(broken in line for line in failed), done.stdout


def test_what_a_machine_does_when_it_starts_is_a_script_that_bash_can_read(rendered: Rendered, tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    written = rendered.properties("WebLaunchTemplate")["LaunchTemplateData"]["UserData"]["Fn::Base64"]["Fn::Sub"]
    text = written[0] if isinstance(written, list) else written
    assert text.startswith("#!/bin/bash\n")
    assert len(text.encode()) < 16_384
    script = tmp_path / "start.sh"
    script.write_text(text, encoding="utf-8")
    import subprocess

    done = subprocess.run([bash, "-n", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "${DatabaseSecret}" in text
    assert "password" not in text.lower()


def test_the_answers_reach_the_template(rendered: Rendered) -> None:
    answers = rendered.answers
    prod = answers["environment"] == "prod"
    web, database = rendered.properties("Web"), rendered.properties("Database")
    assert (int(web["MinSize"]), int(web["MaxSize"])) == (
        answers["machines"], answers["machines"] + answers["more_machines"],
    )  # fmt: skip
    distribution = web["MixedInstancesPolicy"]["InstancesDistribution"]
    assert distribution["OnDemandBaseCapacity"] == answers["on_demand"]
    assert (database["Engine"], database["DeletionProtection"]) == (answers["engine"], prod)
    assert len(rendered.ids("AWS::RDS::DBInstance")) == 1 + answers["replicas"]
    assert len(rendered.ids("AWS::EC2::NatGateway")) == (3 if prod else 1)
    rules = rendered.properties("DatabaseSecretRotation")["RotationRules"]
    assert rules == {"AutomaticallyAfterDays": answers["rotate_days"]}
    (record,) = rendered.ids("AWS::Route53::RecordSet")
    assert rendered.properties(record)["Name"] == f"{answers['host']}.{answers['zone']}."
    zone = rendered.properties(record)["HostedZoneId"]
    made = rendered.ids("AWS::Route53::HostedZone")
    assert (zone, made) == ((answers["zone_id"], []) if answers["zone_id"] else ({"Ref": "Zone"}, ["Zone"]))
    attributes = {one["Key"]: one["Value"] for one in rendered.properties("Front")["LoadBalancerAttributes"]}
    assert attributes["deletion_protection.enabled"] == ("true" if prod else "false")
    told = [rendered.properties(id)["Endpoint"] for id in rendered.ids("AWS::SNS::Subscription")]
    assert told == ([answers["email"]] if answers["email"] else [])
    manifest = json.loads((rendered.folder / "awsdeck.out" / "manifest.json").read_text(encoding="utf-8"))
    stack = manifest["stacks"][rendered.stack]
    assert stack["region"] == answers["region"]
    assert stack["tags"] == {"project": answers["name"], "environment": answers["environment"]}
    assert stack.get("terminationProtection", False) is prod


def test_one_key_is_for_everything_and_for_this_account_alone(rendered: Rendered) -> None:
    root, *others = rendered.properties("Key")["KeyPolicy"]["Statement"]
    assert root["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    assert [(one["Principal"], one["Condition"]) for one in others] == [
        (
            {"Service": "cloudwatch.amazonaws.com"},
            {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        )
    ]
    key = {"Fn::GetAtt": ["Key", "Arn"]}
    assert [rendered.properties(id)["KmsKeyId"] for id in ("Database", "Cache", "DatabaseSecret", "CacheAuthToken")] == [
        key, key, key, key,
    ]  # fmt: skip


def test_only_these_alarms_may_publish_to_operations(rendered: Rendered) -> None:
    (statement,) = rendered.properties("AlertsPolicy")["PolicyDocument"]["Statement"]
    named = statement["Condition"]["ArnLike"]["aws:SourceArn"]
    assert sorted(one["Fn::GetAtt"][0] for one in named) == rendered.ids("AWS::CloudWatch::Alarm")


def test_nobody_may_do_more_than_is_needed(rendered: Rendered) -> None:
    assert rendered.ids("AWS::IAM::Role") == ["RotationRole", "WebLaunchTemplateRole"]
    assert not any("ManagedPolicyArns" in rendered.properties(id) for id in rendered.ids("AWS::IAM::Role"))
    everywhere = {
        action
        for id in rendered.ids("AWS::IAM::Policy")
        for statement in rendered.properties(id)["PolicyDocument"]["Statement"]
        if statement["Resource"] == "*"
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert everywhere == {
        "secretsmanager:GetRandomPassword", "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Shop"), ("name", "a"), ("name", "a--b"), ("name", '"; import os; "'),
        ("zone", "example"), ("zone", "www.Example.com"), ("zone", "-a.com"), ("zone", 'a".com'), ("zone", f"{'a' * 40}.com"),
        ("zone_id", "example.com"), ("zone_id", "z1d633"), ("host", "a.b"), ("host", "a" * 21), ("host", ""),
        ("region", "europe"), ("environment", "staging"), ("email", "ops"), ("engine", "oracle"),
        ("machines", "2"), ("machines", "100"), ("more_machines", "0"), ("more_machines", "101"),
        ("on_demand", "-1"), ("on_demand", "100"), ("replicas", "6"), ("rotate_days", "0"), ("rotate_days", "1001"),
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

    def __init__(self, outputs: dict[str, str], aws: AWS) -> None:
        self.outputs = outputs
        self.client: Callable[[str], Any] = aws.client

    def secret(self) -> dict[str, Any]:
        """The database's secret as it is now."""
        found = self.client("secretsmanager").get_secret_value(SecretId=self.outputs["DatabaseSecretArn"])
        fields: dict[str, Any] = json.loads(found["SecretString"])
        return fields

    def balancer(self) -> dict[str, Any]:
        found: list[dict[str, Any]] = self.client("elbv2").describe_load_balancers()["LoadBalancers"]
        (one,) = [one for one in found if one["DNSName"] == self.outputs["BalancerName"]]
        return one

    def databases(self) -> list[dict[str, Any]]:
        """The database, and its replicas."""
        found: list[dict[str, Any]] = self.client("rds").describe_db_instances()["DBInstances"]
        (first,) = [one for one in found if one["Endpoint"]["Address"] == self.outputs["DatabaseEndpoint"]]
        name = first["DBInstanceIdentifier"]
        return [first, *(one for one in found if one.get("ReadReplicaSourceDBInstanceIdentifier") == name)]


@pytest.fixture(scope="module")
def running(local_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The project with a hosted zone of its own."""
    from awsdeck.cli.context import Context
    from awsdeck.cli.deck import assemble

    folder = tmp_path_factory.mktemp("running") / "project"
    name = f"t{secrets.token_hex(4)}"
    answers = {"name": name, "zone": f"{name}.example", "region": "eu-west-1", "replicas": "2"}
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
    ((_, values),) = outputs(assembly, aws=aws).items()
    yield Running(dict(values), aws)
    everything = [id for one in assembly.stacks for id in assembly[one].template["Resources"]]
    destroy(assembly, aws=aws, confirm=lambda plan: True, allow_destroy=everything)


def test_the_load_balancer_speaks_https_in_three_zones(running: Running) -> None:
    balancer = running.balancer()
    assert balancer["Scheme"] == "internet-facing"
    assert len(balancer["AvailabilityZones"]) == 3
    answer = running.client("elbv2").describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])
    listeners = {one["Port"]: one for one in answer["Listeners"]}
    assert {port: one["Protocol"] for port, one in listeners.items()} == {80: "HTTP", 443: "HTTPS"}
    assert listeners[443]["DefaultActions"][0]["Type"] == "forward"
    assert listeners[80]["DefaultActions"][0]["RedirectConfig"]["StatusCode"] == "HTTP_301"
    assert listeners[443]["Certificates"][0]["CertificateArn"].startswith("arn:aws:acm:")


def test_the_name_leads_to_the_load_balancer(running: Running) -> None:
    host = running.outputs["Address"].removeprefix("https://")
    route53 = running.client("route53")
    zone = route53.list_hosted_zones_by_name(DNSName=host.partition(".")[2])["HostedZones"][0]
    records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    (alias,) = [one["AliasTarget"] for one in records if one["Name"] == f"{host}." and one["Type"] == "A"]
    assert alias["DNSName"].rstrip(".") == running.outputs["BalancerName"]
    assert alias["EvaluateTargetHealth"] is True


def test_machines_of_several_types_stand_behind_it(running: Running) -> None:
    (group,) = running.client("autoscaling").describe_auto_scaling_groups(
        AutoScalingGroupNames=[running.outputs["GroupName"]]
    )["AutoScalingGroups"]
    assert (group["MinSize"], group["MaxSize"], group["HealthCheckType"]) == (3, 9, "ELB")
    assert len(group["VPCZoneIdentifier"].split(",")) == 3
    behind = running.client("elbv2").describe_target_groups(LoadBalancerArn=running.balancer()["LoadBalancerArn"])
    (targets,) = behind["TargetGroups"]
    assert (targets["Port"], targets["HealthCheckPath"]) == (8080, "/health")


def test_the_database_has_a_standby_replicas_and_a_password_that_only_the_secret_knows(running: Running) -> None:
    database, *replicas = running.databases()
    assert (database["MultiAZ"], database["StorageEncrypted"], database["PubliclyAccessible"]) == (True, True, False)
    assert database["BackupRetentionPeriod"] == 14
    assert len(replicas) == 2
    fields = running.secret()
    assert fields["username"] == database["MasterUsername"] == "dbadmin"
    assert len(fields["password"]) == 32


def test_the_cache_takes_over_by_itself_and_speaks_tls(running: Running) -> None:
    groups = running.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    (cache,) = [
        one for one in groups if one["ReplicationGroupId"].startswith(running.outputs["GroupName"].partition("-")[0])
    ]
    assert (cache["AutomaticFailover"], cache["MultiAZ"]) == ("enabled", "enabled")
    assert (cache["TransitEncryptionEnabled"], cache["AtRestEncryptionEnabled"]) == (True, True)


def test_alarms_are_told_to_operations(running: Running) -> None:
    topic = running.outputs["AlertsTopicArn"]
    alarms = running.client("cloudwatch").describe_alarms()["MetricAlarms"]
    ours = [one for one in alarms if one["AlarmActions"] == [topic]]
    assert len(ours) == 9
    assert all(one["OKActions"] == [topic] for one in ours)


def test_the_rotation_gives_database_and_secret_a_new_password(running: Running) -> None:
    """What Secrets Manager does when it rotates, which the engine leaves out: a version to come, and the steps."""
    client, secret, version = (
        running.client("secretsmanager"),
        running.outputs["DatabaseSecretArn"],
        secrets.token_hex(16),
    )
    before = running.secret()
    client.put_secret_value(
        SecretId=secret, ClientRequestToken=version, SecretString=json.dumps({**before, "password": version}),
        VersionStages=["AWSPENDING"],
    )  # fmt: skip
    function = client.describe_secret(SecretId=secret)["RotationLambdaARN"]
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        event = {"SecretId": secret, "ClientRequestToken": version, "Step": step}
        answer = running.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        assert "FunctionError" not in answer, answer["Payload"].read()
        assert (running.secret() == before) is (step != "finishSecret")
    assert running.secret() == {**before, "password": version}
