"""Look and decide: a stack as it is, a template as it should be, and the steps between them.

Nothing is changed here. The one thing that is made is a change set, because only CloudFormation knows what it will
do; it is taken away again when the plan comes to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal

from attrs import evolve, field, frozen

from ..assembly import ASSETS_BUCKET, StackArtifact
from ..diff import Diff, diff
from ..errors import InputError, NotClean
from . import assets
from . import request as requests
from .changeset import Made, make, take_away
from .gate import Verdict, judge
from .inside import Inside, inside
from .merge import PlannedChange, merged
from .records import HEALTHY, StackRecord
from .request import Request
from .state import way
from .steps import DeleteShell, ExecuteChangeSet, Follow, MakeChangeSet, Protect, Step, UploadAssets
from .template import deployed

if TYPE_CHECKING:
    from .aws import AWS
    from .cloudformation import CloudFormation

Operation = Literal["create", "update", "recreate", "none", "delete", "follow", "rollback", "cancel"]


@frozen
class StackPlan:
    """What a deploy or destroy is about to do to one stack; shown, confirmed and executed as it is."""

    name: str
    region: str
    operation: Operation
    artifact: StackArtifact = field(eq=False, repr=False)
    before: StackRecord | None = None
    diff: Diff = field(factory=Diff)
    changes: tuple[PlannedChange, ...] = ()
    gate: Verdict = field(factory=Verdict)
    steps: tuple[Step, ...] = ()
    parameters: Mapping[str, str] = field(factory=dict)  # as they may be shown
    capabilities: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(factory=dict)
    notes: tuple[str, ...] = ()
    bucket: str | None = None
    made: Made | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def total(self) -> int:
        """How many resources are touched; what progress counts up to."""
        return len(self.changes)

    @property
    def asks(self) -> tuple[str, ...]:
        """What a yes includes beyond the ordinary: wider access, waiting messages that go."""
        return self.gate.ask

    def to_dict(self) -> dict[str, Any]:
        """One line of NDJSON."""
        return {
            "type": "plan",
            "stack": self.name,
            "region": self.region,
            "operation": self.operation,
            "changes": [change.to_dict() for change in self.changes],
            "diff": self.diff.to_dict(),
            "asks": list(self.asks),
            "refused": [refusal.message for refusal in self.gate.refused],
            "parameters": dict(self.parameters),
            "capabilities": list(self.capabilities),
            "tags": dict(self.tags),
            "notes": list(self.notes),
            "steps": [type(step).__name__ for step in self.steps],
        }


@frozen
class Options:
    """What the user decides for all stacks of a run."""

    parameters: Mapping[str, str] = field(factory=dict, repr=False)
    tags: Mapping[str, str] = field(factory=dict)
    allow_replace: Collection[str] = ()
    allow_destroy: Collection[str] = ()
    bucket: str | None = None
    role: str | None = None
    force: bool = False


Tell = Callable[[str], None]


def plan_deploy(artifact: StackArtifact, cf: CloudFormation, aws: AWS, options: Options, tell: Tell) -> StackPlan:
    """The plan for one stack; when it is refused or comes to nothing, no change set is left behind."""
    template = artifact.template
    _check(artifact, aws, cf)
    record = cf.stack(artifact.name)
    how = way(record)
    if how == "wait-and-create" and record is not None:
        tell(f"{artifact.name} is being deleted; waiting for that")
        _wait_deleted(cf, record)
        how = "create"
    current = record if record is not None and how == "update" else None
    if record is not None and how == "recreate":
        _check_shell(cf, record)
    given = requests.for_stack(options.parameters, artifact.name, template, artifact.parameters)
    bucket = assets.bucket_for(artifact, options.bucket, aws, current, given)
    assets.check(artifact)
    if bucket is not None and assets.declares(artifact):
        given[ASSETS_BUCKET] = bucket
    parameters = requests.parameters(template, given, current, stack=artifact.name)
    old = deployed(cf, current.id) if current is not None else None
    tags = {**artifact.tags, **options.tags}
    difference = diff(old, template)
    name, token = requests.change_set_name(cf.now())
    request = Request(
        stack=artifact.name,
        name=name,
        token=token,
        create=current is None,
        body=requests.minified(template),
        parameters=parameters,
        tags=tags,
        capabilities=requests.capabilities(template),
        role=options.role,
    )
    plan = StackPlan(
        name=artifact.name,
        region=cf.region,
        operation="update" if current is not None else "recreate" if how == "recreate" else "create",
        artifact=artifact,
        before=record,
        diff=difference,
        parameters={parameter.name: parameter.shown() for parameter in parameters},
        capabilities=request.capabilities,
        tags=tags,
        bucket=bucket,
        secrets=tuple(parameter.value for parameter in parameters if parameter.secret and parameter.value),
    )
    if how == "recreate" and record is not None:
        return _recreating(plan, record, request, difference, options)
    if current is not None and not options.force and _up_to_date(current, request, template, difference):
        return evolve(plan, operation="none", steps=_protection(artifact, current))
    return _with_change_set(plan, cf, aws, request, current, old, options, tell)


def _with_change_set(
    plan: StackPlan,
    cf: CloudFormation,
    aws: AWS,
    request: Request,
    current: StackRecord | None,
    old: dict[str, Any] | None,
    options: Options,
    tell: Tell,
) -> StackPlan:
    made = make(cf, aws, request, plan.bucket, tell, in_review=plan.before.id if plan.before else None)
    try:
        if made.unchanged and current is not None:
            take_away(cf.unstoppable(), made, tell)
            return evolve(plan, operation="none", diff=Diff(), steps=_protection(plan.artifact, current))
        changes = merged(plan.diff, made.record.changes, (old or {}).get("Resources"))
        within = (
            Inside()
            if current is None or old is None
            else inside(plan.artifact, old, plan.artifact.template, cf, current.id)
        )
        gate = _judged(plan, changes, options, within)
        plan = evolve(plan, changes=changes, made=made, gate=gate, notes=(*plan.notes, *within.notes()))
        operation = requests.token()
        execute = ExecuteChangeSet(operation, made.record.arn, made.record.stack_id)
        if current is None:
            protect = (Protect(True, made.record.stack_id),) if plan.artifact.termination_protection else ()
            return evolve(plan, steps=(*_uploads(plan), execute, Follow(operation, ("CREATE_COMPLETE",)), *protect))
        follow = Follow(operation, ("UPDATE_COMPLETE",))
        return evolve(plan, steps=(*_uploads(plan), *_protection(plan.artifact, current), execute, follow))
    except BaseException:
        take_away(cf.unstoppable(), made, tell)
        raise


def _recreating(
    plan: StackPlan, record: StackRecord, request: Request, difference: Diff, options: Options
) -> StackPlan:
    changes = merged(difference, None)
    operation = requests.token()
    unprotect = (Protect(False, record.id),) if record.protected else ()
    protect = (Protect(True, None),) if plan.artifact.termination_protection else ()
    return evolve(
        plan,
        changes=changes,
        gate=_judged(plan, changes, options),
        notes=(
            f"{plan.name} is what a failed first deploy left behind; it has no resources, so it is deleted and made anew",
        ),
        steps=(
            *_uploads(plan),
            *unprotect,
            DeleteShell(record.id, requests.token()),
            MakeChangeSet(request),
            ExecuteChangeSet(operation, None, None),
            Follow(operation, ("CREATE_COMPLETE",)),
            *protect,
        ),
    )


def _check(artifact: StackArtifact, aws: AWS, cf: CloudFormation) -> None:
    if not requests.is_stack_name(artifact.name):
        raise InputError(
            f"{artifact.name!r} is no name for a stack",
            fix="start with a letter; letters, digits and hyphens, at most 128",
        )
    if not artifact.template.get("Resources"):
        raise InputError(
            f"{artifact.name} has no resources, and CloudFormation has no empty stacks",
            fix=f"to remove the stack, run `awsdeck destroy {artifact.name}`",
        )
    if artifact.account:
        account = aws.account(cf.region)
        if account != artifact.account:
            raise InputError(
                f"{artifact.name} belongs into account {artifact.account}, and the credentials are for {account}",
                fix="choose other credentials with --profile or AWS_PROFILE",
            )


def _check_shell(cf: CloudFormation, record: StackRecord) -> None:
    left = [resource for resource in cf.resources(record.id) if resource.status != "DELETE_COMPLETE"]
    if left:
        listed = ", ".join(f"{resource.logical_id} ({resource.physical_id})" for resource in left)
        raise NotClean(
            f"{record.name} is in ROLLBACK_COMPLETE and still holds {listed}",
            fix=f"keep or remove them by hand, then run `awsdeck destroy {record.name}` and deploy again",
        )


def _wait_deleted(cf: CloudFormation, record: StackRecord) -> None:
    while True:
        now = cf.stack(record.id)
        if now is None or now.gone:
            return
        if now.status != "DELETE_IN_PROGRESS":
            way(now)
            return
        cf.pause(0.2 if cf.emulated else 5.0)


def _up_to_date(current: StackRecord, request: Request, template: Mapping[str, Any], difference: Diff) -> bool:
    """True when CloudFormation would find nothing to do, so that it need not be asked."""
    changed = [
        parameter
        for parameter in request.parameters
        if parameter.value is not None
        and (parameter.secret or parameter.value != current.parameters.get(parameter.name))
    ]
    return (
        difference.empty
        and not changed
        and not requests.from_ssm(template)
        and not template.get("Transform")
        and dict(current.tags) == dict(request.tags)
        and current.status in HEALTHY
    )


def _protection(artifact: StackArtifact, current: StackRecord) -> tuple[Step, ...]:
    wanted = artifact.termination_protection
    return (Protect(wanted, current.id),) if wanted != current.protected else ()


def _uploads(plan: StackPlan) -> tuple[Step, ...]:
    return (UploadAssets(plan.bucket),) if plan.artifact.assets and plan.bucket else ()


def _judged(
    plan: StackPlan, changes: tuple[PlannedChange, ...], options: Options, within: Inside | None = None
) -> Verdict:
    within = within or Inside()
    return judge(
        plan.name,
        (*changes, *within.changes),
        (*plan.diff.broadening, *within.broadening),
        allow_replace=options.allow_replace,
        allow_destroy=options.allow_destroy,
    )
