"""Decide how to take existing resources into a stack, without touching them or anything else in it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from ...assembly import ASSETS_BUCKET, StackArtifact
from ...diff import Diff
from ...errors import InputError
from ...references import references
from .. import request as requests
from ..errors import Refused
from ..files import assets
from ..files.template import deployed
from ..preview.changeset import Made, make, take_away
from ..preview.merge import PlannedChange
from ..records import StackRecord
from ..request import Request
from ..stackplan import StackPlan
from ..state import way
from ..steps import ExecuteChangeSet, Follow, Protect, UploadAssets
from ..terms.capabilities import capabilities
from .identifiers import candidates, identified

if TYPE_CHECKING:
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation
    from .identifiers import Candidate

MOST = 200  # resources in one import. Source: CloudFormation API Reference, CreateChangeSet, ResourcesToImport
_FIXES = (
    ("already exists in stack", "a resource is in one stack only: move it with `awsdeck refactor`, or take it out of there first"),
    ("was not found", "check the identifier, the region and the account"),
    ("not supported for import", "this type cannot be imported; create it with `awsdeck deploy`"),
    ("invalid resource identifier", "`awsdeck import STACK --write-mapping FILE` shows what each type goes by"),
    ("cannot modify or add", "import into the stack as it is, and deploy the rest afterwards"),
)  # fmt: skip


@frozen
class Adoption:
    """What the user wants imported: identifiers by logical id, in a text or by property.

    With `retain` a resource whose template says nothing gets a DeletionPolicy of Retain for the import.
    """

    identifiers: Mapping[str, str | Mapping[str, str]] = field(factory=dict)
    retain: bool = False
    parameters: Mapping[str, str] = field(factory=dict, repr=False)
    bucket: str | None = None
    role: str | None = None


def importable(artifact: StackArtifact, aws: AWS) -> dict[str, Candidate]:
    """The resources of the deck's stack that its deployed stack does not have, and what they go by."""
    cf = aws.of(artifact).cloudformation(artifact.region)
    record = cf.stack(artifact.name)
    current = record if record is not None and way(record) == "update" else None
    there = (deployed(cf, current.id).get("Resources") or {}) if current is not None else {}
    return candidates(artifact, cf, there)


def plan_import(
    artifact: StackArtifact, cf: CloudFormation, aws: AWS, adoption: Adoption, tell: Callable[[str], None]
) -> StackPlan:
    """The plan to import resources into a stack, new or deployed; its change set has been made."""
    record = cf.stack(artifact.name)
    how = way(record)
    if how not in ("create", "update"):
        raise InputError(
            f"{artifact.name} is in {record.status if record else 'no state'}, and nothing is imported into that",
            fix=f"run `awsdeck destroy {artifact.name}` first",
        )
    current = record if how == "update" else None
    old = deployed(cf, current.id) if current is not None else {}
    chosen = identified(artifact.name, candidates(artifact, cf, old.get("Resources") or {}), adoption.identifiers)
    if not chosen:
        raise InputError(f"{artifact.name}: nothing to import is named", fix="say --resource ID=physical-id")
    if len(chosen) > MOST:
        raise InputError(
            f"{artifact.name}: CloudFormation imports {MOST} resources at once, and these are {len(chosen)}"
        )
    template, kept = import_template(artifact, old, chosen, retain=adoption.retain)
    request = _request(artifact, cf, aws, adoption, current, template, chosen)
    plan = StackPlan(
        artifact.name,
        cf.region,
        "import",
        artifact,
        record,
        Diff(),
        parameters={one.name: one.shown() for one in request.parameters},
        capabilities=request.capabilities,
        tags=request.tags,
        bucket=adoption.bucket,
        notes=tuple(_notes(artifact, old, chosen, kept)),
        secrets=tuple(one.value for one in request.parameters if one.secret and one.value),
    )
    made = _made(cf, aws, request, adoption, record, artifact, tell)
    try:
        _check_imports(artifact, made)
        operation = requests.token()
        uploads = (UploadAssets(adoption.bucket),) if adoption.bucket and _takes_files(template) else ()
        follow = Follow(operation, ("IMPORT_COMPLETE",))
        protect = (Protect(True, made.record.stack_id),) if current is None and artifact.termination_protection else ()
        changes = tuple(
            PlannedChange(name, template["Resources"][name]["Type"], "import", physical_id="|".join(parts.values()))
            for name, parts in chosen.items()
        )
        execute = ExecuteChangeSet(operation, made.record.arn, made.record.stack_id)
        return evolve(plan, changes=changes, made=made, steps=(*uploads, execute, follow, *protect))
    except BaseException:
        take_away(cf.unstoppable(), made, tell)
        raise


def _check_imports(artifact: StackArtifact, made: Made) -> None:
    others = [change.logical_id for change in made.record.changes if change.action != "Import"]
    if others or made.unchanged:
        raise InputError(f"{artifact.name}: CloudFormation would not only import: {', '.join(others) or 'nothing'}")


def _made(
    cf: CloudFormation,
    aws: AWS,
    request: Request,
    adoption: Adoption,
    record: StackRecord | None,
    artifact: StackArtifact,
    tell: Callable[[str], None],
) -> Made:
    there = record.id if record is not None else None
    try:
        return make(cf, aws, request, adoption.bucket, tell, there=there, artifact=artifact)
    except Refused as refused:
        text = refused.message.lower()
        refused.fix = next((fix for said, fix in _FIXES if said in text), refused.fix)
        raise


