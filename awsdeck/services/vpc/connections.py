"""Who may open a connection to whom: rules of security groups, no wider than what was asked for.

Source: Amazon VPC User Guide, Security group rules.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct
from ...errors import ConstructError
from ...source import caller
from ...tokens import describe, has_marker, referent_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal, Protocol, TypeAlias, TypeGuard

    from ...tokens import Token
    from .securitygroup import SecurityGroupAccess

    class Connected(Protocol):
        """What stands behind security groups."""

        @property
        def connections(self) -> Connections:
            """Who may connect to it, and to whom it may."""
            ...

    Peer: TypeAlias = Connected | str
    Port: TypeAlias = int | Token | tuple[int, int] | Literal["all"]
    Transport: TypeAlias = Literal["tcp", "udp", "icmp", "icmpv6", "all"]

INGRESS = "AWS::EC2::SecurityGroupIngress"
EGRESS = "AWS::EC2::SecurityGroupEgress"
ANYWHERE = "0.0.0.0/0"
ANYWHERE_6 = "::/0"
PROTOCOLS = ("tcp", "udp", "icmp", "icmpv6", "all")
PORT_MOST = 65_535


class Ports:
    """What a rule lets through: a protocol, and the ports of it."""

    __slots__ = ("protocol", "low", "high")

    def __init__(self, protocol: str, low: Any, high: Any) -> None:
        self.protocol = protocol
        self.low = low
        self.high = high

    @property
    def words(self) -> str:
        """As people say it: `tcp 443`, `udp 5000 to 5010`, `everything`."""
        if self.protocol == "all":
            return "everything"
        if self.protocol in ("icmp", "icmpv6"):
            return self.protocol if self.low == -1 else f"{self.protocol} type {self.low}"
        if (self.low, self.high) == (0, PORT_MOST):
            return f"all {self.protocol}"
        low = describe(self.low) if isinstance(self.low, str) else self.low
        return f"{self.protocol} {low}" + ("" if self.high is self.low else f" to {self.high}")

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes two of them the same."""
        return (self.protocol, *(str.__str__(end) if isinstance(end, str) else end for end in (self.low, self.high)))

    def properties(self) -> dict[str, Any]:
        """The same as a rule says it."""
        if self.protocol == "all":
            return {"IpProtocol": "-1"}
        return {"IpProtocol": self.protocol, "FromPort": self.low, "ToPort": self.high}


class Far:
    """The other end of a rule: a security group made here (`group`), or an address block, group or prefix list."""

    __slots__ = ("kind", "value", "group")

    def __init__(self, kind: str, value: str, group: SecurityGroupAccess | None = None) -> None:
        self.kind = kind
        self.value = value
        self.group = group

    @property
    def words(self) -> str:
        """How people call it."""
        if self.group is not None:
            return self.group.words
        text = describe(self.value)
        return {ANYWHERE: "anywhere", ANYWHERE_6: "anywhere over IPv6"}.get(text, text)


_NAMES = {
    "group": ("SourceSecurityGroupId", "DestinationSecurityGroupId"),
    "cidr": ("CidrIp", "CidrIp"),
    "cidr6": ("CidrIpv6", "CidrIpv6"),
    "list": ("SourcePrefixListId", "DestinationPrefixListId"),
}


