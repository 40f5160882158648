"""Settings that instances and clusters share: where they stand, how they are watched, their parameters."""

from __future__ import annotations

from ...constructs import Construct
from ...errors import ConstructError
from ...rules.rds.dbengines import PORTS, family, parameter_family
from ...source import caller
from ...tokens import has_marker
from ..security.iam import IAMRole
from .dbgroups import Group, RDSParameterGroup, RDSSubnetGroup, group_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..vpc.subnet import SubnetChoice, VPCAccess
    from .dbgroups import Value

_WATCHER = "service-role/AmazonRDSEnhancedMonitoringRole"
_ADVANCED_DAYS = 465
"""Days of Performance Insights that the advanced mode of Database Insights asks for."""


def subnet_group(owner: Construct, vpc: VPCAccess, subnets: SubnetChoice, group: Group | str | None) -> str | None:
    """The name of the subnet group given, or of one of the owner's own."""
    if group is None:
        return RDSSubnetGroup(owner, "SubnetGroup", vpc=vpc, subnets=subnets).group_name
    if subnets is not None:
        raise ConstructError(f"{owner.node.path}: both subnets= and subnet_group=", place=caller(), fix="give one")
    return group_name(owner, group)


def port_of(owner: Construct, engine: str, listen: int | None) -> int | None:
    """The port a database listens on: the one given, else its engine's; None for an engine that nobody knows."""
    if type(engine) is not str or has_marker(engine):
        raise ConstructError(
            f"{owner.node.path}: engine= takes the name of an engine, known when the template is made",
            place=caller(),
            fix='such as "postgres"',
        )
    return PORTS.get(family(engine)) if listen is None else listen


def watching(owner: Construct, monitoring: int, insights: str | None) -> dict[str, Any]:
    """The properties of enhanced monitoring, with its role, and of Performance Insights."""
    role = None
    if monitoring:
        role = IAMRole(owner, "Monitoring", assumed_by="monitoring.rds.amazonaws.com", managed_policies=[_WATCHER]).arn
    return {
        "MonitoringInterval": monitoring or None,
        "MonitoringRoleArn": role,
        "EnablePerformanceInsights": None if insights is None else True,
        "PerformanceInsightsRetentionPeriod": {"standard": 7, "advanced": _ADVANCED_DAYS}.get(insights or ""),
        "DatabaseInsightsMode": insights if insights == "advanced" else None,
    }


def parameters(
    owner: Construct,
    given: Mapping[str, Value] | Group | str | None,
    engine: str,
    version: str | None,
    id: str = "Parameters",
) -> str | None:
    """The name of the parameter group given, or of one with the parameters given."""
    if given is None or isinstance(given, str | Group):
        return group_name(owner, given)
    named = None if version is None else parameter_family(engine, version)
    if named is None:
        raise ConstructError(
            f"{owner.node.path}: parameters= belong to an engine and version, and the version is not known",
            place=caller(),
            fix='say version="…" too, or give an RDSParameterGroup',
        )
    return RDSParameterGroup(owner, id, family=named, parameters=given).group_name
