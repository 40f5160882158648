"""`awsdeck import`, `refactor`, `rename`, `clean`, `protect`, `policy`, `destroy` and `drift` as they are called."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.cli import clean, deploy, destroy, drift, guards, importing, recover, refactor
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Script
from awsdeck.deploy.fake.wire import _model

if TYPE_CHECKING:
    from .conftest import Project

OLD: dict[str, Any] = {"Resources": {"Orders": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}}}
TABLE: dict[str, Any] = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    },
}
MOVED = """
    from awsdeck import App, Stack
    from awsdeck.cfn import dynamodb
    app = App()
    stack = Stack(app, "shop", region="eu-west-1")
    table = dynamodb.Table(
        stack, "Orders", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    table.node.moved("Table")
    app.synth()
    """


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeCloudFormation:
    """A scripted CloudFormation in place of every account."""
    fake = FakeCloudFormation()
    for module in (clean, deploy, destroy, drift, guards, importing, recover, refactor):
        monkeypatch.setattr(module, "open_account", lambda *_, **__: (fake.aws(), None))
    return fake


class Typing(io.StringIO):
    """What a person types on a terminal."""

    def isatty(self) -> bool:
        return True


# import


def test_a_queue_is_imported_into_the_stack_that_lacks_it(project: Project, fake: FakeCloudFormation) -> None:
    fake.existing["AWS::SQS::Queue"] = {"https://queue/1"}
    answer = project.run("import", "shop", "--resource", "Orders=https://queue/1", "-y")
    assert answer.code == 4
    assert "deck.py:6: shop: Orders has no DeletionPolicy" in answer.err
    answer = project.run("import", "shop", "--resource", "Orders=https://queue/1", "--retain", "-y")
    assert answer.code == 0, answer.err
    assert "shop in eu-west-1: import" in answer.out
    assert "+ Orders  AWS::SQS::Queue  deck.py:6  https://queue/1" in answer.out
    assert "Orders gets DeletionPolicy: Retain for the import" in answer.out
    assert "not part of this: Placed" in answer.out
    assert "shop: imported in" in answer.out
    assert fake.status("shop") == "IMPORT_COMPLETE"


def test_a_mapping_is_written_filled_in_and_read(project: Project, fake: FakeCloudFormation) -> None:
    fake.add_stack(
        "shop", {"Resources": {"Placed": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "placed"}}}}
    )
    fake.existing["AWS::SQS::Queue"] = {"https://queue/1"}
    answer = project.run("import", "shop", "--write-mapping", "map.json")
    assert answer.code == 0, answer.err
    file = project.folder / "map.json"
    assert json.loads(file.read_text()) == {"Orders": {"QueueUrl": ""}}
    assert project.run("import", "shop", "--write-mapping", "map.json").code == 4
    assert project.run("import", "shop", "--mapping", "map.json", "-y").code == 4
    file.write_text('{"Orders": {"QueueUrl": "https://queue/1"}}')
    answer = project.run("import", "shop", "--mapping", "map.json", "--retain", "-y", "--output", "json")
    assert answer.code == 0, answer.err
    assert [json.loads(line)["type"] for line in answer.out.splitlines()][-1] == "summary"
    assert project.run("import", "shop", "--write-mapping", "more.json").code == 4


def test_a_terminal_asks_for_every_resource(
    project: Project, fake: FakeCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.existing["AWS::SQS::Queue"] = {"https://queue/1"}
    assert "say --resource" in project.run("import", "shop", "-y").err
    monkeypatch.setattr("sys.stdin", Typing("https://queue/1\n\n"))
    answer = project.run("import", "shop", "--retain", "-y")
    assert answer.code == 0, answer.err
    assert "QueueUrl" in answer.err
    assert "Orders  AWS::SQS::Queue  deck.py:6" in answer.out
    assert list(fake.stacks[0].resources) == ["Orders"]


# moves


@pytest.fixture
def moved(empty: Project, fake: FakeCloudFormation) -> Project:
    """A deck that says that its table was called otherwise, and the table under that name."""
    empty.write("deck.py", MOVED)
    table = {**TABLE, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    fake.add_stack("shop", {"Resources": {"Table": table}})
    return empty


def test_what_the_deck_says_has_moved_is_moved_and_then_deployed(moved: Project, fake: FakeCloudFormation) -> None:
    answer = moved.run("deploy", "-y")
    assert answer.code == 3
    assert "Table is Orders now (AWS::DynamoDB::Table), with its data" in answer.err
    assert "awsdeck refactor" in answer.err
    answer = moved.run("refactor", "--check")
    assert answer.code == 0, answer.err
    assert "can be moved; nothing was done" in answer.out
    assert moved.run("refactor").code == 3
    answer = moved.run("refactor", "-y")
    assert answer.code == 0, answer.err
    assert "~ Table is Orders now (AWS::DynamoDB::Table)" in answer.out
    assert "move shop/Table to shop/Orders" in answer.err
    assert "1 resource moved" in answer.out
    answer = moved.run("deploy", "-y")
    assert answer.code == 0, answer.err
    assert moved.run("refactor", "-y", "--output", "json").data == {
        "version": 1, "refactorings": [], "hints": [], "unclear": []
    }  # fmt: skip


def test_a_diff_tells_what_is_to_be_moved_and_not_to_be_made_anew(moved: Project, fake: FakeCloudFormation) -> None:
    table = {**TABLE, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    moved.write("old.template.json", json.dumps({"Resources": {"Table": table}}))
    answer = moved.run("diff", "shop", "--against", "old.template.json")
    assert answer.code == 0, answer.err
    assert "Table is Orders now: `awsdeck refactor` carries it over" in answer.out
    data = moved.run("diff", "shop", "--against", "old.template.json", "--output", "json").data
    assert data["stacks"][0]["moves"] == [
        {"from": {"stack": "shop", "logical_id": "Table"}, "to": {"stack": "shop", "logical_id": "Orders"}}
    ]


def test_an_assembly_remembers_what_has_moved(moved: Project, fake: FakeCloudFormation) -> None:
    assert moved.run("synth").code == 0
    manifest = json.loads((moved.folder / "awsdeck.out" / "manifest.json").read_text())
    assert manifest["stacks"]["shop"]["resources"]["Orders"]["moved"] == ["shop/Table"]
    from awsdeck.assembly import Assembly

    assert Assembly.load(str(moved.folder / "awsdeck.out"))["shop"].origins["Orders"].moved == ("shop/Table",)


def test_what_only_looks_moved_is_shown_and_moved_when_that_is_said(moved: Project, fake: FakeCloudFormation) -> None:
    moved.write("deck.py", MOVED.replace('    table.node.moved("Table")\n', ""))
    answer = moved.run("refactor", "-y")
    assert answer.code == 0
    assert "nothing is left to move" in answer.out
    assert "--auto moves them" in answer.err
    data = moved.run("refactor", "--auto", "-y", "--output", "json").data
    assert data["refactorings"][0]["status"] == "moved"
    assert data["refactorings"][0]["moves"][0]["declared"] is False


# a second name


@pytest.fixture
def aliases(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A botocore that knows second names."""
    folder = tmp_path / "data" / "cloudformation" / "2010-05-15"
    folder.mkdir(parents=True)
    text = {"shape": "Description"}
    names = {"StackName": text, "AliasName": text}
    operations = {
        name: {"name": name, "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": f"{name}Input"}}
        for name in ("SetAlias", "RemoveAlias")
    }
    shapes = {
        "SetAliasInput": {"type": "structure", "required": ["StackName", "AliasName"], "members": names},
        "RemoveAliasInput": {"type": "structure", "required": ["AliasName"], "members": {"AliasName": text}},
        "Stack": {"members": {"AliasName": text}},
    }
    extra = {"version": 1.0, "merge": {"operations": operations, "shapes": shapes}}
    (folder / "service-2.sdk-extras.json").write_text(json.dumps(extra))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path / "data"))
    _model.cache_clear()


