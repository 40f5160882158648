"""Start, find and end the engine of a project."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, build_opener

from attrs import field, frozen

from ..errors import DeployError, InputError
from ..output import reason
from .state import ACCOUNT, HOST, State, hold

PATIENCE = 60  # seconds until an engine that does not come up, or does not end, is given up
DIRECT = build_opener(ProxyHandler({}))  # loopback is never asked through a proxy


@frozen
class Engine:
    """A running embedded CloudFormation; give `url` and the keys to any AWS client."""

    pid: int
    port: int
    version: str
    log: str
    token: str = field(repr=False)

    account = ACCOUNT
    access_key = ACCOUNT  # a key of twelve digits is the account it works in
    secret_key = "local"  # noqa: S105 - not checked

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def recorded(self, stack: str, *, region: str, account: str = ACCOUNT) -> list[dict[str, Any]]:
        """The resources of a stack that are recorded and not emulated: logical_id, type, physical_id, properties."""
        asked = urlencode({"stack": stack, "region": region, "account": account})
        answer: list[dict[str, Any]] = self.ask(f"recorded?{asked}")
        return answer

    def answers(self) -> bool:
        """Whether the process on the port is the one that was started with our token."""
        try:
            status = self.ask("status")
        except (OSError, ValueError):
            return False
        return isinstance(status, dict) and status.get("pid") == self.pid

    def ask(self, what: str) -> Any:
        with DIRECT.open(f"{self.url}/_awsdeck/{quote(self.token)}/{what}", timeout=10) as answer:
            return json.load(answer)


def folder(project: Path | str) -> Path:
    return Path(project).resolve() / ".awsdeck"


def status(project: Path | str = ".") -> Engine | None:
    """The project's engine; None when none runs, and then a state file left behind is removed."""
    state = State(str(folder(project) / "local.json"))
    engine = answering(state)
    if engine is None and os.path.exists(state.file) and not living(state):
        state.remove()
    return engine


def answering(state: State) -> Engine | None:
    known = state.read()
    engine = Engine(**known) if known else None
    return engine if engine and engine.answers() else None


def living(state: State) -> bool:
    """Whether an engine of this project is alive, also one that does not answer (yet)."""
    if not os.path.exists(state.alive):
        return False
    number = hold(state.alive)
    if number is not None:
        os.close(number)
    return number is None


def up(port: int | None = None, project: Path | str = ".") -> Engine:
    """Start the project's engine, or give the one that runs; an error when that one has another port than asked."""
    place = folder(project)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {place}: {reason(error, str(place))}") from None
    state = State(str(place / "local.json"))
    with changing(state):
        running = status(project)
        if running is None:
            return start(state, port)
    if port not in (None, running.port):
        raise InputError(f"an engine is already running on port {running.port}", fix="awsdeck local down")
    return running


def ensure(project: Path | str = ".") -> Engine:
    """The project's engine, started if need be."""
    return status(project) or up(project=project)


def down(project: Path | str = ".") -> bool:
    """End the project's engine and what it holds; False when none runs."""
    state = State(str(folder(project) / "local.json"))
    if not os.path.isdir(os.path.dirname(state.file)):
        return False
    with changing(state):
        engine = status(project)
        if engine is None and living(state):
            raise DeployError("the engine of this project does not answer; it was left alone", fix=f"see {state.log}")
        if engine is None:
            return False
        end(engine, state)
        state.remove()
        shutil.rmtree(state.scratch, ignore_errors=True)
    return True


@contextmanager
def changing(state: State) -> Iterator[None]:
    """One start or stop at a time, across processes."""
    number = hold(state.change, patience=2 * PATIENCE)
    if number is None:
        raise DeployError(
            "another command has been starting or stopping the engine for too long", fix=f"see {state.log}"
        )
    try:
        yield
    finally:
        os.close(number)


def start(state: State, port: int | None) -> Engine:
    if importlib.util.find_spec("ministack") is None:
        raise InputError("the embedded CloudFormation is not installed", fix="pip install 'awsdeck[local]'")
    hear, say = os.pipe()
    order = {"folder": os.path.dirname(state.file), "port": port, "token": secrets.token_hex(16), "pipe": say}
    package = str(Path(__file__).resolve().parents[2])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    with os.fdopen(hear, encoding="utf-8") as answer:
        with open(state.log, "w", encoding="utf-8") as log:
            subprocess.run(
                [sys.executable, "-P", "-m", "awsdeck.local.server"],  # -P: a json.py in the user's folder is not ours
                input=json.dumps(order),
                text=True,
                stdout=log,
                stderr=log,
                pass_fds=[say],
                env=environment,
                check=False,
            )
        os.close(say)
        said = answer.read() if select.select([answer], [], [], PATIENCE)[0] else f"no answer in {PATIENCE} seconds"
    engine = answering(state) if said == "ready" else None
    if engine is None:
        gone(state, PATIENCE / 12)
        raise DeployError(f"the embedded CloudFormation did not start: {said or 'it ended'}", fix=f"see {state.log}")
    return engine


def end(engine: Engine, state: State) -> None:
    """Ask the process to end and wait until it is gone; the caller has made sure that it is ours."""
    with suppress(ProcessLookupError):
        os.kill(engine.pid, signal.SIGTERM)
    if gone(state, PATIENCE / 6):
        return
    with suppress(ProcessLookupError):
        os.killpg(engine.pid, signal.SIGKILL)
    if not gone(state, PATIENCE / 6):
        raise DeployError(f"process {engine.pid} does not end", fix=f"see {state.log}")


def gone(state: State, patience: float) -> bool:
    """Wait until no engine of the project is alive; False when one still is."""
    until = time.monotonic() + patience
    while living(state):
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
    return True
