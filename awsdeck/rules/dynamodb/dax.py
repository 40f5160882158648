"""Amazon DynamoDB Accelerator (DAX): what the documentation demands beyond the resource schema."""

from __future__ import annotations

import json
import re

from ..elasticache.caches import lies_in_one_zone
from ..limits import (
    ACCELERATOR_NODES_ADVISED,
    ACCELERATOR_NODES_API,
    ACCELERATOR_NODES_MOST,
    CACHE_WINDOW_LEAST,
    WRITES_PAY_OFF,
)
from ..policies.access import ROLE, Grants, allowing, covers, generated, literal, trusted
from ..vocabulary import (
    Is,
    OneOf,
    Present,
    Rule,
    Violation,
    as_list,
    is_unknown,
    number,
    truth,
)
from ..windows import weekly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

CLUSTER = "AWS::DAX::Cluster"
PARAMETERS = "AWS::DAX::ParameterGroup"
SUBNETS = "AWS::DAX::SubnetGroup"
TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
CONSTRUCT = "awsdeck::DAXCluster"

DATA = (
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
)
"""What a cluster does with a table for those who ask it. Source: DynamoDB Developer Guide, DAX access control."""
DESCRIBE = "dynamodb:DescribeTable"
TTLS = ("query-ttl-millis", "record-ttl-millis")

# Source: DynamoDB Developer Guide, DAX cluster node types, as cfn-lint E3672 had it in 2026-10.
NODE_TYPES = {
    "r3": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge"),
    "r4": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"),
    "r5": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"),
    "r7i": ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"),
    "t2": ("small", "medium"),
    "t3": ("small", "medium"),
}


def _nodes(view: View) -> Iterator[Violation]:
    value = view.get("ReplicationFactor")
    nodes = number(value)
    if nodes is not None:
        if not 1 <= nodes <= ACCELERATOR_NODES_MOST or nodes != int(nodes):
            yield Violation(("ReplicationFactor",), allowed=f"1 to {ACCELERATOR_NODES_MOST}", value=nodes)
            return
        if nodes > ACCELERATOR_NODES_API:
            yield Violation(
                ("ReplicationFactor",),
                severity="warning",
                message="the API Reference has {most} nodes at most, the Developer Guide one more",
                fix="use {most} nodes",
                most=ACCELERATOR_NODES_API,
                value=nodes,
            )
        elif nodes < ACCELERATOR_NODES_ADVISED:
            yield Violation(
                ("ReplicationFactor",),
                severity="warning",
                message="with fewer than {advised} nodes the loss of one is felt",
                fix="use {advised} nodes in as many zones for production",
                advised=ACCELERATOR_NODES_ADVISED,
                value=nodes,
            )
    zones = view.get("AvailabilityZones")
    grows = isinstance(zones, list) and any(isinstance(zone, dict) and "Fn::If" in zone for zone in zones)
    if isinstance(zones, list) and nodes is not None and not grows and len(zones) != nodes:
        yield Violation(
            ("AvailabilityZones",),
            message="{count} zones are named for {nodes} nodes",
            fix="name one zone for each node, or leave them out: DAX spreads the nodes by itself",
            count=len(zones),
            nodes=nodes,
        )


def _names(view: View) -> Iterator[Violation]:
    kind = literal(view.get("NodeType"))
    found = re.fullmatch(r"dax\.([a-z0-9-]+)\.([a-z0-9]+)", kind) if kind is not None else None
    if kind is not None and not found:
        yield Violation(("NodeType",), value=kind, allowed="dax.<family>.<size>, such as dax.r5.large")
    elif found and found[2] not in NODE_TYPES.get(found[1], ()):
        yield Violation(
            ("NodeType",),
            severity="warning",
            message="{value} is not among the node types known here",
            value=kind,
            allowed=f"families {', '.join(sorted(NODE_TYPES))}",
        )
    name = literal(view.get("ClusterName"))
    if name is not None and not (re.fullmatch(r"[A-Za-z](-?[A-Za-z0-9])*", name) and len(name) <= 20):
        yield Violation(
            ("ClusterName",), value=name, allowed="1 to 20 letters, digits and single hyphens, a letter first"
        )  # fmt: skip


