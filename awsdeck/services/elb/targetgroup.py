"""Target groups: what a load balancer sends its requests to, and how it tells who is fit to get them.

Source: User Guides for Application and Network Load Balancers, target groups.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker
from ..cloudwatch.metric import Metric
from ..existing import Existing, arn_here, checked_arn, part
from ..functions.invocable import Invocable
from ..hints import check
from ..vpc.subnet import VPCAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, Literal, TypeAlias

    from ...tokens import Token
    from ..autoscaling.autoscaling import AutoScalingGroup
    from ..ec2.ec2 import InstanceAccess
    from ..vpc.connections import Connections
    from .listener import Listener
    from .loadbalancer import ALBAccess

    Target: TypeAlias = InstanceAccess | AutoScalingGroup | Invocable | ALBAccess | str
    TargetKind: TypeAlias = Literal["instance", "ip", "lambda", "alb"]

TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
SERVICE = "elasticloadbalancing.amazonaws.com"
HTTP = ("HTTP", "HTTPS")
ALGORITHMS = {
    "round-robin": "round_robin",
    "least-outstanding": "least_outstanding_requests",
    "weighted-random": "weighted_random",
}
_STICKY = {"lb-cookie": "lb_cookie", "app-cookie": "app_cookie", "source-ip": "source_ip"}
TRANSPORTS: dict[str, tuple[Literal["tcp", "udp"], ...]] = {
    "UDP": ("udp",), "QUIC": ("udp",), "TCP_UDP": ("tcp", "udp"), "TCP_QUIC": ("tcp", "udp"),
}  # fmt: skip
_AMOUNTS = ("HealthyHostCount", "TargetResponseTime", "UnHealthyHostCount")


class TargetHealth:
    """How a load balancer finds out which targets are fit to get requests.

    - `path`: what is asked for over HTTP ("/" by default); `protocol`: "HTTP", "HTTPS" or "TCP" (targets of a Network
      Load Balancer are asked with TCP by default, all others as they get their requests).
    - `port`: another one than for requests.
    - `interval`: seconds from one check to the next, 5 to 300 (30); `timeout`: 2 to 120, shorter than the interval.
    - `healthy`, `unhealthy`: after how many checks in a row, 2 to 10 (5 and 2).
    - `codes`: what counts as healthy: "200" by default, or such as "200-299" or "200,302"; `grpc_codes` for gRPC.

    Source: User Guide for Application Load Balancers, health checks for target groups.
    """

    __slots__ = ("path", "protocol", "port", "interval", "timeout", "healthy", "unhealthy", "codes", "grpc_codes")

    def __init__(
        self,
        path: str | None = None,
        *,
        protocol: Literal["HTTP", "HTTPS", "TCP"] | None = None,
        port: int | None = None,
        interval: int | Token | None = None,
        timeout: int | Token | None = None,
        healthy: int | Token | None = None,
        unhealthy: int | Token | None = None,
        codes: str | None = None,
        grpc_codes: str | None = None,
    ) -> None:
        self.path = path
        self.protocol = protocol
        self.port = port
        self.interval = interval
        self.timeout = timeout
        self.healthy = healthy
        self.unhealthy = unhealthy
        self.codes = codes
        self.grpc_codes = grpc_codes

    def properties(self, protocol: str, kind: str) -> dict[str, Any]:
        """What CloudFormation calls it on a target group of this protocol and kind."""
        asked = self.protocol
        if asked is None and (self.path is not None or self.codes is not None) and protocol not in HTTP:
            asked = None if kind in ("alb", "lambda") else "HTTP"
        codes = {"HttpCode": self.codes, "GrpcCode": self.grpc_codes}
        return {
            "HealthCheckEnabled": True if kind == "lambda" else None,
            "HealthCheckPath": self.path,
            "HealthCheckProtocol": asked,
            "HealthCheckPort": None if self.port is None else str(self.port),
            "HealthCheckIntervalSeconds": self.interval,
            "HealthCheckTimeoutSeconds": self.timeout,
            "HealthyThresholdCount": self.healthy,
            "UnhealthyThresholdCount": self.unhealthy,
            "Matcher": codes if any(code is not None for code in codes.values()) else None,
        }


class TargetGroupAccess(Construct):
    """Where a load balancer sends requests, whether it is made here or exists already."""

    if TYPE_CHECKING:
        protocol: Any

    arn = ref()
    full_name = attribute("TargetGroupFullName")

    def served_by(self, listener: Listener, by: Construct) -> None:
        """Take note that a listener, or a rule of it (`by`), sends requests here."""


@construct
class TargetGroup(TargetGroupAccess):
    """What a load balancer sends requests to: instances, IP addresses, a function, or another load balancer.

    - `vpc`: the network of the targets; the first target's by default. Not for a function.
    - `port`, `protocol`: how targets get their requests. "HTTP" (default) or "HTTPS" behind an ALB; "TCP", "TLS", "UDP" or
      "TCP_UDP" behind an NLB. `port` is 80 for HTTP and 443 for HTTPS and TLS by default.
    - `targets`: `EC2Instance`s, `AutoScalingGroup`s, private IP addresses, one `LambdaFunction` or alias, or one `ALB`
      (behind an NLB); `add` takes more. `kind` says what they will be when none is given: "instance" (default), "ip",
      "lambda" or "alb".
    - `protocol_version`: "HTTP1" (default), "HTTP2" or "GRPC".
    - `health`: a `TargetHealth`.
    - `deregistration_delay`: seconds that a leaving target may finish what it has begun, 0 to 3,600 (300).
    - `slow_start`: seconds in which a new target gets a growing share, 30 to 900; HTTP only.
    - `algorithm`: "round-robin" (default), "least-outstanding" or "weighted-random"; HTTP only. `anomaly_mitigation` goes
      with the last.
    - `sticky`: "lb-cookie" or "app-cookie" (with `sticky_cookie`, the name of your application's) behind an ALB,
      "source-ip" behind an NLB; `sticky_seconds`: 1 to 604,800 (a day), for cookies.
    - `cross_zone`: whether targets of other zones are used; the load balancer's setting by default.
    - `preserve_client_ip`, `proxy_protocol`: targets of an NLB see the client's address, by its packets or by a header
      (proxy protocol v2).
    - `multi_value_headers`: a function gets headers and parameters that come twice as lists.
    - `response_seconds`: how long the slowest answer may take; checked against the idle timeout of the load balancer,
      after which clients get HTTP 504.
    - `name`: a fixed name, 1 to 32 characters; it stands in the way of changes that replace the group.

    Makes the target group; for a function also its invoke permission. That cannot name the group, which waits for it:
    it holds for target groups of this account and region, or for the one called `name`. Security groups of targets are
    opened to the load balancers that send requests here, on the ports of requests and health checks.

    Source: User Guides for Application and Network Load Balancers, target groups; course notes, Elastic Load Balancers.
    """

    vpc: VPCAccess | None = None
    port: int | Token | None = None
    protocol: Literal["HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP"] = "HTTP"
    targets: Sequence[Target] = ()
    kind: Literal["instance", "ip", "lambda", "alb"] | None = None
    protocol_version: Literal["HTTP1", "HTTP2", "GRPC"] | None = None
    health: TargetHealth | None = None
    deregistration_delay: int | Token | None = None
    slow_start: int | Token | None = None
    algorithm: Literal["round-robin", "least-outstanding", "weighted-random"] | None = None
    anomaly_mitigation: bool = False
    sticky: Literal["lb-cookie", "app-cookie", "source-ip"] | None = None
    sticky_seconds: int | Token | None = None
    sticky_cookie: str | None = None
    cross_zone: bool | None = None
    preserve_client_ip: bool | None = None
    proxy_protocol: bool = False
    multi_value_headers: bool = False
    response_seconds: float | None = None
    name: str | None = None

    def build(self) -> None:
        """Make the group and put the first targets in."""
        self._listeners: list[Listener] = []
        self.senders: list[Construct] = []
        """The listeners and rules made here that send requests to the group."""
        self._members: list[Any] = []
        self._entries: list[dict[str, Any]] = []
        first: list[tuple[Any, TargetKind]] = [(target, self._kind_of(target)) for target in self.targets]
        its: TargetKind = self.kind if self.kind is not None else first[0][1] if first else "instance"
        self.target_type: TargetKind = its
        self._open_kind = self.kind is None and not first
        self._check_kinds(first)
        network = self.vpc
        if network is None:
            network = next((vpc for target, _ in first if (vpc := getattr(target, "vpc", None)) is not None), None)
        by_function = its == "lambda"
        self.traffic_port: int | Token | None = None if by_function else self._port()
        resource_class(TARGET_GROUP)(
            self,
            MAIN,
            Name=self.name,
            TargetType=None if its == "instance" else its,
            VpcId=None if by_function or network is None else network.id,
            Port=self.traffic_port,
            Protocol=None if by_function else self.protocol,
            ProtocolVersion=self.protocol_version,
            TargetGroupAttributes=self._attributes() or None,
            **self._health(),
        )
        for target, _ in first:
            self._join(target)

    def _port(self) -> int | Token | None:
        if self.port is not None:
            return self.port
        return {"HTTP": 80, "HTTPS": 443, "TLS": 443}.get(self.protocol)

    def _health(self) -> Mapping[str, Any]:
        return {} if self.health is None else self.health.properties(self.protocol, self.target_type)

    def _attributes(self) -> list[dict[str, Any]]:
        sticky = self.sticky
        algorithm = None if self.algorithm is None else ALGORITHMS[self.algorithm]
        found: dict[str, Any] = {
            "deregistration_delay.timeout_seconds": self.deregistration_delay,
            "slow_start.duration_seconds": self.slow_start,
            "load_balancing.algorithm.type": algorithm,
            "load_balancing.algorithm.anomaly_mitigation": "on" if self.anomaly_mitigation else None,
            "load_balancing.cross_zone.enabled": self.cross_zone,
            "stickiness.enabled": None if sticky is None else True,
            "stickiness.type": None if sticky is None else _STICKY[sticky],
            "stickiness.app_cookie.cookie_name": self.sticky_cookie,
            "preserve_client_ip.enabled": self.preserve_client_ip,
            "proxy_protocol_v2.enabled": True if self.proxy_protocol else None,
            "lambda.multi_value_headers.enabled": True if self.multi_value_headers else None,
        }
        if self.sticky_seconds is not None:
            if sticky not in ("lb-cookie", "app-cookie"):
                raise ConstructError(
                    f"{self.node.path}: sticky_seconds= is for cookies", place=caller(),
                    fix='write sticky="lb-cookie" or "app-cookie", or leave it out',
                )  # fmt: skip
            found[f"stickiness.{_STICKY[sticky]}.duration_seconds"] = self.sticky_seconds
        return pairs(found)

    # targets

    def add(self, *targets: Target) -> None:
        """Send requests to these too; what they are must fit what is in the group already."""
        found: list[tuple[Any, TargetKind]] = [(target, self._kind_of(target)) for target in targets]
        if found and self._open_kind:
            self._open_kind = False
            kind: TargetKind = found[0][1]
            if kind == "lambda":
                raise ConstructError(
                    f"{self.node.path} was made for instances, and a function has no port", place=caller(),
                    fix='make it with targets=[the function], or with kind="lambda"',
                )  # fmt: skip
            self.target_type = kind
            self.node.resource.set(TargetType=None if kind == "instance" else kind, **self._health())
        self._check_kinds(found)
        for target, _ in found:
            self._join(target)

    def _kind_of(self, target: Any) -> TargetKind:
        if isinstance(target, str):
            return "ip"
        if isinstance(target, Invocable):
            return "lambda"
        if hasattr(target, "join_target_group"):
            return "instance"
        from .loadbalancer import ALBAccess

        if isinstance(target, ALBAccess):
            return "alb"
        from ..ec2.ec2 import InstanceAccess

        if isinstance(target, InstanceAccess):
            return "instance"
        raise ConstructError(
            f"{self.node.path}: a {type(target).__name__} is no target", place=caller(),
            fix="give an EC2Instance, an AutoScalingGroup, a LambdaFunction, an ALB, or a private IP address",
        )  # fmt: skip

    def _check_kinds(self, found: Sequence[tuple[Any, str]]) -> None:
        odd = next((kind for _, kind in found if kind != self.target_type), None)
        if odd is not None:
            raise ConstructError(
                f"{self.node.path} holds targets of kind {self.target_type}, and one of kind {odd} does not go with them",
                place=caller(), fix="make a target group for each kind, and forward to both",
            )  # fmt: skip

    def _join(self, target: Any) -> None:
        kind = self.target_type
        if any(member is target for member in self._members):
            raise ConstructError(f"{self.node.path} holds this target already", place=caller(), fix="add it once")
        self._members.append(target)
        if hasattr(target, "join_target_group"):
            target.join_target_group(self.arn)
        elif kind == "lambda":
            self._enter({"Id": target.invoke_arn})
            known = "*" if self.name is None else f"{self.name}/*"
            permission = target.accept_from(SERVICE, arn_here("elasticloadbalancing", f"targetgroup/{known}"))
            self.node.resource.node.depends_on(permission)
        elif kind == "alb":
            self._enter({"Id": target.arn})
            target.await_listener(self)
        elif kind == "ip":
            self._enter({"Id": target, "AvailabilityZone": "all" if self._outside(target) else None})
        else:
            self._enter({"Id": target.id})
        for listener in self._listeners:
            self._open(listener, target)

    def await_listener(self, listener: Listener) -> None:
        """Wait for the listener of the load balancer in the group, and check it the way it speaks."""
        made = self.node.resource
        made.node.depends_on(listener.node.resource)
        if listener.protocol == "HTTPS" and (self.health is None or self.health.protocol is None):
            made.set(HealthCheckProtocol="HTTPS")

    def _enter(self, entry: dict[str, Any]) -> None:
        self._entries.append(entry)
        self.node.resource.set(Targets=self._entries)

    def _outside(self, address: str) -> bool:
        """Whether an address is known to lie outside the VPC; Elastic Load Balancing wants to hear of that."""
        cidrs = [] if self.vpc is None else getattr(self.vpc, "cidrs", None) or []
        if has_marker(address) or not cidrs or any(has_marker(cidr) for cidr in cidrs):
            return False
        from ipaddress import ip_address, ip_network

        try:
            return not any(ip_address(address) in ip_network(cidr) for cidr in cidrs)
        except ValueError:
            return False  # the rules say what is wrong with it

    # load balancers

    def served_by(self, listener: Listener, by: Construct) -> None:
        """Take note that a listener, or a rule of it (`by`), sends requests here, and let it reach the targets."""
        check(
            by,
            listener_protocol=listener.protocol,
            group=self.node.path,
            group_protocol=None if self.target_type == "lambda" else self.protocol,
            target_type=self.target_type,
        )
        self.senders.append(by)
        if any(known is listener for known in self._listeners):
            return
        self._listeners.append(listener)
        for target in self._members:
            self._open(listener, target)
        balancer = listener.balancer
        if balancer is not None:
            balancer.sends_to(self)

    def _open(self, listener: Listener, target: Any) -> None:
        front = listener.front
        if front is None or self.target_type == "lambda":
            return
        for port, protocol in self._doors():
            if isinstance(target, str):
                block = target if has_marker(target) else f"{target}/{128 if ':' in target else 32}"
                front.allow_to(block, port, protocol=protocol)
            else:
                reached: Connections = target.connections
                reached.allow_from(_Front(front), port, protocol=protocol)

    def _doors(self) -> Iterator[tuple[int | Token, Literal["tcp", "udp"]]]:
        """The ports on which targets are reached, for requests and for health checks."""
        traffic = self.traffic_port
        transports = TRANSPORTS.get(self.protocol, ("tcp",))
        for transport in transports if traffic is not None else ():
            assert traffic is not None
            yield traffic, transport
        own = None if self.health is None else self.health.port
        checked = traffic if own is None else own
        if checked is not None and (own is not None or "tcp" not in transports):
            yield checked, "tcp"

    def hides_clients(self) -> bool:
        """Whether targets behind a Network Load Balancer see its address in place of the client's."""
        if self.proxy_protocol or self.target_type == "alb":
            return False
        if self.preserve_client_ip is not None:
            return not self.preserve_client_ip
        return self.target_type == "ip" and self.protocol in ("TCP", "TLS")

    def metric(self, name: str, *, statistic: str | None = None, period: int = 300) -> Metric:
        """What is known of the targets: `HealthyHostCount`, `TargetResponseTime`, `HTTPCode_Target_5XX_Count`, …

        Counts are summed unless `statistic` says otherwise. A load balancer must send requests here first. Source: User
        Guide for Application Load Balancers, CloudWatch metrics.
        """
        balancer = next((one.balancer for one in self._listeners if one.balancer is not None), None)
        if balancer is None:
            raise ConstructError(
                f"{self.node.path}: no load balancer sends requests here yet", place=caller(),
                fix="ask for the metric after a listener or a rule has been made that does",
            )  # fmt: skip
        chosen = statistic or ("Average" if name in _AMOUNTS else "Sum")
        dimensions = {"TargetGroup": self.full_name, "LoadBalancer": balancer.full_name}
        return Metric(balancer.NAMESPACE, name, dimensions, statistic=chosen, period=period)

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str, *, protocol: str | None = None) -> ExistingTargetGroup:
        """A target group that exists already, by ARN."""
        example = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
        arn = checked_arn(arn, "elasticloadbalancing", example, r"targetgroup/[A-Za-z0-9-]+/[0-9a-f]+")
        return ExistingTargetGroup(scope, id, values={"arn": arn, "full_name": part(arn, 5)}, protocol=protocol)


@construct
class ExistingTargetGroup(Existing, TargetGroupAccess):
    """A target group made elsewhere; see `TargetGroup.from_arn`."""

    WHAT = "target group"
    protocol: str | None = None


class _Front:
    """The load balancer's side of a connection, as a peer."""

    __slots__ = ("connections",)

    def __init__(self, connections: Connections) -> None:
        self.connections = connections


def pairs(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Attributes as keys and values, all of them text, without those that are None."""
    return [{"Key": key, "Value": _text(value)} for key, value in found.items() if value is not None]


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value
