"""Bucket policies that say no: MiniStack keeps them and, without its full sign-in mode, does not obey them.

Only explicit `Deny` statements are obeyed and only for requests about objects: whoever calls is the account's root,
which needs no `Allow`. A request over loopback counts as encrypted (`aws:SecureTransport` is true), because it never
leaves the machine and would otherwise be refused by every bucket that insists on TLS; so does one for a distribution
(its domain as `Host`), which would only ever be sent on to https.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from ministack.app import _parse_cloudfront_dataplane_host
from ministack.core.iam_actions import _s3_action, access_denied_response, s3_service_context
from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy, pin_request_origin
from ministack.core.responses import get_region, request_scope
from ministack.core.router import detect_service
from ministack.services import s3

LOOPBACK = "127.0.0.1"
KEY = "x-amz-server-side-encryption-aws-kms-key-id"  # S3 has a key of its own for who names none; MiniStack has not


def refusal(
    method: str, path: str, query: dict[str, list[str]], headers: dict[str, str]
) -> tuple[int, Any, bytes] | None:
    """What S3 answers to a request that the bucket's policy forbids; None when it does not forbid it."""
    bucket, _, key = path.lstrip("/").partition("/")
    owner = s3._bucket_owner_account(bucket) if key and detect_service(method, path, headers, query) == "s3" else None
    policy = s3._bucket_policies.get_scoped(owner, None, bucket) if owner else None
    action = _s3_action(method, path, query) if policy else None
    if not owner or not action:
        return None
    action = f"s3:{action}"
    with request_scope(owner, get_region()):
        keys = s3_service_context(action, query, path, headers)
    root = f"arn:aws:iam::{owner}:root"
    context = EvalContext(
        principal_arn=root,
        principal_type="Root",
        principal_account=owner,
        action=action,
        resource_arn=f"arn:aws:s3:::{bucket}/{key}",
        region=get_region(),
        source_ip=LOOPBACK,
        secure_transport=True,
        service_context={name.lower(): value for name, value in keys.items()},
    )
    if evaluate_resource_policy(policy, context).decision != "Deny":
        return None
    status, answer_headers, body = access_denied_response(
        "s3", action, root, str(uuid4()), explicit_deny=True, resource_policy_arn=f"arn:aws:s3:::{bucket}/{key}"
    )
    return status, answer_headers, body


def guarded(app: Any) -> Any:
    """An ASGI application that asks the bucket's policy before the request reaches `app`."""

    async def guard(scope: Any, receive: Any, send: Any) -> None:
        refused = None
        if scope["type"] == "http":
            pin_request_origin(LOOPBACK, True)
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
            query = parse_qs(scope.get("query_string", b"").decode(), keep_blank_values=True)
            refused = refusal(scope["method"], scope["path"], query, headers)
            if headers.get("x-amz-server-side-encryption") == "aws:kms" and KEY not in headers:
                scope = {**scope, "headers": [*scope["headers"], (KEY.encode(), b"alias/aws/s3")]}
            if _parse_cloudfront_dataplane_host(headers.get("host", "")):
                scope = {**scope, "scheme": "https"}
        if refused is None:
            await app(scope, receive, send)
            return
        while (await receive()).get("more_body"):
            pass  # a client that is still sending would not read the answer
        status, answer_headers, body = refused
        lines = [(name.lower().encode(), value.encode()) for name, value in answer_headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    return guard
