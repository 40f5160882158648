"""What may not happen by accident: data that would be lost needs a flag, wider access needs a yes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from .. import catalog
from ..errors import ApprovalNeeded, DeckError, DeployError

if TYPE_CHECKING:
    from ..diff import Broadening
    from .preview.exports import ExportInUse
    from .preview.merge import PlannedChange
    from .preview.stackpolicy import Denial


@frozen
class Refusal:
    """A change that loses data and that nobody has allowed; `now` is what an equal resource is called in its place."""

    logical_id: str
    type: str
    flag: Literal["--allow-replace", "--allow-destroy"]
    message: str
    now: str = ""


@frozen
class Verdict:
    """What the gate says of a plan: refused until a flag allows it, or to be asked about.

    `denied` is what the stack's own policy will not have and `blocked` the exports that other stacks hold on to; no flag
    helps there. `warned` is what is worth a look and stops nothing.
    """

    refused: tuple[Refusal, ...] = ()
    ask: tuple[str, ...] = ()
    denied: tuple[Denial, ...] = ()
    blocked: tuple[ExportInUse, ...] = ()
    warned: tuple[str, ...] = ()

    @property
    def opens(self) -> bool:
        """True when nothing is refused, denied or blocked."""
        return not (self.refused or self.denied or self.blocked)

    def check(self, stack: str) -> None:
        """Raise with everything that stands in the way and what helps.

        `ApprovalNeeded` for what a flag or another stack policy allows; `DeployError` when only exports in use are left.
        """
        if self.opens:
            return
        parts, fixes = [], []
        if self.refused:
            parts.append("\n".join((f"{stack}: data would be lost", *(f"  {one.message}" for one in self.refused))))
            flags = " ".join(dict.fromkeys(f"{one.flag} {one.logical_id}" for one in self.refused))
            same = [f"{one.logical_id} is called {one.now} now" for one in self.refused if one.now]
            if same:
                fixes.append(f"{', '.join(same)}: `awsdeck refactor --auto` carries it over as it is")
            fixes.append(f"keep the data with DeletionPolicy and UpdateReplacePolicy, or say that it may go: {flags}")
        if self.denied:
            head = f"{stack}: the stack's own policy would stop the update half-way"
            parts.append("\n".join((head, *(f"  {one.message}" for one in self.denied))))
            fixes.append(
                "allow it in the stack's policy (`stack_policy` in the deck or awsdeck.toml), then deploy again"
            )
        if self.blocked:
            head = f"{stack}: CloudFormation keeps exports that are in use"
            parts.append("\n".join((head, *(f"  {one.message}" for one in self.blocked))))
            fixes.append("let those stacks stop importing it first, or keep the export")
        kind: type[DeckError] = ApprovalNeeded if self.refused or self.denied else DeployError
        raise kind("\n".join(parts), fix="; ".join(fixes))


def judge(
    stack: str,
    changes: Iterable[PlannedChange],
    broadening: Iterable[Broadening],
    *,
    allow_replace: Collection[str] = (),
    allow_destroy: Collection[str] = (),
    denied: Iterable[Denial] = (),
    exports: Iterable[ExportInUse] = (),
) -> Verdict:
    """The gate's verdict; ids are allowed as `LogicalId`, `stack/LogicalId` or `stack:LogicalId`.

    What the stack policy may deny, and exports that may change, are warned of: only the deploy can tell.
    """
    refused, ask = [], [item.message for item in broadening]
    denied, exports = tuple(denied), tuple(exports)
    warned = [one.message for one in denied if not one.sure] + [one.message for one in exports if not one.sure]
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
            refused.append(Refusal(subject, change.type, flag, message, change.logical_id if change.was else ""))
        elif (
            change.guarded and change.action in ("delete", "rename", "replace", "maybe-replace") and change.data is None
        ):
            kind = catalog.find(change.type)
            inside = "waiting in it" if kind is not None and kind.holds_messages else "in it"
            ask.append(f"{subject} ({change.type}) is {'deleted' if deleted else 'replaced'}, with what is {inside}")
        if change.data == "snapshot":
            gone = "deleted" if deleted else "replaced"
            warned.append(f"{subject} ({change.type}) is {gone}; a snapshot of its data is taken and stays")
    return Verdict(
        tuple(refused),
        tuple(ask),
        tuple(one for one in denied if one.sure),
        tuple(one for one in exports if one.sure),
        tuple(warned),
    )


def allowed(stack: str, logical_id: str, ids: Collection[str]) -> bool:
    """True when `ids` has this resource, with or without its stack."""
    return any(name in ids for name in (logical_id, f"{stack}/{logical_id}", f"{stack}:{logical_id}"))
