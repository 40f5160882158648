"""`awsdeck deploy`, `destroy`, `status` and `outputs`: what is asked, shown, and returned."""

from __future__ import annotations

import importlib.util
import json
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.cli import deploy, destroy, diff, stacks
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Script

if TYPE_CHECKING:
    from .conftest import Project

TABLE = """
from awsdeck import App, Stack
from awsdeck.cfn import dynamodb

app = App()
stack = Stack(app, "shop", region="eu-west-1")
table = dynamodb.Table(
    stack,
    "Table",
    BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
)
table.node.retain(False)
app.synth()
"""

NEEDY = """
from awsdeck import App, Stack
from awsdeck.cfn import sns

app = App()
net, shop, other = (Stack(app, name, region="eu-west-1") for name in ("net", "shop", "other"))
topic = sns.Topic(net, "Placed", DisplayName="placed")
sns.Topic(shop, "Own", DisplayName="own").node.depends_on(topic)
sns.Topic(other, "Other", DisplayName="other")
app.synth()
"""


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeCloudFormation:
    """A scripted CloudFormation in place of every account."""
    fake = FakeCloudFormation()
    for module in (deploy, destroy, diff, stacks):
        monkeypatch.setattr(module, "open_account", lambda *_, **__: (fake.aws(), None))
    return fake


class Person(StringIO):
    """Standard input with somebody in front of it."""

    def isatty(self) -> bool:
        return True


def test_a_deploy_shows_the_plan_the_events_and_the_end(project: Project, fake: FakeCloudFormation) -> None:
    answer = project.run("deploy", "-y")
    assert answer.code == 0, answer.err
    assert "shop in eu-west-1: create" in answer.out
    assert "+ Orders  AWS::SQS::Queue  deck.py:6" in answer.out
    assert "create complete       Orders" in answer.out
    assert "shop: created in" in answer.out
    assert fake.status("shop") == "CREATE_COMPLETE"
    assert "shop: nothing to do" in project.run("deploy", "-y").out


def test_a_person_is_asked_and_may_say_no(
    project: Project, fake: FakeCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Person("n\n"))
    answer = project.run("deploy")
    assert answer.code == 3
    assert "Deploy shop? [y/N]" in answer.err
    assert fake.status("shop") in (None, "DELETE_COMPLETE")
    assert "ExecuteChangeSet" not in fake.operations()
    monkeypatch.setattr(sys, "stdin", Person("y\n"))
    assert project.run("deploy").code == 0


def test_nobody_there_to_ask_is_exit_code_3_and_says_which_flag(project: Project, fake: FakeCloudFormation) -> None:
    answer = project.run("deploy")
    assert answer.code == 3
    assert "--yes" in answer.err
    assert "ExecuteChangeSet" not in fake.operations()


def test_a_failure_names_the_cause_first_with_its_line(project: Project, fake: FakeCloudFormation) -> None:
    fake.script("shop", Script(fail={"Orders": "no such key"}))
    answer = project.run("deploy", "-y")
    assert answer.code == 1
    assert "cause: shop/Orders (AWS::SQS::Queue): no such key" in answer.err
    assert "deck.py:6" in answer.err
    assert 'orders = sqs.Queue(stack, "Orders", DelaySeconds=5)' in answer.err
    assert "ROLLBACK_COMPLETE" in answer.err
    assert "Traceback" not in answer.err


def test_json_is_one_record_a_line_with_a_version_first_and_the_exit_code_last(
    project: Project, fake: FakeCloudFormation
) -> None:
    answer = project.run("deploy", "-y", "--output", "json")
    records: list[dict[str, Any]] = [json.loads(line) for line in answer.out.splitlines()]
    assert records[0] == {"type": "version", "version": 1}
    assert records[-1] == {"type": "summary", "exit_code": 0}
    assert {record["type"] for record in records} >= {"plan", "event", "progress", "result"}
    fake.script("shop", Script(fail={"Orders": "no"}))
    (project.folder / "deck.py").write_text((project.folder / "deck.py").read_text().replace("=5", "=6"))
    answer = project.run("deploy", "-y", "--output", "json")
    assert answer.code == 1
    assert json.loads(answer.out.splitlines()[-1]) == {"type": "summary", "exit_code": 1}


def test_yes_opens_no_gate(empty: Project, fake: FakeCloudFormation) -> None:
    empty.write("deck.py", TABLE)
    assert empty.run("deploy", "-y").code == 0
    empty.write("deck.py", TABLE.replace('"id"', '"key"'))
    answer = empty.run("deploy", "-y")
    assert answer.code == 3
    assert "--allow-replace Table" in answer.err
    answer = empty.run("destroy", "-y")
    assert answer.code == 3
    assert "--allow-destroy Table" in answer.err
    assert empty.run("destroy", "-y", "--allow-destroy", "Table").code == 0
    assert "was not there" in empty.run("destroy", "-y").out


