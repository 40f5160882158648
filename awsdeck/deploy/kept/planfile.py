"""A plan kept in a file: what was shown, and where its change sets are, so that exactly that can be applied later.

The file has no secrets. What it holds besides the plan itself are names, ARNs, tokens and digests: of the templates that
were planned, of the stacks as they were, and of the change sets as they were read.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
from attrs import evolve, field, frozen

from ...diff.secrets import masked_value
from ...errors import InputError
from ...output import reason, write_atomic
from ..request import masked
from ..stackplan import Options
from ..terms.conduct import Conduct

if TYPE_CHECKING:
    from collections.abc import Collection

    from ...assembly import StackArtifact
    from ..records import ChangeSetRecord, Detail, StackRecord

TERMS = (
    "role", "execution_role", "notification_arns", "rollback_triggers", "monitoring", "stack_policy",
    "termination_protection", "tags",
)  # fmt: skip
"""What a stack of an assembly says of its deploy, and the command line and the configuration may say otherwise."""
KIND = "awsdeck-plan"
VERSION = 1
SHORT = 16  # characters of a resource's digest


@frozen
class Before:
    """A stack as it was when the plan was made; `resources` are the digests of those in its template."""

    status: str
    updated: float | None = None
    parameters: str = ""  # digests
    tags: str = ""
    resources: Mapping[str, str] = field(factory=dict, hash=False)


@frozen
class SavedStack:
    """One leg of a plan. `later` says why it is planned when its turn comes; there is no change set then.

    `digest` is the change set's own, `inputs` are those of values taken from other stacks' outputs, `terms` is how the
    stack is to be set up besides its template, and `shown` is the plan as it was shown.
    """

    key: str
    name: str
    region: str
    account: str
    operation: str
    template: str  # a digest
    later: str = ""
    change_set: str = ""
    stack_id: str = ""
    token: str = ""
    digest: str = ""
    bucket: str | None = None
    before: Before | None = None
    inputs: Mapping[str, str] = field(factory=dict, hash=False)
    terms: Mapping[str, Any] = field(factory=dict, hash=False)
    shown: Mapping[str, Any] = field(factory=dict, hash=False, repr=False)


@frozen
class SavedPlan:
    """All that `apply` needs besides the deck: the stacks in order, and what the user had decided.

    `secrets` are the NoEcho parameters that were given and that stacks planned later want again.
    """

    stacks: tuple[SavedStack, ...]
    options: Mapping[str, Any] = field(factory=dict, hash=False)
    approve: bool = False
    emulated: bool = False
    created: float = 0.0
    secrets: tuple[str, ...] = ()
    awsdeck: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data in the shape of `schemas/plan.schema.json`, with a digest over all of it."""
        data = {"kind": KIND, "version": VERSION, **_plain(attrs.asdict(self))}
        return {**data, "digest": digest(data)}

    def write(self, path: str, hidden: Collection[str] = ()) -> None:
        """Write the file, whole or not at all; what is in `hidden` does not get into it.

        Raises `InputError` when it cannot be written.
        """
        data = _without(self.to_dict(), hidden) if hidden else self.to_dict()
        data.pop("digest")
        write_atomic(path, json.dumps({**data, "digest": digest(data)}, indent=2, ensure_ascii=False) + "\n")

    def given(self) -> Options:
        """What the user had decided, as a deploy takes it."""
        known = {one.name for one in attrs.fields(Options)}
        options = {name: value for name, value in self.options.items() if name in known}
        ways = {one.name for one in attrs.fields(Conduct)}
        conduct = {name: value for name, value in options.pop("conduct", {}).items() if name in ways}
        return Options(**options, conduct=Conduct(**conduct))


def read(path: str) -> SavedPlan:
    """The plan in a file; raises `InputError` for one that is missing, foreign, damaged, or of another version."""
    again = "run `awsdeck plan -o` again"
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except OSError as error:
        raise InputError(f"cannot read the plan {path}: {reason(error, path)}", fix=again) from None
    except (ValueError, RecursionError):
        raise InputError(f"{path} is no plan: it is not JSON", fix=again) from None
    if not isinstance(data, dict) or data.get("kind") != KIND:
        raise InputError(f"{path} is no plan of awsdeck", fix=again)
    if data.get("version") != VERSION:
        raise InputError(
            f"{path} is a plan of version {data.get('version')}, and this awsdeck reads version {VERSION}", fix=again
        )
    stated = data.pop("digest", None)
    if stated != digest(data):
        raise InputError(f"{path} was changed after it was written, so it is not what was planned", fix=again)
    _check_shape({**data, "digest": stated}, path, again)
    return _plan(data)


