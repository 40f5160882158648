"""Look and decide: a stack as it is, a template as it should be, and the steps between them.

Nothing is changed here. The one thing that is made is a change set, because only CloudFormation knows what it will
do; it is taken away again when the plan comes to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ..assembly import ASSETS_BUCKET, StackArtifact
from ..diff import Diff, diff
from ..diff.nested import nested_stacks, whole
from ..errors import ApprovalNeeded, InputError, NotClean
from . import request as requests
from .files import assets
from .files.template import deployed
from .gate import Verdict
from .preview.changeset import make, take_away
from .preview.policychange import policy_change
from .preview.preview import Deployed, previewed, protection_notes, share_nested
from .preview.stackpolicy import policy_of
from .records import HEALTHY, StackRecord
from .request import Request
from .stackplan import Options, StackPlan
from .state import unmoved, way
from .steps import (
    DeleteShell,
    Detach,
    ExecuteChangeSet,
    Follow,
    MakeChangeSet,
    Protect,
    SetPolicy,
    Step,
    UploadAssets,
)
from .terms.capabilities import capabilities
from .terms.capabilities import check as check_capabilities
from .terms.conduct import Conduct, members, on_terms

if TYPE_CHECKING:
    from .account.aws import AWS
    from .account.cloudformation import CloudFormation

GIVEN_ANEW = "(given anew)"
"""What is shown of a secret parameter that is sent: whether it has changed, nobody can see."""
Tell = Callable[[str], None]


def plan_deploy(artifact: StackArtifact, cf: CloudFormation, aws: AWS, options: Options, tell: Tell) -> StackPlan:
    """The plan for one stack; when it is refused or comes to nothing, no change set is left behind."""
    artifact = on_terms(artifact, options.terms)
    template = artifact.template
    _check(artifact, aws, cf)
    every = whole(artifact)
    conduct = options.conduct
    check_capabilities(artifact.name, every, conduct.capabilities)
    record = cf.stack(artifact.name)
    how = way(record, evolve(conduct, auto_rollback=False))  # whoever wants that has had it done by now
    _check_express(artifact, record, conduct)
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
    old = deployed(cf, current.id) if current is not None else None
    parameters = requests.parameters(template, given, current, stack=artifact.name, old=old)
    tags = {**artifact.tags, **options.tags}
    name, token = requests.change_set_name(cf.now())
    request = Request(
        stack=artifact.name,
        name=name,
        token=token,
        create=current is None,
        body=requests.minified(template),
        parameters=parameters,
        tags=tags,
        capabilities=capabilities(every),
        role=artifact.execution_role or options.role,
        nested=bool(nested_stacks(template)) and not conduct.revert_drift,
        more=members(cf, artifact, conduct, create=current is None),
    )
    plan = StackPlan(
        name=artifact.name,
        region=cf.region,
        operation="update" if current is not None else "recreate" if how == "recreate" else "create",
        artifact=artifact,
        before=record,
        old=old,
        diff=diff(old, template),
        parameters={parameter.name: parameter.shown() for parameter in parameters},
        capabilities=request.capabilities,
        tags=tags,
        bucket=bucket,
        secrets=tuple(parameter.value for parameter in parameters if parameter.secret and parameter.value),
        settings=changed_settings(current, request, artifact),
        conduct=conduct,
        notes=_dropped(template, current),
    )
    if how == "recreate" and record is not None:
        return _recreating(plan, record, request, cf, aws, options)
    asked = options.force or conduct.revert_drift
    if current is not None and not asked and _up_to_date(current, request, template, plan):
        return kept_up(plan, cf, current, old or {})
    there = Deployed(current, old, {one.name: one.value for one in parameters if one.value and not one.looked_up})
    return _with_change_set(plan, cf, aws, request, there, options, tell)


def plan_later(artifact: StackArtifact, cf: CloudFormation, aws: AWS, options: Options, why: str) -> StackPlan:
    """What can be said of a stack that will be planned when its turn comes: its templates' difference, and no more."""
    artifact = on_terms(artifact, options.terms)
    _check(artifact, aws, cf)
    record = cf.stack(artifact.name)
    how = way(record, options.conduct)
    current = record if record is not None and how in ("update", "undo-first") else None
    old = deployed(cf, current.id) if current is not None else None
    plan = StackPlan(
        name=artifact.name,
        region=cf.region,
        operation="update" if current is not None else "recreate" if how == "recreate" else "create",
        artifact=artifact,
        before=record,
        old=old,
        diff=diff(old, artifact.template),
        tags={**artifact.tags, **options.tags},
        later=why,
    )
    return previewed(plan, cf, aws, None, Deployed(current, old), options)


