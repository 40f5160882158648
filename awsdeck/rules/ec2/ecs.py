"""Amazon ECS: tasks on Fargate, and containers that a task cannot do without."""

from __future__ import annotations

import re

from ..vocabulary import ABSENT, Rule, Violation, grouped, is_unknown, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ..view import View

TASK = "AWS::ECS::TaskDefinition"
SERVICE = "AWS::ECS::Service"
# Source: Amazon ECS Developer Guide, task definition CPU and memory. MiB by CPU units.
SIZES: dict[int, tuple[int, ...]] = {
    256: (512, 1_024, 2_048),
    512: tuple(range(1_024, 4_096 + 1, 1_024)),
    1_024: tuple(range(2_048, 8_192 + 1, 1_024)),
    2_048: tuple(range(4_096, 16_384 + 1, 1_024)),
    4_096: tuple(range(8_192, 30_720 + 1, 1_024)),
    8_192: tuple(range(16_384, 61_440 + 1, 4_096)),
    16_384: tuple(range(32_768, 122_880 + 1, 8_192)),
    32_768: (61_440, 122_880, 249_856),
}
"""How much memory a task on Fargate may have."""


def _amount(value: Any, unit: str, in_one: int) -> int | None:
    """A number of CPU units or MiB, however it is written; None when it is not known."""
    found = (
        re.fullmatch(rf"\s*(\d*\.?\d+)\s*({unit})?\s*", str(value), re.IGNORECASE) if not is_unknown(value) else None
    )
    if found is None or isinstance(value, bool):
        return None
    amount = float(found[1]) * (in_one if found[2] else 1)
    return int(amount) if amount == int(amount) else None


def _on_fargate(view: View) -> bool:
    kinds = view.get("RequiresCompatibilities")
    return isinstance(kinds, list) and "FARGATE" in kinds


def _sizes(view: View) -> Iterator[Violation]:
    if not _on_fargate(view):
        return
    for name in ("Cpu", "Memory"):
        if view.get(name) is ABSENT:
            yield Violation((name,), problem=f"a task on Fargate says its {name}", fix=f"give {name}")
    cpu, memory = _amount(view.get("Cpu"), "vCPU", 1_024), _amount(view.get("Memory"), "GB", 1_024)
    if cpu is not None and cpu not in SIZES:
        yield Violation(
            ("Cpu",), problem=f"Fargate has no tasks of {grouped(cpu)} CPU units",
            allowed=", ".join(map(grouped, SIZES)),
        )  # fmt: skip
    elif cpu is not None and memory is not None and memory not in SIZES[cpu]:
        yield Violation(
            ("Memory",), problem=f"a task of {grouped(cpu)} CPU units on Fargate cannot have {grouped(memory)} MiB",
            allowed=_spoken(SIZES[cpu]), fix=_nearest(cpu, memory),
        )  # fmt: skip


def _spoken(amounts: Sequence[int]) -> str:
    if len(amounts) <= 3:
        return f"{', '.join(map(grouped, amounts))} MiB"
    low, second, *_, high = amounts
    return f"{grouped(low)} to {grouped(high)} MiB in steps of {grouped(second - low)}"


def _nearest(cpu: int, memory: int) -> str:
    fitting = [units for units, amounts in SIZES.items() if memory in amounts and units > cpu]
    more = f", or Cpu to {fitting[0]}" if fitting else ""
    return f"set Memory to {min(SIZES[cpu], key=lambda amount: abs(amount - memory))}{more}"


def _network(view: View) -> Iterator[Violation]:
    mode = view.get("NetworkMode")
    if not _on_fargate(view):
        return
    if mode is ABSENT or (isinstance(mode, str) and not is_unknown(mode) and mode != "awsvpc"):
        yield Violation(("NetworkMode",), problem="a task on Fargate has the network mode awsvpc", allowed="awsvpc")
    if view.get("PlacementConstraints") is not ABSENT:
        yield Violation(("PlacementConstraints",), problem="Fargate chooses where its tasks run", fix="leave it out")


def _essential(view: View) -> Iterator[Violation]:
    containers = view.get("ContainerDefinitions")
    if not isinstance(containers, list) or not containers:
        return
    if all(isinstance(one, dict) and truth(one.get("Essential")) is False for one in containers):
        yield Violation(
            ("ContainerDefinitions",), problem="no container of the task is essential",
            fix="set Essential: true for the one that the task is about",
        )  # fmt: skip


def _service(view: View) -> Iterator[Violation]:
    if view.get("LaunchType") == "FARGATE" and view.get("SchedulingStrategy") == "DAEMON":
        yield Violation(("SchedulingStrategy",), problem="there are no daemons on Fargate", allowed="REPLICA")


def _task(**properties: Any) -> dict[str, Any]:
    whole = {"Cpu": "256", "Memory": "512", "NetworkMode": "awsvpc", "RequiresCompatibilities": ["FARGATE"],
             "ContainerDefinitions": [{"Name": "web", "Image": "nginx"}]}  # fmt: skip
    return {"Type": TASK, "Properties": {name: value for name, value in {**whole, **properties}.items() if value}}


RULES: tuple[Rule, ...] = (
    Rule(
        "ECS001", TASK, "error",
        "{problem}",
        check=_sizes,
        on=("RequiresCompatibilities",),
        source="Amazon ECS Developer Guide, invalid CPU or memory errors; task definition parameters for Fargate",
        verified="docs",
        good=(
            _task(), _task(Cpu="1 vCPU", Memory="8GB"), _task(Cpu=8192, Memory=20480), _task(Cpu={"Ref": "Size"}),
            _task(Cpu=".25 vCPU", Memory="0.5 GB"), _task(Cpu=None, Memory=None, RequiresCompatibilities=["EC2"]),
        ),
        bad=(_task(Memory="4096"), _task(Cpu="300"), _task(Cpu="2 vCPU", Memory="17 GB"), _task(Memory=None)),
    ),
    Rule(
        "ECS002", TASK, "error",
        "{problem}",
        check=_network,
        on=("RequiresCompatibilities",),
        source="Amazon ECS Developer Guide, task definition parameters for Fargate",
        verified="docs",
        good=(_task(), _task(NetworkMode="bridge", RequiresCompatibilities=["EC2"]), _task(NetworkMode={"Ref": "Mode"})),
        bad=(_task(NetworkMode="bridge"), _task(NetworkMode=None), _task(PlacementConstraints=[{"Type": "memberOf"}])),
    ),
    Rule(
        "ECS003", TASK, "error",
        "{problem}",
        check=_essential,
        on=("ContainerDefinitions",),
        source="Amazon ECS API Reference, ContainerDefinition, essential",
        verified="docs",
        good=(_task(), _task(ContainerDefinitions=[
            {"Name": "a", "Image": "a", "Essential": False}, {"Name": "b", "Image": "b", "Essential": True},
        ])),
        bad=_task(ContainerDefinitions=[{"Name": "a", "Image": "a", "Essential": "false"}]),
    ),
    Rule(
        "ECS004", SERVICE, "error",
        "{problem}",
        check=_service,
        on=("SchedulingStrategy",),
        source="Amazon ECS API Reference, CreateService, schedulingStrategy",
        verified="docs",
        good=({"SchedulingStrategy": "DAEMON"}, {"LaunchType": "FARGATE", "SchedulingStrategy": "REPLICA"}),
        bad={"LaunchType": "FARGATE", "SchedulingStrategy": "DAEMON"},
    ),
)  # fmt: skip
