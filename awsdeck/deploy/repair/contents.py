"""What CloudFormation will not delete because something is in it: buckets with objects, repositories with images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from threading import Event
from typing import TYPE_CHECKING, Any

from ...errors import DeckError
from ..account.retry import Retry

if TYPE_CHECKING:
    from ..account.aws import AWS
    from ..records import ResourceRecord

PATIENCE = 10.0  # seconds; it only spares a failure, so it is not worth a long wait


def full(aws: AWS, region: str, resources: Iterable[ResourceRecord], template: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each of the resources that is not empty; what may not be read is taken for empty."""
    bodies = template.get("Resources") or {}
    for resource in resources:
        if not resource.physical_id:
            continue
        properties = (bodies.get(resource.logical_id) or {}).get("Properties") or {}
        try:
            if resource.type == "AWS::S3::Bucket" and _has_objects(aws, region, resource.physical_id):
                yield _said(resource, "has objects in it, perhaps older versions of deleted ones", "empty it first")
            elif (
                resource.type == "AWS::ECR::Repository"
                and str(properties.get("EmptyOnDelete", "")).lower() != "true"
                and _has_images(aws, region, resource.physical_id)
            ):
                yield _said(resource, "has images in it", "empty it first, or set EmptyOnDelete")
        except DeckError:
            continue


PROTECTIONS = ("DeletionProtection", "DeletionProtectionEnabled", "DisableApiTermination")


def protected(names: Iterable[str], template: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each resource whose own property keeps it from being deleted."""
    bodies = template.get("Resources") or {}
    for name in sorted(names):
        properties = (bodies.get(name) or {}).get("Properties") or {}
        for word in PROTECTIONS:
            if str(properties.get(word, "")).lower() in ("true", "active"):
                yield f"{name} has {word}, so its deletion will fail: turn that off and deploy it first"


def _said(resource: ResourceRecord, what: str, fix: str) -> str:
    return f"{resource.logical_id} ({resource.physical_id}) {what}, so its deletion will fail: {fix}"


def _has_objects(aws: AWS, region: str, bucket: str) -> bool:
    client = aws.client("s3", region)
    answer = _ask(aws, "ListObjectVersions", lambda: client.list_object_versions(Bucket=bucket, MaxKeys=1))
    return bool(answer.get("Versions") or answer.get("DeleteMarkers"))


def _has_images(aws: AWS, region: str, repository: str) -> bool:
    client = aws.client("ecr", region)
    answer = _ask(aws, "ListImages", lambda: client.list_images(repositoryName=repository, maxResults=1))
    return bool(answer.get("imageIds"))


def _ask(aws: AWS, operation: str, ask: Any) -> dict[str, Any]:
    answer: dict[str, Any] = Retry(aws.clock, Event(), PATIENCE).call(operation, ask)
    return answer
