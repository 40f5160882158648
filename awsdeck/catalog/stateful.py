"""Which types hold what cannot be made again.

Read together with the flags in the tables. Deleting one of `AT_REST` deletes data, so it is kept by default; types
in `IN_TRANSIT` hold messages that are lost too, but are meant to be short-lived, and types in `OWNERS` take other
resources or running work with them: a deploy asks before it deletes them, and they are not kept by default.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Source: CloudFormation User Guide, DeletionPolicy attribute, Snapshot ("resources that support snapshots include").
SNAPSHOT = frozenset({
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
})  # fmt: skip

# Source: each service's guide says that deleting the resource deletes what is stored in it.
AT_REST = SNAPSHOT | {
    "AWS::Backup::BackupVault",
    "AWS::Backup::LogicallyAirGappedBackupVault",
    "AWS::Cassandra::Table",
    "AWS::CodeArtifact::Repository",
    "AWS::CodeCommit::Repository",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::UserPool",
    "AWS::DocDBElastic::Cluster",
    "AWS::DSQL::Cluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::ECR::PublicRepository",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::Elasticsearch::Domain",
    "AWS::FSx::FileSystem",
    "AWS::FSx::Volume",
    "AWS::HealthLake::FHIRDatastore",
    "AWS::KMS::Key",
    "AWS::KMS::ReplicaKey",
    "AWS::Kinesis::Stream",
    "AWS::Lightsail::Database",
    "AWS::Lightsail::Disk",
    "AWS::Logs::LogGroup",
    "AWS::MSK::Cluster",
    "AWS::MSK::ServerlessCluster",
    "AWS::MemoryDB::Cluster",
    "AWS::NeptuneGraph::Graph",
    "AWS::OpenSearchServerless::Collection",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::ClusterSnapshot",
    "AWS::RDS::DBSnapshot",
    "AWS::RDS::GlobalCluster",
    "AWS::RedshiftServerless::Namespace",
    "AWS::S3::Bucket",
    "AWS::S3Express::DirectoryBucket",
    "AWS::S3Outposts::Bucket",
    "AWS::S3Tables::Table",
    "AWS::S3Tables::TableBucket",
    "AWS::S3Vectors::Index",
    "AWS::S3Vectors::VectorBucket",
    "AWS::SecretsManager::Secret",
    "AWS::Timestream::Database",
    "AWS::Timestream::InfluxDBInstance",
    "AWS::Timestream::Table",
}

# Source: SQS Developer Guide, deleting a queue; Amazon MQ Developer Guide, deleting a broker.
IN_TRANSIT = frozenset({"AWS::AmazonMQ::Broker", "AWS::SQS::Queue"})

# A nested stack is deleted with everything in it, which its own resources decide; a cluster's instances hold no
# storage of their own, and kept ones would stand in the way of deleting the cluster; EMR keeps data in S3.
# Source: CloudFormation User Guide, nested stacks; Neptune and DocumentDB guides, storage; EMR Management Guide, HDFS.
OWNERS = frozenset({
    "AWS::CloudFormation::Stack",
    "AWS::DocDB::DBInstance",
    "AWS::EMR::Cluster",
    "AWS::Neptune::DBInstance",
})  # fmt: skip

# Source: RDS User Guide, read replicas; Aurora User Guide, Aurora storage; CloudFormation resource schema (a replica
# knows no DeletionPolicy, and an instance of a cluster no Snapshot).
_COPIES = {"AWS::RDS::DBInstance": ("DBClusterIdentifier", "SourceDBInstanceIdentifier", "SourceDBClusterIdentifier")}
_RESTORES = ("RestoreTime", "UseLatestRestorableTime")


# Source: ElastiCache User Guide, comparing node-based Memcached and Redis OSS clusters (no snapshots, no persistence;
# a serverless Memcached has snapshots).
_CACHE = "AWS::ElastiCache::CacheCluster"


def keeps_nothing(type: str, properties: Mapping[str, Any]) -> bool:
    """Whether nothing is lost with a resource of these properties: one more copy of data that lives elsewhere (a read
    replica, a member of a cluster), or a cache that nothing can be kept of (Memcached).
    """
    if type == _CACHE:
        return properties.get("Engine") == "memcached"
    marks = _COPIES.get(type)
    return (
        marks is not None
        and any(properties.get(name) for name in marks)
        and not any(properties.get(name) for name in _RESTORES)
    )