def _consistency(view: View) -> Iterator[Violation]:
    if view.get("consistency") == "strong":
        yield Violation(("consistency",))


def _workload(view: View) -> Iterator[Violation]:
    ratio = number(view.get("write_ratio"))
    if ratio is not None and ratio > WRITES_PAY_OFF:
        yield Violation(("write_ratio",), value=ratio)
    if truth(view.get("microseconds")) is False:
        yield Violation(
            ("microseconds",),
            message="DynamoDB itself answers in milliseconds; DAX is for those who need microseconds",
            fix="read the table directly",
        )


def _roles(graph: Graph) -> Iterator[Violation]:
    for cluster in graph.of(CLUSTER):
        for path, value in cluster.values("IAMRoleARN"):
            found = graph.target(cluster, value)
            if found is None or found.view.type != ROLE:
                continue
            role = found.view
            if trusted(role, "dax") is False:
                yield Violation(path, view=cluster, role=role.id)
            elif not generated(cluster, role):
                yield from _access(graph, cluster, path, role)


def _access(graph: Graph, cluster: View, path: tuple[str | int, ...], role: View) -> Iterator[Violation]:
    grants = graph.kept(Grants)
    for table in graph.of(*TABLES):
        used = any(grants.may(role, action, table) is True for action in DATA)
        if used and grants.may(role, DESCRIBE, table) is False:
            yield Violation(
                path,
                view=cluster,
                severity="warning",
                message="{role} may use {table} but not describe it, which DAX does before anything else",
                fix="allow dynamodb:DescribeTable on {table} to {role}",
                role=role.id,
                table=table.id,
            )
    if _reaches_nothing(graph, grants, role):
        yield Violation(
            path,
            view=cluster,
            severity="warning",
            message="{role} may use no table at all, so the cluster has nothing to accelerate",
            fix="allow {role} dynamodb:DescribeTable and what clients do, on the tables they use",
            role=role.id,
        )


def _reaches_nothing(graph: Graph, grants: Grants, role: View) -> bool:
    """Whether a role's policies are all known, and none speaks of tables."""
    arns = role.get("ManagedPolicyArns", [])
    if not isinstance(arns, list) or any(graph.target(role, arn) is None for arn in arns):
        return False
    if is_unknown(role.get("Policies", [])) or any(map(is_unknown, as_list(role.get("Policies")))):
        return False
    loose = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
    if any(_may_attach(graph, policy) for policy in graph.of(*loose)):
        return False
    for _, document in grants.documents(role):
        statements, begin = allowing(document)
        if any(verdict is not False for verdict in begin):
            return False
        if any(covers(statement, action) is not False for statement in statements for action in (*DATA, DESCRIBE)):
            return False
    return True


def _may_attach(graph: Graph, policy: View) -> bool:
    """Whether it is unknown which roles a policy goes to."""
    given = policy.get("RoleName" if policy.type.endswith("RolePolicy") else "Roles")
    return any(graph.target(policy, value) is None for value in ([given] if is_unknown(given) else as_list(given)))


def _ttls(view: View) -> Iterator[Violation]:
    given = view.get("ParameterNameValues")
    if isinstance(given, str) and not is_unknown(given):
        try:
            given = json.loads(given)
        except ValueError:
            return
    if not isinstance(given, dict) or is_unknown(given):
        return
    for name, value in given.items():
        amount = number(value)
        if name not in TTLS:
            yield Violation(("ParameterNameValues", name), value=name, allowed=" and ".join(TTLS))
        elif not is_unknown(value) and (amount is None or amount < 0 or amount != int(amount)):
            yield Violation(
                ("ParameterNameValues", name),
                message="{prop} is a number of milliseconds",
                fix="write it in digits, 300000 for five minutes",
                value=value if isinstance(value, str | int | float) else None,
            )


