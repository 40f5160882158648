"""Tables: keys, indexes, capacity, streams, replicas, permissions statement by statement, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck import (
    App,
    ConstraintError,
    ConstructError,
    DynamoDBTable,
    GlobalIndex,
    IAMRole,
    ItemPlan,
    LocalIndex,
    Output,
    Principal,
    ScaledCapacity,
    Stack,
    TableReplica,
)
from awsdeck.cfn import kms
from awsdeck.synth import synthesize
from awsdeck.testing.engine import Ground

if TYPE_CHECKING:
    from awsdeck.local import Engine


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def role(stack: Stack) -> IAMRole:
    return IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def statements(stack: Stack, policy: str = "RolePolicy") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources(stack)[policy]["Properties"]["PolicyDocument"]["Statement"]
    return found


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    return {finding.rule for finding in caught.value.findings}


def warned(stack: Stack) -> set[str]:
    return {finding.rule for finding in stack.node.root_app.findings}


ARN = {"Fn::GetAtt": ["T", "Arn"]}


def test_a_plain_table_is_on_demand_recoverable_and_kept(stack: Stack) -> None:
    DynamoDBTable(stack, "T", partition_key="id")
    assert resources(stack)["T"] == {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        },
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
    }
    assert warned(stack) == set()


def test_every_keyword_comes_out_where_cloudformation_wants_it(stack: Stack) -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012"
    stream = "arn:aws:kinesis:eu-west-1:123456789012:stream/changes"
    DynamoDBTable(
        stack, "T", partition_key=("id", "B"), sort_key=("at", "N"), name="orders", ttl="expires", stream="old-image",
        kinesis_stream=stream, encryption="kms", key=key, point_in_time_recovery=7, deletion_protection=True,
        contributor_insights=True, table_class="infrequent-access", max_read_units=100, max_write_units=50,
    )  # fmt: skip
    assert resources(stack)["T"]["Properties"] == {
        "TableName": "orders",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "B"}, {"AttributeName": "at", "AttributeType": "N"},
        ],
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
        "StreamSpecification": {"StreamViewType": "OLD_IMAGE"},
        "KinesisStreamSpecification": {"StreamArn": stream},
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7},
        "DeletionProtectionEnabled": True,
        "ContributorInsightsSpecification": {"Enabled": True},
        "TableClass": "STANDARD_INFREQUENT_ACCESS",
        "OnDemandThroughput": {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 50},
    }  # fmt: skip


def test_kms_without_a_key_is_the_one_that_aws_manages(stack: Stack) -> None:
    DynamoDBTable(stack, "T", partition_key="id", encryption="kms")
    assert resources(stack)["T"]["Properties"]["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}


@pytest.mark.parametrize("view", ["keys-only", "new-image", "old-image", "new-and-old-images"])
def test_a_stream_shows_what_was_asked_for(stack: Stack, view: Any) -> None:
    DynamoDBTable(stack, "T", partition_key="id", stream=view)
    assert resources(stack)["T"]["Properties"]["StreamSpecification"] == {
        "StreamViewType": view.upper().replace("-", "_")
    }


def test_attributes_are_typed_once_whatever_the_order(stack: Stack) -> None:
    table = DynamoDBTable(
        stack,
        "T",
        partition_key="customer",
        sort_key="at",
        local_indexes=[LocalIndex("by-total", sort_key=("total", "N"))],
    )
    table.add_global_index("by-email", partition_key="email", sort_key=("at", "N"))
    table.add_global_index("by-total-and-email", partition_key="total", sort_key="email")
    assert resources(stack)["T"]["Properties"]["AttributeDefinitions"] == [
        {"AttributeName": "customer", "AttributeType": "S"}, {"AttributeName": "at", "AttributeType": "N"},
        {"AttributeName": "total", "AttributeType": "N"}, {"AttributeName": "email", "AttributeType": "S"},
    ]  # fmt: skip


def test_indexes_carry_keys_and_projection(stack: Stack) -> None:
    table = DynamoDBTable(
        stack, "T", partition_key="id", sort_key="at",
        local_indexes=[LocalIndex("by-total", sort_key="total", projection="keys-only")],
        global_indexes=[GlobalIndex("by-email", partition_key="email")],
    )  # fmt: skip
    arn = table.add_global_index(
        "by-place", partition_key=["country", "city"], sort_key=["street"], projection=["name", "phone"]
    )
    Output(stack, "Index", arn)
    template = synthesize(stack.node.root_app)[stack.name].template
    assert template["Outputs"]["Index"]["Value"] == {"Fn::Sub": "${T.Arn}/index/by-place"}
    made = template["Resources"]["T"]["Properties"]
    assert made["LocalSecondaryIndexes"] == [
        {
            "IndexName": "by-total", "Projection": {"ProjectionType": "KEYS_ONLY"},
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "total", "KeyType": "RANGE"}],
        }
    ]  # fmt: skip
    assert [(index["IndexName"], index["Projection"]) for index in made["GlobalSecondaryIndexes"]] == [
        ("by-email", {"ProjectionType": "ALL"}),
        ("by-place", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["name", "phone"]}),
    ]
    assert made["GlobalSecondaryIndexes"][1]["KeySchema"] == [
        {"AttributeName": "country", "KeyType": "HASH"}, {"AttributeName": "city", "KeyType": "HASH"},
        {"AttributeName": "street", "KeyType": "RANGE"},
    ]  # fmt: skip


def test_provisioned_capacity_counts_for_indexes_too(stack: Stack) -> None:
    table = DynamoDBTable(stack, "T", partition_key="id", billing="provisioned", read_capacity=5, write_capacity=6)
    table.add_global_index("by-email", partition_key="email")
    table.add_global_index("by-name", partition_key="name", read_capacity=7, write_capacity=8)
    made = resources(stack)["T"]["Properties"]
    assert made["ProvisionedThroughput"] == {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    assert [index["ProvisionedThroughput"] for index in made["GlobalSecondaryIndexes"]] == [
        {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}, {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8},
    ]  # fmt: skip


def test_capacity_that_scales_has_a_target_and_a_policy_for_table_and_index(stack: Stack) -> None:
    table = DynamoDBTable(
        stack, "T", partition_key="id", billing="provisioned", write_capacity=5,
        read_capacity=ScaledCapacity(2, 20, target=60, scale_in_after=120),
    )  # fmt: skip
    table.add_global_index("by-email", partition_key="email")
    made = resources(stack)
    assert made["T"]["Properties"]["ProvisionedThroughput"] == {"ReadCapacityUnits": 2, "WriteCapacityUnits": 5}
    assert made["TReadScaling"]["Properties"] == {
        "ServiceNamespace": "dynamodb", "ResourceId": {"Fn::Sub": "table/${T}"},
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits", "MinCapacity": 2, "MaxCapacity": 20,
    }  # fmt: skip
    assert made["TReadScalingPolicy"]["Properties"] == {
        "PolicyName": "ReadCapacityUse", "PolicyType": "TargetTrackingScaling", "ScalingTargetId": {"Ref": "TReadScaling"},
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 60, "ScaleInCooldown": 120,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
        },
    }  # fmt: skip
    assert made["TByEmailReadScaling"]["Properties"]["ResourceId"] == {"Fn::Sub": "table/${T}/index/by-email"}
    assert made["TByEmailReadScaling"]["Properties"]["ScalableDimension"] == "dynamodb:index:ReadCapacityUnits"
    assert [id for id in made if "Write" in id] == []


def test_a_table_with_replicas_is_a_global_table_with_a_stream(stack: Stack) -> None:
    table = DynamoDBTable(
        stack, "T", partition_key="id", replicas=["us-east-1", TableReplica("eu-central-1", deletion_protection=True)],
        contributor_insights=True, ttl="expires",
    )  # fmt: skip
    table.add_global_index("by-email", partition_key="email")
    made = resources(stack)["T"]
    assert made["Type"] == "AWS::DynamoDB::GlobalTable"
    assert made["DeletionPolicy"] == "Retain"
    assert made["Properties"]["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    replica = {
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "ContributorInsightsSpecification": {"Enabled": True},
        "GlobalSecondaryIndexes": [{"IndexName": "by-email", "ContributorInsightsSpecification": {"Enabled": True}}],
    }
    assert made["Properties"]["Replicas"] == [
        {"Region": "eu-west-1", **replica}, {"Region": "us-east-1", **replica},
        {"Region": "eu-central-1", **replica, "DeletionProtectionEnabled": True},
    ]  # fmt: skip


def test_tags_of_the_tree_reach_every_replica(stack: Stack) -> None:
    stack.node.tag("team", "shop")
    table = DynamoDBTable(stack, "T", partition_key="id", replicas=["us-east-1"])
    table.node.override("Properties.Replicas.1.DeletionProtectionEnabled", True)
    here, there = resources(stack)["T"]["Properties"]["Replicas"]
    assert here["Tags"] == there["Tags"] == [{"Key": "team", "Value": "shop"}]
    assert there["DeletionProtectionEnabled"] is True


def test_a_global_table_scales_its_writes_and_reads_by_replica(stack: Stack) -> None:
    scaled = ScaledCapacity(1, 10)
    DynamoDBTable(
        stack, "T", partition_key="id", billing="provisioned", read_capacity=5, write_capacity=scaled,
        replicas=[TableReplica("us-east-1", read_capacity=scaled)],
    )  # fmt: skip
    made = resources(stack)["T"]["Properties"]
    settings = {
        "MinCapacity": 1, "MaxCapacity": 10, "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70},
    }  # fmt: skip
    assert made["WriteProvisionedThroughputSettings"] == {"WriteCapacityAutoScalingSettings": settings}
    assert [replica["ReadProvisionedThroughputSettings"] for replica in made["Replicas"]] == [
        {"ReadCapacityUnits": 5}, {"ReadCapacityAutoScalingSettings": settings},
    ]  # fmt: skip


def test_a_customer_key_is_named_in_every_region(stack: Stack) -> None:
    here, there = (f"arn:aws:kms:{region}:123456789012:key/k" for region in ("eu-west-1", "us-east-1"))
    table = DynamoDBTable(
        stack, "T", partition_key="id", encryption="kms", key=here, replicas=[TableReplica("us-east-1", key=there)]
    )
    made = table.node.resource.properties
    assert made["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
    assert [replica["SSESpecification"] for replica in made["Replicas"]] == [
        {"KMSMasterKeyId": here}, {"KMSMasterKeyId": there},
    ]  # fmt: skip
    with pytest.raises(ConstructError, match="the replica in us-east-1 has no key"):
        DynamoDBTable(stack, "U", partition_key="id", encryption="kms", key=here, replicas=["us-east-1"])


def test_reading_is_granted_on_the_table_and_queries_on_its_indexes(stack: Stack, role: IAMRole) -> None:
    table = DynamoDBTable(stack, "T", partition_key="id", global_indexes=[GlobalIndex("by-x", partition_key="x")])
    table.grant_read(role)
    assert statements(stack) == [
        {
            "Effect": "Allow", "Resource": ARN,
            "Action": [
                "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DescribeTable", "dynamodb:GetItem",
                "dynamodb:Query", "dynamodb:Scan",
            ],
        },
        {
            "Effect": "Allow", "Resource": {"Fn::Sub": "${T.Arn}/index/by-x"},
            "Action": ["dynamodb:Query", "dynamodb:Scan"],
        },
    ]  # fmt: skip


def test_an_index_added_later_can_be_read_by_who_could_read_the_table(stack: Stack, role: IAMRole) -> None:
    table = DynamoDBTable(stack, "T", partition_key="id")
    table.grant_read(role)
    table.add_global_index("by-email", partition_key="email")
    table.add_global_index("by-day", partition_key="day")
    assert statements(stack)[1] == {
        "Effect": "Allow", "Action": ["dynamodb:Query", "dynamodb:Scan"],
        "Resource": [{"Fn::Sub": "${T.Arn}/index/by-email"}, {"Fn::Sub": "${T.Arn}/index/by-day"}],
    }  # fmt: skip


def test_a_table_without_indexes_gives_no_permission_for_any(stack: Stack, role: IAMRole) -> None:
    DynamoDBTable(stack, "T", partition_key="id").grant_read(role)
    assert [statement["Resource"] for statement in statements(stack)] == [ARN]


def test_writing_is_granted_on_the_table_alone(stack: Stack, role: IAMRole) -> None:
    table = DynamoDBTable(stack, "T", partition_key="id", global_indexes=[GlobalIndex("by-x", partition_key="x")])
    table.grant_write(role)
    assert statements(stack) == [
        {
            "Effect": "Allow", "Resource": ARN,
            "Action": [
                "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:PutItem",
                "dynamodb:UpdateItem",
            ],
        }
    ]  # fmt: skip


def test_leading_keys_leave_out_scans_and_global_indexes(stack: Stack, role: IAMRole) -> None:
    table = DynamoDBTable(
        stack, "T", partition_key="id", sort_key="at", local_indexes=[LocalIndex("by-total", sort_key="total")],
        global_indexes=[GlobalIndex("by-email", partition_key="email")],
    )  # fmt: skip
    table.grant_read_write(role, leading_keys="${cognito-identity.amazonaws.com:sub}")
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"]}}
    assert statements(stack) == [
        {
            "Effect": "Allow", "Resource": ARN, "Condition": own,
            "Action": [
                "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem",
                "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
            ],
        },
        {
            "Effect": "Allow", "Resource": {"Fn::Sub": "${T.Arn}/index/by-total"}, "Condition": own,
            "Action": "dynamodb:Query",
        },
    ]  # fmt: skip
    assert warned(stack) == set()


def test_leading_keys_with_a_star_are_a_pattern(stack: Stack, role: IAMRole) -> None:
    DynamoDBTable(stack, "T", partition_key="id").grant_read(role, leading_keys=["${aws:username}#*"])
    assert statements(stack)[0]["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["${aws:username}#*"]}
    }


def test_following_the_stream_is_granted_on_the_stream(stack: Stack, role: IAMRole) -> None:
    DynamoDBTable(stack, "T", partition_key="id", stream="keys-only").grant_stream(role)
    assert statements(stack) == [
        {"Effect": "Allow", "Resource": {"Fn::Sub": "${T.Arn}/stream/*"}, "Action": "dynamodb:ListStreams"},
        {
            "Effect": "Allow", "Resource": {"Fn::GetAtt": ["T", "StreamArn"]},
            "Action": ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        },
    ]  # fmt: skip


def test_a_customer_key_goes_with_the_permission(stack: Stack, role: IAMRole) -> None:
    key = kms.Key(stack, "Key", KeyPolicy={"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "kms:*", "Resource": "*"}
    ]})  # fmt: skip
    table = DynamoDBTable(stack, "T", partition_key="id", encryption="kms", key=key.Arn)
    table.grant_read(role)
    assert statements(stack)[0] == {
        "Effect": "Allow", "Action": "kms:Decrypt", "Resource": {"Fn::GetAtt": ["Key", "Arn"]},
    }  # fmt: skip


def test_others_are_let_in_by_the_tables_own_policy(stack: Stack) -> None:
    DynamoDBTable(stack, "T", partition_key="id").grant_read(Principal.account("210987654321"))
    named = DynamoDBTable(stack, "U", partition_key="id", name="users", stream="keys-only")
    named.grant_read("210987654321")
    named.grant_stream("210987654321")
    made = resources(stack)
    assert made["T"]["Properties"]["ResourcePolicy"]["PolicyDocument"]["Statement"][0]["Resource"] == "*"
    own = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/users"
    assert [
        statement["Resource"] for statement in made["U"]["Properties"]["ResourcePolicy"]["PolicyDocument"]["Statement"]
    ] == [{"Fn::Sub": own}]
    assert made["U"]["Properties"]["StreamSpecification"]["StreamViewType"] == "KEYS_ONLY"
    assert made["U"]["Properties"]["StreamSpecification"]["ResourcePolicy"]["PolicyDocument"]["Statement"][0] == {
        "Effect": "Allow", "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::210987654321:root"}},
        "Action": ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"], "Resource": "*",
    }  # fmt: skip


def test_others_read_the_indexes_of_a_table_with_a_name_by_theirs(stack: Stack) -> None:
    table = DynamoDBTable(
        stack, "T", partition_key="id", name="orders", global_indexes=[GlobalIndex("by-x", partition_key="x")]
    )
    table.grant_read("210987654321")
    own = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders"
    policy = resources(stack)["T"]["Properties"]["ResourcePolicy"]["PolicyDocument"]["Statement"]
    assert [(statement["Action"], statement["Resource"]) for statement in policy] == [
        (
            ["dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DescribeTable", "dynamodb:GetItem",
             "dynamodb:Query", "dynamodb:Scan"],
            {"Fn::Sub": own},
        ),
        (["dynamodb:Query", "dynamodb:Scan"], {"Fn::Sub": f"{own}/index/by-x"}),
    ]  # fmt: skip


def test_leading_keys_leave_out_global_indexes_for_others_too(stack: Stack) -> None:
    indexes = [GlobalIndex("by-email", partition_key="email")]
    table = DynamoDBTable(
        stack, "T", partition_key="id", sort_key="at", name="orders", global_indexes=indexes,
        local_indexes=[LocalIndex("by-total", sort_key="total")],
    )  # fmt: skip
    table.grant_read("arn:aws:iam::123456789012:role/x", leading_keys="u")
    own = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders"
    policy = resources(stack)["T"]["Properties"]["ResourcePolicy"]["PolicyDocument"]["Statement"]
    assert [(statement["Action"], statement["Resource"]) for statement in policy] == [
        (
            ["dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:Query"],
            {"Fn::Sub": own},
        ),
        ("dynamodb:Query", {"Fn::Sub": f"{own}/index/by-total"}),
    ]


def test_leading_keys_for_others_need_the_name_of_a_table_with_global_indexes(stack: Stack) -> None:
    who = "arn:aws:iam::123456789012:role/x"
    indexed = DynamoDBTable(stack, "T", partition_key="id", global_indexes=[GlobalIndex("by-x", partition_key="x")])
    with pytest.raises(ConstructError, match="speaks of its global indexes too"):
        indexed.grant_read(who, leading_keys="u")
    plain = DynamoDBTable(stack, "U", partition_key="id")
    plain.grant_read(who, leading_keys="u")
    with pytest.raises(ConstructError, match="speaks of its global indexes too"):
        plain.add_global_index("by-x", partition_key="x")
    assert "GlobalSecondaryIndexes" not in resources(stack)["U"]["Properties"]


@pytest.mark.parametrize("keywords", [{}, {"replicas": ["us-east-1"]}])
def test_a_policy_for_everybody_is_an_error_at_the_line(stack: Stack, keywords: Any) -> None:
    table = DynamoDBTable(stack, "T", partition_key="id", **keywords)
    with pytest.raises(ConstraintError) as caught:
        table.grant_read("*")
    assert rules(caught) == {"DDB027"}
    assert {finding.file for finding in caught.value.findings} == {__file__}


def test_an_organization_is_not_everybody(stack: Stack) -> None:
    DynamoDBTable(stack, "T", partition_key="id").grant_read(Principal.organization("o-1234567890"))
    assert not warned(stack)


def test_a_service_that_works_under_a_role_is_a_warning(stack: Stack) -> None:
    DynamoDBTable(stack, "T", partition_key="id").grant_read("ec2.amazonaws.com")
    assert "DDB028" in warned(stack)


def test_no_leading_key_at_all_is_refused(stack: Stack, role: IAMRole) -> None:
    with pytest.raises(ConstructError, match="leaves no item"):
        DynamoDBTable(stack, "T", partition_key="id").grant_write(role, leading_keys=[])


def test_a_key_known_by_an_alias_goes_with_the_permission_too(stack: Stack, role: IAMRole) -> None:
    DynamoDBTable(stack, "T", partition_key="id", encryption="kms", key="alias/mine").grant_read(role)
    assert statements(stack)[0] == {
        "Effect": "Allow", "Action": "kms:Decrypt",
        "Resource": {"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"},
        "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/mine"}},
    }  # fmt: skip


def test_others_who_need_the_key_too_are_warned_about(stack: Stack) -> None:
    DynamoDBTable(stack, "T", partition_key="id", encryption="kms", key="alias/mine").grant_read("210987654321")
    assert "XSV023" in warned(stack)


def test_the_policy_of_a_global_table_stands_in_its_own_region(stack: Stack) -> None:
    DynamoDBTable(stack, "T", partition_key="id", replicas=["us-east-1"]).grant_read("210987654321")
    here, there = resources(stack)["T"]["Properties"]["Replicas"]
    assert here["ResourcePolicy"]["PolicyDocument"]["Statement"][0]["Resource"] == "*"
    assert "ResourcePolicy" not in there


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"billing": "free"}, "billing="),
        ({"stream": "all"}, "stream="),
        ({"table_class": "gold"}, "table_class="),
        ({"encryption": "none"}, "encryption="),
        ({"key": "alias/mine", "encryption": "dynamodb"}, 'key= goes with encryption="kms"'),
        ({"partition_key": ("id", "S", "N")}, "is not a key"),
        ({"sort_key": 7}, "is not a key"),
        ({"sort_key": ("id", "N"), "partition_key": ("id", "S")}, "'S' in one key and 'N' in another"),
        ({"local_indexes": [LocalIndex("by-x", sort_key="x", projection="some")]}, "projection="),
        ({"replicas": ["eu-west-1"]}, "holds the table twice"),
        ({"replicas": ["mars-1"]}, "'mars-1' is no region"),
        ({"replicas": ["us-east-1"], "stream": "keys-only"}, "a stream of new and old images, not 'keys-only'"),
        ({"replicas": ["us-east-1"], "billing": "provisioned", "read_capacity": 1, "write_capacity": 1}, "scales its writes"),
        ({"ttll": "x"}, "did you mean 'ttl'"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_told_with_what_to_write(stack: Stack, keywords: dict[str, Any], words: str) -> None:
    with pytest.raises(ConstructError, match=words) as caught:
        DynamoDBTable(stack, "T", **{"partition_key": "id", **keywords})
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"billing": "provisioned"}, "DDB003"),
        ({"read_capacity": 5, "write_capacity": 5}, "DDB004"),
        ({"local_indexes": [LocalIndex("by-x", sort_key="x")]}, "DDB007"),
        ({"sort_key": "at", "local_indexes": [LocalIndex(f"by-{n}", sort_key=f"k{n}") for n in range(6)]}, "DDB005"),
        ({"name": "t!"}, "DDB009"),
        ({"global_indexes": [GlobalIndex("by-x", partition_key="x")] * 2}, "DDB009"),
        ({"global_indexes": [GlobalIndex("by-x", partition_key="x", projection=[])]}, "DDB010"),
        ({"partition_key": ("id", "M")}, "DDB002"),
        ({"point_in_time_recovery": 36}, "XSV018"),
    ],
)
def test_a_broken_rule_is_told_at_the_users_line(stack: Stack, keywords: dict[str, Any], rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        DynamoDBTable(stack, "T", **{"partition_key": "id", **keywords})
    assert rule in rules(caught)
    assert {finding.file for finding in caught.value.findings} == {__file__}


def test_an_index_that_is_refused_leaves_the_table_as_it_was(stack: Stack) -> None:
    table = DynamoDBTable(stack, "T", partition_key="id")
    with pytest.raises(ConstraintError):
        table.add_global_index("x", partition_key="email")
    table.add_global_index("by-email", partition_key="email")
    assert [index["IndexName"] for index in resources(stack)["T"]["Properties"]["GlobalSecondaryIndexes"]] == [
        "by-email"
    ]


def test_a_stream_that_is_not_there_cannot_be_followed(stack: Stack, role: IAMRole) -> None:
    with pytest.raises(ConstructError, match="has no stream"):
        DynamoDBTable(stack, "T", partition_key="id").grant_stream(role)


def test_replicas_need_the_region_of_the_stack() -> None:
    with pytest.raises(ConstructError, match="without a region"):
        DynamoDBTable(Stack(App(), "shop"), "T", partition_key="id", replicas=["us-east-1"])


@pytest.mark.parametrize("capacity", [(5, 1, 70), (1, 5, 10), (1, 5, 95)])
def test_capacity_that_cannot_scale_is_refused(capacity: tuple[int, int, int]) -> None:
    least, most, target = capacity
    with pytest.raises(ConstructError):
        ScaledCapacity(least, most, target=target)


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"data_kind": "session"}, "DDB013"),
        ({"stream": "keys-only", "stream_needs": "new"}, "DDB015"),
        ({"traffic": "steady"}, "DDB021"),
        (
            {"billing": "provisioned", "read_capacity": 40, "write_capacity": 40, "expected_reads": 80, "item_size": 3_072,
             "consistent_reads": True},
            "DDB022",
        ),
        ({"partition_key_values": 5}, "DDB026"),
        ({"point_in_time_recovery": False}, "DDB025"),
    ],
)  # fmt: skip
def test_what_is_told_of_the_use_is_checked(stack: Stack, keywords: dict[str, Any], rule: str) -> None:
    DynamoDBTable(stack, "T", **{"partition_key": "id", **keywords})
    assert warned(stack) == {rule}


def test_capacity_that_scales_is_enough_up_to_its_most(stack: Stack) -> None:
    DynamoDBTable(
        stack, "T", partition_key="id", billing="provisioned", traffic="spiky", read_capacity=ScaledCapacity(1, 80),
        write_capacity=ScaledCapacity(1, 10), expected_reads=80, item_size=3_072, consistent_reads=True,
    )  # fmt: skip
    assert warned(stack) == set()


def test_a_query_must_find_a_key_that_begins_with_what_it_knows(stack: Stack) -> None:
    table = DynamoDBTable(
        stack, "T", partition_key="id", sort_key="at", local_indexes=[LocalIndex("by-total", sort_key="total")]
    )
    table.add_global_index("by-email", partition_key="email")
    table.expect_query("id")
    table.expect_query("email")
    table.expect_query("id", "total", index="by-total", consistent_read=True)
    with pytest.raises(ConstraintError) as caught:
        table.expect_query("phone")
    assert rules(caught) == {"DDB018"}
    with pytest.raises(ConstraintError) as caught:
        table.expect_query("email", index="by-email", consistent_read=True)
    assert rules(caught) == {"DDB020"}
    assert caught.value.findings[0].file == __file__
    with pytest.raises(ConstructError, match="no index 'by-phone'"):
        table.expect_query("phone", index="by-phone")


def test_a_scan_is_warned_of(stack: Stack) -> None:
    table = DynamoDBTable(stack, "T", partition_key="id")
    table.expect_scan(limit=50, projection=["id"])
    assert warned(stack) == set()
    table.expect_scan()
    assert warned(stack) == {"DDB019"}


def test_an_item_stays_within_400_kilobytes() -> None:
    assert ItemPlan(409_600).size == 409_600
    with pytest.raises(ConstraintError) as caught:
        ItemPlan(409_601, partition_key_size=2_049)
    assert rules(caught) == {"DDB023"}


def test_a_table_deploys_and_is_read_through_its_index(local_engine: Engine, tmp_path: Path) -> None:
    stack = Stack(App(), "t-table", region="eu-west-1")
    table = DynamoDBTable(
        stack, "Orders", partition_key="customer", sort_key=("at", "N"), ttl="expires", stream="new-and-old-images",
        local_indexes=[LocalIndex("by-total", sort_key=("total", "N"))],
    )  # fmt: skip
    table.add_global_index("by-email", partition_key="email", sort_key="at", projection=["status"])
    table.node.retain(False)
    Output(stack, "Name", table.table_name)
    Output(stack, "Stream", table.stream_arn)
    ground = Ground(str(tmp_path))
    ground._engine = local_engine
    deployed = ground.deploys_locally(stack)
    client = deployed.client("dynamodb")
    made = client.describe_table(TableName=deployed.outputs["Name"])["Table"]
    assert made["KeySchema"] == table.node.resource.properties["KeySchema"]
    assert {index["IndexName"] for index in made["GlobalSecondaryIndexes"]} == {"by-email"}
    assert {index["IndexName"] for index in made["LocalSecondaryIndexes"]} == {"by-total"}
    assert deployed.outputs["Stream"] == made["LatestStreamArn"]
    item = {"customer": {"S": "ann"}, "at": {"N": "1"}, "email": {"S": "a@x.org"}, "total": {"N": "7"}}
    client.put_item(TableName=made["TableName"], Item=item)
    found = client.query(
        TableName=made["TableName"], IndexName="by-email", KeyConditionExpression="email = :e",
        ExpressionAttributeValues={":e": {"S": "a@x.org"}},
    )["Items"]  # fmt: skip
    assert [one["customer"] for one in found] == [{"S": "ann"}]
