"""Where a project is written to: all of it or nothing, and nowhere else."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress

from ..errors import InputError
from ..output import reason
from .rendering import File

_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")  # names that Windows keeps to itself
_FORBIDDEN = re.compile(r'[\\:*?"<>|]')


def write(files: Mapping[str, File], target: str, force: bool) -> list[str]:
    """Write the files below a folder; their paths, sorted. Whatever goes wrong, the folder is as it was before.

    Raises `InputError` for paths that lead out, and for files that are there unless `force` says that they may go.
    """
    paths = sorted(files)
    problems = [*(problem for path in paths if (problem := escapes(path))), *_clashes(paths)]
    if problems:
        raise InputError("\n".join(problems))
    root = os.path.abspath(target)
    try:
        if os.path.lexists(root):
            _check(paths, root, target, force)
            _into(files, root)
        else:
            _as_a_whole(files, root)
    except OSError as error:
        name = str(error.filename or target)
        raise InputError(f"cannot write {target}: {os.path.basename(name)}: {reason(error, name)}") from None
    return paths


def escapes(path: str) -> str | None:
    """Why a rendered path may not be written; None when it stays below its folder on every system."""
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return f"{path!r} leads out of the folder, or nowhere"
        if not part.isprintable() or _FORBIDDEN.search(part) or part[-1] in ". ":
            return f"{path!r} is no name for a file on every system"
        if _RESERVED.fullmatch(part):
            return f"{path!r} is a name that Windows keeps to itself"
    return None


def _clashes(paths: list[str]) -> list[str]:
    """Paths that are one on systems that do not tell capitals apart, and files that would have to be folders."""
    seen: dict[str, str] = {}
    problems = []
    for path in paths:
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            problems.append(f"{other!r} and {path!r} differ only in capitals")
    for path in paths:
        above = path.casefold()
        while "/" in above:
            above = above.rpartition("/")[0]
            if above in seen:
                problems.append(f"{seen[above]!r} is a file, and {path!r} would stand in it")
    return problems


def _check(paths: list[str], root: str, target: str, force: bool) -> None:
    if not os.path.isdir(root):
        raise InputError(f"{target} is not a folder")
    home = os.path.realpath(root)
    there, blocked = [], []
    for path in paths:
        goal = os.path.join(root, path)
        above = os.path.realpath(os.path.dirname(goal))
        if os.path.commonpath((home, above)) != home:
            blocked.append(f"{os.path.dirname(path)} is a link that leads out of {target}")
        elif os.path.isdir(goal) and not os.path.islink(goal):
            blocked.append(f"{path} is a folder")
        elif os.path.lexists(goal):
            there.append(path)
        else:
            while not os.path.lexists(above):
                above = os.path.dirname(above)
            if not os.path.isdir(above):
                blocked.append(f"{os.path.relpath(above, home)} is not a folder, and {path} would stand in it")
    if blocked:
        raise InputError("\n".join((f"cannot write to {target}", *sorted(set(blocked)))))
    if there and not force:
        raise InputError(
            f"already in {target}: {', '.join(there)}", fix="choose another folder, or write over them with --force"
        )


def _as_a_whole(files: Mapping[str, File], root: str) -> None:
    """A folder that is not there yet: made beside its place, and moved there when it is complete."""
    parent, name = os.path.split(root)
    made = _make_folders(parent)
    stage = os.path.join(parent, f".{name[:100]}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        _fill(files, stage)
        os.rename(stage, root)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        _remove_folders(made)
        raise


def _into(files: Mapping[str, File], root: str) -> None:
    """A folder that is there: files are made in a corner of it and moved one by one; a failure moves all back."""
    stage = os.path.join(root, f".awsdeck.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    new, old = os.path.join(stage, "new"), os.path.join(stage, "old")
    folders: list[str] = []
    moved: list[str] = []
    try:
        _fill(files, new)
        for path in files:
            goal, kept = os.path.join(root, path), os.path.join(old, path)
            folders += _make_folders(os.path.dirname(goal))
            moved.append(path)
            if os.path.lexists(goal):
                os.makedirs(os.path.dirname(kept), exist_ok=True)
                os.replace(goal, kept)
            os.replace(os.path.join(new, path), goal)
    except BaseException:
        for path in reversed(moved):
            goal, kept = os.path.join(root, path), os.path.join(old, path)
            if os.path.lexists(kept):
                os.replace(kept, goal)
            elif not os.path.lexists(os.path.join(new, path)):
                with suppress(FileNotFoundError):
                    os.unlink(goal)
        _remove_folders(folders)
        raise
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _fill(files: Mapping[str, File], folder: str) -> None:
    os.makedirs(folder)
    for path, file in files.items():
        goal = os.path.join(folder, path)
        os.makedirs(os.path.dirname(goal), exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with open(os.open(goal, flags, 0o777 if file.executable else 0o666), "wb") as stream:
            stream.write(file.content)


def _make_folders(folder: str) -> list[str]:
    """Make a folder and those above it; what was made, the outermost first."""
    wanted = []
    while not os.path.isdir(folder):
        wanted.append(folder)
        folder = os.path.dirname(folder)
    made: list[str] = []
    try:
        for one in reversed(wanted):
            os.mkdir(one)
            made.append(one)
    except BaseException:
        _remove_folders(made)
        raise
    return made


def _remove_folders(made: list[str]) -> None:
    for one in reversed(made):
        with suppress(OSError):
            os.rmdir(one)
