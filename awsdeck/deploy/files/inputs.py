"""Values that travel between regions: parameters of one stack that an output of another fills at every deploy."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from threading import Event
from typing import TYPE_CHECKING

from ...assembly import Assembly, StackArtifact
from ...errors import DeployError, InputError
from ..records import SUCCESSES

if TYPE_CHECKING:
    from ..account.aws import AWS


CLEANING = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"


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
            outputs[producer] = _outputs(stacks.get(producer), producer, artifact, aws, stop)
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


def _outputs(
    producer: StackArtifact | None, name: str, user: StackArtifact, aws: AWS, stop: Event | None
) -> Mapping[str, str]:
    """What a stack gives out; only what its last operation has brought about, not what a failed one fell back to."""
    identity = aws.of(producer) if producer is not None else aws
    cf = identity.cloudformation(producer.region if producer is not None else None, stop=stop)
    record = cf.stack(name)
    if record is None or record.gone:
        return {}
    if record.status not in SUCCESSES and record.status != CLEANING:
        raise InputError(
            f"{user.name} takes values of {name}, which is in {record.status}: its last operation did not succeed",
            fix=f"deploy {name} first, or give the values yourself with --parameters",
        )
    return record.outputs


def unused(assembly: Assembly, leaving: Mapping[str, StackArtifact], aws: AWS) -> None:
    """Raise `DeployError` when a stack that stays holds a value of one that is to be deleted.

    CloudFormation sees to that for exports; of what a deploy carries it knows nothing.
    """
    users = list(_users(assembly, leaving, aws))
    if users:
        raise DeployError(
            f"what other stacks use would be deleted: {'; '.join(users)}", fix="destroy or change those stacks first"
        )


def _users(assembly: Assembly, leaving: Mapping[str, StackArtifact], aws: AWS) -> Iterator[str]:
    for artifact in assembly:
        wanted = {name: one for name, one in artifact.inputs.items() if one[0] in leaving}
        if artifact.name in leaving or not wanted:
            continue
        record = aws.of(artifact).cloudformation(artifact.region).stack(artifact.name)
        held = record.parameters if record is not None and not record.gone else {}
        for name, (producer, output) in sorted(wanted.items()):
            home = leaving[producer]
            giver = aws.of(home).cloudformation(home.region).stack(producer) if name in held else None
            if giver is not None and not giver.gone and held[name] == giver.outputs.get(output):
                yield f"{artifact.name} uses {output} of {producer} as its {name}"
