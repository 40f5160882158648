"""Listeners of Application and Network Load Balancers: which port, which protocol, what happens to requests.

Source: User Guides for Application and Network Load Balancers, listeners.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.limits import LISTENER_RULE_LAST
from ...source import caller
from ...tokens import Token, has_marker
from ..existing import Existing, checked_arn
from ..hints import check
from ..vpc.connections import ANYWHERE
from ..vpc.securitygroup import SecurityGroup, SecurityGroupAccess
from .routing import Action, FixedResponse, action, conditions, written
from .targetgroup import TRANSPORTS, TargetGroupAccess, pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal, TypeAlias

    from ..security.certificate import CertificateAccess
    from ..vpc.connections import Connections, Peer
    from .loadbalancer import BalancerAccess

    Answer: TypeAlias = TargetGroupAccess | Action
    Openness: TypeAlias = Literal["anyone", "nobody"] | Sequence[Peer]

LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
LISTENER_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
LISTENER_CERTIFICATE = "AWS::ElasticLoadBalancingV2::ListenerCertificate"
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
"""TLS 1.3 and 1.2 with forward secrecy, and keys that quantum computers do not break; what the console chooses.

Source: User Guide for Application Load Balancers, security policies.
"""
STEP = 10
"""How far apart automatic priorities are, so that there is room between them."""


class Listener(Construct):
    """A port that a load balancer listens on, whether it is made here or exists already."""

    if TYPE_CHECKING:
        balancer: Any
        port: Any
        protocol: Any
        front: Connections | None

    arn = ref()

    def add_rule(
        self,
        to: Answer,
        *,
        priority: int | None = None,
        host: str | Sequence[str] = (),
        path: str | Sequence[str] = (),
        headers: Mapping[str, str | Sequence[str]] | None = None,
        query: Mapping[str, str | Sequence[str]] | Sequence[str] | str = (),
        methods: str | Sequence[str] = (),
        source_ip: str | Sequence[str] = (),
        address_type: Literal["ipv4", "ipv6"] | None = None,
        scope: Construct | None = None,
        id: str | None = None,
    ) -> ListenerRule:
        """Do something else with requests for which all of these conditions hold.

        - `to`: a `TargetGroup`, a `Forward`, a `Redirect`, a `FixedResponse`, or a sign-in (`OIDCLogin`, `CognitoLogin`).
        - `priority`: 1 to 50,000, lower numbers first. Left out, rules come in the order they are added: each gets the
          next multiple of 10, so a rule added at the end changes none of the others. A listener that exists already
          needs it.
        - `host`: such as "api.example.com" or "*.example.com"; `path`: such as "/api/*"; `methods`: such as "POST";
          `source_ip`: blocks of addresses; `headers`, `query`: values by name (`query` also values alone). Of several
          values any will do, with `*` and `?` as wildcards; five values in all.
        - `address_type`: "ipv4" or "ipv6", all that a rule of a dual-stack Network Load Balancer looks at.
        - `scope`: the stack or construct to put the rule into, the listener by default.
        - `id`: its name there, `Rule10` for priority 10.
        """
        chosen = self._free(priority)
        home = self if scope is None else scope
        name = id or (f"Rule{chosen}" if scope is None else f"{self.node.id}Rule{chosen}")
        if id is None and name in home.node.children:
            name += "Again"  # the rules say what is wrong
        when = conditions(
            host=host, path=path, headers=headers, query=query, methods=methods, source_ip=source_ip,
            address_type=address_type,
        )  # fmt: skip
        return ListenerRule(home, name, listener=self, priority=chosen, to=action(to), conditions=when)

    def carries_out(self, action: Action, by: Construct) -> None:
        """Open the ways that an action of this listener, or of a rule of it (`by`), takes."""
        for group in action.groups:
            group.served_by(self, by)
        if action.asks and self.front is not None:
            self.front.allow_to(ANYWHERE, 443, description="tcp 443 to where people sign in")

    def _free(self, priority: int | None) -> int:
        taken = self._rules()
        if priority is not None:
            return priority
        given: int = vars(self).get("_last", 0) + STEP
        while given in taken:
            given += STEP
        if given > LISTENER_RULE_LAST:
            raise ConstructError(
                f"{self.node.path}: no priority is left below {LISTENER_RULE_LAST:,}",
                place=caller(),
                fix="give priority=",
            )
        vars(self)["_last"] = given
        return given

    def _rules(self) -> dict[int, ListenerRule]:
        found: dict[int, ListenerRule] = vars(self).setdefault("_taken", {})
        return found

    @staticmethod
    def from_arn(
        scope: Construct,
        id: str,
        arn: str,
        *,
        protocol: str | None = None,
        security_groups: Sequence[SecurityGroupAccess | str] | None = None,
    ) -> ExistingListener:
        """A listener that exists already, by ARN, so that rules can be added to it.

        With the `security_groups` of its load balancer, targets are opened to it; `protocol` lets more be checked.
        """
        arn = checked_arn(
            arn, "elasticloadbalancing",
            "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/0123456789abcdef/0123456789abcdef",
            "listener/(app|net|gwy)/.+",
        )  # fmt: skip
        return ExistingListener(scope, id, values={"arn": arn}, protocol=protocol, security_groups=security_groups)


@construct
class MadeListener(Listener):
    """What listeners of Application and Network Load Balancers have in common."""

    balancer: BalancerAccess
    port: int | Token
    protocol: str
    default: Action
    certificate: CertificateAccess | str | None = None
    certificates: Sequence[CertificateAccess | str] = ()
    ssl_policy: str | None = None
    open_to: Openness | None = None
    port_taken_by: str | None = None

    def build(self) -> None:
        """Make the listener and open the load balancer's security group."""
        check(
            self,
            balancer=self.balancer.KIND,
            protocol=self.protocol,
            port=self.port,
            port_taken_by=self.port_taken_by,
        )
        self.front: Connections | None = self.balancer.front
        secure = self.protocol in ("HTTPS", "TLS")
        resource_class(LISTENER)(
            self,
            MAIN,
            LoadBalancerArn=self.balancer.arn,
            Port=self.port,
            Protocol=self.protocol,
            Certificates=None if self.certificate is None else [{"CertificateArn": certificate_arn(self.certificate)}],
            SslPolicy=(self.ssl_policy or TLS_POLICY) if secure else self.ssl_policy,
            DefaultActions=written(self.default, text_timeout=True),
            **self._more(),
        )
        for one in self.certificates:
            self.add_certificate(one)
        self._open()
        self.carries_out(self.default, self)

    def _more(self) -> dict[str, Any]:
        return {}

    def _open(self) -> None:
        peers = greeted(self, self.open_to, self.balancer.greets_everybody)
        if peers and self.front is None:
            if self.open_to is None:
                return
            raise ConstructError(
                f"{self.node.path}: the load balancer has no security groups that could be opened", place=caller(),
                fix="leave open_to= out",
            )  # fmt: skip
        for transport in TRANSPORTS.get(self.protocol, ("tcp",)) if self.front is not None else ():
            welcome(self.front, peers, self.port, transport)

    def add_certificate(self, certificate: CertificateAccess | str) -> None:
        """One more certificate; clients get the one for the name they ask for (SNI)."""
        count = sum(1 for name in self.node.children if name.startswith("Certificate"))
        resource_class(LISTENER_CERTIFICATE)(
            self,
            f"Certificate{count + 2}",
            ListenerArn=self.arn,
            Certificates=[{"CertificateArn": certificate_arn(certificate)}],
        )


