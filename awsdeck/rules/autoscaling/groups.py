"""What Auto Scaling groups are made from, where they stand, and what they are tied to."""

from __future__ import annotations

from ..ec2.attachments import SUBNET, apart, zone
from ..ec2.blockdevices import LAUNCH_TEMPLATE
from ..vocabulary import ABSENT, Violation, is_unknown, number
from .scaling import GROUP, detached, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"
CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"

CHECKS = ("EBS", "EC2", "ELB", "VPC_LATTICE")
SPOT_STRATEGIES = ("lowest-price", "capacity-optimized", "capacity-optimized-prioritized", "price-capacity-optimized")
ON_DEMAND_STRATEGIES = ("lowest-price", "prioritized")
TERMINATIONS = (
    "AllocationStrategy", "ClosestToNextInstanceHour", "Default", "NewestInstance", "OldestInstance",
    "OldestLaunchConfiguration", "OldestLaunchTemplate",
)  # fmt: skip
OVERRIDES_ADVISED = 40
DISTRIBUTION = "MixedInstancesPolicy/InstancesDistribution"
OVERRIDES = "MixedInstancesPolicy/LaunchTemplate/Overrides"
_SOURCES = ("InstanceId", "LaunchConfigurationName", "LaunchTemplate", "MixedInstancesPolicy")


# What instances are made from


def source(view: View) -> Iterator[Violation]:
    """What a group is made from, named wrongly, twice or not at all."""
    given = [name for name in _SOURCES if view.get(name) is not ABSENT]
    if not given and not is_unknown(view.properties):
        yield Violation(
            ("LaunchTemplate",), problem="a group is made from one of " + ", ".join(_SOURCES[::-1]),
            fix="give LaunchTemplate with LaunchTemplateId and Version",
        )  # fmt: skip
    elif len(given) > 1:
        yield Violation(
            (given[-1],), problem=f"{' and '.join(given)} stand together, and a group is made from one of them",
            fix="keep LaunchTemplate or MixedInstancesPolicy",
        )  # fmt: skip
    for path in (("LaunchTemplate",), ("MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification")):
        body = view.at(path)
        if not isinstance(body, dict) or is_unknown(body):
            continue
        names = [name for name in ("LaunchTemplateId", "LaunchTemplateName") if name in body]
        if len(names) != 1:
            yield Violation(
                path, problem="a launch template is named by exactly one of LaunchTemplateId and LaunchTemplateName",
                fix="keep LaunchTemplateId" if names else "add LaunchTemplateId",
            )  # fmt: skip
        # Auto Scaling itself would take the default version; CloudFormation asks for one.
        if "Version" not in body:
            yield Violation(
                (*path, "Version"), problem="a launch template is named with its Version",
                fix="Version: !GetAtt <template>.LatestVersionNumber",
            )  # fmt: skip


def configuration(view: View) -> Iterator[Violation]:
    """A launch configuration, whatever it says."""
    message = None
    if view.mode == "current":
        message = (
            "launch configurations are superseded, and accounts opened on or after 2024-10-01 cannot make them; use "
            "AWS::EC2::LaunchTemplate"
        )
    yield Violation((), message=message)


def mixed(view: View) -> Iterator[Violation]:
    """Mixes of on-demand and Spot whose parts do not go together."""
    strategy = view.get(f"{DISTRIBUTION}/SpotAllocationStrategy", "lowest-price")
    pools = view.get(f"{DISTRIBUTION}/SpotInstancePools")
    if known(pools) and isinstance(strategy, str) and strategy in SPOT_STRATEGIES and strategy != "lowest-price":
        yield Violation(
            (*DISTRIBUTION.split("/"), "SpotInstancePools"),
            message="SpotInstancePools goes with the strategy lowest-price alone, and this is {strategy}",
            strategy=strategy,
            fix="leave SpotInstancePools out",
            value=pools,
        )
    several = view.get(OVERRIDES)
    if not isinstance(several, list):
        return
    if len(several) > OVERRIDES_ADVISED:
        yield Violation(
            OVERRIDES.split("/"), severity="warning", message="more than {most} instance types in one group",
            most=OVERRIDES_ADVISED, fix="name fewer, or describe them with InstanceRequirements",
        )  # fmt: skip
    bodies = [one for one in several if isinstance(one, dict) and not is_unknown(one)]
    weighed = [one for one in bodies if "WeightedCapacity" in one]
    if weighed and len(bodies) == len(several) and len(weighed) < len(bodies):
        yield Violation(
            OVERRIDES.split("/"), message="some instance types have a WeightedCapacity and others have none",
            fix="weigh all of them, or none",
        )  # fmt: skip


