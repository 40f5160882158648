"""Alarms, metrics, log groups and parameters as users write them; nothing to say about any of it."""

from typing import assert_type

from awsdeck import (
    Alarm,
    AllAlarms,
    AnyAlarm,
    App,
    CompositeAlarm,
    DynamoDBTable,
    LambdaFunction,
    LogGroup,
    Metric,
    MetricMath,
    Output,
    Parameter,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    SSMParameter,
    Stack,
    Token,
    inline,
)

app = App()
stack = Stack(app, "shop")
queue, topic = SQSQueue(stack, "Q"), SNSTopic(stack, "T")
table, bucket = DynamoDBTable(stack, "Table", partition_key="id"), S3Bucket(stack, "B")
worker = LambdaFunction(stack, "Worker", code=inline("def handler(e, c): ..."), runtime="python3.13")
limit = Parameter(stack, "Limit", type="Number")

assert_type(queue.metric("NumberOfMessagesSent", statistic="Sum", period=60), Metric)
assert_type(worker.metric("Errors") / worker.metric("Invocations") * 100, MetricMath)
assert_type(100 - topic.metric("NumberOfMessagesPublished"), MetricMath)
share = MetricMath(
    "a / b", a=table.metric("ConsumedReadCapacityUnits"), b=bucket.metric("BucketSizeBytes"), label="Share"
)

old = Alarm(stack, "Old", metric=queue.metric("ApproximateAgeOfOldestMessage"), threshold=limit.ref, comparison=">")
odd = Alarm(stack, "Odd", metric=share, band=2, comparison="outside", periods=3, datapoints=2, missing="ignore")
old.notify(topic, worker, worker.alias("live"), "arn:aws:sns:eu-west-1:123456789012:told", on="ok")
old.act("recover")
both = CompositeAlarm(stack, "Both", rule=(old | odd) & ~AllAlarms(old, odd.is_ok()), suppressed_by=odd)
CompositeAlarm(stack, "Any", rule=AnyAlarm(old, both)).notify(topic)
assert_type(old.arn, Token)

logs = LogGroup(stack, "Logs", retention=None, log_class="infrequent-access")
assert_type(logs.count("Errors", "ERROR", namespace="Shop"), Metric)
logs.forward("Copy", worker)
worker.log_group.grant_read(worker)
LambdaFunction(stack, "Other", code=inline("def handler(e, c): ..."), runtime="python3.13", log_to=logs)

size = SSMParameter(stack, "Size", value=queue.url, tier="advanced")
zones = SSMParameter(stack, "Zones", value=["a", "b"])
size.grant_read(worker)
Output(stack, "Value", value=size.deployed_value)
Output(stack, "Old", value=SSMParameter.from_name(stack, "Before", "/shop/size").deployed_value)
