"""After something went wrong, or while it runs: watch it, break it off, undo it, compare it."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.deploy import cancel, deploy, follow, rollback
from awsdeck.deploy.fake import FakeCloudFormation, Script, Throttled
from awsdeck.errors import InputError, NotClean, RolledBack, StoppedWatching

OLD: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}}}
NEW: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "b"}}}}


def started(fake: FakeCloudFormation, make: Any, script: Script) -> None:
    """An update that nobody watches any more."""
    fake.add_stack("shop", OLD)
    fake.script("shop", script)
    with pytest.raises(StoppedWatching):
        deploy(make.shop(NEW), aws=fake.aws(), timeout=5)


def test_an_operation_that_was_lost_sight_of_is_followed_to_its_end(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    started(fake, make, Script(seconds=300))
    assert follow(make.shop(NEW), aws=fake.aws(), observer=listener).stacks["shop"].status == "updated"
    assert listener.story() == [
        ("shop", "UPDATE_IN_PROGRESS"),
        ("Topic", "UPDATE_IN_PROGRESS"),
        ("Topic", "UPDATE_COMPLETE"),
        ("shop", "UPDATE_COMPLETE"),
    ]


def test_following_a_failure_tells_its_cause(fake: FakeCloudFormation, make: Any) -> None:
    started(fake, make, Script(seconds=300, fail={"Topic": "no such thing"}))
    with pytest.raises(RolledBack, match="no such thing"):
        follow(make.shop(NEW), aws=fake.aws())


def test_when_nothing_runs_the_last_operation_is_the_verdict(fake: FakeCloudFormation, make: Any) -> None:
    started(fake, make, Script(seconds=300, fail={"Topic": "no such thing"}))
    fake.clock._now += 10_000
    with pytest.raises(RolledBack, match="no such thing"):
        follow(make.shop(NEW), aws=fake.aws())
    deploy(make.shop(NEW), aws=fake.aws())
    assert follow(make.shop(NEW), aws=fake.aws()).ok


def test_there_is_nothing_to_follow_without_a_stack(fake: FakeCloudFormation, make: Any) -> None:
    assert follow(make.shop(NEW), aws=fake.aws()).stacks["shop"].status == "absent"


def test_a_failed_update_that_was_kept_is_undone(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", OLD)
    fake.script("shop", Script(fail={"Topic": "no"}, keep_failed=True))
    with pytest.raises(NotClean, match="awsdeck rollback shop"):
        deploy(make.shop(NEW), aws=fake.aws())
    assert fake.status("shop") == "UPDATE_FAILED"
    assert rollback(make.shop(NEW), aws=fake.aws(), stacks=["shop"]).stacks["shop"].status == "rolled-back"
    assert fake.status("shop") == "UPDATE_ROLLBACK_COMPLETE"
    assert fake.stacks[0].template == OLD


def test_a_rollback_that_fails_again_is_told_and_can_skip(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", OLD)
    fake.script("shop", *[Script(fail={"Topic": "no"}, rollback_fails={"Topic": "locked"})] * 3)
    with pytest.raises(NotClean):
        deploy(make.shop(NEW), aws=fake.aws())
    with pytest.raises(NotClean, match="locked"):
        rollback(make.shop(NEW), aws=fake.aws(), stacks=["shop"])
    assert rollback(make.shop(NEW), aws=fake.aws(), stacks=["shop"], skip=["Topic"]).ok


def test_a_healthy_stack_has_nothing_to_roll_back(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", OLD)
    with pytest.raises(InputError, match="nothing to roll back"):
        rollback(make.shop(OLD), aws=fake.aws(), stacks=["shop"])


def test_a_running_update_is_broken_off(fake: FakeCloudFormation, make: Any) -> None:
    started(fake, make, Script(seconds=300))
    assert cancel(make.shop(NEW), aws=fake.aws(), stacks=["shop"]).stacks["shop"].status == "rolled-back"
    assert fake.stacks[0].template == OLD


def test_breaking_off_survives_throttling(fake: FakeCloudFormation, make: Any) -> None:
    started(fake, make, Script(seconds=300))
    fake.fault("CancelUpdateStack", Throttled(), times=2)
    assert cancel(make.shop(NEW), aws=fake.aws(), stacks=["shop"]).ok


def test_without_a_running_update_there_is_nothing_to_break_off(fake: FakeCloudFormation, make: Any) -> None:
    fake.add_stack("shop", OLD)
    with pytest.raises(InputError, match="no update runs"):
        cancel(make.shop(OLD), aws=fake.aws(), stacks=["shop"])
    with pytest.raises(InputError, match="not deployed"):
        cancel(make.shop(OLD), aws=FakeCloudFormation().aws(), stacks=["shop"])
