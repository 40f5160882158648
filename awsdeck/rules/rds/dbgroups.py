"""Groups of subnets and of parameters that databases of Amazon RDS name."""

from __future__ import annotations

import re

from ..vocabulary import ABSENT, Rule, Violation, is_unknown
from .databases import CLUSTER, INSTANCE, cluster, database
from .dbengines import engine_of, is_custom, parameter_family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

SUBNETS = "AWS::RDS::DBSubnetGroup"
PARAMETERS = "AWS::RDS::DBParameterGroup"
CLUSTER_PARAMETERS = "AWS::RDS::DBClusterParameterGroup"
SUBNET = "AWS::EC2::Subnet"
_NAMED = {INSTANCE: ("DBParameterGroupName", PARAMETERS), CLUSTER: ("DBClusterParameterGroupName", CLUSTER_PARAMETERS)}
_LOCAL_ZONE = re.compile(r"[a-z]{2}(-[a-z]+)+-\d-[a-z]{3}-\d[a-z]")


def _subnets(view: View) -> list[Any] | None:
    """The subnets of a group as it lists them; None where the deploy may add some."""
    given = view.get("SubnetIds")
    if not isinstance(given, list) or any(isinstance(one, dict) and "Fn::If" in one for one in given):
        return None
    return given


def _too_few(view: View) -> Iterator[Violation]:
    given = _subnets(view)
    if given is None or len(given) >= 2:
        return
    only = given[0] if given else None
    found = view.graph.target(view, only) if view.graph is not None and only is not None else None
    if found is not None and found.view.type == SUBNET:
        zone = found.view.get("AvailabilityZone")
        if found.view.get("OutpostArn") is not ABSENT or (isinstance(zone, str) and _LOCAL_ZONE.fullmatch(zone)):
            return  # there is but one of them on an Outpost or in a Local Zone
    if view.graph is None and only is not None and is_unknown(only):
        return  # whether it lies on an Outpost shows with the whole template
    if isinstance(only, dict) and found is None and view.member is not None and _is_list(view, only):
        return
    yield Violation(("SubnetIds",), n=len(given))


def _is_list(view: View, value: dict[str, Any]) -> bool:
    """Whether one reference may stand for several subnets."""
    name = value.get("Ref")
    body = view.member.section("Parameters").get(name) if view.member is not None and isinstance(name, str) else None
    return "Fn::Split" in value or (isinstance(body, dict) and str(body.get("Type", "")).startswith("List<"))


def _one_zone(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(SUBNETS):
        given = _subnets(view)
        if given is None or len(given) < 2:
            continue
        zones = set()
        for one in given:
            found = graph.target(view, one)
            zone = found.view.get("AvailabilityZone") if found is not None and found.view.type == SUBNET else ABSENT
            zones.add(str(zone) if zone is not ABSENT and found is not None else id(one))
        if len(zones) == 1:
            yield Violation(("SubnetIds",), view=view, n=len(given))


def _unfit(view: View) -> Iterator[Violation]:
    property, type = _NAMED[view.type]
    engine = engine_of(view)
    found = view.graph.target(view, view.get(property)) if view.graph is not None else None
    if found is None or found.view.type != type or engine is None or is_custom(engine):
        return
    named, version = found.view.get("Family"), view.get("EngineVersion")
    if not isinstance(named, str) or is_unknown(named):
        return
    wanted = parameter_family(engine, version) if isinstance(version, str) and not is_unknown(version) else None
    if wanted is None:
        if not re.fullmatch(rf"{re.escape(engine)}-?\d[\d.]*", named, re.IGNORECASE):
            yield Violation(
                (property,), family=named, what=engine, group=found.view.id, wanted=f"{engine} and its version"
            )
    elif wanted != named.lower():
        yield Violation((property,), family=named, what=f"{engine} {version}", group=found.view.id, wanted=wanted)


def _group(*subnets: Any) -> dict[str, Any]:
    return {"Type": SUBNETS, "Properties": {"DBSubnetGroupDescription": "d", "SubnetIds": list(subnets)}}


def _subnet(zone: Any, **more: Any) -> dict[str, Any]:
    return {
        "Type": SUBNET,
        "Properties": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": zone, **more},
    }


def _parameters(family: str, database: dict[str, Any]) -> dict[str, Any]:
    property, type = _NAMED[database["Type"]]
    group = {"Type": type, "Properties": {"Description": "d", "Family": family, "Parameters": {}}}
    named = {**database["Properties"], property: {"Ref": "Group"}}
    return {"Resources": {"Group": group, "Db": {**database, "Properties": named}}}


_A, _B = {"Ref": "A"}, {"Ref": "B"}

RULES: tuple[Rule, ...] = (
    Rule(
        "RDS032", SUBNETS, "error",
        "a group of {n} subnets gives a database no second zone to stand in",
        check=_too_few,
        refers=True,
        fix="name subnets of two availability zones at least",
        source="RDS API Reference, CreateDBSubnetGroup; RDS User Guide, Working with a DB instance in a VPC",
        verified="docs",
        good=(
            _group("subnet-1", "subnet-2"),
            {"Resources": {"G": _group(_A), "A": _subnet("us-west-2-lax-1a")}},
            {"Type": SUBNETS, "Properties": {"DBSubnetGroupDescription": "d", "SubnetIds": {"Ref": "Subnets"}}},
        ),
        bad=(_group("subnet-1"), {"Resources": {"G": _group(_A), "A": _subnet("us-west-2a")}}),
    ),
    Rule(
        "RDS032", SUBNETS, "error",
        "all {n} subnets of the group lie in one availability zone",
        scope="graph",
        check=_one_zone,
        fix="name subnets of two availability zones at least",
        source="RDS API Reference, CreateDBSubnetGroup; RDS User Guide, Working with a DB instance in a VPC",
        verified="docs",
        good={"Resources": {"G": _group(_A, _B), "A": _subnet("eu-west-1a"), "B": _subnet("eu-west-1b")}},
        bad={"Resources": {"G": _group(_A, _B), "A": _subnet("eu-west-1a"), "B": _subnet("eu-west-1a")}},
    ),
    Rule(
        "RDS045", (INSTANCE, CLUSTER), "error",
        "the parameter group {group} is for {family}, and this is {what}",
        check=_unfit,
        refers=True,
        fix="take a group of the family {wanted}",
        source="RDS User Guide, parameter groups for Amazon RDS; Aurora User Guide, parameter groups for Amazon Aurora",
        good=(
            _parameters("postgres16", database("postgres", EngineVersion="16.4")),
            _parameters("mysql8.0", database()),
            _parameters("MySQL8.0", database(EngineVersion="8.0.40")),
            _parameters("aurora-mysql8.0", cluster(EngineVersion="8.0.mysql_aurora.3.08.0")),
            _parameters("oracle-ee-19", database("oracle-ee", EngineVersion="19.0.0.0.ru-2024-07.rur-2024-07.r1")),
        ),
        bad=(
            _parameters("postgres15", database("postgres", EngineVersion="16.4")),
            _parameters("postgres16", database()),
            _parameters("aurora-postgresql16", cluster()),
        ),
    ),
)  # fmt: skip
