"""AWS::SNS::Topic through SNS itself: MiniStack's own handler makes no FIFO topics and forgets encryption."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError
from ministack.core.responses import get_account_id, get_region

from .call import call
from .kind import Kind, Made, Properties, made_up

ATTRIBUTES = (
    "ArchivePolicy", "ContentBasedDeduplication", "DisplayName", "FifoThroughputScope", "FifoTopic", "KmsMasterKeyId",
    "SignatureVersion", "TracingConfig",
)  # fmt: skip


def attributes(properties: Properties) -> dict[str, str]:
    """The topic's attributes as SNS takes them: all text."""
    given = {name: properties[name] for name in ATTRIBUTES if properties.get(name) is not None}
    return {name: plain(value) for name, value in given.items()}


def plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict) else str(value)


def tags(properties: Properties) -> dict[str, str]:
    return {entry["Key"]: str(entry["Value"]) for entry in properties.get("Tags") or []}


def subscriptions(properties: Properties) -> set[tuple[str, str]]:
    return {(one["Protocol"], one["Endpoint"]) for one in properties.get("Subscription") or []}


class Topic:
    """A topic with the subscriptions written inside it."""

    in_place = frozenset({*ATTRIBUTES, "DataProtectionPolicy", "DeliveryStatusLogging", "Subscription", "Tags"}) - {
        "FifoTopic"
    }

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        name = properties.get("TopicName")
        if not name:
            fifo = ".fifo" if str(properties.get("FifoTopic")).lower() == "true" else ""
            name = made_up(stack, logical_id, 250) + fifo
        arn = f"arn:aws:sns:{get_region()}:{get_account_id()}:{name}"
        try:
            call("sns", "GetTopicAttributes", TopicArn=arn)
        except ClientError:
            pass
        else:
            raise ValueError(f"{name} already exists in stack or account")
        call(
            "sns",
            "CreateTopic",
            Name=name,
            Attributes=attributes(properties),
            Tags=[{"Key": key, "Value": value} for key, value in tags(properties).items()],
        )
        for protocol, endpoint in sorted(subscriptions(properties)):
            call("sns", "Subscribe", TopicArn=arn, Protocol=protocol, Endpoint=endpoint)
        return arn, {"TopicArn": arn, "TopicName": name}

    def update(self, arn: str, old: Properties, new: Properties) -> Made:
        before, after = attributes(old), attributes(new)
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                call("sns", "SetTopicAttributes", TopicArn=arn, AttributeName=name, AttributeValue=after.get(name, ""))
        gone, fresh = tags(old).keys() - tags(new).keys(), tags(new).items() - tags(old).items()
        if gone:
            call("sns", "UntagResource", ResourceArn=arn, TagKeys=sorted(gone))
        if fresh:
            put = [{"Key": key, "Value": value} for key, value in sorted(fresh)]
            call("sns", "TagResource", ResourceArn=arn, Tags=put)
        for held in call("sns", "ListSubscriptionsByTopic", TopicArn=arn)["Subscriptions"]:
            if (held["Protocol"], held["Endpoint"]) in subscriptions(old) - subscriptions(new):
                call("sns", "Unsubscribe", SubscriptionArn=held["SubscriptionArn"])
        for protocol, endpoint in sorted(subscriptions(new) - subscriptions(old)):
            call("sns", "Subscribe", TopicArn=arn, Protocol=protocol, Endpoint=endpoint)
        return arn, {"TopicArn": arn, "TopicName": arn.rpartition(":")[2]}

    def delete(self, arn: str, properties: Properties) -> None:
        call("sns", "DeleteTopic", TopicArn=arn)


TYPES: dict[str, Kind] = {"AWS::SNS::Topic": Topic()}
