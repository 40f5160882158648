"""Where in a VPC a function stands.

Source: Lambda Developer Guide, Giving Lambda functions access to resources in an Amazon VPC.
"""

from __future__ import annotations

from ...errors import ConstructError
from ...source import caller
from ..hints import check
from ..vpc.connections import Connections
from ..vpc.securitygroup import SecurityGroup, SecurityGroupAccess, connected
from ..vpc.subnet import ExistingSubnet, SubnetAccess, VPCAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...constructs import Construct
    from ..vpc.subnet import SubnetChoice


def placed(
    function: Construct,
    vpc: VPCAccess | None,
    subnets: SubnetChoice,
    groups: Sequence[SecurityGroupAccess | str] | None,
) -> tuple[Connections, list[str]]:
    """The connections of a function, and the ids of its subnets."""
    if vpc is None:
        return _by_ids(function, subnets, groups)
    if not isinstance(vpc, VPCAccess):
        raise ConstructError(
            f"{function.node.path}: a {type(vpc).__name__} is not a network", place=caller(),
            fix="give vpc= a VPC, made here or with VPC.from_ids; lists of ids go without it",
        )  # fmt: skip
    where = vpc.choose(subnets, ("private", "isolated"))
    if any(isinstance(subnet, ExistingSubnet) and subnet.kind == "public" for subnet in where.subnets):
        check(function, subnet_kind="public")  # those made here are seen in the template
    return connected(function, vpc, groups), where.ids


def _by_ids(
    function: Construct, subnets: SubnetChoice, groups: Sequence[SecurityGroupAccess | str] | None
) -> tuple[Connections, list[str]]:
    if isinstance(subnets, str):
        raise ConstructError(
            f"{function.node.path}: subnets={subnets!r} without vpc=", place=caller(),
            fix="give vpc=, or a list of subnet ids",
        )  # fmt: skip
    ids: list[str] = [one.id if isinstance(one, SubnetAccess) else one for one in subnets or ()]
    found: list[SecurityGroupAccess] = []
    for number, one in enumerate(groups or (), 1):
        found.append(SecurityGroup.from_id(function, f"SecurityGroup{number}", one) if isinstance(one, str) else one)
    return Connections(function, found), ids
