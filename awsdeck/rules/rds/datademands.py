"""What databases, caches, warehouses, buckets and scaling demand beyond their schemas."""

from __future__ import annotations

from ..templates.demand import Demand, demanded
from ..vocabulary import AtLeast, AtMost, Between, Is, Matches, OneOf, Present, Rule, StartsWith, Unset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_PORT = Between(1, 65_535)
_GROUP = Matches(r"sg-[0-9a-z]{6,}", "sg-… in hexadecimal")
_SOURCES = OneOf(
    "blue-green-deployment", "custom-engine-version", "db-cluster", "db-cluster-snapshot", "db-instance",
    "db-parameter-group", "db-proxy", "db-security-group", "db-shard-group", "db-snapshot", "zero-etl",
)  # fmt: skip

_NEW_DATABASE = {
    "DBClusterIdentifier": Unset(), "DBSnapshotIdentifier": Unset(), "SourceDBInstanceIdentifier": Unset(),
    "SourceDBClusterIdentifier": Unset(), "DBClusterSnapshotIdentifier": Unset(), "SourceDbiResourceId": Unset(),
    "SourceDBInstanceAutomatedBackupsArn": Unset(),
}  # fmt: skip  # fmt: skip
_NEW_CLUSTER = {
    "SnapshotIdentifier": Unset(), "SourceDBClusterIdentifier": Unset(), "GlobalClusterIdentifier": Unset(),
    "ReplicationSourceIdentifier": Unset(), "SourceDbClusterResourceId": Unset(), "Engine": Present(),
}  # fmt: skip  # fmt: skip

# Source: the properties of each type in the CloudFormation Template Reference, and the API behind it.
DEMANDS: Mapping[str, tuple[Demand, ...]] = {
    "AWS::ElastiCache::CacheCluster": (
        Demand("Engine", OneOf("memcached", "redis", "valkey", any_case=True)),
        Demand("Port", _PORT),
        Demand("CacheSecurityGroupNames", Unset(), {"CacheSubnetGroupName": Present()}),
    ),
    "AWS::ElastiCache::ParameterGroup": (
        Demand(
            "CacheParameterGroupFamily",
            Matches(
                r"memcached1\.[456]|redis(?:2\.6|2\.8|3\.2|4\.0|5\.0|6\.x|7)|valkey\d+",
                "a family, such as memcached1.6, redis6.x, redis7 or valkey8",
            ),
        ),
    ),
    "AWS::ElastiCache::ReplicationGroup": (
        Demand("Engine", OneOf("redis", "valkey", any_case=True)),
        Demand("Port", _PORT),
        Demand("CacheSecurityGroupNames", Unset(), {"CacheSubnetGroupName": Present()}),
    ),
    "AWS::ElastiCache::User": (
        Demand("AccessString", Present()),
        Demand("AuthenticationMode/Type", OneOf("password", "no-password-required", "iam")),
    ),
    "AWS::RDS::DBCluster": (
        Demand("MasterUsername", Present(), _NEW_CLUSTER),
        Demand("DatabaseName", Matches(r"[A-Za-z_][\w$]{0,63}", "a letter, then letters, digits and underscores")),
        Demand("MasterUserPassword", Unset(), {"ManageMasterUserPassword": Is(True)}),
    ),
    "AWS::RDS::DBInstance": (
        Demand("CharacterSetName", Unset(), {"Engine": OneOf("mysql", "mariadb", "postgres")}),
        Demand("DBInstanceClass", Present(), {**_NEW_DATABASE, "Engine": Present()}),
        Demand(
            "DBName",
            Matches(r"[A-Za-z_][A-Za-z0-9_$]{0,62}", "a letter, then letters, digits and underscores"),
            {"Engine": OneOf("mariadb", "postgres")},
        ),
        Demand("DBSecurityGroups", Unset(), {"VPCSecurityGroups": Present()}),
        Demand("LicenseModel", Is("general-public-license", default="general-public-license"), {"Engine": OneOf("mysql", "mariadb")}),
        Demand("LicenseModel", Is("postgresql-license", default="postgresql-license"), {"Engine": Is("postgres")}),
        Demand("MasterUsername", Present(), {**_NEW_DATABASE, "Engine": OneOf("mysql", "mariadb", "postgres")}),
        Demand(
            "MasterUsername", Unset(), {"DBClusterIdentifier": Present(), "Engine": StartsWith("aurora")},
            fix="set it on the cluster",
        ),
        Demand("Port", Between(1150, 65535)),
        Demand("DBClusterIdentifier", Unset(), {"SourceDBInstanceIdentifier": Present()}),
        Demand("PerformanceInsightsRetentionPeriod", Unset(), {"EnablePerformanceInsights": Is(False)}),
        Demand("VPCSecurityGroups/*", _GROUP),
    ),
    "AWS::RDS::DBProxy": (
        Demand("Auth", Present(), {"DefaultAuthScheme": Is("NONE", default="NONE")}),
        Demand("IdleClientTimeout", Between(1, 28_800, "seconds")),
    ),
    "AWS::RDS::DBProxyTargetGroup": (
        Demand("DBClusterIdentifiers", Unset(), {"DBInstanceIdentifiers": Present()}),
    ),
    "AWS::RDS::EventSubscription": (
        Demand("SourceType", _SOURCES),
        Demand("SourceType", Present(), {"SourceIds": Present()}),
    ),
    "AWS::Redshift::Cluster": (
        Demand("AutomatedSnapshotRetentionPeriod", Between(0, 35, "days")),
        Demand("MasterUserPassword", Unset(), {"ManageMasterPassword": Is(True)}),
        Demand("MasterUsername", Matches(r"(?!public$)[a-z][a-z0-9_+.@-]{0,127}", "small letters, digits and _+.@-, not public")),
        Demand("NodeType", Matches(r"[a-z]+\d*\.\d*[a-z]+", "a type of nodes, such as ra3.xlplus")),
        Demand("NumberOfNodes", Present(), {"ClusterType": Is("multi-node")}),
        Demand("NumberOfNodes", AtLeast(2), {"ClusterType": Is("multi-node")}),
        Demand("NumberOfNodes", AtMost(1), {"ClusterType": Is("single-node")}),
    ),
}  # fmt: skip

RULES: tuple[Rule, ...] = (
    demanded(
        "TPL025",
        "a property of a database or a cache is what its service asks for",
        DEMANDS,
        good=({"Type": "AWS::ElastiCache::ReplicationGroup", "Properties": {"ReplicationGroupDescription": "a", "Engine": "valkey"}},),
        bad=({"Type": "AWS::ElastiCache::ReplicationGroup", "Properties": {"ReplicationGroupDescription": "a", "Engine": "memcached"}},),
    ),
)  # fmt: skip
