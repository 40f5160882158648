"""What earlier runs have found nothing wrong with, so that an app that grows is not checked from the start every time.

A file for each large app, in the user's own cache folder, holds digests of resources that gave no finding, warnings about
those that gave some, and what was found of all templates together. It counts only for the same awsdeck, schemas, Python and day, and only when nobody
else can have written it; whatever is wrong with it, the app is checked as if it were not there.
"""

from __future__ import annotations

import marshal
import os
import sys
from hashlib import blake2b

from . import catalog
from .errors import Finding, InputError
from .output import write_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Said = tuple[tuple[Any, ...], ...]

MOST = 200_000
_SIZE = 16
_HEAD = 32
_KEY = 64
_BELOW = ("aws", "catalog")
_FIELDS = (
    "rule", "severity", "message", "stack", "resource", "type", "path", "source", "allowed", "fix", "ring", "element",
)  # fmt: skip


class Proven:
    """The verdicts on one app: those of an earlier run, and those of this one."""

    __slots__ = ("path", "known", "whole", "together", "hinted", "used", "told", "fresh")

    def __init__(self, path: str, *, read: bool) -> None:
        self.path = path
        self.known: frozenset[bytes] = frozenset()
        self.hinted: dict[bytes, Said] = {}
        self.whole = b""
        self.together: Said = ()
        self.used: set[bytes] = set()
        self.told: dict[bytes, Said] = {}
        self.fresh = not read
        if read:
            self._read()

    def has(self, content: bytes) -> bool:
        """Whether an earlier run has found nothing wrong with this."""
        digest = blake2b(content, digest_size=_SIZE).digest()
        if digest not in self.known or catalog.extended():
            return False
        self.used.add(digest)
        return True

    def add(self, content: bytes) -> None:
        """Take note that nothing is wrong with this."""
        digest = blake2b(content, digest_size=_SIZE).digest()
        self.used.add(digest)
        self.fresh = self.fresh or digest not in self.known

    def said_of(self, content: bytes, id: str) -> list[Finding] | None:
        """The warnings that an earlier run has had about a resource of this content and logical id; None if unknown."""
        digest = blake2b(content, digest_size=_SIZE, key=id.encode()[:_KEY]).digest()
        said = self.hinted.get(digest)
        if said is None or catalog.extended():
            return None
        self.told[digest] = said
        return _findings(said)

    def note(self, content: bytes, id: str, found: Iterable[Finding]) -> None:
        """Take note of warnings about a resource."""
        digest = blake2b(content, digest_size=_SIZE, key=id.encode()[:_KEY]).digest()
        self.told[digest] = _said(found)
        self.fresh = self.fresh or digest not in self.hinted

    def findings(self, templates: bytes) -> list[Finding] | None:
        """What was found of these templates together; None when nobody knows."""
        return None if templates != self.whole or catalog.extended() else _findings(self.together)

    def conclude(self, templates: bytes, found: Iterable[Finding]) -> None:
        """Take note of what was found of all templates together."""
        self.whole, self.together, self.fresh = templates, _said(found), True

    def keep(self) -> None:
        """Write the verdicts down for the next run; when that fails nothing is lost but time."""
        sound, hinted = self.used, self.told
        if len(self.known) <= 4 * len(sound):  # what other programs of the same project have found
            sound, hinted = sound | self.known, {**self.hinted, **hinted}
        if not self.fresh or len(sound) + len(hinted) > MOST or catalog.extended():
            return
        try:
            body = marshal.dumps((frozenset(sound), hinted, self.whole, self.together), 2)
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            write_bytes(self.path, _fingerprint() + blake2b(body, digest_size=_HEAD).digest() + body)
        except (OSError, InputError, ValueError):
            pass

    def _read(self) -> None:
        try:
            with open(self.path, "rb") as file:
                about = os.fstat(file.fileno())
                ours = not hasattr(os, "getuid") or (about.st_uid == os.getuid() and not about.st_mode & 0o022)
                if not ours or file.read(_HEAD) != _fingerprint():
                    return
                seal, body = file.read(_HEAD), file.read(about.st_size)
        except OSError:
            return
        if seal == blake2b(body, digest_size=_HEAD).digest():  # never read what was not written here, whole
            self.known, self.hinted, self.whole, self.together = marshal.loads(body)  # noqa: S302 - as bytecode is read


def _said(found: Iterable[Finding]) -> Said:
    return tuple(tuple(getattr(one, name) for name in _FIELDS) for one in found)


def _findings(said: Said) -> list[Finding]:
    return [Finding(**dict(zip(_FIELDS, one, strict=True))) for one in said]


def digest_of(templates: Iterable[Any]) -> bytes | None:
    """One digest of everything that checks across templates look at; None where something has no bytes."""
    seen = blake2b(digest_size=_SIZE)
    try:
        for one in templates:
            seen.update(marshal.dumps(one, 2))
    except ValueError:
        return None
    return seen.digest()


def _fingerprint() -> bytes:
    """What a verdict hangs on besides the content: code, data and the day."""
    import datetime as dt

    seen = blake2b(f"{sys.version}\0{dt.date.today()}\0".encode(), digest_size=_HEAD)
    package = os.path.dirname(os.path.abspath(__file__))
    waiting = [package, catalog.SCHEMAS]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name.endswith((".py", ".json")):
                    about = entry.stat()
                    seen.update(f"{entry.name}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
                elif entry.name in _BELOW or (entry.is_dir() and "rules" in entry.path):
                    waiting.append(entry.path)
    return seen.digest()
