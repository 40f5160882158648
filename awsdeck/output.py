"""Files awsdeck writes: whole or not at all."""

from __future__ import annotations

import os

from .errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike


def write_atomic(path: str | PathLike[str], text: str) -> None:
    """Write `text` as UTF-8 to `path` in one step: readers see the old file or the new one, never half of it.

    A link stays a link and its target is replaced; the mode of an existing file is kept; a device or pipe, which
    cannot be replaced, is written to. What goes wrong is an InputError, and nothing is left behind.
    """
    shown = os.fspath(path)
    try:
        content = text.encode("utf-8")
        target = os.path.realpath(shown)
        if os.path.isdir(target):
            raise IsADirectoryError
        if os.path.exists(target) and not os.path.isfile(target):
            with open(target, "wb") as device:
                device.write(content)
            return
        _replace(target, content)
    except UnicodeEncodeError as error:
        raise InputError(f"cannot write {shown}: {text[error.start]!r} is half a character") from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot write {shown}: {reason(error, shown)}") from None


def check_writable(path: str | PathLike[str]) -> None:
    """Raise the InputError of `write_atomic` before the work is done whose result is to be written there."""
    shown = os.fspath(path)
    try:
        target = os.path.realpath(shown)
        if os.path.isdir(target):
            raise IsADirectoryError
        if os.path.exists(target) and not os.path.isfile(target):
            return
        folder = os.path.dirname(target)
        if not os.path.exists(folder):
            raise FileNotFoundError
        if not os.path.isdir(folder):
            raise NotADirectoryError
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError
    except (OSError, ValueError) as error:
        raise InputError(f"cannot write {shown}: {reason(error, shown)}") from None


def write_bytes(path: str, content: bytes) -> None:
    """Write to `path` in one step, for its owner's eyes only. Raises OSError."""
    _replace(path, content, 0o600)


def reason(error: Exception, path: str) -> str:
    """Why a file could not be opened, read or written, in words; OSError's own text for what is rare."""
    if isinstance(error, FileNotFoundError):
        if os.path.islink(path):
            return f"it is a link to {os.readlink(path)}, which does not exist"
        folder = os.path.dirname(path) or "."
        return "there is no such file" if os.path.isdir(folder) else f"there is no directory {folder}"
    if isinstance(error, IsADirectoryError):
        return "it is a directory"
    if isinstance(error, NotADirectoryError):
        return f"{os.path.dirname(path)} is not a directory"
    if isinstance(error, PermissionError):
        return "permission denied"
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return str(error)


def _replace(target: str, content: bytes, mode: int = 0o666) -> None:
    folder, name = os.path.split(target)
    beside = os.path.join(folder, f".{name[:100]}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            if os.path.exists(target):
                os.chmod(beside, os.stat(target).st_mode & 0o7777)
        os.replace(beside, target)
    except BaseException:
        os.unlink(beside)
        raise
