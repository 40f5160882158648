"""What a rollback that failed is stuck on, and how CloudFormation is told to go on without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from ...errors import DeckError, InputError
from ..records import STACK_TYPE, EventRecord

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation

_BEING_DELETED = ("DELETE_IN_PROGRESS", "DELETE_COMPLETE", "DELETE_FAILED")


@frozen
class Stuck:
    """A resource that did not get through a rollback.

    `name` is its logical id, `Nested.Id` in a nested stack; `skip` is what CloudFormation takes for it, which has the
    nested stack's own name in front; `cancelled` when it only stopped because another one failed, so that it cannot be
    skipped.
    """

    name: str
    skip: str
    type: str
    physical_id: str = ""
    reason: str = ""
    cancelled: bool = False


def stuck(cf: CloudFormation, stack_id: str, path: str = "", own: str = "") -> Iterator[Stuck]:
    """Everything in a stack and the stacks nested in it that the last rollback has failed on."""
    failures = _failures(cf, stack_id)
    for resource in cf.resources(stack_id):
        if resource.status != "UPDATE_FAILED":
            continue
        name = path + resource.logical_id
        inner = resource.physical_id
        if resource.type == STACK_TYPE and inner.startswith("arn:"):
            below = list(stuck(cf, inner, f"{name}.", f"{inner.split(':stack/')[-1].split('/')[0]}."))
            yield from below
            record = None if below else cf.stack(inner)
            if below or record is None or record.status not in _BEING_DELETED:
                continue
        event = failures.get(resource.logical_id)
        yield Stuck(
            name,
            own + resource.logical_id,
            resource.type,
            resource.physical_id,
            event.reason if event is not None else resource.reason,
            event is None or event.cancelled,
        )


def _failures(cf: CloudFormation, stack_id: str) -> dict[str, EventRecord]:
    """The failed updates since the rollback began, by logical id; the newest of each."""
    found: dict[str, EventRecord] = {}
    for page in cf.events(stack_id):
        for event in page:
            if event.of_stack and event.status == "UPDATE_ROLLBACK_IN_PROGRESS":
                return found
            if event.status == "UPDATE_FAILED" and not event.of_stack:
                found.setdefault(event.logical_id, event)
    return found


def to_skip(name: str, found: Iterable[Stuck], wanted: Iterable[str]) -> tuple[Stuck, ...]:
    """What `wanted` names; raises `InputError` for what the rollback of stack `name` has not failed on."""
    known = {one.name: one for one in found}
    by_own_name = {one.skip: one for one in known.values()}
    chosen, wrong = [], []
    for word in dict.fromkeys(wanted):
        one = known.get(word) or by_own_name.get(word)
        if one is None:
            wrong.append(f"{word} has not failed")
        elif one.cancelled:
            wrong.append(f"{one.name} has not failed in the rollback, it was only stopped when another one failed")
        else:
            chosen.append(one)
    if wrong:
        able = ", ".join(one.name for one in known.values() if not one.cancelled)
        raise InputError(
            f"{name}: {'; '.join(wrong)}, so CloudFormation does not let it be skipped",
            fix=f"what the rollback has failed on: {able}" if able else "run the rollback without --skip",
        )
    return tuple(chosen)


def if_readable(cf: CloudFormation, stack_id: str) -> tuple[Stuck, ...]:
    """The same as `stuck` where it only explains: nothing when the caller may not read it."""
    try:
        return tuple(stuck(cf, stack_id))
    except DeckError:
        return ()
