"""`make demo`: from a blueprint to a running stack and back, with the command line as users have it.

Everything happens in `.venv/demo/` of this checkout and on the loopback interface. Each step says what it promises and
is then held to it; the first that is not as promised ends the demo with exit code 1. The engine that was started is
always ended.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

CHECKOUT = Path(__file__).resolve().parents[1]
SCRATCH = CHECKOUT / ".venv" / "demo"
PROJECT = SCRATCH / "shop"
REGION = "eu-west-1"
STACK = "shop-dev"
KEY = "incoming/order-2.pdf"
GROUP = "customer-7"
PATIENCE = 60  # seconds that a message may take all the way into the table
HIDDEN = re.compile(r"(?i)aws_.*|awsdeck_.*|.*_proxy")  # nobody's account, settings or proxy may get in the way


class Broken(Exception):
    """A step did not do what it promised."""


class Demo:
    """The command line in the scratch folder, and AWS clients for the engine it started."""

    def __init__(self) -> None:
        self.steps = 0
        self.engine: dict[str, Any] = {}
        kept = {name: value for name, value in os.environ.items() if not HIDDEN.fullmatch(name)}
        self.environment = {
            **kept,
            "PYTHONPATH": os.pathsep.join([str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])]),
            "NO_COLOR": "1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def step(self, text: str) -> None:
        """Say what comes next."""
        self.steps += 1
        print(f"\n{self.steps:2}. {text}", flush=True)

    def say(self, text: str) -> None:
        """Say what was found."""
        print(f"    {text}", flush=True)

    def awsdeck(self, *words: str, code: int = 0, show: bool = True, folder: Path = PROJECT) -> str:
        """Run a command as a user would and give what it printed; another exit code than promised is an error."""
        if show:
            self.say(f"$ awsdeck {' '.join(words)}")
        command = [sys.executable, "-m", "awsdeck", *words]
        lines = []
        with subprocess.Popen(
            command, cwd=folder, env=self.environment, text=True, encoding="utf-8",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    lines.append(line)
                    if show:
                        self.say(f"  {line.rstrip()}")
            except KeyboardInterrupt:
                process.wait(timeout=120)  # it may be starting the engine, which must be ended after that
                raise
        if process.returncode != code:
            text = "" if show else "".join(f"\n    {line.rstrip()}" for line in lines)
            raise Broken(f"awsdeck {' '.join(words)} ended with {process.returncode}, not {code}{text}")
        return "".join(lines)

    def data(self, *words: str, code: int = 0) -> Any:
        """What a command says to programs."""
        return json.loads(self.awsdeck(*words, "--output", "json", code=code, show=False))

    def client(self, service: str) -> Any:
        """A boto3 client of the engine: straight to the loopback address, never through a proxy."""
        account = self.engine["account"]
        return boto3.client(
            service, region_name=REGION, endpoint_url=self.engine["url"],
            aws_access_key_id=account, aws_secret_access_key="local",
            config=Config(proxies={}, retries={"max_attempts": 1}, read_timeout=30),
        )  # fmt: skip


def promise(held: object, what: str) -> None:
    if not held:
        raise Broken(what)


def edit(changes: dict[str, str]) -> None:
    """Replace pieces of the deck, each of which must be there exactly once."""
    deck = PROJECT / "deck.py"
    text = deck.read_text(encoding="utf-8")
    for old, new in changes.items():
        promise(text.count(old) == 1, f"the deck has {old!r} {text.count(old)} times, not once")
        text = text.replace(old, new)
    deck.write_text(text, encoding="utf-8")


def refused(call: Any, **arguments: Any) -> str:
    """The code with which AWS refuses a call; empty when it does not."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def start_afresh(demo: Demo) -> None:
    """Take away what an interrupted run left, its engine too."""
    if PROJECT.exists():
        demo.awsdeck("local", "down", show=False)
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir(parents=True)


