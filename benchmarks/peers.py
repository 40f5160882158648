"""The peers, installed from the package registry into a virtual environment of their own below `.bench/`."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".bench"
PINS = ROOT / ".ci" / "constraints.txt"
PEERS = ("troposphere", "cfn-lint")

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
class Bench:
    """Where the contests run, and the programs they may name."""

    runs: Path
    programs: dict[str, str]
    versions: dict[str, str]


def set_up() -> Bench:
    """Make the environment when it is not there yet, or was made from other pins; nothing is left outside `.bench/`."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
    home = FOLDER / "venv"
    python = home / "bin" / "python"
    mark = home / "made-from"
    pins = [line for line in PINS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    made_from = "\n".join([sys.version, *PEERS, *pins])
    if not mark.exists() or mark.read_text(encoding="utf-8") != made_from:
        print(f"installing {' and '.join(PEERS)} into {home.relative_to(ROOT)}/", file=sys.stderr)
        venv.create(home, clear=True, with_pip=True)
        (FOLDER / "tmp").mkdir(exist_ok=True)
        _pip(python, "install", "--constraint", str(PINS), *PEERS)
        mark.write_text(made_from, encoding="utf-8")
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.strip())
    (packages / "awsdeck.pth").write_text(f"{ROOT}\n", encoding="utf-8")  # found by path, like any installed package
    script = home / "bin" / "awsdeck"
    script.write_text(LAUNCHER.format(python=python), encoding="utf-8")
    script.chmod(0o755)
    programs = {"{python}": str(python), "{awsdeck}": str(script), "{cfn-lint}": str(home / "bin" / "cfn-lint")}
    return Bench(FOLDER / "runs", programs, _versions(python))


def _pip(python: Path, *arguments: str) -> None:
    options = ("--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-input")
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    subprocess.run(
        [python, "-m", "pip", *arguments, *options], check=True, env={**environment, "TMPDIR": str(FOLDER / "tmp")}
    )


def _versions(python: Path) -> dict[str, str]:
    ask = f"from importlib.metadata import version\nfor name in {PEERS!r}: print(version(name))"
    said = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.split()
    return dict(zip(PEERS, said, strict=True))
