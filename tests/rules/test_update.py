from __future__ import annotations

from typing import Any

import pytest

from awsdeck.errors import Finding
from awsdeck.rules import Graph, check_update
from awsdeck.rules.update import differs
from awsdeck.template import Template

TOPIC = "AWS::SNS::Topic"
TABLE = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def graph(resources: dict[str, Any], **sections: Any) -> Graph:
    known = sections.pop("known", {})
    found = Graph()
    found.add(Template.from_dict({"Resources": resources, **sections}), **known)
    return found


def update(old: dict[str, Any], new: dict[str, Any]) -> list[Finding]:
    return check_update(graph(old), graph(new))


def change(type: str, old: dict[str, Any], new: dict[str, Any]) -> list[Finding]:
    return update({"It": {"Type": type, "Properties": old}}, {"It": {"Type": type, "Properties": new}})


def test_nothing_is_said_of_what_does_not_change() -> None:
    resources = {"It": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": {"Ref": "Image"}, "SubnetId": "s-1"}}}
    assert update(resources, resources) == []


def test_a_replacement_names_the_property() -> None:
    (finding,) = change("AWS::EC2::Instance", {"ImageId": "ami-1"}, {"ImageId": "ami-2"})
    assert (finding.rule, finding.path) == ("UPD001", ("Resources", "It", "Properties", "ImageId"))
    assert "ImageId replaces It" in finding.message


def test_a_change_that_cannot_be_told_may_replace() -> None:
    (finding,) = change("AWS::EC2::Instance", {"ImageId": {"Ref": "Old"}}, {"ImageId": {"Ref": "New"}})
    assert "may replace" in finding.message


def test_a_parameter_is_followed_where_its_value_is_known() -> None:
    resources = {"It": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": {"Ref": "Image"}}}}
    parameters = {"Image": {"Type": "String"}}
    before = graph(resources, Parameters=parameters, known={"parameters": {"Image": "ami-1"}})
    after = graph(resources, Parameters=parameters, known={"parameters": {"Image": "ami-2"}})
    (finding,) = check_update(before, after)
    assert "replaces" in finding.message


def test_the_same_value_in_another_spelling_is_no_change() -> None:
    assert change(TOPIC, {"FifoTopic": True, "TopicName": "a.fifo"}, {"FifoTopic": "true", "TopicName": "a.fifo"}) == []


def test_a_rule_that_knows_more_speaks_instead_of_the_general_one() -> None:
    findings = change("AWS::SQS::Queue", {}, {"FifoQueue": True})
    assert "UPD011" in {finding.rule for finding in findings}
    assert "UPD001" not in {finding.rule for finding in findings}


def test_a_fixed_name_blocks_a_replacement_until_it_changes_too() -> None:
    trust = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}
    kept = change("AWS::IAM::Role", {**trust, "RoleName": "a"}, {**trust, "RoleName": "a", "Path": "/x/"})
    assert "UPD002" in {finding.rule for finding in kept}
    changed = change("AWS::IAM::Role", {**trust, "RoleName": "a"}, {**trust, "RoleName": "b", "Path": "/x/"})
    assert "UPD002" not in {finding.rule for finding in changed}


def test_data_is_lost_by_removal_unless_the_old_template_keeps_it() -> None:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": TABLE}
    (finding,) = update({"T": table, "S": {"Type": TOPIC}}, {"S": {"Type": TOPIC}})
    assert (finding.rule, finding.severity, finding.resource) == ("UPD004", "error", "T")
    assert "T (AWS::DynamoDB::Table)" in finding.message
    assert finding.path == ("Resources", "T")
    assert update({"T": {**table, "DeletionPolicy": "Retain"}, "S": {"Type": TOPIC}}, {"S": {"Type": TOPIC}}) == []


def test_a_condition_that_turns_false_removes() -> None:
    resources = {"T": {"Type": "AWS::DynamoDB::Table", "Condition": "Prod", "Properties": TABLE}}
    sections: dict[str, Any] = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    }
    before = graph(resources, **sections, known={"parameters": {"Stage": "prod"}})
    after = graph(resources, **sections, known={"parameters": {"Stage": "test"}})
    assert [finding.rule for finding in check_update(before, after)] == ["UPD004"]


def test_a_database_is_saved_by_a_snapshot_of_its_own() -> None:
    database = {"Type": "AWS::RDS::DBInstance", "Properties": {"DBInstanceClass": "db.t3.micro"}}
    (finding,) = update({"Db": database, "S": {"Type": TOPIC}}, {"S": {"Type": TOPIC}})
    assert finding.severity == "warning"
    (finding,) = update({"Db": {**database, "DeletionPolicy": "Delete"}, "S": {"Type": TOPIC}}, {"S": {"Type": TOPIC}})
    assert finding.severity == "error"


def test_stacks_are_paired_by_name() -> None:
    before, after = Graph(), Graph()
    for name in ("a", "b"):
        before.add(Template.from_dict({"Resources": {"T": {"Type": TOPIC, "Properties": {"TopicName": name}}}}, name))
    for name in ("b", "a"):
        after.add(Template.from_dict({"Resources": {"T": {"Type": TOPIC, "Properties": {"TopicName": name}}}}, name))
    assert check_update(before, after) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (1, "1", False),
        (True, "true", False),
        ("a", "b", True),
        ([1, 2], [1], True),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"Ref": "A"}, {"Ref": "A"}, False),
        ({"Ref": "A"}, {"Ref": "B"}, None),
        ({"Ref": "A"}, "x", None),
        ({"a": {"Ref": "A"}, "b": 1}, {"a": {"Ref": "B"}, "b": 2}, True),
    ],
)
def test_values_are_compared_as_cloudformation_reads_them(old: Any, new: Any, expected: bool | None) -> None:
    assert differs(old, new) is expected
