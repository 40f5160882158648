"""Look and decide: a stack set and its instances as they are, as they should be, and the operations between them.

Instances that are to go are removed first, because one in a closed account would fail every other operation. Then the
set itself is changed, which changes the instances that stay, then single values, and new instances come last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from attrs import evolve, field, frozen

from ... import catalog
from ...assembly import ASSETS_BUCKET, StackArtifact
from ...diff import Diff, deletion_verdict, diff
from ...errors import InputError, StackBusy
from .. import request as requests
from ..files import assets
from ..gate import Verdict, judge
from ..preview.merge import PlannedChange, merged
from ..records import StackRecord
from ..terms.capabilities import capabilities
from .instances import Placement, outdated, overridden, placements, placing, removing
from .records import InstanceRecord, OperationRecord, SetRecord
from .spread import Preferences, Spread, Targets

if TYPE_CHECKING:
    from ..account.aws import AWS
    from .calls import StackSets

Kind = Literal["create", "remove", "update", "values", "add", "delete"]
_SECRET = "****"  # noqa: S105 - what CloudFormation shows of a parameter with NoEcho


@frozen
class SetStep:
    """One call, and for all but the first and the last the operation that it starts, with the operation's id."""

    kind: Kind
    operation: str
    targets: Targets | None = None
    values: Mapping[str, str] = field(factory=dict, repr=False)
    retain: bool = False

    def __str__(self) -> str:
        words = {
            "create": "make the stack set", "remove": "remove the instances of", "update": "change the stack set and all "
            "its instances", "values": "give other values to", "add": "make instances for", "delete": "delete the stack set",
        }  # fmt: skip
        kept = ", keeping their stacks" if self.retain else ""
        return f"{words[self.kind]} {self.targets}{kept}" if self.targets is not None else words[self.kind]


@frozen
class SetPlan:
    """What a deploy or destroy is about to do to one stack set; shown, confirmed and executed as it is."""

    name: str
    region: str
    operation: Literal["create", "update", "none", "delete"]
    artifact: StackArtifact = field(eq=False, repr=False)
    before: SetRecord | None = None
    diff: Diff = field(factory=Diff)
    changes: tuple[PlannedChange, ...] = ()
    settings: tuple[tuple[str, str, str], ...] = ()  # what else of the set changes: name, before, after
    placements: tuple[Placement, ...] = ()
    gate: Verdict = field(factory=Verdict)
    steps: tuple[SetStep, ...] = ()
    request: Mapping[str, Any] = field(factory=dict, repr=False)
    preferences: Preferences = field(factory=Preferences)
    parameters: Mapping[str, str] = field(factory=dict)  # as they may be shown
    notes: tuple[str, ...] = ()
    bucket: str | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def asks(self) -> tuple[str, ...]:
        """What a yes includes beyond the ordinary."""
        return self.gate.ask

    def to_dict(self) -> dict[str, Any]:
        """One line of NDJSON."""
        return {
            "type": "plan",
            "stack_set": self.name,
            "region": self.region,
            "operation": self.operation,
            "changes": [change.to_dict() for change in self.changes],
            "diff": self.diff.to_dict(),
            "settings": [{"name": name, "before": one, "after": other} for name, one, other in self.settings],
            "instances": [placement.to_dict() for placement in self.placements],
            "asks": list(self.asks),
            "refused": [refusal.message for refusal in self.gate.refused],
            "parameters": dict(self.parameters),
            "notes": list(self.notes),
            "steps": [str(step) for step in self.steps],
        }


@frozen
class SetOptions:
    """What the user decides for all stack sets of a run."""

    parameters: Mapping[str, str] = field(factory=dict, repr=False)
    tags: Mapping[str, str] = field(factory=dict)
    allow_replace: Collection[str] = ()
    allow_destroy: Collection[str] = ()
    retain_stacks: bool = False
    bucket: str | None = None
    force: bool = False


def plan_set(artifact: StackArtifact, sets: StackSets, aws: AWS, options: SetOptions) -> SetPlan:
    """The plan for one stack set.

    Raises `InputError` for values that do not fit, `StackBusy` when an operation runs that this one cannot wait behind.
    """
    spread = Spread.of(artifact)
    record = sets.find(artifact.name)
    instances = sets.instances(artifact.name) if record is not None else []
    if record is not None and record.permission != spread.permission:
        raise InputError(
            f"{artifact.name} goes to {'accounts' if record.permission == 'SELF_MANAGED' else 'units'} now, and "
            "CloudFormation does not let a stack set change between accounts and units",
            fix=f"run `awsdeck stackset destroy {artifact.name}` first, or give the new one another name",
        )
    notes = _waiting(artifact.name, sets, record, spread)
    plan = _settled(artifact, sets, aws, record, spread, options)
    rows = placements(spread, record, instances, retain=options.retain_stacks)
    steps = tuple(_steps(plan, sets, spread, record, instances, rows, options))
    gate = _gate(artifact, record, plan, rows, options)
    operation: Any = "create" if record is None else "update" if steps else "none"
    return evolve(plan, operation=operation, placements=rows, steps=steps, gate=gate, notes=(*plan.notes, *notes))


