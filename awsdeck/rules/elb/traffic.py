"""What becomes of requests on their way through a load balancer: targets too slow or too few, logs nobody may write."""

from __future__ import annotations

from ..functions.aliases import called
from ..limits import FUNCTION_TIMEOUT_DEFAULT, IDLE_TIMEOUT_DEFAULT
from ..policies.access import BUCKET, allowing, covers, generated, literal, only, spelled, together
from ..vocabulary import ABSENT, Violation, grouped, number, truth
from .balancing import BALANCER, CLASSIC, Balancers, attributes, kind, known, setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

SUBNET = "AWS::EC2::Subnet"
INSTANCE = "AWS::EC2::Instance"
GROUP = "AWS::AutoScaling::AutoScalingGroup"
BUCKET_POLICY = "AWS::S3::BucketPolicy"
ATTRIBUTES = "LoadBalancerAttributes"
IDLE = "idle_timeout.timeout_seconds"
CROSS_ZONE = "load_balancing.cross_zone.enabled"
LOGS = ("access_logs.s3", "connection_logs.s3", "health_check_logs.s3")


def subnets_of(view: View) -> tuple[str, list[Any]] | None:
    """The property with the subnets of a load balancer and its entries; None when they are not a plain list."""
    for name in ("Subnets", "SubnetMappings"):
        given = view.get(name)
        if isinstance(given, list) and given:
            entries = [entry.get("SubnetId", ABSENT) if isinstance(entry, dict) and name != "Subnets" else entry
                       for entry in given]  # fmt: skip
            return name, entries
        if given is not ABSENT:
            return None if given != [] else (name, [])
    return None


def subnet_of(view: View, value: Any) -> View | None:
    found = None if view.graph is None else view.graph.target(view, value)
    return found.view if found is not None and found.view.type == SUBNET else None


def zone_of(view: View) -> str | None:
    """The zone of a subnet or instance: its name, or which one of the region's it is; None when neither is known."""
    value = view.get("AvailabilityZone")
    written = literal(value)
    if written is not None:
        return written
    choice = value.get("Fn::Select") if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(choice, list) or len(choice) != 2 or not str(choice[0]).isdigit():
        return None
    if choice[1] in ({"Fn::GetAZs": ""}, {"Fn::GetAZs": {"Ref": "AWS::Region"}}):
        return f"{_NUMBERED} {int(choice[0]) + 1}"
    return None


_NUMBERED = "the region's zone"


def comparable(zones: Iterable[str]) -> bool:
    """Whether zones are all named, or all counted."""
    return len({zone.startswith(_NUMBERED) for zone in zones}) <= 1


def slow_functions(graph: Graph) -> Iterator[Violation]:
    found = graph.kept(Balancers)
    for balancer in graph.of(BALANCER):
        slowest: dict[str, tuple[int | float, int | float]] = {}
        functions = {one.id: one for group, _, _ in found.groups(balancer) for one in _functions(graph, group)}
        for function in functions.values():
            for world, worker in together(only(balancer, "Type", ATTRIBUTES), only(function, "Timeout")):
                idle = number(setting(world, ATTRIBUTES, IDLE, IDLE_TIMEOUT_DEFAULT))
                seconds = number(worker.get("Timeout", FUNCTION_TIMEOUT_DEFAULT))
                if kind(world) == "application" and idle is not None and seconds is not None and seconds > idle:
                    slowest[function.id] = max(slowest.get(function.id, (0, 0)), (seconds, idle))
        for id, (seconds, idle) in slowest.items():
            yield Violation(
                (ATTRIBUTES,),
                view=balancer,
                what=id,
                seconds=seconds,
                idle=idle,
                allowed=f"at least {grouped(seconds)} seconds",
            )


def _functions(graph: Graph, group: View) -> Iterator[View]:
    """The functions behind a target group."""
    if known(group, "TargetType") != "lambda":
        return
    for _, value in group.values("Targets/*/Id"):
        target = called(graph, group, value)
        if target is not None:
            yield target.function


def empty_zones(graph: Graph) -> Iterator[Violation]:
    found = graph.kept(Balancers)
    for balancer in graph.of(BALANCER):
        for world in only(balancer, "Type", ATTRIBUTES, "Subnets", "SubnetMappings").worlds():
            if kind(world) != "network" or truth(setting(world, ATTRIBUTES, CROSS_ZONE, False)) is not False:
                continue
            zones = _balancer_zones(world)
            told: set[str] = set()
            for group, _, _ in found.groups(balancer):
                if zones is None or group.id in told:
                    continue
                own = setting(group, "TargetGroupAttributes", CROSS_ZONE, "use_load_balancer_configuration")
                if own not in ("use_load_balancer_configuration", "false", False):
                    continue
                targets = _target_zones(graph, group)
                if targets and targets < zones and comparable(targets | zones):
                    told.add(group.id)
                    yield Violation(
                        (ATTRIBUTES,), view=balancer, group=group.id, zones=", ".join(sorted(zones - targets)),
                    )  # fmt: skip


def _balancer_zones(view: View) -> set[str] | None:
    found = subnets_of(view)
    return None if found is None else _zones_of(view, found[1])


