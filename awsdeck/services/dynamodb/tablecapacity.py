"""Capacity of DynamoDB tables that follows their use."""

from __future__ import annotations

from ...cfn import resource_class
from ...errors import ConstructError
from ...source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...constructs import Construct

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
SCALING_POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"


class ScaledCapacity:
    """Provisioned capacity that follows use: from `least` to `most` units a second.

    - `target`: the share of the capacity that is to be used, 20 to 90 percent; 70 by default.
    - `scale_in_after`, `scale_out_after`: seconds to wait after a change before the next one.

    Source: DynamoDB Developer Guide, managing throughput capacity with auto scaling.
    """

    __slots__ = ("least", "most", "target", "scale_in_after", "scale_out_after")

    def __init__(
        self,
        least: int,
        most: int,
        *,
        target: int = 70,
        scale_in_after: int | None = None,
        scale_out_after: int | None = None,
    ) -> None:
        if least > most:
            raise ConstructError(
                f"capacity from {least} to {most}", place=caller(), fix="the least comes first, then the most"
            )
        if not 20 <= target <= 90:
            raise ConstructError(f"target={target}", place=caller(), fix="20 to 90 percent")
        self.least = least
        self.most = most
        self.target = target
        self.scale_in_after = scale_in_after
        self.scale_out_after = scale_out_after

    def tracking(self) -> dict[str, Any]:
        """What Application Auto Scaling and global tables are told alike."""
        return {
            "TargetValue": self.target,
            "ScaleInCooldown": self.scale_in_after,
            "ScaleOutCooldown": self.scale_out_after,
        }

    def settings(self) -> dict[str, Any]:
        """The capacity as a global table writes it."""
        return {
            "MinCapacity": self.least,
            "MaxCapacity": self.most,
            "TargetTrackingScalingPolicyConfiguration": self.tracking(),
        }


def scale(scope: Construct, word: str, kind: str, id: str, read: Any, write: Any) -> None:
    """Let Application Auto Scaling look after a table or (`kind` "index") one of its indexes, as far as wanted."""
    for capacity, way in ((read, "Read"), (write, "Write")):
        if not isinstance(capacity, ScaledCapacity):
            continue
        target = resource_class(TARGET)(
            scope,
            f"{word}{way}Scaling",
            ServiceNamespace="dynamodb",
            ResourceId=id,
            ScalableDimension=f"dynamodb:{kind}:{way}CapacityUnits",
            MinCapacity=capacity.least,
            MaxCapacity=capacity.most,
        )
        resource_class(SCALING_POLICY)(
            scope,
            f"{word}{way}ScalingPolicy",
            PolicyName=f"{way}CapacityUse",
            PolicyType="TargetTrackingScaling",
            ScalingTargetId=target.ref,
            TargetTrackingScalingPolicyConfiguration={
                **capacity.tracking(),
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": f"DynamoDB{way}CapacityUtilization",
                },
            },
        )
