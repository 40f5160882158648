"""What is on the disk after `pip install`: how much, and how many packages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .contest import Bench, Budget, Contender, Contest
from .peers import HOMES, installed, wheel
from .process import Usage

MB = 1_000_000


def _size(peer: str) -> float:
    files = (file for path in installed(peer) for file in (path.rglob("*") if path.is_dir() else [path]))
    return sum(file.lstat().st_size for file in files if not file.is_dir() or file.is_symlink()) / MB


def _others(peer: str) -> float:
    """Packages that came along."""
    modules = sum(
        len(list(path.glob("node_modules/*/package.json"))) for path in installed(peer) if path.name == "node"
    )
    return sum(path.name.endswith(".dist-info") for path in installed(peer)) - 1 + modules


def _wheel(peer: str) -> float:
    return wheel(peer).stat().st_size / MB


def _contest(name: str, title: str, unit: str, weigh: Callable[[str], float], limit: float | None) -> Contest:
    def contender(peer: str) -> Contender:
        def value(folder: Path, usage: Usage) -> float:
            return weigh(peer)

        label = "awsdeck" if peer == "wheel" else " and ".join(filter(None, (HOMES[peer].name, HOMES[peer].npm)))
        return Contender(label, [], needs=[peer], value=value)

    def note(folders: dict[str, Path]) -> str:
        return "all in environments of their own, pip not counted"

    budgets = [Budget("awsdeck", None, limit, unit=unit)]
    return Contest(name, title, [contender(peer) for peer in HOMES], budgets, note, 1, 1, unit, whole=False)


def contests(bench: Bench) -> list[Contest]:
    return [
        _contest(
            "install-size",
            "what `pip install` leaves, bytecode included; CDK with its command, without node",
            "MB",
            _size,
            75,
        ),
        _contest("dependencies", "packages that come along", "packages", _others, None),
        _contest("wheel-size", "the wheel alone", "MB", _wheel, None),
    ]
