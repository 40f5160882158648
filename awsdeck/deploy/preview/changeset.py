"""Our own change set: made, waited for, read, and taken away again when it is not used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from ...errors import DeckError, DeployError, InputError
from ..account.clock import Interrupted
from ..errors import Refused
from ..records import ChangeSetRecord
from .described import described
from .diagnosis import refusal

if TYPE_CHECKING:
    from ...assembly import StackArtifact
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation
    from ..request import Request

PACE = (1.0, 1.0, 2.0, 3.0, 5.0)  # seconds between looks; the last goes on
WAIT = 900.0  # seconds for CloudFormation to make up its mind
GONE = 60.0  # seconds for a stack in review to be deleted
DEEPEST = 8  # nested stacks inside nested stacks
_NO_CHANGE = ("the submitted information didn't contain changes", "no updates are to be performed")


class StuckChangeSet(DeployError):
    """CloudFormation is still making a change set after the longest reasonable wait; it is kept, and named."""


@frozen
class Made:
    """A change set of this run; `own_stack` when the run also made the stack in review that holds it.

    `nested` are the change sets of nested stacks that CloudFormation made with it, by the path `Outer.Inner`.
    """

    record: ChangeSetRecord
    own_stack: bool
    nested: dict[str, ChangeSetRecord] = field(factory=dict, hash=False)

    @property
    def unchanged(self) -> bool:
        """True when CloudFormation finds nothing to do."""
        reason = self.record.reason.lower()
        return self.record.status == "FAILED" and any(text in reason for text in _NO_CHANGE)


def make(
    cf: CloudFormation,
    aws: AWS,
    request: Request,
    bucket: str | None,
    notify: Callable[[str], None],
    *,
    there: str | None = None,
    artifact: StackArtifact | None = None,
) -> Made:
    """Make a change set and wait until it can be read; it is taken away again if anything goes wrong.

    `there` is the id of the stack that is there already: the one to update, or one that somebody else has left in
    review, which is then not ours to delete; `artifact` knows the lines of the resources that CloudFormation objects to. Raises `Refused` when CloudFormation
    does not accept the template, `StuckChangeSet` when it comes to no end.
    """
    from ..files.template import placed

    body, url = placed(aws, cf.region, request.body, bucket, request.stack)
    stack = request.stack if request.create or there is None else there
    create = partial(
        cf.create_change_set,
        stack=stack,
        name=request.name,
        create=request.create,
        body=body,
        url=url,
        parameters=[parameter.to_request() for parameter in request.parameters],
        tags=request.tags,
        capabilities=request.capabilities,
        token=request.token,
        role=request.role,
        nested=request.nested and "DeploymentMode" not in request.more,  # CloudFormation refuses the two together
        more=request.more,
    )
    try:
        arn, stack_id = create()
    except (Interrupted, Refused) as error:
        if isinstance(error, Interrupted) or error.kind == "outage":  # it may have been made all the same
            _take_away_unseen(cf.unstoppable(), request, stack, there, notify)
        raise
    own_stack = request.create and stack_id != there
    made = Made(ChangeSetRecord(arn, stack_id, "CREATE_PENDING"), own_stack)
    try:
        made = Made(_settled(cf, arn), own_stack)
        _check(cf, request, made, artifact)
        return evolve(made, nested=dict(inner_change_sets(cf, made.record)))
    except StuckChangeSet:
        raise
    except BaseException:
        take_away(cf.unstoppable(), made, notify)
        raise


def _settled(cf: CloudFormation, arn: str) -> ChangeSetRecord:
    started, looks = cf.now(), 0
    while True:
        try:
            record = described(cf, arn)  # nothing to page through before it is done
        except Refused as refused:
            if refused.kind != "missing" or cf.now() - started > 60:
                raise
        else:
            if record.status not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                return record
        if cf.now() - started > WAIT:
            raise StuckChangeSet(
                f"CloudFormation is still making the change set after {WAIT / 60:.0f} minutes: {arn}",
                fix="look at it in the console, and delete it there if it never ends",
            )
        cf.pause((0.1 if cf.emulated else 1.0) * PACE[min(looks, len(PACE) - 1)])
        looks += 1


def _check(cf: CloudFormation, request: Request, made: Made, artifact: StackArtifact | None) -> None:
    if made.unchanged and request.create:
        raise InputError(
            f"{request.stack}: CloudFormation finds nothing to create in the template",
            fix="check the conditions: with these parameters no resource is left",
        )
    if made.record.status != "CREATE_COMPLETE" and not made.unchanged:
        raise refusal(cf, request.stack, made.record, artifact)


def inner_change_sets(
    cf: CloudFormation, record: ChangeSetRecord, prefix: str = "", depth: int = DEEPEST
) -> Iterator[tuple[str, ChangeSetRecord]]:
    """The change sets of all nested stacks below a change set, outer ones first; those that may not be read are left
    out, as the templates show the same. Raises `Refused`.
    """
    for change in record.changes:
        if change.nested and depth:
            try:
                inner = described(cf, change.nested)
            except Refused as refused:
                if refused.kind != "denied":
                    raise
                continue
            path = f"{prefix}{change.logical_id}"
            yield path, inner
            yield from inner_change_sets(cf, inner, f"{path}.", depth - 1)


def _take_away_unseen(
    cf: CloudFormation, request: Request, stack: str, there: str | None, notify: Callable[[str], None]
) -> None:
    """Take away a change set whose making was asked for and never answered; its name is known to be ours."""
    try:
        answer = cf.call("DescribeChangeSet", "describe_change_set", ChangeSetName=request.name, StackName=stack)
    except DeckError as error:
        if not isinstance(error, Refused) or error.kind != "missing":
            notify(f"a change set {request.name} may be left on {request.stack}: {error.message}")
        return
    record = ChangeSetRecord(str(answer["ChangeSetId"]), str(answer["StackId"]), str(answer["Status"]))
    take_away(cf, Made(record, request.create and record.stack_id != there), notify)


def take_away(cf: CloudFormation, made: Made, notify: Callable[[str], None]) -> None:
    """Delete our own change set, and the stack in review if this run made it and nobody else uses it.

    Those of nested stacks go with it; nested stacks that are left in review are deleted as well.
    """
    record = made.record
    try:
        cf.delete_change_set(record.arn)
        if made.own_stack:
            _remove_review(cf, record)
    except DeckError as error:
        notify(f"could not remove the change set {record.arn}: {error.message}")
    for inner in made.nested.values():
        with suppress(DeckError):  # what is left is an empty stack in review, which `clean` finds
            _remove_review(cf, inner)


def _remove_review(cf: CloudFormation, record: ChangeSetRecord) -> None:
    """Delete the stack that a change set has left in review, and wait until it is gone."""
    if not record.stack_id or not _is_empty_review(cf, record):
        return
    cf.delete_stack(record.stack_id, token=f"{record.arn.rsplit('/', 1)[-1]}-review"[:128])
    started = cf.now()
    while cf.now() - started < GONE:
        stack = cf.stack(record.stack_id)
        if stack is None or stack.gone or not stack.status.startswith(("REVIEW", "DELETE_IN")):
            return
        cf.pause(0.1 if cf.emulated else 1.0)


def _is_empty_review(cf: CloudFormation, record: ChangeSetRecord) -> bool:
    stack = cf.stack(record.stack_id)
    if stack is None or stack.id != record.stack_id or stack.status != "REVIEW_IN_PROGRESS":
        return False
    others = [arn for arn in cf.change_sets(stack.id) if arn != record.arn]
    return not others and not cf.resources(stack.id)
