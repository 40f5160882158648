"""The engine's own process: `python -m awsdeck.local.server`, started by `lifetime` and by nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from typing import Any
from urllib.parse import parse_qs

from .state import ACCOUNT, HOST, State, hold, version


def main() -> int:
    """Leave the caller's terminal, listen, write the state file, say so through the pipe, serve until told to end."""
    order = json.loads(sys.stdin.read())
    say = os.fdopen(order["pipe"], "w", encoding="utf-8")
    if os.fork():
        os._exit(0)
    os.setsid()
    os.chdir(order["folder"])
    state = State(os.path.join(order["folder"], "local.json"))
    alive = hold(state.alive, patience=2)  # until this process is gone, whatever ends it; others look at it briefly
    if alive is None:
        say.write("another engine is already running for this project")
        return 1
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, order["port"] or 0))
    except OSError as error:
        say.write(f"cannot listen on {HOST}:{order['port']}: {error.strerror}")
        return 1
    listener.listen(128)
    port = listener.getsockname()[1]
    prepare(port, state.scratch)
    known = {"pid": os.getpid(), "port": port, "token": order["token"], "version": version(), "log": state.log}
    application = build(known)
    state.write(known)
    try:
        asyncio.run(serve(application, listener, say))
    finally:
        state.remove()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)  # Lambda functions run as processes of this group
    return 0


def prepare(port: int, scratch: str) -> None:
    """The environment MiniStack reads while it is imported: loopback only, no other listeners, nothing on disk."""
    os.makedirs(scratch, exist_ok=True)
    for name in [name for name in os.environ if name.startswith(("AWS_", "LOCALSTACK_", "MINISTACK_"))]:
        del os.environ[name]
    os.environ.update(
        AUTH="false",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        BIND_HOST=HOST,
        GATEWAY_PORT=str(port),
        IOT_MTLS_ENABLED="0",
        LOG_LEVEL="WARNING",
        MINISTACK_ACCOUNT_ID=ACCOUNT,
        MINISTACK_HOST=HOST,
        NO_PROXY=HOST,
        PERSIST_STATE="0",
        S3_DATA_DIR=os.path.join(scratch, "s3"),
        S3_PERSIST="0",
        SFTP_ENABLED="0",
        STATE_DIR=os.path.join(scratch, "state"),
        TMPDIR=scratch,
        USE_SSL="0",
        no_proxy=HOST,
    )


def build(known: dict[str, Any]) -> Any:
    """MiniStack, taught and guarded, with two addresses of our own below a secret path."""
    from . import emulator, guard

    emulator.install()
    inner = guard.guarded(emulator.app)
    prefix = f"/_awsdeck/{known['token']}/"

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/_awsdeck/"):
            await inner(scope, receive, send)
            return
        asked = scope["path"].removeprefix(prefix)
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        answer: Any = None
        if asked == "status":
            answer = {key: known[key] for key in ("pid", "port", "version")}
        elif asked == "recorded":
            answer = emulator.recorded(query["stack"], query["account"], query["region"])
        body = json.dumps(answer).encode()
        kind = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 404 if answer is None else 200, "headers": kind})
        await send({"type": "http.response.body", "body": body})

    return application


async def serve(application: Any, listener: socket.socket, say: Any) -> None:
    """Answer until SIGTERM or SIGINT; the caller learns that we are ready when MiniStack is."""
    from hypercorn.asyncio import serve as hypercorn
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.graceful_timeout = 1
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    config.accesslog = None
    end, ready = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end.set)

    async def application_with_start(scope: Any, receive: Any, send: Any) -> None:
        async def telling(message: Any) -> None:
            if message["type"] == "lifespan.startup.complete":
                ready.set()
            await send(message)

        await application(scope, receive, telling if scope["type"] == "lifespan" else send)

    async def announce() -> None:
        await ready.wait()
        say.write("ready")
        say.close()

    telling = asyncio.create_task(announce())
    await hypercorn(application_with_start, config, shutdown_trigger=end.wait)
    telling.cancel()


if __name__ == "__main__":
    sys.exit(main())