@construct
class ALBListener(MadeListener):
    """A listener of an Application Load Balancer; made by `alb.add_listener`."""

    client_certificates: str | None = None

    def _more(self) -> dict[str, Any]:
        given = self.client_certificates
        if given is None:
            return {}
        if given == "passthrough" and not has_marker(given):
            return {"MutualAuthentication": {"Mode": "passthrough"}}
        return {"MutualAuthentication": {"Mode": "verify", "TrustStoreArn": given}}


@construct
class NLBListener(MadeListener):
    """A listener of a Network Load Balancer; made by `nlb.add_listener`."""

    alpn: str | None = None
    idle_timeout: int | Token | None = None

    def _more(self) -> dict[str, Any]:
        return {
            "AlpnPolicy": None if self.alpn is None else [self.alpn],
            "ListenerAttributes": pairs({"tcp.idle_timeout.seconds": self.idle_timeout}) or None,
        }


@construct
class ListenerRule(Construct):
    """What a listener does with some of its requests; made by `listener.add_rule`."""

    listener: Listener
    priority: int
    to: Action
    conditions: Sequence[dict[str, Any]]

    arn = ref()

    def build(self) -> None:
        """Make the rule."""
        taken = self.listener._rules()
        other = taken.setdefault(self.priority, self)
        check(
            self,
            priority=self.priority,
            priority_taken_by=None if other is self else f"{other.node.path} ({other.node.source})",
        )
        resource_class(LISTENER_RULE)(
            self,
            MAIN,
            ListenerArn=self.listener.arn,
            Priority=self.priority,
            Conditions=list(self.conditions),
            Actions=written(self.to, text_timeout=False),
        )
        self.listener.carries_out(self.to, self)


