"""A function that everything invokes, published gradually; another of a few lines that is told of failures."""

from awsdeck import App, LambdaFunction, LambdaLayer, Output, S3Bucket, SNSTopic, SQSQueue, Stack, asset, inline
from awsdeck.cfn import cloudwatch, dynamodb

app = App()
shop = Stack(app, "shop", region="eu-west-1")

table = dynamodb.Table(
    shop,
    "Table",
    BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    StreamSpecification={"StreamViewType": "NEW_IMAGE"},
    PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
)
failed = SQSQueue(shop, "Failed")
orders = SQSQueue(shop, "Orders", visibility_timeout=180, dead_letter=failed.after(5))
placed = SNSTopic(shop, "Placed")
uploads = S3Bucket(shop, "Uploads")

shared = LambdaLayer(shop, "Shared", code="src/shared", runtimes=["python3.13"], architectures=["arm64"])
worker = LambdaFunction(
    shop,
    "Worker",
    code=asset("src/worker", ignore=["*.md"]),
    handler="app.handle",
    runtime="python3.13",
    architecture="arm64",
    timeout=30,
    memory=256,
    environment={"TABLE": table.ref},
    layers=[shared],
    on_failure=failed,
    tracing=True,
    reserved_concurrency=10,
)
worker.allow("dynamodb:PutItem", on=table.Arn)

errors = cloudwatch.Alarm(
    shop,
    "Errors",
    Namespace="AWS/Lambda",
    MetricName="Errors",
    Dimensions=[{"Name": "FunctionName", "Value": worker.function_name}],
    Statistic="Sum",
    Period=60,
    EvaluationPeriods=1,
    Threshold=0,
    ComparisonOperator="GreaterThanThreshold",
)
live = worker.publish("live", canary=10, every="5m", rollback_on=errors)
live.on(orders, batch_size=10, partial_failure=True)
live.on(table, batch_size=100, batch_window=5, filters=[{"eventName": ["INSERT"]}], on_failure=failed, retries=3)
live.on(uploads, prefix="in/", suffix=".json")
live.on(placed, filter={"kind": ["order"]})
live.on("rate(5 minutes)", input={"task": "tidy"})

audit = LambdaFunction(
    shop,
    "Audit",
    code=inline("def handler(event, context):\n    print(event)\n"),
    runtime="python3.13",
    log_retention=90,
    log_format="json",
)
audit.on({"source": ["aws.codedeploy"], "detail-type": ["CodeDeploy Deployment State-change Notification"]})

Output(shop, "Url", live.add_url().url)
app.synth()
