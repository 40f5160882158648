"""`awsdeck purchases`: the plan of commitments, as text and JSON, and never a purchase."""

from __future__ import annotations

import json
import shlex

import pytest

from .conftest import Project

DECK = """
from awsdeck import App, EC2Host, EC2Instance, HostReservation, Image, Reserved, Stack

app = App()
stack = Stack(app, "shop", region="eu-west-1")
image = Image("ami-0abcdef1234567890", root_device="/dev/xvda")
bought = Reserved("convertible", years=3, payment="all-upfront", exchange_to="r5.2xlarge")
for name in ("One", "Two"):
    EC2Instance(stack, name, image=image, instance_type="r5.large", zone="eu-west-1a", purchase=bought)
EC2Host(stack, "Host", availability_zone="eu-west-1a", family="m5", reservation=HostReservation())
app.synth()
"""


def test_the_plan_is_printed_for_people_with_the_search_to_run(empty: Project) -> None:
    empty.write("deck.py", DECK)
    answer = empty.call("purchases")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert lines[0] == "2 x r5.large (Linux/UNIX), convertible, 3 years, All Upfront, eu-west-1"
    assert lines[1].split(maxsplit=1) == ["for", "shop/One, shop/Two"]
    assert lines[2].split(maxsplit=1) == ["later", "exchanged for r5.2xlarge"]
    search = shlex.split(lines[3])[2:]
    assert search[:3] == ["aws", "ec2", "describe-reserved-instances-offerings"]
    assert search[search.index("--offering-type") + 1] == "All Upfront"
    assert lines[4] == "1 x m5 host, reserved, 1 year, No Upfront, eu-west-1"
    assert "nothing was bought" in answer.err


def test_as_json_standard_output_holds_the_plan_alone(empty: Project) -> None:
    empty.write("deck.py", DECK)
    answer = empty.call("purchases", "--output", "json")
    assert answer.code == 0, answer.err
    assert answer.data["version"] == 1
    first, second = answer.data["purchases"]
    assert (first["kind"], first["count"], first["constructs"]) == ("instance", 2, ["shop/One", "shop/Two"])
    assert (first["offering"], first["years"], first["region"]) == ("convertible", 3, "eu-west-1")
    assert (second["kind"], second["family"]) == ("dedicated-host", "m5")
    assert "purchase-" not in json.dumps(answer.data)
    assert all(entry["search"].startswith("aws ec2 describe-") for entry in (first, second))


def test_a_deck_that_reserves_nothing_has_no_plan(project: Project) -> None:
    assert project.run("purchases").out == "the deck plans no commitment\n"
    assert project.run("purchases", "--output", "json").data == {"version": 1, "purchases": []}


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_deck_with_mistakes_has_no_plan_either(empty: Project, output: str) -> None:
    empty.write("deck.py", DECK.replace("years=3", "years=2"))
    answer = empty.run("purchases", "--output", output)
    assert answer.code == 4
    assert "EC2007" in answer.out + answer.err