def test_wider_access_needs_more_than_yes(project: Project, fake: FakeCloudFormation) -> None:
    assert project.run("deploy", "-y").code == 0
    role = """
    from awsdeck.cfn import iam
    iam.Role(stack, "Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    app.synth()
    """
    text = (project.folder / "deck.py").read_text().replace("app.synth()\n", "")
    import textwrap

    (project.folder / "deck.py").write_text(text + textwrap.dedent(role))
    answer = project.run("deploy", "-y")
    assert answer.code == 3
    assert "--approve" in answer.err
    assert project.run("deploy", "-y", "--approve").code == 0


def test_outputs_and_status_tell_what_is_there(project: Project, fake: FakeCloudFormation) -> None:
    assert "shop is not deployed" in project.run("outputs").err
    assert "not deployed" in project.run("status").out
    assert project.run("deploy", "-y", "--outputs-file", "out.json").code == 0
    assert "CREATE_COMPLETE" in project.run("status").out
    assert project.run("status", "--output", "json").data["stacks"][0]["status"] == "CREATE_COMPLETE"
    found = project.run("outputs", "--output", "json").data["stacks"]
    assert set(found["shop"]) == {"Url"}
    assert json.loads((project.folder / "out.json").read_text()) == found
    assert project.run("outputs", "--key", "Url").out.strip() == found["shop"]["Url"]
    answer = project.run("outputs", "--key", "Urx")
    assert answer.code == 4
    assert "the outputs are: Url" in answer.err


def test_an_outputs_file_keeps_other_stacks(project: Project, fake: FakeCloudFormation) -> None:
    project.write("out.json", '{"other": {"A": "1"}}')
    assert project.run("deploy", "-y", "--outputs-file", "out.json").code == 0
    assert set(json.loads((project.folder / "out.json").read_text())) == {"other", "shop"}


def test_parameters_come_from_the_configuration_a_file_and_the_command_line(
    empty: Project, fake: FakeCloudFormation
) -> None:
    empty.write(
        "deck.py",
        """
        from awsdeck import App, Parameter, Stack
        from awsdeck.cfn import sns
        app = App()
        stack = Stack(app, "shop", region="eu-west-1")
        names = [Parameter(stack, name).ref for name in ("A", "B", "C")]
        sns.Topic(stack, "Topic", DisplayName=names[0])
        """,
    )
    empty.write("awsdeck.toml", '[parameters]\nA = "a"\n"shop:B" = "a"\nElsewhere = "x"\n')
    empty.write("p.json", '{"B": "b"}')
    answer = empty.run("deploy", "-y", "--parameters-file", "p.json")
    assert answer.code == 4
    assert "no value for C" in answer.err
    answer = empty.run("deploy", "-y", "--parameters-file", "p.json", "--parameters", "C=c")
    assert answer.code == 0, answer.err
    assert empty.run("deploy", "-y", "--parameters", "C").code == 4


def test_what_aws_refuses_has_the_exit_code_of_the_contract(project: Project, fake: FakeCloudFormation) -> None:
    fake.fault("DescribeStacks", Denied())
    answer = project.run("deploy", "-y")
    assert answer.code == 1
    assert "Traceback" not in answer.err


def test_what_aws_cannot_do_is_told_before_anything_is_started(empty: Project, fake: FakeCloudFormation) -> None:
    deck = """
    from awsdeck import App, Stack
    from awsdeck.cfn import iam
    app = App()
    iam.Role(
        Stack(app, "shop", region="eu-west-1"), "Role", RoleName="fixed", Path="/old/",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
    )
    """
    empty.write("deck.py", deck)
    assert empty.run("deploy", "-y").code == 0
    empty.write("deck.py", deck.replace("/old/", "/new/"))
    before = len(fake.operations())
    answer = empty.run("deploy", "-y", "--output", "json")
    assert answer.code == 4, answer.out + answer.err
    assert [(finding["rule"], finding["line"]) for finding in answer.data["findings"]] == [("UPD002", 4)]
    assert "CreateChangeSet" not in fake.operations()[before:]


def test_a_diff_compares_with_what_is_deployed(project: Project, fake: FakeCloudFormation) -> None:
    assert "+ Orders" in project.run("diff", "--profile", "x").out
    assert project.run("deploy", "-y").code == 0
    assert "no changes against what is deployed" in project.run("diff", "--profile", "x").out