def eventually(holds: Callable[[], Any]) -> Any:
    """What a call gives as soon as that is true, or when patience is at its end."""
    until = time.monotonic() + PATIENCE
    while not (found := holds()) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def run(demo: Demo) -> None:
    demo.step("Render the blueprint queue-worker into .venv/demo/shop")
    demo.awsdeck(
        "init", "queue-worker", "shop", "--set", "name=shop", "--set", f"region={REGION}", "-y", folder=SCRATCH
    )
    promise((PROJECT / "deck.py").is_file(), "there is no deck.py")

    demo.step("Synthesize: the deck becomes a CloudFormation template")
    demo.awsdeck("synth")
    template = json.loads((PROJECT / "awsdeck.out" / f"{STACK}.template.json").read_text(encoding="utf-8"))
    promise(len(template["Resources"]) > 15, "the template has too few resources")

    demo.step("Lint it: no error and no warning")
    demo.awsdeck("lint")
    summary = json.loads(demo.awsdeck("lint", "--format", "json", show=False))["summary"]
    promise((summary["errors"], summary["warnings"]) == (0, 0), f"lint found {summary}")

    demo.step("Deploy it into the embedded CloudFormation, which starts for that")
    demo.awsdeck("deploy", "--local", "-y")
    demo.engine = demo.data("local", "status")

    demo.step(f"Show the outputs; the engine is at {demo.engine['url']}")
    demo.awsdeck("outputs", "--local")
    outputs: dict[str, str] = demo.data("outputs", "--local")["stacks"][STACK]

    there(demo, template, outputs)
    files(demo, outputs)
    jobs(demo, outputs)
    update(demo, outputs)
    refusals(demo, outputs)
    end(demo, outputs)


def there(demo: Demo, template: dict[str, Any], outputs: dict[str, str]) -> None:
    demo.step("Ask with boto3: every resource of the template exists")
    listed = demo.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    promise({one["LogicalResourceId"] for one in listed} == set(template["Resources"]), "resources are missing")
    demo.client("s3").head_bucket(Bucket=outputs["BucketName"])
    demo.client("sns").get_topic_attributes(TopicArn=outputs["TopicArn"])
    demo.client("lambda").get_function(FunctionName=outputs["FunctionName"])
    table = demo.client("dynamodb").describe_table(TableName=outputs["TableName"])["Table"]
    promise(table["GlobalSecondaryIndexes"][0]["IndexName"] == "by-group", "the table has no index")
    promise(table["LatestStreamArn"] == outputs["StreamArn"], "the table has no stream")
    alarms = demo.client("cloudwatch").describe_alarms()["MetricAlarms"]
    told = [alarm for alarm in alarms if alarm["AlarmActions"] == [outputs["AlertsTopicArn"]]]
    promise(len(told) == 2, f"{len(told)} alarms tell the topic for operations, not 2")
    demo.say(f"{len(listed)} resources; the topic, the bucket, the table, the worker and both alarms answer")


def files(demo: Demo, outputs: dict[str, str]) -> None:
    demo.step("PUT a file without asking for encryption: denied; with it: accepted")
    s3, bucket = demo.client("s3"), outputs["BucketName"]
    code = refused(s3.put_object, Bucket=bucket, Key=KEY, Body=b"unencrypted")
    promise(code == "AccessDenied", f"the PUT without encryption gave {code or 'no error'}, not AccessDenied")
    demo.say(f"without x-amz-server-side-encryption: {code}")
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"encrypted", ServerSideEncryption="AES256")
    found = s3.get_object(Bucket=bucket, Key=KEY)
    promise(found["Body"].read() == b"encrypted", "the file is not what was put")
    promise(found.get("ServerSideEncryption") == "AES256", "the file is not encrypted")
    demo.say(f"with it: stored, {found['ServerSideEncryption']}")


