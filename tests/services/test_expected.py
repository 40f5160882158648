"""A table whose capacity follows from what it will be asked for."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import App, DynamoDBTable, Stack
from awsdeck.planning import Load


def properties(table: DynamoDBTable, app: App) -> dict[str, Any]:
    found: dict[str, Any] = app.synth().stacks["shop"].template["Resources"]["Orders"]["Properties"]
    return found


@pytest.fixture
def app() -> App:
    return App()


def orders(app: App, **options: Any) -> DynamoDBTable:
    return DynamoDBTable(Stack(app, "shop", region="eu-west-1"), "Orders", partition_key="id", **options)


def test_the_expected_load_sets_the_capacity(app: App) -> None:
    table = orders(app, expected=Load(reads=80, writes=100, item_kb=3, consistent=True))
    made = properties(table, app)
    assert made["BillingMode"] == "PROVISIONED"
    assert made["ProvisionedThroughput"] == {"ReadCapacityUnits": 80, "WriteCapacityUnits": 300}


def test_a_capacity_that_is_given_stays_and_is_held_against_the_load(app: App) -> None:
    table = orders(app, expected=Load(reads=80, item_kb=3, consistent=True), read_capacity=20)
    assert properties(table, app)["ProvisionedThroughput"]["ReadCapacityUnits"] == 20
    (short,) = (finding for finding in app.findings if "read units" in finding.message)
    assert (short.rule, short.severity) == ("DDB022", "warning")
    assert "80" in short.message


def test_an_on_demand_table_has_no_capacity_whatever_is_expected(app: App) -> None:
    made = properties(orders(app, billing="on-demand", expected=Load(reads=80, item_kb=3)), app)
    assert made["BillingMode"] == "PAY_PER_REQUEST"
    assert "ProvisionedThroughput" not in made


def test_without_a_load_a_table_is_on_demand(app: App) -> None:
    assert properties(orders(app), app)["BillingMode"] == "PAY_PER_REQUEST"