def test_a_stack_gets_a_second_name_and_loses_it(empty: Project, fake: FakeCloudFormation, aliases: None) -> None:
    fake.add_stack("shop", OLD)
    fake.add_stack("other", OLD)
    answer = empty.run("rename", "shop", "store", "-y")
    assert answer.code == 0, answer.err
    assert "shop answers to store too; its ARN, its own name" in answer.out
    assert fake.stacks[0].alias == "store"
    answer = empty.run("rename", "shop", "boutique", "-y")
    assert answer.code == 0, answer.err
    assert "store goes" in answer.out
    assert fake.stacks[0].alias == "boutique"
    assert empty.run("rename", "shop", "other", "-y").code == 4
    assert empty.run("rename", "shop", "2nd", "-y").code == 4
    assert empty.run("rename", "nobody", "x", "-y").code == 4
    assert empty.run("rename", "shop", "-y").code == 4
    assert empty.run("rename", "shop", "third").code == 3
    assert empty.run("rename", "boutique", "--remove", "-y").code == 0
    assert fake.stacks[0].alias == ""
    assert empty.run("rename", "shop", "--remove", "-y").code == 4
    _model.cache_clear()


def test_an_older_botocore_says_which_one_is_needed(empty: Project, fake: FakeCloudFormation) -> None:
    if fake.aws().cloudformation().knows("SetAlias"):
        pytest.skip("this botocore knows second names")
    fake.add_stack("shop", OLD)
    answer = empty.run("rename", "shop", "store", "-y")
    assert answer.code == 4
    assert "boto3>=1.44" in answer.err


