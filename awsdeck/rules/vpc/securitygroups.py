"""Rules about security groups: what their own rules may say, and what they should not."""

from __future__ import annotations

import re

from ..vocabulary import ABSENT, Length, Matches, Rule, Violation, is_unknown, number, text
from .blocks import EVERYWHERE, block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

GROUP = "AWS::EC2::SecurityGroup"
INGRESS = "AWS::EC2::SecurityGroupIngress"
EGRESS = "AWS::EC2::SecurityGroupEgress"
TYPES = (GROUP, INGRESS, EGRESS)
PORT_MOST = 65_535
WITH_PORTS = {"tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp"}
WITH_TYPES = {"icmp": "icmp", "1": "icmp", "icmpv6": "icmpv6", "58": "icmpv6"}
_IN = ("CidrIp", "CidrIpv6", "SourcePrefixListId", "SourceSecurityGroupId", "SourceSecurityGroupName")
_OUT = ("CidrIp", "CidrIpv6", "DestinationPrefixListId", "DestinationSecurityGroupId")
GUARDED = {
    22: "SSH", 23: "Telnet", 445: "SMB", 1433: "SQL Server", 1521: "Oracle", 3306: "MySQL", 3389: "RDP",
    5432: "PostgreSQL", 5985: "WinRM", 5986: "WinRM", 6379: "Redis", 9200: "OpenSearch", 11211: "Memcached",
    27017: "MongoDB",
}  # fmt: skip
"""Ports behind which machines are run or data is kept. Source: AWS Security Hub User Guide, EC2.19."""
ADMINISTRATION = (22, 3389)
_CHARACTERS = r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]*"


class Ports:
    """What one rule lets through: a protocol (`all` when it is every one), and the range of its ports."""

    __slots__ = ("protocol", "low", "high")

    def __init__(self, protocol: str, low: int, high: int) -> None:
        self.protocol = protocol
        self.low = low
        self.high = high

    def covers(self, port: int) -> bool:
        """Whether TCP connections to a port pass."""
        return self.protocol == "all" or (self.protocol == "tcp" and self.low <= port <= self.high)


def rules_of(view: View) -> Iterator[tuple[Path, dict[str, Any], bool]]:
    """The rules that a group or a resource for one rule states: path, properties, and whether it is about incoming."""
    if view.type != GROUP:
        yield (), view.properties, view.type == INGRESS
        return
    for name in ("SecurityGroupIngress", "SecurityGroupEgress"):
        for path, rule in view.values(f"{name}/*"):
            if isinstance(rule, dict) and not is_unknown(rule):
                yield path, rule, name == "SecurityGroupIngress"


def protocol_of(rule: dict[str, Any]) -> str | None:
    """The protocol in lower case; None where it is not known."""
    value = rule.get("IpProtocol")
    return None if value is None or is_unknown(value) or isinstance(value, dict | list) else text(value).lower()


def ports_of(rule: dict[str, Any]) -> Ports | None:
    """What a rule lets through; None where that is not known."""
    protocol = protocol_of(rule)
    if protocol is None:
        return None
    if protocol in WITH_TYPES:
        return Ports(WITH_TYPES[protocol], -1, -1)
    if protocol not in WITH_PORTS:
        return Ports("all" if protocol in ("-1", "all") else protocol, 0, PORT_MOST)
    low, high = number(rule.get("FromPort")), number(rule.get("ToPort"))
    if low is None or high is None:
        return None
    if (low, high) == (-1, -1):
        low, high = 0, PORT_MOST
    return Ports(WITH_PORTS[protocol], int(low), int(high))


def ends_of(rule: dict[str, Any], inbound: bool) -> list[tuple[str, Any]]:
    """The properties that name the other end."""
    return [(name, rule[name]) for name in (_IN if inbound else _OUT) if rule.get(name) is not None]