class Connections:
    """Who may connect to a construct, and to whom it may: rules of its security groups.

    `port` is where it listens, when others name none; `groups` are its security groups, `group_ids` their ids.
    Rules are resources of their own (SecurityGroupIngress, SecurityGroupEgress), so that two groups may name each
    other. Between stacks a rule stands with the client, which refers to the one it connects to anyway; only when that
    one's stack refers to the client's already it stands there, so that no circle comes about: open connections after
    what else ties the two stacks together.
    """

    __slots__ = ("owner", "groups", "port", "protocol")

    def __init__(
        self,
        owner: Construct,
        groups: Sequence[SecurityGroupAccess],
        port: Port | None = None,
        protocol: Transport = "tcp",
    ) -> None:
        self.owner = owner
        self.groups = list(groups)
        self.port = port
        self.protocol = protocol

    @property
    def group_ids(self) -> list[str]:
        """The ids of the security groups."""
        return [group.id for group in self.groups]

    def allow_from(
        self, peer: Peer, port: Port | None = None, *, protocol: Transport | None = None, description: str | None = None
    ) -> None:
        """Let `peer` connect to this.

        - `peer`: a construct with `connections`, a security group, a block of addresses ("10.1.0.0/16"), or the id of
          a security group ("sg-…") or prefix list ("pl-…").
        - `port`: a number, two for a range, or "all"; by default where this listens. For icmp it is the type.
        - `protocol`: "tcp", "udp", "icmp", "icmpv6" or "all"; by default the one of the port that this listens on.

        A peer whose group lets nothing out gets the rule that lets it out to here.
        """
        ports = self._ports(self, port, protocol)
        for far in _ends(peer):
            for group in self._known():
                near = Far("group", group.id, group)
                home = _home(group, far.group)
                _open(home, group, INGRESS, far, ports, description)
                if far.group is not None and not far.group.lets_out:
                    _open(home, far.group, EGRESS, near, ports, description)

    def allow_to(
        self, peer: Peer, port: Port | None = None, *, protocol: Transport | None = None, description: str | None = None
    ) -> None:
        """Let this connect to `peer`, by default on the port where that listens; see `allow_from`."""
        reached = getattr(peer, "connections", None)
        if isinstance(reached, Connections):
            reached.allow_from(_Group(self), port, protocol=protocol, description=description)
            return
        ports = self._ports(None, port, protocol)
        for far in _ends(peer):
            for group in self._known():
                if not group.lets_out:
                    _open(group, group, EGRESS, far, ports, description)

    def allow_from_anywhere(
        self, port: Port | None = None, *, protocol: Transport | None = None, description: str | None = None
    ) -> None:
        """Let everybody connect, from any IPv4 address, and any IPv6 address when the VPC has IPv6."""
        self.allow_from(ANYWHERE, port, protocol=protocol, description=description)
        if any(group.ipv6 for group in self.groups):
            self.allow_from(ANYWHERE_6, port, protocol=protocol, description=description)

    def allow_internally(
        self, port: Port | None = None, *, protocol: Transport | None = None, description: str | None = None
    ) -> None:
        """Let what stands behind these groups connect to each other."""
        self.allow_from(_Group(self), port, protocol=protocol, description=description)

    def _known(self) -> list[SecurityGroupAccess]:
        if self.groups:
            return self.groups
        raise ConstructError(
            f"{self.owner.node.path} has no security group that is known here", place=caller(),
            fix="give it security_groups=, or name a block of addresses in its place",
        )  # fmt: skip

    def _ports(self, reached: Connections | None, port: Any, protocol: str | None) -> Ports:
        if protocol is not None and protocol not in PROTOCOLS:
            raise ConstructError(
                f"protocol={protocol!r}", place=caller(), fix=f"one of {', '.join(map(repr, PROTOCOLS))}"
            )
        if protocol == "all":
            return ports_of(port, protocol)
        if port is None and reached is not None and reached.port is not None:
            port, protocol = reached.port, protocol or reached.protocol
        if port is None and protocol in ("icmp", "icmpv6"):
            port = "all"
        if port is None:
            what = "the peer" if reached is None else reached.owner.node.path
            raise ConstructError(
                f"{what} listens on no port of its own", place=caller(),
                fix='say which: port=443, port=(8000, 8010), or port="all"',
            )  # fmt: skip
        return ports_of(port, protocol or "tcp")


class _Group:
    """A construct's connections as a peer."""

    __slots__ = ("connections",)

    def __init__(self, connections: Connections) -> None:
        self.connections = connections


