"""Amazon DynamoDB Accelerator (DAX): a cache in front of DynamoDB that speaks its API.

Source: DynamoDB Developer Guide, In-memory acceleration with DynamoDB Accelerator (DAX); course notes, DynamoDB.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.limits import (
    ACCELERATOR_NODES_ADVISED,
    ACCELERATOR_PORT,
    ACCELERATOR_PORT_TLS,
    ACCELERATOR_TTL_DEFAULT,
)
from ...source import caller
from ..cloudwatch.metric import Metric
from ..hints import check
from ..security.iam import IAMRole
from ..vpc.connections import Connections
from ..vpc.securitygroup import connected
from ..vpc.subnet import VPCAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from ...tokens import Token
    from ..messaging.sns import TopicAccess
    from ..security.policy import Conditions, Grant, Grantee, Principal
    from ..vpc.securitygroup import SecurityGroupAccess
    from ..vpc.subnet import SubnetChoice
    from .dynamodb import TableAccess

CLUSTER = "AWS::DAX::Cluster"
PARAMETER_GROUP = "AWS::DAX::ParameterGroup"
SUBNET_GROUP = "AWS::DAX::SubnetGroup"
SERVICE = "dax.amazonaws.com"

READ = ("dax:BatchGetItem", "dax:ConditionCheckItem", "dax:GetItem", "dax:Query", "dax:Scan")
WRITE = ("dax:BatchWriteItem", "dax:DeleteItem", "dax:PutItem", "dax:UpdateItem")


@construct
class DAXCluster(Construct):
    """A cluster that answers reads of DynamoDB tables from memory, in microseconds, and passes writes on to them.

    Makes the cluster, its subnet group ("Subnets") and, unless told otherwise, a role ("Role") that may use the tables
    of `accelerate(…)` and nothing else, and a security group of its own ("SecurityGroup"); a parameter group
    ("Parameters") when a time to live is given.

    - `vpc`, `subnets`, `security_groups`: where it stands; nobody is let in until `connections.allow_from(…)` says so.
    - `nodes`: 1 to 11, the primary and replicas that are read from; 3 by default, as AWS advises, in as many zones.
      `availability_zones`: one for each node; DAX spreads them by itself otherwise.
    - `node_type`: such as "dax.t3.small" (default) or "dax.r5.large". It cannot change later.
    - `tls`: clients come over TLS, on port 9111, not 8111; `encryption`: at rest. Both are on and cannot change later.
    - `record_ttl`, `query_ttl`: seconds that items, and results of queries and scans, are kept; 300 unless given.
    - `role`: an `IAMRole` that `dax.amazonaws.com` may assume, in place of one of its own.
    - `notifications`: the topic that hears of failed nodes and the like. `maintenance_window`: "sun:05:00-sun:06:00" in
      UTC.
    - `name`: a fixed name, at most 20 letters, digits and hyphens. Leave it out unless somebody else needs to know it.

    DAX does not tell its users apart: whoever may use the cluster may do with every table what the cluster may.

    What it is used for can be told, and is checked: `consistency` ("eventual", "strong"), `write_ratio` (the share of
    writes, 0 to 1), `microseconds` (whether answers must come that fast).

    Source: DynamoDB Developer Guide, DAX; course notes, DynamoDB.
    """

    vpc: VPCAccess
    nodes: int | Token = ACCELERATOR_NODES_ADVISED
    node_type: str | Token = "dax.t3.small"
    availability_zones: Sequence[str] | None = None
    subnets: SubnetChoice = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    tls: bool = True
    encryption: bool = True
    record_ttl: float | None = None
    query_ttl: float | None = None
    role: IAMRole | None = None
    notifications: TopicAccess | str | None = None
    maintenance_window: str | None = None
    description: str | None = None
    name: str | None = None
    consistency: Literal["eventual", "strong"] | None = None
    write_ratio: float | None = None
    microseconds: bool | None = None

    arn = attribute("Arn")
    cluster_name = ref()
    endpoint = attribute("ClusterDiscoveryEndpoint")
    """The host name and port that clients are given."""
    url = attribute("ClusterDiscoveryEndpointURL")
    """The endpoint as clients of today take it: `daxs://…`, `dax://…` without TLS."""

    def build(self) -> None:
        """Make the cluster and what belongs to it."""
        check(self, consistency=self.consistency, write_ratio=self.write_ratio, microseconds=self.microseconds)
        self.port = ACCELERATOR_PORT_TLS if self.tls else ACCELERATOR_PORT
        self.connections: Connections = connected(self, self.vpc, self.security_groups, port=self.port)
        placement = self.vpc.choose(self.subnets)
        subnets = resource_class(SUBNET_GROUP)(
            self, "Subnets", Description=f"where {self.node.path} stands", SubnetIds=placement.ids
        )
        self._works_as: IAMRole = IAMRole(self, "Role", assumed_by=SERVICE) if self.role is None else self.role
        resource_class(CLUSTER)(
            self,
            MAIN,
            ClusterName=self.name,
            Description=self.description,
            IAMRoleARN=self._works_as.arn,
            NodeType=self.node_type,
            ReplicationFactor=self.nodes,
            AvailabilityZones=self.availability_zones,
            SubnetGroupName=subnets.ref,
            SecurityGroupIds=self.connections.group_ids,
            ParameterGroupName=self._parameters(),
            SSESpecification={"SSEEnabled": self.encryption},
            ClusterEndpointEncryptionType="TLS" if self.tls else "NONE",
            NotificationTopicARN=self._topic(),
            PreferredMaintenanceWindow=self.maintenance_window,
        )

    def accelerate(self, table: TableAccess, *, access: Literal["read", "read-write"] = "read-write") -> None:
        """Put the cluster in front of a table: its role may read it, with its indexes, and unless told otherwise write.

        Raises `ConstraintError` for a table that was told of strongly consistent reads, which DAX does not answer from
        its cache (DAX003).
        """
        if not hasattr(table, "grant_read_write"):
            raise ConstructError(
                f"{self.node.path}: DAX cannot accelerate a {type(table).__name__}", place=caller(),
                fix="give a DynamoDBTable",
            )  # fmt: skip
        if access not in ("read", "read-write"):
            raise ConstructError(f"access={access!r}", place=caller(), fix='"read" or "read-write"')
        reads, writes = getattr(table, "expected_reads", None), getattr(table, "expected_writes", None)
        check(
            self,
            consistency="strong" if getattr(table, "consistent_reads", None) else None,
            write_ratio=writes / (reads + writes) if reads is not None and writes else None,
        )
        table.accelerated = True
        table.grant_read(self._works_as)
        if access == "read-write":
            table.grant_write(self._works_as)

    def grant_read(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody read through the cluster, whatever tables it accelerates.

        The network has to let them in too: `cluster.connections.allow_from(…)`.
        """
        return self._grant(who, READ, when)

    def grant_write(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody write through the cluster, to the tables that it may write to."""
        return self._grant(who, WRITE, when)

    def grant_read_write(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody read and write through the cluster."""
        self.grant_read(who, when=when)
        return self.grant_write(who, when=when)

    def metric(self, name: str, *, statistic: str = "Average", period: int = 300) -> Metric:
        """What the cluster measures: `ItemCacheHits`, `ItemCacheMisses`, `CPUUtilization`, `ThrottledRequestCount`, …

        Source: DynamoDB Developer Guide, DAX metrics and dimensions.
        """
        return Metric("AWS/DAX", name, {"ClusterId": self.cluster_name}, statistic=statistic, period=period)

    def _grant(self, who: Any, actions: tuple[str, ...], when: Conditions | None) -> Grant:
        if isinstance(who, str) or not hasattr(who, "allow"):
            raise ConstructError(
                f"{self.node.path}: a DAX cluster has no policy of its own to let others in", place=caller(),
                fix="grant it to a role, a user or a function",
            )  # fmt: skip
        granted: Grant = who.allow(*actions, on=self.arn, when=when)
        return granted

    def _parameters(self) -> str | None:
        if self.record_ttl is None and self.query_ttl is None:
            return None
        given = {"query-ttl-millis": self.query_ttl, "record-ttl-millis": self.record_ttl}
        values = {
            name: f"{(ACCELERATOR_TTL_DEFAULT if seconds is None else seconds) * 1_000:.0f}"
            for name, seconds in given.items()
        }
        made = resource_class(PARAMETER_GROUP)(self, "Parameters", ParameterNameValues=values)
        return made.ref

    def _topic(self) -> str | None:
        topic: Any = self.notifications
        if topic is None or isinstance(topic, str):
            return topic
        arn: str | None = getattr(topic, "arn", None)
        if arn is None:
            raise ConstructError(
                f"{self.node.path}: notifications= is a {type(topic).__name__}", place=caller(),
                fix="give an SNSTopic, or the ARN of one",
            )  # fmt: skip
        return arn
