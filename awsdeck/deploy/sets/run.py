"""Deploy, watch, stop, compare and destroy stack sets, one after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from ...assembly import Assembly, StackArtifact
from ...errors import ApprovalNeeded, CredentialsError, DeckError, DeployError, InputError, NotClean, StoppedWatching
from .. import request as requests
from ..errors import Refused
from ..files import assets
from ..files.template import placed
from ..observer import Notice
from ..repair.discretion import discreet_differences
from ..request import masked
from .calls import StackSets
from .causes import check_access, explained, hint, reasons
from .follow import OperationEnd, OperationWatch
from .plan import SetOptions, SetPlan, SetStep, plan_removal, plan_set
from .result import SetObserver, SetResult, SetStatus, SetView
from .spread import Spread

if TYPE_CHECKING:
    from ..account.aws import AWS

SetConfirm = Callable[[SetPlan], bool]


def chosen_sets(assembly: Assembly, names: Iterable[str] | None) -> list[StackArtifact]:
    """The stack sets of those names, all when None; raises `InputError` for one that is not there."""
    wanted = list(assembly.sets) if names is None else list(names)
    unknown = [name for name in wanted if name not in assembly.sets]
    if unknown:
        known = f"the stack sets are {', '.join(assembly.sets)}" if assembly.sets else "make one with StackSet(…)"
        raise InputError(f"there is no stack set {', '.join(unknown)}", fix=known)
    return [artifact for name, artifact in assembly.sets.items() if name in wanted]


def deploy_sets(
    assembly: Assembly,
    *,
    aws: AWS,
    observer: SetObserver,
    sets: Iterable[str] | None = None,
    parameters: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    confirm: SetConfirm | None = None,
    allow_replace: Collection[str] = (),
    allow_destroy: Collection[str] = (),
    retain_stacks: bool = False,
    bucket: str | None = None,
    timeout: float | None = None,
    force: bool = False,
    plan_only: bool = False,
) -> dict[str, SetResult]:
    """Bring stack sets and their instances to where the assembly wants them.

    Instances that are to go are deleted, with `retain_stacks` only taken out of the set. `force` starts operations also
    when nothing seems to differ, `plan_only` none. Raises the first error, after the observer was told: `DeployError` when
    instances failed, `NotClean` when some could not be removed, `ApprovalNeeded`, `StackBusy`, `StoppedWatching`,
    `CredentialsError` or `InputError`.
    """
    chosen = chosen_sets(assembly, sets)
    requests.check_given(parameters or {}, {artifact.name: artifact.template for artifact in chosen})
    options = SetOptions(parameters or {}, tags or {}, allow_replace, allow_destroy, retain_stacks, bucket, force)
    work = _Work(aws, observer, confirm, timeout, plan_only)
    return {
        artifact.name: work.one(artifact, lambda one, calls, own: plan_set(one, calls, own, options))
        for artifact in chosen
    }


def destroy_sets(
    artifacts: Iterable[StackArtifact],
    *,
    aws: AWS,
    observer: SetObserver,
    confirm: SetConfirm | None = None,
    allow_destroy: Collection[str] = (),
    retain_stacks: bool = False,
    delegated: bool = False,
    timeout: float | None = None,
) -> dict[str, SetResult]:
    """Remove all instances of stack sets with their stacks, or with `retain_stacks` without them, and the sets."""
    options = SetOptions(allow_destroy=allow_destroy, retain_stacks=retain_stacks)
    work = _Work(aws, observer, confirm, timeout, delegated=delegated)
    return {
        artifact.name: work.one(artifact, lambda one, calls, _: plan_removal(one, calls, options))
        for artifact in artifacts
    }


def follow_set(
    artifact: StackArtifact,
    *,
    aws: AWS,
    observer: SetObserver,
    operation: str | None = None,
    delegated: bool = False,
    timeout: float | None = None,
) -> SetResult:
    """Watch the operation that runs on a stack set, or tell how the last one, or `operation`, ended."""
    work = _Work(aws, observer, None, timeout, delegated=delegated)
    calls = work.there(artifact)
    if operation is not None:
        _known(calls, artifact.name, operation)
    found = calls.operations(artifact.name)
    running = [one for one in found if one.running]
    wanted = operation or (running[-1].id if running else found[0].id if found else None)
    if wanted is None:
        raise InputError(f"nothing has happened to {artifact.name} yet")
    return work.watched(artifact, calls, [wanted])


def _known(calls: StackSets, name: str, operation: str) -> None:
    try:
        calls.operation(name, operation)
    except Refused as refused:
        if refused.kind != "missing":
            raise
        raise InputError(
            f"{name} has no operation {operation}", fix=f"`awsdeck stackset status {name}` lists the newest"
        ) from None


def stop_set(
    artifact: StackArtifact, *, aws: AWS, observer: SetObserver, delegated: bool = False, timeout: float | None = None
) -> SetResult:
    """Stop the operation that runs on a stack set: no further instance is begun, those under way are ended."""
    work = _Work(aws, observer, None, timeout, delegated=delegated)
    calls = work.there(artifact)
    running = [one for one in calls.operations(artifact.name) if one.running]
    if not running:
        raise InputError(f"nothing runs on {artifact.name}", fix=f"look with `awsdeck stackset status {artifact.name}`")
    for one in running:
        if one.status != "STOPPING":
            calls.stop(artifact.name, one.id)
    return work.watched(artifact, calls, [one.id for one in running], stopping=True)


def drift_set(
    artifact: StackArtifact, *, aws: AWS, observer: SetObserver, delegated: bool = False, timeout: float | None = None
) -> SetView:
    """Compare every instance of a stack set with its template."""
    work = _Work(aws, observer, None, timeout, delegated=delegated)
    calls = work.there(artifact)
    operation = requests.token()
    calls.detect_drift(artifact.name, operation=operation)
    end = work.watch(artifact.name, calls, operation, (), 0)
    if end.operation.status != "SUCCEEDED":
        raise _failure(artifact.name, end, Spread(regions=()))
    view = view_set(artifact, aws=aws, delegated=delegated)
    template = view.record.template if view.record is not None else {}
    drifts = {
        one.where: [discreet_differences(item, template) for item in calls.drifts(artifact.name, one, operation)]
        for one in view.drifted
    }
    return evolve(view, drifts=drifts)


def view_set(artifact: StackArtifact, *, aws: AWS, delegated: bool = False) -> SetView:
    """A stack set as it is, with its instances and newest operations."""
    own = aws.of(artifact)
    calls = _calls(own, artifact, delegated, None)
    record = calls.find(artifact.name)
    if record is None:
        return SetView(artifact.name, calls.cf.region, None)
    return SetView(
        artifact.name,
        calls.cf.region,
        record,
        tuple(calls.instances(artifact.name)),
        tuple(calls.operations(artifact.name)[:5]),
    )


def _calls(aws: AWS, artifact: StackArtifact, delegated: bool, stop: threading.Event | None) -> StackSets:
    acting = delegated or bool((artifact.spread or {}).get("delegatedAdmin"))
    return StackSets(aws.cloudformation(artifact.region, stop=stop), acting)


@frozen
class _Work:
    aws: AWS
    observer: SetObserver
    confirm: SetConfirm | None
    timeout: float | None = None
    plan_only: bool = False
    delegated: bool = False

    def calls(self, artifact: StackArtifact) -> StackSets:
        own = self.aws.of(artifact)
        own.belongs(artifact, artifact.region)
        return _calls(own, artifact, self.delegated, None)

    def there(self, artifact: StackArtifact) -> StackSets:
        """The calls for a stack set that has to be there."""
        calls = self.calls(artifact)
        if calls.find(artifact.name) is None:
            raise InputError(
                f"there is no stack set {artifact.name} in {calls.cf.region}",
                fix="name its region with --region; `awsdeck stackset deploy` makes those of the deck",
            )
        return calls

    def one(self, artifact: StackArtifact, make_plan: Callable[[StackArtifact, StackSets, AWS], SetPlan]) -> SetResult:
        """One stack set from plan to result; raises what stands in the way after the observer was told."""
        name, started = artifact.name, self.aws.clock.now()
        ends: list[OperationEnd] = []
        plan: SetPlan | None = None
        spread = Spread.known(artifact)

        def ended(status: SetStatus, error: DeckError | None = None) -> SetResult:
            seconds = self.aws.clock.now() - started
            set_id = plan.before.id if plan is not None and plan.before is not None else None
            last = {one.where: one for end in ends for one in end.results}
            result = SetResult(
                name, status, set_id, tuple(end.operation for end in ends), tuple(last.values()), seconds, error
            )
            self.observer.set_finished(result)
            return result

        try:
            calls = self.calls(artifact)
            plan = make_plan(artifact, calls, self.aws.of(artifact))
            self.observer.set_planned(plan)
            if plan.operation == "none":
                return ended("absent" if plan.before is None else "unchanged")
            if self.plan_only:
                plan.gate.check(name)
                return ended("planned")
            self._approve(plan)
            check_access(calls, spread, name)
            self._carry_out(plan, calls, ends)
        except DeckError as error:
            stopped = isinstance(error, StoppedWatching)
            failed = isinstance(error, (Refused, DeployError)) and not isinstance(error, ApprovalNeeded)
            explained(error, spread)
            error.message = masked(error.message, plan.secrets if plan is not None else ())
            error.args = (error.message,)
            ended("stopped" if stopped else "failed" if failed else "refused", error)
            raise
        words: dict[str, SetStatus] = {"create": "created", "update": "updated", "delete": "deleted"}
        return ended(words[plan.operation])

    def watched(
        self, artifact: StackArtifact, calls: StackSets, operations: list[str], *, stopping: bool = False
    ) -> SetResult:
        """Watch operations to their end; one that was to be stopped is fine in whichever way it ends."""
        started = self.aws.clock.now()
        ends = [self.watch(artifact.name, calls, operation, (), 0) for operation in operations]
        spread = Spread.known(artifact)
        bad = [end for end in ends if end.operation.status != "SUCCEEDED"]
        error = _failure(artifact.name, bad[0], spread) if bad and not stopping else None
        last = {one.where: one for end in ends for one in end.results}
        result = SetResult(
            artifact.name, "failed" if error else "followed", None, tuple(end.operation for end in ends),
            tuple(last.values()), self.aws.clock.now() - started, error,
        )  # fmt: skip
        self.observer.set_finished(result)
        if error is not None:
            raise error
        return result

    def watch(
        self, name: str, calls: StackSets, operation: str, secrets: tuple[str, ...], expected: int
    ) -> OperationEnd:
        """Watch one operation."""
        return OperationWatch(
            calls, name, operation, self.observer, expected=expected, timeout=self.timeout,
            outage_budget=self.aws.outage_budget, secrets=secrets,
        ).run()  # fmt: skip

    def _approve(self, plan: SetPlan) -> None:
        plan.gate.check(plan.name)
        if self.confirm is None:
            if plan.asks:
                raise ApprovalNeeded("\n  ".join((f"{plan.name} needs a yes for:", *plan.asks)))
        elif not self.confirm(plan):
            raise ApprovalNeeded(f"{plan.name}: declined; nothing was changed")

    def _carry_out(self, plan: SetPlan, calls: StackSets, ends: list[OperationEnd]) -> None:
        own = self.aws.of(plan.artifact)
        if plan.bucket is not None and plan.artifact.assets:
            assets.upload(plan.artifact, own, plan.bucket, plan.region)
        spread = Spread.known(plan.artifact)
        for step in plan.steps:
            self.observer.notice(Notice(plan.name, str(step)))
            try:
                self._start(step, plan, calls, own)
            except KeyboardInterrupt:
                raise self._unsure(plan, calls, step, "no longer watching") from None
            except Refused as refused:
                if refused.kind == "outage" and step.operation:
                    raise self._unsure(plan, calls, step, "the connection was lost while starting") from None
                raise
            if step.kind in ("create", "delete"):
                continue
            try:
                end = self.watch(plan.name, calls, step.operation, plan.secrets, 0)
            except CredentialsError as error:
                raise CredentialsError(
                    f"{error.message}; the operation {step.operation} on {plan.name} goes on in AWS",
                    fix=f"log in again, then run `awsdeck stackset follow {plan.name}`",
                ) from None
            ends.append(end)
            if end.operation.status != "SUCCEEDED":
                raise _failure(plan.name, end, spread)
            if end.failed:
                self.observer.notice(
                    Notice(plan.name, "\n  ".join(("within the failure tolerance:", *reasons(end.results))), "warning")
                )

    def _unsure(self, plan: SetPlan, calls: StackSets, step: SetStep, why: str) -> StoppedWatching:
        return OperationWatch(calls, plan.name, step.operation, self.observer).goes_on(f"{why}; it may have started")

    def _start(self, step: SetStep, plan: SetPlan, calls: StackSets, aws: AWS) -> None:
        if step.kind in ("create", "update"):
            body, url = placed(aws, plan.region, requests.minified(plan.artifact.template), plan.bucket, plan.name)
            settings = {**plan.request, "TemplateBody": body, "TemplateURL": url}
            if step.kind == "create":
                calls.create(plan.name, token=step.operation, settings=_said(settings))
            else:
                calls.update(
                    plan.name,
                    operation=step.operation,
                    settings=_said(settings),
                    preferences=plan.preferences.to_request(_regions(plan)),
                )
            return
        if step.kind == "delete":
            calls.delete(plan.name)
            return
        assert step.targets is not None
        preferences = plan.preferences.to_request(step.targets.regions)
        if step.kind == "remove":
            calls.remove(plan.name, step.targets, operation=step.operation, preferences=preferences, retain=step.retain)
        elif step.kind == "values":
            calls.change(plan.name, step.targets, operation=step.operation, preferences=preferences, values=step.values)
        else:
            calls.add(plan.name, step.targets, operation=step.operation, preferences=preferences, values=step.values)


def _said(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def _regions(plan: SetPlan) -> list[str]:
    """The regions of the instances that stay, in the order of the stack set."""
    there = {row.where.partition("/")[2] for row in plan.placements if row.action in ("keep", "retry")}
    return [region for region in Spread.of(plan.artifact).regions if region in there]


def _failure(name: str, end: OperationEnd, spread: Spread) -> DeployError:
    operation, failed = end.operation, end.failed
    what = operation.action.lower().replace("_", " ")
    lines = [f"{name}: the operation {operation.id} ({what}) ended in {operation.status}"]
    if operation.reason:
        lines[0] += f": {operation.reason}"
    lines += [f"  {line}" for line in reasons(end.results)]
    cancelled = [one.where for one in end.results if one.status == "CANCELLED"]
    if cancelled:
        lines.append(f"  not begun: {', '.join(cancelled[:6])}{', …' * (len(cancelled) > 6)}")
    fix = hint([one.reason for one in failed] + [operation.reason], spread)
    if operation.action == "DELETE":
        again = f"`awsdeck stackset deploy {name}` or `awsdeck stackset destroy {name}`"
        return NotClean(
            "\n".join(lines),
            fix=fix
            or f"remove what is in the way and run {again} again; --retain-stacks leaves the stacks where they are",
        )
    if operation.action == "DETECT_DRIFT":
        return DeployError("\n".join(lines), fix=fix or "compare again")
    return DeployError(
        "\n".join(lines),
        fix=fix or f"put it right and run `awsdeck stackset deploy {name}`: it tries those instances again",
    )
