"""Values that one stack hands to another: only those of an operation that succeeded."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import deploy
from awsdeck.deploy.fake import Cut, FakeCloudFormation, Script
from awsdeck.errors import InputError, RolledBack

TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}
GIVER: dict[str, Any] = {"Resources": {"Topic": TOPIC}, "Outputs": {"Name": {"Value": "placed"}}}
TAKER: dict[str, Any] = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Name"}}}},
    "Parameters": {"Name": {"Type": "String"}},
}


def pair() -> Assembly:
    taker = StackArtifact("taker", TAKER, dependencies=["giver"], inputs={"Name": ("giver", "Name")})
    return Assembly([StackArtifact("giver", GIVER), taker])


def test_a_value_is_taken_from_a_stack_whose_deploy_succeeded(fake: FakeCloudFormation) -> None:
    deploy(pair(), aws=fake.aws())
    [taker] = [one for one in fake.stacks if one.name == "taker"]
    assert taker.parameters == {"Name": "placed"}


@pytest.mark.parametrize(
    "status", ["UPDATE_ROLLBACK_COMPLETE", "UPDATE_FAILED", "UPDATE_IN_PROGRESS", "ROLLBACK_COMPLETE"]
)
def test_no_value_is_taken_from_a_stack_that_did_not_get_there(fake: FakeCloudFormation, status: str) -> None:
    fake.add_stack("giver", GIVER, status=status)
    with pytest.raises(InputError, match=f"giver, which is in {status}"):
        deploy(pair(), aws=fake.aws(), stacks=["taker"])
    assert "CreateChangeSet" not in fake.operations()
    assert deploy(pair(), aws=fake.aws(), stacks=["taker"], parameters={"taker:Name": "by hand"}).ok


def test_after_a_rollback_in_the_same_run_nothing_is_handed_on(fake: FakeCloudFormation, listener: Any) -> None:
    fake.script("giver", Script(fail={"Topic": "no"}))
    with pytest.raises(RolledBack):
        deploy(pair(), aws=fake.aws(), observer=listener, keep_going=True)
    assert [result.status for result in listener.results] == ["failed", "skipped"]


def test_a_change_set_that_was_made_unseen_is_found_by_its_name() -> None:
    fake = FakeCloudFormation(forgets_tokens=True)
    fake.fault("CreateChangeSet", Cut("after"))
    assert deploy(Assembly([StackArtifact("giver", GIVER)]), aws=fake.aws()).ok
    assert len(fake.stacks) == 1
    assert fake.operations().count("CreateChangeSet") == 2
