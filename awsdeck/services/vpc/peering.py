"""VPC peering: two networks that reach each other by their private addresses.

Source: Amazon VPC Peering Guide.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker
from ..hints import check
from .connections import block_of
from .subnet import VPCAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PEERING = "AWS::EC2::VPCPeeringConnection"
ROUTE = "AWS::EC2::Route"


@construct
class VPCPeering(Construct):
    """A connection between two VPCs whose addresses do not overlap, with the routes over it.

    - `vpc`: the network that asks; `peer`: the other one, made here or taken over, or the id of one ("vpc-…") whose
      blocks are `peer_cidrs`.
    - `peer_account`, `peer_role`, `peer_region`: where the other one is, and the role by which its owner accepts, when
      that is another account.
    - `routes`: lead the traffic to the other one's blocks over the connection, in the route tables of every network
      that is known here.

    Makes the connection and a route in each route table. Security groups must let the other one in all the same.
    Source: Amazon VPC Peering Guide.
    """

    vpc: VPCAccess
    peer: VPCAccess | str
    peer_cidrs: Sequence[str] = ()
    peer_account: str | None = None
    peer_role: str | None = None
    peer_region: str | None = None
    routes: bool = True

    id = ref()

    def build(self) -> None:
        """Make the connection and the routes."""
        peer = self.peer
        if isinstance(peer, str) and not has_marker(peer) and not re.fullmatch(r"vpc-[0-9a-f]{8,17}", peer):
            raise ConstructError(
                f"{self.node.path}: {peer!r} is no VPC", place=caller(), fix="give a VPC, or an id such as vpc-0123abcd"
            )
        for block in self.peer_cidrs:
            block_of(block)
        there = [*(peer.cidrs if isinstance(peer, VPCAccess) else ()), *self.peer_cidrs]
        check(
            self,
            blocks=[block for block in self.vpc.cidrs if not has_marker(block)],
            peer_blocks=[block for block in there if not has_marker(block)],
        )
        resource_class(PEERING)(
            self,
            MAIN,
            VpcId=self.vpc.id,
            PeerVpcId=peer if isinstance(peer, str) else peer.id,
            PeerOwnerId=self.peer_account,
            PeerRoleArn=self.peer_role,
            PeerRegion=self.peer_region,
            Tags=[{"Key": "Name", "Value": self.node.path}],
        )
        if self.routes:
            self._lead(self.vpc, there, "Out")
            if isinstance(peer, VPCAccess):
                self._lead(peer, self.vpc.cidrs, "Back")

    def _lead(self, vpc: VPCAccess, blocks: Sequence[str], word: str) -> None:
        tables = {str.__str__(one.route_table): one.route_table for one in vpc.subnets() if one.route_table is not None}
        if not blocks:
            raise ConstructError(
                f"{self.node.path}: there are no addresses to lead over the peering", place=caller(),
                fix="give peer_cidrs=, or VPC.from_ids(…, cidr=…); or routes=False",
            )  # fmt: skip
        for number, table in enumerate(tables.values(), 1):
            for place, block in enumerate(blocks, 1):
                resource_class(ROUTE)(
                    self,
                    f"{word}{number}" + (f"Block{place}" if place > 1 else ""),
                    RouteTableId=table,
                    DestinationCidrBlock=block,
                    VpcPeeringConnectionId=self.id,
                )
