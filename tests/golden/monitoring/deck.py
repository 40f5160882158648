"""Alarms on queues, functions and machines, who is told of them, and log groups that are counted and forwarded."""

from awsdeck import (
    Alarm,
    AllAlarms,
    AnyAlarm,
    App,
    CompositeAlarm,
    DynamoDBTable,
    KMSKey,
    LambdaFunction,
    LogGroup,
    Metric,
    MetricMath,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    SSMParameter,
    Stack,
    inline,
)

app = App()
shop = Stack(app, "shop", region="eu-west-1")

key = KMSKey(shop, "Key")
told = SNSTopic(shop, "Told", key=key)
told.subscribe("on-call@example.com")

orders = SQSQueue(shop, "Orders")
table = DynamoDBTable(shop, "Table", partition_key="id")
bucket = S3Bucket(shop, "Uploads")
worker = LambdaFunction(
    shop, "Worker", code=inline("def handler(event, context):\n    return event"), runtime="python3.13", timeout=5
)
live = worker.alias("live")

old = Alarm(
    shop, "Old", metric=orders.metric("ApproximateAgeOfOldestMessage", statistic="Maximum"), threshold=600,
    comparison=">", periods=3, datapoints=2, missing="not-breaching", description="Orders wait for more than ten minutes",
)  # fmt: skip
old.notify(told)
old.notify(told, on="ok")

failing = Alarm(
    shop, "Failing", metric=live.metric("Errors") / live.metric("Invocations") * 100, threshold=5, periods=5, datapoints=3,
    missing="ignore",
)  # fmt: skip
failing.notify(told)

slow = Alarm(
    shop, "Slow", metric=worker.metric("Duration", statistic="p99"), threshold=3_000, ignore_low_samples=True,
)  # fmt: skip
unusual = Alarm(shop, "Unusual", metric=told.metric("NumberOfMessagesPublished"), band=2, comparison="above", periods=3)
throttled = Alarm(
    shop, "Throttled", threshold=1,
    metric=MetricMath(
        "reads + writes", label="Throttled requests", reads=table.metric("ReadThrottleEvents", period=60),
        writes=table.metric("WriteThrottleEvents", period=60),
    ),
)  # fmt: skip
full = Alarm(shop, "Full", metric=bucket.metric("BucketSizeBytes"), threshold=5e12)

deploying = Alarm(
    shop,
    "Deploying",
    metric=Metric("Shop", "Deployments", statistic="Sum", period=60),
    threshold=1,
    missing="not-breaching",
)
CompositeAlarm(
    shop, "Trouble", rule=(AnyAlarm(old, failing) | AllAlarms(slow, unusual)) & ~throttled, suppressed_by=deploying,
    suppressor_wait=120, suppressor_extension=60, description="Somebody must look",
).notify(told)  # fmt: skip

broken = Alarm(
    shop, "Broken", threshold=1, periods=2,
    metric=Metric("AWS/EC2", "StatusCheckFailed_System", {"InstanceId": "i-0123456789abcdef0"}, statistic="Maximum", period=60),
)  # fmt: skip
broken.act("recover")
broken.notify(worker)

web = LogGroup(shop, "Web", name="/shop/web", retention=365, key=key, mask=["EmailAddress", "CreditCardNumber"])
errors = web.count("Errors", "ERROR", namespace="Shop")
Alarm(shop, "Errors", metric=errors, threshold=10, missing="not-breaching").notify(told)
latency = web.count(
    "Latency",
    "{ $.latency = * }",
    namespace="Shop",
    value="$.latency",
    unit="Milliseconds",
    dimensions={"Path": "$.path"},
)
web.forward("Copy", worker, "ERROR")
web.grant_read(worker)
Alarm(shop, "Lines", metric=web.metric("IncomingLogEvents"), threshold=0, comparison="<=", missing="breaching").notify(
    "arn:aws:ssm:eu-west-1:123456789012:opsitem:3#CATEGORY=Availability"
)
worker.log_group.count("Timeouts", '"Task timed out"', namespace="Shop")
LogGroup(shop, "Cold", log_class="infrequent-access", retention=731, deletion_protection=True)

limit = SSMParameter(shop, "Limit", value="100", name="/shop/limit", pattern=r"^\d+$")
limit.grant_read(worker)
SSMParameter(shop, "Zones", value=["eu-west-1a", "eu-west-1b"])
SSMParameter.from_name(shop, "Token", "/shop/token", secure=True, key=key).grant_read(worker)

app.synth()
