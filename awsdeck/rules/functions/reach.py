"""Whether functions reach over the network what they are told of in their environment."""

from __future__ import annotations

from ..policies.access import BUCKET, QUEUE, TOPIC, generated, literal, spelled
from ..templates.needs import FUNCTION
from ..vocabulary import ABSENT, Rule, Violation, is_unknown, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph, Target
    from ..view import View

    Path = tuple[str | int, ...]

_INSIDE = (
    "AWS::DAX::Cluster",
    "AWS::DocDB::DBCluster",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::MemoryDB::Cluster",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBProxy",
)
"""What has addresses inside a VPC alone."""
_SERVICES = {BUCKET: "s3", "AWS::DynamoDB::Table": "dynamodb", QUEUE: "sqs", TOPIC: "sns"}
_EVERYWHERE = ("0.0.0.0/0", "::/0")


def _told(graph: Graph, function: View) -> Iterator[tuple[Path, Target]]:
    """The resources that a function's environment names."""
    for path, value in function.values("Environment/Variables/*"):
        found = graph.target(function, value)
        if found is not None:
            yield path, found


def _unreachable(graph: Graph) -> Iterator[Violation]:
    routes: Routes | None = None
    for function in graph.of(FUNCTION):
        if generated(function) or "Environment" not in function.properties:
            continue
        network = function.get("VpcConfig")
        if network is ABSENT:
            for path, found in _told(graph, function):
                if found.attribute is not None and "endpoint" in found.attribute.lower() and _private(found.view):
                    yield Violation(path, view=function, target=found.view.id)
                    break
        elif isinstance(network, dict) and not is_unknown(network):
            routes = routes or Routes(graph)
            for path, found in _told(graph, function):
                service = _SERVICES.get(found.view.type)
                if service is not None and routes.cut_off(function, service):
                    yield Violation(
                        path,
                        view=function,
                        message="{target} is reached over the internet, and the subnets of the function have no way there",
                        fix=f"add a NAT gateway, or a VPC endpoint for {service}",
                        target=found.view.id,
                    )
                    break


def _private(view: View) -> bool:
    """Whether a cache or database certainly has addresses inside its VPC alone."""
    if view.type in _INSIDE:
        return True
    if view.type != "AWS::RDS::DBInstance" or view.get("DBClusterIdentifier") is not ABSENT:
        return False
    public = view.get("PubliclyAccessible")
    return not is_unknown(public) and truth(public) is False


class Routes:
    """Where packets from the subnets of a graph can go."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._tables: dict[int, View] = {}
        for link in graph.of("AWS::EC2::SubnetRouteTableAssociation"):
            subnet, table = graph.target(link, link.get("SubnetId")), graph.target(link, link.get("RouteTableId"))
            if subnet is not None and table is not None:
                self._tables[id(subnet.view)] = table.view
        self._routes: dict[int, list[View]] = {}
        self._unclear = False
        for route in graph.of("AWS::EC2::Route"):
            table = graph.target(route, route.get("RouteTableId"))
            if table is not None:
                self._routes.setdefault(id(table.view), []).append(route)
            else:
                self._unclear = True

    def cut_off(self, function: View, service: str) -> bool:
        """Whether a function in a VPC certainly cannot reach a service: no way out of any subnet, and no endpoint."""
        subnets = function.get("VpcConfig/SubnetIds")
        if not isinstance(subnets, list) or not subnets or self._unclear:
            return False
        vpcs = set()
        for value in subnets:
            subnet = self.graph.target(function, value)
            table = self._tables.get(id(subnet.view)) if subnet is not None else None
            if subnet is None or table is None or any(_leaves(self.graph, r) for r in self._routes.get(id(table), ())):
                return False
            vpc = self.graph.target(subnet.view, subnet.view.get("VpcId"))
            if vpc is None:
                return False
            vpcs.add(id(vpc.view))
        return not any(self._serves(endpoint, service, vpcs) for endpoint in self.graph.of("AWS::EC2::VPCEndpoint"))

    def _serves(self, endpoint: View, service: str, vpcs: set[int]) -> bool:
        name = spelled(endpoint.get("ServiceName"))
        vpc = self.graph.target(endpoint, endpoint.get("VpcId"))
        if vpc is not None and id(vpc.view) not in vpcs:
            return False
        return name is None or name.endswith("}") or name.rpartition(".")[2] == service


def _leaves(graph: Graph, route: View) -> bool:
    """Whether a route may lead a function's packets to the internet or to another network; an internet gateway does not."""
    wide = [literal(route.get(name)) for name in ("DestinationCidrBlock", "DestinationIpv6CidrBlock")]
    if all(one not in _EVERYWHERE for one in wide) and any(one is not None for one in wide):
        return True  # somewhere else: a network that may have a way on
    gateway = graph.target(route, route.get("GatewayId"))
    return gateway is None or gateway.view.type != "AWS::EC2::InternetGateway"


