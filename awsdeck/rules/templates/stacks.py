"""What goes from stack to stack: exports, and the imports that need them."""

from __future__ import annotations

from ..vocabulary import Rule, Stacks, Violation
from .links import at_mention

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..graph import Edge, Graph, Member

# Source: AWS General Reference, Regions and Availability Zones; AWS Regions and Availability Zones guide, partitions.
REGIONS = frozenset(
    """
    af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1
    ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1
    eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1
    me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2
    cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1 eusc-de-east-1
    us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1 eu-isoe-west-1 us-isof-east-1 us-isof-south-1
    """.split()  # noqa: SIM905  (a list of forty lines is harder to read)
)
"""The regions of AWS, in every partition, as of 2026-11."""

# Source: CloudFormation registry by region, as cfn-lint 1.58 carries it; endpoints of botocore 1.43; as of 2026-10-20.
SURE = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "eu-west-1", "eu-west-2", "eu-west-3",
    "eu-central-1", "eu-north-1", "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ap-south-1",
    "sa-east-1",
)  # fmt: skip
"""The regions of which it is said that a service is not there.

A list of the types that CloudFormation has in a region lags behind for young regions and young types, so it is believed
only for the sixteen oldest regions of the partition `aws`, only where it has no type of a service at all, and only where
the endpoints that the AWS SDK knows say the same of the service. Of all other regions and services nothing is said.
"""

_ONLY = "*"
_PLACES: dict[str, str] = {
    "AppFlow": "eu-north-1",
    "AppRunner": "us-west-1 ca-central-1 eu-north-1 ap-northeast-2 sa-east-1",
    "AuditManager": "eu-west-3 eu-north-1 ap-northeast-2 sa-east-1",
    "Braket": "* us-east-1 us-west-1 us-west-2 eu-west-2 eu-north-1",
    "CUR": "* us-east-1",
    "CleanRooms": "us-west-1 ca-central-1 eu-west-3 ap-south-1 sa-east-1",
    "CodeArtifact": "us-west-1 ca-central-1 ap-northeast-2 sa-east-1",
    "CodeGuruProfiler": "us-west-1 ca-central-1 eu-west-3 ap-northeast-2 ap-south-1 sa-east-1",
    "CodeGuruReviewer": "us-west-1 ca-central-1 eu-west-3 ap-northeast-2 ap-south-1 sa-east-1",
    "Comprehend": "us-west-1 eu-west-3 eu-north-1 sa-east-1",
    "DataExchange": "ca-central-1 eu-west-3 eu-north-1 ap-south-1 sa-east-1",
    "DeviceFarm": "* us-west-2",
    "Forecast": "us-west-1 ca-central-1 eu-west-2 eu-west-3 eu-north-1 sa-east-1",
    "FraudDetector": "* us-east-1 us-east-2 us-west-2 eu-west-1 ap-southeast-1 ap-southeast-2",
    "Grafana": "us-west-1 ca-central-1 eu-west-3 eu-north-1 ap-south-1 sa-east-1",
    "GroundStation": "us-west-1 ca-central-1 eu-west-2 eu-west-3 ap-northeast-1 ap-south-1",
    "HealthLake": "us-west-1 eu-west-3 eu-central-1 eu-north-1 ap-northeast-1 ap-northeast-2 ap-southeast-1 sa-east-1",
    "IVS": "* us-east-1 us-west-2 eu-west-1 eu-central-1 ap-northeast-1 ap-northeast-2 ap-south-1",
    "IVSChat": "* us-east-1 us-west-2 eu-west-1 eu-central-1 ap-northeast-1 ap-northeast-2 ap-south-1",
    "Inspector": "ca-central-1 eu-west-3 ap-southeast-1 sa-east-1",
    "IoTFleetWise": "* us-east-1 eu-central-1 ap-south-1",
    "IoTSiteWise": "us-west-1 eu-west-2 eu-west-3 eu-north-1 sa-east-1",
    "IoTTwinMaker": "us-east-2 us-west-1 ca-central-1 eu-west-2 eu-west-3 eu-north-1 sa-east-1",
    "Kendra": "us-west-1 eu-west-3 eu-central-1 eu-north-1 ap-northeast-2 sa-east-1",
    "KinesisVideo": "us-west-1 eu-north-1",
    "Lex": "us-east-2 us-west-1 eu-west-3 eu-north-1 ap-south-1 sa-east-1",
    "Lightsail": "us-west-1",
    "Location": "us-west-1 eu-west-3 ap-northeast-2",
    "LookoutEquipment": "* us-east-1 eu-west-1 ap-northeast-2",
    "MediaLive": "us-west-1",
    "Omics": "us-west-1 ca-central-1 eu-west-3 eu-north-1 ap-southeast-2 ap-south-1 sa-east-1",
    "Personalize": "us-west-1 eu-west-2 eu-west-3 eu-north-1 sa-east-1",
    "Pinpoint": "us-west-1 eu-west-3 eu-north-1 sa-east-1",
    "Proton": "us-west-1 eu-west-3 eu-north-1 ap-south-1 sa-east-1",
    "QuickSight": "us-west-1",
    "Rekognition": "eu-west-3 eu-north-1",
    "Textract": "eu-north-1 ap-northeast-1 sa-east-1",
    "VoiceID": "us-east-2 us-west-1 eu-west-1 eu-west-3 eu-north-1 ap-northeast-2 ap-south-1 sa-east-1",
    "Wisdom": "us-east-2 us-west-1 eu-west-1 eu-west-3 eu-north-1 ap-south-1 sa-east-1",
    "WorkSpacesWeb": "us-east-2 us-west-1 eu-west-3 eu-north-1 ap-northeast-2 sa-east-1",
}
"""By service: the regions that it is not in; after a star those that it is in alone."""


