"""How the instances of a group are brought up to date, and what is waited for.

Source: CloudFormation User Guide, UpdatePolicy attribute, CreationPolicy attribute; EC2 Auto Scaling User Guide,
instance refresh.
"""

from __future__ import annotations

from ...errors import ConstructError
from ...source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from ..cloudwatch.cloudwatch import AlarmAccess

    Process = Literal[
        "AZRebalance", "AddToLoadBalancer", "AlarmNotification", "HealthCheck", "InstanceRefresh", "Launch",
        "ReplaceUnhealthy", "ScheduledActions", "Terminate",
    ]  # fmt: skip

BATCH_MOST = 3_600
"""Seconds that a rolling update waits for one batch."""
SUSPENDED = ("AZRebalance", "AlarmNotification", "HealthCheck", "ReplaceUnhealthy", "ScheduledActions")
"""What is better off while instances are replaced. Source: CloudFormation User Guide, AutoScalingRollingUpdate."""


class Signals:
    """What new instances say when they are ready, with `cfn-signal`; without it they count as failed.

    - `timeout`: seconds to wait for them, up to 43,200 (12 hours; an hour in each batch of a rolling update); 15 minutes
      by default.
    - `count`: how many signals make the group complete; as many as it starts with by default.
    - `min_success_percent`: the part that must say so, 100 by default.
    """

    __slots__ = ("timeout", "count", "min_success_percent")

    def __init__(self, *, timeout: int = 900, count: int | None = None, min_success_percent: int | None = None) -> None:
        duration(timeout)
        self.timeout = timeout
        self.count = count
        self.min_success_percent = min_success_percent

    def creation(self, count: int | None) -> dict[str, Any]:
        """The `CreationPolicy` of a group that starts with `count` instances."""
        found: dict[str, Any] = {"ResourceSignal": {"Count": self.count or count, "Timeout": duration(self.timeout)}}
        if self.count is None and count is None:
            del found["ResourceSignal"]["Count"]
        if self.min_success_percent is not None:
            found["AutoScalingCreationPolicy"] = {"MinSuccessfulInstancesPercent": self.min_success_percent}
        return found


class RollingUpdate:
    """Instances are replaced in batches by CloudFormation, which goes back when new ones fail.

    - `batch`: how many at once, 1 to 100 (1).
    - `keep`: how many stay in service, less than the group's `max`; its `min` by default, as far as that goes.
      `keep_percent`: instead of a number, 0 to 100.
    - `pause`: seconds between batches, up to 3,600; with `signals=` of the group their timeout.
    - `min_success_percent`: the part of new instances that must be well, 100 by default.
    - `suspend`: what Auto Scaling leaves alone meanwhile; health checks, replacing, rebalancing, alarms and schedules by
      default.
    """

    __slots__ = ("batch", "keep", "keep_percent", "pause", "min_success_percent", "suspend")

    def __init__(
        self,
        *,
        batch: int = 1,
        keep: int | None = None,
        keep_percent: int | None = None,
        pause: int | None = None,
        min_success_percent: int | None = None,
        suspend: Sequence[Process] | None = None,
    ) -> None:
        self.batch = batch
        self.keep = keep
        self.keep_percent = keep_percent
        self.pause = pause
        self.min_success_percent = min_success_percent
        self.suspend = suspend

    def policy(self, least: object, most: object, signals: Signals | None) -> dict[str, Any]:
        """Its part of the `UpdatePolicy` of a group of these sizes."""
        keep = self.keep
        if keep is None and self.keep_percent is None and isinstance(least, int) and isinstance(most, int):
            keep = min(least, most - 1)
            keep = None if keep < 1 else keep
        wait = min(signals.timeout, BATCH_MOST) if signals is not None and self.pause is None else self.pause
        body = {
            "MaxBatchSize": self.batch,
            "MinInstancesInService": keep,
            "MinActiveInstancesPercent": self.keep_percent,
            "PauseTime": None if wait is None else duration(wait),
            "WaitOnResourceSignals": True if signals is not None else None,
            "MinSuccessfulInstancesPercent": self.min_success_percent,
            "SuspendProcesses": list(SUSPENDED if self.suspend is None else self.suspend),
        }
        return {"AutoScalingRollingUpdate": given(body)}


