"""What a type checker takes for a user's app: the small app in the words of each peer."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from .contest import Bench, Budget, Contender, Contest, Failed, Written

PROGRAMS = Path(__file__).parent / "programs"
CACHE = "cache"
MYPY = (
    "{mypy}",
    "--config-file=",
    "--strict",
    "--allow-untyped-defs",
    "--allow-untyped-calls",
    f"--cache-dir={CACHE}",
    "--python-executable",
)
PYRIGHT = ("{node}", "{pyright}", "--pythonpath")

APPS: dict[str, tuple[str, Path | Written]] = {
    "awsdeck": ("wheel", PROGRAMS / "small_awsdeck.py"),
    "awsdeck, L1": ("wheel", Written("small", "awsdeck")),
    "troposphere": ("troposphere", Written("small", "troposphere")),
    "aws-cdk-lib": ("cdk", PROGRAMS / "small_cdk_l2.py"),
}


def _forget(folder: Path) -> None:
    shutil.rmtree(folder / CACHE, ignore_errors=True)


def _remember(app: str) -> Callable[[Bench, Path], None]:
    """The cache of the cold run, where there was one: filling it for CDK takes minutes."""

    def prepare(bench: Bench, folder: Path) -> None:
        cold = bench.runs / "mypy-cold" / app / CACHE
        if cold.exists():
            shutil.copytree(cold, folder / CACHE)

    return prepare


def _project(bench: Bench, folder: Path) -> None:
    """Pyright leaves out what lies below a hidden folder unless it is told what to look at."""
    (folder / "pyrightconfig.json").write_text('{"include": ["."], "exclude": ["cache"]}', encoding="utf-8")


def _contender(name: str, checker: Sequence[str], *, contest: str) -> Contender:
    peer, file = APPS[name]
    program = file.name if isinstance(file, Path) else "app.py"
    prepare = {"mypy-warm": _remember(name), "pyright": _project}.get(contest)
    return Contender(
        name,
        [*checker, f"{{{peer}-python}}", *([] if contest == "pyright" else [program])],
        [file],
        codes=(0, 1),
        needs=[peer],
        rounds=1 if peer == "cdk" else None,
        clear=_forget if contest == "mypy-cold" else None,
        prepare=prepare,
    )


def _judged(folders: dict[str, Path]) -> str:
    """Raise `Failed` unless a checker has read every app and, but for what is not typed, has no objection."""
    clean, untyped = [], []
    for name, folder in folders.items():
        said = (folder / "stdout").read_text(encoding="utf-8")
        if "No source files" in said or not said:
            raise Failed(f"{name}: no program was checked")
        if "troposphere" in name and ("Skipping analyzing" in said or " errors" in said):
            untyped.append(name)
        elif "Success" in said or said.startswith("0 errors"):
            clean.append(name)
        else:
            raise Failed(f"{name}: {said.strip().splitlines()[-1]}")
    return f"no objections to {', '.join(clean)}" + (
        f"; {', '.join(untyped)} has no types to check against" if untyped else ""
    )


def _contest(name: str, title: str, checker: Sequence[str], limit: float | None = None) -> Contest:
    return Contest(
        name,
        title,
        [_contender(app, checker, contest=name) for app in APPS],
        [Budget("awsdeck", "aws-cdk-lib", limit), Budget("awsdeck", "troposphere", None)],
        _judged,
        rounds=3,
        quick=1,
    )


def contests(bench: Bench) -> list[Contest]:
    what = "the small app of three services"
    cold = _contest("mypy-cold", f"mypy on {what}, nothing cached", MYPY, 1 / 30)
    warm = _contest("mypy-warm", f"mypy on {what}, its cache full", MYPY)
    alone = _contest("pyright", f"pyright on {what}; it keeps no cache", PYRIGHT)
    return [cold, warm, alone]