def test_a_deck_with_errors_is_not_deployed(empty: Project, fake: FakeCloudFormation) -> None:
    empty.write("deck.py", TABLE.replace('"HASH"', '"HUSH"'))
    assert empty.run("deploy", "-y").code == 4
    assert fake.operations() == []


@pytest.mark.local
@pytest.mark.xdist_group("local")
@pytest.mark.skipif(importlib.util.find_spec("ministack") is None, reason="needs the extra `local`")
def test_the_whole_way_on_this_machine(project: Project) -> None:
    assert project.run("local", "status").code == 1
    assert project.run("status", "--local").code == 4
    try:
        assert "running at http://127.0.0.1:" in project.run("local", "up").out
        assert project.run("local", "status", "--output", "json").data["running"] is True
        answer = project.call("deploy", "--local")
        assert answer.code == 0, answer.err
        assert project.run("outputs", "--local", "--key", "Url").out.startswith("http://127.0.0.1:")
        assert project.run("diff", "--local", "--exit-code").code == 0
        assert project.run("destroy", "--local", "-y").code == 0
    finally:
        assert project.run("local", "down").code == 0
    assert "was not running" in project.run("local", "down").out


def test_a_named_stack_brings_those_it_needs(project: Project, fake: FakeCloudFormation) -> None:
    project.write("deck.py", NEEDY)
    answer = project.run("deploy", "shop", "-y")
    assert answer.code == 0, answer.err
    assert "net comes along because shop needs it" in answer.err
    assert fake.status("net") == "CREATE_COMPLETE"
    assert fake.status("other") is None


def test_exclusively_means_only_the_named_stacks(project: Project, fake: FakeCloudFormation) -> None:
    project.write("deck.py", NEEDY)
    answer = project.run("deploy", "shop", "-y", "--exclusively")
    assert answer.code == 0, answer.err
    assert fake.status("shop") == "CREATE_COMPLETE"
    assert fake.status("net") is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--outputs-file", "nowhere/o.json"), "cannot write nowhere/o.json: there is no directory"),
        (("--outputs-file", "list.json"), "cannot add to list.json: it is not an object"),
        (("--outputs-file", "half.json"), "cannot add to half.json: it is not JSON"),
        (("--outputs-file", "."), "cannot write .: it is a directory"),
        (("--tags", "aws:owner=me"), "the tag 'aws:owner' is reserved"),
        (("--tags", "owner="), "the value of 'owner' has 0 characters"),
        (("--tags", "owner"), "--tags takes NAME=VALUE: 'owner' has no ="),
        (("--concurrency", "0"), "'0' is not a whole number from 1 on"),
        (("--concurrency", "four"), "'four' is not a whole number from 1 on"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_asked_of_aws(
    empty: Project, fake: FakeCloudFormation, words: tuple[str, ...], message: str
) -> None:
    empty.write("deck.py", NEEDY)
    empty.write("list.json", "[]")
    empty.write("half.json", "{")
    answer = empty.run("deploy", "-y", *words)
    assert answer.code == 4
    assert message in answer.err
    assert not fake.operations()


def test_a_value_that_lost_its_name_is_not_shown(empty: Project, fake: FakeCloudFormation) -> None:
    empty.write("deck.py", NEEDY)
    answer = empty.run("deploy", "-y", "--parameters", "=hunter2")
    assert answer.code == 4
    assert "hunter2" not in answer.err


def test_a_type_that_holds_data_must_be_one(empty: Project, fake: FakeCloudFormation) -> None:
    empty.write("deck.py", NEEDY)
    empty.write("awsdeck.toml", '[deploy]\nstateful = ["AWS::SQS::Queues", "Company::Vault::Store"]\n')
    answer = empty.run("deploy", "-y")
    assert answer.code == 4
    assert "there is no resource type AWS::SQS::Queues" in answer.err
    assert "did you mean AWS::SQS::Queue?" in answer.err


def test_a_value_of_a_file_that_is_to_stay_as_it_is_is_left_out(empty: Project) -> None:
    from awsdeck.cli.context import parameters_file

    pairs = [
        {"ParameterKey": "Size", "ParameterValue": "3"},
        {"ParameterKey": "Key", "UsePreviousValue": True},
    ]
    empty.write("p.json", json.dumps(pairs))
    assert parameters_file("p.json") == {"Size": "3"}
    empty.write("p.yaml", "- {ParameterKey: Size, ParameterValue: 3}\n- {ParameterKey: Key, UsePreviousValue: true}\n")
    assert parameters_file("p.yaml") == {"Size": "3"}
