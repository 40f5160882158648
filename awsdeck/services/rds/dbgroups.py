"""Groups that databases stand in or take their settings from: of subnets, of parameters, of options."""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ..existing import Existing, checked_name
from ..vpc.subnet import VPCAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...tokens import Token
    from ..vpc.subnet import SubnetChoice

    Family = Literal[
        "mysql5.7", "mysql8.0", "mysql8.4",
        "mariadb10.6", "mariadb10.11", "mariadb11.4", "mariadb11.8",
        "postgres12", "postgres13", "postgres14", "postgres15", "postgres16", "postgres17", "postgres18",
        "oracle-ee-19", "oracle-ee-21", "oracle-ee-cdb-19", "oracle-ee-cdb-21", "oracle-se2-19", "oracle-se2-21",
        "oracle-se2-cdb-19", "oracle-se2-cdb-21",
        "sqlserver-ee-14.0", "sqlserver-ee-15.0", "sqlserver-ee-16.0",
        "sqlserver-se-14.0", "sqlserver-se-15.0", "sqlserver-se-16.0",
        "sqlserver-ex-14.0", "sqlserver-ex-15.0", "sqlserver-ex-16.0",
        "sqlserver-web-14.0", "sqlserver-web-15.0", "sqlserver-web-16.0", "sqlserver-dev-ee-16.0",
        "db2-ae-11.5", "db2-se-11.5", "db2-ae-12.1", "db2-se-12.1",
    ]  # fmt: skip
    ClusterFamily = Literal[
        "aurora-mysql5.7", "aurora-mysql8.0",
        "aurora-postgresql12", "aurora-postgresql13", "aurora-postgresql14", "aurora-postgresql15",
        "aurora-postgresql16", "aurora-postgresql17",
        "mysql8.0", "mysql8.4", "postgres13", "postgres14", "postgres15", "postgres16", "postgres17",
    ]  # fmt: skip
    OptionEngine = Literal[
        "mysql", "mariadb", "oracle-ee", "oracle-ee-cdb", "oracle-se2", "oracle-se2-cdb", "sqlserver-ee",
        "sqlserver-se", "sqlserver-ex", "sqlserver-web", "db2-ae", "db2-se",
    ]  # fmt: skip
    Value = str | int | float | bool | Token

SUBNET_GROUP = "AWS::RDS::DBSubnetGroup"
PARAMETER_GROUP = "AWS::RDS::DBParameterGroup"
CLUSTER_PARAMETER_GROUP = "AWS::RDS::DBClusterParameterGroup"
OPTION_GROUP = "AWS::RDS::OptionGroup"


class Group(Construct):
    """The common half of groups that databases name, whether made here or existing."""

    group_name = ref()


@construct
class RDSSubnetGroup(Group):
    """The subnets that a database may stand in, in two availability zones at least.

    - `vpc`, `subnets`: isolated ones by default, else private ones; a database needs no way to the internet.
    - `description`: for people; its path in the tree by default. `name`: a fixed name.

    Source: RDS User Guide, working with a DB instance in a VPC.
    """

    vpc: VPCAccess
    subnets: SubnetChoice = None
    description: str | None = None
    name: str | None = None

    def build(self) -> None:
        """Make the group."""
        self.placement = self.vpc.choose(self.subnets, default=("isolated", "private", "public"))
        resource_class(SUBNET_GROUP)(
            self,
            MAIN,
            DBSubnetGroupName=self.name,
            DBSubnetGroupDescription=f"Subnets of {self.node.path}" if self.description is None else self.description,
            SubnetIds=self.placement.ids,
        )

    @staticmethod
    def from_name(scope: Construct, id: str, name: str) -> ExistingGroup:
        """A subnet group that exists already."""
        return _existing(scope, id, name)


@construct
class RDSParameterGroup(Group):
    """Settings of an engine, for the instances that name the group.

    - `family`: engine and major version, such as "postgres16", "mysql8.0" or "oracle-ee-19"; cannot change later.
    - `parameters`: by name; numbers and booleans are written as RDS takes them (`True` is "1"). Static ones count
      after a restart.
    - `description`: for people; its path in the tree by default. Changing it makes a new group. `name`: a fixed name.

    Source: RDS User Guide, parameter groups for Amazon RDS.
    """

    family: Family | ClusterFamily | str
    parameters: Mapping[str, Value] = {}
    description: str | None = None
    name: str | None = None

    def build(self) -> None:
        """Make the group."""
        resource_class(PARAMETER_GROUP)(
            self,
            MAIN,
            DBParameterGroupName=self.name,
            Description=f"Parameters of {self.node.path}" if self.description is None else self.description,
            Family=self.family,
            Parameters=written(self.parameters),
        )

    @staticmethod
    def from_name(scope: Construct, id: str, name: str) -> ExistingGroup:
        """A parameter group that exists already."""
        return _existing(scope, id, name)