def ports_of(port: Any, protocol: str) -> Ports:
    """What a port and a protocol mean together. Raises `ConstructError` at the user's line for what is none."""
    known = not (isinstance(port, str) and has_marker(port))
    if protocol == "all":
        if known and port in (None, "all"):
            return Ports("all", None, None)
        raise ConstructError('protocol="all" has no ports', place=caller(), fix="leave port out, or name the protocol")
    if protocol in ("icmp", "icmpv6"):
        if known and port == "all":
            return Ports(protocol, -1, -1)
        if _whole(port) and 0 <= port <= 255:
            return Ports(protocol, port, -1)
        raise ConstructError(f"port={port!r} is no ICMP type", place=caller(), fix='a number from 0 to 255, or "all"')
    if not known:
        return Ports(protocol, port, port)
    if isinstance(port, str) and port == "all":
        return Ports(protocol, 0, PORT_MOST)
    low, high = port if isinstance(port, tuple | list) and len(port) == 2 else (port, port)
    if _whole(low) and _whole(high) and 0 <= low <= high <= PORT_MOST:
        return Ports(protocol, low, low if low == high else high)
    raise ConstructError(
        f"port={port!r} is no port", place=caller(),
        fix='a number from 0 to 65535, a range such as (8000, 8010) with the lower one first, or "all"',
    )  # fmt: skip


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _ends(peer: Any) -> list[Far]:
    connections = getattr(peer, "connections", None)
    if isinstance(connections, Connections):
        return [Far("group", group.id, group) for group in connections._known()]
    if not isinstance(peer, str):
        raise ConstructError(f"a {type(peer).__name__} has no security group", place=caller(), fix=_PEERS)
    if has_marker(peer):
        return [Far(_kind(peer), peer)]
    if re.fullmatch(r"sg-[0-9a-f]{8,}", peer):
        return [Far("group", peer)]
    if re.fullmatch(r"pl-[0-9a-f]{8,}", peer):
        return [Far("list", peer)]
    return [block_of(peer)]


_PEERS = 'a construct in a VPC, a SecurityGroup, a block such as "10.1.0.0/16", "sg-…" or "pl-…"'


def _kind(peer: str) -> str:
    """What a deploy-time value names; text that is not told apart is a block of addresses."""
    found = referent_of(peer)
    if found is not None:
        kind = getattr(found[0], "TYPE", None) or getattr(found[0], "body", {}).get("Type")
        if kind in ("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroup::Id"):
            return "group"
        if kind in ("AWS::EC2::PrefixList", "AWS::EC2::PrefixList::Id"):
            return "list"
        if found[1] is not None and found[1].rpartition(".")[2] in ("GroupId", "SourceSecurityGroup"):
            return "group"
    return "cidr"


def block_of(text: str) -> Far:
    """A block of addresses. Raises `ConstructError` at the user's line for text that is none."""
    import ipaddress

    try:
        block = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ConstructError(f"{text!r} is no peer", place=caller(), fix=_PEERS) from None
    if str(block) != text:
        raise ConstructError(f"{text!r} is not a whole block of addresses", place=caller(), fix=f"write {block}")
    return Far("cidr" if block.version == 4 else "cidr6", text)


def _open(
    home: SecurityGroupAccess, group: SecurityGroupAccess, type: str, far: Far, ports: Ports, description: str | None
) -> None:
    """Make a rule of `group` unless there is one already that lets the same through."""
    if not group.mutable:
        return
    opened = vars(group.node.root_app).setdefault("opened", {})
    key = (str.__str__(group.id), type, str.__str__(far.value))
    known = opened.setdefault(key, [])
    if ports.key in known or ("all", None, None) in known:
        return
    known.append(ports.key)
    into = type == INGRESS
    end = far.words
    words = description or (f"{ports.words} from {end}" if into else f"{ports.words} to {end}")
    if home is group:
        id = f"{'From' if into else 'To'} {end} {ports.words}"
    else:
        id = f"{group.words} {'from' if into else 'to'} {end} {ports.words}"
    id = id.replace("/", " ")
    if id in home.node.children:
        id = f"{id} {len(home.node.children)}"
    resource_class(type)(
        home,
        id,
        GroupId=group.id,
        Description=fitting(words),
        **{_NAMES[far.kind][0 if into else 1]: far.value},
        **ports.properties(),
    )


def _home(reached: SecurityGroupAccess, client: SecurityGroupAccess | None) -> SecurityGroupAccess:
    """Where the rules between two groups stand: with the client, unless the other one's stack relies on its already."""
    here, there = reached.node.stack, None if client is None else client.node.stack
    if client is None or here is None or there is None or here is there:
        return reached
    from ..reliance import relies

    return reached if relies(here, there) else client


def fitting(words: str) -> str:
    """The words as EC2 takes them for a description: at most 255 characters of its own set."""
    return re.sub(r"[^a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]", "-", words)[:255]
