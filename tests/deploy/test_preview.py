"""What a plan shows: CloudFormation's words where it has some, the templates' where it is silent, and no secrets."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from awsdeck.assembly import ASSETS_BUCKET, Assembly, StackArtifact
from awsdeck.deploy import Options, Refused, StackPlan, deploy, plan
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Rejected, Script
from awsdeck.errors import ApprovalNeeded, DeployError


def planned(fake: FakeCloudFormation, assembly: Assembly, **options: Any) -> StackPlan:
    """The plan of a stack named shop."""
    return plan(assembly, aws=fake.aws(), options=Options(**options)).plans["shop"]


def show(plan: StackPlan, logical_id: str) -> Any:
    return next(change for change in (*plan.changes, *plan.within) if change.logical_id == logical_id)


# values


def test_values_are_those_cloudformation_resolves(fake: FakeCloudFormation, make: Any) -> None:
    template = {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Name"}}}},
    }
    fake.add_stack("shop", template, parameters={"Name": "old"})
    fake.script("shop", Script(dynamic={"Topic": "False"}, through={"Topic": ("DisplayName", "Name")}))
    found = planned(fake, make.shop(template), parameters={"Name": "new"})
    [one] = show(found, "Topic").properties
    assert (one.path, one.before, one.after, one.entity) == (("DisplayName",), "old", "new", "Name")
    assert found.settings == (("parameter Name", "old", "new"),)


@pytest.mark.parametrize("page", [1, 100])
def test_resources_that_asking_for_values_loses_are_read_again(fake: FakeCloudFormation, make: Any, page: int) -> None:
    fake.page = page
    fake.add_stack("shop", {"Resources": {name: make.topic() for name in "ABC"}})
    fake.script("shop", Script(incomplete=["B"]))
    found = planned(fake, make.shop({"Resources": {name: make.topic("new") for name in "ABC"}}))
    assert [(one.logical_id, one.confirmed) for one in found.changes] == [("A", True), ("B", True), ("C", True)]
    assert show(found, "A").properties[0].after == "new"
    asked = [
        call.arguments.get("IncludePropertyValues") for call in fake.calls if call.operation == "DescribeChangeSet"
    ]
    assert asked[-1] is None


def test_what_only_the_templates_show_is_marked(fake: FakeCloudFormation, make: Any) -> None:
    old = {"Type": "AWS::WAFv2::WebACL", "Properties": {"DefaultAction": {"Allow": {}}, "Scope": "REGIONAL"}}
    new = {"Type": "AWS::WAFv2::WebACL", "Properties": {"DefaultAction": {"Block": {}}, "Scope": "REGIONAL"}}
    fake.add_stack("shop", {"Resources": {"Acl": old}})
    fake.script("shop", Script(hidden=["Acl"]))
    [change] = planned(fake, make.shop({"Resources": {"Acl": new}})).changes
    assert not change.confirmed
    assert {one.path for one in change.properties} == {("DefaultAction", "Allow"), ("DefaultAction", "Block")}


def test_a_property_cloudformation_does_not_mention_is_marked(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", {"Resources": {"Queue": make.queue(30)}})
    assembly = make.shop({"Resources": {"Queue": make.queue(60)}})
    assembly["shop"].template["Resources"]["Queue"]["Properties"]["DelaySeconds"] = 5
    made = plan(assembly, aws=fake.aws(), keep=True)
    for detail in fake.stacks[0].change_sets[0].changes[0]["ResourceChange"]["Details"]:
        detail["Target"]["Name"] = "VisibilityTimeout"
    assert made.saved is not None
    from awsdeck.deploy.preview.changeset import Made
    from awsdeck.deploy.preview.described import described
    from awsdeck.deploy.preview.merge import merged

    record = described(fake.aws().cloudformation(), made.saved.stacks[0].change_set)
    [change] = merged(made.plans["shop"].diff, Made(record, False).record.changes)
    assert {one.path[0]: one.confirmed for one in change.properties} == {
        "VisibilityTimeout": True,
        "DelaySeconds": False,
    }


def test_secret_values_are_masked_wherever_they_come_from(fake: FakeCloudFormation, make: Any) -> None:
    def database(password: Any) -> dict[str, Any]:
        return {"Type": "AWS::RDS::DBInstance", "Properties": {"MasterUserPassword": password, "Engine": "mysql"}}

    def function(token: str) -> dict[str, Any]:
        variables = {"API_TOKEN": token, "TABLE": token[:1]}
        return {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": variables}}}

    parameters = {"Password": {"Type": "String", "NoEcho": True}}
    old = {"Parameters": parameters, "Resources": {"Db": database("literal-one"), "Fn": function("token-one"),
           "Echo": make.topic("literal")}}  # fmt: skip
    new = {"Parameters": parameters, "Resources": {"Db": database("literal-two"), "Fn": function("utoken-two"),
           "Echo": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Password"}}}}}  # fmt: skip
    fake.add_stack("shop", old, parameters={"Password": "parameter-one"})
    found = planned(fake, make.shop(new), parameters={"Password": "parameter-two"})
    text = json.dumps(found.to_dict())
    for secret in ("literal-one", "literal-two", "token-one", "token-two", "parameter-one", "parameter-two"):
        assert secret not in text
    [changed] = show(found, "Db").properties
    assert (changed.before, changed.after) == ("****", "****")
    told = {one.path[-1]: (one.before, one.after) for one in show(found, "Fn").properties}
    assert told["TABLE"] == ("t", "u")
    assert ("parameter Password", "****", "(given anew)") in found.settings


# what follows


def test_who_refers_to_a_replaced_resource_is_told_also_when_only_cloudformation_knows(
    fake: FakeCloudFormation, make: Any
) -> None:
    template = {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Name"}}},
            "Sub": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs"},
            },
        },
        "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}},
    }
    fake.add_stack("shop", template, parameters={"Name": "one"})
    fake.script("shop", Script(dynamic={"Topic": "True"}, through={"Topic": ("TopicName", "Name")}))
    found = planned(fake, make.shop(template), parameters={"Name": "two"})
    followers = {(one.section, one.name, one.effect) for one in show(found, "Topic").followers}
    assert followers == {("Resources", "Sub", "replace"), ("Outputs", "Arn", "replace")}


def test_a_snapshot_is_warned_of_and_stops_nothing(fake: FakeCloudFormation, make: Any) -> None:
    database = {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Snapshot", "Properties": {"Engine": "mysql"}}
    fake.add_stack("shop", {"Resources": {"Db": database, "Topic": make.topic()}})
    found = planned(fake, make.shop())
    assert found.gate.opens
    assert any("Db" in line and "snapshot" in line for line in found.gate.warned)


def test_types_that_the_project_says_hold_data_are_gated(fake: FakeCloudFormation, make: Any) -> None:
    old = {"Resources": {"Topic": make.topic(Properties={"TopicName": "one"}), "Kept": make.topic()}}
    new = {"Resources": {"Topic": make.topic(Properties={"TopicName": "two"}), "Kept": make.topic()}}
    fake.add_stack("shop", old)
    assert planned(fake, make.shop(new)).gate.opens
    with pytest.raises(ApprovalNeeded, match="--allow-replace Topic"):
        planned(fake, make.shop(new), stateful=["AWS::SNS::Topic"])
    with pytest.raises(ApprovalNeeded, match="--allow-destroy Kept"):
        planned(fake, make.shop({"Resources": {"Topic": old["Resources"]["Topic"]}}), stateful=["AWS::SNS::Topic"])
    assert planned(fake, make.shop(new), stateful=["AWS::SNS::Topic"], allow_replace=["Topic"]).gate.opens
    kept = {"Resources": {**old["Resources"], "Topic": {**new["Resources"]["Topic"], "UpdateReplacePolicy": "Retain"}}}
    fake.script("shop", Script(policy_action={"Topic": "ReplaceAndRetain"}))
    assert show(planned(fake, make.shop(kept), stateful=["AWS::SNS::Topic"]), "Topic").data == "kept"


# exports


def exporting(name: Any = "topic-arn", value: Any = None) -> dict[str, Any]:
    outputs = {"Arn": {"Value": value or {"Ref": "Topic"}, "Export": {"Name": name}}} if name else {}
    return {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "a"}}},
        **({"Outputs": outputs} if outputs else {}),
    }


@pytest.mark.parametrize(
    ("new", "fate"),
    [
        (exporting(None), "removed"),
        (exporting("other"), "removed"),
        (exporting(value="fixed"), "changed"),
        (json.loads(json.dumps(exporting()).replace('"a"', '"b"')), "changed"),
    ],
    ids=["gone", "renamed", "another value", "of a replaced resource"],
)
def test_an_export_in_use_that_goes_or_changes_is_refused_before_anything_is_done(
    fake: FakeCloudFormation, make: Any, new: dict[str, Any], fate: str
) -> None:
    fake.add_stack("shop", exporting())
    fake.imports["topic-arn"] = ["billing"]
    with pytest.raises(DeployError, match=r"topic-arn.*billing") as refused:
        deploy(make.shop(new), aws=fake.aws())
    assert {"removed": "goes", "changed": "another value"}[fate] in str(refused.value)
    assert "ExecuteChangeSet" not in fake.operations()
    assert not fake.stacks[0].change_sets


@pytest.mark.parametrize(
    "new",
    [
        exporting({"Fn::Sub": "topic-${AWS::StackName}"}),
        exporting({"Fn::Join": ["-", ["topic", {"Ref": "AWS::StackName"}]]}),
    ],
    ids=["Sub", "Join"],
)
def test_an_export_that_is_only_written_in_another_way_stays(
    fake: FakeCloudFormation, make: Any, new: dict[str, Any]
) -> None:
    fake.add_stack("shop", exporting("topic-shop"))
    fake.imports["topic-shop"] = ["billing"]
    assert planned(fake, make.shop(new)).exports == ()


def test_a_value_that_may_be_the_same_in_other_words_is_warned_of_and_stops_nothing(
    fake: FakeCloudFormation, make: Any
) -> None:
    stack = fake.add_stack("shop", exporting())
    fake.imports["topic-arn"] = ["billing"]
    found = planned(fake, make.shop(exporting(value={"Fn::GetAtt": ["Topic", "TopicArn"]})))
    assert [(one.export, one.sure) for one in found.exports] == [("topic-arn", False)]
    assert found.gate.opens
    assert any("topic-arn may get another value" in line for line in found.gate.warned)
    stack.outputs["Arn"] = "arn:of-the-topic"
    assert planned(fake, make.shop(exporting(value="arn:of-the-topic"))).exports == ()


def test_an_export_that_nobody_imports_may_go(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", exporting())
    found = planned(fake, make.shop(exporting(None)))
    assert found.exports == ()
    assert [one.output for one in found.diff.exports_removed] == ["Arn"]


@pytest.mark.parametrize("operation", ["GetStackPolicy", "ListImports", "DescribeEvents"])
def test_what_may_not_be_read_is_noted_and_stops_nothing(fake: FakeCloudFormation, make: Any, operation: str) -> None:
    fake.add_stack("shop", exporting())
    fake.fault(operation, Denied(), times=9)
    found = planned(fake, make.shop(exporting(None)))
    assert any("could not be read" in note for note in found.notes)


# CloudFormation's own check


def test_warnings_of_the_check_are_shown_before_the_question_with_the_line(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", {"Resources": {"Topic": make.topic(), "Bucket": {"Type": "AWS::S3::Bucket"}}})
    fake.script("shop", Script(warnings={"/Resources/Topic/Properties/DisplayName": "the quota is nearly used up"}))
    shown: list[StackPlan] = []

    def confirm(plan: StackPlan) -> bool:
        shown.append(plan)
        return True

    assembly = make.shop({"Resources": {"Topic": make.topic("new"), "Bucket": {"Type": "AWS::S3::Bucket"}}})
    deploy(assembly, aws=fake.aws(), confirm=confirm)
    [warning] = shown[0].warnings
    assert warning.mode == "WARN"
    assert warning.message == "deck.py:10: shop/Topic, DisplayName: the quota is nearly used up"
    assert warning.to_dict()["line"] == 10


def test_all_failures_of_the_check_are_told_with_their_lines(fake: FakeCloudFormation, make: Any) -> None:
    reason = "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]."
    fake.script("shop", Script(refuse=reason, invalid={"Topic": "no such property", "Queue": "not a number"}))
    with pytest.raises(Refused) as refused:
        plan(make.shop({"Resources": {"Topic": make.topic(), "Queue": make.queue()}}), aws=fake.aws())
    assert "deck.py:10: shop/Topic: no such property" in str(refused.value)
    assert "deck.py:11: shop/Queue: not a number" in str(refused.value)
    assert refused.value.exit_code == 4


# change sets that fail


def test_a_missing_export_says_what_to_deploy_first(fake: FakeCloudFormation, make: Any) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::ImportValue": "nowhere"}}}
    with pytest.raises(Refused, match="No export named nowhere") as refused:
        plan(make.shop({"Resources": {"Topic": topic}}), aws=fake.aws())
    assert "exports nowhere first" in str(refused.value.fix)
    assert fake.status("shop") in (None, "DELETE_COMPLETE")


def test_what_a_hook_objects_to_is_told_with_its_advice(fake: FakeCloudFormation, make: Any) -> None:
    fake.hook_results["Company::Guard::Hook/Topic"] = [
        {
            "AnnotationName": "encryption",
            "Status": "FAILED",
            "StatusMessage": "the topic is not encrypted",
            "RemediationMessage": "set KmsMasterKeyId",
            "SeverityLevel": "HIGH",
        },
        {"AnnotationName": "tags", "Status": "PASSED", "StatusMessage": "fine"},
    ]
    fake.script("shop", Script(refuse="The following hook(s) failed: [Company::Guard::Hook]"))

    def choose(operation: str, number: int) -> None:
        if operation == "ListHookResults":
            fake.hook_targets["Company::Guard::Hook/Topic"] = fake.stacks[0].change_sets[0].arn

    fake.choose = choose
    with pytest.raises(Refused) as refused:
        plan(make.shop(), aws=fake.aws())
    text = str(refused.value)
    for words in ("Company::Guard::Hook", "encryption", "the topic is not encrypted", "set KmsMasterKeyId"):
        assert words in text
    assert "fine" not in text


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Transform AWS::LanguageExtensions failed with: bad", "macro's function"),
        (
            "They must have the DeletionPolicy attribute set to 'Retain'. The affected resources are Topic, Queue",
            "Retain on Topic, Queue",
        ),
    ],
)
def test_a_known_reason_comes_with_what_to_do(fake: FakeCloudFormation, make: Any, reason: str, words: str) -> None:
    fake.script("shop", Script(refuse=reason))
    with pytest.raises(Refused) as refused:
        plan(make.shop(), aws=fake.aws())
    assert words in str(refused.value.fix)


def test_a_change_set_that_never_ends_is_kept_and_named(fake: FakeCloudFormation, make: Any) -> None:
    fake.script("shop", Script(change_set_seconds=1e6))
    with pytest.raises(DeployError, match=r"after 15 minutes: arn:aws:cloudformation") as stuck:
        plan(make.shop(), aws=fake.aws())
    assert stuck.value.exit_code == 1
    assert "DeleteChangeSet" not in fake.operations()
    assert fake.stacks[0].change_sets


def test_change_set_names_do_not_collide(fake: FakeCloudFormation, make: Any) -> None:
    names = set()
    for _ in range(20):
        plan(make.shop(), aws=fake.aws())
    for call in fake.calls:
        if call.operation == "CreateChangeSet":
            names.add(call.arguments["ChangeSetName"])
    assert len(names) == 20
    assert all(name.startswith("awsdeck-") for name in names)


def test_a_name_that_is_taken_already_is_ours_from_a_lost_answer(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", {"Resources": {"Topic": make.topic()}})
    from awsdeck.deploy.fake import changesets

    original = changesets.ANSWERS["CreateChangeSet"]
    from awsdeck.deploy.fake import cloud
    from awsdeck.deploy.fake.refusal import Refusal

    def lost(fake: FakeCloudFormation, call: Any) -> dict[str, Any]:
        original(fake, call)
        raise Refusal("AlreadyExistsException", "ChangeSet already exists")

    cloud.ANSWERS["CreateChangeSet"] = lost
    try:
        assert planned(fake, make.shop({"Resources": {"Topic": make.topic("new")}})).changes
    finally:
        cloud.ANSWERS["CreateChangeSet"] = original
    assert not fake.stacks[0].change_sets


def test_the_stack_in_review_is_gone_before_the_plan_is_over(fake: FakeCloudFormation, make: Any) -> None:
    plan(make.shop(), aws=fake.aws())
    assert fake.operations()[-1] == "DescribeStacks"
    assert fake.status("shop") == "DELETE_COMPLETE"


def test_a_stack_in_review_that_somebody_else_uses_too_stays(fake: FakeCloudFormation, make: Any) -> None:
    made = plan(make.shop(), aws=fake.aws(), keep=True)
    plan(make.shop(), aws=fake.aws())
    assert fake.status("shop") == "REVIEW_IN_PROGRESS"
    assert made.saved is not None
    assert [one.arn for one in fake.stacks[0].change_sets] == [made.saved.stacks[0].change_set]


def test_an_unsupported_call_of_an_emulator_costs_nothing_but_its_answer(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", {"Resources": {"Topic": make.topic()}})
    for operation in ("GetStackPolicy", "DescribeEvents"):
        fake.fault(operation, Rejected("InvalidAction", "what is that"), times=9)
    found = planned(fake, make.shop({"Resources": {"Topic": make.topic("new")}}))
    assert found.changes
    assert not found.notes


# files

BUCKET: dict[str, Any] = {"bucket": "files"}


def test_what_will_be_uploaded_is_told_with_its_size_and_whether_it_is_there(
    fake: FakeCloudFormation, make: Any, tmp_path: Path
) -> None:
    files = {}
    for name, size in (("there", 3), ("new", 1234)):
        (tmp_path / name).write_bytes(b"x" * size)
        files[f"assets/{name}.zip"] = partial(str, tmp_path / name)
    artifact = StackArtifact(
        "shop",
        {"Parameters": {ASSETS_BUCKET: {"Type": "String"}}, "Resources": {"Topic": make.topic()}},
        assets=[{"key": key, "path": key, "source": key[7:-4]} for key in files],
        files=files,
    )
    fake.objects = {"assets/there.zip": b"xxx"}
    found = planned(fake, Assembly([artifact]), **BUCKET)
    assert [(one.source, one.size, one.there) for one in found.uploads] == [("new", 1234, False), ("there", 3, True)]
    assert "PutObject" not in fake.operations()


def test_termination_protection_that_changes_is_told(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", {"Resources": {"Topic": make.topic()}}, protected=True)
    found = planned(fake, make.shop({"Resources": {"Topic": make.topic("new")}}))
    assert "termination protection is turned off" in found.notes
    assert found.to_dict()["protected"] is True
