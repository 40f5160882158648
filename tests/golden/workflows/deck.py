"""Orders as a state machine, events that start it, schedules, a stream, and tracing over everything."""

from awsdeck import (
    Alarm,
    App,
    DynamoDBTable,
    EventBus,
    EventRule,
    KinesisStream,
    KMSKey,
    LambdaFunction,
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
shop = Stack(app, "shop", region="eu-west-1")

CODE = inline("def handler(event, context):\n    return event")
check = LambdaFunction(shop, "Check", code=CODE, runtime="python3.13", timeout=5)
clicks = LambdaFunction(shop, "Clicks", code=CODE, runtime="python3.13", timeout=5)
key = KMSKey(shop, "Key")
orders = DynamoDBTable(shop, "Orders", partition_key="id")
packing = SQSQueue(shop, "Packing", key=key, encryption="kms", visibility_timeout=60)
lost = SQSQueue(shop, "Lost")
told = SNSTopic(shop, "Told", key=key)
uploads = S3Bucket(shop, "Uploads", event_bridge=True)
results = S3Bucket(shop, "Results")
audit = StateMachineActivity(shop, "Audit", name="audit")

# An order, step by step, in JSONPath

refused = states.publish("Tell of the error", told, subject="An order failed", result_path=None) >> states.Fail(
    "Refused", error="OrderFailed", cause=var("$.error.Cause")
)
checked = states.invoke(
    "Check the order", check, payload={"order": var("$.order"), "at": var("$$.State.EnteredTime")},
    result_path="$.checked", timeout=10,
).catch(refused, "States.TaskFailed", result_path="$.error")  # fmt: skip
asked = states.send(
    "Ask a person", packing, body={"order": var("$.order"), "token": task_token}, wait_for_answer=True, heartbeat=86_400,
    result_path="$.answer",
).retry("States.Timeout", interval=60, attempts=2, backoff=1.5, max_delay=600, jitter=True)  # fmt: skip
audited = states.ask("Audit it", audit, timeout=3_600, result_path=None)
kept = states.put_item(
    "Keep the order", orders, item={"id": var("$.order.id"), "total": var("$.order.total", "number"), "paid": False},
    condition="attribute_not_exists(id)", result_path=None,
)  # fmt: skip
each = states.Map(
    "Each line", states.Pass("Take the line", parameters={"sku": var("$.sku")}) >> states.Wait("Breathe", seconds=1),
    items="$.order.lines", max_concurrency=5, result_path="$.lines",
)  # fmt: skip
both = states.Parallel(
    "Both at once",
    states.put_event("Say it was placed", source="shop", detail_type="OrderPlaced"),
    states.update_item("Mark as placed", orders, key={"id": var("$.order.id")}, update="SET placed = :yes",
                       values={":yes": True}),
    result_path=None,
).catch(refused, result_path="$.error")  # fmt: skip
size = (
    states.Choice("Is it big?")
    .when((var("$.order.total") >= 1_000) & ~(var("$.order.customer") == "trusted"), asked >> audited)
    .when(var("$.order.coupon").is_present() | var("$.order.note").matches("gift*"), audited)
)
machine = StateMachine(
    shop, "Order", definition=checked >> size >> kept >> each >> both >> states.Succeed("Placed"),
    comment="What becomes of an order", timeout=7 * 86_400, log_level="error",
)  # fmt: skip
live = machine.alias("live", shift="canary", percent=10, interval=5)
failing = Alarm(shop, "Failing", metric=machine.metric("ExecutionsFailed"), threshold=1, missing="not-breaching")
failing.notify(told)

# A quick calculation in JSONata, and a big one over many files

total = StateMachine(
    shop, "Total", type="express", query_language="JSONata",
    definition=states.Pass("Sum", output={"total": expr("$sum($states.input.lines.price)")}, assign={"n": expr("$count(1)")})
    >> states.Choice("Anything?")
    .when(expr("$states.input.total > 0"), states.Succeed("Yes", output=expr("$states.input")))
    .otherwise(states.Fail("No", error="Empty", cause="There are no lines")),
)  # fmt: skip
nightly = StateMachine(
    shop, "Nightly",
    definition=states.DistributedMap(
        "Each file", states.invoke("Read the file", check), bucket=uploads, prefix="in/", batch=100, results=results,
        results_prefix="out", max_concurrency=50, tolerated_failures=5, label="files",
    )
    >> states.call("Start the crawler", "glue:startCrawler", {"Name": "files"}, result_path=None,
                   on="arn:aws:glue:eu-west-1:*:crawler/files")
    >> states.start_job_run("Run the job", job="files")
    >> states.start("Have it ordered", machine, input={"order": var("$.order")}),
)  # fmt: skip
filed = StateMachine.from_file(
    shop, "Filed", "filed.asl.yaml", substitutions={"Check": check, "Queue": packing, "Seconds": 5}
)
for one in (check, clicks):
    machine.grant_task_response(one)

# Events and schedules

bus = EventBus(shop, "Bus", name="shop-orders", description="What happens to orders")
bus.grant_put(check)
bus.archive(days=30)
EventRule(shop, "Placed", pattern={"source": ["shop"], "detail-type": [{"prefix": "Order"}]}, bus=bus).to(
    machine, input={"order": event_field("$.detail.order"), "queue": packing.url}, retries=5, max_age=3_600, dead_letter=lost,
).to(check, input=event_field("$.detail")).to(packing).to(told)  # fmt: skip
uploaded = EventRule(
    shop, "Uploaded",
    pattern={"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {"bucket": {"name": [uploads.bucket_name]}}},
)  # fmt: skip
stream = KinesisStream(shop, "Stream", retention=48, key=key)
uploaded.to(stream, partition="$.detail.object.key")
clicks.on(stream, batch_size=50, on_failure=lost)
stream.grant_write(check)
Schedule(
    shop, "EveryNight", when="cron(0 3 * * ? *)", time_zone="Europe/Berlin", window=30, target=nightly, input={"all": True},
    retries=3, dead_letter=lost,
)  # fmt: skip
Schedule(shop, "Once", when="at(2026-12-24T18:00:00)", target=live, input={"order": {"id": "gift"}})

# Tracing

XRayTracing(shop, "Tracing", languages=["python"])
XRaySamplingRule(shop, "Checkout", name="checkout", priority=100, rate=0.05, reservoir=2, path="/checkout*")
XRayGroup(shop, "Slow", name="slow", filter="responsetime > 5", insights=True)

app.synth()