def _one_zone(graph: Graph) -> Iterator[Violation]:
    for cluster in graph.of(CLUSTER):
        for world in cluster.worlds():
            nodes = number(world.get("ReplicationFactor"))
            found = graph.target(cluster, world.get("SubnetGroupName"))
            if nodes is None or nodes < 2 or found is None or found.view.type != SUBNETS:
                continue
            if lies_in_one_zone(graph, found.view):
                yield Violation(("SubnetGroupName",), view=cluster, group=found.view.id)


def _window(view: View) -> Iterator[Violation]:
    yield from weekly(view, "PreferredMaintenanceWindow", CACHE_WINDOW_LEAST)


# Examples


def _cluster(**properties: Any) -> dict[str, Any]:
    given = {"ReplicationFactor": 3, "IAMRoleARN": "arn:aws:iam::123456789012:role/r", "NodeType": "dax.r5.large"}
    return {"Type": CLUSTER, "Properties": {**given, **properties}}


def _served(service: str, *actions: str) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": {"Fn::GetAtt": ["Orders", "Arn"]}}
    policy = {"PolicyName": "orders", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]}}
    return {
        "Resources": {
            "Orders": {
                "Type": TABLES[0],
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                },
            },
            "Role": {
                "Type": ROLE,
                "Properties": {
                    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
                    **({"Policies": [policy]} if actions else {}),
                },
            },
            "Cache": _cluster(IAMRoleARN={"Fn::GetAtt": ["Role", "Arn"]}),
        }
    }


def _in_zones(*zones: str) -> dict[str, Any]:
    subnets = {
        f"Subnet{n}": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": "vpc-1", "CidrBlock": f"10.0.{n}.0/24", "AvailabilityZone": zone},
        }
        for n, zone in enumerate(zones, 1)
    }
    return {
        "Resources": {
            **subnets,
            "Subnets": {"Type": SUBNETS, "Properties": {"SubnetIds": [{"Ref": name} for name in subnets]}},
            "Cache": _cluster(SubnetGroupName={"Ref": "Subnets"}),
        }
    }


def _parameters(**values: Any) -> dict[str, Any]:
    return {"Type": PARAMETERS, "Properties": {"ParameterNameValues": values}}


