"""Dashboards: what widgets say, where they stand, and what is too much."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from awsdeck import (
    Alarm,
    AlarmWidget,
    App,
    ConstraintError,
    ConstructError,
    Dashboard,
    GraphWidget,
    LogGroup,
    LogWidget,
    Metric,
    MetricMath,
    NumberWidget,
    SQSQueue,
    Stack,
    TextWidget,
)
from awsdeck.synth import synthesize

HERE = Path(__file__).name


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


def body(stack: Stack, id: str = "Board") -> dict[str, Any]:
    """The dashboard's body, deploy-time values as `${…}`."""
    given = synthesize(stack.node.root_app)[stack.name].template["Resources"][id]["Properties"]["DashboardBody"]
    found: dict[str, Any] = json.loads(given["Fn::Sub"] if isinstance(given, dict) else given)
    return found


def widget(stack: Stack, shown: Any) -> dict[str, Any]:
    Dashboard(stack, "Board", widgets=[[shown]])
    found: dict[str, Any] = body(stack)["widgets"][0]["properties"]
    return found


def orders(name: str = "Orders", **given: Any) -> Metric:
    return Metric("Shop", name, {"Stage": "prod"}, **given)


def test_widgets_stand_in_rows_and_share_what_is_left(stack: Stack) -> None:
    text = TextWidget("a", height=1)
    board = Dashboard(
        stack,
        "Board",
        widgets=[
            [text],
            [GraphWidget(orders()), NumberWidget(orders()), TextWidget("b")],
            [TextWidget("c", width=4), text],
        ],
    )
    board.add_row(TextWidget("d"), *[TextWidget("e")] * 4)
    places = [(one["x"], one["y"], one["width"], one["height"]) for one in body(stack)["widgets"]]
    assert places == [
        (0, 0, 24, 1),
        (0, 1, 8, 6), (8, 1, 8, 3), (16, 1, 8, 2),
        (0, 7, 4, 2), (4, 7, 20, 1),
        (0, 9, 5, 2), (5, 9, 5, 2), (10, 9, 5, 2), (15, 9, 5, 2), (20, 9, 4, 2),
    ]  # fmt: skip


def test_a_graph_has_metrics_with_their_dimensions_statistics_and_axes(stack: Stack) -> None:
    shown = GraphWidget(
        orders(statistic="p99", period=60, label="Late"), right=[orders("Calls", account="123456789012")], title="Shop",
        view="stacked", low=0, high=10, lines={"too many": 8},
    )  # fmt: skip
    assert widget(stack, shown) == {
        "title": "Shop",
        "view": "timeSeries",
        "stacked": True,
        "region": "eu-west-1",
        "metrics": [
            ["Shop", "Orders", "Stage", "prod", {"stat": "p99", "period": 60, "label": "Late"}],
            ["Shop", "Calls", "Stage", "prod",
             {"stat": "Average", "period": 300, "accountId": "123456789012", "yAxis": "right"}],
        ],
        "annotations": {"horizontal": [{"label": "too many", "value": 8}]},
        "yAxis": {"left": {"min": 0, "max": 10}},
    }  # fmt: skip


def test_calculations_keep_apart_what_they_take(stack: Stack) -> None:
    errors, calls = orders("Errors"), orders("Calls")
    share = MetricMath(
        "100 * errors / calls + SEARCH('errors calls', 'Sum')", errors=errors, calls=calls, label="Share"
    )
    shown = widget(stack, GraphWidget(share, errors / calls * 2, right=[MetricMath("ABS(inner)", inner=share)]))[
        "metrics"
    ]
    told = {"stat": "Average", "period": 300, "visible": False}
    assert shown[0] == [{"expression": "100 * m1 / m2 + SEARCH('errors calls', 'Sum')", "id": "e0", "label": "Share"}]
    assert shown[1] == ["Shop", "Errors", "Stage", "prod", {**told, "id": "m1"}]
    assert shown[3] == [{"expression": "(m4 / m5) * 2", "id": "e3"}]
    assert shown[6] == [{"expression": "ABS(m7)", "id": "e6", "yAxis": "right"}]
    assert shown[7][0] == {
        "expression": "100 * m8 / m9 + SEARCH('errors calls', 'Sum')", "id": "m7", "label": "Share", "visible": False,
    }  # fmt: skip
    ids = [entry[-1]["id"] for entry in shown]
    assert len(ids) == len(set(ids)) == 10


