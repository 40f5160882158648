"""Rules about CloudWatch alarms: what they watch, for how long, and whether what they tell may be told."""

from __future__ import annotations

import re

from ..limits import ALARM_LONG_SPAN_MOST, ALARM_PERIODS, ALARM_QUERIES_MOST, ALARM_SPAN_MOST
from ..policies.access import TOPIC, Permissions, generated, spelled
from ..vocabulary import Rule, Test, Violation, as_list, is_unknown, number, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View
    from ..vocabulary import Mode, Verdict

    Path = tuple[str | int, ...]

ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
HOUR = 3_600
ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")

_BANDS = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")
_ONE = ("MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")
_STATISTIC = re.compile(
    r"(?i)(p|tm|wm|tc|ts)\d{1,3}(\.\d{1,10})?|iqm|(pr|tm|wm|tc|ts)\((\d+(\.\d+)?%?)?:(\d+(\.\d+)?%?)?\)"
    r"|(sum|average|minimum|maximum|samplecount)"
)
_ID = re.compile(r"[a-z]\w*", re.ASCII)
_WORD = re.compile(r'\s+|"[^"]*"|[()]|[^\s()"]+')
_STATES = frozenset(("ALARM", "OK", "INSUFFICIENT_DATA"))


class Period(Test):
    """A length of time that CloudWatch makes statistics of: 10, 20 or 30 seconds, or whole minutes."""

    __slots__ = ()

    def judge(self, value: Any, mode: Mode) -> Verdict:
        amount = number(value)
        if amount is None or amount != int(amount) or amount < 1:
            return False
        return amount in ALARM_PERIODS or amount % 60 == 0

    def allowed(self, mode: Mode) -> str:
        return f"{', '.join(map(str, ALARM_PERIODS))}, or a multiple of 60 seconds"


def _given(view: View, *names: str) -> list[str]:
    return [name for name in names if view.has(name)]


def _other_kind(view: View) -> bool:
    """Whether the alarm watches a query of another kind, to which little of this applies."""
    return view.has("EvaluationCriteria")


# One alarm


def _periods(view: View) -> Iterator[tuple[Path, Any]]:
    yield from view.values("Period")
    yield from view.values("Metrics/*/MetricStat/Period")
    yield from view.values("Metrics/*/Period")


def _span(view: View) -> Iterator[Violation]:
    if view.has("EvaluationWindow") or _other_kind(view):
        return
    periods = number(view.get("EvaluationPeriods"))
    if periods is None:
        return
    for path, value in _periods(view):
        seconds = number(value)
        if seconds is None or seconds <= 0:
            continue
        most = ALARM_LONG_SPAN_MOST if seconds >= HOUR else ALARM_SPAN_MOST
        if seconds * periods > most:
            yield Violation(
                path,
                seconds=int(seconds),
                periods=int(periods),
                most=most,
                days="a day" if most == ALARM_SPAN_MOST else "7 days",
            )


def _datapoints(view: View) -> Iterator[Violation]:
    wanted, periods = number(view.get("DatapointsToAlarm")), number(view.get("EvaluationPeriods"))
    if wanted is not None and periods is not None and wanted > periods:
        yield Violation(("DatapointsToAlarm",), wanted=int(wanted), periods=int(periods))


def _watched(view: View) -> Iterator[Violation]:
    kinds = _given(view, "MetricName", "Metrics", "EvaluationCriteria")
    if len(kinds) != 1:
        what = "nothing" if not kinds else " and ".join(kinds)
        yield Violation((kinds[-1],) if kinds else ("MetricName",), problem=f"the alarm watches {what}",
                        fix="give one of MetricName, Metrics and EvaluationCriteria")  # fmt: skip
        return
    if kinds == ["Metrics"]:
        for name in _given(view, *_ONE):
            yield Violation((name,), problem=f"{name} goes with MetricName, not with Metrics",
                            fix="say it in the entry of Metrics")  # fmt: skip
        return
    if kinds == ["MetricName"]:
        statistics = _given(view, "Statistic", "ExtendedStatistic")
        if len(statistics) != 1:
            yield Violation((statistics[-1],) if statistics else ("Statistic",),
                            problem="an alarm on a metric has either a Statistic or an ExtendedStatistic",
                            fix="Statistic for Average, Sum and the like, ExtendedStatistic for p99 and the like")  # fmt: skip
        for name in ("Namespace", "Period"):
            if not view.has(name):
                yield Violation((name,), problem=f"an alarm on a metric needs {name}", fix=f"give {name}")


