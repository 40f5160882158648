"""Amazon CloudWatch: alarms on metrics, on calculations and on other alarms, and whom they tell.

Source: CloudWatch User Guide, using CloudWatch alarms.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS
from ..messaging.sns import SNSTopic, TopicAccess
from .metric import Measure as Measure  # noqa: PLC0414
from .metric import Metric as Metric  # noqa: PLC0414
from .metric import MetricMath as MetricMath  # noqa: PLC0414

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from ...tokens import Token
    from ..functions.invocable import Invocable

    State = Literal["alarm", "ok", "insufficient"]
    MachineAction = Literal["recover", "reboot", "stop", "terminate"]
    Comparison = Literal[">=", ">", "<", "<=", "outside", "above", "below"]
    Missing = Literal["missing", "breaching", "not-breaching", "ignore"]

ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
INVOKER = "lambda.alarms.cloudwatch.amazonaws.com"

COMPARISONS = {
    ">=": "GreaterThanOrEqualToThreshold",
    ">": "GreaterThanThreshold",
    "<": "LessThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
    "outside": "LessThanLowerOrGreaterThanUpperThreshold",
    "above": "GreaterThanUpperThreshold",
    "below": "LessThanLowerThreshold",
}
_BANDS = ("outside", "above", "below")
_MISSING = {"missing": None, "breaching": "breaching", "not-breaching": "notBreaching", "ignore": "ignore"}
_LISTS = {"alarm": "AlarmActions", "ok": "OKActions", "insufficient": "InsufficientDataActions"}


class AlarmRule:
    """Which alarms must be in which state for a composite alarm: `cpu & ~deploying`, `AnyAlarm(cpu, errors)`."""

    __slots__ = ("text", "joint")

    def __init__(self, text: str, joint: str = "") -> None:
        self.text = text
        self.joint = joint

    def _within(self, joint: str) -> str:
        return self.text if self.joint in ("", joint) else f"({self.text})"

    def __and__(self, other: AlarmRule | AlarmAccess) -> AlarmRule:
        return _join("AND", self, other)

    def __or__(self, other: AlarmRule | AlarmAccess) -> AlarmRule:
        return _join("OR", self, other)

    def __invert__(self) -> AlarmRule:
        return AlarmRule(f"NOT ({self.text})")


class AlarmAccess(Construct):
    """An alarm, whom it tells, and how it is combined with others."""

    arn = attribute("Arn")
    alarm_name = ref()

    def notify(self, *targets: TopicAccess | Invocable | str, on: State = "alarm") -> None:
        """Tell topics and functions, or do the action with an ARN, when the alarm goes off, "ok" or "insufficient".

        A topic made here lets this alarm publish, and no other of CloudWatch's; its key, when it is ours, lets CloudWatch
        use it for this account. A function lets this alarm invoke it.
        """
        if not isinstance(on, str) or on not in _LISTS:
            raise ConstructError(f"{self.node.path}: on={on!r}", place=caller(), fix='"alarm", "ok" or "insufficient"')
        for target in targets:
            self._add(on, self._let(target))

    def in_alarm(self) -> AlarmRule:
        """The condition that this alarm has gone off."""
        return AlarmRule(f"ALARM({self._quoted()})")

    def is_ok(self) -> AlarmRule:
        """The condition that this alarm is OK."""
        return AlarmRule(f"OK({self._quoted()})")

    def lacks_data(self) -> AlarmRule:
        """The condition that this alarm has not enough data."""
        return AlarmRule(f"INSUFFICIENT_DATA({self._quoted()})")

    def __and__(self, other: AlarmRule | AlarmAccess) -> AlarmRule:
        return self.in_alarm() & other

    def __or__(self, other: AlarmRule | AlarmAccess) -> AlarmRule:
        return self.in_alarm() | other

    def __invert__(self) -> AlarmRule:
        return ~self.in_alarm()

    def _quoted(self) -> str:
        return f'"{self.arn}"'

    def _add(self, on: State, arn: str) -> None:
        actions = self.__dict__.setdefault("_actions", {}).setdefault(on, [])
        if arn not in actions:
            actions.append(arn)
        self.node.resource.set(**{_LISTS[on]: actions})

    def _let(self, target: Any) -> str:
        if isinstance(target, str):
            return target
        if isinstance(target, TopicAccess):
            if isinstance(target, SNSTopic):
                target.accept_alarm(self)
            return target.arn
        if hasattr(target, "invoke_arn"):
            target.accept_from(INVOKER, self.arn)
            arn: str = target.invoke_arn
            return arn
        raise ConstructError(
            f"{self.node.path} cannot tell a {type(target).__name__}", place=caller(),
            fix="give a topic, a function, or the ARN of an action",
        )  # fmt: skip


@construct
class Alarm(AlarmAccess):
    """An alarm on one metric or calculation, told to whom `notify` names.

    - `metric`: a `Metric`, as `queue.metric(…)` gives it, or a calculation: `errors / calls * 100`, `MetricMath(…)`.
    - `threshold`: the value it is compared with; `comparison`: ">=" (default), ">", "<" or "<=".
    - `band`: instead of a threshold, how many standard deviations from what CloudWatch expects of the metric; `comparison`
      is then "outside" (default), "above" or "below".
    - `periods`: how many periods of the metric are looked at (1); `datapoints`: how many of them must breach (all).
    - `missing`: what a period without data is: "missing" (default: all of them are INSUFFICIENT_DATA), "breaching",
      "not-breaching", or "ignore" (the state stays).
    - `ignore_low_samples`: with a percentile, the state stays while too few samples make it meaningless.
    - `enabled`: False keeps the alarm from telling anybody.
    - `description`: at most 1,024 characters; `name`: a fixed name, at most 255; leave it out unless somebody else needs
      to know it.

    Source: CloudWatch User Guide, using CloudWatch alarms.
    """

    metric: Measure
    threshold: float | Token | None = None
    comparison: Comparison | None = None
    band: float | None = None
    periods: int | Token = 1
    datapoints: int | Token | None = None
    missing: Missing = "missing"
    ignore_low_samples: bool = False
    enabled: bool = True
    description: str | None = None
    name: str | None = None

    def build(self) -> None:
        """Make the alarm."""
        comparison = self.comparison or (">=" if self.band is None else "outside")
        for word, given, known in (("comparison", comparison, COMPARISONS), ("missing", self.missing, _MISSING)):
            if not isinstance(given, str) or given not in known:
                raise ConstructError(
                    f"{self.node.path}: {word}={given!r}", place=caller(), fix=", ".join(map(repr, known))
                )  # fmt: skip
        if (self.threshold is None) == (self.band is None) or (self.band is None) == (comparison in _BANDS):
            raise ConstructError(
                f"{self.node.path}: an alarm compares its metric either with a threshold or with the band in which it is "
                "expected",
                place=caller(),
                fix='threshold=80, or band=2 with comparison "outside", "above" or "below"',
            )
        resource_class(ALARM)(
            self,
            MAIN,
            AlarmName=self.name,
            AlarmDescription=self.description,
            ActionsEnabled=None if self.enabled else False,
            ComparisonOperator=COMPARISONS[comparison],
            Threshold=self.threshold,
            EvaluationPeriods=self.periods,
            DatapointsToAlarm=self.datapoints,
            TreatMissingData=_MISSING[self.missing],
            EvaluateLowSampleCountPercentile="ignore" if self.ignore_low_samples else None,
            **self._watched(),
        )

    def _watched(self) -> dict[str, Any]:
        metric = self.metric
        plain = isinstance(metric, Metric) and metric.account is None and metric.label is None
        if isinstance(metric, Metric) and plain and self.band is None:
            return metric.properties()
        queries = self._queries(metric)
        if self.band is not None:
            band = {"Id": "band", "Expression": f"ANOMALY_DETECTION_BAND(watched, {self.band:g})", "ReturnData": True}
            queries[0]["ReturnData"] = True
            return {"Metrics": [band, *queries], "ThresholdMetricId": "band"}
        queries[0]["ReturnData"] = True
        return {"Metrics": queries}

    def _queries(self, metric: Measure) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for query in metric.queries("watched"):
            known = found.setdefault(query["Id"], query)
            if known != query:
                raise ConstructError(
                    f"{self.node.path}: two metrics of the calculation are called {query['Id']!r}", place=caller(),
                    fix="give each a name of its own",
                )  # fmt: skip
        return list(found.values())

    def act(self, action: MachineAction, on: State = "alarm") -> None:
        """Recover, reboot, stop or terminate the instance whose metric this is.

        The metric must be of one instance: its only dimension is `InstanceId`. Source: CloudWatch User Guide, creating
        alarms to stop, terminate, reboot, or recover an EC2 instance.
        """
        if not isinstance(on, str) or on not in _LISTS:
            raise ConstructError(f"{self.node.path}: on={on!r}", place=caller(), fix='"alarm", "ok" or "insufficient"')
        dimensions = self.metric.dimensions if isinstance(self.metric, Metric) else {}
        if list(dimensions) != ["InstanceId"] or action not in ("recover", "reboot", "stop", "terminate"):
            raise ConstructError(
                f"{self.node.path} cannot {action} an instance", place=caller(),
                fix="recover, reboot, stop or terminate, on a metric whose only dimension is InstanceId",
            )  # fmt: skip
        self._add(on, f"arn:{AWS.Partition}:automate:{AWS.Region}:ec2:{action}")

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str) -> ExistingAlarm:
        """An alarm that exists already, by ARN, for composite alarms."""
        from ..existing import checked_arn

        arn = checked_arn(arn, "cloudwatch", "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu", "alarm:.+")
        return ExistingAlarm(scope, id, alarm_arn=arn)


@construct
class CompositeAlarm(AlarmAccess):
    """An alarm on other alarms: `rule=(cpu & ~deploying) | errors`, `AnyAlarm(…)` or `AllAlarms(…)`.

    - `suppressed_by`: an alarm that keeps this one from telling anybody while it has gone off; `suppressor_wait` and
      `suppressor_extension`: seconds to wait for it before, and after it is over.
    - `enabled`, `description`, `name`: as for `Alarm`.

    Source: CloudWatch User Guide, combining alarms.
    """

    rule: AlarmRule
    suppressed_by: AlarmAccess | None = None
    suppressor_wait: int | None = None
    suppressor_extension: int | None = None
    enabled: bool = True
    description: str | None = None
    name: str | None = None

    def build(self) -> None:
        """Make the alarm."""
        resource_class(COMPOSITE)(
            self,
            MAIN,
            AlarmName=self.name,
            AlarmDescription=self.description,
            AlarmRule=self.rule.text,
            ActionsEnabled=None if self.enabled else False,
            ActionsSuppressor=None if self.suppressed_by is None else self.suppressed_by.arn,
            ActionsSuppressorWaitPeriod=self.suppressor_wait,
            ActionsSuppressorExtensionPeriod=self.suppressor_extension,
        )


@construct
class ExistingAlarm(AlarmAccess):
    """An alarm made elsewhere; see `Alarm.from_arn`. Whom it tells is its owner's."""

    alarm_arn: str

    if not TYPE_CHECKING:

        @property
        def arn(self):
            """The alarm's ARN."""
            return self.alarm_arn

    def build(self) -> None:
        """Add nothing to the template."""

    def notify(self, *targets: TopicAccess | Invocable | str, on: State = "alarm") -> None:
        """Refuse: what the alarm does is its owner's. Raises `ConstructError`."""
        raise ConstructError(
            f"the alarm {self.node.path} exists already, so whom it tells cannot be changed here", place=caller(),
            fix="combine it with others in a CompositeAlarm, which can tell anybody",
        )  # fmt: skip


class AnyAlarm(AlarmRule):
    """The condition that at least one of these alarms has gone off."""

    __slots__ = ()

    def __init__(self, *alarms: AlarmRule | AlarmAccess) -> None:
        made = _join("OR", *alarms)
        super().__init__(made.text, made.joint)


class AllAlarms(AlarmRule):
    """The condition that all of these alarms have gone off."""

    __slots__ = ()

    def __init__(self, *alarms: AlarmRule | AlarmAccess) -> None:
        made = _join("AND", *alarms)
        super().__init__(made.text, made.joint)


def _join(joint: str, *parts: AlarmRule | AlarmAccess) -> AlarmRule:
    rules = [part.in_alarm() if isinstance(part, AlarmAccess) else part for part in parts]
    odd = next((part for part in rules if not isinstance(part, AlarmRule)), None)
    if odd is not None or not rules:
        what = "nothing" if odd is None else f"a {type(odd).__name__}"
        raise ConstructError(f"{what} is no alarm", place=caller(), fix="give alarms, or conditions of alarms")
    if len(rules) == 1:
        return rules[0]
    return AlarmRule(f" {joint} ".join(rule._within(joint) for rule in rules), joint)
