"""Do what a plan says, step after step; what it is for was decided before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import define

from ..errors import CredentialsError, DeckError, DeployError, StoppedWatching
from .account.clock import Interrupted
from .errors import Refused
from .files import assets
from .follow import Follower, Outcome
from .observer import Notice
from .preview.changeset import Made, make, take_away
from .preview.stackpolicy import set_policy
from .records import StackRecord
from .result import Failure
from .state import busy
from .steps import (
    CancelUpdate,
    ContinueRollback,
    DeleteShell,
    DeleteStack,
    Detach,
    ExecuteChangeSet,
    Follow,
    Join,
    MakeChangeSet,
    Protect,
    RollBack,
    SetPolicy,
    Step,
    UploadAssets,
)
from .watch.estimate import expected
from .watch.failure import explain
from .watch.journal import StackRun, durations, journal_of, lengths

if TYPE_CHECKING:
    from .account.aws import AWS
    from .account.cloudformation import CloudFormation
    from .observer import Observer
    from .stackplan import StackPlan


class Failed(Exception):
    """An operation ended badly; `failure` and `error` say how, `outcome` has its events."""

    def __init__(self, failure: Failure, error: DeployError, outcome: Outcome) -> None:
        super().__init__(str(error))
        self.failure = failure
        self.error = error
        self.outcome = outcome


@define
class Executor:
    """One plan being carried out; `started` once AWS may be working on it."""

    cf: CloudFormation
    aws: AWS
    plan: StackPlan
    observer: Observer
    tell: Callable[[str], None]
    timeout: float | None = None
    started: bool = False
    stack_id: str = ""
    made: Made | None = None
    follower: Follower | None = None
    outcome: Outcome | None = None

    def run(self) -> StackRecord | None:
        """Carry out every step; returns the stack at the end.

        Raises `Failed` when the operation ended badly, `StoppedWatching` when its end is out of sight.
        """
        self.made = self.plan.made
        self.stack_id = self.plan.before.id if self.plan.before else ""
        try:
            for step in self.plan.steps:
                if not self.started:
                    self.cf.pause(0.0)  # whoever wants to stop is heard before anything begins
                self._do(step)
        except Interrupted:
            if self.started and self.follower is not None:
                raise self.follower.goes_on("no longer watching") from None
            self._tidy()
            raise
        except CredentialsError as error:
            if self.started:
                raise CredentialsError(
                    f"{error.message}; the operation on {self.stack_id} goes on in AWS",
                    fix=f"log in again, then run `awsdeck follow {self.plan.name}`",
                ) from None
            raise
        except DeckError:
            if not self.started:
                self._tidy()
            raise
        return self.outcome.record if self.outcome else self.plan.before

    def _tidy(self) -> None:
        if self.made is not None:
            take_away(self.cf.unstoppable(), self.made, self.tell)

    def _do(self, step: Step) -> None:
        match step:
            case DeleteShell():
                self._delete_shell(step)
            case MakeChangeSet():
                self.made = make(self.cf, self.aws, step.request, self.plan.bucket, self.tell)
            case UploadAssets():
                assets.upload(self.plan.artifact, self.aws, step.bucket, self.plan.region)
            case Protect():
                self.cf.protect(step.stack_id or self.stack_id, step.enabled)
            case SetPolicy():
                set_policy(self.cf, step.stack_id or self.stack_id, step.policy)
            case Detach():
                raise self._follower("", None).goes_on("started, and not watched, as asked")
            case ExecuteChangeSet():
                arn = step.change_set or (self.made.record.arn if self.made else "")
                self.stack_id = step.stack_id or (self.made.record.stack_id if self.made else self.stack_id)
                self._start(step.token, arn, lambda: self._execute(arn, step))
            case DeleteStack():
                self._start(step.token, None, lambda: self._delete(step))
            case RollBack():
                self._start(step.token, None, lambda: self.cf.roll_back(step.stack_id, token=step.token))
            case ContinueRollback():
                self._start(
                    step.token,
                    None,
                    lambda: self.cf.continue_rollback(
                        step.stack_id, token=step.token, skip=step.skip, force=step.force
                    ),
                )
            case CancelUpdate():
                self._start(step.token, None, lambda: self.cf.cancel_update(step.stack_id, token=step.token))
            case Join():
                self.follower = self._follower("", None)
                self.follower.join(step.token)
            case Follow():
                self._follow(step)

    def _execute(self, arn: str, step: ExecuteChangeSet) -> None:
        keeps = bool(step.disable_rollback)
        self.cf.execute_change_set(
            arn, token=step.token, retain_on_rollback=not keeps, disable_rollback=step.disable_rollback
        )

    def _delete(self, step: DeleteStack) -> None:
        self.cf.delete_stack(step.stack_id, token=step.token, retain=step.retain, force=step.force)

    def _delete_shell(self, step: DeleteShell) -> None:
        self.tell(f"deleting what the failed first deploy of {self.plan.name} left: a stack without resources")
        self.cf.delete_stack(step.stack_id, token=step.token)
        while True:
            record = self.cf.stack(step.stack_id)
            if record is None or record.gone:
                return
            if record.status == "DELETE_FAILED":
                raise DeployError(f"{self.plan.name}: the empty stack cannot be deleted: {record.reason}")
            self.cf.pause(0.1 if self.cf.emulated else 2.0)

    def _follower(self, token: str, change_set: str | None) -> Follower:
        journal = journal_of(self.observer)
        folder = journal.folder if journal is not None else ""
        artifact = self.plan.artifact
        return Follower(
            self.cf,
            self.plan.name,
            self.stack_id,
            token,
            self.cf.stack(self.stack_id),
            self.observer,
            total=self.plan.total,
            origins={**artifact.nested, **artifact.origins},
            change_set=change_set,
            deleting=self.plan.operation == "delete",
            updating=self._updates(),
            timeout=self.timeout,
            outage_budget=self.aws.outage_budget,
            secrets=self.plan.secrets,
            template=artifact.template,
            expectation=expected(self.plan, durations(folder, self.stack_id), lengths(folder, self.stack_id)),
        )

    def _updates(self) -> bool:
        before = self.plan.before
        joined = self.plan.operation == "follow" and before is not None and before.status == "UPDATE_IN_PROGRESS"
        return joined or self.plan.operation == "update"

    def _write_down(self, status: str, token: str = "", change_set: str | None = None) -> None:
        """Keep the run's record up to date; trouble with that is only told."""
        journal = journal_of(self.observer)
        if journal is None:
            return
        plan = self.plan
        if token:
            trouble = journal.started(
                StackRun(
                    plan.name,
                    plan.region,
                    self.stack_id,
                    token,
                    plan.operation,
                    change_set,
                    self.cf.now(),
                    local=self.cf.emulated,
                )
            )
        else:
            took = self.outcome.timeline.durations if self.outcome is not None and self.outcome.timeline else {}
            trouble = journal.ended(plan.name, status, self.cf.now(), took)
        if trouble:
            self.observer.notice(Notice(plan.name, trouble, "warning"))

    def _start(self, token: str, change_set: str | None, ask: Callable[[], None]) -> None:
        """Start the operation once; an answer that got lost on the way does not start it twice."""
        self.follower = follower = self._follower(token, change_set)
        follower.mark()
        self._write_down("running", token, change_set)
        self.started = True
        try:
            ask()
        except Interrupted:
            self.started = self._may_run(change_set)
            if not self.started:
                self._write_down("refused")
            raise
        except Refused as refused:
            if refused.kind == "exists" or self._runs_already(refused, token, change_set):
                return
            if refused.kind == "outage":
                raise follower.goes_on("the connection was lost while starting; it may have started") from None
            self.started = False
            self._write_down("refused")
            record = self.cf.stack(self.stack_id)
            if refused.kind == "busy" and record is not None:
                raise busy(record) from None
            raise

    def _may_run(self, change_set: str | None) -> bool:
        """Whether a start that the user broke off before it was answered may have happened; in doubt it has."""
        if change_set is None:
            return True
        try:
            return self.cf.unstoppable().change_set(change_set, changes=False).execution != "AVAILABLE"
        except DeckError:
            return True

    def _runs_already(self, refused: Refused, token: str, change_set: str | None) -> bool:
        if change_set is not None and refused.kind == "status":
            return self.cf.change_set(change_set, changes=False).execution.startswith("EXECUTE_")
        if change_set is None and refused.kind in ("busy", "invalid"):
            return any(event.token == token for event in next(self.cf.events(self.stack_id), []))
        return False

    def _follow(self, step: Follow) -> None:
        follower = self.follower or self._follower(step.token, None)
        follower.good = step.good
        self.started = True
        try:
            self.outcome = follower.run()
        except (CredentialsError, StoppedWatching, Interrupted):
            self._write_down("stopped")
            raise
        except DeployError as error:
            self._write_down("stopped")
            raise follower.goes_on(error.message) from None
        self._write_down(self.outcome.status)
        if self.outcome.status not in step.good:
            raise Failed(*explain(self.plan, self.outcome), self.outcome)
