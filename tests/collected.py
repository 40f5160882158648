"""Every template that any test synthesizes, kept until the end of the run and then shown to cfn-lint."""

from __future__ import annotations

import hashlib
import json
import pathlib
from multiprocessing import get_context
from typing import TYPE_CHECKING

from awsdeck import synth

if TYPE_CHECKING:
    from cfnlint.match import Match

    from awsdeck.synth import Draft


def collect_into(folder: pathlib.Path) -> None:
    """From now on write every synthesized template to the folder, named by its content."""
    folder.mkdir(parents=True, exist_ok=True)

    def keep(draft: Draft) -> None:
        if any(finding.severity == "error" for finding in draft.app.findings):
            return
        for stack in draft.assembly:
            text = json.dumps(stack.template, sort_keys=True)
            name = f"{stack.region or 'none'}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
            if stack.template["Resources"]:
                (folder / name).write_text(text, encoding="utf-8")
        for nested, part in draft.stacks.items():
            if nested.parent is not None and part.template["Resources"]:
                text = json.dumps(part.template, sort_keys=True)
                name = f"{nested.region or 'none'}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"
                (folder / name).write_text(text, encoding="utf-8")

    synth.PASSES = (*synth.PASSES, keep)


def errors_in(folder: pathlib.Path) -> list[str]:
    """What cfn-lint calls an error in the templates of the folder; warnings do not count.

    One runner for many of them: most of the time that cfn-lint takes for a template goes into loading its rules.
    """
    paths = sorted(folder.glob("*.json"))
    shares = [paths[start::PROCESSES] for start in range(PROCESSES)]
    if len(paths) < FEW:
        return _errors(paths)
    with get_context("spawn").Pool(PROCESSES) as pool:
        return sorted(error for errors in pool.map(_errors, shares) for error in errors)


PROCESSES = 2
FEW = 100
"""Templates that one process lints before another has started."""


def _errors(paths: list[pathlib.Path]) -> list[str]:
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    if not paths:
        return []
    found = []
    for match in Runner(ConfigMixIn(["--template", *map(str, paths)])).run():
        if match.rule.severity == "error" and not mistaken(match):
            at = "/".join(str(step) for step in getattr(match, "path", None) or ())
            path = pathlib.Path(str(match.filename))
            found.append(f"{path.name}: {match.rule.id} {match.message} at {at}\n    {path.read_text()[:400]}")
    return found


def mistaken(match: Match) -> bool:
    """Whether cfn-lint asks for what the property's documentation forbids: StorageEncrypted beside a replica's key."""
    if match.rule.id != "E3720":
        return False
    body = json.loads(pathlib.Path(str(match.filename)).read_text(encoding="utf-8"))
    for step in getattr(match, "path", None) or ():
        body = body[step] if not isinstance(body, dict) or step in body else {}
    return "SourceDBInstanceIdentifier" in body
