"""State machines, events, schedules, streams and tracing as users write them; nothing to say about any of it."""

from typing import assert_type

from awsdeck import (
    App,
    DynamoDBTable,
    EventBus,
    EventRule,
    KinesisStream,
    KMSKey,
    LambdaFunction,
    Metric,
    S3Bucket,
    Schedule,
    SNSTopic,
    SQSQueue,
    Stack,
    StateMachine,
    StateMachineActivity,
    XRayGroup,
    XRaySamplingRule,
    XRayTracing,
    event_field,
    inline,
    states,
)
from awsdeck.states import expr, task_token, var

app = App()
stack = Stack(app, "shop")
function = LambdaFunction(stack, "F", code=inline("def handler(e, c): ..."), runtime="python3.13")
queue, topic, bucket = SQSQueue(stack, "Q"), SNSTopic(stack, "T"), S3Bucket(stack, "B")
table = DynamoDBTable(stack, "Table", partition_key="id")
activity = StateMachineActivity(stack, "Audit", name="audit", key=KMSKey(stack, "Key"))

check = states.invoke("Check", function, payload={"id": var("$.id")}, result_path="$.checked", timeout=var("$.seconds"))
assert_type(check.retry("Busy", interval=2, jitter=True).catch(states.Fail("Failed"), result_path=None), states.Task)
ask = states.send("Ask", queue, body={"token": task_token}, wait_for_answer=True, heartbeat=60)
choice = (
    states.Choice("Big?")
    .when((var("$.total") > 100) & ~var("$.vip").is_present(), ask)
    .otherwise(states.put_item("Keep", table, item={"id": var("$.id"), "n": 5}, comment="small"))
)
assert_type(check >> choice, states.Chain)
both = states.Parallel("Both", states.publish("Tell", topic), states.Pass("Skip", result={"a": [1]}))
each = states.Map(
    "Each", states.Wait("Wait", seconds=var("$.n")) >> states.Succeed("Ok"), items="$.list", max_concurrency=2
)
files = states.DistributedMap("Files", states.ask("Audit", activity, timeout=5), bucket=bucket, format="CSV", batch=10)
listing = states.call(
    "List", "s3:listObjectsV2", {"Bucket": bucket.bucket_name}, on=bucket.arn, actions=["s3:ListBucket"]
)
machine = StateMachine(
    stack, "M", definition=check >> choice >> both >> each >> files >> listing, tracing=True, log_level="all"
)
assert_type(machine.metric("ExecutionsFailed"), Metric)
quick = StateMachine(
    stack,
    "Quick",
    type="express",
    query_language="JSONata",
    definition=states.Pass("Sum", output=expr("$sum($states.input)")),
)
machine.grant_start(function)
live = machine.alias("live", shift="canary", percent=10, interval=5)
filed = StateMachine.from_file(
    stack, "Filed", "order.asl.yaml", substitutions={"Check": function, "Queue": queue, "Seconds": 5}, type="express"
)
StateMachine.from_arn(stack, "Old", "arn:aws:states:eu-west-1:123456789012:stateMachine:old").grant_read(function)

bus = EventBus(stack, "Bus", name="orders")
bus.grant_put("123456789012")
stream = KinesisStream(stack, "Stream", shards=2)
EventRule(
    stack,
    "Rule",
    bus=bus,
    pattern={"source": ["shop"], "detail-type": [{"prefix": "Order"}], "detail": {"n": [{"exists": True}]}},
).to(machine, input={"id": event_field("$.detail.id"), "fixed": 5}).to(queue, dead_letter=queue, retries=2).to(live).to(
    stream, partition="$.detail.id"
).to(function, input=event_field("$.detail"))
function.on(stream, start="oldest")
function.on(stream.consumer("billing"))
Schedule(stack, "Daily", when="rate(1 day)", target=live, input={"a": 1}, time_zone="Europe/Berlin", window=15)
Schedule(
    stack, "Stop", when="at(2026-12-24T18:00:00)", target=Schedule.call("ec2:stopInstances", allow=[("ec2:*", "*")])
)

XRayTracing(stack, "Tracing", services=["lambda", "step-functions"], languages=["python"])
XRaySamplingRule(stack, "Sampling", name="all", priority=1, rate=0.1)
XRayGroup(stack, "Slow", name="slow", filter="responsetime > 5")
