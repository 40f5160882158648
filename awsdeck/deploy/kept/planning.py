"""Plans for many stacks without carrying any of them out: everything is shown, and kept in a file if that is wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs
from attrs import define, evolve, field, frozen

from ...assembly import Assembly, StackArtifact
from ...errors import DeckError
from .. import request as requests
from ..account.clock import Interrupted
from ..errors import Refused
from ..files.inputs import filled
from ..observer import Notice, Observer, Silent
from ..order import Desk, Relay, Walk
from ..plan import plan_deploy, plan_later
from ..preview.changeset import take_away
from ..preview.diagnosis import missing_export
from ..preview.forgotten import check_forgotten
from ..preview.phases import Leg, legs_of
from ..preview.waiting import exporter_of, waits_for
from ..repair.moves import check_done
from ..request import masked, minified
from ..result import StackResult, heaviest
from ..stackplan import Options, StackPlan
from ..steps import ExecuteChangeSet
from ..terms.conduct import check_dependents
from ..terms.readiness import ready
from .planfile import SavedPlan, SavedStack, change_set_digest, digest, state_of, terms_of

if TYPE_CHECKING:
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation


@frozen
class Planned:
    """Plans in the order in which they would be carried out; `saved` is what a file holds of them, when it is kept."""

    plans: Mapping[str, StackPlan]
    saved: SavedPlan | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    _tidy: Callable[[], None] = field(default=lambda: None, repr=False, eq=False)

    def write(self, path: str) -> None:
        """Write the kept plan to a file; when that fails with `InputError`, the plan is given up."""
        assert self.saved is not None, "a plan is kept with plan(keep=True)"
        try:
            self.saved.write(path, self.secrets)
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Take the change sets of a kept plan away again, with the stacks in review that were made for them."""
        self._tidy()

    @property
    def changes(self) -> bool:
        """True when anything would be done."""
        return any(plan.operation != "none" or plan.steps for plan in self.plans.values())


def plan(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str] | None = None,
    options: Options | None = None,
    approve: bool = False,
    keep: bool = False,
    observer: Observer | None = None,
    concurrency: int = 4,
) -> Planned:
    """What a deploy would do, from real change sets, without doing it.

    The change sets are taken away again, with the stacks in review that were made for them, unless the plan is to be
    kept: then `saved` can be written to a file and given to `apply`. A stack that needs what another stack of the run
    only gives once it is deployed is planned by `apply` when its turn comes. `approve` is kept for `apply`.

    Raises the error that matters most when a gate is closed or a stack cannot be planned, after the observer was told of
    every stack; then nothing is kept. Ctrl-C raises KeyboardInterrupt and leaves nothing behind.
    """
    from ..run import chosen_stacks

    options = options or Options()
    chosen = chosen_stacks(assembly, stacks)
    requests.check_given(options.parameters, {artifact.name: artifact.template for artifact in chosen.values()})
    check_forgotten(chosen, aws, options.parameters)
    check_dependents(chosen, options.conduct)
    check_done(assembly, chosen, aws, allow_destroy=options.allow_destroy)
    problem: DeckError | None = None
    try:
        legs = legs_of(assembly, chosen, aws, options)
    except DeckError as error:  # everything is shown all the same
        problem, legs = error, _plain(chosen)
    work = _Planning(aws, options, observer or Silent(), assembly, legs, problem is None)
    kept = False
    try:
        work.walk(concurrency)
        if problem is not None:
            raise problem
        secrets = tuple(value for one in work.plans.values() for value in one.secrets)
        plans = {key: work.plans[key] for key in work.legs}
        if not keep:
            return Planned(plans, secrets=secrets)
        saved = work.saved(approve)
        kept = True
        return Planned(plans, saved, secrets, work.tidy)
    finally:
        if not kept:
            work.tidy()


def _plain(chosen: Mapping[str, StackArtifact]) -> dict[str, Leg]:
    """Every stack in one leg after those it depends on."""
    return {
        name: Leg(name, artifact, frozenset(artifact.dependencies) & chosen.keys() - {name})
        for name, artifact in chosen.items()
    }


def _never(failure: object, key: str) -> bool:
    """Nothing stops the others: all problems are wanted at once."""
    return False


@frozen
class _One:
    """How planning a leg ended; a gate that is closed is an error with a plan."""

    plan: StackPlan | None = None
    error: DeckError | None = None


