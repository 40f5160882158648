"""Functions as users write them; nothing to say about any of it."""

from pathlib import Path
from typing import assert_type

from awsdeck import (
    App,
    IAMRole,
    LambdaFunction,
    LambdaLayer,
    Parameter,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    Stack,
    Token,
    asset,
    image,
    inline,
)
from awsdeck.cfn import cloudwatch, kinesis

app = App()
stack = Stack(app, "shop")
queue, topic, bucket = SQSQueue(stack, "Q"), SNSTopic(stack, "T"), S3Bucket(stack, "B")
layer = LambdaLayer(stack, "Layer", code=Path("src/layer"), runtimes=["python3.13"])
worker = LambdaFunction(
    stack,
    "Worker",
    code=asset("src/worker", ignore=["*.md"]),
    handler="app.handle",
    runtime="python3.13",
    architecture="arm64",
    timeout=Parameter(stack, "Timeout", type="Number").ref,
    environment={"URL": queue.url},
    layers=[layer, "arn:aws:lambda:eu-west-1:123456789012:layer:tools:1"],
    role=IAMRole(stack, "Role", assumed_by="lambda.amazonaws.com"),
    dead_letter=queue,
    on_failure=topic,
)
small = LambdaFunction(stack, "Small", code=inline("def handler(e, c): ..."), runtime="python3.13", on_success=worker)
boxed = LambdaFunction(stack, "Boxed", code=image("123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1"))
plain = LambdaFunction(stack, "Plain", code="src", handler="index.handler", runtime="nodejs24.x")
old = LambdaFunction.from_name(stack, "Old", "old")

alarm = cloudwatch.Alarm(stack, "Errors", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1)
stream = kinesis.Stream(stack, "Stream")
live = worker.publish("live", canary=10, every="5m", rollback_on=alarm, before=small)
worker.alias("old", worker.version("7"), weights={worker.version("8"): 0.1, "9": 0.2})
live.on(queue, batch_size=10, partial_failure=True)
live.on(topic, filter={"kind": ["a"]})
live.on(bucket, events=["s3:ObjectCreated:*"], prefix="in/")
live.on(stream, start="oldest")
live.on(stream.Arn, start=1_700_000_000)
live.on("rate(5 minutes)", input={"a": 1})
live.on({"source": ["aws.s3"]})
topic.subscribe(live)
bucket.notify(worker, "s3:ObjectRemoved:*")
bucket.grant_read(worker)
queue.grant_send(live)
live.grant_invoke(small)
old.grant_invoke(worker)
assert_type(worker.arn, Token)
text: str = live.add_url(auth="none").url
