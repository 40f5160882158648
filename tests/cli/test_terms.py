"""The terms of a deploy from flags, deck and configuration, as a user gives them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.cli import deploy
from awsdeck.cli import plan as planning
from awsdeck.deploy.fake import FakeCloudFormation, Script

if TYPE_CHECKING:
    from .conftest import Answer, Project

TOPIC = "arn:aws:sns:eu-west-1:123456789012:deploys"
ALARM = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:errors"
ROLE = "arn:aws:iam::123456789012:role/deployer"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeCloudFormation:
    """A scripted CloudFormation in place of every account."""
    fake = FakeCloudFormation()
    monkeypatch.setattr(deploy, "open_account", lambda *_, **__: (fake.aws(), None))
    return fake


def asked(fake: FakeCloudFormation, operation: str = "CreateChangeSet") -> dict[str, Any]:
    return dict(next(call.arguments for call in reversed(fake.calls) if call.operation == operation))


def change(project: Project) -> None:
    """Give the deck something to deploy."""
    deck = (project.folder / "deck.py").read_text()
    project.write("deck.py", deck.replace("DelaySeconds=5", "DelaySeconds=6"))


def records(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.out.splitlines()]


def test_flags_become_terms_of_the_change_set(project: Project, fake: FakeCloudFormation) -> None:
    words = ("--notification-arn", TOPIC, "--rollback-alarm", f"{ALARM},composite:{ALARM}2", "--monitoring", "15")
    answer = project.run("deploy", "-y", *words, "--role-arn", ROLE)
    assert answer.code == 0, answer.err
    given = asked(fake)
    assert (given["NotificationARNs"], given["RoleARN"]) == ([TOPIC], ROLE)
    assert [one["Type"] for one in given["RollbackConfiguration"]["RollbackTriggers"]] == [
        "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm",
    ]  # fmt: skip
    assert given["RollbackConfiguration"]["MonitoringTimeInMinutes"] == "15"


def test_a_flag_takes_topics_and_alarms_away(project: Project, fake: FakeCloudFormation) -> None:
    assert project.run("deploy", "-y", "--notification-arn", TOPIC, "--rollback-alarm", ALARM).code == 0
    answer = project.run("deploy", "-y", "--notification-arn", "none", "--rollback-alarm", "none")
    assert answer.code == 0, answer.err
    assert TOPIC in answer.out
    assert fake.stacks[0].terms["NotificationARNs"] == []
    assert fake.stacks[0].terms["RollbackConfiguration"]["RollbackTriggers"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--notification-arn", "deploys"), "--notification-arn: 'deploys'"),
        (("--rollback-alarm", TOPIC), "--rollback-alarm: "),
        (("--monitoring", "181"), "whole minutes from 0 to 180"),
        (("--role", "deployer"), "--role: 'deployer'"),
        (("--no-rollback", "--on-create-failure", "rollback"), "cannot be rolled back without rollback"),
        (("--express", "--on-create-failure", "delete"), "express mode"),
        (("--no-rollback", "--auto-rollback"), "choose one"),
    ],
)
def test_a_wrong_flag_is_told_before_anything_is_asked(
    project: Project, fake: FakeCloudFormation, words: tuple[str, ...], said: str
) -> None:
    answer = project.run("deploy", "-y", *words)
    assert answer.code == 4
    assert said in answer.err
    assert fake.operations() == []


def test_the_deck_goes_before_the_configuration_and_a_flag_before_both(
    project: Project, fake: FakeCloudFormation
) -> None:
    project.write(
        "awsdeck.toml",
        f"""
        [deploy]
        role = "{ROLE}"
        monitoring = 1
        notification_arns = ["{TOPIC}"]
        tags = {{ all = "yes" }}
        [deploy.stacks.shop]
        monitoring = 2
        termination_protection = true
        tags = {{ own = "yes" }}
        """,
    )
    assert project.run("deploy", "-y").code == 0
    given = asked(fake)
    assert (given["NotificationARNs"], given["RoleARN"]) == ([TOPIC], ROLE)
    assert given["RollbackConfiguration"] == {"MonitoringTimeInMinutes": "2"}
    assert {one["Key"] for one in given["Tags"]} == {"all", "own"}
    assert fake.stacks[0].protected
    deck = (project.folder / "deck.py").read_text()
    project.write(
        "deck.py", deck.replace('region="eu-west-1"', 'region="eu-west-1", monitoring=3, notification_arns=[]')
    )
    assert project.run("deploy", "-y").code == 0
    assert asked(fake)["RollbackConfiguration"] == {"MonitoringTimeInMinutes": "3"}
    assert fake.stacks[0].terms["NotificationARNs"] == []
    assert project.run("deploy", "-y", "--monitoring", "4", "--tags", "own=no").code == 0
    assert asked(fake)["RollbackConfiguration"] == {"MonitoringTimeInMinutes": "4"}
    assert {one["Key"]: one["Value"] for one in asked(fake)["Tags"]} == {"all": "yes", "own": "no"}


def test_a_policy_can_stand_in_the_configuration(project: Project, fake: FakeCloudFormation) -> None:
    project.write(
        "awsdeck.toml",
        """
        [[deploy.stacks.shop.stack_policy.Statement]]
        Effect = "Allow"
        Action = "Update:Modify"
        Principal = "*"
        Resource = "*"
        """,
    )
    assert project.run("deploy", "-y").code == 0
    assert json.loads(fake.stacks[0].policy)["Statement"][0]["Action"] == "Update:Modify"
    (project.folder / "awsdeck.toml").write_text("[deploy]\nstack_policy = {}\n")
    answer = project.run("deploy", "-y")
    assert answer.code == 3
    assert "the stack policy allows replacing and deleting Orders" in answer.out + answer.err
    assert project.run("deploy", "-y", "--approve").code == 0


def test_all_that_is_wrong_in_the_configuration_is_told_at_once_with_its_name(
    project: Project, fake: FakeCloudFormation
) -> None:
    project.write(
        "awsdeck.toml",
        """
        [deploy]
        role = "deployer"
        monitoring = 500
        [deploy.stacks.shop]
        notification_arns = ["x"]
        """,
    )
    answer = project.run("deploy", "-y")
    assert answer.code == 4
    for said in (
        "deploy.execution_role: 'deployer'",
        "deploy.monitoring: 500",
        "deploy.stacks.shop.notification_arns: 'x'",
    ):
        assert said in answer.err
    assert "awsdeck.toml" in answer.err
    assert fake.operations() == []


def test_a_stack_in_the_configuration_that_the_deck_does_not_have_is_noticed(
    project: Project, fake: FakeCloudFormation
) -> None:
    project.write("awsdeck.toml", "[deploy.stacks.shpo]\nmonitoring = 5\n")
    answer = project.run("deploy", "-y")
    assert answer.code == 0
    assert "deploy.stacks.shpo is about no stack of this deck" in answer.err


def test_acknowledgements_can_be_limited_in_the_configuration(project: Project, fake: FakeCloudFormation) -> None:
    project.write("awsdeck.toml", "[deploy]\ncapabilities = []\n")
    assert project.run("deploy", "-y").code == 0
    deck = (project.folder / "deck.py").read_text()
    role = 'iam.Role(stack, "Role", AssumeRolePolicyDocument=TRUST)\napp.synth()\n'
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    head = f"from awsdeck.cfn import iam\nTRUST = { ({'Version': '2012-10-17', 'Statement': [trust]}) }\n"
    project.write("deck.py", head + deck.replace("app.synth()\n", role))
    answer = project.run("deploy", "-y", "--approve")
    assert answer.code == 4
    assert "CAPABILITY_IAM because of Role" in answer.err


def test_flags_say_how_operations_are_carried_out(project: Project, fake: FakeCloudFormation) -> None:
    assert project.run("deploy", "-y", "--on-create-failure", "delete").code == 0
    assert asked(fake)["OnStackFailure"] == "DELETE"
    change(project)
    words = ("--no-rollback", "--revert-drift", "--import-existing", "--skip-validation")
    assert project.run("deploy", "-y", *words).code == 0
    given = asked(fake)
    assert (given["DeploymentMode"], given["ImportExistingResources"]) == ("REVERT_DRIFT", "true")
    assert given["DisableValidation"] == "true"
    assert asked(fake, "ExecuteChangeSet")["DisableRollback"] == "true"


def test_started_and_left_is_exit_code_9_with_the_way_to_follow(project: Project, fake: FakeCloudFormation) -> None:
    answer = project.run("deploy", "-y", "--no-wait")
    assert answer.code == 9
    assert "awsdeck follow shop" in answer.err
    assert fake.stacks[0].id in answer.err


def test_leftovers_are_exit_code_8_when_that_is_wanted(project: Project, fake: FakeCloudFormation) -> None:
    assert project.run("deploy", "-y").code == 0
    deck = (project.folder / "deck.py").read_text()
    project.write("deck.py", deck.replace('sns.Topic(stack, "Placed", DisplayName="placed")\n', ""))
    fake.script("shop", Script(stuck={"Placed": "in use"}))
    answer = project.run("deploy", "-y", "--strict-cleanup")
    assert answer.code == 8
    assert "Placed" in answer.err


@pytest.mark.parametrize(("word", "code"), [("--wait-in-progress", 0), ("--wait-in-progress=1", 6), ("", 6)])
def test_somebody_elses_operation_is_waited_for_as_long_as_is_said(
    project: Project, fake: FakeCloudFormation, word: str, code: int
) -> None:
    assert project.run("deploy", "-y").code == 0
    change(project)
    stack = fake.stacks[0]
    made = stack.propose({"ChangeSetName": "x"}, json.dumps(stack.template), Script(), "arn:x/")
    made.changes.append(
        {"ResourceChange": {"LogicalResourceId": "Orders", "Action": "Modify", "ResourceType": "AWS::SQS::Queue"}}
    )
    stack.execute(made, "theirs", Script(seconds=60), fake.clock.now())
    answer = project.run("deploy", "-y", *filter(None, [word]))
    assert answer.code == code, answer.err


def test_how_long_a_lost_connection_is_waited_for(
    project: Project, fake: FakeCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws = fake.aws()
    monkeypatch.setattr(deploy, "open_account", lambda *_, **__: (aws, None))
    assert project.run("deploy", "-y", "--poll-outage", "60").code == 0
    assert aws.outage_budget == 60


# functions of the user's own


HOOKED = """
@stack.before_deploy
def look(plan):
    print("looking at", plan.name)
    {before}


