"""Dashboards of Amazon CloudWatch: graphs, numbers, alarms, texts and log queries, row by row.

Source: CloudWatch API Reference, dashboard body structure and syntax.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...keywords import checked
from ...node import MAIN
from ...rules.cloudwatch.dashboards import GRID
from ...source import caller
from ...tokens import AWS, to_json
from .cloudwatch import AlarmAccess
from .logs import LogGroupAccess
from .metric import Measure, Metric, MetricMath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

DASHBOARD = "AWS::CloudWatch::Dashboard"
HEIGHT = 6
VIEWS = {"line": "timeSeries", "stacked": "timeSeries", "bar": "bar", "pie": "pie", "gauge": "gauge", "table": "table"}
LOG_VIEWS = {"table": "table", "line": "timeSeries", "stacked": "timeSeries", "bar": "bar", "pie": "pie"}
_WORD = re.compile(r"""'[^']*'|"[^"]*"|\b[a-z]\w*\b""")


class Widget:
    """One field of a dashboard: `width` of its 24 columns (a fair share of its row by default), and `height`."""

    __slots__ = ("width", "height")

    KIND = ""

    def __init__(self, width: int | None, height: int) -> None:
        self.width = width
        self.height = height

    if TYPE_CHECKING:

        def properties(self, region: str) -> dict[str, Any]:
            """What the widget shows, as CloudWatch writes it."""
            ...


class GraphWidget(Widget):
    """Metrics over time: `GraphWidget(errors, calls, title="Worker")`.

    - metrics and calculations, at most 500; `right`: those with the axis on the right.
    - `view`: "line" (default), "stacked", "bar", "pie", "gauge" (needs `low` and `high`) or "table".
    - `low`, `high`: where the left axis begins and ends; `lines`: values marked by a line, by their labels.
    - `alarm`: an alarm whose metric and threshold are drawn, in place of metrics.
    - `title`; `width`: 1 to 24 columns; `height`: 1 to 1,000.
    """

    __slots__ = ("metrics", "right", "view", "low", "high", "lines", "alarm", "title")

    KIND = "metric"

    @checked
    def __init__(
        self,
        *metrics: Measure,
        right: Sequence[Measure] = (),
        view: Literal["line", "stacked", "bar", "pie", "gauge", "table"] = "line",
        low: float | None = None,
        high: float | None = None,
        lines: Mapping[str, float] | None = None,
        alarm: AlarmAccess | None = None,
        title: str | None = None,
        width: int | None = None,
        height: int = HEIGHT,
    ) -> None:
        super().__init__(width, height)
        if (alarm is None) == (not metrics and not right):
            raise ConstructError(
                "a graph shows metrics, or one alarm with its metric", place=caller(), fix="give metrics, or alarm="
            )
        if view == "gauge" and (low is None or high is None):
            raise ConstructError("a gauge without its ends", place=caller(), fix="give low= and high=")
        self.metrics = list(metrics)
        self.right = list(right)
        self.view = view
        self.low = low
        self.high = high
        self.lines = dict(lines or {})
        self.alarm = alarm
        self.title = title

    def properties(self, region: str) -> dict[str, Any]:
        """The graph as CloudWatch writes it."""
        marks = {
            "alarms": None if self.alarm is None else [self.alarm.arn],
            "horizontal": [{"label": label, "value": value} for label, value in self.lines.items()] or None,
        }
        axis = _given({"min": self.low, "max": self.high})
        return _given({
            "title": self.title,
            "view": VIEWS[self.view],
            "stacked": self.view == "stacked",
            "region": region,
            "metrics": None if self.alarm is not None else entries(self.metrics, self.right),
            "annotations": _given(marks) or None,
            "yAxis": {"left": axis} if axis else None,
        })  # fmt: skip


