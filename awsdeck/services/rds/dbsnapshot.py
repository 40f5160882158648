"""Snapshots of databases taken by hand, as they are when the stack is deployed."""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...node import MAIN
from ...tokens import attribute_of
from .aurora import AuroraCluster
from .rds import InstanceAccess

INSTANCE_SNAPSHOT = "AWS::RDS::DBSnapshot"
CLUSTER_SNAPSHOT = "AWS::RDS::ClusterSnapshot"


@construct
class RDSSnapshot(Construct):
    """A snapshot of a database, taken when this is first deployed; it outlives the database and this stack.

    - `of`: an `RDSInstance`, a replica, or an `AuroraCluster`.
    - `name`: its identifier, 1 to 255 letters, digits and single hyphens; another name takes another snapshot.

    Restore it with `RDSInstance.from_snapshot(…, snapshot.arn, …)`: that makes a new database with a new endpoint.
    A snapshot is encrypted as its database is, and shared or copied (with another key, to another region) outside
    CloudFormation. Source: RDS User Guide, creating a DB snapshot; course notes, RDS.
    """

    of: InstanceAccess | AuroraCluster
    name: str

    snapshot_id = ref()

    def build(self) -> None:
        """Take the snapshot."""
        if isinstance(self.of, AuroraCluster):
            made = resource_class(CLUSTER_SNAPSHOT)(
                self, MAIN, DBClusterSnapshotIdentifier=self.name, DBClusterIdentifier=self.of.cluster_id
            )
            made.node.depends_on(self.of.writer)
        else:
            resource_class(INSTANCE_SNAPSHOT)(
                self, MAIN, DBSnapshotIdentifier=self.name, DBInstanceIdentifier=self.of.instance_id
            )

    @property
    def arn(self) -> str:
        """The snapshot's ARN."""
        name = "DBClusterSnapshotArn" if isinstance(self.of, AuroraCluster) else "DBSnapshotArn"
        return attribute_of(self.node.resource, name)
