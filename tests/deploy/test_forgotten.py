"""Parameters that nobody gave: told for all stacks before any of them is begun."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import Options, deploy, plan
from awsdeck.deploy.fake import FakeCloudFormation
from awsdeck.errors import InputError

WRITES = {"CreateChangeSet", "ExecuteChangeSet"}


def two(make: Any) -> Assembly:
    """A stack that is complete, and one that needs it and wants two values."""
    needy = {
        "Parameters": {"Size": {"Type": "String"}, "Key": {"Type": "String", "NoEcho": True}},
        "Resources": {"Topic": make.topic()},
    }
    return Assembly(
        [
            StackArtifact("net", {"Resources": {"Topic": make.topic()}}),
            StackArtifact("shop", needy, dependencies=["net"]),
        ]
    )


def test_a_forgotten_value_stops_the_stacks_before_it_too(fake: FakeCloudFormation, make: Any) -> None:
    with pytest.raises(InputError, match="shop: no value for Key") as caught:
        deploy(two(make), aws=fake.aws(), parameters={"Size": "3"})
    assert caught.value.fix == "--parameters shop:Key=…"
    assert not WRITES & set(fake.operations())


def test_a_plan_tells_what_is_forgotten(fake: FakeCloudFormation, make: Any) -> None:
    with pytest.raises(InputError, match="shop: no value for Key"):
        plan(two(make), aws=fake.aws(), options=Options(parameters={"Size": "3"}))
    assert not WRITES & set(fake.operations())


def test_all_that_is_forgotten_is_told_at_once(fake: FakeCloudFormation, make: Any) -> None:
    with pytest.raises(InputError, match="no value for Key, Size") as caught:
        deploy(two(make), aws=fake.aws())
    assert caught.value.fix == "--parameters shop:Key=… --parameters shop:Size=…"


def test_what_the_stack_has_already_is_not_forgotten(fake: FakeCloudFormation, make: Any) -> None:
    deploy(two(make), aws=fake.aws(), parameters={"Size": "3", "Key": "hidden"})
    result = deploy(two(make), aws=fake.aws(), parameters={"Size": "4"})
    assert result.stacks["shop"].status == "updated"
