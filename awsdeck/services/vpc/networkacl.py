"""Network ACLs: which packets may cross the border of a subnet, in numbered rules.

Source: Amazon VPC User Guide, Control subnet traffic with network access control lists.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from .connections import block_of, ports_of
from .subnet import VPCAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .connections import Port, Transport
    from .subnet import SubnetChoice

ACL = "AWS::EC2::NetworkAcl"
ENTRY = "AWS::EC2::NetworkAclEntry"
NUMBERS = {"all": -1, "icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
"""Protocols as an ACL says them. Source: IANA, protocol numbers."""


@construct
class NetworkAcl(Construct):
    """A list of numbered rules about packets into and out of subnets; what no rule speaks of is denied.

    - `vpc`: the network; `subnets`: whose border it guards (a kind, the name of a group, or subnets). A subnet has one
      ACL, and loses the VPC's default one, which lets everything through.

    Unlike security groups an ACL does not know connections: answers need rules of their own, to the ports that clients
    wait on (1024 to 65535). Source: Amazon VPC User Guide, Network ACLs.
    """

    vpc: VPCAccess
    subnets: SubnetChoice

    id = ref()

    def build(self) -> None:
        """Make the list and tie the subnets to it."""
        resource_class(ACL)(self, MAIN, VpcId=self.vpc.id, Tags=[{"Key": "Name", "Value": self.node.path}])
        for number, subnet in enumerate(self.vpc.choose(self.subnets).ids, 1):
            resource_class("AWS::EC2::SubnetNetworkAclAssociation")(
                self, f"Subnet{number}", NetworkAclId=self.id, SubnetId=subnet
            )

    def allow_in(self, number: int, block: str, port: Port = "all", *, protocol: Transport = "tcp") -> None:
        """Let packets in that come from `block` to `port` (a number, two for a range, or "all").

        Rules are tried in the order of their numbers, 1 to 32,766. `protocol` is "tcp", "udp", "icmp", "icmpv6" or
        "all"; for icmp the port is the type.
        """
        self._rule("allow", False, number, block, port, protocol)

    def deny_in(self, number: int, block: str, port: Port = "all", *, protocol: Transport = "tcp") -> None:
        """Turn packets away that come from `block` to `port`; see `allow_in`."""
        self._rule("deny", False, number, block, port, protocol)

    def allow_out(self, number: int, block: str, port: Port = "all", *, protocol: Transport = "tcp") -> None:
        """Let packets out that go to `port` in `block`; see `allow_in`."""
        self._rule("allow", True, number, block, port, protocol)

    def deny_out(self, number: int, block: str, port: Port = "all", *, protocol: Transport = "tcp") -> None:
        """Keep packets in that go to `port` in `block`; see `allow_in`."""
        self._rule("deny", True, number, block, port, protocol)

    def _rule(self, action: str, out: bool, number: int, block: str, port: Port, protocol: str) -> None:
        id = f"{'Out' if out else 'In'} {number}"
        if id in self.node.children:
            raise ConstructError(
                f"{self.node.path} has a rule {number} {'out' if out else 'in'} already, made at "
                f"{self.node.children[id].node.source}",
                place=caller(),
                fix="give each rule of a direction its own number",
            )
        far = block_of(block)
        ports = ports_of(port, protocol)
        beside: dict[str, Any] = {}
        if protocol in ("icmp", "icmpv6"):
            beside["Icmp"] = {"Type": ports.low, "Code": -1}
        elif protocol != "all":
            beside["PortRange"] = {"From": ports.low, "To": ports.high}
        resource_class(ENTRY)(
            self,
            id,
            NetworkAclId=self.id,
            RuleNumber=number,
            Protocol=NUMBERS[protocol],
            RuleAction=action,
            Egress=out,
            **{"CidrBlock" if far.kind == "cidr" else "Ipv6CidrBlock": block},
            **beside,
        )
