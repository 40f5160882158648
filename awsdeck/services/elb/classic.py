"""Classic Load Balancers, the generation before Application and Network Load Balancers.

Source: User Guide for Classic Load Balancers; course notes, Elastic Load Balancers.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.limits import IDLE_TIMEOUT_DEFAULT
from ...source import caller
from ...tokens import Token
from ..cloudwatch.logdelivery import deliver
from ..cloudwatch.metric import Metric
from ..existing import arn_here
from ..hints import check
from ..s3.s3 import BucketAccess
from ..vpc.securitygroup import SecurityGroupAccess, connected
from ..vpc.subnet import VPCAccess
from .listener import certificate_arn, greeted, welcome
from .targetgroup import TargetHealth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from ..ec2.ec2 import InstanceAccess
    from ..route53.aliastarget import AliasTarget
    from ..security.certificate import CertificateAccess
    from ..vpc.subnet import SubnetChoice
    from .listener import Openness

CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"
TLS_POLICY = "ELBSecurityPolicy-TLS-1-2-2017-01"
"""TLS 1.2, the newest that a Classic Load Balancer speaks."""
_AMOUNTS = ("HealthyHostCount", "Latency", "SurgeQueueLength", "UnHealthyHostCount")


class CLBListener:
    """A port that a Classic Load Balancer listens on.

    - `port`: 1 to 65,535; `protocol`: "HTTP" (default), "HTTPS", "TCP" or "SSL".
    - `instance_port`, `instance_protocol`: where instances get their requests, and how; the same port, and HTTP or TCP,
      by default.
    - `certificate`: a `Certificate` or an ARN, for HTTPS and SSL, which speak TLS 1.2.
    - `sticky`: "lb-cookie", with `sticky_seconds` (until the browser is closed by default), or "app-cookie", with
      `sticky_cookie`, the name of your application's.
    - `proxy_protocol`: instances are told the client's address in a header of their own (TCP and SSL).
    - `open_to`: "anyone", "nobody", or a list of constructs, security groups and blocks of addresses; as for an ALB.
    """

    __slots__ = (
        "port", "protocol", "instance_port", "instance_protocol", "certificate", "sticky", "sticky_seconds", "sticky_cookie",
        "proxy_protocol", "open_to",
    )  # fmt: skip

    def __init__(
        self,
        port: int,
        protocol: Literal["HTTP", "HTTPS", "TCP", "SSL"] = "HTTP",
        *,
        instance_port: int | None = None,
        instance_protocol: Literal["HTTP", "HTTPS", "TCP", "SSL"] | None = None,
        certificate: CertificateAccess | str | None = None,
        sticky: Literal["lb-cookie", "app-cookie"] | None = None,
        sticky_seconds: int | None = None,
        sticky_cookie: str | None = None,
        proxy_protocol: bool = False,
        open_to: Openness | None = None,
    ) -> None:
        if sticky not in (None, "lb-cookie", "app-cookie"):
            raise ConstructError(f"sticky={sticky!r}", place=caller(), fix='"lb-cookie" or "app-cookie"')
        if (sticky == "app-cookie") is not (sticky_cookie is not None):
            raise ConstructError(
                'sticky="app-cookie" and sticky_cookie= belong together', place=caller(), fix="give both or neither"
            )
        self.port = port
        self.protocol = protocol
        self.instance_port = port if instance_port is None else instance_port
        self.instance_protocol = instance_protocol or ("HTTP" if protocol in ("HTTP", "HTTPS") else "TCP")
        self.certificate = certificate
        self.sticky = sticky
        self.sticky_seconds = sticky_seconds
        self.sticky_cookie = sticky_cookie
        self.proxy_protocol = proxy_protocol
        self.open_to = open_to

    def policy(self) -> str | None:
        """The name of its stickiness policy."""
        return None if self.sticky is None else f"sticky-{self.port}"

    def to_cloudformation(self) -> dict[str, Any]:
        """The listener as CloudFormation writes it."""
        name = self.policy()
        return {
            "LoadBalancerPort": str(self.port),
            "Protocol": self.protocol,
            "InstancePort": str(self.instance_port),
            "InstanceProtocol": self.instance_protocol,
            "SSLCertificateId": None if self.certificate is None else certificate_arn(self.certificate),
            "PolicyNames": None if name is None else [name],
        }


@construct
class CLB(Construct):
    """A Classic Load Balancer, the legacy kind: an `ALB` or `NLB` does all of it better, and this one is warned about.

    - `vpc`; `subnets`: public ones by default, private or isolated ones for an internal one.
    - `scheme`: "internet-facing" (default) or "internal".
    - `listeners`: `CLBListener`s, at least one.
    - `targets`: `EC2Instance`s; `add` takes more.
    - `health`: a `TargetHealth`; by default a connection to the first listener's instance port, as for TCP.
    - `security_groups`: one of its own by default, which lets in what listeners are open to, and out to targets alone.
    - `idle_timeout`: seconds without a byte after which a connection is closed (60); after that clients get HTTP 504.
    - `draining`: seconds that a leaving instance may finish what it has begun, 1 to 3,600 (300); None for not at all.
    - `cross_zone`: on, instances of other zones are used too.
    - `access_logs`, `access_logs_prefix`: a bucket for logs, as for an ALB, every `log_minutes` (5 or 60). In regions from
      before August 2022 its policy also names the account of AWS's own that writes there.
    - `name`: a fixed name, 1 to 32 characters.

    What it is used for can be told, and is checked: `response_seconds`, `needs_client_ip`.

    Makes the load balancer and its security group.

    Source: User Guide for Classic Load Balancers; course notes, Elastic Load Balancers.
    """

    vpc: VPCAccess
    listeners: Sequence[CLBListener]
    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    subnets: SubnetChoice = None
    targets: Sequence[InstanceAccess] = ()
    health: TargetHealth | None = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    idle_timeout: int | Token = IDLE_TIMEOUT_DEFAULT
    draining: int | Token | None = 300
    cross_zone: bool = True
    access_logs: BucketAccess | None = None
    access_logs_prefix: str | None = None
    log_minutes: Literal[5, 60] = 60
    name: str | None = None
    response_seconds: float | None = None
    needs_client_ip: bool | None = None

    load_balancer_name = ref()
    dns_name = attribute("DNSName")
    hosted_zone_id = attribute("CanonicalHostedZoneNameID")

    def build(self) -> None:
        """Make the load balancer and put the first instances in."""
        self._members: list[Any] = []
        if not self.listeners:
            raise ConstructError(
                f"{self.node.path} listens on nothing", place=caller(), fix="listeners=[CLBListener(80)]"
            )
        default: tuple[Any, ...] = ("public",) if self.scheme == "internet-facing" else ("private", "isolated")
        place = self.vpc.choose(self.subnets, default)
        self.connections = connected(
            self, self.vpc, self.security_groups, port=self.listeners[0].port, egress="none"
        )  # fmt: skip
        check(self, response_seconds=self.response_seconds, idle_timeout=self.idle_timeout)
        for listener in self.listeners:
            check(
                self,
                needs_client_ip=self.needs_client_ip,
                protocol=listener.protocol,
                proxy=listener.proxy_protocol,
            )
        made = resource_class(CLASSIC)(
            self,
            MAIN,
            LoadBalancerName=self.name,
            Scheme=self.scheme,
            Subnets=place.ids,
            SecurityGroups=self.connections.group_ids,
            Listeners=list(self.listeners),
            LBCookieStickinessPolicy=[
                {
                    "PolicyName": one.policy(),
                    "CookieExpirationPeriod": None if one.sticky_seconds is None else str(one.sticky_seconds),
                }
                for one in self.listeners
                if one.sticky == "lb-cookie"
            ]
            or None,
            AppCookieStickinessPolicy=[
                {"PolicyName": one.policy(), "CookieName": one.sticky_cookie}
                for one in self.listeners
                if one.sticky == "app-cookie"
            ]
            or None,
            Policies=self._policies() or None,
            HealthCheck=self._health(),
            ConnectionSettings={"IdleTimeout": self.idle_timeout},
            ConnectionDrainingPolicy={"Enabled": self.draining is not None, "Timeout": self.draining},
            CrossZone=self.cross_zone,
            AccessLoggingPolicy=None
            if self.access_logs is None
            else {
                "Enabled": True,
                "S3BucketName": self.access_logs.bucket_name,
                "S3BucketPrefix": self.access_logs_prefix,
                "EmitInterval": self.log_minutes,
            },
        )
        if self.scheme == "internet-facing":
            place.hold_back(made)
        deliver(made, self.access_logs, self.access_logs_prefix, "classic")
        self._open()
        self.add(*self.targets)

    def _policies(self) -> list[dict[str, Any]]:
        secure = [str(one.port) for one in self.listeners if one.protocol in ("HTTPS", "SSL")]
        told = [str(one.instance_port) for one in self.listeners if one.proxy_protocol]
        found = []
        if secure:
            found.append(
                {
                    "PolicyName": "tls",
                    "PolicyType": "SSLNegotiationPolicyType",
                    "Attributes": [{"Name": "Reference-Security-Policy", "Value": TLS_POLICY}],
                    "LoadBalancerPorts": secure,
                }
            )
        if told:
            found.append(
                {
                    "PolicyName": "proxy-protocol",
                    "PolicyType": "ProxyProtocolPolicyType",
                    "Attributes": [{"Name": "ProxyProtocol", "Value": "true"}],
                    "InstancePorts": told,
                }
            )
        return found

    def _health(self) -> dict[str, Any]:
        health = self.health or TargetHealth()
        by_path = health.path is not None
        protocol = health.protocol or ("HTTP" if by_path else "TCP")
        path = (health.path or "/") if protocol in ("HTTP", "HTTPS") else ""
        times = {
            "Interval": (health.interval, 30),
            "Timeout": (health.timeout, 5),
            "HealthyThreshold": (health.healthy, 10),
            "UnhealthyThreshold": (health.unhealthy, 2),
        }
        return {
            "Target": f"{protocol}:{self._checked_port()}{path}",
            **{name: str(default) if given is None else _text(given) for name, (given, default) in times.items()},
        }

    def _checked_port(self) -> int:
        own = None if self.health is None else self.health.port
        return self.listeners[0].instance_port if own is None else own

    def _open(self) -> None:
        greets = self.scheme == "internet-facing" and self.security_groups is None
        for listener in self.listeners:
            welcome(self.connections, greeted(self, listener.open_to, greets), listener.port, "tcp")

    def add(self, *targets: InstanceAccess) -> None:
        """Send requests to these instances too, and open their security groups for them."""
        from ..ec2.ec2 import InstanceAccess

        for target in targets:
            if not isinstance(target, InstanceAccess):
                raise ConstructError(
                    f"{self.node.path}: a {type(target).__name__} is no target of a Classic Load Balancer", place=caller(),
                    fix="give EC2Instances, or use an ALB or NLB",
                )  # fmt: skip
            self._members.append(target)
            self.node.resource.set(Instances=[member.id for member in self._members])
            for port in dict.fromkeys((*(one.instance_port for one in self.listeners), self._checked_port())):
                target.connections.allow_from(self, port)

    @property
    def arn(self) -> str:
        """The ARN, as policies name it."""
        return arn_here("elasticloadbalancing", f"loadbalancer/{self.load_balancer_name}")

    def alias_target(self) -> AliasTarget:
        """What an alias record points to."""
        from ..route53.aliastarget import AliasTarget

        return AliasTarget(self.dns_name, self.hosted_zone_id)

    def metric(self, name: str, *, statistic: str | None = None, period: int = 300) -> Metric:
        """What is known of the load balancer: `RequestCount`, `Latency`, `HTTPCode_Backend_5XX`, `SpilloverCount`, …

        Counts are summed unless `statistic` says otherwise. Source: User Guide for Classic Load Balancers, CloudWatch
        metrics.
        """
        chosen = statistic or ("Average" if name in _AMOUNTS else "Sum")
        dimensions = {"LoadBalancerName": self.load_balancer_name}
        return Metric("AWS/ELB", name, dimensions, statistic=chosen, period=period)


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else str(value)
