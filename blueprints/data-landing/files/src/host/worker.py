"""What a host does: it takes messages from the queue, has `process` work on their objects, and keeps the results.

A message stays hidden from other hosts while it is worked on. What fails comes again by itself, as often as the queue
allows; what a host cannot finish because it is taken away is given back at once.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import unquote_plus
from urllib.request import Request, urlopen

QUEUE = os.environ["QUEUE"]
VISIBILITY = int(os.environ["VISIBILITY"])  # seconds a message stays hidden, each time that it is asked for
PREFIX = os.environ["PREFIX"]
RESULTS = os.environ["RESULTS"]
DISK = os.environ["DISK"]
PROGRAM = os.environ["PROGRAM"]
METADATA = "http://169.254.169.254/latest"
PAUSE = 5.0  # seconds between two looks at whether this host is to be taken away

leaving = threading.Event()


class Failed(Exception):
    """Something could not be done with an object."""


class Leaving(Exception):
    """This host goes away before the work is done."""


def sqs(action: str, *words: str) -> dict[str, Any]:
    """What a call about the queue gives."""
    call = ["aws", "sqs", action, "--queue-url", QUEUE, "--output", "json", *words]
    answer = subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = json.loads(answer or "{}")
    return found


def hide(receipt: str, seconds: int) -> None:
    """Keep a message from other hosts for so long; 0 gives it back."""
    sqs("change-message-visibility", "--receipt-handle", receipt, "--visibility-timeout", str(seconds))


@contextmanager
def hidden(receipt: str) -> Iterator[None]:
    """Keep a message from other hosts for as long as it takes."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(VISIBILITY / 3):
            with suppress(subprocess.CalledProcessError):  # the next time may be soon enough
                hide(receipt, VISIBILITY)

    renewing = threading.Thread(target=renew, daemon=True)
    renewing.start()
    try:
        yield
    finally:
        done.set()
        renewing.join()


def objects(body: str) -> list[tuple[str, str]]:
    """Buckets and keys that a message of S3 is about; none in the one that says that messages will come."""
    found = [record["s3"] for record in json.loads(body).get("Records", [])]
    return [(one["bucket"]["name"], unquote_plus(one["object"]["key"])) for one in found]


def run(log: Path, *words: str) -> None:
    """Run a program; raise `Failed` when it does not work, and `Leaving` when there is no time left for it."""
    with log.open("ab") as output:
        program = subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        while program.poll() is None:
            if leaving.is_set():
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()
                raise Leaving
            with suppress(subprocess.TimeoutExpired):
                program.wait(0.2)
    if program.returncode:
        raise Failed(f"{Path(words[0]).name} ended with {program.returncode}")


def copy(log: Path, source: str, target: str) -> None:
    """Copy an object from or to S3."""
    run(log, "aws", "s3", "cp", source, target, "--only-show-errors")


def work(bucket: str, key: str) -> None:
    """Work on one object; when that fails, what was printed is kept in place of a result."""
    name = key.removeprefix(PREFIX)
    with tempfile.TemporaryDirectory(dir=DISK) as folder:
        given, made, log = Path(folder, "object"), Path(folder, "result"), Path(folder, "log")
        try:
            copy(log, f"s3://{bucket}/{key}", str(given))
            run(log, PROGRAM, str(given), str(made))
            if not made.exists():
                raise Failed("there is no result")
        except Failed:
            copy(log.with_suffix(".copy"), str(log), f"s3://{RESULTS}/failed/{name}.log")
            raise
        copy(log, str(made), f"s3://{RESULTS}/results/{name}")


def handle(message: dict[str, Any]) -> None:
    """Work on what a message is about, and delete it, or give it back when there is no time left."""
    receipt: str = message["ReceiptHandle"]
    try:
        with hidden(receipt):
            for bucket, key in objects(message["Body"]):
                if leaving.is_set():
                    raise Leaving
                work(bucket, key)
    except Leaving:
        hide(receipt, 0)
    except (Failed, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"{message['Body']}: {error!r}", flush=True)
    else:
        sqs("delete-message", "--receipt-handle", receipt)


def taken_away() -> bool:
    """Whether EC2 has said that it will take this Spot host away, which it does two minutes before."""
    try:
        asked = Request(f"{METADATA}/api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"})
        with urlopen(asked, timeout=2) as answer:
            token = answer.read().decode()
        notice = Request(f"{METADATA}/meta-data/spot/instance-action", headers={"X-aws-ec2-metadata-token": token})
        with urlopen(notice, timeout=2):
            return True
    except (URLError, OSError):  # no notice is "not found"
        return False


def watch() -> None:
    """Leave as soon as this host is to be taken away."""
    while not leaving.wait(PAUSE):
        if taken_away():
            leaving.set()


def main() -> None:
    """Work until this host is stopped or taken away."""
    signal.signal(signal.SIGTERM, lambda *_: leaving.set())
    threading.Thread(target=watch, daemon=True).start()
    while not leaving.is_set():
        found = sqs("receive-message", "--max-number-of-messages", "1", "--wait-time-seconds", "20")
        for message in found.get("Messages", []):
            handle(message)


if __name__ == "__main__":
    main()
