"""Who may do what, answered from policies: denies, wildcards, conditions, boundaries, and who says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from awsdeck import (
    VPC,
    App,
    AutoScalingGroup,
    Condition,
    ConstructError,
    DynamoDBTable,
    EC2Instance,
    IAMGroup,
    IAMManagedPolicy,
    IAMPolicy,
    IAMRole,
    IAMUser,
    LambdaFunction,
    LaunchTemplate,
    LocalIndex,
    MixedPurchase,
    Parameter,
    Principal,
    RDSInstance,
    S3Bucket,
    Schedule,
    SNSTopic,
    SQSQueue,
    Stack,
    StateMachine,
    allow,
    can,
    deny,
    equals,
    inline,
    states,
)
from awsdeck.cfn import autoscaling, ecs, elasticbeanstalk, events, iam, kms, lambda_
from awsdeck.nested import NestedStack
from awsdeck.permissions.context import decide
from awsdeck.permissions.match import fits, made, narrow, overlaps, unknown

HERE = Path(__file__)


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def worker(stack: Stack) -> IAMRole:
    return IAMRole(stack, "Worker", assumed_by="ec2.amazonaws.com")


def function(stack: Stack, id: str, **more: Any) -> LambdaFunction:
    """A function with code that fits into the template."""
    return LambdaFunction(stack, id, code=inline("def handler(*_): ..."), runtime="python3.13", **more)


def line_of(text: str) -> int:
    """The line of this file that holds the text."""
    return next(n for n, line in enumerate(HERE.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def test_a_grant_allows_what_it_says_and_nothing_else(stack: Stack, worker: IAMRole) -> None:
    orders, failed = SQSQueue(stack, "Orders"), SQSQueue(stack, "Failed")
    orders.grant_send(worker)
    assert can(worker, "sqs:SendMessage", orders)
    assert can(worker, "sqs:SendMessage", orders).allowed
    assert not can(worker, "sqs:SendMessage", failed)
    assert not can(worker, "sqs:ReceiveMessage", orders)
    assert not can(worker, "sqs:SendMessage", "*")


def test_the_answer_names_construct_and_line_of_the_grant(stack: Stack, worker: IAMRole) -> None:
    queue, table = SQSQueue(stack, "Q"), DynamoDBTable(stack, "T", partition_key="id")
    queue.grant_send(worker)  # the first grant
    table.grant_read(worker)  # the second grant
    for action, what, text in (
        ("sqs:SendMessage", queue, "# the first grant"),
        ("dynamodb:Query", table, "# the second grant"),
    ):
        answer = can(worker, action, what)
        (line,) = answer.granted_by
        assert line.construct == "shop/Worker"
        assert [(place.file, place.line) for place in line.places] == [(__file__, line_of(text))]
        assert f"granted by shop/Worker ({line.place})" in str(answer)


def test_statements_that_were_merged_name_every_line(stack: Stack, worker: IAMRole) -> None:
    queue = SQSQueue(stack, "Q")
    queue.grant_send(worker)
    queue.grant_consume(worker)
    (line,) = can(worker, "sqs:ReceiveMessage", queue).granted_by
    assert len(line.places) == 2


def test_an_explicit_deny_wins_and_is_named(stack: Stack, worker: IAMRole) -> None:
    queue = SQSQueue(stack, "Q")
    queue.grant_send(worker)
    worker.deny("sqs:Send*", on=queue.arn)
    answer = can(worker, "sqs:SendMessage", queue)
    assert not answer
    assert answer.denied
    assert [line.construct for line in answer.denied_by] == ["shop/Worker"]


def test_a_deny_under_a_condition_is_kept_as_unless(stack: Stack, worker: IAMRole) -> None:
    bucket = S3Bucket(stack, "B")
    bucket.grant_read(worker)
    answer = can(worker, "s3:GetObject", bucket)
    assert answer.allowed
    assert [[str(one) for one in group] for group in answer.unless] == [["Bool aws:SecureTransport = false"]]
    assert not can(worker, "s3:GetObject", bucket, given={"aws:SecureTransport": False})
    assert can(worker, "s3:GetObject", bucket, given={"aws:SecureTransport": True}).unless == ()


def test_a_bucket_means_all_its_objects_and_a_prefix_only_those_below(stack: Stack, worker: IAMRole) -> None:
    bucket = S3Bucket(stack, "B")
    bucket.grant_read(worker, prefix="invoices/")
    assert not can(worker, "s3:GetObject", bucket)
    assert can(worker, "s3:GetObject", f"{bucket.arn}/invoices/2026/1.pdf")
    assert can(worker, "s3:GetObject", f"{bucket.arn}/invoices/*")
    assert not can(worker, "s3:GetObject", f"{bucket.arn}/letters/1.pdf")


def test_a_condition_stays_open_until_the_request_is_known(stack: Stack, worker: IAMRole) -> None:
    bucket = S3Bucket(stack, "B", tls_only=False)
    bucket.grant_read(worker, prefix="invoices/")
    answer = can(worker, "s3:ListBucket", bucket)
    assert answer
    assert not answer.allowed
    assert answer.status == "only_if"
    assert [[str(one) for one in group] for group in answer.only_if] == [["StringLike s3:prefix = invoices/*"]]
    assert can(worker, "s3:ListBucket", bucket, given={"s3:prefix": "invoices/2026"}).allowed
    assert not can(worker, "s3:ListBucket", bucket, given={"s3:prefix": "letters/"})


def test_users_reach_their_own_records_only(stack: Stack, worker: IAMRole) -> None:
    table = DynamoDBTable(
        stack, "T", partition_key="id", sort_key="at", local_indexes=[LocalIndex("by-total", sort_key="total")]
    )
    table.grant_read(worker, leading_keys="ann")
    assert can(worker, "dynamodb:GetItem", table).status == "only_if"
    assert can(worker, "dynamodb:GetItem", table, given={"dynamodb:LeadingKeys": ["ann"]}).allowed
    assert not can(worker, "dynamodb:GetItem", table, given={"dynamodb:LeadingKeys": ["ann", "bob"]})
    assert can(worker, "dynamodb:Query", table.index_arn("by-total"), given={"dynamodb:LeadingKeys": "ann"}).allowed
    assert not can(worker, "dynamodb:Scan", table)


def test_the_stream_of_a_table_is_meant_where_records_are_read(stack: Stack, worker: IAMRole) -> None:
    table = DynamoDBTable(stack, "T", partition_key="id", stream="keys-only")
    table.grant_stream(worker)
    assert can(worker, "dynamodb:GetRecords", table)
    assert can(worker, "dynamodb:ListStreams", table)
    assert not can(worker, "dynamodb:GetItem", table)


def test_a_service_is_let_in_by_the_resource_alone(stack: Stack) -> None:
    queue, placed = SQSQueue(stack, "Q"), SNSTopic(stack, "Placed")
    placed.subscribe(queue)
    assert can("sns.amazonaws.com", "sqs:SendMessage", queue).status == "only_if"
    assert can("sns.amazonaws.com", "sqs:SendMessage", queue, given={"aws:SourceArn": placed.arn}).allowed
    other = "arn:aws:sns:eu-west-1:123456789012:other"
    assert not can("sns.amazonaws.com", "sqs:SendMessage", queue, given={"aws:SourceArn": other})
    assert not can("s3.amazonaws.com", "sqs:SendMessage", queue)


def test_a_principal_by_arn_is_let_in_by_the_resource_of_its_own_account() -> None:
    guest = "arn:aws:iam::210987654321:role/guest"
    for account, status in (("210987654321", "allowed"), ("123456789012", "unknown"), (None, "unknown")):
        queue = SQSQueue(Stack(App(), "shop", region="eu-west-1", account=account), "Q")
        queue.grant_send(Principal.arn(guest))
        assert can(guest, "sqs:SendMessage", queue).status == status


def test_what_a_role_of_elsewhere_may_is_unknown_unless_the_resource_keeps_it_out(stack: Stack) -> None:
    home = Stack(App(), "shop", region="eu-west-1", account="123456789012")
    table = DynamoDBTable(home, "T", partition_key="id")
    own, theirs = "arn:aws:iam::123456789012:role/z", "arn:aws:iam::210987654321:role/z"
    worker = function(home, "W", role=own)
    for who in (own, worker):
        answer = can(who, "dynamodb:GetItem", table)
        assert answer.status == "unknown"
        assert answer.reasons == (f"what {own} may by policies of its own is not known here",)
    assert can(theirs, "dynamodb:GetItem", table).denied  # an account gives nothing away without a policy that says so
    assert (
        can(
            theirs, "dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:210987654321:table/t", app=home.node.root_app
        ).status
        == "unknown"
    )


def test_a_policy_is_not_taken_for_that_of_a_namesake_in_another_account() -> None:
    home = Stack(App(), "shop", region="eu-west-1", account="123456789012")
    table = DynamoDBTable(home, "T", partition_key="id")
    table.grant_read(IAMRole.from_name(home, "Z", "z"))
    assert can("arn:aws:iam::123456789012:role/z", "dynamodb:GetItem", table).allowed
    assert can("arn:aws:iam::210987654321:role/z", "dynamodb:GetItem", table).denied
    assert can("arn:aws:iam::123456789012:user/z", "dynamodb:GetItem", table).status == "unknown"


def test_a_bucket_of_another_account_takes_both_permissions() -> None:
    bucket = S3Bucket(Stack(App(), "shop", region="eu-west-1", account="123456789012"), "B", tls_only=False)
    bucket.grant_read("arn:aws:iam::210987654321:role/z")
    assert can("arn:aws:iam::210987654321:role/z", "s3:GetObject", bucket).status == "unknown"
    assert can("arn:aws:iam::210987654321:role/y", "s3:GetObject", bucket).denied


def test_two_accounts_must_both_allow_it() -> None:
    app = App()
    stack = Stack(app, "shop", region="eu-west-1", account="123456789012")
    worker, queue = IAMRole(stack, "Worker", assumed_by="ec2.amazonaws.com"), SQSQueue(stack, "Q")
    worker.allow("sqs:SendMessage", on="arn:aws:sqs:eu-west-1:210987654321:theirs")
    queue.grant_send("arn:aws:iam::210987654321:role/guest")
    assert can(worker, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:210987654321:theirs").status == "unknown"
    assert not can(worker, "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:210987654321:theirs")
    assert can("arn:aws:iam::210987654321:role/guest", "sqs:SendMessage", queue).status == "unknown"
    assert not can("arn:aws:iam::210987654321:role/guest", "sqs:ReceiveMessage", queue)


def test_two_accounts_of_one_app_allow_it_together() -> None:
    app = App()
    ours = Stack(app, "ours", region="eu-west-1", account="123456789012")
    theirs = Stack(app, "theirs", region="eu-west-1", account="210987654321")
    worker, queue = IAMRole(ours, "W", assumed_by="ec2.amazonaws.com"), SQSQueue(theirs, "Q", name="orders")
    worker.allow("sqs:*", on="arn:aws:sqs:eu-west-1:210987654321:orders")
    queue.grant_send("123456789012", when={"Bool": {"aws:SecureTransport": "true"}})
    answer = can(worker, "sqs:SendMessage", queue)
    assert answer.status == "only_if"
    assert [[str(one) for one in group] for group in answer.only_if] == [["Bool aws:SecureTransport = true"]]
    assert not can(worker, "sqs:PurgeQueue", queue)


def test_trust_says_who_may_take_on_a_role(stack: Stack, worker: IAMRole) -> None:
    admin = IAMRole(stack, "Admin", assumed_by=worker, require_mfa=True)
    assert can("ec2.amazonaws.com", "sts:AssumeRole", worker)
    assert not can("lambda.amazonaws.com", "sts:AssumeRole", worker)
    assert can(worker, "sts:AssumeRole", admin).status == "only_if"
    assert not can(worker, "sts:AssumeRole", admin, given={"aws:MultiFactorAuthPresent": False})


def test_not_action_and_not_resource_are_understood(stack: Stack) -> None:
    user = iam.User(stack, "Ann", Policies=[{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "NotResource": "arn:aws:sqs:*:*:secret-*"},
    ]}}])  # fmt: skip
    assert can(user, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:orders")
    assert not can(user, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:secret-orders")
    assert not can(user, "iam:CreateUser", "arn:aws:iam::123456789012:user/bob")


def test_users_have_what_their_groups_have(stack: Stack) -> None:
    queue, ops = SQSQueue(stack, "Q"), IAMGroup(stack, "Ops")
    ann = IAMUser(stack, "Ann", groups=[ops])
    queue.grant_purge(ops)
    assert can(ann, "sqs:PurgeQueue", queue)
    assert can(ops, "sqs:PurgeQueue", queue)


def test_policies_attached_in_every_way_count(stack: Stack, worker: IAMRole) -> None:
    queue = SQSQueue(stack, "Q")
    shared = IAMManagedPolicy(stack, "Shared", statements=[allow("sqs:SendMessage", on=queue.arn)])
    other = IAMRole(stack, "Other", assumed_by="ec2.amazonaws.com", managed_policies=[shared])
    IAMPolicy(stack, "Beside", statements=[allow("sqs:ReceiveMessage", on=queue.arn)], roles=[worker, other])
    IAMManagedPolicy(stack, "Never", statements=[deny("sqs:PurgeQueue", on="*")], roles=[other])
    other.allow("sqs:*", on=queue.arn)
    assert can(worker, "sqs:ReceiveMessage", queue)
    assert not can(worker, "sqs:SendMessage", queue)
    granting = can(other, "sqs:SendMessage", queue).granted_by
    assert sorted(line.construct for line in granting) == ["shop/Other", "shop/Shared"]
    assert not can(other, "sqs:PurgeQueue", queue)


def test_a_policy_of_aws_that_nobody_here_can_read_is_said_to_be_unknown(stack: Stack) -> None:
    queue = SQSQueue(stack, "Q")
    reader = IAMRole(stack, "Reader", assumed_by="ec2.amazonaws.com", managed_policies=["ReadOnlyAccess"])
    queue.grant_send(reader)
    assert can(reader, "sqs:SendMessage", queue)
    answer = can(reader, "sqs:GetQueueAttributes", "arn:aws:sqs:eu-west-1:123456789012:other")
    assert answer.status == "unknown"
    with pytest.raises(ConstructError, match="the policy ReadOnlyAccess is not known here"):
        bool(answer)
    admin = IAMRole(
        Stack(App(), "x"), "Admin", assumed_by="ec2.amazonaws.com", managed_policies=["AdministratorAccess"]
    )
    assert can(admin, "s3:DeleteBucket", "arn:aws:s3:::any")


def test_a_boundary_narrows_what_is_allowed(stack: Stack) -> None:
    queue = SQSQueue(stack, "Q")
    fence = IAMManagedPolicy(stack, "Fence", statements=[allow("sqs:SendMessage", "s3:*", on="*")])
    worker = IAMRole(stack, "Worker", assumed_by="ec2.amazonaws.com", permissions_boundary=fence)
    worker.allow("sqs:*", on=queue.arn)
    assert can(worker, "sqs:SendMessage", queue)
    assert not can(worker, "sqs:PurgeQueue", queue)
    assert not can(worker, "s3:GetObject", "arn:aws:s3:::b/k")


def test_a_parameter_in_an_arn_cannot_be_told(stack: Stack, worker: IAMRole) -> None:
    name = Parameter(stack, "Name").ref
    worker.allow("sqs:SendMessage", on=f"arn:aws:sqs:eu-west-1:123456789012:{name}")
    answer = can(worker, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:orders")
    assert answer.status == "unknown"
    assert not can(worker, "sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:orders")


def test_a_policy_that_is_not_always_there_cannot_be_told(stack: Stack, worker: IAMRole) -> None:
    queue = SQSQueue(stack, "Q")
    queue.grant_send(worker)
    prod = Condition(stack, "Prod", equals(Parameter(stack, "Stage").ref, "prod"))
    worker.node.resources[1].when(prod)
    assert can(worker, "sqs:SendMessage", queue).status == "unknown"


def test_a_key_must_be_opened_by_its_own_policy(stack: Stack, worker: IAMRole) -> None:
    def key(id: str, principal: Any) -> Any:
        return kms.Key(stack, id, KeyPolicy={"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
        ]})  # fmt: skip

    left = key("Left", Principal.this_account().names[0])
    direct = key("Direct", worker.arn)
    closed = key("Closed", "arn:aws:iam::123456789012:role/other")
    for one in (left, closed):
        worker.allow("kms:Decrypt", on=one.Arn)
    assert can(worker, "kms:Decrypt", left)
    assert can(worker, "kms:Decrypt", direct)
    assert not can(worker, "kms:Decrypt", closed)
    assert not can(
        IAMRole(Stack(App(), "y"), "R", assumed_by="ec2.amazonaws.com"), "kms:Decrypt", "arn:aws:kms:::key/k"
    )


def test_a_function_may_what_its_role_may_and_is_called_by_whom_it_permits(stack: Stack, worker: IAMRole) -> None:
    queue = SQSQueue(stack, "Q")
    worker.trust("lambda.amazonaws.com")
    queue.grant_consume(worker)
    function = lambda_.Function(
        stack,
        "F",
        Role=worker.arn,
        Runtime="python3.13",
        Handler="index.handle",
        Code={"ZipFile": "def handle(*_): ..."},
    )
    lambda_.Permission(
        stack, "P", FunctionName=function.Arn, Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
        SourceAccount="123456789012",
    )  # fmt: skip
    assert can(function, "sqs:ReceiveMessage", queue)
    assert not can(function, "sqs:SendMessage", queue)
    assert can("s3.amazonaws.com", "lambda:InvokeFunction", function).status == "only_if"
    assert not can("sns.amazonaws.com", "lambda:InvokeFunction", function)


def test_what_exists_already_is_asked_about_in_the_same_way(stack: Stack) -> None:
    worker = IAMRole.from_name(stack, "Worker", "app/worker")
    table = DynamoDBTable.from_name(stack, "Orders", "orders")
    table.grant_write(worker)
    assert can(worker, "dynamodb:PutItem", table)
    assert can(worker, "dynamodb:GetItem", table).status == "unknown"


def test_an_alias_is_called_by_whom_it_permits_and_not_by_those_of_its_function(stack: Stack, worker: IAMRole) -> None:
    made = function(stack, "W")
    live = made.publish("live")
    live.grant_invoke(worker)
    live.on("rate(5 minutes)")
    other = function(stack, "Other")
    bare = other.alias("bare")
    other.grant_invoke(worker)
    other.on("rate(5 minutes)")
    assert can(worker, "lambda:InvokeFunction", live).allowed
    assert can("events.amazonaws.com", "lambda:InvokeFunction", live).status == "only_if"
    for who in (worker, "events.amazonaws.com"):
        assert can(who, "lambda:InvokeFunction", made).denied
        assert can(who, "lambda:InvokeFunction", bare).denied


def test_an_alias_may_what_the_role_of_its_function_may(stack: Stack) -> None:
    table = DynamoDBTable(stack, "T", partition_key="id")
    made = function(stack, "W")
    live = made.publish("live")
    foreign = lambda_.Alias(stack, "A", FunctionName="elsewhere", FunctionVersion="1", Name="live")
    table.grant_read(live)
    for who in (made, live):
        assert can(who, "dynamodb:GetItem", table).allowed
        assert can(who, "dynamodb:PutItem", table).denied
    assert can(foreign, "dynamodb:GetItem", table).status == "unknown"


def test_everybody_calls_a_public_address_and_not_the_function_behind_it(stack: Stack, worker: IAMRole) -> None:
    made = function(stack, "W")
    made.add_url(auth="none")
    answer = can(worker, "lambda:InvokeFunction", made)
    assert [[str(one) for one in group] for group in answer.only_if] == [["Bool lambda:InvokedViaFunctionUrl = true"]]
    assert can(worker, "lambda:InvokeFunction", made, given={"lambda:InvokedViaFunctionUrl": False}).denied
    assert can(worker, "lambda:InvokeFunction", made, given={"lambda:InvokedViaFunctionUrl": True}).allowed
    assert can(worker, "lambda:InvokeFunctionUrl", made).status == "only_if"


def test_an_organization_is_let_in_only_where_the_caller_belongs_to_it(stack: Stack, worker: IAMRole) -> None:
    made = function(stack, "W")
    made.grant_invoke(Principal.organization("o-abcdefghij"))
    answer = can(worker, "lambda:InvokeFunction", made)
    assert [[str(one) for one in group] for group in answer.only_if] == [
        ["StringEquals aws:PrincipalOrgID = o-abcdefghij"]
    ]
    assert can(worker, "lambda:InvokeFunction", made, given={"aws:PrincipalOrgID": "o-other"}).denied


def test_everything_below_is_denied_when_part_of_it_is(stack: Stack, worker: IAMRole) -> None:
    worker.allow("s3:GetObject", on="arn:aws:s3:::b/*")
    worker.deny("s3:GetObject", on="arn:aws:s3:::b/secret/*")
    answer = can(worker, "s3:GetObject", "arn:aws:s3:::b/*")
    assert answer.denied
    assert [line.construct for line in answer.denied_by] == ["shop/Worker"]
    assert can(worker, "s3:GetObject", "arn:aws:s3:::b/secret/x").denied
    assert can(worker, "s3:GetObject", "arn:aws:s3:::b/open/*").allowed


def test_everything_below_is_not_allowed_when_the_statement_leaves_part_of_it_out(stack: Stack) -> None:
    user = iam.User(stack, "Ann", Policies=[{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/secret/*"},
    ]}}])  # fmt: skip
    assert not can(user, "s3:GetObject", "arn:aws:s3:::b/*")
    assert can(user, "s3:GetObject", "arn:aws:s3:::b/open/*")


def test_a_role_is_taken_on_by_nobody_its_trust_does_not_name(stack: Stack, worker: IAMRole) -> None:
    admin = IAMRole(stack, "Admin", assumed_by="ec2.amazonaws.com")
    shared = IAMRole(stack, "Shared", assumed_by=Principal.this_account())
    worker.allow("sts:AssumeRole", on=[admin.arn, shared.arn])
    assert can(worker, "sts:AssumeRole", admin).denied
    assert can(worker, "sts:AssumeRole", shared).allowed


IMAGE = "ami-0123456789abcdef0"


def test_instances_may_what_the_role_of_their_launch_template_may(stack: Stack) -> None:
    network = VPC(stack, "Net", subnets=["public"], nat_gateways="none")
    orders, failed = SQSQueue(stack, "Orders"), SQSQueue(stack, "Failed")
    template = LaunchTemplate(stack, "T", image=IMAGE, instance_type="m7g.large", vpc=network)
    own = AutoScalingGroup(stack, "Own", vpc=network, max=2, image=IMAGE, instance_type="m7g.large")
    mixed = AutoScalingGroup(
        stack, "Mixed", vpc=network, max=2, image=IMAGE, purchase=MixedPurchase(["m7g.large", "m6g.large"])
    )
    given = AutoScalingGroup(stack, "Given", vpc=network, max=2, launch_template=template)
    alone = EC2Instance(stack, "Alone", vpc=network, image=IMAGE, instance_type="m7g.large")
    made = EC2Instance(stack, "Made", vpc=network, launch_template=template)
    for who in (own, mixed, alone, template):
        orders.grant_consume(who)
    for who in (own, mixed, given, alone, made, template):
        assert can(who, "sqs:ReceiveMessage", orders).allowed
        assert can(who, "sqs:SendMessage", orders).denied
        assert can(who, "sqs:ReceiveMessage", failed).denied
    assert f"may {own.node.path} sqs:ReceiveMessage" in can(own, "sqs:ReceiveMessage", orders).question


def test_instances_of_what_exists_already_may_what_the_role_that_is_named_may(stack: Stack, worker: IAMRole) -> None:
    orders = SQSQueue(stack, "Orders")
    known = AutoScalingGroup.from_name(stack, "Known", "workers", role=worker)
    bare = AutoScalingGroup.from_name(stack, "Bare", "others")
    orders.grant_consume(known)
    assert can(known, "sqs:ReceiveMessage", orders).allowed
    assert can(known, "sqs:PurgeQueue", orders).denied
    with pytest.raises(ConstructError, match="has no permissions of its own"):
        can(bare, "sqs:ReceiveMessage", orders)


def test_profiles_are_followed_as_far_as_the_app_knows_them(stack: Stack, worker: IAMRole) -> None:
    orders = SQSQueue(stack, "Orders")
    orders.grant_consume(worker)
    orders.grant_consume(IAMRole.from_name(stack, "Elsewhere", "elsewhere"))
    profile = iam.InstanceProfile(stack, "P", Roles=[worker.role_name])
    other = iam.InstanceProfile(stack, "O", Roles=["elsewhere"])

    def group(id: str, profile: Any) -> Any:
        made = autoscaling.LaunchConfiguration(
            stack, f"{id}L", ImageId=IMAGE, InstanceType="m5.large", IamInstanceProfile=profile
        )
        return autoscaling.AutoScalingGroup(
            stack, id, MinSize="0", MaxSize="1", AvailabilityZones=["eu-west-1a"], LaunchConfigurationName=made.ref
        )

    here, there, unseen = group("A", profile.ref), group("B", other.ref), group("C", "somebodys-profile")
    assert can(here, "sqs:ReceiveMessage", orders).allowed
    assert can(here, "sqs:PurgeQueue", orders).denied
    assert can(there, "sqs:ReceiveMessage", orders).allowed
    assert can(there, "sqs:PurgeQueue", orders).status == "unknown"
    assert can(unseen, "sqs:ReceiveMessage", orders).status == "unknown"


def test_an_environment_may_what_the_profile_among_its_options_may(stack: Stack, worker: IAMRole) -> None:
    orders = SQSQueue(stack, "Orders")
    orders.grant_consume(worker)
    profile = iam.InstanceProfile(stack, "P", Roles=[worker.role_name])
    made = elasticbeanstalk.Environment(stack, "E", ApplicationName="shop", OptionSettings=[{
        "Namespace": "aws:autoscaling:launchconfiguration", "OptionName": "IamInstanceProfile", "Value": profile.ref,
    }])  # fmt: skip
    assert can(made, "sqs:ReceiveMessage", orders).allowed
    assert can(made, "sqs:PurgeQueue", orders).denied


def test_a_state_machine_may_what_its_tasks_do_and_so_may_its_names(stack: Stack) -> None:
    orders = SQSQueue(stack, "Orders")
    machine = StateMachine(stack, "Machine", definition=states.send("Send", orders))
    live = machine.alias("live")
    nightly = Schedule(stack, "Nightly", when="rate(1 day)", target=machine)
    for who in (machine, live):
        assert can(who, "sqs:SendMessage", orders).allowed
        assert can(who, "sqs:ReceiveMessage", orders).denied
    assert can(nightly, "states:StartExecution", machine).allowed
    assert can(nightly, "sqs:SendMessage", orders).denied


def test_who_works_with_several_roles_is_refused_and_with_one_is_not(stack: Stack, worker: IAMRole) -> None:
    orders = SQSQueue(stack, "Orders")
    other = IAMRole(stack, "Other", assumed_by="events.amazonaws.com")
    orders.grant_send(worker)

    def rule(id: str, *roles: IAMRole) -> Any:
        targets: list[Any] = [{"Arn": orders.arn, "Id": f"t{n}", "RoleArn": role.arn} for n, role in enumerate(roles)]
        return events.Rule(stack, id, ScheduleExpression="rate(1 day)", Targets=targets)

    one, two = rule("One", worker, worker), rule("Two", worker, other)
    assert can(one, "sqs:SendMessage", orders).allowed
    with pytest.raises(ConstructError, match="has no permissions of its own"):
        can(two, "sqs:SendMessage", orders)


def test_a_task_may_what_its_task_role_may_and_not_what_starts_it_may(stack: Stack, worker: IAMRole) -> None:
    orders = SQSQueue(stack, "Orders")
    starter = IAMRole(stack, "Starter", assumed_by="ecs-tasks.amazonaws.com")
    orders.grant_send(worker)
    orders.grant_consume(starter)
    task = ecs.TaskDefinition(stack, "T", TaskRoleArn=worker.arn, ExecutionRoleArn=starter.arn)
    assert can(task, "sqs:SendMessage", orders).allowed
    assert can(task, "sqs:ReceiveMessage", orders).denied


def test_what_has_an_arn_of_another_name_is_asked_about_by_construct_and_by_arn(stack: Stack, worker: IAMRole) -> None:
    network = VPC(stack, "Net")
    group = AutoScalingGroup(stack, "G", vpc=network, max=2, image=IMAGE, instance_type="m7g.large")
    other = AutoScalingGroup(stack, "H", vpc=network, max=2, image=IMAGE, instance_type="m7g.large")
    database = RDSInstance(
        stack, "D", vpc=network, engine="postgres", instance_class="db.m7g.large", storage=20, credentials="generated"
    )
    group.grant_resize(worker)
    worker.allow("rds:ModifyDBInstance", on=database.arn)
    for target in (group, group.arn):
        assert can(worker, "autoscaling:SetDesiredCapacity", target).allowed
    assert can(worker, "autoscaling:SetDesiredCapacity", other).denied
    for form in (database, database.arn):
        assert can(worker, "rds:ModifyDBInstance", form).allowed
        assert can(worker, "rds:DeleteDBInstance", form).denied


def test_names_and_wildcards_of_statements_are_held_against_the_arns_of_databases(stack: Stack) -> None:
    database = RDSInstance(
        stack, "D", vpc=VPC(stack, "Net"), engine="postgres", instance_class="db.m7g.large", storage=20,
        credentials="generated", name="Orders",
    )  # fmt: skip
    expected = {"db:orders": True, "db:*": True, "cluster:*": False, "db:other": False}
    roles = {on: IAMRole(stack, f"R{n}", assumed_by="ec2.amazonaws.com") for n, on in enumerate(expected)}
    for on, role in roles.items():
        role.allow("rds:StopDBInstance", on=f"arn:aws:rds:eu-west-1:*:{on}")
    assert {on: can(role, "rds:StopDBInstance", database).allowed for on, role in roles.items()} == expected


def test_what_has_no_arn_is_refused_as_a_target_instead_of_being_denied(stack: Stack, worker: IAMRole) -> None:
    network = VPC(stack, "Net")
    with pytest.raises(ConstructError, match="has no ARN of its own") as caught:
        can(worker, "ec2:DescribeVpcs", network)
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


@pytest.mark.parametrize(
    ("pattern", "text", "verdict"),
    [
        ("b/secret/*", "b/*", True),
        ("b/*", "b/secret/*", True),
        ("a/*", "b/*", False),
        ("b/*/x", "b/y*", True),
        ("b/x", "b/y*", False),
        ("b/?", "b/*", True),
        (f"b/{unknown('N')}/*", "b/*", True),
        (f"{unknown('N')}/x", "b/*", None),
        (f"{made('N')}/x", "b/*", False),
        ("*", "b/*", True),
        ("b", "b*", True),
        ("b/secret", "b/secret", True),
    ],
)
def test_patterns_overlap_where_one_text_fits_both(pattern: str, text: str, verdict: bool | None) -> None:
    assert overlaps(pattern, text) is verdict


def test_stacks_of_one_app_are_one_answer(stack: Stack, worker: IAMRole) -> None:
    other = Stack(stack.node.root_app, "other", region="eu-west-1")
    queue = SQSQueue(other, "Q")
    queue.grant_send(worker)
    assert can(worker, "sqs:SendMessage", queue)


def test_nested_stacks_are_part_of_the_answer(stack: Stack, worker: IAMRole) -> None:
    inner = NestedStack(stack, "Inner")
    queue, outer = SQSQueue(inner, "Q"), SQSQueue(stack, "Outer")
    helper = IAMRole(inner, "Helper", assumed_by="ec2.amazonaws.com")
    queue.grant_send(worker)
    outer.grant_send(helper)
    queue.grant_consume(helper)
    assert can(worker, "sqs:SendMessage", queue)
    assert can(helper, "sqs:SendMessage", outer)
    assert can(helper, "sqs:ReceiveMessage", queue)
    assert not can(worker, "sqs:ReceiveMessage", queue)
    assert not can(helper, "sqs:SendMessage", queue)


@pytest.mark.parametrize(
    ("who", "action", "what", "words"),
    [
        ("worker", "sqs:SendMessage", "q", "is nobody who could do anything"),
        ("arn:aws:iam::123456789012:role/x", "sqs:*", "q", "is not one action"),
        ("arn:aws:iam::123456789012:role/x", "SendMessage", "q", "is not one action"),
        ("arn:aws:iam::123456789012:role/x", "sqs:SendMessage", "orders", "is not an ARN"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(stack: Stack, who: str, action: str, what: str, words: str) -> None:
    queue = SQSQueue(stack, "Q")
    with pytest.raises(ConstructError, match=words) as caught:
        can(who, action, queue if what == "q" else what, app=stack.node.root_app)
    assert caught.value.place is not None
    assert caught.value.place.file == __file__


def test_plain_texts_alone_need_the_app(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="of which app"):
        can("arn:aws:iam::123456789012:role/x", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:q")


def test_somebody_without_permissions_of_its_own_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="has no permissions of its own"):
        can(SQSQueue(stack, "Q"), "sqs:SendMessage", SQSQueue(stack, "R"))


@pytest.mark.parametrize(
    ("pattern", "text", "verdict"),
    [
        ("arn:*", f"arn:{made('q')}", True),
        (made("q"), made("q"), True),
        (made("q"), made("r"), False),
        (made("q"), "orders", False),
        ("orders", made("q"), False),
        ("shop-*", made("q"), None),
        ("*-queue", made("q"), False),
        (f"{made('q')}/*", f"{made('q')}/a/b", True),
        (f"{made('q')}/*", f"{made('q')}", False),
        (unknown("p"), "orders", None),
        ("orders", unknown("p"), None),
        (f"a{unknown('p')}", "b", False),
        (f"{unknown('p')}c", "abc", None),
        (f"{unknown('p')}c", "ab", False),
        (f"{narrow('account')}:x", f"{narrow('account')}:x", True),
        (narrow("account"), "123456789012", None),
        (narrow("account"), "a:b", False),
        (f"a:{narrow('account')}:k/x/*", f"a:{narrow('account')}:k/y", False),
        ("a?c", f"a{unknown('p')}c", None),
        ("a?c", "abc", True),
        ("a*", "a*", True),
        ("ab", "a*", False),
    ],
)
def test_patterns_cover_texts_that_are_not_wholly_known(pattern: str, text: str, verdict: bool | None) -> None:
    assert fits(pattern, text) is verdict


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "verdict"),
    [
        ("StringEquals", ["a"], None, None),
        ("StringEquals", ["a", "b"], ["b"], True),
        ("StringEquals", ["a*"], ["ab"], False),
        ("StringLike", ["a*"], ["ab"], True),
        ("StringNotEquals", ["a"], ["a"], False),
        ("StringNotLike", ["a*"], ["b"], True),
        ("StringEquals", ["a"], [], False),
        ("StringEqualsIfExists", ["a"], [], True),
        ("StringNotEquals", ["a"], [], True),
        ("ForAllValues:StringEquals", ["a"], ["a", "b"], False),
        ("ForAllValues:StringEquals", ["a"], [], True),
        ("ForAnyValue:StringEquals", ["a"], ["a", "b"], True),
        ("Bool", ["true"], ["True"], True),
        ("Null", ["true"], [], True),
        ("Null", ["false"], [], False),
        ("NumericLessThan", ["10"], ["9"], True),
        ("NumericGreaterThanEquals", ["10"], ["9"], False),
        ("ArnLike", ["arn:aws:sns:*"], ["arn:aws:sns:x"], True),
        ("IpAddress", ["10.0.0.0/8"], ["10.1.1.1"], None),
    ],
)
def test_conditions_are_decided_by_what_is_known(
    operator: str, wanted: list[str], found: list[str] | None, verdict: bool | None
) -> None:
    assert decide(operator, wanted, found) is verdict
