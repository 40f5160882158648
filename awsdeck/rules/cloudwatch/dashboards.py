"""Rules about CloudWatch dashboards: what their body may hold.

Source: CloudWatch API Reference, PutDashboard; dashboard body structure and syntax; CloudWatch User Guide, quotas.
"""

from __future__ import annotations

import json

from ..policies.access import spelled
from ..vocabulary import Matches, Rule, Violation, grouped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

DASHBOARD = "AWS::CloudWatch::Dashboard"
GRID = 24
"""Columns of a dashboard."""
HEIGHT_MOST = 1_000
WIDGETS_MOST = 500
WIDGET_METRICS_MOST = 500
DASHBOARD_METRICS_MOST = 2_500
ALARMS_MOST = 100
KINDS = {
    "metric": None, "text": "markdown", "log": "query", "alarm": "alarms", "explorer": None, "custom": "endpoint",
}  # fmt: skip
"""The kinds of widgets, and what each cannot do without."""


def _body(view: View) -> Any:
    """The body as far as it can be read now; None when it cannot. Values filled in later stand as their names."""
    written = spelled(view.get("DashboardBody"))
    if written is None or "{{resolve:" in written:
        return None
    try:
        return json.loads(written)
    except ValueError:
        if "${" in written:  # a function that gives more than text inside quotes
            return None
        return written


def _widgets(view: View) -> list[Any]:
    body = view.kept("dashboard", _body)
    found = body.get("widgets") if isinstance(body, dict) else None
    return found if isinstance(found, list) else []


def _shape(view: View) -> Iterator[Violation]:
    body = view.kept("dashboard", _body)
    if body is None:
        return
    if not isinstance(body, dict):
        yield Violation(("DashboardBody",), problem="the body is no JSON object", fix='{"widgets": […]}')
        return
    if "widgets" in body and not isinstance(body["widgets"], list):
        yield Violation(("DashboardBody", "widgets"), problem="widgets is no list", fix='{"widgets": […]}')
    for number, widget in enumerate(_widgets(view), 1):
        said = f"widget {number}"
        if not isinstance(widget, dict):
            yield Violation(_at(number), problem=f"{said} is no object", fix="give type and properties")
            continue
        kind, properties = widget.get("type"), widget.get("properties")
        if not _known(kind):
            continue
        if kind not in KINDS:
            yield Violation(
                _at(number, "type"),
                problem=f"{said} has no type" if kind is None else f"{said} is of a type {kind!r}",
                fix="give it one that CloudWatch knows",
                allowed=", ".join(KINDS),
            )
            continue
        needed = KINDS[kind]
        if not isinstance(properties, dict):
            yield Violation(_at(number), problem=f"{said} has no properties", fix="give it properties")
        elif needed is not None and needed not in properties:
            yield Violation(
                _at(number, "properties"), problem=f"{said} ({kind}) has no {needed}", fix=f"give it {needed}"
            )
        elif kind == "metric" and "metrics" not in properties and "annotations" not in properties:
            yield Violation(
                _at(number, "properties"), problem=f"{said} shows nothing", fix="give it metrics, or an alarm"
            )


def _at(number: int, *steps: str | int) -> tuple[str | int, ...]:
    """Where a widget, counted from 1, or something of it stands in the text."""
    return ("DashboardBody", "widgets", number - 1, *steps)


def _known(value: Any) -> bool:
    return not (isinstance(value, str) and "${" in value)


def _grid(view: View) -> Iterator[Violation]:
    for number, widget in enumerate(_widgets(view), 1):
        if not isinstance(widget, dict):
            continue
        for name, low, high in (("x", 0, None), ("y", 0, None), ("width", 1, GRID), ("height", 1, HEIGHT_MOST)):
            value = widget.get(name)
            if value is None or not _known(value):
                continue
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole or value < low or (high is not None and value > high):
                yield Violation(
                    _at(number, name),
                    problem=f"{name} of widget {number} is {value!r}",
                    allowed=f"a whole number from {low}" + ("" if high is None else f" to {grouped(high)}"),
                )
                break
        else:
            x, width = widget.get("x"), widget.get("width", 6)
            if isinstance(x, int) and isinstance(width, int) and x + width > GRID:
                yield Violation(
                    _at(number, "width"),
                    problem=f"widget {number} begins at column {x}, is {width} wide and reaches past the last of {GRID}",
                    fix="make the widgets of its row narrower, or put it into the next row",
                    allowed=f"{GRID} columns",
                )


