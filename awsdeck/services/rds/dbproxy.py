"""Amazon RDS Proxy: a pool of connections in front of a database."""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.limits import PROXY_NAME_MOST
from ...rules.rds.dbengines import PORTS, family
from ...source import caller
from ...tokens import select, split
from ..security.iam import IAMRole
from ..security.secretsmanager import SecretAccess
from ..vpc.connections import Connections
from ..vpc.securitygroup import SecurityGroupAccess, connected
from ..vpc.subnet import VPCAccess
from .aurora import AuroraCluster
from .dbaccess import DatabaseAccess
from .rds import RDSInstance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from ...tokens import Token
    from ..vpc.subnet import SubnetChoice

PROXY = "AWS::RDS::DBProxy"
TARGETS = "AWS::RDS::DBProxyTargetGroup"
ENDPOINT = "AWS::RDS::DBProxyEndpoint"
_FAMILIES = {
    "mysql": "MYSQL", "mariadb": "MYSQL", "aurora-mysql": "MYSQL", "postgres": "POSTGRESQL",
    "aurora-postgresql": "POSTGRESQL", "sqlserver": "SQLSERVER",
}  # fmt: skip


@construct
class RDSProxy(DatabaseAccess):
    """A proxy that keeps connections to a database open and lends them out, so that functions do not use them up.

    - `database`: an `RDSInstance` (MySQL, MariaDB, PostgreSQL, SQL Server) or an `AuroraCluster`, which lets it in.
    - `secrets`: those of the users it signs in as; the database's own unless given. Its role ("Role") may read exactly
      them.
    - `vpc`, `subnets`: the database's VPC and isolated or private subnets of it unless given. `security_groups`: one of
      its own by default, which lets nobody in until `connections.allow_from(…)`.
    - `tls`: clients have to encrypt their connections; on. `iam`: "required": clients sign in with a token of IAM
      (`grant_connect`) instead of a password; "disabled" by default.
    - `idle_timeout`: seconds after which a client's idle connection is cut, 1 to 28,800; `max_connections`,
      `max_idle_connections`: percent of what the database takes; `borrow_timeout`: seconds to wait for a connection, up
      to 300; `init_query`: SQL for each new connection; `pinning_filters`: such as "EXCLUDE_VARIABLE_SETS".
    - `debug`: log statements, for a while only. `name`: its name, 1 to 63 letters, digits and hyphens; of the stack
      and its place in it unless given.

    `.endpoint` is what clients connect to. Source: RDS User Guide, Amazon RDS Proxy.
    """

    database: RDSInstance | AuroraCluster
    secrets: Sequence[SecretAccess] = ()
    vpc: VPCAccess | None = None
    subnets: SubnetChoice = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    tls: bool | Token = True
    iam: Literal["required", "disabled"] = "disabled"
    idle_timeout: int | Token | None = None
    max_connections: int | Token | None = None
    max_idle_connections: int | Token | None = None
    borrow_timeout: int | Token | None = None
    init_query: str | None = None
    pinning_filters: Sequence[str] = ()
    debug: bool = False
    name: str | None = None

    arn = attribute("DBProxyArn")
    proxy_name = ref()
    endpoint = attribute("Endpoint")

    _NAMED = "ProxyName"

    def build(self) -> None:
        """Make the proxy, its role, and its tie to the database."""
        database = self.database
        kind = family(database.engine)
        if kind not in _FAMILIES:
            raise ConstructError(
                f"{self.node.path}: RDS Proxy does not speak {database.engine}", place=caller(),
                fix="it speaks MySQL, MariaDB, PostgreSQL, SQL Server and Aurora",
            )  # fmt: skip
        vpc = database.vpc if self.vpc is None else self.vpc
        listen = PORTS[kind] if database.listen is None else database.listen
        self.network = vpc
        self.connections: Connections = connected(self, vpc, self.security_groups, port=listen)
        self.role = IAMRole(self, "Role", assumed_by="rds.amazonaws.com")
        secrets = list(self.secrets) or [database.secret]
        grants = [secret.grant_read(self.role) for secret in secrets]
        placement = vpc.choose(self.subnets, default=("isolated", "private", "public"))
        made = resource_class(PROXY)(
            self,
            MAIN,
            DBProxyName=self._proxy_name(),
            EngineFamily=_FAMILIES[kind],
            RoleArn=self.role.arn,
            Auth=[
                {"AuthScheme": "SECRETS", "SecretArn": secret.arn, "IAMAuth": self.iam.upper()} for secret in secrets
            ],
            RequireTLS=self.tls,
            VpcSubnetIds=placement.ids,
            VpcSecurityGroupIds=self.connections.group_ids,
            IdleClientTimeout=self.idle_timeout,
            DebugLogging=True if self.debug else None,
        )
        made.node.depends_on(*(grant.policy for grant in grants if grant.policy is not None))
        pool = {
            "MaxConnectionsPercent": self.max_connections,
            "MaxIdleConnectionsPercent": self.max_idle_connections,
            "ConnectionBorrowTimeout": self.borrow_timeout,
            "InitQuery": self.init_query,
            "SessionPinningFilters": list(self.pinning_filters) or None,
        }
        cluster = database if isinstance(database, AuroraCluster) else None
        self.targets = resource_class(TARGETS)(
            self,
            "Targets",
            DBProxyName=self.proxy_name,
            TargetGroupName="default",
            DBInstanceIdentifiers=[database.instance_id] if isinstance(database, RDSInstance) else None,
            DBClusterIdentifiers=None if cluster is None else [cluster.cluster_id],
            ConnectionPoolConfigurationInfo=pool if any(value is not None for value in pool.values()) else None,
        )
        if cluster is not None:
            self.targets.node.depends_on(*cluster.instances)
        database.connections.allow_from(self)

    def _proxy_name(self) -> str:
        if self.name is not None:
            return self.name
        stack = self.node.stack
        assert stack is not None
        name = re.sub(r"[^a-zA-Z0-9]+", "-", f"{stack.root.name}-{self.node.plain_id}").strip("-")
        if len(name) <= PROXY_NAME_MOST:
            return name
        return f"{name[: PROXY_NAME_MOST - 9].rstrip('-')}-{self.node.hashed_id(name)[-8:].lower()}"

    def add_reader_endpoint(self, id: str, *, subnets: SubnetChoice = None, name: str | None = None) -> ProxyEndpoint:
        """Another address of the proxy, whose connections go to the readers of an Aurora cluster."""
        if not isinstance(self.database, AuroraCluster):
            raise ConstructError(
                f"{self.node.path}: only a proxy of an Aurora cluster has readers to go to", place=caller(),
                fix="connect to the replicas themselves",
            )  # fmt: skip
        return ProxyEndpoint(self, id, proxy=self, subnets=subnets, name=name)

    @property
    def resource_id(self) -> str:
        """What IAM knows the proxy by: the last part of its ARN."""
        return select(6, split(":", self.arn))

    def _identity(self) -> str:
        return self.proxy_name

    def _signs_in(self) -> None:
        if self.iam != "required":
            raise ConstructError(
                f"{self.node.path}: the proxy takes passwords, no tokens of IAM", place=caller(), fix='iam="required"'
            )


@construct
class ProxyEndpoint(Construct):
    """One more address of a proxy, for reading; made by `add_reader_endpoint`."""

    proxy: RDSProxy
    subnets: SubnetChoice = None
    name: str | None = None

    endpoint = attribute("Endpoint")
    arn = attribute("DBProxyEndpointArn")

    def build(self) -> None:
        """Make the endpoint."""
        proxy = self.proxy
        self.connections = proxy.connections
        subnets = proxy.subnets if self.subnets is None else self.subnets
        own = str.__str__(proxy.node.resource.properties["DBProxyName"])
        made = resource_class(ENDPOINT)(
            self,
            MAIN,
            DBProxyEndpointName=f"{own}-{self.node.id}"[:PROXY_NAME_MOST].rstrip("-")
            if self.name is None
            else self.name,
            DBProxyName=proxy.proxy_name,
            TargetRole="READ_ONLY",
            VpcSubnetIds=proxy.network.choose(subnets, default=("isolated", "private", "public")).ids,
            VpcSecurityGroupIds=proxy.connections.group_ids,
        )
        made.node.depends_on(proxy.targets)