def plan_removal(artifact: StackArtifact, sets: StackSets, options: SetOptions) -> SetPlan:
    """The plan to remove all instances of a stack set, and the set."""
    name = artifact.name
    record = sets.find(name)
    if record is None:
        if artifact.spread is None:
            raise InputError(
                f"there is no stack set {name} in the deck, nor in {sets.cf.region}",
                fix="name its region with --region",
            )
        return SetPlan(name, sets.cf.region, "none", artifact)
    instances = sets.instances(name)
    spread = Spread.known(artifact)
    notes = (*_waiting(name, sets, record, spread), *(() if options.retain_stacks else _kept(record)))
    rows = tuple(Placement(one.where, "retain" if options.retain_stacks else "remove", one.unit) for one in instances)
    steps = [
        SetStep("remove", requests.token(), targets, retain=options.retain_stacks)
        for targets in removing(instances, record)
    ]
    plan = SetPlan(
        name, sets.cf.region, "delete", artifact, record, diff(record.template, {}), placements=rows, notes=notes,
        preferences=spread.preferences, steps=(*steps, SetStep("delete", "")),
    )  # fmt: skip
    return evolve(plan, gate=_gate(artifact, record, plan, rows, options))


def _kept(record: SetRecord) -> Iterator[str]:
    """What the template keeps when its stacks go."""
    bodies = record.template.get("Resources") or {}
    names = [
        f"{id} ({body.get('Type')})" for id, body in sorted(bodies.items()) if body.get("DeletionPolicy") == "Retain"
    ]
    if names:
        yield f"left behind in every account and region, as the template says: {', '.join(names)}"


def _waiting(name: str, sets: StackSets, record: SetRecord | None, spread: Spread) -> tuple[str, ...]:
    """A word about operations that run already; raises when CloudFormation would not let ours wait."""
    running = [one for one in sets.operations(name) if one.running] if record is not None else []
    if not running:
        return ()
    if record is not None and record.managed_execution and spread.managed_execution:
        return (f"waits its turn behind {_told(running[0])}",)
    raise StackBusy(
        f"{name} is busy with {_told(running[0])}", fix=f"wait for it with `awsdeck stackset follow {name}`"
    )


def _told(operation: OperationRecord) -> str:
    return f"the operation {operation.id} ({operation.action.lower().replace('_', ' ')}, {operation.status.lower()})"


def _settled(
    artifact: StackArtifact,
    sets: StackSets,
    aws: AWS,
    record: SetRecord | None,
    spread: Spread,
    options: SetOptions,
) -> SetPlan:
    """The plan for the set itself, without its instances."""
    template, name = artifact.template, artifact.name
    if not template.get("Resources"):
        raise InputError(f"{name} has no resources", fix=f"to remove it, run `awsdeck stackset destroy {name}`")
    known = _as_stack(record) if record is not None else None
    given = requests.for_stack(options.parameters, name, template, artifact.parameters)
    bucket = assets.bucket_for(artifact, options.bucket, aws, known, given)
    assets.check(artifact)
    if bucket is not None and assets.declares(artifact):
        given[ASSETS_BUCKET] = bucket
    parameters = requests.parameters(template, given, known, stack=name)
    tags = {**artifact.tags, **options.tags}
    request: dict[str, Any] = {
        "Description": template.get("Description"),
        "Parameters": [parameter.to_request() for parameter in parameters],
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())],
        "Capabilities": list(capabilities(template)),
        "PermissionModel": spread.permission,
        "AdministrationRoleARN": spread.administration_role or None,
        "ExecutionRoleName": spread.execution_role_name or None,
        "ManagedExecution": {"Active": spread.managed_execution},
    }
    if spread.units:
        keep = {"RetainStacksOnAccountRemoval": spread.retain_on_leaving} if spread.auto_deploy else {}
        request["AutoDeployment"] = {"Enabled": spread.auto_deploy, **keep}
    difference = diff(record.template if record is not None else None, template)
    shown = {parameter.name: parameter.shown() for parameter in parameters}
    notes = []
    if artifact.assets and len(spread.regions) > 1:
        notes.append(
            f"its files are read from {bucket} by every instance: the bucket has to let the accounts read, and functions "
            "take their code only from a bucket of their own region"
        )
    return SetPlan(
        name, sets.cf.region, "update", artifact, record, difference,
        merged(difference, None, (record.template.get("Resources") if record is not None else None), new=template),
        tuple(_settings(record, spread, parameters, tags)) if record is not None else (),
        request=request, preferences=spread.preferences, parameters=shown, notes=tuple(notes), bucket=bucket,
        secrets=tuple(parameter.value for parameter in parameters if parameter.secret and parameter.value),
    )  # fmt: skip