@app.after_deploy
def tell(result):
    print("told of", result.status)
    {after}


app.synth()
"""


def hooked(project: Project, before: str = "", after: str = "") -> None:
    deck = (project.folder / "deck.py").read_text().split("@stack")[0].replace("app.synth()\n", "")
    project.write("deck.py", deck + HOOKED.format(before=before, after=after).lstrip("\n"))


def test_functions_of_the_deck_are_called_and_may_print(project: Project, fake: FakeCloudFormation) -> None:
    hooked(project)
    answer = project.run("deploy", "-y")
    assert answer.code == 0, answer.err
    assert answer.out.index("looking at shop") < answer.out.index("told of created")


def test_what_functions_print_does_not_get_among_the_records(project: Project, fake: FakeCloudFormation) -> None:
    hooked(project)
    answer = project.run("deploy", "-y", "--output", "json")
    assert answer.code == 0, answer.err
    assert {one["type"] for one in records(answer)} >= {"version", "plan", "result", "summary"}
    assert "looking at shop" in answer.err


def test_a_function_of_the_deck_refuses_with_exit_code_3_and_its_line(
    project: Project, fake: FakeCloudFormation
) -> None:
    hooked(project, before='return "frozen until Monday"')
    answer = project.run("deploy", "-y")
    assert answer.code == 3
    assert "look refuses the deploy: frozen until Monday" in answer.err
    assert "ExecuteChangeSet" not in fake.operations()
    assert fake.status("shop") in (None, "DELETE_COMPLETE")


def test_a_function_after_the_deploy_fails_it_with_exit_code_1(project: Project, fake: FakeCloudFormation) -> None:
    hooked(project, after='return "no answer"')
    answer = project.run("deploy", "-y")
    assert answer.code == 1
    assert "tell does not accept it: no answer" in answer.err
    assert fake.status("shop") == "CREATE_COMPLETE"


def test_a_mistake_in_a_function_of_the_deck_is_told_with_its_line_and_no_traceback(
    project: Project, fake: FakeCloudFormation
) -> None:
    hooked(project, before="plan.nonsense()")
    answer = project.run("deploy", "-y")
    assert answer.code == 1
    assert "look has failed: AttributeError" in answer.err
    assert "Traceback" not in answer.err
    line = (project.folder / "deck.py").read_text().splitlines().index("    plan.nonsense()") + 1
    assert f"deck.py:{line}" in answer.err


def test_functions_of_the_project_stand_in_the_configuration(project: Project, fake: FakeCloudFormation) -> None:
    project.write("ops_hooks.py", "def frozen(plan):\n    return f'{plan.name} is frozen'\n")
    project.write("awsdeck.toml", '[deploy]\nbefore = ["ops_hooks:frozen"]\n')
    answer = project.run("deploy", "-y")
    assert answer.code == 3
    assert "ops_hooks.py:1" in answer.err
    assert "frozen refuses the deploy: shop is frozen" in answer.err


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("nowhere:f", "", "there is no module nowhere"),
        ("bad_hooks:f", "1/0", "bad_hooks.py:1"),
        ("thin_hooks:f", "x = 1", "thin_hooks has no function f"),
        ("thin_hooks", "x = 1", "MODULE:FUNCTION"),
    ],
)
def test_a_function_that_is_not_there_is_told_before_anything_is_asked(
    project: Project, fake: FakeCloudFormation, name: str, text: str, said: str
) -> None:
    if text:
        project.write(f"{name.partition(':')[0]}.py", text)
    project.write("awsdeck.toml", f'[deploy]\nafter = ["{name}"]\n')
    answer = project.run("deploy", "-y")
    assert answer.code == 4
    assert said in answer.err
    assert fake.operations() == []


# a plan that is kept


def test_flags_and_functions_count_for_a_kept_plan_too(
    project: Project, fake: FakeCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "open_account", lambda *_, **__: (fake.aws(), None))
    project.write("awsdeck.toml", "[deploy.stacks.shop]\ntermination_protection = true\n")
    hooked(project, before='return "frozen"')
    words = ("--no-rollback", "--notification-arn", TOPIC, "-o", "plan.json")
    answer = project.run("plan", *words)
    assert answer.code == 0, answer.err
    assert asked(fake)["NotificationARNs"] == [TOPIC]
    answer = project.run("apply", "plan.json", "-y")
    assert answer.code == 3
    assert "look refuses the deploy: frozen" in answer.err
    assert "ExecuteChangeSet" not in fake.operations()
    hooked(project)
    answer = project.run("plan", *words)
    assert answer.code == 0, answer.err
    answer = project.run("apply", "plan.json", "-y")
    assert answer.code == 0, answer.err
    assert "looking at shop" in answer.out
    assert asked(fake, "ExecuteChangeSet")["DisableRollback"] == "true"
    assert fake.stacks[-1].protected
