"""Our own change set: made, waited for, read, and taken away again when it is not used."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import frozen

from ..errors import DeckError, InputError, StoppedWatching
from .errors import Refused, shortened
from .records import ChangeSetRecord

if TYPE_CHECKING:
    from .aws import AWS
    from .cloudformation import CloudFormation
    from .request import Request

PACE = (1.0, 1.0, 2.0, 3.0, 5.0)  # seconds between looks; the last goes on
WAIT = 900.0  # seconds for CloudFormation to make up its mind
_NO_CHANGE = ("the submitted information didn't contain changes", "no updates are to be performed")


@frozen
class Made:
    """A change set of this run; `own_stack` when the run also made the stack in review that holds it."""

    record: ChangeSetRecord
    own_stack: bool

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
    in_review: str | None = None,
) -> Made:
    """Make a change set and wait until it can be read; it is taken away again if anything goes wrong.

    `in_review` is the id of a stack that somebody else has left in review, which is then not ours to delete. Raises
    `Refused` when CloudFormation does not accept the template.
    """
    from .template import placed

    body, url = placed(aws, cf.region, request.body, bucket, request.stack)
    arn, stack_id = cf.create_change_set(
        stack=request.stack,
        name=request.name,
        create=request.create,
        body=body,
        url=url,
        parameters=[parameter.to_request() for parameter in request.parameters],
        tags=request.tags,
        capabilities=request.capabilities,
        token=request.token,
        role=request.role,
    )
    own_stack = request.create and stack_id != in_review
    made = Made(ChangeSetRecord(arn, stack_id, "CREATE_PENDING"), own_stack)
    try:
        made = Made(_settled(cf, arn), own_stack)
        _check(cf, request, made)
    except StoppedWatching:
        raise
    except BaseException:
        take_away(cf.unstoppable(), made, notify)
        raise
    return made


def _settled(cf: CloudFormation, arn: str) -> ChangeSetRecord:
    started, looks = cf.now(), 0
    while True:
        try:
            record = cf.change_set(arn, changes=False)
        except Refused as refused:
            if refused.kind != "missing" or cf.now() - started > 60:
                raise
        else:
            if record.status not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                return cf.change_set(arn)
        if cf.now() - started > WAIT:
            raise StoppedWatching(
                f"CloudFormation is still making the change set after {WAIT / 60:.0f} minutes: {arn}",
                fix="look at it in the console, and delete it there if it never ends",
            )
        cf.pause((0.1 if cf.emulated else 1.0) * PACE[min(looks, len(PACE) - 1)])
        looks += 1


def _check(cf: CloudFormation, request: Request, made: Made) -> None:
    record = made.record
    if made.unchanged and request.create:
        raise _nothing_to_create(request.stack)
    if record.status == "CREATE_COMPLETE" or made.unchanged:
        return
    lines = [f"{request.stack}: CloudFormation refuses the change: {shortened(record.reason) or record.status}"]
    with suppress(DeckError):  # only an explanation is lost: the call is new, and not everybody may make it
        lines += [f"  {where}: {reason}" for where, reason in cf.validation_failures(record.arn)]
    raise Refused("\n".join(lines), kind="invalid", code=record.status, operation="CreateChangeSet")


def _nothing_to_create(name: str) -> InputError:
    return InputError(
        f"{name}: CloudFormation finds nothing to create in the template",
        fix="check the conditions: with these parameters no resource is left",
    )


def take_away(cf: CloudFormation, made: Made, notify: Callable[[str], None]) -> None:
    """Delete our own change set, and the stack in review if this run made it and nobody else uses it."""
    record = made.record
    try:
        cf.delete_change_set(record.arn)
        if made.own_stack and _is_empty_review(cf, record):
            cf.delete_stack(record.stack_id, token=f"{record.arn.rsplit('/', 1)[-1]}-review"[:128])
    except DeckError as error:
        notify(f"could not remove the change set {record.arn}: {error.message}")


def _is_empty_review(cf: CloudFormation, record: ChangeSetRecord) -> bool:
    stack = cf.stack(record.stack_id)
    if stack is None or stack.id != record.stack_id or stack.status != "REVIEW_IN_PROGRESS":
        return False
    others = [arn for arn in cf.change_sets(stack.id) if arn != record.arn]
    return not others and not cf.resources(stack.id)