@define
class _Planning:
    aws: AWS
    options: Options
    observer: Observer
    assembly: Assembly
    legs: Mapping[str, Leg]
    in_order: bool  # whether the legs see to it that exports in use are free when it comes to them
    desk: Desk = field(factory=Desk)
    plans: dict[str, StackPlan] = field(factory=dict)
    doors: dict[str, CloudFormation] = field(factory=dict)
    inputs: dict[str, dict[str, str]] = field(factory=dict)
    _lock: threading.Lock = field(factory=threading.Lock)

    def walk(self, concurrency: int) -> None:
        """Plan every leg after those it needs; raises when one cannot be."""
        self.aws.warm(leg.artifact for leg in self.legs.values())
        walk = Walk[_One](
            {key: leg.needs for key, leg in self.legs.items()},
            lambda key: self._one(self.legs[key]),
            self._skipped,
            lambda one: one.plan is not None,
            concurrency=concurrency,
            stops=_never,
        )
        results = walk.run(self.desk)
        error = heaviest(one.error for one in results.values())
        if self.desk.stop.is_set():
            raise KeyboardInterrupt
        if error is not None:
            raise error

    def tidy(self) -> None:
        """Take away every change set that was made."""
        for key, plan in self.plans.items():
            if plan.made is not None:
                name = plan.name
                take_away(
                    self.doors[key].unstoppable(),
                    plan.made,
                    lambda message, name=name: self.observer.notice(Notice(name, message)),  # type: ignore[misc]
                )

    def _skipped(self, key: str, blocker: str) -> _One:
        name = self.legs[key].artifact.name
        self.desk.tell(lambda: self.observer.stack_finished(StackResult(name, "skipped" if blocker else "interrupted")))
        return _One()

    def _one(self, leg: Leg) -> _One:
        relay = Relay(self.desk, self.observer)
        name = leg.artifact.name
        made: StackPlan | None = None
        try:
            made = self._planned(leg, lambda message: relay.notice(Notice(name, message)))
            relay.plan_ready(made)
            made.gate.check(name)
        except Interrupted:
            return _One()
        except DeckError as error:
            error.message = masked(error.message, self._secrets(leg, made))
            error.args = (error.message,)
            relay.stack_finished(StackResult(name, "refused", error=error))
            return _One(made, error)
        return _One(made)

    def _secrets(self, leg: Leg, made: StackPlan | None) -> tuple[str, ...]:
        if made is not None:
            return made.secrets
        return tuple(self._secret_values(leg).values())

    def _secret_values(self, leg: Leg) -> dict[str, str]:
        artifact = leg.artifact
        given = requests.for_stack(self.options.parameters, artifact.name, artifact.template, artifact.parameters)
        declared = artifact.template.get("Parameters") or {}
        return {name: value for name, value in given.items() if requests.is_secret(declared.get(name))}

    def _planned(self, leg: Leg, tell: Any) -> StackPlan:
        aws = self.aws.of(leg.artifact)
        aws.belongs(leg.artifact, leg.artifact.region)
        cf = aws.cloudformation(leg.artifact.region, stop=self.desk.stop)
        options = leg.options(self.options)
        first = ready(leg.artifact, cf, options.conduct, Relay(self.desk, self.observer))
        why = "its last update failed, and is undone first" if first is not None else ""
        why = why or waits_for(leg, self.legs, self.plans)
        plan: StackPlan | None = None
        if not why:
            artifact = filled(leg.artifact, self.assembly.stacks, self.aws, options.parameters, self.desk.stop)
            taken = {name: artifact.parameters[name] for name in artifact.inputs if name in artifact.parameters}
            self.inputs[leg.key] = {name: digest(value) for name, value in taken.items()}
            try:
                plan = plan_deploy(artifact, cf, aws, options, tell)
            except Refused as refused:
                export = missing_export(refused.message)
                producer = exporter_of(export, leg, self.legs) if export is not None else None
                if producer is None:
                    raise
                why = f"it imports {export}, which {producer} exports once it is deployed"
        plan = plan or plan_later(leg.artifact, cf, aws, options, why)
        plan = evolve(self._released(plan), notes=(*leg.notes, *plan.notes), phase=leg.numbers)
        with self._lock:
            self.plans[leg.key], self.doors[leg.key] = plan, cf
        return plan

    def _released(self, plan: StackPlan) -> StackPlan:
        """The plan without exports that stand in its way now and will not when its turn comes: `legs_of` has seen to it."""
        held = [one for one in plan.gate.blocked if not (self.in_order and self._ours(one.importers))]
        return evolve(plan, gate=evolve(plan.gate, blocked=tuple(held)))

    def _ours(self, names: Iterable[str]) -> bool:
        run = {leg.artifact.name for leg in self.legs.values()}
        return all(name in run for name in names)

    def saved(self, approve: bool) -> SavedPlan:
        """What a file holds of the plans."""
        from ... import __version__

        secret = sorted(
            f"{leg.artifact.name}:{name}"
            for key, leg in self.legs.items()
            if self.plans[key].later
            for name in self._secret_values(leg)
        )
        return SavedPlan(
            tuple(self._saved(key) for key in self.legs),
            self._decisions(),
            approve,
            self.aws.emulated,
            round(self.aws.clock.now(), 3),
            tuple(secret),
            __version__,
        )

    def _decisions(self) -> dict[str, Any]:
        """The options, without the values of secret parameters."""
        data = attrs.asdict(self.options)
        secret = {
            word
            for leg in self.legs.values()
            for name in self._secret_values(leg)
            for word in (name, f"{leg.artifact.name}:{name}")
        }
        data["parameters"] = {name: value for name, value in self.options.parameters.items() if name not in secret}
        return {name: sorted(value) if isinstance(value, (set, frozenset)) else value for name, value in data.items()}

    def _saved(self, key: str) -> SavedStack:
        leg, plan = self.legs[key], self.plans[key]
        made = plan.made
        current = plan.before if plan.operation in ("update", "none") else None
        execute = next((step for step in plan.steps if isinstance(step, ExecuteChangeSet)), None)
        return SavedStack(
            key=key,
            name=plan.name,
            region=plan.region,
            account=self._account(leg),
            operation=plan.operation,
            template=digest(minified(leg.artifact.template)),
            later=plan.later,
            change_set=made.record.arn if made is not None else "",
            stack_id=made.record.stack_id if made is not None else plan.before.id if plan.before is not None else "",
            token=execute.token if execute is not None and made is not None else "",
            digest=change_set_digest(made.record, made.nested) if made is not None else "",
            bucket=plan.bucket,
            before=state_of(current, plan.old) if current is not None else None,
            inputs=self.inputs.get(key, {}) if not plan.later else {},
            terms=terms_of(leg.artifact),
            shown=plan.to_dict(),
        )

    def _account(self, leg: Leg) -> str:
        return self.aws.of(leg.artifact).account(leg.artifact.region)
