"""MiniStack's services, asked by its own CloudFormation inside one process: an AWS client whose wire is a function call."""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.session
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from ministack.core.responses import get_account_id, get_region

SESSION = botocore.session.get_session()
MODULES = {
    "elbv2": "alb", "events": "eventbridge", "lambda": "lambda_svc", "logs": "cloudwatch_logs", "sesv2": "ses_v2",
}  # fmt: skip
"""Where MiniStack's module is not called as the service is."""

WAITING = ("elasticache", "rds")  # services that hand their work to a thread, because they may start containers


class Body(BytesIO):
    """An answer's bytes, read the way urllib3 lets botocore read them."""

    def stream(self, *_: Any, **__: Any) -> Any:
        yield self.read()


def _send(request: Any, **_: Any) -> AWSResponse:
    """Hand a prepared request to the service it is for, and come back with the answer."""
    url = urlsplit(request.url)
    name = url.netloc.partition(".")[0]
    service = importlib.import_module(f"ministack.services.{MODULES.get(name, name)}")
    headers = {
        key.lower(): value.decode() if isinstance(value, bytes) else str(value)
        for key, value in request.headers.items()
    }
    body = request.body.read() if hasattr(request.body, "read") else request.body or b""
    handling = service.handle_request(
        request.method,
        unquote(url.path),
        headers,
        body.encode() if isinstance(body, str) else bytes(body),
        parse_qs(url.query, keep_blank_values=True),
    )
    if name in WAITING:
        with ThreadPoolExecutor(1) as aside:  # a loop of its own: the engine's is the one that waits here
            done = aside.submit(contextvars.copy_context().run, asyncio.run, handling)
            status, answer_headers, answer = done.result()
    else:
        status, answer_headers, answer = _at_once(handling, request.url)
    answer = answer.encode() if isinstance(answer, str) else answer or b""
    return AWSResponse(
        request.url, status, {str(key): str(value) for key, value in answer_headers.items()}, Body(answer)
    )


def _at_once(handling: Any, url: str) -> Any:
    """The answer of a handler that gives it without waiting for anything."""
    try:
        handling.send(None)
    except StopIteration as done:
        return done.value
    handling.close()
    raise RuntimeError(f"{url} has to wait, and an engine that waits for itself never ends")


@cache
def _client(service: str, region: str, account: str) -> Any:
    client = SESSION.create_client(
        service,
        region_name=region,
        endpoint_url=f"http://{service}.local",
        aws_access_key_id=account,
        aws_secret_access_key="local",  # noqa: S106 - nobody checks it
        config=Config(
            retries={"total_max_attempts": 1},
            request_checksum_calculation="when_required",
            s3={"addressing_style": "path"},
        ),
    )
    client.meta.events.register("before-send", _send)
    return client


def fit(value: Any, shape: Any) -> Any:
    """A CloudFormation value in the form an API operation takes it.

    Names are matched without regard to case (`Id` is `ID` to S3), text becomes the number or boolean that is asked
    for, and what the operation does not know is left out.
    """
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {name.lower(): (name, member) for name, member in shape.members.items()}
        found = ((members.get(name.lower()), part) for name, part in value.items() if part is not None)
        return {known[0]: fit(part, known[1]) for known, part in found if known}
    if shape.type_name == "list":
        return [fit(item, shape.member) for item in (value if isinstance(value, list) else [value])]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: fit(part, shape.value) for name, part in value.items()}
    if shape.type_name == "boolean":
        return str(value).lower() == "true"
    if shape.type_name in ("integer", "long"):
        return int(value)
    if shape.type_name in ("float", "double"):
        return float(value)
    if shape.type_name == "string" and isinstance(value, dict):
        return json.dumps(value)
    return str(value) if shape.type_name == "string" else value


def call(service: str, operation: str, **parameters: Any) -> dict[str, Any]:
    """Run one API operation in the account and region of the stack that is being worked on.

    `operation` is spelled as in the API, and so are `parameters`, which are fitted to it;
    an error is a `botocore.exceptions.ClientError`.
    """
    client = _client(service, get_region(), get_account_id())
    shape = client.meta.service_model.operation_model(operation).input_shape
    method = xform_name(operation)
    answer: dict[str, Any] = getattr(client, method)(**fit(parameters, shape))
    return answer
