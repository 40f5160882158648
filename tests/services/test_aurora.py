"""Aurora clusters: writers and readers, Serverless, copies, global clusters, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    VPC,
    App,
    AuroraCluster,
    AuroraGlobalCluster,
    ClusterCopy,
    ConstraintError,
    ConstructError,
    IAMRole,
    RDSClusterParameterGroup,
    RDSProxy,
    RDSSnapshot,
    Stack,
)
from awsdeck.synth import synthesize


class Shop:
    """A stack with a VPC to put clusters in."""

    def __init__(self) -> None:
        self.app = App()
        self.stack = Stack(self.app, "shop", region="eu-west-1")
        self.vpc = VPC(self.stack, "Vpc", cidr="10.0.0.0/16", availability_zones=2)

    def cluster(self, id: str = "Db", **keywords: Any) -> AuroraCluster:
        sound = {"engine": "aurora-postgresql", "instance_class": "db.r7g.large", "vpc": self.vpc}
        return AuroraCluster(self.stack, id, **{**sound, **keywords})

    @property
    def made(self) -> dict[str, Any]:
        found: dict[str, Any] = synthesize(self.app)[self.stack.name].template["Resources"]
        return found

    @property
    def warned(self) -> list[tuple[str, str]]:
        return [(f.rule, f.severity) for f in self.app.findings if f.severity != "info"]


@pytest.fixture
def shop() -> Shop:
    return Shop()


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> list[str]:
    return sorted({finding.rule for finding in caught.value.findings})


def test_a_plain_cluster_is_encrypted_backed_up_and_protected_and_has_a_writer(shop: Shop) -> None:
    shop.cluster()
    made = shop.made
    assert made["Db"]["Properties"] == {
        "Engine": "aurora-postgresql", "StorageEncrypted": True, "BackupRetentionPeriod": 7, "CopyTagsToSnapshot": True,
        "DeletionProtection": True, "MasterUsername": "dbadmin", "ManageMasterUserPassword": True, "Port": 5432,
        "DBSubnetGroupName": {"Ref": "DbSubnetGroup"},
        "VpcSecurityGroupIds": [{"Fn::GetAtt": ["DbSecurityGroup", "GroupId"]}],
    }  # fmt: skip
    assert made["Db"]["DeletionPolicy"] == "Snapshot"
    assert made["DbWriter"]["Properties"]["DBClusterIdentifier"] == {"Ref": "Db"}
    assert made["DbWriter"]["Properties"]["Engine"] == "aurora-postgresql"
    assert "DeletionPolicy" not in made["DbWriter"]
    assert shop.warned == []


def test_readers_come_after_the_writer_and_have_endpoints_of_their_own(shop: Shop) -> None:
    cluster = shop.cluster(readers=1)
    reader = cluster.add_reader("Reports", instance_class="db.r7g.xlarge", promotion_tier=15)
    made = shop.made
    assert made["DbReader1"]["DependsOn"] == ["DbWriter"]
    assert made["DbReports"]["Properties"]["PromotionTier"] == 15
    assert reader.connections is cluster.connections
    assert [instance.node.id for instance in cluster.instances] == ["Writer", "Reader1", "Reports"]


def test_serverless_instances_take_the_clusters_range(shop: Shop) -> None:
    shop.cluster(instance_class=None, capacity=(0.5, 8), readers=1)
    made = shop.made
    assert made["Db"]["Properties"]["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 8}
    assert {made[id]["Properties"]["DBInstanceClass"] for id in ("DbWriter", "DbReader1")} == {"db.serverless"}


def test_a_serverless_reader_stands_beside_a_writer_of_a_class(shop: Shop) -> None:
    shop.cluster(capacity=(1, 8)).add_reader("Reader", serverless=True)
    assert shop.made["DbReader"]["Properties"]["DBInstanceClass"] == "db.serverless"
    other = Shop()
    other.cluster().add_reader("Reader", serverless=True)
    with pytest.raises(ConstraintError) as caught:
        synthesize(other.app)
    assert rules(caught) == ["RDS047"]


@pytest.mark.parametrize(
    ("keywords", "wanted"),
    [
        ({"backup_retention": 0}, ["RDS003"]),
        ({"username": "admin"}, ["RDS030"]),
        ({"capacity": (8, 4)}, ["RDS034"]),
        ({"capacity": (0.3, 4)}, ["RDS046"]),
        ({"capacity": (0, 300)}, ["RDS046"]),
        ({"backtrack": 3_600}, ["RDS050"]),
        ({"engine": "aurora-mysql", "backtrack": 300_000}, ["RDS050"]),
        ({"logs": ["slowquery"]}, ["RDS042"]),
        ({"encrypted": False, "key": "alias/own"}, ["RDS022"]),
    ],
)
def test_what_the_documentation_forbids_is_an_error_at_the_line(
    shop: Shop, keywords: dict[str, Any], wanted: list[str]
) -> None:
    with pytest.raises(ConstraintError) as caught:
        shop.cluster(**keywords)
    assert rules(caught) == wanted
    assert all(finding.file and finding.file.endswith("test_aurora.py") for finding in caught.value.findings)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"instance_class": None}, "neither instance_class= nor capacity="),
        ({"secondary": True}, "without global_cluster="),
        ({"parameters": {"log_statement": "ddl"}}, "version is not known"),
    ],
)
def test_what_does_not_fit_together_is_said_with_the_fix(shop: Shop, keywords: Any, words: str) -> None:
    with pytest.raises(ConstructError, match=words):
        shop.cluster(**keywords)


def test_sixteen_readers_are_one_too_many(shop: Shop) -> None:
    shop.cluster(readers=15)
    assert shop.made
    other = Shop()
    other.cluster(readers=16)
    with pytest.raises(ConstraintError) as caught:
        synthesize(other.app)
    assert rules(caught) == ["RDS005"]


def test_settings_become_groups_of_the_clusters_family(shop: Shop) -> None:
    shop.cluster(
        version="16.4", parameters={"rds.force_ssl": True}, instance_parameters={"log_statement": "ddl"}
    )  # fmt: skip
    made = shop.made
    assert made["DbParameters"]["Properties"]["Family"] == "aurora-postgresql16"
    assert made["DbInstanceParameters"]["Properties"]["Family"] == "aurora-postgresql16"
    assert made["DbWriter"]["Properties"]["DBParameterGroupName"] == {"Ref": "DbInstanceParameters"}


def test_a_group_made_apart_must_be_of_the_engine(shop: Shop) -> None:
    shop.cluster(parameters=RDSClusterParameterGroup(shop.stack, "Settings", family="aurora-mysql8.0"))
    with pytest.raises(ConstraintError) as caught:
        synthesize(shop.app)
    assert rules(caught) == ["RDS045"]


def test_the_data_api_is_granted_on_the_cluster_with_its_secret(shop: Shop) -> None:
    role = IAMRole(shop.stack, "Role", assumed_by="ec2.amazonaws.com")
    shop.cluster().grant_data_api(role)
    made = shop.made
    assert made["Db"]["Properties"]["EnableHttpEndpoint"] is True
    first, second = made["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert first["Resource"] == {"Fn::GetAtt": ["Db", "DBClusterArn"]}
    assert {action.partition(":")[0] for action in first["Action"]} == {"rds-data"}
    assert second["Resource"] == {"Fn::GetAtt": ["Db", "MasterUserSecret.SecretArn"]}


def test_the_data_api_is_not_granted_where_it_is_off(shop: Shop) -> None:
    role = IAMRole(shop.stack, "Role", assumed_by="ec2.amazonaws.com")
    with pytest.raises(ConstructError, match="Data API is off"):
        shop.cluster(data_api=False).grant_data_api(role)


def test_connecting_to_the_cluster_or_one_instance_switches_iam_on(shop: Shop) -> None:
    role = IAMRole(shop.stack, "Role", assumed_by="ec2.amazonaws.com")
    cluster = shop.cluster()
    cluster.grant_connect(role, "app")
    with pytest.raises(ConstructError, match="IAM authentication is off"):
        shop.cluster("Other", iam_authentication=False).writer.grant_connect(role, "app")
    made = shop.made
    assert made["Db"]["Properties"]["EnableIAMDatabaseAuthentication"] is True
    (statement,) = made["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Resource"]["Fn::Sub"].endswith(":dbuser:${Db.DBClusterResourceId}/app")


def test_copies_name_their_source(shop: Shop) -> None:
    cluster = shop.cluster()
    shop.cluster("Clone", restore=ClusterCopy(cluster, clone=True))
    shop.cluster("Then", restore=ClusterCopy(cluster, "2026-11-25T10:00:00Z"))
    AuroraCluster.from_snapshot(
        shop.stack, "Old", "before", engine="aurora-postgresql", vpc=shop.vpc, instance_class="db.r7g.large"
    )
    made = {id: shop.made[id]["Properties"] for id in ("Clone", "Then", "Old")}
    assert (made["Clone"]["RestoreType"], made["Clone"]["UseLatestRestorableTime"]) == ("copy-on-write", True)
    assert (made["Then"]["RestoreType"], made["Then"]["RestoreToTime"]) == ("full-copy", "2026-11-25T10:00:00Z")
    assert made["Old"]["SnapshotIdentifier"] == "before"
    assert not any({"StorageEncrypted", "MasterUsername"} & body.keys() for body in made.values())
    assert shop.warned == []
    with pytest.raises(ConstructError, match="a clone of another time"):
        ClusterCopy(cluster, "2026-11-25T10:00:00Z", clone=True)


def test_a_snapshot_of_a_cluster_waits_for_its_writer(shop: Shop) -> None:
    RDSSnapshot(shop.stack, "Before", of=shop.cluster(), name="before")
    made = shop.made["Before"]
    assert made["Type"] == "AWS::RDS::ClusterSnapshot"
    assert made["DependsOn"] == ["DbWriter"]
    assert made["DeletionPolicy"] == "Retain"


def test_a_global_cluster_has_its_secret_in_the_primary_and_its_name_in_other_regions(shop: Shop) -> None:
    world = AuroraGlobalCluster(shop.stack, "World", name="shop-world", engine="aurora-postgresql", version="16.4")
    shop.cluster(version="16.4", global_cluster=world)
    away = Stack(shop.app, "shop-us", region="us-east-1")
    vpc = VPC(away, "Vpc", cidr="10.1.0.0/16", availability_zones=2)
    second = AuroraCluster(
        away, "Db", engine="aurora-postgresql", version="16.4", instance_class="db.r7g.large", vpc=vpc,
        global_cluster=world, secondary=True, key="alias/aws/rds",
    )  # fmt: skip
    assembly = synthesize(shop.app)
    here = assembly["shop"].template["Resources"]["Db"]["Properties"]
    there = assembly["shop-us"].template["Resources"]["Db"]["Properties"]
    assert here["GlobalClusterIdentifier"] == {"Ref": "World"}
    assert there["GlobalClusterIdentifier"] == "shop-world"
    assert here["MasterUserPassword"]["Fn::Sub"].startswith("{{resolve:secretsmanager:${DbSecret}")
    assert not {"MasterUsername", "ManageMasterUserPassword", "MasterUserPassword"} & there.keys()
    with pytest.raises(ConstructError, match="users of its primary"):
        _ = second.secret


def test_a_managed_password_in_a_global_cluster_is_refused(shop: Shop) -> None:
    with pytest.raises(ConstraintError) as caught:
        shop.cluster(global_cluster="shop-world", credentials="managed")
    assert rules(caught) == ["RDS044"]


def test_a_proxy_waits_for_the_clusters_instances_and_has_an_address_for_reading(shop: Shop) -> None:
    proxy = RDSProxy(shop.stack, "Proxy", database=shop.cluster(readers=1))
    proxy.add_reader_endpoint("Read")
    made = shop.made
    assert made["ProxyTargets"]["DependsOn"] == ["DbReader1", "DbWriter"]
    assert made["ProxyRead"]["Properties"]["TargetRole"] == "READ_ONLY"
    assert shop.warned == []


def test_metrics_are_the_clusters(shop: Shop) -> None:
    metric = shop.cluster().metric("ServerlessDatabaseCapacity")
    assert list(metric.dimensions) == ["DBClusterIdentifier"]
    assert list(shop.cluster("Other").writer.metric("CPUUtilization").dimensions) == ["DBInstanceIdentifier"]


@pytest.mark.parametrize("capacity", [(1, 2, 3), (0.5,), ()])
def test_a_capacity_is_the_least_and_the_most(shop: Shop, capacity: Any) -> None:
    with pytest.raises(ConstructError, match="capacity= takes the least and the most units"):
        shop.cluster(capacity=capacity)
