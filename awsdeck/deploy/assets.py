"""Files that a stack needs in a bucket before it can be made: code of functions, mostly.

An asset is `{"key": …, "file": …}`, and `"parameter"` names the template's parameter that takes the bucket; without it
that is `AssetsBucket`. Keys carry the hash of the content, so what is there already is not sent again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from ..assembly import StackArtifact
from ..errors import InputError

if TYPE_CHECKING:
    from .aws import AWS
    from .records import StackRecord

PARAMETER = "AssetsBucket"
LOCAL_BUCKET = "awsdeck-assets"


def bucket_for(
    artifact: StackArtifact, given: str | None, aws: AWS, record: StackRecord | None, chosen: Mapping[str, str]
) -> str | None:
    """The bucket for a stack's files: the one that is named, else the one it has now, else an emulator's own."""
    names = parameters_of(artifact)
    known = [chosen[name] for name in names if name in chosen]
    known += [record.parameters[name] for name in names if record is not None and name in record.parameters]
    bucket = given or next(iter(known), None)
    if bucket is None and aws.emulated:
        return LOCAL_BUCKET
    if bucket is None and artifact.assets:
        listed = ", ".join(sorted(str(asset["key"]) for asset in artifact.assets))
        raise InputError(
            f"{artifact.name} needs a bucket for its files: {listed}",
            fix="name a bucket in the same region with --bucket",
        )
    return bucket


def parameters_of(artifact: StackArtifact) -> list[str]:
    """The parameters that take the bucket's name."""
    declared = artifact.template.get("Parameters") or {}
    named = {str(asset.get("parameter", PARAMETER)) for asset in artifact.assets}
    return sorted(name for name in named if name in declared)


def check(artifact: StackArtifact) -> None:
    """Raise `InputError` for files that are not there."""
    missing = sorted(str(asset["file"]) for asset in artifact.assets if not os.path.isfile(asset["file"]))
    if missing:
        raise InputError(f"{artifact.name}: {', '.join(missing)} is not there", fix="run `awsdeck synth` again")


def upload(artifact: StackArtifact, aws: AWS, bucket: str, region: str) -> None:
    """Send every file that the bucket does not have."""
    for asset in sorted(artifact.assets, key=lambda one: str(one["key"])):
        aws.upload(bucket, str(asset["key"]), partial(_content, str(asset["file"])), region=region)


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as problem:
        raise InputError(f"cannot read {path}: {problem.strerror}", fix="run `awsdeck synth` again") from None
