"""Zips that somebody else has made: uploaded as they are."""

from __future__ import annotations

import hashlib
import io
import zipfile

from ..errors import ConstructError
from ..source import caller
from .files import File, content_of
from .packing import Package

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..errors import Place


class ReadyPackage(Package):
    """A zip or jar of the project as a package; its hash is that of its bytes.

    Raises `ConstructError` for a file that is no zip, and for entries that lead out of it.
    """

    __slots__ = ("path", "digest")

    def __init__(self, path: str, shown: str, store: str, limited: bool = True) -> None:
        content = content_of(path, shown, caller())
        self.path = path
        self.digest = hashlib.sha256(content).hexdigest()
        super().__init__(shown, _held(content, path, shown, caller()), (), store, limited)

    def _hash(self) -> str:
        return self.digest

    def read(self, name: str) -> bytes:
        """What one of the files in it holds."""
        with zipfile.ZipFile(io.BytesIO(self._content())) as opened:
            return opened.read(name)

    def write(self, path: str) -> None:
        """Write the zip as it is."""
        with open(path, "wb") as target:
            target.write(self._content())

    def _content(self) -> bytes:
        return content_of(self.path, self.source, self._place, self.digest)


def _held(content: bytes, path: str, shown: str, place: Place | None) -> list[File]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise ConstructError(f"{shown} is no zip, whatever its name says", place=place) from None
    for info in infos:
        name = info.filename
        if name.startswith("/") or "\\" in name or ".." in name.split("/"):
            raise ConstructError(f"{shown} holds {name!r}, which leads out of it", place=place)
        if info.flag_bits & 1:
            raise ConstructError(f"{shown}: {name} is encrypted, and Lambda cannot read it", place=place)
    if not infos:
        raise ConstructError(f"{shown} holds no files", place=place)
    return [
        File(
            info.filename,
            path,
            executable=bool(info.external_attr >> 16 & 0o100),
            size=info.file_size,
            digest=f"{info.CRC:08x}",
        )
        for info in infos
    ]
