"""KMS keys that MiniStack's CloudFormation does not make: copies in other regions, and asymmetric ones where `cryptography` is missing."""

from __future__ import annotations

import json
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import kms

from .call import call
from .kind import Kind, Made, Properties

ASYMMETRIC = ("ECC_", "ML_", "RSA_", "SM2")


def stand_in(properties: Properties) -> Properties | None:
    """The properties of a key that can be made in place of an asymmetric one; None where none is needed."""
    spec = str(properties.get("KeySpec") or "")
    if not spec.startswith(ASYMMETRIC) or kms.HAS_CRYPTO:
        return None
    return {
        name: value for name, value in properties.items() if name not in ("KeySpec", "KeyUsage", "EnableKeyRotation")
    }


def rename(key: str, properties: Properties) -> None:
    """Let a stand-in answer as the key it stands for; it cannot sign, verify or decrypt."""
    record: dict[str, Any] = kms._resolve_key(key) or {}
    record.pop("_symmetric_key", None)
    record["KeySpec"] = properties["KeySpec"]
    record["KeyUsage"] = properties.get("KeyUsage") or "ENCRYPT_DECRYPT"


class Replica:
    """AWS::KMS::ReplicaKey: the copy of a multi-region key, made from the region of the original."""

    in_place = frozenset({"Description", "Enabled", "KeyPolicy", "PendingWindowInDays", "Tags"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        arn = str(properties["PrimaryKeyArn"])
        here, account = get_region(), get_account_id()
        with request_scope(account, arn.split(":")[3]):
            made = call(
                "kms",
                "ReplicateKey",
                KeyId=arn,
                ReplicaRegion=here,
                Policy=json.dumps(properties["KeyPolicy"]),
                Description=properties.get("Description"),
            )["ReplicaKeyMetadata"]
        self.apply(made["KeyId"], {}, properties)
        return made["KeyId"], {"Arn": made["Arn"], "KeyId": made["KeyId"]}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        self.apply(physical_id, old, new)
        found = call("kms", "DescribeKey", KeyId=physical_id)["KeyMetadata"]
        return physical_id, {"Arn": found["Arn"], "KeyId": physical_id}

    @staticmethod
    def apply(key: str, old: Properties, new: Properties) -> None:
        if old and new["KeyPolicy"] != old.get("KeyPolicy"):
            call("kms", "PutKeyPolicy", KeyId=key, PolicyName="default", Policy=json.dumps(new["KeyPolicy"]))
        if old and new.get("Description") != old.get("Description"):
            call("kms", "UpdateKeyDescription", KeyId=key, Description=new.get("Description") or "")
        enabled = [str(given.get("Enabled", True)).lower() for given in (old, new)]
        if enabled[0] != enabled[1]:
            call("kms", "EnableKey" if enabled[1] == "true" else "DisableKey", KeyId=key)
        tags = [{"TagKey": tag["Key"], "TagValue": str(tag["Value"])} for tag in new.get("Tags") or []]
        if tags and new.get("Tags") != old.get("Tags"):
            call("kms", "TagResource", KeyId=key, Tags=tags)

    def delete(self, physical_id: str, properties: Properties) -> None:
        days = properties.get("PendingWindowInDays") or 30
        call("kms", "ScheduleKeyDeletion", KeyId=physical_id, PendingWindowInDays=days)


TYPES: dict[str, Kind] = {"AWS::KMS::ReplicaKey": Replica()}


def without_cryptography(known: dict[str, Any]) -> dict[str, Any]:
    """MiniStack's own handler of keys, for asymmetric ones too where the package that makes them is missing."""

    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        instead = stand_in(properties)
        made: Made = known["create"](logical_id, properties if instead is None else instead, stack)
        if instead is not None:
            rename(made[0], properties)
        return made

    return {**known, "create": create}
