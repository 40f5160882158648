"""Plans that are kept and carried out later: what was shown happens, or nothing does."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.catalog import SCHEMAS
from awsdeck.deploy import Options, SavedPlan, apply, deploy, plan, read_plan
from awsdeck.deploy.fake import FakeCloudFormation, Script
from awsdeck.errors import ApprovalNeeded, DeployError, InputError, RolledBack, StackBusy

WRITES = {"ExecuteChangeSet", "DeleteStack", "UpdateTerminationProtection", "SetStackPolicy", "PutObject"}


def kept(assembly: Assembly, fake: FakeCloudFormation, path: Path, **options: Any) -> SavedPlan:
    """Make a plan, write it, and read it again."""
    planned = plan(assembly, aws=fake.aws(), keep=True, options=Options(**options))
    planned.write(str(path))
    return read_plan(str(path))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


# plan


def test_a_plan_that_is_not_kept_leaves_nothing_behind(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    fake.add_stack("other", {"Resources": {"Topic": make.topic()}})
    assembly = Assembly(
        [
            StackArtifact("shop", {"Resources": {"Topic": make.topic()}}),
            StackArtifact("other", {"Resources": {"Topic": make.topic("new")}}),
        ]
    )
    planned = plan(assembly, aws=fake.aws(), observer=listener)
    assert {one.operation for one in planned.plans.values()} == {"create", "update"}
    assert planned.saved is None
    assert [one.name for one in listener.plans] == ["shop", "other"] or len(listener.plans) == 2
    assert "ExecuteChangeSet" not in fake.operations()
    assert fake.status("shop") in (None, "DELETE_COMPLETE")
    assert not any(stack.change_sets for stack in fake.stacks)


def test_a_kept_plan_is_carried_out_by_its_own_change_set(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    fake.add_stack("shop", {"Resources": {"Topic": make.topic()}})
    assembly = make.shop({"Resources": {"Topic": make.topic("new"), "Queue": make.queue()}})
    saved = kept(assembly, fake, file)
    assert fake.status("shop") == "CREATE_COMPLETE"
    made = fake.operations().count("CreateChangeSet")
    result = apply(assembly, saved, aws=fake.aws())
    assert result.stacks["shop"].status == "updated"
    assert fake.operations().count("CreateChangeSet") == made
    executed = next(call for call in fake.calls if call.operation == "ExecuteChangeSet")
    assert executed.arguments["ChangeSetName"] == saved.stacks[0].change_set
    assert executed.arguments["ClientRequestToken"] == saved.stacks[0].token


def test_the_file_and_what_it_shows_have_the_shape_of_their_schemas(
    fake: FakeCloudFormation, make: Any, file: Path
) -> None:
    kept(make.shop({"Resources": {"Table": make.table(), "Queue": make.queue()}}), fake, file)

    def schema(name: str) -> Any:
        with open(os.path.join(SCHEMAS, name), encoding="utf-8") as text:
            return json.load(text)

    validator = Draft202012Validator(schema("plan.schema.json"))
    data = json.loads(file.read_text())
    assert list(validator.iter_errors(data)) == []
    records = Draft202012Validator(schema("record.schema.json"))
    shown = data["stacks"][0]["shown"]
    assert list(records.iter_errors(shown)) == []
    assert [
        one for change in shown["changes"] for one in records.iter_errors({"type": "change", "stack": "shop", **change})
    ] == []
    del data["stacks"][0]["change_set"]
    assert list(validator.iter_errors(data)) != []


def test_secrets_are_not_in_the_file(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    template = {
        "Parameters": {"Password": {"Type": "String", "NoEcho": True}, "Size": {"Type": "String"}},
        "Resources": {
            "Db": {
                "Type": "AWS::RDS::DBInstance",
                "Properties": {"MasterUserPassword": "in-the-template", "MasterUsername": "root"},
            },
            "Other": {
                "Type": "AWS::RDS::DBInstance",
                "Properties": {"MasterUserPassword": {"Ref": "Password"}, "AllocatedStorage": {"Ref": "Size"}},
            },
        },
    }
    assembly = make.shop(template)
    fake.add_stack("shop", template, parameters={"Password": "old-secret", "Size": "20"})
    template = json.loads(json.dumps(template).replace("in-the-template", "in-the-new-template"))
    assembly = make.shop(template)
    saved = kept(assembly, fake, file, parameters={"Password": "new-secret", "Size": "30"})
    text = file.read_text()
    for secret in ("old-secret", "new-secret", "in-the-template", "in-the-new-template"):
        assert secret not in text
    assert apply(assembly, saved, aws=fake.aws()).ok
    assert next(stack for stack in fake.stacks if stack.name == "shop").parameters["Password"] == "new-secret"


def test_a_closed_gate_keeps_nothing_and_shows_everything(
    fake: FakeCloudFormation, make: Any, listener: Any, file: Path
) -> None:
    for name in ("shop", "bar"):
        fake.add_stack(name, {"Resources": {"Table": make.table()}})
    changed = make.table(Properties={"TableName": "renamed"})
    assembly = Assembly([StackArtifact(name, {"Resources": {"Table": changed}}) for name in ("bar", "shop")])
    with pytest.raises(ApprovalNeeded, match="--allow-replace Table"):
        plan(assembly, aws=fake.aws(), observer=listener, keep=True)
    assert len(listener.plans) == 2
    assert not any(stack.change_sets for stack in fake.stacks)
    saved = kept(assembly, fake, file, allow_replace=["Table"])
    assert apply(assembly, saved, aws=fake.aws()).ok


def test_the_gates_are_those_of_the_file_and_are_asked_again(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    fake.add_stack("shop", {"Resources": {"Table": make.table()}})
    assembly = make.shop({"Resources": {"Table": make.table(Properties={"TableName": "renamed"})}})
    saved = kept(assembly, fake, file, allow_replace=["Table"])
    from attrs import evolve

    closed = evolve(saved, options={**saved.options, "allow_replace": []})
    with pytest.raises(ApprovalNeeded, match="--allow-replace Table"):
        apply(assembly, closed, aws=fake.aws())
    assert "ExecuteChangeSet" not in fake.operations()


def test_declining_to_apply_keeps_the_plan(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    assembly = make.shop()
    saved = kept(assembly, fake, file)
    with pytest.raises(ApprovalNeeded):
        apply(assembly, saved, aws=fake.aws(), confirm=lambda plan: False)
    assert apply(assembly, saved, aws=fake.aws()).ok


def test_ctrl_c_while_planning_leaves_nothing_behind(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    def interrupt(kind: str, what: Any) -> None:
        raise KeyboardInterrupt

    listener.on = interrupt
    with pytest.raises(KeyboardInterrupt):
        plan(make.shop(), aws=fake.aws(), observer=listener, keep=True)
    assert fake.status("shop") in (None, "DELETE_COMPLETE")


def test_a_stack_without_changes_is_in_the_plan_and_stays_as_it_is(
    fake: FakeCloudFormation, make: Any, file: Path
) -> None:
    fake.add_stack("shop", {"Resources": {"Topic": make.topic()}})
    saved = kept(make.shop(), fake, file)
    assert saved.stacks[0].operation == "none"
    assert not saved.stacks[0].change_set
    assert apply(make.shop(), saved, aws=fake.aws()).stacks["shop"].status == "unchanged"
    assert not WRITES & set(fake.operations())


# not what was planned


def test_a_plan_is_carried_out_once(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    assembly = make.shop()
    saved = kept(assembly, fake, file)
    apply(assembly, saved, aws=fake.aws())
    with pytest.raises(ApprovalNeeded, match="carried out already"):
        apply(assembly, saved, aws=fake.aws())
    assert fake.operations().count("ExecuteChangeSet") == 1


def test_a_stack_that_has_moved_on_says_what_is_different_and_is_left_alone(
    fake: FakeCloudFormation, make: Any, file: Path
) -> None:
    fake.add_stack("shop", {"Resources": {"Topic": make.topic(), "Old": make.topic()}})
    mine = make.shop({"Resources": {"Topic": make.topic("mine"), "Old": make.topic()}})
    saved = kept(mine, fake, file)
    deploy(make.shop({"Resources": {"Topic": make.topic("theirs"), "Extra": make.queue()}}), aws=fake.aws())
    with pytest.raises(ApprovalNeeded) as stale:
        apply(mine, saved, aws=fake.aws())
    for words in ("change set is gone", "has been updated", "Extra is new", "Old is gone", "Topic is another"):
        assert words in str(stale.value)
    assert "awsdeck plan" in str(stale.value.fix)
    assert fake.operations().count("ExecuteChangeSet") == 1


def test_an_obsolete_change_set_is_refused(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    saved = kept(make.shop(), fake, file)
    fake.stacks[0].change_sets[0].execution = "OBSOLETE"
    with pytest.raises(ApprovalNeeded, match="obsolete"):
        apply(make.shop(), saved, aws=fake.aws())
    assert "ExecuteChangeSet" not in fake.operations()


def test_a_change_set_that_says_something_else_is_refused(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    saved = kept(make.shop(), fake, file)
    fake.stacks[0].change_sets[0].changes[0]["ResourceChange"]["Action"] = "Remove"
    with pytest.raises(ApprovalNeeded, match="something else than was shown"):
        apply(make.shop(), saved, aws=fake.aws())


def test_a_busy_stack_is_left_alone_with_exit_code_6(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    stack = fake.add_stack("shop", {"Resources": {"Topic": make.topic()}})
    assembly = make.shop({"Resources": {"Topic": make.topic("new")}})
    saved = kept(assembly, fake, file)
    stack.status = "UPDATE_IN_PROGRESS"
    with pytest.raises(StackBusy) as busy:
        apply(assembly, saved, aws=fake.aws())
    assert busy.value.exit_code == 6


def test_one_stale_stack_stops_all_before_anything_is_done(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    assembly = Assembly(
        [StackArtifact(name, {"Resources": {"Topic": make.topic()}}, dependencies=needs)
         for name, needs in (("first", ()), ("second", ("first",)))]
    )  # fmt: skip
    saved = kept(assembly, fake, file)
    next(stack for stack in fake.stacks if stack.name == "second").change_sets.clear()
    with pytest.raises(ApprovalNeeded, match="second"):
        apply(assembly, saved, aws=fake.aws())
    assert "ExecuteChangeSet" not in fake.operations()


# not our plan


def test_another_deck_is_refused(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    saved = kept(make.shop(), fake, file)
    with pytest.raises(InputError, match="another template"):
        apply(make.shop({"Resources": {"Topic": make.topic("other")}}), saved, aws=fake.aws())
    with pytest.raises(InputError, match="no stack shop"):
        apply(Assembly([]), saved, aws=fake.aws())
    assert "ExecuteChangeSet" not in fake.operations()


def test_another_account_or_region_is_refused(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    saved = kept(make.shop(), fake, file)
    fake.account = "999999999999"
    with pytest.raises(InputError, match=r"123456789012.*999999999999"):
        apply(make.shop(), saved, aws=fake.aws())
    fake.account = "123456789012"
    with pytest.raises(InputError, match=r"eu-west-1.*us-east-1"):
        apply(make.shop(), saved, aws=fake.aws(region="us-east-1"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("[1, 2", "not JSON"),
        ("[]", "no plan of awsdeck"),
        ('{"format_version": "1.2"}', "no plan of awsdeck"),
        ('{"kind": "awsdeck-plan", "version": 0}', "version 0"),
        ('{"kind": "awsdeck-plan", "version": 2, "stacks": []}', "version 2"),
        ('{"kind": "awsdeck-plan", "version": 1, "stacks": []}', "changed after it was written"),
    ],
)
def test_what_is_no_plan_is_one_clear_error(file: Path, text: str, words: str) -> None:
    file.write_text(text)
    with pytest.raises(InputError, match=words) as wrong:
        read_plan(str(file))
    assert "\n" not in wrong.value.message
    assert wrong.value.fix


def test_a_file_that_was_changed_is_refused(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    kept(make.shop(), fake, file)
    data = json.loads(file.read_text())
    changed = [
        {**data, "options": {**data["options"], "allow_replace": ["Table"]}},
        {**data, "approve": True},
        {**data, "stacks": [{**data["stacks"][0], "change_set": "arn:aws:cloudformation:eu-west-1:1:changeSet/x/y"}]},
    ]
    for other in changed:
        file.write_text(json.dumps(other))
        with pytest.raises(InputError, match="changed after it was written"):
            read_plan(str(file))


def test_a_file_that_is_laid_out_anew_is_the_same_plan(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    saved = kept(make.shop(), fake, file)
    file.write_text(json.dumps(json.loads(file.read_text()), sort_keys=True))
    assert read_plan(str(file)) == saved


def test_a_missing_file_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_plan(str(tmp_path / "none.json"))


# stacks that need each other


def pair(make: Any, value: str = "a") -> Assembly:
    giver = {
        "Resources": {"Topic": make.topic(value)},
        "Outputs": {"Arn": {"Value": {"Ref": "Topic"}, "Export": {"Name": "topic-arn"}}},
    }
    user = {"Resources": {"Queue": make.queue()}}
    user["Resources"]["Queue"]["Properties"]["KmsMasterKeyId"] = {"Fn::ImportValue": "topic-arn"}
    return Assembly([StackArtifact("giver", giver), StackArtifact("user", user, dependencies=["giver"])])


def test_what_imports_from_a_stack_that_is_not_there_is_planned_when_its_turn_comes(
    fake: FakeCloudFormation, make: Any, file: Path, listener: Any
) -> None:
    assembly = pair(make)
    saved = kept(assembly, fake, file)
    assert [bool(one.later) for one in saved.stacks] == [False, True]
    assert "topic-arn" in saved.stacks[1].later
    assert not saved.stacks[1].change_set
    result = apply(assembly, saved, aws=fake.aws(), observer=listener)
    assert {one.status for one in result.stacks.values()} == {"created"}
    executed = [call.arguments["ChangeSetName"] for call in fake.calls if call.operation == "ExecuteChangeSet"]
    assert saved.stacks[0].change_set in executed
    assert len(executed) == 2


def test_what_imports_from_a_stack_that_has_the_export_is_planned_now(
    fake: FakeCloudFormation, make: Any, file: Path
) -> None:
    assembly = pair(make)
    deploy(Assembly([assembly["giver"]]), aws=fake.aws())
    saved = kept(pair(make, "b"), fake, file)
    assert [one.later for one in saved.stacks] == ["", ""]
    assert all(one.change_set for one in saved.stacks)
    assert apply(pair(make, "b"), saved, aws=fake.aws()).ok


def test_an_export_that_only_cloudformation_misses_is_found_out(
    fake: FakeCloudFormation, make: Any, file: Path
) -> None:
    """The giver is deployed without its export; the template's name for it cannot be known beforehand."""
    assembly = pair(make)
    fake.add_stack("giver", {"Resources": {"Topic": make.topic("a")}})
    saved = kept(assembly, fake, file)
    assert saved.stacks[1].later
    assert apply(assembly, saved, aws=fake.aws()).ok


