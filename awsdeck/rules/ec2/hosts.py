"""Where instances are placed: Dedicated Hosts and their families, tenancy, placement groups."""

from __future__ import annotations

from ..limits import PARTITIONS_MOST
from ..vocabulary import ABSENT, Between, IsNot, Rule, Unset, Violation, is_unknown, number, text
from .instancetypes import NEVER_ON_HOSTS, families, family_of
from .launching import DATA, INSTANCE, TEMPLATE, Launch, launches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

HOST = "AWS::EC2::Host"
GROUP = "AWS::EC2::PlacementGroup"
TENANCIES = ("default", "dedicated", "host")
PLACES = ("HostId", "HostResourceGroupArn")


def _known(value: Any) -> bool:
    return value is not ABSENT and value is not None and not is_unknown(value)


def _given(value: Any) -> bool:
    """Whether a value is there for sure, known or not."""
    return value is not ABSENT and not (isinstance(value, dict) and ("Fn::If" in value or "Fn::Unknown" in value))


def _tenancy(view: View) -> Iterator[Violation]:
    where = (DATA, "Placement") if view.type == TEMPLATE else ()
    tenancy = view.at((*where, "Tenancy"))
    if _known(tenancy) and text(tenancy) not in TENANCIES:
        yield Violation(
            (*where, "Tenancy"), message="there is no tenancy {value}", value=tenancy, fix="choose one of these",
            allowed=", ".join(TENANCIES),
        )  # fmt: skip
        return
    if not (_known(tenancy) and tenancy != "host"):
        if tenancy is ABSENT and not where and view.get("LaunchTemplate") is ABSENT and _given(view.get("Affinity")):
            yield Violation(("Affinity",), name="Affinity", tenancy="not given")
        return
    for name in (*PLACES, "Affinity"):
        if _given(view.at((*where, name))):
            yield Violation((*where, name), name=name, tenancy=tenancy)


