"""Rules about what stands in networks together: security groups and subnets, clients and databases, load balancers."""

from __future__ import annotations

from ..autoscaling.groupmachines import GUARDED, door, fleet, guarded_elsewhere
from ..vocabulary import ABSENT, Rule, Violation, is_unknown, number, text
from .routing import GROUP, SUBNET, Routing, differ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph, Target
    from ..view import View
    from .routing import Key

    Path = tuple[str | int, ...]

FUNCTION = "AWS::Lambda::Function"
INSTANCE = "AWS::EC2::Instance"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
DATABASE = "AWS::RDS::DBInstance"
DATABASE_CLUSTER = "AWS::RDS::DBCluster"
CACHE = "AWS::ElastiCache::CacheCluster"
REPLICATION_GROUP = "AWS::ElastiCache::ReplicationGroup"
DAX = "AWS::DAX::Cluster"
SERVICE = "AWS::ECS::Service"
SCALING_GROUP = "AWS::AutoScaling::AutoScalingGroup"
RECORD = "AWS::Route53::RecordSet"
ZONE = "AWS::Route53::HostedZone"
TIE = "AWS::EC2::SecurityGroupVpcAssociation"

_PLACES: dict[str, tuple[tuple[str, ...], tuple[str, ...], str | None]] = {
    # type: where it names security groups, where subnets, and where a subnet group
    INSTANCE: (
        ("SecurityGroupIds/*", "NetworkInterfaces/*/GroupSet/*"), ("SubnetId", "NetworkInterfaces/*/SubnetId"), None,
    ),
    FUNCTION: (("VpcConfig/SecurityGroupIds/*",), ("VpcConfig/SubnetIds/*",), None),
    BALANCER: (("SecurityGroups/*",), ("Subnets/*", "SubnetMappings/*/SubnetId"), None),
    DATABASE: (("VPCSecurityGroups/*",), (), "DBSubnetGroupName"),
    DATABASE_CLUSTER: (("VpcSecurityGroupIds/*",), (), "DBSubnetGroupName"),
    CACHE: (("VpcSecurityGroupIds/*",), (), "CacheSubnetGroupName"),
    REPLICATION_GROUP: (("SecurityGroupIds/*",), (), "CacheSubnetGroupName"),
    DAX: (("SecurityGroupIds/*",), (), "SubnetGroupName"),
    "AWS::ElastiCache::ServerlessCache": (("SecurityGroupIds/*",), ("SubnetIds/*",), None),
    "AWS::EC2::VPCEndpoint": (("SecurityGroupIds/*",), ("SubnetIds/*",), None),
    "AWS::EFS::MountTarget": (("SecurityGroups/*",), ("SubnetId",), None),
    SERVICE: (
        ("NetworkConfiguration/AwsvpcConfiguration/SecurityGroups/*",),
        ("NetworkConfiguration/AwsvpcConfiguration/Subnets/*",),
        None,
    ),
}  # fmt: skip


# XSV008: one network for a security group and a subnet


def _subnets(graph: Graph, view: View) -> list[View]:
    """The subnets that something stands in, those of its subnet group among them, as far as they are in the graph."""
    routing = graph.kept(Routing)
    _, paths, group = _PLACES[view.type]
    named = [(view, value) for path in paths for _, value in view.values(path)]
    found = graph.target(view, view.get(group)) if group is not None else None
    if found is not None:
        named += [(found.view, value) for _, value in found.view.values("SubnetIds/*")]
    subnets = (routing.find(holder, value, SUBNET) for holder, value in named)
    return [subnet for subnet in subnets if subnet is not None]


