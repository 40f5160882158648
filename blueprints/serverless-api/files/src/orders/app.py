"""Orders over HTTP: one of them is read, written or deleted by its id."""

from __future__ import annotations

import json
import logging
import os
from functools import lru_cache
from typing import Any

import boto3

logger = logging.getLogger()
logger.setLevel(logging.INFO)
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


@lru_cache(1)
def reading() -> Any:
    """What answers reads: the DAX cluster when there is one and its client is packed, else the table."""
    address = os.environ.get("DAX")
    if not address:
        return table
    try:
        from amazondax import AmazonDaxClient
    except ImportError:
        logger.warning("the DAX client is not packed: reads go to the table")
        return table
    return AmazonDaxClient.resource(endpoint_url=address).Table(os.environ["TABLE"])


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    id: str = event["pathParameters"]["id"]
    method: str = event["httpMethod"]
    if method == "GET":
        found = reading().get_item(Key={"id": id}).get("Item")
        return answer(200, json.loads(found["order"])) if found else answer(404, {"message": f"no order {id}"})
    if method == "PUT":
        table.put_item(Item={"id": id, "order": event["body"]})
        return answer(200, json.loads(event["body"]))
    table.delete_item(Key={"id": id})
    return answer(204, None)


def answer(status: int, body: Any) -> dict[str, Any]:
    """An answer as API Gateway takes it."""
    text = "" if body is None else json.dumps(body)
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": text}
