"""Files that a stack needs in a bucket before it can be made: code of functions, mostly.

An asset has the `key` under which the template looks for it; the bucket is the template's parameter `AssetsBucket`.
Keys carry the hash of the content, so what is there already is not sent again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from ...assembly import ASSETS_BUCKET, StackArtifact
from ...errors import InputError
from ..request import INLINE_LIMIT, minified
from .bootstrap import bucket_there

if TYPE_CHECKING:
    from ..account.aws import AWS
    from ..records import StackRecord

LOCAL_BUCKET = "awsdeck-assets"


def bucket_for(
    artifact: StackArtifact, given: str | None, aws: AWS, record: StackRecord | None, chosen: Mapping[str, str]
) -> str | None:
    """The bucket for a stack's files: the one that is named, the one it has now, an emulator's own, or the bootstrap's."""
    bucket = given or chosen.get(ASSETS_BUCKET)
    if bucket is None and record is not None and declares(artifact):
        bucket = record.parameters.get(ASSETS_BUCKET)
    if bucket is None and aws.emulated:
        return LOCAL_BUCKET
    if bucket is None and (artifact.assets or len(minified(artifact.template).encode()) > INLINE_LIMIT):
        bucket = bucket_there(aws.cloudformation(artifact.region))
    if bucket is None and artifact.assets:
        listed = ", ".join(sorted(str(asset.get("source", asset["key"])) for asset in artifact.assets))
        raise InputError(
            f"{artifact.name} needs a bucket for its files: {listed}",
            fix='name a bucket in the same region with --bucket, or bucket = "…" below [deploy] in awsdeck.toml, or '
            "make one with `awsdeck bootstrap`",
        )
    return bucket


def declares(artifact: StackArtifact) -> bool:
    """Whether the template asks for the bucket's name."""
    return ASSETS_BUCKET in (artifact.template.get("Parameters") or {})


def check(artifact: StackArtifact) -> None:
    """Make the files that are not made yet; raise `InputError` for those that are not there."""
    paths = [artifact.files[asset["key"]]() for asset in artifact.assets]
    missing = sorted(path for path in paths if not os.path.isfile(path))
    if missing:
        raise InputError(f"{artifact.name}: {', '.join(missing)} is not there", fix="run `awsdeck synth` again")


def upload(artifact: StackArtifact, aws: AWS, bucket: str, region: str) -> None:
    """Send every file that the bucket does not have."""
    for asset in sorted(artifact.assets, key=lambda one: str(one["key"])):
        aws.upload(bucket, str(asset["key"]), partial(content, artifact.files[asset["key"]]()), region=region)


def content(path: str) -> bytes:
    """The bytes of a file; raises `InputError` when it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as problem:
        raise InputError(f"cannot read {path}: {problem.strerror}", fix="run `awsdeck synth` again") from None