def _with_change_set(
    plan: StackPlan, cf: CloudFormation, aws: AWS, request: Request, there: Deployed, options: Options, tell: Tell
) -> StackPlan:
    request, notes = share_nested(plan.artifact, aws, request, plan.bucket, cf.region)
    plan = evolve(plan, notes=(*plan.notes, *notes))
    stack_id = plan.before.id if plan.before else None
    made = make(cf, aws, request, plan.bucket, tell, there=stack_id, artifact=plan.artifact)
    try:
        if made.unchanged and there.record is not None:
            _check_unmoved(there.record)
            take_away(cf.unstoppable(), made, tell)
            waiting = ", ".join(name for name, _, after in plan.settings if after != GIVEN_ANEW)
            if waiting:
                tell(f"CloudFormation finds no change, so this stays as it is until there is one: {waiting}")
            return kept_up(evolve(plan, diff=Diff(), settings=()), cf, there.record, there.template or {})
        plan = evolve(previewed(plan, cf, aws, made, there, options), made=made)
        _check_replacements(plan, there.record)
        return evolve(plan, steps=execution(plan, there.record, made.record.arn, made.record.stack_id))
    except BaseException:
        take_away(cf.unstoppable(), made, tell)
        raise


def execution(
    plan: StackPlan, current: StackRecord | None, arn: str, stack_id: str, token: str | None = None
) -> tuple[Step, ...]:
    """The steps that carry out a plan whose change set stands; `token` is that of a start that was planned earlier."""
    if current is None:
        return (*_uploads(plan), *_creation(plan, arn, stack_id, token))
    operation = token or requests.token()
    good = ("UPDATE_COMPLETE", *(("IMPORT_COMPLETE",) if plan.conduct.import_existing else ()))
    return (
        *_uploads(plan),
        *protection(plan.artifact, current),
        *_policy(plan, current.id),
        ExecuteChangeSet(operation, arn, stack_id, plan.conduct.at_execution(create=False)),
        Follow(operation, good) if plan.conduct.wait else Detach(),
    )


def _creation(plan: StackPlan, arn: str | None, stack_id: str | None, token: str | None = None) -> tuple[Step, ...]:
    """Start a creation and see it through; what is set by calls of their own is set when there is a stack to keep.

    A stack that nobody waits for gets it while it is being created.
    """
    operation = token or requests.token()
    wanted = plan.artifact.stack_policy
    after = (
        *((Protect(True, stack_id),) if plan.artifact.termination_protection else ()),
        *((SetPolicy(wanted, stack_id),) if wanted else ()),
    )
    good = ("CREATE_COMPLETE", *(("IMPORT_COMPLETE",) if plan.conduct.import_existing else ()))
    execute = ExecuteChangeSet(operation, arn, stack_id, plan.conduct.at_execution(create=True))
    return (execute, Follow(operation, good), *after) if plan.conduct.wait else (execute, *after, Detach())


def _policy(plan: StackPlan, stack_id: str) -> tuple[Step, ...]:
    return (SetPolicy(plan.policy.wanted, stack_id),) if plan.policy is not None else ()


def kept_up(plan: StackPlan, cf: CloudFormation, current: StackRecord, old: Mapping[str, Any]) -> StackPlan:
    """The plan for a stack whose template is as it should be: what is left is set by calls of their own."""
    wanted = plan.artifact.stack_policy
    policy = (
        policy_change(policy_of(cf, current.id), wanted, old, plan.artifact.template) if wanted is not None else None
    )
    steps = (*protection(plan.artifact, current), *_policy(evolve(plan, policy=policy), current.id))
    if not steps:
        return evolve(plan, operation="none")
    notes = (*plan.notes, *protection_notes(current, plan.artifact), *(policy.notes if policy else ()))
    return evolve(plan, policy=policy, notes=notes, gate=Verdict(ask=policy.wider if policy else ()), steps=steps)


