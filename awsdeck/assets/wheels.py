"""Python packages for a function: wheels for its own runtime and processor, whatever machine this is.

pip fetches them; nothing is built and nothing of the fetched code runs: pip may not start another program, and sees
none of this process's secrets. What was fetched is kept in the project's `.awsdeck/wheels` until what is asked for, the
folders it comes from, or pip's configuration changes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys

from ..errors import ConstructError
from ..output import reason
from ..source import caller
from .ignoring import DEFAULT, Ignoring
from .requirements import Requirements, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..errors import Place

PROCESSORS = {"x86_64": "x86_64", "arm64": "aarch64"}
GLIBC = {(3, 12): 34, (0, 0): 26}
"""The C library's minor version (2.34 on Amazon Linux 2023, 2.26 on Amazon Linux 2), from a Python version on."""
OLDEST_GLIBC = 17
WAIT = 900  # seconds for pip
LISTING = "wheels.json"

_FORMAT = "2"
_UNMATCHED = re.compile(r"No matching distribution found for (.+?)(?:\s*\(from .*)?$", re.MULTILINE)
_OFFLINE = re.compile(
    r"Failed to establish a new connection|Name or service not known|ProxyError|ConnectTimeout|SSLError"
)
_STARTED = "awsdeck: no programs"
_KEPT = frozenset(
    (
        "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL",
        "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "NETRC",
    )
)  # fmt: skip
_ASKED = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_PRE", "PIP_CONFIG_FILE")
_CARRIED = (
    *_ASKED, "PIP_CERT", "PIP_CLIENT_CERT", "PIP_TRUSTED_HOST", "PIP_PROXY", "PIP_CACHE_DIR", "PIP_NO_CACHE_DIR",
    "PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES", "PIP_KEYRING_PROVIDER",
)  # fmt: skip
"""What pip is told of its surroundings; the first decide what it finds."""


class Wheel:
    """One wheel in the project's store: its digest, and the names and sizes of what a function gets of it."""

    __slots__ = ("path", "digest", "members", "below")

    def __init__(self, path: str, digest: str, members: dict[str, tuple[str, int]]) -> None:
        self.path = path
        self.digest = digest
        self.members = members  # by name in the function's zip: name in the wheel, size
        self.below = ""

    def put_below(self, folder: str) -> None:
        """Put everything into a folder of the zip, such as `python/`."""
        self.below = folder
        self.members = {folder + name: entry for name, entry in self.members.items()}


def fetched(requirements: str, shown: str, python: tuple[int, int], architecture: str, store: str) -> list[Wheel]:
    """The wheels that a requirements file asks for, sorted by name; from the store when nothing has changed.

    Raises `ConstructError` at the user's line, which names the requirement that has no wheel.
    """
    wanted = read(requirements, shown, os.path.dirname(os.path.dirname(store)))
    folder = os.path.join(store, _identity(wanted, python, architecture))
    listed = _listed(folder)
    if listed is None:
        _fetch(wanted, requirements, shown, python, architecture, folder)
        listed = _listed(folder) or {}
    return [
        Wheel(os.path.join(folder, name), entry["sha256"], {n: (m, size) for n, m, size in entry["members"]})
        for name, entry in sorted(listed.items())
    ]


def _listed(folder: str) -> dict[str, Any] | None:
    """What is in the store for a requirements file; None when something of it is missing."""
    try:
        with open(os.path.join(folder, LISTING), encoding="utf-8") as stream:
            listed: dict[str, Any] = json.load(stream)
    except (OSError, ValueError):
        return None
    return listed if all(os.path.isfile(os.path.join(folder, name)) for name in listed) else None


def _identity(wanted: Requirements, python: tuple[int, int], architecture: str) -> str:
    """A digest of all that decides what pip finds, apart from what an index gets meanwhile."""
    held: list[Any] = [_FORMAT, python, architecture, wanted.lines, wanted.constraints]
    for folder in wanted.folders:
        states = [(entry.name, entry.stat()) for entry in os.scandir(folder)]
        held.append([folder, sorted([name, state.st_size, state.st_mtime_ns] for name, state in states)])
    held.append([os.environ.get(name) for name in _ASKED])
    for path in _configurations():
        try:
            with open(path, "rb") as stream:
                held.append(hashlib.sha256(stream.read()).hexdigest())
        except OSError:
            held.append(None)
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:32]


