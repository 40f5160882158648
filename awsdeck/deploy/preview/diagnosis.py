"""Why CloudFormation could not make a change set: what its one line of reason stands for, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from ...errors import DeckError
from ..errors import Refused, shortened
from .hookresults import hook_failures
from .validation import validations

if TYPE_CHECKING:
    from ...assembly import StackArtifact
    from ..account.cloudformation import CloudFormation
    from ..records import ChangeSetRecord

_NESTED = re.compile(r"nested change set (arn:[-a-zA-Z0-9:/_.]+)", re.IGNORECASE)
_EXPORT = re.compile(r"no export named (\S+?) found", re.IGNORECASE)
_AFFECTED = re.compile(r"the affected resources are (.+?)\.?$", re.IGNORECASE)
DEEPEST = 8  # nested stacks inside nested stacks


def refusal(cf: CloudFormation, stack: str, record: ChangeSetRecord, artifact: StackArtifact | None) -> Refused:
    """The error for a change set that failed: its reason, what stands behind it, and a fix where one is known."""
    head = f"{stack}: CloudFormation refuses the change: {shortened(record.reason) or record.status}"
    lines = [head, *(f"  {line}" for line in _behind(cf, record, artifact, DEEPEST))]
    error = Refused("\n".join(lines), kind="invalid", code=record.status, operation="CreateChangeSet")
    error.fix = _fix("\n".join(lines))
    return error


def _behind(cf: CloudFormation, record: ChangeSetRecord, artifact: StackArtifact | None, depth: int) -> Iterator[str]:
    """What the reason only hints at; where it cannot be asked for, the reason has to do."""
    reason = record.reason
    # The calls are new, and not everybody may make them: only an explanation is lost.
    with suppress(DeckError):
        yield from (one.message for one in validations(cf, record.arn, artifact) if one.mode == "FAIL")
    if "hook" in reason.lower():
        with suppress(DeckError):
            yield from hook_failures(cf, "CHANGE_SET", record.arn)
    found = _NESTED.search(reason)
    if found is None or depth == 0:
        return
    with suppress(DeckError):
        inner = cf.change_set(found.group(1).rstrip("."), changes=False)
        name = _stack_name(inner.stack_id)
        yield f"in the nested stack {name}: {shortened(inner.reason) or inner.status}"
        yield from (f"  {line}" for line in _behind(cf, inner, None, depth - 1))


def _stack_name(stack_id: str) -> str:
    return stack_id.split("/")[1] if stack_id.count("/") > 1 else stack_id


def missing_export(reason: str) -> str | None:
    """The export that a template imports and that no stack has, when that is the reason."""
    found = _EXPORT.search(reason)
    return found.group(1) if found else None


def _fix(text: str) -> str | None:
    export = missing_export(text)
    if export is not None:
        return f"deploy the stack that exports {export} first, in the same account and region"
    affected = _AFFECTED.search(text.split("\n", maxsplit=1)[0])
    if affected is not None and "deletionpolicy" in text.lower():
        return f"say DeletionPolicy: Retain on {affected.group(1)}, so that what is there can be taken into the stack"
    lowered = text.lower()
    if "macro" in lowered or ("transform" in lowered and "failed" in lowered):
        return "look at the macro's function and its log, and at what the template passes to it"
    if "hook" in lowered:
        return "change what the hook objects to, or speak with those who run it"
    return None