def places(type: str) -> tuple[str, ...] | None:
    """The regions among `SURE` that a type can be in; None where nothing is certain."""
    vendor, _, rest = type.partition("::")
    said = _PLACES.get(rest.partition("::")[0]) if vendor == "AWS" else None
    if said is None:
        return None
    star, *named = said.split() if said.startswith(_ONLY) else ("", *said.split())
    return tuple(region for region in SURE if (region in named) is bool(star))


def _exports(graph: Graph) -> Iterator[Violation]:
    taken = _exporters(graph)
    for member in graph.members:
        yield from _export_names(graph, member, taken)
        for edge in (*member.mentions, *member.elsewhere()):
            if (
                "Fn::ImportValue" in edge.path[:-1]
                and edge.kind in ("Ref", "GetAtt", "Sub")
                and edge.target in member.views
            ):
                yield at_mention(
                    member,
                    edge,
                    f"the name of an import cannot depend on the resource {edge.target}",
                    "build it from parameters and pseudo parameters",
                )
            elif edge.kind == "Import" and edge.target:
                found = _import(graph, member, edge)
                if found:
                    yield found
    yield from _stack_cycles(graph)


def _export_names(graph: Graph, member: Member, taken: Mapping[str, list[tuple[Member, str]]]) -> Iterator[Violation]:
    for output, body in member.section("Outputs").items():
        export = body.get("Export") if isinstance(body, dict) else None
        given = export.get("Name") if isinstance(export, dict) else None
        path = ("Outputs", output, "Export", "Name")
        for edge in member.elsewhere() if isinstance(given, dict) else ():
            if edge.path[:4] == path and edge.kind in ("Ref", "GetAtt", "Sub") and edge.target in member.views:
                yield at_mention(
                    member,
                    edge,
                    f"the name of an export cannot depend on the resource {edge.target}",
                    "build it from parameters and pseudo parameters",
                )
        name = member.simplify(given)
        if not isinstance(name, str):
            continue
        for other, where in taken[name]:
            if other is member and where == output:
                break  # the later of two is the one that is wrong
            rival = other is member or (graph.complete and _same_place(member, other))
            if rival and _together(member, body, other, other.section("Outputs")[where]):
                stack = "this stack" if other is member else f"stack {other.name}"
                yield Violation(
                    path,
                    member=member,
                    problem=f"the export name {name} is taken by output {where} of {stack}",
                    fix="give each export a name of its own, for instance with ${AWS::StackName} in it",
                )
                break


def _exporters(graph: Graph) -> dict[str, list[tuple[Member, str]]]:
    """The outputs behind every export name that is known."""
    found: dict[str, list[tuple[Member, str]]] = {}
    for member in graph.members:
        for output, body in member.section("Outputs").items():
            export = body.get("Export") if isinstance(body, dict) else None
            name = member.simplify(export.get("Name")) if isinstance(export, dict) else None
            if isinstance(name, str):
                found.setdefault(name, []).append((member, output))
    return found


def _same_place(one: Member, other: Member) -> bool:
    return (one.region, one.account) == (other.region, other.account)


def _together(member: Member, body: Any, other: Member, against: Any) -> bool:
    """Whether two outputs can exist at once."""
    first, second = body.get("Condition"), against.get("Condition")
    if member is not other or not isinstance(first, str) or not isinstance(second, str):
        return True
    return first == second or member.possible({first: True, second: True})


def _import(graph: Graph, member: Member, edge: Edge) -> Violation | None:
    exporters = [other for other, _ in graph.exports().get(edge.target, ())]
    if any(_same_place(member, other) for other in exporters):
        return None
    if exporters:
        other = exporters[0]
        if None in (member.region, other.region) and member.account == other.account:
            return None
        there = "region" if member.region != other.region else "account"
        return at_mention(
            member,
            edge,
            f"stack {other.name} exports {edge.target} in another {there}, from where it cannot be imported",
            "hand the value over as a parameter",
        )
    found = at_mention(member, edge, f"no stack here exports {edge.target}", "export it, or correct the name")
    if not graph.complete:
        found.severity = "info"
        found.element = edge.target
    return found


