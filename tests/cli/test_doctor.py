"""`awsdeck doctor` and `awsdeck permissions`."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.cli import doctor
from awsdeck.deploy import AWS
from awsdeck.deploy.caller.policy import LIMIT
from awsdeck.deploy.fake import Denied, Expired, FakeCloudFormation
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
    monkeypatch.setattr(doctor, "_answer", lambda _: (None, 0.0))
    return fake


@pytest.fixture
def http_server() -> Iterator[str]:
    """An address on this machine whose clock is two hours ahead."""

    class Handler(BaseHTTPRequestHandler):
        def date_time_string(self, timestamp: float | None = None) -> str:
            return formatdate(time.time() + 7_200, usegmt=True)

        def do_GET(self) -> None:
            self.send_response(403)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


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
    assert "does not answer" in str(doctor._answer("http://127.0.0.1:9/")[0])


def test_a_clock_that_is_wrong_is_told(
    project: Project, fake: FakeCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checks(project.run("doctor", "--output", "json"))["clock"]["ok"] is True
    monkeypatch.setattr(doctor, "_answer", lambda _: (None, -400.0))
    answer = project.run("doctor", "--output", "json")
    assert answer.code == 1
    assert checks(answer)["clock"]["value"] == "400 seconds behind"


def test_the_clock_is_compared_with_the_endpoints_own(http_server: str) -> None:
    trouble, ahead = doctor._answer(http_server)
    assert trouble is None
    assert ahead is not None
    assert -7_300 < ahead < -7_100


def test_rights_quotas_and_what_this_botocore_lacks_are_told(project: Project, fake: FakeCloudFormation) -> None:
    fake.limits.update(StackLimit=3)
    for name in ("a", "b", "c"):
        fake.add_stack(name, {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}})
    fake.fault("ListExports", Denied())
    answer = project.run("doctor")
    assert answer.code == 0, answer.out
    assert "cloudformation:DescribeStacks allowed" in answer.out
    assert "cloudformation:ListExports not allowed: exports in use cannot be told" in answer.out
    assert "3 of 3 stacks" in answer.out
    assert "ask AWS for a higher quota" in answer.out
    assert "awsdeck bootstrap" in answer.out
    cf = fake.aws().cloudformation()
    if not cf.knows("SetAlias"):
        assert "`awsdeck rename`" in answer.out
    writes = [name for name in fake.operations() if not name.startswith(("Describe", "List", "Get"))]
    assert writes == []


def test_without_the_first_right_nothing_works(project: Project, fake: FakeCloudFormation) -> None:
    fake.fault("DescribeStacks", Denied(), times=3)
    answer = project.run("doctor")
    assert answer.code == 1
    assert "cloudformation:DescribeStacks not allowed" in answer.out
    assert "awsdeck permissions" in answer.out


def test_a_policy_names_the_stacks_and_what_their_types_need(project: Project) -> None:
    answer = project.run("permissions", "--output", "json")
    policy = answer.data["policy"]
    said = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert said["Stacks"]["Resource"] == ["arn:aws:cloudformation:eu-west-1:*:stack/shop/*"]
    assert "sqs:CreateQueue" in said["CreateSqs"]["Action"]
    assert "sqs:DeleteQueue" in said["DeleteSqs"]["Action"]
    assert "sqs:DeleteQueue" not in said["CreateSqs"]["Action"]
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


def test_stack_sets_are_in_the_policy_too_and_can_be_named(empty: Project) -> None:
    empty.write(
        "deck.py",
        """
        from awsdeck import App, Stack, StackSet
        from awsdeck.cfn import sns
        app = App()
        sns.Topic(Stack(app, "shop"), "T")
        sns.Topic(StackSet(app, "guards", accounts=["111122223333"], regions=["eu-west-1"]), "T")
        """,
    )
    both = {one["Sid"] for one in empty.run("permissions", "--output", "json").data["policy"]["Statement"]}
    assert {"Stacks", "StackSets"} <= both
    one = {one["Sid"] for one in empty.run("permissions", "guards", "--output", "json").data["policy"]["Statement"]}
    assert "StackSets" in one
    assert "Stacks" not in one


def test_who_lends_cloudformation_a_role_is_told_who_needs_what(project: Project) -> None:
    project.write("awsdeck.toml", '[deploy]\nrole = "arn:aws:iam::123456789012:role/work"\n')
    answer = project.run("permissions")
    assert "iam:PassRole" in answer.out
    assert "CloudFormation works as arn:aws:iam::123456789012:role/work" in answer.err


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without anything of AWS."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


@pytest.mark.usefixtures("alone")
def test_a_profile_that_does_not_exist_is_told_as_that(project: Project) -> None:
    answer = project.run("doctor", "--profile", "shop-prod", "--output", "json")
    assert answer.code == 1
    assert checks(answer)["credentials"]["value"] == "the profile shop-prod does not exist"
    deployed = project.run("deploy", "-y", "--profile", "shop-prod")
    assert deployed.code == 20
    assert "the profile shop-prod does not exist" in deployed.err
    assert "there are no credentials" in project.run("destroy", "-y").err


@pytest.mark.usefixtures("alone")
def test_a_region_that_nobody_knows_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_answer", lambda _: (None, 0.0))
    answer = project.run("doctor", "--region", "mars-1", "--output", "json")
    assert checks(answer)["region"]["value"] == "mars-1 is none that botocore knows"
    assert answer.code == 1
    newer = project.run("doctor", "--region", "eu-north-9", "--output", "json")
    assert checks(newer)["region"]["ok"] is True


def test_the_template_of_the_bucket_goes_to_standard_output(project: Project) -> None:
    plain = project.run("bootstrap", "--show")
    assert json.loads(plain.out) == project.run("bootstrap", "--show", "--output", "json").data