RULES = (
    Rule(
        "DAX001", CLUSTER, "error",
        "a DAX cluster has {allowed} nodes: a primary, and replicas that are read from",
        check=_nodes,
        source="DAX API Reference, CreateCluster, ReplicationFactor, AvailabilityZones; DynamoDB Developer Guide, DAX "
        "cluster components; course notes, DynamoDB",
        verified="docs",
        good=(_cluster(), _cluster(AvailabilityZones=["eu-west-1a", "eu-west-1b", "eu-west-1c"])),
        bad=(
            _cluster(ReplicationFactor=12),
            _cluster(ReplicationFactor=0),
            _cluster(ReplicationFactor=11),
            _cluster(ReplicationFactor=2),
            _cluster(AvailabilityZones=["eu-west-1a"]),
        ),
    ),
    Rule(
        "DAX002", CLUSTER, "error",
        "{value} cannot be the {prop} of a DAX cluster",
        check=_names,
        source="DAX API Reference, CreateCluster, ClusterName, NodeType",
        good=(_cluster(), _cluster(ClusterName="orders-1")),
        bad=(
            _cluster(NodeType="cache.r5.large"),
            _cluster(NodeType="dax.m5.large"),
            _cluster(ClusterName="1orders"),
            _cluster(ClusterName="o" * 21),
        ),
    ),
    Rule(
        "DAX003", CONSTRUCT, "error",
        "DAX answers from its cache what may be a little behind; what must be up to date passes it by",
        scope="construct",
        check=_consistency,
        fix="read the table directly where reads must be strongly consistent",
        source="DynamoDB Developer Guide, DAX and DynamoDB consistency models; course notes, DynamoDB",
        verified="docs",
        good=({"consistency": "eventual"}, {}),
        bad={"consistency": "strong"},
    ),
    Rule(
        "DAX004", CONSTRUCT, "warning",
        "every write goes to the cache and to the table, so DAX pays off where much is read and little is written",
        scope="construct",
        check=_workload,
        fix="write to the table directly, or let only what is read often go through DAX",
        source="DynamoDB Developer Guide, Use cases for DAX; course notes, DynamoDB",
        verified="docs",
        good=({"write_ratio": 0.1, "microseconds": True}, {}),
        bad=({"write_ratio": 0.7}, {"microseconds": False}),
    ),
    Rule(
        "DAX005", CLUSTER, "error",
        "the trust policy of {role} does not let dax.amazonaws.com assume it",
        scope="graph",
        check=_roles,
        fix="allow sts:AssumeRole to dax.amazonaws.com in the AssumeRolePolicyDocument of {role}",
        source="DynamoDB Developer Guide, DAX access control, IAM service role for DAX; DAX API usage notes; course notes, "
        "DynamoDB",
        verified="docs",
        good=_served("dax.amazonaws.com", "dynamodb:GetItem", DESCRIBE),
        bad=(
            _served("ec2.amazonaws.com", "dynamodb:GetItem", DESCRIBE),
            _served("dax.amazonaws.com", "dynamodb:GetItem"),
            _served("dax.amazonaws.com"),
            _served("dax.amazonaws.com", "sqs:SendMessage"),
        ),
    ),
    Rule(
        "DAX006", CLUSTER, "warning",
        "a cluster is encrypted when it is made, or never",
        then={"SSESpecification/SSEEnabled": Is(True), "ClusterEndpointEncryptionType": Is("TLS")},
        fix="set SSESpecification/SSEEnabled to true and ClusterEndpointEncryptionType to TLS",
        source="CloudFormation resource schema, AWS::DAX::Cluster; DynamoDB Developer Guide, DAX encryption at rest; DAX "
        "encryption in transit",
        good=_cluster(SSESpecification={"SSEEnabled": True}, ClusterEndpointEncryptionType="TLS"),
        bad=(
            _cluster(),
            _cluster(SSESpecification={"SSEEnabled": True}),
            _cluster(SSESpecification={"SSEEnabled": False}, ClusterEndpointEncryptionType="TLS"),
        ),
    ),
    Rule(
        "DAX007", PARAMETERS, "error",
        "{value} is no parameter of DAX",
        when={"ParameterNameValues": Present()},
        check=_ttls,
        source="CloudFormation Template Reference, AWS::DAX::ParameterGroup ParameterNameValues",
        verified="docs",
        good=_parameters(**{"record-ttl-millis": "300000", "query-ttl-millis": 60_000}),
        bad=(_parameters(**{"record-ttl": "300"}), _parameters(**{"record-ttl-millis": "five minutes"})),
    ),
    Rule(
        "DAX008", CLUSTER, "warning",
        "all subnets of {group} lie in one availability zone, so the nodes do too",
        scope="graph",
        check=_one_zone,
        fix="give {group} subnets in several zones",
        source="DynamoDB Developer Guide, DAX cluster components",
        verified="docs",
        good=_in_zones("eu-west-1a", "eu-west-1b"),
        bad=_in_zones("eu-west-1a", "eu-west-1a"),
    ),
    Rule(
        "DAX009", CLUSTER, "error",
        "{value} is nothing that {prop} takes",
        then={"ClusterEndpointEncryptionType": OneOf("NONE", "TLS")},
        check=_window,
        source="DAX API Reference, CreateCluster, PreferredMaintenanceWindow, ClusterEndpointEncryptionType",
        good=_cluster(PreferredMaintenanceWindow="sun:05:00-sun:09:00", ClusterEndpointEncryptionType="NONE"),
        bad=(
            _cluster(PreferredMaintenanceWindow="sun:05:00"),
            _cluster(PreferredMaintenanceWindow="sun:05:00-sun:05:59"),
            _cluster(ClusterEndpointEncryptionType="SSL"),
        ),
    ),
)  # fmt: skip
