"""Everything that can be known of a change before it is made, once its change set stands.

Nothing here is needed to carry the change out: what may not be read is noted, and the rest is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve, field, frozen

from ...errors import DeckError, InputError
from ..errors import Refused
from ..files.assets import content
from ..files.uploads import uploads
from ..gate import judge
from ..request import is_secret
from .exports import exports_in_use
from .inside import Inside, Within, inside
from .merge import merged
from .policychange import policy_change
from .properties import Private
from .stackpolicy import denials, policy_of
from .validation import validations

if TYPE_CHECKING:
    from ...assembly import StackArtifact
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation
    from ..records import StackRecord
    from ..request import Request
    from ..stackplan import Options, StackPlan
    from .changeset import Made

T = TypeVar("T")


@frozen
class Deployed:
    """A stack as it is before an update, with its template; both None when there is nothing to update.

    `values` are those of its parameters that are given anew.
    """

    record: StackRecord | None = None
    template: dict[str, Any] | None = field(default=None, repr=False)
    values: Mapping[str, str] = field(factory=dict, repr=False)


def previewed(
    plan: StackPlan, cf: CloudFormation, aws: AWS, made: Made | None, there: Deployed, options: Options
) -> StackPlan:
    """The plan with all that its change set, its stack and its template say, and the gate's verdict on it."""
    notes: list[str] = []
    old, new = there.template or {}, plan.artifact.template
    private = Private(_secret_parameters(old) | _secret_parameters(new), plan.secrets)
    changes = merged(
        plan.diff,
        made.record.changes if made is not None else None,
        old.get("Resources"),
        new=new,
        private=private,
        stateful=options.stateful,
    )
    within = _within(plan, cf, made, there, Within(made.nested if made is not None else {}, private, options.stateful))
    plan = evolve(
        plan, changes=changes, within=within.changes, uploads=uploads(plan.artifact, aws, plan.bucket, cf.region)
    )
    if made is not None:
        found = _optional(notes, "the warnings of CloudFormation's check", (), partial(_warnings, cf, made, plan))
        plan = evolve(plan, warnings=found)
    if there.record is not None:
        read = partial(policy_of, cf, there.record.id)
        wanted = plan.artifact.stack_policy
        # One that is to change has to be known, or nobody would be asked whether it may get wider.
        policy = read() if wanted is not None else _optional(notes, "the stack policy", None, read)
        plan = evolve(plan, policy=policy_change(policy, wanted, old, new))
        plan = evolve(plan, denials=denials(policy if wanted is None else wanted, changes))
        ask = partial(
            exports_in_use,
            cf,
            there.record,
            old,
            new,
            difference=plan.diff,
            parameters=there.values,
        )
        plan = evolve(plan, exports=_optional(notes, "whether exports are in use", (), ask))
        notes += protection_notes(there.record, plan.artifact)
        notes += plan.policy.notes if plan.policy is not None else ()
    gate = judge(
        plan.name,
        (*changes, *within.changes),
        (*plan.diff.broadening, *within.broadening),
        allow_replace=options.allow_replace,
        allow_destroy=options.allow_destroy,
        denied=plan.denials,
        exports=plan.exports,
    )
    if plan.policy is not None:
        gate = evolve(gate, ask=(*gate.ask, *plan.policy.wider))
    return evolve(plan, gate=gate, notes=(*plan.notes, *notes))


def _optional(notes: list[str], what: str, otherwise: T, ask: Callable[[], T]) -> T:
    """What `ask` finds; when it is refused, a note instead, for the change itself does not need it."""
    try:
        return ask()
    except Refused as refused:
        if refused.kind == "denied":
            notes.append(f"{what} could not be read: {refused.message}")
        return otherwise


def _warnings(cf: CloudFormation, made: Made, plan: StackPlan) -> tuple[Any, ...]:
    change_sets = {"": made.record, **made.nested}
    found = [validations(cf, one.arn, plan.artifact, path) for path, one in change_sets.items()]
    return tuple(one for several in found for one in several if one.mode == "WARN")


def _secret_parameters(template: Any) -> frozenset[str]:
    declared = template.get("Parameters")
    found = declared.items() if isinstance(declared, dict) else ()
    return frozenset(name for name, body in found if is_secret(body))


def _within(plan: StackPlan, cf: CloudFormation, made: Made | None, there: Deployed, how: Within) -> Inside:
    stack_id = there.record.id if there.record is not None else None
    return inside(plan.artifact, there.template or {}, plan.artifact.template, cf, stack_id, how=how)


def protection_notes(record: StackRecord, artifact: StackArtifact) -> list[str]:
    """What a plan says of termination protection that changes."""
    if record.protected == artifact.termination_protection:
        return []
    return [f"termination protection is turned {'on' if artifact.termination_protection else 'off'}"]


def share_nested(
    artifact: StackArtifact, aws: AWS, request: Request, bucket: str | None, region: str
) -> tuple[Request, tuple[str, ...]]:
    """The request to look into nested stacks with, once their templates are where CloudFormation reads them.

    Where they cannot be put there now, the change set is made without looking into them, and a note says so.
    """
    if not request.nested:
        return request, ()
    try:
        for asset in artifact.assets:
            key = str(asset["key"])
            if bucket is not None and key.endswith(".template.json"):
                aws.upload(bucket, key, partial(content, artifact.files[key]()), region=region)
    except InputError:
        raise
    except DeckError as error:
        note = f"CloudFormation does not look into nested stacks: their templates cannot be uploaded ({error.message})"
        return evolve(request, nested=False), (note,)
    return request, ()
