"""What an Auto Scaling group grows and shrinks by, who may change it, and what it says of itself.

Source: EC2 Auto Scaling User Guide, dynamic, scheduled and predictive scaling.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, ref
from ...errors import ConstructError
from ...source import caller
from ...tokens import has_marker
from ..cloudwatch.metric import PLAIN, Measure, Metric
from ..existing import arn_here
from ..security.policy import give
from .lifecyclehook import LifecycleHook, WarmPool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any, Literal, NoReturn

    from ...resource import Resource
    from ...tokens import Token
    from ..elb.loadbalancer import ALBAccess
    from ..elb.targetgroup import TargetGroupAccess
    from ..functions.invocable import Invocable
    from ..messaging.sns import TopicAccess
    from ..messaging.sqs import QueueAccess
    from ..security.iam import ExistingRole, IAMRole
    from ..security.policy import Conditions, Grant, Grantee, Principal, Statement

POLICY = "AWS::AutoScaling::ScalingPolicy"
ACTION = "AWS::AutoScaling::ScheduledAction"
ADJUSTMENTS = {"count": "ChangeInCapacity", "percent": "PercentChangeInCapacity", "exact": "ExactCapacity"}
COMPLETE = ("autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat")
_PAIRS = {
    "cpu": "ASGCPUUtilization", "network-in": "ASGNetworkIn", "network-out": "ASGNetworkOut",
    "requests": "ALBRequestCount",
}  # fmt: skip


class GroupAccess(Construct):
    """A group of instances that grows and shrinks, whether it is made here or exists already."""

    if TYPE_CHECKING:
        instance_role: IAMRole | ExistingRole | None

    group_name = ref()

    @property
    def arn(self) -> str:
        """The group's ARN, as policies name it."""
        return arn_here("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{self.group_name}")

    # What it follows

    def scale_on_cpu(
        self,
        target: float = 50,
        *,
        warm_up: int | Token | None = None,
        scale_in: bool = True,
        id: str = "OnCpu",
    ) -> Resource:
        """Grow and shrink so that the average CPU utilization stays near `target` percent.

        `warm_up`: seconds until a new instance counts, the group's by default; `scale_in=False`: grow only. Makes a
        policy below the group. Source: EC2 Auto Scaling User Guide, target tracking scaling policies.
        """
        return self._track(id, target, warm_up, scale_in, _ready("ASGAverageCPUUtilization"))

    def scale_on_network(
        self,
        target: float,
        way: Literal["in", "out"] = "in",
        *,
        warm_up: int | Token | None = None,
        scale_in: bool = True,
        id: str | None = None,
    ) -> Resource:
        """Grow and shrink so that each instance receives (or sends, `way="out"`) about `target` bytes a minute."""
        word = "In" if way == "in" else "Out"
        return self._track(
            id or f"OnNetwork{word}", target, warm_up, scale_in, _ready(f"ASGAverageNetwork{word}")
        )  # fmt: skip

    def scale_on_requests(
        self,
        target_group: TargetGroupAccess,
        per_target: float,
        *,
        balancer: ALBAccess | None = None,
        warm_up: int | Token | None = None,
        scale_in: bool = True,
        id: str = "OnRequests",
    ) -> Resource:
        """Grow and shrink so that each instance gets about `per_target` requests a minute from a target group.

        The target group stands behind an Application Load Balancer, which must send requests there already; `balancer`
        says which one where that is not known here.
        """
        label, behind = _label(target_group, balancer)
        made = self._track(id, per_target, warm_up, scale_in, _ready("ALBRequestCountPerTarget", label))
        here = [one for one in behind if one.node.stack is self.node.stack]
        if here:  # the policy is refused while nothing sends requests to the target group
            made.node.depends_on(*here)
        return made

    def scale_on(
        self,
        metric: Measure,
        target: float,
        *,
        warm_up: int | Token | None = None,
        scale_in: bool = True,
        id: str | None = None,
    ) -> Resource:
        """Grow and shrink so that a metric stays near `target`: one that falls when there are more instances.

        `metric`: a `Metric`, or a calculation such as `waiting / instances`; "queue length per instance" is one, the
        length of the queue alone is not.
        """
        self._check_metric(metric)
        return self._track(
            id or f"On{_word(metric)}", target, warm_up, scale_in, {"CustomizedMetricSpecification": _custom(metric)}
        )

    def _track(
        self, id: str, target: float, warm_up: int | Token | None, scale_in: bool, what: Mapping[str, Any]
    ) -> Resource:
        return self._policy(
            id,
            PolicyType="TargetTrackingScaling",
            EstimatedInstanceWarmup=warm_up,
            TargetTrackingConfiguration={
                "TargetValue": target,
                "DisableScaleIn": None if scale_in else True,
                **what,
            },
        )

    def scale_by_steps(
        self,
        metric: Measure,
        *,
        above: Mapping[float, int] | None = None,
        below: Mapping[float, int] | None = None,
        unit: Literal["count", "percent", "exact"] = "count",
        at_least: int | None = None,
        periods: int = 1,
        warm_up: int | Token | None = None,
        id: str | None = None,
    ) -> None:
        """Change the size by how far a metric is off: `above={70: 1, 90: 3}, below={20: -1}`.

        From each value of `above` on, and from each value of `below` down, the size changes by that much: instances,
        `unit="percent"` of the group (`at_least` so many instances), or "exact" sizes. `periods`: how many periods of
        the metric in a row. Makes a policy and an alarm for either side, called `…Up`, `…UpAlarm`, `…Down`, `…DownAlarm`.

        Source: EC2 Auto Scaling User Guide, step and simple scaling policies.
        """
        if not above and not below:
            raise ConstructError(f"{self.node.path}: no steps", place=caller(), fix="above={70: 1}, below={20: -1}")
        self._check_metric(metric)
        if unit not in ADJUSTMENTS:
            raise ConstructError(
                f"{self.node.path}: unit={unit!r}", place=caller(), fix=f"one of: {', '.join(map(repr, ADJUSTMENTS))}"
            )
        odd = next((one for one in (*(above or ()), *(below or ())) if not isinstance(one, int | float)), None)
        if odd is not None:
            raise ConstructError(
                f"{self.node.path}: the step at {odd!r} is at no number", place=caller(), fix="above={70: 1}"
            )
        name = id or f"On{_word(metric)}"
        for side, steps in (("Up", above), ("Down", below)):
            if steps:
                self._step_policy(f"{name}{side}", side == "Up", metric, steps, unit, at_least, periods, warm_up)

    def _check_metric(self, metric: object) -> None:
        if not isinstance(metric, Measure):
            raise ConstructError(
                f"{self.node.path}: a {type(metric).__name__} is no metric", place=caller(),
                fix='such as queue.metric("…") / group.metric("GroupInServiceInstances")',
            )  # fmt: skip

    def _step_policy(
        self,
        id: str,
        up: bool,
        metric: Measure,
        steps: Mapping[float, int],
        unit: str,
        at_least: int | None,
        periods: int,
        warm_up: int | Token | None,
    ) -> None:
        from ..cloudwatch.cloudwatch import Alarm

        values = sorted(steps, reverse=not up)
        first = values[0]
        ends = [*values[1:], None]
        adjustments = []
        for value, end in zip(values, ends, strict=True):
            near, far = value - first, None if end is None else end - first
            low, high = (near, far) if up else (far, near)
            adjustments.append(
                {
                    "MetricIntervalLowerBound": low,
                    "MetricIntervalUpperBound": high,
                    "ScalingAdjustment": steps[value],
                }
            )
        statistic = metric.statistic if isinstance(metric, Metric) else None
        policy = self._policy(
            id,
            PolicyType="StepScaling",
            AdjustmentType=ADJUSTMENTS[unit],
            MinAdjustmentMagnitude=at_least,
            StepAdjustments=adjustments,
            EstimatedInstanceWarmup=warm_up,
            MetricAggregationType=statistic if statistic in ("Maximum", "Minimum") else None,
        )
        comparison: Literal[">=", "<="] = ">=" if up else "<="
        alarm = Alarm(self, f"{id}Alarm", metric=metric, threshold=first, comparison=comparison, periods=periods)
        alarm.notify(policy.ref)

    def scale_on_schedule(
        self,
        cron: str | None = None,
        *,
        min: int | Token | None = None,
        max: int | Token | None = None,
        desired: int | Token | None = None,
        timezone: str | None = None,
        start: datetime | str | None = None,
        end: datetime | str | None = None,
        id: str | None = None,
    ) -> Resource:
        """Change the bounds or the size at certain times: `"0 8 * * 1-5"`, or once at `start`.

        `cron` has five fields: minute, hour, day of month, month, day of week; in UTC, or the `timezone`
        ("Europe/Berlin"). `start` and `end` bound it: a `datetime` (UTC unless it says otherwise) or text. Makes a
        scheduled action called `Schedule1` and so on, or `id`. Source: EC2 Auto Scaling User Guide, scheduled scaling.
        """
        number = sum(1 for name in self.node.children if re.fullmatch(r"Schedule\d+", name)) + 1
        made: Resource = resource_class(ACTION)(
            self,
            id or f"Schedule{number}",
            AutoScalingGroupName=self.group_name,
            Recurrence=cron,
            MinSize=min,
            MaxSize=max,
            DesiredCapacity=desired,
            TimeZone=timezone,
            StartTime=_moment(start),
            EndTime=_moment(end),
        )
        return made

    def scale_predictively(
        self,
        on: Literal["cpu", "network-in", "network-out", "requests"] = "cpu",
        target: float = 50,
        *,
        target_group: TargetGroupAccess | None = None,
        balancer: ALBAccess | None = None,
        forecast_only: bool = False,
        ahead: int | Token | None = None,
        beyond_max: int | Token | None = None,
        id: str = "Predictive",
    ) -> Resource:
        """Grow before the load comes, as the last two weeks let expect.

        - `on`, `target`: as for the other ways; "requests" takes a `target_group`.
        - `forecast_only`: show what it would do, and do nothing.
        - `ahead`: seconds before the load at which instances start. `beyond_max`: percent above the forecast by which
          `max` may be passed, 0 to 100.

        Source: EC2 Auto Scaling User Guide, predictive scaling.
        """
        if on not in _PAIRS:
            raise ConstructError(
                f"{self.node.path}: on={on!r}", place=caller(), fix=f"one of: {', '.join(map(repr, _PAIRS))}"
            )
        if (on == "requests") is (target_group is None):
            raise ConstructError(
                f'{self.node.path}: target_group= goes with on="requests", and is needed there', place=caller(),
                fix='on="requests", target_group=…',
            )  # fmt: skip
        label = None if target_group is None else _label(target_group, balancer)[0]
        pair = {"PredefinedMetricType": _PAIRS[on], "ResourceLabel": label}
        return self._policy(
            id,
            PolicyType="PredictiveScaling",
            PredictiveScalingConfiguration={
                "Mode": "ForecastOnly" if forecast_only else "ForecastAndScale",
                "MetricSpecifications": [{"TargetValue": target, "PredefinedMetricPairSpecification": pair}],
                "SchedulingBufferTime": ahead,
                "MaxCapacityBreachBehavior": None if beyond_max is None else "IncreaseMaxCapacity",
                "MaxCapacityBuffer": beyond_max,
            },
        )

    def _policy(self, id: str, **properties: Any) -> Resource:
        made: Resource = resource_class(POLICY)(self, id, AutoScalingGroupName=self.group_name, **properties)
        return made

    # What happens to its instances

    def on_launch(
        self,
        notify: TopicAccess | QueueAccess | Invocable | None = None,
        *,
        timeout: int | Token | None = None,
        otherwise: Literal["abandon", "continue"] | None = None,
        metadata: str | None = None,
        role: IAMRole | ExistingRole | None = None,
        name: str | None = None,
        id: str = "OnLaunch",
    ) -> LifecycleHook:
        """Let new instances wait before they serve, and tell a topic, queue or function of each.

        - `timeout`: seconds they wait for an answer, 30 to 7,200; an hour by default. `otherwise`: what follows when there
          is none: "abandon" (default: they are terminated) or "continue".
        - `metadata`: text that goes along, at most 1,023 characters.
        - `role`: through which a topic or queue is told; one is made by default.

        EventBridge hears of it in any case. Source: EC2 Auto Scaling User Guide, lifecycle hooks.
        """
        return LifecycleHook(
            self, id, group=self, moment="launch", notify=notify, timeout=timeout, otherwise=otherwise,
            metadata=metadata, role=role, name=name,
        )  # fmt: skip

    def on_terminate(
        self,
        notify: TopicAccess | QueueAccess | Invocable | None = None,
        *,
        timeout: int | Token | None = None,
        otherwise: Literal["abandon", "continue"] | None = None,
        metadata: str | None = None,
        role: IAMRole | ExistingRole | None = None,
        name: str | None = None,
        id: str = "OnTerminate",
    ) -> LifecycleHook:
        """Let instances wait before they go, and tell a topic, queue or function of each; as `on_launch`."""
        return LifecycleHook(
            self, id, group=self, moment="terminate", notify=notify, timeout=timeout, otherwise=otherwise,
            metadata=metadata, role=role, name=name,
        )  # fmt: skip

    def warm_pool(
        self,
        *,
        least: int | Token | None = None,
        most: int | Token | None = None,
        state: Literal["stopped", "running", "hibernated"] = "stopped",
        reuse: bool = False,
    ) -> WarmPool:
        """Keep instances that have started once, so that growing is quick.

        `least`: how many at least (0); `most`: how many in the pool and the group together (the group's `max`); `state`:
        how they wait; `reuse`: instances come back when the group shrinks. Makes "WarmPool" below the group.
        """
        return WarmPool(self, "WarmPool", group=self, least=least, most=most, state=state, reuse=reuse)

    # Who may do what

    def allow(
        self, *actions: str, on: str | Sequence[str], when: Conditions | None = None, sid: str | None = None
    ) -> Grant:
        """Let the instances do `actions` on the ARNs in `on`: a permission of their role."""
        return self._role().allow(*actions, on=on, when=when, sid=sid)

    def as_principal(self) -> Principal:
        """The instances' role as a principal of a resource's policy."""
        return self._role().as_principal()

    def _role(self) -> IAMRole | ExistingRole:
        if self.instance_role is None:
            raise ConstructError(
                f"the role of the instances of {self.node.path} is not known here", place=caller(),
                fix="give the group its role=, or use the role itself",
            )  # fmt: skip
        return self.instance_role

    def grant_complete(self, who: Grantee) -> Grant:
        """Let somebody answer for instances that wait in a lifecycle hook, and ask for more time."""
        return give(who, COMPLETE, on=[self.arn], through=self._state)

    def grant_resize(self, who: Grantee) -> Grant:
        """Let somebody set how many instances there are, within the bounds, and terminate single ones."""
        actions = ("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup")
        return give(who, actions, on=[self.arn], through=self._state)

    def _state(self, statement: Statement) -> NoReturn:
        raise ConstructError(
            f"the group {self.node.path} has no policy of its own", place=caller(),
            fix="give the permission to a role, a user, a group or a function",
        )  # fmt: skip

    def metric(self, name: str, *, statistic: str = "Average", period: int = 300) -> Metric:
        """What is known of the group ("GroupInServiceInstances", with `metrics=`) or its instances ("CPUUtilization").

        Source: EC2 Auto Scaling User Guide, CloudWatch metrics; EC2 User Guide, CloudWatch metrics.
        """
        space = "AWS/AutoScaling" if name.startswith(("Group", "WarmPool", "PredictiveScaling")) else "AWS/EC2"
        return Metric(space, name, {"AutoScalingGroupName": self.group_name}, statistic=statistic, period=period)


