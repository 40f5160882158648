"""Where a template travels: in the request while it is small, through a bucket when it is not."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from ...errors import InputError
from ..request import INLINE_LIMIT, UPLOAD_LIMIT

if TYPE_CHECKING:
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation


def placed(aws: AWS, region: str, body: str, bucket: str | None, stack: str) -> tuple[str | None, str | None]:
    """The template's text or its address, whichever CloudFormation takes; uploads it at most once.

    Source: CloudFormation User Guide, quotas (51,200 bytes in a request, 1 MB in a bucket).
    """
    size = len(body.encode())
    if size <= INLINE_LIMIT:
        return body, None
    if size > UPLOAD_LIMIT:
        raise InputError(
            f"{stack}: the template has {size:,} bytes and CloudFormation takes {UPLOAD_LIMIT:,}",
            fix="split the stack",
        )
    if bucket is None:
        raise InputError(
            f"{stack}: the template has {size:,} bytes, and without a bucket CloudFormation takes {INLINE_LIMIT:,}",
            fix="name a bucket for it with --bucket, make one with `awsdeck bootstrap`, or split the stack",
        )
    key = f"awsdeck/{hashlib.sha256(body.encode()).hexdigest()}.template.json"
    return None, aws.upload(bucket, key, body.encode, region=region)


def deployed(cf: CloudFormation, stack_id: str) -> dict[str, Any]:
    """The template of a deployed stack as an object, whichever way it was written."""
    body = cf.template(stack_id)
    if isinstance(body, dict):
        return body
    from ...template import loads

    return dict(loads(body, file=f"{stack_id} (deployed)").data)
