"""Buckets, queues and topics of a shop over two stacks, wired and granted."""

from awsdeck import App, IAMRole, LifecycleRule, Output, S3Bucket, SNSTopic, SQSQueue, Stack

app = App()
ground = Stack(app, "shop-ground", region="eu-west-1")
logs = S3Bucket(ground, "AccessLogs", lifecycle=[LifecycleRule(expire_after=90)])
failed = SQSQueue(ground, "Failed", fifo=True)

shop = Stack(app, "shop", region="eu-west-1", tags={"team": "shop"})
uploads = S3Bucket(
    shop,
    "Uploads",
    encryption="kms",
    enforce_encryption=True,
    versioned=True,
    access_logs=logs,
    access_logs_prefix="uploads/",
    lifecycle=[LifecycleRule(to={"STANDARD_IA": 30, "GLACIER": 90}, expire_after=365)],
)
orders = SQSQueue(shop, "Orders", fifo=True, dead_letter=failed.after(5))
incoming = SQSQueue(shop, "Incoming", visibility_timeout=120)
placed = SNSTopic(shop, "Placed", fifo=True, deduplication="content")
placed.subscribe(orders, raw=True)
uploads.notify(incoming, "s3:ObjectCreated:*", prefix="invoices/")

producer = IAMRole(shop, "Producer", assumed_by="ec2.amazonaws.com", managed_policies=["AmazonSSMManagedInstanceCore"])
placed.grant_publish(producer)
uploads.grant_write(producer, prefix="invoices/")
consumer = IAMRole(shop, "Consumer", assumed_by=["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"])
orders.grant_consume(consumer)
incoming.grant_consume(consumer)
uploads.grant_read(consumer)

Output(shop, "OrdersUrl", orders.url, description="where orders arrive")
Output(shop, "Profile", producer.instance_profile())
app.synth()
