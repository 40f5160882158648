"""Deploy and destroy: each stack is planned, confirmed, executed and followed, in the order of the assembly."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field

from ..assembly import Assembly, StackArtifact
from ..errors import ApprovalNeeded, DeckError, InputError, StoppedWatching
from . import request as requests
from .changeset import take_away
from .clock import Interrupted
from .errors import Refused
from .execute import Executor, Failed
from .failure import leftovers
from .inputs import filled, unused
from .observer import Notice, Observer, Silent
from .order import Desk, Relay, Walk
from .plan import Options, StackPlan, plan_deploy
from .recover import plan_cancel, plan_follow, plan_rollback
from .request import masked
from .result import Leftover, Result, StackResult, Status
from .teardown import plan_destroy

if TYPE_CHECKING:
    from .aws import AWS
    from .cloudformation import CloudFormation

Confirm = Callable[[StackPlan], bool]


def deploy(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str] | None = None,
    parameters: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    confirm: Confirm | None = None,
    allow_replace: Collection[str] = (),
    allow_destroy: Collection[str] = (),
    observer: Observer | None = None,
    concurrency: int = 4,
    keep_going: bool = False,
    bucket: str | None = None,
    role: str | None = None,
    timeout: float | None = None,
    force: bool = False,
) -> Result:
    """Bring stacks to where the assembly wants them, each through a change set that is shown before it is executed.

    `parameters` are `Key` for every stack that declares it, or `stack:Key`. `confirm` gets each plan and says yes or
    no to all of it; without one, ordinary changes go ahead and those in `plan.asks` do not. `bucket` takes large
    templates and the stacks' files; it must be in the stack's region. `timeout` ends watching, never the operation.
    `observer` and `confirm` are called on this thread.

    Raises the error that matters most when a stack is not as it should be, after the observer was told of every stack:
    `RolledBack`, `NotClean`, `ApprovalNeeded`, `StackBusy`, `RollbackFirst`, `StoppedWatching`, `CredentialsError`, or
    `InputError`. Ctrl-C before anything was started raises KeyboardInterrupt and leaves nothing behind.
    """
    chosen = chosen_stacks(assembly, stacks)
    requests.check_given(parameters or {}, {artifact.name: artifact.template for artifact in chosen.values()})
    options = Options(parameters or {}, tags or {}, allow_replace, allow_destroy, bucket, role, force)
    run = _Run(aws, options, confirm, observer or Silent(), timeout, assembly=assembly)
    needs = {name: frozenset(artifact.dependencies) & chosen.keys() - {name} for name, artifact in chosen.items()}
    return run.walk(chosen, needs, run.deploy_one, concurrency, keep_going)


def destroy(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str] | None = None,
    confirm: Confirm | None = None,
    allow_destroy: Collection[str] = (),
    observer: Observer | None = None,
    concurrency: int = 4,
    keep_going: bool = False,
    timeout: float | None = None,
) -> Result:
    """Delete stacks, those that others need last.

    Refuses a stack with termination protection, and one with data that is not kept by a DeletionPolicy and not named
    in `allow_destroy`; and one whose values another stack of the assembly that stays has taken with `across`. What is
    kept is in the result's leftovers with its physical id. Errors are those of `deploy`.
    """
    chosen = chosen_stacks(assembly, stacks)
    unused(assembly, chosen, aws)
    options = Options(allow_destroy=allow_destroy)
    run = _Run(aws, options, confirm, observer or Silent(), timeout)
    needs: dict[str, set[str]] = {name: set() for name in reversed(chosen)}
    for name, artifact in chosen.items():
        for dependency in artifact.dependencies:
            if dependency in needs and dependency != name:
                needs[dependency].add(name)
    frozen = {name: frozenset(users) for name, users in needs.items()}
    return run.walk(chosen, frozen, run.destroy_one, concurrency, keep_going)


def follow(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str] | None = None,
    observer: Observer | None = None,
    timeout: float | None = None,
) -> Result:
    """Watch what is running on stacks, whoever started it; when nothing is, the last operation's end is the verdict.

    Errors are those of `deploy`.
    """
    return _each(assembly, stacks, aws, None, observer, timeout, plan_follow)


def rollback(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str],
    skip: Iterable[str] = (),
    confirm: Confirm | None = None,
    observer: Observer | None = None,
    timeout: float | None = None,
) -> Result:
    """Undo a failed operation that was left as it was, or continue a rollback that failed.

    `skip` are logical ids that cannot be rolled back; `Nested.Id` for one in a nested stack.
    """
    ids = tuple(skip)
    return _each(assembly, stacks, aws, confirm, observer, timeout, lambda one, cf: plan_rollback(one, cf, ids))


def cancel(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str],
    confirm: Confirm | None = None,
    observer: Observer | None = None,
    timeout: float | None = None,
) -> Result:
    """Break running updates off; CloudFormation rolls them back."""
    return _each(assembly, stacks, aws, confirm, observer, timeout, plan_cancel)


def _each(
    assembly: Assembly,
    stacks: Iterable[str] | None,
    aws: AWS,
    confirm: Confirm | None,
    observer: Observer | None,
    timeout: float | None,
    make_plan: Callable[[StackArtifact, CloudFormation], StackPlan],
) -> Result:
    """The same for every stack, side by side and without regard to the order."""
    chosen = chosen_stacks(assembly, stacks)
    run = _Run(aws, Options(), confirm, observer or Silent(), timeout)
    needs: dict[str, frozenset[str]] = {name: frozenset() for name in chosen}

    def work(name: str) -> StackResult:
        return run.one(name, lambda cf, _: make_plan(chosen[name], cf))

    return run.walk(chosen, needs, work, concurrency=4, keep_going=True)


def chosen_stacks(assembly: Assembly, stacks: Iterable[str] | None) -> dict[str, StackArtifact]:
    names = list(assembly.stacks) if stacks is None else list(stacks)
    unknown = [name for name in names if name not in assembly.stacks]
    if unknown:
        raise InputError(
            f"there is no stack {', '.join(unknown)}", fix=f"the stacks are {', '.join(assembly.stacks) or 'none'}"
        )
    return {name: assembly[name] for name in assembly.stacks if name in names}


@define
class _Run:
    aws: AWS
    options: Options
    confirm: Confirm | None
    observer: Observer
    timeout: float | None
    desk: Desk = field(factory=Desk)
    artifacts: Mapping[str, StackArtifact] = field(factory=dict)
    assembly: Assembly | None = None

    def walk(
        self,
        artifacts: Mapping[str, StackArtifact],
        needs: Mapping[str, frozenset[str]],
        work: Callable[[str], StackResult],
        concurrency: int,
        keep_going: bool,
    ) -> Result:
        self.desk, self.artifacts = Desk(), artifacts
        walk = Walk(needs, work, self._skipped, lambda r: r.ok, concurrency=concurrency, keep_going=keep_going)
        results = walk.run(self.desk)
        result = Result({name: results[name] for name in artifacts})
        if result.error is not None:
            raise result.error
        if any(one.status == "interrupted" for one in results.values()) or self.desk.stop.is_set():
            raise KeyboardInterrupt
        return result

    def _skipped(self, name: str, blocker: str) -> StackResult:
        return self._finished(StackResult(name, "skipped" if blocker else "interrupted"))

    def _finished(self, result: StackResult) -> StackResult:
        self.desk.tell(lambda: self.observer.stack_finished(result))
        return result

    def _cloudformation(self, artifact: StackArtifact) -> CloudFormation:
        return self.aws.cloudformation(artifact.region, stop=self.desk.stop)

    def deploy_one(self, name: str) -> StackResult:
        """One stack from plan to result; on a worker thread."""

        def plan(cf: CloudFormation, tell: Callable[[str], None]) -> StackPlan:
            everything = self.assembly.stacks if self.assembly is not None else {}
            artifact = filled(self.artifacts[name], everything, self.aws, self.options.parameters, self.desk.stop)
            return plan_deploy(artifact, cf, self.aws, self.options, tell)

        return self.one(name, plan)

    def destroy_one(self, name: str) -> StackResult:
        """One stack from plan to gone; on a worker thread."""
        return self.one(name, lambda cf, _: plan_destroy(self.artifacts[name], cf, self.options))

    def one(self, name: str, make_plan: Callable[[CloudFormation, Callable[[str], None]], StackPlan]) -> StackResult:
        """One stack from plan to result; on a worker thread."""
        relay = Relay(self.desk, self.observer)
        started = self.aws.clock.now()
        plan: StackPlan | None = None

        def tell(message: str) -> None:
            relay.notice(Notice(name, message))

        def ended(status: Status, **fields: Any) -> StackResult:
            seconds = self.aws.clock.now() - started
            stack_id = plan.before.id if plan is not None and plan.before is not None else None
            result = StackResult(name, status, stack_id, seconds=seconds)
            return self._finished(evolve(result, **fields))

        try:
            cf = self._cloudformation(self.artifacts[name])
            plan = make_plan(cf, tell)
            relay.plan_ready(plan)
            self._approve(plan, cf, tell)
            executor = Executor(cf, self.aws, plan, relay, tell, timeout=self.timeout)
            record = executor.run()
        except Interrupted:
            return ended("interrupted")
        except Failed as failed:
            return ended(
                "failed",
                stack_id=failed.outcome.record.id,
                error=failed.error,
                failure=failed.failure,
                leftovers=leftovers(failed.outcome),
            )
        except StoppedWatching as error:
            return ended("stopped", error=error)
        except ApprovalNeeded as error:
            return ended("declined" if plan is not None and not plan.gate.refused else "refused", error=error)
        except DeckError as error:
            secrets = plan.secrets if plan is not None else self._secrets(name)
            error.message = masked(error.message, secrets)
            error.args = (error.message,)
            return ended("failed" if isinstance(error, Refused) else "refused", error=error)
        left = leftovers(executor.outcome) if executor.outcome else ()
        if plan.operation == "delete":
            kept = [change for change in plan.changes if change.action == "keep"]
            named = {item.logical_id for item in left}
            left += tuple(
                Leftover(change.logical_id, change.physical_id, change.type, "kept by its DeletionPolicy")
                for change in kept
                if change.logical_id not in named
            )
            return ended("deleted", leftovers=left)
        if record is None:
            return ended("absent")
        end = executor.outcome.status if executor.outcome else ""
        status = _STATUS.get(plan.operation) or _ENDS.get(end, "updated")
        return ended(status, stack_id=record.id, outputs=record.outputs, leftovers=left)

    def _secrets(self, name: str) -> tuple[str, ...]:
        artifact = self.artifacts[name]
        given = requests.for_stack(self.options.parameters, name, artifact.template, artifact.parameters)
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
_ENDS: dict[str, Status] = {
    "CREATE_COMPLETE": "created",
    "DELETE_COMPLETE": "deleted",
    "ROLLBACK_COMPLETE": "rolled-back",
    "UPDATE_ROLLBACK_COMPLETE": "rolled-back",
}