def spot_twice(graph: Graph) -> Iterator[Violation]:
    """Mixes made from a launch template that asks for Spot itself."""
    path = ("MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification", "LaunchTemplateId")
    for group in graph.of(GROUP):
        target = graph.target(group, group.at(path))
        if target is not None and target.view.type == LAUNCH_TEMPLATE:
            market = target.view.get("LaunchTemplateData/InstanceMarketOptions/MarketType")
            if market == "spot":
                yield Violation(path, view=group, template=target.view.id)


def persistent(graph: Graph) -> Iterator[Violation]:
    """Groups made from a launch template whose Spot requests go on."""
    path = ("LaunchTemplate", "LaunchTemplateId")
    for group in graph.of(GROUP):
        target = graph.target(group, group.at(path))
        if target is None or target.view.type != LAUNCH_TEMPLATE:
            continue
        market = "LaunchTemplateData/InstanceMarketOptions"
        request = target.view.get(f"{market}/SpotOptions/SpotInstanceType")
        if target.view.get(f"{market}/MarketType") == "spot" and request == "persistent":
            yield Violation(path, view=group, template=target.view.id)


# Where they stand


def places(view: View) -> Iterator[Violation]:
    """Groups without a place to stand, or with two."""
    zones, ids, subnets = (view.get(name) for name in ("AvailabilityZones", "AvailabilityZoneIds", "VPCZoneIdentifier"))
    if subnets == [] or (isinstance(subnets, str) and not subnets):
        yield Violation(("VPCZoneIdentifier",), problem="VPCZoneIdentifier is empty", fix="name two subnets")
    elif all(one in (ABSENT, []) for one in (zones, ids, subnets)) and view.get("InstanceId") is ABSENT:
        if not is_unknown(view.properties):
            yield Violation(
                ("VPCZoneIdentifier",), problem="nothing says where the instances stand",
                fix="give subnets in VPCZoneIdentifier, or AvailabilityZones",
            )  # fmt: skip
    elif zones is not ABSENT and ids is not ABSENT:
        yield Violation(
            ("AvailabilityZoneIds",), problem="AvailabilityZones and AvailabilityZoneIds stand together",
            fix="keep one of them",
        )  # fmt: skip


def one_zone(graph: Graph) -> Iterator[Violation]:
    """Groups of several instances that are all in one zone for sure."""
    for group in graph.of(GROUP):
        most = number(group.get("MaxSize"))
        if most is None or most <= 1:
            continue
        for name in ("VPCZoneIdentifier", "AvailabilityZones"):
            given = group.get(name)
            if given is ABSENT:
                continue
            if isinstance(given, list) and given and _together(graph, group, name, given):
                yield Violation((name,), view=group)
            break


def _together(graph: Graph, group: View, name: str, given: list[Any]) -> bool:
    """Whether subnets or zones are certainly all in one zone."""
    if name == "AvailabilityZones":
        return len(given) == 1 and isinstance(given[0], str) and not is_unknown(given[0])
    if len(given) == 1:
        return _is_one_subnet(graph, group, given[0])
    found = []
    for value in given:
        target = graph.target(group, value)
        place = zone(graph, target.view) if target is not None and target.view.type == SUBNET else None
        if place is None:
            return False
        found.append(place)
    return all(one == found[0] and not apart(one, found[0]) for one in found)


def _is_one_subnet(graph: Graph, group: View, value: Any) -> bool:
    if isinstance(value, str):
        return value.startswith("subnet-") and "," not in value and not is_unknown(value)
    target = graph.target(group, value)
    if target is not None:
        return target.view.type == SUBNET
    named = value.get("Ref") if isinstance(value, dict) else None
    if group.member is None or not isinstance(named, str):
        return False
    parameter = group.member.section("Parameters").get(named)
    return isinstance(parameter, dict) and parameter.get("Type") == "AWS::EC2::Subnet::Id"


# Health and load balancers