def carried(make: Any) -> Assembly:
    giver = {"Resources": {"Topic": make.topic()}, "Outputs": {"Name": {"Value": "a"}}}
    user = {
        "Parameters": {"TopicName": {"Type": "String"}, "Password": {"Type": "String", "NoEcho": True}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "TopicName"}}}},
    }
    inputs = {"TopicName": ("giver", "Name")}
    return Assembly([StackArtifact("giver", giver), StackArtifact("user", user, dependencies=["giver"], inputs=inputs)])


def test_a_secret_of_a_stack_that_is_planned_later_is_asked_for_again(
    fake: FakeCloudFormation, make: Any, file: Path
) -> None:
    assembly = carried(make)
    saved = kept(assembly, fake, file, parameters={"Password": "hush-hush"})
    assert saved.secrets == ("user:Password",)
    assert "hush-hush" not in file.read_text()
    with pytest.raises(InputError, match="user:Password"):
        apply(assembly, saved, aws=fake.aws())
    assert apply(assembly, saved, aws=fake.aws(), parameters={"Password": "hush-hush"}).ok
    assert next(stack for stack in fake.stacks if stack.name == "user").parameters["Password"] == "hush-hush"


def test_an_input_that_has_another_value_by_then_is_not_what_was_planned(
    fake: FakeCloudFormation, make: Any, file: Path
) -> None:
    assembly = carried(make)
    deploy(Assembly([assembly["giver"]]), aws=fake.aws())
    saved = kept(assembly, fake, file, parameters={"Password": "hush-hush"})
    assert [one.later for one in saved.stacks] == ["", ""]
    fake.stacks[0].outputs["Name"] = "other"
    with pytest.raises(ApprovalNeeded, match="TopicName would get another value"):
        apply(assembly, saved, aws=fake.aws())