def _range(view: View) -> Iterator[Violation]:
    for path, rule, _inbound in rules_of(view):
        protocol = protocol_of(rule)
        given = [(name, rule.get(name, ABSENT)) for name in ("FromPort", "ToPort")]
        low, high = (number(value) for _, value in given)
        if protocol in WITH_PORTS:
            for name, value in given:
                port = number(value)
                if value is ABSENT:
                    yield Violation((*path, name), message=f"a rule for {WITH_PORTS[protocol]} needs {{prop}}")
                elif port is not None and not (0 <= port <= PORT_MOST and port == int(port)):
                    yield Violation(
                        (*path, name), message="{prop} is {value}, and ports go from 0 to 65,535", value=value,
                        allowed="0 to 65,535",
                    )  # fmt: skip
            if low is not None and high is not None and low > high >= 0:
                yield Violation((*path, "FromPort"), message=f"the range goes from {low:,} down to {high:,}")
        elif protocol is not None and WITH_TYPES.get(protocol) == "icmp":
            for name, value in given:
                if value is ABSENT:
                    yield Violation(
                        (*path, name), message="a rule for icmp needs FromPort, the ICMP type, and ToPort, its code",
                        fix="set FromPort and ToPort to -1 for every type, or to a type and its code",
                    )  # fmt: skip
            if low == -1 and high is not None and high != -1:
                yield Violation(
                    (*path, "ToPort"), message="FromPort -1 is every ICMP type, and ToPort names the code {value}",
                    value=high, fix="set ToPort to -1 too, or FromPort to the type",
                )  # fmt: skip


def _protocols(view: View) -> Iterator[Violation]:
    for path, rule, _inbound in rules_of(view):
        protocol = protocol_of(rule)
        if protocol is None or protocol in WITH_PORTS or protocol in WITH_TYPES:
            continue
        ports = number(rule.get("FromPort")), number(rule.get("ToPort"))
        if protocol not in ("-1", "all") and not protocol.isdigit():
            yield Violation((*path, "IpProtocol"), message=f"{protocol!r} is no protocol", allowed=_PROTOCOLS)
        elif ports not in ((None, None), (-1, -1), (0, PORT_MOST), (0, 0), (0, -1)):
            yield Violation(
                (*path, "FromPort"), severity="warning",
                message=f"IpProtocol {protocol} lets every port through, whatever FromPort and ToPort say",
                fix="name the protocol (tcp, udp), or leave the ports out",
            )  # fmt: skip


_PROTOCOLS = "tcp, udp, icmp, icmpv6, -1 (all), or a number"


def _ends(view: View) -> Iterator[Violation]:
    for path, rule, inbound in rules_of(view):
        ends = ends_of(rule, inbound)
        if len(ends) > 1 and {name for name, _ in ends} != {"SourceSecurityGroupId", "SourceSecurityGroupName"}:
            names = " and ".join(name for name, _ in ends)
            yield Violation(
                (*path, ends[1][0]), message=f"{names} stand in one rule, which is about one of them",
                fix="write a rule for each",
            )  # fmt: skip
        elif not ends:
            word = "source" if inbound else "destination"
            yield Violation(
                path or ("CidrIp",), message=f"the rule has no {word}",
                allowed=", ".join((_IN if inbound else _OUT)[:4]),
            )  # fmt: skip
        for name, value in ends:
            if name in ("CidrIp", "CidrIpv6") and isinstance(value, str) and not is_unknown(value):
                found = block(value)
                if found is None or found.version != (4 if name == "CidrIp" else 6):
                    example = "10.0.0.0/16" if name == "CidrIp" else "2001:db8::/32"
                    yield Violation(
                        (*path, name), message="{prop} is {value}, which is no block of "
                        f"{'IPv4' if name == 'CidrIp' else 'IPv6'} addresses", value=value, fix=f"such as {example}",
                    )  # fmt: skip


def _open(view: View, *, administration: bool) -> Iterator[Violation]:
    """What everybody reaches, of the rules that let them at machines themselves (SSH, RDP), or of the others."""
    for path, rule, inbound in rules_of(view):
        ports = ports_of(rule) if inbound else None
        name = next((name for name in ("CidrIp", "CidrIpv6") if rule.get(name) in EVERYWHERE), None)
        if ports is None or name is None:
            continue
        reached = [port for port in GUARDED if ports.covers(port)]
        if administration is not any(port in ADMINISTRATION for port in reached):
            continue
        if len(reached) > 2:
            what = "every port" if ports.protocol == "all" or ports.high - ports.low >= PORT_MOST - 1 else "many ports"
            guarded = "those for administration and databases" if administration else "those of databases"
            yield Violation((*path, name), what=f"{what}, {guarded} among them")
        elif reached:
            yield Violation((*path, name), what=" and ".join(f"port {port} ({GUARDED[port]})" for port in reached))


