"""The files of a directory as they are now, each read once; whatever cannot go into a zip is refused."""

from __future__ import annotations

import hashlib
import os
import stat

from ..errors import ConstructError
from ..output import reason
from ..source import caller
from .ignoring import DEFAULT, Ignoring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..errors import Place


class File:
    """One file: its name in the zip, where it lies, and a digest of what it held when it was read."""

    __slots__ = ("name", "path", "executable", "size", "digest")

    def __init__(self, name: str, path: str, *, executable: bool, size: int, digest: str) -> None:
        self.name = name
        self.path = path
        self.executable = executable
        self.size = size
        self.digest = digest


def gathered(path: str, shown: str, ignore: Sequence[str]) -> list[File]:
    """The files of a directory, or the one file, sorted by name; `shown` is the path as the user wrote it.

    Links are followed as long as they stay in the directory. Raises `ConstructError` at the user's line for a
    directory that is missing or empty, links that lead out, files that cannot be read or change meanwhile.
    """
    if os.path.isfile(path):
        return [_file(os.path.basename(path), path, shown, caller())]
    if not os.path.isdir(path):
        raise _missing(path, shown)
    files = list(_below(path, "", os.path.realpath(path), (), shown, Ignoring([*DEFAULT, *ignore])))
    if not files:
        raise ConstructError(
            f"{shown} holds no files" + (" but those the patterns leave out" if ignore else ""), place=caller(),
            fix="name the directory with the code",
        )  # fmt: skip
    return sorted(files, key=lambda file: file.name)


def _below(path: str, prefix: str, root: str, trail: tuple[str, ...], shown: str, ignoring: Ignoring) -> Iterator[File]:
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError as problem:
        raise _unreadable(f"{shown}/{prefix}".rstrip("/"), path, problem, caller()) from None
    here = os.path.realpath(path)
    if here in trail:
        raise ConstructError(
            f"{shown}/{prefix.rstrip('/')} is a link to a folder that holds it", place=caller(),
            fix="remove the link, or leave it out with ignore=[…]",
        )  # fmt: skip
    for entry in entries:
        name = _name(prefix + entry.name, shown)
        folder = entry.is_dir()
        if ignoring.leaves_out(name, folder=folder):
            continue
        written = f"{shown}/{name}"
        if entry.is_symlink():
            _follow(entry.path, written, root)
        if folder:
            yield from _below(entry.path, f"{name}/", root, (*trail, here), shown, ignoring)
        else:
            yield _file(name, entry.path, written, caller())


def _name(name: str, shown: str) -> str:
    """The name in the zip; one spelling for letters that systems write in two ways."""
    if name.isascii():
        return name
    import unicodedata

    try:
        name.encode()
    except UnicodeEncodeError:
        raise ConstructError(
            f"{shown}: the name {name!r} is not UTF-8", place=caller(), fix="rename the file"
        ) from None
    return unicodedata.normalize("NFC", name)


def _follow(path: str, written: str, root: str) -> None:
    target = os.path.realpath(path)
    if not os.path.exists(target):
        raise ConstructError(
            f"{written} is a link to {os.readlink(path)}, which does not exist", place=caller(),
            fix="mend the link, or leave it out with ignore=[…]",
        )  # fmt: skip
    if target != root and not target.startswith(root + os.sep):
        raise ConstructError(
            f"{written} is a link that leads out of the directory, to {os.readlink(path)}", place=caller(),
            fix="copy what it leads to, or leave it out with ignore=[…]",
        )  # fmt: skip


def _file(name: str, path: str, written: str, place: Place | None) -> File:
    try:
        kind = os.stat(path).st_mode
        if not stat.S_ISREG(kind):
            raise ConstructError(
                f"{written} is neither a file nor a directory", place=place, fix="leave it out with ignore=[…]"
            )
        content = content_of(path, written, place)
    except OSError as problem:
        raise _unreadable(written, path, problem, place) from None
    digest = hashlib.sha256(content).hexdigest()
    return File(name, path, executable=bool(kind & stat.S_IXUSR), size=len(content), digest=digest)


def content_of(path: str, written: str, place: Place | None, digest: str | None = None) -> bytes:
    """What a file holds; raises `ConstructError` when it changes under our eyes or since its digest was taken."""
    try:
        with open(path, "rb") as stream:
            before = os.fstat(stream.fileno())
            content = stream.read()
            after = os.fstat(stream.fileno())
    except OSError as problem:
        raise _unreadable(written, path, problem, place) from None
    same = (
        (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, len(content))
    )
    if not same or (digest is not None and hashlib.sha256(content).hexdigest() != digest):
        raise ConstructError(
            f"{written} changed while it was packed", place=place, fix="run again when nothing writes to it any more"
        )
    return content


def _unreadable(written: str, path: str, problem: OSError, place: Place | None) -> ConstructError:
    return ConstructError(
        f"cannot read {written}: {reason(problem, path)}", place=place,
        fix="let it be read, or leave it out with ignore=[…]",
    )  # fmt: skip


def _missing(path: str, shown: str) -> ConstructError:
    from difflib import get_close_matches

    above, name = os.path.split(path)
    close = get_close_matches(name, os.listdir(above), 1) if os.path.isdir(above) else []
    meant = "/".join([*shown.split("/")[:-1], *close])
    return ConstructError(
        f"there is no file or directory {shown}", place=caller(),
        fix=f"did you mean {meant}?" if close else f"it is looked for at {path}",
    )  # fmt: skip
