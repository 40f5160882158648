"""What a host does with the messages it gets; no account is needed, as `aws` is a program of the test's own."""

from __future__ import annotations

import importlib.util
import json
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

HOST = Path(__file__).parents[1] / "src" / "host"
AWS = f"""#!{sys.executable}
import json, pathlib, shutil, sys
home = pathlib.Path(__file__).parents[1]
with open(home / "calls", "a") as calls:
    print(json.dumps(sys.argv[1:]), file=calls)
if sys.argv[1:3] == ["s3", "cp"]:
    source, target = (pathlib.Path(str(home / "s3" / one[5:]) if one[:5] == "s3://" else one) for one in sys.argv[3:5])
    if not source.exists():
        sys.exit("there is no " + str(source))
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)
if sys.argv[2] == "receive-message" and (home / "message").exists():
    print((home / "message").read_text())
"""


class Place:
    """A host with its disk, and S3 as folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("bin", "disk", "s3/results", "s3/landing/incoming"):
            (folder / name).mkdir(parents=True)
        self.script("bin/aws", AWS)

    def script(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")
        (self.folder / name).chmod(0o755)

    def program(self, text: str) -> None:
        """What works on objects, in place of the program of the project."""
        self.script("bin/process", f"#!/bin/sh\n{text}\n")

    def land(self, name: str, text: str) -> dict[str, str]:
        """An object, and the message about it."""
        (self.folder / "s3/landing/incoming" / name).write_text(text, encoding="utf-8")
        record = {"bucket": {"name": "landing"}, "object": {"key": f"incoming/{name.replace(' ', '+')}"}}
        return {"ReceiptHandle": "receipt", "Body": json.dumps({"Records": [{"s3": record}]})}

    def kept(self) -> dict[str, str]:
        """What the bucket of results holds."""
        folder = self.folder / "s3/results"
        return {str(one.relative_to(folder)): one.read_text() for one in folder.rglob("*") if one.is_file()}

    def calls(self, action: str) -> list[list[str]]:
        """How the queue was called."""
        file = self.folder / "calls"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [words for words in map(json.loads, lines) if words[1] == action]

    def hidden_for(self) -> list[str]:
        """The seconds for which messages were hidden again."""
        return [words[-1] for words in self.calls("change-message-visibility")]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def worker(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module of the host, with the placeholder that the project comes with."""
    shutil.copy(HOST / "process", place.folder / "bin" / "process")
    (place.folder / "bin" / "process").chmod(0o755)
    given = {"QUEUE": "queue", "VISIBILITY": "300", "PREFIX": "incoming/", "RESULTS": "results"}
    given |= {"DISK": str(place.folder / "disk"), "PROGRAM": str(place.folder / "bin" / "process")}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", str(place.folder / "bin"), prepend=":")
    before = signal.getsignal(signal.SIGTERM)
    spec = importlib.util.spec_from_file_location("landing_worker", HOST / "worker.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    signal.signal(signal.SIGTERM, before)


def test_an_object_becomes_a_result_and_its_message_is_deleted(worker: Any, place: Place) -> None:
    worker.handle(place.land("a file.csv", "1;2\n"))
    ((name, text),) = place.kept().items()
    assert name == "results/a file.csv"
    assert text.split()[0] == "4"
    assert place.calls("delete-message")[0][-2:] == ["--receipt-handle", "receipt"]
    assert list((place.folder / "disk").iterdir()) == []


def test_what_fails_comes_again_and_what_it_printed_is_kept(worker: Any, place: Place) -> None:
    place.program("echo there is no column b >&2; exit 3")
    worker.handle(place.land("a.csv", "1"))
    assert place.kept() == {"failed/a.csv.log": "there is no column b\n"}
    assert place.calls("delete-message") == []


def test_no_result_is_a_failure(worker: Any, place: Place) -> None:
    place.program("exit 0")
    worker.handle(place.land("a.csv", "1"))
    assert list(place.kept()) == ["failed/a.csv.log"]
    assert place.calls("delete-message") == []


def test_the_message_that_s3_sends_first_is_deleted(worker: Any, place: Place) -> None:
    worker.handle({"ReceiptHandle": "receipt", "Body": json.dumps({"Event": "s3:TestEvent"})})
    assert len(place.calls("delete-message")) == 1
    assert place.kept() == {}


@pytest.mark.parametrize("body", ["", "[]", "null", '{"Records": [{}]}'])
def test_what_is_no_message_of_s3_is_left_for_the_dead_letter_queue(worker: Any, place: Place, body: str) -> None:
    worker.handle({"ReceiptHandle": "receipt", "Body": body})
    assert place.calls("delete-message") == []


def test_a_message_stays_hidden_for_as_long_as_it_takes(
    worker: Any, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "VISIBILITY", 1)
    place.program('sleep 1.5; cp "$1" "$2"')
    worker.handle(place.land("a.csv", "1"))
    assert len(place.hidden_for()) >= 2
    assert set(place.hidden_for()) == {"1"}
    assert len(place.calls("delete-message")) == 1


def test_work_is_given_back_when_the_host_is_taken_away(worker: Any, place: Place) -> None:
    place.program("sleep 60")
    threading.Timer(0.5, worker.leaving.set).start()
    started = time.monotonic()
    worker.handle(place.land("a.csv", "1"))
    assert time.monotonic() - started < 30
    assert place.hidden_for() == ["0"]
    assert place.calls("delete-message") == []
    assert place.kept() == {}


def test_a_host_that_is_stopped_gives_back_what_it_works_on_and_takes_nothing_more(worker: Any, place: Place) -> None:
    place.program('kill -TERM "$PPID"; sleep 60')
    message = place.land("a.csv", "1")
    (place.folder / "message").write_text(json.dumps({"Messages": [message]}), encoding="utf-8")
    worker.main()
    assert len(place.calls("receive-message")) == 1
    assert place.hidden_for() == ["0"]


@pytest.fixture
def metadata(worker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bool], None]]:
    """The instance metadata service; it is told whether there is a notice."""
    notice = threading.Event()

    class Metadata(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.answer(200 if self.headers["X-aws-ec2-metadata-token-ttl-seconds"] else 400, b"token")

        def do_GET(self) -> None:
            known = self.headers["X-aws-ec2-metadata-token"] == "token"
            here = self.path == "/latest/meta-data/spot/instance-action" and notice.is_set()
            self.answer((200 if here else 404) if known else 401, b'{"action": "terminate"}')

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(worker, "METADATA", f"http://127.0.0.1:{server.server_port}/latest")
    yield lambda there: notice.set() if there else notice.clear()
    server.shutdown()
    server.server_close()


def test_the_notice_of_an_interruption_is_seen(
    worker: Any, metadata: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not worker.taken_away()
    metadata(True)
    assert worker.taken_away()
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    worker.watch()
    assert worker.leaving.is_set()


def test_a_machine_without_metadata_is_not_taken_away(worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "METADATA", "http://127.0.0.1:9/latest")
    assert not worker.taken_away()
