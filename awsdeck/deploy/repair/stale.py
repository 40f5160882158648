"""What runs of this tool have left in an account: change sets that nobody executes, and empty stacks in review."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ...assembly import Assembly
from ...errors import DeckError
from ..preview.changeset import Made, take_away
from ..records import ChangeSetRecord, StackRecord
from ..request import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation

OURS = re.compile(rf"{PREFIX}\d{{8}}T\d{{6}}Z-[0-9a-f]{{8}}")
"""The names of our change sets; nobody else's are touched."""
AGE = 3_600.0  # seconds: a younger one may belong to a run that still goes on


@frozen
class Stale:
    """A change set of ours that was never executed; `with_stack` when an empty stack in review goes with it."""

    stack: str
    name: str
    arn: str
    stack_id: str
    status: str
    created: float
    with_stack: bool
    cf: CloudFormation

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "stack": self.stack,
            "change_set": self.name,
            "arn": self.arn,
            "status": self.status,
            "created": self.created,
            "with_stack": self.with_stack,
        }


@frozen
class Leavings:
    """What can be cleaned, and what is left alone with the reason."""

    stale: tuple[Stale, ...]
    notes: tuple[str, ...] = ()


def find_stale(assembly: Assembly, *, aws: AWS, stacks: Iterable[str] | None = None, older: float = AGE) -> Leavings:
    """Our own leavings on stacks of the assembly; `older` is an age in seconds. Nothing is changed."""
    names = list(assembly.stacks) if stacks is None else list(stacks)
    found: list[Stale] = []
    notes: list[str] = []
    for name in names:
        artifact = assembly[name]
        identity = aws.of(artifact)
        identity.belongs(artifact, artifact.region)
        cf = identity.cloudformation(artifact.region)
        record = cf.stack(name)
        if record is not None and not record.gone:
            found += _of_stack(cf, record, older, notes)
    return Leavings(tuple(found), tuple(notes))


def find_stale_anywhere(aws: AWS, region: str | None = None, older: float = AGE) -> Leavings:
    """The same on every stack of a region."""
    cf = aws.cloudformation(region)
    found: list[Stale] = []
    notes: list[str] = []
    for record in cf.stacks()[1]:
        found += _of_stack(cf, record, older, notes)
    return Leavings(tuple(found), tuple(notes))


def _of_stack(cf: CloudFormation, record: StackRecord, older: float, notes: list[str]) -> Iterator[Stale]:
    summaries = [
        item
        for page in cf.pages("ListChangeSets", "list_change_sets", StackName=record.id)
        for item in page.get("Summaries", ())
    ]
    review = record.status == "REVIEW_IN_PROGRESS"
    ours = [item for item in summaries if OURS.fullmatch(str(item.get("ChangeSetName", "")))]
    old = [item for item in ours if _is_stale(item, cf.now() - older)]
    empty = review and len(old) == len(summaries) > 0 and not cf.resources(record.id)
    if review and not empty:
        if not summaries:
            notes.append(
                f"{record.name} is in review without a change set, so nobody can tell whose it is: "
                f"`awsdeck destroy {record.name}` removes it"
            )
        elif len(ours) < len(summaries):
            notes.append(f"{record.name} stays in review: somebody else has a change set on it")
    for number, item in enumerate(sorted(old, key=lambda one: str(one["ChangeSetName"]))):
        yield Stale(
            record.name,
            str(item["ChangeSetName"]),
            str(item["ChangeSetId"]),
            record.id,
            str(item.get("Status", "")),
            _created(item),
            empty and number == len(old) - 1,
            cf,
        )


def _is_stale(item: Any, before: float) -> bool:
    running = str(item.get("ExecutionStatus", "")).startswith("EXECUTE_") or item.get("ParentChangeSetId")
    making = item.get("Status") in ("CREATE_PENDING", "CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
    return not running and not making and _created(item) <= before


def _created(item: Any) -> float:
    moment = item.get("CreationTime")
    return float(moment.timestamp()) if moment is not None else 0.0


def remove_stale(found: Iterable[Stale], tell: Callable[[str], None]) -> list[Stale]:
    """Take them away; `tell` hears what could not be. A stack goes only if it is still empty and in review."""
    gone = []
    for one in found:
        heard: list[str] = []
        made = Made(ChangeSetRecord(one.arn, one.stack_id, one.status), one.with_stack)
        try:
            take_away(one.cf.unstoppable(), made, heard.append)
        except DeckError as error:
            heard.append(error.message)
        for message in heard:
            tell(message)
        if not heard:
            gone.append(one)
    return gone