def _apart(graph: Graph) -> Iterator[Violation]:
    routing = graph.kept(Routing)
    ties = [
        (routing.find(tie, tie.get("GroupId"), GROUP), routing.network(tie, tie.get("VpcId"))) for tie in graph.of(TIE)
    ]
    for type, (paths, _, _) in _PLACES.items():
        for view in graph.of(type):
            for world in view.worlds():
                homes = [(subnet.id, home) for subnet in _subnets(graph, world) if (home := routing.home(subnet))]
                for path in paths:
                    for where, value in world.values(path):
                        group = routing.find(world, value, GROUP)
                        home = routing.home(group) if group is not None else None
                        tied = [net for tie, net in ties if tie is group]
                        other = next((pair for pair in homes if differ(home, pair[1])), None)
                        if group is None or home is None or other is None or None in tied or other[1] in tied:
                            continue
                        yield Violation(
                            where, view=world, group=group.id, subnet=other[0], first=_called(home),
                            second=_called(other[1]),
                        )  # fmt: skip
    yield from _targets_apart(graph)
    yield from _machines_apart(graph)
    yield from guarded_elsewhere(graph)


def _targets_apart(graph: Graph) -> Iterator[Violation]:
    from ..elb.balancing import Balancers

    routing, balancers = graph.kept(Routing), graph.kept(Balancers)
    for balancer in graph.of(BALANCER):
        homes = [home for subnet in _subnets(graph, balancer) if (home := routing.home(subnet)) is not None]
        for group, listener, path in balancers.groups(balancer):
            home = routing.home(group)
            other = next((one for one in homes if differ(home, one)), None)
            if home is None or other is None or group.get("TargetType") == "lambda":
                continue
            yield Violation(
                path, view=listener, message="{group} is in {first}, and the load balancer {balancer} in {second}",
                fix="set VpcId of {group} to the load balancer's VPC", group=group.id, balancer=balancer.id,
                first=_called(home), second=_called(other),
            )  # fmt: skip


def _machines_apart(graph: Graph) -> Iterator[Violation]:
    """Instances of another VPC than the target group that they are in."""
    routing = graph.kept(Routing)
    for group in graph.of(TARGET_GROUP):
        for path, value in group.values("Targets/*/Id"):
            machine = routing.find(group, value, INSTANCE)
            homes = [] if machine is None else [routing.home(subnet) for subnet in _subnets(graph, machine)]
            home = routing.home(group)
            other = next((one for one in homes if differ(home, one)), None)
            if machine is not None and home is not None and other is not None:
                yield Violation(
                    path, view=group, message="{group} is in {first}, and its target {machine} in {second}",
                    fix="make the target group in the VPC of its targets", group=group.id, machine=machine.id,
                    first=_called(home), second=_called(other),
                )  # fmt: skip


def _called(network: Key) -> str:
    return str(network[-1])


# XSV009: a client that is not let in


_PORTS = {
    "mysql": 3306, "mariadb": 3306, "aurora": 3306, "aurora-mysql": 3306, "postgres": 5432, "aurora-postgresql": 5432,
    "oracle": 1521, "custom-oracle": 1521, "sqlserver": 1433, "custom-sqlserver": 1433, "db2": 50_000,
    "memcached": 11_211, "redis": 6379, "valkey": 6379,
}  # fmt: skip
DAX_PORT = 8111
DAX_PORT_ENCRYPTED = 9111
_DOORS = {
    DATABASE: "VPCSecurityGroups/*", DATABASE_CLUSTER: "VpcSecurityGroupIds/*", CACHE: "VpcSecurityGroupIds/*",
    REPLICATION_GROUP: "SecurityGroupIds/*", DAX: "SecurityGroupIds/*",
}  # fmt: skip


def _port(view: View) -> int | None:
    """Where a database or cache listens; None where it is not known."""
    given = view.get("Port")
    if given is not ABSENT:
        port = number(given)
        return None if port is None else int(port)
    if view.type == DAX:
        kind = view.get("ClusterEndpointEncryptionType", "NONE")
        return {"NONE": DAX_PORT, "TLS": DAX_PORT_ENCRYPTED}.get(kind) if isinstance(kind, str) else None
    engine = view.get("Engine", "redis" if view.type == REPLICATION_GROUP else ABSENT)
    if not isinstance(engine, str) or is_unknown(engine):
        return None
    name = engine.lower()
    for family in ("custom-oracle", "oracle", "custom-sqlserver", "sqlserver", "db2"):
        if name.startswith(family):
            return _PORTS[family]
    return _PORTS.get(name)