def jobs(demo: Demo, outputs: dict[str, str]) -> None:
    demo.step("Publish three jobs to the topic, one with the file: the worker puts them into the table, in order")
    sent = [{"id": "order-1"}, {"id": "order-2", "file": KEY}, {"id": "order-3"}]
    for job in sent:
        publish(demo, outputs, job)
    items = eventually(lambda: found if len(found := results(demo, outputs)) >= len(sent) else None)
    promise(items, f"after {PATIENCE} seconds the table holds {results(demo, outputs)}")
    got = [json.loads(item["job"]["S"]) for item in items]
    promise(got == sent, f"published {sent}, in the table {got}")
    size = items[1].get("bytes", {}).get("N")
    promise(size == str(len(b"encrypted")), f"the worker read {size or 'no'} bytes of the file")
    promise(all(int(item["expires_at"]["N"]) > time.time() for item in items), "the items have no time to live")
    demo.say(f"in the table: {', '.join(item['id']['S'] for item in items)}; {size} bytes of the file were read")
    drained(demo, outputs)


def publish(demo: Demo, outputs: dict[str, str], job: dict[str, str]) -> None:
    demo.client("sns").publish(TopicArn=outputs["TopicArn"], Message=json.dumps(job), MessageGroupId=GROUP)


def results(demo: Demo, outputs: dict[str, str]) -> list[dict[str, Any]]:
    """The items of the demo's group, in the order of the index."""
    answer = demo.client("dynamodb").query(
        TableName=outputs["TableName"], IndexName="by-group", KeyConditionExpression="group_id = :group",
        ExpressionAttributeValues={":group": {"S": GROUP}},
    )  # fmt: skip
    items: list[dict[str, Any]] = answer["Items"]
    return items