def test_numbers_alarms_logs_and_texts(stack: Stack) -> None:
    queue = SQSQueue(stack, "Queue")
    alarm = Alarm(stack, "Old", metric=queue.metric("ApproximateAgeOfOldestMessage"), threshold=60)
    log = LogGroup(stack, "Log")
    Dashboard(
        stack, "Board", name="shop", start="-P1D", end="2026-12-01T00:00:00Z", keep_periods=True,
        widgets=[
            [NumberWidget(queue.metric("NumberOfMessagesSent"), trend=True), AlarmWidget(alarm, title="Alarms")],
            [GraphWidget(alarm=alarm), TextWidget("# Shop", background=False)],
            [LogWidget(log, "/other", query="stats count(*) by bin(5m)", view="stacked")],
        ],
    )  # fmt: skip
    whole = body(stack)
    assert (whole["start"], whole["end"], whole["periodOverride"]) == ("-P1D", "2026-12-01T00:00:00Z", "inherit")
    number, alarms, graph, text, logs = (one["properties"] for one in whole["widgets"])
    assert number["view"] == "singleValue"
    assert number["sparkline"] is True
    assert number["metrics"][0][2:4] == ["QueueName", "${Queue.QueueName}"]
    assert alarms == {"title": "Alarms", "alarms": ["${Old.Arn}"]}
    assert graph["annotations"] == {"alarms": ["${Old.Arn}"]}
    assert "metrics" not in graph
    assert text == {"markdown": "# Shop", "background": "transparent"}
    assert logs["query"] == "SOURCE '${Log}' | SOURCE '/other' | stats count(*) by bin(5m)"
    assert (logs["view"], logs["stacked"]) == ("timeSeries", True)
    assert [one["type"] for one in whole["widgets"]] == ["metric", "alarm", "metric", "text", "log"]


def test_the_region_is_the_deploys_where_the_stack_names_none() -> None:
    stack = Stack(App(), "shop")
    assert widget(stack, NumberWidget(orders()))["region"] == "${AWS::Region}"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (GraphWidget, "metrics, or one alarm"),
        (lambda: GraphWidget("Orders"), "takes a Measure"),  # type: ignore[arg-type]
        (lambda: GraphWidget(orders(), view="area"), "stacked"),  # type: ignore[arg-type]
        (lambda: GraphWidget(orders(), view="gauge"), "low= and high="),
        (NumberWidget, "without a metric"),
        (AlarmWidget, "is no alarm"),
        (lambda: AlarmWidget(orders()), "takes an AlarmAccess"),  # type: ignore[arg-type]
        (lambda: LogWidget(query="fields @message"), "without a log group"),
        (lambda: LogWidget("/log", query="fields @message", view="gauge"), "table"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_a_widget_that_shows_nothing_is_refused(wrong: Any, words: str) -> None:
    with pytest.raises(ConstructError, match=words) as caught:
        wrong()
    assert HERE in str(caught.value)


def test_what_is_no_widget_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="a list of a Widget"):
        Dashboard(stack, "Board", widgets=[[orders()]])  # type: ignore[list-item]
    with pytest.raises(ConstructError, match="a Metric is no widget"):
        Dashboard(stack, "Other").add_row(orders())  # type: ignore[arg-type]


def test_too_wide_rows_wrong_places_and_names_are_told_together(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        Dashboard(
            stack, "Board", name="shop board",
            widgets=[[TextWidget("a", width=20), TextWidget("b", width=5)], [TextWidget("c", height=1_001)]],
        )  # fmt: skip
    said = str(caught.value)
    assert re.search("CWA013.*widget 2 begins at column 20", said)
    assert re.search("CWA013.*height of widget 3", said)
    assert "CWA015" in said
    assert HERE in said


def test_a_row_without_room_for_all_is_too_wide(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match="reaches past the last"):
        Dashboard(stack, "Board", widgets=[[TextWidget("a", width=24), TextWidget("b")]])


def test_too_many_metrics_are_told(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match=r"CWA014.*501 metrics"):
        Dashboard(stack, "Board", widgets=[[GraphWidget(*[orders(f"M{n}") for n in range(501)])]])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: TextWidget("x", width="12"),  # type: ignore[arg-type]
        lambda: NumberWidget(orders(), height=None),  # type: ignore[arg-type]
        lambda: GraphWidget(orders(), lines=["x"], right=None),  # type: ignore[arg-type]
        lambda: AlarmWidget(None),  # type: ignore[arg-type]
        lambda: LogWidget(None, query="x"),  # type: ignore[arg-type]
        lambda: Metric("Shop", "Orders", ["x"]),  # type: ignore[arg-type]
    ],
)
def test_an_argument_of_the_wrong_kind_is_refused_where_it_stands(wrong: Any) -> None:
    with pytest.raises(ConstructError, match="takes") as caught:
        wrong()
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_dashboard.py")


def test_nothing_is_no_row(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="a NoneType is no widget"):
        Dashboard(stack, "Shop").add_row(None)  # type: ignore[arg-type]
