"""Packs of good practice: each rule is proved by its own examples, and none speaks unasked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from awsdeck.errors import InputError
from awsdeck.lint import lint
from awsdeck.lint.packs import PACKS, pack
from awsdeck.rules import Rule, all_rules

CASES = [
    pytest.param(rule, good, example, id=f"{rule.id}-{'good' if good else 'bad'}-{number}")
    for name in PACKS
    for rule in pack(name)
    for good, examples in ((True, rule.good), (False, rule.bad))
    for number, example in enumerate(examples, 1)
]


def template(rule: Rule, example: Mapping[str, Any]) -> dict[str, Any]:
    if "Resources" in example:
        return dict(example)
    known = rule.types
    body = example if example.get("Type") in known else {"Type": known[0], "Properties": example}
    return {"Resources": {"It": dict(body)}}


@pytest.mark.parametrize(("rule", "good", "example"), CASES)
def test_a_rule_of_a_pack_says_what_its_examples_promise(rule: Rule, good: bool, example: Mapping[str, Any]) -> None:
    data = template(rule, example)
    found = lint(data, packs=list(PACKS), select=[rule.id])
    assert bool(found) is not good
    assert all(finding.severity == "warning" for finding in found)
    assert lint(data, select=[rule.id]) == [], "nobody asked for the pack"


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_has_ids_of_its_own_and_a_source_for_each(name: str) -> None:
    taken = {rule.id for rule in all_rules()}
    ids = [rule.id for rule in pack(name)]
    assert len(ids) == len(set(ids)) >= 40
    assert taken.isdisjoint(ids)
    assert all(rule.source and rule.message for rule in pack(name))


def test_a_value_that_only_the_deploy_knows_is_no_finding() -> None:
    data = {
        "Parameters": {"On": {"Type": "String"}},
        "Resources": {
            "Db": {
                "Type": "AWS::RDS::DBInstance",
                "Properties": {
                    name: {"Ref": "On"}
                    for name in ("StorageEncrypted", "PubliclyAccessible", "MultiAZ", "DeletionProtection")
                },
            },
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": {"Ref": "On"}}},
        },
    }
    ids = {finding.rule for finding in lint(data, packs=["security"])}
    assert ids.isdisjoint({"AUD007", "AUD013", "AUD014", "AUD015", "AUD016"})


def test_a_pack_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(InputError, match="no pack 'audit'") as caught:
        lint({"Resources": {}}, packs=["audit"])
    assert caught.value.fix == "one of: security"
