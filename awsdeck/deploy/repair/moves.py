"""Resources that are called otherwise now, or stand in another stack: what the deck says of it, and what looks like it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from ... import catalog
from ...assembly import Assembly, StackArtifact
from ...diff.compare import fingerprint, normal
from ...diff.rename import renames
from ...errors import ApprovalNeeded, Place
from ..files.template import deployed
from ..gate import allowed

if TYPE_CHECKING:
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation
    from ..records import StackRecord

State = Literal["pending", "done", "absent", "both", "other-type"]


@frozen
class Move:
    """One resource that goes from `was` in the stack `home` to `id` in `stack`; `declared` when the deck says so."""

    home: str
    was: str
    stack: str
    id: str
    type: str
    declared: bool = True
    place: Place | None = None

    @property
    def message(self) -> str:
        """One sentence for people."""
        before = self.was if self.home == self.stack else f"{self.home}/{self.was}"
        after = self.id if self.home == self.stack else f"{self.stack}/{self.id}"
        return f"{before} is {after} now ({self.type})"

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "from": {"stack": self.home, "logical_id": self.was},
            "to": {"stack": self.stack, "logical_id": self.id},
            "resource_type": self.type,
            "declared": self.declared,
        }


@frozen
class Deployed:
    """A stack as it is deployed now."""

    record: StackRecord
    template: Mapping[str, Any]
    cf: CloudFormation

    @property
    def resources(self) -> Mapping[str, Any]:
        """Its resources, by logical id."""
        found: Mapping[str, Any] = self.template.get("Resources") or {}
        return found


def read_deployed(assembly: Assembly, names: Iterable[str], aws: AWS, beside: StackArtifact) -> dict[str, Deployed]:
    """The stacks of those names that are deployed; one that the deck has no more is looked for where `beside` is."""
    found = {}
    for name in dict.fromkeys(names):
        artifact = assembly.stacks.get(name)
        home = artifact if artifact is not None else beside
        cf = aws.of(home).cloudformation(home.region)
        record = cf.stack(name)
        if record is not None and not record.gone and record.status not in ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"):
            found[name] = Deployed(record, deployed(cf, record.id), cf)
    return found


def declared(assembly: Assembly, stacks: Collection[str] | None = None) -> Iterator[Move]:
    """What the deck says has moved, from or to the stacks; all when None."""
    for artifact in assembly:
        for id, origin in artifact.origins.items():
            for was in origin.moved:
                home, _, former = was.partition("/")
                if stacks is None or artifact.name in stacks or home in stacks:
                    body = artifact.template.get("Resources", {}).get(id) or {}
                    kind = str(body.get("Type", ""))
                    yield Move(home, former, artifact.name, id, kind, place=origin.place())


def state(move: Move, stacks: Mapping[str, Deployed]) -> State:
    """How far a move is: still to be done, done, without anything to move, or in a way that nobody can do it."""
    before = stacks[move.home].resources if move.home in stacks else {}
    after = stacks[move.stack].resources if move.stack in stacks else {}
    if move.was not in before:
        return "done" if move.id in after else "absent"
    if move.id in after:
        return "both"
    return "pending" if (before[move.was] or {}).get("Type") == move.type else "other-type"


def proposed(assembly: Assembly, stacks: Mapping[str, Deployed]) -> tuple[list[Move], list[str]]:
    """Resources of the deck that equal deployed ones of another name or stack, and what is too much alike to tell.

    What the deck declares is left out.
    """
    said = {(move.home, move.was) for move in declared(assembly)} | {(m.stack, m.id) for m in declared(assembly)}
    moves = [
        Move(name, was, name, id, str(artifact.template["Resources"][id].get("Type", "")), declared=False)
        for name, artifact in assembly.stacks.items()
        if name in stacks
        for was, id in sorted(renames(stacks[name].resources, artifact.template.get("Resources") or {}).items())
        if (name, was) not in said and (name, id) not in said
    ]
    taken = {(m.home, m.was) for m in moves} | {(m.stack, m.id) for m in moves} | said
    gone: dict[str, list[tuple[str, str]]] = {}
    fresh: dict[str, list[tuple[str, str]]] = {}
    for name, artifact in assembly.stacks.items():
        now, then = artifact.template.get("Resources") or {}, stacks[name].resources if name in stacks else {}
        for id in sorted(then.keys() - now.keys()):
            if (name, id) not in taken:
                gone.setdefault(_mark(then[id]), []).append((name, id))
        for id in sorted(now.keys() - then.keys()):
            if (name, id) not in taken:
                fresh.setdefault(_mark(now[id]), []).append((name, id))
    unclear = []
    for mark in sorted(gone.keys() & fresh.keys()):
        before, after = gone[mark], fresh[mark]
        if len(before) == len(after) == 1:
            (home, was), (stack, id) = before[0], after[0]
            kind = str(assembly[stack].template["Resources"][id].get("Type", ""))
            moves.append(Move(home, was, stack, id, kind, declared=False))
        else:
            sides = [", ".join("/".join(one) for one in side) for side in (before, after)]
            unclear.append(f"{sides[0]} may each have become one of {sides[1]}: declare it with node.moved")
    return moves, unclear


def _mark(body: Any) -> str:
    if not isinstance(body, dict):
        return fingerprint(body)
    return fingerprint([body.get("Type"), normal(body.get("Properties") or {})])


def check_done(assembly: Assembly, chosen: Collection[str], aws: AWS, *, allow_destroy: Collection[str] = ()) -> None:
    """Raise `ApprovalNeeded` when a deploy would delete and make anew what the deck says has only moved.

    A move whose old resource may be destroyed, by `allow_destroy`, is not held to.
    """
    moves = [
        move for move in declared(assembly, chosen)
        if move.stack in chosen or move.home in chosen
    ]  # fmt: skip
    if not moves:
        return
    stacks: dict[str, Deployed] = {}
    for move in moves:
        missing = [name for name in (move.home, move.stack) if name not in stacks]
        stacks.update(read_deployed(assembly, missing, aws, assembly[move.stack]))
    waiting = [
        move for move in moves
        if state(move, stacks) == "pending" and not allowed(move.home, move.was, allow_destroy)
    ]  # fmt: skip
    if waiting:
        raise ApprovalNeeded(
            "\n  ".join(("what has moved would be deleted and made anew:", *(_said(move) for move in waiting))),
            place=waiting[0].place,
            fix="run `awsdeck refactor` first, which carries it over as it is",
        )


def _said(move: Move) -> str:
    kind = catalog.find(move.type)
    return move.message + (", with its data" if kind is not None and kind.stateful else "")
