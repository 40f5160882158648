"""What an Auto Scaling group grows and shrinks by: its bounds, its policies, its schedules."""

from __future__ import annotations

import re
from itertools import pairwise

from ..vocabulary import ABSENT, Violation, grouped, is_unknown, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

GROUP = "AWS::AutoScaling::AutoScalingGroup"
POLICY = "AWS::AutoScaling::ScalingPolicy"
ACTION = "AWS::AutoScaling::ScheduledAction"

_SIZES = ("MinSize", "DesiredCapacity", "MaxSize")


def known(value: Any) -> bool:
    """Whether a property is given and its value is known."""
    return value is not ABSENT and value is not None and not is_unknown(value)


def bounds(view: View) -> Iterator[Violation]:
    """Sizes of a group or a scheduled action that are no numbers, or in the wrong order."""
    sizes: dict[str, int | float] = {}
    for name in _SIZES:
        value = view.get(name)
        if not known(value) or isinstance(value, dict | list):
            continue
        size = number(value)
        if size is None or size < 0 or size != int(size):
            yield Violation(
                (name,), problem=f"{name} is a whole number of instances", allowed="0 or more", value=value,
                fix="write how many",
            )  # fmt: skip
        else:
            sizes[name] = size
    low, wanted, high = (sizes.get(name) for name in _SIZES)
    if low is not None and high is not None and low > high:
        yield Violation(
            ("MinSize",), problem=f"MinSize {grouped(low)} is more than MaxSize {grouped(high)}",
            allowed=f"at most {grouped(high)}", fix="the least comes first, then the most",
        )  # fmt: skip
    elif wanted is not None and ((low is not None and wanted < low) or (high is not None and wanted > high)):
        span = f"{grouped(low) if low is not None else 0} to {grouped(high) if high is not None else 'MaxSize'}"
        yield Violation(
            ("DesiredCapacity",), problem="DesiredCapacity lies between MinSize and MaxSize", value=wanted, allowed=span,
            fix="leave DesiredCapacity out; the group then starts with MinSize",
        )  # fmt: skip


# Policies


def policies(view: View) -> Iterator[Violation]:
    """A policy without what its type needs, or with steps that do not join."""
    kind = view.get("PolicyType", "SimpleScaling")
    if not isinstance(kind, str) or is_unknown(kind):
        return
    for name in _NEEDED.get(kind, ()):
        if view.get(name) is ABSENT:
            yield _problem((name,), kind, f"it needs {name}", f"add {name}")
    if kind == "TargetTrackingScaling":
        yield from _tracking(view)
    if kind == "StepScaling":
        yield from _steps(view, kind)
    if kind != "SimpleScaling" and view.get("Cooldown") is not ABSENT:
        yield Violation(
            ("Cooldown",), severity="warning", kind=kind, problem="Cooldown says nothing to it",
            fix="use EstimatedInstanceWarmup" if kind != "PredictiveScaling" else "leave it out",
        )  # fmt: skip
    if kind == "SimpleScaling" and view.get("EstimatedInstanceWarmup") is not ABSENT:
        yield Violation(
            ("EstimatedInstanceWarmup",), severity="warning", kind=kind,
            problem="EstimatedInstanceWarmup says nothing to it", fix="use Cooldown",
        )  # fmt: skip


_NEEDED = {
    "TargetTrackingScaling": ("TargetTrackingConfiguration",),
    "StepScaling": ("AdjustmentType", "StepAdjustments"),
    "SimpleScaling": ("AdjustmentType", "ScalingAdjustment"),
    "PredictiveScaling": ("PredictiveScalingConfiguration",),
}


def _problem(path: Path, kind: str, problem: str, fix: str, **values: Any) -> Violation:
    return Violation(path, kind=kind, problem=problem, fix=fix, **values)