def _stack_cycles(graph: Graph) -> Iterator[Violation]:
    needs: dict[str, dict[str, tuple[Member, Edge]]] = {}
    for member in graph.members:
        for edge in (*member.mentions, *member.elsewhere()):
            if edge.kind == "Import" and edge.target:
                export = graph.export(member, edge.target)
                if export is not None:
                    needs.setdefault(member.name, {}).setdefault(export[0].name, (member, edge))
    reported: set[frozenset[str]] = set()
    for start in needs:
        way = _way_round(start, needs)
        if way and frozenset(way) not in reported:
            reported.add(frozenset(way))
            member, edge = needs[start][way[1] if len(way) > 1 else start]
            yield at_mention(
                member,
                edge,
                f"the stacks need each other: {' -> '.join([*way, start])}",
                "move what both need into a stack of its own",
            )


def _way_round(start: str, needs: Mapping[str, Mapping[str, object]]) -> list[str] | None:
    waiting = [[start]]
    seen: set[str] = set()
    while waiting:
        way = waiting.pop(0)
        for other in needs.get(way[-1], ()):
            if other == start:
                return way
            if other not in seen:
                seen.add(other)
                waiting.append([*way, other])
    return None


def _unknown_regions(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        for region in member.regions:
            if region in REGIONS:
                continue
            from difflib import get_close_matches

            meant = get_close_matches(region, sorted(REGIONS), 1, 0.75)
            fix = f"did you mean {meant[0]}?" if meant else "check the spelling"
            yield Violation((), member=member, region=region, stack=member.name, fix=fix)


def _unavailable(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        if not member.regions:
            continue
        wanted = [region for region in member.regions if region in SURE]
        for view in member.views.values() if wanted else ():
            there = None if "Condition" in view.body else places(view.type)  # it may be about the region
            lacking = [region for region in wanted if there is not None and region not in there]
            if lacking:
                yield Violation(
                    ("/", "Type"), view=view, regions=", ".join(lacking),
                    allowed=f"among the older regions: {', '.join(there or ())}",
                )  # fmt: skip


# Rules


def _resources(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def _topic(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def _networks(name: str, region: str = "eu-west-1") -> Stacks:
    network = {
        **_resources(Vpc={"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}),
        "Outputs": {"VpcId": {"Value": {"Ref": "Vpc"}, "Export": {"Name": "network-vpc"}}},
    }
    shop = _resources(
        Group={
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": "shop", "VpcId": {"Fn::ImportValue": name}},
        }
    )
    known = {"network": {"region": "eu-west-1"}, "shop": {"region": region}}
    return Stacks({"network": network, "shop": shop}, known, complete=True)


_RUNNER = {
    "Type": "AWS::AppRunner::AutoScalingConfiguration",
    "Properties": {"AutoScalingConfigurationName": "small", "MaxSize": 2},
}

RULES: tuple[Rule, ...] = (
    Rule(
        "XSV003", "*", "error",
        "an export has a name of its own, and an import finds it in its own region and account",
        scope="graph",
        check=_exports,
        source="CloudFormation User Guide, Outputs section, Export; Fn::ImportValue",
        verified="docs",
        good=_networks("network-vpc"),
        bad=(
            _networks("net-VpcId"),
            _networks("network-vpc", region="us-east-1"),
            {
                **_resources(T=_topic()),
                "Outputs": {name: {"Value": {"Ref": "T"}, "Export": {"Name": "topic"}} for name in ("A", "B")},
            },
            {**_resources(T=_topic()), "Outputs": {"A": {"Value": "x", "Export": {"Name": {"Ref": "T"}}}}},
            Stacks(
                {
                    "a": {**_resources(T=_topic(DisplayName={"Fn::ImportValue": "b"})),
                          "Outputs": {"O": {"Value": "x", "Export": {"Name": "a"}}}},
                    "b": {**_resources(T=_topic(DisplayName={"Fn::ImportValue": "a"})),
                          "Outputs": {"O": {"Value": "x", "Export": {"Name": "b"}}}},
                },
                complete=True,
            ),
        ),
    ),
    Rule(
        "XSV022", "*", "warning",
        "the stack {stack} is to go to {region}, which is no region that is known here",
        scope="graph",
        check=_unknown_regions,
        source="AWS General Reference, Regions and Availability Zones",
        good=Stacks({"a": _resources(T=_topic())}, {"a": {"region": "eu-west-1"}}),
        bad=Stacks({"a": _resources(T=_topic())}, {"a": {"region": "eu-wst-1"}}),
    ),
    Rule(
        "TPL021", "*", "warning",
        "{type} is not there in {regions}, as far as is known",
        scope="graph",
        check=_unavailable,
        fix="take another region, or a condition that leaves it out there",
        source="CloudFormation registry by region; AWS SDK endpoints; as of 2026-10-20, for services that both leave out",
        good=(
            Stacks({"a": _resources(S=_RUNNER)}, {"a": {"region": "eu-west-1"}}),
            Stacks({"a": _resources(S=_RUNNER)}, {"a": {"region": "eu-south-1"}}),
            _resources(S=_RUNNER),
        ),
        bad=Stacks({"a": _resources(S=_RUNNER)}, {"a": {"region": "eu-north-1"}}),
    ),
)  # fmt: skip
