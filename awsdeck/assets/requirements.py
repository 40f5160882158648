"""Requirements files as far as they name wheels; whatever could make pip run foreign code is refused before pip sees it."""

from __future__ import annotations

import os
import re

from ..errors import ConstructError
from ..output import reason
from ..source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_OPTION = re.compile(r"(--?[A-Za-z][\w-]*)(?:[\s=]\s*|(?<=^-[A-Za-z])(?=\S)|$)(.*)")
_NAMED = re.compile(
    r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?\s*(?:\[[\w\s,.-]*\])?\s*"
    r"(?:\(?(?:[<>=!~]=?=?\s*[\w.*+!-]+\s*,?\s*)*\)?|@\s*https://[^\s;]+?\.whl(?:#\S*)?)\s*(?:;[^\n]*)?"
)
_WHEEL = re.compile(r"https://[^\s;]+?\.whl(?:#\S*)?\s*(?:;.*)?")
_ARCHIVE = re.compile(r"\.(?:whl|zip|tar|tgz|tbz|txz|tlz|tar\.\w+)$", re.IGNORECASE)
_HASHES = re.compile(r"(?:--hash[=\s]\s*sha(?:256|384|512):[0-9a-fA-F]+\s*)*")
_INCLUDED = {"-r": False, "--requirement": False, "-c": True, "--constraint": True}
_SWITCHES = frozenset(("--no-index", "--pre", "--prefer-binary", "--require-hashes"))
_BINARY = "--only-binary"  # what we say anyway


class Requirements:
    """What requirements files ask for: lines for pip, lines that only limit, and folders with wheels."""

    __slots__ = ("lines", "constraints", "folders")

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.constraints: list[str] = []
        self.folders: list[str] = []


def read(path: str, shown: str, project: str) -> Requirements:
    """A requirements file and what it includes.

    Packages by name and `https://….whl` are taken. Raises `ConstructError` with the line of a path, a repository,
    another URL, an editable package, a further index, and a file that lies outside of the project and the code.
    """
    found = Requirements()
    inside = (os.path.realpath(project), os.path.realpath(os.path.dirname(path)))
    _read(path, shown, inside, found, constraint=False, seen=set())
    return found


def _read(
    path: str, shown: str, inside: tuple[str, ...], found: Requirements, *, constraint: bool, seen: set[Any]
) -> None:
    real = os.path.realpath(path)
    if (real, constraint) in seen:
        return
    seen.add((real, constraint))
    try:
        with open(path, encoding="utf-8-sig") as stream:
            text = stream.read()
    except UnicodeDecodeError:
        raise ConstructError(f"{shown} is not UTF-8", place=caller(), fix="save it as UTF-8") from None
    except OSError as problem:
        raise ConstructError(f"cannot read {shown}: {reason(problem, path)}", place=caller()) from None
    target = found.constraints if constraint else found.lines
    for number, line in _logical(text):
        where = f"{shown}:{number}"
        option = _OPTION.fullmatch(line)
        if option is None:
            _check_named(line, where)
            target.append(line)
            continue
        name, value = option[1], option[2].strip().strip("'\"")
        if name in _INCLUDED:
            inner = os.path.normpath(os.path.join(os.path.dirname(path), value))
            real = os.path.realpath(inner)
            if "://" in value or not any(real.startswith(folder.rstrip(os.sep) + os.sep) for folder in inside):
                raise _refused(where, f"{value} is outside of the project", "copy it into the project")
            beside = os.path.normpath(os.path.join(os.path.dirname(shown), value)).replace(os.sep, "/")
            _read(inner, beside, inside, found, constraint=constraint or _INCLUDED[name], seen=seen)
        elif name in ("-f", "--find-links"):
            folder = os.path.normpath(os.path.join(os.path.dirname(path), value))
            if "://" in value or not os.path.isdir(folder):
                raise _refused(where, f"{name} {value} is no folder of wheels", "name a folder of the project")
            found.folders.append(folder)
        elif name in ("-i", "--index-url") and value.startswith("https://"):
            found.lines.append(f"--index-url {value}")
        elif name in _SWITCHES and not value:
            found.lines.append(name)
        elif name != _BINARY:
            fix = "say it in pip's own configuration" if "index" in name or name in ("-i", "--trusted-host") else None
            fix = fix or "name packages that have wheels"
            raise _refused(where, f"{name} is not taken for a function's packages", fix)


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, continued ones in one piece, without comments."""
    first, parts = 0, ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        first = first if parts else number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            parts += line[:-1].strip() + " "
            continue
        whole = re.sub(r"(^|\s+)#.*$", "", parts + line.strip()).strip()
        parts = ""
        if whole:
            yield first, whole


def _check_named(line: str, where: str) -> None:
    wanted, hashes = [*re.split(r"\s(?=--?[A-Za-z])", line, maxsplit=1), ""][:2]
    if not _HASHES.fullmatch(hashes):
        raise _refused(where, f"{hashes.split()[0]} is not taken for a function's packages", "only --hash is")
    if _WHEEL.fullmatch(wanted):
        return
    if not _NAMED.fullmatch(wanted) or _ARCHIVE.search(re.split(r"[\s\[;@<>=!~]", wanted, maxsplit=1)[0]):
        raise _refused(
            where, f"{wanted} is not a package's name",
            "name a package that has wheels; for one of your own, build the wheel and name its folder with --find-links",
        )  # fmt: skip


def _refused(where: str, message: str, fix: str) -> ConstructError:
    return ConstructError(f"{where}: {message}", place=caller(), fix=fix)