def _launched_tenancy(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        if launch.instance is None or launch.template is None:
            continue
        tenancy, owner, _ = launch.find("Tenancy")
        for name in (*PLACES, "Affinity"):
            value, view, path = launch.find(name)
            wrong = (_known(tenancy) and tenancy != "host") or (tenancy is ABSENT and name == "Affinity")
            if wrong and _given(value) and view is not owner:
                yield Violation(path, view=view, name=name, tenancy="not given" if tenancy is ABSENT else tenancy)


def _host(view: View) -> Iterator[Violation]:
    kind, family = view.get("InstanceType"), view.get("InstanceFamily")
    if kind is ABSENT and family is ABSENT:
        yield Violation(("InstanceFamily",), has="neither")
    elif _given(kind) and _given(family):
        yield Violation(("InstanceType",), has="both")


def _host_family(view: View) -> Iterator[Violation]:
    name, path = view.get("InstanceFamily"), "InstanceFamily"
    if _known(name) and "." in text(name):
        yield Violation(
            (path,), message="{value} is an instance type, not a family", value=name,
            fix="write {family}, or give it as InstanceType", family=text(name).partition(".")[0],
        )  # fmt: skip
        return
    if not _known(name):
        name, path = family_of(view.get("InstanceType")), "InstanceType"
    if not isinstance(name, str):
        return
    known = families().get(name)
    if name in NEVER_ON_HOSTS:
        yield Violation((path,), family=name)
    elif known is not None and known.hosts is False:
        yield Violation(
            (path,), severity="warning", family=name, message="Dedicated Hosts are not known to be offered for {family}"
        )


def _fits(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        value, view, _ = launch.find("HostId")
        target = None if view is None or launch.instance is None else graph.target(view, value)
        if target is None or target.view.type != HOST:
            continue
        host = target.view
        kind, said, path = launch.find("InstanceType")
        takes, family = host.get("InstanceType"), host.get("InstanceFamily")
        if _known(kind):
            other_size = _known(takes) and takes != kind
            other_family = _known(family) and family_of(kind) not in (None, family)
            if other_size or other_family:
                yield Violation(
                    path, view=said, host=host.id, takes=takes if other_size else f"the family {family}", kind=kind
                )
        zone, where, path = launch.zone(graph)
        stands = host.get("AvailabilityZone")
        if _known(zone) and _known(stands) and zone != stands:
            yield Violation(
                path, view=where, message="the host {host} stands in {stands}, and the instance in {zone}", host=host.id,
                stands=stands, zone=zone, fix="place both in one zone",
            )  # fmt: skip


def _group_of(graph: Graph, launch: Launch) -> View | None:
    """The placement group of a launch, when it is made in the app."""
    value, view, _ = launch.find("PlacementGroupName")
    target = None if view is None else graph.target(view, value)
    return target.view if target is not None and target.view.type == GROUP else None


def _partition(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        asked, group = launch.told("Placement/PartitionNumber"), _group_of(graph, launch)
        if group is None or not _known(asked):
            continue
        path = (DATA, "Placement", "PartitionNumber")
        strategy = group.get("Strategy", "cluster")
        count, wanted = number(group.get("PartitionCount")), number(asked)
        if _known(strategy) and strategy != "partition":
            problem = f"{group.id} has no partitions: its strategy is {strategy}"
            yield Violation(path, view=launch.template, problem=problem, fix="leave PartitionNumber out")
        elif count is not None and wanted is not None and not 1 <= wanted <= count:
            problem = f"{group.id} has no partition {wanted:g}"
            yield Violation(path, view=launch.template, problem=problem, allowed=f"1 to {count:g}")


def _cluster(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        group = _group_of(graph, launch)
        kind, view, path = launch.find("InstanceType")
        family = families().get(family_of(kind) or "")
        if group is not None and group.get("Strategy") == "cluster" and family is not None and family.cluster is False:
            yield Violation(path, view=view, family=family.name, group=group.id)


# Examples


def _box(**properties: Any) -> dict[str, Any]:
    return {"Type": INSTANCE, "Properties": {"ImageId": "ami-12345678", "InstanceType": "m5.large", **properties}}


def _on(host: dict[str, Any], **properties: Any) -> dict[str, Any]:
    body = {"Type": HOST, "Properties": {"AvailabilityZone": "eu-west-1a", **host}}
    where = {"Tenancy": "host", "HostId": {"Ref": "Server"}}
    return {"Resources": {"Server": body, "Box": _box(**where, **properties)}}


def _near(group: dict[str, Any], placement: dict[str, Any] | None = None, kind: str = "m5.large") -> dict[str, Any]:
    data = {"ImageId": "ami-12345678", "InstanceType": kind}
    named = {"GroupName": {"Ref": "Near"}, **(placement or {})}
    return {
        "Resources": {
            "Near": {"Type": GROUP, "Properties": group},
            "Start": {"Type": TEMPLATE, "Properties": {DATA: {**data, "Placement": named}}},
        }
    }


def _started(data: dict[str, Any], **properties: Any) -> dict[str, Any]:
    start = {"LaunchTemplateId": {"Ref": "Start"}, "Version": {"Fn::GetAtt": ["Start", "LatestVersionNumber"]}}
    return {
        "Resources": {
            "Start": {"Type": TEMPLATE, "Properties": {DATA: data}},
            "Box": _box(LaunchTemplate=start, **properties),
        }
    }


_HOST = {"AvailabilityZone": "eu-west-1a"}
_ID = "h-0123456789abcdef0"
_PARTED = {"Strategy": "partition", "PartitionCount": 3}

RULES: tuple[Rule, ...] = (
    Rule(
        "EC2011", HOST, "error",
        "a Dedicated Host is for one instance type or one family; {has} is given",
        check=_host,
        fix="give InstanceFamily for all sizes of a family, or InstanceType for one size",
        source="EC2 API Reference, AllocateHosts; course notes, EC2",
        good=({**_HOST, "InstanceFamily": "m5"}, {**_HOST, "InstanceType": "m5.large"}),
        bad=({**_HOST, "InstanceFamily": "m5", "InstanceType": "m5.large"}, _HOST),
    ),
    Rule(
        "EC2012", HOST, "error",
        "Dedicated Hosts are not offered for the family {family}",
        check=_host_family,
        fix="use another, such as m5, c5, r5 or t3",
        source="EC2 API Reference, DescribeInstanceTypes, DedicatedHostsSupported (2026-11)",
        good=({**_HOST, "InstanceFamily": "m5"}, {**_HOST, "InstanceFamily": "t3"}, {**_HOST, "InstanceFamily": "zz9"}),
        bad=(
            {**_HOST, "InstanceFamily": "t2"}, {**_HOST, "InstanceType": "t4g.small"}, {**_HOST, "InstanceFamily": "m5.large"},
            {**_HOST, "InstanceFamily": "c5a"},
        ),
    ),
    Rule(
        "EC2013", (INSTANCE, TEMPLATE), "error",
        "{name} goes with Tenancy host, which is {tenancy}",
        check=_tenancy,
        fix="set Tenancy to host, or leave {name} out",
        source="EC2 API Reference, Placement; course notes, EC2",
        good=(
            _box(Tenancy="host", HostId=_ID, Affinity="host"),
            _box(HostResourceGroupArn="arn:aws:resource-groups:eu-west-1:123456789012:group/hosts"),
            _box(Affinity="host", LaunchTemplate={"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1"}),
        ),
        bad=(
            _box(Tenancy="default", HostId=_ID),
            _box(Affinity="host"),
            _box(Tenancy="shared"),
            {"Type": TEMPLATE, "Properties": {DATA: {"Placement": {"Tenancy": "dedicated", "HostId": _ID}}}},
        ),
    ),
    Rule(
        "EC2013", (INSTANCE, TEMPLATE), "error",
        "{name} goes with Tenancy host, which is {tenancy}",
        scope="graph",
        check=_launched_tenancy,
        fix="set Tenancy to host, or leave {name} out",
        source="EC2 API Reference, Placement; course notes, EC2",
        good=_started({"Placement": {"Tenancy": "host"}}, HostId=_ID, Affinity="host"),
        bad=(
            _started({"Placement": {"Tenancy": "dedicated"}}, HostId=_ID),
            _started({"InstanceType": "m5.large"}, Affinity="host"),
        ),
    ),
    Rule(
        "EC2014", (INSTANCE, HOST), "error",
        "the host {host} takes {takes}, not {kind}",
        scope="graph",
        check=_fits,
        fix="choose a type that the host takes, or another host",
        source="EC2 API Reference, AllocateHosts; course notes, EC2",
        good=(_on({"InstanceFamily": "m5"}), _on({"InstanceType": "m5.large"}, AvailabilityZone="eu-west-1a")),
        bad=(
            _on({"InstanceFamily": "c5"}),
            _on({"InstanceType": "m5.xlarge"}),
            _on({"InstanceFamily": "m5"}, AvailabilityZone="eu-west-1b"),
        ),
    ),
    Rule(
        "EC2031", GROUP, "error",
        "only groups with the strategy partition have partitions",
        when={"Strategy": IsNot("partition", default="cluster")},
        then={"PartitionCount": Unset()},
        fix='set Strategy to "partition", or leave PartitionCount out',
        source="EC2 API Reference, CreatePlacementGroup, PartitionCount",
        good=(_PARTED, {"Strategy": "cluster"}),
        bad=({"Strategy": "cluster", "PartitionCount": 3}, {"PartitionCount": 3}),
    ),
    Rule(
        "EC2039", GROUP, "error",
        "a placement group has {allowed}",
        then={"PartitionCount": Between(1, PARTITIONS_MOST, "partitions in a zone")},
        source="EC2 User Guide, placement strategies, partition placement groups",
        verified="docs",
        good=_PARTED,
        bad={"Strategy": "partition", "PartitionCount": 8},
    ),
    Rule(
        "EC2032", (TEMPLATE, GROUP, INSTANCE), "error",
        "the placement group has no such partition",
        scope="graph",
        check=_partition,
        source="EC2 API Reference, Placement, PartitionNumber",
        good=_near(_PARTED, {"PartitionNumber": 3}),
        bad=(_near(_PARTED, {"PartitionNumber": 4}), _near({"Strategy": "spread"}, {"PartitionNumber": 1})),
    ),
    Rule(
        "EC2035", (TEMPLATE, GROUP, INSTANCE), "warning",
        "instances of the family {family} are not known to run in cluster placement groups such as {group}",
        scope="graph",
        check=_cluster,
        fix="choose another family, or the strategy spread",
        source="EC2 User Guide, placement group rules and limitations; EC2 API Reference, DescribeInstanceTypes (2026-11)",
        good=_near({"Strategy": "cluster"}),
        bad=_near({"Strategy": "cluster"}, kind="t3.small"),
    ),
)  # fmt: skip
