"""The files of a blueprint as they lie in its folder, read whole and within bounds."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from attrs import frozen

from ..errors import InputError, Place
from ..output import reason

TEMPLATE = ".j2"
LARGEST = 1024 * 1024  # bytes of one file
MOST = 1000  # files
_LEFT_OUT = ("__pycache__", ".DS_Store")


@frozen
class Source:
    """A file of a blueprint: `path` with slashes, relative to `files/`; a template when it ends in `.j2`."""

    path: str
    file: str
    content: bytes
    executable: bool = False

    @property
    def is_template(self) -> bool:
        """Whether its content is rendered; its name always is."""
        return self.path.endswith(TEMPLATE)

    @property
    def goal(self) -> str:
        """The path it is to have, before names are filled in."""
        return self.path.removesuffix(TEMPLATE)

    def text(self) -> str:
        """The content of a template. Raises `InputError` with the line that is not UTF-8."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            raise InputError("this is not UTF-8", place=Place(self.file, line)) from None


def gather(folder: str) -> list[Source]:
    """Every file below a folder, by path. Raises `InputError` for links, devices, and what is too large."""
    sources: list[Source] = []
    if os.path.islink(folder):
        raise _strange(folder, "a link")
    try:
        for file in _files(folder):
            if len(sources) == MOST:
                raise InputError(f"{folder} holds more than {MOST} files")
            with open(file, "rb") as stream:
                content = stream.read(LARGEST + 1)
            if len(content) > LARGEST:
                raise InputError(f"{file} is larger than {LARGEST // 1024 // 1024} MiB")
            path = os.path.relpath(file, folder).replace(os.sep, "/")
            sources.append(Source(path, file, content, bool(os.stat(file).st_mode & stat.S_IXUSR)))
    except OSError as error:
        name = str(error.filename or folder)
        raise InputError(f"cannot read {name}: {reason(error, name)}") from None
    if not sources:
        raise InputError(f"{folder} holds no files")
    return sorted(sources, key=lambda source: source.path)


def _files(folder: str) -> Iterator[str]:
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        mode = os.lstat(path).st_mode
        if name in _LEFT_OUT:
            continue
        if stat.S_ISDIR(mode):
            yield from _files(path)
        elif stat.S_ISREG(mode):
            yield path
        else:
            raise _strange(path, "a link" if stat.S_ISLNK(mode) else "neither file nor folder")


def _strange(path: str, what: str) -> InputError:
    return InputError(f"{path} is {what}; a blueprint holds plain files")