class NumberWidget(Widget):
    """The newest value of metrics as numbers; `trend` draws how each got there behind it."""

    __slots__ = ("metrics", "trend", "title")

    KIND = "metric"

    @checked
    def __init__(
        self,
        *metrics: Measure,
        trend: bool = False,
        title: str | None = None,
        width: int | None = None,
        height: int = 3,
    ) -> None:
        super().__init__(width, height)
        if not metrics:
            raise ConstructError("a number without a metric", place=caller(), fix="give one or several")
        self.metrics = list(metrics)
        self.trend = trend
        self.title = title

    def properties(self, region: str) -> dict[str, Any]:
        """The numbers as CloudWatch writes them."""
        return _given({
            "title": self.title,
            "view": "singleValue",
            "region": region,
            "metrics": entries(self.metrics, ()),
            "sparkline": True if self.trend else None,
        })  # fmt: skip


class TextWidget(Widget):
    """Text in Markdown: headings, links to what to do; `background=False` leaves the dashboard's own behind it."""

    __slots__ = ("markdown", "background")

    KIND = "text"

    @checked
    def __init__(self, markdown: str, *, background: bool = True, width: int | None = None, height: int = 2) -> None:
        super().__init__(width, height)
        self.markdown = markdown
        self.background = background

    def properties(self, region: str) -> dict[str, Any]:
        """The text as CloudWatch writes it."""
        return _given({"markdown": self.markdown, "background": None if self.background else "transparent"})


class AlarmWidget(Widget):
    """In which state alarms are, at most 100."""

    __slots__ = ("alarms", "title")

    KIND = "alarm"

    @checked
    def __init__(
        self, *alarms: AlarmAccess, title: str | None = None, width: int | None = None, height: int = 3
    ) -> None:
        super().__init__(width, height)
        if not alarms:
            raise ConstructError("nothing is no alarm", place=caller(), fix="give alarms")
        self.alarms = alarms
        self.title = title

    def properties(self, region: str) -> dict[str, Any]:
        """The alarms as CloudWatch writes them."""
        return _given({"title": self.title, "alarms": [alarm.arn for alarm in self.alarms]})


class LogWidget(Widget):
    """What a query of CloudWatch Logs Insights finds in log groups: `LogWidget(web, query="filter @message like 'x'")`.

    `view`: "table" (default), "line", "stacked", "bar" or "pie"; all but the table need a query with `stats`.
    """

    __slots__ = ("groups", "query", "view", "title")

    KIND = "log"

    @checked
    def __init__(
        self,
        *groups: LogGroupAccess | str,
        query: str,
        view: Literal["table", "line", "stacked", "bar", "pie"] = "table",
        title: str | None = None,
        width: int | None = None,
        height: int = HEIGHT,
    ) -> None:
        super().__init__(width, height)
        if not groups:
            raise ConstructError("a query without a log group", place=caller(), fix="give one or several")
        self.groups = [group if isinstance(group, str) else group.log_group_name for group in groups]
        self.query = query
        self.view = view
        self.title = title

    def properties(self, region: str) -> dict[str, Any]:
        """The query as CloudWatch writes it."""
        sources = "".join(f"SOURCE '{group}' | " for group in self.groups)
        return _given({
            "title": self.title,
            "view": LOG_VIEWS[self.view],
            "stacked": True if self.view == "stacked" else None,
            "region": region,
            "query": f"{sources}{self.query}",
        })  # fmt: skip