def _compared(view: View) -> Iterator[Violation]:
    if _other_kind(view):
        return
    operator = view.get("ComparisonOperator")
    has_threshold, has_band = view.has("Threshold"), view.has("ThresholdMetricId")
    if has_threshold and has_band:
        yield Violation(("Threshold",), problem="an alarm has either a Threshold or a ThresholdMetricId",
                        fix="leave one of them out")  # fmt: skip
    elif not has_threshold and not has_band:
        yield Violation(("Threshold",), problem="there is nothing to compare the metric with",
                        fix="give a Threshold, or the ThresholdMetricId of an ANOMALY_DETECTION_BAND")  # fmt: skip
    elif isinstance(operator, str) and not is_unknown(operator) and (operator in _BANDS) != has_band:
        told = "a band" if has_band else "a threshold"
        yield Violation(("ComparisonOperator",), problem=f"{operator} does not compare with {told}",
                        fix=f"use one of {', '.join(_BANDS)} with a band, and the others with a threshold")  # fmt: skip


def _extended(view: View) -> Iterator[Violation]:
    for place in ("ExtendedStatistic", "Metrics/*/MetricStat/Stat"):
        for path, value in view.values(place):
            if isinstance(value, str) and not is_unknown(value) and not _STATISTIC.fullmatch(value):
                yield Violation(path, value=value)


def _queries(view: View) -> Iterator[Violation]:
    entries = view.get("Metrics")
    if not isinstance(entries, list) or not all(isinstance(one, dict) and not is_unknown(one) for one in entries):
        return
    if len(entries) > ALARM_QUERIES_MOST:
        yield Violation(("Metrics",), problem=f"an alarm takes at most {ALARM_QUERIES_MOST} metrics and expressions, not {len(entries)}",
                        fix="leave some out")  # fmt: skip
    ids: dict[str, int] = {}
    for index, entry in enumerate(entries):
        id = entry.get("Id")
        if not isinstance(id, str) or is_unknown(id):
            return
        if id in ids:
            yield Violation(("Metrics", index, "Id"), problem=f"two entries of Metrics have the id {id}",
                            fix="give each an id of its own")  # fmt: skip
        if not _ID.fullmatch(id):
            yield Violation(("Metrics", index, "Id"), problem=f"the id {id} does not begin with a small letter, or has other signs",
                            fix="a small letter, then letters, digits and _")  # fmt: skip
        ids[id] = index
        if ("Expression" in entry) == ("MetricStat" in entry):
            yield Violation(("Metrics", index), problem=f"{id} must have either an Expression or a MetricStat",
                            fix="leave one of them out")  # fmt: skip
    for index, entry in enumerate(entries):
        for name in _spoken_of(entry.get("Expression")):
            if name not in ids:
                yield Violation(("Metrics", index, "Expression"), problem=f"no entry of Metrics has the id {name}",
                                fix="use the ids of the other entries")  # fmt: skip
    yield from _returned(view, entries)
    band = view.get("ThresholdMetricId")
    if isinstance(band, str) and not is_unknown(band) and band not in ids:
        yield Violation(("ThresholdMetricId",), problem=f"there is no entry of Metrics with the id {band}",
                        fix="name the one with ANOMALY_DETECTION_BAND")  # fmt: skip


def _spoken_of(expression: Any) -> list[str]:
    """The ids that an expression of arithmetic and functions names; none where it holds text or a query."""
    if not isinstance(expression, str) or is_unknown(expression) or re.search(r"['\"$]|^\s*SELECT\b", expression):
        return []
    return re.findall(r"(?<![\w.])[a-z]\w*", expression)


def _returned(view: View, entries: list[Any]) -> Iterator[Violation]:
    told = [truth(entry.get("ReturnData", True)) for entry in entries]
    if None in told or len(entries) < 2:
        return
    shown = [entry["Id"] for entry, one in zip(entries, told, strict=True) if one]
    most = 2 if view.has("ThresholdMetricId") else 1
    if not shown or len(shown) > most:
        what = f"{', '.join(shown)} all return data" if shown else "no entry of Metrics returns data"
        yield Violation(("Metrics",), problem=f"{what}, and the alarm watches one",
                        fix="set ReturnData: false on all others")  # fmt: skip


