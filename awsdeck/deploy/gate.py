"""What may not happen by accident: data that would be lost needs a flag, wider access needs a yes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from ..errors import ApprovalNeeded

if TYPE_CHECKING:
    from ..diff import Broadening
    from .merge import PlannedChange


@frozen
class Refusal:
    """A change that loses data and that nobody has allowed."""

    logical_id: str
    type: str
    flag: Literal["--allow-replace", "--allow-destroy"]
    message: str


@frozen
class Verdict:
    """What the gate says of a plan: refused until a flag allows it, or to be asked about."""

    refused: tuple[Refusal, ...] = ()
    ask: tuple[str, ...] = ()

    def check(self, stack: str) -> None:
        """Raise `ApprovalNeeded` with every change that needs a flag, and the flags."""
        if not self.refused:
            return
        lines = [f"  {refusal.message}" for refusal in self.refused]
        flags = " ".join(f"{refusal.flag} {refusal.logical_id}" for refusal in self.refused)
        raise ApprovalNeeded(
            "\n".join((f"{stack}: data would be lost", *lines)),
            fix=f"keep the data with DeletionPolicy and UpdateReplacePolicy, or say that it may go: {flags}",
        )


def judge(
    stack: str,
    changes: Iterable[PlannedChange],
    broadening: Iterable[Broadening],
    *,
    allow_replace: Collection[str] = (),
    allow_destroy: Collection[str] = (),
) -> Verdict:
    """The gate's verdict; ids are allowed as `LogicalId`, `stack/LogicalId` or `stack:LogicalId`."""
    refused, ask = [], [item.message for item in broadening]
    for change in changes:
        deleted = change.action in ("delete", "rename")
        subject = change.was or change.logical_id
        if change.data in ("lost", "maybe"):
            if allowed(stack, subject, allow_destroy if deleted else allow_replace):
                continue
            may = "" if change.data == "lost" else "may be "
            verb = "deleted" if deleted else "replaced"
            flag: Literal["--allow-replace", "--allow-destroy"] = "--allow-destroy" if deleted else "--allow-replace"
            why = f" because {change.because} changes" if change.because and not deleted else ""
            message = f"{subject} ({change.type}) {may or 'is '}{verb}{why}, and what it holds is lost with it"
            refused.append(Refusal(subject, change.type, flag, message))
        elif (
            change.guarded and change.action in ("delete", "rename", "replace", "maybe-replace") and change.data is None
        ):
            ask.append(
                f"{subject} ({change.type}) is {'deleted' if deleted else 'replaced'}, with what is waiting in it"
            )
    return Verdict(tuple(refused), tuple(ask))


def allowed(stack: str, logical_id: str, ids: Collection[str]) -> bool:
    """True when `ids` has this resource, with or without its stack."""
    return any(name in ids for name in (logical_id, f"{stack}/{logical_id}", f"{stack}:{logical_id}"))
