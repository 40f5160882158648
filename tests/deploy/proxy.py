"""A door in front of the embedded CloudFormation that can be slow, shut in your face, or held until a test lets go."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import parse_qs, urlsplit

Trouble = Literal["throttle", "fail", "cut", "lose", "slow"]
"""Answer with throttling or a failure, cut the line before the request is heard or after it is done, answer late."""

_THROTTLED = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
    "<RequestId>proxy</RequestId></ErrorResponse>"
)
SLOW = 0.3  # seconds


class Proxy:
    """The door; `troubles` says what happens to the call of an operation that is the so-manieth of its kind."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self.troubles: Callable[[str, int], Trouble | None] = lambda operation, number: None
        self.calls: list[str] = []
        self.held: dict[str, tuple[threading.Event, threading.Event]] = {}
        self.endless = False  # what has begun seems to run as long as this is True
        self._lock = threading.Lock()
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # headers and body are written apart

            def handle_any(self) -> None:
                door.answer(self)

            do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_any  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def hold(self, operation: str) -> tuple[threading.Event, threading.Event]:
        """Keep the next call of an operation waiting: one event tells that it is there, the other lets it go on."""
        arrived, go = threading.Event(), threading.Event()
        self.held[operation] = (arrived, go)
        return arrived, go

    def count(self, operation: str) -> int:
        """How often an operation has been asked for."""
        with self._lock:
            return self.calls.count(operation)

    def _begun(self) -> bool:
        return self.count("ExecuteChangeSet") + self.count("DeleteStack") > 0

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        operation = parse_qs(body.decode("utf-8", "replace")).get("Action", [request.command])[0]
        with self._lock:
            self.calls.append(operation)
            number = self.calls.count(operation)
            waiting = self.held.pop(operation, None)
        trouble = self.troubles(operation, number)
        if waiting is not None:
            waiting[0].set()
            waiting[1].wait(30)
        if trouble == "cut":
            return self._hang_up(request)
        if trouble in ("throttle", "fail"):
            return self._write(
                request,
                400 if trouble == "throttle" else 503,
                [],
                _THROTTLED.encode() if trouble == "throttle" else b"",
            )
        if trouble == "slow":
            threading.Event().wait(SLOW)
        status, headers, content = self._ask(request, body)
        if self.endless and operation in ("DescribeStacks", "DescribeStackEvents") and self._begun():
            content = content.replace(b"_COMPLETE<", b"_IN_PROGRESS<")
        if trouble == "lose":
            return self._hang_up(request)
        return self._write(request, status, headers, content)

    def _ask(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        line = http.client.HTTPConnection(self.target.hostname or "", self.target.port, timeout=30)
        try:
            given = {name: value for name, value in request.headers.items() if name.lower() != "connection"}
            line.request(request.command, request.path, body, given)
            answer = line.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            line.close()

    def _write(
        self, request: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], content: bytes
    ) -> None:
        with suppress(OSError):  # whoever asked may have gone
            request.send_response(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                    request.send_header(name, value)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            if request.command != "HEAD":
                request.wfile.write(content)

    def _hang_up(self, request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        with suppress(OSError):
            request.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def before(target: str) -> Iterator[Proxy]:
    """A door in front of `target` for as long as the block lasts."""
    proxy = Proxy(target)
    thread = threading.Thread(target=proxy.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        for _, go in proxy.held.values():
            go.set()
        proxy.server.shutdown()
        proxy.server.server_close()
