"""Changes of keys that KMS refuses, or that leave something unreadable."""

from __future__ import annotations

from ..policies.access import KEY
from ..policies.encryption import REPLICA, TYPES, key_of, sealed
from ..templates.update import KEPT, differs, exists, pairs, removed
from ..vocabulary import Rule, Update, Violation, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph

_FIXED: dict[str, Any] = {
    "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": False, "Origin": "AWS_KMS",
}  # fmt: skip
"""What a key is for good, with what it is when nothing is said."""


def _keys(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, KEY):
        for name, default in _FIXED.items():
            was, now = old.get(name, default), new.get(name, default)
            if differs(was, now):
                yield Violation((name,), view=new, name=name, was=was, now=now)
    yield from _orphans(before, after)


def _orphans(before: Graph, after: Graph) -> Iterator[Violation]:
    """Resources that stay while the key goes with which they were encrypted."""
    going = {(old.member.name if old.member else "", old.id): old for old, _ in removed(before, after)
             if old.type in (KEY, REPLICA) and not _stays(old.body.get("DeletionPolicy"))}  # fmt: skip
    if not going:
        return
    staying = {(old.member.name if old.member else "", old.id): new for old, new in pairs(before, after, *TYPES)}
    for view, path, value in sealed(before):
        new = staying.get((view.member.name if view.member else "", view.id))
        key = key_of(view, value)
        if new is None or key is None or not exists(new):
            continue
        if (key.member.name if key.member else "", key.id) in going:
            yield Violation(
                path,
                view=new,
                severity="warning",
                message="what {id} holds is encrypted with {key}, which goes, and cannot be read once it is deleted",
                fix="keep {key} with DeletionPolicy Retain (deployed before) until nothing that it encrypted is left",
                key=key.id,
            )


def _stays(policy: Any) -> bool:
    return policy in KEPT or is_unknown(policy)


def _template(queue_key: str | None, **keys: dict[str, Any]) -> dict[str, Any]:
    resources: dict[str, Any] = {name: {"Type": KEY, "DeletionPolicy": "Delete", **body} for name, body in keys.items()}
    named = {"KmsMasterKeyId": {"Fn::GetAtt": [queue_key, "Arn"]}} if queue_key else {}
    resources["Orders"] = {"Type": "AWS::SQS::Queue", "Properties": named}
    return {"Resources": resources}


RULES: tuple[Rule, ...] = (
    Rule(
        "UPD027", (KEY, *TYPES), "error",
        "{name} of a key cannot be changed: it is {was} and would become {now}, and the update fails",
        scope="update",
        check=_keys,
        fix="make a new key under another logical id, and keep the old one for what it encrypted",
        source="CloudFormation Template Reference, AWS::KMS::Key, KeySpec, KeyUsage, MultiRegion and Origin; KMS Developer "
        "Guide, Delete an AWS KMS key; course notes, KMS",
        good=(
            Update(_template(None, Key={}), _template(None, Key={"Properties": {"KeySpec": "SYMMETRIC_DEFAULT"}})),
            Update(_template("Key", Key={"DeletionPolicy": "Retain"}), _template("New", New={})),
        ),
        bad=(
            Update(_template(None, Key={}), _template(None, Key={"Properties": {"MultiRegion": True}})),
            Update(_template("Key", Key={}), _template("New", New={})),
        ),
    ),
)  # fmt: skip
