"""Importing: resources that exist come into a stack, nothing of them changes, and nothing else is deployed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from awsdeck.deploy import import_resources, importable, read_mapping
from awsdeck.deploy.fake import Cut, Denied, FakeCloudFormation, Script
from awsdeck.errors import ApprovalNeeded, DeployError, InputError, NotClean, RolledBack

BUCKET = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {}}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}
DECK: dict[str, Any] = {
    "Resources": {"Topic": TOPIC, "Bucket": BUCKET},
    "Outputs": {"Name": {"Value": {"Ref": "Bucket"}}},
}
DEPLOYED: dict[str, Any] = {"Resources": {"Topic": TOPIC}}


@pytest.fixture
def fake() -> FakeCloudFormation:
    made = FakeCloudFormation()
    made.existing["AWS::S3::Bucket"] = {"uploads-1"}
    return made


def sent(fake: FakeCloudFormation) -> dict[str, Any]:
    [call] = [call for call in fake.calls if call.operation == "CreateChangeSet"]
    return dict(call.arguments)


def test_a_resource_comes_into_a_deployed_stack_and_nothing_else_changes(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.add_stack("shop", DEPLOYED)
    done = import_resources(
        make.shop(DECK), aws=fake.aws(), stack="shop", identifiers={"Bucket": "uploads-1"}, observer=listener
    )
    assert done.stacks["shop"].status == "imported"
    assert fake.status("shop") == "IMPORT_COMPLETE"
    assert fake.stacks[0].resources["Bucket"]["PhysicalResourceId"] == "uploads-1"
    assert sent(fake)["ChangeSetType"] == "IMPORT"
    assert sent(fake)["ClientToken"]
    template = json.loads(sent(fake)["TemplateBody"])
    assert template == {"Resources": {"Topic": TOPIC, "Bucket": BUCKET}}
    assert [(change.logical_id, change.action) for change in listener.plans[0].changes] == [("Bucket", "import")]
    assert ("Bucket", "IMPORT_COMPLETE") in listener.story()


def test_a_new_stack_can_begin_with_what_exists(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    done = import_resources(
        make.shop(DECK), aws=fake.aws(), stack="shop", identifiers={"Bucket": {"BucketName": "uploads-1"}},
        observer=listener,
    )  # fmt: skip
    assert done.stacks["shop"].status == "imported"
    assert list(fake.stacks[0].resources) == ["Bucket"]
    assert any("not part of this: Topic" in note for note in listener.plans[0].notes)


def test_what_the_template_says_need_not_be_given(fake: FakeCloudFormation, make: Any) -> None:
    named = {"Resources": {"Bucket": {**BUCKET, "Properties": {"BucketName": "uploads-1"}}}}
    assembly = make.shop(named)
    assert importable(assembly["shop"], fake.aws())["Bucket"].known == {"BucketName": "uploads-1"}
    assert import_resources(assembly, aws=fake.aws(), stack="shop", identifiers={"Bucket": {}}).ok
    with pytest.raises(InputError, match="uploads-1 in the template and other in what is given"):
        import_resources(
            make.shop(named), aws=FakeCloudFormation().aws(), stack="shop",
            identifiers={"Bucket": {"BucketName": "other"}},
        )  # fmt: skip


def test_everything_that_is_wrong_with_the_identifiers_is_told_at_once(fake: FakeCloudFormation, make: Any) -> None:
    fake.unimportable.add("AWS::SNS::Topic")
    with pytest.raises(InputError) as caught:
        import_resources(
            make.shop(DECK), aws=fake.aws(), stack="shop",
            identifiers={"Bukket": "x", "Topic": "y", "Bucket": {"Name": "z"}},
        )  # fmt: skip
    text = str(caught.value)
    assert "Bukket is no resource of the deck" in text
    assert "does not import AWS::SNS::Topic" in text
    assert "it goes by BucketName" in text
    assert "CreateChangeSet" not in fake.operations()


def test_a_deletion_policy_is_never_set_silently(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    bare = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}}}}
    with pytest.raises(InputError, match="Bucket has no DeletionPolicy") as caught:
        import_resources(make.shop(bare), aws=fake.aws(), stack="shop", identifiers={"Bucket": "uploads-1"})
    assert str(caught.value).startswith("deck.py:10:")
    assert "--retain" in str(caught.value.fix)
    import_resources(
        make.shop(bare), aws=fake.aws(), stack="shop", identifiers={"Bucket": "uploads-1"}, retain=True,
        observer=listener,
    )  # fmt: skip
    assert json.loads(sent(fake)["TemplateBody"])["Resources"]["Bucket"]["DeletionPolicy"] == "Retain"
    assert "Bucket gets DeletionPolicy: Retain" in listener.plans[0].notes[0]


def test_a_resource_that_needs_another_is_not_imported_alone(fake: FakeCloudFormation, make: Any) -> None:
    policy = {
        "Type": "AWS::S3::BucketPolicy", "DeletionPolicy": "Retain", "DependsOn": "Topic",
        "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {}},
    }  # fmt: skip
    deck = {"Resources": {"Bucket": BUCKET, "Policy": policy, "Topic": TOPIC}}
    with pytest.raises(InputError, match="Policy refers to Bucket, which is neither"):
        import_resources(make.shop(deck), aws=fake.aws(), stack="shop", identifiers={"Policy": "uploads-1"})
    fake.existing["AWS::S3::BucketPolicy"] = {"uploads-1"}
    both = {"Policy": "uploads-1", "Bucket": "uploads-1"}
    assert import_resources(make.shop(deck), aws=fake.aws(), stack="shop", identifiers=both).ok
    assert "DependsOn" not in json.loads(sent(fake)["TemplateBody"])["Resources"]["Policy"]


def test_parameters_and_conditions_come_along_only_where_they_are_needed(fake: FakeCloudFormation, make: Any) -> None:
    deck = {
        "Parameters": {"Name": {"Type": "String"}, "Unused": {"Type": "String"}},
        "Conditions": {"Here": {"Fn::Equals": [{"Ref": "Name"}, "x"]}, "Not": {"Fn::Equals": ["a", "b"]}},
        "Resources": {"Bucket": {**BUCKET, "Condition": "Here"}},
    }
    import_resources(
        make.shop(deck), aws=fake.aws(), stack="shop", identifiers={"Bucket": "uploads-1"}, parameters={"Name": "x"}
    )
    template = json.loads(sent(fake)["TemplateBody"])
    assert list(template["Parameters"]) == ["Name"]
    assert list(template["Conditions"]) == ["Here"]


@pytest.mark.parametrize(
    ("physical", "what", "fix"),
    [("nobody", "was not found", "check the identifier"), ("taken-1", "already exists in stack", "awsdeck refactor")],
)
def test_what_cloudformation_will_not_import_is_said_in_words(
    fake: FakeCloudFormation, make: Any, physical: str, what: str, fix: str
) -> None:
    other = fake.add_stack("other", {"Resources": {"Bucket": BUCKET}})
    other.resources["Bucket"]["PhysicalResourceId"] = "taken-1"
    with pytest.raises(DeployError, match=what) as caught:
        import_resources(make.shop(DECK), aws=fake.aws(), stack="shop", identifiers={"Bucket": physical})
    assert fix in str(caught.value.fix)
    assert fake.status("shop") == "DELETE_COMPLETE"


def test_a_declined_import_leaves_nothing_behind(fake: FakeCloudFormation, make: Any) -> None:
    with pytest.raises(ApprovalNeeded):
        import_resources(
            make.shop(DECK), aws=fake.aws(), stack="shop", identifiers={"Bucket": "uploads-1"},
            confirm=lambda plan: False,
        )  # fmt: skip
    assert fake.status("shop") == "DELETE_COMPLETE"
    assert "ExecuteChangeSet" not in fake.operations()


def test_an_import_that_fails_leaves_the_resource_alone(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", DEPLOYED)
    fake.script("shop", Script(fail={"Bucket": "cannot be read"}))
    with pytest.raises(RolledBack, match="cannot be read"):
        import_resources(make.shop(DECK), aws=fake.aws(), stack="shop", identifiers={"Bucket": "uploads-1"})
    assert fake.status("shop") == "IMPORT_ROLLBACK_COMPLETE"
    assert "Bucket" not in fake.stacks[0].resources


def test_a_lost_answer_does_not_import_twice(fake: FakeCloudFormation, make: Any) -> None:
    fake.fault("CreateChangeSet", Cut("after"))
    fake.fault("ExecuteChangeSet", Cut("after"))
    assert import_resources(make.shop(DECK), aws=fake.aws(), stack="shop", identifiers={"Bucket": "uploads-1"}).ok
    assert [event["ResourceStatus"] for event in fake.stacks[0].events].count("IMPORT_COMPLETE") == 2
    assert len(fake.stacks) == 1


def test_without_the_right_to_ask_the_schemas_say_what_a_resource_goes_by(fake: FakeCloudFormation, make: Any) -> None:
    fake.fault("GetTemplateSummary", Denied(), times=9)
    assert importable(make.shop(DECK)["shop"], fake.aws())["Bucket"].parts == ("BucketName",)


def test_nothing_is_imported_into_a_stack_that_needs_a_hand(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", DEPLOYED, status="ROLLBACK_COMPLETE")
    with pytest.raises(InputError, match="ROLLBACK_COMPLETE"):
        import_resources(make.shop(DECK), aws=fake.aws(), stack="shop", identifiers={"Bucket": "uploads-1"})
    fake.stacks[0].status = "DELETE_FAILED"
    with pytest.raises(NotClean):
        import_resources(make.shop(DECK), aws=fake.aws(), stack="shop", identifiers={"Bucket": "uploads-1"})


def test_a_mapping_file_may_have_gaps_and_no_nonsense(tmp_path: Path) -> None:
    file = tmp_path / "map.json"
    file.write_text('{"A": "x", "B": {"P": ""}, "C": {"P": "y", "Q": "z"}, "D": ""}')
    assert read_mapping(str(file)) == {"A": "x", "C": {"P": "y", "Q": "z"}}
    for text in ("[]", "{", '{"A": 3}'):
        file.write_text(text)
        with pytest.raises(InputError):
            read_mapping(str(file))


def test_two_identifying_properties_are_given_with_a_bar(fake: FakeCloudFormation, make: Any) -> None:
    deck = {
        "Resources": {
            "Resource": {
                "Type": "AWS::ApiGateway::Resource", "DeletionPolicy": "Retain",
                "Properties": {"RestApiId": "api1", "ParentId": "root", "PathPart": "x"},
            }
        }
    }  # fmt: skip
    fake.existing["AWS::ApiGateway::Resource"] = {"api1|res1"}
    for text in ("api1|res1", "res1"):
        fake.calls.clear()
        fake.stacks.clear()
        import_resources(make.shop(deck), aws=fake.aws(), stack="shop", identifiers={"Resource": text})
        [entry] = sent(fake)["ResourcesToImport"]
        assert [pair["value"] for pair in entry["ResourceIdentifier"]["entry"].values()] == ["api1", "res1"]