# cleaning


def leave(fake: FakeCloudFormation, stack: str, name: str, age: float = 7_200, kind: str = "CREATE") -> None:
    """A change set that nobody has executed."""
    fake.aws().client("cloudformation").create_change_set(
        StackName=stack, ChangeSetName=name, ChangeSetType=kind,
        TemplateBody=json.dumps({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}),
    )  # fmt: skip
    fake.stacks[-1].change_sets[-1].ready = fake.clock.now() - age


def ours(number: int) -> str:
    return f"awsdeck-20260101T00000{number}Z-0123abcd"


def test_what_our_runs_have_left_is_shown_and_deleted_and_nothing_else(
    empty: Project, fake: FakeCloudFormation
) -> None:
    leave(fake, "left", ours(1))
    leave(fake, "shared", ours(2))
    leave(fake, "shared", "theirs")
    leave(fake, "theirs", "theirs")
    leave(fake, "young", ours(3), age=60)
    fake.add_stack("shop", OLD)
    leave(fake, "shop", ours(4), kind="UPDATE")
    answer = empty.run("clean", "--all")
    assert answer.code == 3
    assert "DeleteChangeSet" not in fake.operations()
    assert f"- left: {ours(1)}" in answer.out
    assert "with the empty stack in review" in answer.out
    assert "shared stays in review: somebody else has a change set on it" in answer.err
    assert "young" not in answer.out
    answer = empty.run("clean", "--all", "-y", "--output", "json")
    assert answer.code == 0, answer.err
    assert [one["stack"] for one in answer.data["removed"]] == ["left", "shared", "shop"]
    assert {stack.name: stack.status for stack in fake.stacks} == {
        "left": "DELETE_COMPLETE", "shared": "REVIEW_IN_PROGRESS", "theirs": "REVIEW_IN_PROGRESS",
        "young": "REVIEW_IN_PROGRESS", "shop": "CREATE_COMPLETE",
    }  # fmt: skip
    assert "there is nothing of ours to clean" in empty.run("clean", "--all", "-y").out
    assert empty.run("clean", "young", "--older-than", "0", "-y").code == 0
    assert fake.status("young") == "DELETE_COMPLETE"


