"""VPC endpoints: the way to AWS services that does not lead over the internet.

Source: AWS PrivateLink Guide.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS, has_marker, select, split
from ..route53.aliastarget import AliasTarget
from ..security.policy import Document, Principal, Statement
from .securitygroup import SecurityGroupAccess, connected
from .subnet import VPCAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from .connections import Connections
    from .subnet import SubnetChoice

ENDPOINT = "AWS::EC2::VPCEndpoint"
HTTPS = 443


@construct
class GatewayEndpoint(Construct):
    """A way from a VPC to Amazon S3 or DynamoDB through its route tables, free of charge.

    - `vpc`: the network; `service`: "s3" or "dynamodb".
    - `subnets`: whose route tables get the way (a kind, the name of a group, or subnets); those of all by default.
    - `policy`: what may be done through it, as statements (`allow(…)`, `deny(…)`); everything by default.

    Source: AWS PrivateLink Guide, Gateway endpoints.
    """

    vpc: VPCAccess
    service: Literal["s3", "dynamodb"]
    subnets: SubnetChoice = None
    policy: Sequence[Statement] | None = None

    id = ref()

    def build(self) -> None:
        """Make the endpoint."""
        chosen = self.vpc.subnets() if self.subnets is None else self.vpc.choose(self.subnets).subnets
        tables = {str.__str__(one.route_table): one.route_table for one in chosen if one.route_table is not None}
        if not tables:
            raise ConstructError(
                f"{self.node.path}: the route tables of {self.vpc.node.path} are not known", place=caller(),
                fix="name them when the VPC is taken over: VPC.from_ids(…, route_tables={…})",
            )  # fmt: skip
        resource_class(ENDPOINT)(
            self,
            MAIN,
            VpcId=self.vpc.id,
            VpcEndpointType="Gateway",
            ServiceName=_service(self.service),
            RouteTableIds=list(tables.values()),
            PolicyDocument=_document(self.policy),
            Tags=[{"Key": "Name", "Value": self.node.path}],
        )


@construct
class InterfaceEndpoint(Construct):
    """A way from a VPC to an AWS service, or one of somebody's own, through a network interface in every zone.

    - `vpc`: the network; `service`: its short name ("secretsmanager", "ecr.api", "execute-api"), or the full one
      ("com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0").
    - `subnets`: one in each zone; by default private ones, else isolated.
    - `security_groups`: left out, one of its own ("SecurityGroup"), which lets nothing out: endpoints only answer.
    - `open_to`: "vpc" lets everything in the VPC connect over HTTPS, as private DNS leads everybody in it here; "none"
      only those whom `connections` allows.
    - `private_dns`: the service's usual name leads here; on, but for S3 and DynamoDB, whose gateway endpoints are free
      and would no longer be used, and for services under full names.
    - `policy`: what may be done through it, as statements (`allow(…)`, `deny(…)`); everything by default.

    Source: AWS PrivateLink Guide, Access an AWS service using an interface VPC endpoint.
    """

    vpc: VPCAccess
    service: str
    subnets: SubnetChoice = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    open_to: Literal["vpc", "none"] = "vpc"
    private_dns: bool | None = None
    policy: Sequence[Statement] | None = None

    id = ref()

    def build(self) -> None:
        """Make the endpoint."""
        where = self.vpc.choose(self.subnets, ("private", "isolated"))
        if not has_marker(self.service) and not re.fullmatch(r"[a-z0-9][\w.-]*", self.service):
            raise ConstructError(
                f"{self.node.path}: service={self.service!r}", place=caller(),
                fix='the name of a service, such as "secretsmanager", or a full one such as com.amazonaws.vpce.…',
            )  # fmt: skip
        self.connections: Connections = connected(self, self.vpc, self.security_groups, port=HTTPS, egress="none")
        if self.open_to == "vpc":
            if not self.vpc.cidrs:
                raise ConstructError(
                    f"{self.node.path}: the addresses of {self.vpc.node.path} are not known", place=caller(),
                    fix='give VPC.from_ids(…, cidr=…), or open_to="none" and allow who may connect',
                )  # fmt: skip
            for block in self.vpc.cidrs:
                self.connections.allow_from(block)
        whole = _is_whole(self.service)
        usual = not whole and self.service not in ("s3", "dynamodb")
        resource_class(ENDPOINT)(
            self,
            MAIN,
            VpcId=self.vpc.id,
            VpcEndpointType="Interface",
            ServiceName=self.service if whole else _service(self.service),
            SubnetIds=where.ids,
            SecurityGroupIds=self.connections.group_ids,
            PrivateDnsEnabled=usual if self.private_dns is None else self.private_dns,
            PolicyDocument=_document(self.policy),
            Tags=[{"Key": "Name", "Value": self.node.path}],
        )

    @property
    def dns_name(self) -> str:
        """The name that leads to the endpoint in every zone, with or without private DNS."""
        return select(1, split(":", self._entry()))

    def alias_target(self) -> AliasTarget:
        """The endpoint as the target of an alias record of Route 53."""
        return AliasTarget(self.dns_name, select(0, split(":", self._entry())))

    def _entry(self) -> str:
        entries: Any = self.node.resource.DnsEntries
        return select(0, entries)


def _is_whole(service: str) -> bool:
    """Whether this is the full name of a service; one that only the deploy knows is."""
    return has_marker(service) or service.startswith(("com.amazonaws.", "cn.com.amazonaws.", "aws."))


def _service(name: str) -> str:
    return f"com.amazonaws.{AWS.Region}.{name}"


def _document(statements: Sequence[Statement] | None) -> Document | None:
    """An endpoint's policy; statements that name nobody are about everybody behind the endpoint."""
    if statements is None:
        return None
    return Document(one if one.principal is not None else _of_everybody(one) for one in statements)


def _of_everybody(one: Statement) -> Statement:
    return Statement(
        one.actions, one.resources, effect=one.effect, principal=Principal.anyone(), conditions=one.conditions,
        sid=one.sid, invert=one.invert,
    )  # fmt: skip