def _administered(view: View) -> Iterator[Violation]:
    return _open(view, administration=True)


def _others(view: View) -> Iterator[Violation]:
    return _open(view, administration=False)


def _same(graph: Graph) -> Iterator[Violation]:
    seen: dict[Any, tuple[View, Path]] = {}
    for view in graph.of(*TYPES):
        if view.member is None or view.body.get("Condition") is not None or not view.settled:
            continue
        for path, rule, inbound in rules_of(view):
            group = _identity(graph, view, {"Ref": view.id} if view.type == GROUP else rule.get("GroupId"))
            ends = [(name, _identity(graph, view, value)) for name, value in ends_of(rule, inbound)]
            ports = _exactly(rule)
            if group is None or ports is None or len(ends) != 1 or ends[0][1] is None:
                continue
            key = (group, inbound, ends[0], ports)
            other = seen.setdefault(key, (view, path))
            if other != (view, path):
                yield Violation(path, view=view, other=other[0].id)


def _exactly(rule: dict[str, Any]) -> tuple[Any, ...] | None:
    protocol = protocol_of(rule)
    if protocol is None:
        return None
    if protocol in ("-1", "all"):
        return ("all",)
    low, high = rule.get("FromPort"), rule.get("ToPort")
    if any(is_unknown(port) or isinstance(port, dict | list) for port in (low, high)):
        return None
    return (WITH_PORTS.get(protocol) or WITH_TYPES.get(protocol, protocol), number(low), number(high))


def _identity(graph: Graph, view: View, value: Any) -> Any:
    """What a value names, as something that can be compared; None when it is not known."""
    if isinstance(value, str):
        return None if is_unknown(value) else value
    found = graph.target(view, value)
    return None if found is None else (id(found.view.member), found.view.id)


def _descriptions(view: View) -> Iterator[Violation]:
    given: list[tuple[Path, Any]] = (
        [(("GroupDescription",), view.get("GroupDescription"))] if view.type == GROUP else []
    )
    given += [((*path, "Description"), rule.get("Description")) for path, rule, _ in rules_of(view)]
    for path, words in given:
        if isinstance(words, str) and not is_unknown(words) and not re.fullmatch(rf"{_CHARACTERS}", words):
            yield Violation(path)


def _group(**properties: Any) -> dict[str, Any]:
    return {"Type": GROUP, "Properties": {"GroupDescription": "web", **properties}}


def _in(**rule: Any) -> dict[str, Any]:
    return _group(SecurityGroupIngress=[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **rule}])


def _twice(*, port: int) -> dict[str, Any]:
    rule = {"GroupId": {"Fn::GetAtt": ["Web", "GroupId"]}, "IpProtocol": "tcp", "CidrIp": "10.0.0.0/16"}
    return {
        "Resources": {
            "Web": _group(),
            "One": {"Type": INGRESS, "Properties": {**rule, "FromPort": 443, "ToPort": 443}},
            "Other": {"Type": INGRESS, "Properties": {**rule, "FromPort": port, "ToPort": port}},
        }
    }