def test_what_is_planned_later_goes_through_the_same_gates(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    fake.add_stack("user", {"Resources": {"Table": make.table(), "Queue": make.queue()}})
    assembly = pair(make)
    assembly["user"].template["Resources"]["Table"] = make.table(Properties={"TableName": "renamed"})
    with pytest.raises(ApprovalNeeded, match="--allow-replace Table"):
        kept(assembly, fake, file)
    saved = kept(assembly, fake, file, allow_replace=["user/Table"])
    assert saved.stacks[1].later
    assert apply(assembly, saved, aws=fake.aws()).ok


def test_a_failure_on_the_way_stops_what_needs_it(fake: FakeCloudFormation, make: Any, file: Path) -> None:
    assembly = pair(make)
    saved = kept(assembly, fake, file)
    fake.script("giver", Script(fail={"Topic": "no"}))
    with pytest.raises(RolledBack):
        apply(assembly, saved, aws=fake.aws())
    assert fake.status("user") is None


def test_an_export_that_goes_in_two_phases_is_planned_in_two_phases(
    fake: FakeCloudFormation, make: Any, file: Path
) -> None:
    old = pair(make)
    old["user"].template["Resources"]["Other"] = make.topic()
    deploy(old, aws=fake.aws())
    new = Assembly(
        [
            StackArtifact("giver", {"Resources": {"Topic": make.topic("a")}}),
            StackArtifact(
                "user", {"Resources": {"Queue": make.queue(), "Other": make.topic()}}, dependencies=["giver"]
            ),
        ]
    )
    saved = kept(new, fake, file)
    assert [(one.name, bool(one.later)) for one in saved.stacks] == [("giver", False), ("giver", True), ("user", False)]
    result = apply(new, saved, aws=fake.aws())
    assert result.ok
    giver = next(stack for stack in fake.stacks if stack.name == "giver")
    assert "Outputs" not in giver.template


def test_exports_in_use_by_others_are_shown_with_everything_else(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    deploy(Assembly([pair(make)["giver"]]), aws=fake.aws())
    fake.imports["topic-arn"] = ["billing"]
    without = Assembly([StackArtifact("giver", {"Resources": {"Topic": make.topic("new")}})])
    with pytest.raises(DeployError, match=r"topic-arn.*billing"):
        plan(without, aws=fake.aws(), observer=listener, keep=True)
    [shown] = listener.plans
    assert [one.export for one in shown.gate.blocked] == ["topic-arn"]
    assert [one.logical_id for one in shown.changes] == ["Topic"]
    assert not any(stack.change_sets for stack in fake.stacks if stack.status == "REVIEW_IN_PROGRESS")


# a deploy that is overtaken


def test_a_deploy_that_somebody_overtakes_is_planned_anew_and_asks_again(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", {"Resources": {"Topic": make.topic()}})
    asked: list[Any] = []

    def confirm(plan: Any) -> bool:
        asked.append(plan)
        if len(asked) == 1:
            deploy(make.shop({"Resources": {"Topic": make.topic(), "Theirs": make.queue()}}), aws=fake.aws())
        return True

    mine = make.shop({"Resources": {"Topic": make.topic("mine")}})
    result = deploy(mine, aws=fake.aws(), confirm=confirm, observer=listener)
    assert result.ok
    assert [[change.logical_id for change in plan.changes] for plan in asked] == [["Topic"], ["Theirs", "Topic"]]
    assert any("somebody else has changed shop" in notice.message for notice in listener.notices)


def test_nobody_overtaken_is_asked_for_ever(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", {"Resources": {"Topic": make.topic()}})
    count = 0

    def confirm(plan: Any) -> bool:
        nonlocal count
        count += 1
        next(stack for stack in fake.stacks if stack.name == "shop").change_sets.clear()
        return True

    with pytest.raises(DeployError):
        deploy(make.shop({"Resources": {"Topic": make.topic("mine")}}), aws=fake.aws(), confirm=confirm)
    assert 1 < count < 10


def test_a_plan_is_carried_out_with_the_values_it_was_made_with(
    fake: FakeCloudFormation, make: Any, file: Path, listener: Any
) -> None:
    template = {
        "Parameters": {"Size": {"Type": "String"}, "Key": {"Type": "String", "NoEcho": True}},
        "Resources": {"Topic": make.topic({"Ref": "Size"})},
    }
    assembly = make.shop(template)
    saved = kept(assembly, fake, file, parameters={"Size": "3", "Key": "planned"})
    for given in ({"Size": "4"}, {"shop:Size": "4"}, {"Sise": "3"}):
        with pytest.raises(InputError, match="values it was made with"):
            apply(assembly, saved, aws=fake.aws(), parameters=given)
    assert "ExecuteChangeSet" not in fake.operations()
    result = apply(assembly, saved, aws=fake.aws(), parameters={"Size": "3", "Key": "another"}, observer=listener)
    assert result.stacks["shop"].status == "created"
    assert [notice.message for notice in listener.notices if "is not used" in notice.message]
    assert next(one for one in fake.stacks if one.name == "shop").parameters == {"Size": "3", "Key": "planned"}