def _tracking(view: View) -> Iterator[Violation]:
    top = "TargetTrackingConfiguration"
    kind = "TargetTrackingScaling"
    body = view.get(top)
    if not isinstance(body, dict) or is_unknown(body):
        return
    ready, own = body.get("PredefinedMetricSpecification", ABSENT), body.get("CustomizedMetricSpecification", ABSENT)
    if (ready is ABSENT) is (own is ABSENT):
        how = "exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification says what it follows"
        yield _problem((top,), kind, how, "keep one of them" if ready is not ABSENT else "add one of them")
    if "TargetValue" not in body:
        yield _problem((top, "TargetValue"), kind, "it needs the value to hold", "add TargetValue")
    if isinstance(ready, dict) and not is_unknown(ready):
        requests = ready.get("PredefinedMetricType") == "ALBRequestCountPerTarget"
        if requests and "ResourceLabel" not in ready:
            yield _problem(
                (top, "PredefinedMetricSpecification", "ResourceLabel"), kind,
                "requests are counted for one target group, and none is named",
                "ResourceLabel: <load balancer's full name>/<target group's full name>",
            )  # fmt: skip
        target = number(body.get("TargetValue"))
        if (
            ready.get("PredefinedMetricType") == "ASGAverageCPUUtilization"
            and target is not None
            and not 0 < target < 100
        ):
            yield _problem(
                (top, "TargetValue"), kind, "the use of processors is a percentage, and this one never lets it both grow "
                "and shrink", "choose a value between 0 and 100, such as 50", severity="warning", value=target,
            )  # fmt: skip
    if isinstance(own, dict) and not is_unknown(own):
        several, single = "Metrics" in own, [name for name in ("MetricName", "Namespace", "Statistic") if name in own]
        path = (top, "CustomizedMetricSpecification")
        if several and single:
            yield _problem(path, kind, "Metrics stands alone, without MetricName and the like", "keep one of the ways")
        elif not several and len(single) < 3:
            missing = next(name for name in ("MetricName", "Namespace", "Statistic") if name not in single)
            yield _problem((*path, missing), kind, f"a metric of its own needs {missing}", f"add {missing}")


def _steps(view: View, kind: str) -> Iterator[Violation]:
    top = "StepAdjustments"
    given = view.get(top)
    if not isinstance(given, list):
        return
    steps: list[tuple[float, float, int]] = []
    for place, step in enumerate(given):
        if not isinstance(step, dict) or is_unknown(step):
            return
        ends = []
        for name, open_end in (("MetricIntervalLowerBound", float("-inf")), ("MetricIntervalUpperBound", float("inf"))):
            value = step.get(name, ABSENT)
            end = open_end if value is ABSENT or value is None else number(value)
            if end is None:
                return
            ends.append(float(end))
        if ends[0] >= ends[1]:
            yield _problem((top, place), kind, "a step's lower bound lies below its upper bound", "swap them")
            return
        steps.append((ends[0], ends[1], place))
    if not steps:
        yield _problem((top,), kind, "it needs a step at least", "add one")
        return
    steps.sort()
    for (_, end, _), (start, _, place) in pairwise(steps):
        if end != start:
            what = "overlap" if end > start else "leave a gap"
            yield _problem((top, place), kind, f"two steps {what}", "let each begin where the one before ends")
    if steps[0][0] != float("-inf") and steps[0][0] < 0:
        yield _problem(
            (top, steps[0][2]), kind, "with steps below the threshold, the lowest has no lower bound",
            "leave MetricIntervalLowerBound out there",
        )  # fmt: skip
    if steps[-1][1] != float("inf") and steps[-1][1] > 0:
        yield _problem(
            (top, steps[-1][2]), kind, "with steps above the threshold, the highest has no upper bound",
            "leave MetricIntervalUpperBound out there",
        )  # fmt: skip


def idle(graph: Graph) -> Iterator[Violation]:
    """Scaling policies of groups that cannot change their size."""
    for policy in graph.of(POLICY):
        target = graph.target(policy, policy.get("AutoScalingGroupName"))
        if target is None or target.view.type != GROUP:
            continue
        group = target.view
        low, high = number(group.get("MinSize")), number(group.get("MaxSize"))
        if (
            low is None
            or high is None
            or low != high
            or any(_resizes(graph, action, group) for action in graph.of(ACTION))
        ):
            continue
        yield Violation(("AutoScalingGroupName",), view=policy, group=group.id, size=int(low))


def _resizes(graph: Graph, action: View, group: View) -> bool:
    """Whether a scheduled action may change the bounds of a group, or cannot be told to belong to another."""
    value = action.get("AutoScalingGroupName")
    target = graph.target(action, value)
    mine = target is None if is_unknown(value) else False
    if target is not None:
        mine = target.view.id == group.id and target.view.member is group.member
    return mine and (action.get("MinSize") is not ABSENT or action.get("MaxSize") is not ABSENT)