def _configurations() -> list[str]:
    """Where pip's configuration lies. Source: pip documentation, Configuration."""
    home = os.path.expanduser("~")
    own = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    files = [
        "/etc/pip.conf",
        "/etc/xdg/pip/pip.conf",
        os.path.join(own, "pip", "pip.conf"),
        os.path.join(home, ".pip", "pip.conf"),
    ]
    files += [
        os.path.join(home, "Library", "Application Support", "pip", "pip.conf"),
        os.path.join(sys.prefix, "pip.conf"),
    ]
    return [*files, os.environ.get("PIP_CONFIG_FILE") or os.devnull]


def platforms(python: tuple[int, int], architecture: str) -> list[str]:
    """The platform tags of wheels that run on Lambda, newest first."""
    newest = next(minor for least, minor in sorted(GLIBC.items(), reverse=True) if python >= least)
    processor = PROCESSORS[architecture]
    tags = [f"manylinux_2_{minor}_{processor}" for minor in range(newest, OLDEST_GLIBC - 1, -1)]
    return [*tags, f"manylinux2014_{processor}"]


_PIP = """
import json, sys
target = json.loads(sys.argv.pop(1))
def alone(event, arguments):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"):
        raise PermissionError("awsdeck: no programs")
sys.addaudithook(alone)
try:
    from pip._vendor.packaging import markers
    here = markers.default_environment
    markers.default_environment = lambda: {**here(), **target}
except (ImportError, AttributeError):
    pass
from pip._internal.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
"""pip, with the function's machine in place of this one wherever a requirement says `; python_version < …`.

It may start no other program: neither a package's build nor a repository's tool, whatever a wheel's metadata ask for.
pip's own options for another platform choose wheels by it, and leave such markers to the machine pip runs on.
"""


def _environment(python: tuple[int, int], architecture: str) -> dict[str, str]:
    """What markers are told of the function's machine."""
    version = f"{python[0]}.{python[1]}"
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{version}.0",
        "os_name": "posix",
        "platform_machine": PROCESSORS[architecture],
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{version}.0",
        "python_version": version,
        "sys_platform": "linux",
    }


