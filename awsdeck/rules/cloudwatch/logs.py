"""Rules about log groups: how long they keep, who may use their key, what hangs on them."""

from __future__ import annotations

from ... import catalog
from ..limits import LOG_DIMENSIONS_MOST, LOG_SUBSCRIPTIONS_MOST
from ..policies.access import key_allows, spelled
from ..policies.encryption import ALIAS, key_of
from ..vocabulary import ABSENT, Length, Not, Rule, StartsWith, Test, Update, Violation, grouped, is_unknown, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View
    from ..vocabulary import Mode, Verdict

GROUP = "AWS::Logs::LogGroup"
COUNTER = "AWS::Logs::MetricFilter"
FORWARDER = "AWS::Logs::SubscriptionFilter"
KEY = "AWS::KMS::Key"


def _forever(view: View) -> Iterator[Violation]:
    if view.get("RetentionInDays") is ABSENT and view.get("LogGroupClass", "STANDARD") != "DELIVERY":
        yield Violation(("RetentionInDays",))


def _key_arn(view: View) -> Iterator[Violation]:
    value = view.get("KmsKeyId")
    if isinstance(value, str) and not is_unknown(value) and "${" not in value:
        if not value.startswith("arn:"):
            yield Violation(("KmsKeyId",), problem=f"{value} is no ARN")
        elif ":alias/" in value:
            yield Violation(("KmsKeyId",), problem=f"{value} is an alias's ARN, and not a key's")
        return
    if ":alias/" in (spelled(value) or ""):
        yield Violation(("KmsKeyId",), problem="it is an alias's ARN, and not a key's")
        return
    found = view.member.target(value) if view.member is not None else None
    if found is not None and found.attribute is None and found.view.type in (KEY, ALIAS):
        kind = "the id of the key" if found.view.type == KEY else "the name of the alias"
        yield Violation(("KmsKeyId",), problem=f"Ref of {found.view.id} is {kind}, and not its ARN")


def _key_use(graph: Graph) -> Iterator[Violation]:
    for group in graph.of(GROUP):
        key = key_of(group, group.get("KmsKeyId")) if "KmsKeyId" in group.properties else None
        if key is not None and key_allows(key, "logs", "kms:GenerateDataKey", "kms:Decrypt") is False:
            yield Violation(("KmsKeyId",), view=group, key=key.id)


def _hanging(graph: Graph, type: str) -> Iterator[tuple[View, View]]:
    """Every filter of a type with the log group of the graph that it hangs on."""
    for one in graph.of(type):
        found = graph.target(one, one.get("LogGroupName"))
        if found is not None and found.view.type == GROUP:
            yield one, found.view


def _class(graph: Graph) -> Iterator[Violation]:
    for type in (COUNTER, FORWARDER):
        for one, group in _hanging(graph, type):
            kind = group.get("LogGroupClass", "STANDARD")
            if kind in ("INFREQUENT_ACCESS", "DELIVERY"):
                what = "metric" if type == COUNTER else "subscription"
                yield Violation(("LogGroupName",), view=one, group=group.id, kind=kind, what=what)


def _subscriptions(graph: Graph) -> Iterator[Violation]:
    held: dict[tuple[int, str], int] = {}
    for one, group in _hanging(graph, FORWARDER):
        if isinstance(one.body.get("Condition"), str):
            continue  # of two that never stand together one counts
        place = (id(group.member), group.id)
        held[place] = held.get(place, 0) + 1
        if held[place] == LOG_SUBSCRIPTIONS_MOST + 1:
            yield Violation(("LogGroupName",), view=one, group=group.id, most=LOG_SUBSCRIPTIONS_MOST)


def _default(view: View) -> Iterator[Violation]:
    for path, one in view.values("MetricTransformations/*"):
        if isinstance(one, dict) and "Dimensions" in one and "DefaultValue" in one:
            yield Violation((*path, "DefaultValue"))


