"""Services that a region does not have: said where it is certain, and nowhere else."""

from __future__ import annotations

import pytest

from awsdeck import catalog
from awsdeck.lint import lint
from awsdeck.rules.templates import stacks

RUNNER = {"Type": "AWS::AppRunner::VpcConnector", "Properties": {"Subnets": ["subnet-12345678"]}}


def said(*regions: str, **more: object) -> list[str]:
    conditions = {"C": {"Fn::Equals": ["a", {"Ref": "AWS::Region"}]}}
    template = {"Resources": {"R": {**RUNNER, **more}}, "Conditions": conditions}
    found = lint(template, regions=regions, ignore=["TPL002"])
    return [one.message for one in found]


def test_a_region_without_the_service_is_named() -> None:
    assert said("eu-north-1") == ["AWS::AppRunner::VpcConnector is not there in eu-north-1, as far as is known"]


def test_of_several_regions_only_those_without_it_are_named() -> None:
    (message,) = said("eu-west-1", "sa-east-1", "us-west-1")
    assert "sa-east-1, us-west-1," in message


@pytest.mark.parametrize("region", ["eu-west-1", "eu-south-1", "mx-central-1", "us-gov-west-1", "cn-north-1"])
def test_where_it_is_or_nothing_is_certain_nothing_is_said(region: str) -> None:
    assert said(region) == []


def test_without_regions_nothing_is_said() -> None:
    assert said() == []


def test_a_resource_under_a_condition_may_be_left_out_there() -> None:
    assert said("eu-north-1", Condition="C") == []


def test_every_service_of_the_table_has_types_and_is_somewhere() -> None:
    services = {type.split("::")[1] for type in catalog.type_names()}
    for name in stacks._PLACES:
        assert name in services
        there = stacks.places(f"AWS::{name}::X")
        assert there
        assert set(there) < set(stacks.SURE)
