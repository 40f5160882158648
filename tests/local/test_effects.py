"""What is deployed works: executions, events, calls over HTTP, streams, sign-ins and files do what they do at AWS."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from awsdeck import (
    App,
    Behavior,
    CloudFrontDistribution,
    CloudFrontFunction,
    DynamoDBTable,
    EventBus,
    EventRule,
    KinesisStream,
    LambdaFunction,
    Output,
    RestApi,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    Stack,
    StateMachine,
    UserPool,
    inline,
    states,
)
from awsdeck.deploy import AWS, deploy
from awsdeck.local import ACCOUNT, Engine
from awsdeck.states import var

pytestmark = pytest.mark.local

REGION = "eu-west-1"


class Running:
    """A deployed app in an account of its own."""

    def __init__(self, engine: Engine, app: App) -> None:
        self.engine = engine
        aws = AWS(region=REGION, endpoint_url=engine.url, credentials=(ACCOUNT, "local"))
        for _ in range(2):  # the second time changes nothing, and everything still works
            deploy(app.synth(), aws=aws, confirm=lambda _: True, timeout=60)

    def client(self, service: str) -> Any:
        return boto3.client(
            service, endpoint_url=self.engine.url, region_name=REGION, aws_access_key_id=ACCOUNT,
            aws_secret_access_key="local",
        )  # fmt: skip

    def outputs(self, stack: str) -> dict[str, str]:
        found = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        return {one["OutputKey"]: one["OutputValue"] for one in found["Outputs"]}

    def ask(self, host: str, path: str, **data: Any) -> tuple[int, str]:
        """A request to a name of AWS, which the engine answers for."""
        connection = http.client.HTTPConnection(self.engine.url.rpartition("/")[2], timeout=20)
        method, body = ("POST", json.dumps(data)) if data else ("GET", None)
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


Run = Callable[[App], Running]


@pytest.fixture
def run(local_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return lambda app: Running(local_engine, app)


def received(sqs: Any, url: str, count: int = 1) -> list[Any]:
    """The bodies of the messages that come within some seconds."""
    found: list[Any] = []
    until = time.monotonic() + 15
    while len(found) < count and time.monotonic() < until:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", []):
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


DOUBLE = inline("def handler(event, context):\n    return {'total': event['price'] * event['count']}\n")


def test_an_execution_calls_the_function_keeps_the_item_and_sends_the_message(run: Run) -> None:
    app = App()
    shop = Stack(app, "effects-flow", region=REGION)
    price = LambdaFunction(shop, "Price", code=DOUBLE, runtime="python3.13")
    table = DynamoDBTable(shop, "Table", partition_key="id")
    queue, big = SQSQueue(shop, "Queue"), SQSQueue(shop, "Big")
    told = SNSTopic(shop, "Told")
    told.subscribe(queue)
    keep = states.put_item(
        "Keep", table, item={"id": var("$.id"), "total": var("$.made.total", "number")}, result_path=None
    )
    flow = (
        states.invoke(
            "Price it", price, payload={"price": var("$.price"), "count": var("$.count")}, result_path="$.made"
        )
        >> states.Choice("Big?")
        .when(var("$.made.total") >= 100, states.send("Ask", big, body={"id": var("$.id")}, result_path=None) >> keep)
        .otherwise(keep)
        >> states.publish("Tell", told, message={"id": var("$.id")}, result_path=None)
        >> states.Succeed("Done")
    )
    machine = StateMachine(shop, "Machine", definition=flow)
    alias = machine.alias("live")
    for name, value in {
        "Machine": machine.arn, "Alias": alias.arn, "Table": table.table_name, "Queue": queue.url, "Big": big.url,
    }.items():  # fmt: skip
        Output(shop, f"{name}Out", value=value)
    running = run(app)
    there = {key.removesuffix("Out"): value for key, value in running.outputs("effects-flow").items()}
    sfn = running.client("stepfunctions")
    for arn, id, count in ((there["Machine"], "a", 2), (there["Alias"], "b", 30)):
        asked = json.dumps({"id": id, "price": 5, "count": count})
        execution = sfn.start_execution(stateMachineArn=arn, input=asked)["executionArn"]
        until = time.monotonic() + 30
        while (told_of := sfn.describe_execution(executionArn=execution))["status"] == "RUNNING":
            assert time.monotonic() < until
            time.sleep(0.1)
        assert told_of["status"] == "SUCCEEDED", told_of
    items = running.client("dynamodb").scan(TableName=there["Table"])["Items"]
    assert {one["id"]["S"]: one["total"]["N"] for one in items} == {"a": "10", "b": "150"}
    sqs = running.client("sqs")
    assert received(sqs, there["Big"]) == [{"id": "b"}]
    assert sorted(json.loads(one["Message"])["id"] for one in received(sqs, there["Queue"], 2)) == ["a", "b"]


def test_an_event_that_fits_the_pattern_comes_to_the_queue(run: Run) -> None:
    app = App()
    shop = Stack(app, "effects-events", region=REGION)
    bus, queue = EventBus(shop, "Bus", name="effects"), SQSQueue(shop, "Queue")
    EventRule(shop, "Placed", bus=bus, pattern={"source": ["shop"], "detail": {"total": [{"numeric": [">", 10]}]}}).to(
        queue
    )
    archive = bus.archive(days=3)
    Output(shop, "Url", value=queue.url)
    Output(shop, "BusName", value=bus.bus_name)
    Output(shop, "ArchiveName", value=archive.ref)
    running = run(app)
    there = running.outputs("effects-events")
    events = running.client("events")
    for total in (5, 50):
        events.put_events(
            Entries=[
                {
                    "Source": "shop", "DetailType": "Order", "Detail": json.dumps({"total": total}),
                    "EventBusName": there["BusName"],
                }
            ]
        )  # fmt: skip
    assert [one["detail"] for one in received(running.client("sqs"), there["Url"])] == [{"total": 50}]
    kept = events.describe_archive(ArchiveName=there["ArchiveName"])
    assert (kept["RetentionDays"], kept["EventCount"]) == (3, 2)


ANSWER = inline(
    "import json\n"
    "def handler(event, context):\n"
    "    return {'statusCode': 201, 'body': json.dumps([event['httpMethod'], event['path'], event['pathParameters']])}\n"
)


def test_a_request_to_the_api_is_answered_by_its_function(run: Run) -> None:
    app = App()
    shop = Stack(app, "effects-api", region=REGION)
    orders = LambdaFunction(shop, "Orders", code=ANSWER, runtime="python3.13")
    api = RestApi(shop, "Api", routes={"GET /orders/{id}": orders, "POST /orders": orders}, auth="none")
    Output(shop, "Url", value=api.url)
    running = run(app)
    _, _, host, stage, *_ = running.outputs("effects-api")["Url"].split("/")
    here = f"{host.partition('.')[0]}.execute-api.127.0.0.1"
    assert running.ask(here, f"/{stage}/orders/7") == (201, '["GET", "/orders/7", {"id": "7"}]')
    assert running.ask(here, f"/{stage}/orders", a=1)[0] == 201
    assert running.ask(here, f"/{stage}/nothing")[0] in (403, 404)


def test_a_file_in_the_bucket_is_what_the_distribution_answers(run: Run) -> None:
    app = App()
    shop = Stack(app, "effects-edge", region=REGION)
    bucket = S3Bucket(shop, "Bucket")
    seen = CloudFrontFunction(
        shop,
        "Seen",
        code=inline("function handler(event) { event.request.uri = '/index.html'; return event.request; }"),
    )
    behaviors = {"/start/*": Behavior(bucket, on_request=seen)}
    site = CloudFrontDistribution(shop, "Site", origin=bucket, root="index.html", behaviors=behaviors)
    Output(shop, "BucketName", value=bucket.bucket_name)
    Output(shop, "Domain", value=site.domain_name)
    running = run(app)
    there = running.outputs("effects-edge")
    running.client("s3").put_object(Bucket=there["BucketName"], Key="index.html", Body=b"hello")
    assert running.ask(there["Domain"], "/") == (200, "hello")
    assert running.ask(there["Domain"], "/start/anything") == (200, "hello")
    assert running.ask(there["Domain"], "/anything")[0] == 403  # nobody but the distribution may see what is there


def test_what_is_put_into_a_stream_comes_to_the_function_that_keeps_it(run: Run) -> None:
    app = App()
    shop = Stack(app, "effects-stream", region=REGION)
    stream = KinesisStream(shop, "Stream")
    queue = SQSQueue(shop, "Queue")
    code = inline(
        "import base64, boto3, os\n"
        "def handler(event, context):\n"
        "    for one in event['Records']:\n"
        "        body = base64.b64decode(one['kinesis']['data']).decode()\n"
        "        boto3.client('sqs').send_message(QueueUrl=os.environ['QUEUE'], MessageBody=body)\n"
    )
    keeper = LambdaFunction(
        shop, "Keeper", code=code, runtime="python3.13", environment={"QUEUE": queue.url}, timeout=20
    )
    queue.grant_send(keeper)
    keeper.on(stream, start="oldest")
    Output(shop, "Url", value=queue.url)
    Output(shop, "StreamName", value=stream.stream_name)
    running = run(app)
    there = running.outputs("effects-stream")
    running.client("kinesis").put_record(StreamName=there["StreamName"], Data=b'{"n": 1}', PartitionKey="a")
    assert received(running.client("sqs"), there["Url"]) == [{"n": 1}]


def test_a_person_signs_in_to_the_pool(run: Run) -> None:
    app = App()
    shop = Stack(app, "effects-pool", region=REGION)
    pool = UserPool(shop, "Users", self_sign_up=True)
    web = pool.client("Web", sign_in=["password"])
    Output(shop, "ClientId", value=web.client_id)
    Output(shop, "Issuer", value=pool.provider_url)
    running = run(app)
    there = running.outputs("effects-pool")
    assert there["Issuer"].startswith("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_")
    cognito = running.client("cognito-idp")
    cognito.sign_up(ClientId=there["ClientId"], Username="ada@example.com", Password="Correct-Horse-7")
    pool_id = there["Issuer"].rpartition("/")[2]
    cognito.admin_confirm_sign_up(UserPoolId=pool_id, Username="ada@example.com")
    signed = cognito.initiate_auth(
        ClientId=there["ClientId"], AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ada@example.com", "PASSWORD": "Correct-Horse-7"},
    )  # fmt: skip
    assert signed["AuthenticationResult"]["AccessToken"]