def _check_shape(data: Any, path: str, fix: str) -> None:
    from jsonschema import Draft202012Validator

    from ...catalog import SCHEMAS

    with open(os.path.join(SCHEMAS, "plan.schema.json"), encoding="utf-8") as file:
        validator = Draft202012Validator(json.load(file))
    damage = [f"{path} is damaged at {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(data)]
    if damage:
        raise InputError("\n".join(damage), fix=fix)


def _plan(data: Mapping[str, Any]) -> SavedPlan:
    stacks = []
    for entry in data["stacks"]:
        before = entry.get("before")
        stacks.append(SavedStack(**{**entry, "before": Before(**before) if before is not None else None}))
    plan = SavedPlan(tuple(stacks))
    rest = {name: value for name, value in data.items() if name not in ("kind", "version", "stacks")}
    return evolve(plan, **{**rest, "secrets": tuple(rest.get("secrets", ()))})


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    return json.loads(json.dumps(value, ensure_ascii=False, default=_listed))


def _listed(value: Any) -> Any:
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def _without(value: Any, hidden: Collection[str]) -> Any:
    if isinstance(value, str):
        return masked(value, hidden)
    if isinstance(value, list):
        return [_without(item, hidden) for item in value]
    return {key: _without(item, hidden) for key, item in value.items()} if isinstance(value, dict) else value


def terms_of(artifact: StackArtifact) -> dict[str, Any]:
    """How a stack is to be set up besides its template."""
    return {name: getattr(artifact, name) for name in TERMS}


def with_terms(artifact: StackArtifact, terms: Mapping[str, Any]) -> StackArtifact:
    """The stack with the terms it was planned with."""
    agreed = copy.copy(artifact)
    for name in TERMS:
        if name in terms:
            value = terms[name]
            setattr(agreed, name, tuple(value) if isinstance(value, list) else value)
    return agreed


# digests


def digest(value: Any) -> str:
    """The SHA-256 of plain data, however it is laid out."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def change_set_digest(record: ChangeSetRecord, nested: Mapping[str, ChangeSetRecord]) -> str:
    """What a change set would do, nested ones included; the order in which it was read does not matter."""
    return digest({path: _changes(one) for path, one in {"": record, **nested}.items()})


def _changes(record: ChangeSetRecord) -> list[Any]:
    return sorted(
        [one.logical_id, one.type, one.action, one.replacement, one.policy_action, sorted(map(_told, one.details))]
        for one in record.changes
    )


def _told(detail: Detail) -> list[str]:
    path = tuple(step for step in detail.path.split("/") if step)
    values = [str(masked_value(side or "", path)) for side in (detail.before, detail.after)]
    return [detail.attribute, detail.name, detail.path, detail.recreation, *values]


def state_of(record: StackRecord | None, template: Mapping[str, Any] | None) -> Before | None:
    """A stack as it is, to be compared with later."""
    if record is None or record.gone:
        return None
    resources = (template or {}).get("Resources") or {}
    return Before(
        record.status,
        record.updated,
        digest(dict(record.parameters)),
        digest(dict(record.tags)),
        {name: digest(masked_value(body, ()))[:SHORT] for name, body in sorted(resources.items())},
    )


def moved_on(before: Before | None, now: Before | None) -> list[str]:
    """What is different about a stack since the plan was made, in words; nothing when it is as it was."""
    if before == now:
        return []
    if before is None or now is None:
        return ["it was not there and is there now" if before is None else "it is not there any more"]
    told = []
    if before.status != now.status:
        told.append(f"it was in {before.status} and is in {now.status}")
    if before.updated != now.updated:
        told.append("it has been updated")
    told += [f"{name} is new" for name in sorted(now.resources.keys() - before.resources.keys())]
    told += [f"{name} is gone" for name in sorted(before.resources.keys() - now.resources.keys())]
    shared = sorted(before.resources.keys() & now.resources.keys())
    told += [f"{name} is another" for name in shared if before.resources[name] != now.resources[name]]
    if before.parameters != now.parameters:
        told.append("its parameters have other values")
    if before.tags != now.tags:
        told.append("its tags are others")
    return told
