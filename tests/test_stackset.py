"""A stack that goes to many accounts and regions, as a deck says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from awsdeck import App, ConstructError, SNSTopic, Stack, StackSet, Stage
from awsdeck.assembly import Assembly

ONE = "111122223333"
UNIT = "ou-ab12-workload1"


def made(**fields: Any) -> StackSet:
    given = {"accounts": [ONE], "regions": ["eu-west-1"], **fields}
    return StackSet(App(), "guards", **{name: value for name, value in given.items() if value is not None})


def test_a_stack_set_is_built_like_a_stack_and_kept_apart(tmp_path: Path) -> None:
    app = App()
    SNSTopic(Stack(app, "shop"), "Placed")
    guards = StackSet(app, "guards", units=[UNIT], regions=["eu-west-1", "us-east-1"], max_concurrent="25%")
    SNSTopic(guards, "Alarms")
    assembly = app.synth(str(tmp_path))
    assert list(assembly.stacks) == ["shop"]
    assert list(assembly.sets["guards"].template["Resources"]) == ["Alarms"]
    again = Assembly.load(str(tmp_path))
    assert again.manifest() == assembly.manifest()
    assert again.sets["guards"].spread == {
        "regions": ["eu-west-1", "us-east-1"],
        "units": [UNIT],
        "autoDeploy": True,
        "retainOnLeaving": False,
        "managedExecution": True,
        "preferences": {
            "failureTolerance": 0, "maxConcurrent": "25%", "parallelRegions": False, "keepSpeed": False,
        },
    }  # fmt: skip


def test_an_app_without_stack_sets_has_none_in_its_manifest() -> None:
    app = App()
    SNSTopic(Stack(app, "shop"), "Placed")
    assert app.synth().manifest().keys() == {"version", "stacks"}


def test_a_stage_names_its_stack_sets_too() -> None:
    app = App()
    assert StackSet(Stage(app, "prod"), "guards", accounts=[ONE], regions=["eu-west-1"]).name == "prod-guards"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"units": [UNIT]}, "either to accounts or to units"),
        ({"accounts": None}, "either to accounts or to units"),
        ({"regions": []}, "at least one region"),
        ({"regions": ["Ireland"]}, "Ireland in regions is not the name of a region"),
        ({"accounts": ["12345"]}, "12345 in accounts is not the twelve digits"),
        ({"accounts": None, "units": ["workloads"]}, "workloads in units is not the id of a unit"),
        ({"without": [ONE]}, "only and without narrow units"),
        ({"auto_deploy": True}, "auto_deploy needs units"),
        ({"delegated_admin": True}, "delegated_admin is for units"),
        ({"accounts": None, "units": [UNIT], "only": [ONE], "without": [ONE]}, "do not go together"),
        ({"accounts": None, "units": [UNIT], "execution_role_name": "x"}, "are for accounts"),
        ({"overrides": {"444455556666": {}}}, "not among accounts"),
        ({"overrides": {f"{ONE}/us-east-1": {}}}, "with one of its regions"),
        ({"failure_tolerance": "110%"}, "failure_tolerance='110%'"),
        ({"max_concurrent": 0}, "max_concurrent=0"),
    ],
)
def test_what_cannot_be_is_said_where_it_stands(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ConstructError, match="the stack set 'guards'") as caught:
        made(**fields)
    assert said in str(caught.value)
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConstructError) as caught:
        made(regions=["x"], failure_tolerance=-1)
    assert "regions" in str(caught.value)
    assert "failure_tolerance" in str(caught.value)


@pytest.mark.parametrize("inside", [True, False])
def test_values_do_not_travel_in_or_out(inside: bool) -> None:
    app = App()
    shop = Stack(app, "shop")
    guards = StackSet(app, "guards", accounts=[ONE], regions=["eu-west-1"])
    home, user = (shop, guards) if inside else (guards, shop)
    topic = SNSTopic(home, "Placed")
    SNSTopic(user, "Other", display_name=topic.arn)
    with pytest.raises(ConstructError, match="guards is a stack set"):
        app.synth()


def test_nothing_waits_for_a_stack_set() -> None:
    app = App()
    shop = Stack(app, "shop")
    guards = StackSet(app, "guards", accounts=[ONE], regions=["eu-west-1"])
    topic = SNSTopic(guards, "Placed")
    SNSTopic(shop, "Other").node.depends_on(topic)
    with pytest.raises(ConstructError, match="guards is a stack set, which is deployed by itself"):
        app.synth()
