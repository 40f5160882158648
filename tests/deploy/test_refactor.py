"""Moves: a resource under another name or in another stack is carried over as it is, never deleted and made anew."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.assembly import Assembly, Origin, StackArtifact
from awsdeck.deploy import VirtualClock, deploy, find_moves, refactor
from awsdeck.deploy.fake import Cut, FakeCloudFormation, Script, Throttled
from awsdeck.deploy.fake.refactors import REFACTOR
from awsdeck.errors import ApprovalNeeded, DeployError, InputError, NotClean, RolledBack, StackBusy, StoppedWatching

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    },
}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}


def parameter(value: Any) -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}


def app(moved: dict[str, str], **stacks: dict[str, Any]) -> Assembly:
    """Stacks with their resources; `moved` says of `stack/Id` what it was."""
    artifacts = []
    for name, template in stacks.items():
        body = template if "Resources" in template else {"Resources": template}
        origins = {
            id: Origin(
                f"{name}/{id}", "deck.py", line, moved=[moved[f"{name}/{id}"]] if f"{name}/{id}" in moved else ()
            )
            for line, id in enumerate(body["Resources"], 10)
        }
        artifacts.append(StackArtifact(name, body, origins=origins))
    return Assembly(artifacts)


def moves(assembly: Assembly, fake: FakeCloudFormation, **options: Any) -> Any:
    return find_moves(assembly, aws=fake.aws(), **options)


RENAMED = app({"shop/Orders": "shop/Table"}, shop={"Orders": TABLE, "Name": parameter({"Ref": "Orders"})})


@pytest.fixture
def renamed(fake: FakeCloudFormation) -> FakeCloudFormation:
    """A stack with a table under its former name."""
    fake.add_stack(
        "shop",
        {
            "Resources": {"Table": TABLE, "Name": {**parameter({"Ref": "Table"}), "DependsOn": "Table"}},
            "Outputs": {"Arn": {"Value": {"Fn::Sub": "x ${Table.Arn}"}}},
        },
    )
    return fake


def test_a_table_under_another_name_stays_the_same_table(renamed: FakeCloudFormation) -> None:
    physical = renamed.stacks[0].resources["Table"]["PhysicalResourceId"]
    [plan] = moves(RENAMED, renamed).refactorings
    done = refactor(RENAMED, plan, aws=renamed.aws())
    assert done.actions == ("move shop/Table to shop/Orders",)
    stack = renamed.stacks[0]
    assert stack.resources["Orders"]["PhysicalResourceId"] == physical
    assert stack.template["Resources"]["Name"]["Properties"]["Value"] == {"Ref": "Orders"}
    assert stack.template["Resources"]["Name"]["DependsOn"] == "Orders"
    assert stack.template["Outputs"]["Arn"]["Value"] == {"Fn::Sub": "x ${Orders.Arn}"}
    assert stack.status == "UPDATE_COMPLETE"
    assert not moves(RENAMED, renamed).refactorings


def test_a_deploy_does_not_replace_what_has_only_moved(renamed: FakeCloudFormation) -> None:
    with pytest.raises(ApprovalNeeded, match=r"Table is Orders now .*with its data") as caught:
        deploy(RENAMED, aws=renamed.aws())
    assert "awsdeck refactor" in str(caught.value.fix)
    assert str(caught.value).startswith("deck.py:10")
    assert "CreateChangeSet" not in renamed.operations()
    [plan] = moves(RENAMED, renamed).refactorings
    refactor(RENAMED, plan, aws=renamed.aws())
    assert deploy(RENAMED, aws=renamed.aws()).ok


def test_who_really_wants_a_new_one_says_so(renamed: FakeCloudFormation) -> None:
    assert deploy(RENAMED, aws=renamed.aws(), allow_destroy=["Table"]).ok


def test_where_nothing_is_deployed_there_is_nothing_to_move(fake: FakeCloudFormation) -> None:
    assert not moves(RENAMED, fake).refactorings
    assert deploy(RENAMED, aws=fake.aws()).ok
    assert not moves(RENAMED, fake).refactorings


def test_an_undeclared_rename_is_proposed_and_only_done_when_that_is_said(renamed: FakeCloudFormation) -> None:
    deck = app({}, shop={"Orders": TABLE, "Name": parameter({"Ref": "Orders"})})
    found = moves(deck, renamed)
    assert not found.refactorings
    assert [(move.was, move.id) for move in found.hints] == [("Table", "Orders")]
    with pytest.raises(ApprovalNeeded, match="--allow-destroy Table") as caught:
        deploy(deck, aws=renamed.aws())
    assert "awsdeck refactor" in str(caught.value.fix)
    [plan] = moves(deck, renamed, auto=True).refactorings
    refactor(deck, plan, aws=renamed.aws())
    assert list(renamed.stacks[0].resources) == ["Name", "Orders"]


def test_what_is_too_much_alike_is_not_guessed(fake: FakeCloudFormation) -> None:
    fake.add_stack("a", {"Resources": {"One": TOPIC, "Two": TOPIC, "Stays": TABLE}})
    deck = app({}, a={"Stays": TABLE}, b={"Three": TOPIC, "Four": TOPIC})
    found = moves(deck, fake, auto=True)
    assert not found.refactorings
    [unclear] = found.unclear
    assert "a/One, a/Two may each have become one of b/Four, b/Three" in unclear


def test_a_resource_moves_to_a_new_stack_and_who_uses_it_imports_it(fake: FakeCloudFormation) -> None:
    stack = fake.add_stack("shop", {"Resources": {"Table": TABLE, "Name": parameter({"Ref": "Table"})}})
    physical = stack.resources["Table"]["PhysicalResourceId"]
    deck = app(
        {"data/Orders": "shop/Table"},
        data={
            "Resources": {"Orders": TABLE},
            "Outputs": {
                "ExportOrders": {"Value": {"Ref": "Orders"}, "Export": {"Name": "data:Orders"}},
                "Later": {"Value": "x"},
            },
        },
        shop={"Name": parameter({"Fn::ImportValue": "data:Orders"})},
    )
    [plan] = moves(deck, fake).refactorings
    assert plan.created == ("data",)
    assert set(plan.templates["data"]["Outputs"]) == {"ExportOrders"}
    done = refactor(deck, plan, aws=fake.aws())
    assert "create the stack data" in done.actions
    new = next(one for one in fake.stacks if one.name == "data")
    assert new.resources["Orders"]["PhysicalResourceId"] == physical
    assert stack.template["Resources"] == {"Name": parameter({"Fn::ImportValue": "data:Orders"})}
    [call] = [call for call in fake.calls if call.operation == "CreateStackRefactor"]
    assert call.arguments["EnableStackCreation"] == "true"
    assert deploy(deck, aws=fake.aws()).ok


def test_an_import_becomes_a_reference_when_both_come_together(fake: FakeCloudFormation) -> None:
    fake.add_stack(
        "data",
        {
            "Resources": {"Table": TABLE, "Rest": TOPIC},
            "Outputs": {"E": {"Value": {"Fn::GetAtt": ["Table", "Arn"]}, "Export": {"Name": "data:Table"}}},
        },
    )
    fake.add_stack("shop", {"Resources": {"Name": parameter({"Fn::ImportValue": "data:Table"})}})
    deck = app(
        {"shop/Orders": "data/Table"},
        data={"Rest": TOPIC},
        shop={"Orders": TABLE, "Name": parameter({"Fn::GetAtt": ["Orders", "Arn"]})},
    )
    [plan] = moves(deck, fake).refactorings
    assert plan.templates["shop"]["Resources"]["Name"] == parameter({"Fn::GetAtt": ["Orders", "Arn"]})
    assert "Outputs" not in plan.templates["data"]
    assert refactor(deck, plan, aws=fake.aws()).status == "moved"


def test_everything_that_stands_in_the_way_is_told_at_once(fake: FakeCloudFormation) -> None:
    taker = {
        "Type": "AWS::SNS::Topic", "Condition": "Here",
        "Properties": {"DisplayName": {"Fn::Sub": "${AWS::StackName}-${Size}-${Table}"}},
    }  # fmt: skip
    fake.add_stack(
        "shop",
        {
            "Parameters": {"Size": {"Type": "String", "Default": "1"}},
            "Conditions": {"Here": {"Fn::Equals": [{"Ref": "Size"}, "1"]}},
            "Resources": {"Table": TABLE, "Topic": taker},
        },
    )
    deck = app({"other/Topic": "shop/Topic"}, shop={"Table": TABLE}, other={"Topic": taker})
    with pytest.raises(InputError) as caught:
        moves(deck, fake)
    for words in (
        "needs the condition Here", "needs the parameter Size", "uses AWS::StackName",
        "refers to Table, which is in shop then, and the deck does not export it",
    ):  # fmt: skip
        assert words in str(caught.value)
    assert "CreateStackRefactor" not in fake.operations()


def test_a_stack_is_not_left_empty(fake: FakeCloudFormation) -> None:
    fake.add_stack("old", {"Resources": {"Table": TABLE}})
    deck = app({"new/Table": "old/Table"}, new={"Table": TABLE})
    with pytest.raises(InputError, match="old would be left without resources"):
        moves(deck, fake)


def test_a_stack_that_the_deck_has_no_more_can_give_to_one_it_has(fake: FakeCloudFormation) -> None:
    fake.add_stack("old", {"Resources": {"Table": TABLE, "Rest": TOPIC}})
    deck = app({"new/Orders": "old/Table"}, new={"Orders": TABLE})
    [plan] = moves(deck, fake).refactorings
    assert refactor(deck, plan, aws=fake.aws()).status == "moved"
    assert list(fake.stacks[0].resources) == ["Rest"]


def test_a_move_keeps_the_type_and_does_not_land_on_another(fake: FakeCloudFormation) -> None:
    fake.add_stack("shop", {"Resources": {"Old": TOPIC, "A": TABLE, "B": TABLE}})
    deck = app({"shop/New": "shop/Old", "shop/B": "shop/A"}, shop={"New": TABLE, "B": TABLE})
    with pytest.raises(InputError) as caught:
        moves(deck, fake)
    assert "not of the type AWS::DynamoDB::Table" in str(caught.value)
    assert "A is B now (AWS::DynamoDB::Table), and both are deployed" in str(caught.value)


def test_more_stacks_than_cloudformation_takes_are_told_before(fake: FakeCloudFormation) -> None:
    stacks: dict[str, Any] = {}
    said = {}
    for number in range(6):
        fake.add_stack(f"s{number}", {"Resources": {"Rest": TOPIC, f"T{number}": TABLE}})
        stacks[f"s{number}"] = {"Rest": TOPIC, f"N{number}": TABLE}
        said[f"s{number}/N{number}"] = f"s{(number + 1) % 6}/T{(number + 1) % 6}"
    with pytest.raises(InputError, match="6 stacks, and CloudFormation moves between 5"):
        moves(app(said, **stacks), fake)


def test_moves_that_have_nothing_to_do_with_each_other_are_refactored_apart(fake: FakeCloudFormation) -> None:
    for name in ("a", "b"):
        fake.add_stack(name, {"Resources": {"Old": TABLE}})
    deck = app({"a/New": "a/Old", "b/New": "b/Old"}, a={"New": TABLE}, b={"New": TABLE})
    assert [sorted(plan.templates) for plan in moves(deck, fake).refactorings] == [["a"], ["b"]]
    assert [sorted(plan.templates) for plan in moves(deck, fake, stacks=["b"]).refactorings] == [["b"]]


def test_a_busy_stack_is_not_touched(renamed: FakeCloudFormation) -> None:
    renamed.stacks[0].status = "UPDATE_IN_PROGRESS"
    with pytest.raises(StackBusy):
        moves(RENAMED, renamed)


def test_a_declined_move_has_asked_for_nothing(renamed: FakeCloudFormation) -> None:
    [plan] = moves(RENAMED, renamed).refactorings
    with pytest.raises(ApprovalNeeded):
        refactor(RENAMED, plan, aws=renamed.aws(), confirm=lambda plan: False)
    assert "CreateStackRefactor" not in renamed.operations()


def test_checking_lists_what_cloudformation_would_do_and_does_nothing(renamed: FakeCloudFormation) -> None:
    [plan] = moves(RENAMED, renamed).refactorings
    said: list[str] = []
    done = refactor(RENAMED, plan, aws=renamed.aws(), check=True, tell=said.append)
    assert done.status == "checked"
    assert said == ["move shop/Table to shop/Orders"]
    assert "ExecuteStackRefactor" not in renamed.operations()


def test_what_cloudformation_refuses_is_said_with_what_to_do(renamed: FakeCloudFormation) -> None:
    renamed.immovable.add("AWS::DynamoDB::Table")
    [plan] = moves(RENAMED, renamed).refactorings
    with pytest.raises(DeployError, match="not supported for stack refactoring") as caught:
        refactor(RENAMED, plan, aws=renamed.aws())
    assert "cannot be moved" in str(caught.value.fix)
    assert "ExecuteStackRefactor" not in renamed.operations()


def test_nothing_is_executed_that_was_not_asked_for(renamed: FakeCloudFormation) -> None:
    renamed.unasked.append(
        {"Action": "MOVE", "Entity": "RESOURCE", "ResourceMapping": {
            "Source": {"StackName": "shop", "LogicalResourceId": "Name"},
            "Destination": {"StackName": "x", "LogicalResourceId": "Y"}}}
    )  # fmt: skip
    [plan] = moves(RENAMED, renamed).refactorings
    with pytest.raises(DeployError, match="something else than was asked for"):
        refactor(RENAMED, plan, aws=renamed.aws())
    assert "ExecuteStackRefactor" not in renamed.operations()


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (Script(fail={"Orders": "not readable"}), RolledBack),
        (Script(fail={"Orders": "not readable"}, rollback_fails={"Orders": "x"}), NotClean),
    ],
)
def test_a_move_that_fails_is_an_error_with_its_reason(
    renamed: FakeCloudFormation, script: Script, error: type[Exception]
) -> None:
    renamed.script(REFACTOR, script)
    [plan] = moves(RENAMED, renamed).refactorings
    with pytest.raises(error, match="not readable"):
        refactor(RENAMED, plan, aws=renamed.aws())
    assert list(renamed.stacks[0].resources) == ["Table", "Name"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_does_not_move_twice(renamed: FakeCloudFormation, when: Any) -> None:
    renamed.fault("CreateStackRefactor", Cut(when))
    renamed.fault("ExecuteStackRefactor", Cut(when))
    renamed.fault("DescribeStackRefactor", Throttled(), times=3)
    [plan] = moves(RENAMED, renamed).refactorings
    assert refactor(RENAMED, plan, aws=renamed.aws()).status == "moved"
    assert len(renamed.refactors) == 1


def test_the_stacks_are_ready_for_a_deploy_when_the_move_is_over(renamed: FakeCloudFormation) -> None:
    [plan] = moves(RENAMED, renamed).refactorings
    refactor(RENAMED, plan, aws=renamed.aws())
    assert renamed.stacks[0].status == "UPDATE_COMPLETE"


def test_giving_up_watching_says_that_it_goes_on(renamed: FakeCloudFormation) -> None:
    renamed.script(REFACTOR, Script(seconds=1_000))
    [plan] = moves(RENAMED, renamed).refactorings
    with pytest.raises(StoppedWatching, match="goes on in AWS"):
        refactor(RENAMED, plan, aws=renamed.aws(), timeout=60)


class Impatient(VirtualClock):
    """A clock on which somebody presses Ctrl-C while it waits for the nth time."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.left = waits

    def sleep(self, seconds: float, stop: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        super().sleep(seconds, stop)


def test_ctrl_c_before_the_start_moves_nothing_and_after_it_tells_that_it_goes_on() -> None:
    ends: list[tuple[type[BaseException], bool]] = []
    for waits in range(1, 8):
        fake = FakeCloudFormation(clock=Impatient(waits))
        fake.add_stack("shop", {"Resources": {"Table": TABLE, "Name": parameter({"Ref": "Table"})}})
        fake.script(REFACTOR, Script(seconds=5))
        [plan] = moves(RENAMED, fake).refactorings
        try:
            refactor(RENAMED, plan, aws=fake.aws())
        except (KeyboardInterrupt, StoppedWatching) as end:
            ends.append((type(end), "ExecuteStackRefactor" in fake.operations()))
    assert set(ends) == {(KeyboardInterrupt, False), (StoppedWatching, True)}
