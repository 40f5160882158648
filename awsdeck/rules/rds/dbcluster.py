"""Clusters of Amazon Aurora and Multi-AZ DB clusters, and the instances in them."""

from __future__ import annotations

from ..limits import ACU_LEAST, ACU_MOST, ACU_TOP_LEAST, AURORA_INSTANCES_MOST, BACKTRACK_MOST, BACKUP_DAYS_MOST
from ..vocabulary import ABSENT, Between, Present, Rule, Violation, grouped, is_unknown, number, truth
from .databases import CLUSTER, INSTANCE, cluster, member
from .dbengines import AURORA, COPIED_CLUSTER, engine_of, given, is_aurora, says

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

MULTI_AZ = ("mysql", "postgres")
"""Engines of clusters with a writer and two readable standbys."""
_IN_AURORA = ("AllocatedStorage", "DBClusterInstanceClass", "Iops", "PubliclyAccessible")
_AURORA_STORAGE = ("aurora", "aurora-iopt1", "")
_STORAGE = ("io1", "io2", "gp3")


# What stands in a cluster


def _cluster_of(graph: Graph, view: View) -> tuple[tuple[Any, ...], View | None, str] | None:
    """The cluster an instance stands in: the same key for the same one, its view if it is in the graph, its name."""
    value = view.get("DBClusterIdentifier")
    found = graph.target(view, value)
    if found is not None:
        known = found.view if found.view.type == CLUSTER else None
        return ("view", id(found.view.body)), known, found.view.id
    if not isinstance(value, str) or is_unknown(value) or not value:
        return None
    region = view.member.region if view.member is not None else None
    for other in graph.of(CLUSTER):
        same = other.get("DBClusterIdentifier")
        if isinstance(same, str) and same.lower() == value.lower() and other.member is view.member:
            return ("view", id(other.body)), other, other.id
    return ("name", region, value.lower()), None, value


def _crowded(graph: Graph) -> Iterator[Violation]:
    crews: dict[tuple[Any, ...], list[View]] = {}
    names: dict[tuple[Any, ...], str] = {}
    for view in graph.of(INSTANCE):
        found = _cluster_of(graph, view) if is_aurora(engine_of(view)) else None
        if found is not None:
            crews.setdefault(found[0], []).append(view)
            names[found[0]] = found[2]
    for key, crew in crews.items():
        sure = [view for view in crew if not any(_exclude(view, other) for other in crew)]
        if len(sure) > AURORA_INSTANCES_MOST:
            yield Violation(
                ("DBClusterIdentifier",),
                view=sure[AURORA_INSTANCES_MOST],
                n=len(sure),
                cluster=names[key],
                allowed=f"at most {AURORA_INSTANCES_MOST}: a writer and {AURORA_INSTANCES_MOST - 1} readers",
            )


def _exclude(view: View, other: View) -> bool:
    return view.member is not None and view is not other and view.member.exclusive(view, other)


