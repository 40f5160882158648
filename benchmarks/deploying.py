"""`python -m benchmarks.deploying [--stacks N] [--rounds N]`: what deploying costs besides what CloudFormation does.

Three things, all on this machine: one stack beside bare boto3 calls (make the change set, wait, execute it, wait), in
turns and in one process; a thousand stacks planned on the scripted CloudFormation; and many stacks against the embedded
CloudFormation through a door that counts, beside Sceptre. The embedded CloudFormation is started when it is not there.

It does in milliseconds what takes AWS from seconds to hours. So the first is measured twice: with operations that last
some seconds, as short ones do in AWS, which is what the budget is for; and as it is, which shows what awsdeck adds to
an operation: looking at the stack and its template first, reading the change set, telling events, insisting on proof.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import door
from .peers import FOLDER

if TYPE_CHECKING:
    from awsdeck.local import Engine

REGION = "eu-west-1"
EACH = 20  # resources in a stack
AT_ONCE = 16
LIMIT = 1.25  # times what bare calls take
LASTING = 3.0  # seconds
LOOK = 0.1  # seconds between two looks of the bare calls: what awsdeck waits at first with an emulator
SCEPTRE = FOLDER / "sceptre" / "bin" / "sceptre"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deploying", description=__doc__)
    parser.add_argument("--stacks", type=int, default=100)
    parser.add_argument("--planned", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    from awsdeck import local

    with tempfile.TemporaryDirectory() as folder:
        engine = local.ensure(Path(folder))
        try:
            with door.before(engine.url, LASTING) as url:
                ratio = beside_bare_calls(engine, url, max(3, arguments.rounds // 3), f"each lasts {LASTING:.0f} s")
            print(f"  at most {LIMIT} times")
            with door.before(engine.url) as url:
                beside_bare_calls(engine, url, arguments.rounds, "done at once")
            planned(arguments.planned)
            many(engine, arguments.stacks, Path(folder))
        finally:
            local.down(Path(folder))
    return 0 if ratio <= LIMIT else 2


def template(timeout: int = 30) -> dict[str, Any]:
    """A stack's template: queues."""
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": timeout}}
    return {"Resources": {f"Queue{index}": queue for index in range(EACH)}}


# one stack beside bare calls


def beside_bare_calls(engine: Engine, url: str, rounds: int, how: str) -> float:
    """Create, update and delete one stack, awsdeck and bare boto3 in turns; returns the ratio of the medians."""
    took: dict[str, list[float]] = {"awsdeck": [], "bare": []}
    cpu: dict[str, list[float]] = {"awsdeck": [], "bare": []}
    calls: Counter[str] = Counter()
    door.counted(url)
    for number in range(rounds + 1):
        order = [("awsdeck", with_awsdeck), ("bare", with_bare_calls)]
        for name, work in order if number % 2 else reversed(order):
            stack = f"bare-{secrets.token_hex(4)}"
            began, busy = time.perf_counter(), time.process_time()
            work(engine, url, stack)
            if number:  # the first round warms up
                took[name].append(time.perf_counter() - began)
                cpu[name].append(time.process_time() - busy)
            calls[name] = sum(door.counted(url).values())
    middle = {name: statistics.median(values) for name, values in took.items()}
    busy = {name: statistics.median(values) for name, values in cpu.items()}
    ratio = middle["awsdeck"] / middle["bare"]
    print(f"one stack of {EACH} created, updated, deleted, {how}; medians of {rounds} rounds in turns")
    for name in took:
        print(f"  {name:8} {middle[name]:6.2f} s, {busy[name]:5.2f} s CPU of its own, {calls[name]} calls")
    more = (middle["awsdeck"] - middle["bare"]) / 3
    print(f"  awsdeck takes {ratio:.2f} times as long, {more * 1000:.0f} ms more for an operation")
    return ratio


def agreed(plan: object) -> bool:
    return True


def with_awsdeck(engine: Engine, url: str, name: str) -> None:
    from awsdeck.assembly import Assembly, StackArtifact
    from awsdeck.deploy import AWS, deploy, destroy

    aws = AWS(endpoint_url=url, region=REGION, credentials=(engine.access_key, engine.secret_key))
    for timeout in (30, 60):
        deploy(Assembly([StackArtifact(name, template(timeout))]), aws=aws, confirm=agreed)
    destroy(Assembly([StackArtifact(name, template(60))]), aws=aws, confirm=agreed)


