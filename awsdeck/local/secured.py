"""Rotation and policies of secrets through Secrets Manager itself."""

from __future__ import annotations

import json
import string
from typing import Any

from ministack.services import secretsmanager

from .call import call
from .kind import Kind, Made, Properties


class Rotation:
    """AWS::SecretsManager::RotationSchedule; the schedule is kept, and no function is called."""

    in_place = frozenset({
        "ExternalSecretRotationMetadata", "ExternalSecretRotationRoleArn", "HostedRotationLambda",
        "RotateImmediatelyOnUpdate", "RotationLambdaARN", "RotationRules",
    })  # fmt: skip

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        return str(properties["SecretId"]), self.put(properties)

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        return physical_id, self.put(new)

    @staticmethod
    def put(properties: Properties) -> dict[str, Any]:
        call(
            "secretsmanager",
            "RotateSecret",
            SecretId=properties["SecretId"],
            RotationLambdaARN=properties.get("RotationLambdaARN"),
            RotationRules=properties.get("RotationRules"),
        )
        return {"Id": properties["SecretId"]}

    def delete(self, physical_id: str, properties: Properties) -> None:
        _, secret = secretsmanager._resolve(physical_id)  # there is no CancelRotateSecret
        if secret is not None:
            secret["RotationEnabled"] = False


class SecretPolicy:
    """AWS::SecretsManager::ResourcePolicy."""

    in_place = frozenset({"BlockPublicPolicy", "ResourcePolicy"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        self.put(properties)
        return str(properties["SecretId"]), {"Id": properties["SecretId"]}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        self.put(new)
        return physical_id, {"Id": physical_id}

    @staticmethod
    def put(properties: Properties) -> None:
        policy = properties["ResourcePolicy"]
        call(
            "secretsmanager",
            "PutResourcePolicy",
            SecretId=properties["SecretId"],
            ResourcePolicy=policy if isinstance(policy, str) else json.dumps(policy),
        )

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("secretsmanager", "DeleteResourcePolicy", SecretId=physical_id)


SIGNS = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
    "ExcludeUppercase": string.ascii_uppercase,
}
"""What MiniStack does not leave out of a password by its kind, but by its signs."""


def secrets(known: dict[str, Any]) -> dict[str, Any]:
    """MiniStack's own handler of secrets, for passwords that have not every kind of sign."""

    def spelled(properties: Properties) -> Properties:
        asked = properties.get("GenerateSecretString")
        if not isinstance(asked, dict):
            return properties
        left_out = [signs for name, signs in SIGNS.items() if str(asked.get(name)).lower() == "true"]
        excluded = "".join([str(asked.get("ExcludeCharacters") or ""), *left_out])
        length = int(asked.get("PasswordLength") or 32)
        return {
            **properties,
            "GenerateSecretString": {**asked, "ExcludeCharacters": excluded, "PasswordLength": length},
        }

    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        made: Made = known["create"](logical_id, spelled(properties), stack)
        return made

    def update(physical_id: str, old: Properties, new: Properties, stack: str, *logical_id: str) -> Made:
        made: Made = known["update"](physical_id, spelled(old), spelled(new), stack, *logical_id)
        return made

    return {**known, "create": create, "update": update}


TYPES: dict[str, Kind] = {
    "AWS::SecretsManager::ResourcePolicy": SecretPolicy(),
    "AWS::SecretsManager::RotationSchedule": Rotation(),
}