def _recreating(
    plan: StackPlan, record: StackRecord, request: Request, cf: CloudFormation, aws: AWS, options: Options
) -> StackPlan:
    unprotect = (Protect(False, record.id),) if record.protected else ()
    plan = previewed(plan, cf, aws, None, Deployed(), options)
    return evolve(
        plan,
        notes=(
            *plan.notes,
            f"{plan.name} is what a failed first deploy left behind; it has no resources, so it is deleted and made anew",
        ),
        later="its change set is made once what the failed first deploy left behind is deleted",
        steps=(
            *_uploads(plan),
            *unprotect,
            DeleteShell(record.id, requests.token()),
            MakeChangeSet(request),
            *_creation(plan, None, None),
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


def _check_express(artifact: StackArtifact, record: StackRecord | None, conduct: Conduct) -> None:
    protected = artifact.termination_protection or (record is not None and record.protected)
    if conduct.express and protected:
        raise ApprovalNeeded(
            f"{artifact.name} has termination protection, and express mode ends before its resources are ready",
            fix="deploy it without --express",
        )


def _check_replacements(plan: StackPlan, current: StackRecord | None) -> None:
    """Refuse what CloudFormation would only refuse half-way: it replaces nothing in an update it may not roll back."""
    if current is None or not plan.conduct.disables_rollback(create=False):
        return
    replaced = [one for one in (*plan.changes, *plan.within) if one.action == "replace"]
    if replaced:
        listed = ", ".join(
            f"{one.logical_id} ({one.type}){f' because of {one.because}' if one.because else ''}" for one in replaced
        )
        raise InputError(
            f"{plan.name}: without rollback CloudFormation replaces no resources, and this would replace {listed}",
            fix="deploy it without --no-rollback",
        )


def _check_unmoved(record: StackRecord) -> None:
    if record.status not in HEALTHY:
        raise unmoved(record)


def _dropped(template: Mapping[str, Any], current: StackRecord | None) -> tuple[str, ...]:
    names = requests.dropped(template, current) if current is not None else []
    return (f"no longer declared, so the stack forgets: {', '.join(names)}",) if names else ()


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


def _up_to_date(current: StackRecord, request: Request, template: Mapping[str, Any], plan: StackPlan) -> bool:
    """True when CloudFormation would find nothing to do, so that it need not be asked."""
    return (
        plan.diff.empty
        and not plan.settings
        and not any(parameter.secret and parameter.value is not None for parameter in request.parameters)
        and not requests.from_ssm(template)
        and not template.get("Transform")
        and current.status in HEALTHY
    )


def protection(artifact: StackArtifact, current: StackRecord) -> tuple[Step, ...]:
    """What brings the stack's termination protection to where the deck wants it."""
    wanted = artifact.termination_protection
    return (Protect(wanted, current.id),) if wanted != current.protected else ()


def changed_settings(
    current: StackRecord | None, request: Request, artifact: StackArtifact
) -> tuple[tuple[str, str, str], ...]:
    """What of a stack gets another value that is in no template: parameters, tags, topics, alarms, its role.

    A secret parameter only shows that it is sent anew.
    """
    if current is None:
        return ()
    found = []
    for parameter in request.parameters:
        before = current.parameters.get(parameter.name, "")
        name = f"parameter {parameter.name}"
        if parameter.value is not None and parameter.secret:
            found.append((name, "****" if before else "", GIVEN_ANEW))
        elif parameter.value is not None and parameter.value != before:
            found.append((name, before, parameter.shown()))
    keys = sorted({*current.tags, *request.tags})
    found += [(f"tag {key}", current.tags.get(key, ""), request.tags.get(key, "")) for key in keys]
    if artifact.notification_arns is not None:
        found.append(_listed("notification ARNs", current.topics, artifact.notification_arns))
    if artifact.rollback_triggers is not None:
        found.append(_listed("rollback triggers", current.triggers, artifact.rollback_triggers))
    if artifact.monitoring is not None:
        found.append(("monitoring", f"{current.monitoring} minutes", f"{artifact.monitoring} minutes"))
    if request.role is not None:
        found.append(("execution role", current.role, request.role))
    return tuple(one for one in found if one[1] != one[2])


def _listed(name: str, before: Iterable[str], after: Iterable[str]) -> tuple[str, str, str]:
    return name, ", ".join(sorted(before)), ", ".join(sorted(after))


def _uploads(plan: StackPlan) -> tuple[Step, ...]:
    return (UploadAssets(plan.bucket),) if plan.artifact.assets and plan.bucket else ()