def test_what_cannot_be_cleaned_is_told(project: Project, fake: FakeCloudFormation) -> None:
    leave(fake, "shop", ours(1))
    fake.fault("DeleteChangeSet", Denied())
    answer = project.run("clean", "-y")
    assert answer.code == 1
    assert "could not remove the change set" in answer.err
    assert fake.status("shop") == "REVIEW_IN_PROGRESS"


def test_a_review_that_nobody_can_be_named_for_is_left(empty: Project, fake: FakeCloudFormation) -> None:
    leave(fake, "lone", ours(1))
    fake.stacks[0].change_sets.clear()
    answer = empty.run("clean", "--all", "-y")
    assert answer.code == 0
    assert "nobody can tell whose it is" in answer.err
    assert fake.status("lone") == "REVIEW_IN_PROGRESS"


# guards


def test_protection_is_turned_on_and_only_with_a_yes_off(project: Project, fake: FakeCloudFormation) -> None:
    fake.add_stack("shop", OLD)
    answer = project.run("protect", "on", "shop")
    assert answer.code == 0, answer.err
    assert fake.stacks[0].protected
    assert "the deck says otherwise" in answer.err
    assert project.run("protect", "off", "shop").code == 3
    assert fake.stacks[0].protected
    assert project.run("protect", "off", "shop", "-y", "--output", "json").data["stacks"] == [
        {"stack": "shop", "protected": False}
    ]
    assert [stack.protected for stack in fake.stacks] == [False]
    assert project.run("protect", "on", "nobody").code == 4


def test_a_policy_is_read_and_set(project: Project, fake: FakeCloudFormation) -> None:
    fake.add_stack("shop", OLD)
    assert "every update is allowed" in project.run("policy", "get", "shop").err
    project.write(
        "policy.json", '{"Statement": [{"Effect": "Deny", "Action": "Update:Nope", "Principal": "*", "Resource": "*"}]}'
    )
    assert project.run("policy", "set", "shop", "policy.json", "-y").code == 4
    policy = {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
    project.write("policy.json", json.dumps(policy))
    assert project.run("policy", "set", "shop", "policy.json").code == 3
    assert project.run("policy", "set", "shop", "policy.json", "-y").code == 0
    assert json.loads(project.run("policy", "get", "shop").out) == policy
    assert project.run("policy", "get", "shop", "--output", "json").data["policy"] == policy
    project.write("policy.json", "[")
    assert project.run("policy", "set", "shop", "policy.json", "-y").code == 4
    assert project.run("policy", "set", "shop", "none.json", "-y").code == 4


# the rest


def test_a_stack_that_the_deck_does_not_have_is_destroyed_by_its_name(
    project: Project, fake: FakeCloudFormation
) -> None:
    fake.add_stack("old", OLD)
    fake.add_stack("shop", OLD)
    answer = project.run("destroy", "old", "-y")
    assert answer.code == 0, answer.err
    assert (fake.status("old"), fake.status("shop")) == ("DELETE_COMPLETE", "CREATE_COMPLETE")
    assert project.run("destroy", "nobody", "-y").code == 4


def test_a_destruction_that_fails_ends_with_5_and_what_is_left(project: Project, fake: FakeCloudFormation) -> None:
    fake.add_stack("shop", OLD, protected=True)
    answer = project.run("destroy", "-y")
    assert answer.code == 3
    assert "--disable-protection" in answer.err
    fake.script("shop", *[Script(stuck={"Orders": "in use"})] * 2)
    answer = project.run("destroy", "-y", "--disable-protection")
    assert answer.code == 5
    assert (
        f"left behind: Orders (AWS::SQS::Queue) {fake.stacks[0].resources['Orders']['PhysicalResourceId']}"
        in answer.out
    )
    assert "--force-delete" in answer.err
    answer = project.run("destroy", "-y", "--retain", "Orders")
    assert answer.code == 0, answer.err
    assert "o Orders  AWS::SQS::Queue" in answer.out
    assert "left behind, as told" in answer.out


def test_a_rollback_is_forced_and_says_what_that_means(project: Project, fake: FakeCloudFormation) -> None:
    fake.add_stack("shop", {"Resources": {"Orders": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 1}}}})
    fake.script("shop", *[Script(fail={"Orders": "no"}, rollback_fails={"Orders": "locked"})] * 2)
    assert project.run("deploy", "-y").code == 5
    assert project.run("rollback", "shop", "--skip", "Placed", "-y").code == 4
    answer = project.run("rollback", "shop", "--force", "-y")
    assert answer.code == 0, answer.err
    assert "Orders (AWS::SQS::Queue) is taken for rolled back as it is" in answer.out


