"""Deliveries of a service's logs (CloudWatch Logs), where MiniStack has only the API."""

from __future__ import annotations

from .call import call
from .kind import Kind, Made, Properties


def tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: str(tag["Value"]) for tag in properties.get("Tags") or []}


class Source:
    """AWS::Logs::DeliverySource; putting it again changes it."""

    in_place = frozenset({"LogType", "ResourceArn", "Tags"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        made = call("logs", "PutDeliverySource", **{**properties, "tags": tags(properties)})["deliverySource"]
        told = {"Arn": made["arn"], "ResourceArns": made["resourceArns"], "Service": made["service"]}
        return str(made["name"]), {**told, "Status": "ACTIVE", "StatusReason": ""}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        return self.create(physical_id, new, "")

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("logs", "DeleteDeliverySource", name=physical_id)


class Destination:
    """AWS::Logs::DeliveryDestination."""

    in_place = frozenset({"DeliveryDestinationPolicy", "Tags"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        arn = properties.get("DestinationResourceArn")
        to = {"deliveryDestinationConfiguration": {"destinationResourceArn": arn}, "tags": tags(properties)}
        made = call("logs", "PutDeliveryDestination", **{**properties, **to})["deliveryDestination"]
        if policy := (properties.get("DeliveryDestinationPolicy") or {}).get("DeliveryDestinationPolicy"):
            name = made["name"]
            call("logs", "PutDeliveryDestinationPolicy", deliveryDestinationName=name, deliveryDestinationPolicy=policy)
        return str(made["name"]), {"Arn": made["arn"]}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        return self.create(physical_id, new, "")

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("logs", "DeleteDeliveryDestination", name=physical_id)


class Delivery:
    """AWS::Logs::Delivery."""

    in_place = frozenset({
        "FieldDelimiter", "RecordFields", "S3EnableHiveCompatiblePath", "S3SuffixPath", "Tags",
    })  # fmt: skip

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        given = {**properties, "tags": tags(properties), "s3DeliveryConfiguration": folders(properties)}
        made = call("logs", "CreateDelivery", **given)["delivery"]
        told = {"Arn": made["arn"], "DeliveryDestinationType": made["deliveryDestinationType"]}
        return str(made["id"]), {**told, "DeliveryId": made["id"]}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        self.delete(physical_id, old)  # nothing of MiniStack's changes one, and there is nothing in it to lose
        return self.create(physical_id, new, "")

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("logs", "DeleteDelivery", id=physical_id)


def folders(properties: Properties) -> Properties | None:
    """Where in a bucket the files lie."""
    given = {
        "suffixPath": properties.get("S3SuffixPath"),
        "enableHiveCompatiblePath": properties.get("S3EnableHiveCompatiblePath"),
    }
    return given if any(value is not None for value in given.values()) else None


TYPES: dict[str, Kind] = {
    "AWS::Logs::Delivery": Delivery(),
    "AWS::Logs::DeliveryDestination": Destination(),
    "AWS::Logs::DeliverySource": Source(),
}