def _machine(view: View) -> Iterator[Violation]:
    for name in ACTIONS:
        for path, value in view.values(f"{name}/*"):
            action = re.fullmatch(r"(?:.*):ec2:(stop|terminate|reboot|recover)", _tail(value))
            if action is None:
                continue
            dimensions = view.get("Dimensions")
            if view.has("MetricName") and is_unknown(dimensions):
                continue
            names = [one.get("Name") if isinstance(one, dict) else None for one in as_list(dimensions)]
            if any(not isinstance(one, str) or is_unknown(one) for one in names):
                continue
            if "InstanceId" not in names:
                yield Violation(path, action=action[1])


def _tail(value: Any) -> str:
    """The text of an action, with marks where only the deploy knows it."""
    return spelled(value) or ""


# Composite alarms


def _rule_text(view: View) -> Iterator[Violation]:
    rule = _filled(view.get("AlarmRule"))
    if rule is None:
        return
    problem = _grammar(rule)
    if problem:
        yield Violation(("AlarmRule",), problem=problem)


def _filled(value: Any) -> str | None:
    """The rule with a name for every alarm that only the deploy knows; None when more of it is unknown."""
    written = spelled(value)
    if written is None:
        return None
    filled = re.sub(r'\(\s*("[^"]*"|[^()"]*)\s*\)', lambda found: "(alarm)" if "${" in found[1] else found[0], written)
    return None if "${" in filled else filled


def _grammar(rule: str) -> str | None:
    words = [word for word in _WORD.findall(rule) if not word.isspace()]
    if "".join(words) != re.sub(r'\s+(?=(?:[^"]*"[^"]*")*[^"]*$)', "", rule):
        return "AlarmRule has a quotation mark that does not end"
    place, problem = _either(words, 0)
    if problem is None and place < len(words):
        problem = f"AlarmRule goes on with {words[place]} where AND or OR should stand"
    return problem


def _either(words: list[str], place: int) -> tuple[int, str | None]:
    place, problem = _single(words, place)
    while problem is None and place < len(words) and words[place].upper() in ("AND", "OR"):
        place, problem = _single(words, place + 1)
    return place, problem


def _single(words: list[str], place: int) -> tuple[int, str | None]:
    if place >= len(words):
        return place, "AlarmRule ends where an alarm should stand"
    word = words[place].upper()
    if word == "NOT":
        return _single(words, place + 1)
    if word in ("TRUE", "FALSE"):
        return place + 1, None
    if word == "(":
        place, problem = _either(words, place + 1)
        if problem is None and (place >= len(words) or words[place] != ")"):
            problem = "AlarmRule has a parenthesis that does not close"
        return place + 1, problem
    if word not in _STATES:
        return place, f"AlarmRule has {words[place]} where ALARM(…), OK(…) or INSUFFICIENT_DATA(…) should stand"
    end = place + 1
    if words[end : end + 1] != ["("] or ")" not in words[end:]:
        return place, f"{word} in AlarmRule needs an alarm in parentheses"
    close = words.index(")", end)
    if close == end + 1:
        return place, f"{word} in AlarmRule names no alarm"
    return close + 1, None


def _suppressor(view: View) -> Iterator[Violation]:
    waits = ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
    has = view.has("ActionsSuppressor")
    for name in waits:
        if (view.has(name)) != has:
            lacking = name if has else "ActionsSuppressor"
            yield Violation((lacking if has else name,), lacking=lacking)


# What alarms tell


def _topics(graph: Graph) -> Iterator[Violation]:
    for alarm in graph.of(ALARM, COMPOSITE):
        for name in _given(alarm, *ACTIONS):
            for path, value in alarm.values(f"{name}/*"):
                found = graph.target(alarm, value)
                if found is None or found.view.type != TOPIC or generated(alarm, found.view):
                    continue
                permissions = graph.kept(Permissions)
                if not permissions.of(found.view):
                    continue  # the policy that SNS makes lets the account's own alarms publish
                if permissions.granted("cloudwatch", "sns:Publish", found.view, alarm)[0] is False:
                    yield Violation(path, view=alarm, topic=found.view.id)


# Examples