@construct
class RDSClusterParameterGroup(Group):
    """Settings of an engine, for the clusters that name the group; otherwise as `RDSParameterGroup`.

    - `family`: such as "aurora-postgresql16" or "aurora-mysql8.0".
    - `parameters`: by name.
    - `description`, `name`: as there.

    Source: Aurora User Guide, parameter groups for Amazon Aurora.
    """

    family: ClusterFamily | str
    parameters: Mapping[str, Value] = {}
    description: str | None = None
    name: str | None = None

    def build(self) -> None:
        """Make the group."""
        resource_class(CLUSTER_PARAMETER_GROUP)(
            self,
            MAIN,
            DBClusterParameterGroupName=self.name,
            Description=f"Parameters of {self.node.path}" if self.description is None else self.description,
            Family=self.family,
            Parameters=written(self.parameters),
        )

    @staticmethod
    def from_name(scope: Construct, id: str, name: str) -> ExistingGroup:
        """A cluster parameter group that exists already."""
        return _existing(scope, id, name)


class RDSOption:
    """One option of an option group: `RDSOption("MARIADB_AUDIT_PLUGIN", settings={"SERVER_AUDIT_EVENTS": "CONNECT"})`.

    - `name`: as the user guide has it ("OEM", "TDE", "SQLSERVER_BACKUP_RESTORE" …); `version` of the option.
    - `settings`: by name. `port`, `security_groups`: for options that listen.

    Source: RDS User Guide, working with option groups.
    """

    __slots__ = ("name", "version", "settings", "port", "security_groups")

    def __init__(
        self,
        name: str,
        *,
        version: str | None = None,
        settings: Mapping[str, Value] | None = None,
        port: int | None = None,
        security_groups: Sequence[str] = (),
    ) -> None:
        if settings is not None and not hasattr(settings, "items"):
            raise ConstructError(
                f"settings={settings!r}", place=caller(), fix='names and values: {"SQLNET.CIPHER": "AES256"}'
            )
        self.name = name
        self.version = version
        self.settings = dict(settings or {})
        self.port = port
        self.security_groups = security_groups

    def to_cloudformation(self) -> dict[str, Any]:
        """The option as its group lists it."""
        found = {
            "OptionName": self.name,
            "OptionVersion": self.version,
            "OptionSettings": [{"Name": name, "Value": _text(value)} for name, value in sorted(self.settings.items())],
            "Port": self.port,
            "VpcSecurityGroupMemberships": list(self.security_groups),
        }
        return {name: value for name, value in found.items() if value not in (None, [])}


@construct
class RDSOptionGroup(Group):
    """Features beyond the engine that instances take from the group: backups to S3, auditing, encryption of Oracle.

    - `engine`, `major_version`: such as "mysql" and "8.0", "sqlserver-se" and "15.00", "oracle-ee" and "19".
    - `options`: `RDSOption`s.
    - `description`: for people; its path in the tree by default. `name`: a fixed name.

    PostgreSQL and Aurora have no option groups. An option group cannot be deleted while a snapshot needs it.
    Source: RDS User Guide, working with option groups.
    """

    engine: OptionEngine
    major_version: str
    options: Sequence[RDSOption] = ()
    description: str | None = None
    name: str | None = None

    def build(self) -> None:
        """Make the group."""
        resource_class(OPTION_GROUP)(
            self,
            MAIN,
            OptionGroupName=self.name,
            EngineName=self.engine,
            MajorEngineVersion=self.major_version,
            OptionGroupDescription=f"Options of {self.node.path}" if self.description is None else self.description,
            OptionConfigurations=[option.to_cloudformation() for option in self.options] or None,
        )

    @staticmethod
    def from_name(scope: Construct, id: str, name: str) -> ExistingGroup:
        """An option group that exists already."""
        return _existing(scope, id, name)


@construct
class ExistingGroup(Existing, Group):
    """A group made elsewhere; see `RDSParameterGroup.from_name`."""

    WHAT = "group"


def _existing(scope: Construct, id: str, name: str) -> ExistingGroup:
    return ExistingGroup(scope, id, values={"group_name": checked_name(name, "its name")})


def written(parameters: Mapping[str, Value]) -> dict[str, str]:
    """Parameters as RDS takes them: everything is text, and switches are 1 and 0."""
    return {name: _text(value) for name, value in parameters.items()}


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return value if isinstance(value, str) else str(value)


def group_name(owner: Construct, group: Group | str | None) -> str | None:
    """The name of a group given as a construct or by name."""
    if group is None or isinstance(group, str):
        return group
    if isinstance(group, Group):
        return group.group_name
    raise ConstructError(
        f"{owner.node.path}: a {type(group).__name__} is no group", place=caller(), fix="give the group, or its name"
    )