def drained(demo: Demo, outputs: dict[str, str]) -> None:
    """Promise that no message is left, neither waiting nor in work nor put aside."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    sqs = demo.client("sqs")

    def left(url: str) -> int:
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(counts[name]) for name in names)

    promise(eventually(lambda: left(outputs["QueueUrl"]) == 0), "messages are left in the queue")
    promise(left(outputs["FailedQueueUrl"]) == 0, "messages are in the dead-letter queue")
    demo.say("the queue is empty, and so is the dead-letter queue")


def update(demo: Demo, outputs: dict[str, str]) -> None:
    demo.step("Change one property: the worker gets 512 MB, not 256; look at the difference")
    edit({"memory=256": "memory=512"})
    difference = demo.awsdeck("diff", "--local", "--exit-code", code=2)
    promise("MemorySize: 256 -> 512" in difference, "the difference does not name the property")
    promise("error" not in difference, "the update rules object to a harmless change")

    demo.step("Deploy the update, and publish a job to see that the worker still works")
    demo.awsdeck("deploy", "--local", "-y")
    worker = demo.client("lambda").get_function_configuration(FunctionName=outputs["FunctionName"])
    promise(worker["MemorySize"] == 512, f"the worker has {worker['MemorySize']} MB")
    promise("no changes" in demo.awsdeck("diff", "--local", "--exit-code"), "there are still differences")
    publish(demo, outputs, {"id": "order-4"})
    ids = eventually(lambda: found if len(found := results(demo, outputs)) == 4 else None)
    promise(ids and ids[-1]["id"]["S"] == "order-4", "the job did not come out as an item of the table")
    demo.say("the same worker has 512 MB now, and order-4 is in the table")
    drained(demo, outputs)


def refusals(demo: Demo, outputs: dict[str, str]) -> None:
    before = (PROJECT / "deck.py").read_text(encoding="utf-8")

    def refuse(changes: dict[str, str], *words: str, flag: str) -> None:
        edit(changes)
        said = demo.awsdeck(*words, "--local", "-y", code=3)
        (PROJECT / "deck.py").write_text(before, encoding="utf-8")
        promise(flag in said, f"the refusal does not say that {flag} would allow it")
        size = demo.client("s3").head_object(Bucket=outputs["BucketName"], Key=KEY)["ContentLength"]
        promise(size == len(b"encrypted"), "the file has changed")
        promise(len(results(demo, outputs)) == 4, "the items have changed")
        demo.say("exit code 3; the file and the items are as they were")

    unprotected = {"\nworker = ": "\nfiles.node.retain(False)\nresults.node.retain(False)\n\nworker = "}
    demo.step("Give the bucket a fixed name and no protection: that would replace it, so it is refused")
    named = {'S3Bucket(stack, "Files", ': 'S3Bucket(stack, "Files", name="shop-files-of-the-demo", '}
    refuse({**named, **unprotected}, "deploy", flag="--allow-replace Files")

    demo.step("Give the table another key and no protection: that would replace it, so it is refused")
    refuse({'partition_key="id"': 'partition_key="job_id"', **unprotected}, "deploy", flag="--allow-replace Results")

    demo.step("Take the changes back: nothing is left to do")
    demo.awsdeck("diff", "--local", "--exit-code")


def end(demo: Demo, outputs: dict[str, str]) -> None:
    demo.step("Destroy the stack: the bucket, the table and the worker's log are kept, and named")
    worker = demo.client("lambda").get_function_configuration(FunctionName=outputs["FunctionName"])
    bucket, table, log = outputs["BucketName"], outputs["TableName"], worker["LoggingConfig"]["LogGroup"]
    said = demo.awsdeck("destroy", "--local", "-y")
    named = [line for line in said.splitlines() if "left" in line]
    for kept in (bucket, table, log):
        promise(any(kept in line for line in named), f"{kept} is not named as left behind")
    s3, dynamodb, logs = (demo.client(service) for service in ("s3", "dynamodb", "logs"))
    promise(s3.get_object(Bucket=bucket, Key=KEY)["Body"].read() == b"encrypted", "the file in the bucket is gone")
    promise(len(results(demo, outputs)) == 4, "items of the table are gone")
    gone = refused(demo.client("sqs").get_queue_attributes, QueueUrl=outputs["QueueUrl"], AttributeNames=["All"])
    promise("NonExistentQueue" in gone, f"the queue answers {gone or 'as if nothing had happened'}")
    gone = refused(demo.client("lambda").get_function, FunctionName=outputs["FunctionName"])
    promise(gone == "ResourceNotFoundException", f"the worker answers {gone or 'as if nothing had happened'}")
    demo.say(f"{bucket} still has its file and {table} its 4 items; the queue and the worker are gone")

    demo.step("Delete by hand what was kept")
    s3.delete_object(Bucket=bucket, Key=KEY)
    s3.delete_bucket(Bucket=bucket)
    dynamodb.delete_table(TableName=table)
    logs.delete_log_group(logGroupName=log)
    promise(refused(s3.head_bucket, Bucket=bucket) == "404", "the bucket is still there")
    promise(refused(dynamodb.describe_table, TableName=table), "the table is still there")

    demo.step("End the embedded CloudFormation")
    demo.awsdeck("local", "down")
    demo.awsdeck("local", "status", code=1)


def stop_engine(demo: Demo) -> None:
    """End the engine if it still runs."""
    if PROJECT.exists():
        demo.awsdeck("local", "down", show=False)


def main() -> int:
    """Run the demo; 0 when every step was as promised."""
    signal.signal(signal.SIGTERM, _terminated)
    started = time.monotonic()
    demo = Demo()
    try:
        start_afresh(demo)
        try:
            run(demo)
        finally:
            stop_engine(demo)
    except Broken as broken:
        print(f"\ndemo: step {demo.steps} is not as promised: {broken}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted; the engine has been ended", file=sys.stderr)
        return 130
    print(f"\ndemo: all {demo.steps} steps were as promised, in {time.monotonic() - started:.0f} seconds")
    print(f"      what was rendered is still in {PROJECT.relative_to(CHECKOUT)}; `make clean` removes it")
    return 0


def _terminated(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
