"""The work of one run: a leg for every stack, from plan to result, each on a worker thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from ..errors import ApprovalNeeded, CredentialsError, DeckError, LeftBehind, StoppedWatching
from . import request as requests
from .account.clock import Interrupted
from .account.quota import with_quota
from .errors import Refused
from .execute import Executor, Failed
from .files.inputs import filled
from .observer import Notice, Observer
from .order import Desk, Relay, Walk
from .plan import plan_deploy
from .preview.changeset import take_away
from .preview.phases import Leg
from .request import masked
from .result import Leftover, Result, StackResult, Status
from .stackplan import Options, StackPlan
from .terms.hooks import DEPLOYS, Hooks
from .terms.readiness import ready
from .watch.failure import leftovers
from .watch.remedies import advice

if TYPE_CHECKING:
    from ..assembly import Assembly
    from .account.aws import AWS
    from .account.cloudformation import CloudFormation
    from .follow import Outcome

Confirm = Callable[[StackPlan], bool]
OVERTAKEN_MOST = 3  # how often a stack is planned anew because somebody else was faster


@define
class Run:
    """One run over stacks; `walk` does it and raises the error that matters most."""

    aws: AWS
    options: Options
    confirm: Confirm | None
    observer: Observer
    timeout: float | None
    desk: Desk = field(factory=Desk)
    legs: Mapping[str, Leg] = field(factory=dict)
    assembly: Assembly | None = None
    hooks: Hooks = field(factory=Hooks)

    def walk(
        self, legs: Mapping[str, Leg], work: Callable[[Leg], StackResult], concurrency: int, keep_going: bool
    ) -> Result:
        """Do `work` for every leg once all it needs went well."""
        self.desk, self.legs = Desk(getattr(self.observer, "stays", None)), legs

        def stops(failure: StackResult, key: str) -> bool:
            if isinstance(failure.error, CredentialsError):  # says nothing of stacks with other credentials
                return self._identity(legs[key]) is self._identity(self._leg_of(failure))
            return not keep_going

        self.aws.warm(leg.artifact for leg in legs.values())
        walk = Walk(
            {key: leg.needs for key, leg in legs.items()},
            lambda key: work(legs[key]),
            self._skipped,
            lambda result: result.ok,
            concurrency=concurrency,
            stops=stops,
        )
        results = walk.run(self.desk)
        result = Result(_by_stack(legs, results))
        if result.error is not None:
            raise result.error
        if any(one.status == "interrupted" for one in results.values()):
            raise KeyboardInterrupt
        return result

    def _identity(self, leg: Leg) -> AWS:
        return self.aws.of(leg.artifact)

    def _leg_of(self, result: StackResult) -> Leg:
        return next(leg for leg in self.legs.values() if leg.artifact.name == result.name)

    def _skipped(self, key: str, blocker: str) -> StackResult:
        leg = self.legs[key]
        result = StackResult(leg.artifact.name, "skipped" if blocker else "interrupted", phase=leg.numbers)
        same = blocker in self.legs and self.legs[blocker].artifact.name == leg.artifact.name
        return result if same else self._finished(result)  # its own end has been told

    def _finished(self, result: StackResult) -> StackResult:
        self.desk.tell(lambda: self.observer.stack_finished(result))
        return result

    def deploy_one(self, leg: Leg) -> StackResult:
        """One stack from plan to result; on a worker thread."""

        def plan(cf: CloudFormation, aws: AWS, tell: Callable[[str], None]) -> StackPlan:
            first = ready(leg.artifact, cf, self.options.conduct, Relay(self.desk, self.observer))
            if first is not None:
                return first
            everything = self.assembly.stacks if self.assembly is not None else {}
            options = leg.options(self.options)
            artifact = filled(leg.artifact, everything, self.aws, options.parameters, self.desk.stop)
            made = plan_deploy(artifact, cf, aws, options, tell)
            gate = evolve(made.gate, ask=tuple(dict.fromkeys((*made.gate.ask, *leg.asks))))
            return evolve(made, notes=(*leg.notes, *made.notes), gate=gate, phase=leg.numbers)

        return self.one(leg, plan)

    def one(
        self, leg: Leg, make_plan: Callable[[CloudFormation, AWS, Callable[[str], None]], StackPlan]
    ) -> StackResult:
        """One stack from plan to result; on a worker thread."""
        artifact = leg.artifact
        name = artifact.name
        relay = Relay(self.desk, self.observer)
        started = self.aws.clock.now()
        plan: StackPlan | None = None
        cf: CloudFormation | None = None
        overtaken = 0

        def tell(message: str) -> None:
            relay.notice(Notice(name, message))

        def ended(status: Status, **fields: Any) -> StackResult:
            seconds = self.aws.clock.now() - started
            stack_id = plan.before.id if plan is not None and plan.before is not None else None
            result = StackResult(name, status, stack_id, seconds=seconds, phase=leg.numbers)
            return self._finished(self._judged(plan, evolve(result, **fields), tell))

        try:
            aws = self.aws.of(artifact)
            aws.belongs(artifact, artifact.region)
            cf = aws.cloudformation(artifact.region, stop=self.desk.stop)
            while True:
                plan = make_plan(cf, aws, tell)
                relay.plan_ready(plan)
                self._approve(plan, cf, tell)
                executor = Executor(cf, aws, plan, relay, tell, timeout=self.timeout)
                try:
                    record = executor.run()
                except CredentialsError as error:
                    if not executor.started:
                        raise
                    return ended("stopped", error=error)
                except Refused as refused:
                    overtaken += 1
                    if overtaken > OVERTAKEN_MOST or not _overtaken(refused):
                        raise
                    tell(f"somebody else has changed {name} since it was planned, so nothing was done; planning anew")
                    plan = None
                else:
                    if not plan.again:
                        break
        except Interrupted:
            return ended("interrupted")
        except Failed as failed:
            return ended(
                "failed",
                stack_id=failed.outcome.record.id,
                error=failed.error,
                failure=failed.failure,
                leftovers=leftovers(failed.outcome),
                timeline=failed.outcome.timeline,
            )
        except StoppedWatching as error:
            return ended("stopped", error=error)
        except ApprovalNeeded as error:
            return ended("declined" if plan is not None and not plan.gate.refused else "refused", error=error)
        except DeckError as error:
            secrets = plan.secrets if plan is not None else self._secrets(leg)
            error.message = masked(with_quota(error, cf), secrets)
            error.args = (error.message,)
            help = advice(error.message, stack=name) if isinstance(error, Refused) and error.fix is None else None
            error.fix = help.fix if help is not None else error.fix
            return ended("failed" if isinstance(error, Refused) else "refused", error=error)
        left = leftovers(executor.outcome) if executor.outcome else ()
        timeline = executor.outcome.timeline if executor.outcome else None
        if plan.operation == "delete":
            kept = [change for change in plan.changes if change.action == "keep"]
            named = {item.logical_id for item in left}
            left += tuple(
                Leftover(
                    change.logical_id, change.physical_id, change.type, change.because or "kept by its DeletionPolicy"
                )
                for change in kept
                if change.logical_id not in named
            )
            return ended("deleted", leftovers=left, timeline=timeline)
        if record is None:
            return ended("absent")
        end = executor.outcome.status if executor.outcome else ""
        status = _STATUS.get(plan.operation) or _ENDS.get(end, "updated")
        if executor.outcome is not None:
            self._settled(plan, executor.outcome, tell)
        return ended(status, stack_id=record.id, outputs=record.outputs, leftovers=left, timeline=timeline)

    def _settled(self, plan: StackPlan, outcome: Outcome, tell: Callable[[str], None]) -> None:
        """Say what a success has left to be done in AWS."""
        if plan.conduct.express:
            names = sorted({event.name for event in outcome.events if event.still_settling})
            if names:
                tell(f"express mode: configured, and perhaps not ready yet: {', '.join(names)}")

    def _judged(self, plan: StackPlan | None, result: StackResult, tell: Callable[[str], None]) -> StackResult:
        """The result as it counts: leftovers may make it a failure, and so may the user's own functions."""
        if plan is None or plan.operation not in DEPLOYS or result.status not in (*DEPLOYED, "failed"):
            return result
        if result.ok and plan.conduct.strict_cleanup and any(left.failed for left in result.leftovers):
            left = ", ".join(f"{left.logical_id} ({left.physical_id})" for left in result.leftovers if left.failed)
            result = evolve(result, error=LeftBehind(f"{plan.name} is deployed, and this could not be removed: {left}"))
        try:
            found = self.desk.ask(lambda: list(self.hooks.objections(plan, result)))
        except Interrupted:
            tell("interrupted: not every function that is to be called after the deploy was called")
            return result
        for error in found:
            if result.ok:
                result = evolve(result, status="failed", error=error)
            else:
                tell(error.message)
        return result

    def _secrets(self, leg: Leg) -> tuple[str, ...]:
        artifact = leg.artifact
        given = requests.for_stack(self.options.parameters, artifact.name, artifact.template, artifact.parameters)
        declared = artifact.template.get("Parameters") or {}
        return tuple(value for key, value in given.items() if requests.is_secret(declared.get(key)))

    def _ask(self, plan: StackPlan) -> None:
        if self.confirm is None:
            if plan.asks:
                raise ApprovalNeeded("\n  ".join((f"{plan.name} needs a yes for:", *plan.asks)))
        elif not self.desk.ask(lambda: self.confirm(plan) if self.confirm else True):
            raise ApprovalNeeded(f"{plan.name}: declined; nothing was changed")

    def _approve(self, plan: StackPlan, cf: CloudFormation, tell: Callable[[str], None]) -> None:
        """Refuse, ask, or go on; whoever does not go on leaves no change set behind."""
        try:
            plan.gate.check(plan.name)
            if plan.operation == "none":
                return
            self._ask(plan)
            if plan.operation in DEPLOYS:
                self.desk.ask(lambda: self.hooks.check(plan))
        except (DeckError, Interrupted):
            if plan.made is not None:
                take_away(cf.unstoppable(), plan.made, tell)
            raise


_STATUS: dict[str, Status] = {
    "create": "created",
    "update": "updated",
    "recreate": "recreated",
    "none": "unchanged",
}
DEPLOYED = ("created", "updated", "recreated", "imported")
_ENDS: dict[str, Status] = {
    "CREATE_COMPLETE": "created",
    "DELETE_COMPLETE": "deleted",
    "IMPORT_COMPLETE": "imported",
    "ROLLBACK_COMPLETE": "rolled-back",
    "UPDATE_ROLLBACK_COMPLETE": "rolled-back",
}


def _overtaken(refused: Refused) -> bool:
    """True when a change set cannot be executed any more, because another operation on the stack came first."""
    return refused.operation == "ExecuteChangeSet" and refused.kind in ("status", "missing")


def _by_stack(legs: Mapping[str, Leg], results: Mapping[str, StackResult]) -> dict[str, StackResult]:
    """How it ended for each stack: its last leg's end, or that of the one that failed."""
    ends: dict[str, StackResult] = {}
    for key, leg in legs.items():
        name = leg.artifact.name
        if name not in ends or ends[name].ok:
            ends[name] = results[key]
    return ends