# Rules


def _resources(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def _of(type: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties}


def _function(variable: Any, **properties: Any) -> dict[str, Any]:
    return _of(
        FUNCTION, Role="arn:aws:iam::123456789012:role/r", Code={"ZipFile": "..."}, Handler="index.handle",
        Runtime="python3.14", Environment={"Variables": {"TARGET": variable}}, **properties,
    )  # fmt: skip


_CACHE = _of("AWS::ElastiCache::CacheCluster", Engine="redis", CacheNodeType="cache.t3.micro", NumCacheNodes=1)
_ADDRESS = {"Fn::GetAtt": ["Cache", "RedisEndpoint.Address"]}


def _network(*, endpoint: bool = False, nat: bool = False) -> dict[str, Any]:
    vpc = {"Ref": "Vpc"}
    found = _resources(
        Vpc=_of("AWS::EC2::VPC", CidrBlock="10.0.0.0/16"),
        Private=_of("AWS::EC2::Subnet", VpcId=vpc, CidrBlock="10.0.0.0/24"),
        Table=_of("AWS::EC2::RouteTable", VpcId=vpc),
        Link=_of("AWS::EC2::SubnetRouteTableAssociation", SubnetId={"Ref": "Private"}, RouteTableId={"Ref": "Table"}),
        Orders=_of(QUEUE),
        Work=_function({"Ref": "Orders"}, VpcConfig={"SubnetIds": [{"Ref": "Private"}], "SecurityGroupIds": ["sg-1"]}),
    )
    if nat:
        found["Resources"]["Out"] = _of(
            "AWS::EC2::Route", RouteTableId={"Ref": "Table"}, DestinationCidrBlock="0.0.0.0/0", NatGatewayId="nat-1"
        )
    if endpoint:
        name = {"Fn::Sub": "com.amazonaws.${AWS::Region}.sqs"}
        found["Resources"]["Endpoint"] = _of("AWS::EC2::VPCEndpoint", VpcId=vpc, ServiceName=name)
    return found


RULES: tuple[Rule, ...] = (
    Rule(
        "XSV019", FUNCTION, "warning",
        "{target} has addresses inside its VPC alone, and the function runs outside of it",
        scope="graph",
        check=_unreachable,
        fix="set VpcConfig to subnets of that VPC and a security group that {target} lets in",
        source="Lambda Developer Guide, Giving Lambda functions access to resources in an Amazon VPC; Enable internet access "
        "for VPC-connected Lambda functions; course notes, ElastiCache",
        verified="docs",
        good=(
            _resources(
                Cache=_CACHE,
                Work=_function(_ADDRESS, VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}),
            ),
            _network(endpoint=True),
            _network(nat=True),
        ),
        bad=(_resources(Cache=_CACHE, Work=_function(_ADDRESS)), _network()),
    ),
)  # fmt: skip
