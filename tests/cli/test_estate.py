"""`awsdeck calc deck`: the figures of a deck, an assembly and a template, as text and JSON."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from .conftest import Project

DECK = """
from awsdeck import App, DynamoDBTable, EC2Instance, Image, LambdaFunction, Parameter, RDSInstance, Reserved, Stack, inline

app = App()
stack = Stack(app, "shop", region="eu-west-1")
size = Parameter(stack, "Memory", type="Number", default=256)
DynamoDBTable(stack, "Orders", partition_key="id", billing="provisioned", read_capacity=80, write_capacity=20)
LambdaFunction(
    stack, "Work", code=inline("def handler(event, context): pass"), runtime="python3.13", memory=size.ref, timeout=60
)
EC2Instance(
    stack, "Box", image=Image("ami-0abcdef1234567890", root_device="/dev/xvda"), instance_type="r5.large",
    zone="eu-west-1a", purchase=Reserved("standard", years=1, payment="no-upfront"),
)
app.synth()
"""


def test_a_deck_is_summed_up_for_people(empty: Project) -> None:
    empty.write("deck.py", DECK)
    answer = empty.call("calc", "deck")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert lines[0] == "shop, eu-west-1"
    table = next(line for line in lines if line.startswith("Orders"))
    assert table.split(maxsplit=4) == [
        "Orders", "provisioned", "80", "20", "320 KB read (640 eventually consistent), 20 KB written",
    ]  # fmt: skip
    assert next(line for line in lines if line.startswith("Work")).split()[:5] == ["Work", "256", "MB", "60", "s"]
    assert any(line.startswith("Box /dev/xvda  gp3   unknown") for line in lines)
    assert "  1 x r5.large (Linux/UNIX), standard, 1 year, No Upfront, eu-west-1" in lines
    assert "taken from the defaults of parameters: Work memory mb" in answer.err


def test_json_has_a_version_exact_prices_and_what_is_unknown(empty: Project) -> None:
    empty.write("deck.py", DECK)
    data = empty.call("calc", "deck", "--output", "json", "--duration-ms", "120").data
    assert (data["version"], data["limits"], data["duration_ms"]) == (1, "documented", 120)
    (stack,) = data["stacks"]
    (function,) = stack["functions"]
    assert Decimal(function["price"]) == Decimal("0.20") + 50_000 * Decimal("0.00001667")
    assert function["assumed"] == ["memory_mb"]
    assert [one["unknown"] for one in stack["volumes"]] == [["size_gib"]]
    assert stack["totals"]["read_units"] == 80
    assert data["purchases"][0]["constructs"] == ["shop/Box"]


def test_the_limits_of_the_run_count(empty: Project) -> None:
    empty.write("deck.py", DECK)
    data = empty.call("calc", "deck", "--output", "json", "--duration-ms", "120", "--limits", "current").data
    assert data["limits"] == "current"
    (function,) = data["stacks"][0]["functions"]
    assert Decimal(function["price"]) == Decimal("0.20") + 30_000 * Decimal("0.00001667")


def test_an_assembly_and_a_template_do_without_the_deck(empty: Project) -> None:
    empty.write("deck.py", DECK)
    assert empty.call("synth").code == 0
    whole = empty.call("calc", "deck", "awsdeck.out", "--output", "json").data
    assert (whole["stacks"][0]["stack"], whole["stacks"][0]["region"]) == ("shop", "eu-west-1")
    assert "purchases" not in whole
    single = empty.call("calc", "deck", "awsdeck.out/shop.template.json", "--output", "json").data
    assert single["stacks"][0]["region"] is None
    assert single["stacks"][0]["tables"] == whole["stacks"][0]["tables"]


def test_a_yaml_template_is_read(empty: Project) -> None:
    empty.write(
        "api.yaml",
        """
        Parameters:
          Rate: {Type: Number}
        Resources:
          Prod:
            Type: AWS::ApiGateway::Stage
            Properties:
              RestApiId: a
              DeploymentId: d
              MethodSettings:
                - {ResourcePath: "/*", HttpMethod: "*", ThrottlingRateLimit: !Ref Rate, ThrottlingBurstLimit: 9000}
        """,
    )
    answer = empty.call("calc", "deck", "api.yaml")
    assert answer.code == 0, answer.err
    line = next(line for line in answer.out.splitlines() if line.startswith("Prod (stage)"))
    assert "unknown" in line
    assert "9,000 (no more than 5,000)" in line
    assert "10,000 a second, 5,000 at once" in line


def test_nested_stacks_are_counted_where_their_templates_are(empty: Project) -> None:
    empty.write(
        "deck.py",
        """
        from awsdeck import App, DynamoDBTable, NestedStack, Stack

        app = App()
        stack = Stack(app, "shop", region="eu-west-1")
        inner = NestedStack(stack, "Data")
        DynamoDBTable(inner, "Orders", partition_key="id", billing="provisioned", read_capacity=5, write_capacity=5)
        app.synth()
        """,
    )
    data = empty.call("calc", "deck", "--output", "json").data
    assert [stack["stack"] for stack in data["stacks"]] == ["shop", "shop/Data"]
    assert data["stacks"][1]["tables"][0]["read_units"] == 5


def test_a_deck_without_anything_counted_says_so(project: Project) -> None:
    answer = project.call("calc", "deck")
    assert (answer.code, answer.out.splitlines()[1]) == (0, "  nothing that is counted here")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.yaml",), "nowhere.yaml"),
        (("stray.json",), "it has no Resources"),
        (("--duration-ms", "long"), "a number is wanted"),
        (("--duration-ms", "-5"), "a number is wanted"),
        (("empty",), "there is no template in empty"),
    ],
)
def test_what_cannot_be_read_is_told(project: Project, words: tuple[str, ...], said: str) -> None:
    project.write("stray.json", json.dumps({"a": 1}))
    (project.folder / "empty").mkdir()
    answer = project.call("calc", "deck", *words)
    assert answer.code != 0
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_errors_of_the_deck_are_told_and_nothing_is_summed(empty: Project) -> None:
    empty.write(
        "deck.py",
        """
        from awsdeck import App, SQSQueue, Stack

        app = App()
        SQSQueue(Stack(app, "shop"), "Orders", retention=5)
        app.synth()
        """,
    )
    answer = empty.call("calc", "deck")
    assert answer.code == 4
    assert "SQS001" in answer.out + answer.err


def test_the_help_of_calc_names_it(project: Project) -> None:
    answer = project.run("calc", "--help")
    assert "deck" in answer.out
