"""Parameters without a value, found for all stacks of a run before any of them is begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...assembly import ASSETS_BUCKET, StackArtifact
from ...errors import DeckError, InputError
from .. import request as requests
from ..order import side_by_side

if TYPE_CHECKING:
    from ..account.aws import AWS

ASKED_AT_ONCE = 8


def check_forgotten(chosen: Mapping[str, StackArtifact], aws: AWS, given: Mapping[str, str]) -> None:
    """Raise `InputError` with every parameter that has neither a value, nor a default, nor a value in the deployed stack.

    Asks about those stacks only that want a value; one that cannot be asked about says so itself when its turn comes.
    """
    if len(chosen) < 2:  # it is told before anything is begun all the same
        return
    wanted = {name: _wanted(artifact, given) for name, artifact in chosen.items()}

    def without_value(name: str) -> list[str]:
        artifact = chosen[name]
        identity = aws.of(artifact)
        try:
            identity.belongs(artifact, artifact.region)
            record = identity.cloudformation(artifact.region).hasty(10.0).stack(name)
        except DeckError:
            return []
        there = record is not None and not record.gone and record.status != "REVIEW_IN_PROGRESS"
        return [key for key in wanted[name] if record is None or not there or key not in record.parameters]

    asked = [name for name, keys in wanted.items() if keys]
    found = dict(zip(asked, side_by_side(without_value, asked, ASKED_AT_ONCE), strict=True))
    lines = [f"{name}: no value for {', '.join(keys)}" for name, keys in found.items() if keys]
    if lines:
        words = [f"{name}:{key}" for name, keys in found.items() for key in keys]
        raise InputError("\n".join(lines), fix=" ".join(f"--parameters {word}=…" for word in words))


def _wanted(artifact: StackArtifact, given: Mapping[str, str]) -> list[str]:
    """The parameters that only the deployed stack can have a value of."""
    declared = artifact.template.get("Parameters") or {}
    values = requests.for_stack(given, artifact.name, artifact.template, artifact.parameters)
    known = values.keys() | artifact.inputs.keys() | {ASSETS_BUCKET}
    return [
        name for name, body in sorted(declared.items())
        if name not in known and not (isinstance(body, dict) and "Default" in body)
    ]  # fmt: skip