def _told(graph: Graph, client: View) -> Iterator[tuple[Path, Target]]:
    """What a client is told the address of, alone or inside a text."""
    paths = ("Environment/Variables/*",) if client.type == FUNCTION else ("UserData",)
    for path in paths:
        for where, value in client.values(path):
            for part in _parts(value):
                found = graph.target(client, part)
                if found is not None and found.attribute is not None and "endpoint" in found.attribute.lower():
                    yield where, found


def _parts(value: Any) -> Iterator[Any]:
    """The references in a value; a text with names in it is one for each."""
    from ...references import sub_parts

    if type(value) is dict:
        template = value.get("Fn::Sub")
        if isinstance(template, list) and template:
            yield from (part for one in template[1:] for part in _parts(one))
            template = template[0]
        if isinstance(template, str):
            yield from ({"Fn::Sub": f"${{{name}}}"} for kind, name in sub_parts(template) if kind == "name")
        else:
            yield value
            for item in value.values():
                yield from _parts(item)
    elif type(value) is list:
        for item in value:
            yield from _parts(item)


def _shut(graph: Graph) -> Iterator[Violation]:
    from .reachability import Doors

    routing = graph.kept(Routing)
    for client in graph.of(FUNCTION, INSTANCE):
        groups = [
            routing.find(client, value, GROUP) for path in _PLACES[client.type][0] for _, value in client.values(path)
        ]
        own = [group for group in groups if group is not None]
        if not own or len(own) < len(groups) or not client.settled:
            continue
        said: set[int] = set()
        for where, found in _told(graph, client):
            server = found.view
            port = _port(server) if server.type in _DOORS else None
            doors = [routing.find(server, value, GROUP) for _, value in server.values(_DOORS.get(server.type, ""))]
            known = [door for door in doors if door is not None]
            if port is None or not known or len(known) < len(doors) or id(server) in said or not server.settled:
                continue
            said.add(id(server))
            if graph.kept(Doors).lets_in(known, port, own, _subnets(graph, client)) is False:
                yield Violation(where, view=client, server=server.id, port=text(port), door=known[0].id, own=own[0].id)


# XSV010: target groups that nothing forwards to


def _unused(graph: Graph) -> Iterator[Violation]:
    from ..elb.balancing import LISTENER, LISTENER_RULE, Balancers
    from ..templates.wiring import Order

    order = Order()
    sources: dict[int, list[View]] = {}
    unclear = False
    balancers = graph.kept(Balancers)
    for source in graph.of(LISTENER, LISTENER_RULE):
        unclear = unclear or not _clear(graph, source)
        for world in source.worlds():
            for _, group in balancers.forwards(world):
                sources.setdefault(id(group), []).append(source)
    for type, path in ((SERVICE, "LoadBalancers/*/TargetGroupArn"), (SCALING_GROUP, "TargetGroupARNs/*")):
        for view in graph.of(type):
            for where, value in view.values(path):
                found = graph.target(view, value)
                if found is None or found.view.type != TARGET_GROUP:
                    continue
                group, using = found.view, sources.get(id(found.view), [])
                if not using:
                    if not unclear and not _handed_on(graph, group):
                        yield Violation(
                            where, view=view, severity="error" if type == SERVICE else "warning", group=group.id,
                            message=None if type == SERVICE else "no listener forwards to {group}: what joins it gets "
                            "no requests, and its health is never checked",
                        )  # fmt: skip
                elif type == SERVICE and all(order.after(view, one) is False for one in using):
                    yield Violation(
                        where, view=view, severity="warning", group=group.id, listener=using[0].id,
                        message="the service does not wait for {listener}, which ties {group} to a load balancer: "
                        "creating it may fail",
                        fix="add {listener} to its DependsOn",
                    )  # fmt: skip


