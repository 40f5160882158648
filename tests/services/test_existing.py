"""What exists already, by name or ARN: its values, grants on the other side, and what is not ours to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from awsdeck import (
    App,
    ConstructError,
    DynamoDBTable,
    IAMManagedPolicy,
    IAMRole,
    LambdaFunction,
    Output,
    Parameter,
    Principal,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    Stack,
    allow,
)
from awsdeck.synth import synthesize

PREFIX = "arn:${AWS::Partition}"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012"


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def role(stack: Stack) -> IAMRole:
    return IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def granted(stack: Stack) -> list[Any]:
    """What the role of the tests may do, as pairs of actions and resources."""
    held = resources(stack)["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    return [(statement["Action"], statement["Resource"]) for statement in held]


def test_a_bucket_by_name_is_granted_like_one_made_here(stack: Stack, role: IAMRole) -> None:
    bucket = S3Bucket.from_name(stack, "Uploads", "uploads", key=KEY, versioned=True)
    bucket.grant_read(role, prefix="invoices/")
    bucket.grant_write(role)
    bucket.grant_delete(role)
    assert granted(stack) == [
        ("s3:ListBucket", {"Fn::Sub": f"{PREFIX}:s3:::uploads"}),
        (["kms:Decrypt", "kms:GenerateDataKey"], KEY),
        (["s3:GetObject", "s3:GetObjectVersion"], {"Fn::Sub": f"{PREFIX}:s3:::uploads/invoices/*"}),
        (["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"], {"Fn::Sub": f"{PREFIX}:s3:::uploads/*"}),
    ]
    assert bucket.bucket_name == "uploads"
    assert set(resources(stack)) == {"Role", "RolePolicy"}


def test_a_queue_by_arn_or_name_is_granted_and_takes_dead_letters(stack: Stack, role: IAMRole) -> None:
    queue = SQSQueue.from_arn(stack, "Orders", "arn:aws:sqs:eu-west-1:123456789012:orders")
    queue.grant_send(role)
    queue.grant_consume(role)
    SQSQueue.from_name(stack, "Failed", "failed").grant_purge(role)
    SQSQueue(stack, "Q", dead_letter=queue.after(3))
    assert granted(stack) == [
        (
            ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
             "sqs:ReceiveMessage", "sqs:SendMessage"],
            "arn:aws:sqs:eu-west-1:123456789012:orders",
        ),
        (
            ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:PurgeQueue"],
            {"Fn::Sub": f"{PREFIX}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:failed"},
        ),
    ]  # fmt: skip
    assert queue.queue_name == "orders"
    assert resources(stack)["Q"]["Properties"]["RedrivePolicy"] == {
        "deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:orders", "maxReceiveCount": 3,
    }  # fmt: skip


def test_a_topic_by_arn_is_published_to_and_heard(stack: Stack, role: IAMRole) -> None:
    arn = "arn:aws:sns:eu-west-1:123456789012:placed"
    topic = SNSTopic.from_arn(stack, "Placed", arn, key=KEY)
    topic.grant_publish(role)
    topic.subscribe(SQSQueue(stack, "Q"))
    topic.subscribe("ops@example.com")
    assert granted(stack) == [(["kms:Decrypt", "kms:GenerateDataKey"], KEY), ("sns:Publish", arn)]
    made = resources(stack)
    assert made["QFromPlaced"]["Properties"]["TopicArn"] == arn
    assert made["QPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]["Condition"] == {
        "ArnEquals": {"aws:SourceArn": arn}
    }
    assert {body["Properties"]["TopicArn"] for body in made.values() if body["Type"] == "AWS::SNS::Subscription"} == {
        arn
    }


def test_a_topic_by_name_is_one_of_this_account(stack: Stack, role: IAMRole) -> None:
    SNSTopic.from_name(stack, "Placed", "placed").grant_publish(role)
    assert granted(stack) == [("sns:Publish", {"Fn::Sub": f"{PREFIX}:sns:${{AWS::Region}}:${{AWS::AccountId}}:placed"})]


def test_a_table_by_name_is_granted_with_its_indexes_when_it_has_some(stack: Stack, role: IAMRole) -> None:
    DynamoDBTable.from_name(stack, "Orders", "orders", indexes=True).grant_read(role)
    table = f"{PREFIX}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/orders"
    assert [resource for _, resource in granted(stack)] == [{"Fn::Sub": table}, {"Fn::Sub": f"{table}/index/*"}]


def test_a_table_by_name_is_granted_with_the_indexes_that_are_named(stack: Stack, role: IAMRole) -> None:
    DynamoDBTable.from_name(stack, "Orders", "orders", indexes=["by-day", "by-x"]).grant_read(role)
    table = f"{PREFIX}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/orders"
    assert granted(stack)[1][1] == [{"Fn::Sub": f"{table}/index/by-day"}, {"Fn::Sub": f"{table}/index/by-x"}]


@pytest.mark.parametrize(
    "refer",
    [
        lambda stack: DynamoDBTable.from_name(stack, "X", "*"),
        lambda stack: DynamoDBTable.from_name(stack, "X", "orders/index/by-x"),
        lambda stack: DynamoDBTable.from_name(stack, "X", "order?"),
        lambda stack: S3Bucket.from_name(stack, "X", "*"),
        lambda stack: SQSQueue.from_name(stack, "X", "qq*"),
        lambda stack: SNSTopic.from_name(stack, "X", "${aws:username}"),
        lambda stack: LambdaFunction.from_name(stack, "X", "worker*"),
        lambda stack: DynamoDBTable.from_arn(stack, "X", "arn:aws:dynamodb:eu-west-1:123456789012:table/*"),
        lambda stack: DynamoDBTable.from_arn(stack, "X", "arn:aws:dynamodb:eu-west-1:123456789012:backup/orders"),
        lambda stack: DynamoDBTable.from_arn(
            stack, "X", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/x"
        ),
        lambda stack: LambdaFunction.from_arn(stack, "X", "arn:aws:lambda:eu-west-1:123456789012:layer:x:1"),
        lambda stack: LambdaFunction.from_arn(stack, "X", "arn:aws:lambda:eu-west-1:123456789012:function:*"),
        lambda stack: SQSQueue.from_arn(stack, "X", "arn:aws:sqs:eu-west-1:123456789012:qq*"),
        lambda stack: S3Bucket.from_arn(stack, "X", "arn:aws:s3:::uploads/in/a.json"),
        lambda stack: SNSTopic.from_arn(stack, "X", "arn:aws:sns:eu-west-1:123456789012:placed:4f2a"),
    ],
)
def test_what_is_no_name_or_stands_for_several_things_is_refused(stack: Stack, refer: Callable[[Stack], Any]) -> None:
    with pytest.raises(ConstructError, match=r"is not a name|is not the ARN"):
        refer(stack)


def test_a_function_by_arn_may_be_one_of_its_aliases(stack: Stack) -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:worker:live"
    found = LambdaFunction.from_arn(stack, "Worker", arn)
    assert (found.invoke_arn, found.function_name) == (arn, "worker")


def test_a_table_by_arn_gives_its_name_and_stream(stack: Stack, role: IAMRole) -> None:
    arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
    table = DynamoDBTable.from_arn(stack, "Orders", arn, stream_arn=f"{arn}/stream/2026-11-01T00:00:00.000")
    table.grant_write(role)
    table.grant_stream(role)
    assert table.table_name == "orders"
    assert [resource for _, resource in granted(stack)] == [
        arn,
        f"{arn}/stream/*",
        f"{arn}/stream/2026-11-01T00:00:00.000",
    ]


def test_a_table_without_a_known_stream_cannot_be_followed(stack: Stack, role: IAMRole) -> None:
    with pytest.raises(ConstructError, match="stream of shop/Orders is not known"):
        DynamoDBTable.from_name(stack, "Orders", "orders").grant_stream(role)


def test_an_arn_that_only_the_deploy_knows_is_taken_apart_then(stack: Stack, role: IAMRole) -> None:
    arn = Parameter(stack, "TableArn").ref
    table = DynamoDBTable.from_arn(stack, "Orders", arn)
    table.grant_write(role)
    Output(stack, "Name", table.table_name)
    made = synthesize(stack.node.root_app)[stack.name].template
    assert made["Resources"]["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"][0]["Resource"] == {
        "Ref": "TableArn"
    }
    resource = {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": "TableArn"}]}]}
    assert made["Outputs"]["Name"]["Value"] == {"Fn::Select": [1, {"Fn::Split": ["/", resource]}]}


def test_permissions_of_a_role_made_elsewhere_go_to_a_policy_attached_by_name(stack: Stack) -> None:
    role = IAMRole.from_name(stack, "Worker", "app/worker")
    SQSQueue(stack, "Q").grant_send(role)
    role.deny("sqs:PurgeQueue", on="*")
    made = resources(stack)["WorkerPolicy"]
    assert made["Type"] == "AWS::IAM::Policy"
    assert made["Properties"]["Roles"] == ["worker"]
    assert [statement["Effect"] for statement in made["Properties"]["PolicyDocument"]["Statement"]] == ["Allow", "Deny"]


def test_a_role_made_elsewhere_is_a_principal_and_can_be_passed(stack: Stack, role: IAMRole) -> None:
    other = IAMRole.from_name(stack, "Other", "app/other")
    other.grant_pass(role, to="ecs-tasks.amazonaws.com")
    other.grant_assume(role)
    IAMRole(stack, "Trusting", assumed_by=other)
    arn = {"Fn::Sub": f"{PREFIX}:iam::${{AWS::AccountId}}:role/app/other"}
    assert granted(stack) == [("iam:PassRole", arn), ("sts:AssumeRole", arn)]
    trust = resources(stack)["Trusting"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Principal"] == {"AWS": arn}


def test_a_role_without_permissions_of_ours_adds_nothing(stack: Stack) -> None:
    IAMRole.from_name(stack, "Worker", "worker")
    SQSQueue(stack, "Q")
    assert set(resources(stack)) == {"Q"}


def test_a_role_of_another_account_gets_nothing_here() -> None:
    stack = Stack(App(), "shop", region="eu-west-1", account="123456789012")
    role = IAMRole.from_arn(stack, "Guest", "arn:aws:iam::210987654321:role/guest")
    with pytest.raises(ConstructError, match="belongs to another account") as caught:
        SQSQueue(stack, "Q").grant_send(role)
    assert "Principal.arn" in str(caught.value)
    SQSQueue(stack, "R").grant_send(Principal.arn(role.arn))
    assert "RPolicy" in resources(stack)


def test_a_role_of_this_account_by_arn_gets_its_policy() -> None:
    stack = Stack(App(), "shop", region="eu-west-1", account="123456789012")
    role = IAMRole.from_arn(stack, "Worker", "arn:aws:iam::123456789012:role/app/worker")
    SQSQueue(stack, "Q").grant_send(role)
    assert resources(stack)["WorkerPolicy"]["Properties"]["Roles"] == ["worker"]


def test_a_role_linked_to_a_service_is_left_alone(stack: Stack) -> None:
    arn = "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
    with pytest.raises(ConstructError, match="linked to a service"):
        SQSQueue(stack, "Q").grant_send(IAMRole.from_arn(stack, "Ecs", arn))


def test_a_managed_policy_can_be_attached_to_a_role_made_elsewhere(stack: Stack) -> None:
    role = IAMRole.from_name(stack, "Worker", "worker")
    IAMManagedPolicy(stack, "Reading", statements=[allow("s3:GetObject", on="*")], roles=[role])
    assert resources(stack)["Reading"]["Properties"]["Roles"] == ["worker"]


CHANGES: list[Callable[[Stack], object]] = [
    lambda stack: SQSQueue.from_name(stack, "Q", "orders").grant_send("210987654321"),
    lambda stack: SNSTopic(stack, "T").subscribe(SQSQueue.from_name(stack, "Q", "orders")),
    lambda stack: SNSTopic.from_name(stack, "T", "placed").grant_publish("events.amazonaws.com"),
    lambda stack: S3Bucket.from_name(stack, "B", "uploads").grant_read(Principal.anyone()),
    lambda stack: S3Bucket(stack, "B").notify(SQSQueue.from_name(stack, "Q", "orders"), "s3:ObjectCreated:*"),
    lambda stack: S3Bucket(stack, "B", access_logs=S3Bucket.from_name(stack, "Logs", "logs")),
    lambda stack: DynamoDBTable.from_name(stack, "D", "orders").grant_read("210987654321"),
]


@pytest.mark.parametrize("change", CHANGES, ids=range(len(CHANGES)))
def test_the_policy_of_something_made_elsewhere_is_not_ours(stack: Stack, change: Callable[[Stack], object]) -> None:
    with pytest.raises(ConstructError, match="exists already, so its own policy cannot be changed here") as caught:
        change(stack)
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda stack: SQSQueue.from_arn(stack, "Q", "orders"), "not the ARN"),
        (lambda stack: SQSQueue.from_arn(stack, "Q", "arn:aws:sns:eu-west-1:123456789012:orders"), "not the ARN"),
        (lambda stack: SQSQueue.from_name(stack, "Q", "arn:aws:sqs:eu-west-1:123456789012:orders"), "use from_arn"),
        (lambda stack: S3Bucket.from_name(stack, "B", ""), "not a name"),
        (lambda stack: IAMRole.from_arn(stack, "R", "arn:aws:iam::123456789012:user/ann"), "not a role"),
        (lambda stack: DynamoDBTable.from_name(stack, "D", None), "not a name"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_is_no_name_or_arn_is_refused_at_the_users_line(
    stack: Stack, make: Callable[[Stack], object], words: str
) -> None:
    with pytest.raises(ConstructError, match=words) as caught:
        make(stack)
    assert caught.value.place is not None
    assert caught.value.place.file == __file__
