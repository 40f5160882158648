"""From a blueprint's files to a project's: Jinja does its work in another process, within bounds of time and memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from ..errors import InputError, Place
from .sources import Source

SECONDS = 5
MEMORY = 512 * 1024 * 1024  # bytes
OUTPUT = 8 * 1024 * 1024  # characters of all files together
_OUT_OF_TIME = -int(getattr(signal, "SIGXCPU", 0))


@frozen
class File:
    """A file to write."""

    content: bytes
    executable: bool = False


def rendered(blueprint: str, sources: Sequence[Source], answers: Mapping[str, Any]) -> dict[str, File]:
    """The files by path, as the templates want them. Raises `InputError` with file and line."""
    order = {
        "answers": dict(answers),
        "files": [
            {"path": source.path, "goal": source.goal, "file": source.file,
             "text": source.text() if source.is_template else None}
            for source in sources
        ],
        "seconds": SECONDS,
        "memory": MEMORY,
        "output": OUTPUT,
    }  # fmt: skip
    answer = _ask(order, blueprint)
    if "error" in answer:
        place = Place(answer["file"], answer.get("line")) if answer.get("file") else None
        raise InputError(answer["error"], place=place)
    files: dict[str, File] = {}
    for source, made in zip(sources, answer["files"], strict=True):
        path: str = made["path"]
        if path in files:
            raise InputError(f"two files of {blueprint} become {path}", place=Place(source.file))
        content = source.content if made["text"] is None else made["text"].encode("utf-8")
        files[path] = File(content, source.executable)
    return files


def _ask(order: Mapping[str, Any], blueprint: str) -> dict[str, Any]:
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "TMPDIR", "TEMP") if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-B", "-X", "utf8", "-m", "awsdeck.blueprint.sandbox"],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=2 * order["seconds"] + 5,
            env={**kept, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _endless(blueprint) from None
    if done.returncode and done.returncode == _OUT_OF_TIME:
        raise _endless(blueprint)
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise InputError(
            f"{blueprint} cannot be rendered: {last or f'the process ended with {done.returncode}'}"
        ) from None
    return answer


def _endless(blueprint: str) -> InputError:
    return InputError(
        f"{blueprint} takes longer than {SECONDS} seconds to render", fix="look for a loop without an end"
    )
