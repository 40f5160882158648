"""Database instances: defaults, credentials, replicas, restores, permissions, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    VPC,
    App,
    ConstraintError,
    ConstructError,
    Generate,
    IAMRole,
    LambdaFunction,
    PointInTime,
    RDSInstance,
    RDSOption,
    RDSOptionGroup,
    RDSParameterGroup,
    RDSProxy,
    RDSSnapshot,
    RDSSubnetGroup,
    Secret,
    SecurityGroup,
    Stack,
    inline,
)
from awsdeck.synth import synthesize

CONNECT = "arn:${AWS::Partition}:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser"


class Shop:
    """A stack with a VPC to put databases in."""

    def __init__(self, limits: Any = None) -> None:
        self.app = App(limits=limits)
        self.stack = Stack(self.app, "shop", region="eu-west-1")
        self.vpc = VPC(self.stack, "Vpc", cidr="10.0.0.0/16", availability_zones=2)

    def database(self, id: str = "Db", engine: Any = "postgres", **keywords: Any) -> RDSInstance:
        sound = {"instance_class": "db.m5.large", "vpc": self.vpc}
        return RDSInstance(self.stack, id, engine=engine, **{**sound, **keywords})

    @property
    def role(self) -> IAMRole:
        return IAMRole(self.stack, "Role", assumed_by="ec2.amazonaws.com")

    @property
    def made(self) -> dict[str, Any]:
        found: dict[str, Any] = synthesize(self.app)[self.stack.name].template["Resources"]
        return found

    @property
    def warned(self) -> list[tuple[str, str]]:
        return [(f.rule, f.severity) for f in self.app.findings if f.severity != "info"]


@pytest.fixture
def shop() -> Shop:
    return Shop()


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> list[str]:
    return sorted({finding.rule for finding in caught.value.findings})


def statements(made: dict[str, Any], policy: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made[policy]["Properties"]["PolicyDocument"]["Statement"]
    return found


# What a database is without saying much


def test_a_plain_database_is_encrypted_backed_up_private_and_protected(shop: Shop) -> None:
    shop.database()
    made = shop.made["Db"]
    assert made["Properties"] == {
        "Engine": "postgres", "DBInstanceClass": "db.m5.large", "AllocatedStorage": "20", "StorageType": "gp3",
        "StorageEncrypted": True, "BackupRetentionPeriod": 7, "CopyTagsToSnapshot": True, "MultiAZ": False,
        "PubliclyAccessible": False, "DeletionProtection": True, "AutoMinorVersionUpgrade": True,
        "MasterUsername": "dbadmin", "ManageMasterUserPassword": True,
        "DBSubnetGroupName": {"Ref": "DbSubnetGroup"},
        "VPCSecurityGroups": [{"Fn::GetAtt": ["DbSecurityGroup", "GroupId"]}],
    }  # fmt: skip
    assert (made["DeletionPolicy"], made["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
    assert shop.warned == []


def test_it_stands_in_subnets_without_a_way_to_the_internet_where_there_are_some() -> None:
    app = App()
    stack = Stack(app, "shop", region="eu-west-1")
    vpc = VPC(stack, "Vpc", cidr="10.0.0.0/16", availability_zones=2, nat_gateways="none")
    RDSInstance(stack, "Db", engine="mysql", instance_class="db.t4g.micro", vpc=vpc)
    group = synthesize(app)["shop"].template["Resources"]["DbSubnetGroup"]["Properties"]
    assert [subnet.kind for subnet in vpc.choose(None, default=("isolated",)).subnets] == ["isolated", "isolated"]
    assert group["SubnetIds"] == [{"Ref": "VpcIsolated1"}, {"Ref": "VpcIsolated2"}]


def test_nobody_is_let_in_until_said_and_then_on_the_engines_port(shop: Shop) -> None:
    db = shop.database(engine="mysql")
    assert not [id for id, body in shop.made.items() if body["Type"] == "AWS::EC2::SecurityGroupIngress"]
    other = Shop()
    db = other.database(engine="oracle-ee")
    db.connections.allow_from("10.1.0.0/16")
    (rule,) = [body for body in other.made.values() if body["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert (rule["Properties"]["FromPort"], rule["Properties"]["ToPort"]) == (1521, 1521)


@pytest.mark.parametrize(
    ("engine", "port"),
    [
        ("mysql", 3306), ("mariadb", 3306), ("postgres", 5432), ("oracle-se2-cdb", 1521), ("sqlserver-web", 1433),
        ("db2-ae", 50_000),
    ],
)  # fmt: skip
def test_every_engine_can_be_made_and_has_its_port(shop: Shop, engine: Any, port: int) -> None:
    db = shop.database(engine=engine, storage=100)
    assert db.connections.port == port
    assert shop.made["Db"]["Properties"]["Engine"] == engine
    assert shop.warned == []


def test_a_port_of_its_own_is_where_it_listens(shop: Shop) -> None:
    db = shop.database(listen=5433)
    assert db.connections.port == 5433
    assert shop.made["Db"]["Properties"]["Port"] == "5433"


def test_settings_become_a_parameter_group_of_the_engines_family(shop: Shop) -> None:
    shop.database(version="16.4", parameters={"log_statement": "ddl", "rds.force_ssl": True, "max_connections": 200})
    assert shop.made["DbParameters"]["Properties"] == {
        "Description": "Parameters of shop/Db/Parameters", "Family": "postgres16",
        "Parameters": {"log_statement": "ddl", "rds.force_ssl": "1", "max_connections": "200"},
    }  # fmt: skip
    assert shop.made["Db"]["Properties"]["DBParameterGroupName"] == {"Ref": "DbParameters"}


def test_settings_need_the_version_to_know_their_family(shop: Shop) -> None:
    with pytest.raises(ConstructError, match="version"):
        shop.database(parameters={"log_statement": "ddl"})


def test_groups_made_apart_are_named(shop: Shop) -> None:
    subnets = RDSSubnetGroup(shop.stack, "Subnets", vpc=shop.vpc, subnets="private")
    settings = RDSParameterGroup(shop.stack, "Settings", family="mysql8.0", parameters={"slow_query_log": True})
    options = RDSOptionGroup(
        shop.stack, "Options", engine="mysql", major_version="8.0",
        options=[RDSOption("MARIADB_AUDIT_PLUGIN", settings={"SERVER_AUDIT_EVENTS": "CONNECT"})],
    )  # fmt: skip
    shop.database(engine="mysql", version="8.0.39", subnet_group=subnets, parameters=settings, options=options)
    made = shop.made["Db"]["Properties"]
    assert made["DBSubnetGroupName"] == {"Ref": "Subnets"}
    assert made["DBParameterGroupName"] == {"Ref": "Settings"}
    assert made["OptionGroupName"] == {"Ref": "Options"}
    assert shop.made["Options"]["Properties"]["OptionConfigurations"] == [
        {
            "OptionName": "MARIADB_AUDIT_PLUGIN",
            "OptionSettings": [{"Name": "SERVER_AUDIT_EVENTS", "Value": "CONNECT"}],
        }
    ]


def test_a_parameter_group_of_another_engine_is_refused_at_synth(shop: Shop) -> None:
    settings = RDSParameterGroup(shop.stack, "Settings", family="mysql8.0")
    shop.database(version="16.4", parameters=settings)
    with pytest.raises(ConstraintError) as caught:
        synthesize(shop.app)
    assert rules(caught) == ["RDS045"]
    assert "postgres16" in str(caught.value)


def test_monitoring_makes_the_role_it_needs(shop: Shop) -> None:
    shop.database(monitoring=60, insights="advanced")
    made = shop.made
    assert made["Db"]["Properties"]["MonitoringRoleArn"] == {"Fn::GetAtt": ["DbMonitoring", "Arn"]}
    assert made["Db"]["Properties"]["PerformanceInsightsRetentionPeriod"] == 465
    assert made["Db"]["Properties"]["DatabaseInsightsMode"] == "advanced"
    trust = made["DbMonitoring"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}


# Passwords


def test_no_password_is_in_any_template(shop: Shop) -> None:
    shop.database()
    own = Secret(shop.stack, "Own", generate=Generate(username="root", exclude='/"@ '))
    shop.database("Other", credentials=own)
    shop.database("Third", credentials="generated").add_replica("Reader")
    passwords = [
        body["Properties"].get("MasterUserPassword")
        for body in shop.made.values()
        if body["Type"] == "AWS::RDS::DBInstance"
    ]
    assert passwords == [
        None,
        {"Fn::Sub": "{{resolve:secretsmanager:${Own}:SecretString:password::}}"},
        {"Fn::Sub": "{{resolve:secretsmanager:${ThirdSecret}:SecretString:password::}}"},
        None,
    ]


def test_a_secret_of_ones_own_names_the_user_and_learns_where_the_database_is(shop: Shop) -> None:
    own = Secret(shop.stack, "Own", generate=Generate(username="root", exclude='/"@ '))
    shop.database(credentials=own)
    made = shop.made
    assert made["Db"]["Properties"]["MasterUsername"] == "root"
    assert "ManageMasterUserPassword" not in made["Db"]["Properties"]
    assert made["OwnAttachment"]["Properties"] == {
        "SecretId": {"Ref": "Own"}, "TargetType": "AWS::RDS::DBInstance", "TargetId": {"Ref": "Db"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("generate", "words"),
    [
        (Generate(username="root"), "refuses passwords"),
        (None, "no username and password"),
        (Generate(username="root", key="pw", exclude='/"@ '), "no username and password"),
    ],
)
def test_a_secret_that_rds_could_not_use_is_refused_with_one_that_it_could(
    shop: Shop, generate: Generate | None, words: str
) -> None:
    own = Secret(shop.stack, "Own", generate=generate)
    with pytest.raises(ConstructError, match=words) as caught:
        shop.database(credentials=own)
    assert "test_rds.py" in str(caught.value)
    assert "exclude=" in str(caught.value)


def test_a_generated_password_fits_the_engine(shop: Shop) -> None:
    shop.database(engine="oracle-ee", credentials="generated")
    made_up = shop.made["DbSecret"]["Properties"]["GenerateSecretString"]
    assert made_up["PasswordLength"] == 30
    assert set("/\"@ &'") <= set(made_up["ExcludeCharacters"])


def test_reading_the_managed_secret_is_granted_on_it_alone(shop: Shop) -> None:
    shop.database().secret.grant_read(shop.role)
    assert statements(shop.made, "RolePolicy") == [
        {
            "Effect": "Allow",
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            "Resource": {"Fn::GetAtt": ["Db", "MasterUserSecret.SecretArn"]},
        }
    ]


def test_the_managed_secret_is_rotated_and_attached_by_rds_itself(shop: Shop) -> None:
    db = shop.database()
    function = LambdaFunction(
        shop.stack, "Rotate", code=inline("def handler(*_): ..."), runtime="python3.13", handler="index.handler"
    )
    with pytest.raises(ConstructError, match="rotated by RDS"):
        db.secret.rotate(30, by=function)
    with pytest.raises(ConstructError, match="belongs to its database"):
        db.secret.attach(db)


def test_a_customer_key_of_the_secret_is_granted_with_it(shop: Shop) -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/secret"
    db = shop.database(secret_key=key)
    db.secret.grant_read(shop.role)
    assert shop.made["Db"]["Properties"]["MasterUserSecret"] == {"KmsKeyId": key}
    assert {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key} in [
        {name: statement[name] for name in ("Effect", "Action", "Resource")}
        for statement in statements(shop.made, "RolePolicy")
    ]


# Signing in with IAM


def test_connecting_is_granted_for_one_user_of_this_database(shop: Shop) -> None:
    db = shop.database()
    db.grant_connect(shop.role, "app")
    assert shop.made["Db"]["Properties"]["EnableIAMDatabaseAuthentication"] is True
    assert statements(shop.made, "RolePolicy") == [
        {
            "Effect": "Allow",
            "Action": "rds-db:connect",
            "Resource": {"Fn::Sub": f"{CONNECT}:${{Db.DbiResourceId}}/app"},
        }
    ]


def test_connecting_needs_iam_authentication_and_somebody_with_permissions(shop: Shop) -> None:
    with pytest.raises(ConstructError, match="IAM authentication is off"):
        shop.database(iam_authentication=False).grant_connect(shop.role, "app")
    with pytest.raises(ConstructError, match="no policy of its own"):
        shop.database("Other").grant_connect("123456789012", "app")


def test_engines_without_iam_authentication_refuse_it_at_the_line(shop: Shop) -> None:
    db = shop.database(engine="sqlserver-se")
    with pytest.raises(ConstraintError) as caught:
        db.grant_connect(shop.role, "app")
    assert rules(caught) == ["RDS049"]


# Read replicas


def test_a_replica_follows_its_source_and_holds_nothing_of_its_own(shop: Shop) -> None:
    db = shop.database()
    replica = db.add_replica("Reader")
    assert replica.connections.groups == db.connections.groups
    made = shop.made["DbReader"]
    assert made["Properties"]["SourceDBInstanceIdentifier"] == {"Ref": "Db"}
    assert made["Properties"]["VPCSecurityGroups"] == [{"Fn::GetAtt": ["DbSecurityGroup", "GroupId"]}]
    assert "DeletionPolicy" not in made
    assert shop.warned == []


def test_sql_server_has_replicas_today_and_its_password_stays_managed() -> None:
    shop = Shop("current")
    shop.database(engine="sqlserver-ee", storage=100).add_replica("Reader")
    assert shop.made["Db"]["Properties"]["ManageMasterUserPassword"] is True
    by_the_notes = Shop()
    with pytest.raises(ConstraintError, match="limits='current'") as caught:
        by_the_notes.database(engine="sqlserver-ee", storage=100).add_replica("Reader")
    assert rules(caught) == ["RDS006"]


def test_a_database_with_replicas_keeps_its_own_secret_as_rds_manages_none_then(shop: Shop) -> None:
    db = shop.database()
    db.add_replica("Reader")
    db.secret.grant_read(shop.role)
    made = shop.made
    assert "ManageMasterUserPassword" not in made["Db"]["Properties"]
    assert made["Db"]["Properties"]["MasterUsername"] == "dbadmin"
    assert made["DbSecretAttachment"]["Properties"]["TargetId"] == {"Ref": "Db"}
    assert statements(made, "RolePolicy")[0]["Resource"] == {"Ref": "DbSecret"}


def test_who_was_told_of_the_managed_secret_already_hears_what_to_write_instead(shop: Shop) -> None:
    db = shop.database()
    db.secret.grant_read(shop.role)
    with pytest.raises(ConstructError, match='credentials="generated"') as caught:
        db.add_replica("Reader")
    assert "test_rds.py" in str(caught.value)


def test_a_managed_password_by_choice_and_a_replica_are_refused(shop: Shop) -> None:
    shop.database(credentials="managed").add_replica("Reader")
    with pytest.raises(ConstraintError) as caught:
        synthesize(shop.app)
    assert rules(caught) == ["RDS044"]


def test_five_replicas_are_fine_and_the_sixth_is_refused_at_its_line(shop: Shop) -> None:
    db = shop.database()
    for number in range(5):
        db.add_replica(f"Reader{number}")
    assert shop.made
    other = Shop()
    db = other.database()
    for number in range(6):
        db.add_replica(f"Reader{number}")
    with pytest.raises(ConstraintError) as caught:
        synthesize(other.app)
    (finding,) = caught.value.findings
    assert (finding.rule, finding.construct) == ("RDS004", "shop/Db/Reader5")
    assert finding.file is not None
    assert finding.file.endswith("test_rds.py")
    assert finding.allowed == "at most 5"
    assert "limits='current'" in finding.message


def test_today_there_may_be_fifteen_of_mysql_and_postgres() -> None:
    shop = Shop("current")
    db = shop.database()
    for number in range(15):
        db.add_replica(f"Reader{number}")
    assert shop.made
    shop = Shop("current")
    db = shop.database()
    for number in range(16):
        db.add_replica(f"Reader{number}")
    with pytest.raises(ConstraintError) as caught:
        synthesize(shop.app)
    assert rules(caught) == ["RDS004"]


def test_a_source_without_backups_has_no_replicas_and_says_that_they_are_off(shop: Shop) -> None:
    shop.database(backup_retention=0).add_replica("Reader")
    with pytest.raises(ConstraintError) as caught:
        synthesize(shop.app)
    assert rules(caught) == ["RDS010"]
    assert "BackupRetentionPeriod" in str(caught.value)
    assert ("RDS002", "warning") in shop.warned


@pytest.mark.parametrize("engine", ["sqlserver-web", "sqlserver-ex", "sqlserver-se", "oracle-se2"])
@pytest.mark.parametrize("limits", ["documented", "current"])
def test_editions_without_replicas_refuse_them(engine: Any, limits: Any) -> None:
    shop = Shop(limits)
    db = shop.database(engine=engine, storage=100)
    with pytest.raises(ConstraintError) as caught:
        db.add_replica("Reader")
    assert rules(caught) == ["RDS006"]
    assert "test_rds.py" in str(caught.value)


def test_a_replica_of_a_replica_needs_its_backups_and_warns_of_the_lag(shop: Shop) -> None:
    shop.database(engine="mysql").add_replica("First", backup_retention=7).add_replica("Second")
    assert shop.made["DbFirstSecond"]["Properties"]["SourceDBInstanceIdentifier"] == {"Ref": "DbFirst"}
    assert ("RDS011", "warning") in shop.warned
    other = Shop()
    other.database(engine="mysql").add_replica("First").add_replica("Second")
    with pytest.raises(ConstraintError) as caught:
        synthesize(other.app)
    assert rules(caught) == ["RDS011"]


def test_replicas_can_have_a_standby_and_so_can_their_source(shop: Shop) -> None:
    shop.database(multi_az=True).add_replica("Reader", multi_az=True)
    assert shop.made["DbReader"]["Properties"]["MultiAZ"] is True
    assert shop.warned == []


def abroad(shop: Shop) -> tuple[Stack, VPC]:
    stack = Stack(shop.app, "shop-us", region="us-east-1")
    return stack, VPC(stack, "Vpc", cidr="10.1.0.0/16", availability_zones=2)


def test_a_replica_in_another_region_is_named_by_arn_and_has_a_key_and_a_network_there(shop: Shop) -> None:
    stack, vpc = abroad(shop)
    shop.database().add_replica("Reader", scope=stack, vpc=vpc, key="alias/aws/rds")
    made = synthesize(shop.app)["shop-us"].template["Resources"]
    properties = made["Reader"]["Properties"]
    assert properties["SourceDBInstanceIdentifier"] == {"Ref": "FromDbDBInstanceArn"}
    assert properties["SourceRegion"] == "eu-west-1"
    assert properties["KmsKeyId"] == "alias/aws/rds"
    assert properties["DBSubnetGroupName"] == {"Ref": "ReaderSubnetGroup"}
    assert properties["VPCSecurityGroups"] == [{"Fn::GetAtt": ["ReaderSecurityGroup", "GroupId"]}]


def test_all_that_a_replica_in_another_region_lacks_is_said_at_once(shop: Shop) -> None:
    stack, _ = abroad(shop)
    db = shop.database()
    with pytest.raises(ConstraintError) as caught:
        db.add_replica("Reader", scope=stack)
    assert [finding.rule for finding in caught.value.findings] == ["RDS012", "RDS012"]
    assert "key" in str(caught.value)
    assert "vpc" in str(caught.value)


def test_a_promoted_replica_is_a_database_of_its_own(shop: Shop) -> None:
    db = shop.database(storage=200)
    db.add_replica("Reader").promoted(backup_retention=14)
    made = shop.made["DbReader"]
    assert "SourceDBInstanceIdentifier" not in made["Properties"]
    assert made["Properties"]["BackupRetentionPeriod"] == 14
    assert made["Properties"]["AllocatedStorage"] == "200"
    assert "StorageEncrypted" not in made["Properties"]  # adding it would make a new, empty database
    assert made["DeletionPolicy"] == "Snapshot"
    assert shop.warned == []


def test_reads_of_a_busy_database_belong_to_replicas_and_not_to_the_standby(shop: Shop) -> None:
    shop.database(multi_az=True, read_heavy=True)
    assert shop.warned == [("RDS016", "warning")]
    other = Shop()
    other.database(multi_az=True, read_heavy=True).add_replica("Reader")
    assert other.warned == []


# Restores


def test_a_restore_leaves_to_the_snapshot_what_is_the_snapshots(shop: Shop) -> None:
    RDSInstance.from_snapshot(
        shop.stack, "Db", "before-upgrade", engine="postgres", instance_class="db.m5.large", vpc=shop.vpc
    )
    made = shop.made["Db"]["Properties"]
    assert made["DBSnapshotIdentifier"] == "before-upgrade"
    assert made["ManageMasterUserPassword"] is True
    assert not {"StorageEncrypted", "KmsKeyId", "MasterUsername", "AllocatedStorage", "DBName"} & made.keys()
    assert shop.warned == []


def test_a_restore_to_a_point_in_time_names_source_and_time(shop: Shop) -> None:
    db = shop.database()
    shop.database("Then", restore=PointInTime(db, "2026-11-25T10:00:00Z"))
    shop.database("Now", restore=PointInTime("elsewhere"))
    backups = "arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-1"
    shop.database("Kept", restore=PointInTime(backups))
    made = {id: shop.made[id]["Properties"] for id in ("Then", "Now", "Kept")}
    assert made["Then"]["SourceDBInstanceIdentifier"] == {"Ref": "Db"}
    assert made["Then"]["RestoreTime"] == "2026-11-25T10:00:00Z"
    assert made["Now"]["UseLatestRestorableTime"] is True
    assert made["Kept"]["SourceDBInstanceAutomatedBackupsArn"] == backups
    assert shop.made["Then"]["DeletionPolicy"] == "Snapshot"
    assert shop.warned == []


def test_a_snapshot_by_hand_outlives_everything(shop: Shop) -> None:
    taken = RDSSnapshot(shop.stack, "Before", of=shop.database(), name="before-upgrade")
    restored = RDSInstance.from_snapshot(
        shop.stack, "Copy", taken.arn, engine="postgres", instance_class="db.m5.large", vpc=shop.vpc
    )
    assert restored.snapshot == taken.arn
    assert shop.made["Before"]["Properties"] == {
        "DBSnapshotIdentifier": "before-upgrade", "DBInstanceIdentifier": {"Ref": "Db"},
    }  # fmt: skip
    assert shop.made["Before"]["DeletionPolicy"] == "Retain"
    assert shop.made["Copy"]["Properties"]["DBSnapshotIdentifier"] == {"Fn::GetAtt": ["Before", "DBSnapshotArn"]}


# What is refused


@pytest.mark.parametrize(
    ("keywords", "wanted"),
    [
        ({"storage": 5}, ["RDS026"]),
        ({"storage": 100, "storage_type": "io1"}, ["RDS027"]),
        ({"storage": 50, "storage_type": "io1", "iops": 1_000}, ["RDS026"]),
        ({"iops": 4_000}, ["RDS027"]),
        ({"backup_retention": 36}, ["RDS001"]),
        ({"multi_az": True, "availability_zone": "eu-west-1a"}, ["RDS014"]),
        ({"username": "admin"}, ["RDS030"]),
        ({"instance_class": "m5.large"}, ["RDS038"]),
        ({"monitoring": 20}, ["RDS028"]),
        ({"backup_window": "03:00-03:10"}, ["RDS041"]),
        ({"logs": ["slowquery"]}, ["RDS042"]),
        ({"name": "my--db"}, ["RDS031"]),
        ({"storage": 100, "max_storage": 105}, ["RDS043"]),
        ({"engine": "sqlserver-se", "database": "shop"}, ["RDS048"]),
        ({"storage": 5, "backup_retention": 40, "username": "rdsadmin"}, ["RDS001", "RDS026", "RDS030"]),
    ],
)
def test_what_the_documentation_forbids_is_an_error_at_the_line(
    shop: Shop, keywords: dict[str, Any], wanted: list[str]
) -> None:
    with pytest.raises(ConstraintError) as caught:
        shop.database(**keywords)
    assert rules(caught) == wanted
    for finding in caught.value.findings:
        assert finding.file is not None
        assert finding.file.endswith("test_rds.py")
        assert finding.source


@pytest.mark.parametrize(
    ("keywords", "wanted"),
    [
        ({"backup_retention": 0}, [("RDS002", "warning")]),
        ({"encrypted": False}, [("RDS023", "warning")]),
        ({"publicly_accessible": True}, [("RDS037", "warning")]),
    ],
)
def test_what_is_advised_against_is_a_warning(shop: Shop, keywords: Any, wanted: list[tuple[str, str]]) -> None:
    shop.database(**keywords)
    assert shop.warned == wanted


def test_a_warehouse_is_hinted_at(shop: Shop) -> None:
    shop.database(workload="olap")
    assert "RDS039" in [finding.rule for finding in shop.app.findings]


def test_a_key_goes_with_encryption(shop: Shop) -> None:
    with pytest.raises(ConstraintError) as caught:
        shop.database(encrypted=False, key="alias/own")
    assert rules(caught) == ["RDS022"]


# What exists already


def test_an_existing_database_is_connected_to_and_replicated(shop: Shop) -> None:
    group = SecurityGroup.from_id(shop.stack, "Group", "sg-0123456789abcdef0")
    db = RDSInstance.from_id(
        shop.stack, "Db", "main", engine="mysql", endpoint="main.abc.eu-west-1.rds.amazonaws.com",
        security_groups=[group], resource_id="db-ABC",
    )  # fmt: skip
    db.connections.allow_from("10.1.0.0/16")
    db.grant_connect(shop.role, "app")
    db.add_replica("Reader", instance_class="db.t4g.micro")
    made = shop.made
    assert db.port == "3306"
    assert made["DbReader"]["Properties"]["SourceDBInstanceIdentifier"] == "main"
    assert made["DbReader"]["Properties"]["VPCSecurityGroups"] == ["sg-0123456789abcdef0"]
    (rule,) = [body for body in made.values() if body["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert rule["Properties"]["FromPort"] == 3306
    assert statements(made, "RolePolicy")[0]["Resource"]["Fn::Sub"].endswith(":dbuser:db-ABC/app")


def test_what_is_not_known_of_an_existing_database_is_asked_for(shop: Shop) -> None:
    db = RDSInstance.from_id(shop.stack, "Db", "main", engine="mysql", endpoint="main.example")
    with pytest.raises(ConstructError, match="resource_id="):
        db.grant_connect(shop.role, "app")
    with pytest.raises(ConstructError, match="secret="):
        _ = db.secret
    with pytest.raises(ConstructError, match="needs its class"):
        db.add_replica("Reader")


# Metrics and proxies


def test_a_metric_is_the_databases_own(shop: Shop) -> None:
    db = shop.database()
    metric = db.metric("FreeStorageSpace", statistic="Minimum")
    assert (metric.namespace, metric.name, metric.statistic) == ("AWS/RDS", "FreeStorageSpace", "Minimum")
    assert list(metric.dimensions) == ["DBInstanceIdentifier"]


def test_a_proxy_may_read_exactly_the_secret_and_is_let_in(shop: Shop) -> None:
    db = shop.database()
    proxy = RDSProxy(shop.stack, "Proxy", database=db, iam="required")
    role = shop.role
    proxy.grant_connect(role, "app")
    made = shop.made
    assert made["Proxy"]["Properties"]["RequireTLS"] is True
    assert made["Proxy"]["Properties"]["Auth"] == [
        {
            "AuthScheme": "SECRETS",
            "IAMAuth": "REQUIRED",
            "SecretArn": {"Fn::GetAtt": ["Db", "MasterUserSecret.SecretArn"]},
        }
    ]
    assert statements(made, "ProxyRolePolicy") == [
        {
            "Effect": "Allow",
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            "Resource": {"Fn::GetAtt": ["Db", "MasterUserSecret.SecretArn"]},
        }
    ]
    assert made["ProxyTargets"]["Properties"]["DBInstanceIdentifiers"] == [{"Ref": "Db"}]
    (rule,) = [body for body in made.values() if body["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert rule["Properties"]["SourceSecurityGroupId"] == {"Fn::GetAtt": ["ProxySecurityGroup", "GroupId"]}
    assert rule["Properties"]["FromPort"] == 5432
    assert shop.warned == []


def test_a_proxy_has_a_name_that_fits(shop: Shop) -> None:
    long = Stack(shop.app, "a-stack-with-a-name-that-leaves-little-room-for-anything-else", region="eu-west-1")
    db = RDSInstance(long, "Db", engine="mysql", instance_class="db.m5.large", vpc=shop.vpc)
    first, second = (RDSProxy(long, id, database=db) for id in ("ProxyOne", "ProxyTwo"))
    names = [str(proxy.node.resource.properties["DBProxyName"]) for proxy in (first, second)]
    assert len(set(names)) == 2
    assert all(len(name) <= 63 for name in names)


def test_a_proxy_speaks_no_oracle_and_has_no_readers_to_go_to(shop: Shop) -> None:
    with pytest.raises(ConstructError, match="does not speak oracle-ee"):
        RDSProxy(shop.stack, "Proxy", database=shop.database(engine="oracle-ee"))
    proxy = RDSProxy(shop.stack, "Other", database=shop.database("Db2"))
    with pytest.raises(ConstructError, match="only a proxy of an Aurora cluster"):
        proxy.add_reader_endpoint("Read")
    with pytest.raises(ConstructError, match='iam="required"'):
        proxy.grant_connect(shop.role, "app")


@pytest.mark.parametrize(
    ("engine", "said"), [("postgresql", "fix: write postgres"), ("oracle", "oracle-ee"), (None, "engine=")]
)
def test_an_engine_that_nobody_knows_is_told_at_its_line(shop: Shop, engine: Any, said: str) -> None:
    with pytest.raises((ConstraintError, ConstructError), match=r"test_rds\.py:\d+: ") as caught:
        shop.database(engine=engine)
    assert said in str(caught.value)


def test_an_existing_database_of_an_unknown_engine_has_no_port_made_up(shop: Shop) -> None:
    with pytest.raises(ConstructError, match="RDS has no engine 'pg'"):
        RDSInstance.from_id(shop.stack, "Old", "old", engine="pg", endpoint="old.example.com")  # type: ignore[arg-type]


def test_the_express_edition_has_no_standby(shop: Shop) -> None:
    with pytest.raises(ConstraintError, match="RDS015 SQL Server Express has no Multi-AZ"):
        shop.database(engine="sqlserver-ex", multi_az=True)