def _changed_class(before: Graph, after: Graph) -> Iterator[Violation]:
    from ..templates.update import differs, pairs

    for old, new in pairs(before, after, GROUP):
        was, now = old.get("LogGroupClass", "STANDARD"), new.get("LogGroupClass", "STANDARD")
        if differs(was, now) and differs(old.get("LogGroupName"), new.get("LogGroupName")) is False:
            yield Violation(("LogGroupClass",), view=new, was=was, now=now)


class Retention(Test):
    """A number of days that CloudWatch Logs knows, as its schema lists them."""

    __slots__ = ()

    def judge(self, value: Any, mode: Mode) -> Verdict:
        return number(value) in _days()

    def allowed(self, mode: Mode) -> str:
        return f"{', '.join(grouped(days) for days in _days())}; leave it out to keep for ever"


def _days() -> list[int]:
    known = catalog.find(GROUP)
    said = known.describe(("RetentionInDays",)) if known is not None else None
    return sorted(said["enum"]) if said is not None else []


# Examples


_LOGS = {"Service": {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}}


def _sealed(*principals: Any) -> dict[str, Any]:
    statements = [
        {"Effect": "Allow", "Principal": one, "Action": "kms:*", "Resource": "*"}
        for one in ({"AWS": "arn:aws:iam::123456789012:root"}, *principals)
    ]
    return {
        "Resources": {
            "Key": {"Type": KEY, "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": statements}}},
            "Logs": {"Type": GROUP, "Properties": {"RetentionInDays": 30, "KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}},
        }
    }


def _filtered(n: int, kind: str = "STANDARD", type: str = FORWARDER) -> dict[str, Any]:
    one: dict[str, Any] = {"LogGroupName": {"Ref": "Logs"}, "FilterPattern": ""}
    if type == FORWARDER:
        one["DestinationArn"] = "arn:aws:lambda:eu-west-1:123456789012:function:keep"
    else:
        one["MetricTransformations"] = [{"MetricName": "Errors", "MetricNamespace": "Shop", "MetricValue": "1"}]
    group = {"Type": GROUP, "Properties": {"RetentionInDays": 30, "LogGroupClass": kind}}
    return {"Resources": {"Logs": group, **{f"To{index}": {"Type": type, "Properties": one} for index in range(n)}}}


def _counter(**transformation: Any) -> dict[str, Any]:
    found = {"MetricName": "Errors", "MetricNamespace": "Shop", "MetricValue": "1", **transformation}
    return {"LogGroupName": "web", "FilterPattern": "ERROR", "MetricTransformations": [found]}


_BY_PATH = [{"Key": "Path", "Value": "$.path"}]


def _group(**properties: Any) -> dict[str, Any]:
    return {"Resources": {"Logs": {"Type": GROUP, "Properties": {"RetentionInDays": 30, **properties}}}}