def _alarm(**properties: Any) -> dict[str, Any]:
    found = {
        "Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Statistic": "Sum", "Period": 300,
        "EvaluationPeriods": 1, "Threshold": 10, "ComparisonOperator": "GreaterThanThreshold", **properties,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


_STAT = {"Metric": {"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent"}, "Stat": "Sum", "Period": 300}


def _math(*entries: dict[str, Any], **properties: Any) -> dict[str, Any]:
    none = dict.fromkeys(_ONE)
    return _alarm(**{**none, "Metrics": list(entries), **properties})


def _entry(id: str, shown: bool | None = False, **more: Any) -> dict[str, Any]:
    body = {"Id": id, "ReturnData": shown, **(more or {"MetricStat": _STAT})}
    return {name: value for name, value in body.items() if value is not None}


def _told(*services: str) -> dict[str, Any]:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sns:Publish",
                "Resource": {"Ref": "Told"},
            }
            for service in services
        ],
    }  # fmt: skip
    resources: dict[str, Any] = {
        "Told": {"Type": TOPIC, "Properties": {}},
        "Many": {"Type": ALARM, "Properties": _alarm(AlarmActions=[{"Ref": "Told"}])},
    }
    if services:
        resources["May"] = {
            "Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [{"Ref": "Told"}], "PolicyDocument": policy},
        }  # fmt: skip
    return {"Resources": resources}


_BAND = _entry("band", True, Expression="ANOMALY_DETECTION_BAND(sent, 2)")
_RECOVER = {"Fn::Sub": "arn:${AWS::Partition}:automate:${AWS::Region}:ec2:recover"}
_SOURCE = "CloudWatch API Reference, PutMetricAlarm"

