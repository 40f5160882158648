"""A table of orders with indexes, time to live and a stream, one that scales, one in two regions, and who uses them."""

from awsdeck import App, DynamoDBTable, GlobalIndex, IAMRole, LocalIndex, Output, S3Bucket, ScaledCapacity, SQSQueue, Stack

app = App()
shop = Stack(app, "shop", region="eu-west-1")

orders = DynamoDBTable(
    shop,
    "Orders",
    partition_key="customer_id",
    sort_key=("placed_at", "N"),
    ttl="expires_at",
    stream="new-and-old-images",
    local_indexes=[LocalIndex("by-total", sort_key=("total", "N"), projection="keys-only")],
)
orders.add_global_index("by-email", partition_key="email", sort_key="placed_at", projection=["status"])

visits = DynamoDBTable(
    shop,
    "Visits",
    partition_key="page",
    billing="provisioned",
    read_capacity=ScaledCapacity(5, 100),
    write_capacity=ScaledCapacity(10, 200, target=60),
    global_indexes=[GlobalIndex("by-day", partition_key="day")],
    data_kind="event-log",
    contributor_insights=True,
)
accounts = DynamoDBTable(shop, "Accounts", partition_key="id", replicas=["us-east-1"], deletion_protection=True)

legacy = DynamoDBTable.from_name(shop, "Legacy", "orders-2019", indexes=True)
archive = S3Bucket.from_name(shop, "Archive", "shop-archive")
incoming = SQSQueue.from_arn(shop, "Incoming", "arn:aws:sqs:eu-west-1:123456789012:incoming")

worker = IAMRole(shop, "Worker", assumed_by="ec2.amazonaws.com")
orders.grant_read_write(worker)
orders.grant_stream(worker)
legacy.grant_read(worker)
archive.grant_write(worker, prefix="orders/")
incoming.grant_consume(worker)

customer = IAMRole(shop, "Customer", assumed_by="ec2.amazonaws.com")
orders.grant_read_write(customer, leading_keys="${aws:PrincipalTag/customer}")
accounts.grant_read("123456789012")

report = IAMRole.from_name(shop, "Report", "jobs/report")
visits.grant_read(report)

Output(shop, "OrdersTable", orders.table_name)
Output(shop, "OrdersStream", orders.stream_arn)
app.synth()