def _ready(kind: str, label: str | None = None) -> dict[str, Any]:
    return {"PredefinedMetricSpecification": {"PredefinedMetricType": kind, "ResourceLabel": label}}


def _label(group: TargetGroupAccess, balancer: ALBAccess | None) -> tuple[str, list[Construct]]:
    """How a policy names a target group behind a load balancer, and the listeners and rules that send requests there."""
    if not hasattr(group, "full_name"):
        raise ConstructError(f"a {type(group).__name__} is no target group", place=caller(), fix="give a TargetGroup")
    listeners: list[Any] = list(getattr(group, "_listeners", ()))
    found = balancer or next((one.balancer for one in listeners if one.balancer is not None), None)
    if found is None:
        raise ConstructError(
            f"no Application Load Balancer sends requests to {group.node.path} yet, or it is not known here",
            place=caller(), fix="make its listener first, or say balancer=",
        )  # fmt: skip
    return f"{found.full_name}/{group.full_name}", list(getattr(group, "senders", ()))


def _custom(metric: Measure) -> dict[str, Any]:
    """A metric of one's own, as target tracking takes it."""
    if isinstance(metric, Metric) and metric.statistic in PLAIN and metric.account is None:
        found = metric.properties()
        return {name: found[name] for name in ("MetricName", "Namespace", "Dimensions", "Statistic", "Unit")} | {
            "Period": metric.period if metric.period in (10, 20, 30) else None
        }
    queries = list(metric.queries("target"))
    queries[0]["ReturnData"] = True
    for query in queries:
        query.pop("AccountId", None)
        stat = query.get("MetricStat")
        if stat is not None and stat.get("Period") not in (10, 20, 30):
            stat.pop("Period", None)
    return {"Metrics": queries}


def _word(metric: Measure) -> str:
    name = metric.name if isinstance(metric, Metric) and not has_marker(metric.name) else "Metric"
    return "".join(piece[:1].upper() + piece[1:] for piece in re.findall(r"[A-Za-z0-9]+", name))


def _moment(when: datetime | str | None) -> str | None:
    """A point in time as Auto Scaling reads it, in UTC."""
    if when is None or isinstance(when, str):
        return when
    if not hasattr(when, "utcoffset"):
        raise ConstructError(
            f"{when!r} is no point in time", place=caller(), fix='a datetime, or "2027-01-01T08:00:00Z"'
        )
    offset = when.utcoffset()
    return (when if offset is None else when - offset).strftime("%Y-%m-%dT%H:%M:%SZ")
