"""Put what lies in public/ onto the site: `python publish.py BUCKET DISTRIBUTION`; both are outputs of the stack."""

from __future__ import annotations

import argparse
import mimetypes
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

PUBLIC = Path(__file__).parent / "public"
PAGE = "max-age=0, must-revalidate"  # asked for again each time
FILE = "max-age=3600"


def main(words: list[str]) -> None:
    """Upload, delete what is no longer there, and invalidate the cache."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bucket")
    parser.add_argument("distribution")
    given = parser.parse_args(words)
    uploaded, deleted = publish(boto3.client("s3"), given.bucket)
    invalidate(boto3.client("cloudfront"), given.distribution)
    print(f"{uploaded} files uploaded, {deleted} deleted, the cache invalidated")


def publish(s3: Any, bucket: str) -> tuple[int, int]:
    """Make the bucket's content what lies in public/; how many files were uploaded and deleted."""
    here = {path.relative_to(PUBLIC).as_posix(): path for path in sorted(PUBLIC.rglob("*")) if path.is_file()}
    for key, path in here.items():
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if kind.startswith("text/"):
            kind = f"{kind}; charset=utf-8"
        kept = PAGE if path.suffix == ".html" else FILE
        s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), ContentType=kind, CacheControl=kept)
    gone = [key for key in keys(s3, bucket) if key not in here]
    for key in gone:
        s3.delete_object(Bucket=bucket, Key=key)
    return len(here), len(gone)


def keys(s3: Any, bucket: str) -> Iterator[str]:
    """What is in the bucket."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", ()):
            yield found["Key"]


def invalidate(cloudfront: Any, distribution: str) -> None:
    """Have the edge ask for everything again."""
    paths = {"Quantity": 1, "Items": ["/*"]}
    batch = {"Paths": paths, "CallerReference": str(uuid.uuid4())}
    cloudfront.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


if __name__ == "__main__":
    main(sys.argv[1:])
