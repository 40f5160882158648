"""Keys and extra metrics of CloudFront, through its own API where MiniStack's CloudFormation has nothing."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from .call import call
from .kind import Kind, Made, Properties


class Tagged:
    """A thing whose every change names the revision it is made to."""

    def __init__(self, noun: str, told: str) -> None:
        self.noun, self.told, self.config = noun, told, f"{noun}Config"

    @property
    def in_place(self) -> frozenset[str]:
        return frozenset({self.config})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        given = {self.config: items(properties[self.config])}
        made = call("cloudfront", f"Create{self.noun}", **given)[self.noun]
        return str(made["Id"]), self.attributes(made)

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        if fixed(old[self.config]) != fixed(new[self.config]):
            return self.create(physical_id, new, "")
        given = {self.config: items(new[self.config]), "Id": physical_id, "IfMatch": self.revision(physical_id)}
        return physical_id, self.attributes(call("cloudfront", f"Update{self.noun}", **given)[self.noun])

    def revision(self, physical_id: str) -> str:
        return str(call("cloudfront", f"Get{self.noun}", Id=physical_id)["ETag"])

    def attributes(self, made: Any) -> dict[str, Any]:
        return {"Id": str(made["Id"]), self.told: made[self.told].isoformat()}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("cloudfront", f"Delete{self.noun}", Id=physical_id, IfMatch=self.revision(physical_id))


def fixed(config: Properties) -> tuple[Any, Any]:
    """What makes a public key another key; a key group has neither."""
    return config.get("EncodedKey"), config.get("CallerReference")


def items(config: Properties) -> Properties:
    return {"Comment": "", **config}


class Monitoring:
    """AWS::CloudFront::MonitoringSubscription."""

    in_place = frozenset({"MonitoringSubscription"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        call("cloudfront", "CreateMonitoringSubscription", **properties)
        return str(properties["DistributionId"]), {}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        return self.create(physical_id, new, "")

    def delete(self, physical_id: str, properties: Properties) -> None:
        try:
            call("cloudfront", "DeleteMonitoringSubscription", DistributionId=physical_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchDistribution":  # the distribution took it along
                raise


TYPES: dict[str, Kind] = {
    "AWS::CloudFront::KeyGroup": Tagged("KeyGroup", "LastModifiedTime"),
    "AWS::CloudFront::MonitoringSubscription": Monitoring(),
    "AWS::CloudFront::PublicKey": Tagged("PublicKey", "CreatedTime"),
}
