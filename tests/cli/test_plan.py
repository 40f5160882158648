"""`awsdeck plan` and `awsdeck apply`: what is shown, kept, refused and returned."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.cli import deploy, plan
from awsdeck.deploy.fake import FakeCloudFormation, Script

from .test_deploy import TABLE, Person

if TYPE_CHECKING:
    from .conftest import Project


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeCloudFormation:
    """A scripted CloudFormation in place of every account."""
    fake = FakeCloudFormation()
    for module in (deploy, plan):
        monkeypatch.setattr(module, "open_account", lambda *_, **__: (fake.aws(), None))
    return fake


def change(project: Project, old: str, new: str) -> None:
    deck = project.folder / "deck.py"
    deck.write_text(deck.read_text().replace(old, new))


def test_a_plan_shows_everything_and_changes_nothing(project: Project, fake: FakeCloudFormation) -> None:
    answer = project.run("plan")
    assert answer.code == 0, answer.err
    assert "shop in eu-west-1: create" in answer.out
    assert "+ Orders  AWS::SQS::Queue  deck.py:6" in answer.out
    assert "ExecuteChangeSet" not in fake.operations()
    assert fake.status("shop") in (None, "DELETE_COMPLETE")
    assert project.run("deploy", "-y").code == 0
    change(project, "=5", "=6")
    fake.script("shop", Script(warnings={"/Resources/Orders": "nearly too many queues"}))
    answer = project.run("plan")
    assert "~ Orders  AWS::SQS::Queue  deck.py:6  shop-Orders-" in answer.out
    assert "~ DelaySeconds: '5' -> '6'" in answer.out
    assert "CloudFormation warns: deck.py:6: shop/Orders: nearly too many queues" in answer.out


def test_a_plan_is_kept_and_applied(project: Project, fake: FakeCloudFormation) -> None:
    answer = project.run("plan", "-o", "plan.json")
    assert answer.code == 0
    assert "awsdeck apply plan.json" in answer.err
    assert fake.status("shop") == "REVIEW_IN_PROGRESS"
    answer = project.run("apply", "plan.json", "-y", "--outputs-file", "out.json")
    assert answer.code == 0, answer.err
    assert "shop: created in" in answer.out
    assert (project.folder / "out.json").exists()
    answer = project.run("apply", "plan.json", "-y")
    assert answer.code == 3
    assert "carried out already" in answer.err
    assert "awsdeck plan" in answer.err


def test_what_cloudformation_does_not_mention_is_marked(project: Project, fake: FakeCloudFormation) -> None:
    assert project.run("deploy", "-y").code == 0
    change(project, "=5", "=6")
    fake.script("shop", Script(hidden=["Orders"]))
    assert "Orders  AWS::SQS::Queue  deck.py:6  not confirmed by CloudFormation" in project.run("plan").out


def test_nothing_to_do_is_said_and_exit_codes_can_tell(project: Project, fake: FakeCloudFormation) -> None:
    assert project.run("plan", "--exit-code").code == 2
    assert project.run("deploy", "-y").code == 0
    answer = project.run("plan", "--exit-code")
    assert (answer.code, "shop: nothing to do" in answer.out) == (0, True)


def test_applying_asks_and_a_no_keeps_the_plan(
    project: Project, fake: FakeCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.run("plan", "-o", "plan.json").code == 0
    monkeypatch.setattr(sys, "stdin", Person("n\n"))
    assert project.run("apply", "plan.json").code == 3
    assert fake.status("shop") == "REVIEW_IN_PROGRESS"
    monkeypatch.setattr(sys, "stdin", Person("y\n"))
    assert project.run("apply", "plan.json").code == 0


def test_a_closed_gate_is_shown_and_nothing_is_written(empty: Project, fake: FakeCloudFormation) -> None:
    empty.write("deck.py", TABLE)
    assert empty.run("deploy", "-y").code == 0
    empty.write("deck.py", TABLE.replace('"id"', '"key"'))
    answer = empty.run("plan", "-o", "plan.json")
    assert answer.code == 3
    assert "its data may be lost" in answer.out
    assert "--allow-replace Table" in answer.err
    assert not (empty.folder / "plan.json").exists()
    assert not any(stack.change_sets for stack in fake.stacks if stack.status != "CREATE_COMPLETE")
    assert empty.run("plan", "-o", "plan.json", "--allow-replace", "Table").code == 0
    assert empty.run("apply", "plan.json", "-y").code == 0


def test_types_of_the_project_hold_data_too(project: Project, fake: FakeCloudFormation) -> None:
    assert project.run("deploy", "-y").code == 0
    change(project, '"Orders", DelaySeconds=5', '"Orders", FifoQueue=True')
    project.write("awsdeck.toml", '[deploy]\nstateful = ["AWS::SQS::Queue"]\n')
    answer = project.run("plan")
    assert answer.code == 3, answer.err
    assert "--allow-replace Orders" in answer.err
    project.write("awsdeck.toml", '[deploy]\nstateful = ["sqs"]\n')
    assert project.run("plan").code == 4


def test_what_is_beyond_the_ordinary_needs_a_yes_of_its_own(project: Project, fake: FakeCloudFormation) -> None:
    assert project.run("deploy", "-y").code == 0
    change(
        project,
        "app.synth()",
        "from awsdeck.cfn import iam\n"
        'iam.Role(stack, "Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [\n'
        '    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})\n'
        "app.synth()",
    )
    answer = project.run("plan", "-o", "plan.json")
    assert answer.code == 0
    assert "wider access" in answer.out
    assert "capabilities: CAPABILITY_IAM" in answer.out
    answer = project.run("apply", "plan.json", "-y")
    assert answer.code == 3
    assert "--approve" in answer.err
    assert project.run("apply", "plan.json", "-y", "--approve").code == 0


def test_the_yes_may_be_given_with_the_plan(project: Project, fake: FakeCloudFormation) -> None:
    test_deck = project.folder / "deck.py"
    assert project.run("deploy", "-y").code == 0
    test_deck.write_text(
        test_deck.read_text().replace(
            "app.synth()",
            "from awsdeck.cfn import iam\n"
            'iam.User(stack, "Robot", ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"])\n'
            "app.synth()",
        )
    )
    assert project.run("plan", "-o", "plan.json", "--approve").code == 0
    assert project.run("apply", "plan.json", "-y").code == 0


def test_json_is_one_record_a_line(project: Project, fake: FakeCloudFormation) -> None:
    answer = project.run("plan", "-o", "plan.json", "--output", "json")
    records: list[dict[str, Any]] = [json.loads(line) for line in answer.out.splitlines()]
    assert records[0] == {"type": "version", "version": 1}
    assert records[-1] == {"type": "summary", "exit_code": 0}
    shown = next(record for record in records if record["type"] == "plan")
    assert shown == json.loads((project.folder / "plan.json").read_text())["stacks"][0]["shown"]
    answer = project.run("apply", "plan.json", "-y", "--output", "json")
    assert answer.code == 0
    assert json.loads(answer.out.splitlines()[-1]) == {"type": "summary", "exit_code": 0}


def test_a_deck_that_changed_is_not_applied(project: Project, fake: FakeCloudFormation) -> None:
    assert project.run("plan", "-o", "plan.json").code == 0
    change(project, "=5", "=6")
    answer = project.run("apply", "plan.json", "-y")
    assert answer.code == 4
    assert "another template" in answer.err
    assert "ExecuteChangeSet" not in fake.operations()


def test_what_is_no_plan_is_exit_code_4_without_a_traceback(project: Project, fake: FakeCloudFormation) -> None:
    project.write("plan.json", "{}")
    answer = project.run("apply", "plan.json")
    assert answer.code == 4
    assert "no plan of awsdeck" in answer.err
    assert "Traceback" not in answer.err
    assert project.run("apply", "none.json").code == 4
    assert project.run("apply").code == 4


def test_a_folder_that_cannot_be_written_leaves_no_change_set_behind(
    project: Project, fake: FakeCloudFormation
) -> None:
    answer = project.run("plan", "-o", "nowhere/plan.json")
    assert answer.code == 4
    assert fake.status("shop") in (None, "DELETE_COMPLETE")


def test_a_plan_that_could_not_be_kept_is_not_made(empty: Project, fake: FakeCloudFormation) -> None:
    empty.write("deck.py", "from awsdeck import App\napp = App()\n")
    answer = empty.run("plan", "-o", "nowhere/plan.json")
    assert answer.code == 4
    assert "there is no directory nowhere" in answer.err
    assert not fake.operations()
