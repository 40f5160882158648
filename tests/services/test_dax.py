"""DAX clusters: defaults, what their roles may do and nothing more, who may use them, and what they are not for."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    VPC,
    App,
    ConstraintError,
    ConstructError,
    DAXCluster,
    DynamoDBTable,
    IAMRole,
    SecurityGroup,
    SNSTopic,
    Stack,
)
from awsdeck.synth import synthesize

READ = [
    "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DescribeTable", "dynamodb:GetItem",
    "dynamodb:Query", "dynamodb:Scan",
]  # fmt: skip
WRITE = ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def vpc(stack: Stack) -> VPC:
    return VPC(stack, "Vpc", availability_zones=3)


@pytest.fixture
def table(stack: Stack) -> DynamoDBTable:
    return DynamoDBTable(stack, "Orders", partition_key="id")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def statements(stack: Stack, id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources(stack)[id]["Properties"]["PolicyDocument"]["Statement"]
    return found


def warned(stack: Stack) -> set[str]:
    return {
        finding.rule for finding in stack.node.root_app.findings if finding.rule.startswith(("DAX", "DDB", "XSV007"))
    }


def test_a_plain_cluster_has_three_nodes_and_is_encrypted_everywhere(
    stack: Stack, vpc: VPC, table: DynamoDBTable
) -> None:
    cluster = DAXCluster(stack, "Cache", vpc=vpc)
    cluster.accelerate(table)
    made = resources(stack)
    assert made["Cache"]["Properties"] == {
        "IAMRoleARN": {"Fn::GetAtt": ["CacheRole", "Arn"]}, "NodeType": "dax.t3.small", "ReplicationFactor": 3,
        "SubnetGroupName": {"Ref": "CacheSubnets"},
        "SecurityGroupIds": [{"Fn::GetAtt": ["CacheSecurityGroup", "GroupId"]}],
        "SSESpecification": {"SSEEnabled": True}, "ClusterEndpointEncryptionType": "TLS",
    }  # fmt: skip
    assert made["CacheSubnets"]["Properties"]["SubnetIds"] == [{"Ref": f"VpcPrivate{n}"} for n in (1, 2, 3)]
    (trust,) = made["CacheRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "dax.amazonaws.com"}
    assert not warned(stack)


def test_the_role_may_use_the_tables_that_are_accelerated_and_nothing_else(stack: Stack, vpc: VPC) -> None:
    cluster = DAXCluster(stack, "Cache", vpc=vpc)
    orders, prices = (DynamoDBTable(stack, id, partition_key="id") for id in ("Orders", "Prices"))
    orders.add_global_index("by-day", partition_key="day")
    cluster.accelerate(orders)
    cluster.accelerate(prices, access="read")
    arn = {id: {"Fn::GetAtt": [id, "Arn"]} for id in ("Orders", "Prices")}
    assert statements(stack, "CacheRolePolicy") == [
        {"Effect": "Allow", "Action": sorted([*READ, *WRITE]), "Resource": arn["Orders"]},
        {
            "Effect": "Allow", "Action": ["dynamodb:Query", "dynamodb:Scan"],
            "Resource": {"Fn::Sub": "${Orders.Arn}/index/by-day"},
        },
        {"Effect": "Allow", "Action": READ, "Resource": arn["Prices"]},
    ]  # fmt: skip


def test_a_role_of_ones_own_gets_the_same_permissions(stack: Stack, vpc: VPC, table: DynamoDBTable) -> None:
    role = IAMRole(stack, "Own", assumed_by="dax.amazonaws.com")
    DAXCluster(stack, "Cache", vpc=vpc, role=role).accelerate(table)
    made = resources(stack)
    assert "CacheRole" not in made
    assert made["Cache"]["Properties"]["IAMRoleARN"] == {"Fn::GetAtt": ["Own", "Arn"]}
    assert statements(stack, "OwnPolicy")[0]["Resource"] == {"Fn::GetAtt": ["Orders", "Arn"]}


def test_a_role_that_dax_cannot_take_on_is_an_error(stack: Stack, vpc: VPC, table: DynamoDBTable) -> None:
    role = IAMRole(stack, "Own", assumed_by="ec2.amazonaws.com")
    DAXCluster(stack, "Cache", vpc=vpc, role=role).accelerate(table)
    with pytest.raises(ConstraintError) as caught:
        resources(stack)
    assert {finding.rule for finding in caught.value.findings} == {"DAX005"}


def test_a_cluster_in_front_of_nothing_is_warned_of(stack: Stack, vpc: VPC) -> None:
    DAXCluster(stack, "Cache", vpc=vpc)
    resources(stack)
    assert warned(stack) == {"DAX005"}


def test_reading_and_writing_through_it_are_granted_on_this_cluster_only(
    stack: Stack, vpc: VPC, table: DynamoDBTable
) -> None:
    cluster = DAXCluster(stack, "Cache", vpc=vpc)
    cluster.accelerate(table)
    reader, both = (IAMRole(stack, id, assumed_by="ec2.amazonaws.com") for id in ("Reader", "Both"))
    cluster.grant_read(reader)
    cluster.grant_read_write(both)
    reads = ["dax:BatchGetItem", "dax:ConditionCheckItem", "dax:GetItem", "dax:Query", "dax:Scan"]
    writes = ["dax:BatchWriteItem", "dax:DeleteItem", "dax:PutItem", "dax:UpdateItem"]
    arn = {"Fn::GetAtt": ["Cache", "Arn"]}
    assert statements(stack, "ReaderPolicy") == [{"Effect": "Allow", "Action": reads, "Resource": arn}]
    assert statements(stack, "BothPolicy") == [
        {"Effect": "Allow", "Action": sorted([*reads, *writes]), "Resource": arn}
    ]
    with pytest.raises(ConstructError, match="role, a user or a function"):
        cluster.grant_write("123456789012")


@pytest.mark.parametrize(("tls", "port"), [(True, 9111), (False, 8111)])
def test_clients_come_to_the_port_of_its_encryption(stack: Stack, vpc: VPC, tls: bool, port: int) -> None:
    cluster = DAXCluster(stack, "Cache", vpc=vpc, tls=tls)
    cluster.connections.allow_from(SecurityGroup(stack, "App", vpc=vpc))
    IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com", description=f"{cluster.endpoint} {cluster.url}")
    made = resources(stack)
    (rule,) = [body["Properties"] for body in made.values() if body["Type"].endswith("SecurityGroupIngress")]
    assert (rule["FromPort"], rule["ToPort"]) == (port, port)
    assert made["Cache"]["Properties"]["ClusterEndpointEncryptionType"] == ("TLS" if tls else "NONE")
    assert made["Role"]["Properties"]["Description"] == {
        "Fn::Sub": "${Cache.ClusterDiscoveryEndpoint} ${Cache.ClusterDiscoveryEndpointURL}"
    }
    assert ("DAX006" in warned(stack)) is not tls


def test_a_table_gets_a_cluster_of_its_own_in_one_line(stack: Stack, vpc: VPC, table: DynamoDBTable) -> None:
    cluster = table.accelerate(vpc=vpc, node_type="dax.r5.large", nodes=5, record_ttl=60, access="read")
    made = resources(stack)
    assert cluster.node.path == "shop/Orders/Accelerator"
    assert made["OrdersAccelerator"]["Properties"]["ReplicationFactor"] == 5
    assert made["OrdersAcceleratorParameters"]["Properties"] == {
        "ParameterNameValues": {"query-ttl-millis": "300000", "record-ttl-millis": "60000"}
    }
    assert statements(stack, "OrdersAcceleratorRolePolicy")[0]["Action"] == READ


def test_everything_else_that_can_be_said_is_said(stack: Stack, vpc: VPC) -> None:
    DAXCluster(
        stack, "Cache", vpc=vpc, name="orders", description="in front of orders", query_ttl=0.5,
        notifications=SNSTopic(stack, "Events"), maintenance_window="sun:05:00-sun:06:00",
        availability_zones=["eu-west-1a", "eu-west-1b", "eu-west-1c"],
    )  # fmt: skip
    made = resources(stack)
    body = made["Cache"]["Properties"]
    assert (body["ClusterName"], body["Description"]) == ("orders", "in front of orders")
    assert body["NotificationTopicARN"] == {"Ref": "Events"}
    assert body["PreferredMaintenanceWindow"] == "sun:05:00-sun:06:00"
    assert body["AvailabilityZones"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert made["CacheParameters"]["Properties"]["ParameterNameValues"]["query-ttl-millis"] == "500"


@pytest.mark.parametrize(
    ("keywords", "rules"),
    [
        ({"nodes": 12}, {"DAX001"}),
        ({"nodes": 3, "availability_zones": ["eu-west-1a"]}, {"DAX001"}),
        ({"node_type": "cache.r5.large"}, {"DAX002"}),
        ({"name": "orders-"}, {"DAX002"}),
        ({"consistency": "strong"}, {"DAX003"}),
        ({"maintenance_window": "sunday"}, {"DAX009"}),
        ({"nodes": 0, "node_type": "r5.large", "maintenance_window": "sunday"}, {"DAX001", "DAX002", "DAX009"}),
    ],
)
def test_what_dax_does_not_do_is_an_error_at_the_line(stack: Stack, vpc: VPC, keywords: Any, rules: set[str]) -> None:
    with pytest.raises(ConstraintError) as caught:
        DAXCluster(stack, "Cache", vpc=vpc, **keywords)
    assert {finding.rule for finding in caught.value.findings} == rules
    assert all(str(finding.file).endswith("test_dax.py") for finding in caught.value.findings)


@pytest.mark.parametrize(
    ("keywords", "rules"),
    [
        ({"nodes": 1}, {"DAX001"}),
        ({"encryption": False}, {"DAX006"}),
        ({"write_ratio": 0.7}, {"DAX004"}),
        ({"microseconds": False}, {"DAX004"}),
        ({"write_ratio": 0.1, "microseconds": True, "consistency": "eventual"}, set()),
    ],
)
def test_what_dax_is_not_for_is_a_warning(stack: Stack, vpc: VPC, keywords: Any, rules: set[str]) -> None:
    DAXCluster(stack, "Cache", vpc=vpc, **keywords)
    assert warned(stack) == rules


def test_a_table_that_must_be_read_up_to_date_is_refused(stack: Stack, vpc: VPC) -> None:
    table = DynamoDBTable(stack, "Orders", partition_key="id", consistent_reads=True)
    with pytest.raises(ConstraintError) as caught:
        DAXCluster(stack, "Cache", vpc=vpc).accelerate(table)
    assert {finding.rule for finding in caught.value.findings} == {"DAX003"}


def test_a_table_that_is_mostly_written_is_warned_of(stack: Stack, vpc: VPC) -> None:
    table = DynamoDBTable(stack, "Orders", partition_key="id", expected_reads=10, expected_writes=90, item_size=100)
    DAXCluster(stack, "Cache", vpc=vpc).accelerate(table)
    assert "DAX004" in warned(stack)


def test_strongly_consistent_queries_of_an_accelerated_table_are_warned_of(
    stack: Stack, vpc: VPC, table: DynamoDBTable
) -> None:
    table.expect_query("id", consistent_read=True)
    assert "DDB020" not in warned(stack)
    table.accelerate(vpc=vpc)
    table.expect_query("id", consistent_read=True)
    assert "DDB020" in warned(stack)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda cluster, table: cluster.accelerate("orders"), "DynamoDBTable"),
        (lambda cluster, table: cluster.accelerate(table, access="write"), "read-write"),
        (lambda cluster, table: cluster.grant_read("dax.amazonaws.com"), "no policy of its own"),
    ],
)
def test_a_thing_of_the_wrong_kind_is_refused_in_words(
    stack: Stack, vpc: VPC, table: DynamoDBTable, call: Any, words: str
) -> None:
    cluster = DAXCluster(stack, "Cache", vpc=vpc)
    with pytest.raises(ConstructError) as caught:
        call(cluster, table)
    assert words in str(caught.value)
    assert "test_dax.py" in str(caught.value)


def test_events_go_to_topics_only(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstructError, match="SNSTopic"):
        DAXCluster(stack, "Cache", vpc=vpc, notifications=5)  # type: ignore[arg-type]


def test_metrics_are_those_of_the_cluster(stack: Stack, vpc: VPC) -> None:
    metric = DAXCluster(stack, "Cache", vpc=vpc).metric("ItemCacheHits", statistic="Sum")
    assert (metric.namespace, metric.statistic, list(metric.dimensions)) == ("AWS/DAX", "Sum", ["ClusterId"])
