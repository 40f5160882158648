"""Which network something belongs to, and where the packets of a subnet go, so far as templates tell."""

from __future__ import annotations

from ..vocabulary import ABSENT, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..graph import Graph, Member
    from ..view import View
    from ..vocabulary import Verdict

    Key = tuple[Any, ...]

VPC = "AWS::EC2::VPC"
SUBNET = "AWS::EC2::Subnet"
GROUP = "AWS::EC2::SecurityGroup"
TABLE = "AWS::EC2::RouteTable"
ROUTE = "AWS::EC2::Route"
ASSOCIATION = "AWS::EC2::SubnetRouteTableAssociation"
INTERNET_GATEWAY = "AWS::EC2::InternetGateway"
ATTACHMENT = "AWS::EC2::VPCGatewayAttachment"
ENDPOINT = "AWS::EC2::VPCEndpoint"
DEFAULT = "0.0.0.0/0"
TARGETS = (
    "CarrierGatewayId", "CoreNetworkArn", "EgressOnlyInternetGatewayId", "GatewayId", "InstanceId", "LocalGatewayId",
    "NatGatewayId", "NetworkInterfaceId", "OdbNetworkArn", "TransitGatewayId", "VpcEndpointId",
    "VpcPeeringConnectionId",
)  # fmt: skip
DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


class Routing:
    """The networks of a graph: subnets with their route tables, and what the tables lead to."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._tables: dict[Key, list[View | None]] = {}
        self._routes: dict[Key, list[View]] = {}
        self.open = False
        for association in graph.of(ASSOCIATION):
            subnet = self.find(association, association.get("SubnetId"), SUBNET)
            table = self.find(association, association.get("RouteTableId"), TABLE)
            if subnet is not None:
                self._tables.setdefault(_key(subnet), []).append(None if association.body.get("Condition") else table)
            elif not isinstance(association.get("SubnetId"), str):
                self.open = True
        for route in graph.of(ROUTE):
            table = self.find(route, route.get("RouteTableId"), TABLE)
            if table is not None:
                self._routes.setdefault(_key(table), []).append(route)
            elif not isinstance(route.get("RouteTableId"), str):
                self.open = True

    def find(self, view: View, value: Any, *types: str) -> View | None:
        """The resource of one of these types that a value refers to."""
        found = self.graph.target(view, value)
        return found.view if found is not None and found.view.type in types else None

    def network(self, view: View, value: Any) -> Key | None:
        """The VPC that a value names, as something that can be compared; None when it is not known."""
        if isinstance(value, str):
            return ("id", value) if not is_unknown(value) and value.startswith("vpc-") else None
        found = self.graph.target(view, value)
        if found is not None:
            if found.view.type == VPC and found.attribute in (None, "VpcId"):
                return ("made", *_key(found.view))
            if found.attribute == "VpcId":
                return self.home(found.view)
            return None
        if view.member is not None and type(value) is dict and set(value) == {"Ref"} and _parameter(view.member, value):
            return ("parameter", id(view.member), value["Ref"])
        return None

    def home(self, view: View) -> Key | None:
        """The VPC that a subnet, security group, route table or target group belongs to."""
        return self.network(view, view.get("VpcId"))

    def table(self, subnet: View) -> View | None:
        """The one route table that a subnet is certainly tied to."""
        found = self._tables.get(_key(subnet), [])
        return found[0] if len(found) == 1 else None

    def tied(self, subnet: View) -> bool:
        """Whether something ties a subnet to a route table, or may do so."""
        return self.open or _key(subnet) in self._tables

    def routes(self, table: View) -> list[View]:
        """The routes of a table."""
        return self._routes.get(_key(table), [])

    def leads_out(self, subnet: View, *targets: str) -> Verdict:
        """Whether the default route of a subnet leads to one of these kinds of target; None when it is not known.

        A target is the name of its property, and "internet" for an internet gateway.
        """
        table = self.table(subnet)
        if table is None:
            home = self.home(subnet)
            made = home is not None and home[0] == "made"
            return False if made and not self.tied(subnet) and not self._shown(subnet) else None
        verdict: Verdict = None if self.open or self._shown(table) else False
        for route in self.routes(table):
            if route.get("DestinationCidrBlock") != DEFAULT:
                if any(is_unknown(route.get(name)) for name in DESTINATIONS):
                    verdict = None
                continue
            found = self._target(route)
            if found is None or route.body.get("Condition") is not None:
                verdict = None
            elif found in targets:
                return True
        return verdict

    def _shown(self, view: View) -> bool:
        """Whether templates that are not here may add to a subnet or table, since its own one gives its name away."""
        if self.graph.complete or view.member is None:
            return False
        return any(edge.target == view.id for edge in view.member.elsewhere())

    def _target(self, route: View) -> str | None:
        names = [name for name in TARGETS if route.get(name) is not ABSENT]
        if len(names) != 1:
            return None
        if names[0] != "GatewayId":
            return names[0]
        value = route.get("GatewayId")
        if isinstance(value, str) and not is_unknown(value):
            return "internet" if value.startswith("igw-") else "GatewayId"
        found = self.graph.target(route, value)
        if found is not None:
            return "internet" if found.view.type in (INTERNET_GATEWAY, ATTACHMENT) else "GatewayId"
        return None

    def subnets(self, view: View, values: Iterable[Any]) -> list[View] | None:
        """The subnets that values name; None when one of them is not in the graph."""
        found = []
        for value in values:
            subnet = self.find(view, value, SUBNET)
            if subnet is None:
                return None
            found.append(subnet)
        return found


def differ(one: Key | None, other: Key | None) -> bool:
    """Whether two networks are certainly not the same: only what is named in the same way can be compared."""
    return one is not None and other is not None and one[0] == other[0] != "parameter" and one != other


def _key(view: View) -> Key:
    return (id(view.member), view.id)


def _parameter(member: Member, value: dict[str, Any]) -> bool:
    return isinstance(value["Ref"], str) and value["Ref"] in member.section("Parameters")