def _request(
    artifact: StackArtifact,
    cf: CloudFormation,
    aws: AWS,
    adoption: Adoption,
    current: StackRecord | None,
    template: Mapping[str, Any],
    chosen: Mapping[str, Mapping[str, str]],
) -> Request:
    declared = template.get("Parameters") or {}
    given = requests.for_stack(adoption.parameters, artifact.name, template, artifact.parameters)
    given = {name: value for name, value in given.items() if name in declared}
    if _takes_files(template):
        bucket = assets.bucket_for(artifact, adoption.bucket, aws, current, given)
        if bucket is not None:
            given[ASSETS_BUCKET] = bucket
    name, token = requests.change_set_name(cf.now())
    resources = [
        {
            "ResourceType": template["Resources"][logical_id]["Type"],
            "LogicalResourceId": logical_id,
            "ResourceIdentifier": dict(parts),
        }
        for logical_id, parts in chosen.items()
    ]
    return Request(
        stack=artifact.name,
        name=name,
        token=token,
        create=current is None,
        body=requests.minified(template),
        parameters=requests.parameters(template, given, current, stack=artifact.name),
        tags=artifact.tags if current is None else current.tags,
        capabilities=capabilities(template),
        role=artifact.execution_role or adoption.role,
        more={"ChangeSetType": "IMPORT", "ResourcesToImport": resources},
    )


def _takes_files(template: Mapping[str, Any]) -> bool:
    return ASSETS_BUCKET in (template.get("Parameters") or {})


def import_template(
    artifact: StackArtifact, old: Mapping[str, Any], chosen: Mapping[str, Any], *, retain: bool
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The stack's template as it is, with the chosen resources of the deck added and nothing else changed.

    The second value are the resources that were given a DeletionPolicy. Raises `InputError` where one is missing and
    `retain` is not said, and for a resource that refers to something that is neither in the stack nor imported.
    """
    new = artifact.template
    template: dict[str, Any] = copy.deepcopy(dict(old)) or {
        name: new[name] for name in ("AWSTemplateFormatVersion", "Transform") if name in new
    }
    held = template.setdefault("Resources", {})
    bodies = {name: copy.deepcopy(new["Resources"][name]) for name in chosen}
    bare = [name for name, body in bodies.items() if "DeletionPolicy" not in body]
    if bare and not retain:
        _refuse_bare(artifact, bare)
    for name in bare:
        bodies[name]["DeletionPolicy"] = "Retain"
    known = {*held, *bodies}
    for body in bodies.values():
        _forget_order(body, known)
    _check_references(artifact, bodies, known)
    held.update(bodies)
    _bring(template, new, bodies)
    return template, tuple(bare)


def _refuse_bare(artifact: StackArtifact, names: list[str]) -> None:
    origin = artifact.origins.get(names[0])
    raise InputError(
        f"{artifact.name}: {', '.join(names)} has no DeletionPolicy, and CloudFormation imports nothing without one",
        place=origin.place() if origin else None,
        fix="say node.retain() in the deck, or --retain to set it for the import",
    )


def _forget_order(body: dict[str, Any], known: set[str]) -> None:
    """Leave out `DependsOn` of what comes later: nothing is created, so there is no order to keep."""
    names = body.get("DependsOn")
    if isinstance(names, str):
        names = [names]
    if isinstance(names, list):
        left = [name for name in names if name in known]
        body.pop("DependsOn")
        if left:
            body["DependsOn"] = left


def _check_references(artifact: StackArtifact, bodies: Mapping[str, Any], known: set[str]) -> None:
    everything = set(artifact.template["Resources"])
    lacking: dict[str, list[str]] = {}
    for name, body in bodies.items():
        for reference in references(body):
            if reference.kind in ("Ref", "GetAtt", "Sub") and reference.target in everything - known:
                lacking.setdefault(name, []).append(reference.target)
    if lacking:
        said = "; ".join(f"{name} refers to {', '.join(dict.fromkeys(targets))}" for name, targets in lacking.items())
        raise InputError(
            f"{artifact.name}: {said}, which is neither in the stack nor imported",
            fix="import it together with the other, or deploy it first",
        )


def _bring(template: dict[str, Any], new: Mapping[str, Any], bodies: Mapping[str, Any]) -> None:
    """Add the parameters, mappings and conditions that the imported resources need and the stack does not have."""
    waiting: list[Any] = list(bodies.values())
    while waiting:
        for reference in references(waiting.pop()):
            for section, kinds in (
                ("Parameters", ("Ref", "Sub")),
                ("Conditions", ("Condition",)),
                ("Mappings", ("FindInMap",)),
            ):
                body = (new.get(section) or {}).get(reference.target)
                if reference.kind in kinds and body is not None and reference.target not in template.get(section, {}):
                    template.setdefault(section, {})[reference.target] = body
                    if section == "Conditions":
                        waiting.append(body)


def _notes(
    artifact: StackArtifact, old: Mapping[str, Any], chosen: Mapping[str, Any], kept: tuple[str, ...]
) -> list[str]:
    notes = [
        f"{name} gets DeletionPolicy: Retain for the import; the deck says nothing, so the next deploy takes it away again"
        for name in kept
    ]
    rest = sorted(artifact.template["Resources"].keys() - (old.get("Resources") or {}).keys() - chosen.keys())
    if rest:
        notes.append(f"not part of this: {', '.join(rest)}; `awsdeck deploy {artifact.name}` makes what is left")
    notes.append(
        f"nothing of the resources changes; `awsdeck drift {artifact.name}` then shows how they differ from the deck"
    )
    return notes