def with_bare_calls(engine: Engine, url: str, name: str) -> None:
    import boto3

    client: Any = boto3.Session(engine.access_key, engine.secret_key, region_name=REGION).client(
        "cloudformation", endpoint_url=url
    )
    for kind, timeout in (("CREATE", 30), ("UPDATE", 60)):
        made = client.create_change_set(
            StackName=name, ChangeSetName=f"bare-{kind.lower()}", ChangeSetType=kind,
            TemplateBody=json.dumps(template(timeout)),
        )  # fmt: skip
        while client.describe_change_set(ChangeSetName=made["Id"])["Status"].endswith(("PENDING", "IN_PROGRESS")):
            time.sleep(LOOK)
        client.execute_change_set(ChangeSetName=made["Id"])
        wait(client, made["StackId"])
    client.delete_stack(StackName=made["StackId"])
    wait(client, made["StackId"])


def wait(client: Any, stack: str) -> None:
    while client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"].endswith("_IN_PROGRESS"):
        time.sleep(LOOK)


# a thousand stacks, planned


def planned(count: int) -> None:
    from awsdeck.assembly import Assembly, StackArtifact
    from awsdeck.deploy import plan
    from awsdeck.deploy.fake import FakeCloudFormation

    fake = FakeCloudFormation()
    for number in range(0, count, 2):
        fake.add_stack(f"stack-{number}", template())
    assembly = Assembly([StackArtifact(f"stack-{number}", template(60)) for number in range(count)])
    began, busy = time.perf_counter(), time.process_time()
    made = plan(assembly, aws=fake.aws(), concurrency=AT_ONCE)
    took, spent = time.perf_counter() - began, time.process_time() - busy
    assert len(made.plans) == count
    print(f"{count:,} stacks of {EACH} planned on the scripted CloudFormation, half of them new: {took:.1f} s, "
          f"{spent:.1f} s CPU with CloudFormation's part; {len(fake.calls) / count:.1f} calls a stack")  # fmt: skip
    tell(Counter(fake.operations()), count)


# many stacks beside Sceptre


def many(engine: Engine, count: int, folder: Path) -> None:
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": engine.access_key,
        "AWS_SECRET_ACCESS_KEY": engine.secret_key,
        "AWS_DEFAULT_REGION": REGION,
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
    }
    prefix = f"many-{secrets.token_hex(3)}"
    with door.before(engine.url) as url:
        environment["AWS_ENDPOINT_URL"] = url
        ours, theirs = folder / "awsdeck", folder / "sceptre"
        ours.mkdir()
        (ours / "deck.py").write_text(DECK.format(count=count, each=EACH, prefix=prefix), encoding="utf-8")
        awsdeck = [sys.executable, "-m", "awsdeck"]
        flags = ["--concurrency", str(AT_ONCE), "-y"]
        told = f"{count} stacks of {EACH}"
        measure(f"awsdeck, {told} created", [*awsdeck, "deploy", *flags], ours, environment, url, count)
        measure("awsdeck, nothing to do", [*awsdeck, "deploy", *flags], ours, environment, url, count)
        subprocess.run([*awsdeck, "destroy", *flags], cwd=ours, env=environment, check=True, capture_output=True)
        if not SCEPTRE.exists():
            print(f"Sceptre is not here; `python -m benchmarks` installs it into {SCEPTRE.parents[1]}")
            return
        write_sceptre(theirs, count)
        launch = [str(SCEPTRE), "launch", "-y", "all"]
        measure(f"Sceptre, {told} created", launch, theirs, environment, url, count)
        measure("Sceptre, nothing to do", launch, theirs, environment, url, count)
        shutil.rmtree(theirs)


DECK = """
from awsdeck import App, SQSQueue, Stack

app = App()
for number in range({count}):
    stack = Stack(app, f"{prefix}-{{number}}")
    for index in range({each}):
        SQSQueue(stack, f"Queue{{index}}", visibility_timeout=30)
app.synth()
"""


def write_sceptre(folder: Path, count: int) -> None:
    (folder / "config" / "all").mkdir(parents=True)
    (folder / "templates").mkdir()
    (folder / "config" / "config.yaml").write_text(f"project_code: many\nregion: {REGION}\n", encoding="utf-8")
    for number in range(count):
        (folder / "templates" / f"s{number}.json").write_text(json.dumps(template()), encoding="utf-8")
        (folder / "config" / "all" / f"s{number}.yaml").write_text(
            f"template:\n  type: file\n  path: s{number}.json\n", encoding="utf-8"
        )


def measure(what: str, command: list[str], folder: Path, environment: dict[str, str], url: str, count: int) -> None:
    """Run it, and say what it took and whom it asked for what."""
    door.counted(url)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    counts = door.counted(url)
    print(f"{what}: {took:.1f} s, {spent:.1f} s CPU, {sum(counts.values()) / count:.1f} calls a stack")
    tell(counts, count)
    if done.returncode:
        print(f"  it ended with {done.returncode}: {(done.stderr or done.stdout)[-300:]}")


def tell(counts: Counter[str], stacks: int) -> None:
    print("  " + ", ".join(f"{name} {number / stacks:.2f}" for name, number in counts.most_common()))


if __name__ == "__main__":
    sys.exit(main())