def health(view: View) -> Iterator[Violation]:
    """Health checks that there are not, or that do not count."""
    given = view.get("HealthCheckType")
    checks: list[str] = []
    if isinstance(given, str) and not is_unknown(given):
        checks = [part for part in given.split(",") if part]
        wrong = [part for part in checks if part not in CHECKS]
        if wrong or not checks:
            yield Violation(
                ("HealthCheckType",), problem=f"there is no health check of the type {wrong[0] if wrong else 'nothing'}",
                value=given, allowed=", ".join(CHECKS), fix="several stand with commas between, such as ELB,EBS",
            )  # fmt: skip
            return
        if "EC2" in checks and len(checks) > 1:
            yield Violation(
                ("HealthCheckType",), severity="warning", value=given,
                problem="the checks of EC2 are always on, and stand alone when they are named", fix="leave EC2 out",
            )  # fmt: skip
    elif given is not ABSENT:
        return
    behind = not detached(view) and any(
        isinstance(view.get(name), list) and view.get(name) for name in ("TargetGroupARNs", "LoadBalancerNames")
    )
    if behind and "ELB" not in checks:
        yield Violation(
            ("HealthCheckType",), severity="warning", value=None if given is ABSENT else given,
            problem="a load balancer stands before the group, but its health checks do not count for it",
            fix="HealthCheckType: ELB, with a HealthCheckGracePeriod",
        )  # fmt: skip
    if "ELB" in checks and view.get("HealthCheckGracePeriod") is ABSENT:
        yield Violation(
            ("HealthCheckGracePeriod",), severity="info",
            problem="new instances are checked at once, and replaced before they have started",
            fix="give them the seconds that they take to start",
        )  # fmt: skip


def balancers(graph: Graph) -> Iterator[Violation]:
    """Load balancers and target groups that a group cannot join so."""
    for group in graph.of(GROUP):
        for path, value in group.values("LoadBalancerNames/*"):
            target = graph.target(group, value)
            if target is not None and target.view.type in (BALANCER, TARGETS):
                yield Violation(
                    path, view=group, problem="LoadBalancerNames is for Classic Load Balancers",
                    fix="name the target group in TargetGroupARNs",
                )  # fmt: skip
        for path, value in group.values("TargetGroupARNs/*"):
            yield from _target_group(graph, group, path, value)


def _target_group(graph: Graph, group: View, path: tuple[str | int, ...], value: Any) -> Iterator[Violation]:
    target = graph.target(group, value)
    if target is None:
        return
    if target.view.type in (BALANCER, CLASSIC, LISTENER):
        what = "listener" if target.view.type == LISTENER else "load balancer"
        fix = "name it in LoadBalancerNames" if target.view.type == CLASSIC else "name its target group"
        yield Violation(path, view=group, problem=f"{target.view.id} is a {what} and no target group", fix=fix)
    elif target.view.type == TARGETS:
        kind = target.view.get("TargetType", "instance")
        if isinstance(kind, str) and not is_unknown(kind) and kind != "instance":
            yield Violation(
                path, view=group, problem=f"the targets of {target.view.id} are of the type {kind}, and the group has "
                "instances", fix="set TargetType: instance there",
            )  # fmt: skip
        there, here = graph.target(target.view, target.view.get("VpcId")), _network(graph, group)
        if there is not None and here is not None and there.view is not here and there.view.type == here.type:
            yield Violation(
                path, view=group, severity="warning", fix="make both in one VPC",
                problem=f"{target.view.id} is in the VPC {there.view.id}, and the group in {here.id}",
            )  # fmt: skip


def _network(graph: Graph, group: View) -> View | None:
    """The VPC of a group's subnets, when it is in the graph."""
    for _, value in group.values("VPCZoneIdentifier/*"):
        subnet = graph.target(group, value)
        if subnet is not None and subnet.view.type == SUBNET:
            found = graph.target(subnet.view, subnet.view.get("VpcId"))
            return None if found is None else found.view
    return None


# Going


def terminations(view: View) -> Iterator[Violation]:
    """Termination policies that there are not."""
    given = view.get("TerminationPolicies")
    for place, name in enumerate(given if isinstance(given, list) else ()):
        if not isinstance(name, str) or is_unknown(name) or name.startswith("arn:"):
            continue
        if name not in TERMINATIONS:
            yield Violation(
                ("TerminationPolicies", place), problem=f"there is no termination policy {name}",
                allowed=", ".join(TERMINATIONS), fix="name one of these, or a function by its ARN",
            )  # fmt: skip
