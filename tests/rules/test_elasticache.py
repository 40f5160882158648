"""Caches: what only looks wrong, what only the deploy knows, and what shows across resources and updates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules import Graph, check_update
from awsdeck.rules.elasticache.cacheengines import before, family, numbers
from awsdeck.rules.windows import daily_minutes, weekly_minutes
from awsdeck.template import Template

if TYPE_CHECKING:
    from awsdeck.rules.vocabulary import Mode
    from tests.rules.conftest import Ask, AskHints

MODES: tuple[Mode, ...] = ("documented", "current")
STAGE = {"Stage": {"Type": "String"}, "Nodes": {"Type": "Number"}, "Word": {"Type": "String", "NoEcho": True}}
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
NOTHING = {"Ref": "AWS::NoValue"}
WORD = {"Ref": "Word"}
ZONE = {"Fn::Select": [0, {"Fn::GetAZs": ""}]}


def cluster(**properties: Any) -> dict[str, Any]:
    given = {"CacheNodeType": "cache.t3.micro", "NumCacheNodes": 1, "Engine": "memcached", **properties}
    return {"Type": "AWS::ElastiCache::CacheCluster", "Properties": given}


def group(**properties: Any) -> dict[str, Any]:
    given = {"ReplicationGroupDescription": "sessions", **properties}
    return {"Type": "AWS::ElastiCache::ReplicationGroup", "Properties": given}


def user(name: str, **properties: Any) -> dict[str, Any]:
    given = {"UserId": name, "UserName": name, "Engine": "redis", **properties}
    return {"Type": "AWS::ElastiCache::User", "Properties": given}


def users(*ids: Any, engine: Any = "redis") -> dict[str, Any]:
    given = {"UserGroupId": "app", "Engine": engine, "UserIds": list(ids)}
    return {"Type": "AWS::ElastiCache::UserGroup", "Properties": given}


def subnet(zone: Any) -> dict[str, Any]:
    given = {"VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", **({} if zone is None else {"AvailabilityZone": zone})}
    return {"Type": "AWS::EC2::Subnet", "Properties": given}


def subnets(*ids: Any) -> dict[str, Any]:
    return {"Type": "AWS::ElastiCache::SubnetGroup", "Properties": {"Description": "d", "SubnetIds": list(ids)}}


FINE: dict[str, dict[str, Any]] = {
    "an engine given at deploy time": cluster(Engine={"Ref": "Stage"}, NumCacheNodes=3, SnapshotRetentionLimit=5),
    "an engine in capitals": cluster(Engine="MemCached", NumCacheNodes="2", AZMode="CROSS-AZ"),
    "as many nodes as somebody says at deploy": cluster(NumCacheNodes={"Ref": "Nodes"}, AZMode="cross-az"),
    "zones of which there may be more": cluster(
        NumCacheNodes={"Fn::If": ["Prod", 2, 1]},
        PreferredAvailabilityZones=["eu-west-1a", {"Fn::If": ["Prod", "eu-west-1b", NOTHING]}],
    ),
    "zones that a parameter lists": cluster(NumCacheNodes=3, PreferredAvailabilityZones={"Ref": "Stage"}),
    "Memcached that says it keeps nothing": cluster(SnapshotRetentionLimit="0"),
    "a snapshot only where the engine has some": cluster(
        Engine={"Fn::If": ["Prod", "redis", "memcached"]}, SnapshotName={"Fn::If": ["Prod", "first", NOTHING]}
    ),
    "failover that is decided at deploy": group(
        MultiAZEnabled=True, AutomaticFailoverEnabled={"Ref": "Stage"}, NumCacheClusters=1
    ),
    "several zones only where there is failover": group(
        MultiAZEnabled={"Fn::If": ["Prod", True, False]},
        AutomaticFailoverEnabled={"Fn::If": ["Prod", "true", False]},
        NumCacheClusters={"Fn::If": ["Prod", 2, 1]},
    ),
    "failover without a number of nodes": group(AutomaticFailoverEnabled=True),
    "a copy of a global datastore": group(
        GlobalReplicationGroupId="ldgnf-shop", MultiAZEnabled=True, NumCacheClusters=1, KmsKeyId="alias/k"
    ),
    "one shard without failover": group(NumNodeGroups=1, NumCacheClusters=1),
    "shards whose parameters say so, with failover": group(
        CacheParameterGroupName="default.redis7.cluster.on", AutomaticFailoverEnabled="true", NumNodeGroups=1,
        ReplicasPerNodeGroup=0,
    ),
    "parameters under a name of one's own": group(CacheParameterGroupName="sessions"),
    "one node in what may be cluster mode": group(
        AutomaticFailoverEnabled=True, NumCacheClusters=1, CacheParameterGroupName={"Ref": "Stage"}
    ),
    "a tier decided at deploy": group(CacheNodeType="cache.r6gd.xlarge", DataTieringEnabled={"Ref": "Stage"}),
    "a node type given at deploy": group(CacheNodeType={"Ref": "Stage"}, DataTieringEnabled=True),
    "a token from a NoEcho parameter": group(AuthToken=WORD, TransitEncryptionEnabled=True),
    "a token or users, not both": group(
        TransitEncryptionEnabled=True,
        AuthToken={"Fn::If": ["Prod", WORD, NOTHING]},
        UserGroupIds={"Fn::If": ["Prod", NOTHING, ["app"]]},
    ),
    "a token beside an empty list of groups": group(AuthToken=WORD, TransitEncryptionEnabled=True, UserGroupIds=[]),
    "Valkey encrypts by itself": group(Engine="Valkey", TransitEncryptionEnabled=False, KmsKeyId="alias/k"),
    "encryption decided at deploy": group(KmsKeyId="alias/k", AtRestEncryptionEnabled={"Ref": "Stage"}),
    "the latest six": cluster(Engine="redis", EngineVersion="6.x"),
    "an early Redis that runs on": cluster(Engine="redis", EngineVersion="3.2.6"),
    "Redis by its major version": group(EngineVersion=7),
    "a Valkey to come": group(Engine="valkey", EngineVersion="9.7", TransitEncryptionEnabled=True),
    "a version of an unknown engine": cluster(Engine={"Ref": "Stage"}, EngineVersion="9.9"),
    "a name in capitals": cluster(ClusterName="Cache-1"),
    "a name with the stack's": group(ReplicationGroupId={"Fn::Sub": "${AWS::StackName}--cache"}),
    "a window over midnight": group(SnapshotWindow="23:30-00:30", PreferredMaintenanceWindow="Sun:23:30-mon:00:30"),
    "a window given at deploy": group(SnapshotWindow={"Ref": "Stage"}),
    "logs of an engine to come": group(
        Engine={"Ref": "Stage"}, EngineVersion="5.0.6", TransitEncryptionEnabled=True,
        LogDeliveryConfigurations=[{
            "LogType": {"Ref": "Stage"}, "LogFormat": "json", "DestinationType": "cloudwatch-logs",
            "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "a"}},
        }],
    ),
    "many shards whose quota is raised in part": group(
        NumNodeGroups=45, ReplicasPerNodeGroup=1, AutomaticFailoverEnabled=True
    ),
    "a user whose name is known at deploy": user("app", UserName={"Ref": "Stage"}, AuthenticationMode={"Type": "iam"}),
    "a user whose id was written in capitals": user("App", UserName="app", AuthenticationMode={"Type": "IAM"}),
    "a Redis user without a password": user("default", NoPasswordRequired=True),
    "limits decided at deploy": {
        "Type": "AWS::ElastiCache::ServerlessCache",
        "Properties": {
            "ServerlessCacheName": "a", "Engine": "Redis",
            "CacheUsageLimits": {"DataStorage": {"Minimum": {"Ref": "Nodes"}, "Maximum": 5, "Unit": "GB"}},
        },
    },
    "Redis that leaves a snapshot": {**cluster(Engine="redis"), "DeletionPolicy": "Snapshot"},
}  # fmt: skip


@pytest.mark.parametrize("resource", FINE.values(), ids=FINE)
def test_what_only_looks_wrong_is_left_alone(ask: Ask, resource: dict[str, Any]) -> None:
    said = ask({"It": resource}, Parameters=STAGE, Conditions=PROD)
    assert [str(finding) for finding in said.findings if finding.rule.startswith("ECA")] == []


def test_a_valkey_cluster_is_not_refused_for_its_age(ask: Ask) -> None:
    for mode in MODES:
        said = ask({"It": group(Engine="valkey", EngineVersion="8.2", TransitEncryptionEnabled=True)}, mode)
        assert not [finding for finding in said.findings if finding.rule.startswith("ECA")]


@pytest.mark.parametrize(
    ("zones", "found"),
    [
        (("eu-west-1a", "eu-west-1b"), 0),
        (("eu-west-1a", {"Ref": "Stage"}), 0),
        ((ZONE, {"Fn::Select": [1, {"Fn::GetAZs": ""}]}), 0),
        ((None, "eu-west-1a"), 0),
        ((ZONE, ZONE), 1),
        ((WORD, WORD), 1),
        (("eu-west-1a",), 1),
    ],
)
def test_zones_are_compared_as_far_as_they_are_known(ask: Ask, zones: tuple[Any, ...], found: int) -> None:
    made = {f"S{n}": subnet(zone) for n, zone in enumerate(zones)}
    resources = {
        **made,
        "Subnets": subnets(*({"Ref": name} for name in made)),
        "It": group(
            MultiAZEnabled=True, AutomaticFailoverEnabled=True, NumCacheClusters=2,
            CacheSubnetGroupName={"Ref": "Subnets"},
        ),
    }  # fmt: skip
    assert len(ask(resources, Parameters=STAGE).of("ECA017")) == found


@pytest.mark.parametrize(
    "ids",
    [["subnet-1", "subnet-2"], [{"Ref": "S0"}, "subnet-2"], {"Ref": "Stage"}, [{"Fn::Split": [",", {"Ref": "Stage"}]}]],
)
def test_subnets_of_elsewhere_may_lie_anywhere(ask: Ask, ids: Any) -> None:
    group_of = {"Type": "AWS::ElastiCache::SubnetGroup", "Properties": {"Description": "d", "SubnetIds": ids}}
    resources = {
        "S0": subnet("eu-west-1a"),
        "Subnets": group_of,
        "It": cluster(NumCacheNodes=2, AZMode="cross-az", CacheSubnetGroupName={"Ref": "Subnets"}),
    }
    assert not ask(resources, Parameters=STAGE).of("ECA017")


def test_the_default_subnet_group_is_no_mistake(ask: Ask) -> None:
    assert not ask({"It": cluster(NumCacheNodes=2, AZMode="cross-az")}).of("ECA017")


@pytest.mark.parametrize(
    ("resources", "found"),
    [
        ({"Users": users("default", "app")}, 0),
        ({"Users": users("app")}, 0),
        ({"Users": users({"Ref": "Stage"})}, 0),
        ({"App": user("app"), "Users": users({"Ref": "App"}, "ops")}, 0),
        ({"App": user("app"), "Users": users({"Ref": "App"}, engine={"Ref": "Stage"})}, 0),
        ({"Anyone": user("nobody", UserName="default"), "Users": users("nobody")}, 0),
        ({"App": user("app"), "Users": users("app")}, 1),
        ({"App": user("app"), "Users": users("default", {"Ref": "App"}, "app")}, 1),
    ],
)
def test_a_default_user_is_missed_only_where_all_users_are_known(
    ask: Ask, resources: dict[str, Any], found: int
) -> None:
    assert len(ask(resources, Parameters=STAGE).of("ECA021")) == found


@pytest.mark.parametrize(
    ("token", "made", "found"),
    [
        ("{{resolve:secretsmanager:${Token}}}", {"ExcludePunctuation": "true"}, 0),
        ("{{resolve:secretsmanager:${Token}:SecretString:token}}", {"GenerateStringKey": "token"}, 1),
        (
            "{{resolve:secretsmanager:${Token}:SecretString:token}}",
            {"GenerateStringKey": "token", "ExcludePunctuation": True},
            0,
        ),
        ("{{resolve:secretsmanager:${Other}}}", {}, 0),
        ("{{resolve:secretsmanager:${Token}}}", {"ExcludePunctuation": {"Ref": "Stage"}}, 0),
        ("{{resolve:secretsmanager:${Token}}}", {"ExcludePunctuation": True, "PasswordLength": 129}, 1),
        ("{{resolve:secretsmanager:${Token}}}", {"ExcludePunctuation": True, "PasswordLength": {"Ref": "Nodes"}}, 0),
        ("{{resolve:secretsmanager:${Token}}}", {"ExcludeCharacters": "@"}, 1),
    ],
)
def test_a_made_up_token_is_judged_by_what_may_be_in_it(ask: Ask, token: str, made: dict[str, Any], found: int) -> None:
    resources = {
        "Token": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": made}},
        "Other": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": WORD}},
        "It": group(AuthToken={"Fn::Sub": token}, TransitEncryptionEnabled=True),
    }
    assert len(ask(resources, Parameters=STAGE).of("ECA011")) == found


def test_cluster_mode_is_read_from_a_parameter_group_of_the_template(ask: Ask) -> None:
    def said(enabled: Any) -> int:
        given = {"CacheParameterGroupFamily": "redis7", "Description": "d", "Properties": {"cluster-enabled": enabled}}
        resources = {
            "Own": {"Type": "AWS::ElastiCache::ParameterGroup", "Properties": given},
            "It": group(CacheParameterGroupName={"Ref": "Own"}),
        }
        return len(ask(resources, Parameters=STAGE).of("ECA009"))

    assert [said(one) for one in ("yes", "no", {"Ref": "Stage"})] == [1, 0, 0]


def test_one_node_cannot_fail_over_whatever_its_parameters_are_called(ask: Ask) -> None:
    own = {"CacheParameterGroupFamily": "redis7", "Description": "d", "Properties": {"timeout": "60"}}
    resources = {
        "Own": {"Type": "AWS::ElastiCache::ParameterGroup", "Properties": own},
        "It": group(AutomaticFailoverEnabled=True, NumCacheClusters=1, CacheParameterGroupName={"Ref": "Own"}),
    }
    assert ask(resources).severities("ECA008") == ["error"]


def test_hints_say_nothing_of_what_they_leave_out(ask_hints: AskHints) -> None:
    for type in ("RedisCluster", "MemcachedCluster", "ServerlessCache"):
        assert not ask_hints(type).findings
        assert not ask_hints(type, strategy=["lazy"], ttl={"Ref": "Seconds"}).findings
        assert not ask_hints(type, needs=[[], {"Ref": "Need"}, b"ranking"]).findings
    assert not ask_hints("RedisCluster", needs=["ranking", "pub-sub", "data-types"]).findings
    assert ask_hints("ServerlessCache", write_ratio=0.6).severities("ECA016") == ["warning"]


# Updates


def changed(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, tuple[str | int, ...]]]:
    graphs = []
    for resource in (old, new):
        graph = Graph()
        graph.add(Template.from_dict({"Resources": {"It": resource}, "Parameters": STAGE}, "shop"))
        graphs.append(graph)
    found = [finding for finding in check_update(*graphs) if finding.rule == "UPD020"]
    return [(finding.rule, finding.severity, finding.path[3:]) for finding in found]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (group(NumCacheClusters=2), group(NumCacheClusters=3, CacheNodeType="cache.r7g.large")),
        (group(EngineVersion="7.0"), group(EngineVersion=7.1)),
        (group(EngineVersion="7.1"), group(Engine="valkey", EngineVersion="7.2", TransitEncryptionEnabled=True,
                                           TransitEncryptionMode="preferred")),
        (group(EngineVersion="6.x"), group(EngineVersion="6.0")),
        (group(EngineVersion="7.1"), group(EngineVersion={"Ref": "Stage"})),
        (group(), group(ClusterMode="enabled", AutomaticFailoverEnabled=True)),
        (group(ClusterMode="compatible"), group(ClusterMode="enabled")),
        (group(Durability="async"), group(Durability="sync")),
        (group(), group(TransitEncryptionEnabled={"Ref": "Stage"})),
        (group(TransitEncryptionEnabled=True), group(TransitEncryptionEnabled="true", TransitEncryptionMode="required")),
        (group(AtRestEncryptionEnabled=True), group(AtRestEncryptionEnabled="true")),
        (cluster(EngineVersion="1.6.12"), cluster(EngineVersion="1.6.22")),
    ],
)  # fmt: skip
def test_a_change_that_aws_makes_in_place_is_left_alone(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert changed(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "severity", "path"),
    [
        (group(Port=6379), group(Port=6380), "warning", ("Port",)),
        (group(KmsKeyId="a", AtRestEncryptionEnabled=True), group(AtRestEncryptionEnabled=True), "warning", ("KmsKeyId",)),
        (cluster(), cluster(Engine="redis"), "warning", ("Engine",)),
        (group(SnapshotName="first"), group(), "warning", ("SnapshotName",)),
        (cluster(EngineVersion="1.6.22"), cluster(EngineVersion="1.5.16"), "error", ("EngineVersion",)),
        (group(Durability="disabled"), group(Durability="async"), "error", ("Durability",)),
        (
            group(), group(TransitEncryptionEnabled=True, TransitEncryptionMode="required"),
            "error", ("TransitEncryptionEnabled",),
        ),
    ],
)  # fmt: skip
def test_a_change_that_empties_the_cache_or_is_refused_is_told(
    old: dict[str, Any], new: dict[str, Any], severity: str, path: tuple[str, ...]
) -> None:
    assert changed(old, new) == [("UPD020", severity, path)]


# Words


@pytest.mark.parametrize(
    ("engine", "version", "expected"),
    [
        ("redis", "7.1", "redis7"), ("redis", "6.2", "redis6.x"), ("redis", "6.x", "redis6.x"),
        ("redis", "5.0.6", "redis5.0"), ("redis", "4.0.10", "redis4.0"), ("valkey", "7.2", "valkey7"),
        ("valkey", "8.2", "valkey8"), ("memcached", "1.6.22", "memcached1.6"), ("redis", "seven", None),
    ],
)  # fmt: skip
def test_a_version_tells_its_family_of_parameters(engine: str, version: str, expected: str | None) -> None:
    assert family(engine, version) == expected


def test_versions_are_compared_by_their_numbers() -> None:
    assert before("5.0.6", (6, 0))
    assert before("1.6.6", (1, 6, 12))
    assert not before("6.x", (6, 2))
    assert not before("7", (7, 1))
    assert not before({"Ref": "V"}, (7,))
    assert numbers(7.1) == (7, 1)
    assert numbers(True) is None


@pytest.mark.parametrize(
    ("window", "daily", "weekly"),
    [
        ("05:00-06:00", 60, None), ("23:30-00:30", 60, None), ("24:00-25:00", None, None), ("5:00-6:00", None, None),
        ("sun:05:00-sun:06:00", None, 60), ("Sun:23:30-Mon:00:30", None, 60), ("fri:00:00-fri:00:00", None, 0),
        ("xyz:05:00-sun:06:00", None, None),
    ],
)  # fmt: skip
def test_windows_are_read_as_aws_writes_them(window: str, daily: int | None, weekly: int | None) -> None:
    assert (daily_minutes(window), weekly_minutes(window)) == (daily, weekly)