def _clear(graph: Graph, source: View) -> bool:
    """Whether every target group that a listener or rule names is known."""
    from ..elb.balancing import destinations

    return source.settled and all(
        isinstance(value, str) or graph.target(source, value) is not None for _, value in destinations(source)
    )


def _handed_on(graph: Graph, group: View) -> bool:
    """Whether another template may use a target group: its name is exported, or handed to a nested stack."""
    if group.member is None:
        return True
    if not graph.complete and any(edge.target == group.id for edge in group.member.elsewhere()):
        return True
    return any(
        edge.target == group.id and group.member.views[edge.source].type == "AWS::CloudFormation::Stack"
        for edge in group.member.edges()
    )


# XSV011: load balancers of the internet


def _hidden(graph: Graph) -> Iterator[Violation]:
    routing = graph.kept(Routing)
    for view in graph.of(BALANCER):
        for world in view.worlds():
            if world.get("Scheme", "internet-facing") != "internet-facing":
                continue
            for path in _PLACES[BALANCER][1]:
                for where, value in world.values(path):
                    subnet = routing.find(world, value, SUBNET)
                    if subnet is not None and routing.leads_out(subnet, "internet", "CarrierGatewayId") is False:
                        yield Violation(where, view=world, subnet=subnet.id)
    for record in graph.of(RECORD):
        zone = routing.find(record, record.get("HostedZoneId"), ZONE)
        balancer = routing.find(record, record.get("AliasTarget/DNSName"), BALANCER)
        if zone is None or balancer is None or zone.get("VPCs", []) != [] or balancer.get("Scheme") != "internal":
            continue
        yield Violation(
            ("AliasTarget", "DNSName"), view=record, severity="info", balancer=balancer.id,
            message="{balancer} is internal, so the name leads everybody to private addresses",
            fix="put the record into a private hosted zone, or make the load balancer internet-facing",
        )  # fmt: skip


# Examples


def _of(type: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties}


def _vpc(name: str, cidr: str) -> dict[str, Any]:
    vpc = {"Ref": name}
    return {
        name: _of("AWS::EC2::VPC", CidrBlock=cidr),
        f"{name}One": _of(SUBNET, VpcId=vpc, CidrBlock=cidr.replace("/16", "/20")),
        f"{name}Web": _of(GROUP, VpcId=vpc, GroupDescription="web"),
        f"{name}Data": _of(GROUP, VpcId=vpc, GroupDescription="data"),
    }


def _here(**more: Any) -> dict[str, Any]:
    return {"Resources": {**_vpc("Net", "10.0.0.0/16"), **_vpc("Other", "10.1.0.0/16"), **more}}


def _machine(group: str, **more: Any) -> dict[str, Any]:
    return _of(INSTANCE, ImageId="ami-1", SubnetId={"Ref": "NetOne"}, SecurityGroupIds=[_id(group)], **more)


def _id(group: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [group, "GroupId"]}


def _client(**more: Any) -> dict[str, Any]:
    database = _of(
        DATABASE, Engine="postgres", DBInstanceClass="db.t3.micro", AllocatedStorage="20",
        VPCSecurityGroups=[_id("NetData")], MasterUsername="app", ManageMasterUserPassword=True, StorageEncrypted=True,
    )  # fmt: skip
    told = {"Fn::Sub": "export DATABASE=${Data.Endpoint.Address}"}
    return _here(Data=database, Web=_machine("NetWeb", UserData={"Fn::Base64": told}), **more)


def _entry(port: int) -> dict[str, Any]:
    return _of(
        "AWS::EC2::SecurityGroupIngress", GroupId=_id("NetData"), IpProtocol="tcp", FromPort=port, ToPort=port,
        SourceSecurityGroupId=_id("NetWeb"),
    )  # fmt: skip


