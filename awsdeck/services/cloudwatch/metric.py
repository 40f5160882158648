"""What CloudWatch measures: metrics, arithmetic over them, and the band in which one is expected.

Source: CloudWatch User Guide, metrics; metric math; anomaly detection.
"""

from __future__ import annotations

import re

from ...errors import ConstructError
from ...keywords import checked
from ...source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ...tokens import Token

PLAIN = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
"""Statistics that are no percentile or the like."""
_ID = re.compile(r"[a-z]\w*")


class Measure:
    """A metric or a calculation: what alarms watch, and what can be calculated with."""

    __slots__ = ()

    if TYPE_CHECKING:

        def queries(self, id: str) -> Iterator[dict[str, Any]]:
            """How this stands in an alarm on several metrics under an id, itself first."""
            ...

    def __add__(self, other: Measure | float) -> MetricMath:
        return _combine(self, "+", other)

    def __radd__(self, other: float) -> MetricMath:
        return _combine(other, "+", self)

    def __sub__(self, other: Measure | float) -> MetricMath:
        return _combine(self, "-", other)

    def __rsub__(self, other: float) -> MetricMath:
        return _combine(other, "-", self)

    def __mul__(self, other: Measure | float) -> MetricMath:
        return _combine(self, "*", other)

    def __rmul__(self, other: float) -> MetricMath:
        return _combine(other, "*", self)

    def __truediv__(self, other: Measure | float) -> MetricMath:
        return _combine(self, "/", other)

    def __rtruediv__(self, other: float) -> MetricMath:
        return _combine(other, "/", self)


class Metric(Measure):
    """One metric of a service or of your own: `queue.metric("ApproximateAgeOfOldestMessage", statistic="Maximum")`.

    - `namespace`: `AWS/SQS`, or one of your own; `name`; `dimensions` by name, at most 30.
    - `statistic`: "Average", "Maximum", "Minimum", "Sum", "SampleCount", a percentile such as "p99", or "tm90", "wm90",
      "tc90", "ts90", "pr(…)", "IQM".
    - `period`: seconds: 10, 20, 30, or a multiple of 60; `unit`: only data published with it; `label`: for graphs.

    Two metrics and numbers can be calculated with: `errors / calls * 100` is a `MetricMath`.
    """

    __slots__ = ("namespace", "name", "dimensions", "statistic", "period", "unit", "label", "account")

    @checked
    def __init__(
        self,
        namespace: str,
        name: str,
        dimensions: Mapping[str, str] | None = None,
        *,
        statistic: str = "Average",
        period: int | Token = 300,
        unit: str | None = None,
        label: str | None = None,
        account: str | None = None,
    ) -> None:
        self.namespace = namespace
        self.name = name
        self.dimensions = dict(dimensions or {})
        self.statistic = statistic
        self.period = period
        self.unit = unit
        self.label = label
        self.account = account

    def of(self, *, statistic: str | None = None, period: int | Token | None = None) -> Metric:
        """The same metric with another statistic or period."""
        return Metric(
            self.namespace, self.name, self.dimensions, statistic=statistic or self.statistic,
            period=self.period if period is None else period, unit=self.unit, label=self.label, account=self.account,
        )  # fmt: skip

    def _listed(self) -> list[dict[str, Any]] | None:
        return [{"Name": name, "Value": value} for name, value in self.dimensions.items()] or None

    def properties(self) -> dict[str, Any]:
        """How an alarm names the metric when there is nothing else to it."""
        plain = self.statistic in PLAIN
        return {
            "Namespace": self.namespace,
            "MetricName": self.name,
            "Dimensions": self._listed(),
            "Statistic": self.statistic if plain else None,
            "ExtendedStatistic": None if plain else self.statistic,
            "Period": self.period,
            "Unit": self.unit,
        }

    def queries(self, id: str) -> Iterator[dict[str, Any]]:
        """How the metric stands among others under an id."""
        yield {
            "Id": id,
            "Label": self.label,
            "AccountId": self.account,
            "ReturnData": False,
            "MetricStat": {
                "Metric": {"Namespace": self.namespace, "MetricName": self.name, "Dimensions": self._listed()},
                "Stat": self.statistic,
                "Period": self.period,
                "Unit": self.unit,
            },
        }


class MetricMath(Measure):
    """A calculation over metrics: `MetricMath("100 * errors / calls", errors=…, calls=…)`.

    The names in the expression are the keywords; they begin with a small letter. `label` is for graphs. At most ten
    metrics and expressions together make an alarm.
    """

    __slots__ = ("expression", "metrics", "label")

    def __init__(self, expression: str, *, label: str | None = None, **metrics: Measure) -> None:
        wrong = next((name for name in metrics if not _ID.fullmatch(name)), None)
        if wrong is not None:
            raise ConstructError(
                f"{wrong!r} cannot name a metric in an expression", place=caller(),
                fix="begin with a small letter, then letters, digits and _",
            )  # fmt: skip
        odd = next((name for name, value in metrics.items() if not isinstance(value, Measure)), None)
        if odd is not None:
            raise ConstructError(
                f"{odd}= is a {type(metrics[odd]).__name__}", place=caller(), fix="give a Metric or a MetricMath"
            )
        self.expression = expression
        self.metrics = metrics
        self.label = label

    def queries(self, id: str) -> Iterator[dict[str, Any]]:
        """The calculation under an id, and all that it takes."""
        yield {"Id": id, "Expression": self.expression, "Label": self.label, "ReturnData": False}
        for name, value in self.metrics.items():
            yield from value.queries(name)


def _combine(left: Measure | float, sign: str, right: Measure | float) -> MetricMath:
    metrics: dict[str, Measure] = {}
    sides = [_side(side, metrics) for side in (left, right)]
    return MetricMath(f"{sides[0]} {sign} {sides[1]}", label=None, **metrics)


def _side(side: Any, metrics: dict[str, Measure]) -> str:
    """One side of a calculation as text; the metrics it takes are numbered in one list."""
    if isinstance(side, int | float) and not isinstance(side, bool):
        return f"{side:g}" if isinstance(side, float) else str(side)
    if isinstance(side, Metric):
        for name, known in metrics.items():
            if known is side:
                return name
        name = f"m{len(metrics) + 1}"
        metrics[name] = side
        return name
    if isinstance(side, MetricMath):
        renamed = {name: _side(value, metrics) for name, value in side.metrics.items()}
        text = re.sub(r"\b[a-z]\w*\b", lambda found: renamed.get(found[0], found[0]), side.expression)
        return f"({text})"
    raise ConstructError(
        f"a {type(side).__name__} is no metric", place=caller(), fix="calculate with metrics and numbers"
    )
