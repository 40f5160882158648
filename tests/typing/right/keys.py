"""Keys as users make and give them; nothing to say about any of it."""

from typing import assert_type

from awsdeck import (
    App,
    DynamoDBTable,
    EncryptPlan,
    IAMRole,
    KMSAlias,
    KMSKey,
    KMSReplicaKey,
    LambdaFunction,
    LogGroup,
    Parameter,
    Principal,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    SSMParameter,
    Stack,
    TableReplica,
    Token,
    inline,
)

app = App()
stack = Stack(app, "shop", region="eu-west-1")
role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
days = Parameter(stack, "Days", type="Number")
key = KMSKey(
    stack, "Key", alias="shop", rotation_days=days.ref, multi_region=True, admins=[role, "arn:aws:iam::123456789012:root"],
    users=[Principal.account("210987654321")],
)  # fmt: skip
signing = KMSKey(stack, "Signing", spec="rsa-4096", usage="sign-verify")
name = KMSAlias(stack, "Name", name="shop/orders", key=key)
copy = KMSReplicaKey(Stack(app, "away", region="us-east-1"), "Copy", primary=key)
theirs = KMSKey.from_arn(stack, "Theirs", "arn:aws:kms:eu-west-1:123456789012:key/1234")
archive = KMSKey.from_alias(stack, "Archive", "archive")
assert_type(key.arn, Token)
assert_type(key.key_id, Token)
assert_type(name.alias_name, Token)

queue = SQSQueue(stack, "Q", encryption="kms", key=key)
topic = SNSTopic(stack, "T", key=name)
bucket = S3Bucket(stack, "B", encryption="kms", key=theirs)
table = DynamoDBTable(
    stack,
    "Table",
    partition_key="id",
    encryption="kms",
    key="alias/shop",
    replicas=[TableReplica("us-east-1", key=copy)],
)
worker = LambdaFunction(stack, "Worker", code=inline("def handler(e, c): ..."), runtime="python3.13", key=key)
logs = LogGroup(stack, "Logs", key=key, retention=90, mask=("EmailAddress",))
old = SQSQueue.from_name(stack, "Old", "old", key=archive)
SSMParameter.from_name(stack, "Token", "/shop/token", secure=True, key=key).grant_read(worker)

key.grant_encrypt_decrypt(worker)
key.grant_decrypt("cloudtrail.amazonaws.com", when={"StringEquals": {"aws:SourceAccount": "123456789012"}})
signing.grant_sign(role)
theirs.grant_admin(role)
assert_type(EncryptPlan(10_000, data_key=True).size, int)
