"""Zips that say the same on every machine.

An asset is named by a hash of what is inside: names, whether a file can be executed, and contents. Clocks, umasks, the
order of directories and the version of the compressor leave no trace in it, so a key in a bucket changes exactly when
the code does. The zip itself is made when somebody needs it, and kept in the project's `.awsdeck/assets`.
"""

from __future__ import annotations

import hashlib
import os
import time

from ..errors import ConstructError
from ..output import reason
from ..source import caller
from .files import content_of, gathered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..errors import Place
    from .files import File
    from .wheels import Wheel

UNZIPPED_MOST = 250 * 1024**2
"""Bytes of a function and its layers, unzipped. Source: Lambda Developer Guide, Lambda quotas."""
FOLDER = "assets"
READY = (".zip", ".jar")
KEPT = 30 * 86_400  # seconds a zip is kept in the project after its last use

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FORMAT = "awsdeck zip 1\n"


class Package:
    """What becomes one zip: files of the project, and wheels beside them.

    `hash` names it and `size` is what it takes unzipped, in bytes; `source` is its path as the user wrote it, `user`
    the logical id of what it is for.
    """

    __slots__ = ("source", "user", "hash", "size", "files", "wheels", "_store", "_place")
    kind = "zip"

    def __init__(
        self,
        source: str,
        files: list[File],
        wheels: Sequence[Wheel],
        store: str,
        limited: bool = True,
    ) -> None:
        self.source = source
        self.user = ""
        self.files = {file.name: file for file in files}
        self.wheels = tuple(wheels)
        self._store = store
        self._place: Place | None = caller()
        self.hash = self._hash()
        sizes = {name: size for wheel in reversed(self.wheels) for name, (_, size) in wheel.members.items()}
        sizes.update((name, file.size) for name, file in self.files.items())
        self.size = sum(sizes.values())
        if limited and self.size > UNZIPPED_MOST:
            raise ConstructError(
                f"{source} has {_megabytes(self.size)} and Lambda takes {_megabytes(UNZIPPED_MOST)} unzipped; the "
                f"biggest: {biggest(sizes.items())}",
                place=self._place,
                fix="leave files out with ignore=[…], or make it an image",
            )

    @property
    def key(self) -> str:
        """What it is called in a bucket."""
        return f"awsdeck/{self.hash}.zip"

    @property
    def names(self) -> list[str]:
        """Everything that will be in the zip."""
        return sorted({*self.files, *(name for wheel in self.wheels for name in wheel.members)})

    def read(self, name: str) -> bytes:
        """What one of the project's own files holds."""
        file = self.files[name]
        return content_of(file.path, f"{self.source}/{name}", self._place, file.digest)

    def _hash(self) -> str:
        digest = hashlib.sha256(_FORMAT.encode())
        for name, file in sorted(self.files.items()):
            digest.update(f"{name}\0{'x' if file.executable else '-'}{file.digest}\n".encode())
        for wheel in self.wheels:
            digest.update(f"{wheel.below}{os.path.basename(wheel.path)}\0{wheel.digest}\n".encode())
        return digest.hexdigest()

    def zipped(self) -> str:
        """The path of the zip, which is made unless it is there; raises `ConstructError` when a file has changed."""
        path = os.path.join(self._store, FOLDER, f"{self.hash}.zip")
        try:
            if os.path.exists(path):
                os.utime(path)
                return path
            os.makedirs(os.path.dirname(path), exist_ok=True)
            _forget(os.path.dirname(path))
            beside = f"{path}.{os.getpid()}.tmp"
            try:
                self.write(beside)
                os.replace(beside, path)
            finally:
                if os.path.exists(beside):
                    os.unlink(beside)
        except OSError as problem:
            raise ConstructError(f"cannot write {path}: {reason(problem, path)}", place=self._place) from None
        return path

    def write(self, path: str) -> None:
        """Write the zip: names sorted, times of 1980, modes 644 and 755, and nothing of this machine."""
        import zipfile

        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target:
            for name, executable, content in self._contents():
                info = zipfile.ZipInfo(name, _EPOCH)
                info.create_system = 3  # Unix, also when it is written elsewhere
                info.external_attr = (0o100755 if executable else 0o100644) << 16
                info.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(info, content)

    def _contents(self) -> Iterator[tuple[str, bool, bytes]]:
        import contextlib
        import zipfile

        with contextlib.ExitStack() as opened:
            members: dict[str, tuple[zipfile.ZipFile, str]] = {}
            for wheel in reversed(self.wheels):
                source = opened.enter_context(zipfile.ZipFile(wheel.path))
                members.update((name, (source, inside)) for name, (inside, _) in wheel.members.items())
            for name in self.names:
                if name in self.files:
                    yield name, self.files[name].executable, self.read(name)
                else:
                    source, inside = members[name]
                    yield name, bool(source.getinfo(inside).external_attr >> 16 & 0o100), source.read(inside)


def packed(
    path: str,
    shown: str,
    *,
    ignore: Sequence[str] = (),
    requirements: str | None = None,
    python: tuple[int, int] | None = None,
    architecture: str = "x86_64",
    store: str,
    below: str = "",
    limited: bool = True,
) -> Package:
    """A file or directory as a package; `requirements` is a file in it, whose wheels come along, in the folder `below`.

    A zip or jar is a package already. `store` is the project's `.awsdeck`; `limited` to what Lambda takes.
    """
    if path.endswith(READY) and os.path.isfile(path):
        from .ready import ReadyPackage

        return ReadyPackage(path, shown, store, limited)
    files = gathered(path, shown, ignore)
    wheels: list[Wheel] = []
    if requirements is not None and python is not None:
        from .wheels import fetched

        wheels = fetched(
            os.path.join(path, requirements),
            f"{shown}/{requirements}",
            python,
            architecture,
            os.path.join(store, "wheels"),
        )
        for wheel in wheels:
            wheel.put_below(below)
    return Package(shown, files, wheels, store, limited)


def biggest(sizes: Iterable[tuple[str, int]]) -> str:
    """The biggest five by name and size."""
    first = sorted(sizes, key=lambda pair: (-pair[1], pair[0]))[:5]
    return ", ".join(f"{name} ({_megabytes(size)})" for name, size in first)


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:,.1f} MB"


def _forget(folder: str) -> None:
    """Remove zips that nobody has used for long."""
    now = time.time()
    for entry in os.scandir(folder):
        if entry.name.endswith((".zip", ".tmp")) and now - entry.stat().st_mtime > KEPT:
            os.unlink(entry.path)
