"""`python -m benchmarks.door URL [SECONDS]`: a door in front of a CloudFormation that counts who asks for what.

It prints its own address, and runs until its input is closed. `GET /counted` gives the counts since the last time.
With SECONDS every operation seems to take that long: one that is done sooner is shown in progress until then.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

COUNTED = "/counted"
STARTS = ("ExecuteChangeSet", "DeleteStack")
SHOWS = ("DescribeStacks", "DescribeStackEvents")


def main() -> None:
    target, lasting = urlsplit(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    started = [0.0]
    counts: Counter[str] = Counter()
    lock = threading.Lock()
    lines = threading.local()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body are written apart

        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == COUNTED:
                with lock:
                    content = json.dumps(counts).encode()
                    counts.clear()
                return self.write(200, [], content)
            operation = parse_qs(body.decode("utf-8", "replace")).get("Action", [self.command])[0]
            with lock:
                counts[operation] += 1
            if not hasattr(lines, "open"):
                lines.open = http.client.HTTPConnection(target.hostname or "", target.port, timeout=120)
            given = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            lines.open.request(self.command, self.path, body, given)
            answer = lines.open.getresponse()
            content = answer.read()
            if operation in STARTS:
                started[0] = time.monotonic()
            elif operation in SHOWS and time.monotonic() - started[0] < lasting:
                content = content.replace(b"_COMPLETE<", b"_IN_PROGRESS<")
            return self.write(answer.status, answer.getheaders(), content)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_any  # noqa: N815

        def write(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    sys.stdin.read()


@contextmanager
def before(url: str, lasting: float = 0.0) -> Iterator[str]:
    """A door in front of `url`, in a process of its own; gives its address."""
    command = [sys.executable, "-m", "benchmarks.door", url, str(lasting)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate()


def counted(door: str) -> Counter[str]:
    """How often each operation was asked for since the last time."""
    with urllib.request.urlopen(door + COUNTED, timeout=30) as answer:
        return Counter(json.load(answer))


if __name__ == "__main__":
    main()
