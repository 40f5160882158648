"""Caches of every engine: defaults, what they wire, who may sign in, and what is refused at the user's line."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    VPC,
    App,
    CacheLog,
    CacheStrategy,
    CacheUser,
    CacheUserGroup,
    ConstraintError,
    ConstructError,
    Generate,
    GlobalDatastore,
    IAMRole,
    KMSKey,
    LogGroup,
    MemcachedCluster,
    NestedStack,
    Parameter,
    RedisCluster,
    Secret,
    SecurityGroup,
    ServerlessCache,
    SNSTopic,
    Stack,
)
from awsdeck.services.elasticache.redis import RedisAccess
from awsdeck.synth import synthesize

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def vpc(stack: Stack) -> VPC:
    return VPC(stack, "Vpc")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def properties(stack: Stack, id: str) -> dict[str, Any]:
    found: dict[str, Any] = resources(stack)[id]["Properties"]
    return found


def told(caught: pytest.ExceptionInfo[ConstraintError]) -> dict[str, str]:
    assert all(str(finding.file).endswith("test_elasticache.py") for finding in caught.value.findings)
    return {finding.rule: f"{finding.message}; {finding.fix}; {finding.allowed}" for finding in caught.value.findings}


def warned(stack: Stack) -> set[str]:
    return {finding.rule for finding in stack.node.root_app.findings if finding.rule.startswith("ECA")}


# Redis and Valkey


def test_a_plain_cluster_fails_over_between_zones_and_is_encrypted_everywhere(stack: Stack, vpc: VPC) -> None:
    RedisCluster(stack, "Sessions", vpc=vpc)
    made = resources(stack)
    assert made["Sessions"]["Properties"] == {
        "ReplicationGroupDescription": "shop/Sessions",
        "Engine": "redis", "EngineVersion": "7.1", "CacheNodeType": "cache.t4g.small", "NumCacheClusters": 2,
        "AutomaticFailoverEnabled": True, "MultiAZEnabled": True,
        "AtRestEncryptionEnabled": True, "TransitEncryptionEnabled": True,
        "SnapshotRetentionLimit": 1, "AutoMinorVersionUpgrade": True, "Port": 6379,
        "CacheSubnetGroupName": {"Ref": "SessionsSubnets"},
        "SecurityGroupIds": [{"Fn::GetAtt": ["SessionsSecurityGroup", "GroupId"]}],
    }  # fmt: skip
    assert made["Sessions"]["DeletionPolicy"] == "Snapshot"
    assert made["SessionsSubnets"]["Properties"]["SubnetIds"] == [{"Ref": "VpcPrivate1"}, {"Ref": "VpcPrivate2"}]
    assert not warned(stack)


def test_shards_put_a_cluster_into_cluster_mode(stack: Stack, vpc: VPC) -> None:
    plain = RedisCluster(stack, "Plain", vpc=vpc, shards=3, replicas=2)
    tuned = RedisCluster(stack, "Tuned", vpc=vpc, engine="valkey", shards=1, parameters={"timeout": 60})
    made = resources(stack)
    assert made["Plain"]["Properties"]["CacheParameterGroupName"] == "default.redis7.cluster.on"
    for id, shards, replicas in (("Plain", 3, 2), ("Tuned", 1, 1)):
        body = made[id]["Properties"]
        assert (body["NumNodeGroups"], body["ReplicasPerNodeGroup"]) == (shards, replicas)
        assert body["ClusterMode"] == "enabled"
        assert body["AutomaticFailoverEnabled"] is True
        assert "NumCacheClusters" not in body
    assert made["TunedParameters"]["Properties"] == {
        "CacheParameterGroupFamily": "valkey8", "Description": "parameters of shop/Tuned",
        "Properties": {"timeout": "60", "cluster-enabled": "yes"},
    }  # fmt: skip
    assert plain.configuration_endpoint == plain.endpoint
    with pytest.raises(ConstructError, match="configuration_endpoint"):
        _ = plain.primary_endpoint
    with pytest.raises(ConstructError, match="cluster mode"):
        _ = tuned.reader_endpoint


def test_endpoints_ports_and_metrics_are_those_of_the_deployed_cluster(stack: Stack, vpc: VPC) -> None:
    cluster = RedisCluster(stack, "Sessions", vpc=vpc, tls="preferred", port=7000)
    IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com", description=f"{cluster.url} {cluster.reader_endpoint}")
    assert properties(stack, "Role")["Description"] == {
        "Fn::Sub": "redis://${Sessions.PrimaryEndPoint.Address}:7000 ${Sessions.ReaderEndPoint.Address}"
    }
    assert properties(stack, "Sessions")["TransitEncryptionMode"] == "preferred"
    assert cluster.connections.port == 7000
    metric = cluster.metric("EngineCPUUtilization", node=2)
    assert (metric.namespace, metric.name, list(metric.dimensions)) == (
        "AWS/ElastiCache", "EngineCPUUtilization", ["CacheClusterId"],
    )  # fmt: skip
    with pytest.raises(ConstructError, match="not in cluster mode") as caught:
        _ = cluster.configuration_endpoint
    assert "test_elasticache.py" in str(caught.value)


def test_a_metric_names_the_node_within_its_shard(stack: Stack, vpc: VPC) -> None:
    plain, sharded = RedisCluster(stack, "A", vpc=vpc), RedisCluster(stack, "B", vpc=vpc, shards=2)
    found = [plain.metric("Evictions", node=2), sharded.metric("Evictions", node=2, shard=2)]
    words = " ".join(metric.dimensions["CacheClusterId"] for metric in found)
    IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com", description=words)
    assert properties(stack, "Role")["Description"] == {"Fn::Sub": "${A}-002 ${B}-0002-002"}


def test_only_who_is_let_in_gets_in_and_only_on_the_caches_port(stack: Stack, vpc: VPC) -> None:
    cluster = RedisCluster(stack, "Sessions", vpc=vpc)
    app = SecurityGroup(stack, "App", vpc=vpc)
    cluster.connections.allow_from(app)
    rules = [body["Properties"] for body in resources(stack).values() if body["Type"].endswith("SecurityGroupIngress")]
    assert [(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in rules] == [("tcp", 6379, 6379)]
    assert rules[0]["SourceSecurityGroupId"] == {"Fn::GetAtt": ["App", "GroupId"]}
    assert rules[0]["GroupId"] == {"Fn::GetAtt": ["SessionsSecurityGroup", "GroupId"]}


def test_a_made_up_token_never_stands_in_the_template(stack: Stack, vpc: VPC) -> None:
    cluster = RedisCluster(stack, "Sessions", vpc=vpc, auth_token="generate")
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    cluster.auth_secret.grant_read(role)
    made = resources(stack)
    token = made["Sessions"]["Properties"]["AuthToken"]
    assert token == {"Fn::Sub": "{{resolve:secretsmanager:${SessionsAuthToken}:SecretString:::}}"}
    assert made["SessionsAuthToken"]["Properties"]["GenerateSecretString"] == {
        "PasswordLength": 64, "ExcludePunctuation": True,
    }  # fmt: skip
    assert made["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"][0]["Resource"] == {
        "Ref": "SessionsAuthToken"
    }
    assert not warned(stack)


def test_a_token_comes_from_a_secret_or_a_reference_to_one_and_from_nothing_else(stack: Stack, vpc: VPC) -> None:
    secret = Secret(stack, "Token", generate=Generate(key="token", length=64, punctuation=False))
    RedisCluster(stack, "A", vpc=vpc, auth_token=secret.value("token"))
    RedisCluster(stack, "B", vpc=vpc, auth_token=Parameter(stack, "Given", secret=True).ref)
    made = resources(stack)
    assert made["A"]["Properties"]["AuthToken"] == {
        "Fn::Sub": "{{resolve:secretsmanager:${Token}:SecretString:token::}}"
    }
    assert made["B"]["Properties"]["AuthToken"] == {"Ref": "Given"}


def test_a_cluster_without_a_token_has_no_secret_to_read(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstructError, match="no secret with a token"):
        _ = RedisCluster(stack, "Sessions", vpc=vpc).auth_secret


@pytest.mark.parametrize("wrong", ["hunter2hunter2hunter2", 5])
def test_a_token_in_plain_text_is_refused(stack: Stack, vpc: VPC, wrong: Any) -> None:
    with pytest.raises(ConstructError) as caught:
        RedisCluster(stack, "Sessions", vpc=vpc, auth_token=wrong)
    assert "generate" in str(caught.value)
    assert "test_elasticache.py" in str(caught.value)


def test_a_secret_whose_words_redis_would_not_take_is_an_error(stack: Stack, vpc: VPC) -> None:
    RedisCluster(stack, "Sessions", vpc=vpc, auth_token=Secret(stack, "Token"))
    with pytest.raises(ConstraintError) as caught:
        synthesize(stack.node.root_app)
    assert "ExcludePunctuation" in told(caught)["ECA011"]


def test_users_sign_in_with_iam_as_themselves_and_as_nobody_else(stack: Stack, vpc: VPC) -> None:
    user = CacheUser(stack, "AppUser", access="on ~orders:* +@read")
    cluster = RedisCluster(stack, "Sessions", vpc=vpc, users=CacheUserGroup(stack, "Users", users=[user]))
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    cluster.grant_connect(role, user)
    made = resources(stack)
    assert made["AppUser"]["Properties"] == {
        "UserId": "shop-app-user", "UserName": "shop-app-user", "Engine": "redis",
        "AccessString": "on ~orders:* +@read", "AuthenticationMode": {"Type": "iam"},
    }  # fmt: skip
    assert made["UsersDefault"]["Properties"]["UserName"] == "default"
    assert made["UsersDefault"]["Properties"]["AccessString"] == "off ~* -@all"
    assert made["Users"]["Properties"]["UserIds"] == [{"Ref": "AppUser"}, "shop-users-default"]
    assert made["Users"]["DependsOn"] == ["UsersDefault"]
    assert made["Sessions"]["Properties"]["UserGroupIds"] == [{"Ref": "Users"}]
    assert made["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "elasticache:Connect",
            "Resource": [
                {
                    "Fn::Sub": "arn:${AWS::Partition}:elasticache:${AWS::Region}:${AWS::AccountId}:"
                    "replicationgroup:${Sessions}"
                },
                {"Fn::GetAtt": ["AppUser", "Arn"]},
            ],
        }
    ]
    assert not warned(stack)


def test_a_user_with_a_password_gets_it_from_a_secret(stack: Stack, vpc: VPC) -> None:
    secret = Secret(stack, "Password")
    user = CacheUser(stack, "AppUser", authentication="password", passwords=[secret], engine="valkey")
    group = CacheUserGroup(stack, "Users", users=[user], engine="valkey")
    cluster = RedisCluster(stack, "Sessions", vpc=vpc, engine="valkey", users=group)
    made = resources(stack)
    assert made["AppUser"]["Properties"]["AuthenticationMode"] == {
        "Type": "password",
        "Passwords": [{"Fn::Sub": "{{resolve:secretsmanager:${Password}:SecretString:::}}"}],
    }
    assert made["Users"]["Properties"]["UserIds"] == [{"Ref": "AppUser"}]
    assert "UsersDefault" not in made
    role = IAMRole(Stack(App(), "other"), "Role", assumed_by="ec2.amazonaws.com")
    with pytest.raises(ConstructError, match='authentication="iam"'):
        cluster.grant_connect(role, user)


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"authentication": "password"}, "ECA027"),
        ({"authentication": "none", "engine": "valkey"}, "ECA027"),
        ({"user_id": "app", "user_name": "other"}, "ECA022"),
    ],
)
def test_a_user_who_could_not_sign_in_is_an_error_at_the_line(stack: Stack, keywords: Any, rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        CacheUser(stack, "AppUser", **keywords)
    assert set(told(caught)) == {rule}


def test_a_password_in_plain_text_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="plain text"):
        CacheUser(stack, "AppUser", authentication="password", passwords=["hunter2hunter2hunter2"])


def test_ids_of_users_may_be_known_at_deploy_time_only(stack: Stack) -> None:
    name = Parameter(stack, "Name").ref
    user = CacheUser(stack, "AppUser", user_id=name, user_name=name)
    CacheUserGroup(stack, "Users", users=[user, Parameter(stack, "Other").ref])
    made = resources(stack)
    assert made["Users"]["Properties"]["UserIds"] == [{"Ref": "Name"}, {"Ref": "Other"}]
    assert made["Users"]["DependsOn"] == ["AppUser"]
    assert "UsersDefault" not in made


def test_groups_may_hold_users_that_exist_and_exist_themselves(stack: Stack, vpc: VPC) -> None:
    CacheUserGroup(stack, "Users", users=["default", "ops"])
    known = CacheUserGroup.from_id(stack, "Known", "app-users")
    RedisCluster(stack, "Sessions", vpc=vpc, users=known)
    made = resources(stack)
    assert made["Users"]["Properties"]["UserIds"] == ["default", "ops"]
    assert made["Sessions"]["Properties"]["UserGroupIds"] == ["app-users"]


def test_only_identities_can_be_let_sign_in(stack: Stack, vpc: VPC) -> None:
    user = CacheUser(stack, "AppUser")
    cluster = RedisCluster(stack, "Sessions", vpc=vpc)
    for who in ("123456789012", "ec2.amazonaws.com"):
        with pytest.raises(ConstructError, match="role, a user or a function"):
            cluster.grant_connect(who, user)
    with pytest.raises(ConstructError, match="no user of a cache"):
        cluster.grant_connect(IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com"), 5)  # type: ignore[arg-type]


def test_logs_go_to_a_log_group_or_a_delivery_stream(stack: Stack, vpc: VPC) -> None:
    logs = [CacheLog("slow", LogGroup(stack, "Slow")), CacheLog("engine", firehose="lake", format="text")]
    RedisCluster(stack, "Sessions", vpc=vpc, logs=logs)
    assert properties(stack, "Sessions")["LogDeliveryConfigurations"] == [
        {
            "LogType": "slow-log", "LogFormat": "json", "DestinationType": "cloudwatch-logs",
            "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": {"Ref": "Slow"}}},
        },
        {
            "LogType": "engine-log", "LogFormat": "text", "DestinationType": "kinesis-firehose",
            "DestinationDetails": {"KinesisFirehoseDetails": {"DeliveryStream": "lake"}},
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: CacheLog("slow"),
        lambda: CacheLog("slow", "a", firehose="b"),
        lambda: CacheLog("audit", "a"),  # type: ignore[arg-type]
        lambda: CacheLog("slow", 5).delivery(),  # type: ignore[arg-type]
        CacheStrategy,
        lambda: CacheStrategy("eager"),  # type: ignore[arg-type]
    ],
)
def test_a_log_or_strategy_that_says_nothing_is_refused(wrong: Any) -> None:
    with pytest.raises(ConstructError) as caught:
        wrong()
    assert "test_elasticache.py" in str(caught.value)


def test_what_a_cluster_begins_with_is_a_snapshot_or_files(stack: Stack, vpc: VPC) -> None:
    file = "arn:aws:s3:::backups/sessions.rdb"
    RedisCluster(stack, "A", vpc=vpc, restore_from="sessions-2026")
    RedisCluster(stack, "B", vpc=vpc, restore_from=file)
    RedisCluster(stack, "C", vpc=vpc, restore_from=[file])
    made = resources(stack)
    assert made["A"]["Properties"]["SnapshotName"] == "sessions-2026"
    assert made["B"]["Properties"]["SnapshotArns"] == made["C"]["Properties"]["SnapshotArns"] == [file]


def test_everything_else_that_can_be_said_is_said(stack: Stack, vpc: VPC) -> None:
    topic, key = SNSTopic(stack, "Events"), KMSKey.from_arn(stack, "Key", KEY)
    RedisCluster(
        stack, "Sessions", vpc=vpc, node_type="cache.r6gd.xlarge", key=key, notifications=topic,
        maintenance_window="sun:05:00-sun:06:00", snapshot_window="03:00-04:00", snapshot_retention=7, name="sessions",
        availability_zones=["eu-west-1a", "eu-west-1b"], auto_minor_version_upgrade=False, network_type="dual_stack",
        durability="async", description="who is signed in", parameters="default.redis7",
    )  # fmt: skip
    body = properties(stack, "Sessions")
    assert body["DataTieringEnabled"] is True
    assert body["KmsKeyId"] == KEY
    assert body["NotificationTopicArn"] == {"Ref": "Events"}
    assert body["PreferredCacheClusterAZs"] == ["eu-west-1a", "eu-west-1b"]
    assert body["ReplicationGroupId"] == "sessions"
    assert body["CacheParameterGroupName"] == "default.redis7"
    assert body["ReplicationGroupDescription"] == "who is signed in"
    assert (body["PreferredMaintenanceWindow"], body["SnapshotWindow"]) == ("sun:05:00-sun:06:00", "03:00-04:00")
    assert (body["NetworkType"], body["Durability"]) == ("dual_stack", "async")


def test_a_global_datastore_leaves_to_its_primary_what_copies_take_over(stack: Stack, vpc: VPC) -> None:
    primary = RedisCluster(stack, "Sessions", vpc=vpc, node_type="cache.r7g.large")
    store = GlobalDatastore(stack, "Everywhere", primary=primary)
    RedisCluster(stack, "Copy", vpc=vpc, global_datastore="ldgnf-shop-everywhere", replicas=2)
    IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com", description=store.id)
    made = resources(stack)
    assert made["Everywhere"]["Properties"] == {
        "GlobalReplicationGroupIdSuffix": "shop-everywhere", "GlobalReplicationGroupDescription": "shop/Everywhere",
        "Members": [
            {"ReplicationGroupId": {"Ref": "Sessions"}, "ReplicationGroupRegion": "eu-west-1", "Role": "PRIMARY"}
        ],
    }  # fmt: skip
    copy = made["Copy"]["Properties"]
    assert copy["GlobalReplicationGroupId"] == "ldgnf-shop-everywhere"
    assert copy["NumCacheClusters"] == 3
    assert not {"Engine", "EngineVersion", "CacheNodeType", "TransitEncryptionEnabled"} & set(copy)
    assert made["Role"]["Properties"]["Description"] == {"Fn::GetAtt": ["Everywhere", "GlobalReplicationGroupId"]}


@pytest.mark.parametrize(
    ("keywords", "rules"),
    [
        ({"multi_az": True, "failover": False}, {"ECA007": "AutomaticFailoverEnabled to true"}),
        ({"failover": True, "replicas": 0}, {"ECA008": "2 to 6"}),
        ({"multi_az": True, "replicas": 0}, {"ECA008": "2 to 6"}),
        ({"replicas": 6}, {"ECA008": "1 to 6"}),
        ({"shards": 2, "failover": False, "multi_az": False}, {"ECA009": "AutomaticFailoverEnabled"}),
        ({"shards": 2, "replicas": 0, "multi_az": True}, {"ECA008": "1 to 5"}),
        ({"shards": 501}, {"ECA024": "1 to 500"}),
        ({"node_type": "cache.r6gd.xlarge", "data_tiering": False}, {"ECA010": "DataTieringEnabled to true"}),
        ({"node_type": "t4g.small"}, {"ECA013": "cache.t4g.small"}),
        ({"auth_token": "generate", "tls": False}, {"ECA011": "TransitEncryptionEnabled to true"}),
        ({"users": "app", "tls": False}, {"ECA020": "TransitEncryptionEnabled to true"}),
        ({"users": "app", "auth_token": "generate"}, {"ECA011": "AuthToken or UserGroupIds"}),
        ({"key": KEY, "encryption": False}, {"ECA012": "AtRestEncryptionEnabled to true"}),
        ({"engine_version": "8.0"}, {"ECA014": "7.1"}),
        ({"engine": "valkey", "engine_version": "7.1"}, {"ECA014": "7.2"}),
        ({"name": "-sessions"}, {"ECA018": "1 to 40 letters"}),
        ({"engine_version": "6.0", "logs": [CacheLog("engine", "a")]}, {"ECA019": "later EngineVersion"}),
        ({"maintenance_window": "sunday 5 am"}, {"ECA023": "ddd:hh:mm-ddd:hh:mm"}),
        ({"snapshot_window": "03:00-03:30"}, {"ECA023": "at least 60 minutes"}),
        ({"snapshot_retention": 36}, {"ECA025": "0 to 35 days"}),
        (
            {"multi_az": True, "failover": False, "key": KEY, "encryption": False, "snapshot_retention": 99},
            {"ECA007": "AutomaticFailoverEnabled", "ECA012": "AtRestEncryptionEnabled", "ECA025": "0 to 35"},
        ),
    ],
)
def test_what_does_not_go_together_is_one_error_with_every_fix(
    stack: Stack, vpc: VPC, keywords: Any, rules: dict[str, str]
) -> None:
    with pytest.raises(ConstraintError) as caught:
        RedisCluster(stack, "Sessions", vpc=vpc, **keywords)
    said = told(caught)
    assert set(said) == set(rules)
    for rule, words in rules.items():
        assert words in said[rule]
    assert "test_elasticache.py:" in str(caught.value)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"users": 5}, "CacheUserGroup"),
        ({"notifications": 5}, "SNSTopic"),
        ({"logs": ["slow"]}, "CacheLog"),
        ({"strategy": "lazy"}, "CacheStrategy"),
        ({"key": 5}, "key"),
        ({"engine": "memcached"}, "redis"),
        ({"engine_version": "6.x", "parameters": {"timeout": 1}}, ""),
        ({"snapshot": 5}, "snapshot"),
    ],
)
def test_a_thing_of_the_wrong_kind_is_refused_in_words(stack: Stack, vpc: VPC, keywords: Any, words: str) -> None:
    if not words:
        RedisCluster(stack, "Sessions", vpc=vpc, **keywords)
        assert properties(stack, "SessionsParameters")["CacheParameterGroupFamily"] == "redis6.x"
        return
    with pytest.raises(ConstructError) as caught:
        RedisCluster(stack, "Sessions", vpc=vpc, **keywords)
    assert words in str(caught.value)
    assert "test_elasticache.py" in str(caught.value)


def test_a_mistake_that_only_shows_with_its_parameters_is_told_at_the_line_too(stack: Stack, vpc: VPC) -> None:
    RedisCluster(stack, "Sessions", vpc=vpc, replicas=0, failover=True, parameters={"timeout": 60})
    with pytest.raises(ConstraintError) as caught:
        synthesize(stack.node.root_app)
    assert set(told(caught)) == {"ECA008"}


def test_parameters_need_a_version_that_is_known_now(stack: Stack, vpc: VPC) -> None:
    version = Parameter(stack, "Version", default="7.1").ref
    RedisCluster(stack, "Named", vpc=vpc, engine_version=version, parameters="default.redis7")
    with pytest.raises(ConstructError, match="name of a parameter group"):
        RedisCluster(stack, "Made", vpc=vpc, engine_version=version, parameters={"timeout": 1})


def test_an_existing_cluster_is_reached_by_its_endpoint(stack: Stack, vpc: VPC) -> None:
    known = RedisCluster.from_endpoint(
        stack, "Known", "master.sessions.abc.euw1.cache.amazonaws.com", name="sessions", security_groups=["sg-0123abcd"]
    )
    assert isinstance(known, RedisAccess)
    assert known.endpoint == known.reader_endpoint == "master.sessions.abc.euw1.cache.amazonaws.com"
    known.connections.allow_from(SecurityGroup(stack, "App", vpc=vpc))
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    known.grant_connect(role, "arn:aws:elasticache:eu-west-1:123456789012:user:app")
    made = resources(stack)
    (rule,) = [body["Properties"] for body in made.values() if body["Type"].endswith("SecurityGroupIngress")]
    assert (rule["GroupId"], rule["FromPort"]) == ("sg-0123abcd", 6379)
    (statement,) = made["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Resource"][0] == {
        "Fn::Sub": "arn:${AWS::Partition}:elasticache:${AWS::Region}:${AWS::AccountId}:replicationgroup:sessions"
    }


# Memcached


def test_a_memcached_cluster_spreads_its_nodes_and_keeps_nothing(stack: Stack, vpc: VPC) -> None:
    cluster = MemcachedCluster(stack, "Pages", vpc=vpc, nodes=3, parameters={"max_item_size": 2_097_152})
    IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com", description=cluster.endpoint)
    made = resources(stack)
    assert made["Pages"]["Properties"] == {
        "Engine": "memcached", "EngineVersion": "1.6.22", "CacheNodeType": "cache.t4g.small", "NumCacheNodes": 3,
        "AZMode": "cross-az", "Port": 11211, "TransitEncryptionEnabled": True, "AutoMinorVersionUpgrade": True,
        "CacheSubnetGroupName": {"Ref": "PagesSubnets"},
        "CacheParameterGroupName": {"Ref": "PagesParameters"},
        "VpcSecurityGroupIds": [{"Fn::GetAtt": ["PagesSecurityGroup", "GroupId"]}],
    }  # fmt: skip
    assert "DeletionPolicy" not in made["Pages"]
    assert "UpdateReplacePolicy" not in made["Pages"]
    assert made["PagesParameters"]["Properties"]["CacheParameterGroupFamily"] == "memcached1.6"
    assert made["PagesParameters"]["Properties"]["Properties"] == {"max_item_size": "2097152"}
    assert made["Role"]["Properties"]["Description"] == {"Fn::GetAtt": ["Pages", "ConfigurationEndpoint.Address"]}
    assert cluster.connections.port == 11211
    assert cluster.metric("GetHits", node=2).dimensions["CacheNodeId"] == "0002"
    assert list(cluster.metric("GetHits").dimensions) == ["CacheClusterId"]
    assert not warned(stack)


def test_an_early_memcached_comes_without_tls_and_one_node_without_zones(stack: Stack, vpc: VPC) -> None:
    MemcachedCluster(stack, "Pages", vpc=vpc, nodes=1, engine_version="1.5.16")
    body = properties(stack, "Pages")
    assert "TransitEncryptionEnabled" not in body
    assert "AZMode" not in body


@pytest.mark.parametrize(
    ("keywords", "rules"),
    [
        ({"nodes": 0}, {"ECA003"}),
        ({"nodes": 1, "cross_az": True}, {"ECA005"}),
        ({"nodes": 3, "availability_zones": ["eu-west-1a"]}, {"ECA005"}),
        ({"needs": ["ranking", "pub-sub"]}, {"ECA006"}),
        ({"node_type": "cache.t4g"}, {"ECA013"}),
        ({"engine_version": "2.0"}, {"ECA014"}),
        ({"engine_version": "1.5.16", "tls": True}, {"ECA026"}),
        ({"name": "pages-"}, {"ECA018"}),
        ({"nodes": 0, "name": "pages-", "node_type": "t4g.small"}, {"ECA003", "ECA013", "ECA018"}),
    ],
)
def test_what_memcached_does_not_do_is_an_error_at_the_line(
    stack: Stack, vpc: VPC, keywords: Any, rules: set[str]
) -> None:
    with pytest.raises(ConstraintError) as caught:
        MemcachedCluster(stack, "Pages", vpc=vpc, **keywords)
    assert set(told(caught)) == rules


def test_every_need_that_memcached_cannot_meet_is_named(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstraintError) as caught:
        MemcachedCluster(stack, "Pages", vpc=vpc, needs=["ranking", "persistence"])
    said = [finding.message for finding in caught.value.findings]
    assert any("leaderboards" in words for words in said)
    assert any("outlives a node" in words for words in said)
    assert all("RedisCluster" in str(finding.fix) for finding in caught.value.findings)


def test_a_keyword_of_redis_says_why_memcached_has_none(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstructError) as caught:
        MemcachedCluster(stack, "Pages", vpc=vpc, snapshot_retention=5, replicas=1)  # type: ignore[call-arg]
    said = str(caught.value)
    assert "snapshot_retention=: Memcached has no snapshots" in said
    assert "replicas=: Memcached has no replicas; it grows with nodes=" in said
    assert "RedisCluster" in said
    assert "test_elasticache.py" in said
    with pytest.raises(ConstructError, match="node_typ"):
        MemcachedCluster(stack, "Typo", vpc=vpc, node_typ="cache.t4g.small")  # type: ignore[call-arg]


def test_more_nodes_than_the_quota_are_a_warning(stack: Stack, vpc: VPC) -> None:
    MemcachedCluster(stack, "Pages", vpc=vpc, nodes=50)
    assert warned(stack) == {"ECA003"}


# Hints


@pytest.mark.parametrize(
    ("keywords", "rules"),
    [
        ({"strategy": CacheStrategy("lazy")}, {"ECA015"}),
        ({"strategy": CacheStrategy("write-through", ttl=60)}, {"ECA015"}),
        ({"strategy": CacheStrategy("lazy", "write-through", ttl=60)}, set()),
        ({"write_ratio": 0.8}, {"ECA016"}),
        ({"write_ratio": 0.1}, set()),
        ({"needs": ["failover"], "replicas": 0}, {"ECA030"}),
        ({"needs": ["persistence", "auth"], "auth_token": "generate"}, set()),
        ({"needs": ["auth"]}, {"ECA030"}),
    ],
)
def test_what_a_cache_is_told_of_its_use_is_checked(stack: Stack, vpc: VPC, keywords: Any, rules: set[str]) -> None:
    RedisCluster(stack, "Sessions", vpc=vpc, **keywords)
    assert warned(stack) == rules
    assert all(
        finding.severity == "warning"
        for finding in stack.node.root_app.findings
        if finding.rule in {"ECA015", "ECA016", "ECA030"}
    )


def test_a_value_that_expires_before_it_is_written_is_an_error(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstraintError) as caught:
        ServerlessCache(stack, "Carts", vpc=vpc, strategy=CacheStrategy("lazy", ttl=-1))
    assert set(told(caught)) == {"ECA015"}


# Serverless


def test_a_serverless_cache_scales_within_what_is_said(stack: Stack, vpc: VPC) -> None:
    user = CacheUser(stack, "AppUser")
    cache = ServerlessCache(
        stack, "Carts", vpc=vpc, engine="valkey", major_version="8", storage=(1, 10), units=(None, 5_000),
        users=CacheUserGroup(stack, "Users", users=[user]), snapshot_retention=3, snapshot_time="03:00", key=KEY,
    )  # fmt: skip
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com", description=cache.url)
    cache.grant_connect(role, user)
    cache.connections.allow_from(SecurityGroup(stack, "App", vpc=vpc))
    made = resources(stack)
    assert made["Carts"]["Properties"] == {
        "ServerlessCacheName": "shop-carts", "Description": "shop/Carts", "Engine": "valkey", "MajorEngineVersion": "8",
        "CacheUsageLimits": {
            "DataStorage": {"Minimum": 1, "Maximum": 10, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 5000},
        },
        "SubnetIds": [{"Ref": "VpcPrivate1"}, {"Ref": "VpcPrivate2"}],
        "SecurityGroupIds": [{"Fn::GetAtt": ["CartsSecurityGroup", "GroupId"]}],
        "SnapshotRetentionLimit": 3, "DailySnapshotTime": "03:00", "KmsKeyId": KEY, "UserGroupId": {"Ref": "Users"},
    }  # fmt: skip
    assert made["Carts"]["DeletionPolicy"] == "Retain"
    (rule,) = [body["Properties"] for body in made.values() if body["Type"].endswith("SecurityGroupIngress")]
    assert (rule["FromPort"], rule["ToPort"]) == (6379, 6380)
    (statement,) = made["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Resource"] == [{"Fn::GetAtt": ["Carts", "ARN"]}, {"Fn::GetAtt": ["AppUser", "Arn"]}]
    assert made["Role"]["Properties"]["Description"] == {"Fn::Sub": "rediss://${Carts.Endpoint.Address}:6379"}
    assert list(cache.metric("ThrottledCmds").dimensions) == ["clusterId"]
    assert not warned(stack)


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"storage": (1, 6_000)}, "ECA028"),
        ({"units": (5_000, 1_000)}, "ECA028"),
        ({"snapshot_retention": 40}, "ECA025"),
    ],
)
def test_a_serverless_cache_has_bounds(stack: Stack, vpc: VPC, keywords: Any, rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        ServerlessCache(stack, "Carts", vpc=vpc, **keywords)
    assert set(told(caught)) == {rule}


@pytest.mark.parametrize(
    "keywords", [{"storage": 5}, {"units": (1, 2, 3)}, {"users": 5}, {"engine": "keydb"}, {"key": 5}]
)
def test_a_serverless_cache_refuses_what_it_cannot_read(stack: Stack, vpc: VPC, keywords: Any) -> None:
    with pytest.raises(ConstructError) as caught:
        ServerlessCache(stack, "Carts", vpc=vpc, **keywords)
    assert "test_elasticache.py" in str(caught.value)


def test_names_that_aws_wants_fit_and_differ(stack: Stack) -> None:
    long = [CacheUser(stack, f"{'Very' * 20}Long{letter}") for letter in "AB"]
    names = [user.user_id or "" for user in long]
    assert len(set(names)) == 2
    assert all(len(name) <= 40 and name.startswith("shop-very-very") for name in names)
    assert CacheUser(NestedStack(stack, "Inner"), "User").user_id == "shop-inner-user"
