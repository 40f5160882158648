"""Good templates, and the same templates with one mistake each, written from what AWS refuses and not from any rule.

There are two sets: `TUNED`, against which rules have been mended since, and `HELD_OUT`, see `mutations/heldout/README.md`.
In each the templates are in `bases/`, the mistakes in the files beside it. A mistake has `why` and either `text` (what
stands in the file, and what is put there instead) or `at` with `set` or `drop`. A path begins with a resource, whose
properties it leads into, or with a slash at the top of the template. `also` names further changes that belong to it.
`skip` says why something has turned out to be no mistake.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from awsdeck.template import loads

TUNED = Path(__file__).parent.parent / "mutations"
HELD_OUT = TUNED / "heldout"


@dataclass(frozen=True)
class Base:
    """A template that deploys."""

    name: str
    text: str


@dataclass(frozen=True)
class Mutant:
    """A template with one mistake: which one, and why it is one."""

    name: str
    base: str
    why: str
    text: str
    suffix: str


@lru_cache
def bases(folder: Path = TUNED) -> tuple[Base, ...]:
    """The good templates of a set."""
    files = sorted((folder / "bases").iterdir())
    return tuple(Base(file.name, file.read_text(encoding="utf-8")) for file in files)


@lru_cache
def mutants(folder: Path = TUNED) -> tuple[Mutant, ...]:
    """The templates of a set, each with its mistake."""
    by_name = {base.name: base for base in bases(folder)}
    parsed = {name: loads(base.text, file=name).data for name, base in by_name.items()}
    found = []
    for file in sorted(folder.glob("*.yaml")):
        told = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
        for number, mistake in enumerate(told["mutations"], 1):
            if mistake.get("skip"):
                continue
            name, base = f"{file.stem}-{number}", by_name[told["base"]]
            if "text" in mistake:
                old, new = mistake["text"]
                if base.text.count(old) < 1:
                    raise ValueError(f"{name}: {old!r} is not in {base.name}")
                suffix = Path(base.name).suffix
                found.append(Mutant(name, base.name, mistake["why"], base.text.replace(old, new, 1), suffix))
                continue
            data = copy.deepcopy(parsed[base.name])
            for at, value in (mistake.get("also") or {}).items():
                _change(data, _steps(at), {"set": value})
            _change(data, _steps(mistake["at"]), mistake)
            told_as = f"{mistake['at']}: {mistake['why']}"
            found.append(Mutant(name, base.name, told_as, json.dumps(data, indent=2), ".json"))
    return tuple(found)


def _steps(at: str) -> list[str]:
    if at.startswith("/"):
        return at[1:].split("/")
    resource, *rest = at.split("/")
    return ["Resources", resource, "Properties", *rest]


def _change(data: Any, steps: list[str], change: dict[str, Any]) -> None:
    *way, last = steps
    for step in way:
        data = data.setdefault(step, {}) if isinstance(data, dict) else data[int(step)]
    place: Any = int(last) if isinstance(data, list) else last
    if change.get("drop"):
        del data[place]
    elif isinstance(data, list) and place == len(data):
        data.append(change["set"])
    else:
        data[place] = change["set"]
