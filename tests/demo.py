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
KEY = "incoming/order-1.pdf"
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


def run(demo: Demo) -> None:
    demo.step("Render the blueprint message-inbox into .venv/demo/shop")
    demo.awsdeck(
        "init", "message-inbox", "shop", "--set", "name=shop", "--set", f"region={REGION}", "-y", folder=SCRATCH
    )
    promise((PROJECT / "deck.py").is_file(), "there is no deck.py")

    demo.step("Synthesize: the deck becomes a CloudFormation template")
    demo.awsdeck("synth")
    template = json.loads((PROJECT / "awsdeck.out" / f"{STACK}.template.json").read_text(encoding="utf-8"))
    promise(len(template["Resources"]) > 10, "the template has too few resources")

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
    messages(demo, outputs)
    files(demo, outputs)
    update(demo, outputs)
    replacement(demo, outputs)
    end(demo, outputs)


def there(demo: Demo, template: dict[str, Any], outputs: dict[str, str]) -> None:
    demo.step("Ask with boto3: every resource of the template exists")
    listed = demo.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    promise({one["LogicalResourceId"] for one in listed} == set(template["Resources"]), "resources are missing")
    demo.client("s3").head_bucket(Bucket=outputs["BucketName"])
    demo.client("sns").get_topic_attributes(TopicArn=outputs["TopicArn"])
    for role in ("ProducerRoleArn", "ConsumerRoleArn"):
        demo.client("iam").get_role(RoleName=outputs[role].rpartition("/")[2])
    demo.say(f"{len(listed)} resources, the topic, the bucket and both roles among them")


def messages(demo: Demo, outputs: dict[str, str]) -> None:
    demo.step("Publish three messages to the topic and receive them from the queue, in order")
    sns, sqs = demo.client("sns"), demo.client("sqs")
    sent = [f"order {number}" for number in (1, 2, 3)]
    for text in sent:
        sns.publish(TopicArn=outputs["TopicArn"], Message=text, MessageGroupId="customer-7")
    got: list[str] = []
    until = time.monotonic() + 20
    while len(got) < len(sent) and time.monotonic() < until:
        answer = sqs.receive_message(QueueUrl=outputs["QueueUrl"], MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            got.append(message["Body"])
            sqs.delete_message(QueueUrl=outputs["QueueUrl"], ReceiptHandle=message["ReceiptHandle"])
    promise(got == sent, f"published {sent}, received {got}")
    demo.say(f"received: {', '.join(got)}")


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


def update(demo: Demo, outputs: dict[str, str]) -> None:
    demo.step("Change one property: messages wait 10 days, not 4; look at the difference")
    edit({"retention=4 * DAY": "retention=10 * DAY"})
    difference = demo.awsdeck("diff", "--local", "--exit-code", code=2)
    promise("MessageRetentionPeriod" in difference, "the difference does not name the property")
    promise("error" not in difference, "the update rules object to a harmless change")

    demo.step("Deploy the update")
    demo.awsdeck("deploy", "--local", "-y")
    asked = {"QueueUrl": outputs["QueueUrl"], "AttributeNames": ["MessageRetentionPeriod"]}
    seconds = demo.client("sqs").get_queue_attributes(**asked)["Attributes"]["MessageRetentionPeriod"]
    promise(int(seconds) == 10 * 86_400, f"the queue keeps messages for {seconds} seconds")
    demo.say(f"the same queue keeps messages for {int(seconds):,} seconds now")
    promise("no changes" in demo.awsdeck("diff", "--local", "--exit-code"), "there are still differences")


def replacement(demo: Demo, outputs: dict[str, str]) -> None:
    demo.step("Give the bucket a fixed name and no protection: that would replace it, so it is refused")
    before = (PROJECT / "deck.py").read_text(encoding="utf-8")
    edit({
        'S3Bucket(stack, "Files", ': 'S3Bucket(stack, "Files", name="shop-files-of-the-demo", ',
        "\nproducer = ": "files.node.retain(False)\n\nproducer = ",
    })  # fmt: skip
    said = demo.awsdeck("deploy", "--local", "-y", code=3)
    promise("--allow-replace Files" in said, "the refusal does not say how to allow it")
    size = demo.client("s3").head_object(Bucket=outputs["BucketName"], Key=KEY)["ContentLength"]
    promise(size == len(b"encrypted"), "the file has changed")
    demo.say("exit code 3; the bucket and its file are as they were")

    demo.step("Take the change back: nothing is left to do")
    (PROJECT / "deck.py").write_text(before, encoding="utf-8")
    demo.awsdeck("diff", "--local", "--exit-code")


def end(demo: Demo, outputs: dict[str, str]) -> None:
    demo.step("Destroy the stack: the bucket is kept, and named")
    said = demo.awsdeck("destroy", "--local", "-y")
    bucket = outputs["BucketName"]
    promise(
        any("left" in line and bucket in line for line in said.splitlines()), f"{bucket} is not named as left behind"
    )
    s3 = demo.client("s3")
    kept = s3.get_object(Bucket=bucket, Key=KEY)["Body"].read()
    promise(kept == b"encrypted", "the file in the bucket is gone")
    gone = refused(demo.client("sqs").get_queue_attributes, QueueUrl=outputs["QueueUrl"], AttributeNames=["All"])
    promise("NonExistentQueue" in gone, f"the queue answers {gone or 'as if nothing had happened'}")
    demo.say(f"{bucket} still has its file; the queue is gone")

    demo.step("Empty and delete the bucket that was kept, by hand")
    s3.delete_object(Bucket=bucket, Key=KEY)
    s3.delete_bucket(Bucket=bucket)
    promise(refused(s3.head_bucket, Bucket=bucket) == "404", "the bucket is still there")

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