def _zones_of(view: View, subnets: Iterable[Any]) -> set[str] | None:
    """The Availability Zones of these subnets; None when one is not known by name."""
    zones: set[str] = set()
    for value in subnets:
        subnet = subnet_of(view, value)
        zone = None if subnet is None else zone_of(subnet)
        if zone is None:
            return None
        zones.add(zone)
    return zones if comparable(zones) else None


def _target_zones(graph: Graph, group: View) -> set[str] | None:
    """The zones of everything in a target group; None when not all of it is known."""
    if known(group, "TargetType", "instance") != "instance" or group.asked:
        return None
    if graph.of("AWS::ECS::Service") or any("TrafficSources" in one.properties for one in graph.of(GROUP)):
        return None  # these register targets too
    zones: set[str] = set()
    given = group.get("Targets", [])
    for entry in given if isinstance(given, list) else [None]:
        found = graph.target(group, entry.get("Id")) if isinstance(entry, dict) else None
        if found is None or found.view.type != INSTANCE or found.view.asked:
            return None
        instance = found.view
        zone = zone_of(instance)
        own = {zone} if zone is not None else _zones_of(instance, [instance.get("SubnetId")])
        if own is None:
            return None
        zones |= own
    for scaling in graph.of(GROUP):
        if "TargetGroupARNs" not in scaling.properties:
            continue
        arns, subnets = scaling.get("TargetGroupARNs"), scaling.get("VPCZoneIdentifier")
        if not isinstance(arns, list) or scaling.asked:
            return None
        joined = [graph.target(scaling, arn) for arn in arns]
        if any(one is None for one in joined):
            return None
        if any(one is not None and one.view is group for one in joined):
            own = _zones_of(scaling, subnets) if isinstance(subnets, list) else None
            if own is None:
                return None
            zones |= own
    return zones


def plain_listener(graph: Graph) -> Iterator[Violation]:
    found = graph.kept(Balancers)
    for balancer in graph.of(BALANCER):
        listeners = found.listeners(balancer)
        for listener in listeners:
            for other in listeners:
                for world, second in together(
                    only(listener, "Port", "Protocol", "DefaultActions"), only(other, "Protocol")
                ):
                    if (
                        second.get("Protocol") != "HTTPS"
                        or world.get("Protocol") != "HTTP"
                        or number(world.get("Port")) != 80
                    ):
                        continue
                    for path, value in world.values("DefaultActions/*/Type"):
                        if value == "forward":
                            yield Violation(path, view=world, other=other.id)


def logs(graph: Graph) -> Iterator[Violation]:
    for balancer in graph.of(BALANCER, CLASSIC):
        for world in only(balancer, "Type", ATTRIBUTES, "AccessLoggingPolicy").worlds():
            for path, value in _log_buckets(world):
                found = graph.target(balancer, value)
                if found is None or found.view.type != BUCKET:
                    continue
                bucket = found.view
                yield from _log_encryption(world, path, bucket)
                if _writable(graph, bucket) is False:
                    yield Violation(path, view=world, bucket=bucket.id)


def _log_buckets(view: View) -> Iterator[tuple[Path, Any]]:
    if view.type == CLASSIC:
        if truth(view.get("AccessLoggingPolicy/Enabled")) is True:
            yield ("AccessLoggingPolicy", "S3BucketName"), view.get("AccessLoggingPolicy/S3BucketName")
        return
    found = attributes(view, ATTRIBUTES)
    for log in LOGS:
        on, bucket = found.get(f"{log}.enabled"), found.get(f"{log}.bucket")
        if on is not None and truth(on[1]) is True and bucket is not None:
            yield bucket


def _log_encryption(view: View, path: Path, bucket: View) -> Iterator[Violation]:
    """Source: user guides, enable access logs: SSE-S3 is all that Application and Classic Load Balancers know."""
    if view.type != CLASSIC and kind(view) != "application":
        return
    kinds = [
        value
        for _, value in bucket.values(
            "BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/SSEAlgorithm"
        )
    ]
    if kinds and all(value in ("aws:kms", "aws:kms:dsse") for value in kinds):
        yield Violation(
            path,
            view=view,
            message="logs can only be written to a bucket with SSE-S3, and {bucket} is encrypted with KMS",
            fix="encrypt {bucket} with SSE-S3 (AES256), or use another bucket",
            bucket=bucket.id,
        )


def _writable(graph: Graph, bucket: View) -> bool | None:
    """Whether some policy of a bucket lets somebody put objects; None when that cannot be told."""
    if generated(bucket) or any(policy.asked or "Condition" in policy.body for policy in graph.of(BUCKET_POLICY)):
        return None
    verdict: bool | None = False
    for policy in graph.of(BUCKET_POLICY):
        value = policy.get("Bucket")
        found = graph.target(policy, value)
        if found is None:
            name = spelled(value)
            if name is None or "${" in name or name == literal(bucket.get("BucketName")):
                verdict = None
        elif found.view is bucket:
            statements, begin = allowing(policy.get("PolicyDocument"))
            if begin != [False] or any(covers(statement, "s3:PutObject") is not False for statement in statements):
                return True
    return verdict
