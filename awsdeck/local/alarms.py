"""CloudWatch alarms through CloudWatch itself."""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id, get_region

from .call import call
from .kind import Kind, Made, Properties, made_up


class Alarm:
    """AWS::CloudWatch::Alarm; one on a calculation is kept without the calculation, and never fires."""

    OPERATION = "PutMetricAlarm"
    LEFT_OUT: tuple[str, ...] = ("Metrics", "Tags", "ThresholdMetricId")
    in_place = frozenset({
        "ActionsEnabled", "AlarmActions", "AlarmDescription", "ComparisonOperator", "DatapointsToAlarm", "Dimensions",
        "EvaluateLowSampleCountPercentile", "EvaluationPeriods", "ExtendedStatistic", "InsufficientDataActions",
        "MetricName", "Metrics", "Namespace", "OKActions", "Period", "Statistic", "Tags", "Threshold",
        "ThresholdMetricId", "TreatMissingData", "Unit",
    })  # fmt: skip

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        name = properties.get("AlarmName") or made_up(stack, logical_id, 255)
        return name, self.put(name, properties)

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        return physical_id, self.put(physical_id, new)

    def put(self, name: str, properties: Properties) -> dict[str, Any]:
        given = {key: value for key, value in properties.items() if key not in self.LEFT_OUT}
        call("cloudwatch", self.OPERATION, **{**given, "AlarmName": name})
        return {"Arn": f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}"}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("cloudwatch", "DeleteAlarms", AlarmNames=[physical_id])


class CompositeAlarm(Alarm):
    """AWS::CloudWatch::CompositeAlarm."""

    OPERATION = "PutCompositeAlarm"
    LEFT_OUT = ("Tags",)
    in_place = frozenset({
        "ActionsEnabled", "ActionsSuppressor", "ActionsSuppressorExtensionPeriod", "ActionsSuppressorWaitPeriod",
        "AlarmActions", "AlarmDescription", "AlarmRule", "InsufficientDataActions", "OKActions", "Tags",
    })  # fmt: skip


TYPES: dict[str, Kind] = {"AWS::CloudWatch::Alarm": Alarm(), "AWS::CloudWatch::CompositeAlarm": CompositeAlarm()}