def test_drift_tells_the_line_in_the_deck_and_what_it_cannot_tell(project: Project, fake: FakeCloudFormation) -> None:
    template = {"Resources": {"Orders": OLD["Resources"]["Orders"], "Placed": {"Type": "AWS::SNS::Topic"}}}
    fake.add_stack("shop", template)
    fake.drifted["shop/Orders"] = {"/DelaySeconds": ("5", "9")}
    fake.drift_status["shop/Placed"] = "UNKNOWN"
    answer = project.run("drift", "--exit-code")
    assert answer.code == 2
    assert "~ Orders  AWS::SQS::Queue" in answer.out
    assert "deck.py:6" in answer.out
    assert "DelaySeconds: 5 -> 9" in answer.out
    assert "cannot tell of Placed" in answer.out
    fake.drifted.clear()
    assert project.run("drift", "--exit-code").code == 0
    fake.incomparable["shop"] = "no rights"
    answer = project.run("drift", "--exit-code", "--output", "json")
    assert answer.code == 1
    assert "no rights" in answer.data["stacks"][0]["failed"]


def test_programs_are_told_which_stacks_could_not_be_compared_as_they_are_not_deployed(
    project: Project, fake: FakeCloudFormation
) -> None:
    assert project.run("drift", "--output", "json").data == {"version": 1, "stacks": [], "not_deployed": ["shop"]}


def test_a_declared_move_from_a_name_that_was_never_there_is_told(moved: Project, fake: FakeCloudFormation) -> None:
    moved.write("deck.py", MOVED.replace('moved("Table")', 'moved("Tabel")'))
    answer = moved.run("refactor")
    assert answer.code == 0
    assert "shop has no Tabel: shop/Orders is going to be made anew; did you mean Table?" in answer.err
    assert moved.run("refactor", "--output", "json").data["unclear"]


def test_everything_that_is_wrong_with_a_policy_is_told_with_what_is_right(
    project: Project, fake: FakeCloudFormation
) -> None:
    fake.add_stack("shop", OLD)
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    project.write("policy.json", json.dumps({"Statement": [allow]}))
    answer = project.run("policy", "set", "shop", "policy.json", "-y")
    assert answer.code == 4
    assert 'the principal of a stack policy is always "*"' in answer.err
    assert "Update:*, Update:Modify" in answer.err


def test_a_resource_to_import_without_its_id_is_told_how_to_be_written(
    project: Project, fake: FakeCloudFormation
) -> None:
    answer = project.run("import", "shop", "--resource", "Orders")
    assert answer.code == 4
    assert "write --resource ID=PHYSICAL-ID" in answer.err
    for command in ("import", "deploy"):
        words = ("shop", "--resource", "Orders=x", "-y") if command == "import" else ("-y",)
        secret = project.run(command, *words, "--parameters", "hunter2secret")
        assert secret.code == 4
        assert "--parameters takes NAME=VALUE" in secret.err
        assert "hunter2" not in secret.err


def test_a_stack_that_is_not_there_by_its_arn_is_not_asked_for_its_arn(
    project: Project, fake: FakeCloudFormation
) -> None:
    arn = "arn:aws:cloudformation:eu-west-1:123456789012:stack/gone/0a3ab1ce-1b93-4be8-8301-76ab35d0d7ed"
    answer = project.run("destroy", arn, "-y")
    assert answer.code == 4
    assert "forgotten" in answer.err
    assert "give its ARN" not in answer.err