@construct
class ExistingListener(Existing, Listener):
    """A listener made elsewhere; see `Listener.from_arn`."""

    WHAT = "listener"
    protocol: str | None = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None

    def build(self) -> None:
        """Take the values as attributes; nothing is added to the template."""
        super().build()
        self.balancer = None
        self.port = None
        self.front = behind(self, self.security_groups)

    def _free(self, priority: int | None) -> int:
        if priority is None:
            raise ConstructError(
                f"the listener {self.node.path} exists already, and what rules it has is not known here", place=caller(),
                fix="give priority=, one that no other rule of it has",
            )  # fmt: skip
        return priority


def behind(owner: Construct, groups: Sequence[SecurityGroupAccess | str] | None) -> Connections | None:
    """The connections of something that exists behind these groups; None when none are known."""
    if not groups:
        return None
    from ..vpc.connections import Connections

    found = [
        one if isinstance(one, SecurityGroupAccess) else SecurityGroup.from_id(owner, f"SecurityGroup{number}", one)
        for number, one in enumerate(groups, 1)
    ]
    return Connections(owner, found)


def certificate_arn(given: Any) -> str:
    """The ARN of a certificate, which may be given as one."""
    if isinstance(given, str):
        if has_marker(given) or given.startswith("arn:"):
            return given
        raise ConstructError(
            f"{given!r} is no certificate", place=caller(),
            fix="give a Certificate, or an ARN such as arn:aws:acm:eu-west-1:123456789012:certificate/…",
        )  # fmt: skip
    if not hasattr(given, "arn"):
        raise ConstructError(f"a {type(given).__name__} is no certificate", place=caller(), fix="give a Certificate")
    arn: str = given.arn
    return arn


def greeted(owner: Construct, wanted: Any, greets: bool) -> list[Any] | Literal["anyone"]:
    """Who may connect to a listener, from what was said and whether its load balancer is open by default."""
    if wanted is None:
        return "anyone" if greets else []
    if isinstance(wanted, str) and wanted in ("anyone", "nobody"):
        return "anyone" if wanted == "anyone" else []
    if not isinstance(wanted, list | tuple):
        shown = repr(wanted) if isinstance(wanted, str) else f"a {type(wanted).__name__}"
        raise ConstructError(
            f"{owner.node.path}: open_to= is {shown}", place=caller(),
            fix='"anyone", "nobody", or a list such as ["10.0.0.0/8", client]',
        )  # fmt: skip
    return list(wanted)


def welcome(
    front: Connections | None, peers: list[Any] | Literal["anyone"], port: Any, protocol: Literal["tcp", "udp"]
) -> None:
    """Let these connect to a listener's port."""
    if front is None:
        return
    if isinstance(peers, str):
        front.allow_from_anywhere(port, protocol=protocol)
        return
    for peer in peers:
        front.allow_from(peer, port, protocol=protocol)


def answer(given: Answer | None) -> Action:
    """What a listener does by default; what was not said is "not found"."""
    return FixedResponse() if given is None else action(given)