RULES: tuple[Rule, ...] = (
    Rule(
        "CWA001", ALARM, "error",
        "{prop} must be {allowed}",
        then={"Period": Period(), "Metrics/*/MetricStat/Period": Period(), "Metrics/*/Period": Period()},
        source=f"{_SOURCE}, Period",
        good=(_alarm(), _alarm(Period=10), _alarm(Period=86_400)),
        bad=(_alarm(Period=45), _math(_entry("sent", True, MetricStat={**_STAT, "Period": 90}))),
    ),
    Rule(
        "CWA002", ALARM, "error",
        "{periods} periods of {seconds} seconds are more than {days}, the longest an alarm looks back",
        check=_span,
        fix="take fewer periods: together at most a day, or 7 days when each is an hour or longer",
        source=f"{_SOURCE}, Period",
        good=(_alarm(EvaluationPeriods=288), _alarm(Period=3_600, EvaluationPeriods=168)),
        bad=(_alarm(EvaluationPeriods=289), _alarm(Period=86_400, EvaluationPeriods=8)),
    ),
    Rule(
        "CWA003", ALARM, "error",
        "{wanted} of {periods} periods can never breach",
        check=_datapoints,
        fix="make DatapointsToAlarm at most EvaluationPeriods",
        source=f"{_SOURCE}, DatapointsToAlarm; CloudWatch User Guide, Evaluating an alarm",
        good=_alarm(EvaluationPeriods=5, DatapointsToAlarm=3),
        bad=_alarm(EvaluationPeriods=2, DatapointsToAlarm=3),
    ),
    Rule(
        "CWA004", ALARM, "error",
        "{problem}",
        check=_watched,
        source=f"{_SOURCE}, Metrics, MetricName, Statistic and ExtendedStatistic",
        good=(_alarm(), _alarm(Statistic=None, ExtendedStatistic="p99"), _math(_entry("sent", True))),
        bad=(
            _alarm(MetricName=None), _alarm(Metrics=[_entry("sent", True)]), _alarm(ExtendedStatistic="p99"),
            _alarm(Statistic=None), _alarm(Period=None), _math(_entry("sent", True), Period=60),
        ),
    ),
    Rule(
        "CWA005", ALARM, "error",
        "{problem}",
        check=_compared,
        source=f"{_SOURCE}, Threshold and ThresholdMetricId",
        good=(
            _alarm(),
            _math(_entry("sent", True), _BAND, Threshold=None, ThresholdMetricId="band", ComparisonOperator=_BANDS[0]),
        ),
        bad=(
            _alarm(Threshold=None), _alarm(ThresholdMetricId="band"), _alarm(ComparisonOperator=_BANDS[0]),
            _math(_entry("sent", True), _BAND, Threshold=None, ThresholdMetricId="band"),
        ),
    ),
    Rule(
        "CWA006", ALARM, "error",
        "{value} is no statistic",
        check=_extended,
        fix="p99, p99.9, tm90, tm(2%:98%), wm95, tc90, ts90, pr(:100) or IQM",
        source="CloudWatch User Guide, CloudWatch statistics definitions",
        verified="docs",
        good=tuple(_alarm(Statistic=None, ExtendedStatistic=one) for one in ("p99", "p99.95", "tm(10%:90%)", "IQM", "PR(:300)")),
        bad=(_alarm(Statistic=None, ExtendedStatistic="99"), _alarm(Statistic=None, ExtendedStatistic="median")),
    ),
    Rule(
        "CWA007", ALARM, "error",
        "{problem}",
        check=_queries,
        source=f"{_SOURCE}, Metrics; MetricDataQuery",
        good=(
            _math(_entry("sent"), _entry("rate", True, Expression="sent / 5")),
            _math(_entry("sent"), _entry("rate", True, Expression="IF(sent > 1e3, RATE(METRICS()), FILL(sent, 0))")),
            _math(_entry("sent", True), _BAND, Threshold=None, ThresholdMetricId="band", ComparisonOperator=_BANDS[0]),
        ),
        bad=(
            _math(_entry("sent"), _entry("sent", True, Expression="sent / 5")), _math(_entry("Sent", True)),
            _math(_entry("sent"), _entry("rate", False, Expression="sent / 5")),
            _math(_entry("sent", None), _entry("rate", None, Expression="sent / 5")),
            _math(_entry("sent"), _entry("rate", True, Expression="received / 5")),
            _math(_entry("sent", True, MetricStat=_STAT, Expression="1")),
            _math(*(_entry(f"m{n}", n == 0) for n in range(11))),
            _math(_entry("sent", True), _BAND, Threshold=None, ThresholdMetricId="b", ComparisonOperator=_BANDS[0]),
        ),
    ),
    Rule(
        "CWA008", ALARM, "error",
        "the alarm cannot {action} an instance, as its metric is not of one",
        check=_machine,
        fix="watch a metric with the dimension InstanceId",
        source="CloudWatch User Guide, Create alarms to stop, terminate, reboot, or recover an EC2 instance",
        verified="docs",
        good=_alarm(Namespace="AWS/EC2", MetricName="StatusCheckFailed_System",
                    Dimensions=[{"Name": "InstanceId", "Value": "i-1"}], AlarmActions=[_RECOVER]),
        bad=_alarm(AlarmActions=[_RECOVER]),
    ),
    Rule(
        "CWA009", COMPOSITE, "error",
        "{problem}",
        check=_rule_text,
        fix='such as ALARM("cpu") AND NOT ALARM("deploying")',
        source="CloudWatch API Reference, PutCompositeAlarm, AlarmRule",
        good=(
            {"AlarmRule": 'ALARM("cpu") AND (OK(memory) OR NOT INSUFFICIENT_DATA("disk full"))'}, {"AlarmRule": "TRUE"},
            {"AlarmRule": {"Fn::Sub": 'ALARM("${Cpu.Arn}") or ALARM("${Disk.Arn}")'}},
        ),
        bad=(
            {"AlarmRule": "cpu"}, {"AlarmRule": "ALARM(cpu) ALARM(disk)"}, {"AlarmRule": "ALARM(cpu) AND"},
            {"AlarmRule": "(ALARM(cpu)"}, {"AlarmRule": "ALARM()"},
        ),
    ),
    Rule(
        "CWA010", COMPOSITE, "error",
        "an alarm that suppresses this one takes a wait and an extension period, and {lacking} is not given",
        check=_suppressor,
        fix="give ActionsSuppressor, ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod, or none of them",
        source="CloudWatch API Reference, PutCompositeAlarm, ActionsSuppressorWaitPeriod",
        good={
            "AlarmRule": "ALARM(cpu)", "ActionsSuppressor": "deploying", "ActionsSuppressorWaitPeriod": 60,
            "ActionsSuppressorExtensionPeriod": 60,
        },
        bad={"AlarmRule": "ALARM(cpu)", "ActionsSuppressor": "deploying"},
    ),
    Rule(
        "CWA011", (ALARM, COMPOSITE), "warning",
        "the policy of {topic} does not let CloudWatch publish, so nobody is told of the alarm",
        scope="graph",
        check=_topics,
        fix="allow cloudwatch.amazonaws.com sns:Publish on {topic}",
        source="CloudWatch User Guide, Notifying users on alarm changes; SNS Developer Guide, Example cases for Amazon SNS "
        "access control",
        verified="docs",
        good=(_told(), _told("s3", "cloudwatch")),
        bad=_told("s3"),
    ),
)  # fmt: skip
