"""One key for a whole shop, its copy in another region, and keys that sign and authenticate."""

from awsdeck import (
    App,
    DynamoDBTable,
    IAMRole,
    KMSAlias,
    KMSKey,
    KMSReplicaKey,
    LambdaFunction,
    LogGroup,
    Output,
    Principal,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    SSMParameter,
    Stack,
    inline,
)

app = App()
shop = Stack(app, "shop", region="eu-west-1")

key = KMSKey(
    shop, "Key", alias="shop", description="Everything of the shop", rotation_days=180, multi_region=True,
    deletion_days=14,
)  # fmt: skip
orders = SQSQueue(shop, "Orders", encryption="kms", key=key, data_key_reuse=3_600)
placed = SNSTopic(shop, "Placed", key=key)
placed.subscribe(orders)
uploads = S3Bucket(shop, "Uploads", encryption="kms", key=key, enforce_encryption=True)
uploads.notify(orders, "s3:ObjectCreated:*", prefix="in/")
table = DynamoDBTable(shop, "Table", partition_key="id", encryption="kms", key=key)
logs = LogGroup(shop, "Logs", key=key, retention=90)

worker = LambdaFunction(
    shop, "Worker", code=inline("def handler(event, context):\n    return event"), runtime="python3.13", timeout=5,
    key=key, environment={"TABLE": table.table_name}, dead_letter=SQSQueue(shop, "Failed", encryption="kms", key=key),
    log_to=logs,
)  # fmt: skip
worker.on(orders, batch_size=10)
table.grant_read_write(worker)
uploads.grant_read(worker, prefix="in/")

partner = Principal.account("210987654321")
orders.grant_send(partner)

signing = KMSKey(shop, "Signing", spec="ecc-nist-p256", alias="shop/signing")
checksums = KMSKey(shop, "Checksums", spec="hmac-256")
clerk = IAMRole(shop, "Clerk", assumed_by="ec2.amazonaws.com")
signing.grant_sign(clerk)
signing.grant_verify(worker)
checksums.grant_generate_mac(worker)

officer = IAMRole(shop, "Officer", assumed_by="ec2.amazonaws.com")
sealed = KMSKey(
    shop, "Sealed", account=False, admins=[officer, Principal.this_account()], users=[clerk],
    description="Only those who are named",
)  # fmt: skip
KMSAlias(shop, "SealedName", name="shop/sealed", key=sealed)
SSMParameter(shop, "KeyName", name="/shop/key", value=key.arn, description="What everything is encrypted with")

existing = KMSKey.from_alias(shop, "Archive", "archive")
SQSQueue.from_name(shop, "Old", "old-orders", key=existing).grant_consume(worker)

away = Stack(app, "away", region="us-east-1")
copy = KMSReplicaKey(away, "Copy", primary=key, alias="shop", deletion_days=14)
S3Bucket(away, "Backup", encryption="kms", key=copy)

Output(shop, "KeyArn", value=key.arn)

app.synth()
