"""Which engine runs for a project: `.awsdeck/local.json`, its log, and two locks that tell the truth about it."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from typing import Any

from attrs import frozen

from ..errors import InputError
from ..output import reason

try:
    import fcntl
except ImportError as error:
    raise InputError("the embedded CloudFormation runs on Linux and macOS only") from error

HOST = "127.0.0.1"
ACCOUNT = "123456789012"


@frozen
class State:
    """The files beside `local.json`."""

    file: str

    @property
    def log(self) -> str:
        return os.path.join(os.path.dirname(self.file), "local.log")

    @property
    def scratch(self) -> str:
        return os.path.join(os.path.dirname(self.file), "local.tmp")

    @property
    def alive(self) -> str:
        """Locked by the engine for as long as it lives."""
        return os.path.join(os.path.dirname(self.file), "local.alive")

    @property
    def change(self) -> str:
        """Locked by whoever starts or stops the engine."""
        return os.path.join(os.path.dirname(self.file), "local.lock")

    def read(self) -> dict[str, Any] | None:
        """What is written; None when nothing is, or nothing that could be ours."""
        try:
            with open(self.file, encoding="utf-8") as file:
                known = json.load(file)
        except (FileNotFoundError, ValueError):
            return None
        kinds = {"pid": int, "port": int, "token": str, "version": str, "log": str}
        whole = isinstance(known, dict) and all(isinstance(known.get(key), kind) for key, kind in kinds.items())
        return known if whole else None

    def write(self, known: dict[str, Any]) -> None:
        fresh = f"{self.file}.new"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(known, file, indent=2, sort_keys=True)
            file.write("\n")
        os.replace(fresh, self.file)

    def remove(self) -> None:
        with suppress(FileNotFoundError):
            os.remove(self.file)


def hold(path: str, *, patience: float = 0) -> int | None:
    """Lock a file and keep it locked while the number it gives is open; None when somebody else keeps it."""
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise InputError(f"cannot write {path}: {reason(error, path)}") from None
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                os.close(number)
                return None
            time.sleep(0.02)
        else:
            return number


def version() -> str:
    """The version of awsdeck, to tell an engine of an older one."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("awsdeck")
    except PackageNotFoundError:
        return "0"