def _fetch(
    wanted: Requirements, requirements: str, shown: str, python: tuple[int, int], architecture: str, folder: str
) -> None:
    import shutil
    import subprocess
    import tempfile

    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        fresh = tempfile.mkdtemp(prefix=".fetching-", dir=os.path.dirname(folder))
    except OSError as problem:
        raise ConstructError(
            f"cannot write to {os.path.dirname(folder)}: {reason(problem, folder)}", place=caller()
        ) from None
    try:
        asked = os.path.join(fresh, ".asked")
        os.mkdir(asked)
        for name, lines in (("requirements.txt", wanted.lines), ("constraints.txt", wanted.constraints)):
            with open(os.path.join(asked, name), "w", encoding="utf-8") as stream:
                stream.writelines(f"{line}\n" for line in lines)
        environment = {name: value for name, value in os.environ.items() if name.upper() in _KEPT or name in _CARRIED}
        tags = [word for tag in platforms(python, architecture) for word in ("--platform", tag)]
        command = [
            sys.executable, "-P", "-c", _PIP, json.dumps(_environment(python, architecture)), "download", "--quiet",
            "--disable-pip-version-check", "--no-input", "--only-binary", ":all:", *tags,
            "--python-version", f"{python[0]}.{python[1]}", "--implementation", "cp",
            *(word for folder in wanted.folders for word in ("--find-links", folder)),
            "--dest", fresh, "--requirement", "requirements.txt", "--constraint", "constraints.txt",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
                timeout=WAIT, cwd=asked, env=environment,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise ConstructError(f"{shown}: pip was not done after {WAIT // 60} minutes", place=caller()) from None
        target = f"python{python[0]}.{python[1]} on {architecture}"
        if done.returncode:
            raise _refused(done.stderr, requirements, shown, target)
        shutil.rmtree(asked)
        listed = {}
        for name in sorted(os.listdir(fresh)):
            if not name.endswith(".whl"):
                raise ConstructError(
                    f"{shown}: {name} is no wheel", place=caller(), fix="name a version that has a wheel"
                )
            path = os.path.join(fresh, name)
            with open(path, "rb") as stream:
                digest = hashlib.sha256(stream.read()).hexdigest()
            listed[name] = {"sha256": digest, "members": list(_members(path, shown, caller()))}
        with open(os.path.join(fresh, LISTING), "w", encoding="utf-8") as stream:
            json.dump(listed, stream)
        if os.path.isdir(folder):
            shutil.rmtree(folder, ignore_errors=True)
        os.chmod(fresh, 0o755)  # noqa: S103 - as any folder of the project
        os.replace(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _members(path: str, shown: str, place: Place | None) -> Iterator[tuple[str, str, int]]:
    """What of a wheel goes beside the code: packages and metadata, not scripts and headers."""
    import zipfile

    ignoring = Ignoring(DEFAULT)
    try:
        with zipfile.ZipFile(path) as wheel:
            infos = wheel.infolist()
    except zipfile.BadZipFile:
        raise ConstructError(f"{shown}: {os.path.basename(path)} is damaged", place=place) from None
    for info in infos:
        name = info.filename
        top, _, rest = name.partition("/")
        if top.endswith(".data"):
            scheme, _, name = rest.partition("/")
            if scheme not in ("purelib", "platlib"):
                continue
        if name.startswith("/") or "\\" in name or ".." in name.split("/"):
            raise ConstructError(
                f"{shown}: {os.path.basename(path)} holds {info.filename!r}, which leads out of it", place=place
            )
        if info.is_dir() or ignoring.leaves_out(name, folder=False):
            continue
        yield name, info.filename, info.file_size


def _refused(said: str, requirements: str, shown: str, target: str) -> ConstructError:
    if "No module named pip" in said:
        return ConstructError(
            f"{shown} needs pip, which {sys.executable} does not have", place=caller(),
            fix=f"{sys.executable} -m ensurepip",
        )  # fmt: skip
    if _STARTED in said or "No permission to execute" in said:
        return ConstructError(
            f"{shown}: a package, or one that it needs, has no wheel and would be built here", place=caller(),
            fix="name a version that has a wheel",
        )  # fmt: skip
    if _OFFLINE.search(said):
        return ConstructError(
            f"{shown}: pip cannot reach the package index", place=caller(),
            fix="check the network, a proxy, and pip's own configuration",
        )  # fmt: skip
    unmatched = _UNMATCHED.search(said)
    if unmatched:
        wanted = unmatched[1].strip()
        line = _line(requirements, wanted)
        return ConstructError(
            f"{shown}{f':{line}' if line else ''}: there is no wheel of {wanted} for {target}", place=caller(),
            fix="name a version that has one, or build the wheel yourself and add its folder with --find-links",
        )  # fmt: skip
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    if errors == ["Exception:"]:  # pip itself gave up: the last line says why
        errors = said.strip().splitlines()[-1:]
    shortly = "; ".join(errors[:3]) or said.strip()[-400:] or "pip failed without a word"
    return ConstructError(f"{shown}: {shortly}", place=caller(), fix="make the requirements agree")


def _line(requirements: str, wanted: str) -> int | None:
    name = re.split(r"[\s\[<>=!~;@]", wanted, maxsplit=1)[0].lower().replace("_", "-")
    with open(requirements, encoding="utf-8", errors="replace") as stream:
        for number, line in enumerate(stream, 1):
            if re.split(r"[\s\[<>=!~;@#]", line.strip(), maxsplit=1)[0].lower().replace("_", "-") == name:
                return number
    return None
