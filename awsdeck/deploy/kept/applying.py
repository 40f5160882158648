"""Carry a kept plan out: exactly what was shown, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ...assembly import Assembly, StackArtifact
from ...diff import diff
from ...errors import ApprovalNeeded, InputError, StackBusy
from ..errors import Refused
from ..files.inputs import filled
from ..files.template import deployed
from ..observer import Notice, Observer, Silent
from ..plan import execution, kept_up
from ..preview.changeset import Made, inner_change_sets
from ..preview.described import described
from ..preview.phases import Leg, legs_of
from ..preview.preview import Deployed, previewed
from ..request import is_secret, minified
from ..stackplan import Operation, Options, StackPlan
from ..state import busy
from ..terms.conduct import on_terms
from ..terms.hooks import Hooks
from ..work import Confirm, Run
from .planfile import SavedPlan, SavedStack, change_set_digest, digest, moved_on, state_of, with_terms

if TYPE_CHECKING:
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation
    from ..records import ChangeSetRecord, StackRecord
    from ..result import Result, StackResult

ASKED_AT_ONCE = 8
_OPERATIONS: dict[str, Operation] = {"create": "create", "update": "update", "none": "none"}
"""What a stack with a change set, or without changes, can be in for."""
AGAIN = "look at it anew with `awsdeck plan -o`, and apply that"


def apply(
    assembly: Assembly,
    saved: SavedPlan,
    *,
    aws: AWS,
    parameters: Mapping[str, str] | None = None,
    confirm: Confirm | None = None,
    observer: Observer | None = None,
    concurrency: int = 4,
    keep_going: bool = False,
    timeout: float | None = None,
    hooks: Hooks | None = None,
) -> Result:
    """Execute the change sets of a kept plan, in the order of dependencies, under the gates it was made with.

    `assembly` must be the one that was planned. Nothing is executed when any of the change sets is gone, obsolete or
    executed, or when a stack is not what it was: `ApprovalNeeded` says what is different, `StackBusy` what is running.
    Stacks that were to be planned when their turn comes are planned then, under the same gates; `parameters` are secret
    values for those, and no other value may differ from the plan's. `hooks` are called besides those of the deck. `InputError` is raised for a plan of another deck,
    account or region. Other errors are those of `deploy`.
    """
    _check_deck(assembly, saved)
    terms = {one.name: one.terms for one in saved.stacks}
    assembly = Assembly(with_terms(one, terms[one.name]) if one.name in terms else one for one in assembly)
    observer = observer or Silent()
    settled = _check_given(assembly, saved, parameters or {})
    options = evolve(saved.given(), parameters={**saved.given().parameters, **(parameters or {})})
    _check_secrets(saved, options)
    _check_accounts(assembly, saved, aws)
    chosen = {name: assembly[name] for name in assembly.stacks if any(one.name == name for one in saved.stacks)}
    legs = legs_of(assembly, chosen, aws, options)
    by_key = {one.key: one for one in saved.stacks}
    _check_legs(legs, by_key)
    run = Run(aws, options, confirm, observer, timeout, assembly=assembly, hooks=hooks or Hooks())
    _check_all(assembly, legs, by_key, aws)
    for name, secret in settled:
        observer.notice(
            Notice(name, f"{secret} has the value it was planned with; the one that is given now is not used")
        )

    def work(leg: Leg) -> StackResult:
        entry = by_key[leg.key]
        if entry.later:
            return run.deploy_one(leg)

        def resumed(cf: CloudFormation, identity: AWS, tell: Callable[[str], None]) -> StackPlan:
            made = resume(entry, _with_inputs(leg.artifact, assembly, aws, options), cf, identity, options)
            return evolve(made, notes=(*leg.notes, *made.notes), phase=leg.numbers)

        return run.one(leg, resumed)

    return run.walk(legs, work, concurrency, keep_going or not options.conduct.wait)


def _check_deck(assembly: Assembly, saved: SavedPlan) -> None:
    missing = sorted({one.name for one in saved.stacks if one.name not in assembly.stacks})
    if missing:
        raise InputError(
            f"the plan is of another deck: there is no stack {', '.join(missing)} in this one",
            fix="name the right deck with --app, or plan again",
        )


def _check_legs(legs: Mapping[str, Leg], by_key: Mapping[str, SavedStack]) -> None:
    other = [
        key for key, leg in legs.items()
        if key in by_key and by_key[key].template != digest(minified(leg.artifact.template))
    ]  # fmt: skip
    if other:
        raise InputError(
            f"the deck is not the one that was planned: {', '.join(other)} would get another template",
            fix="go back to the deck that was planned, or plan again",
        )
    if legs.keys() != by_key.keys():
        names = sorted(legs.keys() ^ by_key.keys())
        raise ApprovalNeeded(
            f"the stacks would be deployed in other phases than was planned: {', '.join(names)}", fix=AGAIN
        )


def _check_given(assembly: Assembly, saved: SavedPlan, given: Mapping[str, str]) -> list[tuple[str, str]]:
    """The stacks with their secrets that the plan has settled already; raises for values that would change the plan."""
    planned: Mapping[str, str] = saved.options.get("parameters", {})
    wanted = {word for name in saved.secrets for word in (name, name.partition(":")[2])}
    settled: list[tuple[str, str]] = []
    other: list[str] = []
    for word in sorted(word for word, value in given.items() if word not in wanted and planned.get(word) != str(value)):
        stack, _, name = word.rpartition(":")
        holders = [
            one.name for one in saved.stacks
            if stack in ("", one.name) and is_secret((assembly[one.name].template.get("Parameters") or {}).get(name))
        ]  # fmt: skip
        settled += [(holder, name) for holder in dict.fromkeys(holders)]
        if not holders:
            other.append(word)
    if other:
        raise InputError(
            f"a plan is carried out with the values it was made with, and {', '.join(other)} would be another",
            fix="leave that out, or plan again with it",
        )
    return settled


def _check_secrets(saved: SavedPlan, options: Options) -> None:
    given = options.parameters
    missing = [name for name in saved.secrets if name not in given and name.partition(":")[2] not in given]
    if missing:
        raise InputError(
            f"secret values are not kept in a plan, and these are needed again: {', '.join(missing)}",
            fix=" ".join(f"--parameters {name}=…" for name in missing),
        )


def _check_accounts(assembly: Assembly, saved: SavedPlan, aws: AWS) -> None:
    if saved.emulated != aws.emulated:
        was, now = ("the embedded CloudFormation", "AWS") if saved.emulated else ("AWS", "the embedded CloudFormation")
        raise InputError(
            f"the plan was made for {was}, and this is {now}",
            fix="use --local with both `plan` and `apply`, or neither",
        )
    wrong = []
    for entry in saved.stacks:
        artifact = assembly[entry.name]
        identity = aws.of(artifact)
        region = identity.cloudformation(artifact.region).region
        account = identity.account(artifact.region)
        if (entry.account, entry.region) != (account, region):
            wrong.append(
                f"{entry.name} was planned for {entry.account} in {entry.region}, and this is {account} in {region}"
            )
    if wrong:
        raise InputError(
            "\n  ".join(dict.fromkeys(wrong)), fix="choose the right --profile and --region, or plan again"
        )


def _check_all(assembly: Assembly, legs: Mapping[str, Leg], by_key: Mapping[str, SavedStack], aws: AWS) -> None:
    """Raise when anything is not as it was planned, before anything is started."""

    def look(leg: Leg) -> tuple[list[str], StackBusy | None]:
        entry = by_key[leg.key]
        if entry.later:
            return [], None
        identity = aws.of(leg.artifact)
        cf = identity.cloudformation(leg.artifact.region)
        try:
            _look(entry, cf)
        except ApprovalNeeded as stale:
            return [stale.message], None
        except StackBusy as running:
            return [], running
        return [], None

    with ThreadPoolExecutor(ASKED_AT_ONCE) as pool:
        found = list(pool.map(look, legs.values()))
    running = next((one for _, one in found if one is not None), None)
    if running is not None:
        raise running
    stale = [line for lines, _ in found for line in lines]
    if stale:
        raise ApprovalNeeded("\n".join(stale), fix=AGAIN)


def resume(entry: SavedStack, artifact: StackArtifact, cf: CloudFormation, aws: AWS, options: Options) -> StackPlan:
    """The plan of one stack again, from its change set as it is now.

    Raises `ApprovalNeeded` when it is not what was planned, `StackBusy` when something is running.
    """
    artifact = on_terms(artifact, options.terms)
    record, template, change_set, nested = _look(entry, cf)
    taken = {name: digest(artifact.parameters[name]) for name in entry.inputs if name in artifact.parameters}
    moved = sorted(name for name, value in entry.inputs.items() if taken.get(name) != value)
    if moved:
        raise _stale(entry, [f"{', '.join(moved)} would get another value than was planned"])
    current = record if entry.operation in ("update", "none") else None
    plan = StackPlan(
        name=entry.name,
        region=cf.region,
        operation=_OPERATIONS[entry.operation],
        artifact=artifact,
        before=record,
        diff=diff(template, artifact.template),
        parameters=dict(entry.shown.get("parameters", {})),
        capabilities=tuple(entry.shown.get("capabilities", ())),
        tags=dict(entry.shown.get("tags", {})),
        bucket=entry.bucket,
        settings=tuple((one["name"], one["before"], one["after"]) for one in entry.shown.get("settings", ())),
        conduct=options.conduct,
    )
    if change_set is None or (current is not None and entry.operation == "none"):
        return kept_up(plan, cf, current, template or {}) if current is not None else plan
    made = Made(change_set, own_stack=False, nested=nested)
    values = {name: value for name, value in plan.parameters.items() if not value.startswith(("(", "****"))}
    plan = previewed(plan, cf, aws, made, Deployed(current, template, values), options)
    return evolve(plan, steps=execution(plan, current, entry.change_set, entry.stack_id, entry.token))


def _with_inputs(artifact: StackArtifact, assembly: Assembly, aws: AWS, options: Options) -> StackArtifact:
    return filled(artifact, assembly.stacks, aws, options.parameters)


def _look(
    entry: SavedStack, cf: CloudFormation
) -> tuple[StackRecord | None, dict[str, Any] | None, ChangeSetRecord | None, dict[str, ChangeSetRecord]]:
    """The stack, its template and the change set as they are now, which is as they were planned."""
    record = cf.stack(entry.stack_id or entry.name)
    if record is not None and record.busy:
        raise busy(record)
    there = record is not None and not record.gone and record.status != "REVIEW_IN_PROGRESS"
    template = deployed(cf, record.id) if record is not None and there else None
    told = moved_on(entry.before, state_of(record, template) if there else None)
    if not entry.change_set:
        if told:
            raise _stale(entry, told)
        return record, template, None, {}
    if record is None and entry.stack_id and not told:
        told = ["the stack it was planned for is not there any more"]
    change_set = _change_set(entry, cf, told)
    nested = dict(inner_change_sets(cf, change_set))
    if change_set_digest(change_set, nested) != entry.digest:
        told.append("its change set says something else than was shown")
    if told:
        raise _stale(entry, told)
    return record, template, change_set, nested


def _change_set(entry: SavedStack, cf: CloudFormation, told: list[str]) -> ChangeSetRecord:
    try:
        change_set = described(cf, entry.change_set)
    except Refused as refused:
        if refused.kind != "missing":
            raise
        raise _stale(entry, ["its change set is gone", *told]) from None
    if change_set.execution == "EXECUTE_IN_PROGRESS":
        raise StackBusy(
            f"{entry.name}: the plan is being carried out already", fix=f"watch it with `awsdeck follow {entry.name}`"
        )
    said = {
        "EXECUTE_COMPLETE": "the plan has been carried out already",
        "EXECUTE_FAILED": "the plan has been carried out already, and failed",
        "OBSOLETE": "its change set is obsolete",
        "AVAILABLE": "",
    }.get(change_set.execution, f"its change set cannot be executed ({change_set.reason or change_set.execution})")
    if said:
        raise _stale(entry, [said, *(told if change_set.execution == "OBSOLETE" else ())])
    return change_set


def _stale(entry: SavedStack, told: list[str]) -> ApprovalNeeded:
    return ApprovalNeeded(
        f"{entry.name} is not what was planned, so nothing is done: {'; '.join(dict.fromkeys(told))}", fix=AGAIN
    )
