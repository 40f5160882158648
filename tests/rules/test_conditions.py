from __future__ import annotations

from typing import Any

import pytest

from awsdeck.rules import Graph
from awsdeck.rules.graph import Member
from awsdeck.template import Template

IN_PROD = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
IN_TEST = {"Fn::Equals": ["test", {"Ref": "Stage"}]}


def member(conditions: dict[str, Any], declared: dict[str, Any] | None = None, **known: Any) -> Member:
    data = {"Conditions": conditions, "Parameters": declared or {}, "Resources": {}}
    return Graph().add(Template.from_dict(data), **known)


def test_a_condition_and_its_opposite_never_hold_together() -> None:
    found = member({"Prod": IN_PROD, "NotProd": {"Fn::Not": [{"Condition": "Prod"}]}})
    assert not found.possible({"Prod": True, "NotProd": True})
    assert not found.possible({"Prod": False, "NotProd": False})
    assert found.possible({"Prod": True, "NotProd": False})


def test_one_value_does_not_equal_two_texts() -> None:
    found = member({"Prod": IN_PROD, "Test": IN_TEST})
    assert not found.possible({"Prod": True, "Test": True})
    assert found.possible({"Prod": False, "Test": False})


def test_a_parameter_takes_only_its_allowed_values() -> None:
    stage = {"Stage": {"Type": "String", "AllowedValues": ["prod", "test"]}}
    found = member({"Prod": IN_PROD, "Test": IN_TEST}, stage)
    assert not found.possible({"Prod": False, "Test": False})
    assert found.possible({"Prod": True, "Test": False})


def test_a_known_parameter_decides() -> None:
    found = member({"Prod": IN_PROD}, {"Stage": {"Type": "String"}}, parameters={"Stage": "test"})
    assert not found.possible({"Prod": True})
    assert found.possible({"Prod": False})


def test_a_default_counts_only_when_asked_for() -> None:
    stage = {"Stage": {"Type": "String", "Default": "test"}}
    assert member({"Prod": IN_PROD}, stage).possible({"Prod": True})
    assert not member({"Prod": IN_PROD}, stage, use_defaults=True).possible({"Prod": True})


def test_the_region_decides_where_it_is_known() -> None:
    ireland = {"Ireland": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}
    assert not member(ireland, region="us-east-1").possible({"Ireland": True})
    assert member(ireland).possible({"Ireland": True})


@pytest.mark.parametrize(
    "conditions",
    [
        {"A": {"Fn::Odd": 1}, "B": {"Fn::Not": [{"Condition": "A"}]}},
        {"A": {"Condition": "A"}, "B": {"Condition": "B"}},
        {"A": "x", "B": None},
        {},
        {"A": {"Fn::Equals": [{"Ref": "X"}, {"Ref": "Y"}]}, "B": {"Fn::Equals": [{"Ref": "X"}, {"Ref": "Z"}]}},
    ],
)
def test_what_is_not_understood_can_fall_either_way(conditions: dict[str, Any]) -> None:
    found = member(conditions)
    assert found.possible({"A": True, "B": False})


def test_a_condition_that_is_not_understood_still_has_one_value_at_a_time() -> None:
    found = member({"A": {"Fn::Odd": 1}, "B": {"Fn::Not": [{"Condition": "A"}]}})
    assert not found.possible({"A": True, "B": True})


def test_and_and_or_are_followed() -> None:
    both = {"Fn::And": [{"Condition": "Prod"}, {"Condition": "Big"}]}
    big = {"Fn::Equals": [{"Ref": "Size"}, "big"]}
    found = member({"Prod": IN_PROD, "Big": big, "Both": both, "Any": {"Fn::Or": both["Fn::And"]}})
    assert not found.possible({"Both": True, "Big": False})
    assert not found.possible({"Any": False, "Prod": True})
    assert found.possible({"Any": True, "Both": False})


def test_a_great_many_conditions_are_taken_as_possible_in_no_time() -> None:
    names = {f"C{number}": {"Fn::Equals": [{"Ref": f"P{number}"}, "x"]} for number in range(40)}
    assert member(names).possible(dict.fromkeys(names, True))