def _settings(
    record: SetRecord, spread: Spread, parameters: tuple[requests.Parameter, ...], tags: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    for parameter in parameters:
        before = record.parameters.get(parameter.name)
        if parameter.value is not None and (parameter.secret or parameter.value != before):
            yield f"parameter {parameter.name}", _SECRET if parameter.secret else before or "", parameter.shown()
    for key in sorted(record.tags.keys() | tags.keys()):
        if record.tags.get(key) != tags.get(key):
            yield f"tag {key}", record.tags.get(key, ""), tags.get(key, "")
    wanted = {
        "automatic deployment": (record.auto_deploy, spread.auto_deploy),
        "stacks of accounts that leave": (record.retain_on_leaving, spread.retain_on_leaving and spread.auto_deploy),
        "managed execution": (record.managed_execution, spread.managed_execution),
    }
    for name, (old, new) in wanted.items():
        if old != new:
            yield name, str(old).lower(), str(new).lower()
    for name, was, now in (
        ("administration role", record.administration_role, spread.administration_role),
        ("execution role", record.execution_role_name, spread.execution_role_name),
    ):
        if now and was != now:
            yield name, was, now


def _steps(
    plan: SetPlan,
    sets: StackSets,
    spread: Spread,
    record: SetRecord | None,
    instances: list[InstanceRecord],
    rows: tuple[Placement, ...],
    options: SetOptions,
) -> Iterator[SetStep]:
    if record is None:
        yield SetStep("create", requests.token())
    going = {row.where for row in rows if row.action in ("remove", "retain")}
    leaving = [one for one in instances if one.where in going]
    for targets in removing(leaving, record, staying=[one for one in instances if one.where not in going]):
        yield SetStep("remove", requests.token(), targets, retain=options.retain_stacks)
    staying = [one for one in instances if one.where not in going]
    if record is not None and (not plan.diff.empty or plan.settings or outdated(staying) or options.force):
        yield SetStep("update", requests.token())
    for targets, values in overridden(plan.name, spread, sets, staying):
        yield SetStep("values", requests.token(), targets, values)
    for targets, values in placing(spread, record, instances):
        yield SetStep("add", requests.token(), targets, values)


def _gate(
    artifact: StackArtifact, record: SetRecord | None, plan: SetPlan, rows: tuple[Placement, ...], options: SetOptions
) -> Verdict:
    going = [row.where for row in rows if row.action == "remove"]
    changes = list(plan.changes)
    lost = list(_lost(record.template)) if record is not None and going else []
    named = {change.logical_id for change in changes if change.action == "delete"}
    changes += [change for change in lost if change.logical_id not in named]
    verdict = judge(
        artifact.name,
        changes,
        plan.diff.broadening if plan.operation != "delete" else (),
        allow_replace=options.allow_replace,
        allow_destroy=options.allow_destroy,
    )
    where = f" in {len(going)} instance{'s' * (len(going) != 1)}: {', '.join(going[:5])}{', …' * (len(going) > 5)}"
    ids = {change.logical_id for change in lost}
    refused = tuple(
        evolve(one, message=one.message + where) if one.logical_id in ids else one for one in verdict.refused
    )
    return evolve(verdict, refused=refused)


def _lost(template: Mapping[str, Any]) -> Iterator[PlannedChange]:
    """What becomes of the resources of an instance that is removed."""
    for logical_id, body in sorted((template.get("Resources") or {}).items()):
        if not isinstance(body, dict) or str(body.get("DeletionPolicy", "")).startswith("Retain"):
            continue
        kind = catalog.find(str(body.get("Type", "")))
        data = deletion_verdict(kind, body)
        guarded = kind is not None and kind.guarded and not (kind.stateful and data is None)
        yield PlannedChange(logical_id, str(body.get("Type", "")), "delete", data=data, guarded=guarded)


def _as_stack(record: SetRecord) -> StackRecord:
    return StackRecord(record.id, record.name, "UPDATE_COMPLETE", parameters=record.parameters, tags=record.tags)