def reset(graph: Graph) -> Iterator[Violation]:
    """Groups that scale by themselves and are set back by every deployment."""
    scaled = set()
    for policy in graph.of(POLICY, ACTION):
        target = graph.target(policy, policy.get("AutoScalingGroupName"))
        if target is not None:
            scaled.add(id(target.view))
    for group in graph.of(GROUP):
        if id(group) in scaled and group.get("DesiredCapacity") is not ABSENT:
            low, high = number(group.get("MinSize")), number(group.get("MaxSize"))
            if low is None or low != high:
                yield Violation(("DesiredCapacity",), view=group)


# Schedules


def schedules(view: View) -> Iterator[Violation]:
    """Scheduled actions that change nothing, or happen at no time."""
    sizes = [view.get(name) for name in _SIZES]
    if all(size is ABSENT for size in sizes):
        yield Violation(
            (), problem="a scheduled action changes at least one of MinSize, MaxSize and DesiredCapacity",
            fix="say what it sets",
        )  # fmt: skip
    yield from bounds(view)
    times = view.get("Recurrence")
    if isinstance(times, str) and not is_unknown(times) and len(times.split()) != 5:
        fix = 'such as "0 8 * * 1-5", without cron( )' if times.startswith("cron(") else 'such as "0 8 * * 1-5"'
        yield Violation(
            ("Recurrence",), problem="Recurrence is a cron expression of five fields", value=times, fix=fix,
            allowed="minute hour day-of-month month day-of-week",
        )  # fmt: skip
    elif isinstance(times, str) and not is_unknown(times):
        yield from _ranges(times)
    if times is ABSENT and view.get("StartTime") is ABSENT:
        # no page says what becomes of an action without a time
        yield Violation(
            ("Recurrence",), severity="warning", fix="give one of them",
            problem="a scheduled action happens by Recurrence, or once at StartTime",
        )  # fmt: skip


_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""Minutes, hours, days of the month, months, days of the week."""


def _ranges(times: str) -> Iterator[Violation]:
    for field, (low, high) in zip(times.split(), _FIELDS, strict=True):
        for given in re.findall(r"(?<![/\d])\d+", field):
            if not low <= int(given) <= high:
                yield Violation(
                    ("Recurrence",), problem=f"{given} is out of range in {times}", allowed=f"{low} to {high}",
                    fix="minute hour day-of-month month day-of-week",
                )  # fmt: skip


# Hooks


def hooks(view: View) -> Iterator[Violation]:
    """Lifecycle hooks that wait too long or too short, or tell somebody without a role for it."""
    for path, hook in _hooks(view):
        beat = number(hook.get("HeartbeatTimeout", ABSENT))
        if beat is not None and not 30 <= beat <= 7_200:
            yield Violation(
                (*path, "HeartbeatTimeout"), problem="a hook waits 30 to 7,200 seconds for its answer", value=beat,
                allowed="30 to 7,200 seconds", fix="send heartbeats for what takes longer",
            )  # fmt: skip
        target, role = hook.get("NotificationTargetARN", ABSENT), hook.get("RoleARN", ABSENT)
        if known(target) and role is ABSENT and str(target).split(":")[2:3] in (["sns"], ["sqs"]):
            yield _roleless(path)
        elif is_unknown(target) and role is ABSENT and view.graph is not None:
            found = view.graph.target(view, target)
            if found is not None and found.view.type in ("AWS::SNS::Topic", "AWS::SQS::Queue"):
                yield _roleless(path)


def _roleless(path: Path) -> Violation:
    return Violation(
        (*path, "RoleARN"), problem="a topic or queue is told through a role that may publish there",
        fix="add RoleARN: a role that autoscaling.amazonaws.com takes on",
    )  # fmt: skip


def _hooks(view: View) -> Iterator[tuple[Path, dict[str, Any]]]:
    if view.type != GROUP:
        yield (), view.properties
        return
    for path, hook in view.values("LifecycleHookSpecificationList/*"):
        if isinstance(hook, dict) and not is_unknown(hook):
            yield path, hook


def warm_pools(view: View) -> Iterator[Violation]:
    """Warm pools whose bounds cross."""
    low, high = number(view.get("MinSize", 0)), number(view.get("MaxGroupPreparedCapacity"))
    if low is not None and high is not None and 0 <= high < low:
        yield Violation(("MinSize",), low=low, high=high)


def detached(view: View) -> bool:
    """Whether a group is certainly behind no load balancer."""
    return all(view.get(name) in (ABSENT, []) for name in ("TargetGroupARNs", "LoadBalancerNames", "TrafficSources"))
