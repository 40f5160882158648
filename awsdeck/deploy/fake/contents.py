"""What is in the fake's buckets and repositories, as S3 and ECR are asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from .cloud import FakeCloudFormation


def asks(request: Any) -> str | None:
    """The operation, when a request asks what a bucket or a repository holds."""
    target = request.headers.get("X-Amz-Target") or b""
    name = target.decode() if isinstance(target, bytes) else str(target)
    if name.endswith(".ListImages"):
        return "ListImages"
    return "ListObjectVersions" if request.method == "GET" and "?versions" in request.url else None


def object_of(request: Any) -> str | None:
    """The key of the object that a request to S3 is about; None for another service.

    A bucket whose name is not good for a host, such as one with a dot, stands before the key.
    """
    address = urlsplit(str(request.url))
    host, path = address.hostname or "", address.path.lstrip("/")
    if host.startswith("s3."):
        return path.partition("/")[2]
    return path if ".s3." in host else None


def answer(fake: FakeCloudFormation, operation: str, request: Any) -> str:
    """The body of the answer: one version or image where there are any."""
    if operation == "ListImages":
        many = fake.contents.get(json.loads(request.body)["repositoryName"], 0)
        return json.dumps({"imageIds": [{"imageTag": "latest"}] if many else []})
    address = urlsplit(str(request.url))
    host, _, rest = (address.hostname or "").partition(".s3.")
    bucket = host if rest else address.path.strip("/")
    version = "<Version><Key>a</Key><VersionId>1</VersionId></Version>" if fake.contents.get(bucket) else ""
    return f"<ListVersionsResult>{version}</ListVersionsResult>"
