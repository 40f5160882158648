"""Whether two programs did the same work: their templates, or the mistakes they found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .process import Failed


def templates(folder: Path) -> dict[str, Any]:
    """The templates a program left in its folder, by file name."""
    found = sorted((folder / "awsdeck.out").glob("*.template.json"))
    if not found:
        raise Failed(f"{folder} holds no templates")
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in found}


def same_templates(folders: dict[str, Path]) -> str:
    """Raise `Failed` with the first difference unless every program wrote the same templates."""
    first, *others = folders
    wanted = templates(folders[first])
    for other in others:
        difference = _difference(wanted, templates(folders[other]), "")
        if difference:
            raise Failed(f"{first} and {other} wrote different templates: {difference}")
    resources = sum(len(template["Resources"]) for template in wanted.values())
    return f"equal templates, {resources:,} resources"


def same_text(folders: dict[str, Path]) -> str:
    """Raise `Failed` unless every program that printed something printed the same."""
    texts = {text for folder in folders.values() if (text := (folder / "stdout").read_text(encoding="utf-8"))}
    if len(texts) != 1:
        raise Failed(f"the programs printed {' and '.join(sorted(texts)) or 'nothing'}")
    return f"both printed {texts.pop().strip()}"


def _difference(one: Any, other: Any, path: str) -> str | None:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            if key not in one or key not in other:
                return f"{path}/{key} is only in the {'second' if key not in one else 'first'}"
            found = _difference(one[key], other[key], f"{path}/{key}")
            if found:
                return found
        return None
    return None if one == other else f"{path}: {one!r} and {other!r}"
