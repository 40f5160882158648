"""Values that travel between regions: parameters of one stack that an output of another fills at every deploy."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING

from ..assembly import StackArtifact
from ..errors import InputError

if TYPE_CHECKING:
    from .aws import AWS


def filled(
    artifact: StackArtifact,
    stacks: Mapping[str, StackArtifact],
    aws: AWS,
    given: Mapping[str, str],
    stop: Event | None = None,
) -> StackArtifact:
    """The stack with its inputs as parameters, read from the stacks as they are deployed now.

    What the user gives himself is not asked for. Raises `InputError` for outputs that are not there.
    """
    wanted = {
        name: origin
        for name, origin in artifact.inputs.items()
        if name not in given and f"{artifact.name}:{name}" not in given
    }
    if not wanted:
        return artifact
    found: dict[str, str] = {}
    missing: list[str] = []
    outputs: dict[str, Mapping[str, str]] = {}
    for name, (producer, output) in sorted(wanted.items()):
        if producer not in outputs:
            region = stacks[producer].region if producer in stacks else None
            record = aws.cloudformation(region, stop=stop).stack(producer)
            outputs[producer] = record.outputs if record is not None and not record.gone else {}
        if output in outputs[producer]:
            found[name] = outputs[producer][output]
        else:
            missing.append(f"{name} is the output {output} of {producer}, which has none")
    if missing:
        producers = sorted({wanted[line.split()[0]][0] for line in missing})
        raise InputError(
            f"{artifact.name}: {'; '.join(missing)}", fix=f"deploy {' and '.join(producers)} first, or together with it"
        )
    with_values = copy.copy(artifact)
    with_values.parameters = {**artifact.parameters, **found}
    return with_values
