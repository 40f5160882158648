"""How CloudFormation replaces the instances of an Auto Scaling group, and waits for them."""

from __future__ import annotations

import re

from ..vocabulary import ABSENT, Between, Violation, is_unknown, number, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

PROCESSES = (
    "AZRebalance", "AddToLoadBalancer", "AlarmNotification", "HealthCheck", "InstanceRefresh", "Launch",
    "ReplaceUnhealthy", "ScheduledActions", "Terminate",
)  # fmt: skip
_WAYS = (
    "AutoScalingInstanceRefresh", "AutoScalingReplacingUpdate", "AutoScalingRollingUpdate", "AutoScalingScheduledAction",
)  # fmt: skip
_LONGEST_PAUSE = 1  # hours
_LONGEST_WAIT = 12
_ROLLING = {
    "MaxBatchSize": (1, 100),
    "MinActiveInstancesPercent": (0, 100),
    "MinSuccessfulInstancesPercent": (0, 100),
}
_REFRESH = {
    "BakeTime": (0, 172_800),
    "CheckpointDelay": (0, 172_800),
    "MaxHealthyPercentage": (100, 200),
    "MinHealthyPercentage": (0, 100),
}

_WORDS = {
    "Strategy": ("Rolling", "ReplaceRootVolume"),
    "ScaleInProtectedInstances": ("Ignore", "Refresh", "Wait"),
    "StandbyInstances": ("Ignore", "Terminate", "Wait"),
}


def ways(view: View) -> Iterator[Violation]:
    """What is wrong with a group's UpdatePolicy and CreationPolicy."""
    policy = _part(view.body, "UpdatePolicy")
    for name in policy:
        if name not in _WAYS and not str(name).startswith("Fn::"):
            yield _wrong(("UpdatePolicy", name), f"there is no update policy {name}", f"one of: {', '.join(_WAYS)}")
    rolling, refresh = "AutoScalingRollingUpdate", "AutoScalingInstanceRefresh"
    if rolling in policy and refresh in policy:
        yield _wrong(
            ("UpdatePolicy", refresh), "instances are replaced by a rolling update or by an instance refresh",
            "keep one of them",
        )  # fmt: skip
    replacing, name = _part(policy, "AutoScalingReplacingUpdate"), view.get("AutoScalingGroupName")
    if truth(replacing.get("WillReplace")) is True and isinstance(name, str):
        yield _wrong(
            ("UpdatePolicy", "AutoScalingReplacingUpdate", "WillReplace"),
            f"a new group cannot be made beside the old one while both are called {name}",
            "leave AutoScalingGroupName out, or use AutoScalingRollingUpdate",
        )
    yield from _rolling(view, _part(policy, rolling))
    yield from _refreshing(_part(policy, refresh))
    signal = _part(_part(view.body, "CreationPolicy"), "ResourceSignal")
    yield from _pause(("CreationPolicy", "ResourceSignal", "Timeout"), signal.get("Timeout"), _LONGEST_WAIT)
    percent = _part(_part(view.body, "CreationPolicy"), "AutoScalingCreationPolicy")
    yield from _numbers(
        ("CreationPolicy", "AutoScalingCreationPolicy"), percent, {"MinSuccessfulInstancesPercent": (0, 100)}
    )


def _rolling(view: View, body: dict[str, Any]) -> Iterator[Violation]:
    path = ("UpdatePolicy", "AutoScalingRollingUpdate")
    yield from _numbers(path, body, _ROLLING)
    yield from _pause((*path, "PauseTime"), body.get("PauseTime"), _LONGEST_PAUSE)
    stays, most = number(body.get("MinInstancesInService")), number(view.get("MaxSize"))
    if stays and most is not None and stays >= most:
        yield _wrong(
            (*path, "MinInstancesInService"),
            f"{int(stays)} instances stay in service while others are replaced, and MaxSize is {int(most)}",
            "raise MaxSize, or lower MinInstancesInService below it",
        )
    suspended = body.get("SuspendProcesses")
    for place, name in enumerate(suspended if isinstance(suspended, list) else ()):
        if isinstance(name, str) and not is_unknown(name) and name not in PROCESSES:
            yield _wrong(
                (*path, "SuspendProcesses", place), f"there is no process {name}", f"one of: {', '.join(PROCESSES)}"
            )


def _refreshing(body: dict[str, Any]) -> Iterator[Violation]:
    path = ("UpdatePolicy", "AutoScalingInstanceRefresh")
    if body and "Strategy" not in body:
        yield _wrong((*path, "Strategy"), "an instance refresh needs its Strategy", "Rolling or ReplaceRootVolume")
    wanted = _part(body, "Preferences")
    for name, words in _WORDS.items():
        holder, steps = (body, path) if name == "Strategy" else (wanted, (*path, "Preferences"))
        value = holder.get(name)
        if isinstance(value, str) and not is_unknown(value) and value not in words:
            yield _wrong((*steps, name), f"there is no {name} {value}", f"one of: {', '.join(words)}")
    yield from _numbers((*path, "Preferences"), wanted, _REFRESH)
    least, most = (number(wanted.get(name)) for name in ("MinHealthyPercentage", "MaxHealthyPercentage"))
    if least is not None and most is not None and most - least > 100:
        yield _wrong(
            (*path, "Preferences", "MaxHealthyPercentage"),
            "MinHealthyPercentage and MaxHealthyPercentage lie at most 100 apart",
            "bring them closer together",
        )


def _numbers(path: tuple[str, ...], body: dict[str, Any], spans: dict[str, tuple[int, int]]) -> Iterator[Violation]:
    for name, (low, high) in spans.items():
        value = body.get(name, ABSENT)
        span = Between(low, high)
        if not isinstance(value, dict | list) and span(value) is False:
            yield Violation(
                ("/", *path, name), problem=f"{name} is out of its bounds", value=value, fix=f"{low} to {high:,}",
                allowed=f"{low:,} to {high:,}",
            )  # fmt: skip


def _pause(path: tuple[str, ...], value: Any, most: int) -> Iterator[Violation]:
    if not isinstance(value, str) or is_unknown(value):
        return
    found = re.fullmatch(r"PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", value)
    if found is None:
        yield _wrong(path, f"{value} is no duration", "such as PT15M or PT30M30S")
        return
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if hours * 3_600 + minutes * 60 + seconds > most * 3_600:
        span = "an hour" if most == 1 else f"{most} hours"
        yield _wrong(path, f"{value} is longer than {span}", f"at most PT{most}H")


def _wrong(path: tuple[str | int, ...], problem: str, fix: str) -> Violation:
    return Violation(("/", *path), problem=problem, fix=fix)


def _part(body: Any, name: str) -> dict[str, Any]:
    found = body.get(name) if isinstance(body, dict) else None
    return found if isinstance(found, dict) and not is_unknown(found) else {}