def _amounts(view: View) -> Iterator[Violation]:
    widgets = _widgets(view)
    if len(widgets) > WIDGETS_MOST:
        yield _many("the dashboard has", len(widgets), "widgets", WIDGETS_MOST)
    together = 0
    for number, widget in enumerate(widgets, 1):
        properties = widget.get("properties") if isinstance(widget, dict) else None
        if not isinstance(properties, dict):
            continue
        metrics, alarms = properties.get("metrics"), properties.get("alarms")
        if isinstance(metrics, list):
            together += len(metrics)
            if len(metrics) > WIDGET_METRICS_MOST:
                yield _many(f"widget {number} shows", len(metrics), "metrics", WIDGET_METRICS_MOST)
        if isinstance(alarms, list) and len(alarms) > ALARMS_MOST:
            yield _many(f"widget {number} shows", len(alarms), "alarms", ALARMS_MOST)
    if together > DASHBOARD_METRICS_MOST:
        yield _many("all widgets together show", together, "metrics", DASHBOARD_METRICS_MOST)


def _many(words: str, amount: int, what: str, most: int) -> Violation:
    return Violation(
        ("DashboardBody",),
        problem=f"{words} {grouped(amount)} {what}",
        fix="make several dashboards or widgets of it",
        allowed=f"at most {grouped(most)} {what}",
    )


def _example(*widgets: Any) -> dict[str, Any]:
    return {"DashboardBody": json.dumps({"widgets": list(widgets)})}


def _widget(kind: str = "text", /, metrics: int | None = None, **given: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {"markdown": "# Shop"} if kind == "text" else {}
    if metrics is not None:
        properties["metrics"] = [["Shop", f"Orders{n}"] for n in range(metrics)]
    return {"type": kind, "properties": properties, **given}


_SUB = {"Fn::Sub": '{"widgets":[{"type":"text","x":0,"width":24,"properties":{"markdown":"${AWS::Region}"}}]}'}
_SOURCE = "CloudWatch API Reference, Dashboard body structure and syntax"

RULES: tuple[Rule, ...] = (
    Rule(
        "CWA012", DASHBOARD, "error",
        "{problem}",
        check=_shape,
        source=_SOURCE,
        verified="docs",
        good=(_example(_widget()), _example(), {"DashboardBody": _SUB}, {"DashboardBody": {"Ref": "Body"}}),
        bad=(
            {"DashboardBody": "# Shop"}, {"DashboardBody": '{"widgets": {}}'}, _example(_widget("graph")),
            _example({"type": "text", "properties": {}}), _example(_widget("metric")), _example({"type": "log"}),
        ),
    ),
    Rule(
        "CWA013", DASHBOARD, "error",
        "{problem}",
        check=_grid,
        source=_SOURCE,
        verified="docs",
        good=(_example(_widget(x=0, y=0, width=24, height=1_000)), _example(_widget(x=18, width=6)), _example(_widget())),
        bad=(
            _example(_widget(x=24)), _example(_widget(width=25)), _example(_widget(height=0)), _example(_widget(y=-1)),
            _example(_widget(x=18, width=8)), _example(_widget(x="0")),
        ),
    ),
    Rule(
        "CWA014", DASHBOARD, "error",
        "{problem}",
        check=_amounts,
        source="CloudWatch User Guide, CloudWatch service quotas",
        verified="docs",
        good=(_example(*[_widget()] * WIDGETS_MOST), _example(*[_widget("metric", WIDGET_METRICS_MOST)] * 5)),
        bad=(
            _example(*[_widget()] * (WIDGETS_MOST + 1)), _example(_widget("metric", WIDGET_METRICS_MOST + 1)),
            _example(*[_widget("metric", WIDGET_METRICS_MOST)] * 5, _widget("metric", 1)),
        ),
    ),
    Rule(
        "CWA015", DASHBOARD, "error",
        "a dashboard's name has 1 to 255 letters, digits, hyphens and underscores",
        then={"DashboardName": Matches(r"[A-Za-z0-9_-]{1,255}", "1 to 255 of A-Z a-z 0-9 _ -")},
        fix="choose such a name, or leave DashboardName out",
        source="CloudWatch API Reference, PutDashboard, DashboardName",
        verified="docs",
        good={"DashboardName": "shop-eu", **_example()},
        bad={"DashboardName": "shop eu", **_example()},
    ),
)  # fmt: skip
