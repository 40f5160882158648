"""Databases: the near misses of each rule, and what depends on the limits in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules import Graph, check_update
from awsdeck.template import Template

if TYPE_CHECKING:
    from .conftest import Ask, AskAll, AskHints

INSTANCE = "AWS::RDS::DBInstance"
CLUSTER = "AWS::RDS::DBCluster"
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
STAGE = {"Stage": {"Type": "String"}}
PASSWORD = "{{resolve:secretsmanager:db:SecretString:password}}"


def db(engine: Any = "mysql", **properties: Any) -> dict[str, Any]:
    """A sound instance; None leaves a property out."""
    sound = {
        "DBInstanceClass": "db.t3.small", "Engine": engine, "AllocatedStorage": "20", "StorageType": "gp2",
        "StorageEncrypted": True, "MasterUsername": "app", "MasterUserPassword": PASSWORD,
    }  # fmt: skip
    found = {name: value for name, value in {**sound, **properties}.items() if value is not None}
    return {"Type": INSTANCE, "DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Snapshot", "Properties": found}


def copy(source: Any = None, **properties: Any) -> dict[str, Any]:
    source = {"Ref": "Main"} if source is None else source
    found = {"DBInstanceClass": "db.t3.small", "SourceDBInstanceIdentifier": source, **properties}
    return {"Type": INSTANCE, "Properties": found}


def cluster(**properties: Any) -> dict[str, Any]:
    sound = {"Engine": "aurora-mysql", "StorageEncrypted": True}
    found = {name: value for name, value in {**sound, **properties}.items() if value is not None}
    return {"Type": CLUSTER, "DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Snapshot", "Properties": found}


def member(**properties: Any) -> dict[str, Any]:
    sound = {"DBInstanceClass": "db.r5.large", "Engine": "aurora-mysql", "DBClusterIdentifier": {"Ref": "Cluster"}}
    return {"Type": INSTANCE, "Properties": {**sound, **properties}}


def when(condition: str, body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "Condition": condition}


# Nothing to say


@pytest.mark.parametrize(
    "body",
    [
        db(),
        db({"Ref": "Engine"}, AllocatedStorage={"Ref": "Size"}, MasterUserPassword={"Ref": "Password"}),
        db("MySQL"),
        db(BackupRetentionPeriod={"Ref": "Days"}, MultiAZ={"Ref": "Standby"}, StorageEncrypted={"Ref": "Encrypt"}),
        db(StorageType="gp3", AllocatedStorage="400", Iops=12_000),
        db("sqlserver-ee", StorageType="gp3", AllocatedStorage=100, Iops=4_000, MasterUsername="a" * 60),
        db("oracle-ee", StorageType="io2", AllocatedStorage="100", Iops=50_000),
        db(AllocatedStorage="100", StorageType="io1", Iops={"Ref": "Iops"}),
        db("custom-oracle-ee", AllocatedStorage="40", StorageEncrypted=None, KmsKeyId="alias/k"),
        db(DBSnapshotIdentifier={"Ref": "Snapshot"}, Engine=None, AllocatedStorage=None, MasterUsername=None,
           StorageEncrypted=None, MasterUserPassword=None),
        db(MasterUserPassword=None, MasterUserAuthenticationType="iam-db-auth"),
        db(PreferredBackupWindow="", PreferredMaintenanceWindow=""),
        db(PreferredBackupWindow={"Ref": "Window"}, PreferredMaintenanceWindow="sun:05:00-sun:06:00"),
        db(MonitoringInterval={"Ref": "Seconds"}),
        db(MonitoringInterval="60", MonitoringRoleArn={"Ref": "Watcher"}),
        db(SourceDBInstanceIdentifier="main", UseLatestRestorableTime=True, Engine=None, AllocatedStorage=None),
        copy(BackupRetentionPeriod=7),
        member(),
        cluster(),
        cluster(SnapshotIdentifier="s", StorageEncrypted=None, KmsKeyId="alias/k"),
        cluster(Engine="neptune", StorageEncrypted=None),
        cluster(ServerlessV2ScalingConfiguration={"MinCapacity": {"Ref": "Least"}, "MaxCapacity": 4}),
    ],
)  # fmt: skip
def test_what_may_be_right_is_left_alone(ask: Ask, body: dict[str, Any]) -> None:
    names = ("Engine", "Size", "Password", "Days", "Standby", "Encrypt", "Iops", "Snapshot", "Window", "Seconds")
    parameters = {name: {"Type": "String"} for name in (*names, "Least")}
    said = ask({"It": body}, Parameters=parameters)
    assert [f for f in said.findings if f.rule.startswith("RDS") and f.severity != "info"] == []


def test_branches_of_conditions_are_judged_each_on_its_own(ask: Ask) -> None:
    varied = {"Fn::If": ["Prod", 14, 40]}
    said = ask({"It": db(BackupRetentionPeriod=varied)}, Conditions=PROD, Parameters=STAGE)
    assert said.where("RDS001") == [("It", "Properties", "BackupRetentionPeriod", "Fn::If", 2)]
    safe = db(
        MultiAZ={"Fn::If": ["Prod", True, {"Ref": "AWS::NoValue"}]},
        AvailabilityZone={"Fn::If": ["Prod", {"Ref": "AWS::NoValue"}, "eu-west-1a"]},
    )
    assert not ask({"It": safe}, Conditions=PROD, Parameters=STAGE).of("RDS014")


# Which engine


def test_the_retired_engine_is_a_warning_by_the_notes_and_an_error_today(ask: Ask) -> None:
    assert ask({"It": cluster(Engine="aurora")}).severities("RDS018") == ["warning"]
    assert ask({"It": cluster(Engine="aurora")}, "current").severities("RDS018") == ["error"]


@pytest.mark.parametrize(
    ("engine", "fix"),
    [
        ("postgresql", "postgres"),
        ("oracle", "oracle-ee or oracle-se2"),
        ("sqlserver", "sqlserver-ee"),
        ("db2", "db2-se"),
    ],
)
def test_an_engine_that_is_meant_is_named(ask: Ask, engine: str, fix: str) -> None:
    (finding,) = ask({"It": db(engine)}).of("RDS018")
    assert fix in (finding.fix or "")


@pytest.mark.parametrize("engine", ["db2-ae", "sqlserver-dev-ee", "custom-sqlserver-web"])
@pytest.mark.parametrize("mode", ["documented", "current"])
def test_engines_younger_than_the_notes_are_not_refused_for_their_age(ask: Ask, engine: str, mode: Any) -> None:
    said = ask({"It": db(engine, AllocatedStorage="100", MultiAZ=True)}, mode)
    assert not said.of("RDS018")
    assert not said.of("RDS015")


# Replicas


def replicas(n: int, engine: str = "mysql", **properties: Any) -> dict[str, Any]:
    main = db(engine, BackupRetentionPeriod=7, AllocatedStorage="100", **properties)
    return {"Main": main, **{f"R{number}": copy() for number in range(n)}}


@pytest.mark.parametrize(
    ("engine", "n", "documented", "current"),
    [
        ("mysql", 5, [], []), ("mysql", 6, ["error"], []), ("postgres", 15, ["error"], []),
        ("mariadb", 16, ["error"], ["error"]), ("db2-se", 3, [], []), ("db2-se", 4, ["error"], ["error"]),
        ("oracle-ee", 5, [], []), ("oracle-ee", 6, ["error"], ["error"]), ("sqlserver-ee", 5, [], []),
        ("sqlserver-ee", 6, ["error"], ["warning"]), ("sqlserver-ee", 16, ["error"], ["error"]),
    ],
)  # fmt: skip
def test_how_many_replicas_there_may_be_by_engine(
    ask: Ask, engine: str, n: int, documented: list[str], current: list[str]
) -> None:
    assert ask(replicas(n, engine)).severities("RDS004") == documented
    assert ask(replicas(n, engine), "current").severities("RDS004") == current


def test_replicas_that_never_exist_together_are_not_added_up(ask: Ask) -> None:
    found = {"Main": db(BackupRetentionPeriod=7)}
    for number in range(8):
        found[f"R{number}"] = when("Prod" if number % 2 else "Test", copy())
    assert not ask(found, Conditions=PROD, Parameters=STAGE).of("RDS004")
    found |= {"R8": copy(), "R9": copy()}
    assert ask(found, Conditions=PROD, Parameters=STAGE).severities("RDS004") == ["error"]


def test_replicas_are_counted_by_reference_identifier_and_arn_alike_and_restores_are_not(ask: Ask) -> None:
    sources: list[Any] = [
        {"Ref": "Main"}, {"Fn::GetAtt": ["Main", "DBInstanceArn"]}, "main",
        "arn:aws:rds:eu-west-1:123456789012:db:main", {"Ref": "Main"},
    ]  # fmt: skip
    found = {"Main": db(BackupRetentionPeriod=7, DBInstanceIdentifier="main")}
    found |= {f"R{number}": copy(source) for number, source in enumerate(sources)}
    found |= {"Restore": copy(UseLatestRestorableTime=True), "Elsewhere": copy("other"), "Unknown": copy({"Ref": "P"})}
    assert not ask(found, Parameters={"P": {"Type": "String"}}).of("RDS004")
    assert ask({**found, "R5": copy("MAIN")}, Parameters={"P": {"Type": "String"}}).severities("RDS004") == ["error"]


@pytest.mark.parametrize(
    ("engine", "documented", "current"),
    [
        ("mysql", [], []), ("db2-ae", [], []), ("oracle-ee", ["error"], []), ("sqlserver-ee", ["error"], []),
        ("oracle-se2", ["error"], ["error"]), ("sqlserver-ex", ["error"], ["error"]), ("custom-oracle-ee", [], []),
        ("SQLServer-Web", ["error"], ["error"]),
    ],
)  # fmt: skip
def test_which_engines_have_replicas(ask: Ask, engine: str, documented: list[str], current: list[str]) -> None:
    found = replicas(1, engine)
    assert ask(found).severities("RDS006") == documented
    assert ask(found, "current").severities("RDS006") == current


def test_the_engine_of_a_source_elsewhere_is_not_known(ask: Ask) -> None:
    assert not ask({"R": copy("main")}).of("RDS006")
    assert ask({"R": copy("main", Engine="oracle-se2")}).of("RDS006")


def test_a_source_in_another_stack_is_found_through_its_export(ask_all: AskAll) -> None:
    said = ask_all({"base": {"Main": db(BackupRetentionPeriod=0)}, "shop": {"R": copy("main")}})
    assert not said.of("RDS010")
    graph = Graph()
    outputs = {"Db": {"Value": {"Ref": "Main"}, "Export": {"Name": "db"}}}
    base = {"Resources": {"Main": db(BackupRetentionPeriod=0)}, "Outputs": outputs}
    graph.add(Template.from_dict(base, "base"))
    graph.add(Template.from_dict({"Resources": {"R": copy({"Fn::ImportValue": "db"})}}, "shop"))
    from awsdeck.rules import check_graph

    assert [finding.rule for finding in check_graph(graph) if finding.rule == "RDS010"] == ["RDS010"]


@pytest.mark.parametrize(
    ("engine", "version", "kept", "severity"),
    [
        ("mysql", None, 7, "warning"), ("mysql", None, None, "error"), ("mysql", None, {"Ref": "Days"}, "warning"),
        ("postgres", "16.4", None, "warning"), ("postgres", "13.9", 7, "error"), ("postgres", "14", 7, "warning"),
        ("sqlserver-ee", None, 7, "error"), ("oracle-ee", None, 7, "error"),
    ],
)  # fmt: skip
def test_what_a_replica_of_a_replica_takes(
    ask: Ask, engine: str, version: str | None, kept: Any, severity: str
) -> None:
    main = db(engine, EngineVersion=version, AllocatedStorage="100", BackupRetentionPeriod=7)
    first = copy() if kept is None else copy(BackupRetentionPeriod=kept)
    found = {"Main": main, "First": first, "Second": copy({"Ref": "First"})}
    said = ask(found, "current", Parameters={"Days": {"Type": "Number"}})
    assert said.severities("RDS011") == [severity]
    assert said.where("RDS011") == [("Second", "Properties", "SourceDBInstanceIdentifier")]


def test_replicas_of_each_other_do_not_go_round_for_ever(ask: Ask) -> None:
    assert ask({"A": copy({"Ref": "B"}), "B": copy({"Ref": "A"})}).of("RDS011")


def test_an_unencrypted_source_has_no_encrypted_replica(ask: Ask) -> None:
    plain, mine, other = db(StorageEncrypted=False), db(KmsKeyId="alias/a"), db(StorageEncrypted={"Ref": "E"})
    parameters = {"E": {"Type": "String"}}
    with_key = copy(KmsKeyId="alias/b")
    assert ask({"Main": plain, "R": with_key}).severities("RDS013") == ["error"]
    assert ask({"Main": mine, "R": with_key}).severities("RDS013") == ["warning"]
    assert not ask({"Main": mine, "R": copy(KmsKeyId="alias/a")}).of("RDS013")
    assert not ask({"Main": other, "R": with_key}, Parameters=parameters).of("RDS013")
    restored = db(StorageEncrypted=None, DBSnapshotIdentifier="s", MasterUsername=None)
    assert not ask({"Main": restored, "R": with_key}).of("RDS013")


def test_a_source_in_another_region_is_named_by_arn(ask: Ask) -> None:
    here = {"region": "us-east-1"}
    arn = "arn:aws:rds:eu-west-1:123456789012:db:main"
    assert ask({"R": copy("main", SourceRegion="eu-west-1")}, member=here).of("RDS012")
    assert not ask({"R": copy("main", SourceRegion="us-east-1")}, member=here).of("RDS012")
    assert not ask({"R": copy(arn)}, member=here).of("RDS012")
    assert ask({"R": copy(arn, Engine="custom-oracle-ee")}, member=here).of("RDS012")


def test_an_encrypted_source_in_another_region_asks_for_a_key(ask_all: AskAll) -> None:
    main = db(DBInstanceIdentifier="main", BackupRetentionPeriod=7)
    arn = "arn:aws:rds:eu-west-1:123456789012:db:main"
    known = {"base": {"region": "eu-west-1"}, "far": {"region": "us-east-1"}}
    assert ask_all({"base": {"Main": main}, "far": {"R": copy(arn)}}, known).severities("RDS012") == ["error"]
    keyed = {"R": copy(arn, KmsKeyId="alias/aws/rds")}
    assert not ask_all({"base": {"Main": main}, "far": keyed}, known).of("RDS012")


def test_a_replica_whose_source_manages_the_password_is_refused_but_for_sql_server(ask: Ask) -> None:
    managed = db(ManageMasterUserPassword="true", MasterUserPassword=None)
    assert ask({"Main": managed, "R": copy()}).severities("RDS044") == ["error"]
    unsure = db(ManageMasterUserPassword={"Ref": "P"}, MasterUserPassword=None)
    assert not ask({"Main": unsure, "R": copy()}, Parameters={"P": {"Type": "String"}}).of("RDS044")


def function(host: Any) -> dict[str, Any]:
    properties = {
        "Code": {"ZipFile": "def handle(*_): ..."}, "Handler": "index.handle", "Runtime": "python3.13",
        "Role": "arn:aws:iam::123456789012:role/r", "Environment": {"Variables": {"DB_HOST": host}},
    }  # fmt: skip
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def test_a_replica_that_somebody_asks_for_is_used(ask: Ask) -> None:
    writer = {"Fn::GetAtt": ["Main", "Endpoint.Address"]}
    found = {"Main": db(), "R": copy(), "App": function(writer)}
    assert ask(found).severities("RDS040") == ["warning"]
    shown = {"Reads": {"Value": {"Fn::GetAtt": ["R", "Endpoint.Address"]}}}
    assert not ask(found, Outputs=shown).of("RDS040")
    assert not ask({"Main": db(), "App": function(writer)}).of("RDS040")
    assert not ask({"Main": db(), "App": function("rds.amazonaws.com")}).of("RDS040")


# Storage


@pytest.mark.parametrize(
    ("properties", "severities"),
    [
        ({"AllocatedStorage": "5"}, ["error"]),
        ({"AllocatedStorage": "5", "StorageType": None}, ["warning"]),
        ({"AllocatedStorage": "4", "StorageType": None}, ["error"]),
        ({"AllocatedStorage": "5", "StorageType": "standard"}, []),
        ({"AllocatedStorage": "3073", "StorageType": "standard"}, ["error"]),
        ({"AllocatedStorage": 65_536}, []),
        ({"AllocatedStorage": 65_537}, ["error"]),
        ({"AllocatedStorage": "5", "StorageType": {"Ref": "Type"}}, []),
        ({"AllocatedStorage": "50", "StorageType": None, "Iops": 1_000}, ["error"]),
        ({"Engine": "sqlserver-se", "AllocatedStorage": "20", "StorageType": "io1", "Iops": 1_000}, ["warning"]),
        ({"Engine": "sqlserver-se", "AllocatedStorage": "20000", "StorageType": "gp3"}, ["warning"]),
    ],
)
def test_how_much_storage_there_may_be(ask: Ask, properties: dict[str, Any], severities: list[str]) -> None:
    said = ask({"It": db(**properties)}, Parameters={"Type": {"Type": "String"}})
    assert said.severities("RDS026") == severities


@pytest.mark.parametrize(
    ("properties", "severities"),
    [
        ({"StorageType": "GP3"}, []),
        ({"StorageType": "gp3", "AllocatedStorage": "399", "StorageThroughput": 250}, ["error"]),
        ({"StorageType": "gp3", "AllocatedStorage": "399", "Iops": 0}, []),
        ({"StorageType": "gp3", "AllocatedStorage": "400", "Iops": 11_999}, ["error"]),
        ({"Engine": "oracle-ee", "StorageType": "gp3", "AllocatedStorage": "200", "Iops": 12_000}, []),
        ({"StorageType": "io2", "AllocatedStorage": "100", "Iops": 100_000}, []),
        ({"StorageType": "io1", "AllocatedStorage": "100", "Iops": 5_001}, ["error"]),
        ({"StorageType": "io1", "AllocatedStorage": "4000", "Iops": 1_500}, ["error"]),
        ({"Iops": 1_000}, ["warning"]),
        ({"StorageType": "standard"}, ["warning"]),
    ],
)
def test_how_fast_storage_may_be(ask: Ask, properties: dict[str, Any], severities: list[str]) -> None:
    assert ask({"It": db(**properties)}).severities("RDS027") == severities


def test_storage_that_does_not_grow_by_itself_may_say_so(ask: Ask) -> None:
    assert not ask({"It": db(MaxAllocatedStorage=20)}).of("RDS043")
    assert ask({"It": db(MaxAllocatedStorage=21)}).of("RDS043")
    assert not ask({"It": db(MaxAllocatedStorage=22)}).of("RDS043")


# Encryption, windows, passwords


def test_unencrypted_aurora_is_told_of_by_the_notes_alone(ask: Ask) -> None:
    found = {"It": cluster(StorageEncrypted=None)}
    assert ask(found).severities("RDS023") == ["warning"]
    assert not ask(found, "current").of("RDS023")
    assert ask({"It": db(StorageEncrypted=None)}, "current").severities("RDS023") == ["warning"]


@pytest.mark.parametrize(
    ("backup", "upkeep", "wrong"),
    [
        ("23:45-00:15", "mon:00:15-mon:00:45", False), ("23:45-00:15", "mon:00:00-mon:00:30", True),
        ("23:50-00:20", "sun:23:30-mon:00:00", True), ("03:00-03:30", "Sat:23:30-Sun:00:30", False),
        ("00:00-00:30", "Sat:23:30-Sun:00:30", True), ("03:00-03:29", None, True), ("3:00-4:00", None, False),
        ("25:00-26:00", None, True),
    ],
)  # fmt: skip
def test_windows_are_read_across_midnight_and_the_end_of_the_week(
    ask: Ask, backup: str, upkeep: str | None, wrong: bool
) -> None:
    said = ask({"It": db(PreferredBackupWindow=backup, PreferredMaintenanceWindow=upkeep)})
    assert bool(said.of("RDS041")) is wrong


@pytest.mark.parametrize("tag", [{"Key": "Env", "Value": "PROD"}, {"Key": "stage", "Value": "production"}])
def test_a_production_database_without_a_standby_is_warned_of(ask: Ask, tag: dict[str, str]) -> None:
    assert ask({"It": db(Tags=[tag])}).severities("RDS017") == ["warning"]
    assert not ask({"It": db(Tags=[tag], MultiAZ={"Ref": "P"})}, Parameters={"P": {"Type": "String"}}).of("RDS017")
    assert not ask({"It": db(Tags=[{**tag, "Value": "production-like"}])}).of("RDS017")
    assert not ask({"Main": db(), "It": copy(Tags=[tag])}).of("RDS017")


def test_a_password_that_the_deploy_brings_is_not_measured(ask: Ask) -> None:
    parameters = {"P": {"Type": "String", "NoEcho": True}}
    assert not ask({"It": db(MasterUserPassword={"Ref": "P"})}, Parameters=parameters).of("RDS029")
    assert not ask({"It": db(MasterUserPassword=PASSWORD)}).of("RDS029")
    assert ask({"It": db(MasterUserPassword=None)}).of("RDS029")


def test_names_of_master_users_by_engine(ask: Ask) -> None:
    assert not ask({"It": db(MasterUsername="admin")}).of("RDS030")
    assert ask({"It": db("postgres", MasterUsername="ADMIN")}).severities("RDS030") == ["error"]
    assert ask({"It": db(MasterUsername="a" * 20)}).severities("RDS030") == ["warning"]
    assert ask({"It": db(MasterUsername="a" * 33)}).severities("RDS030") == ["error"]
    assert not ask({"It": db("postgres", MasterUsername="a" * 20)}).of("RDS030")


# Clusters and groups


def test_members_of_a_cluster_in_another_template_are_not_compared(ask: Ask) -> None:
    found = {"I": member(DBClusterIdentifier="elsewhere", Engine="aurora-postgresql", StorageEncrypted=False)}
    assert not ask(found).of("RDS021")
    assert not ask({"Cluster": cluster(SnapshotIdentifier="s"), "I": member(StorageEncrypted=False)}).of("RDS021")
    assert not ask({"Cluster": cluster(Engine="Aurora-MySQL"), "I": member()}).of("RDS021")


def test_instances_that_never_exist_together_are_not_added_up(ask: Ask) -> None:
    found = {"Cluster": cluster()}
    found |= {f"A{n}": when("Prod", member()) for n in range(9)}
    found |= {f"B{n}": when("Test", member()) for n in range(9)}
    assert not ask(found, Conditions=PROD, Parameters=STAGE).of("RDS005")


@pytest.mark.parametrize(
    ("subnets", "wrong"),
    [
        ([{"Ref": "A"}], True), ([{"Ref": "A"}, {"Ref": "B"}], False), ([{"Ref": "List"}], False),
        ({"Ref": "List"}, False), ({"Fn::Split": [",", {"Ref": "Text"}]}, False),
        ([{"Fn::ImportValue": "a"}, {"Fn::ImportValue": "b"}], False),
        ([{"Fn::If": ["Prod", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]}, {"Ref": "B"}], True),
        ([{"Ref": "A"}, {"Ref": "Same"}], True), ([{"Ref": "A"}, {"Ref": "Unknown"}], False),
    ],
)  # fmt: skip
def test_a_subnet_group_reaches_over_two_zones(ask: Ask, subnets: Any, wrong: bool) -> None:
    def subnet(zone: Any) -> dict[str, Any]:
        properties = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": zone}
        return {"Type": "AWS::EC2::Subnet", "Properties": properties}

    group = {
        "Type": "AWS::RDS::DBSubnetGroup", "Properties": {"DBSubnetGroupDescription": "d", "SubnetIds": subnets},
    }  # fmt: skip
    first, second = ({"Fn::Select": [n, {"Fn::GetAZs": ""}]} for n in (0, 1))
    found = {
        "G": group,
        "A": subnet(first),
        "B": subnet(second),
        "Same": subnet(first),
        "Unknown": subnet({"Ref": "Z"}),
    }
    parameters = {
        "List": {"Type": "List<AWS::EC2::Subnet::Id>"}, "Text": {"Type": "String"}, "Z": {"Type": "String"}, **STAGE,
    }  # fmt: skip
    said = ask(found, Conditions=PROD, Parameters=parameters)
    assert bool(said.of("RDS032")) is wrong


@pytest.mark.parametrize(
    ("engine", "version", "family", "wrong"),
    [
        ("postgres", "16.4", "postgres16", False), ("postgres", {"Ref": "V"}, "postgres15", False),
        ("postgres", {"Ref": "V"}, "mysql8.0", True), ("mysql", "8", "mysql8.0", False),
        ("mysql", None, "mariadb10.6", True),
        ("sqlserver-se", "15.00.4198.2.v1", "sqlserver-se-15.0", False), ("oracle-ee", None, "oracle-ee-cdb-19", True),
        ("db2-se", "11.5.9.0.sb00000000.r1", "db2-se-11.5", False), ("postgres", "9.6.24", "postgres9.6", False),
        ("postgres", "16.4", {"Ref": "V"}, False),
    ],
)  # fmt: skip
def test_a_parameter_group_is_of_the_engine_and_version(
    ask: Ask, engine: str, version: Any, family: Any, wrong: bool
) -> None:
    properties = {"Description": "d", "Family": family, "Parameters": {}}
    group = {"Type": "AWS::RDS::DBParameterGroup", "Properties": properties}
    found = {"G": group, "It": db(engine, EngineVersion=version, DBParameterGroupName={"Ref": "G"})}
    assert bool(ask(found, Parameters={"V": {"Type": "String"}}).of("RDS045")) is wrong


def test_hints_of_a_busy_database(ask_hints: AskHints) -> None:
    assert not ask_hints("RDSInstance", multi_az=True, read_heavy=True).of("RDS016")
    assert ask_hints("RDSInstance", multi_az=True, read_heavy=True, replicas=0).of("RDS016")
    assert not ask_hints("RDSInstance", workload="mixed").of("RDS039")


# Updates


def change(old: dict[str, Any], new: dict[str, Any], **rest: Any) -> list[tuple[str, str]]:
    graphs = []
    for body in (old, new):
        graph = Graph()
        graph.add(Template.from_dict({"Resources": body, **rest}, "shop"))
        graphs.append(graph)
    ours = {"UPD003", "UPD014", "UPD015", "UPD016", "UPD017", "UPD018", "UPD019"}
    return [(finding.rule, finding.severity) for finding in check_update(*graphs) if finding.rule in ours]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ({}, {"BackupRetentionPeriod": 14}, []),
        ({"StorageEncrypted": None}, {}, [("UPD003", "error")]),
        ({"StorageEncrypted": None}, {"StorageEncrypted": None, "DBSnapshotIdentifier": "c"}, [("UPD018", "warning")]),
        ({"KmsKeyId": "alias/a"}, {"KmsKeyId": {"Ref": "Key"}}, []),
        ({"StorageEncrypted": {"Ref": "E"}}, {}, []),
        ({"AllocatedStorage": "100"}, {"AllocatedStorage": "110"}, []),
        ({"AllocatedStorage": "100"}, {"AllocatedStorage": {"Ref": "Size"}}, []),
        ({"AllocatedStorage": "100"}, {"AllocatedStorage": "101"}, [("UPD014", "warning")]),
        ({"BackupRetentionPeriod": 0}, {"BackupRetentionPeriod": 7}, [("UPD015", "warning")]),
        ({"EngineVersion": "8.0.36"}, {"EngineVersion": "8.0"}, []),
        ({"EngineVersion": "8.0"}, {"EngineVersion": "8.4"}, [("UPD017", "error")]),
        ({"EngineVersion": "8.0"}, {"EngineVersion": "8.4", "AllowMajorVersionUpgrade": {"Ref": "P"}}, []),
        ({"EngineVersion": "8.0.36"}, {"EngineVersion": {"Ref": "V"}}, []),
        ({"DBSnapshotIdentifier": "a"}, {}, []),
        ({}, {"MultiAZ": True}, [("UPD019", "info")]),
    ],
)
def test_which_changes_of_a_database_are_told_of(old: Any, new: Any, wanted: list[tuple[str, str]]) -> None:
    assert change({"Db": db(**old)}, {"Db": db(**new)}) == wanted


def test_a_replica_that_is_promoted_or_loses_its_source_is_told_of() -> None:
    before = {"Main": db(), "R": copy()}
    assert change(before, {"Main": db(), "R": db(StorageEncrypted=None)}) == [("UPD016", "warning")]
    assert ("UPD017", "warning") in change(before, {"R": copy("main")})
    assert change(before, {"Main": db()}) == []


def test_backups_stay_on_while_there_are_replicas() -> None:
    before = {"Main": db(BackupRetentionPeriod=7), "R": copy()}
    assert change(before, {"Main": db(BackupRetentionPeriod=0), "R": copy()}) == [("UPD015", "error")]
    assert change(before, {"Main": db(BackupRetentionPeriod=0)}) == [("UPD015", "warning")]


def test_a_reader_that_goes_takes_no_data_along() -> None:
    old, new = Graph(), Graph()
    old.add(Template.from_dict({"Resources": {"Cluster": cluster(), "A": member(), "B": member()}}, "shop"))
    new.add(Template.from_dict({"Resources": {"Cluster": cluster(), "A": member()}}, "shop"))
    assert [finding.rule for finding in check_update(old, new) if finding.rule == "UPD004"] == []
