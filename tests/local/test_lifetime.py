"""The engine's process: one a project, found again, ended only when it is certainly ours."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from awsdeck import local
from awsdeck.errors import DeployError, InputError
from awsdeck.local import Engine, lifetime
from awsdeck.local.state import State

pytestmark = pytest.mark.local


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    local.down(tmp_path)


def state_of(project: Path) -> Path:
    return project / ".awsdeck" / "local.json"


def listening(pid: int) -> list[tuple[str, int]]:
    """Every address a process listens on, from the kernel's tables."""
    inodes = set()
    for number in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(number)
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            address, _, port = fields[1].partition(":")
            if fields[9] in inodes and fields[3] in ("0A", "07"):
                found.append((address, int(port, 16)))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_starts_is_found_again_from_another_process_and_ends(project: Path) -> None:
    engine = local.up(project=project)
    assert local.ensure(project) == engine
    assert local.status(project) == engine
    script = f"from awsdeck import local; print(local.status({str(project)!r}).pid)"
    seen = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(seen.stdout) == engine.pid
    assert local.down(project)
    assert not alive(engine.pid)
    assert local.status(project) is None
    assert not local.down(project)
    assert not state_of(project).exists()


def test_it_outlives_the_command_that_started_it(project: Path) -> None:
    script = f"from awsdeck import local; print(local.up(project={str(project)!r}).pid)"
    started = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    engine = local.status(project)
    assert engine is not None
    assert engine.pid == int(started.stdout)
    assert os.getsid(engine.pid) == engine.pid


@pytest.mark.skipif(sys.platform != "linux", reason="reads the kernel's socket tables")
def test_it_listens_on_loopback_only(local_engine: Engine) -> None:
    assert listening(local_engine.pid) == [("0100007F", local_engine.port)]


def test_another_port_than_the_one_that_runs_is_an_error(project: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    engine = local.up(port, project)
    assert engine.port == port
    assert local.up(port, project) == engine
    with pytest.raises(InputError, match=f"already running on port {port}"):
        local.up(port + 1, project)


def test_a_port_in_use_is_named(project: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(DeployError, match=f"127.0.0.1:{taken.getsockname()[1]}"):
            local.up(taken.getsockname()[1], project)
    assert local.status(project) is None


def test_two_at_once_give_one_engine(project: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        engines = list(pool.map(lambda _: local.ensure(project), range(3)))
    assert len({engine.pid for engine in engines}) == 1


def test_what_a_dead_engine_left_behind_is_cleaned(project: Path) -> None:
    engine = local.up(project=project)
    os.kill(engine.pid, signal.SIGKILL)
    while lifetime.living(State(str(state_of(project)))):
        pass
    assert state_of(project).exists()
    assert local.status(project) is None
    assert not state_of(project).exists()
    assert local.ensure(project).pid != engine.pid


def test_a_process_that_is_not_ours_is_never_ended(project: Path) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"pid": 1}')

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Other) as server, subprocess.Popen(["sleep", "60"]) as bystander:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        state_of(project).parent.mkdir()
        known = {"pid": bystander.pid, "port": server.server_port, "token": "0" * 32, "version": "0", "log": "x"}
        state_of(project).write_text(json.dumps(known))
        assert not local.down(project)
        assert bystander.poll() is None
        assert not state_of(project).exists()
        server.shutdown()
        bystander.kill()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": "1", "port": 2}'])
def test_a_damaged_state_file_is_as_good_as_none(project: Path, text: str) -> None:
    state_of(project).parent.mkdir()
    state_of(project).write_text(text)
    assert local.status(project) is None
    assert not local.down(project)


def test_ending_keeps_nothing_but_the_log(project: Path) -> None:
    local.up(project=project)
    local.down(project)
    left = {file.name for file in (project / ".awsdeck").iterdir()}
    assert left <= {"local.log", "local.lock", "local.alive"}


def test_the_functions_it_runs_end_with_it(project: Path) -> None:
    engine = local.up(project=project)
    client = boto3.client(
        "lambda",
        endpoint_url=engine.url,
        region_name="eu-west-1",
        aws_access_key_id=engine.access_key,
        aws_secret_access_key=engine.secret_key,
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "import os\ndef handle(event, context):\n    return os.getpid()\n")
    client.create_function(
        FunctionName="who",
        Runtime="python3.13",
        Handler="app.handle",
        Role="arn:aws:iam::123456789012:role/nobody",
        Code={"ZipFile": packed.getvalue()},
    )
    worker = int(client.invoke(FunctionName="who")["Payload"].read())
    assert alive(worker)
    local.down(project)
    until = time.monotonic() + 5
    while alive(worker) and time.monotonic() < until:
        time.sleep(0.02)
    assert not alive(worker)


def test_the_engine_of_one_project_is_not_that_of_another(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    local.up(project=project)
    assert local.status(tmp_path_factory.mktemp("other")) is None


def test_a_folder_that_cannot_be_written_to_is_told(project: Path) -> None:
    (project / ".awsdeck").write_text("in the way")
    with pytest.raises(InputError, match=r"cannot make the folder .*\.awsdeck"):
        local.up(project=project)
    (project / ".awsdeck").unlink()
    (project / ".awsdeck" / "local.lock").mkdir(parents=True)
    with pytest.raises(InputError, match=r"cannot write .*local\.lock: it is a directory"):
        local.up(project=project)
    (project / ".awsdeck" / "local.lock").rmdir()


def test_without_the_extra_the_way_to_it_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'awsdeck\[local\]'"):
        local.up(project=project)