RULES = (
    Rule(
        "EC2023", TYPES, "error",
        "the ports do not fit the protocol",
        check=_range,
        fix="give the ports from the first to the last: FromPort 443, ToPort 443",
        source="Amazon EC2 API Reference, IpPermission; CloudFormation Template Reference, AWS::EC2::SecurityGroupIngress",
        verified="docs",
        good=(
            _in(CidrIp="10.0.0.0/16"),
            _in(CidrIp="10.0.0.0/16", IpProtocol="icmp", FromPort=8, ToPort=-1),
            _group(SecurityGroupEgress=[{"IpProtocol": -1, "CidrIp": "0.0.0.0/0"}]),
        ),
        bad=(
            _in(CidrIp="10.0.0.0/16", FromPort=8_010, ToPort=8_000),
            _in(CidrIp="10.0.0.0/16", ToPort=70_000),
            _in(CidrIp="10.0.0.0/16", FromPort=-1, ToPort=-1),
            _in(CidrIp="10.0.0.0/16", IpProtocol="icmp", FromPort=-1, ToPort=3),
            _group(SecurityGroupIngress=[{"IpProtocol": "tcp", "CidrIp": "10.0.0.0/16"}]),
        ),
    ),
    Rule(
        "VPC001", TYPES, "error",
        "the protocol and the ports do not fit",
        check=_protocols,
        fix="give a protocol with the ports it is about: IpProtocol tcp, FromPort 443, ToPort 443",
        source="CloudFormation Template Reference, AWS::EC2::SecurityGroupIngress",
        verified="docs",
        good=(_in(CidrIp="10.0.0.0/16"), _group(SecurityGroupEgress=[{"IpProtocol": -1, "CidrIp": "0.0.0.0/0"}])),
        bad=(_in(CidrIp="10.0.0.0/16", IpProtocol="http"), _in(CidrIp="10.0.0.0/16", IpProtocol="-1")),
    ),
    Rule(
        "VPC002", TYPES, "error",
        "a rule is about exactly one source or destination",
        check=_ends,
        fix="give exactly one of CidrIp, CidrIpv6, a prefix list and a security group",
        source="CloudFormation Template Reference, AWS::EC2::SecurityGroupIngress",
        verified="docs",
        good=(_in(CidrIp="10.0.0.0/16"), _in(SourceSecurityGroupId={"Ref": "Clients"})),
        bad=(
            _in(),
            _in(CidrIp="10.0.0.0/16", CidrIpv6="::/0"),
            _in(CidrIp="10.0.0.1"),
            _in(CidrIp="::/0"),
        ),
    ),
    Rule(
        "EC2022", (GROUP, INGRESS), "warning",
        "everybody on the internet may connect to {what}",
        check=_administered,
        fix="allow the addresses or the security group that need it; for administration use Session Manager, which "
        "needs no open port",
        source="Amazon EC2 User Guide, security group rules for different use cases; AWS Config, "
        "vpc-sg-port-restriction-check; course notes, EC2 security groups",
        verified="docs",
        good=(_in(CidrIp="0.0.0.0/0"), _in(CidrIp="203.0.113.0/24", FromPort=22, ToPort=22)),
        bad=(
            _in(CidrIp="0.0.0.0/0", FromPort=22, ToPort=22),
            _in(CidrIpv6="::/0", FromPort=3_389, ToPort=3_389),
            _in(CidrIp="0.0.0.0/0", FromPort=0, ToPort=65_535),
            _group(SecurityGroupIngress=[{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]),
        ),
    ),
    Rule(
        "VPC003", (GROUP, INGRESS), "warning",
        "everybody on the internet may connect to {what}",
        check=_others,
        fix="allow the addresses or the security group that need it",
        source="AWS Security Hub User Guide, EC2.19",
        verified="docs",
        good=(_in(CidrIp="0.0.0.0/0"), _in(CidrIp="10.0.0.0/8", FromPort=5_432, ToPort=5_432)),
        bad=(
            _in(CidrIp="0.0.0.0/0", FromPort=5_432, ToPort=5_432),
            _in(CidrIpv6="::/0", FromPort=6_379, ToPort=6_379),
        ),
    ),
    Rule(
        "VPC004", GROUP, "error",
        "{prop} is {value}, which EC2 does not take",
        then={
            "GroupDescription": Length(1, 255),
            "GroupName": Matches(rf"(?!sg-)(?=.{{1,255}}$){_CHARACTERS}", "at most 255 characters, not beginning with sg-"),
        },
        source="Amazon EC2 API Reference, CreateSecurityGroup",
        verified="docs",
        good=_group(GroupName="web"),
        bad=(_group(GroupName="sg-web"), _group(GroupDescription="")),
    ),
    Rule(
        "VPC005", TYPES, "error",
        "{other} states the same rule of the same group, which EC2 refuses the second time",
        scope="graph",
        check=_same,
        fix="leave one of them out",
        source="Amazon EC2 API Reference, Error codes, InvalidPermission.Duplicate",
        verified="docs",
        good=_twice(port=80),
        bad=_twice(port=443),
    ),
    Rule(
        "VPC006", TYPES, "error",
        "{prop} has a character that EC2 does not take in descriptions",
        check=_descriptions,
        fix="letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, at most 255 of them",
        source="Amazon EC2 API Reference, CreateSecurityGroup, IpRange",
        verified="docs",
        good=_in(CidrIp="10.0.0.0/16", Description="from the office"),
        bad=(_in(CidrIp="10.0.0.0/16", Description="from the café"), _group(GroupDescription="it's web")),
    ),
)  # fmt: skip
