"""Read replicas of Amazon RDS: what can have them, how many, how far away, and who reads from them.

Source: RDS User Guide, working with DB instance read replicas; course notes, RDS: read replicas.
"""

from __future__ import annotations

import re

from ..limits import REPLICA_CHAIN_MOST, REPLICAS_MOST, REPLICAS_MOST_ELSEWHERE
from ..vocabulary import ABSENT, Limit, Present, Rule, Violation, is_unknown, number, truth
from .databases import INSTANCE, database, replica
from .dbengines import (
    DB2,
    MYSQL,
    OPEN,
    REPLICATED,
    RESTORED,
    engine_of,
    family,
    given,
    is_aurora,
    is_custom,
    is_replica,
    says,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

CONSTRUCT = "awsdeck::RDSReplica"
SOURCE = "SourceDBInstanceIdentifier"
FROM_CLUSTER = "SourceDBClusterIdentifier"
_CLUSTER = "AWS::RDS::DBCluster"
_CLUSTER_REPLICAS = 15
_ARN = re.compile(r"arn:[a-z-]+:rds:([a-z0-9-]+):\d*:(?:db|cluster):(.+)")

_REPLICATING = Limit(
    # the notes' list leaves out Oracle and SQL Server, which existed then; Db2 is younger, and not refused for that
    (*OPEN, *DB2),
    (*OPEN, *DB2, "oracle-ee", "oracle-ee-cdb", "sqlserver-ee"),
    "2019-10",
)
_NEVER = ("oracle-se2", "oracle-se2-cdb", "sqlserver-se", "sqlserver-ex", "sqlserver-web")


class Origin:
    """What a replica copies: an instance of the graph, or only a name; `key` is the same for the same source."""

    __slots__ = ("key", "view", "name")

    def __init__(self, key: tuple[Any, ...], view: View | None, name: str) -> None:
        self.key = key
        self.view = view
        self.name = name


def origin(graph: Graph | None, view: View, property: str = SOURCE) -> Origin | None:
    """Where a replica's data comes from, by reference, by identifier or by ARN; None when it cannot be told."""
    value = view.get(property)
    if graph is None or view.member is None:
        return None
    found = graph.target(view, value)
    if found is not None:
        return Origin(("view", id(found.view.body)), found.view, found.view.id)
    if not isinstance(value, str) or is_unknown(value) or not value:
        return None
    arn = _ARN.fullmatch(value)
    region, name = (arn[1], arn[2]) if arn else (view.member.region, value)
    type, identifier = (INSTANCE, "DBInstanceIdentifier") if property == SOURCE else (_CLUSTER, "DBClusterIdentifier")
    for other in graph.of(type):
        same = other.get(identifier)
        there = other.member.region if other.member is not None else None
        if isinstance(same, str) and same.lower() == name.lower() and (region is None or there in (None, region)):
            return Origin(("view", id(other.body)), other, other.id)
    return Origin(("name", region, name.lower()), None, name)


def _replicas(graph: Graph) -> list[tuple[View, Origin]]:
    """Every replica with its source, as it surely is however conditions fall."""
    return graph.kept(_followers)


def _followers(graph: Graph) -> list[tuple[View, Origin]]:
    pairs: list[tuple[View, Origin]] = []
    for view in graph.of(INSTANCE):
        if SOURCE not in view.properties and FROM_CLUSTER not in view.properties:
            continue
        worlds = list(view.worlds())
        property = SOURCE if SOURCE in view.properties else FROM_CLUSTER
        if not worlds or (property == SOURCE and not all(is_replica(world) for world in worlds)):
            continue
        found = [origin(graph, world, property) for world in worlds]
        first = found[0]
        if first is not None and all(one is not None and one.key == first.key for one in found):
            pairs.append((worlds[0], first))
    return pairs


def _engine(view: View, source: Origin | None) -> str | None:
    """The engine of a replica: its source's, or the one it names itself."""
    if source is not None and source.view is not None:
        engine = engine_of(source.view)
        if engine is not None:
            return engine
    return engine_of(view)


# How many


def _too_many(graph: Graph) -> Iterator[Violation]:
    families: dict[tuple[Any, ...], list[tuple[View, Origin]]] = {}
    for view, source in _replicas(graph):
        families.setdefault(source.key, []).append((view, source))
    for copies in families.values():
        together = _together([view for view, _ in copies])
        source = copies[0][1]
        engine = next((engine for view, one in copies if (engine := _engine(view, one))), None)
        of_cluster = source.view is not None and source.view.type == _CLUSTER
        if is_aurora(engine) or (engine is None and not of_cluster):
            continue
        limit: Any = REPLICAS_MOST.get(family(engine or "mysql"), REPLICAS_MOST_ELSEWHERE)
        most = _CLUSTER_REPLICAS if of_cluster else limit.of(graph.mode)
        values: dict[str, Any] = {"n": len(together), "source": source.name, "engine": engine or "a cluster"}
        if len(together) > most:
            today = limit.current if not of_cluster and graph.mode == "documented" else most
            hint = f" (AWS allows {today} since {limit.as_of}: use limits='current')" if len(together) <= today else ""
            yield Violation(
                (SOURCE,),
                view=together[most],
                message="{n} read replicas of {source}, and {engine} can have {most}" + hint,
                allowed=f"at most {most}",
                most=most,
                **values,
            )
        elif family(engine or "") == "sqlserver" and len(together) > limit.documented:
            yield Violation(
                (SOURCE,),
                view=together[limit.documented],
                severity="warning",
                message="{n} read replicas of {source}: the user guide allows 15 of SQL Server, the API reference 5",
                **values,
            )


def _together(views: list[View]) -> list[View]:
    """The most of these resources that can exist at once, as far as their conditions tell."""
    found: list[View] = []
    members = {id(view.member): view.member for view in views}
    for member in members.values():
        own = [view for view in views if view.member is member]
        names = sorted({c for view in own if isinstance(c := view.body.get("Condition"), str)})
        ways = member.ways.of(names) if member is not None and names else None
        if ways is None:
            found += [view for view in own if not names or "Condition" not in view.body]
            continue
        settings = [dict(zip(names, way, strict=True)) for way in sorted(ways, reverse=True)]
        sets = [[view for view in own if setting.get(view.body.get("Condition", ""), True)] for setting in settings]
        most: list[View] = max(sets, key=len, default=[])
        found += most
    return found


# Of what


def _unable(view: View) -> Iterator[Violation]:
    if not is_replica(view):
        return
    engine = _engine(view, origin(view.graph, view))
    if engine is None or is_aurora(engine) or is_custom(engine):
        return
    allowed = _REPLICATING.of(view.mode)
    if engine in _NEVER or (view.mode == "documented" and engine not in allowed):
        today = engine not in _NEVER
        yield Violation(
            (SOURCE,),
            engine=engine,
            hint=f" (AWS allows them since {_REPLICATING.as_of}: use limits='current')" if today else "",
            allowed=", ".join(allowed),
        )


def _without_backups(graph: Graph) -> Iterator[Violation]:
    for view, source in _replicas(graph):
        if source.view is not None and number(source.view.get("BackupRetentionPeriod")) == 0:
            yield Violation((SOURCE,), view=view, source=source.name)


def _managed_password(graph: Graph) -> Iterator[Violation]:
    for view, source in _replicas(graph):
        engine = _engine(view, source)
        if source.view is None or engine is None or family(engine) == "sqlserver":
            continue
        if truth(source.view.get("ManageMasterUserPassword")) is True:
            yield Violation((SOURCE,), view=view, source=source.name, engine=engine)


# One behind the other


def _chains(graph: Graph) -> Iterator[Violation]:
    sources = {id(view.body): (view, source) for view, source in _replicas(graph)}
    for view, source in list(sources.values()):
        line: list[View] = []
        at: Origin | None = source
        while at is not None and at.view is not None and id(at.view.body) in sources and at.view not in line:
            middle, beyond = sources[id(at.view.body)]
            line.append(at.view)
            at = beyond
            if middle.body is view.body:
                break
        if not line:
            continue
        root = at.view if at is not None else None
        engine = (engine_of(root) if root is not None else None) or engine_of(view)
        yield _chained(view, line, engine, root)


def _chained(view: View, line: list[View], engine: str | None, root: View | None) -> Violation:
    n, middle = len(line) + 1, line[0]
    kind = family(engine) if engine is not None else None
    values: dict[str, Any] = {"view": view, "n": n, "middle": middle.id}
    if kind in ("oracle", "sqlserver"):
        return Violation(
            (SOURCE,), severity="error", message="{engine} makes no replicas of replicas", engine=engine,
            fix="make it of the source itself", **values,
        )  # fmt: skip
    if n > REPLICA_CHAIN_MOST:
        return Violation(
            (SOURCE,), severity="error", message="{n} replicas stand one behind the other, and there can be 3",
            allowed=f"at most {REPLICA_CHAIN_MOST}", fix="make it of a replica nearer to the source", **values,
        )  # fmt: skip
    version = root.get("EngineVersion") if root is not None else ABSENT
    if kind == "postgres" and isinstance(version, str) and not is_unknown(version) and _below(version, 14, 1):
        return Violation(
            (SOURCE,), severity="error", message="replicas of replicas need PostgreSQL 14.1, and this is {version}",
            version=version, fix="make it of the source itself, or upgrade first", **values,
        )  # fmt: skip
    kept = middle.get("BackupRetentionPeriod")
    if kind in MYSQL and not is_unknown(kept) and not (number(kept if kept is not ABSENT else 0) or 0) > 0:
        return Violation(
            (SOURCE,),
            severity="error",
            message="a replica of {middle} needs its backups, which are off on a new replica",
            fix="set BackupRetentionPeriod of {middle} to 1 to 35",
            **values,
        )
    return Violation((SOURCE,), **values)


def _below(version: str, major: int, minor: int) -> bool:
    numbers = [int(part) for part in re.findall(r"\d+", version)[:2]]
    return bool(numbers) and len(numbers) == 2 and tuple(numbers) < (major, minor)


# In another region


def _far(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(INSTANCE):
        if SOURCE not in view.properties:
            continue
        for world in view.worlds():
            if is_replica(world):
                yield from _crossing(graph, world)


def _crossing(graph: Graph, view: View) -> Iterator[Violation]:
    value, region = view.get(SOURCE), view.get("SourceRegion")
    here = view.member.region if view.member is not None else None
    arn = _ARN.fullmatch(value) if isinstance(value, str) else None
    away = isinstance(region, str) and not is_unknown(region) and region not in ("", here)
    if not away and not (arn and here is not None and arn[1] != here):
        return
    if isinstance(value, str) and not is_unknown(value) and not arn and not value.startswith("arn:"):
        yield Violation(
            (SOURCE,), view=view, problem="a source in another region is named by its ARN", value=value,
            fix=f"write arn:aws:rds:{region}:123456789012:db:{value}, with your account",
        )  # fmt: skip
    source = origin(graph, view)
    engine = _engine(view, source)
    if is_custom(engine):
        yield Violation((SOURCE,), view=view, problem=f"{engine} has no replicas in other regions", fix="keep it here")
    encrypted = source is not None and source.view is not None and truth(source.view.get("StorageEncrypted")) is True
    if encrypted and not given(view.get("KmsKeyId")):
        yield Violation(
            ("KmsKeyId",), view=view, problem="the source is encrypted, with a key that does not leave its region",
            fix=f"set KmsKeyId to a key of {here or 'this region'}, such as alias/aws/rds",
        )  # fmt: skip


def _far_hints(view: View) -> Iterator[Violation]:
    if truth(view.get("cross_region")) is not True:
        return
    if view.get("key") is ABSENT and truth(view.get("source_encrypted")) is True:
        yield Violation(
            ("key",), problem="the source is encrypted, with a key that does not leave its region",
            fix='give key=, a key of the replica\'s region; "alias/aws/rds" is AWS\'s own',
        )  # fmt: skip
    if view.get("vpc") is ABSENT:
        yield Violation(
            ("vpc",), problem="a replica in another region needs a network there", fix="give vpc=, one of that region"
        )


def _keys(graph: Graph) -> Iterator[Violation]:
    for view, source in _replicas(graph):
        key = view.get("KmsKeyId")
        if not given(key) or source.view is None:
            continue
        origin_view = source.view
        encrypted = truth(origin_view.get("StorageEncrypted", False))
        inherits = says(origin_view, *REPLICATED, *RESTORED, "KmsKeyId", "DBClusterIdentifier")
        if encrypted is False and not inherits and not is_custom(engine_of(origin_view)):
            yield Violation(("KmsKeyId",), view=view, source=source.name)
        elif origin_view.member is view.member and encrypted is True and _other_key(key, origin_view.get("KmsKeyId")):
            yield Violation(
                ("KmsKeyId",),
                view=view,
                severity="warning",
                message="the user guide wants the key of the source for a replica in the same region",
                fix="leave KmsKeyId out",
                source=source.name,
            )


def _other_key(key: Any, other: Any) -> bool:
    if other is ABSENT:
        return key != "alias/aws/rds" and isinstance(key, str) and not is_unknown(key)
    return bool(key != other) and not is_unknown(key) and not is_unknown(other)


# What a replica does not say

_OF_SOURCE = ("MasterUsername", "CharacterSetName", "StorageEncrypted", "DBName", "DBSnapshotIdentifier")


def _inherited(view: View) -> Iterator[Violation]:
    if not is_replica(view) or is_aurora(engine_of(view)):
        return
    for name in (*_OF_SOURCE, "MasterUserPassword"):
        if given(view.get(name)):
            yield Violation((name,), name=name)


def _aurora(view: View) -> Iterator[Violation]:
    if (
        is_aurora(engine_of(view))
        and given(view.get(SOURCE))
        and not says(view, "RestoreTime", "UseLatestRestorableTime")
    ):
        yield Violation((SOURCE,))


# Who reads

_SETTINGS = {
    "AWS::Lambda::Function": "Environment/Variables/*",
    "AWS::ECS::TaskDefinition": "ContainerDefinitions/*/Environment/*/Value",
    "AWS::ElasticBeanstalk::Environment": "OptionSettings/*/Value",
    "AWS::ElasticBeanstalk::ConfigurationTemplate": "OptionSettings/*/Value",
}
"""Where applications are told which database is theirs."""
_ADDRESS = "Endpoint.Address"
_HOST = re.compile(r"[a-z0-9.-]+\.[a-z0-9-]+\.rds\.amazonaws\.com(\.cn)?\b")


def _endpoints(graph: Graph) -> Iterator[Violation]:
    copies: dict[tuple[Any, ...], list[View]] = {}
    for view, source in _replicas(graph):
        copies.setdefault(source.key, []).append(view)
    for app in graph.of(*_SETTINGS):
        for path, value in app.values(_SETTINGS[app.type]):
            host = _HOST.search(value) if isinstance(value, str) and ".rds.amazonaws.com" in value else None
            if host is not None:
                yield Violation(
                    path, view=app, message="the host name {host} is written out, and a restored database gets another",
                    fix="refer to GetAtt Endpoint.Address of the database", host=host[0],
                )  # fmt: skip
                continue
            found = graph.target(app, value)
            if found is None or found.attribute != _ADDRESS or found.view.type != INSTANCE:
                continue
            idle = copies.get(("view", id(found.view.body)), [])
            if idle and not any(_is_read(graph, copy) for copy in idle):
                yield Violation(path, view=app, source=found.view.id, replica=idle[0].id)


def _is_read(graph: Graph, copy: View) -> bool:
    """Whether anything asks where a replica is."""
    if copy.member is None:
        return True
    edges = [*copy.member.mentions, *copy.member.elsewhere()]
    return any(edge.target == copy.id and (edge.attribute or "").startswith("Endpoint") for edge in edges)


# Rules


def _graph(main: dict[str, Any] | None = None, copies: int = 1, **properties: Any) -> dict[str, Any]:
    """A database and its replicas."""
    found = {f"R{n}": _copy("Main", **properties) for n in range(1, copies + 1)}
    return {"Resources": {"Main": _own() if main is None else main, **found}}


def _own(engine: str = "mysql", **properties: Any) -> dict[str, Any]:
    kept = "{{resolve:secretsmanager:db:SecretString:password}}"
    sound = {"BackupRetentionPeriod": 7, "ManageMasterUserPassword": None, "MasterUserPassword": kept}
    return database(engine, **{**sound, **properties})


def _copy(source: str, **properties: Any) -> dict[str, Any]:
    return replica(**{SOURCE: {"Ref": source}, **properties})


def _chain(engine: str = "mysql", length: int = 2, **properties: Any) -> dict[str, Any]:
    found = {"R0": _own(engine)}
    found |= {f"R{n}": _copy(f"R{n - 1}", **properties) for n in range(1, length + 1)}
    return {"Resources": found}


def _reader(host: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {"ZipFile": "def handle(*_): ..."}, "Handler": "index.handle", "Runtime": "python3.13",
            "Role": "arn:aws:iam::123456789012:role/r", "Environment": {"Variables": {"DB_HOST": host}},
        },
    }  # fmt: skip


_WRITER = {"Fn::GetAtt": ["Main", _ADDRESS]}
_FAR_ARN = "arn:aws:rds:eu-west-1:123456789012:db:main"

RULES: tuple[Rule, ...] = (
    Rule(
        "RDS004", INSTANCE, "error",
        "{n} read replicas of {source}, and {engine} can have {most}",
        scope="graph",
        check=_too_many,
        fix="make replicas of a replica, or fewer",
        source="course notes, RDS: read replicas; RDS API Reference, CreateDBInstanceReadReplica; RDS User Guide, "
        "Working with read replicas for Microsoft SQL Server",
        verified="docs",
        limit=REPLICAS_MOST_ELSEWHERE,
        good=(_graph(copies=5), _graph(_own("postgres"), copies=5)),
        bad=(_graph(copies=6), _graph(_own("db2-se"), copies=4)),
    ),
    Rule(
        "RDS006", INSTANCE, "error",
        "{engine} has no read replicas{hint}",
        when={SOURCE: Present()},
        check=_unable,
        refers=True,
        fix="choose an engine that has them, or an edition: Oracle and SQL Server need Enterprise",
        source="course notes, RDS: read replicas; RDS API Reference, CreateDBInstanceReadReplica; RDS User Guide, "
        "Requirements and considerations for RDS for Oracle replicas",
        verified="docs",
        limit=_REPLICATING,
        good=(_graph(), replica(Engine="postgres"), replica()),
        bad=(_graph(_own("oracle-se2")), replica(Engine="sqlserver-web"), replica(Engine="oracle-ee")),
    ),
    Rule(
        "RDS007", INSTANCE, "warning",
        "{name} of a read replica is its source's, and has no effect here",
        when={SOURCE: Present()},
        check=_inherited,
        fix="leave it out",
        source="CloudFormation resource schema, AWS::RDS::DBInstance: SourceDBInstanceIdentifier",
        good=(replica(), replica(BackupRetentionPeriod=7), replica(UseLatestRestorableTime=True, DBName="shop")),
        bad=(replica(MasterUsername="root"), replica(StorageEncrypted=True)),
    ),
    Rule(
        "RDS008", INSTANCE, "error",
        "readers of Aurora are instances of its cluster, not replicas of an instance",
        when={SOURCE: Present()},
        check=_aurora,
        fix="name the cluster in DBClusterIdentifier, and leave SourceDBInstanceIdentifier out",
        source="CloudFormation resource schema, AWS::RDS::DBInstance; RDS API Reference, CreateDBInstanceReadReplica",
        good=replica(Engine="mysql"),
        bad=replica(Engine="aurora-mysql"),
    ),
    Rule(
        "RDS010", INSTANCE, "error",
        "automated backups of {source} are off, and replicas are made from them",
        scope="graph",
        check=_without_backups,
        fix="set BackupRetentionPeriod of {source} to 1 to 35",
        source="course notes, RDS: read replicas; RDS API Reference, CreateDBInstanceReadReplica",
        good=(_graph(), _graph(_own(BackupRetentionPeriod=None))),
        bad=_graph(_own(BackupRetentionPeriod=0)),
    ),
    Rule(
        "RDS011", INSTANCE, "warning",
        "a replica of the replica {middle} is behind it as that is behind its source: the lag adds up",
        scope="graph",
        check=_chains,
        fix="make it of the source itself if it must be up to date",
        source="course notes, RDS: read replicas; RDS User Guide, Using cascading read replicas",
        verified="docs",
        good=_graph(copies=2),
        bad=(
            _chain("postgres"),
            _chain("mysql"),
            _chain("postgres", 4),
            _chain("mysql", 2, BackupRetentionPeriod=7),
        ),
    ),
    Rule(
        "RDS012", INSTANCE, "error",
        "{problem}",
        scope="graph",
        check=_far,
        source="course notes, RDS: read replicas; RDS API Reference, CreateDBInstanceReadReplica",
        verified="docs",
        good=(
            replica(**{SOURCE: _FAR_ARN, "SourceRegion": "eu-west-1", "KmsKeyId": "alias/dr"}),
            replica(**{SOURCE: {"Ref": "Source"}, "SourceRegion": "eu-west-1"}),
        ),
        bad=replica(**{SOURCE: "main", "SourceRegion": "eu-west-1"}),
    ),
    Rule(
        "RDS012", CONSTRUCT, "error",
        "{problem}",
        scope="construct",
        check=_far_hints,
        source="course notes, RDS: read replicas; RDS API Reference, CreateDBInstanceReadReplica",
        verified="docs",
        good=({"cross_region": True, "source_encrypted": True, "key": "alias/aws/rds", "vpc": "Vpc"}, {"vpc": "Vpc"}),
        bad=(
            {"cross_region": True, "source_encrypted": True, "vpc": "Vpc"},
            {"cross_region": True, "source_encrypted": False},
        ),
    ),
    Rule(
        "RDS013", INSTANCE, "error",
        "{source} is not encrypted, so no encrypted replica can be made of it",
        scope="graph",
        check=_keys,
        fix="leave KmsKeyId out, or encrypt the source first",
        source="RDS API Reference, CreateDBInstanceReadReplica: KmsKeyId; course notes, RDS: encryption",
        verified="docs",
        good=(_graph(), _graph(_own(KmsKeyId="alias/k"), KmsKeyId="alias/k")),
        bad=(
            _graph(_own(StorageEncrypted=None), KmsKeyId="alias/k"),
            _graph(_own(KmsKeyId="alias/k"), KmsKeyId="alias/other"),
        ),
    ),
    Rule(
        "RDS040", INSTANCE, "warning",
        "everything goes to {source}, and nobody asks for the address of its replica {replica}",
        scope="graph",
        check=_endpoints,
        fix="send reads to GetAtt {replica}.Endpoint.Address: each replica has an address of its own",
        source="course notes, RDS: read replicas; CloudFormation resource schema, AWS::RDS::DBInstance",
        good=(
            {"Resources": {"Main": _own(), "App": _reader(_WRITER)}},
            {"Resources": {
                **_graph()["Resources"], "App": _reader(_WRITER), "Read": _reader({"Fn::GetAtt": ["R1", _ADDRESS]}),
            }},
        ),
        bad=(
            {"Resources": {**_graph()["Resources"], "App": _reader(_WRITER)}},
            {"Resources": {"Main": _own(), "App": _reader("main.abc.us-east-1.rds.amazonaws.com")}},
        ),
    ),
    Rule(
        "RDS044", INSTANCE, "error",
        "RDS makes no read replica of {source}, whose password it manages",
        scope="graph",
        check=_managed_password,
        fix="keep the password of {source} in a secret of your own (MasterUserPassword with a dynamic reference)",
        source="RDS User Guide, Password management with Amazon RDS and AWS Secrets Manager, limitations",
        verified="docs",
        good=(_graph(), _graph(database("sqlserver-ee", BackupRetentionPeriod=7))),
        bad=_graph(database(BackupRetentionPeriod=7)),
    ),
)  # fmt: skip