RULES: tuple[Rule, ...] = (
    Rule(
        "LOG001", GROUP, "info",
        "the events are kept, and paid for, for ever",
        check=_forever,
        fix="set RetentionInDays",
        source="CloudWatch Logs User Guide, Change log data retention in CloudWatch Logs",
        verified="docs",
        good={"RetentionInDays": 30},
        bad={"LogGroupName": "web"},
    ),
    Rule(
        "LOG009", GROUP, "error",
        "CloudWatch Logs knows no retention of {value} days",
        then={"RetentionInDays": Retention()},
        source="CloudWatch Logs API Reference, PutRetentionPolicy",
        good=({"RetentionInDays": 1}, {"RetentionInDays": "3653"}),
        bad=({"RetentionInDays": 45}, {"RetentionInDays": 0}),
    ),
    Rule(
        "LOG002", GROUP, "error",
        "a log group takes its key by ARN: {problem}",
        check=_key_arn,
        fix="give the key's ARN, with Fn::GetAtt for a key of this template",
        source="CloudWatch Logs API Reference, AssociateKmsKey, kmsKeyId",
        refers=True,
        good=(
            {"RetentionInDays": 30, "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/k"},
            {"RetentionInDays": 30, "KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
        ),
        bad=(
            {"RetentionInDays": 30, "KmsKeyId": "alias/logs"},
            {"RetentionInDays": 30, "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:alias/logs"},
            {
                "RetentionInDays": 30,
                "KmsKeyId": {"Fn::Sub": "arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/logs"},
            },
            {
                "Resources": {
                    "Key": {"Type": KEY, "Properties": {}},
                    "Logs": {"Type": GROUP, "Properties": {"RetentionInDays": 30, "KmsKeyId": {"Ref": "Key"}}},
                }
            },
        ),
    ),
    Rule(
        "LOG003", GROUP, "error",
        "the policy of {key} does not let CloudWatch Logs use it, which refuses the log group",
        scope="graph",
        check=_key_use,
        fix="allow logs.<region>.amazonaws.com kms:Encrypt, kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey* and "
        "kms:DescribeKey, on condition that kms:EncryptionContext:aws:logs:arn is a log group of this account",
        source="CloudWatch Logs User Guide, Encrypt log data in CloudWatch Logs using AWS Key Management Service",
        verified="docs",
        good=_sealed(_LOGS),
        bad=_sealed(),
    ),
    Rule(
        "LOG004", (COUNTER, FORWARDER), "error",
        "{group} is of the class {kind}, which takes no {what} filters",
        scope="graph",
        check=_class,
        fix="use a log group of the class STANDARD; the class of one that exists cannot be changed",
        source="CloudWatch Logs User Guide, Log classes",
        verified="docs",
        good=_filtered(1),
        bad=(_filtered(1, "INFREQUENT_ACCESS"), _filtered(1, "DELIVERY", COUNTER)),
    ),
    Rule(
        "LOG005", FORWARDER, "error",
        "{group} has more than {most} subscription filters",
        scope="graph",
        check=_subscriptions,
        fix="forward once, to a stream that several read",
        source="CloudWatch Logs API Reference, PutSubscriptionFilter",
        good=_filtered(2),
        bad=_filtered(3),
    ),
    Rule(
        "LOG006", COUNTER, "error",
        "a metric of your own has a namespace of your own, not one below AWS/",
        then={
            "MetricTransformations/*/MetricNamespace": Not(StartsWith("AWS/")),
            "MetricTransformations/*/Dimensions": Length(0, LOG_DIMENSIONS_MOST),
        },
        source="CloudWatch Logs API Reference, MetricTransformation; CloudWatch API Reference, PutMetricData, Namespace",
        good=(_counter(), _counter(Dimensions=_BY_PATH)),
        bad=(_counter(MetricNamespace="AWS/Lambda"), _counter(Dimensions=[{"Key": f"k{n}", "Value": "$.a"} for n in range(4)])),
    ),
    Rule(
        "LOG007", COUNTER, "error",
        "a metric with dimensions has no default value: nothing says for which of them it would count",
        check=_default,
        fix="leave out DefaultValue, or the dimensions",
        source="CloudWatch Logs User Guide, Creating metrics from log events using filters, using dimensions",
        verified="docs",
        good=(_counter(DefaultValue=0), _counter(Dimensions=_BY_PATH)),
        bad=_counter(DefaultValue=0, Dimensions=_BY_PATH),
    ),
    Rule(
        "LOG008", GROUP, "error",
        "the class of a log group cannot be changed: it is {was} and would become {now}",
        scope="update",
        check=_changed_class,
        fix="make a new log group under another logical id",
        source="CloudWatch Logs API Reference, CreateLogGroup, logGroupClass",
        good=Update(_group(), _group(LogGroupClass="STANDARD")),
        bad=Update(_group(), _group(LogGroupClass="INFREQUENT_ACCESS")),
    ),
)  # fmt: skip