def _unlike(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(INSTANCE):
        if "DBClusterIdentifier" not in view.properties:
            continue
        found = _cluster_of(graph, view)
        home = found[1] if found is not None else None
        if home is None:
            continue
        own, engine = engine_of(view), engine_of(home)
        if own is not None and engine is not None and own != engine and "neptune" not in (own, engine):
            yield Violation(("Engine",), view=view, value=view.get("Engine"), cluster=home.id, other=engine)
        if says(home, *COPIED_CLUSTER):
            continue
        said, whole = truth(view.get("StorageEncrypted")), home.get("StorageEncrypted")
        if said is not None and truth(whole) is not None and said is not truth(whole):
            yield Violation(
                ("StorageEncrypted",),
                view=view,
                message="StorageEncrypted of an instance is that of its cluster {cluster}",
                fix="leave it out here",
                cluster=home.id,
            )
        elif said is True and whole is ABSENT:
            yield Violation(
                ("StorageEncrypted",),
                view=view,
                severity="warning",
                message="the cluster {cluster} decides about encryption, and does not say",
                fix="set StorageEncrypted: true on the cluster, and leave it out here",
                cluster=home.id,
            )


def _no_range(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(INSTANCE):
        if view.get("DBInstanceClass") != "db.serverless":
            continue
        found = _cluster_of(graph, view)
        home = found[1] if found is not None else None
        if home is not None and home.get("ServerlessV2ScalingConfiguration") is ABSENT and is_aurora(engine_of(home)):
            yield Violation(("DBInstanceClass",), view=view, cluster=home.id)


# What a cluster says


def _settings(view: View) -> Iterator[Violation]:
    engine = engine_of(view)
    if engine in AURORA:
        yield from _of_aurora(view)
    elif engine in MULTI_AZ:
        yield from _of_multi_az(view)


def _of_aurora(view: View) -> Iterator[Violation]:
    for name in _IN_AURORA:
        if given(view.get(name)):
            yield Violation(
                (name,), problem=f"{name} is for Multi-AZ DB clusters; an Aurora cluster has none", fix="leave it out"
            )
    storage = view.get("StorageType")
    if storage is not ABSENT and not is_unknown(storage) and storage not in _AURORA_STORAGE:
        yield Violation(
            ("StorageType",), value=storage, problem="Aurora has storage of its own", allowed="aurora, aurora-iopt1"
        )  # fmt: skip


def _of_multi_az(view: View) -> Iterator[Violation]:
    if not says(view, "SnapshotIdentifier", "SourceDBClusterIdentifier", "SourceDbClusterResourceId"):
        for name in ("AllocatedStorage", "DBClusterInstanceClass"):
            if view.get(name) is ABSENT:
                yield Violation(
                    (name,), problem=f"a Multi-AZ DB cluster needs its {name}",
                    fix="set it, or take aurora-mysql or aurora-postgresql",
                )  # fmt: skip
    storage, iops = view.get("StorageType"), view.get("Iops")
    if is_unknown(storage):
        return
    if storage in (ABSENT, ""):
        yield Violation(
            ("StorageType",), severity="warning", fix="say StorageType and Iops",
            problem="a Multi-AZ DB cluster gets io1 unless it says otherwise",
        )  # fmt: skip
    elif storage not in _STORAGE:
        yield Violation(
            ("StorageType",), value=storage, problem="a Multi-AZ DB cluster has no such storage",
            allowed=", ".join(_STORAGE),
        )  # fmt: skip
    elif iops is ABSENT:
        sure = storage != "gp3"
        yield Violation(
            ("Iops",), severity="error" if sure else "warning",
            problem=f"{storage} of a Multi-AZ DB cluster {'needs' if sure else 'is better given'} its Iops",
            fix="set Iops",
        )  # fmt: skip


def _scaling(view: View) -> Iterator[Violation]:
    mode = view.get("EngineMode")
    old, new = view.get("ScalingConfiguration"), view.get("ServerlessV2ScalingConfiguration")
    if old is not ABSENT and not is_unknown(old) and mode != "serverless" and not is_unknown(mode):
        yield Violation(
            ("ScalingConfiguration",), problem="ScalingConfiguration is for EngineMode serverless, the first version",
            fix="write ServerlessV2ScalingConfiguration",
        )  # fmt: skip
    if new is not ABSENT and not is_unknown(new) and mode == "serverless":
        yield Violation(
            ("ServerlessV2ScalingConfiguration",), problem="EngineMode serverless is the first version of Serverless",
            fix="leave EngineMode out, and make instances of class db.serverless",
        )  # fmt: skip
    for name in ("ScalingConfiguration", "ServerlessV2ScalingConfiguration"):
        low, high = number(view.get(f"{name}/MinCapacity")), number(view.get(f"{name}/MaxCapacity"))
        if low is not None and high is not None and low > high:
            yield Violation(
                (name, "MinCapacity"), problem=f"the least capacity, {low:g}, is more than the most, {high:g}",
                fix="swap the two",
            )  # fmt: skip


def _units(view: View) -> Iterator[Violation]:
    for name, least in (("MinCapacity", ACU_LEAST), ("MaxCapacity", ACU_TOP_LEAST)):
        value = view.get(f"ServerlessV2ScalingConfiguration/{name}")
        units = number(value)
        if units is not None and (not least <= units <= ACU_MOST or units * 2 != int(units * 2)):
            yield Violation(
                ("ServerlessV2ScalingConfiguration", name), value=value, name=name,
                allowed=f"{least:g} to {ACU_MOST} in steps of a half",
            )  # fmt: skip


def _managed_password(view: View) -> Iterator[Violation]:
    if truth(view.get("ManageMasterUserPassword")) is True and given(view.get("GlobalClusterIdentifier")):
        yield Violation(("ManageMasterUserPassword",))


def _backtrack(view: View) -> Iterator[Violation]:
    seconds, engine = number(view.get("BacktrackWindow")), engine_of(view)
    if seconds is not None and not 0 <= seconds <= BACKTRACK_MOST:
        yield Violation(
            ("BacktrackWindow",), value=view.get("BacktrackWindow"), problem="Aurora goes back 72 hours at most",
            allowed=f"0 to {grouped(BACKTRACK_MOST)} seconds",
        )  # fmt: skip
    elif seconds and engine not in (None, "aurora", "aurora-mysql"):
        yield Violation(
            ("BacktrackWindow",), problem=f"{engine} cannot be turned back in place", fix="restore to a point in time"
        )


# Rules


def _with(home: dict[str, Any], *crew: dict[str, Any]) -> dict[str, Any]:
    named = {"DBClusterIdentifier": {"Ref": "Cluster"}}
    found = {f"I{n}": {**one, "Properties": {**one["Properties"], **named}} for n, one in enumerate(crew, 1)}
    return {"Resources": {"Cluster": home, **found}}


RULES: tuple[Rule, ...] = (
    Rule(
        "RDS003", CLUSTER, "error",
        "a cluster keeps its backups 1 to 35 days; they cannot be switched off",
        then={"BackupRetentionPeriod": Between(1, BACKUP_DAYS_MOST, "days")},
        source="course notes, RDS: retention period; CloudFormation resource schema, AWS::RDS::DBCluster",
        good=(cluster(BackupRetentionPeriod=1), cluster()),
        bad=(cluster(BackupRetentionPeriod=0), cluster(BackupRetentionPeriod=36)),
    ),
    Rule(
        "RDS005", (INSTANCE, CLUSTER), "error",
        "the Aurora cluster {cluster} has {n} instances",
        scope="graph",
        check=_crowded,
        fix="take some away",
        source="Aurora User Guide, Adding Aurora Replicas to a DB cluster; Amazon Aurora DB clusters",
        verified="docs",
        good=_with(cluster(), *[member()] * AURORA_INSTANCES_MOST),
        bad=_with(cluster(), *[member()] * (AURORA_INSTANCES_MOST + 1)),
    ),
    Rule(
        "RDS021", (INSTANCE, CLUSTER), "error",
        "the cluster {cluster} is {other}",
        scope="graph",
        check=_unlike,
        fix="give the instance the engine of its cluster",
        source="CloudFormation resource schema, AWS::RDS::DBInstance and DBCluster",
        good=(_with(cluster(), member()), _with(cluster(SnapshotIdentifier="s"), member(StorageEncrypted=False))),
        bad=(
            _with(cluster("aurora-postgresql"), member()),
            _with(cluster(), member(StorageEncrypted=False)),
            _with(cluster(StorageEncrypted=None), member(StorageEncrypted=True)),
        ),
    ),
    Rule(
        "RDS033", CLUSTER, "error",
        "{problem}",
        check=_settings,
        source="RDS API Reference, CreateDBCluster: StorageType, Iops, AllocatedStorage, DBClusterInstanceClass",
        good=(
            cluster(),
            cluster(StorageType="aurora-iopt1"),
            cluster(
                "postgres", StorageType="io1", Iops=1_000, AllocatedStorage=100, DBClusterInstanceClass="db.m5d.large"
            ),
        ),
        bad=(
            cluster(AllocatedStorage=100),
            cluster(StorageType="gp3"),
            cluster("postgres"),
            cluster("postgres", StorageType="io1", AllocatedStorage=100, DBClusterInstanceClass="db.m5d.large"),
        ),
    ),
    Rule(
        "RDS034", CLUSTER, "error",
        "{problem}",
        check=_scaling,
        source="CloudFormation resource schema, AWS::RDS::DBCluster; Aurora User Guide, using Aurora Serverless v2",
        good=cluster(ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 4}),
        bad=(
            cluster(ScalingConfiguration={"MinCapacity": 1}),
            cluster(EngineMode="serverless", ServerlessV2ScalingConfiguration={"MinCapacity": 1, "MaxCapacity": 4}),
            cluster(ServerlessV2ScalingConfiguration={"MinCapacity": 8, "MaxCapacity": 4}),
        ),
    ),
    Rule(
        "RDS046", CLUSTER, "error",
        "{name} of Aurora Serverless is told in capacity units",
        when={"ServerlessV2ScalingConfiguration": Present()},
        check=_units,
        source="RDS API Reference, ServerlessV2ScalingConfiguration; CloudFormation Template Reference, the same",
        verified="docs",
        good=(
            cluster(ServerlessV2ScalingConfiguration={"MinCapacity": 0, "MaxCapacity": 256}),
            cluster(ServerlessV2ScalingConfiguration={"MinCapacity": {"Ref": "Least"}, "MaxCapacity": 1}),
        ),
        bad=(
            cluster(ServerlessV2ScalingConfiguration={"MinCapacity": 0.3, "MaxCapacity": 4}),
            cluster(ServerlessV2ScalingConfiguration={"MinCapacity": 0, "MaxCapacity": 0.5}),
            cluster(ServerlessV2ScalingConfiguration={"MinCapacity": 1, "MaxCapacity": 300}),
        ),
    ),
    Rule(
        "RDS047", (INSTANCE, CLUSTER), "error",
        "an instance of class db.serverless needs a range of capacity on its cluster {cluster}",
        scope="graph",
        check=_no_range,
        fix="set ServerlessV2ScalingConfiguration of {cluster}",
        source="CloudFormation Template Reference, AWS::RDS::DBCluster ServerlessV2ScalingConfiguration",
        verified="docs",
        good=_with(
            cluster(ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 4}),
            member(DBInstanceClass="db.serverless"),
        ),
        bad=_with(cluster(), member(DBInstanceClass="db.serverless")),
    ),
    Rule(
        "RDS044", CLUSTER, "error",
        "RDS manages no password of a cluster that belongs to a global one",
        when={"GlobalClusterIdentifier": Present()},
        check=_managed_password,
        fix="keep the password in a secret of your own (MasterUserPassword with a dynamic reference)",
        source="Aurora User Guide, Password management with Amazon Aurora and AWS Secrets Manager, limitations",
        verified="docs",
        good=(cluster(), cluster(GlobalClusterIdentifier="shop", ManageMasterUserPassword=None)),
        bad=cluster(GlobalClusterIdentifier="shop"),
    ),
    Rule(
        "RDS050", CLUSTER, "error",
        "{problem}",
        when={"BacktrackWindow": Present()},
        check=_backtrack,
        source="RDS API Reference, CreateDBCluster: BacktrackWindow",
        good=(cluster(BacktrackWindow=3_600), cluster("aurora-postgresql", BacktrackWindow=0)),
        bad=(cluster(BacktrackWindow=300_000), cluster("aurora-postgresql", BacktrackWindow=3_600)),
    ),
)  # fmt: skip
