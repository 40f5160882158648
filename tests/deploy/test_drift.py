"""Drift: what was changed by hand is told with both values, and what cannot be told is not taken for in sync."""

from __future__ import annotations

import json
from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import drift
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Throttled
from awsdeck.deploy.repair.discretion import discreet_differences
from awsdeck.errors import CredentialsError

STACK: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}}}


def test_drift_names_the_property_with_both_values(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", STACK)
    assert drift(make.shop(STACK), aws=fake.aws())["shop"].status == "IN_SYNC"
    fake.drifted["shop/Topic"] = {"/DisplayName": ("a", "by hand")}
    found = drift(make.shop(STACK), aws=fake.aws())["shop"]
    assert found.status == "DRIFTED"
    assert found.differs
    [record] = found.drifted
    assert [(part.path, part.expected, part.actual) for part in record.differences] == [
        ("/DisplayName", "a", "by hand")
    ]
    assert found.to_dict()["drifted"][0]["logical_id"] == "Topic"
    assert drift(make.shop(STACK), aws=FakeCloudFormation().aws()) == {}


def test_what_cloudformation_cannot_tell_is_not_in_sync_and_not_drift(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", STACK)
    fake.drift_status["shop/Topic"] = "UNKNOWN"
    found = drift(make.shop(STACK), aws=fake.aws())["shop"]
    assert [record.logical_id for record in found.unknown] == ["Topic"]
    assert found.unchecked == ()
    assert not found.differs


def test_a_deleted_resource_is_drift(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", STACK)
    fake.drift_status["shop/Topic"] = "DELETED"
    assert drift(make.shop(STACK), aws=fake.aws())["shop"].status == "DRIFTED"


def test_a_comparison_that_fails_does_not_hide_what_it_found_nor_the_other_stacks(fake: FakeCloudFormation) -> None:
    both = Assembly([StackArtifact(name, STACK) for name in ("billing", "shop")])
    for name in ("billing", "shop"):
        fake.add_stack(name, STACK)
    fake.incomparable["billing"] = "no rights for sns:GetTopicAttributes"
    fake.drifted["billing/Topic"] = {"/DisplayName": ("a", "b")}
    found = drift(both, aws=fake.aws())
    assert "no rights for sns" in found["billing"].failed
    assert found["billing"].differs
    assert found["shop"].status == "IN_SYNC"
    fake.drifted.clear()
    assert drift(both, aws=fake.aws())["billing"].status == "FAILED"


def test_a_comparison_that_somebody_else_has_started_is_waited_for(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", STACK)
    fake.comparison_seconds = 60
    fake.aws().cloudformation().detect_drift("shop")
    started = fake.clock.now()
    assert drift(make.shop(STACK), aws=fake.aws())["shop"].status == "IN_SYNC"
    assert 120 <= fake.clock.now() - started < 200


@pytest.mark.parametrize("seconds", [5_000.0])
def test_a_comparison_that_never_ends_is_given_up_after_a_quarter_of_an_hour(
    fake: FakeCloudFormation, make: Any, seconds: float
) -> None:
    fake.add_stack("shop", STACK)
    fake.comparison_seconds = seconds
    started = fake.clock.now()
    found = drift(make.shop(STACK), aws=fake.aws())["shop"]
    assert found.status == "FAILED"
    assert "15 minutes" in found.failed
    assert fake.clock.now() - started < 1_000
    assert "somebody else" in drift(make.shop(STACK), aws=fake.aws())["shop"].failed


def test_nested_stacks_are_looked_into(fake: FakeCloudFormation, make: Any) -> None:
    inner = fake.add_stack("shop-Inner-1", STACK)
    outer = fake.add_stack("shop", {"Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack"}}})
    outer.resources["Inner"]["PhysicalResourceId"] = inner.id
    fake.drifted["shop-Inner-1/Topic"] = {"/DisplayName": ("a", "b")}
    found = drift(make.shop(STACK), aws=fake.aws())["shop"]
    assert not found.drifted
    assert found.differs
    assert [(one.name, one.status) for one in found.nested] == [("shop/Inner", "DRIFTED")]
    assert found.to_dict()["nested"][0]["drifted"][0]["logical_id"] == "Topic"


def test_a_stack_that_is_busy_is_told_and_not_compared(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", STACK, status="UPDATE_IN_PROGRESS")
    found = drift(make.shop(STACK), aws=fake.aws())["shop"]
    assert found.status == "FAILED"
    assert "UPDATE_IN_PROGRESS" in found.failed
    assert "DetectStackDrift" not in fake.operations()


def test_passwords_are_not_shown(fake: FakeCloudFormation, make: Any) -> None:
    database = {"Resources": {"Db": {"Type": "AWS::RDS::DBInstance", "Properties": {"MasterUserPassword": "x"}}}}
    fake.add_stack("shop", database)
    fake.drifted["shop/Db"] = {"/MasterUserPassword": ("hunter2", "hunter3"), "/AllocatedStorage": ("1", "2")}
    [record] = drift(make.shop(database), aws=fake.aws())["shop"].drifted
    assert [(part.expected, part.actual) for part in record.differences] == [("****", "****"), ("1", "2")]


def test_throttling_delays_and_a_missing_right_is_told(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", STACK)
    fake.fault("DetectStackDrift", Throttled(), times=3)
    fake.fault("DescribeStackDriftDetectionStatus", Throttled(), times=3)
    assert drift(make.shop(STACK), aws=fake.aws())["shop"].status == "IN_SYNC"
    fake.fault("DetectStackDrift", Denied())
    found = drift(make.shop(STACK), aws=fake.aws())["shop"]
    assert found.status == "FAILED"
    assert "DetectStackDrift" in found.failed


def test_lost_credentials_are_an_error_of_their_own(fake: FakeCloudFormation, make: Any) -> None:
    from awsdeck.deploy.fake import Expired

    fake.add_stack("shop", STACK)
    fake.fault("DetectStackDrift", Expired(), times=5)
    with pytest.raises(CredentialsError):
        drift(make.shop(STACK), aws=fake.aws())


SECRET = "hunter2-is-no-password"
GUARDED: dict[str, Any] = {
    "Parameters": {"Pw": {"Type": "String", "NoEcho": True}, "Env": {"Type": "String"}},
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Pw"}, "TopicName": {"Ref": "Env"}}},
        "Work": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Description": {"Fn::Sub": "signed with ${Pw}"},
                "Environment": {"Variables": {"Token": "{{resolve:secretsmanager:x}}", "Level": "info"}},
            },
        },
    },
}


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        ("Topic", "/DisplayName"),
        ("Work", "/Description"),
        ("Work", "/Environment/Variables/Token"),
        ("Work", "/Environment/Variables"),
        ("Work", "/Environment/Variables/DB_PASSWORD"),
    ],
)
def test_what_a_secret_stands_for_is_never_shown(fake: FakeCloudFormation, make: Any, resource: str, path: str) -> None:
    fake.add_stack("shop", GUARDED)
    fake.drifted[f"shop/{resource}"] = {path: (SECRET, f"another-{SECRET}")}
    found = drift(make.shop(GUARDED), aws=fake.aws())["shop"]
    assert found.differs
    assert SECRET not in str(found)
    assert SECRET not in str(found.to_dict())


