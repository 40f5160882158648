"""Security groups: the firewall in front of what stands in a VPC.

Source: Amazon VPC User Guide, Control traffic to your AWS resources using security groups.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ..existing import Existing, checked_name
from .connections import ANYWHERE, ANYWHERE_6, Connections, fitting
from .subnet import VPCAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from .connections import Port, Transport

SECURITY_GROUP = "AWS::EC2::SecurityGroup"


class SecurityGroupAccess(Construct):
    """A security group to stand behind, whether it is made here or exists already."""

    lets_out: bool
    """Whether what stands behind it may open connections to everywhere."""
    mutable: bool
    """Whether rules may be added."""
    ipv6: bool

    id = attribute("GroupId")

    @property
    def connections(self) -> Connections:
        """Who may connect to what stands behind the group, and to whom that may."""
        return Connections(self, [self])

    @property
    def words(self) -> str:
        """How descriptions call it: by the construct it belongs to."""
        scope = self.node.scope
        own = scope is not None and scope is not self.node.stack and re.fullmatch(r"SecurityGroup\d*", self.node.id)
        return scope.node.path if own and scope is not None else self.node.path


@construct
class SecurityGroup(SecurityGroupAccess):
    """A security group, which lets nothing in until `connections` say so.

    - `vpc`: the network it belongs to.
    - `description`: what it is for, at most 255 characters; its path in the tree by default. Changing it replaces the
      group.
    - `egress`: "all" lets everything out, "none" nothing but what `connections.allow_to` (and the `allow_from` of a
      peer) opens.
    - `name`: a fixed name; leave it out unless somebody else needs to know it.

    Source: Amazon VPC User Guide, Control traffic to your AWS resources using security groups.
    """

    vpc: VPCAccess
    description: str | None = None
    egress: Literal["all", "none"] = "all"
    name: str | None = None

    def build(self) -> None:
        """Make the group."""
        self.lets_out = self.egress == "all"
        self.mutable = True
        self.ipv6 = self.vpc.ipv6
        out = [{"CidrIp": ANYWHERE, "IpProtocol": "-1", "Description": "everything out"}]
        if self.ipv6:
            out.append({"CidrIpv6": ANYWHERE_6, "IpProtocol": "-1", "Description": "everything out"})
        if not self.lets_out:  # without any rule EC2 adds one that lets everything out
            out = [{"CidrIp": "127.0.0.1/32", "IpProtocol": "-1", "Description": "nothing out"}]
        resource_class(SECURITY_GROUP)(
            self,
            MAIN,
            GroupName=self.name,
            GroupDescription=fitting(self.words) if self.description is None else self.description,
            VpcId=self.vpc.id,
            SecurityGroupEgress=out,
        )

    @staticmethod
    def from_id(
        scope: Construct, id: str, group_id: str, *, egress: Literal["all", "none"] = "all", mutable: bool = True
    ) -> ExistingSecurityGroup:
        """A security group that exists already.

        `egress` tells whether it lets everything out; with `mutable=False` no rules are added to it.
        """
        checked_name(group_id, "the id alone", "sg-[0-9a-f]{8,17}")
        return ExistingSecurityGroup(scope, id, values={"id": group_id}, egress=egress, mutable=mutable)


@construct
class ExistingSecurityGroup(Existing, SecurityGroupAccess):
    """A security group made elsewhere; see `SecurityGroup.from_id`."""

    WHAT = "security group"
    egress: Literal["all", "none"] = "all"
    mutable: bool = True

    def build(self) -> None:
        """Take the id; nothing is added to the template."""
        super().build()
        self.lets_out = self.egress == "all"
        self.ipv6 = False


def connected(
    owner: Construct,
    vpc: VPCAccess,
    groups: Sequence[SecurityGroupAccess | str] | None = None,
    *,
    port: Port | None = None,
    protocol: Transport = "tcp",
    description: str | None = None,
    egress: Literal["all", "none"] = "all",
) -> Connections:
    """The connections of a construct in a VPC, behind the groups given or behind one of its own ("SecurityGroup")."""
    if groups is None:
        own = SecurityGroup(owner, "SecurityGroup", vpc=vpc, description=description, egress=egress)
        return Connections(owner, [own], port, protocol)
    if not isinstance(groups, list | tuple) or not groups:
        raise ConstructError(
            f"{owner.node.path}: security_groups= takes a list of one or more", place=caller(),
            fix="give SecurityGroups or their ids, or leave it out for one of its own",
        )  # fmt: skip
    found: list[SecurityGroupAccess] = []
    for number, one in enumerate(groups, 1):
        if not isinstance(one, SecurityGroupAccess | str):
            raise ConstructError(
                f"{owner.node.path}: a {type(one).__name__} is not a security group", place=caller(),
                fix="give SecurityGroups or their ids",
            )  # fmt: skip
        found.append(SecurityGroup.from_id(owner, f"SecurityGroup{number}", one) if isinstance(one, str) else one)
    return Connections(owner, found, port, protocol)
