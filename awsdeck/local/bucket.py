"""AWS::S3::Bucket: the properties MiniStack's CloudFormation leaves out, put through its S3 API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from .call import call

Properties = dict[str, Any]


def encryption(value: Any, _: str) -> dict[str, Any]:
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": rule.get("ServerSideEncryptionByDefault"),
            "BucketKeyEnabled": rule.get("BucketKeyEnabled"),
        }
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def lifecycle(value: Any, _: str) -> dict[str, Any]:
    return {"LifecycleConfiguration": {"Rules": [lifecycle_rule(rule) for rule in value["Rules"]]}}


def lifecycle_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """One rule; CloudFormation writes flat what S3's API nests."""
    filters: dict[str, Any] = {
        "Prefix": rule.get("Prefix"),
        "Tags": rule.get("TagFilters"),
        "ObjectSizeGreaterThan": rule.get("ObjectSizeGreaterThan"),
        "ObjectSizeLessThan": rule.get("ObjectSizeLessThan"),
    }
    filters = {name: value for name, value in filters.items() if value is not None}
    if len(filters) > 1 or len(filters.get("Tags", [])) > 1:
        filters = {"And": filters}
    elif "Tags" in filters:
        filters = {"Tag": filters["Tags"][0]}
    expiration = {
        "Days": rule.get("ExpirationInDays"),
        "Date": rule.get("ExpirationDate"),
        "ExpiredObjectDeleteMarker": rule.get("ExpiredObjectDeleteMarker"),
    }
    older = rule.get("NoncurrentVersionExpiration") or {"NoncurrentDays": rule.get("NoncurrentVersionExpirationInDays")}
    transitions = [*(rule.get("Transitions") or []), *([rule["Transition"]] if rule.get("Transition") else [])]
    return {
        "ID": rule.get("Id"),
        "Status": rule["Status"],
        "Filter": filters or {"Prefix": ""},
        "Expiration": expiration if any(value is not None for value in expiration.values()) else None,
        "NoncurrentVersionExpiration": older if any(value is not None for value in older.values()) else None,
        "Transitions": [
            {
                "Days": step.get("TransitionInDays"),
                "Date": step.get("TransitionDate"),
                "StorageClass": step["StorageClass"],
            }
            for step in transitions
        ]
        or None,
        "NoncurrentVersionTransitions": [
            {**step, "NoncurrentDays": step.get("TransitionInDays")}
            for step in rule.get("NoncurrentVersionTransitions") or []
        ]
        or None,
        "AbortIncompleteMultipartUpload": rule.get("AbortIncompleteMultipartUpload"),
    }


def logging(value: Any, bucket: str) -> dict[str, Any]:
    target = {
        "TargetBucket": value.get("DestinationBucketName", bucket),
        "TargetPrefix": value.get("LogFilePrefix", ""),
        "TargetObjectKeyFormat": value.get("TargetObjectKeyFormat"),
    }
    return {"BucketLoggingStatus": {"LoggingEnabled": target}}


# property, operation that sets it, what it is given, operation that takes it away; versioning first, others ask for it
SETTINGS: tuple[tuple[str, str, Callable[[Any, str], Properties], tuple[str, Properties] | None], ...] = (
    ("VersioningConfiguration", "PutBucketVersioning", lambda value, _: {"VersioningConfiguration": value}, None),
    ("BucketEncryption", "PutBucketEncryption", encryption, ("DeleteBucketEncryption", {})),
    ("LifecycleConfiguration", "PutBucketLifecycleConfiguration", lifecycle, ("DeleteBucketLifecycle", {})),
    ("Tags", "PutBucketTagging", lambda value, _: {"Tagging": {"TagSet": value}}, ("DeleteBucketTagging", {})),
    ("LoggingConfiguration", "PutBucketLogging", logging, ("PutBucketLogging", {"BucketLoggingStatus": {}})),
    (
        "AccelerateConfiguration",
        "PutBucketAccelerateConfiguration",
        lambda value, _: {"AccelerateConfiguration": {"Status": value["AccelerationStatus"]}},
        ("PutBucketAccelerateConfiguration", {"AccelerateConfiguration": {"Status": "Suspended"}}),
    ),
    (
        "ObjectLockConfiguration",
        "PutObjectLockConfiguration",
        lambda value, _: {"ObjectLockConfiguration": value},
        None,
    ),
    (
        "ReplicationConfiguration",
        "PutBucketReplication",
        lambda value, _: {"ReplicationConfiguration": value},
        ("DeleteBucketReplication", {}),
    ),
)


def apply(name: str, old: Properties, new: Properties) -> None:
    """Bring a bucket's settings from `old` to `new`."""
    for key, put, parameters, away in SETTINGS:
        if key in new and new[key] != old.get(key):
            call("s3", put, Bucket=name, **parameters(new[key], name))
        elif key in old and key not in new and away:
            call("s3", away[0], Bucket=name, **away[1])


def keep_objects(name: str) -> None:
    """Refuse to delete a bucket with anything in it, as S3 does."""
    try:
        held = call("s3", "ListObjectVersions", Bucket=name, MaxKeys=1)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            return
        raise
    if held.get("Versions") or held.get("DeleteMarkers"):
        raise ValueError(f"The bucket you tried to delete is not empty: {name}")