def test_what_is_no_secret_stands_beside_one_and_is_shown(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", GUARDED)
    added = json.dumps({"DB_PASSWORD": SECRET, "LEVEL": "debug"})
    fake.drifted["shop/Topic"] = {"/TopicName": ("a", "b"), "/Tags": ("", added)}
    [record] = drift(make.shop(GUARDED), aws=fake.aws())["shop"].drifted
    assert {part.path: part.actual for part in record.differences} == {
        "/TopicName": "b",
        "/Tags": json.dumps({"DB_PASSWORD": "****", "LEVEL": "debug"}),
    }


def test_without_a_template_no_value_is_shown_and_the_drift_is(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", GUARDED)
    fake.drifted["shop/Topic"] = {"/DisplayName": ("a", SECRET)}
    fake.fault("GetTemplate", Denied())
    found = drift(make.shop(GUARDED), aws=fake.aws())["shop"]
    assert [part.actual for record in found.drifted for part in record.differences] == ["****"]


def test_instances_of_a_stack_set_keep_their_secrets_too() -> None:
    part = {"PropertyPath": "/DisplayName", "ExpectedValue": SECRET, "ActualValue": "x", "DifferenceType": "NOT_EQUAL"}
    item = {"LogicalResourceId": "Topic", "ResourceType": "AWS::SNS::Topic", "PropertyDifferences": [part]}
    assert discreet_differences(item, GUARDED)["PropertyDifferences"] == [
        {**part, "ExpectedValue": "****", "ActualValue": "****"}
    ]
