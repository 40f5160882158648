"""Application and Network Load Balancers.

Source: User Guides for Application and Network Load Balancers; course notes, Elastic Load Balancers.
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
from ..existing import Existing, checked_arn, part
from ..hints import check
from ..s3.s3 import BucketAccess
from ..vpc.securitygroup import SecurityGroupAccess, connected
from ..vpc.subnet import VPCAccess
from .listener import ALBListener, Listener, NLBListener, answer, behind
from .routing import Redirect, action
from .targetgroup import TargetGroup, pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, ClassVar, Literal

    from ..route53.aliastarget import AliasTarget
    from ..security.certificate import CertificateAccess
    from ..vpc.connections import Connections
    from ..vpc.subnet import Placement, SubnetChoice
    from .listener import Answer, Openness

BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
ASSOCIATION = "AWS::WAFv2::WebACLAssociation"
EIP = "AWS::EC2::EIP"
_AMOUNTS = (
    "ActiveConnectionCount", "ActiveFlowCount", "ActiveFlowCount_TCP", "ActiveFlowCount_TLS", "ActiveFlowCount_UDP",
    "HealthyHostCount", "PeakBytesPerSecond", "PeakPacketsPerSecond", "TargetResponseTime", "UnHealthyHostCount",
)  # fmt: skip
"""Metrics that are no counts of something that happened."""


class BalancerAccess(Construct):
    """A load balancer that listens and sends requests on, whether it is made here or exists already."""

    KIND: ClassVar[str] = ""
    NAMESPACE: ClassVar[str] = ""
    greets_everybody: bool = False
    """Whether a new listener is open to everybody unless told otherwise."""
    if TYPE_CHECKING:
        front: Connections | None
        _ports: dict[Any, Listener]

    arn = ref()
    dns_name = attribute("DNSName")
    hosted_zone_id = attribute("CanonicalHostedZoneID")
    full_name = attribute("LoadBalancerFullName")

    @property
    def connections(self) -> Connections:
        """Who may connect to it, and to whom it may. Raises `ConstructError` when it has no security groups."""
        if self.front is None:
            raise ConstructError(
                f"{self.node.path} has no security groups, or none that are known here", place=caller(),
                fix="give them as security_groups=",
            )  # fmt: skip
        return self.front

    @property
    def listeners(self) -> list[Listener]:
        """The listeners made here, in order."""
        return list(self._ports.values())

    def alias_target(self) -> AliasTarget:
        """What an alias record points to."""
        from ..route53.aliastarget import AliasTarget

        return AliasTarget(self.dns_name, self.hosted_zone_id)

    def metric(self, name: str, *, statistic: str | None = None, period: int = 300) -> Metric:
        """What is known of the load balancer: `RequestCount`, `HTTPCode_ELB_5XX_Count`, `ActiveFlowCount`, …

        Counts are summed unless `statistic` says otherwise. Source: User Guides for Application and Network Load
        Balancers, CloudWatch metrics.
        """
        chosen = statistic or ("Average" if name in _AMOUNTS else "Sum")
        return Metric(self.NAMESPACE, name, {"LoadBalancer": self.full_name}, statistic=chosen, period=period)

    def sends_to(self, group: TargetGroup) -> None:
        """Take note of a target group behind it."""

    def _named(self, port: Any) -> tuple[str, str | None]:
        """The id of a listener on a port, and who has that port already."""
        other = self._ports.get(_key(port))
        number = port if isinstance(port, int) else len(self._ports) + 1
        if other is None:
            return f"Listener{number}", None
        return f"Listener{number}Again", f"{other.node.path} ({other.node.source})"


class ALBAccess(BalancerAccess):
    """An Application Load Balancer, whether it is made here or exists already."""

    KIND = "application"
    NAMESPACE = "AWS/ApplicationELB"
    if TYPE_CHECKING:
        _waiting: list[TargetGroup]

    def add_listener(
        self,
        port: int | Token | None = None,
        *,
        default: Answer | None = None,
        certificate: CertificateAccess | str | None = None,
        certificates: Sequence[CertificateAccess | str] = (),
        protocol: str | None = None,
        ssl_policy: str | None = None,
        redirect_http: bool = False,
        client_certificates: str | None = None,
        open_to: Openness | None = None,
    ) -> ALBListener:
        """Listen on a port.

        - `port`: 443 with a certificate, else 80; `protocol`: "HTTPS" with a certificate, else "HTTP".
        - `default`: what happens to requests that no rule takes: a `TargetGroup`, `Forward`, `Redirect`, `FixedResponse`,
          `OIDCLogin` or `CognitoLogin`; 404 when left out.
        - `certificate`: a `Certificate` or an ARN; `certificates`: more of them, for other names (SNI).
        - `ssl_policy`: TLS 1.3 and 1.2 by default (`ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09`).
        - `redirect_http`: also listen on port 80 and send everybody here.
        - `client_certificates`: "passthrough", or the ARN of a trust store that they are checked against.
        - `open_to`: "anyone" (the default of an internet-facing load balancer with a security group of its own),
          "nobody" (the default of all others: open it with `connections`), or a list of constructs, security groups and
          blocks of addresses.
        """
        secure = certificate is not None
        spoken = protocol if protocol is not None else "HTTPS" if secure else "HTTP"
        chosen: int | Token = port if port is not None else 443 if spoken == "HTTPS" else 80
        id, taken = self._named(chosen)
        made = ALBListener(
            self,
            id,
            balancer=self,
            port=chosen,
            protocol=spoken,
            default=answer(default),
            certificate=certificate,
            certificates=certificates,
            ssl_policy=ssl_policy,
            client_certificates=client_certificates,
            open_to=open_to,
            port_taken_by=taken,
        )
        self._ports[_key(chosen)] = made
        for group in self._waiting:
            self._hold(group, made)
        if redirect_http:
            if spoken != "HTTPS":
                raise ConstructError(
                    f"{made.node.path}: redirect_http= sends clients to HTTPS, and this listener speaks {spoken}",
                    place=caller(), fix="give a certificate=",
                )  # fmt: skip
            self.add_listener(80, default=Redirect(port=chosen), open_to=open_to)
        return made

    def await_listener(self, group: TargetGroup) -> None:
        """Let a target group of a Network Load Balancer wait for the listener that it sends requests to."""
        self._waiting.append(group)
        for listener in self._ports.values():
            self._hold(group, listener)

    @staticmethod
    def _hold(group: TargetGroup, listener: Listener) -> None:
        if _key(listener.port) == _key(group.traffic_port):
            group.await_listener(listener)


@construct
class ALB(ALBAccess):
    """An Application Load Balancer: HTTP and HTTPS, with rules about hosts, paths and more.

    - `vpc`; `subnets`: at least two zones; public ones by default, private or isolated ones for an internal one.
    - `scheme`: "internet-facing" (default) or "internal".
    - `addresses`: "ipv4" (default), "dualstack", or "dualstack-without-public-ipv4".
    - `security_groups`: one of its own by default, which lets in what listeners are open to, and out to targets alone (and
      to where people sign in).
    - `idle_timeout`: seconds without a byte after which a connection is closed, 1 to 4,000 (60): a target that has not
      answered by then gives the client HTTP 504. `keep_alive`: seconds a client's connection may live, 60 to 604,800.
    - `x_forwarded_for`: what becomes of the header with the client's address: "append" (default), "preserve" or
      "remove"; `client_port`: with the client's port. `preserve_host`: the Host header as it came.
    - `drop_invalid_headers`: on; `desync`: "defensive" (default), "strictest" or "monitor"; `http2`: on;
      `tls_headers`: targets are told the version and cipher.
    - `access_logs`, `connection_logs`, `health_check_logs`: a bucket with SSE-S3 in the same region, and a prefix for
      each. A bucket of this app gets the policy that log delivery needs, and no more; one that exists must have it.
    - `waf`: the ARN of a web ACL (WAFv2, regional); `waf_fail_open`: requests pass when WAF cannot be asked.
    - `deletion_protection`: off; `zonal_shift`: whether a zone can be taken out.
    - `name`: a fixed name, 1 to 32 characters.

    What it is used for can be told, and is checked: `response_seconds` (how long the slowest answer may take),
    `needs_client_ip` (targets need the client's address).

    Makes the load balancer, its security group, and the association with the web ACL; listeners come with
    `add_listener`. What can be set here is all written out, since an attribute that is left out keeps its old value;
    only those that some regions do not know yet (zonal shift, health check logs) are left out until they are used.

    Source: User Guide for Application Load Balancers; course notes, Elastic Load Balancers.
    """

    vpc: VPCAccess
    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    subnets: SubnetChoice = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    addresses: Literal["ipv4", "dualstack", "dualstack-without-public-ipv4"] = "ipv4"
    idle_timeout: int | Token = IDLE_TIMEOUT_DEFAULT
    keep_alive: int | Token | None = None
    x_forwarded_for: Literal["append", "preserve", "remove"] = "append"
    client_port: bool = False
    preserve_host: bool = False
    drop_invalid_headers: bool = True
    desync: Literal["defensive", "strictest", "monitor"] = "defensive"
    http2: bool = True
    tls_headers: bool = False
    access_logs: BucketAccess | None = None
    access_logs_prefix: str | None = None
    connection_logs: BucketAccess | None = None
    connection_logs_prefix: str | None = None
    health_check_logs: BucketAccess | None = None
    health_check_logs_prefix: str | None = None
    waf: str | None = None
    waf_fail_open: bool = False
    deletion_protection: bool = False
    zonal_shift: bool | None = None
    name: str | None = None
    response_seconds: float | None = None
    needs_client_ip: bool | None = None

    def build(self) -> None:
        """Make the load balancer."""
        self._ports = {}
        self._waiting: list[TargetGroup] = []
        place = _place(self.vpc, self.subnets, self.scheme)
        check(
            self,
            zones=place.availability_zones if len(place.subnets) == len(place.ids) else None,
            response_seconds=self.response_seconds,
            idle_timeout=self.idle_timeout,
            needs_client_ip=self.needs_client_ip,
            x_forwarded_for=self.x_forwarded_for,
        )
        self.front: Connections | None = connected(self, self.vpc, self.security_groups, egress="none")
        self.greets_everybody = self.scheme == "internet-facing" and self.security_groups is None
        logs = {
            "access_logs": (self.access_logs, self.access_logs_prefix),
            "connection_logs": (self.connection_logs, self.connection_logs_prefix),
            "health_check_logs": (self.health_check_logs, self.health_check_logs_prefix),
        }
        found: dict[str, Any] = {
            "deletion_protection.enabled": self.deletion_protection,
            "idle_timeout.timeout_seconds": self.idle_timeout,
            "client_keep_alive.seconds": self.keep_alive,
            "routing.http.desync_mitigation_mode": self.desync,
            "routing.http.drop_invalid_header_fields.enabled": self.drop_invalid_headers,
            "routing.http.preserve_host_header.enabled": self.preserve_host,
            "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": self.tls_headers,
            "routing.http.xff_client_port.enabled": self.client_port,
            "routing.http.xff_header_processing.mode": self.x_forwarded_for,
            "routing.http2.enabled": self.http2,
            "waf.fail_open.enabled": self.waf_fail_open,
            "zonal_shift.config.enabled": self.zonal_shift,
        }
        for log, (bucket, prefix) in logs.items():
            if bucket is not None or log != "health_check_logs":
                found.update(_logging(log, bucket, prefix))
        made = resource_class(BALANCER)(
            self,
            MAIN,
            Name=self.name,
            Type="application",
            Scheme=self.scheme,
            IpAddressType=self.addresses,
            Subnets=place.ids,
            SecurityGroups=self.connections.group_ids,
            LoadBalancerAttributes=pairs(found),
        )
        if self.scheme == "internet-facing":
            place.hold_back(made)
        for bucket, prefix in logs.values():
            deliver(made, bucket, prefix)
        if self.waf is not None:
            arn = checked_arn(
                self.waf, "wafv2", "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/web/…", "regional/webacl/.+"
            )
            resource_class(ASSOCIATION)(self, "Waf", ResourceArn=self.arn, WebACLArn=arn)

    def sends_to(self, group: TargetGroup) -> None:
        """Hold the slowest answer of a target group against the idle timeout."""
        check(self, response_seconds=group.response_seconds, idle_timeout=self.idle_timeout, what=group.node.path)

    @staticmethod
    def from_arn(
        scope: Construct,
        id: str,
        arn: str,
        *,
        security_groups: Sequence[SecurityGroupAccess | str] | None = None,
        dns_name: str | None = None,
        hosted_zone_id: str | None = None,
    ) -> ExistingALB:
        """A load balancer that exists already, by ARN; what else is given can be used too.

        With its `security_groups`, targets are opened to it; with `dns_name` and `hosted_zone_id` it can be an alias's
        target.
        """
        return ExistingALB(
            scope, id, values=_values(arn, "app", dns_name, hosted_zone_id), security_groups=security_groups
        )


@construct
class ExistingALB(Existing, ALBAccess):
    """An Application Load Balancer made elsewhere; see `ALB.from_arn`."""

    WHAT = "load balancer"
    security_groups: Sequence[SecurityGroupAccess | str] | None = None

    def build(self) -> None:
        """Take the values as attributes; nothing is added to the template."""
        super().build()
        self._ports = {}
        self._waiting: list[TargetGroup] = []
        self.front = behind(self, self.security_groups)


class NLBAccess(BalancerAccess):
    """A Network Load Balancer, whether it is made here or exists already."""

    KIND = "network"
    NAMESPACE = "AWS/NetworkELB"

    def add_listener(
        self,
        port: int | Token,
        *,
        default: Answer,
        protocol: str | None = None,
        certificate: CertificateAccess | str | None = None,
        certificates: Sequence[CertificateAccess | str] = (),
        ssl_policy: str | None = None,
        alpn: Literal["HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"] | None = None,
        idle_timeout: int | Token | None = None,
        open_to: Openness | None = None,
    ) -> NLBListener:
        """Listen on a port.

        - `default`: a `TargetGroup`, or a `Forward` to several.
        - `protocol`: "TLS" with a certificate, else "TCP"; or "UDP", "TCP_UDP".
        - `certificate`, `certificates`, `ssl_policy`: as for an ALB; `alpn`: which protocol clients and targets agree on.
        - `idle_timeout`: seconds without a packet after which a TCP flow is forgotten, 60 to 6,000 (350).
        - `open_to`: as for an ALB.
        """
        spoken = protocol if protocol is not None else "TLS" if certificate is not None else "TCP"
        id, taken = self._named(port)
        made = NLBListener(
            self,
            id,
            balancer=self,
            port=port,
            protocol=spoken,
            default=action(default),
            certificate=certificate,
            certificates=certificates,
            ssl_policy=ssl_policy,
            alpn=alpn,
            idle_timeout=idle_timeout,
            open_to=open_to,
            port_taken_by=taken,
        )
        self._ports[_key(port)] = made
        return made


@construct
class NLB(NLBAccess):
    """A Network Load Balancer: TCP, TLS and UDP, millions of requests a second, fixed addresses.

    - `vpc`; `subnets`: public ones by default, private or isolated ones for an internal one.
    - `scheme`: "internet-facing" (default) or "internal"; `addresses`: "ipv4" (default) or "dualstack".
    - `elastic_ips`: allocation ids of Elastic IPs, one for each subnet in their order; "new" makes them.
    - `private_ips`: addresses of an internal one, one for each subnet in their order.
    - `security_groups`: one of its own by default, which lets in what listeners are open to, and out to targets alone.
      An empty list makes it without, which cannot be changed later; targets must then be opened to clients by hand.
    - `cross_zone`: targets of other zones are used too, at the price of traffic between zones; off as AWS has it.
    - `dns_affinity`: how far clients are kept in their zone: "none" (default), "partial" (85 %) or "full".
    - `access_logs`, `access_logs_prefix`: a bucket for logs, which only TLS listeners write; as for an ALB.
    - `deletion_protection`: off; `zonal_shift`: whether a zone can be taken out.
    - `name`: a fixed name, 1 to 32 characters.
    - `needs_client_ip`: tells that targets need the client's address, and is checked.

    Makes the load balancer, its security group, and with `elastic_ips="new"` an AWS::EC2::EIP for each subnet.

    Source: User Guide for Network Load Balancers; course notes, Elastic Load Balancers.
    """

    vpc: VPCAccess
    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    subnets: SubnetChoice = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    addresses: Literal["ipv4", "dualstack"] = "ipv4"
    elastic_ips: Literal["new"] | Sequence[str] | None = None
    private_ips: Sequence[str] | None = None
    cross_zone: bool = False
    dns_affinity: Literal["none", "partial", "full"] = "none"
    access_logs: BucketAccess | None = None
    access_logs_prefix: str | None = None
    deletion_protection: bool = False
    zonal_shift: bool | None = None
    name: str | None = None
    needs_client_ip: bool | None = None

    def build(self) -> None:
        """Make the load balancer."""
        self._ports = {}
        place = _place(self.vpc, self.subnets, self.scheme)
        without = self.security_groups is not None and not self.security_groups
        self.front: Connections | None = (
            None if without else connected(self, self.vpc, self.security_groups, egress="none")
        )
        self.greets_everybody = self.scheme == "internet-facing" and self.security_groups is None
        found: dict[str, Any] = {
            "deletion_protection.enabled": self.deletion_protection,
            "load_balancing.cross_zone.enabled": self.cross_zone,
            "dns_record.client_routing_policy": _AFFINITIES[self.dns_affinity],
            "zonal_shift.config.enabled": self.zonal_shift,
            **_logging("access_logs", self.access_logs, self.access_logs_prefix),
        }
        mappings = self._mappings(place.ids)
        made = resource_class(BALANCER)(
            self,
            MAIN,
            Name=self.name,
            Type="network",
            Scheme=self.scheme,
            IpAddressType=self.addresses,
            Subnets=place.ids if mappings is None else None,
            SubnetMappings=mappings,
            SecurityGroups=None if self.front is None else self.front.group_ids,
            LoadBalancerAttributes=pairs(found),
        )
        if self.scheme == "internet-facing":
            place.hold_back(made)
        deliver(made, self.access_logs, self.access_logs_prefix, "network")

    def _mappings(self, subnets: Sequence[str]) -> list[dict[str, Any]] | None:
        fixed = self.elastic_ips
        if fixed is None and self.private_ips is None:
            return None
        if isinstance(fixed, str):
            made = [resource_class(EIP)(self, f"Address{number}", Domain="vpc") for number, _ in enumerate(subnets, 1)]
            fixed = [one.get_att("AllocationId") for one in made]
        for what, given in (("elastic_ips", fixed), ("private_ips", self.private_ips)):
            if given is not None and len(given) != len(subnets):
                raise ConstructError(
                    f"{self.node.path}: {what}= has {len(given)} addresses for {len(subnets)} subnets", place=caller(),
                    fix="give one for each subnet, in the order of the subnets",
                )  # fmt: skip
        return [
            {
                "SubnetId": subnet,
                "AllocationId": None if fixed is None else fixed[place],
                "PrivateIPv4Address": None if self.private_ips is None else self.private_ips[place],
            }
            for place, subnet in enumerate(subnets)
        ]

    def sends_to(self, group: TargetGroup) -> None:
        """Tell when the targets of a group do not see the client's address and need it."""
        check(self, needs_client_ip=self.needs_client_ip, hidden=group.hides_clients())

    @staticmethod
    def from_arn(
        scope: Construct,
        id: str,
        arn: str,
        *,
        security_groups: Sequence[SecurityGroupAccess | str] | None = None,
        dns_name: str | None = None,
        hosted_zone_id: str | None = None,
    ) -> ExistingNLB:
        """A load balancer that exists already, by ARN; what else is given can be used too, as for an ALB."""
        return ExistingNLB(
            scope, id, values=_values(arn, "net", dns_name, hosted_zone_id), security_groups=security_groups
        )


_AFFINITIES = {
    "none": "any_availability_zone",
    "partial": "partial_availability_zone_affinity",
    "full": "availability_zone_affinity",
}


@construct
class ExistingNLB(Existing, NLBAccess):
    """A Network Load Balancer made elsewhere; see `NLB.from_arn`."""

    WHAT = "load balancer"
    security_groups: Sequence[SecurityGroupAccess | str] | None = None

    def build(self) -> None:
        """Take the values as attributes; nothing is added to the template."""
        super().build()
        self._ports = {}
        self.front = behind(self, self.security_groups)


def _values(arn: str, kind: str, dns_name: str | None, hosted_zone_id: str | None) -> dict[str, str]:
    arn = checked_arn(
        arn, "elasticloadbalancing",
        f"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/{kind}/web/0123456789abcdef",
        rf"loadbalancer/{kind}/[A-Za-z0-9-]+/[0-9a-f]+",
    )  # fmt: skip
    from ...tokens import has_marker, select, split

    name = part(arn, 5)
    full = select(1, split("loadbalancer/", name)) if has_marker(name) else name.removeprefix("loadbalancer/")
    known = {"arn": arn, "full_name": full, "dns_name": dns_name, "hosted_zone_id": hosted_zone_id}
    return {name: value for name, value in known.items() if value is not None}


def _place(vpc: VPCAccess, subnets: SubnetChoice, scheme: str) -> Placement:
    return vpc.choose(subnets, ("public",) if scheme == "internet-facing" else ("private", "isolated"))


def _logging(log: str, bucket: BucketAccess | None, prefix: str | None) -> dict[str, Any]:
    return {
        f"{log}.s3.enabled": bucket is not None,
        f"{log}.s3.bucket": None if bucket is None else bucket.bucket_name,
        f"{log}.s3.prefix": prefix,
    }


def _key(port: Any) -> Any:
    return str.__str__(port) if isinstance(port, str) else port
