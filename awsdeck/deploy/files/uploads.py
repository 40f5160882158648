"""What a deploy is going to send to a bucket: files, their sizes, and which of them are there already."""

from __future__ import annotations

import os
from threading import Event
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ...errors import DeckError
from ..account.retry import Retry
from ..errors import Refused

if TYPE_CHECKING:
    from ...assembly import StackArtifact
    from ..account.aws import AWS

PATIENCE = 10.0  # seconds; it is only told, so it is not worth a long wait


@frozen
class Upload:
    """One file: its `key` in the bucket, what it is made from, its size in bytes; `there` is None when nobody knows."""

    key: str
    source: str
    size: int
    there: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"key": self.key, "source": self.source, "size": self.size, "there": self.there}


def uploads(artifact: StackArtifact, aws: AWS, bucket: str | None, region: str) -> tuple[Upload, ...]:
    """Every file of a stack, in the order of their keys; the bucket is asked which of them it has."""
    found = []
    for asset in sorted(artifact.assets, key=lambda one: str(one["key"])):
        key = str(asset["key"])
        size = os.path.getsize(artifact.files[key]())
        found.append(Upload(key, str(asset.get("source", key)), size, _there(aws, bucket, key, region)))
    return tuple(found)


def _there(aws: AWS, bucket: str | None, key: str, region: str) -> bool | None:
    if bucket is None:
        return None
    try:
        client = aws.client("s3", region)
        Retry(aws.clock, Event(), PATIENCE).call("HeadObject", lambda: client.head_object(Bucket=bucket, Key=key))
    except Refused as refused:
        return False if refused.kind == "missing" else None
    except DeckError:
        return None
    return True
