"""What has happened to deployed stacks, asked for at any time and from any machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from ...errors import DeckError
from ..records import SUCCESSES, EventRecord, ResourceRecord, StackRecord
from .history import STACKS, Operation, last_operation, with_nested
from .timeline import Timeline, last_timeline

if TYPE_CHECKING:
    from ...assembly import Assembly, StackArtifact
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation


@frozen
class StackDetail:
    """A deployed stack with its resources (`Nested.Id` in nested stacks) and the last operation on it.

    `operation` is None where events cannot be read; `blind` says why.
    """

    record: StackRecord
    resources: tuple[ResourceRecord, ...]
    operation: Operation | None = None
    blind: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        last = self.operation
        data: dict[str, Any] = {
            "resources": [
                {
                    "logical_id": one.logical_id,
                    "physical_id": one.physical_id,
                    "resource_type": one.type,
                    "status": one.status,
                    **({"reason": one.reason} if one.reason else {}),
                }
                for one in self.resources
            ],
            "outputs": dict(self.record.outputs),
        }
        if last is not None:
            data["operation"] = {
                "kind": last.kind,
                "status": last.status,
                "started": last.started,
                **({"ended": last.ended} if last.ended is not None else {}),
            }
        return data


def events(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str] | None = None,
    every: bool = False,
    ids: Mapping[str, str] | None = None,
) -> dict[str, tuple[EventRecord, ...]]:
    """The events of the last operation on each deployed stack, oldest first, with those of its nested stacks.

    With `every` the whole history that CloudFormation remembers. Stacks that are not deployed are left out, but for
    those whose ARN is in `ids` by their name: of them CloudFormation knows for 90 days.
    """
    found: dict[str, tuple[EventRecord, ...]] = {}
    for name, cf, record in _deployed(assembly, aws, stacks, ids):
        if every:
            pages = [event for page in cf.events(record.id) for event in page]
            found[name] = with_nested(cf, reversed(pages))
        else:
            last = last_operation(cf, record.id)
            found[name] = last.events if last is not None else ()
    return found


def timelines(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str] | None = None,
    tokens: Mapping[str, str] | None = None,
    ids: Mapping[str, str] | None = None,
) -> dict[str, Timeline]:
    """What took how long in the last operation on each deployed stack, or in the one whose token is given for it.

    `ids` are as for `events`.
    """
    found: dict[str, Timeline] = {}
    for name, cf, record in _deployed(assembly, aws, stacks, ids):
        made = last_timeline(cf, name, record.id, token=(tokens or {}).get(name, ""))
        if made is not None:
            found[name] = made
    return found


def details(assembly: Assembly, *, aws: AWS, stacks: Iterable[str] | None = None) -> dict[str, StackDetail]:
    """Everything there is to see of each deployed stack."""
    found: dict[str, StackDetail] = {}
    for name, cf, record in _deployed(assembly, aws, stacks):
        resources = () if record.status == "REVIEW_IN_PROGRESS" else tuple(_resources(cf, record.id))
        try:
            last, blind = last_operation(cf, record.id, nested=False), ""
        except DeckError as error:
            last, blind = None, error.message
        found[name] = StackDetail(record, resources, last, blind)
    return found


def ends(operation: str) -> tuple[str, ...]:
    """The statuses in which an operation of that name has done what it was started for."""
    if operation == "delete":
        return ("DELETE_COMPLETE",)
    if operation in ("rollback", "cancel"):
        undone = ("UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE", "DELETE_COMPLETE")
        return (*undone, "UPDATE_COMPLETE") if operation == "cancel" else undone
    return tuple(sorted(SUCCESSES))


def _deployed(
    assembly: Assembly, aws: AWS, stacks: Iterable[str] | None, ids: Mapping[str, str] | None = None
) -> Iterator[tuple[str, CloudFormation, StackRecord]]:
    from ..run import chosen_stacks

    for name, artifact in chosen_stacks(assembly, stacks).items():
        cf = _cloudformation(aws, artifact)
        id = (ids or {}).get(name)
        record = cf.stack(id or name)
        if record is not None and (id is not None or not record.gone):
            yield name, cf, record


def _cloudformation(aws: AWS, artifact: StackArtifact) -> CloudFormation:
    return aws.of(artifact).cloudformation(artifact.region)


def _resources(cf: CloudFormation, stack_id: str) -> Iterator[ResourceRecord]:
    waiting, asked = [("", stack_id)], 0
    while waiting and asked < STACKS:
        path, stack = waiting.pop(0)
        asked += 1
        for one in cf.resources(stack):
            if one.status == "DELETE_COMPLETE":
                continue
            name = f"{path}{one.logical_id}"
            yield evolve(one, logical_id=name)
            if one.type == "AWS::CloudFormation::Stack" and one.physical_id.startswith("arn:"):
                waiting.append((f"{name}.", one.physical_id))