class InstanceRefresh:
    """Instances are replaced by Auto Scaling itself, with checkpoints, and CloudFormation waits for it.

    - `strategy`: "rolling" (default: new instances), or "replace-root-volume" (new root disks).
    - `min_healthy`, `max_healthy`: percent of the group, 0 to 100 and 100 to 200, at most 100 apart.
    - `warm_up`: seconds until a new instance counts; the group's by default.
    - `checkpoints`: percentages at which it waits for `checkpoint_delay` seconds; `bake_time`: seconds to watch at the
      end.
    - `skip_matching`: leave those alone that are up to date already.
    - `protected`: instances protected from scale-in: "ignore", "refresh" or "wait"; `standby`: those in standby:
      "ignore", "terminate" or "wait".
    - `alarms`: up to 10 alarms that stop it when they go off.
    """

    __slots__ = (
        "strategy", "min_healthy", "max_healthy", "warm_up", "checkpoints", "checkpoint_delay", "bake_time",
        "skip_matching", "protected", "standby", "alarms",
    )  # fmt: skip

    def __init__(
        self,
        strategy: Literal["rolling", "replace-root-volume"] = "rolling",
        *,
        min_healthy: int | None = None,
        max_healthy: int | None = None,
        warm_up: int | None = None,
        checkpoints: Sequence[int] = (),
        checkpoint_delay: int | None = None,
        bake_time: int | None = None,
        skip_matching: bool | None = None,
        protected: Literal["ignore", "refresh", "wait"] | None = None,
        standby: Literal["ignore", "terminate", "wait"] | None = None,
        alarms: Sequence[AlarmAccess | str] = (),
    ) -> None:
        _one_of("strategy", strategy, ("rolling", "replace-root-volume"))
        _one_of("protected", protected, (None, "ignore", "refresh", "wait"))
        _one_of("standby", standby, (None, "ignore", "terminate", "wait"))
        self.strategy = strategy
        self.min_healthy = min_healthy
        self.max_healthy = max_healthy
        self.warm_up = warm_up
        self.checkpoints = checkpoints
        self.checkpoint_delay = checkpoint_delay
        self.bake_time = bake_time
        self.skip_matching = skip_matching
        self.protected = protected
        self.standby = standby
        self.alarms = alarms

    def policy(self, least: object, most: object, signals: Signals | None) -> dict[str, Any]:
        """Its part of the `UpdatePolicy` of a group."""
        names = [one if isinstance(one, str) else one.alarm_name for one in self.alarms]
        body = {
            "MinHealthyPercentage": self.min_healthy,
            "MaxHealthyPercentage": self.max_healthy,
            "InstanceWarmup": self.warm_up,
            "CheckpointPercentages": list(self.checkpoints) or None,
            "CheckpointDelay": self.checkpoint_delay,
            "BakeTime": self.bake_time,
            "SkipMatching": self.skip_matching,
            "ScaleInProtectedInstances": None if self.protected is None else self.protected.capitalize(),
            "StandbyInstances": None if self.standby is None else self.standby.capitalize(),
            "AlarmSpecification": {"Alarms": names} if names else None,
        }
        found: dict[str, Any] = {"Strategy": STRATEGIES[self.strategy]}
        if preferences := given(body):
            found["Preferences"] = preferences
        return {"AutoScalingInstanceRefresh": found}


STRATEGIES = {"rolling": "Rolling", "replace-root-volume": "ReplaceRootVolume"}


class ReplacingUpdate:
    """A new group is made beside the old one, which goes when the new one is complete; give the group `signals=`."""

    __slots__ = ()

    def policy(self, least: object, most: object, signals: Signals | None) -> dict[str, Any]:
        """Its part of the `UpdatePolicy` of a group."""
        return {"AutoScalingReplacingUpdate": {"WillReplace": True}}


def _one_of(name: str, value: object, allowed: tuple[str | None, ...]) -> None:
    if value not in allowed:
        raise ConstructError(f"{name}={value!r}", place=caller(), fix=f"one of: {', '.join(map(repr, allowed))}")


def given(body: dict[str, Any]) -> dict[str, Any]:
    """What is not None of a body."""
    return {name: value for name, value in body.items() if value is not None}


def duration(seconds: int) -> str:
    """Seconds as CloudFormation writes them: PT15M."""
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 0:
        raise ConstructError(f"{seconds!r} is no time to wait", place=caller(), fix="seconds, such as 900")
    hours, rest = divmod(seconds, 3_600)
    minutes, left = divmod(rest, 60)
    parts = [f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (left, "S")) if number]
    return "PT" + ("".join(parts) or "0S")
