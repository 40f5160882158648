"""Carry resources over to other names and other stacks, as they are, through CloudFormation's stack refactoring.

Each group of stacks that hand resources to each other is one refactoring. CloudFormation checks it before anything
happens and does it as a whole or not at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from attrs import evolve, field, frozen

from ...assembly import Assembly
from ...errors import ApprovalNeeded, DeployError, InputError, NotClean, RolledBack, StoppedWatching
from ..errors import Kind, Refused, shortened
from ..files.template import placed
from ..preview.changeset import PACE, WAIT
from ..request import PREFIX, minified
from ..state import way
from .moves import Deployed, Move, declared, proposed, read_deployed, state
from .relocation import relocated

if TYPE_CHECKING:
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation

MOST = 5  # stacks in one refactoring. Source: CloudFormation User Guide, Stack refactoring
INSIST = 120.0  # seconds for a start whose answer gets lost
_FIXES = (
    ("not supported", "this type cannot be moved; keep it where it is, or give the new one another id"),
    ("does not support", "this type cannot be moved; keep it where it is, or give the new one another id"),
    ("tags", "the resource's type does not let its tags be changed; leave this move out"),
    ("modif", "a move changes nothing: deploy what changes before or after it"),
)  # fmt: skip


@frozen
class Refactoring:
    """What is moved together: the moves, the templates that the stacks have then, and which of them are new."""

    region: str
    moves: tuple[Move, ...]
    templates: Mapping[str, Mapping[str, Any]] = field(repr=False)
    created: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "region": self.region,
            "stacks": sorted(self.templates),
            "created": list(self.created),
            "moves": [move.to_dict() for move in self.moves],
        }


@frozen
class Refactored:
    """How a refactoring ended; `actions` is what CloudFormation says it does, one sentence each."""

    plan: Refactoring
    status: Literal["moved", "checked"]
    id: str
    actions: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {**self.plan.to_dict(), "status": self.status, "id": self.id, "actions": list(self.actions)}


@frozen
class Findings:
    """What there is to move: refactorings that can be done, what only looks like a move, and what is unclear."""

    refactorings: tuple[Refactoring, ...]
    hints: tuple[Move, ...] = ()
    unclear: tuple[str, ...] = ()


def find_moves(assembly: Assembly, *, aws: AWS, stacks: Collection[str] | None = None, auto: bool = False) -> Findings:
    """Moves that the deck declares and that are still to be done; with `auto` those that equal resources show, too.

    `stacks` are those that give or take; all when None. Raises `InputError` for what cannot be moved, `StackBusy` and
    its like for a stack that cannot be touched now.
    """
    said = list(declared(assembly, stacks))
    there = read_deployed(assembly, assembly.stacks, aws, next(iter(assembly))) if len(assembly) else {}
    for move in said:
        missing = [name for name in (move.home,) if name not in there]
        there.update(read_deployed(assembly, missing, aws, assembly[move.stack]))
    states = {move: state(move, there) for move in said}
    wrong = [_impossible(move, states[move]) for move in said if states[move] in ("both", "other-type")]
    if wrong:
        raise InputError("\n  ".join(("this cannot be moved:", *wrong)), fix="correct or remove the declared moves")
    waiting = [move for move in said if states[move] == "pending"]
    others, unclear = proposed(assembly, there)
    others = [move for move in others if stacks is None or {move.home, move.stack} & set(stacks)]
    chosen = [*waiting, *(others if auto else ())]
    return Findings(
        tuple(_refactorings(assembly, chosen, there)),
        () if auto else tuple(others),
        (*_astray(said, states, there), *(unclear if auto else ())),
    )


def _astray(said: Iterable[Move], states: Mapping[Move, str], there: Mapping[str, Deployed]) -> Iterator[str]:
    """Declared moves out of a deployed stack that never had what is to move."""
    for move in said:
        if states[move] == "absent" and move.home in there:
            close = get_close_matches(move.was, sorted(there[move.home].resources), 1)
            yield (
                f"{move.message}, the deck says, but {move.home} has no {move.was}: {move.stack}/{move.id} is going to be "
                f"made anew{f'; did you mean {close[0]}?' if close else ''}"
            )


def _impossible(move: Move, how: str) -> str:
    if how == "both":
        return f"{move.message}, and both are deployed"
    return f"{move.home}/{move.was} is not of the type {move.type}, and a move keeps the type"


def _refactorings(assembly: Assembly, moves: Iterable[Move], there: Mapping[str, Deployed]) -> Iterator[Refactoring]:
    deck = {artifact.name: artifact.template for artifact in assembly}
    now = {name: one.template for name, one in there.items()}
    for group in _groups(moves):
        regions = {there[move.home].cf.region for move in group} | {
            assembly[move.stack].region or there[move.home].cf.region for move in group
        }
        if len(regions) > 1:
            raise InputError(
                f"resources do not move between regions: {'; '.join(move.message for move in group)}",
                fix="a move stays in its region",
            )
        [region] = regions
        beside = {name: template for name, template in now.items() if there[name].cf.region == region}
        templates = relocated(beside, group, deck)
        for name in templates:
            if name in there:
                way(there[name].record)
        if len(templates) > MOST:
            raise InputError(
                f"this touches {len(templates)} stacks, and CloudFormation moves between {MOST} at once: {', '.join(templates)}",
                fix="move in several steps: name the stacks",
            )
        yield Refactoring(region, tuple(group), templates, tuple(name for name in templates if name not in there))
        now.update(templates)


def _groups(moves: Iterable[Move]) -> list[list[Move]]:
    """The moves that share a stack with each other, directly or through others."""
    groups: list[tuple[set[str], list[Move]]] = []
    for move in moves:
        names, members = {move.home, move.stack}, [move]
        for group in [one for one in groups if one[0] & names]:
            names |= group[0]
            members = [*group[1], *members]
            groups.remove(group)
        groups.append((names, members))
    return [members for _, members in groups]


def refactor(
    assembly: Assembly,
    plan: Refactoring,
    *,
    aws: AWS,
    confirm: Callable[[Refactoring], bool] | None = None,
    tell: Callable[[str], None] | None = None,
    bucket: str | None = None,
    check: bool = False,
    timeout: float | None = None,
) -> Refactored:
    """Do one refactoring; with `check` CloudFormation is asked what it would do, and nothing is done.

    What was only checked stays listed in the account, as CloudFormation has no way to delete it, and does nothing.
    Raises `ApprovalNeeded` when `confirm` says no, `RolledBack` when it failed and was undone, `NotClean` when that
    failed too, `StoppedWatching` when it goes on without us.
    """
    if confirm is not None and not confirm(plan):
        raise ApprovalNeeded("declined; nothing was moved")
    artifact = next(assembly[move.stack] for move in plan.moves)
    identity = aws.of(artifact)
    identity.belongs(artifact, plan.region)
    cf = identity.cloudformation(plan.region)
    id = _create(cf, identity, plan, bucket)
    _wait_created(cf, plan, id)
    actions = _actions(cf, plan, id)
    if tell is not None:
        for action in actions:
            tell(action)
    if check:
        return Refactored(plan, "checked", id, actions)
    try:
        _execute(cf, id)
        _wait_executed(_patient(cf, identity.outage_budget, tell), plan, id, timeout)
    except KeyboardInterrupt:
        raise _goes_on(id, "no longer watching") from None
    return Refactored(plan, "moved", id, actions)


def _create(cf: CloudFormation, aws: AWS, plan: Refactoring, bucket: str | None) -> str:
    """Ask for the refactoring, once: the call takes no token, so a lost answer is looked for under its description."""
    description = f"{PREFIX}{secrets.token_hex(8)}"
    definitions = []
    for name, template in plan.templates.items():
        body, url = placed(aws, cf.region, minified(template), bucket, name)
        definitions.append({"StackName": name, **({"TemplateBody": body} if url is None else {"TemplateURL": url})})
    mappings = [
        {
            "Source": {"StackName": move.home, "LogicalResourceId": move.was},
            "Destination": {"StackName": move.stack, "LogicalResourceId": move.id},
        }
        for move in plan.moves
    ]
    once = evolve(cf, retry=evolve(cf.retry, patience=0.0, throttled=0.0))
    started = cf.now()
    while True:
        try:
            answer = once.call(
                "CreateStackRefactor",
                "create_stack_refactor",
                Description=description,
                EnableStackCreation=bool(plan.created) or None,
                ResourceMappings=mappings,
                StackDefinitions=definitions,
            )
            return str(answer["StackRefactorId"])
        except Refused as refused:
            if refused.kind not in ("outage", "throttled") or cf.now() - started > INSIST:
                raise
        cf.pause(0.2 if cf.emulated else 2.0)
        for page in cf.pages("ListStackRefactors", "list_stack_refactors"):
            for one in page.get("StackRefactorSummaries", ()):
                if one.get("Description") == description:
                    return str(one["StackRefactorId"])


def _look(cf: CloudFormation, id: str) -> dict[str, Any]:
    return cf.call("DescribeStackRefactor", "describe_stack_refactor", StackRefactorId=id)


def _wait_created(cf: CloudFormation, plan: Refactoring, id: str) -> None:
    started, looks = cf.now(), 0
    while True:
        answer = _look(cf, id)
        status = str(answer.get("Status", ""))
        if status == "CREATE_COMPLETE":
            return
        if status != "CREATE_IN_PROGRESS":
            reason = shortened(str(answer.get("StatusReason") or status))
            said = reason.lower()
            raise DeployError(
                f"CloudFormation refuses to move between {', '.join(plan.templates)}: {reason}",
                fix=next((fix for words, fix in _FIXES if words in said), None),
            )
        if cf.now() - started > WAIT:
            raise StoppedWatching(f"CloudFormation is still checking the move after {WAIT / 60:.0f} minutes: {id}")
        cf.pause((0.1 if cf.emulated else 1.0) * PACE[min(looks, len(PACE) - 1)])
        looks += 1


def _actions(cf: CloudFormation, plan: Refactoring, id: str) -> tuple[str, ...]:
    """What CloudFormation is going to do, in words; raises `DeployError` when that is not what was asked for."""
    wanted = {(move.home, move.was, move.stack, move.id) for move in plan.moves}
    said, strange, found = [], [], set()
    for page in cf.pages("ListStackRefactorActions", "list_stack_refactor_actions", StackRefactorId=id):
        for one in page.get("StackRefactorActions", ()):
            mapping = one.get("ResourceMapping") or {}
            source, target = mapping.get("Source") or {}, mapping.get("Destination") or {}
            if one.get("Entity") == "STACK":
                said.append(f"{one.get('Action', '').lower()} the stack {one.get('Description') or ''}".rstrip())
                continue
            key = (
                _name(source.get("StackName", "")), source.get("LogicalResourceId", ""),
                _name(target.get("StackName", "")), target.get("LogicalResourceId", ""),
            )  # fmt: skip
            text = f"{key[0]}/{key[1]} to {key[2]}/{key[3]}"
            found.add(key)
            if one.get("Action") == "MOVE" and key in wanted:
                said.append(f"move {text}{_tags(one)}")
            else:
                strange.append(f"{str(one.get('Action', '')).lower()} {text}")
    missing = [f"not move {a}/{b} to {c}/{d}" for a, b, c, d in sorted(wanted - found)]
    if strange or missing:
        raise DeployError(
            f"CloudFormation would do something else than was asked for, so nothing was done: {'; '.join((*strange, *missing))}"
        )
    return tuple(said)


def _tags(action: Mapping[str, Any]) -> str:
    changed = [f"+{tag['Key']}" for tag in action.get("TagResources") or ()]
    changed += [f"-{tag}" for tag in action.get("UntagResources") or ()]
    return f", tags: {', '.join(changed)}" if changed else ""


def _name(stack: str) -> str:
    return stack.rpartition(":stack/")[2].partition("/")[0]


def _execute(cf: CloudFormation, id: str) -> None:
    """Start it; said twice it starts once, which its status tells."""
    try:
        cf.call("ExecuteStackRefactor", "execute_stack_refactor", StackRefactorId=id)
    except Refused as refused:
        if refused.kind == "outage":
            raise _goes_on(id, "the connection was lost while starting; it may have started") from None
        if not str(_look(cf, id).get("ExecutionStatus", "")).startswith("EXECUTE_"):
            raise


def _patient(cf: CloudFormation, budget: float, tell: Callable[[str], None] | None) -> CloudFormation:
    """The same, waiting for a lost connection to come back, and telling of it once."""
    told: list[Kind] = []

    def lost(kind: Kind, _: float) -> None:
        if kind == "outage" and not told and tell is not None:
            told.append(kind)
            tell("the connection is lost; the move goes on in AWS, and so does the watch when it is back")

    return cf.patient(budget, lost)


def _wait_executed(cf: CloudFormation, plan: Refactoring, id: str, timeout: float | None) -> None:
    started, looks = cf.now(), 0
    while True:
        answer = _look(cf, id)
        status, reason = str(answer.get("ExecutionStatus", "")), str(answer.get("ExecutionStatusReason") or "")
        if status == "EXECUTE_COMPLETE":
            break
        if status == "ROLLBACK_COMPLETE":
            raise RolledBack(
                f"the move failed, and everything is where it was: {shortened(reason) or 'no reason given'}"
            )
        if status in ("EXECUTE_FAILED", "ROLLBACK_FAILED", "OBSOLETE"):
            raise NotClean(
                f"the move ended in {status}: {shortened(reason) or 'no reason given'}",
                fix=f"look at the stacks with `awsdeck status {' '.join(plan.templates)}`",
            )
        _check_time(cf, started, timeout, id)
        cf.pause((0.1 if cf.emulated else 1.0) * PACE[min(looks, len(PACE) - 1)])
        looks += 1
    for name in plan.templates:  # a refactoring is told to be complete before its stacks are
        while (record := cf.stack(name)) is not None and record.busy:
            _check_time(cf, started, timeout, id)
            cf.pause(0.1 if cf.emulated else 1.0)


def _check_time(cf: CloudFormation, started: float, timeout: float | None, id: str) -> None:
    waited = cf.now() - started
    if timeout is not None and waited > timeout:
        raise _goes_on(id, f"stopped watching after {waited:.0f} seconds")


def _goes_on(id: str, why: str) -> StoppedWatching:
    return StoppedWatching(
        f"{why}; the move {id} goes on in AWS", fix="run `awsdeck refactor` again: it tells what is left to move"
    )
