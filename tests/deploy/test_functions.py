"""Functions on the embedded CloudFormation: uploaded, run, polled, published again when their code changes."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck import App, LambdaFunction, Output, SQSQueue, Stack
from awsdeck.deploy import AWS, deploy, destroy, outputs
from awsdeck.synth import synthesize

if TYPE_CHECKING:
    from awsdeck.assembly import Assembly
    from awsdeck.deploy import StackPlan
    from awsdeck.local import Engine

pytestmark = pytest.mark.local

ANSWER = "def handle(event, context):\n    return {answer!r}\n"
REFUSE = """import json

def handle(event, context):
    failed = [r["messageId"] for r in event["Records"] if json.loads(r["body"])["bad"]]
    return {"batchItemFailures": [{"itemIdentifier": id} for id in failed]}
"""


@pytest.fixture
def aws(local_engine: Engine) -> AWS:
    keys = (local_engine.access_key, local_engine.secret_key)
    return AWS(endpoint_url=local_engine.url, region="eu-west-1", credentials=keys)


@pytest.fixture
def shop(tmp_path: Path, aws: AWS) -> Iterator[Callable[[str], Assembly]]:
    """A deck with a function, an alias and a queue, made from what `src/app.py` then holds."""
    name = f"functions-{secrets.token_hex(4)}"
    made: list[Assembly] = []

    def make(code: str) -> Assembly:
        (tmp_path / "src").mkdir(exist_ok=True)
        (tmp_path / "src" / "app.py").write_text(code)
        app = App()
        app.folder = str(tmp_path)
        stack = Stack(app, name, region="eu-west-1")
        failed = SQSQueue(stack, "Failed")
        orders = SQSQueue(stack, "Orders", visibility_timeout=6, dead_letter=failed.after(1))
        function = LambdaFunction(
            stack, "Worker", code="src", handler="app.handle", runtime="python3.13", timeout=1
        )  # fmt: skip
        live = function.alias("live")
        live.on(orders, partial_failure=True)
        Output(stack, "Function", function.function_name)
        Output(stack, "Alias", live.arn)
        Output(stack, "OrdersUrl", orders.url)
        Output(stack, "FailedUrl", failed.url)
        made.append(synthesize(app))
        return made[-1]

    yield make
    destroy(made[-1], aws=aws, confirm=lambda plan: True, allow_destroy=["Failed", "Orders"])


def test_new_code_is_uploaded_once_and_the_alias_moves_to_its_version(
    shop: Callable[[str], Assembly], aws: AWS
) -> None:
    client, seen = aws.client("lambda"), []
    for answer, status in (("one", "created"), ("one", "unchanged"), ("two", "updated")):
        assembly = shop(ANSWER.format(answer=answer))
        (result,) = deploy(assembly, aws=aws, confirm=lambda plan: True).stacks.values()
        assert result.status == status
        ((name, values),) = outputs(assembly, aws=aws).items()
        called = client.invoke(FunctionName=values["Alias"])
        assert json.load(called["Payload"]) == answer
        seen.append(client.get_alias(FunctionName=values["Function"], Name="live")["FunctionVersion"])
        (key,) = [asset["key"] for asset in assembly[name].assets]
        assert aws.client("s3").head_object(Bucket="awsdeck-assets", Key=key)["ContentLength"] > 100
    assert seen == ["1", "1", "2"]
    versions = client.list_versions_by_function(FunctionName=values["Function"])["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1", "2"]


def test_new_code_updates_the_function_and_replaces_nothing_that_refers_to_it(tmp_path: Path, aws: AWS) -> None:
    plans: list[StackPlan] = []
    name = f"functions-{secrets.token_hex(4)}"

    def confirm(plan: StackPlan) -> bool:
        plans.append(plan)
        return True

    for answer in ("one", "two"):
        (tmp_path / "app.py").write_text(ANSWER.format(answer=answer))
        app = App()
        app.folder = str(tmp_path)
        stack = Stack(app, name, region="eu-west-1")
        function = LambdaFunction(stack, "Worker", code="app.py", handler="app.handle", runtime="python3.13", timeout=1)
        function.on(SQSQueue(stack, "Jobs", visibility_timeout=6))
        assembly = synthesize(app)
        deploy(assembly, aws=aws, confirm=confirm)
    destroy(assembly, aws=aws, confirm=lambda plan: True, allow_destroy=["Jobs"])
    actions = {change.logical_id: change.action for change in plans[-1].changes}
    assert actions["Worker"] == "update"
    assert {id: action for id, action in actions.items() if "replace" in action} == {}


def test_messages_are_handled_and_those_that_fail_go_to_the_dead_letters(
    shop: Callable[[str], Assembly], aws: AWS
) -> None:
    assembly = shop(REFUSE)
    deploy(assembly, aws=aws, confirm=lambda plan: True)
    ((_, values),) = outputs(assembly, aws=aws).items()
    sqs = aws.client("sqs")
    for bad in (True, False):
        sqs.send_message(QueueUrl=values["OrdersUrl"], MessageBody=json.dumps({"bad": bad}))
    until = time.monotonic() + 30
    bodies: list[Any] = []
    while not bodies and time.monotonic() < until:
        received = sqs.receive_message(QueueUrl=values["FailedUrl"], WaitTimeSeconds=1).get("Messages", [])
        bodies = [json.loads(message["Body"]) for message in received]
    assert bodies == [{"bad": True}]
    counts = sqs.get_queue_attributes(QueueUrl=values["OrdersUrl"], AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == counts["ApproximateNumberOfMessagesNotVisible"] == "0"