def _service(*, forwards: bool, waits: bool = True) -> dict[str, Any]:
    service = _of(
        SERVICE, TaskDefinition="web:1",
        LoadBalancers=[{"ContainerName": "web", "ContainerPort": 80, "TargetGroupArn": {"Ref": "Targets"}}],
    )  # fmt: skip
    if waits:
        service["DependsOn"] = "Front"
    target = "Targets" if forwards else "Others"
    group = _of(TARGET_GROUP, VpcId={"Ref": "Net"}, Port=80, Protocol="HTTP")
    return _here(
        Targets=group, Others=group, Service=service,
        Front=_of(
            "AWS::ElasticLoadBalancingV2::Listener", LoadBalancerArn="arn", Port=80, Protocol="HTTP",
            DefaultActions=[{"Type": "forward", "TargetGroupArn": {"Ref": target}}],
        ),
    )  # fmt: skip


def _targeted(net: str) -> dict[str, Any]:
    group = _of(TARGET_GROUP, Port=80, Protocol="HTTP", VpcId={"Ref": net}, Targets=[{"Id": {"Ref": "Web"}}])
    return _here(Web=_machine("NetWeb"), Targets=group)


def _balancer(*, scheme: str, route: bool) -> dict[str, Any]:
    found = _here(
        Front=_of(BALANCER, Type="network", Scheme=scheme, Subnets=[{"Ref": "NetOne"}]),
        Table=_of("AWS::EC2::RouteTable", VpcId={"Ref": "Net"}),
        Tied=_of(
            "AWS::EC2::SubnetRouteTableAssociation", SubnetId={"Ref": "NetOne"}, RouteTableId={"Ref": "Table"}
        ),
    )  # fmt: skip
    if route:
        found["Resources"]["Out"] = _of(
            "AWS::EC2::Route", RouteTableId={"Ref": "Table"}, DestinationCidrBlock="0.0.0.0/0", GatewayId="igw-1"
        )
    return found


RULES = (
    Rule(
        "XSV008", (*_PLACES, SCALING_GROUP, TARGET_GROUP), "error",
        "{group} is a security group of {first}, and {subnet} is a subnet of {second}",
        scope="graph",
        check=_apart,
        fix="use a security group of the subnet's VPC",
        source="Amazon EC2 User Guide, Amazon EC2 security groups; Elastic Load Balancing, Target groups",
        verified="docs",
        good=(_here(Web=_machine("NetWeb")), fleet(GUARDED, Door=door("Net")), _targeted("Net")),
        bad=(_here(Web=_machine("OtherWeb")), fleet(GUARDED, Door=door("Other")), _targeted("Other")),
    ),
    Rule(
        "XSV009", (DATABASE, DATABASE_CLUSTER, CACHE, REPLICATION_GROUP, DAX), "warning",
        "it is told where {server} is, and no rule of {door} lets it connect",
        scope="graph",
        check=_shut,
        fix="allow TCP {port} from {own} in {door}",
        source="Amazon RDS User Guide, Controlling access with security groups; ElastiCache User Guide, Security groups",
        verified="docs",
        good=_client(In=_entry(5432)),
        bad=(_client(), _client(In=_entry(3306))),
    ),
    Rule(
        "XSV010", (SERVICE, SCALING_GROUP), "error",
        "no listener forwards to {group}, and a service takes only target groups that a load balancer uses",
        scope="graph",
        check=_unused,
        fix="forward to {group} from a listener or a rule, and let the service wait for it with DependsOn",
        source="Elastic Load Balancing, Health checks for your target groups; Amazon ECS Developer Guide, Service load "
        "balancing",
        verified="docs",
        good=_service(forwards=True),
        bad=(_service(forwards=False), _service(forwards=True, waits=False)),
    ),
    Rule(
        "XSV011", (BALANCER, RECORD), "warning",
        "the load balancer faces the internet, and {subnet} has no route to an internet gateway",
        scope="graph",
        check=_hidden,
        fix="choose public subnets, or make it internal",
        source="Elastic Load Balancing, Troubleshoot your Application Load Balancers",
        verified="docs",
        good=(_balancer(scheme="internet-facing", route=True), _balancer(scheme="internal", route=False)),
        bad=_balancer(scheme="internet-facing", route=False),
    ),
)  # fmt: skip
