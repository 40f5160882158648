"""`awsdeck stackset …`: what is asked, shown, and returned."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from awsdeck.catalog.store import SCHEMAS
from awsdeck.cli import deploy, destroy, recover, stackset
from awsdeck.deploy.fake import FakeCloudFormation, SetScript

if TYPE_CHECKING:
    from .conftest import Project

ONE, TWO = "111122223333", "222233334444"
DECK = """
from awsdeck import App, Stack, StackSet
from awsdeck.cfn import sns

app = App()
stack = Stack(app, "shop", region="eu-west-1")
sns.Topic(stack, "Placed", DisplayName="placed")
guards = StackSet(app, "guards", region="eu-west-1", accounts=["111122223333", "222233334444"], regions=["eu-west-1"])
sns.Topic(guards, "Alarms", DisplayName="{}")
app.synth()
"""


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeCloudFormation:
    """A scripted CloudFormation in place of every account."""
    fake = FakeCloudFormation()
    for module in (deploy, destroy, recover, stackset):
        monkeypatch.setattr(module, "open_account", lambda *_, **__: (fake.aws(), None))
    return fake


@pytest.fixture
def deck(empty: Project) -> Project:
    empty.write("deck.py", DECK.format("alarms"))
    return empty


def test_a_stack_set_is_planned_deployed_and_shown(deck: Project, fake: FakeCloudFormation) -> None:
    planned = deck.run("stackset", "plan")
    assert planned.code == 0, planned.err
    assert f"+ {ONE}/eu-west-1" in planned.out
    assert fake.stack_sets == []
    answer = deck.run("stackset", "deploy", "-y")
    assert answer.code == 0, answer.err
    assert "guards in eu-west-1: create the stack set" in answer.out
    assert "+ Alarms  AWS::SNS::Topic  deck.py:8" in answer.out
    assert "guards: created in" in answer.out
    assert "guards: nothing to do" in deck.run("stackset", "deploy", "-y").out
    shown = deck.run("stackset", "status")
    assert shown.code == 0
    assert f"{TWO}/eu-west-1  current" in shown.out


def test_the_ordinary_deploy_leaves_it_out_and_says_so(deck: Project, fake: FakeCloudFormation) -> None:
    answer = deck.run("deploy", "-y")
    assert answer.code == 0, answer.err
    assert "left out: guards" in answer.err
    assert fake.stack_sets == []
    named = deck.run("deploy", "guards", "-y")
    assert named.code == 4
    assert "guards is a stack set, no stack" in named.err


def test_nobody_there_to_ask_is_exit_code_3(deck: Project, fake: FakeCloudFormation) -> None:
    answer = deck.run("stackset", "deploy")
    assert answer.code == 3
    assert "--yes" in answer.err
    assert fake.stack_sets == []


def test_a_failure_is_told_by_instance(deck: Project, fake: FakeCloudFormation) -> None:
    fake.set_scripts["guards"] = [SetScript(fail={f"{TWO}/eu-west-1": "no such luck"})]
    answer = deck.run("stackset", "deploy", "-y")
    assert answer.code == 1
    assert f"{TWO}/eu-west-1: no such luck" in answer.err
    assert deck.run("stackset", "status").code == 1
    assert deck.run("stackset", "deploy", "-y").code == 0


def test_programs_get_a_line_for_everything(deck: Project, fake: FakeCloudFormation) -> None:
    answer = deck.run("stackset", "deploy", "-y", "--output", "json")
    records = [json.loads(line) for line in answer.out.splitlines()]
    with open(f"{SCHEMAS}/record.schema.json", encoding="utf-8") as file:
        shape = Draft202012Validator(json.load(file))
    assert [record for record in records if not shape.is_valid(record)] == []
    assert [record["type"] for record in records][:2] == ["version", "plan"]
    assert records[1]["instances"][0] == {"where": f"{ONE}/eu-west-1", "action": "create"}
    [result] = [record for record in records if record["type"] == "result"]
    assert result["stack_set"] == "guards"
    assert {one["status"] for one in result["instances"]} == {"SUCCEEDED"}
    assert records[-1] == {"type": "summary", "exit_code": 0}
    status = deck.run("stackset", "status", "--output", "json").data
    assert status["stack_sets"][0]["instances"][0]["status"] == "CURRENT"


def test_a_stack_set_is_followed_stopped_compared_and_destroyed_without_a_deck(
    deck: Project, fake: FakeCloudFormation
) -> None:
    deck.run("stackset", "deploy", "-y")
    (deck.folder / "deck.py").unlink()
    followed = deck.run("stackset", "follow", "guards")
    assert (followed.code, "create succeeded" in followed.out) == (0, True)
    nothing = deck.run("stackset", "cancel", "guards")
    assert (nothing.code, "nothing runs on guards" in nothing.err) == (4, True)
    fake.drifted[f"guards/{TWO}/eu-west-1"] = {"Alarms/DisplayName": ("alarms", "by hand")}
    compared = deck.run("stackset", "drift", "guards", "--output", "json")
    [found] = [one for one in map(json.loads, compared.out.splitlines()) if one["type"] == "drift"]
    assert found["instances"][1]["drifts"][0]["PropertyDifferences"][0]["ActualValue"] == "by hand"
    drift = deck.run("stackset", "drift", "guards", "--exit-code")
    assert drift.code == 2
    assert "/DisplayName: alarms -> by hand" in drift.out
    gone = deck.run("stackset", "destroy", "guards", "-y")
    assert gone.code == 0, gone.err
    assert fake.stack_sets == []


def test_lint_and_ls_see_stack_sets_too(deck: Project, fake: FakeCloudFormation) -> None:
    assert "guards" in deck.run("ls").out
    assert "1 stack, 1 stack set" in deck.run("synth").out
    answer = deck.run("ls", "--output", "json")
    assert answer.data["stack_sets"][0]["spread"]["accounts"] == [ONE, TWO]
    assert deck.run("lint", "awsdeck.out").code == 0


def test_a_name_that_is_not_there_is_a_mistake(deck: Project, fake: FakeCloudFormation) -> None:
    answer = deck.run("stackset", "deploy", "guard")
    assert answer.code == 4
    assert "did you mean guards?" in answer.err
    gone = deck.run("stackset", "destroy", "guard", "-y")
    assert gone.code == 4
    assert "there is no stack set guard in the deck, nor in eu-west-1" in gone.err
    assert deck.run("stackset", "destroy", "guards", "-y").code == 0, "it is in the deck and not deployed"
    other = deck.run("stackset", "deploy", "shop")
    assert "shop is a stack, no stack set" in other.err


@pytest.mark.parametrize("command", ["follow", "cancel", "drift"])
def test_a_stack_set_that_is_not_deployed_has_nothing_to_be_watched(
    deck: Project, fake: FakeCloudFormation, command: str
) -> None:
    answer = deck.run("stackset", command, "guards")
    assert answer.code == 4
    assert "there is no stack set guards in eu-west-1" in answer.err


def test_what_outlives_a_stack_set_is_told_before_it_goes(empty: Project, fake: FakeCloudFormation) -> None:
    more = (
        'dynamodb.Table(guards, "Kept", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": '
        '"HASH"}], AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])\napp.synth()'
    )
    deck = DECK.format("alarms").replace("import sns", "import dynamodb, sns").replace("app.synth()", more)
    empty.write("deck.py", deck)
    assert empty.run("stackset", "deploy", "-y").code == 0
    gone = empty.run("stackset", "destroy", "guards", "-y")
    assert "left behind in every account and region, as the template says: Kept (AWS::DynamoDB::Table)" in gone.out
    assert empty.run("stackset", "deploy", "-y").code == 0
    assert "left behind" not in empty.run("stackset", "destroy", "guards", "--retain-stacks", "-y").out


def test_an_operation_that_nobody_knows_is_not_waited_for(deck: Project, fake: FakeCloudFormation) -> None:
    assert deck.run("stackset", "deploy", "-y").code == 0
    before = fake.clock.now()
    answer = deck.run("stackset", "follow", "guards", "--operation", "nothing")
    assert answer.code == 4
    assert "guards has no operation nothing" in answer.err
    assert fake.clock.now() - before < 5


def test_a_deck_of_stack_sets_alone_says_which_role_works_with_them(empty: Project, fake: FakeCloudFormation) -> None:
    role = "arn:aws:iam::111122223333:role/sets"
    empty.write(
        "deck.py",
        f"""
        from awsdeck import App, StackSet
        from awsdeck.cfn import sns
        app = App()
        guards = StackSet(app, "guards", accounts=["111122223333"], regions=["eu-west-1"], role="{role}")
        sns.Topic(guards, "T")
        """,
    )
    fake.closed_roles.add(role)
    for words in (("status",), ("status", "guards"), ("follow", "guards"), ("drift", "guards")):
        answer = empty.run("stackset", *words)
        assert answer.code == 20, words
        assert role in answer.err


def test_what_is_for_stacks_says_that_a_stack_set_is_none(deck: Project, fake: FakeCloudFormation) -> None:
    assert "left out: guards; `awsdeck stackset destroy`" in deck.run("destroy", "-y").err
    for command in ("destroy", "cancel", "rollback"):
        answer = deck.run(command, "guards", "-y")
        assert answer.code == 4
        assert "guards is a stack set, no stack" in answer.err