@construct
class Dashboard(Construct):
    """A page of widgets, row by row: `Dashboard(stack, "Shop", widgets=[[TextWidget("# Shop")], [graph, numbers]])`.

    - `widgets`: rows from top to bottom. The page has 24 columns; widgets without a `width` share what their row leaves.
      At most 500 widgets, 500 metrics in one and 2,500 in all.
    - `start`: how far back graphs go, "-PT3H" (three hours, the default) or a date; `end`: another end than now.
    - `keep_periods`: metrics are shown in the periods they have (off: in periods that fit the time shown).
    - `name`: at most 255 letters, digits, hyphens and underscores; the stack makes one up when it is left out.

    Source: CloudWatch API Reference, dashboard body structure and syntax; CloudWatch User Guide, service quotas.
    """

    widgets: Sequence[Sequence[Widget]] = ()
    start: str | None = None
    end: str | None = None
    keep_periods: bool = False
    name: str | None = None

    dashboard_name = ref()

    def build(self) -> None:
        """Make the dashboard."""
        self._rows: list[Sequence[Widget]] = [self._checked(row) for row in self.widgets]
        resource_class(DASHBOARD)(self, MAIN, DashboardName=self.name, DashboardBody=self._body())

    def add_row(self, *widgets: Widget) -> None:
        """Put one more row below the others."""
        self._rows.append(self._checked(widgets))
        self.node.resource.set(DashboardBody=self._body())

    def _checked(self, row: Any) -> Sequence[Widget]:
        widgets = row if isinstance(row, list | tuple) else [row]
        odd = [type(one).__name__ for one in widgets if not isinstance(one, Widget)]
        if odd:
            raise ConstructError(
                f"{self.node.path}: a {odd[0]} is no widget", place=caller(),
                fix="GraphWidget, NumberWidget, TextWidget, AlarmWidget or LogWidget, in rows: [[…], […]]",
            )  # fmt: skip
        return widgets

    def _body(self) -> str:
        stack = self.node.stack
        region = AWS.Region if stack is None or stack.region is None else stack.region
        placed: list[dict[str, Any]] = []
        y = 0
        for row in self._rows:
            x = 0
            for widget, width in zip(row, _widths(row), strict=True):
                where = {"x": x, "y": y, "width": width, "height": widget.height}
                placed.append({"type": widget.KIND, **where, "properties": widget.properties(region)})
                x += width
            y += max((widget.height for widget in row), default=0)
        body = {
            "start": self.start,
            "end": self.end,
            "periodOverride": "inherit" if self.keep_periods else None,
            "widgets": placed,
        }
        return to_json(_given(body))


def entries(left: Sequence[Measure], right: Sequence[Measure]) -> list[list[Any]]:
    """Metrics and calculations as a widget lists them; what a calculation takes is there too, but hidden."""
    found: list[list[Any]] = []
    for side, measures in (("left", left), ("right", right)):
        for measure in measures:
            _enter(measure, found, None, {"yAxis": "right"} if side == "right" else {})
    return found


def _enter(measure: Measure, found: list[list[Any]], id: str | None, options: dict[str, Any]) -> None:
    named = {} if id is None else {"id": id, "visible": False}
    if isinstance(measure, Metric):
        told = {
            "stat": measure.statistic,
            "period": measure.period,
            "label": measure.label,
            "accountId": measure.account,
        }
        dimensions = [text for pair in measure.dimensions.items() for text in pair]
        found.append([measure.namespace, measure.name, *dimensions, _given({**told, **named, **options})])
        return
    assert isinstance(measure, MetricMath)
    place = len(found)
    found.append([])
    ids: dict[str, str] = {}
    for name, value in measure.metrics.items():
        ids[name] = f"m{len(found)}"
        _enter(value, found, ids[name], {})
    expression = _WORD.sub(lambda word: ids.get(word[0], word[0]), measure.expression)
    own = {"id": f"e{place}", **named}
    found[place] = [_given({"expression": expression, "label": measure.label, **own, **options})]


def _widths(row: Sequence[Widget]) -> list[int]:
    """How wide each widget of a row is: as it says, or a fair share of what the others leave."""
    free = GRID - sum(widget.width for widget in row if widget.width is not None)
    sharing = sum(1 for widget in row if widget.width is None)
    share, more = divmod(max(free, sharing), sharing) if sharing else (0, 0)
    widths = []
    for widget in row:
        if widget.width is not None:
            widths.append(widget.width)
        else:
            widths.append(share + (1 if more > 0 else 0))
            more -= 1
    return widths


def _given(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}
