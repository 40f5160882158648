"""VPC flow logs: a record of the traffic through network interfaces.

Source: Amazon VPC User Guide, Logging IP traffic using VPC Flow Logs.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS, has_marker
from ..cloudwatch.logs import LogGroup, LogGroupAccess
from ..s3.s3 import BucketAccess
from ..security.iam import IAMRole
from ..security.policy import Document, Principal, Statement
from .subnet import SubnetAccess, VPCAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from ...resource import Resource

FLOW_LOG = "AWS::EC2::FlowLog"
DELIVERY = "vpc-flow-logs.amazonaws.com"


@construct
class FlowLog(Construct):
    """A record of the traffic of a VPC, a subnet or a network interface.

    - `of`: the `VPC`, a subnet, or the id of a network interface ("eni-…").
    - `to`: a `LogGroup` or an `S3Bucket`; left out, a log group is made ("Logs") that keeps records for `retention` days
      (30; None for ever).
    - `traffic`: "all", "accept" (what security groups and network ACLs let through) or "reject".
    - `interval`: seconds over which packets are put together into one record, 600 or 60.
    - `fields`: what a record holds, such as ["srcaddr", "dstaddr", "pkt-srcaddr"]; the default format otherwise.
    - `prefix`: where in the bucket; `parquet`: Apache Parquet files in place of text, smaller and faster to query.

    For a log group it makes a role ("Role") that may write to that group alone, and that only flow logs of this account
    and region may take on. A bucket lets log delivery of this account and region write below `prefix`. None of this can
    be changed later: CloudFormation replaces the flow log. Source: Amazon VPC User Guide, Flow logs.
    """

    of: VPCAccess | SubnetAccess | str
    to: LogGroupAccess | BucketAccess | None = None
    traffic: Literal["all", "accept", "reject"] = "all"
    interval: Literal[60, 600] = 600
    fields: Sequence[str] | None = None
    retention: int | None = 30
    prefix: str = ""
    parquet: bool = False

    id = ref()

    def build(self) -> None:
        """Make the flow log, and what it takes to deliver it."""
        kind = "VPC" if isinstance(self.of, VPCAccess) else "Subnet" if isinstance(self.of, SubnetAccess) else None
        wrong = []
        if isinstance(self.of, str) and not has_marker(self.of) and not re.fullmatch(r"eni-[0-9a-f]+", self.of):
            wrong.append(f"of= takes a VPC, a subnet or the id of a network interface, not {self.of!r}")
        if (self.prefix or self.parquet) and not isinstance(self.to, BucketAccess):
            wrong.append("prefix= and parquet= are for buckets: give to= an S3Bucket")
        strange = [name for name in self.fields or () if not re.fullmatch(r"[a-z][a-z0-9-]*", name)]
        wrong += [f"fields= takes names such as 'srcaddr', not {name!r}" for name in strange]
        if wrong:
            raise ConstructError("\n".join(f"{self.node.path}: {words}" for words in wrong), place=caller())
        target = self._to_bucket(self.to) if isinstance(self.to, BucketAccess) else self._to_group()
        waits = target.pop("waits")
        made = resource_class(FLOW_LOG)(
            self,
            MAIN,
            ResourceId=self.of if isinstance(self.of, str) else self.of.id,
            ResourceType=kind or "NetworkInterface",
            TrafficType=self.traffic.upper(),
            MaxAggregationInterval=self.interval,
            LogFormat=None if self.fields is None else " ".join(f"${{{name}}}" for name in self.fields),
            Tags=[{"Key": "Name", "Value": self.node.path}],
            **target,
        )
        if waits is not None:
            made.node.depends_on(waits)

    def _to_group(self) -> dict[str, Any]:
        group = self.to if isinstance(self.to, LogGroupAccess) else LogGroup(self, "Logs", retention=self.retention)
        self.log_group: LogGroupAccess = group
        source = f"arn:{AWS.Partition}:ec2:{AWS.Region}:{AWS.AccountId}:vpc-flow-log/*"
        deliverer = Principal.service(DELIVERY).when(
            {"StringEquals": {"aws:SourceAccount": AWS.AccountId}, "ArnLike": {"aws:SourceArn": source}}
        )
        role = IAMRole(self, "Role", assumed_by=deliverer)
        actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        policy: Resource = resource_class("AWS::IAM::Policy")(
            self,
            "Policy",
            PolicyName=f"{self.node.plain_id}Policy",
            PolicyDocument=Document([Statement(actions, [group.arn])]),
            Roles=[role.role_name],
        )
        return {
            "LogDestinationType": "cloud-watch-logs",
            "LogGroupName": group.log_group_name,
            "DeliverLogsPermissionArn": role.arn,
            "waits": policy,
        }

    def _to_bucket(self, bucket: BucketAccess) -> dict[str, Any]:
        prefix = self.prefix.strip("/")
        here: dict[str, Any] = {
            "StringEquals": {"aws:SourceAccount": AWS.AccountId},
            "ArnLike": {"aws:SourceArn": f"arn:{AWS.Partition}:logs:{AWS.Region}:{AWS.AccountId}:*"},
        }
        own = {**here, "StringEquals": {**here["StringEquals"], "s3:x-amz-acl": "bucket-owner-full-control"}}
        deliverer = Principal.service("delivery.logs.amazonaws.com")
        waits: Resource | None = None
        if hasattr(bucket.node.children.get(MAIN), "TYPE"):  # the policy of an existing one is not ours to change
            path = f"{prefix}/" if prefix else ""
            bucket.grant_put(deliverer, prefix=f"{path}AWSLogs/{AWS.AccountId}/", when=own)
            waits = bucket._state(Statement(["s3:GetBucketAcl"], [bucket.arn], principal=deliverer, conditions=here))
        return {
            "LogDestinationType": "s3",
            "LogDestination": f"{bucket.arn}/{prefix}" if prefix else bucket.arn,
            "DestinationOptions": {
                "FileFormat": "parquet",
                "HiveCompatiblePartitions": False,
                "PerHourPartition": False,
            }
            if self.parquet
            else None,
            "waits": waits if waits is None or waits.node.stack is self.node.stack else None,
        }
